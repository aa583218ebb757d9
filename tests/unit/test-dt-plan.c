/* test-dt-plan.c - the plan and the secrets as a{sv}. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dt-plan.h"

#include "dt-ras-error.h"

static const char least[] =
    "{'name': <'Work'>, 'servers': <[('vpn.example', uint16 0)]>, 'protocols': <['sstp']>, "
    "'auth': <['ms-chapv2']>, 'encryption': <'optional'>}";

static GVariant *
parse(const char *text)
{
    GVariant *v = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);

    g_assert_nonnull(v);
    return v;
}

/* @least with one more entry, or another one in place of it. */
static GVariant *
with(const char *key, const char *value)
{
    g_autoptr(GVariant) base = parse(least);
    g_autoptr(GError) error = NULL;
    GVariantDict dict;

    g_variant_dict_init(&dict, base);
    g_variant_dict_insert_value(&dict, key, g_variant_parse(NULL, value, NULL, NULL, &error));
    g_assert_no_error(error);
    return g_variant_ref_sink(g_variant_dict_end(&dict));
}

static void
fill(struct dial_plan *p)
{
    dial_plan_init(p);
    g_strlcpy(p->name,
              "Gr\xc3\xbc\xc3\x9f"
              "e",
              sizeof p->name);
    p->n_protocols = 3;
    p->protocols[0] = PLAN_PPTP, p->protocols[1] = PLAN_SSTP, p->protocols[2] = PLAN_L2TP_IPSEC;
    p->n_servers = 2;
    g_strlcpy(p->servers[0].host, "vpn.example", PLAN_MAX_TEXT);
    g_strlcpy(p->servers[1].host, "2001:db8::1", PLAN_MAX_TEXT);
    p->servers[1].port = 4443;
    p->auth = PLAN_AUTH_CHAP_MD5 | PLAN_AUTH_MSCHAPV2 | PLAN_AUTH_EAP_MSCHAPV2 | PLAN_AUTH_NONE;
    p->encryption = PLAN_ENCRYPTION_MAXIMUM;
    g_strlcpy(p->tls_name, "other.example", PLAN_MAX_TEXT);
    p->pin_set = true;
    memset(p->pin, 0xab, sizeof p->pin);
    p->ca_len = 5;
    p->ca = (uint8_t *)strdup("-----");
    p->ipsec = PLAN_IPSEC_CERTIFICATE;
    g_strlcpy(p->ipsec_remote_id, "gw.example", PLAN_MAX_TEXT);
    g_strlcpy(p->ipsec_local_id, "@group", PLAN_MAX_TEXT);
    p->ipsec_pfs = true;
    p->ipsec_encap = p->l2tp_port_1701 = false;
    p->ipsec_remembered = 77;
    p->cert_len = 6;
    p->cert = (uint8_t *)strdup("------");
    p->proxy = PLAN_PROXY_SOCKS5;
    g_strlcpy(p->proxy_host, "proxy.example", PLAN_MAX_TEXT);
    p->proxy_port = 1080;
    g_strlcpy(p->sstp_path_query, "?tenantid=x", PLAN_MAX_TEXT);
    p->ipv4 = true, p->ipv6 = false;
    p->default_gateway = p->class_route = p->dhcp_inform = p->set_dns = false;
    p->mru = 1400;
    p->fixed_ip4 = 0x0a000001;
    p->n_dns = 1, p->dns[0] = 0x0a000035;
    p->n_wins = 2, p->wins[0] = 0x0a000036, p->wins[1] = 0x0a000037;
    g_strlcpy(p->domain, "corp.example", sizeof p->domain);
    g_assert_true(plan_names_add(&p->names, "lab.example", true));
    g_assert_true(plan_names_add(&p->names, "corp.example", false));
    g_assert_true(plan_names_add(&p->names, ".", false));
    struct plan_address a;
    g_assert_true(plan_address_parse("10.0.0.56", &a) && plan_names_add_server(&p->names, &a));
    g_assert_true(plan_address_parse("2001:db8::53", &a) && plan_names_add_server(&p->names, &a));
    g_assert_true(plan_address_parse("2001:db8::54", &a) && plan_names_add_dns6(&p->names, &a));
    p->compression = false;
    p->n_routes = 2;
    net_route_parse("10.0.0.0/8", &p->routes[0]);
    net_route_parse("2001:db8::/32", &p->routes[1]);
    p->redial_count = 7, p->redial_delay_s = 8, p->idle_timeout_s = 90000, p->drop_redials = 9;
    p->connect_timeout_s = 11;
    p->end_with_caller = p->accept_early_data = p->dhcp_silent = p->for_everybody = true;
    g_strlcpy(p->through, "The other", sizeof p->through);
    p->end_through = true;
}

