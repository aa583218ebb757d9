/*
 * dt-a11y.h - what GTK 3 does not yet say to assistive technology by itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Has a screen reader speak @text, which has just appeared in @widget, without moving the focus. */
void dt_a11y_announce(GtkWidget *widget, const char *text);

G_END_DECLS
