/*
 * ras-gre.h - the practice server's raw socket: GRE of all calls over PPTP, each to its own client,
 * and lost, doubled or swapped on the way if a script wants that.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <netinet/in.h>

#include "ras-core.h"

enum { RAS_GRE_MAX = 2048 };

struct ras_gre { /* the way to one client */
    int fd;      /* borrowed */
    struct sockaddr_in to;
    const struct ras_config *config;
    const struct rng *rng;
    uint32_t call;
    size_t n_held; /* goes behind the next one */
    uint8_t held[RAS_GRE_MAX];
};

/* Needs CAP_NET_RAW. The descriptor, or a negative errno. */
int ras_gre_open(const struct sockaddr_in *local);
void ras_gre_send(struct ras_gre *g, const uint8_t *p, size_t n);
/* The next packet that has come, after its IP header. False: none is there now. @ret_call is whose
 * it is, 0 when it is no enhanced GRE. */
bool ras_gre_next(int fd, uint8_t buf[static RAS_GRE_MAX], struct sockaddr_in *ret_from,
                  uint8_t **ret, size_t *ret_n, uint16_t *ret_call);
