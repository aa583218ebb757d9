/* test-cmak-write.c - parse(write(x)) = x: profiles of every fixture, and made-up ones, as CMAK's
 * files and read again. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmak-write.h"

#include "cmak.h"
#include "ini.h"
#include "package.h"
#include "profile-fields.h"
#include "profile-filter.h"
#include "profile-update.h"
#include "rasphone-profile.h"

#include <string.h>

static Profile *
again(const Profile *p)
{
    g_autoptr(GHashTable) files = cmak_write(p, p->files);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) cab = package_write(files, &error);
    g_autoptr(GHashTable) unpacked = NULL;
    Profile *q;

    g_assert_no_error(error);
    unpacked = package_read(cab, &error);
    g_assert_no_error(error);
    q = cmak_load_files(unpacked, NULL, 0, &error);
    g_assert_no_error(error);
    return q;
}

/* How a file was read, and what only this computer knows, is not of the profile. */
static gboolean
compared(const struct profile_field *f)
{
    static const char *const not [] = {"Source", "Encoding",       "ShortName", "FormatVersion",
                                       "Server", "ConnectionType", "TunnelDUN", "MergedFiles"};

    for (gsize i = 0; i < G_N_ELEMENTS(not ); i++)
        if (g_str_equal(f->key, not [i]))
            return FALSE;
    return TRUE;
}

static void
same_texts(const GPtrArray *a, const GPtrArray *b)
{
    g_assert_cmpuint(a->len, ==, b->len);
    for (guint i = 0; i < a->len; i++)
        g_assert_cmpstr(a->pdata[i], ==, b->pdata[i]);
}

static gboolean
in_inf(const struct profile_other *o)
{
    g_autofree char *file = g_ascii_strdown(o->file, -1);

    return g_str_has_suffix(file, ".inf");
}

static gboolean
has_other(const Profile *p, const struct profile_other *o)
{
    for (guint i = 0; i < p->others->len; i++) {
        const struct profile_other *x = p->others->pdata[i];
        if (g_ascii_strcasecmp(x->section, o->section) == 0 && g_str_equal(x->key, o->key) &&
            g_str_equal(x->value, o->value))
            return TRUE;
    }
    return FALSE;
}

static void
same_filters(const Profile *p, const Profile *q)
{
    g_autoptr(GPtrArray) a = profile_filter_settings(p), b = profile_filter_settings(q);

    g_assert_cmpuint(a->len, ==, b->len);
    for (guint i = 0; i < a->len; i++) {
        const struct profile_setting *s = a->pdata[i], *t = b->pdata[i];
        g_assert_cmpstr(s->section, ==, t->section);
        g_assert_cmpstr(s->key, ==, t->key);
        g_assert_cmpstr(s->value, ==, t->value);
    }
}

static void
assert_same(const Profile *p, const Profile *q)
{
    for (guint i = 0; i < profile_n_fields; i++) {
        const struct profile_field *f = &profile_fields[i];
        g_autofree char *name = field_name(f), *a = field_value(f, p), *b = field_value(f, q);
        if (!compared(f))
            continue;
        g_test_message("%s: %s", p->name, name);
        g_assert_cmpstr(a, ==, b);
    }
    g_assert_cmpuint(p->servers->len, ==, q->servers->len);
    for (guint i = 0; i < p->servers->len; i++) {
        const struct profile_server *a = p->servers->pdata[i], *b = q->servers->pdata[i];
        g_assert_cmpstr(a->address, ==, b->address);
        g_assert_cmpstr(a->label, ==, b->label);
    }
    g_assert_cmpuint(p->server, ==, q->server);
    same_filters(p, q);
    same_texts(p->routes, q->routes);
    same_texts(p->dns_search, q->dns_search);
    g_assert_cmpuint(p->dns_rules->len, ==, q->dns_rules->len);
    for (guint i = 0; i < p->dns_rules->len; i++) {
        const struct profile_dns_rule *a = p->dns_rules->pdata[i], *b = q->dns_rules->pdata[i];
        g_assert_cmpstr(a->domain, ==, b->domain);
        g_assert_cmpstr(a->servers, ==, b->servers);
    }
}

