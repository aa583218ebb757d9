/*
 * main.c - dialtone: the command line. One table of commands.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include <glib/gi18n-lib.h>

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

gboolean cli_json;

static const struct cli_command commands[] = {
    {"import", "PATH",
     N_("take over connections of Windows: a Connection Manager profile, rasphone.pbk"),
     cli_import},
    {"export", "NAME…", N_("write connections for another program"), cli_export},
    {"list", "", N_("the connections of this computer"), cli_list},
    {"show", "NAME", N_("what a connection is set to"), cli_show},
    {"numbers", "NAME | FILE", N_("the access numbers of a phone book"), cli_numbers},
    {"delete", "NAME", N_("remove a connection"), cli_delete},
    {"dial", "NAME", N_("connect"), cli_dial},
    {"status", "[NAME]", N_("state, addresses and traffic"), cli_status},
    {"hangup", "NAME | --all", N_("disconnect"), cli_hangup},
    {"diagnose", "NAME", N_("what works, what does not, and what to do"), cli_diagnose},
    {"update", "NAME", N_("fetch new servers, access numbers and routes"), cli_update},
    {"run", "NAME -- COMMAND", N_("connect one program, without privilege"), cli_run},
    {"log", "NAME", N_("what happened during the last dials"), cli_log},
};

static void
print_help(FILE *out)
{
    fprintf(out, "%s\n  dialtone COMMAND [OPTION…]\n\n%s\n", _("Usage:"), _("Commands:"));
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        fprintf(out, "  %-8s %s%*s %s\n", commands[i].name, commands[i].arguments,
                (int)(15 - g_utf8_strlen(commands[i].arguments, -1)), "", _(commands[i].summary));
    fprintf(out, "\n%s\n",
            _("“dialtone COMMAND --help” tells the options of a command. All commands have "
              "--json."));
}

static int
run(int argc, char **argv)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        if (strcmp(argv[0], commands[i].name) == 0)
            return commands[i].run(&commands[i], argc, argv);

    g_autofree char *shown = cli_shown(argv[0]);
    g_printerr("dialtone: %s “%s”\n", _("there is no command"), shown);
    print_help(stderr);
    return CLI_USAGE;
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    bindtextdomain(GETTEXT_PACKAGE, LOCALEDIR);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
    prctl(PR_SET_DUMPABLE, 0); /* it holds passwords: no core file, no ptrace */

    if (argc < 2) {
        print_help(stderr);
        return CLI_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("dialtone %s\n", DIALTONE_VERSION);
        return CLI_OK;
    }
    if (strcmp(argv[1], "help") == 0 && argc > 2) {
        char help[] = "--help", *of_command[] = {argv[2], help, NULL};

        return run(2, of_command);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return CLI_OK;
    }
    return run(argc - 1, argv + 1);
}
