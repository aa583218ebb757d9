/* test-ccp.c - agreeing on MPPE's bits, and on nothing else. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "ccp.h"

#include "ppp-wire.h"

enum { NOW = 1000000, ALL = CCP_MPPE_128 | CCP_MPPE_56 | CCP_MPPE_40 };

static struct ccp ccp;
static struct ppp_queue q;

static void
start(uint32_t allowed)
{
    q = (struct ppp_queue){0};
    ccp_init(&ccp, allowed, &q);
    ppp_fsm_open(&ccp.fsm, NOW);
    ppp_fsm_lower_up(&ccp.fsm, NOW);
}

static bool
input(struct rd frame)
{
    return ppp_fsm_input(&ccp.fsm, NOW, frame);
}

static struct rd
v(const char *name)
{
    const struct rd r = vec("ppp-frames.txt", name);
    return keep(r.p + 2, r.left - 2);
}

static void
test_agrees_on_the_strongest(void)
{
    start(ALL);
    expect_frame(&q, "80fd 0101000a 1206 010000e0"); /* all that would do */
    g_assert_true(input(v("ccp-windows")));          /* everything, MPPC too: name one */
    const struct rd nak = next_frame(&q);
    assert_octets(nak.p, 3, hex("80fd 03"));
    assert_octets(nak.p + 4, nak.left - 4, hex("000a 1206 01000040"));
    g_assert_true(input(v("ccp-128")));
    const struct rd ack = next_frame(&q);
    assert_octets(ack.p, 3, hex("80fd 02"));
    g_assert_cmphex(ccp_agreed(&ccp), ==, 0); /* not before it is open both ways */
    g_assert_true(input(hex("0201000a 1206 010000e0")));
    g_assert_cmphex(ccp_agreed(&ccp), ==, CCP_MPPE_STATELESS | CCP_MPPE_128);
}

/* A16, P17: what the peer's request says, what may be used, and the answer: code and bits. */
static void
test_A16_judgement(void)
{
    static const struct {
        const char *why;
        uint32_t allowed, bits;
        uint8_t code;
        uint32_t answer;
    } rows[] = {
        {"128 stateless", ALL, 0x01000040, PPP_CONF_ACK, 0x01000040},
        {"128 stateful", ALL, 0x00000040, PPP_CONF_NAK, 0x01000040},
        {"128 with MPPC", ALL, 0x01000041, PPP_CONF_NAK, 0x01000040},
        {"128 with the obsolete bit", ALL, 0x01000050, PPP_CONF_NAK, 0x01000040},
        {"56 or 40", ALL, 0x010000a0, PPP_CONF_NAK, 0x01000080},
        {"40 is not allowed", CCP_MPPE_128, 0x01000020, PPP_CONF_REJ, 0x01000020},
        {"MPPC alone", ALL, 0x00000001, PPP_CONF_REJ, 0x00000001},
        {"nothing", ALL, 0x00000000, PPP_CONF_REJ, 0x00000000},
        {"nothing is allowed", 0, 0x010000e1, PPP_CONF_REJ, 0x010000e1},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint8_t request[10] = {1, 0x21, 0, 10, 18, 6};
        struct wr w = wr_over(request + 6, 4);
        struct rd answer;

        g_test_message("%s", rows[i].why);
        wr_be32(&w, rows[i].bits);
        start(rows[i].allowed);
        drain(&q);
        g_assert_true(input(rd_over(request, sizeof request)));
        answer = next_frame(&q);
        g_assert_cmpuint(answer.p[2], ==, rows[i].code);
        w = wr_over(request + 6, 4);
        wr_be32(&w, rows[i].answer);
        assert_octets(answer.p + 6, answer.left - 6, rd_over(request + 4, 6));
    }
}

