/* helper-connection.c - see helper-connection.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-connection.h"

#include "dt-plan.h"
#include "dt-ras-error.h"
#include "helper-call-hooks.h"
#include "helper-details.h"
#include "helper-guard.h"
#include "helper-hold.h"
#include "helper-log.h"
#include "helper-object.h"
#include "helper-redial.h"
#include "helper-scrub.h"
#include "helper-state.h"

#include <arpa/inet.h>

struct _HelperConnection {
    DtConnectionSkeleton parent;
    struct helper_host *host;
    struct helper_bouncer *bouncer;
    struct helper_log *log;
    struct helper_object *object; /* NULL: not on the bus */
    uid_t owner;
    bool for_everybody;

    enum helper_state state;
    struct dial_plan plan;
    struct credentials credentials; /* while dialing, and as long as a redial may need them */
    struct helper_attempt *attempt;
    HelperConnection *first;         /* which this one goes through, from Connect to settled */
    GPtrArray *inner;                /* (borrowed) those that go through this one */
    bool ends_with_inner;            /* with the last of them: it was dialed for them */
    struct helper_hold *hold;        /* between a cut and the call that is up again */
    unsigned step, rounds;           /* step: which protocol and server of the round */
    unsigned limit;                  /* of rounds */
    unsigned attempts;               /* since Connect */
    struct helper_failures failures; /* likewise */
    bool was_cut;                    /* since Connect: it is not dialed for the first time */
    bool displaced;                  /* by a later call: helper_attempt_displaced() */
    gint64 up_since;                 /* monotonic */
    char known[PLAN_MAX_PROTOCOLS * PLAN_MAX_SERVERS][INET6_ADDRSTRLEN]; /* of each step */
    guint wait_source, wait_left;
    guint caller_watch;
    gint64 connected_since; /* Unix time */
    struct helper_call_hooks hooks;
};

G_DEFINE_FINAL_TYPE(HelperConnection, helper_connection, DT_TYPE_CONNECTION_SKELETON)

static guint settled_signal;

static void begin_attempt(HelperConnection *self);

/* The one place where the state changes. */
static void
set_state(HelperConnection *self, enum helper_state to)
{
    if (!helper_state_may_follow(self->state, to)) {
        if (self->state != to)
            helper_log(self->log, LOG_ERR, "state: %s may not follow %s", helper_state_name(to),
                       helper_state_name(self->state));
        return;
    }
    helper_log(self->log, LOG_DEBUG, "state: %s, was: %s", helper_state_name(to),
               helper_state_name(self->state));
    self->state = to;
    dt_connection_set_state(DT_CONNECTION(self), helper_state_name(to));
}

static void
publish_question(HelperConnection *self, enum ras_error reason)
{
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

    if (reason != RAS_OK)
        g_variant_builder_add(&b, "{sv}", "reason", g_variant_new_uint32(reason));
    dt_connection_set_question(DT_CONNECTION(self), g_variant_builder_end(&b));
}

static void
publish_waiting(HelperConnection *self)
{
    GVariantBuilder b = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);

    if (self->state == STATE_WAITING) {
        g_variant_builder_add(&b, "{sv}", "seconds", g_variant_new_uint32(self->wait_left));
        g_variant_builder_add(&b, "{sv}", "attempt", g_variant_new_uint32(self->rounds));
        g_variant_builder_add(&b, "{sv}", "attempts", g_variant_new_uint32(self->limit));
    }
    dt_connection_set_waiting(DT_CONNECTION(self), g_variant_builder_end(&b));
}

static void
flush(HelperConnection *self)
{
    helper_object_flush(self->object);
}

static enum plan_protocol
current_protocol(const HelperConnection *self)
{
    return self->plan.protocols[self->step / self->plan.n_servers];
}

static const struct plan_server *
current_server(const HelperConnection *self)
{
    return &self->plan.servers[self->step % self->plan.n_servers];
}

static void
publish_details(HelperConnection *self)
{
    const struct helper_details_facts facts = {
        .plan = &self->plan,
        .protocol = current_protocol(self),
        .server = current_server(self),
        .attempt = self->attempt,
        .carries = self->inner->len > 0,
        .failures = &self->failures,
        .connected_since = self->connected_since,
        .hook_troubles = self->hooks.troubles,
    };

    dt_connection_set_details(DT_CONNECTION(self), helper_details(&facts));
}

