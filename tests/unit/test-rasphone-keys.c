/* test-rasphone-keys.c - each key of a RAS phone book that has a typed value, one row each; and
 * thousands of made-up entries, which come out as they went in.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmak-write.h"
#include "cmak.h"
#include "field-named.h"
#include "profile-others.h"
#include "rasphone-profile.h"

#include <string.h>

/* MS-RRASM 2.2.2.2; for what it leaves to the client, what clients write. */
static const struct row {
    enum rasphone_part part;
    const char *key, *value;
    const char *field, *arrives, *absent;
    const char *impossible; /* NULL: every text is possible */
    const char *changed;    /* the field's new value... */
    const char *written;    /* ...as the key has it then */
} rows[] = {
    /* clang-format off */
    {PART_ENTRY, "Type", "5", "Dialtone/Kind", "5", "2", "6", "2", "2"},
    {PART_ENTRY, "VpnStrategy", "14", "Networking/VpnStrategy", "14", "0", "16", "5", "5"},
    {PART_ENTRY, "ExcludedProtocols", "4", "Server/Negotiate_TCP/IP", "0", "1", "x", "1", "0"},
    {PART_ENTRY, "ExcludedProtocols", "11", "Server/Negotiate_IPv6", "0", "1", "x", "1", "3"},
    {PART_ENTRY, "LcpExtensions", "0", "Server/Disable_LCP", "1", "0", "x", "0", "1"},
    {PART_ENTRY, "DataEncryption", "0", "Server/EncryptionType", "0", "3", "7", "1", "256"},
    {PART_ENTRY, "DataEncryption", "256", "Server/EncryptionType", "1", "3", "257", "2", "512"},
    {PART_ENTRY, "DataEncryption", "512", "Server/EncryptionType", "2", "3", "-512", "3", "8"},
    {PART_ENTRY, "DataEncryption", "8", "Server/EncryptionType", "3", "3", "9", "0", "0"},
    {PART_ENTRY, "DataEncryption", "1", "Server/EncryptionType", "1", "3", "10", "3", "8"},
    {PART_ENTRY, "SwCompression", "0", "Server/SW_Compress", "0", "1", "x", "1", "1"},
    {PART_ENTRY, "BindMsNetClient", "0", "Server/NetworkLogon", "0", "1", "x", "1", "1"},
    {PART_ENTRY, "ShareMsFilePrint", "0", "Server/SecureLocalFiles", "1", "0", "x", "0", "1"},
    {PART_ENTRY, "CustomAuthKey", "25", "Server/CustomAuthKey", "25", "0", "256", "26", "26"},
    {PART_ENTRY, "CustomAuthKey", "-1", "Server/CustomAuthKey", "0", "0", NULL, "26", "26"},
    {PART_ENTRY, "AuthRestrictions", "8", "Server/Require_PAP", "1", "0", "x", "0", "0"},
    {PART_ENTRY, "AuthRestrictions", "528", "Server/Require_SPAP", "1", "0", "x", "0", "512"},
    {PART_ENTRY, "AuthRestrictions", "544", "Server/Require_CHAP", "1", "0", "x", "0", "512"},
    {PART_ENTRY, "AuthRestrictions", "576", "Server/Require_MSCHAP", "1", "0", "x", "0", "512"},
    {PART_ENTRY, "AuthRestrictions", "2176", "Server/Require_EAP", "1", "0", "x", "0", "2048"},
    {PART_ENTRY, "AuthRestrictions", "512", "Server/Require_MSCHAP2", "1", "0", "x", "0", "0"},
    {PART_ENTRY, "AuthRestrictions", "1024", "Server/Require_W95MSCHAP", "1", "0", "x", "0", "0"},
    {PART_ENTRY, "RedialAttempts", "99", "Connection Manager/RedialCount", "99", "3", "1000", "4", "4"},
    {PART_ENTRY, "RedialSeconds", "600", "Connection Manager/RedialDelay", "600", "5", "3601", "4", "4"},
    {PART_ENTRY, "RedialOnLinkFailure", "1", "Connection Manager/RedialOnLinkFailure", "1", "0", "x", "0", "0"},
    {PART_ENTRY, "IdleDisconnectSeconds", "90", "Connection Manager/IdleTimeout", "1", "0", "x", "2", "150"},
    {PART_ENTRY, "IdleDisconnectSeconds", "90", "Dialtone/IdleSeconds", "30", "0", "x", "0", "60"},
    {PART_ENTRY, "IdleDisconnectSeconds", "-1", "Connection Manager/IdleTimeout", "0", "0", NULL, "1", "60"},
    {PART_ENTRY, "IdleDisconnectSeconds", "4294967295", "Connection Manager/IdleTimeout", "0", "0", NULL, "1", "60"},
    {PART_ENTRY, "PrerequisiteEntry", "Line", "Dialtone/DialFirst", "Line", "", NULL, "Other", "Other"},
    {PART_ENTRY, "PreviewDomain", "0", "Connection Manager/HideDomain", "1", "0", "x", "0", "1"},
    {PART_ENTRY, "CacheCredentials", "0", "Connection Manager/HideRememberPassword", "1", "0", "x", "0", "1"},
    {PART_ENTRY, "ShowMonitorIconInTaskBar", "0", "Connection Manager/HideTrayIcon", "1", "0", "x", "0", "1"},
    {PART_ENTRY, "IpPrioritizeRemote", "0", "TCP/IP/Gateway_On_Remote", "0", "1", "x", "1", "1"},
    {PART_ENTRY, "IpHeaderCompression", "0", "TCP/IP/IP_Header_Compress", "0", "1", "x", "1", "1"},
    {PART_ENTRY, "IpAssign", "2", "TCP/IP/Specify_IP_Address", "1", "0", "x", "0", "1"},
    {PART_ENTRY, "IpAddress", "10.0.0.9", "TCP/IP/IP_Address", "10.0.0.9", "", NULL, "", "0.0.0.0"},
    {PART_ENTRY, "IpAddress", "0.0.0.0", "TCP/IP/IP_Address", "", "", NULL, "10.0.0.9", "10.0.0.9"},
    {PART_ENTRY, "IpNameAssign", "2", "TCP/IP/Specify_Server_Address", "1", "0", "x", "0", "1"},
    {PART_ENTRY, "IpNameAssign", "3", "TCP/IP/Specify_Server_Address", "0", "0", "x", "1", "2"},
    {PART_ENTRY, "IpDnsAddress", "10.0.0.1", "TCP/IP/DNS_Address", "10.0.0.1", "", NULL, "", "0.0.0.0"},
    {PART_ENTRY, "IpDns2Address", "10.0.0.2", "TCP/IP/DNS_Alt_Address", "10.0.0.2", "", NULL, "", "0.0.0.0"},
    {PART_ENTRY, "IpWinsAddress", "10.0.0.3", "TCP/IP/WINS_Address", "10.0.0.3", "", NULL, "", "0.0.0.0"},
    {PART_ENTRY, "IpWins2Address", "10.0.0.4", "TCP/IP/WINS_Alt_Address", "10.0.0.4", "", NULL, "", "0.0.0.0"},
    {PART_ENTRY, "Ipv6NameAssign", "2", "TCP/IP/Specify_IPv6_Server_Address", "1", "0", "x", "0", "1"},
    {PART_ENTRY, "Ipv6DnsAddress", "fd00::1", "TCP/IP/IPv6_DNS_Address", "fd00::1", "", NULL, "", "::"},
    {PART_ENTRY, "Ipv6DnsAddress", "::", "TCP/IP/IPv6_DNS_Address", "", "", NULL, "fd00::3", "fd00::3"},
    {PART_ENTRY, "Ipv6Dns2Address", "fd00::2", "TCP/IP/IPv6_DNS_Alt_Address", "fd00::2", "", NULL, "", "::"},
    {PART_ENTRY, "IpDnsSuffix", "corp.example", "TCP/IP/DnsSuffix", "corp.example", "", NULL, "a.test", "a.test"},
    {PART_ENTRY, "IpSecFlags", "3", "Networking/UsePreSharedKey", "1", "0", "x", "0", "2"},
    {PART_ENTRY, "DisableClassBasedDefaultRoute", "1", "TCP/IP/DisableClassBasedDefaultRoute", "1", "0", "x", "0", "0"},
    {PART_MEDIA, "Device", "WAN Miniport (SSTP)", "Dialtone/Device", "WAN Miniport (SSTP)", "", NULL, "x", "x"},
    {PART_NUMBER, "AreaCode", "030", "Dialtone/AreaCode", "030", "", NULL, "040", "040"},
    {PART_NUMBER, "CountryCode", "49", "Dialtone/CountryCode", "49", "0", "100000", "1", "1"},
    {PART_NUMBER, "UseDialingRules", "1", "Dialtone/UseDialingRules", "1", "0", "x", "0", "0"},
    /* clang-format on */
};

