/*
 * test-nm-roundtrip.c - parse(write(x)) = x for what a keyfile of NetworkManager can say, over
 * generated profiles; and a file that was read is written as it was. SPDX-License-Identifier:
 * GPL-3.0-or-later
 */
#include "nm-keyfile.h"

#include "profile-fields.h"
#include "profile-stricter.h"

#include <string.h>

enum { SEEDS = 500 };

/* Texts that a keyfile has to escape, or that look like more than one line of it. */
static const char *const texts[] = {"",       "erika", "Büro Köln", " in front",      "behind ",
                                    "a;b,c",  "a=b#c", "[vpn]",     "back\\slash\\n", "\"quoted\"",
                                    "50% %s", "\\",    "Ä"};
static const char *const hosts[] = {"vpn.example.com", "192.0.2.1", "[2001:db8::1]:8443",
                                    "vpn.example.com:444", "2001:db8::2"};
static const char *const routes[] = {"10.0.0.0/8", "192.168.7.0/24", "2001:db8::/32",
                                     "198.51.100.7/32", "2001:db8:1::/48"};
static const char *const names[] = {"corp.example.com", "lab.example.com", "example.org"};
static const char *const dns4[] = {"", "10.0.0.53", "192.0.2.53"};
static const char *const dns6[] = {"", "2001:db8::53", "2001:db8::54"};
static const char *const urls[] = {"", "", "http://a.example/p.pac?a=b;c", "https://b.example/"};
static const char *const scripts[] = {
    "", "", "function FindProxyForURL(u, h)\n{\n\treturn \"PROXY a:1; DIRECT\\n\";\r\n}\n",
    "\n[vpn]\nuser=eve\n"};

#define ANY(r, of) of[g_rand_int_range(r, 0, G_N_ELEMENTS(of))]

static gboolean
coin(GRand *r)
{
    return g_rand_boolean(r);
}

static void
make_sign_in(Profile *p, GRand *r)
{
    struct profile_dun *d = &p->dun;

    profile_set(&p->user, ANY(r, texts));
    profile_set(&p->domain, ANY(r, texts));
    d->custom_security = d->enforce_custom = coin(r);
    d->pap = coin(r);
    d->chap = coin(r);
    d->mschap = coin(r);
    d->mschap2 = coin(r);
    d->eap = coin(r);
    d->custom_auth_key = coin(r) ? 26 : 0;
    d->pw_encrypt = coin(r);
    d->pw_encrypt_ms = coin(r);
    d->data_encrypt = coin(r);
    d->encryption_type = (guint)g_rand_int_range(r, 0, 4);
    d->ip_header_compress = coin(r);
    p->more_encryption = (guint)g_rand_int_range(r, 0, 3);
    p->refused_auth = coin(r) ? 0 : g_rand_int(r) & 15;
}

static void
make_tunnel(Profile *p, GRand *r)
{
    static const guint strategies[] = {1, 3, 5, 2, 4, 6, 15};
    const gint32 n = g_rand_int_range(r, 1, 4);

    p->dun.vpn_strategy = ANY(r, strategies);
    p->only_protocol = coin(r) ? 0 : (guint)g_rand_int_range(r, 0, PLAN_PPTP + 1);
    for (gint32 i = 0; i < n; i++)
        profile_add_server(p, "", ANY(r, hosts));
    p->server = (guint)g_rand_int_range(r, 0, n);
    p->ipsec = coin(r);
    p->ipsec_pfs = coin(r);
    p->ipsec_encap = coin(r);
    p->use_certificate = coin(r);
    p->l2tp_port_1701 = coin(r);
    profile_set(&p->ipsec_local_id, ANY(r, texts));
    profile_set(&p->ipsec_remote_id, ANY(r, texts));
    profile_set(&p->tls_name, ANY(r, texts));
    p->proxy = coin(r) ? PLAN_PROXY_NONE : PLAN_PROXY_HTTP;
    profile_set(&p->proxy_host, ANY(r, hosts));
    p->proxy_port = (guint)g_rand_int_range(r, 1, 65536);
    profile_set(&p->proxy_user, ANY(r, texts));
}

