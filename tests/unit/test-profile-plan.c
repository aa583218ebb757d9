/* test-profile-plan.c - from a profile and what was typed to a dial plan. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "profile-learn.h"
#include "profile-plan.h"

#include <string.h>

static Profile *
sample(void)
{
    Profile *p = profile_new();

    profile_set(&p->name, "Büro");
    profile_add_server(p, "", "vpn.example.test");
    return p;
}

struct made {
    struct dial_plan plan;
    struct credentials credentials;
};

static void
make(const Profile *p, const struct plan_request *r, struct made *m)
{
    g_autoptr(GError) error = NULL;

    profile_plan(p, r, &m->plan, &m->credentials, &error);
    g_assert_no_error(error);
}

static void
refuse(const Profile *p, const struct plan_request *r, const char *words)
{
    struct dial_plan plan;
    struct credentials credentials;
    g_autoptr(GError) error = NULL;

    g_assert_false(profile_plan(p, r, &plan, &credentials, &error));
    g_assert_nonnull(error);
    if (strstr(error->message, words) == NULL)
        g_error("“%s” does not say “%s”", error->message, words);
}

static void
addresses_of_servers(void)
{
    static const struct {
        const char *text, *host;
        guint port;
        const char *query;
    } rows[] = {
        {"vpn.example.test", "vpn.example.test", 0, ""},
        {" vpn.example.test. ", "vpn.example.test", 0, ""},
        {"vpn.example.test:8443", "vpn.example.test", 8443, ""},
        {"192.0.2.1", "192.0.2.1", 0, ""},
        {"192.0.2.1:443", "192.0.2.1", 443, ""},
        {"2001:db8::1", "2001:db8::1", 0, ""},
        {"[2001:db8::1]", "2001:db8::1", 0, ""},
        {"[2001:db8::1]:8443", "2001:db8::1", 8443, ""},
        {"https://vpn.example.test/", "vpn.example.test", 0, ""},
        {"HTTPS://vpn.example.test:444/path?tenantid=7", "vpn.example.test", 444, "?tenantid=7"},
        {"bücher.example", "xn--bcher-kva.example", 0, ""},
        {"", NULL, 0, NULL},
        {"a b", NULL, 0, NULL},
        {"vpn.example.test:", NULL, 0, NULL},
        {"vpn.example.test:0", NULL, 0, NULL},
        {"vpn.example.test:65536", NULL, 0, NULL},
        {"vpn.example.test:443x", NULL, 0, NULL},
        {"[2001:db8::1", NULL, 0, NULL},
        {"[2001:db8::1]443", NULL, 0, NULL},
        {"2001:db8::zz", NULL, 0, NULL},
        {"-vpn.example", NULL, 0, NULL},
        {"http://vpn.example.test", NULL, 0, NULL},
        {"user@vpn.example.test", NULL, 0, NULL},
        {"vpn\nHost: evil", NULL, 0, NULL},
        {"$(reboot)", NULL, 0, NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct plan_server server;
        g_autofree char *query = NULL;

        g_test_message("%s", rows[i].text);
        g_assert_cmpint(profile_plan_parse_server(rows[i].text, &server, &query), ==,
                        rows[i].host != NULL);
        if (rows[i].host == NULL)
            continue;
        g_assert_cmpstr(server.host, ==, rows[i].host);
        g_assert_cmpuint(server.port, ==, rows[i].port);
        g_assert_cmpstr(query, ==, rows[i].query);
    }
}

static void
realms(void)
{
    static const struct {
        const char *prefix, *suffix, *typed, *full;
    } rows[] = {
        {"", "", "erika", "erika"},
        {"", "@acme.example", "erika", "erika@acme.example"},
        {"", "@acme.example", "erika@acme.example", "erika@acme.example"},
        {"ACME/", "", "erika", "ACME/erika"},
        {"ACME/", "@r", "erika", "ACME/erika@r"},
        {"ACME/", "@r", "", ""},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) p = sample();
        struct made m;

        profile_set(&p->user_prefix, rows[i].prefix);
        profile_set(&p->user_suffix, rows[i].suffix);
        p->user_optional = TRUE;
        make(p, &(struct plan_request){.user = rows[i].typed, .domain = "D"}, &m);
        g_assert_cmpstr(m.credentials.user, ==, rows[i].full);
        g_assert_cmpstr(m.credentials.domain, ==, "D");
        g_assert_cmpuint(m.credentials.password.len, ==, 0);
        dial_plan_clear(&m.plan);
    }
}

static void
what_was_typed_goes_before_what_is_remembered(void)
{
    g_autoptr(Profile) p = sample();
    struct made m;

    profile_set(&p->user, "old");
    profile_set(&p->domain, "OLD");
    make(p, &(struct plan_request){0}, &m);
    g_assert_cmpstr(m.credentials.user, ==, "old");
    g_assert_cmpstr(m.credentials.domain, ==, "OLD");
    dial_plan_clear(&m.plan);
    make(p, &(struct plan_request){.user = "new", .domain = "", .server = "[2001:db8::9]:444"}, &m);
    g_assert_cmpstr(m.credentials.user, ==, "new");
    g_assert_cmpstr(m.credentials.domain, ==, "");
    g_assert_cmpuint(m.plan.n_servers, ==, 1);
    g_assert_cmpstr(m.plan.servers[0].host, ==, "2001:db8::9");
    dial_plan_clear(&m.plan);
}

static void
the_user_is_checked(void)
{
    g_autoptr(Profile) p = sample();
    g_autofree char *long_name = g_strnfill(300, 'a');

    refuse(p, &(struct plan_request){0}, "Type a user name");
    refuse(p, &(struct plan_request){.user = long_name}, "too long");
    refuse(p, &(struct plan_request){.user = "a\nb"}, "user name");
    p->max_user = 3;
    refuse(p, &(struct plan_request){.user = "abcd"}, "at most 3");
    p->domain_optional = FALSE;
    refuse(p, &(struct plan_request){.user = "abc"}, "logon domain");
    struct made with;
    make(p, &(struct plan_request){.user = "a@b"}, &with);
    dial_plan_clear(&with.plan);
    make(p, &(struct plan_request){.user = "a\\b"}, &with);
    dial_plan_clear(&with.plan);
    make(p, &(struct plan_request){.user = "a", .domain = "B"}, &with);
    dial_plan_clear(&with.plan);
    p->hide_domain = TRUE; /* nobody could type one */
    make(p, &(struct plan_request){.user = "a"}, &with);
    dial_plan_clear(&with.plan);
    p->max_domain = 2;
    refuse(p, &(struct plan_request){.user = "äöü", .domain = "abc"}, "at most 2");
    struct made m;
    make(p, &(struct plan_request){.user = "äöü", .domain = "ab"}, &m);
    dial_plan_clear(&m.plan);
}

