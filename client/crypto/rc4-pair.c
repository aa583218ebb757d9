/* rc4-pair.c - see rc4-pair.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "rc4-pair.h"

/* One step of the key schedule. */
static inline void
mix(struct rc4_one *r, unsigned i, uint8_t key)
{
    const uint32_t t = r->s[i];

    r->j = (uint8_t)(r->j + t + key);
    r->s[i] = r->s[r->j];
    r->s[r->j] = t;
}

void
rc4_pair_keys(struct rc4_one *a, const uint8_t *key_a, struct rc4_one *b, const uint8_t *key_b,
              size_t n)
{
    for (unsigned i = 0; i < 256; i++)
        a->s[i] = b->s[i] = i;
    a->j = b->j = 0;
    for (unsigned i = 0; i < 256; i++) {
        mix(a, i, key_a[i & (n - 1)]);
        mix(b, i, key_b[i & (n - 1)]);
    }
    a->i = a->j = b->i = b->j = 0;
}

void
rc4_pair_streams(struct rc4_one *a, uint8_t *ret_a, struct rc4_one *b, uint8_t *ret_b, size_t n)
{
    uint8_t i = a->i, aj = a->j, bj = b->j;

    for (size_t at = 0; at < n; at++) {
        const uint32_t at_i = a->s[++i], bt_i = b->s[i];

        aj = (uint8_t)(aj + at_i);
        bj = (uint8_t)(bj + bt_i);
        const uint32_t at_j = a->s[aj], bt_j = b->s[bj];
        a->s[i] = at_j;
        b->s[i] = bt_j;
        a->s[aj] = at_i;
        b->s[bj] = bt_i;
        ret_a[at] = (uint8_t)a->s[(uint8_t)(at_i + at_j)];
        ret_b[at] = (uint8_t)b->s[(uint8_t)(bt_i + bt_j)];
    }
    a->i = b->i = i;
    a->j = aj;
    b->j = bj;
}

void
rc4_one_stream(struct rc4_one *r, uint8_t *ret, size_t n)
{
    for (size_t at = 0; at < n; at++) {
        const uint32_t t = r->s[++r->i];

        r->j = (uint8_t)(r->j + t);
        const uint32_t u = r->s[r->j];
        r->s[r->i] = u;
        r->s[r->j] = t;
        ret[at] = (uint8_t)r->s[(uint8_t)(t + u)];
    }
}
