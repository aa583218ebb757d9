/*
 * dt-help-dialog.h - what the logon window is for, and whom to ask. A help file that the profile
 * brings (HelpFile) is opened with the desktop's program for such files, when the person says so.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "profile-store.h"

G_BEGIN_DECLS

#define DT_TYPE_HELP_DIALOG (dt_help_dialog_get_type())

G_DECLARE_FINAL_TYPE(DtHelpDialog, dt_help_dialog, DT, HELP_DIALOG, GtkDialog)

GtkWidget *dt_help_dialog_new(GtkWindow *parent, ProfileStore *store, const Profile *profile);

G_END_DECLS
