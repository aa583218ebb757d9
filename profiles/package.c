/* package.c - see package.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "package.h"

#include "text-decode.h"

#include <glib/gi18n-lib.h>
#include <libgcab.h>
#include <mspack.h>

#include <errno.h>
#include <string.h>

G_DEFINE_QUARK(package - error - quark, package_error)

enum {
    MAX_NAME = 255,
    MAX_CABINETS = 16,  /* found in one file */
    MAX_LISTED = 65535, /* files of a cabinet that are looked at */
};
#define MAX_WORK (4 * (goffset)PACKAGE_MAX_SIZE)

static gboolean
fail(GError **error, enum package_error code, const char *text)
{
    g_set_error_literal(error, PACKAGE_ERROR, code, text);
    return FALSE;
}

/* --- the "files" of libmspack, in memory --- */

struct memory { /* stands for a struct mspack_system, and for the files it opens */
    struct mspack_system system;
    const guint8 *in;
    gsize in_size;
    GByteArray *out;
    gsize out_max;
};

struct memory_file {
    struct mspack_file base;
    struct memory *memory;
    gsize at; /* of the input */
    gboolean out;
};

static struct mspack_file *
memory_open(struct mspack_system *self, const char *name, int mode)
{
    struct memory_file *f = g_new0(struct memory_file, 1);

    (void)name;
    f->memory = (struct memory *)self;
    f->out = mode == MSPACK_SYS_OPEN_WRITE;
    return &f->base;
}

static void
memory_close(struct mspack_file *f)
{
    g_free(f);
}

static int
memory_read(struct mspack_file *base, void *buffer, int bytes)
{
    struct memory_file *f = (struct memory_file *)base;
    const gsize left = f->memory->in_size - f->at;
    const gsize n = bytes < 0 ? 0 : MIN((gsize)bytes, left);

    if (f->out)
        return -1;
    memcpy(buffer, f->memory->in + f->at, n);
    f->at += n;
    return (int)n;
}

static int
memory_write(struct mspack_file *base, void *buffer, int bytes)
{
    struct memory_file *f = (struct memory_file *)base;
    GByteArray *out = f->memory->out;

    if (!f->out || bytes < 0 || f->memory->out_max - out->len < (gsize)bytes)
        return -1;
    g_byte_array_append(out, buffer, (guint)bytes);
    return bytes;
}

static int
memory_seek(struct mspack_file *base, off_t offset, int mode)
{
    struct memory_file *f = (struct memory_file *)base;
    const gint64 size = (gint64)f->memory->in_size;
    const gint64 from = mode == MSPACK_SYS_SEEK_CUR   ? (gint64)f->at
                        : mode == MSPACK_SYS_SEEK_END ? size
                                                      : 0;

    if (f->out || offset < -from || offset > size - from)
        return -1;
    f->at = (gsize)(from + offset);
    return 0;
}

static off_t
memory_tell(struct mspack_file *base)
{
    struct memory_file *f = (struct memory_file *)base;
    return (off_t)(f->out ? f->memory->out->len : f->at);
}

static void
memory_message(struct mspack_file *f, const char *format, ...)
{
    (void)f, (void)format;
}

static void *
memory_alloc(struct mspack_system *self, size_t bytes)
{
    (void)self;
    return g_try_malloc(bytes);
}

static void
memory_copy(void *from, void *to, size_t bytes)
{
    memcpy(to, from, bytes);
}

static const struct mspack_system memory_system = {
    .open = memory_open,
    .close = memory_close,
    .read = memory_read,
    .write = memory_write,
    .seek = memory_seek,
    .tell = memory_tell,
    .message = memory_message,
    .alloc = memory_alloc,
    .free = g_free,
    .copy = memory_copy,
};

/* --- what is taken --- */

static gboolean
ends_with(const char *name, const char *const suffixes[])
{
    const gsize n = strlen(name);

    for (; *suffixes != NULL; suffixes++) {
        const gsize m = strlen(*suffixes);
        if (n >= m && g_ascii_strcasecmp(name + n - m, *suffixes) == 0)
            return TRUE;
    }
    return FALSE;
}

/* The installer brings its own programs; of no use here, and the greater part of it. */
static gboolean
is_program(const char *name)
{
    static const char *const suffixes[] = {".exe", ".dll", ".com", ".sys", ".cat",
                                           ".ocx", ".bat", ".cmd", NULL};

    return ends_with(name, suffixes);
}

