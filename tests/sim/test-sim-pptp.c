/*
 * test-sim-pptp.c - calls over PPTP against the practice server: what works, which number a failure
 * has, and a thousand seeds (SIM_SEEDS=n: more; SIM_SEED=n: that one) over a wire that loses,
 * doubles and reorders.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "session-priv.h"
#include "sim-pptp.h"

#define MS USEC_PER_MSEC

static void
test_plain(void)
{
    const struct sim_pptp_params p = {
        .delay = 10 * MS, .traffic = true, .encryption = PLAN_ENCRYPTION_MAXIMUM};
    struct sim_pptp s;

    sim_pptp_run(&s, &p);
    g_test_message("%s; up after %" G_GUINT64_FORMAT " ms", s.end.detail, s.up_after / MS);
    g_assert_true(s.came_up);
    g_assert_cmpuint(s.stages, ==, 1u << 1 | 1u << 2 | 1u << 3);
    g_assert_cmpstr(s.auth_name, ==, "MS-CHAPv2");
    g_assert_cmpint(s.end.error, ==, RAS_USER_DISCONNECTION);
    g_assert_cmphex(s.settings.local4 >> 8, ==, 0x0a0900);
    g_assert_cmphex(s.settings.dns[0], ==, 0x0a090035);
    g_assert_cmphex(s.settings.wins[0], ==, 0x0a090037);
    g_assert_cmpstr(s.settings.domain, ==, "corp.example"); /* DHCP, encrypted */
    g_assert_cmpuint(s.settings.mtu, ==, 1400);
    g_assert_cmpuint(s.up.delivered, >, 30);
    g_assert_cmpuint(s.down.delivered, >, 30);
    g_assert_cmpuint(s.informs, ==, 0);
    g_assert_cmpuint(s.said[PPTP_SCCRQ], ==, 1);
    g_assert_cmpuint(s.said[PPTP_OCRQ], ==, 1);
    g_assert_cmpuint(s.said[PPTP_SLI], ==, 1);
    g_assert_cmpuint(s.said[PPTP_CLEAR], ==, 1);
    g_assert_cmpuint(s.said[PPTP_STOPRQ], ==, 1);
    g_assert_cmpuint(s.ended_after - s.up_after, <, 1100 * MS); /* the goodbye was answered */
    sim_pptp_clear(&s);
}

static void
only_pap(struct ras_config *config, struct dial_plan *plan)
{
    plan->auth = PLAN_AUTH_PAP;
    config->auth[0] = PPP_AUTH_PAP;
}

/* A plan for several protocols: PAP is for those that protect it. */
static void
pap_beside_better(struct ras_config *config, struct dial_plan *plan)
{
    plan->auth |= PLAN_AUTH_PAP;
    config->auth[0] = PPP_AUTH_PAP;
}

static void
encryption_is_needed(struct ras_config *config, struct dial_plan *plan)
{
    (void)plan;
    config->mppe_required = true;
}

static void
only_chap(struct ras_config *config, struct dial_plan *plan)
{
    plan->auth = PLAN_AUTH_CHAP_MD5;
    config->auth[0] = PPP_AUTH_CHAP_MD5;
}

static void
eap(struct ras_config *config, struct dial_plan *plan)
{
    plan->auth = PLAN_AUTH_EAP_MSCHAPV2;
    config->auth[0] = PPP_AUTH_EAP_MSCHAPV2;
}

static void
no_dhcp(struct ras_config *config, struct dial_plan *plan)
{
    (void)config;
    plan->dhcp_inform = plan->ipv6 = false;
}

static void
no_compression(struct ras_config *config, struct dial_plan *plan)
{
    (void)config;
    plan->compression = false;
}

#define ANY  PLAN_ENCRYPTION_OPTIONAL
#define OPEN PLAN_ENCRYPTION_NONE
#define SOME PLAN_ENCRYPTION_REQUIRED
#define MOST PLAN_ENCRYPTION_MAXIMUM

