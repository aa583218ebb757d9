/*
 * cli-dial.c - dialtone dial: one line a stage, then back to the shell, or stay (--foreground).
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli-call.h"
#include "cli-first.h"

#include "profile-learn.h"
#include "profile-memory.h"
#include "ras.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>

static gboolean
on_signal(gpointer user_data)
{
    cli_call_stop(user_data);
    return G_SOURCE_CONTINUE;
}

static int
dial(const struct cli_command *command, const char *name, const struct cli_dial_options *options)
{
    GError *error = NULL;
    g_autoptr(ProfileStore) store = cli_store();
    g_autoptr(Profile) p = options->for_everybody ? profile_store_find_system(store, name, &error)
                                                  : profile_store_find(store, name, &error);
    struct cli_first *first = NULL;
    struct cli_call c = {
        .options = options, .stay = options->foreground, .interactive = cli_call_may_ask(options)};

    cli_connection = p == NULL ? name : p->name;
    if (p == NULL)
        return cli_fail(error, RAS_CANNOT_FIND_PHONEBOOK_ENTRY);
    profile_memory_recall(p);
    const guint signals[] = {g_unix_signal_add(SIGINT, on_signal, &c),
                             g_unix_signal_add(SIGTERM, on_signal, &c),
                             g_unix_signal_add(SIGHUP, on_signal, &c)};
    int result = cli_call_prepare(command, p, &c);
    if (result < 0)
        result = cli_first_dial(command, store, &c, &first);
    if (result < 0)
        result = cli_call_run(&c);
    cli_first_free(first, &c);
    profile_learn(store, p, c.details, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(signals); i++)
        g_source_remove(signals[i]);
    cli_call_clear(&c);
    cli_connection = NULL; /* it was of the profile */
    return result;
}

int
cli_dial(const struct cli_command *command, int argc, char **argv)
{
    struct cli_dial_options o = {0};
    const GOptionEntry more[] = {
        {"foreground", 'f', 0, G_OPTION_ARG_NONE, &o.foreground,
         N_("Stay until the connection ends; as root, without the system's dialing service"), NULL},
        {"for-everybody", 0, 0, G_OPTION_ARG_NONE, &o.for_everybody,
         N_("For all users of this computer, as an administrator"), NULL},
        {"first-user", 0, 0, G_OPTION_ARG_STRING, &o.first_user,
         N_("User name of the connection that is dialed first"), N_("USER")},
        {"first-password-file", 0, 0, G_OPTION_ARG_FILENAME, &o.first_password_file,
         N_("Read its password from the first line of FILE"), N_("FILE")},
        {"first-psk-file", 0, 0, G_OPTION_ARG_FILENAME, &o.first_psk_file,
         N_("Read its pre-shared key from the first line of FILE"), N_("FILE")},
        {"first-ca-file", 0, 0, G_OPTION_ARG_FILENAME, &o.first_ca_file,
         N_("Trust only the certificate authorities in FILE (PEM) for it"), N_("FILE")},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &o.verbose,
         N_("With --foreground: the log of the dialing service on standard error"), NULL},
        {NULL}};
    int result = CLI_USAGE;

    if (!cli_dial_options_parse(command, &o, more, &argc, &argv))
        ;
    else if (o.for_everybody && o.foreground)
        cli_usage(command, "%s", _("--for-everybody stays, and goes without --foreground"));
    else
        result = dial(command, argv[1], &o);
    cli_dial_options_clear(&o);
    return result;
}
