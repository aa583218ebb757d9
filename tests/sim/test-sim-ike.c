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

/* They ask for a sign of life so rarely that a NAT needs its own. */
static void
plain(struct ike_config *client, struct ike_config *server)
{
    client->plain_esp = server->plain_esp = true;
    client->dpd_seconds = server->dpd_seconds = 60;
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

static void
wrong_psk(struct ike_config *client, struct ike_config *server)
{
    (void)server;
    client->psk = rd_over("another key", 11);
}

static void
nothing_common(struct ike_config *client, struct ike_config *server)
{
    server->phase1 = "aes192-sha512-modp1536";
    client->remembered = 0;
}

static void
nothing_common_later(struct ike_config *client, struct ike_config *server)
{
    client->phase2 = "aes256-sha256";
    server->phase2 = "aes256-sha512";
}

static void
only_windows_list(struct ike_config *client, struct ike_config *server)
{
    (void)server;
    client->remembered = 0x49000011;
}

static void
other_id(struct ike_config *client, struct ike_config *server)
{
    (void)server;
    client->remote_id = (struct ike_id){.type = 2, .len = 3, .value = "vpn"};
}

static void
same_id(struct ike_config *client, struct ike_config *server)
{
    client->remote_id = (struct ike_id){.type = 2, .len = 3, .value = "VPN"};
    server->local_id = (struct ike_id){.type = 2, .len = 3, .value = "vpn"};
}

/* A number, and words that say which it was. */
static void
test_failures(void)
{
    static const struct {
        const char *why;
        void (*tweak)(struct ike_config *client, struct ike_config *server);
        enum ras_error error;
        const char *words;
    } cases[] = {
        {"wrong key", wrong_psk, RAS_OAKLEY_GENERAL_PROCESSING, "pre-shared key"},
        {"no proposal", nothing_common, RAS_OAKLEY_GENERAL_PROCESSING, "NO-PROPOSAL-CHOSEN"},
        {"no ESP proposal", nothing_common_later, RAS_OAKLEY_GENERAL_PROCESSING, "quick mode"},
        {"K5: another identity", other_id, RAS_OAKLEY_GENERAL_PROCESSING, "198.51.100.2"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct sim_ike_params p = {.seed = 5 + i, .delay = 10 * MS, .tweak = cases[i].tweak};

        g_test_message("%s", cases[i].why);
        start(&p);
        const usec_t since = sim.now;
        while (!sim.client.ended)
            g_assert_true(sim_ike_step(&sim, since + 5 * SEC)); /* nobody waits long to hear it */
        g_assert_cmpint(sim.client.end.error, ==, cases[i].error);
        g_assert_nonnull(strstr(sim.client.end.detail, cases[i].words));
        g_assert_cmpint(sim.client.announced, ==, 0);
        g_assert_cmpuint(ike_deadline(sim.client.k), ==, NEVER);
        sim_ike_clear(&sim);
    }
}

static void
test_nobody(void)
{
    const struct sim_ike_params p = {.seed = 6, .delay = 10 * MS, .lose = 1000};

    start(&p);
    while (!sim.client.ended)
        g_assert_true(sim_ike_step(&sim, 20 * SEC));
    g_assert_cmpint(sim.client.end.error, ==, RAS_VPN_TIMEOUT);
    g_assert_nonnull(strstr(sim.client.end.detail, "UDP 4500"));
    g_assert_cmpuint(sim.client.sent, >=, 6);
    g_assert_cmpuint(sim.client.sent, <=, 12);
    sim_ike_clear(&sim);
}

static void
test_identity(void)
{
    const struct sim_ike_params p = {.seed = 7, .delay = 10 * MS, .tweak = same_id};

    dials(&p);
    hangs_up();
}

/* What the server took is tried first the next time. */
static void
test_remembered(void)
{
    struct sim_ike_params p = {.seed = 8, .delay = 10 * MS};

    dials(&p);
    g_assert_cmphex(ike_remember(sim.client.k), ==, 0x49000000);
    hangs_up();
    p.tweak = only_windows_list;
    dials(&p);
    g_assert_cmpstr(sim.client.proposal, ==, "AES-256-CBC SHA-1 ECP-384");
    g_assert_cmpstr(sim.client.child_proposal, ==, "AES-256-CBC SHA-1");
    g_assert_cmphex(ike_remember(sim.client.k), ==, 0x49000011);
    hangs_up();
}

/* The server has changed: what it takes now is in none of the lists that it took once. */
static void
another_server(struct ike_config *client, struct ike_config *server)
{
    client->remembered = 0x49000011;
    server->phase1 = "aes256-sha256-modp2048";
    server->phase2 = "aes128gcm16";
}

static void
oldest_server(struct ike_config *client, struct ike_config *server)
{
    client->remembered = 0x49000021;
    server->phase1 = "aes256-sha384-ecp384";
}

static void
test_remembered_wrongly(void)
{
    struct sim_ike_params p = {.seed = 8, .delay = 10 * MS, .tweak = another_server};

    dials(&p);
    g_assert_cmpstr(sim.client.proposal, ==, "AES-256-CBC SHA-256 MODP-2048");
    g_assert_cmpstr(sim.client.child_proposal, ==, "AES-128-GCM");
    g_assert_cmphex(ike_remember(sim.client.k), ==, 0x49000000);
    hangs_up();
    p.tweak = oldest_server; /* the oldest alone never come first, whatever is remembered */
    dials(&p);
    g_assert_cmpstr(sim.client.proposal, ==, "AES-256-CBC SHA-384 ECP-384");
    hangs_up();
}

static void
short_lives(struct ike_config *client, struct ike_config *server)
{
    client->phase1_seconds = server->phase1_seconds = 150;
    client->phase2_seconds = server->phase2_seconds = 60;
}

static void
short_lives_of_server(struct ike_config *client, struct ike_config *server)
{
    client->phase1_seconds = 3000;
    client->phase2_seconds = 1000;
    server->phase1_seconds = 150;
}

static void
no_end(void)
{
    g_assert_false(sim.client.ended);
    g_assert_false(sim.server.ended);
    g_assert_true(sim_ike_agree(&sim));
    g_assert_cmpint(sim.client.authenticated, ==, 1);
}

/* Twenty minutes of rekeys each minute, and not a packet is lost on the way over. */
static void
test_rekeys(void)
{
    struct sim_ike_params p = {
        .seed = 9, .delay = 20 * MS, .jitter = 5 * MS, .traffic = TRUE, .tweak = short_lives};

    dials(&p);
    sim_ike_run(&sim, 1200 * SEC);
    no_end();
    g_assert_cmpuint(sim.client.announced, >=, 20);
    g_assert_cmpuint(sim.client.announced, ==, sim.server.announced);
    g_assert_cmpuint(sim.client.longest_gap, <, 100 * MS);
    g_assert_cmpuint(sim.server.longest_gap, <, 100 * MS);
    g_assert_cmpuint(sim.client.unknown + sim.server.unknown, ==, 0);
    g_assert_cmpuint(sim.client.announced - sim.client.gone, <=, 3); /* old ones are deleted */
    hangs_up();
    p.tweak = short_lives_of_server; /* and from the other end */
    p.nat = TRUE;
    dials(&p);
    for (guint i = 0; i < 10; i++) {
        sim_ike_run(&sim, sim.now + 60 * SEC);
        ike_rekey(sim.server.k, sim.now);
        sim_ike_flush(&sim);
    }
    sim_ike_run(&sim, sim.now + 60 * SEC);
    no_end();
    g_assert_cmpuint(sim.client.announced, >=, 11);
    g_assert_cmpuint(sim.client.longest_gap, <, 100 * MS);
    g_assert_cmpuint(sim.server.longest_gap, <, 100 * MS);
    hangs_up();
}

/* strongSwan and Libreswan with lifetimes of some seconds: what follows so soon is no collision,
 * and the old pair is deleted when there is another to send with. */
static void
test_rekeys_soon(void)
{
    const struct sim_ike_params p = {.seed = 12, .delay = 20 * MS, .traffic = TRUE};

    dials(&p);
    for (guint i = 0; i < 20; i++) {
        struct sim_ike_end *const by = i % 5 == 4 ? &sim.client : &sim.server;
        const guint32 before = sim.client.sending;

        sim_ike_run(&sim, sim.now + 7 * SEC);
        ike_rekey(by->k, sim.now);
        sim_ike_flush(&sim);
        sim_ike_run(&sim, sim.now + SEC);
        g_assert_cmpuint(sim.client.sending, !=, before);
        g_assert_cmpuint(sim.client.sending, ==, sim.server.sending_in);
        g_assert_cmpuint(sim.server.sending, ==, sim.client.sending_in);
    }
    no_end();
    g_assert_cmpuint(sim.client.gone, >=, 15);
    g_assert_cmpuint(sim.client.bare + sim.server.bare, ==, 0);
    g_assert_cmpuint(sim.client.longest_gap, <, 100 * MS);
    hangs_up();
}

/* Both ends begin a quick mode at once: there are two new pairs, one is left, and it is the same.
 */
static void
test_collisions(void)
{
    for (guint32 seed = 1; seed <= 200; seed++) {
        const struct sim_ike_params p = {.seed = seed,
                                         .delay = 20 * MS,
                                         .jitter = 30 * MS,
                                         .lose = seed % 3 == 0 ? 100 : 0,
                                         .traffic = TRUE};

        dials(&p);
        sim_ike_run(&sim, sim.now + 30 * SEC);
        ike_rekey(sim.client.k, sim.now);
        if (seed % 2 == 0)
            sim_ike_run(&sim, sim.now + 30 * MS);
        ike_rekey(sim.server.k, sim.now);
        sim_ike_flush(&sim);
        sim_ike_run(&sim, sim.now + 60 * SEC);
        no_end();
        g_assert_cmpuint(sim.client.sending, ==, sim.server.sending_in);
        g_assert_cmpuint(sim.server.sending, ==, sim.client.sending_in);
        g_assert_cmpuint(sim.client.longest_gap, <, p.lose> 0 ? 3 * SEC : 100 * MS);
        sim_ike_clear(&sim);
    }
}

/* K13: the other end dies without a word. */
static void
test_dead(void)
{
    const struct sim_ike_params p = {.seed = 10, .delay = 20 * MS};

    for (guint i = 0; i < 2; i++) {
        struct sim_ike_end *left = i == 0 ? &sim.client : &sim.server;

        dials(&p);
        sim_ike_run(&sim, sim.now + 100 * SEC); /* silence is no death as long as it answers */
        const bool asked = i == 0;              /* ESP left, and nothing came of it */
        if (asked)
            ike_said(left->k, sim.now);
        no_end();
        sim.cut = TRUE;
        const usec_t since = sim.now;
        while (!left->ended)
            g_assert_true(sim_ike_step(&sim, since + 100 * SEC));
        g_assert_cmpuint(sim.now - since, <=, (asked ? 16 : 22) * SEC);
        g_assert_cmpint(left->end.error, ==, RAS_LINK_FAILURE);
        sim_ike_clear(&sim);
    }
}

/* K11: the NAT gives another port; the server follows what is authentic, and nothing else. */
static void
test_rebinding(void)
{
    const struct sim_ike_params p = {.seed = 11, .delay = 20 * MS, .nat = TRUE, .tweak = plain};

    dials(&p);
    sim_ike_run(&sim, sim.now + 40 * SEC);
    const guint moved = sim.server.moved;

    sim_ike_inject(&sim, FALSE, IKE_4500, rd_over("\xff", 1));
    sim_ike_inject(&sim, FALSE, IKE_4500,
                   rd_over(sim.last_from_server->data, sim.last_from_server->len));
    g_assert_cmpint(sim.server.moved, ==, moved);
    sim.nat_port = 50000;
    ike_heard(sim.client.k, sim.now);
    ike_heard(sim.server.k, sim.now);
    sim_ike_run(&sim, sim.now + 25 * SEC); /* a keep-alive proves nothing */
    g_assert_cmpint(sim.server.moved, ==, moved);
    ike_rekey(sim.client.k, sim.now);
    sim_ike_flush(&sim);
    sim_ike_run(&sim, sim.now + SEC);
    g_assert_cmpint(sim.server.moved, ==, moved + 1);
    no_end();
    hangs_up();
}

/* A computer that slept: time went on (CLOCK_BOOTTIME), nothing was said or heard meanwhile. What
 * is overdue is done at once: R-U-THERE, a new pair, a new phase 1; and when that has run out as
 * well the call ends, and is dialed again. The wall clock is asked by nothing here. */
static void
test_slept(void)
{
    static const struct {
        usec_t slept;
        bool ends;
    } rows[] = {
        {30 * SEC, false}, {3000 * SEC, false}, {3700 * SEC, false}, {8 * 3600 * SEC, true}};

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct sim_ike_params p = {.seed = 60 + i, .delay = 20 * MS, .traffic = TRUE};

        dials(&p);
        sim_ike_run(&sim, sim.now + 10 * SEC);
        sim.cut = TRUE;
        sim_ike_run(&sim, sim.now + SEC);
        sim.cut = FALSE;
        sim.now += rows[i].slept;
        sim.next_traffic = sim.now;
        sim_ike_run(&sim, sim.now + 3 * SEC);
        g_assert_cmpint(sim.client.ended, ==, rows[i].ends);
        if (rows[i].ends) {
            g_assert_cmpint(sim.client.end.error, ==, RAS_LINK_FAILURE);
        } else {
            no_end();
            g_assert_cmpuint(sim.client.heard_esp + 100 * MS, >, sim.now);
            g_assert_cmpuint(sim.server.heard_esp + 100 * MS, >, sim.now);
        }
        sim_ike_clear(&sim);
    }
}

static void
run_seed(guint32 seed, guint *ups)
{
    GRand *rand = g_rand_new_with_seed(seed ^ 0x5eed);
    const struct sim_ike_params p = {
        .seed = seed,
        .delay = (usec_t)g_rand_int_range(rand, 1, 150) * MS,
        .jitter = (usec_t)g_rand_int_range(rand, 0, 100) * MS,
        .lose = (guint)g_rand_int_range(rand, 0, 3) * 60,
        .twice = (guint)g_rand_int_range(rand, 0, 2) * 100,
        .nat = g_rand_boolean(rand),
        .tweak = g_rand_boolean(rand) ? short_lives : NULL,
    };

    start(&p);
    if (sim_ike_settle(&sim, 60 * SEC)) {
        (*ups)++;
        for (guint i = 0; i < 4; i++) {
            sim_ike_run(&sim, sim.now + (usec_t)g_rand_int_range(rand, 1, 90) * SEC);
            if (g_rand_boolean(rand))
                ike_rekey(sim.client.k, sim.now);
            if (g_rand_boolean(rand))
                ike_rekey(sim.server.k, sim.now);
            sim.nat_port += (guint16)g_rand_int_range(rand, 0, 2);
            sim_ike_flush(&sim);
        }
        sim_ike_run(&sim, sim.now + 30 * SEC);
        if (!sim.client.ended && !sim.server.ended)
            g_assert_true(sim_ike_settle(&sim, sim.now + 60 * SEC));
        else
            g_assert_cmpuint(p.lose, >, 0);
    } else {
        g_assert_true(sim.client.ended);
        g_assert_cmpuint(p.lose, >, 0);
    }
    ike_close(sim.client.k, sim.now);
    sim_ike_flush(&sim);
    sim_ike_run(&sim, sim.now + 400 * SEC);
    g_assert_true(sim.client.ended);
    g_assert_true(sim.server.ended || sim.server.authenticated == 0);
    sim_ike_clear(&sim);
    g_rand_free(rand);
}

static void
test_seeds(void)
{
    const char *one = g_getenv("SIM_SEED"), *many = g_getenv("SIM_SEEDS");
    const guint32 first = one != NULL ? (guint32)g_ascii_strtoull(one, NULL, 10) : 1;
    const guint32 count = one != NULL    ? 1
                          : many != NULL ? (guint32)g_ascii_strtoull(many, NULL, 10)
                                         : 1000;
    guint ups = 0;

    for (guint32 seed = first; seed < first + count; seed++) {
        if (g_getenv("SIM_EACH") != NULL)
            g_printerr("%u ", seed);
        run_seed(seed, &ups);
    }
    if (one == NULL)
        g_assert_cmpuint(ups, >, count * 9 / 10);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim-ike/round-trips", test_round_trips);
    g_test_add_func("/sim-ike/suites", test_suites);
    g_test_add_func("/sim-ike/K11-nat", test_nat);
    g_test_add_func("/sim-ike/K12-any-one-message-lost", test_any_lost);
    g_test_add_func("/sim-ike/failures", test_failures);
    g_test_add_func("/sim-ike/nobody-answers", test_nobody);
    g_test_add_func("/sim-ike/identity", test_identity);
    g_test_add_func("/sim-ike/remembered", test_remembered);
    g_test_add_func("/sim-ike/remembered-wrongly", test_remembered_wrongly);
    g_test_add_func("/sim-ike/rekeys-lose-nothing", test_rekeys);
    g_test_add_func("/sim-ike/rekeys-soon", test_rekeys_soon);
    g_test_add_func("/sim-ike/collisions", test_collisions);
    g_test_add_func("/sim-ike/K13-dead-peer", test_dead);
    g_test_add_func("/sim-ike/K11-rebinding", test_rebinding);
    g_test_add_func("/sim-ike/slept", test_slept);
    g_test_add_func("/sim-ike/seeds", test_seeds);
    return g_test_run();
}
