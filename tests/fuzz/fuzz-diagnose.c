/*
 * fuzz-diagnose.c - what `dialtone diagnose` reads beside what a call does: steps of its probes,
 * answers to IKE's first message, and to what is asked inside of a tunnel. The first octet says
 * which. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "ike-probe.h"
#include "inside-msg.h"
#include "probe-msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
fill_zero(void *ctx, void *out, size_t n)
{
    (void)ctx;
    memset(out, 1, n);
}

static void
read_step(struct rd r)
{
    uint8_t bytes[PROBE_MSG_MAX];
    struct wr w = wr_over(bytes, sizeof bytes);
    const struct rd message = r;
    struct probe_step step;

    if (!probe_step_get(&r, &step))
        return;
    probe_step_put(&w, &step);
    if (!rd_equal(wr_done(&w), message))
        abort(); /* what is understood is said in one way only */
}

/* Its cookie is eight times 1; tier 0, PSK. */
static void
read_ike(struct rd r)
{
    const struct rng rng = {.fill = fill_zero};
    static uint8_t bytes[4096];
    struct ike_probe probe;

    ike_probe_begin(&probe, IKE_METHOD_PSK, 0, &rng, bytes, sizeof bytes);
    const struct ike_probe_reply reply = ike_probe_read(&probe, r);
    if (reply.answer != IKE_PROBE_TAKES)
        return;
    if (ike_probe_next(&probe, &reply, &rng, bytes, sizeof bytes).bad)
        abort(); /* only what was offered is taken, and that can be answered */
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd r = rd_over(data, size);

    switch (rd_u8(&r) & 3) {
    case 0:
        read_step(r);
        break;
    case 1:
        read_ike(r);
        break;
    case 2:
        inside_dns_read(r, 0x1234);
        break;
    case 3:
        inside_echo_read(r, true, 0x1234, 1);
        inside_echo_read(r, false, 0x1234, 1);
    }
    return 0;
}
