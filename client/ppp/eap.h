/*
 * eap.h - the Extensible Authentication Protocol, the peer's half: RFC 3748 section 4. Identity,
 * Notification, Nak, and a method of its own file. A Success counts only when the method has
 * succeeded (threats A10).
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "clock.h"
#include "eap-mschapv2.h"
#include "ppp-queue.h"

enum eap_code { EAP_REQUEST = 1, EAP_RESPONSE, EAP_SUCCESS, EAP_FAILURE };

enum eap_type {
    EAP_IDENTITY = 1,
    EAP_NOTIFICATION = 2,
    EAP_NAK = 3,
    EAP_MSCHAPV2 = 26,
    EAP_EXPANDED = 254,
};

enum {
    EAP_PACKET_MAX = 1496,
    EAP_REQUESTS_MAX = 64, /* in one authentication */
    EAP_NAKS_MAX = 8,
};

enum eap_result {
    EAP_RESULT_NOTHING,
    EAP_RESULT_PROVED,
    EAP_RESULT_REFUSED,   /* ->method.failure says why, and whether another try is allowed */
    EAP_RESULT_FAILED,    /* the peer said Failure, without a reason */
    EAP_RESULT_UNPROVEN,  /* the peer did not prove itself */
    EAP_RESULT_NO_METHOD, /* it wants none that we have */
    EAP_RESULT_UNUSABLE,  /* our password cannot be used with this */
    EAP_RESULT_TOO_LONG,  /* it never comes to an end */
    EAP_RESULT_MALFORMED,
};

struct eap {
    struct ppp_queue *out;
    struct eap_mschapv2 method;
    bool method_chosen, has_last, done;
    uint8_t last_id, requests, naks;
    uint16_t sent_len; /* the last response, for a repeated request */
    uint8_t sent[EAP_PACKET_MAX];
    char notification[96]; /* the last one, printable */
};

void eap_start(struct eap *eap, const struct rng *rng, struct ppp_queue *out);
enum eap_result eap_input(struct eap *eap, const struct ppp_credentials *c, struct rd frame);
/* After EAP_RESULT_REFUSED: the request that was not answered yet is answered now. */
enum eap_result eap_retry(struct eap *eap, const struct ppp_credentials *c);
enum eap_result eap_change(struct eap *eap, const struct ppp_credentials *c);
void eap_give_up(struct eap *eap); /* acknowledge the failure */
