/*
 * hash.h - digests and HMAC, over libcrypto's EVP. Whatever is hashed is a list of parts, so that
 * nobody has to glue buffers together.
 *
 * After hash_init() has said yes, nothing here can fail but for want of memory, and then the
 * process ends: a digest that may be missing is not something a caller can go on without.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attr.h"
#include "bytes.h"

enum hash_alg { HASH_MD5, HASH_SHA1, HASH_SHA256, HASH_SHA384, HASH_SHA512 };

enum {
    HASH_MD5_SIZE = 16,
    HASH_SHA1_SIZE = 20,
    HASH_SHA256_SIZE = 32,
    HASH_SHA384_SIZE = 48,
    HASH_SHA512_SIZE = 64,
    HASH_MAX_SIZE = 64,
    HASH_BLOCK_MAX = 128,
};

/* Is every algorithm of this folder there (a FIPS build has no MD5)? It also makes libcrypto load
 * what it needs, so call it before a sandbox closes. */
bool hash_init(void);

size_t hash_size(enum hash_alg alg);
/* HMAC's B: what its key is padded to (RFC 2104 section 2, RFC 4868 section 2.1). */
size_t hash_block_size(enum hash_alg alg);

/* The digest of @n parts, one after the other. @ret holds hash_size(alg) octets. */
void hash_parts(enum hash_alg alg, const struct rd *parts, size_t n, uint8_t *ret);
void hmac_parts(enum hash_alg alg, struct rd key, const struct rd *parts, size_t n, uint8_t *ret);

/* hash_of(HASH_SHA1, digest, rd_over(a, 16), rd_over(b, 8)); */
#define hash_of(alg, ret, ...)                                                                     \
    hash_parts((alg), (const struct rd[]){__VA_ARGS__},                                            \
               sizeof((const struct rd[]){__VA_ARGS__}) / sizeof(struct rd), (ret))
#define hmac_of(alg, key, ret, ...)                                                                \
    hmac_parts((alg), (key), (const struct rd[]){__VA_ARGS__},                                     \
               sizeof((const struct rd[]){__VA_ARGS__}) / sizeof(struct rd), (ret))

/* A context that is made once and used for many messages: no allocation and no look-up a message.
 */
struct hash_ctx;
struct hash_ctx *hash_ctx_new(enum hash_alg alg);
struct hash_ctx *hash_ctx_new_hmac(enum hash_alg alg, struct rd key);
void hash_ctx_free(struct hash_ctx *h); /* NULL is fine; wipes */
void hash_ctx_run(struct hash_ctx *h, const struct rd *parts, size_t n, uint8_t *ret);
DEFINE_CLEANUP(struct hash_ctx, hash_ctx_free)
