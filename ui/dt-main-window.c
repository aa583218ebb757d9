/* dt-main-window.c - see dt-main-window.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-main-window"

#include "dt-main-window.h"

#include "dt-connection-row.h"
#include "dt-format.h"
#include "profile-secret.h"

#include <glib/gi18n.h>

enum { MAX_NAME = 120, MAX_PROBLEM = 400 };

struct _DtMainWindow {
    GtkApplicationWindow parent_instance;

    GtkStack *pages;
    GtkListBox *list;
    GtkWidget *import_button;
    GtkWidget *problem_bar;
    GtkLabel *problem_label;

    ProfileStore *store;
    DtDialerClient *client; /* NULL: not there (yet) */
};

G_DEFINE_TYPE(DtMainWindow, dt_main_window, GTK_TYPE_APPLICATION_WINDOW)

enum { OPEN_CONNECTION, IMPORT_FILE, N_SIGNALS };
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

static void
on_password_forgotten(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;

    (void)source, (void)user_data;
    if (!profile_secret_clear_finish(result, &error))
        g_debug("no saved password was removed: %s", error->message);
}

static void
on_delete_response(GtkDialog *dialog, int response, gpointer user_data)
{
    DtMainWindow *self = DT_MAIN_WINDOW(user_data);
    const Profile *profile = g_object_get_data(G_OBJECT(dialog), "profile");
    g_autoptr(GError) error = NULL;

    if (response == GTK_RESPONSE_ACCEPT) {
        profile_secret_clear_async(profile, NULL, NULL, on_password_forgotten, NULL);
        profile_secret_clear_async(profile, PROFILE_SECRET_PSK, NULL, on_password_forgotten, NULL);
        if (!profile_store_delete(self->store, profile, &error))
            show_problem(self, error->message);
    }
    gtk_widget_destroy(GTK_WIDGET(dialog));
}

static void
on_delete_clicked(DtMainWindow *self, DtConnectionRow *row)
{
    const Profile *profile = dt_connection_row_get_profile(row);
    g_autofree char *name = dt_format_foreign(profile->name, MAX_NAME);
    /* "%s": what the profile calls itself is never a format, and message text is never markup */
    GtkWidget *dialog = gtk_message_dialog_new(
        GTK_WINDOW(self), GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT, GTK_MESSAGE_QUESTION,
        GTK_BUTTONS_NONE, _("Delete the connection “%s”?"), name);

    gtk_message_dialog_format_secondary_text(
        GTK_MESSAGE_DIALOG(dialog), "%s",
        _("Its settings and its saved password are removed from this computer."));
    gtk_dialog_add_button(GTK_DIALOG(dialog), _("Ca_ncel"), GTK_RESPONSE_CANCEL);
    gtk_dialog_add_button(GTK_DIALOG(dialog), _("_Delete"), GTK_RESPONSE_ACCEPT);
    gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_CANCEL);
    g_object_set_data_full(G_OBJECT(dialog), "profile", profile_copy(profile),
                           (GDestroyNotify)profile_free);
    g_signal_connect_object(dialog, "response", G_CALLBACK(on_delete_response), self, 0);
    gtk_window_present(GTK_WINDOW(dialog));
}

static void
on_row_activated(DtMainWindow *self, GtkListBoxRow *row)
{
    g_signal_emit(self, signals[OPEN_CONNECTION], 0,
                  dt_connection_row_get_profile(DT_CONNECTION_ROW(row))->name);
}

static void
add_row(DtMainWindow *self, const Profile *profile)
{
    GtkWidget *row = dt_connection_row_new(profile);

    dt_connection_row_set_client(DT_CONNECTION_ROW(row), self->client);
    g_signal_connect_object(row, "delete-clicked", G_CALLBACK(on_delete_clicked), self,
                            G_CONNECT_SWAPPED);
    gtk_container_add(GTK_CONTAINER(self->list), row);
}

