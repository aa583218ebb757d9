/*
 * test-sim-ike.c - two ends of IKE over every kind of wire.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sim-ike.h"

#define SEC USEC_PER_SEC
#define MS  USEC_PER_MSEC

static struct sim_ike sim;

static void
start(const struct sim_ike_params *p)
{
    sim_ike_init(&sim, p);
    sim_ike_start(&sim);
}

static void
dials(const struct sim_ike_params *p)
{
    start(p);
    g_assert_true(sim_ike_settle(&sim, 40 * SEC));
    g_assert_cmpint(sim.client.authenticated, ==, 1);
    g_assert_cmpint(sim.server.authenticated, ==, 1);
    g_assert_false(sim.client.ended);
    g_assert_false(sim.server.ended);
    g_assert_cmpstr(sim.client.proposal, ==, sim.server.proposal);
    g_assert_cmpstr(sim.client.child_proposal, ==, sim.server.child_proposal);
    g_assert_cmpint(sim.client.encapsulated, ==, sim.server.encapsulated);
}

/* Ends both, and both have the end that was wanted. */
static void
hangs_up(void)
{
    ike_close(sim.client.k, sim.now);
    sim_ike_flush(&sim);
    sim_ike_run(&sim, sim.now + 60 * SEC);
    g_assert_true(sim.client.ended);
    g_assert_cmpint(sim.client.end.error, ==, RAS_USER_DISCONNECTION);
    g_assert_true(sim.server.ended);
    g_assert_cmpint(sim.server.end.error, ==, RAS_REMOTE_DISCONNECTION);
    sim_ike_clear(&sim);
}

/*
 *   1  SA, VID..       ->        <-  2  SA, VID..
 *   3  KE, Ni, NAT-D.. ->        <-  4  KE, Nr, NAT-D..
 *   5  ID, HASH_I      ->        <-  6  ID, HASH_R           three round trips
 *   7  quick 1         ->        <-  8  quick 2              the fourth: the client may send
 *   9  quick 3         ->                                    half of one more: the server may
 */
static void
test_round_trips(void)
{
    const struct sim_ike_params p = {.seed = 1, .delay = 50 * MS};
    const usec_t begin = SEC;

    start(&p);
    while (sim.client.sending == 0)
        g_assert_true(sim_ike_step(&sim, 10 * SEC));
    g_assert_cmpuint(sim.now - begin, ==, 400 * MS);
    g_assert_cmpint(sim.client.sent, ==, 5);
    g_assert_cmpint(sim.server.sent, ==, 4);
    g_assert_true(sim_ike_settle(&sim, 10 * SEC));
    g_assert_cmpuint(sim.now - begin, ==, 450 * MS);
    g_assert_cmpstr(sim.client.proposal, ==, "AES-256-CBC SHA-384 ECP-384");
    g_assert_cmpstr(sim.client.child_proposal, ==, "AES-256-GCM");
    g_assert_true(sim.client.encapsulated);
    g_assert_true(ike_encapsulated(sim.client.k));
    hangs_up();
}

static const char *suite_now, *child_now;

static void
suites(struct ike_config *client, struct ike_config *server)
{
    server->phase1 = suite_now;
    server->phase2 = child_now;
    client->pfs = server->pfs = strstr(suite_now, "ecp") != NULL;
}

/* A server that takes one thing only gets it out of the default offer. */
static void
test_suites(void)
{
    static const struct {
        const char *ike, *esp, *proposal, *child;
        unsigned weak;
    } cases[] = {
        {"aes256-sha384-ecp384", "aes256gcm16", "AES-256-CBC SHA-384 ECP-384", "AES-256-GCM", 0},
        {"aes256-sha256-ecp256", "aes128gcm16", "AES-256-CBC SHA-256 ECP-256", "AES-128-GCM", 0},
        {"aes256-sha1-ecp384", "aes256-sha1", "AES-256-CBC SHA-1 ECP-384", "AES-256-CBC SHA-1",
         IKE_WEAK_SHA1},
        {"aes128-sha256-modp2048", "aes256-sha256", "AES-128-CBC SHA-256 MODP-2048",
         "AES-256-CBC SHA-256", 0},
        {"3des-sha1-modp2048", "3des-sha1", "3DES-CBC SHA-1 MODP-2048", "3DES-CBC SHA-1",
         IKE_WEAK_3DES | IKE_WEAK_SHA1},
        {"3des-sha1-modp1024", "aes128-sha1", "3DES-CBC SHA-1 MODP-1024", "AES-128-CBC SHA-1",
         IKE_WEAK_3DES | IKE_WEAK_SHA1 | IKE_WEAK_MODP1024},
    };
    const struct sim_ike_params p = {.seed = 2, .delay = 10 * MS, .tweak = suites};

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        suite_now = cases[i].ike;
        child_now = cases[i].esp;
        dials(&p);
        g_assert_cmpstr(sim.client.proposal, ==, cases[i].proposal);
        g_assert_cmpstr(sim.client.child_proposal, ==, cases[i].child);
        g_assert_cmpint(sim.client.weak, ==, cases[i].weak);
        hangs_up();
    }
}

static void
plain(struct ike_config *client, struct ike_config *server)
{
    client->plain_esp = server->plain_esp = true;
}

/* K11: with a NAT both float, whatever was asked for; without one only when forced. */
static void
test_nat(void)
{
    struct sim_ike_params p = {.seed = 3, .delay = 10 * MS, .tweak = plain};

    dials(&p);
    g_assert_false(sim.client.encapsulated);
    g_assert_false(ike_encapsulated(sim.client.k));
    sim_ike_run(&sim, sim.now + 65 * SEC);
    g_assert_cmpint(sim.client.keepalives, ==, 0);
    hangs_up();
    p.nat = TRUE;
    dials(&p);
    g_assert_true(sim.client.encapsulated);
    sim_ike_run(&sim, sim.now + 65 * SEC);
    g_assert_cmpint(sim.client.keepalives, >=, 2);
    g_assert_cmpint(sim.server.keepalives, ==, 0);
    hangs_up();
}

/* Any one message lost, and the call comes up all the same. */
static void
test_any_lost(void)
{
    struct sim_ike_params p = {.seed = 4, .delay = 20 * MS};

    for (guint n = 1; n <= 5; n++) {
        p.drop_client[0] = n;
        dials(&p);
        g_assert_cmpuint(sim.now, <, 4 * SEC);
        hangs_up();
    }
    p.drop_client[0] = 0;
    for (guint n = 1; n <= 4; n++) {
        p.drop_server[0] = n;
        dials(&p);
        g_assert_cmpuint(sim.now, <, 4 * SEC);
        hangs_up();
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim-ike/round-trips", test_round_trips);
    g_test_add_func("/sim-ike/suites", test_suites);
    g_test_add_func("/sim-ike/K11-nat", test_nat);
    g_test_add_func("/sim-ike/K12-any-one-message-lost", test_any_lost);
    return g_test_run();
}
