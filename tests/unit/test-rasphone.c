/* test-rasphone.c - phone books of Windows (tests/fixtures/rasphone), read and written.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "rasphone-profile.h"

#include "profile-fields.h"
#include "profile-plan.h"

#include <string.h>

static GBytes *
contents(const char *name)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "fixtures", "rasphone", name, NULL);
    g_autoptr(GError) error = NULL;
    char *text;
    gsize n;

    g_file_get_contents(path, &text, &n, &error);
    g_assert_no_error(error);
    return g_bytes_new_take(text, n);
}

static Rasphone *
book_of(const char *name, guint codepage)
{
    g_autoptr(GBytes) bytes = contents(name);
    g_autoptr(GError) error = NULL;
    Rasphone *r = rasphone_parse(bytes, codepage, &error);

    g_assert_no_error(error);
    return r;
}

static Profile *
profile_of(const char *name, guint codepage, guint i)
{
    g_autoptr(Rasphone) r = book_of(name, codepage);
    g_autoptr(RasphoneEntry) e = rasphone_entry(r, i);

    return rasphone_profile(e, name);
}

static const char *
address(const Profile *p, guint i)
{
    return ((struct profile_server *)p->servers->pdata[i])->address;
}

static const char *
other(const Profile *p, const char *section, const char *key)
{
    for (guint i = 0; i < p->others->len; i++) {
        const struct profile_other *o = p->others->pdata[i];
        if (g_str_equal(o->section, section) && g_str_equal(o->key, key))
            return o->value;
    }
    return NULL;
}

static gboolean
any_contains(const GPtrArray *texts, const char *word)
{
    for (guint i = 0; i < texts->len; i++)
        if (strstr(texts->pdata[i], word) != NULL)
            return TRUE;
    return FALSE;
}

static const char *const files[] = {"windows11.pbk",         "windows8-broadband.pbk",
                                    "windows-xp-cp1251.pbk", "nt4.pbk",
                                    "minimal.pbk",           "psk.pbk",
                                    "windows-2000.pbk",      "windows-xp-sp2.pbk",
                                    "windows-vista.pbk",     "windows7.pbk",
                                    "windows10.pbk"};

/* The file as a whole, each entry by itself, and each through a profile that nobody changed. */
static void
the_same_bytes_are_written(void)
{
    for (gsize f = 0; f < G_N_ELEMENTS(files); f++) {
        const guint codepage = strstr(files[f], "1251") != NULL ? 1251 : 0;
        g_autoptr(GBytes) bytes = contents(files[f]);
        g_autoptr(Rasphone) r = book_of(files[f], codepage);
        g_autoptr(GByteArray) all = g_byte_array_new();

        g_test_message("%s", files[f]);
        for (guint i = 0; i < rasphone_count(r); i++) {
            g_autoptr(RasphoneEntry) e = rasphone_entry(r, i);
            g_autoptr(GBytes) whole = rasphone_write(r, i, e);
            g_autoptr(Profile) p = rasphone_profile(e, files[f]);
            GBytes *kept = g_hash_table_lookup(p->files, RASPHONE_KEPT);
            g_autoptr(GBytes) written = rasphone_profile_write(p, kept, NULL);
            gsize n;
            const guint8 *data = g_bytes_get_data(written, &n);

            if (!g_str_equal(files[f], "psk.pbk"))
                g_assert_true(g_bytes_equal(whole, bytes));
            g_assert_true(g_bytes_equal(written, kept));
            g_byte_array_append(all, data, (guint)n);
        }
        gsize n;
        const guint8 *data = g_bytes_get_data(bytes, &n);
        if (!g_str_equal(files[f], "psk.pbk"))
            g_assert_cmpmem(all->data, all->len, data, n);
    }
}

static void
assert_origin(const Profile *p, const char *name, const char *key, const char *value)
{
    const struct profile_origin *o = profile_origin(p, name);

    g_test_message("%s", name);
    g_assert_nonnull(o);
    g_assert_cmpstr(o->file, ==, "windows11.pbk");
    g_assert_cmpstr(o->section, ==, "Example Office");
    g_assert_cmpstr(o->key, ==, key);
    g_assert_cmpstr(o->value, ==, value);
}

