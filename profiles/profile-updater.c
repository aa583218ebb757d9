/* profile-updater.c - see profile-updater.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-updater.h"

#include "dt-ras-error.h"
#include "profile-fetch.h"
#include "profile-file.h"
#include "profile-system.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

enum { MAX_TRIES = 2 }; /* to save, when somebody else does meanwhile */

struct update {
    ProfileStore *store;
    DtDialerClient *client;
    char *id, *device, **name_servers;
    gboolean system;
    GPtrArray *wants;   /* struct profile_update_want */
    GPtrArray *answers; /* GBytes, one for each; NULL: not fetched */
    GPtrArray *updated; /* struct profile_updated, one for each */
};

static void
updated_free(gpointer data)
{
    struct profile_updated *u = data;

    g_free(u->from);
    g_free(u->text);
    g_free(u);
}

const char *
profile_updated_title(const struct profile_updated *u)
{
    switch (u->kind) {
    case PROFILE_UPDATE_SERVERS:
        return _("List of servers");
    case PROFILE_UPDATE_BOOK:
        return _("Phone book");
    case PROFILE_UPDATE_ROUTES:
        return _("Routes");
    }
    g_assert_not_reached();
}

const char *
profile_updated_news(const struct profile_updated *u)
{
    switch (u->result) {
    case PROFILE_UPDATE_CHANGED:
        return u->kind == PROFILE_UPDATE_ROUTES ? _("updated, for the next call") : _("updated");
    case PROFILE_UPDATE_SAME:
        return _("unchanged");
    case PROFILE_UPDATE_REFUSED:
        return u->text;
    }
    g_assert_not_reached();
}

static void
bytes_free(gpointer data)
{
    if (data != NULL)
        g_bytes_unref(data);
}

static void
update_free(gpointer data)
{
    struct update *u = data;

    g_object_unref(u->store);
    g_clear_object(&u->client);
    g_free(u->id);
    g_free(u->device);
    g_strfreev(u->name_servers);
    g_clear_pointer(&u->wants, g_ptr_array_unref);
    g_ptr_array_unref(u->answers);
    g_clear_pointer(&u->updated, g_ptr_array_unref);
    g_free(u);
}

static struct profile_updated *
told(const struct update *u, guint i)
{
    return u->updated->pdata[i];
}

/* @error is taken; NULL: there is nothing to say. */
static void
tell(const struct update *u, guint i, enum profile_update_result result, GError *error)
{
    struct profile_updated *t = told(u, i);

    t->result = result;
    g_clear_pointer(&t->text, g_free);
    if (error != NULL)
        t->text = g_strdup(error->message);
    g_clear_error(&error);
}

/* --- putting it into the profile --- */

static Profile *
find(const struct update *u, GError **error)
{
    g_autoptr(Profile) p = u->system ? profile_store_find_system(u->store, u->id, error)
                                     : profile_store_find(u->store, u->id, error);

    if (p == NULL || (g_str_equal(p->id, u->id) && p->system == u->system))
        return g_steal_pointer(&p);
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                        _("The connection was removed meanwhile."));
    return NULL;
}

static gboolean
same_profile(const Profile *a, const Profile *b)
{
    g_autoptr(GBytes) x = profile_file_write(a), y = profile_file_write(b);

    return g_str_equal(a->id, b->id) && a->system == b->system && g_bytes_equal(x, y);
}

static gboolean
unchanged(ProfileStore *store, const Profile *was, GError **error)
{
    g_autoptr(Profile) is = was->system ? profile_store_find_system(store, was->id, error)
                                        : profile_store_find(store, was->id, error);

    if (is == NULL)
        return FALSE;
    if (same_profile(is, was))
        return TRUE;
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_BUSY,
                        _("The connection was changed meanwhile. Try again."));
    return FALSE;
}

gboolean
profile_updater_save(ProfileStore *store, const Profile *was, Profile *now, GError **error)
{
    return unchanged(store, was, error) && profile_store_save(store, now, error);
}

/* What it has now of the phone book; what cannot be read counts as not there. */
static void
load_kept(const struct update *u, Profile *p)
{
    const char *names[2];

    profile_update_files(p, names);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        GBytes *bytes =
            names[i] == NULL ? NULL : profile_store_read_file(u->store, p, names[i], NULL);
        if (bytes != NULL)
            g_hash_table_insert(p->files, g_strdup(names[i]), bytes);
    }
}

/* Somebody may have given the profile another address since: what came is not that one's. */
static gboolean
still_wanted(const Profile *p, const struct profile_update_want *want)
{
    g_autoptr(GPtrArray) wants = profile_update_wants(p);

    for (guint i = 0; i < wants->len; i++) {
        const struct profile_update_want *w = wants->pdata[i];
        if (w->kind == want->kind && g_strcmp0(w->url, want->url) == 0)
            return TRUE;
    }
    return FALSE;
}

/* TRUE: something of it is new. */
static gboolean
take_all(const struct update *u, Profile *p)
{
    gboolean changed = FALSE, book = FALSE;

    load_kept(u, p);
    for (guint i = 0; i < u->wants->len; i++) {
        const struct profile_update_want *w = u->wants->pdata[i];
        GError *why = NULL;
        enum profile_update_result r = PROFILE_UPDATE_SAME;

        if (u->answers->pdata[i] == NULL)
            continue;
        if (still_wanted(p, w))
            r = profile_update_take(p, w, u->answers->pdata[i], &why);
        tell(u, i, r, why);
        changed |= r == PROFILE_UPDATE_CHANGED;
        book |= r == PROFILE_UPDATE_CHANGED && w->kind == PROFILE_UPDATE_BOOK;
    }
    if (!book) /* it stays as it is on the disk */
        g_hash_table_remove_all(p->files);
    return changed;
}

