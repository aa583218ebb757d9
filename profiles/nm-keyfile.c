/* nm-keyfile.c - see nm-keyfile.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "nm-keyfile.h"

#include "nm-keyfile-words.h"
#include "profile-fields.h"
#include "profile-plan.h"
#include "profile-stricter.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <string.h>

G_DEFINE_QUARK(nm - keyfile - error - quark, nm_keyfile_error)

enum how {
    AS_TEXT,
    AS_YES,
    AS_REFUSE, /* "yes" means not allowed */
    AS_NUMBER,
};

static const struct row {
    const char *key;
    enum how how;
    enum field_scope scope;
    const char *field;
} rows[] = {
    /* clang-format off */
    {"user", AS_TEXT, SCOPE_USER, "UserName"},
    {"domain", AS_TEXT, SCOPE_USER, "Domain"},
    {"refuse-pap", AS_REFUSE, SCOPE_SERVER, "Require_PAP"},
    {"refuse-chap", AS_REFUSE, SCOPE_SERVER, "Require_CHAP"},
    {"refuse-mschap", AS_REFUSE, SCOPE_SERVER, "Require_MSCHAP"},
    {"refuse-mschapv2", AS_REFUSE, SCOPE_SERVER, "Require_MSCHAP2"},
    {"refuse-eap", AS_REFUSE, SCOPE_SERVER, "Require_EAP"},
    {"no-vj-comp", AS_REFUSE, SCOPE_TCPIP, "IP_Header_Compress"},
    {"ipsec-enabled", AS_YES, SCOPE_OWN, "IPsec"},
    {"ipsec-forceencaps", AS_YES, SCOPE_OWN, "IPsecEncapsulation"},
    {"ipsec-pfs", AS_YES, SCOPE_OWN, "IPsecPFS"},
    {"ipsec-gateway-id", AS_TEXT, SCOPE_OWN, "IPsecRemoteId"}, /* older names of the next two */
    {"ipsec-group-name", AS_TEXT, SCOPE_OWN, "IPsecLocalId"},
    {"ipsec-remote-id", AS_TEXT, SCOPE_OWN, "IPsecRemoteId"},
    {"ipsec-local-id", AS_TEXT, SCOPE_OWN, "IPsecLocalId"}, /* of older exports of ours */
    {"ephemeral-port", AS_REFUSE, SCOPE_OWN, "L2TPPort1701"},
    {"tls-ext-server-name", AS_TEXT, SCOPE_OWN, "CertificateName"}, /* same */
    {"proxy-server", AS_TEXT, SCOPE_OWN, "ProxyHost"},
    {"proxy-port", AS_NUMBER, SCOPE_OWN, "ProxyPort"},
    {"proxy-user", AS_TEXT, SCOPE_OWN, "ProxyUser"},
    /* clang-format on */
};

struct reader {
    GKeyFile *in;
    const char *file;
    Profile *p;
    GHashTable *used; /* "group/key" */
};

/* --- reading --- */

static const struct nm_plugin *
plugin_of(GKeyFile *in)
{
    g_autofree char *service = g_key_file_get_string(in, "vpn", "service-type", NULL);
    g_autofree char *type = g_key_file_get_string(in, "connection", "type", NULL);

    if (g_strcmp0(type, "vpn") != 0)
        return NULL;
    for (gsize i = 0; service != NULL && i < NM_PLUGINS; i++)
        if (g_str_has_prefix(service, NM_SERVICE) &&
            g_str_equal(service + strlen(NM_SERVICE), nm_plugins[i].name))
            return &nm_plugins[i];
    return NULL;
}

