/* dt-ipsec-dialog.c - see dt-ipsec-dialog.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-ipsec-dialog"

#include "dt-ipsec-dialog.h"

#include "dt-a11y.h"
#include "dt-choose.h"
#include "dt-format.h"
#include "own-cert.h"
#include "profile-stricter.h"
#include "secret.h"

#include <glib/gi18n.h>

#include <string.h>

enum { MAX_NAME = 120, MAX_TEXT = 600 };

/* What is asked for next to read the file that was chosen. */
enum wanted { WANTED_NOTHING, WANTED_KEY_FILE, WANTED_PASSPHRASE };

struct _DtIpsecDialog {
    GtkDialog parent_instance;

    GtkToggleButton *psk_radio, *cert_radio;
    GtkWidget *cert_grid;
    GtkWidget *key_caption, *key_button, *passphrase_caption, *passphrase_entry, *unlock_button;
    GtkLabel *how_label, *cert_label, *authorities_label, *problem_label;
    GtkWidget *doubts_box, *root_check, *system_button;
    GtkLabel *doubts_label;

    gboolean of_ipsec, signs_in;   /* what it is for */
    GFile *file, *key_file;        /* those that were chosen; or NULL */
    struct own_cert cert;          /* read of them; .pem NULL: none yet */
    char *cert_pem, *ca_pem;       /* of the profile, and what becomes of the latter */
    char *ca_doubts;               /* of a file of authorities; or NULL */
    GtkFileChooserNative *chooser; /* the one that is open, or NULL */
    GCancellable *cancellable;     /* of the reading; cancelled by the next, and in dispose */
};

G_DEFINE_TYPE(DtIpsecDialog, dt_ipsec_dialog, GTK_TYPE_DIALOG)

static char *
until_text(gint64 time)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_local(time);

    return at != NULL ? g_date_time_format(at, "%x") : g_strdup("?");
}

static char *
cert_text(const char *of_subject, gint64 not_after)
{
    g_autofree char *subject = dt_format_foreign(of_subject, MAX_NAME);
    g_autofree char *until = until_text(not_after);

    /* Translators: the name that a certificate is for, as "CN=laptop", and a date */
    return g_strdup_printf(_("%s, valid until %s"), subject, until);
}

/* Of certificates that a profile has. */
static char *
kept_text(const char *pem)
{
    g_autofree char *subject = NULL;
    gint64 until = 0;

    if (*pem == '\0')
        return g_strdup(_("None is chosen"));
    if (!own_cert_about(pem, &subject, &until))
        return g_strdup(_("One that cannot be read"));
    return cert_text(subject, until);
}

static gboolean
signs_in(const Profile *profile)
{
    return (profile_auth_offered(profile) & PLAN_AUTH_EAP_TLS) != 0;
}

gboolean
dt_ipsec_dialog_is_of_ipsec(const Profile *profile)
{
    return profile->ipsec && profile_uses_l2tp(profile);
}

gboolean
dt_ipsec_dialog_is_for(const Profile *profile)
{
    return dt_ipsec_dialog_is_of_ipsec(profile) || signs_in(profile);
}

gboolean
dt_ipsec_dialog_uses_key(const Profile *profile)
{
    return profile->use_certificate || signs_in(profile);
}

char *
dt_ipsec_dialog_text(const Profile *profile)
{
    const gboolean psk = dt_ipsec_dialog_is_of_ipsec(profile) && !profile->use_certificate;
    g_autofree char *of = kept_text(profile->cert_pem);

    if (psk && signs_in(profile))
        /* Translators: %s is what a certificate says, or "None is chosen" */
        return g_strdup_printf(_("By a pre-shared key; you sign in by a certificate: %s"), of);
    if (psk)
        return g_strdup(_("By a pre-shared key"));
    /* Translators: %s is what a certificate says, or "None is chosen" */
    return g_strdup_printf(_("By a certificate: %s"), of);
}

/* ---- what is shown ------------------------------------------------------------------------- */

static void
show_problem(DtIpsecDialog *self, const char *text)
{
    gtk_label_set_text(self->problem_label, text);
    gtk_widget_set_visible(GTK_WIDGET(self->problem_label), *text != '\0');
    if (*text != '\0')
        dt_a11y_announce(GTK_WIDGET(self->problem_label), text);
}

