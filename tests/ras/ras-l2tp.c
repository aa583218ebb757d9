/* ras-l2tp.c - see ras-l2tp.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras-l2tp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "ike-config.h"
#include "ike-msg.h"
#include "ras-ip.h"
#include "ras-report.h"

enum {
    PORT_IKE = 500,
    PORT_FLOAT = 4500,
    PORT_L2TP = 1701,
    BUFFER = 4 * 1024 * 1024,
    DATAGRAM_MAX = 64 * 1024,
    COOKIES = 8,
    MARKER = 4,
};

struct ras_l2tp_peer {
    uint32_t call;
    struct ras_l2tp *owner;
    struct ras_core *core;
    struct ike_address from; /* of its first datagram; others may have the address as well */
    uint8_t cookies[COOKIES][IKE_COOKIE_SIZE]; /* of its last attempts: they tell it from others */
    unsigned n_cookies;
    bool forgotten; /* its client begins from anew */
    uint8_t local6[16];
    uint64_t spoofed;
    struct pump pump;
    struct pump_dgram d;
    struct peer_socket {
        int fd;
        uint32_t events;
    } sockets[CHANNELS];
};

/* ---- what the pump takes for its session ---- */

static struct ras_l2tp_peer *
peer_of(const struct session *s)
{
    return (struct ras_l2tp_peer *)(void *)s;
}

/* A client that may use any source could speak for another. */
static bool
source_right(struct ras_l2tp_peer *p, const struct session_packet *packet)
{
    const struct ras_config *config = p->owner->config;
    struct rd r = rd_over(packet->p, packet->len);

    if (packet->len >= 40 && packet->p[0] >> 4 == 6) {
        const bool ours = config->has_prefix6 && memcmp(packet->p + 8, config->prefix6, 8) == 0;
        if (ours)
            memcpy(p->local6, packet->p + 8, 16);
        return ours;
    }
    rd_take(&r, 12);
    return rd_be32(&r) == ras_core_client4(p->core) && rd_ok(&r);
}

/* Without a TUN the server itself is all there is behind the tunnel. */
static void
answer(struct ras_l2tp_peer *p, const struct session_packet *packet)
{
    const struct session_framing f = ras_core_framing(p->core);
    uint8_t buf[PUMP_DGRAM_MAX];
    uint8_t *at = buf + f.head;
    size_t n = packet->len;

    if (n + f.head + f.tail > sizeof buf)
        return;
    memcpy(at, packet->p, n);
    if (ras_ip_echo(p->owner->config, at, n, true) && ras_core_seal(p->core, &at, &n))
        pump_dgram_put(&p->d, f.channel, rd_over(at, n));
}

/* The initiator's cookie of IKE's message. NULL: it is none. */
static const uint8_t *
cookie_of(const uint8_t *bytes, size_t n, bool marked)
{
    static const uint8_t marker[MARKER];
    const size_t skip = marked ? sizeof marker : 0;

    if (n < skip + IKE_HEADER_SIZE || (marked && memcmp(bytes, marker, sizeof marker) != 0))
        return NULL;
    return bytes + skip;
}

static bool
has_cookie(const struct ras_l2tp_peer *p, const uint8_t *cookie)
{
    for (unsigned i = 0; i < p->n_cookies && i < COOKIES; i++)
        if (memcmp(p->cookies[i], cookie, IKE_COOKIE_SIZE) == 0)
            return true;
    return false;
}

static void
note_cookie(struct ras_l2tp_peer *p, const struct session_packet *one)
{
    const uint8_t *cookie = cookie_of(one->p, one->len, false);

    if (cookie != NULL && !has_cookie(p, cookie))
        memcpy(p->cookies[p->n_cookies++ % COOKIES], cookie, IKE_COOKIE_SIZE);
}

/* A client that floated renews phase 1 on UDP 4500. One that begins on UDP 500 once more has
 * forgotten its call, and no goodbye may ever have come. */