/* What is agreed on, and that packets pass both ways by it. */
static void
test_encryption(void)
{
    static const struct {
        const char *script[2];
        enum plan_encryption want;
        guint32 bits; /* of both directions; 0: in the clear */
        void (*tweak)(struct ras_config *config, struct dial_plan *plan);
    } rows[] = {
        {{NULL}, MOST, CCP_MPPE_STATELESS | CCP_MPPE_128, NULL},
        {{NULL}, MOST, CCP_MPPE_STATELESS | CCP_MPPE_128, eap},
        {{NULL}, ANY, CCP_MPPE_STATELESS | CCP_MPPE_128, NULL},
        {{NULL}, PLAN_ENCRYPTION_NONE, 0, NULL},
        {{"mppe 56"}, SOME, CCP_MPPE_STATELESS | CCP_MPPE_56, NULL},
        {{"mppe 40"}, SOME, CCP_MPPE_STATELESS | CCP_MPPE_40, NULL},
        {{"mppe 40,56"}, SOME, CCP_MPPE_STATELESS | CCP_MPPE_56, NULL},
        {{"mppe-only 128"}, MOST, CCP_MPPE_128, NULL},
        {{"mppe-only 40"}, SOME, CCP_MPPE_40, NULL},
        {{"mppe-only 128,mppc"}, MOST, CCP_MPPE_128 | CCP_MPPC, NULL},
        {{"mppe-only 128,mppc,stateless"},
         MOST,
         CCP_MPPE_STATELESS | CCP_MPPE_128 | CCP_MPPC,
         NULL},
        {{"mppe-only mppc"}, ANY, CCP_MPPC, NULL},
        {{"mppe-only mppc"}, ANY, 0, no_compression},
        {{"mppe-only mppc,128"}, MOST, CCP_MPPE_128 | CCP_MPPC, NULL},
        {{"mppe mppc,128"}, MOST, CCP_MPPE_STATELESS | CCP_MPPE_128, no_compression},
        {{"mppe none"}, ANY, 0, NULL},
        {{"ccp-reject"}, ANY, 0, NULL},
        {{NULL}, ANY, 0, only_pap},
        {{NULL}, ANY, 0, only_chap},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct sim_pptp_params p = {.delay = 5 * MS,
                                          .traffic = true,
                                          .script = rows[i].script,
                                          .encryption = rows[i].want,
                                          .tweak = rows[i].tweak};
        struct sim_pptp s;

        sim_pptp_start(&s, &p);
        while (!s.came_up && sim_pptp_step(&s))
            continue;
        g_test_message("%zu %s: %s", i, rows[i].script[0], s.end.detail);
        g_assert_true(s.came_up);
        g_assert_cmphex(s.client->ppp.crypt.rx_bits, ==, rows[i].bits);
        g_assert_cmphex(s.client->ppp.crypt.tx_bits, ==, rows[i].bits);
        while (sim_pptp_step(&s))
            continue;
        g_assert_cmpint(s.end.error, ==, RAS_USER_DISCONNECTION);
        g_assert_cmpuint(s.up.delivered, >, 30);
        g_assert_cmpuint(s.down.delivered, >, 30);
        sim_pptp_clear(&s);
    }
}

