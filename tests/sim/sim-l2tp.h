/*
 * sim-l2tp.h - what test-sim-l2tp.c dials with, and what it sees of it. SPDX-License-Identifier:
 * GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "ike-priv.h"
#include "ras-core-private.h"
#include "session-priv.h"

struct gram {
    usec_t at;
    gboolean up;
    enum session_channel channel;
    GBytes *bytes;
};

/* What the kernel of the client says to a SESSION_ESP; the test plays it. */
enum kernel { KERNEL_NONE, KERNEL_DOES, KERNEL_REFUSES, KERNEL_REFUSES_SECOND, KERNEL_LOSES };

struct params {
    enum kernel kernel;
    const char *script[3];
    enum plan_ipsec ipsec;
    bool raw_esp, dns;
    bool any_port; /* not from UDP port 1701 */
    const char *secret, *server_secret, *psk, *user, *password;
    guint lose, twice;
    usec_t hang_up;     /* after it was up; 0: a second */
    usec_t server_gone; /* after the beginning; 0: never */
    guint16 path_mtu;   /* 0: the client does not know it */
    bool renews;        /* the client asks for another pair as soon as it is up */
    bool shared;        /* there is IPsec to that server already */
    bool second;        /* of another call of ours */
    guint32 seed;
    const char *phase1, *phase2;
    unsigned auth;
    enum plan_encryption encryption;
};

struct sim {
    const struct params *p;
    GRand *rand;
    struct rng rng;
    usec_t begin, now;
    GQueue wire;
    struct dial_plan plan;
    struct credentials credentials;
    struct session *client;
    struct ras_config config;
    struct ras_users users;
    struct ras_pool pool;
    struct ras_core *server;
    bool came_up, ended, hung_up, answered;
    usec_t up_after, ended_after, next_traffic, both_up;
    struct ras_end end;
    unsigned stages;
    char encryption[200];
    guint mtu, peer_mru,
        outer; /* the largest packet that the client sends, and what becomes of it */
    guint delivered[2], sent, pairs;
    bool redo;             /* SESSION_EARLY_REFUSED */
    usec_t ike_at, esp_at; /* the last of IKE's before the first of ESP's, and that */
    usec_t renewed_at;
    guint32 before; /* SPI of the pair until then */
    guint kernel_asked, kernel_forgot;
    bool kernel_encapsulates;
    struct esp_sas kernel_sas; /* what is in the kernel */
    struct esp_udp kernel_udp;
};

/* The new pair is in use soon, and the server's answer to Hello is the sign that it has it. */
static inline void
client_renews(struct sim *s)
{
    struct ike *const k = s->client->l2tp.ipsec.ike;

    if (!s->p->renews || k == NULL || k->current == NULL)
        return;
    if (s->renewed_at == 0) {
        g_assert_cmpuint(k->current->sign_at, ==, NEVER); /* of the first: whatever was heard */
        s->renewed_at = s->now;
        s->before = k->current->in.spi;
        ike_rekey(k, s->now);
    } else if (s->now > s->renewed_at + 2 * USEC_PER_SEC) {
        g_assert_cmphex(k->current->in.spi, !=, s->before);
        g_assert_cmpuint(k->current->sign_at, ==, NEVER);
        g_assert_cmphex(s->client->l2tp.ipsec.ask, ==, 0);
    }
}
