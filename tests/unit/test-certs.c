/* test-certs.c - see test-certs.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "test-certs.h"

#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

static void
add_extension(X509 *x, const X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;

    if (value == NULL)
        return;
    X509V3_set_ctx(&context, (X509 *)issuer, x, NULL, NULL, 0);

    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    g_assert_nonnull(e);
    g_assert_cmpint(X509_add_ext(x, e, -1), ==, 1);
    X509_EXTENSION_free(e);
}

static void
add_san_with_nul(X509 *x, const char *cn)
{
    g_autoptr(GByteArray) name = g_byte_array_new();
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    GENERAL_NAME *one = GENERAL_NAME_new();
    ASN1_IA5STRING *text = ASN1_IA5STRING_new();

    g_byte_array_append(name, (const guint8 *)cn, (guint)strlen(cn) + 1);
    g_byte_array_append(name, (const guint8 *)".evil.example", 13);
    ASN1_STRING_set(text, name->data, (int)name->len);
    GENERAL_NAME_set0_value(one, GEN_DNS, text);
    sk_GENERAL_NAME_push(names, one);
    g_assert_cmpint(X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, 0), ==, 1);
    GENERAL_NAMES_free(names);
}

struct cert *
cert_new(const struct cert_spec *spec, const struct cert *issuer)
{
    static long serial = 1000;
    struct cert *c = g_new0(struct cert, 1);
    const struct cert *signer = issuer != NULL ? issuer : c;
    const bool dates = spec->from_days != 0 || spec->to_days != 0;

    c->key = spec->rsa_bits > 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)spec->rsa_bits)
                                : EVP_EC_gen("P-256");
    c->x509 = X509_new();
    g_assert_true(c->key != NULL && c->x509 != NULL);
    X509_set_version(c->x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(c->x509), serial++);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(c->x509), "CN", MBSTRING_UTF8,
                               (const unsigned char *)spec->cn, -1, -1, 0);
    for (int i = 0; i < spec->units; i++) {
        static const unsigned char unit[65] =
            "the 64 letters that a name of an organizational unit may have...";

        X509_NAME_add_entry_by_txt(X509_get_subject_name(c->x509), "OU", MBSTRING_UTF8, unit, 64,
                                   -1, 0);
    }
    X509_set_issuer_name(c->x509, X509_get_subject_name(signer->x509));
    X509_gmtime_adj(X509_getm_notBefore(c->x509), (dates ? spec->from_days : -1) * 86400L);
    X509_gmtime_adj(X509_getm_notAfter(c->x509), (dates ? spec->to_days : 365) * 86400L);
    X509_set_pubkey(c->x509, c->key);
    add_extension(c->x509, signer->x509, NID_basic_constraints, spec->constraints);
    add_extension(c->x509, signer->x509, NID_subject_alt_name, spec->san);
    add_extension(c->x509, signer->x509, NID_ext_key_usage, spec->eku);
    add_extension(c->x509, signer->x509, NID_name_constraints, spec->names);
    if (spec->san_with_nul)
        add_san_with_nul(c->x509, spec->cn);
    g_assert_cmpint(X509_sign(c->x509, signer->key, spec->sha1 ? EVP_sha1() : EVP_sha256()), >, 0);
    return c;
}

void
cert_free(struct cert *c)
{
    if (c == NULL)
        return;
    X509_free(c->x509);
    EVP_PKEY_free(c->key);
    g_free(c);
}

static char *
take_text(BIO *bio)
{
    char *data;
    const long n = BIO_get_mem_data(bio, &data);
    char *text = g_strndup(data, (gsize)n);

    BIO_free(bio);
    return text;
}

char *
cert_pem(const struct cert *const *certs, size_t n)
{
    BIO *bio = BIO_new(BIO_s_mem());

    for (size_t i = 0; i < n; i++)
        PEM_write_bio_X509(bio, certs[i]->x509);
    return take_text(bio);
}

char *
cert_crl_pem(const struct cert *issuer, const struct cert *revoked)
{
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *now = X509_gmtime_adj(NULL, -3600), *then = X509_gmtime_adj(NULL, 86400);
    BIO *bio = BIO_new(BIO_s_mem());

    X509_CRL_set_version(crl, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->x509));
    X509_CRL_set1_lastUpdate(crl, now);
    X509_CRL_set1_nextUpdate(crl, then);
    if (revoked != NULL) {
        X509_REVOKED *r = X509_REVOKED_new();
        X509_REVOKED_set_serialNumber(r, X509_get_serialNumber(revoked->x509));
        X509_REVOKED_set_revocationDate(r, now);
        X509_CRL_add0_revoked(crl, r);
    }
    g_assert_cmpint(X509_CRL_sign(crl, issuer->key, EVP_sha256()), >, 0);
    PEM_write_bio_X509_CRL(bio, crl);
    X509_CRL_free(crl);
    ASN1_TIME_free(now);
    ASN1_TIME_free(then);
    return take_text(bio);
}

unsigned char *
cert_ocsp(const struct cert *issuer, const struct cert *subject, bool revoked, int *ret_len)
{
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), subject->x509, issuer->x509);
    ASN1_TIME *since = X509_gmtime_adj(NULL, -3600), *until = X509_gmtime_adj(NULL, 86400);
    unsigned char *der = NULL;

    g_assert_nonnull(OCSP_basic_add1_status(
        basic, id, revoked ? V_OCSP_CERTSTATUS_REVOKED : V_OCSP_CERTSTATUS_GOOD,
        OCSP_REVOKED_STATUS_KEYCOMPROMISE, since, since, until));
    g_assert_cmpint(OCSP_basic_sign(basic, issuer->x509, issuer->key, EVP_sha256(), NULL, 0), ==,
                    1);

    OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    *ret_len = i2d_OCSP_RESPONSE(response, &der);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
    OCSP_CERTID_free(id);
    ASN1_TIME_free(since);
    ASN1_TIME_free(until);
    return der;
}
