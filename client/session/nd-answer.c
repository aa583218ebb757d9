/* nd-answer.c - see nd-answer.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "nd-answer.h"

enum {
    HEADER = 40,
    ICMPV6 = 58,
    ROUTER_ADVERTISEMENT = 134,
    SOLICITATION = 135,
    ADVERTISEMENT = 136,
    BODY = 24,               /* type, code, checksum, flags, target */
    TARGET_LINK_ADDRESS = 2, /* option */
    SOLICITED_OVERRIDE = 0x60,
};

void
nd_answer_note(struct nd_answer *nd, const uint8_t *packet)
{
    const uint8_t *const source = packet + 8;

    for (unsigned i = 0; i < nd->n; i++)
        if (memcmp(nd->own[i], source, 16) == 0)
            return;
    memcpy(nd->own[nd->next], source, 16);
    nd->next = (uint8_t)((nd->next + 1) % ND_OWN_MAX);
    if (nd->n < ND_OWN_MAX)
        nd->n++;
}

/* The ones' complement sum of a pseudo-header and an ICMPv6 message (RFC 8200 section 8.1). */
static uint16_t
checksum(const uint8_t *addresses, struct rd message)
{
    uint32_t sum = ICMPV6 + (uint32_t)message.left;
    struct rd pseudo = rd_over(addresses, 32);

    while (pseudo.left > 0)
        sum += rd_be16(&pseudo);
    while (message.left > 1)
        sum += rd_be16(&message);
    if (message.left == 1)
        sum += (uint32_t)rd_u8(&message) << 8;
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

bool
nd_answer_is(struct rd packet)
{
    return packet.left >= HEADER + BODY && packet.p[0] >> 4 == 6 && packet.p[6] == ICMPV6 &&
           packet.p[HEADER] == SOLICITATION;
}

static bool
options_valid(struct rd options)
{
    while (options.left > 0) {
        rd_u8(&options);
        const size_t units = rd_u8(&options);
        rd_take(&options, units == 0 ? SIZE_MAX : units * 8 - 2);
        if (!rd_ok(&options))
            return false;
    }
    return true;
}

/* RFC 4861 section 7.1.1. One without a source only looks for a duplicate, and is not answered. */
static bool
valid(struct rd packet, struct rd *ret_target)
{
    static const uint8_t unspecified[16];
    const uint8_t hop_limit = packet.p[7], *const source = packet.p + 8;
    struct rd r = packet;

    rd_take(&r, 4);
    const uint16_t length = rd_be16(&r);
    rd_take(&r, HEADER - 6);
    const struct rd message = rd_take(&r, length);
    r = message;
    rd_u8(&r);
    const uint8_t code = rd_u8(&r);
    rd_take(&r, 6);
    *ret_target = rd_take(&r, 16);
    return rd_ok(&r) && hop_limit == 255 && code == 0 && checksum(source, message) == 0 &&
           ret_target->p[0] != 0xff && source[0] != 0xff && memcmp(source, unspecified, 16) != 0 &&
           options_valid(r);
}

static bool
is_ours(const struct nd_answer *nd, const uint8_t local[static 16], const uint8_t *target)
{
    if (memcmp(local, target, 16) == 0)
        return true;
    for (unsigned i = 0; i < nd->n; i++)
        if (memcmp(nd->own[i], target, 16) == 0)
            return true;
    return false;
}

bool
nd_answer_make(const struct nd_answer *nd, const uint8_t local[static 16], struct rd packet,
               struct wr *out)
{
    const size_t at = out->len;
    struct rd target;

    if (!nd_answer_is(packet) || !valid(packet, &target) || !is_ours(nd, local, target.p))
        return false;
    wr_be32(out, 0x60000000);
    wr_be16(out, ND_ANSWER - HEADER);
    wr_u8(out, ICMPV6);
    wr_u8(out, 255);
    wr_bytes(out, target.p, 16);     /* from the address asked for */
    wr_bytes(out, packet.p + 8, 16); /* to who asks */
    wr_u8(out, ADVERTISEMENT);
    wr_u8(out, 0);
    wr_be16(out, 0); /* checksum, below */
    wr_be32(out, (uint32_t)SOLICITED_OVERRIDE << 24);
    wr_bytes(out, target.p, 16);
    /* A link-layer address of our own making: locally administered, and always the same one. */
    wr_u8(out, TARGET_LINK_ADDRESS);
    wr_u8(out, 1);
    wr_u8(out, 0x02);
    wr_bytes(out, local + 11, 5);
    if (out->bad)
        return false;
    wr_patch_be16(
        out, at + HEADER + 2,
        checksum(out->base + at + 8, rd_over(out->base + at + HEADER, ND_ANSWER - HEADER)));
    return true;
}

void
nd_answer_no_default(uint8_t *packet, size_t n)
{
    uint8_t *const message = packet + HEADER;

    if (n < HEADER + 16 || packet[0] >> 4 != 6 || packet[6] != ICMPV6 ||
        message[0] != ROUTER_ADVERTISEMENT)
        return;

    /* RFC 1624: the checksum changes by what is taken away. */
    const uint32_t lifetime = (uint32_t)(message[6] << 8 | message[7]);
    uint32_t sum = (uint32_t)(message[2] << 8 | message[3]) + lifetime;

    sum = (sum & 0xffff) + (sum >> 16);
    message[2] = (uint8_t)(sum >> 8);
    message[3] = (uint8_t)sum;
    message[6] = message[7] = 0;
}
