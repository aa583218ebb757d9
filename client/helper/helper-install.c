/* helper-install.c - see helper-install.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-install.h"

#include "dt-ras-error.h"

struct helper_install {
    DtDialer *dialer;
    struct helper_bouncer *bouncer;
    struct helper_store *store;
};

/* One call. */
struct order {
    struct helper_store *store;
    char *id;
    GVariant *files; /* NULL: remove */
    char *new_id;
    GDBusMethodInvocation *invocation; /* once it may be done */
};

static void
order_free(gpointer data)
{
    struct order *o = data;

    helper_store_unref(o->store);
    g_clear_pointer(&o->files, g_variant_unref);
    g_free(o->id);
    g_free(o->new_id);
    g_free(o);
}

static void
carry_out(GTask *task, gpointer source, gpointer data, GCancellable *cancel)
{
    struct order *o = data;
    GError *error = NULL;

    (void)source, (void)cancel;
    const bool ok = o->files != NULL
                        ? helper_store_install(o->store, o->id, o->files, &o->new_id, &error)
                        : helper_store_remove(o->store, o->id, &error);
    if (ok)
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

static void
carried_out(GObject *source, GAsyncResult *result, gpointer data)
{
    const struct order *o = g_task_get_task_data(G_TASK(result));
    g_autoptr(GError) error = NULL;

    (void)source, (void)data;
    if (!g_task_propagate_boolean(G_TASK(result), &error))
        g_dbus_method_invocation_return_gerror(o->invocation, error);
    else if (o->files != NULL)
        g_dbus_method_invocation_return_value(o->invocation, g_variant_new("(s)", o->new_id));
    else
        g_dbus_method_invocation_return_value(o->invocation, NULL);
}

static void
passed(void *ctx, GDBusMethodInvocation *invocation, uid_t caller)
{
    struct order **kept = ctx;
    struct order *o = g_steal_pointer(kept);
    g_autoptr(GTask) task = g_task_new(NULL, NULL, carried_out, NULL);

    (void)caller;
    o->invocation = invocation;
    g_task_set_task_data(task, o, order_free);
    g_task_run_in_thread(task, carry_out);
}

static void
kept_free(gpointer data)
{
    struct order **kept = data;

    g_clear_pointer(kept, order_free);
    g_free(kept);
}

/* @files: NULL to remove. */
static void
judge(struct helper_install *i, GDBusMethodInvocation *invocation, const char *id, GVariant *files)
{
    const struct helper_demand demand = {.alone = true};
    struct order *o = g_new0(struct order, 1);
    struct order **kept = g_new(struct order *, 1);

    o->store = helper_store_ref(i->store);
    o->id = g_strdup(id);
    o->files = files != NULL ? g_variant_ref(files) : NULL;
    *kept = o;
    helper_bouncer_check(i->bouncer, invocation, &demand, passed, kept, kept_free);
}

static bool
refused(const struct helper_install *i, GDBusMethodInvocation *invocation, bool valid,
        GError *error)
{
    if (valid && i->store == NULL)
        dt_ras_error_set(&error, RAS_ACCESS_DENIED,
                         "Only root, or the service of the system, writes connections for "
                         "everybody.");
    if (error != NULL)
        g_dbus_method_invocation_take_error(invocation, error);
    return error != NULL;
}

static gboolean
handle_install(DtDialer *dialer, GDBusMethodInvocation *invocation, const char *id, GVariant *files,
               gpointer data)
{
    GError *error = NULL;
    const bool valid = helper_store_valid(id, files, &error);

    (void)dialer;
    if (!refused(data, invocation, valid, error))
        judge(data, invocation, id, files);
    return TRUE;
}

static gboolean
handle_remove(DtDialer *dialer, GDBusMethodInvocation *invocation, const char *id, gpointer data)
{
    GError *error = NULL;
    const bool valid = helper_store_id_valid(id, &error);

    (void)dialer;
    if (!refused(data, invocation, valid, error))
        judge(data, invocation, id, NULL);
    return TRUE;
}

struct helper_install *
helper_install_new(DtDialer *dialer, struct helper_bouncer *bouncer, struct helper_store *store)
{
    struct helper_install *i = g_new0(struct helper_install, 1);

    i->dialer = dialer;
    i->bouncer = bouncer;
    i->store = store;
    g_signal_connect(dialer, "handle-install-profile", G_CALLBACK(handle_install), i);
    g_signal_connect(dialer, "handle-remove-profile", G_CALLBACK(handle_remove), i);
    return i;
}

void
helper_install_free(struct helper_install *i)
{
    if (i == NULL)
        return;
    g_signal_handlers_disconnect_by_data(i->dialer, i);
    if (i->store != NULL)
        helper_store_close(i->store);
    g_free(i);
}