/* Each failure has the number and the moment that the person should be told. */
static void
test_failures(void)
{
    static const struct {
        const char *script[3];
        enum ras_error error;
        enum plan_encryption want;
        unsigned within; /* seconds */
        const char *user, *password;
        bool blocked, deaf;
        void (*tweak)(struct ras_config *config, struct dial_plan *plan);
    } rows[] = {
        {{"pptp-mute"}, RAS_PPP_NO_RESPONSE, MOST, 21},
        {{"pptp-start 2"}, RAS_VPN_REFUSED, MOST, 1},
        {{"pptp-start 4"}, RAS_VPN_REFUSED, MOST, 1},
        {{"pptp-start 5"}, RAS_VPN_REFUSED, MOST, 1},
        {{"pptp-call 2"}, RAS_VPN_REFUSED, MOST, 1},
        {{"pptp-call 3"}, RAS_NO_CARRIER, MOST, 1},
        {{"pptp-call 4"}, RAS_LINE_BUSY, MOST, 1},
        {{"pptp-call 5"}, RAS_NO_DIALTONE, MOST, 1},
        {{"pptp-call 6"}, RAS_NO_ANSWER, MOST, 1},
        {{"pptp-call 7"}, RAS_VPN_REFUSED, MOST, 1},
        {{"gre-silent"}, RAS_VPN_GRE_BLOCKED, MOST, 12},
        {{NULL}, RAS_VPN_GRE_BLOCKED, MOST, 12, .blocked = true},
        {{NULL}, RAS_VPN_GRE_BLOCKED, MOST, 12, .deaf = true},
        {{"lcp-mute"}, RAS_PPP_NO_RESPONSE, MOST, 60},
        {{NULL}, RAS_AUTHENTICATION_FAILURE, MOST, 2, NULL, "wrong"},
        {{NULL}, RAS_AUTHENTICATION_FAILURE, MOST, 2, "nobody", "x"},
        {{NULL}, RAS_ACCT_DISABLED, MOST, 2, "off", "secret"},
        {{"ccp-reject"}, RAS_NO_REMOTE_ENCRYPTION, SOME, 2},
        {{"mppe none"}, RAS_NO_REMOTE_ENCRYPTION, SOME, 2},
        {{"mppe none"}, RAS_NO_REMOTE_ENCRYPTION, MOST, 2},
        {{"mppe 40"}, RAS_NO_REMOTE_ENCRYPTION, MOST, 40},
        {{"mppe-only mppc"}, RAS_NO_REMOTE_ENCRYPTION, MOST, 40},
        {{"mppe-only mppc"}, RAS_NO_REMOTE_ENCRYPTION, SOME, 40},
        {{NULL}, RAS_NO_REMOTE_ENCRYPTION, SOME, 40, .tweak = only_pap},
        {{NULL}, RAS_PEER_REFUSED_AUTH, ANY, 5, .tweak = pap_beside_better},
        {{NULL}, RAS_REMOTE_REQUIRES_ENCRYPTION, OPEN, 5, .tweak = encryption_is_needed},
        {{"at up +800 lcp-terminate"}, RAS_PPP_LCP_TERMINATED, OPEN, 5}, /* it did without MPPE */
        {{"at auth lcp-terminate"}, RAS_PPP_LCP_TERMINATED, OPEN, 5},
        {{"at up ccp-terminate"}, RAS_NO_REMOTE_ENCRYPTION, MOST, 10},
        /* a late Protocol-Reject of CCP: no agreement, and nothing in the clear */
        {{"at up frame ff03c0210801000a80fd01010004"}, RAS_NO_REMOTE_ENCRYPTION, MOST, 10},
        {{"at up ccp-terminate"}, RAS_NO_REMOTE_ENCRYPTION, ANY, 10},
        {{"at lcp disconnect 1"}, RAS_REMOTE_DISCONNECTION, MOST, 5},
        {{"at up disconnect 1"}, RAS_REMOTE_DISCONNECTION, MOST, 5},
        {{"at up abort 1"}, RAS_REMOTE_DISCONNECTION, MOST, 5},
        {{"at up call-clear"}, RAS_REMOTE_DISCONNECTION, MOST, 5},
        {{"at up lcp-terminate"}, RAS_PPP_LCP_TERMINATED, MOST, 5},
        {{"at up +900 close"}, RAS_VPN_DISCONNECT, MOST, 5},
        {{"at up raw 00000000000000000000000000"}, RAS_VPN_REFUSED, MOST, 5},
        {{"at up silence"}, RAS_LINK_FAILURE, MOST, 200},
        {{"lcp-loop"}, RAS_PPP_LOOPBACK_DETECTED, MOST, 60},
        {{"no-auth"}, RAS_PEER_REFUSED_AUTH, MOST, 5},
        {{"chap-wrong-proof"}, RAS_UNABLE_TO_AUTHENTICATE_SERVER, MOST, 5},
        {{"ipcp-reject"}, RAS_PPP_NO_PROTOCOLS_CONFIGURED, MOST, 60, .tweak = no_dhcp},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct sim_pptp_params p = {.delay = 5 * MS,
                                          .script = rows[i].script,
                                          .traffic = true,
                                          .encryption = rows[i].want,
                                          .user = rows[i].user,
                                          .password = rows[i].password,
                                          .blocked = rows[i].blocked,
                                          .deaf = rows[i].deaf,
                                          .tweak = rows[i].tweak,
                                          .hang_up = 600 * USEC_PER_SEC};
        struct sim_pptp s;

        sim_pptp_run(&s, &p);
        g_test_message("%s: %u after %" G_GUINT64_FORMAT " ms, %s", rows[i].script[0], s.end.error,
                       s.ended_after / MS, s.end.detail);
        g_assert_cmpint(s.end.error, ==, rows[i].error);
        g_assert_cmpuint(s.ended_after, <=, rows[i].within * USEC_PER_SEC);
        sim_pptp_clear(&s);
    }
}

