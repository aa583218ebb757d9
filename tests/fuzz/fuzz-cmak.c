/*
 * fuzz-cmak.c - a package of files as a script: each file is a name and a length line, then its
 * bytes; all are handed to the CMAK reader, and what comes out goes through the model, the plan and
 * the store's format. Also every file on its own through the INI reader.
 *
 *     input: ( NAME '\n' LENGTH-as-decimal '\n' BYTES )*
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cmak.h"
#include "fuzz-profile.h"
#include "ini.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* A line, without its end; FALSE at the end of the input. */
static gboolean
take_line(const guint8 **data, gsize *size, char *out, gsize cap)
{
    const guint8 *end = memchr(*data, '\n', *size);
    const gsize n = end == NULL ? 0 : (gsize)(end - *data);

    if (end == NULL || n >= cap)
        return FALSE;
    memcpy(out, *data, n);
    out[n] = '\0';
    *data += n + 1;
    *size -= n + 1;
    return TRUE;
}

static void
check_ini(const void *bytes, gsize n)
{
    g_autoptr(Ini) ini = ini_parse(bytes, n, (guint)(n % 3 == 0 ? 932 : 0), NULL);

    if (ini == NULL)
        return;
    for (guint i = 0; i < ini_sections(ini)->len; i++) {
        const struct ini_section *s = ini_sections(ini)->pdata[i];
        check_text(s->name);
        for (guint j = 0; j < s->entries->len; j++) {
            const struct ini_entry *e = s->entries->pdata[j];
            g_autofree char *expanded = ini_expand(ini, e->value);
            check_text(e->key);
            check_text(e->value);
            check_text(expanded);
            if (*e->key != '\0' && ini_find(ini, s->name, e->key) == NULL)
                broken("a key that is not found");
        }
    }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GHashTable) files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    char name[64], length[8];

    while (g_hash_table_size(files) < 8 && take_line(&data, &size, name, sizeof name) &&
           take_line(&data, &size, length, sizeof length)) {
        const gsize n = MIN(g_ascii_strtoull(length, NULL, 10), size);
        check_ini(data, n);
        g_hash_table_insert(files, g_utf8_make_valid(name, -1), g_bytes_new(data, n));
        data += n;
        size -= n;
    }
    g_autoptr(Profile) p = cmak_load_files(files, NULL, 0, NULL);
    if (p != NULL)
        check_profile(p);
    return 0;
}
