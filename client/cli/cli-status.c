/* cli-status.c - status, hangup, log. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"

#include "cli-json.h"
#include "dt-attempts.h"
#include "dt-failure.h"
#include "dt-registration.h"
#include "profile-learn.h"
#include "profile-weakness.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <string.h>
#include <unistd.h>

enum { HANGUP_DEADLINE_S = 20 };

/* --- one connection --- */

enum source { OF_CONNECTION, OF_DETAILS };

/* The keys that scripts read: names, where each comes from, its type. Their order is the output's.
 */
static const struct status_key {
    const char *json;
    enum source source;
    const char *property;
    char type; /* s text, a list of text, u and t numbers, b yes or no */
    const char *label;
} keys[] = {
    /* clang-format off */
    {"name", OF_CONNECTION, "Name", 's', N_("Connection")},
    {"state", OF_CONNECTION, "State", 's', N_("State")},
    {"for_everybody", OF_CONNECTION, "ForEverybody", 'b', NULL},
    {"stage", OF_CONNECTION, "Stage", 'u', NULL},
    {"error", OF_CONNECTION, "Error", 'u', NULL},
    {"error_detail", OF_CONNECTION, "ErrorDetail", 's', N_("Detail")},
    {"proxy_problem", OF_DETAILS, "proxy-problem", 's', NULL},
    {"protocol", OF_DETAILS, "protocol", 's', N_("Protocol")},
    {"server", OF_DETAILS, "server", 's', N_("Server")},
    {"through", OF_DETAILS, "through", 's', N_("Goes through")},
    {"server_address", OF_DETAILS, "server-address", 's', N_("Server address")},
    {"interface", OF_DETAILS, "interface", 's', N_("Interface")},
    {"local_ip", OF_DETAILS, "local-ip", 's', N_("IPv4 address")},
    {"remote_ip", OF_DETAILS, "remote-ip", 's', N_("Server in the VPN")},
    {"local_ip6", OF_DETAILS, "local-ip6", 's', N_("IPv6 address")},
    {"dns", OF_DETAILS, "dns", 'a', N_("Name servers")},
    {"wins", OF_DETAILS, "wins", 'a', N_("WINS servers")},
    {"domain", OF_DETAILS, "domain", 's', N_("Domain")},
    {"search", OF_DETAILS, "search", 'a', N_("Search domains")},
    {"dns_names", OF_DETAILS, "dns-names", 'a', N_("Names asked there")},
    {"routes", OF_DETAILS, "routes", 'a', N_("Routes")},
    {"default_gateway", OF_DETAILS, "default-gateway", 'b', NULL},
    {"dns_applied", OF_DETAILS, "dns-applied", 'b', NULL},
    {"mtu", OF_DETAILS, "mtu", 'u', N_("MTU")},
    {"auth", OF_DETAILS, "auth", 's', N_("Signed in with")},
    {"encryption", OF_DETAILS, "encryption", 's', N_("Encryption")},
    {"esp", OF_DETAILS, "esp", 's', N_("ESP by")},
    {"hooks", OF_DETAILS, "hooks", 'a', N_("Hooks that failed")},
    {"certificate_sha256", OF_DETAILS, "certificate-sha256", 's', N_("Certificate")},
    {"eap_certificate_sha256", OF_DETAILS, "eap-certificate-sha256", 's', N_("Authentication server's certificate")},
    {"eap_certificate_name", OF_DETAILS, "eap-certificate-name", 's', N_("It is for")},
    {"eap_certificate_issuer", OF_DETAILS, "eap-certificate-issuer", 's', N_("It was issued by")},
    {"eap_certificate_until", OF_DETAILS, "eap-certificate-until", 't', NULL},
    {"web_proxy", OF_CONNECTION, "WebProxy", 's', N_("Web proxy of the profile")},
    {"bytes_in", OF_CONNECTION, "BytesIn", 't', N_("Bytes received")},
    {"bytes_out", OF_CONNECTION, "BytesOut", 't', N_("Bytes sent")},
    {"round_trip_us", OF_CONNECTION, "RoundTrip", 'u', N_("Round trip (µs)")},
    {"connected_since", OF_DETAILS, "connected-since", 't', NULL},
    /* clang-format on */
};

static GVariant *
value_of(GVariant *properties, GVariant *details, const struct status_key *key)
{
    static const char *const types[128] = {
        ['s'] = "s", ['a'] = "as", ['u'] = "u", ['t'] = "t", ['b'] = "b"};
    GVariant *from = key->source == OF_CONNECTION ? properties : details;

    return from == NULL ? NULL
                        : g_variant_lookup_value(from, key->property,
                                                 G_VARIANT_TYPE(types[(guchar)key->type]));
}

