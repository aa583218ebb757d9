/* profile-xml.c - see profile-xml.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-xml.h"

#include "eap-config.h"
#include "ini.h"
#include "profile-fields.h"
#include "ras.h"
#include "text-decode.h"

#include <glib/gi18n-lib.h>

#include <string.h>

struct reader {
    Profile *p;
    const char *file;
    GPtrArray *path; /* char *: local names of the open elements */
    guint root;      /* how many of them there are with VPNProfile; 0: it is not open */
    guint profiles;  /* elements VPNProfile so far */
    GString *text;   /* of the innermost */
    gboolean leaf;
    char *address, *domain, *servers; /* of the Route, the DomainNameInformation that is open */
    guint prefix;
    gboolean excluded;
    GString *listed; /* of the ProtocolList: a letter each */
};

#define PROTOCOL_LIST "VPNProfile/NativeProfile/ProtocolList/NativeProtocolList"

typedef void (*take)(struct reader *r, const char *key, const char *value);

static gboolean
is_true(const char *value)
{
    return g_ascii_strcasecmp(value, "true") == 0 || g_str_equal(value, "1");
}

static void
origin(struct reader *r, enum field_scope scope, const char *field, const char *key)
{
    field_set_origin(field_find(scope, field), r->p, r->file, "VPNProfile", key);
}

static void
list_origin(struct reader *r, const char *list, const char *value, const char *key)
{
    g_autofree char *name = g_strconcat(list, "/", value, NULL);

    profile_set_origin(r->p, name, r->file, "VPNProfile", key, value);
}

/* "vpn.example.com;Office,vpn2.example.com": addresses, and names to show behind them. */
static void
take_servers(struct reader *r, const char *key, const char *value)
{
    g_auto(GStrv) servers = g_strsplit(value, ",", -1);

    for (guint i = 0; servers[i] != NULL; i++) {
        char *address = g_strstrip(servers[i]), *label = strchr(address, ';');
        if (label != NULL)
            *label++ = '\0';
        if (*address == '\0')
            continue;
        profile_add_server(r->p, label == NULL ? "" : label, address);
        list_origin(r, "Server", address, key);
    }
}

static void
take_protocol(struct reader *r, const char *key, const char *value)
{
    static const struct {
        const char *name;
        guint strategy;
    } names[] = {{"Automatic", 0}, {"PPTP", 1},  {"L2TP", 3},
                 {"SSTP", 5},      {"IKEv2", 7}, {"ProtocolList", 15}};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_ascii_strcasecmp(names[i].name, value) == 0) {
            r->p->dun.vpn_strategy = names[i].strategy;
            origin(r, SCOPE_NETWORKING, "VpnStrategy", key);
            return;
        }
    profile_note(r->p, _("“%s” is no VPN protocol that is known here."), value);
}

static void
take_listed(struct reader *r, const char *key, const char *value)
{
    static const char *const names[] = {"Ikev2", "L2tp", "Pptp", "Sstp"};

    (void)key;
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_ascii_strcasecmp(names[i], value) == 0) {
            if (strchr(r->listed->str, names[i][0]) == NULL)
                g_string_append_c(r->listed, names[i][0]);
            return;
        }
    profile_note(r->p, _("“%s” is no VPN protocol that is known here."), value);
}

static gboolean
same_letters(const char *a, const char *b)
{
    return strlen(a) == strlen(b) && strspn(a, b) == strlen(a);
}

/* "SL": 12. */
static guint
order_of(const char *letters)
{
    guint order = 0;

    for (; *letters != '\0'; letters++)
        order = order * 10 + (*letters == 'S'   ? PLAN_SSTP
                              : *letters == 'L' ? PLAN_L2TP_IPSEC
                                                : PLAN_PPTP);
    return order;
}

