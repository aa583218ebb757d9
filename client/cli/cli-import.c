/* cli-import.c - import, export. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli-profile.h"

#include "cli-system.h"

#include "import.h"
#include "nm-keyfile.h"
#include "profile-batch.h"
#include "profile-secret.h"
#include "ras.h"
#include "rasphone-profile.h"
#include "text-decode.h"

#include <glib/gi18n-lib.h>

#include <stdio.h>
#include <string.h>

/* What is no profile of a kind that is dialed has nothing in it to mend. */
static int
import_refused(GError *error, const char *advice)
{
    const int result = cli_fail_number(RAS_BAD_PROFILE, error->message, advice, NULL);

    g_error_free(error);
    return result;
}

static int
import_failed(GError *error)
{
    if (g_error_matches(error, NM_KEYFILE_ERROR, NM_KEYFILE_ERROR_KIND))
        return import_refused(error, _("Leave it to NetworkManager, which connects it."));
    if (g_error_matches(error, IMPORT_ERROR, IMPORT_ERROR_UNKNOWN))
        return import_refused(error, _("dialtone(1) lists the kinds of files that are read. Export "
                                       "the connection to one of them, or ask for its profile."));
    if (g_error_matches(error, IMPORT_ERROR, IMPORT_ERROR_NUMBERS))
        return import_refused(error, ""); /* said already */
    return cli_fail(error, import_error_is_of_content(error) ? RAS_BAD_PROFILE
                                                             : RAS_CANNOT_OPEN_PHONEBOOK);
}

static void
on_stored(GObject *source, GAsyncResult *result, gpointer user_data)
{
    gboolean *stored = user_data;

    (void)source;
    stored[1] = profile_secret_store_finish(result, NULL);
    stored[0] = TRUE;
}

/* A key that stood in the file: into the keyring, or it is forgotten, and the person is told. */
static void
keep_psk(Profile *p)
{
    gboolean stored[2] = {FALSE, FALSE};

    if (p->found_psk.len == 0)
        return;
    if (g_getenv("DBUS_SESSION_BUS_ADDRESS") != NULL) {
        profile_secret_store_async(p, PROFILE_SECRET_PSK, &p->found_psk, NULL, on_stored, stored);
        while (!stored[0])
            g_main_context_iteration(NULL, TRUE);
    }
    secret_wipe(&p->found_psk);
    if (stored[1] && p->system)
        g_printerr("%s\n", _("There is a pre-shared key in the file. It was saved for you alone: "
                             "everybody else will be asked for it."));
    if (!stored[1])
        g_printerr("%s\n", _("There is a pre-shared key in the file. There is no keyring to save "
                             "it in: it will be asked for."));
}

static void
print_imported(const char *name)
{
    g_autofree char *shown = cli_shown(name);

    g_print(_("“%s” was imported."), shown);
    g_print("\n");
}

/* An exit status. */
static int
save_one(ProfileStore *store, Profile *p, gboolean system)
{
    GError *error = NULL;

    if (!system)
        return profile_store_save(store, p, &error) ? CLI_OK
                                                    : cli_fail(error, RAS_CANNOT_WRITE_PHONEBOOK);
    g_autoptr(DtDialerClient) client = cli_system_client(&error);
    if (client == NULL)
        return cli_fail(error, RAS_RASMAN_CANNOT_INITIALIZE);
    return cli_system_install(client, store, p, &error) ? CLI_OK : cli_system_fail(error);
}

static int
import_one(Profile *p, const char *name, gboolean system)
{
    g_autoptr(ProfileStore) store = cli_store();
    const char *wanted = name != NULL ? name : p->name;
    g_autofree char *free_name = system ? profile_store_free_system_name(store, wanted)
                                        : profile_store_free_name(store, wanted);

    profile_set(&p->name, free_name);
    if (!cli_json) /* before it is there, so that who looks can stop */
        cli_print_warnings(p);
    const int failed = save_one(store, p, system);
    if (failed != CLI_OK)
        return failed;
    keep_psk(p);
    if (cli_json)
        cli_print_json(cli_profile_node(p));
    else
        print_imported(p->name);
    return CLI_OK;
}

static void
print_all(const GPtrArray *ids, GPtrArray *names)
{
    g_autoptr(JsonBuilder) b = json_builder_new();

    json_builder_begin_array(b);
    for (guint i = 0; i < ids->len; i++) {
        json_builder_begin_object(b);
        json_builder_set_member_name(b, "name");
        json_builder_add_string_value(b, names->pdata[i]);
        json_builder_set_member_name(b, "id");
        json_builder_add_string_value(b, ids->pdata[i]);
        json_builder_end_object(b);
    }
    json_builder_end_array(b);
    if (cli_json)
        cli_print_json(json_builder_get_root(b));
}

/* With several, only the guess of the code page is worth a word each time: once. */
static gboolean
tell_guess(const Profile *p, gboolean codepage_given)
{
    if (codepage_given || cli_json || !g_str_has_prefix(p->encoding, "CP"))
        return FALSE;
    g_autofree char *text = g_strdup_printf(
        _("The text was read as %s, which is a guess: --codepage NUMBER reads it otherwise."),
        p->encoding);
    cli_row(_("Note"), text);
    return TRUE;
}

/* Each is imported, but not each can be dialed: IKEv2 only, a modem. */
static char *
problem_of(const Profile *p)
{
    g_autoptr(GError) problem = NULL;

    return cli_json || profile_validate(p, &problem) ? NULL : g_strdup(problem->message);
}

static void
tell_all(const GPtrArray *names, const GPtrArray *problems)
{
    for (guint i = 0; i < names->len; i++) {
        print_imported(names->pdata[i]);
        if (problems->pdata[i] != NULL)
            cli_row(_("Problem"), problems->pdata[i]);
    }
}

