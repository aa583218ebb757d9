/*
 * dt-library.h - the connections on this computer as the windows list them: read in a thread, again
 * whenever the store changes, so that thousands of them hold up no window.
 *
 * Signal: "changed" when they were read (the first time too).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "profile-store.h"

G_BEGIN_DECLS

#define DT_TYPE_LIBRARY (dt_library_get_type())

G_DECLARE_FINAL_TYPE(DtLibrary, dt_library, DT, LIBRARY, GObject)

DtLibrary *dt_library_new(ProfileStore *store); /* begins to read */

/* ProfileSummary, the user's before the system's, by name. Borrowed, until "changed"; NULL: not
 * read yet. */
const GPtrArray *dt_library_get_items(DtLibrary *self);
const char *dt_library_get_problem(DtLibrary *self); /* of the last reading, or NULL */
const ProfileSummary *dt_library_find(DtLibrary *self, const char *name); /* NULL: none */

G_END_DECLS
