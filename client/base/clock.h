/*
 * clock.h - the one unit of time. A protocol core never asks what time it is; it is told.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdint.h>

typedef uint64_t usec_t; /* CLOCK_BOOTTIME, microseconds */

#define USEC_PER_MSEC UINT64_C(1000)
#define USEC_PER_SEC  UINT64_C(1000000)
#define NEVER         UINT64_MAX

static inline usec_t
usec_min(usec_t a, usec_t b)
{
    return a < b ? a : b;
}