static void
windows_11(void)
{
    g_autoptr(Profile) p = profile_of("windows11.pbk", 0, 0);

    g_assert_cmpstr(p->name, ==, "Example Office");
    g_assert_cmpstr(p->encoding, ==, "UTF-8");
    g_assert_cmpuint(p->kind, ==, PROFILE_VPN);
    g_assert_true(p->tunnel && !p->dialup);
    g_assert_cmpuint(p->dun.vpn_strategy, ==, 6);
    g_assert_true(p->dun.ipv4 && !p->dun.ipv6 && !p->dun.disable_lcp && !p->dun.sw_compress);
    g_assert_cmpuint(p->dun.encryption_type, ==, 1);
    g_assert_true(p->dun.eap && p->dun.mschap2 && !p->dun.pap && !p->dun.chap && !p->dun.mschap);
    g_assert_cmpuint(p->dun.custom_auth_key, ==, 26);
    g_assert_cmpuint(profile_auth(p), ==, PLAN_AUTH_MSCHAPV2 | PLAN_AUTH_EAP_MSCHAPV2);
    g_assert_cmpuint(p->redial_count, ==, 4);
    g_assert_cmpuint(p->redial_delay, ==, 60);
    g_assert_true(p->redial_on_drop);
    g_assert_cmpuint(p->idle_timeout, ==, 1);
    g_assert_cmpuint(p->idle_seconds, ==, 30);
    g_assert_true(p->hide_domain && p->hide_remember_password && p->hide_tray_icon);
    g_assert_true(p->dun.secure_local_files && p->dun.network_logon);
    g_assert_true(!p->dun.gateway_on_remote && !p->dun.class_route);
    g_assert_true(p->dun.specify_servers && !p->dun.specify_ip);
    g_assert_cmpstr(p->dun.dns1, ==, "10.20.0.53");
    g_assert_cmpstr(p->dun.dns2, ==, "10.20.0.54");
    g_assert_cmpstr(p->dun.wins1, ==, "");
    g_assert_cmpstr(p->dun.dns_suffix, ==, "corp.example.com");
    g_assert_true(p->dun.use_preshared_key);
    g_assert_cmpuint(p->servers->len, ==, 2);
    g_assert_cmpstr(address(p, 1), ==, "vpn2.example.com");
    g_assert_cmpstr(((struct profile_server *)p->servers->pdata[1])->label, ==, "Köln");
    g_assert_false(p->choose_server); /* the chosen one is first, not alone */
    g_assert_cmpuint(p->server, ==, 1);
    assert_origin(p, "Networking/VpnStrategy", "VpnStrategy", "6");
    assert_origin(p, "Server/Require_EAP", "AuthRestrictions", "1");
    assert_origin(p, "Server/vpn2.example.com", "ServerListServerName", "vpn2.example.com");
    assert_origin(p, "Route/10.20.0.0/16", "Routes", "10.20.0.0/16");
}

static void
windows_11_lists(void)
{
    g_autoptr(Profile) p = profile_of("windows11.pbk", 0, 0);
    const struct profile_dns_rule *rule;

    g_assert_cmpuint(p->routes->len, ==, 2);
    g_assert_cmpstr(p->routes->pdata[0], ==, "10.20.0.0/16");
    g_assert_cmpstr(p->routes->pdata[1], ==, "2001:db8:20::/48");
    g_assert_cmpuint(p->dns_search->len, ==, 2);
    g_assert_cmpstr(p->dns_search->pdata[1], ==, "lab.example.com");
    g_assert_cmpuint(p->dns_rules->len, ==, 1);
    rule = p->dns_rules->pdata[0];
    g_assert_cmpstr(rule->domain, ==, "corp.example.com");
    g_assert_cmpstr(rule->servers, ==, "10.20.0.53 10.20.0.54");
    g_assert_cmpuint(p->notes->len, ==, 0);
    /* "Device" and "DEVICE" are not the same, and what has no meaning is kept where it stood */
    g_assert_cmpstr(p->device, ==, "WAN Miniport (SSTP)");
    g_assert_cmpstr(other(p, "Example Office/DEVICE", "DEVICE"), ==, "vpn");
    g_assert_cmpstr(other(p, "Example Office/NETCOMPONENTS", "ms_msclient"), ==, "1");
    g_assert_cmpstr(other(p, "Example Office", "IpInterfaceMetric"), ==, "15");
    g_assert_cmpstr(other(p, "Example Office", "Guid"), ==, "00112233445566778899AABBCCDDEEFF");
    g_assert_null(other(p, "Example Office", "VpnStrategy"));
}

