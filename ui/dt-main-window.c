/* dt-main-window.c - see dt-main-window.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-main-window"

#include "dt-main-window.h"

#include "dt-call.h"
#include "dt-choices.h"
#include "dt-everybody.h"
#include "dt-format.h"
#include "dt-lister.h"
#include "profile-memory.h"
#include "profile-secret.h"
#include "profile-system.h"

#include <glib/gi18n.h>

enum { MAX_NAME = 120, MAX_PROBLEM = 400, SEARCH_FROM = 10 };

struct _DtMainWindow {
    GtkApplicationWindow parent_instance;

    GtkStack *pages;
    GtkEntry *search_entry;
    GtkTreeView *list;
    GtkWidget *open_button, *disconnect_button, *delete_button;
    GtkWidget *import_button;
    GtkWidget *problem_bar;
    GtkLabel *problem_label;

    ProfileStore *store;
    DtLibrary *library;
    DtLister *lister;
    DtDialerClient *client;    /* NULL: not there (yet) */
    gboolean client_known;     /* else what needs it waits */
    Profile *removing;         /* everybody's, that does; or NULL */
    GHashTable *calls;         /* name -> DtCall: those that the helper knows */
    const GError *shown_error; /* compared only, never looked into */
    char *selected;            /* the id of the connection, when the list is filled again */
};

G_DEFINE_TYPE(DtMainWindow, dt_main_window, GTK_TYPE_APPLICATION_WINDOW)

