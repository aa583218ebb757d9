/* dt-choose.c - see dt-choose.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-choose"

#include "dt-choose.h"

#include <glib/gi18n.h>

static void
add_filter(GtkFileChooserNative *chooser, const char *name, const char *const *patterns)
{
    GtkFileFilter *filter = gtk_file_filter_new();

    gtk_file_filter_set_name(filter, name);
    for (gsize i = 0; patterns[i] != NULL; i++)
        gtk_file_filter_add_pattern(filter, patterns[i]);
    gtk_file_chooser_add_filter(GTK_FILE_CHOOSER(chooser), filter);
}

GtkFileChooserNative *
dt_choose_file(GtkWindow *parent, const char *title, const char *known, const char *const *patterns)
{
    static const char *const all[] = {"*", NULL};
    GtkFileChooserNative *chooser = gtk_file_chooser_native_new(
        title, parent, GTK_FILE_CHOOSER_ACTION_OPEN, _("_Open"), _("Ca_ncel"));

    add_filter(chooser, known, patterns);
    add_filter(chooser, _("All files"), all);
    return chooser;
}
