/*
 * legacy.h - MD4, DES and RC4: broken, and the whole of MS-CHAP and MPPE. Straight to libcrypto's
 * low-level functions, because OpenSSL 3 keeps their EVP forms in a provider that many systems do
 * not load, and because per packet they are faster; that is also why SHA-1 is here, for the key
 * changes of MPPE (elsewhere: hash.h). Nothing else in the tree may use them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

void legacy_md4(struct rd data, uint8_t ret[static 16]);
/* Of @n parts, one after the other; on the stack. */
void legacy_sha1(const struct rd *parts, size_t n, uint8_t ret[static 20]);

/* One block of DES-ECB under 56 bits of key; the parity bits are put in here (RFC 2759 section
 * 8.6). */
void legacy_des_block(const uint8_t key7[static 7], const uint8_t in[static 8],
                      uint8_t ret[static 8]);
void legacy_des_expand_key(const uint8_t key7[static 7], uint8_t ret[static 8]);

struct legacy_rc4 {
    uint32_t state[258];
};
void legacy_rc4_key(struct legacy_rc4 *rc4, struct rd key);
/* @out may be @in. */
void legacy_rc4_run(struct legacy_rc4 *rc4, const uint8_t *in, size_t n, uint8_t *out);
