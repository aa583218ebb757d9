/*
 * dt-key.h - the pre-shared key of one connection (L2TP/IPsec): read from the keyring, or asked of
 * the person when a call needs it, and kept when it has connected and the person wants that.
 *
 * Signals: "ready" when the keyring was read, or answered that it cannot be; "given" when the
 * person typed a key; "problem" (char *) with a sentence when the keyring did not keep it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "profile.h"

G_BEGIN_DECLS

#define DT_TYPE_KEY (dt_key_get_type())

G_DECLARE_FINAL_TYPE(DtKey, dt_key, DT, KEY, GObject)

DtKey *dt_key_new(void);

/* Reads the keyring, if the profile has use for a key. */
void dt_key_load(DtKey *self, const Profile *profile);
/* NULL: none is known. Borrowed, until the next call of another function. */
const char *dt_key_get(DtKey *self);
/* Is one to be asked for before this is dialed? Only where nothing else is tried before L2TP:
 * without a key the other protocols of a profile still have their turn. */
gboolean dt_key_is_missing(DtKey *self, const Profile *profile);
void dt_key_ask(DtKey *self, GtkWindow *parent, const Profile *profile);
/* It has connected: into the keyring with it, if that was chosen. */
void dt_key_keep(DtKey *self, const Profile *profile);
/* The negotiation failed: a key that was typed for this call is asked for again in the next. */
void dt_key_refuse(DtKey *self);

G_END_DECLS
