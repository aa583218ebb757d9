/* dt-logon-window.c - see dt-logon-window.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-logon-window"

#include "dt-logon-private.h"

#include "dt-a11y.h"
#include "dt-banner.h"
#include "dt-call.h"
#include "dt-choices.h"
#include "dt-everybody.h"
#include "dt-failure-view.h"
#include "dt-format.h"
#include "dt-help-dialog.h"
#include "dt-key.h"
#include "dt-log-window.h"
#include "dt-password-dialog.h"
#include "dt-profile-icon.h"
#include "dt-properties-window.h"
#include "dt-status-page.h"
#include "dt-unfinished.h"
#include "profile-learn.h"
#include "profile-memory.h"
#include "profile-secret.h"
#include "profile-system.h"
#include "profile-weakness.h"
#include "ras.h"

#include <glib/gi18n.h>

enum { MAX_TEXT = 255, MAX_SUPPORT = 1000 };

G_DEFINE_TYPE(DtLogonWindow, dt_logon_window, GTK_TYPE_APPLICATION_WINDOW)

static const char *
text_of(GtkWidget *entry)
{
    return gtk_entry_get_text(GTK_ENTRY(entry));
}

static gboolean
is_on(GtkWidget *check)
{
    return gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(check));
}

gboolean
dt_logon_for_everybody(DtLogonWindow *self)
{
    return self->profile->system && is_on(self->everybody_check);
}

struct dt_call_login
dt_logon_login(DtLogonWindow *self, const char *new_password)
{
    return (struct dt_call_login){.user = text_of(self->user_entry),
                                  .domain = text_of(self->domain_entry),
                                  .password = text_of(self->password_entry),
                                  .new_password = new_password,
                                  .psk = dt_key_get(self->key, DT_KEY_PSK),
                                  .tunnel_secret = dt_key_get(self->key, DT_KEY_TUNNEL),
                                  .proxy_password = dt_key_get(self->key, DT_KEY_PROXY),
                                  .key = dt_key_get_own(self->key),
                                  .through =
                                      self->first != NULL ? dt_call_get_name(self->first) : NULL,
                                  .end_through = self->first_dialed,
                                  .for_everybody = dt_logon_for_everybody(self)};
}

/* ---- the keyring ------------------------------------------------------------------------- */

static void
on_password_kept(gpointer who, const GError *problem)
{
    DtLogonWindow *self = DT_LOGON_WINDOW(who);

    if (problem == NULL || self->store == NULL) /* or it was closed meanwhile */
        return;
    /* Translators: %s is a sentence from the keyring */
    g_autofree char *text = g_strdup_printf(_("The password was not saved: %s"), problem->message);

    dt_status_page_set_message(self->status_page, text);
}

/* Only a password that the server has accepted is kept. */
static void
keep_password(DtLogonWindow *self)
{
    struct secret password = {0};

    if (!is_on(self->save_check))
        dt_unfinished_forget(self->profile);
    else if (secret_set_text(&password, text_of(self->password_entry)))
        dt_unfinished_store(self->profile, text_of(self->user_entry), &password, on_password_kept,
                            self);
    secret_wipe(&password);
    gtk_entry_set_text(GTK_ENTRY(self->password_entry), "");
}

static void
dial_automatically(DtLogonWindow *self)
{
    if (!self->auto_dial || *text_of(self->password_entry) == '\0')
        return;
    if (dt_call_is_starting(self->call) || !dt_call_get_look(self->call)->form ||
        !dt_call_is_settled(self->call))
        return;
    dt_logon_dial(self);
}

void
dt_logon_dial_soon(DtLogonWindow *self)
{
    self->auto_dial = TRUE;
    dial_automatically(self);
}

