/* test-helper-failures.c - the failed attempts of a dial. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "helper-failures.h"

static guint32
number_at(GVariant *list, gsize i)
{
    guint32 number;

    g_variant_get_child(list, i, "(usssus)", &number, NULL, NULL, NULL, NULL, NULL);
    return number;
}

/* However often it is redialed: the newest are kept, in order. */
static void
test_bounded(void)
{
    g_autofree struct helper_failures *f = g_new0(struct helper_failures, 1);
    const struct helper_failure one = {
        .number = 1, .protocol = "pptp", .server = "a.test", .end = {RAS_VPN_TIMEOUT, "why"}};

    helper_failures_add(f, &one);
    g_autoptr(GVariant) first = g_variant_ref_sink(helper_failures_to_variant(f));
    g_autofree char *text = g_variant_print(first, FALSE);
    g_assert_cmpstr(text, ==, "[(1, 'pptp', 'a.test', '', 809, 'why')]");

    for (unsigned i = 2; i <= HELPER_FAILURES_MAX + 8; i++)
        helper_failures_add(f, &(struct helper_failure){.number = i, .protocol = "sstp"});
    g_autoptr(GVariant) list = g_variant_ref_sink(helper_failures_to_variant(f));
    g_assert_cmpuint(g_variant_n_children(list), ==, HELPER_FAILURES_MAX);
    for (gsize i = 0; i < HELPER_FAILURES_MAX; i++)
        g_assert_cmpuint(number_at(list, i), ==, i + 9);
}

static void
test_none(void)
{
    g_autofree struct helper_failures *f = g_new0(struct helper_failures, 1);
    g_autoptr(GVariant) list = g_variant_ref_sink(helper_failures_to_variant(f));

    g_assert_cmpuint(g_variant_n_children(list), ==, 0);
}

/* The last that a proxy did not let through, whatever was tried after it. */
static void
test_proxy(void)
{
    static const enum proxy_outcome outcomes[] = {PROXY_UNKNOWN, PROXY_UNREACHED, PROXY_IS_NONE,
                                                  PROXY_REFUSES_SERVER, PROXY_REFUSES_USER};
    static const char *const words[] = {"name-unknown", "unreachable", "not-a-proxy",
                                        "server-refused", "user-refused"};
    g_autofree struct helper_failures *f = g_new0(struct helper_failures, 1);

    g_assert_cmpstr(helper_failures_proxy(f), ==, "");
    helper_failures_add(f, &(struct helper_failure){.protocol = "l2tp"});
    g_assert_cmpstr(helper_failures_proxy(f), ==, "");
    for (gsize i = 0; i < G_N_ELEMENTS(outcomes); i++) {
        helper_failures_add(f, &(struct helper_failure){.protocol = "sstp", .proxy = outcomes[i]});
        helper_failures_add(f, &(struct helper_failure){.protocol = "pptp"});
        g_assert_cmpstr(helper_failures_proxy(f), ==, words[i]);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/helper-failures/bounded", test_bounded);
    g_test_add_func("/helper-failures/none", test_none);
    g_test_add_func("/helper-failures/proxy", test_proxy);
    return g_test_run();
}
