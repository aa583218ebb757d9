/* dt-log-window.c - see dt-log-window.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-log-window"

#include "dt-log-window.h"

#include "dt-format.h"
#include "dt-notes.h"

#include <glib/gi18n.h>

enum { RESPONSE_COPY = 1, RESPONSE_REFRESH = 2, MAX_LINE = 1024 };

struct _DtLogWindow {
    GtkDialog parent_instance;

    GtkTextView *text_view;

    DtConnection *connection;
    GCancellable *cancellable; /* cancelled in dispose */
};

G_DEFINE_TYPE(DtLogWindow, dt_log_window, GTK_TYPE_DIALOG)

static void
show_text(DtLogWindow *self, const char *text)
{
    gtk_text_buffer_set_text(gtk_text_view_get_buffer(self->text_view), text, -1);
}

/* "<Unix time> <level> <text>" as "2026-01-31 12:00:00 <level> <text>". */
static void
append_line(GString *out, const char *line)
{
    char *rest = NULL;
    const gint64 seconds = g_ascii_strtoll(line, &rest, 10);
    g_autoptr(GDateTime) when = rest > line ? g_date_time_new_from_unix_local(seconds) : NULL;
    g_autofree char *stamp = when != NULL ? g_date_time_format(when, "%F %T") : NULL;
    g_autofree char *safe = dt_format_foreign(stamp != NULL ? rest : line, MAX_LINE);

    g_string_append_printf(out, "%s%s\n", stamp != NULL ? stamp : "", safe);
}

static void
on_log(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) lines = NULL;

    dt_connection_call_get_log_finish(DT_CONNECTION(source), &lines, result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* user_data is already gone: do not touch it */

    DtLogWindow *self = DT_LOG_WINDOW(user_data);

    if (error != NULL) {
        g_dbus_error_strip_remote_error(error);
        show_text(self, error->message);
        return;
    }

    GString *out = g_string_new(NULL);

    const GPtrArray *notes = dt_notes_of(DT_CONNECTION(source));

    for (guint i = 0; lines[i] != NULL; i++)
        append_line(out, lines[i]);
    for (guint i = 0; notes != NULL && i < notes->len; i++)
        append_line(out, notes->pdata[i]);
    show_text(self, out->len > 0 ? out->str : _("The log is empty."));
    g_string_free(out, TRUE);
}

static void
refresh(DtLogWindow *self)
{
    if (self->connection == NULL)
        show_text(self, _("This connection was not dialed yet."));
    else
        dt_connection_call_get_log(self->connection, self->cancellable, on_log, self);
}

static void
copy(DtLogWindow *self)
{
    GtkTextBuffer *buffer = gtk_text_view_get_buffer(self->text_view);
    GtkTextIter start, end;

    gtk_text_buffer_get_bounds(buffer, &start, &end);

    g_autofree char *text = gtk_text_buffer_get_text(buffer, &start, &end, FALSE);

    gtk_clipboard_set_text(gtk_widget_get_clipboard(GTK_WIDGET(self), GDK_SELECTION_CLIPBOARD),
                           text, -1);
}

static void
dt_log_window_response(GtkDialog *dialog, int response)
{
    if (response == RESPONSE_COPY)
        copy(DT_LOG_WINDOW(dialog));
    else if (response == RESPONSE_REFRESH)
        refresh(DT_LOG_WINDOW(dialog));
    else
        gtk_widget_destroy(GTK_WIDGET(dialog));
}

static void
dt_log_window_dispose(GObject *object)
{
    DtLogWindow *self = DT_LOG_WINDOW(object);

    g_cancellable_cancel(self->cancellable);
    g_clear_object(&self->cancellable);
    g_clear_object(&self->connection);
    G_OBJECT_CLASS(dt_log_window_parent_class)->dispose(object);
}

static void
dt_log_window_class_init(DtLogWindowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dt_log_window_dispose;
    GTK_DIALOG_CLASS(klass)->response = dt_log_window_response;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/dialtone/Dialer/ui/log-window.ui");
    gtk_widget_class_bind_template_child(widget_class, DtLogWindow, text_view);
}

static void
dt_log_window_init(DtLogWindow *self)
{
    self->cancellable = g_cancellable_new();
    gtk_widget_init_template(GTK_WIDGET(self));
}

GtkWidget *
dt_log_window_new(GtkWindow *parent, const char *name, DtConnection *connection)
{
    DtLogWindow *self =
        g_object_new(DT_TYPE_LOG_WINDOW, "transient-for", parent, "use-header-bar", 0, NULL);
    g_autofree char *shown = dt_format_foreign(name, 128);
    /* Translators: %s is the name of a connection */
    g_autofree char *title = g_strdup_printf(_("Log of %s"), shown);

    gtk_window_set_title(GTK_WINDOW(self), title);
    g_set_object(&self->connection, connection);
    refresh(self);
    return GTK_WIDGET(self);
}
