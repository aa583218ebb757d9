/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhcp-ack.h"

#include "dns-name.h"
#include "inner-udp.h"

enum {
    BOOTP_SNAME = 64,
    BOOTP_FILE = 128,
    OPTIONS_MAX = 1500, /* of one code, its parts put together (RFC 3396) */
    SHORTEST_ROUTE = 8, /* wider ones would take the default route over by halves */
};

static const uint32_t magic = 0x63825363;

bool
dhcp_ack_is(struct rd packet)
{
    struct rd r = packet;
    const size_t header = (size_t)(rd_u8(&r) & 0x0f) * 4;

    if (packet.left < 28 || packet.p[0] >> 4 != 4 || packet.p[9] != 17 || header < 20)
        return false;
    r = packet;
    rd_take(&r, header);
    const uint16_t from = rd_be16(&r);
    const uint16_t to = rd_be16(&r);
    return rd_ok(&r) && from == DHCP_SERVER_PORT && to == DHCP_CLIENT_PORT;
}

/* The fields that options may be in, in the order of RFC 3396 section 4. */
struct areas {
    struct rd v[3];
    size_t n;
};

/* The next option of an area, or false at its end; tell "end" from "broken" by area->bad. */
static bool
next_option(struct rd *area, uint8_t *ret_code, struct rd *ret_value)
{
    do {
        if (area->left == 0)
            return false;
        *ret_code = rd_u8(area);
    } while (*ret_code == DHCP_PAD);
    if (*ret_code == DHCP_END)
        return false;
    *ret_value = rd_take(area, rd_u8(area));
    return rd_ok(area);
}

/* All parts of option @code, put together in @buffer. Absent, or a broken area: empty. */
static struct rd
gather(const struct areas *areas, uint8_t code, uint8_t buffer[static OPTIONS_MAX])
{
    struct wr w = wr_over(buffer, OPTIONS_MAX);

    for (size_t i = 0; i < areas->n; i++) {
        struct rd area = areas->v[i], value;
        uint8_t is;

        while (next_option(&area, &is, &value)) {
            if (is == code)
                wr_rd(&w, value);
        }
        if (area.bad)
            return rd_over(NULL, 0);
    }
    return w.bad ? rd_over(NULL, 0) : wr_done(&w);
}

static uint8_t
one_octet(const struct areas *areas, uint8_t code)
{
    uint8_t buffer[OPTIONS_MAX];
    const struct rd v = gather(areas, code, buffer);

    return v.left == 1 ? v.p[0] : 0;
}

/* The BOOTP header: is it the answer to what we asked? *ret: where its options are. */
static bool
read_bootp(struct rd r, const struct dhcp_ack_filter *filter, struct areas *ret)
{
    const uint8_t op = rd_u8(&r);

    rd_take(&r, 3);
    const uint32_t xid = rd_be32(&r);
    rd_take(&r, 4);
    const uint32_t ciaddr = rd_be32(&r);
    const uint32_t yiaddr = rd_be32(&r);
    rd_take(&r, 4 + 4 + 16);
    const struct rd sname = rd_take(&r, BOOTP_SNAME);
    const struct rd file = rd_take(&r, BOOTP_FILE);
    const uint32_t cookie = rd_be32(&r);

    if (!rd_ok(&r) || op != 2 || xid != filter->xid || cookie != magic)
        return false;
    /* Some servers give back a zero, some repeat our address as the one they give. */
    if ((ciaddr != 0 && ciaddr != filter->address) || (yiaddr != 0 && yiaddr != filter->address))
        return false;

    *ret = (struct areas){.v = {r}, .n = 1};
    const uint8_t overload = one_octet(ret, DHCP_OVERLOAD);
    if (overload & 1)
        ret->v[ret->n++] = file;
    if (overload & 2)
        ret->v[ret->n++] = sname;
    return one_octet(ret, DHCP_TYPE) == DHCP_ACK;
}

static bool
route_wanted(const struct net_route *r, uint32_t vpn_server)
{
    const uint32_t to = (uint32_t)r->address[0] << 24 | (uint32_t)r->address[1] << 16 |
                        (uint32_t)r->address[2] << 8 | r->address[3];

    if (r->prefix < SHORTEST_ROUTE || !net_ip4_usable(to) || to >> 16 == 0xa9fe)
        return false;
    return r->prefix != 32 || vpn_server == 0 || to != vpn_server;
}

