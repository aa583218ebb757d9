/*
 * fuzz-ppp.h - what the PPP targets share: a script of one octet for what happens and its
 * arguments, frames with a length octet (or two, for long ones), and the rule that whatever goes
 * in, what comes out is well formed.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdlib.h>

#include "ppp-fsm.h"
#include "ppp-queue.h"
#include "rng.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void
fuzz_fill(void *ctx, void *out, size_t n)
{
    uint32_t *state = ctx;
    uint8_t *p = out;

    while (n-- > 0) {
        *state = *state * 1664525u + 1013904223u;
        *p++ = (uint8_t)(*state >> 24);
    }
}

static uint32_t fuzz_random;
static const struct rng fuzz_rng = {fuzz_fill, &fuzz_random};

/* A copy of its own size, so that ASan sees a step beyond it. */
static inline struct rd
fuzz_copy(struct rd r)
{
    uint8_t *p = malloc(r.left > 0 ? r.left : 1);

    if (p == NULL)
        abort();
    if (r.left > 0)
        memcpy(p, r.p, r.left);
    return rd_over(p, r.left);
}

static inline struct rd
fuzz_frame(struct rd *in)
{
    size_t n = rd_u8(in);

    if (n == 255) /* a long one */
        n = rd_be16(in);
    return fuzz_copy(rd_take(in, n < in->left ? n : in->left));
}

/* Every frame that is sent: complete, bounded, its length field right. */
static inline void
fuzz_check_frame(struct rd frame)
{
    struct rd r = frame;

    if (rd_be16(&r) != 0xff03)
        abort();
    rd_be16(&r);
    rd_be16(&r); /* code, identifier */
    if (rd_be16(&r) != frame.left - 4 || !rd_ok(&r) || frame.left > PPP_FRAME_MAX)
        abort();
}

static inline void
fuzz_drain(struct ppp_queue *q)
{
    uint8_t type;
    struct rd data;

    while (ppp_queue_next(q, &type, &data)) {
        if (type == 0)
            fuzz_check_frame(data);
    }
}

/* One step of a script that drives an automaton. */
static inline void
fuzz_fsm_step(struct ppp_fsm *f, struct ppp_queue *q, usec_t *now, struct rd *in)
{
    switch (rd_u8(in) % 6) {
    case 0:
        ppp_fsm_lower_up(f, *now);
        break;
    case 1:
        ppp_fsm_lower_down(f, *now);
        break;
    case 2:
        ppp_fsm_open(f, *now);
        break;
    case 3:
        ppp_fsm_close(f, *now);
        break;
    case 4:
        if (ppp_fsm_deadline(f) != NEVER && ppp_fsm_deadline(f) > *now)
            *now = ppp_fsm_deadline(f);
        ppp_fsm_expire(f, *now);
        if (ppp_fsm_deadline(f) <= *now)
            abort(); /* a timer that stays behind is a busy loop */
        break;
    case 5: {
        const struct rd frame = fuzz_frame(in);

        ppp_fsm_input(f, *now, frame);
        free((void *)frame.p);
        break;
    }
    }
    if (f->state > PPP_OPENED)
        abort();
    fuzz_drain(q);
    ppp_fsm_take_notes(f);
}
