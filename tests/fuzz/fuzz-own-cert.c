/*
 * fuzz-own-cert.c - a file with a certificate or authorities: what is taken of it is PEM that can
 * be read again. With a pass phrase too, when the file asks for little work: what is found to be
 * little must not turn out to be much.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "own-cert.h"

#include "own-cert-work.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

enum { NOW = 1800000000, LITTLE = 3000 };

#define PASSPHRASE "x"

static void
check_about(const char *pem)
{
    g_autofree char *subject = NULL;
    gint64 not_after;

    g_assert_true(own_cert_about(pem, &subject, &not_after));
    g_assert_true(g_utf8_validate(subject, -1, NULL));
}

static gboolean
is_little(GBytes *bytes)
{
    gsize n;
    const unsigned char *at = g_bytes_get_data(bytes, &n);
    PKCS12 *file = at != NULL ? d2i_PKCS12(NULL, &at, (long)n) : NULL;
    const gboolean little = file == NULL || (own_cert_work_of_mac(file, LITTLE) &&
                                             own_cert_work_of_pkcs12(file, PASSPHRASE, LITTLE) &&
                                             own_cert_work_of_pkcs12(file, NULL, LITTLE));

    PKCS12_free(file);
    return little && own_cert_work_of_pem(bytes, LITTLE);
}

static void
read_own(GBytes *file, GBytes *key_file, const char *passphrase)
{
    g_autoptr(GError) error = NULL;
    struct own_cert c = {0};

    if (!own_cert_read(file, key_file, passphrase, NOW, &c, &error)) {
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

    read_own(bytes, NULL, NULL);
    read_own(bytes, bytes, NULL);
    if (is_little(bytes)) {
        read_own(bytes, NULL, PASSPHRASE);
        read_own(bytes, bytes, PASSPHRASE);
    }
    read_authorities(bytes);
    return 0;
}