/* Of a call, in place of the profile's. */
static void
proxies_of_a_call(void)
{
    static const struct {
        const char *text, *host, *user; /* host NULL: refused */
        enum plan_proxy kind;
        unsigned port;
    } rows[] = {
        {"proxy.example.test", "proxy.example.test", "", PLAN_PROXY_HTTP, 8080},
        {"proxy.example.test:3128", "proxy.example.test", "", PLAN_PROXY_HTTP, 3128},
        {"HTTP://anna@192.0.2.1:3128/", "192.0.2.1", "anna", PLAN_PROXY_HTTP, 3128},
        {"http://CORP%5canna@[2001:db8::1]:80", "2001:db8::1", "CORP\\anna", PLAN_PROXY_HTTP, 80},
        {"a%40b.test@proxy.test", "proxy.test", "a@b.test", PLAN_PROXY_HTTP, 8080},
        {"socks5://proxy.test", "proxy.test", "", PLAN_PROXY_SOCKS5, 1080},
        {"none", "", "", PLAN_PROXY_NONE, 0},
        {"http://anna:secret@proxy.test", NULL, NULL, 0, 0},
        {"http://%0zz@proxy.test", NULL, NULL, 0, 0},
        {"https://proxy.test", NULL, NULL, 0, 0},
        {"proxy.test:0", NULL, NULL, 0, 0},
        {"", NULL, NULL, 0, 0},
    };
    g_autoptr(Profile) p = sample();
    struct made m;

    p->proxy = PLAN_PROXY_HTTP;
    p->proxy_port = 8888;
    profile_set(&p->proxy_host, "theirs.test");
    profile_set(&p->proxy_user, "their");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct plan_request r = {.user = "u", .proxy = rows[i].text};

        if (rows[i].host == NULL) {
            refuse(p, &r, "proxy");
            continue;
        }
        make(p, &r, &m);
        g_assert_cmpstr(m.plan.proxy_host, ==, rows[i].host);
        g_assert_cmpstr(m.credentials.proxy_user, ==, rows[i].user);
        g_assert_cmpint(m.plan.proxy, ==, rows[i].kind);
        g_assert_cmpuint(m.plan.proxy_port, ==, rows[i].port);
        dial_plan_clear(&m.plan);
    }
    make(p, &(struct plan_request){.user = "u"}, &m);
    g_assert_cmpstr(m.plan.proxy_host, ==, "theirs.test");
    g_assert_cmpstr(m.credentials.proxy_user, ==, "their");
    dial_plan_clear(&m.plan);
}

