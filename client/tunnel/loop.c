/* loop.c - see loop.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "loop.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

usec_t
loop_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_BOOTTIME, &t);
    return (usec_t)t.tv_sec * USEC_PER_SEC + (usec_t)t.tv_nsec / 1000;
}

int
loop_init(struct loop *l)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};

    *l = (struct loop){.armed = NEVER, .now = loop_clock()};
    l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    l->timer_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (l->epoll_fd < 0 || l->timer_fd < 0 ||
        epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, l->timer_fd, &event) < 0) {
        const int error = -errno;
        loop_close(l);
        return error;
    }
    return 0;
}

void
loop_close(struct loop *l)
{
    if (l->epoll_fd >= 0)
        close(l->epoll_fd);
    if (l->timer_fd >= 0)
        close(l->timer_fd);
    l->epoll_fd = l->timer_fd = -1;
}

static size_t
find_source(const struct loop *l, const struct loop_source *s)
{
    size_t i = 0;

    while (i < l->n_sources && l->sources[i] != s)
        i++;
    return i;
}

int
loop_add(struct loop *l, struct loop_source *s, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = s};

    if (l->n_sources == LOOP_MAX_SOURCES)
        return -ENOSPC;
    if (epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, s->fd, &event) < 0)
        return -errno;
    s->events = events;
    l->sources[l->n_sources++] = s;
    return 0;
}

void
loop_watch(struct loop *l, struct loop_source *s, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = s};

    if (s->events == events || find_source(l, s) == l->n_sources)
        return;
    s->events = events;
    epoll_ctl(l->epoll_fd, EPOLL_CTL_MOD, s->fd, &event);
}

void
loop_remove(struct loop *l, struct loop_source *s)
{
    const size_t i = find_source(l, s);

    if (i == l->n_sources)
        return;
    epoll_ctl(l->epoll_fd, EPOLL_CTL_DEL, s->fd, NULL);
    l->sources[i] = l->sources[--l->n_sources];
}

void
loop_timer_set(struct loop *l, struct loop_timer *t, usec_t deadline)
{
    size_t i = 0;

    t->deadline = deadline;
    while (i < l->n_timers && l->timers[i] != t)
        i++;
    if (i == l->n_timers && deadline != NEVER && i < LOOP_MAX_TIMERS)
        l->timers[l->n_timers++] = t;
    else if (i < l->n_timers && deadline == NEVER)
        l->timers[i] = l->timers[--l->n_timers];
}

void
loop_again(struct loop *l)
{
    l->again = true;
}

/* True: a timer is due. The kernel is told of an earlier deadline only. A later one costs nothing
 * now: the timer fires once for nothing, and is set anew. Nor does one that has come already, as
 * that of GRE's acknowledgements has for every few packets. */
static bool
arm(struct loop *l)
{
    usec_t first = NEVER;

    for (size_t i = 0; i < l->n_timers; i++)
        first = usec_min(first, l->timers[i]->deadline);
    if (first <= l->now)
        return true;
    if (first >= l->armed)
        return false;
    l->armed = first;

    const struct itimerspec when = {
        .it_value.tv_sec = (time_t)(first / USEC_PER_SEC),
        .it_value.tv_nsec = (long)(first % USEC_PER_SEC * 1000),
    };
    timerfd_settime(l->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
    return false;
}

static void
run_timers(struct loop *l)
{
    struct loop_timer *due[LOOP_MAX_TIMERS];
    size_t n = 0;

    for (size_t i = 0; i < l->n_timers; i++)
        if (l->timers[i]->deadline <= l->now)
            due[n++] = l->timers[i];
    for (size_t i = 0; i < n; i++) {
        if (due[i]->deadline > l->now) /* an earlier handler moved or removed it */
            continue;
        loop_timer_set(l, due[i], NEVER);
        due[i]->expired(due[i]->owner, l->now);
    }
}

static void
timer_fired(struct loop *l)
{
    uint64_t times;

    if (read(l->timer_fd, &times, sizeof times) == sizeof times)
        l->armed = NEVER;
}

static void
dispatch(struct loop *l, const struct epoll_event *event)
{
    struct loop_source *s = event->data.ptr;

    if (s == NULL)
        timer_fired(l);
    else if (find_source(l, s) < l->n_sources) /* an earlier handler may have removed it */
        s->ready(s->owner, event->events);
}

int
loop_run(struct loop *l, void (*round)(void *owner), void *owner)
{
    struct epoll_event events[LOOP_MAX_SOURCES + 1];

    while (!l->stop) {
        const int wait = arm(l) || l->again ? 0 : -1;
        const int n = epoll_wait(l->epoll_fd, events, LOOP_MAX_SOURCES + 1, wait);
        if (n < 0 && errno != EINTR)
            return -errno;
        l->again = false;
        l->now = loop_clock();
        for (int i = 0; i < n && !l->stop; i++)
            dispatch(l, &events[i]);
        if (!l->stop)
            run_timers(l);
        if (!l->stop && round != NULL)
            round(owner);
    }
    return 0;
}