/* Before the attempt is freed. */
static void
note_failure(HelperConnection *self, const struct ras_end *end)
{
    struct helper_failure failure = {
        .number = self->attempts,
        .protocol =
            helper_protocol_text(current_protocol(self), self->plan.ipsec != PLAN_IPSEC_NONE),
        .end = *end,
    };

    if (self->state == STATE_CONNECTED || self->state == STATE_DISCONNECTING)
        return; /* it was up, or nobody wanted it any more */
    g_strlcpy(failure.server, current_server(self)->host, sizeof failure.server);
    if (self->attempt != NULL) {
        g_strlcpy(failure.server_address, helper_attempt_server_address(self->attempt),
                  sizeof failure.server_address);
        failure.proxy = helper_attempt_proxy(self->attempt);
    }
    helper_failures_add(&self->failures, &failure);
}

static void
publish_error(HelperConnection *self, const struct ras_end *end)
{
    dt_connection_set_error(DT_CONNECTION(self), end->error);
    dt_connection_set_error_detail(DT_CONNECTION(self), end->detail);
}

static void
publish_no_traffic(HelperConnection *self)
{
    const struct tunnel_stats none = {0};

    dt_connection_set_bytes_in(DT_CONNECTION(self), none.bytes_in);
    dt_connection_set_bytes_out(DT_CONNECTION(self), none.bytes_out);
    dt_connection_set_round_trip(DT_CONNECTION(self), none.rtt_usec);
}

static void
forget_caller(HelperConnection *self)
{
    g_clear_handle_id(&self->caller_watch, g_bus_unwatch_name);
}

/* ---- two legs: the first comes up first, and goes down last ---- */

static void
go_through(HelperConnection *self, HelperConnection *first)
{
    self->first = g_object_ref(first);
    g_ptr_array_add(first->inner, self);
    /* Who goes through everybody's may not therefore end it. */
    first->ends_with_inner |= self->plan.end_through && first->owner == self->owner;
}

static void
leave_first(HelperConnection *self)
{
    g_autoptr(HelperConnection) first = g_steal_pointer(&self->first);

    if (first == NULL)
        return;
    g_ptr_array_remove(first->inner, self);
    if (first->inner->len == 0 && (first->ends_with_inner || first->state == STATE_DISCONNECTING))
        helper_connection_hang_up(first);
}

static void settle(HelperConnection *self);

static void
end_with_first(HelperConnection *self, enum ras_error why)
{
    const char *name = dt_connection_get_name(DT_CONNECTION(self->first));
    struct ras_end end = {0};

    ras_end_set(&end, why, "%.80s, which this connection goes through, %s", name,
                why == RAS_USER_DISCONNECTION ? "was hung up" : "has ended");
    if (self->attempt != NULL) {
        if (why == RAS_USER_DISCONNECTION)
            set_state(self, STATE_DISCONNECTING);
        publish_question(self, RAS_OK);
        flush(self);
        helper_attempt_hang_up(self->attempt, end.error, end.detail);
    } else if (self->state == STATE_WAITING) {
        publish_error(self, &end);
        settle(self);
    }
}

static void
end_inner(HelperConnection *self, enum ras_error why)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_object_unref);

    for (guint i = 0; i < self->inner->len; i++)
        g_ptr_array_add(all, g_object_ref(self->inner->pdata[i]));
    for (guint i = 0; i < all->len; i++) {
        HelperConnection *inner = all->pdata[i];
        if (inner->first == self) /* it may have gone with one before it */
            end_with_first(inner, why);
    }
}

/* May it be dialed now? */
static bool
first_is_up(const HelperConnection *self)
{
    return self->first == NULL || self->first->state == STATE_CONNECTED;
}

/* Nothing goes on any more. The plan stays: it names what the details and the log are about. */
static void
settle(HelperConnection *self)
{
    g_clear_handle_id(&self->wait_source, g_source_remove);
    credentials_wipe(&self->credentials);
    g_clear_pointer(&self->hold, helper_hold_free);
    forget_caller(self);
    leave_first(self); /* whoever sees this idle sees that one ending, if it does */
    set_state(self, STATE_IDLE);
    publish_waiting(self);
    publish_question(self, RAS_OK);
    flush(self);
    end_inner(self, RAS_LINK_FAILURE);
    g_signal_emit(self, settled_signal, 0);
}

/* The redials that were used up, should the call that is up be dialed again now. */
static unsigned
used_redials(const HelperConnection *self)
{
    const gint64 up = g_get_monotonic_time() - self->up_since;

    return helper_redial_used(self->rounds, !self->was_cut, (usec_t)MAX(up, 0));
}