static void
line(GString *text, const struct row *row, enum rasphone_part part, const char *value)
{
    if (row->part == part && value != NULL)
        g_string_append_printf(text, "%s=%s\r\n", row->key, value);
}

static GBytes *
entry_of(const struct row *row, const char *value)
{
    GString *text = g_string_new("[Office]\r\nEncoding=1\r\n");

    if (!g_str_equal(row->key, "Type"))
        g_string_append(text, "Type=2\r\n");
    line(text, row, PART_ENTRY, value);
    g_string_append(text, "\r\nMEDIA=rastapi\r\nPort=VPN2-0\r\n");
    line(text, row, PART_MEDIA, value);
    g_string_append(text, "\r\nDEVICE=vpn\r\nPhoneNumber=vpn.example.test\r\n");
    line(text, row, PART_NUMBER, value);
    return g_string_free_to_bytes(text);
}

static Profile *
profile_of(GBytes *bytes)
{
    g_autoptr(Rasphone) r = rasphone_parse(bytes, 0, NULL);
    g_autoptr(RasphoneEntry) e = rasphone_entry(r, 0);

    return rasphone_profile(e, "rasphone.pbk");
}

static void
assert_value(const struct row *row, const Profile *p, const char *expected)
{
    g_autofree char *value = field_value(field_named(row->field), p);

    g_test_message("%s=%s: %s", row->key, row->value, row->field);
    g_assert_cmpstr(value, ==, expected);
}