/* The strategy with this order; else the one with the same protocols, and the order beside it. */
static void
take_order(struct reader *r)
{
    static const struct {
        const char *letters;
        guint strategy;
    } orders[] = {{"S", 5},    {"L", 3},   {"P", 1},   {"I", 7},   {"PL", 2},
                  {"LP", 4},   {"PS", 12}, {"LS", 13}, {"IS", 14}, {"IPL", 8},
                  {"SIPL", 6}, {"SLP", 0}, {"SPL", 6}};
    g_autofree char *dialed = g_strdup(r->listed->str);
    char *ike = strchr(dialed, 'I');
    gint exact = -1, alike = -1;

    if (*dialed == '\0')
        return;
    for (guint pass = 0; pass < 2 && exact < 0; pass++) {
        for (gsize i = 0; i < G_N_ELEMENTS(orders); i++) {
            if (exact < 0 && g_str_equal(orders[i].letters, dialed))
                exact = (gint)orders[i].strategy;
            if (alike < 0 && pass == 1 && same_letters(orders[i].letters, dialed))
                alike = (gint)orders[i].strategy;
        }
        if (pass == 0 && exact < 0 && ike != NULL) { /* the same without it */
            memmove(ike, ike + 1, strlen(ike));
            profile_note(r->p,
                         _("The profile also names IKEv2, which this program does not dial."));
        }
    }
    r->p->dun.vpn_strategy = (guint)(exact >= 0 ? exact : MAX(alike, 0));
    origin(r, SCOPE_NETWORKING, "VpnStrategy", PROTOCOL_LIST "/Type");
    if (exact >= 0)
        return;
    r->p->protocol_order = order_of(dialed);
    origin(r, SCOPE_OWN, "ProtocolOrder", PROTOCOL_LIST "/Type");
}

static void
take_routing(struct reader *r, const char *key, const char *value)
{
    r->p->dun.gateway_on_remote = g_ascii_strcasecmp(value, "SplitTunnel") != 0;
    origin(r, SCOPE_TCPIP, "Gateway_On_Remote", key);
}

static void
take_class_route(struct reader *r, const char *key, const char *value)
{
    r->p->dun.class_route = !is_true(value);
    origin(r, SCOPE_TCPIP, "DisableClassBasedDefaultRoute", key);
}

static void
take_remember(struct reader *r, const char *key, const char *value)
{
    r->p->hide_remember_password = !is_true(value);
    origin(r, SCOPE_CM, "HideRememberPassword", key);
}

static void
take_register(struct reader *r, const char *key, const char *value)
{
    r->p->dun.register_dns = is_true(value);
    origin(r, SCOPE_OWN, "RegisterDNS", key);
}

static void
take_suffix(struct reader *r, const char *key, const char *value)
{
    g_auto(GStrv) names = g_strsplit_set(value, ", ", -1);
    gboolean first = TRUE;

    for (guint i = 0; names[i] != NULL; i++) {
        if (!net_name_valid(names[i]))
            continue;
        if (first)
            profile_set(&r->p->dun.dns_suffix, names[i]);
        else
            profile_add_dns_search(r->p, names[i]);
        if (first)
            origin(r, SCOPE_TCPIP, "DnsSuffix", key);
        else
            list_origin(r, "DNS search", names[i], key);
        first = FALSE;
    }
}

static void
take_psk(struct reader *r, const char *key, const char *value)
{
    r->p->dun.use_preshared_key = TRUE;
    origin(r, SCOPE_NETWORKING, "UsePreSharedKey", key);
    secret_set_text(&r->p->found_psk, value);
}

static void
take_user_method(struct reader *r, const char *key, const char *value)
{
    struct profile_dun *d = &r->p->dun;

    d->custom_security = d->enforce_custom = TRUE;
    d->eap = g_ascii_strcasecmp(value, "Eap") == 0;
    d->mschap2 = g_ascii_strcasecmp(value, "MSChapv2") == 0;
    origin(r, SCOPE_SERVER, d->eap ? "Require_EAP" : "Require_MSCHAP2", key);
}

static void
take_machine_method(struct reader *r, const char *key, const char *value)
{
    r->p->use_certificate = g_ascii_strcasecmp(value, "Certificate") == 0;
    origin(r, SCOPE_OWN, "UseCertificate", key);
}

static void
take_proxy(struct reader *r, const char *key, const char *value)
{
    profile_set(&r->p->web_proxy, value);
    origin(r, SCOPE_OWN, "WebProxy", key);
}

