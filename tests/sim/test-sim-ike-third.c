/*
 * test-sim-ike-third.c - message 3 of quick mode has no answer. Where it is lost, or the server
 * drops it, the client has a pair that the server has not: so it sends under the old one until
 * there is a sign of the new. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ike-priv.h"
#include "sim-ike.h"

#define SEC USEC_PER_SEC
#define MS  USEC_PER_MSEC

enum { HABITS = SIM_IKE_OLDEST + 1, FOR_EVER = 1000000 };

static struct sim_ike sim;
static struct sim_ike_params params;
static guint to_lose, lost, quick_modes;
static gboolean
    forgets; /* the server, what it has lost message 3 of: another message would not do */
static GHashTable *firsts; /* message ids of the client's quick modes -> digest of message 1 */

/* A third message is the client's, and not the one that its exchange began with. */
static gboolean
loses(struct sim_ike *s, gboolean from_client, struct rd message)
{
    struct ike_header h;
    struct rd r = message;

    (void)s;
    g_assert_true(ike_header_get(&r, &h));
    if (!from_client || h.exchange != IKE_QUICK)
        return FALSE;
    g_autofree char *digest =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, message.p, message.left);
    const char *first = g_hash_table_lookup(firsts, GUINT_TO_POINTER(h.msgid));

    if (first == NULL) {
        g_hash_table_insert(firsts, GUINT_TO_POINTER(h.msgid), g_steal_pointer(&digest));
        quick_modes++;
        return FALSE;
    }
    if (strcmp(first, digest) == 0 || lost >= to_lose)
        return FALSE;
    lost++;
    for (guint i = 0; i < IKE_QUICKS && forgets; i++) {
        struct ike_quick *const q = &sim.server.k->quicks[i];

        if (q->state == IKE_QUICK_SENT_2 && q->msgid == h.msgid)
            ike_quick_free(q);
    }
    return TRUE;
}

static guint32 seconds_2;

static void
lives(struct ike_config *client, struct ike_config *server)
{
    client->phase1 = server->phase1 = "aes128-sha256-ecp256";
    client->phase1_seconds = server->phase1_seconds = 7200;
    client->phase2_seconds = seconds_2;
    server->phase2_seconds = 7200; /* the client renews */
    client->dpd_seconds = server->dpd_seconds = 60;
}

static void
run(usec_t until)
{
    while (sim_ike_step(&sim, until)) {
        g_assert_false(sim.client.ended || sim.server.ended);
        for (guint i = 0; i < IKE_CHILDREN; i++) /* to renew is left to the client */
            sim.server.k->children[i].rekey_at = NEVER;
    }
    sim.now = MAX(sim.now, until);
}

/* A call that is up; nothing was lost so far. */
static void
dial(guint32 seed, guint32 life, struct sim_ike_params p)
{
    params = p;
    params.seed = seed;
    params.loses = loses;
    params.tweak = lives;
    if (params.delay == 0)
        params.delay = 20 * MS;
    seconds_2 = life;
    to_lose = lost = quick_modes = 0;
    g_clear_pointer(&firsts, g_hash_table_unref);
    firsts = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    sim_ike_init(&sim, &params);
    sim_ike_start(&sim);
    g_assert_true(sim_ike_settle(&sim, 10 * SEC));
    run(sim.now + 2 * SEC);
    sim.server.unknown = sim.client.unknown = 0;
}

static void
over(void)
{
    sim_ike_clear(&sim);
    g_clear_pointer(&firsts, g_hash_table_unref);
}

/* Pairs that the server has, and could send with. */
static guint
whole(void)
{
    guint n = 0;

    for (guint i = 0; i < sim.server.kids->len; i++) {
        const struct sim_ike_kid *kid = &g_array_index(sim.server.kids, struct sim_ike_kid, i);

        n += kid->whole && !kid->gone;
    }
    return n;
}

/* Lost so often: nothing of what the client has to say goes under a pair that is not there, and in
 * the end both have one new pair, and no other. */
static void
renewed(guint times, gboolean traffic)
{
    const guint32 before = sim.client.sending;

    to_lose = times;
    ike_rekey(sim.client.k, sim.now);
    sim_ike_flush(&sim);
    run(sim.now + 30 * SEC);
    g_assert_cmpuint(lost, ==, times);
    g_assert_cmpuint(sim.client.sending, !=, before);
    g_assert_true(sim_ike_agree(&sim));
    /* who sends with the old one until it is told to delete that has something on its way then */
    g_assert_cmpuint(sim.client.unknown, <=, params.habit == SIM_IKE_OLDEST ? 2 : 0);
    g_assert_cmpuint(sim.server.unknown, ==, 0);
    g_assert_cmpuint(sim.client.bare + sim.server.bare, ==, 0);
    if (traffic) {
        g_assert_cmpuint(sim.client.longest_gap, <=, 60 * MS);
        g_assert_cmpuint(sim.server.longest_gap, <=, 60 * MS);
    }
    run(sim.now + 15 * SEC);
    g_assert_cmpuint(whole(), ==, 1);
    g_assert_cmpuint(quick_modes, <=, 4);
}

