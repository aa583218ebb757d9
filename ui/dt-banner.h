/*
 * dt-banner.h - the picture across the top of the logon window.
 *
 * The profile's own bitmap, or else a drawing of ours: two computers and the line between them, in
 * the colours of the theme. 330 x 141 as Connection Manager's. Where the window would be higher
 * than its screen (200 % on a small one, or a failure with much to say), the picture makes room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DT_TYPE_BANNER (dt_banner_get_type())

G_DECLARE_FINAL_TYPE(DtBanner, dt_banner, DT, BANNER, GtkDrawingArea)

/* Decodes a Windows bitmap in a thread; NULL or one that cannot be shown: our own picture. See
 * dt-picture.h for what is looked at. */
void dt_banner_load(DtBanner *self, GBytes *bmp);

G_END_DECLS
