/* test-impair.c - the lab's bad wire, on a virtual clock. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <string.h>

#include "impair.h"

#define LEN 100

static usec_t
take(struct impair *w, guint8 *out)
{
    const usec_t at = impair_deadline(w);
    struct impair_frame f;

    if (at == NEVER)
        return NEVER;
    g_assert_false(at > 0 && impair_pop(w, at - 1, &f));
    g_assert_true(impair_pop(w, at, &f));
    g_assert_cmpuint(f.len, ==, LEN);
    memcpy(out, f.bytes, LEN);
    free(f.bytes);
    return at;
}

/* Frame @i holds its number, so that a reader knows it again. */
static void
push(struct impair *w, usec_t now, guint32 i)
{
    guint8 frame[LEN] = {0};

    memcpy(frame, &i, sizeof i);
    impair_push(w, now, frame, LEN);
}

static void
test_delay_keeps_the_order(void)
{
    const struct impair_config config = {.delay = 50 * USEC_PER_MSEC};
    struct impair w;
    guint8 got[LEN];

    impair_init(&w, &config);
    for (guint32 i = 0; i < 300; i++)
        push(&w, 1000 + i / 3, i);
    for (guint32 i = 0; i < 300; i++) {
        g_assert_cmpuint(take(&w, got), ==, 1000 + i / 3 + 50 * USEC_PER_MSEC);
        g_assert_cmpint(memcmp(got, &i, sizeof i), ==, 0);
    }
    g_assert_cmpuint(impair_deadline(&w), ==, NEVER);
    g_assert_cmpuint(w.count[IMPAIR_PASSED], ==, 300);
    impair_clear(&w);
}

static void
test_rate_and_queue(void)
{
    /* 100 octets at 1 Mbit/s are 800 us; 1000 octets may wait: the one that finds more is dropped
     */
    const struct impair_config config = {.rate = 1000000, .queue = 1000};
    struct impair w;
    guint8 got[LEN];
    usec_t last = 0;
    unsigned n = 0;

    impair_init(&w, &config);
    for (guint32 i = 0; i < 20; i++)
        push(&w, 0, i);
    for (usec_t at; (at = take(&w, got)) != NEVER; last = at, n++)
        g_assert_cmpuint(at - last, ==, 800);
    g_assert_cmpuint(n, ==, 11);
    g_assert_cmpuint(w.count[IMPAIR_OVERFLOWED], ==, 9);
    impair_clear(&w);
}

/* Pushes @n frames a millisecond apart, and says how many came, came late, or were damaged. */
struct seen {
    unsigned frames, late, damaged;
    guint32 hash;
};

static struct seen
run(const struct impair_config *config, guint32 n)
{
    struct seen seen = {0};
    struct impair w;
    guint8 got[LEN];
    gint64 newest = -1;

    impair_init(&w, config);
    for (guint32 i = 0; i < n; i++)
        push(&w, i * USEC_PER_MSEC, i);
    while (take(&w, got) != NEVER) {
        unsigned bits = 0;
        guint32 i;

        memcpy(&i, got, sizeof i);
        for (gsize at = sizeof i; at < LEN; at++)
            bits += (unsigned)__builtin_popcount(got[at]);
        g_assert_cmpuint(bits, <=, 1);
        seen.frames++;
        seen.damaged += bits;
        seen.late += i < newest;
        newest = MAX(newest, i);
        seen.hash = seen.hash * 31 + i + bits;
    }
    impair_clear(&w);
    return seen;
}

static void
test_chances(void)
{
    const struct impair_config loss = {.loss = 100000, .seed = 7};
    const struct impair_config twice = {.duplicate = 100000, .seed = 7};
    const struct impair_config late = {.reorder = 100000, .reorder_by = 5000, .seed = 7};
    const struct impair_config damage = {.corrupt = 100000, .seed = 7};
    const struct impair_config all = {.loss = 1000000};
    struct seen seen;

    seen = run(&loss, 10000);
    g_assert_true(seen.frames > 8850 && seen.frames < 9150 && seen.late == 0);
    seen = run(&twice, 10000);
    g_assert_true(seen.frames > 10850 && seen.frames < 11150 && seen.late == 0);
    seen = run(&late, 10000);
    g_assert_true(seen.frames == 10000 && seen.late > 850 && seen.late < 1150);
    seen = run(&damage, 10000);
    g_assert_true(seen.frames == 10000 && seen.damaged > 850 && seen.damaged < 1150);
    g_assert_cmpuint(run(&all, 1000).frames, ==, 0);
}

static void
test_a_seed_is_a_run(void)
{
    struct impair_config config = {.loss = 50000,
                                   .duplicate = 50000,
                                   .reorder = 50000,
                                   .reorder_by = 5000,
                                   .corrupt = 50000,
                                   .seed = 1};
    const struct seen first = run(&config, 1000);

    g_assert_cmpuint(run(&config, 1000).hash, ==, first.hash);
    config.seed = 2;
    g_assert_cmpuint(run(&config, 1000).hash, !=, first.hash);
}

static void
test_the_ethernet_header_stays(void)
{
    const struct impair_config config = {.corrupt = 1000000, .seed = 3};
    struct impair w;
    guint8 got[LEN], zero[14] = {0};

    impair_init(&w, &config);
    for (guint32 i = 0; i < 2000; i++)
        push(&w, i, 0);
    while (take(&w, got) != NEVER)
        g_assert_cmpmem(got, sizeof zero, zero, sizeof zero);
    g_assert_cmpuint(w.count[IMPAIR_CORRUPTED], ==, 2000);
    impair_clear(&w);
}

static void
test_one_frame_is_lost(void)
{
    static const guint16 types[] = {0x0806, 0x86dd, 0x0800, 0x0800, 0x0800, 0x0800};
    static const guint8 protocols[] = {6, 6, 1, 6, 47, 6}; /* the third is ICMP */
    const struct impair_config config = {.lose = 2};
    struct impair w;
    guint8 got[LEN];

    impair_init(&w, &config);
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        guint8 frame[LEN] = {[12] = types[i] >> 8, [13] = types[i] & 0xff, [23] = protocols[i]};
        g_assert_cmpint(impair_push(&w, i, frame, LEN), ==, i == 4 ? IMPAIR_LOST : IMPAIR_PASSED);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(types) - 1; i++)
        g_assert_cmpuint(take(&w, got), !=, NEVER);
    g_assert_cmpuint(take(&w, got), ==, NEVER);
    g_assert_false(impair_counts(got, 33)); /* no whole header */
    impair_clear(&w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/impair/delay-keeps-the-order", test_delay_keeps_the_order);
    g_test_add_func("/impair/rate-and-queue", test_rate_and_queue);
    g_test_add_func("/impair/chances", test_chances);
    g_test_add_func("/impair/a-seed-is-a-run", test_a_seed_is_a_run);
    g_test_add_func("/impair/the-ethernet-header-stays", test_the_ethernet_header_stays);
    g_test_add_func("/impair/one-frame-is-lost", test_one_frame_is_lost);
    return g_test_run();
}
