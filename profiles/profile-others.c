/* profile-others.c - see profile-others.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-others.h"

/* The line before the VPN, phone numbers and dial-up scripts wait for a version that dials them;
 * Windows' firewall, file sharing and log have no counterpart, and a
 * desktop has one web proxy for all programs. */
static const struct {
    enum field_scope scope;
    const char *key; /* NULL: all of the scope */
} unused[] = {
    /* clang-format off */
    {SCOPE_CM, "TunnelReferences"},
    {SCOPE_CM, "HideAdvancedTab"},
    {SCOPE_CM, "HideInternetPassword"},
    {SCOPE_CM, "HideRememberInternetPassword"},
    {SCOPE_CM, "ResetPassword"},
    {SCOPE_CM, "PasswordHandling"},
    {SCOPE_CM, "DisableICS"},
    {SCOPE_CM, "CheckOSComponents"},
    {SCOPE_USER, "RememberInternetPassword"},
    {SCOPE_USER, "ConnectionType"},
    {SCOPE_USER, "IdleThreshold"},
    {SCOPE_USER, "EnableLogging"},
    {SCOPE_LOGGING, NULL},
    {SCOPE_SERVER, "NetworkLogon"},
    {SCOPE_SERVER, "Disable_LCP"},
    {SCOPE_SERVER, "SecureLocalFiles"},
    {SCOPE_SERVER, "Negotiate_IPX"},
    {SCOPE_SERVER, "Negotiate_NetBEUI"},
    {SCOPE_SERVER, "CustomAuthData"},
    {SCOPE_TCPIP, "IP_Header_Compress"},
    {SCOPE_NETWORKING, "VpnEntry"},
    {SCOPE_SCRIPTING, NULL},
    {SCOPE_ISP_SERVER, NULL},
    {SCOPE_ISP_TCPIP, NULL},
    {SCOPE_ISP_NETWORKING, NULL},
    {SCOPE_ISP_SCRIPTING, NULL},
    {SCOPE_OWN, "WebProxyBrowserOnly"},
    {SCOPE_OWN, "PhoneNumber"},
    {SCOPE_OWN, "AreaCode"},
    {SCOPE_OWN, "CountryCode"},
    {SCOPE_OWN, "UseDialingRules"},
    {SCOPE_OWN, "Device"},
    {SCOPE_OWN, "Region"},
    {SCOPE_OWN, "ServiceType"},
    {SCOPE_OWN, "BackupPhoneNumber"},
    {SCOPE_OWN, "BackupAreaCode"},
    {SCOPE_OWN, "BackupCountryCode"},
    {SCOPE_OWN, "BackupRegion"},
    {SCOPE_OWN, "BackupServiceType"},
    {SCOPE_OWN, "BackupUseDialingRules"},
    /* clang-format on */
};

gboolean
profile_field_used(const struct profile_field *f)
{
    for (gsize i = 0; i < G_N_ELEMENTS(unused); i++)
        if (unused[i].scope == f->scope &&
            (unused[i].key == NULL || g_str_equal(unused[i].key, f->key)))
            return FALSE;
    return TRUE;
}

static void
add(GPtrArray *list, const char *file, const char *section, const char *key, const char *value)
{
    struct profile_other *o = g_new0(struct profile_other, 1);

    o->file = g_strdup(file);
    o->section = g_strdup(section);
    o->key = g_strdup(key);
    o->value = g_strdup(value);
    g_ptr_array_add(list, o);
}

/* As it is written: phone books have parts in a section ("Office/MEDIA"). */
static gboolean
has_other(const Profile *p, const struct profile_origin *o)
{
    for (guint i = 0; i < p->others->len; i++) {
        const struct profile_other *x = p->others->pdata[i];
        if (g_str_equal(x->key, o->key) && g_str_has_prefix(x->section, o->section) &&
            g_str_equal(x->file, o->file))
            return TRUE;
    }
    return FALSE;
}

/* In the words of the file, where the value is the file's too. Where a key of another format says
 * it in another way ("no-vj-comp"), it is shown by the name that it has here. */
static void
add_typed(GPtrArray *list, const struct profile_field *f, const Profile *p,
          const struct profile_origin *o)
{
    g_autofree char *value = field_value(f, p);
    const gboolean same = g_ascii_strcasecmp(o->key, f->key) == 0 ||
                          (f->scope == SCOPE_OWN && g_str_equal(o->section, "Connection Manager"));

    if (*value != '\0' && !has_other(p, o))
        add(list, o->file, same ? o->section : field_group(f->scope), same ? o->key : f->key,
            value);
}

GPtrArray *
profile_other_settings(const Profile *p)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(profile_other_free);

    for (guint i = 0; i < profile_n_fields; i++) {
        const struct profile_field *f = &profile_fields[i];
        g_autofree char *name = field_name(f);
        const struct profile_origin *o = profile_origin(p, name);

        if (o != NULL && !profile_field_used(f))
            add_typed(list, f, p, o);
    }
    for (guint i = 0; i < p->others->len; i++) {
        const struct profile_other *o = p->others->pdata[i];
        add(list, o->file, o->section, o->key, o->value);
    }
    return list;
}
