/*
 * dt-application.h - the program dialtone-gtk: owns the store and the helper's client, opens
 * windows.
 *
 * The only object that knows where things are; every window is given what it needs.
 *
 *     dialtone-gtk [--connection NAME] [FILE...]
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define DT_TYPE_APPLICATION (dt_application_get_type())

G_DECLARE_FINAL_TYPE(DtApplication, dt_application, DT, APPLICATION, GtkApplication)

DtApplication *dt_application_new(void);

G_END_DECLS