/* What has no meaning here stands among the other settings as it is written; what has one does not.
 */
static void
assert_shown(const struct row *row, const Profile *p)
{
    g_autoptr(GPtrArray) others = profile_other_settings(p);
    guint n = 0;

    for (guint i = 0; i < others->len; i++) {
        const struct profile_other *o = others->pdata[i];
        if (!g_str_equal(o->key, row->key))
            continue;
        g_assert_cmpstr(o->value, ==, row->value);
        n++;
    }
    g_assert_cmpuint(n, ==, !profile_field_used(field_named(row->field)));
}

static void
each_key_arrives(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct row *row = &rows[i];
        g_autoptr(GBytes) bytes = entry_of(row, row->value), bare = entry_of(row, NULL);
        g_autoptr(Profile) p = profile_of(bytes), without = profile_of(bare);
        const struct profile_origin *o = profile_origin(p, row->field);

        assert_value(row, p, row->arrives);
        g_assert_nonnull(o);
        g_assert_cmpstr(o->section, ==, "Office");
        g_assert_cmpstr(o->key, ==, row->key);
        assert_value(row, without, row->absent);
        assert_shown(row, p);
    }
}

static void
what_cannot_be_is_said(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct row *row = &rows[i];
        if (row->impossible == NULL)
            continue;
        g_autoptr(GBytes) bytes = entry_of(row, row->impossible);
        g_autoptr(Profile) p = profile_of(bytes);
        g_autofree char *said = g_strdup_printf("%s=%s is not", row->key, row->impossible);
        gboolean found = FALSE;

        assert_value(row, p, row->absent);
        for (guint n = 0; n < p->notes->len; n++)
            found |= strstr(p->notes->pdata[n], said) != NULL;
        g_assert_true(found);
    }
}