/* What it is instead: "openvpn", "wifi". */
static void
refuse(GKeyFile *in, GError **error)
{
    g_autofree char *type =
        in == NULL ? NULL : g_key_file_get_string(in, "connection", "type", NULL);
    g_autofree char *service =
        in == NULL ? NULL : g_key_file_get_string(in, "vpn", "service-type", NULL);
    const gboolean vpn = g_strcmp0(type, "vpn") == 0 && service != NULL;
    const char *what = vpn ? service : type, *dot = what == NULL ? NULL : strrchr(what, '.');
    char shown[64];

    if (dot != NULL)
        what = dot + 1;
    ras_printable(shown, sizeof shown, what == NULL ? "" : what, what == NULL ? 0 : strlen(what));
    if (*shown == '\0')
        g_set_error_literal(error, NM_KEYFILE_ERROR, NM_KEYFILE_ERROR_FORMAT,
                            _("This is no SSTP, L2TP or PPTP connection of NetworkManager."));
    else
        g_set_error(
            error, NM_KEYFILE_ERROR, NM_KEYFILE_ERROR_KIND,
            _("This is a connection of NetworkManager of another kind (%s): only SSTP, L2TP "
              "and PPTP are dialed."),
            shown);
}

static GKeyFile *
load(GBytes *bytes)
{
    g_autoptr(GKeyFile) in = g_key_file_new();

    if (g_bytes_get_size(bytes) == 0 || g_bytes_get_size(bytes) > NM_KEYFILE_MAX ||
        !g_key_file_load_from_bytes(in, bytes, G_KEY_FILE_NONE, NULL))
        return NULL;
    return g_steal_pointer(&in);
}

gboolean
nm_keyfile_is(GBytes *bytes)
{
    g_autoptr(GKeyFile) in = load(bytes);

    return in != NULL && g_key_file_has_group(in, "connection") &&
           g_key_file_has_key(in, "connection", "type", NULL);
}

static char *
printable(const char *text)
{
    const gsize n = text == NULL ? 0 : strlen(text);
    char *out = g_malloc(n + 1);

    ras_printable(out, n + 1, text == NULL ? "" : text, n);
    return out;
}

/* Never NULL; printable. The key counts as known. */
static char *
text_of(struct reader *r, const char *group, const char *key)
{
    g_autofree char *raw = g_key_file_get_string(r->in, group, key, NULL);

    g_hash_table_add(r->used, g_strconcat(group, "/", key, NULL));
    return printable(raw);
}

static gboolean
is_yes(const char *text)
{
    return g_ascii_strcasecmp(text, "yes") == 0 || g_ascii_strcasecmp(text, "true") == 0 ||
           g_str_equal(text, "1");
}

static void
origin(struct reader *r, enum field_scope scope, const char *field, const char *group,
       const char *key)
{
    field_set_origin(field_find(scope, field), r->p, r->file, group, key);
}

static void
take_row(struct reader *r, const struct row *row)
{
    const struct profile_field *f = field_find(row->scope, row->field);
    guint64 number = 0;

    if (!g_key_file_has_key(r->in, "vpn", row->key, NULL))
        return;
    g_autofree char *text = text_of(r, "vpn", row->key);
    if (row->how == AS_TEXT)
        profile_set(field_text(f, r->p), text);
    else if (row->how == AS_NUMBER) {
        if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32, &number, NULL) ||
            !field_set_number(f, r->p, (gint64)number))
            return;
    } else
        field_set_number(f, r->p, is_yes(text) != (row->how == AS_REFUSE));
    field_set_origin(f, r->p, r->file, "vpn", row->key);
}

static void
take_own(struct reader *r)
{
    for (gsize i = 0; i < NM_OWN; i++) {
        if (!g_key_file_has_key(r->in, "user", nm_own[i].key, NULL))
            continue;
        g_autofree char *text = text_of(r, "user", nm_own[i].key);
        profile_set(field_text(field_find(SCOPE_OWN, nm_own[i].field), r->p), text);
        origin(r, SCOPE_OWN, nm_own[i].field, "user", nm_own[i].key);
    }
}

