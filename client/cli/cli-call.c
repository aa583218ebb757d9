/*
 * cli-call.c - the course of one call, a line a stage: see cli-call.h.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli-call.h"

#include "dt-attempts.h"
#include "dt-failure.h"
#include "ras.h"
#include "web-proxy.h"

#include <glib/gi18n-lib.h>

#include <stdio.h>

enum { PROXY_TRIES = 3 };

static void
say(const struct cli_call *d, const char *line)
{
    if (d->hooks != NULL && d->hooks->line != NULL) {
        d->hooks->line(d->ctx, line);
        return;
    }
    if (cli_json)
        return;
    g_print("%s\n", line);
    fflush(stdout);
}

static const char *
server_now(const struct cli_call *d)
{
    GVariant *details = dt_connection_get_details(d->connection);
    const char *server = d->plan.servers[0].host;

    if (details != NULL)
        g_variant_lookup(details, "server", "&s", &server);
    return server;
}

/* States may follow so fast that one is not seen; the lines of its stage are printed all the same.
 */
static void
say_stages(struct cli_call *d, guint stage)
{
    static const char *const lines[] = {NULL, NULL, N_("Verifying user name and password…"),
                                        N_("Registering your computer on the network…")};

    if (stage < d->printed) /* another attempt */
        d->printed = 0;
    while (d->printed < MIN(stage, 3)) {
        if (++d->printed > 1) {
            say(d, _(lines[d->printed]));
            continue;
        }
        g_autofree char *server = cli_shown(server_now(d));
        g_autofree char *text = g_strdup_printf(_("Connecting to %s…"), server);
        say(d, text);
    }
}

/* One line a failed attempt, as soon as it is another's turn. @error: what is about to be said, or
 * 0; the attempt that it is of needs no line if nothing else was tried. */
static void
say_attempts(struct cli_call *d, guint32 error)
{
    g_autoptr(GVariant) list = dt_attempts(dt_connection_get_details(d->connection));
    const gsize n = g_variant_n_children(list);

    for (gsize i = 0; i < n; i++) {
        const struct dt_attempt a = dt_attempt_at(list, i);

        if (a.number <= d->tried)
            continue;
        d->tried = a.number;
        if (i + 1 == n && !d->told && a.error == error)
            continue;
        g_autofree char *text = dt_attempt_text(&a);
        say(d, text);
        d->told = TRUE;
        d->printed = 0;
    }
    if (error != 0)
        d->told = FALSE;
}

static void
on_answered(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;

    (void)user_data;
    if (!dt_dialer_client_answer_finish(DT_CONNECTION(source), result, &error))
        g_debug("answer: %s", error->message);
}

static gboolean
ask_new_password(struct cli_call *d)
{
    struct secret again = {0};
    gboolean same = FALSE;

    while (!same && !d->leave) {
        if (!cli_prompt(_("New password:"), FALSE, &d->leave, &d->credentials.new_password) ||
            !cli_prompt(_("New password, once more:"), FALSE, &d->leave, &again))
            break;
        same = again.len > 0 && again.len == d->credentials.new_password.len &&
               secret_equal(again.data, d->credentials.new_password.data, again.len);
        if (!same)
            g_printerr("%s\n", _("The two are not the same. Once more."));
    }
    secret_wipe(&again);
    d->credentials.has_new_password = same;
    return same;
}

static gboolean
find_answer(struct cli_call *d, guint32 reason)
{
    const gboolean had_new = d->credentials.has_new_password;

    if (reason == RAS_PASSWD_EXPIRED && had_new)
        return TRUE;
    if (!d->interactive)
        return FALSE;
    g_printerr("%s\n", dt_dialer_client_error_text(reason));
    if (reason != RAS_AUTHENTICATION_FAILURE)
        return ask_new_password(d);
    return cli_prompt(_("Password:"), FALSE, &d->leave, &d->credentials.password);
}

/* Whether asked in a script or by a person who gives up: the call ends with the number. */
static void
answer(struct cli_call *d)
{
    const guint32 reason = dt_dialer_client_question(d->connection);

    if (reason == d->answering)
        return;
    d->answering = reason;
    if (reason == 0)
        return;
    const gboolean known = find_answer(d, reason);
    dt_dialer_client_answer_async(d->connection, known ? &d->credentials : NULL, NULL, on_answered,
                                  NULL);
    d->credentials.has_new_password = FALSE; /* an answer that was refused is not given again */
}

static void
finish(struct cli_call *d, int result)
{
    d->ended = d->leave = TRUE;
    d->result = result;
}