static GBytes *
written(const Profile *p)
{
    g_autoptr(GError) error = NULL;
    GBytes *out = rasphone_profile_write(p, g_hash_table_lookup(p->files, RASPHONE_KEPT), &error);

    g_assert_no_error(error);
    return out;
}

/* Its line has the new value, and no other octet of the entry has changed. */
static void
a_change_changes_its_line_only(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct row *row = &rows[i];
        const struct profile_field *f = field_named(row->field);
        g_autoptr(GBytes) bytes = entry_of(row, row->value), expected = entry_of(row, row->written);
        g_autoptr(Profile) p = profile_of(bytes);

        if (f->type == FIELD_TEXT)
            profile_set(field_text(f, p), row->changed);
        else
            g_assert_true(field_set_number(f, p, g_ascii_strtoll(row->changed, NULL, 10)));
        g_autoptr(GBytes) out = written(p);
        gsize n, m;
        const char *a = g_bytes_get_data(out, &n), *b = g_bytes_get_data(expected, &m);
        g_test_message("%s: %.*s", row->key, (int)n, a);
        g_assert_cmpmem(a, n, b, m);
        g_autoptr(Profile) q = profile_of(out);
        assert_value(row, q, row->changed);
    }
}

/* The same value as a Connection Manager profile. */
static void
each_key_becomes_one_of_cmak(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct row *row = &rows[i];
        g_autoptr(GBytes) bytes = entry_of(row, row->value);
        g_autoptr(Profile) p = profile_of(bytes);
        g_autoptr(GHashTable) files = cmak_write(p, p->files);
        g_autoptr(GError) error = NULL;
        g_autoptr(Profile) q = cmak_load_files(files, NULL, 0, &error);

        g_assert_no_error(error);
        assert_value(row, q, row->arrives);
    }
}

/* --- made-up entries --- */

static const char *const values[] = {"",
                                     "0",
                                     "1",
                                     "2",
                                     "3",
                                     "8",
                                     "-1",
                                     "512",
                                     "640",
                                     "4294967295",
                                     "99999999999999999999",
                                     "x",
                                     " 7 ",
                                     "0x10",
                                     "vpn.example.test",
                                     "10.0.0.1",
                                     "::",
                                     "Ünïcødé",
                                     "\xfcml\xe4ut",
                                     "a=b",
                                     "[x]",
                                     "%s%n",
                                     "31444243190000000800000000000000",
                                     "\t",
                                     "\"quoted\"",
                                     ";none",
                                     "rastapi",
                                     "vpn"};

static void
make_up_line(GRand *r, GString *text)
{
    static const char *const keys[] = {"MEDIA",
                                       "DEVICE",
                                       "PhoneNumber",
                                       "NETCOMPONENTS",
                                       "Device",
                                       "device",
                                       "Port",
                                       "Encoding",
                                       "ServerListServerName",
                                       "ServerListFriendlyName",
                                       "CustomAuthData",
                                       "NrptRules",
                                       "Routes",
                                       "NumRoutes",
                                       "DnsSuffixSearchList",
                                       "PBVersion",
                                       "Guid",
                                       "PreferredHwFlow",
                                       "ms_server",
                                       "PrerequisitePbk",
                                       "TriggerApplications",
                                       "Ünbekannt",
                                       "no equals sign",
                                       "=",
                                       " Type ",
                                       "AlternateAuthDetails",
                                       "IDI"};
    const guint which = g_rand_int_range(r, 0, 100);
    const char *end = which < 90 ? "\r\n" : which < 97 ? "\n" : "\r";

    if (which < 5)
        g_string_append(text, "; a comment");
    else if (which < 12)
        g_string_append(text, which < 8 ? "" : "   ");
    else if (which < 50)
        g_string_append(text, rows[g_rand_int_range(r, 0, G_N_ELEMENTS(rows))].key);
    else
        g_string_append(text, keys[g_rand_int_range(r, 0, G_N_ELEMENTS(keys))]);
    if (which >= 12 && g_rand_int_range(r, 0, 20) > 0)
        g_string_append_printf(text, "=%s", values[g_rand_int_range(r, 0, G_N_ELEMENTS(values))]);
    g_string_append(text, end);
}

