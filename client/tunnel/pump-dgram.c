/* pump-dgram.c - see pump-dgram.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump-dgram.h"

#include "io-raw.h"

#include <errno.h>
#include <stdlib.h>

static void
point_messages(struct pump_dgram *d)
{
    for (size_t i = 0; i < PUMP_DGRAM_BATCH; i++) {
        d->pieces[i] =
            (struct iovec){.iov_base = d->rx + i * PUMP_DGRAM_MAX, .iov_len = PUMP_DGRAM_MAX};
        d->messages[i].msg_hdr = (struct msghdr){.msg_iov = &d->pieces[i], .msg_iovlen = 1};
    }
}

bool
pump_dgram_init(struct pump_dgram *d, struct pump *pump)
{
    *d = (struct pump_dgram){.pump = pump, .fd = -1};
    d->late = malloc(PUMP_DGRAM_MAX);
    d->frame = malloc(PUMP_DGRAM_MAX);
    d->rx = malloc((size_t)PUMP_DGRAM_BATCH * PUMP_DGRAM_MAX);
    d->messages = calloc(PUMP_DGRAM_BATCH, sizeof *d->messages);
    d->pieces = calloc(PUMP_DGRAM_BATCH, sizeof *d->pieces);
    if (d->late == NULL || d->frame == NULL || d->rx == NULL || d->messages == NULL ||
        d->pieces == NULL)
        return false;
    point_messages(d);
    return true;
}

void
pump_dgram_clear(struct pump_dgram *d)
{
    free(d->late);
    free(d->frame);
    free(d->rx);
    free(d->messages);
    free(d->pieces);
    *d = (struct pump_dgram){.fd = -1};
}

/* ---- down ---- */

/* @n octets at @p, or nothing, to the session. What comes out of its own memory does not outlive
 * its next call. */
static void
digest(struct pump_dgram *d, usec_t now, uint8_t *p, size_t n)
{
    struct session_packets packets;
    bool elsewhere = false;

    do {
        session_receive(d->pump->session, now, CHANNEL_DATA, p, n, &packets);
        for (size_t i = 0; i < packets.n; i++)
            elsewhere |= n == 0 || packets.v[i].p < p || packets.v[i].p >= p + n;
        pump_deliver(d->pump, &packets);
        if (elsewhere)
            pump_delivered(d->pump);
        n = 0;
    } while (packets.n == SESSION_BATCH);
}

static void
take(struct pump_dgram *d, usec_t now, uint8_t *p, size_t n)
{
    struct rd payload = rd_over(p, n);

    if (n > PUMP_DGRAM_MAX || (d->ip_header && !io_raw_payload(payload, &payload)))
        d->pump->stats.dropped++;
    else if (payload.left > 0)
        digest(d, now, p + (payload.p - p), payload.left);
}

void
pump_dgram_receive(struct pump_dgram *d, usec_t now)
{
    size_t total = 0;
    int n = PUMP_DGRAM_BATCH;

    while (n == PUMP_DGRAM_BATCH && total < PUMP_BUDGET) {
        n = recvmmsg(d->fd, d->messages, PUMP_DGRAM_BATCH, MSG_DONTWAIT, NULL);
        for (int i = 0; i < n; i++) {
            take(d, now, d->rx + (size_t)i * PUMP_DGRAM_MAX, d->messages[i].msg_len);
            total += d->messages[i].msg_len;
        }
        pump_delivered(d->pump);
    }
}

void
pump_dgram_release(struct pump_dgram *d, usec_t now)
{
    digest(d, now, NULL, 0);
}

/* ---- up ---- */

/* False: there is no room. Any other error is this packet's: ICMP that came back, a route that is
 * gone for the moment. Whether the call still lives is PPP's to find out. */
static bool
send_now(struct pump_dgram *d, const uint8_t *p, size_t n)
{
    ssize_t sent;

    do
        sent = send(d->fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return false;
    d->pump->stats.dropped += sent < 0;
    return true;
}

void
pump_dgram_put(struct pump_dgram *d, struct rd bytes)
{
    if (send_now(d, bytes.p, bytes.left))
        return;
    if (bytes.left > PUMP_DGRAM_MAX) {
        d->pump->stats.dropped++;
        return;
    }
    memcpy(d->late, bytes.p, bytes.left);
    d->waiting = bytes.left;
}

void
pump_dgram_flush(struct pump_dgram *d)
{
    if (d->waiting > 0 && send_now(d, d->late, d->waiting))
        d->waiting = 0;
}

bool
pump_dgram_blocked(const struct pump_dgram *d)
{
    return d->waiting > 0;
}

bool
pump_dgram_wants_tun(const struct pump_dgram *d)
{
    return d->pump->open && !pump_dgram_blocked(d);
}

enum pump_result
pump_dgram_send(struct pump_dgram *d)
{
    uint8_t *at;
    size_t n;
    int error = 0;

    for (size_t total = 0; total < PUMP_BUDGET && pump_dgram_wants_tun(d);) {
        if (!pump_has_packets(d->pump)) {
            error = pump_read(d->pump);
            if (error < 0)
                break;
            total += d->pump->cut.len;
        }
        while (pump_has_packets(d->pump) && !pump_dgram_blocked(d)) {
            if (pump_seal(d->pump, d->frame, PUMP_DGRAM_MAX, &at, &n))
                pump_dgram_put(d, rd_over(at, n));
        }
    }
    return pump_tun_result(error);
}