/* The next of several; NULL: it cannot be read. */
static Profile *
next_of_all(Import *import, guint i, gboolean *told, GError **error)
{
    Profile *p = import_profile(import, i, error);

    if (p == NULL)
        return NULL;
    if (p->found_psk.len > 0)
        profile_note(p, _("There is a pre-shared key in the file. It was not taken over: "
                          "import this entry alone, with --name."));
    *told = tell_guess(p, *told) || *told;
    return p;
}

static int
tell_imported(const GPtrArray *ids, GPtrArray *names, const GPtrArray *problems)
{
    if (!cli_json)
        tell_all(names, problems);
    print_all(ids, names);
    return CLI_OK;
}

/* One after the other; if one fails, those before it go again. */
static int
import_all_for_everybody(Import *import, gboolean codepage_given)
{
    gboolean told = codepage_given;
    g_autoptr(ProfileStore) store = cli_store();
    GError *error = NULL;
    g_autoptr(DtDialerClient) client = cli_system_client(&error);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    int failed = client == NULL ? cli_fail(error, RAS_RASMAN_CANNOT_INITIALIZE) : CLI_OK;

    for (guint i = 0; failed == CLI_OK && i < import_count(import); i++) {
        g_autoptr(Profile) p = next_of_all(import, i, &told, &error);
        g_autofree char *name = p == NULL ? NULL : profile_store_free_system_name(store, p->name);
        if (p == NULL) {
            failed = import_failed(error);
            break;
        }
        profile_set(&p->name, name);
        if (!cli_system_install(client, store, p, &error)) {
            failed = cli_system_fail(error);
            break;
        }
        g_ptr_array_add(names, g_steal_pointer(&name));
        g_ptr_array_add(ids, g_strdup(p->id));
        g_ptr_array_add(problems, problem_of(p));
    }
    for (guint i = ids->len; failed != CLI_OK && i-- > 0;)
        cli_system_remove(client, ids->pdata[i], NULL);
    return failed != CLI_OK ? failed : tell_imported(ids, names, problems);
}

/* One at a time through memory: a phone book can have thousands. */
static int
import_all(Import *import, gboolean codepage_given)
{
    gboolean told = codepage_given;
    g_autoptr(ProfileStore) store = cli_store();
    GError *error = NULL;
    g_autoptr(ProfileBatch) batch = profile_batch_new(store, &error);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free), ids = NULL;
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; batch != NULL && i < import_count(import); i++) {
        g_autoptr(Profile) p = next_of_all(import, i, &told, &error);
        if (p == NULL)
            return import_failed(error);
        if (!profile_batch_add(batch, p, &error))
            return cli_fail(error, RAS_CANNOT_WRITE_PHONEBOOK);
        g_ptr_array_add(names, g_strdup(p->name));
        g_ptr_array_add(problems, problem_of(p));
    }
    if (batch == NULL || !profile_batch_finish(batch, &ids, &error))
        return cli_fail(error, RAS_CANNOT_WRITE_PHONEBOOK);
    return tell_imported(ids, names, problems);
}

static int
list_all(const Import *import)
{
    g_autoptr(JsonBuilder) b = json_builder_new();

    json_builder_begin_array(b);
    for (guint i = 0; i < import_count(import); i++) {
        g_autofree char *shown = cli_shown(import_name(import, i));
        json_builder_add_string_value(b, import_name(import, i));
        if (!cli_json)
            g_print("%s\n", shown);
    }
    json_builder_end_array(b);
    if (cli_json)
        cli_print_json(json_builder_get_root(b));
    return CLI_OK;
}

int
cli_import(const struct cli_command *command, int argc, char **argv)
{
    g_autofree char *name = NULL;
    gboolean list = FALSE, system = FALSE;
    int codepage = 0;
    const GOptionEntry entries[] = {
        {"name", 'n', 0, G_OPTION_ARG_STRING, &name,
         N_("Of a file with several: only NAME; else: call the connection NAME"), N_("NAME")},
        {"codepage", 'c', 0, G_OPTION_ARG_INT, &codepage,
         N_("Read text that is not Unicode as Windows code page NUMBER"), N_("NUMBER")},
        {"list", 'l', 0, G_OPTION_ARG_NONE, &list, N_("Only tell what is in the file"), NULL},
        {"system", 0, 0, G_OPTION_ARG_NONE, &system,
         N_("For everybody on this computer, as an administrator"), NULL},
        {NULL}};
    GError *error = NULL;
    guint i = 0;

    if (!cli_parse(command, entries, &argc, &argv, 1, 1))
        return CLI_USAGE;
    if (name != NULL && *name == '\0')
        return cli_usage(command, "%s", _("the name is empty"));
    if (codepage != 0 && !text_codepage_known(codepage))
        return cli_usage(command, _("code page %d is not known"), codepage);
    g_autoptr(Import) import = import_open_as(argv[1], (guint)codepage, &error);
    if (import == NULL)
        return import_failed(error);
    if (list)
        return list_all(import);
    const gboolean several = import_count(import) > 1;
    if (several && name == NULL)
        return system ? import_all_for_everybody(import, codepage != 0)
                      : import_all(import, codepage != 0);
    if (several && !import_find(import, name, &i)) {
        g_autofree char *shown = cli_shown(name);
        g_autofree char *text =
            g_strdup_printf(_("There is no entry called “%s” in this file."), shown);
        return cli_fail_number(RAS_CANNOT_FIND_PHONEBOOK_ENTRY, text,
                               _("“dialtone import --list FILE” tells what is in it."), NULL);
    }
    g_autoptr(Profile) p = import_profile(import, i, &error);
    return p == NULL ? import_failed(error) : import_one(p, name, system);
}
