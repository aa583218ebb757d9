/*
 * ppp-peer.h - the other end of a link for tests: a ppp_link in the server's role, and just enough
 * of an authenticator behind it (PAP, CHAP with MD5, MS-CHAPv2). It repeats its challenge until it
 * is answered, and its verdict when it is asked again, as real ones do.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chap.h"
#include "hash.h"
#include "mppe-key.h"
#include "ppp-creds.h"
#include "ppp-link.h"

struct ppp_peer {
    struct ppp_link link;
    const char *password;
    enum ppp_auth_method method;
    uint8_t challenge[16];
    uint8_t verdict[64];
    size_t verdict_len; /* 0: none yet */
    usec_t repeat_at;
    uint8_t id; /* of the challenge; another for each */
};

static inline void
ppp_peer_send(struct ppp_peer *p, struct rd frame)
{
    ppp_link_auth_send(&p->link, p->method == PPP_AUTH_PAP ? 0xc023 : 0xc223, frame);
}

static inline void
ppp_peer_challenge(struct ppp_peer *p, usec_t now)
{
    uint8_t frame[24] = {CHAP_CHALLENGE, p->id, 0, 24, 16};

    memcpy(frame + 5, p->challenge, 16);
    memcpy(frame + 21, "srv", 3);
    ppp_peer_send(p, rd_over(frame, sizeof frame));
    p->repeat_at = now + USEC_PER_SEC;
}

static inline void
ppp_peer_auth_start(struct ppp_peer *p, usec_t now, enum ppp_auth_method method)
{
    p->method = method;
    p->verdict_len = 0;
    p->id++;
    p->repeat_at = NEVER;
    rng_fill(p->link.params.rng, p->challenge, sizeof p->challenge);
    if (method != PPP_AUTH_PAP)
        ppp_peer_challenge(p, now);
}

/* Is this response right? Fills in the verdict's text and the keys. */
static inline bool
ppp_peer_judge(struct ppp_peer *p, struct rd frame, char text[static 64], uint8_t hlak[static 32])
{
    const struct rd password = rd_over(p->password, strlen(p->password));
    uint8_t hash[16], want[24], proof[20], hash_hash[16], master[16];
    struct rd name;

    text[0] = '\0';
    memset(hlak, 0, 32);
    if (p->method == PPP_AUTH_PAP) {
        const size_t n = frame.p[4];
        return frame.left == 6 + n + password.left &&
               memcmp(frame.p + 6 + n, password.p, password.left) == 0;
    }
    if (p->method == PPP_AUTH_CHAP_MD5) {
        chap_md5(frame.p[1], password, rd_over(p->challenge, 16), want);
        return frame.left >= 21 && memcmp(frame.p + 5, want, 16) == 0;
    }
    if (frame.left < 54)
        return false;
    name = mschap_bare_user(rd_over(frame.p + 54, frame.left - 54));
    g_assert_true(mschap_nt_hash(password, hash));
    mschap_nt_response(p->challenge, frame.p + 5, name, hash, want);
    if (memcmp(want, frame.p + 29, 24) != 0) {
        g_strlcpy(text, "E=691 R=0 V=3", 64);
        return false;
    }
    mschap_authenticator_response(hash, want, frame.p + 5, p->challenge, name, proof);
    mschap_hash_hash(hash, hash_hash);
    mppe_key_master(hash_hash, want, master);
    mppe_key_hlak(master, hlak);
    memcpy(text, "S=", 2);
    for (guint i = 0; i < sizeof proof; i++)
        g_snprintf(text + 2 + 2 * i, 3, "%02X", proof[i]);
    return true;
}

static inline void
ppp_peer_auth_frame(struct ppp_peer *p, usec_t now, struct rd frame)
{
    const bool pap = p->method == PPP_AUTH_PAP;
    uint8_t hlak[32];
    char text[64];
    bool ok;

    if (frame.left < 6 || frame.p[0] != (pap ? 1 : CHAP_RESPONSE))
        return;
    if (!pap && frame.p[1] != p->id)
        return; /* to a challenge of before */
    if (p->verdict_len > 0) {
        ppp_peer_send(p, rd_over(p->verdict, p->verdict_len));
        return;
    }
    ok = ppp_peer_judge(p, frame, text, hlak);
    p->verdict[0] = pap ? (ok ? 2 : 3) : (ok ? CHAP_SUCCESS : CHAP_FAILURE);
    p->verdict[1] = frame.p[1];
    p->verdict_len = pap ? 5 : 4 + strlen(text);
    p->verdict[2] = 0;
    p->verdict[3] = (uint8_t)p->verdict_len;
    p->verdict[4] = 0;
    if (!pap)
        memcpy(p->verdict + 4, text, strlen(text));
    p->repeat_at = NEVER;
    ppp_peer_send(p, rd_over(p->verdict, p->verdict_len));
    ppp_link_auth_done(&p->link, now, ok, hlak);
}

static inline void
ppp_peer_expire(struct ppp_peer *p, usec_t now)
{
    ppp_link_expire(&p->link, now);
    if (now >= p->repeat_at)
        ppp_peer_challenge(p, now);
}

static inline usec_t
ppp_peer_deadline(const struct ppp_peer *p)
{
    return usec_min(p->repeat_at, ppp_link_deadline(&p->link));
}
