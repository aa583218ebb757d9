/*
 * dt-import-all.h - all connections of one file: what there is to know about them together, and
 * into the store with all of them, or none. The work is done in a thread; the keys that are found
 * go into the keyring.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dt-dialer-client.h"
#include "import.h"
#include "profile-store.h"

G_BEGIN_DECLS

struct dt_import_survey { /* how many of them */
    guint n;
    guint not_dialable; /* this program has no protocol of theirs */
    guint pptp, pap;
    guint programs; /* want to run some */
    guint keys;     /* bring a pre-shared key */
    guint damaged;  /* cannot be read, or are not complete */
};

/* Blocks; run it in a thread. */
void dt_import_survey(Import *import, GCancellable *cancellable, struct dt_import_survey *ret);
char *dt_import_survey_text(const struct dt_import_survey *survey); /* translated; free it */

struct dt_import_all;

struct dt_import_all_for {
    gboolean everybody;     /* who uses this computer: the helper writes them */
    DtDialerClient *client; /* for that; NULL: there is none */
};

/* @import is not to be used until @callback is called; then dt_import_all_finish(). All are stored
 * or none: also when @cancellable is cancelled before the last is written. */
struct dt_import_all *dt_import_all_start(Import *import, ProfileStore *store,
                                          const struct dt_import_all_for *whom,
                                          GCancellable *cancellable, GAsyncReadyCallback callback,
                                          gpointer user_data);
double dt_import_all_fraction(const struct dt_import_all *all); /* 0..1, of what is done */
/* TRUE: all are stored; *ret_keys_lost: but there is no keyring for their keys. */
gboolean dt_import_all_finish(GAsyncResult *result, gboolean *ret_keys_lost, GError **error);
void dt_import_all_unref(struct dt_import_all *all);

G_END_DECLS