static void
test_our_request_follows_a_nak(void)
{
    start(ALL);
    drain(&q);
    g_assert_true(input(hex("0301000a 1206 01000080")));
    expect_frame(&q, "80fd 0102000a 1206 01000080");
    g_assert_true(input(hex("0302000a 1206 00000001"))); /* MPPC: then nothing */
    expect_frame(&q, "80fd 01030004");
    start(CCP_MPPE_128);
    drain(&q);
    g_assert_true(input(hex("0301000a 1206 01000020"))); /* weaker than allowed */
    expect_frame(&q, "80fd 01020004");
    start(ALL);
    drain(&q);
    g_assert_true(input(hex("0401000a 1206 010000e0"))); /* not all three: the best of them? */
    expect_frame(&q, "80fd 0102000a 1206 01000040");
    g_assert_true(input(hex("0402000a 1206 01000040"))); /* not that one: a weaker one? */
    expect_frame(&q, "80fd 0103000a 1206 01000080");
    g_assert_true(input(hex("0403000a 1206 01000080")));
    expect_frame(&q, "80fd 0104000a 1206 01000020");
    g_assert_true(input(hex("0404000a 1206 01000020")));
    expect_frame(&q, "80fd 01050004");
    g_assert_true(input(hex("02050004")));
    g_assert_true(input(hex("01210004")));
    g_assert_cmpint(ccp.fsm.state, ==, PPP_OPENED); /* open, and nothing agreed */
    g_assert_cmphex(ccp_agreed(&ccp), ==, 0);
}

static void
test_unequal_strengths_are_no_agreement(void)
{
    start(ALL);
    g_assert_true(input(hex("0201000a 1206 010000e0")));
    g_assert_true(input(hex("0121000a 1206 01000080")));
    g_assert_cmpint(ccp.fsm.state, ==, PPP_OPENED);
    g_assert_cmphex(ccp_agreed(&ccp), ==, 0);
}

static void
test_P17_other_compressors(void)
{
    static const char *const options[] = {"0003aa", "110400ff", "150327", "1a04 7800", "1204aabb"};

    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        const struct rd o = hex(options[i]);
        uint8_t request[16] = {1, 0x21, 0, (uint8_t)(4 + o.left)};

        start(ALL);
        drain(&q);
        memcpy(request + 4, o.p, o.left);
        g_assert_true(input(rd_over(request, 4 + o.left)));
        g_assert_cmpuint(next_frame(&q).p[2], ==, PPP_CONF_REJ);
    }
}

static void
test_A19_resets(void)
{
    start(ALL);
    drain(&q);
    g_assert_true(input(hex("0e010004")));
    g_assert_false(ccp.reset_wanted); /* not open */
    g_assert_true(input(hex("0201000a 1206 010000e0")));
    g_assert_true(input(hex("0121000a 1206 01000040")));
    drain(&q);
    for (int i = 0; i < 1000; i++)
        g_assert_true(input(hex("0e010004")));
    g_assert_true(ccp.reset_wanted);
    g_assert_true(input(hex("0f010004")));
    expect_nothing(&q); /* a flushed packet is the answer, not a frame of CCP */
    g_assert_true(input(hex("2a010004")));
    expect_frame(&q, "80fd 07020008 2a010004");
}

/* A server that has only one strength says which; pppd does so at the first request. */
static void
test_told_which(void)
{
    static const uint32_t strengths[] = {CCP_MPPE_128, CCP_MPPE_56, CCP_MPPE_40};

    for (guint i = 0; i < G_N_ELEMENTS(strengths); i++) {
        uint8_t frame[10] = {3, 1, 0, 10, 18, 6};
        struct wr w = wr_over(frame + 6, 4);

        wr_be32(&w, CCP_MPPE_STATELESS | strengths[i]);
        start(ALL);
        drain(&q);
        g_assert_true(input(rd_over(frame, sizeof frame))); /* Nak */
        const struct rd again = next_frame(&q);
        assert_octets(again.p + 8, 4, rd_over(frame + 6, 4));
        frame[0] = PPP_CONF_ACK;
        frame[1] = again.p[3];
        g_assert_true(input(rd_over(frame, sizeof frame)));
        frame[0] = PPP_CONF_REQ;
        g_assert_true(input(rd_over(frame, sizeof frame)));
        g_assert_cmphex(ccp_agreed(&ccp), ==, CCP_MPPE_STATELESS | strengths[i]);
    }
}

