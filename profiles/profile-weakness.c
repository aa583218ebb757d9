/* profile-weakness.c - see profile-weakness.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-weakness.h"

#include <glib/gi18n-lib.h>

const char *
profile_protocol_weakness(enum plan_protocol protocol, gboolean ipsec)
{
    if (protocol == PLAN_PPTP)
        return _("PPTP can be decrypted by whoever records it.");
    if (protocol == PLAN_L2TP_IPSEC && !ipsec)
        return _("L2TP without IPsec is unencrypted: everybody on the way can read and change what "
                 "is sent.");
    return NULL;
}

char *
profile_weakness(const Profile *p)
{
    static const enum plan_protocol all[] = {PLAN_L2TP_IPSEC, PLAN_PPTP};
    GString *text = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        const char *one =
            profile_dials(p, all[i]) ? profile_protocol_weakness(all[i], p->ipsec) : NULL;

        if (one != NULL)
            g_string_append_printf(text, "%s%s", text->len > 0 ? "\n" : "", one);
    }
    return g_string_free(text, FALSE);
}

/* Names, which are the same in every language. */
static char *
outdated(guint32 weak)
{
    static const struct {
        guint32 bit;
        const char *name;
    } names[] = {{PLAN_WEAK_3DES, "3DES"},
                 {PLAN_WEAK_SHA1, "SHA-1"},
                 {PLAN_WEAK_MODP1024, "MODP-1024"},
                 {PLAN_WEAK_MODP1536, "MODP-1536"}};
    g_autoptr(GString) list = g_string_new(NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if ((weak & names[i].bit) != 0)
            g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "", names[i].name);
    if (list->len == 0)
        return NULL;
    return g_strdup_printf(_("The server agreed only to encryption that is outdated: %s."),
                           list->str);
}

GPtrArray *
profile_call_weaknesses(GVariant *details)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    const char *protocol = "", *encryption = "";
    const char *bypassed_by = "";
    guint32 weak = 0;

    if (details == NULL)
        return list;
    if (g_variant_lookup(details, "bypassed-by", "&s", &bypassed_by))
        g_ptr_array_add(list, g_strdup_printf(_("All traffic should go through this connection, "
                                                "but another routing rule of this computer comes "
                                                "first: it goes out by %s."),
                                              bypassed_by));
    g_variant_lookup(details, "protocol", "&s", &protocol);
    g_variant_lookup(details, "encryption", "&s", &encryption);
    g_variant_lookup(details, "weak", "u", &weak);
    if (g_str_equal(protocol, "pptp"))
        g_ptr_array_add(list, g_strdup(profile_protocol_weakness(PLAN_PPTP, FALSE)));
    if (g_str_equal(protocol, "l2tp") && g_str_has_prefix(encryption, "MPPE"))
        g_ptr_array_add(list,
                        g_strdup(_("L2TP without IPsec is unencrypted but for the MPPE of its "
                                   "packets, which can be decrypted by whoever records it.")));
    else if (g_str_equal(protocol, "l2tp"))
        g_ptr_array_add(list, g_strdup(profile_protocol_weakness(PLAN_L2TP_IPSEC, FALSE)));
    char *old = outdated(weak);
    if (old != NULL)
        g_ptr_array_add(list, old);
    if ((weak & PLAN_WEAK_PSK) != 0)
        g_ptr_array_add(list, g_strdup(_("The pre-shared key is short: whoever plays the server "
                                         "once can guess it.")));
    return list;
}
