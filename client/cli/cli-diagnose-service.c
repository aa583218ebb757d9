/*
 * cli-diagnose-service.c - this computer: is the dialing service there, does polkit let this user
 * dial, can there be a tunnel, who manages the names, and is another VPN in the way? Nothing is
 * changed, and nobody is asked for a password. See cli-diagnose.h.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli-diagnose.h"

#include "dt-helper-spawn.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { ANSWER_MS = 10000 };

/* --- the bus --- */

struct answer {
    gboolean done;
    GVariant *reply;
    GError *error;
};

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    struct answer *a = user_data;

    a->reply = g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &a->error);
    a->done = TRUE;
}

/* Within ANSWER_MS. NULL: @error. */
static GVariant *
call(GDBusConnection *bus, const char *name, const char *path, const char *interface,
     const char *method, GVariant *arguments, GError **error)
{
    struct answer a = {FALSE, NULL, NULL};

    g_dbus_connection_call(bus, name, path, interface, method, arguments, NULL,
                           G_DBUS_CALL_FLAGS_NONE, ANSWER_MS, NULL, on_answer, &a);
    while (!a.done)
        g_main_context_iteration(NULL, TRUE);
    if (a.error != NULL)
        g_propagate_error(error, a.error);
    return a.reply;
}

/* --- authorization --- */

static gboolean
ask_polkit(GDBusConnection *bus, const char *action, gboolean *ret_yes, gboolean *ret_asks,
           GError **error)
{
    GVariantBuilder subject, details;

    g_variant_builder_init(&subject, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&subject, "{sv}", "name",
                          g_variant_new_string(g_dbus_connection_get_unique_name(bus)));
    g_variant_builder_init(&details, G_VARIANT_TYPE("a{ss}"));
    g_autoptr(GVariant) reply = call(
        bus, "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
        "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization",
        g_variant_new("((sa{sv})sa{ss}us)", "system-bus-name", &subject, action, &details, 0, ""),
        error);
    if (reply == NULL || !g_variant_is_of_type(reply, G_VARIANT_TYPE("((bba{ss}))"))) {
        if (reply != NULL)
            g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "?");
        return FALSE;
    }
    g_variant_get(reply, "((bba{ss}))", ret_yes, ret_asks, NULL);
    return TRUE;
}

static void
check_authorization(struct cli_diagnosis *d, GDBusConnection *bus)
{
    static const char *const actions[] = {"org.dialtone.dialer.dial",
                                          "org.dialtone.dialer.full-tunnel"};
    const gsize n = d->call.plan.default_gateway ? 2 : 1;
    gboolean yes = TRUE, asks = FALSE, all = TRUE, may_ask = FALSE;
    g_autoptr(GError) error = NULL;

    if (geteuid() == 0) /* the service asks nobody */
        return;
    for (gsize i = 0; i < n; i++) {
        if (!ask_polkit(bus, actions[i], &yes, &asks, &error)) {
            cli_step_fail(d, "service", "authorization", _("Permission"), RAS_ACCESS_DENIED,
                          _("The authorization service does not answer."), error->message);
            return;
        }
        all &= yes;
        may_ask |= !yes && asks;
        if (!yes && !asks) {
            cli_step_fail(d, "service", "authorization", _("Permission"), RAS_ACCESS_DENIED, NULL,
                          actions[i]);
            return;
        }
    }
    cli_step_say(d, "service", "authorization", _("Permission"), may_ask ? PROBE_WARN : PROBE_OK,
                 all ? _("This user may dial.")
                     : _("An administrator's password will be asked for."));
}

/* --- this computer --- */

static void
check_tun(struct cli_diagnosis *d)
{
    const int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

    if (fd >= 0 || errno == EACCES || errno == EPERM) { /* the service may */
        cli_step_say(d, "service", "tun", "/dev/net/tun", PROBE_OK, NULL);
        if (fd >= 0)
            close(fd);
        return;
    }
    cli_step_add(d, (struct cli_step){
                        .stage = "service",
                        .name = "tun",
                        .title = "/dev/net/tun",
                        .state = PROBE_FAIL,
                        .error = RAS_RASMAN_CANNOT_INITIALIZE,
                        .text = g_strdup(_("This computer cannot make a tunnel.")),
                        .detail = g_strdup(g_strerror(errno)),
                        .advice = _("Load the module “tun”, or let the container have the device."),
                        .ms = -1,
                    });
}