/* A peer who says the same again after our suggestion means it. */
static void
test_insists(void)
{
    static const struct {
        uint32_t allowed, bits;
        uint8_t code; /* the second time */
    } rows[] = {
        {ALL, CCP_MPPE_128, PPP_CONF_ACK}, /* stateful */
        {ALL | CCP_MPPC, CCP_MPPE_128 | CCP_MPPE_STATELESS | CCP_MPPC, PPP_CONF_ACK},
        {ALL, CCP_MPPE_128 | CCP_MPPE_STATELESS | CCP_MPPC, PPP_CONF_NAK}, /* not allowed */
        {CCP_MPPE_128, CCP_MPPE_40, PPP_CONF_REJ},                         /* never weaker */
        {ALL | CCP_MPPC, CCP_MPPC, PPP_CONF_ACK}, /* its owner judges whether that is enough */
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        start(rows[i].allowed);
        drain(&q);
        for (guint8 again = 0; again < 2; again++) {
            uint8_t request[10] = {1, (uint8_t)(7 + again), 0, 10, 18, 6};
            struct wr w = wr_over(request + 6, 4);

            wr_be32(&w, rows[i].bits);
            g_assert_true(input(rd_over(request, sizeof request)));
            const struct rd answer = next_frame(&q);
            g_assert_cmpint(answer.p[2], ==,
                            again || rows[i].code == PPP_CONF_REJ ? rows[i].code : PPP_CONF_NAK);
        }
    }
}

static void
test_reset_request(void)
{
    start(ALL);
    drain(&q);
    ccp_request_reset(&ccp); /* not open: nobody to ask */
    g_assert_cmpuint(q.head, ==, q.tail);
    g_assert_true(input(v("ccp-128")));
    g_assert_true(input(hex("0201000a 1206 010000e0")));
    drain(&q);
    ccp_request_reset(&ccp);
    const struct rd frame = next_frame(&q);
    g_assert_cmpint(frame.p[2], ==, CCP_RESET_REQUEST);
    g_assert_cmpint(frame.left, ==, 6);
}

/* Our Ack has gone, the answer to our request has not come; it is told what came instead. */
static void
overdue(void)
{
    start(ALL);
    drain(&q);
    g_assert_true(input(v("ccp-128")));
    drain(&q);
    g_assert_cmpint(ccp.fsm.state, ==, PPP_ACK_SENT);
}

/* pppd's Configure-Ack was lost: it is asked whether it is Opened, and it says so. */
static void
test_lost_ack(void)
{
    overdue();
    ppp_fsm_expire(&ccp.fsm, ppp_fsm_deadline(&ccp.fsm));
    expect_frame(&q, "80fd 0e020004");
    expect_nothing(&q);
    g_assert_true(input(hex("0f070004"))); /* an answer to somebody else's */
    g_assert_cmpint(ccp.fsm.state, ==, PPP_ACK_SENT);
    g_assert_true(input(hex("0f020004")));
    g_assert_cmpint(ccp.fsm.state, ==, PPP_OPENED);
    g_assert_cmphex(ccp_agreed(&ccp), ==, CCP_MPPE_STATELESS | CCP_MPPE_128);
    g_assert_true(input(hex("0f020004")));               /* once more */
    g_assert_true(input(hex("0201000a 1206 010000e0"))); /* and the Ack, late */
    g_assert_cmpint(ccp.fsm.state, ==, PPP_OPENED);
    expect_nothing(&q);
}

/* Nobody says so: the request goes again, then more questions, and so on to the end. */
static void
test_lost_request(void)
{
    usec_t last = NOW;
    guint requests = 1, questions = 0;

    overdue();
    while (ccp.fsm.state == PPP_ACK_SENT) {
        const usec_t at = ppp_fsm_deadline(&ccp.fsm);

        g_assert_cmpuint(at, >, last);
        last = at;
        ppp_fsm_expire(&ccp.fsm, at);
        if (ccp.fsm.state != PPP_ACK_SENT)
            break;
        const struct rd frame = next_frame(&q);
        questions += frame.p[2] == CCP_RESET_REQUEST;
        requests += frame.p[2] == PPP_CONF_REQ;
        if (frame.p[2] == PPP_CONF_REQ)
            g_assert_cmpuint(questions, ==, 3 * (requests - 1));
    }
    g_assert_cmpuint(requests, >, 2);
    g_assert_cmpuint(last, <=, NOW + 30 * USEC_PER_SEC);
}

/* The peer asks again, so it is not Opened: an overdue request goes again at once, but before the
 * Ack, which may be all that the peer waits for. */