/* For the next time. */
static void
note(struct cli_call *d, GVariant *details)
{
    g_clear_pointer(&d->details, g_variant_unref);
    d->details = details == NULL ? NULL : g_variant_ref(details);
}

static void
note_details(struct cli_call *d, GVariant *properties)
{
    g_autoptr(GVariant) details =
        properties == NULL ? NULL
                           : g_variant_lookup_value(properties, "Details", G_VARIANT_TYPE_VARDICT);

    note(d, details);
}

/* Whoever reads this has no desktop whose settings end with the call. */
static void
say_web_proxy(const struct cli_call *d)
{
    g_autofree char *proxy = web_proxy_text(d->profile);
    g_autofree char *text =
        proxy == NULL
            ? NULL
            : g_strdup_printf(_("Web proxy of the profile, not set by this command: %s"), proxy);

    if (text != NULL)
        say(d, text);
}

/* Connected: scripts read the JSON line, a person "Connected". */
static void
on_up(struct cli_call *d)
{
    g_autoptr(GError) error = NULL;

    d->connected = d->was_up = TRUE;
    d->waited = 0;
    say_attempts(d, 0);
    say_stages(d, 3);
    say(d, _("Connected")); /* before it may be lost again: what follows lets changes in */
    g_autoptr(GVariant) properties = cli_properties(d->connection, d->profile, &error);
    note_details(d, properties);
    say_web_proxy(d);
    if (d->hooks != NULL && d->hooks->up != NULL)
        d->hooks->up(d->ctx, properties);
    else if (cli_json && properties != NULL)
        cli_print_json(cli_status_node(properties));
    if (!d->stay)
        finish(d, CLI_OK);
}

static int
report_end(struct cli_call *d)
{
    const guint32 number = dt_connection_get_error(d->connection);
    const char *detail = dt_connection_get_error_detail(d->connection);

    if (d->hooks != NULL && d->hooks->ended != NULL) {
        g_autoptr(GVariant) last = cli_properties(d->connection, d->profile, NULL);
        const int result = d->hooks->ended(d->ctx, d, last);
        if (result >= 0)
            return result;
    }
    if (d->was_up && (number == RAS_OK || number == RAS_USER_DISCONNECTION || d->stop)) {
        say(d, _("Disconnected"));
        return CLI_OK;
    }
    /* As the helper knows it: with the attempts, and with what was there before it was cut off. */
    g_autoptr(GVariant) properties =
        cli_json ? cli_properties(d->connection, d->profile, NULL) : NULL;
    if (properties != NULL) {
        cli_print_json(cli_status_node(properties));
        cli_json = FALSE;
    }
    GVariant *details = dt_connection_get_details(d->connection);
    return cli_fail_number(number, dt_failure_text(number, details),
                           dt_failure_advice(number, details), detail);
}

/* Once an attempt; its seconds count down in the property. */
static void
say_waiting(struct cli_call *d)
{
    GVariant *waiting = dt_connection_get_waiting(d->connection);
    guint32 attempt = 0;

    if (waiting == NULL || !g_variant_lookup(waiting, "attempt", "u", &attempt) ||
        attempt == d->waited)
        return;
    const guint32 number = dt_connection_get_error(d->connection);
    g_autofree char *why = dt_dialer_client_error_number(number);
    g_autofree char *text = dt_dialer_client_state_text(d->connection);
    say_attempts(d, number);
    fflush(stdout);
    g_printerr(_("Error %s: %s"), why,
               dt_failure_text(number, dt_connection_get_details(d->connection)));
    g_printerr("\n");
    say(d, text);
    d->connected = FALSE;
    d->waited = attempt;
    d->printed = 0;
}

static void
update(struct cli_call *d)
{
    const char *state = dt_connection_get_state(d->connection);

    if (d->ended || state == NULL)
        return;
    if (g_str_equal(state, "idle")) {
        if (!d->began && dt_connection_get_error(d->connection) == 0)
            return;
        if (!d->was_up) /* how far it came, should it have been refused too fast to be seen */
            say_stages(d, dt_connection_get_stage(d->connection));
        say_attempts(d, dt_connection_get_error(d->connection));
        finish(d, report_end(d));
        return;
    }
    d->began = TRUE;
    if (g_str_equal(state, "waiting")) {
        say_waiting(d);
    } else if (g_str_equal(state, "connected")) {
        if (!d->connected)
            on_up(d);
        else
            note(d, dt_connection_get_details(d->connection)); /* what was told later */
    } else if (!g_str_equal(state, "disconnecting")) {
        d->connected = FALSE;
        say_attempts(d, 0);
        say_stages(d, dt_connection_get_stage(d->connection));
    }
}

