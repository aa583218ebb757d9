/* dt-properties-window.c - see dt-properties-window.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-properties-window"

#include "dt-properties-private.h"

#include "dt-everybody.h"
#include "dt-format.h"
#include "dt-hint.h"
#include "dt-ipsec-dialog.h"
#include "dt-key.h"
#include "dt-numbers-window.h"
#include "dt-profile-text.h"
#include "profile-file.h"
#include "profile-others.h"
#include "profile-stricter.h"
#include "web-proxy.h"

#include <glib/gi18n.h>

enum { MAX_TEXT = 255, INTERNET_PAGE = 2 /* behind General and VPN */ };

G_DEFINE_TYPE(DtPropertiesWindow, dt_properties_window, GTK_TYPE_DIALOG)

static void
show_own(GtkLabel *label, char *text)
{
    gtk_label_set_text(label, *text != '\0' ? text : "–");
    g_free(text);
}

/* The first line of the list stands for "try them all". */
static void
show_servers(DtPropertiesWindow *self)
{
    const Profile *p = self->profile;

    gtk_combo_box_text_remove_all(self->server_combo);
    gtk_combo_box_text_append_text(self->server_combo, _("Try all of them, in order"));
    for (guint i = 0; i < p->servers->len; i++) {
        const struct profile_server *server = p->servers->pdata[i];
        g_autofree char *text =
            dt_format_foreign(*server->label != '\0' ? server->label : server->address, MAX_TEXT);

        gtk_combo_box_text_append_text(self->server_combo, text);
    }
    gtk_combo_box_set_active(GTK_COMBO_BOX(self->server_combo),
                             p->choose_server || p->servers->len == 1 ? (int)p->server + 1 : 0);
    gtk_widget_set_sensitive(GTK_WIDGET(self->server_combo), p->servers->len > 1);
}

/* Of the line that is dialed before the VPN, where the profile has a phone book. */
static void
show_number(DtPropertiesWindow *self)
{
    const Profile *p = self->profile;
    const gboolean has = dt_numbers_window_is_for(p);

    show_own(self->number_label,
             dt_numbers_window_text(p->country_code, p->area_code, p->phone_number));
    gtk_widget_set_visible(self->number_caption, has);
    gtk_widget_set_visible(GTK_WIDGET(self->number_label), has);
    gtk_widget_set_visible(self->numbers_button, has);
}

static void
on_number_chosen(DtPropertiesWindow *self, guint country, const char *area, const char *number)
{
    self->profile->country_code = country;
    profile_set(&self->profile->area_code, area);
    profile_set(&self->profile->phone_number, number);
    show_number(self);
}

static void
on_numbers_clicked(DtPropertiesWindow *self)
{
    GtkWidget *window = dt_numbers_window_new(GTK_WINDOW(self), self->store, self->profile);

    g_signal_connect_object(window, "chosen", G_CALLBACK(on_number_chosen), self,
                            G_CONNECT_SWAPPED);
    gtk_window_present(GTK_WINDOW(window));
}

static void
show_general(DtPropertiesWindow *self)
{
    const Profile *p = self->profile;

    show_own(self->name_label, dt_format_foreign(p->name, MAX_TEXT));
    show_own(self->server_message_label, dt_format_foreign(p->server_message, MAX_TEXT));
    gtk_widget_set_visible(GTK_WIDGET(self->server_message_label), *p->server_message != '\0');
    show_own(self->address_label, dt_profile_text_servers(p));
    show_number(self);
    show_servers(self);
}

/* Only where another line is dialed first, under a name of its own. */
static void
show_internet(DtPropertiesWindow *self)
{
    const Profile *p = self->profile;

    gtk_entry_set_text(self->isp_user_entry, p->isp_user);
    if (p->kind == PROFILE_VPN && p->dialup && !p->use_same_user_name && !p->hide_isp_user)
        gtk_notebook_insert_page(self->notebook, self->internet_page,
                                 gtk_label_new(_("Internet Logon")), INTERNET_PAGE);
}

