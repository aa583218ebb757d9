/* dt-dialer-client.c - see dt-dialer-client.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dt-dialer-client.h"

#include "dt-helper-spawn.h"
#include "dt-plan.h"
#include "dt-ras-error.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <string.h>
#include <unistd.h>

#define BUS_NAME    "org.dialtone.Dialer1"
#define OBJECT_PATH "/org/dialtone/Dialer1"

struct _DtDialerClient {
    GObject parent;
    GDBusConnection *bus;
    gboolean peer;
    GSubprocess *helper; /* of our own */
    DtDialer *dialer;
    GListStore *connections;
    GHashTable *loading; /* object path -> GPtrArray of GTask that wait for it */
    GTask *starting;     /* until the first list is there */
};

enum { PROP_0, PROP_AVAILABLE, N_PROPS };
enum { SIGNAL_ADDED, SIGNAL_REMOVED, N_SIGNALS };

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(DtDialerClient, dt_dialer_client, G_TYPE_OBJECT)

static void refresh(DtDialerClient *self);

/* --- the list of connections --- */

static DtConnection *
find_path(DtDialerClient *self, const char *path)
{
    const guint n = g_list_model_get_n_items(G_LIST_MODEL(self->connections));

    for (guint i = 0; i < n; i++) {
        g_autoptr(DtConnection) c = g_list_model_get_item(G_LIST_MODEL(self->connections), i);
        if (g_str_equal(g_dbus_proxy_get_object_path(G_DBUS_PROXY(c)), path))
            return c; /* the list keeps it */
    }
    return NULL;
}

static void
started(DtDialerClient *self)
{
    if (self->starting == NULL || g_hash_table_size(self->loading) > 0)
        return;
    GTask *task = g_steal_pointer(&self->starting);
    g_task_return_pointer(task, g_object_ref(self), g_object_unref);
    g_object_unref(task);
}

struct load {
    DtDialerClient *self;
    char *path;
};

static void
on_connection(GObject *source, GAsyncResult *result, gpointer user_data)
{
    struct load *load = user_data;
    g_autoptr(DtDialerClient) self = load->self;
    g_autofree char *path = load->path;
    g_autoptr(GError) error = NULL;
    g_autoptr(DtConnection) c = dt_connection_proxy_new_finish(result, &error);
    g_autoptr(GPtrArray) tasks = NULL;
    g_autofree char *key = NULL;

    (void)source;
    g_free(load);
    g_hash_table_steal_extended(self->loading, path, (gpointer *)&key, (gpointer *)&tasks);
    if (c != NULL) {
        g_list_store_append(self->connections, c);
        g_signal_emit(self, signals[SIGNAL_ADDED], 0, c);
    }
    for (guint i = 0; tasks != NULL && i < tasks->len; i++) {
        if (c != NULL)
            g_task_return_pointer(tasks->pdata[i], g_object_ref(c), g_object_unref);
        else
            g_task_return_error(tasks->pdata[i], g_error_copy(error));
    }
    started(self);
}

/* Makes sure that the object at @path is in the list, or will be. @task (taken, may be NULL)
 * returns it. */
static void
want_connection(DtDialerClient *self, const char *path, GTask *task)
{
    DtConnection *known = find_path(self, path);
    GPtrArray *tasks = g_hash_table_lookup(self->loading, path);

    if (known != NULL) {
        if (task != NULL)
            g_task_return_pointer(task, g_object_ref(known), g_object_unref);
        g_clear_object(&task);
        return;
    }
    if (tasks == NULL) {
        struct load *load = g_new(struct load, 1);

        load->self = g_object_ref(self);
        load->path = g_strdup(path);
        tasks = g_ptr_array_new_with_free_func(g_object_unref);
        g_hash_table_insert(self->loading, g_strdup(path), tasks);
        dt_connection_proxy_new(self->bus, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
                                self->peer ? NULL : BUS_NAME, path, NULL, on_connection, load);
    }
    if (task != NULL)
        g_ptr_array_add(tasks, task);
}

static gboolean
contains(const char *const *paths, const char *path)
{
    return paths != NULL && g_strv_contains(paths, path);
}

static void
refresh(DtDialerClient *self)
{
    const char *const *paths = dt_dialer_get_connections(self->dialer);
    guint i = 0;

    while (i < g_list_model_get_n_items(G_LIST_MODEL(self->connections))) {
        g_autoptr(DtConnection) c = g_list_model_get_item(G_LIST_MODEL(self->connections), i);
        if (contains(paths, g_dbus_proxy_get_object_path(G_DBUS_PROXY(c)))) {
            i++;
            continue;
        }
        g_list_store_remove(self->connections, i);
        g_signal_emit(self, signals[SIGNAL_REMOVED], 0, c);
    }
    for (i = 0; paths != NULL && paths[i] != NULL; i++)
        want_connection(self, paths[i], NULL);
    started(self);
}