enum { OPEN_CONNECTION, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
show_problem(DtMainWindow *self, const char *text)
{
    g_autofree char *safe = dt_format_foreign(text, MAX_PROBLEM);

    gtk_label_set_text(self->problem_label, safe);
    gtk_widget_set_visible(self->problem_bar, *safe != '\0');
}

static void
on_problem_response(DtMainWindow *self)
{
    gtk_widget_hide(self->problem_bar);
}

/* ---- the rows ----------------------------------------------------------------------------- */

static DtCall *
call_of(DtMainWindow *self, const char *name)
{
    DtCall *call = g_hash_table_lookup(self->calls, name);

    return call != NULL && dt_call_get_connection(call) != NULL ? call : NULL;
}

static char *
state_text(DtMainWindow *self, const ProfileSummary *item)
{
    DtCall *call = call_of(self, item->name);

    if (call == NULL)
        return g_strdup(_("Not connected"));
    const guint32 failure = dt_call_get_failure(call);
    return failure != 0 ? dt_format_failure(failure, dt_call_get_details(call))
                        : dt_call_get_status_text(call);
}

static DtListerRow
read_row(gpointer source, guint i)
{
    DtMainWindow *self = source;
    const ProfileSummary *item = dt_library_get_items(self->library)->pdata[i];
    DtCall *call = call_of(self, item->name);
    const gboolean up = call != NULL && dt_call_get_look(call)->connected;

    return (DtListerRow){.text = dt_everybody_name(item->name, item->system, MAX_NAME),
                         .detail = state_text(self, item),
                         .bold = up};
}

static const ProfileSummary *
selected_item(DtMainWindow *self)
{
    guint i;

    if (self->lister == NULL)
        return NULL; /* the window is going */
    return dt_lister_get_selected(self->lister, &i) ? dt_library_get_items(self->library)->pdata[i]
                                                    : NULL;
}

static void
show_buttons(DtMainWindow *self)
{
    if (self->lister == NULL)
        return; /* the window is going */

    const ProfileSummary *item = selected_item(self);
    DtCall *call = item != NULL ? call_of(self, item->name) : NULL;
    const gboolean idle = call == NULL || dt_call_get_look(call)->form;

    gtk_widget_set_sensitive(self->open_button, item != NULL);
    gtk_widget_set_sensitive(self->disconnect_button,
                             !idle && !g_str_equal(dt_call_get_look(call)->state, "disconnecting"));
    gtk_widget_set_sensitive(self->delete_button, item != NULL && idle);
    if (item == NULL)
        return;
    g_free(self->selected);
    self->selected = g_strdup(item->id);
}

/* Of a Disconnect: once. */
static void
show_refusal(DtMainWindow *self, DtCall *call)
{
    const GError *error = dt_call_get_error(call);

    if (error == NULL || error == self->shown_error || !dt_call_get_look(call)->connected)
        return;
    self->shown_error = error;
    g_autofree char *text = dt_everybody_problem(error);
    show_problem(self, text);
}

static void
on_call_changed(DtMainWindow *self, DtCall *call)
{
    const GPtrArray *items = dt_library_get_items(self->library);

    for (guint i = 0; items != NULL && i < items->len; i++) {
        const ProfileSummary *item = items->pdata[i];
        if (g_str_equal(item->name, dt_call_get_name(call)))
            dt_lister_update(self->lister, i);
    }
    show_buttons(self);
    show_refusal(self, call);
}

static void
fill_list(DtMainWindow *self)
{
    const GPtrArray *items = dt_library_get_items(self->library);
    guint select = 0;

    if (items == NULL)
        return;
    for (guint i = 0; self->selected != NULL && i < items->len; i++)
        if (g_str_equal(((const ProfileSummary *)items->pdata[i])->id, self->selected))
            select = i;
    gtk_widget_set_visible(GTK_WIDGET(self->search_entry), items->len >= SEARCH_FROM);
    if (items->len < SEARCH_FROM)
        gtk_entry_set_text(self->search_entry, "");
    dt_lister_fill(self->lister, items->len, select);
    show_buttons(self);

    const gboolean was_list = g_strcmp0(gtk_stack_get_visible_child_name(self->pages), "list") == 0;
    gtk_stack_set_visible_child_name(self->pages, items->len > 0 ? "list" : "empty");
    if (items->len > 0 && !was_list)
        gtk_widget_grab_focus(GTK_WIDGET(self->list));
    else if (items->len == 0)
        gtk_widget_grab_focus(self->import_button);
    if (dt_library_get_problem(self->library) != NULL)
        show_problem(self, dt_library_get_problem(self->library));
}

/* ---- what the helper knows ---------------------------------------------------------------- */

static void
call_free(gpointer call)
{
    g_signal_handlers_disconnect_matched(call, G_SIGNAL_MATCH_FUNC, 0, 0, NULL,
                                         (gpointer)on_call_changed, NULL);
    g_object_unref(call);
}

static void
watch_calls(DtMainWindow *self)
{
    GListModel *known =
        self->client != NULL ? dt_dialer_client_get_connections(self->client) : NULL;

    for (guint i = 0; known != NULL && i < g_list_model_get_n_items(known); i++) {
        g_autoptr(DtConnection) connection = g_list_model_get_item(known, i);
        const char *name = dt_connection_get_name(connection);

        if (name == NULL || g_hash_table_contains(self->calls, name))
            continue;
        DtCall *call = dt_call_new(name);
        g_hash_table_insert(self->calls, g_strdup(name), call);
        g_signal_connect_object(call, "changed", G_CALLBACK(on_call_changed), self,
                                G_CONNECT_SWAPPED);
        dt_call_set_client(call, self->client);
    }
}

static void remove_for_everybody(DtMainWindow *self, const Profile *profile);

void
dt_main_window_set_client(DtMainWindow *self, DtDialerClient *client)
{
    GHashTableIter iter;
    gpointer call;

    if (self->client != NULL)
        g_signal_handlers_disconnect_by_data(self->client, self);
    g_set_object(&self->client, client);
    if (client != NULL)
        g_signal_connect_object(client, "connection-added", G_CALLBACK(watch_calls), self,
                                G_CONNECT_SWAPPED);
    g_hash_table_iter_init(&iter, self->calls);
    while (g_hash_table_iter_next(&iter, NULL, &call))
        dt_call_set_client(call, client);
    watch_calls(self);
    self->client_known = TRUE;
    g_autoptr(Profile) removing = g_steal_pointer(&self->removing);
    if (removing != NULL)
        remove_for_everybody(self, removing);
}

/* ---- what the person does ----------------------------------------------------------------- */

static void
on_open(DtMainWindow *self)
{
    const ProfileSummary *item = selected_item(self);
    g_autofree char *id = item != NULL ? g_strdup(item->id) : NULL;

    if (id != NULL)
        g_signal_emit(self, signals[OPEN_CONNECTION], 0, id);
}

static void
on_disconnect(DtMainWindow *self)
{
    const ProfileSummary *item = selected_item(self);
    DtCall *call = item != NULL ? call_of(self, item->name) : NULL;

    if (call != NULL)
        dt_call_hang_up(call);
}

static void
on_password_forgotten(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;

    (void)source, (void)user_data;
    if (!profile_secret_clear_finish(result, &error))
        g_debug("no saved password was removed: %s", error->message);
}

static void
forget_passwords(const Profile *profile)
{
    for (gsize i = 0; i < PROFILE_SECRET_KINDS; i++)
        profile_secret_clear_async(profile, profile_secret_kinds[i], NULL, on_password_forgotten,
                                   NULL);
}

struct removal {
    GWeakRef window;
    Profile *profile;
};

static void
on_removed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    struct removal *r = user_data;
    g_autoptr(DtMainWindow) self = g_weak_ref_get(&r->window);
    g_autoptr(GError) error = NULL;

