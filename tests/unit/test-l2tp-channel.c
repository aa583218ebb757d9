/*
 * test-l2tp-channel.c - L2TP's reliable channel: each message once and in order, however numbers
 * wrap; a window, a measured time-out, and acknowledgements that nobody can make many of.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "l2tp-channel.h"

#define SEC USEC_PER_SEC
#define MS  USEC_PER_MSEC

static void
start(struct l2tp_channel *c, guint16 at)
{
    l2tp_channel_init(c, 0);
    c->acked = c->next = c->sent = c->ns = c->nr = at;
    c->window = 4;
}

static void
queue(struct l2tp_channel *c)
{
    guint8 message[20] = {0xc8, 0x02, 0, 20};

    g_assert_true(l2tp_channel_send(c, rd_over(message, sizeof message)));
}

/* The number of what is sent now; -1: nothing; -2: an acknowledgement. */
static gint
sent(struct l2tp_channel *c, usec_t now)
{
    struct rd r;
    struct l2tp_header h;

    if (!l2tp_channel_poll(c, now, 7, &r))
        return -1;
    if (r.left == 12) { /* l2tp_header_get() reads it: whole and right */
        g_assert_true(l2tp_header_get(r, &h));
        g_assert_cmpuint(h.tunnel, ==, 7);
        g_assert_cmpuint(h.session, ==, 0);
        g_assert_cmpuint(h.nr, ==, c->nr);
        g_assert_cmpuint(h.ns, ==, c->next);
        return -2;
    }
    g_assert_true(l2tp_header_get(r, &h));
    g_assert_cmpuint(h.nr, ==, c->nr);
    return h.ns;
}

static bool
receive(struct l2tp_channel *c, usec_t now, guint16 ns, guint16 nr)
{
    return l2tp_channel_receive(
        c, now, &(struct l2tp_header){.control = true, .ns = ns, .nr = nr, .body = {.left = 8}});
}

static void
zlb(struct l2tp_channel *c, usec_t now, guint16 nr)
{
    g_assert_false(l2tp_channel_receive(
        c, now, &(struct l2tp_header){.control = true, .ns = c->nr, .nr = nr}));
}

/* One, then two, then as many as the peer takes; and all of it where the numbers wrap. */
static void
test_window(void)
{
    for (guint at = 65530; at < 65530 + 12; at += 3) {
        struct l2tp_channel c;
        const guint16 n = (guint16)at;

        start(&c, n);
        for (guint i = 0; i < 8; i++)
            queue(&c);
        g_assert_false(l2tp_channel_has_room(&c, 1));
        g_assert_false(l2tp_channel_send(&c, rd_over("123456789012", 12)));
        g_assert_cmpint(sent(&c, 0), ==, n);
        g_assert_cmpint(sent(&c, 0), ==, -1);
        zlb(&c, 1, (guint16)(n + 1));
        g_assert_cmpint(sent(&c, 1), ==, (guint16)(n + 1));
        g_assert_cmpint(sent(&c, 1), ==, (guint16)(n + 2));
        g_assert_cmpint(sent(&c, 1), ==, -1);
        zlb(&c, 2, (guint16)(n + 3));
        for (guint i = 3; i < 7; i++)
            g_assert_cmpint(sent(&c, 2), ==, (guint16)(n + i));
        g_assert_cmpint(sent(&c, 2), ==, -1); /* the peer's window */
        zlb(&c, 3, (guint16)(n + 7));
        g_assert_cmpint(sent(&c, 3), ==, (guint16)(n + 7));
        g_assert_false(l2tp_channel_idle(&c));
        zlb(&c, 4, (guint16)(n + 8));
        g_assert_true(l2tp_channel_idle(&c));
        g_assert_cmpuint(l2tp_channel_deadline(&c), ==, NEVER);
        g_assert_cmpuint(c.ignored, ==, 0);
    }
}