size_t
dhcp_routes_read(struct rd body, uint32_t vpn_server, struct net_route ret[static NET_MAX_ROUTES])
{
    size_t n = 0;

    while (body.left > 0) {
        struct net_route r = {.family = 4, .prefix = rd_u8(&body)};
        if (r.prefix > 32)
            return 0;
        const struct rd octets = rd_take(&body, (r.prefix + 7u) / 8);

        rd_be32(&body); /* the router */
        if (!rd_ok(&body))
            return 0;
        if (octets.left > 0)
            memcpy(r.address, octets.p, octets.left);
        if (r.prefix % 8 != 0)
            r.address[r.prefix / 8] &= (uint8_t)(0xff00u >> r.prefix % 8);
        if (n < NET_MAX_ROUTES && route_wanted(&r, vpn_server))
            ret[n++] = r;
    }
    return n;
}

/* A name as text: some servers count a NUL, some write the last dot. */
static bool
read_domain(struct rd v, char ret[static NET_MAX_NAME])
{
    char name[NET_MAX_NAME];

    while (v.left > 0 && v.p[v.left - 1] == '\0')
        v.left--;
    if (v.left > 0 && v.p[v.left - 1] == '.')
        v.left--;
    if (v.left == 0 || v.left >= sizeof name || memchr(v.p, '\0', v.left) != NULL)
        return false;
    memcpy(name, v.p, v.left);
    name[v.left] = '\0';
    if (!net_name_valid(name))
        return false;
    memcpy(ret, name, v.left + 1);
    return true;
}

static void
read_search(struct rd v, struct net_config *c)
{
    char found[NET_MAX_SEARCH][NET_MAX_NAME];
    size_t n = 0, at = 0;

    while (at < v.left && n < NET_MAX_SEARCH) {
        if (!dns_name_read(v, &at, found[n]) || !net_name_valid(found[n]))
            return; /* dropped whole */
        n++;
    }
    for (size_t i = 0; i < n; i++)
        memcpy(c->search[i], found[i], strlen(found[i]) + 1);
    if (n > 0)
        c->n_search = (uint8_t)n;
}

/* Servers behind those that are known, without doubles. */
static void
add_servers(struct rd v, const struct dhcp_ack_filter *filter,
            uint32_t list[static NET_MAX_SERVERS], uint8_t *n)
{
    if (v.left % 4 != 0)
        return;
    while (v.left > 0) {
        const uint32_t address = rd_be32(&v);
        bool known = !net_ip4_usable(address) || address == filter->address;

        for (uint8_t i = 0; i < *n; i++)
            known |= list[i] == address;
        if (!known && *n < NET_MAX_SERVERS)
            list[(*n)++] = address;
    }
}

bool
dhcp_ack_read(struct rd packet, const struct dhcp_ack_filter *filter, struct net_config *ret)
{
    struct inner_udp udp;
    struct areas areas;
    uint8_t buffer[OPTIONS_MAX];

    if (!inner_udp_read(packet, &udp) || udp.from_port != DHCP_SERVER_PORT ||
        udp.to_port != DHCP_CLIENT_PORT || (udp.to != filter->address && udp.to != UINT32_MAX) ||
        !read_bootp(udp.data, filter, &areas))
        return false;

    read_domain(gather(&areas, DHCP_DOMAIN, buffer), ret->domain);
    read_search(gather(&areas, DHCP_SEARCH, buffer), ret);
    add_servers(gather(&areas, DHCP_DNS, buffer), filter, ret->dns, &ret->n_dns);
    add_servers(gather(&areas, DHCP_NBNS, buffer), filter, ret->wins, &ret->n_wins);

    /* Both kinds are asked for; the one with a standard counts, when it holds anything. */
    ret->n_routes = (uint16_t)dhcp_routes_read(gather(&areas, DHCP_ROUTES, buffer),
                                               filter->vpn_server, ret->routes);
    if (ret->n_routes == 0)
        ret->n_routes = (uint16_t)dhcp_routes_read(gather(&areas, DHCP_ROUTES_MS, buffer),
                                                   filter->vpn_server, ret->routes);
    return true;
}
