/* helper-service.c - see helper-service.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-service.h"

#include "dt-dbus.h"
#include "dt-plan.h"
#include "dt-ras-error.h"
#include "helper-bouncer.h"
#include "helper-connection.h"
#include "helper-install.h"
#include "helper-log.h"
#include "helper-object.h"
#include "helper-route.h"
#include "helper-scrub.h"

#define DIALER_PATH "/org/dialtone/Dialer1"

enum { MAX_CONNECTIONS = 16 }; /* of one user, idle ones included (threats D3) */

struct helper_service {
    GDBusConnection *connection;
    DtDialer *dialer;
    struct helper_object *object; /* the dialer on the bus */
    struct helper_host *host;
    struct helper_bouncer *bouncer;
    struct helper_install *install;
    GPtrArray *connections; /* HelperConnection; oldest first */
    unsigned next_number;
    void (*stopped)(void *ctx);
    void *stopped_ctx;
};

/* Root sees it, and who polkit lets manage those of others is root here. */
static bool
sees(uid_t viewer, HelperConnection *c)
{
    return viewer == 0 || helper_connection_owner(c) == viewer ||
           helper_connection_for_everybody(c);
}

static GVariant *
view(void *ctx, uid_t viewer)
{
    const struct helper_service *s = ctx;
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    GVariantBuilder paths = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("ao"));

    for (guint i = 0; i < s->connections->len; i++) {
        HelperConnection *c = g_ptr_array_index(s->connections, i);
        if (sees(viewer, c))
            g_variant_builder_add(&paths, "o", helper_connection_path(c));
    }
    g_variant_builder_add(&b, "{sv}", "Version", g_variant_new_string(DIALTONE_VERSION));
    g_variant_builder_add(&b, "{sv}", "Connections", g_variant_builder_end(&paths));
    return g_variant_builder_end(&b);
}

static bool
is_called(HelperConnection *c, const char *name)
{
    return g_str_equal(dt_connection_get_name(DT_CONNECTION(c)), name);
}

static HelperConnection *
find(struct helper_service *s, const struct dial_plan *plan, uid_t owner)
{
    for (guint i = 0; i < s->connections->len; i++) {
        HelperConnection *c = g_ptr_array_index(s->connections, i);
        if (helper_connection_owner(c) == owner && is_called(c, plan->name) &&
            helper_connection_for_everybody(c) == plan->for_everybody)
            return c;
    }
    return NULL;
}

/* Another connection of this name that the new one would fight with. */
static HelperConnection *
find_rival(struct helper_service *s, const struct dial_plan *plan, uid_t owner)
{
    for (guint i = 0; i < s->connections->len; i++) {
        HelperConnection *c = g_ptr_array_index(s->connections, i);
        if (is_called(c, plan->name) && !helper_connection_idle(c) &&
            (helper_connection_owner(c) == owner || helper_connection_for_everybody(c)))
            return c;
    }
    return NULL;
}

/* The connection that @plan goes through: the caller's own, or everybody's. Of others it is not
 * even said that they are there. */
static HelperConnection *
find_first(struct helper_service *s, const struct dial_plan *plan, uid_t owner)
{
    HelperConnection *best = NULL;

    for (guint i = 0; i < s->connections->len; i++) {
        HelperConnection *c = g_ptr_array_index(s->connections, i);
        if (is_called(c, plan->through) &&
            (helper_connection_owner(c) == owner || helper_connection_for_everybody(c)) &&
            (best == NULL || helper_connection_is_up(c)))
            best = c;
    }
    return best;
}

/* True: *ret_first may be gone through (NULL: @plan wants none). */
static bool
judge_first(struct helper_service *s, const struct dial_plan *plan, uid_t owner,
            HelperConnection **ret_first, GError **error)
{
    HelperConnection *c = NULL;

    *ret_first = NULL;
    if (plan->through[0] == '\0')
        return true;
    if (!helper_host_apart(s->host))
        c = find_first(s, plan, owner);
    if (c == NULL)
        dt_ras_error_set(error, RAS_CANNOT_FIND_PHONEBOOK_ENTRY,
                         "There is no connection “%s” to go through.", plan->through);
    else if (!helper_connection_is_up(c))
        dt_ras_error_set(error, RAS_PORT_DISCONNECTED,
                         "“%s”, which this connection is to go through, is not connected.",
                         plan->through);
    else if (helper_connection_is_inner(c))
        dt_ras_error_set(error, RAS_BAD_PROFILE,
                         "“%s” goes through another connection itself: two legs are all there is.",
                         plan->through);
    else if (plan->for_everybody && !helper_connection_for_everybody(c))
        dt_ras_error_set(error, RAS_ACCESS_DENIED,
                         "What everybody has cannot go through a connection of one user.");
    else
        *ret_first = c;
    return *ret_first != NULL;
}

