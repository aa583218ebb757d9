/* test-cmak-keys.c - each documented key of a .cms and .cmp, one row each: the typed value it
 * arrives in, what that is without the key, and what becomes of a value that cannot be.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmak-write.h"
#include "cmak.h"
#include "field-named.h"
#include "profile-others.h"

#include <string.h>

enum where { CMS, CMP };

/* "Connection Manager keys", "Networking keys", "ISP and Service Type keys" and "Other sections,
 * keys, and values" of the Windows Server documentation. */
static const struct row {
    enum where where;
    const char *section, *key, *value;
    const char *field, *arrives, *absent; /* absent NULL: the profile needs the key */
    const char *impossible;               /* NULL: every text is possible */
} rows[] = {
    /* clang-format off */
    {CMS, "Connection Manager", "ServiceName", "Büro", "Connection Manager/ServiceName", "Büro", NULL, NULL},
    {CMS, "Connection Manager", "ServiceMessage", "Call 5", "Connection Manager/ServiceMessage", "Call 5", "", NULL},
    {CMS, "Connection Manager", "Logo", "Base\\a.bmp", "Connection Manager/Logo", "a.bmp", "", NULL},
    {CMS, "Connection Manager", "PBLogo", "a.bmp", "Connection Manager/PBLogo", "a.bmp", "", NULL},
    {CMS, "Connection Manager", "Icon", "a.bmp", "Connection Manager/Icon", "a.bmp", "", NULL},
    {CMS, "Connection Manager", "SmallIcon", "a.bmp", "Connection Manager/SmallIcon", "a.bmp", "", NULL},
    {CMS, "Connection Manager", "TrayIcon", "a.bmp", "Connection Manager/TrayIcon", "a.bmp", "", NULL},
    {CMS, "Connection Manager", "HelpFile", "a.bmp", "Connection Manager/HelpFile", "a.bmp", "", NULL},
    {CMS, "Connection Manager", "PBMessage", "More:", "Connection Manager/PBMessage", "More:", "", NULL},
    {CMS, "Connection Manager", "Version", "17", "Connection Manager/Version", "17", "0", "-1"},
    {CMS, "Connection Manager", "DownloadDelay", "45", "Connection Manager/DownloadDelay", "45", "15", "86401"},
    {CMS, "Connection Manager", "DUN", "Line", "Connection Manager/DUN", "Line", "", NULL},
    {CMS, "Connection Manager", "TunnelDUN", "VPN", "Connection Manager/TunnelDUN", "VPN", NULL, NULL},
    {CMS, "Connection Manager", "TunnelReferences", "1", "Connection Manager/TunnelReferences", "1", "0", "x"},
    {CMS, "Connection Manager", "UserNamePrefix", "EX/", "Connection Manager/UserNamePrefix", "EX/", "", NULL},
    {CMS, "Connection Manager", "UserNameSuffix", "@ex", "Connection Manager/UserNameSuffix", "@ex", "", NULL},
    {CMS, "Connection Manager", "HideUserName", "1", "Connection Manager/HideUserName", "1", "0", "x"},
    {CMS, "Connection Manager", "HidePassword", "1", "Connection Manager/HidePassword", "1", "0", "x"},
    {CMS, "Connection Manager", "HideDomain", "1", "Connection Manager/HideDomain", "1", "0", "x"},
    {CMS, "Connection Manager", "HideRememberPassword", "1", "Connection Manager/HideRememberPassword", "1", "0", "x"},
    {CMS, "Connection Manager", "HideDialAutomatically", "1", "Connection Manager/HideDialAutomatically", "1", "0", "x"},
    {CMS, "Connection Manager", "HideAdvancedTab", "1", "Connection Manager/HideAdvancedTab", "1", "0", "x"},
    {CMS, "Connection Manager", "HideTrayIcon", "1", "Connection Manager/HideTrayIcon", "1", "0", "x"},
    {CMS, "Connection Manager", "HideBalloonTips", "1", "Connection Manager/HideBalloonTips", "1", "0", "x"},
    {CMS, "Connection Manager", "HideInternetUsername", "1", "Connection Manager/HideInternetUsername", "1", "0", "x"},
    {CMS, "Connection Manager", "HideInternetPassword", "1", "Connection Manager/HideInternetPassword", "1", "0", "x"},
    {CMS, "Connection Manager", "HideRememberInternetPassword", "1", "Connection Manager/HideRememberInternetPassword", "1", "0", "x"},
    {CMS, "Connection Manager", "ResetPassword", "pw.exe", "Connection Manager/ResetPassword", "pw.exe", "", NULL},
    {CMS, "Connection Manager", "UserNameOptional", "1", "Connection Manager/UserNameOptional", "1", "0", "x"},
    {CMS, "Connection Manager", "PasswordOptional", "1", "Connection Manager/PasswordOptional", "1", "0", "x"},
    {CMS, "Connection Manager", "DomainOptional", "0", "Connection Manager/DomainOptional", "0", "1", "x"},
    {CMS, "Connection Manager", "MaxUserName", "20", "Connection Manager/MaxUserName", "20", "0", "256"},
    {CMS, "Connection Manager", "MaxPassword", "21", "Connection Manager/MaxPassword", "21", "0", "-1"},
    {CMS, "Connection Manager", "MaxDomain", "22", "Connection Manager/MaxDomain", "22", "0", "256"},
    {CMS, "Connection Manager", "PasswordHandling", "2", "Connection Manager/PasswordHandling", "2", "0", "256"},
    {CMS, "Connection Manager", "UseSameUserName", "1", "Connection Manager/UseSameUserName", "1", "0", "x"},
    {CMS, "Connection Manager", "DisableICS", "1", "Connection Manager/DisableICS", "1", "0", "x"},
    {CMS, "Connection Manager", "CheckOSComponents", "0", "Connection Manager/CheckOSComponents", "0", "1", "x"},
    {CMS, "Connection Manager", "Tunnel", "1", "Connection Manager/Tunnel", "1", "0", "x"},
    {CMS, "Connection Manager", "Dialup", "0", "Connection Manager/Dialup", "0", "1", "x"},
    {CMS, "Connection Manager", "Direct", "0", "Connection Manager/Direct", "0", "1", "x"},
    {CMP, "Connection Manager", "UserName", "ann", "Connection Manager/UserName", "ann", "", NULL},
    {CMP, "Connection Manager", "Domain", "EX", "Connection Manager/Domain", "EX", "", NULL},
    {CMP, "Connection Manager", "InternetUserName", "isp", "Connection Manager/InternetUserName", "isp", "", NULL},
    {CMP, "Connection Manager", "RememberPassword", "1", "Connection Manager/RememberPassword", "1", "0", "x"},
    {CMP, "Connection Manager", "RememberInternetPassword", "1", "Connection Manager/RememberInternetPassword", "1", "0", "x"},
    {CMP, "Connection Manager", "DialAutomatically", "1", "Connection Manager/DialAutomatically", "1", "0", "x"},
    {CMP, "Connection Manager", "ConnectionType", "1", "Connection Manager/ConnectionType", "1", "0", "2"},
    {CMP, "Connection Manager", "RedialCount", "7", "Connection Manager/RedialCount", "7", "3", "1000"},
    {CMP, "Connection Manager", "RedialDelay", "8", "Connection Manager/RedialDelay", "8", "5", "3601"},
    {CMP, "Connection Manager", "RedialOnLinkFailure", "1", "Connection Manager/RedialOnLinkFailure", "1", "0", "x"},
    {CMP, "Connection Manager", "IdleTimeout", "10", "Connection Manager/IdleTimeout", "10", "0", "100001"},
    {CMP, "Connection Manager", "IdleThreshold", "4", "Connection Manager/IdleThreshold", "4", "0", "-4"},
    {CMP, "Connection Manager", "EnableLogging", "0", "Connection Manager/EnableLogging", "0", "1", "x"},
    {CMP, "Logging", "FileDirectory", "%TEMP%", "Logging/FileDirectory", "%TEMP%", "", NULL},
    {CMP, "Logging", "MaxFileSize", "100", "Logging/MaxFileSize", "100", "0", "-1"},
    {CMP, "Connection Manager", "PhoneNumber", "555-0100", "Dialtone/PhoneNumber", "555-0100", "", NULL},
    {CMP, "Connection Manager", "Phone0", "555-0101", "Dialtone/PhoneNumber", "555-0101", "", NULL},
    {CMP, "Connection Manager", "AreaCode", "030", "Dialtone/AreaCode", "030", "", NULL},
    {CMP, "Connection Manager", "Country", "49", "Dialtone/CountryCode", "49", "0", "100000"},
    {CMP, "Connection Manager", "Country0", "49", "Dialtone/CountryCode", "49", "0", "-49"},
    {CMP, "Connection Manager", "Region", "Berlin", "Dialtone/Region", "Berlin", "", NULL},
    {CMP, "Connection Manager", "ServiceType", "ISDN", "Dialtone/ServiceType", "ISDN", "", NULL},
    {CMP, "Connection Manager", "UseDialingRules", "1", "Dialtone/UseDialingRules", "1", "0", "x"},
    {CMP, "Connection Manager", "Modem", "Fast one", "Dialtone/Device", "Fast one", "", NULL},
    {CMP, "Connection Manager", "Phone1", "555-0102", "Dialtone/BackupPhoneNumber", "555-0102", "", NULL},
    {CMP, "Connection Manager", "AreaCode1", "040", "Dialtone/BackupAreaCode", "040", "", NULL},
    {CMP, "Connection Manager", "Country1", "44", "Dialtone/BackupCountryCode", "44", "0", "100000"},
    {CMP, "Connection Manager", "Region1", "Hamburg", "Dialtone/BackupRegion", "Hamburg", "", NULL},
    {CMP, "Connection Manager", "ServiceType1", "Modem", "Dialtone/BackupServiceType", "Modem", "", NULL},
    {CMP, "Connection Manager", "UseDialingRules1", "1", "Dialtone/BackupUseDialingRules", "1", "0", "x"},
    {CMS, "ISP", "PBFile", "b.pbk", "ISP/PBFile", "b.pbk", "", NULL},
    {CMS, "ISP", "RegionFile", "b.pbr", "ISP/RegionFile", "b.pbr", "", NULL},
    {CMS, "ISP", "PBURL", "http://pbs.example.test/", "ISP/PBURL", "http://pbs.example.test/", "", NULL},
    {CMS, "ISP", "References", "Roam", "ISP/References", "Roam", "", NULL},
#define ENTRY(entry, group) \
    {CMS, "Server&" entry, "NetworkLogon", "0", group "Server/NetworkLogon", "0", "1", "x"}, \
    {CMS, "Server&" entry, "SW_Compress", "0", group "Server/SW_Compress", "0", "1", "x"}, \
    {CMS, "Server&" entry, "Disable_LCP", "1", group "Server/Disable_LCP", "1", "0", "x"}, \
    {CMS, "Server&" entry, "Negotiate_TCP/IP", "0", group "Server/Negotiate_TCP/IP", "0", "1", "x"}, \
    {CMS, "Server&" entry, "Negotiate_IPv6", "0", group "Server/Negotiate_IPv6", "0", "1", "x"}, \
    {CMS, "Server&" entry, "Negotiate_IPX", "1", group "Server/Negotiate_IPX", "1", "0", "x"}, \
    {CMS, "Server&" entry, "Negotiate_NetBEUI", "1", group "Server/Negotiate_NetBEUI", "1", "0", "x"}, \
    {CMS, "Server&" entry, "SecureLocalFiles", "1", group "Server/SecureLocalFiles", "1", "0", "x"}, \
    {CMS, "Server&" entry, "PW_Encrypt", "0", group "Server/PW_Encrypt", "0", "1", "x"}, \
    {CMS, "Server&" entry, "PW_EncryptMS", "0", group "Server/PW_EncryptMS", "0", "1", "x"}, \
    {CMS, "Server&" entry, "DataEncrypt", "1", group "Server/DataEncrypt", "1", "0", "x"}, \
    {CMS, "Server&" entry, "Custom_Security", "0", group "Server/Custom_Security", "0", "1", "x"}, \
    {CMS, "Server&" entry, "EnforceCustomSecurity", "1", group "Server/EnforceCustomSecurity", "1", "0", "x"}, \
    {CMS, "Server&" entry, "EncryptionType", "2", group "Server/EncryptionType", "2", "3", "4"}, \
    {CMS, "Server&" entry, "Require_PAP", "1", group "Server/Require_PAP", "1", "0", "x"}, \
    {CMS, "Server&" entry, "Require_SPAP", "1", group "Server/Require_SPAP", "1", "0", "x"}, \
    {CMS, "Server&" entry, "Require_CHAP", "1", group "Server/Require_CHAP", "1", "0", "x"}, \
    {CMS, "Server&" entry, "Require_MSCHAP", "1", group "Server/Require_MSCHAP", "1", "0", "x"}, \
    {CMS, "Server&" entry, "Require_MSCHAP2", "1", group "Server/Require_MSCHAP2", "1", "0", "x"}, \
    {CMS, "Server&" entry, "Require_W95MSCHAP", "1", group "Server/Require_W95MSCHAP", "1", "0", "x"}, \
    {CMS, "Server&" entry, "Require_EAP", "1", group "Server/Require_EAP", "1", "0", "x"}, \
    {CMS, "Server&" entry, "CustomAuthKey", "25", group "Server/CustomAuthKey", "25", "0", "256"}, \
    {CMS, "Server&" entry, "CustomAuthData", "31444243", group "Server/CustomAuthData", "31444243", "", NULL}, \
    {CMS, "TCP/IP&" entry, "IP_Header_Compress", "0", group "TCP/IP/IP_Header_Compress", "0", "1", "x"}, \
    {CMS, "TCP/IP&" entry, "Gateway_On_Remote", "0", group "TCP/IP/Gateway_On_Remote", "0", "1", "x"}, \
    {CMS, "TCP/IP&" entry, "DisableClassBasedDefaultRoute", "1", group "TCP/IP/DisableClassBasedDefaultRoute", "1", "0", "x"}, \
    {CMS, "TCP/IP&" entry, "Specify_Server_Address", "1", group "TCP/IP/Specify_Server_Address", "1", "0", "x"}, \
    {CMS, "TCP/IP&" entry, "DNS_Address", "10.0.0.1", group "TCP/IP/DNS_Address", "10.0.0.1", "", NULL}, \
    {CMS, "TCP/IP&" entry, "DNS_Alt_Address", "10.0.0.2", group "TCP/IP/DNS_Alt_Address", "10.0.0.2", "", NULL}, \
    {CMS, "TCP/IP&" entry, "WINS_Address", "10.0.0.3", group "TCP/IP/WINS_Address", "10.0.0.3", "", NULL}, \
    {CMS, "TCP/IP&" entry, "WINS_Alt_Address", "10.0.0.4", group "TCP/IP/WINS_Alt_Address", "10.0.0.4", "", NULL}, \
    {CMS, "TCP/IP&" entry, "Specify_IPv6_Server_Address", "1", group "TCP/IP/Specify_IPv6_Server_Address", "1", "0", "x"}, \
    {CMS, "TCP/IP&" entry, "IPv6_DNS_Address", "fd00::1", group "TCP/IP/IPv6_DNS_Address", "fd00::1", "", NULL}, \
    {CMS, "TCP/IP&" entry, "IPv6_DNS_Alt_Address", "fd00::2", group "TCP/IP/IPv6_DNS_Alt_Address", "fd00::2", "", NULL}, \
    {CMS, "TCP/IP&" entry, "Specify_IP_Address", "1", group "TCP/IP/Specify_IP_Address", "1", "0", "x"}, \
    {CMS, "TCP/IP&" entry, "IP_Address", "10.0.0.9", group "TCP/IP/IP_Address", "10.0.0.9", "", NULL}, \
    {CMS, "TCP/IP&" entry, "DnsSuffix", "corp.example", group "TCP/IP/DnsSuffix", "corp.example", "", NULL}, \
    {CMS, "Networking&" entry, "VpnEntry", "0", group "Networking/VpnEntry", "0", "1", "x"}, \
    {CMS, "Networking&" entry, "VpnStrategy", "6", group "Networking/VpnStrategy", "6", "0", "16"}, \
    {CMS, "Networking&" entry, "UsePreSharedKey", "1", group "Networking/UsePreSharedKey", "1", "0", "x"}, \
    {CMS, "Scripting&" entry, "Name", "login.scp", group "Scripting/Name", "login.scp", "", NULL},
    ENTRY("VPN", "")
    ENTRY("Line", "Dial-up ")
#undef ENTRY
    /* clang-format on */
};

