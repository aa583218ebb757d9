/* pump-stream.c - see pump-stream.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump-stream.h"

#include <stdlib.h>

bool
pump_stream_init(struct pump_stream *s, struct pump *pump, struct io_tls *tls)
{
    *s = (struct pump_stream){.pump = pump, .tls = tls};
    s->tx = malloc(PUMP_TX);
    s->rx = malloc(PUMP_RX);
    return s->tx != NULL && s->rx != NULL;
}

void
pump_stream_clear(struct pump_stream *s)
{
    free(s->tx);
    free(s->rx);
    s->tx = s->rx = NULL;
}

void
pump_stream_restart(struct pump_stream *s)
{
    s->tx_len = s->rx_len = 0;
    s->more = false;
}

/* ---- down ---- */

/* Hands the session all that has come; what it leaves is the start of a frame. */
static void
digest(struct pump_stream *s, usec_t now)
{
    struct session_packets packets;
    size_t used, done = 0;

    do {
        used = session_receive(s->pump->session, now, CHANNEL_STREAM, s->rx + done,
                               s->rx_len - done, &packets);
        done += used;
        pump_deliver(s->pump, &packets);
    } while ((used > 0 && done < s->rx_len) || packets.n == SESSION_BATCH);
    pump_delivered(s->pump);
    s->rx_len -= done;
    if (done > 0 && s->rx_len > 0)
        memmove(s->rx, s->rx + done, s->rx_len);
}

enum pump_result
pump_stream_receive(struct pump_stream *s, usec_t now)
{
    enum io_tls_result result = IO_TLS_OK;
    size_t n, total = 0;

    s->more = false;
    while (total < PUMP_BUDGET && pump_stream_wants_socket(s)) {
        if (PUMP_RX - s->rx_len < IO_TLS_RECORD)
            digest(s, now);
        if (PUMP_RX - s->rx_len < IO_TLS_RECORD)
            break; /* the session is over: nobody takes it */
        result = io_tls_read(s->tls, s->rx + s->rx_len, PUMP_RX - s->rx_len, &n);
        if (result != IO_TLS_OK)
            break;
        s->rx_len += n;
        total += n;
    }
    if (total > 0)
        digest(s, now);
    s->more = result == IO_TLS_OK;
    return result == IO_TLS_CLOSED ? PUMP_CLOSED : result == IO_TLS_FAILED ? PUMP_FAILED : PUMP_OK;
}

/* ---- up ---- */

/* Records out of the send buffer; the last, short one only if @all, and then to the kernel. */
static enum pump_result
push(struct pump_stream *s, bool all)
{
    const size_t n = all ? s->tx_len : s->tx_len - s->tx_len % IO_TLS_RECORD;
    size_t taken = 0;

    if (n > 0 && io_tls_write(s->tls, s->tx, n, &taken) == IO_TLS_FAILED)
        return PUMP_FAILED;
    s->tx_len -= taken;
    if (taken > 0 && s->tx_len > 0)
        memmove(s->tx, s->tx + taken, s->tx_len);
    return all && io_tls_flush(s->tls) == IO_TLS_FAILED ? PUMP_FAILED : PUMP_OK;
}

/* The next packet of the super-packet, sealed at the end of the send buffer. */
static void
seal_next(struct pump_stream *s)
{
    uint8_t *const end = s->tx + s->tx_len, *at;
    size_t n;

    if (!pump_seal(s->pump, end, PUMP_TX - s->tx_len, &at, &n))
        return;
    if (at != end)
        memmove(end, at, n);
    s->tx_len += n;
}

bool
pump_stream_wants_tun(const struct pump_stream *s)
{
    return s->pump->open && !io_tls_blocked(s->tls) && s->tx_len < PUMP_SEAL_AT;
}

bool
pump_stream_wants_socket(const struct pump_stream *s)
{
    return s->pump->session != NULL && PUMP_TX - s->tx_len >= PUMP_OUTPUT;
}

enum pump_result
pump_stream_send(struct pump_stream *s)
{
    enum pump_result result = PUMP_OK;
    int error = 0;

    for (size_t total = 0; result == PUMP_OK && total < PUMP_BUDGET && pump_stream_wants_tun(s);) {
        if (!pump_has_packets(s->pump)) {
            error = pump_read(s->pump);
            if (error < 0)
                break;
            total += s->pump->cut.len;
        }
        while (pump_has_packets(s->pump) && s->tx_len < PUMP_SEAL_AT)
            seal_next(s);
        if (s->tx_len >= PUMP_SEAL_AT)
            result = push(s, false);
    }
    return result != PUMP_OK ? result : pump_tun_result(error);
}

enum pump_result
pump_stream_flush(struct pump_stream *s)
{
    struct session_output out;

    while (s->pump->session != NULL && PUMP_TX - s->tx_len >= PUMP_OUTPUT &&
           session_poll_output(s->pump->session, &out)) {
        struct wr w = wr_over(s->tx + s->tx_len, PUMP_TX - s->tx_len);
        wr_rd(&w, out.bytes);
        s->tx_len += w.len;
    }
    /* What a super-packet left behind when the socket was full goes first, then the TUN is read. */
    if (s->pump->open && pump_has_packets(s->pump) && pump_stream_wants_tun(s)) {
        const enum pump_result result = pump_stream_send(s);
        if (result != PUMP_OK)
            return result;
    }
    return push(s, true);
}
