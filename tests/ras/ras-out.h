/*
 * ras-out.h - what a call has to send, in pieces that are written one by one: bounded, never
 * growing with what a peer asks for.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"

enum { RAS_OUT_SIZE = 48 * 1024 };

struct ras_out {
    size_t len, at, piece; /* piece 0: all that is there at once */
    uint64_t lost;         /* octets that found no room */
    uint8_t bytes[RAS_OUT_SIZE];
};

static inline size_t
ras_out_room(const struct ras_out *o)
{
    return sizeof o->bytes - o->len;
}

static inline void
ras_out_put(struct ras_out *o, struct rd bytes)
{
    if (o->at == o->len)
        o->at = o->len = 0;
    if (bytes.left > ras_out_room(o)) {
        o->lost += bytes.left;
        return;
    }
    if (bytes.left > 0)
        memcpy(o->bytes + o->len, bytes.p, bytes.left);
    o->len += bytes.left;
}

static inline bool
ras_out_next(struct ras_out *o, struct rd *ret)
{
    const size_t left = o->len - o->at;

    if (left == 0)
        return false;
    *ret = rd_over(o->bytes + o->at, o->piece > 0 && o->piece < left ? o->piece : left);
    o->at += ret->left;
    return true;
}
