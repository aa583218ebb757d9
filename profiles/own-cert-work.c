/* own-cert-work.c - see own-cert-work.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "own-cert-work.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <limits.h>
#include <string.h>

#define PBMAC1         "1.2.840.113549.1.5.14" /* RFC 8018 section A.5 */
#define DEEPEST        8                       /* bags in bags */
#define SCRYPT_A_ROUND 2                       /* of its steps take as long as a round, about */

struct work {
    guint64 left;
    gboolean too_much;
};

static void
add(struct work *w, guint64 rounds)
{
    w->too_much |= rounds > w->left;
    w->left -= MIN(rounds, w->left);
}

/* Negative, or longer than the type: more than anybody would do. */
static guint64
number(const ASN1_INTEGER *n)
{
    uint64_t value;

    return ASN1_INTEGER_get_uint64(&value, n) == 1 ? value : G_MAXUINT32;
}

static void
add_number(struct work *w, const ASN1_INTEGER *n)
{
    if (n != NULL)
        add(w, number(n));
}

static void
add_scrypt(struct work *w, const X509_ALGOR *alg)
{
#ifndef OPENSSL_NO_SCRYPT
    SCRYPT_PARAMS *p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), alg->parameter);

    if (p == NULL)
        return;
    const guint64 n = number(p->costParameter), r = number(p->blockSize),
                  times = number(p->parallelizationParameter);
    const gboolean large = n > G_MAXUINT16 * 16 || r > G_MAXUINT16 || times > G_MAXUINT16;

    add(w, large ? G_MAXUINT32 : n * r * times / SCRYPT_A_ROUND);
    SCRYPT_PARAMS_free(p);
#endif
}

static void
add_kdf(struct work *w, const X509_ALGOR *alg)
{
    if (OBJ_obj2nid(alg->algorithm) == NID_id_scrypt) {
        add_scrypt(w, alg);
        return;
    }
    PBKDF2PARAM *p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), alg->parameter);

    if (p != NULL)
        add_number(w, p->iter);
    PBKDF2PARAM_free(p);
}

/* A way to encrypt by a pass phrase, or to sum. */
static void
add_algorithm(struct work *w, const X509_ALGOR *alg)
{
    char oid[64] = "";

    if (alg == NULL)
        return;
    OBJ_obj2txt(oid, sizeof oid, alg->algorithm, 1);
    if (OBJ_obj2nid(alg->algorithm) == NID_pbes2 || g_str_equal(oid, PBMAC1)) {
        PBE2PARAM *p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), alg->parameter);

        if (p != NULL)
            add_kdf(w, p->keyfunc);
        PBE2PARAM_free(p);
        return;
    }
    /* PKCS #12's, and the first of PKCS #5: a salt and a count */
    PBEPARAM *p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), alg->parameter);

    if (p != NULL)
        add_number(w, p->iter);
    PBEPARAM_free(p);
}

static void
add_protected_key(struct work *w, const X509_SIG *key)
{
    const X509_ALGOR *alg = NULL;

    if (key != NULL)
        X509_SIG_get0(key, &alg, NULL);
    add_algorithm(w, alg);
}

gboolean
own_cert_work_of_pem(GBytes *pem, guint64 max)
{
    struct work w = {.left = max};
    gsize size;
    const void *bytes = g_bytes_get_data(pem, &size);
    BIO *bio = BIO_new_mem_buf(bytes != NULL ? bytes : "", (int)MIN(size, INT_MAX));
    char *name = NULL, *header = NULL;
    unsigned char *data = NULL;
    long n;

    while (bio != NULL && PEM_read_bio(bio, &name, &header, &data, &n) == 1) {
        const unsigned char *at = data;
        X509_SIG *key = d2i_X509_SIG(NULL, &at, n); /* whatever it is called */

        add_protected_key(&w, key);
        X509_SIG_free(key);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_clear_free(data, (gsize)n);
    }
    BIO_free(bio);
    ERR_clear_error();
    return !w.too_much;
}

gboolean
own_cert_work_of_mac(PKCS12 *file, guint64 max)
{
    struct work w = {.left = max};
    const ASN1_INTEGER *rounds = NULL;
    const X509_ALGOR *alg = NULL;

    PKCS12_get0_mac(NULL, &alg, NULL, &rounds, file);
    add_number(&w, rounds);
    add_algorithm(&w, alg);
    ERR_clear_error();
    return !w.too_much;
}

static void
add_bags(struct work *w, const STACK_OF(PKCS12_SAFEBAG) * bags, unsigned depth)
{
    w->too_much |= depth > DEEPEST;
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags) && !w->too_much; i++) {
        const PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(bags, i);

        if (PKCS12_SAFEBAG_get_nid(bag) == NID_pkcs8ShroudedKeyBag)
            add_protected_key(w, PKCS12_SAFEBAG_get0_pkcs8(bag));
        else if (PKCS12_SAFEBAG_get_nid(bag) == NID_safeContentsBag)
            add_bags(w, PKCS12_SAFEBAG_get0_safes(bag), depth + 1);
    }
}

static STACK_OF(PKCS12_SAFEBAG) * open_part(struct work *w, PKCS7 *part, const char *passphrase)
{
    const int n = passphrase != NULL ? (int)MIN(strlen(passphrase), INT_MAX) : 0;

    if (part->d.ptr == NULL)
        return NULL;
    if (PKCS7_type_is_data(part))
        return PKCS12_unpack_p7data(part);
    if (!PKCS7_type_is_encrypted(part) || part->d.encrypted->enc_data == NULL)
        return NULL;
    add_algorithm(w, part->d.encrypted->enc_data->algorithm);
    return w->too_much ? NULL : PKCS12_unpack_p7encdata(part, passphrase, n);
}

gboolean
own_cert_work_of_pkcs12(PKCS12 *file, const char *passphrase, guint64 max)
{
    struct work w = {.left = max};
    STACK_OF(PKCS7) *parts = PKCS12_unpack_authsafes(file);

    for (int i = 0; i < sk_PKCS7_num(parts) && !w.too_much; i++) {
        STACK_OF(PKCS12_SAFEBAG) *bags = open_part(&w, sk_PKCS7_value(parts, i), passphrase);

        add_bags(&w, bags, 0);
        sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    }
    sk_PKCS7_pop_free(parts, PKCS7_free);
    ERR_clear_error();
    return !w.too_much;
}
