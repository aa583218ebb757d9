/*
 * profile-store-private.h - how profile-store.c writes a profile, for profile-batch.c, and in
 * profile-store-files.c one with its files.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile-store.h"

#define PROFILE_NAME "profile.ini"
#define FILES_NAME   "files"

/* The user's folder, made when it is not there; -1 on failure. Close it. */
int profile_store_open(ProfileStore *store, GError **error);
/* Letters, digits and hyphens of the name, whatever the name is; never empty, never hidden. */
char *profile_store_id_from_name(const char *name);
/* Everything of a new profile into a hidden folder; @sync: it is on disk afterwards. */
gboolean profile_store_write_folder(int dir, const char *hidden, const Profile *p, GBytes *text,
                                    gboolean sync, GError **error);
/* Gives the hidden folder the name @base, or "@base-2"...; NULL on failure. Free the id. */
char *profile_store_publish(int dir, const char *hidden, const char *base, GError **error);
/* Undoes that. */
void profile_store_withdraw(int dir, const char *id, const char *hidden);
/* Writes @text and p->files into the folder of a profile that is there: all of it, or (where the
 * file system can exchange two files) none. */
gboolean profile_store_replace(int folder, const Profile *p, GBytes *text, GError **error);
