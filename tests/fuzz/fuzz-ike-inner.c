/*
 * fuzz-ike-inner.c - what somebody who has the keys may say: two ends that are connected, and
 * payloads from a script that are encrypted and hashed as they should be, between their own rekeys,
 * deletes and time passing. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "ike-msg.h"
#include "sim-ike.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
cheap(struct ike_config *client, struct ike_config *server)
{
    client->phase1 = server->phase1 = "aes128-sha1-ecp256";
}

static void
step(struct sim_ike *s, struct rd *in)
{
    static guint32 next = 0x100;
    const guint8 op = rd_u8(in);

    switch (op % 6) {
    case 0: /* INFORMATIONAL or quick mode, new, or another message of what there is */
    case 1: {
        const guint8 first = rd_u8(in);
        const gsize n = rd_be16(in) % 4096;
        const guint32 msgid = (op & 0x20) != 0 ? next : ++next;

        sim_ike_craft(s, op & 1, (op & 0x40) != 0 ? IKE_QUICK : IKE_INFORMATIONAL, msgid, first,
                      rd_take(in, MIN(n, in->left)));
        break;
    }
    case 2:
        ike_rekey(s->client.k, s->now);
        break;
    case 3:
        ike_rekey(s->server.k, s->now);
        break;
    case 4:
        for (guint i = 0; i < 4 && sim_ike_step(s, s->now + 3600 * USEC_PER_SEC); i++)
            ;
        break;
    case 5:
        sim_ike_run(s, s->now + rd_u8(in) * USEC_PER_SEC / 4);
        break;
    }
    sim_ike_flush(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sim_ike_params params = {.seed = 1, .delay = 1000, .tweak = cheap};
    static struct sim_ike s;
    struct rd in = rd_over(data, size);

    sim_ike_init(&s, &params);
    sim_ike_start(&s);
    if (!sim_ike_settle(&s, 10 * USEC_PER_SEC))
        abort();
    for (guint n = 0; rd_ok(&in) && in.left > 0 && n < 64; n++)
        step(&s, &in);
    ike_close(s.client.k, s.now);
    sim_ike_flush(&s);
    sim_ike_clear(&s);
    return 0;
}