/* --- a profile with one key --- */

static void
put(GHashTable *files, const char *name, const char *text)
{
    g_hash_table_insert(files, g_strdup(name), g_bytes_new(text, strlen(text)));
}

/* Base lines of [Connection Manager], without the row's own. */
static char *
text_of(const struct row *row, enum where where, const char *value)
{
    static const char *const base[][2] = {{"ServiceName", "Base"},
                                          {"Tunnel", "1"},
                                          {"TunnelAddress", "vpn.example.test"},
                                          {"TunnelDUN", "VPN"},
                                          {"DUN", "Line"}};
    GString *text = g_string_new("[Profile Format]\r\nVersion=4\r\n[Connection Manager]\r\n");
    const gboolean here = where == row->where;
    const gboolean same = g_str_equal(row->section, "Connection Manager");

    if (where == CMP)
        g_string_append(text, "CMSFile=Base\\Base.cms\r\n");
    for (gsize i = 0; i < G_N_ELEMENTS(base) && where == CMS; i++)
        if (!same || !g_str_equal(base[i][0], row->key))
            g_string_append_printf(text, "%s=%s\r\n", base[i][0], base[i][1]);
    if (here && value != NULL && !same)
        g_string_append_printf(text, "[%s]\r\n", row->section);
    if (here && value != NULL)
        g_string_append_printf(text, "%s=%s\r\n", row->key, value);
    return g_string_free(text, FALSE);
}

