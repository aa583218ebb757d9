/* helper-bouncer.c - see helper-bouncer.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-bouncer.h"

#include "dt-ras-error.h"

#define ACTION_DIAL          "org.dialtone.dialer.dial"
#define ACTION_DIAL_SYSTEM   "org.dialtone.dialer.dial-system"
#define ACTION_FULL_TUNNEL   "org.dialtone.dialer.full-tunnel"
#define ACTION_INSTALL       "org.dialtone.dialer.install-system-profile"
#define ACTION_MANAGE_OTHERS "org.dialtone.dialer.manage-others"

enum {
    MAX_PENDING = 64, /* of one user (threats D3) */
    ALLOW_USER_INTERACTION = 1,
    LOOKUP_TIMEOUT_MS = 10000,
};

enum rule {
    RULE_EVERYONE, /* shows or touches only what is the caller's */
    RULE_VIEW,     /* the same; but who polkit allows it sees what root sees */
    RULE_ASK,      /* polkit */
    RULE_DIAL,     /* the same; what is for everybody is another action */
    RULE_OWNER,    /* the object's owner; polkit for others */
    RULE_SEE,      /* the same; and all, when it is for everybody */
    RULE_END,      /* the same as OWNER; who may dial for everybody may end what is */
};

static const struct policy {
    const char *interface, *method;
    enum rule rule;
    const char *action;
} policies[] = {
    {"org.dialtone.Dialer1", "Connect", RULE_DIAL, ACTION_DIAL},
    {"org.dialtone.Dialer1", "Find", RULE_EVERYONE, NULL},
    {"org.dialtone.Dialer1", "InstallProfile", RULE_ASK, ACTION_INSTALL},
    {"org.dialtone.Dialer1", "RemoveProfile", RULE_ASK, ACTION_INSTALL},
    {"org.dialtone.Dialer1", "Get", RULE_VIEW, ACTION_MANAGE_OTHERS},
    {"org.dialtone.Dialer1", "GetAll", RULE_VIEW, ACTION_MANAGE_OTHERS},
    {"org.dialtone.Dialer1.Connection", "Get", RULE_SEE, ACTION_MANAGE_OTHERS},
    {"org.dialtone.Dialer1.Connection", "GetAll", RULE_SEE, ACTION_MANAGE_OTHERS},
    {"org.dialtone.Dialer1.Connection", "Disconnect", RULE_END, ACTION_MANAGE_OTHERS},
    {"org.dialtone.Dialer1.Connection", "Answer", RULE_OWNER, ACTION_MANAGE_OTHERS},
    {"org.dialtone.Dialer1.Connection", "GetLog", RULE_OWNER, ACTION_MANAGE_OTHERS},
};

/* Whose properties are read: the interface that is asked about, not the one that asks. */
static const char *
interface_of(GDBusMethodInvocation *invocation)
{
    const char *interface = g_dbus_method_invocation_get_interface_name(invocation);

    if (g_strcmp0(interface, "org.freedesktop.DBus.Properties") == 0)
        g_variant_get_child(g_dbus_method_invocation_get_parameters(invocation), 0, "&s",
                            &interface);
    return interface;
}

/* A program that only looks must not make a window pop up, unless it says that it may. */
static guint32
interaction(GDBusMethodInvocation *invocation)
{
    const bool reads = g_strcmp0(g_dbus_method_invocation_get_interface_name(invocation),
                                 "org.freedesktop.DBus.Properties") == 0;
    const GDBusMessageFlags flags =
        g_dbus_message_get_flags(g_dbus_method_invocation_get_message(invocation));

    return !reads || (flags & G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION) != 0
               ? ALLOW_USER_INTERACTION
               : 0;
}

struct helper_bouncer {
    GDBusConnection *bus;
    GHashTable *pending; /* uid -> number of checks on their way */
    GHashTable *alone;   /* uid: one of them is large */
    GCancellable *cancel;
};