static void
take_encryption(struct reader *r)
{
    struct profile_dun *d = &r->p->dun;
    g_autofree char *mppe = text_of(r, "vpn", "require-mppe");
    g_autofree char *strong = text_of(r, "vpn", "require-mppe-128");
    g_autofree char *weak = text_of(r, "vpn", "require-mppe-40");
    g_autofree char *own = text_of(r, "user", OWN_ENCRYPTION);
    const char *key = is_yes(strong) ? "require-mppe-128"
                      : is_yes(mppe) ? "require-mppe"
                      : is_yes(weak) ? "require-mppe-40"
                                     : NULL;

    d->encryption_type = is_yes(strong) ? 2 : key != NULL ? 1 : 3;
    if (key != NULL)
        origin(r, SCOPE_SERVER, "EncryptionType", "vpn", key);
    else if (g_str_equal(own, "none")) { /* less than is demanded it is not */
        d->encryption_type = PROFILE_ENCRYPTION_NONE;
        origin(r, SCOPE_SERVER, "EncryptionType", "user", OWN_ENCRYPTION);
    }
}

/* The plug-ins allow all that is not refused, and MPPE when there is a word of it. */
static void
take_security(struct reader *r)
{
    struct profile_dun *d = &r->p->dun;
    g_autofree char *machine = NULL;

    d->custom_security = d->enforce_custom = TRUE;
    d->pap = d->chap = d->mschap = d->mschap2 = d->eap = TRUE;
    d->custom_auth_key = 26;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        take_row(r, &rows[i]);
    take_own(r);
    take_encryption(r);
    machine = text_of(r, "vpn", "machine-auth-type");
    r->p->use_certificate = g_str_equal(machine, "tls");
    if (*machine != '\0')
        origin(r, SCOPE_OWN, "UseCertificate", "vpn", "machine-auth-type");
    r->p->proxy = *r->p->proxy_host != '\0' ? PLAN_PROXY_HTTP : PLAN_PROXY_NONE;
}

/* Without a word about IPsec the plug-in does L2TP in the clear. */
static void
take_plain(struct reader *r)
{
    gsize n = 0;
    g_auto(GStrv) keys = g_key_file_get_keys(r->in, "vpn", &n, NULL);

    for (gsize i = 0; i < n; i++)
        if (g_str_has_prefix(keys[i], "ipsec-") || g_str_has_prefix(keys[i], "machine-"))
            return;
    r->p->ipsec = FALSE;
    origin(r, SCOPE_OWN, "IPsec", "vpn", "service-type");
}

/* Signing in by a certificate of the user is EAP-TLS (13), and that alone. */
static void
take_user_method(struct reader *r)
{
    struct profile_dun *d = &r->p->dun;
    g_autofree char *method = g_key_file_get_string(r->in, "vpn", "user-auth-type", NULL);

    if (g_strcmp0(method, "tls") != 0)
        return;
    d->pap = d->chap = d->mschap = d->mschap2 = FALSE;
    d->eap = TRUE;
    d->custom_auth_key = 13;
    origin(r, SCOPE_SERVER, "CustomAuthKey", "vpn", "user-auth-type");
}

/* Files by their paths: of this computer, and perhaps only the administrator's to read. */
static void
note_files(struct reader *r)
{
    static const char *const keys[] = {
        "ca-cert", "crl-revocation-file", "machine-ca", "machine-cert", "machine-key",
        "user-ca", "user-cert",           "user-key"};

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autofree char *file = g_key_file_get_string(r->in, "vpn", keys[i], NULL);
        if (file != NULL && *file != '\0')
            profile_note(r->p,
                         _("The connection names the file %s, which is not opened. Name its "
                           "certificates to this program anew."),
                         file);
    }
}

static gboolean
same_host(const char *a, const char *b)
{
    struct plan_server x, y;

    return profile_plan_parse_server(a, &x, NULL) && profile_plan_parse_server(b, &y, NULL) &&
           g_ascii_strcasecmp(x.host, y.host) == 0;
}

/* The whole address, as long as the gateway is still that server. */
static void
take_server(struct reader *r)
{
    g_autofree char *gateway = text_of(r, "vpn", "gateway"), *port = text_of(r, "vpn", "port");
    g_autofree char *own = text_of(r, "user", OWN_SERVER);
    const gboolean whole = *own != '\0' && same_host(own, gateway);
    g_autofree char *address = whole ? g_strdup(own)
                               : *port == '\0' || g_str_equal(port, "443")
                                   ? g_strdup(gateway)
                                   : g_strconcat(gateway, ":", port, NULL);
    g_autofree char *name = g_strconcat("Server/", address, NULL);

    if (*gateway == '\0')
        return;
    profile_add_server(r->p, "", address);
    profile_set_origin(r->p, name, r->file, whole ? "user" : "vpn", whole ? OWN_SERVER : "gateway",
                       address);
}

