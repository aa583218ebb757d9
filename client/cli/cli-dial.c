/*
 * cli-dial.c - dialtone dial: one line a stage, then back to the shell, or stay (--foreground).
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include "dt-attempts.h"
#include "profile-learn.h"
#include "profile-plan.h"
#include "profile-secret.h"
#include "profile-weakness.h"
#include "ras.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>

#include <stdio.h>
#include <string.h>

struct options {
    char *user, *domain, *server, *password_file, *new_password_file, *psk_file, *ca_file, *pin;
    char *cert_file, *key_file;
    gboolean password_stdin, foreground, direct, redial, verbose;
};

struct dial {
    const struct options *options;
    DtDialerClient *client;
    DtConnection *connection;
    struct credentials credentials;
    struct dial_plan plan;
    gboolean interactive; /* questions may be put to a person */
    guint32 waited;       /* the attempt whose wait was announced */
    guint printed;        /* the last stage line that was printed */
    guint32 tried;        /* the last failed attempt that was told */
    gboolean told;        /* a line of an attempt, since the last error or since it began */
    gboolean connected;   /* now */
    gboolean was_up, began;
    GVariant *details; /* of the connection, when it was up last; NULL: it was not */
    gboolean stop;     /* a signal came */
    gboolean leave;    /* that, or the call has ended: no use in asking on */
    guint32 answering; /* the question that is being answered */
    gboolean ended;
    int result;
};

/* --- what is known before the call --- */

/* At most one octet more than @max: that it is too long is for others to say. */
static gboolean
read_pem(const char *path, gsize max, char **ret, gsize *ret_len, GError **error)
{
    g_autoptr(GFile) file = g_file_new_for_commandline_arg(path);
    g_autoptr(GFileInputStream) in = g_file_read(file, NULL, error);
    g_autofree char *pem = g_malloc0(max + 2);

    if (in == NULL ||
        !g_input_stream_read_all(G_INPUT_STREAM(in), pem, max + 1, ret_len, NULL, error))
        return FALSE;
    *ret = g_steal_pointer(&pem);
    return TRUE;
}

static void
on_saved_password(GObject *source, GAsyncResult *result, gpointer user_data)
{
    *(GAsyncResult **)user_data = g_object_ref(result);
    (void)source;
}

static gboolean
saved(const Profile *p, const char *user, const struct dial *d, struct secret *ret)
{
    g_autoptr(GAsyncResult) result = NULL;

    if (g_getenv("DBUS_SESSION_BUS_ADDRESS") == NULL)
        return FALSE;
    profile_secret_lookup_async(p, user, NULL, on_saved_password, &result);
    while (result == NULL && !d->stop)
        g_main_context_iteration(NULL, TRUE);
    return result != NULL && profile_secret_lookup_finish(result, ret, NULL) && ret->len > 0;
}

/* Of the certificate; it may stand in the same file. */
static gboolean
read_key(struct dial *d, GError **error)
{
    const char *path = d->options->key_file != NULL ? d->options->key_file : d->options->cert_file;
    char *pem = NULL;
    gsize n = 0;

    if (path == NULL)
        return TRUE;
    if (!read_pem(path, PLAN_MAX_KEY + PLAN_MAX_CERT, &pem, &n, error))
        return FALSE;
    const char *from = g_strstr_len(pem, (gssize)n, "-----BEGIN ");
    while (from != NULL && g_strstr_len(from, 50, "PRIVATE KEY-----") == NULL)
        from = strstr(from + 1, "-----BEGIN ");
    const char *end = from == NULL ? NULL : strstr(from, "-----END ");
    const char *eol = end == NULL ? NULL : strchr(end, '\n');
    const gsize size = from == NULL ? 0 : eol != NULL ? (gsize)(eol + 1 - from) : strlen(from);
    const gboolean good = size > 0 && plan_key_set(&d->credentials.key, rd_over(from, size));

    explicit_bzero(pem, n);
    g_free(pem);
    if (!good)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                    _("%s has no private key in the PEM format."), path);
    return good;
}

