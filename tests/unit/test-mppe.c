/*
 * test-mppe.c - MPPE against packets computed independently, and against loss and forgery.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "mppe.h"
#include "vectors.h"

static GBytes *start, *plain;

#define START ((const uint8_t *)g_bytes_get_data(start, NULL))
#define PLAIN g_bytes_get_data(plain, NULL)
#define SIZE  g_bytes_get_size(plain)

/* The next packet that @tx seals: header and data. */
static gsize
seal(struct mppe *tx, guint8 buf[static 64])
{
    memcpy(buf + MPPE_HEADER, PLAIN, SIZE);
    mppe_seal(tx, buf + MPPE_HEADER, SIZE, 0);
    return MPPE_HEADER + SIZE;
}

static enum mppe_opened
open_copy(struct mppe *rx, const guint8 *data, gsize n)
{
    g_autofree guint8 *copy = g_memdup2(data, n);
    struct rd got;
    uint16_t bits;
    const enum mppe_opened state = mppe_open(rx, copy, n, &got, &bits);

    if (state == MPPE_OPENED)
        g_assert_cmpmem(got.p, got.left, PLAIN, SIZE);
    return state;
}

static void
test_vectors(gconstpointer data)
{
    const gboolean stateless = GPOINTER_TO_INT(data);
    struct mppe tx, rx;
    guint8 buf[64];

    mppe_init(&tx, START, MPPE_128, stateless);
    mppe_init(&rx, START, MPPE_128, stateless);
    for (guint i = 0; i <= (stateless ? 2 : 256); i++) {
        const gsize n = seal(&tx, buf);

        if (stateless || i < 2 || i > 253) {
            g_autofree char *name =
                g_strdup_printf("%s %u", stateless ? "stateless" : "stateful", i);
            g_autoptr(GBytes) want = vectors_get("mppe.txt", name);
            g_assert_cmpmem(buf, n, g_bytes_get_data(want, NULL), g_bytes_get_size(want));
        }
        g_assert_cmpint(open_copy(&rx, buf, n), ==, MPPE_OPENED);
    }
}

static void
test_mistake(void)
{
    g_autoptr(GBytes) wrong = vectors_get("mppe.txt", "no change before 0");
    struct mppe rx;

    mppe_init(&rx, START, MPPE_128, true);
    g_assert_cmpint(open_copy(&rx, g_bytes_get_data(wrong, NULL), g_bytes_get_size(wrong)), ==,
                    MPPE_DROPPED);
}

static void
test_every_strength(void)
{
    static const enum mppe_strength strengths[] = {MPPE_40, MPPE_56, MPPE_128};

    for (gsize i = 0; i < G_N_ELEMENTS(strengths); i++) {
        for (guint stateless = 0; stateless < 2; stateless++) {
            struct mppe tx, rx;
            guint8 buf[64];

            mppe_init(&tx, START, strengths[i], stateless);
            mppe_init(&rx, START, strengths[i], stateless);
            for (guint n = 0; n < 2 * MPPE_COUNTS + 300; n++) { /* the count goes round twice */
                const gsize len = seal(&tx, buf);
                g_assert_cmpint(open_copy(&rx, buf, len), ==, MPPE_OPENED);
            }
        }
    }
}

/* What decrypts to anything but a packet of a protocol that is agreed on was not encrypted with
 * this key. */
static void
test_plausible(void)
{
    static const struct {
        guint8 plain[3];
        enum mppe_opened want;
    } rows[] = {
        {{0x00, 0x21, 0x45}, MPPE_OPENED},  {{0x21, 0x45, 0x00}, MPPE_OPENED},
        {{0x00, 0x57, 0x60}, MPPE_OPENED},  {{0x57, 0x60, 0x00}, MPPE_OPENED},
        {{0x00, 0x21, 0x60}, MPPE_DROPPED}, {{0x00, 0x57, 0x45}, MPPE_DROPPED},
        {{0x00, 0x2b, 0x45}, MPPE_DROPPED}, {{0x00, 0x2b, 0x60}, MPPE_DROPPED},
        {{0x02, 0x21, 0x45}, MPPE_DROPPED}, {{0x2b, 0x60, 0x00}, MPPE_DROPPED},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct mppe tx, rx;
        guint8 buf[MPPE_HEADER + 40] = {0};
        struct rd got;
        uint16_t bits;

        mppe_init(&tx, START, MPPE_128, true);
        mppe_init(&rx, START, MPPE_128, true);
        memcpy(buf + MPPE_HEADER, rows[i].plain, sizeof rows[i].plain);
        mppe_seal(&tx, buf + MPPE_HEADER, sizeof buf - MPPE_HEADER, 0);
        g_assert_cmpint(mppe_open(&rx, buf, sizeof buf, &got, &bits), ==, rows[i].want);
        g_assert_cmpuint(rx.credit, <=, MPPE_CREDIT_MAX);
    }
}