static guint64
number_of(GVariant *value)
{
    if (value == NULL)
        return 0;
    return g_variant_is_of_type(value, G_VARIANT_TYPE_UINT32) ? g_variant_get_uint32(value)
                                                              : g_variant_get_uint64(value);
}

static void
add_list(JsonBuilder *b, GVariant *value)
{
    json_builder_begin_array(b);
    for (gsize i = 0; value != NULL && i < g_variant_n_children(value); i++) {
        const char *text;
        g_variant_get_child(value, i, "&s", &text);
        json_builder_add_string_value(b, text);
    }
    json_builder_end_array(b);
}

static void
add_value(JsonBuilder *b, const struct status_key *key, GVariant *value)
{
    json_builder_set_member_name(b, key->json);
    switch (key->type) {
    case 'a':
        add_list(b, value);
        break;
    case 's':
        json_builder_add_string_value(b, value == NULL ? "" : g_variant_get_string(value, NULL));
        break;
    case 'b':
        json_builder_add_boolean_value(b, value != NULL && g_variant_get_boolean(value));
        break;
    default:
        json_builder_add_int_value(b, (gint64)number_of(value));
    }
}

static void
add_warnings(JsonBuilder *b, GVariant *details)
{
    g_autoptr(GPtrArray) list = profile_call_weaknesses(details);

    cli_json_texts(b, "warnings", list);
}

static void
add_attempts(JsonBuilder *b, GVariant *details)
{
    g_autoptr(GVariant) list = dt_attempts(details);

    json_builder_set_member_name(b, "attempts");
    json_builder_begin_array(b);
    for (gsize i = 0; i < g_variant_n_children(list); i++) {
        const struct dt_attempt a = dt_attempt_at(list, i);

        json_builder_begin_object(b);
        cli_json_text(b, "protocol", a.protocol);
        cli_json_text(b, "server", a.server);
        cli_json_text(b, "server_address", a.server_address);
        cli_json_number(b, "error", a.error);
        cli_json_text(b, "error_text", dt_dialer_client_error_text(a.error));
        cli_json_text(b, "error_detail", a.detail);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

static void
add_registration(JsonBuilder *b, GVariant *details)
{
    GVariantIter iter;
    const char *key, *word;
    g_autoptr(GVariant) r =
        details == NULL ? NULL
                        : g_variant_lookup_value(details, "registration", G_VARIANT_TYPE("a{ss}"));

    json_builder_set_member_name(b, "registration");
    json_builder_begin_object(b);
    if (r != NULL) {
        g_variant_iter_init(&iter, r);
        while (g_variant_iter_next(&iter, "{&s&s}", &key, &word))
            cli_json_text(b, key, word);
    }
    json_builder_end_object(b);
}

/* What was said of it, or else what its number means. */
static void
add_error_text(JsonBuilder *b, GVariant *properties, GVariant *details, guint32 error)
{
    const char *text = dt_failure_text(error, details);

    g_variant_lookup(properties, "ErrorText", "&s", &text);
    cli_json_text(b, "error_text", text);
}

JsonNode *
cli_status_node(GVariant *properties)
{
    g_autoptr(JsonBuilder) b = json_builder_new();
    g_autoptr(GVariant) details =
        g_variant_lookup_value(properties, "Details", G_VARIANT_TYPE_VARDICT);

    json_builder_begin_object(b);
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(GVariant) value = value_of(properties, details, &keys[i]);

        add_value(b, &keys[i], value);
        if (strcmp(keys[i].json, "error") == 0)
            add_error_text(b, properties, details, (guint32)number_of(value));
    }
    add_attempts(b, details);
    add_warnings(b, details);
    add_registration(b, details);
    json_builder_end_object(b);
    return json_builder_get_root(b);
}

static void
print_list(const char *label, GVariant *value)
{
    g_auto(GStrv) texts = g_variant_dup_strv(value, NULL);
    g_autofree char *joined = g_strjoinv(", ", texts);

    cli_row(label, joined);
}

static void
print_number(const char *label, guint64 number)
{
    g_autofree char *text = g_strdup_printf("%" G_GUINT64_FORMAT, number);

    if (number != 0)
        cli_row(label, text);
}

static void
print_since(GVariant *details)
{
    guint64 since = 0;
    g_autoptr(GDateTime) time = NULL;

    if (details == NULL || !g_variant_lookup(details, "connected-since", "t", &since) || since == 0)
        return;
    time = g_date_time_new_from_unix_local((gint64)since);
    g_autofree char *text = time == NULL ? NULL : g_date_time_format(time, "%c");
    cli_row(_("Connected since"), text);
}

static void
print_registration(GVariant *details)
{
    for (guint i = 0; i < DT_REGISTERED; i++) {
        g_autofree char *text = dt_registration_text(details, i);
        if (text != NULL)
            cli_row(dt_registration_label(i), text);
    }
}

/* One that is all there is to tell of is told as the last error. */
static void
print_attempts(GVariant *details, guint32 error)
{
    g_autoptr(GVariant) list = dt_attempts(details);
    const gsize n = g_variant_n_children(list);

    for (gsize i = 0; i < n; i++) {
        const struct dt_attempt a = dt_attempt_at(list, i);

        if (n == 1 && a.error == error)
            continue;
        g_autofree char *text = dt_attempt_text(&a);
        g_print("%s\n", text);
    }
}

void
cli_print_status(GVariant *properties)
{
    g_autoptr(GVariant) details =
        g_variant_lookup_value(properties, "Details", G_VARIANT_TYPE_VARDICT);
    gboolean everybodys = FALSE;
    guint32 error = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(GVariant) value = value_of(properties, details, &keys[i]);

        if (value == NULL || keys[i].label == NULL)
            continue;
        if (keys[i].type == 's')
            cli_row(_(keys[i].label), g_variant_get_string(value, NULL));
        else if (keys[i].type == 'a')
            print_list(_(keys[i].label), value);
        else
            print_number(_(keys[i].label), number_of(value));
    }
    print_registration(details);
    print_since(details);
    if (g_variant_lookup(properties, "ForEverybody", "b", &everybodys) && everybodys)
        cli_row(_("For"), _("everybody on this computer"));
    g_autoptr(GPtrArray) list = profile_call_weaknesses(details);
    for (guint i = 0; i < list->len; i++)
        cli_row(_("Note"), list->pdata[i]);
    g_variant_lookup(properties, "Error", "u", &error);
    print_attempts(details, error);
    if (error != 0) {
        g_autofree char *number = dt_dialer_client_error_number(error);
        g_print(_("Last error: %s: %s\n"), number, dt_failure_text(error, details));
    }
}

