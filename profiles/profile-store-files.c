/* profile-store-files.c - see profile-store-private.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-store-private.h"

#include "dir-file.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

struct kept_file {
    const char *name;
    char *hidden; /* staged: what is new; exchanged: what was there before */
    enum { STAGED, CREATED, EXCHANGED, REPLACED } state;
};

static void
kept_file_clear(gpointer data)
{
    g_free(((struct kept_file *)data)->hidden);
}

static gboolean
fail(GError **error, const char *name)
{
    const int reason = errno;

    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(reason), "%s: %s", name,
                g_strerror(reason));
    return FALSE;
}

/* All are safe on the disk before the first gets its name: a full disk is met here. */
static gboolean
stage(int dir, const Profile *p, GArray *list, GError **error)
{
    GHashTableIter iter;
    gpointer name, bytes;

    g_hash_table_iter_init(&iter, p->files);
    while (g_hash_table_iter_next(&iter, &name, &bytes)) {
        const struct kept_file f = {name, dir_file_stage(dir, name, 0600, bytes, error), STAGED};
        if (f.hidden == NULL)
            return FALSE;
        g_array_append_val(list, f);
    }
    return TRUE;
}

static gboolean
put_one(int dir, struct kept_file *f, GError **error)
{
    if (renameat2(dir, f->hidden, dir, f->name, RENAME_NOREPLACE) == 0)
        f->state = CREATED;
    else if (errno == EEXIST && renameat2(dir, f->hidden, dir, f->name, RENAME_EXCHANGE) == 0)
        f->state = EXCHANGED;
    else if (errno == EINVAL && renameat(dir, f->hidden, dir, f->name) == 0)
        f->state = REPLACED; /* a file system that knows neither */
    else
        return fail(error, f->name);
    return TRUE;
}

static void
take_back(int dir, GArray *list)
{
    for (guint i = 0; i < list->len; i++) {
        struct kept_file *f = &g_array_index(list, struct kept_file, i);
        if (f->state == CREATED)
            unlinkat(dir, f->name, 0);
        else if (f->state == EXCHANGED)
            renameat2(dir, f->hidden, dir, f->name, RENAME_EXCHANGE);
    }
}

/* What has still a hidden name: new and not wanted, or old. */
static void
clean_up(int dir, const GArray *list)
{
    for (guint i = 0; i < list->len; i++) {
        const struct kept_file *f = &g_array_index(list, struct kept_file, i);
        if (f->state == STAGED || f->state == EXCHANGED)
            unlinkat(dir, f->hidden, 0);
    }
}

/* The profile gets its name last: until then it tells of the files that were there before. */
static gboolean
put_all(int folder, int dir, const char *hidden, GArray *list, GError **error)
{
    for (guint i = 0; i < list->len; i++)
        if (!put_one(dir, &g_array_index(list, struct kept_file, i), error))
            return FALSE;
    if (!dir_sync(dir, error))
        return FALSE;
    return renameat(folder, hidden, folder, PROFILE_NAME) == 0 || fail(error, PROFILE_NAME);
}

static gboolean
replace(int folder, int dir, const char *hidden, const Profile *p, GError **error)
{
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(struct kept_file));

    g_array_set_clear_func(list, kept_file_clear);
    const gboolean ok = stage(dir, p, list, error) && put_all(folder, dir, hidden, list, error);
    if (!ok)
        take_back(dir, list);
    clean_up(dir, list);
    return ok;
}

gboolean
profile_store_replace(int folder, const Profile *p, GBytes *text, GError **error)
{
    const int dir = dir_open_child(folder, FILES_NAME, TRUE, error);
    g_autofree char *hidden =
        dir < 0 ? NULL : dir_file_stage(folder, PROFILE_NAME, 0600, text, error);
    gboolean ok = hidden != NULL;

    if (ok) {
        dir_sweep(dir);
        ok = replace(folder, dir, hidden, p, error);
        if (!ok)
            unlinkat(folder, hidden, 0);
    }
    if (dir >= 0)
        close(dir);
    return ok && dir_sync(folder, error);
}
