/* dt-import-window.c - see dt-import-window.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-import-window"

#include "dt-import-window.h"

#include "cmak.h"
#include "dt-format.h"
#include "dt-profile-text.h"

#include <glib/gi18n.h>

enum { MAX_TEXT = 400, MAX_NOTES = 40 };

struct _DtImportWindow {
    GtkDialog parent_instance;

    GtkStack *pages;
    GtkLabel *problem_label;
    GtkEntry *name_entry;
    GtkLabel *servers_label, *protocols_label, *auth_label, *encryption_label;
    GtkLabel *routing_label, *dns_label, *actions_label;
    GtkWidget *actions_caption;
    GtkWidget *warnings_frame;
    GtkLabel *warnings_label;

    ProfileStore *store;
    Profile *profile;          /* NULL until it was read */
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
    add_sentences(out, self->profile->notes);
    gtk_label_set_text(self->warnings_label, out->str);
    gtk_widget_set_visible(self->warnings_frame, out->len > 0);
    g_string_free(out, TRUE);
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
    gtk_widget_grab_focus(GTK_WIDGET(self->name_entry));
}

static void
on_name_changed(DtImportWindow *self)
{
    g_autofree char *name = g_strstrip(g_strdup(gtk_entry_get_text(self->name_entry)));

    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK,
                                      *name != '\0' && self->profile != NULL);
}

static void
read_in_thread(GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
    GError *error = NULL;
    Profile *profile = cmak_load(path, &error);

    (void)source, (void)cancellable;
    if (profile != NULL)
        g_task_return_pointer(task, profile, (GDestroyNotify)profile_free);
    else
        g_task_return_error(task, error);
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    Profile *profile = g_task_propagate_pointer(G_TASK(result), &error);

    (void)user_data;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;

    DtImportWindow *self = DT_IMPORT_WINDOW(source);

    self->profile = profile;
    if (profile != NULL)
        show_profile(self);
    else
        show_problem(self, error->message);
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
    g_signal_emit(self, signals[IMPORTED], 0, self->profile->name);
    gtk_widget_destroy(GTK_WIDGET(self));
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
    G_OBJECT_CLASS(dt_import_window_parent_class)->finalize(object);
}

static void
bind_template(GtkWidgetClass *widget_class)
{
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/dialtone/Dialer/ui/import-window.ui");
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, pages);
    gtk_widget_class_bind_template_child(widget_class, DtImportWindow, problem_label);
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