/* Who writes it once more writes the same. */
static void
same_files(const Profile *p, const Profile *q)
{
    g_autoptr(GHashTable) a = cmak_write(p, p->files), b = cmak_write(q, q->files);
    GHashTableIter iter;
    gpointer name, bytes;

    g_assert_cmpuint(g_hash_table_size(a), ==, g_hash_table_size(b));
    g_hash_table_iter_init(&iter, a);
    while (g_hash_table_iter_next(&iter, &name, &bytes)) {
        g_test_message("%s: %s", p->name, (char *)name);
        g_assert_nonnull(g_hash_table_lookup(b, name));
        g_assert_true(g_bytes_equal(bytes, g_hash_table_lookup(b, name)));
    }
}

static void
put(GHashTable *files, const char *name, const char *text, const char *charset)
{
    gsize n;
    char *bytes = g_convert(text, -1, charset, "UTF-8", NULL, &n, NULL);

    g_assert_nonnull(bytes);
    g_hash_table_insert(files, g_strdup(name), g_bytes_new_take(bytes, n));
}

static GHashTable *
new_files(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
}

/* Read as the .inf's language says, in the ways to write its number, and written so that it is read
 * alike. */
static void
in_code_page(guint codepage, const char *lcid, const char *name)
{
    g_autoptr(GHashTable) files = new_files();
    g_autofree char *charset = g_strdup_printf("CP%u", codepage);
    g_autofree char *cms =
        g_strconcat("[Profile Format]\nVersion=4\n[Connection Manager]\nServiceName=", name,
                    "\nTunnel=1\nTunnelAddress=vpn.example.test\n", NULL);
    g_autofree char *inf = g_strconcat("[Strings]\nDisplayLCID=", lcid, "\n", NULL);
    g_autoptr(GError) error = NULL;

    g_test_message("%s: %s", charset, lcid);
    put(files, "x.cms", cms, charset);
    put(files, "x.inf", inf, "UTF-8");
    g_autoptr(Profile) p = cmak_load_files(files, NULL, 0, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(p->name, ==, name);
    g_assert_cmpstr(p->encoding, ==, charset);
    g_assert_cmpuint(p->notes->len, ==, 0);
    g_autoptr(Profile) q = again(p), third = again(q);
    g_assert_cmpstr(q->name, ==, name);
    g_assert_cmpstr(q->encoding, ==, charset);
    same_files(q, third);
}

/* The ANSI code pages of Windows. */
static void
each_code_page(void)
{
    static const struct {
        guint codepage, lcid;
        const char *name;
    } rows[] = {{1250, 1029, "Příliš žluťoučký kůň"},
                {1251, 1049, "Удалённый доступ"},
                {1252, 1031, "Büro Köln"},
                {1253, 1032, "Σύνδεση"},
                {1254, 1055, "Şirket bağlantısı"},
                {1255, 1037, "חיבור"},
                {1256, 1025, "اتصال المكتب"},
                {1257, 1063, "Įmonės ryšys"},
                {1258, 1066, "Kêt nôi"},
                {932, 1041, "社内接続ソ"},
                {936, 2052, "办公室连接"},
                {949, 1042, "사무실"},
                {950, 1028, "辦公室功"},
                {874, 1054, "สำนักงาน"}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *decimal = g_strdup_printf("%u", rows[i].lcid);
        g_autofree char *digits = g_strdup_printf("%04x", rows[i].lcid);
        g_autofree char *hex = g_strdup_printf("0x%X", rows[i].lcid);

        in_code_page(rows[i].codepage, decimal, rows[i].name);
        in_code_page(rows[i].codepage, digits, rows[i].name);
        in_code_page(rows[i].codepage, hex, rows[i].name);
    }
}

/* Text that the code page of the .inf would make another of: UTF-16. */
static void
a_text_that_is_read_otherwise(void)
{
    static const struct {
        const char *name, *lcid;
    } rows[] = {{"Université", "1049"}, {"Ã©", "1031"}, {"Ã©", NULL},
                {"¥ \\ ‾ ~", "1041"},   {"日本", NULL}, {"Büro", NULL}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) p = profile_new();

        profile_set(&p->name, rows[i].name);
        profile_set(&p->short_name, "x");
        profile_add_server(p, "", "vpn.example.test");
        if (rows[i].lcid != NULL) {
            g_autofree char *inf = g_strconcat("[Strings]\nDisplayLCID=", rows[i].lcid, "\n", NULL);
            put(p->files, "x.inf", inf, "UTF-8");
        }
        g_autoptr(Profile) q = again(p);
        g_assert_cmpstr(q->name, ==, rows[i].name);
        g_assert_cmpuint(q->notes->len, ==, 0); /* nothing is a guess */
    }
}

