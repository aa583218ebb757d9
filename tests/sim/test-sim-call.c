/*
 * test-sim-call.c - whole calls against the practice server: what works, what is said when it does
 * not, and how many round trips it takes.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "session-priv.h"
#include "sim.h"

#define MS USEC_PER_MSEC

static void
assert_settings(const struct sim *s)
{
    char text[52];

    g_assert_cmphex(s->settings.local4 >> 8, ==, 0x0a0900);
    g_assert_cmphex(s->settings.dns[0], ==, 0x0a090035);
    g_assert_cmphex(s->settings.wins[0], ==, 0x0a090037);
    g_assert_cmpstr(s->settings.domain, ==, "corp.example");
    g_assert_cmpuint(s->settings.n_routes, ==, 1);
    g_assert_cmpstr(net_route_text(&s->settings.routes[0], text), ==, "172.16.0.0/16");
    g_assert_cmpint(s->settings.local6[0], ==, 0xfe);
}

static void
test_plain(void)
{
    const struct sim_params p = {.delay = 10 * MS, .traffic = true, .registering = 5 * MS};
    struct sim s;

    sim_run(&s, &p);
    g_assert_true(s.came_up);
    g_assert_true(s.bound);
    g_assert_cmpuint(s.stages, ==, 1u << 1 | 1u << 2 | 1u << 3);
    g_assert_cmpstr(s.auth_name, ==, "MS-CHAPv2");
    g_assert_cmpint(s.end.error, ==, RAS_USER_DISCONNECTION);
    assert_settings(&s);
    g_assert_cmpuint(s.server_packets, >, 10);
    g_assert_cmpuint(s.client_packets, >, 10);
    g_assert_cmpuint(s.ended_after - s.up_after, <, 1100 * MS); /* the goodbye was answered */
    sim_clear(&s);
}

static void
one_method(struct ras_config *config, struct dial_plan *plan)
{
    config->n_auth = 1;
    config->auth[0] = plan->auth & PLAN_AUTH_PAP        ? PPP_AUTH_PAP
                      : plan->auth & PLAN_AUTH_CHAP_MD5 ? PPP_AUTH_CHAP_MD5
                      : plan->auth & PLAN_AUTH_MSCHAPV2 ? PPP_AUTH_MSCHAPV2
                                                        : PPP_AUTH_EAP_MSCHAPV2;
}

/* The crypto binding is right for each: the server says so. */
static void
test_methods(void)
{
    static const struct {
        unsigned auth;
        const char *name;
    } rows[] = {{PLAN_AUTH_PAP, "PAP"},
                {PLAN_AUTH_CHAP_MD5, "CHAP"},
                {PLAN_AUTH_MSCHAPV2, "MS-CHAPv2"},
                {PLAN_AUTH_EAP_MSCHAPV2, "EAP-MSCHAPv2"}};
    static const char *const sha1[] = {"sstp-hash 1", NULL};

    for (gsize i = 0; i < 2 * G_N_ELEMENTS(rows); i++) {
        const struct sim_params p = {.delay = MS,
                                     .auth = rows[i / 2].auth,
                                     .tweak = one_method,
                                     .script = i % 2 ? sha1 : NULL};
        struct sim s;

        sim_run(&s, &p);
        g_test_message("%s", s.end.detail);
        g_assert_true(s.came_up);
        g_assert_true(s.bound);
        g_assert_cmpstr(s.auth_name, ==, rows[i / 2].name);
        sim_clear(&s);
    }
}

static void
mschapv2(struct ras_config *config, struct dial_plan *plan)
{
    (void)plan;
    config->n_auth = 1;
    config->auth[0] = PPP_AUTH_MSCHAPV2;
}

static void
no_wins(struct ras_config *config, struct dial_plan *plan)
{
    mschapv2(config, plan);
    config->nbns[0] = config->nbns[1] = 0;
}

static void
one_name_server(struct ras_config *config, struct dial_plan *plan)
{
    no_wins(config, plan);
    config->dns[1] = 0;
}

static void
no_servers(struct ras_config *config, struct dial_plan *plan)
{
    one_name_server(config, plan);
    config->dns[0] = 0;
}

static void
one_of_each(struct ras_config *config, struct dial_plan *plan)
{
    mschapv2(config, plan);
    config->dns[1] = config->nbns[1] = 0;
}

