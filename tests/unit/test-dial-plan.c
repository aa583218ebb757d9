/* test-dial-plan.c - validation in words, and the wire form. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "dial-plan.h"

#include <glib.h>
#include <stdlib.h>

#define WIRE_MAX (128 * 1024)

static void
sample(struct dial_plan *p)
{
    dial_plan_init(p);
    g_strlcpy(p->name, "Example College VPN", sizeof p->name);
    p->n_servers = 2;
    g_strlcpy(p->servers[0].host, "vpn.example.edu", PLAN_MAX_TEXT);
    g_strlcpy(p->servers[1].host, "2001:db8::5", PLAN_MAX_TEXT);
    p->servers[1].port = 8443;
    p->n_routes = 1;
    g_assert_true(net_route_parse("10.0.0.0/8", &p->routes[0]));
    p->n_dns = 1;
    p->dns[0] = 0xc0000235;
    p->ca_len = 3;
    p->ca = malloc(3);
    g_assert_nonnull(p->ca);
    memcpy(p->ca, "PEM", 3);
    p->pin_set = true;
    memset(p->pin, 0x5a, sizeof p->pin);
    p->accept_early_data = p->dhcp_silent = true;
    p->ipsec = PLAN_IPSEC_CERTIFICATE;
    g_strlcpy(p->ipsec_remote_id, "vpn.example.edu", PLAN_MAX_TEXT);
    p->ipsec_remembered = 0x12345678;
    p->ipsec_encap = false;
    p->cert_len = 4;
    p->cert = malloc(4);
    g_assert_nonnull(p->cert);
    memcpy(p->cert, "CERT", 4);
    p->drop_redials = 4;
}

static struct rd
encode(const struct dial_plan *p, uint8_t *buf)
{
    struct wr w = wr_over(buf, WIRE_MAX);

    dial_plan_put(&w, p);
    g_assert_false(w.bad);
    return wr_done(&w);
}

static void
defaults_need_only_a_name_and_a_server(void)
{
    struct dial_plan p;
    const char *why = NULL;

    dial_plan_init(&p);
    g_assert_false(dial_plan_valid(&p, &why));
    g_assert_nonnull(why);
    g_strlcpy(p.name, "Büro", sizeof p.name);
    g_assert_false(dial_plan_valid(&p, &why));
    p.n_servers = 1;
    g_strlcpy(p.servers[0].host, "192.0.2.1", PLAN_MAX_TEXT);
    g_assert_true(dial_plan_valid(&p, &why));
    g_assert_cmpuint(p.auth & PLAN_AUTH_PAP, ==, 0);
    g_assert_cmpuint(p.auth & PLAN_AUTH_NONE, ==, 0);
}

static bool
add_server(struct plan_names *names, uint32_t address)
{
    const struct plan_address a = plan_address_of_ip4(address);

    return plan_names_add_server(names, &a);
}

static void
names_are_kept_once(void)
{
    struct plan_names names = {0};
    char suffix[16];

    g_assert_true(plan_names_add(&names, "corp.example", false));
    g_assert_true(plan_names_add(&names, ".", false));
    g_assert_false(plan_names_add(&names, ".", true)); /* no suffix for a short name */
    g_assert_false(names.name[0].search);
    g_assert_true(plan_names_add(&names, "CORP.example", true));
    g_assert_true(names.name[0].search);
    g_assert_true(plan_names_add(&names, "corp.example", false));
    g_assert_true(names.name[0].search); /* both: it stays one to search */
    g_assert_cmpuint(names.n, ==, 2);
    g_assert_false(plan_names_add(&names, "", true));
    g_assert_false(plan_names_add(&names, "a..b", true));
    for (unsigned i = names.n; i < PLAN_MAX_NAMES; i++) {
        g_snprintf(suffix, sizeof suffix, "n%u.example", i);
        g_assert_true(plan_names_add(&names, suffix, false));
    }
    g_assert_false(plan_names_add(&names, "more.example", false));
    g_assert_true(plan_names_add(&names, "n5.example", false)); /* that one is there */

    g_assert_false(add_server(&names, 0xe0000001));
    for (uint32_t i = 1; i <= NET_MAX_SERVERS; i++)
        g_assert_true(add_server(&names, 0x0a000000 + i));
    g_assert_true(add_server(&names, 0x0a000001));
    g_assert_false(add_server(&names, 0x0a000009));
    g_assert_true(plan_names_valid(&names));
}