/* As Properties shows what is wrong, and a call refuses it. */
static void
proxies_of_a_profile(void)
{
    static char long_text[300];
    static const struct {
        enum plan_proxy kind;
        const char *host, *user;
        guint port;
        const char *words; /* NULL: nothing is wrong */
        guint used_port;
    } rows[] = {
        {PLAN_PROXY_NONE, "not a host", "\x01", 0, NULL, 0},
        {PLAN_PROXY_HTTP, "proxy.test", "", 3128, NULL, 3128},
        {PLAN_PROXY_HTTP, "proxy.test", "CORP\\anna", 0, NULL, 8080},
        {PLAN_PROXY_SOCKS5, "2001:db8::1", "anna", 0, NULL, 1080},
        {PLAN_PROXY_HTTP, "", "", 8080, "Type the name", 0},
        {PLAN_PROXY_HTTP, "proxy.test:3128", "", 8080, "the port stands beside it", 0},
        {PLAN_PROXY_HTTP, "http://proxy.test", "", 8080, "“http://proxy.test” is not", 0},
        {PLAN_PROXY_SOCKS5, "a b", "", 1080, "is not the address of a proxy", 0},
        {PLAN_PROXY_HTTP, "a\nb", "", 1080, "is not the address of a proxy", 0},
        {PLAN_PROXY_HTTP, "proxy.test", "", 65536, "between 1 and 65535", 0},
        {PLAN_PROXY_HTTP, "proxy.test", "a\nb", 8080, "characters that cannot be sent", 0},
        {PLAN_PROXY_HTTP, "proxy.test", long_text, 8080, "is too long", 0},
        {PLAN_PROXY_HTTP, long_text, "", 8080, "is not the address of a proxy", 0},
    };
    g_autoptr(Profile) p = sample();
    struct made m;

    memset(long_text, 'x', sizeof long_text - 1);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        p->proxy = rows[i].kind;
        p->proxy_port = rows[i].port;
        profile_set(&p->proxy_host, rows[i].host);
        profile_set(&p->proxy_user, rows[i].user);
        g_autofree char *problem = profile_proxy_problem(p);
        if (rows[i].words != NULL) {
            g_assert_nonnull(problem);
            g_assert_nonnull(strstr(problem, rows[i].words));
            refuse(p, &(struct plan_request){.user = "u"}, rows[i].words);
            continue;
        }
        g_assert_null(problem);
        make(p, &(struct plan_request){.user = "u"}, &m);
        g_assert_cmpint(m.plan.proxy, ==, rows[i].kind);
        g_assert_cmpuint(m.plan.proxy_port, ==, rows[i].used_port);
        dial_plan_clear(&m.plan);
    }
    p->dun.vpn_strategy = 1; /* PPTP alone: what is not seen there refuses nothing */
    g_assert_null(profile_proxy_problem(p));
    make(p, &(struct plan_request){.user = "u"}, &m);
    g_assert_cmpint(m.plan.proxy, ==, PLAN_PROXY_NONE);
    dial_plan_clear(&m.plan);
}

