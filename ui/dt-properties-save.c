/* dt-properties-save.c - OK of the properties window; see dt-properties-private.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-properties-window"

#include "dt-properties-private.h"

#include "dt-everybody.h"
#include "dt-ipsec-dialog.h"
#include "dt-unfinished.h"
#include "profile-file.h"
#include "profile-system.h"

#include <glib/gi18n.h>

static void
show_problem(DtPropertiesWindow *self, const char *text)
{
    gtk_label_set_text(self->problem_label, text);
    gtk_widget_show(GTK_WIDGET(self->problem_label));
}

static void
on_key_saved(gpointer who, const GError *problem, enum dt_key_kind kind)
{
    DtPropertiesWindow *self = DT_PROPERTIES_WINDOW(who);

    self->saving--;
    if (self->store == NULL)
        return; /* it was closed meanwhile */
    gtk_widget_set_sensitive(GTK_WIDGET(self->notebook), self->saving == 0);
    if (problem != NULL) {
        g_autofree char *text = dt_key_not_saved(kind, problem->message);
        show_problem(self, text);
        return;
    }
    gtk_entry_set_text(dt_properties_entry_of(self, kind),
                       ""); /* not once more, should the other have failed */
    if (self->saving == 0 && *gtk_entry_get_text(self->key_entry) == '\0' &&
        *gtk_entry_get_text(self->tunnel_entry) == '\0')
        gtk_widget_destroy(GTK_WIDGET(self));
}

static void
on_psk_saved(gpointer who, const GError *problem)
{
    on_key_saved(who, problem, DT_KEY_PSK);
}

static void
on_tunnel_secret_saved(gpointer who, const GError *problem)
{
    on_key_saved(who, problem, DT_KEY_TUNNEL);
}

/* TRUE: there is one to be saved, and the window closes when all are. */
static gboolean
save_key(DtPropertiesWindow *self, enum dt_key_kind kind)
{
    const char *text = gtk_entry_get_text(dt_properties_entry_of(self, kind));
    struct secret key = {0};

    if (*text == '\0')
        return FALSE;
    if (secret_set_text(&key, text)) {
        self->saving++;
        dt_unfinished_store(self->profile, dt_key_place(kind), &key,
                            kind == DT_KEY_PSK ? on_psk_saved : on_tunnel_secret_saved, self);
    } else {
        show_problem(self, dt_key_too_long(kind));
    }
    secret_wipe(&key);
    return TRUE;
}

/* ---- a certificate, and its key -------------------------------------------------------------- */

void
dt_properties_keep_ipsec(struct dt_properties_ipsec *to, const Profile *p)
{
    to->use_certificate = p->use_certificate;
    g_free(to->cert_pem);
    to->cert_pem = g_strdup(p->cert_pem);
    g_free(to->ca_pem);
    to->ca_pem = g_strdup(p->ca_pem);
}

static void
swap_ipsec(DtPropertiesWindow *self)
{
    Profile *p = self->profile;
    const struct dt_properties_ipsec here = {p->use_certificate, p->cert_pem, p->ca_pem};

    p->use_certificate = self->stored.use_certificate;
    p->cert_pem = self->stored.cert_pem;
    p->ca_pem = self->stored.ca_pem;
    self->stored = here;
}

/* All but the certificate: a profile that cannot be saved costs no key that is in the keyring, and
 * one of everybody's gets the name under which the key is found. */
static gboolean
save_all_but_ipsec(DtPropertiesWindow *self, GError **error)
{
    swap_ipsec(self);
    const gboolean saved = profile_store_save(self->store, self->profile, error);
    swap_ipsec(self);
    return saved;
}

/* The certificate is of no use without its key: only then does the profile get it. */
static void
on_own_key_saved(gpointer who, const GError *problem)
{
    DtPropertiesWindow *self = DT_PROPERTIES_WINDOW(who);

    if (self->store == NULL)
        return; /* it was closed meanwhile */
    gtk_widget_set_sensitive(GTK_WIDGET(self->notebook), TRUE);
    if (problem != NULL) {
        /* Translators: %s is a sentence from the keyring */
        g_autofree char *text =
            g_strdup_printf(_("The private key was not saved: %s"), problem->message);
        show_problem(self, text);
        return;
    }
    explicit_bzero(&self->own_key, sizeof self->own_key);
    gtk_dialog_response(GTK_DIALOG(self), GTK_RESPONSE_OK);
}

/* FALSE: nothing was saved. */
static gboolean
save_own_key(DtPropertiesWindow *self, GError **error)
{
    if (!self->for_everybody && !save_all_but_ipsec(self, error))
        return FALSE;
    gtk_widget_set_sensitive(GTK_WIDGET(self->notebook), FALSE);
    dt_unfinished_store_key(self->profile, &self->own_key, on_own_key_saved, self);
    return TRUE;
}

/* ---- a connection for everybody -------------------------------------------------------------- */

