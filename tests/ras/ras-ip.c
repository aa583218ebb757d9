/* ras-ip.c - see ras-ip.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras-ip.h"

enum { UDP = 17, ICMP = 1, ICMP6 = 58, BOOTPS = 67, BOOTPC = 68, BOOTP_FIXED = 236 };
enum { DHCP_INFORM = 8, DHCP_ACK = 5 };

static uint32_t
sum(uint32_t s, struct rd bytes)
{
    while (bytes.left > 1)
        s += rd_be16(&bytes);
    if (bytes.left == 1)
        s += (uint32_t)rd_u8(&bytes) << 8;
    return s;
}

static uint16_t
fold(uint32_t s)
{
    while (s >> 16 != 0)
        s = (s & 0xffff) + (s >> 16);
    return (uint16_t)~s;
}

/* The header of a UDP datagram or an ICMP message inside IPv4, without options or fragments. */
static bool
ip4_payload(struct rd packet, uint8_t *ret_protocol, uint32_t *ret_from, uint32_t *ret_to,
            struct rd *ret)
{
    struct rd r = packet;
    const uint8_t first = rd_u8(&r);
    rd_u8(&r);
    const uint16_t total = rd_be16(&r);
    rd_be16(&r);
    const uint16_t fragment = rd_be16(&r);
    rd_u8(&r);
    *ret_protocol = rd_u8(&r);
    rd_be16(&r);
    *ret_from = rd_be32(&r);
    *ret_to = rd_be32(&r);
    if (!rd_ok(&r) || first != 0x45 || (fragment & 0x3fff) != 0 || total < 20 ||
        total > packet.left)
        return false;
    *ret = rd_over(packet.p + 20, total - 20u);
    return true;
}

static bool
echo4(const struct ras_config *config, uint8_t *packet, size_t n, bool any)
{
    uint32_t from, to;
    uint8_t protocol;
    struct rd payload;

    if (!ip4_payload(rd_over(packet, n), &protocol, &from, &to, &payload) || protocol != ICMP ||
        payload.left < 8 || payload.p[0] != 8 || (to != config->address && !any))
        return false;

    uint8_t swap[4];
    memcpy(swap, packet + 12, 4);
    memcpy(packet + 12, packet + 16, 4);
    memcpy(packet + 16, swap, 4);
    packet[20] = 0;
    packet[22] = packet[23] = 0;
    struct wr w = wr_over(packet, n);
    w.len = n;
    wr_patch_be16(&w, 22, fold(sum(0, payload)));
    return true;
}

static bool
echo6(uint8_t *packet, size_t n)
{
    struct rd r = rd_over(packet, n);

    rd_be32(&r);
    const uint16_t length = rd_be16(&r);
    const uint8_t next = rd_u8(&r);
    if (n < 48 || length > n - 40 || length < 8 || next != ICMP6 || packet[40] != 128 ||
        packet[24] == 0xff)
        return false;

    uint8_t swap[16];
    memcpy(swap, packet + 8, 16);
    memcpy(packet + 8, packet + 24, 16);
    memcpy(packet + 24, swap, 16);
    packet[40] = 129;
    packet[42] = packet[43] = 0;
    const uint32_t pseudo = sum((uint32_t)length + ICMP6, rd_over(packet + 8, 32));
    struct wr w = wr_over(packet, n);
    w.len = n;
    wr_patch_be16(&w, 42, fold(sum(pseudo, rd_over(packet + 40, length))));
    return true;
}

bool
ras_ip_echo(const struct ras_config *config, uint8_t *packet, size_t n, bool any)
{
    if (n == 0)
        return false;
    return packet[0] >> 4 == 6 ? any && echo6(packet, n) : echo4(config, packet, n, any);
}

static void
put_ip4(struct wr *w, uint8_t protocol, uint32_t from, uint32_t to, size_t payload)
{
    const size_t at = w->len;

    wr_be16(w, 0x4500);
    wr_be16(w, (uint16_t)(20 + payload));
    wr_be32(w, 0);
    wr_u8(w, 64);
    wr_u8(w, protocol);
    wr_be16(w, 0);
    wr_be32(w, from);
    wr_be32(w, to);
    if (!w->bad)
        wr_patch_be16(w, at + 10, fold(sum(0, rd_over(w->base + at, 20))));
}