static void
show_wanted(DtIpsecDialog *self, enum wanted wanted)
{
    const gboolean key = wanted == WANTED_KEY_FILE || self->key_file != NULL;

    gtk_widget_set_visible(self->key_caption, key);
    gtk_widget_set_visible(self->key_button, key);
    gtk_widget_set_visible(self->passphrase_caption, wanted == WANTED_PASSPHRASE);
    gtk_widget_set_visible(self->passphrase_entry, wanted == WANTED_PASSPHRASE);
    gtk_widget_set_visible(self->unlock_button, wanted == WANTED_PASSPHRASE);
}

static void
show_doubts(DtIpsecDialog *self)
{
    const char *of_cert = self->cert.pem != NULL ? self->cert.doubts : "";
    const char *of_ca = self->ca_doubts != NULL ? self->ca_doubts : "";
    g_autofree char *all =
        g_strconcat(of_cert, *of_cert != '\0' && *of_ca != '\0' ? "\n" : "", of_ca, NULL);
    GString *text = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(all, "\n", -1);

    for (guint i = 0; lines[i] != NULL; i++) {
        g_autofree char *line = dt_format_foreign(lines[i], MAX_TEXT);
        g_string_append_printf(text, "%s%s", i > 0 ? "\n" : "", line);
    }
    gtk_label_set_text(self->doubts_label, text->str);
    gtk_widget_set_visible(self->doubts_box, text->len > 0);
    if (text->len > 0)
        dt_a11y_announce(GTK_WIDGET(self->doubts_label), text->str);
    g_string_free(text, TRUE);
}

static void
show_cert(DtIpsecDialog *self)
{
    g_autofree char *text = self->cert.pem != NULL
                                ? cert_text(self->cert.subject, self->cert.not_after)
                                : kept_text(self->cert_pem);
    const gboolean with_root = self->cert.authority != NULL;

    gtk_label_set_text(self->cert_label, text);
    gtk_widget_set_visible(self->root_check, with_root);
    if (!with_root)
        return;
    g_autofree char *name = dt_format_foreign(self->cert.authority_name, MAX_NAME);
    /* Translators: %s is the name of an authority */
    g_autofree char *label = g_strdup_printf(_("_Trust only its authority, %s"), name);
    gtk_button_set_label(GTK_BUTTON(self->root_check), label);
}

static void
show_authorities(DtIpsecDialog *self)
{
    const gboolean own = *self->ca_pem != '\0';
    g_autofree char *text =
        own ? kept_text(self->ca_pem) : g_strdup(_("Those that this computer trusts"));

    gtk_label_set_text(self->authorities_label, text);
    gtk_widget_set_visible(self->system_button, own);
}

/* Who signs in with the certificate may choose one and keep the key of IPsec, too. */
static void
show_state(DtIpsecDialog *self)
{
    const gboolean by_key = self->of_ipsec && gtk_toggle_button_get_active(self->psk_radio);
    const gboolean none_chosen = self->file == NULL && self->cert.pem == NULL;

    gtk_widget_set_sensitive(self->cert_grid, !by_key || self->signs_in);
    gtk_dialog_set_response_sensitive(GTK_DIALOG(self), GTK_RESPONSE_OK,
                                      self->cert.pem != NULL || (by_key && !self->signs_in) ||
                                          (none_chosen && (by_key || *self->cert_pem != '\0')));
}

/* Words of IPsec only where it is used. */
static void
show_purpose(DtIpsecDialog *self)
{
    gtk_widget_set_visible(GTK_WIDGET(self->psk_radio), self->of_ipsec);
    gtk_widget_set_visible(GTK_WIDGET(self->cert_radio), self->of_ipsec);
    if (self->of_ipsec)
        return;
    gtk_window_set_title(GTK_WINDOW(self), _("Certificate"));
    gtk_label_set_text(self->how_label, _("The certificate that you sign in with (EAP-TLS):"));
    gtk_widget_set_margin_start(self->cert_grid, 0);
}

/* ---- reading ------------------------------------------------------------------------------- */

struct job {
    GFile *file, *key_file; /* the latter may be NULL */
    gboolean authorities;
    gboolean has_passphrase;
    struct secret passphrase;
    struct own_cert cert; /* what comes of it */
    char *ca_pem, *ca_doubts;
};

static void
job_free(gpointer data)
{
    struct job *job = data;

    g_clear_object(&job->file);
    g_clear_object(&job->key_file);
    secret_wipe(&job->passphrase);
    own_cert_clear(&job->cert);
    g_free(job->ca_pem);
    g_free(job->ca_doubts);
    g_free(job);
}