/* Keys are each person's own: they change nothing in it. */
static gboolean
is_changed(DtPropertiesWindow *self)
{
    g_autoptr(GBytes) now = profile_file_write(self->profile);

    return !g_bytes_equal(now, self->before);
}

static void
on_installed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(DtPropertiesWindow) self = user_data;
    g_autoptr(GError) error = NULL;
    g_autofree char *id = profile_system_install_finish(DT_DIALER_CLIENT(source), result, &error);

    dt_unfinished_end();
    if (self->store == NULL)
        return; /* it was closed meanwhile */
    gtk_widget_set_sensitive(GTK_WIDGET(self->notebook), TRUE);
    self->for_everybody = FALSE;
    if (error != NULL) {
        g_autofree char *text = dt_everybody_problem(error);
        show_problem(self, text);
        return;
    }
    g_bytes_unref(self->before);
    self->before = profile_file_write(self->profile);
    gtk_dialog_response(GTK_DIALOG(self), GTK_RESPONSE_OK);
}

static void install(DtPropertiesWindow *self);

static void
on_call_changed(DtPropertiesWindow *self)
{
    if (!self->waiting || self->store == NULL || !dt_call_is_settled(self->call))
        return;
    self->waiting = FALSE;
    install(self);
}

static void
install(DtPropertiesWindow *self)
{
    DtDialerClient *client = self->call != NULL ? dt_call_get_client(self->call) : NULL;

    if (self->call != NULL && !dt_call_is_settled(self->call)) { /* the helper may be there yet */
        self->waiting = TRUE;
        gtk_widget_set_sensitive(GTK_WIDGET(self->notebook), FALSE);
        return;
    }
    gtk_widget_set_sensitive(GTK_WIDGET(self->notebook), TRUE);
    if (client == NULL) {
        g_autoptr(GError) error = dt_everybody_no_helper();
        g_autofree char *text = dt_everybody_problem(error);
        self->for_everybody = FALSE;
        show_problem(self, text);
        return;
    }
    gtk_widget_set_sensitive(GTK_WIDGET(self->notebook), FALSE);
    gtk_widget_hide(GTK_WIDGET(self->problem_label));
    dt_unfinished_begin();
    profile_system_install_async(client, self->store, self->profile, NULL, on_installed,
                                 g_object_ref(self));
}

static void
on_whom_response(GtkDialog *dialog, int response, gpointer user_data)
{
    DtPropertiesWindow *self = DT_PROPERTIES_WINDOW(user_data);

    gtk_widget_destroy(GTK_WIDGET(dialog));
    if (response != GTK_RESPONSE_YES && response != GTK_RESPONSE_NO)
        return;
    self->for_everybody = response == GTK_RESPONSE_YES;
    if (dt_properties_save(self, TRUE))
        gtk_widget_destroy(GTK_WIDGET(self));
}

static void
ask_whom_for(DtPropertiesWindow *self)
{
    GtkWidget *dialog = dt_everybody_ask(GTK_WINDOW(self), self->profile->name);

    g_signal_connect_object(dialog, "response", G_CALLBACK(on_whom_response), self, 0);
    gtk_window_present(GTK_WINDOW(dialog));
}

void
dt_properties_watch_call(DtPropertiesWindow *self)
{
    g_signal_connect_object(self->call, "changed", G_CALLBACK(on_call_changed), self,
                            G_CONNECT_SWAPPED);
}

/* ---- OK -------------------------------------------------------------------------------------- */

/* FALSE: it could not be saved. */
static gboolean
save_profile(DtPropertiesWindow *self, gboolean with_key, GError **error)
{
    if (with_key)
        return save_own_key(self, error);
    return (self->profile->system && !is_changed(self)) ||
           profile_store_save(self->store, self->profile, error);
}

gboolean
dt_properties_save(DtPropertiesWindow *self, gboolean asked)
{
    g_autoptr(GError) error = NULL;

    if (!gtk_widget_get_sensitive(GTK_WIDGET(self->notebook)))
        return FALSE; /* OK once more, while a key is being saved */
    dt_properties_take_values(self);
    const gboolean with_key = self->own_key.len > 0 && dt_ipsec_dialog_uses_key(self->profile);
    const gboolean valid = profile_validate(self->profile, &error);
    if (valid && self->profile->system && !self->for_everybody && !asked && is_changed(self)) {
        ask_whom_for(self);
        return FALSE;
    }
    if (valid && self->for_everybody && !with_key && is_changed(self)) {
        install(self);
        return FALSE; /* OK goes on when it is there */
    }
    if (!valid || !save_profile(self, with_key, &error)) {
        show_problem(self, error->message);
        return FALSE;
    }
    if (with_key)
        return FALSE; /* OK goes on when it is saved */
    dt_properties_keep_ipsec(&self->stored, self->profile);
    const gboolean psk = save_key(self, DT_KEY_PSK), tunnel = save_key(self, DT_KEY_TUNNEL);
    gtk_widget_set_sensitive(GTK_WIDGET(self->notebook), self->saving == 0);
    return !psk && !tunnel;
}
