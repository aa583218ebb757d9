/*
 * fuzz-profile-update.c - an answer to a profile that wants to be updated; the first octet says of
 * which kind. Refused or the same, the profile is as it was; changed, it is one that the store and
 * the plan can stand, and nothing of it changed but what may.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "profile-update.h"

#include "cps-book.h"
#include "fuzz-profile.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static Profile *
sample(void)
{
    Profile *p = profile_new();

    profile_set(&p->name, "Example");
    profile_add_server(p, "Berlin", "vpn1.example.test");
    profile_set_origin(p, "Server/vpn1.example.test", "vpn.txt", "VPN Servers", "Berlin", "");
    profile_add_server(p, "Typed", "vpn2.example.test");
    profile_set(&p->server_list_url, "https://a.test/vpn.txt");
    profile_set(&p->pb_url, "https://a.test/");
    profile_set(&p->pb_file, "book.pbk");
    profile_set(&p->region_file, "book.pbr");
    g_hash_table_insert(p->files, g_strdup("book.pbk"),
                        g_bytes_new_static("1,49,1,A,,1,,,0,0,\n", 19));
    g_hash_table_insert(p->files, g_strdup("book.pbr"), g_bytes_new_static("1\nX\n", 4));
    g_ptr_array_add(p->routes, g_strdup("10.1.0.0/16"));
    profile_add_action(p, "Connect Actions", "cmroute /UPDATE_URL_PATH https://a.test/r", NULL);
    return p;
}

static void
forget(Profile *p, const char *prefix)
{
    GHashTableIter iter;
    gpointer name;

    g_hash_table_iter_init(&iter, p->origins);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        if (g_str_has_prefix(name, prefix))
            g_hash_table_iter_remove(&iter);
}

/* Without what an update may change. */
static GBytes *
rest_of(const Profile *p)
{
    static const char *const changing[] = {"Server/", "Route/", "Dialtone/Server",
                                           "Connection Manager/Version"};
    g_autoptr(Profile) rest = profile_copy(p);

    g_ptr_array_set_size(rest->servers, 0);
    g_ptr_array_set_size(rest->routes, 0);
    rest->server = rest->pb_version = 0;
    profile_set(&rest->server_message, "");
    for (gsize i = 0; i < G_N_ELEMENTS(changing); i++)
        forget(rest, changing[i]);
    return profile_file_write(rest);
}

static void
check_book(const Profile *p)
{
    struct cps_report report;
    GBytes *pbk = g_hash_table_lookup(p->files, "book.pbk");
    g_autoptr(CpsBook) book =
        cps_book_read(pbk, g_hash_table_lookup(p->files, "book.pbr"), &report);

    if (cps_book_count(book) == 0 || report.all || report.rest || g_hash_table_size(p->files) != 2)
        broken("a book that is none");
}

static void
check_changed(const Profile *p, const Profile *before)
{
    g_autoptr(GBytes) a = rest_of(p), b = rest_of(before);

    check_profile(p);
    if (!g_bytes_equal(a, b))
        broken("it changed what it may not");
    if (p->servers->len == 0 || p->server >= p->servers->len || p->routes->len > PLAN_MAX_ROUTES)
        broken("lists out of their bounds");
    check_book(p);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(Profile) p = sample(), before = sample();
    g_autoptr(GPtrArray) wants = profile_update_wants(p);
    g_autoptr(GError) error = NULL;

    if (size == 0)
        return 0;
    g_autoptr(GBytes) bytes = g_bytes_new(data + 1, size - 1);
    const enum profile_update_result r =
        profile_update_take(p, wants->pdata[*data % wants->len], bytes, &error);
    if (r == PROFILE_UPDATE_CHANGED) {
        check_changed(p, before);
        return 0;
    }
    g_autoptr(GBytes) a = profile_file_write(p), b = profile_file_write(before);
    if (!g_bytes_equal(a, b) || g_hash_table_lookup(p->files, "book.pbk") == NULL ||
        (r == PROFILE_UPDATE_REFUSED) != (error != NULL))
        broken("refused, and yet it changed");
    if (error != NULL)
        check_text(error->message);
    return 0;
}