static void
on_owner(DtDialerClient *self)
{
    g_object_notify_by_pspec(G_OBJECT(self), props[PROP_AVAILABLE]);
}

static void
on_closed(DtDialerClient *self)
{
    const guint n = g_list_model_get_n_items(G_LIST_MODEL(self->connections));

    g_object_notify_by_pspec(G_OBJECT(self), props[PROP_AVAILABLE]);
    for (guint i = n; i-- > 0;) {
        g_autoptr(DtConnection) c = g_list_model_get_item(G_LIST_MODEL(self->connections), i);
        g_list_store_remove(self->connections, i);
        g_signal_emit(self, signals[SIGNAL_REMOVED], 0, c);
    }
}

/* --- life --- */

static void
dt_dialer_client_get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
    if (id == PROP_AVAILABLE)
        g_value_set_boolean(value, dt_dialer_client_get_available(DT_DIALER_CLIENT(object)));
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void
dt_dialer_client_dispose(GObject *object)
{
    DtDialerClient *self = DT_DIALER_CLIENT(object);

    if (self->dialer != NULL)
        g_signal_handlers_disconnect_by_data(self->dialer, self);
    if (self->bus != NULL)
        g_signal_handlers_disconnect_by_data(self->bus, self);
    g_clear_object(&self->dialer);
    if (self->peer && self->bus != NULL) /* tells our helper to hang up and end */
        g_dbus_connection_close(self->bus, NULL, NULL, NULL);
    g_clear_object(&self->bus);
    g_clear_object(&self->helper);
    g_clear_object(&self->connections);
    g_clear_pointer(&self->loading, g_hash_table_unref);
    G_OBJECT_CLASS(dt_dialer_client_parent_class)->dispose(object);
}

static void
dt_dialer_client_class_init(DtDialerClientClass *class)
{
    GObjectClass *object_class = G_OBJECT_CLASS(class);

    object_class->get_property = dt_dialer_client_get_property;
    object_class->dispose = dt_dialer_client_dispose;
    props[PROP_AVAILABLE] = g_param_spec_boolean("available", NULL, NULL, FALSE,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
    g_object_class_install_properties(object_class, N_PROPS, props);
    signals[SIGNAL_ADDED] =
        g_signal_new("connection-added", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                     NULL, G_TYPE_NONE, 1, DT_TYPE_CONNECTION);
    signals[SIGNAL_REMOVED] =
        g_signal_new("connection-removed", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL,
                     NULL, NULL, G_TYPE_NONE, 1, DT_TYPE_CONNECTION);
}

static void
dt_dialer_client_init(DtDialerClient *self)
{
    (void)DT_RAS_ERROR; /* errors of the helper come back as numbers from here on */
    self->connections = g_list_store_new(DT_TYPE_CONNECTION);
    self->loading =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
}

static void
start_failed(DtDialerClient *self, GError *error)
{
    GTask *task = g_steal_pointer(&self->starting);

    g_task_return_error(task, error);
    g_object_unref(task);
}

static void
on_dialer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(DtDialerClient) self = user_data;
    GError *error = NULL;

    (void)source;
    self->dialer = dt_dialer_proxy_new_finish(result, &error);
    if (self->dialer == NULL) {
        start_failed(self, error);
        return;
    }
    g_signal_connect_swapped(self->dialer, "notify::connections", G_CALLBACK(refresh), self);
    g_signal_connect_swapped(self->dialer, "notify::g-name-owner", G_CALLBACK(on_owner), self);
    refresh(self);
}

static void
use_bus(DtDialerClient *self, GDBusConnection *bus)
{
    self->bus = g_object_ref(bus);
    g_signal_connect_swapped(bus, "closed", G_CALLBACK(on_closed), self);
    dt_dialer_proxy_new(bus,
                        self->peer ? G_DBUS_PROXY_FLAGS_NONE
                                   : G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START_AT_CONSTRUCTION,
                        self->peer ? NULL : BUS_NAME, OBJECT_PATH,
                        g_task_get_cancellable(self->starting), on_dialer, g_object_ref(self));
}

static void
on_bus(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(DtDialerClient) self = user_data;
    GError *error = NULL;
    g_autoptr(GDBusConnection) bus = g_bus_get_finish(result, &error);

    (void)source;
    if (bus != NULL) {
        use_bus(self, bus);
        return;
    }
    g_prefix_error(&error, "%s ",
                   _("The dialing service cannot be reached: there is no system bus here. As root, "
                     "“dialtone dial --foreground” needs none."));
    start_failed(self, error);
}

