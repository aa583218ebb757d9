/*
 * test-mppc.c - MPPC: what the other end would write, round trips, and streams that lie.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <string.h>

#include "mppc.h"

static struct mppc_tx tx;
static struct mppc_rx rx;

static void
fresh(void)
{
    mppc_tx_init(&tx);
    mppc_rx_init(&rx);
}

/* Through both ends; returns the octets on the wire. */
static gsize
round_trip(const void *plain, gsize n)
{
    guint8 wire[MPPC_PACKET_MAX + 64];
    struct wr w = wr_over(wire, sizeof wire);
    const uint16_t bits = mppc_compress(&tx, rd_over(plain, n), &w);
    struct rd got;

    if (!(bits & MPPC_COMPRESSED)) {
        g_assert_cmpint(w.len, ==, 0);
        wr_bytes(&w, plain, n);
    }
    g_autofree guint8 *exact = g_memdup2(wire, w.len);
    g_assert_true(mppc_decompress(&rx, bits, rd_over(exact, w.len), &got));
    g_assert_cmpmem(got.p, got.left, plain, n);
    return w.len;
}

/* The field's usual example: a literal run, then copies of 15, 4 and 3 octets at offsets 16, 40 and
 * 19, each checked by hand against RFC 2118 section 4.2. */
static void
test_known(void)
{
    static const char plain[] = "for.whom.the.bell.tolls,.the.bell.tolls.for.thee!";
    static const char head[] = "for.whom.the.bell.tolls,";
    static const guint8 tail[] = {0xf4, 0x37, 0x2e, 0x66, 0xfa, 0x1f, 0x19, 0x94, 0x84};
    guint8 stream[sizeof head - 1 + sizeof tail], wire[64];
    struct wr w = wr_over(wire, sizeof wire);
    struct rd got;

    memcpy(stream, head, sizeof head - 1);
    memcpy(stream + sizeof head - 1, tail, sizeof tail);
    fresh();
    g_assert_true(mppc_decompress(&rx, MPPC_FLUSHED | MPPC_AT_FRONT | MPPC_COMPRESSED,
                                  rd_over(stream, sizeof stream), &got));
    g_assert_cmpmem(got.p, got.left, plain, sizeof plain - 1);

    const uint16_t bits = mppc_compress(&tx, rd_over(plain, sizeof plain - 1), &w);
    g_assert_cmphex(bits, ==, MPPC_FLUSHED | MPPC_AT_FRONT | MPPC_COMPRESSED);
    g_assert_cmpint(w.len, <=,
                    sizeof stream + 1);    /* which copies are taken is the sender's choice */
    g_assert_cmpmem(wire, 26, stream, 26); /* up to the end of the first copy */
}

static void
test_round_trips(void)
{
    guint8 packet[MPPC_PACKET_MAX];
    guint64 in = 0, out = 0;

    fresh();
    for (guint i = 0; i < 3000; i++) { /* many times round the history, every size and texture */
        const gsize n = (gsize)g_test_rand_int_range(1, MPPC_PACKET_MAX + 1);
        const gint alphabet = i % 5 == 0 ? 256 : 1 << g_test_rand_int_range(0, 7);

        for (gsize k = 0; k < n; k++)
            packet[k] = (guint8)(g_test_rand_int_range(0, alphabet) + (i % 3 ? 0 : 0x80));
        in += n;
        out += round_trip(packet, n);
    }
    g_assert_cmpuint(out, <, in);
}

static void
test_repeats(void)
{
    g_autofree char *a = g_strnfill(MPPC_PACKET_MAX, 'a');

    fresh();
    g_assert_cmpint(round_trip(a, MPPC_PACKET_MAX), <, 16); /* one literal, one long copy */
    for (gsize n = 1; n < 300; n++)                         /* each short length and its code */
        round_trip(a, n);
}

static void
test_reset(void)
{
    static const char text[] = "the same words again, the same words again";

    fresh();
    const gsize first = round_trip(text, sizeof text);
    g_assert_cmpint(round_trip(text, sizeof text), <, first); /* the history helps */
    mppc_tx_reset(&tx);
    mppc_rx_init(&rx); /* the peer forgot everything: the flushed packet needs nothing of it */
    g_assert_cmpint(round_trip(text, sizeof text), ==, first);
}

static void
test_malformed(void)
{
    static const struct {
        const char *why;
        guint8 bytes[6];
        gsize n;
        gboolean ok;
    } rows[] = {
        {"offset 0", {0xf0, 0x00}, 2, FALSE},
        {"a copy cut in its offset", {0xff}, 1, FALSE},
        {"a copy cut in its length", {0xf0, 0x7f}, 2, FALSE},
        {"longer than the history", {0xf0, 0x7f, 0xff, 0xff, 0xff}, 5, FALSE},
        {"past the history's end", {0xf0, 0x7f, 0xff, 0x7f, 0xfe}, 5, FALSE},
        {"empty", {0}, 0, TRUE},
        {"one literal", {0x41}, 1, TRUE},
        {"padding", {0xa0, 0x80}, 2, TRUE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree guint8 *exact = g_memdup2(rows[i].bytes, rows[i].n);
        struct rd got;

        g_test_message("%s", rows[i].why);
        fresh();
        g_assert_true(mppc_decompress(&rx, MPPC_FLUSHED | MPPC_COMPRESSED,
                                      rd_over(exact, rows[i].n), &got) == rows[i].ok);
    }
}

static void
test_bomb(void)
{
    /* A literal, then copies of 4096: more than a packet may be. */
    guint8 bytes[64] = {0x41};
    struct wr w = wr_over(bytes + 1, sizeof bytes - 1);
    struct rd got;

    while (w.len + 5 < w.cap)
        wr_bytes(&w, "\xf0\x7f\xf8\x00\x00", 5);
    fresh();
    g_assert_false(
        mppc_decompress(&rx, MPPC_FLUSHED | MPPC_COMPRESSED, rd_over(bytes, 1 + w.len), &got));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mppc/known", test_known);
    g_test_add_func("/mppc/round-trips", test_round_trips);
    g_test_add_func("/mppc/repeats", test_repeats);
    g_test_add_func("/mppc/reset", test_reset);
    g_test_add_func("/mppc/A18-malformed", test_malformed);
    g_test_add_func("/mppc/A18-bomb", test_bomb);
    return g_test_run();
}
