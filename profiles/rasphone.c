/* rasphone.c - see rasphone.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "rasphone.h"

#include "ras.h"
#include "text-decode.h"

#include <glib/gi18n-lib.h>

#include <string.h>

G_DEFINE_QUARK(rasphone - error - quark, rasphone_error)

#define MAX_KEY 256

struct index {
    char *name;
    gsize at; /* the '[' */
};

struct rasphone {
    GBytes *bytes;
    GArray *entries; /* struct index */
    guint codepage;
    char newline; /* what ends a line: '\r' only in a file without any '\n' */
    gboolean truncated;
};

/* --- lines --- */

/* One line of @text from @at: its length without the line end ("\n", "\r\n"), and with it. */
static gsize
line_at(const char *text, gsize size, gsize at, char newline, gsize *ret_end)
{
    const char *found = memchr(text + at, newline, size - at);
    gsize n = found == NULL ? size - at : (gsize)(found - text) - at;

    *ret_end = found == NULL ? size : at + n + 1;
    while (n > 0 && text[at + n - 1] == '\r')
        n--;
    return n;
}

static gboolean
is_header(const char *line, gsize n)
{
    return n >= 2 && line[0] == '[' && memchr(line, ']', n) != NULL;
}

/* UTF-8 that can be shown; at most @max octets of the line are read. */
static char *
shown(const char *bytes, gsize n, gsize max, guint codepage, char **ret_encoding)
{
    g_autofree char *encoding = NULL;
    g_autofree char *text = text_decode_ansi(bytes, MIN(n, max), codepage, &encoding);
    const gsize len = strlen(text);
    char *out = g_malloc(len + 1);

    ras_printable(out, len + 1, text, len);
    if (ret_encoding != NULL)
        *ret_encoding = g_steal_pointer(&encoding);
    return out;
}

static char *
name_of(const char *line, gsize n, guint codepage)
{
    while (line[n - 1] != ']')
        n--;
    return shown(line + 1, n - 2, RASPHONE_MAX_VALUE, codepage, NULL);
}

/* --- the file --- */

static void
index_clear(gpointer data)
{
    g_free(((struct index *)data)->name);
}

static void
find_entries(Rasphone *r)
{
    gsize size, end = 0;
    const char *text = g_bytes_get_data(r->bytes, &size);
    const gboolean mark = size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;

    for (gsize at = mark ? 3 : 0; at < size; at = end) {
        const gsize n = line_at(text, size, at, r->newline, &end);

        if (!is_header(text + at, n))
            continue;
        if (r->entries->len == RASPHONE_MAX_ENTRIES) {
            r->truncated = TRUE;
            return;
        }
        const struct index entry = {name_of(text + at, n, r->codepage), at};
        g_array_append_val(r->entries, entry);
    }
}

/* Only files that an editor saved: Windows itself writes no UTF-16 here. */
static GBytes *
without_utf16(GBytes *bytes)
{
    gsize n;
    const guchar *b = g_bytes_get_data(bytes, &n);

    if (n < 2 || !((b[0] == 0xff && b[1] == 0xfe) || (b[0] == 0xfe && b[1] == 0xff)))
        return g_bytes_ref(bytes);
    g_autofree char *encoding = NULL;
    char *text = text_decode((const char *)b, n, 0, &encoding);
    return g_bytes_new_take(text, strlen(text));
}

static char
newline_of(GBytes *bytes)
{
    gsize n;
    const char *text = g_bytes_get_data(bytes, &n);

    return n > 0 && memchr(text, '\n', n) == NULL && memchr(text, '\r', n) != NULL ? '\r' : '\n';
}

Rasphone *
rasphone_parse(GBytes *bytes, guint codepage, GError **error)
{
    if (g_bytes_get_size(bytes) > RASPHONE_MAX_FILE) {
        g_set_error(error, RASPHONE_ERROR, RASPHONE_ERROR_TOO_LARGE,
                    _("The file is larger than %d MiB."), RASPHONE_MAX_FILE / 1024 / 1024);
        return NULL;
    }

    g_autoptr(Rasphone) r = g_new0(Rasphone, 1);
    r->bytes = without_utf16(bytes);
    r->codepage = codepage;
    r->newline = newline_of(r->bytes);
    r->entries = g_array_new(FALSE, FALSE, sizeof(struct index));
    g_array_set_clear_func(r->entries, index_clear);
    find_entries(r);
    if (r->entries->len == 0) {
        g_set_error_literal(error, RASPHONE_ERROR, RASPHONE_ERROR_EMPTY,
                            _("There is no entry in this phone book."));
        return NULL;
    }
    return g_steal_pointer(&r);
}

void
rasphone_free(Rasphone *r)
{
    if (r == NULL)
        return;
    g_bytes_unref(r->bytes);
    g_array_unref(r->entries);
    g_free(r);
}

guint
rasphone_count(const Rasphone *r)
{
    return r->entries->len;
}

gboolean
rasphone_truncated(const Rasphone *r)
{
    return r->truncated;
}

