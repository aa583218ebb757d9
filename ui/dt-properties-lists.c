/* dt-properties-lists.c - what a download changes in a profile whose properties are open; see
 * dt-properties-private.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dt-properties-private.h"

#include "profile-update.h"

static gboolean
same_server(const struct profile_server *a, const struct profile_server *b)
{
    return g_str_equal(a->address, b->address) && g_str_equal(a->label, b->label);
}

static gboolean
same_lists(const Profile *a, const Profile *b)
{
    gboolean same = a->servers->len == b->servers->len && a->routes->len == b->routes->len &&
                    a->pb_version == b->pb_version && g_str_equal(a->pb_file, b->pb_file) &&
                    g_str_equal(a->region_file, b->region_file) &&
                    g_str_equal(a->server_message, b->server_message);

    for (guint i = 0; same && i < a->servers->len; i++)
        same = same_server(a->servers->pdata[i], b->servers->pdata[i]);
    for (guint i = 0; same && i < a->routes->len; i++)
        same = g_str_equal(a->routes->pdata[i], b->routes->pdata[i]);
    return same;
}

static guint
find_server(const Profile *p, const char *address)
{
    for (guint i = 0; i < p->servers->len; i++)
        if (g_str_equal(((const struct profile_server *)p->servers->pdata[i])->address, address))
            return i;
    return p->servers->len;
}

/* The one that the person chose, as long as it is there. */
static void
choose(Profile *p, const Profile *old)
{
    const struct profile_server *was =
        old->server < old->servers->len ? old->servers->pdata[old->server] : NULL;
    const guint now = was != NULL ? find_server(p, was->address) : p->servers->len;

    if (now < p->servers->len)
        p->server = now;
    else
        p->choose_server = FALSE;
}

#define SWAP(a, b, field)                                                                          \
    do {                                                                                           \
        const typeof((a)->field) swapped = (a)->field;                                             \
        (a)->field = (b)->field;                                                                   \
        (b)->field = swapped;                                                                      \
    } while (0)

static void
take_lists(Profile *p, Profile *fresh)
{
    SWAP(p, fresh, servers);
    SWAP(p, fresh, server);
    SWAP(p, fresh, server_message);
    SWAP(p, fresh, last_server);
    SWAP(p, fresh, routes);
    SWAP(p, fresh, pb_version);
    SWAP(p, fresh, pb_file);
    SWAP(p, fresh, region_file);
    SWAP(p, fresh, origins);
    choose(p, fresh);
}

gboolean
dt_properties_take_lists(DtPropertiesWindow *self)
{
    g_autoptr(Profile) fresh = self->store == NULL || self->profile->system || self->saving > 0
                                   ? NULL
                                   : profile_store_find(self->store, self->profile->id, NULL);

    if (fresh == NULL || same_lists(self->profile, fresh))
        return FALSE;
    dt_properties_take_values(self); /* what is chosen by now */
    take_lists(self->profile, fresh);
    return TRUE;
}

void
dt_properties_show_updates(DtPropertiesWindow *self)
{
    g_autoptr(GPtrArray) wants = profile_update_wants(self->profile);

    gtk_toggle_button_set_active(self->update_check, self->profile->update_lists);
    gtk_widget_set_visible(GTK_WIDGET(self->update_check),
                           wants->len > 0 && !self->profile->system);
}
