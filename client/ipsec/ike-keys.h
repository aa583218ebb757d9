/*
 * ike-keys.h - every key, hash and IV of IKEv1 (RFC 2409 section 5 and appendix B). "_b" is the
 * body of a payload, without its generic header.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ike-phase1.h"

struct ike_keys {
    enum hash_alg prf;
    size_t size; /* of what follows */
    uint8_t skeyid[HASH_MAX_SIZE], d[HASH_MAX_SIZE], a[HASH_MAX_SIZE], e[HASH_MAX_SIZE];
    size_t block; /* of the cipher */
    struct cipher *encrypt, *decrypt;
};

/* What both ends have put into phase 1. */
struct ike_secrets {
    struct rd psk;    /* .left == 0: signatures */
    struct rd ni, nr; /* nonces, _b */
    struct rd gxy;
    const uint8_t *cky_i, *cky_r;
};

void ike_keys_derive(struct ike_keys *k, const struct ike_suite *suite,
                     const struct ike_secrets *s);
void ike_keys_wipe(struct ike_keys *k); /* also of a zeroed one */

/* HASH_I: @first is the initiator's public value and cookie, @second the responder's; HASH_R: the
 * other way round. */
struct ike_hash_parts {
    struct rd g_first, g_second;
    const uint8_t *cky_first, *cky_second;
    struct rd sa, id; /* SAi_b; IDii_b or IDir_b */
};
void ike_hash_phase1(const struct ike_keys *k, const struct ike_hash_parts *p, uint8_t *ret);

/* HASH(1), which is that of INFORMATIONAL too, covers what is behind it; HASH(2) Ni_b before that;
 * HASH(3) the nonces alone. */
void ike_hash_1(const struct ike_keys *k, uint32_t msgid, struct rd rest, uint8_t *ret);
void ike_hash_2(const struct ike_keys *k, uint32_t msgid, struct rd ni, struct rd rest,
                uint8_t *ret);
void ike_hash_3(const struct ike_keys *k, uint32_t msgid, struct rd ni, struct rd nr, uint8_t *ret);

/* Keys for the packets that carry @spi; @gxy is that of quick mode, empty without PFS. */
void ike_keymat(const struct ike_keys *k, struct rd gxy, uint32_t spi, struct rd ni, struct rd nr,
                uint8_t *ret, size_t n);

void ike_iv_phase1(const struct ike_keys *k, struct rd gxi, struct rd gxr, uint8_t *ret);
void ike_iv_phase2(const struct ike_keys *k, const uint8_t *last, uint32_t msgid, uint8_t *ret);

/* In place; @iv becomes the last block of the cipher text. False: not whole blocks, nothing is
 * changed. */
bool ike_encrypt(const struct ike_keys *k, uint8_t *iv, uint8_t *p, size_t n);
bool ike_decrypt(const struct ike_keys *k, uint8_t *iv, uint8_t *p, size_t n);
