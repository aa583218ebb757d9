/*
 * fuzz-eap-config.c - what Windows keeps about EAP. The first octet chooses: CustomAuthData of
 * EAP-TLS or PEAP, or the XML. What comes out goes through the model, the plan and the store.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "eap-config.h"

#include "fuzz-profile.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(Profile) p = profile_new();
    const struct eap_config c = {p, "a.pbk", "Office", "CustomAuthData"};

    if (size == 0)
        return 0;
    profile_add_server(p, "", "vpn.example.com");
    p->dun.eap = p->dun.custom_security = p->dun.enforce_custom = TRUE;
    p->dun.custom_auth_key = data[0] == 't' ? 13 : 25;
    if (data[0] == 'x') {
        g_autofree char *text = g_strndup((const char *)data + 1, size - 1);
        if (g_utf8_validate(text, -1, NULL))
            eap_config_xml(&c, text, NULL);
    } else {
        eap_config_custom(&c, data + 1, size - 1);
    }
    check_profile(p);
    return 0;
}
