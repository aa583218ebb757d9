/* test-rasphone-versions.c - phone books as each version of Windows writes them: what an entry of
 * it means here, value by value. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-others.h"
#include "profile-plan.h"
#include "rasphone-profile.h"

#include <string.h>

enum { V2 = PLAN_AUTH_MSCHAPV2 | PLAN_AUTH_EAP_MSCHAPV2 };

static Rasphone *
book_of(const char *name)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "fixtures", "rasphone", name, NULL);
    g_autoptr(GError) error = NULL;
    char *text;
    gsize n;

    g_file_get_contents(path, &text, &n, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, n);
    Rasphone *r = rasphone_parse(bytes, 0, &error);
    g_assert_no_error(error);
    return r;
}

static Profile *
profile_of(const Rasphone *r, const char *file, const char *name)
{
    guint i;

    g_assert_true(rasphone_find(r, name, &i));
    g_autoptr(RasphoneEntry) e = rasphone_entry(r, i);
    return rasphone_profile(e, file);
}

/* clang-format off */
static const struct row {
    const char *file, *name;
    guint kind, strategy;
    const char *dials;          /* in order */
    unsigned auth;
    guint encryption;           /* EncryptionType: 0 none, 1 require, 2 maximum, 3 optional */
    gboolean ipv4, ipv6, all;   /* all: its gateway is the computer's */
    gboolean psk;
    const char *servers;        /* the first to dial first */
} rows[] = {
    {"windows-2000.pbk", "Virtuelle private Verbindung", 2, 0, "SSTP L2TP/IPsec PPTP",
     V2 | PLAN_AUTH_CHAP_MD5, 1, TRUE, TRUE, TRUE, FALSE, "vpn.example.com"},
    {"windows-2000.pbk", "Außenstelle", 2, 1, "PPTP", V2, 2, TRUE, TRUE, FALSE, FALSE, "192.0.2.20"},
    {"windows-2000.pbk", "Einwahl", 1, 0, "", PLAN_AUTH_PAP | PLAN_AUTH_CHAP_MD5 | V2, 3, TRUE, TRUE, TRUE, FALSE, ""},
    {"windows-xp-sp2.pbk", "L2TP mit Schlüssel", 2, 3, "L2TP/IPsec", V2, 2, TRUE, TRUE, TRUE, TRUE, "vpn.example.com"},
    {"windows-xp-sp2.pbk", "L2TP mit Zertifikat", 2, 4, "L2TP/IPsec PPTP", PLAN_AUTH_EAP_TLS, 1, TRUE, TRUE, FALSE, FALSE, "192.0.2.21"},
    {"windows-xp-sp2.pbk", "Alles erlaubt", 2, 2, "PPTP L2TP/IPsec",
     PLAN_AUTH_PAP | PLAN_AUTH_CHAP_MD5 | V2, 0, TRUE, TRUE, TRUE, FALSE, "vpn.example.com"},
    {"windows-vista.pbk", "SSTP", 2, 5, "SSTP", V2, 1, TRUE, TRUE, TRUE, FALSE, "vpn.example.com"},
    {"windows-vista.pbk", "SSTP zuerst, PEAP", 2, 6, "SSTP PPTP L2TP/IPsec", PLAN_AUTH_PEAP, 1, TRUE, FALSE, TRUE, FALSE, "vpn.example.com"},
#define SEVEN(n, dials) {"windows7.pbk", "Strategy " #n, 2, n, dials, V2, 3, TRUE, FALSE, TRUE, FALSE, "vpn" #n ".example.com"}
    SEVEN(0, "SSTP L2TP/IPsec PPTP"),
    SEVEN(1, "PPTP"),
    SEVEN(2, "PPTP L2TP/IPsec"),
    SEVEN(3, "L2TP/IPsec"),
    SEVEN(4, "L2TP/IPsec PPTP"),
    SEVEN(5, "SSTP"),
    SEVEN(6, "SSTP PPTP L2TP/IPsec"),
    SEVEN(7, ""), /* IKEv2 only */
    SEVEN(8, "PPTP L2TP/IPsec"), /* behind IKEv2 */
    SEVEN(9, "SSTP L2TP/IPsec PPTP"),
    SEVEN(10, "SSTP L2TP/IPsec PPTP"),
    SEVEN(11, "SSTP L2TP/IPsec PPTP"),
    SEVEN(12, "PPTP SSTP"),
    SEVEN(13, "L2TP/IPsec SSTP"),
    SEVEN(14, "SSTP"), /* behind IKEv2 */
    SEVEN(15, "SSTP L2TP/IPsec PPTP"),
#undef SEVEN
    {"windows7.pbk", "IKEv2 with the computer", 2, 7, "", V2, 1, TRUE, TRUE, FALSE, FALSE, "2001:db8::7"},
    {"windows10.pbk", "Automatic", 2, 0, "SSTP L2TP/IPsec PPTP", V2, 1, TRUE, TRUE, TRUE, FALSE, "vpn.example.com"},
    {"windows10.pbk", "Three servers", 2, 6, "SSTP PPTP L2TP/IPsec", V2, 1, TRUE, TRUE, FALSE, FALSE,
     "vpn2.example.com vpn1.example.com 2001:db8::3"},
    {"windows10.pbk", "Always on", 2, 13, "L2TP/IPsec SSTP", V2, 1, TRUE, TRUE, FALSE, TRUE, "vpn.example.com"},
};
/* clang-format on */