static void
take_proxy_script(struct reader *r, const char *key, const char *value)
{
    profile_set(&r->p->web_proxy_script, value);
    origin(r, SCOPE_OWN, "WebProxyScript", key);
}

static void
take_bypass(struct reader *r, const char *key, const char *value)
{
    if (!is_true(value))
        return;
    profile_set(&r->p->web_proxy_except, "<local>");
    origin(r, SCOPE_OWN, "WebProxyExceptions", key);
}

static void
take_plug_in(struct reader *r, const char *key, const char *value)
{
    profile_note(r->p,
                 _("The profile is for an app of Windows with a protocol of its own (%s), which "
                   "this program does not speak."),
                 value);
    profile_add_other(r->p, r->file, "VPNProfile", key, value);
}

static void
take_lock_down(struct reader *r, const char *key, const char *value)
{
    if (is_true(value))
        profile_note(r->p,
                     _("The profile wants no network at all without the VPN (LockDown). This is "
                       "not done here."));
    profile_add_other(r->p, r->file, "VPNProfile", key, value);
}

static void
hold_address(struct reader *r, const char *key, const char *value)
{
    (void)key;
    profile_set(&r->address, value);
}

static void
hold_prefix(struct reader *r, const char *key, const char *value)
{
    (void)key;
    r->prefix = (guint)CLAMP(ini_number(value, 255), 0, 255);
}

static void
hold_exclusion(struct reader *r, const char *key, const char *value)
{
    (void)key;
    r->excluded = is_true(value);
}

static void
hold_domain(struct reader *r, const char *key, const char *value)
{
    (void)key;
    profile_set(&r->domain, value);
}

static void
hold_servers(struct reader *r, const char *key, const char *value)
{
    (void)key;
    profile_set(&r->servers, value);
}

#define EAP_HOST_CONFIG "VPNProfile/NativeProfile/Authentication/Eap/Configuration/EapHostConfig/"

static const struct {
    const char *path;
    take take;
} rows[] = {
    {"VPNProfile/RememberCredentials", take_remember},
    {"VPNProfile/DnsSuffix", take_suffix},
    {"VPNProfile/RegisterDNS", take_register},
    {"VPNProfile/NativeProfile/Servers", take_servers},
    {"VPNProfile/NativeProfile/NativeProtocolType", take_protocol},
    {PROTOCOL_LIST "/Type", take_listed},
    {"VPNProfile/NativeProfile/RoutingPolicyType", take_routing},
    {"VPNProfile/NativeProfile/DisableClassBasedDefaultRoute", take_class_route},
    {"VPNProfile/NativeProfile/L2tpPsk", take_psk},
    {"VPNProfile/NativeProfile/Authentication/UserMethod", take_user_method},
    {"VPNProfile/NativeProfile/Authentication/MachineMethod", take_machine_method},
    {"VPNProfile/Proxy/Manual/Server", take_proxy},
    {"VPNProfile/Proxy/AutoConfigUrl", take_proxy_script},
    {"VPNProfile/Route/Address", hold_address},
    {"VPNProfile/ByPassForLocal", take_bypass},
    {"VPNProfile/LockDown", take_lock_down},
    {"VPNProfile/PluginProfile/PluginPackageFamilyName", take_plug_in},
    {"VPNProfile/Route/PrefixSize", hold_prefix},
    {"VPNProfile/Route/ExclusionRoute", hold_exclusion},
    {"VPNProfile/DomainNameInformation/DomainName", hold_domain},
    {"VPNProfile/DomainNameInformation/DnsServers", hold_servers},
};

/* From VPNProfile on, in whatever it stands. */
static char *
path_of(const struct reader *r)
{
    g_autoptr(GString) path = g_string_new("VPNProfile");

    for (guint i = r->root; i < r->path->len; i++)
        g_string_append_printf(path, "/%s", (const char *)r->path->pdata[i]);
    return g_strdup(path->str);
}

