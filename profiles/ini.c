/* ini.c - see ini.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ini.h"

#include "ras.h"
#include "text-decode.h"

#include <string.h>

G_DEFINE_QUARK(ini - error - quark, ini_error)

struct ini {
    char *encoding;
    GPtrArray *sections; /* struct ini_section */
    GHashTable *by_name; /* folded name -> section */
    guint n_entries;
    gboolean truncated;
};

static void
entry_free(gpointer data)
{
    struct ini_entry *e = data;

    g_free(e->key);
    g_free(e->value);
    g_free(e);
}

static void
section_free(gpointer data)
{
    struct ini_section *s = data;

    g_free(s->name);
    g_ptr_array_unref(s->entries);
    g_hash_table_unref(s->keys);
    g_free(s);
}

void
ini_free(Ini *ini)
{
    if (ini == NULL)
        return;
    g_free(ini->encoding);
    g_ptr_array_unref(ini->sections);
    g_hash_table_unref(ini->by_name);
    g_free(ini);
}

/* --- lines --- */

static struct ini_section *
section_of(Ini *ini, const char *name)
{
    g_autofree char *folded = g_utf8_casefold(name, -1);
    struct ini_section *s = g_hash_table_lookup(ini->by_name, folded);

    if (s != NULL)
        return s;
    if (ini->sections->len == INI_MAX_SECTIONS) {
        ini->truncated = TRUE;
        return NULL;
    }
    s = g_new0(struct ini_section, 1);
    s->name = g_strdup(name);
    s->entries = g_ptr_array_new_with_free_func(entry_free);
    s->keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_ptr_array_add(ini->sections, s);
    g_hash_table_insert(ini->by_name, g_steal_pointer(&folded), s);
    return s;
}

/* "x" and 'x' lose their quotes, and a comment behind them (as .inf files have); `""` inside double
 * quotes is one. */
static char *
unquote(char *value)
{
    const char quote = *value;
    GString *out;
    const char *p;

    if (quote != '"' && quote != '\'')
        return g_strdup(value);
    out = g_string_new(NULL);
    for (p = value + 1; *p != '\0'; p++) {
        if (*p == quote && (quote != '"' || p[1] != quote))
            break;
        p += *p == quote;
        g_string_append_c(out, *p);
    }
    if (*p == quote)
        for (p++; *p == ' '; p++)
            ;
    else
        p = "unbalanced";
    if (*p == '\0' || *p == ';')
        return g_string_free(out, FALSE);
    g_string_free(out, TRUE);
    return g_strdup(value);
}

static void
add_entry(Ini *ini, struct ini_section *s, const char *key, char *value)
{
    if (ini->n_entries == INI_MAX_ENTRIES) {
        ini->truncated = TRUE;
        return;
    }
    struct ini_entry *e = g_new0(struct ini_entry, 1);
    char *folded = g_utf8_casefold(key, -1);

    e->key = g_strdup(key);
    e->value = unquote(value);
    g_ptr_array_add(s->entries, e);
    ini->n_entries++;
    if (*key != '\0' && !g_hash_table_contains(s->keys, folded))
        g_hash_table_insert(s->keys, folded, e);
    else
        g_free(folded);
}

/* One line, trimmed and printable. Returns the section that is current after it. */
static struct ini_section *
take_line(Ini *ini, struct ini_section *current, char *line)
{
    if (*line == '\0' || *line == ';')
        return current;
    if (*line == '[') {
        char *end = strrchr(line, ']');
        if (end != NULL)
            *end = '\0';
        return section_of(ini, g_strstrip(line + 1));
    }
    if (current == NULL) /* before the first section, or in one too many */
        return NULL;

    char *equals = strchr(line, '=');
    if (equals == NULL || equals == line) {
        add_entry(ini, current, "", line);
    } else {
        *equals = '\0';
        add_entry(ini, current, g_strchomp(line), g_strchug(equals + 1));
    }
    return current;
}

static void
take_lines(Ini *ini, const char *text)
{
    g_autofree char *line = g_malloc(INI_MAX_LINE + 1);
    struct ini_section *current = NULL;

    while (*text != '\0') {
        const gsize n = strcspn(text, "\r\n");
        g_autofree char *raw = g_strndup(text, MIN(n, INI_MAX_LINE));

        ini->truncated |= n > INI_MAX_LINE;
        g_strdelimit(raw, "\t", ' ');
        g_strstrip(raw);
        ras_printable(line, INI_MAX_LINE + 1, raw, strlen(raw));
        current = take_line(ini, current, line);
        text += n;
        text += *text != '\0';
    }
}

Ini *
ini_parse(const void *bytes, gsize n, guint codepage, GError **error)
{
    if (n > INI_MAX_FILE) {
        g_set_error(error, INI_ERROR, INI_ERROR_TOO_LARGE, "The file is larger than %d KiB.",
                    INI_MAX_FILE / 1024);
        return NULL;
    }

    Ini *ini = g_new0(Ini, 1);
    ini->sections = g_ptr_array_new_with_free_func(section_free);
    ini->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *text = text_decode(bytes, n, codepage, &ini->encoding);
    take_lines(ini, text);
    return ini;
}

/* --- questions --- */

const char *
ini_encoding(const Ini *ini)
{
    return ini->encoding;
}

gboolean
ini_truncated(const Ini *ini)
{
    return ini->truncated;
}

GPtrArray *
ini_sections(const Ini *ini)
{
    return ini->sections;
}

const struct ini_section *
ini_find_section(const Ini *ini, const char *section)
{
    g_autofree char *folded = g_utf8_casefold(section, -1);

    return g_hash_table_lookup(ini->by_name, folded);
}

const struct ini_entry *
ini_find(const Ini *ini, const char *section, const char *key)
{
    const struct ini_section *s = ini_find_section(ini, section);
    g_autofree char *folded = g_utf8_casefold(key, -1);

    return s == NULL ? NULL : g_hash_table_lookup(s->keys, folded);
}

const char *
ini_get(const Ini *ini, const char *section, const char *key)
{
    const struct ini_entry *e = ini_find(ini, section, key);

    return e == NULL ? NULL : e->value;
}

gint64
ini_number(const char *text, gint64 fallback)
{
    gboolean negative = FALSE;
    gint64 number = 0;

    if (*text == '+' || *text == '-')
        negative = *text++ == '-';
    if (!g_ascii_isdigit(*text))
        return fallback;
    for (; g_ascii_isdigit(*text); text++) {
        number = number * 10 + (*text - '0');
        if (number > G_MAXUINT32)
            return fallback;
    }
    return negative ? -number : number;
}

gint64
ini_get_int(const Ini *ini, const char *section, const char *key, gint64 fallback)
{
    const char *text = ini_get(ini, section, key);

    return text == NULL ? fallback : ini_number(text, fallback);
}

char *
ini_expand(const Ini *ini, const char *value)
{
    GString *out = g_string_new(NULL);

    while (*value != '\0') {
        const char *end = *value == '%' ? strchr(value + 1, '%') : NULL;
        if (end == NULL) {
            g_string_append_c(out, *value++);
            continue;
        }
        g_autofree char *name = g_strndup(value + 1, (gsize)(end - value - 1));
        const char *string = ini_get(ini, "Strings", name);

        if (*name == '\0')
            g_string_append_c(out, '%');
        else if (string != NULL)
            g_string_append(out, string);
        else
            g_string_append_len(out, value, end - value + 1);
        value = end + 1;
    }
    return g_string_free(out, FALSE);
}
