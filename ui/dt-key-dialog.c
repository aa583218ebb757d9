/* dt-key-dialog.c - see dt-key-dialog.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-key-dialog"

#include "dt-key-dialog.h"

#include "dt-format.h"
#include "secret.h"

#include <glib/gi18n.h>

#include <string.h>

enum { MAX_NAME = 120 };

struct _DtKeyDialog {
    GtkDialog parent_instance;

    enum dt_key_kind kind;
    GtkLabel *why_label;
    GtkLabel *key_label;
    GtkLabel *hint_label;
    GtkEntry *key_entry;
    GtkToggleButton *keep_check;
};

G_DEFINE_TYPE(DtKeyDialog, dt_key_dialog, GTK_TYPE_DIALOG)

static void
on_changed(DtKeyDialog *self)
{
    const gsize n = strlen(gtk_entry_get_text(self->key_entry));

    gtk_label_set_text(self->hint_label, n > SECRET_MAX ? dt_key_too_long(self->kind) : "");
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK, n > 0 && n <= SECRET_MAX);
}

const char *
dt_key_dialog_get_key(DtKeyDialog *self)
{
    return gtk_entry_get_text(self->key_entry);
}

gboolean
dt_key_dialog_get_keep(DtKeyDialog *self)
{
    return gtk_toggle_button_get_active(self->keep_check);
}

static void
dt_key_dialog_class_init(DtKeyDialogClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/dialtone/Dialer/ui/key-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, DtKeyDialog, why_label);
    gtk_widget_class_bind_template_child(widget_class, DtKeyDialog, key_label);
    gtk_widget_class_bind_template_child(widget_class, DtKeyDialog, hint_label);
    gtk_widget_class_bind_template_child(widget_class, DtKeyDialog, key_entry);
    gtk_widget_class_bind_template_child(widget_class, DtKeyDialog, keep_check);
    gtk_widget_class_bind_template_callback(widget_class, on_changed);
}

static void
dt_key_dialog_init(DtKeyDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    on_changed(self);
}

/* What the server wants, in the words of who has to be asked for it. */
static char *
why(const char *name, enum dt_key_kind kind)
{
    if (kind == DT_KEY_PSK)
        /* Translators: %s is the name of a connection */
        return g_strdup_printf(_("“%s” needs the pre-shared key of the server (L2TP/IPsec). Your "
                                 "administrator knows it; it is the same for everybody, and not "
                                 "your password."),
                               name);
    /* Translators: %s is the name of a connection */
    return g_strdup_printf(_("The server of “%s” wants the secret of its L2TP tunnel, beside what "
                             "IPsec needs. Your administrator knows it; it is the same for "
                             "everybody, and not your password."),
                           name);
}

static char *
why_proxy(const Profile *profile, gboolean refused)
{
    g_autofree char *name = dt_format_foreign(profile->name, MAX_NAME);
    g_autofree char *host = dt_format_foreign(profile->proxy_host, MAX_NAME);
    g_autofree char *user = dt_format_foreign(profile->proxy_user, MAX_NAME);

    if (refused)
        /* Translators: a proxy server, a user name, the name of a connection */
        return g_strdup_printf(_("The proxy %s did not accept this password for the user name %s. "
                                 "Type the right one. It is for the proxy on the way to “%s”, and "
                                 "not for the VPN; the user name is in Properties, Networking."),
                               host, user, name);
    /* Translators: the name of a connection, a proxy server, a user name */
    return g_strdup_printf(_("“%s” goes through the proxy %s, which knows you as %s. Type the "
                             "password for the proxy; it may be another than that for the VPN."),
                           name, host, user);
}

GtkWidget *
dt_key_dialog_new_proxy(GtkWindow *parent, const Profile *profile, gboolean refused)
{
    DtKeyDialog *self =
        g_object_new(DT_TYPE_KEY_DIALOG, "transient-for", parent, "use-header-bar", 0, NULL);
    g_autofree char *text = why_proxy(profile, refused);

    self->kind = DT_KEY_PROXY;
    gtk_window_set_title(GTK_WINDOW(self), _("Proxy Password"));
    gtk_label_set_text_with_mnemonic(self->key_label, _("Proxy _password:"));
    gtk_button_set_label(GTK_BUTTON(self->keep_check),
                         _("_Save the password when it has connected"));
    gtk_label_set_text(self->why_label, text);
    return GTK_WIDGET(self);
}

GtkWidget *
dt_key_dialog_new(GtkWindow *parent, const char *name, enum dt_key_kind kind)
{
    DtKeyDialog *self =
        g_object_new(DT_TYPE_KEY_DIALOG, "transient-for", parent, "use-header-bar", 0, NULL);
    g_autofree char *shown = dt_format_foreign(name, MAX_NAME);
    g_autofree char *text = why(shown, kind);

    self->kind = kind;
    if (kind == DT_KEY_TUNNEL) {
        gtk_window_set_title(GTK_WINDOW(self), _("L2TP Tunnel Secret"));
        gtk_label_set_text_with_mnemonic(self->key_label, _("Tunnel _secret:"));
    }
    gtk_label_set_text(self->why_label, text);
    return GTK_WIDGET(self);
}
