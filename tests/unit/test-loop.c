/* test-loop.c - client/tunnel/loop. SPDX-License-Identifier: GPL-3.0-or-later */
#include "loop.h"

#include <glib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* In place of libc's: the wall clock of this program, and no other, is that much behind. */
static time_t set_back;

int
clock_gettime(clockid_t clock, struct timespec *ret)
{
    const int error = (int)syscall(SYS_clock_gettime, clock, ret);

    if (error == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        ret->tv_sec -= set_back;
    return error;
}

struct world {
    struct loop loop;
    struct loop_source a, b;
    struct loop_timer early, late;
    int pipe_a[2], pipe_b[2];
    unsigned n_a, n_b, n_early, n_late, rounds;
    usec_t early_at;
};

static void
set_up(struct world *w, gconstpointer data)
{
    (void)data;
    *w = (struct world){0};
    g_assert_cmpint(loop_init(&w->loop), ==, 0);
    g_assert_cmpint(pipe(w->pipe_a), ==, 0);
    g_assert_cmpint(pipe(w->pipe_b), ==, 0);
    w->early.deadline = w->late.deadline = NEVER;
}

static void
tear_down(struct world *w, gconstpointer data)
{
    (void)data;
    loop_close(&w->loop);
    for (int i = 0; i < 2; i++) {
        close(w->pipe_a[i]);
        close(w->pipe_b[i]);
    }
}

static void
drain(int fd)
{
    char bytes[16];

    g_assert_cmpint(read(fd, bytes, sizeof bytes), >, 0);
}

static void
on_a_removes_b(void *owner, uint32_t events)
{
    struct world *w = owner;

    g_assert_cmpuint(events & EPOLLIN, ==, EPOLLIN);
    w->n_a++;
    loop_remove(&w->loop, &w->b);
    loop_remove(&w->loop, &w->a);
}

static void
on_b_removes_a(void *owner, uint32_t events)
{
    struct world *w = owner;

    (void)events;
    w->n_b++;
    loop_remove(&w->loop, &w->a);
    loop_remove(&w->loop, &w->b);
}

static void
stop_after_round(void *owner)
{
    struct world *w = owner;

    w->loop.stop = true;
}

/* Both are ready in one round; whichever runs first removes the other, which must not run. */
static void
removed_source_is_not_called(struct world *w, gconstpointer data)
{
    (void)data;
    w->a = (struct loop_source){.fd = w->pipe_a[0], .ready = on_a_removes_b, .owner = w};
    w->b = (struct loop_source){.fd = w->pipe_b[0], .ready = on_b_removes_a, .owner = w};
    g_assert_cmpint(loop_add(&w->loop, &w->a, EPOLLIN), ==, 0);
    g_assert_cmpint(loop_add(&w->loop, &w->b, EPOLLIN), ==, 0);
    g_assert_cmpint(write(w->pipe_a[1], "x", 1), ==, 1);
    g_assert_cmpint(write(w->pipe_b[1], "x", 1), ==, 1);
    g_assert_cmpint(loop_run(&w->loop, stop_after_round, w), ==, 0);
    g_assert_cmpuint(w->n_a + w->n_b, ==, 1);
    g_assert_cmpuint(w->loop.n_sources, ==, 0);
}

static void
on_early(void *owner, usec_t now)
{
    struct world *w = owner;

    w->n_early++;
    w->early_at = now;
}

static void
on_late(void *owner, usec_t now)
{
    struct world *w = owner;

    g_assert_cmpuint(now, >=, w->early_at);
    w->n_late++;
    w->loop.stop = true;
}

static void
timers_fire_once_in_order(struct world *w, gconstpointer data)
{
    const usec_t start = loop_clock();

    (void)data;
    w->early = (struct loop_timer){.expired = on_early, .owner = w};
    w->late = (struct loop_timer){.expired = on_late, .owner = w};
    loop_timer_set(&w->loop, &w->late, start + 20000);
    loop_timer_set(&w->loop, &w->early, start + 5000);
    g_assert_cmpint(loop_run(&w->loop, NULL, NULL), ==, 0);
    g_assert_cmpuint(w->n_early, ==, 1);
    g_assert_cmpuint(w->n_late, ==, 1);
    g_assert_cmpuint(w->early_at, >=, start + 5000);
    g_assert_cmpuint(loop_clock(), >=, start + 20000);
    g_assert_cmpuint(w->loop.n_timers, ==, 0);
}

/* A deadline that moves away must hold, though the kernel was told of the earlier one. */
/* A year back while a call is up: its timers neither wait for that year, nor run out at once. */
static void
clock_set_back(struct world *w, gconstpointer data)
{
    const gint64 began = g_get_monotonic_time();
    const usec_t start = loop_clock();
    struct timespec before, after;

    (void)data;
    w->early = (struct loop_timer){.expired = on_early, .owner = w};
    w->late = (struct loop_timer){.expired = on_late, .owner = w};
    loop_timer_set(&w->loop, &w->early, start + 5000);
    loop_timer_set(&w->loop, &w->late, start + 20000);
    clock_gettime(CLOCK_REALTIME, &before);
    set_back = 365 * 24 * 3600;
    clock_gettime(CLOCK_REALTIME, &after);
    g_assert_cmpint(after.tv_sec, <, before.tv_sec);

    g_assert_cmpuint(loop_clock(), >=, start); /* else what follows would wait for that year */
    const int error = loop_run(&w->loop, NULL, w);
    const usec_t end = loop_clock();
    set_back = 0;
    g_assert_cmpint(error, ==, 0);
    g_assert_cmpuint(w->n_early, ==, 1);
    g_assert_cmpuint(w->n_late, ==, 1);
    g_assert_cmpuint(end, >=, start + 20000);
    g_assert_cmpint(g_get_monotonic_time() - began, >=, 20000);
}

static void
timer_moved_later(struct world *w, gconstpointer data)
{
    const usec_t start = loop_clock();

    (void)data;
    w->late = (struct loop_timer){.expired = on_late, .owner = w};
    w->early = (struct loop_timer){.expired = on_early, .owner = w};
    loop_timer_set(&w->loop, &w->late, start + 2000);
    loop_timer_set(&w->loop, &w->early, start + 1000);
    loop_timer_set(&w->loop, &w->late, start + 15000);
    loop_timer_set(&w->loop, &w->early, NEVER);
    g_assert_cmpint(loop_run(&w->loop, NULL, NULL), ==, 0);
    g_assert_cmpuint(w->n_early, ==, 0);
    g_assert_cmpuint(loop_clock(), >=, start + 15000);
}

static void
on_a_drains(void *owner, uint32_t events)
{
    struct world *w = owner;

    (void)events;
    drain(w->pipe_a[0]);
    w->n_a++;
}

static void
count_rounds(void *owner)
{
    struct world *w = owner;

    if (++w->rounds == 3)
        w->loop.stop = true;
    else
        loop_again(&w->loop);
}

/* loop_again() must not wait: nothing else wakes this loop after the first round. */
static void
again_does_not_sleep(struct world *w, gconstpointer data)
{
    (void)data;
    w->a = (struct loop_source){.fd = w->pipe_a[0], .ready = on_a_drains, .owner = w};
    g_assert_cmpint(loop_add(&w->loop, &w->a, EPOLLIN), ==, 0);
    g_assert_cmpint(write(w->pipe_a[1], "x", 1), ==, 1);
    g_assert_cmpint(loop_run(&w->loop, count_rounds, w), ==, 0);
    g_assert_cmpuint(w->n_a, ==, 1);
    g_assert_cmpuint(w->rounds, ==, 3);
}

static void
on_early_again(void *owner, usec_t now)
{
    struct world *w = owner;

    if (++w->n_early == 3)
        w->loop.stop = true;
    else
        loop_timer_set(&w->loop, &w->early, now);
}

/* What is due already is done without a word to the kernel. */
static void
overdue_timer_needs_no_clock(struct world *w, gconstpointer data)
{
    (void)data;
    w->early = (struct loop_timer){.expired = on_early_again, .owner = w};
    loop_timer_set(&w->loop, &w->early, 0);
    g_assert_cmpint(loop_run(&w->loop, NULL, NULL), ==, 0);
    g_assert_cmpuint(w->n_early, ==, 3);
    g_assert_cmpuint(w->loop.armed, ==, NEVER);
}

static void
unwatched_source_is_quiet(struct world *w, gconstpointer data)
{
    (void)data;
    w->a = (struct loop_source){.fd = w->pipe_a[0], .ready = on_a_drains, .owner = w};
    w->late = (struct loop_timer){.expired = on_late, .owner = w};
    g_assert_cmpint(loop_add(&w->loop, &w->a, EPOLLIN), ==, 0);
    loop_watch(&w->loop, &w->a, 0);
    g_assert_cmpint(write(w->pipe_a[1], "x", 1), ==, 1);
    loop_timer_set(&w->loop, &w->late, loop_clock() + 5000);
    g_assert_cmpint(loop_run(&w->loop, NULL, NULL), ==, 0);
    g_assert_cmpuint(w->n_a, ==, 0);
    loop_watch(&w->loop, &w->a, EPOLLIN);
    w->loop.stop = false;
    w->rounds = 2;
    g_assert_cmpint(loop_run(&w->loop, count_rounds, w), ==, 0);
    g_assert_cmpuint(w->n_a, ==, 1);
}

static void
table_is_bounded(struct world *w, gconstpointer data)
{
    struct loop_source many[LOOP_MAX_SOURCES + 1];

    (void)data;
    for (int i = 0; i <= LOOP_MAX_SOURCES; i++) {
        many[i] = (struct loop_source){.fd = dup(w->pipe_a[0])};
        g_assert_cmpint(loop_add(&w->loop, &many[i], 0), ==, i < LOOP_MAX_SOURCES ? 0 : -ENOSPC);
    }
    for (int i = 0; i <= LOOP_MAX_SOURCES; i++) {
        loop_remove(&w->loop, &many[i]);
        close(many[i].fd);
    }
    g_assert_cmpuint(w->loop.n_sources, ==, 0);
}

#define TEST(name, fn) g_test_add("/loop/" name, struct world, NULL, set_up, fn, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST("removed-source-is-not-called", removed_source_is_not_called);
    TEST("timers-fire-once-in-order", timers_fire_once_in_order);
    TEST("S10-clock-set-back", clock_set_back);
    TEST("timer-moved-later", timer_moved_later);
    TEST("again-does-not-sleep", again_does_not_sleep);
    TEST("overdue-timer-needs-no-clock", overdue_timer_needs_no_clock);
    TEST("unwatched-source-is-quiet", unwatched_source_is_quiet);
    TEST("table-is-bounded", table_is_bounded);
    return g_test_run();
}