static Profile *
profile_of(const struct row *row, const char *value)
{
    g_autoptr(GHashTable) files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    g_autofree char *cms = text_of(row, CMS, value), *cmp = text_of(row, CMP, value);
    g_autoptr(GError) error = NULL;

    put(files, "Base/Base.cms", cms);
    put(files, "Base.cmp", cmp);
    put(files, "Base/a.bmp", "BM");
    put(files, "Base/b.pbk", "");
    put(files, "Base/b.pbr", "0\n");
    Profile *p = cmak_load_files(files, "Base.cmp", 0, &error);
    g_assert_no_error(error);
    return p;
}

static void
assert_value(const struct row *row, const Profile *p, const char *expected)
{
    g_autofree char *value = field_value(field_named(row->field), p);

    g_test_message("[%s] %s", row->section, row->key);
    g_assert_cmpstr(value, ==, expected);
}

/* --- the questions --- */

static void
each_key_arrives(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct row *row = &rows[i];
        g_autoptr(Profile) p = profile_of(row, row->value);
        const struct profile_origin *o = profile_origin(p, row->field);

        assert_value(row, p, row->arrives);
        g_assert_nonnull(o);
        g_assert_cmpstr(o->file, ==, row->where == CMS ? "Base.cms" : "Base.cmp");
        g_assert_cmpstr(o->section, ==, row->section);
        g_assert_cmpstr(o->key, ==, row->key);
        g_assert_cmpstr(o->value, ==, row->arrives);
    }
}

