/*
 * session-cert.h - what proves us and the server to each other in IKE with certificates. It is made
 * before a session, by whoever can still read files, and lent to it (session-link.h).
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dial-plan.h"
#include "ras.h"

struct ike_cert;

/* @authorities and @crls: PEM, one after the other. NULL: @ret_why says why. */
struct ike_cert *session_cert_new(const struct dial_plan *plan,
                                  const struct credentials *credentials, struct rd authorities,
                                  struct rd crls, struct ras_end *ret_why);
void session_cert_free(struct ike_cert *cert); /* NULL is fine; wipes */
