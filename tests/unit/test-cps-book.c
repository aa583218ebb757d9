/* test-cps-book.c - phone books of Connection Point Services: MS-CPSP's fields, and each of its
 * rules for errors. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cps-book.h"

#include <string.h>

static CpsBook *
book_of(const char *pbk, const char *pbr, struct cps_report *report)
{
    g_autoptr(GBytes) a = g_bytes_new(pbk, strlen(pbk));
    g_autoptr(GBytes) b = pbr == NULL ? NULL : g_bytes_new(pbr, strlen(pbr));

    return cps_book_read(a, b, report);
}

static void
fields(void)
{
    struct cps_report r;
    g_autoptr(CpsBook) b = book_of(
        "7,49,2,Musterstadt,030,555-01 #*,9600,56000,0,96,Line A,\r\n,91,,,,5550123,,,,,,\n",
        "2\r\nNorth\r\nSouth\r\n", &r);
    const struct cps_pop *p = cps_book_pop(b, 0);

    g_assert_cmpuint(cps_book_count(b), ==, 2);
    g_assert_cmpuint(p->index, ==, 7);
    g_assert_cmpuint(p->country, ==, 49);
    g_assert_cmpuint(p->region, ==, 2);
    g_assert_cmpstr(cps_book_region(b, p->region), ==, "South");
    g_assert_cmpstr(p->name, ==, "Musterstadt");
    g_assert_cmpstr(p->area, ==, "030");
    g_assert_cmpstr(p->number, ==, "555-01 #*");
    g_assert_cmpuint(p->min_speed, ==, 9600);
    g_assert_cmpuint(p->max_speed, ==, 56000);
    g_assert_cmpuint(p->flags, ==, 96);
    g_assert_cmpstr(p->dun, ==, "Line A");
    p = cps_book_pop(b, 1);
    g_assert_cmpuint(p->index, ==, 0);
    g_assert_cmpuint(p->country, ==, 91);
    g_assert_cmpstr(p->number, ==, "5550123");
    g_assert_cmpstr(p->name, ==, "");
    g_assert_false(r.rest || r.all || r.fields > 0 || r.entries > 0);
}

#define GOOD "1,1,0,A,,1,,,0,0,\n"

/* Each line of the table: a good entry, the bad line, a good entry. */
static void
each_rule(void)
{
    static const struct {
        const char *why, *line;
        guint kept; /* of the three */
        guint fields, entries;
        gboolean rest, all;
    } rows[] = {
        {"index", "x,1,0,A,,1,,,0,0,", 1, 0, 0, TRUE, FALSE},
        {"no country", "2,,0,A,,1,,,0,0,", 2, 0, 1, FALSE, FALSE},
        {"country", "2,x,0,A,,1,,,0,0,", 0, 0, 0, FALSE, TRUE},
        {"region beyond", "2,1,9,A,,1,,,0,0,", 3, 1, 0, FALSE, FALSE},
        {"region", "2,1,x,A,,1,,,0,0,", 0, 0, 0, FALSE, TRUE},
        {"name", "2,1,0,Abcdefghijklmnopqrstuvwxyz123456,,1,,,0,0,", 1, 0, 0, TRUE, FALSE},
        {"name fits", "2,1,0,Abcdefghijklmnopqrstuvwxyz12345,,1,,,0,0,", 3, 0, 0, FALSE, FALSE},
        {"area", "2,1,0,A,x,1,,,0,0,", 3, 1, 0, FALSE, FALSE},
        {"area too long", "2,1,0,A,123456789012,1,,,0,0,", 1, 0, 0, TRUE, FALSE},
        {"no number", "2,1,0,A,,,,,0,0,", 3, 0, 0, FALSE, FALSE},
        {"odd number", "2,1,0,A,,abc,,,0,0,", 3, 0, 0, FALSE, FALSE},
        {"number too long", "2,1,0,A,,123456789012345678901234567890123456789012,,,0,0,", 1, 0, 0,
         TRUE, FALSE},
        {"min speed", "2,1,0,A,,1,x,,0,0,", 0, 0, 0, FALSE, TRUE},
        {"max speed", "2,1,0,A,,1,,-1,0,0,", 0, 0, 0, FALSE, TRUE},
        {"reserved", "2,1,0,A,,1,,,-1,0,", 0, 0, 0, FALSE, TRUE},
        {"flags", "2,1,0,A,,1,,,0,x,", 0, 0, 0, FALSE, TRUE},
        {"no flags", "2,1,0,A,,1,,,0,,", 3, 0, 0, FALSE, FALSE},
        {"not for sign-on", "2,1,0,A,,1,,,0,1,", 2, 0, 1, FALSE, FALSE},
        {"commas: few", "2,1,0,A,,1,,,0,0", 1, 0, 0, TRUE, FALSE},
        {"commas: many", "2,1,0,A,,1,,,0,0,,,", 0, 0, 0, FALSE, TRUE},
        {"a number of 33 bits", "4294967296,1,0,A,,1,,,0,0,", 1, 0, 0, TRUE, FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strconcat(GOOD, rows[i].line, "\n", GOOD, NULL);
        struct cps_report r;
        g_autoptr(CpsBook) b = book_of(text, NULL, &r);

        g_test_message("%s", rows[i].why);
        g_assert_cmpuint(cps_book_count(b), ==, rows[i].kept);
        g_assert_cmpuint(r.fields, ==, rows[i].fields);
        g_assert_cmpuint(r.entries, ==, rows[i].entries);
        g_assert_cmpint(r.rest, ==, rows[i].rest);
        g_assert_cmpint(r.all, ==, rows[i].all);
        g_assert_cmpuint(r.line, ==, rows[i].rest || rows[i].all ? 2 : 0);
    }
}

static void
a_long_dun_is_cut(void)
{
    struct cps_report r;
    g_autofree char *dun = g_strnfill(60, 'd');
    g_autofree char *text = g_strconcat("1,1,0,A,,1,,,0,0,", dun, ",\n", NULL);
    g_autoptr(CpsBook) b = book_of(text, NULL, &r);

    g_assert_cmpuint(strlen(cps_book_pop(b, 0)->dun), ==, CPS_MAX_DUN);
}

static void
regions(void)
{
    static const struct {
        const char *text;
        guint regions;
        gboolean all;
    } rows[] = {{"2\nNorth\nSouth\n", 2, FALSE},
                {"2,North,South", 2, FALSE},
                {"1\nNorth\nSouth\n", 1, FALSE},
                {"9\nNorth\nSouth\n", 2, FALSE},
                {"0\n", 0, FALSE},
                {"x\nNorth\n", 0, TRUE},
                {"", 0, TRUE},
                {"-1\nNorth\n", 0, TRUE}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct cps_report r;
        g_autoptr(CpsBook) b = book_of(GOOD, rows[i].text, &r);

        g_test_message("%s", rows[i].text);
        g_assert_cmpuint(cps_book_regions(b), ==, rows[i].regions);
        g_assert_cmpint(r.all, ==, rows[i].all);
        g_assert_cmpuint(cps_book_count(b), ==, rows[i].all ? 0 : 1);
    }
    struct cps_report r;
    g_autoptr(CpsBook) b =
        book_of(GOOD, "1\nA name that is longer than thirty-one characters\n", &r);
    g_assert_cmpuint(strlen(cps_book_region(b, 1)), ==, CPS_MAX_NAME);
}

/* The standard filters of the wizard over the specification's example: 96 is sign-on, modem, ISDN,
 * surcharge. */
static void
filters(void)
{
    static const struct {
        const char *name;
        guint32 mask, match;
        gboolean passes;
    } rows[] = {
        {"SignOn", 0x01, 0x00, TRUE},          {"SignUp", 0x02, 0x02, FALSE},
        {"Modem", 0x04, 0x00, TRUE},           {"ISDN", 0x08, 0x00, TRUE},
        {"MultiCast", 0x20, 0x00, FALSE},      {"Surcharge", 0x40, 0x40, TRUE},
        {"SurchargeSignon", 0x41, 0x40, TRUE}, {"NosurchargeSignon", 0x41, 0x00, FALSE},
        {"MultiCastModem", 0x24, 0x00, FALSE},
    };
    const struct cps_pop pop = {.country = 49, .region = 2, .flags = 96};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct cps_filter f = {rows[i].mask, rows[i].match, 0, 0};
        g_test_message("%s", rows[i].name);
        g_assert_cmpint(cps_pop_passes(&pop, &f), ==, rows[i].passes);
    }
    g_assert_true(cps_pop_passes(&pop, &(struct cps_filter){.country = 49, .region = 2}));
    g_assert_false(cps_pop_passes(&pop, &(struct cps_filter){.country = 1}));
    g_assert_false(cps_pop_passes(&pop, &(struct cps_filter){.region = 1}));
    const struct cps_pop everywhere = {.country = 49};
    g_assert_true(cps_pop_passes(&everywhere, &(struct cps_filter){.region = 1}));
}

