/*
 * test-gre.c - enhanced GRE: in order, at once, and never twice.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gre.h"
#include "vectors.h"

#define LOCAL 0xe40a
#define PEER  0xfaea

static guint8 slots[GRE_WINDOW][GRE_SLOT];

static struct gre
fresh(void)
{
    struct gre g;

    gre_init(&g, LOCAL, PEER, slots);
    return g;
}

/* The packet a peer would send: its payload is its sequence number. */
static struct rd
packet(guint8 buf[static 20], guint32 seq)
{
    struct wr w = wr_over(buf, 20);

    wr_be16(&w, 0x3001);
    wr_be16(&w, 0x880b);
    wr_be16(&w, 4);
    wr_be16(&w, LOCAL);
    wr_be32(&w, seq);
    wr_be32(&w, seq);
    return wr_done(&w);
}

/* Feeds one packet; appends what comes out, in order. */
static void
feed(struct gre *g, usec_t now, guint32 seq, GArray *out)
{
    guint8 buf[20];
    struct rd payload;

    if (gre_receive(g, now, packet(buf, seq), &payload)) {
        const guint32 got = rd_be32(&payload);
        g_assert_true(rd_done(&payload));
        g_array_append_val(out, got);
    }
    while (gre_release(g, now, &payload)) {
        const guint32 got = rd_be32(&payload);
        g_assert_true(rd_done(&payload));
        g_array_append_val(out, got);
    }
}

#define OUT(out, ...)                                                                              \
    do {                                                                                           \
        const guint32 want_[] = {__VA_ARGS__};                                                     \
        g_assert_cmpmem((out)->data, (out)->len * 4, want_, sizeof want_);                         \
        g_array_set_size(out, 0);                                                                  \
    } while (0)

static void
test_order(void)
{
    g_autoptr(GArray) out = g_array_new(FALSE, FALSE, 4);
    struct gre g = fresh();

    feed(&g, 0, 100, out); /* whatever comes first is the beginning */
    feed(&g, 1, 101, out);
    OUT(out, 100, 101);
    g_assert_cmpuint(g.gap_deadline, ==, NEVER);
    feed(&g, 2, 103, out); /* early: held */
    feed(&g, 2, 104, out);
    g_assert_cmpint(out->len, ==, 0);
    g_assert_cmpuint(g.gap_deadline, ==, 2 + GRE_WAIT);
    feed(&g, 3, 102, out); /* the gap closes */
    OUT(out, 102, 103, 104);
    g_assert_cmpuint(g.gap_deadline, ==, NEVER);
    feed(&g, 4, 103, out); /* twice, and late */
    feed(&g, 4, 50, out);
    g_assert_cmpint(out->len, ==, 0);
    g_assert_cmpint(g.duplicate, ==, 2);
    g_assert_cmpint(g.lost, ==, 0);
}

/* The first ones swapped: nobody waits, for some peers count from 1. Later ones are too late. */
static void
test_start(void)
{
    g_autoptr(GArray) out = g_array_new(FALSE, FALSE, 4);
    struct gre g = fresh();

    feed(&g, 0, 1, out);
    feed(&g, 1, 0, out);
    OUT(out, 1, 0);
    g_assert_cmpuint(g.duplicate, ==, 0);
    feed(&g, 2, 0, out); /* G1: not twice */
    feed(&g, 2, 1, out);
    g_assert_cmpint(out->len, ==, 0);
    g_assert_cmpuint(g.duplicate, ==, 2);
    feed(&g, 3, 2, out);
    feed(&g, 3, UINT32_MAX - 1, out); /* the third before the first */
    feed(&g, 3, UINT32_MAX - 3, out); /* the fifth */
    OUT(out, 2, UINT32_MAX - 1);
    feed(&g, 4, 3, out);
    feed(&g, 4, 4, out);
    feed(&g, 4, UINT32_MAX, out);
    OUT(out, 3, 4, UINT32_MAX);
    feed(&g, 5, 5, out);
    feed(&g, 5, UINT32_MAX - 2, out); /* it is no longer the start */
    OUT(out, 5);
}

