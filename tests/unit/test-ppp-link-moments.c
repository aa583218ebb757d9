/* test-ppp-link-moments.c - what other servers taught: an answer that must not be too fast, packets
 * that are rejected for ever, a carrier that the server closes when PPP could say why, and a nap.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ppp-link-acts.h"

#define ASKS_MPPE "ff0380fd 0121000a 1206 01000040"

static struct ppp_link_params
with_mppe(void)
{
    struct ppp_link_params client = usual;

    client.mppe = CCP_MPPE_128;
    return client;
}

/* The network phase has begun, and what we ask for is on its way. */
static void
until_network(void)
{
    const struct ppp_link_params client = with_mppe();
    struct ppp_link_item item;

    until_answered(&client, &server);
    memset(link_.auth.mppe, 1, sizeof link_.auth.mppe);
    link_.phase = PPP_PHASE_AUTHENTICATED;
    ppp_link_start_network(&link_, now);
    while (ppp_link_poll(&link_, &item)) {
    }
}

static const char *
next_head(void)
{
    static char head[16];
    struct ppp_link_item item;

    while (ppp_link_poll(&link_, &item)) {
        if (item.type != PPP_LINK_FRAME)
            continue;
        g_snprintf(head, sizeof head, "%02x%02x %02x %02x", item.frame.p[2], item.frame.p[3],
                   item.frame.p[4], item.frame.p[5]);
        return head;
    }
    return "nothing";
}

/* accel-ppp tells its kernel of CCP right after its request has left: the Ack waits for that. */
static void
test_first_answer_of_ccp_waits(void)
{
    until_network();
    inject(hex(ASKS_MPPE));
    g_assert_cmpstr(next_head(), ==, "nothing");
    g_assert_cmpuint(ppp_link_deadline(&link_), ==, now + 400 * USEC_PER_MSEC);
    ppp_link_expire(&link_, now + 399 * USEC_PER_MSEC);
    g_assert_cmpstr(next_head(), ==, "nothing");
    now += 400 * USEC_PER_MSEC;
    ppp_link_expire(&link_, now);
    g_assert_cmpstr(next_head(), ==, "80fd 02 21");
    g_assert_cmpstr(next_head(), ==, "8021 01 01"); /* behind it */
    g_assert_cmpstr(next_head(), ==, "8057 01 01");
    g_assert_cmpuint(ppp_link_deadline(&link_), >, now);

    inject(hex("ff0380fd 0122000a 1206 01000040")); /* only the first */
    g_assert_cmpstr(next_head(), ==, "80fd 02 22");
}

static void
test_first_answer_of_ccp_goes_before_the_next(void)
{
    until_network();
    inject(hex(ASKS_MPPE));
    inject(hex("ff038021 0133000a 0306 0a000001"));
    g_assert_cmpstr(next_head(), ==, "80fd 02 21");
    g_assert_cmpstr(next_head(), ==, "8021 01 01");
    g_assert_cmpstr(next_head(), ==, "8057 01 01");
    g_assert_cmpstr(next_head(), ==, "8021 02 33");
    g_assert_cmpstr(next_head(), ==, "nothing");

    until_network(); /* what is no request does not wait */
    inject(hex("ff0380fd 0501000a 1206 01000040"));
    g_assert_cmpstr(next_head(), ==, "80fd 06 01");
}

/* On most paths the request has been under way for as long as that: no round trip is lost. */
static void
test_first_answer_of_ccp_over_a_long_path(void)
{
    until_network();
    link_.lcp.fsm.rtt = 50 * USEC_PER_MSEC;
    inject(hex(ASKS_MPPE));
    g_assert_cmpstr(next_head(), ==, "80fd 02 21");

    until_network();
    link_.lcp.fsm.rtt = 49 * USEC_PER_MSEC;
    inject(hex(ASKS_MPPE));
    g_assert_cmpstr(next_head(), ==, "nothing");
}

/* LCP's answer may have been long in coming for want of a processor: what TCP has seen of the path
 * counts too. */
