/*
 * l2tp-channel.h - how control messages arrive, each once and in order (RFC 2661 section 5.8 and
 * appendix A): numbers modulo 65536, a window with slow start, retransmission by measured round
 * trips, and acknowledgements of their own where nothing else is said.
 *
 * Pure and of fixed size. What the tunnel says goes in by l2tp_channel_send(); what is to be sent
 * now comes out of l2tp_channel_poll(); each message that came is shown to l2tp_channel_receive(),
 * which says whether it is new.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "clock.h"
#include "l2tp-avp.h"

enum {
    L2TP_QUEUE = 8, /* messages that wait or are not acknowledged: a power of two */
    L2TP_SEND_MAX = 512,
    L2TP_WINDOW = 8, /* what we say that we can take; we take whatever comes in order */
    L2TP_TRIES = 6,  /* times that a message is sent, at least */
};

struct l2tp_channel {
    uint16_t acked;  /* the oldest that is not acknowledged */
    uint16_t next;   /* to be sent next; back at .acked after a time-out */
    uint16_t sent;   /* one above the highest that ever was sent */
    uint16_t ns;     /* one above the highest that was queued */
    uint16_t nr;     /* what we expect */
    uint16_t window; /* the peer's */
    uint16_t congestion, threshold, growth;
    bool dead;       /* nobody answers: the end */
    usec_t deadline; /* of the oldest */
    usec_t since;    /* it was sent first */
    unsigned tries;
    usec_t rtt, deviation, timeout; /* .rtt 0: not measured */
    bool ack;                       /* is owed */
    unsigned acks;                  /* that may be sent now: a bucket */
    usec_t acks_at;
    uint64_t ignored;
    struct l2tp_slot {
        uint16_t len;
        bool again; /* was sent more than once: tells nothing of the round trip */
        usec_t at;
        uint8_t bytes[L2TP_SEND_MAX];
    } slots[L2TP_QUEUE];
    uint8_t zlb[L2TP_CONTROL_HEAD];
};

/* @rtt: of the way, when it is known already; 0. */
void l2tp_channel_init(struct l2tp_channel *c, usec_t rtt);
void l2tp_channel_wipe(struct l2tp_channel *c);

/* Room for another @n messages? */
bool l2tp_channel_has_room(const struct l2tp_channel *c, unsigned n);
/* A whole message, as l2tp_msg_put() makes it. False: no room, or longer than L2TP_SEND_MAX. */
bool l2tp_channel_send(struct l2tp_channel *c, struct rd message);

/* Takes the numbers of a control message. True: it is the next one, and has to be acted on. */
bool l2tp_channel_receive(struct l2tp_channel *c, usec_t now, const struct l2tp_header *h);
/* What to send now. @tunnel: the peer's id, for an acknowledgement of its own; 0: not known. */
bool l2tp_channel_poll(struct l2tp_channel *c, usec_t now, uint16_t tunnel, struct rd *ret);
void l2tp_channel_expire(struct l2tp_channel *c, usec_t now);
usec_t l2tp_channel_deadline(const struct l2tp_channel *c);
/* Nothing more is sent but the acknowledgement that is owed: the other end has left. */
void l2tp_channel_cut(struct l2tp_channel *c);
/* Everything was acknowledged. */
bool l2tp_channel_idle(const struct l2tp_channel *c);
