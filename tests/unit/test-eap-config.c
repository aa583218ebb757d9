/* test-eap-config.c - what Windows keeps about EAP, in each of its wrappings. The octets are built
 * as MS-GPWL 2.2.3.1 draws them. SPDX-License-Identifier: GPL-3.0-or-later */
#include "eap-config.h"

#include "cmak.h"
#include "profile-plan.h"
#include "profile-xml.h"
#include "ps-profile.h"
#include "rasphone-profile.h"

#include <string.h>

#define ROOT_A "5a89fecb5b49a70b1e64a5379fbb8021e25f4ec6"
#define ROOT_B "00112233445566778899aabbccddeeff00112233"
#define NOBODY "0000000000000000000000000000000000000000"

enum { TLS = 13, PEAP = 25 };

/* --- octets, as hexadecimal --- */

static void
put32(GString *out, guint value)
{
    g_string_append_printf(out, "%02x%02x%02x%02x", value & 255, value >> 8 & 255,
                           value >> 16 & 255, value >> 24);
}

static void
put_text(GString *out, const char *text)
{
    for (gsize i = 0; i <= strlen(text); i++)
        g_string_append_printf(out, "%02x00", text[i]);
}

static void
put_root(GString *out, guint length, const char *sha1)
{
    put32(out, length);
    g_string_append(out, sha1);
}

/* Size stands behind Version, and counts both. */
static char *
sized(guint version, guint extra, const GString *body)
{
    g_autoptr(GString) out = g_string_new(NULL);

    put32(out, version);
    put32(out, (guint)body->len / 2 + 8 + extra);
    g_string_append(out, body->str);
    return g_strdup(out->str);
}

/* @counted: NumberOfCAs counts the first root, too. */
static char *
tls_of(guint flags, const char *names, gboolean counted)
{
    g_autoptr(GString) body = g_string_new(NULL);

    put32(body, flags);
    put_root(body, 20, ROOT_A);
    put_text(body, names);
    put32(body, counted ? 2 : 1);
    put_root(body, 20, ROOT_B);
    return sized(2, 0, body);
}

static char *
peap_of(guint flags, const char *names, guint inner)
{
    g_autoptr(GString) one = g_string_new(NULL), two = g_string_new(NULL), all = g_string_new(NULL);

    put32(one, flags);
    put32(one, 2);
    put_root(one, 20, ROOT_A);
    put_root(one, 20, ROOT_B);
    put_text(one, names);
    put32(two, inner);
    g_string_append(two, "0100000000000000");
    g_autofree char *phase1 = sized(1, 0, one), *method = sized(1, 0, two);
    put32(all, 1);
    put32(all, 0);
    g_string_append_printf(all, "%s%s", phase1, method);
    put_text(all, "");
    return sized(1, 8, all);
}

static char *
wrapped(guint type, const char *blob)
{
    g_autoptr(GString) out = g_string_new("31444243");

    put32(out, type);
    put32(out, (guint)strlen(blob) / 2);
    g_string_append(out, blob);
    return g_strdup(out->str);
}

/* --- files --- */

/* Windows breaks the octets into lines of 128 digits. */
static Profile *
from_phone_book_with(guint methods, guint type, const char *hex)
{
    g_autoptr(GString) text = g_string_new("[Office]\r\nType=2\r\nVpnStrategy=5\r\n");
    g_autoptr(GError) error = NULL;

    g_string_append_printf(text, "CustomAuthKey=%u\r\n", type);
    for (gsize i = 0; i < strlen(hex); i += 128)
        g_string_append_printf(text, "CustomAuthData=%.128s\r\n", hex + i);
    g_string_append_printf(text,
                           "AuthRestrictions=%u\r\n\r\nMEDIA=rastapi\r\nDevice=\r\n\r\n"
                           "DEVICE=vpn\r\nPhoneNumber=vpn.example.com\r\n\r\n",
                           methods);
    g_autoptr(GBytes) bytes = g_bytes_new(text->str, text->len);
    g_autoptr(Rasphone) book = rasphone_parse(bytes, 0, &error);
    g_assert_no_error(error);
    g_autoptr(RasphoneEntry) e = rasphone_entry(book, 0);
    Profile *p = rasphone_profile(e, "a.pbk");

    /* Whatever it says, it is written back as it was. */
    GBytes *kept = g_hash_table_lookup(p->files, RASPHONE_KEPT);
    g_autoptr(GBytes) written = rasphone_profile_write(p, kept, &error);
    g_assert_no_error(error);
    g_assert_cmpmem(g_bytes_get_data(written, NULL), g_bytes_get_size(written), text->str,
                    text->len);
    return p;
}

