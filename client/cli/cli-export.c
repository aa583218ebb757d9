/* cli-export.c - export. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli-profile.h"

#include "ras.h"
#include "rasphone-profile.h"

#include <glib/gi18n-lib.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* To standard output, or to a file that is not there yet or is replaced as a whole. */
static int
put(GBytes *bytes, const char *output)
{
    gsize n;
    const char *data = g_bytes_get_data(bytes, &n);
    GError *error = NULL;

    if (output != NULL && strcmp(output, "-") != 0)
        return g_file_set_contents(output, n > 0 ? data : "", (gssize)n, &error)
                   ? CLI_OK
                   : cli_fail(error, RAS_CANNOT_WRITE_PHONEBOOK);
    if (fwrite(data, 1, n, stdout) != n || fflush(stdout) != 0)
        return cli_fail_number(RAS_CANNOT_WRITE_PHONEBOOK, g_strerror(errno), NULL, NULL);
    return CLI_OK;
}

static GBytes *
rasphone_of(ProfileStore *store, const Profile *p, GError **error)
{
    g_autoptr(GBytes) kept = profile_store_read_file(store, p, RASPHONE_KEPT, NULL);

    return rasphone_profile_write(p, kept, error);
}

static const struct format {
    const char *name;
    GBytes *(*write)(ProfileStore *store, const Profile *p, GError **error);
} formats[] = {{"rasphone", rasphone_of}};

static const struct format *
format_of(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

int
cli_export(const struct cli_command *command, int argc, char **argv)
{
    g_autofree char *name = NULL, *output = NULL;
    const GOptionEntry entries[] = {
        {"format", 'f', 0, G_OPTION_ARG_STRING, &name, N_("rasphone"), N_("FORMAT")},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_("Write to FILE"), N_("FILE")},
        {NULL}};
    g_autoptr(GByteArray) all = g_byte_array_new();
    GError *error = NULL;

    if (!cli_parse(command, entries, &argc, &argv, 1, G_MAXINT - 1))
        return CLI_USAGE;
    const struct format *format = name == NULL ? NULL : format_of(name);
    if (format == NULL)
        return cli_usage(command, "%s", _("name a --format: rasphone"));
    g_autoptr(ProfileStore) store = cli_store();
    for (int i = 1; i < argc; i++) {
        g_autoptr(Profile) p = profile_store_find(store, argv[i], &error);
        if (p == NULL)
            return cli_fail(error, RAS_CANNOT_FIND_PHONEBOOK_ENTRY);
        g_autoptr(GBytes) bytes = format->write(store, p, &error);
        if (bytes == NULL)
            return cli_fail(error, RAS_CANNOT_WRITE_PHONEBOOK);
        gsize n;
        const guint8 *data = g_bytes_get_data(bytes, &n);
        g_byte_array_append(all, data, (guint)n);
    }
    g_autoptr(GBytes) bytes = g_byte_array_free_to_bytes(g_steal_pointer(&all));
    return put(bytes, output);
}
