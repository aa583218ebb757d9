/* pump-dgram.c - see pump-dgram.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump-dgram.h"

#include "io-raw.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>

enum {
    READS_MAX = 64, /* of one system call: as many packets as are merged into one at most */
    CONTROL_SIZE = CMSG_SPACE(sizeof(int)),
    SEGMENTS_MAX = 64, /* the kernel's UDP_MAX_SEGMENTS before Linux 6.9 */
    SEGMENTED_MAX = 65000,
    LEAST = 512, /* octets that a datagram counts at least: a short one takes time, too */
};

bool
pump_dgram_init(struct pump_dgram *d, struct pump *pump)
{
    *d = (struct pump_dgram){.pump = pump, .budget = PUMP_BUDGET};
    for (size_t i = 0; i < CHANNELS; i++)
        d->sockets[i].fd = -1;
    d->late_bytes = malloc(PUMP_DGRAM_MAX);
    d->room = malloc((size_t)PUMP_DGRAM_BATCH * PUMP_DGRAM_MAX);
    d->rx = malloc(PUMP_DGRAM_RX);
    d->control = malloc((size_t)READS_MAX * CONTROL_SIZE);
    d->messages = calloc(READS_MAX, sizeof *d->messages);
    d->pieces = calloc(READS_MAX, sizeof *d->pieces);
    return d->late_bytes != NULL && d->room != NULL && d->rx != NULL && d->control != NULL &&
           d->messages != NULL && d->pieces != NULL;
}

void
pump_dgram_clear(struct pump_dgram *d)
{
    free(d->late_bytes);
    free(d->room);
    free(d->rx);
    free(d->control);
    free(d->messages);
    free(d->pieces);
    *d = (struct pump_dgram){0};
    for (size_t i = 0; i < CHANNELS; i++)
        d->sockets[i].fd = -1;
}

void
pump_dgram_use(struct pump_dgram *d, enum session_channel channel, int fd, bool ip_header)
{
    d->sockets[channel] = (struct pump_dgram_socket){.fd = fd, .ip_header = ip_header};
    if (fd < 0 && d->late_channel == channel)
        d->late = 0;
    if (fd < 0)
        d->at = d->n = 0;
}

void
pump_dgram_use_udp(struct pump_dgram *d, enum session_channel channel, int fd)
{
    const int on = 1;

    pump_dgram_use(d, channel, fd, false);
    d->sockets[channel].segments = true; /* until it says no */
    d->sockets[channel].wide = true;
    setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof on); /* else they come one by one */
}

/* ---- down ---- */

/* @n datagrams, or nothing, to the session. What comes out of its own memory does not outlive its
 * next call. */
static void
digest(struct pump_dgram *d, enum session_channel channel, usec_t now, struct session_packet *v,
       size_t n)
{
    const uint8_t *const end = d->rx + PUMP_DGRAM_RX;
    struct session_packets packets;
    size_t used = 0;

    do {
        bool elsewhere = false;

        used += session_receive_batch(d->pump->session, now, channel, v + used, n - used, &packets);
        for (size_t i = 0; i < packets.n; i++)
            elsewhere |= packets.v[i].p < d->rx || packets.v[i].p >= end;
        pump_deliver(d->pump, &packets);
        if (elsewhere)
            pump_delivered(d->pump);
    } while (used < n || packets.n == SESSION_BATCH);
}

/* Datagrams that wait for the session. */
struct gathered {
    size_t n;
    struct session_packet v[SESSION_BATCH];
};

static void
gather(struct pump_dgram *d, enum session_channel channel, usec_t now, struct gathered *g,
       uint8_t *p, size_t n)
{
    struct rd payload = rd_over(p, n);

    d->heard++;
    if (n > PUMP_DGRAM_GRO || (d->sockets[channel].ip_header && !io_raw_payload(payload, &payload)))
        d->pump->stats.dropped++;
    else if (payload.left > 0)
        g->v[g->n++] = (struct session_packet){p + (payload.p - p), payload.left};
    if (g->n == SESSION_BATCH) {
        digest(d, channel, now, g->v, g->n);
        g->n = 0;
    }
}

/* Of how many octets each of the datagrams is that were joined; all of them when it was one. */
static size_t
segment_of(struct msghdr *m, size_t n)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
        int size;

        if (c->cmsg_level != IPPROTO_UDP || c->cmsg_type != UDP_GRO)
            continue;
        memcpy(&size, CMSG_DATA(c), sizeof size);
        if (size > 0)
            return (size_t)size;
    }
    return n;
}