/* What GRE drops is told with all else that the session drops. */
static void
test_drops_are_counted(void)
{
    struct sim_pptp_params p = {
        .delay = 5 * MS, .traffic = true, .encryption = MOST, .hang_up = 5 * USEC_PER_SEC};
    guint64 dropped[2];

    for (int i = 0; i < 2; i++) {
        struct sim_pptp s;

        p.twice = i * 500;
        sim_pptp_run(&s, &p);
        dropped[i] = session_dropped(s.client);
        g_test_message("dropped: %" G_GUINT64_FORMAT, dropped[i]);
        sim_pptp_clear(&s);
    }
    g_assert_cmpuint(dropped[1], >, dropped[0] + 10);
}

/* What a call outlives. */
static void
test_endured(void)
{
    static const char *const rows[][3] = {
        {"at up plain"},
        {"at up wan-error 3"},
        {"at up ccp-resets 500"},
        {"at up lcp-again 2"},
        {"echo-storm 300"},
        {"rechallenge 200"},
        {"at up frame ff0300fd"},
        {"at up frame ff0380fd0e010004"},
        {"mppe-only 128", "at up ccp-resets 500"},
        {"mppe-only 128,mppc", "at up ccp-resets 20"},
        /* Of RouterOS, IOS, RRAS and older servers: protocols and messages that nobody asked for.
         */
        {"at auth frame ff03828101010004", "at auth frame ff03820701010004"}, /* MPLSCP, CDPCP */
        {"at auth frame ff03802b01010004", "at auth frame ff03803f01010004"}, /* IPXCP, NBFCP */
        {"at up frame ff03c0210c01000c000000004d535241"},                     /* Identification */
        {"at up frame c0210d02000c000000000000003c"},   /* Time-Remaining, and no address field */
        {"at up frame ff03c0210b03000800000000"},       /* Discard-Request */
        {"at up raw 001000011a2b3c4d0005000000000000"}, /* Echo-Request 0 */
        {"at up raw 001400011a2b3c4d000600000000000001000000"},         /* Echo-Reply to nothing */
        {"at up raw 001800011a2b3c4d000f0000000000000000000000000000"}, /* Set-Link-Info */
        {"at up raw 002000011a2b3c4d000800000000000001000000000000000040000000000000"},
        {"at up raw 001000011a2b3c4d0004000001000000"}, /* Stop-Control-Connection-Reply */
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct sim_pptp_params p = {.delay = 5 * MS,
                                          .script = rows[i],
                                          .traffic = true,
                                          .encryption = MOST,
                                          .hang_up = 5 * USEC_PER_SEC};
        struct sim_pptp s;

        sim_pptp_run(&s, &p);
        g_test_message("%s: %u, %s; %" G_GUINT64_FORMAT " up, %" G_GUINT64_FORMAT " down",
                       rows[i][0], s.end.error, s.end.detail, s.up.delivered, s.down.delivered);
        g_assert_cmpint(s.end.error, ==, RAS_USER_DISCONNECTION);
        g_assert_cmpuint(s.up.seen, >, s.up.next - s.up.next / 8); /* it goes on to the end */
        g_assert_cmpuint(s.down.seen, >, s.down.next - s.down.next / 8);
        if (strcmp(rows[i][0], "at up wan-error 3") == 0)
            g_assert_cmpuint(s.client->pptp.call.line_errors, ==, 6 * 3);
        sim_pptp_clear(&s);
    }
}