static void
test_lost(void)
{
    guint32 seed = 2000;

    for (guint habit = 0; habit < HABITS; habit++)
        for (guint times = 0; times <= 6; times++)
            for (guint how = 0; how < 8; how++) {
                const gboolean traffic = (how & 1) != 0;

                forgets = (how & 4) != 0;
                dial(seed++, 3600,
                     (struct sim_ike_params){
                         .habit = habit, .traffic = traffic, .late = (how & 2) != 0 || times > 0});
                g_test_message("habit %u, lost %u times, how %u", habit, times, how);
                renewed(times, traffic);
                over();
            }
}

/* The first pair has none before it. */
static void
test_first(void)
{
    for (guint times = 1; times <= 4; times++)
        for (guint how = 0; how < 2; how++) {
            forgets = how == 1;
            params = (struct sim_ike_params){.seed = 2300 + times,
                                             .delay = 20 * MS,
                                             .traffic = TRUE,
                                             .late = TRUE,
                                             .loses = loses,
                                             .tweak = lives};
            seconds_2 = 3600;
            to_lose = times;
            lost = quick_modes = 0;
            firsts = g_hash_table_new_full(NULL, NULL, NULL, g_free);
            sim_ike_init(&sim, &params);
            sim_ike_start(&sim);
            run(20 * SEC);
            g_assert_cmpuint(lost, ==, times);
            g_assert_true(sim_ike_agree(&sim));
            g_assert_cmpuint(sim.client.heard_esp + 60 * MS, >, sim.now);
            g_assert_cmpuint(sim.server.heard_esp + 60 * MS, >, sim.now);
            g_assert_cmpuint(quick_modes, >=, forgets ? 2 : 1);
            g_assert_cmpuint(quick_modes, <=, 3);
            over();
        }
}

/* It is lost for ever: the old pair serves until its life is over, and not longer; new ones are
 * made, but not without end; and what is heard of at last is used. */
static void
test_for_ever(void)
{
    for (guint how = 0; how < 2; how++) {
        forgets = how == 1;
        dial(2400 + how, 300, (struct sim_ike_params){.traffic = TRUE, .late = TRUE});
        const struct ike_child *const old = sim.client.k->current;
        const guint32 spi = old->in.spi;
        const usec_t ends = old->expires_at;

        to_lose = FOR_EVER;
        run(ends - SEC);
        g_assert_cmpuint(quick_modes, >=, 3);
        g_assert_cmpuint(sim.client.sending_in, ==, spi);
        g_assert_cmpuint(sim.server.unknown, ==, 0);
        g_assert_cmpuint(sim.server.longest_gap, <=, 60 * MS);
        run(ends + SEC);
        g_assert_cmpuint(sim.client.sending_in, !=, spi);
        g_assert_cmpuint(sim.client.bare, ==, 0);
        run(ends + 200 * SEC);
        g_assert_cmpuint(quick_modes, <=, 12);
        to_lose = 0;
        run(sim.now + 90 * SEC);
        g_assert_true(sim_ike_agree(&sim));
        g_assert_cmpuint(sim.client.heard_esp + 60 * MS, >, sim.now);
        g_assert_cmpuint(sim.server.heard_esp + 60 * MS, >, sim.now);
        over();
    }
}

/* A server that gives no sign at all: it is sent with the old pair while that lives, then with the
 * newest. */
static void
test_no_sign(void)
{
    forgets = FALSE;
    dial(2500, 300,
         (struct sim_ike_params){.traffic = TRUE, .habit = SIM_IKE_OLDEST, .mute = TRUE});
    const usec_t ends = sim.client.k->current->expires_at;
    const guint32 spi = sim.client.sending_in;

    run(ends - SEC);
    g_assert_cmpuint(sim.client.sending_in, ==, spi);
    run(ends + 100 * SEC);
    g_assert_cmpuint(sim.client.sending_in, !=, spi);
    g_assert_cmpuint(sim.server.unknown, <=, 1); /* on their way when that pair was deleted */
    g_assert_cmpuint(sim.client.unknown, <=, 4);
    g_assert_cmpuint(sim.server.longest_gap, <=, 60 * MS);
    g_assert_cmpuint(quick_modes, <=, 9);
    over();
}

