/*
 * cipher.h - AES and 3DES in CBC, AES in GCM, in place. A context is made once with its key; a
 * message brings only its IV, so that nothing is allocated or looked up for it.
 *
 * After cipher_init() has said yes, nothing here can fail but for want of memory, and then the
 * process ends (as in hash.h).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attr.h"
#include "bytes.h"

enum cipher_alg { CIPHER_AES_CBC, CIPHER_3DES_CBC, CIPHER_AES_GCM };
enum cipher_way { CIPHER_ENCRYPT, CIPHER_DECRYPT };

enum {
    CIPHER_BLOCK_MAX = 16,
    CIPHER_KEY_MAX = 32,
    CIPHER_GCM_NONCE_SIZE = 12,
    CIPHER_GCM_TAG_SIZE = 16,
};

/* Is every cipher of this file there? It also makes libcrypto load what it needs, so call it before
 * a sandbox closes. */
bool cipher_init(void);

/* Octets of a block, and so of CBC's IV: 16, 8; for GCM 1. */
size_t cipher_block_size(enum cipher_alg alg);
/* AES: 16, 24 or 32 octets; 3DES: 24 (its parity bits are not looked at). */
bool cipher_key_size_valid(enum cipher_alg alg, size_t n);

struct cipher;
/* NULL: @key is not of a size that @alg has. */
struct cipher *cipher_new(enum cipher_alg alg, enum cipher_way way, struct rd key);
void cipher_free(struct cipher *c); /* NULL is fine; wipes */
DEFINE_CLEANUP(struct cipher, cipher_free)

/* CBC over the @n octets at @p, whole blocks; no padding. False: not whole blocks, @p is untouched.
 */
bool cipher_cbc(struct cipher *c, const uint8_t *iv, uint8_t *p, size_t n);

/* Encrypts @n octets at @p and makes the tag over @aad and them. */
void cipher_gcm_seal(struct cipher *c, const uint8_t nonce[static CIPHER_GCM_NONCE_SIZE],
                     struct rd aad, uint8_t *p, size_t n,
                     uint8_t ret_tag[static CIPHER_GCM_TAG_SIZE]);
/* False: the tag is wrong, and what is at @p is to be thrown away. */
bool cipher_gcm_open(struct cipher *c, const uint8_t nonce[static CIPHER_GCM_NONCE_SIZE],
                     struct rd aad, uint8_t *p, size_t n,
                     const uint8_t tag[static CIPHER_GCM_TAG_SIZE]);