static gboolean
has_owner(GDBusConnection *bus, const char *name)
{
    gboolean owned = FALSE;
    g_autoptr(GVariant) reply =
        call(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
             "NameHasOwner", g_variant_new("(s)", name), NULL);

    if (reply != NULL && g_variant_is_of_type(reply, G_VARIANT_TYPE("(b)")))
        g_variant_get(reply, "(b)", &owned);
    return owned;
}

/* As helper-dns.c chooses. @bus NULL: a service of our own, which has none. */
static void
check_resolver(struct cli_diagnosis *d, GDBusConnection *bus)
{
    static const char *const paths[] = {"/usr/sbin/resolvconf", "/sbin/resolvconf",
                                        "/usr/bin/resolvconf"};
    const char *who =
        bus != NULL && has_owner(bus, "org.freedesktop.resolve1") ? "systemd-resolved" : NULL;

    if (!d->call.plan.set_dns)
        return;
    for (gsize i = 0; who == NULL && i < G_N_ELEMENTS(paths); i++)
        if (access(paths[i], X_OK) == 0)
            who = "resolvconf";
    cli_step_say(d, "service", "resolver", _("Name servers"), who != NULL ? PROBE_OK : PROBE_WARN,
                 who != NULL ? who
                             : _("Neither systemd-resolved nor resolvconf is there: the names of "
                                 "the VPN will not be found."));
}

/* --- other VPNs --- */

/* Our own connections that are up: they may be what the probes went through. */
static void
check_ours(struct cli_diagnosis *d, DtDialerClient *client)
{
    GListModel *list = dt_dialer_client_get_connections(client);

    for (guint i = 0; i < g_list_model_get_n_items(list); i++) {
        g_autoptr(DtConnection) c = g_list_model_get_item(list, i);
        const char *state = dt_connection_get_state(c), *name = dt_connection_get_name(c);

        if (state == NULL || g_str_equal(state, "idle") || dt_connection_get_owner(c) != getuid())
            continue;
        if (g_strcmp0(name, d->call.plan.name) == 0)
            continue; /* cli_diagnose_call() looks at it */
        g_autofree char *shown = cli_shown(name);
        g_autofree char *text = g_strdup_printf(_("“%s” is connected, or about to be."), shown);
        cli_step_say(d, "service", "other-connection", _("Other VPNs"), PROBE_WARN, text);
    }
}

/* --- the service --- */

static gboolean
check_own_helper(struct cli_diagnosis *d)
{
    g_autofree char *path = dt_helper_path();

    if (path == NULL || geteuid() != 0) {
        cli_step_fail(d, "service", "helper", _("Dialing service"),
                      path == NULL ? RAS_RASMAN_CANNOT_INITIALIZE : RAS_ACCESS_DENIED,
                      path == NULL ? _("The dialing service (dialtoned) is not installed.")
                                   : _("Only root can start a dialing service of its own."),
                      NULL);
        return FALSE;
    }
    cli_step_say(d, "service", "helper", _("Dialing service"), PROBE_OK,
                 _("One of our own will be started."));
    return TRUE;
}

static void
tell_no_service(struct cli_diagnosis *d, const char *why)
{
    cli_step_add(d, (struct cli_step){
                        .stage = "service",
                        .name = "helper",
                        .title = _("Dialing service"),
                        .state = PROBE_FAIL,
                        .error = RAS_RASMAN_CANNOT_INITIALIZE,
                        .text = g_strdup(why),
                        .advice = geteuid() == 0
                                      ? _("Start the system's bus, or use --foreground.")
                                      : _("Check that dialtoned is installed, and look at the "
                                          "system's log."),
                        .ms = -1,
                    });
}

gboolean
cli_diagnose_service(struct cli_diagnosis *d)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) bus = NULL;
    g_autoptr(DtDialerClient) client = NULL;
    gboolean good;

    if (d->options->foreground) {
        good = check_own_helper(d);
    } else {
        client = cli_client(CLI_HELPER_SYSTEM, &error);
        good = client != NULL;
        if (good) {
            cli_step_say(d, "service", "helper", _("Dialing service"), PROBE_OK, NULL);
            bus = g_bus_get_sync(G_BUS_TYPE_SYSTEM, NULL, NULL);
            check_ours(d, client);
        } else {
            tell_no_service(d, error->message);
        }
    }
    if (bus != NULL)
        check_authorization(d, bus);
    check_tun(d);
    check_resolver(d, bus);
    cli_diagnose_others(d, client);
    return good;
}
