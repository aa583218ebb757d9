/*
 * impair.h - one direction of a bad wire, as a value: frames go in with the time, and come out
 * late, less often, twice, out of order or damaged. Its randomness is a seed, so each run can be
 * repeated.
 *
 * Times are usec_t of the caller's clock; chances are parts per million of frames.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clock.h"

#define IMPAIR_FRAME_MAX 65550

struct impair_config {
    usec_t delay;
    uint64_t rate;     /* bits a second, 0: no limit */
    uint32_t queue;    /* octets that may wait for the rate before frames are dropped */
    usec_t reorder_by; /* how much later a reordered frame comes */
    uint32_t loss, duplicate, reorder, corrupt;
    uint32_t lose; /* the number of one frame that is lost, of those that impair_counts(); from 1 */
    uint64_t seed;
};

enum impair_act {
    IMPAIR_PASSED,
    IMPAIR_LOST,
    IMPAIR_OVERFLOWED, /* the queue before the rate limit was full */
    IMPAIR_DUPLICATED,
    IMPAIR_REORDERED,
    IMPAIR_CORRUPTED,
    IMPAIR_N_ACTS,
};

struct impair_frame {
    usec_t due;
    uint64_t order; /* of two frames that are due together */
    size_t len;
    uint8_t *bytes;
};

struct impair {
    struct impair_config config;
    uint64_t random, order;
    uint32_t counted; /* frames so far that impair_counts() */
    usec_t wire_free; /* when the last frame has left, at the configured rate */
    struct impair_frame *heap;
    size_t n, cap;
    uint64_t count[IMPAIR_N_ACTS];
    uint64_t octets;
};

/* IPv4 over Ethernet, and not ICMP: what is a call's, and not the network's own. */
bool impair_counts(const void *frame, size_t len);
void impair_init(struct impair *w, const struct impair_config *config);
void impair_clear(struct impair *w);
/* Copies the frame. Returns what was done to it, the worst if several things were. */
enum impair_act impair_push(struct impair *w, usec_t now, const void *frame, size_t len);
/* The next frame that is due; the caller frees ->bytes. */
bool impair_pop(struct impair *w, usec_t now, struct impair_frame *ret);
usec_t impair_deadline(const struct impair *w); /* NEVER: nothing on the wire */
const char *impair_act_name(enum impair_act act);
