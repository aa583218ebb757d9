/* dial-plan.c - see dial-plan.h and credentials.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dial-plan.h"

#include "ras.h"

#include <arpa/inet.h>
#include <stdlib.h>

enum {
    MIN_MRU = 576,
    MAX_MRU = 1500,
    MAX_REDIALS = 999,
    MAX_REDIAL_DELAY_S = 3600,
    MAX_CONNECT_TIMEOUT_S = 600,
};

void
dial_plan_init(struct dial_plan *p)
{
    memset(p, 0, sizeof *p);
    p->n_protocols = 1;
    p->protocols[0] = PLAN_SSTP;
    p->auth = PLAN_AUTH_MSCHAPV2 | PLAN_AUTH_EAP_MSCHAPV2;
    p->encryption = PLAN_ENCRYPTION_OPTIONAL; /* SSTP and IPsec protect the link themselves */
    p->compression = true;
    p->ipsec = PLAN_IPSEC_PSK;
    p->ipsec_encap = true;    /* what passes every router, and what can be sent in large pieces */
    p->l2tp_port_1701 = true; /* as Windows; some servers' policies name it */
    p->ipv4 = p->ipv6 = true;
    p->default_gateway = true;
    p->class_route = true;
    p->dhcp_inform = true;
    p->set_dns = true;
    p->redial_count = 3;
    p->redial_delay_s = 5;
}

void
dial_plan_clear(struct dial_plan *p)
{
    if (p == NULL)
        return;
    free(p->ca);
    free(p->cert);
    memset(p, 0, sizeof *p);
}

static bool
copy_bytes(const uint8_t *from, size_t n, uint8_t **ret)
{
    *ret = NULL;
    if (n == 0)
        return true;
    *ret = malloc(n);
    if (*ret == NULL)
        return false;
    memcpy(*ret, from, n);
    return true;
}

bool
dial_plan_copy(struct dial_plan *to, const struct dial_plan *from)
{
    uint8_t *ca, *cert;

    if (!copy_bytes(from->ca, from->ca_len, &ca))
        return false;
    if (!copy_bytes(from->cert, from->cert_len, &cert)) {
        free(ca);
        return false;
    }
    *to = *from;
    to->ca = ca;
    to->cert = cert;
    return true;
}

bool
plan_key_set(struct plan_key *key, struct rd pem)
{
    if (pem.bad || pem.left > PLAN_MAX_KEY)
        return false;
    explicit_bzero(key, sizeof *key);
    if (pem.left > 0)
        memcpy(key->pem, pem.p, pem.left);
    key->len = (uint16_t)pem.left;
    return true;
}

void
credentials_wipe(struct credentials *c)
{
    explicit_bzero(c, sizeof *c);
}

uint16_t
plan_default_port(enum plan_protocol protocol)
{
    switch (protocol) {
    case PLAN_SSTP:
        return 443;
    case PLAN_L2TP_IPSEC:
        return 500;
    case PLAN_PPTP:
        return 1723;
    }
    return 0;
}

bool
plan_uses_proxy(const struct dial_plan *p, enum plan_protocol protocol)
{
    return p->proxy != PLAN_PROXY_NONE && protocol == PLAN_SSTP;
}

/* Terminated, and nothing in it that could disturb a line of a log or a terminal (threats F3). */
static bool
clean_text(const char text[static PLAN_MAX_TEXT])
{
    char shown[PLAN_MAX_TEXT];
    const size_t n = strnlen(text, PLAN_MAX_TEXT);

    if (n == PLAN_MAX_TEXT)
        return false;
    ras_printable(shown, sizeof shown, text, n);
    return strcmp(shown, text) == 0;
}

static bool
host_valid(const char host[static PLAN_MAX_TEXT])
{
    struct in6_addr a;

    if (memchr(host, 0, PLAN_MAX_TEXT) == NULL)
        return false;
    return net_name_valid(host) || inet_pton(AF_INET6, host, &a) == 1;
}

