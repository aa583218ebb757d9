/* hmac.c - see hmac.h. SPDX-License-Identifier: GPL-3.0-or-later */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "hmac.h"

#include <openssl/sha.h>

#include <stdlib.h>

union sha {
    SHA_CTX sha1;
    SHA256_CTX sha256;
    SHA512_CTX sha512;
};

_Static_assert(sizeof(union sha) <= sizeof(struct hmac_state), "libcrypto's states have grown");
_Static_assert(_Alignof(union sha) <= _Alignof(struct hmac_state), "they are aligned otherwise");

static void
sha_init(union sha *s, enum hash_alg alg)
{
    switch (alg) {
    case HASH_SHA1:
        SHA1_Init(&s->sha1);
        return;
    case HASH_SHA256:
        SHA256_Init(&s->sha256);
        return;
    case HASH_SHA384:
        SHA384_Init(&s->sha512);
        return;
    case HASH_SHA512:
        SHA512_Init(&s->sha512);
        return;
    case HASH_MD5:
        break;
    }
    abort();
}

static void
sha_add(union sha *s, enum hash_alg alg, const uint8_t *p, size_t n)
{
    if (alg == HASH_SHA1)
        SHA1_Update(&s->sha1, p, n);
    else if (alg == HASH_SHA256)
        SHA256_Update(&s->sha256, p, n);
    else
        SHA512_Update(&s->sha512, p, n);
}

static void
sha_end(union sha *s, enum hash_alg alg, uint8_t *ret)
{
    if (alg == HASH_SHA1)
        SHA1_Final(ret, &s->sha1);
    else if (alg == HASH_SHA256)
        SHA256_Final(ret, &s->sha256);
    else
        SHA512_Final(ret, &s->sha512); /* it knows how much SHA-384 keeps */
}

void
hmac_init(struct hmac *h, enum hash_alg alg, struct rd key)
{
    const size_t size = hash_block_size(alg);
    uint8_t block[HASH_BLOCK_MAX] = {0};

    if (!rd_ok(&key))
        abort();
    if (key.left > size)
        hash_parts(alg, &key, 1, block);
    else if (key.left > 0)
        memcpy(block, key.p, key.left);
    h->alg = alg;
    for (size_t i = 0; i < size; i++)
        block[i] ^= 0x36;
    sha_init((union sha *)(void *)&h->inner, alg);
    sha_add((union sha *)(void *)&h->inner, alg, block, size);
    for (size_t i = 0; i < size; i++)
        block[i] ^= 0x36 ^ 0x5c;
    sha_init((union sha *)(void *)&h->outer, alg);
    sha_add((union sha *)(void *)&h->outer, alg, block, size);
    explicit_bzero(block, sizeof block);
}

void
hmac_wipe(struct hmac *h)
{
    explicit_bzero(h, sizeof *h);
}

void
hmac_run(const struct hmac *h, const uint8_t *p, size_t n, uint8_t *ret)
{
    uint8_t digest[HASH_MAX_SIZE];
    union sha s;

    memcpy(&s, &h->inner, sizeof s);
    sha_add(&s, h->alg, p, n);
    sha_end(&s, h->alg, digest);
    memcpy(&s, &h->outer, sizeof s);
    sha_add(&s, h->alg, digest, hash_size(h->alg));
    sha_end(&s, h->alg, ret); /* and wipes the state */
}