/* A server that keeps to a window, and a call in which only it has something to say: what is
 * acknowledged late, it drops. */
static void
test_window(void)
{
    static const char *const script[] = {"gre-window 16", NULL};
    const struct sim_pptp_params p = {.delay = 2 * MS,
                                      .script = script,
                                      .traffic = true,
                                      .download = true,
                                      .encryption = MOST,
                                      .hang_up = 5 * USEC_PER_SEC};
    struct sim_pptp s;

    sim_pptp_run(&s, &p);
    g_test_message("%" G_GUINT64_FORMAT " of %u", s.down.delivered, s.down.next);
    g_assert_cmpint(s.end.error, ==, RAS_USER_DISCONNECTION);
    g_assert_cmpuint(s.down.next, >, 4000);
    g_assert_cmpuint(s.down.delivered, >, s.down.next - 50); /* the last are on their way */
    sim_pptp_clear(&s);
}

/* A pppd that wants MPPE, over a wire that loses and swaps: whichever frame of CCP is lost, nothing
 * that it takes for a new negotiation comes to it while it is Opened. */
static void
test_pppd(void)
{
    static const char *const scripts[][3] = {{"as-pppd"}, {"as-pppd", "mppe-only 40"}};
    guint64 slowest = 0;

    for (guint32 seed = 1; seed <= 600; seed++) {
        const struct sim_pptp_params p = {.seed = seed,
                                          .delay = (1 + seed % 40) * MS,
                                          .jitter = seed % 3 * 20 * MS,
                                          .lose = 40,
                                          .script = scripts[seed % 2],
                                          .encryption = ANY};
        struct sim_pptp s;

        sim_pptp_run(&s, &p);
        if (!s.came_up || s.end.error != RAS_USER_DISCONNECTION || s.moves > 0)
            g_error("seed %u: %u, %s; %u moves", seed, s.end.error, s.end.detail, s.moves);
        slowest = MAX(slowest, s.up_after);
        sim_pptp_clear(&s);
    }
    g_test_message("the slowest was up after %" G_GUINT64_FORMAT " ms", slowest / MS);
}

static void
eap_first(struct ras_config *config, struct dial_plan *plan)
{
    (void)plan;
    config->n_auth = 2;
    config->auth[0] = PPP_AUTH_EAP_MSCHAPV2;
    config->auth[1] = PPP_AUTH_MSCHAPV2;
}

/* The TCP connection being up: two for the control connection, two for LCP and the password, two
 * for CCP, an address and DHCP's answer, whatever the server would rather have and however strictly
 * it puts CCP before IPCP. */
static void
test_six_round_trips(void)
{
    static const struct {
        const char *script[3];
        void (*tweak)(struct ras_config *config, struct dial_plan *plan);
    } rows[] = {
        {{NULL}, NULL},       {{"as-pppd", "mppe 128"}, NULL},
        {{"mppe 128"}, NULL}, {{"mppe 40"}, NULL},
        {{NULL}, eap_first},  {{"lcp-offers"}, eap_first},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct sim_pptp_params p = {.delay = 50 * MS,
                                          .encryption = PLAN_ENCRYPTION_REQUIRED,
                                          .script = rows[i].script,
                                          .tweak = rows[i].tweak};
        struct sim_pptp s;

        sim_pptp_run(&s, &p);
        g_test_message("%u: up after %" G_GUINT64_FORMAT " ms", (guint)i, s.up_after / MS);
        g_assert_true(s.came_up);
        g_assert_cmpuint(s.up_after, <=, 600 * MS);
        sim_pptp_clear(&s);
    }
}

