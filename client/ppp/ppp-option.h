/*
 * ppp-option.h - the Type-Length-Value list of every PPP control protocol (RFC 1661 section 6).
 * The one loop over options in the tree; npppd, pppd and openconnect each wrote it per protocol
 * and each got it wrong somewhere.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"
#include "ppp-fsm.h"

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

/* Into the answer to a request. What does not fit is left out: the peer hears of it in the next
 * round, and a poisoned answer would be none. */
static inline void
ppp_option_reply(struct wr *w, struct rd raw)
{
    if (!w->bad && raw.left <= w->cap - w->len)
        wr_rd(w, raw);
}

/* The answer to a request under construction: a Reject goes before a Nak (RFC 1661 section 5). */
struct ppp_judgement {
    struct wr *reply;
    bool stubborn;
    bool rejects;
    struct wr naks;
    uint8_t nak_bytes[128];
};

static inline void
ppp_judge_begin(struct ppp_judgement *j, bool stubborn, struct wr *reply)
{
    *j = (struct ppp_judgement){.reply = reply, .stubborn = stubborn};
    j->naks = wr_over(j->nak_bytes, sizeof j->nak_bytes);
}

static inline void
ppp_judge_reject(struct ppp_judgement *j, const struct ppp_option *o)
{
    ppp_option_reply(j->reply, o->raw);
    j->rejects = true;
}

/* "Rather this value"; once Max-Failure is reached, a Reject. */
static inline void
ppp_judge_nak(struct ppp_judgement *j, const struct ppp_option *o, const void *value, uint8_t n)
{
    if (j->stubborn)
        ppp_judge_reject(j, o);
    else if (j->naks.cap - j->naks.len >= n + 2u)
        ppp_option_put(&j->naks, o->type, value, n);
}

static inline enum ppp_verdict
ppp_judge_end(struct ppp_judgement *j)
{
    if (j->rejects)
        return PPP_REJ;
    if (j->naks.len == 0)
        return PPP_ACK;
    wr_rd(j->reply, wr_done(&j->naks));
    return PPP_NAK;
}
