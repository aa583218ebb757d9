/*
 * hmac.h - HMAC for packets: the padded key is hashed once, and a message starts from copies of
 * what that left, on the stack. Straight to libcrypto's low-level functions, because an EVP context
 * allocates for every copy. For single messages: hmac_of() of hash.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdint.h>

#include "bytes.h"
#include "hash.h"

struct hmac_state {
    union {
        uint64_t align;
        uint8_t octets[224];
    };
};

struct hmac {
    enum hash_alg alg;
    struct hmac_state inner, outer; /* with the padded key already in */
};

/* Not for MD5. */
void hmac_init(struct hmac *h, enum hash_alg alg, struct rd key);
void hmac_wipe(struct hmac *h);
/* Of the @n octets at @p; @ret holds hash_size(alg). */
void hmac_run(const struct hmac *h, const uint8_t *p, size_t n, uint8_t *ret);