static DtDialerClient *
start(GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
    DtDialerClient *self = g_object_new(DT_TYPE_DIALER_CLIENT, NULL);

    self->starting = g_task_new(NULL, cancellable, callback, user_data);
    return self;
}

void
dt_dialer_client_new_async(GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data)
{
    g_bus_get(G_BUS_TYPE_SYSTEM, cancellable, on_bus, start(cancellable, callback, user_data));
}

static void
on_peer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(DtDialerClient) self = user_data;
    GError *error = NULL;
    g_autoptr(GDBusConnection) bus = g_dbus_connection_new_finish(result, &error);

    (void)source;
    if (bus != NULL)
        use_bus(self, bus);
    else
        start_failed(self, error);
}

void
dt_dialer_client_spawn_async(gboolean verbose, const struct dt_helper_place *place,
                             GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data)
{
    DtDialerClient *self = start(cancellable, callback, user_data);
    GError *error = NULL;
    g_autoptr(GIOStream) stream = NULL;

    self->peer = TRUE;
    self->helper = dt_helper_spawn(verbose, place, &stream, &error);
    if (self->helper == NULL) {
        start_failed(self, error);
        g_object_unref(self);
        return;
    }
    g_dbus_connection_new(stream, NULL, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL,
                          cancellable, on_peer, self);
}

DtDialerClient *
dt_dialer_client_new_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

/* --- questions and calls --- */

gboolean
dt_dialer_client_get_available(DtDialerClient *self)
{
    if (self->bus == NULL || self->dialer == NULL || g_dbus_connection_is_closed(self->bus))
        return FALSE;
    g_autofree char *owner = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(self->dialer));
    return self->peer || owner != NULL;
}

DtDialer *
dt_dialer_client_get_dialer(DtDialerClient *self)
{
    return self->dialer;
}

GListModel *
dt_dialer_client_get_connections(DtDialerClient *self)
{
    return G_LIST_MODEL(self->connections);
}

gboolean
dt_dialer_client_knows(DtDialerClient *self, DtConnection *connection)
{
    return g_list_store_find(self->connections, connection, NULL);
}

static DtConnection *
find_best(DtDialerClient *self, const char *name, gboolean everybodys)
{
    const guint n = g_list_model_get_n_items(G_LIST_MODEL(self->connections));
    DtConnection *best = NULL;
    int best_rank = -1;

    for (guint i = 0; i < n; i++) {
        g_autoptr(DtConnection) c = g_list_model_get_item(G_LIST_MODEL(self->connections), i);
        const gboolean mine = dt_connection_get_owner(c) == getuid();
        const int rank = (g_strcmp0(dt_connection_get_state(c), "idle") == 0 ? 0 : 2) + mine;
        if (g_strcmp0(dt_connection_get_name(c), name) == 0 &&
            (mine || (everybodys && dt_connection_get_for_everybody(c))) && rank > best_rank) {
            best = c; /* the list keeps it */
            best_rank = rank;
        }
    }
    return best;
}

DtConnection *
dt_dialer_client_find(DtDialerClient *self, const char *name)
{
    return find_best(self, name, FALSE);
}

DtConnection *
dt_dialer_client_find_any(DtDialerClient *self, const char *name)
{
    return find_best(self, name, TRUE);
}

static void
on_connect(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GTask *task = user_data;
    GError *error = NULL;
    g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);
    const char *path;

    dt_credentials_wipe_variant(g_task_get_task_data(task));
    if (reply == NULL) {
        g_dbus_error_strip_remote_error(error);
        g_task_return_error(task, error);
        g_object_unref(task);
        return;
    }
    g_variant_get(reply, "(&o)", &path);
    want_connection(g_task_get_source_object(task), path, task);
}

void
dt_dialer_client_connect_async(DtDialerClient *self, const struct dial_plan *plan,
                               const struct credentials *credentials, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data)
{
    GTask *task = g_task_new(self, cancellable, callback, user_data);
    GVariant *secrets = g_variant_ref_sink(dt_credentials_to_variant(credentials));

    g_task_set_task_data(task, secrets, (GDestroyNotify)g_variant_unref);
    g_dbus_proxy_call(G_DBUS_PROXY(self->dialer), "Connect",
                      g_variant_new("(@a{sv}@a{sv})", dt_plan_to_variant(plan), secrets),
                      G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION,
                      DT_DIALER_CLIENT_TIMEOUT_MS, cancellable, on_connect, task);
}

