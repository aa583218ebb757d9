/*
 * test-failing-disk.c - F7: each system call of each writer of files fails, the first time it is
 * made, the second time..., once and from then on. What was there before is there whole, or what
 * was to be written is; nothing hidden is left; and who asked is told.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "failing-calls.h"

#include "dt-ras-error.h"
#include "helper-journal.h"
#include "helper-store.h"
#include "out-file.h"
#include "profile-batch.h"
#include "profile-learn.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct world {
    char *root, *user, *system, *out;
    ProfileStore *store;
    struct helper_store *helper;
    char *id;          /* of the helper's */
    Profile *p;        /* of the writer */
    GHashTable *files; /* same */
};

struct writer {
    const char *name;
    void (*prepare)(struct world *w);
    gboolean (*write)(struct world *w, GError **error);
    /* Of one file: when all that fails is the folder's own fsync, the new one is there. */
    gboolean replaces;
    /* So often the disk is waited for, and so many files are closed that may only fail then. */
    guint syncs, closes;
    gboolean turns;                /* two names cannot be exchanged */
    void (*next)(struct world *w); /* what comes after it clears away what a failing disk kept */
};

/* --- a world, and what is in it --- */

static void
set_up(struct world *w)
{
    w->root = g_dir_make_tmp("dialtone-disk-XXXXXX", NULL);
    w->user = g_build_filename(w->root, "user", NULL);
    w->system = g_build_filename(w->root, "system", NULL);
    w->out = g_build_filename(w->root, "out", NULL);
    w->store = profile_store_new(w->user, w->system);
    w->helper = helper_store_new(w->system);
    w->id = NULL;
    w->p = NULL;
    w->files = NULL;
}

typedef void (*visit)(const char *path, gpointer data);

static void
walk(const char *path, visit leaf, visit folder, gpointer data)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);

    for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        if (g_file_test(child, G_FILE_TEST_IS_DIR) && !g_file_test(child, G_FILE_TEST_IS_SYMLINK))
            walk(child, leaf, folder, data);
        else
            leaf(child, data);
    }
    folder(path, data);
}

static void
remove_leaf(const char *path, gpointer data)
{
    (void)data;
    g_assert_cmpint(g_unlink(path), ==, 0);
}

static void
remove_folder(const char *path, gpointer data)
{
    (void)data;
    g_assert_cmpint(g_rmdir(path), ==, 0);
}

static void
tear_down(struct world *w)
{
    g_assert_finalize_object(w->store);
    g_clear_pointer(&w->helper, helper_store_unref);
    g_clear_pointer(&w->id, g_free);
    walk(w->root, remove_leaf, remove_folder, NULL);
    g_clear_pointer(&w->p, profile_free);
    g_clear_pointer(&w->files, g_hash_table_unref);
    g_free(w->root);
    g_free(w->user);
    g_free(w->system);
    g_free(w->out);
}

/* What is deleted is hidden first; what a disk that fails does not let go of then, the next save
 * tries again (F7-leftovers of test-profile-store.c). */
struct seen {
    gsize skip; /* of the root's path */
    GPtrArray *lines;
};

static void
see_leaf(const char *path, gpointer data)
{
    const struct seen *s = data;
    g_autofree char *bytes = NULL;
    gsize n = 0;

    if (strstr(path, "/.old-") != NULL || g_str_has_suffix(path, "/.lock"))
        return;
    g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
    g_autofree char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (guchar *)bytes, n);
    g_ptr_array_add(s->lines, g_strdup_printf("%s %" G_GSIZE_FORMAT " %s", path + s->skip, n, sum));
}

/* A folder that holds nothing is no loss and no gain: parents are made and stay. */
static void
see_folder(const char *path, gpointer data)
{
    const struct seen *s = data;
    g_autofree char *name = g_path_get_basename(path);

    if (*name == '.' && strstr(path, "/.old-") == NULL)
        g_ptr_array_add(s->lines, g_strdup_printf("%s/", path + s->skip));
}

static int
compare_lines(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *
snapshot(const struct world *w)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    struct seen s = {strlen(w->root), lines};

    walk(w->root, see_leaf, see_folder, &s);
    g_ptr_array_sort(lines, compare_lines);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (char **)lines->pdata);
}

