/* test-helper-redial.c - which ends of a call are worth a redial. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "helper-redial.h"

#include <glib.h>

static const enum ras_error all[] = {
#define RAS(number, name, text, advice) RAS_##name,
#include "ras-errors.inc"
#undef RAS
};

/* Each error there is, so that a new one is decided about. */
static void
test_final(void)
{
    unsigned n = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
        n += !helper_redial_is_final(all[i]);
    g_assert_cmpuint(n, ==, 19);
    g_assert_false(helper_redial_is_final(RAS_VPN_TIMEOUT));
    g_assert_false(helper_redial_is_final(RAS_DNSNAME_NOT_RESOLVABLE));
    /* Asking again would lock the account, or talk to a false server. */
    g_assert_true(helper_redial_is_final(RAS_AUTHENTICATION_FAILURE));
    g_assert_true(helper_redial_is_final(RAS_CERT_E_UNTRUSTEDROOT));
    g_assert_true(helper_redial_is_final(RAS_CERT_E_PINNED_MISMATCH));
    g_assert_true(helper_redial_is_final(RAS_INVALID_SERVER_CERT));
    g_assert_true(helper_redial_is_final(RAS_USER_DISCONNECTION));
}

static void
test_cut(void)
{
    unsigned n = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        n += helper_redial_is_cut(all[i]);
        g_assert_false(helper_redial_is_cut(all[i]) && helper_redial_is_final(all[i]));
    }
    g_assert_cmpuint(n, ==, 9);
    g_assert_true(helper_redial_is_cut(RAS_LINK_FAILURE));
    g_assert_true(helper_redial_is_cut(RAS_PPP_LCP_TERMINATED));
    g_assert_false(helper_redial_is_cut(RAS_IDLE_TIMEOUT));
    g_assert_false(helper_redial_is_cut(RAS_USER_DISCONNECTION));
    g_assert_false(helper_redial_is_cut(RAS_RASMAN_CANNOT_INITIALIZE));
}

static void
test_used(void)
{
    g_assert_cmpuint(helper_redial_used(2, true, 0), ==, 0); /* those of the first dial are over */
    g_assert_cmpuint(helper_redial_used(2, false, 0), ==, 2);
    g_assert_cmpuint(helper_redial_used(2, false, HELPER_REDIAL_STEADY - 1), ==, 2);
    g_assert_cmpuint(helper_redial_used(2, false, HELPER_REDIAL_STEADY), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/helper-redial/final", test_final);
    g_test_add_func("/helper-redial/cut", test_cut);
    g_test_add_func("/helper-redial/used", test_used);
    return g_test_run();
}
