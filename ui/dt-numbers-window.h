/*
 * dt-numbers-window.h - the access numbers of a connection's phone books, as Connection Manager's
 * "Phone Book": by country, region and service type, with more of the one that is selected.
 *
 * The books are read in a thread, and the list fills itself in pieces: a hundred thousand numbers
 * hold up no window. Signal: "chosen" (country code, area code, number): OK was pressed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "profile-store.h"

G_BEGIN_DECLS

#define DT_TYPE_NUMBERS_WINDOW (dt_numbers_window_get_type())

G_DECLARE_FINAL_TYPE(DtNumbersWindow, dt_numbers_window, DT, NUMBERS_WINDOW, GtkDialog)

GtkWidget *dt_numbers_window_new(GtkWindow *parent, ProfileStore *store, const Profile *profile);
/* Has it a phone book? */
gboolean dt_numbers_window_is_for(const Profile *profile);
/* "+1 206 5550100", free it; "" without a number. */
char *dt_numbers_window_text(guint country, const char *area, const char *number);

G_END_DECLS
