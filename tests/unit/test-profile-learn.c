/* test-profile-learn.c - what a call teaches. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-learn.h"

#include <glib/gstdio.h>

static Profile *
profile(ProfileStore *store, guint strategy)
{
    Profile *p = profile_new();

    profile_set(&p->name, "Office");
    profile_add_server(p, "", "vpn.example.com");
    p->dun.vpn_strategy = strategy;
    g_assert_true(profile_store_save(store, p, NULL));
    return p;
}

/* What the next call would read. */
static Profile *
learned(ProfileStore *store, Profile *p, const char *protocol, guint32 ipsec)
{
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "server", "s", "vpn.example.com");
    if (protocol != NULL)
        g_variant_dict_insert(&dict, "protocol", "s", protocol);
    if (ipsec != 0)
        g_variant_dict_insert(&dict, "ipsec-remembered", "u", ipsec);
    g_autoptr(GVariant) details = g_variant_ref_sink(g_variant_dict_end(&dict));
    g_assert_true(profile_learn(store, p, details, NULL));
    return profile_store_find(store, p->id, NULL);
}

static guint
last_protocol(ProfileStore *store, guint strategy, const char *protocol)
{
    g_autoptr(Profile) p = profile(store, strategy);
    g_autoptr(Profile) next = learned(store, p, protocol, 0);

    g_assert_true(profile_store_delete(store, next, NULL));
    return next->last_protocol;
}

static void
what_connected_comes_first(void)
{
    g_autofree char *dir = g_dir_make_tmp("dialtone-learn-XXXXXX", NULL);
    g_autoptr(ProfileStore) store = profile_store_new(dir, "/nonexistent");

    g_assert_cmpuint(last_protocol(store, 0, "sstp"), ==, PLAN_SSTP);
    g_assert_cmpuint(last_protocol(store, 0, "l2tp-ipsec"), ==, PLAN_L2TP_IPSEC);
    g_assert_cmpuint(last_protocol(store, 0, "pptp"), ==, PLAN_PPTP);
    g_assert_cmpuint(last_protocol(store, 0, "l2tp"), ==, 0); /* in the clear: never by itself */
    g_assert_cmpuint(last_protocol(store, 0, NULL), ==, 0);
    g_assert_cmpuint(last_protocol(store, 5, "sstp"), ==, 0); /* there is no choice */
    g_assert_cmpint(g_rmdir(dir), ==, 0);
}

static void
what_ipsec_took_is_remembered_for_the_server(void)
{
    g_autofree char *dir = g_dir_make_tmp("dialtone-learn-XXXXXX", NULL);
    g_autoptr(ProfileStore) store = profile_store_new(dir, "/nonexistent");
    g_autoptr(Profile) p = profile(store, 3);
    g_autoptr(Profile) next = learned(store, p, "l2tp-ipsec", 77);

    g_assert_cmpuint(next->ipsec_remembered, ==, 77);
    g_assert_cmpstr(next->ipsec_remembered_for, ==, "vpn.example.com");
    p->system = TRUE; /* everybody's */
    g_autoptr(Profile) same = learned(store, p, "l2tp-ipsec", 78);
    g_assert_cmpuint(same->ipsec_remembered, ==, 77);
    g_assert_true(profile_learn(store, p, NULL, NULL));
    g_assert_true(profile_store_delete(store, next, NULL));
    g_assert_cmpint(g_rmdir(dir), ==, 0);
}

static char *
silent_for(ProfileStore *store, Profile *p, const char *server, const char *dhcp, gboolean late)
{
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "server", "s", server);
    if (dhcp != NULL)
        g_variant_dict_insert(&dict, "dhcp", "s", dhcp);
    g_autoptr(GVariant) details = g_variant_ref_sink(g_variant_dict_end(&dict));
    late ? profile_learn_late(store, p, details) : (void)profile_learn(store, p, details, NULL);
    g_autoptr(Profile) next = profile_store_find(store, p->id, NULL);
    return g_strdup_printf("%u %s", next->dhcp_silent_calls, next->dhcp_silent_for);
}

/* One server, twice in a row: one answer may have been lost on its way. Until it answers after all;
 * what is not known changes nothing. */