static void
addresses_of_name_servers(void)
{
    static const char *const good[] = {"10.0.0.1", "2001:db8::53", "fd00::1", "fe80::1",
                                       "fec0:0:0:ffff::1"};
    static const char *const bad[] = {"",
                                      "10.0.0",
                                      "127.0.0.1",
                                      "224.0.0.1",
                                      "0.0.0.0",
                                      "::",
                                      "::1",
                                      "ff02::1",
                                      "::ffff:10.0.0.1",
                                      "::10.0.0.1",
                                      "2001:db8::g",
                                      "dns.example",
                                      "[2001:db8::1]"};
    struct plan_names names = {0};
    struct plan_address a = {0};
    char text[46];

    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_assert_true(plan_address_parse(good[i], &a));
        g_assert_cmpstr(plan_address_text(&a, text), ==, good[i]);
        g_assert_cmpint(plan_names_add_dns6(&names, &a), ==, a.family == 6);
    }
    g_assert_cmpuint(names.n_dns6, ==, 4);
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_test_message("%s", bad[i]);
        g_assert_false(plan_address_parse(bad[i], &a));
    }
    g_assert_true(plan_address_parse("2001:db8::54", &a));
    g_assert_false(plan_names_add_dns6(&names, &a)); /* there is no room */
    g_assert_true(plan_names_add_dns6(&names, &names.dns6[2]));
    g_assert_true(plan_names_valid(&names));
}

/* One wrong thing each; below, the words that must be in the sentence. */
#define SPOIL(fn, statement)                                                                       \
    static void fn(struct dial_plan *p)                                                            \
    {                                                                                              \
        statement;                                                                                 \
    }
SPOIL(no_name, p->name[0] = '\0')
SPOIL(name_with_escape, g_strlcpy(p->name, "a\033[2J", PLAN_MAX_TEXT))
SPOIL(name_with_newline, g_strlcpy(p->name, "a\nb", PLAN_MAX_TEXT))
SPOIL(name_with_bidi, g_strlcpy(p->name,
                                "a\xe2\x80\xae"
                                "b",
                                PLAN_MAX_TEXT))
SPOIL(name_unterminated, memset(p->name, 'a', PLAN_MAX_TEXT))
SPOIL(no_protocol, p->n_protocols = 0)
SPOIL(protocol_unknown, p->protocols[0] = 9)
SPOIL(protocol_twice, (p->n_protocols = 2, p->protocols[1] = PLAN_SSTP))
SPOIL(no_server, p->n_servers = 0)
SPOIL(too_many_servers, p->n_servers = PLAN_MAX_SERVERS + 1)
SPOIL(host_with_space, g_strlcpy(p->servers[0].host, "a b", PLAN_MAX_TEXT))
SPOIL(host_header, g_strlcpy(p->servers[0].host, "a\r\nX: y", PLAN_MAX_TEXT))
SPOIL(no_auth, p->auth = 0)
SPOIL(auth_unknown, p->auth = 1 << 7)
SPOIL(pap_in_the_open, (p->auth = PLAN_AUTH_PAP, p->n_protocols = 2, p->protocols[1] = PLAN_PPTP))
SPOIL(pap_in_the_open_2,
      (p->auth |= PLAN_AUTH_PAP, p->ipsec = PLAN_IPSEC_NONE, p->protocols[0] = PLAN_L2TP_IPSEC))
SPOIL(no_keys_2, (p->auth = PLAN_AUTH_CHAP_MD5, p->protocols[0] = PLAN_L2TP_IPSEC,
                  p->ipsec = PLAN_IPSEC_NONE, p->encryption = PLAN_ENCRYPTION_MAXIMUM))
SPOIL(ipsec, p->ipsec = 3)
SPOIL(local_id, g_strlcpy(p->ipsec_local_id, "a\nb", PLAN_MAX_TEXT))
SPOIL(remote_id, memset(p->ipsec_remote_id, 'a', PLAN_MAX_TEXT))
SPOIL(cert_too_large, p->cert_len = PLAN_MAX_CERT + 1)
SPOIL(encryption, p->encryption = 7)
SPOIL(no_keys, (p->auth = PLAN_AUTH_CHAP_MD5, p->protocols[0] = PLAN_PPTP,
                p->encryption = PLAN_ENCRYPTION_REQUIRED))