static void
show_options(DtPropertiesWindow *self)
{
    const Profile *p = self->profile;

    gtk_spin_button_set_value(self->redial_count_spin, p->redial_count);
    gtk_spin_button_set_value(self->redial_delay_spin, p->redial_delay);
    gtk_toggle_button_set_active(self->redial_on_drop_check, p->redial_on_drop);
    gtk_spin_button_set_value(self->idle_spin, p->idle_timeout);
    gtk_toggle_button_set_active(self->auto_check, p->dial_automatically && p->remember_password);
    gtk_widget_set_sensitive(GTK_WIDGET(self->auto_check), p->remember_password);
    gtk_widget_set_visible(GTK_WIDGET(self->auto_check), !p->hide_dial_automatically);
    gtk_widget_set_visible(self->auto_hint_label,
                           !p->remember_password && !p->hide_dial_automatically);
    dt_properties_show_updates(self);
}

/* What can be made stricter is shown as a control, the rest as text and a lock. */
static void
show_or_lock(GtkWidget *control, GtkLabel *label, GtkWidget *lock, gboolean open)
{
    gtk_widget_set_visible(control, open);
    gtk_widget_set_visible(GTK_WIDGET(label), !open);
    gtk_widget_set_visible(lock, !open);
}

static void
show_protocols(DtPropertiesWindow *self)
{
    const Profile *p = self->profile;
    const gboolean open = dt_profile_text_offer_protocols(p, self->protocols_combo);

    show_own(self->protocols_label, dt_profile_text_protocols(p));
    show_or_lock(GTK_WIDGET(self->protocols_combo), self->protocols_label, self->protocols_lock,
                 open);
}

struct method {
    unsigned flag;
    GtkToggleButton *check;
};

enum { N_METHODS = 6 };

static void
methods_of(DtPropertiesWindow *self, struct method ret[N_METHODS])
{
    ret[0] = (struct method){PLAN_AUTH_EAP_MSCHAPV2, self->eap_mschapv2_check};
    ret[1] = (struct method){PLAN_AUTH_MSCHAPV2, self->mschapv2_check};
    ret[2] = (struct method){PLAN_AUTH_CHAP_MD5, self->chap_check};
    ret[3] = (struct method){PLAN_AUTH_PAP, self->pap_check};
    ret[4] = (struct method){PLAN_AUTH_EAP_TLS, self->eap_tls_check};
    ret[5] = (struct method){PLAN_AUTH_PEAP, self->peap_check};
}

static void
show_auth(DtPropertiesWindow *self)
{
    const unsigned offered = profile_auth_offered(self->profile),
                   used = profile_auth(self->profile);
    struct method methods[N_METHODS];
    guint n = 0;

    methods_of(self, methods);
    for (gsize i = 0; i < N_METHODS; i++) {
        const gboolean open = (offered & methods[i].flag) != 0;
        gtk_toggle_button_set_active(methods[i].check, (used & methods[i].flag) != 0);
        gtk_widget_set_sensitive(GTK_WIDGET(methods[i].check), open);
        /* A profile has at most one of these two, and most have none. */
        if ((methods[i].flag & PLAN_AUTH_BY_TLS) != 0)
            gtk_widget_set_visible(GTK_WIDGET(methods[i].check), open);
        n += open;
    }
    show_own(self->auth_label, dt_profile_text_auth(self->profile));
    show_or_lock(self->auth_box, self->auth_label, self->auth_lock, n > 1);
}

/* Of PPTP; the others are always encrypted. */
static void
show_encryption(DtPropertiesWindow *self)
{
    static const guint stricter[] = {1, 2};
    const Profile *p = self->profile;
    const guint type = p->dun.encryption_type;
    enum plan_protocol all[PLAN_MAX_PROTOCOLS];
    const guint n_protocols =
        profile_order(p->kind, p->dun.vpn_strategy, p->protocol_order, 0, 0, all);
    gboolean pptp = FALSE;
    /* Translators: a demand for encryption, as "Optional" */
    g_autofree char *as_it_says =
        g_strdup_printf(_("As the profile says: %s"), dt_profile_text_encryption_type(type));
    guint chosen = 0, n = 0;

    for (guint i = 0; i < n_protocols; i++)
        pptp |= all[i] == PLAN_PPTP;
    gtk_combo_box_text_append_text(self->encryption_combo, as_it_says);
    for (gsize i = 0; i < G_N_ELEMENTS(stricter); i++) {
        g_autofree char *id = g_strdup_printf("%u", stricter[i]);
        if (!profile_encryption_stricter(stricter[i], type))
            continue;
        gtk_combo_box_text_append(self->encryption_combo, id,
                                  dt_profile_text_encryption_type(stricter[i]));
        n++;
        if (p->more_encryption == stricter[i])
            chosen = n;
    }
    gtk_combo_box_set_active(GTK_COMBO_BOX(self->encryption_combo), (int)chosen);
    show_own(self->encryption_label, dt_profile_text_encryption(p));
    show_or_lock(GTK_WIDGET(self->encryption_combo), self->encryption_label, self->encryption_lock,
                 pptp && n > 0);
}

