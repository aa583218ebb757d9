/*
 * fuzz-auth.h - a script against ppp-auth: frames, time, answers of a person.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "fuzz-ppp.h"
#include "ppp-auth.h"

static inline void
fuzz_credentials(struct ppp_credentials *c, bool change)
{
    struct secret password = {0}, next = {0};

    if (!secret_set_text(&password, "clientPass") || !secret_set_text(&next, "newPass1") ||
        !ppp_credentials_set(c, "User", "CORP", &password, change ? &next : NULL))
        abort();
}

static inline void
fuzz_auth(struct rd *in, enum ppp_auth_method method, uint16_t protocol)
{
    static struct ppp_queue q;
    static struct ppp_auth a;
    struct ppp_credentials c = {0};
    usec_t now = 1;
    unsigned asked = 0;

    q.head = q.tail = 0;
    fuzz_random = 3;
    ppp_auth_init(&a, &fuzz_rng, &q);
    fuzz_credentials(&c, rd_u8(in) & 1);
    ppp_auth_credentials(&a, now, &c);
    ppp_auth_start(&a, now, method);
    while (in->left > 0 && rd_ok(in)) {
        const enum ppp_auth_state before = a.state;

        switch (rd_u8(in) % 4) {
        case 0:
        case 1: {
            const struct rd frame = fuzz_frame(in);

            ppp_auth_input(&a, now, protocol, frame);
            free((void *)frame.p);
            break;
        }
        case 2:
            if (ppp_auth_deadline(&a) != NEVER && ppp_auth_deadline(&a) > now)
                now = ppp_auth_deadline(&a);
            ppp_auth_expire(&a, now);
            if (ppp_auth_deadline(&a) <= now)
                abort();
            break;
        case 3:
            fuzz_credentials(&c, rd_u8(in) & 1);
            ppp_auth_credentials(&a, now, &c);
            break;
        }
        fuzz_drain(&q);
        asked += before != PPP_AUTH_ASKING && a.state == PPP_AUTH_ASKING;
        if (asked > MSCHAPV2_TRIES + 1)
            abort(); /* threats A7 */
        if (a.state == PPP_AUTH_FAILED && a.end.error == RAS_OK)
            abort();
        /* Nobody guesses the server's proof (A5, A10). */
        if (a.state == PPP_AUTH_PROVED &&
            (method == PPP_AUTH_MSCHAPV2 || method == PPP_AUTH_EAP_MSCHAPV2))
            abort();
    }
    ppp_auth_wipe(&a);
    ppp_credentials_wipe(&c);
}
