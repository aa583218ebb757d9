/*
 * cli-diagnose-call.c - a real call, stage by stage, and what passes through its tunnel; then it is
 * hung up. A call that is up already is looked at, and stays. See cli-diagnose.h.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli-diagnose.h"

#include "cli-inside.h"
#include "dt-attempts.h"
#include "profile-weakness.h"
#include "ras.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>

enum { STAGES = 3 };

static const struct {
    const char *name, *title;
} stages[STAGES] = {
    {"link", N_("1. connection")},
    {"sign-in", N_("2. user name and password")},
    {"registration", N_("3. registration on the network")},
};

/* --- in the tunnel --- */

struct inside {
    struct cli_diagnosis *d;
    GVariant *details;
    const char *local, *remote; /* IPv4; "" */
    const char *domain;
    guint32 mtu;
};

static void
say(const struct inside *in, const char *name, const char *title, enum probe_state state,
    const char *text, gint64 ms)
{
    cli_step_add(in->d, (struct cli_step){.stage = "tunnel",
                                          .name = name,
                                          .title = title,
                                          .state = state,
                                          .text = g_strdup(text),
                                          .ms = ms});
}

/* Somebody wants the end, or the call has ended: each check may take seconds, and what it would
 * find says nothing any more. */
static gboolean
no_use(const struct inside *in)
{
    while (g_main_context_iteration(NULL, FALSE))
        ;
    return in->d->call.leave;
}

static void
check_route(const struct inside *in)
{
    static const char outside[] = "192.0.2.1"; /* RFC 5737: of nobody */
    gboolean all = FALSE;

    if (*in->local == '\0')
        return;
    g_variant_lookup(in->details, "default-gateway", "b", &all);
    const char *to = all ? outside : in->remote;
    if (*to == '\0')
        return;
    const gboolean leads = cli_inside_leads(to, in->local);
    say(in, "route", _("Routes"), leads ? PROBE_OK : PROBE_WARN,
        leads ? all ? _("All traffic goes into the tunnel.")
                    : _("What is for the VPN goes into the tunnel.")
              : _("Packets for the VPN do not go into the tunnel: another program has changed the "
                  "routes."),
        -1);
}

static void
check_ping(const struct inside *in)
{
    gint64 ms = -1, more;

    if (*in->remote == '\0')
        return;
    switch (cli_inside_ping(in->remote, 0, &ms)) {
    case CLI_PING_NOT_ALLOWED:
        say(in, "ping", _("Echo"), PROBE_SKIP, _("This user may not send echo requests."), -1);
        return;
    case CLI_PING_SILENT:
        say(in, "ping", _("Echo"), PROBE_WARN,
            _("The server in the VPN does not answer echo requests. Many do not."), -1);
        return;
    case CLI_PING_ANSWERED:
        say(in, "ping", _("Echo"), PROBE_OK, in->remote, ms);
    }
    g_autofree char *text = g_strdup_printf(_("%u octets pass."), in->mtu);
    if (in->mtu == 0 || no_use(in))
        return;
    if (cli_inside_ping(in->remote, in->mtu, &more) == CLI_PING_ANSWERED)
        say(in, "mtu", "MTU", PROBE_OK, text, more);
    else
        say(in, "mtu", "MTU", PROBE_WARN,
            _("Small packets pass, large ones do not: something on the way drops them."), -1);
}

static void
check_names(const struct inside *in)
{
    g_autoptr(GVariant) list = g_variant_lookup_value(in->details, "dns", G_VARIANT_TYPE("as"));
    const gsize n = list == NULL ? 0 : g_variant_n_children(list);
    gboolean applied = FALSE;

    g_variant_lookup(in->details, "dns-applied", "b", &applied);
    for (gsize i = 0; i < n && !no_use(in); i++) {
        const char *server;

        g_variant_get_child(list, i, "&s", &server);
        const gint64 begun = g_get_monotonic_time();
        const enum inside_answer answer = cli_inside_ask(server, in->domain);
        g_autofree char *text =
            g_strdup_printf(answer == INSIDE_ANSWER    ? _("%s answers.")
                            : answer == INSIDE_REFUSAL ? _("%s refuses to answer.")
                                                       : _("%s does not answer."),
                            server);
        say(in, "dns", _("Name servers"), answer == INSIDE_ANSWER ? PROBE_OK : PROBE_WARN, text,
            (g_get_monotonic_time() - begun) / G_TIME_SPAN_MILLISECOND);
    }
    if (n > 0 && !applied)
        say(in, "dns-applied", _("Name servers"), PROBE_WARN,
            _("The name servers of the VPN are not used by this computer."), -1);
}

