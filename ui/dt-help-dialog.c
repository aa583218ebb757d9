/* dt-help-dialog.c - see dt-help-dialog.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-help-dialog"

#include "dt-help-dialog.h"

#include "dt-format.h"

#include <glib/gi18n.h>

enum { MAX_SUPPORT = 400, MAX_NAME = 60 };

struct _DtHelpDialog {
    GtkDialog parent_instance;

    ProfileStore *store;
    Profile *profile;
    GtkWidget *support_title;
    GtkWidget *support_label;
    GtkWidget *file_title;
    GtkLabel *file_label;
    GtkWidget *file_button;
    GtkWidget *close_button;
    GCancellable *cancellable;
};

G_DEFINE_TYPE(DtHelpDialog, dt_help_dialog, GTK_TYPE_DIALOG)

/* ---- the profile's own file --------------------------------------------------------------- */

/* Only what is there to be read: a profile may call a program its help. */
static gboolean
is_help(const char *name)
{
    static const char *const ends[] = {".chm", ".hlp", ".txt", ".pdf"};
    g_autofree char *small = g_ascii_strdown(name, -1);

    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++)
        if (g_str_has_suffix(small, ends[i]))
            return TRUE;
    return FALSE;
}

static GAppInfo *
program_for(const char *name)
{
    g_autofree char *type = g_content_type_guess(name, NULL, 0, NULL);

    return is_help(name) ? g_app_info_get_default_for_type(type, FALSE) : NULL;
}

static void
show_problem(DtHelpDialog *self, const GError *error)
{
    g_autofree char *text = dt_format_foreign(error->message, MAX_SUPPORT);

    gtk_label_set_text(self->file_label, text);
}

static void
on_written(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(DtHelpDialog) self = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GAppInfo) program = program_for(self->profile->help_file);
    g_autofree char *uri = g_file_get_uri(G_FILE(source));
    GList list = {.data = uri};

    if (!g_file_replace_contents_finish(G_FILE(source), result, NULL, &error)) {
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            show_problem(self, error);
        return;
    }
    g_autoptr(GdkAppLaunchContext) context =
        gdk_display_get_app_launch_context(gtk_widget_get_display(GTK_WIDGET(self)));
    if (program == NULL ||
        !g_app_info_launch_uris(program, &list, G_APP_LAUNCH_CONTEXT(context), &error))
        g_warning("the help file of the profile cannot be opened: %s",
                  error != NULL ? error->message : "no program");
}

/* Whoever shows it needs a path, and none of the store's: a copy in the user's runtime folder. */
static void
on_open_file(DtHelpDialog *self)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes =
        profile_store_read_file(self->store, self->profile, self->profile->help_file, &error);
    g_autofree char *folder =
        g_build_filename(g_get_user_runtime_dir(), "dialtone", self->profile->id, NULL);
    g_autofree char *path = g_build_filename(folder, self->profile->help_file, NULL);
    g_autoptr(GFile) file = g_file_new_for_path(path);

    if (bytes == NULL) {
        show_problem(self, error);
        return;
    }
    g_mkdir_with_parents(folder, 0700);
    g_file_replace_contents_bytes_async(file, bytes, NULL, FALSE,
                                        G_FILE_CREATE_PRIVATE | G_FILE_CREATE_REPLACE_DESTINATION,
                                        self->cancellable, on_written, g_object_ref(self));
}

static void
show_file(DtHelpDialog *self)
{
    const char *name = self->profile->help_file;
    g_autofree char *shown = dt_format_foreign(name, MAX_NAME);
    g_autoptr(GAppInfo) program = program_for(name);
    /* Translators: %s is the name of a file */
    g_autofree char *text =
        g_strdup_printf(program != NULL ? _("Your administrator has added “%s” to this connection.")
                                        : _("Your administrator has added “%s” to this connection, "
                                            "but no program of this computer shows it."),
                        shown);

    gtk_label_set_text(self->file_label, text);
    gtk_widget_set_visible(self->file_title, *name != '\0');
    gtk_widget_set_visible(GTK_WIDGET(self->file_label), *name != '\0');
    gtk_widget_set_visible(self->file_button, *name != '\0' && program != NULL);
}

/* ---- the object --------------------------------------------------------------------------- */

static void
dt_help_dialog_dispose(GObject *object)
{
    g_cancellable_cancel(DT_HELP_DIALOG(object)->cancellable);
    g_clear_object(&DT_HELP_DIALOG(object)->store);
    G_OBJECT_CLASS(dt_help_dialog_parent_class)->dispose(object);
}

static void
dt_help_dialog_finalize(GObject *object)
{
    g_clear_pointer(&DT_HELP_DIALOG(object)->profile, profile_free);
    g_clear_object(&DT_HELP_DIALOG(object)->cancellable);
    G_OBJECT_CLASS(dt_help_dialog_parent_class)->finalize(object);
}

static void
dt_help_dialog_class_init(DtHelpDialogClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dt_help_dialog_dispose;
    G_OBJECT_CLASS(klass)->finalize = dt_help_dialog_finalize;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/dialtone/Dialer/ui/help-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, DtHelpDialog, support_title);
    gtk_widget_class_bind_template_child(widget_class, DtHelpDialog, support_label);
    gtk_widget_class_bind_template_child(widget_class, DtHelpDialog, file_title);
    gtk_widget_class_bind_template_child(widget_class, DtHelpDialog, file_label);
    gtk_widget_class_bind_template_child(widget_class, DtHelpDialog, file_button);
    gtk_widget_class_bind_template_child(widget_class, DtHelpDialog, close_button);
    gtk_widget_class_bind_template_callback(widget_class, on_open_file);
}

static void
dt_help_dialog_init(DtHelpDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    self->cancellable = g_cancellable_new();
    g_signal_connect(self, "response", G_CALLBACK(gtk_widget_destroy), NULL);
    gtk_widget_grab_focus(self->close_button);
}

GtkWidget *
dt_help_dialog_new(GtkWindow *parent, ProfileStore *store, const Profile *profile)
{
    DtHelpDialog *self =
        g_object_new(DT_TYPE_HELP_DIALOG, "transient-for", parent, "use-header-bar", 0, NULL);
    g_autofree char *support = dt_format_foreign(profile->service_message, MAX_SUPPORT);

    self->store = g_object_ref(store);
    self->profile = profile_copy(profile);
    gtk_label_set_text(GTK_LABEL(self->support_label), support);
    gtk_widget_set_visible(self->support_label, *support != '\0');
    gtk_widget_set_visible(self->support_title, *support != '\0');
    show_file(self);
    return GTK_WIDGET(self);
}