static bool
path_query_valid(const char text[static PLAN_MAX_TEXT])
{
    if (memchr(text, 0, PLAN_MAX_TEXT) == NULL || (*text != '\0' && *text != '?'))
        return false;
    for (; *text != '\0'; text++)
        if (*text <= ' ' || *text > '~')
            return false;
    return true;
}

static bool
addresses_valid(const uint32_t *addresses, unsigned n)
{
    if (n > NET_MAX_SERVERS)
        return false;
    for (unsigned i = 0; i < n; i++)
        if (!net_ip4_usable(addresses[i]))
            return false;
    return true;
}

static bool
protocols_valid(const struct dial_plan *p)
{
    unsigned seen = 0;

    if (p->n_protocols == 0 || p->n_protocols > PLAN_MAX_PROTOCOLS)
        return false;
    for (unsigned i = 0; i < p->n_protocols; i++) {
        const unsigned protocol = p->protocols[i];

        if (protocol < PLAN_SSTP || protocol > PLAN_PPTP || (seen & 1u << protocol) != 0)
            return false;
        seen |= 1u << protocol;
    }
    return true;
}

bool
plan_dials(const struct dial_plan *p, enum plan_protocol protocol)
{
    for (unsigned i = 0; i < p->n_protocols; i++)
        if (p->protocols[i] == protocol)
            return true;
    return false;
}

/* Is there a kind of tunnel whose only secrecy is MPPE? */
static bool
dials_open(const struct dial_plan *p)
{
    return plan_dials(p, PLAN_PPTP) ||
           (plan_dials(p, PLAN_L2TP_IPSEC) && p->ipsec == PLAN_IPSEC_NONE);
}

/* MPPE takes its keys from the way of signing in, and only these have some (RFC 3079). */
static bool
keys_for_pptp(const struct dial_plan *p)
{
    return !dials_open(p) || p->encryption < PLAN_ENCRYPTION_REQUIRED ||
           (p->auth & PLAN_AUTH_KEYED) != 0;
}

static bool
servers_valid(const struct dial_plan *p)
{
    if (p->n_servers > PLAN_MAX_SERVERS)
        return false;
    for (unsigned i = 0; i < p->n_servers; i++)
        if (!host_valid(p->servers[i].host))
            return false;
    return true;
}

static bool
routes_valid(const struct dial_plan *p)
{
    if (p->n_routes > PLAN_MAX_ROUTES)
        return false;
    for (unsigned i = 0; i < p->n_routes; i++)
        if (!net_route_valid(&p->routes[i]))
            return false;
    return true;
}

static bool
certificates_valid(const struct dial_plan *p)
{
    return p->ca_len <= PLAN_MAX_CA && (p->ca_len > 0) == (p->ca != NULL) &&
           p->cert_len <= PLAN_MAX_CERT && (p->cert_len > 0) == (p->cert != NULL);
}

/* What is wrong with the part for L2TP and IPsec, or NULL. */
static const char *
ipsec_fault(const struct dial_plan *p)
{
    if ((unsigned)p->ipsec > PLAN_IPSEC_CERTIFICATE)
        return N_("The way in which IPsec signs in is unknown.");
    if (!clean_text(p->ipsec_local_id) || !clean_text(p->ipsec_remote_id))
        return N_("A name for IPsec has characters that cannot be sent.");
    return NULL;
}

static bool
proxy_valid(const struct dial_plan *p)
{
    if (p->proxy == PLAN_PROXY_NONE)
        return memchr(p->proxy_host, 0, sizeof p->proxy_host) != NULL;
    return (p->proxy == PLAN_PROXY_HTTP || p->proxy == PLAN_PROXY_SOCKS5) &&
           host_valid(p->proxy_host) && p->proxy_port != 0;
}

