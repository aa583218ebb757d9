/* profile-plan.c - see profile-plan.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-plan.h"

#include "profile-learn.h"
#include "profile-stricter.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PROXY_PORT_HTTP = 8080, PROXY_PORT_SOCKS = 1080 }; /* where nothing names one */

G_DEFINE_QUARK(profile - plan - error - quark, profile_plan_error)

G_GNUC_PRINTF(2, 3)
static gboolean
invalid(GError **error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error_literal(error, PROFILE_PLAN_ERROR, PROFILE_PLAN_ERROR_INVALID, text);
    return FALSE;
}

static gboolean
put(char *out, gsize cap, const char *text, const char *what, GError **error)
{
    if (g_strlcpy(out, text, cap) >= cap)
        return invalid(error, _("%s is too long."), what);
    return TRUE;
}

/* --- servers --- */

static gboolean
parse_port(const char *text, guint16 *ret)
{
    guint64 port;

    if (!g_ascii_string_to_unsigned(text, 10, 1, 65535, &port, NULL))
        return FALSE;
    *ret = (guint16)port;
    return TRUE;
}

/* Splits "host", "host:port", "[v6]", "[v6]:port", "v6"; *ret_port is NULL when there is none. */
static gboolean
split_port(char *text, char **ret_host, char **ret_port)
{
    char *end, *colon = strchr(text, ':');

    *ret_host = text;
    *ret_port = NULL;
    if (*text == '[') {
        end = strchr(text, ']');
        if (end == NULL || (end[1] != '\0' && end[1] != ':'))
            return FALSE;
        *ret_host = text + 1;
        *ret_port = end[1] == ':' ? end + 2 : NULL;
        *end = '\0';
    } else if (colon != NULL && strchr(colon + 1, ':') == NULL) {
        *colon = '\0';
        *ret_port = colon + 1;
    }
    return TRUE;
}

/* A name in any script becomes the ASCII that DNS and certificates know. */
static gboolean
put_host(const char *host, char out[static PLAN_MAX_TEXT])
{
    g_autofree char *ascii =
        g_hostname_is_non_ascii(host) ? g_hostname_to_ascii(host) : g_strdup(host);
    const gsize n = ascii == NULL ? 0 : strlen(ascii);

    if (n == 0)
        return FALSE;
    if (n > 1 && ascii[n - 1] == '.') /* the root, which certificates do not name */
        ascii[n - 1] = '\0';
    if (strchr(ascii, ':') == NULL && !net_name_valid(ascii))
        return FALSE;
    if (strchr(ascii, ':') != NULL && !g_hostname_is_ip_address(ascii))
        return FALSE;
    return g_strlcpy(out, ascii, PLAN_MAX_TEXT) < PLAN_MAX_TEXT;
}

gboolean
profile_plan_parse_server(const char *text, struct plan_server *ret, char **ret_path_query)
{
    g_autofree char *copy = g_strstrip(g_strdup(text));
    struct plan_server server = {0};
    char *start = copy, *host, *port;

    if (g_ascii_strncasecmp(start, "https://", 8) == 0)
        start += 8;
    char *query = strchr(start, '?');
    g_autofree char *path_query = g_strdup(query == NULL ? "" : query);
    start[strcspn(start, "/?#")] = '\0';
    if (!split_port(start, &host, &port) || !put_host(host, server.host))
        return FALSE;
    if (port != NULL && !parse_port(port, &server.port))
        return FALSE;
    *ret = server;
    if (ret_path_query != NULL)
        *ret_path_query = g_steal_pointer(&path_query);
    return TRUE;
}

static gboolean
add_server(struct dial_plan *plan, const char *address, GError **error)
{
    g_autofree char *path_query = NULL;
    char shown[PLAN_MAX_TEXT];

    if (plan->n_servers == PLAN_MAX_SERVERS)
        return TRUE;
    if (!profile_plan_parse_server(address, &plan->servers[plan->n_servers], &path_query)) {
        ras_printable(shown, sizeof shown, address, strlen(address));
        return invalid(error, _("“%s” is not the address of a VPN server."), shown);
    }
    plan->n_servers++;
    return plan->n_servers > 1 || put(plan->sstp_path_query, sizeof plan->sstp_path_query,
                                      path_query, _("The address of the server"), error);
}

