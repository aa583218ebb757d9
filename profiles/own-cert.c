/* own-cert.c - see own-cert.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "own-cert.h"

#include "dial-plan.h"
#include "own-cert-work.h"

#include <glib/gi18n-lib.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509v3.h>

#include <limits.h>
#include <string.h>

/* What IPsec takes of a chain (ike-cert.h), and of keys. */
enum { MAX_CHAIN = 8, MIN_RSA = 1024, MAX_RSA = 8192 };

G_DEFINE_QUARK(own - cert - error - quark, own_cert_error)

/* The formats of years ago (RC2 of 40 bits, in which Windows protects certificates) are in a
 * provider of their own; a library context keeps it from the rest of the program. */
struct reader {
    OSSL_LIB_CTX *context;
    OSSL_PROVIDER *usual, *old;
    STACK_OF(X509) * certs;
    EVP_PKEY *key;
    const char *passphrase;
    gboolean asked; /* something in the file is protected */
};

static gboolean
fail(GError **error, enum own_cert_error code, const char *text)
{
    g_set_error_literal(error, OWN_CERT_ERROR, (int)code, text);
    return FALSE;
}

static gboolean
too_much_work(GError **error)
{
    return fail(error, OWN_CERT_ERROR_INVALID,
                _("The file is damaged: it asks for more work with its pass phrase than any key is "
                  "worth."));
}

static gboolean
reader_open(struct reader *r, const char *passphrase)
{
    *r = (struct reader){.passphrase = passphrase, .context = OSSL_LIB_CTX_new()};
    if (r->context == NULL || (r->certs = sk_X509_new_null()) == NULL)
        return FALSE;
    r->usual = OSSL_PROVIDER_load(r->context, "default");
    r->old = OSSL_PROVIDER_load(r->context, "legacy"); /* NULL: such files cannot be read */
    return r->usual != NULL;
}

static void
reader_close(struct reader *r)
{
    sk_X509_pop_free(r->certs, X509_free);
    EVP_PKEY_free(r->key);
    if (r->old != NULL)
        OSSL_PROVIDER_unload(r->old);
    if (r->usual != NULL)
        OSSL_PROVIDER_unload(r->usual);
    OSSL_LIB_CTX_free(r->context);
    ERR_clear_error();
}

/* ---- the formats --------------------------------------------------------------------------- */

static BIO *
bio_over(GBytes *bytes)
{
    gsize n;
    const void *p = g_bytes_get_data(bytes, &n);

    return BIO_new_mem_buf(p != NULL ? p : "", (int)MIN(n, INT_MAX));
}

static gboolean
is_pem(GBytes *bytes)
{
    gsize n;
    const char *p = g_bytes_get_data(bytes, &n);

    return p != NULL && g_strstr_len(p, (gssize)n, "-----BEGIN ") != NULL;
}

static int
give_passphrase(char *to, int size, int for_writing, void *user_data)
{
    struct reader *r = user_data;
    const gsize n = r->passphrase != NULL ? strlen(r->passphrase) : 0;

    (void)for_writing;
    r->asked = TRUE;
    if (r->passphrase == NULL || n > (gsize)size)
        return -1;
    memcpy(to, r->passphrase, n);
    return (int)n;
}

static gboolean
protected_key(const struct reader *r, GError **error)
{
    if (r->passphrase == NULL)
        return fail(error, OWN_CERT_ERROR_PROTECTED,
                    _("The private key is protected by a pass phrase."));
    return fail(error, OWN_CERT_ERROR_WRONG_PASSPHRASE,
                _("This is not the pass phrase of the file."));
}

/* The first private key of a file in PEM. TRUE: none is no error. */
static gboolean
read_pem_key(struct reader *r, GBytes *bytes, GError **error)
{
    BIO *bio;

    if (!own_cert_work_of_pem(bytes, OWN_CERT_WORK_MAX))
        return too_much_work(error);
    if ((bio = bio_over(bytes)) == NULL)
        return FALSE;
    r->asked = FALSE;
    r->key = PEM_read_bio_PrivateKey_ex(bio, NULL, give_passphrase, r, r->context, NULL);
    BIO_free(bio);
    ERR_clear_error();
    return r->key != NULL || !r->asked || protected_key(r, error);
}

