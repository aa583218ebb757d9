/*
 * test-helper-early.c - what is learned of servers, and what is never tried again.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "helper-early.h"

static const struct plan_server one = {"VPN.example.test", 443}, same = {"vpn.example.test", 443},
                                other = {"vpn.example.test", 8443};

static void
test_learns(void)
{
    struct helper_early *e = helper_early_new();

    g_assert_false(helper_early_wanted(e, &one)); /* step by step the first time */
    helper_early_learn(e, &one, FALSE, FALSE);
    g_assert_true(helper_early_wanted(e, &same));
    g_assert_false(helper_early_wanted(e, &other));
    helper_early_learn(e, &one, TRUE, TRUE);
    g_assert_true(helper_early_wanted(e, &one));
    helper_early_free(e);
}

static void
test_refused_for_good(void)
{
    struct helper_early *e = helper_early_new();

    helper_early_learn(e, &one, FALSE, FALSE);
    helper_early_learn(e, &one, TRUE, FALSE);
    g_assert_false(helper_early_wanted(e, &one));
    helper_early_learn(e, &one, FALSE, FALSE); /* the dials after that say nothing new */
    g_assert_false(helper_early_wanted(e, &one));
    helper_early_free(e);
}

static void
test_bounded(void)
{
    struct helper_early *e = helper_early_new();
    struct plan_server s = {"a", 0};

    for (guint i = 0; i < 2000; i++) {
        s.port = (guint16)i;
        helper_early_learn(e, &s, FALSE, FALSE);
        g_assert_true(helper_early_wanted(e, &s));
    }
    s.port = 0;
    g_assert_false(helper_early_wanted(e, &s)); /* forgotten */
    helper_early_free(e);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/helper-early/learns", test_learns);
    g_test_add_func("/helper-early/refused-for-good", test_refused_for_good);
    g_test_add_func("/helper-early/bounded", test_bounded);
    return g_test_run();
}
