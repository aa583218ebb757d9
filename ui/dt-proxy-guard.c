/* dt-proxy-guard.c - see dt-proxy-guard.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-proxy-guard"

#include "dt-proxy-guard.h"

#include "desktop-proxy.h"
#include "dt-dialer-client.h"

#include <glib-unix.h>

#include <errno.h>
#include <signal.h>
#include <unistd.h>

enum { PATIENCE_S = 10 };

/* ---- the window's part -------------------------------------------------------------------- */

struct _DtProxyGuard {
    GSubprocess *process;
};

/* The file that runs here may have been replaced by an update. */
static char *
program(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);

    if (self != NULL && g_file_test(self, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer(&self);
    return g_strdup("dialtone-gtk");
}

DtProxyGuard *
dt_proxy_guard_start(void)
{
    g_autofree char *path = program();
    const char *const argv[] = {path, "--" DT_PROXY_GUARD_OPTION, NULL};
    g_autoptr(GError) error = NULL;
    /* Not our output: who reads that would wait for the guard's end. */
    GSubprocess *process =
        g_subprocess_newv(argv,
                          G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                              G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                          &error);

    if (process == NULL) {
        g_message("nobody looks after the web proxy should this program be killed: %s",
                  error->message);
        return NULL;
    }
    DtProxyGuard *guard = g_new(DtProxyGuard, 1);
    guard->process = process;
    return guard;
}

gboolean
dt_proxy_guard_is_there(DtProxyGuard *guard)
{
    return g_subprocess_get_identifier(guard->process) != NULL;
}

void
dt_proxy_guard_end(DtProxyGuard *guard)
{
    g_output_stream_close(g_subprocess_get_stdin_pipe(guard->process), NULL, NULL);
    g_object_unref(guard->process);
    g_free(guard);
}

/* ---- the process -------------------------------------------------------------------------- */

struct guard {
    GMainLoop *loop;
    GFileMonitor *monitor;
    GDBusConnection *session;
    DtDialerClient *client;
    char *call;
};

static gboolean
give_back(gpointer data)
{
    struct guard *g = data;

    alarm(PATIENCE_S); /* who writes settings down may not answer: the record stays then */
    desktop_proxy_restore();
    desktop_proxy_flush();
    g_main_loop_quit(g->loop);
    return G_SOURCE_CONTINUE;
}

static void
judge(struct guard *g)
{
    DtConnection *c = dt_dialer_client_find(g->client, g->call);
    const char *state = c == NULL ? NULL : dt_connection_get_state(c);

    if (!dt_dialer_client_get_available(g->client) || state == NULL || g_str_equal(state, "idle"))
        give_back(g);
}

static void
on_connection(DtDialerClient *client, DtConnection *c, struct guard *g)
{
    (void)client;
    g_signal_connect_swapped(c, "notify::state", G_CALLBACK(judge), g);
}

static void
on_client(GObject *source, GAsyncResult *result, gpointer data)
{
    struct guard *g = data;

    (void)source;
    g->client = dt_dialer_client_new_finish(result, NULL);
    if (g->client == NULL) {
        give_back(g);
        return;
    }
    GListModel *known = dt_dialer_client_get_connections(g->client);
    for (guint i = 0; i < g_list_model_get_n_items(known); i++) {
        g_autoptr(DtConnection) c = g_list_model_get_item(known, i);
        on_connection(g->client, c, g);
    }
    g_signal_connect(g->client, "connection-added", G_CALLBACK(on_connection), g);
    g_signal_connect_swapped(g->client, "connection-removed", G_CALLBACK(judge), g);
    g_signal_connect_swapped(g->client, "notify::available", G_CALLBACK(judge), g);
    judge(g);
}

/* Who takes over first puts back what is there. */
static void
on_record(struct guard *g, GFile *file, GFile *other, GFileMonitorEvent event)
{
    (void)file, (void)other;
    if (event == G_FILE_MONITOR_EVENT_DELETED || event == G_FILE_MONITOR_EVENT_CREATED)
        g_main_loop_quit(g->loop);
}

static void
on_session(GObject *source, GAsyncResult *result, gpointer data)
{
    struct guard *g = data;

    (void)source;
    g->session = g_bus_get_finish(result, NULL);
    if (g->session == NULL) {
        give_back(g); /* nobody would tell us of the session's end */
        return;
    }
    g_dbus_connection_set_exit_on_close(g->session, FALSE);
    g_signal_connect_swapped(g->session, "closed", G_CALLBACK(give_back), g);
    dt_dialer_client_new_async(NULL, on_client, g);
}

/* The window that has started us is gone, or has put back what it has set. */
static gboolean
on_alone(int fd, GIOCondition condition, gpointer data)
{
    struct guard *g = data;
    char told;

    (void)condition;
    if (read(fd, &told, 1) < 0 && (errno == EINTR || errno == EAGAIN))
        return G_SOURCE_CONTINUE;
    g->monitor = desktop_proxy_monitor();
    if (g->monitor != NULL)
        g_signal_connect_swapped(g->monitor, "changed", G_CALLBACK(on_record), g);
    g->call = desktop_proxy_left_by();
    if (g->call != NULL)
        g_bus_get(G_BUS_TYPE_SESSION, NULL, on_session, g);
    else
        g_main_loop_quit(g->loop);
    return G_SOURCE_REMOVE;
}

int
dt_proxy_guard_run(void)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
    static struct guard g; /* GApplication lets the loop run once more when we are done */

    g.loop = g_main_loop_new(NULL, FALSE);
    setsid(); /* what ends the window from a terminal is not for us */
    if (chdir("/") < 0)
        g_message("this folder stays in use: %s", g_strerror(errno));
    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++)
        g_unix_signal_add(signals[i], give_back, &g);
    g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP, on_alone, &g);
    g_main_loop_run(g.loop);
    return 0; /* what is left of it goes with the process */
}