static size_t
take(struct pump_dgram *d, enum session_channel channel, usec_t now, struct gathered *g,
     struct mmsghdr *m)
{
    uint8_t *p = m->msg_hdr.msg_iov->iov_base;
    const size_t total = m->msg_len, segment = segment_of(&m->msg_hdr, total);

    if (m->msg_hdr.msg_flags & MSG_TRUNC) {
        d->pump->stats.dropped++;
        return total;
    }
    for (size_t at = 0; at < total; at += segment)
        gather(d, channel, now, g, p + at, total - at < segment ? total - at : segment);
    return total;
}

/* The same memory holds a few long reads or many short ones. */
static unsigned
reads_of(const struct pump_dgram_socket *s)
{
    return s->wide ? PUMP_DGRAM_RX / PUMP_DGRAM_GRO : READS_MAX;
}

static int
read_many(struct pump_dgram *d, const struct pump_dgram_socket *s)
{
    const size_t size = s->wide ? PUMP_DGRAM_GRO : PUMP_DGRAM_MAX;
    const unsigned most = reads_of(s);
    int n;

    for (unsigned i = 0; i < most; i++) {
        d->pieces[i] = (struct iovec){.iov_base = d->rx + i * size, .iov_len = size};
        d->messages[i].msg_hdr = (struct msghdr){.msg_iov = &d->pieces[i], .msg_iovlen = 1};
        if (!s->wide)
            continue;
        d->messages[i].msg_hdr.msg_control = d->control + (size_t)i * CONTROL_SIZE;
        d->messages[i].msg_hdr.msg_controllen = CONTROL_SIZE;
    }
    do
        n = recvmmsg(s->fd, d->messages, most, MSG_DONTWAIT, NULL);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno != EAGAIN)
        d->error = errno;
    return n;
}

void
pump_dgram_receive(struct pump_dgram *d, enum session_channel channel, usec_t now)
{
    const struct pump_dgram_socket *s = &d->sockets[channel];
    const int most = (int)reads_of(s);
    struct gathered g = {0};
    size_t total = 0;
    int n = most;

    while (s->fd >= 0 && n == most && total < d->budget) {
        n = read_many(d, s);
        for (int i = 0; i < n; i++) {
            const size_t octets = take(d, channel, now, &g, &d->messages[i]);
            total += octets > LEAST ? octets : LEAST;
        }
        if (g.n > 0)
            digest(d, channel, now, g.v, g.n);
        g.n = 0;
        pump_delivered(d->pump);
    }
}

void
pump_dgram_release(struct pump_dgram *d, usec_t now)
{
    digest(d, CHANNEL_DATA, now, NULL, 0);
}

/* ---- up ---- */

/* False: there is no room. Any other error is this packet's: ICMP that came back, a route that is
 * gone for the moment. Whether the call still lives is PPP's to find out. A policy of IPsec without
 * an association for it: ESRCH; but EAGAIN, as if there were no room, when some program listens
 * that could make one. */