/* --- the writers --- */

static Profile *
sample(const char *name)
{
    Profile *p = profile_new();

    profile_set(&p->name, name);
    profile_add_server(p, "", "vpn.example.test");
    profile_add_server(p, "", "vpn2.example.test");
    profile_set(&p->logo, "logo.bmp");
    g_hash_table_insert(p->files, g_strdup("logo.bmp"), g_bytes_new_static("BM\0picture", 10));
    return p;
}

static void
store_one(struct world *w)
{
    g_autoptr(GError) error = NULL;

    w->p = sample("VPN");
    profile_store_save(w->store, w->p, &error);
    g_assert_no_error(error);
}

static void
new_one(struct world *w)
{
    w->p = sample("VPN");
}

static gboolean
save(struct world *w, GError **error)
{
    profile_set(&w->p->service_message, "Call 555 0100.");
    return profile_store_save(w->store, w->p, error);
}

/* A phone book that came anew, and regions that were not there before. */
static gboolean
save_book(struct world *w, GError **error)
{
    g_hash_table_insert(w->p->files, g_strdup("logo.bmp"), g_bytes_new_static("BM\0other", 8));
    g_hash_table_insert(w->p->files, g_strdup("book.pbr"), g_bytes_new_static("0\r\n", 3));
    return save(w, error);
}

static gboolean delete (struct world *w, GError **error)
{
    return profile_store_delete(w->store, w->p, error);
}

static void
everybodys(struct world *w)
{
    g_autoptr(ProfileStore) administrator = profile_store_new(w->system, w->root);
    g_autoptr(Profile) p = sample("For all");
    g_autoptr(GError) error = NULL;

    profile_store_save(administrator, p, &error);
    g_assert_no_error(error);
    w->p = profile_store_find(w->store, "For all", &error);
    g_assert_no_error(error);
    g_assert_true(w->p->system);
}

static gboolean
learn(struct world *w, GError **error)
{
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "server", "s", "vpn2.example.test");
    g_variant_dict_insert(&dict, "protocol", "s", "l2tp-ipsec");
    g_autoptr(GVariant) details = g_variant_ref_sink(g_variant_dict_end(&dict));
    return profile_learn(w->store, w->p, details, error);
}

static void
nothing(struct world *w)
{
    (void)w;
}

static gboolean
save_batch(struct world *w, GError **error)
{
    g_autoptr(ProfileBatch) batch = profile_batch_new(w->store, error);
    gboolean ok = batch != NULL;

    for (guint i = 0; ok && i < 3; i++) {
        g_autoptr(Profile) p = sample("Office");
        ok = profile_batch_add(batch, p, error);
    }
    return ok && profile_batch_finish(batch, NULL, error);
}

static GBytes *
text_bytes(const char *text)
{
    return g_bytes_new_static(text, strlen(text));
}

static gboolean
put_file(struct world *w, GError **error)
{
    g_autoptr(GBytes) bytes = text_bytes("what is new\n");

    return out_file_write(w->out, bytes, error);
}

static void
old_file(struct world *w)
{
    g_assert_true(g_file_set_contents(w->out, "what is old\n", -1, NULL));
}

static gboolean
put_folder(struct world *w, GError **error)
{
    static const char *const names[] = {"office.cmp", "office.cms", "office.inf", "new"};

    w->files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        g_hash_table_insert(w->files, g_strdup(names[i]), text_bytes(names[i]));
    return out_file_write_folder(w->out, w->files, error);
}

static void
old_folder(struct world *w)
{
    static const char *const names[] = {"office.cmp", "office.cms", "office.inf", "mine"};

    g_assert_cmpint(g_mkdir(w->out, 0700), ==, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(w->out, names[i], NULL);
        g_assert_true(g_file_set_contents(path, "what is old\n", -1, NULL));
    }
}

static GVariant *
files_of(const char *ini)
{
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{say}"));

    g_variant_builder_add(&b, "{s@ay}", "profile.ini", g_variant_new_bytestring(ini));
    g_variant_builder_add(&b, "{s@ay}", "files/logo.bmp", g_variant_new_bytestring("picture"));
    return g_variant_ref_sink(g_variant_builder_end(&b));
}

