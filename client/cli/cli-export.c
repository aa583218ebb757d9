/* cli-export.c - export. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli-profile.h"

#include "cli-json.h"
#include "cmak-write.h"
#include "nm-keyfile.h"
#include "out-file.h"
#include "package.h"
#include "profile-plan.h"
#include "ras.h"
#include "rasphone-profile.h"

#include <glib/gi18n-lib.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int
done(gboolean ok, const char *output, GError *error)
{
    g_autofree char *shown = g_filename_display_name(output);
    g_autoptr(JsonBuilder) b = json_builder_new();

    if (!ok)
        return cli_fail(error, RAS_CANNOT_WRITE_PHONEBOOK);
    if (!cli_json)
        return CLI_OK;
    json_builder_begin_object(b);
    cli_json_text(b, "output", shown);
    json_builder_end_object(b);
    cli_print_json(json_builder_get_root(b));
    return CLI_OK;
}

/* To standard output, or to a file. */
static int
put(GBytes *bytes, const char *output)
{
    gsize n;
    const char *data = g_bytes_get_data(bytes, &n);
    GError *error = NULL;

    if (output != NULL && strcmp(output, "-") != 0) {
        const gboolean ok = out_file_write(output, bytes, &error);
        return done(ok, output, error);
    }
    if (fwrite(data, 1, n, stdout) != n || fflush(stdout) != 0)
        return cli_fail_number(RAS_CANNOT_WRITE_PHONEBOOK, g_strerror(errno), NULL, NULL);
    return CLI_OK;
}

static void
say_losses(const GPtrArray *losses)
{
    for (guint i = 0; i < losses->len; i++) {
        g_autofree char *shown = cli_shown(losses->pdata[i]);
        g_printerr("%s\n", shown);
    }
}

static GBytes *
rasphone_of(ProfileStore *store, const Profile *p, GError **error)
{
    g_autoptr(GBytes) kept = profile_store_read_file(store, p, RASPHONE_KEPT, NULL);
    g_autoptr(GPtrArray) losses = rasphone_profile_losses(p);

    if (kept == NULL)
        say_losses(losses);
    return rasphone_profile_write(p, kept, error);
}

static GBytes *
nm_of(ProfileStore *store, const Profile *p, GError **error)
{
    g_autoptr(GPtrArray) losses = nm_keyfile_losses(p);
    g_autofree char *unavailable = profile_plan_unavailable(p);

    (void)store;
    if (unavailable != NULL) {
        g_set_error_literal(error, PROFILE_PLAN_ERROR, PROFILE_PLAN_ERROR_UNAVAILABLE, unavailable);
        return NULL;
    }
    say_losses(losses);
    return nm_keyfile_write(p);
}

/* "a.cms/a.pbk": what belongs to profiles that are merged into this one. */
static void
keep_list(GHashTable *files, ProfileStore *store, const Profile *p, const char *list)
{
    g_auto(GStrv) names = g_strsplit(list, "/", -1);

    for (guint i = 0; names[i] != NULL; i++) {
        GBytes *bytes =
            *names[i] == '\0' ? NULL : profile_store_read_file(store, p, names[i], NULL);
        if (bytes != NULL)
            g_hash_table_insert(files, g_strdup(names[i]), bytes);
    }
}

/* The wizard's .inf, in whatever letter case it came. */
static void
keep_inf(GHashTable *files, ProfileStore *store, const Profile *p)
{
    g_autofree char *name = g_strconcat(p->short_name, ".inf", NULL);
    g_autoptr(Profile) whole = profile_copy(p);
    GHashTableIter iter;
    gpointer key, bytes;

    if (!profile_store_fetch_files(store, whole, NULL))
        return;
    g_hash_table_iter_init(&iter, whole->files);
    while (g_hash_table_iter_next(&iter, &key, &bytes))
        if (g_ascii_strcasecmp(key, name) == 0)
            g_hash_table_insert(files, g_strdup(key), g_bytes_ref(bytes));
}

/* What came with the profile, as far as it is still there. */
static GHashTable *
kept_files(ProfileStore *store, const Profile *p)
{
    const char *const names[] = {p->logo,         p->icon,      p->small_icon,
                                 p->tray_icon,    p->help_file, p->pb_logo,
                                 p->licence_file, p->pb_file,   p->region_file};
    GHashTable *files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);

    keep_list(files, store, p, p->merged_files);
    keep_inf(files, store, p);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        GBytes *bytes = *names[i] == '\0' || strchr(names[i], '/') != NULL
                            ? NULL
                            : profile_store_read_file(store, p, names[i], NULL);
        if (bytes != NULL)
            g_hash_table_insert(files, g_strdup(names[i]), bytes);
    }
    return files;
}

/* A folder, or with a name that ends so, a cabinet. */
static int
export_cmak(ProfileStore *store, const Profile *p, const char *output)
{
    g_autoptr(GHashTable) kept = kept_files(store, p), files = cmak_write(p, kept);
    GError *error = NULL;

    if (g_str_has_suffix(output, ".cab")) {
        g_autoptr(GBytes) cab = package_write(files, &error);
        return cab == NULL ? cli_fail(error, RAS_CANNOT_WRITE_PHONEBOOK) : put(cab, output);
    }
    const gboolean ok = out_file_write_folder(output, files, &error);
    return done(ok, output, error);
}

static const struct format {
    const char *name;
    gboolean one; /* only one connection a file */
    GBytes *(*write)(ProfileStore *store, const Profile *p, GError **error); /* NULL: cmak */
} formats[] = {{"cmak", TRUE, NULL}, {"nm", TRUE, nm_of}, {"rasphone", FALSE, rasphone_of}};

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
        {"format", 'f', 0, G_OPTION_ARG_STRING, &name, N_("cmak, nm, rasphone"), N_("FORMAT")},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_("Write to FILE"), N_("FILE")},
        {NULL}};
    g_autoptr(GByteArray) all = g_byte_array_new();
    GError *error = NULL;

    if (!cli_parse(command, entries, &argc, &argv, 1, G_MAXINT - 1))
        return CLI_USAGE;
    const struct format *format = name == NULL ? NULL : format_of(name);
    if (format == NULL)
        return cli_usage(command, "%s", _("name a --format: cmak, nm or rasphone"));
    if (format->one && argc > 2)
        return cli_usage(command, _("there is an argument too many: %s"), argv[2]);
    if (format->write == NULL && (output == NULL || *output == '\0'))
        return cli_usage(command, "%s", _("name an --output: a folder, or a file FILE.cab"));
    g_autoptr(ProfileStore) store = cli_store();
    for (int i = 1; i < argc; i++) {
        g_autoptr(Profile) p = profile_store_find(store, argv[i], &error);
        if (p == NULL)
            return cli_fail(error, RAS_CANNOT_FIND_PHONEBOOK_ENTRY);
        if (format->write == NULL)
            return export_cmak(store, p, output);
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
