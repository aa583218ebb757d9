/* profile-books.c - see profile-books.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-books.h"

#include "cmak-loader.h"
#include "profile-filter.h"

#include <glib/gi18n-lib.h>

#include <string.h>

static void
book_free(gpointer data)
{
    struct profile_book *b = data;

    g_free(b->reference);
    g_free(b->name);
    g_clear_pointer(&b->pbk, g_bytes_unref);
    g_clear_pointer(&b->pbr, g_bytes_unref);
    g_free(b);
}

GPtrArray *
profile_books_new(void)
{
    return g_ptr_array_new_with_free_func(book_free);
}

void
profile_books_add(GPtrArray *books, const char *reference, const char *name, GBytes *pbk,
                  GBytes *pbr)
{
    struct profile_book *b = g_new0(struct profile_book, 1);

    b->reference = g_strdup(reference);
    b->name = g_strdup(name);
    b->pbk = pbk;
    b->pbr = pbr;
    g_ptr_array_add(books, b);
}

/* "Roam\roam.pbk" -> "roam.pbk", as it was kept: without its folder, in any letter case. */
static char *
kept_name(const Profile *p, const char *wanted)
{
    g_auto(GStrv) names = g_strsplit(p->merged_files, "/", -1);
    const char *base = wanted + strlen(wanted);

    while (base > wanted && base[-1] != '\\' && base[-1] != '/')
        base--;
    for (guint i = 0; *base != '\0' && names[i] != NULL; i++)
        if (g_ascii_strcasecmp(names[i], base) == 0)
            return g_strdup(names[i]);
    return NULL;
}

static GBytes *
read_kept(ProfileStore *store, const Profile *p, const char *wanted)
{
    g_autofree char *name = wanted == NULL ? NULL : kept_name(p, wanted);

    return name == NULL ? NULL : profile_store_read_file(store, p, name, NULL);
}

static void
add_merged(GPtrArray *books, ProfileStore *store, const Profile *p, const char *reference)
{
    const struct profile_reference *r = profile_filter_reference(p, reference);
    g_autofree char *cms = r != NULL && r->cms_file != NULL ? g_strdup(r->cms_file)
                                                            : g_strconcat(reference, ".cms", NULL);
    g_autoptr(GBytes) bytes = read_kept(store, p, cms);
    gsize n;

    const void *data = bytes == NULL ? NULL : g_bytes_get_data(bytes, &n);
    g_autoptr(Ini) ini = data == NULL ? NULL : ini_parse(data, n, 0, NULL);
    const char *pbk = ini == NULL ? NULL : ini_get(ini, "ISP", "PBFile");
    GBytes *pops = read_kept(store, p, pbk);
    if (pops == NULL)
        return;
    g_autofree char *name = kept_name(p, pbk);
    profile_books_add(books, reference, name, pops,
                      read_kept(store, p, ini_get(ini, "ISP", "RegionFile")));
}

static gboolean
add_own(GPtrArray *books, ProfileStore *store, const Profile *p, GError **error)
{
    GBytes *pops;

    if (*p->pb_file == '\0') {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                    _("“%s” came without a phone book of access numbers."), p->name);
        return FALSE;
    }
    pops = profile_store_read_file(store, p, p->pb_file, error);
    if (pops == NULL)
        return FALSE;
    profile_books_add(
        books, "", p->pb_file, pops,
        *p->region_file == '\0' ? NULL : profile_store_read_file(store, p, p->region_file, NULL));
    return TRUE;
}

GPtrArray *
profile_books(ProfileStore *store, const Profile *p, GError **error)
{
    g_autoptr(GPtrArray) books = profile_books_new();
    g_auto(GStrv) references = g_strsplit_set(p->references, " ,;", -1);
    g_autoptr(GError) why = NULL;
    guint n = 0;

    add_own(books, store, p, &why);
    for (guint i = 0; references[i] != NULL && n < CMAK_MAX_MERGED; i++)
        if (*references[i] != '\0') {
            add_merged(books, store, p, references[i]);
            n++;
        }
    if (books->len > 0)
        return g_steal_pointer(&books);
    g_propagate_error(error, g_steal_pointer(&why));
    return NULL;
}
