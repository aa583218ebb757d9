/*
 * fuzz-ppp-link.c - a whole link, client or server, fed with frames, time and its owner's calls.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ppp-link.h"

#include "fuzz-ppp.h"

static struct ppp_link l;
static unsigned ended;

static void
drain(void)
{
    struct ppp_link_item item;

    while (ppp_link_poll(&l, &item)) {
        if (ended > 0)
            abort(); /* the end is the last item */
        if (item.type == PPP_LINK_FRAME)
            fuzz_check_frame(item.frame);
        ended += item.type == PPP_LINK_ENDED;
        if (item.type == PPP_LINK_ENDED && item.end->error == RAS_OK)
            abort();
        if (item.type == PPP_LINK_NETWORK_UP || item.type == PPP_LINK_NETWORK_CHANGED) {
            struct net_config config;

            ppp_link_config(&l, &config);
            if (!net_config_valid(&config))
                abort();
        }
    }
}

static void
begin(uint8_t role, uint8_t auth, usec_t now)
{
    struct ppp_credentials c = {0};
    struct secret password = {0};
    const struct ppp_link_params params = {
        .rng = &fuzz_rng,
        .mru = role & 2 ? 1400 : 0,
        .compress_fields = role & 4,
        .reliable = role & 64,
        .ipv4 = true,
        .ipv6 = role & 8,
        .nbns = true,
        .mppe = role & 16 ? CCP_MPPE_128 : 0,
        .auth = auth & 31,
        .server = role & 1,
        .hold_network = role & 32,
        .n_demand = auth & 1,
        .demand = {PPP_AUTH_MSCHAPV2},
        .give = {.local = 0x0a000001, .peer = 0x0a000002},
    };

    if (!secret_set_text(&password, "clientPass") ||
        !ppp_credentials_set(&c, "User", NULL, &password, NULL))
        abort();
    ppp_link_init(&l, &params);
    ppp_link_credentials(&l, now, &c);
}

static void
receive(struct rd *in, usec_t now)
{
    const struct rd frame = fuzz_frame(in);
    struct rd packet = {0};

    if (ppp_link_receive(&l, now, frame, &packet)) {
        if (packet.left < 20 || packet.p < frame.p ||
            packet.p + packet.left != frame.p + frame.left)
            abort();
    }
    free((void *)frame.p);
}

static void
owner_acts(uint8_t what, usec_t *now)
{
    const struct ras_end why = {.error = RAS_USER_DISCONNECTION};
    uint8_t head[4];

    switch (what % 8) {
    case 0:
        ppp_link_up(&l, *now);
        break;
    case 1:
        ppp_link_close(&l, *now, &why);
        break;
    case 2:
        ppp_link_lost(&l, *now, &why);
        break;
    case 3:
        ppp_link_credentials(&l, *now, NULL);
        break;
    case 4:
        ppp_link_auth_done(&l, *now, true, NULL);
        break;
    case 5:
        ppp_link_start_network(&l, *now);
        break;
    case 6:
        if (ppp_link_header(&l, 4, head) > 4 || ppp_link_header(&l, 6, head) > 4)
            abort();
        break;
    case 7:
        if (ppp_link_deadline(&l) != NEVER && ppp_link_deadline(&l) > *now)
            *now = ppp_link_deadline(&l);
        ppp_link_expire(&l, *now);
        if (ppp_link_deadline(&l) <= *now)
            abort(); /* a timer that stays behind is a busy loop */
        break;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd in = rd_over(data, size);
    const uint8_t role = rd_u8(&in);
    const uint8_t auth = rd_u8(&in);
    usec_t now = 1;

    ended = 0;
    fuzz_random = 5;
    begin(role, auth, now);
    while (in.left > 0 && rd_ok(&in)) {
        const uint8_t what = rd_u8(&in);

        if (what >= 128)
            owner_acts(what, &now);
        else
            receive(&in, now);
        drain();
    }
    ppp_link_wipe(&l);
    return 0;
}
