/* dt-drop.c - see dt-drop.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-drop"

#include "dt-drop.h"

enum { MAX_FILES = 8 }; /* each opens a window */

struct target {
    DtDropped on_file;
    gpointer data;
};

static void
on_received(GtkWidget *widget, GdkDragContext *context, int x, int y, GtkSelectionData *data,
            guint info, guint time, gpointer user_data)
{
    const struct target *target = user_data;
    g_auto(GStrv) uris = gtk_selection_data_get_uris(data);
    gboolean any = FALSE;

    (void)x, (void)y, (void)info;
    g_signal_stop_emission_by_name(widget, "drag-data-received"); /* no entry takes it as text */
    for (guint i = 0; uris != NULL && uris[i] != NULL && i < MAX_FILES; i++) {
        g_autofree char *path = g_filename_from_uri(uris[i], NULL, NULL);
        if (path == NULL)
            continue;
        any = TRUE;
        target->on_file(path, target->data);
    }
    gtk_drag_finish(context, any, FALSE, time);
}

static void
target_free(gpointer target, GClosure *closure)
{
    (void)closure;
    g_free(target);
}

void
dt_drop_accept(GtkWidget *window, DtDropped on_file, gpointer data)
{
    struct target *target = g_new0(struct target, 1);

    target->on_file = on_file;
    target->data = data;
    gtk_drag_dest_set(window, GTK_DEST_DEFAULT_ALL, NULL, 0, GDK_ACTION_COPY);
    gtk_drag_dest_add_uri_targets(window);
    g_signal_connect_data(window, "drag-data-received", G_CALLBACK(on_received), target,
                          target_free, 0);
}
