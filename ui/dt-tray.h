/*
 * dt-tray.h - the icon beside the clock: what the connections do, and a menu to begin or end one,
 * to open the list, to quit. Where the desktop has no place for it, there is none; neither is there
 * in a program that was built without libayatana-appindicator.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DT_TYPE_TRAY (dt_tray_get_type())

G_DECLARE_FINAL_TYPE(DtTray, dt_tray, DT, TRAY, GObject)

/* Activates the actions "open-connection" (s), "show-connections" and "quit" of @application. */
DtTray *dt_tray_new(GtkApplication *application);
/* DtCall; none: the icon is not shown. Their references are the tray's own. */
void dt_tray_set_calls(DtTray *self, GPtrArray *calls);
/* The icon while the connection of this name is up: a file with a picture; NULL: ours. */
void dt_tray_set_picture(DtTray *self, const char *name, const char *path);

G_END_DECLS
