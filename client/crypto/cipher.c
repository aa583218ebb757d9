/* cipher.c - see cipher.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cipher.h"

#include <openssl/evp.h>

#include <stdlib.h>

struct cipher {
    enum cipher_alg alg;
    EVP_CIPHER_CTX *evp;
};

static const EVP_CIPHER *
evp_of(enum cipher_alg alg, size_t key_size)
{
    switch (alg) {
    case CIPHER_AES_CBC:
        return key_size == 16   ? EVP_aes_128_cbc()
               : key_size == 24 ? EVP_aes_192_cbc()
               : key_size == 32 ? EVP_aes_256_cbc()
                                : NULL;
    case CIPHER_3DES_CBC:
        return key_size == 24 ? EVP_des_ede3_cbc() : NULL;
    case CIPHER_AES_GCM:
        return key_size == 16   ? EVP_aes_128_gcm()
               : key_size == 24 ? EVP_aes_192_gcm()
               : key_size == 32 ? EVP_aes_256_gcm()
                                : NULL;
    }
    abort();
}

static void
must(bool ok)
{
    if (!ok)
        abort();
}

bool
cipher_init(void)
{
    static const uint8_t key[CIPHER_KEY_MAX];

    for (enum cipher_alg alg = CIPHER_AES_CBC; alg <= CIPHER_AES_GCM; alg++) {
        for (size_t n = 16; n <= CIPHER_KEY_MAX; n += 8) {
            const EVP_CIPHER *evp = evp_of(alg, n);
            EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
            const bool ok =
                evp == NULL || (ctx != NULL && EVP_EncryptInit_ex(ctx, evp, NULL, key, key) == 1);

            EVP_CIPHER_CTX_free(ctx);
            if (!ok)
                return false;
        }
    }
    return true;
}

size_t
cipher_block_size(enum cipher_alg alg)
{
    static const uint8_t sizes[] = {
        [CIPHER_AES_CBC] = 16,
        [CIPHER_3DES_CBC] = 8,
        [CIPHER_AES_GCM] = 1,
    };

    return sizes[alg];
}

bool
cipher_key_size_valid(enum cipher_alg alg, size_t n)
{
    return evp_of(alg, n) != NULL;
}

struct cipher *
cipher_new(enum cipher_alg alg, enum cipher_way way, struct rd key)
{
    if (!rd_ok(&key) || !cipher_key_size_valid(alg, key.left))
        return NULL;
    struct cipher *c = calloc(1, sizeof *c);

    must(c != NULL);
    c->alg = alg;
    c->evp = EVP_CIPHER_CTX_new();
    must(c->evp != NULL && EVP_CipherInit_ex(c->evp, evp_of(alg, key.left), NULL, key.p, NULL,
                                             way == CIPHER_ENCRYPT) == 1);
    EVP_CIPHER_CTX_set_padding(c->evp, 0);
    return c;
}

void
cipher_free(struct cipher *c)
{
    if (c == NULL)
        return;
    EVP_CIPHER_CTX_free(c->evp);
    free(c);
}

/* EVP counts in int. No caller has a message of that size, and none may become half of one. */
static int
count_of(size_t n)
{
    must(n <= 1 << 30);
    return (int)n;
}

bool
cipher_cbc(struct cipher *c, const uint8_t *iv, uint8_t *p, size_t n)
{
    int done;

    if (n % cipher_block_size(c->alg) != 0)
        return false;
    must(c->alg != CIPHER_AES_GCM && EVP_CipherInit_ex(c->evp, NULL, NULL, NULL, iv, -1) == 1);
    if (n > 0)
        must(EVP_CipherUpdate(c->evp, p, &done, p, count_of(n)) == 1 && (size_t)done == n);
    return true;
}

/* The nonce and what is not encrypted; then the rest in place. */
static void
gcm_run(struct cipher *c, const uint8_t *nonce, struct rd aad, uint8_t *p, size_t n)
{
    int done;

    must(c->alg == CIPHER_AES_GCM && rd_ok(&aad) &&
         EVP_CipherInit_ex(c->evp, NULL, NULL, NULL, nonce, -1) == 1);
    if (aad.left > 0)
        must(EVP_CipherUpdate(c->evp, NULL, &done, aad.p, count_of(aad.left)) == 1);
    if (n > 0)
        must(EVP_CipherUpdate(c->evp, p, &done, p, count_of(n)) == 1 && (size_t)done == n);
}

void
cipher_gcm_seal(struct cipher *c, const uint8_t nonce[static CIPHER_GCM_NONCE_SIZE], struct rd aad,
                uint8_t *p, size_t n, uint8_t ret_tag[static CIPHER_GCM_TAG_SIZE])
{
    int done;

    gcm_run(c, nonce, aad, p, n);
    must(EVP_CipherFinal_ex(c->evp, ret_tag, &done) == 1 &&
         EVP_CIPHER_CTX_ctrl(c->evp, EVP_CTRL_AEAD_GET_TAG, CIPHER_GCM_TAG_SIZE, ret_tag) == 1);
}

bool
cipher_gcm_open(struct cipher *c, const uint8_t nonce[static CIPHER_GCM_NONCE_SIZE], struct rd aad,
                uint8_t *p, size_t n, const uint8_t tag[static CIPHER_GCM_TAG_SIZE])
{
    uint8_t expected[CIPHER_GCM_TAG_SIZE], none[1];
    int done;

    memcpy(expected, tag, sizeof expected);
    gcm_run(c, nonce, aad, p, n);
    must(EVP_CIPHER_CTX_ctrl(c->evp, EVP_CTRL_AEAD_SET_TAG, sizeof expected, expected) == 1);
    return EVP_CipherFinal_ex(c->evp, none, &done) == 1;
}
