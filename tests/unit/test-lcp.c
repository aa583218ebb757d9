/* test-lcp.c - options, policy of authentication, loops, echo. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "lcp.h"

#include "ppp-wire.h"

enum { NOW = 1000000 };

static struct lcp lcp;
static struct ppp_queue q;

static void
start(struct lcp_params params)
{
    test_rng_state = (struct test_rng){.state = 1};
    params.rng = &test_rng;
    q = (struct ppp_queue){0};
    lcp_init(&lcp, &params, &q);
    test_rng_next(hex("11223344"));
    ppp_fsm_open(&lcp.fsm, NOW);
    ppp_fsm_lower_up(&lcp.fsm, NOW);
}

static bool
input(struct rd frame)
{
    return ppp_fsm_input(&lcp.fsm, NOW, frame);
}

/* A vector, without ff 03 and the protocol. */
static bool
input_vec(const char *name)
{
    const struct rd r = vec("ppp-frames.txt", name);

    return input(keep(r.p + 4, r.left - 4));
}

static void
open_with_mschapv2(void)
{
    start((struct lcp_params){.auth_allowed = PPP_AUTH_MSCHAPV2});
    expect_frame(&q, "c021 0101000a 050611223344");
    g_assert_true(input(hex("0201000a 050611223344")));
    g_assert_true(input_vec("lcp-auth-mschapv2"));
    expect_frame(&q, "c021 02010013 01040578 0305c22381 050655667788");
    g_assert_cmpint(lcp.fsm.state, ==, PPP_OPENED);
}

static void
test_opens(void)
{
    open_with_mschapv2();
    g_assert_cmpuint(lcp.auth, ==, PPP_AUTH_MSCHAPV2);
    g_assert_cmpuint(lcp.peer_mru, ==, 1400);
    g_assert_cmphex(lcp.peer_magic, ==, 0x55667788);
    expect_nothing(&q);
}

static void
test_asks_for_what_is_wanted(void)
{
    start((struct lcp_params){.mru = 1400, .compress_fields = true});
    expect_frame(&q, "c021 01010012 01040578 050611223344 0702 0802");
}

static void
test_grants_a_windows_request(void)
{
    start((struct lcp_params){.auth_allowed = PPP_AUTH_PAP});
    drain(&q);
    test_rng_next(hex("00"));
    lcp.magic = 0x01020304;
    g_assert_true(input_vec("lcp-windows"));
    expect_frame(&q, "c021 04000007 0d0306"); /* callback, and nothing else */
    expect_frame(&q, "c021 02010012 01040578 050611223344 0702 0802"); /* what will be left */
    g_assert_true(input(hex("01020012 01040578 050611223344 0702 0802")));
    expect_frame(&q, "c021 02020012 01040578 050611223344 0702 0802");
    g_assert_true(lcp.peer_pfc && lcp.peer_acfc);
}

/* SoftEther 4.38 rejects every option but the MRU. */
static void
test_does_without_what_is_rejected(void)
{
    start((struct lcp_params){.mru = 1400, .compress_fields = true});
    drain(&q);
    g_assert_true(input(hex("0401000e 050611223344 0702 0802")));
    expect_frame(&q, "c021 01020008 01040578");
    g_assert_cmphex(lcp.magic, ==, 0);
    g_assert_true(input(hex("04020008 01040578")));
    expect_frame(&q, "c021 01030004");
}

static void
test_mru_follows_a_nak_downwards(void)
{
    start((struct lcp_params){.mru = 1400});
    drain(&q);
    g_assert_true(input(hex("03010008 01040500"))); /* 1280 */
    expect_frame(&q, "c021 0102000e 01040500 050611223344");
    g_assert_true(input(hex("03020008 0104ffff"))); /* P14: never more than asked for at first */
    expect_frame(&q, "c021 0103000e 01040578 050611223344");
    g_assert_true(input(hex("03030008 01040001"))); /* and nothing absurd */
    expect_frame(&q, "c021 0104000e 01040578 050611223344");
}

