/*
 * loop.h - the tunnel's event loop: epoll over a handful of descriptors, a few deadlines, nothing
 * else. Level-triggered. Time is CLOCK_BOOTTIME, so a laptop that wakes up finds its deadlines due.
 *
 * Sources and timers are embedded in their owners, and stay where they are while registered. A
 * handler may add, change or remove any source or timer, its own included.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/epoll.h>

#include "clock.h"

enum { LOOP_MAX_SOURCES = 16, LOOP_MAX_TIMERS = 8 };

struct loop_source {
    int fd;
    void (*ready)(void *owner, uint32_t events); /* EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP */
    void *owner;
    uint32_t events; /* the loop's: what is watched */
};

struct loop_timer {
    usec_t deadline; /* NEVER: not armed; set it through loop_timer_set() */
    void (*expired)(void *owner, usec_t now);
    void *owner;
};

struct loop {
    int epoll_fd, timer_fd;
    usec_t now;   /* of this round */
    usec_t armed; /* what timer_fd was last set to */
    bool stop;
    bool again; /* somebody has more to do: do not sleep */
    size_t n_sources, n_timers;
    struct loop_source *sources[LOOP_MAX_SOURCES];
    struct loop_timer *timers[LOOP_MAX_TIMERS];
};

int loop_init(struct loop *l); /* 0 or a negative errno; everything that needs a descriptor */
void loop_close(struct loop *l);

/* @events may be 0: only errors are told. 0 or a negative errno. */
int loop_add(struct loop *l, struct loop_source *s, uint32_t events);
void loop_watch(struct loop *l, struct loop_source *s, uint32_t events); /* no call if unchanged */
void loop_remove(struct loop *l, struct loop_source *s); /* does not close; fine if not added */

void loop_timer_set(struct loop *l, struct loop_timer *t, usec_t deadline);

/* The next round does not sleep: for an owner with work left in memory, which its @round does. */
void loop_again(struct loop *l);

/* Runs until ->stop is set. @round (may be NULL) is called at the end of each round. Returns 0 or a
 * negative errno. */
int loop_run(struct loop *l, void (*round)(void *owner), void *owner);

usec_t loop_clock(void);
