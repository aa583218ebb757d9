/*
 * test-ras.c - the error table, and that a peer's text cannot speak to the terminal.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "ras.h"

static void
test_table(void)
{
    static const struct {
        uint32_t number;
        const char *name;
    } rows[] = {
#define RAS(number, name, text, advice) {number, #name},
#include "ras-errors.inc"
#undef RAS
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const enum ras_error error = rows[i].number;

        g_assert_true(ras_known(rows[i].number));
        g_assert_cmpstr(ras_error_name(error), ==, rows[i].name);
        g_assert_cmpint(strlen(ras_error_text(error)), >, 10);
        g_assert_true(g_str_has_suffix(ras_error_text(error), "."));
        g_assert_nonnull(ras_error_advice(error));
        for (gsize j = 0; j < i; j++)
            g_assert_cmpuint(rows[j].number, !=, rows[i].number);
    }
    g_assert_cmpuint(RAS_CERT_E_UNTRUSTEDROOT, ==, 2148204809u);
    g_assert_false(ras_known(0));
    g_assert_false(ras_known(1));
    g_assert_cmpstr(ras_error_name(RAS_OK), ==, "OK");
    g_assert_cmpstr(ras_error_text(RAS_OK), ==, "");
}

static void
test_first_cause(void)
{
    struct ras_end end = {0};

    ras_end_set(&end, RAS_AUTHENTICATION_FAILURE, "E=%d R=%d", 691, 0);
    ras_end_set(&end, RAS_PPP_LCP_TERMINATED, "what follows from it");
    g_assert_cmpuint(end.error, ==, 691);
    g_assert_cmpstr(end.detail, ==, "E=691 R=0");
}

static void
test_detail_is_cut(void)
{
    struct ras_end end = {0};
    g_autofree char *text = g_strnfill(400, 'a');

    ras_end_set(&end, RAS_AUTHENTICATION_FAILURE, "%s", text);
    g_assert_cmpuint(strlen(end.detail), ==, sizeof end.detail - 1);
}

/* Y2: not through a letter, which D-Bus would not take, and never as it came. */
static void
test_detail_is_text(void)
{
    struct ras_end end = {0}, other = {0};
    g_autofree char *text = g_strnfill(sizeof end.detail - 2, 'a');

    ras_end_set(&end, RAS_AUTHENTICATION_FAILURE, "%s\u00e4\u00f6", text);
    g_assert_true(g_utf8_validate(end.detail, -1, NULL));
    g_assert_true(g_str_has_prefix(end.detail, text));
    ras_end_set(&other, RAS_AUTHENTICATION_FAILURE, "a\x1b[2J\u00e4");
    g_assert_cmpstr(other.detail, ==, "a?[2J\u00e4");
}

static void
test_printable(void)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"plain text", "plain text"},
        {"Gr\xc3\xbc\xc3\x9f"
         "e \xe2\x82\xac \xf0\x9f\x94\x92",
         "Gr\xc3\xbc\xc3\x9f"
         "e \xe2\x82\xac \xf0\x9f\x94\x92"},
        {"\x1b[2Jx", "?[2Jx"},
        {"a\nb\rc\td", "a?b?c?d"},
        {"the end\r\n", "the end"},
        {"\n", ""},
        {"\x7f", "?"},
        {"\xc2\x9b"
         "31m",
         "??31m"}, /* C1 control */
        {"\xe2\x80\xae"
         "gpj",
         "???gpj"}, /* right-to-left override */
        {"\xff\xfe", "??"},
        {"\xc0\xaf", "??"},           /* overlong */
        {"\xed\xa0\x80", "???"},      /* surrogate */
        {"\xf4\x90\x80\x80", "????"}, /* past U+10FFFF */
        {"\xe2\x82", "??"},           /* cut */
        {"<b>&amp;", "<b>&amp;"},     /* markup is the front end's business */
    };
    char out[64];

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        ras_printable(out, sizeof out, rows[i].in, strlen(rows[i].in));
        g_assert_cmpstr(out, ==, rows[i].out);
    }
    ras_printable(out, 4, "\xe2\x82\xac\xe2\x82\xac", 6); /* never half a character */
    g_assert_cmpstr(out, ==, "\xe2\x82\xac");
    ras_printable(out, 3, "\xe2\x82\xac", 3);
    g_assert_cmpstr(out, ==, "");
    ras_printable(out, sizeof out, "a\0b", 3);
    g_assert_cmpstr(out, ==, "a?b");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ras/table", test_table);
    g_test_add_func("/ras/first-cause-is-kept", test_first_cause);
    g_test_add_func("/ras/detail-is-cut", test_detail_is_cut);
    g_test_add_func("/ras/Y2-detail-is-text", test_detail_is_text);
    g_test_add_func("/ras/Y2-printable", test_printable);
    return g_test_run();
}
