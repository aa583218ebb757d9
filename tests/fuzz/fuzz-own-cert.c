/*
 * fuzz-own-cert.c - a file with a certificate or authorities: what is taken of it is PEM that can
 * be read again. Without a pass phrase: with one, a file may ask for rounds without end.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "own-cert.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

enum { NOW = 1800000000 };

static void
check_about(const char *pem)
{
    g_autofree char *subject = NULL;
    gint64 not_after;

    g_assert_true(own_cert_about(pem, &subject, &not_after));
    g_assert_true(g_utf8_validate(subject, -1, NULL));
}

static void
read_own(GBytes *file, GBytes *key_file)
{
    g_autoptr(GError) error = NULL;
    struct own_cert c = {0};

    if (!own_cert_read(file, key_file, NULL, NOW, &c, &error)) {
        g_assert_nonnull(error);
        g_assert_null(c.pem);
        return;
    }
    check_about(c.pem);
    if (c.authority != NULL)
        check_about(c.authority);
    g_assert_true(g_utf8_validate(c.doubts, -1, NULL));
    own_cert_clear(&c);
}

static void
read_authorities(GBytes *file)
{
    g_autofree char *pem = NULL, *doubts = NULL;
    g_autoptr(GError) error = NULL;

    if (own_cert_read_authorities(file, NOW, &pem, &doubts, &error))
        check_about(pem);
    else
        g_assert_nonnull(error);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);

    read_own(bytes, NULL);
    read_own(bytes, bytes);
    read_authorities(bytes);
    return 0;
}