static const char *
address_at(const Profile *p, guint i)
{
    return ((const struct profile_server *)p->servers->pdata[i])->address;
}

static gboolean
is_host(const char *address, const char *host)
{
    struct plan_server server;

    return *host != '\0' && profile_plan_parse_server(address, &server, NULL) &&
           g_ascii_strcasecmp(server.host, host) == 0;
}

/* How early a server is dialed: the one that connected last, the chosen one, then the list. */
static guint
turn_of(const Profile *p, guint i)
{
    return is_host(address_at(p, i), p->last_server) ? 0 : i == p->server ? 1 : 2;
}

static gboolean
fill_servers(const Profile *p, const struct plan_request *r, struct dial_plan *plan, GError **error)
{
    if (r->server != NULL)
        return add_server(plan, r->server, error);
    if (p->choose_server)
        return p->server >= p->servers->len || add_server(plan, address_at(p, p->server), error);
    for (guint turn = 0; turn <= 2; turn++)
        for (guint i = 0; i < p->servers->len; i++)
            if (turn_of(p, i) == turn && !add_server(plan, address_at(p, i), error))
                return FALSE;
    return TRUE;
}

/* --- certificate and proxy --- */

gboolean
profile_plan_lists_host(const Profile *p, const char *host)
{
    for (guint i = 0; i < p->servers->len; i++) {
        const struct profile_server *s = p->servers->pdata[i];
        struct plan_server parsed;

        if (profile_plan_parse_server(s->address, &parsed, NULL) &&
            g_ascii_strcasecmp(parsed.host, host) == 0)
            return TRUE;
    }
    return FALSE;
}

gboolean
profile_plan_parse_pin(const char *text, guint8 ret[static 32])
{
    guint8 pin[32];
    guint n = 0;

    while (*text != '\0') {
        if (*text == ':' || *text == ' ') {
            text++;
            continue;
        }
        if (n == sizeof pin || !g_ascii_isxdigit(text[0]) || !g_ascii_isxdigit(text[1]))
            return FALSE;
        pin[n++] = (guint8)(g_ascii_xdigit_value(text[0]) << 4 | g_ascii_xdigit_value(text[1]));
        text += 2;
    }
    if (n != sizeof pin)
        return FALSE;
    memcpy(ret, pin, sizeof pin);
    return TRUE;
}

static gboolean
fill_certificate(const Profile *p, const struct plan_request *r, struct dial_plan *plan,
                 GError **error)
{
    const char *ca = r->ca_pem != NULL ? r->ca_pem : p->ca_pem;
    const gsize ca_len = r->ca_pem != NULL ? r->ca_len : strlen(p->ca_pem);
    /* Who names authorities for this call wants them asked, not the old pin. */
    const char *pin = r->pin != NULL ? r->pin : r->ca_pem != NULL ? "" : p->pin;

    if (*pin != '\0') {
        plan->pin_set = profile_plan_parse_pin(pin, plan->pin);
        if (!plan->pin_set)
            return invalid(
                error, _("The fingerprint of the certificate must be the 64 hexadecimal digits of "
                         "its SHA-256."));
    }
    if (r->ca_pem != NULL && ca_len == 0)
        return invalid(error, _("The file of certificates is empty."));
    if (ca_len > PLAN_MAX_CA)
        return invalid(error, _("The certificates are larger than %d KiB."), PLAN_MAX_CA / 1024);
    if (ca_len > 0 && g_strstr_len(ca, (gssize)ca_len, "-----BEGIN ") == NULL)
        return invalid(error, _("The file of certificates is not in the PEM format."));
    if (ca_len > 0) {
        plan->ca = malloc(ca_len);
        if (plan->ca == NULL)
            return invalid(error, "%s", g_strerror(ENOMEM));
        memcpy(plan->ca, ca, ca_len);
        plan->ca_len = (uint32_t)ca_len;
    }
    return put(plan->tls_name, sizeof plan->tls_name, p->tls_name, _("The name of the certificate"),
               error);
}

