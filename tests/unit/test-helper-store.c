/* test-helper-store.c - the connections for everybody on disk: what may be written, whole and
 * readable by all, and what stands in the way. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-store.h"

#include "dt-ras-error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct world {
    char *root, *dir;
    struct helper_store *store;
};

static void
set_up(struct world *w, gconstpointer data)
{
    (void)data;
    umask(0077); /* as the unit's */
    w->root = g_dir_make_tmp("dialtone-store-XXXXXX", NULL);
    w->dir = g_build_filename(w->root, "etc", "profiles", NULL);
    w->store = helper_store_new(w->dir);
}

static void
tear_down(struct world *w, gconstpointer data)
{
    g_autofree char *line = g_strdup_printf("rm -r %s", w->root);

    (void)data;
    helper_store_unref(w->store);
    g_assert_true(g_spawn_command_line_sync(line, NULL, NULL, NULL, NULL));
    g_free(w->root);
    g_free(w->dir);
}

static GVariant *
files_of(const char *ini, const char *name, const char *text)
{
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{say}"));

    if (name != NULL)
        g_variant_builder_add(
            &b, "{s@ay}", name,
            g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, text, strlen(text), 1));
    g_variant_builder_add(&b, "{s@ay}", "profile.ini",
                          g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, ini, strlen(ini), 1));
    return g_variant_ref_sink(g_variant_builder_end(&b));
}

static char *
install(struct world *w, const char *id, const char *ini, GError **error)
{
    g_autoptr(GVariant) files = files_of(ini, "files/logo.bmp", "picture");
    char *ret = NULL;

    g_assert_true(helper_store_valid(id, files, NULL));
    helper_store_install(w->store, id, files, &ret, error);
    return ret;
}

static char *
path_of(const struct world *w, const char *id, const char *name)
{
    return g_build_filename(w->dir, id, name, NULL);
}

static void
assert_text(const struct world *w, const char *id, const char *name, const char *text)
{
    g_autofree char *path = path_of(w, id, name), *got = NULL;

    g_file_get_contents(path, &got, NULL, NULL);
    g_assert_cmpstr(got, ==, text);
}

static void
assert_mode(const struct world *w, const char *id, const char *name, mode_t mode)
{
    g_autofree char *path = path_of(w, id, name);
    struct stat st;

    g_assert_cmpint(lstat(path, &st), ==, 0);
    g_assert_cmphex(st.st_mode, ==, mode);
}

/* Everything in the folder of folders but the lock. */
static guint
entries(const struct world *w)
{
    g_autoptr(GDir) dir = g_dir_open(w->dir, 0, NULL);
    guint n = 0;

    for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;)
        n += !g_str_equal(name, ".lock");
    return n;
}

static void
a_new_one(struct world *w, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *a = install(w, "", "one", &error), *b = install(w, "", "two", &error);

    (void)data;
    g_assert_no_error(error);
    g_assert_cmpstr(a, !=, b);
    g_assert_true(helper_store_id_valid(a, NULL));
    assert_text(w, a, "profile.ini", "one");
    assert_text(w, a, "files/logo.bmp", "picture");
    assert_text(w, b, "profile.ini", "two");
    assert_mode(w, "", "..", S_IFDIR | 0755);
    assert_mode(w, "", "", S_IFDIR | 0755);
    assert_mode(w, a, "", S_IFDIR | 0755);
    assert_mode(w, a, "files", S_IFDIR | 0755);
    assert_mode(w, a, "profile.ini", S_IFREG | 0644);
    assert_mode(w, a, "files/logo.bmp", S_IFREG | 0644);
    assert_mode(w, "", ".lock", S_IFREG | 0600); /* or anybody could hold it */
    g_assert_cmpuint(entries(w), ==, 2);
}

/* Nothing of the old one stays. */
static void
replaced_as_a_whole(struct world *w, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *id = install(w, "", "one", &error), *same = NULL;
    g_autoptr(GVariant) files = files_of("three", "files/help.txt", "help");
    g_autofree char *logo = path_of(w, id, "files/logo.bmp");

    (void)data;
    g_assert_true(helper_store_install(w->store, id, files, &same, &error));
    g_assert_cmpstr(same, ==, id);
    assert_text(w, id, "profile.ini", "three");
    assert_text(w, id, "files/help.txt", "help");
    g_assert_false(g_file_test(logo, G_FILE_TEST_EXISTS));
    g_assert_cmpuint(entries(w), ==, 1);
}

static void
assert_number(GError *error, enum ras_error number)
{
    g_assert_error(error, DT_RAS_ERROR, (int)number);
    g_error_free(error);
}

static void
removed(struct world *w, gconstpointer data)
{
    GError *error = NULL;
    g_autofree char *id = install(w, "", "one", &error);

    (void)data;
    g_assert_true(helper_store_remove(w->store, id, &error));
    g_assert_cmpuint(entries(w), ==, 0);
    g_assert_false(helper_store_remove(w->store, id, &error));
    assert_number(g_steal_pointer(&error), RAS_CANNOT_FIND_PHONEBOOK_ENTRY);
    g_assert_null(install(w, id, "one", &error)); /* somebody else removed it */
    assert_number(g_steal_pointer(&error), RAS_CANNOT_FIND_PHONEBOOK_ENTRY);
    g_assert_cmpuint(entries(w), ==, 0);
}