SPOIL(tls_name, g_strlcpy(p->tls_name, "*.example.edu/", PLAN_MAX_TEXT))
SPOIL(ca_too_large, p->ca_len = PLAN_MAX_CA + 1)
SPOIL(proxy_nowhere, p->proxy = PLAN_PROXY_HTTP)
SPOIL(path_with_newline, g_strlcpy(p->sstp_path_query, "?a\r\nb", PLAN_MAX_TEXT))
SPOIL(no_ip, p->ipv4 = p->ipv6 = false)
SPOIL(mru, p->mru = 100)
SPOIL(fixed_multicast, p->fixed_ip4 = 0xe0000001)
SPOIL(dns_loopback, p->dns[0] = 0x7f000001)
SPOIL(too_many_dns, p->n_dns = NET_MAX_SERVERS + 1)
SPOIL(domain, g_strlcpy(p->domain, "-a..b", NET_MAX_NAME))
SPOIL(name_rule, (p->names.n = 1, g_strlcpy(p->names.name[0].suffix, "a b", NET_MAX_NAME)))
SPOIL(name_rule_empty, p->names.n = 1)
SPOIL(name_rule_unterminated, (p->names.n = 1, memset(p->names.name, 'a', NET_MAX_NAME)))
SPOIL(search_everything, (p->names.n = 1, p->names.name[0].search = true,
                          g_strlcpy(p->names.name[0].suffix, ".", NET_MAX_NAME)))
SPOIL(too_many_name_rules, p->names.n = PLAN_MAX_NAMES + 1)
SPOIL(too_many_name_servers, p->names.n_servers = NET_MAX_SERVERS + 1)
SPOIL(name_server_loopback,
      (p->names.n_servers = 1, p->names.servers[0] = plan_address_of_ip4(0x7f000001)))
SPOIL(name_server_of_no_family, p->names.n_servers = 1)
SPOIL(name_server_with_a_tail,
      (p->names.n_servers = 1, p->names.servers[0] = plan_address_of_ip4(0x0a000001),
       p->names.servers[0].octets[4] = 1))
SPOIL(too_many_dns6, p->names.n_dns6 = NET_MAX_SERVERS + 1)
SPOIL(dns6_of_ip4, (p->names.n_dns6 = 1, p->names.dns6[0] = plan_address_of_ip4(0x0a000001)))
SPOIL(dns6_unspecified, (p->names.n_dns6 = 1, p->names.dns6[0].family = 6))
SPOIL(route_host_bits, p->routes[0].address[3] = 1)
SPOIL(route_prefix, p->routes[0].prefix = 33)
SPOIL(too_many_routes, p->n_routes = PLAN_MAX_ROUTES + 1)
SPOIL(through_itself, g_strlcpy(p->through, p->name, PLAN_MAX_TEXT))
SPOIL(through_escape, g_strlcpy(p->through, "a\033[2J", PLAN_MAX_TEXT))
SPOIL(through_unterminated, memset(p->through, 'a', PLAN_MAX_TEXT))
SPOIL(redial_forever, p->redial_count = 65535)
SPOIL(redial_drops_forever, p->drop_redials = 1000)