void
ras_ip_ping(uint32_t from, uint32_t to, struct wr *w)
{
    put_ip4(w, ICMP, from, to, 8);
    wr_be32(w, 0x0800f7ff);
    wr_be32(w, 0);
}

/* The BOOTP part of a datagram to port 67. */
static bool
dhcp_payload(struct rd packet, uint32_t *ret_from, struct rd *ret)
{
    uint32_t to;
    uint8_t protocol;
    struct rd udp;

    if (!ip4_payload(packet, &protocol, ret_from, &to, &udp) || protocol != UDP)
        return false;
    rd_be16(&udp);
    const uint16_t port = rd_be16(&udp), length = rd_be16(&udp);
    rd_be16(&udp);
    if (!rd_ok(&udp) || port != BOOTPS || length < 8 || length - 8u > udp.left)
        return false;
    *ret = rd_take(&udp, length - 8u);
    return true;
}

bool
ras_ip_is_dhcp(struct rd packet)
{
    uint32_t from;
    struct rd dhcp;

    return dhcp_payload(packet, &from, &dhcp);
}

static uint8_t
message_type(struct rd options)
{
    while (options.left > 0) {
        const uint8_t code = rd_u8(&options);
        if (code == 0)
            continue;
        if (code == 255)
            break;
        struct rd value = rd_take(&options, rd_u8(&options));
        if (code == 53)
            return rd_u8(&value);
    }
    return 0;
}

static void
put_option(struct wr *w, uint8_t code, const void *value, size_t n)
{
    const uint8_t *p = value;

    for (size_t at = 0; at < n || (n == 0 && at == 0); at += 255) { /* RFC 3396 */
        const size_t part = n - at < 255 ? n - at : 255;
        wr_u8(w, code);
        wr_u8(w, (uint8_t)part);
        wr_bytes(w, p + at, part);
        if (n == 0)
            break;
    }
}

static void
put_addresses(struct wr *w, uint8_t code, const uint32_t v[static 2])
{
    uint8_t buf[8];
    struct wr b = wr_over(buf, sizeof buf);

    for (int i = 0; i < 2; i++)
        if (v[i] != 0)
            wr_be32(&b, v[i]);
    if (b.len > 0)
        put_option(w, code, buf, b.len);
}

/* RFC 3442: prefix, its significant octets, gateway. */
static void
put_route(struct wr *w, const struct ras_route *r)
{
    wr_u8(w, r->to.prefix);
    wr_bytes(w, r->to.address, (r->to.prefix + 7u) / 8u);
    wr_be32(w, r->gateway);
}

static void
put_routes(const struct ras_env *env, struct wr *w)
{
    const struct ras_script_line *many = ras_env_fault(env, RAS_FAULT_DHCP_ROUTES);
    const struct ras_config *c = env->config;
    uint8_t buf[RAS_IP_MAX];
    struct wr b = wr_over(buf, sizeof buf);

    for (uint16_t i = 0; i < c->n_routes; i++)
        if (c->routes[i].to.family == 4)
            put_route(&b, &c->routes[i]);
    for (uint32_t i = 0; many != NULL && i < many->number && b.len < RAS_IP_MAX - 700; i++)
        put_route(&b, &(struct ras_route){.to = {.family = 4,
                                                 .prefix = 24,
                                                 .address = {20, (uint8_t)(i >> 8), (uint8_t)i}},
                                          .gateway = c->address});
    if (b.len == 0)
        return;
    if (b.len < 512) /* both, as Windows' servers are told to; one, when it is about the amount */
        put_option(w, 121, buf, b.len);
    put_option(w, 249, buf, b.len);
}

static void
put_garbage(struct wr *w)
{
    static const uint8_t garbage[] = {
        121, 5,   77,  10, 0, 0, 1,     /* a prefix of 77 bits */
        249, 2,   8,   10,              /* cut short */
        6,   3,   1,   2,  3,           /* not a multiple of four */
        15,  0,                         /* empty */
        3,   4,   127, 0,  0, 1, 51, 1, /* a length past the end */
        119, 255,
    };

    wr_bytes(w, garbage, sizeof garbage);
}

