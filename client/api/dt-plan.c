/* dt-plan.c - see dt-plan.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dt-plan.h"

#include "dt-ras-error.h"

enum {
    REQUIRED = 1 << 0, /* a plan without this key is refused: no default may weaken it */
    OMIT_EMPTY = 1 << 1,
};

struct word {
    const char *text;
    unsigned value;
};

static const struct word protocol_words[] = {
    {"sstp", PLAN_SSTP}, {"l2tp-ipsec", PLAN_L2TP_IPSEC}, {"pptp", PLAN_PPTP}, {0}};
static const struct word auth_words[] = {{"pap", PLAN_AUTH_PAP},
                                         {"chap-md5", PLAN_AUTH_CHAP_MD5},
                                         {"ms-chapv2", PLAN_AUTH_MSCHAPV2},
                                         {"eap-mschapv2", PLAN_AUTH_EAP_MSCHAPV2},
                                         {"none", PLAN_AUTH_NONE},
                                         {"eap-tls", PLAN_AUTH_EAP_TLS},
                                         {"peap", PLAN_AUTH_PEAP},
                                         {0}};
static const struct word encryption_words[] = {{"none", PLAN_ENCRYPTION_NONE},
                                               {"optional", PLAN_ENCRYPTION_OPTIONAL},
                                               {"required", PLAN_ENCRYPTION_REQUIRED},
                                               {"maximum", PLAN_ENCRYPTION_MAXIMUM},
                                               {0}};
static const struct word ipsec_words[] = {{"none", PLAN_IPSEC_NONE},
                                          {"psk", PLAN_IPSEC_PSK},
                                          {"certificate", PLAN_IPSEC_CERTIFICATE},
                                          {0}};
static const struct word proxy_words[] = {
    {"none", PLAN_PROXY_NONE}, {"http", PLAN_PROXY_HTTP}, {"socks5", PLAN_PROXY_SOCKS5}, {0}};

static bool
word_value(const struct word *words, const char *text, unsigned *ret)
{
    for (; words->text != NULL; words++) {
        if (g_str_equal(words->text, text)) {
            *ret = words->value;
            return true;
        }
    }
    return false;
}

static const char *
word_text(const struct word *words, unsigned value)
{
    while (words->text != NULL && words->value != value)
        words++;
    return words->text;
}

/* Every getter below sees a variant of the type that the table names, and bounds what is in it. */

bool
dt_plan_text(GVariant *v, char *out, size_t cap)
{
    gsize n;
    const char *text = g_variant_get_string(v, &n);
    g_autofree char *safe = g_malloc(n + 1);

    if (n >= cap)
        return false;
    ras_printable(safe, n + 1, text, n);
    if (!g_str_equal(safe, text))
        return false;
    memcpy(out, text, n + 1);
    return true;
}

static bool
protocols_get(GVariant *v, struct dial_plan *p)
{
    const gsize n = g_variant_n_children(v);

    if (n > PLAN_MAX_PROTOCOLS)
        return false;
    p->n_protocols = (uint8_t)n;
    for (gsize i = 0; i < n; i++) {
        const char *text;
        unsigned value;
        g_variant_get_child(v, i, "&s", &text);
        if (!word_value(protocol_words, text, &value))
            return false;
        p->protocols[i] = value;
    }
    return true;
}

static GVariant *
protocols_put(const struct dial_plan *p)
{
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);

    for (unsigned i = 0; i < p->n_protocols; i++)
        g_variant_builder_add(&b, "s", word_text(protocol_words, p->protocols[i]));
    return g_variant_builder_end(&b);
}

static bool
servers_get(GVariant *v, struct dial_plan *p)
{
    const gsize n = g_variant_n_children(v);

    if (n > PLAN_MAX_SERVERS)
        return false;
    p->n_servers = (uint8_t)n;
    for (gsize i = 0; i < n; i++) {
        g_autoptr(GVariant) pair = g_variant_get_child_value(v, i);
        g_autoptr(GVariant) host = g_variant_get_child_value(pair, 0);
        if (!dt_plan_text(host, p->servers[i].host, sizeof p->servers[i].host))
            return false;
        g_variant_get_child(pair, 1, "q", &p->servers[i].port);
    }
    return true;
}

static GVariant *
servers_put(const struct dial_plan *p)
{
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a(sq)"));

    for (unsigned i = 0; i < p->n_servers; i++)
        g_variant_builder_add(&b, "(sq)", p->servers[i].host, p->servers[i].port);
    return g_variant_builder_end(&b);
}

