/*
 * test-sim-l2tp-tunnel.c - an LAC and an LNS over a wire that loses, doubles and reorders, by seeds
 * (SIM_SEEDS=n: more; SIM_SEED=n: that one), in virtual time.
 *
 * What must hold in every run: the call comes up at both ends or neither believes in it for long;
 * after a goodbye both are closed; no data passes twice when it is numbered; nobody talks without
 * end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <stdlib.h>

#include "l2tp-tunnel.h"

#define SEC USEC_PER_SEC
#define MS  USEC_PER_MSEC

enum { LAC, LNS, ENDS };

struct gram {
    usec_t at;
    guint to;
    GBytes *bytes;
};

struct sim {
    GRand *rand;
    struct rng rng;
    struct l2tp_tunnel ends[ENDS];
    GQueue wire; /* of struct gram, by time */
    usec_t now;
    guint lose, twice, sent, got_data, sent_data;
    gboolean cut;
    guint64 seen; /* data, by its number */
    gboolean numbered;
};

static void
fill(void *ctx, void *out, size_t n)
{
    struct sim *s = ctx;

    for (size_t i = 0; i < n; i++)
        ((guint8 *)out)[i] = (guint8)g_rand_int(s->rand);
}

static gint
by_time(gconstpointer a, gconstpointer b, gpointer user)
{
    const struct gram *x = a, *y = b;

    (void)user;
    return x->at <= y->at ? -1 : 1; /* in their order */
}

static void
put(struct sim *s, guint to, struct rd r)
{
    const guint copies = g_rand_int_range(s->rand, 0, 1000) < (gint)s->twice ? 2 : 1;

    s->sent++;
    for (guint i = 0; i < copies && !s->cut; i++) {
        if (g_rand_int_range(s->rand, 0, 1000) < (gint)s->lose)
            continue;
        struct gram *g = g_new(struct gram, 1);
        g->at = s->now + 10 * MS + (usec_t)g_rand_int_range(s->rand, 0, 40) * MS;
        g->to = to;
        g->bytes = g_bytes_new(r.p, r.left);
        g_queue_insert_sorted(&s->wire, g, by_time, NULL);
    }
}

static void
speak(struct sim *s)
{
    struct rd r;

    for (guint i = 0; i < ENDS; i++)
        while (l2tp_tunnel_poll(&s->ends[i], s->now, &r))
            put(s, 1 - i, r);
}

static void
send_data(struct sim *s)
{
    guint8 buf[16];

    if (s->ends[LNS].call != L2TP_CALL_UP || s->sent_data == 64)
        return;
    buf[15] = (guint8)s->sent_data++;
    guint8 *const p = l2tp_tunnel_seal(&s->ends[LNS], buf + 15);
    put(s, LAC, rd_over(p, (size_t)(buf + 16 - p)));
}

static void
deliver(struct sim *s)
{
    struct gram *g = g_queue_pop_head(&s->wire);
    gsize n;
    const void *p = g_bytes_get_data(g->bytes, &n);
    struct rd frame;

    if (l2tp_tunnel_receive(&s->ends[g->to], s->now, rd_over(p, n), &frame) && g->to == LAC) {
        const guint64 bit = G_GUINT64_CONSTANT(1) << frame.p[0];
        g_assert_true(!s->numbered || (s->seen & bit) == 0);
        s->seen |= bit;
        s->got_data++;
    }
    g_bytes_unref(g->bytes);
    g_free(g);
}

/* False: nothing will ever happen again, or not before @until. */
static bool
step(struct sim *s, usec_t until)
{
    const struct gram *first = g_queue_peek_head(&s->wire);
    usec_t next = first == NULL ? NEVER : first->at;

    for (guint i = 0; i < ENDS; i++)
        next = usec_min(next, l2tp_tunnel_deadline(&s->ends[i]));
    if (next > until)
        return false;
    g_assert_cmpuint(next, >=, s->now);
    s->now = next;
    if (first != NULL && first->at <= s->now)
        deliver(s);
    for (guint i = 0; i < ENDS; i++)
        if (l2tp_tunnel_deadline(&s->ends[i]) <= s->now)
            l2tp_tunnel_expire(&s->ends[i], s->now);
    speak(s);
    g_assert_cmpuint(s->sent, <, 3000);
    return true;
}

