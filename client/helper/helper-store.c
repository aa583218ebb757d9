/* helper-store.c - see helper-store.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-store.h"

#include "dir-file.h"
#include "dt-ras-error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROFILE_NAME "profile.ini"
#define FILES_NAME   "files"
#define FILES_PREFIX FILES_NAME "/"
#define LOCK_NAME    ".lock"

enum {
    FOLDER_MODE = 0755,
    FILE_MODE = 0644,
    HIDDEN_LENGTH = sizeof DIR_NEW - 1 + 16, /* dir_hidden_name(); then "-ID" */
    ID_TRIES = 8,
};

struct helper_store {
    char *directory;
    GMutex mutex;
    bool closed;
};

/* ---- what may be asked ---- */

static bool
name_valid(const char *name)
{
    const gsize n = strlen(name);

    if (n == 0 || n > HELPER_STORE_MAX_NAME || *name == '.' || strchr(name, '/') != NULL ||
        !g_utf8_validate(name, (gssize)n, NULL))
        return false;
    for (const char *p = name; *p != '\0'; p = g_utf8_next_char(p))
        if (!g_unichar_isprint(g_utf8_get_char(p)))
            return false;
    return true;
}

bool
helper_store_id_valid(const char *id, GError **error)
{
    if (!name_valid(id))
        dt_ras_error_set(error, RAS_BAD_PROFILE, "This is no id of a connection.");
    return name_valid(id);
}

/* NULL: it is fine. */
static const char *
fault_of(GVariant *files)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    gsize total = 0;

    if (g_variant_n_children(files) > HELPER_STORE_MAX_FILES + 1)
        return "The profile has too many files.";
    for (gsize i = 0; i < g_variant_n_children(files); i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(files, i);
        g_autoptr(GVariant) bytes = g_variant_get_child_value(entry, 1);
        const char *name;

        g_variant_get_child(entry, 0, "&s", &name); /* lives as long as @files */
        if (!g_str_equal(name, PROFILE_NAME) &&
            !(g_str_has_prefix(name, FILES_PREFIX) && name_valid(name + strlen(FILES_PREFIX))))
            return "A file of the profile has a name that it may not have.";
        if (!g_hash_table_add(names, (gpointer)name))
            return "Two files of the profile have one name.";
        total += g_variant_get_size(bytes);
        if (total > HELPER_STORE_MAX_SIZE)
            return "The profile is too large.";
    }
    return g_hash_table_contains(names, PROFILE_NAME) ? NULL : "There is no profile.ini.";
}

bool
helper_store_valid(const char *id, GVariant *files, GError **error)
{
    const char *fault = fault_of(files);

    if (fault != NULL)
        dt_ras_error_set(error, RAS_BAD_PROFILE, "%s", fault);
    return fault == NULL && (*id == '\0' || helper_store_id_valid(id, error));
}

/* ---- life ---- */

struct helper_store *
helper_store_new(const char *directory)
{
    struct helper_store *store = g_atomic_rc_box_new0(struct helper_store);

    store->directory = g_strdup(directory);
    g_mutex_init(&store->mutex);
    return store;
}

struct helper_store *
helper_store_ref(struct helper_store *store)
{
    return g_atomic_rc_box_acquire(store);
}

static void
store_clear(gpointer data)
{
    struct helper_store *store = data;

    g_mutex_clear(&store->mutex);
    g_free(store->directory);
}

void
helper_store_unref(struct helper_store *store)
{
    if (store != NULL)
        g_atomic_rc_box_release_full(store, store_clear);
}

void
helper_store_close(struct helper_store *store)
{
    g_mutex_lock(&store->mutex);
    store->closed = true;
    g_mutex_unlock(&store->mutex);
}

/* ---- the folder of folders ---- */

static bool
fail(GError **error, int number)
{
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(number), "%s", g_strerror(number));
    return false;
}

/* For all to read, whatever the umask: but one that was there stays as its administrator has it. */
static bool
make_folder(const char *path, GError **error)
{
    if (mkdir(path, FOLDER_MODE) < 0)
        return errno == EEXIST || fail(error, errno);
    return chmod(path, FOLDER_MODE) == 0 || fail(error, errno);
}

static bool
make_folders(const char *path, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(path);

    return make_folder(parent, error) && make_folder(path, error);
}

