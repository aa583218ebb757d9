/* dh.c - see dh.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dh.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include <stdlib.h>

struct group_row {
    enum dh_group group;
    uint16_t octets; /* of the prime */
    BIGNUM *(*prime)(BIGNUM *);
    int curve;
};

/* clang-format off */
static const struct group_row groups[] = {
    {DH_MODP_1024, 128, BN_get_rfc2409_prime_1024, 0},
    {DH_MODP_1536, 192, BN_get_rfc3526_prime_1536, 0},
    {DH_MODP_2048, 256, BN_get_rfc3526_prime_2048, 0},
    {DH_MODP_3072, 384, BN_get_rfc3526_prime_3072, 0},
    {DH_MODP_4096, 512, BN_get_rfc3526_prime_4096, 0},
    {DH_ECP_256,    32, NULL, NID_X9_62_prime256v1},
    {DH_ECP_384,    48, NULL, NID_secp384r1},
    {DH_ECP_521,    66, NULL, NID_secp521r1},
};
/* clang-format on */

/* An exponent of 512 bits is more than twice the strength of the largest prime (RFC 3526 section
 * 8). */
enum { MODP_SECRET_SIZE = 64, SECRET_TRIES = 128 };

struct dh {
    const struct group_row *row;
    BIGNUM *prime;   /* the group's, or the field's of the curve */
    EC_GROUP *curve; /* ECP */
    BIGNUM *order;   /* secrets are from 1 to below it: p-1, or the curve's */
    BIGNUM *secret;
    BN_CTX *bn;
    uint8_t public[DH_MAX_SIZE];
};

static const struct group_row *
row_of(unsigned group)
{
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        if ((unsigned)groups[i].group == group)
            return &groups[i];
    }
    return NULL;
}

bool
dh_group_known(unsigned group)
{
    return row_of(group) != NULL;
}

size_t
dh_shared_size(enum dh_group group)
{
    const struct group_row *row = row_of(group);

    return row == NULL ? 0 : row->octets;
}

size_t
dh_public_size(enum dh_group group)
{
    const struct group_row *row = row_of(group);

    return row == NULL ? 0 : row->prime != NULL ? row->octets : 2 * (size_t)row->octets;
}

enum dh_group
dh_group(const struct dh *d)
{
    return d->row->group;
}

struct rd
dh_public(const struct dh *d)
{
    return rd_over(d->public, dh_public_size(d->row->group));
}

void
dh_free(struct dh *d)
{
    if (d == NULL)
        return;
    BN_free(d->prime);
    EC_GROUP_free(d->curve);
    BN_free(d->order);
    BN_clear_free(d->secret);
    BN_CTX_free(d->bn);
    OPENSSL_cleanse(d, sizeof *d);
    free(d);
}

DEFINE_CLEANUP(BIGNUM, BN_clear_free)
DEFINE_CLEANUP(EC_POINT, EC_POINT_clear_free)

/* Without a secret yet. */
static struct dh *
dh_bare(enum dh_group group)
{
    CLEANUP(dh_free) struct dh *d = calloc(1, sizeof *d);

    if (d == NULL)
        return NULL;
    d->row = row_of(group);
    d->prime = BN_new();
    d->bn = BN_CTX_secure_new();
    d->secret = BN_secure_new();
    d->order = BN_new();
    if (d->row == NULL || d->prime == NULL || d->bn == NULL || d->secret == NULL ||
        d->order == NULL)
        return NULL;
    BN_set_flags(d->secret, BN_FLG_CONSTTIME);
    if (d->row->prime == NULL) {
        d->curve = EC_GROUP_new_by_curve_name(d->row->curve);
        if (d->curve == NULL || EC_GROUP_get_order(d->curve, d->order, d->bn) != 1 ||
            EC_GROUP_get_curve(d->curve, d->prime, NULL, NULL, d->bn) != 1)
            return NULL;
        return TAKE(d);
    }
    if (d->row->prime(d->prime) == NULL || BN_sub(d->order, d->prime, BN_value_one()) != 1)
        return NULL;
    return TAKE(d);
}

static bool
point_octets(const struct dh *d, const EC_POINT *point, uint8_t *ret_x, uint8_t *ret_y)
{
    CLEANUP(BN_clear_free) BIGNUM *x = BN_new();
    CLEANUP(BN_clear_free) BIGNUM *y = BN_new();
    const int size = d->row->octets;

    return x != NULL && y != NULL &&
           EC_POINT_get_affine_coordinates(d->curve, point, x, y, d->bn) == 1 &&
           BN_bn2binpad(x, ret_x, size) == size &&
           (ret_y == NULL || BN_bn2binpad(y, ret_y, size) == size);
}

