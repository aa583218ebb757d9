/* dt-call.c - see dt-call.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-call"

#include "dt-call.h"

#include "dt-attempts.h"
#include "dt-everybody.h"
#include "dt-unfinished.h"
#include "profile-plan.h"
#include "ras.h"

#include <glib/gi18n.h>
#include <unistd.h>

struct _DtCall {
    GObject parent_instance;

    char *name;
    gboolean system; /* its profile is */
    DtDialerClient *client;
    DtConnection *connection;
    GCancellable *cancellable; /* cancelled in dispose: no reply outlives the call */
    gboolean settled;          /* there is a client, or there will be none */
    gboolean starting;
    gboolean answering;
    gboolean hang_up_wanted; /* Cancel was pressed before the helper had the dial */
    struct wanted *wanted;   /* dialed before it was settled; or NULL */
    GError *error;
};

G_DEFINE_TYPE(DtCall, dt_call, G_TYPE_OBJECT)

struct wanted {
    struct dial_plan plan;
    struct credentials credentials;
};

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* clang-format off */
static const DtCallLook looks[] = {
    /* state            form   busy   connected */
    {"idle",            TRUE,  FALSE, FALSE},
    {"dialing",         FALSE, TRUE,  FALSE},
    {"connecting",      FALSE, TRUE,  FALSE},
    {"authenticating",  FALSE, TRUE,  FALSE},
    {"registering",     FALSE, TRUE,  FALSE},
    {"connected",       FALSE, FALSE, TRUE},
    {"waiting",         FALSE, TRUE,  FALSE},
    {"disconnecting",   FALSE, TRUE,  FALSE},
};
/* clang-format on */

const DtCallLook *
dt_call_look(const char *state)
{
    for (gsize i = 0; i < G_N_ELEMENTS(looks); i++)
        if (g_strcmp0(state, looks[i].state) == 0)
            return &looks[i];
    return &looks[0];
}

static void
changed(DtCall *self)
{
    g_signal_emit(self, signals[CHANGED], 0);
}

static void
set_connection(DtCall *self, DtConnection *connection)
{
    if (connection == self->connection)
        return;
    if (self->connection != NULL)
        g_signal_handlers_disconnect_by_func(self->connection, changed, self);
    g_set_object(&self->connection, connection);
    if (connection != NULL) /* one signal for all the properties of one change */
        g_signal_connect_object(connection, "g-properties-changed", G_CALLBACK(changed), self,
                                G_CONNECT_SWAPPED);
    changed(self);
}

static gboolean
is_idle_own(DtConnection *connection)
{
    return connection != NULL && dt_connection_get_owner(connection) == getuid() &&
           dt_call_look(dt_connection_get_state(connection))->form;
}

/* One's own, or one that another person dialed for everybody: that which does something. Of a
 * person's own two, for everybody and not, of which neither does, the one that did last: how that
 * ended is to be read. */
static void
find_connection(DtCall *self)
{
    DtConnection *best =
        self->client != NULL ? dt_dialer_client_find_any(self->client, self->name) : NULL;

    if (is_idle_own(best) && is_idle_own(self->connection) &&
        dt_dialer_client_knows(self->client, self->connection))
        return;
    set_connection(self, best);
}

/* When another of this name begins or ends, that may be the one to look at. */
static void
watch_all(DtCall *self)
{
    GListModel *known = dt_dialer_client_get_connections(self->client);

    for (guint i = 0; i < g_list_model_get_n_items(known); i++) {
        g_autoptr(DtConnection) c = g_list_model_get_item(known, i);
        const gulong watched = g_signal_handler_find(c, G_SIGNAL_MATCH_FUNC | G_SIGNAL_MATCH_DATA,
                                                     0, 0, NULL, (gpointer)find_connection, self);
        if (watched == 0 && g_strcmp0(dt_connection_get_name(c), self->name) == 0)
            g_signal_connect_object(c, "notify::state", G_CALLBACK(find_connection), self,
                                    G_CONNECT_SWAPPED);
    }
    find_connection(self);
}

gboolean
dt_call_is_own(DtCall *self)
{
    return self->connection == NULL || dt_connection_get_owner(self->connection) == getuid();
}

