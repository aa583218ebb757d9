/* cli-update.c - update: what profile-updater.h does, now. SPDX-License-Identifier:
 * GPL-3.0-or-later
 */
#include "cli.h"

#include "cli-json.h"
#include "cli-system.h"
#include "profile-updater.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <string.h>

/* --- output --- */

static const char *
word_of(enum profile_update_result result)
{
    static const char *const words[] = {[PROFILE_UPDATE_REFUSED] = "refused",
                                        [PROFILE_UPDATE_SAME] = "unchanged",
                                        [PROFILE_UPDATE_CHANGED] = "changed"};

    return words[result];
}

static void
print_json(const Profile *p, const GPtrArray *updated)
{
    g_autoptr(JsonBuilder) b = json_builder_new();

    json_builder_begin_object(b);
    cli_json_text(b, "name", p->name);
    cli_json_text(b, "id", p->id);
    json_builder_set_member_name(b, "updates");
    json_builder_begin_array(b);
    for (guint i = 0; i < updated->len; i++) {
        const struct profile_updated *u = updated->pdata[i];
        json_builder_begin_object(b);
        cli_json_text(b, "kind", profile_update_kind_name(u->kind));
        cli_json_text(b, "from", u->from);
        cli_json_text(b, "result", word_of(u->result));
        cli_json_text(b, "text", u->text);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
    json_builder_end_object(b);
    cli_print_json(json_builder_get_root(b));
}

static int
print(const Profile *p, const GPtrArray *updated)
{
    int code = CLI_OK;

    for (guint i = 0; i < updated->len; i++) {
        const struct profile_updated *u = updated->pdata[i];
        if (u->result == PROFILE_UPDATE_REFUSED)
            code = CLI_FAILED;
        if (!cli_json)
            cli_row(profile_updated_title(u), profile_updated_news(u));
    }
    if (cli_json) {
        print_json(p, updated);
    } else if (updated->len == 0) {
        g_autofree char *shown = cli_shown(p->name);
        g_print(_("“%s” has no address that updates come from.\n"), shown);
    }
    return code;
}

/* --- the connection that is up --- */

/* Its tunnel, or NULL; and the name servers there. What is dialed for everybody is another profile
 * of this name than one's own: who can be heard there has no say in this one. */
static char *
device_of(DtDialerClient *client, const Profile *p, GStrv *ret_name_servers)
{
    char name[PLAN_MAX_TEXT];

    ras_printable(name, sizeof name, p->name, strlen(p->name)); /* as profile_plan() names it */
    DtConnection *c = client == NULL ? NULL : dt_dialer_client_find_any(client, name);
    g_autoptr(GVariant) properties = c == NULL ? NULL : cli_properties(c, NULL, NULL);
    g_autoptr(GVariant) details = NULL;
    const char *state = "", *device = "";

    if (c != NULL && !p->system && dt_connection_get_for_everybody(c))
        return NULL;
    if (properties == NULL || !g_variant_lookup(properties, "State", "&s", &state) ||
        !g_str_equal(state, "connected"))
        return NULL;
    details = g_variant_lookup_value(properties, "Details", G_VARIANT_TYPE_VARDICT);
    if (details != NULL)
        g_variant_lookup(details, "interface", "&s", &device);
    if (details != NULL)
        g_variant_lookup(details, "dns", "^as", ret_name_servers);
    return *device == '\0' ? NULL : g_strdup(device);
}

static void
on_updated(GObject *source, GAsyncResult *result, gpointer user_data)
{
    (void)source;
    *(GAsyncResult **)user_data = g_object_ref(result);
}

static int
update(const struct profile_updater *how, const Profile *p)
{
    g_autoptr(GAsyncResult) result = NULL;
    GError *error = NULL;

    profile_updater_run_async(how, p, NULL, on_updated, &result);
    while (result == NULL)
        g_main_context_iteration(NULL, TRUE);
    g_autoptr(GPtrArray) updated = profile_updater_run_finish(result, &error);
    return updated == NULL ? cli_fail(error, RAS_CANNOT_WRITE_PHONEBOOK) : print(p, updated);
}

int
cli_update(const struct cli_command *command, int argc, char **argv)
{
    g_autofree char *interface = NULL;
    g_auto(GStrv) name_servers = NULL;
    const GOptionEntry entries[] = {{"interface", 'i', 0, G_OPTION_ARG_STRING, &interface,
                                     N_("The tunnel of the connection, where no service knows it"),
                                     N_("NAME")},
                                    {NULL}};
    GError *error = NULL;

    if (!cli_parse(command, entries, &argc, &argv, 1, 1))
        return CLI_USAGE;
    g_autoptr(ProfileStore) store = cli_store();
    g_autoptr(Profile) p = profile_store_find(store, argv[1], &error);
    if (p == NULL)
        return cli_fail(error, RAS_CANNOT_FIND_PHONEBOOK_ENTRY);
    g_autoptr(GPtrArray) wants = profile_update_wants(p);
    if (wants->len == 0)
        return print(p, wants);
    g_autoptr(DtDialerClient) client =
        p->system ? cli_system_client(&error) : cli_client(CLI_HELPER_SYSTEM, NULL);
    if (error != NULL)
        return cli_fail(error, RAS_RASMAN_CANNOT_INITIALIZE);
    if (interface == NULL)
        interface = device_of(client, p, &name_servers);
    const struct profile_updater how = {.store = store,
                                        .device = interface,
                                        .name_servers = (const char *const *)name_servers,
                                        .client = client};
    return update(&how, p);
}