static void
each_key_has_a_default(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct row *row = &rows[i];
        if (row->absent == NULL)
            continue;
        g_autoptr(Profile) p = profile_of(row, NULL);
        assert_value(row, p, row->absent);
        g_assert_null(profile_origin(p, row->field));
    }
}

/* It is said, and the default stays. */
static void
what_cannot_be_is_said(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct row *row = &rows[i];
        if (row->impossible == NULL)
            continue;
        g_autoptr(Profile) p = profile_of(row, row->impossible);
        g_autofree char *said = g_strdup_printf("%s=%s is not", row->key, row->impossible);
        gboolean found = FALSE;

        assert_value(row, p, row->absent);
        for (guint n = 0; n < p->notes->len; n++)
            found |= strstr(p->notes->pdata[n], said) != NULL;
        g_assert_true(found);
        g_assert_null(profile_origin(p, row->field));
    }
}

/* Written as a profile and read again: parse(write(x)) = x for each key. */
static void
each_key_is_written(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct row *row = &rows[i];
        g_autoptr(Profile) p = profile_of(row, row->value);
        g_autoptr(GHashTable) files = cmak_write(p, p->files);
        g_autoptr(GError) error = NULL;
        g_autoptr(Profile) q = cmak_load_files(files, NULL, 0, &error);

        g_assert_no_error(error);
        assert_value(row, q, row->arrives);
        const struct profile_origin *o = profile_origin(q, row->field);
        g_assert_nonnull(o);
        g_assert_cmpstr(o->section, ==, row->section); /* where Windows looks for it */
        g_assert_cmpstr(o->key, ==, row->key);
    }
}

