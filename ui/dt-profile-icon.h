/*
 * dt-profile-icon.h - the icons that a profile brings: of its window (SmallIcon, 16 x 16, and Icon,
 * 32 x 32), and beside the clock while it is connected (TrayIcon). Read in a thread; one that is
 * not there or is no Windows icon leaves ours.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "profile-store.h"

G_BEGIN_DECLS

void dt_profile_icon_show(GtkWindow *window, ProfileStore *store, const Profile *profile);

/* The shell, which shows what is beside the clock, takes a file: TrayIcon as a PNG in the user's
 * runtime folder. Gives its path, which another picture has not, or NULL; free it. */
void dt_profile_icon_save_async(GObject *source, ProfileStore *store, const Profile *profile,
                                GCancellable *cancellable, GAsyncReadyCallback done,
                                gpointer user_data);
char *dt_profile_icon_save_finish(GAsyncResult *result, GError **error);

G_END_DECLS
