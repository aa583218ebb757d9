/*
 * test-sim-ike-collide.c - both ends begin phase 1 at once: whoever is quicker, whatever is lost on
 * the way, and whatever a server that has no rule for it, or another, then throws away.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ike-priv.h"
#include "sim-ike.h"

#define SEC USEC_PER_SEC
#define MS  USEC_PER_MSEC

/* Who has heard of the other's does not begin; so it is less than the time that a message takes. */
enum { ONE_WAY = 20, STEP = 5, EARLIER = 3, MESSAGES = 3 };

static struct sim_ike sim;
static struct sim_ike_params params;
static guint64 unknown; /* packets under a pair that is not there (yet), while it comes up */

static void
quick_suite(struct ike_config *client, struct ike_config *server)
{
    client->phase1 = server->phase1 = "aes128-sha256-ecp256";
    client->phase1_seconds = server->phase1_seconds = 200;
    client->dpd_seconds = server->dpd_seconds = 60;
}

static guint
phases_1(const struct ike *k)
{
    guint n = 0;

    for (guint i = 0; i < IKE_SAS; i++)
        n += k->sas[i].state == IKE_SA_UP;
    return n;
}

static void
run(usec_t until)
{
    while (sim_ike_step(&sim, until)) {
        g_assert_false(sim.client.ended || sim.server.ended);
        g_assert_nonnull(sim.client.k->current);
    }
    sim.now = until;
}

/* A call that is up, and the moment at which the client begins another phase 1, and the server one
 * @server_later after it. */
static usec_t
dial(guint32 seed, gint64 server_later)
{
    params = (struct sim_ike_params){
        .seed = seed, .delay = ONE_WAY * MS, .traffic = TRUE, .tweak = quick_suite};
    sim_ike_init(&sim, &params);
    sim_ike_start(&sim);
    g_assert_true(sim_ike_settle(&sim, 10 * SEC));
    run(30 * SEC);
    unknown = sim.client.unknown + sim.server.unknown;
    ike_sa_current(sim.client.k)->rekey_at = 31 * SEC;
    ike_sa_current(sim.server.k)->rekey_at = (usec_t)(31 * (gint64)SEC + server_later);
    return 31 * SEC;
}

/* Not a packet was lost, and both know each other for a whole lifetime more. */
static void
nothing_lost(guint64 longest)
{
    g_assert_cmpuint(sim.client.bare + sim.server.bare, ==, 0);
    g_assert_cmpuint(sim.client.unknown + sim.server.unknown, ==, unknown);
    g_assert_cmpuint(sim.client.longest_gap, <=, longest);
    g_assert_cmpuint(sim.server.longest_gap, <=, longest);
    g_assert_cmpuint(sim.client.esp_got + 2, >=, sim.server.esp_sent);
    g_assert_cmpuint(sim.server.esp_got + 2, >=, sim.client.esp_sent);
    params.traffic = FALSE;
    run(sim.now + 500 * SEC);
    g_assert_true(sim_ike_agree(&sim));
    g_assert_cmpuint(phases_1(sim.client.k), >=, 1);
    const struct ike_sa *const used = ike_sa_current(sim.client.k);
    g_assert_false(used->retired);
    g_assert_cmpuint(used->up_at, >, 300 * SEC); /* it was renewed, and renewed */
    sim_ike_clear(&sim);
}

