/*
 * fuzz-l2tp-control.c - an L2TP tunnel in either role under a script: a byte says what happens, the
 * rest feeds it. What we write must be read again, time must never stand still, and nothing may
 * grow. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "l2tp-tunnel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t last;

static void
fill(void *ctx, void *out, size_t n)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++)
        ((uint8_t *)out)[i] = ++last;
}

static const struct rng rng = {.fill = fill};
static const uint8_t secret[] = "secret";

static void
drain(struct l2tp_tunnel *t, usec_t now)
{
    struct rd r;
    unsigned n = 0;

    while (l2tp_tunnel_poll(t, now, &r)) {
        struct l2tp_header h;
        struct l2tp_msg m;

        if (!l2tp_header_get(r, &h) || !h.control)
            abort();
        if (h.body.left > 0 && l2tp_msg_get(h.body, t->config.secret, &m) != L2TP_GOOD)
            abort();
        if (++n > 2 * L2TP_QUEUE + 1)
            abort();
    }
}

/* To the right tunnel and in order, with attributes from the script. */
static void
feed_framed(struct l2tp_tunnel *t, usec_t now, struct rd body)
{
    uint8_t bytes[12 + 256];
    struct wr w = wr_over(bytes, sizeof bytes);
    struct rd frame;

    wr_be16(&w, 0xc802);
    wr_be16(&w, (uint16_t)(12 + body.left));
    wr_be16(&w, t->local_tunnel);
    wr_be16(&w, t->local_session);
    wr_be16(&w, t->channel.nr);
    wr_be16(&w, t->channel.next);
    wr_rd(&w, body);
    l2tp_tunnel_receive(t, now, wr_done(&w), &frame);
}

static void
feed_message(struct l2tp_tunnel *t, usec_t now, struct rd *in)
{
    uint8_t bytes[512];
    struct wr w = wr_over(bytes, sizeof bytes);
    struct rd frame;
    struct l2tp_msg m = {
        .type = 1 + rd_u8(in) % (L2TP_TYPES - 1),
        .has = L2TP_HAS(L2TP_AVP_VERSION) | L2TP_HAS(L2TP_AVP_HOST_NAME) |
               L2TP_HAS(L2TP_AVP_TUNNEL) | L2TP_HAS(L2TP_AVP_SESSION) | L2TP_HAS(L2TP_AVP_SERIAL) |
               L2TP_HAS(L2TP_AVP_SPEED) | L2TP_HAS(L2TP_AVP_FRAMING) | L2TP_HAS(L2TP_AVP_RESPONSE) |
               L2TP_HAS(L2TP_AVP_CALL_ERRORS),
        .version = 0x100,
        .host_name = rd_over("h", 1),
        .tunnel = 1 + rd_u8(in) % 3,
        .session = 1 + rd_u8(in) % 3,
    };
    const bool ours = rd_u8(in) & 1;

    l2tp_response(m.type, rd_over(secret, 6), rd_over(t->challenge, sizeof t->challenge),
                  m.response);
    l2tp_msg_put(&w, t->local_tunnel, ours ? t->local_session : 0, &m, (struct rd){0},
                 (struct rd){0});
    wr_patch_be16(&w, 8, t->channel.nr);
    wr_patch_be16(&w, 10, t->channel.next);
    l2tp_tunnel_receive(t, now, wr_done(&w), &frame);
}

static void
feed_raw(struct l2tp_tunnel *t, usec_t now, struct rd bytes)
{
    uint8_t *exact = malloc(bytes.left == 0 ? 1 : bytes.left);
    struct rd frame;

    if (exact == NULL)
        return;
    if (bytes.left > 0)
        memcpy(exact, bytes.p, bytes.left);
    if (l2tp_tunnel_receive(t, now, rd_over(exact, bytes.left), &frame) &&
        (t->call != L2TP_CALL_UP || frame.p < exact || frame.p + frame.left > exact + bytes.left))
        abort();
    free(exact);
}

static void
step(struct l2tp_tunnel *t, usec_t *now, struct rd *in)
{
    const unsigned what = rd_u8(in) % 6;

    switch (what) {
    case 0:
        l2tp_tunnel_begin(t, *now);
        break;
    case 1:
        l2tp_tunnel_close(t, *now, 3, 1);
        break;
    case 2:
        if (l2tp_tunnel_deadline(t) != NEVER && l2tp_tunnel_deadline(t) > *now)
            *now = l2tp_tunnel_deadline(t);
        l2tp_tunnel_expire(t, *now);
        break;
    case 3:
        feed_message(t, *now, in);
        break;
    case 4:
    case 5: {
        const size_t n = rd_u8(in);
        const struct rd bytes = rd_take(in, n < in->left ? n : in->left);
        if (what == 4)
            feed_raw(t, *now, bytes);
        else
            feed_framed(t, *now, bytes);
        break;
    }
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd in = rd_over(data, size);
    const uint8_t how = rd_u8(&in);
    const struct l2tp_config config = {
        .rng = &rng,
        .secret = rd_over(secret, how & 1 ? 6 : 0),
        .lns = how & 2,
        .hide = how & 4,
        .refuse_tunnel = how & 8 ? 4 : 0,
        .refuse_call = how & 16 ? 4 : 0,
        .no_answer = RAS_VPN_TIMEOUT,
    };
    static struct l2tp_tunnel t;
    usec_t now = 0;

    last = 0;
    l2tp_tunnel_init(&t, &config);
    while (in.left > 0 && rd_ok(&in)) {
        step(&t, &now, &in);
        drain(&t, now);
        if (l2tp_tunnel_deadline(&t) <= now)
            abort();
        if (l2tp_tunnel_ending(&t) && t.end.error == RAS_OK)
            abort(); /* nothing ends without a cause */
        if (t.state >= L2TP_STOPPING && t.call == L2TP_CALL_UP)
            abort();
    }
    l2tp_tunnel_wipe(&t);
    return 0;
}