/* What has no meaning here stands under "Other settings", once; what has one does not. */
static void
what_has_no_meaning_is_shown(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct row *row = &rows[i];
        g_autoptr(Profile) p = profile_of(row, row->value);
        g_autoptr(GPtrArray) others = profile_other_settings(p);
        guint n = 0;

        g_test_message("[%s] %s", row->section, row->key);
        for (guint k = 0; k < others->len; k++) {
            const struct profile_other *o = others->pdata[k];
            n += g_str_equal(o->key, row->key) && g_str_equal(o->section, row->section);
        }
        g_assert_cmpuint(n, ==, !profile_field_used(field_named(row->field)));
    }
}

/* Whoever adds a key to the model adds its row here. */
static void
no_key_is_forgotten(void)
{
    for (guint i = 0; i < profile_n_fields; i++) {
        g_autofree char *name = field_name(&profile_fields[i]);
        gboolean found = profile_fields[i].scope == SCOPE_OWN;

        for (gsize n = 0; n < G_N_ELEMENTS(rows); n++)
            found |= g_str_equal(rows[n].field, name);
        g_test_message("%s", name);
        g_assert_true(found);
    }
}

/* The .cmp is the user's: where both have a key of theirs, it has the last word. */
static void
the_user_has_the_last_word(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct row other = rows[i];

        if (other.where != CMP || field_named(other.field)->type != FIELD_NUMBER)
            continue;
        other.where = CMS;
        g_autoptr(Profile) p = profile_of(&other, other.value);
        assert_value(&other, p, other.arrives);
        g_assert_cmpstr(profile_origin(p, other.field)->file, ==, "Base.cms");
    }
}