static gboolean
read_files(struct dial *d, GError **error)
{
    const struct options *o = d->options;
    const char *password = o->password_stdin ? "-" : o->password_file;

    if (password != NULL && !cli_read_secret(password, &d->credentials.password, error))
        return FALSE;
    if (o->psk_file != NULL && !cli_read_secret(o->psk_file, &d->credentials.psk, error))
        return FALSE;
    if (!read_key(d, error))
        return FALSE;
    if (o->new_password_file == NULL)
        return TRUE;
    d->credentials.has_new_password =
        cli_read_secret(o->new_password_file, &d->credentials.new_password, error);
    return d->credentials.has_new_password;
}

/* From the options, the keyring, or the person. Returns an exit status, or -1 to go on. */
static int
get_password(const struct cli_command *command, const Profile *p, struct dial *d)
{
    GError *error = NULL;

    if (!read_files(d, &error))
        return cli_fail(error, RAS_CANNOT_OPEN_PHONEBOOK);
    if (d->options->password_stdin || d->options->password_file != NULL ||
        (p->remember_password && saved(p, d->credentials.user, d, &d->credentials.password)))
        return -1;
    if (d->interactive) {
        g_autofree char *user = cli_shown(d->credentials.user);
        g_autofree char *label = g_strdup_printf(_("Password of %s:"), user);
        if (cli_prompt(label, FALSE, &d->leave, &d->credentials.password))
            return -1;
        return cli_fail_number(RAS_USER_DISCONNECTION,
                               dt_dialer_client_error_text(RAS_USER_DISCONNECTION), "", NULL);
    }
    if (p->password_optional)
        return -1;
    return cli_usage(command, "%s", _("a password is needed: --password-stdin or --password-file"));
}

/* The pre-shared key, likewise. It is asked for only where nothing is tried before L2TP: without
 * one the other protocols of the profile still have their turn. */
static int
get_psk(const Profile *p, struct dial *d)
{
    if (!profile_uses_psk(p) || d->plan.ipsec != PLAN_IPSEC_PSK || d->credentials.psk.len > 0 ||
        saved(p, PROFILE_SECRET_PSK, d, &d->credentials.psk))
        return -1;
    if (!d->interactive || d->plan.protocols[0] != PLAN_L2TP_IPSEC ||
        cli_prompt(_("Pre-shared key:"), FALSE, &d->leave, &d->credentials.psk))
        return -1;
    return cli_fail_number(RAS_USER_DISCONNECTION,
                           dt_dialer_client_error_text(RAS_USER_DISCONNECTION), "", NULL);
}

/* --- during the call --- */

static void
say(const char *line)
{
    if (cli_json)
        return;
    g_print("%s\n", line);
    fflush(stdout);
}

static const char *
server_now(const struct dial *d)
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
say_stages(struct dial *d, guint stage)
{
    static const char *const lines[] = {NULL, NULL, N_("Verifying user name and password…"),
                                        N_("Registering your computer on the network…")};

    if (stage < d->printed) /* another attempt */
        d->printed = 0;
    while (d->printed < MIN(stage, 3)) {
        if (++d->printed > 1) {
            say(_(lines[d->printed]));
            continue;
        }
        g_autofree char *server = cli_shown(server_now(d));
        g_autofree char *text = g_strdup_printf(_("Connecting to %s…"), server);
        say(text);
    }
}

/* One line a failed attempt, as soon as it is another's turn. @error: what is about to be said, or
 * 0; the attempt that it is of needs no line if nothing else was tried. */
static void
say_attempts(struct dial *d, guint32 error)
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
        say(text);
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
ask_new_password(struct dial *d)
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
find_answer(struct dial *d, guint32 reason)
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
answer(struct dial *d)
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
finish(struct dial *d, int result)
{
    d->ended = d->leave = TRUE;
    d->result = result;
}