static void
who_answers_no_dhcpinform_is_remembered(void)
{
    static const struct {
        const char *server, *dhcp, *then;
        gboolean late;
    } calls[] = {{"a.example.com", NULL, "0 "},
                 {"a.example.com", "answered", "0 "},
                 {"a.example.com", "silent", "1 a.example.com"},
                 {"a.example.com", "answered", "0 "},
                 {"a.example.com", "silent", "1 a.example.com"},
                 {"a.example.com", NULL, "1 a.example.com"},
                 {"b.example.com", "answered", "1 a.example.com"},
                 {"a.example.com", "silent", "2 a.example.com"},
                 {"a.example.com", "silent", "2 a.example.com"},
                 {"b.example.com", "silent", "1 b.example.com"},
                 {"b.example.com", "silent", "1 b.example.com", TRUE}, /* the same call */
                 {"b.example.com", "answered", "0 ", TRUE},
                 {"b.example.com", "silent", "1 b.example.com"},
                 {"b.example.com", "answered", "0 "}};
    g_autofree char *dir = g_dir_make_tmp("dialtone-learn-XXXXXX", NULL);
    g_autoptr(ProfileStore) store = profile_store_new(dir, "/nonexistent");
    g_autoptr(Profile) p = profile(store, 5);

    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++) {
        g_autofree char *then = silent_for(store, p, calls[i].server, calls[i].dhcp, calls[i].late);
        g_assert_cmpstr(then, ==, calls[i].then);
    }
    g_assert_true(profile_store_delete(store, p, NULL));
    g_assert_cmpint(g_rmdir(dir), ==, 0);
}

static char *
last_server(ProfileStore *store, Profile *p, const char *server)
{
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "server", "s", server);
    g_autoptr(GVariant) details = g_variant_ref_sink(g_variant_dict_end(&dict));
    g_assert_true(profile_learn(store, p, details, NULL));
    g_autoptr(Profile) next = profile_store_find(store, p->id, NULL);
    return g_strdup(next->last_server);
}

static void
the_server_that_connected_comes_first(void)
{
    g_autofree char *dir = g_dir_make_tmp("dialtone-learn-XXXXXX", NULL);
    g_autoptr(ProfileStore) store = profile_store_new(dir, "/nonexistent");
    g_autoptr(Profile) p = profile(store, 5);
    g_autofree char *alone = last_server(store, p, "vpn.example.com");

    g_assert_cmpstr(alone, ==, ""); /* there is no choice */
    profile_add_server(p, "", "https://vpn2.example.com:8443/");
    g_assert_true(profile_store_save(store, p, NULL));
    g_autofree char *second = last_server(store, p, "vpn2.example.com");
    g_assert_cmpstr(second, ==, "vpn2.example.com");
    g_autofree char *typed = last_server(store, p, "elsewhere.example.com");
    g_assert_cmpstr(typed, ==, "vpn2.example.com");
    g_autoptr(Profile) decided = profile_store_find(store, p->id, NULL);
    decided->choose_server = TRUE; /* a person, during the call */
    g_assert_true(profile_store_save(store, decided, NULL));
    g_autofree char *chosen = last_server(store, p, "vpn.example.com");
    g_assert_cmpstr(chosen, ==, "vpn2.example.com");
    g_assert_true(profile_store_delete(store, p, NULL));
    g_assert_cmpint(g_rmdir(dir), ==, 0);
}

/* Each call holds the profile as it was when it began. */
static void
what_changed_during_the_call_stays(void)
{
    g_autofree char *dir = g_dir_make_tmp("dialtone-learn-XXXXXX", NULL);
    g_autoptr(ProfileStore) store = profile_store_new(dir, "/nonexistent");
    g_autoptr(Profile) p = profile(store, 0);
    g_autoptr(Profile) meanwhile = profile_store_find(store, p->id, NULL);

    profile_set(&meanwhile->user, "anna");
    g_assert_true(profile_store_save(store, meanwhile, NULL));
    g_autoptr(Profile) next = learned(store, p, "l2tp-ipsec", 0);
    g_assert_cmpuint(next->last_protocol, ==, PLAN_L2TP_IPSEC);
    g_assert_cmpstr(next->user, ==, "anna");
    g_assert_true(profile_store_delete(store, next, NULL));
    g_autoptr(GVariant) empty = g_variant_ref_sink(g_variant_new_parsed("@a{sv} {}"));
    g_assert_false(profile_learn(store, p, empty, NULL)); /* it does not come back */
    g_assert_null(profile_store_find(store, p->id, NULL));
    g_assert_cmpint(g_rmdir(dir), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile-learn/protocol", what_connected_comes_first);
    g_test_add_func("/profile-learn/ipsec", what_ipsec_took_is_remembered_for_the_server);
    g_test_add_func("/profile-learn/F7-changed-during-the-call",
                    what_changed_during_the_call_stays);
    g_test_add_func("/profile-learn/dhcp", who_answers_no_dhcpinform_is_remembered);
    g_test_add_func("/profile-learn/server", the_server_that_connected_comes_first);
    return g_test_run();
}