static bool
all_idle(const struct helper_service *s)
{
    for (guint i = 0; i < s->connections->len; i++)
        if (!helper_connection_idle(g_ptr_array_index(s->connections, i)))
            return false;
    return true;
}

static gboolean
tell_stopped(gpointer data)
{
    struct helper_service *s = data;

    s->stopped(s->stopped_ctx);
    return G_SOURCE_REMOVE;
}

/* The last hooks are given what is left of the time to stop in. */
static void
maybe_stopped(void *ctx)
{
    struct helper_service *s = ctx;

    if (s->stopped != NULL && all_idle(s) && helper_hooks_idle(s->host->hooks))
        g_idle_add(tell_stopped, s);
}

static void
on_settled(HelperConnection *c, struct helper_service *s)
{
    (void)c;
    maybe_stopped(s);
}

static void
remove_connection(struct helper_service *s, HelperConnection *c)
{
    helper_connection_unexport(c);
    g_signal_handlers_disconnect_by_data(c, s);
    g_ptr_array_remove(s->connections, c);
}

/* Room for one more of @owner: the memory of the oldest idle one goes first. */
static bool
make_room(struct helper_service *s, uid_t owner)
{
    HelperConnection *oldest_idle = NULL;
    unsigned n = 0;

    for (guint i = 0; i < s->connections->len; i++) {
        HelperConnection *c = g_ptr_array_index(s->connections, i);
        if (helper_connection_owner(c) != owner)
            continue;
        n++;
        if (oldest_idle == NULL && helper_connection_idle(c))
            oldest_idle = c;
    }
    if (n < MAX_CONNECTIONS)
        return true;
    if (oldest_idle == NULL)
        return false;
    remove_connection(s, oldest_idle);
    return true;
}

static HelperConnection *
add_connection(struct helper_service *s, const struct dial_plan *plan, uid_t owner, GError **error)
{
    if (!make_room(s, owner)) {
        dt_ras_error_set(error, RAS_ACCESS_DENIED, "This user has too many connections.");
        return NULL;
    }

    g_autofree char *path = g_strdup_printf(DIALER_PATH "/Connection/%u", ++s->next_number);
    g_autoptr(HelperConnection) c =
        helper_connection_new(s->host, s->bouncer, plan->name, owner, plan->for_everybody);
    if (!helper_connection_export(c, s->connection, path, error))
        return NULL;
    g_signal_connect(c, "settled", G_CALLBACK(on_settled), s);
    g_ptr_array_add(s->connections, g_object_ref(c));
    helper_object_flush(s->object);
    return c; /* the array holds it */
}

/* A Connect that is being judged. */
struct request {
    struct helper_service *service;
    struct dial_plan plan;
    struct credentials credentials;
};

static void
request_free(gpointer data)
{
    struct request *r = data;

    dial_plan_clear(&r->plan);
    credentials_wipe(&r->credentials);
    g_free(r);
}

static void
connect_passed(void *ctx, GDBusMethodInvocation *invocation, uid_t caller)
{
    struct request *r = ctx;
    struct helper_service *s = r->service;
    g_autoptr(GError) error = NULL;
    HelperConnection *c = find(s, &r->plan, caller), *rival = find_rival(s, &r->plan, caller);
    HelperConnection *first = NULL;

    if (s->stopped != NULL)
        dt_ras_error_set(&error, RAS_RASMAN_CANNOT_INITIALIZE, "The service is ending.");
    else if (rival != NULL)
        dt_ras_error_set(&error, RAS_DIAL_ALREADY_IN_PROGRESS, "%s",
                         helper_connection_for_everybody(rival)
                             ? "This connection is already there for everybody on this computer."
                             : ras_error_text(RAS_DIAL_ALREADY_IN_PROGRESS));
    else if (judge_first(s, &r->plan, caller, &first, &error) && c == NULL)
        c = add_connection(s, &r->plan, caller, &error);
    if (error == NULL)
        helper_connection_dial(c, &r->plan, &r->credentials, first, s->connection,
                               g_dbus_method_invocation_get_sender(invocation));
    if (error != NULL)
        g_dbus_method_invocation_return_gerror(invocation, error);
    else
        dt_dialer_complete_connect(s->dialer, invocation, helper_connection_path(c));
}