static void
fill_list(DtMainWindow *self)
{
    g_autoptr(GPtrArray) problems = NULL;
    g_autoptr(GPtrArray) profiles = profile_store_list(self->store, &problems);
    g_autoptr(GList) old = gtk_container_get_children(GTK_CONTAINER(self->list));

    for (GList *l = old; l != NULL; l = l->next)
        gtk_widget_destroy(l->data);
    for (guint i = 0; i < profiles->len; i++)
        add_row(self, profiles->pdata[i]);
    gtk_stack_set_visible_child_name(self->pages, profiles->len > 0 ? "list" : "empty");
    if (problems != NULL && problems->len > 0)
        show_problem(self, problems->pdata[0]);
}

void
dt_main_window_set_client(DtMainWindow *self, DtDialerClient *client)
{
    g_autoptr(GList) rows = gtk_container_get_children(GTK_CONTAINER(self->list));

    g_set_object(&self->client, client);
    for (GList *l = rows; l != NULL; l = l->next)
        dt_connection_row_set_client(DT_CONNECTION_ROW(l->data), client);
}

static void
dt_main_window_drag_data_received(GtkWidget *widget, GdkDragContext *context, int x, int y,
                                  GtkSelectionData *data, guint info, guint time)
{
    g_auto(GStrv) uris = gtk_selection_data_get_uris(data);
    g_autofree char *path =
        uris != NULL && uris[0] != NULL ? g_filename_from_uri(uris[0], NULL, NULL) : NULL;

    (void)x, (void)y, (void)info;
    gtk_drag_finish(context, path != NULL, FALSE, time);
    if (path != NULL)
        g_signal_emit(widget, signals[IMPORT_FILE], 0, path);
}

static void
dt_main_window_dispose(GObject *object)
{
    DtMainWindow *self = DT_MAIN_WINDOW(object);

    if (self->store != NULL)
        g_signal_handlers_disconnect_by_data(self->store, self);
    g_clear_object(&self->store);
    g_clear_object(&self->client);
    G_OBJECT_CLASS(dt_main_window_parent_class)->dispose(object);
}

static void
dt_main_window_class_init(DtMainWindowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dt_main_window_dispose;
    widget_class->drag_data_received = dt_main_window_drag_data_received;
    signals[OPEN_CONNECTION] =
        g_signal_new("open-connection", DT_TYPE_MAIN_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                     G_TYPE_NONE, 1, G_TYPE_STRING);
    signals[IMPORT_FILE] = g_signal_new("import-file", DT_TYPE_MAIN_WINDOW, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/dialtone/Dialer/ui/main-window.ui");
    gtk_widget_class_bind_template_child(widget_class, DtMainWindow, pages);
    gtk_widget_class_bind_template_child(widget_class, DtMainWindow, list);
    gtk_widget_class_bind_template_child(widget_class, DtMainWindow, import_button);
    gtk_widget_class_bind_template_child(widget_class, DtMainWindow, problem_bar);
    gtk_widget_class_bind_template_child(widget_class, DtMainWindow, problem_label);
    gtk_widget_class_bind_template_callback(widget_class, on_row_activated);
    gtk_widget_class_bind_template_callback(widget_class, on_problem_response);
}

static void
dt_main_window_init(DtMainWindow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    gtk_drag_dest_set(GTK_WIDGET(self), GTK_DEST_DEFAULT_ALL, NULL, 0, GDK_ACTION_COPY);
    gtk_drag_dest_add_uri_targets(GTK_WIDGET(self));
}

GtkWidget *
dt_main_window_new(GtkApplication *application, ProfileStore *store)
{
    DtMainWindow *self = g_object_new(DT_TYPE_MAIN_WINDOW, "application", application, NULL);

    self->store = g_object_ref(store);
    g_signal_connect_object(store, "changed", G_CALLBACK(fill_list), self, G_CONNECT_SWAPPED);
    fill_list(self);
    gtk_widget_grab_focus(gtk_list_box_get_row_at_index(self->list, 0) != NULL
                              ? GTK_WIDGET(self->list)
                              : self->import_button);
    return GTK_WIDGET(self);
}