/* Other keys of an action stay with it; a description is told once. */
static void
an_action_keeps_its_key(void)
{
    g_autoptr(GHashTable) files = new_files();
    g_autoptr(GError) error = NULL;

    put(files, "x.cms",
        "[Profile Format]\nVersion=4\n[Connection Manager]\nServiceName=x\n"
        "TunnelAddress=vpn.example.test\n[Connect Actions]\n3=late.exe\n3&Flags=8\n"
        "3&Description=Late\n1=early.exe\n1&Flags=2\n7&Description=of none\n",
        "UTF-8");
    g_autoptr(Profile) p = cmak_load_files(files, NULL, 0, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(p->others->len, ==, 3);
    g_autoptr(Profile) q = again(p), third = again(q);
    same_files(q, third);
    for (guint i = 0; i < p->others->len; i++)
        g_assert_true(has_other(q, p->others->pdata[i]));
    g_assert_cmpuint(q->actions->len, ==, 2);
    const struct profile_action *late = q->actions->pdata[0];
    g_assert_cmpstr(late->key, ==, "3");
    g_assert_cmpstr(late->command, ==, "late.exe");
    g_assert_cmpstr(late->description, ==, "Late");
    profile_add_action(q, "Connect Actions", "other.exe", "");
    g_autoptr(Profile) fourth = again(q);
    g_assert_cmpstr(((struct profile_action *)fourth->actions->pdata[2])->key, ==, "0");
}

/* Names that Windows takes for devices are none of a file. */
static void
no_file_is_a_device(void)
{
    static const char *const names[] = {"Con", "NUL", "aux", "Com1", "lpt9", "N\xef\xbf\xbdul"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(Profile) p = profile_new();

        profile_set(&p->name, names[i]);
        profile_add_server(p, "", "vpn.example.test");
        g_autoptr(Profile) q = again(p);
        g_assert_cmpstr(q->name, ==, names[i]);
    }
}

/* Names and addresses that would be a heading, a comment or two parts of a line: no server is lost.
 */
static void
every_server_is_written(void)
{
    static const struct {
        const char *label, *address, *read;
    } rows[] = {{"", "[2001:db8::3]:8443", ""},
                {"", "2001:db8::4", ""},
                {"", "https://vpn.example.test/p?a=b", ""},
                {"Köln", "[2001:db8::5]", "Köln"},
                {"[new] one", "a.example", "- [new] one"},
                {"; old", "b.example", "- ; old"},
                {"a=b", "c.example", "a-b"},
                {"d.example", "d.example", ""}};

    for (guint chosen = 0; chosen < G_N_ELEMENTS(rows); chosen++) {
        g_autoptr(Profile) p = profile_new();

        profile_set(&p->name, "x");
        for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
            profile_add_server(p, rows[i].label, rows[i].address);
        p->server = chosen;
        g_autoptr(Profile) q = again(p), third = again(q);
        same_files(q, third);
        g_assert_cmpuint(q->server, ==, chosen);
        g_assert_cmpuint(q->servers->len, ==, G_N_ELEMENTS(rows));
        for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
            const struct profile_server *s = q->servers->pdata[i];
            g_assert_cmpstr(s->address, ==, rows[i].address);
            g_assert_cmpstr(s->label, ==, rows[i].read);
        }
    }
}

/* The proxy that the call goes through, and all names by a rule of their own. */
static void
what_is_ours_is_kept(void)
{
    g_autoptr(Profile) p = profile_new();

    profile_set(&p->name, "x");
    profile_add_server(p, "", "vpn.example.test");
    p->proxy = PLAN_PROXY_SOCKS5;
    p->proxy_port = 1080;
    profile_set(&p->proxy_host, "proxy.example.test");
    profile_set(&p->proxy_user, "erika");
    profile_add_dns_rule(p, ".", "10.0.0.53");
    profile_add_dns_rule(p, ".corp.example", "");
    g_autoptr(Profile) q = again(p);
    assert_same(p, q);
    g_assert_cmpuint(q->proxy, ==, PLAN_PROXY_SOCKS5);
    g_autoptr(GPtrArray) warnings = profile_warnings(q);
    gboolean told = FALSE;
    for (guint i = 0; i < warnings->len; i++)
        told |= strstr(warnings->pdata[i], "proxy.example.test") != NULL;
    g_assert_true(told);
}