/* The password has no place in it: others on this computer can read a command line. */
static gboolean
parse_proxy(const char *text, struct dial_plan *plan, struct credentials *c)
{
    static const char http[] = "http://", socks[] = "socks5://";
    const gboolean is_socks = g_ascii_strncasecmp(text, socks, strlen(socks)) == 0;
    const gboolean is_http = g_ascii_strncasecmp(text, http, strlen(http)) == 0;
    g_autofree char *copy = g_strdup(text + (is_socks  ? strlen(socks)
                                             : is_http ? strlen(http)
                                                       : 0));
    char *at = strrchr(copy, '@'), *host = at == NULL ? copy : at + 1, *port;

    if (at != NULL) {
        *at = '\0';
        g_autofree char *user = g_uri_unescape_string(copy, NULL);
        if (user == NULL || strchr(copy, ':') != NULL ||
            g_strlcpy(c->proxy_user, user, sizeof c->proxy_user) >= sizeof c->proxy_user)
            return FALSE;
    }
    if (g_str_has_suffix(host, "/"))
        host[strlen(host) - 1] = '\0';
    plan->proxy = is_socks ? PLAN_PROXY_SOCKS5 : PLAN_PROXY_HTTP;
    plan->proxy_port = is_socks ? PROXY_PORT_SOCKS : PROXY_PORT_HTTP;
    return split_port(host, &host, &port) && put_host(host, plan->proxy_host) &&
           (port == NULL || parse_port(port, &plan->proxy_port));
}

guint
profile_proxy_port(const Profile *p)
{
    return p->proxy_port != 0              ? p->proxy_port
           : p->proxy == PLAN_PROXY_SOCKS5 ? PROXY_PORT_SOCKS
                                           : PROXY_PORT_HTTP;
}

char *
profile_proxy_problem(const Profile *p)
{
    char host[PLAN_MAX_TEXT], shown[PLAN_MAX_TEXT];

    if (p->proxy == PLAN_PROXY_NONE || !profile_dials(p, PLAN_SSTP))
        return NULL;
    if (*p->proxy_host == '\0')
        return g_strdup(_("Type the name or the address of the proxy server."));
    if (p->proxy_port > 65535)
        return g_strdup(_("The port of the proxy server is between 1 and 65535."));
    if (!put_host(p->proxy_host, host)) {
        ras_printable(shown, sizeof shown, p->proxy_host, strlen(p->proxy_host));
        return g_strdup_printf(_("“%s” is not the address of a proxy server: it is a name or an "
                                 "address alone, and the port stands beside it."),
                               shown);
    }
    if (strlen(p->proxy_user) >= PLAN_MAX_TEXT)
        return g_strdup_printf(_("%s is too long."), _("The user name of the proxy server"));
    ras_printable(shown, sizeof shown, p->proxy_user, strlen(p->proxy_user));
    return g_str_equal(shown, p->proxy_user)
               ? NULL
               : g_strdup(
                     _("The user name of the proxy server has characters that cannot be sent."));
}

static gboolean
use_profiles_proxy(const Profile *p, struct dial_plan *plan, struct credentials *c, GError **error)
{
    g_autofree char *problem = profile_proxy_problem(p);

    if (problem != NULL)
        return invalid(error, "%s", problem);
    if (p->proxy == PLAN_PROXY_NONE || !profile_dials(p, PLAN_SSTP))
        return TRUE;
    plan->proxy = p->proxy;
    plan->proxy_port = (uint16_t)profile_proxy_port(p);
    g_strlcpy(c->proxy_user, p->proxy_user, sizeof c->proxy_user);
    return put_host(p->proxy_host, plan->proxy_host);
}

