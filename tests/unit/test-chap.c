/* test-chap.c - challenges and their outcomes. SPDX-License-Identifier: GPL-3.0-or-later */
#include "chap.h"

#include "ppp-creds.h"
#include "ppp-wire.h"

enum { NOW = 100000000 };

static struct chap chap;
static struct ppp_queue q;
static struct ppp_credentials user;
static usec_t now;

static struct rd
v(const char *name)
{
    const struct rd r = vec("ppp-auth.txt", name);
    return keep(r.p + 2, r.left - 2);
}

static enum chap_result
input(struct rd frame)
{
    return chap_input(&chap, now, &user, frame);
}

static void
start(bool ms)
{
    now = NOW;
    q = (struct ppp_queue){0};
    creds(&user, "User", "clientPass", NULL);
    chap_start(&chap, ms, &test_rng, &q);
    test_rng_next(mv("peer-challenge"));
}

static void
answered(void)
{
    start(true);
    g_assert_cmpint(input(v("chap-challenge")), ==, CHAP_ANSWERED);
    const struct rd frame = next_frame(&q);
    assert_octets(frame.p, frame.left, vec("ppp-auth.txt", "chap-response"));
}

static void
test_mschapv2_vectors(void)
{
    answered();
    g_assert_cmpint(input(v("chap-success")), ==, CHAP_PROVED);
    assert_octets(chap.mschapv2.master_key, 16, mv("master-key"));
}

static void
test_md5_vector(void)
{
    start(false);
    g_assert_cmpint(input(hex("01100019 10 5b5d7c7d7b3f2f3e3c2c602132262628 73727621")), ==,
                    CHAP_ANSWERED);
    struct rd frame = next_frame(&q);
    g_assert_cmpuint(frame.p[3], ==, 0x10);
    assert_octets(frame.p + 6, 17, hex("101e4575e66909b87521d130b42abee132"));
    assert_octets(frame.p, frame.left, vec("ppp-auth.txt", "chap-md5-response"));
    g_assert_cmpint(input(hex("03100004")), ==, CHAP_PROVED);
}

/* EAP's MD5-Challenge (RFC 3748 section 5.4), which is refused as a method, is this computation. */
static void
test_md5_of_eap_vector(void)
{
    const struct rd response = vec("ppp-auth.txt", "eap-md5-response");

    start(false);
    g_assert_cmpint(input(hex("01070018 10 5b5d7c7d7b3f2f3e3c2c602132262628 737276")), ==,
                    CHAP_ANSWERED);
    struct rd frame = next_frame(&q);
    assert_octets(frame.p + 6, frame.left - 6, keep(response.p + 5, response.left - 5));
}

static void
test_A3_challenges(void)
{
    static const struct {
        const char *why, *head;
        guint value, name;
        enum chap_result ms, md5;
    } rows[] = {
        {"length 0", "01100005 00", 0, 0, CHAP_MALFORMED, CHAP_MALFORMED},
        {"length 1", "01100006 01", 1, 0, CHAP_MALFORMED, CHAP_ANSWERED},
        {"length 16", "01100015 10", 16, 0, CHAP_ANSWERED, CHAP_ANSWERED},
        {"length 17", "01100016 11", 17, 0, CHAP_MALFORMED, CHAP_ANSWERED},
        {"length 255, long name", "01100203 ff", 255, 255, CHAP_MALFORMED, CHAP_ANSWERED},
        {"longer than the packet", "01100015 ff", 16, 0, CHAP_MALFORMED, CHAP_MALFORMED},
        {"no value", "01100004", 0, 0, CHAP_MALFORMED, CHAP_MALFORMED},
        {"header length 3", "01100003", 0, 0, CHAP_MALFORMED, CHAP_MALFORMED},
        {"cut header", "0110", 0, 0, CHAP_MALFORMED, CHAP_MALFORMED},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (int ms = 0; ms < 2; ms++) {
            const struct rd head = hex(rows[i].head);
            uint8_t frame[600] = {0};

            g_test_message("%s", rows[i].why);
            memcpy(frame, head.p, head.left);
            start(ms);
            g_assert_cmpint(input(keep(frame, head.left + rows[i].value + rows[i].name)), ==,
                            ms ? rows[i].ms : rows[i].md5);
        }
    }
}

static void
test_A4_a_response_to_us_is_ignored(void)
{
    start(true);
    g_assert_cmpint(input(v("chap-response")), ==, CHAP_NOTHING);
    expect_nothing(&q);
    g_assert_cmpint(chap.wait, ==, CHAP_WAIT_CHALLENGE);
}