static char *
protocols_of(const Profile *p)
{
    enum plan_protocol order[PLAN_MAX_PROTOCOLS];
    const guint n = profile_protocols(p, order);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < n; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? " " : "", profile_protocol_name(order[i]));
    return g_string_free(text, FALSE);
}

/* As they would be dialed, if there is anything to dial. */
static void
assert_dialed(const struct row *row, const Profile *p)
{
    struct dial_plan plan;
    struct credentials credentials;
    g_autoptr(GError) error = NULL;
    GString *servers = g_string_new(NULL);
    const gboolean ok = profile_plan(p, &(struct plan_request){.user = "u", .domain = "D"}, &plan,
                                     &credentials, &error);

    g_assert_cmpint(ok, ==, *row->dials != '\0' && row->auth != 0);
    for (guint i = 0; ok && i < plan.n_servers; i++)
        g_string_append_printf(servers, "%s%s", i > 0 ? " " : "", plan.servers[i].host);
    if (ok) {
        g_assert_cmpstr(servers->str, ==, row->servers);
        g_assert_cmpint(plan.default_gateway, ==, row->all);
        g_assert_cmpint(plan.ipv4 && row->ipv4, ==, plan.ipv4);
        g_assert_cmpint(plan.ipv6, ==, row->ipv6);
        dial_plan_clear(&plan);
    }
    g_string_free(servers, TRUE);
}

static void
each_entry(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct row *row = &rows[i];
        g_autoptr(Rasphone) r = book_of(row->file);
        g_autoptr(Profile) p = profile_of(r, row->file, row->name);
        g_autofree char *protocols = protocols_of(p);

        g_test_message("%s: %s", row->file, row->name);
        g_assert_cmpuint(p->kind, ==, row->kind);
        g_assert_cmpuint(p->dun.vpn_strategy, ==, row->strategy);
        g_assert_cmpstr(protocols, ==, row->dials);
        g_assert_cmpuint(profile_auth(p), ==, row->auth);
        g_assert_cmpuint(p->dun.encryption_type, ==, row->encryption);
        g_assert_cmpint(p->dun.ipv4, ==, row->ipv4);
        g_assert_cmpint(p->dun.ipv6, ==, row->ipv6);
        g_assert_cmpint(p->dun.gateway_on_remote, ==, row->all);
        g_assert_cmpint(p->dun.use_preshared_key, ==, row->psk);
        assert_dialed(row, p);
    }
}

