/*
 * cli-numbers.c - the access numbers of a Connection Manager phone book (CPS): of a stored
 * connection, sorted as its profile says, or of a .pbk file, whose regions are in the .pbr beside
 * it. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli.h"

#include "cli-json.h"
#include "cps-book.h"
#include "profile-books.h"
#include "profile-sieve.h"
#include "ras.h"

#include <glib/gi18n-lib.h>

#include <stdio.h>
#include <string.h>

struct options {
    int country;
    char *region, *service;
    gboolean modem, isdn, no_surcharge, all;
};

struct source {
    Profile *p;       /* NULL: a file */
    GPtrArray *books; /* struct profile_book */
    gboolean unknown; /* not a file, and no connection has the name */
};

static void
source_clear(struct source *s)
{
    g_clear_pointer(&s->p, profile_free);
    g_clear_pointer(&s->books, g_ptr_array_unref);
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
    g_autoptr(GBytes) pbk = read_file(path, error), pbr = NULL;

    if (pbk == NULL)
        return FALSE;
    regions[strlen(regions) - 1] = g_str_has_suffix(path, "K") ? 'R' : 'r';
    if (g_file_test(regions, G_FILE_TEST_EXISTS)) {
        pbr = read_file(regions, error);
        if (pbr == NULL)
            return FALSE;
    }
    ret->books = profile_books_new();
    profile_books_add(ret->books, "", path, g_steal_pointer(&pbk), g_steal_pointer(&pbr));
    return TRUE;
}

static gboolean
open_stored(const char *name, struct source *ret, GError **error)
{
    g_autoptr(ProfileStore) store = cli_store();

    ret->p = profile_store_find(store, name, error);
    if (ret->p == NULL)
        return FALSE;
    ret->books = profile_books(store, ret->p, error);
    return ret->books != NULL;
}

/* A name is that of a connection, unless it can only be that of a file. */
static gboolean
open_source(const char *what, struct source *ret, GError **error)
{
    const gsize n = strlen(what);
    const gboolean is_book = n > 4 && g_ascii_strcasecmp(what + n - 4, ".pbk") == 0;
    const gboolean exists = g_file_test(what, G_FILE_TEST_EXISTS);
    GError *why = NULL;

    if (is_book && exists)
        return open_files(what, ret, error);
    if (open_stored(what, ret, &why))
        return TRUE;
    if (!g_error_matches(why, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) || ret->p != NULL ||
        !(exists || is_book)) {
        ret->unknown = g_error_matches(why, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) && ret->p == NULL;
        g_propagate_error(error, why);
        return FALSE;
    }
    g_clear_error(&why);
    if (is_book)
        return open_files(what, ret, error); /* says why it cannot be read */
    g_autofree char *shown = cli_shown(what);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                _("“%s” is neither a connection nor a phone book (.pbk)."), shown);
    return FALSE;
}

/* A bit of a service type that is set says "not so", but for the surcharge. */
static void
add_wishes(const struct options *o, struct cps_filter *f)
{
    f->country = (guint32)o->country;
    f->mask = (o->modem ? CPS_NOT_MODEM : 0) | (o->isdn ? CPS_NOT_ISDN : 0) |
              (o->no_surcharge ? CPS_SURCHARGE : 0);
}

static void
say_unknown(const struct profile_sieve *sieve)
{
    for (guint i = 0; i < sieve->n_unknown; i++) {
        g_autofree char *shown = cli_shown(sieve->unknown[i]);
        g_printerr(_("The profile does not say what its filter “%s” is; it is not used.\n"), shown);
    }
}

static char *
number_json(const CpsBook *book, const struct cps_pop *pop, enum profile_sieve_list list,
            const char *name)
{
    g_autofree char *base = g_path_get_basename(name);
    g_autofree char *shown = cli_shown(base);
    g_autoptr(JsonBuilder) b = json_builder_new();
    g_autoptr(JsonGenerator) generator = json_generator_new();

    json_builder_begin_object(b);
    cli_json_number(b, "index", pop->index);
    cli_json_text(b, "name", pop->name);
    cli_json_number(b, "country", pop->country);
    cli_json_number(b, "region", pop->region);
    cli_json_text(b, "region_name", cps_book_region(book, pop->region));
    cli_json_text(b, "area", pop->area);
    cli_json_text(b, "number", pop->number);
    cli_json_number(b, "min_speed", pop->min_speed);
    cli_json_number(b, "max_speed", pop->max_speed);
    cli_json_number(b, "flags", pop->flags);
    cli_json_flag(b, "modem", (pop->flags & CPS_NOT_MODEM) == 0);
    cli_json_flag(b, "isdn", (pop->flags & CPS_NOT_ISDN) == 0);
    cli_json_flag(b, "multicast", (pop->flags & CPS_NOT_MULTICAST) == 0);
    cli_json_flag(b, "surcharge", (pop->flags & CPS_SURCHARGE) != 0);
    cli_json_flag(b, "sign_up", (pop->flags & CPS_SIGN_UP) != 0);
    cli_json_text(b, "dun", pop->dun);
    cli_json_number(b, "list", list);
    cli_json_text(b, "book", shown);
    json_builder_end_object(b);
    JsonNode *node = json_builder_get_root(b);
    json_generator_set_root(generator, node);
    json_node_unref(node);
    return json_generator_to_data(generator, NULL);
}