static void
test_peer_asks_again(void)
{
    overdue();
    g_assert_true(input(v("ccp-128"))); /* before the answer is overdue */
    g_assert_cmpint(next_frame(&q).p[2], ==, PPP_CONF_ACK);
    expect_nothing(&q);
    ppp_fsm_expire(&ccp.fsm, ppp_fsm_deadline(&ccp.fsm));
    expect_frame(&q, "80fd 0e020004");
    g_assert_true(input(v("ccp-128"))); /* after that */
    expect_frame(&q, "80fd 0101000a 1206 010000e0");
    g_assert_cmpint(next_frame(&q).p[2], ==, PPP_CONF_ACK);
    expect_nothing(&q);
    ppp_fsm_expire(&ccp.fsm, ppp_fsm_deadline(&ccp.fsm)); /* the Ack may have opened it */
    expect_frame(&q, "80fd 0e030004");
}

/* A Reset-Ack says nothing of a request that was made after the question. */
static void
test_reset_ack_is_too_old(void)
{
    overdue();
    ppp_fsm_expire(&ccp.fsm, ppp_fsm_deadline(&ccp.fsm));
    expect_frame(&q, "80fd 0e020004");
    g_assert_true(input(hex("0301000a 1206 01000080"))); /* the Nak was only late */
    expect_frame(&q, "80fd 0103000a 1206 01000080");
    g_assert_true(input(hex("0f020004")));
    g_assert_cmpint(ccp.fsm.state, ==, PPP_ACK_SENT);
    g_assert_true(input(hex("0203000a 1206 01000080")));
    g_assert_cmpint(ccp.fsm.state, ==, PPP_OPENED);
}

/* Nobody who is not pppd is kept waiting: without an Ack of ours, without encryption, of one who
 * speaks of addresses already or knows no resets, the request goes again at once. */
static void
test_no_questions(void)
{
    for (guint i = 0; i < 4; i++) {
        overdue();
        if (i == 0)
            start(ALL);
        if (i == 1)
            ccp.ask = CCP_MPPC;
        if (i == 2)
            ccp.hasty = true;
        if (i == 3)
            g_assert_true(input(hex("07090008 0e010004")));
        drain(&q);
        ppp_fsm_expire(&ccp.fsm, ppp_fsm_deadline(&ccp.fsm));
        g_assert_cmpint(next_frame(&q).p[2], ==, PPP_CONF_REQ);
        expect_nothing(&q);
    }
}

/* A client whose request for any strength is out, when @request of the peer comes. */
static void
hinted(uint32_t allowed, const char *request)
{
    start(allowed);
    ccp.ahead = true;
    drain(&q);
    g_assert_true(input(hex(request)));
}

/* What the peer will name in its Nak is asked for when its own request says it, before the Ack; and
 * counts as asked for when the Nak comes. */
static void
test_a_hint(void)
{
    hinted(ALL, "0121000a 1206 01000040");
    expect_frame(&q, "80fd 0102000a 1206 01000040");
    expect_frame(&q, "80fd 0221000a 1206 01000040");
    g_assert_true(input(hex("0301000a 1206 01000040")));
    expect_nothing(&q);
    g_assert_true(input(hex("0202000a 1206 01000040")));
    g_assert_cmpint(ccp.fsm.state, ==, PPP_OPENED);
    g_assert_cmphex(ccp_agreed(&ccp), ==, CCP_MPPE_STATELESS | CCP_MPPE_128);
}

/* The Nak was lost, or both answers were: what the peer took last is what it was asked last. */
static void
test_a_hint_and_losses(void)
{
    for (int both = 0; both < 2; both++) {
        hinted(ALL, "0121000a 1206 01000020");
        drain(&q);
        if (both) {
            ppp_fsm_expire(&ccp.fsm, ppp_fsm_deadline(&ccp.fsm));
            expect_frame(&q, "80fd 0e030004");
            g_assert_true(input(hex("0f030004")));
        } else {
            g_assert_true(input(hex("0202000a 1206 01000040"))); /* not what was asked */
            g_assert_cmpint(ccp.fsm.state, ==, PPP_ACK_SENT);
            g_assert_true(input(hex("0202000a 1206 01000020")));
        }
        g_assert_cmpint(ccp.fsm.state, ==, PPP_OPENED);
        g_assert_cmphex(ccp_agreed(&ccp), ==, CCP_MPPE_STATELESS | CCP_MPPE_40);
    }
}

