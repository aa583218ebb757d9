/* test-ras-script.c - what the practice server is told by files and options: users, pools, faults.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>

#include "net-config.h"
#include "ras-pool.h"
#include "ras-script.h"
#include "ras-users.h"

static void
test_users(void)
{
    struct ras_users *u = g_new0(struct ras_users, 1);
    const char *why = NULL;

    g_assert_true(ras_users_add_line(u, "# comment", &why));
    g_assert_true(ras_users_add_line(u, "  \t", &why));
    g_assert_cmpuint(u->n, ==, 0);
    g_assert_true(ras_users_add_line(u, "alice \"pass # word\" retry minlength=9 # note", &why));
    g_assert_true(ras_users_add_line(u, "bob\tsecret\tdisabled address=10.9.0.7\n", &why));
    g_assert_cmpuint(u->n, ==, 2);

    const struct ras_user *alice = ras_users_find(u, "CORP\\Alice");
    g_assert_nonnull(alice);
    g_assert_cmpmem(alice->password.data, alice->password.len, "pass # word", 11);
    g_assert_true(alice->retry);
    g_assert_cmpuint(alice->minimum, ==, 9);
    g_assert_cmpuint(alice->refuse, ==, 0);
    const struct ras_user *bob = ras_users_find(u, "bob");
    g_assert_cmpuint(bob->refuse, ==, 647);
    g_assert_cmphex(bob->address, ==, 0x0a090007);
    g_assert_null(ras_users_find(u, "bo"));
    g_assert_null(ras_users_find(u, "bobb"));

    static const char *const wrong[] = {"carol", "carol p unknown", "carol \"p",
                                        "carol p address=10.9", "carol p minlength=x"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_assert_false(ras_users_add_line(u, wrong[i], &why));
        g_assert_cmpuint(u->n, ==, 2);
    }
    ras_users_wipe(u);
    g_free(u);
}

static void
test_pool(void)
{
    struct ras_pool *p = g_new0(struct ras_pool, 1);

    g_assert_true(ras_pool_add(p, "10.9.0.10-10.9.0.12"));
    g_assert_true(ras_pool_add(p, "192.168.77.5"));
    g_assert_false(ras_pool_add(p, "10.9.0.12-10.9.0.10"));
    g_assert_false(ras_pool_add(p, "10.9.0.0-10.9.255.255"));
    g_assert_false(ras_pool_add(p, "somewhere"));
    g_assert_cmpuint(ras_pool_free_count(p), ==, 4);

    g_assert_cmphex(ras_pool_take(p, 1, 0), ==, 0x0a09000a);
    g_assert_cmphex(ras_pool_take(p, 2, 0x0a09000a), ==, 0x0a09000b); /* taken: another */
    g_assert_cmphex(ras_pool_take(p, 3, 0xc0a84d05), ==, 0xc0a84d05);
    ras_pool_give_back(p, 1);
    g_assert_cmphex(ras_pool_take(p, 4, 0), ==, 0x0a09000c); /* not the one just given back */
    g_assert_cmphex(ras_pool_take(p, 5, 0), ==, 0x0a09000a);
    g_assert_cmphex(ras_pool_take(p, 6, 0), ==, 0);
    g_free(p);
}

static void
test_script(void)
{
    struct ras_script *s = g_new0(struct ras_script, 1);
    const char *why = NULL;

    g_assert_true(ras_script_add_line(s, "chap-wrong-proof", &why));
    g_assert_true(ras_script_add_line(s, "call 2 ipcp-dns 127.0.0.1 # loop", &why));
    g_assert_true(ras_script_add_line(s, "at up +500 abort 0x5", &why));
    g_assert_true(ras_script_add_line(s, "dhcp-domain \"a b\\x1b\\n\"", &why));
    g_assert_true(ras_script_add_line(s, "at lcp frame c02105ff0004", &why));
    g_assert_cmpuint(s->n, ==, 5);

    g_assert_nonnull(ras_script_fault(s, RAS_FAULT_CHAP_WRONG_PROOF, 1));
    g_assert_null(ras_script_fault(s, RAS_FAULT_IPCP_DNS, 1));
    g_assert_cmphex(ras_script_fault(s, RAS_FAULT_IPCP_DNS, 2)->number, ==, 0x7f000001);
    g_assert_true(s->v[2].is_act);
    g_assert_cmpint(s->v[2].stage, ==, RAS_STAGE_UP);
    g_assert_cmpint(s->v[2].action, ==, RAS_ACT_ABORT);
    g_assert_cmpuint(s->v[2].delay_ms, ==, 500);
    g_assert_cmpuint(s->v[2].number, ==, 5);
    g_assert_cmpstr(s->v[3].text, ==, "a b\033\n");
    /* an act at stage 0 must not be found as fault 0 */
    g_assert_null(ras_script_fault(s, RAS_FAULT_HTTP_STATUS, 1));

    static const char *const wrong[] = {
        "no-such-fault",
        "chap-wrong-proof 1",
        "fragment",
        "fragment many",
        "at up",
        "at nowhere close",
        "at up +x close",
        "call",
        "call x mute-echo",
        "at lcp frame c021f",
        "at lcp frame xy",
        "fragment 1 2",
        "ipcp-dns 1.2.3",
        "dhcp-domain \"a\\q\"",
        "at up close now",
        "fragment 4294967296",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_false(ras_script_add_line(s, wrong[i], &why));
    g_assert_cmpuint(s->n, ==, 5);
    for (int i = 5; i < RAS_SCRIPT_MAX; i++)
        g_assert_true(ras_script_add_line(s, "mute-echo", &why));
    g_assert_false(ras_script_add_line(s, "mute-echo", &why));

    for (int i = 0; i < RAS_N_FAULTS; i++)
        g_assert_nonnull(ras_script_fault_name(i));
    for (int i = 0; i < RAS_N_ACTIONS; i++)
        g_assert_nonnull(ras_script_action_name(i));
    g_free(s);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ras/users", test_users);
    g_test_add_func("/ras/pool", test_pool);
    g_test_add_func("/ras/script", test_script);
    return g_test_run();
}