static void
ikev2_only_is_said_so(void)
{
    const struct plan_request request = {.user = "u"};
    g_autoptr(Profile) p = profile_of("windows11.pbk", 0, 1);
    g_autoptr(GPtrArray) warnings = profile_warnings(p);
    g_autoptr(GError) error = NULL;
    struct dial_plan plan;
    struct credentials credentials;

    g_assert_cmpstr(p->name, ==, "IKE only");
    g_assert_cmpstr(address(p, 0), ==, "ike.example.com");
    g_assert_true(any_contains(warnings, "IKEv2 only"));
    g_assert_false(any_contains(warnings, "weaker")); /* DisableIKENameEkuCheck is not there */
    g_assert_false(profile_plan(p, &request, &plan, &credentials, &error));
    g_assert_nonnull(strstr(error->message, "does not dial IKEv2"));
}

static void
broadband(void)
{
    g_autoptr(Profile) p = profile_of("windows8-broadband.pbk", 0, 0);
    g_autoptr(GPtrArray) warnings = profile_warnings(p);

    g_assert_cmpstr(p->name, ==, "宽带连接");
    g_assert_cmpuint(p->kind, ==, PROFILE_BROADBAND);
    g_assert_cmpstr(p->phone_number, ==, "isp-service");
    g_assert_cmpuint(p->servers->len, ==, 0);
    g_assert_true(p->dun.pap && p->dun.chap && p->dun.mschap2);
    g_assert_true(any_contains(warnings, "broadband"));
}

static void
windows_xp_in_a_code_page(void)
{
    g_autoptr(Profile) p = profile_of("windows-xp-cp1251.pbk", 1251, 0);
    g_autoptr(Profile) line = profile_of("windows-xp-cp1251.pbk", 1251, 1);

    g_assert_cmpstr(p->name, ==, "Офис");
    g_assert_cmpstr(p->encoding, ==, "CP1251");
    g_assert_cmpstr(p->dial_first, ==, "Модем");
    g_assert_cmpuint(p->dun.vpn_strategy, ==, 2);
    g_assert_cmpuint(p->dun.encryption_type, ==, 2);
    g_assert_true(p->dun.disable_lcp && p->dun.mschap && p->dun.mschap2 && p->dun.specify_ip);
    g_assert_cmpstr(p->dun.ip_address, ==, "10.1.2.3");
    g_assert_cmpuint(p->servers->len, ==, 2); /* tried one after the other */
    g_assert_false(p->choose_server);
    g_assert_cmpuint(p->actions->len, ==, 1); /* listed, never loaded */
    g_assert_cmpuint(line->kind, ==, PROFILE_DIALUP);
    g_assert_true(line->dialup);
    g_assert_cmpstr(line->phone_number, ==, "5550100");
    g_assert_cmpstr(line->area_code, ==, "030");
    g_assert_cmpuint(line->country_code, ==, 49);
    g_assert_true(line->use_dialing_rules);
    g_assert_cmpstr(line->device, ==, "Example 56K Modem");
    g_assert_cmpstr(other(line, "Модем/PhoneNumber", "Comment"), ==, "Главный");
}

static void
nt4_and_what_other_programs_write(void)
{
    g_autoptr(Profile) nt4 = profile_of("nt4.pbk", 0, 0);
    g_autoptr(Profile) minimal = profile_of("minimal.pbk", 0, 2);

    g_assert_cmpuint(nt4->kind, ==, PROFILE_VPN);
    g_assert_cmpuint(nt4->dun.vpn_strategy, ==, 1);
    g_assert_cmpstr(address(nt4, 0), ==, "192.0.2.44");
    g_assert_cmpuint(minimal->kind, ==, PROFILE_VPN);
    g_assert_cmpstr(minimal->name, ==, "Site_2_VPN");
    g_assert_cmpstr(address(minimal, 0), ==, "vpn2.example.org");
}

