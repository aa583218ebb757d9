/* test-ppp-auth-method.c - names, option values, user names. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "ppp-auth-method.h"

#include "ppp-test.h"

static void
test_option_values(void)
{
    for (unsigned m = PPP_AUTH_PAP; m <= PPP_AUTH_EAP_MSCHAPV2; m <<= 1) {
        uint8_t value[4];
        struct wr w = wr_over(value, sizeof value);

        ppp_auth_method_put(&w, m);
        g_assert_cmpuint(ppp_auth_method_parse(wr_done(&w)), ==, m);
        g_assert_cmpuint(ppp_auth_method_parse(rd_over(value, w.len - 1)), ==, 0);
        g_assert_cmpstr(ppp_auth_method_name(m), !=, "none");
    }
    g_assert_cmpuint(ppp_auth_method_parse(hex("c22380")), ==, 0);
    g_assert_cmpuint(ppp_auth_method_parse(hex("c2238100")), ==, 0);
    g_assert_cmpuint(ppp_auth_method_parse(hex("c02300")), ==, 0);
    g_assert_cmpuint(ppp_auth_method_parse(rd_over(NULL, 0)), ==, 0);
}

static void
test_names_as_sent(void)
{
    static const struct {
        const char *user, *domain, *sent;
    } rows[] = {
        {"bob", NULL, "bob"},
        {"bob", "", "bob"},
        {"bob", "CORP", "CORP\\bob"},
        {"CORP\\bob", "OTHER", "CORP\\bob"},
        {"bob@example.com", "CORP", "bob@example.com"},
    };
    struct ppp_credentials c = {0};
    struct secret password = {0};

    g_assert_true(secret_set_text(&password, "pw"));
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_assert_true(ppp_credentials_set(&c, rows[i].user, rows[i].domain, &password, NULL));
        g_assert_cmpstr(c.name, ==, rows[i].sent);
        g_assert_false(c.has_new_password);
    }
    g_autofree char *longest = g_strnfill(PPP_NAME_MAX, 'u');
    g_autofree char *longer = g_strnfill(PPP_NAME_MAX + 1, 'u');

    g_assert_false(ppp_credentials_set(&c, longer, NULL, &password, NULL));
    g_assert_false(ppp_credentials_set(&c, longest, "D", &password, NULL));
    g_assert_cmpstr(c.name, ==, "bob@example.com");
    g_assert_true(ppp_credentials_set(&c, longest, NULL, &password, &password));
    g_assert_true(c.has_new_password);
}

static void
test_Y4_wiped(void)
{
    static const struct ppp_credentials empty;
    struct ppp_credentials c = {0};
    struct secret password = {0};

    g_assert_true(secret_set_text(&password, "canary"));
    g_assert_true(ppp_credentials_set(&c, "u", "d", &password, &password));
    ppp_credentials_wipe(&c);
    g_assert_cmpmem(&c, sizeof c, &empty, sizeof empty);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ppp-auth-method/option-values", test_option_values);
    g_test_add_func("/ppp-auth-method/names-as-sent", test_names_as_sent);
    g_test_add_func("/ppp-auth-method/Y4-wiped", test_Y4_wiped);
    return g_test_run();
}