static bool
domain_valid(const struct dial_plan *p)
{
    return memchr(p->domain, 0, sizeof p->domain) != NULL &&
           (p->domain[0] == '\0' || net_name_valid(p->domain));
}

static bool
tls_name_valid(const struct dial_plan *p)
{
    return p->tls_name[0] == '\0' || host_valid(p->tls_name);
}

static bool
times_valid(const struct dial_plan *p)
{
    return p->redial_count <= MAX_REDIALS && p->drop_redials <= MAX_REDIALS &&
           p->redial_delay_s <= MAX_REDIAL_DELAY_S && p->connect_timeout_s <= MAX_CONNECT_TIMEOUT_S;
}

/* What is wrong, or NULL. One question a line, in the order in which a person would fix them. */
static const char *
plan_fault(const struct dial_plan *p)
{
    if (!clean_text(p->name) || p->name[0] == '\0')
        return N_("The connection has no name, or one with characters that cannot be shown.");
    if (!protocols_valid(p))
        return N_("The profile names no VPN protocol, an unknown one, or one twice.");
    if (p->n_servers == 0)
        return N_("The profile names no VPN server.");
    if (!servers_valid(p))
        return N_("The address of a VPN server is neither a host name nor an IP address.");
    if (p->auth == 0 || (p->auth & ~(unsigned)PLAN_AUTH_ALL) != 0)
        return N_("The profile allows no way to sign in.");
    if (plan_eap_fault(&p->eap) != NULL)
        return plan_eap_fault(&p->eap);
    if (ipsec_fault(p) != NULL)
        return ipsec_fault(p);
    if (p->auth == PLAN_AUTH_PAP && plan_dials(p, PLAN_PPTP))
        return N_("With PPTP the password would cross the network unprotected (PAP).");
    if ((p->auth & PLAN_AUTH_PAP) != 0 && plan_dials(p, PLAN_L2TP_IPSEC) &&
        p->ipsec == PLAN_IPSEC_NONE)
        return N_("With L2TP but no IPsec the password would cross the network unprotected (PAP).");
    if (p->encryption > PLAN_ENCRYPTION_MAXIMUM)
        return N_("The encryption setting is unknown.");
    if (!keys_for_pptp(p))
        return N_("With PPTP, and L2TP without IPsec, encryption needs MS-CHAPv2, and the profile "
                  "does not allow that.");
    if (!tls_name_valid(p))
        return N_("The name that the server's certificate must have is not a host name.");
    if (!certificates_valid(p))
        return N_("The certificates of the profile are too large.");
    if (!proxy_valid(p))
        return N_("The address or the port of the proxy server is not valid.");
    if (!path_query_valid(p->sstp_path_query))
        return N_("The address has a part that cannot be sent to the server.");
    if (!p->ipv4 && !p->ipv6)
        return N_("Both IPv4 and IPv6 are switched off.");
    if (p->mru != 0 && (p->mru < MIN_MRU || p->mru > MAX_MRU))
        return N_("The packet size must be between 576 and 1500 bytes.");
    if (p->fixed_ip4 != 0 && !net_ip4_usable(p->fixed_ip4))
        return N_("The fixed IP address cannot be used by a computer.");
    if (!addresses_valid(p->dns, p->n_dns) || !addresses_valid(p->wins, p->n_wins))
        return N_("The address of a DNS or WINS server cannot be used.");
    if (!domain_valid(p))
        return N_("The DNS suffix is not a domain name.");
    if (!plan_names_valid(&p->names))
        return N_(
            "A rule for names is not for a domain, or has a name server that cannot be used.");
    if (!routes_valid(p))
        return N_("The profile has too many routes, or one that is not a network.");
    if (!clean_text(p->through))
        return N_("The name of the connection to go through has characters that cannot be shown.");
    if (strcmp(p->through, p->name) == 0)
        return N_("A connection cannot go through itself.");
    if (!times_valid(p))
        return N_("A time or a number of redial attempts is too large.");
    return NULL;
}

