/* test-profile.c - the model: defaults, copies, what settings mean. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "profile.h"

#include "profile-fields.h"
#include "profile-file.h"
#include "profile-plan.h"
#include "profile-stricter.h"
#include "profile-weakness.h"

#include <string.h>

static gboolean
any_contains(const GPtrArray *texts, const char *word)
{
    for (guint i = 0; i < texts->len; i++)
        if (strstr(texts->pdata[i], word) != NULL)
            return TRUE;
    return FALSE;
}

/* Every field with a value that is not its default. */
static Profile *
unusual(void)
{
    Profile *p = profile_new();

    for (guint i = 0; i < profile_n_fields; i++) {
        const struct profile_field *f = &profile_fields[i];
        g_autofree char *text = g_strdup_printf(" ü\n=[%s]; \\ %u", f->key, i);
        if (f->type == FIELD_TEXT)
            profile_set(field_text(f, p), text);
        else
            g_assert_true(field_set_number(f, p, f->fallback == f->max ? f->min : f->max));
    }
    profile_add_server(p, "Berlin", "vpn1.example.test");
    profile_add_server(p, "", "[2001:db8::1]:443");
    profile_add_action(p, "Pre-Connect Actions", "evil.dll %s", NULL);
    ((struct profile_action *)p->actions->pdata[0])->replaced = TRUE;
    profile_add_other(p, "a.cms", "Sec;tion", "Key", " leading and trailing ");
    g_ptr_array_add(p->routes, g_strdup("10.0.0.0/8"));
    profile_add_dns_search(p, "corp.example");
    profile_add_dns_rule(p, ".corp.example", "10.0.0.1 10.0.0.2");
    profile_set_origin(p, "Route/10.0.0.0/8", "a;b.txt", "", "ADD 10.0.0.0 MASK", "10.0.0.0/8");
    profile_set_origin(p, "Connection Manager/RedialCount", "a.cms", "Connection Manager",
                       "RedialCount", "=7;");
    profile_note(p, "a; note with %s", "semicolons;");
    return p;
}

static void
assert_same(const Profile *a, const Profile *b)
{
    g_autoptr(GBytes) x = profile_file_write(a);
    g_autoptr(GBytes) y = profile_file_write(b);

    for (guint i = 0; i < profile_n_fields; i++) {
        const struct profile_field *f = &profile_fields[i];
        if (f->type == FIELD_TEXT)
            g_assert_cmpstr(*field_text(f, (Profile *)a), ==, *field_text(f, (Profile *)b));
        else
            g_assert_cmpuint(field_number(f, a), ==, field_number(f, b));
    }
    g_assert_true(g_bytes_equal(x, y));
}

static void
every_field_survives_the_file(void)
{
    g_autoptr(Profile) p = unusual();
    g_autoptr(GBytes) bytes = profile_file_write(p);
    g_autoptr(GError) error = NULL;
    g_autoptr(Profile) q = profile_file_read(bytes, &error);

    g_assert_no_error(error);
    assert_same(p, q);
    g_assert_cmpuint(q->servers->len, ==, 2);
    g_assert_cmpstr(((struct profile_other *)q->others->pdata[0])->value, ==,
                    " leading and trailing ");
    g_assert_cmpstr(q->notes->pdata[0], ==, "a; note with semicolons;");
    g_assert_true(((struct profile_action *)q->actions->pdata[0])->replaced);
    const struct profile_dns_rule *rule = q->dns_rules->pdata[0];
    g_assert_cmpstr(rule->domain, ==, "corp.example");
    g_assert_cmpstr(rule->servers, ==, "10.0.0.1 10.0.0.2");
    g_assert_cmpstr(q->dns_search->pdata[0], ==, "corp.example");
    g_assert_cmpstr(profile_origin(q, "Route/10.0.0.0/8")->file, ==, "a;b.txt");
    g_assert_cmpstr(profile_origin(q, "Connection Manager/RedialCount")->value, ==, "=7;");
}

