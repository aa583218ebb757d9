/* io-raw.c - see io-raw.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "io-raw.h"

enum { FRAGMENT = 0x3fff /* more fragments, offset: the kernel puts them together first */ };

bool
io_raw_payload(struct rd packet, struct rd *ret)
{
    struct rd r = packet;
    const uint8_t first = rd_u8(&r);
    const size_t header = (size_t)(first & 0x0f) * 4;

    rd_u8(&r);
    const uint16_t total = rd_be16(&r);
    rd_be16(&r);
    const uint16_t fragment = rd_be16(&r);
    if (!rd_ok(&r) || first >> 4 != 4 || header < 20 || total < header || total > packet.left ||
        (fragment & FRAGMENT) != 0)
        return false;
    *ret = rd_over(packet.p + header, total - header);
    return true;
}