static gboolean
fill_proxy(const Profile *p, const struct plan_request *r, struct dial_plan *plan,
           struct credentials *c, GError **error)
{
    if (r->proxy != NULL) {
        if (g_str_equal(r->proxy, "none") || parse_proxy(r->proxy, plan, c))
            return TRUE;
        return invalid(error, "%s",
                       _("The proxy must be a host, host:port, http://user@host:port or "
                         "socks5://host:port, without a password."));
    }
    return use_profiles_proxy(p, plan, c, error);
}

/* --- network --- */

static gboolean
fill_addresses(const char *const texts[], uint32_t *out, uint8_t *n, GError **error)
{
    for (guint i = 0; texts[i] != NULL; i++) {
        if (*texts[i] == '\0' || g_str_equal(texts[i], "0.0.0.0"))
            continue;
        if (!net_ip4_parse(texts[i], &out[*n]))
            return invalid(error, _("“%s” is not an IPv4 address."), texts[i]);
        (*n)++;
    }
    return TRUE;
}

static gboolean
fill_routes(const Profile *p, struct dial_plan *plan, GError **error)
{
    for (guint i = 0; i < p->routes->len; i++) {
        if (plan->n_routes == PLAN_MAX_ROUTES)
            return invalid(error, _("The profile has more than %d routes."), PLAN_MAX_ROUTES);
        if (!net_route_parse(p->routes->pdata[i], &plan->routes[plan->n_routes]))
            return invalid(error, _("“%s” is not a network."), (char *)p->routes->pdata[i]);
        plan->n_routes++;
    }
    return TRUE;
}

/* Split DNS. */
static gboolean
fill_names(const Profile *p, struct dial_plan *plan, GError **error)
{
    for (guint i = 0; i < p->dns_search->len; i++)
        if (!plan_names_add(&plan->names, p->dns_search->pdata[i], true))
            return invalid(error, _("“%s” is not a domain name, or there are more than %d."),
                           (char *)p->dns_search->pdata[i], PLAN_MAX_NAMES);
    for (guint i = 0; i < p->dns_rules->len; i++) {
        const struct profile_dns_rule *rule = p->dns_rules->pdata[i];
        g_auto(GStrv) servers = g_strsplit_set(rule->servers, " ,;", -1);
        const char *domain = *rule->domain == '\0' ? "." : rule->domain;

        if (!plan_names_add(&plan->names, domain, false))
            return invalid(error, _("“%s” is not a domain name, or there are more than %d."),
                           rule->domain, PLAN_MAX_NAMES);
        for (char **server = servers; *server != NULL; server++) {
            struct plan_address address;

            if (plan_address_parse(*server, &address))
                plan_names_add_server(&plan->names, &address);
            else if (**server != '\0' && !g_hostname_is_ip_address(*server))
                return invalid(error, _("“%s” is not an IP address."), *server);
        }
    }
    return TRUE;
}

static gboolean
fill_dns6(const struct profile_dun *d, struct dial_plan *plan, GError **error)
{
    const char *const texts[] = {d->dns6_1, d->dns6_2};

    for (gsize i = 0; d->specify_servers6 && i < G_N_ELEMENTS(texts); i++) {
        struct plan_address address;

        if (*texts[i] == '\0' || g_str_equal(texts[i], "::"))
            continue;
        if (!plan_address_parse(texts[i], &address) || !plan_names_add_dns6(&plan->names, &address))
            return invalid(error, _("“%s” is not an IP address."), texts[i]);
    }
    return TRUE;
}

