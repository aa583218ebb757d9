/* helper-netns.c - see helper-netns.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-netns.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>

int
helper_netns_join(int user_ns)
{
    return setns(user_ns, CLONE_NEWUSER) < 0 ? -errno : 0;
}

struct visit {
    int net_ns;
    int (*fn)(void *ctx);
    void *ctx;
    int result;
};

static void *
visit(void *data)
{
    struct visit *v = data;

    v->result = setns(v->net_ns, CLONE_NEWNET) < 0 ? -errno : v->fn(v->ctx);
    return NULL;
}

int
helper_netns_call(int net_ns, int (*fn)(void *ctx), void *ctx)
{
    struct visit v = {.net_ns = net_ns, .fn = fn, .ctx = ctx};
    pthread_t thread;

    if (net_ns < 0)
        return fn(ctx);
    const int err = pthread_create(&thread, NULL, visit, &v);
    if (err != 0)
        return -err;
    pthread_join(thread, NULL);
    return v.result;
}