static bool
redials_cut(const HelperConnection *self, enum ras_error error)
{
    return self->state == STATE_CONNECTED && helper_redial_is_cut(error) && !self->displaced &&
           (self->first == NULL || self->first->state != STATE_IDLE) &&
           used_redials(self) < self->plan.drop_redials;
}

static gboolean
on_wait_tick(gpointer data)
{
    HelperConnection *self = data;

    if (--self->wait_left > 0) {
        publish_waiting(self);
        return G_SOURCE_CONTINUE;
    }
    if (!first_is_up(self)) { /* it is being dialed again as well: settle() says if in vain */
        self->wait_left = MAX(self->plan.redial_delay_s, 1);
        publish_waiting(self);
        return G_SOURCE_CONTINUE;
    }
    self->wait_source = 0;
    self->step = 0;
    begin_attempt(self);
    return G_SOURCE_REMOVE;
}

static void
wait_and_redial(HelperConnection *self)
{
    self->rounds++;
    self->wait_left = MAX(self->plan.redial_delay_s, 1);
    set_state(self, STATE_WAITING);
    publish_waiting(self);
    flush(self);
    helper_log(self->log, LOG_INFO, "Redialing in %u seconds (%u of %u).", self->wait_left,
               self->rounds, self->limit);
    self->wait_source = g_timeout_add_seconds(1, on_wait_tick, self);
}

static void
after_failure(HelperConnection *self, const struct ras_end *end)
{
    const unsigned steps = self->plan.n_protocols * self->plan.n_servers;

    if (redials_cut(self, end->error)) {
        self->rounds = used_redials(self);
        self->limit = self->plan.drop_redials;
        self->was_cut = true;
        wait_and_redial(self);
    } else if (self->state == STATE_DISCONNECTING || self->state == STATE_CONNECTED ||
               helper_redial_is_final(end->error)) {
        settle(self);
    } else if (self->step + 1 < steps) {
        self->step++;
        begin_attempt(self);
    } else if (self->rounds < self->limit) {
        wait_and_redial(self);
    } else {
        if (self->plan.n_protocols > 1)
            dt_connection_set_error(DT_CONNECTION(self), RAS_AUTOMATIC_VPN_FAILED);
        settle(self);
    }
}

static void
on_leaving(void *ctx, const struct ras_end *end)
{
    HelperConnection *self = ctx;
    int err;

    end_inner(self, RAS_LINK_FAILURE);
    self->displaced = helper_attempt_displaced(self->attempt);
    if (!redials_cut(self, end->error) || helper_host_apart(self->host))
        return; /* a network with nothing else in it holds back by itself */
    helper_hold_free(self->hold);
    self->hold = helper_hold_new(self->host, helper_link_done(helper_attempt_link(self->attempt)),
                                 self->first != NULL, &err);
    if (self->hold == NULL)
        helper_log(self->log, LOG_WARNING,
                   "What went through the tunnel is not held back meanwhile (nftables: %s).",
                   g_strerror(-err));
}

static void
on_over(void *ctx, const struct ras_end *over)
{
    HelperConnection *self = ctx;
    const struct ras_end end = *over;
    g_autoptr(HelperConnection) alive = g_object_ref(self);

    helper_log(self->log, end.error == RAS_USER_DISCONNECTION ? LOG_INFO : LOG_WARNING,
               "Ended: error %s%s%s", helper_error_text(end.error),
               end.detail[0] != '\0' ? ": " : "", end.detail);
    note_failure(self, &end);
    publish_details(self); /* as they were */
    g_clear_pointer(&self->attempt, helper_attempt_free);
    self->connected_since = 0;
    publish_error(self, &end);
    publish_question(self, RAS_OK);
    helper_call_hooks_down(&self->hooks, end.error);
    after_failure(self, &end);
}

static void
on_stage(void *ctx, enum dial_stage stage, const char *server_address)
{
    static const enum helper_state of_stage[] = {
        [STAGE_CONNECTING] = STATE_CONNECTING,
        [STAGE_AUTHENTICATING] = STATE_AUTHENTICATING,
        [STAGE_REGISTERING] = STATE_REGISTERING,
    };
    HelperConnection *self = ctx;

    if (stage == STAGE_CONNECTING && *server_address != '\0')
        helper_log(self->log, LOG_INFO, "Connecting to %s.", server_address);
    if (*server_address != '\0')
        g_strlcpy(self->known[self->step], server_address, sizeof self->known[0]);
    set_state(self, of_stage[stage]);
    dt_connection_set_stage(DT_CONNECTION(self), stage);
    publish_details(self);
    flush(self);
}

