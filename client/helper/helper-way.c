/* helper-way.c - see helper-way.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-way.h"

#include "helper-net.h"

#include <arpa/inet.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

struct helper_way {
    struct helper_net *net; /* of the network that the sockets are in, whatever the call's is */
    struct helper_endpoint to;
    struct helper_out out;
    unsigned grace_ms;
    helper_way_lost lost;
    void *ctx;
    guint watch, timer; /* the latter: the address is gone */
};

/* Also when that cannot be found out. */
static bool
still_ours(const struct helper_way *w)
{
    return helper_net_has_address(w->net, w->to.family, w->to.local) != 0;
}

/* A socket of datagrams finds its route and address at once, and sends nothing. */
static bool
other_way(const struct helper_way *w)
{
    struct helper_endpoint to = w->to;

    to.kind = SOCKET_UDP;
    to.wanted_port = 0;
    const int fd = helper_socket_open(&to, &w->out);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static gboolean
on_grace_over(gpointer data)
{
    struct helper_way *w = data;
    char address[INET6_ADDRSTRLEN], detail[128];

    if (still_ours(w)) {
        w->timer = 0;
        return G_SOURCE_REMOVE;
    }
    if (!other_way(w))
        return G_SOURCE_CONTINUE;
    w->timer = 0;
    g_clear_handle_id(&w->watch, g_source_remove);
    inet_ntop(w->to.family == 4 ? AF_INET : AF_INET6, w->to.local, address, sizeof address);
    g_snprintf(detail, sizeof detail,
               "this computer no longer has the address %s, which the call went out from", address);
    w->lost(w->ctx, detail);
    return G_SOURCE_REMOVE;
}

static gboolean
on_address_event(int fd, GIOCondition condition, gpointer data)
{
    struct helper_way *w = data;

    (void)fd, (void)condition;
    helper_net_drain(w->net);
    if (w->timer == 0 && !still_ours(w))
        w->timer = g_timeout_add(w->grace_ms, on_grace_over, w);
    return G_SOURCE_CONTINUE;
}

struct helper_way *
helper_way_new(const struct helper_endpoint *to, const struct helper_out *out, unsigned grace_ms,
               helper_way_lost lost, void *ctx)
{
    static const uint8_t none[sizeof to->local];
    int error;

    if (memcmp(to->local, none, sizeof none) == 0)
        return NULL;
    CLEANUP(helper_net_free) struct helper_net *net = helper_net_new(-1, &error);
    const int fd = net != NULL ? helper_net_watch(net) : -1;
    if (fd < 0)
        return NULL;
    struct helper_way *w = g_new0(struct helper_way, 1);
    w->net = TAKE(net);
    w->to = *to;
    w->out = *out;
    w->grace_ms = grace_ms;
    w->lost = lost;
    w->ctx = ctx;
    w->watch = g_unix_fd_add(fd, G_IO_IN, on_address_event, w);
    return w;
}

void
helper_way_free(struct helper_way *w)
{
    if (w == NULL)
        return;
    g_clear_handle_id(&w->watch, g_source_remove);
    g_clear_handle_id(&w->timer, g_source_remove);
    helper_net_free(w->net);
    g_free(w);
}
