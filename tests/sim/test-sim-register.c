/*
 * test-sim-register.c - the computer's name in the far end's DNS and WINS, in whole calls: behind
 * "Connected", through losses, and taken back when the call ends.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sim.h"

#define MS    USEC_PER_MSEC
#define LATER (60 * USEC_PER_SEC)

#define ALL                                                                                        \
    "dns zone pc-17.corp.example\nwins add PC-17<00>\nwins add PC-17<20>\nwins add CORP<00>\n"     \
    "dns add pc-17.corp.example\ndns zone 10.0.9.10.in-addr.arpa\ndns add "                        \
    "10.0.9.10.in-addr.arpa\n"
#define TAKEN_BACK                                                                                 \
    "wins remove PC-17<00>\nwins remove PC-17<20>\nwins remove CORP<00>\n"                         \
    "dns remove 10.0.9.10.in-addr.arpa\ndns remove pc-17.corp.example\n"

static void
mschapv2(struct ras_config *config, struct dial_plan *plan)
{
    (void)plan;
    config->auth[0] = PPP_AUTH_MSCHAPV2;
    config->n_auth = 1;
}

static void
wanted(struct ras_config *config, struct dial_plan *plan)
{
    mschapv2(config, plan);
    plan->register_dns = plan->register_wins = true;
}

static void
run(struct sim *s, const char *fault, usec_t hang_up)
{
    const char *const script[] = {fault, NULL};
    const struct sim_params p = {
        .delay = 50 * MS, .tweak = wanted, .script = script, .hang_up = hang_up};

    sim_run(s, &p);
    g_assert_true(s->came_up && s->ended);
}

static void
assert_outcome(const struct sim *s, enum net_registered dns, enum net_registered ptr,
               enum net_registered wins)
{
    g_assert_cmpint(s->registration.dns, ==, dns);
    g_assert_cmpint(s->registration.ptr, ==, ptr);
    g_assert_cmpint(s->registration.wins, ==, wins);
}

static bool
was_asked(const struct sim *s, const char *what)
{
    return strstr(s->names->str, what) != NULL;
}

/* All of it, after SESSION_UP and not a moment before; and none of it is left behind, at no cost of
 * time. */
static void
test_registered_and_taken_back(void)
{
    const struct sim_params without = {.delay = 50 * MS, .tweak = mschapv2, .hang_up = LATER};
    struct sim s, plain;

    sim_run(&plain, &without);
    g_assert_cmpstr(plain.names->str, ==, "");
    g_assert_cmpint(plain.informed, ==, 0);
    run(&s, NULL, LATER);
    g_assert_cmpstr(s.names->str, ==, ALL TAKEN_BACK);
    assert_outcome(&s, NET_REGISTERED, NET_REGISTERED, NET_REGISTERED);
    g_assert_cmpstr(s.registration.name, ==, "pc-17.corp.example");
    g_assert_cmpuint(s.up_after, ==, plain.up_after);
    g_assert_cmpuint(s.ended_after, ==, plain.ended_after);
    sim_clear(&s);
    sim_clear(&plain);
}

static void
test_losses(void)
{
    static const char *const faults[] = {"names-lose 1", "names-lose 2", "names-lose 4",
                                         "names-lose 7"};

    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
        struct sim s;
        run(&s, faults[i], LATER);
        assert_outcome(&s, NET_REGISTERED, NET_REGISTERED, NET_REGISTERED);
        g_assert_true(was_asked(&s, "dns remove pc-17.corp.example"));
        sim_clear(&s);
    }
}

/* So far away that a question is asked again before its answer is there. */
static void
test_late_answers(void)
{
    const struct sim_params p = {.delay = 800 * MS, .tweak = wanted, .hang_up = LATER};
    struct sim s;

    sim_run(&s, &p);
    g_assert_true(s.came_up);
    assert_outcome(&s, NET_REGISTERED, NET_REGISTERED, NET_REGISTERED);
    sim_clear(&s);
}

/* Nobody there: nothing is left behind that would have to be taken back but names that may have
 * been heard, and the call has nothing of it. */
