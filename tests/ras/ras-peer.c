/* ras-peer.c - see ras-peer.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras-peer.h"
#include "ras-ip.h"
#include "ras-report.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define HANDSHAKE_TIMEOUT (30 * USEC_PER_SEC)
#define DRAIN_TIMEOUT     (3 * USEC_PER_SEC)

static bool
make_call(struct ras_peer *p, enum plan_protocol protocol, const struct rng *rng, usec_t now)
{
    p->tx = malloc(RAS_PEER_TX);
    p->rx = malloc(RAS_PEER_RX);
    p->core = ras_core_new(p->config, protocol, rng, p->call, now);
    return p->tx != NULL && p->rx != NULL && p->core != NULL;
}

struct ras_peer *
ras_peer_new(int fd, uint32_t call, SSL_CTX *ctx, const struct ras_config *config,
             struct ras_tun *tun, const struct rng *rng, usec_t now)
{
    struct ras_peer *p = calloc(1, sizeof *p);
    SSL *ssl = SSL_new(ctx);

    if (p == NULL || ssl == NULL) {
        free(p);
        SSL_free(ssl);
        close(fd);
        return NULL;
    }
    p->fd = fd;
    p->call = call;
    p->tun = tun;
    p->config = config;
    p->deadline = now + HANDSHAKE_TIMEOUT;
    SSL_set_accept_state(ssl);
    if (!io_tls_adopt(&p->tls, ssl, fd) || !make_call(p, PLAN_SSTP, rng, now)) {
        ras_peer_free(p);
        return NULL;
    }
    return p;
}

struct ras_peer *
ras_peer_new_pptp(int fd, uint32_t call, struct ras_gre_port *port, const struct sockaddr_in *from,
                  const struct ras_config *config, struct ras_tun *tun, const struct rng *rng,
                  usec_t now)
{
    struct ras_peer *p = calloc(1, sizeof *p);

    if (p == NULL) {
        close(fd);
        return NULL;
    }
    *p = (struct ras_peer){
        .fd = fd,
        .call = call,
        .tun = tun,
        .config = config,
        .state = PEER_OPEN,
        .deadline = NEVER,
        .gre = {.port = port, .to = *from, .config = config, .rng = rng, .call = call},
    };
    p->gre.to.sin_port = 0;
    if (!make_call(p, PLAN_PPTP, rng, now)) {
        ras_peer_free(p);
        return NULL;
    }
    return p;
}

static bool
over_gre(const struct ras_peer *p)
{
    return p->gre.port != NULL;
}

void
ras_peer_free(struct ras_peer *p)
{
    if (p == NULL)
        return;
    io_tls_clear(&p->tls);
    close(p->fd);
    ras_core_free(p->core);
    free(p->tx);
    free(p->rx);
    free(p);
}

static void
report(struct ras_peer *p)
{
    struct ras_core_event e;

    while (ras_core_poll_event(p->core, &e))
        ras_report_event(p->call, &e);
}

static void
die(struct ras_peer *p, usec_t now)
{
    if (p->state == PEER_DEAD)
        return;
    ras_core_lost(p->core, now);
    report(p);
    p->state = PEER_DEAD;
}

/* A client that may use any source could speak for another. */
static bool
source_right(struct ras_peer *p, const struct session_packet *packet)
{
    struct rd r = rd_over(packet->p, packet->len);

    if (packet->len >= 40 && packet->p[0] >> 4 == 6) {
        const bool ours =
            p->config->has_prefix6 && memcmp(packet->p + 8, p->config->prefix6, 8) == 0;
        if (ours)
            memcpy(p->local6, packet->p + 8, 16);
        return ours;
    }
    rd_take(&r, 12);
    return rd_be32(&r) == ras_core_client4(p->core) && rd_ok(&r);
}

/* A sealed packet, which lies behind what waits in ->tx: it joins that, or goes at once. */
static void
put_sealed(struct ras_peer *p, const uint8_t *at, size_t n)
{
    if (over_gre(p)) { /* it was made in ras_gre_room() */
        ras_gre_send(&p->gre, at, n);
        return;
    }
    if (at != p->tx + p->tx_len) /* a shorter header than there was room for */
        memmove(p->tx + p->tx_len, at, n);
    p->tx_len += n;
}

/* Where the next packet is made, head and all, and how much there is. */
static uint8_t *
room_for_packet(struct ras_peer *p, size_t *ret_room)
{
    *ret_room = over_gre(p) ? RAS_GRE_MAX : RAS_PEER_TX - p->tx_len;
    return over_gre(p) ? ras_gre_room(p->gre.port) : p->tx + p->tx_len;
}

/* Without a TUN the server itself is all there is behind the tunnel. */
static void
answer(struct ras_peer *p, const struct session_packet *packet)
{
    const struct session_framing f = ras_core_framing(p->core);
    size_t n = packet->len, room;
    uint8_t *at = room_for_packet(p, &room) + f.head;

    if (n + f.head > room)
        return;
    memcpy(at, packet->p, n);
    if (!ras_ip_echo(p->config, at, n, true) || !ras_core_seal(p->core, &at, &n))
        return;
    put_sealed(p, at, n);
}

