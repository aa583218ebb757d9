/*
 * dt-everybody.h - what the windows say of connections for everybody on this computer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* As lists and menus show it: "Office", "Office (everybody)"; at most @max bytes of the profile's
 * own; free it. */
char *dt_everybody_name(const char *name, gboolean system, gsize max);

/* Why one was not written or not removed (profile-system.h), and what to do; free it. */
char *dt_everybody_problem(const GError *error);
/* A question, to be presented: what the person has changed in everybody's connection @name is for
 * everybody (GTK_RESPONSE_YES), or for a copy of one's own (GTK_RESPONSE_NO), or neither. */
GtkWidget *dt_everybody_ask(GtkWindow *parent, const char *name);

GError *dt_everybody_no_helper(void); /* there is nobody who could write one */

G_END_DECLS
