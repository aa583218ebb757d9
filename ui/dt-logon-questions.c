/* dt-logon-questions.c - what a server asks while it is dialed, and its certificate; see
 * dt-logon-private.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-logon-window"

#include "dt-logon-private.h"

#include "dt-certificate-dialog.h"
#include "dt-password-dialog.h"
#include "ras.h"

#include <glib/gi18n.h>

/* ---- questions of the server -------------------------------------------------------------- */

static void
on_password_response(GtkDialog *dialog, int response, gpointer user_data)
{
    DtLogonWindow *self = DT_LOGON_WINDOW(user_data);
    struct secret chosen = {0}; /* the answer closes the dialog, and with it goes its text */

    if (response == GTK_RESPONSE_OK && dt_call_get_question(self->call) != 0 &&
        secret_set_text(&chosen, dt_password_dialog_get_new(DT_PASSWORD_DIALOG(dialog)))) {
        const struct dt_call_login login = dt_logon_login(self, (const char *)chosen.data);

        self->dialed_here = TRUE;
        dt_call_answer(self->call, self->profile, &login);
        gtk_entry_set_text(GTK_ENTRY(self->password_entry), (const char *)chosen.data);
    } else if (response != GTK_RESPONSE_OK && dt_logon_is_busy(self)) {
        dt_call_hang_up(self->call);
    }
    secret_wipe(&chosen);
    gtk_widget_destroy(GTK_WIDGET(dialog));
}

void
dt_logon_render_question(DtLogonWindow *self)
{
    const guint32 question = dt_call_get_question(self->call);

    if (question == self->shown_question)
        return;
    self->shown_question = question;
    if (self->password_dialog != NULL) /* the call went on without an answer, or asks another */
        gtk_widget_destroy(self->password_dialog);
    if (question == RAS_AUTHENTICATION_FAILURE) {
        gtk_widget_grab_focus(self->password_entry);
    } else if (question != 0) {
        self->password_dialog =
            dt_password_dialog_new(GTK_WINDOW(self), self->profile->name, question);
        g_signal_connect(self->password_dialog, "destroy", G_CALLBACK(gtk_widget_destroyed),
                         &self->password_dialog);
        g_signal_connect_object(self->password_dialog, "response", G_CALLBACK(on_password_response),
                                self, 0);
        gtk_window_present(GTK_WINDOW(self->password_dialog));
    }
}

static void
on_certificate_response(GtkDialog *dialog, int response, gpointer user_data)
{
    DtLogonWindow *self = DT_LOGON_WINDOW(user_data);
    g_autoptr(GError) error = NULL;

    if (response == GTK_RESPONSE_ACCEPT) {
        dt_logon_refresh_profile(self);
        const char *sha256 = g_object_get_data(G_OBJECT(dialog), "sha256");
        profile_set(g_object_get_data(G_OBJECT(dialog), "eap") != NULL ? &self->profile->eap.pin
                                                                       : &self->profile->pin,
                    sha256);
        if (profile_store_save(self->store, self->profile, &error))
            gtk_label_set_text(self->status_label,
                               _("The certificate is accepted. Click Connect to try again."));
        else
            gtk_label_set_text(self->status_label, error->message);
        gtk_widget_hide(GTK_WIDGET(self->failure_view));
        gtk_widget_grab_focus(self->connect_button);
    }
    gtk_widget_destroy(GTK_WIDGET(dialog));
}

/* The VPN server's was right if the authentication server has shown one: that comes behind it. */
static struct dt_certificate
certificate_of(DtLogonWindow *self)
{
    const char *eap = dt_call_get_detail(self->call, "eap-certificate-sha256");
    struct dt_certificate c = {.server = dt_call_get_detail(self->call, "server"),
                               .eap = *eap != '\0'};
    GVariant *details = dt_call_get_details(self->call);

    c.sha256 = c.eap ? eap : dt_call_get_detail(self->call, "certificate-sha256");
    c.name = dt_call_get_detail(self->call, "eap-certificate-name");
    c.issuer = dt_call_get_detail(self->call, "eap-certificate-issuer");
    if (details != NULL)
        g_variant_lookup(details, "eap-certificate-until", "t", &c.until);
    return c;
}

gboolean
dt_logon_may_accept_certificate(DtLogonWindow *self)
{
    const struct dt_certificate c = certificate_of(self);

    return dt_certificate_dialog_may_accept(dt_call_get_failure(self->call), c.sha256);
}

void
dt_logon_show_certificate(DtLogonWindow *self)
{
    const struct dt_certificate c = certificate_of(self);
    const guint32 failure = dt_call_get_failure(self->call);

    if (!dt_logon_may_accept_certificate(self))
        return;

    GtkWidget *dialog = dt_certificate_dialog_new(GTK_WINDOW(self), failure, &c);

    /* what is accepted is what was shown, whatever the helper reports meanwhile */
    g_object_set_data_full(G_OBJECT(dialog), "sha256", g_strdup(c.sha256), g_free);
    g_object_set_data(G_OBJECT(dialog), "eap", GINT_TO_POINTER(c.eap));
    g_signal_connect_object(dialog, "response", G_CALLBACK(on_certificate_response), self, 0);
    gtk_window_present(GTK_WINDOW(dialog));
}
