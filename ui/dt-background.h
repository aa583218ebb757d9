/*
 * dt-background.h - what goes on while no window shows it. Each connection of the store is watched:
 * as long as one is not idle the program stays, without a window if need be; one that fails, is cut
 * off or asks is told of on the desktop, unless its window is on the screen; the tray icon shows
 * them all.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "dt-dialer-client.h"
#include "dt-library.h"

G_BEGIN_DECLS

#define DT_TYPE_BACKGROUND (dt_background_get_type())

G_DECLARE_FINAL_TYPE(DtBackground, dt_background, DT, BACKGROUND, GObject)

/* @application must be registered, and have the action "open-connection" (s: its name). */
DtBackground *dt_background_new(GtkApplication *application, ProfileStore *store,
                                DtLibrary *library);
void dt_background_set_client(DtBackground *self, DtDialerClient *client);

G_END_DECLS
