/* test-probe-msg.c - what a probe tells. SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe-msg.h"

#include <glib.h>

static const struct probe_step good = {.server = 7,
                                       .protocol = PLAN_PPTP,
                                       .address = 3,
                                       .kind = PROBE_TCP,
                                       .state = PROBE_FAIL,
                                       .error = RAS_VPN_TIMEOUT,
                                       .ms = 123456,
                                       .subject = "2001:db8::1",
                                       .detail = "TCP port 1723: Connection refused"};

static bool
there_and_back(const struct probe_step *s, struct probe_step *ret)
{
    uint8_t bytes[PROBE_MSG_MAX];
    struct wr w = wr_over(bytes, sizeof bytes);

    probe_step_put(&w, s);
    g_assert_false(w.bad);
    g_autofree uint8_t *exact = g_memdup2(bytes, w.len);
    struct rd r = rd_over(exact, w.len);
    return probe_step_get(&r, ret);
}

static void
test_there_and_back(void)
{
    struct probe_step got;

    g_assert_true(there_and_back(&good, &got));
    g_assert_cmpint(got.server, ==, 7);
    g_assert_cmpint(got.protocol, ==, PLAN_PPTP);
    g_assert_cmpint(got.address, ==, 3);
    g_assert_cmpint(got.kind, ==, PROBE_TCP);
    g_assert_cmpint(got.state, ==, PROBE_FAIL);
    g_assert_cmpint(got.error, ==, RAS_VPN_TIMEOUT);
    g_assert_cmpuint(got.ms, ==, 123456);
    g_assert_cmpstr(got.subject, ==, good.subject);
    g_assert_cmpstr(got.detail, ==, good.detail);
}

/* D7: its process may be in the hands of a server. */
static void
test_d7_out_of_range_is_refused(void)
{
    struct probe_step v[10], got;

    for (gsize i = 0; i < G_N_ELEMENTS(v); i++)
        v[i] = good;
    v[0].server = PLAN_MAX_SERVERS;
    v[1].protocol = PLAN_PPTP + 1;
    v[2].address = PROBE_ADDRESSES;
    v[3].kind = 0;
    v[4].kind = PROBE_KINDS;
    v[5].state = 0;
    v[6].state = PROBE_STATES;
    v[7].error = 12345; /* no number of ours */
    v[8].state = PROBE_OK;
    v[9].error = RAS_OK;
    for (gsize i = 0; i < G_N_ELEMENTS(v); i++)
        g_assert_false(there_and_back(&v[i], &got));
}

static void
test_d7_text_is_printable(void)
{
    struct probe_step bad = good, got;

    strcpy(bad.detail, "a\x1b[31mb");
    g_assert_false(there_and_back(&bad, &got));
}

static void
test_d7_cut_or_longer_is_refused(void)
{
    uint8_t bytes[PROBE_MSG_MAX];
    struct wr w = wr_over(bytes, sizeof bytes);
    struct probe_step got;

    probe_step_put(&w, &good);
    for (gsize n = 0; n <= w.len + 1; n++) {
        g_autofree uint8_t *exact = g_memdup2(bytes, n);
        struct rd r = rd_over(exact, n);
        g_assert_cmpint(probe_step_get(&r, &got), ==, n == w.len);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/probe-msg/there-and-back", test_there_and_back);
    g_test_add_func("/probe-msg/d7-out-of-range-is-refused", test_d7_out_of_range_is_refused);
    g_test_add_func("/probe-msg/d7-text-is-printable", test_d7_text_is_printable);
    g_test_add_func("/probe-msg/d7-cut-or-longer-is-refused", test_d7_cut_or_longer_is_refused);
    return g_test_run();
}