static void
take_security(DtPropertiesWindow *self)
{
    const char *only = gtk_combo_box_get_active_id(GTK_COMBO_BOX(self->protocols_combo));
    const char *more = gtk_combo_box_get_active_id(GTK_COMBO_BOX(self->encryption_combo));
    struct method methods[N_METHODS];
    Profile *p = self->profile;

    p->only_protocol = only == NULL ? 0 : (guint)g_ascii_digit_value(*only);
    p->more_encryption = more == NULL ? 0 : (guint)g_ascii_digit_value(*more);
    p->refused_auth = 0;
    methods_of(self, methods);
    for (gsize i = 0; i < N_METHODS; i++)
        if ((profile_auth_offered(p) & methods[i].flag) != 0 &&
            !gtk_toggle_button_get_active(methods[i].check))
            p->refused_auth |= methods[i].flag;
}

static void
show_certificates(DtPropertiesWindow *self)
{
    const Profile *p = self->profile;

    show_own(self->authorities_label, dt_profile_text_authorities(p));
    show_own(self->pin_label, dt_format_fingerprint(p->pin));
    gtk_widget_set_visible(self->forget_pin_button, *p->pin != '\0');

    const gboolean eap = *p->eap.pin != '\0';
    show_own(self->eap_pin_label, dt_format_fingerprint(p->eap.pin));
    gtk_widget_set_visible(self->eap_pin_label_caption, eap);
    gtk_widget_set_visible(GTK_WIDGET(self->eap_pin_label), eap);
    gtk_widget_set_visible(self->forget_eap_pin_button, eap);
}

static void
show_security(DtPropertiesWindow *self)
{
    show_protocols(self);
    show_auth(self);
    show_encryption(self);
    show_certificates(self);
}

GtkEntry *
dt_properties_entry_of(DtPropertiesWindow *self, enum dt_key_kind kind)
{
    return kind == DT_KEY_PSK ? self->key_entry : self->tunnel_entry;
}

/* In an entry, and whole: in other languages it is longer than an entry is wide. */
static void
show_hint(GtkEntry *entry, const char *text)
{
    gtk_entry_set_placeholder_text(entry, text);
    gtk_entry_set_width_chars(entry,
                              MAX(gtk_entry_get_width_chars(entry), (int)g_utf8_strlen(text, -1)));
}

/* What is saved is never shown, only that it is. */
static void
on_key_found(gpointer data, enum dt_key_kind kind, const struct secret *found)
{
    show_hint(dt_properties_entry_of(DT_PROPERTIES_WINDOW(data), kind),
              found->len > 0       ? _("One is saved in the keyring")
              : kind == DT_KEY_PSK ? _("None is saved: it is asked for")
                                   : _("None is saved: few servers want one"));
}

static void
show_key(DtPropertiesWindow *self)
{
    const gboolean psk = profile_uses_psk(self->profile), l2tp = profile_uses_l2tp(self->profile);

    gtk_widget_set_visible(self->key_entry_caption, psk);
    gtk_widget_set_visible(GTK_WIDGET(self->key_entry), psk);
    gtk_widget_set_visible(self->tunnel_entry_caption, l2tp);
    gtk_widget_set_visible(GTK_WIDGET(self->tunnel_entry), l2tp);
    if (psk)
        dt_key_look_up(self->profile, DT_KEY_PSK, self->cancellable, on_key_found, self);
    if (l2tp)
        dt_key_look_up(self->profile, DT_KEY_TUNNEL, self->cancellable, on_key_found, self);
}

static void
show_ipsec(DtPropertiesWindow *self)
{
    const gboolean has = dt_ipsec_dialog_is_for(self->profile);

    show_own(self->ipsec_label, dt_ipsec_dialog_text(self->profile));
    gtk_widget_set_visible(self->ipsec_caption, has);
    gtk_widget_set_visible(GTK_WIDGET(self->ipsec_label), has);
    gtk_widget_set_visible(self->ipsec_button, has && dt_ipsec_dialog_is_of_ipsec(self->profile));
    gtk_widget_set_visible(self->user_cert_button,
                           has && !dt_ipsec_dialog_is_of_ipsec(self->profile));
}

