/*
 * dt-help-dialog.h - what the logon window is for, and whom to ask.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DT_TYPE_HELP_DIALOG (dt_help_dialog_get_type())

G_DECLARE_FINAL_TYPE(DtHelpDialog, dt_help_dialog, DT, HELP_DIALOG, GtkDialog)

/* @support: the profile's own text, safe to show; may be "". */
GtkWidget *dt_help_dialog_new(GtkWindow *parent, const char *support);

G_END_DECLS
