/* test-io-raw.c - IPv4 headers that lie. SPDX-License-Identifier: GPL-3.0-or-later */
#include "io-raw.h"

#include <glib.h>

/* 24 octets of header (one option word), 3 of payload; 2 more that a link layer padded. */
static const uint8_t whole[] = {0x46, 0,  0, 27, 1, 2, 0x40, 0, 64, 47,  0,   0,   10, 0, 0,
                                1,    10, 0, 0,  2, 1, 1,    1, 0,  'a', 'b', 'c', 0,  0};

static void
test_payload(void)
{
    struct rd r;

    g_assert_true(io_raw_payload(rd_over(whole, sizeof whole), &r));
    g_assert_cmpmem(r.p, r.left, "abc", 3);
}

/* Each shorter piece lies in memory of just its size, for the sanitizer to see. */
static void
test_cut(void)
{
    for (size_t n = 0; n < 27; n++) {
        g_autofree uint8_t *p = g_memdup2(whole, n == 0 ? 1 : n);
        struct rd r;

        g_assert_false(io_raw_payload(rd_over(p, n), &r));
    }
}

static void
test_lies(void)
{
    static const struct {
        size_t at;
        uint8_t value;
    } rows[] = {
        {0, 0x66},             /* version 6 */
        {0, 0x44},             /* a header of 16 octets */
        {0, 0x47},             /* ... of 28, with a total of 27 */
        {3, 23},               /* less than the header */
        {3, sizeof whole + 1}, /* more than there is */
        {2, 1},                /* far more */
        {6, 0x20},             /* more fragments follow */
        {7, 1},                /* not the first */
    };
    struct rd r;

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint8_t bad[sizeof whole];

        memcpy(bad, whole, sizeof bad);
        bad[rows[i].at] = rows[i].value;
        g_assert_false(io_raw_payload(rd_over(bad, sizeof bad), &r));
    }
    uint8_t empty[20] = {0x45, 0, 0, 20};
    g_assert_true(io_raw_payload(rd_over(empty, sizeof empty), &r));
    g_assert_cmpuint(r.left, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/io-raw/payload", test_payload);
    g_test_add_func("/io-raw/cut-anywhere", test_cut);
    g_test_add_func("/io-raw/lies", test_lies);
    return g_test_run();
}