static bool
modp_power(const struct dh *d, const BIGNUM *base, uint8_t *ret)
{
    CLEANUP(BN_clear_free) BIGNUM *power = BN_new();
    const int size = d->row->octets;

    return power != NULL &&
           BN_mod_exp_mont_consttime(power, base, d->secret, d->prime, d->bn, NULL) == 1 &&
           BN_bn2binpad(power, ret, size) == size;
}

/* The public value that goes with the secret. */
static bool
make_public(struct dh *d)
{
    if (d->row->prime == NULL) {
        CLEANUP(EC_POINT_clear_free) EC_POINT *point = EC_POINT_new(d->curve);

        return point != NULL && EC_POINT_mul(d->curve, point, d->secret, NULL, NULL, d->bn) == 1 &&
               point_octets(d, point, d->public, d->public + d->row->octets);
    }
    CLEANUP(BN_clear_free) BIGNUM *two = BN_new();

    return two != NULL && BN_set_word(two, 2) == 1 && modp_power(d, two, d->public);
}

static bool
secret_set_octets(struct dh *d, const uint8_t *p, size_t n)
{
    return BN_bin2bn(p, (int)n, d->secret) != NULL && !BN_is_zero(d->secret) &&
           BN_cmp(d->secret, d->order) < 0;
}

struct dh *
dh_new_with_secret(enum dh_group group, struct rd secret)
{
    CLEANUP(dh_free) struct dh *d = dh_bare(group);

    if (d == NULL || !rd_ok(&secret) || secret.left == 0 || secret.left > DH_MAX_SIZE ||
        !secret_set_octets(d, secret.p, secret.left) || !make_public(d))
        return NULL;
    return TAKE(d);
}

struct dh *
dh_new(enum dh_group group, const struct rng *rng)
{
    CLEANUP(dh_free) struct dh *d = dh_bare(group);
    uint8_t octets[DH_MAX_SIZE];
    bool found = false;

    if (d == NULL)
        return NULL;
    const size_t n = d->row->prime != NULL ? MODP_SECRET_SIZE : d->row->octets;
    const int spare = d->row->prime != NULL ? 0 : (int)n * 8 - BN_num_bits(d->order);
    for (int i = 0; i < SECRET_TRIES && !found; i++) {
        rng_fill(rng, octets, n);
        octets[0] &= (uint8_t)(0xff >> spare); /* of P-521's 66 octets, 521 bits */
        found = secret_set_octets(d, octets, n);
    }
    OPENSSL_cleanse(octets, sizeof octets);
    if (!found || !make_public(d))
        return NULL;
    return TAKE(d);
}

/* 1 < y < p-1 (NIST SP 800-56A section 5.6.2.3.1). */
static bool
modp_compute(const struct dh *d, struct rd peer, uint8_t *ret)
{
    CLEANUP(BN_clear_free) BIGNUM *y = BN_bin2bn(peer.p, (int)peer.left, NULL);

    if (y == NULL || BN_is_zero(y) || BN_is_one(y) || BN_cmp(y, d->order) >= 0)
        return false;
    return modp_power(d, y, ret);
}

static bool
ecp_compute(const struct dh *d, struct rd peer, uint8_t *ret)
{
    const int size = d->row->octets;
    CLEANUP(BN_clear_free) BIGNUM *x = BN_bin2bn(peer.p, size, NULL);
    CLEANUP(BN_clear_free) BIGNUM *y = BN_bin2bn(peer.p + size, size, NULL);
    CLEANUP(EC_POINT_clear_free) EC_POINT *theirs = EC_POINT_new(d->curve);
    CLEANUP(EC_POINT_clear_free) EC_POINT *shared = EC_POINT_new(d->curve);

    if (x == NULL || y == NULL || theirs == NULL || shared == NULL)
        return false;
    /* libcrypto would reduce a coordinate that is not below the prime. Whether the point is on the
     * curve it does look at; and as the cofactor is 1, that is all there is to check. */
    if (BN_cmp(x, d->prime) >= 0 || BN_cmp(y, d->prime) >= 0 ||
        EC_POINT_set_affine_coordinates(d->curve, theirs, x, y, d->bn) != 1)
        return false;
    return EC_POINT_mul(d->curve, shared, NULL, theirs, d->secret, d->bn) == 1 &&
           !EC_POINT_is_at_infinity(d->curve, shared) && point_octets(d, shared, ret, NULL);
}

bool
dh_compute(const struct dh *d, struct rd peer, uint8_t *ret)
{
    if (!rd_ok(&peer) || peer.left != dh_public_size(d->row->group))
        return false;
    return d->row->prime != NULL ? modp_compute(d, peer, ret) : ecp_compute(d, peer, ret);
}
