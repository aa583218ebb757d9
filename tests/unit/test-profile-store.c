/* test-profile-store.c - connections on disk. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-store.h"

#include <glib/gstdio.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
    char *root, *user, *system;
    ProfileStore *store;
};

static void
set_up(struct fixture *f, gconstpointer data)
{
    (void)data;
    f->root = g_dir_make_tmp("dialtone-store-XXXXXX", NULL);
    f->user = g_build_filename(f->root, "user", NULL);
    f->system = g_build_filename(f->root, "system", NULL);
    f->store = profile_store_new(f->user, f->system);
}

static void
tear_down(struct fixture *f, gconstpointer data)
{
    g_autofree char *command = g_strdup_printf("rm -rf %s", f->root);

    (void)data;
    g_assert_finalize_object(f->store);
    g_assert_cmpint(system(command), ==, 0);
    g_free(f->root);
    g_free(f->user);
    g_free(f->system);
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

static void
save(struct fixture *f, Profile *p)
{
    g_autoptr(GError) error = NULL;

    profile_store_save(f->store, p, &error);
    g_assert_no_error(error);
}

static guint
count(struct fixture *f)
{
    g_autoptr(GPtrArray) problems = NULL;
    g_autoptr(GPtrArray) list = profile_store_list(f->store, &problems);

    g_assert_cmpuint(problems->len, ==, 0);
    return list->len;
}

static void
what_is_saved_is_found(struct fixture *f, gconstpointer data)
{
    g_autoptr(Profile) p = sample("Example VPN");
    g_autoptr(GError) error = NULL;
    struct stat st;

    (void)data;
    g_assert_cmpuint(count(f), ==, 0);
    save(f, p);
    g_assert_cmpstr(p->id, ==, "example-vpn");
    g_autoptr(Profile) by_id = profile_store_find(f->store, "example-vpn", &error);
    g_autoptr(Profile) by_name = profile_store_find(f->store, "Example VPN", &error);
    g_autoptr(Profile) by_case = profile_store_find(f->store, "EXAMPLE vpn", &error);
    g_assert_no_error(error);
    g_assert_cmpstr(by_case->name, ==, "Example VPN");
    g_assert_cmpuint(by_name->servers->len, ==, 1);
    g_autoptr(GBytes) logo = profile_store_read_file(f->store, by_id, by_id->logo, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(logo), ==, 10);
    g_assert_null(profile_store_find(f->store, "Other", &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    g_assert_cmpint(stat(f->user, &st), ==, 0);
    g_assert_cmphex(st.st_mode & 0777, ==, 0700);
}

static void
a_change_is_kept_and_a_deletion_too(struct fixture *f, gconstpointer data)
{
    g_autoptr(Profile) p = sample("VPN");
    g_autoptr(GError) error = NULL;

    (void)data;
    save(f, p);
    profile_set(&p->name, "Renamed");
    p->redial_count = 9;
    save(f, p);
    g_autoptr(Profile) again = profile_store_find(f->store, "vpn", &error);
    g_assert_no_error(error);
    g_assert_cmpstr(again->name, ==, "Renamed");
    g_assert_cmpuint(again->redial_count, ==, 9);
    g_assert_cmpuint(count(f), ==, 1);
    g_autoptr(GBytes) logo = profile_store_read_file(f->store, again, "logo.bmp", &error);
    g_assert_no_error(error);
    g_assert_true(profile_store_delete(f->store, again, &error));
    g_assert_cmpuint(count(f), ==, 0);
    g_autoptr(GDir) dir = g_dir_open(f->user, 0, NULL);
    g_assert_null(g_dir_read_name(dir)); /* nothing hidden is left behind either */
}

