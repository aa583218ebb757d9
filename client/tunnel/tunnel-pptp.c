/* tunnel-pptp.c - a session over PPTP: TCP beside raw GRE. See tunnel.h. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "tunnel.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hash.h"

/* A packet takes some 5 us here, so that it matters how many a ping meets. Over what is faster a
 * super-packet is best sealed while it is in the cache, and none is read ahead. */
enum {
    READ_AHEAD = 128 * 1024, /* octets of transfers that wait in the tunnel: tun-queue.h */
    BUDGET = 32 * 1024,      /* in one direction before the other's turn */
};

static void
check(struct tunnel *t, enum pump_result result)
{
    tunnel_check(t, result, &t->pptp.end, "control connection");
}

static bool
prepare(struct tunnel *t)
{
    if (!hash_init()) {
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "libcrypto lacks a digest that PPTP needs");
        return false;
    }
    t->pptp.gre.fd = -1;
    if (!pump_dgram_init(&t->pptp.pump, &t->pump)) {
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "no memory for the buffers");
        return false;
    }
    t->pump.queue.ahead = READ_AHEAD;
    t->pptp.pump.budget = BUDGET;
    return true;
}

/* ---- the control connection ---- */

/* Unless there is room, what the session says stays with it. */
static bool
has_room(const struct tunnel_over_gre *l)
{
    return sizeof l->tx - l->tx_len >= PUMP_OUTPUT && !pump_dgram_blocked(&l->pump);
}

static void
push(struct tunnel *t)
{
    struct tunnel_over_gre *l = &t->pptp;
    ssize_t n;

    if (l->tx_len == 0 || l->end.error != RAS_OK)
        return;
    do
        n = send(t->server.fd, l->tx, l->tx_len, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno != EAGAIN) {
        ras_end_set(&l->end, RAS_LINK_FAILURE, "the control connection: %s", strerror(errno));
        check(t, PUMP_FAILED);
    } else if (n > 0) {
        l->tx_len -= (size_t)n;
        memmove(l->tx, l->tx + n, l->tx_len);
    }
}

/* All that the session has to say, in its order. */
static void
say(struct tunnel *t)
{
    struct tunnel_over_gre *l = &t->pptp;
    struct session_output out;

    while (t->session != NULL && has_room(l) && session_poll_output(t->session, &out)) {
        if (out.channel == CHANNEL_STREAM) {
            struct wr w = wr_over(l->tx + l->tx_len, sizeof l->tx - l->tx_len);
            wr_rd(&w, out.bytes);
            l->tx_len += w.len;
        } else {
            pump_dgram_put(&l->pump, out.channel, out.bytes);
        }
    }
}

static void
digest(struct tunnel *t)
{
    struct tunnel_over_gre *l = &t->pptp;
    struct session_packets none;
    const size_t used =
        session_receive(t->session, t->loop.now, CHANNEL_STREAM, l->rx, l->rx_len, &none);

    l->rx_len -= used;
    memmove(l->rx, l->rx + used, l->rx_len);
}

static void
readable(struct tunnel *t)
{
    struct tunnel_over_gre *l = &t->pptp;
    ssize_t n;

    if (t->session == NULL)
        return;
    do
        n = recv(t->server.fd, l->rx + l->rx_len, sizeof l->rx - l->rx_len, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n > 0) {
        l->rx_len += (size_t)n;
        digest(t);
    } else if (n == 0) {
        check(t, PUMP_CLOSED);
    } else if (errno != EAGAIN) {
        ras_end_set(&l->end, RAS_LINK_FAILURE, "the control connection: %s", strerror(errno));
        check(t, PUMP_FAILED);
    }
}

/* ---- GRE ---- */

static void
on_gre(void *owner, uint32_t events)
{
    struct tunnel *t = owner;

    if (t->session != NULL && events & (EPOLLIN | EPOLLERR | EPOLLHUP))
        pump_dgram_receive(&t->pptp.pump, CHANNEL_DATA, t->loop.now);
    if (t->session != NULL && events & EPOLLOUT)
        pump_dgram_writable(&t->pptp.pump, CHANNEL_DATA);
}

