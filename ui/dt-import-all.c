/* dt-import-all.c - see dt-import-all.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-import-all"

#include "dt-import-all.h"

#include "dt-everybody.h"
#include "dt-unfinished.h"
#include "profile-batch.h"
#include "profile-secret.h"
#include "profile-system.h"

#include <glib/gi18n.h>

/* ---- what there is to know ---------------------------------------------------------------- */

static void
survey_one(const Profile *p, struct dt_import_survey *s)
{
    enum plan_protocol order[PLAN_MAX_PROTOCOLS];
    gboolean runs = FALSE;

    for (guint i = 0; i < p->actions->len; i++)
        runs |= !((const struct profile_action *)p->actions->pdata[i])->replaced;
    s->programs += runs;
    s->keys += p->found_psk.len > 0;
    if (profile_dialable(p, order) == 0) {
        s->not_dialable++;
        return;
    }
    s->pptp += profile_dials(p, PLAN_PPTP);
    s->pap += (profile_auth(p) & PLAN_AUTH_PAP) != 0;
    s->damaged += !profile_validate(p, NULL);
}

void
dt_import_survey(Import *import, GCancellable *cancellable, struct dt_import_survey *ret)
{
    *ret = (struct dt_import_survey){.n = import_count(import)};
    for (guint i = 0; i < ret->n && !g_cancellable_is_cancelled(cancellable); i++) {
        g_autoptr(Profile) p = import_profile(import, i, NULL);

        if (p != NULL)
            survey_one(p, ret);
        else
            ret->damaged++;
    }
}

char *
dt_import_survey_text(const struct dt_import_survey *s)
{
    /* One sentence each, where there is something to say. */
    const struct {
        guint n;
        char *text;
    } lines[] = {
        {s->not_dialable,
         g_strdup_printf(ngettext("%u cannot be dialed by this program.",
                                  "%u cannot be dialed by this program.", s->not_dialable),
                         s->not_dialable)},
        {s->damaged,
         g_strdup_printf(ngettext("%u is not complete.", "%u are not complete.", s->damaged),
                         s->damaged)},
        {s->pptp,
         g_strdup_printf(ngettext("%u may use PPTP, which can be decrypted by whoever records it.",
                                  "%u may use PPTP, which can be decrypted by whoever records it.",
                                  s->pptp),
                         s->pptp)},
        {s->pap, g_strdup_printf(ngettext("%u may send the password as it is (PAP).",
                                          "%u may send the password as it is (PAP).", s->pap),
                                 s->pap)},
        {s->programs,
         g_strdup_printf(ngettext("%u wants to run programs. They are never run.",
                                  "%u want to run programs. They are never run.", s->programs),
                         s->programs)},
        {s->keys,
         g_strdup_printf(ngettext("%u brings a pre-shared key. It will be saved in the keyring.",
                                  "%u bring a pre-shared key. They will be saved in the keyring.",
                                  s->keys),
                         s->keys)},
    };
    GString *out = g_string_new(NULL);

    g_string_printf(
        out, ngettext("All together: %u connection.", "All together: %u connections.", s->n), s->n);
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        if (lines[i].n > 0)
            g_string_append_printf(out, "\n• %s", lines[i].text);
        g_free(lines[i].text);
    }
    return g_string_free(out, FALSE);
}

/* ---- all of them -------------------------------------------------------------------------- */

struct dt_import_all {
    gatomicrefcount refs;
    Import *import; /* borrowed, until the end */
    ProfileStore *store;
    guint n;
    guint done;      /* atomic: the thread writes it */
    GPtrArray *keys; /* Profile: those with a key for the keyring */
    guint kept;      /* of those, by now */
    gboolean keys_lost;

    DtDialerClient *client; /* for everybody; NULL: for this user */
    GCancellable *cancellable;
    Profile *installing; /* that is on its way to the helper */
    GPtrArray *ids;      /* char *: those that are there */
    GError *failure;     /* why those go again */
};

