/*
 * test-sim-seeds.c - a thousand calls (SIM_SEEDS=n: more), each with its own delays, pieces,
 * misfortunes and moments. Nothing is expected of one run but what must hold in every run (sim.c):
 * it ends, with a number and a reason; no deadline is left behind; what is sent is well formed; no
 * packet passes before CALL_CONNECTED; the first cause stays. A failing seed is run alone with
 * SIM_SEED=n.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "sim.h"

#define MS USEC_PER_MSEC

static const char *const faults[] = {
    "http-continue",
    "http-no-length",
    "http-late",
    "http-close-early",
    "http-status 503",
    "sstp-nak 2",
    "sstp-nak 9",
    "sstp-hash 1",
    "sstp-hash 255",
    "sstp-no-ack",
    "refuse-binding",
    "mute-echo",
    "echo-storm 300",
    "data-early",
    "lcp-nak",
    "lcp-loop",
    "no-auth",
    "chap-wrong-proof",
    "chap-no-proof",
    "chap-retry",
    "chap-early-success",
    "chap-long-failure",
    "rechallenge 700",
    "eap-early-success",
    "ipcp-nak",
    "ipcp-address 0.0.0.0",
    "ipcp-reject",
    "ccp-offer",
    "dhcp-mute",
    "dhcp-routes 2000",
    "dhcp-garbage",
    "dhcp-domain a\\n;b",
    "fragment 3",
};

static const char *const stages[] = {"http", "request", "lcp", "response", "auth", "bound", "up"};

static const char *const actions[] = {
    "silence",
    "close",
    "reset",
    "abort",
    "abort 8",
    "disconnect",
    "lcp-terminate",
    "ipcp-terminate",
    "lcp-flood 500",
    "lcp-again 3",
    "ipcp-again",
    "raw 1001000800080000",
    "raw 10010008000500",
    "raw 1000000cff03c0210101",
    "frame ff03",
    "frame 0021450000",
    "frame 00",
    "frame ff03c02105010004",
    "frame ff03c0210801000a8021010100",
};

static const char *
pick(GRand *r, const char *const *v, gsize n)
{
    return v[g_rand_int_range(r, 0, (gint32)n)];
}

static void
passwords(GRand *r, struct sim_params *p)
{
    static const struct {
        const char *user, *password, *answer;
    } rows[] = {{NULL, NULL, NULL},       {NULL, NULL, NULL},
                {NULL, NULL, NULL},       {NULL, "wrong", NULL},
                {"retry", "x", "secret"}, {"retry", "x", "y"},
                {"retry", "x", NULL},     {"old", "secret", "+longer than 8"},
                {"old", "secret", "+x"},  {"old", "secret", NULL},
                {"off", "secret", NULL}};
    const gint32 i = g_rand_int_range(r, 0, G_N_ELEMENTS(rows));

    p->user = rows[i].user;
    p->password = rows[i].password;
    p->answers[0] = rows[i].answer;
}

static void
run_seed(guint32 seed, guint64 *ups, guint64 *ends)
{
    GRand *r = g_rand_new_with_seed(seed ^ 0x5eed);
    g_autoptr(GPtrArray) script = g_ptr_array_new_with_free_func(g_free);
    struct sim_params p = {.seed = seed};
    struct sim s;

    p.delay = (usec_t)g_rand_int_range(r, 0, 200) * MS;
    p.jitter = g_rand_boolean(r) ? 0 : (usec_t)g_rand_int_range(r, 1, 100) * MS;
    p.piece = (size_t)(g_rand_boolean(r) ? 0 : g_rand_int_range(r, 1, 64));
    p.early = g_rand_boolean(r);
    p.traffic = g_rand_boolean(r);
    p.registering = (usec_t)g_rand_int_range(r, 0, 300) * MS;
    p.hang_up = (usec_t)(g_rand_int_range(r, 0, 4) ? g_rand_int_range(r, 1, 20000) * 1000 : 0) +
                (g_rand_int_range(r, 0, 8) ? 0 : 200 * USEC_PER_SEC);
    p.cut = g_rand_int_range(r, 0, 6) ? 0 : (usec_t)g_rand_int_range(r, 1, 4000) * MS;
    passwords(r, &p);
    for (gint32 n = g_rand_int_range(r, 0, 3); n > 0; n--)
        g_ptr_array_add(script, g_strdup(pick(r, faults, G_N_ELEMENTS(faults))));
    for (gint32 n = g_rand_int_range(r, 0, 3); n > 0; n--)
        g_ptr_array_add(script,
                        g_strdup_printf("at %s +%d %s", pick(r, stages, G_N_ELEMENTS(stages)),
                                        g_rand_int_range(r, 0, 800),
                                        pick(r, actions, G_N_ELEMENTS(actions))));
    g_ptr_array_add(script, NULL);
    p.script = (const char *const *)script->pdata;
    sim_run(&s, &p);
    if (getenv("SIM_SEED") != NULL) {
        for (const char *const *line = p.script; *line != NULL; line++)
            g_test_message("%s", *line);
        g_test_message("%u: %s (up %d)", s.end.error, s.end.detail, s.came_up);
    }
    *ups += s.came_up;
    ends[s.end.error == RAS_USER_DISCONNECTION]++;
    /* A cause that is ours to give is not covered by what follows from it. */
    if (s.end.error == RAS_USER_DISCONNECTION)
        g_assert_true(s.hung_up);
    sim_clear(&s);
    g_rand_free(r);
}

static void
test_seeds(void)
{
    const char *one = g_getenv("SIM_SEED"), *many = g_getenv("SIM_SEEDS");
    const guint32 first = one != NULL ? (guint32)g_ascii_strtoull(one, NULL, 10) : 1;
    const guint32 count = one != NULL    ? 1
                          : many != NULL ? (guint32)g_ascii_strtoull(many, NULL, 10)
                                         : 1000;
    guint64 ups = 0, ends[2] = {0};

    for (guint32 seed = first; seed < first + count; seed++)
        run_seed(seed, &ups, ends);
    g_test_message("%u calls: %" G_GUINT64_FORMAT " came up, %" G_GUINT64_FORMAT
                   " ended by hanging up, %" G_GUINT64_FORMAT " otherwise",
                   count, ups, ends[1], ends[0]);
    if (one == NULL) { /* the dice are not so loaded that a kind of run is missing */
        g_assert_cmpuint(ups, >, count / 10);
        g_assert_cmpuint(ends[0], >, count / 10);
        g_assert_cmpuint(ends[1], >, count / 10);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim/seeds", test_seeds);
    return g_test_run();
}
