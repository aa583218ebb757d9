/*
 * dt-certificate-dialog.h - a certificate that is not trusted: look at it, compare, accept or not.
 *
 * GTK_RESPONSE_ACCEPT only after the person said that the fingerprint was compared; the default
 * button is the one that does not accept. Only offered for an unknown authority or another name: an
 * expired, revoked or changed certificate is never accepted here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DT_TYPE_CERTIFICATE_DIALOG (dt_certificate_dialog_get_type())

G_DECLARE_FINAL_TYPE(DtCertificateDialog, dt_certificate_dialog, DT, CERTIFICATE_DIALOG, GtkDialog)

/* May a certificate that failed with @error (a RAS number) be accepted by a person? */
gboolean dt_certificate_dialog_may_accept(guint32 error, const char *sha256);

/* One that a server showed, as the helper tells of it. */
struct dt_certificate {
    const char *server;        /* as the profile names it */
    const char *sha256;        /* 64 hexadecimal digits */
    gboolean eap;              /* of the authentication server behind it; then there are: */
    const char *name, *issuer; /* "": not known */
    gint64 until;              /* Unix time; 0: not known */
};

GtkWidget *dt_certificate_dialog_new(GtkWindow *parent, guint32 error,
                                     const struct dt_certificate *c);

G_END_DECLS