static void
servers_in_order_or_the_chosen_one(void)
{
    g_autoptr(Profile) p = sample();
    struct made m;

    profile_add_server(p, "Tokyo", "vpn2.example.test:8443");
    make(p, &(struct plan_request){.user = "u"}, &m);
    g_assert_cmpuint(m.plan.n_servers, ==, 2);
    dial_plan_clear(&m.plan);
    profile_add_server(p, "Oslo", "vpn3.example.test");
    p->server = 1; /* it is first, and the others stay */
    make(p, &(struct plan_request){.user = "u"}, &m);
    g_assert_cmpuint(m.plan.n_servers, ==, 3);
    g_assert_cmpstr(m.plan.servers[0].host, ==, "vpn2.example.test");
    g_assert_cmpstr(m.plan.servers[1].host, ==, "vpn.example.test");
    g_assert_cmpstr(m.plan.servers[2].host, ==, "vpn3.example.test");
    dial_plan_clear(&m.plan);
    profile_set(&p->last_server, "VPN3.example.test"); /* what connected last goes before it */
    make(p, &(struct plan_request){.user = "u"}, &m);
    g_assert_cmpuint(m.plan.n_servers, ==, 3);
    g_assert_cmpstr(m.plan.servers[0].host, ==, "vpn3.example.test");
    g_assert_cmpstr(m.plan.servers[1].host, ==, "vpn2.example.test");
    g_assert_cmpstr(m.plan.servers[2].host, ==, "vpn.example.test");
    dial_plan_clear(&m.plan);
    p->choose_server = TRUE;
    make(p, &(struct plan_request){.user = "u"}, &m);
    g_assert_cmpuint(m.plan.n_servers, ==, 1);
    g_assert_cmpstr(m.plan.servers[0].host, ==, "vpn2.example.test");
    g_assert_cmpuint(m.plan.servers[0].port, ==, 8443);
    dial_plan_clear(&m.plan);
    p->server = 9;
    refuse(p, &(struct plan_request){.user = "u"}, "no VPN server");
    profile_add_server(p, "", "not a host");
    p->choose_server = FALSE;
    refuse(p, &(struct plan_request){.user = "u"}, "not a host");
}

/* Only a person's own words touch the check of the certificate. */
static void
certificates(void)
{
    static const char pem[] = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n";
    const char *pin = "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff"
                      "00112233445566778899AABBCCDDEEFF";
    g_autoptr(Profile) p = sample();
    struct made m;

    make(p, &(struct plan_request){.user = "u"}, &m);
    g_assert_false(m.plan.pin_set);
    g_assert_null(m.plan.ca);
    dial_plan_clear(&m.plan);

    make(p, &(struct plan_request){.user = "u", .pin = pin}, &m);
    g_assert_true(m.plan.pin_set);
    g_assert_cmpuint(m.plan.pin[31], ==, 0xff);
    dial_plan_clear(&m.plan);

    profile_set(&p->pin, pin);
    make(p, &(struct plan_request){.user = "u", .ca_pem = pem, .ca_len = strlen(pem)}, &m);
    g_assert_false(m.plan.pin_set); /* who names authorities wants them asked */
    g_assert_cmpmem(m.plan.ca, m.plan.ca_len, pem, strlen(pem));
    dial_plan_clear(&m.plan);

    refuse(p, &(struct plan_request){.user = "u", .pin = "1234"}, "fingerprint");
    refuse(p, &(struct plan_request){.user = "u", .pin = "zz"}, "fingerprint");
    refuse(p, &(struct plan_request){.user = "u", .ca_pem = "", .ca_len = 0}, "empty");
    refuse(p, &(struct plan_request){.user = "u", .ca_pem = "\x30\x82", .ca_len = 2}, "PEM");
    g_autofree char *large = g_strnfill(PLAN_MAX_CA + 1, '-');
    refuse(p, &(struct plan_request){.user = "u", .ca_pem = large, .ca_len = PLAN_MAX_CA + 1},
           "KiB");
}