void
dt_import_all_unref(struct dt_import_all *all)
{
    if (!g_atomic_ref_count_dec(&all->refs))
        return;
    g_ptr_array_unref(all->keys);
    g_ptr_array_unref(all->ids);
    profile_free(all->installing);
    g_clear_error(&all->failure);
    g_clear_object(&all->client);
    g_clear_object(&all->cancellable);
    g_object_unref(all->store);
    g_free(all);
}

static gboolean
add(struct dt_import_all *all, ProfileBatch *batch, guint i, GPtrArray *by_index, GError **error)
{
    g_autoptr(Profile) p = import_profile(all->import, i, error);

    if (p == NULL || !profile_batch_add(batch, p, error))
        return FALSE;
    g_ptr_array_add(by_index, p->found_psk.len > 0 ? g_steal_pointer(&p) : NULL);
    g_atomic_int_set((int *)&all->done, (int)i + 1);
    return TRUE;
}

/* Which folder each got is known at the end. */
static void
take_keys(struct dt_import_all *all, const GPtrArray *ids, GPtrArray *by_index)
{
    for (guint i = 0; i < by_index->len && i < ids->len; i++) {
        Profile *p = g_steal_pointer(&by_index->pdata[i]);
        if (p == NULL)
            continue;
        profile_set(&p->id, ids->pdata[i]);
        g_ptr_array_add(all->keys, p);
    }
}

static void
free_or_null(gpointer profile)
{
    profile_free(profile);
}

static gboolean
store_all(struct dt_import_all *all, GCancellable *cancellable, GError **error)
{
    g_autoptr(ProfileBatch) batch = profile_batch_new(all->store, error);
    g_autoptr(GPtrArray) ids = NULL;
    g_autoptr(GPtrArray) by_index = g_ptr_array_new_with_free_func(free_or_null);

    if (batch == NULL)
        return FALSE;
    for (guint i = 0; i < all->n; i++)
        if (g_cancellable_set_error_if_cancelled(cancellable, error) ||
            !add(all, batch, i, by_index, error))
            return FALSE;
    if (!profile_batch_finish(batch, &ids, error))
        return FALSE;
    take_keys(all, ids, by_index);
    return TRUE;
}