static void
test_P13_mru_of_the_peer(void)
{
    static const char *const small[] = {"0000", "0001", "007f", "023f"};

    for (guint i = 0; i < G_N_ELEMENTS(small); i++) {
        g_autofree char *request = g_strconcat("01210008 0104", small[i], NULL);

        start((struct lcp_params){0});
        drain(&q);
        g_assert_true(input(hex(request)));
        expect_frame(&q, "c021 03210008 01040240");
    }
    g_assert_true(input(hex("01220008 0104ffff")));
    expect_frame(&q, "c021 02220008 0104ffff");
    g_assert_cmpuint(lcp.peer_mru, ==, 65535); /* the link's MTU is bounded elsewhere */
}

static void
test_P17_offers_are_rejected(void)
{
    static const char *const options[] = {
        "04040101",            /* quality: LQR has four octets more, but the type decides */
        "0d0306",              /* callback */
        "110405dc",            /* MRRU */
        "1202",                /* short sequence numbers */
        "130300",              /* endpoint discriminator */
        "17040001",            /* link discriminator */
        "0b0400c0",            /* self-describing padding, and what nobody knows */
        "ff03aa",    "010305", /* an MRU of one octet */
        "050411 22",           /* a magic number of two */
        "070300",              /* PFC with a value */
    };

    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        const struct rd o = hex(options[i]);
        uint8_t request[64] = {1, 0x21, 0, (uint8_t)(4 + o.left)};
        struct rd answer;

        start((struct lcp_params){0});
        drain(&q);
        memcpy(request + 4, o.p, o.left);
        g_assert_true(input(rd_over(request, 4 + o.left)));
        request[0] = 4;
        answer = next_frame(&q);
        assert_octets(answer.p + 2, answer.left - 2, rd_over(request, 4 + o.left));
    }
}

/* What the server demands, one demand after the other, and what we answer: "-" the demand is
 * accepted, otherwise what the Nak suggests; "!" the end, 919. */
/* Where frames are lost, a new request need not be an answer to our Nak; but there is an end. */
static void
test_A1_lost_naks(void)
{
    start((struct lcp_params){.auth_allowed = PPP_AUTH_MSCHAPV2});
    drain(&q);
    for (guint8 n = 0; n < 5; n++) {
        const guint8 request[] = {1, (guint8)(0x21 + n), 0, 8, 3, 4, 0xc0, 0x23};

        g_assert_cmpint(lcp.fault, ==, LCP_OK);
        g_assert_true(input(rd_over(request, sizeof request)));
        if (n < 4)
            g_assert_cmpint(next_frame(&q).p[2], ==, PPP_CONF_NAK);
    }
    g_assert_cmpint(lcp.fault, ==, LCP_AUTH_NOT_ALLOWED);
}

/* pppd with one method: it demands nothing once another is suggested. What it had demanded and the
 * policy allows is known then; of what the policy forbids nothing is remembered. */
static void
test_A1_withdrawn(void)
{
    enum { PAP = PPP_AUTH_PAP, MD5 = PPP_AUTH_CHAP_MD5, MS2 = PPP_AUTH_MSCHAPV2 };
    static const struct {
        unsigned allowed, passed_over;
        const char *demands[2];
    } rows[] = {
        {PAP | MD5 | MS2, MD5, {"0305c22305"}},
        {PAP | MD5 | MS2, PAP, {"0304c023"}},
        {PAP | MD5 | MS2, MD5 | PAP, {"0305c22305", "0304c023"}},
        {MS2, 0, {"0304c023"}},
        {PAP | MS2, 0, {"0305c22305"}},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint8_t request[16] = {1, 0x20, 0, 0};

        start((struct lcp_params){.auth_allowed = rows[i].allowed});
        ppp_fsm_set_reliable(&lcp.fsm);
        drain(&q);
        for (guint n = 0; n < 2 && rows[i].demands[n] != NULL; n++) {
            const struct rd demand = hex(rows[i].demands[n]);

            request[1]++;
            request[3] = (uint8_t)(4 + demand.left);
            memcpy(request + 4, demand.p, demand.left);
            g_assert_true(input(rd_over(request, request[3])));
            g_assert_cmpuint(next_frame(&q).p[2], ==, PPP_CONF_NAK);
            g_assert_cmpint(lcp.fault, ==, LCP_OK);
        }
        g_assert_true(input(hex("0130000a 050655667788")));
        g_assert_cmpint(lcp.fault, ==, rows[i].passed_over != 0 ? LCP_AUTH_WITHDRAWN : LCP_OK);
        g_assert_cmpuint(lcp.passed_over, ==, rows[i].passed_over);
    }
    /* Who never demanded anything has withdrawn nothing. */
    start((struct lcp_params){.auth_allowed = PAP | MS2});
    g_assert_true(input(hex("0130000a 050655667788")));
    g_assert_cmpint(lcp.fault, ==, LCP_OK);
}