/* F7: whatever a connection is called, its folder has a tame name of its own. */
static void
names_of_any_kind(struct fixture *f, gconstpointer data)
{
    static const char *const names[] = {"../../etc/passwd",
                                        "/",
                                        ".",
                                        "..",
                                        "",
                                        "Büro – Köln",
                                        "☎☎☎",
                                        "a/b",
                                        "a\\b",
                                        "con:",
                                        "-rf",
                                        "new\nline",
                                        "VPN",
                                        "vpn",
                                        "VPN ",
                                        "Удалённый доступ"};

    (void)data;
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(Profile) p = sample(names[i]);
        save(f, p);
        g_assert_true(g_str_is_ascii(p->id));
        g_assert_null(strpbrk(p->id, "/.\\ \n"));
        g_assert_true(g_ascii_isalnum(p->id[0]));
        g_autoptr(Profile) again = profile_store_find(f->store, p->id, NULL);
        g_assert_cmpstr(again->name, ==, *names[i] == '\0' ? p->id : names[i]);
    }
    g_assert_cmpuint(count(f), ==, G_N_ELEMENTS(names));
    g_autofree char *outside = g_build_filename(f->root, "etc", NULL);
    g_assert_false(g_file_test(outside, G_FILE_TEST_EXISTS));

    g_autofree char *long_name = g_strnfill(5000, 'x');
    g_autoptr(Profile) p = sample(long_name);
    save(f, p);
    g_assert_cmpuint(strlen(p->id), <, 100);
}

