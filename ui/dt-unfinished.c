/* dt-unfinished.c - see dt-unfinished.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "dt-unfinished"

#include "dt-unfinished.h"

#include "profile-secret.h"

static guint unfinished;

void
dt_unfinished_begin(void)
{
    GApplication *application = g_application_get_default();

    unfinished++;
    if (application != NULL)
        g_application_hold(application);
}

void
dt_unfinished_end(void)
{
    GApplication *application = g_application_get_default();

    g_return_if_fail(unfinished > 0);
    unfinished--;
    if (application != NULL)
        g_application_release(application);
}

void
dt_unfinished_wait(void)
{
    while (unfinished > 0)
        g_main_context_iteration(NULL, TRUE);
}

struct store {
    DtUnfinishedDone done;
    GWeakRef who;
};

static void
on_stored(GObject *source, GAsyncResult *result, gpointer user_data)
{
    struct store *store = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GObject) who = g_weak_ref_get(&store->who);

    (void)source;
    if (!profile_secret_store_finish(result, &error))
        g_debug("the keyring did not keep it: %s", error->message);
    if (who != NULL)
        store->done(who, error);
    g_weak_ref_clear(&store->who);
    g_free(store);
    dt_unfinished_end();
}

static struct store *
store_new(DtUnfinishedDone done, gpointer who)
{
    struct store *store = g_new0(struct store, 1);

    store->done = done;
    g_weak_ref_init(&store->who, who);
    dt_unfinished_begin();
    return store;
}

void
dt_unfinished_store(const Profile *profile, const char *user, const struct secret *secret,
                    DtUnfinishedDone done, gpointer who)
{
    profile_secret_store_async(profile, user, secret, NULL, on_stored, store_new(done, who));
}

void
dt_unfinished_store_key(const Profile *profile, const struct plan_key *key, DtUnfinishedDone done,
                        gpointer who)
{
    profile_secret_store_key_async(profile, key, NULL, on_stored, store_new(done, who));
}

static void
on_forgotten(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;

    (void)source, (void)user_data;
    if (!profile_secret_clear_finish(result, &error))
        g_debug("no saved password was removed: %s", error->message);
    dt_unfinished_end();
}

void
dt_unfinished_forget(const Profile *profile)
{
    dt_unfinished_begin();
    profile_secret_clear_async(profile, NULL, NULL, on_forgotten, NULL);
}
