/* test-eap.c - EAP and MS-CHAPv2 inside it. SPDX-License-Identifier: GPL-3.0-or-later */
#include "eap.h"

#include "ppp-creds.h"
#include "ppp-wire.h"

static struct eap eap;
static struct ppp_queue q;
static struct ppp_credentials user;

static struct rd
v(const char *name)
{
    return vec("ppp-auth.txt", name);
}

static enum eap_result
input(struct rd frame)
{
    return eap_input(&eap, &user, frame);
}

static void
expect(struct rd want)
{
    const struct rd frame = next_frame(&q);

    assert_octets(frame.p, 2, hex("c227"));
    assert_octets(frame.p + 2, frame.left - 2, want);
}

static void
start(void)
{
    q = (struct ppp_queue){0};
    creds(&user, "User", "clientPass", NULL);
    eap_start(&eap, &test_rng, &q);
    test_rng_next(mv("peer-challenge"));
}

/* Up to the response that is awaited to be judged. */
static void
answered(void)
{
    start();
    g_assert_cmpint(input(v("eap-identity-request")), ==, EAP_RESULT_NOTHING);
    expect(v("eap-identity-response"));
    g_assert_cmpint(input(v("eap-challenge")), ==, EAP_RESULT_NOTHING);
    expect(v("eap-response"));
}

static void
test_vectors(void)
{
    answered();
    g_assert_cmpint(input(v("eap-success-request")), ==, EAP_RESULT_NOTHING);
    expect(v("eap-success-response"));
    g_assert_cmpint(input(v("eap-success")), ==, EAP_RESULT_PROVED);
    assert_octets(eap.method.core.master_key, 16, mv("master-key"));
    expect_nothing(&q);
}

static void
test_A10_success_must_follow_the_method(void)
{
    start();
    g_assert_cmpint(input(hex("03010004")), ==, EAP_RESULT_NOTHING);
    g_assert_cmpint(input(v("eap-identity-request")), ==, EAP_RESULT_NOTHING);
    g_assert_cmpint(input(hex("03010004")), ==, EAP_RESULT_NOTHING);
    answered();
    g_assert_cmpint(input(hex("03020004")), ==, EAP_RESULT_NOTHING);
    g_assert_cmpint(input(hex("03030004")), ==, EAP_RESULT_NOTHING);
    g_assert_cmpint(input(v("eap-success-request")), ==, EAP_RESULT_NOTHING);
    g_assert_cmpint(input(hex("03070004")), ==, EAP_RESULT_NOTHING); /* of nothing we sent */
    g_assert_cmpint(input(hex("03040004")), ==, EAP_RESULT_PROVED);  /* some servers count on */
    g_assert_cmpint(input(hex("04040004")), ==, EAP_RESULT_NOTHING); /* A6: after success */
}

static void
test_A5_success_without_proof(void)
{
    uint8_t frame[56];

    answered();
    memcpy(frame, v("eap-success-request").p, sizeof frame);
    frame[12] ^= 1;
    g_assert_cmpint(input(rd_over(frame, sizeof frame)), ==, EAP_RESULT_UNPROVEN);
    expect_nothing(&q);
}

static void
test_repeated_request_gets_the_same_response(void)
{
    answered();
    g_assert_cmpint(input(v("eap-challenge")), ==, EAP_RESULT_NOTHING);
    expect(v("eap-response"));
    g_assert_cmpint(input(v("eap-success-request")), ==, EAP_RESULT_NOTHING);
    expect(v("eap-success-response"));
    g_assert_cmpint(input(v("eap-success-request")), ==, EAP_RESULT_NOTHING);
    expect(v("eap-success-response"));
}

static void
test_A11_other_types(void)
{
    static const struct {
        const char *why, *request, *response;
    } rows[] = {
        {"EAP-TLS", "01070006 0d20", "02070006 031a"},
        {"PEAP", "01070006 1920", "02070006 031a"},
        {"MD5", "01070009 04 03 112233", "02070006 031a"},
        {"expanded", "0107000c fe 000137 00000001", "02070006 031a"},
        {"a request for a Nak", "01070006 031a", ""},
        {"type 0", "01070005 00", ""},
        {"Notification with escapes", "01070008 02 1b5b48", "02070005 02"},
        {"a long Notification", "01070005 02", "02070005 02"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].why);
        start();
        g_assert_cmpint(input(hex(rows[i].request)), ==, EAP_RESULT_NOTHING);
        if (*rows[i].response != '\0')
            expect(hex(rows[i].response));
        expect_nothing(&q);
    }
    start();
    input(hex("01070008 02 1b5b48"));
    g_assert_cmpstr(eap.notification, ==, "?[H");
}