/* parse(write(x)) = x, and write(parse(what was written)) is the same octets. */
static void
what_was_written_is_read(void)
{
    struct cps_report r;
    g_autoptr(CpsBook) b =
        book_of("7,49,2,Größe,030,555,9600,56000,0,96,Line A,\n" GOOD, "2\nNorth\nSouth\n", &r);
    g_autoptr(GBytes) pbk = cps_book_write(b), pbr = cps_book_write_regions(b);
    g_autoptr(CpsBook) c = cps_book_read(pbk, pbr, &r);
    g_autoptr(GBytes) pbk2 = cps_book_write(c), pbr2 = cps_book_write_regions(c);

    g_assert_cmpuint(cps_book_count(c), ==, 2);
    g_assert_cmpstr(cps_book_pop(c, 0)->name, ==, "Größe");
    g_assert_true(g_bytes_equal(pbk, pbk2));
    g_assert_true(g_bytes_equal(pbr, pbr2));
}

/* What a mark that is not shown becomes does not make a name too long to be read again. */
static void
marks_make_no_name_longer(void)
{
    struct cps_report r;
    g_autoptr(CpsBook) b =
        book_of("7,49,0,1234567890123456789012345678\xef\xbb\xbfyz,030,555,,,,,\n", NULL, &r);
    g_autoptr(GBytes) pbk = cps_book_write(b);
    g_autoptr(CpsBook) c = cps_book_read(pbk, NULL, &r);

    g_assert_cmpuint(cps_book_count(c), ==, 1);
    g_assert_cmpstr(cps_book_pop(c, 0)->name, ==, "1234567890123456789012345678???");
}