/* A6: in each state, which messages mean something. */
static void
test_A6_state_table(void)
{
    enum { CHALLENGE, SUCCESS, FAILURE, N };
    static const enum chap_result want[4][N] = {
        [CHAP_WAIT_CHALLENGE] = {CHAP_ANSWERED, CHAP_NOTHING, CHAP_NOTHING},
        [CHAP_WAIT_OUTCOME] = {CHAP_ANSWERED, CHAP_UNPROVEN, CHAP_REFUSED},
        [CHAP_WAIT_PERSON] = {CHAP_NOTHING, CHAP_NOTHING, CHAP_NOTHING},
        [CHAP_DONE] = {CHAP_NOTHING, CHAP_NOTHING, CHAP_NOTHING},
    };
    static const char *const frames[N] = {"01070015 10 00112233445566778899aabbccddeeff",
                                          "03100004", "04100009 453d363931"};

    for (int state = CHAP_WAIT_CHALLENGE; state <= CHAP_DONE; state++) {
        for (int message = 0; message < N; message++) {
            g_test_message("message %d in state %d", message, state);
            if (state == CHAP_WAIT_CHALLENGE)
                start(true);
            else
                answered();
            if (state == CHAP_WAIT_PERSON)
                g_assert_cmpint(input(hex(frames[FAILURE])), ==, CHAP_REFUSED);
            if (state == CHAP_DONE)
                g_assert_cmpint(input(v("chap-success")), ==, CHAP_PROVED);
            g_assert_cmpint(chap.wait, ==, state);
            g_assert_cmpint(input(hex(frames[message])), ==, want[state][message]);
        }
    }
}

static void
test_outcome_of_another_response_is_ignored(void)
{
    answered();
    g_assert_cmpint(input(hex("03010004")), ==, CHAP_NOTHING);
    g_assert_cmpint(input(hex("04010009 453d363931")), ==, CHAP_NOTHING);
    g_assert_cmpint(input(v("chap-success")), ==, CHAP_PROVED);
}

static void
test_repeated_challenge_gets_the_same_response(void)
{
    answered();
    g_assert_cmpint(input(v("chap-challenge")), ==, CHAP_NOTHING);
    struct rd frame = next_frame(&q);
    assert_octets(frame.p, frame.left, vec("ppp-auth.txt", "chap-response"));
    now = chap.deadline;
    chap_expire(&chap, now);
    frame = next_frame(&q);
    assert_octets(frame.p, frame.left, vec("ppp-auth.txt", "chap-response"));
    g_assert_cmpint(input(v("chap-success")), ==, CHAP_PROVED);
    g_assert_cmpuint(chap.deadline, ==, NEVER);
}

/* How many times the response went out again. */
static unsigned
repeats(void)
{
    unsigned n = 0;
    uint8_t type;
    struct rd data;

    while (ppp_queue_next(&q, &type, &data))
        n++;
    return n;
}

static void
test_response_is_repeated(void)
{
    const usec_t times[2][3] = {{1, 4, 7}, {3, 6, 9}}; /* seconds; [1]: the carrier is reliable */

    for (int reliable = 0; reliable < 2; reliable++) {
        start(true);
        chap.reliable = reliable;
        g_assert_cmpint(input(v("chap-challenge")), ==, CHAP_ANSWERED);
        g_assert_cmpuint(repeats(), ==, 1);
        for (int i = 0; i < 3; i++) {
            now = NOW + times[reliable][i] * USEC_PER_SEC - 1;
            chap_expire(&chap, now);
            g_assert_cmpuint(repeats(), ==, 0);
            chap_expire(&chap, ++now);
            g_assert_cmpuint(repeats(), ==, 1);
        }
    }
}

/* The peer goes on without us: once, and not when nothing can be lost or nothing is awaited. */
static void
test_overtaken(void)
{
    start(true);
    chap_overtaken(&chap, now);
    g_assert_cmpuint(repeats(), ==, 0);
    answered();
    chap_overtaken(&chap, now);
    chap_overtaken(&chap, now);
    g_assert_cmpuint(repeats(), ==, 1);
    g_assert_cmpint(input(v("chap-success")), ==, CHAP_PROVED);
    chap_overtaken(&chap, now);
    g_assert_cmpuint(repeats(), ==, 0);
    answered();
    chap.reliable = true;
    chap_overtaken(&chap, now);
    g_assert_cmpuint(repeats(), ==, 0);
}

#define FAILURE_691                                                                                \
    "04100034 "                                                                                    \
    "453d36393120523d3120433d3030303130323033303430353036303730383039304130423043304430453046 "    \
    "20563d33"

