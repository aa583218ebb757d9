/*
 * mppe-ahead.h - the key streams of the next packets of stateless MPPE, made four at a time. Its
 * keys do not depend on what is sent, only on how many packets were; and RC4 takes four much
 * shorter than one after the other (rc4-four.h). Nothing is used up until it is taken, so that a
 * forged packet moves nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>

#include "mppe-key.h"
#include "rc4-four.h"

enum {
    MPPE_AHEAD_LEAST = 256, /* octets of a packet that is worth it: behind an acknowledgement mostly
                               comes another */
    MPPE_AHEAD_MOST = RC4_STREAM_MOST,
};

struct mppe_ahead {
    enum mppe_strength strength;
    uint8_t start[MPPE_KEY_MAX];
    unsigned left;      /* packets that are ready; the next is that of [RC4_FOUR - left] */
    bool has_next;      /* ->next is known */
    size_t n[RC4_FOUR]; /* octets of ->stream; ->rc4 goes on there */
    uint8_t key[RC4_FOUR][MPPE_KEY_MAX], next[RC4_FOUR][MPPE_KEY_MAX]; /* and those behind them */
    struct rc4_four rc4;
    uint8_t stream[RC4_FOUR][MPPE_AHEAD_MOST];
};

void mppe_ahead_init(struct mppe_ahead *a, const uint8_t start[static MPPE_KEY_MAX],
                     enum mppe_strength strength);
/* The packets that follow on the session key @session, of about @n octets, MPPE_AHEAD_MOST at most;
 * when none is left. */
void mppe_ahead_make(struct mppe_ahead *a, const uint8_t session[static MPPE_KEY_MAX], size_t n);
/* With ->left > 0: encrypt or decrypt @n octets, at most MPPE_AHEAD_MOST, as the next packet. */
void mppe_ahead_run(struct mppe_ahead *a, uint8_t *p, size_t n);
/* It counts; *ret_session is its key. */
void mppe_ahead_take(struct mppe_ahead *a, uint8_t ret_session[static MPPE_KEY_MAX]);
/* The session key has moved without this. */
void mppe_ahead_drop(struct mppe_ahead *a);