/* A peer that takes all strengths as they stand, and then the one. */
static void
test_a_hint_not_needed(void)
{
    hinted(ALL, "0121000a 1206 01000040");
    drain(&q);
    g_assert_true(input(hex("0201000a 1206 010000e0")));
    g_assert_true(input(hex("0202000a 1206 01000040")));
    g_assert_cmpint(ccp.fsm.state, ==, PPP_OPENED);
    g_assert_cmphex(ccp_agreed(&ccp), ==, CCP_MPPE_STATELESS | CCP_MPPE_128);
    expect_nothing(&q);
}

/* No hint: stateful keys, what is not allowed, what was asked for anyway, once the request went
 * again; and a server takes none. */
static void
test_no_hint(void)
{
    static const struct {
        uint32_t allowed;
        const char *request;
    } rows[] = {
        {ALL, "0121000a 1206 00000040"},
        {CCP_MPPE_128, "0121000a 1206 01000020"},
        {CCP_MPPE_128, "0121000a 1206 01000040"},
        {ALL, "01210008 1a047800"},
        {ALL, "01210004"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows) + 2; i++) {
        const guint row = MIN(i, G_N_ELEMENTS(rows) - 1);

        start(rows[row].allowed);
        ccp.ahead = i != G_N_ELEMENTS(rows);
        if (i > G_N_ELEMENTS(rows))
            ppp_fsm_expire(&ccp.fsm, ppp_fsm_deadline(&ccp.fsm));
        drain(&q);
        g_assert_true(
            input(i < G_N_ELEMENTS(rows) ? hex(rows[row].request) : hex("0121000a 1206 01000040")));
        g_assert_cmpint(next_frame(&q).p[2], !=, PPP_CONF_REQ);
        expect_nothing(&q);
    }
}

static void
test_asks_mppe(void)
{
    static const struct {
        uint16_t protocol;
        const char *packet;
        bool asks;
    } rows[] = {
        {0x80fd, "0101000a 1206 010000e0", true},
        {0x80fd, "0101000a 1206 00000020", true},
        {0x80fd, "0101000e 1a047800 1206 00000040", true},
        {0x80fd, "0101000a 1206 01000001", false}, /* MPPC alone */
        {0x80fd, "01010008 1a047800", false},
        {0x80fd, "01010004", false},
        {0x80fd, "0201000a 1206 010000e0", false}, /* an Ack */
        {0x80fd, "0501000a 1206 010000e0", false},
        {0x8021, "0101000a 1206 010000e0", false},
        {0x80fd, "01010008 1206 010000e0", false}, /* cut off, each in its own way */
        {0x80fd, "01010003 1206 010000e0", false},
        {0x80fd, "0101000b 1206 010000e0", false},
        {0x80fd, "0101000a 1200 010000e0", false},
        {0x80fd, "01", false},
        {0x80fd, "", false},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].packet);
        g_assert_cmpint(ccp_asks_mppe(rows[i].protocol, hex(rows[i].packet)), ==, rows[i].asks);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ccp/agrees-on-the-strongest", test_agrees_on_the_strongest);
    g_test_add_func("/ccp/A16-judgement", test_A16_judgement);
    g_test_add_func("/ccp/our-request-follows-a-nak", test_our_request_follows_a_nak);
    g_test_add_func("/ccp/unequal-strengths-are-no-agreement",
                    test_unequal_strengths_are_no_agreement);
    g_test_add_func("/ccp/P17-other-compressors", test_P17_other_compressors);
    g_test_add_func("/ccp/A19-resets", test_A19_resets);
    g_test_add_func("/ccp/told-which", test_told_which);
    g_test_add_func("/ccp/insists", test_insists);
    g_test_add_func("/ccp/reset-request", test_reset_request);
    g_test_add_func("/ccp/lost-ack", test_lost_ack);
    g_test_add_func("/ccp/lost-request", test_lost_request);
    g_test_add_func("/ccp/peer-asks-again", test_peer_asks_again);
    g_test_add_func("/ccp/reset-ack-is-too-old", test_reset_ack_is_too_old);
    g_test_add_func("/ccp/no-questions", test_no_questions);
    g_test_add_func("/ccp/a-hint", test_a_hint);
    g_test_add_func("/ccp/a-hint-and-losses", test_a_hint_and_losses);
    g_test_add_func("/ccp/a-hint-not-needed", test_a_hint_not_needed);
    g_test_add_func("/ccp/no-hint", test_no_hint);
    g_test_add_func("/ccp/asks-mppe", test_asks_mppe);
    return g_test_run();
}
