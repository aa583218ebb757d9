/* hash.c - see hash.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <stdlib.h>

struct hash_ctx {
    enum hash_alg alg;
    bool keyed;
    EVP_MD_CTX *run;           /* a digest, or HMAC's inner or outer one at work */
    EVP_MD_CTX *inner, *outer; /* HMAC: with the padded key already in */
};

static const EVP_MD *
md_of(enum hash_alg alg)
{
    switch (alg) {
    case HASH_MD5:
        return EVP_md5();
    case HASH_SHA1:
        return EVP_sha1();
    case HASH_SHA256:
        return EVP_sha256();
    case HASH_SHA384:
        return EVP_sha384();
    case HASH_SHA512:
        return EVP_sha512();
    }
    abort();
}

size_t
hash_block_size(enum hash_alg alg)
{
    return alg == HASH_SHA384 || alg == HASH_SHA512 ? 128 : 64;
}

static void
must(bool ok)
{
    if (!ok)
        abort();
}

size_t
hash_size(enum hash_alg alg)
{
    static const uint8_t sizes[] = {
        [HASH_MD5] = HASH_MD5_SIZE,       [HASH_SHA1] = HASH_SHA1_SIZE,
        [HASH_SHA256] = HASH_SHA256_SIZE, [HASH_SHA384] = HASH_SHA384_SIZE,
        [HASH_SHA512] = HASH_SHA512_SIZE,
    };

    return sizes[alg];
}

bool
hash_init(void)
{
    for (enum hash_alg alg = HASH_MD5; alg <= HASH_SHA512; alg++) {
        uint8_t digest[EVP_MAX_MD_SIZE];
        unsigned n = 0;

        if (EVP_Digest("", 0, digest, &n, md_of(alg), NULL) != 1 || n != hash_size(alg))
            return false;
    }
    return true;
}

static EVP_MD_CTX *
new_md(enum hash_alg alg)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    must(ctx != NULL && EVP_DigestInit_ex(ctx, md_of(alg), NULL) == 1);
    return ctx;
}

struct hash_ctx *
hash_ctx_new(enum hash_alg alg)
{
    struct hash_ctx *h = calloc(1, sizeof *h);

    must(h != NULL);
    h->alg = alg;
    h->run = new_md(alg);
    return h;
}

struct hash_ctx *
hash_ctx_new_hmac(enum hash_alg alg, struct rd key)
{
    struct hash_ctx *h = hash_ctx_new(alg);
    const size_t size = hash_block_size(alg);
    uint8_t block[HASH_BLOCK_MAX] = {0};

    must(rd_ok(&key));
    if (key.left > size)
        hash_parts(alg, &key, 1, block);
    else if (key.left > 0)
        memcpy(block, key.p, key.left);

    h->keyed = true;
    h->inner = new_md(alg);
    h->outer = new_md(alg);
    for (size_t i = 0; i < size; i++)
        block[i] ^= 0x36;
    must(EVP_DigestUpdate(h->inner, block, size) == 1);
    for (size_t i = 0; i < size; i++)
        block[i] ^= 0x36 ^ 0x5c;
    must(EVP_DigestUpdate(h->outer, block, size) == 1);
    OPENSSL_cleanse(block, sizeof block);
    return h;
}

void
hash_ctx_free(struct hash_ctx *h)
{
    if (h == NULL)
        return;
    EVP_MD_CTX_free(h->run);
    EVP_MD_CTX_free(h->inner);
    EVP_MD_CTX_free(h->outer);
    free(h);
}

static void
run_parts(struct hash_ctx *h, const struct rd *parts, size_t n, uint8_t *ret)
{
    for (size_t i = 0; i < n; i++) {
        must(rd_ok(&parts[i]));
        if (parts[i].left > 0)
            must(EVP_DigestUpdate(h->run, parts[i].p, parts[i].left) == 1);
    }
    must(EVP_DigestFinal_ex(h->run, ret, NULL) == 1);
}

void
hash_ctx_run(struct hash_ctx *h, const struct rd *parts, size_t n, uint8_t *ret)
{
    uint8_t inner[HASH_MAX_SIZE];

    if (!h->keyed) {
        run_parts(h, parts, n, ret);
        must(EVP_DigestInit_ex(h->run, NULL, NULL) == 1); /* NULL: the same, without a look-up */
        return;
    }
    must(EVP_MD_CTX_copy_ex(h->run, h->inner) == 1);
    run_parts(h, parts, n, inner);
    must(EVP_MD_CTX_copy_ex(h->run, h->outer) == 1);
    run_parts(h, &(struct rd){.p = inner, .left = hash_size(h->alg)}, 1, ret);
    OPENSSL_cleanse(inner, sizeof inner);
}

void
hash_parts(enum hash_alg alg, const struct rd *parts, size_t n, uint8_t *ret)
{
    CLEANUP(hash_ctx_free) struct hash_ctx *h = hash_ctx_new(alg);

    hash_ctx_run(h, parts, n, ret);
}

void
hmac_parts(enum hash_alg alg, struct rd key, const struct rd *parts, size_t n, uint8_t *ret)
{
    CLEANUP(hash_ctx_free) struct hash_ctx *h = hash_ctx_new_hmac(alg, key);

    hash_ctx_run(h, parts, n, ret);
}