/* A connection that was never dialed since the helper started. */
static GVariant *
idle_properties(const char *name)
{
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "Name", "s", name);
    g_variant_dict_insert(&dict, "State", "s", "idle");
    return g_variant_ref_sink(g_variant_dict_end(&dict));
}

JsonNode *
cli_failed_node(const char *name, guint32 error, const char *text, const char *detail)
{
    /* Of the command line, where anything may stand. */
    g_autofree char *valid_name = g_utf8_make_valid(name, -1);
    g_autofree char *valid_text = g_utf8_make_valid(text, -1);
    g_autofree char *valid_detail = g_utf8_make_valid(detail == NULL ? "" : detail, -1);
    g_autoptr(GVariant) properties = NULL;
    GVariantDict dict;

    g_variant_dict_init(&dict, NULL);
    g_variant_dict_insert(&dict, "Name", "s", valid_name);
    g_variant_dict_insert(&dict, "State", "s", "idle");
    g_variant_dict_insert(&dict, "Error", "u", error);
    g_variant_dict_insert(&dict, "ErrorText", "s", valid_text); /* ours: not of the bus */
    g_variant_dict_insert(&dict, "ErrorDetail", "s", valid_detail);
    properties = g_variant_ref_sink(g_variant_dict_end(&dict));
    return cli_status_node(properties);
}

/* --- commands --- */

/* What the user calls it may be an id, or differ in letter case. */
static char *
name_of(const char *argument)
{
    g_autoptr(ProfileStore) store = cli_store();
    g_autoptr(Profile) p = profile_store_find(store, argument, NULL);
    char shown[PLAN_MAX_TEXT];

    if (p == NULL)
        return g_strdup(argument);
    ras_printable(shown, sizeof shown, p->name, strlen(p->name)); /* as profile_plan() names it */
    return g_strdup(shown);
}

static int
status_of_one(DtDialerClient *client, const char *argument)
{
    g_autofree char *name = name_of(argument);
    DtConnection *c = client == NULL ? NULL : dt_dialer_client_find_any(client, name);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) properties = NULL;

    g_autoptr(ProfileStore) store = cli_store();
    g_autoptr(Profile) p = profile_store_find(store, argument, c != NULL ? NULL : &error);
    if (c != NULL) {
        properties = cli_properties(c, p, &error);
        if (properties == NULL)
            return cli_fail(g_steal_pointer(&error), RAS_RASMAN_CANNOT_INITIALIZE);
    } else {
        if (p == NULL)
            return cli_fail(g_steal_pointer(&error), RAS_CANNOT_FIND_PHONEBOOK_ENTRY);
        properties = idle_properties(name);
    }
    if (cli_json)
        cli_print_json(cli_status_node(properties));
    else
        cli_print_status(properties);
    return CLI_OK;
}

