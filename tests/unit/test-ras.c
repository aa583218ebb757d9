/* test-ras.c - the table of errors, and text made safe to show. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include <glib.h>

#include "ras.h"

static const enum ras_error all[] = {
#define RAS(number, name, text, advice) RAS_##name,
#include "ras-errors.inc"
#undef RAS
};

static void
test_table(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        const char *const text = ras_error_text(all[i]);

        g_assert_true(ras_known(all[i]));
        g_assert_cmpstr(ras_error_name(all[i]), !=, ras_error_name((enum ras_error)1));
        g_assert_true(g_str_has_suffix(text, "."));
        g_assert_nonnull(ras_error_advice(all[i]));
        if (i > 0) /* sorted: no number twice */
            g_assert_cmpuint((guint32)all[i], >, (guint32)all[i - 1]);
    }
    g_assert_false(ras_known(1));
}

static void
test_first_cause_stays(void)
{
    struct ras_end end = {0};

    ras_end_set(&end, RAS_AUTHENTICATION_FAILURE, "E=%d", 691);
    ras_end_set(&end, RAS_PPP_LCP_TERMINATED, "terminate-request");
    g_assert_cmpint(end.error, ==, RAS_AUTHENTICATION_FAILURE);
    g_assert_cmpstr(end.detail, ==, "E=691");
}

static void
test_detail_is_cut(void)
{
    struct ras_end end = {0};
    char text[400];

    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ras_end_set(&end, RAS_AUTHENTICATION_FAILURE, "%s", text);
    g_assert_cmpuint(strlen(end.detail), ==, sizeof end.detail - 1);
}

static void
test_printable(void)
{
    static const struct {
        const char *why, *in, *out;
        gsize n;
    } rows[] = {
        {"plain", "Hello", "Hello", 5},
        {"UTF-8 stays", "Gr\xc3\xbc\xc3\x9f", "Gr\xc3\xbc\xc3\x9f", 6},
        {"escape and newline", "a\x1b[2J\nb", "a?[2J?b", 7},
        {"NUL", "a\0b", "a?b", 3},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        char out[32];

        g_test_message("%s", rows[i].why);
        ras_printable(out, sizeof out, rows[i].in, rows[i].n);
        g_assert_cmpstr(out, ==, rows[i].out);
    }
}

static void
test_printable_never_splits_a_character(void)
{
    for (gsize cap = 1; cap < 12; cap++) {
        char out[16];

        ras_printable(out, cap, "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", 9);
        g_assert_cmpuint(strlen(out), <, cap);
        g_assert_true(g_utf8_validate(out, -1, NULL));
    }
}

static void
test_printable_hostile(void)
{
    static const char *const rows[] = {
        "\x80",         "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xe2\x82",     "\xc2\x9b", "\xe2\x80\xae", /* right-to-left override */
        "\xe2\x81\xa6",                             /* isolate */
        "\x7f",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        char out[32];

        ras_printable(out, sizeof out, rows[i], strlen(rows[i]));
        for (const char *p = out; *p != '\0'; p++)
            g_assert_cmpint(*p, ==, '?');
        g_assert_cmpint(out[0], ==, '?');
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ras/table", test_table);
    g_test_add_func("/ras/first-cause-stays", test_first_cause_stays);
    g_test_add_func("/ras/detail-is-cut", test_detail_is_cut);
    g_test_add_func("/ras/printable", test_printable);
    g_test_add_func("/ras/printable/never-splits-a-character",
                    test_printable_never_splits_a_character);
    g_test_add_func("/ras/printable/hostile", test_printable_hostile);
    return g_test_run();
}