static void
put_dhcp_options(const struct ras_env *env, struct wr *w)
{
    const struct ras_script_line *domain = ras_env_fault(env, RAS_FAULT_DHCP_DOMAIN);
    const char *name = domain != NULL ? domain->text : env->config->domain;
    const uint32_t server[2] = {env->config->address, 0};

    put_option(w, 53, (const uint8_t[]){DHCP_ACK}, 1);
    put_addresses(w, 54, server);
    if (name[0] != '\0')
        put_option(w, 15, name, strlen(name));
    put_addresses(w, 6, env->config->dns);
    put_addresses(w, 44, env->config->nbns);
    put_routes(env, w);
    if (ras_env_fault(env, RAS_FAULT_DHCP_GARBAGE) != NULL)
        put_garbage(w);
    else
        wr_u8(w, 255);
}

bool
ras_ip_dhcp(const struct ras_env *env, struct rd packet, struct wr *reply)
{
    uint8_t dhcp[RAS_IP_MAX - 28];
    struct wr w = wr_over(dhcp, sizeof dhcp);
    uint32_t from;
    struct rd in;

    if (!dhcp_payload(packet, &from, &in))
        return false;
    const struct rd fixed = rd_take(&in, BOOTP_FIXED);
    if (rd_be32(&in) != 0x63825363 || !rd_ok(&in) || fixed.p[0] != 1 ||
        message_type(in) != DHCP_INFORM || ras_env_fault(env, RAS_FAULT_DHCP_MUTE) != NULL)
        return false;

    wr_u8(&w, 2);
    wr_bytes(&w, fixed.p + 1, 7); /* kinds of hardware, hops, transaction */
    wr_be32(&w, 0);
    wr_bytes(&w, fixed.p + 12, 4); /* ciaddr */
    wr_bytes(&w, (const uint8_t[12]){0}, 12);
    wr_bytes(&w, fixed.p + 28, 16); /* chaddr */
    wr_bytes(&w, (const uint8_t[192]){0}, 192);
    wr_be32(&w, 0x63825363);
    put_dhcp_options(env, &w);

    const struct rd body = wr_done(&w);
    const uint16_t length = (uint16_t)(body.left + 8);
    const size_t at = reply->len;
    put_ip4(reply, UDP, env->config->address, from, length);
    wr_be16(reply, BOOTPS);
    wr_be16(reply, BOOTPC);
    wr_be16(reply, length);
    wr_be16(reply, 0);
    wr_rd(reply, body);
    if (reply->bad)
        return false;
    const uint32_t pseudo = sum((uint32_t)length + UDP, rd_over(reply->base + at + 12, 8));
    const uint16_t check = fold(sum(pseudo, rd_over(reply->base + at + 20, length)));
    wr_patch_be16(reply, at + 26, check == 0 ? 0xffff : check);
    return true;
}

bool
ras_ip_is_solicitation(struct rd packet)
{
    return packet.left >= 48 && packet.p[0] >> 4 == 6 && packet.p[6] == ICMP6 &&
           packet.p[7] == 255 && packet.p[40] == 133;
}

void
ras_ip_advertise(const struct ras_config *config, const uint8_t id[static 8], struct rd packet,
                 struct wr *reply)
{
    static const uint8_t link_local[8] = {0xfe, 0x80}, all_nodes[16] = {0xff, 2, [15] = 1};
    const size_t at = reply->len;
    bool from_nobody = true;

    for (size_t i = 8; i < 24; i++)
        from_nobody &= packet.p[i] == 0;
    wr_be32(reply, 0x60000000);
    wr_be16(reply, 48);
    wr_u8(reply, ICMP6);
    wr_u8(reply, 255);
    wr_bytes(reply, link_local, sizeof link_local);
    wr_bytes(reply, id, 8);
    wr_bytes(reply, from_nobody ? all_nodes : packet.p + 8, 16);

    wr_be32(reply, 134u << 24); /* type, code, checksum */
    wr_u8(reply, 64);
    wr_u8(reply, 0);
    wr_be16(reply, 1800);
    wr_be32(reply, 0);
    wr_be32(reply, 0);
    wr_be32(reply, 0x030440c0); /* prefix information: /64, on link, autonomous */
    wr_be32(reply, 86400);
    wr_be32(reply, 14400);
    wr_be32(reply, 0);
    wr_bytes(reply, config->prefix6, sizeof config->prefix6);
    wr_bytes(reply, (const uint8_t[8]){0}, 8);
    if (reply->bad)
        return;
    const uint32_t pseudo = sum(48 + ICMP6, rd_over(reply->base + at + 8, 32));
    wr_patch_be16(reply, at + 42, fold(sum(pseudo, rd_over(reply->base + at + 40, 48))));
}
