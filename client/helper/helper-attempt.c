/* helper-attempt.c - see helper-attempt.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-attempt.h"

#include "helper-endpoints.h"
#include "helper-esp.h"
#include "helper-proxy.h"
#include "helper-register.h"
#include "helper-requests.h"
#include "helper-socket.h"
#include "helper-spawn.h"
#include "helper-way.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib-unix.h>
#include <time.h>
#include <unistd.h>

enum {
    MESSAGES_PER_TURN = 32, /* then the others get theirs */
    GRACE_S = 4,            /* from TUNNEL_HANGUP, or its last word, to SIGKILL */
    QUESTION_S = 300,       /* for a person to answer */
    DIAL_S = 120,           /* beyond the plan's own limits, which are the tunnel's to keep */
    IDLE_CHECK_S = 5,
};

struct helper_attempt {
    struct helper_attempt_setup setup;
    const struct helper_attempt_ops *ops;
    void *ctx;

    struct helper_child *child;
    int socket;
    guint socket_source;
    struct helper_requests requests;
    struct helper_journal *journal;
    struct helper_esp *esp; /* NULL: not the kernel's business */
    struct helper_link *link;
    struct tunnel_status status;
    char server_address[INET6_ADDRSTRLEN];
    struct proxy_start *through;      /* NULL: no proxy, or not needed any more */
    struct helper_proxy *proxy;       /* on its way to the server */
    enum proxy_outcome proxy_outcome; /* as far as any of its addresses came */
    uint16_t proxy_tag;
    struct helper_endpoint proxy_endpoint;
    struct helper_endpoints endpoints;
    struct helper_way *way; /* NULL: not up, or not watched */
    GCancellable *dns_cancel;
    bool dns_applied;
    bool registered;  /* TUNNEL_REGISTERED was said */
    bool early_asked; /* the tunnel was told to try */

    guint deadline_source; /* dialing, then a question, then closing */
    guint idle_source, address_source;
    guint dns_watch;
    bool dns_seen; /* systemd-resolved was there when the watch began */
    gint64 idle_since;
    uint64_t idle_sent;
    bool displaced;
    struct ras_end end;
};

static usec_t
boot_time(void)
{
    struct timespec t;

    clock_gettime(CLOCK_BOOTTIME, &t);
    return (usec_t)t.tv_sec * USEC_PER_SEC + (usec_t)t.tv_nsec / 1000;
}

static void
close_socket(struct helper_attempt *a)
{
    g_clear_handle_id(&a->socket_source, g_source_remove);
    if (a->socket >= 0)
        close(a->socket);
    a->socket = -1;
}

static void
kill_tunnel(struct helper_attempt *a)
{
    g_clear_handle_id(&a->deadline_source, g_source_remove);
    close_socket(a);
    helper_child_kill(a->child);
}

/* It misbehaved: nothing more is heard from it. */
static void
condemn(struct helper_attempt *a, const char *what)
{
    helper_log(a->setup.log, LOG_ERR, "The tunnel process made %s and was ended.", what);
    ras_end_set(&a->end, RAS_RASMAN_CANNOT_INITIALIZE, "the tunnel process made %s", what);
    kill_tunnel(a);
}

static gboolean
on_deadline(gpointer data)
{
    struct helper_attempt *a = data;

    a->deadline_source = 0;
    ras_end_set(&a->end, RAS_VPN_TIMEOUT, "the tunnel process took too long");
    kill_tunnel(a);
    return G_SOURCE_REMOVE;
}

static void
set_deadline(struct helper_attempt *a, unsigned seconds)
{
    g_clear_handle_id(&a->deadline_source, g_source_remove);
    if (seconds > 0)
        a->deadline_source = g_timeout_add_seconds(seconds, on_deadline, a);
}

static void
set_dial_deadline(struct helper_attempt *a)
{
    set_deadline(a, DIAL_S + a->setup.plan->connect_timeout_s);
}