static const char *
credentials_fault(const struct credentials *c)
{
    if (!clean_text(c->user) || !clean_text(c->domain) || !clean_text(c->proxy_user))
        return N_("The user name or the domain has characters that cannot be sent.");

    const struct secret *const secrets[] = {&c->password, &c->new_password, &c->proxy_password,
                                            &c->psk, &c->l2tp_secret};
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        if (secrets[i]->len > SECRET_MAX)
            return N_("The password is too long.");
        if (memchr(secrets[i]->data, 0, secrets[i]->len) != NULL)
            return N_("The password has characters that cannot be sent.");
    }
    if (c->key.len > PLAN_MAX_KEY || memchr(c->key.pem, 0, c->key.len) != NULL)
        return N_("The private key is too large, or not one.");
    if (c->has_new_password && c->new_password.len == 0)
        return N_("The new password is empty.");
    return NULL;
}

bool
dial_plan_valid(const struct dial_plan *p, const char **ret_why)
{
    const char *fault = plan_fault(p);

    if (fault != NULL && ret_why != NULL)
        *ret_why = fault;
    return fault == NULL;
}

bool
credentials_valid(const struct credentials *c, const char **ret_why)
{
    const char *fault = credentials_fault(c);

    if (fault != NULL && ret_why != NULL)
        *ret_why = fault;
    return fault == NULL;
}

static void
put_text(struct wr *w, const char *text)
{
    const size_t n = strnlen(text, PLAN_MAX_TEXT - 1);

    wr_u8(w, (uint8_t)n);
    wr_bytes(w, text, n);
}

static void
put_addresses(struct wr *w, const uint32_t *addresses, unsigned n)
{
    wr_u8(w, (uint8_t)n);
    for (unsigned i = 0; i < n; i++)
        wr_be32(w, addresses[i]);
}

static unsigned
flags_of(const struct dial_plan *p)
{
    const bool flags[] = {p->pin_set,           p->ipv4,        p->ipv6,        p->default_gateway,
                          p->class_route,       p->dhcp_inform, p->set_dns,     p->end_with_caller,
                          p->accept_early_data, p->ipsec_pfs,   p->ipsec_encap, p->l2tp_port_1701,
                          p->compression,       p->dhcp_silent};
    unsigned bits = 0;

    for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++)
        bits |= (unsigned)flags[i] << i;
    return bits;
}

static bool
set_flags(struct dial_plan *p, unsigned bits)
{
    bool *const flags[] = {
        &p->pin_set,           &p->ipv4,        &p->ipv6,        &p->default_gateway,
        &p->class_route,       &p->dhcp_inform, &p->set_dns,     &p->end_with_caller,
        &p->accept_early_data, &p->ipsec_pfs,   &p->ipsec_encap, &p->l2tp_port_1701,
        &p->compression,       &p->dhcp_silent};
    const unsigned n = sizeof flags / sizeof *flags;

    for (unsigned i = 0; i < n; i++)
        *flags[i] = (bits >> i & 1) != 0;
    return bits >> n == 0;
}