/* F5: a million entries and more, and more octets than a book may have: the rest is left out. */
static void
more_than_a_book_may_have(void)
{
    static const char one[] = "1,1,0,N,,5,,,,,\n";
    const gsize n = strlen(one);
    GByteArray *text = g_byte_array_new();
    struct cps_report report;

    for (guint i = 0; i <= CPS_MAX_POPS; i++)
        g_byte_array_append(text, (const guint8 *)one, (guint)n);
    g_byte_array_append(text, (const guint8 *)"x", 1);
    g_autoptr(GBytes) many = g_byte_array_free_to_bytes(text);
    g_autoptr(CpsBook) book = cps_book_read(many, NULL, &report);
    g_assert_cmpuint(cps_book_count(book), ==, CPS_MAX_POPS);

    g_autofree char *large = g_malloc(CPS_MAX_FILE + n);
    memset(large, '\n', CPS_MAX_FILE + n);
    memcpy(large, one, n);
    memcpy(large + CPS_MAX_FILE, one, n);
    g_autoptr(GBytes) bytes = g_bytes_new_static(large, CPS_MAX_FILE + n);
    g_autoptr(CpsBook) cut = cps_book_read(bytes, NULL, &report);
    g_assert_cmpuint(cps_book_count(cut), ==, 1);

    g_autoptr(GString) names = g_string_new("99999\n");
    for (guint i = 0; i <= CPS_MAX_REGIONS; i++)
        g_string_append(names, "R\n");
    g_autoptr(CpsBook) wide = book_of(one, names->str, &report);
    g_assert_cmpuint(cps_book_regions(wide), ==, CPS_MAX_REGIONS);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cps-book/fields", fields);
    g_test_add_func("/cps-book/errors", each_rule);
    g_test_add_func("/cps-book/dun", a_long_dun_is_cut);
    g_test_add_func("/cps-book/regions", regions);
    g_test_add_func("/cps-book/filters", filters);
    g_test_add_func("/cps-book/round-trip", what_was_written_is_read);
    g_test_add_func("/cps-book/marks", marks_make_no_name_longer);
    g_test_add_func("/cps-book/F5-limits", more_than_a_book_may_have);
    return g_test_run();
}