static bool
auth_get(GVariant *v, struct dial_plan *p)
{
    const gsize n = g_variant_n_children(v);

    if (n > G_N_ELEMENTS(auth_words))
        return false;
    p->auth = 0;
    for (gsize i = 0; i < n; i++) {
        const char *text;
        unsigned value;
        g_variant_get_child(v, i, "&s", &text);
        if (!word_value(auth_words, text, &value))
            return false;
        p->auth |= value;
    }
    return true;
}

static GVariant *
auth_put(const struct dial_plan *p)
{
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);

    for (const struct word *w = auth_words; w->text != NULL; w++)
        if (p->auth & w->value)
            g_variant_builder_add(&b, "s", w->text);
    return g_variant_builder_end(&b);
}

static bool
encryption_get(GVariant *v, struct dial_plan *p)
{
    unsigned value;

    if (!word_value(encryption_words, g_variant_get_string(v, NULL), &value))
        return false;
    p->encryption = value;
    return true;
}

static GVariant *
encryption_put(const struct dial_plan *p)
{
    return g_variant_new_string(word_text(encryption_words, p->encryption));
}

static bool
ipsec_get(GVariant *v, struct dial_plan *p)
{
    unsigned value;

    if (!word_value(ipsec_words, g_variant_get_string(v, NULL), &value))
        return false;
    p->ipsec = value;
    return true;
}

static GVariant *
ipsec_put(const struct dial_plan *p)
{
    return g_variant_new_string(word_text(ipsec_words, p->ipsec));
}

static bool
proxy_get(GVariant *v, struct dial_plan *p)
{
    unsigned value;

    if (!word_value(proxy_words, g_variant_get_string(v, NULL), &value))
        return false;
    p->proxy = value;
    return true;
}

static GVariant *
proxy_put(const struct dial_plan *p)
{
    return g_variant_new_string(word_text(proxy_words, p->proxy));
}

enum { PIN_SIZE = 32 };

static bool
sha256_get(GVariant *v, uint8_t pin[static PIN_SIZE], bool *ret_set)
{
    gsize n;
    gconstpointer bytes = g_variant_get_fixed_array(v, &n, 1);

    if (n != PIN_SIZE)
        return false;
    memcpy(pin, bytes, n);
    *ret_set = true;
    return true;
}

static GVariant *
sha256_put(const uint8_t pin[static PIN_SIZE], bool set)
{
    return set ? g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, pin, PIN_SIZE, 1) : NULL;
}

static bool
pin_get(GVariant *v, struct dial_plan *p)
{
    return sha256_get(v, p->pin, &p->pin_set);
}

static GVariant *
pin_put(const struct dial_plan *p)
{
    return sha256_put(p->pin, p->pin_set);
}

static bool
eap_pin_get(GVariant *v, struct dial_plan *p)
{
    return sha256_get(v, p->eap.pin, &p->eap.pin_set);
}

static GVariant *
eap_pin_put(const struct dial_plan *p)
{
    return sha256_put(p->eap.pin, p->eap.pin_set);
}

static bool
bytes_get(GVariant *v, gsize max, uint8_t **to, uint32_t *ret_n)
{
    gsize n;
    gconstpointer bytes = g_variant_get_fixed_array(v, &n, 1);

    if (n == 0 || n > max)
        return false;
    free(*to);
    *to = malloc(n);
    if (*to == NULL)
        return false;
    memcpy(*to, bytes, n);
    *ret_n = (uint32_t)n;
    return true;
}

static bool
ca_get(GVariant *v, struct dial_plan *p)
{
    return bytes_get(v, PLAN_MAX_CA, &p->ca, &p->ca_len);
}

static bool
cert_get(GVariant *v, struct dial_plan *p)
{
    return bytes_get(v, PLAN_MAX_CERT, &p->cert, &p->cert_len);
}

static GVariant *
ca_put(const struct dial_plan *p)
{
    if (p->ca_len == 0)
        return NULL;
    return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, p->ca, p->ca_len, 1);
}

static GVariant *
cert_put(const struct dial_plan *p)
{
    if (p->cert_len == 0)
        return NULL;
    return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, p->cert, p->cert_len, 1);
}

static bool
fixed_ip4_get(GVariant *v, struct dial_plan *p)
{
    return net_ip4_parse(g_variant_get_string(v, NULL), &p->fixed_ip4);
}

static GVariant *
fixed_ip4_put(const struct dial_plan *p)
{
    char text[16];

    return p->fixed_ip4 == 0 ? NULL : g_variant_new_string(net_ip4_text(p->fixed_ip4, text));
}