static void
test_bounded_wait(void)
{
    g_autoptr(GArray) out = g_array_new(FALSE, FALSE, 4);
    struct gre g = fresh();
    struct rd payload;

    feed(&g, 0, 0, out);
    feed(&g, 1000, 2, out);
    feed(&g, 1500, 2, out); /* a duplicate of one that is held */
    feed(&g, 2000, 5, out);
    OUT(out, 0);
    g_assert_false(gre_release(&g, 1000 + GRE_WAIT - 1, &payload));
    g_assert_true(gre_release(&g, 1000 + GRE_WAIT, &payload)); /* 1 is given up */
    g_assert_cmpuint(rd_be32(&payload), ==, 2);
    g_assert_false(gre_release(&g, 1000 + GRE_WAIT, &payload)); /* 3, 4: a wait of their own */
    g_assert_cmpuint(gre_deadline(&g), <=, 1000 + 2 * GRE_WAIT);
    g_assert_true(gre_release(&g, 1000 + 2 * GRE_WAIT, &payload));
    g_assert_cmpuint(rd_be32(&payload), ==, 5);
    g_assert_cmpint(g.lost, ==, 3);
    g_assert_cmpuint(g.gap_deadline, ==, NEVER);
    feed(&g, 3 * GRE_WAIT, 3, out); /* too late now */
    g_assert_cmpint(out->len, ==, 0);
}

static void
test_wrap(void)
{
    g_autoptr(GArray) out = g_array_new(FALSE, FALSE, 4);
    struct gre g = fresh();

    feed(&g, 0, 0xfffffffe, out);
    feed(&g, 0, 0, out);
    feed(&g, 0, 0xffffffff, out);
    feed(&g, 0, 1, out);
    OUT(out, 0xfffffffe, 0xffffffff, 0, 1);
    g_assert_cmpint(g.duplicate, ==, 0);
}

static void
test_jump(void)
{
    g_autoptr(GArray) out = g_array_new(FALSE, FALSE, 4);
    struct gre g = fresh();

    feed(&g, 0, 0, out);
    feed(&g, 0, GRE_WINDOW + 1, out); /* beyond the window, nothing held: taken at once */
    OUT(out, 0, GRE_WINDOW + 1);
    g_assert_cmpuint(g.gap_deadline, ==, NEVER); /* and nobody is woken for it */
    feed(&g, 0, GRE_WINDOW + 3, out);
    feed(&g, 0, 1000, out); /* beyond it while one is held: the held one goes first */
    OUT(out, GRE_WINDOW + 3);
    feed(&g, 0, 1001, out);
    OUT(out, 1001);
    feed(&g, 0, 1002u + 0x80000000u, out); /* half the circle is the past */
    feed(&g, 0, 1001u + 0x80000000u, out); /* the other half a leap, believed the second time */
    g_assert_cmpint(out->len, ==, 0);
    feed(&g, 0, 1002, out);
    OUT(out, 1002);
    feed(&g, 0, 100000, out);
    feed(&g, 0, 200000, out); /* another leap confirms nothing */
    g_assert_cmpint(out->len, ==, 0);
    feed(&g, 0, 200001, out);
    OUT(out, 200001);
    feed(&g, 0, 300000, out);
    feed(&g, 0, 200002, out); /* it goes on as before: that was no leap */
    feed(&g, 0, 300001, out);
    OUT(out, 200002);
}