static void
every_fixture(void)
{
    static const char *const names[] = {"college", "sstp",  "cp1251",    "cp1252/Koeln.cms", "pptp",
                                        "weak",    "utf16", "authority", "everything"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path =
            g_test_build_filename(G_TEST_DIST, "fixtures", "cmak", names[i], NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(Profile) p = cmak_load(path, 0, &error);
        g_assert_no_error(error);
        g_autoptr(Profile) q = again(p), third = again(q);
        assert_same(p, q);
        same_files(q, third);
        for (guint n = 0; n < p->others->len; n++) {
            const struct profile_other *o = p->others->pdata[n];
            g_test_message("[%s] %s=%s", o->section, o->key, o->value);
            g_assert_true(in_inf(o) || has_other(q, o));
        }
        g_assert_cmpuint(p->actions->len, ==, q->actions->len);
        for (guint n = 0; n < p->actions->len; n++) {
            const struct profile_action *a = p->actions->pdata[n], *b = q->actions->pdata[n];
            g_assert_cmpstr(a->event, ==, b->event);
            g_assert_cmpstr(a->command, ==, b->command);
            g_assert_cmpint(a->replaced, ==, b->replaced);
            g_assert_cmpstr(a->description, ==, b->description);
        }
    }
}

/* The wizard's .inf is found in any letter case: it is kept, and its code page with it. */
static void
an_inf_in_capitals(void)
{
    static const char *const names[] = {"OFFICE.INF", "Office.Inf", "office.inf"};
    static const char inf[] = "[Strings]\nDisplayLCID=1049\n";

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GHashTable) kept = new_files();
        g_autoptr(Profile) p = profile_new();

        profile_set(&p->name, "Офис");
        profile_set(&p->short_name, "office");
        g_hash_table_insert(kept, g_strdup(names[i]), g_bytes_new_static(inf, sizeof inf - 1));
        g_autoptr(GHashTable) files = cmak_write(p, kept);
        GBytes *cms = g_hash_table_lookup(files, "office.cms");
        g_assert_cmpuint(g_hash_table_size(files), ==, 3); /* .cms, .cmp, .inf */
        g_assert_true(g_hash_table_lookup(files, names[i]) == g_hash_table_lookup(kept, names[i]));
        g_autofree char *text =
            g_convert(g_bytes_get_data(cms, NULL), (gssize)g_bytes_get_size(cms), "UTF-8", "CP1251",
                      NULL, NULL, NULL);
        g_assert_nonnull(strstr(text, "ServiceName=Офис"));
    }
}

/* An entry of a Windows phone book: servers, routes, rules of names, seconds. */
static void
a_phone_book_becomes_a_profile(void)
{
    g_autofree char *path =
        g_test_build_filename(G_TEST_DIST, "fixtures", "rasphone", "windows11.pbk", NULL);
    char *text;
    gsize n;

    g_assert_true(g_file_get_contents(path, &text, &n, NULL));
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, n);
    g_autoptr(Rasphone) r = rasphone_parse(bytes, 0, NULL);
    g_autoptr(RasphoneEntry) e = rasphone_entry(r, 0);
    g_autoptr(Profile) p = rasphone_profile(e, "windows11.pbk");
    profile_add_other(p, "My / book%.pbk", "Größe = 1]", "a b/c=", " ;\"odd\" ");
    profile_add_other(p, "x.nmconnection", "vpn", "mtu", "");
    g_autoptr(Profile) q = again(p);
    assert_same(p, q);
    g_assert_cmpuint(p->others->len, >, 20);
    guint n_same = 0;
    for (guint i = 0; i < q->others->len; i++) {
        const struct profile_other *b = q->others->pdata[i];
        if (in_inf(b)) /* of the one that was made */
            continue;
        g_assert_cmpuint(n_same, <, p->others->len);
        const struct profile_other *a = p->others->pdata[n_same++];
        g_assert_cmpstr(a->file, ==, b->file);
        g_assert_cmpstr(a->section, ==, b->section);
        g_assert_cmpstr(a->key, ==, b->key);
        g_assert_cmpstr(a->value, ==, b->value);
    }
    g_assert_cmpuint(n_same, ==, p->others->len);
}

