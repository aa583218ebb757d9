/*
 * ras-server.h - the practice server's one loop: many calls, one TUN, signals, time.
 *
 * SIGTERM and SIGINT hang up every call and end the program; SIGUSR1 hangs up every call; SIGUSR2
 * prints how many calls there are and what was dropped.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ras-l2tp.h"
#include "ras-peer.h"

enum { RAS_MAX_CALLS = 128 };

struct ras_server {
    struct ras_config config;
    SSL_CTX *ctx;
    struct ras_tun *tun; /* NULL: none */
    struct rng rng;
    int epoll_fd, listen_fd, signal_fd;
    int pptp_fd; /* -1: no PPTP */
    struct ras_gre_port gre;
    struct ras_l2tp l2tp;
    uint32_t calls; /* so far */
    bool stopping;
    usec_t stop_at;
    struct ras_peer *peers[RAS_MAX_CALLS];
    struct tun_queue queue;
    struct offload_cut cut;
    struct ras_peer *cut_for; /* whom what is left of it is for */
    usec_t cut_since;
    uint64_t dropped; /* packets for nobody, or for a client that does not read */
};

/* All descriptors and buffers; 0 or a negative errno. @address: "A.B.C.D:PORT"; @pptp the same, or
 * NULL: no PPTP; @l2tp: "A.B.C.D", or NULL. */
int ras_server_open(struct ras_server *s, const char *address, const char *pptp, const char *l2tp);
int ras_server_run(struct ras_server *s);
void ras_server_close(struct ras_server *s);
