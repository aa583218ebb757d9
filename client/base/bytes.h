/*
 * bytes.h - the only way this project reads or writes wire formats.
 *
 * Both cursors fail sticky: after the first overrun every read yields zero and every write is
 * dropped, so a parser is straight-line code with ONE check at its end. Nothing here allocates,
 * logs or knows a protocol.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct rd {
    const uint8_t *p;
    size_t left;
    bool bad;
};

static inline struct rd
rd_over(const void *p, size_t n)
{
    return (struct rd){.p = p, .left = n};
}

/* The next @n bytes as a cursor of their own; a failed take fails both. */
static inline struct rd
rd_take(struct rd *r, size_t n)
{
    if (r->bad || n > r->left) {
        r->bad = true;
        return (struct rd){.bad = true};
    }
    struct rd sub = {.p = r->p, .left = n};
    r->p += n;
    r->left -= n;
    return sub;
}

static inline uint8_t
rd_u8(struct rd *r)
{
    struct rd b = rd_take(r, 1);
    return b.bad ? 0 : b.p[0];
}

static inline uint16_t
rd_be16(struct rd *r)
{
    struct rd b = rd_take(r, 2);
    return (uint16_t)(b.bad ? 0 : b.p[0] << 8 | b.p[1]);
}

static inline uint32_t
rd_be32(struct rd *r)
{
    uint32_t hi = rd_be16(r);
    return hi << 16 | rd_be16(r);
}

static inline bool
rd_ok(const struct rd *r)
{
    return !r->bad;
}

/* "Parsed, and nothing is left over": the usual last line of a parser. */
static inline bool
rd_done(const struct rd *r)
{
    return !r->bad && r->left == 0;
}

static inline bool
rd_equal(struct rd a, struct rd b)
{
    return !a.bad && !b.bad && a.left == b.left && (a.left == 0 || memcmp(a.p, b.p, a.left) == 0);
}

struct wr {
    uint8_t *base;
    size_t len, cap;
    bool bad;
};

static inline struct wr
wr_over(void *p, size_t cap)
{
    return (struct wr){.base = p, .cap = cap};
}

static inline void
wr_bytes(struct wr *w, const void *src, size_t n)
{
    if (n > w->cap - w->len)
        w->bad = true;
    if (w->bad || n == 0)
        return;
    memcpy(w->base + w->len, src, n);
    w->len += n;
}

static inline void
wr_u8(struct wr *w, uint8_t v)
{
    wr_bytes(w, &v, 1);
}

static inline void
wr_be16(struct wr *w, uint16_t v)
{
    wr_bytes(w, (uint8_t[]){(uint8_t)(v >> 8), (uint8_t)v}, 2);
}

static inline void
wr_be32(struct wr *w, uint32_t v)
{
    wr_be16(w, (uint16_t)(v >> 16));
    wr_be16(w, (uint16_t)v);
}

static inline void
wr_rd(struct wr *w, struct rd r)
{
    if (r.bad)
        w->bad = true;
    else
        wr_bytes(w, r.p, r.left);
}

/* Overwrite a 16-bit length written earlier as a placeholder. */
static inline void
wr_patch_be16(struct wr *w, size_t at, uint16_t v)
{
    if (w->bad || at > w->len || w->len - at < 2) {
        w->bad = true;
        return;
    }
    w->base[at] = (uint8_t)(v >> 8);
    w->base[at + 1] = (uint8_t)v;
}

static inline struct rd
wr_done(const struct wr *w)
{
    return (struct rd){.p = w->base, .left = w->bad ? 0 : w->len, .bad = w->bad};
}