/* For the next time. */
static void
note_details(struct dial *d, GVariant *properties)
{
    g_clear_pointer(&d->details, g_variant_unref);
    d->details = properties == NULL
                     ? NULL
                     : g_variant_lookup_value(properties, "Details", G_VARIANT_TYPE_VARDICT);
}

/* Connected: scripts read the JSON line, a person "Connected". */
static void
on_up(struct dial *d)
{
    g_autoptr(GError) error = NULL;

    d->connected = d->was_up = TRUE;
    d->waited = 0;
    say_attempts(d, 0);
    say_stages(d, 3);
    g_autoptr(GVariant) properties = cli_properties(d->connection, &error);
    note_details(d, properties);
    if (cli_json && properties != NULL)
        cli_print_json(cli_status_node(properties));
    say(_("Connected"));
    if (!d->options->foreground)
        finish(d, CLI_OK);
}

static int
report_end(struct dial *d)
{
    const guint32 number = dt_connection_get_error(d->connection);
    const char *detail = dt_connection_get_error_detail(d->connection);

    if (d->was_up && (number == RAS_OK || number == RAS_USER_DISCONNECTION || d->stop)) {
        say(_("Disconnected"));
        return CLI_OK;
    }
    if (!cli_json || d->was_up)
        return cli_fail_number(number, dt_dialer_client_error_text(number),
                               dt_dialer_client_error_advice(number), detail);

    /* The same keys whether it worked or not. */
    g_autoptr(GVariant) properties = cli_properties(d->connection, NULL);
    if (properties != NULL)
        cli_print_json(cli_status_node(properties));
    cli_json = FALSE;
    return cli_fail_number(number, dt_dialer_client_error_text(number),
                           dt_dialer_client_error_advice(number), detail);
}

/* Once an attempt; its seconds count down in the property. */
static void
say_waiting(struct dial *d)
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
    g_printerr(_("Error %s: %s"), why, dt_dialer_client_error_text(number));
    g_printerr("\n");
    say(text);
    d->connected = FALSE;
    d->waited = attempt;
    d->printed = 0;
}

static void
update(struct dial *d)
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
    } else if (!g_str_equal(state, "disconnecting")) {
        d->connected = FALSE;
        say_attempts(d, 0);
        say_stages(d, dt_connection_get_stage(d->connection));
    }
}

static void
on_change(struct dial *d)
{
    update(d);
    if (!d->ended)
        answer(d);
}

static void
on_available(struct dial *d)
{
    if (!d->ended && !dt_dialer_client_get_available(d->client))
        finish(d, cli_fail_number(RAS_RASMAN_CANNOT_INITIALIZE, _("The dialing service has ended."),
                                  "", NULL));
}

static gboolean
on_signal(gpointer user_data)
{
    struct dial *d = user_data;

    if (d->stop) /* the second one: do not wait for the far end */
        finish(d, CLI_FAILED);
    d->stop = d->leave = TRUE;
    if (d->connection != NULL)
        dt_connection_call_disconnect(d->connection, NULL, NULL, NULL);
    return G_SOURCE_CONTINUE;
}

static void
on_connect(GObject *source, GAsyncResult *result, gpointer user_data)
{
    struct dial *d = user_data;
    GError *error = NULL;

    d->connection = dt_dialer_client_connect_finish(DT_DIALER_CLIENT(source), result, &error);
    if (d->connection == NULL) {
        finish(d, cli_fail(error, RAS_RASMAN_CANNOT_INITIALIZE));
        return;
    }
    g_signal_connect_swapped(d->connection, "g-properties-changed", G_CALLBACK(on_change), d);
    if (d->stop)
        dt_connection_call_disconnect(d->connection, NULL, NULL, NULL);
    on_change(d);
}

