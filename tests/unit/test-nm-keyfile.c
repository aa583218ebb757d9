/* test-nm-keyfile.c - connections of NetworkManager, read and written. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "nm-keyfile.h"

#include "profile-fields.h"

#include <string.h>

static const char l2tp[] =
    "[connection]\nid=Büro\nuuid=0\ntype=vpn\npermissions=user:erika:;\n\n"
    "[vpn]\ndomain=CORP\ngateway=vpn.example.com\nipsec-enabled=yes\nipsec-forceencaps=no\n"
    "ipsec-pfs=yes\nipsec-remote-id=gw.example.com\nmachine-auth-type=psk\nmru=1400\n"
    "password-flags=1\nrefuse-chap=yes\nrefuse-eap=yes\nrefuse-mschap=yes\nrefuse-pap=yes\n"
    "require-mppe-128=yes\nservice-type=org.freedesktop.NetworkManager.l2tp\nuser=erika\n\n"
    "[vpn-secrets]\nipsec-psk=t0p secret\npassword=hidden\n\n"
    "[ipv4]\ndns=10.0.0.53;10.0.0.54;\ndns-search=corp.example.com;lab.example.com;\n"
    "ignore-auto-dns=true\nmethod=auto\nnever-default=true\nroute1=10.0.0.0/8\n"
    "route2=192.168.7.0/24,0.0.0.0,50\n\n[ipv6]\nmethod=ignore\nroute1=2001:db8::/32\n";

static Profile *
read_text(const char *text, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    return nm_keyfile_read(bytes, "a.nmconnection", error);
}

static void
an_l2tp_connection(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Profile) p = read_text(l2tp, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(p->name, ==, "Büro");
    g_assert_cmpuint(p->dun.vpn_strategy, ==, 3);
    g_assert_cmpstr(((struct profile_server *)p->servers->pdata[0])->address, ==,
                    "vpn.example.com");
    g_assert_cmpstr(p->user, ==, "erika");
    g_assert_cmpstr(p->domain, ==, "CORP");
    g_assert_true(p->tunnel && !p->dialup);
    g_assert_true(p->ipsec && p->ipsec_pfs && !p->ipsec_encap && !p->use_certificate);
    g_assert_cmpstr(p->ipsec_remote_id, ==, "gw.example.com");
    g_assert_cmpuint(profile_auth(p), ==, PLAN_AUTH_MSCHAPV2 | PLAN_AUTH_EAP_MSCHAPV2);
    g_assert_cmpuint(p->dun.encryption_type, ==, 2);
    g_assert_true(!p->dun.gateway_on_remote && p->dun.ipv4 && !p->dun.ipv6);
    g_assert_cmpstr(p->dun.dns2, ==, "10.0.0.54");
    g_assert_cmpuint(p->dns_search->len, ==, 2);
    g_assert_cmpuint(p->routes->len, ==, 3);
    g_assert_cmpstr(p->routes->pdata[1], ==, "192.168.7.0/24");
    g_assert_cmpstr(profile_origin(p, "Server/Require_PAP")->key, ==, "refuse-pap");
    g_assert_cmpstr(profile_origin(p, "Route/10.0.0.0/8")->section, ==, "ipv4");
    /* the key is for the keyring; the password for nobody */
    g_assert_cmpstr((const char *)p->found_psk.data, ==, "t0p secret");
    for (guint i = 0; i < p->others->len; i++) {
        const struct profile_other *o = p->others->pdata[i];
        g_assert_null(strstr(o->value, "hidden"));
        g_assert_null(strstr(o->value, "secret"));
    }
}

static void
a_key_in_base64(void)
{
    g_autoptr(Profile) p =
        read_text("[connection]\ntype=vpn\n[vpn]\ngateway=a.example\nipsec-psk=0sc2VjcmV0\n"
                  "service-type=org.freedesktop.NetworkManager.l2tp\n",
                  NULL);

    g_assert_cmpstr((const char *)p->found_psk.data, ==, "secret");
    g_assert_cmpstr(p->name, ==, "a.nmconnection");
}

static Profile *
of_plugin(const char *plugin, const char *vpn, const char *more)
{
    g_autofree char *text = g_strdup_printf("[connection]\ntype=vpn\n[vpn]\ngateway=a.example\n%s\n"
                                            "service-type=org.freedesktop.NetworkManager.%s\n%s",
                                            vpn, plugin, more);
    Profile *p = read_text(text, NULL);

    g_assert_nonnull(p);
    return p;
}

