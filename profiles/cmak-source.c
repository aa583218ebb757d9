/* cmak-source.c - see cmak-source.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmak-source.h"

#include "cmak.h"
#include "dir-file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { MAX_FOLDERS = 64 };

struct cmak_source {
    int dir;           /* -1: in memory */
    GHashTable *files; /* name -> GBytes, or NULL */
    GPtrArray *names;  /* with '/', sorted */
};

static void
add_names(GPtrArray *names, int dir, const char *folder)
{
    g_autoptr(GPtrArray) found = dir_list(dir, FALSE, CMAK_MAX_NAMES - names->len, NULL);

    for (guint i = 0; found != NULL && i < found->len; i++)
        g_ptr_array_add(names, folder == NULL
                                   ? g_strdup(found->pdata[i])
                                   : g_strconcat(folder, "/", (char *)found->pdata[i], NULL));
}

struct cmak_source *
cmak_source_of_folder(const char *path, GError **error)
{
    const int dir = dir_open(path, error);

    if (dir < 0)
        return NULL;
    struct cmak_source *s = g_new0(struct cmak_source, 1);
    g_autoptr(GPtrArray) folders = dir_list(dir, TRUE, MAX_FOLDERS, NULL);

    s->dir = dir;
    s->names = g_ptr_array_new_with_free_func(g_free);
    add_names(s->names, dir, NULL);
    for (guint i = 0; folders != NULL && i < folders->len; i++) {
        const int child = dir_open_child(dir, folders->pdata[i], FALSE, NULL);
        if (child < 0)
            continue;
        add_names(s->names, child, folders->pdata[i]);
        close(child);
    }
    return s;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct cmak_source *
cmak_source_of_files(GHashTable *files)
{
    struct cmak_source *s = g_new0(struct cmak_source, 1);
    GHashTableIter iter;
    gpointer name;

    s->dir = -1;
    s->files = g_hash_table_ref(files);
    s->names = g_ptr_array_new_with_free_func(g_free);
    g_hash_table_iter_init(&iter, files);
    while (s->names->len < CMAK_MAX_NAMES && g_hash_table_iter_next(&iter, &name, NULL))
        g_ptr_array_add(s->names, g_strdup(name));
    g_ptr_array_sort(s->names, compare_names);
    return s;
}

void
cmak_source_free(struct cmak_source *s)
{
    if (s == NULL)
        return;
    if (s->dir >= 0)
        close(s->dir);
    if (s->files != NULL)
        g_hash_table_unref(s->files);
    g_ptr_array_unref(s->names);
    g_free(s);
}

/* File names on disk are bytes; a name that is not UTF-8 is compared by its ASCII letters. */
static char *
fold(const char *name)
{
    return g_utf8_validate(name, -1, NULL) ? g_utf8_casefold(name, -1) : g_ascii_strdown(name, -1);
}

static gboolean
same_name(const char *a, const char *b)
{
    g_autofree char *x = fold(a), *y = fold(b);

    return g_str_equal(x, y);
}

GPtrArray *
cmak_source_with_suffix(const struct cmak_source *s, const char *suffix)
{
    GPtrArray *found = g_ptr_array_new();

    for (guint below = 0; below < 2 && found->len == 0; below++)
        for (guint i = 0; i < s->names->len; i++) {
            const char *name = s->names->pdata[i];
            const gsize n = strlen(name), m = strlen(suffix);

            if ((strchr(name, '/') != NULL) == (below == 1) && n > m &&
                g_ascii_strcasecmp(name + n - m, suffix) == 0)
                g_ptr_array_add(found, (gpointer)name);
        }
    return found;
}

gboolean
cmak_source_name_safe(const char *windows_name)
{
    g_autofree char *unix_name = g_strdelimit(g_strdup(windows_name), "\\", '/');
    g_auto(GStrv) parts = g_strsplit(unix_name, "/", -1);

    if (*unix_name == '\0' || *unix_name == '/' || strchr(unix_name, ':') != NULL)
        return FALSE;
    for (guint i = 0; parts[i] != NULL; i++)
        if (g_str_equal(parts[i], "..") || g_str_equal(parts[i], ""))
            return FALSE;
    return TRUE;
}

const char *
cmak_source_resolve(const struct cmak_source *s, const char *windows_name)
{
    g_autofree char *wanted = g_strdelimit(g_strdup(windows_name), "\\", '/');
    const char *slash = strrchr(wanted, '/');
    const char *const last = slash == NULL ? wanted : slash + 1;

    if (!cmak_source_name_safe(windows_name))
        return NULL;
    for (guint i = 0; i < s->names->len; i++)
        if (same_name(s->names->pdata[i], wanted))
            return s->names->pdata[i];
    for (guint i = 0; i < s->names->len; i++) {
        const char *name = s->names->pdata[i], *cut = strrchr(name, '/');
        if (same_name(cut == NULL ? name : cut + 1, last))
            return name;
    }
    return NULL;
}

GBytes *
cmak_source_read(const struct cmak_source *s, const char *name, gsize max, GError **error)
{
    GBytes *bytes;

    if (s->dir >= 0)
        return dir_file_read(s->dir, name, max, error);
    bytes = g_hash_table_lookup(s->files, name);
    if (bytes == NULL || g_bytes_get_size(bytes) > max) {
        g_set_error(error, G_IO_ERROR,
                    bytes == NULL ? G_IO_ERROR_NOT_FOUND : G_IO_ERROR_MESSAGE_TOO_LARGE, "%s: %s",
                    name, g_strerror(bytes == NULL ? ENOENT : EMSGSIZE));
        return NULL;
    }
    return g_bytes_ref(bytes);
}
