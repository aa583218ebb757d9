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
static const char *const hosts[] = {
    "vpn.example.com",     "192.0.2.1",   "[2001:db8::1]:8443",
    "vpn.example.com:444", "2001:db8::2", "https://vpn.example.com:8443/path?tenant=7"};
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
    p->protocol_order = (guint)g_rand_int_range(r, 0, 334);
    enum plan_protocol all[PLAN_MAX_PROTOCOLS];
    const guint n_all = profile_order(p->kind, p->dun.vpn_strategy, p->protocol_order, 0, 0, all);
    p->only_protocol = coin(r) ? 0 : all[g_rand_int(r) % n_all];
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

/* That EAP-MSCHAPv2 stands beside MS-CHAPv2 is no key of its own. */
static void
same_sign_in(const Profile *p, const Profile *q)
{
    const unsigned eap = (profile_auth(p) & PLAN_AUTH_MSCHAPV2) != 0 ? PLAN_AUTH_EAP_MSCHAPV2 : 0;

    same_text("user", p->user, q->user);
    same_text("domain", p->domain, q->domain);
    g_assert_cmphex(profile_auth(p) | eap, ==, profile_auth(q) | eap);
    g_assert_cmpuint(profile_encryption(q), ==, profile_encryption(p));
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
    g_autofree char *search_read = joined(q->dns_search, e->dns_suffix, FALSE);
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
    if (net_name_valid(d->dns_suffix))
        same_text("suffix", d->dns_suffix, e->dns_suffix);
    g_assert_cmpint(d->class_route, ==, e->class_route);
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

/* What the plug-ins of Debian 12 check before they dial (pptp 1.2.12, l2tp 1.20.8, sstp 1.3.0): a
 * key that is not theirs is refused, and so is a gateway with other characters. */
static void
what_is_written_is_taken(void)
{
    static const struct {
        const char *service, *keys, *of_gateway;
    } plugins[] = {
        {"pptp", "", "-."},
        {"l2tp",
         "ipsec-enabled ipsec-forceencaps ipsec-pfs machine-auth-type ipsec-psk-flags "
         "ipsec-remote-id ephemeral-port ",
         "-."},
        {"sstp", "proxy-server proxy-port proxy-user ", "-.:"},
    };
    static const char common[] =
        " service-type gateway user domain refuse-pap refuse-chap refuse-mschap refuse-mschapv2 "
        "refuse-eap no-vj-comp require-mppe require-mppe-128 password-flags ";

    for (guint seed = 0; seed < SEEDS; seed++) {
        g_autoptr(Profile) p = make(seed);
        g_autoptr(GKeyFile) file = g_key_file_new();
        g_autoptr(GBytes) bytes = nm_keyfile_write(p);
        g_autoptr(GPtrArray) losses = nm_keyfile_losses(p);
        gsize i = 0;

        g_assert_true(g_key_file_load_from_bytes(file, bytes, G_KEY_FILE_NONE, NULL));
        g_autofree char *service = g_key_file_get_string(file, "vpn", "service-type", NULL);
        while (!g_str_has_suffix(service, plugins[i].service))
            g_assert_cmpuint(++i, <, G_N_ELEMENTS(plugins));
        g_autofree char *known = g_strconcat(common, plugins[i].keys, NULL);
        g_auto(GStrv) keys = g_key_file_get_keys(file, "vpn", NULL, NULL);
        for (gsize k = 0; keys[k] != NULL; k++) {
            g_autofree char *word = g_strdup_printf(" %s ", keys[k]);
            g_test_message("%s: %s", plugins[i].service, keys[k]);
            g_assert_nonnull(strstr(known, word));
        }
        g_autofree char *gateway = g_key_file_get_string(file, "vpn", "gateway", NULL);
        for (const char *c = gateway; *c != '\0'; c++)
            if (!g_ascii_isalnum(*c) && strchr(plugins[i].of_gateway, *c) == NULL) {
                g_test_message("%s", gateway);
                g_assert_cmpuint(losses->len, >, 0); /* it is told that it cannot be */
            }
    }
}

static gboolean
loses(const Profile *p, const char *part)
{
    g_autoptr(GPtrArray) losses = nm_keyfile_losses(p);

    for (guint i = 0; i < losses->len; i++)
        if (strstr(losses->pdata[i], part) != NULL)
            return TRUE;
    return FALSE;
}

static void
what_is_lost_is_told(void)
{
    g_autoptr(Profile) p = profile_new();
    g_autoptr(GPtrArray) none = NULL;

    p->dun.vpn_strategy = 5;
    profile_add_server(p, "", "vpn.example.com:444");
    none = nm_keyfile_losses(p);
    g_assert_cmpuint(none->len, ==, 0);
    profile_set(&p->user_suffix, "@corp.example");
    g_assert_true(loses(p, "in full: NAME@corp.example."));
    profile_set(&p->user, "anna");
    g_assert_true(loses(p, "in full: anna@corp.example."));
    profile_set(&p->user, "anna@corp.example");
    g_assert_false(loses(p, "in full"));
    profile_set(&p->pin, "00");
    g_assert_true(loses(p, "not as this profile says"));
    profile_add_server(p, "", "vpn2.example.com");
    g_assert_true(loses(p, "vpn.example.com:444"));
    p->choose_server = TRUE;
    g_assert_false(loses(p, "vpn.example.com:444"));
    p->dun.vpn_strategy = 2;
    p->dun.encryption_type = PROFILE_ENCRYPTION_NONE;
    g_assert_true(loses(p, "PPTP"));
    g_assert_true(loses(p, "no encryption"));
    g_assert_true(loses(p, "vpn.example.com:444")); /* PPTP has no port to choose */
    p->only_protocol = PLAN_L2TP_IPSEC;
    g_assert_false(loses(p, "no encryption"));
    g_assert_false(loses(p, "one protocol"));
}

/* Who changed the connection in NetworkManager meant it. */
static void
what_is_newer_counts(void)
{
    static const char text[] = "[connection]\nid=a\ntype=vpn\n[vpn]\ngateway=%s\n%s"
                               "service-type=org.freedesktop.NetworkManager.sstp\n[user]\n"
                               "org.dialtone.server=https://old.example/path\n"
                               "org.dialtone.encryption=none\norg.other=x\n";
    g_autofree char *same = g_strdup_printf(text, "OLD.example", "");
    g_autofree char *other = g_strdup_printf(text, "new.example", "require-mppe=yes\n");
    g_autoptr(GBytes) a = g_bytes_new_static(same, strlen(same));
    g_autoptr(GBytes) b = g_bytes_new_static(other, strlen(other));
    g_autoptr(Profile) p = nm_keyfile_read(a, "a.nmconnection", NULL);
    g_autoptr(Profile) q = nm_keyfile_read(b, "b.nmconnection", NULL);

    same_text("the same", ((struct profile_server *)p->servers->pdata[0])->address,
              "https://old.example/path");
    g_assert_cmpuint(p->dun.encryption_type, ==, PROFILE_ENCRYPTION_NONE);
    g_assert_cmpuint(p->others->len, ==, 1);
    same_text("another", ((struct profile_server *)q->servers->pdata[0])->address, "new.example");
    g_assert_cmpuint(q->dun.encryption_type, ==, 1);
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
    g_test_add_func("/nm-roundtrip/taken-by-the-plug-ins", what_is_written_is_taken);
    g_test_add_func("/nm-roundtrip/losses", what_is_lost_is_told);
    g_test_add_func("/nm-roundtrip/newer", what_is_newer_counts);
    g_test_add_func("/nm-roundtrip/F3-no-text-is-a-line", no_text_is_a_line);
    return g_test_run();
}
