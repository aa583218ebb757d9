/*
 * ppp-test.h - what the tests of client/crypto and client/ppp share: octets from hex and from
 * vector files, a random stream that is not random, and what a queue should hold next.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"
#include "rng.h"
#include "vectors.h"

/* Octets that live until the 64th call after this; exact in size, so that ASan sees an
 * overrun. */
static inline struct rd
keep(const void *p, size_t n)
{
    static guint8 *ring[64];
    static guint next;
    guint8 **slot = &ring[next++ % G_N_ELEMENTS(ring)];

    g_free(*slot);
    *slot = n > 0 ? g_memdup2(p, n) : g_malloc(1);
    return rd_over(*slot, n);
}

/* "ff03 c021" as octets. */
static inline struct rd
hex(const char *text)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    for (; *text != '\0'; text++) {
        guint8 octet;

        if (*text == ' ')
            continue;
        octet = (guint8)(g_ascii_xdigit_value(text[0]) << 4 | g_ascii_xdigit_value(text[1]));
        g_byte_array_append(bytes, &octet, 1);
        text++;
    }
    return keep(bytes->data, bytes->len);
}

static inline struct rd
vec(const char *file, const char *name)
{
    g_autoptr(GBytes) bytes = vectors_get(file, name);

    return keep(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static inline char *
to_hex(struct rd r)
{
    GString *s = g_string_new(NULL);

    for (size_t i = 0; i < r.left; i++)
        g_string_append_printf(s, "%02x", r.p[i]);
    return g_string_free(s, FALSE);
}

#define assert_octets(got, n, want)                                                                \
    do {                                                                                           \
        const struct rd want_ = (want);                                                            \
        g_autofree char *g_ = to_hex(rd_over((got), (n)));                                         \
        g_autofree char *w_ = to_hex(want_);                                                       \
        g_assert_cmpstr(g_, ==, w_);                                                               \
    } while (0)

/* First what test_rng_next() was given, then a fixed sequence. */
struct test_rng {
    guint32 state;
    struct rd next;
};
static struct test_rng test_rng_state;

static inline void
test_rng_fill(void *ctx, void *out, size_t n)
{
    struct test_rng *r = ctx;
    guint8 *p = out;

    for (size_t i = 0; i < n; i++) {
        if (r->next.left > 0) {
            p[i] = rd_u8(&r->next);
            continue;
        }
        r->state = r->state * 1664525u + 1013904223u;
        p[i] = (guint8)(r->state >> 24);
    }
}

static const struct rng test_rng = {test_rng_fill, &test_rng_state};

static inline void
test_rng_next(struct rd octets)
{
    test_rng_state.next = octets;
}