static void
make_network(Profile *p, GRand *r)
{
    struct profile_dun *d = &p->dun;
    const guint first = g_rand_int(r) % G_N_ELEMENTS(names);

    d->ipv4 = coin(r);
    d->ipv6 = coin(r);
    d->gateway_on_remote = coin(r);
    d->specify_servers = coin(r);
    d->specify_servers6 = coin(r);
    profile_set(&d->dns1, ANY(r, dns4));
    profile_set(&d->dns2, ANY(r, dns4));
    profile_set(&d->dns6_1, ANY(r, dns6));
    profile_set(&d->dns6_2, ANY(r, dns6));
    profile_set(&d->dns_suffix, coin(r) ? "" : ANY(r, names));
    for (guint i = first; i < G_N_ELEMENTS(names); i++)
        if (!g_str_equal(names[i], d->dns_suffix))
            profile_add_dns_search(p, names[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(routes); i++)
        if (coin(r))
            g_ptr_array_add(p->routes, g_strdup(routes[i]));
    profile_set(&p->web_proxy_script, ANY(r, urls));
    profile_set(&p->web_proxy_pac, ANY(r, scripts));
    p->web_proxy_detect = coin(r);
    p->web_proxy_browser_only = coin(r);
}

static Profile *
make(guint seed)
{
    GRand *r = g_rand_new_with_seed(seed);
    Profile *p = profile_new();
    const char *name = ANY(r, texts);

    profile_set(&p->name, *name == '\0' ? "Office" : name);
    make_sign_in(p, r);
    make_tunnel(p, r);
    make_network(p, r);
    g_rand_free(r);
    return p;
}

/* --- what has to be the same --- */

static void
same_text(const char *what, const char *a, const char *b)
{
    g_test_message("%s", what);
    g_assert_cmpstr(a, ==, b);
}

/* That EAP-MSCHAPv2 stands beside MS-CHAPv2 is no key of its own. MPPE that is not asked for is
 * optional. */
static void
same_sign_in(const Profile *p, const Profile *q)
{
    const unsigned eap = (profile_auth(p) & PLAN_AUTH_MSCHAPV2) != 0 ? PLAN_AUTH_EAP_MSCHAPV2 : 0;
    const guint encryption = profile_encryption(p);

    same_text("user", p->user, q->user);
    same_text("domain", p->domain, q->domain);
    g_assert_cmphex(profile_auth(p) | eap, ==, profile_auth(q) | eap);
    g_assert_cmpuint(profile_encryption(q), ==, encryption == 0 ? 3 : encryption);
    g_assert_cmpint(p->dun.ip_header_compress, ==, q->dun.ip_header_compress);
}

static void
same_tunnel(const Profile *p, const Profile *q)
{
    enum plan_protocol before[PLAN_MAX_PROTOCOLS], after[PLAN_MAX_PROTOCOLS];
    const struct profile_server *chosen = p->servers->pdata[p->server];
    const gboolean http = p->proxy == PLAN_PROXY_HTTP;

    g_assert_cmpuint(profile_protocols(p, before), >, 0);
    g_assert_cmpuint(profile_protocols(q, after), ==, 1);
    g_assert_cmpint(before[0], ==, after[0]);
    g_assert_cmpuint(q->servers->len, ==, 1);
    same_text("server", chosen->address,
              ((const struct profile_server *)q->servers->pdata[0])->address);
    if (before[0] == PLAN_SSTP) {
        same_text("tls_name", p->tls_name, q->tls_name);
        g_assert_cmpint(q->proxy, ==, p->proxy);
        same_text("proxy_host", http ? p->proxy_host : "", q->proxy_host);
        same_text("proxy_user", http ? p->proxy_user : "", q->proxy_user);
        if (http)
            g_assert_cmpuint(q->proxy_port, ==, p->proxy_port);
    }
    if (before[0] != PLAN_L2TP_IPSEC)
        return;
    g_assert_cmpint(p->ipsec, ==, q->ipsec);
    g_assert_cmpint(p->ipsec_pfs, ==, q->ipsec_pfs);
    g_assert_cmpint(p->ipsec_encap, ==, q->ipsec_encap);
    g_assert_cmpint(p->l2tp_port_1701, ==, q->l2tp_port_1701);
    g_assert_cmpint(p->use_certificate, ==, q->use_certificate);
    same_text("local id", p->ipsec_local_id, q->ipsec_local_id);
    same_text("remote id", p->ipsec_remote_id, q->ipsec_remote_id);
}

/* As a list: an empty first one is none, and none is meant where they are not to be used. */
static char *
servers(gboolean used, const char *first, const char *second)
{
    return !used ? g_strdup("") : g_strconcat(first, *first && *second ? " " : "", second, NULL);
}

static char *
joined(const GPtrArray *list, const char *first, gboolean six_last)
{
    GString *text = g_string_new(first);

    for (guint pass = 0; pass < (six_last ? 2 : 1); pass++)
        for (guint i = 0; i < list->len; i++)
            if (!six_last || (strchr(list->pdata[i], ':') != NULL) == (pass == 1))
                g_string_append_printf(text, " %s", (const char *)list->pdata[i]);
    return g_strstrip(g_string_free(text, FALSE));
}

static void
same_network(const Profile *p, const Profile *q)
{
    const struct profile_dun *d = &p->dun, *e = &q->dun;
    g_autofree char *four = servers(d->specify_servers, d->dns1, d->dns2);
    g_autofree char *six = servers(d->specify_servers6, d->dns6_1, d->dns6_2);
    g_autofree char *four_read = servers(TRUE, e->dns1, e->dns2);
    g_autofree char *six_read = servers(TRUE, e->dns6_1, e->dns6_2);
    g_autofree char *search = joined(p->dns_search, d->dns_suffix, FALSE);
    g_autofree char *search_read = joined(q->dns_search, "", FALSE);
    g_autofree char *ways = joined(p->routes, "", TRUE), *ways_read = joined(q->routes, "", FALSE);
    const gboolean script = *p->web_proxy_script != '\0' || *p->web_proxy_pac != '\0';

    g_assert_cmpint(d->ipv4, ==, e->ipv4);
    g_assert_cmpint(d->ipv6, ==, e->ipv6);
    g_assert_cmpint(d->gateway_on_remote, ==, e->gateway_on_remote);
    same_text("dns", four, four_read);
    same_text("dns6", six, six_read);
    g_assert_cmpint(e->specify_servers, ==, *four != '\0');
    g_assert_cmpint(e->specify_servers6, ==, *six != '\0');
    same_text("search", search, search_read);
    same_text("routes", ways, ways_read);
    same_text("script", p->web_proxy_script, q->web_proxy_script);
    same_text("script text", p->web_proxy_pac, q->web_proxy_pac);
    g_assert_cmpint(q->web_proxy_detect, ==, p->web_proxy_detect && !script);
    g_assert_cmpint(q->web_proxy_browser_only, ==,
                    p->web_proxy_browser_only && (script || p->web_proxy_detect));
}

static void
what_was_written_is_read(void)
{
    for (guint seed = 0; seed < SEEDS; seed++) {
        g_autoptr(Profile) p = make(seed);
        g_autoptr(GBytes) bytes = nm_keyfile_write(p);
        g_autoptr(GError) error = NULL;
        g_autoptr(Profile) q = nm_keyfile_read(bytes, "a.nmconnection", &error);

        g_test_message("seed %u", seed);
        g_assert_no_error(error);
        same_text("name", p->name, q->name);
        same_sign_in(p, q);
        same_tunnel(p, q);
        same_network(p, q);
        g_assert_cmpuint(q->notes->len, ==, 0);
        g_autoptr(GBytes) again = nm_keyfile_write(q);
        g_assert_cmpmem(g_bytes_get_data(again, NULL), g_bytes_get_size(again),
                        g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    }
}

/* F3: no text of a profile becomes another line of the file. */
static void
no_text_is_a_line(void)
{
    static const char hostile[] = "a\n[ipv4]\nnever-default=true\n[vpn]\nuser=eve\nrefuse-pap=no\n";
    guint tried = 0;

    for (guint n = 0; n < profile_n_fields; n++) {
        const struct profile_field *f = &profile_fields[n];
        g_autoptr(Profile) p = profile_new();
        g_autoptr(GError) error = NULL;

        if (f->type != FIELD_TEXT)
            continue;
        for (guint strategy = 1; strategy <= 5; strategy += 2) {
            profile_set(&p->name, "Office");
            profile_set(&p->user, "erika");
            profile_set(field_text(f, p), hostile);
            profile_add_server(p, "", "vpn.example.com");
            p->proxy = PLAN_PROXY_HTTP;
            if (*p->proxy_host == '\0')
                profile_set(&p->proxy_host, "proxy.example.com");
            p->dun.vpn_strategy = strategy;
            p->dun.specify_servers = p->dun.specify_servers6 = TRUE;
            g_autoptr(GBytes) bytes = nm_keyfile_write(p);
            g_autoptr(Profile) q = nm_keyfile_read(bytes, "a.nmconnection", &error);
            g_test_message("%s", f->key);
            g_assert_no_error(error);
            g_assert_true(q->dun.gateway_on_remote);
            g_assert_cmpstr(q->user, !=, "eve");
            g_assert_false(profile_auth(q) & PLAN_AUTH_PAP);
            g_assert_cmpuint(q->servers->len, ==, 1);
            tried++;
        }
    }
    g_assert_cmpuint(tried, >, 100);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nm-roundtrip/generated", what_was_written_is_read);
    g_test_add_func("/nm-roundtrip/F3-no-text-is-a-line", no_text_is_a_line);
    return g_test_run();
}
