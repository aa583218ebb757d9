/* dt-a11y.c - see dt-a11y.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-a11y"

#include "dt-a11y.h"

void
dt_a11y_announce(GtkWidget *widget, const char *text)
{
    AtkObject *accessible = gtk_widget_get_accessible(widget);

    if (g_signal_lookup("announcement", ATK_TYPE_OBJECT) != 0) /* ATK 2.46 */
        g_signal_emit_by_name(accessible, "announcement", text);
}