static gboolean
handle_connect(DtDialer *dialer, GDBusMethodInvocation *invocation, GVariant *plan,
               GVariant *secrets, gpointer data)
{
    struct request *r = g_new0(struct request, 1);
    g_autoptr(GError) error = NULL;

    (void)dialer;
    r->service = data;
    const bool ok = dt_plan_from_variant(plan, &r->plan, &error) &&
                    dt_credentials_from_variant(secrets, &r->credentials, &error);
    dt_credentials_wipe_variant(secrets);
    helper_scrub(invocation);
    if (!ok) {
        g_dbus_method_invocation_return_gerror(invocation, error);
        request_free(r);
        return TRUE;
    }
    const struct helper_demand demand = {.for_everybody = r->plan.for_everybody,
                                         .takes_over = helper_plan_takes_over(&r->plan)};
    helper_bouncer_check(r->service->bouncer, invocation, &demand, connect_passed, r, request_free);
    return TRUE;
}

struct search {
    struct helper_service *service;
    char *name;
};

static void
search_free(gpointer data)
{
    struct search *f = data;

    g_free(f->name);
    g_free(f);
}

/* What the caller most likely means: one that is not idle, then their own; never one of another
 * that is not for everybody, not even for root. */
static HelperConnection *
search(const struct search *f, uid_t caller)
{
    HelperConnection *best = NULL;
    int best_rank = -1;

    for (guint i = 0; i < f->service->connections->len; i++) {
        HelperConnection *c = g_ptr_array_index(f->service->connections, i);
        const bool mine = helper_connection_owner(c) == caller;
        const int rank = (helper_connection_idle(c) ? 0 : 2) + mine;
        if (is_called(c, f->name) && (mine || helper_connection_for_everybody(c)) &&
            rank > best_rank) {
            best = c;
            best_rank = rank;
        }
    }
    return best;
}

static void
find_passed(void *ctx, GDBusMethodInvocation *invocation, uid_t caller)
{
    struct search *f = ctx;
    HelperConnection *c = search(f, caller);

    if (c == NULL)
        g_dbus_method_invocation_return_error(invocation, DT_RAS_ERROR, (int)RAS_BAD_PROFILE,
                                              "There is no connection of this name.");
    else
        dt_dialer_complete_find(f->service->dialer, invocation, helper_connection_path(c));
}

static gboolean
handle_find(DtDialer *dialer, GDBusMethodInvocation *invocation, const char *name, gpointer data)
{
    struct search *f = g_new0(struct search, 1);

    (void)dialer;
    f->service = data;
    f->name = g_strdup(name);
    helper_bouncer_check(f->service->bouncer, invocation, &(struct helper_demand){0}, find_passed,
                         f, search_free);
    return TRUE;
}

struct helper_service *
helper_service_new(GDBusConnection *connection, bool peer, struct helper_host *host, GError **error)
{
    CLEANUP(helper_service_free) struct helper_service *s = g_new0(struct helper_service, 1);

    s->connection = g_object_ref(connection);
    s->host = host;
    s->bouncer = helper_bouncer_new(peer ? NULL : connection);
    s->connections = g_ptr_array_new_with_free_func(g_object_unref);
    s->dialer = dt_dialer_skeleton_new();
    g_signal_connect(s->dialer, "handle-connect", G_CALLBACK(handle_connect), s);
    g_signal_connect(s->dialer, "handle-find", G_CALLBACK(handle_find), s);
    s->install = helper_install_new(s->dialer, s->bouncer, host->store);
    const struct helper_object_setup setup = {.connection = connection,
                                              .bouncer = s->bouncer,
                                              .skeleton = G_DBUS_INTERFACE_SKELETON(s->dialer),
                                              .path = DIALER_PATH,
                                              .view = view,
                                              .ctx = s};
    s->object = helper_object_new(&setup, error);
    if (s->object == NULL)
        return NULL;
    return TAKE(s);
}

void
helper_service_stop(struct helper_service *s, void (*stopped)(void *ctx), void *ctx)
{
    if (s->stopped != NULL)
        return;
    s->stopped = stopped;
    s->stopped_ctx = ctx;
    for (guint i = 0; i < s->connections->len; i++)
        helper_connection_hang_up(g_ptr_array_index(s->connections, i));
    helper_hooks_watch(s->host->hooks, maybe_stopped, s);
    maybe_stopped(s);
}

void
helper_service_free(struct helper_service *s)
{
    if (s == NULL)
        return;
    g_idle_remove_by_data(s);
    helper_hooks_watch(s->host->hooks, NULL, NULL);
    helper_bouncer_free(s->bouncer);
    while (s->connections->len > 0)
        remove_connection(s, g_ptr_array_index(s->connections, s->connections->len - 1));
    g_ptr_array_unref(s->connections);
    if (s->dialer != NULL) {
        g_clear_pointer(&s->object, helper_object_free);
        g_signal_handlers_disconnect_by_data(s->dialer, s);
        g_clear_pointer(&s->install, helper_install_free);
        g_clear_object(&s->dialer);
    }
    g_clear_object(&s->connection);
    g_free(s);
}