/* Who asks where a value comes from asks by its name. */
static void
names_of_fields_are_unique(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < profile_n_fields; i++)
        g_assert_true(g_hash_table_add(seen, field_name(&profile_fields[i])));
}

static void
a_copy_is_the_same_and_its_own(void)
{
    g_autoptr(Profile) p = unusual();
    g_autoptr(Profile) q = profile_copy(p);

    assert_same(p, q);
    profile_set(&q->name, "other");
    g_assert_cmpstr(p->name, !=, "other");
    profile_free(g_steal_pointer(&p));
    g_assert_cmpstr(q->name, ==, "other");
}

static void
defaults_of_a_vpn_profile(void)
{
    g_autoptr(Profile) p = profile_new();
    g_autoptr(GPtrArray) warnings = profile_warnings(p);
    enum plan_protocol order[PLAN_MAX_PROTOCOLS];

    g_assert_cmpuint(p->redial_count, ==, 3);
    g_assert_cmpuint(p->redial_delay, ==, 5);
    g_assert_true(p->dun.ipv4 && p->dun.ipv6 && p->dun.gateway_on_remote && p->dun.class_route);
    g_assert_cmpuint(profile_auth(p), ==, PLAN_AUTH_MSCHAPV2 | PLAN_AUTH_EAP_MSCHAPV2);
    g_assert_cmpuint(profile_dialable(p, order), ==, 3);
    g_assert_cmpuint(order[0], ==, PLAN_SSTP);
    g_assert_cmpuint(order[1], ==, PLAN_L2TP_IPSEC);
    g_assert_cmpuint(order[2], ==, PLAN_PPTP);
    g_assert_cmpuint(warnings->len, ==, 2); /* PPTP, all traffic */
}

static void
files_of_others_are_refused(void)
{
    static const char *const texts[] = {"", "hello", "[Profile]\n", "[Profile]\nVersion=2\n",
                                        "[Profile\nVersion=1\n"};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GBytes) bytes = g_bytes_new_static(texts[i], strlen(texts[i]));
        g_autoptr(GError) error = NULL;
        g_assert_null(profile_file_read(bytes, &error));
        g_assert_nonnull(error);
    }
}

static void
values_out_of_range_are_defaults(void)
{
    static const char text[] =
        "[Profile]\nVersion=1\n[Connection Manager]\nRedialCount=5000\n"
        "RedialDelay=x\n[Server]\nEncryptionType=-1\n[Dialtone]\nProxyPort=70000\n";
    g_autoptr(GBytes) bytes = g_bytes_new_static(text, sizeof text - 1);
    g_autoptr(Profile) p = profile_file_read(bytes, NULL);

    g_assert_nonnull(p);
    g_assert_cmpuint(p->redial_count, ==, 3);
    g_assert_cmpuint(p->redial_delay, ==, 5);
    g_assert_cmpuint(p->dun.encryption_type, ==, 3);
    g_assert_cmpuint(p->proxy_port, ==, 0);
}

