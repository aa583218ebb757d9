/*
 * tcp-path.h - the path of a TCP connection that became narrower without a word. A firewall
 * swallows the ICMP that would say so, TCP sends each full segment again and again, with DF, and
 * the call stalls to its end. Without DF routers cut it. When it was only the line that was dead
 * for a while, that costs nothing: what fits is not cut. IPv4 only: IPv6's routers cut nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "loop.h"

struct tcp_path {
    struct loop *loop;
    int fd, control_fd;      /* borrowed; the second is for the log */
    struct loop_timer timer; /* armed while something may be on its way */
    uint64_t seen;           /* packets sent, when it was armed */
};

/* A new connection. Not for one that is @fixed: IPv6. */
void tcp_path_start(struct tcp_path *p, struct loop *loop, int fd, int control_fd, bool fixed);
/* @packets have been sent since the program began. */
void tcp_path_sent(struct tcp_path *p, uint64_t packets);
void tcp_path_stop(struct tcp_path *p); /* also one that was never started */
