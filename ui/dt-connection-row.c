/* dt-connection-row.c - see dt-connection-row.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-connection-row"

#include "dt-connection-row.h"

#include "dt-call.h"
#include "dt-format.h"
#include "dt-profile-text.h"

#include <glib/gi18n.h>

enum { MAX_NAME = 120 };

struct _DtConnectionRow {
    GtkListBoxRow parent_instance;

    GtkWidget *state_image;
    GtkLabel *name_label;
    GtkLabel *state_label;
    GtkWidget *disconnect_button;
    GtkWidget *delete_button;

    Profile *profile;
    DtCall *call;
};

G_DEFINE_TYPE(DtConnectionRow, dt_connection_row, GTK_TYPE_LIST_BOX_ROW)

enum { DELETE_CLICKED, N_SIGNALS };
static guint signals[N_SIGNALS];

static char *
state_text(DtConnectionRow *self)
{
    const guint32 failure = dt_call_get_failure(self->call);

    if (dt_call_get_connection(self->call) == NULL) /* not dialed yet: where it leads */
        return dt_profile_text_protocols(self->profile);
    return failure != 0 ? dt_format_error(failure) : dt_call_get_status_text(self->call);
}

static void
render(DtConnectionRow *self)
{
    const DtCallLook *look = dt_call_get_look(self->call);
    g_autofree char *text = state_text(self);

    gtk_label_set_text(self->state_label, text);
    gtk_widget_set_visible(self->disconnect_button, !look->form);
    gtk_widget_set_sensitive(self->disconnect_button, !g_str_equal(look->state, "disconnecting"));
    gtk_widget_set_opacity(self->state_image, look->connected ? 1.0 : 0.35);
    gtk_widget_set_sensitive(self->delete_button, look->form && !self->profile->system);
}

static void
on_disconnect_clicked(DtConnectionRow *self)
{
    dt_call_hang_up(self->call);
}

static void
on_delete_clicked(DtConnectionRow *self)
{
    g_signal_emit(self, signals[DELETE_CLICKED], 0);
}

const Profile *
dt_connection_row_get_profile(DtConnectionRow *self)
{
    return self->profile;
}

void
dt_connection_row_set_client(DtConnectionRow *self, DtDialerClient *client)
{
    dt_call_set_client(self->call, client);
}

static void
dt_connection_row_dispose(GObject *object)
{
    DtConnectionRow *self = DT_CONNECTION_ROW(object);

    if (self->call != NULL)
        g_signal_handlers_disconnect_by_data(self->call, self);
    g_clear_object(&self->call);
    G_OBJECT_CLASS(dt_connection_row_parent_class)->dispose(object);
}

static void
dt_connection_row_finalize(GObject *object)
{
    g_clear_pointer(&DT_CONNECTION_ROW(object)->profile, profile_free);
    G_OBJECT_CLASS(dt_connection_row_parent_class)->finalize(object);
}

static void
dt_connection_row_class_init(DtConnectionRowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

    G_OBJECT_CLASS(klass)->dispose = dt_connection_row_dispose;
    G_OBJECT_CLASS(klass)->finalize = dt_connection_row_finalize;
    signals[DELETE_CLICKED] = g_signal_new("delete-clicked", DT_TYPE_CONNECTION_ROW,
                                           G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/dialtone/Dialer/ui/connection-row.ui");
    gtk_widget_class_bind_template_child(widget_class, DtConnectionRow, state_image);
    gtk_widget_class_bind_template_child(widget_class, DtConnectionRow, name_label);
    gtk_widget_class_bind_template_child(widget_class, DtConnectionRow, state_label);
    gtk_widget_class_bind_template_child(widget_class, DtConnectionRow, disconnect_button);
    gtk_widget_class_bind_template_child(widget_class, DtConnectionRow, delete_button);
    gtk_widget_class_bind_template_callback(widget_class, on_disconnect_clicked);
    gtk_widget_class_bind_template_callback(widget_class, on_delete_clicked);
}

static void
dt_connection_row_init(DtConnectionRow *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

GtkWidget *
dt_connection_row_new(const Profile *profile)
{
    DtConnectionRow *self = g_object_new(DT_TYPE_CONNECTION_ROW, NULL);
    g_autofree char *name = dt_format_foreign(profile->name, MAX_NAME);
    /* Translators: %s is the name of a connection */
    g_autofree char *delete = g_strdup_printf(_("Delete %s"), name);

    self->profile = profile_copy(profile);
    self->call = dt_call_new(profile->name);
    g_signal_connect_object(self->call, "changed", G_CALLBACK(render), self, G_CONNECT_SWAPPED);
    gtk_label_set_text(self->name_label, name);
    gtk_widget_set_tooltip_text(self->delete_button, delete);
    atk_object_set_name(gtk_widget_get_accessible(self->delete_button), delete);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self)), name);
    render(self);
    return GTK_WIDGET(self);
}