static bool
both(const struct sim *s, enum l2tp_call_state call)
{
    return s->ends[LAC].call == call && s->ends[LNS].call == call;
}

static void
begin(struct sim *s, guint32 seed)
{
    struct l2tp_config config = {.no_answer = RAS_VPN_TIMEOUT};

    *s = (struct sim){.rand = g_rand_new_with_seed(seed), .now = SEC};
    s->rng = (struct rng){.fill = fill, .ctx = s};
    s->lose = (guint)g_rand_int_range(s->rand, 0, 350);
    s->twice = (guint)g_rand_int_range(s->rand, 0, 200);
    s->numbered = g_rand_boolean(s->rand);
    config.rng = &s->rng;
    if (g_rand_boolean(s->rand))
        config.secret = rd_over("tunnel secret", 13);
    l2tp_tunnel_init(&s->ends[LAC], &config);
    config.lns = true;
    config.hide = g_rand_boolean(s->rand);
    config.sequence = s->numbered;
    l2tp_tunnel_init(&s->ends[LNS], &config);
    l2tp_tunnel_begin(&s->ends[LAC], s->now);
    speak(s);
}

static void
run(guint32 seed, guint *ups)
{
    struct sim s;

    begin(&s, seed);
    while (!both(&s, L2TP_CALL_UP) && s.ends[LAC].state != L2TP_CLOSED && step(&s, 120 * SEC))
        continue;
    const bool up = both(&s, L2TP_CALL_UP);
    *ups += up;
    g_test_message("seed %u: lose %u, %s after %" G_GUINT64_FORMAT " ms, %u messages", seed, s.lose,
                   up ? "up" : s.ends[LAC].end.detail, (s.now - SEC) / MS, s.sent);
    for (guint i = 0; up && i < 64; i++) {
        send_data(&s);
        while (step(&s, s.now + 7 * MS))
            continue;
        s.now += 7 * MS;
    }
    while (up && s.wire.length > 0 && step(&s, NEVER))
        continue;
    if (g_rand_int_range(s.rand, 0, 4) == 0)
        s.cut = true; /* and nobody hears the goodbye */
    const usec_t from = s.now;
    l2tp_tunnel_close(&s.ends[g_rand_boolean(s.rand) ? LAC : LNS], s.now, L2TP_CDN_ADMINISTRATIVE,
                      L2TP_STOP_CLEAR);
    speak(&s);
    while (step(&s, s.now + 300 * SEC))
        continue;
    for (guint i = 0; i < ENDS; i++) {
        g_assert_true(s.ends[i].state == L2TP_CLOSED || s.ends[i].state == L2TP_IDLE);
        g_assert_true(s.ends[i].state == L2TP_IDLE || s.ends[i].end.error != RAS_OK);
        g_assert_cmpuint(l2tp_tunnel_deadline(&s.ends[i]), ==, NEVER);
    }
    g_assert_cmpuint(s.now - from, <, 200 * SEC);
    if (up && s.lose == 0)
        g_assert_cmpuint(s.got_data, >=, 64);
    g_rand_free(s.rand);
}

static void
test_seeds(void)
{
    const char *const one = g_getenv("SIM_SEED"), *const many = g_getenv("SIM_SEEDS");
    const guint first = one != NULL ? (guint)g_ascii_strtoull(one, NULL, 10) : 1;
    const guint n = one != NULL ? 1 : many != NULL ? (guint)g_ascii_strtoull(many, NULL, 10) : 1000;
    guint ups = 0;

    for (guint i = 0; i < n; i++)
        run(first + i, &ups);
    g_test_message("%u of %u came up", ups, n);
    if (one == NULL)
        g_assert_cmpuint(ups, >, n * 95 / 100);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim-l2tp-tunnel/seeds", test_seeds);
    return g_test_run();
}
