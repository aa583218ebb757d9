/* dt-properties-first.c - the connection that is dialed first, and that this one goes through; see
 * dt-properties-private.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-properties-window"

#include "dt-properties-private.h"

#include "dt-format.h"

#include <glib/gi18n.h>

enum { MAX_NAME = 80 };

static gboolean
is_this(const Profile *p, const ProfileSummary *s)
{
    return p->system == s->system && g_str_equal(p->id, s->id);
}

/* As profile_first_find() has it: two legs, not in a circle, of different names; and everybody's
 * goes through everybody's alone. */
static gboolean
may_be_first(const Profile *p, const ProfileSummary *s)
{
    return s->kind == PROFILE_VPN && s->n_protocols > 0 && *s->dial_first == '\0' &&
           *s->name != '\0' && !is_this(p, s) && !g_str_equal(s->name, p->name) &&
           (s->system || !p->system);
}

/* One that goes through this one, or NULL. */
static const char *
that_goes_through(const Profile *p, const GPtrArray *all)
{
    for (guint i = 0; i < all->len; i++) {
        const ProfileSummary *s = all->pdata[i];
        if (!is_this(p, s) && *p->name != '\0' && g_str_equal(s->dial_first, p->name))
            return s->name;
    }
    return NULL;
}

/* By name, of which there has to be one; of the user's own and everybody's the own is meant. */
static GHashTable *
meant_by_name(const GPtrArray *all)
{
    GHashTable *names = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < all->len; i++) {
        ProfileSummary *s = all->pdata[i];
        const ProfileSummary *other = g_hash_table_lookup(names, s->name);
        if (!g_hash_table_contains(names, s->name))
            g_hash_table_insert(names, s->name, s);
        else if (other != NULL && other->system == s->system)
            g_hash_table_insert(names, s->name, NULL); /* several */
    }
    return names;
}

static void
offer(DtPropertiesWindow *self, const char *name)
{
    g_autofree char *text = dt_format_foreign(name, MAX_NAME);

    gtk_combo_box_text_append(self->first_combo, name, text);
}

/* Of thousands that takes a moment: not before somebody wants it. What the profile has is there in
 * any case: it may be a line that a person connects by hand. */
static void
offer_all(DtPropertiesWindow *self)
{
    const Profile *p = self->profile;
    g_autoptr(GPtrArray) all = profile_store_summaries(self->store, NULL);
    g_autoptr(GHashTable) meant = meant_by_name(all);
    gboolean listed = *p->dial_first == '\0';

    self->first_offered = TRUE;
    for (guint i = 0; i < all->len; i++) {
        const ProfileSummary *s = all->pdata[i];
        if (g_hash_table_lookup(meant, s->name) != s || !may_be_first(p, s))
            continue;
        offer(self, s->name);
        listed |= g_str_equal(s->name, p->dial_first);
    }
    if (!listed)
        offer(self, p->dial_first);
}

static gboolean
any_may_be_first(const Profile *p, const GPtrArray *all)
{
    for (guint i = 0; i < all->len; i++)
        if (may_be_first(p, all->pdata[i]))
            return TRUE;
    return FALSE;
}

void
dt_properties_first_toggled(DtPropertiesWindow *self)
{
    const gboolean on = gtk_toggle_button_get_active(self->first_check);
    GtkComboBox *combo = GTK_COMBO_BOX(self->first_combo);

    gtk_widget_set_sensitive(GTK_WIDGET(combo), on);
    if (on && !self->first_offered)
        offer_all(self);
    if (on && gtk_combo_box_get_active(combo) < 0 &&
        !gtk_combo_box_set_active_id(combo, self->profile->dial_first))
        gtk_combo_box_set_active(combo, 0);
}

void
dt_properties_show_first(DtPropertiesWindow *self)
{
    const Profile *p = self->profile;
    g_autoptr(GPtrArray) all = profile_store_summaries(self->store, NULL);
    const char *through_this = that_goes_through(p, all);
    const gboolean has = *p->dial_first != '\0';

    gtk_widget_set_visible(self->first_box, p->kind == PROFILE_VPN);
    gtk_widget_set_sensitive(GTK_WIDGET(self->first_check),
                             has || (through_this == NULL && any_may_be_first(p, all)));
    gtk_toggle_button_set_active(self->first_check, has);
    dt_properties_first_toggled(self);
    gtk_widget_set_visible(GTK_WIDGET(self->first_hint_label), through_this != NULL);
    if (through_this == NULL)
        return;
    g_autofree char *name = dt_format_foreign(through_this, MAX_NAME);
    g_autofree char *text = g_strdup_printf(
        _("“%s” goes through this connection, so this one can go through no other."), name);
    gtk_label_set_text(self->first_hint_label, text);
}

void
dt_properties_take_first(DtPropertiesWindow *self)
{
    const char *name = gtk_combo_box_get_active_id(GTK_COMBO_BOX(self->first_combo));
    const gboolean on = gtk_toggle_button_get_active(self->first_check);

    if (self->profile->kind == PROFILE_VPN)
        profile_set(&self->profile->dial_first, on && name != NULL ? name : "");
}