/* The longest that is kept, and one that is too long for that. */
static void
test_longest(void)
{
    static guint8 buf[12 + GRE_SLOT + 1];
    g_autoptr(GArray) out = g_array_new(FALSE, FALSE, 4);
    struct gre g = fresh();
    struct rd payload;

    feed(&g, 0, 0, out);
    for (guint more = 0; more <= 1; more++) {
        struct wr w = wr_over(buf, sizeof buf);

        wr_be32(&w, 0x3001880b);
        wr_be16(&w, (uint16_t)(GRE_SLOT + more));
        wr_be16(&w, LOCAL);
        wr_be32(&w, 2 + more);
        g_assert_false(gre_receive(&g, 0, rd_over(buf, 12 + GRE_SLOT + more), &payload));
        g_assert_cmpuint(g.held, ==, 1);
        g_assert_cmpuint(g.malformed, ==, more);
    }
    g_assert_true(gre_release(&g, GRE_WAIT, &payload));
    g_assert_cmpuint(payload.left, ==, GRE_SLOT);
}

/* 3,000 packets shuffled within the window, some twice: each once, in order. */
static void
test_shuffle(void)
{
    g_autoptr(GArray) out = g_array_new(FALSE, FALSE, 4);
    struct gre g = fresh();

    feed(&g, 0, 0, out);
    for (guint32 base = 1; base < 3000; base += 50) {
        guint32 order[50];

        for (guint i = 0; i < 50; i++)
            order[i] = base + i;
        for (guint i = 49; i > 0; i--) {
            const guint j = (guint)g_test_rand_int_range(0, (gint)i + 1);
            const guint32 swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        for (guint i = 0; i < 50; i++) {
            feed(&g, base, order[i], out);
            if (i % 7 == 0)
                feed(&g, base, order[i], out);
        }
    }
    g_assert_cmpint(out->len, ==, 3001);
    for (guint i = 0; i < out->len; i++)
        g_assert_cmpuint(g_array_index(out, guint32, i), ==, i);
}

static void
test_ack(void)
{
    g_autoptr(GArray) out = g_array_new(FALSE, FALSE, 4);
    struct gre g = fresh();
    guint8 buf[GRE_HEAD_MAX + 4] = {0}, ack[12];

    g_assert_false(gre_ack(&g, 0, ack)); /* nothing to acknowledge */
    uint8_t *p = gre_seal(&g, buf + GRE_HEAD_MAX, 4);
    g_assert_cmpint(p - buf, ==, 4); /* no acknowledgement: 12 octets of header */
    g_assert_cmpmem(p, 12, "\x30\x01\x88\x0b\0\4\xfa\xea\0\0\0\0", 12);
    feed(&g, 10, 7, out);
    g_assert_cmpuint(gre_deadline(&g), ==, 10 + GRE_ACK_DELAY);
    g_assert_false(gre_ack(&g, 10 + GRE_ACK_DELAY - 1, ack));
    p = gre_seal(&g, buf + GRE_HEAD_MAX, 4); /* rides along */
    g_assert_cmpmem(p, 16, "\x30\x81\x88\x0b\0\4\xfa\xea\0\0\0\1\0\0\0\7", 16);
    g_assert_false(gre_ack(&g, NEVER - 1, ack));
    feed(&g, 20, 8, out);
    g_assert_true(gre_ack(&g, 20 + GRE_ACK_DELAY, ack));
    g_assert_cmpmem(ack, 12, "\x20\x81\x88\x0b\0\0\xfa\xea\0\0\0\x8", 12);
    g_assert_cmpuint(gre_deadline(&g), ==, NEVER);
}

/* Servers that keep to a window (mpd, Cisco IOS) drop what is beyond it: they hear of a burst
 * before the delay is over, and each time anew. */
static void
test_ack_at_once(void)
{
    g_autoptr(GArray) out = g_array_new(FALSE, FALSE, 4);
    struct gre g = fresh();
    guint8 ack[12];

    for (guint32 seq = 0; seq < 3 * GRE_UNACKED; seq++) {
        const bool due = seq % GRE_UNACKED == GRE_UNACKED - 1;

        feed(&g, 5, seq, out);
        g_assert_cmpuint(gre_deadline(&g), ==, due ? 5 : 5 + GRE_ACK_DELAY);
        g_assert_true(gre_ack(&g, 5, ack) == due);
        if (due)
            g_assert_cmpuint(ack[11], ==, seq);
    }
    g_assert_cmpuint(gre_deadline(&g), ==, NEVER);
    for (guint32 seq = 0; seq < GRE_UNACKED; seq++)
        feed(&g, 6, seq, out); /* twice: nothing new to acknowledge */
    g_assert_cmpuint(gre_deadline(&g), ==, NEVER);
}

/* A number that carries nothing is not waited for, and is nobody's packet. */
static void
test_empty(void)
{
    g_autoptr(GArray) out = g_array_new(FALSE, FALSE, 4);
    struct gre g = fresh();
    guint8 bare[] = {0x30, 0x01, 0x88, 0x0b, 0, 0, 0xe4, 0x0a, 0, 0, 0, 1};
    struct rd payload;

    feed(&g, 0, 0, out);
    g_assert_false(gre_receive(&g, 0, rd_over(bare, sizeof bare), &payload));
    feed(&g, 0, 2, out);
    OUT(out, 0, 2);
    g_assert_false(gre_receive(&g, 0, rd_over(bare, sizeof bare), &payload)); /* late */
    bare[11] = 4;
    g_assert_false(gre_receive(&g, 0, rd_over(bare, sizeof bare), &payload)); /* early */
    g_assert_cmpuint(g.held, ==, 0);
    feed(&g, 0, 3, out);
    OUT(out, 3);
    struct gre first = fresh();
    g_assert_false(gre_receive(&first, 0, rd_over(bare, sizeof bare), &payload));
    bare[11] = 3; /* at the start, overtaken */
    g_assert_false(gre_receive(&first, 0, rd_over(bare, sizeof bare), &payload));
    feed(&first, 0, 5, out);
    OUT(out, 5);
}

static void
test_acked(void)
{
    struct gre g = fresh();
    guint8 buf[GRE_HEAD_MAX + 1];
    guint8 ack[] = {0x20, 0x81, 0x88, 0x0b, 0, 0, 0xe4, 0x0a, 0, 0, 0, 0};
    struct rd payload;

    g_assert_false(gre_receive(&g, 0, rd_over(ack, sizeof ack), &payload)); /* of unsent: ignored */
    g_assert_false(g.any_acked);
    gre_seal(&g, buf + GRE_HEAD_MAX, 1);
    memset(ack + 8, 0xff, 4); /* npppd, before it has heard anything */
    g_assert_false(gre_receive(&g, 0, rd_over(ack, sizeof ack), &payload));
    g_assert_false(g.any_acked);
    memset(ack + 8, 0, 4);
    gre_seal(&g, buf + GRE_HEAD_MAX, 1);
    ack[11] = 1;
    g_assert_false(gre_receive(&g, 0, rd_over(ack, sizeof ack), &payload));
    g_assert_cmpuint(g.acked, ==, 1);
    ack[11] = 0; /* an old one does not take it back */
    g_assert_false(gre_receive(&g, 0, rd_over(ack, sizeof ack), &payload));
    g_assert_cmpuint(g.acked, ==, 1);
    ack[11] = 2;
    g_assert_false(gre_receive(&g, 0, rd_over(ack, sizeof ack), &payload));
    g_assert_cmpuint(g.acked, ==, 1);
    g_assert_cmpint(g.malformed, ==, 0);
}

static void
test_malformed(void)
{
    static const struct {
        const char *why;
        guint8 bytes[16];
        gsize n;
    } rows[] = {
        {"empty", {0}, 0},
        {"version 0", {0x30, 0x00, 0x88, 0x0b, 0, 1, 0xe4, 0x0a, 0, 0, 0, 0, 9}, 13},
        {"checksum bit", {0xb0, 0x01, 0x88, 0x0b, 0, 1, 0xe4, 0x0a, 0, 0, 0, 0, 9}, 13},
        {"routing bit", {0x70, 0x01, 0x88, 0x0b, 0, 1, 0xe4, 0x0a, 0, 0, 0, 0, 9}, 13},
        {"source route bit", {0x38, 0x01, 0x88, 0x0b, 0, 1, 0xe4, 0x0a, 0, 0, 0, 0, 9}, 13},
        {"recursion", {0x31, 0x01, 0x88, 0x0b, 0, 1, 0xe4, 0x0a, 0, 0, 0, 0, 9}, 13},
        {"reserved flags", {0x30, 0x09, 0x88, 0x0b, 0, 1, 0xe4, 0x0a, 0, 0, 0, 0, 9}, 13},
        {"no key", {0x10, 0x01, 0x88, 0x0b, 0, 1, 0xe4, 0x0a, 0, 0, 0, 0, 9}, 13},
        {"protocol IP", {0x30, 0x01, 0x08, 0x00, 0, 1, 0xe4, 0x0a, 0, 0, 0, 0, 9}, 13},
        {"length > packet", {0x30, 0x01, 0x88, 0x0b, 0, 2, 0xe4, 0x0a, 0, 0, 0, 0, 9}, 13},
        {"cut in the sequence number", {0x30, 0x01, 0x88, 0x0b, 0, 0, 0xe4, 0x0a, 0}, 9},
        {"cut in the acknowledgement", {0x20, 0x81, 0x88, 0x0b, 0, 0, 0xe4, 0x0a, 0}, 9},
    };
    struct gre g = fresh();
    struct rd payload;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree guint8 *exact = g_memdup2(rows[i].bytes, rows[i].n);

        g_test_message("%s", rows[i].why);
        g_assert_false(gre_receive(&g, 0, rd_over(exact, rows[i].n), &payload));
        g_assert_cmpint(g.malformed, ==, i + 1);
    }
    g_assert_false(g.any_received);
}