static void
test_A1_policy(void)
{
    enum {
        PAP = PPP_AUTH_PAP,
        MD5 = PPP_AUTH_CHAP_MD5,
        MS2 = PPP_AUTH_MSCHAPV2,
        EAP = PPP_AUTH_EAP_MSCHAPV2
    };
    static const struct {
        unsigned allowed;
        const char *demands[5], *answers[5];
    } rows[] = {
        {MS2, {"c22381"}, {"-"}},
        {MS2, {"c023", "c22381"}, {"c22381", "-"}},
        {MS2, {"c023", "c023"}, {"c22381", "!"}},
        {MS2, {"c22380", "c22380"}, {"c22381", "!"}}, /* MS-CHAPv1 is no MS-CHAPv2 */
        {MS2, {"c227", "c22381"}, {"c22381", "-"}},
        {MS2, {"c0251122", "c22381"}, {"c22381", "-"}}, /* something else altogether */
        {EAP, {"c227"}, {"-"}},
        {MS2 | EAP, {"c227", "c22381"}, {"c22381", "-"}}, /* SoftEther's order */
        {MS2 | EAP, {"c227", "c227"}, {"c22381", "-"}},   /* it insists, and may */
        {MS2 | EAP, {"c023", "c023", "c023"}, {"c22381", "c227", "!"}},
        {PAP, {"c023"}, {"-"}},
        {PAP | MS2, {"c023", "c22381"}, {"c22381", "-"}}, /* better is asked for first */
        {PAP | MS2, {"c023", "c023"}, {"c22381", "-"}},
        {PAP | MD5 | MS2 | EAP,
         {"c023", "c023", "c023", "c023"},
         {"c22381", "c227", "c22305", "-"}},
        /* accel-ppp's list, whatever we suggest; and a list without an end */
        {PAP, {"c22381", "c22380", "c22305", "c023"}, {"c023", "c023", "c023", "-"}},
        {MD5, {"c22381", "c22380", "c22305"}, {"c22305", "c22305", "-"}},
        {MS2, {"c023", "c22305", "c22380", "c22381"}, {"c22381", "c22381", "c22381", "-"}},
        {MS2,
         {"c023", "c22305", "c023", "c22305", "c023"},
         {"c22381", "c22381", "c22381", "c22381", "!"}},
        {MD5, {"c22305"}, {"-"}},
        {MD5, {"c22381", "c22381"}, {"c22305", "!"}},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        start((struct lcp_params){.auth_allowed = rows[i].allowed});
        ppp_fsm_set_reliable(&lcp.fsm); /* else: A1-lost-naks */
        drain(&q);
        for (guint n = 0; n < 5 && rows[i].demands[n] != NULL; n++) {
            const struct rd demand = hex(rows[i].demands[n]);
            const char *want = rows[i].answers[n];
            uint8_t request[32] = {1, (uint8_t)(0x21 + n),       0, (uint8_t)(6 + demand.left),
                                   3, (uint8_t)(2 + demand.left)};
            struct rd answer;

            g_test_message("row %u, demand %u: %s", i, n, want);
            memcpy(request + 6, demand.p, demand.left);
            g_assert_true(input(rd_over(request, 6 + demand.left)));
            answer = next_frame(&q);
            g_assert_true((lcp.fault == LCP_AUTH_NOT_ALLOWED) == g_str_equal(want, "!"));
            g_assert_true((lcp.auth != 0) == g_str_equal(want, "-"));
            if (g_str_equal(want, "-") || g_str_equal(want, "!")) {
                g_assert_cmpuint(answer.p[2], ==, *want == '-' ? PPP_CONF_ACK : PPP_CONF_REJ);
                continue;
            }
            g_assert_cmpuint(answer.p[2], ==, PPP_CONF_NAK);
            assert_octets(answer.p + 8, answer.left - 8, hex(want));
        }
    }
}

