/* cli-output.c - options, lines, errors and the helper: see cli.h. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "cli.h"

#include "cli-json.h"
#include "cmak.h"
#include "dt-ras-error.h"
#include "profile-plan.h"
#include "ras.h"
#include "web-proxy.h"

#include <glib/gi18n-lib.h>

#include <stdio.h>
#include <string.h>

const char *cli_connection;
guint32 cli_error;
char *cli_error_text;

gboolean
cli_parse(const struct cli_command *command, const GOptionEntry *entries, int *argc, char ***argv,
          int min, int max)
{
    const GOptionEntry common[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &cli_json, N_("Print JSON"), NULL}, {NULL}};
    g_autofree char *prefix = g_strconcat("dialtone ", command->name, NULL);
    g_autoptr(GOptionContext) context = g_option_context_new(command->arguments);
    g_autoptr(GError) error = NULL;

    g_option_context_set_translation_domain(context, GETTEXT_PACKAGE);
    g_option_context_set_summary(context, _(command->summary));
    if (entries != NULL)
        g_option_context_add_main_entries(context, entries, GETTEXT_PACKAGE);
    g_option_context_add_main_entries(context, common, GETTEXT_PACKAGE);
    g_set_prgname(prefix);
    if (!g_option_context_parse(context, argc, argv, &error)) {
        cli_usage(command, "%s", error->message);
        return FALSE;
    }
    for (int i = 1; i < *argc; i++) /* "--" has done its work */
        if (strcmp((*argv)[i], "--") == 0) {
            memmove(*argv + i, *argv + i + 1, sizeof **argv * (gsize)(*argc - i));
            (*argc)--;
            break;
        }
    if (*argc - 1 < min) {
        cli_usage(command, _("an argument is missing: %s"), command->arguments);
        return FALSE;
    }
    if (*argc - 1 > max) {
        cli_usage(command, _("there is an argument too many: %s"), (*argv)[max + 1]);
        return FALSE;
    }
    return TRUE;
}

int
cli_usage(const struct cli_command *command, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *shown = cli_shown(text);
    g_printerr("dialtone %s: %s\n", command->name, shown);
    g_autofree char *usage = g_strdup_printf("%s %s", command->name, command->arguments);
    g_printerr(_("Usage: dialtone %s; see “dialtone %s --help”\n"), g_strchomp(usage),
               command->name);
    return CLI_USAGE;
}

char *
cli_shown(const char *text)
{
    const gsize n = text == NULL ? 0 : strlen(text);
    char *out = g_malloc(n + 1);

    ras_printable(out, n + 1, text, n);
    return out;
}

void
cli_row(const char *label, const char *value)
{
    g_autofree char *shown = cli_shown(value);

    if (*shown != '\0')
        g_print("%s: %s\n", label, shown);
}

void
cli_print_json(JsonNode *node)
{
    cli_print_json_to(stdout, node);
}

void
cli_print_json_to(FILE *out, JsonNode *node)
{
    g_autoptr(JsonGenerator) generator = json_generator_new();

    json_generator_set_root(generator, node);
    json_node_unref(node);
    g_autofree char *text = json_generator_to_data(generator, NULL);
    /* Not g_print(): JSON is UTF-8 in every locale. */
    fputs(text, out);
    fputc('\n', out);
    fflush(out);
}

static void
print_error_json(guint32 number, const char *text, const char *detail)
{
    g_autoptr(JsonBuilder) b = json_builder_new();

    if (cli_connection != NULL) {
        cli_print_json(cli_failed_node(cli_connection, number, text, detail));
        return;
    }
    json_builder_begin_object(b);
    cli_json_number(b, "error", number);
    cli_json_text(b, "error_text", text);
    cli_json_text(b, "error_detail", detail);
    json_builder_end_object(b);
    cli_print_json(json_builder_get_root(b));
}

