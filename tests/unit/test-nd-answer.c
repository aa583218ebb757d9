/*
 * test-nd-answer.c - which solicitations are answered, with what, and which never are.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "nd-answer.h"

/* fe80::1 (a router on the far end's LAN) asks for fe80::2, as SoftEther hands it through; the
 * checksum was computed apart over the pseudo-header of RFC 8200. */
static const guint8 question[72] = {
    0x60, 0,    0,    0,    0,    32,   58,   255,                             /* IPv6 */
    0xfe, 0x80, 0,    0,    0,    0,    0,    0,    0, 0, 0, 0, 0,    0, 0, 1, /* from */
    0xff, 2,    0,    0,    0,    0,    0,    0,    0, 0, 0, 1, 0xff, 0, 0, 2, /* to */
    135,  0,    0x13, 0xff, 0,    0,    0,    0,                               /* solicitation */
    0xfe, 0x80, 0,    0,    0,    0,    0,    0,    0, 0, 0, 0, 0,    0, 0, 2, /* target */
    1,    1,    0x02, 0x11, 0x22, 0x33, 0x44, 0x55,                            /* who asks */
};
static const guint8 local[16] = {0xfe, 0x80, [15] = 2};

static guint32
sum(const guint8 *p, gsize n)
{
    guint32 s = 0;

    for (gsize i = 0; i < n; i++)
        s += i % 2 == 0 ? (guint32)p[i] << 8 : p[i];
    return s;
}

/* Zero when an ICMPv6 packet's checksum is right. */
static guint16
checksum(const guint8 *packet, gsize n)
{
    guint32 s = sum(packet + 8, 32) + 58 + (guint32)(n - 40) + sum(packet + 40, n - 40);

    while (s >> 16 != 0)
        s = (s & 0xffff) + (s >> 16);
    return (guint16)~s;
}

/* A changed copy with its checksum put right. */
static void
make(guint8 out[static 72], gsize at, guint8 value)
{
    memcpy(out, question, 72);
    out[at] = value;
    out[42] = out[43] = 0;
    const guint16 c = checksum(out, 72);
    out[42] = (guint8)(c >> 8);
    out[43] = (guint8)c;
}

static gboolean
answered(const guint8 *packet, gsize n)
{
    const struct nd_answer nd = {0};
    guint8 buf[ND_ANSWER];
    struct wr w = wr_over(buf, sizeof buf);
    g_autofree guint8 *exact = g_memdup2(packet, n);

    return nd_answer_make(&nd, local, rd_over(exact, n), &w);
}

static void
test_answer(void)
{
    const struct nd_answer nd = {0};
    guint8 buf[ND_ANSWER];
    struct wr w = wr_over(buf, sizeof buf);

    g_assert_cmphex(checksum(question, sizeof question), ==, 0);
    g_assert_true(nd_answer_is(rd_over(question, sizeof question)));
    g_assert_true(nd_answer_make(&nd, local, rd_over(question, sizeof question), &w));
    g_assert_cmpint(w.len, ==, ND_ANSWER);
    g_assert_cmphex(checksum(buf, sizeof buf), ==, 0);
    g_assert_cmpint(buf[7], ==, 255);
    g_assert_cmpmem(buf + 8, 16, local, 16);         /* from us */
    g_assert_cmpmem(buf + 24, 16, question + 8, 16); /* to who asked */
    g_assert_cmpint(buf[40], ==, 136);
    g_assert_cmphex(buf[44], ==, 0x60); /* solicited, override; no router */
    g_assert_cmpmem(buf + 48, 16, local, 16);
    g_assert_cmpmem(buf + 64, 3, "\2\1\2", 3); /* an address that is locally administered */
}

static void
test_never(void)
{
    guint8 p[72];

    for (gsize n = 0; n < 64; n++) /* cut */
        g_assert_false(answered(question, n));
    memcpy(p, question, 72);
    p[43] ^= 1; /* a wrong checksum */
    g_assert_false(answered(p, 72));
    make(p, 7, 254); /* from beyond the link */
    g_assert_false(answered(p, 72));
    make(p, 41, 1); /* code */
    g_assert_false(answered(p, 72));
    make(p, 63, 3); /* for another host of that LAN: that would be theft */
    g_assert_false(answered(p, 72));
    make(p, 48, 0xff); /* a group */
    g_assert_false(answered(p, 72));
    make(p, 65, 0); /* an option of length 0 */
    g_assert_false(answered(p, 72));
    make(p, 65, 2); /* an option past the end */
    g_assert_false(answered(p, 72));
    make(p, 40, 136); /* not a solicitation */
    g_assert_false(nd_answer_is(rd_over(p, 72)));
    memset(p, 0, sizeof p);
    memcpy(p, question, 72);
    memset(p + 8, 0, 16); /* a search for duplicates */
    p[42] = p[43] = 0;
    const guint16 c = checksum(p, 72);
    p[42] = (guint8)(c >> 8);
    p[43] = (guint8)c;
    g_assert_cmphex(checksum(p, 72), ==, 0);
    g_assert_false(answered(p, 72));
}

static void
test_noted(void)
{
    struct nd_answer nd = {0};
    guint8 ours[40] = {0x60, [8] = 0xfd, [9] = 0x77, [23] = 9}, p[72], buf[ND_ANSWER];
    struct wr w = wr_over(buf, sizeof buf);

    memcpy(p, question, 72);
    memcpy(p + 48, ours + 8, 16);
    p[42] = p[43] = 0;
    const guint16 c = checksum(p, 72);
    p[42] = (guint8)(c >> 8);
    p[43] = (guint8)c;
    g_assert_false(nd_answer_make(&nd, local, rd_over(p, 72), &w));
    nd_answer_note(&nd, ours);
    nd_answer_note(&nd, ours);
    g_assert_cmpint(nd.n, ==, 1);
    g_assert_true(nd_answer_make(&nd, local, rd_over(p, 72), &w));
    for (guint i = 0; i < ND_OWN_MAX; i++) { /* the oldest makes room */
        ours[22] = (guint8)(i + 1);
        nd_answer_note(&nd, ours);
    }
    g_assert_cmpint(nd.n, ==, ND_OWN_MAX);
    w.len = 0;
    g_assert_false(nd_answer_make(&nd, local, rd_over(p, 72), &w));
}

static void
test_no_default(void)
{
    guint8 p[72], before[72];

    make(p, 40, 134);
    p[46] = 0x07; /* router lifetime 1800 s */
    p[47] = 0x08;
    p[42] = p[43] = 0;
    const guint16 c = checksum(p, 72);
    p[42] = (guint8)(c >> 8);
    p[43] = (guint8)c;
    memcpy(before, p, 72);
    nd_answer_no_default(p, 72);
    g_assert_cmpmem(p + 46, 2, "\0\0", 2);
    g_assert_cmphex(checksum(p, 72), ==, 0);
    g_assert_cmpmem(p + 48, 24, before + 48, 24); /* its options stay */

    memcpy(p, question, 72); /* anything else is not touched */
    nd_answer_no_default(p, 72);
    g_assert_cmpmem(p, 72, question, 72);
    g_autofree guint8 *cut = g_memdup2(before, 55);
    nd_answer_no_default(cut, 55);
    g_assert_cmpmem(cut, 55, before, 55);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/nd-answer/answer", test_answer);
    g_test_add_func("/nd-answer/I4-never", test_never);
    g_test_add_func("/nd-answer/noted", test_noted);
    g_test_add_func("/nd-answer/I4-no-default-route", test_no_default);
    return g_test_run();
}