/* One octet more than may be: that it is too large is for others to say. */
static GBytes *
read_file(GFile *file, GCancellable *cancellable, GError **error)
{
    g_autoptr(GFileInputStream) in = g_file_read(file, cancellable, error);
    char *p = in != NULL ? g_malloc(OWN_CERT_FILE_MAX + 1) : NULL;
    gsize n = 0;

    if (in == NULL || !g_input_stream_read_all(G_INPUT_STREAM(in), p, OWN_CERT_FILE_MAX + 1, &n,
                                               cancellable, error)) {
        g_free(p);
        return NULL;
    }
    return g_bytes_new_take(p, n);
}

/* A private key may have been in it. */
static void
wipe_file(GBytes *bytes)
{
    gsize n;
    void *p = bytes != NULL ? g_bytes_unref_to_data(bytes, &n) : NULL;

    if (p != NULL)
        explicit_bzero(p, n);
    g_free(p);
}

static void
run_job(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    struct job *job = data;
    const gint64 now = g_get_real_time() / G_USEC_PER_SEC;
    GError *error = NULL;
    GBytes *file = read_file(job->file, cancellable, &error);
    GBytes *key_file = file != NULL && job->key_file != NULL
                           ? read_file(job->key_file, cancellable, &error)
                           : NULL;

    (void)source;
    if (error == NULL && job->authorities)
        own_cert_read_authorities(file, now, &job->ca_pem, &job->ca_doubts, &error);
    else if (error == NULL)
        own_cert_read(file, key_file,
                      job->has_passphrase ? (const char *)job->passphrase.data : NULL, now,
                      &job->cert, &error);
    wipe_file(file);
    wipe_file(key_file);
    if (error != NULL)
        g_task_return_error(task, error);
    else
        g_task_return_boolean(task, TRUE);
}

static void
take_authorities(DtIpsecDialog *self, struct job *job)
{
    profile_set(&self->ca_pem, job->ca_pem);
    g_free(self->ca_doubts);
    self->ca_doubts = g_steal_pointer(&job->ca_doubts);
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->root_check), FALSE);
}

static void
refuse(DtIpsecDialog *self, const struct job *job, const GError *error)
{
    g_autofree char *name = g_file_get_basename(job->file);
    g_autofree char *shown = dt_format_foreign(name, MAX_NAME);
    g_autofree char *why = dt_format_foreign(error->message, MAX_TEXT);
    /* Translators: the name of a file, and a sentence that says what is wrong with it */
    g_autofree char *text = g_strdup_printf(_("%s: %s"), shown, why);
    const gboolean locked = g_error_matches(error, OWN_CERT_ERROR, OWN_CERT_ERROR_PROTECTED) ||
                            g_error_matches(error, OWN_CERT_ERROR, OWN_CERT_ERROR_WRONG_PASSPHRASE);
    const gboolean no_key = g_error_matches(error, OWN_CERT_ERROR, OWN_CERT_ERROR_NO_KEY);

    show_problem(self, text);
    if (job->authorities)
        return;
    show_wanted(self, locked ? WANTED_PASSPHRASE : no_key ? WANTED_KEY_FILE : WANTED_NOTHING);
    if (locked)
        gtk_widget_grab_focus(self->passphrase_entry);
    else if (no_key)
        gtk_widget_grab_focus(self->key_button);
}

static void
on_job_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    struct job *job = g_task_get_task_data(G_TASK(result));

    (void)source;
    g_task_propagate_boolean(G_TASK(result), &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* user_data is already gone: do not touch it */

    DtIpsecDialog *self = DT_IPSEC_DIALOG(user_data);

    if (error != NULL) {
        refuse(self, job, error);
    } else if (job->authorities) {
        take_authorities(self, job);
    } else {
        own_cert_clear(&self->cert);
        self->cert = job->cert;
        explicit_bzero(&job->cert, sizeof job->cert);
        gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->root_check),
                                     self->of_ipsec && *self->ca_pem == '\0');
        gtk_entry_set_text(GTK_ENTRY(self->passphrase_entry), "");
        show_wanted(self, WANTED_NOTHING);
    }
    show_cert(self);
    show_authorities(self);
    show_doubts(self);
    show_state(self);
}

