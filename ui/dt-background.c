/* dt-background.c - see dt-background.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-background"

#include "dt-background.h"

#include "dt-call.h"
#include "dt-everybody.h"
#include "dt-format.h"
#include "dt-logon-window.h"
#include "dt-main-window.h"
#include "dt-profile-icon.h"
#include "dt-tray.h"
#include "dt-update.h"
#include "dt-web-proxy.h"
#include "profile-learn.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

enum { MAX_NAME = 120, MAX_IN_TRAY = 20 };

/* One connection. */
struct watched {
    DtBackground *owner;
    DtCall *call;
    gboolean active;          /* not idle: the program stays */
    gboolean was_up;          /* since it was idle */
    gboolean heard;           /* its server, to DHCPINFORM, while it was up */
    guint32 told;             /* the failure that the desktop was told of; 0: none */
    gboolean updated;         /* was begun while it was up */
    struct dt_update *update; /* or NULL */
    const GError *refused;    /* why it could not be ended; compared only, never looked into */
};

struct _DtBackground {
    GObject parent_instance;

    GtkApplication *application; /* not owned: it owns this */
    ProfileStore *store;
    DtLibrary *library;
    DtDialerClient *client; /* NULL: not there (yet) */
    GPtrArray *watched;     /* struct watched */
    DtTray *tray;
    GHashTable *pictured; /* ids of profiles whose TrayIcon was asked for, of this reading */
    GHashTable *pictures; /* name of a connection -> the file that shows it */
    guint reading;        /* of the library: what an older one asked for is not shown */
    DtWebProxy *web_proxy;
    gboolean held;
};

G_DEFINE_TYPE(DtBackground, dt_background, G_TYPE_OBJECT)

static void
watched_free(gpointer data)
{
    struct watched *w = data;

    g_signal_handlers_disconnect_by_data(w->call, w);
    dt_update_end(w->update);
    g_object_unref(w->call);
    g_free(w);
}

/* On the screen; whether another lies over it is not for a program to know. */
static gboolean
shows(GtkWindow *window, const char *name)
{
    GdkWindow *surface = gtk_widget_get_window(GTK_WIDGET(window));

    if (!gtk_widget_get_mapped(GTK_WIDGET(window)) || surface == NULL ||
        (gdk_window_get_state(surface) & GDK_WINDOW_STATE_ICONIFIED) != 0)
        return FALSE;
    return DT_IS_MAIN_WINDOW(window) ||
           (DT_IS_LOGON_WINDOW(window) &&
            g_str_equal(dt_logon_window_get_name(DT_LOGON_WINDOW(window)), name));
}

static gboolean
is_seen(DtBackground *self, const char *name)
{
    for (GList *l = gtk_application_get_windows(self->application); l != NULL; l = l->next)
        if (shows(GTK_WINDOW(l->data), name))
            return TRUE;
    return FALSE;
}

static void
tell(struct watched *w, guint32 failure)
{
    GApplication *application = G_APPLICATION(w->owner->application);
    const char *id = dt_call_get_name(w->call);
    g_autofree char *name = dt_format_foreign(id, MAX_NAME);
    /* Translators: %s is the name of a connection */
    g_autofree char *title =
        g_strdup_printf(dt_call_get_question(w->call) != 0 ? _("%s waits for you")
                        : w->was_up                        ? _("%s was cut off")
                                                           : _("%s could not be connected"),
                        name);
    g_autofree char *body = dt_format_failure(failure, dt_call_get_details(w->call));
    g_autoptr(GNotification) n = g_notification_new(title);

    g_notification_set_body(n, body);
    g_notification_set_default_action_and_target(n, "app.open-connection", "s", id);
    g_application_send_notification(application, id, n);
}

/* Who chose Disconnect beside the clock may have no window open to be told in. */
static void
tell_refused(struct watched *w)
{
    const GError *error = dt_call_get_error(w->call);

    if (error == w->refused)
        return;
    w->refused = error;
    if (error == NULL)
        return;
    const char *connection = dt_call_get_name(w->call);
    g_autofree char *name = dt_format_foreign(connection, MAX_NAME);
    g_autofree char *id = g_strdup_printf("%s/disconnect", connection);
    /* Translators: %s is the name of a connection */
    g_autofree char *title = g_strdup_printf(_("%s could not be disconnected"), name);
    g_autofree char *body = dt_everybody_problem(error);
    g_autoptr(GNotification) n = g_notification_new(title);

    g_notification_set_body(n, body);
    g_notification_set_default_action_and_target(n, "app.open-connection", "s", connection);
    g_application_send_notification(G_APPLICATION(w->owner->application), id, n);
}

/* HideBalloonTips. A question is told all the same: the call waits for its answer. */
static gboolean
is_silent(const struct watched *w)
{
    g_autoptr(Profile) p = profile_store_find(w->owner->store, dt_call_get_name(w->call), NULL);

    return p != NULL && p->hide_balloon_tips && dt_call_get_question(w->call) == 0;
}

