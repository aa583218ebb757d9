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
#include "ini.h"
#include "profile-file.h"
#include "profile-plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* abort(), which the fuzzer catches and keeps the input for; a trap it does not. */
static void
broken(const char *what)
{
    fprintf(stderr, "%s\n", what);
    abort();
}

static void
check_text(const char *text)
{
    if (text == NULL || !g_utf8_validate(text, -1, NULL))
        broken("text that is not UTF-8");
    for (; *text != '\0'; text++)
        if ((guchar)*text < ' ' && *text != '\n')
            broken("a control character");
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

static void
check_profile(const Profile *p)
{
    const struct plan_request request = {.user = "user"};
    g_autoptr(GPtrArray) warnings = profile_warnings(p);
    g_autoptr(GBytes) text = profile_file_write(p);
    g_autoptr(Profile) again = profile_file_read(text, NULL);
    struct dial_plan plan;
    struct credentials credentials;

    for (guint i = 0; i < warnings->len; i++)
        check_text(warnings->pdata[i]);
    if (again == NULL)
        broken("what was written cannot be read");
    g_autoptr(GBytes) text2 = profile_file_write(again);
    if (!g_bytes_equal(text, text2))
        broken("what was read is not what was written");
    if (!profile_plan(p, &request, &plan, &credentials, NULL))
        return;
    if (!dial_plan_valid(&plan, NULL) || plan.pin_set)
        broken("a plan that is not safe");
    dial_plan_clear(&plan);
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
    g_autoptr(Profile) p = cmak_load_files(files, NULL, NULL);
    if (p != NULL)
        check_profile(p);
    return 0;
}