static int
status_of_all(DtDialerClient *client)
{
    GListModel *list = dt_dialer_client_get_connections(client);
    JsonArray *array = json_array_new();

    for (guint i = 0; i < g_list_model_get_n_items(list); i++) {
        g_autoptr(DtConnection) c = g_list_model_get_item(list, i);
        g_autoptr(GVariant) properties = cli_properties(c, NULL, NULL);

        if (properties == NULL)
            continue;
        if (cli_json) {
            json_array_add_element(array, cli_status_node(properties));
            continue;
        }
        g_print("%s", i > 0 ? "\n" : "");
        cli_print_status(properties);
    }
    if (cli_json)
        cli_print_json(json_node_init_array(json_node_alloc(), array));
    else if (g_list_model_get_n_items(list) == 0)
        g_print("%s\n", _("Nothing is connected."));
    json_array_unref(array);
    return CLI_OK;
}

int
cli_status(const struct cli_command *command, int argc, char **argv)
{
    GError *error = NULL;

    if (!cli_parse(command, NULL, &argc, &argv, 0, 1))
        return CLI_USAGE;
    cli_connection = argc == 2 ? argv[1] : NULL;
    g_autoptr(DtDialerClient) client = cli_client(CLI_HELPER_SYSTEM, &error);
    if (client == NULL)
        return cli_fail(error, RAS_RASMAN_CANNOT_INITIALIZE);
    return argc == 2 ? status_of_one(client, argv[1]) : status_of_all(client);
}

static gboolean
on_deadline(gpointer user_data)
{
    *(gboolean *)user_data = TRUE;
    return G_SOURCE_REMOVE;
}

struct ending {
    gboolean answered;
    GError *error;
};

static void
on_disconnect(GObject *source, GAsyncResult *result, gpointer user_data)
{
    struct ending *e = user_data;
    g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &e->error);

    e->answered = TRUE;
}

static gboolean
is_idle(DtConnection *c)
{
    return g_strcmp0(dt_connection_get_state(c), "idle") == 0;
}

/* What the server has said since the dial returned. */
static void
learn(DtConnection *c)
{
    g_autoptr(ProfileStore) store = cli_store();
    g_autoptr(Profile) p = profile_store_find(store, dt_connection_get_name(c), NULL);

    if (p != NULL && dt_connection_get_owner(c) == getuid() &&
        g_strcmp0(dt_connection_get_state(c), "connected") == 0)
        profile_learn_late(store, p, dt_connection_get_details(c));
}

/* What it went through, where that is on its way down behind it. */
static gboolean
is_first_ending(DtDialerClient *client, DtConnection *c)
{
    GVariant *details = dt_connection_get_details(c);
    const char *name = NULL;

    if (details == NULL || !g_variant_lookup(details, "through", "&s", &name))
        return FALSE;
    DtConnection *first = dt_dialer_client_find_any(client, name);
    return first != NULL && g_strcmp0(dt_connection_get_state(first), "disconnecting") == 0;
}

static int
hang_up(DtDialerClient *client, DtConnection *c)
{
    struct ending e = {FALSE, NULL};
    gboolean late = FALSE;

    learn(c);
    g_dbus_proxy_call(G_DBUS_PROXY(c), "Disconnect", NULL, G_DBUS_CALL_FLAGS_NONE,
                      dt_connection_get_owner(c) == getuid() ? -1 : DT_DIALER_CLIENT_TIMEOUT_MS,
                      NULL, on_disconnect, &e);
    while (!e.answered)
        g_main_context_iteration(NULL, TRUE);
    if (e.error != NULL) {
        g_dbus_error_strip_remote_error(e.error);
        return cli_fail(e.error, RAS_ACCESS_DENIED);
    }
    const guint timer = g_timeout_add_seconds(HANGUP_DEADLINE_S, on_deadline, &late);
    while ((!is_idle(c) || is_first_ending(client, c)) && !late)
        g_main_context_iteration(NULL, TRUE);
    if (!late)
        g_source_remove(timer);
    return late ? cli_fail_number(RAS_RASMAN_CANNOT_INITIALIZE, _("The connection does not end."),
                                  "", NULL)
                : CLI_OK;
}