/* RRAS: EAP first, a callback, multilink. All that follows from our Reject leaves with it; and is
 * not said twice when it is asked for. */
static void
ask_as_rras(void)
{
    start((struct lcp_params){.auth_allowed = PPP_AUTH_MSCHAPV2 | PPP_AUTH_EAP_MSCHAPV2});
    drain(&q);
    g_assert_true(input(hex("0100001b 01040578 0304c227 050655667788 0702 0d0306 1104064e")));
    expect_frame(&q, "c021 0400000b 0d0306 1104064e");
    expect_frame(&q, "c021 03010009 0305c22381");
    expect_frame(&q, "c021 02020015 01040578 0305c22381 050655667788 0702");
    expect_nothing(&q);
}

static void
test_answers_ahead(void)
{
    ask_as_rras();
    g_assert_true(input(hex("01010014 01040578 0304c227 050655667788 0702")));
    g_assert_true(input(hex("01020015 01040578 0305c22381 050655667788 0702")));
    expect_nothing(&q);
    g_assert_true(input(hex("0201000a 050611223344")));
    g_assert_cmpint(lcp.fsm.state, ==, PPP_OPENED);
    g_assert_cmpuint(lcp.auth, ==, PPP_AUTH_MSCHAPV2);
    ppp_foresight_paid(&lcp.fsm.foresight); /* the challenge is here */
    ppp_fsm_expire(&lcp.fsm, NOW + USEC_PER_SEC);
    expect_nothing(&q);
    /* Should the Ack have been lost after all. */
    g_assert_true(input(hex("01020015 01040578 0305c22381 050655667788 0702")));
    expect_frame(&q, "c021 02020015 01040578 0305c22381 050655667788 0702");
    g_assert_cmpint(lcp.fsm.state, ==, PPP_OPENED);
}

/* A peer that took no answer before it had asked waits for 100 ms, each time. */
static void
test_answers_ahead_not_taken(void)
{
    ask_as_rras();
    g_assert_true(input(hex("01010014 01040578 0304c227 050655667788 0702")));
    g_assert_cmpuint(ppp_fsm_deadline(&lcp.fsm), ==, NOW + PPP_FORESIGHT_WAIT);
    ppp_fsm_expire(&lcp.fsm, NOW + PPP_FORESIGHT_WAIT - 1);
    expect_nothing(&q);
    ppp_fsm_expire(&lcp.fsm, NOW + PPP_FORESIGHT_WAIT);
    expect_frame(&q, "c021 03010009 0305c22381");
    g_assert_true(input(hex("0201000a 050611223344")));
    g_assert_true(input(hex("01020015 01040578 0305c22381 050655667788 0702")));
    g_assert_cmpint(lcp.fsm.state, ==, PPP_OPENED);
    expect_nothing(&q);
    ppp_fsm_expire(&lcp.fsm, NOW + PPP_FORESIGHT_WAIT);
    expect_frame(&q, "c021 02020015 01040578 0305c22381 050655667788 0702");
    g_assert_cmpuint(ppp_fsm_deadline(&lcp.fsm), ==, NEVER);
}