static void
end_route(struct reader *r)
{
    g_autofree char *text = g_strdup_printf("%s/%u", r->address, r->prefix);
    struct net_route route;
    char net[52];

    if (!net_route_parse(text, &route) || r->p->routes->len == PLAN_MAX_ROUTES) {
        profile_note(r->p, _("“%s” is not a network."), text);
        return;
    }
    net_route_text(&route, net);
    if (r->excluded) {
        profile_note(r->p, _("The profile leaves %s out of the VPN, which is not done here."), net);
        profile_add_other(r->p, r->file, "VPNProfile", "VPNProfile/Route/ExclusionRoute", net);
        return;
    }
    g_ptr_array_add(r->p->routes, g_strdup(net));
    list_origin(r, "Route", net, "Route");
}

static void
end_domain(struct reader *r)
{
    const char *name = *r->domain == '.' ? r->domain + 1 : r->domain;
    g_auto(GStrv) words = g_strsplit_set(r->servers, ", ;", -1);
    g_autoptr(GString) servers = g_string_new(NULL);

    for (guint i = 0; words[i] != NULL; i++)
        if (g_hostname_is_ip_address(words[i]))
            g_string_append_printf(servers, "%s%s", servers->len > 0 ? " " : "", words[i]);
    if (!net_name_valid(name) && !g_str_equal(r->domain, ".")) { /* which is all names */
        profile_note(r->p, _("“%s” is not a domain name."), r->domain);
        return;
    }
    profile_add_dns_rule(r->p, name, servers->str);
    list_origin(r, "DNS rule", name, "DomainNameInformation");
}

/* An element below VPNProfile begins, or that one itself. */
static void
begin_part(struct reader *r)
{
    const char *name = r->path->pdata[r->path->len - 1];

    if (r->root == 0 && g_str_equal(name, "VPNProfile") && r->profiles++ == 0)
        r->root = r->path->len;
    if (r->root == 0 || r->path->len != r->root + 1)
        return;
    profile_set(&r->address, "");
    profile_set(&r->domain, "");
    profile_set(&r->servers, "");
    r->prefix = 255;
    r->excluded = FALSE;
    if (g_str_equal(name, "TrafficFilter"))
        profile_note(r->p,
                     _("The profile lets only some traffic through the VPN (TrafficFilter). This "
                       "is not done here."));
}

static void
on_start(GMarkupParseContext *context, const char *element, const char **names, const char **values,
         gpointer user_data, GError **error)
{
    struct reader *r = user_data;
    const char *colon = strchr(element, ':');

    (void)context, (void)names, (void)values;
    if (r->path->len == PROFILE_XML_MAX_DEPTH) {
        g_set_error_literal(error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE,
                            _("The elements of the file are too deep in each other."));
        return;
    }
    g_ptr_array_add(r->path, g_strdup(colon == NULL ? element : colon + 1));
    g_string_truncate(r->text, 0);
    r->leaf = TRUE;
    begin_part(r);
}

static void
on_text(GMarkupParseContext *context, const char *text, gsize n, gpointer user_data, GError **error)
{
    struct reader *r = user_data;

    (void)context, (void)error;
    g_string_append_len(r->text, text, (gssize)n);
}

static void
end_leaf(struct reader *r, const char *path)
{
    g_autofree char *value = g_malloc(r->text->len + 1);

    ras_printable(value, r->text->len + 1, r->text->str, r->text->len);
    g_strstrip(value);
    const struct eap_config eap = {r->p, r->file, "VPNProfile", path};
    if (g_str_has_prefix(path, EAP_HOST_CONFIG) &&
        eap_config_element(&eap, path + strlen(EAP_HOST_CONFIG), value))
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_str_equal(rows[i].path, path)) {
            rows[i].take(r, path, value);
            return;
        }
    if (*value != '\0')
        profile_add_other(r->p, r->file, "VPNProfile", path, value);
}