/* "10.0.0.0/8", or as older versions wrote it "10.0.0.0;8;"; behind it the next hop and metric. */
static void
take_route(struct reader *r, const char *group, const char *key)
{
    g_autofree char *value = text_of(r, group, key);
    const gsize address = strcspn(value, "/,; ");
    struct net_route route;
    char text[52];

    if (value[address] == ';')
        value[address] = '/';
    if (value[strcspn(value, ",; ")] != '\0')
        profile_add_other(r->p, r->file, group, key, value);
    value[strcspn(value, ",; ")] = '\0';
    if (!net_route_parse(value, &route) || r->p->routes->len == PLAN_MAX_ROUTES) {
        profile_note(r->p, _("“%s” is not a network."), value);
        return;
    }
    net_route_text(&route, text);
    g_autofree char *name = g_strconcat("Route/", text, NULL);
    g_ptr_array_add(r->p->routes, g_strdup(text));
    profile_set_origin(r->p, name, r->file, group, key, text);
}

/* "route1", "routes7": whatever their numbers are. */
static gboolean
is_route(const char *key)
{
    if (!g_str_has_prefix(key, "route"))
        return FALSE;
    key += key[strlen("route")] == 's' ? strlen("routes") : strlen("route");
    return key[strspn(key, "0123456789")] == '\0';
}

static void
take_routes(struct reader *r, const char *group)
{
    g_auto(GStrv) keys = g_key_file_get_keys(r->in, group, NULL, NULL);

    for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
        if (is_route(keys[i]))
            take_route(r, group, keys[i]);
}

/* The first two of a list of name servers. */
static void
take_dns(struct reader *r, const char *group, char **first, char **second)
{
    g_autofree char *text = text_of(r, group, "dns");
    g_auto(GStrv) words = g_strsplit_set(text, ";, ", -1);
    guint n = 0;

    for (guint i = 0; words[i] != NULL; i++)
        if (*words[i] != '\0' && n++ < 2)
            profile_set(n == 1 ? first : second, words[i]);
    if (n > 2) {
        profile_note(r->p, _("There are more than two name servers. The first two are used."));
        profile_add_other(r->p, r->file, group, "dns", text);
    }
    g_free(text_of(r, group, "ignore-auto-dns"));
}

/* The servers of @domain, which stand beside NetworkManager's own words; "": those of the VPN. */
static char *
servers_of(struct reader *r, const char *domain)
{
    g_autofree char *text = text_of(r, "user", OWN_RULES);
    g_auto(GStrv) rules = g_strsplit(text, ";", -1);

    for (guint i = 0; rules[i] != NULL; i++) {
        char *name = g_strstrip(rules[i]), *servers = strchr(name, ' ');

        if (servers == NULL)
            continue;
        *servers++ = '\0';
        if (g_ascii_strcasecmp(name, domain) == 0)
            return g_strdup(servers);
    }
    return g_strdup("");
}

/* "~corp.example.com": asked there, and not looked for by short names; "~." is all names. */
static void
take_rule(struct reader *r, const char *group, const char *domain)
{
    const gboolean all = g_str_equal(domain, ".");

    if (!all && !net_name_valid(domain)) {
        profile_note(r->p, _("“%s” is not a domain name."), domain);
        return;
    }
    for (guint i = 0; i < r->p->dns_rules->len; i++) {
        const struct profile_dns_rule *rule = r->p->dns_rules->pdata[i];
        if (g_ascii_strcasecmp(rule->domain, all ? "" : domain) == 0)
            return;
    }
    g_autofree char *name = g_strconcat("DNS rule/", all ? "" : domain, NULL);
    g_autofree char *servers = servers_of(r, domain);
    profile_add_dns_rule(r->p, domain, servers);
    profile_set_origin(r->p, name, r->file, group, "dns-search", domain);
}

