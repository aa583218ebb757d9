/*
 * cli-numbers.c - the access numbers of a Connection Manager phone book (CPS): of a stored
 * connection, or of a .pbk file, whose regions are in the .pbr beside it.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include "cps-book.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <stdio.h>
#include <string.h>

struct options {
    int country;
    char *region;
    gboolean modem, isdn, no_surcharge;
};

struct source {
    GBytes *pbk, *pbr;
    char *shown; /* what it was read from */
};

static void
source_clear(struct source *s)
{
    g_clear_pointer(&s->pbk, g_bytes_unref);
    g_clear_pointer(&s->pbr, g_bytes_unref);
    g_clear_pointer(&s->shown, g_free);
}

static GBytes *
read_file(const char *path, GError **error)
{
    char *bytes;
    gsize n;
    g_autoptr(GFile) file = g_file_new_for_commandline_arg(path);
    g_autoptr(GFileInfo) info = g_file_query_info(file, G_FILE_ATTRIBUTE_STANDARD_SIZE,
                                                  G_FILE_QUERY_INFO_NONE, NULL, error);

    if (info == NULL)
        return NULL;
    if (g_file_info_get_size(info) > CPS_MAX_FILE) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, _("“%s” is too large."), path);
        return NULL;
    }
    return g_file_load_contents(file, NULL, &bytes, &n, NULL, error) ? g_bytes_new_take(bytes, n)
                                                                     : NULL;
}

/* book.pbk: book.pbr, as the specification has it; absent is fine. */
static gboolean
open_files(const char *path, struct source *ret, GError **error)
{
    g_autofree char *regions = g_strdup(path);

    ret->pbk = read_file(path, error);
    if (ret->pbk == NULL)
        return FALSE;
    regions[strlen(regions) - 1] = g_str_has_suffix(path, "K") ? 'R' : 'r';
    if (g_file_test(regions, G_FILE_TEST_EXISTS)) {
        ret->pbr = read_file(regions, error);
        if (ret->pbr == NULL)
            return FALSE;
    }
    ret->shown = g_strdup(path);
    return TRUE;
}

static gboolean
open_stored(const char *name, struct source *ret, GError **error)
{
    g_autoptr(ProfileStore) store = cli_store();
    g_autoptr(Profile) p = profile_store_find(store, name, error);

    if (p == NULL)
        return FALSE;
    if (*p->pb_file == '\0') {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                    _("“%s” came without a phone book of access numbers."), p->name);
        return FALSE;
    }
    ret->pbk = profile_store_read_file(store, p, p->pb_file, error);
    if (ret->pbk == NULL)
        return FALSE;
    if (*p->region_file != '\0')
        ret->pbr = profile_store_read_file(store, p, p->region_file, NULL);
    ret->shown = g_strdup(p->pb_file);
    return TRUE;
}

static gboolean
open_source(const char *what, struct source *ret, GError **error)
{
    const gsize n = strlen(what);
    const gboolean is_file = n > 4 && g_ascii_strcasecmp(what + n - 4, ".pbk") == 0 &&
                             g_file_test(what, G_FILE_TEST_EXISTS);

    return is_file ? open_files(what, ret, error) : open_stored(what, ret, error);
}

static gboolean
find_region(const CpsBook *book, const char *name, guint32 *ret)
{
    for (guint i = 1; name != NULL && i <= cps_book_regions(book); i++)
        if (g_ascii_strcasecmp(cps_book_region(book, i), name) == 0) {
            *ret = i;
            return TRUE;
        }
    return name == NULL;
}

/* A bit of a service type that is set says "not so", but for the surcharge. */
static void
add_filter(const struct options *o, struct cps_filter *f)
{
    f->country = (guint32)o->country;
    f->mask = (o->modem ? CPS_NOT_MODEM : 0) | (o->isdn ? CPS_NOT_ISDN : 0) |
              (o->no_surcharge ? CPS_SURCHARGE : 0);
}

static void
add_number(JsonBuilder *b, const char *key, guint value)
{
    json_builder_set_member_name(b, key);
    json_builder_add_int_value(b, value);
}

static void
add_text(JsonBuilder *b, const char *key, const char *value)
{
    json_builder_set_member_name(b, key);
    json_builder_add_string_value(b, value);
}

static void
add_flag(JsonBuilder *b, const char *key, gboolean value)
{
    json_builder_set_member_name(b, key);
    json_builder_add_boolean_value(b, value);
}