static Profile *
from_phone_book(guint type, const char *hex)
{
    return from_phone_book_with(128, type, hex);
}

static Profile *
from_cms(guint type, const char *hex)
{
    g_autoptr(GHashTable) files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    g_autofree char *text = g_strdup_printf(
        "[Profile Format]\r\nVersion=4\r\n"
        "[Connection Manager]\r\nServiceName=Office\r\nTunnel=1\r\n"
        "TunnelAddress=vpn.example.com\r\nDUN=Office\r\nTunnelDUN=Office\r\n"
        "[Server&Office]\r\nRequire_EAP=1\r\nEnforceCustomSecurity=1\r\nCustomSecurity=1\r\n"
        "CustomAuthKey=%u\r\nCustomAuthData=%s\r\n"
        "[Networking&Office]\r\nVpnStrategy=5\r\n",
        type, hex);
    g_autoptr(GError) error = NULL;

    g_hash_table_insert(files, g_strdup("a.cms"), g_bytes_new(text, strlen(text)));
    Profile *p = cmak_load_files(files, "a.cms", 0, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(p->dun.custom_auth_data, ==, hex);
    return p;
}

/* EapHostConfig has the octets without what is around them. */
static Profile *
from_xml(guint type, const char *blob)
{
    g_autofree char *text = g_strdup_printf(
        "<VPNProfile><NativeProfile><Servers>vpn.example.com</Servers><NativeProtocolType>Sstp"
        "</NativeProtocolType><Authentication><UserMethod>Eap</UserMethod><Eap><Configuration>"
        "<EapHostConfig><EapMethod><Type>%u</Type></EapMethod><ConfigBlob>%s</ConfigBlob>"
        "</EapHostConfig></Configuration></Eap></Authentication></NativeProfile></VPNProfile>",
        type, blob);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    g_autoptr(GError) error = NULL;
    Profile *p = profile_xml_read(bytes, 0, "Office", &error);

    g_assert_no_error(error);
    return p;
}

static gboolean
says(const Profile *p, const char *words)
{
    for (guint i = 0; i < p->notes->len; i++)
        if (strstr(p->notes->pdata[i], words) != NULL)
            return TRUE;
    return FALSE;
}

static Profile *
read_blob(guint how, guint type, const char *blob)
{
    g_autofree char *custom = wrapped(type, blob);

    return how == 0   ? from_phone_book(type, custom)
           : how == 1 ? from_cms(type, custom)
                      : from_xml(type, blob);
}

/* --- tests --- */

static void
both_in_each_wrapping(void)
{
    char *const blobs[] = {tls_of(1, "nps.example.com;nps2.example.com", FALSE),
                           tls_of(1, "nps.example.com;nps2.example.com", TRUE),
                           peap_of(0, "nps.example.com;nps2.example.com", 26)};

    for (guint i = 0; i < 9; i++) {
        const guint type = i / 3 < 2 ? TLS : PEAP;
        g_autoptr(Profile) p = read_blob(i % 3, type, blobs[i / 3]);
        const struct profile_origin *o = profile_origin(p, "Dialtone/EapServerNames");
        struct dial_plan plan;
        struct credentials c;
        g_autoptr(GError) error = NULL;

        g_test_message("blob %u, wrapping %u", i / 3, i % 3);
        g_assert_cmpuint(profile_auth(p), ==, type == TLS ? PLAN_AUTH_EAP_TLS : PLAN_AUTH_PEAP);
        g_assert_cmpstr(p->eap.names, ==, "nps.example.com;nps2.example.com");
        g_assert_cmpstr(p->eap.roots, ==, ROOT_A ";" ROOT_B);
        g_assert_false(says(p, "are not read"));
        g_assert_false(says(p, "always checked"));
        g_assert_nonnull(o);
        g_assert_nonnull(strstr(o->key, i % 3 == 2 ? "ConfigBlob" : "CustomAuthData"));
        g_assert_true(profile_plan(p, &(struct plan_request){.user = "anna"}, &plan, &c, &error));
        g_assert_no_error(error);
        g_assert_cmpstr(plan.eap.roots, ==, ROOT_A ";" ROOT_B);
        dial_plan_clear(&plan);
        credentials_wipe(&c);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(blobs); i++)
        g_free(blobs[i]);
}

/* Half of it is none of it: the rule of a profile that says nothing, in words. */
static void
cut_or_changed(void)
{
    g_autofree char *tls = tls_of(1, "nps.example.com", FALSE),
                    *peap = peap_of(0, "nps.example", 26);
    const char *const blobs[] = {tls, peap};

    for (guint i = 0; i < 2; i++) {
        const guint type = i == 0 ? TLS : PEAP;
        const gsize n = strlen(blobs[i]) / 2 - (i == 0 ? 0 : 2); /* what fills up may be missing */

        for (gsize size = 1; size < n; size++) {
            g_autofree char *cut = g_strndup(blobs[i], size * 2);
            g_autoptr(Profile) p = read_blob(0, type, cut);
            g_assert_cmpstr(p->eap.names, ==, "");
            g_assert_cmpstr(p->eap.roots, ==, "");
            g_assert_true(says(p, "The EAP settings in CustomAuthData are not read"));
        }
        g_autofree char *long_one = g_strconcat(blobs[0], "00", NULL);
        g_autoptr(Profile) p = read_blob(0, TLS, long_one);
        g_assert_true(says(p, "are not read (type 13)"));
    }
}

static void
not_what_it_says(void)
{
    g_autofree char *tls = tls_of(1, "nps.example.com", FALSE), *right = wrapped(TLS, tls);
    g_autofree char *odd = g_strdup(right), *magic = g_strdup(right), *other = wrapped(PEAP, tls);
    g_autofree char *length = g_strdup(right), *of_root = g_strdup(right);

    odd[strlen(odd) - 1] = '\0';
    magic[1] = '2';
    length[17]++;
    of_root[24 + 24 + 1] = '5'; /* 0x15: 21 */
    const char *const rows[] = {odd, magic, other, length, of_root, "zz", "31444243"};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) p = from_phone_book(TLS, rows[i]);
        g_autoptr(Profile) q = from_cms(TLS, rows[i]);

        g_test_message("%s", rows[i]);
        g_assert_cmpstr(p->eap.roots, ==, "");
        g_assert_cmpstr(q->eap.roots, ==, "");
        g_assert_true(says(p, "are not read (type 13)"));
        g_assert_true(says(q, "are not read (type 13)"));
    }
}

