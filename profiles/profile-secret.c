/* profile-secret.c - see profile-secret.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile-secret.h"

#include "profile-plan.h"

#include <glib/gi18n-lib.h>
#include <libsecret/secret.h>

#include <string.h>

guint profile_secret_timeout_s = PROFILE_SECRET_TIMEOUT_S;

static const SecretSchema schema = {
    .name = "org.dialtone.Password",
    .flags = SECRET_SCHEMA_NONE,
    .attributes = {{"profile", SECRET_SCHEMA_ATTRIBUTE_STRING},
                   {"user", SECRET_SCHEMA_ATTRIBUTE_STRING}},
};

/* A keyring can hang for ever behind a prompt that nobody sees (threats D9). One deadline a call;
 * its cancellation is told from the caller's. */
struct call {
    GTask *task;
    GCancellable *inner;
    gulong outer;
    guint timer;
    gboolean late;
};

static gboolean
on_late(gpointer user_data)
{
    struct call *c = user_data;

    c->timer = 0;
    c->late = TRUE;
    g_cancellable_cancel(c->inner);
    return G_SOURCE_REMOVE;
}

static void
on_outer_cancelled(GCancellable *outer, gpointer user_data)
{
    (void)outer;
    g_cancellable_cancel(user_data);
}

static struct call *
begin(GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
    struct call *c = g_new0(struct call, 1);

    c->task = g_task_new(NULL, cancellable, callback, user_data);
    c->inner = g_cancellable_new();
    c->timer = g_timeout_add_seconds(profile_secret_timeout_s, on_late, c);
    if (cancellable != NULL)
        c->outer = g_cancellable_connect(cancellable, G_CALLBACK(on_outer_cancelled),
                                         g_object_ref(c->inner), g_object_unref);
    return c;
}

/* The task to return on; @error in words that a person understands. */
static GTask *
end(struct call *c, GError **error)
{
    GTask *task = c->task;

    g_clear_handle_id(&c->timer, g_source_remove);
    if (c->outer != 0)
        g_cancellable_disconnect(g_task_get_cancellable(task), c->outer);
    if (*error != NULL && c->late) {
        g_clear_error(error);
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                            _("The keyring does not answer. The password was not saved or read."));
    }
    g_object_unref(c->inner);
    g_free(c);
    return task;
}

const char *const profile_secret_kinds[PROFILE_SECRET_KINDS] = {
    NULL, PROFILE_SECRET_PSK, PROFILE_SECRET_TUNNEL, PROFILE_SECRET_KEY, PROFILE_SECRET_PROXY};

/* What is no password: kept beside those, not among them, and what a keyring's own window shows. */
static const struct other {
    const char *user, *suffix, *label;
} others[] = {
    {PROFILE_SECRET_PSK, "/psk", N_("Pre-shared key of the connection “%s”")},
    {PROFILE_SECRET_TUNNEL, "/l2tp", N_("L2TP tunnel secret of the connection “%s”")},
    {PROFILE_SECRET_KEY, "/key", N_("Private key of the connection “%s”")},
    {PROFILE_SECRET_PROXY, "/proxy", N_("Proxy password of the connection “%s”")},
};

static const struct other *
other_of(const char *user)
{
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (g_strcmp0(user, others[i].user) == 0)
            return &others[i];
    return NULL;
}

static char *
label_of(const Profile *p, const char *user)
{
    const struct other *other = other_of(user);

    if (other != NULL) {
        GString *label = g_string_new(_(other->label));

        g_string_replace(label, "%s", p->name, 1);
        return g_string_free(label, FALSE);
    }
    return g_strdup_printf(_("Password of %s for the connection “%s”"), user, p->name);
}

/* Who is signed in, and where; NULL: the profile alone tells. */
static char *
whose(const Profile *p, const char *user)
{
    if (g_strcmp0(user, PROFILE_SECRET_PROXY) == 0)
        return g_strdup_printf("%s@%s:%u", p->proxy_user, p->proxy_host, profile_proxy_port(p));
    return other_of(user) != NULL ? NULL : g_strdup(user);
}

/* One of everybody's and one of the user's may have the same id, and lead to different servers. No
 * id of the user's has a slash in it. @all: those of every proxy. */
