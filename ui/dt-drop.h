/*
 * dt-drop.h - files that are dropped on a window.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* @on_file is called for each file that is dropped; more than a handful at once are left out. */
typedef void (*DtDropped)(const char *path, gpointer data);
void dt_drop_accept(GtkWidget *window, DtDropped on_file, gpointer data);

G_END_DECLS