static void
say(struct helper_attempt *a, struct wr *w, int fd)
{
    if (a->socket < 0)
        return;
    const int err = wire_send(a->socket, wr_done(w), fd);
    if (err == -EAGAIN)
        condemn(a, "no move to read its messages");
    else if (err < 0 && err != -EPIPE) /* gone: on_gone() tells the rest */
        condemn(a, g_strerror(-err));
}

static void
say_word(struct helper_attempt *a, enum tunnel_msg type)
{
    uint8_t bytes[1];
    struct wr w = wr_over(bytes, sizeof bytes);

    tunnel_msg_begin(&w, type);
    say(a, &w, -1);
}

void
helper_attempt_hang_up(struct helper_attempt *a, enum ras_error why, const char *detail)
{
    ras_end_set(&a->end, why, "%s", detail);
    if (a->requests.phase >= TUNNEL_CLOSING)
        return;
    a->requests.phase = TUNNEL_CLOSING;
    g_cancellable_cancel(a->dns_cancel);
    set_deadline(a, GRACE_S);
    say_word(a, TUNNEL_HANGUP);
}

static void
serve_stage(void *ctx, enum dial_stage stage, const char *address)
{
    struct helper_attempt *a = ctx;

    g_strlcpy(a->server_address, address, sizeof a->server_address);
    a->ops->stage(a->ctx, stage, a->server_address);
}

/* May that server hold associations with this computer? Another program's call is known by the port
 * that it has, one of another helper (--foreground) by its socket, too. */
static uint8_t
socket_flags(const struct helper_attempt *a, const struct helper_endpoint *to, int fd)
{
    const GPtrArray *all = a->setup.host->endpoints;
    const bool taken = to->wanted_port == IKE_PORT && helper_socket_local_port(fd) != IKE_PORT;
    bool second = to->kind == SOCKET_UDP && to->port == IKE_PORT && helper_socket_has_rival(fd, to);

    for (guint i = 0; i < all->len; i++)
        second |= all->pdata[i] != &a->endpoints && helper_endpoints_have_ike(all->pdata[i], to);
    return second ? SOCKET_SHARED | SOCKET_SECOND : taken ? SOCKET_SHARED : 0;
}

/* What else there is to say of a socket of datagrams. */
static void
put_path(const struct helper_attempt *a, struct wr *w, const struct helper_endpoint *to, int fd)
{
    const bool datagrams = fd >= 0 && to->kind != SOCKET_TCP && to->kind != SOCKET_PROXY;

    wr_u8(w, datagrams ? socket_flags(a, to, fd) : 0);
    wr_be16(w, datagrams ? helper_socket_mtu(fd, to->family) : 0);
}

/* @fd: a socket, which is closed, or a negative errno. */
static void
say_socket(struct helper_attempt *a, uint16_t tag, const struct helper_endpoint *to, int fd,
           const char *text)
{
    uint8_t bytes[16 + PROXY_DETAIL];
    struct wr w = wr_over(bytes, sizeof bytes);

    tunnel_msg_begin(&w, TUNNEL_SOCKET);
    wr_be16(&w, tag);
    wr_be32(&w, fd < 0 ? (uint32_t)-fd : 0);
    put_path(a, &w, to, fd);
    wr_bytes(&w, text, strlen(text));
    say(a, &w, fd < 0 ? -1 : fd);
    if (fd >= 0)
        close(fd);
}

static void
on_proxy(void *ctx, int fd, enum proxy_outcome outcome, const char *text)
{
    struct helper_attempt *a = ctx;

    a->proxy_outcome = MAX(a->proxy_outcome, outcome);
    helper_log(a->setup.log, LOG_DEBUG, "proxy: %s",
               fd >= 0         ? "connected"
               : *text != '\0' ? text
                               : g_strerror(-fd));
    if (fd >= 0)
        helper_endpoints_add(&a->endpoints, &a->proxy_endpoint, fd);
    say_socket(a, a->proxy_tag, &a->proxy_endpoint, fd, text);
    g_clear_pointer(&a->proxy, helper_proxy_free);
}