/* VpnStrategy: what is preferred, and whether it can be dialed here. */
static void
strategies(void)
{
    static const struct {
        guint strategy, first;
        enum plan_protocol dial[3];
        const char *warnings[2];
    } rows[] = {
        {0, PLAN_SSTP, {PLAN_SSTP, PLAN_L2TP_IPSEC, PLAN_PPTP}, {"decrypted"}},
        {1, PLAN_PPTP, {PLAN_PPTP}, {"decrypted"}},
        {2, PLAN_PPTP, {PLAN_PPTP, PLAN_L2TP_IPSEC}, {"decrypted"}},
        {3, PLAN_L2TP_IPSEC, {PLAN_L2TP_IPSEC}, {NULL}},
        {4, PLAN_L2TP_IPSEC, {PLAN_L2TP_IPSEC, PLAN_PPTP}, {"decrypted"}},
        {5, PLAN_SSTP, {PLAN_SSTP}, {NULL}},
        {6, PLAN_SSTP, {PLAN_SSTP, PLAN_PPTP, PLAN_L2TP_IPSEC}, {"decrypted"}},
        {7, 0, {0}, {"does not dial IKEv2"}},
        {8, PLAN_PPTP, {PLAN_PPTP, PLAN_L2TP_IPSEC}, {"prefers IKEv2", "decrypted"}},
        {9, PLAN_SSTP, {PLAN_SSTP, PLAN_L2TP_IPSEC, PLAN_PPTP}, {"decrypted"}},
        {12, PLAN_PPTP, {PLAN_PPTP, PLAN_SSTP}, {"decrypted"}},
        {13, PLAN_L2TP_IPSEC, {PLAN_L2TP_IPSEC, PLAN_SSTP}, {NULL}},
        {14, PLAN_SSTP, {PLAN_SSTP}, {"prefers IKEv2"}},
        {15, PLAN_SSTP, {PLAN_SSTP, PLAN_L2TP_IPSEC, PLAN_PPTP}, {"decrypted"}},
        {16, PLAN_SSTP, {PLAN_SSTP, PLAN_L2TP_IPSEC, PLAN_PPTP}, {"decrypted"}},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) p = profile_new();
        enum plan_protocol order[PLAN_MAX_PROTOCOLS] = {0}, dial[PLAN_MAX_PROTOCOLS] = {0};

        p->dun.gateway_on_remote = FALSE;
        p->dun.vpn_strategy = rows[i].strategy;
        g_test_message("strategy %u", rows[i].strategy);
        profile_protocols(p, order);
        g_assert_cmpuint(order[0], ==, rows[i].first);
        g_assert_cmpuint(profile_dialable(p, dial), ==,
                         (rows[i].dial[0] != 0) + (rows[i].dial[1] != 0) + (rows[i].dial[2] != 0));
        for (guint n = 0; n < 3; n++)
            g_assert_cmpuint(dial[n], ==, rows[i].dial[n]);
        g_autoptr(GPtrArray) warnings = profile_warnings(p);
        g_assert_cmpuint(warnings->len, ==,
                         (rows[i].warnings[0] != NULL) + (rows[i].warnings[1] != NULL));
        for (guint n = 0; n < warnings->len; n++)
            g_assert_nonnull(strstr(warnings->pdata[n], rows[i].warnings[n]));
    }
}

/* Require_..., PW_Encrypt...: what may be used, never less safe than the profile says. */
static void
sign_in_methods(void)
{
    enum { V2 = PLAN_AUTH_MSCHAPV2 | PLAN_AUTH_EAP_MSCHAPV2 };
    static const struct {
        const char *why;
        struct profile_dun dun;
        unsigned auth;
        gboolean basic; /* Custom_Security=0 */
    } rows[] = {
        {"nothing said", {.pw_encrypt = 1, .pw_encrypt_ms = 1}, V2},
        {"encrypted", {.pw_encrypt = 1}, V2 | PLAN_AUTH_CHAP_MD5},
        {"anything", {0}, V2 | PLAN_AUTH_CHAP_MD5 | PLAN_AUTH_PAP},
        {"data too", {.data_encrypt = 1}, V2},
        {"ticked", {.mschap2 = 1}, V2},
        {"ticked go before basic", {.mschap2 = 1, .pw_encrypt = 0}, V2},
        {"pap", {.pap = 1}, PLAN_AUTH_PAP},
        {"pap and chap", {.pap = 1, .chap = 1}, PLAN_AUTH_PAP | PLAN_AUTH_CHAP_MD5},
        {"version 1 becomes 2", {.mschap = 1}, V2},
        {"spap becomes 2", {.spap = 1}, V2},
        {"eap-mschapv2", {.eap = 1, .custom_auth_key = 26}, PLAN_AUTH_EAP_MSCHAPV2},
        {"eap-tls", {.eap = 1, .custom_auth_key = 13}, PLAN_AUTH_EAP_TLS},
        {"peap", {.eap = 1, .custom_auth_key = 25}, PLAN_AUTH_PEAP},
        {"eap of another type", {.eap = 1, .custom_auth_key = 4}, 0},
        {"advanced, none", {.enforce_custom = 1}, 0},
        {"ticked, and off", {.pap = 1, .pw_encrypt = 1, .pw_encrypt_ms = 1}, V2, TRUE},
        {"enforced, and off", {.enforce_custom = 1, .pw_encrypt = 1, .pw_encrypt_ms = 1}, V2, TRUE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) p = profile_new();
        const struct profile_dun before = p->dun;

        p->dun = rows[i].dun;
        p->dun.custom_security = !rows[i].basic;
        g_test_message("%s", rows[i].why);
        g_assert_cmpuint(profile_auth(p), ==, rows[i].auth);
        p->dun = before; /* its texts */
    }
}

