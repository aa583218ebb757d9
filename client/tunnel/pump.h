/*
 * pump.h - packets between the TUN and a session, in batches and in place: what is the same over
 * any link. Over a byte stream pump-stream.h does the rest, over datagrams pump-dgram.h.
 *
 * Up: one read of the TUN brings up to 64 kB; offload_cut copies it once, packet by packet, to
 * where the session seals each in place. Down: the session finds the packets in what was received,
 * offload_merge joins them, one writev() carries the slices to the TUN.
 *
 * Back-pressure: while the socket is full the TUN is not read, and its short queue makes senders
 * slow down. The steady state allocates nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "session.h"
#include "tun-queue.h"
#include "tunnel-msg.h"

enum {
    PUMP_BUDGET = 512 * 1024, /* octets in one direction before the other's turn */
    PUMP_OUTPUT = 32 * 1024,  /* the session says no more than this at once */
};

struct pump {
    struct session *session; /* borrowed; NULL: none */
    struct io_tun tun;
    struct session_framing framing; /* valid when ->open */
    bool open;                      /* the TUN is there */
    bool fed;                       /* somebody else reads it, and sets ->cut */
    struct tun_queue queue;
    unsigned written; /* packets, to the TUN */
    bool drained;     /* of the TUN nothing more was there when the last packet was taken */
    struct offload_cut cut;
    struct offload_merge merge;
    struct tunnel_stats stats;
};

enum pump_result {
    PUMP_OK,
    PUMP_CLOSED,   /* the server ended the stream */
    PUMP_FAILED,   /* the owner of the socket knows the cause */
    PUMP_TUN_GONE, /* the interface was removed */
};

bool pump_init(struct pump *p); /* false: no memory */
void pump_clear(struct pump *p);

/* Takes @fd. @flags: enum tun_flags. 0 or a negative errno. */
int pump_open_tun(struct pump *p, int fd, uint8_t flags);

/* Down. The packets are borrowed until pump_delivered(), which must come before they move. */
void pump_deliver(struct pump *p, const struct session_packets *packets);
void pump_delivered(struct pump *p);

/* Up. The next super-packet: 0, -EAGAIN, or another negative errno: the interface is gone. */
int pump_read(struct pump *p);
bool pump_has_packets(const struct pump *p); /* of that super-packet, still to be sealed */
bool pump_waits(const struct pump *p);       /* ... or of others that were read with it */
/* The next of them, sealed somewhere in the @cap octets of @room. False: it was dropped. */
bool pump_seal(struct pump *p, uint8_t *room, size_t cap, uint8_t **ret, size_t *ret_n);
/* Up to @max packets (<= SESSION_BATCH) of what is left, and of as many super-packets as it takes
 * or as there are, each in a slot of @stride octets of @room, sealed together: how many frames
 * stand in
 * @v. *ret_error: of the last read, 0 when there was none. */
size_t pump_seal_batch(struct pump *p, uint8_t *room, size_t stride, struct session_packet *v,
                       size_t max, int *ret_error);
/* What @error of pump_read() means. */
enum pump_result pump_tun_result(int error);