static int
call(struct dial *d)
{
    GError *error = NULL;

    d->client = cli_client(!d->options->foreground ? CLI_HELPER_SYSTEM
                           : d->options->verbose   ? CLI_HELPER_OWN_VERBOSE
                                                   : CLI_HELPER_OWN,
                           &error);
    if (d->client == NULL)
        return cli_fail(error, RAS_RASMAN_CANNOT_INITIALIZE);
    g_signal_connect_swapped(d->client, "notify::available", G_CALLBACK(on_available), d);
    dt_dialer_client_connect_async(d->client, &d->plan, &d->credentials, NULL, on_connect, d);
    while (!d->ended)
        g_main_context_iteration(NULL, TRUE);
    if (d->connection != NULL)
        g_signal_handlers_disconnect_by_data(d->connection, d);
    g_signal_handlers_disconnect_by_data(d->client, d);
    g_clear_object(&d->connection);
    g_clear_object(&d->client);
    return d->result;
}

/* --- the command --- */

static void
say_weakness(const struct dial_plan *plan)
{
    for (unsigned i = 0; i < plan->n_protocols; i++) {
        const char *weakness =
            profile_protocol_weakness(plan->protocols[i], plan->ipsec != PLAN_IPSEC_NONE);
        if (weakness != NULL)
            g_printerr("%s\n", weakness);
    }
}

static int
prepare_and_call(const struct cli_command *command, const Profile *p, struct dial *d)
{
    const struct options *o = d->options;
    struct plan_request request = {.user = o->user,
                                   .domain = o->domain,
                                   .server = o->server,
                                   .pin = o->pin,
                                   .end_with_caller = o->foreground};
    g_autofree char *ca = NULL, *cert = NULL;
    struct secret typed = {0};
    GError *error = NULL;
    const char *why = NULL;

    if (o->ca_file != NULL) {
        if (!read_pem(o->ca_file, PLAN_MAX_CA, &ca, &request.ca_len, &error))
            return cli_fail(error, RAS_CANNOT_OPEN_PHONEBOOK);
        request.ca_pem = ca;
    }
    if (o->cert_file != NULL) {
        if (!read_pem(o->cert_file, PLAN_MAX_CERT, &cert, &request.cert_len, &error))
            return cli_fail(error, RAS_CANNOT_OPEN_PHONEBOOK);
        request.cert_pem = cert;
    }
    if (o->user == NULL && *p->user == '\0' && !p->user_optional) {
        if (!d->interactive)
            return cli_usage(command, "%s", _("a user name is needed: --user"));
        if (!cli_prompt(_("User name:"), TRUE, &d->leave, &typed))
            return CLI_FAILED;
        request.user = (const char *)typed.data;
    }
    const gboolean planned = profile_plan(p, &request, &d->plan, &d->credentials, &error);
    if (cert != NULL) /* the private key may have been in the same file */
        explicit_bzero(cert, request.cert_len);
    if (!planned)
        return cli_fail(error, RAS_BAD_PROFILE);
    say_weakness(&d->plan);
    if (o->redial)
        d->plan.drop_redials = MAX(d->plan.drop_redials, d->plan.redial_count);
    else /* whoever waits for the prompt or the exit status wants to know now */
        d->plan.redial_count = 0;
    int failed = get_password(command, p, d);
    if (failed < 0)
        failed = get_psk(p, d);
    if (failed >= 0)
        return failed;
    if (!credentials_valid(&d->credentials, &why))
        return cli_fail_number(RAS_BAD_PROFILE, _(why), "", NULL);
    return call(d);
}