static void
on_password_found(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    struct secret password = {0};

    (void)source;
    profile_secret_lookup_finish(result, &password, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* user_data is already gone: do not touch it */

    DtLogonWindow *self = DT_LOGON_WINDOW(user_data);

    if (error != NULL) {
        g_autofree char *text =
            g_strdup_printf(_("The saved password could not be read: %s"), error->message);

        gtk_label_set_text(self->status_label, text);
    } else if (password.len > 0 && *text_of(self->password_entry) == '\0') {
        gtk_entry_set_text(GTK_ENTRY(self->password_entry), (const char *)password.data);
        dial_automatically(self);
    }
    secret_wipe(&password);
}

/* ---- what the profile says ---------------------------------------------------------------- */

static void
show_field(GtkWidget *label, GtkWidget *entry, gboolean visible, guint max)
{
    if (label != NULL)
        gtk_widget_set_visible(label, visible);
    gtk_widget_set_visible(entry, visible);
    if (GTK_IS_ENTRY(entry))
        gtk_entry_set_max_length(GTK_ENTRY(entry), max > 0 && max < MAX_TEXT ? (int)max : MAX_TEXT);
}

/* Before the password is typed: what is weak about the protocol. */
static void
show_weakness(DtLogonWindow *self)
{
    g_autofree char *weakness = profile_weakness(self->profile);

    gtk_label_set_text(self->weakness_label, weakness);
    gtk_widget_set_visible(GTK_WIDGET(self->weakness_label), *weakness != '\0');
}

static void
show_profile(DtLogonWindow *self)
{
    const Profile *p = self->profile;
    g_autofree char *title = dt_format_foreign(p->name, MAX_TEXT);
    g_autofree char *support = dt_format_foreign(p->service_message, MAX_SUPPORT);

    gtk_window_set_title(GTK_WINDOW(self), title);
    gtk_header_bar_set_title(self->header_bar, title);
    gtk_header_bar_set_subtitle(self->header_bar,
                                p->system ? _("For everybody who uses this computer") : NULL);
    gtk_label_set_text(self->support_label, support);
    gtk_widget_set_visible(GTK_WIDGET(self->support_label), *support != '\0');
    show_weakness(self);
    dt_status_page_set_profile(self->status_page, p);
    show_field(self->user_label, self->user_entry, !p->hide_user, p->max_user);
    show_field(self->password_label, self->password_entry, !p->hide_password, p->max_password);
    show_field(self->domain_label, self->domain_entry, !p->hide_domain, p->max_domain);
    show_field(NULL, self->save_check, !p->hide_remember_password && !p->hide_password, 0);
    show_field(NULL, self->auto_check, !p->hide_dial_automatically && !p->hide_remember_password,
               0);
    gtk_widget_set_visible(self->everybody_check, p->system);
}

/* Reads the profile again: the properties window, or another program, may have saved it. */
void
dt_logon_refresh_profile(DtLogonWindow *self)
{
    /* By id, which is quick; the user's own copy of a system profile has another. */
    const Profile *p = self->profile;
    Profile *fresh = profile_store_find(self->store, p->system ? p->name : p->id, NULL);

    if (fresh == NULL)
        return; /* deleted or renamed: a connection that is up can still be ended here */
    profile_free(self->profile);
    self->profile = fresh;
    dt_choices_apply(fresh);
    profile_memory_recall(fresh);
}

static void
on_store_changed(DtLogonWindow *self)
{
    const gboolean before = self->profile->dial_automatically;

    dt_logon_refresh_profile(self);
    if (self->profile->dial_automatically != before) /* else what is clicked here stays */
        gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->auto_check),
                                     self->profile->dial_automatically && is_on(self->save_check));
    show_profile(self);
}

/* ---- what is asked of the helper --------------------------------------------------------- */

/* What the person chose is remembered, so that the next window is filled in. */
static void
remember_choices(DtLogonWindow *self)
{
    g_autoptr(GError) error = NULL;

    dt_logon_refresh_profile(self); /* what was saved elsewhere a moment ago is kept */
    profile_set(&self->profile->user, text_of(self->user_entry));
    profile_set(&self->profile->domain, text_of(self->domain_entry));
    self->profile->remember_password = is_on(self->save_check);
    self->profile->dial_automatically = is_on(self->auto_check) && is_on(self->save_check);
    if (!(self->profile->system
              ? dt_choices_save(self->profile, is_on(self->everybody_check), &error)
              : profile_store_save(self->store, self->profile, &error)))
        dt_status_page_set_message(self->status_page, error->message);
}

