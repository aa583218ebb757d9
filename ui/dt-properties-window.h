/*
 * dt-properties-window.h - what a connection is set to: shown in full, changed where a user may.
 *
 * Works on a copy of the profile; OK checks it and saves it to the store, whose "changed" signal
 * tells everybody. Of everybody's profile the person chooses between a change for everybody, which
 * the helper writes, and a copy of one's own. What decides how safe the connection is, is shown as
 * locked.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "dt-call.h"
#include "profile-store.h"

G_BEGIN_DECLS

#define DT_TYPE_PROPERTIES_WINDOW (dt_properties_window_get_type())

G_DECLARE_FINAL_TYPE(DtPropertiesWindow, dt_properties_window, DT, PROPERTIES_WINDOW, GtkDialog)

GtkWidget *dt_properties_window_new(GtkWindow *parent, ProfileStore *store, const Profile *profile);
/* Of the connection: it knows the helper. The window keeps a reference. */
void dt_properties_window_set_call(DtPropertiesWindow *self, DtCall *call);

G_END_DECLS