static void
on_question(void *ctx, enum ras_error reason)
{
    HelperConnection *self = ctx;

    helper_log(self->log, LOG_INFO, "The server asks again: error %s", helper_error_text(reason));
    publish_question(self, reason);
    flush(self);
}

static void
on_changed(void *ctx)
{
    publish_details(ctx);
}

/* They are wanted again only by a redial; then with the password that the server knows now. */
static void
keep_credentials(HelperConnection *self)
{
    struct credentials *c = &self->credentials;

    if (self->plan.drop_redials == 0) {
        credentials_wipe(c);
    } else if (helper_attempt_status(self->attempt)->password_changed) {
        secret_set(&c->password, secret_rd(&c->new_password));
        secret_wipe(&c->new_password);
        c->has_new_password = false;
    }
}

static void
on_up(void *ctx)
{
    HelperConnection *self = ctx;

    set_state(self, STATE_REGISTERING); /* should the tunnel not have said so */
    set_state(self, STATE_CONNECTED);
    dt_connection_set_stage(DT_CONNECTION(self), STAGE_REGISTERING);
    publish_error(self, &(struct ras_end){0}); /* of an attempt before this one */
    g_clear_pointer(&self->hold, helper_hold_free);
    keep_credentials(self);
    self->up_since = g_get_monotonic_time();
    self->connected_since = g_get_real_time() / G_USEC_PER_SEC;
    publish_details(self);
    flush(self);
    helper_log(self->log, LOG_NOTICE, "Connected.");
    helper_call_hooks_up(&self->hooks, self->attempt, &self->plan, current_protocol(self),
                         helper_object_path(self->object), self->owner);
}

static void
on_stats(void *ctx, const struct tunnel_stats *stats)
{
    HelperConnection *self = ctx;

    dt_connection_set_bytes_in(DT_CONNECTION(self), stats->bytes_in);
    dt_connection_set_bytes_out(DT_CONNECTION(self), stats->bytes_out);
    dt_connection_set_round_trip(DT_CONNECTION(self), stats->rtt_usec);
}

static const struct helper_attempt_ops attempt_ops = {
    .stage = on_stage,
    .question = on_question,
    .changed = on_changed,
    .leaving = on_leaving,
    .up = on_up,
    .stats = on_stats,
    .over = on_over,
};

static struct helper_out
way_out(const HelperConnection *self)
{
    const struct helper_link *link =
        self->first != NULL ? helper_attempt_link(self->first->attempt) : NULL;

    return (struct helper_out){.mark = self->host->mark,
                               .ifindex = link != NULL ? helper_link_index(link) : 0};
}

static struct helper_attempt *
new_attempt(HelperConnection *self, struct ras_end *ret_end)
{
    if (!first_is_up(self)) {
        ras_end_set(ret_end, RAS_LINK_FAILURE,
                    "%.80s, which this connection goes through, is not connected",
                    self->plan.through);
        return NULL;
    }
    const struct helper_attempt_setup setup = {
        .host = self->host,
        .out = way_out(self),
        .log = self->log,
        .plan = &self->plan,
        .credentials = &self->credentials,
        .server = (uint8_t)(self->step % self->plan.n_servers),
        .protocol = current_protocol(self),
        .number = (uint8_t)MIN(self->attempts - 1, UINT8_MAX),
        .known = self->known[self->step],
    };

    return helper_attempt_new(&setup, &attempt_ops, self, ret_end);
}

static void
begin_attempt(HelperConnection *self)
{
    struct ras_end end = {0};

    self->attempts++;
    set_state(self, STATE_CONNECTING);
    publish_waiting(self);
    dt_connection_set_stage(DT_CONNECTION(self), STAGE_CONNECTING);
    publish_no_traffic(self);
    helper_log(self->log, LOG_INFO, "Dialing %s.", current_server(self)->host);
    self->attempt = new_attempt(self, &end);
    if (self->attempt == NULL)
        note_failure(self, &end);
    publish_details(self);
    flush(self);
    if (self->attempt == NULL) {
        helper_log(self->log, LOG_ERR, "Cannot dial: %s", end.detail);
        publish_error(self, &end);
        settle(self);
    }
}

static void
on_caller_gone(GDBusConnection *bus, const char *name, gpointer data)
{
    HelperConnection *self = data;

    (void)bus;
    helper_log(self->log, LOG_INFO, "The program that dialed (%s) has gone.", name);
    helper_connection_hang_up(self);
}

