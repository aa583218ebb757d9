/* inner-udp.c - see inner-udp.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "inner-udp.h"

enum { IP_HEAD = 20, UDP_HEAD = 8, UDP = 17 };

/* A one's complement sum (RFC 1071), to be carried on; @n may be odd in the last piece only. */
static uint32_t
sum(uint32_t so_far, struct rd r)
{
    while (r.left > 1)
        so_far += rd_be16(&r);
    if (r.left == 1)
        so_far += (uint32_t)rd_u8(&r) << 8;
    while (so_far >> 16 != 0)
        so_far = (so_far & 0xffff) + (so_far >> 16);
    return so_far;
}

void
inner_udp_begin(struct wr *w, const struct inner_udp *u)
{
    wr_be16(w, 0x4500);
    wr_be16(w, 0);      /* length, see inner_udp_end() */
    wr_be32(w, 0);      /* identification, fragment */
    wr_be16(w, 0x8011); /* 128 hops, UDP */
    wr_be16(w, 0);      /* checksum, as above */
    wr_be32(w, u->from);
    wr_be32(w, u->to);
    wr_be16(w, u->from_port);
    wr_be16(w, u->to_port);
    wr_be16(w, 0);
    wr_be16(w, 0);
}

void
inner_udp_end(struct wr *w)
{
    if (w->bad || w->len < INNER_UDP_HEAD || w->len > UINT16_MAX) {
        w->bad = true;
        return;
    }
    const uint16_t udp = (uint16_t)(w->len - IP_HEAD);
    wr_patch_be16(w, 2, (uint16_t)w->len);
    wr_patch_be16(w, 24, udp);
    /* The pseudo header is the addresses, which stand before the ports, the protocol, the length.
     */
    const uint16_t check = (uint16_t)~sum(UDP + (uint32_t)udp, rd_over(w->base + 12, w->len - 12));
    wr_patch_be16(w, 26, check == 0 ? 0xffff : check);
    wr_patch_be16(w, 10, (uint16_t)~sum(0, rd_over(w->base, IP_HEAD)));
}

static bool
udp_checksum_right(const struct inner_udp *u, struct rd datagram)
{
    uint8_t pseudo[12];
    struct wr w = wr_over(pseudo, sizeof pseudo);

    wr_be32(&w, u->from);
    wr_be32(&w, u->to);
    wr_be16(&w, UDP);
    wr_be16(&w, (uint16_t)datagram.left);
    return sum(sum(0, wr_done(&w)), datagram) == 0xffff;
}

bool
inner_udp_read(struct rd packet, struct inner_udp *ret)
{
    struct rd ip = packet;
    struct inner_udp u;
    const uint8_t first = rd_u8(&ip);
    const size_t header = (size_t)(first & 0x0f) * 4;

    rd_u8(&ip);
    const size_t total = rd_be16(&ip);
    rd_be16(&ip);
    const uint16_t fragment = rd_be16(&ip);
    rd_u8(&ip);
    const uint8_t protocol = rd_u8(&ip);
    rd_be16(&ip);
    u.from = rd_be32(&ip);
    u.to = rd_be32(&ip);
    if (!rd_ok(&ip) || first >> 4 != 4 || header < IP_HEAD || total < header || protocol != UDP ||
        (fragment & 0x3fff) != 0)
        return false;

    struct rd whole = rd_take(&packet, total);
    const struct rd head = rd_take(&whole, header);
    if (!rd_ok(&whole) || sum(0, head) != 0xffff)
        return false;

    struct rd udp = whole;
    u.from_port = rd_be16(&udp);
    u.to_port = rd_be16(&udp);
    const size_t len = rd_be16(&udp);
    const uint16_t checksum = rd_be16(&udp);
    if (!rd_ok(&udp) || len < UDP_HEAD || len > whole.left)
        return false;
    whole.left = len;
    u.data = rd_over(udp.p, len - UDP_HEAD);
    if (checksum != 0 && !udp_checksum_right(&u, whole))
        return false;
    *ret = u;
    return true;
}