static bool
begins_anew(const struct ras_l2tp_peer *p, const struct session_packet *one)
{
    static const uint8_t none[IKE_COOKIE_SIZE];
    const uint8_t *cookie = cookie_of(one->p, one->len, false);

    return cookie != NULL && p->sockets[CHANNEL_DATA].fd >= 0 && ras_core_secured(p->core) &&
           !has_cookie(p, cookie) && memcmp(cookie + IKE_COOKIE_SIZE, none, sizeof none) == 0;
}

/* Another client has come to use the port that this one was at: its cookie tells. */
static bool
is_anothers(const struct ras_l2tp_peer *p, const struct session_packet *one)
{
    const uint8_t *cookie = cookie_of(one->p, one->len, true);

    for (size_t i = 0; cookie != NULL && i < RAS_L2TP_MAX; i++) {
        const struct ras_l2tp_peer *other = p->owner->peers[i];
        if (other != NULL && other != p && has_cookie(other, cookie))
            return memcmp(other->from.octets, p->from.octets, sizeof p->from.octets) == 0;
    }
    return false;
}

size_t
session_receive_batch(struct session *s, usec_t now, enum session_channel from,
                      struct session_packet *v, size_t n, struct session_packets *ret)
{
    struct ras_l2tp_peer *p = peer_of(s);
    size_t good = 0;

    for (size_t i = 0; i < n && from == CHANNEL_CONTROL; i++) {
        p->forgotten |= begins_anew(p, &v[i]);
        if (!p->forgotten)
            note_cookie(p, &v[i]);
    }
    for (size_t i = 0; i < n && from == CHANNEL_DATA && p->owner->config->ipsec; i++)
        p->forgotten |= is_anothers(p, &v[i]);
    if (p->forgotten) {
        ret->n = 0;
        return n; /* the message will come again, and find nobody in its way */
    }
    ras_core_datagrams(p->core, now, from, v, n, ret);
    for (size_t i = 0; i < ret->n; i++) {
        if (!source_right(p, &ret->v[i]))
            p->spoofed++;
        else if (p->owner->tun == NULL)
            answer(p, &ret->v[i]);
        else
            ret->v[good++] = ret->v[i];
    }
    ret->n = good;
    return n;
}

size_t
session_seal_batch(struct session *s, struct session_packet *v, size_t n)
{
    return ras_core_seal_batch(peer_of(s)->core, v, n);
}

bool
session_seal(struct session *s, uint8_t **p, size_t *len)
{
    return ras_core_seal(peer_of(s)->core, p, len);
}

struct session_framing
session_framing(const struct session *s)
{
    return ras_core_framing(peer_of(s)->core);
}

/* ---- sockets ---- */

union end {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
};

static socklen_t
to_end(const struct ike_address *a, uint16_t port, union end *ret)
{
    *ret = (union end){.any.sa_family = a->family == 4 ? AF_INET : AF_INET6};
    if (a->family == 4) {
        ret->in.sin_port = htons(port);
        memcpy(&ret->in.sin_addr, a->octets, sizeof ret->in.sin_addr);
        return sizeof ret->in;
    }
    ret->in6.sin6_port = htons(port);
    memcpy(&ret->in6.sin6_addr, a->octets, sizeof ret->in6.sin6_addr);
    return sizeof ret->in6;
}

static struct ike_address
from_end(const union end *e)
{
    struct ike_address a = {.family = e->any.sa_family == AF_INET ? 4 : 6};

    if (a.family == 4)
        memcpy(a.octets, &e->in.sin_addr, sizeof e->in.sin_addr);
    else
        memcpy(a.octets, &e->in6.sin6_addr, sizeof e->in6.sin6_addr);
    a.port = ntohs(a.family == 4 ? e->in.sin_port : e->in6.sin6_port);
    return a;
}

static const char *
address_text(const struct ike_address *a, char out[static INET6_ADDRSTRLEN])
{
    return inet_ntop(a->family == 4 ? AF_INET : AF_INET6, a->octets, out, INET6_ADDRSTRLEN);
}