static GBytes *
make_up_book(GRand *r, guint n_entries)
{
    GString *text = g_string_new(g_rand_int_range(r, 0, 10) == 0 ? "\xef\xbb\xbf" : "");

    for (gint n = g_rand_int_range(r, 0, 3); n > 0; n--)
        g_string_append(text, "before the first entry\r\n");
    for (guint i = 0; i < n_entries; i++) {
        g_string_append_printf(text, "[Entry %u%s]\r\n", i,
                               g_rand_int_range(r, 0, 8) == 0 ? " \xe9" : "");
        for (gint n = g_rand_int_range(r, 0, 40); n > 0; n--)
            make_up_line(r, text);
    }
    return g_string_free_to_bytes(text);
}

enum { SPOILT_ROUNDS = 60 };

static GBytes *
spoilt(GRand *r, const char *text, gsize n)
{
    g_autoptr(GByteArray) out = g_byte_array_new();

    g_byte_array_append(out, (const guint8 *)text, (guint)n);
    for (gint k = g_rand_int_range(r, 1, 8); k > 0 && out->len > 1; k--) {
        const guint at = (guint)g_rand_int_range(r, 0, (gint32)out->len);
        const guint8 octet = (guint8)g_rand_int(r);

        switch (g_rand_int_range(r, 0, 5)) {
        case 0:
            out->data[at] = octet;
            break;
        case 1:
            g_byte_array_remove_range(out, at, MIN(octet, out->len - at));
            break;
        case 2:
            g_byte_array_set_size(out, at);
            break;
        case 3:
            out->data[at] = (guint8) "\0\r\n[]=;\""[octet % 8];
            break;
        default:
            g_byte_array_append(out, (const guint8 *)text + at % n, (guint)MIN(octet, n - at % n));
        }
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}

static GBytes *
as_written(const Rasphone *book, gboolean *ret_key)
{
    g_autoptr(GByteArray) all = g_byte_array_new();

    for (guint i = 0; i < rasphone_count(book); i++) {
        g_autoptr(RasphoneEntry) e = rasphone_entry(book, i);
        g_autoptr(Profile) p = rasphone_profile(e, "rasphone.pbk");
        GBytes *kept = g_hash_table_lookup(p->files, RASPHONE_KEPT);
        g_autoptr(GBytes) out = rasphone_profile_write(p, kept, NULL);
        gsize n = 0;
        const guint8 *data = out == NULL ? NULL : g_bytes_get_data(out, &n);

        *ret_key |= p->found_psk.len > 0; /* which is kept nowhere */
        g_byte_array_append(all, data, (guint)n);
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&all));
}

/* F3: what Windows wrote, spoilt in a few places: the same octets, whatever they are. */
static void
what_is_spoilt_comes_out_as_it_went_in(void)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "fixtures", "rasphone", NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    guint compared = 0;

    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *file = g_build_filename(path, name, NULL), *text = NULL;
        GRand *r = g_rand_new_with_seed(g_str_hash(name));
        gsize n;

        g_assert_true(g_file_get_contents(file, &text, &n, NULL));
        for (guint round = 0; round < SPOILT_ROUNDS; round++) {
            g_autoptr(GBytes) bytes = spoilt(r, text, n);
            g_autoptr(Rasphone) book = rasphone_parse(bytes, 0, NULL);
            gboolean key = FALSE;
            const guint8 *b = g_bytes_get_data(bytes, NULL);

            if (book == NULL || (b[0] >= 0xfe && b[1] >= 0xfe)) /* none left, or UTF-16 */
                continue;
            g_autoptr(GBytes) out = as_written(book, &key);
            g_test_message("%s, round %u", name, round);
            g_assert_true(key || g_bytes_equal(out, bytes));
            compared++;
        }
        g_rand_free(r);
    }
    g_assert_cmpuint(compared, >, SPOILT_ROUNDS);
}