/* As many octets as it says, and one root more than it counts. */
static void
more_than_counted(void)
{
    g_autoptr(GString) tls = g_string_new(NULL), one = g_string_new(NULL), all = g_string_new(NULL);

    put32(tls, 1);
    put_root(tls, 20, ROOT_A);
    put_text(tls, "nps.example.com");
    put32(tls, 0);
    put_root(tls, 20, ROOT_B);
    put32(one, 0);
    put32(one, 1);
    put_root(one, 20, ROOT_A);
    put_text(one, "");
    put_root(one, 20, ROOT_B);
    g_autofree char *phase1 = sized(1, 0, one), *of_tls = sized(2, 0, tls);
    put32(all, 0);
    put32(all, 0);
    g_string_append(all, phase1);
    g_autofree char *of_peap = sized(1, 8, all);
    for (guint i = 0; i < 2; i++) {
        g_autoptr(Profile) p = read_blob(0, i == 0 ? TLS : PEAP, i == 0 ? of_tls : of_peap);

        g_assert_cmpstr(p->eap.roots, ==, "");
        g_assert_true(says(p, "are not read"));
    }
}

/* A method without a server's certificate has nothing to be read, and no EAP neither. */
static void
of_no_matter(void)
{
    g_autofree char *tls = tls_of(1, "nps.example.com", FALSE), *hex = wrapped(TLS, tls);
    g_autoptr(Profile) mschap = from_phone_book(26, "314442431A0000000800000000000000");
    g_autoptr(Profile) none = from_phone_book_with(512, TLS, hex),
                       empty = from_phone_book(PEAP, "");

    g_assert_cmpuint(mschap->notes->len, ==, none->notes->len);
    g_assert_false(says(mschap, "are not read"));
    g_assert_cmpstr(none->eap.roots, ==, "");
    g_assert_false(says(empty, "are not read"));
}