gboolean
package_is_device(const char *part)
{
    static const char *const names[] = {"con", "prn", "aux", "nul"};
    const gsize n = strcspn(part, ".");

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (n == 3 && g_ascii_strncasecmp(part, names[i], 3) == 0)
            return TRUE;
    return n == 4 && g_ascii_isdigit(part[3]) &&
           (g_ascii_strncasecmp(part, "com", 3) == 0 || g_ascii_strncasecmp(part, "lpt", 3) == 0);
}

/* A plain relative name with '/', or NULL. */
static char *
safe_name(const struct mscabd_file *file, guint codepage)
{
    const gsize n = strlen(file->filename);
    g_autofree char *encoding = NULL;
    g_autofree char *name =
        text_decode_ansi(file->filename, MIN(n, MAX_NAME + 1), codepage, &encoding);

    g_strdelimit(name, "\\", '/');
    if (n == 0 || n > MAX_NAME || strchr(name, ':') != NULL)
        return NULL;
    g_auto(GStrv) parts = g_strsplit(name, "/", -1);
    for (guint i = 0; parts[i] != NULL; i++) {
        if (*parts[i] == '\0' || *parts[i] == '.' || package_is_device(parts[i]))
            return NULL;
        for (const char *c = parts[i]; *c != '\0'; c++)
            if ((guchar)*c < ' ' || *c == 0x7f)
                return NULL;
    }
    return g_steal_pointer(&name);
}

struct wanted {
    struct mscabd_file *file;
    char *name; /* owned */
};

static void
wanted_clear(gpointer data)
{
    g_free(((struct wanted *)data)->name);
}