/* A file that nobody else may open: a lock of the folder itself could be held by anybody. */
static int
lock(int dir, GError **error)
{
    const int fd = openat(dir, LOCK_NAME, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd >= 0 && flock(fd, LOCK_EX) == 0)
        return fd;
    fail(error, errno);
    if (fd >= 0)
        close(fd);
    return -1;
}

/* As in dir_sweep(), but now: who has the lock is the only one who writes. A folder that was on its
 * way out when its helper was killed, and whose successor has not come, goes back. */
static void
sweep_one(int dir, const char *hidden)
{
    const gsize n = strlen(hidden);
    const char *id = n > HIDDEN_LENGTH + 1 ? hidden + HIDDEN_LENGTH + 1 : "";
    struct stat st;

    if (!g_str_has_prefix(hidden, DIR_OLD) || !name_valid(id) ||
        fstatat(dir, id, &st, AT_SYMLINK_NOFOLLOW) == 0 || renameat(dir, hidden, dir, id) < 0)
        dir_remove(dir, hidden, NULL);
}

/* ---- one profile ---- */

static int
make_child(int dir, const char *name, GError **error)
{
    const int fd = dir_open_child(dir, name, TRUE, error);

    if (fd < 0 || fchmod(fd, FOLDER_MODE) == 0)
        return fd;
    fail(error, errno);
    close(fd);
    return -1;
}

static bool
write_files(int folder, int kept, GVariant *files, GError **error)
{
    for (gsize i = 0; i < g_variant_n_children(files); i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(files, i);
        g_autoptr(GVariant) value = g_variant_get_child_value(entry, 1);
        g_autoptr(GBytes) bytes = g_variant_get_data_as_bytes(value);
        const char *name;

        g_variant_get_child(entry, 0, "&s", &name);
        const bool is_kept = g_str_has_prefix(name, FILES_PREFIX);
        if (!dir_file_create_as(is_kept ? kept : folder,
                                is_kept ? name + strlen(FILES_PREFIX) : name, FILE_MODE, bytes,
                                error))
            return false;
    }
    return dir_sync(kept, error) && dir_sync(folder, error);
}

static bool
write_folder(int dir, const char *hidden, GVariant *files, GError **error)
{
    const int folder = make_child(dir, hidden, error);
    const int kept = folder < 0 ? -1 : make_child(folder, FILES_NAME, error);
    const bool ok = kept >= 0 && write_files(folder, kept, files, error);

    if (kept >= 0)
        close(kept);
    if (folder >= 0)
        close(folder);
    return ok;
}

/* An id is never given twice: what a user's keyring has of one that was removed is not for the next
 * one, whose server may be another. */