static void
take_search(struct reader *r, const char *group)
{
    g_autofree char *text = text_of(r, group, "dns-search");
    g_autofree char *suffix = text_of(r, "user", OWN_SUFFIX);
    g_auto(GStrv) words = g_strsplit_set(text, ";, ", -1);

    for (guint i = 0; words[i] != NULL; i++) {
        g_autofree char *name = g_strconcat("DNS search/", words[i], NULL);
        if (*words[i] == '~')
            take_rule(r, group, words[i] + 1);
        if (!net_name_valid(words[i]))
            continue;
        if (g_ascii_strcasecmp(words[i], suffix) == 0) {
            profile_set(&r->p->dun.dns_suffix, words[i]);
            origin(r, SCOPE_TCPIP, "DnsSuffix", "user", OWN_SUFFIX);
            continue;
        }
        profile_add_dns_search(r->p, words[i]);
        profile_set_origin(r->p, name, r->file, group, "dns-search", words[i]);
    }
}

static void
take_network(struct reader *r)
{
    struct profile_dun *d = &r->p->dun;
    g_autofree char *never = text_of(r, "ipv4", "never-default");
    g_autofree char *method4 = text_of(r, "ipv4", "method");
    g_autofree char *method6 = text_of(r, "ipv6", "method");
    g_autofree char *own = text_of(r, "user", OWN_CLASS);

    d->gateway_on_remote = !is_yes(never);
    if (*never != '\0')
        origin(r, SCOPE_TCPIP, "Gateway_On_Remote", "ipv4", "never-default");
    d->ipv4 = !g_str_equal(method4, "disabled");
    d->ipv6 = !g_str_equal(method6, "disabled") && !g_str_equal(method6, "ignore");
    if (*method6 != '\0')
        origin(r, SCOPE_SERVER, "Negotiate_IPv6", "ipv6", "method");
    take_dns(r, "ipv4", &d->dns1, &d->dns2);
    take_dns(r, "ipv6", &d->dns6_1, &d->dns6_2);
    take_search(r, "ipv4");
    take_search(r, "ipv6");
    d->specify_servers = *d->dns1 != '\0';
    if (d->specify_servers) {
        origin(r, SCOPE_TCPIP, "DNS_Address", "ipv4", "dns");
        origin(r, SCOPE_TCPIP, "Specify_Server_Address", "ipv4", "dns");
    }
    d->specify_servers6 = *d->dns6_1 != '\0';
    if (d->specify_servers6) {
        origin(r, SCOPE_TCPIP, "IPv6_DNS_Address", "ipv6", "dns");
        origin(r, SCOPE_TCPIP, "Specify_IPv6_Server_Address", "ipv6", "dns");
    }
    take_routes(r, "ipv4");
    take_routes(r, "ipv6");
    d->class_route = is_yes(own); /* NetworkManager adds none */
    if (*own != '\0')
        origin(r, SCOPE_TCPIP, "DisableClassBasedDefaultRoute", "user", OWN_CLASS);
}

/* Its method is a number: 0 none, 1 automatic; then by an address, by the script itself, or without
 * either by looking for one. Other keys of a proxy that is none are kept as they are. */
static void
take_proxy(struct reader *r)
{
    g_autofree char *method = text_of(r, "proxy", "method");
    g_autofree char *pac = g_key_file_get_string(r->in, "proxy", "pac-script", NULL);

    if (!g_str_equal(method, "1") && g_ascii_strcasecmp(method, "auto") != 0)
        return;
    g_autofree char *url = text_of(r, "proxy", "pac-url");
    g_autofree char *browser = text_of(r, "proxy", "browser-only");
    profile_set(&r->p->web_proxy_script, url);
    if (*url != '\0')
        origin(r, SCOPE_OWN, "WebProxyScript", "proxy", "pac-url");
    g_hash_table_add(r->used, g_strdup("proxy/pac-script"));
    profile_set(&r->p->web_proxy_pac, pac);
    if (pac != NULL)
        origin(r, SCOPE_OWN, "WebProxyScriptText", "proxy", "pac-script");
    r->p->web_proxy_detect = *url == '\0' && (pac == NULL || *pac == '\0');
    origin(r, SCOPE_OWN, "WebProxyDetect", "proxy", "method");
    r->p->web_proxy_browser_only = is_yes(browser);
    if (*browser != '\0')
        origin(r, SCOPE_OWN, "WebProxyBrowserOnly", "proxy", "browser-only");
}

