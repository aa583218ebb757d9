/*
 * pump-stream.h - the pump over TLS: sealed packets lie back to back in a buffer, whole records go
 * to TLS, and several records to the kernel at a time; one recv() brings many.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "io-tls.h"
#include "pump.h"

enum {
    PUMP_SEAL_AT = IO_TLS_RECORD, /* what fills a record goes to TLS while it is in the cache */
    PUMP_TX = PUMP_SEAL_AT + 40 * 1024, /* a packet more, and room for what the session says */
    PUMP_RX = 136 * 1024,               /* two super-packets and the start of a frame */
};

struct pump_stream {
    struct pump *pump;
    struct io_tls *tls;
    bool more; /* bytes are left inside TLS: come again without waiting */
    size_t tx_len, rx_len;
    uint8_t *tx, *rx;
};

bool pump_stream_init(struct pump_stream *s, struct pump *pump, struct io_tls *tls); /* false: no
                                                                                        memory */
void pump_stream_clear(struct pump_stream *s);
/* A new stream: forget what was on its way. */
void pump_stream_restart(struct pump_stream *s);

enum pump_result pump_stream_receive(struct pump_stream *s, usec_t now); /* it is readable */
enum pump_result pump_stream_send(struct pump_stream *s);                /* the TUN is readable */
/* What the session has to say, and whatever else waits, to the socket: after everything else. */
enum pump_result pump_stream_flush(struct pump_stream *s);

bool
pump_stream_wants_tun(const struct pump_stream *s); /* there is room for packets from the TUN */
bool pump_stream_wants_socket(const struct pump_stream *s); /* ... for what input may make us say */