void
dial_plan_put(struct wr *w, const struct dial_plan *p)
{
    put_text(w, p->name);
    wr_u8(w, p->n_protocols);
    for (unsigned i = 0; i < p->n_protocols; i++)
        wr_u8(w, (uint8_t)p->protocols[i]);
    wr_u8(w, p->n_servers);
    for (unsigned i = 0; i < p->n_servers; i++) {
        put_text(w, p->servers[i].host);
        wr_be16(w, p->servers[i].port);
    }
    wr_u8(w, (uint8_t)p->auth);
    wr_u8(w, (uint8_t)p->encryption);
    wr_be16(w, (uint16_t)flags_of(p));
    plan_eap_put(w, &p->eap);
    put_text(w, p->tls_name);
    wr_bytes(w, p->pin, sizeof p->pin);
    wr_be32(w, p->ca_len);
    wr_bytes(w, p->ca, p->ca_len);
    wr_u8(w, (uint8_t)p->ipsec);
    put_text(w, p->ipsec_remote_id);
    put_text(w, p->ipsec_local_id);
    wr_be32(w, p->ipsec_remembered);
    wr_be32(w, p->cert_len);
    wr_bytes(w, p->cert, p->cert_len);
    wr_u8(w, (uint8_t)p->proxy);
    put_text(w, p->proxy_host);
    wr_be16(w, p->proxy_port);
    put_text(w, p->sstp_path_query);
    wr_be16(w, p->mru);
    wr_be32(w, p->fixed_ip4);
    put_addresses(w, p->dns, p->n_dns);
    put_addresses(w, p->wins, p->n_wins);
    put_text(w, p->domain);
    wr_be16(w, p->n_routes);
    for (unsigned i = 0; i < p->n_routes; i++) {
        wr_u8(w, p->routes[i].family);
        wr_u8(w, p->routes[i].prefix);
        wr_bytes(w, p->routes[i].address, sizeof p->routes[i].address);
    }
    wr_be16(w, p->redial_count);
    wr_be16(w, p->redial_delay_s);
    wr_be16(w, p->drop_redials);
    wr_be32(w, p->idle_timeout_s);
    wr_be16(w, p->connect_timeout_s);
}

static void
get_bytes(struct rd *r, void *out, size_t n)
{
    const struct rd b = rd_take(r, n);

    if (!b.bad && n > 0)
        memcpy(out, b.p, n);
}

static void
get_text(struct rd *r, char *out, size_t cap)
{
    const struct rd b = rd_take(r, rd_u8(r));

    if (b.bad || b.left >= cap || (b.left > 0 && memchr(b.p, 0, b.left) != NULL)) {
        r->bad = true;
        return;
    }
    if (b.left > 0)
        memcpy(out, b.p, b.left);
    out[b.left] = '\0';
}

static unsigned
get_count(struct rd *r, unsigned count, unsigned max)
{
    r->bad |= count > max;
    return r->bad ? 0 : count;
}

static uint8_t
get_addresses(struct rd *r, uint32_t *out)
{
    const unsigned n = get_count(r, rd_u8(r), NET_MAX_SERVERS);

    for (unsigned i = 0; i < n; i++)
        out[i] = rd_be32(r);
    return (uint8_t)n;
}

static void
get_ends(struct rd *r, struct dial_plan *p)
{
    get_text(r, p->name, sizeof p->name);
    p->n_protocols = (uint8_t)get_count(r, rd_u8(r), PLAN_MAX_PROTOCOLS);
    for (unsigned i = 0; i < p->n_protocols; i++)
        p->protocols[i] = rd_u8(r);
    p->n_servers = (uint8_t)get_count(r, rd_u8(r), PLAN_MAX_SERVERS);
    for (unsigned i = 0; i < p->n_servers; i++) {
        get_text(r, p->servers[i].host, sizeof p->servers[i].host);
        p->servers[i].port = rd_be16(r);
    }
}

static void
get_protection(struct rd *r, struct dial_plan *p, struct rd *ret_ca, struct rd *ret_cert)
{
    p->auth = rd_u8(r);
    p->encryption = rd_u8(r);
    r->bad |= !set_flags(p, rd_be16(r));
    plan_eap_get(r, &p->eap);
    get_text(r, p->tls_name, sizeof p->tls_name);
    get_bytes(r, p->pin, sizeof p->pin);
    const uint32_t ca_len = rd_be32(r);
    *ret_ca = rd_take(r, get_count(r, ca_len, PLAN_MAX_CA));
    p->ipsec = rd_u8(r);
    get_text(r, p->ipsec_remote_id, sizeof p->ipsec_remote_id);
    get_text(r, p->ipsec_local_id, sizeof p->ipsec_local_id);
    p->ipsec_remembered = rd_be32(r);
    const uint32_t cert_len = rd_be32(r);
    *ret_cert = rd_take(r, get_count(r, cert_len, PLAN_MAX_CERT));
    p->proxy = rd_u8(r);
    get_text(r, p->proxy_host, sizeof p->proxy_host);
    p->proxy_port = rd_be16(r);
    get_text(r, p->sstp_path_query, sizeof p->sstp_path_query);
}

