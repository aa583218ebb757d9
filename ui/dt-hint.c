/* dt-hint.c - see dt-hint.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-hint"

#include "dt-hint.h"

/* At its end, which from right to left is where GTK adds nothing; the layout does the rest. */
static void
align(GtkEntry *entry)
{
    const gboolean shown =
        gtk_entry_get_text_length(entry) == 0 && !gtk_widget_has_focus(GTK_WIDGET(entry));
    const gboolean rtl = gtk_widget_get_direction(GTK_WIDGET(entry)) == GTK_TEXT_DIR_RTL;

    gtk_entry_set_alignment(entry, shown && rtl ? 1 : 0);
}

void
dt_hint_mend(GtkEntry *entry)
{
    static const char *const when[] = {"notify::text", "notify::has-focus", "direction-changed"};

    for (gsize i = 0; i < G_N_ELEMENTS(when); i++)
        g_signal_connect(entry, when[i], G_CALLBACK(align), NULL);
    align(entry);
}