static void
begin(DtIpsecDialog *self, struct job *job)
{
    g_cancellable_cancel(self->cancellable);
    g_object_unref(self->cancellable);
    self->cancellable = g_cancellable_new();
    show_problem(self, "");
    g_autoptr(GTask) task = g_task_new(NULL, self->cancellable, on_job_done, self);
    g_task_set_task_data(task, job, job_free);
    g_task_set_return_on_cancel(task, TRUE);
    g_task_run_in_thread(task, run_job);
}

static void
read_cert(DtIpsecDialog *self)
{
    const gboolean asked = gtk_widget_get_visible(self->passphrase_entry);
    struct job *job = g_new0(struct job, 1);

    if (asked &&
        !secret_set_text(&job->passphrase, gtk_entry_get_text(GTK_ENTRY(self->passphrase_entry)))) {
        job_free(job);
        show_problem(self, _("The pass phrase is too long."));
        return;
    }
    job->has_passphrase = asked;
    job->file = g_object_ref(self->file);
    g_set_object(&job->key_file, self->key_file);
    own_cert_clear(&self->cert);
    show_state(self);
    begin(self, job);
}

/* ---- choosing ------------------------------------------------------------------------------ */

static GFile *
chosen(GtkNativeDialog *dialog, int response)
{
    return response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog))
                                           : NULL;
}

static void
choose(DtIpsecDialog *self, const char *title, GCallback on_chosen)
{
    static const char *const patterns[] = {
        "*.[pP][eE][mM]", "*.[cC][rR][tT]", "*.[cC][eE][rR]", "*.[dD][eE][rR]",
        "*.[kK][eE][yY]", "*.[pP]12",       "*.[pP][fF][xX]", NULL,
    };

    g_clear_object(&self->chooser);
    self->chooser = dt_choose_file(GTK_WINDOW(self), title, _("Certificates and keys"), patterns);
    g_signal_connect_object(self->chooser, "response", on_chosen, self, 0);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(self->chooser));
}

static void
on_cert_chosen(GtkNativeDialog *dialog, int response, DtIpsecDialog *self)
{
    GFile *file = chosen(dialog, response);

    g_clear_object(&self->chooser);
    if (file == NULL)
        return;
    g_clear_object(&self->file);
    g_clear_object(&self->key_file);
    self->file = file;
    show_wanted(self, WANTED_NOTHING);
    read_cert(self);
}

static void
on_cert_clicked(DtIpsecDialog *self)
{
    choose(self, _("Choose a Certificate"), G_CALLBACK(on_cert_chosen));
}

static void
on_key_chosen(GtkNativeDialog *dialog, int response, DtIpsecDialog *self)
{
    GFile *file = chosen(dialog, response);

    g_clear_object(&self->chooser);
    if (file == NULL)
        return;
    g_clear_object(&self->key_file);
    self->key_file = file;
    show_wanted(self, WANTED_KEY_FILE);
    read_cert(self);
}

static void
on_key_clicked(DtIpsecDialog *self)
{
    choose(self, _("Choose a Private Key"), G_CALLBACK(on_key_chosen));
}

static void
on_authorities_chosen(GtkNativeDialog *dialog, int response, DtIpsecDialog *self)
{
    struct job *job;
    GFile *file = chosen(dialog, response);

    g_clear_object(&self->chooser);
    if (file == NULL)
        return;
    job = g_new0(struct job, 1);
    job->file = file;
    job->authorities = TRUE;
    begin(self, job);
}

static void
on_authorities_clicked(DtIpsecDialog *self)
{
    choose(self, _("Choose Certificate Authorities"), G_CALLBACK(on_authorities_chosen));
}

static void
on_system_clicked(DtIpsecDialog *self)
{
    profile_set(&self->ca_pem, "");
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->root_check), FALSE);
    g_clear_pointer(&self->ca_doubts, g_free);
    show_authorities(self);
    show_doubts(self);
}

static void
on_unlock(DtIpsecDialog *self)
{
    read_cert(self);
}

/* ---- the object ---------------------------------------------------------------------------- */

void
dt_ipsec_dialog_take(DtIpsecDialog *self, Profile *profile, struct plan_key *ret_key)
{
    const gboolean by_cert = gtk_toggle_button_get_active(self->cert_radio);
    const gboolean taken = by_cert || self->signs_in;
    const gboolean root = gtk_widget_get_visible(self->root_check) &&
                          gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(self->root_check));

    if (self->of_ipsec)
        profile->use_certificate = by_cert;
    if (!taken)
        return;
    profile_set(&profile->ca_pem, root ? self->cert.authority : self->ca_pem);
    if (self->cert.pem == NULL)
        return;
    profile_set(&profile->cert_pem, self->cert.pem);
    *ret_key = self->cert.key;
}