/* A demand for any MPPE is one: no less than that is dialed. */
static void
each_demand_for_mppe(void)
{
    static const struct {
        const char *keys;
        guint type;
        const char *of;
    } rows[] = {{"", 3, NULL},
                {"require-mppe=yes", 1, "require-mppe"},
                {"require-mppe-40=yes", 1, "require-mppe-40"},
                {"require-mppe=no\nrequire-mppe-40=yes", 1, "require-mppe-40"},
                {"require-mppe-40=yes\nrequire-mppe-128=yes", 2, "require-mppe-128"},
                {"require-mppe-40=no", 3, NULL}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Profile) p = of_plugin("pptp", rows[i].keys, "");
        const struct profile_origin *o = profile_origin(p, "Server/EncryptionType");

        g_assert_cmpuint(p->dun.encryption_type, ==, rows[i].type);
        g_assert_cmpstr(o == NULL ? NULL : o->key, ==, rows[i].of);
        g_assert_cmpuint(p->others->len, ==, 0);
    }
}

/* Their numbers may have gaps, and older versions wrote them otherwise; and there are no others:
 * what Windows adds by the class of an address, NetworkManager does not. */
static void
all_routes(void)
{
    g_autoptr(Profile) p = of_plugin(
        "sstp", "",
        "[ipv4]\nnever-default=true\nroute0=10.1.0.0/16\nroute7=10.2.0.0/16,0.0.0.0,5\n"
        "routes2=10.3.0.0;16;0.0.0.0;0;\nroute=10.4.0.0/16\nroute7_options=table=5\n"
        "route-metric=50\nroute9=nowhere\nroute10=10.5.0.1\n[ipv6]\nroute3=2001:db8::/32\n");
    static const char *const nets[] = {"10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16", "10.4.0.0/16",
                                       "2001:db8::/32"};

    g_assert_false(p->dun.class_route || p->dun.gateway_on_remote);
    for (gsize i = 0; i < G_N_ELEMENTS(nets); i++) {
        g_autofree char *name = g_strconcat("Route/", nets[i], NULL);
        g_assert_nonnull(profile_origin(p, name));
    }
    g_assert_cmpuint(p->routes->len + p->notes->len, ==, 7);
    g_assert_nonnull(strstr(p->notes->pdata[0], "nowhere"));
    g_assert_cmpuint(p->others->len, ==, 4); /* of two the next hop; the table, the metric */
}

/* parse(write(x)) = x, for what such a file can say. */
static void
what_was_written_is_read(void)
{
    static const guint strategies[] = {1, 3, 5};

    for (gsize i = 0; i < G_N_ELEMENTS(strategies); i++) {
        g_autoptr(Profile) p = read_text(l2tp, NULL);
        p->dun.vpn_strategy = strategies[i];
        p->dun.encryption_type = (guint)i + 1;
        p->dun.chap = i == 1;
        g_autoptr(GBytes) bytes = nm_keyfile_write(p), same = nm_keyfile_write(p);
        g_autoptr(GError) error = NULL;
        g_autoptr(Profile) q = nm_keyfile_read(bytes, "b.nmconnection", &error);
        static const char *const keys[] = {"VpnStrategy",    "UserName",          "Domain",
                                           "EncryptionType", "Require_CHAP",      "Require_MSCHAP2",
                                           "Require_PAP",    "Gateway_On_Remote", "DNS_Address",
                                           "Negotiate_IPv6"};

        g_assert_no_error(error);
        g_assert_true(g_bytes_equal(bytes, same));
        for (guint n = 0; n < profile_n_fields; n++) {
            const struct profile_field *f = &profile_fields[n];
            g_autofree char *a = field_value(f, p), *b = field_value(f, q);
            for (gsize k = 0; f->scope < SCOPE_ISP && k < G_N_ELEMENTS(keys); k++)
                if (g_str_equal(keys[k], f->key))
                    g_assert_cmpstr(a, ==, b);
        }
        g_assert_cmpuint(q->routes->len, ==, 3);
        g_assert_cmpuint(q->dns_search->len, ==, 2);
        g_assert_cmpint(q->ipsec_pfs, ==, strategies[i] == 3);
        g_assert_cmpuint(q->found_psk.len, ==, 0);
    }
}

