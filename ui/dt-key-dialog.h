/*
 * dt-key-dialog.h - asks for the pre-shared key of a connection, its tunnel secret, or its proxy's
 * password.
 *
 * GTK_RESPONSE_OK is only possible with a key that fits into what IPsec takes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dt-key.h"

G_BEGIN_DECLS

#define DT_TYPE_KEY_DIALOG (dt_key_dialog_get_type())

G_DECLARE_FINAL_TYPE(DtKeyDialog, dt_key_dialog, DT, KEY_DIALOG, GtkDialog)

/* @name: of the connection. @kind: another than DT_KEY_PROXY. */
GtkWidget *dt_key_dialog_new(GtkWindow *parent, const char *name, enum dt_key_kind kind);
/* @refused: the last call did not get through the proxy, which is said. */
GtkWidget *dt_key_dialog_new_proxy(GtkWindow *parent, const Profile *profile, gboolean refused);
const char *dt_key_dialog_get_key(DtKeyDialog *self); /* borrowed */
gboolean dt_key_dialog_get_keep(DtKeyDialog *self);

G_END_DECLS