/* Nothing is checked less than before, whatever the settings leave out. */
static void
never_unchecked(void)
{
    for (guint flags = 0; flags < 8; flags++) {
        g_autofree char *tls = tls_of(flags, "", FALSE), *peap = peap_of(flags, "", 13);
        g_autoptr(Profile) p = read_blob(0, TLS, tls), q = read_blob(0, PEAP, peap);

        g_assert_cmpint(says(p, "always checked"), ==, (flags & 6) != 0);
        g_assert_cmpint(says(q, "always checked"), ==, (flags & 6) != 0);
        g_assert_true(says(q, "another method inside of PEAP"));
        g_assert_cmpstr(p->eap.names, ==, "");
        g_assert_cmpstr(p->eap.roots, ==, ROOT_A ";" ROOT_B);
        g_assert_false(p->eap.unbound || q->eap.unbound);
    }
}

/* A first root of nothing, as there has to be one. */
static void
no_roots(void)
{
    for (guint length = 0; length <= 20; length += 20) {
        g_autoptr(GString) body = g_string_new(NULL);

        put32(body, 1);
        put_root(body, length, NOBODY);
        put_text(body, "nps.example.com");
        put32(body, 0);
        g_autofree char *tls = sized(2, 0, body);
        g_autoptr(Profile) p = read_blob(0, TLS, tls);
        g_assert_cmpstr(p->eap.names, ==, "nps.example.com");
        g_assert_cmpstr(p->eap.roots, ==, "");
        g_assert_false(says(p, "are not read"));
    }
}

/* --- PowerShell --- */

#define CONFIG                                                                                     \
    "<EapHostConfig xmlns=\"http://www.microsoft.com/provisioning/EapHostConfig\"><EapMethod>\n"   \
    "<Type>25</Type></EapMethod><Config><Eap><Type>25</Type>\n<EapType><ServerValidation>"         \
    "<ServerNames>nps.example.com</ServerNames><TrustedRootCA>" ROOT_A "</TrustedRootCA>\n"        \
    "</ServerValidation><FastReconnect>true</FastReconnect>"                                       \
    "<RequireCryptoBinding>true</RequireCryptoBinding></EapType></Eap></Config></EapHostConfig>"
#define ADD                                                                                        \
    "Add-VpnConnection -Name a -ServerAddress b -AuthenticationMethod Eap -EapConfigXmlStream "

static Profile *
from_script(const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) profiles = ps_profile_read(bytes, 0, "a.ps1", &error);

    g_test_message("%s", text);
    g_assert_no_error(error);
    return profile_copy(profiles->pdata[0]);
}

static void
a_script_with_xml(void)
{
    static const char *const rows[] = {
        "$x = @'\n" CONFIG "\n'@\n" ADD "$x",
        "$x = [xml] @'\n" CONFIG "\n'@\n" ADD "$x",
        "[xml]$x = '" CONFIG "'\n" ADD "$x",
        "$t = '" CONFIG "'; $x = [xml]$t\n" ADD "$x",
        "$t = '" CONFIG "'\n" ADD "([xml]$t)",
        "$t = '" CONFIG "'\n" ADD "( [System.Xml.XmlDocument] $t )",
        "$x = '" CONFIG "'\n$p = @{Name = 'a'; ServerAddress = 'b'; AuthenticationMethod = 'Eap'\n"
        "EapConfigXmlStream = $x }\nAdd-VpnConnection @p",
        "$n = New-EapConfiguration -Tls -VerifyServerIdentity\n" ADD "$n.EapConfigXmlStream\n"
        "Set-VpnConnection -Name a -EapConfigXmlStream '" CONFIG "'",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) p = from_script(rows[i]);
        const struct profile_origin *o = profile_origin(p, "Dialtone/EapAuthorities");

        g_assert_cmpuint(p->notes->len, ==, 0);
        g_assert_cmpuint(profile_auth(p), ==, PLAN_AUTH_PEAP);
        g_assert_cmpstr(p->eap.names, ==, "nps.example.com");
        g_assert_cmpstr(p->eap.roots, ==, ROOT_A);
        g_assert_cmpstr(o->section, ==,
                        g_strstr_len(rows[i], -1, "Set-") ? "Set-VpnConnection"
                                                          : "Add-VpnConnection");
        g_assert_cmpstr(o->key, ==,
                        "EapConfigXmlStream/Config/Eap/EapType/ServerValidation/TrustedRootCA");
        g_assert_false(p->eap.unbound);
    }
}

