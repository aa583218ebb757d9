/*
 * ras-pool.h - static address pools, as RRAS has them: several ranges, given out one by one, the
 * longest-unused first so that a redial shows a change of address as it does on Windows.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RAS_POOL_RANGES = 8, RAS_POOL_SIZE = 512 };

struct ras_pool {
    size_t n;
    uint32_t next; /* where the search for a free one starts */
    struct ras_pool_entry {
        uint32_t address;
        uint32_t holder; /* 0: free */
    } v[RAS_POOL_SIZE];
};

/* "10.9.0.10-10.9.0.99" or one address. False: not a range, or more than RAS_POOL_SIZE in all. */
bool ras_pool_add(struct ras_pool *p, const char *range);
/* @wish (0: none) is given if it is free and in a range. 0: all are taken. */
uint32_t ras_pool_take(struct ras_pool *p, uint32_t holder, uint32_t wish);
void ras_pool_give_back(struct ras_pool *p, uint32_t holder);
size_t ras_pool_free_count(const struct ras_pool *p);