static void
test_A11_type_does_not_change_amid_a_method(void)
{
    answered();
    g_assert_cmpint(input(hex("01090006 0d20")), ==, EAP_RESULT_NOTHING);
    g_assert_cmpint(input(hex("010a0005 01")), ==, EAP_RESULT_NOTHING);
    expect_nothing(&q);
    g_assert_cmpint(input(hex("010b0006 0241")), ==, EAP_RESULT_NOTHING); /* but this may */
    expect(hex("020b0005 02"));
    g_assert_cmpint(input(v("eap-success-request")), ==, EAP_RESULT_NOTHING);
    expect(v("eap-success-response"));
}

static void
test_A11_bounds(void)
{
    enum eap_result result = EAP_RESULT_NOTHING;
    guint n = 0;

    start();
    for (; result == EAP_RESULT_NOTHING && n < 1000; n++) {
        uint8_t tls[] = {1, (uint8_t)n, 0, 6, 13, 0x20};

        result = input(rd_over(tls, sizeof tls));
    }
    g_assert_cmpint(result, ==, EAP_RESULT_NO_METHOD);
    g_assert_cmpuint(n, ==, EAP_NAKS_MAX);

    start();
    for (n = 0, result = EAP_RESULT_NOTHING; result == EAP_RESULT_NOTHING && n < 1000; n++) {
        uint8_t note[] = {1, (uint8_t)n, 0, 5, 2};

        result = input(rd_over(note, sizeof note));
    }
    g_assert_cmpint(result, ==, EAP_RESULT_TOO_LONG);
    g_assert_cmpuint(n, ==, EAP_REQUESTS_MAX + 1);
}

static void
test_failures(void)
{
    start();
    g_assert_cmpint(input(hex("04010004")), ==, EAP_RESULT_NOTHING); /* nothing was asked yet */
    g_assert_cmpint(input(v("eap-identity-request")), ==, EAP_RESULT_NOTHING);
    g_assert_cmpint(input(hex("04010004")), ==, EAP_RESULT_FAILED);
    start();
    g_assert_cmpint(input(hex("01070006 0d20")), ==, EAP_RESULT_NOTHING);
    g_assert_cmpint(input(hex("04070004")), ==, EAP_RESULT_NO_METHOD);
}

static void
test_retry(void)
{
    answered();
    g_assert_cmpint(input(v("eap-failure-request")), ==, EAP_RESULT_REFUSED);
    expect_nothing(&q);
    g_assert_cmpuint(eap.method.failure.error, ==, 691);
    g_assert_true(eap.method.failure.retry && eap.method.failure.has_challenge);
    g_assert_cmpint(input(v("eap-failure-request")), ==, EAP_RESULT_NOTHING); /* wait */
    expect_nothing(&q);
    creds(&user, "User", "other", NULL);
    g_assert_cmpint(eap_retry(&eap, &user), ==, EAP_RESULT_NOTHING);
    const struct rd frame = next_frame(&q);

    assert_octets(frame.p, 11, hex("c227 0203003f 1a 02 11 003a"));
    g_assert_cmpint(input(v("eap-failure-request")), ==, EAP_RESULT_NOTHING); /* again: repeat */
    assert_octets(next_frame(&q).p, 6, hex("c227 0203003f"));
}

static void
test_change_of_password(void)
{
    answered();
    g_assert_cmpint(input(v("eap-failure-request")), ==, EAP_RESULT_REFUSED);
    creds(&user, "User", "clientPass", "newPass1");
    g_assert_cmpint(eap_change(&eap, &user), ==, EAP_RESULT_NOTHING);
    const struct rd frame = next_frame(&q);

    assert_octets(frame.p, 11, hex("c227 0203024f 1a 07 11 024a"));
    g_assert_cmpuint(frame.left, ==, 2 + 0x24f);
}

static void
test_giving_up_acknowledges(void)
{
    answered();
    g_assert_cmpint(input(v("eap-failure-request")), ==, EAP_RESULT_REFUSED);
    eap_give_up(&eap);
    expect(v("eap-failure-response"));
}

