/* test-esp-replay.c - the anti-replay window. SPDX-License-Identifier: GPL-3.0-or-later */
#include "esp-replay.h"

#include <glib.h>

static void
test_E1_each_number_once(void)
{
    struct esp_replay r = {0};

    g_assert_false(esp_replay_fresh(&r, 0));
    g_assert_false(esp_replay_accept(&r, 0));
    for (uint32_t n = 1; n < 5000; n++) {
        g_assert_true(esp_replay_fresh(&r, n));
        g_assert_true(esp_replay_accept(&r, n));
        g_assert_false(esp_replay_fresh(&r, n));
        g_assert_false(esp_replay_accept(&r, n));
    }
}

static void
test_E1_edges(void)
{
    static const uint32_t tops[] = {1024, 1025,   1087,           1088,
                                    4096, 100000, UINT32_MAX - 1, UINT32_MAX};

    for (guint i = 0; i < G_N_ELEMENTS(tops); i++) {
        struct esp_replay r = {0};

        g_assert_true(esp_replay_accept(&r, tops[i]));
        g_assert_true(esp_replay_accept(&r, tops[i] - 63));
        g_assert_true(esp_replay_accept(&r, tops[i] - 64));
        g_assert_true(esp_replay_accept(&r, tops[i] - 1023));
        g_assert_false(esp_replay_accept(&r, tops[i] - 1023));
        g_assert_false(esp_replay_accept(&r, tops[i] - 1024)); /* or 0 */
        if (tops[i] > 1025)
            g_assert_false(esp_replay_accept(&r, tops[i] - 1025));
    }
}

/* After the last number comes none: 0, 1 and 2 are old, not new. */
static void
test_E1_no_wrap(void)
{
    struct esp_replay r = {0};

    g_assert_true(esp_replay_accept(&r, UINT32_MAX));
    for (uint32_t n = 0; n < 2048; n++)
        g_assert_false(esp_replay_accept(&r, n));
    g_assert_true(esp_replay_accept(&r, UINT32_MAX - 1));
}

/* Against a window that is written down in full: jumps of every size, back and forth. */
static void
test_E1_like_a_list(void)
{
    enum { NUMBERS = 20000 };
    g_autofree bool *seen = g_new0(bool, NUMBERS);
    struct esp_replay r = {0};
    uint32_t highest = 0;

    for (unsigned i = 0; i < 200000; i++) {
        const uint32_t reach = g_test_rand_int_range(0, 10) == 0 ? 3000 : 1100;
        const uint32_t back = (uint32_t)g_test_rand_int_range(0, (gint32)reach);
        const uint32_t ahead = (uint32_t)g_test_rand_int_range(0, i % 1000 == 0 ? 1500 : 8);
        uint32_t n = highest + ahead;

        n = i % 3 == 0 || n < back ? n : n - back;
        if (n >= NUMBERS)
            break;
        const bool want = n != 0 && (n > highest || (highest - n < 1024 && !seen[n]));
        g_assert_cmpint(esp_replay_fresh(&r, n), ==, want);
        g_assert_cmpint(esp_replay_accept(&r, n), ==, want);
        seen[n] = seen[n] || want;
        highest = MAX(highest, want ? n : 0);
    }
    g_assert_cmpuint(highest, >, NUMBERS / 2);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/esp-replay/E1-each-number-once", test_E1_each_number_once);
    g_test_add_func("/esp-replay/E1-edges", test_E1_edges);
    g_test_add_func("/esp-replay/E1-no-wrap", test_E1_no_wrap);
    g_test_add_func("/esp-replay/E1-like-a-list", test_E1_like_a_list);
    return g_test_run();
}
