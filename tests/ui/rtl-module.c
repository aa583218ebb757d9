/*
 * rtl-module.c - a GTK module that turns a program around, as a locale from right to left does.
 *
 * The tests need no locale of the machine and no translation for it: GTK_MODULES names this file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gtk/gtk.h>

G_MODULE_EXPORT void gtk_module_init(int *argc, char ***argv);

void
gtk_module_init(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    gtk_widget_set_default_direction(GTK_TEXT_DIR_RTL);
}