static void
test_loss_stateless(void)
{
    struct mppe tx, rx;
    guint8 buf[64], old[64];
    gsize n = 0;

    mppe_init(&tx, START, MPPE_128, true);
    mppe_init(&rx, START, MPPE_128, true);
    for (guint round = 0; round < 200; round++) {
        const guint lost = (guint)g_test_rand_int_range(0, 60);

        for (guint i = 0; i <= lost; i++)
            n = seal(&tx, buf);
        g_assert_cmpint(open_copy(&rx, buf, n), ==, MPPE_OPENED);
        g_assert_cmpint(open_copy(&rx, buf, n), ==, MPPE_DROPPED); /* twice */
        memcpy(old, buf, n);
    }
    g_assert_cmpint(open_copy(&rx, old, n), ==, MPPE_DROPPED);
}

/* A forged packet with a count far ahead, and a stream of them: what is genuine still opens, and
 * the work is bounded. */
static void
test_forged_counts(void)
{
    struct mppe tx, rx;
    guint8 buf[64];
    gsize n = 0;
    uint32_t credit;

    mppe_init(&tx, START, MPPE_128, true);
    mppe_init(&rx, START, MPPE_128, true);
    n = seal(&tx, buf);
    g_assert_cmpint(open_copy(&rx, buf, n), ==, MPPE_OPENED);
    for (guint i = 0; i < 10; i++) {
        guint8 forged[32] = {0};
        struct wr w = wr_over(forged, 2);

        wr_be16(&w, (uint16_t)(0x9000 | ((rx.count + 4095) & 0xfff)));
        memset(forged + 2, (int)(i + 1), 30);
        credit = rx.credit;
        g_assert_cmpint(open_copy(&rx, forged, sizeof forged), ==, MPPE_DROPPED);
        g_assert_cmpuint(rx.credit, ==, credit >= 4095 ? credit - 4095 : credit);
    }
    n = seal(&tx, buf);
    g_assert_cmpint(open_copy(&rx, buf, n), ==, MPPE_OPENED);
}

/* Packets of all lengths, some lost, some forged: what is made ahead is what is due (RFC 3078
 * section 7.3, one key after the other), and nothing else. */
static void
check_ahead(enum mppe_strength strength)
{
    enum { LONGEST = MPPE_AHEAD_MOST + 100 };
    static struct mppe tx, rx;
    guint8 session[16] = {0}, want[LONGEST], sent[2 + LONGEST];

    mppe_init(&tx, START, strength, true);
    mppe_init(&rx, START, strength, true);
    mppe_key_session(START, strength, session);
    for (guint i = 0; i < 3000; i++) {
        const gboolean large = g_test_rand_bit();
        const gsize n = (gsize)g_test_rand_int_range(large ? MPPE_AHEAD_LEAST : 22,
                                                     large ? LONGEST : MPPE_AHEAD_LEAST);
        struct legacy_rc4 rc4;
        struct rd got;
        uint16_t bits;

        memset(want, 0x45, n);
        want[0] = 0x21;
        memcpy(sent + 2, want, n);
        mppe_seal(&tx, sent + 2, n, 0);
        mppe_key_next(START, strength, session);
        legacy_rc4_key(&rc4, rd_over(session, mppe_key_size(strength)));
        legacy_rc4_run(&rc4, want, n, want);
        g_assert_cmpmem(sent + 2, n, want, n);
        if (g_test_rand_int_range(0, 4) == 0) /* lost */
            continue;
        if (g_test_rand_int_range(0, 4) == 0) {
            guint8 forged[2 + LONGEST];

            memcpy(forged, sent, 2 + n);
            forged[2] ^= 0x80;
            g_assert_cmpint(mppe_open(&rx, forged, 2 + n, &got, &bits), ==, MPPE_DROPPED);
        }
        g_assert_cmpint(mppe_open(&rx, sent, 2 + n, &got, &bits), ==, MPPE_OPENED);
        g_assert_cmpuint(got.left, ==, n);
        g_assert_true(got.p[0] == 0x21 && got.p[1] == 0x45 && got.p[n - 1] == 0x45);
    }
}