static void
two_of_one_name(struct fixture *f, gconstpointer data)
{
    g_autoptr(Profile) a = sample("VPN");
    g_autoptr(Profile) b = sample("VPN");
    g_autoptr(GError) error = NULL;

    (void)data;
    save(f, a);
    g_autofree char *free_name = profile_store_free_name(f->store, "vpn");
    g_assert_cmpstr(free_name, ==, "vpn (2)");
    save(f, b);
    g_assert_cmpstr(a->id, ==, "vpn");
    g_assert_cmpstr(b->id, ==, "vpn-2");
    g_assert_null(profile_store_find(f->store, "VPN", &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_EXISTS);
    g_assert_nonnull(strstr(error->message, "vpn-2"));
}

static void
system_profiles_are_read_only(struct fixture *f, gconstpointer data)
{
    g_autoptr(ProfileStore) administrator = profile_store_new(f->system, f->root);
    g_autoptr(Profile) p = sample("For all");
    g_autoptr(GError) error = NULL;

    (void)data;
    g_hash_table_insert(p->files, g_strdup("all.pbk"), g_bytes_new_static("1,1", 3));
    g_assert_true(profile_store_save(administrator, p, NULL));
    g_autoptr(Profile) seen = profile_store_find(f->store, "For all", &error);
    g_assert_no_error(error);
    g_assert_true(seen->system);
    g_assert_false(profile_store_delete(f->store, seen, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
    g_clear_error(&error);

    /* What the user changes is a copy of the user's own, which goes before it. */
    profile_set(&seen->user, "me");
    save(f, seen);
    g_assert_false(seen->system);
    g_autoptr(Profile) mine = profile_store_find(f->store, "For all", &error);
    g_assert_no_error(error);
    g_assert_cmpstr(mine->user, ==, "me");
    g_autoptr(GBytes) logo = profile_store_read_file(f->store, mine, "logo.bmp", &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) book = profile_store_read_file(f->store, mine, "all.pbk", &error);
    g_assert_no_error(error);
    g_assert_true(profile_store_delete(f->store, mine, &error));
    g_autoptr(Profile) theirs = profile_store_find(f->store, "For all", &error);
    g_assert_true(theirs->system);
    g_assert_cmpstr(theirs->user, ==, "");
}

/* --- changes are seen --- */

static void
on_changed(gpointer user_data)
{
    (*(guint *)user_data)++;
}

static gboolean
on_late(gpointer user_data)
{
    (void)user_data;
    g_error("no signal within 10 s");
    return G_SOURCE_REMOVE;
}

static void
wait_for(const guint *seen, guint more_than)
{
    const guint timer = g_timeout_add_seconds(10, on_late, NULL);

    while (*seen <= more_than)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(timer);
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

static void
another_front_end_is_seen(struct fixture *f, gconstpointer data)
{
    g_autoptr(Profile) p = sample("VPN");
    guint seen = 0;

    (void)data;
    g_assert_cmpint(g_mkdir(f->user, 0700), ==, 0);
    g_autoptr(ProfileStore) watcher = profile_store_new(f->user, f->system);
    g_signal_connect_swapped(watcher, "changed", G_CALLBACK(on_changed), &seen);
    save(f, p);
    wait_for(&seen, 0);
    guint before = seen;
    p->redial_count = 8;
    save(f, p);
    wait_for(&seen, before);
    g_autoptr(Profile) q = profile_store_find(watcher, "VPN", NULL);
    g_assert_cmpuint(q->redial_count, ==, 8);
    before = seen;
    g_assert_true(profile_store_delete(f->store, p, NULL));
    wait_for(&seen, before);
}

/* --- F7: the disk and other people --- */

/* Every size at which the disk may be full: the old profile is there as it was, and nothing else.
 */
static void
disk_full_loses_nothing(struct fixture *f, gconstpointer data)
{
    g_autoptr(Profile) p = sample("VPN");
    struct rlimit before, tight;
    guint failed = 0;

    (void)data;
    save(f, p);
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    signal(SIGXFSZ, SIG_IGN);
    tight = before;
    for (rlim_t limit = 0; limit < 1024; limit += 64) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Profile) changed = profile_copy(p);
        g_autofree char *filler = g_strnfill(700, 'x');
        profile_set(&changed->service_message, filler);

        tight.rlim_cur = limit;
        g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &tight), ==, 0);
        const gboolean ok = profile_store_save(f->store, changed, &error);
        g_autoptr(Profile) fresh = sample("Second");
        g_autoptr(GBytes) large = g_bytes_new_take(g_strnfill(1024, 'y'), 1024);
        g_hash_table_insert(fresh->files, g_strdup("large"), g_bytes_ref(large));
        g_assert_false(profile_store_save(f->store, fresh, NULL));
        g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);

        if (ok)
            break;
        failed++;
        g_assert_nonnull(error);
        g_autoptr(Profile) again = profile_store_find(f->store, "VPN", NULL);
        g_assert_cmpstr(again->service_message, ==, "");
        g_assert_cmpuint(count(f), ==, 1);
    }
    g_assert_cmpuint(failed, >, 5);
    g_autofree char *folder = g_build_filename(f->user, "vpn", NULL);
    g_autoptr(GDir) inside = g_dir_open(folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(inside)) != NULL;)
        g_assert_cmpint(name[0], !=, '.'); /* no half file is left behind */
    g_autoptr(GDir) dir = g_dir_open(f->user, 0, NULL);
    g_assert_cmpstr(g_dir_read_name(dir), ==, "vpn");
    g_assert_null(g_dir_read_name(dir));
}

static void
links_and_fifos_are_not_followed(struct fixture *f, gconstpointer data)
{
    g_autoptr(Profile) p = sample("VPN");
    g_autoptr(GPtrArray) problems = NULL;
    g_autoptr(GError) error = NULL;

    (void)data;
    save(f, p);
    g_autofree char *ini = g_build_filename(f->user, "vpn", "profile.ini", NULL);
    g_autofree char *logo = g_build_filename(f->user, "vpn", "files", "logo.bmp", NULL);
    g_autofree char *link = g_build_filename(f->user, "linked", NULL);
    g_assert_cmpint(symlink(f->root, link), ==, 0); /* a folder that is a link is none of ours */
    g_assert_cmpint(unlink(logo), ==, 0);
    g_assert_cmpint(symlink("/etc/passwd", logo), ==, 0);
    g_assert_null(profile_store_read_file(f->store, p, "logo.bmp", &error));
    g_assert_nonnull(error);
    g_assert_null(profile_store_read_file(f->store, p, "../profile.ini", NULL));

    g_assert_cmpint(unlink(ini), ==, 0);
    g_assert_cmpint(mkfifo(ini, 0600), ==, 0);
    g_autoptr(GPtrArray) list = profile_store_list(f->store, &problems);
    g_assert_cmpuint(list->len, ==, 0);
    g_assert_cmpuint(problems->len, ==, 1);
    g_assert_nonnull(strstr(problems->pdata[0], "vpn"));
}

