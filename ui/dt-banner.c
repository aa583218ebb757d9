/* dt-banner.c - see dt-banner.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-banner"

#include "dt-banner.h"

#include "dt-picture.h"

#include <glib/gi18n.h>
#include <math.h>

enum { WIDTH = 330, HEIGHT = 141 };

struct _DtBanner {
    GtkDrawingArea parent_instance;

    GdkPixbuf *picture; /* NULL: our own drawing */
    GCancellable *cancellable;
    GtkWidget *window; /* the one that it is in, watched; or NULL */
    guint looking;     /* the source that looks whether there is room; or 0 */
};

G_DEFINE_TYPE(DtBanner, dt_banner, GTK_TYPE_DRAWING_AREA)

enum { LOADED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
draw_computer(cairo_t *cr, double x, double y)
{
    cairo_set_line_width(cr, 3);
    cairo_rectangle(cr, x - 28, y - 24, 56, 38); /* the screen */
    cairo_stroke(cr);
    cairo_move_to(cr, x, y + 14); /* its foot */
    cairo_line_to(cr, x, y + 24);
    cairo_move_to(cr, x - 18, y + 24);
    cairo_line_to(cr, x + 18, y + 24);
    cairo_stroke(cr);
}

static void
draw_wave(cairo_t *cr, double from, double to, double y)
{
    const double step = 4, amplitude = 12, cycles = 3;

    cairo_set_line_width(cr, 2);
    cairo_move_to(cr, from, y);
    for (double x = from; x <= to; x += step) {
        const double t = (x - from) / (to - from);

        cairo_line_to(cr, x, y - amplitude * sin(t * cycles * 2 * G_PI) * sin(t * G_PI));
    }
    cairo_line_to(cr, to, y);
    cairo_stroke(cr);
}

static void
draw_own(GtkWidget *widget, cairo_t *cr, int width, int height)
{
    GtkStyleContext *style = gtk_widget_get_style_context(widget);
    const double left = width / 2.0 - 105, right = width / 2.0 + 105, y = height / 2.0;
    GdkRGBA ink;

    gtk_style_context_get_color(style, gtk_style_context_get_state(style), &ink);
    gdk_cairo_set_source_rgba(cr, &ink);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    draw_computer(cr, left, y - 2);
    draw_computer(cr, right, y - 2);
    draw_wave(cr, left + 38, right - 38, y - 6);
    ink.alpha *= 0.35;
    gdk_cairo_set_source_rgba(cr, &ink);
    cairo_set_line_width(cr, 2);
    cairo_rectangle(cr, left + 38, y - 26, right - left - 76, 40); /* the tunnel around the line */
    cairo_stroke(cr);
}

static gboolean
dt_banner_draw(GtkWidget *widget, cairo_t *cr)
{
    DtBanner *self = DT_BANNER(widget);
    const int width = gtk_widget_get_allocated_width(widget);
    const int height = gtk_widget_get_allocated_height(widget);

    gtk_render_background(gtk_widget_get_style_context(widget), cr, 0, 0, width, height);
    if (self->picture == NULL) {
        draw_own(widget, cr, width, height);
        return GDK_EVENT_PROPAGATE;
    }
    gdk_cairo_set_source_pixbuf(cr, self->picture,
                                (width - gdk_pixbuf_get_width(self->picture)) / 2.0,
                                (height - gdk_pixbuf_get_height(self->picture)) / 2.0);
    cairo_pattern_set_extend(cairo_get_source(cr), CAIRO_EXTEND_PAD); /* its edges go on */
    cairo_paint(cr);
    return GDK_EVENT_PROPAGATE;
}

static void
on_loaded(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    GdkPixbuf *picture = dt_picture_decode_finish(result, &error);

    (void)user_data;
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;

    DtBanner *self = DT_BANNER(source);

    if (picture == NULL)
        g_debug("the picture of the profile cannot be shown: %s", error->message);
    g_clear_object(&self->picture);
    self->picture = picture;
    gtk_widget_queue_draw(GTK_WIDGET(self));
    g_signal_emit(self, signals[LOADED], 0, picture != NULL);
}

void
dt_banner_load(DtBanner *self, GBytes *bmp)
{
    if (bmp != NULL)
        dt_picture_decode_async(self, bmp, "bmp", WIDTH, HEIGHT, self->cancellable, on_loaded,
                                NULL);
}

/* ---- room for what matters more ------------------------------------------------------------ */

static gboolean
look_for_room(gpointer user_data)
{
    DtBanner *self = user_data;
    GtkWidget *widget = GTK_WIDGET(self);
    GdkWindow *window = self->window != NULL ? gtk_widget_get_window(self->window) : NULL;
    GdkRectangle screen;
    GtkRequisition whole;

    self->looking = 0;
    if (window == NULL)
        return G_SOURCE_REMOVE;
    gdk_monitor_get_workarea(
        gdk_display_get_monitor_at_window(gtk_widget_get_display(widget), window), &screen);
    gtk_widget_get_preferred_size(self->window, NULL, &whole);
    const int others = whole.height - (gtk_widget_get_visible(widget) ? HEIGHT : 0);
    gtk_widget_set_visible(widget, others + HEIGHT <= screen.height);
    return G_SOURCE_REMOVE;
}

/* Not at once: in the middle of an allocation nothing may ask for another. */
static void
on_window_allocated(DtBanner *self)
{
    if (self->looking == 0)
        self->looking = g_idle_add(look_for_room, self);
}

static void
watch(DtBanner *self, GtkWidget *window)
{
    if (self->window != NULL)
        g_signal_handlers_disconnect_by_data(self->window, self);
    g_set_weak_pointer(&self->window, window);
    if (window != NULL)
        g_signal_connect_object(window, "size-allocate", G_CALLBACK(on_window_allocated), self,
                                G_CONNECT_SWAPPED);
}

static void
dt_banner_hierarchy_changed(GtkWidget *widget, GtkWidget *previous)
{
    GtkWidget *top = gtk_widget_get_toplevel(widget);

    (void)previous;
    watch(DT_BANNER(widget), GTK_IS_WINDOW(top) ? top : NULL);
}

static void
dt_banner_dispose(GObject *object)
{
    DtBanner *self = DT_BANNER(object);

    watch(self, NULL);
    g_clear_handle_id(&self->looking, g_source_remove);
    g_cancellable_cancel(self->cancellable);
    g_clear_object(&self->picture);
    G_OBJECT_CLASS(dt_banner_parent_class)->dispose(object);
}

static void
dt_banner_finalize(GObject *object)
{
    g_clear_object(&DT_BANNER(object)->cancellable);
    G_OBJECT_CLASS(dt_banner_parent_class)->finalize(object);
}

static void
dt_banner_class_init(DtBannerClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dt_banner_dispose;
    G_OBJECT_CLASS(klass)->finalize = dt_banner_finalize;
    widget_class->draw = dt_banner_draw;
    widget_class->hierarchy_changed = dt_banner_hierarchy_changed;
    signals[LOADED] = g_signal_new("loaded", DT_TYPE_BANNER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
    gtk_widget_class_set_css_name(widget_class, "banner");
    gtk_widget_class_set_accessible_role(widget_class, ATK_ROLE_IMAGE);
}

static void
dt_banner_init(DtBanner *self)
{
    self->cancellable = g_cancellable_new();
    gtk_widget_set_size_request(GTK_WIDGET(self), WIDTH, HEIGHT);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self)),
                        _("Picture of the connection"));
}