/* Bound to @port, and with @peer connected to it; takes @fd. Routers may cut what it sends, as with
 * Windows' servers. */
static int
tie(const struct ras_l2tp *l, int fd, uint16_t port, const struct ike_address *peer)
{
    static const int cut4 = IP_PMTUDISC_DONT, cut6 = IPV6_PMTUDISC_DONT;
    union end here, there;
    const socklen_t size = to_end(&l->address, port, &here);

    if (l->address.family == 4)
        setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &cut4, sizeof cut4);
    else
        setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &cut6, sizeof cut6);
    if (bind(fd, &here.any, size) == 0 &&
        (peer == NULL || connect(fd, &there.any, to_end(peer, peer->port, &there)) == 0))
        return fd;
    const int error = -errno;
    close(fd);
    return error;
}

/* Connected ones share the port of those that listen: the kernel gives them what is theirs. */
static int
open_udp(const struct ras_l2tp *l, uint16_t port, const struct ike_address *peer)
{
    const int domain = l->address.family == 4 ? AF_INET : AF_INET6;
    const int fd = socket(domain, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1, size = BUFFER;

    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return tie(l, fd, port, peer);
}

static int
open_raw(const struct ras_l2tp *l, const struct ike_address *peer)
{
    const int domain = l->address.family == 4 ? AF_INET : AF_INET6;
    const int fd = socket(domain, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ESP);
    struct ike_address there = *peer;

    there.port = 0;
    return fd < 0 ? -errno : tie(l, fd, 0, &there);
}

static int
watch(const struct ras_l2tp *l, int fd, void *who)
{
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = who};

    return epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &e) < 0 ? -errno : 0;
}

static int
listen_on(const struct ras_l2tp *l, int *fd, uint16_t port)
{
    char text[INET6_ADDRSTRLEN], where[INET6_ADDRSTRLEN + 16];

    *fd = open_udp(l, port, NULL);
    if (*fd < 0)
        return *fd;
    snprintf(where, sizeof where, l->address.family == 4 ? "%s:%u/udp" : "[%s]:%u/udp",
             address_text(&l->address, text), port);
    ras_report("listening", 0, -1, where);
    return watch(l, *fd, fd);
}

int
ras_l2tp_open(struct ras_l2tp *l, const char *address)
{
    int error;

    l->first = l->floated = -1;
    l->address = (struct ike_address){.family = strchr(address, ':') == NULL ? 4 : 6};
    if (inet_pton(l->address.family == 4 ? AF_INET : AF_INET6, address, l->address.octets) != 1)
        return -EINVAL;
    if (!l->config->ipsec)
        return listen_on(l, &l->first, PORT_L2TP);
    error = listen_on(l, &l->first, PORT_IKE);
    return error < 0 ? error : listen_on(l, &l->floated, PORT_FLOAT);
}

/* ---- calls ---- */

static void
use(struct ras_l2tp_peer *p, enum session_channel channel, int fd)
{
    struct peer_socket *s = &p->sockets[channel];

    if (s->fd >= 0)
        close(s->fd); /* epoll forgets it */
    *s = (struct peer_socket){.fd = fd, .events = EPOLLIN};
    if (fd < 0) {
        pump_dgram_use(&p->d, channel, -1, false);
        return;
    }
    if (channel == CHANNEL_ESP)
        pump_dgram_use(&p->d, channel, fd, p->from.family == 4);
    else
        pump_dgram_use_udp(&p->d, channel, fd);
    watch(p->owner, fd, s);
}

static void
free_peer(struct ras_l2tp_peer *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < CHANNELS; i++) {
        if (p->sockets[i].fd >= 0)
            close(p->sockets[i].fd);
    }
    pump_dgram_clear(&p->d);
    p->pump.tun.fd = -1; /* all calls' */
    pump_clear(&p->pump);
    ras_core_free(p->core);
    free(p);
}

