/* profile-batch.c - see profile-batch.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-batch.h"

#include "dir-file.h"
#include "profile-file.h"
#include "profile-store-private.h"

#include <glib/gi18n-lib.h>

#include <string.h>
#include <unistd.h>

struct waiting {
    char *hidden, *id; /* the folder's name now; the id that it would like */
};

struct profile_batch {
    int dir;
    char *prefix;
    GHashTable *names, *ids; /* folded; taken */
    GArray *waiting;         /* struct waiting */
};

static void
waiting_clear(gpointer data)
{
    struct waiting *w = data;

    g_free(w->hidden);
    g_free(w->id);
}

static gboolean
cannot_save(GError **error)
{
    g_prefix_error(error, "%s ", _("The connection cannot be saved."));
    return FALSE;
}

static void
take_names(ProfileBatch *batch, ProfileStore *store)
{
    g_autoptr(GPtrArray) list = profile_store_summaries(store, NULL);

    for (guint i = 0; i < list->len; i++) {
        const ProfileSummary *p = list->pdata[i];
        g_hash_table_add(batch->names, g_utf8_casefold(p->name, -1));
        g_hash_table_add(batch->ids, g_strdup(p->id));
    }
}

ProfileBatch *
profile_batch_new(ProfileStore *store, GError **error)
{
    const int dir = profile_store_open(store, error);

    if (dir < 0) {
        cannot_save(error);
        return NULL;
    }
    ProfileBatch *batch = g_new0(ProfileBatch, 1);
    batch->dir = dir;
    batch->prefix = dir_hidden_name(DIR_NEW);
    batch->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    batch->ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    batch->waiting = g_array_new(FALSE, FALSE, sizeof(struct waiting));
    g_array_set_clear_func(batch->waiting, waiting_clear);
    take_names(batch, store);
    return batch;
}

void
profile_batch_free(ProfileBatch *batch)
{
    if (batch == NULL)
        return;
    for (guint i = 0; i < batch->waiting->len; i++)
        dir_remove(batch->dir, g_array_index(batch->waiting, struct waiting, i).hidden, NULL);
    close(batch->dir);
    g_array_unref(batch->waiting);
    g_hash_table_unref(batch->names);
    g_hash_table_unref(batch->ids);
    g_free(batch->prefix);
    g_free(batch);
}

static void
give_name(ProfileBatch *batch, Profile *p)
{
    g_autofree char *wanted = g_strdup(p->name);
    char *folded = g_utf8_casefold(p->name, -1);

    for (guint n = 2; g_hash_table_contains(batch->names, folded); n++) {
        g_autofree char *name = g_strdup_printf("%s (%u)", wanted, n);
        profile_set(&p->name, name);
        g_free(folded);
        folded = g_utf8_casefold(p->name, -1);
    }
    g_hash_table_add(batch->names, folded);
}

static char *
give_id(ProfileBatch *batch, const Profile *p)
{
    char *base = profile_store_id_from_name(p->name), *id = g_strdup(base);

    for (guint n = 2; g_hash_table_contains(batch->ids, id); n++) {
        g_free(id);
        id = g_strdup_printf("%s-%u", base, n);
    }
    g_hash_table_add(batch->ids, g_strdup(id));
    g_free(base);
    return id;
}

gboolean
profile_batch_add(ProfileBatch *batch, Profile *p, GError **error)
{
    const struct waiting w = {g_strdup_printf("%s-%u", batch->prefix, batch->waiting->len), NULL};

    if (batch->waiting->len == PROFILE_BATCH_MAX) {
        g_free(w.hidden);
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                    _("At most %d connections can be imported at once."), PROFILE_BATCH_MAX);
        return FALSE;
    }
    g_array_append_val(batch->waiting, w);
    give_name(batch, p);
    g_array_index(batch->waiting, struct waiting, batch->waiting->len - 1).id = give_id(batch, p);
    g_autoptr(GBytes) text = profile_file_write(p);
    return profile_store_write_folder(batch->dir, w.hidden, p, text, FALSE, error) ||
           cannot_save(error);
}

/* All of them; on failure those that have their place lose it again. */
static gboolean
publish_all(ProfileBatch *batch, GPtrArray *ids, GError **error)
{
    for (guint i = 0; i < batch->waiting->len; i++) {
        const struct waiting *w = &g_array_index(batch->waiting, struct waiting, i);
        char *id = profile_store_publish(batch->dir, w->hidden, w->id, error);
        if (id == NULL)
            return FALSE;
        g_ptr_array_add(ids, id);
    }
    return dir_sync(batch->dir, error);
}

gboolean
profile_batch_finish(ProfileBatch *batch, GPtrArray **ret_ids, GError **error)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);

    if (!dir_sync_all(batch->dir, error))
        return cannot_save(error);
    if (!publish_all(batch, ids, error)) {
        for (guint i = 0; i < ids->len; i++)
            profile_store_withdraw(batch->dir, ids->pdata[i],
                                   g_array_index(batch->waiting, struct waiting, i).hidden);
        return cannot_save(error);
    }
    g_array_set_size(batch->waiting, 0);
    if (ret_ids != NULL)
        *ret_ids = g_steal_pointer(&ids);
    return TRUE;
}
