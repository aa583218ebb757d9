/* dt-help-dialog.c - see dt-help-dialog.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-help-dialog"

#include "dt-help-dialog.h"

struct _DtHelpDialog {
    GtkDialog parent_instance;

    GtkWidget *support_title;
    GtkWidget *support_label;
    GtkWidget *close_button;
};

G_DEFINE_TYPE(DtHelpDialog, dt_help_dialog, GTK_TYPE_DIALOG)

static void
dt_help_dialog_class_init(DtHelpDialogClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/dialtone/Dialer/ui/help-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, DtHelpDialog, support_title);
    gtk_widget_class_bind_template_child(widget_class, DtHelpDialog, support_label);
    gtk_widget_class_bind_template_child(widget_class, DtHelpDialog, close_button);
}

static void
dt_help_dialog_init(DtHelpDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    g_signal_connect(self, "response", G_CALLBACK(gtk_widget_destroy), NULL);
    gtk_widget_grab_focus(self->close_button);
}

GtkWidget *
dt_help_dialog_new(GtkWindow *parent, const char *support)
{
    DtHelpDialog *self =
        g_object_new(DT_TYPE_HELP_DIALOG, "transient-for", parent, "use-header-bar", 0, NULL);

    gtk_label_set_text(GTK_LABEL(self->support_label), support);
    gtk_widget_set_visible(self->support_label, *support != '\0');
    gtk_widget_set_visible(self->support_title, *support != '\0');
    return GTK_WIDGET(self);
}
