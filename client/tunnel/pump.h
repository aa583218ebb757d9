/*
 * pump.h - packets between the TUN and the TLS stream, in batches and in place.
 *
 * Up: one read of the TUN brings up to 64 kB; offload_cut copies it once, packet by packet, into
 * the send buffer, where the session seals each in place; whole records go to TLS and several
 * records to the kernel at a time. Down: one recv() brings many records; the session finds the
 * packets in the buffer, offload_merge joins them, one writev() carries the slices to the TUN.
 *
 * Back-pressure: while the socket is full the TUN is not read, and its short queue makes senders
 * slow down. The steady state allocates nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "io-tls.h"
#include "io-tun.h"
#include "session.h"
#include "tunnel-msg.h"

enum {
    PUMP_SEND_AT = 48 * 1024,           /* start sending when this much waits */
    PUMP_TX = PUMP_SEND_AT + 40 * 1024, /* a packet more, and room for what the session says */
    PUMP_RX = IO_TLS_READ_AHEAD + 8 * 1024,
    PUMP_BUDGET = 512 * 1024, /* octets in one direction before the other's turn */
};

struct pump {
    struct io_tls *tls;
    struct session *session; /* borrowed; NULL: none */
    struct io_tun tun;
    struct session_framing framing; /* valid when ->open */
    bool open;                      /* the TUN is there */
    bool more;                      /* bytes are left inside TLS: come again without waiting */
    size_t tx_len, rx_len;
    uint8_t *tx, *rx, *super;
    struct offload_cut cut;
    struct offload_merge merge;
    struct tunnel_stats stats;
};

enum pump_result {
    PUMP_OK,
    PUMP_CLOSED,   /* the server ended the stream */
    PUMP_FAILED,   /* the cause is in ->tls->end */
    PUMP_TUN_GONE, /* the interface was removed */
};

bool pump_init(struct pump *p, struct io_tls *tls); /* false: no memory */
void pump_clear(struct pump *p);
/* A new stream, a new session: forget what was on its way. */
void pump_restart(struct pump *p, struct session *session);

/* Takes @fd. @flags: enum tun_flags. 0 or a negative errno. */
int pump_open_tun(struct pump *p, int fd, uint8_t flags);

enum pump_result pump_receive(struct pump *p, usec_t now); /* the socket is readable */
enum pump_result pump_send(struct pump *p);                /* the TUN is readable */
/* What the session has to say, and whatever else waits, to the socket: after everything else. */
enum pump_result pump_flush(struct pump *p);

bool pump_wants_tun(const struct pump *p);    /* there is room for packets from the TUN */
bool pump_wants_socket(const struct pump *p); /* there is room for what input may make us say */