static void
judge(struct watched *w)
{
    const DtCallLook *look = dt_call_get_look(w->call);
    const guint32 failure = dt_call_get_failure(w->call);

    if (failure == 0 && w->told != 0)
        g_application_withdraw_notification(G_APPLICATION(w->owner->application),
                                            dt_call_get_name(w->call));
    if (failure == 0)
        w->told = 0;
    w->was_up |= look->connected;
    if (w->active && failure != 0 && failure != w->told) {
        w->told = failure;
        if (!is_seen(w->owner, dt_call_get_name(w->call)) && !is_silent(w))
            tell(w, failure);
    }
    w->active = (!look->form && dt_call_is_own(w->call)) || dt_call_is_starting(w->call);
    if (!w->active)
        w->was_up = FALSE;
}

static void
hold_or_release(DtBackground *self)
{
    gboolean active = FALSE;

    for (guint i = 0; i < self->watched->len; i++)
        active |= ((struct watched *)self->watched->pdata[i])->active;
    if (active == self->held)
        return;
    self->held = active;
    if (active)
        g_application_hold(G_APPLICATION(self->application));
    else
        g_application_release(G_APPLICATION(self->application));
}

/* A server may answer DHCPINFORM when the call is long up, and its window may be closed by then. */
static void
learn_late(struct watched *w)
{
    DtConnection *connection = dt_call_get_connection(w->call);
    const gboolean was_heard = w->heard;

    w->heard = dt_call_get_look(w->call)->connected &&
               g_str_equal(dt_call_get_detail(w->call, "dhcp"), "answered");
    if (!w->heard || was_heard || !dt_call_is_own(w->call))
        return;
    g_autoptr(Profile) p = profile_store_find(w->owner->store, dt_call_get_name(w->call), NULL);
    if (p != NULL)
        profile_learn_late(w->owner->store, p, dt_connection_get_details(connection));
}

/* Once each time that it comes up, and only of what was dialed here: another program that dials
 * does it for itself. */
static void
update(struct watched *w)
{
    const gboolean up = dt_call_get_look(w->call)->connected;

    if (up && !w->updated && dt_call_is_dialed_here(w->call)) {
        w->updated = TRUE;
        w->update = dt_update_begin(w->owner->store, w->call);
    } else if (!up) {
        w->updated = FALSE;
        g_clear_pointer(&w->update, dt_update_end);
    }
}

static void
on_changed(struct watched *w)
{
    judge(w);
    tell_refused(w);
    learn_late(w);
    update(w);
    dt_web_proxy_set_up(w->owner->web_proxy, dt_call_get_name(w->call), w->was_up);
    hold_or_release(w->owner);
}

/* The one of this name, out of the list; or NULL. */
static struct watched *
take(DtBackground *self, const char *name)
{
    for (guint i = 0; i < self->watched->len; i++) {
        struct watched *w = self->watched->pdata[i];
        if (g_str_equal(dt_call_get_name(w->call), name))
            return g_ptr_array_steal_index(self->watched, i);
    }
    return NULL;
}

static struct watched *
watch(DtBackground *self, const char *name)
{
    struct watched *w = g_new0(struct watched, 1);

    w->owner = self;
    w->call = dt_call_new(name);
    g_signal_connect_swapped(w->call, "changed", G_CALLBACK(on_changed), w);
    dt_call_set_client(w->call, self->client);
    return w;
}

/* Moves the one of this name to @now, as it is; or begins one. */
static void
keep(DtBackground *self, GPtrArray *now, const char *name)
{
    for (guint i = 0; i < now->len; i++)
        if (g_str_equal(dt_call_get_name(((struct watched *)now->pdata[i])->call), name))
            return;
    struct watched *w = take(self, name);
    g_ptr_array_add(now, w != NULL ? w : watch(self, name));
}

/* @path: NULL: ours. */
static void
show_picture(DtBackground *self, const char *name, const char *path)
{
    g_autofree char *before = g_strdup(g_hash_table_lookup(self->pictures, name));

    if (g_strcmp0(before, path) == 0)
        return;
    dt_tray_set_picture(self->tray, name, path);
    if (path != NULL)
        g_hash_table_insert(self->pictures, g_strdup(name), g_strdup(path));
    else
        g_hash_table_remove(self->pictures, name);
    if (before != NULL)
        g_unlink(before);
}

struct asked {
    char *name;
    guint reading;
};

static void
on_picture(GObject *source, GAsyncResult *result, gpointer user_data)
{
    DtBackground *self = DT_BACKGROUND(source);
    g_autofree struct asked *asked = user_data;
    g_autofree char *name = asked->name;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = dt_profile_icon_save_finish(result, &error);

    if (path == NULL)
        g_debug("the tray icon of the profile cannot be shown: %s", error->message);
    if (self->tray != NULL && asked->reading == self->reading)
        show_picture(self, name, path);
}

