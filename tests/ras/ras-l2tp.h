/*
 * ras-l2tp.h - the practice server's UDP: IKE, ESP and L2TP of all who call, each over connected
 * sockets of its own beside those that listen, so that the client's pump (client/tunnel) does the
 * work here too. A client is told by its address: one call from each.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ike-config.h"
#include "pump-dgram.h"
#include "ras-core.h"
#include "ras-tun.h"

enum { RAS_L2TP_MAX = 32 };

struct ras_l2tp_peer;

struct ras_l2tp {
    int epoll_fd;       /* borrowed */
    int first, floated; /* that listen: 500 and 4500, or 1701 and none; -1 */
    struct ike_address address;
    const struct ras_config *config;
    struct ras_tun *tun; /* NULL: none */
    const struct rng *rng;
    uint32_t *calls; /* counts them */
    struct ras_l2tp_peer *peers[RAS_L2TP_MAX];
};

/* 0 or a negative errno; to be closed in either case. @address: where to listen, IPv4 or IPv6. */
int ras_l2tp_open(struct ras_l2tp *l, const char *address);
void ras_l2tp_close(struct ras_l2tp *l);

/* @who is what epoll gave. False: it is none of ours. */
bool ras_l2tp_ready(struct ras_l2tp *l, const void *who, usec_t now);
/* A (super-)packet from the TUN, if one of ours has that address. */
bool ras_l2tp_take(struct ras_l2tp *l, uint32_t to, const uint8_t to6[static 16], bool six,
                   struct offload_cut *cut);
/* Timers and the dead. Returns when to wake at the latest. */
usec_t ras_l2tp_tend(struct ras_l2tp *l, usec_t now);
void ras_l2tp_hang_up(struct ras_l2tp *l, usec_t now, bool politely);
bool ras_l2tp_any(const struct ras_l2tp *l);
