/* net-config.c - see net-config.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "net-config.h"

#include <arpa/inet.h>
#include <stdio.h>

char *
net_ip4_text(uint32_t address, char out[static 16])
{
    snprintf(out, 16, "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255,
             address & 255);
    return out;
}

bool
net_ip4_parse(const char *text, uint32_t *ret)
{
    struct in_addr a;

    if (inet_pton(AF_INET, text, &a) != 1)
        return false;
    *ret = ntohl(a.s_addr);
    return true;
}

static void
mask_host_bits(struct net_route *r)
{
    const unsigned size = r->family == 4 ? 4 : 16;

    for (unsigned i = 0; i < size; i++) {
        const unsigned kept = r->prefix > i * 8 ? r->prefix - i * 8 : 0;
        if (kept < 8)
            r->address[i] &= (uint8_t)(0xff00u >> kept);
    }
}

bool
net_route_parse(const char *text, struct net_route *ret)
{
    char copy[64];
    const size_t n = strcspn(text, "/");
    struct net_route r = {0};
    unsigned prefix = 0, digits = 0;

    if (n >= sizeof copy)
        return false;
    memcpy(copy, text, n);
    copy[n] = '\0';
    if (inet_pton(AF_INET, copy, r.address) == 1)
        r.family = 4;
    else if (inet_pton(AF_INET6, copy, r.address) == 1)
        r.family = 6;
    else
        return false;

    const unsigned max = r.family == 4 ? 32 : 128;
    if (text[n] == '\0') {
        prefix = max;
    } else {
        for (const char *p = text + n + 1; *p != '\0'; p++, digits++) {
            if (*p < '0' || *p > '9' || digits == 3)
                return false;
            prefix = prefix * 10 + (unsigned)(*p - '0');
        }
        if (digits == 0 || prefix > max)
            return false;
    }
    r.prefix = (uint8_t)prefix;
    mask_host_bits(&r);
    *ret = r;
    return true;
}

char *
net_route_text(const struct net_route *r, char out[static 52])
{
    char address[INET6_ADDRSTRLEN] = "";

    inet_ntop(r->family == 4 ? AF_INET : AF_INET6, r->address, address, sizeof address);
    snprintf(out, 52, "%s/%u", address, r->prefix);
    return out;
}

bool
net_ip4_usable(uint32_t address)
{
    const uint32_t first = address >> 24;

    return first != 0 && first != 127 && first < 224;
}

bool
net_name_valid(const char *name)
{
    size_t label = 0, total = 0;

    for (; *name != '\0'; name++, total++) {
        if (*name == '.') {
            if (label == 0 || name[-1] == '-')
                return false;
            label = 0;
            continue;
        }
        const bool plain = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
                           (*name >= '0' && *name <= '9') || *name == '_';
        if (!plain && (*name != '-' || label == 0))
            return false;
        if (++label > 63 || total >= 253)
            return false;
    }
    return label > 0 && name[-1] != '-';
}

uint8_t
net_class_prefix(uint32_t address)
{
    return address >> 31 == 0 ? 8 : address >> 30 == 2 ? 16 : 24;
}

bool
net_route_valid(const struct net_route *r)
{
    struct net_route masked = *r;

    if (r->family != 4 && r->family != 6)
        return false;
    if (r->prefix > (r->family == 4 ? 32 : 128))
        return false;
    mask_host_bits(&masked);
    return memcmp(masked.address, r->address, sizeof r->address) == 0;
}

static bool
link_local(const uint8_t a[static 16])
{
    return a[0] == 0xfe && a[1] == 0x80 && memcmp(a + 2, "\0\0\0\0\0", 6) == 0;
}

bool
net_config_valid(const struct net_config *c)
{
    static const uint8_t none[16];
    const bool has6 = memcmp(c->local6, none, 16) != 0;

    if (c->local4 == 0 && !has6)
        return false;
    if (c->local4 != 0 && !net_ip4_usable(c->local4))
        return false;
    if (c->peer4 != 0 && !net_ip4_usable(c->peer4))
        return false;
    if (has6 &&
        (!link_local(c->local6) || (memcmp(c->peer6, none, 16) != 0 && !link_local(c->peer6))))
        return false;
    if (c->mtu < (has6 ? 1280 : 576) || c->mtu > 1500)
        return false;
    if (c->n_dns > NET_MAX_SERVERS || c->n_wins > NET_MAX_SERVERS || c->n_search > NET_MAX_SEARCH ||
        c->n_routes > NET_MAX_ROUTES)
        return false;
    for (unsigned i = 0; i < c->n_dns; i++)
        if (!net_ip4_usable(c->dns[i]))
            return false;
    for (unsigned i = 0; i < c->n_wins; i++)
        if (!net_ip4_usable(c->wins[i]))
            return false;
    if (c->domain[0] != '\0' && !net_name_valid(c->domain))
        return false;
    for (unsigned i = 0; i < c->n_search; i++)
        if (!net_name_valid(c->search[i]))
            return false;
    for (unsigned i = 0; i < c->n_routes; i++)
        if (!net_route_valid(&c->routes[i]))
            return false;
    return true;
}

static void
put_name(struct wr *w, const char *name)
{
    const size_t n = strnlen(name, NET_MAX_NAME - 1);

    wr_u8(w, (uint8_t)n);
    wr_bytes(w, name, n);
}

void
net_config_put(struct wr *w, const struct net_config *c)
{
    wr_be32(w, c->local4);
    wr_be32(w, c->peer4);
    wr_bytes(w, c->local6, 16);
    wr_bytes(w, c->peer6, 16);
    wr_be16(w, c->mtu);
    wr_u8(w, c->n_dns);
    for (unsigned i = 0; i < c->n_dns; i++)
        wr_be32(w, c->dns[i]);
    wr_u8(w, c->n_wins);
    for (unsigned i = 0; i < c->n_wins; i++)
        wr_be32(w, c->wins[i]);
    put_name(w, c->domain);
    wr_u8(w, c->n_search);
    for (unsigned i = 0; i < c->n_search; i++)
        put_name(w, c->search[i]);
    wr_be16(w, c->n_routes);
    for (unsigned i = 0; i < c->n_routes; i++) {
        wr_u8(w, c->routes[i].family);
        wr_u8(w, c->routes[i].prefix);
        wr_bytes(w, c->routes[i].address, 16);
    }
}

static void
get_bytes(struct rd *r, void *out, size_t n)
{
    const struct rd b = rd_take(r, n);

    if (!b.bad)
        memcpy(out, b.p, n);
}

static void
get_name(struct rd *r, char out[static NET_MAX_NAME])
{
    const struct rd b = rd_take(r, rd_u8(r));

    if (b.bad || b.left >= NET_MAX_NAME || memchr(b.p, 0, b.left) != NULL) {
        r->bad = true;
        return;
    }
    memcpy(out, b.p, b.left);
    out[b.left] = '\0';
}

static size_t
get_count(struct rd *r, size_t count, size_t max)
{
    r->bad |= count > max;
    return r->bad ? 0 : count;
}

bool
net_config_get(struct rd *r, struct net_config *ret)
{
    struct net_config c = {0};

    c.local4 = rd_be32(r);
    c.peer4 = rd_be32(r);
    get_bytes(r, c.local6, 16);
    get_bytes(r, c.peer6, 16);
    c.mtu = rd_be16(r);
    c.n_dns = (uint8_t)get_count(r, rd_u8(r), NET_MAX_SERVERS);
    for (unsigned i = 0; i < c.n_dns; i++)
        c.dns[i] = rd_be32(r);
    c.n_wins = (uint8_t)get_count(r, rd_u8(r), NET_MAX_SERVERS);
    for (unsigned i = 0; i < c.n_wins; i++)
        c.wins[i] = rd_be32(r);
    get_name(r, c.domain);
    c.n_search = (uint8_t)get_count(r, rd_u8(r), NET_MAX_SEARCH);
    for (unsigned i = 0; i < c.n_search; i++)
        get_name(r, c.search[i]);
    c.n_routes = (uint16_t)get_count(r, rd_be16(r), NET_MAX_ROUTES);
    for (unsigned i = 0; i < c.n_routes; i++) {
        c.routes[i].family = rd_u8(r);
        c.routes[i].prefix = rd_u8(r);
        get_bytes(r, c.routes[i].address, 16);
    }
    if (!rd_ok(r) || !net_config_valid(&c))
        return false;
    *ret = c;
    return true;
}
