/*
 * nm-keyfile-write.c - a profile as a keyfile of NetworkManager; see nm-keyfile.h.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cmak-own.h"
#include "nm-keyfile-words.h"
#include "nm-keyfile.h"
#include "profile-fields.h"
#include "profile-plan.h"
#include "profile-stricter.h"

#include <string.h>

const struct nm_plugin nm_plugins[NM_PLUGINS] = {
    {"sstp", PLAN_SSTP, 5}, {"l2tp", PLAN_L2TP_IPSEC, 3}, {"pptp", PLAN_PPTP, 1}};

const struct nm_own nm_own[NM_OWN] = {
    {"org.dialtone.certificate-name", PLAN_SSTP, "CertificateName"},
    {"org.dialtone.ipsec-local-id", PLAN_L2TP_IPSEC, "IPsecLocalId"},
};

/* The same connection always gets the same one. */
static char *
uuid_of(const Profile *p)
{
    g_autofree char *seed = g_strconcat("dialtone:", p->id, ":", p->name, NULL);
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA1, seed, -1);

    return g_strdup_printf("%.8s-%.4s-5%.3s-8%.3s-%.12s", sum, sum + 8, sum + 13, sum + 17,
                           sum + 20);
}

static void
put_yes(GKeyFile *out, const char *key, gboolean yes)
{
    if (yes)
        g_key_file_set_string(out, "vpn", key, "yes");
}

static void
put_text(GKeyFile *out, const char *key, const char *text)
{
    if (*text != '\0')
        g_key_file_set_string(out, "vpn", key, text);
}

static void
put_own(GKeyFile *out, const char *key, const char *value)
{
    if (*value != '\0')
        g_key_file_set_string(out, "user", key, value);
}

/* What the plug-ins take for a gateway: a name or an IPv4 address, and SSTP's a port behind it. */
static void
put_server(GKeyFile *out, const char *address, enum plan_protocol protocol)
{
    struct plan_server server;
    g_autofree char *gateway = NULL;

    if (!profile_plan_parse_server(address, &server, NULL) || strchr(server.host, ':') != NULL)
        gateway = g_strdup(address);
    else if (protocol != PLAN_SSTP || server.port == 0)
        gateway = g_strdup(server.host);
    else
        gateway = g_strdup_printf("%s:%u", server.host, server.port);
    g_key_file_set_string(out, "vpn", "gateway", gateway);
    if (!g_str_equal(gateway, address))
        put_own(out, OWN_SERVER, address);
}

static gboolean
has_rule_servers(const Profile *p)
{
    for (guint i = 0; i < p->dns_rules->len; i++)
        if (*((const struct profile_dns_rule *)p->dns_rules->pdata[i])->servers != '\0')
            return TRUE;
    return FALSE;
}

static void
put_user(GKeyFile *out, const Profile *p, enum plan_protocol protocol)
{
    for (gsize i = 0; i < NM_OWN; i++)
        if (nm_own[i].protocol == protocol)
            put_own(out, nm_own[i].key,
                    *field_text(field_find(SCOPE_OWN, nm_own[i].field), (Profile *)p));
    if (profile_encryption(p) == PROFILE_ENCRYPTION_NONE)
        put_own(out, OWN_ENCRYPTION, "none");
    if (net_name_valid(p->dun.dns_suffix))
        put_own(out, OWN_SUFFIX, p->dun.dns_suffix);
    if (has_rule_servers(p)) {
        g_autofree char *rules = cmak_own_rules(p);
        put_own(out, OWN_RULES, rules);
    }
    if (p->dun.class_route)
        put_own(out, OWN_CLASS, "yes");
}

/* The plug-in knows proxies of HTTP only. */
static void
put_tls(GKeyFile *out, const Profile *p)
{
    if (p->proxy != PLAN_PROXY_HTTP || *p->proxy_host == '\0')
        return;
    put_text(out, "proxy-server", p->proxy_host);
    g_key_file_set_integer(out, "vpn", "proxy-port", (int)profile_proxy_port(p));
    put_text(out, "proxy-user", p->proxy_user);
}

static void
put_ipsec(GKeyFile *out, const Profile *p)
{
    g_key_file_set_string(out, "vpn", "ipsec-enabled", p->ipsec ? "yes" : "no");
    g_key_file_set_string(out, "vpn", "ipsec-forceencaps", p->ipsec_encap ? "yes" : "no");
    put_yes(out, "ipsec-pfs", p->ipsec_pfs);
    put_yes(out, "ephemeral-port", !p->l2tp_port_1701);
    g_key_file_set_string(out, "vpn", "machine-auth-type", p->use_certificate ? "tls" : "psk");
    g_key_file_set_string(out, "vpn", "ipsec-psk-flags", "1");
    put_text(out, "ipsec-remote-id", p->ipsec_remote_id);
}

static void
put_vpn(GKeyFile *out, const Profile *p, const struct nm_plugin *plugin)
{
    const struct profile_dun *d = &p->dun;
    const unsigned auth = profile_auth(p);
    g_autofree char *service = g_strconcat(NM_SERVICE, plugin->name, NULL);
    const guint at = p->server;

    g_key_file_set_string(out, "vpn", "service-type", service);
    if (at < p->servers->len)
        put_server(out, ((struct profile_server *)p->servers->pdata[at])->address,
                   plugin->protocol);
    put_text(out, "user", p->user);
    put_text(out, "domain", p->domain);
    put_yes(out, "refuse-pap", (auth & PLAN_AUTH_PAP) == 0);
    put_yes(out, "refuse-chap", (auth & PLAN_AUTH_CHAP_MD5) == 0);
    put_yes(out, "refuse-mschap", (auth & PLAN_AUTH_MSCHAPV2) == 0 || !d->mschap);
    put_yes(out, "refuse-mschapv2", (auth & PLAN_AUTH_MSCHAPV2) == 0);
    put_yes(out, "refuse-eap",
            (auth & PLAN_AUTH_EAP_MSCHAPV2) == 0 || ((auth & PLAN_AUTH_MSCHAPV2) != 0 && !d->eap));
    put_yes(out, "no-vj-comp", !d->ip_header_compress);
    put_yes(out, "require-mppe", profile_encryption(p) == 1 || profile_encryption(p) == 2);
    put_yes(out, "require-mppe-128", profile_encryption(p) == 2);
    g_key_file_set_string(out, "vpn", "password-flags", "1"); /* the agent of the user keeps it */
    if (plugin->protocol == PLAN_SSTP)
        put_tls(out, p);
    if (plugin->protocol == PLAN_L2TP_IPSEC)
        put_ipsec(out, p);
}

