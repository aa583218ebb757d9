/*
 * gre.h - PPTP's enhanced GRE (RFC 2637 section 4): sequence numbers, acknowledgements, and packets
 * back in order without making any of them wait when nothing is lost.
 *
 * A packet that arrives in order is handed on at once, in place. One that arrives early is copied
 * into a slot and handed on when the gap before it closes or GRE_WAIT has passed; one that is older
 * than what was handed on is dropped, so that MPPE never sees time run backwards. Only the first
 * packets of all, in which nothing is encrypted yet, are handed on as they come: some count from 0
 * and some from 1, so that nobody can say which one to wait for. Windows and Linux
 * do no sliding window for sending, and neither do we: TCP above does it better.
 *
 * Pure: bytes and time in; the owner sends what is sealed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"
#include "clock.h"

enum {
    GRE_HEAD_MAX = 16, /* octets before the payload: 8, sequence 4, acknowledgement 4 */
    GRE_WINDOW = 64,   /* how far ahead of the next packet one may be and still be kept */
    GRE_SLOT = 1600,   /* largest payload that is kept */
    GRE_START = 4,     /* packets from the first on; and so many before it may still come */
    GRE_UNACKED = 8,   /* packets after which an acknowledgement goes at once: mpd's window is 16 at
                          most and shrinks when they are late, and it drops what is beyond */
    GRE_JUMP = 4096,   /* a leap farther ahead than this is believed only when a second packet
                          follows on it: one forged packet must not end the call (RFC 3550 A.1) */
};

#define GRE_WAIT      (100 * USEC_PER_MSEC) /* for a missing packet, at most */
#define GRE_ACK_DELAY (20 * USEC_PER_MSEC)  /* until an acknowledgement goes alone */

struct gre {
    uint16_t local_call, peer_call; /* what the peer sends us, what we send it */

    uint32_t next_send;
    uint32_t acked; /* highest of ours that the peer acknowledged; none: the one before the first */
    bool any_acked;

    uint32_t expected; /* next sequence number to hand on */
    uint32_t first;    /* that came */
    uint32_t before;   /* bit n: so did the n-th before it */
    bool any_received, leapt;
    uint32_t leap_next; /* with leapt: what would confirm the leap */
    bool ack_due;
    unsigned unacked;              /* came since the last acknowledgement */
    usec_t ack_deadline;           /* NEVER, or when gre_ack() should be sent */
    usec_t gap_deadline;           /* NEVER, or when to stop waiting for the missing packet */
    unsigned held;                 /* slots in use */
    uint16_t slot_len[GRE_WINDOW]; /* 0: empty; slot i holds sequence numbers == i mod window */
    uint8_t (*slots)[GRE_SLOT];    /* GRE_WINDOW of them; borrowed from the owner */

    uint64_t malformed, foreign, duplicate, lost, reordered;
};

void gre_init(struct gre *g, uint16_t local_call, uint16_t peer_call, uint8_t (*slots)[GRE_SLOT]);

/* One GRE packet (after the IP header). True: *ret is its payload, to be handed on now; it is in
 * order. In either case gre_release() must then be called until it returns false. */
bool gre_receive(struct gre *g, usec_t now, struct rd packet, struct rd *ret);
/* A payload that was kept and whose turn has come; valid until the next gre_receive(). */
bool gre_release(struct gre *g, usec_t now, struct rd *ret);
usec_t gre_deadline(const struct gre *g); /* of both timers */

/* Prepend the header to a payload, which has GRE_HEAD_MAX octets of room before it. An
 * acknowledgement that is due rides along. Returns where the packet begins. */
uint8_t *gre_seal(struct gre *g, uint8_t *payload, size_t len);
/* An acknowledgement alone, if one is due at @now: 12 octets. */
bool gre_ack(struct gre *g, usec_t now, uint8_t ret[static 12]);
