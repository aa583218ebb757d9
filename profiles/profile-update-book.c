/* profile-update-book.c - see profile-update-book.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-update-book.h"

#include "cps-book.h"
#include "package.h"
#include "profile-fields.h"

#include <glib/gi18n-lib.h>

#include <string.h>

enum { MAX_VERSION = 64, MAX_KEPT_NAME = 200 };

struct answer {
    GBytes *pbk, *pbr; /* owned; @pbr NULL: it came without regions */
    gboolean has_version;
    guint version;
};

static void
answer_clear(struct answer *a)
{
    g_clear_pointer(&a->pbk, g_bytes_unref);
    g_clear_pointer(&a->pbr, g_bytes_unref);
}

static gboolean
refuse(GError **error, const char *text)
{
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, text);
    return FALSE;
}

/* --- what came --- */

const char *
profile_update_base_name(const char *name)
{
    const char *base = name + strlen(name);

    while (base > name && base[-1] != '\\' && base[-1] != '/')
        base--;
    return base;
}

static gboolean
has_suffix(const char *name, const char *suffix)
{
    const gsize n = strlen(name), m = strlen(suffix);

    return n > m && g_ascii_strcasecmp(name + n - m, suffix) == 0;
}

/* The one of this kind: called @wanted, or alone. *ret_several: which, nobody knows. */
static GBytes *
file_of(GHashTable *files, const char *suffix, const char *wanted, gboolean *ret_several)
{
    const char *base = profile_update_base_name(wanted);
    GBytes *found = NULL, *named = NULL;
    GHashTableIter iter;
    gpointer name, bytes;
    guint n = 0;

    g_hash_table_iter_init(&iter, files);
    while (g_hash_table_iter_next(&iter, &name, &bytes)) {
        if (!has_suffix(name, suffix))
            continue;
        n++;
        found = bytes;
        if (g_ascii_strcasecmp(profile_update_base_name(name), base) == 0)
            named = bytes;
    }
    *ret_several = named == NULL && n > 1;
    return named != NULL ? named : found;
}

/* One number, alone: what else it may say is described nowhere. */
static void
read_version(struct answer *a, GBytes *ver)
{
    gsize n;
    const char *data = ver == NULL ? NULL : g_bytes_get_data(ver, &n);
    g_autofree char *text = data == NULL || n > MAX_VERSION ? NULL : g_strndup(data, n);
    guint64 version;

    if (text != NULL &&
        g_ascii_string_to_unsigned(g_strstrip(text), 10, 0, G_MAXINT32, &version, NULL)) {
        a->has_version = TRUE;
        a->version = (guint)version;
    }
}

static gboolean
read_cabinet(struct answer *a, const Profile *p, GBytes *bytes, GError **error)
{
    g_autoptr(GHashTable) files = package_read(bytes, error);
    gboolean books, regions, versions;

    if (files == NULL)
        return FALSE;
    GBytes *pbk = file_of(files, ".pbk", p->pb_file, &books);
    GBytes *pbr = file_of(files, ".pbr", p->region_file, &regions);
    GBytes *ver = file_of(files, ".ver", "", &versions);
    if (pbk == NULL)
        return refuse(error, _("There is no phone book (.pbk) in it."));
    if (books || regions)
        return refuse(error, _("There are several phone books in it, and none has the name of the "
                               "profile's."));
    a->pbk = g_bytes_ref(pbk);
    a->pbr = pbr == NULL ? NULL : g_bytes_ref(pbr);
    read_version(a, versions ? NULL : ver);
    return TRUE;
}

static gboolean
read_answer(struct answer *a, const Profile *p, GBytes *bytes, GError **error)
{
    if (package_is(bytes))
        return read_cabinet(a, p, bytes, error);
    a->pbk = g_bytes_ref(bytes);
    return TRUE;
}

/* --- whether it is a whole book --- */

static gboolean
is_nothing(const char *text)
{
    return text[strspn(text, "0")] == '\0';
}

/* An index and nothing else: it says that another book's entry is gone. */
static gboolean
is_removal(const struct cps_pop *pop)
{
    return pop->country == 0 && pop->region == 0 && is_nothing(pop->name) &&
           is_nothing(pop->number);
}

static gboolean
check_book(GBytes *pbk, GBytes *pbr, GError **error)
{
    struct cps_report report;
    g_autoptr(CpsBook) book = cps_book_read(pbk, pbr, &report);

    if (report.all || report.rest) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                    _("It is no phone book: there is an error in line %u."), MAX(report.line, 1));
        return FALSE;
    }
    if (cps_book_count(book) == 0)
        return refuse(error, _("There is no access number in it."));
    for (guint i = 0; i < cps_book_count(book); i++)
        if (is_removal(cps_book_pop(book, i)))
            return refuse(error, _("It has changes to another phone book, and is none itself."));
    return TRUE;
}

/* --- taking it --- */

static GBytes *
kept(const Profile *p, const char *name)
{
    return *name == '\0' ? NULL : g_hash_table_lookup(p->files, name);
}

static gboolean
same_bytes(GBytes *now, GBytes *before)
{
    return now == NULL || (before != NULL && g_bytes_equal(now, before));
}

/* What the profile calls it, as far as a file can be kept under that name. */
static void
put_file(Profile *p, char **field, const char *otherwise, GBytes *bytes)
{
    const char *base = profile_update_base_name(*field);
    const gboolean usable = *base != '\0' && *base != '.' && strlen(base) <= MAX_KEPT_NAME;
    g_autofree char *name = g_strdup(usable ? base : otherwise);

    profile_set(field, name);
    g_hash_table_insert(p->files, g_steal_pointer(&name), g_bytes_ref(bytes));
}

static void
put_answer(Profile *p, const struct answer *a, const char *from)
{
    put_file(p, &p->pb_file, "downloaded.pbk", a->pbk);
    if (a->pbr != NULL)
        put_file(p, &p->region_file, "downloaded.pbr", a->pbr);
    if (!a->has_version || a->version == p->pb_version)
        return;
    p->pb_version = a->version;
    field_set_origin(field_find(SCOPE_CM, "Version"), p, from, "", "Version");
}

enum profile_update_result
profile_update_take_book(Profile *p, const struct profile_update_want *want, GBytes *bytes,
                         GError **error)
{
    struct answer a = {0};
    enum profile_update_result result = PROFILE_UPDATE_REFUSED;
    GBytes *pbk = kept(p, p->pb_file), *pbr = kept(p, p->region_file);

    if (read_answer(&a, p, bytes, error) && check_book(a.pbk, a.pbr, error)) {
        const gboolean old = pbk != NULL && a.has_version && a.version <= p->pb_version;
        result = old || (same_bytes(a.pbk, pbk) && same_bytes(a.pbr, pbr)) ? PROFILE_UPDATE_SAME
                                                                           : PROFILE_UPDATE_CHANGED;
        if (result == PROFILE_UPDATE_CHANGED)
            put_answer(p, &a, want->from);
    }
    answer_clear(&a);
    return result;
}

void
profile_update_files(const Profile *p, const char *ret_names[2])
{
    ret_names[0] = *p->pb_file == '\0' ? NULL : p->pb_file;
    ret_names[1] = *p->region_file == '\0' ? NULL : p->region_file;
}