static bool
addresses_get(GVariant *v, uint32_t out[static NET_MAX_SERVERS], uint8_t *ret_n)
{
    const gsize n = g_variant_n_children(v);

    if (n > NET_MAX_SERVERS)
        return false;
    for (gsize i = 0; i < n; i++) {
        const char *text;
        g_variant_get_child(v, i, "&s", &text);
        if (!net_ip4_parse(text, &out[i]))
            return false;
    }
    *ret_n = (uint8_t)n;
    return true;
}

static GVariant *
addresses_put(const uint32_t *addresses, unsigned n)
{
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);
    char text[16];

    for (unsigned i = 0; i < n; i++)
        g_variant_builder_add(&b, "s", net_ip4_text(addresses[i], text));
    return g_variant_builder_end(&b);
}

/* Those of IPv6 go with the rules for names: the tunnel has no use for them. */
static bool
dns_get(GVariant *v, struct dial_plan *p)
{
    GVariantIter i;
    const char *text;

    g_variant_iter_init(&i, v);
    while (g_variant_iter_next(&i, "&s", &text)) {
        struct plan_address a;

        if (strchr(text, ':') != NULL) {
            if (!plan_address_parse(text, &a) || !plan_names_add_dns6(&p->names, &a))
                return false;
        } else if (p->n_dns == NET_MAX_SERVERS || !net_ip4_parse(text, &p->dns[p->n_dns++])) {
            return false;
        }
    }
    return true;
}

static void
put_plan_addresses(GVariantBuilder *b, const struct plan_address *list, unsigned n)
{
    char text[46];

    for (unsigned i = 0; i < n; i++)
        g_variant_builder_add(b, "s", plan_address_text(&list[i], text));
}

static GVariant *
dns_put(const struct dial_plan *p)
{
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);
    char text[16];

    for (unsigned i = 0; i < p->n_dns; i++)
        g_variant_builder_add(&b, "s", net_ip4_text(p->dns[i], text));
    put_plan_addresses(&b, p->names.dns6, p->names.n_dns6);
    return g_variant_builder_end(&b);
}

static bool
wins_get(GVariant *v, struct dial_plan *p)
{
    return addresses_get(v, p->wins, &p->n_wins);
}

static GVariant *
wins_put(const struct dial_plan *p)
{
    return addresses_put(p->wins, p->n_wins);
}

static bool
names_get(GVariant *v, struct dial_plan *p, bool search)
{
    GVariantIter i;
    const char *suffix;

    g_variant_iter_init(&i, v);
    while (g_variant_iter_next(&i, "&s", &suffix))
        if (!plan_names_add(&p->names, suffix, search))
            return false;
    return true;
}

static GVariant *
names_put(const struct dial_plan *p, bool search)
{
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);

    for (unsigned i = 0; i < p->names.n; i++)
        if (p->names.name[i].search == search)
            g_variant_builder_add(&b, "s", p->names.name[i].suffix);
    return g_variant_builder_end(&b);
}

static bool
dns_search_get(GVariant *v, struct dial_plan *p)
{
    return names_get(v, p, true);
}

static GVariant *
dns_search_put(const struct dial_plan *p)
{
    return names_put(p, true);
}

static bool
dns_names_get(GVariant *v, struct dial_plan *p)
{
    return names_get(v, p, false);
}

static GVariant *
dns_names_put(const struct dial_plan *p)
{
    return names_put(p, false);
}

static bool
names_servers_get(GVariant *v, struct dial_plan *p)
{
    GVariantIter i;
    const char *text;

    g_variant_iter_init(&i, v);
    while (g_variant_iter_next(&i, "&s", &text)) {
        struct plan_address a;
        if (!plan_address_parse(text, &a) || !plan_names_add_server(&p->names, &a))
            return false;
    }
    return true;
}

static GVariant *
names_servers_put(const struct dial_plan *p)
{
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);

    put_plan_addresses(&b, p->names.servers, p->names.n_servers);
    return g_variant_builder_end(&b);
}

static bool
routes_get(GVariant *v, struct dial_plan *p)
{
    const gsize n = g_variant_n_children(v);

    if (n > PLAN_MAX_ROUTES)
        return false;
    p->n_routes = (uint16_t)n;
    for (gsize i = 0; i < n; i++) {
        const char *text;
        g_variant_get_child(v, i, "&s", &text);
        if (!net_route_parse(text, &p->routes[i]))
            return false;
    }
    return true;
}

static GVariant *
routes_put(const struct dial_plan *p)
{
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);
    char text[52];

    for (unsigned i = 0; i < p->n_routes; i++)
        g_variant_builder_add(&b, "s", net_route_text(&p->routes[i], text));
    return g_variant_builder_end(&b);
}

