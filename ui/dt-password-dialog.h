/*
 * dt-password-dialog.h - the server wants a new password (648, 709): the person types one, or not.
 *
 * Nothing is changed unless the person types the same password twice and presses the button:
 * response GTK_RESPONSE_OK. The text lives in the entries only (GTK wipes their buffers).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DT_TYPE_PASSWORD_DIALOG (dt_password_dialog_get_type())

G_DECLARE_FINAL_TYPE(DtPasswordDialog, dt_password_dialog, DT, PASSWORD_DIALOG, GtkDialog)

/* @reason: 648 (expired) or 709 (the last new one was not accepted). @name: of the connection. */
GtkWidget *dt_password_dialog_new(GtkWindow *parent, const char *name, guint32 reason);

/* Borrowed: valid until the dialog is destroyed or the text changes. */
const char *dt_password_dialog_get_new(DtPasswordDialog *self);

G_END_DECLS