static void
look_inside(struct cli_diagnosis *d, GVariant *properties)
{
    struct inside in = {.d = d, .local = "", .remote = "", .domain = ""};

    in.details = g_variant_lookup_value(properties, "Details", G_VARIANT_TYPE_VARDICT);
    if (in.details == NULL)
        return;
    g_variant_lookup(in.details, "local-ip", "&s", &in.local);
    g_variant_lookup(in.details, "remote-ip", "&s", &in.remote);
    g_variant_lookup(in.details, "domain", "&s", &in.domain);
    g_variant_lookup(in.details, "mtu", "u", &in.mtu);
    g_autoptr(GPtrArray) weak = profile_call_weaknesses(in.details);
    for (guint i = 0; i < weak->len; i++)
        say(&in, "protection", _("Protection"), PROBE_WARN, weak->pdata[i], -1);
    check_route(&in);
    if (!no_use(&in))
        check_ping(&in);
    check_names(&in);
    g_variant_unref(in.details);
}

/* --- the call --- */

/* How far it came: @reached is the stage that was begun last, and failed unless @error is 0. */
static void
tell_stages(struct cli_diagnosis *d, guint reached, guint32 error, const char *detail,
            const char *found)
{
    reached = CLAMP(reached, 1, STAGES);
    d->called = TRUE;
    d->result = error;
    for (guint i = 0; i < STAGES; i++) {
        if (i + 1 == reached && error != RAS_OK)
            cli_step_fail(d, "call", stages[i].name, _(stages[i].title), error, NULL, detail);
        else
            cli_step_say(d, "call", stages[i].name, _(stages[i].title),
                         i < reached ? PROBE_OK : PROBE_SKIP, i == 0 && i < reached ? found : NULL);
    }
}

/* Those that were not the last word. @error: what was, or RAS_OK. */
static void
tell_attempts(struct cli_diagnosis *d, GVariant *details, guint32 error)
{
    g_autoptr(GVariant) list = dt_attempts(details);
    const gsize n = g_variant_n_children(list);

    for (gsize i = 0; i < n; i++) {
        const struct dt_attempt a = dt_attempt_at(list, i);
        g_autofree char *text = dt_attempt_text(&a);

        if (n > 1 || a.error != error)
            cli_step_say(d, "call", "attempt", _("Attempt"), PROBE_WARN, text);
    }
}

static void
tell_up(struct cli_diagnosis *d, GVariant *properties)
{
    const char *protocol = "", *server = "", *auth = "", *encryption = "";
    g_autoptr(GVariant) details =
        g_variant_lookup_value(properties, "Details", G_VARIANT_TYPE_VARDICT);

    if (details != NULL) {
        g_variant_lookup(details, "protocol", "&s", &protocol);
        g_variant_lookup(details, "server", "&s", &server);
        g_variant_lookup(details, "auth", "&s", &auth);
        g_variant_lookup(details, "encryption", "&s", &encryption);
    }
    tell_attempts(d, details, RAS_OK);
    g_autofree char *found =
        g_strdup_printf("%s, %s, %s, %s", cli_protocol_shown(protocol), server, encryption, auth);
    tell_stages(d, STAGES, RAS_OK, NULL, found);
    d->status = cli_status_node(properties);
    look_inside(d, properties);
}

static void
on_line(void *ctx, const char *line)
{
    (void)ctx, (void)line; /* the stages are told as steps */
}

static void
on_up(void *ctx, GVariant *properties)
{
    struct cli_diagnosis *d = ctx;

    if (!d->called && properties != NULL)
        tell_up(d, properties);
    cli_call_stop(&d->call);
}

