/* dt-import-window.c - see dt-import-window.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-import-window"

#include "dt-import-window.h"

#include "dt-format.h"
#include "dt-profile-text.h"
#include "import.h"
#include "profile-secret.h"

#include <glib/gi18n.h>

enum { MAX_NAME = 120, MAX_TEXT = 400, MAX_NOTES = 40 };

struct _DtImportWindow {
    GtkDialog parent_instance;

    GtkStack *pages;
    GtkLabel *problem_label;
    GtkWidget *entries_box; /* shown when the file has several */
    GtkTreeView *entries_view;
    GtkListStore *entries_store;
    GtkEntry *name_entry;
    GtkLabel *servers_label, *protocols_label, *auth_label, *encryption_label;
    GtkLabel *routing_label, *dns_label, *actions_label;
    GtkWidget *actions_caption;
    GtkWidget *warnings_frame;
    GtkLabel *warnings_label;

    ProfileStore *store;       /* NULL: the window was closed */
    Import *import;            /* NULL until it was read */
    Profile *profile;          /* the entry that is shown */
    GCancellable *cancellable; /* cancelled in dispose */
};

G_DEFINE_TYPE(DtImportWindow, dt_import_window, GTK_TYPE_DIALOG)

enum { IMPORTED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
show_own(GtkLabel *label, char *text)
{
    gtk_label_set_text(label, text);
    g_free(text);
}

static void
show_problem(DtImportWindow *self, const char *message)
{
    g_autofree char *safe = dt_format_foreign(message, MAX_TEXT);

    gtk_label_set_text(self->problem_label, safe);
    gtk_stack_set_visible_child_name(self->pages, "problem");
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK, FALSE);
}

static void
add_sentences(GString *out, const GPtrArray *sentences)
{
    for (guint i = 0; i < sentences->len && i < MAX_NOTES; i++) {
        g_autofree char *safe = dt_format_foreign(sentences->pdata[i], MAX_TEXT);

        g_string_append_printf(out, "%s• %s", out->len > 0 ? "\n" : "", safe);
    }
}

static void
show_warnings(DtImportWindow *self)
{
    g_autoptr(GPtrArray) warnings = profile_warnings(self->profile);
    g_autoptr(GError) error = NULL;
    GString *out = g_string_new(NULL);

    if (!profile_validate(self->profile, &error))
        g_string_append_printf(out, "• %s", error->message);
    add_sentences(out, warnings);
    if (self->profile->found_psk.len > 0)
        g_string_append_printf(out, "%s• %s", out->len > 0 ? "\n" : "",
                               _("There is a pre-shared key in the file. It will be saved in the "
                                 "keyring."));
    add_sentences(out, self->profile->notes);
    gtk_label_set_text(self->warnings_label, out->str);
    gtk_widget_set_visible(self->warnings_frame, out->len > 0);
    g_string_free(out, TRUE);
}

static void
on_name_changed(DtImportWindow *self)
{
    g_autofree char *name = g_strstrip(g_strdup(gtk_entry_get_text(self->name_entry)));

    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK,
                                      *name != '\0' && self->profile != NULL);
}

static void
show_profile(DtImportWindow *self)
{
    const Profile *p = self->profile;
    g_autofree char *name = profile_store_free_name(self->store, p->name);

    gtk_entry_set_text(self->name_entry, name);
    show_own(self->servers_label, dt_profile_text_servers(p));
    show_own(self->protocols_label, dt_profile_text_protocols(p));
    show_own(self->auth_label, dt_profile_text_auth(p));
    show_own(self->encryption_label, dt_profile_text_encryption(p));
    show_own(self->routing_label, dt_profile_text_routing(p));
    show_own(self->dns_label, dt_profile_text_dns(p));
    show_own(self->actions_label, dt_profile_text_actions(p));
    gtk_widget_set_visible(self->actions_caption, p->actions->len > 0);
    gtk_widget_set_visible(GTK_WIDGET(self->actions_label), p->actions->len > 0);
    show_warnings(self);
    gtk_stack_set_visible_child_name(self->pages, "summary");
    on_name_changed(self); /* the next entry may have the same name */
}

/* From memory: the file itself was read in the thread. */
static void
show_entry(DtImportWindow *self, guint i)
{
    g_autoptr(GError) error = NULL;

    g_clear_pointer(&self->profile, profile_free);
    self->profile = import_profile(self->import, i, &error);
    if (self->profile != NULL)
        show_profile(self);
    else
        show_problem(self, error->message);
}

static void
on_entry_chosen(DtImportWindow *self, GtkTreeSelection *selection)
{
    GtkTreeModel *model;
    GtkTreeIter row;

    if (self->store == NULL || !gtk_tree_selection_get_selected(selection, &model, &row))
        return;
    g_autoptr(GtkTreePath) path = gtk_tree_model_get_path(model, &row);
    show_entry(self, (guint)gtk_tree_path_get_indices(path)[0]);
}

static void
on_entry_activated(DtImportWindow *self)
{
    gtk_window_activate_default(GTK_WINDOW(self));
}

/* The person chooses one; the first is shown until then. */
static void
show_entries(DtImportWindow *self)
{
    g_autoptr(GtkTreePath) first = gtk_tree_path_new_first();

    for (guint i = 0; i < import_count(self->import); i++) {
        g_autofree char *safe = dt_format_foreign(import_name(self->import, i), MAX_NAME);
        gtk_list_store_insert_with_values(self->entries_store, NULL, -1, 0, safe, -1);
    }
    gtk_widget_show(self->entries_box);
    gtk_tree_selection_select_path(gtk_tree_view_get_selection(self->entries_view), first);
    gtk_widget_grab_focus(GTK_WIDGET(self->entries_view));
}