static void
print_ended(const GPtrArray *names)
{
    g_autoptr(JsonBuilder) b = json_builder_new();

    json_builder_begin_object(b);
    cli_json_texts(b, "ended", names);
    json_builder_end_object(b);
    cli_print_json(json_builder_get_root(b));
}

/* Not connected is success; a name that nobody knows is not. */
static int
check_known(const char *name)
{
    g_autoptr(ProfileStore) store = cli_store();
    GError *error = NULL;
    g_autoptr(Profile) p = profile_store_find(store, name, &error);

    return p != NULL ? CLI_OK : cli_fail(error, RAS_CANNOT_FIND_PHONEBOOK_ENTRY);
}

int
cli_hangup(const struct cli_command *command, int argc, char **argv)
{
    gboolean all = FALSE;
    const GOptionEntry entries[] = {
        {"all", 'a', 0, G_OPTION_ARG_NONE, &all, N_("All connections of this user"), NULL}, {NULL}};
    GError *error = NULL;
    int result = CLI_OK;

    if (!cli_parse(command, entries, &argc, &argv, 0, 1))
        return CLI_USAGE;
    if (all == (argc == 2))
        return cli_usage(command, "%s", _("a NAME or --all is needed"));
    g_autoptr(DtDialerClient) client = cli_client(CLI_HELPER_SYSTEM, &error);
    if (client == NULL)
        return cli_fail(error, RAS_RASMAN_CANNOT_INITIALIZE);

    g_autofree char *name = all ? NULL : name_of(argv[1]);
    g_autoptr(GPtrArray) ended = g_ptr_array_new_with_free_func(g_free);
    GListModel *list = dt_dialer_client_get_connections(client);
    gboolean found = all;
    for (guint i = 0; i < g_list_model_get_n_items(list); i++) {
        g_autoptr(DtConnection) c = g_list_model_get_item(list, i);
        if (all ? dt_connection_get_owner(c) != getuid()
                : g_strcmp0(dt_connection_get_name(c), name) != 0)
            continue;
        found = TRUE;
        if (is_idle(c))
            continue;
        result = MAX(result, hang_up(client, c));
        g_ptr_array_add(ended, g_strdup(dt_connection_get_name(c)));
    }
    result = found ? result : check_known(argv[1]);
    if (cli_json && result == CLI_OK)
        print_ended(ended);
    return result;
}

/* "<Unix time> <level> <text>" */
static void
print_log_line(const char *line)
{
    char *rest;
    const guint64 when = g_ascii_strtoull(line, &rest, 10);
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_local((gint64)MIN(when, G_MAXINT32));
    g_autofree char *stamp = time == NULL ? NULL : g_date_time_format(time, "%F %T");
    g_autofree char *shown = cli_shown(rest);

    g_print("%s%s\n", stamp == NULL ? "" : stamp, shown);
}

static void
on_log(GObject *source, GAsyncResult *result, gpointer user_data)
{
    *(GAsyncResult **)user_data = g_object_ref(result);
    (void)source;
}

int
cli_log(const struct cli_command *command, int argc, char **argv)
{
    GError *error = NULL;
    g_autoptr(GAsyncResult) result = NULL;
    g_auto(GStrv) lines = NULL;

    if (!cli_parse(command, NULL, &argc, &argv, 1, 1))
        return CLI_USAGE;
    g_autoptr(DtDialerClient) client = cli_client(CLI_HELPER_SYSTEM, &error);
    if (client == NULL)
        return cli_fail(error, RAS_RASMAN_CANNOT_INITIALIZE);
    g_autofree char *name = name_of(argv[1]);
    DtConnection *c = dt_dialer_client_find_any(client, name);
    if (c == NULL) {
        if (check_known(argv[1]) != CLI_OK)
            return CLI_FAILED;
    } else {
        dt_connection_call_get_log(c, NULL, on_log, &result);
        while (result == NULL)
            g_main_context_iteration(NULL, TRUE);
        if (!dt_connection_call_get_log_finish(c, &lines, result, &error))
            return cli_fail(error, RAS_RASMAN_CANNOT_INITIALIZE);
    }

    JsonArray *array = json_array_new();
    for (guint i = 0; lines != NULL && lines[i] != NULL; i++) {
        if (cli_json)
            json_array_add_string_element(array, lines[i]);
        else
            print_log_line(lines[i]);
    }
    if (cli_json)
        cli_print_json(json_node_init_array(json_node_alloc(), array));
    json_array_unref(array);
    return CLI_OK;
}