/* Is everything typed that the profile wants? If not, say so where it is missing. */
static gboolean
complete(DtLogonWindow *self)
{
    const gboolean by_certificate = profile_auth(self->profile) == PLAN_AUTH_EAP_TLS;
    const struct {
        GtkWidget *entry;
        gboolean optional;
        const char *missing;
    } fields[] = {
        {self->user_entry, self->profile->user_optional, _("Please type your user name.")},
        {self->password_entry, self->profile->password_optional || by_certificate,
         _("Please type your password.")},
        {self->domain_entry, !profile_needs_domain(self->profile, text_of(self->user_entry)),
         _("Please type your logon domain.")},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (fields[i].optional || !gtk_widget_get_visible(fields[i].entry) ||
            *text_of(fields[i].entry) != '\0')
            continue;
        gtk_label_set_text(self->status_label, fields[i].missing);
        dt_a11y_announce(GTK_WIDGET(self->status_label), fields[i].missing);
        gtk_widget_grab_focus(fields[i].entry);
        return FALSE;
    }
    return TRUE;
}

void
dt_logon_dial(DtLogonWindow *self)
{
    self->auto_dial = FALSE; /* this is that one, whoever began it */
    if (dt_key_is_missing(self->key, self->profile)) {
        dt_key_ask(self->key, GTK_WINDOW(self), self->profile);
        return;
    }
    self->dial_waits = dt_key_is_waiting(self->key);
    if (self->dial_waits) {
        gtk_label_set_text(self->status_label, _("Reading the private key from the keyring…"));
        return;
    }
    const gboolean answers = dt_call_get_question(self->call) == RAS_AUTHENTICATION_FAILURE;
    if (!answers && !dt_logon_first_is_up(self))
        return;
    const struct dt_call_login login = dt_logon_login(self, NULL);

    self->dialed_here = TRUE;
    self->first_owed = self->first_dialed;
    self->first_dialed = FALSE;
    if (answers)
        dt_call_answer(self->call, self->profile, &login);
    else
        dt_call_dial(self->call, self->profile, &login);
}

static void
on_connect_clicked(DtLogonWindow *self)
{
    if (!complete(self))
        return;
    remember_choices(self);
    dt_logon_dial(self);
}

gboolean
dt_logon_is_busy(DtLogonWindow *self)
{
    return dt_call_is_starting(self->call) ||
           (dt_call_get_look(self->call)->busy && dt_call_is_own(self->call));
}

static void
on_cancel_clicked(DtLogonWindow *self)
{
    if (dt_logon_is_busy(self))
        dt_call_hang_up(self->call);
    else if (!dt_logon_first_stop(self))
        gtk_window_close(GTK_WINDOW(self));
}

static void
on_disconnect_clicked(DtLogonWindow *self)
{
    dt_call_hang_up(self->call);
}

static gboolean
dt_logon_window_delete_event(GtkWidget *widget, GdkEventAny *event)
{
    DtLogonWindow *self = DT_LOGON_WINDOW(widget);

    (void)event;
    if (dt_logon_is_busy(self)) /* no dial goes on behind a closed window; a connection does */
        dt_call_hang_up(self->call);
    else
        dt_logon_first_stop(self); /* nor one that was begun for this window alone */
    return GDK_EVENT_PROPAGATE;
}

/* Escape is Cancel, unless a menu or an entry wants it. */
static gboolean
dt_logon_window_key_press_event(GtkWidget *widget, GdkEventKey *event)
{
    if (GTK_WIDGET_CLASS(dt_logon_window_parent_class)->key_press_event(widget, event))
        return GDK_EVENT_STOP;
    if (event->keyval != GDK_KEY_Escape)
        return GDK_EVENT_PROPAGATE;
    on_cancel_clicked(DT_LOGON_WINDOW(widget));
    return GDK_EVENT_STOP;
}

/* ---- rendering ---------------------------------------------------------------------------- */

static void
render_failure(DtLogonWindow *self)
{
    const guint32 failure = dt_call_get_failure(self->call);
    const GError *error = dt_call_get_error(self->call);
    g_autofree char *detail = dt_call_get_failure_detail(self->call);

    if (failure == self->shown_failure && error == self->shown_error)
        return;
    self->shown_failure = failure;
    self->shown_error = error;
    if (error != NULL && dt_call_get_look(self->call)->connected) { /* it could not be ended */
        g_autofree char *text = dt_everybody_problem(error);
        dt_status_page_set_message(self->status_page, text);
    } else if (error != NULL) {
        dt_failure_view_show_error(self->failure_view, error,
                                   dt_logon_for_everybody(self) ? profile_system_denied() : NULL);
    } else {
        dt_failure_view_show(self->failure_view, failure, dt_call_get_details(self->call), detail,
                             dt_logon_may_accept_certificate(self));
    }
    if (failure == RAS_AUTHENTICATION_FAILURE)
        gtk_widget_grab_focus(self->password_entry);
    dt_key_failed(self->key, failure, dt_call_get_details(self->call));
}

