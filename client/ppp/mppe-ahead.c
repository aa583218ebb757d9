/* mppe-ahead.c - see mppe-ahead.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "mppe-ahead.h"

#include <string.h>

void
mppe_ahead_init(struct mppe_ahead *a, const uint8_t start[static MPPE_KEY_MAX],
                enum mppe_strength strength)
{
    *a = (struct mppe_ahead){.strength = strength};
    memcpy(a->start, start, sizeof a->start);
}

/* The session key behind: the interim one under itself (RFC 3078 section 7.3). */
static void
next_key(const struct mppe_ahead *a, struct rc4_one *rc4, const uint8_t *interim, uint8_t *ret)
{
    const size_t n = mppe_key_size(a->strength);

    rc4_one_stream(rc4, ret, n);
    for (size_t i = 0; i < n; i++)
        ret[i] ^= interim[i];
    mppe_key_weaken(a->strength, ret);
}

void
mppe_ahead_make(struct mppe_ahead *a, const uint8_t session[static MPPE_KEY_MAX], size_t n)
{
    const size_t size = mppe_key_size(a->strength);

    if (!a->has_interim) {
        mppe_key_interim(a->start, a->strength, session, a->interim);
        rc4_pair_keys(&a->interim_rc4, a->interim, &a->packet[0].rc4, a->interim, size);
    }
    for (int i = 0; i < 2; i++) { /* the schedule of this key, and that of the step behind it */
        struct mppe_ahead_packet *const p = &a->packet[i];

        next_key(a, &a->interim_rc4, a->interim, p->key);
        mppe_key_interim(a->start, a->strength, p->key, a->interim);
        rc4_pair_keys(&p->rc4, p->key, &a->interim_rc4, a->interim, size);
        p->n = n;
    }
    a->has_interim = true;
    rc4_pair_streams(&a->packet[0].rc4, a->packet[0].stream, &a->packet[1].rc4, a->packet[1].stream,
                     n);
    a->left = 2;
}

void
mppe_ahead_drop(struct mppe_ahead *a)
{
    a->left = 0;
    a->has_interim = false;
}

void
mppe_ahead_run(struct mppe_ahead *a, uint8_t *p, size_t n)
{
    struct mppe_ahead_packet *const next = &a->packet[2 - a->left];
    size_t i = 0;

    if (next->n < n) { /* longer than was thought */
        rc4_one_stream(&next->rc4, next->stream + next->n, n - next->n);
        next->n = n;
    }
    for (uint64_t v, w; i + sizeof v <= n; i += sizeof v) {
        memcpy(&v, p + i, sizeof v);
        memcpy(&w, next->stream + i, sizeof w);
        v ^= w;
        memcpy(p + i, &v, sizeof v);
    }
    for (; i < n; i++)
        p[i] ^= next->stream[i];
}

void
mppe_ahead_take(struct mppe_ahead *a, uint8_t ret_session[static MPPE_KEY_MAX])
{
    memcpy(ret_session, a->packet[2 - a->left].key, MPPE_KEY_MAX);
    a->left--;
}
