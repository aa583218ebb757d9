/* test-ppp-queue.c - order, bounds, reserve. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ppp-queue.h"

#include "ppp-wire.h"

static struct ppp_queue q;

static void
test_order_of_frames_and_events(void)
{
    uint8_t type;
    struct rd data;

    q = (struct ppp_queue){0};
    ppp_queue_frame(&q, 0xc021, hex("05010004"));
    ppp_queue_event(&q, 7, hex("abcd"));
    ppp_queue_frame(&q, 0x8021, rd_over(NULL, 0));
    expect_frame(&q, "c021 05010004");
    g_assert_true(ppp_queue_next(&q, &type, &data));
    g_assert_cmpuint(type, ==, 7);
    assert_octets(data.p, data.left, hex("abcd"));
    expect_frame(&q, "8021");
    expect_nothing(&q);
}

static void
test_full_queue_loses_frames_not_events(void)
{
    uint8_t body[1000] = {0}, type;
    struct rd data;
    guint frames = 0;

    q = (struct ppp_queue){0};
    while (q.lost == 0 && frames < 1000) {
        ppp_queue_frame(&q, 0xc021, rd_over(body, sizeof body));
        frames++;
    }
    g_assert_cmpuint(frames, <=, PPP_QUEUE_SIZE / 1000);
    ppp_queue_event(&q, 9, rd_over(body, 100));
    g_assert_cmpuint(q.lost, ==, 1);
    for (guint i = 1; i < frames; i++)
        g_assert_true(ppp_queue_next(&q, &type, &data));
    g_assert_true(ppp_queue_next(&q, &type, &data));
    g_assert_cmpuint(type, ==, 9);
}

/* An owner that always leaves one entry behind: the space of those it took is used again. */
static void
test_space_is_reused_without_emptying(void)
{
    q = (struct ppp_queue){0};
    for (guint i = 0; i < 5000; i++) {
        uint8_t body[300], type;
        struct rd data;

        memset(body, (int)(i & 0xff), sizeof body);
        ppp_queue_frame(&q, 0x8021, rd_over(body, sizeof body));
        if (i == 0)
            continue;
        g_assert_true(ppp_queue_next(&q, &type, &data));
        g_assert_cmpuint(data.left, ==, sizeof body + 4);
        g_assert_cmpuint(data.p[303], ==, (i - 1) & 0xff);
    }
    g_assert_cmpuint(q.lost, ==, 0);
}

static void
test_too_long_frame_is_lost(void)
{
    uint8_t body[PPP_FRAME_MAX] = {0};

    q = (struct ppp_queue){0};
    ppp_queue_frame(&q, 0xc021, rd_over(body, PPP_FRAME_MAX - 3));
    g_assert_cmpuint(q.lost, ==, 1);
    ppp_queue_frame(&q, 0xc021, rd_over(body, PPP_FRAME_MAX - 4));
    g_assert_cmpuint(q.lost, ==, 1);
    ppp_queue_frame(&q, 0xc021, (struct rd){.bad = true});
    g_assert_cmpuint(q.lost, ==, 2);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ppp-queue/order-of-frames-and-events", test_order_of_frames_and_events);
    g_test_add_func("/ppp-queue/full-queue-loses-frames-not-events",
                    test_full_queue_loses_frames_not_events);
    g_test_add_func("/ppp-queue/space-is-reused-without-emptying",
                    test_space_is_reused_without_emptying);
    g_test_add_func("/ppp-queue/too-long-frame-is-lost", test_too_long_frame_is_lost);
    return g_test_run();
}