static void
test_ahead(void)
{
    check_ahead(MPPE_128);
    check_ahead(MPPE_56);
    check_ahead(MPPE_40);
}

static void
test_refused(void)
{
    static const struct {
        const char *why;
        guint8 bytes[8];
        gsize n;
    } rows[] = {
        {"empty", {0}, 0},
        {"one octet", {0x90}, 1},
        {"no data", {0x90, 0x00}, 2},
        {"not encrypted", {0x80, 0x00, 0x00, 0x21, 0x45}, 5},
        {"stateless without FLUSHED", {0x10, 0x00, 0x00, 0x21, 0x45}, 5},
    };
    struct mppe rx, before;

    mppe_init(&rx, START, MPPE_128, true);
    before = rx;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].why);
        g_assert_cmpint(open_copy(&rx, rows[i].bytes, rows[i].n), ==, MPPE_DROPPED);
        g_assert_cmpmem(&rx, sizeof rx, &before, sizeof before);
    }
}

static void
test_stateful_reset(void)
{
    struct mppe tx, rx;
    guint8 buf[64];
    gsize n;

    mppe_init(&tx, START, MPPE_128, false);
    mppe_init(&rx, START, MPPE_128, false);
    n = seal(&tx, buf);
    g_assert_cmpint(open_copy(&rx, buf, n), ==, MPPE_OPENED);
    seal(&tx, buf); /* lost */
    n = seal(&tx, buf);
    g_assert_cmpint(open_copy(&rx, buf, n), ==, MPPE_NEEDS_RESET);
    n = seal(&tx, buf); /* on its way before the request arrives */
    g_assert_cmpint(open_copy(&rx, buf, n), ==, MPPE_NEEDS_RESET);
    mppe_reset(&tx);
    n = seal(&tx, buf);
    g_assert_true(buf[0] & 0x80);
    g_assert_cmpint(open_copy(&rx, buf, n), ==, MPPE_OPENED);
    for (guint i = 0; i < 600; i++) { /* across changes of the key, with a loss just before one */
        n = seal(&tx, buf);
        if ((tx.count & 0xff) == 0xff) {
            mppe_reset(&tx);
            continue;
        }
        const enum mppe_opened state = open_copy(&rx, buf, n);
        g_assert_cmpint(state, ==, MPPE_OPENED);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    start = vectors_get("mppe.txt", "start");
    plain = vectors_get("mppe.txt", "plain");
    g_test_add_data_func("/mppe/vectors/stateless", GINT_TO_POINTER(TRUE), test_vectors);
    g_test_add_data_func("/mppe/vectors/stateful", GINT_TO_POINTER(FALSE), test_vectors);
    g_test_add_func("/mppe/no-change-before-packet-0", test_mistake);
    g_test_add_func("/mppe/every-strength", test_every_strength);
    g_test_add_func("/mppe/plausible", test_plausible);
    g_test_add_func("/mppe/loss-stateless", test_loss_stateless);
    g_test_add_func("/mppe/A17-forged-counts", test_forged_counts);
    g_test_add_func("/mppe/ahead", test_ahead);
    g_test_add_func("/mppe/A17-refused", test_refused);
    g_test_add_func("/mppe/A19-stateful-reset", test_stateful_reset);
    const int rc = g_test_run();
    g_bytes_unref(start);
    g_bytes_unref(plain);
    return rc;
}