static void
put_routes(GKeyFile *out, const Profile *p, const char *group, gboolean six)
{
    guint n = 0;

    for (guint i = 0; i < p->routes->len; i++) {
        g_autofree char *key = g_strdup_printf("route%u", n + 1);
        if ((strchr(p->routes->pdata[i], ':') != NULL) != six)
            continue;
        g_key_file_set_string(out, group, key, p->routes->pdata[i]);
        n++;
    }
}

/* Addresses and names alone: a list is written as it is, and a line's end in it would begin another
 * key. */
static void
put_dns(GKeyFile *out, const char *group, const char *first, const char *second)
{
    const char *const all[] = {first, second};
    g_autoptr(GString) text = g_string_new(NULL);
    struct plan_address address;

    for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
        if (plan_address_parse(all[i], &address))
            g_string_append_printf(text, "%s;", all[i]);
    if (text->len == 0)
        return;
    g_key_file_set_value(out, group, "dns", text->str);
    g_key_file_set_boolean(out, group, "ignore-auto-dns", TRUE);
}

static void
put_search(GKeyFile *out, const Profile *p)
{
    const char *suffix = p->dun.dns_suffix;
    g_autoptr(GString) text = g_string_new(NULL);

    if (net_name_valid(suffix))
        g_string_append_printf(text, "%s;", suffix);
    for (guint i = 0; i < p->dns_search->len; i++)
        if (!g_str_equal(p->dns_search->pdata[i], suffix))
            g_string_append_printf(text, "%s;", (const char *)p->dns_search->pdata[i]);
    for (guint i = 0; i < p->dns_rules->len; i++) {
        const struct profile_dns_rule *rule = p->dns_rules->pdata[i];
        if (*rule->domain == '\0' || net_name_valid(rule->domain))
            g_string_append_printf(text, "~%s;", *rule->domain == '\0' ? "." : rule->domain);
    }
    if (text->len > 0)
        g_key_file_set_value(out, "ipv4", "dns-search", text->str);
}

static void
put_network(GKeyFile *out, const Profile *p)
{
    const struct profile_dun *d = &p->dun;

    g_key_file_set_string(out, "ipv4", "method", d->ipv4 ? "auto" : "disabled");
    g_key_file_set_string(out, "ipv6", "method", d->ipv6 ? "auto" : "disabled");
    if (!d->gateway_on_remote) {
        g_key_file_set_boolean(out, "ipv4", "never-default", TRUE);
        g_key_file_set_boolean(out, "ipv6", "never-default", TRUE);
    }
    if (d->specify_servers)
        put_dns(out, "ipv4", d->dns1, d->dns2);
    if (d->specify_servers6)
        put_dns(out, "ipv6", d->dns6_1, d->dns6_2);
    put_search(out, p);
    put_routes(out, p, "ipv4", FALSE);
    put_routes(out, p, "ipv6", TRUE);
}

/* A server by itself is nothing that NetworkManager can be told. */
static void
put_proxy(GKeyFile *out, const Profile *p)
{
    if (*p->web_proxy_script == '\0' && *p->web_proxy_pac == '\0' && !p->web_proxy_detect)
        return;
    g_key_file_set_integer(out, "proxy", "method", 1);
    if (*p->web_proxy_script != '\0')
        g_key_file_set_string(out, "proxy", "pac-url", p->web_proxy_script);
    if (*p->web_proxy_pac != '\0')
        g_key_file_set_string(out, "proxy", "pac-script", p->web_proxy_pac);
    if (p->web_proxy_browser_only)
        g_key_file_set_boolean(out, "proxy", "browser-only", TRUE);
}

/* SSTP's where there is none of its own. */
static const struct nm_plugin *
plugin_for(enum plan_protocol protocol)
{
    for (gsize i = 0; i < NM_PLUGINS; i++)
        if (nm_plugins[i].protocol == protocol)
            return &nm_plugins[i];
    return &nm_plugins[0];
}

GBytes *
nm_keyfile_write(const Profile *p)
{
    g_autoptr(GKeyFile) out = g_key_file_new();
    g_autofree char *uuid = uuid_of(p);
    enum plan_protocol order[PLAN_MAX_PROTOCOLS] = {PLAN_SSTP};
    gsize n;

    profile_protocols(p, order);
    const struct nm_plugin *plugin = plugin_for(order[0]);
    g_key_file_set_string(out, "connection", "id", p->name);
    g_key_file_set_string(out, "connection", "uuid", uuid);
    g_key_file_set_string(out, "connection", "type", "vpn");
    g_key_file_set_boolean(out, "connection", "autoconnect", FALSE);
    put_vpn(out, p, plugin);
    put_user(out, p, plugin->protocol);
    put_network(out, p);
    put_proxy(out, p);
    char *text = g_key_file_to_data(out, &n, NULL);
    return g_bytes_new_take(text, n);
}
