/*
 * pump-dgram.h - the pump over datagrams: each packet is sealed into one frame and sent by itself;
 * one recvmmsg() brings many. The socket is connected; nothing here can name another address.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <sys/socket.h>

#include "pump.h"

enum {
    PUMP_DGRAM_BATCH = 64,
    PUMP_DGRAM_MAX = 2048, /* octets of one, with what is around it */
};

struct pump_dgram {
    struct pump *pump;
    int fd;         /* borrowed; -1: none yet */
    bool ip_header; /* a raw socket: what it receives begins with the IP header */
    /* What the socket had no room for: it goes before anything else, so that the numbers in the
     * frames keep their order. */
    size_t waiting; /* octets at ->late; 0: none */
    uint8_t *late, *frame, *rx;
    struct mmsghdr *messages;
    struct iovec *pieces;
};

bool pump_dgram_init(struct pump_dgram *d, struct pump *pump); /* false: no memory */
void pump_dgram_clear(struct pump_dgram *d);

/* The socket is readable, or has an error to tell: errors (ICMP) cost packets, never the call. */
void pump_dgram_receive(struct pump_dgram *d, usec_t now);
/* Packets that waited for others: after session_expire(). */
void pump_dgram_release(struct pump_dgram *d, usec_t now);

bool pump_dgram_blocked(const struct pump_dgram *d); /* wait until the socket is writable */
void pump_dgram_flush(struct pump_dgram *d);         /* it is */
/* One datagram that the session has put together. Not when blocked. */
void pump_dgram_put(struct pump_dgram *d, struct rd bytes);
/* The TUN is readable, or a super-packet was left. First put what the session has to say: that has
 * its numbers already. */
enum pump_result pump_dgram_send(struct pump_dgram *d);
bool pump_dgram_wants_tun(const struct pump_dgram *d);