static bool
prepare(struct ras_l2tp_peer *p, usec_t now)
{
    struct ras_l2tp *l = p->owner;

    for (size_t i = 0; i < CHANNELS; i++)
        p->sockets[i].fd = -1;
    if (!pump_init(&p->pump) || !pump_dgram_init(&p->d, &p->pump))
        return false;
    p->pump.session = (struct session *)(void *)p;
    p->pump.fed = true;
    if (l->tun != NULL) {
        p->pump.tun = l->tun->io;
        p->pump.merge.tso = l->tun->tso;
        p->pump.merge.uso = l->tun->uso;
        p->pump.open = true;
    }
    p->core = ras_core_new(l->config, PLAN_L2TP_IPSEC, l->rng, p->call, now);
    return p->core != NULL;
}

static struct ras_l2tp_peer *
new_peer(struct ras_l2tp *l, const struct ike_address *from, usec_t now)
{
    struct ike_address here = l->address;
    struct ras_l2tp_peer **slot = NULL;
    char text[INET6_ADDRSTRLEN];

    for (size_t i = 0; i < RAS_L2TP_MAX && slot == NULL; i++)
        slot = l->peers[i] == NULL ? &l->peers[i] : NULL;
    if (slot == NULL || (*slot = calloc(1, sizeof **slot)) == NULL) {
        ras_report("no-port", 0, -1, NULL);
        return NULL;
    }
    struct ras_l2tp_peer *p = *slot;
    p->owner = l;
    p->call = ++*l->calls;
    p->from = *from;
    if (!prepare(p, now)) {
        free_peer(p);
        *slot = NULL;
        return NULL;
    }
    here.port = PORT_IKE;
    ras_core_ends(p->core, &here, from);
    if (l->config->ipsec)
        use(p, CHANNEL_ESP, open_raw(l, from));
    ras_report("accepted", p->call, -1, address_text(from, text));
    return p;
}

static void
flush(struct ras_l2tp_peer *p)
{
    struct session_output out;
    struct ras_core_event e;

    pump_dgram_flush(&p->d);
    while (!pump_dgram_blocked(&p->d) && ras_core_poll_datagram(p->core, &out))
        pump_dgram_put(&p->d, out.channel, out.bytes);
    while (ras_core_poll_event(p->core, &e))
        ras_report_event(p->call, &e);
}

/* Whose is it? By its cookie; what has none (ESP), or not IPsec, by where it came from. */
static struct ras_l2tp_peer *
find_peer(struct ras_l2tp *l, const struct ike_address *from, const uint8_t *cookie, bool floated)
{
    struct ras_l2tp_peer *found = NULL;

    for (size_t i = 0; i < RAS_L2TP_MAX; i++) {
        struct ras_l2tp_peer *p = l->peers[i];

        if (p == NULL || memcmp(p->from.octets, from->octets, sizeof from->octets) != 0)
            continue;
        if (cookie != NULL && has_cookie(p, cookie))
            return p;
        if (cookie == NULL && (floated || p->from.port == from->port))
            found = p;
    }
    return found;
}

/* The first datagram from somewhere: a new client, or one whose NAT has thought of another port. */
static void
on_listener(struct ras_l2tp *l, bool floated, usec_t now)
{
    static uint8_t bytes[DATAGRAM_MAX];
    const int fd = floated ? l->floated : l->first;
    const enum session_channel channel =
        floated || !l->config->ipsec ? CHANNEL_DATA : CHANNEL_CONTROL;
    const uint16_t port = floated ? PORT_FLOAT : l->config->ipsec ? PORT_IKE : PORT_L2TP;
    struct session_packets packets;
    struct ras_l2tp_peer *p = NULL;
    union end end;
    socklen_t size = sizeof end;
    const ssize_t n = recvfrom(fd, bytes, sizeof bytes, 0, &end.any, &size);

    if (n <= 0)
        return;
    const struct ike_address from = from_end(&end);
    const uint8_t *cookie = l->config->ipsec ? cookie_of(bytes, (size_t)n, floated) : NULL;
    p = find_peer(l, &from, cookie, floated);
    if (p == NULL && !floated)
        p = new_peer(l, &from, now);
    if (p == NULL)
        return;
    use(p, channel, open_udp(l, port, &from));
    session_receive_batch(p->pump.session, now, channel, &(struct session_packet){bytes, (size_t)n},
                          1, &packets);
    pump_deliver(&p->pump, &packets);
    pump_delivered(&p->pump);
    flush(p);
}

