/* dt-properties-proxy.c - the proxy on the way to an SSTP server, on the page Networking of the
 * properties window; see dt-properties-private.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-properties-window"

#include "dt-properties-private.h"

#include "profile-plan.h"

/* What the choices of the user leave out now may be wanted again. */
static gboolean
may_dial_sstp(const Profile *p)
{
    enum plan_protocol all[PLAN_MAX_PROTOCOLS];
    const guint n = profile_order(p->kind, p->dun.vpn_strategy, p->protocol_order, 0, 0, all);

    for (guint i = 0; i < n; i++)
        if (all[i] == PLAN_SSTP)
            return TRUE;
    return FALSE;
}

static guint
usual_port(guint kind)
{
    const Profile p = {.proxy = kind};

    return profile_proxy_port(&p);
}

/* The port follows the kind, unless it is one that somebody chose. */
void
dt_properties_proxy_kind_changed(DtPropertiesWindow *self)
{
    const guint kind = (guint)gtk_combo_box_get_active(GTK_COMBO_BOX(self->proxy_combo));
    const guint port = (guint)gtk_spin_button_get_value_as_int(self->proxy_port_spin);
    const guint other = kind == PLAN_PROXY_SOCKS5 ? PLAN_PROXY_HTTP : PLAN_PROXY_SOCKS5;
    const gboolean used = kind != PLAN_PROXY_NONE;

    if (used && port == usual_port(other))
        gtk_spin_button_set_value(self->proxy_port_spin, usual_port(kind));
    gtk_widget_set_sensitive(self->proxy_host_box, used);
    gtk_widget_set_sensitive(GTK_WIDGET(self->proxy_user_entry), used);
}

void
dt_properties_show_proxy(DtPropertiesWindow *self)
{
    const Profile *p = self->profile;
    GtkWidget *const rows[] = {self->proxy_caption,      GTK_WIDGET(self->proxy_combo),
                               self->proxy_host_caption, self->proxy_host_box,
                               self->proxy_user_caption, GTK_WIDGET(self->proxy_user_entry),
                               self->proxy_hint_label};

    gtk_combo_box_set_active(GTK_COMBO_BOX(self->proxy_combo), (int)p->proxy); /* moves the port */
    gtk_spin_button_set_value(self->proxy_port_spin, profile_proxy_port(p));
    gtk_entry_set_text(self->proxy_host_entry, p->proxy_host);
    gtk_entry_set_text(self->proxy_user_entry, p->proxy_user);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        gtk_widget_set_visible(rows[i], may_dial_sstp(p));
}

void
dt_properties_take_proxy(DtPropertiesWindow *self)
{
    Profile *p = self->profile;
    g_autofree char *host = g_strstrip(g_strdup(gtk_entry_get_text(self->proxy_host_entry)));

    if (!may_dial_sstp(p))
        return;
    gtk_spin_button_update(self->proxy_port_spin); /* what was typed last */
    const guint port = (guint)gtk_spin_button_get_value_as_int(self->proxy_port_spin);
    p->proxy = (guint)gtk_combo_box_get_active(GTK_COMBO_BOX(self->proxy_combo));
    profile_set(&p->proxy_host, host);
    profile_set(&p->proxy_user, gtk_entry_get_text(self->proxy_user_entry));
    if (port != profile_proxy_port(p)) /* one that it does not name stays so */
        p->proxy_port = port;
}
