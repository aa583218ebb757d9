/*
 * dt-ipsec-dialog.h - how this computer proves itself to an L2TP/IPsec server: by a key that it
 * shares with it, or by a certificate of a file; the certificate that EAP-TLS signs in with, which
 * is the same one where both are used; and which authorities the server is known by. What is wrong
 * with a file is said before anything is taken of it.
 *
 * Nothing is stored here: GTK_RESPONSE_OK, and dt_ipsec_dialog_take().
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "credentials.h"
#include "profile.h"

G_BEGIN_DECLS

#define DT_TYPE_IPSEC_DIALOG (dt_ipsec_dialog_get_type())

G_DECLARE_FINAL_TYPE(DtIpsecDialog, dt_ipsec_dialog, DT, IPSEC_DIALOG, GtkDialog)

/* Has it any of these settings? Is IPsec among what they are for? */
gboolean dt_ipsec_dialog_is_for(const Profile *profile);
gboolean dt_ipsec_dialog_is_of_ipsec(const Profile *profile);
/* Is its certificate, and the key of that, used for one of them? */
gboolean dt_ipsec_dialog_uses_key(const Profile *profile);
/* What they are, in a line or two; foreign text made fit; free it. */
char *dt_ipsec_dialog_text(const Profile *profile);

GtkWidget *dt_ipsec_dialog_new(GtkWindow *parent, const Profile *profile);
/* What was chosen, into @profile; @ret_key is set when a certificate was read, and is the caller's
 * to keep (PROFILE_SECRET_KEY) and to wipe. */
void dt_ipsec_dialog_take(DtIpsecDialog *self, Profile *profile, struct plan_key *ret_key);

G_END_DECLS
