/* dt-profile-icon.c - see dt-profile-icon.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-profile-icon"

#include "dt-profile-icon.h"

#include "dt-picture.h"
#include "dt-profile-task.h"

enum { SMALL = 16, LARGE = 32 };

static GdkPixbuf *
read_icon(const struct dt_profile_task *job, const char *name, int side, GError **error)
{
    g_autoptr(GBytes) bytes = profile_store_read_file(job->store, job->profile, name, error);

    return bytes == NULL ? NULL : dt_picture_decode(bytes, "ico", side, side, error);
}

/* --- of a window --- */

static void
add(GPtrArray *icons, const struct dt_profile_task *job, const char *name, int side)
{
    g_autoptr(GError) error = NULL;
    GdkPixbuf *icon = *name == '\0' ? NULL : read_icon(job, name, side, &error);

    if (icon != NULL)
        g_ptr_array_add(icons, icon);
    else if (error != NULL)
        g_debug("the icon of the profile cannot be shown: %s", error->message);
}

static void
read_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const struct dt_profile_task *job = data;
    GPtrArray *icons = g_ptr_array_new_with_free_func(g_object_unref);

    (void)source, (void)cancellable;
    add(icons, job, job->profile->small_icon, SMALL);
    add(icons, job, job->profile->icon, LARGE);
    g_task_return_pointer(task, icons, (GDestroyNotify)g_ptr_array_unref);
}

static void
on_read(GObject *window, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GPtrArray) icons = g_task_propagate_pointer(G_TASK(result), NULL);
    GList *list = NULL;

    (void)user_data;
    for (guint i = 0; icons != NULL && i < icons->len; i++)
        list = g_list_append(list, icons->pdata[i]);
    if (list != NULL && !gtk_widget_in_destruction(GTK_WIDGET(window)))
        gtk_window_set_icon_list(GTK_WINDOW(window), list);
    g_list_free(list);
}

void
dt_profile_icon_show(GtkWindow *window, ProfileStore *store, const Profile *profile)
{
    if (*profile->small_icon != '\0' || *profile->icon != '\0')
        dt_profile_task_run(g_task_new(window, NULL, on_read, NULL), store, profile,
                            read_in_thread);
}

/* --- beside the clock --- */

/* Another picture has another name: a shell shows what it has read of one that it knows. */
static char *
path_of(const char *id, const char *png, gsize n)
{
    g_autofree char *folder = g_build_filename(g_get_user_runtime_dir(), "dialtone", NULL);
    g_autofree char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)png, n);
    g_autofree char *file = g_strdup_printf("tray-%s-%.12s.png", id, sum);

    g_mkdir_with_parents(folder, 0700);
    return g_build_filename(folder, file, NULL);
}

static void
save_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const struct dt_profile_task *job = data;
    g_autofree char *png = NULL, *path = NULL;
    GError *error = NULL;
    gsize n;

    (void)source, (void)cancellable;
    g_autoptr(GdkPixbuf) icon = read_icon(job, job->profile->tray_icon, LARGE, &error);
    if (icon != NULL && gdk_pixbuf_save_to_buffer(icon, &png, &n, "png", &error, NULL))
        path = path_of(job->profile->id, png, n);
    if (path != NULL && g_file_set_contents(path, png, (gssize)n, &error))
        g_task_return_pointer(task, g_steal_pointer(&path), g_free);
    else
        g_task_return_error(task, error);
}

void
dt_profile_icon_save_async(GObject *source, ProfileStore *store, const Profile *profile,
                           GCancellable *cancellable, GAsyncReadyCallback done, gpointer user_data)
{
    dt_profile_task_run(g_task_new(source, cancellable, done, user_data), store, profile,
                        save_in_thread);
}

char *
dt_profile_icon_save_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
