/*
 * mppe-key.h - the keys that MS-CHAPv2 leaves behind (RFC 3079 section 3): for MPPE, and as the
 * inner proof of SSTP's crypto binding.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum mppe_strength { MPPE_40 = 40, MPPE_56 = 56, MPPE_128 = 128 };
enum mppe_direction { MPPE_CLIENT_SENDS, MPPE_CLIENT_RECEIVES };

enum { MPPE_KEY_MAX = 16, MPPE_HLAK_SIZE = 32 };

/* Octets of a key: 8, 8 or 16. */
size_t mppe_key_size(enum mppe_strength strength);

void mppe_key_master(const uint8_t hash_hash[static 16], const uint8_t nt_response[static 24],
                     uint8_t ret[static 16]);
void mppe_key_start(const uint8_t master[static 16], enum mppe_strength strength,
                    enum mppe_direction direction, uint8_t ret[static 16]);
/* The first session key (GetNewKeyFromSHA of the start key, weakened to the strength). */
void mppe_key_session(const uint8_t start[static 16], enum mppe_strength strength,
                      uint8_t ret[static 16]);
/* The next session key (RFC 3078 section 7.3). */
void mppe_key_next(const uint8_t start[static 16], enum mppe_strength strength,
                   uint8_t session[static 16]);

/* That in its two steps: the interim key, which is a hash, and under which RC4 encrypts it itself;
 * and what the weaker strengths do to the result. */
void mppe_key_interim(const uint8_t start[static 16], enum mppe_strength strength,
                      const uint8_t session[static 16], uint8_t ret[static 16]);
void mppe_key_weaken(enum mppe_strength strength, uint8_t key[static 16]);

/* MasterSendKey | MasterReceiveKey, both 16 octets, as the client sees them (MS-SSTP 3.2.5.2). */
void mppe_key_hlak(const uint8_t master[static 16], uint8_t ret[static MPPE_HLAK_SIZE]);
