/*
 * fuzz-rasphone.c - a Windows phone book: what is not changed is written as it was, whatever it is;
 * what comes out of an entry goes through the model, the plan and the store's format.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "rasphone-profile.h"

#include "fuzz-profile.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
check_entry(const Rasphone *r, guint i, const GBytes *file, gboolean utf16)
{
    g_autoptr(RasphoneEntry) e = rasphone_entry(r, i);
    g_autoptr(GBytes) whole = rasphone_write(r, i, e);
    g_autoptr(Profile) p = rasphone_profile(e, "rasphone.pbk");
    GBytes *kept = g_hash_table_lookup(p->files, RASPHONE_KEPT);

    if (!utf16 && !g_bytes_equal(whole, file))
        broken("a file that is not as it was");
    g_autoptr(GBytes) written = rasphone_profile_write(p, kept, NULL);
    if (p->found_psk.len == 0 && (written == NULL || !g_bytes_equal(written, kept)))
        broken("an entry that is not as it was");
    check_profile(p);
    p->redial_count = p->redial_count == 1 ? 2 : 1;
    p->dun.pap = !p->dun.pap;
    g_autoptr(GBytes) changed = rasphone_profile_write(p, kept, NULL);
    if (changed == NULL)
        return;
    g_autoptr(Rasphone) again = rasphone_parse(changed, 0, NULL);
    g_autoptr(RasphoneEntry) e2 = again == NULL ? NULL : rasphone_entry(again, 0);
    g_autoptr(Profile) q = e2 == NULL ? NULL : rasphone_profile(e2, "rasphone.pbk");
    if (q == NULL || q->redial_count != p->redial_count)
        broken("a change that is not there");
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    g_autoptr(Rasphone) r = rasphone_parse(bytes, size % 3 == 0 ? 932 : 0, NULL);
    const gboolean utf16 =
        size >= 2 && ((data[0] == 0xff && data[1] == 0xfe) || (data[0] == 0xfe && data[1] == 0xff));

    for (guint i = 0; r != NULL && i < MIN(rasphone_count(r), 4); i++)
        check_entry(r, i, bytes, utf16);
    return 0;
}