static void
on_key_problem(DtLogonWindow *self, const char *text)
{
    dt_status_page_set_message(self->status_page, text);
}

/* What this call taught, for the next one. */
static void
learn(DtLogonWindow *self)
{
    dt_logon_refresh_profile(self);
    profile_learn(self->store, self->profile,
                  dt_connection_get_details(dt_call_get_connection(self->call)), NULL);
    dt_key_keep(self->key, self->profile, dt_call_get_detail(self->call, "protocol"));
}

static void
render_page(DtLogonWindow *self)
{
    const gboolean connected = dt_call_get_look(self->call)->connected;

    if (connected && self->dialed_here) {
        self->dialed_here = FALSE;
        keep_password(self);
        learn(self);
    }
    if (connected == self->shown_connected)
        return;
    self->shown_connected = connected;
    gtk_stack_set_visible_child_name(self->pages, connected ? "status" : "form");
    if (connected) {
        dt_status_page_focus(self->status_page);
        return;
    }
    dt_status_page_set_message(self->status_page, NULL);
    gtk_widget_grab_default(self->connect_button);
    gtk_widget_grab_focus(self->password_entry);
    if (is_on(self->save_check)) /* so that Connect works at once again */
        profile_secret_lookup_async(self->profile, text_of(self->user_entry), self->cancellable,
                                    on_password_found, self);
}

static void
say(DtLogonWindow *self, const char *status)
{
    if (g_str_equal(status, gtk_label_get_text(self->status_label)))
        return;
    gtk_label_set_text(self->status_label, status);
    dt_a11y_announce(GTK_WIDGET(self->status_label), status);
}

/* Who is refused at once reads nothing but the refusal; who listens hears how far it came. */
static void
say_stages(DtLogonWindow *self, DtConnection *connection)
{
    const guint stage = MIN(dt_connection_get_stage(connection), 3);

    if (stage < self->told_stage) /* another attempt */
        self->told_stage = 0;
    while (self->told_stage < stage) {
        g_autofree char *line = dt_dialer_client_stage_text(connection, ++self->told_stage);
        say(self, line);
    }
}

static void
render_status_line(DtLogonWindow *self)
{
    DtConnection *connection = dt_call_get_connection(self->call);
    g_autofree char *status = dt_call_get_status_text(self->call);

    if (dt_call_is_starting(self->call))
        self->told_stage = 0;
    else if (self->dialed_here && connection != NULL)
        say_stages(self, connection);
    say(self, status);
    /* The stage is kept after a failure; while waiting for the redial there is none. */
    const gboolean waits = g_str_equal(dt_call_get_look(self->call)->state, "waiting");
    gtk_level_bar_set_value(self->stage_bar, connection != NULL && !waits
                                                 ? MIN(dt_connection_get_stage(connection), 3)
                                                 : 0);
    gtk_widget_set_visible(GTK_WIDGET(self->spinner), dt_logon_is_busy(self));
    g_object_set(self->spinner, "active", dt_logon_is_busy(self), NULL);
}

static void
render(DtLogonWindow *self)
{
    const gboolean editable =
        (dt_call_get_look(self->call)->form && !dt_call_is_starting(self->call)) ||
        dt_call_get_question(self->call) == RAS_AUTHENTICATION_FAILURE;
    GtkWidget *const fields[] = {self->user_entry, self->password_entry,  self->domain_entry,
                                 self->save_check, self->everybody_check, self->connect_button};

    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        gtk_widget_set_sensitive(fields[i], editable);
    gtk_widget_set_sensitive(self->auto_check, editable && is_on(self->save_check));
    dt_status_page_set_connection(self->status_page, dt_call_get_connection(self->call));
    render_status_line(self);
    render_failure(self);
    dt_logon_first_settle(self);
    dt_logon_render_question(self);
    render_page(self);
}