static void
take(Profile *p, guint which, const char *text)
{
    g_autoptr(GPtrArray) wants = profile_update_wants(p);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    g_assert_cmpint(profile_update_take(p, wants->pdata[which], bytes, NULL), ==,
                    PROFILE_UPDATE_CHANGED);
}

/* Routes that were fetched are no part of it: it fetches them. The list of servers is still the
 * file that it was, with what else was in that. */
static void
what_was_fetched(void)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "fixtures", "cmak", "sstp", NULL);
    g_autoptr(Profile) p = cmak_load(path, 0, NULL), before = cmak_load(path, 0, NULL);

    profile_add_other(p, "servers.txt", "Settings", "Odd", "1");
    profile_add_action(p, "Connect Actions", "cmroute.dll /UPDATE_URL_PATH https://a.test/r", NULL);
    take(p, 0, "[VPN Servers]\nOslo=oslo.acme.example\n");
    take(p, 1, "ADD 10.66.0.0 MASK 255.255.0.0 default\n");
    g_assert_cmpuint(p->routes->len, ==, before->routes->len + 1);
    g_autoptr(Profile) q = again(p);
    same_texts(q->routes, before->routes);
    g_assert_cmpuint(q->servers->len, ==, 1);
    g_assert_cmpstr(((struct profile_server *)q->servers->pdata[0])->address, ==,
                    "oslo.acme.example");
    g_assert_cmpstr(q->server_list_url, ==, before->server_list_url);
    g_autoptr(GHashTable) files = cmak_write(p, p->files);
    g_autofree char *name = g_strconcat(p->short_name, ".txt", NULL);
    GBytes *list = g_hash_table_lookup(files, name);
    g_assert_nonnull(list);
    g_autofree char *text = g_strndup(g_bytes_get_data(list, NULL), g_bytes_get_size(list));
    g_assert_nonnull(strstr(text, "Odd=1"));
}

/* Texts as they may come, each typed value at random. */
static void
made_up(void)
{
    static const char *const texts[] = {"",        "x", " spaces ", "\"quoted\"", "a;b", "'",
                                        "Ünïcødé", "=", "日本",     "a\"b",       "[x]", "100%"};

    for (guint seed = 0; seed < 200; seed++) {
        g_autoptr(Profile) p = profile_new();
        GRand *r = g_rand_new_with_seed(seed);

        for (guint i = 0; i < profile_n_fields; i++) {
            const struct profile_field *f = &profile_fields[i];
            const guint32 number = g_rand_int(r);
            if (!compared(f) || g_rand_int(r) % 3 == 0 ||
                (f->scope == SCOPE_OWN && !g_str_has_prefix(f->key, "IPsecL")))
                continue;
            if (f->type == FIELD_TEXT)
                profile_set(field_text(f, p), texts[number % G_N_ELEMENTS(texts)]);
            else if (f->max == 1)
                field_set_number(f, p, number % 2);
            else
                field_set_number(f, p, f->min + number % MAX(f->max - f->min, 1));
        }
        profile_set(&p->name, texts[1 + g_rand_int(r) % 2 * 5]);
        profile_set(&p->logo, "");
        profile_set(&p->icon, "");
        profile_set(&p->small_icon, "");
        profile_set(&p->tray_icon, "");
        profile_set(&p->help_file, "");
        profile_set(&p->pb_logo, "");
        profile_set(&p->isp_name, seed % 2 == 0 ? "" : "Line");
        profile_add_server(p, "", "vpn.example.test");
        g_autoptr(Profile) q = again(p);
        g_assert_cmpstr(q->name, ==, p->name);
        g_assert_cmpuint(q->redial_count, ==, p->redial_count);
        for (guint i = 0; i < profile_n_fields; i++) {
            const struct profile_field *f = &profile_fields[i];
            g_autofree char *name = field_name(f), *a = field_value(f, p), *b = field_value(f, q);
            if (!compared(f) ||
                (f->scope >= SCOPE_ISP_SERVER && f->scope < SCOPE_OWN && seed % 2 == 0))
                continue;
            g_test_message("seed %u: %s", seed, name);
            g_assert_cmpstr(a, ==, b);
        }
        g_rand_free(r);
    }
}

