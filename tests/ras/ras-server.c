/* ras-server.c - see ras-server.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras-server.h"
#include "ras-report.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define STOP_TIMEOUT (2 * USEC_PER_SEC)

#define STALL_TIMEOUT (100 * USEC_PER_MSEC) /* one client may not hold up the others for longer */

enum {
    GRE_TURNS = 1,          /* batches of GRE before it is the others' turn */
    GRE_BUDGET = 64 * 1024, /* octets from the TUN, for the same while somebody calls by PPTP */
    GRE_AHEAD = 128 * 1024, /* ... and those of transfers that were read and wait: tun-queue.h */
};

static usec_t
now_usec(void)
{
    struct timespec t;

    clock_gettime(CLOCK_BOOTTIME, &t);
    return (usec_t)t.tv_sec * USEC_PER_SEC + (usec_t)t.tv_nsec / 1000;
}

static bool
parse_address(const char *text, struct sockaddr_in *ret)
{
    const char *colon = strrchr(text, ':');
    char host[16];
    uint32_t address;
    unsigned port = 0;

    if (colon == NULL || (size_t)(colon - text) >= sizeof host)
        return false;
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    for (const char *p = colon + 1; *p != '\0'; p++) {
        if (*p < '0' || *p > '9' || port > 65535)
            return false;
        port = port * 10 + (unsigned)(*p - '0');
    }
    if (colon[1] == '\0' || port > 65535 || !net_ip4_parse(host, &address))
        return false;
    *ret = (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(address),
    };
    return true;
}

static int
watch(struct ras_server *s, int fd, uint32_t events, void *who)
{
    struct epoll_event e = {.events = events, .data.ptr = who};

    return epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, fd, &e) < 0 ? -errno : 0;
}

static int
open_listener(int *ret_fd, const char *address, struct sockaddr_in *ret)
{
    struct sockaddr_in in;
    socklen_t n = sizeof in;
    char text[16], where[32];
    const int on = 1;

    if (!parse_address(address, &in))
        return -EINVAL;
    const int fd = *ret_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        bind(fd, (struct sockaddr *)&in, sizeof in) < 0 || listen(fd, RAS_MAX_CALLS) < 0 ||
        getsockname(fd, (struct sockaddr *)&in, &n) < 0)
        return -errno;
    snprintf(where, sizeof where, "%s:%u", net_ip4_text(ntohl(in.sin_addr.s_addr), text),
             ntohs(in.sin_port));
    ras_report("listening", 0, -1, where);
    *ret = in;
    return 0;
}

static int
open_pptp(struct ras_server *s, const char *address)
{
    struct sockaddr_in in;
    int r = open_listener(&s->pptp_fd, address, &in);

    if (r < 0)
        return r;
    r = ras_gre_open(&s->gre, &in);
    if (r < 0)
        return r;
    r = watch(s, s->pptp_fd, EPOLLIN, &s->pptp_fd);
    return r < 0 ? r : watch(s, s->gre.fd, EPOLLIN, &s->gre);
}

static int
open_l2tp(struct ras_server *s, const char *address)
{
    s->l2tp.epoll_fd = s->epoll_fd;
    s->l2tp.config = &s->config;
    s->l2tp.tun = s->tun;
    s->l2tp.rng = &s->rng;
    s->l2tp.calls = &s->calls;
    return ras_l2tp_open(&s->l2tp, address);
}

int
ras_server_open(struct ras_server *s, const char *address, const char *pptp, const char *l2tp)
{
    struct sockaddr_in in;
    sigset_t mask;
    int r;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    sigaddset(&mask, SIGINT);
    sigaddset(&mask, SIGUSR1);
    sigaddset(&mask, SIGUSR2);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    s->config.unix_time = (uint64_t)time(NULL) - now_usec() / USEC_PER_SEC;
    s->cut.ended = true;
    s->pptp_fd = s->gre.fd = s->l2tp.first = s->l2tp.floated = -1;
    s->stop_at = NEVER;
    s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    s->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    if (!tun_queue_init(&s->queue, 0) || s->epoll_fd < 0 || s->signal_fd < 0)
        return -errno;
    r = open_listener(&s->listen_fd, address, &in);
    if (r == 0 && pptp != NULL)
        r = open_pptp(s, pptp);
    if (r == 0 && l2tp != NULL)
        r = open_l2tp(s, l2tp);
    if (r == 0)
        r = watch(s, s->listen_fd, EPOLLIN, &s->listen_fd);
    if (r == 0)
        r = watch(s, s->signal_fd, EPOLLIN, &s->signal_fd);
    if (r == 0 && s->tun != NULL)
        r = watch(s, s->tun->io.fd, EPOLLIN, s->tun);
    return r;
}

