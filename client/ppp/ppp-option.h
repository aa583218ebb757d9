/*
 * ppp-option.h - the Type-Length-Value list of every PPP control protocol (RFC 1661 section 6).
 * The one loop over options in the tree; npppd, pppd and openconnect each wrote it per protocol
 * and each got it wrong somewhere.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"

struct ppp_option {
    uint8_t type;
    struct rd value; /* without the two header bytes */
    struct rd raw;   /* with them: what a Reject echoes */
};

/* Next option, or false at the end or at a malformed length; tell them apart with rd_done(). */
static inline bool
ppp_option_next(struct rd *list, struct ppp_option *ret)
{
    if (list->bad || list->left == 0)
        return false;

    struct rd peek = *list;
    uint8_t type = rd_u8(&peek);
    uint8_t len = rd_u8(&peek);
    struct rd raw = rd_take(list, len < 2 ? SIZE_MAX : len);
    if (!rd_ok(&raw))
        return false;

    *ret = (struct ppp_option){.type = type, .value = rd_over(raw.p + 2, len - 2u), .raw = raw};
    return true;
}

static inline void
ppp_option_put(struct wr *w, uint8_t type, const void *value, uint8_t n)
{
    wr_u8(w, type);
    wr_u8(w, (uint8_t)(n + 2));
    wr_bytes(w, value, n);
}
