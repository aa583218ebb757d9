/* test-pap.c - one request, one answer. SPDX-License-Identifier: GPL-3.0-or-later */
#include "pap.h"

#include "ppp-creds.h"
#include "ppp-wire.h"

enum { NOW = 1000000 };

static struct pap pap;
static struct ppp_queue q;
static struct ppp_credentials user;

static void
start(void)
{
    q = (struct ppp_queue){0};
    creds(&user, "User", "clientPass", NULL);
    g_assert_cmpint(pap_start(&pap, NOW, &q, &user), ==, PAP_NOTHING);
}

static void
test_request_is_the_vector(void)
{
    start();
    const struct rd frame = next_frame(&q);
    assert_octets(frame.p, frame.left, vec("ppp-auth.txt", "pap-request"));
}

static void
test_answers(void)
{
    static const struct {
        const char *why, *frame;
        enum pap_result result;
    } rows[] = {
        {"ack", "02010005 00", PAP_PROVED},
        {"ack with a text", "02010007 024f4b", PAP_PROVED},
        {"ack without the text's length", "02010004", PAP_PROVED},
        {"nak", "03010008 03 6e6f21", PAP_REFUSED},
        {"a text longer than the packet", "03010006 ff 6e", PAP_REFUSED},
        {"another identifier", "02020005 00", PAP_NOTHING},
        {"a request (we are no authenticator)", "01010006 0000", PAP_NOTHING},
        {"an unknown code", "09010004", PAP_NOTHING},
        {"nothing", "", PAP_MALFORMED},
        {"length below four", "02010003", PAP_MALFORMED},
        {"length above the frame", "02010009 00", PAP_MALFORMED},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].why);
        start();
        g_assert_cmpint(pap_input(&pap, hex(rows[i].frame)), ==, rows[i].result);
        g_assert_true(pap.waiting ==
                      (rows[i].result == PAP_NOTHING || rows[i].result == PAP_MALFORMED));
    }
    start();
    g_assert_cmpint(pap_input(&pap, hex("03010008 03 6e1b21")), ==, PAP_REFUSED);
    g_assert_cmpstr(pap.text, ==, "n?!");
    g_assert_cmpint(pap_input(&pap, hex("02010005 00")), ==, PAP_NOTHING); /* A6: too late */
}

static void
test_repeats_and_gives_up(void)
{
    enum pap_result result = PAP_NOTHING;
    usec_t now = NOW;
    guint requests = 0;

    start();
    while (result == PAP_NOTHING && requests < 100) {
        g_assert_cmpuint(next_frame(&q).p[3], ==, 1);
        requests++;
        now = pap.deadline;
        result = pap_expire(&pap, now, &user);
    }
    g_assert_cmpint(result, ==, PAP_TIMEOUT);
    g_assert_cmpuint(requests, ==, 10);
    g_assert_cmpuint(now - NOW, <=, 30 * USEC_PER_SEC);
    g_assert_cmpuint(pap.deadline, ==, NEVER);
}

static void
test_password_too_long(void)
{
    g_autofree char *longest = g_strnfill(255, 'x'), *longer = g_strnfill(256, 'x');

    q = (struct ppp_queue){0};
    creds(&user, "User", longer, NULL);
    g_assert_cmpint(pap_start(&pap, NOW, &q, &user), ==, PAP_UNUSABLE);
    expect_nothing(&q);
    creds(&user, "User", longest, NULL);
    g_assert_cmpint(pap_start(&pap, NOW, &q, &user), ==, PAP_NOTHING);
    g_assert_cmpuint(next_frame(&q).left, ==, 2 + 4 + 2 + 4 + 255);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pap/request-is-the-vector", test_request_is_the_vector);
    g_test_add_func("/pap/answers", test_answers);
    g_test_add_func("/pap/repeats-and-gives-up", test_repeats_and_gives_up);
    g_test_add_func("/pap/password-too-long", test_password_too_long);
    return g_test_run();
}
