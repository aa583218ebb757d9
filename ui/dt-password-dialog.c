/* dt-password-dialog.c - see dt-password-dialog.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-password-dialog"

#include "dt-password-dialog.h"

#include "dt-format.h"
#include "ras.h"

#include <glib/gi18n.h>

struct _DtPasswordDialog {
    GtkDialog parent_instance;

    GtkLabel *why_label;
    GtkLabel *hint_label;
    GtkEntry *new_entry;
    GtkEntry *confirm_entry;
};

G_DEFINE_TYPE(DtPasswordDialog, dt_password_dialog, GTK_TYPE_DIALOG)

static void
on_changed(DtPasswordDialog *self)
{
    const char *text = gtk_entry_get_text(self->new_entry);
    const char *again = gtk_entry_get_text(self->confirm_entry);
    const gboolean same = g_str_equal(text, again);

    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK, same && *text != '\0');
    gtk_label_set_text(self->hint_label,
                       same || *again == '\0' ? "" : _("The two passwords are not the same yet."));
}

const char *
dt_password_dialog_get_new(DtPasswordDialog *self)
{
    return gtk_entry_get_text(self->new_entry);
}

static void
dt_password_dialog_class_init(DtPasswordDialogClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/dialtone/Dialer/ui/password-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, DtPasswordDialog, why_label);
    gtk_widget_class_bind_template_child(widget_class, DtPasswordDialog, hint_label);
    gtk_widget_class_bind_template_child(widget_class, DtPasswordDialog, new_entry);
    gtk_widget_class_bind_template_child(widget_class, DtPasswordDialog, confirm_entry);
    gtk_widget_class_bind_template_callback(widget_class, on_changed);
}

static void
dt_password_dialog_init(DtPasswordDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

GtkWidget *
dt_password_dialog_new(GtkWindow *parent, const char *name, guint32 reason)
{
    DtPasswordDialog *self =
        g_object_new(DT_TYPE_PASSWORD_DIALOG, "transient-for", parent, "use-header-bar", 0, NULL);
    g_autofree char *what = dt_format_error(reason);
    g_autofree char *shown = dt_format_foreign(name, 128);
    /* Translators: first %s: "Error 648: …"; second %s: the name of the connection */
    g_autofree char *why = g_strdup_printf(
        _("%s\n\nThe server of “%s” asks for a new password. It becomes your password "
          "there. If you do not want to change it now, choose Cancel."),
        what, shown);

    gtk_label_set_text(self->why_label, why);
    return GTK_WIDGET(self);
}
