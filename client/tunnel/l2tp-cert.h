/*
 * l2tp-cert.h - what proves us and the server to each other in IKE, read before the sandbox closes:
 * the plan's certificate and key, and whom we trust, which is whom TLS would.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "session-cert.h"

/* NULL: @ret_why says why. Later session_cert_free(). */
struct ike_cert *l2tp_cert_new(const struct dial_plan *plan, const struct credentials *credentials,
                               struct ras_end *ret_why);
