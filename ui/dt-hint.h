/*
 * dt-hint.h - the hint in an empty entry, from right to left.
 *
 * GTK 3 aligns it twice there, as a text and as a layout, and most of it is cut off.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* For as long as @entry lives; its alignment is not to be changed by others. */
void dt_hint_mend(GtkEntry *entry);

G_END_DECLS