/* One lost GRE packet costs 1.2 s at most. */
static void
test_round_trips(void)
{
    struct sim_pptp_params p = {.delay = 50 * MS, .encryption = MOST, .tweak = no_dhcp};
    struct sim_pptp s;

    sim_pptp_run(&s, &p);
    g_test_message("up after %" G_GUINT64_FORMAT " ms", s.up_after / MS);
    g_assert_cmpuint(s.up_after, <=, 650 * MS);
    const usec_t clean = s.up_after;
    sim_pptp_clear(&s);
    p.lose_first = 1;
    sim_pptp_run(&s, &p);
    g_test_message("the first GRE packets lost: %" G_GUINT64_FORMAT " ms", s.up_after / MS);
    g_assert_cmpuint(s.up_after, <=, clean + 1200 * MS);
    sim_pptp_clear(&s);
}

static const char *const faults[] = {
    "pptp-start 4",   "pptp-call 4",        "pptp-mute",
    "gre-silent",     "lcp-mute",           "lcp-nak",
    "lcp-loop",       "mute-echo",          "echo-storm 300",
    "no-auth",        "chap-wrong-proof",   "chap-retry",
    "ipcp-nak",       "ipcp-reject",        "ccp-reject",
    "as-pppd",        "rechallenge 700",    "mppe none",
    "mppe 40",        "mppe 56,128",        "mppe-only 128",
    "mppe-only 128",  "mppe-only 128,mppc", "mppe-only 40,mppc",
    "mppe-only mppc", "mppe-only 56",       "mppe-only mppc,128,stateless",
    "data-early",     "ccp-offer",          "dhcp-mute",
    "dhcp-garbage",   "dhcp-routes 2000",   "fragment 3",
};

static const char *const stages[] = {"http", "request", "lcp", "response", "auth", "bound", "up"};

static const char *const actions[] = {
    "silence",
    "close",
    "reset",
    "abort 1",
    "disconnect 2",
    "lcp-terminate",
    "ipcp-terminate",
    "lcp-flood 300",
    "lcp-again 3",
    "ipcp-again",
    "call-clear",
    "wan-error 7",
    "ccp-terminate",
    "ccp-resets 200",
    "plain",
    "raw 0010000100000000000000000000",
    "raw 001000011a2b3c4d0005000000000007", /* an Echo-Request */
    "frame ff0300fd9000",
    "frame ff0300fd1fff00214500",
    "frame ff0380fd0101000a120601000040",
    "frame ff0380fd0101000a120600000001",
    "frame ff0380fd05010004",
    "frame ff03c0210801000a80fd01010004",
};

static const char *
pick(GRand *r, const char *const *v, gsize n)
{
    return v[g_rand_int_range(r, 0, (gint32)n)];
}

static void
draw(GRand *r, struct sim_pptp_params *p)
{
    static const enum plan_encryption wants[] = {ANY, SOME, MOST, MOST, PLAN_ENCRYPTION_NONE};

    p->encryption = wants[g_rand_int_range(r, 0, G_N_ELEMENTS(wants))];
    p->delay = (usec_t)g_rand_int_range(r, 0, 150) * MS;
    p->jitter = g_rand_boolean(r) ? 0 : (usec_t)g_rand_int_range(r, 1, 120) * MS;
    p->lose = g_rand_boolean(r) ? 0 : (guint)g_rand_int_range(r, 1, 200);
    p->twice = g_rand_boolean(r) ? 0 : (guint)g_rand_int_range(r, 1, 200);
    p->lose_first = g_rand_int_range(r, 0, 8) ? 0 : (guint)g_rand_int_range(r, 1, 8);
    p->piece = (size_t)(g_rand_boolean(r) ? 0 : g_rand_int_range(r, 1, 64));
    p->traffic = g_rand_int_range(r, 0, 3) > 0;
    p->blocked = g_rand_int_range(r, 0, 40) == 0;
    p->hang_up = (usec_t)(g_rand_int_range(r, 0, 4) ? g_rand_int_range(r, 1, 20000) * 1000 : 0) +
                 (g_rand_int_range(r, 0, 8) ? 0 : 100 * USEC_PER_SEC);
    p->cut = g_rand_int_range(r, 0, 8) ? 0 : (usec_t)g_rand_int_range(r, 1, 4000) * MS;
    p->tweak = g_rand_int_range(r, 0, 12) == 0   ? only_pap
               : g_rand_int_range(r, 0, 6) == 0  ? eap
               : g_rand_int_range(r, 0, 12) == 0 ? only_chap
                                                 : NULL;
    if (g_rand_int_range(r, 0, 8) == 0)
        p->password = "wrong";
}

