/* dt-certificate-dialog.c - see dt-certificate-dialog.h. SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "dt-certificate-dialog"

#include "dt-certificate-dialog.h"

#include "dt-format.h"
#include "ras.h"

#include <glib/gi18n.h>

struct _DtCertificateDialog {
    GtkDialog parent_instance;

    GtkLabel *why_label;
    GtkLabel *server_label;
    GtkLabel *fingerprint_label;
    GtkToggleButton *compared_check;
};

G_DEFINE_TYPE(DtCertificateDialog, dt_certificate_dialog, GTK_TYPE_DIALOG)

static void
on_compared_toggled(DtCertificateDialog *self)
{
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_ACCEPT,
                                      gtk_toggle_button_get_active(self->compared_check));
}

gboolean
dt_certificate_dialog_may_accept(guint32 error, const char *sha256)
{
    g_autofree char *fingerprint = dt_format_fingerprint(sha256);

    return *fingerprint != '\0' &&
           (error == RAS_CERT_E_UNTRUSTEDROOT || error == RAS_CERT_E_CN_NO_MATCH);
}

static void
dt_certificate_dialog_class_init(DtCertificateDialogClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/dialtone/Dialer/ui/certificate-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, DtCertificateDialog, why_label);
    gtk_widget_class_bind_template_child(widget_class, DtCertificateDialog, server_label);
    gtk_widget_class_bind_template_child(widget_class, DtCertificateDialog, fingerprint_label);
    gtk_widget_class_bind_template_child(widget_class, DtCertificateDialog, compared_check);
    gtk_widget_class_bind_template_callback(widget_class, on_compared_toggled);
}

static void
dt_certificate_dialog_init(DtCertificateDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

/* Which server, and what its certificate says of itself, line by line. */
static char *
text_of(const struct dt_certificate *c)
{
    g_autofree char *server = dt_format_foreign(c->server, 255);
    g_autofree char *name = dt_format_foreign(c->name == NULL ? "" : c->name, 255);
    g_autofree char *issuer = dt_format_foreign(c->issuer == NULL ? "" : c->issuer, 255);
    g_autoptr(GDateTime) until = c->until > 0 ? g_date_time_new_from_unix_local(c->until) : NULL;
    g_autofree char *date = until == NULL ? NULL : g_date_time_format(until, "%x");
    g_autoptr(GString) text = g_string_new(NULL);

    if (c->eap)
        /* Translators: %s is the name of a VPN server; behind it another one knows who may sign in
         */
        g_string_append_printf(text, _("Authentication server behind %s"), server);
    else
        /* Translators: %s is the name of a server */
        g_string_append_printf(text, _("Server: %s"), server);
    if (*name != '\0') {
        g_string_append_c(text, '\n');
        /* Translators: %s is the name in a certificate */
        g_string_append_printf(text, _("Issued to: %s"), name);
    }
    if (*issuer != '\0') {
        g_string_append_c(text, '\n');
        /* Translators: %s is the name of an authority */
        g_string_append_printf(text, _("Issued by: %s"), issuer);
    }
    if (date != NULL) {
        g_string_append_c(text, '\n');
        /* Translators: %s is a date */
        g_string_append_printf(text, _("Valid until: %s"), date);
    }
    return g_strdup(text->str);
}

GtkWidget *
dt_certificate_dialog_new(GtkWindow *parent, guint32 error, const struct dt_certificate *c)
{
    DtCertificateDialog *self = g_object_new(DT_TYPE_CERTIFICATE_DIALOG, "transient-for", parent,
                                             "use-header-bar", 0, NULL);
    g_autofree char *what = text_of(c), *fingerprint = dt_format_fingerprint(c->sha256);

    gtk_label_set_text(self->why_label, _(ras_error_text(error)));
    gtk_label_set_text(self->server_label, what);
    gtk_label_set_text(self->fingerprint_label, fingerprint);
    return GTK_WIDGET(self);
}