static const struct {
    void (*spoil)(struct dial_plan *p);
    const char *word;
} spoilers[] = {
    {no_name, "name"},
    {name_with_escape, "name"},
    {name_with_newline, "name"},
    {name_with_bidi, "name"},
    {name_unterminated, "name"},
    {no_protocol, "protocol"},
    {protocol_unknown, "protocol"},
    {protocol_twice, "protocol"},
    {no_server, "names no VPN server"},
    {too_many_servers, "address of a VPN server"},
    {host_with_space, "address of a VPN server"},
    {host_header, "address of a VPN server"},
    {no_auth, "sign in"},
    {auth_unknown, "sign in"},
    {pap_in_the_open, "PAP"},
    {pap_in_the_open_2, "PAP"},
    {no_keys_2, "needs MS-CHAPv2"},
    {ipsec, "IPsec signs in"},
    {local_id, "name for IPsec"},
    {remote_id, "name for IPsec"},
    {cert_too_large, "certificates"},
    {encryption, "encryption"},
    {no_keys, "needs MS-CHAPv2"},
    {tls_name, "certificate"},
    {ca_too_large, "certificates"},
    {proxy_nowhere, "proxy"},
    {path_with_newline, "address has a part"},
    {no_ip, "IPv6"},
    {mru, "packet size"},
    {fixed_multicast, "fixed IP"},
    {dns_loopback, "DNS"},
    {too_many_dns, "DNS"},
    {domain, "suffix"},
    {name_rule, "rule for names"},
    {name_rule_empty, "rule for names"},
    {name_rule_unterminated, "rule for names"},
    {search_everything, "rule for names"},
    {too_many_name_rules, "rule for names"},
    {too_many_name_servers, "rule for names"},
    {name_server_loopback, "rule for names"},
    {name_server_of_no_family, "rule for names"},
    {name_server_with_a_tail, "rule for names"},
    {through_itself, "through itself"},
    {through_escape, "connection to go through"},
    {through_unterminated, "connection to go through"},
    {too_many_dns6, "rule for names"},
    {dns6_of_ip4, "rule for names"},
    {dns6_unspecified, "rule for names"},
    {route_host_bits, "route"},
    {route_prefix, "route"},
    {too_many_routes, "route"},
    {redial_forever, "redial"},
    {redial_drops_forever, "redial"},
};

static void
each_fault_is_named(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(spoilers); i++) {
        struct dial_plan p;
        const char *why = "nothing";

        sample(&p);
        g_assert_true(dial_plan_valid(&p, NULL));
        spoilers[i].spoil(&p);
        g_assert_false(dial_plan_valid(&p, &why));
        if (strstr(why, spoilers[i].word) == NULL)
            g_error("fault %zu: \"%s\" does not say \"%s\"", i, why, spoilers[i].word);
        dial_plan_clear(&p);
    }
}

static void
round_trip(void)
{
    g_autofree uint8_t *a = g_malloc0(WIRE_MAX), *b = g_malloc0(WIRE_MAX);
    struct dial_plan p, q;

    sample(&p);
    const struct rd first = encode(&p, a);
    struct rd r = first;
    g_assert_true(dial_plan_get(&r, &q));
    g_assert_true(rd_done(&r));
    g_assert_true(rd_equal(first, encode(&q, b)));
    g_assert_cmpstr(q.servers[1].host, ==, "2001:db8::5");
    g_assert_cmpuint(q.servers[1].port, ==, 8443);
    g_assert_cmpmem(q.ca, q.ca_len, "PEM", 3);
    g_assert_true(q.ca != p.ca);
    g_assert_cmpmem(q.cert, q.cert_len, "CERT", 4);
    g_assert_true(q.cert != p.cert);
    g_assert_cmpint(q.ipsec, ==, PLAN_IPSEC_CERTIFICATE);
    g_assert_cmpstr(q.ipsec_remote_id, ==, "vpn.example.edu");
    g_assert_cmphex(q.ipsec_remembered, ==, 0x12345678);
    g_assert_true(q.l2tp_port_1701 && !q.ipsec_encap && !q.ipsec_pfs);
    g_assert_true(q.pin_set && q.accept_early_data && q.ipv6 && !q.end_with_caller);
    g_assert_true(q.dhcp_silent);
    g_assert_cmpuint(q.drop_redials, ==, 4);
    dial_plan_clear(&p);
    dial_plan_clear(&q);
}