/* F6: a person may be stricter than the profile. Nothing that stands there makes it weaker, as a
 * profile of last year's that was stricter, or a file that somebody edited. */
static void
stricter_than_the_profile(void)
{
    static const struct {
        guint strategy, only, n;
    } protocols[] = {{15, 0, 3},        {15, PLAN_PPTP, 1}, {15, PLAN_L2TP_IPSEC, 1},
                     {5, PLAN_PPTP, 0}, {5, PLAN_SSTP, 1},  {7, PLAN_SSTP, 0}};
    static const guint encryption[][3] = {/* the profile's, the person's, what counts */
                                          {0, 0, 0}, {0, 1, 1}, {0, 2, 2}, {3, 1, 1}, {3, 2, 2},
                                          {1, 0, 1}, {1, 2, 2}, {2, 1, 2}, {2, 0, 2}, {3, 0, 3}};

    for (gsize i = 0; i < G_N_ELEMENTS(protocols); i++) {
        g_autoptr(Profile) p = profile_new();
        enum plan_protocol order[PLAN_MAX_PROTOCOLS], dial[PLAN_MAX_PROTOCOLS];

        p->dun.vpn_strategy = protocols[i].strategy;
        p->only_protocol = protocols[i].only;
        p->last_protocol = PLAN_L2TP_IPSEC;
        g_assert_cmpuint(profile_protocols(p, order), ==, protocols[i].n);
        g_assert_cmpuint(profile_dialable(p, dial), ==, protocols[i].n);
        if (protocols[i].n == 1) {
            g_assert_cmpint(order[0], ==, protocols[i].only);
            g_assert_cmpint(dial[0], ==, order[0]);
        }
    }
    for (gsize i = 0; i < G_N_ELEMENTS(encryption); i++) {
        g_autoptr(Profile) p = profile_new();
        p->dun.encryption_type = encryption[i][0];
        p->more_encryption = encryption[i][1];
        g_assert_cmpuint(profile_encryption(p), ==, encryption[i][2]);
    }
    g_autoptr(Profile) p = profile_new();
    p->dun.pap = p->dun.chap = TRUE;
    p->refused_auth = PLAN_AUTH_PAP | PLAN_AUTH_MSCHAPV2;
    g_assert_cmpuint(profile_auth(p), ==, PLAN_AUTH_CHAP_MD5);
    g_assert_cmpuint(profile_auth_offered(p), ==, PLAN_AUTH_PAP | PLAN_AUTH_CHAP_MD5);
}

/* It says what comes first, and adds nothing to what the strategy names. */
static void
an_order_of_its_own(void)
{
    static const struct {
        guint strategy, order, only, last;
        guint dials; /* digits of enum plan_protocol */
    } rows[] = {
        /* clang-format off */
        {0, 0, 0, 0, 123}, {0, 321, 0, 0, 321}, {0, 312, 0, 0, 312}, {0, 2, 0, 0, 213}, {0, 3, 0, 0, 312},
        {13, 12, 0, 0, 12}, {13, 312, 0, 0, 12}, {12, 13, 0, 0, 13}, {5, 321, 0, 0, 1}, {7, 123, 0, 0, 0},
        {0, 333, 0, 0, 312}, {0, 100, 0, 0, 123}, {0, 999, 0, 0, 123}, {0, 4294967000, 0, 0, 123},
        {0, 312, PLAN_SSTP, 0, 1}, {0, 312, 0, PLAN_L2TP_IPSEC, 231}, {13, 12, 0, PLAN_PPTP, 12},
        /* clang-format on */
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        enum plan_protocol order[PLAN_MAX_PROTOCOLS];
        const guint n = profile_order(PROFILE_VPN, rows[i].strategy, rows[i].order, rows[i].only,
                                      rows[i].last, order);
        guint dials = 0;

        for (guint k = 0; k < n; k++)
            dials = dials * 10 + order[k];
        g_assert_cmpuint(dials, ==, rows[i].dials);
    }
}

