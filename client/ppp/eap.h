/*
 * eap.h - the Extensible Authentication Protocol, the peer's half: RFC 3748 section 4. Identity,
 * Notification, Nak, and methods of their own files. A Success counts only when the method has
 * succeeded (threats A10).
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "clock.h"
#include "eap-mschapv2.h"
#include "eap-peap.h"
#include "eap-tls.h"
#include "ppp-queue.h"

enum eap_code { EAP_REQUEST = 1, EAP_RESPONSE, EAP_SUCCESS, EAP_FAILURE };

enum eap_type {
    EAP_IDENTITY = 1,
    EAP_NOTIFICATION = 2,
    EAP_NAK = 3,
    EAP_TLS = 13,
    EAP_PEAP = 25,
    EAP_MSCHAPV2 = 26,
    EAP_EXPANDED = 254,
};

enum {
    EAP_PACKET_MAX = 1496,
    EAP_REQUESTS_MAX = 64, /* in one authentication, but for EAP_TLS_REQUESTS_MAX */
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
    EAP_RESULT_ENDED, /* ->end has the reason */
};

struct eap {
    struct ppp_queue *out;
    const struct rng *rng;
    unsigned allowed; /* of enum ppp_auth_method */
    const struct eap_tls_side *side;
    struct eap_mschapv2 method; /* by itself, or inside of PEAP */
    enum eap_type type;         /* of the method that was chosen */
    struct eap_tls *tls;        /* NULL: not by TLS; eap_clear() */
    struct eap_peap peap;
    struct ras_end end;
    bool method_chosen, has_last, done;
    uint8_t last_id, requests, naks;
    uint16_t sent_len; /* the last response, for a repeated request */
    uint8_t sent[EAP_PACKET_MAX];
    char notification[96]; /* the last one, printable */
};

/* It has EAP-MSCHAPv2, until eap_allow(); and it owns something from its first frame on, so
 * eap_clear() has to follow. */
void eap_start(struct eap *eap, const struct rng *rng, struct ppp_queue *out);
/* @side is borrowed; NULL: nothing with TLS. */
void eap_allow(struct eap *eap, unsigned methods, const struct eap_tls_side *side);
void eap_clear(struct eap *eap);
enum eap_result eap_input(struct eap *eap, const struct ppp_credentials *c, struct rd frame);
/* After EAP_RESULT_REFUSED: the request that was not answered yet is answered now. */
enum eap_result eap_retry(struct eap *eap, const struct ppp_credentials *c);
enum eap_result eap_change(struct eap *eap, const struct ppp_credentials *c);
void eap_give_up(struct eap *eap); /* acknowledge the failure */
/* What is used, or would be first; and, after EAP_RESULT_PROVED, the MSK, whose first half the peer
 * sends with. */
enum ppp_auth_method eap_used(const struct eap *eap);
bool eap_msk(const struct eap *eap, uint8_t ret[static 64]); /* false: the method has another */
