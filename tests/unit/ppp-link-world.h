/*
 * ppp-link-world.h - a client's link and a peer for it, in one process and in virtual time.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ppp-link.h"
#include "ppp-peer.h"
#include "ppp-wire.h"

static struct ppp_link link_;
static struct ppp_peer peer;
static usec_t now;
static GString *story; /* what came out of the client's link, in order */
static bool cut;       /* nothing reaches the peer */

static const struct ppp_link_params usual = {
    .rng = &test_rng,
    .ipv4 = true,
    .ipv6 = true,
    .auth = PPP_AUTH_MSCHAPV2 | PPP_AUTH_EAP_MSCHAPV2,
};

static const struct ppp_link_params server = {
    .rng = &test_rng,
    .ipv4 = true,
    .ipv6 = true,
    .server = true,
    .n_demand = 1,
    .demand = {PPP_AUTH_MSCHAPV2},
    .give = {.local = 0x0a000001, .peer = 0x0a000002, .dns = {0x0a000035}},
};

static inline void
tell(const struct ppp_link_item *item)
{
    static const char *const names[] = {
        [PPP_LINK_LCP_UP] = "lcp-up",
        [PPP_LINK_WANTS_CREDENTIALS] = "wants",
        [PPP_LINK_AUTHENTICATED] = "authenticated",
        [PPP_LINK_ADDRESS] = "address",
        [PPP_LINK_NETWORK_UP] = "up",
        [PPP_LINK_NETWORK_CHANGED] = "changed",
        [PPP_LINK_ENDED] = "ended",
    };

    g_assert_cmpuint(item->type, <, G_N_ELEMENTS(names));
    g_string_append_printf(story, "%s ", names[item->type]);
    if (item->type == PPP_LINK_WANTS_CREDENTIALS)
        g_string_append_printf(story, "%u ", item->reason);
    if (item->type == PPP_LINK_ENDED)
        g_string_append_printf(story, "%u ", item->end->error);
}

/* Carry frames both ways until nobody has more to say. */
static inline void
run(void)
{
    struct ppp_link_item item;
    struct rd packet;
    bool more = true;

    while (more) {
        more = false;
        while (ppp_link_poll(&link_, &item)) {
            more = true;
            if (item.type != PPP_LINK_FRAME)
                tell(&item);
            else if (!cut)
                ppp_link_receive(&peer.link, now, keep(item.frame.p, item.frame.left), &packet);
        }
        while (ppp_link_poll(&peer.link, &item)) {
            more = true;
            if (item.type == PPP_LINK_AUTH_START)
                ppp_peer_auth_start(&peer, now, item.method);
            else if (item.type == PPP_LINK_AUTH_FRAME)
                ppp_peer_auth_frame(&peer, now, keep(item.frame.p, item.frame.left));
            else if (item.type == PPP_LINK_FRAME && !cut)
                ppp_link_receive(&link_, now, keep(item.frame.p, item.frame.left), &packet);
        }
    }
}

static inline void
init(const struct ppp_link_params *client_params, const struct ppp_link_params *server_params)
{
    struct ppp_credentials c;

    now = 1000000;
    cut = false;
    test_rng_state = (struct test_rng){.state = 99};
    if (story != NULL)
        g_string_free(story, TRUE);
    story = g_string_new(NULL);
    ppp_link_init(&link_, client_params);
    memset(&peer, 0, sizeof peer);
    peer.repeat_at = NEVER;
    peer.password = "clientPass";
    ppp_link_init(&peer.link, server_params);
    creds(&c, "User", "clientPass", NULL);
    ppp_link_credentials(&link_, now, &c);
}
