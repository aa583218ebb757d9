/*
 * eap-trust.h - with what EAP-TLS and PEAP hold their conversation (client/ppp): whom the plan
 * trusts to be the authentication server, and our certificate and key. Made before the sandbox
 * closes, because it reads files.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "eap-tls-side.h"
#include "tls-verify.h"
#include "tunnel-msg.h"

struct eap_trust {
    struct tls_verify verify;
    struct eap_tls_side side; /* lent to the session */
};

/* For the server @host of @plan. NULL: @ret_why says why. */
struct eap_trust *eap_trust_new(const struct dial_plan *plan, const struct credentials *credentials,
                                const char *host, struct ras_end *ret_why);
/* The certificate that the authentication server showed last, if it has. */
void eap_trust_describe(const struct eap_trust *t, struct tunnel_certificate *ret);
void eap_trust_free(struct eap_trust *t); /* NULL is fine */