static void
on_ipsec_response(GtkDialog *dialog, int response, gpointer user_data)
{
    DtPropertiesWindow *self = DT_PROPERTIES_WINDOW(user_data);

    if (response == GTK_RESPONSE_OK) {
        dt_ipsec_dialog_take(DT_IPSEC_DIALOG(dialog), self->profile, &self->own_key);
        show_certificates(self);
        show_ipsec(self);
        show_key(self);
    }
    gtk_widget_destroy(GTK_WIDGET(dialog));
}

static void
on_ipsec_clicked(DtPropertiesWindow *self)
{
    GtkWidget *dialog = dt_ipsec_dialog_new(GTK_WINDOW(self), self->profile);

    g_signal_connect_object(dialog, "response", G_CALLBACK(on_ipsec_response), self, 0);
    gtk_window_present(GTK_WINDOW(dialog));
}

static void
on_toggled(DtPropertiesWindow *self)
{
    const gboolean all = gtk_toggle_button_get_active(self->gateway_check);
    const gboolean own = gtk_toggle_button_get_active(self->dns_check);

    gtk_widget_set_sensitive(GTK_WIDGET(self->class_route_check), !all);
    gtk_widget_set_sensitive(GTK_WIDGET(self->dns1_entry), own);
    gtk_widget_set_sensitive(GTK_WIDGET(self->dns2_entry), own);
    gtk_widget_set_sensitive(GTK_WIDGET(self->register_suffix_check),
                             gtk_toggle_button_get_active(self->register_dns_check));
}

static void
show_web_proxy(DtPropertiesWindow *self)
{
    char *text = web_proxy_text(self->profile);
    const gboolean has = text != NULL;

    gtk_toggle_button_set_active(self->web_proxy_check, self->profile->use_web_proxy);
    gtk_widget_set_visible(GTK_WIDGET(self->web_proxy_check), has);
    gtk_widget_set_visible(self->web_proxy_caption, has);
    gtk_widget_set_visible(GTK_WIDGET(self->web_proxy_label), has);
    if (has)
        show_own(self->web_proxy_label, text);
}

static void
show_networking(DtPropertiesWindow *self)
{
    const struct profile_dun *dun = &self->profile->dun;

    gtk_toggle_button_set_active(self->gateway_check, dun->gateway_on_remote);
    gtk_toggle_button_set_active(self->class_route_check, dun->class_route);
    gtk_toggle_button_set_active(self->dns_check, dun->specify_servers);
    gtk_entry_set_text(self->dns1_entry, dun->dns1);
    gtk_entry_set_text(self->dns2_entry, dun->dns2);
    gtk_entry_set_text(self->suffix_entry, dun->dns_suffix);
    gtk_toggle_button_set_active(self->register_dns_check,
                                 dun->register_dns || dun->register_suffix);
    gtk_toggle_button_set_active(self->register_suffix_check, dun->register_suffix);
    gtk_toggle_button_set_active(self->register_wins_check, dun->register_wins);
    show_own(self->routes_label, dt_profile_text_routes(self->profile));
    on_toggled(self);
    dt_properties_show_proxy(self);
    show_web_proxy(self);
}

static void
show_about(DtPropertiesWindow *self)
{
    const Profile *p = self->profile;

    show_own(self->source_label, dt_format_foreign(p->source, MAX_TEXT));
    show_own(self->version_label, g_strdup_printf("Dialtone %s", DIALTONE_VERSION));
    show_own(self->actions_label, dt_profile_text_actions(p));
    g_autoptr(GPtrArray) others = profile_other_settings(p);
    for (guint i = 0; i < others->len; i++) {
        const struct profile_other *o = others->pdata[i];
        g_autofree char *file = dt_format_foreign(o->file, MAX_TEXT);
        g_autofree char *section = dt_format_foreign(o->section, MAX_TEXT);
        g_autofree char *key = dt_format_foreign(o->key, MAX_TEXT);
        g_autofree char *value = dt_format_foreign(o->value, MAX_TEXT);

        gtk_list_store_insert_with_values(self->others_store, NULL, -1, 0, file, 1, section, 2, key,
                                          3, value, -1);
    }
}

