/* test-profile-system.c - what the helper is sent of a connection for everybody.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-system.h"

#include "profile-file.h"

#include <glib/gstdio.h>
#include <string.h>

struct world {
    char *root, *user, *system;
    ProfileStore *store;
};

static void
set_up(struct world *w, gconstpointer data)
{
    (void)data;
    w->root = g_dir_make_tmp("dialtone-system-XXXXXX", NULL);
    w->user = g_build_filename(w->root, "user", NULL);
    w->system = g_build_filename(w->root, "system", NULL);
    w->store = profile_store_new(w->user, w->system);
}

static void
tear_down(struct world *w, gconstpointer data)
{
    g_autofree char *line = g_strdup_printf("rm -r %s", w->root);

    (void)data;
    g_assert_finalize_object(w->store);
    g_assert_true(g_spawn_command_line_sync(line, NULL, NULL, NULL, NULL));
    g_free(w->root);
    g_free(w->user);
    g_free(w->system);
}

static Profile *
sample(const char *name)
{
    Profile *p = profile_new();

    profile_set(&p->name, name);
    profile_add_server(p, "", "vpn.example.test");
    profile_set(&p->logo, "logo.bmp");
    g_hash_table_insert(p->files, g_strdup("logo.bmp"), g_bytes_new_static("BM\0picture", 10));
    return p;
}

static GBytes *
file_of(GVariant *packed, const char *name)
{
    GVariantIter iter;
    const char *key;
    GVariant *value;

    g_variant_iter_init(&iter, packed);
    while (g_variant_iter_next(&iter, "{&s@ay}", &key, &value)) {
        GBytes *bytes = g_variant_get_data_as_bytes(value);
        g_variant_unref(value);
        if (g_str_equal(key, name))
            return bytes;
        g_bytes_unref(bytes);
    }
    return NULL;
}

static Profile *
profile_of(GVariant *packed)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = file_of(packed, "profile.ini");
    Profile *p = profile_file_read(bytes, &error);

    g_assert_no_error(error);
    return p;
}

static GVariant *
pack(struct world *w, const Profile *p)
{
    g_autoptr(GError) error = NULL;
    GVariant *packed = profile_system_pack(w->store, p, &error);

    g_assert_no_error(error);
    return g_variant_ref_sink(packed);
}

static void
assert_packed(GVariant *packed, guint n)
{
    g_autoptr(GBytes) logo = file_of(packed, "files/logo.bmp");
    g_autoptr(Profile) sent = profile_of(packed);

    g_assert_cmpuint(g_variant_n_children(packed), ==, n);
    g_assert_nonnull(logo);
    g_assert_cmpmem(g_bytes_get_data(logo, NULL), g_bytes_get_size(logo), "BM\0picture", 10);
    g_assert_cmpstr(sent->name, ==, "Office");
    g_assert_cmpuint(sent->servers->len, ==, 1);
}

static void
imported(struct world *w, gconstpointer data)
{
    g_autoptr(Profile) p = sample("Office");
    g_autoptr(GVariant) packed = pack(w, p);

    (void)data;
    assert_packed(packed, 2);
}

/* What lies in the store goes with it; what calls have taught does not. */
static void
stored(struct world *w, gconstpointer data)
{
    g_autoptr(Profile) p = sample("Office");
    g_autoptr(GError) error = NULL;

    (void)data;
    p->last_protocol = PLAN_SSTP;
    p->ipsec_remembered = 7;
    p->dhcp_silent_calls = 2;
    profile_set(&p->last_server, "vpn.example.test");
    profile_set(&p->ipsec_remembered_for, "vpn.example.test");
    profile_set(&p->dhcp_silent_for, "vpn.example.test");
    profile_store_save(w->store, p, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_hash_table_size(p->files), ==, 0); /* they are in the store now */
    g_autoptr(GVariant) packed = pack(w, p);
    g_autoptr(Profile) sent = profile_of(packed);
    assert_packed(packed, 2);
    g_assert_cmpuint(sent->last_protocol + sent->ipsec_remembered + sent->dhcp_silent_calls, ==, 0);
    g_assert_cmpstr(sent->last_server, ==, "");
    g_assert_cmpstr(sent->ipsec_remembered_for, ==, "");
    g_assert_cmpstr(sent->dhcp_silent_for, ==, "");
    g_assert_cmpuint(p->last_protocol, ==, PLAN_SSTP);
}

/* A file that is new takes the place of the stored one of its name. */
static void
systems_changed(struct world *w, gconstpointer data)
{
    g_autoptr(ProfileStore) administrator = profile_store_new(w->system, w->user);
    g_autoptr(Profile) p = sample("Office");
    g_autoptr(GError) error = NULL;

    (void)data;
    g_hash_table_insert(p->files, g_strdup("help.txt"), g_bytes_new_static("old", 3));
    profile_store_save(administrator, p, &error);
    g_autoptr(Profile) found = profile_store_find_system(w->store, "office", &error);
    g_assert_no_error(error);
    g_assert_true(found->system);
    g_hash_table_insert(found->files, g_strdup("help.txt"), g_bytes_new_static("fresh", 5));
    g_autoptr(GVariant) packed = pack(w, found);
    g_autoptr(GBytes) help = file_of(packed, "files/help.txt");
    assert_packed(packed, 3);
    g_assert_cmpmem(g_bytes_get_data(help, NULL), g_bytes_get_size(help), "fresh", 5);
}

static void
too_much(struct world *w, gconstpointer data)
{
    g_autoptr(Profile) many = sample("Office"), large = sample("Office");
    g_autoptr(GError) error = NULL;

    (void)data;
    for (guint i = 0; i < 255; i++)
        g_hash_table_insert(many->files, g_strdup_printf("%u", i), g_bytes_new_static("x", 1));
    g_variant_unref(pack(w, many));
    g_hash_table_insert(many->files, g_strdup("one more"), g_bytes_new_static("x", 1));
    g_assert_null(profile_system_pack(w->store, many, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
    g_clear_error(&error);
    const gsize n = 16 * 1024 * 1024;
    g_hash_table_insert(large->files, g_strdup("big"), g_bytes_new_take(g_malloc0(n), n));
    g_assert_null(profile_system_pack(w->store, large, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
}

/* Names of everybody's and of the user's own do not get in each other's way. */
static void
names(struct world *w, gconstpointer data)
{
    g_autoptr(ProfileStore) administrator = profile_store_new(w->system, w->user);
    g_autoptr(Profile) own = sample("Office"), all = sample("Plant");
    g_autoptr(GError) error = NULL;

    (void)data;
    g_assert_true(profile_store_save(w->store, own, &error));
    g_assert_true(profile_store_save(administrator, all, &error));
    g_autofree char *office = profile_store_free_system_name(w->store, "Office");
    g_autofree char *plant = profile_store_free_system_name(w->store, "PLANT");
    g_autofree char *mine = profile_store_free_name(w->store, "Plant");
    g_assert_cmpstr(office, ==, "Office");
    g_assert_cmpstr(plant, ==, "PLANT (2)");
    g_assert_cmpstr(mine, ==, "Plant (2)");
    g_assert_null(profile_store_find_system(w->store, "Office", &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_null(profile_store_find_system(w->store, "office", &error)); /* the own one's id */
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

#define ADD(path, fn) g_test_add("/profile-system/" path, struct world, NULL, set_up, fn, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("imported", imported);
    ADD("stored", stored);
    ADD("systems-changed", systems_changed);
    ADD("D2-too-much", too_much);
    ADD("names", names);
    return g_test_run();
}