/* No line of the entry is lost: each is a typed value, a list, a note or another setting. */
static void
each_line_is_somewhere(void)
{
    static const char *const files[] = {"windows-2000.pbk", "windows-xp-sp2.pbk",
                                        "windows-vista.pbk", "windows7.pbk", "windows10.pbk"};

    for (gsize f = 0; f < G_N_ELEMENTS(files); f++) {
        g_autoptr(Rasphone) r = book_of(files[f]);
        for (guint i = 0; i < rasphone_count(r); i++) {
            g_autoptr(RasphoneEntry) e = rasphone_entry(r, i);
            g_autoptr(Profile) p = rasphone_profile(e, files[f]);
            g_autoptr(GHashTable) keys = g_hash_table_new(g_str_hash, g_str_equal);
            GHashTableIter iter;
            gpointer origin;

            for (guint n = 0; n < p->others->len; n++)
                g_hash_table_add(keys, ((struct profile_other *)p->others->pdata[n])->key);
            g_hash_table_iter_init(&iter, p->origins);
            while (g_hash_table_iter_next(&iter, NULL, &origin))
                g_hash_table_add(keys, ((struct profile_origin *)origin)->key);
            for (guint n = 0; n < e->lines->len; n++) {
                const struct rasphone_line *line = e->lines->pdata[n];
                g_test_message("%s: [%s] %s=%s", files[f], e->name, line->key, line->value);
                g_assert_true(*line->value == '\0' || g_hash_table_contains(keys, line->key) ||
                              g_str_equal(line->key, "ServerListFriendlyName"));
            }
        }
    }
}

static gboolean
says(const GPtrArray *texts, const char *word)
{
    for (guint i = 0; i < texts->len; i++)
        if (strstr(texts->pdata[i], word) != NULL)
            return TRUE;
    return FALSE;
}

static const char *
other(const GPtrArray *others, const char *key)
{
    for (guint i = 0; i < others->len; i++) {
        const struct profile_other *o = others->pdata[i];
        if (g_str_equal(o->key, key))
            return o->value;
    }
    return "";
}

static void
windows_2000(void)
{
    g_autoptr(Rasphone) r = book_of("windows-2000.pbk");
    g_autoptr(Profile) p = profile_of(r, "windows-2000.pbk", "Außenstelle");
    g_autoptr(GPtrArray) warnings = profile_warnings(p), others = profile_other_settings(p);

    g_assert_cmpstr(p->encoding, ==, "CP1252");
    g_assert_true(says(p->notes, "which is a guess"));
    g_assert_cmpstr(p->dun.ip_address, ==, "10.20.9.7");
    g_assert_true(p->dun.specify_ip && p->dun.specify_servers);
    g_assert_cmpstr(p->dun.dns1, ==, "10.20.0.53");
    g_assert_cmpstr(p->dun.dns2, ==, "");
    g_assert_cmpstr(p->dun.wins1, ==, "10.20.0.42");
    g_assert_cmpuint(p->idle_timeout, ==, 20);
    g_assert_false(p->hide_domain);
    g_assert_false(p->dun.sw_compress);
    g_assert_cmpstr(p->dial_first, ==, "Einwahl");
    g_assert_true(says(warnings, "“Einwahl” is dialed before"));
    g_assert_cmpstr(other(others, "PrerequisiteEntry"), ==, ""); /* it is dialed by */
    g_assert_cmpstr(other(others, "TypicalAuth"), ==, "4");

    g_autoptr(Profile) line = profile_of(r, "windows-2000.pbk", "Einwahl");
    g_autoptr(GPtrArray) of_line = profile_other_settings(line);
    g_assert_cmpstr(line->phone_number, ==, "0,191011");
    g_assert_cmpstr(line->area_code, ==, "30");
    g_assert_cmpuint(line->country_code, ==, 49);
    g_assert_true(line->use_dialing_rules);
    g_assert_cmpstr(line->device, ==, "Standardmodem 56000 bps");
    g_assert_cmpstr(other(of_line, "ConnectBPS"), ==, "115200");
}