static void
on_change(struct cli_call *d)
{
    update(d);
    if (!d->ended)
        answer(d);
}

static void
on_available(struct cli_call *d)
{
    if (!d->ended && !dt_dialer_client_get_available(d->client))
        finish(d, cli_fail_number(RAS_RASMAN_CANNOT_INITIALIZE, _("The dialing service has ended."),
                                  "", NULL));
}

void
cli_call_stop(struct cli_call *d)
{
    if (d->stop) /* the second one: do not wait for the far end */
        finish(d, CLI_FAILED);
    d->stop = d->leave = TRUE;
    if (d->before != NULL)
        cli_call_stop(d->before);
    if (d->connection != NULL)
        dt_connection_call_disconnect(d->connection, NULL, NULL, NULL);
}

/* It did not even begin. */
static int
refuse(struct cli_call *d, GError *error)
{
    if (d->hooks == NULL || d->hooks->refused == NULL)
        return cli_fail(error, RAS_RASMAN_CANNOT_INITIALIZE);
    d->hooks->refused(d->ctx, error);
    return CLI_FAILED;
}

static void
on_connect(GObject *source, GAsyncResult *result, gpointer user_data)
{
    struct cli_call *d = user_data;
    GError *error = NULL;

    d->connection = dt_dialer_client_connect_finish(DT_DIALER_CLIENT(source), result, &error);
    if (d->connection == NULL) {
        finish(d, refuse(d, error));
        return;
    }
    g_signal_connect_swapped(d->connection, "g-properties-changed", G_CALLBACK(on_change), d);
    if (d->stop)
        dt_connection_call_disconnect(d->connection, NULL, NULL, NULL);
    on_change(d);
}

static DtDialerClient *
helper_of(const struct cli_call *d, GError **error)
{
    if (d->hooks != NULL && d->hooks->client != NULL)
        return d->hooks->client(d->ctx, error);
    return cli_client(!d->options->foreground ? CLI_HELPER_SYSTEM
                      : d->options->verbose   ? CLI_HELPER_OWN_VERBOSE
                                              : CLI_HELPER_OWN,
                      error);
}

gboolean
cli_call_client(struct cli_call *d, GError **error)
{
    if (d->client == NULL)
        d->client = helper_of(d, error);
    return d->client != NULL;
}

static int
run_once(struct cli_call *d)
{
    GError *error = NULL;

    if (!cli_call_client(d, &error))
        return refuse(d, error);
    g_signal_connect_swapped(d->client, "notify::available", G_CALLBACK(on_available), d);
    dt_dialer_client_connect_async(d->client, &d->plan, &d->credentials, NULL, on_connect, d);
    while (!d->ended)
        g_main_context_iteration(NULL, TRUE);
    if (d->connection != NULL)
        g_signal_handlers_disconnect_by_data(d->connection, d);
    g_signal_handlers_disconnect_by_data(d->client, d);
    return d->result;
}

/* Nothing of the server is asked yet, so there is no question that could be answered. */
static gboolean
proxy_refused(const struct cli_call *d)
{
    return d->interactive && d->hooks == NULL && !d->was_up && !d->stop && d->connection != NULL &&
           cli_call_wants_proxy_password(d) &&
           dt_failure_proxy_user(dt_connection_get_details(d->connection));
}

/* As it was before it was dialed. */
static void
begin_anew(struct cli_call *d)
{
    g_clear_object(&d->connection);
    g_clear_pointer(&d->details, g_variant_unref);
    if (d->options->foreground) /* that helper ends with its call */
        g_clear_object(&d->client);
    d->waited = d->printed = d->tried = d->answering = 0;
    d->told = d->connected = d->began = d->ended = d->leave = FALSE;
}

int
cli_call_run(struct cli_call *d)
{
    const gboolean json = cli_json; /* one object is what reads it expects */
    int result = run_once(d);

    for (guint i = 1; i < PROXY_TRIES && !json && result != CLI_OK && proxy_refused(d); i++) {
        begin_anew(d);
        if (!cli_call_ask_proxy_password(d))
            break;
        result = run_once(d);
    }
    return result;
}

void
cli_call_clear(struct cli_call *d)
{
    g_clear_object(&d->connection);
    g_clear_object(&d->client);
    g_clear_pointer(&d->details, g_variant_unref);
    dial_plan_clear(&d->plan);
    credentials_wipe(&d->credentials);
}