/* [proxy], as NetworkManager's own documentation of its keys has it. */
static void
a_proxy(void)
{
    static const struct {
        const char *text, *url, *script;
        gboolean search, browser_only;
        guint others;
    } rows[] = {
        {"method=1\npac-url=http://a.example/p.pac\nbrowser-only=true\n", "http://a.example/p.pac",
         "", FALSE, TRUE, 0},
        {"method=1\npac-script=function FindProxyForURL(u, h)\\n{ return 'DIRECT'; }\\n\n", "",
         "function FindProxyForURL(u, h)\n{ return 'DIRECT'; }\n", FALSE, FALSE, 0},
        {"method=auto\n", "", "", TRUE, FALSE, 0},
        {"method=0\n", "", "", FALSE, FALSE, 0},
        {"method=0\npac-url=http://a.example/\n", "", "", FALSE, FALSE, 1},
        {"", "", "", FALSE, FALSE, 0},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text =
            g_strconcat("[connection]\nid=a\ntype=vpn\n[vpn]\ngateway=a.example\n"
                        "service-type=org.freedesktop.NetworkManager.sstp\n[proxy]\n",
                        rows[i].text, NULL);
        g_autoptr(Profile) p = read_text(text, NULL), q = NULL;

        g_assert_cmpuint(p->others->len, ==, rows[i].others);
        g_autoptr(GBytes) bytes = nm_keyfile_write(p);
        q = nm_keyfile_read(bytes, "b.nmconnection", NULL);
        const Profile *both[] = {p, q};
        for (gsize k = 0; k < 2; k++) {
            g_assert_cmpstr(both[k]->web_proxy_script, ==, rows[i].url);
            g_assert_cmpstr(both[k]->web_proxy_pac, ==, rows[i].script);
            g_assert_cmpint(both[k]->web_proxy_detect, ==, rows[i].search);
            g_assert_cmpint(both[k]->web_proxy_browser_only, ==, rows[i].browser_only);
        }
        if (*rows[i].url != '\0')
            g_assert_cmpstr(profile_origin(p, "Dialtone/WebProxyScript")->section, ==, "proxy");
    }
}