static void
deliver(struct ras_peer *p, const struct session_packets *packets)
{
    for (size_t i = 0; i < packets->n; i++) {
        if (!source_right(p, &packets->v[i]))
            p->spoofed++;
        else if (p->tun != NULL)
            offload_merge_add(&p->tun->merge, packets->v[i].p, packets->v[i].len);
        else
            answer(p, &packets->v[i]);
    }
}

static void
delivered(struct ras_peer *p)
{
    if (p->tun != NULL)
        offload_merge_flush(&p->tun->merge);
}

/* What lies in the receive buffer, as far as it makes whole packets. */
static void
digest(struct ras_peer *p, usec_t now)
{
    static struct session_packets packets;
    size_t at = 0, used;

    do {
        used = ras_core_receive(p->core, now, p->rx + at, p->rx_len - at, &packets);
        deliver(p, &packets);
        delivered(p);
        at += used;
    } while (used > 0 && at < p->rx_len);
    memmove(p->rx, p->rx + at, p->rx_len - at);
    p->rx_len -= at;
}

/* A stream without TLS speaks as io_tls does. */
static enum io_tls_result
plain_result(ssize_t done, size_t *ret)
{
    *ret = done > 0 ? (size_t)done : 0;
    if (done > 0)
        return IO_TLS_OK;
    if (done == 0)
        return IO_TLS_CLOSED;
    return errno == EAGAIN || errno == EINTR ? IO_TLS_AGAIN : IO_TLS_FAILED;
}

static enum io_tls_result
read_some(struct ras_peer *p, uint8_t *to, size_t n, size_t *ret)
{
    return over_gre(p) ? plain_result(recv(p->fd, to, n, 0), ret)
                       : io_tls_read(&p->tls, to, n, ret);
}

static enum io_tls_result
write_some(struct ras_peer *p, const uint8_t *from, size_t n, size_t *ret)
{
    return over_gre(p) ? plain_result(send(p->fd, from, n, MSG_NOSIGNAL), ret)
                       : io_tls_write(&p->tls, from, n, ret);
}

static enum io_tls_result
flush_some(struct ras_peer *p)
{
    return over_gre(p) ? IO_TLS_OK : io_tls_flush(&p->tls);
}

static void
receive(struct ras_peer *p, usec_t now)
{
    size_t budget = RAS_PEER_BUDGET, n;

    p->more = true;
    while (p->state == PEER_OPEN && budget > 0) {
        const enum io_tls_result r = read_some(p, p->rx + p->rx_len, RAS_PEER_RX - p->rx_len, &n);
        if (r == IO_TLS_AGAIN) {
            p->more = false;
            break;
        }
        if (r != IO_TLS_OK) {
            die(p, now);
            return;
        }
        p->rx_len += n;
        budget -= n < budget ? n : budget;
        /* Read on while there is room: the more packets, the longer the merged ones. */
        if (RAS_PEER_RX - p->rx_len < IO_TLS_RECORD)
            digest(p, now);
    }
    if (p->rx_len > 0)
        digest(p, now);
    report(p);
}

static void
reset(struct ras_peer *p)
{
    const struct linger hard = {.l_onoff = 1, .l_linger = 0};

    setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    p->state = PEER_DEAD;
}

static void
handshake(struct ras_peer *p, usec_t now)
{
    const enum io_tls_result r = io_tls_handshake(&p->tls);

    if (r == IO_TLS_AGAIN)
        return;
    if (r != IO_TLS_OK) {
        ras_report("tls-failed", p->call, -1, p->tls.end.detail);
        die(p, now);
        return;
    }
    if (p->config->client_cert && SSL_get0_peer_certificate(p->tls.ssl) == NULL) {
        reset(p);
        return;
    }
    ras_report("tls", p->call, -1, io_tls_version(&p->tls));
    p->state = PEER_OPEN;
    p->deadline = NEVER;
}

void
ras_peer_ready(struct ras_peer *p, usec_t now)
{
    if (p->state == PEER_HANDSHAKE)
        handshake(p, now);
    if (p->state == PEER_OPEN)
        receive(p, now);
    ras_peer_flush(p, now);
}

static void
taken(struct ras_peer *p, size_t n)
{
    if (n > 0)
        memmove(p->tx, p->tx + n, p->tx_len - n);
    p->tx_len -= n;
}

void
ras_peer_push(struct ras_peer *p, usec_t now)
{
    size_t n = 0;

    if (over_gre(p)) { /* packets wait for nothing, only the control connection does */
        ras_peer_flush(p, now);
        return;
    }
    if (p->state != PEER_OPEN)
        return;
    if (io_tls_write(&p->tls, p->tx, p->tx_len - p->tx_len % IO_TLS_RECORD, &n) == IO_TLS_FAILED)
        die(p, now);
    taken(p, n);
}