static char *
number_json(const CpsBook *book, const struct cps_pop *pop)
{
    g_autoptr(JsonBuilder) b = json_builder_new();
    g_autoptr(JsonGenerator) generator = json_generator_new();

    json_builder_begin_object(b);
    add_number(b, "index", pop->index);
    add_text(b, "name", pop->name);
    add_number(b, "country", pop->country);
    add_number(b, "region", pop->region);
    add_text(b, "region_name", cps_book_region(book, pop->region));
    add_text(b, "area", pop->area);
    add_text(b, "number", pop->number);
    add_number(b, "min_speed", pop->min_speed);
    add_number(b, "max_speed", pop->max_speed);
    add_number(b, "flags", pop->flags);
    add_flag(b, "modem", (pop->flags & CPS_NOT_MODEM) == 0);
    add_flag(b, "isdn", (pop->flags & CPS_NOT_ISDN) == 0);
    add_flag(b, "multicast", (pop->flags & CPS_NOT_MULTICAST) == 0);
    add_flag(b, "surcharge", (pop->flags & CPS_SURCHARGE) != 0);
    add_flag(b, "sign_up", (pop->flags & CPS_SIGN_UP) != 0);
    add_text(b, "dun", pop->dun);
    json_builder_end_object(b);
    JsonNode *node = json_builder_get_root(b);
    json_generator_set_root(generator, node);
    json_node_unref(node);
    return json_generator_to_data(generator, NULL);
}

static void
print_number(const CpsBook *book, const struct cps_pop *pop, gboolean first)
{
    if (cli_json) {
        g_autofree char *json = number_json(book, pop);
        printf("%s%s", first ? "" : ",", json);
        return;
    }
    g_autofree char *line =
        g_strdup_printf("%s  +%u %s %s%s%s", pop->name, pop->country, pop->area, pop->number,
                        pop->region == 0 ? "" : "  ", cps_book_region(book, pop->region));
    g_autofree char *shown = cli_shown(line);
    g_print("%s\n", shown);
}

/* What the rules of the format left out: said, because else nobody would miss it. */
static void
print_report(const struct cps_report *report, const char *shown)
{
    g_autofree char *name = cli_shown(shown);

    if (report->all)
        g_printerr(_("%s, line %u: an error there makes the whole phone book void.\n"), name,
                   report->line);
    else if (report->rest)
        g_printerr(_("%s, line %u: an error there ends the phone book.\n"), name, report->line);
    if (report->entries > 0)
        g_printerr(_("%s: %u entries with an error are left out.\n"), name, report->entries);
    if (report->fields > 0)
        g_printerr(_("%s: %u fields with an error are left out.\n"), name, report->fields);
}

static int
print_numbers(const struct source *source, const struct options *o)
{
    struct cps_report report;
    struct cps_filter filter = {0};
    g_autoptr(CpsBook) book = cps_book_read(source->pbk, source->pbr, &report);
    gboolean first = TRUE;

    if (!find_region(book, o->region, &filter.region)) {
        g_autofree char *text = g_strdup_printf(_("The phone book has no region “%s”."), o->region);
        return cli_fail_number(RAS_CANNOT_FIND_PHONEBOOK_ENTRY, text, NULL, NULL);
    }
    add_filter(o, &filter);
    if (cli_json)
        printf("[");
    for (guint i = 0; i < cps_book_count(book); i++) {
        const struct cps_pop *pop = cps_book_pop(book, i);

        if (!cps_pop_passes(pop, &filter))
            continue;
        print_number(book, pop, first);
        first = FALSE;
    }
    if (cli_json)
        printf("]\n");
    fflush(stdout);
    print_report(&report, source->shown);
    return report.all ? CLI_FAILED : CLI_OK;
}

int
cli_numbers(const struct cli_command *command, int argc, char **argv)
{
    struct options o = {0};
    struct source source = {0};
    GError *error = NULL;
    const GOptionEntry entries[] = {
        {"country", 'c', 0, G_OPTION_ARG_INT, &o.country, N_("Of this country only"), N_("CODE")},
        {"region", 'r', 0, G_OPTION_ARG_STRING, &o.region, N_("Of this region only"), N_("NAME")},
        {"modem", 0, 0, G_OPTION_ARG_NONE, &o.modem, N_("For modems"), NULL},
        {"isdn", 0, 0, G_OPTION_ARG_NONE, &o.isdn, N_("For ISDN"), NULL},
        {"no-surcharge", 0, 0, G_OPTION_ARG_NONE, &o.no_surcharge, N_("Without a surcharge"), NULL},
        {0},
    };
    int code = CLI_USAGE;

    if (cli_parse(command, entries, &argc, &argv, 1, 1)) {
        if (o.country < 0)
            code = cli_usage(command, "%s", _("the code of a country is a number from 1"));
        else if (open_source(argv[1], &source, &error))
            code = print_numbers(&source, &o);
        else
            code = cli_fail(error, RAS_CANNOT_OPEN_PHONEBOOK);
    }
    source_clear(&source);
    g_free(o.region);
    return code;
}