static void
split_dns(void)
{
    g_autoptr(Profile) p = sample();
    struct made m;

    profile_add_dns_search(p, "lab.example");
    profile_add_dns_rule(p, "corp.example", "10.0.0.1 10.0.0.2");
    profile_add_dns_rule(p, "lab.example", "10.0.0.2,2001:db8::53");
    profile_add_dns_rule(p, "", "");
    make(p, &(struct plan_request){.user = "u"}, &m);
    const struct plan_names *names = &m.plan.names;
    g_assert_cmpuint(names->n, ==, 3);
    g_assert_cmpstr(names->name[0].suffix, ==, "lab.example");
    g_assert_true(names->name[0].search);
    g_assert_cmpstr(names->name[1].suffix, ==, "corp.example");
    g_assert_false(names->name[1].search);
    g_assert_cmpstr(names->name[2].suffix, ==, ".");
    g_assert_cmpuint(names->n_servers, ==, 3);
    char text[46];
    g_assert_cmpstr(plan_address_text(&names->servers[1], text), ==, "10.0.0.2");
    g_assert_cmpstr(plan_address_text(&names->servers[2], text), ==, "2001:db8::53");
    g_assert_cmpuint(names->n_dns6, ==, 0);
    dial_plan_clear(&m.plan);

    profile_set(&p->dun.dns6_1, "::");
    profile_set(&p->dun.dns6_2, "2001:db8::54");
    make(p, &(struct plan_request){.user = "u"}, &m);
    g_assert_cmpuint(m.plan.names.n_dns6, ==, 0); /* not asked for */
    dial_plan_clear(&m.plan);
    p->dun.specify_servers6 = TRUE;
    make(p, &(struct plan_request){.user = "u"}, &m);
    g_assert_cmpuint(m.plan.names.n_dns6, ==, 1);
    g_assert_cmpstr(plan_address_text(&m.plan.names.dns6[0], text), ==, "2001:db8::54");
    dial_plan_clear(&m.plan);
    profile_set(&p->dun.dns6_1, "10.0.0.1");
    refuse(p, &(struct plan_request){.user = "u"}, "10.0.0.1");
    profile_set(&p->dun.dns6_1, "");

    profile_add_dns_rule(p, "corp.example", "dns.example");
    refuse(p, &(struct plan_request){.user = "u"}, "dns.example");
    g_ptr_array_set_size(p->dns_rules, 0);
    profile_add_dns_rule(p, "*.corp example", "");
    refuse(p, &(struct plan_request){.user = "u"}, "not a domain name");
}

static void
network(void)
{
    g_autoptr(Profile) p = sample();
    struct made m;

    p->dun.gateway_on_remote = FALSE;
    p->dun.class_route = FALSE;
    p->dun.ipv6 = FALSE;
    p->dun.specify_servers = TRUE;
    profile_set(&p->dun.dns1, "10.0.0.53");
    profile_set(&p->dun.dns2, "0.0.0.0");
    profile_set(&p->dun.wins1, "10.0.0.42");
    profile_set(&p->dun.dns_suffix, "corp.example");
    g_ptr_array_add(p->routes, g_strdup("10.0.0.0/8"));
    p->idle_timeout = 2;
    p->redial_count = 7;
    make(p, &(struct plan_request){.user = "u", .end_with_caller = TRUE}, &m);
    g_assert_false(m.plan.default_gateway || m.plan.class_route || m.plan.ipv6);
    g_assert_cmpuint(m.plan.n_dns, ==, 1);
    g_assert_cmphex(m.plan.dns[0], ==, 0x0a000035);
    g_assert_cmpuint(m.plan.n_wins, ==, 1);
    g_assert_cmpstr(m.plan.domain, ==, "corp.example");
    g_assert_cmpuint(m.plan.n_routes, ==, 1);
    g_assert_cmpuint(m.plan.idle_timeout_s, ==, 120);
    g_assert_cmpuint(m.plan.redial_count, ==, 7);
    g_assert_true(m.plan.end_with_caller);
    g_assert_cmpstr(m.plan.name, ==, "Büro");
    dial_plan_clear(&m.plan);

    profile_set(&p->dun.dns1, "dns.example");
    refuse(p, &(struct plan_request){.user = "u"}, "dns.example");
    p->dun.specify_servers = FALSE;
    p->dun.specify_ip = TRUE;
    refuse(p, &(struct plan_request){.user = "u"}, "IPv4 address");
    p->dun.specify_ip = FALSE;
    g_ptr_array_add(p->routes, g_strdup("10.0.0.0/33"));
    refuse(p, &(struct plan_request){.user = "u"}, "10.0.0.0/33");
}