/* The bytes that the tunnel gets say whether two plans are the same. */
static GBytes *
bytes_of(const struct dial_plan *p)
{
    uint8_t *bytes = g_malloc(256 * 1024);
    struct wr w = wr_over(bytes, 256 * 1024);

    dial_plan_put(&w, p);
    g_assert_false(w.bad);
    return g_bytes_new_take(bytes, w.len);
}

static void
test_round_trip(void)
{
    struct dial_plan p, got;
    g_autoptr(GError) error = NULL;

    fill(&p);
    g_autoptr(GVariant) v = g_variant_ref_sink(dt_plan_to_variant(&p));
    g_assert_true(dt_plan_from_variant(v, &got, &error));
    g_assert_no_error(error);
    g_autoptr(GBytes) a = bytes_of(&p), b = bytes_of(&got);
    g_assert_true(g_bytes_equal(a, b));
    /* The tunnel does not get these. */
    g_assert_cmpmem(&p.names, sizeof p.names, &got.names, sizeof got.names);
    g_assert_true(got.for_everybody && got.end_through);
    g_assert_cmpstr(got.through, ==, "The other");
    dial_plan_clear(&p);
    dial_plan_clear(&got);
}

static void
test_defaults(void)
{
    g_autoptr(GVariant) v = parse(least);
    struct dial_plan p, expected;
    g_autoptr(GError) error = NULL;

    g_assert_true(dt_plan_from_variant(v, &p, &error));
    dial_plan_init(&expected);
    g_strlcpy(expected.name, "Work", sizeof expected.name);
    expected.n_servers = 1;
    g_strlcpy(expected.servers[0].host, "vpn.example", PLAN_MAX_TEXT);
    expected.auth = PLAN_AUTH_MSCHAPV2;
    g_autoptr(GBytes) a = bytes_of(&p), b = bytes_of(&expected);
    g_assert_true(g_bytes_equal(a, b));
}

static void
assert_refused(GVariant *v, const char *about)
{
    struct dial_plan p = {.name = "untouched"};
    g_autoptr(GError) error = NULL;

    if (dt_plan_from_variant(v, &p, &error))
        g_error("accepted: %s", about);
    g_assert_error(error, DT_RAS_ERROR, (int)RAS_BAD_PROFILE);
    g_assert_cmpstr(p.name, ==, "untouched");
}