/* A server that rejects what it has not takes no longer: what is left was asked for, too. */
static void
test_round_trips_with_a_reject(void)
{
    static void (*const tweaks[])(struct ras_config *, struct dial_plan *) = {
        no_wins, one_name_server, no_servers, one_of_each};

    for (gsize i = 0; i < G_N_ELEMENTS(tweaks); i++) {
        const struct sim_params p = {.delay = 50 * MS, .tweak = tweaks[i]};
        struct sim s;

        sim_run(&s, &p);
        g_assert_true(s.came_up);
        g_assert_cmpuint(s.config_after, ==, 500 * MS);
        sim_clear(&s);
    }
}

static void
eap_first(struct ras_config *config, struct dial_plan *plan)
{
    (void)plan;
    config->n_auth = 2;
    config->auth[0] = PPP_AUTH_EAP_MSCHAPV2;
    config->auth[1] = PPP_AUTH_MSCHAPV2;
}

/* What the server asks for first, and again when it was refused, costs nothing: the answers to all
 * of it leave together. */
static void
test_round_trips_with_other_wishes(void)
{
    static const char *const offers[] = {"lcp-offers", NULL};
    static const struct sim_params rows[] = {
        {.delay = 50 * MS, .tweak = eap_first},
        {.delay = 50 * MS, .tweak = mschapv2, .script = offers},
        {.delay = 50 * MS, .tweak = eap_first, .script = offers},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct sim s;

        sim_run(&s, &rows[i]);
        g_assert_true(s.came_up);
        g_assert_cmpuint(s.config_after, ==, 500 * MS);
        g_assert_cmpstr(s.auth_name, ==, "MS-CHAPv2");
        sim_clear(&s);
    }
}

/* From the POST on, TLS being up: 6 in turn, less 1 with the early flight; the interface is
 * configured one earlier, at the Nak. */
static void
test_round_trips(void)
{
    for (int early = 0; early < 2; early++) {
        const struct sim_params p = {
            .delay = 50 * MS, .early = early, .tweak = mschapv2, .registering = 30 * MS};
        struct sim s;

        sim_run(&s, &p);
        g_test_message("early %d: config after %" G_GUINT64_FORMAT
                       " ms, up after %" G_GUINT64_FORMAT " ms",
                       early, s.config_after / MS, s.up_after / MS);
        g_assert_true(s.came_up);
        g_assert_cmpuint(s.config_after, ==, (early ? 400 : 500) * MS);
        /* The helper has done all that DHCP's answer added, too. */
        g_assert_cmpuint(s.configs, ==, 2);
        g_assert_cmpuint(s.up_after, ==, (early ? 530 : 630) * MS);
        assert_settings(&s);
        sim_clear(&s);
    }
}

static void
only_ip4(struct ras_config *config, struct dial_plan *plan)
{
    (void)config;
    plan->ipv6 = false;
}

struct failure {
    const char *name;
    const char *script[4];
    struct sim_params p;
    enum ras_error error;
    const char *words; /* in the detail */
    bool up;           /* it came up before */
};

