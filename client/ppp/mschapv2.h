/*
 * mschapv2.h - the client's half of MS-CHAPv2's conversation (RFC 2759 sections 4 to 7), without
 * the packets around it: CHAP and EAP frame the same values.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"
#include "mschap.h"
#include "ppp-auth-method.h"
#include "ras.h"
#include "rng.h"

enum {
    MSCHAPV2_RESPONSE_SIZE = 49, /* peer challenge, 8 zeros, NT-Response, flags */
    MSCHAPV2_CHANGE_SIZE = 582,
    MSCHAPV2_TRIES = 3, /* how often a refused password may be followed by another */
    MSCHAPV2_TEXT = 96,
};

struct mschapv2 {
    const struct rng *rng;
    bool answered; /* there is a response whose outcome is awaited */
    uint8_t authenticator_challenge[16], peer_challenge[16];
    uint8_t nt_response[24], nt_hash[16]; /* of the password that the response was made with */
    uint8_t master_key[16];               /* set by a verified success */
};

struct mschapv2_failure {
    uint32_t error; /* as sent: 646, 647, 648, 649, 691, 709, or anything else */
    bool retry;
    bool has_challenge;
    uint8_t challenge[16];
    char text[MSCHAPV2_TEXT]; /* M=, printable */
};

void mschapv2_init(struct mschapv2 *m, const struct rng *rng);
/* Answer @challenge. False: the password cannot be one (not UTF-8, too long). */
bool mschapv2_respond(struct mschapv2 *m, const struct ppp_credentials *c,
                      const uint8_t challenge[static 16], struct wr *w);
/* Change the password, for a failure 648 with @challenge. */
bool mschapv2_change(struct mschapv2 *m, const struct ppp_credentials *c,
                     const uint8_t challenge[static 16], struct wr *w);
/* Did the peer prove that it knows the password? Exactly "S=" and 40 upper-case digits, then the
 * end or a blank (threats A5). Makes the keys. */
bool mschapv2_verify(struct mschapv2 *m, const struct ppp_credentials *c, struct rd message);
/* False: no "E=". Never fails otherwise: what is missing or malformed is not there. */
bool mschapv2_failure_parse(struct rd message, struct mschapv2_failure *ret);
enum ras_error mschapv2_failure_reason(const struct mschapv2_failure *f);
