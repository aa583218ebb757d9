/*
 * rc4-pair.h - RC4 for two keys at a time. What RC4 does is wait: each step needs what the step
 * before has just written. Two that know nothing of each other wait together, and so a pair is made
 * in less than the time that libcrypto takes for one (tests/bench: PPTP).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct rc4_one {
    uint8_t i, j; /* and the table: as in every description of RC4 */
    uint32_t s[256];
};

/* Keys of @n octets each: 8 or 16. */
void rc4_pair_keys(struct rc4_one *a, const uint8_t *key_a, struct rc4_one *b, const uint8_t *key_b,
                   size_t n);
/* The next @n octets of both key streams, of which as much must have been taken so far. */
void rc4_pair_streams(struct rc4_one *a, uint8_t *ret_a, struct rc4_one *b, uint8_t *ret_b,
                      size_t n);
/* The next @n octets of one. */
void rc4_one_stream(struct rc4_one *r, uint8_t *ret, size_t n);