struct check {
    struct helper_bouncer *bouncer;
    GDBusMethodInvocation *invocation;
    const struct policy *policy;
    struct helper_demand demand;
    helper_bouncer_passed passed;
    void *ctx;
    GDestroyNotify free_ctx;
    uid_t caller;
    bool counted;
    const char *questions[2]; /* actions that polkit is still to be asked about */
    unsigned n_questions;
    bool either; /* one Yes will do; only the last one that is asked may pop up a window */
};

struct helper_bouncer *
helper_bouncer_new(GDBusConnection *bus)
{
    struct helper_bouncer *b = g_new0(struct helper_bouncer, 1);

    g_set_object(&b->bus, bus);
    b->pending = g_hash_table_new(NULL, NULL);
    b->alone = g_hash_table_new(NULL, NULL);
    b->cancel = g_cancellable_new();
    return b;
}

void
helper_bouncer_free(struct helper_bouncer *b)
{
    if (b == NULL)
        return;
    g_cancellable_cancel(b->cancel);
    g_clear_object(&b->cancel);
    g_clear_object(&b->bus);
    g_hash_table_unref(b->pending);
    g_hash_table_unref(b->alone);
    g_free(b);
}

static const struct policy *
find_policy(const char *interface, const char *method)
{
    for (gsize i = 0; i < G_N_ELEMENTS(policies); i++)
        if (g_str_equal(policies[i].interface, interface) &&
            g_str_equal(policies[i].method, method))
            return &policies[i];
    return NULL;
}

bool
helper_bouncer_knows(const char *interface, const char *method)
{
    return find_policy(interface, method) != NULL;
}

static int
pending_of(const struct helper_bouncer *b, uid_t uid)
{
    return GPOINTER_TO_INT(g_hash_table_lookup(b->pending, GUINT_TO_POINTER(uid)));
}

static void
count(const struct check *c, int change)
{
    struct helper_bouncer *b = c->bouncer;
    const int n = pending_of(b, c->caller) + change;
    gpointer uid = GUINT_TO_POINTER(c->caller);

    if (n > 0)
        g_hash_table_insert(b->pending, uid, GINT_TO_POINTER(n));
    else
        g_hash_table_remove(b->pending, uid);
    if (c->demand.alone && change > 0)
        g_hash_table_add(b->alone, uid);
    else if (c->demand.alone)
        g_hash_table_remove(b->alone, uid);
}

static bool
too_many(const struct check *c)
{
    return pending_of(c->bouncer, c->caller) >= MAX_PENDING ||
           (c->demand.alone &&
            g_hash_table_contains(c->bouncer->alone, GUINT_TO_POINTER(c->caller)));
}

/* @c->bouncer may be gone when @cancelled. */
static void
check_free(struct check *c, bool cancelled)
{
    if (c->counted && !cancelled)
        count(c, -1);
    if (c->free_ctx != NULL)
        c->free_ctx(c->ctx);
    g_free(c);
}

static void
deny(struct check *c, bool cancelled, const char *why)
{
    g_dbus_method_invocation_return_error(c->invocation, DT_RAS_ERROR, (int)RAS_ACCESS_DENIED, "%s",
                                          why);
    check_free(c, cancelled);
}

static void
pass(struct check *c, uid_t as)
{
    c->passed(c->ctx, c->invocation, as);
    check_free(c, false);
}

static void ask_next(struct check *c);

static void
on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
    struct check *c = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    const bool cancelled = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    const bool views = c->policy->rule == RULE_VIEW;
    gboolean authorized = FALSE;

    if (reply == NULL && (cancelled || !views)) {
        deny(c, cancelled, "The authorization service did not answer.");
        return;
    }
    if (reply != NULL)
        g_variant_get(reply, "((bba{ss}))", &authorized, NULL, NULL);
    if (views)
        pass(c, authorized ? 0 : c->caller);
    else if (authorized && c->either)
        pass(c, c->caller);
    else if (authorized || (c->either && c->n_questions > 0))
        ask_next(c);
    else
        deny(c, false, "You are not authorized to do this.");
}