static void
test_retry_uses_the_challenge_of_the_failure(void)
{
    uint8_t hash[16], response[24];

    answered();
    g_assert_cmpint(input(hex(FAILURE_691)), ==, CHAP_REFUSED);
    g_assert_true(chap.failure.retry && chap.failure.has_challenge);
    creds(&user, "User", "other", NULL);
    test_rng_next(mv("peer-challenge"));
    g_assert_cmpint(chap_retry(&chap, now, &user), ==, CHAP_ANSWERED);
    const struct rd frame = next_frame(&q);

    g_assert_cmpuint(frame.p[2], ==, CHAP_RESPONSE);
    g_assert_cmpuint(frame.p[3], ==, 0x11); /* ++ID */
    g_assert_true(mschap_nt_hash(rd_over("other", 5), hash));
    mschap_nt_response(hex("000102030405060708090a0b0c0d0e0f").p, mv("peer-challenge").p,
                       mv("user"), hash, response);
    assert_octets(frame.p + 31, 24, rd_over(response, 24));
    g_assert_cmpint(input(hex("03100004")), ==, CHAP_NOTHING); /* of the first response */
    g_assert_cmpint(input(hex("03110004")), ==, CHAP_UNPROVEN);
}

static void
test_change_password_packet(void)
{
    answered();
    g_assert_cmpint(input(hex(FAILURE_691)), ==, CHAP_REFUSED);
    creds(&user, "User", "clientPass", "newPass1");
    g_assert_cmpint(chap_change(&chap, now, &user), ==, CHAP_ANSWERED);
    const struct rd frame = next_frame(&q);

    assert_octets(frame.p, 6, hex("c223 0711024a"));
    g_assert_cmpuint(frame.left, ==, 2 + 586);
}

static void
test_A7_failure_without_the_form(void)
{
    answered();
    g_assert_cmpint(input(hex("04100006 6e6f")), ==, CHAP_REFUSED);
    g_assert_cmpuint(chap.failure.error, ==, 691);
    g_assert_false(chap.failure.retry);
    g_assert_cmpstr(chap.failure.text, ==, "no");
    start(false);
    g_assert_cmpint(input(hex("01100006 01aa")), ==, CHAP_ANSWERED);
    g_assert_cmpint(input(hex("0410000d 453d363438 20523d31")), ==, CHAP_REFUSED);
    g_assert_cmpuint(chap.failure.error, ==, 691); /* plain CHAP knows no numbers */
    g_assert_false(chap.failure.retry);
}

/* A8: challenged again and again while connected. */
static void
test_A8_rechallenges(void)
{
    guint answers = 0;

    answered();
    g_assert_cmpint(input(v("chap-success")), ==, CHAP_PROVED);
    for (guint second = 1; second <= 60; second++) {
        uint8_t challenge[21] = {1, (uint8_t)second, 0, 21, 16, (uint8_t)second};

        now = NOW + second * USEC_PER_SEC;
        answers += input(rd_over(challenge, sizeof challenge)) == CHAP_ANSWERED;
    }
    g_assert_cmpuint(answers, ==, 6);
}

static void
test_flip_and_truncate(void)
{
    static const char *const names[] = {"chap-challenge", "chap-success"};

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        uint8_t good[128];
        const struct rd r = v(names[i]);
        const size_t n = r.left;

        memcpy(good, r.p, n);
        for (size_t cut = 0; cut < n; cut++) {
            answered();
            g_assert_cmpint(input(keep(good, cut)), !=, CHAP_PROVED);
        }
        for (size_t at = 0; at < n; at++) {
            for (guint bit = 0; bit < 8; bit++) {
                uint8_t bad[128];

                memcpy(bad, good, n);
                bad[at] ^= (uint8_t)(1u << bit);
                answered();
                /* A shorter length and the text behind the proof are not covered by it. */
                if (input(keep(bad, n)) == CHAP_PROVED)
                    g_assert_true(at == 3 || at >= 47);
            }
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/chap/mschapv2-vectors", test_mschapv2_vectors);
    g_test_add_func("/chap/md5-vector", test_md5_vector);
    g_test_add_func("/chap/md5-of-eap-vector", test_md5_of_eap_vector);
    g_test_add_func("/chap/A3-challenges", test_A3_challenges);
    g_test_add_func("/chap/A4-a-response-to-us-is-ignored", test_A4_a_response_to_us_is_ignored);
    g_test_add_func("/chap/A6-state-table", test_A6_state_table);
    g_test_add_func("/chap/outcome-of-another-response-is-ignored",
                    test_outcome_of_another_response_is_ignored);
    g_test_add_func("/chap/response-is-repeated", test_response_is_repeated);
    g_test_add_func("/chap/overtaken", test_overtaken);
    g_test_add_func("/chap/repeated-challenge-gets-the-same-response",
                    test_repeated_challenge_gets_the_same_response);
    g_test_add_func("/chap/retry-uses-the-challenge-of-the-failure",
                    test_retry_uses_the_challenge_of_the_failure);
    g_test_add_func("/chap/change-password-packet", test_change_password_packet);
    g_test_add_func("/chap/A7-failure-without-the-form", test_A7_failure_without_the_form);
    g_test_add_func("/chap/A8-rechallenges", test_A8_rechallenges);
    g_test_add_func("/chap/flip-and-truncate", test_flip_and_truncate);
    return g_test_run();
}
