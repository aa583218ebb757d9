/* ike-keys.c - see ike-keys.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ike-keys.h"

#include "ike-msg.h"

static struct rd
cookie(const uint8_t *c)
{
    return rd_over(c, IKE_COOKIE_SIZE);
}

static struct rd
one(const uint8_t *octet)
{
    return rd_over(octet, 1);
}

/* SKEYID_e made long enough for the cipher: K1 = prf(e, 0), Kn = prf(e, Kn-1) (appendix B). */
static void
cipher_key(const struct ike_keys *k, uint8_t *ret, size_t n)
{
    uint8_t block[HASH_MAX_SIZE];
    const struct rd key = rd_over(k->e, k->size);

    if (k->size >= n) {
        memcpy(ret, k->e, n);
        return;
    }
    hmac_of(k->prf, key, block, one((const uint8_t[]){0}));
    for (size_t done = 0; done < n;) {
        const size_t more = n - done < k->size ? n - done : k->size;

        memcpy(ret + done, block, more);
        done += more;
        hmac_of(k->prf, key, block, rd_over(block, k->size));
    }
    explicit_bzero(block, sizeof block);
}

static void
skeyid_parts(struct ike_keys *k, const struct ike_secrets *s)
{
    const struct rd skeyid = rd_over(k->skeyid, k->size), i = cookie(s->cky_i),
                    r = cookie(s->cky_r);
    static const uint8_t numbers[] = {0, 1, 2};

    hmac_of(k->prf, skeyid, k->d, s->gxy, i, r, one(&numbers[0]));
    hmac_of(k->prf, skeyid, k->a, rd_over(k->d, k->size), s->gxy, i, r, one(&numbers[1]));
    hmac_of(k->prf, skeyid, k->e, rd_over(k->a, k->size), s->gxy, i, r, one(&numbers[2]));
}

void
ike_keys_derive(struct ike_keys *k, const struct ike_suite *suite, const struct ike_secrets *s)
{
    uint8_t key[CIPHER_KEY_MAX], nonces[2 * IKE_NONCE_MAX];
    struct wr both = wr_over(nonces, sizeof nonces);
    const enum cipher_alg alg = ike_suite_cipher(suite);
    const size_t key_size = ike_suite_key_size(suite);

    ike_keys_wipe(k);
    k->prf = ike_suite_hash(suite);
    k->size = hash_size(k->prf);
    k->block = cipher_block_size(alg);
    wr_rd(&both, s->ni);
    wr_rd(&both, s->nr);
    if (s->psk.left > 0)
        hmac_of(k->prf, s->psk, k->skeyid, wr_done(&both));
    else
        hmac_of(k->prf, wr_done(&both), k->skeyid, s->gxy);
    skeyid_parts(k, s);
    cipher_key(k, key, key_size);
    k->encrypt = cipher_new(alg, CIPHER_ENCRYPT, rd_over(key, key_size));
    k->decrypt = cipher_new(alg, CIPHER_DECRYPT, rd_over(key, key_size));
    explicit_bzero(key, sizeof key);
}

void
ike_keys_wipe(struct ike_keys *k)
{
    cipher_free(k->encrypt);
    cipher_free(k->decrypt);
    explicit_bzero(k, sizeof *k);
}

void
ike_hash_phase1(const struct ike_keys *k, const struct ike_hash_parts *p, uint8_t *ret)
{
    hmac_of(k->prf, rd_over(k->skeyid, k->size), ret, p->g_first, p->g_second, cookie(p->cky_first),
            cookie(p->cky_second), p->sa, p->id);
}

/* @zero: the octet of HASH(3). */
static void
hash_phase2(const struct ike_keys *k, bool zero, uint32_t msgid, struct rd middle, struct rd rest,
            uint8_t *ret)
{
    uint8_t head[5];
    struct wr w = wr_over(head, sizeof head);

    if (zero)
        wr_u8(&w, 0);
    wr_be32(&w, msgid);
    hmac_of(k->prf, rd_over(k->a, k->size), ret, wr_done(&w), middle, rest);
}

void
ike_hash_1(const struct ike_keys *k, uint32_t msgid, struct rd rest, uint8_t *ret)
{
    hash_phase2(k, false, msgid, (struct rd){0}, rest, ret);
}

void
ike_hash_2(const struct ike_keys *k, uint32_t msgid, struct rd ni, struct rd rest, uint8_t *ret)
{
    hash_phase2(k, false, msgid, ni, rest, ret);
}

void
ike_hash_3(const struct ike_keys *k, uint32_t msgid, struct rd ni, struct rd nr, uint8_t *ret)
{
    hash_phase2(k, true, msgid, ni, nr, ret);
}

void
ike_keymat(const struct ike_keys *k, struct rd gxy, uint32_t spi, struct rd ni, struct rd nr,
           uint8_t *ret, size_t n)
{
    uint8_t block[HASH_MAX_SIZE], which[5];
    struct wr w = wr_over(which, sizeof which);
    struct rd before = {0};

    wr_u8(&w, IKE_PROTO_ESP);
    wr_be32(&w, spi);
    for (size_t done = 0; done < n;) {
        const size_t more = n - done < k->size ? n - done : k->size;

        hmac_of(k->prf, rd_over(k->d, k->size), block, before, gxy, wr_done(&w), ni, nr);
        before = rd_over(block, k->size);
        memcpy(ret + done, block, more);
        done += more;
    }
    explicit_bzero(block, sizeof block);
}

void
ike_iv_phase1(const struct ike_keys *k, struct rd gxi, struct rd gxr, uint8_t *ret)
{
    uint8_t digest[HASH_MAX_SIZE];

    hash_of(k->prf, digest, gxi, gxr);
    memcpy(ret, digest, k->block);
}

void
ike_iv_phase2(const struct ike_keys *k, const uint8_t *last, uint32_t msgid, uint8_t *ret)
{
    uint8_t digest[HASH_MAX_SIZE], id[4];
    struct wr w = wr_over(id, sizeof id);

    wr_be32(&w, msgid);
    hash_of(k->prf, digest, rd_over(last, k->block), wr_done(&w));
    memcpy(ret, digest, k->block);
}

bool
ike_encrypt(const struct ike_keys *k, uint8_t *iv, uint8_t *p, size_t n)
{
    if (n < k->block || !cipher_cbc(k->encrypt, iv, p, n))
        return false;
    memcpy(iv, p + n - k->block, k->block);
    return true;
}

bool
ike_decrypt(const struct ike_keys *k, uint8_t *iv, uint8_t *p, size_t n)
{
    uint8_t last[CIPHER_BLOCK_MAX];

    if (n < k->block)
        return false;
    memcpy(last, p + n - k->block, k->block);
    if (!cipher_cbc(k->decrypt, iv, p, n))
        return false;
    memcpy(iv, last, k->block);
    return true;
}