static gboolean
install(struct world *w, GError **error)
{
    g_autoptr(GVariant) files = files_of("new");
    g_autofree char *id = NULL;

    g_random_set_seed(1); /* the same id each time */
    return helper_store_install(w->helper, w->id != NULL ? w->id : "", files, &id, error);
}

static void
installed(struct world *w)
{
    g_autoptr(GVariant) files = files_of("old");
    g_autoptr(GError) error = NULL;

    g_random_set_seed(2);
    helper_store_install(w->helper, "", files, &w->id, &error);
    g_assert_no_error(error);
}

static gboolean
uninstall(struct world *w, GError **error)
{
    return helper_store_remove(w->helper, w->id, error);
}

/* Whatever is asked of it. */
static void
next_of_helper(struct world *w)
{
    helper_store_remove(w->helper, "there is none", NULL);
}

static const struct writer writers[] = {
    {"save-new", new_one, save, FALSE, 5, 2},
    {"save-changed", store_one, save, TRUE, 2, 1},
    {"save-with-files", store_one, save_book, TRUE, 5, 3},
    {"save-copy-of-everybodys", everybodys, save, FALSE, 5, 2},
    {"save-many", nothing, save_batch, FALSE, 2, 6},
    {"learn", store_one, learn, TRUE, 2, 1},
    {"delete", store_one, delete, FALSE, 1, 0},
    {"install", nothing, install, FALSE, 5, 2, FALSE, next_of_helper},
    {"install-over", installed, install, FALSE, 5, 2, FALSE, next_of_helper},
    {"uninstall", installed, uninstall, FALSE, 1, 0, FALSE, next_of_helper},
    {"put-file", nothing, put_file, TRUE, 2, 1},
    {"put-file-over", old_file, put_file, TRUE, 2, 1},
    {"put-folder", nothing, put_folder, FALSE, 6, 4},
    {"put-folder-over", old_folder, put_folder, FALSE, 5, 4},
};

/* --- one cell --- */

struct cell {
    const char *call;
    guint nth;
    int number;
    gboolean always;
};

static void
check_told(const struct cell *cell, const GError *error)
{
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, g_strerror(cell->number)));
    if (error->domain == DT_RAS_ERROR) /* the helper's, which has words for people */
        g_assert_error(error, DT_RAS_ERROR, (int)RAS_CANNOT_WRITE_PHONEBOOK);
    else
        g_assert_cmpint(error->code, ==, g_io_error_from_errno(cell->number));
}

/* FALSE: the call is not made that often. */
static gboolean
run_cell(const struct writer *writer, const struct cell *cell, const char *after, guint *told)
{
    g_autoptr(GError) error = NULL;
    struct world w;

    set_up(&w);
    writer->prepare(&w);
    g_autofree char *before = snapshot(&w);
    failing_calls_arm(cell->call, cell->nth, cell->number, cell->always);
    const gboolean ok = writer->write(&w, &error);
    const gboolean reached = failing_calls_disarm();
    if (writer->next != NULL)
        writer->next(&w);
    g_autofree char *now = snapshot(&w);

    g_test_message("%s: %s %u%s: %s", writer->name, cell->call, cell->nth,
                   cell->always ? " and after" : "", ok ? "done" : error->message);
    if (ok) {
        g_assert_cmpstr(now, ==, after);
    } else {
        check_told(cell, error);
        (*told)++;
        if (!writer->replaces || strcmp(cell->call, "fsync") != 0 || strcmp(now, after) != 0)
            g_assert_cmpstr(now, ==, before);
    }
    tear_down(&w);
    return reached;
}

static char *
done_without_fault(const struct writer *writer)
{
    g_autoptr(GError) error = NULL;
    struct world w;

    set_up(&w);
    writer->prepare(&w);
    g_autofree char *before = snapshot(&w);
    g_assert_true(writer->write(&w, &error));
    g_assert_no_error(error);
    char *after = snapshot(&w);
    g_assert_cmpstr(after, !=, before);
    g_assert_null(strstr(after, "/."));
    tear_down(&w);
    return after;
}