static void
read_in_thread(GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
    GError *error = NULL;
    Import *import = import_open(path, &error);

    (void)source, (void)cancellable;
    if (import != NULL)
        g_task_return_pointer(task, import, (GDestroyNotify)import_free);
    else
        g_task_return_error(task, error);
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    Import *import = g_task_propagate_pointer(G_TASK(result), &error);

    (void)user_data;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;

    DtImportWindow *self = DT_IMPORT_WINDOW(source);

    self->import = import;
    if (import == NULL) {
        show_problem(self, error->message);
    } else if (import_count(import) > 1) {
        show_entries(self);
    } else {
        show_entry(self, 0);
        gtk_widget_grab_focus(GTK_WIDGET(self->name_entry));
    }
}

static void
finish(DtImportWindow *self)
{
    g_signal_emit(self, signals[IMPORTED], 0, self->profile->name);
    gtk_widget_destroy(GTK_WIDGET(self));
}

static void
on_key_saved(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(DtImportWindow) self = user_data;
    g_autoptr(GError) error = NULL;
    const gboolean saved = profile_secret_store_finish(result, &error);

    (void)source;
    secret_wipe(&self->profile->found_psk);
    if (self->store == NULL)
        return; /* it was closed meanwhile */
    if (saved) {
        finish(self);
        return;
    }
    g_message("the pre-shared key was not saved: %s", error->message);
    GtkWidget *dialog = gtk_message_dialog_new(
        GTK_WINDOW(self), GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT, GTK_MESSAGE_WARNING,
        GTK_BUTTONS_CLOSE, "%s",
        _("There is a pre-shared key in the file. There is no keyring to save it in: it will be "
          "asked for."));
    g_signal_connect_object(dialog, "response", G_CALLBACK(finish), self, G_CONNECT_SWAPPED);
    gtk_window_present(GTK_WINDOW(dialog));
}

/* Before the connection is opened, so that it does not ask for what is about to be there. Goes on
 * when the window is closed meanwhile: the connection is stored, and its key belongs to it. */
static void
save_key(DtImportWindow *self)
{
    gtk_widget_set_sensitive(GTK_WIDGET(self->pages), FALSE);
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK, FALSE);
    profile_secret_store_async(self->profile, PROFILE_SECRET_PSK, &self->profile->found_psk, NULL,
                               on_key_saved, g_object_ref(self));
}

/* The name is the only thing that the person may change here. */
static void
store_profile(DtImportWindow *self)
{
    g_autofree char *wanted = g_strstrip(g_strdup(gtk_entry_get_text(self->name_entry)));
    g_autofree char *name = profile_store_free_name(self->store, wanted);
    g_autoptr(GError) error = NULL;

    profile_set(&self->profile->name, name);
    if (!profile_store_save(self->store, self->profile, &error)) {
        show_problem(self, error->message);
        return;
    }
    if (self->profile->found_psk.len > 0)
        save_key(self);
    else
        finish(self);
}

static void
dt_import_window_response(GtkDialog *dialog, int response)
{
    if (response == GTK_RESPONSE_OK)
        store_profile(DT_IMPORT_WINDOW(dialog));
    else
        gtk_widget_destroy(GTK_WIDGET(dialog));
}

static void
dt_import_window_dispose(GObject *object)
{
    DtImportWindow *self = DT_IMPORT_WINDOW(object);

    g_cancellable_cancel(self->cancellable);
    g_clear_object(&self->store);
    G_OBJECT_CLASS(dt_import_window_parent_class)->dispose(object);
}

static void
dt_import_window_finalize(GObject *object)
{
    DtImportWindow *self = DT_IMPORT_WINDOW(object);

    g_clear_object(&self->cancellable);
    g_clear_pointer(&self->profile, profile_free);
    g_clear_pointer(&self->import, import_free);
    G_OBJECT_CLASS(dt_import_window_parent_class)->finalize(object);
}

static void
bind_template(GtkWidgetClass *widget_class)
{
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/dialtone/Dialer/ui/import-window.ui");
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, pages);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, problem_label);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, entries_box);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, entries_view);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, entries_store);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, name_entry);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, servers_label);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, protocols_label);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, auth_label);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, encryption_label);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, routing_label);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, dns_label);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, actions_label);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, actions_caption);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, warnings_frame);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, warnings_label);
    gtk_widget_class_bind_template_callback(widget_class, on_name_changed);
    gtk_widget_class_bind_template_callback(widget_class, on_entry_chosen);
    gtk_widget_class_bind_template_callback(widget_class, on_entry_activated);
}

static void
dt_import_window_class_init(DtImportWindowClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dt_import_window_dispose;
    G_OBJECT_CLASS(klass)->finalize = dt_import_window_finalize;
    GTK_DIALOG_CLASS(klass)->response = dt_import_window_response;
    signals[IMPORTED] = g_signal_new("imported", DT_TYPE_IMPORT_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL,
                                     NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
    bind_template(GTK_WIDGET_CLASS(klass));
}

static void
dt_import_window_init(DtImportWindow *self)
{
    self->cancellable = g_cancellable_new();
    gtk_widget_init_template(GTK_WIDGET(self));
}

GtkWidget *
dt_import_window_new(GtkWindow *parent, ProfileStore *store, const char *path)
{
    DtImportWindow *self =
        g_object_new(DT_TYPE_IMPORT_WINDOW, "transient-for", parent, "use-header-bar", 0, NULL);
    g_autoptr(GTask) task = g_task_new(self, self->cancellable, on_read, NULL);

    self->store = g_object_ref(store);
    g_task_set_task_data(task, g_strdup(path), g_free);
    g_task_run_in_thread(task, read_in_thread);
    return GTK_WIDGET(self);
}