static void
on_save_toggled(DtLogonWindow *self)
{
    if (!is_on(self->save_check))
        gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->auto_check), FALSE);
    gtk_widget_set_sensitive(self->auto_check, is_on(self->save_check));
}

static void
look_for_password(DtLogonWindow *self)
{
    const Profile *p = self->profile;

    if (self->dial_waits)
        dt_logon_dial(self);
    if (self->looked_for_password)
        return; /* the key was read again */
    self->looked_for_password = TRUE;
    if (p->remember_password)
        profile_secret_lookup_async(p, p->user, self->cancellable, on_password_found, self);
}

/* ---- the beginning ------------------------------------------------------------------------ */

static void
fill_in(DtLogonWindow *self)
{
    const Profile *p = self->profile;

    gtk_entry_set_text(GTK_ENTRY(self->user_entry), p->user);
    gtk_entry_set_text(GTK_ENTRY(self->domain_entry), p->domain);
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->save_check), p->remember_password);
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->auto_check),
                                 p->remember_password && p->dial_automatically);
    gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->everybody_check),
                                 dt_choices_for_everybody(p));
    gtk_widget_grab_focus(*p->user != '\0' ? self->password_entry : self->user_entry);
    /* The key before the password: when that is there, the call may begin by itself. */
    dt_key_load(self->key, p);
}

static void
load_pictures(DtLogonWindow *self)
{
    g_autoptr(GBytes) logo = NULL;

    if (*self->profile->logo != '\0')
        logo = profile_store_read_file(self->store, self->profile, self->profile->logo, NULL);
    dt_banner_load(self->banner, logo);
    dt_profile_icon_show(GTK_WINDOW(self), self->store, self->profile);
}

/* ---- actions ------------------------------------------------------------------------------ */

/* The key may have been typed there, or another certificate chosen. */
static void
reload_key(DtLogonWindow *self)
{
    if (self->key == NULL)
        return;
    dt_logon_refresh_profile(self);
    dt_key_load(self->key, self->profile);
}

static void
on_properties(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    DtLogonWindow *self = DT_LOGON_WINDOW(user_data);

    dt_logon_refresh_profile(self); /* else what was saved a moment ago would be undone */
    g_autoptr(Profile) as_stored =
        self->profile->system
            ? profile_store_find_system(self->store, self->profile->id, NULL)
            : NULL; /* without what this person typed: it may be changed for everybody */
    GtkWidget *properties = dt_properties_window_new(GTK_WINDOW(self), self->store,
                                                     as_stored != NULL ? as_stored : self->profile);

    (void)action, (void)parameter;
    dt_properties_window_set_call(DT_PROPERTIES_WINDOW(properties), self->call);
    g_signal_connect_object(properties, "destroy", G_CALLBACK(reload_key), self, G_CONNECT_SWAPPED);
    gtk_window_present(GTK_WINDOW(properties));
}

static void
on_log(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    DtLogonWindow *self = DT_LOGON_WINDOW(user_data);

    (void)action, (void)parameter;
    gtk_window_present(GTK_WINDOW(dt_log_window_new(GTK_WINDOW(self), self->profile->name,
                                                    dt_call_get_connection(self->call))));
}

static void
on_help(GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
    DtLogonWindow *self = DT_LOGON_WINDOW(user_data);

    (void)action, (void)parameter;
    gtk_window_present(
        GTK_WINDOW(dt_help_dialog_new(GTK_WINDOW(self), self->store, self->profile)));
}

static const GActionEntry actions[] = {
    {.name = "properties", .activate = on_properties},
    {.name = "log", .activate = on_log},
    {.name = "help", .activate = on_help},
};

static void
on_properties_clicked(DtLogonWindow *self)
{
    g_action_group_activate_action(G_ACTION_GROUP(self), "properties", NULL);
}

static void
on_view_log(DtLogonWindow *self)
{
    g_action_group_activate_action(G_ACTION_GROUP(self), "log", NULL);
}

void
dt_logon_window_set_client(DtLogonWindow *self, DtDialerClient *client)
{
    dt_call_set_client(self->call, client);
    if (self->first != NULL)
        dt_call_set_client(self->first, client);
    render(self);
    dial_automatically(self);
}

const char *
dt_logon_window_get_name(DtLogonWindow *self)
{
    return self->profile->name;
}

/* ---- the object --------------------------------------------------------------------------- */