/* A key is either a plain field (offset, size; the type says how) or has functions of its own. */
static const struct field {
    const char *key, *type;
    unsigned flags;
    size_t offset, size;
    bool (*get)(GVariant *v, struct dial_plan *p);
    GVariant *(*put)(const struct dial_plan *p); /* NULL: leave the key out */
} fields[] = {
/* clang-format off */
#define AT(member) offsetof(struct dial_plan, member), sizeof((struct dial_plan *)NULL)->member
    {"name", "s", REQUIRED, AT(name)},
    {"protocols", "as", REQUIRED, .get = protocols_get, .put = protocols_put},
    {"servers", "a(sq)", REQUIRED, .get = servers_get, .put = servers_put},
    {"auth", "as", REQUIRED, .get = auth_get, .put = auth_put},
    {"encryption", "s", REQUIRED, .get = encryption_get, .put = encryption_put},
    {"eap-identity", "s", OMIT_EMPTY, AT(eap.identity)},
    {"eap-names", "s", OMIT_EMPTY, AT(eap.names)},
    {"eap-roots", "s", OMIT_EMPTY, AT(eap.roots)},
    {"eap-pin", "ay", 0, .get = eap_pin_get, .put = eap_pin_put},
    {"eap-unbound", "b", 0, AT(eap.unbound)},
    {"tls-name", "s", OMIT_EMPTY, AT(tls_name)},
    {"pin", "ay", 0, .get = pin_get, .put = pin_put},
    {"ca", "ay", 0, .get = ca_get, .put = ca_put},
    {"ipsec", "s", 0, .get = ipsec_get, .put = ipsec_put},
    {"ipsec-remote-id", "s", OMIT_EMPTY, AT(ipsec_remote_id)},
    {"ipsec-local-id", "s", OMIT_EMPTY, AT(ipsec_local_id)},
    {"ipsec-pfs", "b", 0, AT(ipsec_pfs)},
    {"ipsec-encap", "b", 0, AT(ipsec_encap)},
    {"ipsec-remembered", "u", 0, AT(ipsec_remembered)},
    {"l2tp-port-1701", "b", 0, AT(l2tp_port_1701)},
    {"cert", "ay", 0, .get = cert_get, .put = cert_put},
    {"proxy", "s", 0, .get = proxy_get, .put = proxy_put},
    {"proxy-host", "s", OMIT_EMPTY, AT(proxy_host)},
    {"proxy-port", "q", 0, AT(proxy_port)},
    {"sstp-path-query", "s", OMIT_EMPTY, AT(sstp_path_query)},
    {"ipv4", "b", 0, AT(ipv4)},
    {"ipv6", "b", 0, AT(ipv6)},
    {"default-gateway", "b", 0, AT(default_gateway)},
    {"class-route", "b", 0, AT(class_route)},
    {"dhcp-inform", "b", 0, AT(dhcp_inform)},
    {"dhcp-silent", "b", 0, AT(dhcp_silent)},
    {"compression", "b", 0, AT(compression)},
    {"set-dns", "b", 0, AT(set_dns)},
    {"register-dns", "b", 0, AT(register_dns)},
    {"register-suffix", "b", 0, AT(register_suffix)},
    {"register-wins", "b", 0, AT(register_wins)},
    {"mru", "q", 0, AT(mru)},
    {"fixed-ip4", "s", 0, .get = fixed_ip4_get, .put = fixed_ip4_put},
    {"dns", "as", 0, .get = dns_get, .put = dns_put},
    {"wins", "as", 0, .get = wins_get, .put = wins_put},
    {"domain", "s", OMIT_EMPTY, AT(domain)},
    {"dns-search", "as", 0, .get = dns_search_get, .put = dns_search_put},
    {"dns-names", "as", 0, .get = dns_names_get, .put = dns_names_put},
    {"dns-names-servers", "as", 0, .get = names_servers_get, .put = names_servers_put},
    {"routes", "as", 0, .get = routes_get, .put = routes_put},
    {"redial-count", "q", 0, AT(redial_count)},
    {"redial-delay", "q", 0, AT(redial_delay_s)},
    {"drop-redials", "q", 0, AT(drop_redials)},
    {"idle-timeout", "u", 0, AT(idle_timeout_s)},
    {"connect-timeout", "q", 0, AT(connect_timeout_s)},
    {"end-with-caller", "b", 0, AT(end_with_caller)},
    {"for-everybody", "b", 0, AT(for_everybody)},
    {"through", "s", OMIT_EMPTY, AT(through)},
    {"end-through", "b", 0, AT(end_through)},
    {"accept-early-data", "b", 0, AT(accept_early_data)},
#undef AT
    /* clang-format on */
};

