/* test-ini.c - the reader of the Windows INI family. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ini.h"
#include "text-decode.h"

#include <string.h>

static Ini *
parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    Ini *ini = ini_parse(text, strlen(text), 0, &error);

    g_assert_no_error(error);
    return ini;
}

static void
letter_case_and_line_ends_do_not_matter(void)
{
    g_autoptr(Ini) ini =
        parse("[One]\r\nKey = a \n[TWO]\rother=b\n\n;x=y\n[one]\nkey=second\nNew=c");

    g_assert_cmpstr(ini_get(ini, "ONE", "KEY"), ==, "a");
    g_assert_cmpstr(ini_get(ini, "two", "Other"), ==, "b");
    g_assert_cmpstr(ini_get(ini, "one", "new"), ==, "c");
    g_assert_null(ini_get(ini, "two", "x"));
    g_assert_null(ini_get(ini, "three", "key"));
    g_assert_cmpuint(ini_sections(ini)->len, ==, 2);
    g_assert_false(ini_truncated(ini));
}

static void
first_of_two_keys_wins_and_both_are_kept(void)
{
    g_autoptr(Ini) ini = parse("[s]\nk=1\nK=2\nbare line\n=no key\n");
    const struct ini_section *s = ini_find_section(ini, "S");

    g_assert_cmpstr(ini_get(ini, "s", "k"), ==, "1");
    g_assert_cmpuint(s->entries->len, ==, 4);
    g_assert_cmpstr(((struct ini_entry *)s->entries->pdata[1])->value, ==, "2");
    g_assert_cmpstr(((struct ini_entry *)s->entries->pdata[2])->key, ==, "");
    g_assert_cmpstr(((struct ini_entry *)s->entries->pdata[2])->value, ==, "bare line");
}

static void
quotes_are_dropped(void)
{
    g_autoptr(Ini) ini =
        parse("[s]\na=\"x; y\"\nb='z'\nc=\"one\" ; comment\nq=\"a\"b\"\ne=say \"hi\"\n"
              "f=\"open\ng=\"\"\nh=\"a\"\"b\"\ni=x ; y\n");

    g_assert_cmpstr(ini_get(ini, "s", "a"), ==, "x; y");
    g_assert_cmpstr(ini_get(ini, "s", "b"), ==, "z");
    g_assert_cmpstr(ini_get(ini, "s", "c"), ==, "one");
    g_assert_cmpstr(ini_get(ini, "s", "q"), ==, "\"a\"b\"");
    g_assert_cmpstr(ini_get(ini, "s", "e"), ==, "say \"hi\"");
    g_assert_cmpstr(ini_get(ini, "s", "f"), ==, "\"open");
    g_assert_cmpstr(ini_get(ini, "s", "g"), ==, "");
    g_assert_cmpstr(ini_get(ini, "s", "h"), ==, "a\"b");
    g_assert_cmpstr(ini_get(ini, "s", "i"), ==, "x ; y");
}

static void
numbers_as_windows_reads_them(void)
{
    g_autoptr(Ini) ini =
        parse("[s]\na=12\nb=1.1\nc=-5x\nq=x\ne=\nf=99999999999999999999\ng=0x10\n");

    g_assert_cmpint(ini_get_int(ini, "s", "a", 7), ==, 12);
    g_assert_cmpint(ini_get_int(ini, "s", "b", 7), ==, 1);
    g_assert_cmpint(ini_get_int(ini, "s", "c", 7), ==, -5);
    g_assert_cmpint(ini_get_int(ini, "s", "q", 7), ==, 7);
    g_assert_cmpint(ini_get_int(ini, "s", "e", 7), ==, 7);
    g_assert_cmpint(ini_get_int(ini, "s", "f", 7), ==, 7);
    g_assert_cmpint(ini_get_int(ini, "s", "g", 7), ==, 0);
    g_assert_cmpint(ini_get_int(ini, "s", "none", 7), ==, 7);
}

static void
strings_are_expanded(void)
{
    g_autoptr(Ini) ini = parse("[Strings]\nShort=\"EC_VPN\"\n");
    static const struct {
        const char *in, *out;
    } rows[] = {{"%short%.cms", "EC_VPN.cms"},
                {"100%%", "100%"},
                {"%none%", "%none%"},
                {"%", "%"},
                {"a%Short", "a%Short"},
                {"%Short%%Short%", "EC_VPNEC_VPN"},
                {"", ""},
                {"%n%s%", "%n%s%"}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *out = ini_expand(ini, rows[i].in);
        g_assert_cmpstr(out, ==, rows[i].out);
    }
}

static void
encodings_are_recognised(void)
{
    static const struct {
        const char *why, *bytes;
        gsize n;
        guint codepage;
        const char *encoding, *value;
    } rows[] = {
        {"plain", "[s]\nk=abc", 9, 0, "UTF-8", "abc"},
        {"utf-8", "[s]\nk=\xc3\xbc", 8, 0, "UTF-8", "ü"},
        {"utf-8 mark", "\xef\xbb\xbf[s]\nk=\xc3\xbc", 11, 0, "UTF-8", "ü"},
        {"guess", "[s]\nk=\xfc\x80", 8, 0, "CP1252", "ü€"},
        {"hole in cp1252", "[s]\nk=\xfc\x81z", 9, 0, "CP1252", "ü\xef\xbf\xbdz"},
        {"cyrillic", "[s]\nk=\xc0\xff", 8, 1251, "CP1251", "Ая"},
        {"japanese", "[s]\nk=\x83\x65", 8, 932, "CP932", "テ"},
        {"no such page", "[s]\nk=\xfc", 7, 9999, "ISO-8859-1", "ü"},
        {"utf-16le", "\xff\xfe[\0s\0]\0\n\0k\0=\0\xfc\0", 16, 0, "UTF-16LE", "ü"},
        {"utf-16be", "\xfe\xff\0[\0s\0]\0\n\0k\0=\x26\x0e", 16, 0, "UTF-16BE", "☎"},
        {"utf-16le, no mark", "[\0s\0]\0\n\0k\0=\0\xfc\0", 14, 0, "UTF-16LE", "ü"},
        {"half a surrogate", "\xff\xfe[\0s\0]\0\n\0k\0=\0\x00\xd8z\0", 18, 0, "UTF-16LE",
         "\xef\xbf\xbdz"},
        {"odd byte", "\xff\xfe[\0s\0]\0\n\0k\0=\0z\0z", 17, 0, "UTF-16LE", "z\xef\xbf\xbd"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Ini) ini = ini_parse(rows[i].bytes, rows[i].n, rows[i].codepage, NULL);
        g_test_message("%s", rows[i].why);
        g_assert_nonnull(ini);
        g_assert_cmpstr(ini_encoding(ini), ==, rows[i].encoding);
        g_assert_cmpstr(ini_get(ini, "s", "k"), ==, rows[i].value);
    }
}

static void
languages_have_code_pages(void)
{
    static const guint rows[][2] = {{1033, 1252}, {1031, 1252}, {1049, 1251}, {1045, 1250},
                                    {1032, 1253}, {1055, 1254}, {1037, 1255}, {1025, 1256},
                                    {1061, 1257}, {1066, 1258}, {1054, 874},  {1041, 932},
                                    {2052, 936},  {1028, 950},  {1042, 949},  {3098, 1251},
                                    {2074, 1250}, {0, 0},       {70000, 0}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpuint(text_codepage_of_lcid(rows[i][0]), ==, rows[i][1]);
}

/* --- F3: what a hostile or broken file has in it --- */

