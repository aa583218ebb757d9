/* text-decode.c - see text-decode.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "text-decode.h"

#include <errno.h>
#include <string.h>

/* Converts what can be converted; a byte (or a UTF-16 unit) that cannot becomes U+FFFD. NULL: this
 * computer does not know @charset. */
static char *
convert(const char *charset, const char *in, gsize n, gsize unit)
{
    GIConv cd = g_iconv_open("UTF-8", charset);
    GString *out = g_string_sized_new(n + n / 4 + 16);
    char buf[4096];

    if (cd == (GIConv)-1) {
        g_string_free(out, TRUE);
        return NULL;
    }
    while (n > 0) {
        char *o = buf, *i = (char *)in;
        gsize left = sizeof buf, rest = n;
        const gsize failed = g_iconv(cd, &i, &rest, &o, &left);
        const int reason = errno;

        g_string_append_len(out, buf, o - buf);
        in = i;
        n = rest;
        if (failed != (gsize)-1 || reason == E2BIG)
            continue;
        g_string_append(out, "\xef\xbf\xbd");
        in += MIN(unit, n);
        n -= MIN(unit, n);
    }
    g_iconv_close(cd);
    return g_string_free(out, FALSE);
}

static char *
latin1(const char *in, gsize n)
{
    GString *out = g_string_sized_new(n * 2);

    for (gsize i = 0; i < n; i++)
        g_string_append_unichar(out, (guchar)in[i]);
    return g_string_free(out, FALSE);
}

/* The bytes as UTF-8 in which a NUL cannot hide anything: it becomes U+FFFD. */
static char *
without_nul(const char *in, gsize n)
{
    GString *out = g_string_sized_new(n);

    for (gsize i = 0; i < n; i++) {
        if (in[i] == '\0')
            g_string_append(out, "\xef\xbf\xbd");
        else
            g_string_append_c(out, in[i]);
    }
    return g_string_free(out, FALSE);
}

/* UTF-16 has a mark, or (seen in files that other tools saved) shows by the zeros of ASCII text. */
static const char *
utf16_kind(const guchar *b, gsize n, gsize *ret_skip)
{
    *ret_skip = 0;
    if (n < 2)
        return NULL;
    if ((b[0] == 0xff && b[1] == 0xfe) || (b[0] == 0xfe && b[1] == 0xff))
        *ret_skip = 2;
    if (b[0] == 0xff && b[1] == 0xfe)
        return "UTF-16LE";
    if (b[0] == 0xfe && b[1] == 0xff)
        return "UTF-16BE";
    if (n % 2 == 0 && b[0] != 0 && b[1] == 0)
        return "UTF-16LE";
    return n % 2 == 0 && b[0] == 0 && b[1] != 0 ? "UTF-16BE" : NULL;
}

char *
text_decode_ansi(const char *bytes, gsize n, guint codepage, char **ret_encoding)
{
    g_autofree char *text = without_nul(bytes, n);

    if (g_utf8_validate(text, -1, NULL)) {
        *ret_encoding = g_strdup("UTF-8");
        return g_steal_pointer(&text);
    }

    g_autofree char *charset = g_strdup_printf("CP%u", codepage != 0 ? codepage : 1252);
    char *ansi = convert(charset, bytes, n, 1);
    *ret_encoding = ansi != NULL ? g_steal_pointer(&charset) : g_strdup("ISO-8859-1");
    return ansi != NULL ? ansi : latin1(bytes, n);
}

char *
text_decode(const char *bytes, gsize n, guint codepage, char **ret_encoding)
{
    gsize skip;
    const char *utf16 = utf16_kind((const guchar *)bytes, n, &skip);

    if (utf16 != NULL) {
        g_autofree char *wide = convert(utf16, bytes + skip, n - skip, 2);
        *ret_encoding = g_strdup(utf16);
        return wide == NULL ? latin1(bytes, n) : g_steal_pointer(&wide);
    }
    if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        bytes += 3, n -= 3;
    return text_decode_ansi(bytes, n, codepage, ret_encoding);
}

gboolean
text_codepage_known(int codepage)
{
    g_autofree char *charset = g_strdup_printf("CP%d", codepage);
    const GIConv cd =
        codepage > 0 && codepage <= G_MAXUINT16 ? g_iconv_open("UTF-8", charset) : (GIConv)-1;

    return cd != (GIConv)-1 && g_iconv_close(cd) == 0;
}

/* By primary language (the low ten bits); what is not here is 1252. Windows' "NLS information"
 * tables. The two that depend on the country or script come first. */
guint
text_codepage_of_lcid(guint lcid)
{
    static const struct {
        guint16 lcid, mask;
        guint16 codepage;
    } table[] = {
        /* clang-format off */
        {0x0804, 0xffff, 936}, {0x1004, 0xffff, 936}, {0x04, 0x3ff, 950},
        {0x0c1a, 0xffff, 1251}, {0x1c1a, 0xffff, 1251}, {0x1a, 0x3ff, 1250},
        {0x11, 0x3ff, 932}, {0x12, 0x3ff, 949}, {0x1e, 0x3ff, 874},
        {0x05, 0x3ff, 1250}, {0x0e, 0x3ff, 1250}, {0x15, 0x3ff, 1250}, {0x18, 0x3ff, 1250},
        {0x1b, 0x3ff, 1250}, {0x1c, 0x3ff, 1250}, {0x24, 0x3ff, 1250},
        {0x02, 0x3ff, 1251}, {0x19, 0x3ff, 1251}, {0x22, 0x3ff, 1251}, {0x23, 0x3ff, 1251},
        {0x2f, 0x3ff, 1251}, {0x3f, 0x3ff, 1251}, {0x44, 0x3ff, 1251}, {0x50, 0x3ff, 1251},
        {0x08, 0x3ff, 1253}, {0x1f, 0x3ff, 1254}, {0x2c, 0x3ff, 1254}, {0x0d, 0x3ff, 1255},
        {0x01, 0x3ff, 1256}, {0x20, 0x3ff, 1256}, {0x29, 0x3ff, 1256},
        {0x25, 0x3ff, 1257}, {0x26, 0x3ff, 1257}, {0x27, 0x3ff, 1257}, {0x2a, 0x3ff, 1258},
        /* clang-format on */
    };

    if (lcid == 0 || lcid > G_MAXUINT16)
        return 0;
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++)
        if ((lcid & table[i].mask) == table[i].lcid)
            return table[i].codepage;
    return 1252;
}
