/* offload-sum.c - the internet checksum. See offload.h. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "offload.h"

/* Two words that the compiler may keep in one register; where there is no such register, in two. */
typedef uint64_t lanes __attribute__((vector_size(16)));

static inline lanes
take(uint8_t *to, const uint8_t *at)
{
    lanes words;

    memcpy(&words, at, sizeof words);
    if (to != NULL)
        memcpy(to, &words, sizeof words);
    return (words >> 32) + (words & 0xffffffff);
}

/* Adds native 32-bit halves to 64-bit lanes, which 2^30 octets do not overflow; in four chains, so
 * that the adds overlap. The sum is the same in any word size, and in either byte order but for a
 * swap (RFC 1071, 2 (B), (C)). @to NULL: no copy. */
static inline __attribute__((always_inline)) uint64_t
sum_of(uint64_t sum, uint8_t *to, const uint8_t *at, size_t n)
{
    const bool copies = to != NULL;
    lanes a = {sum >> 32, sum & 0xffffffff}, b = {0}, c = {0}, d = {0};
    uint32_t word;
    size_t i = 0;

    for (; n - i >= 4 * sizeof a; i += 4 * sizeof a) {
        a += take(copies ? to + i : NULL, at + i);
        b += take(copies ? to + i + sizeof a : NULL, at + i + sizeof a);
        c += take(copies ? to + i + 2 * sizeof a : NULL, at + i + 2 * sizeof a);
        d += take(copies ? to + i + 3 * sizeof a : NULL, at + i + 3 * sizeof a);
    }
    a += b + c + d;
    sum = a[0] + a[1];
    for (; n - i >= sizeof word; i += sizeof word) {
        memcpy(&word, at + i, sizeof word);
        if (copies)
            memcpy(to + i, &word, sizeof word);
        sum += word;
    }
    if (i < n) {
        word = 0;
        memcpy(&word, at + i, n - i);
        if (copies)
            memcpy(to + i, at + i, n - i);
        sum += word;
    }
    return sum;
}

uint64_t
offload_sum(uint64_t sum, const void *p, size_t n)
{
    return sum_of(sum, NULL, p, n);
}

uint64_t
offload_copy(uint64_t sum, void *to, const void *from, size_t n)
{
    return sum_of(sum, to, from, n);
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