static void
each_call_fails(gconstpointer data)
{
    static const int numbers[] = {EIO, ENOSPC};
    const struct writer *writer = data;
    g_autofree char *after = done_without_fault(writer);
    guint cells = 0, syncs = 0, closes = 0;

    for (gsize i = 0; failing_calls[i] != NULL; i++) {
        /* Where no name can be changed any more, none can be changed back either. */
        const guint modes = g_str_has_prefix(failing_calls[i], "rename") ? 1 : 2;
        for (guint always = 0; always < modes; always++) {
            guint told = 0;
            for (guint nth = 1;; nth++) {
                const struct cell cell = {failing_calls[i], nth, numbers[always], always};
                if (!run_cell(writer, &cell, after, &told))
                    break;
                cells++;
            }
            if (!always && g_str_equal(failing_calls[i], "close"))
                closes = told;
            else if (!always && strstr(failing_calls[i], "sync") != NULL)
                syncs += told;
        }
    }
    g_assert_cmpuint(syncs, ==, writer->syncs);
    g_assert_cmpuint(closes, ==, writer->closes);
    g_test_message("%s: %u cells", writer->name, cells);
    g_assert_cmpuint(cells, >=, 8);
}

/* FALSE: the call is not made that often. The power goes just before it. */
static gboolean
crash_in_cell(const struct writer *writer, const char *call, guint nth, const char *after)
{
    struct world w;
    int status;

    set_up(&w);
    writer->prepare(&w);
    g_autofree char *before = snapshot(&w);
    const pid_t child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child == 0) {
        failing_calls_arm(call, nth, FAILING_CALLS_CRASH, FALSE);
        if (writer->turns)
            failing_calls_also("renameat2", 1, EINVAL);
        _exit(writer->write(&w, NULL) ? 0 : 1);
    }
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status));
    const gboolean crashed = WEXITSTATUS(status) == (FAILING_CALLS_CRASH & 0xff);
    writer->next(&w);
    g_autofree char *now = snapshot(&w);
    g_test_message("%s: %s %u: %s", writer->name, call, nth, crashed ? "crashed" : "done");
    if (strcmp(now, before) != 0 || !crashed)
        g_assert_cmpstr(now, ==, after);
    tear_down(&w);
    return crashed;
}

/* S1: the helper is killed before any of its calls: the next one finds the old one, or the new. */
static void
each_call_is_the_last(gconstpointer data)
{
    const struct writer *writer = data;
    g_autofree char *after = done_without_fault(writer);
    guint cells = 0;

    for (gsize i = 0; failing_calls[i] != NULL; i++)
        for (guint nth = 1; crash_in_cell(writer, failing_calls[i], nth, after); nth++)
            cells++;
    g_test_message("%s: %u cells", writer->name, cells);
    g_assert_cmpuint(cells, >=, 8);
}

static const struct writer turns = {"install-turns", installed, install, FALSE, 0, 0, TRUE,
                                    next_of_helper};

/* The same where two names cannot be exchanged, and once more where none can be changed. */
static void
helper_takes_turns(void)
{
    g_autofree char *after = done_without_fault(&turns);
    guint cells = 0;

    for (gsize i = 0; failing_calls[i] != NULL; i++)
        for (guint nth = 1;; nth++) {
            g_autoptr(GError) error = NULL;
            struct world w;
            set_up(&w);
            installed(&w);
            g_autofree char *before = snapshot(&w);
            failing_calls_arm(failing_calls[i], nth, EIO, FALSE);
            failing_calls_also("renameat2", 1, EINVAL);
            const gboolean ok = install(&w, &error);
            const gboolean reached = failing_calls_disarm();
            next_of_helper(&w);
            g_autofree char *now = snapshot(&w);
            g_assert_cmpstr(now, ==, ok ? after : before);
            tear_down(&w);
            if (!reached)
                break;
            cells++;
        }
    g_assert_cmpuint(cells, >=, 15);
}

/* --- more than a disk --- */

