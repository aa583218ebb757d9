/* test-profile-learn.c - what a call teaches. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-learn.h"
#include "profile-memory.h"

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

/* --- of connections for everybody --- */

struct everybodys {
    char *dir, *own, *system, *file; /* ->file: what is learned */
    ProfileStore *store;
    Profile *p;
};

static void
everybodys_begin(struct everybodys *w)
{
    w->dir = g_dir_make_tmp("dialtone-learn-XXXXXX", NULL);
    w->own = g_build_filename(w->dir, "own", NULL);
    w->system = g_build_filename(w->dir, "system", NULL);
    w->file = g_build_filename(g_get_user_state_dir(), "dialtone", "learned.ini", NULL);
    g_autoptr(ProfileStore) administrator = profile_store_new(w->system, "/nonexistent");
    g_autoptr(Profile) p = profile(administrator, 0);
    w->store = profile_store_new(w->own, w->system);
    w->p = profile_store_find_system(w->store, "Office", NULL);
    g_assert_true(w->p->system);
}

static void
administrator_changes(struct everybodys *w, const char *server)
{
    g_autoptr(ProfileStore) administrator = profile_store_new(w->system, "/nonexistent");
    g_autoptr(Profile) p = profile_store_find(administrator, w->p->id, NULL);

    profile_add_server(p, "", server);
    g_assert_true(profile_store_save(administrator, p, NULL));
}

static void
everybodys_end(struct everybodys *w)
{
    g_autoptr(ProfileStore) administrator = profile_store_new(w->system, "/nonexistent");
    g_autoptr(Profile) p = profile_store_find(administrator, w->p->id, NULL);
    char *const texts[] = {w->dir, w->own, w->system, w->file};

    g_assert_true(profile_store_delete(administrator, p, NULL));
    g_remove(w->file);
    g_assert_cmpint(g_rmdir(w->system), ==, 0);
    g_assert_cmpint(g_rmdir(w->dir), ==, 0); /* and nothing is the user's own */
    g_object_unref(w->store);
    profile_free(w->p);
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
}

/* What the next call would dial. */
static Profile *
recalled(const struct everybodys *w)
{
    Profile *next = profile_store_find(w->store, w->p->id, NULL);

    g_assert_true(next->system);
    g_assert_cmpuint(next->last_protocol, ==, 0); /* the profile says what the administrator says */
    profile_memory_recall(next);
    return next;
}

static void
everybodys_are_learned_for_one_user(void)
{
    struct everybodys w;
    GStatBuf st;

    everybodys_begin(&w);
    g_autoptr(Profile) nothing = recalled(&w);
    g_assert_cmpuint(nothing->last_protocol, ==, 0);
    profile_free(learned(w.store, w.p, "l2tp-ipsec", 4000000000));
    g_autoptr(Profile) next = recalled(&w);
    g_assert_cmpuint(next->last_protocol, ==, PLAN_L2TP_IPSEC);
    g_assert_cmpuint(next->ipsec_remembered, ==, 4000000000);
    g_assert_cmpstr(next->ipsec_remembered_for, ==, "vpn.example.com");
    g_free(silent_for(w.store, w.p, "vpn.example.com", "silent", FALSE));
    g_free(silent_for(w.store, w.p, "vpn.example.com", "silent", FALSE));
    g_autoptr(Profile) silent = recalled(&w);
    g_assert_cmpuint(silent->dhcp_silent_calls, ==, 2);
    g_assert_cmpuint(silent->last_protocol, ==, PLAN_L2TP_IPSEC); /* still */
    g_free(silent_for(w.store, w.p, "vpn.example.com", "answered", TRUE));
    g_autoptr(Profile) answered = recalled(&w);
    g_assert_cmpuint(answered->dhcp_silent_calls, ==, 0);
    g_assert_cmpint(g_stat(w.file, &st), ==, 0);
    g_assert_cmpuint(st.st_mode & 0777, ==, 0600);
    profile_memory_forget(w.p);
    g_autoptr(Profile) forgotten = recalled(&w);
    g_assert_cmpuint(forgotten->last_protocol, ==, 0);
    everybodys_end(&w);
}

/* What the user typed in the window is no change of it. */
static void
everybodys_that_changed_are_forgotten(void)
{
    struct everybodys w;

    everybodys_begin(&w);
    profile_free(learned(w.store, w.p, "pptp", 0));
    g_autoptr(Profile) typed = profile_store_find(w.store, w.p->id, NULL);
    profile_set(&typed->user, "anna");
    profile_set(&typed->domain, "EXAMPLE");
    typed->remember_password = typed->dial_automatically = TRUE;
    profile_memory_recall(typed);
    g_assert_cmpuint(typed->last_protocol, ==, PLAN_PPTP);
    administrator_changes(&w, "vpn2.example.com");
    g_autoptr(Profile) changed = recalled(&w);
    g_assert_cmpuint(changed->last_protocol, ==, 0);
    g_free(last_server(w.store, w.p, "vpn2.example.com"));
    g_autoptr(Profile) next = recalled(&w);
    g_assert_cmpstr(next->last_server, ==, "vpn2.example.com");
    g_assert_cmpuint(next->last_protocol, ==, 0); /* that was another profile's */
    everybodys_end(&w);
}