static void
wanted_free(struct wanted *wanted)
{
    dial_plan_clear(&wanted->plan);
    credentials_wipe(&wanted->credentials);
    g_free(wanted);
}

static void go_on(DtCall *self);

void
dt_call_set_client(DtCall *self, DtDialerClient *client)
{
    const gboolean first = !self->settled;

    self->settled = TRUE;
    if (self->client != NULL)
        g_signal_handlers_disconnect_by_data(self->client, self);
    g_set_object(&self->client, client);
    if (client != NULL) {
        g_signal_connect_object(client, "connection-added", G_CALLBACK(watch_all), self,
                                G_CONNECT_SWAPPED);
        g_signal_connect_object(client, "connection-removed", G_CALLBACK(find_connection), self,
                                G_CONNECT_SWAPPED);
    }
    client != NULL ? watch_all(self) : find_connection(self);
    go_on(self);
    if (first)
        changed(self);
}

DtDialerClient *
dt_call_get_client(DtCall *self)
{
    return self->client;
}

gboolean
dt_call_is_settled(DtCall *self)
{
    return self->settled;
}

const char *
dt_call_get_name(DtCall *self)
{
    return self->name;
}

void
dt_call_set_system(DtCall *self, gboolean system)
{
    if (self->system == system)
        return;
    self->system = system;
    changed(self);
}

char *
dt_call_get_title(DtCall *self, gsize max)
{
    return dt_everybody_name(self->name, self->system, max);
}

DtConnection *
dt_call_get_connection(DtCall *self)
{
    return self->connection;
}

const DtCallLook *
dt_call_get_look(DtCall *self)
{
    return dt_call_look(self->connection != NULL ? dt_connection_get_state(self->connection)
                                                 : NULL);
}

gboolean
dt_call_is_starting(DtCall *self)
{
    return self->starting;
}

guint32
dt_call_get_question(DtCall *self)
{
    if (self->connection == NULL || self->answering || self->starting || !dt_call_is_own(self))
        return 0;
    return dt_dialer_client_question(self->connection);
}

guint32
dt_call_get_failure(DtCall *self)
{
    const DtCallLook *look = dt_call_get_look(self);

    if (self->connection == NULL || self->starting || !dt_call_is_own(self))
        return 0;
    if (dt_call_get_question(self) != 0)
        return dt_call_get_question(self);
    if (!look->form && !g_str_equal(look->state, "waiting"))
        return 0;

    const guint32 error = dt_connection_get_error(self->connection);

    return error == RAS_USER_DISCONNECTION ? 0 : error; /* who hung up knows it */
}

char *
dt_call_get_failure_detail(DtCall *self)
{
    if (dt_call_get_failure(self) == 0)
        return g_strdup("");

    g_autoptr(GVariant) list = dt_attempts(dt_connection_get_details(self->connection));
    const gsize n = g_variant_n_children(list);
    const char *detail = dt_connection_get_error_detail(self->connection);
    g_autoptr(GString) lines = g_string_new(NULL);

    if (n < 2)
        return g_strdup(detail);

    for (gsize i = 0; i < n; i++) {
        const struct dt_attempt attempt = dt_attempt_at(list, i);
        g_autofree char *text = dt_attempt_text(&attempt);

        g_string_append_printf(lines, "%s%s", i > 0 ? "\n" : "", text);
        if (i + 1 == n && g_strcmp0(attempt.detail, detail) != 0) /* it was up after those */
            g_string_append_printf(lines, "\n%s", detail);
    }
    return g_string_free(g_steal_pointer(&lines), FALSE);
}

const GError *
dt_call_get_error(DtCall *self)
{
    return self->error;
}

GVariant *
dt_call_get_details(DtCall *self)
{
    return self->connection != NULL ? dt_connection_get_details(self->connection) : NULL;
}

const char *
dt_call_get_detail(DtCall *self, const char *key)
{
    GVariant *details = dt_call_get_details(self);
    const char *text = "";

    if (details != NULL)
        g_variant_lookup(details, key, "&s", &text);
    return text;
}

