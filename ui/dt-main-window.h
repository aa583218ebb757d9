/*
 * dt-main-window.h - the list of connections: open one, delete one, import one.
 *
 * Signals: "open-connection" (const char *name); "import-file" (const char *path), for what was
 * dropped on it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "dt-dialer-client.h"
#include "dt-library.h"

G_BEGIN_DECLS

#define DT_TYPE_MAIN_WINDOW (dt_main_window_get_type())

G_DECLARE_FINAL_TYPE(DtMainWindow, dt_main_window, DT, MAIN_WINDOW, GtkApplicationWindow)

GtkWidget *dt_main_window_new(GtkApplication *application, ProfileStore *store, DtLibrary *library);
void dt_main_window_set_client(DtMainWindow *self, DtDialerClient *client); /* may be NULL */

G_END_DECLS