static bool
field_get(const struct field *f, GVariant *v, struct dial_plan *p)
{
    void *at = (char *)p + f->offset;

    if (f->get != NULL)
        return f->get(v, p);
    switch (*f->type) {
    case 's':
        return dt_plan_text(v, at, f->size);
    case 'b':
        *(bool *)at = g_variant_get_boolean(v);
        return true;
    case 'q':
        *(uint16_t *)at = g_variant_get_uint16(v);
        return true;
    case 'u':
        *(uint32_t *)at = g_variant_get_uint32(v);
        return true;
    }
    g_assert_not_reached(); /* the table is wrong, not the caller */
}

static GVariant *
field_put(const struct field *f, const struct dial_plan *p)
{
    const void *at = (const char *)p + f->offset;

    if (f->put != NULL)
        return f->put(p);
    switch (*f->type) {
    case 's':
        return (f->flags & OMIT_EMPTY) && *(const char *)at == '\0' ? NULL
                                                                    : g_variant_new_string(at);
    case 'b':
        return g_variant_new_boolean(*(const bool *)at);
    case 'q':
        return g_variant_new_uint16(*(const uint16_t *)at);
    case 'u':
        return g_variant_new_uint32(*(const uint32_t *)at);
    }
    g_assert_not_reached();
}

GVariant *
dt_plan_to_variant(const struct dial_plan *plan)
{
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        GVariant *v = field_put(&fields[i], plan);
        if (v != NULL)
            g_variant_builder_add(&b, "{sv}", fields[i].key, v);
    }
    return g_variant_builder_end(&b);
}

static bool
plan_key_get(const char *key, GVariant *value, struct dial_plan *p, uint64_t *seen, GError **error)
{
    gsize i = 0;

    G_STATIC_ASSERT(G_N_ELEMENTS(fields) <= 64);
    while (i < G_N_ELEMENTS(fields) && !g_str_equal(fields[i].key, key))
        i++;
    if (i == G_N_ELEMENTS(fields)) {
        dt_ras_error_set(error, RAS_BAD_PROFILE, "The dial plan has an unknown key.");
        return false;
    }
    if (*seen & UINT64_C(1) << i) {
        dt_ras_error_set(error, RAS_BAD_PROFILE, "The dial plan has the key '%s' twice.",
                         fields[i].key);
        return false;
    }
    *seen |= UINT64_C(1) << i;
    if (!g_variant_is_of_type(value, G_VARIANT_TYPE(fields[i].type))) {
        dt_ras_error_set(error, RAS_BAD_PROFILE, "'%s' of the dial plan must have the type '%s'.",
                         fields[i].key, fields[i].type);
        return false;
    }
    if (!field_get(&fields[i], value, p)) {
        dt_ras_error_set(error, RAS_BAD_PROFILE,
                         "'%s' of the dial plan is malformed, too long or unknown.", fields[i].key);
        return false;
    }
    return true;
}

static bool
plan_fill(GVariant *variant, struct dial_plan *p, GError **error)
{
    GVariantIter iter;
    const char *key, *why = NULL;
    GVariant *value;
    uint64_t seen = 0;

    if (!g_variant_is_of_type(variant, G_VARIANT_TYPE_VARDICT)) {
        dt_ras_error_set(error, RAS_BAD_PROFILE, "The dial plan must have the type 'a{sv}'.");
        return false;
    }
    g_variant_iter_init(&iter, variant);
    while (g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
        const bool ok = plan_key_get(key, value, p, &seen, error);
        g_variant_unref(value);
        if (!ok)
            return false;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        if ((fields[i].flags & REQUIRED) && !(seen & UINT64_C(1) << i)) {
            dt_ras_error_set(error, RAS_BAD_PROFILE, "The dial plan has no '%s'.", fields[i].key);
            return false;
        }
    }
    if (!dial_plan_valid(p, &why)) {
        dt_ras_error_set(error, RAS_BAD_PROFILE, "%s", why);
        return false;
    }
    return true;
}

bool
dt_plan_from_variant(GVariant *variant, struct dial_plan *ret, GError **error)
{
    g_autofree struct dial_plan *p = g_new0(struct dial_plan, 1);

    dial_plan_init(p);
    if (!plan_fill(variant, p, error)) {
        dial_plan_clear(p);
        return false;
    }
    *ret = *p;
    return true;
}