/* 0: on_proxy() will answer. */
static int
begin_proxy(struct helper_attempt *a, uint16_t tag, const struct helper_endpoint *to)
{
    int err = -EBUSY;

    if (a->proxy != NULL || a->through == NULL)
        return err;
    a->proxy_outcome = MAX(a->proxy_outcome, PROXY_UNREACHED);
    a->proxy_tag = tag;
    a->proxy_endpoint = *to;
    a->proxy = helper_proxy_new(a->setup.host, to, &a->setup.out, a->through, on_proxy, a, &err);
    return a->proxy == NULL ? err : 0;
}

static void
serve_open_socket(void *ctx, uint16_t tag, const struct helper_endpoint *to, bool allowed)
{
    struct helper_attempt *a = ctx;
    const bool proxy = to->kind == SOCKET_PROXY;
    char text[INET6_ADDRSTRLEN];
    int fd = -EACCES;

    if (allowed && a->endpoints.n < HELPER_MAX_ENDPOINTS)
        fd = proxy ? begin_proxy(a, tag, to) : helper_socket_open(to, &a->setup.out);
    helper_log(a->setup.log, LOG_DEBUG, "socket to %s%s %s %u: %s", helper_endpoint_kind(to),
               helper_endpoint_text(to, text, sizeof text),
               to->kind == SOCKET_GRE ? "call" : "port", to->port,
               fd < 0 ? g_strerror(-fd) : "connecting");
    if (fd >= 0 && !proxy)
        helper_endpoints_add(&a->endpoints, to, fd);
    if (fd >= 0 && a->esp != NULL && to->kind == SOCKET_UDP && to->port == IKE_FLOAT_PORT)
        helper_esp_use_float(a->esp, fd);
    if (fd < 0 || !proxy)
        say_socket(a, tag, to, fd, "");
}

static gboolean
on_question_deadline(gpointer data)
{
    struct helper_attempt *a = data;

    a->deadline_source = 0;
    helper_attempt_answer(a, NULL);
    return G_SOURCE_REMOVE;
}

static void
serve_want_credentials(void *ctx, enum ras_error reason)
{
    struct helper_attempt *a = ctx;

    set_deadline(a, 0);
    a->deadline_source = g_timeout_add_seconds(QUESTION_S, on_question_deadline, a);
    a->ops->question(a->ctx, reason);
}

static void
say_secret(struct helper_attempt *a, struct wr *w)
{
    say(a, w, -1);
    explicit_bzero(w->base, w->cap);
}

bool
helper_attempt_answer(struct helper_attempt *a, const struct credentials *credentials)
{
    static uint8_t bytes[8192]; /* five texts and secrets */
    struct wr w = wr_over(bytes, sizeof bytes);

    if (!a->requests.question || a->requests.phase != TUNNEL_DIALING)
        return false;
    a->requests.question = false;
    set_dial_deadline(a);
    tunnel_msg_begin(&w, TUNNEL_CREDENTIALS);
    if (credentials != NULL)
        credentials_put(&w, credentials);
    say_secret(a, &w);
    return true;
}

static void
on_dns(void *ctx, bool applied, const char *how)
{
    struct helper_attempt *a = ctx;

    a->dns_applied = applied;
    helper_log(a->setup.log, applied ? LOG_INFO : LOG_WARNING,
               applied ? "Name servers set through %s." : "Name servers are not set: %s.", how);
    if (a->requests.phase <= TUNNEL_UP) {
        a->registered = true;
        say_word(a, TUNNEL_REGISTERED);
    }
    a->ops->changed(a->ctx);
}

static void
apply_dns(struct helper_attempt *a)
{
    struct helper_dns_settings settings;

    g_cancellable_cancel(a->dns_cancel); /* of an older configuration */
    g_clear_object(&a->dns_cancel);
    a->dns_cancel = g_cancellable_new();
    if (helper_link_dns(a->link, &settings))
        helper_dns_apply(a->setup.host->dns, a->journal, &settings, a->dns_cancel, on_dns, a);
    else
        on_dns(a, false, a->setup.plan->set_dns ? "the server gave none" : "the profile says so");
}