/* Nobody says anything: the sign comes of what the client asks under the new pair. */
static void
test_idle(void)
{
    for (guint habit = 0; habit < HABITS; habit++) {
        forgets = FALSE;
        dial(2600 + habit, 300, (struct sim_ike_params){.habit = habit, .late = TRUE});
        const guint32 before = sim.client.sending;

        ike_rekey(sim.client.k, sim.now);
        sim_ike_flush(&sim);
        run(sim.now + SEC);
        g_assert_cmpuint(sim.client.sending, !=, before);
        g_assert_cmpuint(sim.client.asked, ==, 2); /* of the first, too */
        g_assert_cmpuint(quick_modes, ==, 2);
        over();
    }
}

/* While the new one has given no sign: what ends that, and what does not. */
enum moment {
    OLD_DELETED,
    NEW_DELETED,
    TAKEN,
    RENEWED_AGAIN,
    BY_SERVER,
    PHASE_1,
    SIGN_TWICE,
    NOT_ITS,
    MOMENTS
};

static void
provoke(enum moment what, guint32 old, guint32 fresh)
{
    struct ike *const k = sim.client.k, *const v = sim.server.k;

    k->now = v->now = sim.now;
    switch (what) {
    case OLD_DELETED:
        ike_info_delete_child(v, k->current->out.spi);
        for (guint i = 0; i < IKE_CHILDREN; i++)
            if (v->children[i].used && v->children[i].out.spi == old)
                ike_child_gone(v, &v->children[i]);
        break;
    case NEW_DELETED:
        ike_child_deleted(k, fresh);
        break; /* and it is made again in time */
    case TAKEN:
        ike_take(k, sim.now);
        break;
    case RENEWED_AGAIN:
        ike_rekey(k, sim.now);
        break;
    case BY_SERVER:
        ike_rekey(v, sim.now);
        break;
    case PHASE_1:
        ike_main_begin(k, true, k->phase1_tier, IKE_4500, 4);
        break;
    case SIGN_TWICE:
        ike_sign(k, sim.now, fresh);
        ike_sign(k, sim.now, fresh);
        break;
    case NOT_ITS:
        ike_sign(k, sim.now, old);
        ike_sign(k, sim.now, 0);
        ike_sign(k, sim.now, 0x12345678);
        break;
    case MOMENTS:
        break;
    }
    sim_ike_flush(&sim);
}

static void
test_moments(void)
{
    for (guint what = 0; what < MOMENTS; what++)
        for (guint late = 0; late < 4; late++) {
            forgets = FALSE;
            dial(2700 + what * 4 + late, 3600, (struct sim_ike_params){.late = TRUE});
            const guint32 old = sim.client.sending_in;

            to_lose = 1;
            ike_rekey(sim.client.k, sim.now);
            sim_ike_flush(&sim);
            run(sim.now + (45 + 200 * late) * MS);
            g_assert_cmpuint(lost, ==, 1);
            g_assert_cmpuint(sim.client.sending_in, ==, old);
            g_assert_cmpuint(sim.client.kids->len, ==, 2);
            const guint32 fresh = g_array_index(sim.client.kids, struct sim_ike_kid, 1).in.spi;

            g_test_message("moment %u, %u", what, late);
            provoke(what, old, fresh);
            if (what == OLD_DELETED)
                run(sim.now + 30 * MS);
            const gboolean moves = what == OLD_DELETED || what == TAKEN || what == SIGN_TWICE;
            g_assert_cmpuint(sim.client.sending_in, ==, moves ? fresh : old);
            params.traffic = TRUE;
            sim.next_traffic = sim.now;
            run(sim.now + 60 * SEC);
            g_assert_true(sim_ike_agree(&sim));
            g_assert_cmpuint(sim.client.bare, ==, 0);
            g_assert_cmpuint(sim.client.heard_esp + 60 * MS, >, sim.now);
            g_assert_cmpuint(sim.server.heard_esp + 60 * MS, >, sim.now);
            g_assert_cmpuint(sim.client.sending_in, !=, old);
            g_assert_cmpuint(whole(), <=, 2);
            over();
        }
}

/* Windows sets the commit bit, and says CONNECTED in a fourth message: under the keys of the
 * exchange, whose chain of blocks goes on behind message 3. */
