/*
 * main.c - dialtoned, the privileged helper: starts, serves until told to stop, leaves no trace.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dt-ras-error.h"
#include "helper-log.h"
#include "helper-netns.h"
#include "helper-service.h"
#include "hook-run.h"

#include <gio/gunixconnection.h>
#include <glib-unix.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define BUS_NAME "org.dialtone.Dialer1"

enum {
    STOP_S = 8, /* longer than a tunnel's grace */
    HOOKS_FD = 3,
};

struct program {
    GMainLoop *loop;
    struct helper_host *host;
    struct helper_service *service;
    GDBusConnection *connection;
    guint name;
    int status;
};

static struct {
    int peer_fd;
    struct helper_place place;
    gboolean undo, hooks, version;
} options = {.peer_fd = -1, .place = {-1, -1, -1}};

static const GOptionEntry entries[] = {
    {"peer-fd", 0, 0, G_OPTION_ARG_INT, &options.peer_fd,
     "Serve the one front end at this inherited socket, without a bus", "FD"},
    {"user-ns", 0, 0, G_OPTION_ARG_INT, &options.place.user_ns,
     "Without privilege: be root in this inherited user namespace only", "FD"},
    {"net-ns", 0, 0, G_OPTION_ARG_INT, &options.place.net_ns,
     "With it: the network namespace that the connection is made in", "FD"},
    {"resolv-conf", 0, 0, G_OPTION_ARG_INT, &options.place.resolv_conf,
     "With it: the file that name servers are written to", "FD"},
    {"undo", 0, 0, G_OPTION_ARG_NONE, &options.undo,
     "Undo what a helper that died has left, and exit", NULL},
    {"hooks", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &options.hooks,
     "Run the administrator's programs, as the helper says at descriptor 3", NULL},
    {"version", 0, 0, G_OPTION_ARG_NONE, &options.version, "Print the version and exit", NULL},
    {0},
};

static void
quit(void *ctx)
{
    struct program *p = ctx;

    g_main_loop_quit(p->loop);
}

static gboolean
on_stop_deadline(gpointer data)
{
    quit(data);
    return G_SOURCE_REMOVE;
}

static void
stop(struct program *p)
{
    if (p->service == NULL) {
        quit(p);
        return;
    }
    g_timeout_add_seconds(STOP_S, on_stop_deadline, p);
    helper_service_stop(p->service, quit, p);
}

static gboolean
on_signal(gpointer data)
{
    stop(data);
    return G_SOURCE_CONTINUE;
}

static void
on_closed(GDBusConnection *connection, gboolean vanished, GError *error, gpointer data)
{
    (void)connection, (void)vanished, (void)error;
    stop(data);
}

static void
on_name_lost(GDBusConnection *connection, const char *name, gpointer data)
{
    struct program *p = data;

    (void)connection;
    helper_log(NULL, LOG_ERR, "The name %s is taken, or the bus is gone.", name);
    p->status = EXIT_FAILURE;
    stop(p);
}

static GDBusConnection *
connect_peer(int fd, GError **error)
{
    g_autoptr(GSocket) socket = g_socket_new_from_fd(fd, error);

    if (socket == NULL)
        return NULL;
    g_autoptr(GSocketConnection) stream = g_socket_connection_factory_create_connection(socket);
    g_autofree char *guid = g_dbus_generate_guid();
    return g_dbus_connection_new_sync(G_IO_STREAM(stream), guid,
                                      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER |
                                          G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_REQUIRE_SAME_USER |
                                          G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                                      NULL, NULL, error);
}

static bool
serve(struct program *p, GDBusConnection *system_bus, GError **error)
{
    const bool peer = options.peer_fd >= 0;

    p->connection = peer ? connect_peer(options.peer_fd, error) : g_object_ref(system_bus);
    if (p->connection == NULL)
        return false;
    g_dbus_connection_set_exit_on_close(p->connection, FALSE);
    g_signal_connect(p->connection, "closed", G_CALLBACK(on_closed), p);
    p->service = helper_service_new(p->connection, peer, p->host, error);
    if (p->service == NULL)
        return false;
    if (peer)
        g_dbus_connection_start_message_processing(p->connection);
    else
        p->name = g_bus_own_name_on_connection(p->connection, BUS_NAME,
                                               G_BUS_NAME_OWNER_FLAGS_DO_NOT_QUEUE, NULL,
                                               on_name_lost, p, NULL);
    return true;
}