static bool
send_now(struct pump_dgram *d, enum session_channel channel, const uint8_t *p, size_t n)
{
    struct pump_dgram_socket *s = &d->sockets[channel];
    ssize_t sent;

    do
        sent = send(s->fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    s->refused |= sent < 0 && errno == ESRCH;
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return false;
    d->pump->stats.dropped += sent < 0;
    return true;
}

/* How many frames from ->at on may go as one: all of one length, but that the last may be shorter.
 */
static size_t
run_length(const struct pump_dgram *d)
{
    const size_t segment = d->frames[d->at].len;
    size_t n = 1, total = segment;

    for (; d->at + n < d->n && n < SEGMENTS_MAX; n++) {
        const size_t len = d->frames[d->at + n].len;

        if (len > segment || total + len > SEGMENTED_MAX || d->frames[d->at + n - 1].len != segment)
            break;
        total += len;
    }
    return n;
}

/* @n frames as one, cut again by the kernel or the network card. False: it does not do that for
 * them; *ret_full: there is no room. */
static bool
send_run(struct pump_dgram *d, struct pump_dgram_socket *s, size_t n, bool *ret_full)
{
    struct iovec iov[SEGMENTS_MAX];
    const int segment = (int)d->frames[d->at].len;
    ssize_t sent;

    if (s->segment != (size_t)segment &&
        setsockopt(s->fd, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment) < 0)
        return false;
    s->segment = (size_t)segment;
    for (size_t i = 0; i < n; i++)
        iov[i] = (struct iovec){d->frames[d->at + i].p, d->frames[d->at + i].len};
    do
        sent = writev(s->fd, iov, (int)n);
    while (sent < 0 && errno == EINTR);
    *ret_full = sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    if (sent < 0 && (errno == EIO || errno == EINVAL || errno == EMSGSIZE || errno == EOPNOTSUPP))
        return false;
    d->pump->stats.dropped += sent < 0 && !*ret_full ? n : 0;
    return true;
}

/* Without segmentation the length that was set must not cut a frame. */
static void
no_segments(struct pump_dgram_socket *s)
{
    const int none = 0;

    setsockopt(s->fd, IPPROTO_UDP, UDP_SEGMENT, &none, sizeof none);
    s->segments = false;
    s->segment = 0;
}

/* What is sealed, as far as there is room. */
static void
push(struct pump_dgram *d)
{
    const enum session_channel channel = d->pump->framing.channel;
    struct pump_dgram_socket *s = &d->sockets[channel];

    while (d->at < d->n && s->fd >= 0) {
        const size_t run = s->segments ? run_length(d) : 1;
        bool full = false;

        if (run > 1 && !send_run(d, s, run, &full)) {
            no_segments(s);
            continue;
        }
        if (run == 1 && s->segment != 0 && d->frames[d->at].len > s->segment) {
            no_segments(s);
            s->segments = true;
        }
        if (run == 1)
            full = !send_now(d, channel, d->frames[d->at].p, d->frames[d->at].len);
        if (full)
            return;
        d->at += run;
    }
    d->at = d->n = 0;
}

void
pump_dgram_put(struct pump_dgram *d, enum session_channel channel, struct rd bytes)
{
    struct pump_dgram_socket *s = &d->sockets[channel];

    if (s->fd < 0) { /* nothing leads there */
        d->pump->stats.dropped++;
        return;
    }
    if (s->segment != 0 && bytes.left > s->segment) {
        no_segments(s);
        s->segments = true;
    }
    if (send_now(d, channel, bytes.p, bytes.left))
        return;
    if (bytes.left > PUMP_DGRAM_MAX) {
        d->pump->stats.dropped++;
        return;
    }
    memcpy(d->late_bytes, bytes.p, bytes.left);
    d->late = bytes.left;
    d->late_channel = channel;
}

void
pump_dgram_flush(struct pump_dgram *d)
{
    if (d->late > 0 && send_now(d, d->late_channel, d->late_bytes, d->late))
        d->late = 0;
    if (d->late == 0)
        push(d);
}

void
pump_dgram_writable(struct pump_dgram *d, enum session_channel channel)
{
    const size_t late = d->late, at = d->at;

    if (!pump_dgram_blocked_on(d, channel))
        return;
    pump_dgram_flush(d);
    if (!pump_dgram_blocked_on(d, channel) || d->late != late || d->at != at)
        return;
    d->sockets[channel].refused = true;
    d->pump->stats.dropped += late > 0 ? 1 : d->n - at;
    if (late > 0)
        d->late = 0;
    else
        d->at = d->n = 0;
}

bool
pump_dgram_blocked(const struct pump_dgram *d)
{
    return d->late > 0 || d->at < d->n;
}

bool
pump_dgram_blocked_on(const struct pump_dgram *d, enum session_channel channel)
{
    if (d->late > 0)
        return d->late_channel == channel;
    return d->at < d->n && d->pump->framing.channel == channel;
}

bool
pump_dgram_wants_tun(const struct pump_dgram *d)
{
    return d->pump->open && !pump_dgram_blocked(d);
}

enum pump_result
pump_dgram_send(struct pump_dgram *d)
{
    const size_t most = d->pump->queue.ahead > 0 ? PUMP_DGRAM_FEW : PUMP_DGRAM_BATCH;
    int error = 0;

    for (size_t total = 0; error == 0 && total < d->budget && pump_dgram_wants_tun(d);) {
        d->n = pump_seal_batch(d->pump, d->room, PUMP_DGRAM_MAX, d->frames, most, &error);
        for (size_t i = 0; i < d->n; i++)
            total += d->frames[i].len;
        d->at = 0;
        push(d);
    }
    return pump_tun_result(error);
}