/* A key stands in [vpn] or [vpn-secrets]; in older files as 0s and Base64. */
static void
take_psk(struct reader *r)
{
    g_autofree char *secret = g_key_file_get_string(r->in, "vpn-secrets", "ipsec-psk", NULL);
    g_autofree char *plain = g_key_file_get_string(r->in, "vpn", "ipsec-psk", NULL);
    const char *key = secret != NULL ? secret : plain;
    gsize n = 0;

    g_hash_table_add(r->used, g_strdup("vpn/ipsec-psk"));
    r->p->dun.use_preshared_key = !r->p->use_certificate;
    if (key == NULL || *key == '\0')
        return;
    g_autofree guchar *decoded = g_str_has_prefix(key, "0s") ? g_base64_decode(key + 2, &n) : NULL;
    if (decoded != NULL)
        secret_set(&r->p->found_psk, rd_over(decoded, n));
    else
        secret_set_text(&r->p->found_psk, key);
    if (g_key_file_has_group(r->in, "vpn-secrets"))
        g_key_file_remove_group(r->in, "vpn-secrets", NULL);
}

static void
take_others(struct reader *r)
{
    gsize n = 0, m;
    g_auto(GStrv) groups = g_key_file_get_groups(r->in, &n);

    for (gsize i = 0; i < n; i++) {
        g_auto(GStrv) keys = g_key_file_get_keys(r->in, groups[i], &m, NULL);
        if (g_str_equal(groups[i], "vpn-secrets")) {
            profile_note(r->p, _("There is a password or a key in %s. It was not taken over."),
                         r->file);
            continue;
        }
        for (gsize k = 0; keys != NULL && k < m; k++) {
            g_autofree char *name = g_strconcat(groups[i], "/", keys[k], NULL);
            if (g_hash_table_contains(r->used, name))
                continue;
            g_autofree char *value = text_of(r, groups[i], keys[k]);
            g_autofree char *group = printable(groups[i]), *key = printable(keys[k]);
            profile_add_other(r->p, r->file, group, key, value);
        }
    }
}

static void
take_all(struct reader *r, const struct nm_plugin *plugin)
{
    g_autofree char *id = text_of(r, "connection", "id");

    g_free(text_of(r, "connection", "type"));
    g_free(text_of(r, "vpn", "service-type"));
    profile_set(&r->p->name, *id != '\0' ? id : r->file);
    profile_set(&r->p->source, r->file);
    profile_set(&r->p->encoding, "UTF-8");
    profile_vpn_alone(r->p);
    r->p->dun.vpn_strategy = plugin->strategy;
    origin(r, SCOPE_NETWORKING, "VpnStrategy", "vpn", "service-type");
    take_security(r);
    take_user_method(r);
    note_files(r);
    take_server(r);
    take_network(r);
    take_proxy(r);
    if (plugin->protocol == PLAN_L2TP_IPSEC) {
        take_plain(r);
        take_psk(r);
    }
    take_others(r);
}

Profile *
nm_keyfile_read(GBytes *bytes, const char *file, GError **error)
{
    g_autoptr(GKeyFile) in = load(bytes);
    const struct nm_plugin *plugin = in == NULL ? NULL : plugin_of(in);

    if (plugin == NULL) {
        refuse(in, error);
        return NULL;
    }
    struct reader r = {in, file, profile_new(), NULL};
    r.used = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    take_all(&r, plugin);
    g_hash_table_unref(r.used);
    return r.p;
}
