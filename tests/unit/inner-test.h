/*
 * inner-test.h - packets through the tunnel, as a server there sees and sends them.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "inner-udp.h"
#include "rng.h"

#include <glib.h>

#define OURS   0x0a000002u
#define THEIRS 0x0a000001u
#define SECOND 0x0a000035u

static inline void
count_up(void *ctx, void *out, size_t n)
{
    uint8_t *next = ctx;

    for (size_t i = 0; i < n; i++)
        ((uint8_t *)out)[i] = (*next)++;
}

/* One whole packet of @data. */
static inline struct rd
packet_of(uint8_t buf[static 1500], const struct inner_udp *u, struct rd data)
{
    struct wr w = wr_over(buf, 1500);

    inner_udp_begin(&w, u);
    wr_rd(&w, data);
    inner_udp_end(&w);
    g_assert_false(w.bad);
    return wr_done(&w);
}

/* The way back of @u. */
static inline struct inner_udp
back(const struct inner_udp *u)
{
    return (struct inner_udp){
        .from = u->to, .to = u->from, .from_port = u->to_port, .to_port = u->from_port};
}