/* Started anew, it knows nothing of our link (threats S7). The first time is when the watch begins.
 */
static void
on_resolved_started(void *ctx)
{
    struct helper_attempt *a = ctx;
    const bool again = a->dns_seen || !a->dns_applied;

    a->dns_seen = true;
    if (again && a->requests.phase == TUNNEL_UP)
        apply_dns(a);
}

static gboolean
on_idle_check(gpointer data)
{
    struct helper_attempt *a = data;
    const gint64 limit = (gint64)a->setup.plan->idle_timeout_s * G_USEC_PER_SEC;
    const gint64 now = g_get_monotonic_time();
    uint64_t sent;

    if (helper_net_sent(a->setup.host->net, helper_link_index(a->link), &sent) < 0)
        return G_SOURCE_CONTINUE;
    /* What the far end sends unasked (broadcasts, probes) does not keep the line open. */
    if (sent != a->idle_sent) {
        a->idle_sent = sent;
        a->idle_since = now;
    } else if (now - a->idle_since >= limit) {
        a->idle_source = 0;
        helper_attempt_hang_up(a, RAS_IDLE_TIMEOUT, "nothing was sent for the time of the profile");
        return G_SOURCE_REMOVE;
    }
    return G_SOURCE_CONTINUE;
}

static gboolean
on_address_event(int fd, GIOCondition condition, gpointer data)
{
    struct helper_attempt *a = data;

    (void)fd, (void)condition;
    helper_net_drain(a->setup.host->net);
    helper_link_addresses_changed(a->link);
    a->ops->changed(a->ctx);
    return G_SOURCE_CONTINUE;
}

static void
on_way_lost(void *ctx, const char *detail)
{
    helper_attempt_hang_up(ctx, RAS_LINK_FAILURE, detail);
}

static void
watch_link(struct helper_attempt *a)
{
    const struct helper_endpoint *server = helper_endpoints_find(&a->endpoints, a->server_address);
    const unsigned idle = a->setup.plan->idle_timeout_s;
    const int fd = helper_net_watch(a->setup.host->net);

    if (fd >= 0)
        a->address_source = g_unix_fd_add(fd, G_IO_IN, on_address_event, a);
    a->dns_watch = helper_dns_watch(a->setup.host->dns, on_resolved_started, a);
    if (server != NULL)
        a->way = helper_way_new(server, &a->setup.out, HELPER_WAY_GRACE_MS, on_way_lost, a);
    a->idle_since = g_get_monotonic_time();
    if (idle > 0)
        a->idle_source = g_timeout_add_seconds(MIN(IDLE_CHECK_S, idle), on_idle_check, a);
}

static void
hand_over_tun(struct helper_attempt *a, const struct helper_tun *tun)
{
    uint8_t bytes[2];
    struct wr w = wr_over(bytes, sizeof bytes);

    tunnel_msg_begin(&w, TUNNEL_TUN);
    wr_u8(&w, (uint8_t)(TUN_FLAG_VNET_HDR | (tun->tso ? TUN_FLAG_TSO : 0) |
                        (tun->uso ? TUN_FLAG_USO : 0)));
    say(a, &w, tun->fd);
}

static void
forget_proxy(struct helper_attempt *a)
{
    g_clear_pointer(&a->proxy, helper_proxy_free);
    if (a->through != NULL)
        explicit_bzero(a->through, sizeof *a->through);
    g_clear_pointer(&a->through, g_free);
}

static bool
first_configuration(struct helper_attempt *a, const struct net_config *config, struct ras_end *why)
{
    struct helper_tun tun;

    a->requests.phase = TUNNEL_REGISTERING;
    a->link = helper_link_new(a->setup.host, a->journal, a->setup.log, a->setup.plan, config,
                              helper_endpoints_find(&a->endpoints, a->server_address),
                              a->setup.out.ifindex, &tun, why);
    if (a->link == NULL)
        return false;
    forget_proxy(a); /* and its password */
    /* Only then: while we hold the descriptor, the interface cannot vanish with the tunnel. */
    const bool routed = helper_link_route(a->link, why);
    if (routed)
        hand_over_tun(a, &tun);
    close(tun.fd);
    if (!routed)
        return false;
    watch_link(a);
    return true;
}