int
cli_fail_number(guint32 number, const char *text, const char *advice, const char *detail)
{
    g_autofree char *shown_number = dt_dialer_client_error_number(number);
    g_autofree char *shown = cli_shown(text), *shown_detail = cli_shown(detail);

    cli_error = number;
    g_free(cli_error_text);
    cli_error_text = g_strdup(shown);
    fflush(stdout);
    if (cli_json)
        print_error_json(number, shown, shown_detail);
    g_printerr(_("Error %s: %s"), shown_number, shown);
    g_printerr("\n");
    if (advice != NULL && *advice != '\0')
        g_printerr("%s\n", advice);
    if (*shown_detail != '\0')
        g_printerr("(%s)\n", shown_detail);
    return CLI_FAILED;
}

/* Who did not come to the service finds nothing in its log. */
static const char *
advice_of(const GError *error, guint32 number)
{
    static const GDBusError missing[] = {G_DBUS_ERROR_SERVICE_UNKNOWN,
                                         G_DBUS_ERROR_NAME_HAS_NO_OWNER,
                                         G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND,
                                         G_DBUS_ERROR_SPAWN_EXEC_FAILED, G_DBUS_ERROR_SPAWN_FAILED};

    if (number != RAS_RASMAN_CANNOT_INITIALIZE || dt_ras_error_number(error) != RAS_OK)
        return dt_dialer_client_error_advice(number);
    for (gsize i = 0; i < G_N_ELEMENTS(missing); i++)
        if (g_error_matches(error, G_DBUS_ERROR, (int)missing[i]))
            return _("Check that Dialtone is completely installed: the service is called "
                     "dialtoned.");
    return "";
}

int
cli_fail(GError *error, guint32 otherwise)
{
    guint32 number = dt_ras_error_number(error);
    int result;

    if (number == RAS_OK && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
        number = RAS_ACCESS_DENIED;
    if (number == RAS_OK)
        number = otherwise;
    result = cli_fail_number(number, error->message, advice_of(error, number), NULL);
    g_error_free(error);
    return result;
}

ProfileStore *
cli_store(void)
{
    return profile_store_new(NULL, NULL);
}

/* --- the helper --- */

struct waiting {
    GAsyncResult *result;
};

static void
on_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    struct waiting *w = user_data;

    (void)source;
    w->result = g_object_ref(result);
}

static GAsyncResult *
wait_for(struct waiting *w)
{
    while (w->result == NULL)
        g_main_context_iteration(NULL, TRUE);
    return w->result;
}

DtDialerClient *
cli_client(enum cli_helper which, GError **error)
{
    return cli_client_in(which, NULL, error);
}

DtDialerClient *
cli_client_in(enum cli_helper which, const struct dt_helper_place *place, GError **error)
{
    struct waiting w = {NULL};

    if (which != CLI_HELPER_SYSTEM)
        dt_dialer_client_spawn_async(which == CLI_HELPER_OWN_VERBOSE, place, NULL, on_done, &w);
    else
        dt_dialer_client_new_async(NULL, on_done, &w);
    g_autoptr(GAsyncResult) result = wait_for(&w);
    return dt_dialer_client_new_finish(result, error);
}

GVariant *
cli_properties(DtConnection *connection, const Profile *p, GError **error)
{
    struct waiting w = {NULL};

    g_dbus_proxy_call(G_DBUS_PROXY(connection), "org.freedesktop.DBus.Properties.GetAll",
                      g_variant_new("(s)", "org.dialtone.Dialer1.Connection"),
                      G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, on_done, &w);
    g_autoptr(GAsyncResult) result = wait_for(&w);
    g_autoptr(GVariant) reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(connection), result, error);
    if (reply == NULL)
        return NULL;
    g_autoptr(GVariant) properties = g_variant_get_child_value(reply, 0);
    g_autofree char *web_proxy = p == NULL ? NULL : web_proxy_text(p);
    GVariantDict dict;
    g_variant_dict_init(&dict, properties);
    if (web_proxy != NULL) /* ours: not of the bus */
        g_variant_dict_insert(&dict, "WebProxy", "s", web_proxy);
    return g_variant_ref_sink(g_variant_dict_end(&dict));
}
