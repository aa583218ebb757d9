/* helper-object.c - see helper-object.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-object.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"
#define ANNOTATION "org.freedesktop.DBus.Property.EmitsChangedSignal"

enum { MAX_WATCHERS = 16 }; /* the one that has watched longest makes room (threats D3) */

struct helper_object {
    struct helper_object_setup setup; /* ->skeleton NULL: off the bus, a call may still be judged */
    char *path;
    guint registration, idle;
    GPtrArray *watchers; /* struct watcher */
};

/* A program that is told. */
struct watcher {
    struct helper_object *object;
    char *name; /* on the bus; NULL: the peer */
    uid_t uid;
    guint watch;
    GVariant *told; /* what it knows */
};

static void
watcher_free(gpointer data)
{
    struct watcher *w = data;

    g_clear_handle_id(&w->watch, g_bus_unwatch_name);
    g_clear_pointer(&w->told, g_variant_unref);
    g_free(w->name);
    g_free(w);
}

static GVariant *
view(const struct helper_object *o, uid_t viewer)
{
    GVariant *all = o->setup.view != NULL
                        ? o->setup.view(o->setup.ctx, viewer)
                        : g_dbus_interface_skeleton_get_properties(o->setup.skeleton);

    return g_variant_take_ref(all);
}

/* ---- what has changed ---- */

static bool
is_signalled(const struct helper_object *o, const char *name)
{
    GDBusInterfaceInfo *info = g_dbus_interface_skeleton_get_info(o->setup.skeleton);
    const GDBusPropertyInfo *p = g_dbus_interface_info_lookup_property(info, name);
    const char *value =
        p != NULL ? g_dbus_annotation_info_lookup(p->annotations, ANNOTATION) : NULL;

    return g_strcmp0(value, "false") != 0;
}

/* Of @now, what is not so in @before: a floating a{sv}. */
static GVariant *
changes(const struct helper_object *o, GVariant *before, GVariant *now)
{
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    GVariantIter all;
    const char *name;
    GVariant *value;

    g_variant_iter_init(&all, now);
    while (g_variant_iter_loop(&all, "{&sv}", &name, &value)) {
        g_autoptr(GVariant) old = g_variant_lookup_value(before, name, NULL);
        if (is_signalled(o, name) && (old == NULL || !g_variant_equal(old, value)))
            g_variant_builder_add(&b, "{sv}", name, value);
    }
    return g_variant_builder_end(&b);
}

static void
tell(struct helper_object *o, struct watcher *w)
{
    g_autoptr(GVariant) now = view(o, w->uid);
    g_autoptr(GVariant) changed = g_variant_ref_sink(changes(o, w->told, now));

    g_variant_unref(w->told);
    w->told = g_steal_pointer(&now);
    if (g_variant_n_children(changed) == 0)
        return;
    g_dbus_connection_emit_signal(
        o->setup.connection, w->name, o->path, PROPERTIES, "PropertiesChanged",
        g_variant_new("(s@a{sv}@as)", g_dbus_interface_skeleton_get_info(o->setup.skeleton)->name,
                      changed, g_variant_new_strv(NULL, 0)),
        NULL);
}

void
helper_object_flush(struct helper_object *o)
{
    if (o == NULL)
        return;
    g_clear_handle_id(&o->idle, g_source_remove);
    for (guint i = 0; i < o->watchers->len; i++)
        tell(o, o->watchers->pdata[i]);
}

static gboolean
on_idle(gpointer data)
{
    struct helper_object *o = data;

    o->idle = 0;
    helper_object_flush(o);
    return G_SOURCE_REMOVE;
}

static void
on_notify(struct helper_object *o)
{
    if (o->idle == 0)
        o->idle = g_idle_add(on_idle, o);
}

/* ---- who asks ---- */

static void
on_watcher_gone(GDBusConnection *connection, const char *name, gpointer data)
{
    struct watcher *w = data;

    (void)connection, (void)name;
    g_ptr_array_remove(w->object->watchers, w);
}

static struct watcher *
find_watcher(const struct helper_object *o, const char *name)
{
    for (guint i = 0; i < o->watchers->len; i++) {
        struct watcher *w = o->watchers->pdata[i];
        if (g_strcmp0(w->name, name) == 0)
            return w;
    }
    return NULL;
}

