/*
 * fuzz-tunnel-control.c - what the helper says to the tunnel, every octet of it. What is understood
 * is said again, and must be understood the same way.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "control.h"
#include "proxy-msg.h"

static void
first_message(struct rd message)
{
    static uint8_t bytes[TUNNEL_MSG_MAX];
    struct wr w = wr_over(bytes, sizeof bytes);
    struct control_start start, again;
    uint32_t uid, gid;

    control_start_ids(message, &uid, &gid);
    if (!control_start_get(message, &start))
        return;
    if (!control_start_ids(message, &uid, &gid))
        abort(); /* what can be parsed has its ids where they are looked for */
    tunnel_msg_begin(&w, TUNNEL_START);
    dial_plan_put(&w, &start.plan);
    credentials_put(&w, &start.credentials);
    wr_u8(&w, start.server);
    wr_u8(&w, (uint8_t)start.protocol);
    wr_be32(&w, uid);
    wr_be32(&w, gid);
    wr_u8(&w, start.attempt);
    wr_u8(&w, start.known.family);
    wr_bytes(&w, start.known.octets, sizeof start.known.octets);
    wr_u8(&w, start.kernel_esp ? START_KERNEL_ESP : 0);
    if (!control_start_get(wr_done(&w), &again))
        abort();
    dial_plan_clear(&again.plan);
    dial_plan_clear(&start.plan);
}

static void
proxy_message(struct rd message)
{
    uint8_t bytes[PROXY_MSG_MAX];
    struct wr w = wr_over(bytes, sizeof bytes);
    struct proxy_start start, again;
    struct proxy_done done;
    struct rd copy = message;

    proxy_done_get(&copy, &done);
    if (!proxy_start_get(&message, &start))
        return;
    proxy_start_put(&w, &start);
    struct rd r = wr_done(&w);
    rd_u8(&r);
    if (!proxy_start_get(&r, &again))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct rd message = rd_over(data, size);
    struct control_msg m;

    first_message(message);
    proxy_message(message);
    if (control_msg_get(message, &m))
        for (const char *p = m.text; *p != '\0'; p++)
            if ((unsigned char)*p < ' ')
                abort();
    return 0;
}
