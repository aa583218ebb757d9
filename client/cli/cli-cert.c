/*
 * cli-cert.c - the certificate of this computer that the options name: see cli-call.h. What
 * protects its key is asked for at the terminal. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli-call.h"

#include <glib/gi18n-lib.h>

#include <string.h>

enum { TIMES = 3 }; /* that a pass phrase is asked for */

static void
wiped_free(gpointer p)
{
    explicit_bzero(p, OWN_CERT_FILE_MAX + 1);
    g_free(p);
}

/* One octet more than may be: that it is too long is for others to say. */
static GBytes *
read_file(const char *path, GError **error)
{
    g_autoptr(GFile) file = g_file_new_for_commandline_arg(path);
    g_autoptr(GFileInputStream) in = g_file_read(file, NULL, error);
    char *octets = in != NULL ? g_malloc0(OWN_CERT_FILE_MAX + 1) : NULL;
    gsize n = 0;

    if (in == NULL)
        return NULL;
    if (g_input_stream_read_all(G_INPUT_STREAM(in), octets, OWN_CERT_FILE_MAX + 1, &n, NULL, error))
        return g_bytes_new_with_free_func(octets, n, wiped_free, octets);
    wiped_free(octets);
    return NULL;
}

/* The file of the certificate, or the profile's own; and of the key, which may be NULL. */
static gboolean
open_files(const Profile *p, const struct cli_dial_options *o, GBytes **ret_file, GBytes **ret_key,
           GError **error)
{
    if (o->cert_file == NULL && *p->cert_pem == '\0') {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    _("--key-file is the private key of a certificate, and there is none: "
                      "--cert-file"));
        return FALSE;
    }
    *ret_file = o->cert_file != NULL ? read_file(o->cert_file, error)
                                     : g_bytes_new(p->cert_pem, strlen(p->cert_pem));
    if (*ret_file == NULL || o->key_file == NULL)
        return *ret_file != NULL;
    *ret_key = read_file(o->key_file, error);
    return *ret_key != NULL;
}

/* FALSE: nobody can be asked, or does not answer. */
static gboolean
ask(struct cli_call *d, guint times, struct secret *ret)
{
    const struct cli_dial_options *o = d->options;
    g_autofree char *path = cli_shown(o->key_file != NULL ? o->key_file : o->cert_file);
    g_autofree char *label = g_strdup_printf(_("Pass phrase of %s:"), path);

    return d->interactive && o->cert_password_file == NULL && times < TIMES &&
           cli_prompt(label, FALSE, &d->leave, ret);
}

static gboolean
read_asking(struct cli_call *d, GBytes *file, GBytes *key, struct own_cert *ret, GError **error)
{
    struct secret phrase = {0};
    const char *known = NULL;
    GError *why = NULL;
    gboolean good;

    if (d->options->cert_password_file != NULL) {
        if (!cli_read_secret(d->options->cert_password_file, &phrase, error))
            return FALSE;
        known = (const char *)phrase.data;
    }
    for (guint i = 0;; i++) {
        good = own_cert_read(file, key, known, g_get_real_time() / G_USEC_PER_SEC, ret, &why);
        const gboolean locked =
            !good && (g_error_matches(why, OWN_CERT_ERROR, OWN_CERT_ERROR_PROTECTED) ||
                      g_error_matches(why, OWN_CERT_ERROR, OWN_CERT_ERROR_WRONG_PASSPHRASE));
        if (!locked)
            break;
        if (i > 0)
            g_printerr("%s\n", why->message);
        if (!ask(d, i, &phrase))
            break;
        known = (const char *)phrase.data;
        g_clear_error(&why);
    }
    secret_wipe(&phrase);
    if (why != NULL)
        g_propagate_error(error, why);
    return good;
}

gboolean
cli_cert_read(const Profile *p, struct cli_call *d, struct own_cert *ret, GError **error)
{
    g_autoptr(GBytes) file = NULL, key = NULL;

    if (!open_files(p, d->options, &file, &key, error) || !read_asking(d, file, key, ret, error))
        return FALSE;
    if (*ret->doubts != '\0')
        g_printerr("%s\n", ret->doubts);
    return TRUE;
}