static int
on_ended(void *ctx, const struct cli_call *call, GVariant *properties)
{
    struct cli_diagnosis *d = ctx;

    if (d->called)
        return CLI_OK;
    tell_attempts(d, dt_connection_get_details(call->connection),
                  dt_connection_get_error(call->connection));
    tell_stages(d, dt_connection_get_stage(call->connection),
                call->stop ? RAS_USER_DISCONNECTION : dt_connection_get_error(call->connection),
                dt_connection_get_error_detail(call->connection), NULL);
    if (properties != NULL)
        d->status = cli_status_node(properties);
    return CLI_FAILED;
}

static void
on_refused(void *ctx, GError *error)
{
    struct cli_diagnosis *d = ctx;

    tell_stages(d, 1, RAS_RASMAN_CANNOT_INITIALIZE, error->message, NULL);
    g_error_free(error);
}

static gboolean
on_signal(gpointer user_data)
{
    cli_call_stop(user_data);
    return G_SOURCE_CONTINUE;
}

static void
make_call(struct cli_diagnosis *d)
{
    const guint signals[] = {g_unix_signal_add(SIGINT, on_signal, &d->call),
                             g_unix_signal_add(SIGTERM, on_signal, &d->call),
                             g_unix_signal_add(SIGHUP, on_signal, &d->call)};

    cli_call_run(&d->call);
    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++)
        g_source_remove(signals[i]);
    if (!d->called) /* the service went away */
        tell_stages(d, 1, RAS_RASMAN_CANNOT_INITIALIZE, _("The dialing service has ended."), NULL);
}

/* One of this name that is up, and was looked at; or that is on its way, and is left to whoever
 * began it. */
static gboolean
is_there_already(struct cli_diagnosis *d)
{
    if (d->options->foreground)
        return FALSE;
    g_autoptr(DtDialerClient) client = cli_client(CLI_HELPER_SYSTEM, NULL);
    DtConnection *c = client == NULL ? NULL : dt_dialer_client_find_any(client, d->call.plan.name);

    const char *state = c == NULL ? NULL : dt_connection_get_state(c);
    if (state == NULL || g_str_equal(state, "idle"))
        return FALSE;
    if (!g_str_equal(state, "connected")) {
        cli_step_say(d, "call", "already", _("Call"), PROBE_WARN,
                     _("It is being dialed or hung up already; no other call was made."));
        return TRUE;
    }
    g_autoptr(GVariant) properties = cli_properties(c, d->profile, NULL);
    if (properties == NULL)
        return FALSE;
    cli_step_say(d, "call", "already", _("Call"), PROBE_OK,
                 _("It is connected already, and stays so."));
    tell_up(d, properties);
    return TRUE;
}

void
cli_diagnose_call(const struct cli_command *command, struct cli_diagnosis *d, gboolean wanted)
{
    static const struct cli_call_hooks hooks = {
        .line = on_line, .up = on_up, .refused = on_refused, .ended = on_ended};

    if (is_there_already(d))
        return;
    dial_plan_clear(&d->call.plan);
    credentials_wipe(&d->call.credentials);
    d->call.hooks = &hooks;
    d->call.ctx = d;
    d->call.stay = d->call.told_weakness = TRUE;
    /* An empty password is an attempt as well, and counted by the server. */
    d->call.if_known = !wanted || !d->profile->password_optional;
    d->call.interactive = wanted && cli_call_may_ask(d->options);
    const int prepared = cli_call_prepare(command, d->profile, &d->call);
    g_strlcpy(d->call.plan.through, d->through, sizeof d->call.plan.through);
    if (prepared == CLI_CALL_UNKNOWN)
        cli_step_say(d, "call", "call", _("Call"), wanted ? PROBE_WARN : PROBE_SKIP,
                     _("No user name or password is known. With --user and --password-stdin (or "
                       "--dial, at a terminal) a call is made."));
    else if (prepared >= 0) {
        d->result = cli_error != RAS_OK ? cli_error : RAS_BAD_PROFILE;
        cli_step_fail(d, "call", "call", _("Call"), d->result, cli_error_text, NULL);
    }
    if (prepared == -1)
        make_call(d);
}
