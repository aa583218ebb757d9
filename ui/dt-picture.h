/*
 * dt-picture.h - pictures out of a profile: the bytes of strangers.
 *
 * At most 4 MiB and 2048 pixels a side are looked at, only as the format that is expected there,
 * and in a thread. What is larger than its place is made smaller.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* @format: a loader of gdk-pixbuf: "bmp", "ico". @width, @height: the place, in pixels. */
GdkPixbuf *dt_picture_decode(GBytes *bytes, const char *format, int width, int height,
                             GError **error);

/* The same in a thread; @source is @done's, and may be NULL. @format has to stay. */
void dt_picture_decode_async(gpointer source, GBytes *bytes, const char *format, int width,
                             int height, GCancellable *cancellable, GAsyncReadyCallback done,
                             gpointer user_data);
GdkPixbuf *dt_picture_decode_finish(GAsyncResult *result, GError **error);

G_END_DECLS