static void
dt_logon_window_dispose(GObject *object)
{
    DtLogonWindow *self = DT_LOGON_WINDOW(object);

    g_cancellable_cancel(self->cancellable);
    dt_logon_first_forget(self);
    if (self->password_dialog != NULL)
        gtk_widget_destroy(self->password_dialog);
    if (self->call != NULL)
        g_signal_handlers_disconnect_by_data(self->call, self);
    if (self->key != NULL)
        g_signal_handlers_disconnect_by_data(self->key, self);
    g_clear_object(&self->key);
    g_clear_object(&self->call);
    g_clear_object(&self->store);
    G_OBJECT_CLASS(dt_logon_window_parent_class)->dispose(object);
}

static void
dt_logon_window_finalize(GObject *object)
{
    DtLogonWindow *self = DT_LOGON_WINDOW(object);

    g_clear_object(&self->cancellable);
    g_clear_pointer(&self->profile, profile_free);
    G_OBJECT_CLASS(dt_logon_window_parent_class)->finalize(object);
}

static void
bind_template(GtkWidgetClass *widget_class)
{
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/dialtone/Dialer/ui/logon-window.ui");
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, header_bar);
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, banner);
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, pages);
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, user_label);
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, user_entry);
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, password_label);
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, password_entry);
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, domain_label);
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, domain_entry);
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, save_check);
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, auto_check);
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, everybody_check);
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, support_label);
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, failure_view);
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, spinner);
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, weakness_label);
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, status_label);
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, stage_bar);
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, connect_button);
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, cancel_button);
    gtk_widget_class_bind_template_child(widget_class, DtLogonWindow, status_page);
    gtk_widget_class_bind_template_callback(widget_class, on_connect_clicked);
    gtk_widget_class_bind_template_callback(widget_class, on_cancel_clicked);
    gtk_widget_class_bind_template_callback(widget_class, on_disconnect_clicked);
    gtk_widget_class_bind_template_callback(widget_class, on_properties_clicked);
    gtk_widget_class_bind_template_callback(widget_class, on_save_toggled);
    gtk_widget_class_bind_template_callback_full(widget_class, "on_show_certificate",
                                                 G_CALLBACK(dt_logon_show_certificate));
    gtk_widget_class_bind_template_callback(widget_class, on_view_log);
}

static void
dt_logon_window_class_init(DtLogonWindowClass *klass)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

    g_type_ensure(DT_TYPE_BANNER);
    g_type_ensure(DT_TYPE_FAILURE_VIEW);
    g_type_ensure(DT_TYPE_STATUS_PAGE);
    G_OBJECT_CLASS(klass)->dispose = dt_logon_window_dispose;
    G_OBJECT_CLASS(klass)->finalize = dt_logon_window_finalize;
    widget_class->delete_event = dt_logon_window_delete_event;
    widget_class->key_press_event = dt_logon_window_key_press_event;
    gtk_widget_class_set_css_name(widget_class, "logonwindow");
    bind_template(widget_class);
}

static void
dt_logon_window_init(DtLogonWindow *self)
{
    self->cancellable = g_cancellable_new();
    gtk_widget_init_template(GTK_WIDGET(self));
    g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
    gtk_widget_grab_default(self->connect_button);
}

GtkWidget *
dt_logon_window_new(GtkApplication *application, ProfileStore *store, const Profile *profile)
{
    DtLogonWindow *self = g_object_new(DT_TYPE_LOGON_WINDOW, "application", application, NULL);

    self->store = g_object_ref(store);
    self->profile = profile_copy(profile);
    self->call = dt_call_new(profile->name);
    self->key = dt_key_new();
    dt_choices_apply(self->profile);
    profile_memory_recall(self->profile);
    self->auto_dial = self->profile->dial_automatically && self->profile->remember_password;
    g_signal_connect_object(self->key, "ready", G_CALLBACK(look_for_password), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->key, "given", G_CALLBACK(dt_logon_dial), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(self->key, "problem", G_CALLBACK(on_key_problem), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->call, "changed", G_CALLBACK(render), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(store, "changed", G_CALLBACK(on_store_changed), self,
                            G_CONNECT_SWAPPED);
    show_profile(self);
    load_pictures(self);
    render(self);
    fill_in(self);
    return GTK_WIDGET(self);
}