static void
say_connected(struct ike_quick *q, guint16 type, gboolean good)
{
    guint8 iv[CIPHER_BLOCK_MAX], spi[4] = {0x12, 0x34, 0x56, 0x78};
    struct ike_wr m;

    ike_phase2_begin(sim.client.k, q->sa, IKE_QUICK, q->msgid, &m);
    ike_wr_notify(&m, IKE_PROTO_ESP, type, rd_over(spi, sizeof spi), (struct rd){0});
    memcpy(iv, q->iv, sizeof iv);
    const struct rd bytes =
        ike_phase2_end(q->sa, q->msgid, good ? NULL : &q->nr /* as message 2 has it */, iv, &m);
    g_assert_true(rd_ok(&bytes));
    g_autofree guint8 *copy = g_memdup2(bytes.p, bytes.left);
    sim_ike_inject(&sim, TRUE, q->sa->port, rd_over(copy, bytes.left));
}

static void
test_message_4(void)
{
    dial(2780, 3600, (struct sim_ike_params){.late = TRUE, .mute = TRUE});
    const guint32 old = sim.client.sending_in;
    struct ike_quick *q = NULL;

    forgets = FALSE;
    to_lose = 1;
    ike_rekey(sim.client.k, sim.now);
    sim_ike_flush(&sim);
    run(sim.now + 50 * MS);
    const guint32 fresh = g_array_index(sim.client.kids, struct sim_ike_kid, 1).in.spi;
    for (guint i = 0; i < IKE_QUICKS; i++)
        if (sim.client.k->quicks[i].spi_in == fresh)
            q = &sim.client.k->quicks[i];
    g_assert_nonnull(q);
    say_connected(q, IKE_N_CONNECTED, FALSE);
    say_connected(q, IKE_N_INITIAL_CONTACT, TRUE);
    g_assert_cmphex(sim.client.sending_in, ==, old);
    g_assert_cmpuint(ike_dropped(sim.client.k), ==, 2);
    say_connected(q, IKE_N_CONNECTED, TRUE);
    g_assert_cmphex(sim.client.sending_in, ==, fresh);
    g_assert_cmpuint(ike_dropped(sim.client.k), ==, 2);
    over();
}

/* Both renew at once, and message 3 of the client's is lost. */
static void
test_both(void)
{
    for (guint32 seed = 0; seed < 60; seed++) {
        forgets = seed % 2 == 0;
        dial(2800 + seed, 3600,
             (struct sim_ike_params){
                 .traffic = TRUE, .late = TRUE, .jitter = 20 * MS, .habit = seed % HABITS});
        run(sim.now + 30 * SEC);
        to_lose = seed % 3;
        ike_rekey(sim.client.k, sim.now);
        run(sim.now + seed % 7 * 10 * MS);
        ike_rekey(sim.server.k, sim.now);
        sim_ike_flush(&sim);
        run(sim.now + 60 * SEC);
        g_test_message("seed %u: %u of %u lost, %u unknown", seed, lost, to_lose,
                       (guint)sim.server.unknown);
        g_assert_true(sim_ike_agree(&sim));
        g_assert_cmpuint(sim.client.bare + sim.server.bare, ==, 0);
        /* what the server deletes has some packets on its way */
        g_assert_cmpuint(sim.client.longest_gap, <=, 250 * MS);
        g_assert_cmpuint(sim.server.longest_gap, <=, 250 * MS);
        over();
    }
}

/* A long way: what is on its way is not said again. */
static void
test_far(void)
{
    dial(2900, 3600, (struct sim_ike_params){.traffic = TRUE, .late = TRUE, .delay = 900 * MS});
    ike_rekey(sim.client.k, sim.now);
    sim_ike_flush(&sim);
    run(sim.now + 8 * SEC);
    g_assert_cmpuint(quick_modes, ==, 2);
    g_assert_cmpuint(sim.client.asked, ==, 2); /* once for each pair */
    g_assert_cmpuint(sim.client.unknown + sim.server.unknown, ==, 0);
    over();
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim-ike-third/lost", test_lost);
    g_test_add_func("/sim-ike-third/lost-of-the-first-pair", test_first);
    g_test_add_func("/sim-ike-third/lost-for-ever", test_for_ever);
    g_test_add_func("/sim-ike-third/no-sign", test_no_sign);
    g_test_add_func("/sim-ike-third/idle", test_idle);
    g_test_add_func("/sim-ike-third/moments", test_moments);
    g_test_add_func("/sim-ike-third/message-4", test_message_4);
    g_test_add_func("/sim-ike-third/both-renew", test_both);
    g_test_add_func("/sim-ike-third/far", test_far);
    return g_test_run();
}