/* A key goes to the keyring, and into no file of ours. */
static void
a_key_is_taken_out(void)
{
    g_autoptr(Profile) p = profile_of("psk.pbk", 0, 0);
    g_autoptr(GBytes) text = NULL;
    GBytes *kept = g_hash_table_lookup(p->files, RASPHONE_KEPT);
    gsize n;

    g_assert_cmpstr((const char *)p->found_psk.data, ==, "t0p secret");
    g_assert_true(p->dun.use_preshared_key);
    const char *bytes = g_bytes_get_data(kept, &n);
    g_assert_null(g_strstr_len(bytes, (gssize)n, "secret"));
    g_assert_nonnull(g_strstr_len(bytes, (gssize)n, "PreSharedKey=\r\n"));
    text = g_bytes_new(bytes, n);
    for (guint i = 0; i < p->others->len; i++)
        g_assert_null(strstr(((struct profile_other *)p->others->pdata[i])->value, "secret"));
}

static Profile *
profile_from(const char *text)
{
    g_autoptr(GBytes) file = g_bytes_new_static(text, strlen(text));
    g_autoptr(Rasphone) r = rasphone_parse(file, 0, NULL);
    g_autoptr(RasphoneEntry) e = rasphone_entry(r, 0);

    return rasphone_profile(e, "by-hand.pbk");
}

/* Wherever the key stands, and however often. */
static void
every_key_is_taken_out(void)
{
    g_autoptr(Profile) p = profile_from("[A]\nType=2\nPreSharedKey=\nPreSharedKey=t0p secret\n"
                                        "presharedkey=another secret\n\nDEVICE=vpn\n"
                                        "PhoneNumber=vpn.example\nPreSharedKey=third secret\n");
    GBytes *kept = g_hash_table_lookup(p->files, RASPHONE_KEPT);
    g_autoptr(GBytes) written = rasphone_profile_write(p, kept, NULL);
    g_autofree char *text = g_strndup(g_bytes_get_data(kept, NULL), g_bytes_get_size(kept));

    g_assert_cmpstr((const char *)p->found_psk.data, ==, "t0p secret");
    g_assert_null(strstr(text, "secret"));
    g_assert_true(g_bytes_equal(written, kept));
    for (guint i = 0; i < p->others->len; i++)
        g_assert_null(strstr(((struct profile_other *)p->others->pdata[i])->value, "secret"));
}

/* The number that is read is the one that is written: the first that there is. */
static void
the_number_is_the_first_that_there_is(void)
{
    static const char text[] = "[A]\nType=2\nPhoneNumber=\n\nDEVICE=vpn\n"
                               "PhoneNumber= VPN.example \n";
    g_autoptr(Profile) p = profile_from(text);
    GBytes *kept = g_hash_table_lookup(p->files, RASPHONE_KEPT);
    g_autoptr(GBytes) same = rasphone_profile_write(p, kept, NULL);

    g_assert_cmpstr(address(p, 0), ==, "VPN.example");
    g_assert_cmpmem(g_bytes_get_data(same, NULL), g_bytes_get_size(same), text, strlen(text));
    g_ptr_array_set_size(p->servers, 0);
    profile_add_server(p, "", "new.example");
    g_autoptr(GBytes) changed = rasphone_profile_write(p, kept, NULL);
    g_autofree char *after = g_strndup(g_bytes_get_data(changed, NULL), g_bytes_get_size(changed));
    g_assert_nonnull(strstr(after, "[A]\nType=2\nPhoneNumber=\n"));
    g_assert_nonnull(strstr(after, "DEVICE=vpn\nPhoneNumber=new.example\n"));
}