static gboolean
read_pem(struct reader *r, GBytes *bytes, GError **error)
{
    BIO *bio = bio_over(bytes);
    X509 *one;

    while (bio != NULL && (one = PEM_read_bio_X509(bio, NULL, give_passphrase, r)) != NULL)
        if (sk_X509_push(r->certs, one) <= 0)
            X509_free(one);
    BIO_free(bio);
    return r->key != NULL || read_pem_key(r, bytes, error);
}

/* Its check sum proves the pass phrase. "" and none are two things (RFC 7292 appendix B.1). */
static gboolean
open_pkcs12(PKCS12 *file, const char **passphrase, GError **error)
{
    const char *const given = *passphrase;

    if (!own_cert_work_of_mac(file, OWN_CERT_WORK_MAX))
        return too_much_work(error);
    if (given != NULL && PKCS12_verify_mac(file, given, -1) == 1)
        return TRUE;
    if (given == NULL || *given == '\0') {
        *passphrase = PKCS12_verify_mac(file, "", 0) == 1 ? "" : NULL;
        if (*passphrase != NULL || PKCS12_verify_mac(file, NULL, 0) == 1)
            return TRUE;
    }
    if (given == NULL)
        return fail(error, OWN_CERT_ERROR_PROTECTED, _("The file is protected by a pass phrase."));
    return fail(error, OWN_CERT_ERROR_WRONG_PASSPHRASE,
                _("This is not the pass phrase of the file."));
}

static gboolean
take_pkcs12(struct reader *r, PKCS12 *file, GError **error)
{
    STACK_OF(X509) *others = NULL;
    X509 *own = NULL, *one;
    EVP_PKEY *key = NULL;

    if (!open_pkcs12(file, &r->passphrase, error))
        return FALSE;
    if (!own_cert_work_of_pkcs12(file, r->passphrase, OWN_CERT_WORK_MAX))
        return too_much_work(error);
    if (PKCS12_parse(file, r->passphrase, &key, &own, &others) != 1)
        return fail(error, OWN_CERT_ERROR_INVALID,
                    r->old == NULL
                        ? _("The file is protected in an old way that OpenSSL on this computer "
                            "does not have (its “legacy” provider). Export it with AES.")
                        : _("The file is damaged, or protected in a way that is not known here."));
    if (own != NULL && sk_X509_push(r->certs, own) <= 0)
        X509_free(own);
    while ((one = sk_X509_shift(others)) != NULL)
        if (sk_X509_push(r->certs, one) <= 0)
            X509_free(one);
    sk_X509_free(others);
    if (r->key == NULL)
        r->key = key;
    else
        EVP_PKEY_free(key);
    return TRUE;
}

/* PKCS #12, or one certificate in DER, which has no key. */
static gboolean
read_der(struct reader *r, GBytes *bytes, GError **error)
{
    gsize n;
    const unsigned char *const p = g_bytes_get_data(bytes, &n), *at = p;
    PKCS12 *file = PKCS12_init_ex(NID_pkcs7_data, r->context, NULL);
    X509 *one;
    gboolean good;

    if (file != NULL && p != NULL && d2i_PKCS12(&file, &at, (long)n) != NULL) {
        good = take_pkcs12(r, file, error);
        PKCS12_free(file);
        return good;
    }
    PKCS12_free(file); /* NULL after a failed read */
    at = p;
    one = p != NULL ? d2i_X509(NULL, &at, (long)n) : NULL;
    if (one != NULL && sk_X509_push(r->certs, one) > 0)
        return TRUE;
    X509_free(one);
    return fail(error, OWN_CERT_ERROR_INVALID,
                _("This is no certificate: neither PEM nor PKCS #12 (.pfx, .p12)."));
}

static gboolean
read_any(struct reader *r, GBytes *bytes, GError **error)
{
    if (g_bytes_get_size(bytes) > OWN_CERT_FILE_MAX)
        return fail(error, OWN_CERT_ERROR_INVALID, _("The file is too large for a certificate."));
    return is_pem(bytes) ? read_pem(r, bytes, error) : read_der(r, bytes, error);
}