static void
l2tp_alone(void)
{
    g_autoptr(Profile) p = sample();
    struct made m;

    p->dun.vpn_strategy = 3;
    make(p, &(struct plan_request){.user = "u"}, &m);
    g_assert_cmpuint(m.plan.n_protocols, ==, 1);
    g_assert_cmpuint(m.plan.protocols[0], ==, PLAN_L2TP_IPSEC);
    g_assert_cmpint(m.plan.ipsec, ==, PLAN_IPSEC_PSK);
    dial_plan_clear(&m.plan);
}

/* VpnStrategy and EncryptionType, as Windows numbers them; over SSTP the latter says nothing. */
static void
pptp_and_its_encryption(void)
{
    static const enum plan_encryption encryption[] = {
        PLAN_ENCRYPTION_NONE, PLAN_ENCRYPTION_REQUIRED, PLAN_ENCRYPTION_MAXIMUM,
        PLAN_ENCRYPTION_OPTIONAL};
    const struct plan_request request = {.user = "u"};
    struct made m;

    static const struct {
        guint strategy;
        enum plan_protocol first;
        gboolean pptp;
    } rows[] = {{0, PLAN_SSTP, TRUE}, {1, PLAN_PPTP, TRUE}, {5, PLAN_SSTP, FALSE}};

    for (guint type = 0; type < G_N_ELEMENTS(encryption); type++) {
        g_autoptr(Profile) p = sample();

        p->dun.encryption_type = type;
        for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
            p->dun.vpn_strategy = rows[i].strategy;
            make(p, &request, &m);
            g_assert_cmpuint(m.plan.protocols[0], ==, rows[i].first);
            g_assert_cmpuint(m.plan.encryption, ==,
                             rows[i].pptp ? encryption[type] : PLAN_ENCRYPTION_OPTIONAL);
            dial_plan_clear(&m.plan);
        }
    }
}

/* Nothing that would be read on the way, and nothing that cannot work. */
static void
sign_in_over_pptp(void)
{
    const struct plan_request request = {.user = "u"};
    g_autoptr(Profile) p = sample();
    struct made m;

    p->dun.vpn_strategy = 1;
    p->dun.encryption_type = 3;
    p->dun.pap = p->dun.chap = TRUE;
    p->dun.mschap2 = p->dun.eap = FALSE;
    make(p, &request, &m);
    g_assert_cmpuint(m.plan.auth, ==, PLAN_AUTH_PAP | PLAN_AUTH_CHAP_MD5); /* see session.c */
    dial_plan_clear(&m.plan);
    p->dun.encryption_type = 1;
    refuse(p, &request, "MS-CHAPv2");
    p->dun.encryption_type = 2;
    refuse(p, &request, "MS-CHAPv2");
    p->dun.encryption_type = 0;
    p->dun.chap = FALSE;
    refuse(p, &request, "PAP");
}

