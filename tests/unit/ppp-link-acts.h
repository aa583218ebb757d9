/*
 * ppp-link-acts.h - what the tests of a link do to it: bring it up, feed it frames from nowhere,
 * leave it alone.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ppp-link-world.h"

static inline void
up(const struct ppp_link_params *client_params, const struct ppp_link_params *server_params)
{
    init(client_params, server_params);
    ppp_link_up(&link_, now);
    ppp_link_up(&peer.link, now);
    run();
}

/* A frame to the client, from nowhere. */
static inline bool
inject(struct rd frame)
{
    struct rd packet;

    return ppp_link_receive(&link_, now, frame, &packet);
}

/* The same, said by somebody whose answers do not matter; then what the client has to tell. */
static inline void
inject_and_tell(struct rd frame)
{
    struct ppp_link_item item;

    inject(frame);
    while (ppp_link_poll(&link_, &item)) {
        if (item.type != PPP_LINK_FRAME)
            tell(&item);
    }
}

/* Let time pass, with nobody at the other end, until the link has ended or @limit has passed. */
static inline void
wait_alone(usec_t limit)
{
    const usec_t end = now + limit;
    struct ppp_link_item item;
    bool more = true;

    while (more) {
        while (ppp_link_poll(&link_, &item)) {
            if (item.type != PPP_LINK_FRAME)
                tell(&item);
        }
        more = ppp_link_deadline(&link_) <= end;
        if (more) {
            now = ppp_link_deadline(&link_);
            ppp_link_expire(&link_, now);
        }
    }
}

/* As far as the client's answer to the challenge, which nobody judges; what comes next is up to
 * the test. The story begins after it. */
static inline void
until_answered(const struct ppp_link_params *client_params,
               const struct ppp_link_params *server_params)
{
    struct ppp_link_item item;
    struct rd packet;

    init(client_params, server_params);
    ppp_link_up(&link_, now);
    ppp_link_up(&peer.link, now);
    for (int i = 0; i < 3; i++) {
        while (ppp_link_poll(&link_, &item)) {
            if (item.type == PPP_LINK_FRAME)
                ppp_link_receive(&peer.link, now, keep(item.frame.p, item.frame.left), &packet);
        }
        while (ppp_link_poll(&peer.link, &item)) {
            if (item.type == PPP_LINK_FRAME)
                inject(keep(item.frame.p, item.frame.left));
            else if (item.type == PPP_LINK_AUTH_START)
                ppp_peer_auth_start(&peer, now, item.method);
        }
    }
    g_assert_cmpint(link_.phase, ==, PPP_PHASE_AUTHENTICATE);
}

#define assert_story(want) g_assert_cmpstr(story->str, ==, (want))

#define UP_STORY "lcp-up authenticated address up "
