/* inside-msg.c - see inside-msg.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "inside-msg.h"

enum {
    DNS_LABEL_MAX = 63,
    DNS_NAME_MAX = 253,
    DNS_RECURSE = 0x0100,
    DNS_ANSWER = 0x8000,
    DNS_RCODE = 0x000f,
    DNS_NXDOMAIN = 3,
    DNS_TYPE_SOA = 6,
    DNS_CLASS_IN = 1,
    ICMP_REQUEST = 8,
    ICMP_REPLY = 0,
    PROTOCOL_ICMP = 1,
};

bool
inside_dns_put(struct wr *w, uint16_t id, const char *name)
{
    const size_t n = strnlen(name, DNS_NAME_MAX + 1);
    bool good = n <= DNS_NAME_MAX;

    wr_be16(w, id);
    wr_be16(w, DNS_RECURSE);
    wr_be16(w, 1);
    wr_be16(w, 0);
    wr_be16(w, 0);
    wr_be16(w, 0);
    for (const char *at = name; good && *at != '\0';) {
        const size_t label = strcspn(at, ".");

        good = label > 0 && label <= DNS_LABEL_MAX;
        wr_u8(w, (uint8_t)label);
        wr_bytes(w, at, label);
        at += label;
        at += *at == '.';
    }
    wr_u8(w, 0);
    wr_be16(w, DNS_TYPE_SOA);
    wr_be16(w, DNS_CLASS_IN);
    return good && !w->bad;
}

enum inside_answer
inside_dns_read(struct rd datagram, uint16_t id)
{
    const uint16_t answered = rd_be16(&datagram), flags = rd_be16(&datagram);

    rd_take(&datagram, 8); /* the counts */
    if (!rd_ok(&datagram) || answered != id || (flags & DNS_ANSWER) == 0)
        return INSIDE_NOTHING;
    return (flags & DNS_RCODE) == 0 || (flags & DNS_RCODE) == DNS_NXDOMAIN ? INSIDE_ANSWER
                                                                           : INSIDE_REFUSAL;
}

static uint16_t
internet_checksum(const uint8_t *p, size_t n)
{
    struct rd r = rd_over(p, n);
    uint32_t sum = 0;

    while (r.left >= 2)
        sum += rd_be16(&r);
    if (r.left == 1)
        sum += (uint32_t)rd_u8(&r) << 8;
    while (sum > 0xffff)
        sum = (sum >> 16) + (sum & 0xffff);
    return (uint16_t)~sum;
}

void
inside_echo_put(struct wr *w, uint16_t id, uint16_t sequence, size_t size)
{
    const size_t at = w->len;

    wr_u8(w, ICMP_REQUEST);
    wr_u8(w, 0);
    wr_be16(w, 0);
    wr_be16(w, id);
    wr_be16(w, sequence);
    for (size_t i = 0; i < size && !w->bad; i++)
        wr_u8(w, (uint8_t)i);
    if (!w->bad)
        wr_patch_be16(w, at + 2, internet_checksum(w->base + at, w->len - at));
}

bool
inside_echo_read(struct rd packet, bool raw, uint16_t id, uint16_t sequence)
{
    if (raw) {
        const uint8_t first = rd_u8(&packet);
        const size_t header = (first & 15u) * 4u;

        rd_take(&packet, 8);
        const uint8_t protocol = rd_u8(&packet);
        if (first >> 4 != 4 || header < INSIDE_IP_HEADER || protocol != PROTOCOL_ICMP)
            return false;
        rd_take(&packet, header - 10);
    }
    const uint8_t type = rd_u8(&packet), code = rd_u8(&packet);
    rd_be16(&packet);
    const uint16_t got_id = rd_be16(&packet), got_sequence = rd_be16(&packet);
    return rd_ok(&packet) && type == ICMP_REPLY && code == 0 && (!raw || got_id == id) &&
           got_sequence == sequence;
}