static gboolean
fill_network(const Profile *p, struct dial_plan *plan, GError **error)
{
    const struct profile_dun *d = &p->dun;
    const char *const dns[] = {d->dns1, d->dns2, NULL}, *const wins[] = {d->wins1, d->wins2, NULL};

    plan->dhcp_silent = p->dhcp_silent_calls >= PROFILE_DHCP_SILENT && plan->n_servers > 0 &&
                        g_str_equal(p->dhcp_silent_for, plan->servers[0].host);
    plan->ipv4 = d->ipv4;
    plan->ipv6 = d->ipv6;
    plan->default_gateway = d->gateway_on_remote;
    plan->class_route = d->class_route;
    plan->register_dns = d->register_dns || d->register_suffix;
    plan->register_suffix = d->register_suffix;
    plan->register_wins = d->register_wins;
    if (d->specify_servers && !(fill_addresses(dns, plan->dns, &plan->n_dns, error) &&
                                fill_addresses(wins, plan->wins, &plan->n_wins, error)))
        return FALSE;
    if (d->specify_ip && !net_ip4_parse(d->ip_address, &plan->fixed_ip4))
        return invalid(error, _("“%s” is not an IPv4 address."), d->ip_address);
    return put(plan->domain, sizeof plan->domain, d->dns_suffix, _("The DNS suffix"), error) &&
           fill_routes(p, plan, error) && fill_names(p, plan, error) && fill_dns6(d, plan, error);
}

/* --- the user --- */

char *
profile_plan_user(const Profile *p, const char *typed)
{
    const gboolean prefixed = *p->user_prefix == '\0' || g_str_has_prefix(typed, p->user_prefix);
    const gboolean suffixed = *p->user_suffix == '\0' || g_str_has_suffix(typed, p->user_suffix);

    if (*typed == '\0')
        return g_strdup("");
    return g_strconcat(prefixed ? "" : p->user_prefix, typed, suffixed ? "" : p->user_suffix, NULL);
}

static gboolean
fill_credentials(const Profile *p, const struct plan_request *r, struct credentials *c,
                 GError **error)
{
    const char *user = r->user != NULL ? r->user : p->user;
    const char *domain = r->domain != NULL ? r->domain : p->domain;
    g_autofree char *full = profile_plan_user(p, user);
    const char *why = NULL;

    if (*user == '\0' && !p->user_optional)
        return invalid(error, _("Type a user name."));
    if (*domain == '\0' && profile_needs_domain(p, full))
        return invalid(error, _("Type a logon domain."));
    if (p->max_user > 0 && g_utf8_strlen(user, -1) > p->max_user)
        return invalid(error, _("The user name may have at most %u characters."), p->max_user);
    if (p->max_domain > 0 && g_utf8_strlen(domain, -1) > p->max_domain)
        return invalid(error, _("The logon domain may have at most %u characters."), p->max_domain);
    if (!put(c->user, sizeof c->user, full, _("The user name"), error) ||
        !put(c->domain, sizeof c->domain, domain, _("The logon domain"), error))
        return FALSE;
    return credentials_valid(c, &why) || invalid(error, "%s", _(why));
}

/* With PPTP the password never crosses as it is, and MPPE takes its keys from MS-CHAPv2. */
static gboolean
pptp_can_sign_in(const struct dial_plan *plan)
{
    return plan->auth != PLAN_AUTH_PAP &&
           (plan->encryption < PLAN_ENCRYPTION_REQUIRED || (plan->auth & PLAN_AUTH_KEYED) != 0);
}

static void
leave_out(struct dial_plan *plan, enum plan_protocol protocol)
{
    uint8_t n = 0;

    for (uint8_t i = 0; i < plan->n_protocols; i++)
        if (plan->protocols[i] != protocol)
            plan->protocols[n++] = plan->protocols[i];
    plan->n_protocols = n;
}

/* L2TP in the clear: no password as it is, as long as there is anything better. */
static void
protect_plain_l2tp(const Profile *p, struct dial_plan *plan)
{
    if (!p->ipsec && plan_dials(plan, PLAN_L2TP_IPSEC) && plan->auth != PLAN_AUTH_PAP)
        plan->auth &= ~(unsigned)PLAN_AUTH_PAP;
}

/* A file may hold the private key as well, which is a secret and no part of a plan: only what is
 * between the marks of a certificate (RFC 7468 section 5) is copied. */