/* What was changed here, and not an octet more. */
static void
a_change_changes_its_line_only(void)
{
    g_autoptr(Profile) p = profile_of("windows11.pbk", 0, 0);
    GBytes *kept = g_hash_table_lookup(p->files, RASPHONE_KEPT);
    gsize n;
    g_autofree char *before = g_strndup(g_bytes_get_data(kept, &n), g_bytes_get_size(kept));

    p->redial_count = 9;
    p->dun.pap = TRUE;
    p->dun.ipv6 = TRUE;
    p->idle_seconds = 0;
    p->server = 0;
    p->dun.specify_servers = FALSE;
    g_autoptr(GBytes) written = rasphone_profile_write(p, kept, NULL);
    g_autofree char *after = g_strndup(g_bytes_get_data(written, &n), g_bytes_get_size(written));
    static const char *const pairs[][2] = {
        {"RedialAttempts=4\r\n", "RedialAttempts=9\r\n"},
        {"AuthRestrictions=640\r\n", "AuthRestrictions=648\r\n"},
        {"ExcludedProtocols=8\r\n", "ExcludedProtocols=0\r\n"},
        {"IdleDisconnectSeconds=90\r\n", "IdleDisconnectSeconds=60\r\n"},
        {"IpNameAssign=2\r\n", "IpNameAssign=1\r\n"},
        {"PhoneNumber=vpn2.example.com\r\n", "PhoneNumber=vpn1.example.com\r\n"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_auto(GStrv) parts = g_strsplit(before, pairs[i][0], 2);
        g_assert_nonnull(parts[1]);
        g_free(before);
        before = g_strconcat(parts[0], pairs[i][1], parts[1], NULL);
    }
    g_assert_cmpstr(before, ==, after);
}

/* A key that is not there is added behind the entry's own, before the parts. */
static void
a_missing_key_is_added(void)
{
    g_autoptr(Rasphone) r = book_of("minimal.pbk", 0);
    g_autoptr(RasphoneEntry) last = rasphone_entry(r, 2), first = rasphone_entry(r, 0);
    g_autoptr(GBytes) written = NULL;

    g_assert_true(rasphone_set(last, PART_ENTRY, "VpnStrategy", "5"));
    g_assert_true(rasphone_set(last, PART_NUMBER, "PhoneNumber", "new.example.org"));
    written = rasphone_entry_write(last);
    gsize n;
    g_autofree char *text = g_strndup(g_bytes_get_data(written, &n), g_bytes_get_size(written));
    g_assert_cmpstr(text, ==,
                    "[Site_2_VPN]\nVpnStrategy=5\nMEDIA=rastapi\nPort=VPN2-0\n"
                    "Device=WAN Miniport (IKEv2)\nDEVICE=vpn\nPhoneNumber=new.example.org");
    g_assert_true(rasphone_set(first, PART_ENTRY, "X", "1"));
    g_assert_cmpint(rasphone_line(first, PART_DEVICE, -1, "device") == NULL, ==, TRUE);
}

/* What stands before the first header belongs to nobody, and nothing is added to it. */
static void
a_key_is_added_behind_the_header(void)
{
    static const struct {
        const char *file, *after;
    } rows[] = {
        {"; by hand\r\n[A]\r\n\r\n", "; by hand\r\n[A]\r\nX=1\r\n\r\n"},
        {"x=1\n[A]", "x=1\n[A]\nX=1\n"},
        {"[A]\n\nMEDIA=rastapi\n", "[A]\nX=1\n\nMEDIA=rastapi\n"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) file = g_bytes_new_static(rows[i].file, strlen(rows[i].file));
        g_autoptr(Rasphone) r = rasphone_parse(file, 0, NULL);
        g_autoptr(RasphoneEntry) e = rasphone_entry(r, 0);
        g_autoptr(GBytes) before = rasphone_entry_write(e);

        g_assert_true(g_bytes_equal(before, file));
        g_assert_true(rasphone_set(e, PART_ENTRY, "X", "1"));
        g_autoptr(GBytes) after = rasphone_entry_write(e);
        g_assert_cmpmem(g_bytes_get_data(after, NULL), g_bytes_get_size(after), rows[i].after,
                        strlen(rows[i].after));
    }
}

static void
a_code_page_that_cannot_hold_it(void)
{
    g_autoptr(Profile) p = profile_of("windows-xp-cp1251.pbk", 1251, 0);
    GBytes *kept = g_hash_table_lookup(p->files, RASPHONE_KEPT);
    g_autoptr(GError) error = NULL;

    profile_set(&p->dial_first, "Линия");
    g_autoptr(GBytes) written = rasphone_profile_write(p, kept, &error);
    g_assert_no_error(error);
    g_autoptr(Rasphone) again = rasphone_parse(written, 1251, NULL);
    g_autoptr(RasphoneEntry) e = rasphone_entry(again, 0);
    g_assert_cmpstr(rasphone_line(e, PART_ENTRY, -1, "PrerequisiteEntry")->value, ==, "Линия");
    profile_set(&p->dial_first, "宽带");
    g_assert_null(rasphone_profile_write(p, kept, &error));
    g_assert_nonnull(strstr(error->message, "CP1251"));
}

/* parse(write(x)) = x, for what an entry can say. */
static void
a_profile_of_another_origin(void)
{
    g_autoptr(Profile) p = profile_new();

    profile_set(&p->name, "Büro [2]");
    profile_add_server(p, "", "vpn.example.test");
    p->dun.vpn_strategy = 5;
    p->dun.pap = p->dun.eap = TRUE;
    p->dun.custom_auth_key = 26;
    p->dun.gateway_on_remote = p->dun.class_route = FALSE;
    p->dun.encryption_type = 2;
    p->redial_count = 7;
    p->idle_timeout = 3, p->idle_seconds = 4;
    p->dun.specify_servers = TRUE;
    profile_set(&p->dun.dns1, "10.0.0.1");
    profile_set(&p->dun.dns_suffix, "example.test");
    g_autoptr(GBytes) written = rasphone_profile_write(p, NULL, NULL);
    g_autoptr(Rasphone) r = rasphone_parse(written, 0, NULL);
    g_autoptr(RasphoneEntry) e = rasphone_entry(r, 0);
    g_autoptr(Profile) q = rasphone_profile(e, "x.pbk");
    g_assert_cmpstr(q->name, ==, "Büro [2]");
    g_assert_cmpstr(address(q, 0), ==, "vpn.example.test");
    for (guint i = 0; i < profile_n_fields; i++) {
        const struct profile_field *f = &profile_fields[i];
        g_autofree char *name = field_name(f), *a = field_value(f, p), *b = field_value(f, q);
        if (profile_origin(q, name) == NULL)
            continue;
        g_test_message("%s", name);
        g_assert_cmpstr(a, ==, b);
    }
}

/* F3, F5: no header, endless lines, NUL, 65,537 entries, UTF-16, a mark. */
static void
odd_files(void)
{
    static const char utf16[] = "\xff\xfe[\0A\0]\0\r\0\n\0M\0E\0D\0I\0A\0=\0x\0";
    static const char mark[] = "\xef\xbb\xbf[A]\r\nType=2\0x\r\n";
    static const char *const none[] = {"", "\n", "Type=2\n", "[", "[]x"};
    g_autoptr(GString) many = g_string_new(NULL), wide = g_string_new("[A]\nType=2\nX=");

    for (gsize i = 0; i + 1 < G_N_ELEMENTS(none); i++) {
        g_autoptr(GBytes) bytes = g_bytes_new_static(none[i], strlen(none[i]));
        g_autoptr(GError) error = NULL;
        g_assert_null(rasphone_parse(bytes, 0, &error));
        g_assert_error(error, RASPHONE_ERROR, RASPHONE_ERROR_EMPTY);
    }
    g_autoptr(GBytes) bytes16 = g_bytes_new_static(utf16, sizeof utf16 - 1);
    g_autoptr(Rasphone) r16 = rasphone_parse(bytes16, 0, NULL);
    g_autoptr(RasphoneEntry) e16 = rasphone_entry(r16, 0);
    g_assert_cmpstr(e16->name, ==, "A");
    g_assert_nonnull(rasphone_line(e16, PART_MEDIA, 0, "MEDIA"));

    g_autoptr(GBytes) marked = g_bytes_new_static(mark, sizeof mark - 1);
    g_autoptr(Rasphone) rm = rasphone_parse(marked, 0, NULL);
    g_autoptr(RasphoneEntry) em = rasphone_entry(rm, 0);
    g_autoptr(GBytes) same = rasphone_entry_write(em);
    g_assert_true(g_bytes_equal(same, marked));
    g_assert_cmpstr(rasphone_line(em, PART_ENTRY, -1, "Type")->value, ==, "2\xef\xbf\xbdx");

    for (guint i = 0; i <= RASPHONE_MAX_ENTRIES; i++)
        g_string_append(many, "[A]\n");
    g_autoptr(GBytes) lots = g_bytes_new(many->str, many->len);
    g_autoptr(Rasphone) rl = rasphone_parse(lots, 0, NULL);
    g_assert_cmpuint(rasphone_count(rl), ==, RASPHONE_MAX_ENTRIES);
    g_assert_true(rasphone_truncated(rl));
    for (guint i = 0; i < 1024 * 1024; i++)
        g_string_append_c(wide, 'w');
    g_autoptr(GBytes) long_line = g_bytes_new(wide->str, wide->len);
    g_autoptr(Rasphone) rw = rasphone_parse(long_line, 0, NULL);
    g_autoptr(RasphoneEntry) ew = rasphone_entry(rw, 0);
    g_autoptr(GBytes) same_line = rasphone_entry_write(ew);
    g_assert_true(g_bytes_equal(same_line, long_line));
    g_assert_cmpuint(strlen(rasphone_line(ew, PART_ENTRY, -1, "X")->value), ==, RASPHONE_MAX_VALUE);
}

/* Routes as Windows 10 wrote them for somebody (Server Fault, question 1051424). */
static void
routes_of_windows_10(void)
{
    static const char text[] =
        "[A]\r\nType=2\r\nNumRoutes=4\r\n"
        "Routes=01000000020000000C000000AC1000000000000000000000000000000000000000000000"
        "010000000200000010000000C0A80000000000000000000000000000\r\n"
        "Routes=00000000000000000100000002000000080000000A000000000000000000000000000000"
        "00000000000000000A00000002000000180000000A00060000000000\r\n"
        "Routes=00000000000000000000000000000000\r\n";
    g_autoptr(GBytes) bytes = g_bytes_new_static(text, strlen(text));
    g_autoptr(Rasphone) r = rasphone_parse(bytes, 0, NULL);
    g_autoptr(RasphoneEntry) e = rasphone_entry(r, 0);
    g_autoptr(Profile) p = rasphone_profile(e, "a.pbk");

    g_assert_cmpuint(p->routes->len, ==, 4);
    g_assert_cmpstr(p->routes->pdata[0], ==, "172.16.0.0/12");
    g_assert_cmpstr(p->routes->pdata[1], ==, "192.168.0.0/16");
    g_assert_cmpstr(p->routes->pdata[2], ==, "10.0.0.0/8");
    g_assert_cmpstr(p->routes->pdata[3], ==, "10.0.6.0/24");
    g_assert_null(other(p, "A", "Routes"));
    g_assert_cmpuint(p->notes->len, ==, 0);
}

#define ZEROS_22 "00000000000000000000000000000000000000000000"

/* What does not prove itself is kept, and not believed. */
static void
blobs_that_are_something_else(void)
{
    static const char *const texts[] = {
        "NumRoutes=1\nRoutes=00112233\n",
        "NumRoutes=1\nRoutes=xyz\n",
        "NumRoutes=2\n",
        "NumNrptRules=2\nNrptRules=.a.example 10.0.0.1\n",
        "NumNrptRules=1\nNrptRules=10.0.0.1\n",
        "NumDnsSearchSuffixes=1\nDnsSuffixSearchList=not_a/name\n",
        "NumRoutes=4294967295\nRoutes=0200000001020304\n",
        "Routes=01000000020000000C000000AC10" ZEROS_22 "\n",
        "NumRoutes=1\nRoutes=01000000020000000C000000AC10" ZEROS_22 "00\n",
        "NumRoutes=2\nRoutes=01000000020000000C000000AC10" ZEROS_22 "\n",
        "NumRoutes=1\nRoutes=010000000300000000C00000AC10" ZEROS_22 "\n",
        "NumRoutes=1\nRoutes=01000000020000000C010000AC10" ZEROS_22 "\n",
        "NumRoutes=1\nRoutes=010000000200000021000000AC10" ZEROS_22 "\n",
        "NumRoutes=1\nRoutes=010000000200000008000000AC10" ZEROS_22 "\n",
        "NumRoutes=1\nRoutes=01000000020000000C000000AC100000000000000000000000000000000000000000"
        "0001\n",
        "NumRoutes=1\nRoutes=01000000170000008100000020010DB8"
        "0000000000000000000000000000000000"
        "000000\n",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *text = g_strconcat("[A]\nType=2\n", texts[i], NULL);
        g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
        g_autoptr(Rasphone) r = rasphone_parse(bytes, 0, NULL);
        g_autoptr(RasphoneEntry) e = rasphone_entry(r, 0);
        g_autoptr(Profile) p = rasphone_profile(e, "a.pbk");

        g_test_message("%s", texts[i]);
        g_assert_cmpuint(p->routes->len + p->dns_rules->len + p->dns_search->len, ==, 0);
        g_assert_true(any_contains(p->notes, "not understood"));
    }
}

/* F3, F5: what is behind the last line that is read is written back all the same. */
static void
more_than_is_read(void)
{
    g_autoptr(GString) text = g_string_new("[A]\n");
    g_autofree char *large = g_malloc0(RASPHONE_MAX_FILE + 1);
    g_autoptr(GBytes) too_large = g_bytes_new_static(large, RASPHONE_MAX_FILE + 1);
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i <= RASPHONE_MAX_LINES; i++)
        g_string_append_printf(text, "K%u=1\n", i);
    g_autoptr(GBytes) bytes = g_bytes_new(text->str, text->len);
    g_autoptr(Rasphone) r = rasphone_parse(bytes, 0, NULL);
    g_autoptr(RasphoneEntry) e = rasphone_entry(r, 0);
    g_assert_cmpuint(e->lines->len, ==, RASPHONE_MAX_LINES);
    g_autoptr(GBytes) same = rasphone_entry_write(e);
    g_assert_true(g_bytes_equal(same, bytes));

    memcpy(large, "[A]\n", 4);
    g_assert_null(rasphone_parse(too_large, 0, &error));
    g_assert_error(error, RASPHONE_ERROR, RASPHONE_ERROR_TOO_LARGE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rasphone/same-bytes", the_same_bytes_are_written);
    g_test_add_func("/rasphone/windows-11", windows_11);
    g_test_add_func("/rasphone/windows-11/lists", windows_11_lists);
    g_test_add_func("/rasphone/windows-10/routes", routes_of_windows_10);
    g_test_add_func("/rasphone/ikev2", ikev2_only_is_said_so);
    g_test_add_func("/rasphone/broadband", broadband);
    g_test_add_func("/rasphone/windows-xp", windows_xp_in_a_code_page);
    g_test_add_func("/rasphone/nt4", nt4_and_what_other_programs_write);
    g_test_add_func("/rasphone/key", a_key_is_taken_out);
    g_test_add_func("/rasphone/change", a_change_changes_its_line_only);
    g_test_add_func("/rasphone/add", a_missing_key_is_added);
    g_test_add_func("/rasphone/every-psk-is-taken-out", every_key_is_taken_out);
    g_test_add_func("/rasphone/number", the_number_is_the_first_that_there_is);
    g_test_add_func("/rasphone/a-key-is-added-behind-the-header", a_key_is_added_behind_the_header);
    g_test_add_func("/rasphone/code-page", a_code_page_that_cannot_hold_it);
    g_test_add_func("/rasphone/new", a_profile_of_another_origin);
    g_test_add_func("/rasphone/F3-F5-odd-files", odd_files);
    g_test_add_func("/rasphone/F3-F5-limits", more_than_is_read);
    g_test_add_func("/rasphone/blobs", blobs_that_are_something_else);
    return g_test_run();
}