/* Both keep the client's, unless one of them began when it knew of the other's. */
static void
test_lost_and_late(void)
{
    guint together = 0, runs = 0;

    for (gint later = -EARLIER; later <= EARLIER; later++)
        for (guint lost = 0; lost <= 2 * MESSAGES; lost++)
            for (guint of_server = 0; of_server <= (later == 0 ? 2 * MESSAGES : 0); of_server++) {
                const usec_t from = dial(500 + runs++, later * STEP * (gint64)MS);

                params.drop_client[0] = lost > 0 ? sim.client.sent + lost : 0;
                params.drop_server[0] = of_server > 0 ? sim.server.sent + of_server : 0;
                run(from + 9 * SEC);
                const struct ike_sa *const used = ike_sa_current(sim.client.k);
                const struct ike_sa *const theirs = ike_sa_current(sim.server.k);
                g_assert_false(used->retired || theirs->retired);
                g_assert_cmpmem(used->cky_i, 8, theirs->cky_i, 8);
                g_assert_cmpuint(used->up_at, >, 30 * SEC);
                if (phases_1(sim.client.k) == 3) {
                    g_assert_true(used->initiator);
                    together++;
                }
                run(from + 25 * SEC);
                g_assert_cmpuint(phases_1(sim.client.k), ==, 1);
                /* a delete may be what was lost */
                g_assert_cmpuint(phases_1(sim.server.k), <=, lost + of_server > 0 ? 2 : 1);
                nothing_lost(60 * MS);
            }
    g_test_message("%u of %u collided", together, runs);
    g_assert_cmpuint(together, >, runs / 2);
}

/* What a server may do with two: throw away its own, ours, the newer, the older one, or both. */
enum rule { NEITHER, ITS_OWN, CLIENTS, NEWER, OLDER, BOTH, RULES };

static gboolean
doomed(enum rule rule, const struct ike_sa *sa, usec_t newest)
{
    if (sa->up_at < 30 * SEC) /* what they replace */
        return TRUE;
    switch (rule) {
    case ITS_OWN:
        return sa->initiator;
    case CLIENTS:
        return !sa->initiator;
    case NEWER:
        return sa->up_at == newest;
    case OLDER:
        return sa->up_at != newest;
    case BOTH:
        return TRUE;
    case NEITHER:
    case RULES:
        break;
    }
    return FALSE;
}

/* By a delete that it sends; it asks nobody. */
static void
tidy(enum rule rule)
{
    struct ike *const k = sim.server.k;
    usec_t newest = 0;

    for (guint i = 0; i < IKE_SAS; i++)
        if (k->sas[i].state == IKE_SA_UP)
            newest = MAX(newest, k->sas[i].up_at);
    k->now = sim.now;
    for (guint i = 0; i < IKE_SAS; i++) {
        struct ike_sa *const sa = &k->sas[i];

        if (sa->state != IKE_SA_UP)
            continue;
        sa->delete_at = sa->rekey_at = NEVER; /* nor does it renew it: that is left to the client */
        if (!doomed(rule, sa, newest))
            continue;
        ike_info_delete_sa(k, sa);
        ike_sa_free(k, sa);
    }
    ike_sa_succeed(k);
    sim_ike_flush(&sim);
}

/* The server's is the server's to delete: strongSwan has the pairs with it, and they go along. */
static void
servers_is_left(void)
{
    const struct ike_sa *const used = ike_sa_current(sim.client.k);
    const usec_t up_at = used->up_at;
    guint of_server = 0;

    g_assert_true(used->initiator);
    run(up_at + 185 * SEC); /* it has been renewed, and the one before deleted */
    g_assert_cmpuint(ike_sa_current(sim.client.k)->up_at, >, up_at);
    for (guint i = 0; i < IKE_SAS; i++)
        of_server += sim.client.k->sas[i].state == IKE_SA_UP && !sim.client.k->sas[i].initiator;
    g_assert_cmpuint(of_server, ==, 1);
    g_assert_cmpuint(phases_1(sim.client.k), ==, 2);
}

static void
test_other_rules(void)
{
    static const usec_t when[] = {0, 5 * SEC, 12 * SEC};
    guint32 seed = 900;

    for (enum rule rule = 0; rule < RULES; rule++)
        for (gsize i = 0; i < G_N_ELEMENTS(when); i++)
            for (gint later = -2; later <= 2; later++) {
                const usec_t from = dial(seed++, later * STEP * (gint64)MS);

                run(from + SEC);
                g_assert_cmpuint(phases_1(sim.server.k), ==, 3);
                for (guint n = 0; n < IKE_SAS; n++) /* it has no rule of ours */
                    sim.server.k->sas[n].delete_at = NEVER;
                run(from + SEC + when[i]);
                tidy(rule);
                run(sim.now + 30 * SEC);
                if (rule == NEITHER)
                    servers_is_left();
                nothing_lost(60 * MS);
            }
}

