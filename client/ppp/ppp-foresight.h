/*
 * ppp-foresight.h - the answers to requests that have not come yet.
 *
 * A peer whose request was rejected or Nak'ed asks again, each time a round trip later: a server
 * that offers EAP first and takes MS-CHAPv2 costs one of them, one that also asks for a callback
 * and for multilink two. What it will ask for is known: the same, without what was rejected, with
 * the value that the Nak named, under the next Identifier. So the answers to that, up to the Ack,
 * leave behind the first. RFC 1661 section 5.2 makes that safe: an answer whose Identifier or
 * options are not those of the last request is silently discarded.
 *
 * When such a request then comes, its answer is not sent a second time, for to a peer that is
 * Opened a second Ack is a crossed connection (section 4.1). It is owed: unless the peer goes on
 * within PPP_FORESIGHT_WAIT, it did not take the early one, and gets another. Requests that come
 * otherwise than foreseen are answered as ever.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"
#include "clock.h"

enum { PPP_FORESEEN = 3, PPP_FORESEEN_OPTIONS = 128 };

#define PPP_FORESIGHT_WAIT (100 * USEC_PER_MSEC)

struct ppp_foreseen {
    uint8_t id, code; /* of the request; of our answer, PPP_CONF_ACK and so on */
    uint8_t opts_len, reply_len;
    uint8_t opts[PPP_FORESEEN_OPTIONS];
    uint8_t reply[PPP_FORESEEN_OPTIONS]; /* of a Nak or Reject */
};

struct ppp_foresight {
    bool spent; /* once in a negotiation */
    uint8_t n;
    struct ppp_foreseen v[PPP_FORESEEN];
    uint8_t owed;   /* index of the answer that may have to be sent again, plus 1; 0: none */
    usec_t owed_at; /* NEVER: none */
};

void ppp_foresight_reset(struct ppp_foresight *s);
/* What @opts become when their sender heeds @answer, a Nak or Reject of ours. */
void ppp_foresight_heed(uint8_t code, struct rd opts, struct rd answer, struct wr *ret);
/* The request was answered already, and with @code and @reply: it is owed now. */
bool ppp_foresight_met(struct ppp_foresight *s, usec_t now, uint8_t id, struct rd opts,
                       uint8_t code, struct rd reply);
/* The peer goes on: it has taken what is owed. */
void ppp_foresight_paid(struct ppp_foresight *s);
/* The options that the answer carries. */
struct rd ppp_foresight_body(const struct ppp_foreseen *v);