/* L4: numbers that were, that are not yet, and that are half the way round. */
static void
test_numbers(void)
{
    static const struct {
        guint16 ahead; /* of what is expected */
        bool taken, ack;
    } rows[] = {
        {0, true, true},       {1, false, false},     {2, false, false},    {0x7fff, false, false},
        {0x8000, false, true}, {0x8001, false, true}, {65534, false, true}, {65535, false, true},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (guint at = 0; at < 65536; at += 8191) {
            struct l2tp_channel c;
            start(&c, (guint16)at);
            g_assert_true(receive(&c, 0, (guint16)(at + rows[i].ahead), (guint16)at) ==
                          rows[i].taken);
            g_assert_cmpint(sent(&c, 0), ==, rows[i].ack ? -2 : -1);
            g_assert_cmpint(sent(&c, 0), ==, -1); /* once */
            g_assert_cmpuint(c.nr, ==, (guint16)(at + rows[i].taken));
        }
    }
    for (guint off = 2; off < 65536; off += 677) { /* one is out: only that can be acknowledged */
        struct l2tp_channel c;
        start(&c, 100);
        queue(&c);
        queue(&c);
        g_assert_cmpint(sent(&c, 0), ==, 100);
        zlb(&c, 1, (guint16)(100 + off));
        g_assert_cmpuint(c.ignored, ==, 1);
        g_assert_cmpint(sent(&c, 1), ==, -1);
        zlb(&c, 2, 101);
        g_assert_cmpint(sent(&c, 2), ==, 101);
    }
}

/* What has to be said anyway carries the acknowledgement. */
static void
test_piggyback(void)
{
    struct l2tp_channel c;

    start(&c, 0);
    g_assert_true(receive(&c, 0, 0, 0));
    queue(&c);
    g_assert_cmpint(sent(&c, 0), ==, 0);
    g_assert_cmpint(sent(&c, 0), ==, -1);
    struct rd r;
    g_assert_true(receive(&c, 0, 1, 0));
    g_assert_false(l2tp_channel_poll(&c, 0, 0, &r)); /* to nobody */
    g_assert_cmpint(sent(&c, 0), ==, -2);
}

/* L4: a storm of what was heard already is answered ten times a second, and no more. */
static void
test_acks_are_bounded(void)
{
    struct l2tp_channel c;
    guint acks = 0;

    start(&c, 5);
    for (usec_t now = 100 * SEC; now < 110 * SEC; now += MS) {
        g_assert_false(receive(&c, now, 4, 5));
        while (sent(&c, now) == -2)
            acks++;
    }
    g_assert_cmpuint(acks, >=, 100);
    g_assert_cmpuint(acks, <=, 110);
    while (!c.ack) { /* what is held back is not forgotten */
        receive(&c, 110 * SEC, 4, 5);
        sent(&c, 110 * SEC);
    }
    const usec_t then = l2tp_channel_deadline(&c);
    g_assert_cmpuint(then, >=, 110 * SEC);
    g_assert_cmpuint(then, <=, 110 * SEC + 100 * MS);
    g_assert_cmpint(sent(&c, then), ==, -2);

    start(&c, 5);
    for (guint i = 0; i < 1000; i++) /* nobody answers a mere acknowledgement */
        zlb(&c, 0, 5);
    g_assert_cmpint(sent(&c, 0), ==, -1);
}

/* Within a second the first time, then ever longer, eight seconds at most; and not for ever. */
static void
test_retransmission(void)
{
    struct l2tp_channel c;
    usec_t now = 0, gaps[16];
    guint n = 0;

    start(&c, 65535);
    queue(&c);
    queue(&c);
    g_assert_cmpint(sent(&c, now), ==, 65535);
    while (!c.dead) {
        const usec_t next = l2tp_channel_deadline(&c);
        l2tp_channel_expire(&c, next - 1);
        g_assert_cmpint(sent(&c, next - 1), ==, -1);
        gaps[n++] = next - now;
        now = next;
        l2tp_channel_expire(&c, now);
        g_assert_cmpint(sent(&c, now), ==, c.dead ? -1 : 65535);
    }
    g_assert_cmpuint(n, >=, 6);
    g_assert_cmpuint(gaps[0], ==, 1 * SEC);
    g_assert_cmpuint(gaps[1], ==, 2 * SEC);
    g_assert_cmpuint(gaps[3], ==, 8 * SEC);
    g_assert_cmpuint(gaps[n - 1], ==, 8 * SEC);
    g_assert_cmpuint(now, >=, 20 * SEC);
    g_assert_cmpuint(now, <=, 40 * SEC);
    g_assert_cmpuint(l2tp_channel_deadline(&c), ==, NEVER);
}