static void
program_clear(struct program *p)
{
    if (p->connection != NULL)
        g_signal_handlers_disconnect_by_data(p->connection, p);
    g_clear_handle_id(&p->name, g_bus_unown_name);
    g_clear_pointer(&p->service, helper_service_free);
    if (p->connection != NULL)
        g_dbus_connection_flush_sync(p->connection, NULL, NULL);
    g_clear_object(&p->connection);
    g_clear_pointer(&p->host, helper_host_free);
    g_clear_pointer(&p->loop, g_main_loop_unref);
}

static bool
is_apart(void)
{
    return options.place.user_ns >= 0;
}

static struct helper_host *
host_new(GDBusConnection *system_bus, GError **error)
{
    return is_apart() ? helper_host_new_apart(&options.place, error)
                      : helper_host_new(system_bus, error);
}

static int
run(GError **error)
{
    struct program p = {.status = EXIT_SUCCESS};
    /* For systemd-resolved; beside a peer it may well be missing. */
    g_autoptr(GDBusConnection) system_bus =
        is_apart() ? NULL
                   : g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL,
                                    options.peer_fd < 0 && !options.undo ? error : NULL);

    if (system_bus == NULL && options.peer_fd < 0 && !options.undo)
        return EXIT_FAILURE;
    if (system_bus != NULL)
        g_dbus_connection_set_exit_on_close(system_bus, FALSE);
    p.host = host_new(system_bus, error);
    if (p.host == NULL)
        return EXIT_FAILURE;
    if (!is_apart())
        helper_host_recover(p.host);
    if (!options.undo) {
        p.loop = g_main_loop_new(NULL, FALSE);
        g_unix_signal_add(SIGTERM, on_signal, &p);
        g_unix_signal_add(SIGINT, on_signal, &p);
        if (serve(&p, system_bus, error))
            g_main_loop_run(p.loop);
        else
            p.status = EXIT_FAILURE;
    }
    const int status = p.status;
    program_clear(&p);
    return status;
}

/* Secrets pass through here: no core file, no other process of the user looking in, and what is
 * freed is overwritten. One arena: there are no threads that would gain by more. */
static void
harden(void)
{
    static const struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
    mallopt(M_PERTURB, 0xa5);
    mallopt(M_ARENA_MAX, 1);
}

/* Root; or somebody who is it in a user namespace of their own, for the one front end that made it.
 */
static bool
may_run(void)
{
    const struct helper_place *p = &options.place;
    const int err = is_apart() ? helper_netns_join(p->user_ns) : 0;

    if (is_apart() && (p->net_ns < 0 || options.peer_fd < 0 || options.undo || geteuid() == 0))
        g_printerr("dialtoned: --user-ns goes with --net-ns and --peer-fd, and is not for root\n");
    else if (err < 0)
        g_printerr("dialtoned: the user namespace: %s\n", g_strerror(-err));
    else if (!is_apart() && geteuid() != 0)
        g_printerr("dialtoned: only root can do this\n");
    else
        return true;
    return false;
}

int
main(int argc, char **argv)
{
    g_autoptr(GOptionContext) context = g_option_context_new("- Dialtone's privileged helper");
    g_autoptr(GError) error = NULL;

    harden();
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc > 1) {
        g_printerr("dialtoned: %s\n", error != NULL ? error->message : "too many arguments");
        return 2;
    }
    if (options.version) {
        g_print("dialtoned %s\n", DIALTONE_VERSION);
        return EXIT_SUCCESS;
    }
    if (!may_run())
        return EXIT_FAILURE;
    if (options.hooks)
        return hook_serve(HOOKS_FD, 0);
    DT_RAS_ERROR; /* registers the names of our errors on the bus */
    const int status = run(&error);
    if (error != NULL)
        helper_log(NULL, LOG_ERR, "%s", error->message);
    return status;
}
