/* cli-profile.c - import, list, show, delete. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli.h"

#include "cmak.h"
#include "profile-secret.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <stdio.h>
#include <string.h>

/* "PPTP, SSTP": in the order to try */
static char *
protocol_names(const Profile *p)
{
    enum plan_protocol order[PLAN_MAX_PROTOCOLS];
    const guint n = profile_dialable(p, order);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < n; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? ", " : "", profile_protocol_name(order[i]));
    return g_string_free(text, FALSE);
}

static void
add_text(JsonBuilder *b, const char *key, const char *text)
{
    json_builder_set_member_name(b, key);
    json_builder_add_string_value(b, text);
}

static void
add_bool(JsonBuilder *b, const char *key, gboolean value)
{
    json_builder_set_member_name(b, key);
    json_builder_add_boolean_value(b, value);
}

static void
add_number(JsonBuilder *b, const char *key, gint64 value)
{
    json_builder_set_member_name(b, key);
    json_builder_add_int_value(b, value);
}

static void
add_texts(JsonBuilder *b, const char *key, const GPtrArray *texts)
{
    json_builder_set_member_name(b, key);
    json_builder_begin_array(b);
    for (guint i = 0; i < texts->len; i++)
        json_builder_add_string_value(b, texts->pdata[i]);
    json_builder_end_array(b);
}

static void
add_summary(JsonBuilder *b, const Profile *p)
{
    g_autofree char *protocols = protocol_names(p);

    add_text(b, "name", p->name);
    add_text(b, "id", p->id);
    add_bool(b, "system", p->system);
    add_text(b, "protocol", protocols);
    json_builder_set_member_name(b, "servers");
    json_builder_begin_array(b);
    for (guint i = 0; i < p->servers->len; i++) {
        const struct profile_server *s = p->servers->pdata[i];
        json_builder_add_string_value(b, s->address);
    }
    json_builder_end_array(b);
}

static void
add_auth(JsonBuilder *b, const Profile *p)
{
    static const struct {
        unsigned bit;
        const char *name;
    } methods[] = {{PLAN_AUTH_MSCHAPV2, "ms-chapv2"},
                   {PLAN_AUTH_EAP_MSCHAPV2, "eap-mschapv2"},
                   {PLAN_AUTH_CHAP_MD5, "chap-md5"},
                   {PLAN_AUTH_PAP, "pap"}};

    json_builder_set_member_name(b, "auth");
    json_builder_begin_array(b);
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++)
        if ((profile_auth(p) & methods[i].bit) != 0)
            json_builder_add_string_value(b, methods[i].name);
    json_builder_end_array(b);
}

