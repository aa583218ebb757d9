/* dt-logon-first.c - double dial: the connection that comes up before; see dt-logon-private.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-logon-window"

#include "dt-logon-private.h"

#include "dt-a11y.h"
#include "dt-format.h"
#include "profile-first.h"
#include "profile-plan.h"

#include <glib/gi18n.h>

enum { MAX_NAME = 80 };

/* Takes @text. */
static void
say(DtLogonWindow *self, char *text)
{
    gtk_label_set_text(self->status_label, text);
    dt_a11y_announce(GTK_WIDGET(self->status_label), text);
    g_free(text);
}

static void
say_not_connected(DtLogonWindow *self)
{
    g_autofree char *name = dt_format_foreign(dt_call_get_name(self->first), MAX_NAME);

    say(self,
        g_strdup_printf(_("“%s” comes before this connection, and was not connected."), name));
}

static gboolean
is_up(const DtLogonWindow *self)
{
    return dt_call_get_look(self->first)->connected;
}

/* Else why it is not gone through is shown. */
static gboolean
is_everybodys(DtLogonWindow *self)
{
    g_autofree char *name = dt_format_foreign(dt_call_get_name(self->first), MAX_NAME);
    g_autoptr(GError) error = NULL;

    if (dt_connection_get_for_everybody(dt_call_get_connection(self->first)))
        return TRUE;
    error = g_error_new(PROFILE_PLAN_ERROR, PROFILE_PLAN_ERROR_INVALID,
                        _("“%s” comes before this connection, and is connected for you alone. "
                          "Disconnect it, and connect again."),
                        name);
    dt_failure_view_show_error(self->failure_view, error, NULL);
    return FALSE;
}

/* After its own rendering: it has a password to keep. */
static gboolean
on_close(gpointer data)
{
    gtk_window_close(GTK_WINDOW(data));
    return G_SOURCE_REMOVE;
}

static void
forget_window(DtLogonWindow *self)
{
    if (self->first_window != NULL)
        g_signal_handlers_disconnect_by_data(self->first_window, self);
    g_clear_weak_pointer(&self->first_window);
}

static void
close_window(DtLogonWindow *self)
{
    GtkWidget *window = self->first_window;

    forget_window(self);
    if (window != NULL && self->first_opened)
        g_idle_add_full(G_PRIORITY_DEFAULT_IDLE, on_close, g_object_ref(window), g_object_unref);
}

/* Whoever closes that window does not want this one dialed later, when it comes up for another
 * reason. */
static void
on_window_closed(DtLogonWindow *self)
{
    forget_window(self);
    if (!is_up(self))
        say_not_connected(self);
}

static void
on_first_changed(DtLogonWindow *self)
{
    if (self->first_window == NULL || !is_up(self))
        return;
    close_window(self);
    self->first_dialed = TRUE;
    dt_logon_dial(self);
}

static GtkWidget *
window_of(DtLogonWindow *self)
{
    GtkApplication *application = gtk_window_get_application(GTK_WINDOW(self));

    for (GList *l = gtk_application_get_windows(application); l != NULL; l = l->next)
        if (DT_IS_LOGON_WINDOW(l->data) &&
            g_str_equal(dt_logon_window_get_name(l->data), dt_call_get_name(self->first)))
            return l->data;
    return NULL;
}

/* Its own window asks for what it needs, and shows its stages and why it failed. */
static void
open_window(DtLogonWindow *self, const Profile *first)
{
    GtkApplication *application = gtk_window_get_application(GTK_WINDOW(self));
    g_autofree char *name = dt_format_foreign(first->name, MAX_NAME);

    forget_window(self);
    self->first_opened = window_of(self) == NULL;
    g_action_group_activate_action(G_ACTION_GROUP(application), "open-connection",
                                   g_variant_new_string(first->id));
    g_set_weak_pointer(&self->first_window, window_of(self));
    if (self->first_window == NULL)
        return;
    g_signal_connect_object(self->first_window, "destroy", G_CALLBACK(on_window_closed), self,
                            G_CONNECT_SWAPPED);
    if (dt_logon_for_everybody(self)) /* what goes through it is */
        gtk_toggle_button_set_active(
            GTK_TOGGLE_BUTTON(DT_LOGON_WINDOW(self->first_window)->everybody_check), TRUE);
    say(self, g_strdup_printf(_("Dialing “%s” first…"), name));
    dt_logon_dial_soon(DT_LOGON_WINDOW(self->first_window));
}

static void
watch(DtLogonWindow *self, const Profile *first)
{
    dt_logon_first_forget(self);
    self->first = dt_call_new(first->name);
    dt_call_set_client(self->first, dt_call_get_client(self->call));
    g_signal_connect_object(self->first, "changed", G_CALLBACK(on_first_changed), self,
                            G_CONNECT_SWAPPED);
}

gboolean
dt_logon_first_is_up(DtLogonWindow *self)
{
    const gboolean dialed = self->first_dialed, everybody = dt_logon_for_everybody(self);
    g_autoptr(Profile) first = NULL;
    g_autoptr(GError) error = NULL;

    switch (profile_first_find(self->store, self->profile, everybody, &first, &error)) {
    case PROFILE_FIRST_BAD:
        dt_failure_view_show_error(self->failure_view, error, NULL);
        return FALSE;
    case PROFILE_FIRST_DIAL:
        break;
    case PROFILE_FIRST_NONE:
    case PROFILE_FIRST_BY_HAND:
        dt_logon_first_forget(self);
        return TRUE;
    }
    watch(self, first);
    self->first_dialed = dialed;
    if (is_up(self))
        return !everybody || is_everybodys(self);
    self->first_dialed = FALSE;
    open_window(self, first);
    return FALSE;
}

gboolean
dt_logon_first_stop(DtLogonWindow *self)
{
    if (self->first_window == NULL)
        return FALSE;
    close_window(self);
    say_not_connected(self);
    return TRUE;
}

void
dt_logon_first_settle(DtLogonWindow *self)
{
    if (!self->first_owed || dt_call_is_starting(self->call))
        return;
    self->first_owed = FALSE;
    if (dt_call_get_error(self->call) != NULL && self->first != NULL)
        dt_call_hang_up(self->first);
}

void
dt_logon_first_forget(DtLogonWindow *self)
{
    forget_window(self);
    if (self->first != NULL)
        g_signal_handlers_disconnect_by_data(self->first, self);
    g_clear_object(&self->first);
    self->first_dialed = FALSE;
}
