/*
 * fuzz-nm-keyfile.c - a connection of NetworkManager: what comes out goes through the model, the
 * plan and the store, and is written as a keyfile and as Connection Manager's files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nm-keyfile.h"

#include "cmak-write.h"
#include "cmak.h"
#include "fuzz-profile.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    g_autoptr(Profile) p = nm_keyfile_is(bytes) ? nm_keyfile_read(bytes, "a", NULL) : NULL;

    if (p == NULL)
        return 0;
    check_profile(p);
    g_autoptr(GBytes) written = nm_keyfile_write(p);
    g_autoptr(Profile) q = nm_keyfile_read(written, "b", NULL);
    if (profile_dialable(p, (enum plan_protocol[PLAN_MAX_PROTOCOLS]){0}) > 0 && q == NULL)
        broken("what was written cannot be read");
    g_autoptr(GHashTable) files = cmak_write(p, NULL);
    g_autoptr(Profile) c = cmak_load_files(files, NULL, 0, NULL);
    if (c != NULL)
        check_profile(c);
    return 0;
}
