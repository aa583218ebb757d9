/*
 * dt-log-window.h - the helper's log of one connection, to read and to copy.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "dt-dbus.h"

G_BEGIN_DECLS

#define DT_TYPE_LOG_WINDOW (dt_log_window_get_type())

G_DECLARE_FINAL_TYPE(DtLogWindow, dt_log_window, DT, LOG_WINDOW, GtkDialog)

/* @name: of the connection. @connection: NULL when it was not dialed yet. */
GtkWidget *dt_log_window_new(GtkWindow *parent, const char *name, DtConnection *connection);

G_END_DECLS
