/*
 * rng.h - where randomness comes from. Pure cores are handed one of these; programs hand
 * them getrandom(2), tests a fixed stream.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stddef.h>

struct rng {
    void (*fill)(void *ctx, void *out, size_t n);
    void *ctx;
};

static inline void
rng_fill(const struct rng *r, void *out, size_t n)
{
    r->fill(r->ctx, out, n);
}