/* The server will not have the new one: the old one is used on, and renewed again. */
static void
test_new_one_refused(void)
{
    for (guint32 seed = 0; seed < 4; seed++) {
        const usec_t from = dial(1100 + seed, 100 * (gint64)SEC);

        run(from + SEC + seed * 2 * SEC);
        g_assert_cmpuint(phases_1(sim.client.k), ==, 2);
        struct ike_sa *const newest = ike_sa_current(sim.server.k);
        g_assert_cmpuint(newest->up_at, >=, from);
        sim.server.k->now = sim.now;
        ike_info_delete_sa(sim.server.k, newest);
        ike_sa_free(sim.server.k, newest);
        ike_sa_succeed(sim.server.k);
        sim_ike_flush(&sim);
        for (guint i = 0; i < 30; i++) {
            run(sim.now + SEC);
            g_assert_nonnull(ike_sa_current(sim.client.k));
        }
        nothing_lost(60 * MS);
    }
}

/* strongSwan hands the pairs on to the new phase 1 when that is up. One that is made of the old one
 * after that goes with it, so there is another by then. */
static void
test_pair_of_the_old(void)
{
    for (guint32 seed = 0; seed < 6; seed++) {
        const usec_t from = dial(1200 + seed, 100 * (gint64)SEC);

        run(from + (90 + 5 * seed) * MS); /* main mode takes 120 ms */
        ike_rekey(sim.client.k, sim.now);
        sim_ike_flush(&sim);
        run(from + 9 * SEC);
        struct ike *const k = sim.server.k;
        k->now = sim.now;
        for (guint i = 0; i < IKE_SAS; i++) {
            struct ike_sa *const sa = &k->sas[i];

            if (sa->state != IKE_SA_UP || sa->up_at > from)
                continue;
            for (guint c = 0; c < IKE_CHILDREN; c++)
                if (k->children[c].used && memcmp(k->children[c].phase1, sa->cky_i, 8) == 0)
                    k->children[c].delete_at = sim.now;
            ike_info_delete_sa(k, sa);
            ike_sa_free(k, sa);
        }
        ike_expire(k, sim.now);
        sim_ike_flush(&sim);
        run(sim.now + 30 * SEC);
        nothing_lost(60 * MS);
    }
}

/* strongSwan ignores message 3 of quick mode on a phase 1 that it has begun to replace: the client
 * has a pair then that the server has not. It makes another as soon as it hears of the new phase 1.
 */
static void
test_message_3_ignored(void)
{
    for (guint32 seed = 0; seed < 6; seed++) {
        dial(1300 + seed, 200 * (gint64)SEC);
        ike_rekey(sim.client.k, sim.now);
        sim_ike_flush(&sim);
        run(sim.now + 50 * MS); /* message 3 is on its way */
        struct ike *const k = sim.server.k;
        for (guint i = 0; i < IKE_QUICKS; i++)
            if (k->quicks[i].state == IKE_QUICK_SENT_2)
                ike_quick_free(&k->quicks[i]);
        const guint before = sim.client.announced;
        run(sim.now + seed * 400 * MS);
        k->now = sim.now;
        ike_main_begin(k, true, k->phase1_tier, IKE_4500, 4);
        sim_ike_flush(&sim);
        run(sim.now + SEC);
        g_assert_cmpuint(sim.client.announced, ==, before + 1);
        g_assert_true(sim_ike_agree(&sim));
        g_assert_cmpuint(sim.server.heard_esp + 60 * MS, >, sim.now);
        g_assert_cmpuint(sim.client.heard_esp + 60 * MS, >, sim.now);
        sim_ike_clear(&sim);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim-ike-collide/phase-1-lost-and-late", test_lost_and_late);
    g_test_add_func("/sim-ike-collide/phase-1-other-rules", test_other_rules);
    g_test_add_func("/sim-ike-collide/phase-1-new-one-refused", test_new_one_refused);
    g_test_add_func("/sim-ike-collide/pair-of-the-old-phase-1", test_pair_of_the_old);
    g_test_add_func("/sim-ike-collide/message-3-ignored", test_message_3_ignored);
    return g_test_run();
}
