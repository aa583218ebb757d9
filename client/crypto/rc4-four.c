/* rc4-four.c - see rc4-four.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "rc4-four.h"

#include <string.h>

/* What is written here may be anything, as octets may; so all that is read again stands in
 * variables of the functions below. */

static void
identity(uint8_t *s)
{
    for (unsigned i = 0; i < RC4_TABLE; i++)
        s[i] = (uint8_t)i;
}

/* One step of the key schedule. */
static inline void
mix(uint8_t *s, size_t i, uint8_t *j, uint8_t key)
{
    const uint8_t t = s[i];

    *j = (uint8_t)(*j + t + key);
    s[i] = s[*j];
    s[*j] = t;
}

/* One step of the key stream. */
static inline uint8_t
step(uint8_t *s, uint8_t i, uint8_t *j)
{
    const uint8_t t = s[i];

    *j = (uint8_t)(*j + t);
    const uint8_t u = s[*j];
    s[i] = u;
    s[*j] = t;
    return s[(uint8_t)(t + u)];
}

void
rc4_one_key(struct rc4_four *r, unsigned which, const uint8_t key[static RC4_KEY])
{
    uint8_t *const s = r->s[which], j = 0;

    identity(s);
    for (size_t i = 0; i < RC4_TABLE; i++)
        mix(s, i, &j, key[i % RC4_KEY]);
    r->i[which] = r->j[which] = 0;
}

void
rc4_four_keys(struct rc4_four *r, const uint8_t (*keys)[RC4_KEY])
{
    uint8_t a = 0, b = 0, c = 0, d = 0;

    for (size_t k = 0; k < RC4_FOUR; k++) {
        identity(r->s[k]);
        r->i[k] = r->j[k] = 0;
    }
    for (size_t i = 0; i < RC4_TABLE; i++) {
        mix(r->s[0], i, &a, keys[0][i % RC4_KEY]);
        mix(r->s[1], i, &b, keys[1][i % RC4_KEY]);
        mix(r->s[2], i, &c, keys[2][i % RC4_KEY]);
        mix(r->s[3], i, &d, keys[3][i % RC4_KEY]);
    }
}

void
rc4_one_stream(struct rc4_four *r, unsigned which, uint8_t *ret, size_t n)
{
    uint8_t *const s = r->s[which], i = r->i[which], j = r->j[which];

    for (size_t at = 0; at < n; at++)
        ret[at] = step(s, ++i, &j);
    r->i[which] = i;
    r->j[which] = j;
}

/* Where the four are. */
struct places {
    uint8_t a, b, c, d;
};

static inline struct places
places_of(const struct rc4_four *r)
{
    return (struct places){r->j[0], r->j[1], r->j[2], r->j[3]};
}

static void
keep_places(struct rc4_four *r, uint8_t i, const struct places *p)
{
    memset(r->i, i, RC4_FOUR);
    r->j[0] = p->a;
    r->j[1] = p->b;
    r->j[2] = p->c;
    r->j[3] = p->d;
}

static inline void
step_four(uint8_t (*s)[RC4_TABLE], uint8_t i, struct places *p, uint8_t *ret)
{
    ret[0] = step(s[0], i, &p->a);
    ret[RC4_STREAM_MOST] = step(s[1], i, &p->b);
    ret[2 * RC4_STREAM_MOST] = step(s[2], i, &p->c);
    ret[3 * RC4_STREAM_MOST] = step(s[3], i, &p->d);
}

void
rc4_four_streams(struct rc4_four *r, uint8_t (*ret)[RC4_STREAM_MOST], size_t at, size_t n)
{
    struct places p = places_of(r);
    uint8_t i = r->i[0];

    for (size_t k = 0; k < n; k++)
        step_four(r->s, ++i, &p, ret[0] + at + k);
    keep_places(r, i, &p);
}

void
rc4_four_streams_and_key(struct rc4_four *r, uint8_t (*ret)[RC4_STREAM_MOST], size_t at,
                         const uint8_t key[static RC4_KEY])
{
    struct places p = places_of(r);
    uint8_t j = 0;

    identity(r->s[RC4_FOUR]);
    for (size_t i = 0; i < RC4_TABLE; i++) {
        mix(r->s[RC4_FOUR], i, &j, key[i % RC4_KEY]);
        step_four(r->s, (uint8_t)(i + 1), &p, ret[0] + at + i);
    }
    r->i[RC4_FOUR] = r->j[RC4_FOUR] = 0;
    keep_places(r, 0, &p);
}
