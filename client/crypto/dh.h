/*
 * dh.h - Diffie-Hellman in the groups of IKE: MODP (RFC 2409 section 6.2, RFC 3526) and ECP (RFC
 * 5903). A struct dh is one exchange: a secret of our own that is used once and wiped.
 *
 * Wire forms: MODP values are as long as the prime, zeroes in front (RFC 2409 section 5); ECP ones
 * are x | y, and the shared value is x alone (RFC 5903 section 7).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attr.h"
#include "bytes.h"
#include "rng.h"

/* As IANA numbers them. Group 1 (MODP 768) is not among them on purpose. */
enum dh_group {
    DH_MODP_1024 = 2,
    DH_MODP_1536 = 5,
    DH_MODP_2048 = 14,
    DH_MODP_3072 = 15,
    DH_MODP_4096 = 16,
    DH_ECP_256 = 19,
    DH_ECP_384 = 20,
    DH_ECP_521 = 21,
};

enum { DH_MAX_SIZE = 512 }; /* of a public or a shared value */

bool dh_group_known(unsigned group);

/* Octets of a public value and of the shared one; 0 for a group that is not known. */
size_t dh_public_size(enum dh_group group);
size_t dh_shared_size(enum dh_group group);

struct dh;

/* With a new secret. NULL: no memory, or libcrypto was built without the curve. */
struct dh *dh_new(enum dh_group group, const struct rng *rng);
/* With @secret, big-endian, for test vectors; NULL as well when it is 0 or not below the order. */
struct dh *dh_new_with_secret(enum dh_group group, struct rd secret);
void dh_free(struct dh *d); /* NULL is fine; wipes */
DEFINE_CLEANUP(struct dh, dh_free)

enum dh_group dh_group(const struct dh *d);

/* Our public value; it lives as long as @d. */
struct rd dh_public(const struct dh *d);

/* The shared value into @ret, dh_shared_size() octets. False: @peer is not a public value (of
 * another length, 0, 1, p-1, not below p; a point that is not on the curve), and @ret is untouched.
 */
bool dh_compute(const struct dh *d, struct rd peer, uint8_t *ret);
