/*
 * test-secret.c - secrets: bounded, wiped, compared in constant time.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "secret.h"

static void
test_set(void)
{
    struct secret s = {0};
    g_autofree char *longest = g_strnfill(SECRET_MAX, 'x');
    g_autofree char *longer = g_strnfill(SECRET_MAX + 1, 'x');

    g_assert_true(secret_set_text(&s, longest));
    g_assert_cmpint(s.len, ==, SECRET_MAX);
    g_assert_false(secret_set_text(&s, longer));
    g_assert_cmpint(s.len, ==, SECRET_MAX); /* unchanged */
    g_assert_true(secret_set_text(&s, "ab"));
    g_assert_cmpmem(secret_rd(&s).p, secret_rd(&s).left, "ab", 2);
    for (gsize i = 2; i < sizeof s.data; i++) /* nothing of the longer one is left behind */
        g_assert_cmpint(s.data[i], ==, 0);
    g_assert_true(secret_set_text(&s, NULL));
    g_assert_cmpint(s.len, ==, 0);
    g_assert_false(secret_set(&s, (struct rd){.bad = true}));
}

static void
test_wipe(void)
{
    struct secret s = {0};
    static const struct secret zero;

    g_assert_true(secret_set_text(&s, "Passw0rd!"));
    secret_wipe(&s);
    g_assert_cmpmem(&s, sizeof s, &zero, sizeof zero);
}

static void
test_equal(void)
{
    g_assert_true(secret_equal("abcd", "abcd", 4));
    g_assert_false(secret_equal("abcd", "abce", 4));
    g_assert_false(secret_equal("xbcd", "abcd", 4));
    g_assert_true(secret_equal("abcd", "abce", 3));
    g_assert_true(secret_equal("a", "b", 0));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/secret/set", test_set);
    g_test_add_func("/secret/Y4-wipe", test_wipe);
    g_test_add_func("/secret/Y3-equal", test_equal);
    return g_test_run();
}
