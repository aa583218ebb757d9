/*
 * fuzz-ps-profile.c - a PowerShell script: what comes out goes through the model, the plan and the
 * store. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ps-profile.h"

#include "fuzz-profile.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    g_autoptr(GPtrArray) profiles = ps_profile_read(bytes, 0, "a.ps1", NULL);

    for (guint i = 0; profiles != NULL && i < profiles->len; i++)
        check_profile(profiles->pdata[i]);
    return 0;
}