static void
test_refused(void)
{
    static const struct {
        const char *key, *value;
    } rows[] = {
        {"script", "'/bin/sh'"},
        {"interface", "'eth0'"}, /* D5: no plan names an interface, a TUN or a file */
        {"tun", "'attacker0'"},
        {"resolv-conf", "'/etc/resolv.conf'"},
        {"name", "1"},
        {"name", "''"},
        {"name", "'a\\nb'"},
        {"servers", "['vpn.example']"},
        {"servers", "[('vpn example', uint16 0)]"},
        {"servers", "[('a.b', uint16 0), ('a.b', 0), ('a.b', 0), ('a.b', 0), ('a.b', 0), "
                    "('a.b', 0), ('a.b', 0), ('a.b', 0), ('a.b', 0)]"},
        {"protocols", "@as []"},
        {"protocols", "['SSTP']"},
        {"protocols", "['sstp', 'sstp']"},
        {"auth", "@as []"},
        {"auth", "['ms-chapv1']"},
        {"encryption", "'some'"},
        {"pin", "[byte 1]"},
        {"ca", "@ay []"},
        {"ca", "'PEM'"},
        {"proxy", "'https'"},
        {"proxy", "'http'"}, /* without a host */
        {"ipv4", "'yes'"},
        {"mru", "1400"}, /* int32 */
        {"mru", "uint16 100"},
        {"fixed-ip4", "'127.0.0.1'"},
        {"fixed-ip4", "'10.0.0.1/8'"},
        {"dns", "['10.0.0.1', '10.0.0.1', '10.0.0.1', '10.0.0.1', '10.0.0.1']"},
        {"dns", "['::1']"},
        {"dns", "['2001:db8::1', '2001:db8::2', '2001:db8::3', '2001:db8::4', '2001:db8::5']"},
        {"compression", "'no'"},
        {"dns-names-servers", "['ff02::1']"},
        {"domain", "'corp..example'"},
        {"dns-search", "['.']"},
        {"dns-search", "['corp example']"},
        {"dns-names", "['']"},
        {"dns-names", "'corp.example'"},
        {"dns-names-servers", "['127.0.0.53']"},
        {"dns-names-servers", "['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5']"},
        {"routes", "['10.0.0.0/33']"},
        {"routes", "['10.0.0.0/8 via 10.1.1.1']"},
        {"ipsec", "'ikev2'"},
        {"ipsec", "false"},
        {"ipsec-local-id", "'a\\nb'"},
        {"ipsec-remembered", "-1"},
        {"cert", "@ay []"},
        {"sstp-path-query", "'?a\\r\\nX: y'"},
        {"redial-count", "uint16 65535"},
        {"drop-redials", "uint16 1000"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GVariant) v = with(rows[i].key, rows[i].value);
        g_autofree char *about = g_strdup_printf("%s = %s", rows[i].key, rows[i].value);
        assert_refused(v, about);
    }
}

static void
test_required(void)
{
    static const char *const keys[] = {"name", "servers", "protocols", "auth", "encryption"};

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(GVariant) base = parse(least);
        GVariantDict dict;
        g_variant_dict_init(&dict, base);
        g_assert_true(g_variant_dict_remove(&dict, keys[i]));
        g_autoptr(GVariant) v = g_variant_ref_sink(g_variant_dict_end(&dict));
        assert_refused(v, keys[i]);
    }
}

/* D2: far too much of everything. */
static void
test_too_much(void)
{
    g_autofree char *long_text = g_strnfill(PLAN_MAX_TEXT, 'x');
    g_autofree uint8_t *long_ca = g_malloc0(PLAN_MAX_CA + 1);
    GVariantBuilder routes = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);
    GVariant *values[3];
    static const char *const keys[] = {"name", "ca", "routes"};

    for (int i = 0; i <= PLAN_MAX_ROUTES; i++)
        g_variant_builder_add(&routes, "s", "10.0.0.0/8");
    values[0] = g_variant_new_string(long_text);
    values[1] = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, long_ca, PLAN_MAX_CA + 1, 1);
    values[2] = g_variant_builder_end(&routes);
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(GVariant) base = parse(least);
        GVariantDict dict;
        g_variant_dict_init(&dict, base);
        g_variant_dict_insert_value(&dict, keys[i], values[i]);
        g_autoptr(GVariant) v = g_variant_ref_sink(g_variant_dict_end(&dict));
        assert_refused(v, keys[i]);
    }
}

static void
test_twice(void)
{
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    g_autoptr(GVariant) base = parse(least);
    GVariantIter iter;
    GVariant *entry;

    g_variant_iter_init(&iter, base);
    while ((entry = g_variant_iter_next_value(&iter)) != NULL) {
        g_variant_builder_add_value(&b, entry);
        g_variant_unref(entry);
    }
    g_variant_builder_add(&b, "{sv}", "name", g_variant_new_string("Other"));
    g_autoptr(GVariant) v = g_variant_ref_sink(g_variant_builder_end(&b));
    assert_refused(v, "a key twice");
}

static void
test_other_type(void)
{
    g_autoptr(GVariant) v = g_variant_ref_sink(g_variant_new_string("Work"));
    g_autoptr(GError) error = NULL;
    struct credentials c;

    assert_refused(v, "a string");
    g_assert_false(dt_credentials_from_variant(v, &c, &error));
    g_assert_error(error, DT_RAS_ERROR, (int)RAS_BAD_PROFILE);
}

