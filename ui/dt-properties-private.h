/*
 * dt-properties-private.h - inside of the properties window: what it shows
 * (dt-properties-window.c; dt-properties-proxy.c, -first.c), and what OK does
 * (dt-properties-save.c).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dt-key.h"
#include "dt-properties-window.h"

/* How this computer proves itself. */
struct dt_properties_ipsec {
    gboolean use_certificate;
    char *cert_pem, *ca_pem;
};

struct _DtPropertiesWindow {
    GtkDialog parent_instance;

    GtkLabel *name_label, *server_message_label, *address_label;
    GtkLabel *number_label;
    GtkWidget *number_caption, *numbers_button;
    GtkComboBoxText *server_combo;
    GtkWidget *first_box;
    GtkToggleButton *first_check;
    GtkComboBoxText *first_combo;
    GtkLabel *first_hint_label;
    gboolean first_offered; /* ->first_combo is filled */
    GtkSpinButton *redial_count_spin, *redial_delay_spin, *idle_spin;
    GtkToggleButton *redial_on_drop_check, *auto_check, *update_check;
    GtkWidget *auto_hint_label;
    GtkLabel *protocols_label, *auth_label, *encryption_label, *authorities_label, *pin_label;
    GtkLabel *eap_pin_label;
    GtkWidget *eap_pin_label_caption, *forget_eap_pin_button;
    GtkWidget *forget_pin_button, *key_entry_caption, *tunnel_entry_caption;
    GtkComboBoxText *protocols_combo, *encryption_combo;
    GtkWidget *auth_box, *protocols_lock, *auth_lock, *encryption_lock;
    GtkToggleButton *eap_tls_check, *peap_check;
    GtkToggleButton *eap_mschapv2_check, *mschapv2_check, *chap_check, *pap_check;
    GtkEntry *key_entry, *tunnel_entry, *isp_user_entry;
    guint saving; /* keys on their way to the keyring */
    GtkWidget *internet_page;
    GtkNotebook *notebook;
    GtkToggleButton *gateway_check, *class_route_check, *dns_check;
    GtkToggleButton *register_dns_check, *register_suffix_check, *register_wins_check;
    GtkLabel *routes_label, *web_proxy_label;
    GtkToggleButton *web_proxy_check;
    GtkWidget *web_proxy_caption;
    GtkWidget *proxy_caption, *proxy_host_caption, *proxy_host_box, *proxy_user_caption;
    GtkWidget *proxy_hint_label;
    GtkComboBoxText *proxy_combo;
    GtkSpinButton *proxy_port_spin;
    GtkEntry *proxy_host_entry, *proxy_user_entry;
    GtkEntry *dns1_entry, *dns2_entry, *suffix_entry;
    GtkLabel *source_label, *version_label, *actions_label, *problem_label;
    GtkListStore *others_store;

    GtkWidget *ipsec_caption, *ipsec_button, *user_cert_button;
    GtkLabel *ipsec_label;
    struct plan_key own_key; /* of a certificate that was chosen; on its way to the keyring */
    struct dt_properties_ipsec stored; /* what the profile has without it */

    DtCall *call;           /* that knows the helper; NULL: none */
    gboolean waiting;       /* OK, until it is known whether there is one */
    gboolean for_everybody; /* what is changed in everybody's: the person was asked */
    GBytes *before;         /* as it is stored for everybody */

    ProfileStore *store;
    Profile *profile;          /* a copy: OK saves it */
    GCancellable *cancellable; /* cancelled in dispose */
};

/* ---- of the window */
void dt_properties_take_values(DtPropertiesWindow *self); /* what is to be seen, into the profile */
GtkEntry *dt_properties_entry_of(DtPropertiesWindow *self, enum dt_key_kind kind);

/* ---- of the proxy on the way to an SSTP server */
void dt_properties_show_proxy(DtPropertiesWindow *self);
void
dt_properties_take_proxy(DtPropertiesWindow *self); /* what is wrong, profile_validate() says */
void dt_properties_proxy_kind_changed(DtPropertiesWindow *self);

/* ---- of the connection that is dialed first */
void dt_properties_show_first(DtPropertiesWindow *self);
void dt_properties_take_first(DtPropertiesWindow *self);
void dt_properties_first_toggled(DtPropertiesWindow *self);

/* ---- of OK */
void dt_properties_watch_call(DtPropertiesWindow *self); /* that was set */
void dt_properties_keep_ipsec(struct dt_properties_ipsec *to, const Profile *p);
/* FALSE: the window stays, with a problem shown, or a question, or somebody who is waited for.
 * @asked: whom what is changed in everybody's is for. */
gboolean dt_properties_save(DtPropertiesWindow *self, gboolean asked);

/* ---- of what downloads change */
void dt_properties_show_updates(DtPropertiesWindow *self);
/* The profile was saved by somebody else: its lists, else OK would undo them. TRUE: they are other
 * ones, and to be shown. */
gboolean dt_properties_take_lists(DtPropertiesWindow *self);