static void
a_script_that_makes_it(void)
{
    static const struct {
        const char *make;
        unsigned auth;
        gboolean checked;
    } rows[] = {
        {"New-EapConfiguration", PLAN_AUTH_EAP_MSCHAPV2, TRUE},
        {"New-EapConfiguration -Peap", PLAN_AUTH_PEAP, FALSE},
        {"New-EapConfiguration -Peap -VerifyServerIdentity -FastReconnect $true", PLAN_AUTH_PEAP,
         TRUE},
        {"New-EapConfiguration -Tls -VerifyServerIdentity -UserCertificate", PLAN_AUTH_EAP_TLS,
         TRUE},
        {"New-EapConfiguration -Tls -VerifyServerIdentity:$false", PLAN_AUTH_EAP_TLS, FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text =
            g_strconcat("$A = ", rows[i].make, "\n" ADD "$A.EapConfigXmlStream", NULL);
        g_autoptr(Profile) p = from_script(text);

        g_assert_cmpuint(profile_auth(p), ==, rows[i].auth);
        g_assert_cmpint(says(p, "always checked"), ==, !rows[i].checked);
        g_assert_false(says(p, "computed"));
    }
}

/* Only running it would tell, or it is no such thing; nothing is taken of it, and that is said. */
static void
a_script_that_is_not_read(void)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {ADD "([xml](Get-Content eap.xml))", "computed"},
        {ADD "$nothing.EapConfigXmlStream", "computed"},
        {"$x = '" CONFIG "'\n" ADD "$x.InnerXml", "computed"},
        {"$i = New-EapConfiguration -Tls; $A = New-EapConfiguration -Peap -TunnelledEapAuthMethod "
         "$i.EapConfigXmlStream\n" ADD "$A.EapConfigXmlStream",
         "computed"},
        {ADD "'<VPNProfile/>'", "no EapHostConfig"},
        {ADD "'<EapHostConfig>'", "cannot be read"},
        {ADD "'<EapHostConfig><Config><Eap><EapType><RequireCryptoBinding>0</RequireCryptoBinding>"
             "<ServerValidation><ServerNames>a</ServerNames></ServerValidation>'",
         "cannot be read"},
        {ADD "''", "cannot be read"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) p = from_script(rows[i].text);

        g_assert_true(says(p, rows[i].says));
        g_assert_cmpstr(p->eap.names, ==, "");
        g_assert_cmpstr(p->eap.roots, ==, "");
        g_assert_false(p->eap.unbound);
    }
}

static void
bounded(void)
{
    g_autoptr(GString) deep = g_string_new(NULL), large = g_string_new("<EapHostConfig><a>");

    for (guint i = 0; i < 100; i++)
        g_string_append(deep, "<EapHostConfig>");
    while (large->len < EAP_CONFIG_MAX)
        g_string_append(large, "aaaaaaaa");
    g_string_append(large, "</a></EapHostConfig>");
    const char *const rows[] = {deep->str, large->str};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) p = profile_new();
        const struct eap_config c = {p, "a", "b", "c"};
        g_autoptr(GError) error = NULL;

        g_assert_false(eap_config_xml(&c, rows[i], &error));
        g_assert_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/eap-config/both-in-each-wrapping", both_in_each_wrapping);
    g_test_add_func("/eap-config/F3-cut-or-changed", cut_or_changed);
    g_test_add_func("/eap-config/F3-not-what-it-says", not_what_it_says);
    g_test_add_func("/eap-config/F3-more-than-counted", more_than_counted);
    g_test_add_func("/eap-config/of-no-matter", of_no_matter);
    g_test_add_func("/eap-config/never-unchecked", never_unchecked);
    g_test_add_func("/eap-config/no-roots", no_roots);
    g_test_add_func("/eap-config/script/xml", a_script_with_xml);
    g_test_add_func("/eap-config/script/made", a_script_that_makes_it);
    g_test_add_func("/eap-config/script/not-read", a_script_that_is_not_read);
    g_test_add_func("/eap-config/bounded", bounded);
    return g_test_run();
}