/* What is no plain file is written to, and stays what it is. */
static void
devices_are_not_replaced(void)
{
    g_autoptr(GBytes) bytes = text_bytes("what is new\n");
    g_autoptr(GError) error = NULL;
    struct stat st;
    struct world w;

    set_up(&w);
    g_assert_cmpint(symlink("/dev/full", w.out), ==, 0);
    g_assert_false(out_file_write(w.out, bytes, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
    g_assert_cmpint(lstat(w.out, &st), ==, 0);
    g_assert_true(S_ISLNK(st.st_mode));
    g_clear_error(&error);
    g_assert_cmpint(g_unlink(w.out), ==, 0);
    g_assert_cmpint(g_mkdir(w.out, 0700), ==, 0);
    g_assert_false(out_file_write(w.out, bytes, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
    tear_down(&w);
}

/* A folder that has the name of one of the files: nothing is written. */
static void
a_folder_in_the_way(void)
{
    g_autoptr(GError) error = NULL;
    struct world w;

    set_up(&w);
    old_folder(&w);
    g_autofree char *way = g_build_filename(w.out, "new", "mine", NULL);
    g_assert_cmpint(g_mkdir_with_parents(way, 0700), ==, 0);
    g_autofree char *before = snapshot(&w);
    g_assert_false(put_folder(&w, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
    g_autofree char *now = snapshot(&w);
    g_assert_cmpstr(now, ==, before);
    tear_down(&w);
}

/* A file system such as NFS knows neither RENAME_NOREPLACE nor RENAME_EXCHANGE. */
static void
plain_renames_will_do(void)
{
    g_autofree char *after = done_without_fault(&writers[G_N_ELEMENTS(writers) - 1]);
    g_autoptr(GError) error = NULL;
    struct world w;

    set_up(&w);
    old_folder(&w);
    failing_calls_arm("renameat2", 1, EINVAL, TRUE);
    g_assert_true(put_folder(&w, &error));
    g_assert_true(failing_calls_disarm());
    g_autofree char *now = snapshot(&w);
    g_assert_cmpstr(now, ==, after);
    tear_down(&w);

    set_up(&w);
    store_one(&w);
    failing_calls_arm("renameat2", 1, EINVAL, TRUE);
    for (guint i = 0; i < 3; i++) {
        g_autoptr(Profile) p = sample("VPN");
        g_assert_true(profile_store_save(w.store, p, &error));
    }
    g_assert_true(profile_store_delete(w.store, w.p, &error));
    failing_calls_disarm();
    g_autoptr(GPtrArray) list = profile_store_list(w.store, NULL);
    g_assert_cmpuint(list->len, ==, 3);
    tear_down(&w);
}

enum { FRONT_ENDS = 4, ROUNDS = 25 };

/* Adds one, changes it and the one that all have, and deletes every other. */
static gpointer
front_end(gpointer data)
{
    const struct world *w = data;
    g_autoptr(ProfileStore) store = profile_store_new(w->user, w->system);
    g_autoptr(Profile) shared = profile_store_find(store, "vpn", NULL);

    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(Profile) p = sample("Office");
        g_assert_true(profile_store_save(store, p, NULL));
        p->redial_count = shared->redial_count = i;
        g_assert_true(profile_store_save(store, p, NULL));
        g_assert_true(profile_store_save(store, shared, NULL));
        if (i % 2 == 0)
            g_assert_true(profile_store_delete(store, p, NULL));
    }
    return NULL;
}

/* Whoever reads meanwhile sees whole profiles only; everybody's new ones have a place of their own.
 */
static void
several_front_ends(void)
{
    GThread *threads[FRONT_ENDS];
    struct world w;

    set_up(&w);
    store_one(&w);
    for (guint i = 0; i < FRONT_ENDS; i++)
        threads[i] = g_thread_new("front-end", front_end, &w);
    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Profile) shared = profile_store_find(w.store, "vpn", &error);
        g_assert_no_error(error);
        g_assert_cmpuint(shared->servers->len, ==, 2);
    }
    for (guint i = 0; i < FRONT_ENDS; i++)
        g_thread_join(threads[i]);
    g_autoptr(GPtrArray) problems = NULL;
    g_autoptr(GPtrArray) list = profile_store_list(w.store, &problems);
    g_assert_cmpuint(problems->len, ==, 0);
    g_assert_cmpuint(list->len, ==, FRONT_ENDS * (ROUNDS / 2) + 1);
    g_autofree char *all = snapshot(&w);
    g_assert_null(strstr(all, "/."));
    tear_down(&w);
}

/* --- the helper's journal --- */

static void
count_undone(void *ctx, const struct undo *u)
{
    (void)u;
    (*(guint *)ctx)++;
}

/* Three are intended; each that was promised is undone after the crash, whatever failed. */
static gboolean
run_journal(const char *directory, const struct cell *cell)
{
    const struct undo link = {.kind = UNDO_LINK, .link = {7, "vpn7"}};
    guint promised = 0, undone = 0;
    int err = 0;

    failing_calls_arm(cell->call, cell->nth, cell->number, cell->always);
    struct helper_journal *j = helper_journal_open(directory, count_undone, &undone, &err);
    for (guint i = 0; j != NULL && i < 3; i++) {
        const int now = helper_journal_intend(j, &link);
        g_assert_cmpint(now, <=, 0);
        promised += now == 0;
    }
    const gboolean reached = failing_calls_disarm();
    g_test_message("%s %u%s: %u promised", cell->call, cell->nth, cell->always ? " and after" : "",
                   promised);
    if (j == NULL)
        g_assert_cmpint(err, <, 0);
    else
        helper_journal_undo(j, count_undone, &undone);
    g_assert_cmpuint(undone, ==, promised);
    return reached;
}

static void
journal(void)
{
    static const char *const calls[] = {"openat",    "write", "fdatasync",
                                        "ftruncate", "flock", "fstat"};
    g_autofree char *directory = g_dir_make_tmp("dialtone-journal-XXXXXX", NULL);
    guint cells = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++)
        for (guint always = 0; always <= 1; always++)
            for (guint nth = 1;; nth++) {
                const struct cell cell = {calls[i], nth, ENOSPC, always};
                if (!run_journal(directory, &cell))
                    break;
                cells++;
            }
    g_assert_cmpuint(cells, >=, 20);
    walk(directory, remove_leaf, remove_folder, NULL);
}

/* Half a record stays, since it cannot be taken back: nothing is promised behind it. */
static void
journal_that_cannot_be_cut(void)
{
    g_autofree char *directory = g_dir_make_tmp("dialtone-journal-XXXXXX", NULL);
    const struct undo link = {.kind = UNDO_LINK, .link = {7, "vpn7"}};
    guint undone = 0;
    int err = 0;
    struct helper_journal *j = helper_journal_open(directory, count_undone, &undone, &err);

    g_assert_cmpint(helper_journal_intend(j, &link), ==, 0);
    failing_calls_arm("ftruncate", 1, EIO, TRUE);
    failing_calls_also("write", 1, ENOSPC);
    g_assert_cmpint(helper_journal_intend(j, &link), ==, -ENOSPC);
    g_assert_true(failing_calls_disarm());
    g_assert_cmpint(helper_journal_intend(j, &link), <, 0);
    helper_journal_undo(j, count_undone, &undone);
    g_assert_cmpuint(undone, ==, 1);
    walk(directory, remove_leaf, remove_folder, NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(writers); i++) {
        g_autofree char *path = g_strconcat("/failing-disk/F7-", writers[i].name, NULL);
        g_test_add_data_func(path, &writers[i], each_call_fails);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(writers); i++) {
        g_autofree char *path = g_strconcat("/failing-disk/S1-", writers[i].name, NULL);
        if (writers[i].next != NULL)
            g_test_add_data_func(path, &writers[i], each_call_is_the_last);
    }
    g_test_add_data_func("/failing-disk/S1-install-turns", &turns, each_call_is_the_last);
    g_test_add_func("/failing-disk/F7-install-takes-turns", helper_takes_turns);
    g_test_add_func("/failing-disk/F7-put-to-a-device", devices_are_not_replaced);
    g_test_add_func("/failing-disk/F7-put-folder-in-the-way", a_folder_in_the_way);
    g_test_add_func("/failing-disk/plain-renames", plain_renames_will_do);
    g_test_add_func("/failing-disk/F7-several-front-ends", several_front_ends);
    g_test_add_func("/failing-disk/S6-journal", journal);
    g_test_add_func("/failing-disk/S6-journal-that-cannot-be-cut", journal_that_cannot_be_cut);
    return g_test_run();
}
