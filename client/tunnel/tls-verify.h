/*
 * tls-verify.h - is this the server? The certificate's chain, name, time and usage (RFC 5280, 6125,
 * 9525), or the pin that the user accepted; and why not, as the numbers that Windows shows.
 *
 * Names are those of the subject alternative names only; a common name proves nothing. Wildcards
 * stand for one whole left-most label.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <openssl/x509.h>

#include "dial-plan.h"
#include "ras.h"

struct tls_verify {
    X509_STORE *store; /* owned; NULL when pinned */
    bool pinned;
    uint8_t pin[32];
    char name[PLAN_MAX_TEXT]; /* for the certificate, and for SNI unless ->is_address; of EAP: a
                                 list as plan_eap.names; "": any */
    bool is_address;
    char roots[PLAN_MAX_TEXT]; /* as plan_eap.roots; "": any that is trusted */
    /* Filled by the handshake: */
    struct ras_end end;
    uint8_t leaf_sha256[32], leaf_sha1[20];
    char subject[64]; /* the common name, printable, for people; may be "" */
    char issuer[64];  /* likewise */
    int64_t until;    /* Unix time, when it ends; 0: it does not say */
};

/* Reads the system's authorities, or those of the plan. False: ->end says why. */
bool tls_verify_init(struct tls_verify *v, const struct dial_plan *plan, const char *host);
/* The same for the authentication server of EAP, as plan-eap.h has it. */
bool tls_verify_init_eap(struct tls_verify *v, const struct dial_plan *plan, const char *host);
void tls_verify_clear(struct tls_verify *v);

/* For SSL_CTX_set_cert_verify_callback(); @v as its argument. */
int tls_verify_chain(X509_STORE_CTX *chain, void *v);
/* The stapled OCSP answer (RFC 6961 not asked for), once the chain is good: false when it says that
 * the leaf is revoked. No answer, or one that cannot be checked, proves nothing either way. */
bool tls_verify_staple(struct tls_verify *v, const uint8_t *der, size_t n, STACK_OF(X509) * chain);
