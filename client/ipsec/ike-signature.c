/* ike-signature.c - signatures over the bare HASH; see ike-cert.h. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "ike-cert-priv.h"

/* Octets of r and of s: those of the curve's order (RFC 4754 section 7). */
static size_t
half_size(unsigned method)
{
    return method == IKE_METHOD_ECDSA_256 ? 32 : method == IKE_METHOD_ECDSA_384 ? 48 : 66;
}

static bool
rsa_sign(EVP_PKEY *key, struct rd hash, uint8_t *ret, size_t *ret_n)
{
    EVP_PKEY_CTX *const ctx = EVP_PKEY_CTX_new(key, NULL);
    size_t n = IKE_SIGNATURE_MAX;
    /* without a digest that it would name, libcrypto makes the block of the bare octets */
    const bool good = ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 &&
                      EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
                      EVP_PKEY_sign(ctx, ret, &n, hash.p, hash.left) == 1;

    EVP_PKEY_CTX_free(ctx);
    *ret_n = n;
    return good;
}

static bool
ecdsa_sign(EVP_PKEY *key, unsigned method, struct rd hash, uint8_t *ret, size_t *ret_n)
{
    EVP_PKEY_CTX *const ctx = EVP_PKEY_CTX_new(key, NULL);
    const int half = (int)half_size(method);
    uint8_t der[IKE_SIGNATURE_MAX];
    const uint8_t *p = der;
    size_t n = sizeof der;
    ECDSA_SIG *sig = NULL;
    bool good = ctx != NULL && EVP_PKEY_sign_init(ctx) == 1 &&
                EVP_PKEY_sign(ctx, der, &n, hash.p, hash.left) == 1 &&
                (sig = d2i_ECDSA_SIG(NULL, &p, (long)n)) != NULL;

    good = good && BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret, half) == half &&
           BN_bn2binpad(ECDSA_SIG_get0_s(sig), ret + half, half) == half;
    ECDSA_SIG_free(sig);
    EVP_PKEY_CTX_free(ctx);
    *ret_n = 2 * (size_t)half;
    return good;
}

bool
ike_cert_sign(const struct ike_cert *c, struct rd hash, uint8_t ret[static IKE_SIGNATURE_MAX],
              size_t *ret_n)
{
    const bool good = c->method == IKE_METHOD_RSA ? rsa_sign(c->key, hash, ret, ret_n)
                                                  : ecdsa_sign(c->key, c->method, hash, ret, ret_n);

    ERR_clear_error();
    return good;
}

/* The block that must be, built and compared; nothing of what came is parsed. */
static bool
rsa_good(EVP_PKEY *key, struct rd hash, struct rd signature)
{
    uint8_t got[IKE_SIGNATURE_MAX], want[IKE_SIGNATURE_MAX];
    const size_t size = (size_t)EVP_PKEY_get_size(key);
    size_t n = sizeof got;

    if (signature.left != size || size > sizeof got || hash.left + 11 > size)
        return false;

    EVP_PKEY_CTX *const ctx = EVP_PKEY_CTX_new(key, NULL);
    const bool opened = ctx != NULL && EVP_PKEY_verify_recover_init(ctx) == 1 &&
                        EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING) == 1 &&
                        EVP_PKEY_verify_recover(ctx, got, &n, signature.p, signature.left) == 1;

    EVP_PKEY_CTX_free(ctx);
    memset(want, 0xff, size);
    want[0] = 0;
    want[1] = 1;
    want[size - hash.left - 1] = 0;
    memcpy(want + size - hash.left, hash.p, hash.left);
    return opened && n == size && CRYPTO_memcmp(got, want, size) == 0;
}

static bool
ecdsa_good(EVP_PKEY *key, unsigned method, struct rd hash, struct rd signature)
{
    const size_t half = half_size(method);
    ECDSA_SIG *const sig = ECDSA_SIG_new();
    uint8_t *der = NULL;
    int n = 0;
    bool good = false;

    if (signature.left == 2 * half && sig != NULL &&
        ECDSA_SIG_set0(sig, BN_bin2bn(signature.p, (int)half, NULL),
                       BN_bin2bn(signature.p + half, (int)half, NULL)) == 1)
        n = i2d_ECDSA_SIG(sig, &der);
    if (n > 0) {
        EVP_PKEY_CTX *const ctx = EVP_PKEY_CTX_new(key, NULL);

        good = ctx != NULL && EVP_PKEY_verify_init(ctx) == 1 &&
               EVP_PKEY_verify(ctx, der, (size_t)n, hash.p, hash.left) == 1;
        EVP_PKEY_CTX_free(ctx);
    }
    OPENSSL_free(der);
    ECDSA_SIG_free(sig);
    return good;
}

bool
ike_signature_good(EVP_PKEY *key, unsigned method, struct rd hash, struct rd signature)
{
    bool good;

    if (method == 0 || ike_cert_method_of(key) != method || signature.bad)
        return false;
    good = method == IKE_METHOD_RSA ? rsa_good(key, hash, signature)
                                    : ecdsa_good(key, method, hash, signature);
    ERR_clear_error();
    return good;
}