bool
ras_l2tp_ready(struct ras_l2tp *l, const void *who, usec_t now)
{
    if (who == &l->first || who == &l->floated) {
        on_listener(l, who == &l->floated, now);
        return true;
    }
    for (size_t i = 0; i < RAS_L2TP_MAX; i++) {
        struct ras_l2tp_peer *p = l->peers[i];

        for (enum session_channel c = CHANNEL_STREAM; p != NULL && c < CHANNELS; c++) {
            if (who != &p->sockets[c])
                continue;
            pump_dgram_receive(&p->d, c, now);
            flush(p);
            return true;
        }
    }
    return false;
}

bool
ras_l2tp_take(struct ras_l2tp *l, uint32_t to, const uint8_t to6[static 16], bool six,
              struct offload_cut *cut)
{
    for (size_t i = 0; i < RAS_L2TP_MAX; i++) {
        struct ras_l2tp_peer *p = l->peers[i];

        if (p == NULL || (six ? memcmp(p->local6, to6, 16) != 0 : ras_core_client4(p->core) != to))
            continue;
        p->pump.framing = session_framing(p->pump.session);
        p->pump.cut = *cut;
        pump_dgram_send(&p->d);
        *cut = (struct offload_cut){.ended = true}; /* what there was no room for is lost */
        return true;
    }
    return false;
}

static void
update_watch(struct ras_l2tp_peer *p)
{
    for (enum session_channel c = CHANNEL_STREAM; c < CHANNELS; c++) {
        struct peer_socket *s = &p->sockets[c];
        const uint32_t want = EPOLLIN | (pump_dgram_blocked_on(&p->d, c) ? (uint32_t)EPOLLOUT : 0);
        struct epoll_event e = {.events = want, .data.ptr = s};

        if (s->fd >= 0 && want != s->events &&
            epoll_ctl(p->owner->epoll_fd, EPOLL_CTL_MOD, s->fd, &e) == 0)
            s->events = want;
    }
}

usec_t
ras_l2tp_tend(struct ras_l2tp *l, usec_t now)
{
    usec_t next = NEVER;

    for (size_t i = 0; i < RAS_L2TP_MAX; i++) {
        struct ras_l2tp_peer *p = l->peers[i];

        if (p == NULL)
            continue;
        if (now >= ras_core_deadline(p->core))
            ras_core_expire(p->core, now);
        flush(p);
        if (p->forgotten || ras_core_wants_close(p->core)) {
            ras_core_lost(p->core, now);
            flush(p);
            free_peer(p);
            l->peers[i] = NULL;
            continue;
        }
        update_watch(p);
        next = usec_min(next, ras_core_deadline(p->core));
    }
    return next;
}

void
ras_l2tp_hang_up(struct ras_l2tp *l, usec_t now, bool politely)
{
    for (size_t i = 0; i < RAS_L2TP_MAX; i++) {
        if (l->peers[i] == NULL)
            continue;
        ras_core_close(l->peers[i]->core, now, politely);
        flush(l->peers[i]);
    }
}

bool
ras_l2tp_any(const struct ras_l2tp *l)
{
    for (size_t i = 0; i < RAS_L2TP_MAX; i++) {
        if (l->peers[i] != NULL)
            return true;
    }
    return false;
}

void
ras_l2tp_close(struct ras_l2tp *l)
{
    for (size_t i = 0; i < RAS_L2TP_MAX; i++) {
        free_peer(l->peers[i]);
        l->peers[i] = NULL;
    }
    if (l->first >= 0)
        close(l->first);
    if (l->floated >= 0)
        close(l->floated);
}
