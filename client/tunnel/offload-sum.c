/* offload-sum.c - the internet checksum. See offload.h. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "offload.h"

static inline uint64_t
add64(uint64_t sum, uint64_t v)
{
    sum += v;
    return sum + (sum < v);
}

/* Sums native 64-bit words with end-around carry, four chains so that the adds overlap: the sum is
 * the same in any word size, and in either byte order but for a swap (RFC 1071, 2 (B), (C)). */
uint64_t
offload_sum(uint64_t sum, const void *p, size_t n)
{
    const uint8_t *at = p;
    uint64_t a[4] = {sum}, w[4];

    for (; n >= sizeof w; n -= sizeof w, at += sizeof w) {
        memcpy(w, at, sizeof w);
        for (size_t i = 0; i < 4; i++)
            a[i] = add64(a[i], w[i]);
    }
    sum = add64(add64(a[0], a[1]), add64(a[2], a[3]));
    for (; n >= 8; n -= 8, at += 8) {
        memcpy(w, at, 8);
        sum = add64(sum, w[0]);
    }
    if (n > 0) {
        w[0] = 0;
        memcpy(w, at, n);
        sum = add64(sum, w[0]);
    }
    return sum;
}

uint16_t
offload_fold(uint64_t sum)
{
    sum = (sum >> 32) + (sum & 0xffffffff);
    sum = (sum >> 32) + (sum & 0xffffffff);
    sum = (sum >> 16) + (sum & 0xffff);
    sum = (sum >> 16) + (sum & 0xffff);
    sum = (sum >> 16) + (sum & 0xffff);
    return (uint16_t)~sum;
}