static void
test_measured(void)
{
    struct l2tp_channel c;

    l2tp_channel_init(&c, 20 * MS); /* known from before: do not wait a second */
    queue(&c);
    sent(&c, 0);
    g_assert_cmpuint(l2tp_channel_deadline(&c), ==, 250 * MS);
    l2tp_channel_init(&c, 5 * SEC); /* nonsense */
    queue(&c);
    sent(&c, 0);
    g_assert_cmpuint(l2tp_channel_deadline(&c), ==, 1 * SEC);

    start(&c, 0);
    for (guint16 i = 0; i < 20; i++) {
        queue(&c);
        g_assert_cmpint(sent(&c, i * SEC), ==, i);
        zlb(&c, i * SEC + 300 * MS, (guint16)(i + 1));
    }
    g_assert_cmpuint(c.rtt, ==, 300 * MS);
    g_assert_cmpuint(c.timeout, <=, 400 * MS);

    /* Karn: what was sent twice says nothing. */
    const usec_t rtt = c.rtt;
    queue(&c);
    g_assert_cmpint(sent(&c, 100 * SEC), ==, 20);
    l2tp_channel_expire(&c, l2tp_channel_deadline(&c));
    g_assert_cmpint(sent(&c, 101 * SEC), ==, 20);
    zlb(&c, 101 * SEC + 1, 21);
    g_assert_cmpuint(c.rtt, ==, rtt);
}

/* The peer had more than its silence said: what it acknowledges is not sent again. */
static void
test_lost_acknowledgement(void)
{
    struct l2tp_channel c;

    start(&c, 0);
    for (guint i = 0; i < 5; i++)
        queue(&c);
    g_assert_cmpint(sent(&c, 0), ==, 0);
    zlb(&c, 0, 1);
    g_assert_cmpint(sent(&c, 0), ==, 1);
    g_assert_cmpint(sent(&c, 0), ==, 2);
    l2tp_channel_expire(&c, l2tp_channel_deadline(&c));
    g_assert_cmpint(sent(&c, 1 * SEC), ==, 1);
    g_assert_cmpint(sent(&c, 1 * SEC), ==, -1); /* the window is small again */
    zlb(&c, 1 * SEC, 3);
    g_assert_cmpint(sent(&c, 1 * SEC), ==, 3);
    zlb(&c, 1 * SEC, 4);
    g_assert_cmpint(sent(&c, 1 * SEC), ==, 4);
    zlb(&c, 1 * SEC, 5);
    g_assert_true(l2tp_channel_idle(&c));
}

static void
test_bounds(void)
{
    struct l2tp_channel c;
    guint8 big[L2TP_SEND_MAX + 1] = {0};

    start(&c, 0);
    g_assert_false(l2tp_channel_send(&c, rd_over(big, sizeof big)));
    g_assert_false(l2tp_channel_send(&c, rd_over(big, 11)));
    g_assert_false(l2tp_channel_send(&c, (struct rd){.bad = true}));
    g_assert_true(l2tp_channel_send(&c, rd_over(big, L2TP_SEND_MAX)));
    l2tp_channel_cut(&c);
    g_assert_cmpint(sent(&c, 0), ==, -1);
    memset(c.slots, 0x55, sizeof c.slots);
    l2tp_channel_wipe(&c);
    for (gsize i = 0; i < sizeof c.slots; i++)
        g_assert_cmpuint(((guint8 *)c.slots)[i], ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/l2tp-channel/window", test_window);
    g_test_add_func("/l2tp-channel/L4-numbers", test_numbers);
    g_test_add_func("/l2tp-channel/piggyback", test_piggyback);
    g_test_add_func("/l2tp-channel/L4-acks-are-bounded", test_acks_are_bounded);
    g_test_add_func("/l2tp-channel/retransmission", test_retransmission);
    g_test_add_func("/l2tp-channel/measured", test_measured);
    g_test_add_func("/l2tp-channel/lost-acknowledgement", test_lost_acknowledgement);
    g_test_add_func("/l2tp-channel/bounds", test_bounds);
    return g_test_run();
}