void
ras_server_close(struct ras_server *s)
{
    for (size_t i = 0; i < RAS_MAX_CALLS; i++)
        ras_peer_free(s->peers[i]);
    tun_queue_clear(&s->queue);
    close(s->listen_fd);
    if (s->pptp_fd >= 0)
        close(s->pptp_fd);
    ras_gre_close(&s->gre);
    ras_l2tp_close(&s->l2tp);
    close(s->signal_fd);
    close(s->epoll_fd);
}

/* ------------------------------------------------------------------ calls */

static void
accept_one(struct ras_server *s, int listen_fd, usec_t now)
{
    struct sockaddr_in from;
    socklen_t n = sizeof from;
    char text[16];
    const int fd = accept4(listen_fd, (struct sockaddr *)&from, &n, SOCK_CLOEXEC | SOCK_NONBLOCK);
    const int on = 1;
    size_t i;

    if (fd < 0)
        return;
    for (i = 0; i < RAS_MAX_CALLS && s->peers[i] != NULL; i++)
        ;
    if (i == RAS_MAX_CALLS || s->stopping) { /* all ports are taken */
        ras_report("no-port", 0, -1, NULL);
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    s->calls++;
    s->peers[i] =
        listen_fd == s->pptp_fd
            ? ras_peer_new_pptp(fd, s->calls, &s->gre, &from, &s->config, s->tun, &s->rng, now)
            : ras_peer_new(fd, s->calls, s->ctx, &s->config, s->tun, &s->rng, now);
    if (s->peers[i] == NULL || watch(s, fd, EPOLLIN, s->peers[i]) < 0) {
        ras_peer_free(s->peers[i]);
        s->peers[i] = NULL;
        return;
    }
    s->peers[i]->events = EPOLLIN;
    ras_report("accepted", s->calls, -1, net_ip4_text(ntohl(from.sin_addr.s_addr), text));
}

/* By call id and by where it comes from: nobody speaks in another's call. */
static struct ras_peer *
find_gre(const struct ras_server *s, const struct sockaddr_in *from, uint16_t call)
{
    for (size_t i = 0; i < RAS_MAX_CALLS; i++) {
        struct ras_peer *p = s->peers[i];
        if (p != NULL && p->gre.port != NULL &&
            p->gre.to.sin_addr.s_addr == from->sin_addr.s_addr &&
            ras_core_gre_call(p->core) == call)
            return p;
    }
    return NULL;
}

static void
read_gre(struct ras_server *s, usec_t now)
{
    unsigned n = RAS_GRE_BATCH;

    for (int turn = 0; turn < GRE_TURNS && n == RAS_GRE_BATCH; turn++) {
        n = ras_gre_receive(&s->gre);
        for (unsigned i = 0; i < n; i++) {
            const struct ras_gre_packet packet = ras_gre_packet(&s->gre, i);
            struct ras_peer *p = find_gre(s, packet.from, packet.call);

            if (p == NULL)
                s->dropped++;
            else
                ras_peer_datagram(p, now, packet.p, packet.n);
        }
        if (s->tun != NULL) /* they lie in what is received into next */
            offload_merge_flush(&s->tun->merge);
    }
    for (size_t i = 0; i < RAS_MAX_CALLS; i++)
        if (s->peers[i] != NULL && s->peers[i]->heard)
            ras_peer_flush(s->peers[i], now);
}

static void
for_all(struct ras_server *s, usec_t now, bool politely)
{
    for (size_t i = 0; i < RAS_MAX_CALLS; i++) {
        if (s->peers[i] == NULL)
            continue;
        ras_core_close(s->peers[i]->core, now, politely);
        ras_peer_flush(s->peers[i], now);
    }
    ras_l2tp_hang_up(&s->l2tp, now, politely);
}

static void
print_statistics(const struct ras_server *s)
{
    uint64_t spoofed = 0, malformed = 0;
    unsigned calls = 0;
    char text[160];

    for (size_t i = 0; i < RAS_MAX_CALLS; i++) {
        if (s->peers[i] == NULL)
            continue;
        calls++;
        spoofed += s->peers[i]->spoofed;
        malformed += ras_core_dropped(s->peers[i]->core);
    }
    snprintf(text, sizeof text,
             "addresses free: %zu, dropped: %llu, malformed: %llu, spoofed: %llu",
             ras_pool_free_count(s->config.pool), (unsigned long long)s->dropped,
             (unsigned long long)malformed, (unsigned long long)spoofed);
    ras_report("stats", 0, calls, text);
}

static void
handle_signal(struct ras_server *s, usec_t now)
{
    struct signalfd_siginfo info;

    if (read(s->signal_fd, &info, sizeof info) != sizeof info)
        return;
    switch (info.ssi_signo) {
    case SIGUSR1:
        for_all(s, now, true);
        break;
    case SIGUSR2:
        print_statistics(s);
        break;
    default:
        s->stopping = true;
        s->stop_at = now + STOP_TIMEOUT;
        for_all(s, now, true);
        break;
    }
}

/* ------------------------------------------------------------------ from the TUN */

static struct ras_peer *
find_peer(struct ras_server *s, const uint8_t *packet, size_t n)
{
    struct rd r = rd_over(packet, n);

    rd_take(&r, 16);
    const uint32_t to = rd_be32(&r);
    for (size_t i = 0; i < RAS_MAX_CALLS; i++) {
        struct ras_peer *p = s->peers[i];
        if (p == NULL || p->state != PEER_OPEN)
            continue;
        if (packet[0] >> 4 == 4 ? n >= 20 && ras_core_client4(p->core) == to
                                : n >= 40 && memcmp(p->local6, packet + 24, 16) == 0)
            return p;
    }
    return NULL;
}

/* What was read last is for a client over L2TP. */
static bool
give_l2tp(struct ras_server *s, const uint8_t *packet, size_t n)
{
    struct rd r = rd_over(packet, n);
    const bool six = packet[0] >> 4 == 6;

    if (n < (six ? 40 : 20))
        return false;
    rd_take(&r, 16);
    return ras_l2tp_take(&s->l2tp, six ? 0 : rd_be32(&r), packet + 24, six, &s->cut);
}

/* What is left of the last packet goes on when its client has room again. False: it has none. */
static bool
finish_cut(struct ras_server *s, usec_t now)
{
    if (!offload_cut_left(&s->cut))
        return true;
    if (s->cut_for == NULL ||
        (!ras_peer_has_room(s->cut_for) && now >= s->cut_since + STALL_TIMEOUT)) {
        s->cut.ended = true;
        s->dropped++;
        return true;
    }
    while (offload_cut_left(&s->cut)) {
        if (!ras_peer_has_room(s->cut_for))
            ras_peer_push(s->cut_for, now);
        if (!ras_peer_has_room(s->cut_for))
            return false;
        ras_peer_take(s->cut_for, &s->cut);
        s->cut_since = now;
    }
    return true;
}

static void
read_tun(struct ras_server *s, usec_t now)
{
    size_t budget = s->queue.ahead > 0 ? GRE_BUDGET : RAS_PEER_BUDGET;

    while (budget > 0 && finish_cut(s, now)) {
        tun_queue_fill(&s->queue, &s->tun->io);
        const struct tun_queue_packet *next = tun_queue_take(&s->queue);
        if (next == NULL)
            break;
        budget -= next->n < budget ? next->n : budget;
        s->cut_for = find_peer(s, next->p, next->n);
        if (!tun_queue_cut(next, &s->cut) ||
            (s->cut_for == NULL && !give_l2tp(s, next->p, next->n))) {
            s->cut.ended = true;
            s->dropped++;
        }
        s->cut_since = now;
    }
    for (size_t i = 0; i < RAS_MAX_CALLS; i++) /* TUN is empty, or it is the others' turn */
        if (s->peers[i] != NULL && ras_peer_waits(s->peers[i]))
            ras_peer_flush(s->peers[i], now);
}

/* ------------------------------------------------------------------ the loop */

static void
update_watch(struct ras_server *s, struct ras_peer *p)
{
    const uint32_t want = EPOLLIN | (ras_peer_wants_write(p) ? (uint32_t)EPOLLOUT : 0);
    struct epoll_event e = {.events = want, .data.ptr = p};

    if (want != p->events && epoll_ctl(s->epoll_fd, EPOLL_CTL_MOD, p->fd, &e) == 0)
        p->events = want;
}

/* Timers, the dead, and what each socket is watched for. Returns when to wake at the latest. */
static usec_t
tend(struct ras_server *s, usec_t now, bool *ret_more)
{
    usec_t next = s->stop_at;
    bool gre = false;

    *ret_more = false;
    for (size_t i = 0; i < RAS_MAX_CALLS; i++) {
        struct ras_peer *p = s->peers[i];
        if (p == NULL)
            continue;
        if (now >= ras_peer_deadline(p))
            ras_peer_expire(p, now);
        if (p->state == PEER_DEAD) {
            if (s->cut_for == p)
                s->cut_for = NULL;
            ras_peer_free(p);
            s->peers[i] = NULL;
            continue;
        }
        if (p->more) {
            ras_peer_ready(p, now);
            *ret_more = true;
        }
        gre |= p->gre.port != NULL;
        update_watch(s, p);
        next = usec_min(next, ras_peer_deadline(p));
    }
    s->queue.ahead = gre ? GRE_AHEAD : 0;
    return usec_min(next, ras_l2tp_tend(&s->l2tp, now));
}

static bool
any_calls(const struct ras_server *s)
{
    for (size_t i = 0; i < RAS_MAX_CALLS; i++)
        if (s->peers[i] != NULL)
            return true;
    return ras_l2tp_any(&s->l2tp);
}

static void
watch_tun(struct ras_server *s, bool *watched)
{
    const bool want = !offload_cut_left(&s->cut);
    struct epoll_event e = {.events = want ? EPOLLIN : 0, .data.ptr = s->tun};

    if (s->tun == NULL || want == *watched)
        return;
    epoll_ctl(s->epoll_fd, EPOLL_CTL_MOD, s->tun->io.fd, &e);
    *watched = want;
}

/* It is not the packet before them that holds them up. */
static bool
waits(const struct ras_server *s)
{
    return !offload_cut_left(&s->cut) && !tun_queue_empty(&s->queue);
}

static int
timeout_ms(usec_t now, usec_t next)
{
    if (next == NEVER)
        return -1;
    if (next <= now)
        return 0;
    const usec_t ms = (next - now + 999) / 1000;
    return ms > 3600000 ? 3600000 : (int)ms;
}

int
ras_server_run(struct ras_server *s)
{
    struct epoll_event events[32];
    bool watched = true, more = false;
    usec_t next = NEVER, now = now_usec();

    while (!s->stopping || (any_calls(s) && now < s->stop_at)) {
        const usec_t wake =
            offload_cut_left(&s->cut) ? usec_min(next, s->cut_since + STALL_TIMEOUT) : next;
        more |= waits(s);
        const int n = epoll_wait(s->epoll_fd, events, 32, more ? 0 : timeout_ms(now, wake));
        if (n < 0 && errno != EINTR)
            return -errno;
        now = now_usec();
        for (int i = 0; i < n; i++) {
            void *who = events[i].data.ptr;
            if (who == &s->listen_fd || who == &s->pptp_fd)
                accept_one(s, *(int *)who, now);
            else if (who == &s->gre)
                read_gre(s, now);
            else if (who == &s->signal_fd)
                handle_signal(s, now);
            else if (who == s->tun)
                read_tun(s, now);
            else if (!ras_l2tp_ready(&s->l2tp, who, now))
                ras_peer_ready(who, now);
        }
        if (offload_cut_left(&s->cut) || waits(s))
            read_tun(s, now);
        next = tend(s, now, &more);
        ras_gre_flush(&s->gre);
        watch_tun(s, &watched);
    }
    return 0;
}