static void
a_bad_memory_is_none(void)
{
    static const char *const bad[] = {"",
                                      "[",
                                      "[office\nLastProtocol=3",
                                      "\xff\xfe\n[office]\n",
                                      "[office]\nLastProtocol=3\nProfile=\n",
                                      "[office]\nLastProtocol=3\nProfile=0000\n"};
    struct everybodys w;

    everybodys_begin(&w);
    profile_free(learned(w.store, w.p, "pptp", 5)); /* makes the folder */
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_true(g_file_set_contents(w.file, bad[i], -1, NULL));
        g_autoptr(Profile) next = recalled(&w);
        g_assert_cmpuint(next->last_protocol, ==, 0);
        profile_free(learned(w.store, w.p, "pptp", 5));
        g_autoptr(Profile) again = recalled(&w);
        g_assert_cmpuint(again->last_protocol, ==, PLAN_PPTP);
    }
    everybodys_end(&w);
}

/* As @key were @value in the file. */
static Profile *
with_value(const struct everybodys *w, const char *key, const char *value)
{
    g_autoptr(GKeyFile) file = g_key_file_new();

    g_assert_true(g_key_file_load_from_file(file, w->file, G_KEY_FILE_NONE, NULL));
    g_key_file_set_value(file, w->p->id, key, value);
    g_assert_true(g_key_file_save_to_file(file, w->file, NULL));
    return recalled(w);
}

static void
values_out_of_range_are_none(void)
{
    struct everybodys w;
    g_autofree char *long_name = g_strnfill(256, 'a');

    everybodys_begin(&w);
    profile_free(learned(w.store, w.p, "pptp", 5));
    g_autoptr(Profile) protocol = with_value(&w, "LastProtocol", "4");
    g_assert_cmpuint(protocol->last_protocol, ==, 0);
    g_autoptr(Profile) negative = with_value(&w, "IPsecRemembered", "-1");
    g_assert_cmpuint(negative->ipsec_remembered, ==, 0);
    g_autoptr(Profile) wide = with_value(&w, "IPsecRemembered", "4294967296");
    g_assert_cmpuint(wide->ipsec_remembered, ==, 0);
    g_autoptr(Profile) calls = with_value(&w, "DHCPSilentCalls", "3");
    g_assert_cmpuint(calls->dhcp_silent_calls, ==, 0);
    g_autoptr(Profile) host = with_value(&w, "LastServer", long_name);
    g_assert_cmpstr(host->last_server, ==, "");
    everybodys_end(&w);
}

/* Those that taught something last. */
static void
not_more_than_some_are_remembered(void)
{
    struct everybodys w;
    gsize n;

    everybodys_begin(&w);
    g_autofree char *first = g_strdup(w.p->id);
    for (guint i = 0; i <= PROFILE_MEMORY_CONNECTIONS; i++) {
        g_autoptr(Profile) other = profile_copy(w.p);
        g_autofree char *id = i == 0 ? g_strdup(first) : g_strdup_printf("other-%u", i);
        profile_set(&other->id, id);
        other->last_protocol = PLAN_PPTP;
        g_assert_true(profile_memory_keep(other, NULL));
    }
    g_autoptr(Profile) oldest = recalled(&w);
    g_assert_cmpuint(oldest->last_protocol, ==, 0);
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_assert_true(g_key_file_load_from_file(file, w.file, G_KEY_FILE_NONE, NULL));
    g_auto(GStrv) groups = g_key_file_get_groups(file, &n);
    g_assert_cmpuint(n, ==, PROFILE_MEMORY_CONNECTIONS);
    g_assert_cmpstr(groups[0], ==, "other-1");
    everybodys_end(&w);
}

int
main(int argc, char **argv)
{
    g_autofree char *state = g_dir_make_tmp("dialtone-learn-XXXXXX", NULL);

    g_setenv("XDG_STATE_HOME", state, TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile-learn/protocol", what_connected_comes_first);
    g_test_add_func("/profile-learn/ipsec", what_ipsec_took_is_remembered_for_the_server);
    g_test_add_func("/profile-learn/F7-changed-during-the-call",
                    what_changed_during_the_call_stays);
    g_test_add_func("/profile-learn/dhcp", who_answers_no_dhcpinform_is_remembered);
    g_test_add_func("/profile-learn/server", the_server_that_connected_comes_first);
    g_test_add_func("/profile-learn/everybody", everybodys_are_learned_for_one_user);
    g_test_add_func("/profile-learn/everybody/changed", everybodys_that_changed_are_forgotten);
    g_test_add_func("/profile-learn/everybody/bad-file", a_bad_memory_is_none);
    g_test_add_func("/profile-learn/everybody/bad-value", values_out_of_range_are_none);
    g_test_add_func("/profile-learn/everybody/many", not_more_than_some_are_remembered);
    const int result = g_test_run();
    g_autofree char *folder = g_build_filename(state, "dialtone", NULL);
    g_assert_cmpint(g_rmdir(folder), ==, 0); /* nothing was left in it */
    g_assert_cmpint(g_rmdir(state), ==, 0);
    return result;
}