char *
dt_call_get_status_text(DtCall *self)
{
    if (self->connection == NULL && !self->starting)
        return g_strdup(_("Click Connect to begin connecting. To work offline, click Cancel."));
    if (self->starting || self->connection == NULL)
        return g_strdup(_("Starting…"));
    if (dt_call_get_question(self) != 0)
        return g_strdup(_("The server is waiting for your answer."));
    if (dt_call_get_look(self)->connected && dt_connection_get_for_everybody(self->connection))
        return g_strdup(_("Connected for everybody"));
    return dt_dialer_client_state_text(self->connection);
}

static void
take_error(DtCall *self, GError *error)
{
    g_clear_error(&self->error);
    self->error = error;
    if (error != NULL)
        g_debug("the helper did not take the call: %s", error->message);
}

/* Nobody may be left to see it end, and still it is to end. */
static DtCall *
outlive(DtCall *self)
{
    dt_unfinished_begin();
    return g_object_ref(self);
}

static void
outlived(DtCall *self)
{
    g_object_unref(self);
    dt_unfinished_end();
}

/* ---- who dialed: of all calls of this program, by name ------------------------------------ */

static GHashTable *dialed_here; /* char *; NULL: nothing yet */

static void
mark_dialed(const char *name)
{
    if (dialed_here == NULL)
        dialed_here = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_add(dialed_here, g_strdup(name));
}

gboolean
dt_call_is_dialed_here(DtCall *self)
{
    return dialed_here != NULL && dt_call_is_own(self) &&
           g_hash_table_contains(dialed_here, self->name);
}

/* What is dialed next may be another program's. */
static void
on_dialed_state(DtConnection *connection)
{
    if (!dt_call_look(dt_connection_get_state(connection))->form)
        return;
    g_hash_table_remove(dialed_here, dt_connection_get_name(connection));
    g_signal_handlers_disconnect_by_func(connection, on_dialed_state, NULL);
}

static void
watch_dialed(DtConnection *connection)
{
    g_signal_handlers_disconnect_by_func(connection, on_dialed_state, NULL); /* of the last */
    g_signal_connect(connection, "notify::state", G_CALLBACK(on_dialed_state), NULL);
}

/* ---- dial ------------------------------------------------------------------------------- */

static void
on_dialed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DtConnection) connection =
        dt_dialer_client_connect_finish(DT_DIALER_CLIENT(source), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* user_data is already gone: do not touch it */

    DtCall *self = DT_CALL(user_data);

    self->starting = FALSE;
    take_error(self, g_steal_pointer(&error));
    if (connection != NULL) {
        watch_dialed(connection);
        set_connection(self, connection);
    } else {
        g_hash_table_remove(dialed_here, self->name);
    }
    changed(self);
    if (!self->hang_up_wanted)
        return;
    self->hang_up_wanted = FALSE;
    if (connection != NULL)
        dt_call_hang_up(self);
    outlived(self);
}

static gboolean
make_plan(const Profile *profile, const struct dt_call_login *login, struct dial_plan *plan,
          struct credentials *credentials, GError **error)
{
    const struct plan_request request = {
        .user = login->user, .domain = login->domain, .for_everybody = login->for_everybody};

    if (!profile_plan(profile, &request, plan, credentials, error))
        return FALSE;
    if (secret_set_text(&credentials->password, login->password) &&
        secret_set_text(&credentials->new_password, login->new_password) &&
        secret_set_text(&credentials->psk, login->psk) &&
        secret_set_text(&credentials->l2tp_secret, login->tunnel_secret) &&
        secret_set_text(&credentials->proxy_password, login->proxy_password)) {
        if (login->through != NULL)
            ras_printable(plan->through, sizeof plan->through, login->through,
                          strlen(login->through));
        plan->end_through = login->through != NULL && login->end_through;
        credentials->has_new_password = login->new_password != NULL;
        if (login->key != NULL)
            credentials->key = *login->key;
        return TRUE;
    }
    dial_plan_clear(plan);
    credentials_wipe(credentials);
    g_set_error_literal(error, PROFILE_PLAN_ERROR, PROFILE_PLAN_ERROR_INVALID,
                        _("The password is too long."));
    return FALSE;
}