/* What a help desk hears. */
static const struct failure failures[] = {
    /* clang-format off */
    {.name = "wrong password", .p = {.password = "wrong"}, .error = RAS_AUTHENTICATION_FAILURE},
    {.name = "unknown user", .p = {.user = "nobody"}, .error = RAS_AUTHENTICATION_FAILURE},
    {.name = "disabled", .p = {.user = "off", .password = "secret"}, .error = RAS_ACCT_DISABLED},
    {.name = "hours", .p = {.user = "late", .password = "secret"}, .error = RAS_RESTRICTED_LOGON_HOURS},
    {.name = "no dial-in", .p = {.user = "home", .password = "secret"}, .error = RAS_NO_DIALIN_PERMISSION},
    {.name = "expired", .p = {.user = "old", .password = "secret"}, .error = RAS_PASSWD_EXPIRED},
    {.name = "no method in common", .p = {.auth = PLAN_AUTH_CHAP_MD5}, .error = RAS_PEER_REFUSED_AUTH},
    {.name = "false server", {"chap-wrong-proof"}, .error = RAS_UNABLE_TO_AUTHENTICATE_SERVER},
    {.name = "H10 portal", {"http-portal"}, .error = RAS_CAPTIVE_PORTAL},
    {.name = "H7 302", {"http-status 302"}, .error = RAS_CAPTIVE_PORTAL, .words = "302"},
    {.name = "H7 401", {"http-status 401"}, .error = RAS_INVALID_SERVER_RESPONSE, .words = "401"},
    {.name = "H7 407", {"http-status 407"}, .error = RAS_CANNOT_CONNECT_PROXY, .words = "407"},
    {.name = "H7 503", {"http-status 503"}, .error = RAS_INVALID_SERVER_RESPONSE, .words = "503"},
    {.name = "H7 endless", {"http-endless"}, .error = RAS_INVALID_SERVER_RESPONSE},
    {.name = "H7 long line", {"http-long-line"}, .error = RAS_INVALID_SERVER_RESPONSE},
    {.name = "H7 garbage", {"http-garbage"}, .error = RAS_INVALID_SERVER_RESPONSE},
    {.name = "no HTTP answer", {"at http silence"}, .error = RAS_PPP_NO_RESPONSE},
    {.name = "no Ack", {"sstp-no-ack"}, .error = RAS_PPP_NO_RESPONSE},
    {.name = "H4 no hash", {"sstp-hash 4"}, .error = RAS_INVALID_SERVER_RESPONSE},
    {.name = "four Naks", {"sstp-nak 4"}, .error = RAS_DISCONNECTION},
    {.name = "abort at once", {"at request abort 6"}, .error = RAS_DISCONNECTION, .words = "too many retries"},
    {.name = "closed before LCP", {"at request close"}, .error = RAS_DISCONNECTION},
    {.name = "silent in LCP", {"at lcp silence"}, .error = RAS_PPP_TIMEOUT},
    {.name = "H5 binding refused", {"refuse-binding"}, .error = RAS_CONNECTION_ABORTED, .words = "binding"},
    {.name = "LCP terminated early", {"at auth lcp-terminate"}, .error = RAS_PPP_LCP_TERMINATED},
    {.name = "P8 loop", {"lcp-loop"}, .error = RAS_PPP_LOOPBACK_DETECTED},
    {.name = "A2 no authentication", {"no-auth"}, .error = RAS_PEER_REFUSED_AUTH},
    {.name = "I1 address 127.0.0.1", {"ipcp-address 127.0.0.1"}, .p = {.tweak = only_ip4}, .error = RAS_PPP_NO_PROTOCOLS_CONFIGURED},
    {.name = "I1 the server's address", {"ipcp-address 198.51.100.1"}, .error = RAS_PPP_NO_PROTOCOLS_CONFIGURED},
    {.name = "ended while DHCP is waited for", {"dhcp-mute", "at up abort"}, .error = RAS_LINK_FAILURE},
    {.name = "up, then LCP terminate", {"at up +100 lcp-terminate"}, .error = RAS_PPP_LCP_TERMINATED, .up = true},
    {.name = "up, then disconnect", {"at up +100 disconnect"}, .error = RAS_REMOTE_DISCONNECTION, .up = true},
    {.name = "up, then abort", {"at up +100 abort"}, .error = RAS_LINK_FAILURE, .up = true},
    {.name = "up, then closed", {"at up +100 close"}, .error = RAS_VPN_DISCONNECT, .up = true},
    {.name = "H6 up, then no echoes", {"at up +100 silence"}, .p = {.hang_up = 900 * USEC_PER_SEC},
     .error = RAS_LINK_FAILURE, .words = "echo", .up = true},
    {.name = "up, then rubbish", {"at up +100 raw 20010008"}, .error = RAS_LINK_FAILURE, .up = true},
    {.name = "H1 up, then length 0", {"at up +100 raw 10010000"}, .error = RAS_LINK_FAILURE, .up = true},
    /* clang-format on */
};

static void
test_failure(gconstpointer data)
{
    const struct failure *f = data;

    for (size_t piece = 0; piece < 2; piece++) {
        struct sim_params p = f->p;
        struct sim s;

        p.delay = 10 * MS;
        p.script = f->script;
        p.piece = piece;
        sim_run(&s, &p);
        g_test_message("%u: %s", s.end.error, s.end.detail);
        g_assert_cmpint(s.end.error, ==, f->error);
        g_assert_true(f->words == NULL || strstr(s.end.detail, f->words) != NULL);
        g_assert_cmpint(s.came_up, ==, f->up);
        sim_clear(&s);
    }
}

/* Misbehaviour that a call survives. */
static const char *const survived[][4] = {
    {"http-continue"},      {"http-no-length"}, {"http-late"},       {"fragment 1"},
    {"sstp-nak 3"},         {"data-early"},     {"dhcp-mute"},       {"dhcp-garbage"},
    {"dhcp-routes 5000"},   {"ccp-offer"},      {"echo-storm 5000"}, {"dhcp-domain a\\nb"},
    {"ipcp-dns 127.0.0.1"},
};

