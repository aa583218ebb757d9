/* cli-profile.c - list, show, delete. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli-profile.h"

#include "cli-system.h"

#include "profile-filter.h"
#include "profile-memory.h"
#include "profile-others.h"
#include "profile-secret.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <stdio.h>
#include <string.h>

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
print_setting(const char *title, const char *section, const char *key, const char *value)
{
    g_autofree char *line =
        g_strdup_printf("[%s] %s%s%s", section, key, *key == '\0' ? "" : "=", value);
    g_autofree char *shown = cli_shown(line);

    if (title != NULL)
        g_print("%s\n", title);
    g_print("  %s\n", shown);
}

static void
print_foreign(const Profile *p)
{
    for (guint i = 0; i < p->actions->len; i++) {
        const struct profile_action *a = p->actions->pdata[i];
        g_autofree char *event = cli_shown(a->event);
        cli_row(event, a->command);
    }
    g_autoptr(GPtrArray) settings = profile_filter_settings(p);
    for (guint i = 0; i < settings->len; i++) {
        const struct profile_setting *s = settings->pdata[i];
        print_setting(i == 0 ? _("Access numbers:") : NULL, s->section, s->key, s->value);
    }
    g_autoptr(GPtrArray) others = profile_other_settings(p);
    if (others->len > 0)
        g_print("%s\n", _("Other settings:"));
    for (guint i = 0; i < others->len; i++) {
        const struct profile_other *o = others->pdata[i];
        if (*o->value != '\0')
            print_setting(NULL, o->section, o->key, o->value);
    }
}

void
cli_print_warnings(const Profile *p)
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
    g_autoptr(ProfileSummary) summary = profile_summary_of(p);
    g_autofree char *protocols = cli_protocol_names(summary);
    g_autofree char *redial = g_strdup_printf("%u × %u s", p->redial_count, p->redial_delay);

    cli_row(_("Connection"), p->name);
    cli_row(_("Id"), p->id);
    if (p->system)
        cli_row(_("For"), _("everybody on this computer"));
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
    cli_print_warnings(p);
    print_foreign(p);
}

/* --- commands --- */

/* One line in all, and one element at a time: there may be thousands. */
static void
print_element(const ProfileSummary *s, gboolean first)
{
    g_autoptr(JsonBuilder) b = json_builder_new();
    g_autoptr(JsonGenerator) generator = json_generator_new();

    json_builder_begin_object(b);
    cli_add_summary(b, s);
    json_builder_end_object(b);
    JsonNode *node = json_builder_get_root(b);
    json_generator_set_root(generator, node);
    json_node_unref(node);
    g_autofree char *text = json_generator_to_data(generator, NULL);
    printf("%s%s", first ? "" : ",", text);
}

/* The user's own come first, and have the name where both have it: the other one has its id. */
static gboolean
is_hidden(const GPtrArray *list, const ProfileSummary *s)
{
    for (guint i = 0; s->system && i < list->len; i++) {
        const ProfileSummary *other = list->pdata[i];
        if (other->system)
            return FALSE;
        if (g_str_equal(other->name, s->name))
            return TRUE;
    }
    return FALSE;
}

static void
print_line(const GPtrArray *list, const ProfileSummary *s)
{
    g_autofree char *shown = cli_shown(s->name);

    if (is_hidden(list, s))
        g_print(_("%s (for everybody: %s)"), shown, s->id);
    else
        g_print("%s", shown);
    g_print("\n");
}

int
cli_list(const struct cli_command *command, int argc, char **argv)
{
    g_autoptr(GPtrArray) problems = NULL;

    if (!cli_parse(command, NULL, &argc, &argv, 0, 0))
        return CLI_USAGE;
    g_autoptr(ProfileStore) store = cli_store();
    g_autoptr(GPtrArray) list = profile_store_summaries(store, &problems);
    if (cli_json)
        printf("[");
    for (guint i = 0; i < list->len; i++) {
        if (cli_json)
            print_element(list->pdata[i], i == 0);
        else
            print_line(list, list->pdata[i]);
    }
    if (cli_json)
        printf("]\n");
    fflush(stdout);
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
        cli_print_json(cli_profile_node(p));
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

/* Its passwords and its key go with it, as far as there is a keyring. */
static void
forget_secrets(const Profile *p)
{
    if (g_getenv("DBUS_SESSION_BUS_ADDRESS") == NULL)
        return;
    for (gsize i = 0; i < PROFILE_SECRET_KINDS; i++) {
        gboolean done = FALSE;

        profile_secret_clear_async(p, profile_secret_kinds[i], NULL, on_cleared, &done);
        while (!done)
            g_main_context_iteration(NULL, TRUE);
    }
}

/* An exit status. */
static int
delete_one(ProfileStore *store, const Profile *p)
{
    GError *error = NULL;

    if (!p->system)
        return profile_store_delete(store, p, &error) ? CLI_OK
                                                      : cli_fail(error, RAS_CANNOT_WRITE_PHONEBOOK);
    g_autoptr(DtDialerClient) client = cli_system_client(&error);
    if (client == NULL)
        return cli_fail(error, RAS_RASMAN_CANNOT_INITIALIZE);
    if (!cli_system_remove(client, p->id, &error))
        return cli_system_fail(error);
    profile_memory_forget(p);
    return CLI_OK;
}

int
cli_delete(const struct cli_command *command, int argc, char **argv)
{
    gboolean system = FALSE;
    const GOptionEntry entries[] = {{"system", 0, 0, G_OPTION_ARG_NONE, &system,
                                     N_("The one for everybody, where both are called so"), NULL},
                                    {NULL}};
    GError *error = NULL;

    if (!cli_parse(command, entries, &argc, &argv, 1, 1))
        return CLI_USAGE;
    g_autoptr(ProfileStore) store = cli_store();
    g_autoptr(Profile) p = system ? profile_store_find_system(store, argv[1], &error)
                                  : profile_store_find(store, argv[1], &error);
    if (p == NULL)
        return cli_fail(error, RAS_CANNOT_FIND_PHONEBOOK_ENTRY);
    const int failed = delete_one(store, p);
    if (failed != CLI_OK)
        return failed;
    forget_secrets(p);
    if (cli_json) {
        g_autoptr(JsonBuilder) b = json_builder_new();
        json_builder_begin_object(b);
        json_builder_set_member_name(b, "name");
        json_builder_add_string_value(b, p->name);
        json_builder_set_member_name(b, "id");
        json_builder_add_string_value(b, p->id);
        json_builder_end_object(b);
        cli_print_json(json_builder_get_root(b));
    }
    return CLI_OK;
}
