/* import.c - see import.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "import.h"

#include "cmak.h"
#include "cps-book.h"
#include "dir-file.h"
#include "ini.h"
#include "nm-keyfile.h"
#include "package.h"
#include "profile-xml.h"
#include "ps-profile.h"
#include "ras.h"
#include "rasphone-profile.h"

#include <glib/gi18n-lib.h>

#include <string.h>
#include <unistd.h>

G_DEFINE_QUARK(import - error - quark, import_error)

struct import {
    const char *format;
    char *file; /* its name, for the origins */
    guint codepage;
    Profile *one;
    GPtrArray *several; /* Profile, or NULL */
    Rasphone *book;
};

static gboolean
has_suffix(const char *name, const char *suffix)
{
    const gsize n = strlen(name), m = strlen(suffix);

    return n > m && g_ascii_strcasecmp(name + n - m, suffix) == 0;
}

static gboolean
is_cmak(const char *path)
{
    return g_file_test(path, G_FILE_TEST_IS_DIR) || has_suffix(path, ".cmp") ||
           has_suffix(path, ".cms") || has_suffix(path, ".inf");
}

static GBytes *
read_file(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path), *name = g_path_get_basename(path);
    const int dir = dir_open(folder, error);

    if (dir < 0)
        return NULL;
    GBytes *bytes = dir_file_read(dir, name, RASPHONE_MAX_FILE, error);
    close(dir);
    return bytes;
}

static gboolean
open_cmak(Import *import, const char *path, GError **error)
{
    import->format = "cmak";
    import->one = cmak_load(path, import->codepage, error);
    return import->one != NULL;
}

static gboolean
has_foreign_name(GHashTable *files)
{
    GHashTableIter iter;
    gpointer name;

    g_hash_table_iter_init(&iter, files);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        if (!g_str_is_ascii(name))
            return TRUE;
    return FALSE;
}

/* Its files lie side by side, as the installer finds them. Their names may be in the code page that
 * only what is in them tells. */
static gboolean
open_package(Import *import, GBytes *bytes, GError **error)
{
    g_autoptr(GHashTable) files = package_read_as(bytes, import->codepage, error);

    import->format = "package";
    import->one = files == NULL ? NULL : cmak_load_files(files, NULL, import->codepage, error);
    if (import->one == NULL || import->codepage != 0 || !has_foreign_name(files) ||
        !g_str_has_prefix(import->one->encoding, "CP"))
        return import->one != NULL;
    const guint told = (guint)ini_number(import->one->encoding + 2, 0);
    g_autoptr(GHashTable) named = package_read_as(bytes, told, NULL);
    Profile *again = named == NULL ? NULL : cmak_load_files(named, NULL, 0, NULL);
    if (again != NULL) {
        profile_free(import->one);
        import->one = again;
    }
    return TRUE;
}

/* A phone book has what no other file of sections has: a device. */
static gboolean
is_rasphone(const Rasphone *book)
{
    const guint n = MIN(rasphone_count(book), 64);

    for (guint i = 0; i < n; i++) {
        g_autoptr(RasphoneEntry) e = rasphone_entry(book, i);
        for (guint j = 0; j < e->lines->len; j++) {
            const struct rasphone_line *line = e->lines->pdata[j];
            if (line->part >= PART_MEDIA || g_str_equal(line->key, "PBVersion"))
                return TRUE;
        }
    }
    return FALSE;
}

static gboolean
open_rasphone(Import *import, GBytes *bytes)
{
    import->format = "rasphone";
    import->book = rasphone_parse(bytes, import->codepage, NULL);
    if (import->book != NULL && is_rasphone(import->book))
        return TRUE;
    g_clear_pointer(&import->book, rasphone_free);
    return FALSE;
}

/* Any text that is none ends such a book at its first line. */
static gboolean
is_numbers(GBytes *bytes)
{
    struct cps_report report;
    g_autoptr(CpsBook) book = cps_book_read(bytes, NULL, &report);

    return cps_book_count(book) > 0;
}

