/*
 * rc4-four.h - RC4 for four keys at a time. What RC4 does is wait: each step needs what the step
 * before has just written. Four that know nothing of each other wait together: a stream is made in
 * four fifths of the time that libcrypto takes for it, a key schedule in half (tests/bench: PPTP).
 * A fifth key can be scheduled beside them, in less than half, too.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
    RC4_FOUR = 4,
    RC4_KEY = 16,
    RC4_TABLE = 256,
    RC4_STREAM_MOST = 1600,
};

struct rc4_four {
    uint8_t s[RC4_FOUR + 1][RC4_TABLE]; /* the last: of the key beside the four */
    uint8_t i[RC4_FOUR + 1], j[RC4_FOUR + 1];
};

/* Shorter keys are repeated to RC4_KEY octets: the schedule is the same. */
void rc4_four_keys(struct rc4_four *r, const uint8_t (*keys)[RC4_KEY]);
void rc4_one_key(struct rc4_four *r, unsigned which, const uint8_t key[static RC4_KEY]);

/* The next @n octets of the key stream of one, or of all four, of which as much must have been
 * taken so far: to @at and on of each row. */
void rc4_one_stream(struct rc4_four *r, unsigned which, uint8_t *ret, size_t n);
void rc4_four_streams(struct rc4_four *r, uint8_t (*ret)[RC4_STREAM_MOST], size_t at, size_t n);
/* RC4_TABLE octets of all four, of which a multiple of that was taken, and the schedule of the key
 * beside them meanwhile. */
void rc4_four_streams_and_key(struct rc4_four *r, uint8_t (*ret)[RC4_STREAM_MOST], size_t at,
                              const uint8_t key[static RC4_KEY]);
