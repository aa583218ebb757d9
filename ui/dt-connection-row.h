/*
 * dt-connection-row.h - one line of the list: a connection's name and state, a way out, a bin.
 *
 * Signal: "delete-clicked". Nothing is deleted here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "dt-dialer-client.h"
#include "profile.h"

G_BEGIN_DECLS

#define DT_TYPE_CONNECTION_ROW (dt_connection_row_get_type())

G_DECLARE_FINAL_TYPE(DtConnectionRow, dt_connection_row, DT, CONNECTION_ROW, GtkListBoxRow)

GtkWidget *dt_connection_row_new(const Profile *profile); /* copied */
void dt_connection_row_set_client(DtConnectionRow *self, DtDialerClient *client);
const Profile *dt_connection_row_get_profile(DtConnectionRow *self); /* borrowed */

G_END_DECLS