/* ---- what is in them ----------------------------------------------------------------------- */

static char *
name_text(const X509_NAME *name)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *p = NULL, *text;
    long n;

    if (bio == NULL)
        return g_strdup("");
    X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
    n = BIO_get_mem_data(bio, &p);
    text = g_utf8_make_valid(p != NULL ? p : "", MAX(n, 0));
    BIO_free(bio);
    return text;
}

static gint64
unix_time(const ASN1_TIME *time)
{
    struct tm tm;

    if (ASN1_TIME_to_tm(time, &tm) != 1)
        return 0;
    g_autoptr(GDateTime) at = g_date_time_new_utc(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                                                  tm.tm_hour, tm.tm_min, MIN(tm.tm_sec, 59));
    return at != NULL ? g_date_time_to_unix(at) : 0;
}

static char *
date_text(gint64 time)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_local(time);

    return at != NULL ? g_date_time_format(at, "%x") : g_strdup("?");
}

static void
say(GString *doubts, const char *text)
{
    g_string_append_printf(doubts, "%s%s", doubts->len > 0 ? "\n" : "", text);
}

static void
doubt_dates(GString *doubts, const X509 *x509, gint64 now)
{
    const gint64 from = unix_time(X509_get0_notBefore(x509)),
                 to = unix_time(X509_get0_notAfter(x509));
    g_autofree char *date = date_text(now < from ? from : to);
    g_autofree char *text = NULL;

    if (now < from)
        /* Translators: %s is a date */
        text = g_strdup_printf(_("The certificate is not valid before %s."), date);
    else if (now > to)
        /* Translators: %s is a date */
        text = g_strdup_printf(_("The certificate expired on %s."), date);
    if (text != NULL)
        say(doubts, text);
}

/* Purposes by which servers let a client in: clientAuth, what RFC 4945 section 5.1.3.12 has for
 * IPsec with its forerunners, and any. */
static gboolean
is_for_ipsec(X509 *x509)
{
    static const char *const fitting[] = {
        "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.17", "1.3.6.1.5.5.8.2.2", "1.3.6.1.5.5.7.3.5",
        "1.3.6.1.5.5.7.3.6", "1.3.6.1.5.5.7.3.7",  "2.5.29.37.0",       NULL};
    EXTENDED_KEY_USAGE *usage = X509_get_ext_d2i(x509, NID_ext_key_usage, NULL, NULL);
    gboolean good = usage == NULL;

    for (int i = 0; i < sk_ASN1_OBJECT_num(usage); i++) {
        char oid[64];

        if (OBJ_obj2txt(oid, sizeof oid, sk_ASN1_OBJECT_value(usage, i), 1) > 0)
            good |= g_strv_contains(fitting, oid);
    }
    EXTENDED_KEY_USAGE_free(usage);
    return good;
}