/* One that asks for something else is answered at once, by what it asks for. */
static void
test_answers_ahead_were_wrong(void)
{
    static const char *const other[][2] = {
        {"01010015 01040578 0305c22381 050655667789 0702", /* another magic number */
         "02010015 01040578 0305c22381 050655667789 0702"},
        {"01030015 01040578 0305c22381 050655667788 0702", /* another Identifier */
         "02030015 01040578 0305c22381 050655667788 0702"},
        {"01020014 01040578 0304c227 050655667788 0702", /* it insists */
         "03020009 0305c22381"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(other); i++) {
        ask_as_rras();
        g_assert_true(input(hex(other[i][0])));
        const struct rd answer = next_frame(&q), want = hex(other[i][1]);
        assert_octets(answer.p + 2, answer.left - 2, want);
        expect_nothing(&q); /* and nothing is foreseen a second time */
        g_assert_cmpuint(ppp_fsm_deadline(&lcp.fsm), >, NOW + PPP_FORESIGHT_WAIT);
    }
}

/* accel-ppp takes an answer by its Identifier alone: an early Ack of what it was asked for would
 * open its LCP for what it goes on asking for, or for the next of its own list. */
static void
test_no_answers_ahead_to_one_that_may_insist(void)
{
    enum { ANY = PPP_AUTH_PAP | PPP_AUTH_CHAP_MD5 | PPP_AUTH_MSCHAPV2 };

    start((struct lcp_params){.auth_allowed = ANY, .mru = 1400});
    ppp_fsm_set_reliable(&lcp.fsm);
    drain(&q);
    g_assert_true(input(hex("016c0013 0305c22305 01040578 050665a8b05f")));
    expect_frame(&q, "c021 036c0009 0305c22381");
    expect_nothing(&q);
    g_assert_true(input(hex("0201000e 01040578 050611223344")));
    g_assert_true(input(hex("016d0013 0305c22305 01040578 050665a8b05f")));
    expect_frame(&q, "c021 026d0013 0305c22305 01040578 050665a8b05f");
    g_assert_cmpint(lcp.fsm.state, ==, PPP_OPENED);

    start((struct lcp_params){.auth_allowed = PPP_AUTH_CHAP_MD5});
    drain(&q);
    g_assert_true(input(hex("01010013 0305c22381 01040578 050665a8b05f")));
    expect_frame(&q, "c021 03010009 0305c22305");
    expect_nothing(&q);
}

/* SoftEther has no magic number, and one frame a time; where frames are lost nobody knows which
 * request an answer belongs to; a server answers what it is asked. */
static void
test_no_answers_ahead(void)
{
    const struct lcp_params client = {.auth_allowed = PPP_AUTH_MSCHAPV2};

    start(client);
    drain(&q);
    g_assert_true(input(hex("01010008 0304c227")));
    expect_frame(&q, "c021 03010009 0305c22381");
    expect_nothing(&q);

    start(client);
    ppp_fsm_expire(&lcp.fsm, NOW + USEC_PER_SEC);
    drain(&q);
    g_assert_true(input(hex("0101000e 0304c227 050655667788")));
    expect_frame(&q, "c021 03010009 0305c22381");
    expect_nothing(&q);

    start((struct lcp_params){.n_demand = 1, .demand = {PPP_AUTH_MSCHAPV2}});
    drain(&q);
    g_assert_true(input(hex("0101000e 050655667788 1104064e")));
    expect_frame(&q, "c021 04010008 1104064e");
    expect_nothing(&q);
}

/* What was not said, because a Reject goes before a Nak, is said the next time. */
static void
test_A1_a_suggestion_behind_a_reject(void)
{
    start((struct lcp_params){.auth_allowed = PPP_AUTH_MSCHAPV2 | PPP_AUTH_EAP_MSCHAPV2});
    drain(&q);
    g_assert_true(input(hex("0101000b 0304c227 0d0306")));
    expect_frame(&q, "c021 04010007 0d0306");
    g_assert_true(input(hex("01020008 0304c227")));
    expect_frame(&q, "c021 03020009 0305c22381");
}

/* A demand that comes twice is one demand. */
static void
test_retransmitted_demand_is_answered_alike(void)
{
    start((struct lcp_params){.auth_allowed = PPP_AUTH_MSCHAPV2});
    drain(&q);
    for (int i = 0; i < 3; i++) {
        g_assert_true(input(hex("01210008 0304c023")));
        expect_frame(&q, "c021 03210009 0305c22381");
    }
    g_assert_cmpint(lcp.fault, ==, LCP_OK);
}

static void
test_server_demands_in_order(void)
{
    start((struct lcp_params){.n_demand = 3,
                              .demand = {PPP_AUTH_EAP_MSCHAPV2, PPP_AUTH_MSCHAPV2, PPP_AUTH_PAP}});
    expect_frame(&q, "c021 0101000e 0304c227 050611223344");
    g_assert_true(input(hex("03010008 0304c023"))); /* the client's wish is in the list */
    expect_frame(&q, "c021 0102000e 0304c023 050611223344");
    g_assert_cmpint(lcp_demanded(&lcp), ==, PPP_AUTH_PAP);
    g_assert_true(input(hex("04020008 0304c023")));
    g_assert_cmpint(lcp.fault, ==, LCP_AUTH_NOT_ACCEPTED);
}

static void
test_nobody_makes_a_server_prove_itself(void)
{
    start((struct lcp_params){.n_demand = 1, .demand = {PPP_AUTH_PAP}});
    drain(&q);
    g_assert_true(input(hex("01210008 0304c023")));
    expect_frame(&q, "c021 04210008 0304c023");
}

static void
test_P8_own_frames_come_back(void)
{
    start((struct lcp_params){0});
    for (int round = 0; round < 50 && lcp.fault == LCP_OK; round++) {
        struct rd mirror[32];
        guint n = 0;
        uint8_t type;
        struct rd data;

        while (n < 32 && ppp_queue_next(&q, &type, &data))
            mirror[n++] = keep(data.p + 4, data.left - 4);
        for (guint i = 0; i < n; i++)
            input(mirror[i]);
    }
    g_assert_cmpint(lcp.fault, ==, LCP_LOOPBACK);
}

static void
test_P9_magic(void)
{
    start((struct lcp_params){0});
    drain(&q);
    test_rng_next(hex("0a0b0c0d"));
    g_assert_true(input_vec("magic-zero"));
    expect_frame(&q, "c021 0301000a 05060a0b0c0d");
    test_rng_next(hex("0a0b0c0e"));
    g_assert_true(input(hex("0102000a 050611223344"))); /* ours, once: perhaps chance */
    expect_frame(&q, "c021 0302000a 05060a0b0c0e");
    g_assert_cmpint(lcp.fault, ==, LCP_OK);
    g_assert_true(input(hex("0103000a 05060a0b0c0d")));
    g_assert_cmpuint(lcp.loops, ==, 0);
}

static void
test_echo(void)
{
    open_with_mschapv2();
    g_assert_true(input(hex("0905000c 55667788 aabbccdd")));
    expect_frame(&q, "c021 0a05000c 11223344 aabbccdd");
    g_assert_true(input(hex("09060008 00000000"))); /* SoftEther has none */
    expect_frame(&q, "c021 0a060008 11223344");
    g_assert_true(input(hex("09070008 11223344"))); /* P9: our own voice */
    g_assert_true(input(hex("09080006 1122")));
    expect_nothing(&q);
}

static void
test_echo_measures(void)
{
    open_with_mschapv2();
    lcp_echo_start(&lcp, NOW);
    const usec_t due = lcp_echo_deadline(&lcp);

    lcp_echo_expire(&lcp, due - 1);
    expect_nothing(&q);
    lcp_echo_expire(&lcp, due);
    const struct rd request = next_frame(&q);
    uint8_t reply[] = {10, request.p[3], 0, 8, 0x55, 0x66, 0x77, 0x88};

    g_assert_cmpuint(request.p[2], ==, LCP_ECHO_REQUEST);
    reply[1]++; /* an answer to another request */
    g_assert_true(ppp_fsm_input(&lcp.fsm, due + 500, keep(reply, 8)));
    g_assert_cmpuint(lcp.rtt, ==, 0);
    reply[1]--;
    g_assert_true(ppp_fsm_input(&lcp.fsm, due + 1500, keep(reply, 8)));
    g_assert_cmpuint(lcp.rtt, ==, 1500);
    g_assert_true(ppp_fsm_input(&lcp.fsm, due + 9500, keep(reply, 8)));
    g_assert_cmpuint(lcp.rtt, ==, 1500);
}

static void
test_N7_unanswered_echoes(void)
{
    usec_t start_at = NOW;
    guint echoes = 0;

    open_with_mschapv2();
    lcp_echo_start(&lcp, start_at);
    while (lcp.fault == LCP_OK && echoes < 100) {
        lcp_echo_expire(&lcp, lcp_echo_deadline(&lcp));
        echoes++;
        if (echoes == 3)
            lcp_heard(&lcp); /* a sign of life */
    }
    g_assert_cmpint(lcp.fault, ==, LCP_DEAD);
    g_assert_cmpuint(echoes, ==, 3 + LCP_ECHOES_LOST);
    g_assert_cmpuint(lcp_echo_deadline(&lcp), ==, NEVER);
}

static void
test_echo_rejected_is_not_sent_again(void)
{
    open_with_mschapv2();
    lcp_echo_start(&lcp, NOW);
    lcp_echo_expire(&lcp, lcp_echo_deadline(&lcp));
    drain(&q);
    g_assert_true(input(hex("0707000c 0902000811223344")));
    g_assert_cmpint(lcp.fsm.state, ==, PPP_OPENED);
    lcp_echo_expire(&lcp, lcp_echo_deadline(&lcp));
    g_assert_cmpuint(lcp_echo_deadline(&lcp), ==, NEVER);
    expect_nothing(&q);
}

static void
test_P10_protocol_reject(void)
{
    open_with_mschapv2();
    g_assert_true(input_vec("lcp-protocol-reject-ccp"));
    g_assert_cmphex(lcp.rejected_protocol, ==, 0x80fd);
    g_assert_true(input(hex("08010005 80"))); /* half a protocol number */
    g_assert_cmpint(lcp.fsm.state, ==, PPP_OPENED);
    g_assert_true(input(hex("08020006 c021")));
    g_assert_cmpint(lcp.fsm.state, ==, PPP_STOPPING);
}

static void
test_rejecting_a_protocol(void)
{
    uint8_t big[1600] = {0};
    struct rd frame;

    start((struct lcp_params){0});
    drain(&q);
    lcp_reject_protocol(&lcp, 0x80fd, hex("0101000a1206010000e1"));
    expect_nothing(&q); /* only in Opened (RFC 1661 section 5.7) */
    open_with_mschapv2();
    lcp_reject_protocol(&lcp, 0x80fd, hex("0101000a1206010000e1"));
    expect_frame(&q, "c021 08020010 80fd 0101000a1206010000e1");
    lcp_reject_protocol(&lcp, 0x80fd, rd_over(big, sizeof big));
    frame = next_frame(&q);
    g_assert_cmpuint(frame.left - 2, ==, 1400); /* the peer's MRU */
}

static void
test_other_codes(void)
{
    open_with_mschapv2();
    g_assert_true(input_vec("lcp-identification"));
    g_assert_cmpstr(lcp.peer_identification, ==, "MSRASV5.20");
    g_assert_true(input(hex("0c02000a 11223344 1b41"))); /* Y2 */
    g_assert_cmpstr(lcp.peer_identification, ==, "?A");
    g_assert_true(input(hex("0b030008 55667788"))); /* Discard */
    g_assert_true(input(hex("0d03000c 55667788 00000010")));
    expect_nothing(&q);
    g_assert_true(input(hex("2a030004")));
    expect_frame(&q, "c021 07020008 2a030004");
    lcp_identify(&lcp, "Dialtone");
    expect_frame(&q, "c021 0c030010 11223344 4469616c746f6e65");
}

static void
test_malformed_vectors(void)
{
    static const char *const names[] = {"bad-option-length-0", "bad-option-length-1",
                                        "bad-option-overrun", "bad-header-short",
                                        "bad-header-long"};

    start((struct lcp_params){0});
    drain(&q);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        g_assert_false(input_vec(names[i]));
    expect_nothing(&q);
    g_assert_true(input_vec("mru-wrong-length"));
    expect_frame(&q, "c021 04010007 010305");
    g_assert_true(input_vec("padded"));
    expect_frame(&q, "c021 02010008 01040578");
    g_assert_true(input_vec("mru-twice"));
    expect_frame(&q, "c021 0201000c 01040578 01040578");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lcp/opens", test_opens);
    g_test_add_func("/lcp/asks-for-what-is-wanted", test_asks_for_what_is_wanted);
    g_test_add_func("/lcp/grants-a-windows-request", test_grants_a_windows_request);
    g_test_add_func("/lcp/does-without-what-is-rejected", test_does_without_what_is_rejected);
    g_test_add_func("/lcp/P14-mru-follows-a-nak-downwards", test_mru_follows_a_nak_downwards);
    g_test_add_func("/lcp/P13-mru-of-the-peer", test_P13_mru_of_the_peer);
    g_test_add_func("/lcp/P17-offers-are-rejected", test_P17_offers_are_rejected);
    g_test_add_func("/lcp/A1-policy", test_A1_policy);
    g_test_add_func("/lcp/A1-a-suggestion-behind-a-reject", test_A1_a_suggestion_behind_a_reject);
    g_test_add_func("/lcp/answers-ahead", test_answers_ahead);
    g_test_add_func("/lcp/answers-ahead-not-taken", test_answers_ahead_not_taken);
    g_test_add_func("/lcp/answers-ahead-were-wrong", test_answers_ahead_were_wrong);
    g_test_add_func("/lcp/no-answers-ahead-to-one-that-may-insist",
                    test_no_answers_ahead_to_one_that_may_insist);
    g_test_add_func("/lcp/no-answers-ahead", test_no_answers_ahead);
    g_test_add_func("/lcp/A1-lost-naks", test_A1_lost_naks);
    g_test_add_func("/lcp/A1-withdrawn", test_A1_withdrawn);
    g_test_add_func("/lcp/retransmitted-demand-is-answered-alike",
                    test_retransmitted_demand_is_answered_alike);
    g_test_add_func("/lcp/server-demands-in-order", test_server_demands_in_order);
    g_test_add_func("/lcp/nobody-makes-a-server-prove-itself",
                    test_nobody_makes_a_server_prove_itself);
    g_test_add_func("/lcp/P8-own-frames-come-back", test_P8_own_frames_come_back);
    g_test_add_func("/lcp/P9-magic", test_P9_magic);
    g_test_add_func("/lcp/P9-echo", test_echo);
    g_test_add_func("/lcp/echo-measures", test_echo_measures);
    g_test_add_func("/lcp/N7-unanswered-echoes", test_N7_unanswered_echoes);
    g_test_add_func("/lcp/echo-rejected-is-not-sent-again", test_echo_rejected_is_not_sent_again);
    g_test_add_func("/lcp/P10-protocol-reject", test_P10_protocol_reject);
    g_test_add_func("/lcp/rejecting-a-protocol", test_rejecting_a_protocol);
    g_test_add_func("/lcp/other-codes", test_other_codes);
    g_test_add_func("/lcp/P1-P2-P3-malformed-vectors", test_malformed_vectors);
    return g_test_run();
}