/* F6: the one that a person allowed is gone: nothing else is dialed instead, and it is said. */
static void
the_only_one_is_gone(void)
{
    g_autoptr(Profile) p = profile_new();
    g_autoptr(GError) error = NULL;

    profile_set(&p->name, "Office");
    profile_add_server(p, "", "vpn.example.com");
    p->dun.vpn_strategy = 5;
    p->only_protocol = PLAN_L2TP_IPSEC;
    g_assert_false(profile_validate(p, &error));
    g_assert_error(error, PROFILE_PLAN_ERROR, PROFILE_PLAN_ERROR_UNAVAILABLE);
    g_assert_nonnull(strstr(error->message, "You allowed only L2TP/IPsec"));
    g_autoptr(GPtrArray) warnings = profile_warnings(p);
    g_assert_cmpstr(warnings->pdata[0], ==, error->message);
    g_assert_false(profile_uses_l2tp(p));
    p->only_protocol = 0; /* chosen again */
    g_clear_error(&error);
    profile_validate(p, &error);
    g_assert_no_error(error);
    p->only_protocol = PLAN_L2TP_IPSEC;
    p->dun.vpn_strategy = 7; /* there is nothing to choose from */
    g_autofree char *why = profile_plan_unavailable(p);
    g_assert_nonnull(strstr(why, "IKEv2"));
}

/* F3: a sentence is told once, and a file with a million faults does not get a million of them. */
static void
notes(void)
{
    g_autoptr(Profile) p = profile_new();

    for (guint i = 0; i < 2; i++)
        profile_note(p, "The file %s is missing.", "a.bmp");
    g_assert_cmpuint(p->notes->len, ==, 1);
    for (guint i = 0; i < 2 * PROFILE_MAX_NOTES; i++)
        profile_note(p, "Line %u.", i);
    g_assert_cmpuint(p->notes->len, ==, PROFILE_MAX_NOTES);
    g_assert_cmpstr(p->notes->pdata[PROFILE_MAX_NOTES - 1], ==, "Line 254.");
}

/* F6: every wish that weakens has a sentence. */
static void
warnings_for_weak_wishes(void)
{
    g_autoptr(Profile) p = profile_new();

    p->dun.pap = TRUE;
    p->dun.spap = TRUE;
    p->dun.encryption_type = 0;
    profile_set(&p->pin, "00");
    profile_set(&p->ca_pem, "-----BEGIN");
    profile_add_other(p, "a.cms", "Connection Manager", "IgnoreCertErrors", "1");
    profile_add_action(p, "Connect Actions", "a", NULL);
    profile_add_action(p, "Connect Actions", "b", NULL);
    g_autoptr(GPtrArray) warnings = profile_warnings(p);
    static const char *const words[] = {"PAP",       "outdated", "no encryption", "fingerprint",
                                        "authority", "weaker",   "all traffic",   "(2)"};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        g_assert_true(any_contains(warnings, words[i]));
}

/* F6: with PPTP the same wishes mean something else, and the sentences say that. */
static void
warnings_with_pptp(void)
{
    g_autoptr(Profile) p = profile_new();

    p->dun.vpn_strategy = 1;
    p->dun.pap = p->dun.mschap2 = TRUE;
    p->dun.encryption_type = 0;
    g_autoptr(GPtrArray) warnings = profile_warnings(p);
    g_assert_true(any_contains(warnings, "PPTP can be decrypted by whoever records it."));
    g_assert_true(any_contains(warnings, "read along"));
    g_assert_true(any_contains(warnings, "never done"));
    g_assert_false(any_contains(warnings, "all the same"));
    g_assert_false(any_contains(warnings, "certificate"));
}

