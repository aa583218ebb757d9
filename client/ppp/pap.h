/*
 * pap.h - the Password Authentication Protocol, the client's half: RFC 1334 section 2. The password
 * goes over the link as it is, so ppp-auth only comes here when the policy says that it may.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "clock.h"
#include "ppp-auth-method.h"
#include "ppp-queue.h"

enum pap_code { PAP_REQUEST = 1, PAP_ACK, PAP_NAK };

enum pap_result {
    PAP_NOTHING,
    PAP_PROVED,
    PAP_REFUSED,
    PAP_TIMEOUT,
    PAP_UNUSABLE, /* our password is too long for it */
    PAP_MALFORMED,
};

struct pap {
    struct ppp_queue *out;
    usec_t deadline, period;
    uint8_t id, left;
    bool waiting;
    char text[96]; /* what the peer said to it, printable */
};

enum pap_result pap_start(struct pap *pap, usec_t now, struct ppp_queue *out,
                          const struct ppp_credentials *c);
enum pap_result pap_input(struct pap *pap, struct rd frame);
enum pap_result pap_expire(struct pap *pap, usec_t now, const struct ppp_credentials *c);