static void
add_foreign(JsonBuilder *b, const Profile *p)
{
    json_builder_set_member_name(b, "connect_actions");
    json_builder_begin_array(b);
    for (guint i = 0; i < p->actions->len; i++) {
        const struct profile_action *a = p->actions->pdata[i];
        json_builder_begin_object(b);
        add_text(b, "event", a->event);
        add_text(b, "command", a->command);
        add_text(b, "description", a->description);
        add_bool(b, "replaced", a->replaced);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
    json_builder_set_member_name(b, "other_settings");
    json_builder_begin_array(b);
    for (guint i = 0; i < p->others->len; i++) {
        const struct profile_other *o = p->others->pdata[i];
        json_builder_begin_object(b);
        add_text(b, "file", o->file);
        add_text(b, "section", o->section);
        add_text(b, "key", o->key);
        add_text(b, "value", o->value);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
}

static JsonNode *
profile_node(const Profile *p)
{
    g_autoptr(JsonBuilder) b = json_builder_new();
    g_autoptr(GPtrArray) warnings = profile_warnings(p);
    g_autoptr(GError) problem = NULL;

    json_builder_begin_object(b);
    add_summary(b, p);
    add_text(b, "source", p->source);
    add_text(b, "encoding", p->encoding);
    add_text(b, "service_message", p->service_message);
    add_text(b, "user", p->user);
    add_text(b, "domain", p->domain);
    add_text(b, "user_prefix", p->user_prefix);
    add_text(b, "user_suffix", p->user_suffix);
    add_number(b, "vpn_strategy", p->dun.vpn_strategy);
    add_auth(b, p);
    add_bool(b, "default_gateway", p->dun.gateway_on_remote);
    add_bool(b, "ipv4", p->dun.ipv4);
    add_bool(b, "ipv6", p->dun.ipv6);
    add_texts(b, "routes", p->routes);
    add_number(b, "redial_count", p->redial_count);
    add_number(b, "redial_delay", p->redial_delay);
    add_bool(b, "redial_on_link_failure", p->redial_on_drop);
    add_number(b, "idle_timeout", p->idle_timeout);
    add_bool(b, "hide_domain", p->hide_domain);
    add_bool(b, "hide_remember_password", p->hide_remember_password);
    add_bool(b, "own_authorities", *p->ca_pem != '\0');
    add_text(b, "certificate_pin", p->pin);
    profile_validate(p, &problem);
    add_text(b, "problem", problem == NULL ? "" : problem->message);
    add_texts(b, "warnings", warnings);
    add_foreign(b, p);
    json_builder_end_object(b);
    return json_builder_get_root(b);
}

/* --- for people --- */

static void
print_servers(const Profile *p)
{
    for (guint i = 0; i < p->servers->len; i++) {
        const struct profile_server *s = p->servers->pdata[i];
        g_autofree char *text = *s->label == '\0'
                                    ? g_strdup(s->address)
                                    : g_strdup_printf("%s (%s)", s->address, s->label);
        cli_row(_("Server"), text);
    }
}

static void
print_foreign(const Profile *p)
{
    for (guint i = 0; i < p->actions->len; i++) {
        const struct profile_action *a = p->actions->pdata[i];
        g_autofree char *event = cli_shown(a->event);
        cli_row(event, a->command);
    }
    if (p->others->len > 0)
        g_print("%s\n", _("Other settings:"));
    for (guint i = 0; i < p->others->len; i++) {
        const struct profile_other *o = p->others->pdata[i];
        g_autofree char *line = g_strdup_printf("[%s] %s%s%s", o->section, o->key,
                                                *o->key == '\0' ? "" : "=", o->value);
        g_autofree char *shown = cli_shown(line);
        if (*o->value != '\0')
            g_print("  %s\n", shown);
    }
}

static void
print_warnings(const Profile *p)
{
    g_autoptr(GPtrArray) warnings = profile_warnings(p);
    g_autoptr(GError) problem = NULL;

    for (guint i = 0; i < warnings->len; i++)
        cli_row(_("Note"), warnings->pdata[i]);
    if (!profile_validate(p, &problem))
        cli_row(_("Problem"), problem->message);
}

static void
print_profile(const Profile *p)
{
    g_autofree char *protocols = protocol_names(p);
    g_autofree char *redial = g_strdup_printf("%u × %u s", p->redial_count, p->redial_delay);

    cli_row(_("Connection"), p->name);
    cli_row(_("Id"), p->id);
    cli_row(_("From"), p->source);
    cli_row(_("Text encoding"), p->encoding);
    cli_row(_("Support"), p->service_message);
    cli_row(_("Protocol"), protocols);
    print_servers(p);
    cli_row(_("User name"), p->user);
    cli_row(_("Logon domain"), p->domain);
    cli_row(_("Before the user name"), p->user_prefix);
    cli_row(_("After the user name"), p->user_suffix);
    for (guint i = 0; i < p->routes->len; i++)
        cli_row(_("Route"), p->routes->pdata[i]);
    cli_row(_("Redial"), redial);
    if (p->redial_on_drop)
        cli_row(_("When the line is dropped"), _("dialed again"));
    print_warnings(p);
    print_foreign(p);
}

/* --- commands --- */

int
cli_import(const struct cli_command *command, int argc, char **argv)
{
    g_autofree char *name = NULL;
    const GOptionEntry entries[] = {
        {"name", 'n', 0, G_OPTION_ARG_STRING, &name, N_("Call the connection NAME"), N_("NAME")},
        {NULL}};
    GError *error = NULL;

    if (!cli_parse(command, entries, &argc, &argv, 1, 1))
        return CLI_USAGE;
    if (name != NULL && *name == '\0')
        return cli_usage(command, "%s", _("the name is empty"));
    g_autoptr(Profile) p = cmak_load(argv[1], &error);
    if (p == NULL)
        return cli_fail(error,
                        error->domain == CMAK_ERROR ? RAS_BAD_PROFILE : RAS_CANNOT_OPEN_PHONEBOOK);

    g_autoptr(ProfileStore) store = cli_store();
    g_autofree char *free_name = profile_store_free_name(store, name != NULL ? name : p->name);
    profile_set(&p->name, free_name);
    if (!cli_json) /* before it is there, so that who looks can stop */
        print_warnings(p);
    if (!profile_store_save(store, p, &error))
        return cli_fail(error, RAS_CANNOT_WRITE_PHONEBOOK);
    if (cli_json) {
        cli_print_json(profile_node(p));
        return CLI_OK;
    }
    g_autofree char *shown = cli_shown(p->name);
    g_print(_("“%s” was imported."), shown);
    g_print("\n");
    return CLI_OK;
}

int
cli_list(const struct cli_command *command, int argc, char **argv)
{
    g_autoptr(JsonBuilder) b = json_builder_new();
    g_autoptr(GPtrArray) problems = NULL;

    if (!cli_parse(command, NULL, &argc, &argv, 0, 0))
        return CLI_USAGE;
    g_autoptr(ProfileStore) store = cli_store();
    g_autoptr(GPtrArray) list = profile_store_list(store, &problems);
    json_builder_begin_array(b);
    for (guint i = 0; i < list->len; i++) {
        const Profile *p = list->pdata[i];
        g_autofree char *shown = cli_shown(p->name);

        json_builder_begin_object(b);
        add_summary(b, p);
        json_builder_end_object(b);
        if (!cli_json)
            g_print("%s\n", shown);
    }
    json_builder_end_array(b);
    if (cli_json)
        cli_print_json(json_builder_get_root(b));
    for (guint i = 0; i < problems->len; i++)
        g_printerr("%s\n", (char *)problems->pdata[i]);
    return CLI_OK;
}

int
cli_show(const struct cli_command *command, int argc, char **argv)
{
    GError *error = NULL;

    if (!cli_parse(command, NULL, &argc, &argv, 1, 1))
        return CLI_USAGE;
    g_autoptr(ProfileStore) store = cli_store();
    g_autoptr(Profile) p = profile_store_find(store, argv[1], &error);
    if (p == NULL)
        return cli_fail(error, RAS_CANNOT_FIND_PHONEBOOK_ENTRY);
    if (cli_json)
        cli_print_json(profile_node(p));
    else
        print_profile(p);
    return CLI_OK;
}

static void
on_cleared(GObject *source, GAsyncResult *result, gpointer user_data)
{
    (void)source;
    profile_secret_clear_finish(result, NULL);
    *(gboolean *)user_data = TRUE;
}

/* Its passwords go with it, as far as there is a keyring. */
static void
forget_passwords(const Profile *p)
{
    gboolean done = FALSE;

    if (g_getenv("DBUS_SESSION_BUS_ADDRESS") == NULL)
        return;
    profile_secret_clear_async(p, NULL, NULL, on_cleared, &done);
    while (!done)
        g_main_context_iteration(NULL, TRUE);
}

int
cli_delete(const struct cli_command *command, int argc, char **argv)
{
    GError *error = NULL;

    if (!cli_parse(command, NULL, &argc, &argv, 1, 1))
        return CLI_USAGE;
    g_autoptr(ProfileStore) store = cli_store();
    g_autoptr(Profile) p = profile_store_find(store, argv[1], &error);
    if (p == NULL)
        return cli_fail(error, RAS_CANNOT_FIND_PHONEBOOK_ENTRY);
    if (!profile_store_delete(store, p, &error))
        return cli_fail(error, RAS_CANNOT_WRITE_PHONEBOOK);
    forget_passwords(p);
    if (cli_json) {
        g_autoptr(JsonBuilder) b = json_builder_new();
        json_builder_begin_object(b);
        add_text(b, "name", p->name);
        add_text(b, "id", p->id);
        json_builder_end_object(b);
        cli_print_json(json_builder_get_root(b));
    }
    return CLI_OK;
}