/* No Windows wrote this; an editor of another computer may have. */
static void
line_ends_of_one_octet(void)
{
    static const char text[] = "[Office]\rEncoding=1\rType=2\rVpnStrategy=5\r\rMEDIA=rastapi\r"
                               "Port=VPN2-0\r\rDEVICE=vpn\rPhoneNumber=vpn.example.test\r"
                               "[Second]\rType=2\rDEVICE=vpn\rPhoneNumber=b.example";
    g_autoptr(GBytes) bytes = g_bytes_new_static(text, sizeof text - 1);
    g_autoptr(Rasphone) book = rasphone_parse(bytes, 0, NULL);
    gboolean key = FALSE;

    g_assert_cmpuint(rasphone_count(book), ==, 2);
    g_autoptr(GBytes) same = as_written(book, &key);
    g_assert_true(g_bytes_equal(same, bytes));
    g_autoptr(RasphoneEntry) e = rasphone_entry(book, 0);
    g_autoptr(Profile) p = rasphone_profile(e, "a.pbk");
    g_assert_cmpuint(p->dun.vpn_strategy, ==, 5);
    g_assert_cmpstr(((struct profile_server *)p->servers->pdata[0])->address, ==,
                    "vpn.example.test");
    p->redial_count = 7;
    p->dun.vpn_strategy = 3;
    g_autoptr(GBytes) changed = written(p);
    g_autofree char *out = g_strndup(g_bytes_get_data(changed, NULL), g_bytes_get_size(changed));
    g_assert_nonnull(strstr(out, "\rVpnStrategy=3\rRedialAttempts=7\r"));
    g_assert_null(strchr(out, '\n'));
}

static gboolean
keeps_a_key(const Profile *p)
{
    return p->found_psk.len > 0;
}

/* 10,000 entries, each through a profile that nobody changed: the same octets. */
static void
thousands_come_out_as_they_went_in(void)
{
    GRand *r = g_rand_new_with_seed(20261123);

    for (guint book = 0; book < 100; book++) {
        g_autoptr(GBytes) bytes = make_up_book(r, 100);
        g_autoptr(Rasphone) parsed = rasphone_parse(bytes, 0, NULL);
        g_autoptr(GByteArray) all = g_byte_array_new();

        g_test_message("book %u", book);
        g_assert_cmpuint(rasphone_count(parsed), >, 50);
        for (guint i = 0; i < rasphone_count(parsed); i++) {
            g_autoptr(RasphoneEntry) e = rasphone_entry(parsed, i);
            g_autoptr(Profile) p = rasphone_profile(e, "rasphone.pbk");
            g_autoptr(GBytes) out = written(p);
            gsize n;
            const guint8 *data = g_bytes_get_data(out, &n);

            g_assert_false(keeps_a_key(p));
            g_byte_array_append(all, data, (guint)n);
        }
        gsize n;
        const guint8 *data = g_bytes_get_data(bytes, &n);
        g_assert_cmpmem(all->data, all->len, data, n);
    }
    g_rand_free(r);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rasphone-keys/arrive", each_key_arrives);
    g_test_add_func("/rasphone-keys/F3-impossible", what_cannot_be_is_said);
    g_test_add_func("/rasphone-keys/change", a_change_changes_its_line_only);
    g_test_add_func("/rasphone-keys/cmak", each_key_becomes_one_of_cmak);
    g_test_add_func("/rasphone-keys/F3-spoilt", what_is_spoilt_comes_out_as_it_went_in);
    g_test_add_func("/rasphone-keys/line-ends", line_ends_of_one_octet);
    g_test_add_func("/rasphone-keys/same-bytes", thousands_come_out_as_they_went_in);
    return g_test_run();
}