const char *
rasphone_name(const Rasphone *r, guint i)
{
    return g_array_index(r->entries, struct index, i).name;
}

gboolean
rasphone_find(const Rasphone *r, const char *name, guint *ret_i)
{
    g_autofree char *folded = g_utf8_casefold(name, -1);

    for (guint i = 0; i < r->entries->len; i++)
        if (g_str_equal(rasphone_name(r, i), name)) {
            *ret_i = i;
            return TRUE;
        }
    for (guint i = 0; i < r->entries->len; i++) {
        g_autofree char *other = g_utf8_casefold(rasphone_name(r, i), -1);
        if (g_str_equal(other, folded)) {
            *ret_i = i;
            return TRUE;
        }
    }
    return FALSE;
}

static GBytes *
bytes_of(const Rasphone *r, guint i)
{
    const gsize size = g_bytes_get_size(r->bytes);
    const gsize from = i == 0 ? 0 : g_array_index(r->entries, struct index, i).at;
    const gsize to =
        i + 1 < r->entries->len ? g_array_index(r->entries, struct index, i + 1).at : size;

    return g_bytes_new_from_bytes(r->bytes, from, to - from);
}

GBytes *
rasphone_write(const Rasphone *r, guint i, const RasphoneEntry *changed)
{
    g_autoptr(GByteArray) out = g_byte_array_new();

    for (guint n = 0; n < r->entries->len; n++) {
        g_autoptr(GBytes) part =
            n == i && changed != NULL ? rasphone_entry_write(changed) : bytes_of(r, n);
        gsize size;
        const guint8 *bytes = g_bytes_get_data(part, &size);
        g_byte_array_append(out, bytes, (guint)size);
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}

/* --- an entry --- */

static void
line_free(gpointer data)
{
    struct rasphone_line *line = data;

    g_free(line->key);
    g_free(line->value);
    g_free(line->changed);
    g_free(line);
}

void
rasphone_entry_free(RasphoneEntry *e)
{
    if (e == NULL)
        return;
    g_free(e->name);
    g_free(e->encoding);
    g_bytes_unref(e->bytes);
    g_ptr_array_unref(e->lines);
    g_ptr_array_unref(e->added);
    g_free(e);
}

struct place { /* where in the entry a line stands */
    enum rasphone_part part;
    guint next[PART_NUMBER + 1]; /* the group that begins next, of each part */
};

/* PhoneNumber begins a part inside a DEVICE only: in what NT 4 wrote it may stand elsewhere. */
static void
move_on(struct place *p, const char *key)
{
    static const struct {
        const char *key;
        enum rasphone_part part;
    } starts[] = {{"NETCOMPONENTS", PART_NETCOMPONENTS},
                  {"MEDIA", PART_MEDIA},
                  {"DEVICE", PART_DEVICE},
                  {"PhoneNumber", PART_NUMBER}};

    for (gsize i = 0; i < G_N_ELEMENTS(starts); i++)
        if (g_str_equal(key, starts[i].key)) {
            p->part = starts[i].part;
            p->next[p->part]++;
        }
}

static void
take_line(RasphoneEntry *e, struct place *place, gsize at, gsize n, gsize end)
{
    const char *text = (const char *)g_bytes_get_data(e->bytes, NULL) + at;
    const char *equals = memchr(text, '=', n);
    const gsize n_key = equals == NULL ? 0 : (gsize)(equals - text);
    struct rasphone_line *line = g_new0(struct rasphone_line, 1);

    line->key = g_strstrip(shown(text, n_key, MAX_KEY, e->codepage, NULL));
    line->value = equals == NULL
                      ? shown(text, n, RASPHONE_MAX_VALUE, e->codepage, NULL)
                      : shown(equals + 1, n - n_key - 1, RASPHONE_MAX_VALUE, e->codepage, NULL);
    move_on(place, line->key);
    line->part = place->part;
    line->group = place->next[place->part] - (place->part != PART_ENTRY);
    line->at = at;
    line->n = n;
    line->end = end;
    g_ptr_array_add(e->lines, line);
}

RasphoneEntry *
rasphone_entry(const Rasphone *r, guint i)
{
    RasphoneEntry *e = g_new0(RasphoneEntry, 1);
    struct place place = {PART_ENTRY, {0}};
    gsize size, end;

    e->bytes = bytes_of(r, i);
    e->name = g_strdup(rasphone_name(r, i));
    e->codepage = r->codepage;
    e->newline = r->newline;
    e->lines = g_ptr_array_new_with_free_func(line_free);
    e->added = g_ptr_array_new_with_free_func(g_free);
    const char *text = g_bytes_get_data(e->bytes, &size);
    g_free(shown(text, size, size, e->codepage, &e->encoding));

    /* What stands before the header belongs to nobody. */
    const gsize before = g_array_index(r->entries, struct index, i).at;
    gsize at = i == 0 ? before : 0;
    line_at(text, size, at, e->newline, &end);
    e->body = end;
    for (at = end; at < size && e->lines->len < RASPHONE_MAX_LINES; at = end) {
        const gsize n = line_at(text, size, at, e->newline, &end);
        if (n > 0)
            take_line(e, &place, at, n, end);
    }
    return e;
}

/* --- reading and changing --- */

struct rasphone_line *
rasphone_line(const RasphoneEntry *e, enum rasphone_part part, int group, const char *key)
{
    struct rasphone_line *alike = NULL;

    for (guint i = 0; i < e->lines->len; i++) {
        struct rasphone_line *line = e->lines->pdata[i];

        if (line->part != part || (group >= 0 && line->group != (guint)group))
            continue;
        if (g_str_equal(line->key, key))
            return line;
        if (alike == NULL && part == PART_ENTRY && g_ascii_strcasecmp(line->key, key) == 0)
            alike = line;
    }
    return alike;
}

static char *
encoded(const RasphoneEntry *e, const char *value, gsize *ret_n)
{
    if (g_str_is_ascii(value) || g_str_equal(e->encoding, "UTF-8")) {
        *ret_n = strlen(value);
        return g_strdup(value);
    }
    return g_convert(value, -1, e->encoding, "UTF-8", NULL, ret_n, NULL);
}

gboolean
rasphone_set_line(RasphoneEntry *e, struct rasphone_line *line, const char *value)
{
    gsize n;
    g_autofree char *possible = encoded(e, value, &n);

    if (possible == NULL)
        return FALSE;
    if (g_str_equal(line->value, value))
        return TRUE;
    g_free(line->changed);
    line->changed = g_strdup(value);
    g_free(line->value);
    line->value = g_strdup(value);
    return TRUE;
}

gboolean
rasphone_set(RasphoneEntry *e, enum rasphone_part part, const char *key, const char *value)
{
    struct rasphone_line *line = rasphone_line(e, part, -1, key);
    gsize n;

    if (line != NULL)
        return g_str_equal(line->value, value) || rasphone_set_line(e, line, value);
    if (part != PART_ENTRY)
        return TRUE;
    g_autofree char *possible = encoded(e, value, &n);
    if (possible == NULL)
        return FALSE;
    g_ptr_array_add(e->added, g_strconcat(key, "=", value, NULL));
    return TRUE;
}

static void
put(GByteArray *out, const RasphoneEntry *e, const char *text)
{
    gsize n = 0;
    g_autofree char *bytes = encoded(e, text, &n);

    g_byte_array_append(out, (const guint8 *)bytes, (guint)n);
}

/* The last line of a file may have no end. */
static void
end_line(GByteArray *out, const char *line_end)
{
    if (out->len > 0 && out->data[out->len - 1] != line_end[strlen(line_end) - 1])
        g_byte_array_append(out, (const guint8 *)line_end, (guint)strlen(line_end));
}

static void
put_added(GByteArray *out, const RasphoneEntry *e, const char *line_end)
{
    for (guint i = 0; i < e->added->len; i++) {
        put(out, e, e->added->pdata[i]);
        g_byte_array_append(out, (const guint8 *)line_end, (guint)strlen(line_end));
    }
}

/* What is added goes behind the last line of the entry's own, with the line end of the file. */
GBytes *
rasphone_entry_write(const RasphoneEntry *e)
{
    gsize size, done = 0, last_own = 0;
    const guint8 *bytes = g_bytes_get_data(e->bytes, &size);
    g_autoptr(GByteArray) out = g_byte_array_sized_new((guint)size + 64);
    const guint8 *newline = memchr(bytes, '\n', size);
    const char *line_end = e->newline == '\r'                                            ? "\r"
                           : newline == NULL || (newline > bytes && newline[-1] == '\r') ? "\r\n"
                                                                                         : "\n";

    for (guint i = 0; i < e->lines->len; i++) {
        const struct rasphone_line *line = e->lines->pdata[i];
        last_own = line->part == PART_ENTRY ? i + 1 : last_own;
    }
    if (last_own == 0 && e->added->len > 0) { /* behind the header */
        done = e->body;
        g_byte_array_append(out, bytes, (guint)done);
        end_line(out, line_end);
        put_added(out, e, line_end);
    }
    for (guint i = 0; i < e->lines->len; i++) {
        const struct rasphone_line *line = e->lines->pdata[i];
        const guint8 *equals = memchr(bytes + line->at, '=', line->n);

        if (line->changed != NULL && equals != NULL) {
            g_byte_array_append(out, bytes + done, (guint)((gsize)(equals - bytes) + 1 - done));
            put(out, e, line->changed);
            done = line->at + line->n;
        }
        if (i + 1 != last_own || e->added->len == 0)
            continue;
        g_byte_array_append(out, bytes + done, (guint)(line->end - done));
        done = line->end;
        end_line(out, line_end);
        put_added(out, e, line_end);
    }
    g_byte_array_append(out, bytes + done, (guint)(size - done));
    return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}