bool
helper_connection_dial(HelperConnection *self, struct dial_plan *plan,
                       const struct credentials *credentials, HelperConnection *first,
                       GDBusConnection *bus, const char *caller)
{
    if (self->state != STATE_IDLE)
        return false;
    dial_plan_clear(&self->plan);
    self->plan = *plan;
    *plan = (struct dial_plan){0};
    self->credentials = *credentials;
    self->step = self->rounds = self->attempts = 0;
    self->limit = self->plan.redial_count;
    self->was_cut = self->displaced = self->ends_with_inner = false;
    memset(self->known, 0, sizeof self->known);
    self->failures.n = 0;
    publish_error(self, &(struct ras_end){0});
    if (first != NULL)
        go_through(self, first);
    if (self->plan.end_with_caller && caller != NULL)
        self->caller_watch = g_bus_watch_name_on_connection(
            bus, caller, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL, on_caller_gone, self, NULL);
    if (self->plan.drop_redials > 0 && !helper_host_apart(self->host) && !helper_guard_possible())
        helper_log(self->log, LOG_WARNING,
                   "If this connection is cut off, its traffic is not held back while it is dialed "
                   "again: nft is not installed.");
    begin_attempt(self);
    return true;
}

void
helper_connection_hang_up(HelperConnection *self)
{
    if (self->attempt != NULL) {
        set_state(self, STATE_DISCONNECTING);
        publish_question(self, RAS_OK);
        flush(self);
        if (self->inner->len > 0) /* the last of them comes back to this */
            end_inner(self, RAS_USER_DISCONNECTION);
        else
            helper_attempt_hang_up(self->attempt, RAS_USER_DISCONNECTION, "");
    } else if (self->state == STATE_WAITING) {
        end_inner(self, RAS_USER_DISCONNECTION);
        if (self->state == STATE_WAITING)
            settle(self);
    }
}

bool
helper_connection_idle(HelperConnection *self)
{
    return self->state == STATE_IDLE;
}

bool
helper_connection_is_up(HelperConnection *self)
{
    return self->state == STATE_CONNECTED;
}

bool
helper_connection_is_inner(HelperConnection *self)
{
    return self->first != NULL;
}

uid_t
helper_connection_owner(HelperConnection *self)
{
    return self->owner;
}

bool
helper_connection_for_everybody(HelperConnection *self)
{
    return self->for_everybody;
}

static struct helper_demand
demand(const HelperConnection *self)
{
    return (struct helper_demand){.owner = self->owner, .for_everybody = self->for_everybody};
}

static void
disconnect_passed(void *ctx, GDBusMethodInvocation *invocation, uid_t caller)
{
    (void)caller;
    helper_connection_hang_up(ctx);
    dt_connection_complete_disconnect(ctx, invocation);
}

static gboolean
handle_disconnect(DtConnection *object, GDBusMethodInvocation *invocation)
{
    HelperConnection *self = HELPER_CONNECTION(object);

    const struct helper_demand d = demand(self);

    helper_bouncer_check(self->bouncer, invocation, &d, disconnect_passed, g_object_ref(self),
                         g_object_unref);
    return TRUE;
}

struct answer {
    HelperConnection *connection;
    bool given;
    struct credentials credentials;
};

static void
answer_free(gpointer data)
{
    struct answer *a = data;

    g_object_unref(a->connection);
    credentials_wipe(&a->credentials);
    g_free(a);
}

static void
answer_passed(void *ctx, GDBusMethodInvocation *invocation, uid_t caller)
{
    struct answer *a = ctx;
    HelperConnection *self = a->connection;

    (void)caller;
    if (self->attempt == NULL ||
        !helper_attempt_answer(self->attempt, a->given ? &a->credentials : NULL)) {
        g_dbus_method_invocation_return_error(invocation, DT_RAS_ERROR, (int)RAS_BAD_PROFILE,
                                              "The connection asks nothing.");
        return;
    }
    if (a->given)
        self->credentials = a->credentials; /* for the servers after this one */
    publish_question(self, RAS_OK);
    flush(self);
    dt_connection_complete_answer(DT_CONNECTION(self), invocation);
}