/* Nobody has ever installed one. */
static void
no_folder_yet(struct world *w, gconstpointer data)
{
    GError *error = NULL;

    (void)data;
    g_assert_false(helper_store_remove(w->store, "everybody-1", &error));
    assert_number(g_steal_pointer(&error), RAS_CANNOT_FIND_PHONEBOOK_ENTRY);
    g_assert_false(g_file_test(w->dir, G_FILE_TEST_EXISTS));
}

/* What an administrator has put in place of a folder is replaced or removed; not what it points
 * to. */
static void
links_are_not_followed(struct world *w, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *id = install(w, "", "one", &error), *same = NULL;
    g_autofree char *target = g_build_filename(w->root, "target", NULL);
    g_autofree char *secret = g_build_filename(target, "profile.ini", NULL);
    g_autofree char *linked = path_of(w, "linked", ""), *too = path_of(w, "too", "");

    (void)data;
    g_assert_cmpint(g_mkdir(target, 0700), ==, 0);
    g_assert_true(g_file_set_contents(secret, "precious", -1, NULL));
    g_assert_cmpint(symlink(target, linked), ==, 0);
    g_assert_cmpint(symlink(target, too), ==, 0);
    same = install(w, "linked", "new", &error);
    g_assert_no_error(error);
    assert_mode(w, "linked", "", S_IFDIR | 0755);
    assert_text(w, "linked", "profile.ini", "new");
    g_assert_true(helper_store_remove(w->store, "too", &error));
    assert_text(w, "../../target", "profile.ini", "precious");
    g_assert_cmpuint(entries(w), ==, 2);
}

/* S6: a helper that was killed: half a new one goes, and an old one whose successor never came
 * comes back. */
static void
leftovers(struct world *w, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *id = install(w, "", "one", &error), *other = install(w, "", "two", &error);
    g_autofree char *half = path_of(w, ".new-0123456789abcdef", "files");
    g_autofree char *gone = path_of(w, ".old-0123456789abcdef", "files");
    g_autofree char *stale = g_strdup_printf("%s/.old-0123456789abcdef-%s", w->dir, other);
    g_autofree char *away = g_strdup_printf("%s/.old-0123456789abcde0-%s", w->dir, id);
    g_autofree char *home = g_build_filename(w->dir, id, NULL);
    g_autofree char *foreign = path_of(w, ".old-mine", "");

    (void)data;
    g_assert_cmpint(g_mkdir_with_parents(half, 0700), ==, 0);
    g_assert_cmpint(g_mkdir_with_parents(gone, 0700), ==, 0);
    g_assert_cmpint(g_mkdir_with_parents(stale, 0700), ==, 0);
    g_assert_cmpint(g_mkdir_with_parents(foreign, 0700), ==, 0);
    g_assert_cmpint(g_rename(home, away), ==, 0);
    g_assert_true(helper_store_remove(w->store, other, &error));
    g_assert_no_error(error);
    assert_text(w, id, "profile.ini", "one");
    g_assert_cmpuint(entries(w), ==, 2); /* that, and what is none of ours */
}

static void
cannot_be_written(struct world *w, gconstpointer data)
{
    g_autofree char *etc = g_build_filename(w->root, "etc", NULL);
    GError *error = NULL;

    (void)data;
    g_assert_true(g_file_set_contents(etc, "a file", -1, NULL));
    g_assert_null(install(w, "", "one", &error));
    g_assert_nonnull(strstr(error->message, g_strerror(ENOTDIR)));
    assert_number(g_steal_pointer(&error), RAS_CANNOT_WRITE_PHONEBOOK);
}

static void
ends(struct world *w, gconstpointer data)
{
    GError *error = NULL;

    (void)data;
    helper_store_close(w->store);
    g_assert_null(install(w, "", "one", &error));
    assert_number(g_steal_pointer(&error), RAS_RASMAN_CANNOT_INITIALIZE);
}

/* ---- what may be asked ---- */

static void
assert_refused(const char *id, GVariant *files)
{
    GError *error = NULL;

    g_assert_false(helper_store_valid(id, files, &error));
    assert_number(error, RAS_BAD_PROFILE);
}