/* Dialup x Direct x Tunnel: what this version does not do, and only that. */
static void
warnings_of_the_line_before(void)
{
    for (unsigned bits = 0; bits < 8; bits++) {
        g_autoptr(Profile) p = profile_new();

        p->dialup = (bits & 1) != 0;
        p->direct = (bits & 2) != 0;
        p->tunnel = (bits & 4) != 0;
        profile_set(&p->pb_url, (bits & 4) != 0 ? "http://a.example/pbserver.dll" : "");
        g_autoptr(GPtrArray) warnings = profile_warnings(p);
        g_assert_cmpint(any_contains(warnings, "dials a phone number"), ==, (bits & 3) == 1);
        g_assert_cmpint(any_contains(warnings, "comes from http://a.example/pbserver.dll"), ==,
                        (bits & 4) != 0);
    }
}

/* PAP over L2TP: with a pre-shared key no certificate was checked, and without IPsec nothing hides
 * the password. */
static void
warnings_with_l2tp(void)
{
    static const struct {
        gboolean ipsec, certificate;
        const char *said, *not_said;
    } rows[] = {
        {TRUE, FALSE, "pose as the server", "certificate was checked"},
        {TRUE, TRUE, "certificate was checked", "pose as the server"},
        {FALSE, FALSE, "everybody on the way", "certificate was checked"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) p = profile_new();

        p->dun.vpn_strategy = 3;
        p->dun.pap = TRUE;
        p->ipsec = rows[i].ipsec;
        p->use_certificate = rows[i].certificate;
        g_autoptr(GPtrArray) warnings = profile_warnings(p);
        g_assert_true(any_contains(warnings, rows[i].said));
        g_assert_false(any_contains(warnings, rows[i].not_said));
    }
}

static void
lists_are_bounded(void)
{
    g_autoptr(Profile) p = profile_new();

    for (guint i = 0; i < PROFILE_MAX_OTHERS + 10; i++) {
        profile_add_server(p, "", "a");
        profile_add_action(p, "e", "c", NULL);
        profile_add_other(p, "f", "s", "k", "v");
    }
    g_assert_cmpuint(p->servers->len, ==, PROFILE_MAX_SERVERS);
    g_assert_cmpuint(p->actions->len, ==, PROFILE_MAX_ACTIONS);
    g_assert_cmpuint(p->others->len, ==, PROFILE_MAX_OTHERS);
}

static void
validation_says_what_is_wrong(void)
{
    g_autoptr(Profile) p = profile_new();
    g_autoptr(GError) error = NULL;

    profile_set(&p->name, "VPN");
    g_assert_false(profile_validate(p, &error));
    g_assert_nonnull(strstr(error->message, "names no VPN server"));
    g_clear_error(&error);
    profile_add_server(p, "", "vpn.example.test");
    g_assert_true(profile_validate(p, &error));
    p->dun.eap = TRUE;
    p->dun.custom_auth_key = 4;
    g_assert_false(profile_validate(p, &error));
    g_assert_nonnull(strstr(error->message, "sign in"));
}