static gboolean
handle_answer(DtConnection *object, GDBusMethodInvocation *invocation, GVariant *secrets)
{
    HelperConnection *self = HELPER_CONNECTION(object);
    struct answer *a = g_new0(struct answer, 1);
    g_autoptr(GError) error = NULL;

    a->connection = g_object_ref(self);
    a->given = g_variant_n_children(secrets) > 0;
    const bool ok = dt_credentials_from_variant(secrets, &a->credentials, &error);
    dt_credentials_wipe_variant(secrets);
    helper_scrub(invocation);
    if (!ok) {
        g_dbus_method_invocation_return_gerror(invocation, error);
        answer_free(a);
        return TRUE;
    }
    const struct helper_demand d = demand(self);

    helper_bouncer_check(self->bouncer, invocation, &d, answer_passed, a, answer_free);
    return TRUE;
}

static void
get_log_passed(void *ctx, GDBusMethodInvocation *invocation, uid_t caller)
{
    HelperConnection *self = ctx;
    g_auto(GStrv) lines = helper_log_lines(self->log);

    (void)caller;
    dt_connection_complete_get_log(DT_CONNECTION(self), invocation, (const char *const *)lines);
}

static gboolean
handle_get_log(DtConnection *object, GDBusMethodInvocation *invocation)
{
    HelperConnection *self = HELPER_CONNECTION(object);

    const struct helper_demand d = demand(self);

    helper_bouncer_check(self->bouncer, invocation, &d, get_log_passed, g_object_ref(self),
                         g_object_unref);
    return TRUE;
}

HelperConnection *
helper_connection_new(struct helper_host *host, struct helper_bouncer *bouncer, const char *name,
                      uid_t owner, bool for_everybody)
{
    HelperConnection *self = g_object_new(HELPER_TYPE_CONNECTION, NULL);

    self->host = host;
    self->bouncer = bouncer;
    self->owner = owner;
    self->for_everybody = for_everybody;
    self->log = helper_log_new(name);
    helper_call_hooks_init(&self->hooks, host->hooks, self->log, G_OBJECT(self), on_changed);
    dt_connection_set_name(DT_CONNECTION(self), name);
    dt_connection_set_owner(DT_CONNECTION(self), owner);
    dt_connection_set_for_everybody(DT_CONNECTION(self), for_everybody);
    dt_connection_set_state(DT_CONNECTION(self), helper_state_name(STATE_IDLE));
    dt_connection_set_error_detail(DT_CONNECTION(self), "");
    dt_connection_set_details(DT_CONNECTION(self), g_variant_new("a{sv}", NULL));
    publish_waiting(self);
    publish_question(self, RAS_OK);
    return self;
}

bool
helper_connection_export(HelperConnection *self, GDBusConnection *connection, const char *path,
                         GError **error)
{
    const struct helper_object_setup setup = {.connection = connection,
                                              .bouncer = self->bouncer,
                                              .skeleton = G_DBUS_INTERFACE_SKELETON(self),
                                              .path = path,
                                              .owner = self->owner,
                                              .for_everybody = self->for_everybody};

    self->object = helper_object_new(&setup, error);
    return self->object != NULL;
}

void
helper_connection_unexport(HelperConnection *self)
{
    g_clear_pointer(&self->object, helper_object_free);
}

const char *
helper_connection_path(HelperConnection *self)
{
    return helper_object_path(self->object);
}

static void
helper_connection_finalize(GObject *object)
{
    HelperConnection *self = HELPER_CONNECTION(object);

    g_clear_handle_id(&self->wait_source, g_source_remove);
    forget_caller(self);
    helper_connection_unexport(self);
    helper_attempt_free(self->attempt);
    if (self->first != NULL)
        g_ptr_array_remove(self->first->inner, self);
    g_clear_object(&self->first);
    g_ptr_array_unref(self->inner);
    helper_hold_free(self->hold);
    helper_call_hooks_clear(&self->hooks);
    helper_log_free(self->log);
    dial_plan_clear(&self->plan);
    credentials_wipe(&self->credentials);
    G_OBJECT_CLASS(helper_connection_parent_class)->finalize(object);
}

static void
helper_connection_class_init(HelperConnectionClass *class)
{
    G_OBJECT_CLASS(class)->finalize = helper_connection_finalize;
    settled_signal = g_signal_new("settled", HELPER_TYPE_CONNECTION, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void
helper_connection_init(HelperConnection *self)
{
    self->inner = g_ptr_array_new();
    g_signal_connect(self, "handle-disconnect", G_CALLBACK(handle_disconnect), NULL);
    g_signal_connect(self, "handle-answer", G_CALLBACK(handle_answer), NULL);
    g_signal_connect(self, "handle-get-log", G_CALLBACK(handle_get_log), NULL);
}