void
dt_properties_take_values(DtPropertiesWindow *self)
{
    Profile *p = self->profile;
    const int server = gtk_combo_box_get_active(GTK_COMBO_BOX(self->server_combo));

    if (p->servers->len > 1) {
        if (server > 0 || p->choose_server) /* else the one to begin with stays */
            p->server = server > 0 ? (guint)server - 1 : 0;
        p->choose_server = server > 0;
    }
    dt_properties_take_first(self);
    p->redial_count = (guint)gtk_spin_button_get_value_as_int(self->redial_count_spin);
    p->redial_delay = (guint)gtk_spin_button_get_value_as_int(self->redial_delay_spin);
    p->redial_on_drop = gtk_toggle_button_get_active(self->redial_on_drop_check);
    const guint idle = (guint)gtk_spin_button_get_value_as_int(self->idle_spin);
    if (idle != p->idle_timeout) /* else the seconds that the profile adds stay */
        p->idle_seconds = 0;
    p->idle_timeout = idle;
    profile_set(&p->isp_user, gtk_entry_get_text(self->isp_user_entry));
    take_security(self);
    p->dial_automatically = gtk_toggle_button_get_active(self->auto_check);
    p->update_lists = gtk_toggle_button_get_active(self->update_check);
    p->dun.gateway_on_remote = gtk_toggle_button_get_active(self->gateway_check);
    p->dun.class_route = gtk_toggle_button_get_active(self->class_route_check);
    p->dun.specify_servers = gtk_toggle_button_get_active(self->dns_check);
    dt_properties_take_proxy(self);
    p->use_web_proxy = gtk_toggle_button_get_active(self->web_proxy_check);
    profile_set(&p->dun.dns1, gtk_entry_get_text(self->dns1_entry));
    profile_set(&p->dun.dns2, gtk_entry_get_text(self->dns2_entry));
    profile_set(&p->dun.dns_suffix, gtk_entry_get_text(self->suffix_entry));
    p->dun.register_dns = gtk_toggle_button_get_active(self->register_dns_check);
    p->dun.register_suffix =
        p->dun.register_dns && gtk_toggle_button_get_active(self->register_suffix_check);
    p->dun.register_wins = gtk_toggle_button_get_active(self->register_wins_check);
}

static void
on_store_changed(DtPropertiesWindow *self)
{
    if (!dt_properties_take_lists(self))
        return;
    show_general(self);
    show_own(self->routes_label, dt_profile_text_routes(self->profile));
}

static void
on_forget_pin_clicked(DtPropertiesWindow *self)
{
    profile_set(&self->profile->pin, "");
    show_certificates(self);
}

static void
on_forget_eap_pin_clicked(DtPropertiesWindow *self)
{
    profile_set(&self->profile->eap.pin, "");
    show_certificates(self);
}

static void
dt_properties_window_response(GtkDialog *dialog, int response)
{
    if (response != GTK_RESPONSE_OK || dt_properties_save(DT_PROPERTIES_WINDOW(dialog), FALSE))
        gtk_widget_destroy(GTK_WIDGET(dialog));
}

static void
dt_properties_window_dispose(GObject *object)
{
    g_cancellable_cancel(DT_PROPERTIES_WINDOW(object)->cancellable);
    g_clear_object(&DT_PROPERTIES_WINDOW(object)->store);
    g_clear_object(&DT_PROPERTIES_WINDOW(object)->call);
    G_OBJECT_CLASS(dt_properties_window_parent_class)->dispose(object);
}

static void
dt_properties_window_finalize(GObject *object)
{
    explicit_bzero(&DT_PROPERTIES_WINDOW(object)->own_key, sizeof(struct plan_key));
    g_free(DT_PROPERTIES_WINDOW(object)->stored.cert_pem);
    g_free(DT_PROPERTIES_WINDOW(object)->stored.ca_pem);
    g_clear_pointer(&DT_PROPERTIES_WINDOW(object)->before, g_bytes_unref);
    g_clear_object(&DT_PROPERTIES_WINDOW(object)->cancellable);
    g_clear_pointer(&DT_PROPERTIES_WINDOW(object)->profile, profile_free);
    G_OBJECT_CLASS(dt_properties_window_parent_class)->finalize(object);
}