static void
serve_configure(void *ctx, const struct net_config *config, bool first)
{
    struct helper_attempt *a = ctx;
    struct ras_end why = {0};

    if (first ? !first_configuration(a, config, &why)
              : !helper_link_change(a->link, config, a->requests.phase == TUNNEL_UP, &why)) {
        helper_attempt_hang_up(a, why.error, why.detail);
        return;
    }
    apply_dns(a);
}

static void
serve_status(void *ctx, const struct tunnel_status *status)
{
    struct helper_attempt *a = ctx;

    helper_register_tell(a->setup.log, &a->status.registration, &status->registration);
    a->status = *status;
    if (a->requests.phase == TUNNEL_REGISTERING && a->registered) { /* both ends are there */
        a->requests.phase = TUNNEL_UP;
        set_deadline(a, 0);
        if (a->setup.protocol == PLAN_SSTP)
            helper_early_learn(a->setup.host->early, &a->setup.plan->servers[a->setup.server],
                               a->early_asked, status->early_data_worked);
        a->ops->up(a->ctx);
        helper_link_guard(a->link);
    }
    a->ops->changed(a->ctx);
}

static void
serve_stats(void *ctx, const struct tunnel_stats *stats)
{
    struct helper_attempt *a = ctx;

    a->ops->stats(a->ctx, stats);
}

static void
serve_log(void *ctx, int level, const char *text)
{
    struct helper_attempt *a = ctx;

    helper_log(a->setup.log, level, "%s", text);
}

static void
serve_ended(void *ctx, const struct ras_end *end)
{
    struct helper_attempt *a = ctx;

    ras_end_set(&a->end, end->error, "%s", end->detail);
    g_cancellable_cancel(a->dns_cancel);
    set_deadline(a, GRACE_S);
}

static void
serve_esp(void *ctx, const struct esp_msg *m, bool allowed)
{
    struct helper_attempt *a = ctx;
    uint8_t bytes[16];
    struct wr w = wr_over(bytes, sizeof bytes);
    int fd = -1;
    const int err = allowed ? helper_esp_serve(a->esp, m, &fd) : -EACCES;

    helper_log(a->setup.log, err < 0 ? LOG_NOTICE : LOG_DEBUG, "ESP by the kernel, %s %08x: %s",
               m->op == ESP_MSG_FORGET ? "without" : "with", m->spi_in,
               err < 0 ? g_strerror(-err) : "done");
    tunnel_msg_begin(&w, TUNNEL_ESP);
    wr_be32(&w, m->spi_in);
    wr_be32(&w, (uint32_t)-err);
    say(a, &w, fd);
}

static const struct helper_request_ops request_ops = {
    .stage = serve_stage,
    .open_socket = serve_open_socket,
    .want_credentials = serve_want_credentials,
    .configure = serve_configure,
    .status = serve_status,
    .stats = serve_stats,
    .log = serve_log,
    .ended = serve_ended,
    .esp = serve_esp,
};

/* True: there may be more. */
static bool
hear_one(struct helper_attempt *a)
{
    static uint8_t bytes[TUNNEL_MSG_MAX];
    const char *why;
    size_t n;
    int fd = -1;
    const int err = wire_recv(a->socket, bytes, sizeof bytes, &n, &fd);

    if (err == -EAGAIN)
        return false;
    if (err == -EPIPE) { /* it is about to be gone; if not, it is made to */
        close_socket(a);
        set_deadline(a, GRACE_S);
        return false;
    }
    if (err < 0 || fd >= 0) {
        if (fd >= 0)
            close(fd);
        condemn(a, "a malformed message");
        return false;
    }
    if (!helper_requests_serve(&a->requests, boot_time(), rd_over(bytes, n), &why))
        condemn(a, why);
    explicit_bzero(bytes, n); /* keys, of ESP */
    return a->socket >= 0;
}