static void
watch(struct helper_object *o, const char *name, uid_t uid, GVariant *told)
{
    struct watcher *w = find_watcher(o, name);

    if (w == NULL) {
        if (o->watchers->len == MAX_WATCHERS)
            g_ptr_array_remove_index(o->watchers, 0);
        w = g_new0(struct watcher, 1);
        w->object = o;
        w->name = g_strdup(name);
        w->uid = uid;
        g_ptr_array_add(o->watchers, w);
        if (name != NULL)
            w->watch = g_bus_watch_name_on_connection(o->setup.connection, name,
                                                      G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
                                                      on_watcher_gone, w, NULL);
    }
    g_clear_pointer(&w->told, g_variant_unref);
    w->told = g_variant_ref(told);
}

static void
read_passed(void *ctx, GDBusMethodInvocation *invocation, uid_t caller)
{
    struct helper_object *o = ctx;
    const GDBusPropertyInfo *one = g_dbus_method_invocation_get_property_info(invocation);

    if (o->setup.skeleton == NULL) {
        g_dbus_method_invocation_return_error(invocation, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT,
                                              "The object is gone.");
        return;
    }
    g_autoptr(GVariant) all = view(o, caller);
    if (one != NULL) { /* Get */
        g_autoptr(GVariant) value = g_variant_lookup_value(all, one->name, NULL);
        if (value != NULL)
            g_dbus_method_invocation_return_value(invocation, g_variant_new("(v)", value));
        else
            g_dbus_method_invocation_return_error(
                invocation, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_PROPERTY, "It is not known yet.");
        return;
    }
    watch(o, g_dbus_method_invocation_get_sender(invocation), caller, all);
    g_dbus_method_invocation_return_value(invocation, g_variant_new("(@a{sv})", all));
}

static void
object_unref(gpointer data)
{
    g_rc_box_release(data);
}

static void
on_call(GDBusConnection *connection, const char *sender, const char *path, const char *interface,
        const char *method, GVariant *parameters, GDBusMethodInvocation *invocation, gpointer data)
{
    struct helper_object *o = data;

    if (g_str_equal(interface, PROPERTIES)) {
        const struct helper_demand demand = {.owner = o->setup.owner,
                                             .for_everybody = o->setup.for_everybody};
        helper_bouncer_check(o->setup.bouncer, invocation, &demand, read_passed,
                             g_rc_box_acquire(o), object_unref);
        return;
    }
    g_dbus_interface_skeleton_get_vtable(o->setup.skeleton)
        ->method_call(connection, sender, path, interface, method, parameters, invocation,
                      o->setup.skeleton);
}

struct helper_object *
helper_object_new(const struct helper_object_setup *setup, GError **error)
{
    /* Without ->get_property GDBus hands Get and GetAll to ->method_call. */
    static const GDBusInterfaceVTable vtable = {.method_call = on_call};
    CLEANUP(helper_object_free) struct helper_object *o = g_rc_box_new0(struct helper_object);

    o->setup = *setup;
    o->path = g_strdup(setup->path);
    o->watchers = g_ptr_array_new_with_free_func(watcher_free);
    o->registration = g_dbus_connection_register_object(
        setup->connection, setup->path, g_dbus_interface_skeleton_get_info(setup->skeleton),
        &vtable, o, NULL, error);
    if (o->registration == 0)
        return NULL;
    g_signal_connect_swapped(setup->skeleton, "notify", G_CALLBACK(on_notify), o);
    return TAKE(o);
}

void
helper_object_free(struct helper_object *o)
{
    if (o == NULL)
        return;
    if (o->registration != 0)
        g_dbus_connection_unregister_object(o->setup.connection, o->registration);
    g_signal_handlers_disconnect_by_data(o->setup.skeleton, o);
    g_clear_handle_id(&o->idle, g_source_remove);
    g_clear_pointer(&o->watchers, g_ptr_array_unref);
    g_clear_pointer(&o->path, g_free);
    o->setup.skeleton = NULL;
    g_rc_box_release(o);
}

const char *
helper_object_path(const struct helper_object *o)
{
    return o->path;
}
