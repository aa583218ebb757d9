/* tunnel-l2tp.c - a session over L2TP: UDP 500 and 4500, and raw ESP; or UDP 1701 alone. See
 * tunnel.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "tunnel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "cipher.h"
#include "hash.h"
#include "l2tp-cert.h"
#include "l2tp-kernel-esp.h"

enum { IKE_FLOAT_PORT = 4500 };
enum { WHICH_4500, WHICH_ESP }; /* asked for beside ->server */

static const struct ras_end unknown; /* datagrams have no connection that could be lost */

static bool
has_ipsec(const struct tunnel *t)
{
    return t->start.plan.ipsec != PLAN_IPSEC_NONE;
}

/* What ->server's socket carries. */
static enum session_channel
server_channel(const struct tunnel *t)
{
    return has_ipsec(t) ? CHANNEL_CONTROL : CHANNEL_DATA;
}

static bool
read_certificates(struct tunnel *t)
{
    struct ras_end why = {0};

    if (t->start.plan.ipsec != PLAN_IPSEC_CERTIFICATE)
        return true;
    t->l2tp.cert = l2tp_cert_new(&t->start.plan, &t->start.credentials, &why);
    if (t->l2tp.cert == NULL)
        tunnel_end_with(t, &why);
    return t->l2tp.cert != NULL;
}

static bool
prepare(struct tunnel *t)
{
    if (!hash_init() || !cipher_init()) {
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "libcrypto lacks a cipher that IPsec needs");
        return false;
    }
    t->l2tp.udp4500.fd = t->l2tp.esp.fd = t->l2tp.kernel.fd = -1;
    if (!pump_dgram_init(&t->l2tp.pump, &t->pump)) {
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "no memory for the buffers");
        return false;
    }
    return read_certificates(t);
}

/* ---- the sockets ---- */

static void
on_channel(struct tunnel *t, enum session_channel channel, uint32_t events)
{
    if (t->session != NULL && events & (EPOLLIN | EPOLLERR | EPOLLHUP))
        pump_dgram_receive(&t->l2tp.pump, channel, t->loop.now);
    if (t->session != NULL && events & EPOLLOUT)
        pump_dgram_writable(&t->l2tp.pump, channel);
}

static void
on_udp4500(void *owner, uint32_t events)
{
    on_channel(owner, CHANNEL_DATA, events);
}

static void
on_esp(void *owner, uint32_t events)
{
    on_channel(owner, CHANNEL_ESP, events);
}

static void
readable(struct tunnel *t)
{
    on_channel(t, server_channel(t), EPOLLIN);
}

static void
writable(struct tunnel *t)
{
    on_channel(t, server_channel(t), EPOLLOUT);
}

/* Our end of a socket: its port, and its address into @ret. */
static uint16_t
local_end(int fd, struct session_address *ret)
{
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    } a = {0};
    socklen_t size = sizeof a;

    *ret = (struct session_address){0};
    if (fd < 0 || getsockname(fd, &a.any, &size) < 0)
        return 0;
    if (a.any.sa_family == AF_INET) {
        ret->family = 4;
        memcpy(ret->octets, &a.in.sin_addr, 4);
        return ntohs(a.in.sin_port);
    }
    if (a.any.sa_family != AF_INET6)
        return 0;
    ret->family = 6;
    memcpy(ret->octets, &a.in6.sin6_addr, 16);
    return ntohs(a.in6.sin6_port);
}

static void
start(struct tunnel *t)
{
    struct tunnel_over_udp *l = &t->l2tp;
    struct session_link_info info = {
        .remote.family = t->address->family,
        .cert = l->cert,
        .unix_time = (uint64_t)time(NULL),
        .kernel_esp = t->start.kernel_esp,
    };
    struct session_address same;

    memcpy(info.remote.octets, t->address->octets, sizeof info.remote.octets);
    info.local_port[server_channel(t)] = local_end(t->server.fd, &info.local);
    if (has_ipsec(t))
        info.local_port[CHANNEL_DATA] = local_end(l->udp4500.fd, &same);
    pump_dgram_use_udp(&l->pump, server_channel(t), t->server.fd);
    l->pump.heard = 0;
    tunnel_start_session(t, &info);
}

static void
ask(struct tunnel *t, unsigned which, uint16_t port, enum socket_kind kind)
{
    struct control_address to = *t->address;

    to.port = port;
    const int error =
        control_open_socket(t->control_fd, (uint16_t)(TUNNEL_TAG_LINK - which), &to, kind);
    if (error < 0)
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "asking for a socket: %s", strerror(-error));
    t->l2tp.waiting++;
}

static void
connected(struct tunnel *t)
{
    t->l2tp.waiting = 0;
    if (!has_ipsec(t)) {
        start(t);
        return;
    }
    ask(t, WHICH_4500, IKE_FLOAT_PORT, SOCKET_UDP);
    ask(t, WHICH_ESP, 0, SOCKET_ESP);
}

