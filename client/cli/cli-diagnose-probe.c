/*
 * cli-diagnose-probe.c - the way to the servers: dialtone-probe is started, what it tells is put
 * into the order in which a dial would go, and told. See cli-diagnose.h.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli-diagnose.h"

#include "dt-helper-spawn.h"
#include "ras.h"
#include "tunnel-msg.h"

#include <glib/gi18n-lib.h>

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* A name, then what is behind it, each within PROBE_SECONDS; and time to start. */
enum { PATIENCE_MS = (2 * PROBE_SECONDS + 20) * 1000, STEPS_MAX = 512 };

static const struct {
    const char *name, *title;
} kinds[PROBE_KINDS] = {
    [PROBE_NAME] = {"resolve", N_("name")},
    [PROBE_TCP] = {"tcp", N_("connection")},
    [PROBE_PROXY] = {"proxy", N_("connection to the proxy")},
    [PROBE_TLS] = {"tls", N_("TLS and certificate")},
    [PROBE_HTTP] = {"http", N_("SSTP server")},
    [PROBE_PPTP] = {"pptp", N_("PPTP server")},
    [PROBE_IKE] = {"ike", N_("IPsec, UDP port 500")},
    [PROBE_NATT] = {"nat-t", N_("IPsec, UDP port 4500")},
    [PROBE_L2TP] = {"l2tp", N_("L2TP server")},
};

/* --- the program --- */

static GSubprocess *
start(int *ret_fd, GError **error)
{
    g_autofree char *path = dt_program_path("dialtone-probe", "probe");
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
    int fds[2];

    if (path == NULL) {
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                            _("dialtone-probe is not installed."));
        return NULL;
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s", g_strerror(errno));
        return NULL;
    }
    g_subprocess_launcher_take_fd(launcher, fds[1], 3);
    GSubprocess *probe = g_subprocess_launcher_spawn(launcher, error, path, NULL);
    if (probe == NULL)
        close(fds[0]);
    else
        *ret_fd = fds[0];
    return probe;
}

static gboolean
send_plan(int fd, const struct dial_plan *plan)
{
    g_autofree guint8 *bytes = g_malloc(TUNNEL_MSG_MAX);
    struct wr w = wr_over(bytes, TUNNEL_MSG_MAX);

    tunnel_msg_begin(&w, PROBE_START);
    dial_plan_put(&w, plan);
    return !w.bad && wire_send(fd, wr_done(&w), -1) == 0;
}

/* --- what it tells --- */

static const char *
protocol_of(const struct dial_plan *plan, enum plan_protocol protocol)
{
    switch (protocol) {
    case PLAN_SSTP:
        return "sstp";
    case PLAN_L2TP_IPSEC:
        return plan->ipsec == PLAN_IPSEC_NONE ? "l2tp" : "l2tp-ipsec";
    case PLAN_PPTP:
        return "pptp";
    }
    return NULL;
}

static void
tell(struct cli_diagnosis *d, const struct probe_step *s)
{
    const struct dial_plan *plan = &d->call.plan;
    const char *server = plan->servers[s->server].host;
    const char *protocol = protocol_of(plan, s->protocol);
    struct cli_step step = {
        .stage = "network",
        .name = kinds[s->kind].name,
        .title = _(kinds[s->kind].title),
        .state = s->state,
        .protocol = protocol,
        .server = server,
        .address = g_strdup(s->subject),
        .detail = g_strdup(s->detail),
        .error = s->error,
        .ms = s->ms,
    };

    if (s->kind == PROBE_NAME) /* the proxy's is looked up for one protocol only */
        step.place = g_strdup(s->protocol == 0 ? server : plan->proxy_host);
    else if (s->subject[0] == '\0' || g_str_equal(server, s->subject))
        step.place = g_strdup_printf("%s %s", cli_protocol_shown(protocol), server);
    else
        step.place = g_strdup_printf("%s %s %s", cli_protocol_shown(protocol), server, s->subject);
    cli_step_add(d, step);
}

/* Until it has no more to tell. What cannot be read, or is not of the plan, is left out: servers
 * had a hand in it. */
