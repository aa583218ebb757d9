/* pump.c - see pump.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump.h"

#include <errno.h>
#include <stdlib.h>

enum { OUTPUT_ROOM = 32 * 1024 /* the session says no more than this at once */ };

static void
write_merged(void *owner, const struct iovec *iov, size_t n)
{
    struct pump *p = owner;

    io_tun_write(&p->tun, iov, n);
}

bool
pump_init(struct pump *p, struct io_tls *tls)
{
    *p = (struct pump){.tls = tls, .tun.fd = -1, .cut.ended = true};
    p->merge.write = write_merged;
    p->merge.owner = p;
    p->tx = malloc(PUMP_TX);
    p->rx = malloc(PUMP_RX);
    p->super = malloc(OFFLOAD_SUPER_MAX);
    return p->tx != NULL && p->rx != NULL && p->super != NULL;
}

void
pump_clear(struct pump *p)
{
    io_tun_close(&p->tun);
    free(p->tx);
    free(p->rx);
    free(p->super);
    p->tx = p->rx = p->super = NULL;
}

void
pump_restart(struct pump *p, struct session *session)
{
    p->session = session;
    p->tx_len = p->rx_len = 0;
    p->more = false;
}

int
pump_open_tun(struct pump *p, int fd, uint8_t flags)
{
    const int error = io_tun_open(&p->tun, fd, flags);

    if (error < 0)
        return error;
    p->merge.tso = p->tun.vnet_hdr && (flags & TUN_FLAG_TSO) != 0;
    p->merge.uso = p->tun.vnet_hdr && (flags & TUN_FLAG_USO) != 0;
    p->framing = session_framing(p->session);
    p->open = true;
    return 0;
}

/* ---- down ---- */

static void
deliver(struct pump *p, const struct session_packets *packets)
{
    if (!p->open) {
        p->stats.dropped += packets->n;
        return;
    }
    for (size_t i = 0; i < packets->n; i++) {
        p->stats.packets_in++;
        p->stats.bytes_in += packets->v[i].len;
        offload_merge_add(&p->merge, packets->v[i].p, packets->v[i].len);
    }
}

/* Hands the session all that has come; what it leaves is the start of a frame. */
static void
digest(struct pump *p, usec_t now)
{
    struct session_packets packets;
    size_t used, done = 0;

    do {
        used = session_receive(p->session, now, CHANNEL_STREAM, p->rx + done, p->rx_len - done,
                               &packets);
        done += used;
        deliver(p, &packets);
    } while ((used > 0 && done < p->rx_len) || packets.n == SESSION_BATCH);
    offload_merge_flush(&p->merge); /* before its packets move */
    p->rx_len -= done;
    if (done > 0 && p->rx_len > 0)
        memmove(p->rx, p->rx + done, p->rx_len);
}

enum pump_result
pump_receive(struct pump *p, usec_t now)
{
    enum io_tls_result result = IO_TLS_OK;
    size_t n, total = 0;

    p->more = false;
    while (total < PUMP_BUDGET && pump_wants_socket(p)) {
        if (PUMP_RX - p->rx_len < IO_TLS_RECORD)
            digest(p, now);
        if (PUMP_RX - p->rx_len < IO_TLS_RECORD)
            break; /* the session is over: nobody takes it */
        result = io_tls_read(p->tls, p->rx + p->rx_len, PUMP_RX - p->rx_len, &n);
        if (result != IO_TLS_OK)
            break;
        p->rx_len += n;
        total += n;
    }
    if (total > 0)
        digest(p, now);
    p->more = result == IO_TLS_OK;
    return result == IO_TLS_CLOSED ? PUMP_CLOSED : result == IO_TLS_FAILED ? PUMP_FAILED : PUMP_OK;
}

/* ---- up ---- */

/* Records out of the send buffer; the last, short one only if @all. */
static enum pump_result
push(struct pump *p, bool all)
{
    const size_t n = all ? p->tx_len : p->tx_len - p->tx_len % IO_TLS_RECORD;
    size_t taken = 0;

    if (n > 0 && io_tls_write(p->tls, p->tx, n, &taken) == IO_TLS_FAILED)
        return PUMP_FAILED;
    p->tx_len -= taken;
    if (taken > 0 && p->tx_len > 0)
        memmove(p->tx, p->tx + taken, p->tx_len);
    return io_tls_flush(p->tls) == IO_TLS_FAILED ? PUMP_FAILED : PUMP_OK;
}

/* The next packet of the super-packet, sealed at the end of the send buffer. */
static void
seal_next(struct pump *p)
{
    uint8_t *const end = p->tx + p->tx_len, *at = end + p->framing.head;
    size_t n = offload_cut_next(&p->cut, at, p->framing.mtu);

    if (n == 0) { /* longer than the link takes */
        p->stats.dropped += offload_cut_left(&p->cut);
        p->cut.ended = true;
        return;
    }
    const size_t inner = n;
    if (!session_seal(p->session, &at, &n)) {
        p->stats.dropped++;
        return;
    }
    if (at != end)
        memmove(end, at, n);
    p->tx_len += n;
    p->stats.packets_out++;
    p->stats.bytes_out += inner;
}

static int
read_super(struct pump *p)
{
    struct virtio_net_hdr hdr;
    size_t n;
    const int error = io_tun_read(&p->tun, &hdr, p->super, OFFLOAD_SUPER_MAX, &n);

    if (error == 0 && !offload_cut_begin(&p->cut, &hdr, p->super, n))
        p->stats.dropped++;
    return error;
}

bool
pump_wants_tun(const struct pump *p)
{
    return p->open && !io_tls_blocked(p->tls) && p->tx_len < PUMP_SEND_AT;
}

bool
pump_wants_socket(const struct pump *p)
{
    return p->session != NULL && PUMP_TX - p->tx_len >= OUTPUT_ROOM;
}

enum pump_result
pump_send(struct pump *p)
{
    enum pump_result result = PUMP_OK;
    int error = 0;

    for (size_t total = 0; result == PUMP_OK && total < PUMP_BUDGET && pump_wants_tun(p);) {
        if (!offload_cut_left(&p->cut)) {
            error = read_super(p);
            if (error < 0)
                break;
            total += p->cut.len;
        }
        while (offload_cut_left(&p->cut) && p->tx_len < PUMP_SEND_AT)
            seal_next(p);
        if (p->tx_len >= PUMP_SEND_AT)
            result = push(p, false);
    }
    if (result != PUMP_OK)
        return result;
    return error == 0 || error == -EAGAIN ? PUMP_OK : PUMP_TUN_GONE;
}

enum pump_result
pump_flush(struct pump *p)
{
    struct session_output out;

    while (p->session != NULL && PUMP_TX - p->tx_len >= OUTPUT_ROOM &&
           session_poll_output(p->session, &out)) {
        struct wr w = wr_over(p->tx + p->tx_len, PUMP_TX - p->tx_len);
        wr_rd(&w, out.bytes);
        p->tx_len += w.len;
    }
    /* What a super-packet left behind when the socket was full goes first, then the TUN is read. */
    if (p->open && offload_cut_left(&p->cut) && pump_wants_tun(p)) {
        const enum pump_result result = pump_send(p);
        if (result != PUMP_OK)
            return result;
    }
    return push(p, true);
}