static void
print_number(const CpsBook *book, const struct cps_pop *pop)
{
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

/* One list of a book. @any: something was printed before. */
static void
print_list(const CpsBook *book, const struct profile_sieve *sieve, enum profile_sieve_list list,
           const char *name, gboolean *any)
{
    gboolean titled = list == PROFILE_SIEVE_FIRST;

    for (guint i = 0; i < cps_book_count(book); i++) {
        const struct cps_pop *pop = cps_book_pop(book, i);

        if (profile_sieve_list(sieve, pop) != list)
            continue;
        if (cli_json) {
            g_autofree char *json = number_json(book, pop, list, name);
            printf("%s%s", *any ? "," : "", json);
        } else {
            if (!titled)
                g_print("%s\n", _("More access numbers:"));
            titled = TRUE;
            print_number(book, pop);
        }
        *any = TRUE;
    }
}

/* FALSE: an error in it makes all of it void. */
static gboolean
print_book(const struct source *source, const struct profile_book *from, const struct options *o,
           struct profile_sieve sieve, gboolean *any)
{
    struct cps_report report;
    g_autoptr(CpsBook) book = cps_book_read(from->pbk, from->pbr, &report);

    if (profile_sieve_region(&sieve, book, o->region)) {
        sieve.n_unknown = 0;
        if (source->p != NULL && !o->all)
            profile_sieve_lists(&sieve, source->p, from->reference);
        say_unknown(&sieve);
        if (!cli_json && source->books->len > 1) {
            g_autofree char *name = cli_shown(from->name);
            g_print(_("Phone book %s:\n"), name);
        }
        print_list(book, &sieve, PROFILE_SIEVE_FIRST, from->name, any);
        print_list(book, &sieve, PROFILE_SIEVE_MORE, from->name, any);
    }
    print_report(&report, from->name);
    return !report.all;
}

static gboolean
has_region(const struct source *source, const char *region)
{
    for (guint i = 0; region != NULL && i < source->books->len; i++) {
        const struct profile_book *from = source->books->pdata[i];
        struct cps_report report;
        g_autoptr(CpsBook) book = cps_book_read(from->pbk, from->pbr, &report);
        struct profile_sieve none = {0};

        if (profile_sieve_region(&none, book, region))
            return TRUE;
    }
    return region == NULL;
}

static int
fail_unknown(char *text) /* takes it */
{
    const int code = cli_fail_number(RAS_CANNOT_FIND_PHONEBOOK_ENTRY, text, NULL, NULL);

    g_free(text);
    return code;
}

static int
print_numbers(const struct source *source, const struct options *o)
{
    struct profile_sieve sieve = {0};
    gboolean any = FALSE, whole = TRUE;

    if (!has_region(source, o->region))
        return fail_unknown(g_strdup_printf(_("The phone book has no region “%s”."), o->region));
    if (o->service != NULL &&
        (source->p == NULL || !profile_sieve_service(&sieve, source->p, o->service)))
        return fail_unknown(
            g_strdup_printf(_("The profile has no service type “%s”."), o->service));
    say_unknown(&sieve);
    add_wishes(o, &sieve.wished);
    if (cli_json)
        printf("[");
    for (guint i = 0; i < source->books->len; i++)
        whole &= print_book(source, source->books->pdata[i], o, sieve, &any);
    if (cli_json)
        printf("]\n");
    fflush(stdout);
    return whole ? CLI_OK : CLI_FAILED;
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
        {"service", 's', 0, G_OPTION_ARG_STRING, &o.service,
         N_("Of this service type of the profile only"), N_("TEXT")},
        {"all", 'a', 0, G_OPTION_ARG_NONE, &o.all, N_("Also those that the profile does not show"),
         NULL},
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
            code = cli_fail(error, source.unknown ? RAS_CANNOT_FIND_PHONEBOOK_ENTRY
                                                  : RAS_CANNOT_OPEN_PHONEBOOK);
    }
    source_clear(&source);
    g_free(o.region);
    g_free(o.service);
    return code;
}