/* A script has several lines, and may be longer than a line of a .cms; beside it a file of cmproxy,
 * which has no word for either. */
static void
a_web_proxy_is_kept(void)
{
    g_autoptr(Profile) p = profile_new();
    GString *pac = g_string_new("function FindProxyForURL(url, host) {\r\n\treturn \"DIRECT\"; "
                                "// Ünïcødé 日本 \\n %x% [Dialtone]\n}\n");

    while (pac->len < 3 * INI_MAX_LINE)
        g_string_append(pac, "; a=b\n");
    profile_set(&p->name, "x");
    profile_add_server(p, "", "vpn.example.test");
    profile_set(&p->web_proxy_pac, pac->str);
    for (guint round = 0; round < 3; round++) {
        p->web_proxy_browser_only = round != 1;
        if (round == 2)
            profile_add_action(p, "Connect Actions", "cmproxy.dll /source_filename web.txt", "");
        profile_set(&p->web_proxy_script, round == 2 ? "https://proxy.example.test/p.pac" : "");
        g_autoptr(Profile) q = again(p);
        g_assert_cmpstr(q->web_proxy_pac, ==, p->web_proxy_pac);
        g_assert_cmpstr(q->web_proxy_script, ==, p->web_proxy_script);
        g_assert_cmpint(q->web_proxy_browser_only, ==, p->web_proxy_browser_only);
        g_autoptr(Profile) third = again(q);
        g_assert_cmpstr(third->web_proxy_pac, ==, p->web_proxy_pac);
    }
    g_string_free(pac, TRUE);
}

/* No text: said, and nothing of it is taken. */
static void
a_script_in_no_encoding_is_refused(void)
{
    g_autoptr(GHashTable) files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    g_autoptr(GError) error = NULL;
    const char cms[] = "[Profile Format]\nVersion=4\n[Connection "
                       "Manager]\nServiceName=x\nTunnelAddress=vpn.example.test\n"
                       "[Dialtone]\nWebProxyScriptFile=x.pac\n";

    g_hash_table_insert(files, g_strdup("x.cms"), g_bytes_new_static(cms, sizeof cms - 1));
    g_hash_table_insert(files, g_strdup("x.pac"), g_bytes_new_static("a\0b\xff", 4));
    g_autoptr(Profile) p = cmak_load_files(files, NULL, 0, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(p->web_proxy_pac, ==, "");
    g_assert_cmpuint(p->notes->len, ==, 1);
    g_assert_nonnull(strstr(p->notes->pdata[0], "x.pac"));
}

/* What our own section may not say: it comes with a file of somebody else. */
static void
nothing_that_weakens_is_read(void)
{
    g_autoptr(Profile) p = profile_new();

    profile_set(&p->name, "x");
    profile_add_server(p, "", "vpn.example.test");
    p->ipsec = FALSE;
    profile_set(&p->pin, "00");
    p->accept_early_data = TRUE;
    g_autoptr(Profile) q = again(p);
    g_assert_true(q->ipsec);
    g_assert_cmpstr(q->pin, ==, "");
    g_assert_false(q->accept_early_data);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cmak-write/fixtures", every_fixture);
    g_test_add_func("/cmak-write/inf-in-capitals", an_inf_in_capitals);
    g_test_add_func("/cmak-write/code-pages", each_code_page);
    g_test_add_func("/cmak-write/read-otherwise", a_text_that_is_read_otherwise);
    g_test_add_func("/cmak-write/action-keys", an_action_keeps_its_key);
    g_test_add_func("/cmak-write/F1-devices", no_file_is_a_device);
    g_test_add_func("/cmak-write/servers", every_server_is_written);
    g_test_add_func("/cmak-write/ours", what_is_ours_is_kept);
    g_test_add_func("/cmak-write/rasphone", a_phone_book_becomes_a_profile);
    g_test_add_func("/cmak-write/made-up", made_up);
    g_test_add_func("/cmak-write/web-proxy", a_web_proxy_is_kept);
    g_test_add_func("/cmak-write/no-text", a_script_in_no_encoding_is_refused);
    g_test_add_func("/cmak-write/what-was-fetched", what_was_fetched);
    g_test_add_func("/cmak-write/weak", nothing_that_weakens_is_read);
    return g_test_run();
}
