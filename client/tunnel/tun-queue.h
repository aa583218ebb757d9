/*
 * tun-queue.h - packets that were read from the TUN and wait for their turn. The interface's own
 * queue is one line, and full it drops whatever comes: behind a transfer everything else waits, or
 * is lost. So it is emptied often, into two lines. A packet of a flow of which nothing waits goes
 * first, as long as those are few (the "new flows" of RFC 8290, 4.2); what has no room any more is
 * dropped off the other line, where the transfers are. Order within a flow is kept.
 *
 * A TUN tells TCP nothing of its queue: what was written to it counts as sent. Only a loss slows a
 * transfer down, and that of a whole super-packet (10 packets and more) costs it that much more
 * than one. So where the line becomes too long, one packet of the next super-packet is lost, and
 * none again until as much as the line holds has followed: TCP's answer comes no sooner. What makes
 * the line twice as long is dropped whole.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "io-tun.h"

enum {
    TUN_QUEUE_SLOTS = 48,
    TUN_QUEUE_SLOT = 64 * 1024,
    TUN_QUEUE_FIRST = 8 * 1024, /* octets that may be ahead of the transfers */
};

struct tun_queue_packet {
    struct virtio_net_hdr hdr;
    uint8_t *p; /* TUN_QUEUE_SLOT */
    size_t n;
    uint32_t flow;
    bool loses; /* the first of the packets that it is cut into */
    struct tun_queue_packet *next;
};

struct tun_queue_line {
    struct tun_queue_packet *head, **tail;
    size_t octets;
};

struct tun_queue {
    size_t ahead; /* octets of transfers that may wait; 0: one packet at a time is read */
    uint64_t dropped, lost;
    size_t spared; /* octets of transfers that lose nothing, before one may again */
    struct tun_queue_line first, bulk;
    struct tun_queue_packet *spare;   /* a stack: what was used last is still in the cache */
    struct tun_queue_packet *taken;   /* the caller's until the next tun_queue_take() */
    struct tun_queue_packet *between; /* and that of tun_queue_take_between() */
    struct tun_queue_packet slots[TUN_QUEUE_SLOTS];
    uint8_t *memory;
};

bool tun_queue_init(struct tun_queue *q, size_t ahead); /* false: no memory */
void tun_queue_clear(struct tun_queue *q);

/* All that the TUN has, and that there is room for. 0: there may be more; -EAGAIN: there is not;
 * or another negative errno: the interface is gone. */
int tun_queue_fill(struct tun_queue *q, const struct io_tun *tun);
bool tun_queue_empty(const struct tun_queue *q);
/* The next one, or NULL. It is borrowed until the next call. */
struct tun_queue_packet *tun_queue_take(struct tun_queue *q);
/* What may go before the rest of that one: of those ahead of the transfers the next that is of
 * another flow, or NULL. It is borrowed until the next call of this. */
struct tun_queue_packet *tun_queue_take_between(struct tun_queue *q);
/* Begins to cut what was taken. False: it cannot be cut. */
bool tun_queue_cut(const struct tun_queue_packet *packet, struct offload_cut *ret);