static void
test_first_answer_of_ccp_over_a_busy_path(void)
{
    static const struct {
        guint path, lcp; /* ms */
        const char *first;
    } rows[] = {
        {1, 300, "nothing"},    {300, 1, "nothing"},      {49, 0, "nothing"},
        {0, 300, "80fd 02 21"}, {100, 300, "80fd 02 21"}, {50, 0, "80fd 02 21"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        until_network();
        link_.params.path_rtt = rows[i].path * 1000;
        link_.lcp.fsm.rtt = rows[i].lcp * 1000;
        inject(hex(ASKS_MPPE));
        g_assert_cmpstr(next_head(), ==, rows[i].first);
    }
}

/* Whose end has come has no answer to give. */
static void
test_first_answer_of_ccp_is_forgotten(void)
{
    const struct ras_end why = {.error = RAS_USER_DISCONNECTION};

    until_network();
    inject(hex(ASKS_MPPE));
    ppp_link_close(&link_, now, &why);
    g_assert_cmpstr(next_head(), ==, "c021 05 02");
    ppp_link_expire(&link_, now + 400 * USEC_PER_MSEC);
    g_assert_cmpstr(next_head(), ==, "c021 05 03"); /* the goodbye once more */
    g_assert_cmpstr(next_head(), ==, "nothing");
}

/* accel-ppp drops what comes before it has noted that it has let us in, and takes no CCP once it
 * has given an address: whoever asks for one gets our request again, once. */
static void
test_ccp_is_asked_again(void)
{
    until_network();
    inject(hex("ff038021 0133000a 0306 0a000001"));
    g_assert_cmpstr(next_head(), ==, "80fd 01 01");
    g_assert_cmpstr(next_head(), ==, "8021 01 01");
    g_assert_cmpstr(next_head(), ==, "8057 01 01");
    g_assert_cmpstr(next_head(), ==, "8021 02 33");
    inject(hex("ff038021 0134000a 0306 0a000001"));
    g_assert_cmpstr(next_head(), ==, "8021 02 34");

    until_network(); /* its own request was there: it has ours, too */
    inject(hex(ASKS_MPPE));
    inject(hex("ff038021 0133000a 0306 0a000001"));
    g_assert_cmpstr(next_head(), ==, "80fd 02 21");
    g_assert_cmpstr(next_head(), ==, "8021 01 01");
}

#define REJECTS_00FD "ff03c021 0855000a 00fd 90000000"

static void
encrypted(void)
{
    const struct ppp_link_params client = with_mppe();
    struct ppp_link_params other = server;

    other.mppe = CCP_MPPE_128;
    up(&client, &other);
    assert_story(UP_STORY);
    g_assert_true(ppp_crypt_encrypts(link_.crypt.tx_bits));
}

static uint8_t
asked_about_it(void)
{
    struct ppp_link_item item;

    g_assert_true(ppp_link_poll(&link_, &item));
    g_assert_cmpint(item.type, ==, PPP_LINK_FRAME);
    assert_octets(item.frame.p, 5, hex("ff03 80fd 0e"));
    return item.frame.p[5];
}

/* A Protocol-Reject of 00fd may be of a packet that overtook our Ack. Once the peer's CCP is known
 * to be Opened, it means what it says. */
static void
test_rejected_by_one_that_is_opened(void)
{
    uint8_t ack[] = {0xff, 0x03, 0x80, 0xfd, 15, 0, 0, 4};

    encrypted();
    inject(hex(REJECTS_00FD));
    ack[5] = asked_about_it();
    inject(hex(REJECTS_00FD)); /* sent before the answer: the question is not asked again */
    inject(rd_over(ack, sizeof ack));
    wait_alone(0);
    assert_story(UP_STORY);
    inject_and_tell(hex(REJECTS_00FD));
    wait_alone(20 * USEC_PER_SEC);
    assert_story(UP_STORY "ended 768 ");

    encrypted(); /* an answer to another question is none to this one */
    inject(hex(REJECTS_00FD));
    ack[5] = (uint8_t)(asked_about_it() + 1);
    inject(rd_over(ack, sizeof ack));
    inject_and_tell(hex(REJECTS_00FD));
    assert_story(UP_STORY);
}

/* accel-ppp, once a call is up, has no CCP any more. That alone is what it always was. */
static void
test_rejected_with_ccp(void)
{
    static const char rejects_ccp[] = "ff03c021 0856000a 80fd 0e050004";

    encrypted();
    inject(hex(REJECTS_00FD));
    asked_about_it();
    inject_and_tell(hex(rejects_ccp));
    wait_alone(20 * USEC_PER_SEC);
    assert_story(UP_STORY "ended 768 ");

    encrypted();
    inject_and_tell(hex(rejects_ccp));
    wait_alone(20 * USEC_PER_SEC);
    assert_story(UP_STORY "ended 742 ");
}

/* Nor does one end that has no Reset-Ack (RFC 3078 section 8), but for ever it does not go on. */
static void
test_rejected_for_ever(void)
{
    encrypted();
    for (int i = 0; i <= 50; i++) {
        assert_story(UP_STORY);
        inject_and_tell(hex(REJECTS_00FD));
        now += 100 * USEC_PER_MSEC;
    }
    wait_alone(20 * USEC_PER_SEC);
    assert_story(UP_STORY "ended 768 ");
}

/* Not without an end: now and then, or where nothing is encrypted. */
static void
test_rejected_now_and_then(void)
{
    encrypted();
    for (int n = 0; n < 10; n++) {
        inject_and_tell(hex(REJECTS_00FD));
        now += 5100 * USEC_PER_MSEC;
    }
    assert_story(UP_STORY);

    up(&usual, &server);
    for (int n = 0; n < 10; n++) {
        inject_and_tell(hex(REJECTS_00FD));
        now += USEC_PER_SEC;
    }
    assert_story(UP_STORY);
}

/* The server closes what carries PPP, which is a goodbye of its own: why, the moment tells. */
static void
test_hung_up(void)
{
    static const char demands_pap[] = "ff03c021 01770008 0304c023";

    init(&usual, &server);
    ppp_link_up(&link_, now);
    g_assert_false(ppp_link_hung_up(&link_, "in words"));

    init(&usual, &server);
    ppp_link_up(&link_, now);
    inject(hex(demands_pap)); /* we suggest another */
    g_assert_true(ppp_link_hung_up(&link_, "in words"));
    wait_alone(0);
    assert_story("ended 919 ");

    init(&usual, &server); /* the method is agreed on */
    ppp_link_up(&link_, now);
    inject(hex("ff03c021 01010009 0305c22381"));
    uint8_t ack[14] = {0xff, 3, 0xc0, 0x21, 2, 1, 0, 10, 5, 6};
    for (guint i = 0; i < 4; i++)
        ack[10 + i] = (uint8_t)(link_.lcp.magic >> (24 - 8 * i));
    inject(keep(ack, sizeof ack));
    g_assert_cmpint(link_.phase, ==, PPP_PHASE_AUTHENTICATE);
    g_assert_false(ppp_link_hung_up(&link_, "in words"));

    until_answered(&usual, &server); /* something was lost */
    g_assert_false(ppp_link_hung_up(&link_, NULL));

    until_answered(&usual, &server); /* l2tpns: a Call-Disconnect-Notify, and no Failure */
    g_assert_true(ppp_link_hung_up(&link_, "in words"));
    wait_alone(0);
    assert_story("ended 691 ");
    g_assert_cmpstr(link_.end.detail, ==, "the server ended the call during MS-CHAPv2: in words");

    until_answered(&usual, &server); /* and while a person is asked for another password */
    inject_and_tell(hex("ff03c223 04010030 453d36393120523d3120433d3030303130323033303430"
                        "3530363037303830393041304230433044304530 46"));
    assert_story("wants 691 ");
    g_assert_true(ppp_link_hung_up(&link_, "in words"));
    wait_alone(0);
    assert_story("wants 691 ended 691 ");

    up(&usual, &server);
    g_assert_false(ppp_link_hung_up(&link_, "in words"));
    assert_story(UP_STORY);
}

/* pppd tells the end of a session's time in words; Windows' reasons are octets. */
static void
test_farewell(void)
{
    static const struct {
        const char *frame, *detail;
    } rows[] = {
        {"ff03c021 05990018 436f6e6e6563742074696d652065787069726564",
         "LCP Terminate-Request from the server: Connect time expired"},
        {"ff03c021 05990010 12345678 003ccd74 000002dc", "LCP Terminate-Request from the server"},
        {"ff03c021 05990007 411b42", "LCP Terminate-Request from the server"},
        {"ff03c021 05990004", "LCP Terminate-Request from the server"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        up(&usual, &server);
        inject(hex(rows[i].frame));
        g_assert_cmpstr(link_.end.detail, ==, rows[i].detail);
        g_assert_cmpuint(link_.end.error, ==, RAS_PPP_LCP_TERMINATED);
    }
}

/* What the client says at once, given to nobody. */
static unsigned
frames_now(void)
{
    struct ppp_link_item item;
    unsigned n = 0;

    while (ppp_link_poll(&link_, &item)) {
        if (item.type == PPP_LINK_FRAME)
            n++;
        else
            tell(&item);
    }
    return n;
}

/* N8: the computer slept, and its clock went on. One question, not one for each that was missed: a
 * server that is there answers it, and the call lives; of one that is not, it ends soon after. */
static void
test_N8_slept(void)
{
    static const usec_t naps[] = {USEC_PER_SEC, 600 * USEC_PER_SEC, 3 * 86400 * USEC_PER_SEC};

    for (size_t i = 0; i < G_N_ELEMENTS(naps); i++) {
        for (int gone = 0; gone < 2; gone++) {
            up(&usual, &server);
            now += naps[i];
            const usec_t woken = now;

            ppp_link_expire(&link_, now);
            if (gone) {
                g_assert_cmpuint(frames_now(), <=, 1);
                wait_alone(600 * USEC_PER_SEC);
                assert_story(UP_STORY "ended 829 ");
                g_assert_cmpuint(now - woken, <=, 120 * USEC_PER_SEC);
                continue;
            }
            run();
            for (int k = 0; k < 20; k++) {
                now = ppp_link_deadline(&link_);
                ppp_link_expire(&link_, now);
                run();
            }
            assert_story(UP_STORY);
            g_assert_cmpuint(now - woken, >=, 60 * USEC_PER_SEC); /* not all at once */
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ppp-link-moments/first-answer-of-ccp-waits", test_first_answer_of_ccp_waits);
    g_test_add_func("/ppp-link-moments/first-answer-of-ccp-goes-before-the-next",
                    test_first_answer_of_ccp_goes_before_the_next);
    g_test_add_func("/ppp-link-moments/first-answer-of-ccp-over-a-long-path",
                    test_first_answer_of_ccp_over_a_long_path);
    g_test_add_func("/ppp-link-moments/first-answer-of-ccp-over-a-busy-path",
                    test_first_answer_of_ccp_over_a_busy_path);
    g_test_add_func("/ppp-link-moments/first-answer-of-ccp-is-forgotten",
                    test_first_answer_of_ccp_is_forgotten);
    g_test_add_func("/ppp-link-moments/ccp-is-asked-again", test_ccp_is_asked_again);
    g_test_add_func("/ppp-link-moments/rejected-by-one-that-is-opened",
                    test_rejected_by_one_that_is_opened);
    g_test_add_func("/ppp-link-moments/rejected-with-ccp", test_rejected_with_ccp);
    g_test_add_func("/ppp-link-moments/rejected-for-ever", test_rejected_for_ever);
    g_test_add_func("/ppp-link-moments/rejected-now-and-then", test_rejected_now_and_then);
    g_test_add_func("/ppp-link-moments/hung-up", test_hung_up);
    g_test_add_func("/ppp-link-moments/farewell", test_farewell);
    g_test_add_func("/ppp-link-moments/N8-slept", test_N8_slept);
    return g_test_run();
}