/* Sends what is wanted, as soon as there is somebody to send it to. */
static void
go_on(DtCall *self)
{
    struct wanted *wanted = self->wanted;

    if (wanted == NULL || !self->settled)
        return;
    self->wanted = NULL;
    if (self->client != NULL && dt_call_get_look(self)->form) {
        mark_dialed(self->name);
        dt_dialer_client_connect_async(self->client, &wanted->plan, &wanted->credentials,
                                       self->cancellable, on_dialed, self);
    } else {
        self->starting = FALSE;
        if (self->client == NULL) /* else it turned out to be connected, or about to be */
            take_error(self, g_error_new_literal(G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED,
                                                 "the system bus cannot be reached"));
    }
    wanted_free(wanted);
    changed(self);
}

void
dt_call_dial(DtCall *self, const Profile *profile, const struct dt_call_login *login)
{
    g_return_if_fail(!self->starting);
    struct wanted *wanted = g_new0(struct wanted, 1);
    GError *error = NULL;

    self->starting = make_plan(profile, login, &wanted->plan, &wanted->credentials, &error);
    self->hang_up_wanted = FALSE;
    take_error(self, error);
    if (self->starting) {
        self->wanted = wanted;
        go_on(self);
    } else {
        g_free(wanted); /* make_plan() has left nothing in it */
    }
    changed(self);
}

static void
on_answered(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GError *error = NULL;

    dt_dialer_client_answer_finish(DT_CONNECTION(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_error_free(error);
        return; /* user_data is already gone: do not touch it */
    }

    DtCall *self = DT_CALL(user_data);

    self->answering = FALSE;
    take_error(self, error);
    changed(self);
}

void
dt_call_answer(DtCall *self, const Profile *profile, const struct dt_call_login *login)
{
    struct dial_plan plan;
    struct credentials credentials;
    GError *error = NULL;

    g_return_if_fail(self->connection != NULL && !self->answering);
    if (make_plan(profile, login, &plan, &credentials, &error)) {
        self->answering = TRUE;
        dt_dialer_client_answer_async(self->connection, &credentials, self->cancellable,
                                      on_answered, self);
        credentials_wipe(&credentials);
        dial_plan_clear(&plan);
    }
    take_error(self, error);
    changed(self);
}

static void
on_hung_up(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GError *error = NULL;

    DtCall *self = DT_CALL(user_data);

    g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);
    if (reply == NULL)
        g_dbus_error_strip_remote_error(error);
    take_error(self, error);
    changed(self);
    outlived(self);
}

void
dt_call_hang_up(DtCall *self)
{
    if (self->wanted != NULL) { /* the helper has not heard of it */
        g_clear_pointer(&self->wanted, wanted_free);
        self->starting = FALSE;
        changed(self);
        return;
    }
    if (self->starting) {
        if (!self->hang_up_wanted)
            outlive(self);
        self->hang_up_wanted = TRUE;
    } else if (self->connection != NULL) {
        g_dbus_proxy_call(G_DBUS_PROXY(self->connection), "Disconnect", NULL,
                          G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION,
                          DT_DIALER_CLIENT_TIMEOUT_MS, NULL, on_hung_up, outlive(self));
    }
}

static void
dt_call_dispose(GObject *object)
{
    DtCall *self = DT_CALL(object);

    g_cancellable_cancel(self->cancellable);
    g_clear_pointer(&self->wanted, wanted_free);
    if (self->client != NULL)
        g_signal_handlers_disconnect_by_data(self->client, self);
    if (self->connection != NULL)
        g_signal_handlers_disconnect_by_data(self->connection, self);
    g_clear_object(&self->client);
    g_clear_object(&self->connection);
    G_OBJECT_CLASS(dt_call_parent_class)->dispose(object);
}

static void
dt_call_finalize(GObject *object)
{
    DtCall *self = DT_CALL(object);

    g_clear_object(&self->cancellable);
    g_clear_error(&self->error);
    g_free(self->name);
    G_OBJECT_CLASS(dt_call_parent_class)->finalize(object);
}

static void
dt_call_class_init(DtCallClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dt_call_dispose;
    G_OBJECT_CLASS(klass)->finalize = dt_call_finalize;
    signals[CHANGED] = g_signal_new("changed", DT_TYPE_CALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 0);
}

static void
dt_call_init(DtCall *self)
{
    self->cancellable = g_cancellable_new();
}

DtCall *
dt_call_new(const char *name)
{
    DtCall *self = g_object_new(DT_TYPE_CALL, NULL);

    self->name = g_strdup(name);
    return self;
}
