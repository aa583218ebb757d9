/* ike-cert.c - see ike-cert.h: what we have and whom we trust. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "ike-cert.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "ike-cert-priv.h"

/* One after the other, in PEM, or in DER. */
typedef bool (*take_fn)(struct ike_cert *c, void *one);

static bool
is_pem(struct rd r)
{
    return r.left > 0 && memmem(r.p, r.left, "-----BEGIN", 10) != NULL;
}

static bool
take_own(struct ike_cert *c, void *one)
{
    if (c->own_n == IKE_CERTS_MAX)
        return false;
    c->own[c->own_n] = one;
    c->der_n[c->own_n] = i2d_X509(one, &c->der[c->own_n]);
    return c->der_n[c->own_n++] > 0;
}

static bool
take_authority(struct ike_cert *c, void *one)
{
    const bool good = X509_STORE_add_cert(c->store, one) == 1;

    c->many |= c->names_n == IKE_CERTS_MAX;
    if (good && !c->many) {
        c->name_n[c->names_n] = i2d_X509_NAME(X509_get_subject_name(one), &c->name[c->names_n]);
        c->names_n += c->name_n[c->names_n] > 0;
    }
    X509_free(one);
    return good;
}

static bool
take_crl(struct ike_cert *c, void *one)
{
    const bool good = X509_STORE_add_crl(c->store, one) == 1;

    c->has_crls = true;
    X509_CRL_free(one);
    return good;
}

/* False: not one of them could be read, or one is not what it should be. */
static bool
read_all(struct ike_cert *c, struct rd r, bool crls, take_fn take)
{
    BIO *const bio = r.left <= INT_MAX ? BIO_new_mem_buf(r.p, (int)r.left) : NULL;
    const bool pem = is_pem(r);
    bool good = bio != NULL;
    unsigned count = 0;

    while (good) {
        void *one;

        if (crls)
            one = pem ? (void *)PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL)
                      : (void *)d2i_X509_CRL_bio(bio, NULL);
        else
            one = pem ? (void *)PEM_read_bio_X509(bio, NULL, NULL, NULL)
                      : (void *)d2i_X509_bio(bio, NULL);
        if (one == NULL)
            break;
        good = take(c, one);
        count++;
    }
    good &= count > 0 && (pem || BIO_pending(bio) == 0);
    BIO_free(bio);
    ERR_clear_error();
    return good;
}

static EVP_PKEY *
read_key(struct rd r)
{
    BIO *const bio = r.left <= INT_MAX ? BIO_new_mem_buf(r.p, (int)r.left) : NULL;
    EVP_PKEY *key = NULL;

    if (bio != NULL)
        key = is_pem(r) ? PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)"")
                        : d2i_PrivateKey_bio(bio, NULL);
    BIO_free(bio);
    ERR_clear_error();
    return key;
}

unsigned
ike_cert_method_of(const EVP_PKEY *key)
{
    char curve[32] = "";

    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
        return EVP_PKEY_get_bits(key) >= 1024 && EVP_PKEY_get_bits(key) <= 8 * IKE_SIGNATURE_MAX
                   ? IKE_METHOD_RSA
                   : 0;
    case EVP_PKEY_EC:
        if (EVP_PKEY_get_group_name(key, curve, sizeof curve, NULL) != 1)
            return 0;
        return strcmp(curve, "prime256v1") == 0  ? IKE_METHOD_ECDSA_256
               : strcmp(curve, "secp384r1") == 0 ? IKE_METHOD_ECDSA_384
               : strcmp(curve, "secp521r1") == 0 ? IKE_METHOD_ECDSA_521
                                                 : 0;
    default:
        return 0;
    }
}

static bool
own_read(struct ike_cert *c, const struct ike_cert_config *cfg, struct ras_end *why)
{
    if (cfg->chain.left == 0 || cfg->key.left == 0) {
        ras_end_set(why, RAS_OAKLEY_NO_CERT, "IKE: the profile has no certificate%s",
                    cfg->chain.left == 0 ? "" : " key");
        return false;
    }
    if (!read_all(c, cfg->chain, false, take_own)) {
        ras_end_set(why, RAS_OAKLEY_NO_CERT, "IKE: our certificate cannot be read");
        return false;
    }
    c->key = read_key(cfg->key);
    if (c->key == NULL || X509_check_private_key(c->own[0], c->key) != 1) {
        ras_end_set(why, RAS_OAKLEY_NO_CERT, "IKE: the key %s",
                    c->key == NULL ? "cannot be read" : "is not that of the certificate");
        ERR_clear_error();
        return false;
    }
    c->method = ike_cert_method_of(c->key);
    if (c->method == 0)
        ras_end_set(why, RAS_OAKLEY_NO_CERT,
                    "IKE: the certificate's key is neither RSA nor on P-256, P-384, P-521");
    return c->method != 0;
}

struct ike_cert *
ike_cert_new(const struct ike_cert_config *cfg, struct ras_end *ret_why)
{
    struct ike_cert *const c = calloc(1, sizeof *c);

    if (c == NULL || (c->store = X509_STORE_new()) == NULL) {
        free(c);
        ras_end_set(ret_why, RAS_OAKLEY_NO_CERT, "IKE: no memory for certificates");
        return NULL;
    }
    if (!own_read(c, cfg, ret_why)) {
        ike_cert_free(c);
        return NULL;
    }
    if ((cfg->authorities.left > 0 && !read_all(c, cfg->authorities, false, take_authority)) ||
        (cfg->crls.left > 0 && !read_all(c, cfg->crls, true, take_crl)) ||
        (cfg->system && X509_STORE_set_default_paths(c->store) != 1)) {
        ras_end_set(ret_why, RAS_CERT_E_UNTRUSTEDROOT,
                    "IKE: the trusted authorities or their lists cannot be read");
        ike_cert_free(c);
        return NULL;
    }
    return c;
}

void
ike_cert_free(struct ike_cert *c)
{
    if (c == NULL)
        return;
    for (unsigned i = 0; i < c->own_n; i++) {
        X509_free(c->own[i]);
        OPENSSL_free(c->der[i]);
    }
    for (unsigned i = 0; i < c->names_n; i++)
        OPENSSL_free(c->name[i]);
    EVP_PKEY_free(c->key);
    X509_STORE_free(c->store);
    free(c);
}

unsigned
ike_cert_method(const struct ike_cert *c)
{
    return c->method;
}

unsigned
ike_cert_count(const struct ike_cert *c)
{
    return c->own_n;
}

struct rd
ike_cert_der(const struct ike_cert *c, unsigned i)
{
    return rd_over(c->der[i], (size_t)c->der_n[i]);
}

bool
ike_cert_subject(const struct ike_cert *c, struct ike_id *ret)
{
    uint8_t *der = NULL;
    const int n = i2d_X509_NAME(X509_get_subject_name(c->own[0]), &der);
    const bool fits = n > 0 && (size_t)n <= sizeof ret->value;

    if (fits) {
        *ret = (struct ike_id){.type = IKE_ID_DN, .len = (uint16_t)n};
        memcpy(ret->value, der, (size_t)n);
    }
    OPENSSL_free(der);
    return fits;
}

struct rd
ike_cert_authority(const struct ike_cert *c, unsigned i)
{
    if (c->many && i == 0) /* a choice of them would keep back what another has signed */
        return rd_over("", 0);
    if (c->many || i >= c->names_n)
        return (struct rd){.bad = true};
    return rd_over(c->name[i], (size_t)c->name_n[i]);
}