static char *
doubts_of(X509 *x509, gint64 now)
{
    GString *doubts = g_string_new(NULL);

    doubt_dates(doubts, x509, now);
    if ((X509_get_key_usage(x509) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0)
        say(doubts, _("The certificate is not made for signatures (key usage). Servers may refuse "
                      "it."));
    if (!is_for_ipsec(x509))
        say(doubts, _("The certificate is made for other purposes than to identify a client "
                      "(extended key usage). Servers may refuse it."));
    return g_string_free(doubts, FALSE);
}

static gboolean
is_fitting_key(const EVP_PKEY *key)
{
    char curve[32] = "";

    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
        return EVP_PKEY_get_bits(key) >= MIN_RSA && EVP_PKEY_get_bits(key) <= MAX_RSA;
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
           EVP_PKEY_get_group_name(key, curve, sizeof curve, NULL) == 1 &&
           (g_str_equal(curve, "prime256v1") || g_str_equal(curve, "secp384r1") ||
            g_str_equal(curve, "secp521r1"));
}

/* That of the key, wherever in the file it stands. */
static X509 *
find_own(struct reader *r, GError **error)
{
    if (sk_X509_num(r->certs) <= 0) {
        fail(error, OWN_CERT_ERROR_INVALID, _("There is no certificate in the file."));
        return NULL;
    }
    if (r->key == NULL) {
        fail(error, OWN_CERT_ERROR_NO_KEY,
             _("There is no private key in the file. Without its key, a certificate proves "
               "nothing."));
        return NULL;
    }
    for (int i = 0; i < sk_X509_num(r->certs); i++)
        if (X509_check_private_key(sk_X509_value(r->certs, i), r->key) == 1)
            return sk_X509_value(r->certs, i);
    fail(error, OWN_CERT_ERROR_INVALID, _("The private key is not that of the certificate."));
    return NULL;
}

static X509 *
issuer_of(const struct reader *r, X509 *subject)
{
    for (int i = 0; i < sk_X509_num(r->certs); i++) {
        X509 *one = sk_X509_value(r->certs, i);

        if (one != subject && X509_check_issued(one, subject) == X509_V_OK)
            return one;
    }
    return NULL;
}

static gboolean
is_root(X509 *x509)
{
    return (X509_get_extension_flags(x509) & EXFLAG_SS) != 0;
}

static char *
text_of(BIO *bio)
{
    char *p = NULL;
    const long n = BIO_get_mem_data(bio, &p);

    return g_strndup(p != NULL ? p : "", (gsize)MAX(n, 0));
}

static gboolean
write_chain(const struct reader *r, X509 *own, struct own_cert *c)
{
    BIO *chain = BIO_new(BIO_s_mem()), *root = BIO_new(BIO_s_mem());
    gboolean good = chain != NULL && root != NULL && PEM_write_bio_X509(chain, own) == 1;
    X509 *one = issuer_of(r, own);

    for (int i = 1; good && i < MAX_CHAIN && one != NULL && !is_root(one); i++) {
        good = PEM_write_bio_X509(chain, one) == 1;
        one = issuer_of(r, one);
    }
    if (good && one != NULL && is_root(one) && PEM_write_bio_X509(root, one) == 1) {
        c->authority = text_of(root);
        c->authority_name = name_text(X509_get_subject_name(one));
    }
    if (good)
        c->pem = text_of(chain);
    BIO_free(chain);
    BIO_free(root);
    return good && strlen(c->pem) <= PLAN_MAX_CERT;
}

static gboolean
write_key(EVP_PKEY *key, struct plan_key *ret)
{
    BIO *bio = BIO_new(BIO_s_mem()); /* wiped when it is freed */
    char *p = NULL;
    gboolean good =
        bio != NULL && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1;

    if (good) {
        const long n = BIO_get_mem_data(bio, &p);
        good = n > 0 && plan_key_set(ret, rd_over(p, (gsize)n));
    }
    BIO_free(bio);
    return good;
}

static gboolean
take(struct reader *r, gint64 now, struct own_cert *ret, GError **error)
{
    X509 *own = find_own(r, error);
    struct own_cert c = {0};

    if (own == NULL)
        return FALSE;
    if (!is_fitting_key(r->key))
        return fail(error, OWN_CERT_ERROR_INVALID,
                    _("IPsec takes RSA keys of 1024 to 8192 bits, and those on the curves P-256, "
                      "P-384 and P-521. The key of this certificate is of another kind."));
    if (!write_chain(r, own, &c) || !write_key(r->key, &c.key)) {
        own_cert_clear(&c);
        return fail(error, OWN_CERT_ERROR_INVALID, _("The certificate or its key is too large."));
    }
    c.subject = name_text(X509_get_subject_name(own));
    c.issuer = name_text(X509_get_issuer_name(own));
    c.not_after = unix_time(X509_get0_notAfter(own));
    c.doubts = doubts_of(own, now);
    *ret = c;
    explicit_bzero(&c, sizeof c);
    return TRUE;
}

gboolean
own_cert_read(GBytes *file, GBytes *key_file, const char *passphrase, gint64 now,
              struct own_cert *ret, GError **error)
{
    struct reader r;
    gboolean good = reader_open(&r, passphrase);

    if (!good)
        fail(error, OWN_CERT_ERROR_INVALID, _("OpenSSL cannot be used."));
    if (good && key_file != NULL) {
        good = is_pem(key_file) ? read_pem_key(&r, key_file, error)
                                : fail(error, OWN_CERT_ERROR_INVALID,
                                       _("The file of the key is not in the PEM format."));
        if (good && r.key == NULL)
            good = fail(error, OWN_CERT_ERROR_INVALID, _("There is no private key in that file."));
    }
    good = good && read_any(&r, file, error) && take(&r, now, ret, error);
    reader_close(&r);
    return good;
}

void
own_cert_clear(struct own_cert *c)
{
    char *const texts[] = {c->pem,       c->subject,        c->issuer,
                           c->authority, c->authority_name, c->doubts};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    explicit_bzero(c, sizeof *c);
}

gboolean
own_cert_about(const char *pem, char **ret_subject, gint64 *ret_not_after)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    X509 *one = bio != NULL ? PEM_read_bio_X509(bio, NULL, NULL, (void *)"") : NULL;

    if (one != NULL) {
        *ret_subject = name_text(X509_get_subject_name(one));
        *ret_not_after = unix_time(X509_get0_notAfter(one));
    }
    X509_free(one);
    BIO_free(bio);
    ERR_clear_error();
    return one != NULL;
}

