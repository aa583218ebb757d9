/*
 * offload-packet.h - the few fields of IP, TCP and UDP that cutting and merging read and write
 * (RFC 791, 8200, 9293, 768). Private to offload-*.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"

enum {
    IP4_HEADER = 20,
    IP4_TOTAL = 2,
    IP4_ID = 4,
    IP4_FRAGMENT = 6,
    IP4_TTL = 8,
    IP4_PROTOCOL = 9,
    IP4_CHECKSUM = 10,
    IP4_SOURCE = 12,
    IP4_DONT_FRAGMENT = 0x40, /* in the octet at IP4_FRAGMENT */
    IP6_HEADER = 40,
    IP6_LENGTH = 4,
    IP6_NEXT = 6,
    IP6_HOPS = 7,
    IP6_SOURCE = 8,
    IP6_FRAGMENT = 44, /* next header */
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    TCP_HEADER = 20,
    TCP_SEQUENCE = 4,
    TCP_ACK = 8,
    TCP_OFFSET = 12,
    TCP_FLAGS = 13,
    TCP_WINDOW = 14,
    TCP_CHECKSUM = 16,
    TCP_URGENT = 18,
    TCP_TIMESTAMPS = 12, /* octets of that option alone, the way everybody pads it */
    TCP_TIME = 24,       /* the sender's, in it */
    FLAG_FIN = 0x01,
    FLAG_PSH = 0x08,
    FLAG_ACK = 0x10,
    FLAG_ECE = 0x40,
    FLAG_CWR = 0x80,
    UDP_HEADER = 8,
    UDP_LENGTH = 4,
    UDP_CHECKSUM = 6,
};

static inline uint16_t
get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline void
set16(uint8_t *p, size_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline uint32_t
get32(const uint8_t *p)
{
    return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static inline void
set32(uint8_t *p, uint32_t v)
{
    set16(p, v >> 16);
    set16(p + 2, v & 0xffff);
}

/* A 16-bit number as the checksum sees it: two octets in network order, read natively. */
static inline uint16_t
sum16(size_t v)
{
    const uint8_t octets[2] = {(uint8_t)(v >> 8), (uint8_t)v};
    uint16_t word;

    memcpy(&word, octets, 2);
    return word;
}