static void
test_foreign(void)
{
    guint8 buf[20];
    struct gre g = fresh();
    struct rd payload;

    packet(buf, 0);
    buf[7] ^= 1;
    g_assert_false(gre_receive(&g, 0, rd_over(buf, 16), &payload));
    g_assert_cmpint(g.foreign, ==, 1);
    g_assert_false(g.any_received);
}

static void
test_vectors(void)
{
    static const char *const names[] = {"GRE data seq=0, no ack",
                                        "GRE data seq=15 ack=15 (MS-PTPT flags 0x3081)"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GBytes) bytes = vectors_get("pptp.txt", names[i]);
        struct gre g = fresh();
        struct rd payload;
        gsize n;
        const guint8 *p = g_bytes_get_data(bytes, &n);

        g.local_call = i == 0 ? LOCAL : PEER;
        g_assert_true(gre_receive(&g, 0, rd_over(p, n), &payload));
        g_assert_cmpint(rd_be16(&payload), ==, 0xff03);
        g_assert_cmpint(g.expected, ==, i == 0 ? 1 : 16);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gre/vectors", test_vectors);
    g_test_add_func("/gre/G1-order", test_order);
    g_test_add_func("/gre/G1-start", test_start);
    g_test_add_func("/gre/G1-bounded-wait", test_bounded_wait);
    g_test_add_func("/gre/G1-wrap", test_wrap);
    g_test_add_func("/gre/G1-jump", test_jump);
    g_test_add_func("/gre/G1-longest", test_longest);
    g_test_add_func("/gre/G1-shuffle", test_shuffle);
    g_test_add_func("/gre/G1-ack-of-unsent", test_acked);
    g_test_add_func("/gre/G1-malformed", test_malformed);
    g_test_add_func("/gre/G2-another-call", test_foreign);
    g_test_add_func("/gre/acknowledgements", test_ack);
    g_test_add_func("/gre/acknowledged-at-once", test_ack_at_once);
    g_test_add_func("/gre/number-without-payload", test_empty);
    return g_test_run();
}
