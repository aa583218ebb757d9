/* dt-picture.c - see dt-picture.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-picture"

#include "dt-picture.h"

enum { MAX_FILE = 4 * 1024 * 1024, MAX_SIDE = 2048 };

struct job {
    GBytes *bytes;
    const char *format;
    int width, height;
    gboolean too_big;
};

static void
job_free(gpointer data)
{
    struct job *job = data;

    g_bytes_unref(job->bytes);
    g_free(job);
}

/* The size in the place of what is larger. */
static void
fit(const struct job *job, int *width, int *height)
{
    const double scale = MIN(job->width / (double)*width, job->height / (double)*height);

    *width = MAX(1, (int)(*width * scale));
    *height = MAX(1, (int)(*height * scale));
}

static void
on_size_prepared(GdkPixbufLoader *loader, int width, int height, struct job *job)
{
    if (width > MAX_SIDE || height > MAX_SIDE) {
        job->too_big = TRUE;
        gdk_pixbuf_loader_set_size(loader, 1, 1);
        return;
    }
    if (width <= job->width && height <= job->height)
        return;
    fit(job, &width, &height);
    gdk_pixbuf_loader_set_size(loader, width, height);
}

/* Not every loader heeds the size that it was asked for. */
static GdkPixbuf *
fitted(const struct job *job, GdkPixbuf *picture)
{
    int width = gdk_pixbuf_get_width(picture), height = gdk_pixbuf_get_height(picture);

    if (width <= job->width && height <= job->height)
        return g_object_ref(picture);
    fit(job, &width, &height);
    return gdk_pixbuf_scale_simple(picture, width, height, GDK_INTERP_BILINEAR);
}

static GdkPixbuf *
decode(struct job *job, GError **error)
{
    g_autoptr(GdkPixbufLoader) loader = gdk_pixbuf_loader_new_with_type(job->format, error);

    if (loader == NULL)
        return NULL;
    job->too_big = g_bytes_get_size(job->bytes) > MAX_FILE;
    g_signal_connect(loader, "size-prepared", G_CALLBACK(on_size_prepared), job);

    const gboolean written =
        !job->too_big && gdk_pixbuf_loader_write_bytes(loader, job->bytes, error);

    if (!gdk_pixbuf_loader_close(loader, written ? error : NULL) && written)
        return NULL;
    if (written && !job->too_big && gdk_pixbuf_loader_get_pixbuf(loader) != NULL)
        return fitted(job, gdk_pixbuf_loader_get_pixbuf(loader));
    if (error != NULL && *error == NULL)
        g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "the picture is too large");
    return NULL;
}

GdkPixbuf *
dt_picture_decode(GBytes *bytes, const char *format, int width, int height, GError **error)
{
    struct job job = {.bytes = bytes, .format = format, .width = width, .height = height};

    return decode(&job, error);
}

static void
decode_in_thread(GTask *task, gpointer source, gpointer job, GCancellable *cancellable)
{
    GError *error = NULL;
    GdkPixbuf *picture = decode(job, &error);

    (void)source, (void)cancellable;
    if (picture != NULL)
        g_task_return_pointer(task, picture, g_object_unref);
    else
        g_task_return_error(task, error);
}

void
dt_picture_decode_async(gpointer source, GBytes *bytes, const char *format, int width, int height,
                        GCancellable *cancellable, GAsyncReadyCallback done, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(source, cancellable, done, user_data);
    struct job *job = g_new0(struct job, 1);

    *job = (struct job){
        .bytes = g_bytes_ref(bytes), .format = format, .width = width, .height = height};
    g_task_set_task_data(task, job, job_free);
    g_task_run_in_thread(task, decode_in_thread);
}

GdkPixbuf *
dt_picture_decode_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}