static void
test_credentials(void)
{
    struct credentials c = {.user = "alice", .domain = "CORP", .proxy_user = "pal"}, got;
    g_autoptr(GError) error = NULL;

    secret_set_text(&c.password, "pass w\xc3\xb6rd");
    secret_set_text(&c.new_password, "next");
    c.has_new_password = true;
    secret_set_text(&c.proxy_password, "pp");
    secret_set_text(&c.psk, "psk");
    secret_set_text(&c.l2tp_secret, "tunnel");
    plan_key_set(&c.key, rd_over("-----\nKEY\n", 10));
    g_autoptr(GVariant) v = g_variant_ref_sink(dt_credentials_to_variant(&c));
    g_assert_true(dt_credentials_from_variant(v, &got, &error));
    g_assert_cmpstr(got.user, ==, "alice");
    g_assert_cmpstr(got.domain, ==, "CORP");
    g_assert_cmpstr(got.proxy_user, ==, "pal");
    g_assert_true(rd_equal(secret_rd(&got.password), secret_rd(&c.password)));
    g_assert_true(rd_equal(secret_rd(&got.new_password), secret_rd(&c.new_password)));
    g_assert_true(rd_equal(secret_rd(&got.proxy_password), secret_rd(&c.proxy_password)));
    g_assert_true(rd_equal(secret_rd(&got.psk), secret_rd(&c.psk)));
    g_assert_true(rd_equal(secret_rd(&got.l2tp_secret), secret_rd(&c.l2tp_secret)));
    g_assert_cmpmem(got.key.pem, got.key.len, "-----\nKEY\n", 10);
    g_assert_true(got.has_new_password);

    g_autoptr(GVariant) none = g_variant_ref_sink(dt_credentials_to_variant(NULL));
    g_assert_cmpuint(g_variant_n_children(none), ==, 0);
    g_assert_true(dt_credentials_from_variant(none, &got, &error));
    g_assert_cmpuint(got.password.len, ==, 0);
    g_assert_false(got.has_new_password);
}

static void
test_credentials_refused(void)
{
    g_autofree char *long_text = g_strnfill(SECRET_MAX + 1, 'x');
    g_autofree char *too_long = g_strdup_printf("{'password': <'%s'>}", long_text);
    g_autofree char *long_key = g_strnfill(PLAN_MAX_KEY + 1, 'x');
    g_autofree char *key_too_long = g_strdup_printf("{'private-key': <'%s'>}", long_key);
    const char *const rows[] = {
        "{'pin': <'1'>}",      "{'password': <1>}",      "{'password': <b'x'>}",
        "{'user': <'a\\nb'>}", "{'new-password': <''>}", too_long,
        key_too_long};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GVariant) v = parse(rows[i]);
        g_autoptr(GError) error = NULL;
        struct credentials c = {.user = "untouched"};
        g_assert_false(dt_credentials_from_variant(v, &c, &error));
        g_assert_error(error, DT_RAS_ERROR, (int)RAS_BAD_PROFILE);
        g_assert_null(strstr(error->message, "xxx"));
        g_assert_cmpstr(c.user, ==, "untouched");
    }
}

/* Y4: nothing of a password is left in the message, in either form that GVariant keeps. */
static void
test_wipe(void)
{
    for (int serialised = 0; serialised < 2; serialised++) {
        struct credentials c = {.user = "alice"};
        secret_set_text(&c.password, "canary");
        g_autoptr(GVariant) v = g_variant_ref_sink(dt_credentials_to_variant(&c));
        if (serialised)
            g_variant_get_data(v);
        dt_credentials_wipe_variant(v);
        const char *data = g_variant_get_data(v);
        g_assert_null(memmem(data, g_variant_get_size(v), "canary", 6));
        g_assert_null(memmem(data, g_variant_get_size(v), "alice", 5));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dt-plan/round-trip", test_round_trip);
    g_test_add_func("/dt-plan/defaults", test_defaults);
    g_test_add_func("/dt-plan/D2-D5-refused", test_refused);
    g_test_add_func("/dt-plan/required", test_required);
    g_test_add_func("/dt-plan/D2-too-much", test_too_much);
    g_test_add_func("/dt-plan/twice", test_twice);
    g_test_add_func("/dt-plan/other-type", test_other_type);
    g_test_add_func("/dt-plan/credentials", test_credentials);
    g_test_add_func("/dt-plan/credentials-refused", test_credentials_refused);
    g_test_add_func("/dt-plan/Y4-wipe", test_wipe);
    return g_test_run();
}
