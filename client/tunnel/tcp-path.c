/* tcp-path.c - see tcp-path.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "tcp-path.h"

#include "control.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

enum {
    LOOK_USEC = USEC_PER_SEC,
    STUCK = 2,     /* times that the kernel has doubled its wait, for the same segment */
    NARROW = 1280, /* the narrowest that is usual (RFC 8200 section 5) */
};

static void
let_it_be_cut(const struct tcp_path *p, unsigned mtu)
{
    static const int cut = IP_PMTUDISC_DONT;

    if (setsockopt(p->fd, IPPROTO_IP, IP_MTU_DISCOVER, &cut, sizeof cut) < 0)
        control_log(p->control_fd, 4, "the path cannot be told to cut: %s", strerror(errno));
    else
        control_log(p->control_fd, 6, "event: path-cut, mtu: %u", mtu);
}

static void
look(void *owner, usec_t now)
{
    struct tcp_path *p = owner;
    struct tcp_info info = {0};
    socklen_t len = sizeof info;

    if (getsockopt(p->fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
        return;
    if (info.tcpi_backoff >= STUCK && info.tcpi_pmtu > NARROW) {
        let_it_be_cut(p, info.tcpi_pmtu);
        p->fd = -1; /* once is enough */
    } else if (info.tcpi_unacked > 0) {
        loop_timer_set(p->loop, &p->timer, now + LOOK_USEC);
    }
}

void
tcp_path_start(struct tcp_path *p, struct loop *loop, int fd, int control_fd, bool fixed)
{
    *p = (struct tcp_path){.loop = loop, .fd = fixed ? -1 : fd, .control_fd = control_fd};
    p->timer = (struct loop_timer){.deadline = NEVER, .expired = look, .owner = p};
}

void
tcp_path_sent(struct tcp_path *p, uint64_t packets)
{
    if (p->fd < 0 || packets == p->seen)
        return;
    p->seen = packets;
    if (p->timer.deadline == NEVER)
        loop_timer_set(p->loop, &p->timer, p->loop->now + LOOK_USEC);
}

void
tcp_path_stop(struct tcp_path *p)
{
    if (p->loop != NULL)
        loop_timer_set(p->loop, &p->timer, NEVER);
    *p = (struct tcp_path){.fd = -1};
}