DtConnection *
dt_dialer_client_connect_finish(DtDialerClient *self, GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_task_is_valid(result, self), NULL);
    return g_task_propagate_pointer(G_TASK(result), error);
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    GError *error = NULL;
    g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);

    dt_credentials_wipe_variant(g_task_get_task_data(task));
    if (reply != NULL)
        g_task_return_boolean(task, TRUE);
    else
        g_dbus_error_strip_remote_error(error), g_task_return_error(task, error);
}

void
dt_dialer_client_answer_async(DtConnection *connection, const struct credentials *credentials,
                              GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data)
{
    GTask *task = g_task_new(connection, cancellable, callback, user_data);
    GVariant *secrets = g_variant_ref_sink(dt_credentials_to_variant(credentials));

    g_task_set_task_data(task, secrets, (GDestroyNotify)g_variant_unref);
    g_dbus_proxy_call(G_DBUS_PROXY(connection), "Answer", g_variant_new("(@a{sv})", secrets),
                      G_DBUS_CALL_FLAGS_NONE, -1, cancellable, on_answer, task);
}

gboolean
dt_dialer_client_answer_finish(DtConnection *connection, GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_task_is_valid(result, connection), FALSE);
    return g_task_propagate_boolean(G_TASK(result), error);
}

guint32
dt_dialer_client_question(DtConnection *connection)
{
    GVariant *question = dt_connection_get_question(connection);
    guint32 reason = 0;

    if (question != NULL)
        g_variant_lookup(question, "reason", "u", &reason);
    return reason;
}

/* --- words --- */

const char *
dt_dialer_client_error_text(guint32 number)
{
    const char *text = ras_error_text(number);

    return *text == '\0' ? "" : _(text);
}

const char *
dt_dialer_client_error_advice(guint32 number)
{
    const char *text = ras_error_advice(number);

    return *text == '\0' ? "" : _(text);
}

char *
dt_dialer_client_error_number(guint32 number)
{
    return g_strdup_printf(number >= 0x80000000u ? "0x%08X" : "%u", number);
}

static char *
waiting_text(DtConnection *c)
{
    GVariant *waiting = dt_connection_get_waiting(c);
    guint32 seconds = 0, attempt = 0, attempts = 0;

    if (waiting != NULL) {
        g_variant_lookup(waiting, "seconds", "u", &seconds);
        g_variant_lookup(waiting, "attempt", "u", &attempt);
        g_variant_lookup(waiting, "attempts", "u", &attempts);
    }
    return g_strdup_printf(ngettext("Redialing in %u second… (%u of %u)",
                                    "Redialing in %u seconds… (%u of %u)", seconds),
                           seconds, attempt, attempts);
}

static const char *
server_text(DtConnection *connection, char ret[static PLAN_MAX_TEXT])
{
    GVariant *details = dt_connection_get_details(connection);
    const char *server = "";

    if (details != NULL)
        g_variant_lookup(details, "server", "&s", &server);
    if (*server == '\0')
        server = dt_connection_get_name(connection);
    ras_printable(ret, PLAN_MAX_TEXT, server == NULL ? "" : server,
                  server == NULL ? 0 : strlen(server));
    return ret;
}

char *
dt_dialer_client_stage_text(DtConnection *connection, guint stage)
{
    static const char *const lines[] = {NULL, NULL, N_("Verifying user name and password…"),
                                        N_("Registering your computer on the network…")};
    char server[PLAN_MAX_TEXT];

    if (stage <= 1 || stage >= G_N_ELEMENTS(lines))
        return g_strdup_printf(_("Connecting to %s…"), server_text(connection, server));
    return g_strdup(_(lines[stage]));
}

char *
dt_dialer_client_state_text(DtConnection *connection)
{
    static const struct {
        const char *state, *text;
        guint stage;
    } lines[] = {
        {"idle", N_("Disconnected"), 0},
        {"authenticating", NULL, 2},
        {"registering", NULL, 3},
        {"connected", N_("Connected"), 0},
        {"disconnecting", N_("Disconnecting…"), 0},
    };
    const char *state = dt_connection_get_state(connection);
    char server[PLAN_MAX_TEXT];

    if (g_strcmp0(state, "waiting") == 0)
        return waiting_text(connection);
    if (g_strcmp0(state, "dialing") == 0)
        return g_strdup_printf(_("Dialing %s…"), server_text(connection, server));
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        if (g_strcmp0(state, lines[i].state) == 0)
            return lines[i].text != NULL ? g_strdup(_(lines[i].text))
                                         : dt_dialer_client_stage_text(connection, lines[i].stage);
    return dt_dialer_client_stage_text(connection, 1);
}