/* With several protocols, PPTP is left out where it could not sign in; the others go on. */
static void
pptp_is_left_out_of_the_order(void)
{
    const struct plan_request request = {.user = "u"};
    g_autoptr(Profile) p = sample();
    struct made m;

    p->dun.pap = TRUE;
    p->dun.mschap2 = p->dun.eap = FALSE;
    make(p, &request, &m);
    g_assert_cmpuint(m.plan.n_protocols, ==, 2);
    g_assert_cmpuint(m.plan.protocols[0], ==, PLAN_SSTP);
    g_assert_cmpuint(m.plan.protocols[1], ==, PLAN_L2TP_IPSEC);
    g_assert_cmpuint(m.plan.auth, ==, PLAN_AUTH_PAP);
    dial_plan_clear(&m.plan);
    p->dun.chap = TRUE;
    p->dun.encryption_type = 1;
    make(p, &request, &m);
    g_assert_cmpuint(m.plan.n_protocols, ==, 2);
    dial_plan_clear(&m.plan);
    p->dun.encryption_type = 3;
    make(p, &request, &m);
    g_assert_cmpuint(m.plan.n_protocols, ==, 3);
    dial_plan_clear(&m.plan);
}

/* What worked the last time comes first; what the profile does not wish for never, and PPTP only
 * where the profile itself puts it first: blocking the others once is not to be enough. */
static void
the_last_protocol_comes_first(void)
{
    const struct plan_request request = {.user = "u"};
    g_autoptr(Profile) p = sample();
    struct made m;

    p->last_protocol = PLAN_L2TP_IPSEC;
    make(p, &request, &m);
    g_assert_cmpuint(m.plan.n_protocols, ==, 3);
    g_assert_cmpuint(m.plan.protocols[0], ==, PLAN_L2TP_IPSEC);
    g_assert_cmpuint(m.plan.protocols[1], ==, PLAN_SSTP);
    g_assert_cmpuint(m.plan.protocols[2], ==, PLAN_PPTP);
    dial_plan_clear(&m.plan);
    p->last_protocol = PLAN_PPTP;
    make(p, &request, &m);
    g_assert_cmpuint(m.plan.n_protocols, ==, 3);
    g_assert_cmpuint(m.plan.protocols[0], ==, PLAN_SSTP);
    g_assert_cmpuint(m.plan.protocols[1], ==, PLAN_L2TP_IPSEC);
    g_assert_cmpuint(m.plan.protocols[2], ==, PLAN_PPTP);
    dial_plan_clear(&m.plan);
    p->last_protocol = PLAN_L2TP_IPSEC;
    p->dun.vpn_strategy = 5;
    make(p, &request, &m);
    g_assert_cmpuint(m.plan.n_protocols, ==, 1);
    g_assert_cmpuint(m.plan.protocols[0], ==, PLAN_SSTP);
    dial_plan_clear(&m.plan);
}

#define CERTIFICATE(text) "-----BEGIN CERTIFICATE-----\n" text "\n-----END CERTIFICATE-----\n"

