/*
 * chap.h - the Challenge Handshake Authentication Protocol, the client's half: RFC 1994, with MD5
 * or with Microsoft's algorithm 0x81 (RFC 2759). It answers challenges and never makes one, so a
 * response that is sent to it is ignored (threats A4).
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "clock.h"
#include "mschapv2.h"
#include "ppp-queue.h"

enum chap_code { CHAP_CHALLENGE = 1, CHAP_RESPONSE, CHAP_SUCCESS, CHAP_FAILURE, CHAP_CHANGE = 7 };

enum chap_result {
    CHAP_NOTHING,
    CHAP_ANSWERED, /* a response went out */
    CHAP_PROVED,
    CHAP_REFUSED,  /* ->failure says why, and whether another try is allowed */
    CHAP_UNPROVEN, /* the peer did not prove itself: end the link */
    CHAP_UNUSABLE, /* our password cannot be used with this */
    CHAP_MALFORMED,
};

struct chap {
    struct ppp_queue *out;
    bool ms;
    bool reliable;  /* the carrier loses nothing */
    bool overtaken; /* this response was repeated because of chap_overtaken() */
    bool proved;    /* once; from then on challenges are answered at a measured pace */
    enum chap_wait { CHAP_WAIT_CHALLENGE, CHAP_WAIT_OUTCOME, CHAP_WAIT_PERSON, CHAP_DONE } wait;
    uint8_t id;      /* of the response */
    usec_t deadline; /* to repeat the response */
    usec_t last_challenge;
    struct mschapv2 mschapv2;
    struct mschapv2_failure failure;
    uint16_t sent_len; /* the last response or change, for repeating it */
    uint8_t sent[4 + MSCHAPV2_CHANGE_SIZE];
    uint8_t challenge_len, challenge[255]; /* that it answered */
};

void chap_start(struct chap *chap, bool ms, const struct rng *rng, struct ppp_queue *out);
enum chap_result chap_input(struct chap *chap, usec_t now, const struct ppp_credentials *c,
                            struct rd frame);
void chap_expire(struct chap *chap, usec_t now);
/* The peer speaks of the network already, so that its outcome must have been lost: the response is
 * repeated, once, and brings it again (RFC 1994 section 4.2). */
void chap_overtaken(struct chap *chap, usec_t now);
/* After CHAP_REFUSED: answer the challenge of the failure with what @c holds now. */
enum chap_result chap_retry(struct chap *chap, usec_t now, const struct ppp_credentials *c);
enum chap_result chap_change(struct chap *chap, usec_t now, const struct ppp_credentials *c);

/* MD5 of identifier, secret and challenge (RFC 1994 section 4.1). */
void chap_md5(uint8_t id, struct rd secret, struct rd challenge, uint8_t ret[static 16]);