static void
run_seed(guint32 seed, guint64 *ups, guint64 *packets, guint64 *ends)
{
    GRand *r = g_rand_new_with_seed(seed ^ 0x9979);
    g_autoptr(GPtrArray) script = g_ptr_array_new_with_free_func(g_free);
    struct sim_pptp_params p = {.seed = seed};
    struct sim_pptp s;

    draw(r, &p);
    for (gint32 n = g_rand_int_range(r, 0, 3); n > 0; n--)
        g_ptr_array_add(script, g_strdup(pick(r, faults, G_N_ELEMENTS(faults))));
    for (gint32 n = g_rand_int_range(r, 0, 3); n > 0; n--)
        g_ptr_array_add(script,
                        g_strdup_printf("at %s +%d %s", pick(r, stages, G_N_ELEMENTS(stages)),
                                        g_rand_int_range(r, 0, 800),
                                        pick(r, actions, G_N_ELEMENTS(actions))));
    g_ptr_array_add(script, NULL);
    p.script = (const char *const *)script->pdata;
    if (getenv("SIM_SEED") != NULL) {
        for (const char *const *line = p.script; *line != NULL; line++)
            g_test_message("%s", *line);
    }
    sim_pptp_run(&s, &p);
    if (getenv("SIM_SEED") != NULL)
        g_test_message("%u: %s (up %d)", s.end.error, s.end.detail, s.came_up);
    *ups += s.came_up;
    *packets += s.up.delivered + s.down.delivered;
    ends[s.end.error == RAS_USER_DISCONNECTION]++;
    if (s.end.error == RAS_USER_DISCONNECTION)
        g_assert_true(s.hung_up);
    sim_pptp_clear(&s);
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
    guint64 ups = 0, packets = 0, ends[2] = {0};

    for (guint32 seed = first; seed < first + count; seed++) {
        if (g_getenv("SIM_EACH") != NULL)
            g_printerr("%u ", seed);
        run_seed(seed, &ups, &packets, ends);
    }
    g_test_message("%u calls: %" G_GUINT64_FORMAT " came up, %" G_GUINT64_FORMAT
                   " packets delivered, %" G_GUINT64_FORMAT " hung up, %" G_GUINT64_FORMAT
                   " ended otherwise",
                   count, ups, packets, ends[1], ends[0]);
    if (one == NULL) { /* no kind of run is missing */
        g_assert_cmpuint(ups, >, count / 10);
        g_assert_cmpuint(packets, >, count * 10);
        g_assert_cmpuint(ends[0], >, count / 10);
        g_assert_cmpuint(ends[1], >, count / 10);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim-pptp/plain", test_plain);
    g_test_add_func("/sim-pptp/encryption", test_encryption);
    g_test_add_func("/sim-pptp/failures", test_failures);
    g_test_add_func("/sim-pptp/drops-are-counted", test_drops_are_counted);
    g_test_add_func("/sim-pptp/endured", test_endured);
    g_test_add_func("/sim-pptp/window", test_window);
    g_test_add_func("/sim-pptp/pppd", test_pppd);
    g_test_add_func("/sim-pptp/round-trips", test_round_trips);
    g_test_add_func("/sim-pptp/six-round-trips", test_six_round_trips);
    g_test_add_func("/sim-pptp/seeds", test_seeds);
    return g_test_run();
}