static GHashTable *
attributes(const Profile *p, const char *user, gboolean all)
{
    const struct other *other = other_of(user);
    g_autofree char *of =
        g_strconcat(p->system ? "/etc/" : "", p->id, other != NULL ? other->suffix : "", NULL);

    g_autofree char *who = all && other != NULL ? NULL : whose(p, user);

    return who == NULL ? secret_attributes_build(&schema, "profile", of, NULL)
                       : secret_attributes_build(&schema, "profile", of, "user", who, NULL);
}

static void
on_lookup(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GError *error = NULL;
    char *password = secret_password_lookup_finish(result, &error);
    g_autoptr(GTask) task = end(user_data, &error);

    (void)source;
    if (error != NULL)
        g_task_return_error(task, error);
    else
        g_task_return_pointer(task, password, (GDestroyNotify)secret_password_free);
}

void
profile_secret_lookup_async(const Profile *p, const char *user, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data)
{
    struct call *c = begin(cancellable, callback, user_data);
    g_autoptr(GHashTable) which = attributes(p, user, FALSE);

    secret_password_lookupv(&schema, which, c->inner, on_lookup, c);
}

gboolean
profile_secret_lookup_finish(GAsyncResult *result, struct secret *ret_password, GError **error)
{
    GError *why = NULL;
    char *password = g_task_propagate_pointer(G_TASK(result), &why);
    gboolean fits;

    if (why != NULL) {
        g_propagate_error(error, why);
        return FALSE;
    }
    fits = secret_set_text(ret_password, password);
    if (password != NULL)
        secret_password_free(password);
    if (!fits)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                            _("The saved password is too long."));
    return fits;
}

gboolean
profile_secret_lookup_key_finish(GAsyncResult *result, struct plan_key *ret_key, GError **error)
{
    GError *why = NULL;
    char *pem = g_task_propagate_pointer(G_TASK(result), &why);
    gboolean fits;

    if (why != NULL) {
        g_propagate_error(error, why);
        return FALSE;
    }
    fits = plan_key_set(ret_key, rd_over(pem, pem != NULL ? strlen(pem) : 0));
    if (pem != NULL)
        secret_password_free(pem);
    if (!fits)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                            _("The saved private key is too long."));
    return fits;
}

static void
on_store(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GError *error = NULL;
    const gboolean ok = secret_password_store_finish(result, &error);
    g_autoptr(GTask) task = end(user_data, &error);

    (void)source;
    if (error != NULL)
        g_task_return_error(task, error);
    else
        g_task_return_boolean(task, ok);
}

static void
store(const Profile *p, const char *user, const char *text, GCancellable *cancellable,
      GAsyncReadyCallback callback, gpointer user_data)
{
    struct call *c = begin(cancellable, callback, user_data);
    g_autoptr(GHashTable) which = attributes(p, user, FALSE);
    g_autofree char *label = label_of(p, user);

    secret_password_storev(&schema, which, SECRET_COLLECTION_DEFAULT, label, text, c->inner,
                           on_store, c);
}

void
profile_secret_store_async(const Profile *p, const char *user, const struct secret *password,
                           GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data)
{
    store(p, user, (const char *)password->data, cancellable, callback, user_data);
}

void
profile_secret_store_key_async(const Profile *p, const struct plan_key *key,
                               GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data)
{
    store(p, PROFILE_SECRET_KEY, (const char *)key->pem, cancellable, callback, user_data);
}

gboolean
profile_secret_store_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

static void
on_clear(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GError *error = NULL;
    g_autoptr(GTask) task = NULL;

    (void)source;
    secret_password_clear_finish(result, &error); /* FALSE without an error: there was none */
    task = end(user_data, &error);
    if (error != NULL)
        g_task_return_error(task, error);
    else
        g_task_return_boolean(task, TRUE);
}

void
profile_secret_clear_async(const Profile *p, const char *user, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data)
{
    struct call *c = begin(cancellable, callback, user_data);
    g_autoptr(GHashTable) which = attributes(p, user, TRUE);

    secret_password_clearv(&schema, which, c->inner, on_clear, c);
}

gboolean
profile_secret_clear_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