/* In each state of the method, which opcode means something: how many answers go out. */
static void
test_method_state_table(void)
{
    static const char *const ops[] = {
        "01330020 1a 01 20 001b 10 00112233445566778899aabbccddeeff 7372767272 72",
        "01330009 1a 03 10 0004",
        "0133000e 1a 04 10 0009 453d363931",
        "01330009 1a 02 10 0004",
        "01330009 1a 07 10 0004",
    };
    static const enum {
        NO,
        ANSWER,
        REFUSED,
        UNPROVEN
    } want[5][5] = {
        [EAP_MSCHAPV2_IDLE] = {ANSWER, NO, NO, NO, NO},
        [EAP_MSCHAPV2_ANSWERED] = {ANSWER, UNPROVEN, REFUSED, NO, NO},
        [EAP_MSCHAPV2_PERSON] = {NO, NO, NO, NO, NO},
        [EAP_MSCHAPV2_DONE] = {NO, NO, NO, NO, NO},
        [EAP_MSCHAPV2_GAVE_UP] = {NO, NO, NO, NO, NO},
    };

    for (guint state = 0; state < 5; state++) {
        for (guint op = 0; op < 5; op++) {
            enum eap_result result;

            g_test_message("op %u in state %u", op, state);
            start();
            if (state >= EAP_MSCHAPV2_ANSWERED)
                answered();
            if (state == EAP_MSCHAPV2_DONE)
                input(v("eap-success-request"));
            if (state == EAP_MSCHAPV2_PERSON || state == EAP_MSCHAPV2_GAVE_UP)
                input(v("eap-failure-request"));
            if (state == EAP_MSCHAPV2_GAVE_UP)
                eap_give_up(&eap);
            g_assert_cmpuint(eap.method.state, ==, state);
            drain(&q);
            result = input(hex(ops[op]));
            g_assert_cmpint(result, ==,
                            want[state][op] == REFUSED    ? EAP_RESULT_REFUSED
                            : want[state][op] == UNPROVEN ? EAP_RESULT_UNPROVEN
                                                          : EAP_RESULT_NOTHING);
            g_assert_true((q.tail != q.head) == (want[state][op] == ANSWER));
        }
    }
}

static void
test_malformed(void)
{
    static const char *const frames[] = {
        "", "01", "01010003", "010100ff01", "01010004", /* a request without a type */
    };
    static const char *const ignored[] = {
        "01020005 1a",                   /* no opcode */
        "01020009 1a 01 10 0003",        /* MS-Length below its header */
        "01020009 1a 01 10 ffff",        /* above the packet */
        "0102000a 1a 01 10 0005 10",     /* no challenge */
        "0102000c 1a 01 10 0007 02aabb", /* a short one */
        "02020005 01",                   /* a response is not for us */
        "09020005 01",
    };

    start();
    for (guint i = 0; i < G_N_ELEMENTS(frames); i++)
        g_assert_cmpint(input(hex(frames[i])), ==, EAP_RESULT_MALFORMED);
    for (guint i = 0; i < G_N_ELEMENTS(ignored); i++)
        g_assert_cmpint(input(hex(ignored[i])), ==, EAP_RESULT_NOTHING);
    expect_nothing(&q);
    g_assert_cmpint(input(v("eap-identity-request")), ==, EAP_RESULT_NOTHING);
    expect(v("eap-identity-response"));
}

static void
test_flip_and_truncate(void)
{
    uint8_t good[64];
    const size_t n = v("eap-success-request").left;

    memcpy(good, v("eap-success-request").p, n);
    for (size_t cut = 0; cut < n; cut++) {
        answered();
        input(keep(good, cut));
        g_assert_cmpint(input(v("eap-success")), !=, EAP_RESULT_PROVED);
    }
    for (size_t at = 0; at < n; at++) {
        for (guint bit = 0; bit < 8; bit++) {
            uint8_t bad[64];

            memcpy(bad, good, n);
            bad[at] ^= (uint8_t)(1u << bit);
            answered();
            input(keep(bad, n));
            /* The identifiers, a length within, and the text behind the proof may differ. */
            if (input(v("eap-success")) == EAP_RESULT_PROVED)
                g_assert_true(at == 1 || at == 3 || at == 6 || at == 8 || at > 50);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/eap/vectors", test_vectors);
    g_test_add_func("/eap/A10-success-must-follow-the-method",
                    test_A10_success_must_follow_the_method);
    g_test_add_func("/eap/A5-success-without-proof", test_A5_success_without_proof);
    g_test_add_func("/eap/repeated-request-gets-the-same-response",
                    test_repeated_request_gets_the_same_response);
    g_test_add_func("/eap/A11-other-types", test_A11_other_types);
    g_test_add_func("/eap/A11-type-does-not-change-amid-a-method",
                    test_A11_type_does_not_change_amid_a_method);
    g_test_add_func("/eap/A11-bounds", test_A11_bounds);
    g_test_add_func("/eap/failures", test_failures);
    g_test_add_func("/eap/retry", test_retry);
    g_test_add_func("/eap/change-of-password", test_change_of_password);
    g_test_add_func("/eap/giving-up-acknowledges", test_giving_up_acknowledges);
    g_test_add_func("/eap/method-state-table", test_method_state_table);
    g_test_add_func("/eap/malformed", test_malformed);
    g_test_add_func("/eap/flip-and-truncate", test_flip_and_truncate);
    return g_test_run();
}