/* ---- authorities --------------------------------------------------------------------------- */

static gboolean
write_authorities(const struct reader *r, GBytes *file, char **ret_pem)
{
    BIO *out = BIO_new(BIO_s_mem()), *in = is_pem(file) ? bio_over(file) : NULL;
    gboolean good = out != NULL;
    X509_CRL *list;

    for (int i = 0; good && i < sk_X509_num(r->certs); i++)
        good = PEM_write_bio_X509(out, sk_X509_value(r->certs, i)) == 1;
    while (good && in != NULL &&
           (list = PEM_read_bio_X509_CRL(in, NULL, NULL, (void *)"")) != NULL) {
        good = PEM_write_bio_X509_CRL(out, list) == 1;
        X509_CRL_free(list);
    }
    if (good)
        *ret_pem = text_of(out);
    BIO_free(in);
    BIO_free(out);
    return good;
}

static char *
doubts_of_authorities(const struct reader *r, gint64 now)
{
    GString *doubts = g_string_new(NULL);

    for (int i = 0; i < sk_X509_num(r->certs); i++) {
        X509 *one = sk_X509_value(r->certs, i);
        g_autofree char *name = name_text(X509_get_subject_name(one));

        g_autofree char *text = NULL;
        if (X509_check_ca(one) == 0)
            /* Translators: %s is a name such as "CN=vpn.example" */
            text = g_strdup_printf(_("%s is no authority: only this very certificate could be "
                                     "trusted by it."),
                                   name);
        else if (X509_cmp_time(X509_get0_notAfter(one), &(time_t){now}) < 0)
            /* Translators: %s is a name such as "CN=Example Root" */
            text = g_strdup_printf(_("The authority %s has expired."), name);
        if (text != NULL)
            say(doubts, text);
    }
    return g_string_free(doubts, FALSE);
}

gboolean
own_cert_read_authorities(GBytes *file, gint64 now, char **ret_pem, char **ret_doubts,
                          GError **error)
{
    struct reader r;
    gboolean good = reader_open(&r, "");
    g_autoptr(GError) why = NULL;
    g_autofree char *pem = NULL;

    /* a protected key beside them is nobody's business here */
    good = good && (read_any(&r, file, &why) || sk_X509_num(r.certs) > 0);
    if (!good || sk_X509_num(r.certs) <= 0) {
        good = fail(error, OWN_CERT_ERROR_INVALID,
                    why != NULL ? why->message : _("There is no certificate in the file."));
    } else if (!write_authorities(&r, file, &pem) || strlen(pem) > PLAN_MAX_CA) {
        good = FALSE;
        g_set_error(error, OWN_CERT_ERROR, OWN_CERT_ERROR_INVALID,
                    _("The certificates are larger than %d KiB."), PLAN_MAX_CA / 1024);
    } else {
        *ret_pem = g_steal_pointer(&pem);
        *ret_doubts = doubts_of_authorities(&r, now);
    }
    reader_close(&r);
    return good;
}