static void
connected(struct tunnel *t)
{
    struct tunnel_over_gre *l = &t->pptp;

    do /* another one each time: what is late, is of no other call */
        tunnel_random(&l->call, sizeof l->call);
    while (l->call == 0);
    struct control_address to = *t->address;
    to.port = l->call;
    loop_remove(&t->loop, &t->server); /* until there is a session for what it says */
    const int error = control_open_socket(t->control_fd, TUNNEL_TAG_LINK, &to, SOCKET_GRE);
    if (error < 0)
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "asking for a socket: %s", strerror(-error));
}

static bool
on_socket(struct tunnel *t, unsigned which, int fd, int error)
{
    struct tunnel_over_gre *l = &t->pptp;
    struct session_link_info info = {.local_call = l->call};

    if (which != 0 || t->address == NULL || t->session != NULL || l->gre.fd >= 0) { /* nobody
                                                                                        asked */
        if (fd >= 0)
            close(fd);
        return false;
    }
    if (fd >= 0) {
        l->gre = (struct loop_source){.fd = fd, .ready = on_gre, .owner = t};
        pump_dgram_use(&l->pump, CHANNEL_DATA, fd, true);
        error = -loop_add(&t->loop, &l->gre, EPOLLIN);
    }
    if (error == 0)
        error = -loop_add(&t->loop, &t->server, EPOLLIN);
    if (error != 0)
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "a socket for GRE: %s", strerror(error));
    else
        tunnel_start_session(t, &info);
    return true;
}

static void
packets(struct tunnel *t)
{
    say(t);
    check(t, pump_dgram_send(&t->pptp.pump));
}

static void
expired(struct tunnel *t)
{
    pump_dgram_release(&t->pptp.pump, t->loop.now);
}

static void
flush(struct tunnel *t)
{
    struct tunnel_over_gre *l = &t->pptp;

    pump_dgram_flush(&l->pump);
    say(t);
    if (pump_waits(&t->pump) && pump_dgram_wants_tun(&l->pump))
        packets(t);
    push(t);
}

static void
watch(struct tunnel *t)
{
    struct tunnel_over_gre *l = &t->pptp;

    /* A server that does not read what it asks for is not read: the session has room for so many
     * answers only. */
    loop_watch(&t->loop, &t->server, (has_room(l) ? EPOLLIN : 0) | (l->tx_len > 0 ? EPOLLOUT : 0));
    loop_watch(&t->loop, &l->gre, EPOLLIN | (pump_dgram_blocked(&l->pump) ? EPOLLOUT : 0));
    if (t->pump.open)
        loop_watch(&t->loop, &t->tun, pump_dgram_wants_tun(&l->pump) ? EPOLLIN : 0);
    if (pump_waits(&t->pump) && pump_dgram_wants_tun(&l->pump))
        loop_again(&t->loop);
}

static void
describe(const struct tunnel *t, struct tunnel_status *ret)
{
    if (t->session != NULL)
        snprintf(ret->encryption, sizeof ret->encryption, "%s", session_encryption(t->session));
}

static void
drop(struct tunnel *t)
{
    struct tunnel_over_gre *l = &t->pptp;

    loop_remove(&t->loop, &l->gre);
    if (l->gre.fd >= 0)
        close(l->gre.fd);
    l->gre.fd = -1;
    pump_dgram_use(&l->pump, CHANNEL_DATA, -1, false);
    l->tx_len = l->rx_len = 0;
}

static void
clear(struct tunnel *t)
{
    explicit_bzero(t->pptp.tx, sizeof t->pptp.tx);
    pump_dgram_clear(&t->pptp.pump);
}

const struct tunnel_link tunnel_pptp = {
    .prepare = prepare,
    .connected = connected,
    .readable = readable,
    .socket = on_socket,
    .packets = packets,
    .expired = expired,
    .flush = flush,
    .watch = watch,
    .describe = describe,
    .drop = drop,
    .clear = clear,
    .second = "waiting for a socket for GRE",
    .ipv4_only = true,
};
