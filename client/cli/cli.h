/*
 * cli.h - what the commands of dialtone share: the options that all have, output that a terminal
 * can stand, errors in one form, and one client of the helper.
 *
 * Exit status: 0 done, 1 failed ("Error N: text" on standard error), 2 wrong usage.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>
#include <stdio.h>

#include "dt-dialer-client.h"
#include "profile-store.h"

enum cli_exit { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

struct cli_command {
    const char *name;
    const char *arguments; /* of the synopsis: "NAME"; untranslated */
    const char *summary;
    int (*run)(const struct cli_command *command, int argc, char **argv); /* argv[0]: the name */
};

extern gboolean cli_json; /* --json */
/* The connection that the command is about; with --json its failure is told with all keys of a
 * status. NULL: it is about no single one. */
extern const char *cli_connection;
extern guint32 cli_error; /* what cli_fail() told last, or cli_fail_number() */
extern char *cli_error_text;

/* Parses @entries and --json; what is left must be @min..@max arguments. On wrong usage says so and
 * returns FALSE; --help ends the program. */
gboolean cli_parse(const struct cli_command *command, const GOptionEntry *entries, int *argc,
                   char ***argv, int min, int max);
int cli_usage(const struct cli_command *command, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Output. Everything of a profile, a server or a file goes through cli_shown(). */
char *cli_shown(const char *text);                  /* printable; free it */
void cli_row(const char *label, const char *value); /* "Label: value"; nothing when empty */
void cli_print_json(JsonNode *node);                /* takes it; one line */
void cli_print_json_to(FILE *out, JsonNode *node);
/* "Error N: text", then the advice and the detail if there are; with --json also an object. */
int cli_fail_number(guint32 number, const char *text, const char *advice, const char *detail);
/* Of @error (taken); @otherwise is the number when it has none of its own. */
int cli_fail(GError *error, guint32 otherwise);

ProfileStore *cli_store(void);

/* The helper, ready to be used; CLI_HELPER_OWN starts one. Runs the main context until it is. */
enum cli_helper { CLI_HELPER_SYSTEM, CLI_HELPER_OWN, CLI_HELPER_OWN_VERBOSE };
DtDialerClient *cli_client(enum cli_helper which, GError **error);
struct dt_helper_place;
DtDialerClient *cli_client_in(enum cli_helper which, const struct dt_helper_place *place,
                              GError **error);
/* All properties of a connection as they are now: a{sv}. @p (may be NULL): with what is its. */
GVariant *cli_properties(DtConnection *connection, const Profile *p, GError **error);
JsonNode *cli_status_node(GVariant *properties);
/* The same keys of one that did not come to dialing. */
JsonNode *cli_failed_node(const char *name, guint32 error, const char *text, const char *detail);
void cli_print_status(GVariant *properties);

/* Prompts. */
gboolean cli_is_terminal(void);
/* One line from the terminal; without @echo it is not shown. Runs the main context meanwhile; FALSE
 * when *stop became TRUE or the terminal was closed. */
gboolean cli_prompt(const char *label, gboolean echo, const gboolean *stop, struct secret *ret);
/* The first line of a file ("-": standard input) as a secret. */
gboolean cli_read_secret(const char *path, struct secret *ret, GError **error);

int cli_import(const struct cli_command *command, int argc, char **argv);
int cli_export(const struct cli_command *command, int argc, char **argv);
int cli_list(const struct cli_command *command, int argc, char **argv);
int cli_show(const struct cli_command *command, int argc, char **argv);
int cli_numbers(const struct cli_command *command, int argc, char **argv);
int cli_delete(const struct cli_command *command, int argc, char **argv);
int cli_dial(const struct cli_command *command, int argc, char **argv);
int cli_diagnose(const struct cli_command *command, int argc, char **argv);
int cli_status(const struct cli_command *command, int argc, char **argv);
int cli_hangup(const struct cli_command *command, int argc, char **argv);
int cli_log(const struct cli_command *command, int argc, char **argv);
int cli_update(const struct cli_command *command, int argc, char **argv);
int cli_run(const struct cli_command *command, int argc, char **argv);