/* ->tx is written as far as the socket takes it. False: no more now. */
static bool
write_tx(struct ras_peer *p, usec_t now)
{
    size_t done = 0, n;

    while (done < p->tx_len) {
        const enum io_tls_result r = write_some(p, p->tx + done, p->tx_len - done, &n);
        done += n;
        if (r == IO_TLS_FAILED || r == IO_TLS_CLOSED) {
            die(p, now);
            return false;
        }
        const enum io_tls_result flushed = flush_some(p);
        if (flushed == IO_TLS_FAILED) {
            die(p, now);
            return false;
        }
        if (flushed == IO_TLS_AGAIN || r == IO_TLS_AGAIN)
            break;
    }
    taken(p, done);
    return p->tx_len == 0 && flush_some(p) == IO_TLS_OK;
}

/* What the call itself has to say, each piece a write of its own. */
static bool
write_pieces(struct ras_peer *p, usec_t now)
{
    struct session_output gram;
    struct rd piece;

    while (ras_core_poll_datagram(p->core, &gram))
        ras_gre_send(&p->gre, gram.bytes.p, gram.bytes.left);
    while (ras_core_poll_output(p->core, &piece)) {
        memcpy(p->tx, piece.p, piece.left);
        p->tx_len = piece.left;
        if (!write_tx(p, now))
            return false;
    }
    return true;
}

void
ras_peer_flush(struct ras_peer *p, usec_t now)
{
    p->heard = false;
    if (p->state != PEER_OPEN && p->state != PEER_DRAINING)
        return;
    if (!write_tx(p, now) || !write_pieces(p, now))
        return;
    report(p);
    if (p->state == PEER_OPEN && ras_core_wants_close(p->core)) {
        if (ras_core_wants_reset(p->core)) {
            reset(p);
            return;
        }
        if (!over_gre(p))
            io_tls_close(&p->tls);
        shutdown(p->fd, SHUT_WR);
        p->state = PEER_DRAINING;
        p->deadline = now + DRAIN_TIMEOUT;
    }
    if (p->state == PEER_DRAINING) {
        uint8_t rest[4096];
        ssize_t n;
        while ((n = recv(p->fd, rest, sizeof rest, 0)) > 0)
            ;
        if (n == 0)
            die(p, now);
    }
}

/* What comes out of the call's own memory does not outlive its next datagram. */
static void
take_datagram(struct ras_peer *p, usec_t now, uint8_t *bytes, size_t n)
{
    static struct session_packets packets;
    bool elsewhere = false;

    ras_core_datagram(p->core, now, CHANNEL_DATA, bytes, n, &packets);
    for (size_t i = 0; i < packets.n; i++)
        elsewhere |= packets.v[i].p < bytes || packets.v[i].p >= bytes + n;
    deliver(p, &packets);
    if (elsewhere)
        delivered(p);
}

void
ras_peer_datagram(struct ras_peer *p, usec_t now, uint8_t *bytes, size_t n)
{
    if (p->state != PEER_OPEN)
        return;
    take_datagram(p, now, bytes, n);
    p->heard = true;
}

void
ras_peer_expire(struct ras_peer *p, usec_t now)
{
    if (now >= p->deadline) {
        if (p->state == PEER_HANDSHAKE)
            ras_report("tls-failed", p->call, -1, "the handshake takes too long");
        die(p, now);
        return;
    }
    if (p->state == PEER_OPEN && now >= ras_core_deadline(p->core)) {
        ras_core_expire(p->core, now);
        take_datagram(p, now, p->rx, 0); /* those that waited for others */
    }
    report(p);
    ras_peer_flush(p, now);
}

usec_t
ras_peer_deadline(const struct ras_peer *p)
{
    return p->state == PEER_OPEN ? usec_min(p->deadline, ras_core_deadline(p->core)) : p->deadline;
}

bool
ras_peer_has_room(const struct ras_peer *p)
{
    return p->state == PEER_OPEN && p->tx_len < RAS_PEER_SEND_AT && !io_tls_blocked(&p->tls);
}

void
ras_peer_take(struct ras_peer *p, struct offload_cut *cut)
{
    const struct session_framing f = ras_core_framing(p->core);

    while (offload_cut_left(cut) && ras_peer_has_room(p)) {
        size_t room, n;
        uint8_t *at = room_for_packet(p, &room) + f.head;

        if (room <= f.head + (size_t)f.mtu)
            return;
        n = offload_cut_next(cut, at, f.mtu);

        if (n == 0) { /* longer than the client takes */
            *cut = (struct offload_cut){.ended = true};
            return;
        }
        if (!ras_core_seal(p->core, &at, &n))
            continue;
        put_sealed(p, at, n);
    }
}

bool
ras_peer_waits(const struct ras_peer *p)
{
    return p->tx_len > 0 || p->tls.out_len > 0;
}

bool
ras_peer_wants_write(const struct ras_peer *p)
{
    return p->state != PEER_DEAD && (p->tx_len > 0 || io_tls_blocked(&p->tls));
}