static void
on_end(GMarkupParseContext *context, const char *element, gpointer user_data, GError **error)
{
    struct reader *r = user_data;
    g_autofree char *path = path_of(r);

    (void)context, (void)element, (void)error;
    if (r->leaf && r->root > 0)
        end_leaf(r, path);
    if (r->root > 0 && g_str_equal(path, "VPNProfile/Route"))
        end_route(r);
    if (r->root > 0 && g_str_equal(path, "VPNProfile/DomainNameInformation"))
        end_domain(r);
    r->root = r->path->len == r->root ? 0 : r->root;
    r->leaf = FALSE;
    g_string_truncate(r->text, 0);
    g_ptr_array_set_size(r->path, (int)r->path->len - 1);
}

/* What the declaration says that it is encoded in, of the code pages of Windows; 0: another. */
static guint
declared(const char *text, gsize n)
{
    g_autofree char *head = g_ascii_strdown(text, (gssize)MIN(n, 200));
    const char *end = strstr(head, "?>"), *at = strstr(head, "encoding=");

    if (at == NULL || end == NULL || at > end)
        return 0;
    at += strlen("encoding=") + 1;
    at += g_str_has_prefix(at, "windows-") ? 8 : g_str_has_prefix(at, "cp") ? 2 : strlen(at);
    const gint64 codepage = ini_number(at, 0);
    return codepage > 0 && text_codepage_known((int)MIN(codepage, G_MAXINT)) ? (guint)codepage : 0;
}

/* *@codepage: 0 becomes what the file tells. */
static char *
text_of(GBytes *bytes, guint *codepage, char **ret_encoding)
{
    gsize n;
    const char *data = g_bytes_get_data(bytes, &n);

    if (*codepage == 0)
        *codepage = declared(data == NULL ? "" : data, n);
    return text_decode(data == NULL ? "" : data, n, *codepage, ret_encoding);
}

/* As an element's name, with or without a namespace before it. */
gboolean
profile_xml_is(GBytes *bytes)
{
    guint codepage = 0;

    if (g_bytes_get_size(bytes) > PROFILE_XML_MAX)
        return FALSE;
    g_autofree char *encoding = NULL, *text = text_of(bytes, &codepage, &encoding);
    if (*g_strchug(text) != '<')
        return FALSE;
    for (const char *at = text; (at = strstr(at + 1, "VPNProfile")) != NULL;)
        if (at[-1] == '<' || at[-1] == ':')
            return TRUE;
    return FALSE;
}

static gboolean
parse(struct reader *r, const char *text, GError **error)
{
    static const GMarkupParser parser = {on_start, on_end, on_text, NULL, NULL};
    g_autoptr(GMarkupParseContext) context =
        g_markup_parse_context_new(&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, r, NULL);

    if (!g_markup_parse_context_parse(context, text, -1, error) ||
        !g_markup_parse_context_end_parse(context, error))
        return FALSE;
    if (r->profiles > 0)
        return TRUE;
    g_set_error_literal(error, G_MARKUP_ERROR, G_MARKUP_ERROR_EMPTY,
                        _("There is no VPNProfile in the file."));
    return FALSE;
}

Profile *
profile_xml_read(GBytes *bytes, guint codepage, const char *name, GError **error)
{
    g_autofree char *encoding = NULL, *text = text_of(bytes, &codepage, &encoding);
    g_autoptr(Profile) p = profile_new();
    struct reader r = {.p = p, .file = name};

    r.path = g_ptr_array_new_with_free_func(g_free);
    r.text = g_string_new(NULL);
    r.listed = g_string_new(NULL);
    r.address = g_strdup(""), r.domain = g_strdup(""), r.servers = g_strdup("");
    const gboolean ok = parse(&r, text, error);
    take_order(&r);
    if (r.profiles > 1)
        profile_note(p, _("There are several profiles in the file. The first was taken."));
    g_ptr_array_unref(r.path);
    g_string_free(r.text, TRUE);
    g_string_free(r.listed, TRUE);
    g_free(r.address);
    g_free(r.domain);
    g_free(r.servers);
    profile_set(&p->name, name);
    profile_set(&p->source, name);
    profile_set(&p->encoding, encoding);
    if (codepage == 0)
        profile_note_guess(p);
    profile_vpn_alone(p);
    return ok ? g_steal_pointer(&p) : NULL;
}
