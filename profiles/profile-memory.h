/*
 * profile-memory.h - what this user's calls taught of connections for everybody, whose files are
 * not the user's to write: profile-learn.h fills it.
 *
 * In $XDG_STATE_HOME/dialtone/learned.ini, whole or not written, at most
 * PROFILE_MEMORY_CONNECTIONS of them, those that taught something last. Each is tied to what the
 * profile says: of one that an administrator has changed nothing is known any more. What cannot be
 * read is not there. Never holds a secret.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile.h"

G_BEGIN_DECLS

enum { PROFILE_MEMORY_CONNECTIONS = 100 };

/* Into the fields that are learned, of one that is about to be dialed; never into what is shown or
 * saved as the profile. Of the user's own nothing is done. */
void profile_memory_recall(Profile *p);
gboolean profile_memory_keep(const Profile *p, GError **error);
void profile_memory_forget(const Profile *p); /* it is no more */

void profile_memory_clear_fields(Profile *p); /* those that are learned, of any */

G_END_DECLS