static void
nul_and_control_bytes(void)
{
    static const char text[] = "[s]\nuser=a\0b\x1b[2Jc\x7f\nnext=\xe2\x80\xae"
                               "evil\n\0[hidden]\nk=v\n";
    g_autoptr(Ini) ini = ini_parse(text, sizeof text - 1, 0, NULL);
    const char *user = ini_get(ini, "s", "user");

    g_assert_cmpstr(user, ==,
                    "a\xef\xbf\xbd"
                    "b?[2Jc?");
    g_assert_null(strchr(ini_get(ini, "s", "next"), '\xae'));
    g_assert_true(g_utf8_validate(user, -1, NULL));
    g_assert_null(ini_find_section(ini, "hidden")); /* the line does not begin with its bracket */
}

static void
newline_in_a_value(void)
{
    g_autoptr(Ini) ini = parse("[s]\nUserName=root\rDomain=x\r\n");

    g_assert_cmpstr(ini_get(ini, "s", "UserName"), ==, "root");
    g_assert_cmpstr(ini_get(ini, "s", "Domain"), ==, "x");
}

static void
a_line_of_a_megabyte(void)
{
    g_autofree char *text = g_malloc(INI_MAX_FILE + 2);

    memset(text, 'a', INI_MAX_FILE + 1);
    memcpy(text, "[s]\nk=", 6);
    g_autoptr(GError) error = NULL;
    g_autoptr(Ini) ini = ini_parse(text, INI_MAX_FILE, 0, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(strlen(ini_get(ini, "s", "k")), <=, INI_MAX_LINE);
    g_assert_true(ini_truncated(ini));
    g_assert_null(ini_parse(text, INI_MAX_FILE + 1, 0, &error));
    g_assert_error(error, INI_ERROR, INI_ERROR_TOO_LARGE);
}

static void
a_million_sections(void)
{
    GString *text = g_string_new(NULL);
    guint n = 0;

    while (text->len < INI_MAX_FILE - 16)
        g_string_append_printf(text, "[%u]\na=\n", n++);
    g_autoptr(Ini) ini = ini_parse(text->str, text->len, 0, NULL);
    g_assert_cmpuint(n, >, INI_MAX_SECTIONS);
    g_assert_cmpuint(ini_sections(ini)->len, ==, INI_MAX_SECTIONS);
    g_assert_true(ini_truncated(ini));
    g_assert_nonnull(ini_get(ini, "0", "a"));
    g_string_free(text, TRUE);
}

static void
a_million_keys(void)
{
    GString *text = g_string_new("[s]\n");

    while (text->len < INI_MAX_FILE - 16)
        g_string_append(text, "a=b\n");
    g_autoptr(Ini) ini = ini_parse(text->str, text->len, 0, NULL);
    g_assert_cmpuint(ini_find_section(ini, "s")->entries->len, ==, INI_MAX_ENTRIES);
    g_assert_true(ini_truncated(ini));
    g_string_free(text, TRUE);
}

static void
formats_are_text(void)
{
    g_autoptr(Ini) ini = parse("[%s%n]\n%s=%n%n%n%s\n");

    g_assert_cmpstr(ini_get(ini, "%s%n", "%s"), ==, "%n%n%n%s");
}

static void
empty_is_empty(void)
{
    g_autoptr(Ini) ini = ini_parse(NULL, 0, 0, NULL);
    g_autoptr(Ini) blank = parse("\n\n  \n;\n[]\n");

    g_assert_cmpuint(ini_sections(ini)->len, ==, 0);
    g_assert_cmpuint(ini_sections(blank)->len, ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ini/letter-case-and-line-ends", letter_case_and_line_ends_do_not_matter);
    g_test_add_func("/ini/first-wins", first_of_two_keys_wins_and_both_are_kept);
    g_test_add_func("/ini/quotes", quotes_are_dropped);
    g_test_add_func("/ini/numbers", numbers_as_windows_reads_them);
    g_test_add_func("/ini/strings", strings_are_expanded);
    g_test_add_func("/ini/encodings", encodings_are_recognised);
    g_test_add_func("/ini/languages", languages_have_code_pages);
    g_test_add_func("/ini/F3-nul-and-controls", nul_and_control_bytes);
    g_test_add_func("/ini/F3-newline-in-a-value", newline_in_a_value);
    g_test_add_func("/ini/F3-line-of-a-megabyte", a_line_of_a_megabyte);
    g_test_add_func("/ini/F3-million-sections", a_million_sections);
    g_test_add_func("/ini/F3-million-keys", a_million_keys);
    g_test_add_func("/ini/F3-formats-are-text", formats_are_text);
    g_test_add_func("/ini/F7-empty-file", empty_is_empty);
    return g_test_run();
}
