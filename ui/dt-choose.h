/*
 * dt-choose.h - the desktop's window in which a person chooses a file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Not shown yet. It has @title, and shows what matches one of @patterns (NULL behind the last),
 * called
 * @known; all files when the person wants that, since what is in a file counts, not its name. */
GtkFileChooserNative *dt_choose_file(GtkWindow *parent, const char *title, const char *known,
                                     const char *const *patterns);

G_END_DECLS
