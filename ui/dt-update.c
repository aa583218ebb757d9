/* dt-update.c - see dt-update.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-update"

#include "dt-update.h"

#include "dt-notes.h"
#include "profile-updater.h"

#include <glib/gi18n.h>

enum { MAX_WAIT = 24 * 60 * 60 /* s */ };

struct dt_update {
    ProfileStore *store;
    DtCall *call;
    Profile *profile;
    GCancellable *cancellable;
    guint wait; /* a source; 0: it is over */
};

static void
update_clear(gpointer data)
{
    struct dt_update *u = data;

    g_clear_handle_id(&u->wait, g_source_remove);
    g_object_unref(u->cancellable);
    g_object_unref(u->call);
    g_object_unref(u->store);
    profile_free(u->profile);
}

static void
note(const struct dt_update *u, const char *from, const char *title, const char *news)
{
    DtConnection *connection = dt_call_get_connection(u->call);
    g_autofree char *line = g_strdup_printf("%s: %s: %s", from, title, news);

    if (connection != NULL)
        dt_notes_add(connection, line);
}

static void
on_updated(GObject *source, GAsyncResult *result, gpointer user_data)
{
    struct dt_update *u = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) updated = profile_updater_run_finish(result, &error);

    (void)source;
    if (updated == NULL && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        note(u, u->profile->name, _("Update"), error->message);
    for (guint i = 0; updated != NULL && i < updated->len; i++) {
        const struct profile_updated *one = updated->pdata[i];
        note(u, one->from, profile_updated_title(one), profile_updated_news(one));
    }
    g_rc_box_release_full(u, update_clear);
}

static gboolean
on_waited(gpointer user_data)
{
    struct dt_update *u = user_data;
    GVariant *details = dt_call_get_details(u->call);
    g_auto(GStrv) name_servers = NULL;

    if (details != NULL)
        g_variant_lookup(details, "dns", "^as", &name_servers);
    const struct profile_updater how = {.store = u->store,
                                        .device = dt_call_get_detail(u->call, "interface"),
                                        .name_servers = (const char *const *)name_servers,
                                        .automatic = TRUE};

    u->wait = 0;
    profile_updater_run_async(&how, u->profile, u->cancellable, on_updated, g_rc_box_acquire(u));
    return G_SOURCE_REMOVE;
}

struct dt_update *
dt_update_begin(ProfileStore *store, DtCall *call)
{
    g_autoptr(Profile) p = profile_store_find(store, dt_call_get_name(call), NULL);
    g_autoptr(GPtrArray) wants = p != NULL ? profile_update_wants(p) : NULL;

    if (wants == NULL || wants->len == 0 || !profile_update_automatic(p))
        return NULL;
    struct dt_update *u = g_rc_box_new0(struct dt_update);

    u->store = g_object_ref(store);
    u->call = g_object_ref(call);
    u->wait = g_timeout_add(MIN(p->download_delay, MAX_WAIT) * 1000, on_waited, u);
    u->profile = g_steal_pointer(&p);
    u->cancellable = g_cancellable_new();
    return u;
}

void
dt_update_end(struct dt_update *u)
{
    if (u == NULL)
        return;
    g_clear_handle_id(&u->wait, g_source_remove);
    g_cancellable_cancel(u->cancellable);
    g_rc_box_release_full(u, update_clear);
}