    if (profile_system_remove_finish(DT_DIALER_CLIENT(source), result, &error)) {
        forget_passwords(r->profile);
        dt_choices_forget(r->profile);
        profile_memory_forget(r->profile);
    } else if (self != NULL && self->lister != NULL) {
        g_autofree char *text = dt_everybody_problem(error);
        show_problem(self, text);
    }
    g_weak_ref_clear(&r->window);
    profile_free(r->profile);
    g_free(r);
}

/* By the helper, which may have an administrator asked for the password. */
static void
remove_for_everybody(DtMainWindow *self, const Profile *profile)
{
    if (!self->client_known) {
        profile_free(self->removing);
        self->removing = profile_copy(profile);
        return;
    }
    if (self->client == NULL) {
        g_autoptr(GError) error = dt_everybody_no_helper();
        g_autofree char *text = dt_everybody_problem(error);
        show_problem(self, text);
        return;
    }
    struct removal *r = g_new0(struct removal, 1);
    g_weak_ref_init(&r->window, self);
    r->profile = profile_copy(profile);
    profile_system_remove_async(self->client, profile->id, NULL, on_removed, r);
}

static void
on_delete_response(GtkDialog *dialog, int response, gpointer user_data)
{
    DtMainWindow *self = DT_MAIN_WINDOW(user_data);
    const Profile *profile = g_object_get_data(G_OBJECT(dialog), "profile");
    g_autoptr(GError) error = NULL;

    if (response == GTK_RESPONSE_ACCEPT && profile->system)
        remove_for_everybody(self, profile);
    else if (response == GTK_RESPONSE_ACCEPT && !profile_store_delete(self->store, profile, &error))
        show_problem(self, error->message);
    else if (response == GTK_RESPONSE_ACCEPT) /* what is still there keeps its passwords */
        forget_passwords(profile);
    gtk_widget_destroy(GTK_WIDGET(dialog));
}

static void
on_delete(DtMainWindow *self)
{
    const ProfileSummary *item = selected_item(self);

    if (item == NULL || !gtk_widget_get_sensitive(self->delete_button))
        return;
    Profile *profile = profile_new(); /* as much of it as its removal wants */
    g_autofree char *name = dt_format_foreign(item->name, MAX_NAME);
    /* "%s": what the profile calls itself is never a format, and message text is never markup */
    GtkWidget *dialog = gtk_message_dialog_new(
        GTK_WINDOW(self), GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT, GTK_MESSAGE_QUESTION,
        GTK_BUTTONS_NONE, _("Delete the connection “%s”?"), name);

    profile_set(&profile->id, item->id);
    profile_set(&profile->name, item->name);
    profile->system = item->system;
    gtk_message_dialog_format_secondary_text(
        GTK_MESSAGE_DIALOG(dialog), "%s",
        item->system ? _("It is removed for everybody who uses this computer, which only an "
                         "administrator may do.")
                     : _("Its settings and its saved password are removed from this computer."));
    gtk_dialog_add_button(GTK_DIALOG(dialog), _("Ca_ncel"), GTK_RESPONSE_CANCEL);
    gtk_dialog_add_button(GTK_DIALOG(dialog), _("_Delete"), GTK_RESPONSE_ACCEPT);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_CANCEL);
    g_object_set_data_full(G_OBJECT(dialog), "profile", profile, (GDestroyNotify)profile_free);
    g_signal_connect_object(dialog, "response", G_CALLBACK(on_delete_response), self, 0);
    gtk_window_present(GTK_WINDOW(dialog));
}