static void
dt_ipsec_dialog_dispose(GObject *object)
{
    DtIpsecDialog *self = DT_IPSEC_DIALOG(object);

    g_cancellable_cancel(self->cancellable);
    g_clear_object(&self->chooser);
    G_OBJECT_CLASS(dt_ipsec_dialog_parent_class)->dispose(object);
}

static void
dt_ipsec_dialog_finalize(GObject *object)
{
    DtIpsecDialog *self = DT_IPSEC_DIALOG(object);

    own_cert_clear(&self->cert);
    g_clear_object(&self->file);
    g_clear_object(&self->key_file);
    g_clear_object(&self->cancellable);
    g_free(self->cert_pem);
    g_free(self->ca_pem);
    g_free(self->ca_doubts);
    G_OBJECT_CLASS(dt_ipsec_dialog_parent_class)->finalize(object);
}

static void
dt_ipsec_dialog_class_init(DtIpsecDialogClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dt_ipsec_dialog_dispose;
    G_OBJECT_CLASS(klass)->finalize = dt_ipsec_dialog_finalize;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/dialtone/Dialer/ui/ipsec-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, DtIpsecDialog, psk_radio);
    gtk_widget_class_bind_template_child(widget_class, DtIpsecDialog, cert_radio);
    gtk_widget_class_bind_template_child(widget_class, DtIpsecDialog, cert_grid);
    gtk_widget_class_bind_template_child(widget_class, DtIpsecDialog, how_label);
    gtk_widget_class_bind_template_child(widget_class, DtIpsecDialog, cert_label);
    gtk_widget_class_bind_template_child(widget_class, DtIpsecDialog, key_caption);
    gtk_widget_class_bind_template_child(widget_class, DtIpsecDialog, key_button);
    gtk_widget_class_bind_template_child(widget_class, DtIpsecDialog, passphrase_caption);
    gtk_widget_class_bind_template_child(widget_class, DtIpsecDialog, passphrase_entry);
    gtk_widget_class_bind_template_child(widget_class, DtIpsecDialog, unlock_button);
    gtk_widget_class_bind_template_child(widget_class, DtIpsecDialog, authorities_label);
    gtk_widget_class_bind_template_child(widget_class, DtIpsecDialog, system_button);
    gtk_widget_class_bind_template_child(widget_class, DtIpsecDialog, root_check);
    gtk_widget_class_bind_template_child(widget_class, DtIpsecDialog, doubts_box);
    gtk_widget_class_bind_template_child(widget_class, DtIpsecDialog, doubts_label);
    gtk_widget_class_bind_template_child(widget_class, DtIpsecDialog, problem_label);
    gtk_widget_class_bind_template_callback(widget_class, show_state);
    gtk_widget_class_bind_template_callback(widget_class, on_cert_clicked);
    gtk_widget_class_bind_template_callback(widget_class, on_key_clicked);
    gtk_widget_class_bind_template_callback(widget_class, on_authorities_clicked);
    gtk_widget_class_bind_template_callback(widget_class, on_system_clicked);
    gtk_widget_class_bind_template_callback(widget_class, on_unlock);
}

static void
dt_ipsec_dialog_init(DtIpsecDialog *self)
{
    self->cancellable = g_cancellable_new();
    self->cert_pem = g_strdup("");
    self->ca_pem = g_strdup("");
    gtk_widget_init_template(GTK_WIDGET(self));
}

GtkWidget *
dt_ipsec_dialog_new(GtkWindow *parent, const Profile *profile)
{
    DtIpsecDialog *self =
        g_object_new(DT_TYPE_IPSEC_DIALOG, "transient-for", parent, "use-header-bar", 0, NULL);

    profile_set(&self->cert_pem, profile->cert_pem);
    profile_set(&self->ca_pem, profile->ca_pem);
    self->of_ipsec = dt_ipsec_dialog_is_of_ipsec(profile);
    self->signs_in = signs_in(profile);
    gtk_toggle_button_set_active(profile->use_certificate ? self->cert_radio : self->psk_radio,
                                 TRUE);
    show_purpose(self);
    show_cert(self);
    show_authorities(self);
    show_state(self);
    return GTK_WIDGET(self);
}