static void
windows_xp(void)
{
    g_autoptr(Rasphone) r = book_of("windows-xp-sp2.pbk");
    g_autoptr(Profile) key = profile_of(r, "windows-xp-sp2.pbk", "L2TP mit Schlüssel");
    g_autoptr(Profile) cert = profile_of(r, "windows-xp-sp2.pbk", "L2TP mit Zertifikat");
    g_autoptr(Profile) all = profile_of(r, "windows-xp-sp2.pbk", "Alles erlaubt");
    g_autoptr(GPtrArray) of_key = profile_warnings(key), of_cert = profile_warnings(cert);
    g_autoptr(GPtrArray) others = profile_other_settings(key), of_all = profile_warnings(all);

    g_assert_cmpstr(key->encoding, ==, "UTF-8");
    g_assert_cmpstr(key->dun.dns_suffix, ==, "corp.example.com");
    g_assert_false(says(of_key, "expects a certificate"));
    g_assert_true(says(of_cert, "expects a certificate"));
    g_assert_cmpuint(cert->dun.custom_auth_key, ==, 13);
    g_assert_false(says(of_cert, "a way to sign in that this program does not have"));
    g_assert_cmpstr(other(others, "PreferredHwFlow"), ==, "1");
    g_assert_true(key->dun.register_dns && !key->dun.register_suffix && !key->dun.register_wins);
    g_assert_true(all->dun.spap && all->dun.mschap && all->dun.w95mschap && all->dun.pap);
    g_assert_cmpuint(all->redial_count, ==, 99);
    g_assert_cmpuint(all->redial_delay, ==, 600);
    g_assert_true(all->redial_on_drop);
    g_assert_true(says(of_all, "no encryption"));
}

static void
windows_vista_and_7(void)
{
    g_autoptr(Rasphone) vista = book_of("windows-vista.pbk"), seven = book_of("windows7.pbk");
    g_autoptr(Profile) sstp = profile_of(vista, "windows-vista.pbk", "SSTP");
    g_autoptr(Profile) peap = profile_of(vista, "windows-vista.pbk", "SSTP zuerst, PEAP");
    g_autoptr(Profile) ike = profile_of(seven, "windows7.pbk", "IKEv2 with the computer");
    g_autoptr(GPtrArray) of_ike = profile_warnings(ike), others = profile_other_settings(ike);

    g_assert_true(sstp->dun.specify_servers6);
    g_assert_cmpstr(sstp->dun.dns6_1, ==, "2001:db8:20::53");
    g_assert_cmpstr(sstp->dun.dns6_2, ==, "2001:db8:20::54");
    g_assert_false(peap->dun.specify_servers6);
    g_assert_cmpuint(peap->dun.custom_auth_key, ==, 25);
    g_assert_true(says(of_ike, "IKEv2 only"));
    g_assert_true(says(of_ike, "weaker check"));
    g_assert_false(ike->dun.class_route);
    g_assert_cmpstr(other(others, "NetworkOutageTime"), ==, "3600");
    g_assert_cmpstr(other(others, "PBVersion"), ==, "1");
}

static void
windows_10(void)
{
    g_autoptr(Rasphone) r = book_of("windows10.pbk");
    g_autoptr(Profile) three = profile_of(r, "windows10.pbk", "Three servers");
    g_autoptr(Profile) on = profile_of(r, "windows10.pbk", "Always on");
    g_autoptr(GPtrArray) others = profile_other_settings(on);
    const struct profile_dns_rule *rule = on->dns_rules->pdata[0];

    g_assert_cmpuint(three->servers->len, ==, 3);
    g_assert_cmpuint(three->server, ==, 1);
    g_assert_true(three->hide_remember_password && !three->dun.class_route);
    g_assert_cmpstr(((struct profile_server *)three->servers->pdata[1])->label, ==, "Køge");

    g_assert_cmpuint(on->routes->len, ==, 2);
    g_assert_cmpstr(on->routes->pdata[0], ==, "10.20.0.0/16");
    g_assert_cmpstr(on->routes->pdata[1], ==, "2001:db8:20::/48");
    g_assert_cmpuint(on->dns_rules->len, ==, 1);
    g_assert_cmpstr(rule->domain, ==, "corp.example.com");
    g_assert_cmpstr(rule->servers, ==, "10.20.0.53 2001:db8:20::53");
    g_assert_cmpuint(on->dns_search->len, ==, 2);
    g_assert_cmpstr(other(others, "TriggerApplications"), ==,
                    "C:\\Program Files\\Example\\example.exe");
    g_assert_true(on->redial_on_drop);
    g_assert_cmpuint(on->notes->len, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rasphone-versions/entries", each_entry);
    g_test_add_func("/rasphone-versions/lines", each_line_is_somewhere);
    g_test_add_func("/rasphone-versions/2000", windows_2000);
    g_test_add_func("/rasphone-versions/xp", windows_xp);
    g_test_add_func("/rasphone-versions/vista-7", windows_vista_and_7);
    g_test_add_func("/rasphone-versions/10", windows_10);
    return g_test_run();
}