static gboolean
on_list_key_press(DtMainWindow *self, GdkEventKey *event)
{
    if (event->keyval != GDK_KEY_Delete)
        return GDK_EVENT_PROPAGATE;
    on_delete(self);
    return GDK_EVENT_STOP;
}

/* ---- the object --------------------------------------------------------------------------- */

static void
dt_main_window_dispose(GObject *object)
{
    DtMainWindow *self = DT_MAIN_WINDOW(object);

    if (self->library != NULL)
        g_signal_handlers_disconnect_by_data(self->library, self);
    if (self->client != NULL)
        g_signal_handlers_disconnect_by_data(self->client, self);
    g_clear_object(&self->lister);
    g_clear_pointer(&self->calls, g_hash_table_unref);
    g_clear_object(&self->library);
    g_clear_object(&self->store);
    g_clear_object(&self->client);
    G_OBJECT_CLASS(dt_main_window_parent_class)->dispose(object);
}

static void
dt_main_window_finalize(GObject *object)
{
    g_free(DT_MAIN_WINDOW(object)->selected);
    profile_free(DT_MAIN_WINDOW(object)->removing);
    G_OBJECT_CLASS(dt_main_window_parent_class)->finalize(object);
}

static void
bind_template(GtkWidgetClass *widget_class)
{
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/dialtone/Dialer/ui/main-window.ui");
    gtk_widget_class_bind_template_child(widget_class, DtMainWindow, pages);
    gtk_widget_class_bind_template_child(widget_class, DtMainWindow, search_entry);
    gtk_widget_class_bind_template_child(widget_class, DtMainWindow, list);
    gtk_widget_class_bind_template_child(widget_class, DtMainWindow, open_button);
    gtk_widget_class_bind_template_child(widget_class, DtMainWindow, disconnect_button);
    gtk_widget_class_bind_template_child(widget_class, DtMainWindow, delete_button);
    gtk_widget_class_bind_template_child(widget_class, DtMainWindow, import_button);
    gtk_widget_class_bind_template_child(widget_class, DtMainWindow, problem_bar);
    gtk_widget_class_bind_template_child(widget_class, DtMainWindow, problem_label);
    gtk_widget_class_bind_template_callback(widget_class, on_open);
    gtk_widget_class_bind_template_callback(widget_class, on_disconnect);
    gtk_widget_class_bind_template_callback(widget_class, on_delete);
    gtk_widget_class_bind_template_callback(widget_class, on_list_key_press);
    gtk_widget_class_bind_template_callback(widget_class, on_problem_response);
}

static void
dt_main_window_class_init(DtMainWindowClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dt_main_window_dispose;
    G_OBJECT_CLASS(klass)->finalize = dt_main_window_finalize;
    signals[OPEN_CONNECTION] =
        g_signal_new("open-connection", DT_TYPE_MAIN_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                     G_TYPE_NONE, 1, G_TYPE_STRING);
    bind_template(GTK_WIDGET_CLASS(klass));
}

static void
dt_main_window_init(DtMainWindow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    self->calls = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, call_free);
}

GtkWidget *
dt_main_window_new(GtkApplication *application, ProfileStore *store, DtLibrary *library)
{
    DtMainWindow *self = g_object_new(DT_TYPE_MAIN_WINDOW, "application", application, NULL);

    self->store = g_object_ref(store);
    self->library = g_object_ref(library);
    self->lister = dt_lister_new(self->list, self->search_entry, read_row, self);
    g_signal_connect_object(gtk_tree_view_get_selection(self->list), "changed",
                            G_CALLBACK(show_buttons), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(library, "changed", G_CALLBACK(fill_list), self, G_CONNECT_SWAPPED);
    fill_list(self);
    return GTK_WIDGET(self);
}
