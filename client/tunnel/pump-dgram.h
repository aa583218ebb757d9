/*
 * pump-dgram.h - the pump over datagrams: each packet is sealed into a frame of its own. Many are
 * sealed at once, and one system call carries many: out, where UDP does segmentation (UDP_SEGMENT);
 * in, by recvmmsg(), and by UDP_GRO where that is. The sockets are connected; nothing here can name
 * another address, for the sandbox allows no call that could: that is why there is no sendmmsg().
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <sys/socket.h>

#include "pump.h"

enum {
    PUMP_DGRAM_BATCH = 64,
    PUMP_DGRAM_FEW = 8,    /* where a packet takes so long that a ping must not wait for many */
    PUMP_DGRAM_MAX = 2048, /* octets of one frame, with what is around it */
    PUMP_DGRAM_GRO = 64 * 1024, /* of one read, where UDP_GRO joins datagrams */
    PUMP_DGRAM_RX = 512 * 1024, /* of one system call */
};

struct pump_dgram_socket {
    int fd;         /* borrowed; -1: none */
    bool ip_header; /* a raw IPv4 socket: what it receives begins with the IP header */
    bool segments;  /* UDP_SEGMENT works */
    bool wide;      /* what it receives may be long: joined by UDP_GRO, or IKE with certificates */
    bool refused;   /* the kernel's IPsec had no association for what it was given: that is lost */
    size_t segment; /* what UDP_SEGMENT was set to */
};

struct pump_dgram {
    struct pump *pump;
    size_t budget; /* octets in one direction before the other's turn; PUMP_BUDGET */
    struct pump_dgram_socket sockets[CHANNELS];
    uint64_t heard; /* datagrams, of whatever kind */
    int error;      /* of the last read that failed, ICMP mostly; 0: none yet */
    /* What a socket had no room for: it goes before anything else, so that the numbers in the
     * frames keep their order. */
    enum session_channel late_channel;
    size_t late;  /* octets at ->late_bytes; 0: none */
    size_t at, n; /* frames, from ->at on, not sent yet */
    struct session_packet frames[PUMP_DGRAM_BATCH];
    uint8_t *late_bytes, *room, *rx, *control;
    struct mmsghdr *messages;
    struct iovec *pieces;
};

bool pump_dgram_init(struct pump_dgram *d, struct pump *pump); /* false: no memory */
void pump_dgram_clear(struct pump_dgram *d);

/* @fd is the socket of @channel from now on; -1: there is none. @ip_header: of a raw IPv4 socket.
 */
void pump_dgram_use(struct pump_dgram *d, enum session_channel channel, int fd, bool ip_header);
/* A UDP socket: segmentation both ways, as far as the kernel has it. */
void pump_dgram_use_udp(struct pump_dgram *d, enum session_channel channel, int fd);

/* The socket is readable, or has an error to tell: errors (ICMP) cost packets, never the call. */
void pump_dgram_receive(struct pump_dgram *d, enum session_channel channel, usec_t now);
/* Packets that waited for others: after session_expire(). */
void pump_dgram_release(struct pump_dgram *d, usec_t now);

/* Wait until the socket of @channel is writable. */
bool pump_dgram_blocked_on(const struct pump_dgram *d, enum session_channel channel);
bool pump_dgram_blocked(const struct pump_dgram *d); /* on any */
void pump_dgram_flush(struct pump_dgram *d);         /* it may be writable */
/* The event loop says that the socket of @channel is writable. What it does not take even now is
 * not for lack of room (->refused), and is dropped: to wait for room would be to wait in vain, and
 * never asleep. */
void pump_dgram_writable(struct pump_dgram *d, enum session_channel channel);
/* One datagram that the session has put together. Not when blocked. */
void pump_dgram_put(struct pump_dgram *d, enum session_channel channel, struct rd bytes);
/* The TUN is readable, or a super-packet was left. First put what the session has to say: that has
 * its numbers already. */
enum pump_result pump_dgram_send(struct pump_dgram *d);
bool pump_dgram_wants_tun(const struct pump_dgram *d);