static bool
publish(int dir, const char *hidden, char **ret_id, GError **error)
{
    for (int i = 0; i < ID_TRIES; i++) {
        g_autofree char *id = g_strdup_printf("everybody-%08x%08x", g_random_int(), g_random_int());

        if (faccessat(dir, id, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            continue;
        if (renameat(dir, hidden, dir, id) < 0)
            return fail(error, errno);
        if (!dir_sync(dir, error)) {
            renameat(dir, id, dir, hidden);
            return false;
        }
        *ret_id = g_steal_pointer(&id);
        return true;
    }
    return fail(error, EEXIST);
}

/* Out of the way as @old. A folder of a lower layer (overlayfs) cannot get another name. */
static bool
put_away(int dir, const char *id, const char *old, GError **error)
{
    if (renameat(dir, id, dir, old) == 0)
        return true;
    return errno == EXDEV ? dir_remove(dir, id, error) : fail(error, errno);
}

/* Where two names cannot be exchanged: the old one out, the new one in. sweep_one() makes good what
 * a helper that is killed in between leaves. */
static bool
take_turns(int dir, const char *hidden, const char *id, GError **error)
{
    g_autofree char *unique = dir_hidden_name(DIR_OLD);
    g_autofree char *old = g_strconcat(unique, "-", id, NULL);

    if (!put_away(dir, id, old, error))
        return false;
    if (renameat(dir, hidden, dir, id) < 0) {
        fail(error, errno);
        renameat(dir, old, dir, id);
        return false;
    }
    if (!dir_sync(dir, error)) {
        renameat(dir, id, dir, hidden);
        renameat(dir, old, dir, id);
        return false;
    }
    dir_remove(dir, old, NULL);
    return true;
}

static bool
replace(int dir, const char *hidden, const char *id, GError **error)
{
    if (renameat2(dir, hidden, dir, id, RENAME_EXCHANGE) < 0)
        return errno == EINVAL || errno == ENOSYS || errno == EXDEV
                   ? take_turns(dir, hidden, id, error)
                   : fail(error, errno);
    if (dir_sync(dir, error))
        return true;
    renameat2(dir, hidden, dir, id, RENAME_EXCHANGE);
    return false;
}

static bool
install(int dir, const char *id, GVariant *files, char **ret_id, GError **error)
{
    g_autofree char *hidden = dir_hidden_name(DIR_NEW);
    bool ok = write_folder(dir, hidden, files, error);

    if (ok && *id == '\0')
        ok = publish(dir, hidden, ret_id, error);
    else if (ok && replace(dir, hidden, id, error))
        *ret_id = g_strdup(id);
    else
        ok = false;
    dir_remove(dir, hidden, NULL); /* half a new one, or the old one */
    return ok;
}

static bool
withdraw(int dir, const char *id, GError **error)
{
    g_autofree char *hidden = dir_hidden_name(DIR_OLD);

    if (!put_away(dir, id, hidden, error))
        return false;
    if (!dir_sync(dir, error)) {
        renameat(dir, hidden, dir, id);
        return false;
    }
    dir_remove(dir, hidden, NULL); /* what cannot be emptied now, sweep_one() tries again */
    return true;
}

/* ---- one at a time ---- */

struct job {
    const char *id;  /* ""; else it must be there */
    GVariant *files; /* NULL: remove */
    char **ret_id;
};

static bool
is_there(int dir, const char *id)
{
    struct stat st;

    return fstatat(dir, id, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           (S_ISDIR(st.st_mode) || S_ISLNK(st.st_mode));
}

static bool
work(int dir, const struct job *job, GError **error)
{
    const int held = lock(dir, error);
    bool ok = held >= 0;

    if (!ok)
        return false;
    dir_each_hidden(dir, sweep_one);
    if (*job->id != '\0' && !is_there(dir, job->id)) {
        dt_ras_error_set(error, RAS_CANNOT_FIND_PHONEBOOK_ENTRY,
                         "There is no connection for everybody of this id.");
        ok = false;
    } else if (job->files != NULL) {
        ok = install(dir, job->id, job->files, job->ret_id, error);
    } else {
        ok = withdraw(dir, job->id, error);
    }
    close(held);
    return ok;
}

static bool
work_in_folder(struct helper_store *store, const struct job *job, GError **error)
{
    if (store->closed) {
        dt_ras_error_set(error, RAS_RASMAN_CANNOT_INITIALIZE, "The service is ending.");
        return false;
    }
    if (*job->id == '\0' && !make_folders(store->directory, error))
        return false;
    const int dir = dir_open(store->directory, error);
    const bool ok = dir >= 0 && work(dir, job, error);

    if (dir >= 0)
        close(dir);
    return ok;
}

static bool
run(struct helper_store *store, const struct job *job, GError **error)
{
    GError *why = NULL;

    g_mutex_lock(&store->mutex);
    const bool ok = work_in_folder(store, job, &why);
    g_mutex_unlock(&store->mutex);
    if (ok)
        return true;
    if (why->domain == DT_RAS_ERROR) {
        g_propagate_error(error, why);
        return false;
    }
    const bool absent = *job->id != '\0' && g_error_matches(why, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    dt_ras_error_set(error, absent ? RAS_CANNOT_FIND_PHONEBOOK_ENTRY : RAS_CANNOT_WRITE_PHONEBOOK,
                     "%s: %s", store->directory, why->message);
    g_error_free(why);
    return false;
}

bool
helper_store_install(struct helper_store *store, const char *id, GVariant *files, char **ret_id,
                     GError **error)
{
    return run(store, &(struct job){.id = id, .files = files, .ret_id = ret_id}, error);
}

bool
helper_store_remove(struct helper_store *store, const char *id, GError **error)
{
    return run(store, &(struct job){.id = id}, error);
}
