/*
 * ppp-wire.h - what is in a ppp_queue, for tests: the next frame as hex, and nothing more.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ppp-queue.h"
#include "ppp-test.h"

/* The next entry must be a frame, ff 03 and then @want (hex; blanks are ignored). */
#define expect_frame(q, want)                                                                      \
    do {                                                                                           \
        uint8_t type_ = 0xff;                                                                      \
        struct rd data_ = {0};                                                                     \
        const struct rd exact_ = hex("ff03" want);                                                 \
        g_assert_true(ppp_queue_next((q), &type_, &data_));                                        \
        g_assert_cmpuint(type_, ==, 0);                                                            \
        assert_octets(data_.p, data_.left, exact_);                                                \
    } while (0)

#define expect_nothing(q)                                                                          \
    do {                                                                                           \
        uint8_t type_ = 0xff;                                                                      \
        struct rd data_ = {0};                                                                     \
        if (ppp_queue_next((q), &type_, &data_)) {                                                 \
            g_autofree char *h_ = to_hex(data_);                                                   \
            g_error("%s:%d: not empty: type %u, %s", __FILE__, __LINE__, type_, h_);               \
        }                                                                                          \
    } while (0)

/* The next frame, kept; its first two octets after ff 03 are the protocol. */
static inline struct rd
next_frame(struct ppp_queue *q)
{
    uint8_t type;
    struct rd data;

    g_assert_true(ppp_queue_next(q, &type, &data));
    g_assert_cmpuint(type, ==, 0);
    return keep(data.p + 2, data.left - 2);
}

static inline void
drain(struct ppp_queue *q)
{
    uint8_t type;
    struct rd data;

    while (ppp_queue_next(q, &type, &data))
        ;
}
