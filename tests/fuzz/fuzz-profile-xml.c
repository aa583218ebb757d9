/*
 * fuzz-profile-xml.c - a VPNv2 ProfileXML: what comes out goes through the model, the plan and the
 * store. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "profile-xml.h"

#include "fuzz-profile.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    g_autoptr(Profile) p = profile_xml_read(bytes, 0, "a", NULL);

    if (p != NULL)
        check_profile(p);
    return 0;
}