static gsize
copy_certificates(const char *pem, gsize n, uint8_t *out)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----", end[] = "-----END CERTIFICATE-----";
    const char *const stop = pem + n;
    gsize copied = 0;

    for (const char *from = pem; (from = g_strstr_len(from, stop - from, begin)) != NULL;) {
        const char *to = g_strstr_len(from, stop - from, end);

        if (to == NULL)
            break;
        to += strlen(end);
        memcpy(out + copied, from, (gsize)(to - from));
        copied += (gsize)(to - from);
        if (to < stop) /* of the line's end, for which @from had room as well */
            out[copied++] = '\n';
        from = to;
    }
    return copied;
}

static gboolean
fill_eap(const Profile *p, const struct plan_request *r, struct dial_plan *plan, GError **error)
{
    const char *pin = r->eap_pin != NULL ? r->eap_pin : r->ca_pem != NULL ? "" : p->eap.pin;

    if (*pin != '\0') {
        plan->eap.pin_set = profile_plan_parse_pin(pin, plan->eap.pin);
        if (!plan->eap.pin_set)
            return invalid(
                error, _("The fingerprint of the certificate must be the 64 hexadecimal digits of "
                         "its SHA-256."));
    }
    plan->eap.unbound = p->eap.unbound;
    return put(plan->eap.identity, sizeof plan->eap.identity, p->eap.identity,
               _("The name that EAP tells first"), error) &&
           put(plan->eap.names, sizeof plan->eap.names, p->eap.names,
               _("The name of the authentication server"), error) &&
           put(plan->eap.roots, sizeof plan->eap.roots, p->eap.roots,
               _("The list of authorities for EAP"), error);
}

static gboolean
fill_ipsec(const Profile *p, const struct plan_request *r, struct dial_plan *plan, GError **error)
{
    const char *cert = r->cert_pem != NULL ? r->cert_pem : p->cert_pem;
    const gsize cert_len = r->cert_pem != NULL ? r->cert_len : strlen(p->cert_pem);
    const gboolean for_eap = (plan->auth & PLAN_AUTH_EAP_TLS) != 0;
    /* One that is named for this call is the user's, when the user needs one. */
    const gboolean by_cert = p->use_certificate || (r->cert_pem != NULL && !for_eap);

    plan->ipsec = !p->ipsec ? PLAN_IPSEC_NONE : by_cert ? PLAN_IPSEC_CERTIFICATE : PLAN_IPSEC_PSK;
    plan->ipsec_pfs = p->ipsec_pfs;
    plan->ipsec_encap = p->ipsec_encap;
    plan->l2tp_port_1701 = p->l2tp_port_1701;
    if (plan->n_servers > 0 && g_str_equal(p->ipsec_remembered_for, plan->servers[0].host))
        plan->ipsec_remembered = p->ipsec_remembered;
    if (cert_len > PLAN_MAX_CERT)
        return invalid(error, _("The certificates are larger than %d KiB."), PLAN_MAX_CERT / 1024);
    if (r->cert_pem != NULL && g_strstr_len(cert, (gssize)cert_len, "-----BEGIN ") == NULL)
        return invalid(error, _("The file of certificates is not in the PEM format."));
    if (cert_len > 0 && (plan->ipsec == PLAN_IPSEC_CERTIFICATE || for_eap)) {
        plan->cert = malloc(cert_len);
        if (plan->cert == NULL)
            return invalid(error, "%s", g_strerror(ENOMEM));
        plan->cert_len = (uint32_t)copy_certificates(cert, cert_len, plan->cert);
        if (plan->cert_len == 0)
            return invalid(error, _("The file of certificates is not in the PEM format."));
    }
    return put(plan->ipsec_local_id, sizeof plan->ipsec_local_id, p->ipsec_local_id,
               _("The IPsec name of this computer"), error) &&
           put(plan->ipsec_remote_id, sizeof plan->ipsec_remote_id, p->ipsec_remote_id,
               _("The IPsec name of the server"), error);
}

/* What only matters where the link does not protect itself: MPPE, and no password as it is. With
 * SSTP alone, TLS meets each EncryptionType, and a demand for MPPE inside it would only fail. */
