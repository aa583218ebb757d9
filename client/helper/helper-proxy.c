/* helper-proxy.c - see helper-proxy.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-proxy.h"

#include "helper-spawn.h"
#include "tunnel-msg.h"

#include <errno.h>
#include <glib-unix.h>
#include <unistd.h>

enum { EXTRA_S = 10 }; /* beyond the time that the process itself keeps to */

enum { PROXY_S = 20 /* when the plan does not say */ };

struct helper_proxy {
    struct helper_endpoint endpoint;
    struct helper_out out;
    struct helper_child *child;
    int socket;
    int connection; /* the newest one to the proxy */
    unsigned again;
    guint socket_source, deadline_source;
    helper_proxy_done done;
    void *ctx;
};

static void
finish(struct helper_proxy *p, int error, enum proxy_outcome outcome, const char *text)
{
    int fd = -error;

    g_clear_handle_id(&p->socket_source, g_source_remove);
    g_clear_handle_id(&p->deadline_source, g_source_remove);
    if (error == 0) {
        fd = p->connection;
        p->connection = -1;
    }
    p->done(p->ctx, fd, outcome, text);
}

/* A fresh connection to the proxy, begun. */
static int
open_connection(struct helper_proxy *p)
{
    if (p->connection >= 0)
        close(p->connection);
    p->connection = helper_socket_open(&p->endpoint, &p->out);
    return p->connection;
}

static bool
serve_again(struct helper_proxy *p, struct rd body)
{
    uint8_t bytes[8];
    struct wr w = wr_over(bytes, sizeof bytes);

    if (!rd_done(&body) || ++p->again > PROXY_AGAIN_MAX)
        return false;
    const int fd = open_connection(p);
    tunnel_msg_begin(&w, PROXY_SOCKET);
    wr_be32(&w, fd < 0 ? (uint32_t)-fd : 0);
    return wire_send(p->socket, wr_done(&w), fd < 0 ? -1 : fd) == 0;
}

static bool
serve_done(struct helper_proxy *p, struct rd body)
{
    struct proxy_done d;

    if (!proxy_done_get(&body, &d) || !rd_done(&body))
        return false;
    const bool sane = d.error <= 4095; /* the kernel's own limit for an errno */
    finish(p, sane ? (int)d.error : EPROTO, d.outcome, d.detail);
    return true;
}

static gboolean
on_socket(int fd, GIOCondition condition, gpointer data)
{
    struct helper_proxy *p = data;
    uint8_t bytes[PROXY_MSG_MAX];
    size_t n;

    (void)condition;
    const int err = wire_recv(fd, bytes, sizeof bytes, &n, NULL);
    if (err == -EAGAIN)
        return G_SOURCE_CONTINUE;
    struct rd message = rd_over(bytes, err < 0 ? 0 : n);
    switch (rd_u8(&message)) {
    case PROXY_AGAIN:
        if (serve_again(p, message))
            return G_SOURCE_CONTINUE;
        break;
    case PROXY_DONE:
        p->socket_source = 0;
        if (serve_done(p, message)) /* @p may be gone */
            return G_SOURCE_REMOVE;
        break;
    }
    p->socket_source = 0;
    finish(p, EPROTO, PROXY_UNREACHED, "the proxy process ended unexpectedly");
    return G_SOURCE_REMOVE;
}

static gboolean
on_deadline(gpointer data)
{
    struct helper_proxy *p = data;

    p->deadline_source = 0;
    finish(p, ETIMEDOUT, PROXY_UNREACHED, "");
    return G_SOURCE_REMOVE;
}

static void
on_gone(void *ctx, const char *how)
{
    (void)ctx, (void)how; /* the socket says so, after its last word */
}

static int
say_start(struct helper_proxy *p, const struct helper_host *host, const struct proxy_start *start)
{
    uint8_t bytes[PROXY_MSG_MAX];
    struct wr w = wr_over(bytes, sizeof bytes);
    struct proxy_start s = *start;
    const int fd = open_connection(p);

    if (fd < 0) {
        explicit_bzero(&s, sizeof s);
        return fd;
    }
    s.uid = host->tunnel_uid;
    s.gid = host->tunnel_gid;
    proxy_start_put(&w, &s);
    const int err = wire_send(p->socket, wr_done(&w), fd);
    explicit_bzero(&s, sizeof s);
    explicit_bzero(bytes, sizeof bytes);
    return err;
}

struct proxy_start *
helper_proxy_plan(const struct dial_plan *plan, const struct credentials *c, unsigned index,
                  enum plan_protocol protocol)
{
    const struct plan_server *server = &plan->servers[index];

    if (!plan_uses_proxy(plan, protocol))
        return NULL;
    struct proxy_start *start = g_new0(struct proxy_start, 1);
    start->kind = plan->proxy;
    g_strlcpy(start->proxy_host, plan->proxy_host, sizeof start->proxy_host);
    start->proxy_port = plan->proxy_port;
    g_strlcpy(start->host, server->host, sizeof start->host);
    start->port = server->port != 0 ? server->port : plan_default_port(protocol);
    g_strlcpy(start->user, c->proxy_user, sizeof start->user);
    start->password = c->proxy_password;
    start->timeout_s = plan->connect_timeout_s != 0 ? plan->connect_timeout_s : PROXY_S;
    return start;
}

struct helper_proxy *
helper_proxy_new(const struct helper_host *host, const struct helper_endpoint *proxy,
                 const struct helper_out *out, const struct proxy_start *start,
                 helper_proxy_done done, void *ctx, int *ret_error)
{
    struct helper_proxy *p = g_new0(struct helper_proxy, 1);
    int err = -ENOEXEC;

    p->endpoint = *proxy;
    p->out = *out;
    p->connection = p->socket = -1;
    p->done = done;
    p->ctx = ctx;
    p->child = helper_child_spawn("dialtone-proxy", on_gone, p, &p->socket, NULL);
    if (p->child != NULL)
        err = say_start(p, host, start);
    if (err < 0) {
        *ret_error = err;
        helper_proxy_free(p);
        return NULL;
    }
    p->socket_source = g_unix_fd_add(p->socket, G_IO_IN | G_IO_HUP, on_socket, p);
    p->deadline_source = g_timeout_add_seconds(start->timeout_s + EXTRA_S, on_deadline, p);
    return p;
}

void
helper_proxy_free(struct helper_proxy *p)
{
    if (p == NULL)
        return;
    g_clear_handle_id(&p->socket_source, g_source_remove);
    g_clear_handle_id(&p->deadline_source, g_source_remove);
    helper_child_free(p->child);
    if (p->connection >= 0)
        close(p->connection);
    if (p->socket >= 0)
        close(p->socket);
    g_free(p);
}
