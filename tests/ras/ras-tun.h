/*
 * ras-tun.h - the server's own interface: one TUN that all calls share, with an address and a
 * route to each pool.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ras-core.h"
#include "tun-queue.h"

struct ras_tun {
    struct io_tun io;
    struct offload_merge merge;
    char name[16];
    bool tso, uso;
};

/* Creates @name (may hold %d) and brings it up with the server's addresses, and routes to every
 * address of the pool. 0 or a negative errno. */
int ras_tun_open(struct ras_tun *t, const char *name, const struct ras_config *config);
void ras_tun_close(struct ras_tun *t);