static int
dial(const struct cli_command *command, const char *name, const struct options *options)
{
    GError *error = NULL;
    g_autoptr(ProfileStore) store = cli_store();
    g_autoptr(Profile) p = profile_store_find(store, name, &error);
    struct dial d = {.options = options,
                     .interactive = cli_is_terminal() && !options->password_stdin &&
                                    options->password_file == NULL};

    if (p == NULL)
        return cli_fail(error, RAS_CANNOT_FIND_PHONEBOOK_ENTRY);
    const guint signals[] = {g_unix_signal_add(SIGINT, on_signal, &d),
                             g_unix_signal_add(SIGTERM, on_signal, &d),
                             g_unix_signal_add(SIGHUP, on_signal, &d)};
    const int result = prepare_and_call(command, p, &d);
    profile_learn(store, p, d.details);
    g_clear_pointer(&d.details, g_variant_unref);
    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++)
        g_source_remove(signals[i]);
    dial_plan_clear(&d.plan);
    credentials_wipe(&d.credentials);
    return result;
}

static void
options_clear(struct options *o)
{
    char *const texts[] = {
        o->user,     o->domain,  o->server, o->password_file, o->new_password_file,
        o->psk_file, o->ca_file, o->pin,    o->cert_file,     o->key_file};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
}

int
cli_dial(const struct cli_command *command, int argc, char **argv)
{
    struct options o = {0};
    const GOptionEntry entries[] = {
        {"user", 'u', 0, G_OPTION_ARG_STRING, &o.user, N_("User name"), N_("USER")},
        {"domain", 'd', 0, G_OPTION_ARG_STRING, &o.domain, N_("Logon domain"), N_("DOMAIN")},
        {"password-stdin", 0, 0, G_OPTION_ARG_NONE, &o.password_stdin,
         N_("Read the password from standard input"), NULL},
        {"password-file", 0, 0, G_OPTION_ARG_FILENAME, &o.password_file,
         N_("Read the password from the first line of FILE"), N_("FILE")},
        {"new-password-file", 0, 0, G_OPTION_ARG_FILENAME, &o.new_password_file,
         N_("When the password has expired, change it to the first line of FILE"), N_("FILE")},
        {"server", 's', 0, G_OPTION_ARG_STRING, &o.server,
         N_("Dial HOST instead of the profile's server"), N_("HOST")},
        {"psk-file", 0, 0, G_OPTION_ARG_FILENAME, &o.psk_file,
         N_("Read the pre-shared key from the first line of FILE"), N_("FILE")},
        {"cert-file", 0, 0, G_OPTION_ARG_FILENAME, &o.cert_file,
         N_("IPsec: prove this computer by the certificate in FILE (PEM)"), N_("FILE")},
        {"key-file", 0, 0, G_OPTION_ARG_FILENAME, &o.key_file,
         N_("The private key of that certificate (PEM); without it, --cert-file has it"),
         N_("FILE")},
        {"ca-file", 0, 0, G_OPTION_ARG_FILENAME, &o.ca_file,
         N_("Trust only the certificate authorities in FILE (PEM)"), N_("FILE")},
        {"pin", 0, 0, G_OPTION_ARG_STRING, &o.pin,
         N_("Accept only the server certificate with this SHA-256"), N_("SHA256")},
        {"direct", 0, 0, G_OPTION_ARG_NONE, &o.direct,
         N_("The internet is there already: dial no other connection first"), NULL},
        {"redial", 0, 0, G_OPTION_ARG_NONE, &o.redial, N_("Try again as often as the profile says"),
         NULL},
        {"foreground", 'f', 0, G_OPTION_ARG_NONE, &o.foreground,
         N_("Stay until the connection ends; as root, without the system's dialing service"), NULL},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &o.verbose,
         N_("With --foreground: the log of the dialing service on standard error"), NULL},
        {NULL}};
    int result = CLI_USAGE;

    if (cli_parse(command, entries, &argc, &argv, 1, 1)) {
        if (o.password_stdin && o.password_file != NULL)
            result = cli_usage(command, "%s",
                               _("--password-stdin and --password-file exclude each other"));
        else
            result = dial(command, argv[1], &o);
    }
    options_clear(&o);
    return result;
}
