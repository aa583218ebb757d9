/* mppe-ahead.c - see mppe-ahead.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "mppe-ahead.h"

#include <string.h>

_Static_assert((int)RC4_KEY == (int)MPPE_KEY_MAX, "keys are what RC4 takes");

void
mppe_ahead_init(struct mppe_ahead *a, const uint8_t start[static MPPE_KEY_MAX],
                enum mppe_strength strength)
{
    *a = (struct mppe_ahead){.strength = strength};
    memcpy(a->start, start, sizeof a->start);
}

/* The keys behind @session, when nobody knows them yet. */
static void
find_keys(const struct mppe_ahead *a, const uint8_t *session, uint8_t (*ret)[MPPE_KEY_MAX])
{
    uint8_t key[MPPE_KEY_MAX];

    memcpy(key, session, sizeof key);
    for (int i = 0; i < RC4_FOUR; i++) {
        mppe_key_next(a->start, a->strength, key);
        memcpy(ret[i], key, sizeof key);
    }
    explicit_bzero(key, sizeof key);
}

/* As RC4 is given it. */
static void
repeat(uint8_t key[static MPPE_KEY_MAX], size_t n)
{
    if (n < MPPE_KEY_MAX)
        memcpy(key + n, key, MPPE_KEY_MAX - n);
}

static void
schedule(struct mppe_ahead *a)
{
    const size_t n = mppe_key_size(a->strength);
    uint8_t keys[RC4_FOUR][MPPE_KEY_MAX];

    memcpy(keys, a->key, sizeof keys);
    for (int i = 0; i < RC4_FOUR; i++)
        repeat(keys[i], n);
    rc4_four_keys(&a->rc4, keys);
    explicit_bzero(keys, sizeof keys);
}

/* The session key behind: the interim one, whose schedule is made, under itself (RFC 3078 section
 * 7.3). */
static void
next_key(struct mppe_ahead *a, const uint8_t *interim, uint8_t ret[static MPPE_KEY_MAX])
{
    const size_t n = mppe_key_size(a->strength);

    rc4_one_stream(&a->rc4, RC4_FOUR, ret, n);
    for (size_t i = 0; i < n; i++)
        ret[i] ^= interim[i];
    mppe_key_weaken(a->strength, ret);
}

/* @n octets of the streams, and beside them the keys of the packets behind these. */
static void
make_streams(struct mppe_ahead *a, size_t n)
{
    const uint8_t *session = a->key[RC4_FOUR - 1];
    uint8_t interim[MPPE_KEY_MAX];
    size_t at = 0;

    for (int i = 0; i < RC4_FOUR; i++) {
        mppe_key_interim(a->start, a->strength, session, interim);
        repeat(interim, mppe_key_size(a->strength));
        if (n - at >= RC4_TABLE) {
            rc4_four_streams_and_key(&a->rc4, a->stream, at, interim);
            at += RC4_TABLE;
        } else {
            rc4_one_key(&a->rc4, RC4_FOUR, interim);
        }
        next_key(a, interim, a->next[i]);
        session = a->next[i];
    }
    rc4_four_streams(&a->rc4, a->stream, at, n - at);
    explicit_bzero(interim, sizeof interim);
}

void
mppe_ahead_make(struct mppe_ahead *a, const uint8_t session[static MPPE_KEY_MAX], size_t n)
{
    if (a->has_next)
        memcpy(a->key, a->next, sizeof a->key);
    else
        find_keys(a, session, a->key);
    schedule(a);
    make_streams(a, n);
    for (int i = 0; i < RC4_FOUR; i++)
        a->n[i] = n;
    a->has_next = true;
    a->left = RC4_FOUR;
}

void
mppe_ahead_drop(struct mppe_ahead *a)
{
    a->left = 0;
    a->has_next = false;
}

void
mppe_ahead_run(struct mppe_ahead *a, uint8_t *p, size_t n)
{
    const unsigned at = RC4_FOUR - a->left;
    uint8_t *const stream = a->stream[at];
    size_t i = 0;

    if (a->n[at] < n) { /* longer than was thought */
        rc4_one_stream(&a->rc4, at, stream + a->n[at], n - a->n[at]);
        a->n[at] = n;
    }
    for (uint64_t v, w; i + sizeof v <= n; i += sizeof v) {
        memcpy(&v, p + i, sizeof v);
        memcpy(&w, stream + i, sizeof w);
        v ^= w;
        memcpy(p + i, &v, sizeof v);
    }
    for (; i < n; i++)
        p[i] ^= stream[i];
}

void
mppe_ahead_take(struct mppe_ahead *a, uint8_t ret_session[static MPPE_KEY_MAX])
{
    memcpy(ret_session, a->key[RC4_FOUR - a->left], MPPE_KEY_MAX);
    a->left--;
}
