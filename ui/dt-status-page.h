/*
 * dt-status-page.h - a connection that is up: how long, how much, from where to where, how
 * protected.
 *
 * Shows the properties of a D-Bus proxy; the counters, which are not signalled, are asked for once
 * a second while the page is mapped. Signals: "disconnect-clicked", "properties-clicked".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "dt-dbus.h"
#include "profile.h"

G_BEGIN_DECLS

#define DT_TYPE_STATUS_PAGE (dt_status_page_get_type())

G_DECLARE_FINAL_TYPE(DtStatusPage, dt_status_page, DT, STATUS_PAGE, GtkBox)

/* NULL: none. The page keeps a reference. */
void dt_status_page_set_connection(DtStatusPage *self, DtConnection *connection);

/* Of the connection: its web proxy is told, and whether the desktop uses it. */
void dt_status_page_set_profile(DtStatusPage *self, const Profile *p);

/* Something that went wrong while connected, such as a refused Disconnect; NULL takes it away. */
void dt_status_page_set_message(DtStatusPage *self, const char *text);

/* Where the keyboard focus belongs when the page appears. */
void dt_status_page_focus(DtStatusPage *self);

G_END_DECLS
