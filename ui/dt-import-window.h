/*
 * dt-import-window.h - a profile from a file: what it will set up, what to know before; then
 * stored.
 *
 * The file is read in a thread. Nothing in it is run. For everybody on this computer it is stored
 * by the helper, if polkit lets it. Signal: "imported" (const char *name), after it was stored.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "dt-dialer-client.h"
#include "dt-library.h"

G_BEGIN_DECLS

#define DT_TYPE_IMPORT_WINDOW (dt_import_window_get_type())

G_DECLARE_FINAL_TYPE(DtImportWindow, dt_import_window, DT, IMPORT_WINDOW, GtkDialog)

/* @parent may be NULL. @path: what import.h reads. Of several entries the person
 * chooses one; a pre-shared key in it goes into the keyring. */
GtkWidget *dt_import_window_new(GtkWindow *parent, ProfileStore *store, DtLibrary *library,
                                const char *path);

/* The helper; NULL: it cannot be reached. What is for everybody waits for the first of these. */
void dt_import_window_set_client(DtImportWindow *self, DtDialerClient *client);

G_END_DECLS