/* What the plug-ins mean where a key is not there, and where it is an older one. */
static void
what_is_meant(void)
{
    static const struct {
        const char *vpn;
        gboolean ipsec, port_1701;
        unsigned auth;
        const char *remote, *local;
        const char *note; /* a part of the one that there is; NULL: none */
    } rows[] = {
        {"", FALSE, TRUE, 15, "", "", NULL},
        {"ipsec-psk=a\n", TRUE, TRUE, 15, "", "", NULL},
        {"ipsec-enabled=no\n", FALSE, TRUE, 15, "", "", NULL},
        {"ipsec-enabled=yes\nephemeral-port=yes\n", TRUE, FALSE, 15, "", "", NULL},
        {"ipsec-enabled=yes\nipsec-gateway-id=gw\nipsec-group-name=g\n", TRUE, TRUE, 15, "gw", "g",
         NULL},
        {"ipsec-gateway-id=old\nipsec-remote-id=new\n", TRUE, TRUE, 15, "new", "", NULL},
        {"ipsec-enabled=yes\nuser-auth-type=tls\n", TRUE, TRUE, PLAN_AUTH_EAP_TLS, "", "", NULL},
        {"ipsec-enabled=yes\nuser-auth-type=password\n", TRUE, TRUE, 15, "", "", NULL},
        {"machine-auth-type=tls\nmachine-cert=/etc/a.pem\n", TRUE, TRUE, 15, "", "", "/etc/a.pem"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text =
            g_strconcat("[connection]\nid=a\ntype=vpn\n[vpn]\ngateway=a.example\n"
                        "service-type=org.freedesktop.NetworkManager.l2tp\n",
                        rows[i].vpn, NULL);
        g_autoptr(Profile) p = read_text(text, NULL);
        g_autoptr(GBytes) bytes = nm_keyfile_write(p);
        g_autoptr(Profile) q = nm_keyfile_read(bytes, "b.nmconnection", NULL);
        const Profile *both[] = {p, q};

        g_test_message("%s", rows[i].vpn);
        g_assert_cmphex(profile_auth(p), ==, rows[i].auth);
        g_assert_cmpuint(p->notes->len, ==, rows[i].note != NULL);
        if (rows[i].note != NULL)
            g_assert_nonnull(strstr(p->notes->pdata[0], rows[i].note));
        for (gsize k = 0; k < 2; k++) {
            g_assert_cmpint(both[k]->ipsec, ==, rows[i].ipsec);
            g_assert_cmpint(both[k]->l2tp_port_1701, ==, rows[i].port_1701);
            g_assert_cmpstr(both[k]->ipsec_remote_id, ==, rows[i].remote);
            g_assert_cmpstr(both[k]->ipsec_local_id, ==, rows[i].local);
        }
    }
}

/* A next hop, a third server, names that are only asked there: nothing is lost without a word. */
static void
more_than_the_model_has(void)
{
    g_autoptr(Profile) p =
        read_text("[connection]\nid=a\ntype=vpn\n[vpn]\ngateway=a.example\n"
                  "service-type=org.freedesktop.NetworkManager.pptp\n[ipv4]\n"
                  "dns=10.0.0.1;10.0.0.2;10.0.0.3;\nroute1=10.0.0.0/8,10.0.0.1,50\n"
                  "dns-search=corp.example;~lab.example;~.;~lab.example;~no!name;\n",
                  NULL);
    g_autoptr(GBytes) bytes = nm_keyfile_write(p);
    g_autoptr(Profile) q = nm_keyfile_read(bytes, "b.nmconnection", NULL);
    const Profile *both[] = {p, q};

    g_assert_cmpuint(p->notes->len, ==, 2); /* the third server, and what is no name */
    g_assert_cmpuint(p->others->len, ==, 2);
    const struct profile_other *servers = p->others->pdata[0], *route = p->others->pdata[1];
    g_assert_cmpstr(servers->value, ==, "10.0.0.1;10.0.0.2;10.0.0.3;");
    g_assert_cmpstr(route->value, ==, "10.0.0.0/8,10.0.0.1,50");
    for (gsize i = 0; i < 2; i++) {
        const struct profile_dns_rule *lab = both[i]->dns_rules->pdata[0];
        const struct profile_dns_rule *all = both[i]->dns_rules->pdata[1];
        g_assert_cmpuint(both[i]->dns_search->len, ==, 1);
        g_assert_cmpuint(both[i]->dns_rules->len, ==, 2);
        g_assert_cmpstr(lab->domain, ==, "lab.example");
        g_assert_cmpstr(all->domain, ==, "");
    }
}

/* Of another kind: it is said which. */
static void
another_kind_is_named(void)
{
    static const struct {
        const char *text, *named;
    } rows[] = {
        {"[connection]\ntype=wifi\n", "(wifi)"},
        {"[connection]\ntype=wireguard\n[vpn]\n"
         "service-type=org.freedesktop.NetworkManager.l2tp\n",
         "(wireguard)"},
        {"[connection]\ntype=vpn\n[vpn]\nservice-type=org.freedesktop.NetworkManager.openvpn\n",
         "(openvpn)"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(read_text(rows[i].text, &error));
        g_assert_error(error, NM_KEYFILE_ERROR, NM_KEYFILE_ERROR_KIND);
        g_assert_nonnull(strstr(error->message, rows[i].named));
    }
}

static void
what_is_none_is_refused(void)
{
    static const char *const texts[] = {
        "", "x", "[connection]\ntype=wifi\n",
        "[connection]\ntype=vpn\n[vpn]\nservice-type=org.freedesktop.NetworkManager.openvpn\n"};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(read_text(texts[i], &error));
        g_assert_nonnull(error);
    }

    g_autoptr(GString) large = g_string_new(l2tp);
    g_autoptr(GError) error = NULL;
    while (large->len <= NM_KEYFILE_MAX)
        g_string_append(large, "# a comment of no use to anybody\n");
    g_assert_null(read_text(large->str, &error));
    g_assert_error(error, NM_KEYFILE_ERROR, NM_KEYFILE_ERROR_FORMAT);
}

/* F6: the wish for no check of the certificate is told, and not obeyed. */
static void
no_check_is_told(void)
{
    g_autoptr(Profile) p =
        read_text("[connection]\ntype=vpn\n[vpn]\ngateway=a.example\nignore-cert-warn=yes\n"
                  "service-type=org.freedesktop.NetworkManager.sstp\n",
                  NULL);
    g_autoptr(GPtrArray) warnings = profile_warnings(p);
    gboolean told = FALSE;

    for (guint i = 0; i < warnings->len; i++)
        told |= strstr(warnings->pdata[i], "weaker check") != NULL;
    g_assert_true(told);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nm-keyfile/l2tp", an_l2tp_connection);
    g_test_add_func("/nm-keyfile/base64", a_key_in_base64);
    g_test_add_func("/nm-keyfile/F6-each-demand-for-mppe", each_demand_for_mppe);
    g_test_add_func("/nm-keyfile/routes", all_routes);
    g_test_add_func("/nm-keyfile/round-trip", what_was_written_is_read);
    g_test_add_func("/nm-keyfile/proxy", a_proxy);
    g_test_add_func("/nm-keyfile/meant", what_is_meant);
    g_test_add_func("/nm-keyfile/more", more_than_the_model_has);
    g_test_add_func("/nm-keyfile/another-kind", another_kind_is_named);
    g_test_add_func("/nm-keyfile/refused", what_is_none_is_refused);
    g_test_add_func("/nm-keyfile/F6-no-check", no_check_is_told);
    return g_test_run();
}