/* Takes @fd. 0 or an errno. */
static int
use(struct tunnel *t, unsigned which, int fd)
{
    struct tunnel_over_udp *l = &t->l2tp;
    struct loop_source *source = which == WHICH_4500 ? &l->udp4500 : &l->esp;

    *source = (struct loop_source){
        .fd = fd, .ready = which == WHICH_4500 ? on_udp4500 : on_esp, .owner = t};
    if (which == WHICH_4500)
        pump_dgram_use_udp(&l->pump, CHANNEL_DATA, fd);
    else
        pump_dgram_use(&l->pump, CHANNEL_ESP, fd, t->address->family == 4);
    return -loop_add(&t->loop, source, EPOLLIN);
}

/* Without a raw socket there is still ESP in UDP, which most calls use anyway. */
static bool
on_socket(struct tunnel *t, unsigned which, int fd, int error)
{
    if (which > WHICH_ESP || t->l2tp.waiting == 0 || t->session != NULL || t->address == NULL ||
        (which == WHICH_4500 ? t->l2tp.udp4500.fd : t->l2tp.esp.fd) >= 0) { /* nobody asked */
        if (fd >= 0)
            close(fd);
        return false;
    }
    t->l2tp.waiting--;
    if (fd >= 0)
        error = use(t, which, fd);
    if (error != 0 && which == WHICH_4500)
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "a socket for UDP 4500: %s", strerror(error));
    else if (error != 0)
        control_log(t->control_fd, 5, "no raw socket for ESP: %s", strerror(error));
    if (t->l2tp.waiting == 0 && !t->ended)
        start(t);
    return true;
}

/* ---- each round ---- */

static void
say(struct tunnel *t)
{
    struct pump_dgram *d = &t->l2tp.pump;
    struct session_output out;

    while (t->session != NULL && !pump_dgram_blocked(d) && session_poll_output(t->session, &out))
        pump_dgram_put(d, out.channel, out.bytes);
}

static void
packets(struct tunnel *t)
{
    say(t);
    tunnel_check(t, pump_dgram_send(&t->l2tp.pump), &unknown, "connection");
}

static void
expired(struct tunnel *t)
{
    pump_dgram_release(&t->l2tp.pump, t->loop.now);
}

static void
flush(struct tunnel *t)
{
    struct tunnel_over_udp *l = &t->l2tp;

    pump_dgram_flush(&l->pump);
    say(t);
    if (pump_waits(&t->pump) && pump_dgram_wants_tun(&l->pump))
        packets(t);
    l2tp_kernel_esp_check(t);
}

static void
watch_one(struct tunnel *t, struct loop_source *source, enum session_channel channel)
{
    const bool blocked = pump_dgram_blocked_on(&t->l2tp.pump, channel);

    if (source->fd >= 0)
        loop_watch(&t->loop, source, EPOLLIN | (blocked ? EPOLLOUT : 0));
}

static void
watch(struct tunnel *t)
{
    watch_one(t, &t->server, server_channel(t));
    watch_one(t, &t->l2tp.udp4500, CHANNEL_DATA);
    watch_one(t, &t->l2tp.esp, CHANNEL_ESP);
    watch_one(t, &t->l2tp.kernel, CHANNEL_L2TP);
    if (t->pump.open)
        loop_watch(&t->loop, &t->tun, pump_dgram_wants_tun(&t->l2tp.pump) ? EPOLLIN : 0);
    if (pump_waits(&t->pump) && pump_dgram_wants_tun(&t->l2tp.pump))
        loop_again(&t->loop);
}

static void
describe(const struct tunnel *t, struct tunnel_status *ret)
{
    if (t->session == NULL)
        return;
    ret->weak = (uint8_t)session_weak(t->session);
    ret->ipsec_remembered = session_ipsec_remembered(t->session);
    snprintf(ret->encryption, sizeof ret->encryption, "%s", session_encryption(t->session));
}

static bool
heard(const struct tunnel *t)
{
    return t->l2tp.pump.heard > 0;
}

static void
drop_source(struct tunnel *t, struct loop_source *source)
{
    loop_remove(&t->loop, source);
    if (source->fd >= 0)
        close(source->fd);
    source->fd = -1;
}

static void
drop(struct tunnel *t)
{
    struct tunnel_over_udp *l = &t->l2tp;

    drop_source(t, &l->udp4500);
    drop_source(t, &l->esp);
    drop_source(t, &l->kernel);
    l->asked_esp = 0;
    for (enum session_channel c = CHANNEL_STREAM; c < CHANNELS; c++)
        pump_dgram_use(&l->pump, c, -1, false);
    l->waiting = 0;
}

static void
clear(struct tunnel *t)
{
    pump_dgram_clear(&t->l2tp.pump);
    session_cert_free(t->l2tp.cert);
}

const struct tunnel_link tunnel_l2tp = {
    .prepare = prepare,
    .connected = connected,
    .readable = readable,
    .writable = writable,
    .socket = on_socket,
    .packets = packets,
    .expired = expired,
    .flush = flush,
    .watch = watch,
    .describe = describe,
    .heard = heard,
    .second = "asking for sockets",
    .drop = drop,
    .clear = clear,
};