static void
test_silence(void)
{
    struct sim s;

    run(&s, "names-lose 1000", LATER);
    assert_outcome(&s, NET_REGISTER_SILENT, NET_REGISTER_NONE, NET_REGISTER_SILENT);
    g_assert_cmpint(s.end.error, ==, RAS_USER_DISCONNECTION);
    sim_clear(&s);
}

/* An answer from another address than was asked is none. */
static void
test_forged(void)
{
    struct sim s;

    run(&s, "names-forged", LATER);
    assert_outcome(&s, NET_REGISTER_SILENT, NET_REGISTER_NONE, NET_REGISTER_SILENT);
    sim_clear(&s);
}

static void
test_refused(void)
{
    static const struct {
        const char *fault;
        enum net_registered outcome;
    } rows[] = {{"names-rcode 5", NET_REGISTER_REFUSED}, {"names-rcode 6", NET_REGISTER_TAKEN}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct sim s;
        run(&s, rows[i].fault, LATER);
        assert_outcome(&s, rows[i].outcome, NET_REGISTER_NONE, rows[i].outcome);
        g_assert_false(was_asked(&s, "remove")); /* it never was ours */
        sim_clear(&s);
    }
}

/* The domain comes after "Connected": then so does the question for its zone. */
static void
test_late_domain(void)
{
    struct sim s;

    run(&s, "dhcp-lose 2", LATER);
    assert_outcome(&s, NET_REGISTERED, NET_REGISTERED, NET_REGISTERED);
    g_assert_cmpstr(s.registration.name, ==, "pc-17.corp.example");
    sim_clear(&s);
}

/* Hung up before the answers: what may have been heard is taken back. */
static void
test_hung_up_at_once(void)
{
    struct sim s;

    for (usec_t after = 0; after < 400 * MS; after += 20 * MS) {
        const struct sim_params p = {.delay = 50 * MS, .tweak = wanted, .hang_up = LATER};
        sim_start(&s, &p);
        while (!s.came_up)
            g_assert_true(sim_step(&s));
        const usec_t at = s.now + after;
        while (s.now < at && sim_step(&s))
            ;
        session_close(s.client, s.now);
        while (!s.ended && sim_step(&s))
            ;
        g_assert_cmpint(was_asked(&s, "dns add pc-17"), ==, was_asked(&s, "dns remove pc-17"));
        g_assert_cmpint(was_asked(&s, "wins add PC-17<20>"), ==,
                        was_asked(&s, "wins remove PC-17<20>"));
        sim_clear(&s);
    }
}

/* For a plan that has a suffix of its own, under that; a computer without a name has none to tell.
 */
static void
own_suffix(struct ras_config *config, struct dial_plan *plan)
{
    wanted(config, plan);
    g_strlcpy(config->domain, "vpn.example", sizeof config->domain);
    g_strlcpy(plan->domain, "vpn.example", sizeof plan->domain);
    plan->register_suffix = true;
}

static void
test_own_suffix(void)
{
    const struct sim_params p = {.delay = 50 * MS, .tweak = own_suffix, .hang_up = LATER};
    struct sim s;

    sim_run(&s, &p);
    g_assert_cmpstr(s.registration.name, ==, "pc-17.vpn.example");
    assert_outcome(&s, NET_REGISTERED, NET_REGISTERED, NET_REGISTERED);
    sim_clear(&s);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim-register/registered-and-taken-back", test_registered_and_taken_back);
    g_test_add_func("/sim-register/losses", test_losses);
    g_test_add_func("/sim-register/late-answers", test_late_answers);
    g_test_add_func("/sim-register/silence", test_silence);
    g_test_add_func("/sim-register/I2-forged", test_forged);
    g_test_add_func("/sim-register/refused", test_refused);
    g_test_add_func("/sim-register/late-domain", test_late_domain);
    g_test_add_func("/sim-register/hung-up-at-once", test_hung_up_at_once);
    g_test_add_func("/sim-register/own-suffix", test_own_suffix);
    return g_test_run();
}