/* D7: the helper's peer may be anybody. Whatever is accepted is valid and says the same again. */
static void
flips_and_cuts(void)
{
    g_autofree uint8_t *a = g_malloc0(WIRE_MAX), *b = g_malloc0(WIRE_MAX);
    struct dial_plan p, q;
    unsigned accepted = 0;

    sample(&p);
    const size_t n = encode(&p, a).left;
    dial_plan_clear(&p);
    for (size_t cut = 0; cut < n; cut++) {
        struct rd r = rd_over(a, cut);
        g_assert_false(dial_plan_get(&r, &q));
    }
    for (size_t bit = 0; bit < n * 8; bit++) {
        a[bit / 8] ^= (uint8_t)(1u << bit % 8);
        struct rd r = rd_over(a, n);
        if (dial_plan_get(&r, &q)) {
            accepted++;
            g_assert_true(dial_plan_valid(&q, NULL));
            const struct rd again = encode(&q, b);
            g_assert_cmpmem(again.p, again.left, a, n - r.left);
            dial_plan_clear(&q);
        }
        a[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    g_assert_cmpuint(accepted, >, 0);
}

static void
credentials_are_checked_and_travel(void)
{
    static struct credentials c, d;
    uint8_t buf[4096];
    struct wr w = wr_over(buf, sizeof buf);
    const char *why = NULL;

    g_strlcpy(c.user, "jörg", sizeof c.user);
    g_assert_true(secret_set_text(&c.password, "pässwörd"));
    c.has_new_password = true;
    g_assert_false(credentials_valid(&c, &why));
    g_assert_nonnull(strstr(why, "empty"));
    g_assert_true(secret_set_text(&c.new_password, "n"));
    g_assert_true(secret_set_text(&c.l2tp_secret, "tunnel"));
    g_assert_true(plan_key_set(&c.key, rd_over("-----KEY", 8)));
    credentials_put(&w, &c);
    struct rd r = wr_done(&w);
    g_assert_true(credentials_get(&r, &d));
    g_assert_true(rd_done(&r));
    g_assert_cmpstr(d.user, ==, "jörg");
    g_assert_true(d.has_new_password);
    g_assert_cmpmem(d.password.data, d.password.len, "pässwörd", strlen("pässwörd"));
    g_assert_cmpmem(d.l2tp_secret.data, d.l2tp_secret.len, "tunnel", 6);
    g_assert_cmpstr((const char *)d.key.pem, ==, "-----KEY");
    credentials_wipe(&d);
    g_assert_cmpuint(d.password.len, ==, 0);
    g_assert_cmpuint(d.key.pem[0], ==, 0);

    static const uint8_t much[PLAN_MAX_KEY + 1];
    g_assert_false(plan_key_set(&d.key, rd_over(much, sizeof much)));
    c.key.pem[3] = 0;
    g_assert_false(credentials_valid(&c, &why));
    g_assert_nonnull(strstr(why, "key"));
    c.key.pem[3] = '-';

    g_strlcpy(c.user, "user\nroot", sizeof c.user);
    g_assert_false(credentials_valid(&c, &why));
    c.user[4] = '\0';
    g_assert_true(credentials_valid(&c, &why));
    g_assert_true(secret_set(&c.password, rd_over("a\0b", 3)));
    g_assert_false(credentials_valid(&c, &why));
}

/* Separators alone name no server: with the system's authorities, that would be any. */
static void
lists_of_eap_have_something_in_them(void)
{
    static const char *const hollow[] = {";", " ", "; ;"};
    struct dial_plan p;
    const char *why;

    dial_plan_init(&p);
    g_strlcpy(p.name, "Büro", sizeof p.name);
    p.n_servers = 1;
    g_strlcpy(p.servers[0].host, "vpn.example.org", PLAN_MAX_TEXT);
    for (gsize i = 0; i < G_N_ELEMENTS(hollow); i++) {
        g_strlcpy(p.eap.names, hollow[i], sizeof p.eap.names);
        g_assert_false(dial_plan_valid(&p, &why));
        p.eap.names[0] = '\0';
        g_assert_true(dial_plan_valid(&p, &why));
        g_strlcpy(p.eap.roots, hollow[i], sizeof p.eap.roots);
        g_assert_false(dial_plan_valid(&p, &why));
        p.eap.roots[0] = '\0';
    }
    g_strlcpy(p.eap.names, "; nps.example.org ;", sizeof p.eap.names);
    g_assert_true(dial_plan_valid(&p, &why));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dial-plan/name-servers", addresses_of_name_servers);
    g_test_add_func("/dial-plan/defaults", defaults_need_only_a_name_and_a_server);
    g_test_add_func("/dial-plan/each-fault-is-named", each_fault_is_named);
    g_test_add_func("/dial-plan/eap-lists", lists_of_eap_have_something_in_them);
    g_test_add_func("/dial-plan/names-are-kept-once", names_are_kept_once);
    g_test_add_func("/dial-plan/round-trip", round_trip);
    g_test_add_func("/dial-plan/flips-and-cuts", flips_and_cuts);
    g_test_add_func("/dial-plan/credentials", credentials_are_checked_and_travel);
    return g_test_run();
}