static void
ipsec(void)
{
    /* Y: the key that stands in the same file is a secret, and no part of a plan. */
    static const char pem[] =
        "words\n" CERTIFICATE("b3du") "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n"
                                      "-----END PRIVATE KEY-----\n" CERTIFICATE("Y2hhaW4=");
    static const char kept[] = CERTIFICATE("b3du") CERTIFICATE("Y2hhaW4=");
    const struct plan_request request = {.user = "u"};
    const struct plan_request given = {.user = "u", .cert_pem = pem, .cert_len = sizeof pem - 1};
    const struct plan_request cut = {.user = "u", .cert_pem = pem, .cert_len = sizeof pem - 5};
    const struct plan_request none = {
        .user = "u", .cert_pem = "-----BEGIN CERTIFICATE-----x", .cert_len = 28};
    g_autoptr(Profile) p = sample();
    struct made m;

    make(p, &request, &m);
    g_assert_cmpuint(m.plan.ipsec, ==, PLAN_IPSEC_PSK);
    g_assert_true(m.plan.ipsec_encap);
    dial_plan_clear(&m.plan);
    p->use_certificate = p->ipsec_pfs = TRUE;
    p->ipsec_encap = FALSE;
    p->ipsec_remembered = 7;
    profile_set(&p->ipsec_remembered_for, "elsewhere.example.test");
    p->dhcp_silent_calls = PROFILE_DHCP_SILENT;
    profile_set(&p->dhcp_silent_for, "elsewhere.example.test");
    make(p, &request, &m); /* what another server took is of no use */
    g_assert_cmpuint(m.plan.ipsec_remembered, ==, 0);
    g_assert_false(m.plan.dhcp_silent);
    profile_set(&p->ipsec_remembered_for, m.plan.servers[0].host);
    profile_set(&p->dhcp_silent_for, m.plan.servers[0].host);
    dial_plan_clear(&m.plan);
    profile_set(&p->cert_pem, CERTIFICATE("b3du"));
    profile_set(&p->ipsec_local_id, "erika@example.test");
    profile_set(&p->ipsec_remote_id, "gw.example.test");
    make(p, &request, &m);
    g_assert_cmpuint(m.plan.ipsec, ==, PLAN_IPSEC_CERTIFICATE);
    g_assert_true(m.plan.ipsec_pfs && !m.plan.ipsec_encap);
    g_assert_cmpuint(m.plan.ipsec_remembered, ==, 7);
    g_assert_true(m.plan.dhcp_silent);
    g_assert_cmpmem(m.plan.cert, m.plan.cert_len, p->cert_pem, strlen(p->cert_pem));
    g_assert_cmpstr(m.plan.ipsec_local_id, ==, "erika@example.test");
    g_assert_cmpstr(m.plan.ipsec_remote_id, ==, "gw.example.test");
    dial_plan_clear(&m.plan);
    p->use_certificate = FALSE; /* one that is given for this call is meant to be used */
    make(p, &given, &m);
    g_assert_cmpuint(m.plan.ipsec, ==, PLAN_IPSEC_CERTIFICATE);
    g_assert_cmpmem(m.plan.cert, m.plan.cert_len, kept, sizeof kept - 1);
    dial_plan_clear(&m.plan);
    make(p, &cut, &m); /* what has no end is none */
    g_assert_cmpmem(m.plan.cert, m.plan.cert_len, kept, strlen(CERTIFICATE("b3du")));
    dial_plan_clear(&m.plan);
    refuse(p, &none, "PEM");
    p->ipsec = FALSE;
    make(p, &given, &m);
    g_assert_cmpuint(m.plan.ipsec, ==, PLAN_IPSEC_NONE);
    g_assert_null(m.plan.cert);
    dial_plan_clear(&m.plan);
}

/* A name in the profile cannot carry an escape to the helper's log. */
static void
the_name_is_made_printable(void)
{
    g_autoptr(Profile) p = sample();
    struct made m;

    profile_set(&p->name, "a\033[2J\nb");
    make(p, &(struct plan_request){.user = "u"}, &m);
    g_assert_cmpstr(m.plan.name, ==, "a?[2J?b");
    dial_plan_clear(&m.plan);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile-plan/servers", addresses_of_servers);
    g_test_add_func("/profile-plan/realms", realms);
    g_test_add_func("/profile-plan/typed-goes-first",
                    what_was_typed_goes_before_what_is_remembered);
    g_test_add_func("/profile-plan/user", the_user_is_checked);
    g_test_add_func("/profile-plan/proxies-of-a-call", proxies_of_a_call);
    g_test_add_func("/profile-plan/proxies-of-a-profile", proxies_of_a_profile);
    g_test_add_func("/profile-plan/order-of-servers", servers_in_order_or_the_chosen_one);
    g_test_add_func("/profile-plan/certificates", certificates);
    g_test_add_func("/profile-plan/network", network);
    g_test_add_func("/profile-plan/split-dns", split_dns);
    g_test_add_func("/profile-plan/pptp", pptp_and_its_encryption);
    g_test_add_func("/profile-plan/pptp-sign-in", sign_in_over_pptp);
    g_test_add_func("/profile-plan/pptp-left-out", pptp_is_left_out_of_the_order);
    g_test_add_func("/profile-plan/last-protocol", the_last_protocol_comes_first);
    g_test_add_func("/profile-plan/ipsec", ipsec);
    g_test_add_func("/profile-plan/l2tp-alone", l2tp_alone);
    g_test_add_func("/profile-plan/Y2-name", the_name_is_made_printable);
    return g_test_run();
}
