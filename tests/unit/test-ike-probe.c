/* test-ike-probe.c - what `dialtone diagnose` asks of an IKE server, against a responder of our
 * own. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ike-probe.h"

#include <glib.h>

#include "ike.h"

static void
fill_counting(void *ctx, void *out, size_t n)
{
    uint8_t *next = ctx, *at = out;

    for (size_t i = 0; i < n; i++)
        at[i] = (*next += 37);
}

struct world {
    uint8_t random;
    struct rng rng;
    struct ike *server;
    struct ike_probe probe;
    uint8_t bytes[4096];
};

static void
set_up(struct world *w, const char *phase1)
{
    *w = (struct world){.random = 1};
    w->rng = (struct rng){.fill = fill_counting, .ctx = &w->random};
    w->server = ike_new(
        &(struct ike_config){
            .role = IKE_RESPONDER, .psk = rd_over("secret", 6), .phase1 = phase1, .rng = &w->rng},
        0);
    g_assert_nonnull(w->server);
}

/* What the server says to @message, in @answer; its length, 0: nothing. */
static size_t
exchange(struct world *w, struct rd message, uint8_t *answer, size_t cap)
{
    struct ike_output out;
    size_t n = 0;

    g_assert_true(rd_ok(&message));
    ike_receive(w->server, 1000, IKE_500, message);
    while (ike_poll_output(w->server, &out)) {
        g_assert_cmpuint(out.bytes.left, <=, cap);
        memcpy(answer, out.bytes.p, out.bytes.left);
        n = out.bytes.left;
    }
    return n;
}

static struct ike_probe_reply
ask(struct world *w, unsigned method)
{
    uint8_t answer[4096];
    const struct rd message =
        ike_probe_begin(&w->probe, method, 0, &w->rng, w->bytes, sizeof w->bytes);
    const size_t n = exchange(w, message, answer, sizeof answer);

    return ike_probe_read(&w->probe, rd_over(answer, n));
}

static void
test_taken_and_a_second_message(void)
{
    struct world w;
    uint8_t answer[4096];

    set_up(&w, NULL);
    const struct ike_probe_reply taken = ask(&w, IKE_METHOD_PSK);
    g_assert_cmpint(taken.answer, ==, IKE_PROBE_TAKES);
    g_assert_cmpint(taken.natt, ==, IKE_NATT_RFC);
    g_assert_cmpint(taken.suite.encryption, ==, IKE_ENC_AES);

    const struct rd next = ike_probe_next(&w.probe, &taken, &w.rng, w.bytes, sizeof w.bytes);
    const size_t n = exchange(&w, next, answer, sizeof answer);
    g_assert_cmpuint(n, >, IKE_HEADER_SIZE);
    g_assert_cmpint(ike_probe_read(&w.probe, rd_over(answer, n)).answer, ==, IKE_PROBE_ODD);
    ike_free(w.server);
}

static void
test_weak_choice_is_told(void)
{
    struct world w;

    set_up(&w, "3des-sha1-modp1024");
    const struct ike_probe_reply taken = ask(&w, IKE_METHOD_PSK);
    g_assert_cmpint(taken.answer, ==, IKE_PROBE_TAKES);
    g_assert_cmpuint(ike_suite_weak(&taken.suite), ==,
                     IKE_WEAK_3DES | IKE_WEAK_SHA1 | IKE_WEAK_MODP1024);
    ike_free(w.server);
}

/* A server with a shared key, and a profile with a certificate. */
static void
test_refused(void)
{
    struct world w;

    set_up(&w, NULL);
    const struct ike_probe_reply reply = ask(&w, IKE_METHOD_RSA);
    g_assert_cmpint(reply.answer, ==, IKE_PROBE_REFUSES);
    g_assert_cmpint(reply.notify, ==, IKE_N_NO_PROPOSAL_CHOSEN);
    ike_free(w.server);
}

/* K: what is for another, cut short, or chosen from what was not offered, is no answer. */
static void
test_what_is_no_answer(void)
{
    struct world w;
    uint8_t answer[4096];
    struct ike_probe other;

    set_up(&w, NULL);
    const struct rd message =
        ike_probe_begin(&w.probe, IKE_METHOD_PSK, 0, &w.rng, w.bytes, sizeof w.bytes);
    const size_t n = exchange(&w, message, answer, sizeof answer);
    for (size_t cut = 0; cut < n; cut++) {
        g_autofree uint8_t *exact = g_memdup2(answer, cut);
        g_assert_cmpint(ike_probe_read(&w.probe, rd_over(exact, cut)).answer, ==,
                        IKE_PROBE_NOTHING);
    }
    other = w.probe;
    other.cookie[0] ^= 1;
    g_assert_cmpint(ike_probe_read(&other, rd_over(answer, n)).answer, ==, IKE_PROBE_NOTHING);
    other = w.probe;
    other.offered.n = 0;
    g_assert_cmpint(ike_probe_read(&other, rd_over(answer, n)).answer, ==, IKE_PROBE_ODD);
    ike_free(w.server);
}

/* Nothing of it tells one user from another: no identity, no hash, no certificate. */
static void
test_nothing_of_the_user(void)
{
    struct world w;
    struct ike_header h;
    struct ike_payloads p;

    set_up(&w, NULL);
    const struct ike_probe_reply taken = ask(&w, IKE_METHOD_PSK);
    struct rd next = ike_probe_next(&w.probe, &taken, &w.rng, w.bytes, sizeof w.bytes);
    g_assert_true(ike_header_get(&next, &h));
    g_assert_cmpuint(h.flags, ==, 0);
    g_assert_true(ike_payloads_get(next, h.next, false, &p));
    for (unsigned i = 0; i < p.n; i++)
        g_assert_true(p.v[i].type == IKE_PL_KE || p.v[i].type == IKE_PL_NONCE ||
                      p.v[i].type == IKE_PL_NATD);
    g_assert_cmpuint(p.n, ==, 4);
    ike_free(w.server);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ike-probe/taken-and-a-second-message", test_taken_and_a_second_message);
    g_test_add_func("/ike-probe/weak-choice-is-told", test_weak_choice_is_told);
    g_test_add_func("/ike-probe/refused", test_refused);
    g_test_add_func("/ike-probe/what-is-no-answer", test_what_is_no_answer);
    g_test_add_func("/ike-probe/nothing-of-the-user", test_nothing_of_the_user);
    return g_test_run();
}
