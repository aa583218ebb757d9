/*
 * fuzz-io-raw.c - what a raw socket hands out. Whatever comes: the payload lies within it, behind a
 * whole header, and within the length that the header tells.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "io-raw.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd payload;

    if (!io_raw_payload(rd_over(data, size), &payload))
        return 0;
    const size_t header = (size_t)(payload.p - data);
    if (size < 20 || header < 20 || header > 60 || header > size || payload.left > size - header)
        abort();
    if (header != (size_t)(data[0] & 15) * 4 ||
        header + payload.left != ((size_t)data[2] << 8 | data[3]))
        abort();
    if (data[0] >> 4 != 4 || (data[6] & 0x3f) != 0 || data[7] != 0)
        abort(); /* not IPv4, or a piece */
    return 0;
}
