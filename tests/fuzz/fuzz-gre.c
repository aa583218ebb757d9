/*
 * fuzz-gre.c - enhanced GRE under a script. Whatever comes: payloads are handed on in the order of
 * their sequence numbers, never twice, and nothing is held for longer than the bound.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "gre.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t slots[GRE_WINDOW][GRE_SLOT];

static void
receive(struct gre *g, usec_t now, struct rd packet)
{
    const bool before = g->any_received;
    const uint32_t expected = g->expected;
    struct rd payload;

    if (gre_receive(g, now, packet, &payload) && !rd_ok(&payload))
        abort();
    while (gre_release(g, now, &payload))
        if (!rd_ok(&payload) || payload.left == 0)
            abort();
    if (before && (int32_t)(g->expected - expected) < 0)
        abort(); /* time went backwards */
    if (g->held > GRE_WINDOW)
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd in = rd_over(data, size);
    struct gre g;
    usec_t now = 0;
    uint32_t base = 0;

    gre_init(&g, 1, 2, slots);
    while (in.left > 0 && rd_ok(&in)) {
        uint8_t buf[64];

        switch (rd_u8(&in) % 5) {
        case 0: { /* as it comes */
            const size_t n = rd_u8(&in);
            receive(&g, now, rd_take(&in, n < in.left ? n : in.left));
            break;
        }
        case 1: { /* well formed, near the others */
            struct wr w = wr_over(buf, sizeof buf);
            wr_be32(&w, 0x3001880b);
            wr_be32(&w, 0x00040001);
            wr_be32(&w, base + rd_u8(&in));
            wr_be32(&w, 0xabad1dea);
            receive(&g, now, wr_done(&w));
            break;
        }
        case 2:
            base += rd_be16(&in);
            break;
        case 3:
            now = gre_deadline(&g) == NEVER ? now + rd_u8(&in) : gre_deadline(&g);
            receive(&g, now, rd_over(NULL, 0));
            gre_ack(&g, now, buf);
            if (gre_deadline(&g) <= now || gre_deadline(&g) - now > GRE_WAIT + GRE_ACK_DELAY)
                if (gre_deadline(&g) != NEVER)
                    abort();
            break;
        case 4:
            gre_seal(&g, buf + GRE_HEAD_MAX, 8);
            break;
        }
    }
    return 0;
}