/* Once a reading: it may be another after an import. */
static void
ask_for_picture(DtBackground *self, const Profile *profile)
{
    struct asked *asked;

    if (!g_hash_table_add(self->pictured, g_strdup(profile->id)))
        return;
    if (*profile->tray_icon == '\0') {
        show_picture(self, profile->name, NULL);
        return;
    }
    asked = g_new(struct asked, 1);
    *asked = (struct asked){g_strdup(profile->name), self->reading};
    dt_profile_icon_save_async(G_OBJECT(self), self->store, profile, NULL, on_picture, asked);
}

/* HideTrayIcon, TrayIcon. */
static gboolean
hides_icon(DtBackground *self, const ProfileSummary *item)
{
    g_autoptr(Profile) profile = profile_store_find(self->store, item->id, NULL);

    if (profile == NULL || profile->hide_tray_icon)
        return TRUE;
    ask_for_picture(self, profile);
    return FALSE;
}

static void
fill_tray(DtBackground *self)
{
    g_autoptr(GPtrArray) shown = g_ptr_array_new();

    for (guint i = 0; i < self->watched->len; i++) {
        DtCall *call = ((struct watched *)self->watched->pdata[i])->call;
        const ProfileSummary *item = dt_library_find(self->library, dt_call_get_name(call));

        dt_call_set_system(call, item != NULL && item->system);
        if (item != NULL && !hides_icon(self, item))
            g_ptr_array_add(shown, call);
    }
    dt_tray_set_calls(self->tray, shown);
}

/* Those that the helper knows, and the first of the rest, for the tray. */
static void
refresh(DtBackground *self)
{
    const GPtrArray *items = dt_library_get_items(self->library);
    GListModel *known =
        self->client != NULL ? dt_dialer_client_get_connections(self->client) : NULL;
    GPtrArray *now = g_ptr_array_new_with_free_func(watched_free);

    for (guint i = 0; items != NULL && i < items->len && i < MAX_IN_TRAY; i++)
        keep(self, now, ((const ProfileSummary *)items->pdata[i])->name);
    for (guint i = 0; known != NULL && i < g_list_model_get_n_items(known); i++) {
        g_autoptr(DtConnection) connection = g_list_model_get_item(known, i);

        if (dt_connection_get_name(connection) != NULL)
            keep(self, now, dt_connection_get_name(connection));
    }
    g_ptr_array_unref(self->watched);
    self->watched = now;
    fill_tray(self);
    dt_web_proxy_refresh(self->web_proxy);
    hold_or_release(self);
}

static void
on_library(DtBackground *self)
{
    self->reading++;
    g_hash_table_remove_all(self->pictured);
    refresh(self);
}

void
dt_background_set_client(DtBackground *self, DtDialerClient *client)
{
    if (self->client != NULL)
        g_signal_handlers_disconnect_by_data(self->client, self);
    g_set_object(&self->client, client);
    if (client != NULL)
        g_signal_connect_object(client, "connection-added", G_CALLBACK(refresh), self,
                                G_CONNECT_SWAPPED);
    for (guint i = 0; i < self->watched->len; i++)
        dt_call_set_client(((struct watched *)self->watched->pdata[i])->call, client);
    refresh(self);
}

static void
dt_background_dispose(GObject *object)
{
    DtBackground *self = DT_BACKGROUND(object);

    if (self->library != NULL)
        g_signal_handlers_disconnect_by_data(self->library, self);
    if (self->client != NULL)
        g_signal_handlers_disconnect_by_data(self->client, self);
    g_clear_object(&self->tray);
    g_clear_object(&self->web_proxy);
    g_clear_pointer(&self->watched, g_ptr_array_unref);
    g_clear_object(&self->client);
    g_clear_object(&self->library);
    g_clear_object(&self->store);
    G_OBJECT_CLASS(dt_background_parent_class)->dispose(object);
}

static void
dt_background_finalize(GObject *object)
{
    g_hash_table_unref(DT_BACKGROUND(object)->pictured);
    g_hash_table_unref(DT_BACKGROUND(object)->pictures);
    G_OBJECT_CLASS(dt_background_parent_class)->finalize(object);
}

static void
dt_background_class_init(DtBackgroundClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dt_background_dispose;
    G_OBJECT_CLASS(klass)->finalize = dt_background_finalize;
}

static void
dt_background_init(DtBackground *self)
{
    self->watched = g_ptr_array_new_with_free_func(watched_free);
    self->pictured = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->pictures = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

DtBackground *
dt_background_new(GtkApplication *application, ProfileStore *store, DtLibrary *library)
{
    DtBackground *self = g_object_new(DT_TYPE_BACKGROUND, NULL);

    self->application = application;
    self->store = g_object_ref(store);
    self->library = g_object_ref(library);
    self->tray = dt_tray_new(application);
    self->web_proxy = dt_web_proxy_new(G_APPLICATION(application), store, library);
    g_signal_connect_object(library, "changed", G_CALLBACK(on_library), self, G_CONNECT_SWAPPED);
    return self;
}
