/* dt-drop.c - see dt-drop.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-drop"

#include "dt-drop.h"

enum { MAX_FILES = 8 }; /* each opens a window */

struct target {
    DtDropped on_file;
    gpointer data;
};

/* NULL: it is not a file here. What the desktop has mounted is. */
static char *
path_of(const char *uri)
{
    g_autofree char *host = NULL, *path = g_filename_from_uri(uri, &host, NULL);
    g_autofree char *scheme = g_uri_parse_scheme(uri);

    if (path != NULL && (host == NULL || g_ascii_strcasecmp(host, "localhost") == 0 ||
                         g_ascii_strcasecmp(host, g_get_host_name()) == 0))
        return g_steal_pointer(&path);
    if (path != NULL || g_strcmp0(scheme, "file") == 0)
        return NULL;
    g_autoptr(GFile) file = g_file_new_for_uri(uri);
    return g_file_get_path(file);
}

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
        g_autofree char *path = path_of(uris[i]);
        if (path == NULL)
            continue;
        any = TRUE;
        target->on_file(path, target->data);
    }
    gtk_drag_finish(context, any, FALSE, time);
}

/* An entry takes text, which file managers offer as well, and refuses for its window what it does
 * not take. */
static gboolean
leave_files(GtkWidget *entry, GdkDragContext *context, const char *signal)
{
    GtkWidget *window = gtk_widget_get_toplevel(entry);

    if (gtk_drag_dest_find_target(window, context, NULL) != GDK_NONE)
        g_signal_stop_emission_by_name(entry, signal);
    return FALSE;
}

static gboolean
on_entry_motion(GtkWidget *entry, GdkDragContext *context, int x, int y, guint time)
{
    (void)x, (void)y, (void)time;
    return leave_files(entry, context, "drag-motion");
}

static gboolean
on_entry_drop(GtkWidget *entry, GdkDragContext *context, int x, int y, guint time)
{
    (void)x, (void)y, (void)time;
    return leave_files(entry, context, "drag-drop");
}

static void
pass_through(GtkWidget *widget, gpointer data)
{
    if (GTK_IS_ENTRY(widget)) {
        g_signal_connect(widget, "drag-motion", G_CALLBACK(on_entry_motion), NULL);
        g_signal_connect(widget, "drag-drop", G_CALLBACK(on_entry_drop), NULL);
    }
    if (GTK_IS_CONTAINER(widget))
        gtk_container_forall(GTK_CONTAINER(widget), pass_through, data);
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
    pass_through(window, NULL);
}
