/*
 * fuzz-package.c - a cabinet, or a program that may hold one: what comes out is bounded and has
 * plain names, and goes on through the reader of profiles, the model and the plan.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "package.h"

#include "cmak.h"
#include "fuzz-profile.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
check_files(GHashTable *files)
{
    GHashTableIter iter;
    gpointer name, bytes;
    gsize total = 0;

    g_hash_table_iter_init(&iter, files);
    while (g_hash_table_iter_next(&iter, &name, &bytes)) {
        check_text(name);
        total += g_bytes_get_size(bytes);
        if (*(char *)name == '/' || strstr(name, "..") == (char *)name ||
            strstr(name, "/../") != NULL)
            broken("a name that leads elsewhere");
    }
    if (total > PACKAGE_MAX_SIZE || g_hash_table_size(files) > PACKAGE_MAX_FILES)
        broken("more than a package may have");
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    g_autoptr(GHashTable) files = package_read(bytes, NULL);

    if (files == NULL)
        return 0;
    check_files(files);
    g_autoptr(Profile) p = cmak_load_files(files, NULL, 0, NULL);
    if (p != NULL)
        check_profile(p);
    return 0;
}
