/*
 * profile-updater.h - fetches what a stored connection wants to be updated with, and saves what of
 * it is new: profile-update.h decides, profile-fetch.h fetches. Both faces use it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dt-dialer-client.h"
#include "profile-store.h"
#include "profile-update.h"

G_BEGIN_DECLS

struct profile_updater {
    ProfileStore *store;
    const char *device;              /* the tunnel of its connection that is up; NULL: it is not */
    const char *const *name_servers; /* of that; NULL: none */
    gboolean automatic;     /* nobody has asked: only what profile_update_automatic() says */
    DtDialerClient *client; /* through which one for everybody is written; NULL: it is refused */
};

struct profile_updated {
    enum profile_update_kind kind;
    char *from; /* as the profile has it, printable */
    enum profile_update_result result;
    char *text; /* refused, or not fetched: why, in a sentence; else NULL */
};

/* "Phone book", and "updated", "unchanged" or why not: both translated. */
const char *profile_updated_title(const struct profile_updated *u);
const char *profile_updated_news(const struct profile_updated *u);

/* One download after the other; then what is new in all of them is put into the profile as it is
 * stored by then, which another program may have changed, and saved at once. Finish: one element
 * for each address of the profile, none if there is none; free the array. NULL: @p is not there any
 * more, or may not be updated. */
void profile_updater_run_async(const struct profile_updater *how, const Profile *p,
                               GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data);
GPtrArray *profile_updater_run_finish(GAsyncResult *result, GError **error);

/* Saves @now, unless what is stored is not @was any more: G_IO_ERROR_BUSY. */
gboolean profile_updater_save(ProfileStore *store, const Profile *was, Profile *now,
                              GError **error);

G_END_DECLS