/* It was new, and could not be kept. */
static void
tell_unsaved(const struct update *u, const GError *why)
{
    for (guint i = 0; i < u->updated->len; i++)
        if (told(u, i)->result == PROFILE_UPDATE_CHANGED)
            tell(u, i, PROFILE_UPDATE_REFUSED, g_error_copy(why));
}

static void
done(GTask *task) /* takes it */
{
    struct update *u = g_task_get_task_data(task);

    g_task_return_pointer(task, g_steal_pointer(&u->updated), (GDestroyNotify)g_ptr_array_unref);
    g_object_unref(task);
}

static void
on_installed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GTask *task = user_data;
    const struct update *u = g_task_get_task_data(task);
    g_autoptr(GError) why = NULL;
    g_autofree char *id = profile_system_install_finish(DT_DIALER_CLIENT(source), result, &why);

    const guint32 number = why == NULL ? RAS_OK : dt_ras_error_number(why);
    if (number != RAS_OK) {
        const char *const sentences[] = {dt_dialer_client_error_text(number),
                                         profile_system_advice(why), NULL};
        g_free(why->message);
        why->message = g_strjoinv(" ", (char **)sentences);
    }
    if (id == NULL)
        tell_unsaved(u, why);
    done(task);
}

static gboolean
save(const struct update *u, const Profile *was, Profile *now)
{
    GError *why = NULL;

    if (profile_updater_save(u->store, was, now, &why))
        return TRUE;
    const gboolean again = g_error_matches(why, G_IO_ERROR, G_IO_ERROR_BUSY);
    tell_unsaved(u, why);
    g_error_free(why);
    return !again;
}

static void
put(GTask *task) /* takes it */
{
    const struct update *u = g_task_get_task_data(task);

    for (guint i = 0; i < MAX_TRIES; i++) {
        GError *error = NULL;
        g_autoptr(Profile) was = find(u, &error);

        if (was == NULL) {
            g_task_return_error(task, error);
            g_object_unref(task);
            return;
        }
        g_autoptr(Profile) now = profile_copy(was);
        if (!take_all(u, now))
            break;
        if (u->system) {
            profile_system_install_async(u->client, u->store, now, g_task_get_cancellable(task),
                                         on_installed, task);
            return;
        }
        if (save(u, was, now))
            break;
    }
    done(task);
}

/* --- fetching --- */

static void fetch_next(GTask *task);

static void
on_fetched(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GTask *task = user_data;
    const struct update *u = g_task_get_task_data(task);
    GError *why = NULL;
    GBytes *bytes = profile_fetch_finish(result, &why);
    const guint i = u->answers->len;

    (void)source;
    g_ptr_array_add(u->answers, bytes);
    if (bytes == NULL)
        tell(u, i, PROFILE_UPDATE_REFUSED, why);
    fetch_next(task);
}

static void
fetch_next(GTask *task) /* takes it */
{
    const struct update *u = g_task_get_task_data(task);

    while (u->answers->len < u->wants->len) {
        const struct profile_update_want *w = u->wants->pdata[u->answers->len];
        const char *device;
        GError *why = NULL;

        if (g_task_return_error_if_cancelled(task)) {
            g_object_unref(task);
            return;
        }
        if (profile_update_allowed(w, u->device, &device, &why)) {
            profile_fetch_async(w->url, device, (const char *const *)u->name_servers,
                                g_task_get_cancellable(task), on_fetched, task);
            return;
        }
        tell(u, u->answers->len, PROFILE_UPDATE_REFUSED, why);
        g_ptr_array_add(u->answers, NULL);
    }
    if (g_task_return_error_if_cancelled(task))
        g_object_unref(task);
    else
        put(task);
}

static struct update *
update_new(const struct profile_updater *how, const Profile *p)
{
    struct update *u = g_new0(struct update, 1);

    u->store = g_object_ref(how->store);
    u->client = how->client == NULL ? NULL : g_object_ref(how->client);
    u->id = g_strdup(p->id);
    u->device = g_strdup(how->device);
    u->name_servers = g_strdupv((char **)how->name_servers);
    u->system = p->system;
    u->wants = profile_update_wants(p);
    u->answers = g_ptr_array_new_with_free_func(bytes_free);
    u->updated = g_ptr_array_new_with_free_func(updated_free);
    for (guint i = 0; i < u->wants->len; i++) {
        struct profile_updated *t = g_new0(struct profile_updated, 1);
        t->kind = ((struct profile_update_want *)u->wants->pdata[i])->kind;
        t->from = g_strdup(((struct profile_update_want *)u->wants->pdata[i])->from);
        t->result = PROFILE_UPDATE_SAME;
        g_ptr_array_add(u->updated, t);
    }
    return u;
}

void
profile_updater_run_async(const struct profile_updater *how, const Profile *p,
                          GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data)
{
    GTask *task = g_task_new(NULL, cancellable, callback, user_data);
    struct update *u = update_new(how, p);

    g_task_set_check_cancellable(task, FALSE);
    g_task_set_task_data(task, u, update_free);
    if (how->automatic && !profile_update_automatic(p)) {
        g_ptr_array_set_size(u->updated, 0);
        done(task);
    } else if (p->system && how->client == NULL) {
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "%s",
                                _("This connection belongs to everybody on this computer. Only an "
                                  "administrator can update it."));
        g_object_unref(task);
    } else if (u->wants->len == 0) {
        done(task);
    } else {
        fetch_next(task);
    }
}

GPtrArray *
profile_updater_run_finish(GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_task_is_valid(result, NULL), NULL);
    return g_task_propagate_pointer(G_TASK(result), error);
}