static void
fill_protection(const Profile *p, struct dial_plan *plan)
{
    static const enum plan_encryption encryption[] = {
        PLAN_ENCRYPTION_NONE, PLAN_ENCRYPTION_REQUIRED, PLAN_ENCRYPTION_MAXIMUM,
        PLAN_ENCRYPTION_OPTIONAL};

    plan->auth = profile_auth(p);
    plan->encryption = PLAN_ENCRYPTION_OPTIONAL;
    plan->compression = p->dun.sw_compress;
    if (!profile_dials(p, PLAN_PPTP))
        return;
    if (profile_encryption(p) < G_N_ELEMENTS(encryption))
        plan->encryption = encryption[profile_encryption(p)];
    if (!pptp_can_sign_in(plan) && plan->n_protocols > 1)
        leave_out(plan, PLAN_PPTP);
}

char *
profile_plan_unavailable(const Profile *p)
{
    enum plan_protocol order[PLAN_MAX_PROTOCOLS];

    if (profile_dialable(p, order) > 0)
        return NULL;
    if (p->kind != PROFILE_VPN)
        return g_strdup(
            _("This is a dial-up or broadband connection. This version dials VPNs only."));
    if (profile_order(p->kind, p->dun.vpn_strategy, p->protocol_order, 0, 0, order) == 0)
        return g_strdup(_("This profile asks for IKEv2 only. This program does not dial IKEv2."));
    /* Translators: a kind of tunnel, as "SSTP", and the name of a window and its tab */
    return g_strdup_printf(_("You allowed only %s, which the profile does not offer any more. "
                             "Choose again in Properties, Security."),
                           profile_protocol_name(p->only_protocol));
}

static gboolean
fill_plan(const Profile *p, const struct plan_request *r, struct dial_plan *plan,
          struct credentials *c, GError **error)
{
    enum plan_protocol protocols[PLAN_MAX_PROTOCOLS];
    const char *why = NULL;

    plan->n_protocols = (uint8_t)profile_dialable(p, protocols);
    if (plan->n_protocols == 0) {
        g_autofree char *why_not = profile_plan_unavailable(p);
        g_set_error_literal(error, PROFILE_PLAN_ERROR, PROFILE_PLAN_ERROR_UNAVAILABLE, why_not);
        return FALSE;
    }
    memcpy(plan->protocols, protocols, sizeof protocols[0] * plan->n_protocols);
    fill_protection(p, plan);
    protect_plain_l2tp(p, plan);
    plan->redial_count = (uint16_t)p->redial_count;
    plan->redial_delay_s = (uint16_t)p->redial_delay;
    plan->drop_redials = p->redial_on_drop ? MAX(plan->redial_count, 1) : 0;
    plan->idle_timeout_s = p->idle_timeout * 60 + p->idle_seconds;
    plan->end_with_caller = r->end_with_caller;
    plan->for_everybody = r->for_everybody;
    plan->accept_early_data = p->accept_early_data;
    ras_printable(plan->name, sizeof plan->name, p->name, strlen(p->name));
    if (!fill_servers(p, r, plan, error) || !fill_certificate(p, r, plan, error) ||
        !fill_eap(p, r, plan, error) || !fill_ipsec(p, r, plan, error) ||
        !fill_proxy(p, r, plan, c, error) || !fill_network(p, plan, error))
        return FALSE;
    return dial_plan_valid(plan, &why) || invalid(error, "%s", _(why));
}

gboolean
profile_plan(const Profile *p, const struct plan_request *request, struct dial_plan *ret_plan,
             struct credentials *ret_credentials, GError **error)
{
    struct dial_plan plan;
    struct credentials credentials = {0};

    dial_plan_init(&plan);
    if (!fill_credentials(p, request, &credentials, error) ||
        !fill_plan(p, request, &plan, &credentials, error)) {
        dial_plan_clear(&plan);
        return FALSE;
    }
    *ret_plan = plan;
    *ret_credentials = credentials;
    return TRUE;
}
