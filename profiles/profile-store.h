/*
 * profile-store.h - the connections on this computer: the user's own in
 * $XDG_DATA_HOME/dialtone/profiles, and those for everybody in /etc/dialtone/profiles
 * (DIALTONE_SYSTEM_PROFILES, for tests), which only the helper writes: profile-system.h.
 *
 * One folder each: profile.ini (our format) and files/ (pictures, help and the originals). A save
 * is complete or has not happened: temporary folder entries, fsync, rename. Several front ends may
 * use one store; "changed" is emitted when anybody changed something. Never holds a secret.
 *
 * Signals: changed (void). SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "profile-summary.h"

G_BEGIN_DECLS

#define PROFILE_TYPE_STORE (profile_store_get_type())
G_DECLARE_FINAL_TYPE(ProfileStore, profile_store, PROFILE, STORE, GObject)

/* NULL: the usual folders. The user's is made when the first profile is saved. */
ProfileStore *profile_store_new(const char *user_dir, const char *system_dir);

/* Profiles, the user's before the system's, by name. A profile that cannot be read is left out, and
 * @ret_problems (may be NULL) gets a sentence about it. */
GPtrArray *profile_store_list(ProfileStore *store, GPtrArray **ret_problems);
/* The same, as what a list shows of them: for thousands. */
GPtrArray *profile_store_summaries(ProfileStore *store, GPtrArray **ret_problems);
/* By id, by exact name, or by a name that differs only in letter case; the user's first. Fails when
 * there is none, or several. */
Profile *profile_store_find(ProfileStore *store, const char *name, GError **error);
/* Saves what profile_store_find() gave, or a new one (p->id is "": gets its id, and keeps
 * p->files). What is in p->files is kept with it, in place of what had that name. A system profile
 * is saved as the user's own copy. */
gboolean profile_store_save(ProfileStore *store, Profile *p, GError **error);
gboolean profile_store_delete(ProfileStore *store, const Profile *p, GError **error);
/* A kept file: p->logo, p->help_file... */
GBytes *profile_store_read_file(ProfileStore *store, const Profile *p, const char *name,
                                GError **error);
/* All that are kept of a stored profile, into p->files; what is there already stays. */
gboolean profile_store_fetch_files(ProfileStore *store, Profile *p, GError **error);
/* A name that no profile for everybody has, whatever the user's own are called. */
char *profile_store_free_system_name(ProfileStore *store, const char *name);
/* The system's alone, as profile_store_find() finds them. */
Profile *profile_store_find_system(ProfileStore *store, const char *name, GError **error);
/* A name that no profile has: @name, "@name (2)"... */
char *profile_store_free_name(ProfileStore *store, const char *name);

G_END_DECLS
