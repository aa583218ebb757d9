/* profile-xml.c - see profile-xml.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-xml.h"

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
    GString *text;   /* of the innermost */
    gboolean leaf;
    char *address, *domain, *servers; /* of the Route, the DomainNameInformation that is open */
    guint prefix;
};

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
take_eap_type(struct reader *r, const char *key, const char *value)
{
    if (field_set_number(field_find(SCOPE_SERVER, "CustomAuthKey"), r->p, ini_number(value, 0)))
        origin(r, SCOPE_SERVER, "CustomAuthKey", key);
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

static const struct {
    const char *path;
    take take;
} rows[] = {
    {"VPNProfile/RememberCredentials", take_remember},
    {"VPNProfile/DnsSuffix", take_suffix},
    {"VPNProfile/NativeProfile/Servers", take_servers},
    {"VPNProfile/NativeProfile/NativeProtocolType", take_protocol},
    {"VPNProfile/NativeProfile/RoutingPolicyType", take_routing},
    {"VPNProfile/NativeProfile/DisableClassBasedDefaultRoute", take_class_route},
    {"VPNProfile/NativeProfile/L2tpPsk", take_psk},
    {"VPNProfile/NativeProfile/Authentication/UserMethod", take_user_method},
    {"VPNProfile/NativeProfile/Authentication/MachineMethod", take_machine_method},
    {"VPNProfile/NativeProfile/Authentication/Eap/Configuration/EapHostConfig/EapMethod/Type",
     take_eap_type},
    {"VPNProfile/Proxy/Manual/Server", take_proxy},
    {"VPNProfile/Proxy/AutoConfigUrl", take_proxy_script},
    {"VPNProfile/Route/Address", hold_address},
    {"VPNProfile/Route/PrefixSize", hold_prefix},
    {"VPNProfile/DomainNameInformation/DomainName", hold_domain},
    {"VPNProfile/DomainNameInformation/DnsServers", hold_servers},
};

static char *
path_of(const struct reader *r)
{
    g_autoptr(GString) path = g_string_new(NULL);

    for (guint i = 0; i < r->path->len; i++)
        g_string_append_printf(path, "%s%s", i > 0 ? "/" : "", (const char *)r->path->pdata[i]);
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
    if (!net_name_valid(name)) {
        profile_note(r->p, _("“%s” is not a domain name."), r->domain);
        return;
    }
    profile_add_dns_rule(r->p, name, servers->str);
    list_origin(r, "DNS rule", name, "DomainNameInformation");
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
    if (r->path->len == 2) {
        profile_set(&r->address, "");
        profile_set(&r->domain, "");
        profile_set(&r->servers, "");
        r->prefix = 255;
    }
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
    if (r->leaf)
        end_leaf(r, path);
    if (g_str_equal(path, "VPNProfile/Route"))
        end_route(r);
    if (g_str_equal(path, "VPNProfile/DomainNameInformation"))
        end_domain(r);
    r->leaf = FALSE;
    g_string_truncate(r->text, 0);
    g_ptr_array_set_size(r->path, (int)r->path->len - 1);
}

static char *
text_of(GBytes *bytes)
{
    gsize n;
    const char *data = g_bytes_get_data(bytes, &n);
    g_autofree char *encoding = NULL;

    return text_decode(data == NULL ? "" : data, n, 0, &encoding);
}

gboolean
profile_xml_is(GBytes *bytes)
{
    if (g_bytes_get_size(bytes) > PROFILE_XML_MAX)
        return FALSE;
    g_autofree char *text = text_of(bytes);
    return *g_strchug(text) == '<' && strstr(text, "<VPNProfile") != NULL;
}

Profile *
profile_xml_read(GBytes *bytes, const char *name, GError **error)
{
    static const GMarkupParser parser = {on_start, on_end, on_text, NULL, NULL};
    g_autofree char *text = text_of(bytes);
    g_autoptr(Profile) p = profile_new();
    struct reader r = {.p = p, .file = name};

    r.path = g_ptr_array_new_with_free_func(g_free);
    r.text = g_string_new(NULL);
    r.address = g_strdup(""), r.domain = g_strdup(""), r.servers = g_strdup("");
    g_autoptr(GMarkupParseContext) context = g_markup_parse_context_new(&parser, 0, &r, NULL);
    const gboolean ok = g_markup_parse_context_parse(context, text, -1, error) &&
                        g_markup_parse_context_end_parse(context, error);
    g_ptr_array_unref(r.path);
    g_string_free(r.text, TRUE);
    g_free(r.address);
    g_free(r.domain);
    g_free(r.servers);
    profile_set(&p->name, name);
    profile_set(&p->source, name);
    profile_set(&p->encoding, "UTF-8");
    p->tunnel = TRUE;
    p->dialup = FALSE; /* no line before it */
    return ok ? g_steal_pointer(&p) : NULL;
}