static void
test_survived(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(survived); i++) {
        const struct sim_params p = {.delay = 10 * MS,
                                     .script = survived[i],
                                     .traffic = true,
                                     .registering = MS,
                                     .early = g_str_equal(survived[i][0], "http-late")};
        struct sim s;

        g_test_message("%s", survived[i][0]);
        sim_run(&s, &p);
        g_test_message("%s", s.end.detail);
        g_assert_true(s.came_up);
        g_assert_cmpint(s.end.error, ==, RAS_USER_DISCONNECTION);
        for (unsigned k = 0; k < s.settings.n_dns; k++)
            g_assert_true(net_ip4_usable(s.settings.dns[k]));
        sim_clear(&s);
    }
}

/* A server without DHCP does not hold the call up for more than 0.6 s. */
static void
test_dhcp_mute(void)
{
    static const char *const mute[] = {"dhcp-mute", NULL};
    const struct sim_params p = {.delay = 50 * MS, .tweak = mschapv2, .script = mute};
    struct sim s;

    sim_start(&s, &p);
    while (!s.came_up)
        g_assert_true(sim_step(&s));
    g_assert_cmpuint(s.client->inform.sent, ==, 2); /* once more, when the way was surely open */
    g_assert_cmpuint(s.up_after, >, 600 * MS);
    g_assert_cmpuint(s.up_after, <=, 1200 * MS);
    g_assert_cmpuint(s.settings.n_routes, ==, 0);
    g_assert_cmpint(s.dhcp, ==, NET_DHCP_SILENT);
    sim_clear(&s);
}

static void
known_to_be_silent(struct ras_config *config, struct dial_plan *plan)
{
    mschapv2(config, plan);
    plan->dhcp_silent = true;
}

/* What is known to answer no DHCPINFORM is asked as often, and not waited for. */
static void
test_dhcp_known_to_be_mute(void)
{
    static const char *const mute[] = {"dhcp-mute", NULL};
    const struct sim_params p = {
        .delay = 50 * MS, .registering = 30 * MS, .tweak = known_to_be_silent, .script = mute};
    struct sim s;

    sim_run(&s, &p);
    g_assert_true(s.came_up);
    /* IPCP's last round trip, and the helper */
    g_assert_cmpuint(s.up_after, ==, s.config_after + (100 + 30) * MS);
    g_assert_cmpuint(s.informed, ==, 0);
    g_assert_cmpint(s.dhcp, ==, NET_DHCP_UNKNOWN); /* its silence says nothing: it had no time */
    sim_clear(&s);
}

/* It answers after all, later: that is used, and told. */
static void
test_dhcp_not_mute_any_more(void)
{
    static const char *const late[] = {"dhcp-lose 2", NULL};
    const struct sim_params p = {.delay = 50 * MS,
                                 .tweak = known_to_be_silent,
                                 .script = late,
                                 .hang_up = 10 * USEC_PER_SEC};
    const struct sim_params unknown = {
        .delay = 50 * MS, .tweak = mschapv2, .script = late, .hang_up = 10 * USEC_PER_SEC};
    struct sim s;

    for (unsigned i = 0; i < 2; i++) {
        sim_start(&s, i == 0 ? &p : &unknown);
        while (!s.came_up)
            g_assert_true(sim_step(&s));
        g_assert_cmpuint(s.settings.n_routes, ==, 0);
        g_assert_cmpint(s.dhcp, ==, i == 0 ? NET_DHCP_UNKNOWN : NET_DHCP_SILENT);
        while (sim_step(&s))
            ;
        assert_settings(&s);
        g_assert_cmpuint(s.informed, ==, 1);
        g_assert_cmpint(s.dhcp, ==, NET_DHCP_ANSWERED);
        sim_clear(&s);
    }
}

/* One that answers at once is heard before the call is up, as ever. */
static void
test_dhcp_answers_at_once(void)
{
    const struct sim_params p = {
        .delay = 50 * MS, .registering = 30 * MS, .tweak = known_to_be_silent};
    struct sim s;

    sim_run(&s, &p);
    assert_settings(&s);
    g_assert_cmpint(s.dhcp, ==, NET_DHCP_ANSWERED);
    g_assert_cmpuint(s.informed, ==, 0);
    sim_clear(&s);
}