static void
all_in_thread(GTask *task, gpointer source, gpointer all, GCancellable *cancellable)
{
    GError *error = NULL;

    (void)source;
    if (store_all(all, cancellable, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

static void keep_next(GTask *outer);

static void
on_kept(GObject *source, GAsyncResult *result, gpointer outer)
{
    struct dt_import_all *all = g_task_get_task_data(outer);
    g_autoptr(GError) error = NULL;

    (void)source;
    if (!profile_secret_store_finish(result, &error)) {
        g_message("a pre-shared key was not saved: %s", error->message);
        all->keys_lost = TRUE;
        all->kept = all->keys->len; /* nor will the others be */
    }
    keep_next(outer);
}

static void
keep_next(GTask *outer)
{
    struct dt_import_all *all = g_task_get_task_data(outer);

    if (all->kept >= all->keys->len) {
        g_task_return_boolean(outer, TRUE);
        g_object_unref(outer);
        dt_unfinished_end();
        return;
    }
    Profile *p = all->keys->pdata[all->kept++];
    profile_secret_store_async(p, PROFILE_SECRET_PSK, &p->found_psk, NULL, on_kept, outer);
}

static void
on_all(GObject *source, GAsyncResult *result, gpointer outer)
{
    GError *error = NULL;

    (void)source;
    if (g_task_propagate_boolean(G_TASK(result), &error)) {
        keep_next(outer);
        return;
    }
    g_task_return_error(outer, error);
    g_object_unref(outer);
    dt_unfinished_end();
}

/* ---- for everybody: one after the other ------------------------------------------------------ */

static void
give_up(GTask *outer, GError *error)
{
    g_task_return_error(outer, error);
    g_object_unref(outer);
    dt_unfinished_end();
}

static void remove_last(GTask *outer);

static void
on_removed(GObject *source, GAsyncResult *result, gpointer outer)
{
    g_autoptr(GError) error = NULL;

    if (!profile_system_remove_finish(DT_DIALER_CLIENT(source), result, &error))
        g_message("a connection for everybody stays: %s", error->message);
    remove_last(outer);
}

static void
remove_last(GTask *outer)
{
    struct dt_import_all *all = g_task_get_task_data(outer);

    if (all->ids->len == 0) {
        give_up(outer, g_steal_pointer(&all->failure));
        return;
    }
    g_autofree char *id = g_ptr_array_steal_index(all->ids, all->ids->len - 1);
    profile_system_remove_async(all->client, id, NULL, on_removed, outer);
}

static void install_next(GTask *outer);

static void
on_installed(GObject *source, GAsyncResult *result, gpointer outer)
{
    struct dt_import_all *all = g_task_get_task_data(outer);
    char *id = profile_system_install_finish(DT_DIALER_CLIENT(source), result, &all->failure);
    g_autoptr(Profile) p = g_steal_pointer(&all->installing);

    if (id == NULL) {
        remove_last(outer);
        return;
    }
    g_ptr_array_add(all->ids, id);
    all->done = all->ids->len;
    profile_set(&p->id, id);
    p->system = TRUE; /* its key is kept under that */
    if (p->found_psk.len > 0)
        g_ptr_array_add(all->keys, g_steal_pointer(&p));
    install_next(outer);
}

/* A call on its way is not cancelled: the helper would write it all the same. */
static void
install_next(GTask *outer)
{
    struct dt_import_all *all = g_task_get_task_data(outer);

    if (all->ids->len == all->n) {
        keep_next(outer);
        return;
    }
    if (!g_cancellable_set_error_if_cancelled(all->cancellable, &all->failure))
        all->installing = import_profile(all->import, all->ids->len, &all->failure);
    if (all->installing == NULL) {
        remove_last(outer);
        return;
    }
    g_autofree char *name = profile_store_free_name(all->store, all->installing->name);
    profile_set(&all->installing->name, name);
    profile_system_install_async(all->client, all->store, all->installing, NULL, on_installed,
                                 outer);
}

/* ---- whom for -------------------------------------------------------------------------------- */

static void
begin(GTask *outer, const struct dt_import_all_for *whom)
{
    struct dt_import_all *all = g_task_get_task_data(outer);

    dt_unfinished_begin();
    if (!whom->everybody) {
        g_autoptr(GTask) inner = g_task_new(NULL, all->cancellable, on_all, outer);
        g_task_set_task_data(inner, all, NULL);
        g_task_set_check_cancellable(inner, FALSE); /* what is stored is stored */
        g_task_run_in_thread(inner, all_in_thread);
    } else if (whom->client != NULL) {
        all->client = g_object_ref(whom->client);
        install_next(outer);
    } else {
        give_up(outer, dt_everybody_no_helper());
    }
}

struct dt_import_all *
dt_import_all_start(Import *import, ProfileStore *store, const struct dt_import_all_for *whom,
                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
    struct dt_import_all *all = g_new0(struct dt_import_all, 1);
    GTask *outer = g_task_new(NULL, NULL, callback, user_data);

    g_atomic_ref_count_init(&all->refs); /* the caller's */
    g_atomic_ref_count_inc(&all->refs);  /* of @outer, which outlives all else */
    all->import = import;
    all->store = g_object_ref(store);
    all->n = import_count(import);
    all->keys = g_ptr_array_new_with_free_func(free_or_null);
    all->ids = g_ptr_array_new_with_free_func(g_free);
    all->cancellable = g_object_ref(cancellable);
    g_task_set_task_data(outer, all, (GDestroyNotify)dt_import_all_unref);
    begin(outer, whom);
    return all;
}

double
dt_import_all_fraction(const struct dt_import_all *all)
{
    return (double)g_atomic_int_get((const int *)&all->done) / (double)MAX(all->n, 1);
}

gboolean
dt_import_all_finish(GAsyncResult *result, gboolean *ret_keys_lost, GError **error)
{
    const struct dt_import_all *all = g_task_get_task_data(G_TASK(result));

    *ret_keys_lost = all->keys_lost;
    return g_task_propagate_boolean(G_TASK(result), error);
}