static GArray *
listen_to(struct cli_diagnosis *d, int fd)
{
    GArray *steps = g_array_new(FALSE, FALSE, sizeof(struct probe_step));
    const gint64 end = g_get_monotonic_time() + PATIENCE_MS * G_TIME_SPAN_MILLISECOND;
    guint8 bytes[PROBE_MSG_MAX];

    while (steps->len < STEPS_MAX) {
        struct pollfd f = {.fd = fd, .events = POLLIN};
        const gint64 left = (end - g_get_monotonic_time()) / G_TIME_SPAN_MILLISECOND;
        struct probe_step step;
        gsize n = 0;

        const int ready = left <= 0 ? 0 : poll(&f, 1, (int)left);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0 || wire_recv(fd, bytes, sizeof bytes, &n, NULL) < 0)
            break;
        struct rd r = rd_over(bytes, n);
        if (!probe_step_get(&r, &step) || step.server >= d->call.plan.n_servers)
            continue;
        g_array_append_val(steps, step);
        if (d->watched)
            tell(d, &step);
    }
    return steps;
}

/* --- what it told, in its order --- */

/* As a dial goes: the first server with each of its protocols, and so on. */
static guint
turn_of(const struct dial_plan *plan, const struct probe_step *s)
{
    guint protocol = 0;

    if (s->kind == PROBE_NAME)
        return s->server * 8u + (s->protocol == 0 ? 1 : 0);
    while (protocol < plan->n_protocols && plan->protocols[protocol] != s->protocol)
        protocol++;
    return s->server * 8u + 2 + protocol;
}

static int
compare(gconstpointer a, gconstpointer b, gpointer plan)
{
    const struct probe_step *x = a, *y = b;
    const guint turn[2] = {turn_of(plan, x), turn_of(plan, y)};

    if (turn[0] != turn[1])
        return turn[0] < turn[1] ? -1 : 1;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return (int)x->kind - (int)y->kind;
}

static gboolean
one_way(const struct probe_step *a, const struct probe_step *b)
{
    return a->server == b->server && a->protocol == b->protocol && a->address == b->address;
}

/* What is told last of a way that is open: without it, its process did not come to its end. */
static gboolean
is_last(const struct probe_step *s)
{
    return s->kind == PROBE_HTTP || s->kind == PROBE_PROXY || s->kind == PROBE_PPTP ||
           s->kind == PROBE_IKE || s->kind == PROBE_L2TP;
}

/* A way is a protocol at an address; it is open when nothing of it failed. */
static void
judge(struct cli_diagnosis *d, const GArray *steps)
{
    for (guint i = 0; i < steps->len; i++) {
        const struct probe_step *s = &g_array_index(steps, struct probe_step, i);
        gboolean open = is_last(s);

        if (s->state == PROBE_FAIL && d->unreachable == RAS_OK)
            d->unreachable = s->error;
        for (guint k = 0; open && k < steps->len; k++) {
            const struct probe_step *other = &g_array_index(steps, struct probe_step, k);
            open = !one_way(s, other) || other->state != PROBE_FAIL;
        }
        d->reachable |= open;
    }
    if (!d->reachable && d->unreachable == RAS_OK)
        d->unreachable = RAS_VPN_TIMEOUT;
}

void
cli_diagnose_probe(struct cli_diagnosis *d)
{
    g_autoptr(GError) error = NULL;
    int fd = -1;
    g_autoptr(GSubprocess) probe = start(&fd, &error);

    if (probe == NULL) {
        d->unreachable = RAS_RASMAN_CANNOT_INITIALIZE;
        cli_step_fail(d, "network", "probe", _("Network"), d->unreachable, NULL, error->message);
        return;
    }
    g_autoptr(GArray) steps = send_plan(fd, &d->call.plan)
                                  ? listen_to(d, fd)
                                  : g_array_new(FALSE, FALSE, sizeof(struct probe_step));
    close(fd);
    g_subprocess_force_exit(probe); /* with all of its processes, should it not have ended */
    g_array_sort_with_data(steps, compare, &d->call.plan);
    for (guint i = 0; i < steps->len && !d->watched; i++)
        tell(d, &g_array_index(steps, struct probe_step, i));
    judge(d, steps);
    if (steps->len == 0)
        cli_step_fail(d, "network", "probe", _("Network"), RAS_RASMAN_CANNOT_INITIALIZE, NULL,
                      _("dialtone-probe told nothing."));
}