static gboolean
on_socket(int fd, GIOCondition condition, gpointer data)
{
    struct helper_attempt *a = data;

    (void)fd, (void)condition;
    for (int i = 0; i < MESSAGES_PER_TURN && hear_one(a); i++)
        ;
    return a->socket_source != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
undo_all(struct helper_attempt *a)
{
    forget_proxy(a);
    g_cancellable_cancel(a->dns_cancel);
    g_clear_object(&a->dns_cancel);
    g_clear_handle_id(&a->deadline_source, g_source_remove);
    g_clear_handle_id(&a->idle_source, g_source_remove);
    g_clear_handle_id(&a->address_source, g_source_remove);
    g_clear_handle_id(&a->dns_watch, g_bus_unwatch_name);
    close_socket(a);
    g_clear_pointer(&a->way, helper_way_free);
    a->endpoints.n = 0;
    g_clear_pointer(&a->child, helper_child_free);
    g_clear_pointer(&a->esp, helper_esp_free);
    if (a->journal != NULL)
        helper_journal_undo(a->journal, helper_host_undo, a->setup.host);
    a->journal = NULL;
    g_clear_pointer(&a->link, helper_link_free);
}

bool
helper_attempt_displaced(const struct helper_attempt *a)
{
    return a->displaced;
}

enum proxy_outcome
helper_attempt_proxy(const struct helper_attempt *a)
{
    return a->end.error == RAS_CANNOT_CONNECT_PROXY ? a->proxy_outcome : PROXY_THROUGH;
}

/* Has a later call to the same server taken this one's place there? Only that server knows. */
static void
look_who_came(struct helper_attempt *a)
{
    const GPtrArray *all = a->setup.host->endpoints;
    const struct ras_end said = a->end;

    for (guint i = 0; i < all->len; i++)
        a->displaced |= a->end.error == RAS_REMOTE_DISCONNECTION &&
                        all->pdata[i] != &a->endpoints &&
                        helper_endpoints_displaced(&a->endpoints, all->pdata[i],
                                                   (usec_t)g_get_monotonic_time());
    if (!a->displaced)
        return;
    helper_log(a->setup.log, LOG_INFO, "The server: %s", said.detail); /* whole */
    a->end = (struct ras_end){0};
    ras_end_set(&a->end, said.error,
                "another call of this computer to this server began, and it has one place for "
                "both: %s",
                said.detail);
}

static void
on_gone(void *ctx, const char *how)
{
    struct helper_attempt *a = ctx;

    while (a->socket >= 0 && hear_one(a)) /* its last words may still lie there */
        ;
    const bool was_up = a->requests.phase == TUNNEL_UP;
    ras_end_set(&a->end, was_up ? RAS_LINK_FAILURE : RAS_RASMAN_CANNOT_INITIALIZE,
                "the tunnel process ended unexpectedly (%s)", how);
    look_who_came(a);
    if (a->link != NULL)
        a->ops->leaving(a->ctx, &a->end);
    undo_all(a);
    a->ops->over(a->ctx, &a->end);
}

static void
put_known(struct wr *w, const char *address)
{
    uint8_t octets[16] = {0};
    const uint8_t family = inet_pton(AF_INET, address, octets) == 1    ? 4
                           : inet_pton(AF_INET6, address, octets) == 1 ? 6
                                                                       : 0;

    wr_u8(w, family);
    wr_bytes(w, octets, sizeof octets);
}

static void
say_start(struct helper_attempt *a)
{
    const struct helper_attempt_setup *s = &a->setup;
    uint8_t *bytes = g_malloc(TUNNEL_MSG_MAX);
    struct wr w = wr_over(bytes, TUNNEL_MSG_MAX);

    struct dial_plan plan = *s->plan; /* what it owns stays the other's */

    plan.accept_early_data |= helper_early_wanted(s->host->early, &plan.servers[s->server]);
    a->early_asked = plan.accept_early_data;
    tunnel_msg_begin(&w, TUNNEL_START);
    dial_plan_put(&w, &plan);
    credentials_put(&w, s->credentials);
    wr_u8(&w, s->server);
    wr_u8(&w, (uint8_t)s->protocol);
    wr_be32(&w, s->host->tunnel_uid);
    wr_be32(&w, s->host->tunnel_gid);
    wr_u8(&w, s->number);
    put_known(&w, s->known);
    wr_u8(&w, a->esp != NULL ? START_KERNEL_ESP : 0);
    say_secret(a, &w);
    w = wr_over(bytes, HELPER_REGISTER_MAX);
    if (helper_register_message(s->plan, &w))
        say(a, &w, -1);
    g_free(bytes);
}

static void
prepare_esp(struct helper_attempt *a)
{
    const bool ipsec =
        a->setup.protocol == PLAN_L2TP_IPSEC && a->setup.plan->ipsec != PLAN_IPSEC_NONE;

    /* The kernel would look for the way of what it has sealed by the routes. */
    if (ipsec && a->setup.out.ifindex == 0 && helper_esp_wanted(a->setup.host->esp))
        a->esp = helper_esp_new(&helper_esp_kernel, a->journal);
    a->requests.kernel_esp = a->esp != NULL;
}

struct helper_attempt *
helper_attempt_new(const struct helper_attempt_setup *setup, const struct helper_attempt_ops *ops,
                   void *ctx, struct ras_end *ret_end)
{
    CLEANUP(helper_attempt_free) struct helper_attempt *a = g_new0(struct helper_attempt, 1);
    g_autoptr(GError) error = NULL;
    int err;

    a->setup = *setup;
    a->ops = ops;
    a->ctx = ctx;
    a->socket = -1;
    helper_requests_init(&a->requests, boot_time(), &request_ops, a, setup->plan, setup->server,
                         setup->protocol);
    a->journal =
        helper_journal_open(setup->host->state_directory, helper_host_undo, setup->host, &err);
    if (a->journal == NULL) {
        ras_end_set(ret_end, RAS_RASMAN_CANNOT_INITIALIZE, "the undo journal in %s: %s",
                    setup->host->state_directory, g_strerror(-err));
        return NULL;
    }
    a->endpoints.since = (usec_t)g_get_monotonic_time();
    g_ptr_array_add(setup->host->endpoints, &a->endpoints);
    a->child = helper_child_spawn("dialtone-tunnel", on_gone, a, &a->socket, &error);
    if (a->child == NULL) {
        ras_end_set(ret_end, RAS_RASMAN_CANNOT_INITIALIZE, "%s", error->message);
        return NULL;
    }
    a->socket_source = g_unix_fd_add(a->socket, G_IO_IN | G_IO_HUP, on_socket, a);
    set_dial_deadline(a);
    a->through = helper_proxy_plan(setup->plan, setup->credentials, setup->server, setup->protocol);
    a->proxy_outcome = a->through != NULL ? PROXY_UNKNOWN : PROXY_THROUGH;
    prepare_esp(a);
    say_start(a);
    a->setup.credentials = NULL;
    return TAKE(a);
}

void
helper_attempt_free(struct helper_attempt *a)
{
    if (a == NULL)
        return;
    undo_all(a);
    g_ptr_array_remove_fast(a->setup.host->endpoints, &a->endpoints);
    g_free(a);
}

const struct helper_link *
helper_attempt_link(const struct helper_attempt *a)
{
    return a->link;
}

const struct tunnel_status *
helper_attempt_status(const struct helper_attempt *a)
{
    return &a->status;
}

const char *
helper_attempt_server_address(const struct helper_attempt *a)
{
    return a->server_address;
}

bool
helper_attempt_kernel_esp(const struct helper_attempt *a)
{
    return a->esp != NULL && helper_esp_in_use(a->esp);
}

bool
helper_attempt_dns_applied(const struct helper_attempt *a)
{
    return a->dns_applied;
}
