/* out-file.c - see out-file.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "out-file.h"

#include "dir-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MODE = 0666, FOLDER_MODE = 0777 }; /* less what the person's umask takes away */

static gboolean
fail(GError **error, int number, const char *path)
{
    g_autofree char *shown = g_filename_display_name(path);

    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(number), "%s: %s", shown,
                g_strerror(number));
    return FALSE;
}

/* The folder that @path is in; -1 on failure. */
static int
open_parent(const char *path, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(path);

    return dir_open(parent, error);
}

/* Of a name with slashes behind it, too. */
static char *
name_of(const char *path)
{
    return g_path_get_basename(path);
}

/* --- a file --- */

static gboolean
write_through(const char *path, GBytes *bytes, GError **error)
{
    const int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
    gsize left;
    const guint8 *p = g_bytes_get_data(bytes, &left);
    ssize_t n = 0;

    if (fd < 0)
        return fail(error, errno, path);
    for (; left > 0 && ((n = write(fd, p, left)) > 0 || (n < 0 && errno == EINTR));) {
        p += MAX(n, 0);
        left -= (gsize)MAX(n, 0);
    }
    const int reason = errno;
    if (close(fd) < 0 && left == 0)
        return fail(error, errno, path);
    return left == 0 || fail(error, reason, path);
}

gboolean
out_file_write(const char *path, GBytes *bytes, GError **error)
{
    struct stat st;

    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return S_ISDIR(st.st_mode) ? fail(error, EISDIR, path) : write_through(path, bytes, error);
    const int dir = open_parent(path, error);
    if (dir < 0)
        return FALSE;
    g_autofree char *name = name_of(path);
    g_autofree char *hidden = dir_file_stage(dir, name, FILE_MODE, bytes, error);
    gboolean ok = hidden != NULL;

    if (ok && renameat(dir, hidden, dir, name) < 0) {
        ok = fail(error, errno, path);
        unlinkat(dir, hidden, 0);
    }
    ok = ok && dir_sync(dir, error);
    close(dir);
    return ok;
}

/* --- a folder that is not there yet --- */

static gboolean
fill_folder(int dir, GHashTable *files, GError **error)
{
    GHashTableIter iter;
    gpointer name, bytes;

    g_hash_table_iter_init(&iter, files);
    while (g_hash_table_iter_next(&iter, &name, &bytes)) {
        g_autofree char *hidden = dir_file_stage(dir, name, FILE_MODE, bytes, error);
        if (hidden == NULL)
            return FALSE;
        if (renameat(dir, hidden, dir, name) < 0)
            return fail(error, errno, name);
    }
    return dir_sync(dir, error);
}

static gboolean
write_hidden_folder(int parent, const char *hidden, const char *name, GHashTable *files,
                    GError **error)
{
    if (mkdirat(parent, hidden, FOLDER_MODE) < 0)
        return fail(error, errno, name);
    const int dir = dir_open_child(parent, hidden, FALSE, error);
    const gboolean ok = dir >= 0 && fill_folder(dir, files, error);

    if (dir >= 0)
        close(dir);
    return ok;
}

static gboolean
write_new_folder(int parent, const char *name, GHashTable *files, GError **error)
{
    g_autofree char *hidden = dir_hidden_name(DIR_NEW);
    gboolean ok = write_hidden_folder(parent, hidden, name, files, error);

    if (ok && renameat(parent, hidden, parent, name) < 0)
        ok = fail(error, errno, name);
    if (ok && !dir_sync(parent, error)) {
        renameat(parent, name, parent, hidden);
        ok = FALSE;
    }
    if (!ok)
        dir_remove(parent, hidden, NULL);
    return ok;
}

/* --- a folder that is there --- */

struct staged {
    const char *name;
    char *hidden; /* the new file, and once it is in its place the old one */
    enum { STAGED, CREATED, EXCHANGED, REPLACED } state;
};

static void
staged_clear(gpointer data)
{
    g_free(((struct staged *)data)->hidden);
}

static gboolean
stage_all(int dir, GHashTable *files, GArray *all, GError **error)
{
    GHashTableIter iter;
    gpointer name, bytes;

    g_hash_table_iter_init(&iter, files);
    while (g_hash_table_iter_next(&iter, &name, &bytes)) {
        struct staged s = {.name = name};
        struct stat st;

        if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
            return fail(error, EISDIR, name);
        s.hidden = dir_file_stage(dir, name, FILE_MODE, bytes, error);
        if (s.hidden == NULL)
            return FALSE;
        g_array_append_val(all, s);
    }
    return TRUE;
}

static gboolean
put_in_place(int dir, struct staged *s, GError **error)
{
    if (renameat2(dir, s->hidden, dir, s->name, RENAME_NOREPLACE) == 0)
        s->state = CREATED;
    else if (errno == EEXIST && renameat2(dir, s->hidden, dir, s->name, RENAME_EXCHANGE) == 0)
        s->state = EXCHANGED;
    else if (errno == EINVAL && renameat(dir, s->hidden, dir, s->name) == 0)
        s->state = REPLACED; /* a file system that can do neither */
    else
        return fail(error, errno, s->name);
    return TRUE;
}

static gboolean
put_all_in_place(int dir, GArray *all, GError **error)
{
    for (guint i = 0; i < all->len; i++)
        if (!put_in_place(dir, &g_array_index(all, struct staged, i), error))
            return FALSE;
    return dir_sync(dir, error);
}

static void
take_back(int dir, const struct staged *s)
{
    if (s->state == CREATED)
        renameat2(dir, s->name, dir, s->hidden, RENAME_NOREPLACE);
    else if (s->state == EXCHANGED)
        renameat2(dir, s->hidden, dir, s->name, RENAME_EXCHANGE);
}

static gboolean
write_into_folder(int dir, GHashTable *files, GError **error)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(struct staged));

    g_array_set_clear_func(all, staged_clear);
    const gboolean ok = stage_all(dir, files, all, error) && put_all_in_place(dir, all, error);
    for (guint i = 0; i < all->len; i++) {
        const struct staged *s = &g_array_index(all, struct staged, i);
        if (!ok)
            take_back(dir, s);
        unlinkat(dir, s->hidden, 0);
    }
    return ok;
}

gboolean
out_file_write_folder(const char *path, GHashTable *files, GError **error)
{
    g_autofree char *parent_path = g_path_get_dirname(path), *name = name_of(path);
    const int there = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gboolean ok = FALSE;

    if (there >= 0) {
        ok = write_into_folder(there, files, error);
        close(there);
        return ok;
    }
    if (errno != ENOENT || g_mkdir_with_parents(parent_path, FOLDER_MODE) < 0)
        return fail(error, errno, path);
    const int parent = dir_open(parent_path, error);
    if (parent < 0)
        return FALSE;
    ok = write_new_folder(parent, name, files, error);
    close(parent);
    return ok;
}
