/* ras-pool.c - see ras-pool.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras-pool.h"
#include "net-config.h"

bool
ras_pool_add(struct ras_pool *p, const char *range)
{
    char first[16];
    const char *dash = strchr(range, '-');
    const size_t n = dash != NULL ? (size_t)(dash - range) : strlen(range);
    uint32_t low, high;

    if (n >= sizeof first)
        return false;
    memcpy(first, range, n);
    first[n] = '\0';
    if (!net_ip4_parse(first, &low) || !net_ip4_parse(dash != NULL ? dash + 1 : first, &high))
        return false;
    if (high < low || high - low >= RAS_POOL_SIZE - p->n)
        return false;

    for (uint32_t i = 0; i <= high - low; i++)
        p->v[p->n++] = (struct ras_pool_entry){.address = low + i};
    return true;
}

uint32_t
ras_pool_take(struct ras_pool *p, uint32_t holder, uint32_t wish)
{
    for (size_t i = 0; i < p->n && wish != 0; i++) {
        if (p->v[i].address == wish && p->v[i].holder == 0) {
            p->v[i].holder = holder;
            return wish;
        }
    }
    for (size_t i = 0; i < p->n; i++) {
        const size_t at = (p->next + i) % p->n;
        if (p->v[at].holder == 0) {
            p->v[at].holder = holder;
            p->next = (uint32_t)(at + 1);
            return p->v[at].address;
        }
    }
    return 0;
}

void
ras_pool_give_back(struct ras_pool *p, uint32_t holder)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->v[i].holder == holder)
            p->v[i].holder = 0;
}

size_t
ras_pool_free_count(const struct ras_pool *p)
{
    size_t n = 0;

    for (size_t i = 0; i < p->n; i++)
        n += p->v[i].holder == 0;
    return n;
}