static void
refuse(GBytes *bytes, const char *path, GError **error)
{
    char shown[512];

    ras_printable(shown, sizeof shown, path, strlen(path));
    if (is_numbers(bytes))
        g_set_error(error, IMPORT_ERROR, IMPORT_ERROR_NUMBERS,
                    _("%s is a phone book of access numbers alone: there is no connection in it. "
                      "Import the Connection Manager profile (.cms) that it belongs to; what is in "
                      "it is listed by “dialtone numbers FILE”."),
                    shown);
    else
        g_set_error(
            error, IMPORT_ERROR, IMPORT_ERROR_UNKNOWN,
            _("%s is no file that can be imported: neither a Connection Manager profile nor a "
              "Windows phone book."),
            shown);
}

static gboolean
open_any(Import *import, const char *path, GError **error)
{
    if (is_cmak(path))
        return open_cmak(import, path, error);
    g_autoptr(GBytes) bytes = read_file(path, error);
    if (bytes == NULL)
        return FALSE;
    if (package_is(bytes))
        return open_package(import, bytes, error);
    if (profile_xml_is(bytes)) {
        char *dot = strrchr(import->file, '.');
        g_autofree char *name = dot == NULL ? g_strdup(import->file)
                                            : g_strndup(import->file, (gsize)(dot - import->file));
        import->format = "profilexml";
        import->one = profile_xml_read(bytes, import->codepage, name, error);
        return import->one != NULL;
    }
    if (nm_keyfile_is(bytes)) {
        import->format = "nm";
        import->one = nm_keyfile_read(bytes, import->file, error);
        return import->one != NULL;
    }
    if (open_rasphone(import, bytes))
        return TRUE;
    if (ps_profile_is(bytes)) {
        import->format = "powershell";
        import->several = ps_profile_read(bytes, import->codepage, import->file, error);
        return import->several != NULL;
    }
    refuse(bytes, path, error);
    return FALSE;
}

Import *
import_open(const char *path, GError **error)
{
    return import_open_as(path, 0, error);
}

Import *
import_open_as(const char *path, guint codepage, GError **error)
{
    g_autoptr(Import) import = g_new0(Import, 1);
    g_autofree char *name = g_path_get_basename(path);

    import->codepage = codepage;

    import->file = g_malloc(strlen(name) + 1);
    ras_printable(import->file, strlen(name) + 1, name, strlen(name));
    return open_any(import, path, error) ? g_steal_pointer(&import) : NULL;
}

void
import_free(Import *import)
{
    if (import == NULL)
        return;
    g_free(import->file);
    profile_free(import->one);
    g_clear_pointer(&import->several, g_ptr_array_unref);
    rasphone_free(import->book);
    g_free(import);
}

const char *
import_format(const Import *import)
{
    return import->format;
}

static const Profile *
profile_at(const Import *import, guint i)
{
    return import->several != NULL ? import->several->pdata[i] : import->one;
}

guint
import_count(const Import *import)
{
    return import->book != NULL      ? rasphone_count(import->book)
           : import->several != NULL ? import->several->len
                                     : 1;
}

const char *
import_name(const Import *import, guint i)
{
    return import->book != NULL ? rasphone_name(import->book, i) : profile_at(import, i)->name;
}

gboolean
import_find(const Import *import, const char *name, guint *ret_i)
{
    g_autofree char *folded = g_utf8_casefold(name, -1);
    const guint n = import_count(import);
    guint alike = n;

    if (import->book != NULL)
        return rasphone_find(import->book, name, ret_i);
    for (guint i = n; i > 0; i--) {
        g_autofree char *other = g_utf8_casefold(import_name(import, i - 1), -1);
        if (g_str_equal(other, folded))
            alike = i - 1;
    }
    for (guint i = n; i > 0; i--)
        if (g_str_equal(import_name(import, i - 1), name))
            alike = i - 1;
    if (alike == n)
        return FALSE;
    *ret_i = alike;
    return TRUE;
}

Profile *
import_profile(Import *import, guint i, GError **error)
{
    (void)error;
    if (import->book == NULL)
        return profile_copy(profile_at(import, i));
    g_autoptr(RasphoneEntry) e = rasphone_entry(import->book, i);
    return rasphone_profile(e, import->file);
}

gboolean
import_error_is_of_content(const GError *error)
{
    return error->domain == IMPORT_ERROR || error->domain == CMAK_ERROR ||
           error->domain == INI_ERROR || error->domain == PACKAGE_ERROR ||
           error->domain == NM_KEYFILE_ERROR || error->domain == PS_PROFILE_ERROR ||
           error->domain == G_MARKUP_ERROR || error->domain == RASPHONE_ERROR;
}