static void
ask_next(struct check *c)
{
    if (c->n_questions == 0) {
        pass(c, c->caller);
        return;
    }

    const char *action = c->questions[--c->n_questions];
    const char *sender = g_dbus_method_invocation_get_sender(c->invocation);
    const guint32 flags = c->either && c->n_questions > 0 ? 0 : interaction(c->invocation);
    GVariantBuilder subject, details;
    g_variant_builder_init(&subject, G_VARIANT_TYPE_VARDICT);
    g_variant_builder_add(&subject, "{sv}", "name", g_variant_new_string(sender));
    g_variant_builder_init(&details, G_VARIANT_TYPE("a{ss}"));
    g_dbus_connection_call(c->bouncer->bus, "org.freedesktop.PolicyKit1",
                           "/org/freedesktop/PolicyKit1/Authority",
                           "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization",
                           g_variant_new("((sa{sv})sa{ss}us)", "system-bus-name", &subject, action,
                                         &details, flags, ""),
                           G_VARIANT_TYPE("((bba{ss}))"), G_DBUS_CALL_FLAGS_NONE,
                           flags & ALLOW_USER_INTERACTION ? G_MAXINT /* a person may be typing */
                                                          : LOOKUP_TIMEOUT_MS,
                           c->bouncer->cancel, on_answer, c);
}

static bool
is_free(const struct check *c)
{
    const bool mine = c->caller == c->demand.owner;

    switch (c->policy->rule) {
    case RULE_EVERYONE:
        return true;
    case RULE_OWNER:
    case RULE_END:
        return mine;
    case RULE_SEE:
        return mine || c->demand.for_everybody;
    case RULE_VIEW:
    case RULE_ASK:
    case RULE_DIAL:
        break;
    }
    return false;
}

/* Whose call it is, is known: what is there to ask? The last one first. */
static void
judge(struct check *c)
{
    const bool everybodys = c->demand.for_everybody;

    if (c->caller != 0 && !is_free(c)) {
        c->either = c->policy->rule == RULE_END && everybodys;
        if (c->demand.takes_over)
            c->questions[c->n_questions++] = ACTION_FULL_TUNNEL;
        if (c->either)
            c->questions[c->n_questions++] = ACTION_DIAL_SYSTEM;
        c->questions[c->n_questions++] =
            c->policy->rule == RULE_DIAL && everybodys ? ACTION_DIAL_SYSTEM : c->policy->action;
    }
    ask_next(c);
}

static void
on_credentials(GObject *source, GAsyncResult *result, gpointer data)
{
    struct check *c = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    if (reply == NULL) {
        deny(c, g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED),
             "The caller is not known to the bus.");
        return;
    }
    g_variant_get(reply, "(u)", &c->caller);
    if (too_many(c)) {
        deny(c, false, "Too many calls of this user wait for an answer.");
        return;
    }
    count(c, 1);
    c->counted = true;
    judge(c);
}

void
helper_bouncer_check(struct helper_bouncer *b, GDBusMethodInvocation *invocation,
                     const struct helper_demand *demand, helper_bouncer_passed passed, void *ctx,
                     GDestroyNotify free_ctx)
{
    struct check *c = g_new0(struct check, 1);

    c->bouncer = b;
    c->invocation = invocation;
    c->demand = *demand;
    c->passed = passed;
    c->ctx = ctx;
    c->free_ctx = free_ctx;
    c->policy =
        find_policy(interface_of(invocation), g_dbus_method_invocation_get_method_name(invocation));
    if (c->policy == NULL) {
        deny(c, false, "Nobody may call this.");
        return;
    }
    if (b->bus == NULL) { /* peer to peer: root, who started us */
        judge(c);
        return;
    }
    g_dbus_connection_call(b->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                           "org.freedesktop.DBus", "GetConnectionUnixUser",
                           g_variant_new("(s)", g_dbus_method_invocation_get_sender(invocation)),
                           G_VARIANT_TYPE("(u)"), G_DBUS_CALL_FLAGS_NONE, LOOKUP_TIMEOUT_MS,
                           b->cancel, on_credentials, c);
}