static void
bind_template(GtkWidgetClass *widget_class)
{
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/dialtone/Dialer/ui/properties-window.ui");
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, name_label);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, server_message_label);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, address_label);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, number_label);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, number_caption);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, numbers_button);
    gtk_widget_class_bind_template_callback(widget_class, on_numbers_clicked);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, server_combo);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, redial_count_spin);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, redial_delay_spin);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, idle_spin);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, redial_on_drop_check);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, auto_check);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, auto_hint_label);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, update_check);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, protocols_label);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, auth_label);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, encryption_label);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, protocols_combo);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, encryption_combo);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, auth_box);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, protocols_lock);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, auth_lock);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, encryption_lock);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, eap_tls_check);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, peap_check);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, eap_mschapv2_check);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, mschapv2_check);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, chap_check);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, pap_check);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, authorities_label);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, pin_label);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, forget_pin_button);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, eap_pin_label);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, eap_pin_label_caption);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, forget_eap_pin_button);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, key_entry);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, key_entry_caption);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, tunnel_entry);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, tunnel_entry_caption);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, isp_user_entry);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, ipsec_caption);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, ipsec_label);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, ipsec_button);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, user_cert_button);
    gtk_widget_class_bind_template_callback(widget_class, on_ipsec_clicked);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, internet_page);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, notebook);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, gateway_check);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, class_route_check);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, dns_check);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, routes_label);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, web_proxy_check);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, web_proxy_caption);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, web_proxy_label);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, dns1_entry);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, dns2_entry);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, suffix_entry);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, register_dns_check);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, register_suffix_check);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, register_wins_check);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, source_label);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, version_label);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, actions_label);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, problem_label);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, others_store);
    gtk_widget_class_bind_template_callback(widget_class, on_toggled);
    gtk_widget_class_bind_template_callback(widget_class, on_forget_pin_clicked);
    gtk_widget_class_bind_template_callback(widget_class, on_forget_eap_pin_clicked);
}

static void
bind_first(GtkWidgetClass *widget_class)
{
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, first_box);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, first_check);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, first_combo);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, first_hint_label);
    gtk_widget_class_bind_template_callback(widget_class, dt_properties_first_toggled);
}

static void
bind_proxy(GtkWidgetClass *widget_class)
{
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, proxy_caption);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, proxy_host_caption);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, proxy_host_box);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, proxy_user_caption);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, proxy_hint_label);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, proxy_combo);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, proxy_port_spin);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, proxy_host_entry);
    gtk_widget_class_bind_template_child(widget_class, DtPropertiesWindow, proxy_user_entry);
    gtk_widget_class_bind_template_callback(widget_class, dt_properties_proxy_kind_changed);
}

static void
dt_properties_window_class_init(DtPropertiesWindowClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = dt_properties_window_dispose;
    G_OBJECT_CLASS(klass)->finalize = dt_properties_window_finalize;
    GTK_DIALOG_CLASS(klass)->response = dt_properties_window_response;
    bind_template(GTK_WIDGET_CLASS(klass));
    bind_first(GTK_WIDGET_CLASS(klass));
    bind_proxy(GTK_WIDGET_CLASS(klass));
}

static void
dt_properties_window_init(DtPropertiesWindow *self)
{
    self->cancellable = g_cancellable_new();
    gtk_widget_init_template(GTK_WIDGET(self));
    dt_hint_mend(self->key_entry);
    dt_hint_mend(self->tunnel_entry);
}

void
dt_properties_window_set_call(DtPropertiesWindow *self, DtCall *call)
{
    if (g_set_object(&self->call, call) && call != NULL)
        dt_properties_watch_call(self);
}

GtkWidget *
dt_properties_window_new(GtkWindow *parent, ProfileStore *store, const Profile *profile)
{
    DtPropertiesWindow *self =
        g_object_new(DT_TYPE_PROPERTIES_WINDOW, "transient-for", parent, "use-header-bar", 0, NULL);
    g_autofree char *name = dt_everybody_name(profile->name, profile->system, MAX_TEXT);
    /* Translators: %s is the name of a connection */
    g_autofree char *title = g_strdup_printf(_("Properties of %s"), name);

    self->store = g_object_ref(store);
    self->profile = profile_copy(profile);
    self->before = profile_file_write(profile);
    dt_properties_keep_ipsec(&self->stored, profile);
    gtk_window_set_title(GTK_WINDOW(self), title);
    show_general(self);
    dt_properties_show_first(self);
    show_internet(self);
    show_options(self);
    show_security(self);
    show_key(self);
    show_ipsec(self);
    show_networking(self);
    show_about(self);
    g_signal_connect_object(store, "changed", G_CALLBACK(on_store_changed), self,
                            G_CONNECT_SWAPPED);
    return GTK_WIDGET(self);
}