/* What is shown of a call, from what the helper says of it; '|' between two. */
static void
weak_calls(void)
{
    static const struct {
        const char *details, *shown;
    } cases[] = {
        {"{'protocol': <'sstp'>, 'encryption': <'TLS 1.3'>}", ""},
        {"{'protocol': <'l2tp-ipsec'>}", ""},
        {"{'protocol': <'l2tp'>, 'encryption': <'none'>}",
         "L2TP without IPsec is unencrypted: everybody on the way can read and change what is "
         "sent."},
        {"{'protocol': <'l2tp'>, 'encryption': <'MPPE-128 stateless'>}",
         "L2TP without IPsec is unencrypted but for the MPPE of its packets, which can be "
         "decrypted by whoever records it."},
        {"{'protocol': <'pptp'>}", "PPTP can be decrypted by whoever records it."},
        {"{'protocol': <'sstp'>, 'bypassed-by': <'wg0'>}",
         "All traffic should go through this connection, but another routing rule of this computer "
         "comes first: it goes out by wg0."},
        {"{'protocol': <'l2tp-ipsec'>, 'weak': <uint32 1>}",
         "The server agreed only to encryption that is outdated: 3DES."},
        {"{'protocol': <'l2tp-ipsec'>, 'weak': <uint32 15>}",
         "The server agreed only to encryption that is outdated: 3DES, SHA-1, MODP-1024, "
         "MODP-1536."},
        {"{'protocol': <'l2tp-ipsec'>, 'weak': <uint32 18>}",
         "The server agreed only to encryption that is outdated: SHA-1.|The pre-shared key is "
         "short: whoever plays the server once can guess it."},
        {"{'protocol': <'l2tp-ipsec'>, 'weak': <uint32 0xffffffe0>}", ""},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GVariant) details =
            g_variant_parse(G_VARIANT_TYPE_VARDICT, cases[i].details, NULL, NULL, NULL);
        g_autoptr(GPtrArray) list = profile_call_weaknesses(details);

        g_ptr_array_add(list, NULL);
        g_autofree char *shown = g_strjoinv("|", (char **)list->pdata);
        g_assert_cmpstr(shown, ==, cases[i].shown);
    }
    g_autoptr(GPtrArray) none = profile_call_weaknesses(NULL);
    g_assert_cmpuint(none->len, ==, 0);
}

/* Before a call, of what would be dialed. */
static void
weak_profiles(void)
{
    g_autoptr(Profile) p = profile_new();
    g_autofree char *automatic = NULL, *l2tp = NULL, *clear = NULL, *both = NULL;

    p->kind = PROFILE_VPN;
    p->dun.vpn_strategy = 3;
    l2tp = profile_weakness(p);
    g_assert_cmpstr(l2tp, ==, "");
    p->ipsec = FALSE;
    clear = profile_weakness(p);
    g_assert_nonnull(strstr(clear, "unencrypted"));
    g_autoptr(GPtrArray) warnings = profile_warnings(p);
    g_assert_true(any_contains(warnings, "unencrypted"));
    p->dun.vpn_strategy = 2;
    both = profile_weakness(p);
    g_assert_nonnull(strstr(both, "unencrypted"));
    g_assert_nonnull(strstr(both, "\nPPTP"));
    p->ipsec = TRUE;
    automatic = profile_weakness(p);
    g_assert_true(g_str_has_prefix(automatic, "PPTP"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile/every-field-survives-the-file", every_field_survives_the_file);
    g_test_add_func("/profile/names-of-fields", names_of_fields_are_unique);
    g_test_add_func("/profile/copy", a_copy_is_the_same_and_its_own);
    g_test_add_func("/profile/defaults", defaults_of_a_vpn_profile);
    g_test_add_func("/profile/files-of-others", files_of_others_are_refused);
    g_test_add_func("/profile/values-out-of-range", values_out_of_range_are_defaults);
    g_test_add_func("/profile/strategies", strategies);
    g_test_add_func("/profile/sign-in-methods", sign_in_methods);
    g_test_add_func("/profile/F3-notes", notes);
    g_test_add_func("/profile/F6-stricter", stricter_than_the_profile);
    g_test_add_func("/profile/protocol-order", an_order_of_its_own);
    g_test_add_func("/profile/F6-only-one-is-gone", the_only_one_is_gone);
    g_test_add_func("/profile/F6-warnings", warnings_for_weak_wishes);
    g_test_add_func("/profile/weak-calls", weak_calls);
    g_test_add_func("/profile/weak-profiles", weak_profiles);
    g_test_add_func("/profile/F6-warnings-with-pptp", warnings_with_pptp);
    g_test_add_func("/profile/warnings-with-l2tp", warnings_with_l2tp);
    g_test_add_func("/profile/warnings-of-the-line-before", warnings_of_the_line_before);
    g_test_add_func("/profile/bounded", lists_are_bounded);
    g_test_add_func("/profile/validation", validation_says_what_is_wrong);
    return g_test_run();
}
