/*
 * dt-notes.h - what this program did for a connection that the helper does not know of, for the
 * window with the connection's log. The last few lines; they go with the connection.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dt-dbus.h"

G_BEGIN_DECLS

/* @text: a sentence, which may be foreign. */
void dt_notes_add(DtConnection *connection, const char *text);
/* char *: "<Unix time> note <text>", oldest first, as the helper's lines; borrowed. NULL: none. */
const GPtrArray *dt_notes_of(DtConnection *connection);

G_END_DECLS
