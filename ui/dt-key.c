/* dt-key.c - see dt-key.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-key"

#include "dt-key.h"

#include "dt-key-dialog.h"
#include "dt-unfinished.h"
#include "profile-secret.h"

#include <glib/gi18n.h>

struct _DtKey {
    GObject parent_instance;

    struct secret key;
    gboolean typed;            /* here, for the next call; not from the keyring */
    gboolean keep;             /* when it has connected */
    GtkWidget *dialog;         /* the question that is open, or NULL */
    GCancellable *cancellable; /* cancelled in dispose */
};

G_DEFINE_TYPE(DtKey, dt_key, G_TYPE_OBJECT)

enum { READY, GIVEN, PROBLEM, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
on_found(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    struct secret found = {0};

    (void)source;
    profile_secret_lookup_finish(result, &found, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* user_data is already gone: do not touch it */

    DtKey *self = DT_KEY(user_data);

    if (error != NULL)
        g_debug("no pre-shared key was read: %s", error->message);
    if (!self->typed)
        secret_set(&self->key, secret_rd(&found));
    secret_wipe(&found);
    g_signal_emit(self, signals[READY], 0);
}

void
dt_key_load(DtKey *self, const Profile *profile)
{
    if (profile_uses_psk(profile))
        profile_secret_lookup_async(profile, PROFILE_SECRET_PSK, self->cancellable, on_found, self);
    else
        g_signal_emit(self, signals[READY], 0);
}

const char *
dt_key_get(DtKey *self)
{
    return self->key.len > 0 ? (const char *)self->key.data : NULL;
}

gboolean
dt_key_is_missing(DtKey *self, const Profile *profile)
{
    enum plan_protocol order[PLAN_MAX_PROTOCOLS];

    return self->key.len == 0 && profile_uses_psk(profile) &&
           profile_dialable(profile, order) > 0 && order[0] == PLAN_L2TP_IPSEC;
}

static void
on_response(GtkDialog *dialog, int response, gpointer user_data)
{
    DtKey *self = DT_KEY(user_data);
    const gboolean given =
        response == GTK_RESPONSE_OK &&
        secret_set_text(&self->key, dt_key_dialog_get_key(DT_KEY_DIALOG(dialog)));

    if (given) {
        self->typed = TRUE;
        self->keep = dt_key_dialog_get_keep(DT_KEY_DIALOG(dialog));
    }
    gtk_widget_destroy(GTK_WIDGET(dialog));
    if (given)
        g_signal_emit(self, signals[GIVEN], 0);
}

void
dt_key_ask(DtKey *self, GtkWindow *parent, const Profile *profile)
{
    if (self->dialog == NULL) {
        self->dialog = dt_key_dialog_new(parent, profile->name);
        g_signal_connect(self->dialog, "destroy", G_CALLBACK(gtk_widget_destroyed), &self->dialog);
        g_signal_connect_object(self->dialog, "response", G_CALLBACK(on_response), self, 0);
    }
    gtk_window_present(GTK_WINDOW(self->dialog));
}

static void
on_kept(gpointer self, const GError *problem)
{
    if (problem == NULL)
        return;
    /* Translators: %s is a sentence from the keyring */
    g_autofree char *text =
        g_strdup_printf(_("The pre-shared key was not saved: %s"), problem->message);

    g_signal_emit(self, signals[PROBLEM], 0, text);
}

void
dt_key_keep(DtKey *self, const Profile *profile)
{
    if (self->typed && self->keep)
        dt_unfinished_store(profile, PROFILE_SECRET_PSK, &self->key, on_kept, self);
    self->typed = self->keep = FALSE;
}

void
dt_key_refuse(DtKey *self)
{
    if (!self->typed)
        return;
    secret_wipe(&self->key);
    self->typed = self->keep = FALSE;
}

static void
dt_key_dispose(GObject *object)
{
    DtKey *self = DT_KEY(object);

    g_cancellable_cancel(self->cancellable);
    if (self->dialog != NULL)
        gtk_widget_destroy(self->dialog);
    G_OBJECT_CLASS(dt_key_parent_class)->dispose(object);
}

static void
dt_key_finalize(GObject *object)
{
    DtKey *self = DT_KEY(object);

    secret_wipe(&self->key);
    g_clear_object(&self->cancellable);
    G_OBJECT_CLASS(dt_key_parent_class)->finalize(object);
}

static void
dt_key_class_init(DtKeyClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dt_key_dispose;
    G_OBJECT_CLASS(klass)->finalize = dt_key_finalize;
    signals[READY] =
        g_signal_new("ready", DT_TYPE_KEY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[GIVEN] =
        g_signal_new("given", DT_TYPE_KEY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[PROBLEM] = g_signal_new("problem", DT_TYPE_KEY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
dt_key_init(DtKey *self)
{
    self->cancellable = g_cancellable_new();
}

DtKey *
dt_key_new(void)
{
    return g_object_new(DT_TYPE_KEY, NULL);
}