static void
names(void)
{
    static const char *const bad[] = {
        "files",
        "files/",
        "files/.",
        "files/..",
        "files/.hidden",
        "files/a/b",
        "/profile.ini",
        "other",
        "files/a\nb",
        "../x",
        "",
        "files/\xe2\x80\xaex",
        "files/../profile.ini",
        "profile.ini/",
        "Files/a",
        "files//a",
    };
    static const char *const bad_ids[] = {".", "..", ".x", "a/b", "/a", "a\tb", "../a"};
    g_autofree char *long_name = g_strnfill(HELPER_STORE_MAX_NAME + 1, 'x');
    g_autofree char *long_path = g_strconcat("files/", long_name, NULL);
    g_autoptr(GVariant) good = files_of("x", "files/B\303\274ro 1.bmp", "y");
    g_autoptr(GVariant) too_long = files_of("x", long_path, "y");

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GVariant) files = files_of("x", bad[i], "y");
        g_test_message("%s", bad[i]);
        assert_refused("", files);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad_ids); i++) {
        g_test_message("%s", bad_ids[i]);
        assert_refused(bad_ids[i], good);
        g_assert_false(helper_store_id_valid(bad_ids[i], NULL));
    }
    g_assert_false(helper_store_id_valid("", NULL));
    assert_refused("", too_long);
    assert_refused(long_name, good);
    g_assert_true(helper_store_valid("", good, NULL));
    long_path[strlen(long_path) - 1] = long_name[HELPER_STORE_MAX_NAME] = '\0';
    g_autoptr(GVariant) longest = files_of("x", long_path, "y");
    g_assert_true(helper_store_valid(long_name, longest, NULL));
}

static GVariant *
many(guint n, gsize each)
{
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{say}"));
    g_autofree char *bytes = g_malloc0(each + 1);

    g_variant_builder_add(&b, "{s@ay}", "profile.ini",
                          g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, each, 1));
    for (guint i = 0; i < n; i++) {
        g_autofree char *name = g_strdup_printf("files/%u", i);
        g_variant_builder_add(&b, "{s@ay}", name,
                              g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes, each, 1));
    }
    return g_variant_ref_sink(g_variant_builder_end(&b));
}

static void
bounds(void)
{
    g_autoptr(GVariant) most = many(HELPER_STORE_MAX_FILES, 1);
    g_autoptr(GVariant) too_many = many(HELPER_STORE_MAX_FILES + 1, 1);
    g_autoptr(GVariant) largest = many(1, HELPER_STORE_MAX_SIZE / 2);
    g_autoptr(GVariant) too_large = many(1, HELPER_STORE_MAX_SIZE / 2 + 1);
    g_autoptr(GVariant) none = g_variant_ref_sink(g_variant_new("a{say}", NULL));
    g_autoptr(GVariant) twice = files_of("x", "profile.ini", "y");

    g_assert_true(helper_store_valid("", most, NULL));
    assert_refused("", too_many);
    g_assert_true(helper_store_valid("", largest, NULL));
    assert_refused("", too_large);
    assert_refused("", none);
    assert_refused("", twice);
}

/* ---- several at once ---- */

enum { WRITERS = 4, ROUNDS = 12 };

struct writer {
    struct world *w;
    struct helper_store *store; /* of another process, as it were: only the lock is between them */
    const char *shared;
    guint number;
};

static gpointer
write_all(gpointer data)
{
    const struct writer *me = data;
    struct world as = {.store = me->store};
    g_autofree char *text = g_strdup_printf("writer %u", me->number);

    for (guint i = 0; i < ROUNDS; i++) {
        g_autofree char *id = install(&as, "", text, NULL);
        g_autofree char *same = install(&as, me->shared, text, NULL);
        g_assert_nonnull(id);
        g_assert_cmpstr(same, ==, me->shared);
        if (i % 2 == 0)
            g_assert_true(helper_store_remove(me->store, id, NULL));
    }
    return NULL;
}

static void
one_at_a_time(struct world *w, gconstpointer data)
{
    g_autofree char *shared = install(w, "", "writer 9", NULL);
    struct helper_store *second = helper_store_new(w->dir);
    struct writer writers[WRITERS];
    GThread *threads[WRITERS];

    (void)data;
    for (guint i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){w, i % 2 == 0 ? w->store : second, shared, i};
        threads[i] = g_thread_new("writer", write_all, &writers[i]);
    }
    for (guint i = 0; i < 4 * ROUNDS; i++) { /* who reads meanwhile sees a whole one */
        g_autofree char *path = path_of(w, shared, "profile.ini"), *text = NULL;
        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        g_assert_true(g_str_has_prefix(text, "writer "));
    }
    for (guint i = 0; i < WRITERS; i++)
        g_thread_join(threads[i]);
    g_assert_cmpuint(entries(w), ==, 1 + WRITERS * ROUNDS / 2);
    helper_store_unref(second);
}

#define ADD(path, fn) g_test_add("/helper-store/" path, struct world, NULL, set_up, fn, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("new", a_new_one);
    ADD("replaced-as-a-whole", replaced_as_a_whole);
    ADD("removed", removed);
    ADD("no-folder-yet", no_folder_yet);
    ADD("F7-links-are-not-followed", links_are_not_followed);
    ADD("S6-leftovers", leftovers);
    ADD("cannot-be-written", cannot_be_written);
    ADD("ends", ends);
    ADD("one-at-a-time", one_at_a_time);
    g_test_add_func("/helper-store/D2-names", names);
    g_test_add_func("/helper-store/D2-bounds", bounds);
    return g_test_run();
}