/* The early flight is not taken: the owner is told, quickly, and nothing was configured. */
static void
test_early_refused(void)
{
    static const struct {
        const char *script[2];
        usec_t within;
    } rows[] = {
        {{"http-close-early"}, 150 * MS},         {{"sstp-no-ack"}, 700 * MS},
        {{"at request abort 5"}, 150 * MS},       {{"at request close"}, 150 * MS},
        {{"http-status 503"}, 150 * MS},          {{"sstp-hash 4"}, 150 * MS},
        {{"at http silence"}, 31 * USEC_PER_SEC},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct sim_params p = {.delay = 50 * MS, .early = true, .script = rows[i].script};
        struct sim s;

        sim_run(&s, &p);
        g_test_message("%s: %s", rows[i].script[0], s.end.detail);
        g_assert_true(s.early_refused);
        g_assert_false(s.came_up);
        g_assert_cmpuint(s.ended_after, <=, rows[i].within);
        sim_clear(&s);
    }

    /* Once it was taken, what ends the call later is no reason to redo it. */
    static const char *const later[] = {"at up +100 abort", NULL};
    const struct sim_params p = {.delay = 50 * MS, .early = true, .script = later};
    struct sim s;
    sim_run(&s, &p);
    g_assert_true(s.came_up);
    g_assert_false(s.early_refused);
    g_assert_cmpint(s.end.error, ==, RAS_LINK_FAILURE);
    sim_clear(&s);
}

static void
test_questions(void)
{
    static const struct {
        const char *user, *password, *answers[4];
        unsigned questions;
        bool up;
        enum ras_error error;
    } rows[] = {
        {"retry", "wrong", {"secret"}, 1, true, RAS_USER_DISCONNECTION},
        {"retry", "wrong", {"bad", "secret"}, 2, true, RAS_USER_DISCONNECTION},
        {"retry", "wrong", {NULL}, 1, false, RAS_AUTHENTICATION_FAILURE},
        {"old", "secret", {"+longer than 8"}, 1, true, RAS_USER_DISCONNECTION},
        {"old", "secret", {NULL}, 1, false, RAS_PASSWD_EXPIRED},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct sim_params p = {
            .delay = MS, .user = rows[i].user, .password = rows[i].password, .tweak = mschapv2};
        struct sim s;

        memcpy(p.answers, rows[i].answers, sizeof p.answers);
        sim_run(&s, &p);
        g_test_message("%u: %s", s.end.error, s.end.detail);
        g_assert_cmpuint(s.questions, ==, rows[i].questions);
        g_assert_cmpint(s.came_up, ==, rows[i].up);
        g_assert_cmpint(s.end.error, ==, rows[i].error);
        sim_clear(&s);
    }
}

/* Hanging up at any moment ends in 631, and soon. */
static void
test_hang_up(void)
{
    for (usec_t at = 1; at < 800 * MS; at += 37 * MS) {
        const struct sim_params p = {.delay = 50 * MS, .hang_up = at};
        struct sim s;

        sim_run(&s, &p);
        g_assert_cmpint(s.end.error, ==, RAS_USER_DISCONNECTION);
        g_assert_cmpuint(s.ended_after, <=, at + 5 * USEC_PER_SEC);
        sim_clear(&s);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim/plain", test_plain);
    g_test_add_func("/sim/methods-and-binding", test_methods);
    g_test_add_func("/sim/round-trips", test_round_trips);
    g_test_add_func("/sim/round-trips-with-other-wishes", test_round_trips_with_other_wishes);
    g_test_add_func("/sim/round-trips-with-a-reject", test_round_trips_with_a_reject);
    for (gsize i = 0; i < G_N_ELEMENTS(failures); i++) {
        g_autofree char *name = g_strdup_printf("/sim/failure/%s", failures[i].name);
        g_strdelimit(name, " ,", '-');
        g_test_add_data_func(name, &failures[i], test_failure);
    }
    g_test_add_func("/sim/survived", test_survived);
    g_test_add_func("/sim/dhcp-mute", test_dhcp_mute);
    g_test_add_func("/sim/dhcp-known-to-be-mute", test_dhcp_known_to_be_mute);
    g_test_add_func("/sim/dhcp-not-mute-any-more", test_dhcp_not_mute_any_more);
    g_test_add_func("/sim/dhcp-answers-at-once", test_dhcp_answers_at_once);
    g_test_add_func("/sim/early-refused", test_early_refused);
    g_test_add_func("/sim/questions", test_questions);
    g_test_add_func("/sim/hang-up", test_hang_up);
    return g_test_run();
}