/* A link put where its folder is: what it points to is neither read nor emptied, and the link goes.
 */
static void
a_swapped_folder_is_not_entered(struct fixture *f, gconstpointer data)
{
    g_autoptr(Profile) p = sample("VPN");
    g_autoptr(GError) error = NULL;

    (void)data;
    save(f, p);
    g_autofree char *folder = g_build_filename(f->user, "vpn", NULL);
    g_autofree char *elsewhere = g_build_filename(f->root, "elsewhere", NULL);
    g_autofree char *ini = g_build_filename(elsewhere, "profile.ini", NULL);
    g_assert_cmpint(rename(folder, elsewhere), ==, 0);
    g_assert_cmpint(symlink(elsewhere, folder), ==, 0);
    g_assert_null(profile_store_read_file(f->store, p, "logo.bmp", NULL));
    g_assert_true(profile_store_delete(f->store, p, &error));
    g_assert_no_error(error);
    g_assert_true(g_file_test(ini, G_FILE_TEST_EXISTS));
    g_autoptr(GDir) left = g_dir_open(f->user, 0, NULL);
    g_assert_cmpstr(g_dir_read_name(left), ==, NULL);
}

/* A link put where the file is: the save replaces the link, and what it points to is not touched.
 */
static void
a_swapped_file_is_replaced(struct fixture *f, gconstpointer data)
{
    g_autoptr(Profile) p = sample("VPN");
    g_autofree char *text = NULL;

    (void)data;
    save(f, p);
    g_autofree char *ini = g_build_filename(f->user, "vpn", "profile.ini", NULL);
    g_autofree char *victim = g_build_filename(f->root, "victim", NULL);
    g_assert_true(g_file_set_contents(victim, "mine", -1, NULL));
    g_assert_cmpint(unlink(ini), ==, 0);
    g_assert_cmpint(symlink(victim, ini), ==, 0);
    save(f, p);
    g_assert_true(g_file_get_contents(victim, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "mine");
    g_assert_false(g_file_test(ini, G_FILE_TEST_IS_SYMLINK));
    g_assert_cmpuint(count(f), ==, 1);
}

static void
spoilt_files_are_told_apart(struct fixture *f, gconstpointer data)
{
    g_autoptr(Profile) good = sample("Good");
    g_autoptr(Profile) bad = sample("Bad");
    g_autoptr(GPtrArray) problems = NULL;

    (void)data;
    save(f, good);
    save(f, bad);
    g_autofree char *ini = g_build_filename(f->user, "bad", "profile.ini", NULL);
    g_assert_true(g_file_set_contents(ini, "", 0, NULL));
    g_autoptr(GPtrArray) list = profile_store_list(f->store, &problems);
    g_assert_cmpuint(list->len, ==, 1);
    g_assert_cmpuint(problems->len, ==, 1);
    g_assert_cmpint(truncate(ini, G_GINT64_CONSTANT(1) << 40), ==, 0);
    g_autoptr(GPtrArray) again = profile_store_list(f->store, NULL);
    g_assert_cmpuint(again->len, ==, 1);
}

/* F7: one that cannot be read is not taken for none, nor for everybody's of the same id. */
static void
a_spoilt_one_is_no_other(struct fixture *f, gconstpointer data)
{
    g_autoptr(ProfileStore) administrator = profile_store_new(f->system, f->root);
    g_autoptr(Profile) theirs = sample("VPN");
    g_autoptr(Profile) mine = sample("VPN");
    g_autoptr(GError) error = NULL;

    (void)data;
    g_assert_true(profile_store_save(administrator, theirs, NULL));
    save(f, mine);
    g_assert_cmpstr(mine->id, ==, theirs->id);
    g_autofree char *ini = g_build_filename(f->user, "vpn", "profile.ini", NULL);
    g_assert_true(g_file_set_contents(ini, "\0\0\0", 3, NULL));
    g_assert_null(profile_store_find(f->store, "vpn", &error));
    g_assert_nonnull(strstr(error->message, "The profile in vpn cannot be read."));
    g_assert_true(profile_store_delete(f->store, mine, NULL));
    g_autoptr(Profile) found = profile_store_find(f->store, "vpn", NULL);
    g_assert_true(found->system);
}

/* F7: what was killed while it wrote. Not what is being written, here or on another computer. */
static void
leftovers_are_swept(struct fixture *f, gconstpointer data)
{
    const unsigned dead = 0x7ffffffe, living = (unsigned)getpid(); /* more than there can be */
    const struct {
        const char *prefix, *suffix;
        unsigned pid;
        gboolean old, swept;
    } all[] = {
        {".new-", "", dead, TRUE, TRUE},      {".old-", "", dead, TRUE, TRUE},
        {".new-", "-17", dead, TRUE, TRUE},   {".old-", "-fresh", dead, FALSE, FALSE},
        {".mine", "", dead, TRUE, FALSE},     {".new-", "", living, TRUE, FALSE},
        {".new-", "more", dead, TRUE, FALSE},
    };
    const struct timespec long_ago[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
    char *paths[G_N_ELEMENTS(all)];
    g_autoptr(Profile) p = sample("VPN");

    (void)data;
    g_assert_cmpint(g_mkdir(f->user, 0700), ==, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        paths[i] = g_strdup_printf("%s/%s01234567%08x%s", f->user, all[i].prefix, all[i].pid,
                                   all[i].suffix);
        g_autofree char *inside = g_build_filename(paths[i], "profile.ini", NULL);
        g_assert_cmpint(g_mkdir(paths[i], 0700), ==, 0);
        g_assert_true(g_file_set_contents(inside, "x", 1, NULL));
        if (all[i].old)
            g_assert_cmpint(utimensat(AT_FDCWD, paths[i], long_ago, 0), ==, 0);
    }
    save(f, p);
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        g_test_message("%s", paths[i]);
        g_assert_cmpint(g_file_test(paths[i], G_FILE_TEST_EXISTS), ==, !all[i].swept);
        g_free(paths[i]);
    }
}

static void
no_secret_reaches_the_disk(struct fixture *f, gconstpointer data)
{
    g_autoptr(Profile) p = sample("VPN");
    g_autofree char *text = NULL;

    (void)data;
    p->remember_password = TRUE;
    save(f, p);
    g_autofree char *ini = g_build_filename(f->user, "vpn", "profile.ini", NULL);
    g_assert_true(g_file_get_contents(ini, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "RememberPassword=1"));
    g_assert_null(strstr(text, "\nPassword="));
}

#define TEST(name, fn)                                                                             \
    g_test_add("/profile-store/" name, struct fixture, NULL, set_up, fn, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("saved-is-found", what_is_saved_is_found);
    TEST("change-and-delete", a_change_is_kept_and_a_deletion_too);
    TEST("F7-names-of-any-kind", names_of_any_kind);
    TEST("two-of-one-name", two_of_one_name);
    TEST("system", system_profiles_are_read_only);
    TEST("changed", another_front_end_is_seen);
    TEST("F7-disk-full", disk_full_loses_nothing);
    TEST("F7-links-and-fifos", links_and_fifos_are_not_followed);
    TEST("F7-swapped-folder", a_swapped_folder_is_not_entered);
    TEST("F7-swapped-file", a_swapped_file_is_replaced);
    TEST("F7-spoilt-files", spoilt_files_are_told_apart);
    TEST("F7-spoilt-is-no-other", a_spoilt_one_is_no_other);
    TEST("F7-leftovers", leftovers_are_swept);
    TEST("no-secrets", no_secret_reaches_the_disk);
    return g_test_run();
}
