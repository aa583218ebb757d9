/*
 * ike-phase1.h - what protects ISAKMP messages: the suites that are offered and taken in phase 1
 * (RFC 2409 section 4 and appendix A, RFC 4868, RFC 5903).
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "cipher.h"
#include "dh.h"
#include "hash.h"
#include "ike-config.h"
#include "ike-proposal.h"

enum ike_encryption { IKE_ENC_3DES = 5, IKE_ENC_AES = 7 };
enum ike_hash { IKE_HASH_SHA1 = 2, IKE_HASH_SHA256 = 4, IKE_HASH_SHA384 = 5, IKE_HASH_SHA512 = 6 };
enum ike_auth_method {
    IKE_METHOD_PSK = 1,
    IKE_METHOD_RSA = 3,
    IKE_METHOD_ECDSA_256 = 9, /* RFC 4754 */
    IKE_METHOD_ECDSA_384 = 10,
    IKE_METHOD_ECDSA_521 = 11,
};

struct ike_suite {
    uint8_t encryption, hash, group; /* as IANA numbers them */
    uint16_t key_bits;               /* of AES; 3DES: 0, it has no such attribute */
};

enum { IKE_SUITES_MAX = 24, IKE_PHASE1_TIERS = 4, IKE_PHASE1_OLDEST = 3 };

struct ike_suites { /* strong to weak */
    unsigned n;
    struct ike_suite v[IKE_SUITES_MAX];
};

enum cipher_alg ike_suite_cipher(const struct ike_suite *s);
size_t ike_suite_key_size(const struct ike_suite *s);
enum hash_alg ike_suite_hash(const struct ike_suite *s);
unsigned ike_suite_weak(const struct ike_suite *s); /* enum ike_weak */
void ike_suite_text(const struct ike_suite *s, char *ret, size_t size);

/* Our own list. Tier 0 is the whole of it; 1 what Windows' client offers, for servers that choke on
 * more; 2 what is rarely wanted, and not in the others; 3 what the oldest know. @refuse: enum
 * ike_weak. */
void ike_suites_tier(struct ike_suites *ret, unsigned tier, unsigned refuse);
/* "aes256-sha256-ecp384,3des-sha1-modp1024". False: not such a list, or nothing of it may be. */
bool ike_suites_parse(struct ike_suites *ret, const char *text, unsigned refuse);

/* The initiator's SA payload, and the check of the answer: exactly one transform, equal to one that
 * was offered; its life may be shorter. */
void ike_suites_offer(const struct ike_suites *s, unsigned method, uint32_t seconds,
                      struct ike_wr *m);
bool ike_suites_check(const struct ike_suites *s, unsigned method, uint32_t seconds, struct rd sa,
                      struct ike_suite *ret, uint32_t *ret_seconds);

/* The responder's choice, by its own order; NULL: nothing fits. @methods has a bit for each method
 * that will do. ike_phase1_answer() gives the transform back as it came. */
const struct ike_transform *ike_suites_choose(const struct ike_suites *s, unsigned methods,
                                              const struct ike_offer *offer, struct ike_suite *ret);
void ike_phase1_answer(const struct ike_transform *t, struct ike_wr *m);
