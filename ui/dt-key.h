/*
 * dt-key.h - the keys of one connection that are no user's password: IPsec's pre-shared key, the
 * secret of L2TP's tunnel, and the password for the proxy on the way to an SSTP server. Read from
 * the keyring, or asked of the person when a call needs one, and kept when it has connected and the
 * person wants that. And the private key of the profile's certificate, which is only read
 * (dt-ipsec-dialog.h).
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

enum dt_key_kind { DT_KEY_PSK, DT_KEY_TUNNEL, DT_KEY_PROXY, DT_KEY_KINDS };

#define DT_TYPE_KEY (dt_key_get_type())

G_DECLARE_FINAL_TYPE(DtKey, dt_key, DT, KEY, GObject)

DtKey *dt_key_new(void);

/* Reads the keyring, if the profile has use for a key. */
void dt_key_load(DtKey *self, const Profile *profile);
/* NULL: none is known. Borrowed, until the next call of another function. */
const char *dt_key_get(DtKey *self, enum dt_key_kind kind);
const struct plan_key *dt_key_get_own(DtKey *self); /* of the certificate; as above */
gboolean dt_key_is_waiting(DtKey *self);            /* for that one: "ready" will tell */
/* Is one to be asked for before this is dialed? The pre-shared key only where nothing else is tried
 * before L2TP: without it the other protocols of a profile still have their turn. The tunnel's
 * secret only after a server has wanted it: few do. The proxy's password where the profile has a
 * user name for it; one that was for another proxy, or another user, is forgotten. */
gboolean dt_key_is_missing(DtKey *self, const Profile *profile);
void dt_key_ask(DtKey *self, GtkWindow *parent, const Profile *profile); /* the one that is */
/* It has connected, by @protocol as Details spells it: into the keyring with them, if that was
 * chosen. The proxy's password only if it was SSTP: nothing else tells that it was right. */
void dt_key_keep(DtKey *self, const Profile *profile, const char *protocol);
/* The call failed with this number: if that means a key, and it was typed for this call or there
 * was none, it is asked for in the next. So is the proxy's password, also if it came from the
 * keyring, where @details (dt-failure.h) say that the proxy refused it. */
void dt_key_failed(DtKey *self, guint32 failure, GVariant *details);

/* Asks the keyring. @callback gets what is there, which is empty when there is none or no keyring,
 * and wiped afterwards; it is not called once @cancellable is cancelled, so @data may be gone by
 * then. */
typedef void (*DtKeyFound)(gpointer data, enum dt_key_kind kind, const struct secret *found);
void dt_key_look_up(const Profile *profile, enum dt_key_kind kind, GCancellable *cancellable,
                    DtKeyFound callback, gpointer data);

/* What a person reads of the secret's entry in the keyring that could not be made: @why is the
 * keyring's sentence. Free it. */
char *dt_key_not_saved(enum dt_key_kind kind, const char *why);
const char *dt_key_too_long(enum dt_key_kind kind);
const char *dt_key_place(enum dt_key_kind kind); /* in the keyring: PROFILE_SECRET_... */

G_END_DECLS