/* Nothing but a dial-up connection in it. */
static void
a_profile_without_a_vpn(void)
{
    const struct row tunnel = {.where = CMS, .section = "Connection Manager", .key = "Tunnel"};
    const struct row address = {CMS, "Connection Manager", "TunnelAddress", "", "", "", "", NULL};
    g_autoptr(Profile) p = profile_of(&address, NULL); /* Tunnel=1: a VPN whose server is missing */
    g_autoptr(Profile) q = profile_of(&tunnel, "0");

    g_assert_cmpuint(p->kind, ==, PROFILE_VPN);
    g_assert_cmpuint(p->servers->len, ==, 0);
    g_assert_cmpuint(q->kind, ==, PROFILE_VPN); /* it names a server all the same */

    g_autoptr(GHashTable) files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    put(files, "x.cms", "[Profile Format]\nVersion=4\n[Connection Manager]\nTunnel=0\nDUN=Line\n");
    g_autoptr(Profile) r = cmak_load_files(files, NULL, 0, NULL);
    g_assert_cmpuint(r->kind, ==, PROFILE_DIALUP);
    g_assert_cmpstr(profile_origin(r, "Dialtone/Kind")->key, ==, "Tunnel");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cmak-keys/arrive", each_key_arrives);
    g_test_add_func("/cmak-keys/defaults", each_key_has_a_default);
    g_test_add_func("/cmak-keys/F3-impossible", what_cannot_be_is_said);
    g_test_add_func("/cmak-keys/written", each_key_is_written);
    g_test_add_func("/cmak-keys/other-settings", what_has_no_meaning_is_shown);
    g_test_add_func("/cmak-keys/complete", no_key_is_forgotten);
    g_test_add_func("/cmak-keys/user", the_user_has_the_last_word);
    g_test_add_func("/cmak-keys/dial-up", a_profile_without_a_vpn);
    return g_test_run();
}