static void
get_network(struct rd *r, struct dial_plan *p)
{
    p->mru = rd_be16(r);
    p->fixed_ip4 = rd_be32(r);
    p->n_dns = get_addresses(r, p->dns);
    p->n_wins = get_addresses(r, p->wins);
    get_text(r, p->domain, sizeof p->domain);
    p->n_routes = (uint16_t)get_count(r, rd_be16(r), PLAN_MAX_ROUTES);
    for (unsigned i = 0; i < p->n_routes; i++) {
        p->routes[i].family = rd_u8(r);
        p->routes[i].prefix = rd_u8(r);
        get_bytes(r, p->routes[i].address, sizeof p->routes[i].address);
    }
    p->redial_count = rd_be16(r);
    p->redial_delay_s = rd_be16(r);
    p->drop_redials = rd_be16(r);
    p->idle_timeout_s = rd_be32(r);
    p->connect_timeout_s = rd_be16(r);
}

bool
dial_plan_get(struct rd *r, struct dial_plan *ret)
{
    struct dial_plan p = {0};
    struct rd ca, cert;

    get_ends(r, &p);
    get_protection(r, &p, &ca, &cert);
    get_network(r, &p);
    if (!rd_ok(r))
        return false;
    /* Borrowed from the message until the rest is known to be good. */
    p.ca_len = (uint32_t)ca.left;
    p.ca = ca.left > 0 ? (uint8_t *)ca.p : NULL;
    p.cert_len = (uint32_t)cert.left;
    p.cert = cert.left > 0 ? (uint8_t *)cert.p : NULL;
    return dial_plan_valid(&p, NULL) && dial_plan_copy(ret, &p);
}

static void
put_secret(struct wr *w, const struct secret *s)
{
    wr_be16(w, s->len);
    wr_rd(w, secret_rd(s));
}

static void
get_secret(struct rd *r, struct secret *out)
{
    r->bad |= !secret_set(out, rd_take(r, rd_be16(r)));
}

void
credentials_put(struct wr *w, const struct credentials *c)
{
    put_text(w, c->user);
    put_text(w, c->domain);
    put_secret(w, &c->password);
    wr_u8(w, c->has_new_password);
    put_secret(w, &c->new_password);
    put_text(w, c->proxy_user);
    put_secret(w, &c->proxy_password);
    put_secret(w, &c->psk);
    put_secret(w, &c->l2tp_secret);
    wr_be16(w, c->key.len);
    wr_bytes(w, c->key.pem, c->key.len);
}

bool
credentials_get(struct rd *r, struct credentials *ret)
{
    struct credentials c = {0};

    get_text(r, c.user, sizeof c.user);
    get_text(r, c.domain, sizeof c.domain);
    get_secret(r, &c.password);
    const uint8_t has_new = rd_u8(r);
    c.has_new_password = has_new == 1;
    get_secret(r, &c.new_password);
    get_text(r, c.proxy_user, sizeof c.proxy_user);
    get_secret(r, &c.proxy_password);
    get_secret(r, &c.psk);
    get_secret(r, &c.l2tp_secret);
    const struct rd key = rd_take(r, rd_be16(r));
    if (!plan_key_set(&c.key, key))
        r->bad = true;

    const bool good = rd_ok(r) && has_new <= 1 && credentials_valid(&c, NULL);
    if (good)
        *ret = c;
    credentials_wipe(&c);
    return good;
}