/* In the order in which they were packed: unpacked so, nothing is unpacked twice. */
static int
compare_wanted(gconstpointer a, gconstpointer b)
{
    const struct mscabd_file *x = ((const struct wanted *)a)->file;
    const struct mscabd_file *y = ((const struct wanted *)b)->file;

    if (x->folder != y->folder)
        return x->folder < y->folder ? -1 : 1;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static gboolean
choose(const struct mscabd_cabinet *cabinet, guint codepage, GArray *wanted, GError **error)
{
    goffset size = 0, work = 0;
    guint listed = 0;

    for (struct mscabd_file *f = cabinet->files; f != NULL && listed < MAX_LISTED;
         f = f->next, listed++) {
        char *name = safe_name(f, codepage);
        if (name == NULL || is_program(name)) {
            g_free(name);
            continue;
        }
        const struct wanted w = {f, name};
        g_array_append_val(wanted, w);
        size += f->length;
        if (wanted->len > PACKAGE_MAX_FILES || size > PACKAGE_MAX_SIZE)
            return fail(error, PACKAGE_ERROR_TOO_LARGE,
                        _("The package has more in it than a profile can have."));
    }
    g_array_sort(wanted, compare_wanted);
    for (guint i = 0; i < wanted->len; i++) {
        const struct mscabd_file *f = g_array_index(wanted, struct wanted, i).file;
        const gboolean last = i + 1 == wanted->len ||
                              g_array_index(wanted, struct wanted, i + 1).file->folder != f->folder;
        work += last ? (goffset)f->offset + f->length : 0;
    }
    return work <= MAX_WORK || fail(error, PACKAGE_ERROR_TOO_LARGE,
                                    _("The package has more in it than a profile can have."));
}

static gboolean
same_file(gpointer key, gpointer value, gpointer user_data)
{
    g_autofree char *a = g_utf8_casefold(key, -1), *b = g_utf8_casefold(user_data, -1);

    (void)value;
    return g_str_equal(a, b);
}

/* Of two names that differ by letter case only, the first counts, as for Windows. */
static gboolean
unpack(struct mscab_decompressor *cab, struct memory *memory, GArray *wanted, GHashTable *files,
       GError **error)
{
    for (guint i = 0; i < wanted->len; i++) {
        const struct wanted *w = &g_array_index(wanted, struct wanted, i);

        memory->out = g_byte_array_new();
        memory->out_max = w->file->length;
        const int failed = cab->extract(cab, w->file, "out");
        g_autoptr(GBytes) bytes = g_byte_array_free_to_bytes(memory->out);
        memory->out = NULL;
        if (failed != MSPACK_ERR_OK || g_bytes_get_size(bytes) != w->file->length)
            return fail(error, PACKAGE_ERROR_DAMAGED,
                        _("The package is damaged: a file in it cannot be unpacked."));
        if (g_hash_table_find(files, same_file, w->name) == NULL)
            g_hash_table_insert(files, g_strdup(w->name), g_steal_pointer(&bytes));
    }
    return TRUE;
}

static gboolean
has_profile(const struct mscabd_cabinet *cabinet)
{
    static const char *const suffixes[] = {".cmp", ".cms", NULL};
    guint listed = 0;

    for (const struct mscabd_file *f = cabinet->files; f != NULL && listed < MAX_LISTED;
         f = f->next, listed++)
        if (ends_with(f->filename, suffixes))
            return TRUE;
    return FALSE;
}

/* What is missing may be in another of the set. */
static void
tell_of_parts(const struct mscabd_cabinet *cabinet, GError **error)
{
    if ((cabinet->flags & (MSCAB_HDR_PREVCAB | MSCAB_HDR_NEXTCAB)) == 0)
        return;
    g_clear_error(error);
    fail(error, PACKAGE_ERROR_DAMAGED,
         _("The package is in several cabinets, and this is one of them. Alone it cannot be "
           "unpacked."));
}

static GHashTable *
read_cabinets(struct mscab_decompressor *cab, struct memory *memory,
              struct mscabd_cabinet *cabinets, guint codepage, GError **error)
{
    g_autoptr(GArray) wanted = g_array_new(FALSE, FALSE, sizeof(struct wanted));
    g_autoptr(GHashTable) files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    struct mscabd_cabinet *chosen = cabinets;
    guint n = 0;

    g_array_set_clear_func(wanted, wanted_clear);
    for (struct mscabd_cabinet *c = cabinets; c != NULL && n < MAX_CABINETS; c = c->next, n++)
        if (has_profile(c)) {
            chosen = c;
            break;
        }
    if (!choose(chosen, codepage, wanted, error))
        return NULL;
    if (!unpack(cab, memory, wanted, files, error)) {
        tell_of_parts(chosen, error);
        return NULL;
    }
    return g_steal_pointer(&files);
}

gboolean
package_is(GBytes *bytes)
{
    gsize n;
    const char *b = g_bytes_get_data(bytes, &n);

    return n >= 4 && (memcmp(b, "MSCF", 4) == 0 || memcmp(b, "MZ", 2) == 0);
}

GHashTable *
package_read(GBytes *bytes, GError **error)
{
    return package_read_as(bytes, 0, error);
}

GHashTable *
package_read_as(GBytes *bytes, guint codepage, GError **error)
{
    struct memory memory = {.system = memory_system};
    GHashTable *files = NULL;

    memory.in = g_bytes_get_data(bytes, &memory.in_size);
    struct mscab_decompressor *cab = mspack_create_cab_decompressor(&memory.system);
    if (cab == NULL) {
        fail(error, PACKAGE_ERROR_DAMAGED, g_strerror(ENOMEM));
        return NULL;
    }
    struct mscabd_cabinet *cabinets = memory.in_size > 0 ? cab->search(cab, "in") : NULL;
    if (cabinets == NULL)
        fail(error, PACKAGE_ERROR_NONE, _("There is no cabinet in this program or file."));
    else
        files = read_cabinets(cab, &memory, cabinets, codepage, error);
    if (cabinets != NULL)
        cab->close(cab, cabinets);
    mspack_destroy_cab_decompressor(cab);
    return files;
}

/* --- writing --- */

static gboolean
add_files(GCabFolder *folder, GHashTable *files, GError **error)
{
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(files), (GCompareFunc)strcmp);
    g_autoptr(GDateTime) when = g_date_time_new_local(2000, 1, 1, 0, 0, 0);

    for (const GList *name = names; name != NULL; name = name->next) {
        g_autofree char *windows = g_strdelimit(g_strdup(name->data), "/", '\\');
        g_autoptr(GCabFile) file =
            gcab_file_new_with_bytes(windows, g_hash_table_lookup(files, name->data));

        gcab_file_set_date_time(file, when);
        if (!gcab_folder_add_file(folder, file, FALSE, NULL, error))
            return FALSE;
    }
    return TRUE;
}

GBytes *
package_write(GHashTable *files, GError **error)
{
    g_autoptr(GCabCabinet) cabinet = gcab_cabinet_new();
    g_autoptr(GCabFolder) folder = gcab_folder_new(GCAB_COMPRESSION_MSZIP);
    g_autoptr(GOutputStream) out = g_memory_output_stream_new_resizable();

    if (!add_files(folder, files, error) || !gcab_cabinet_add_folder(cabinet, folder, error) ||
        !gcab_cabinet_write_simple(cabinet, out, NULL, NULL, NULL, error) ||
        !g_output_stream_close(out, NULL, error))
        return NULL;
    return g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(out));
}
