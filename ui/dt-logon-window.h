/*
 * dt-logon-window.h - the window of one connection, as Connection Manager's: who you are, Connect,
 * the three stages, why it failed; and what is to be seen while it is connected.
 *
 * Renders a DtCall (the helper's properties); keeps no state of the connection, so that a window
 * that was closed or killed shows the truth when it comes back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "dt-dialer-client.h"
#include "profile-store.h"

G_BEGIN_DECLS

#define DT_TYPE_LOGON_WINDOW (dt_logon_window_get_type())

G_DECLARE_FINAL_TYPE(DtLogonWindow, dt_logon_window, DT, LOGON_WINDOW, GtkApplicationWindow)

/* @profile is copied. A profile with "Connect automatically" and a saved password is dialed as soon
 * as the helper is there. */
GtkWidget *dt_logon_window_new(GtkApplication *application, ProfileStore *store,
                               const Profile *profile);

/* The helper; NULL: it cannot be reached (the window says so when Connect is pressed). */
void dt_logon_window_set_client(DtLogonWindow *self, DtDialerClient *client);

const char *dt_logon_window_get_name(DtLogonWindow *self); /* of the connection; borrowed */

G_END_DECLS
