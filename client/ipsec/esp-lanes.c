/* esp-lanes.c - see esp-lanes.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "esp-lanes.h"

#include <intel-ipsec-mb.h>

#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "hash.h"
#include "secret.h"

enum {
    SALT_SIZE = 4,
    GCM_NONCE_SIZE = 12,
    GCM_TAG_SIZE = 16,
    STATE_SIZE = 64, /* of SHA-512's compression function, the largest */
    JOBS = 64,
};

struct esp_lanes {
    struct gcm_key_data gcm;
    _Alignas(16) uint32_t encrypt[15 * 4], decrypt[15 * 4];    /* round keys */
    _Alignas(16) uint8_t inner[STATE_SIZE], outer[STATE_SIZE]; /* HMAC's, after the padded key */
    struct esp_suite suite;
    enum esp_way way;
    size_t icv_size;
    IMB_MGR *mgr;
    uint8_t icv[JOBS][STATE_SIZE]; /* of packets being opened */
};

/* How the library knows what esp-suite.h names. */
static const struct {
    enum hash_alg hash;
    IMB_HASH_ALG alg;
    uint8_t key_size;
} auths[] = {
    [ESP_AUTH_NONE] = {0, IMB_AUTH_NULL, 0},
    [ESP_HMAC_SHA1_96] = {HASH_SHA1, IMB_AUTH_HMAC_SHA_1, 20},
    [ESP_HMAC_SHA256_128] = {HASH_SHA256, IMB_AUTH_HMAC_SHA_256, 32},
    [ESP_HMAC_SHA384_192] = {HASH_SHA384, IMB_AUTH_HMAC_SHA_384, 48},
    [ESP_HMAC_SHA512_256] = {HASH_SHA512, IMB_AUTH_HMAC_SHA_512, 64},
};

static bool
compress_block(IMB_MGR *m, enum hash_alg alg, const uint8_t *block, uint8_t *ret)
{
    switch (alg) {
    case HASH_SHA1:
        IMB_SHA1_ONE_BLOCK(m, block, ret);
        return true;
    case HASH_SHA256:
        IMB_SHA256_ONE_BLOCK(m, block, ret);
        return true;
    case HASH_SHA384:
        IMB_SHA384_ONE_BLOCK(m, block, ret);
        return true;
    case HASH_SHA512:
        IMB_SHA512_ONE_BLOCK(m, block, ret);
        return true;
    case HASH_MD5:
        break;
    }
    return false;
}

/* No key of ours is longer than a block. */
static bool
set_auth_key(struct esp_lanes *l, struct rd key)
{
    const enum hash_alg alg = auths[l->suite.auth].hash;
    const size_t size = hash_block_size(alg);
    uint8_t block[HASH_BLOCK_MAX] = {0};
    bool ok;

    memcpy(block, key.p, key.left);
    for (size_t i = 0; i < size; i++)
        block[i] ^= 0x36;
    ok = compress_block(l->mgr, alg, block, l->inner);
    for (size_t i = 0; i < size; i++)
        block[i] ^= 0x36 ^ 0x5c;
    ok = ok && compress_block(l->mgr, alg, block, l->outer);
    explicit_bzero(block, sizeof block);
    return ok;
}

static bool
set_cipher_key(struct esp_lanes *l, const uint8_t *key)
{
    const bool gcm = l->suite.cipher == ESP_AES_GCM_16;

    switch (l->suite.key_bits) {
    case 128:
        if (gcm)
            IMB_AES128_GCM_PRE(l->mgr, key, &l->gcm);
        else
            IMB_AES_KEYEXP_128(l->mgr, key, l->encrypt, l->decrypt);
        return true;
    case 192:
        if (gcm)
            IMB_AES192_GCM_PRE(l->mgr, key, &l->gcm);
        else
            IMB_AES_KEYEXP_192(l->mgr, key, l->encrypt, l->decrypt);
        return true;
    case 256:
        if (gcm)
            IMB_AES256_GCM_PRE(l->mgr, key, &l->gcm);
        else
            IMB_AES_KEYEXP_256(l->mgr, key, l->encrypt, l->decrypt);
        return true;
    }
    return false;
}

/* A manager in memory of our own, so that it can be wiped; if the processor has what makes it worth
 * while. */
static IMB_MGR *
manager(void)
{
    const uint64_t wanted = IMB_FEATURE_AESNI | IMB_FEATURE_AVX2 | IMB_FEATURE_PCLMULQDQ;
    void *memory = aligned_alloc(64, (imb_get_mb_mgr_size() + 63) / 64 * 64);
    IMB_MGR *m = memory == NULL ? NULL : imb_set_pointers_mb_mgr(memory, 0, 1);
    IMB_ARCH arch = IMB_ARCH_NONE;

    if (m != NULL && (m->features & wanted) == wanted) {
        init_mb_mgr_auto(m, &arch);
        if (imb_get_errno(m) == 0 && arch >= IMB_ARCH_AVX2)
            return m;
    }
    free(memory);
    return NULL;
}

struct esp_lanes *
esp_lanes_new(const struct esp_keys *keys, enum esp_way way)
{
    struct rd keymat = rd_over(keys->keymat, esp_keymat_size(&keys->suite));
    struct esp_lanes *l;

    if (keys->suite.cipher == ESP_3DES_CBC) /* nobody's choice for speed */
        return NULL;
    l = aligned_alloc(64, (sizeof *l + 63) / 64 * 64);
    if (l == NULL)
        return NULL;
    memset(l, 0, sizeof *l);
    l->suite = keys->suite;
    l->way = way;
    l->icv_size = esp_icv_size(&l->suite);
    l->mgr = manager();
    const struct rd key = rd_take(&keymat, keys->suite.key_bits / 8);
    if (l->mgr == NULL || !set_cipher_key(l, key.p) ||
        (l->suite.auth != ESP_AUTH_NONE && !set_auth_key(l, keymat))) {
        esp_lanes_free(l);
        return NULL;
    }
    if (l->suite.auth == ESP_AUTH_NONE)
        memcpy(l->inner, keymat.p, SALT_SIZE);
    return l;
}

void
esp_lanes_free(struct esp_lanes *l)
{
    if (l == NULL)
        return;
    if (l->mgr != NULL) {
        explicit_bzero(l->mgr, imb_get_mb_mgr_size());
        free(l->mgr);
    }
    explicit_bzero(l, sizeof *l);
    free(l);
}

size_t
esp_lanes_worth(const struct esp_lanes *l)
{
    if (l->suite.cipher == ESP_AES_GCM_16)
        return 1;
    /* Half empty lanes cost as much as full ones; and one packet is decrypted in parallel anyway.
     */
    return l->way == ESP_SEAL ? 3 : 4;
}

static void
seal_gcm(struct esp_lanes *l, const uint8_t *nonce, struct esp_job *job)
{
    uint8_t *text = job->p + ESP_HEADER + 8, *icv = job->p + job->n;
    const size_t n = job->n - ESP_HEADER - 8;
    struct gcm_context_data run;

    if (l->suite.key_bits == 128)
        IMB_AES128_GCM_ENC(l->mgr, &l->gcm, &run, text, text, n, nonce, job->p, ESP_HEADER, icv,
                           GCM_TAG_SIZE);
    else if (l->suite.key_bits == 192)
        IMB_AES192_GCM_ENC(l->mgr, &l->gcm, &run, text, text, n, nonce, job->p, ESP_HEADER, icv,
                           GCM_TAG_SIZE);
    else
        IMB_AES256_GCM_ENC(l->mgr, &l->gcm, &run, text, text, n, nonce, job->p, ESP_HEADER, icv,
                           GCM_TAG_SIZE);
}

static void
open_gcm(struct esp_lanes *l, const uint8_t *nonce, struct esp_job *job)
{
    uint8_t *text = job->p + ESP_HEADER + 8, *icv = l->icv[0];
    const size_t n = job->n - ESP_HEADER - 8;
    struct gcm_context_data run;

    if (l->suite.key_bits == 128)
        IMB_AES128_GCM_DEC(l->mgr, &l->gcm, &run, text, text, n, nonce, job->p, ESP_HEADER, icv,
                           GCM_TAG_SIZE);
    else if (l->suite.key_bits == 192)
        IMB_AES192_GCM_DEC(l->mgr, &l->gcm, &run, text, text, n, nonce, job->p, ESP_HEADER, icv,
                           GCM_TAG_SIZE);
    else
        IMB_AES256_GCM_DEC(l->mgr, &l->gcm, &run, text, text, n, nonce, job->p, ESP_HEADER, icv,
                           GCM_TAG_SIZE);
    job->good = secret_equal(icv, job->p + job->n, GCM_TAG_SIZE);
}

static void
run_gcm(struct esp_lanes *l, struct esp_job *job)
{
    uint8_t nonce[GCM_NONCE_SIZE];

    memcpy(nonce, l->inner, SALT_SIZE);
    memcpy(nonce + SALT_SIZE, job->p + ESP_HEADER, sizeof nonce - SALT_SIZE);
    if (l->way == ESP_SEAL)
        seal_gcm(l, nonce, job);
    else
        open_gcm(l, nonce, job);
}

/* @icv: where the library puts what it computed. */
static void
describe(const struct esp_lanes *l, struct esp_job *job, uint8_t *icv, IMB_JOB *ret)
{
    const uint64_t before = ESP_HEADER + 16;

    memset(ret, 0, sizeof *ret);
    ret->cipher_mode = IMB_CIPHER_CBC;
    ret->cipher_direction = l->way == ESP_SEAL ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT;
    ret->chain_order = l->way == ESP_SEAL ? IMB_ORDER_CIPHER_HASH : IMB_ORDER_HASH_CIPHER;
    ret->enc_keys = l->encrypt;
    ret->dec_keys = l->decrypt;
    ret->key_len_in_bytes = l->suite.key_bits / 8;
    ret->iv = job->p + ESP_HEADER;
    ret->iv_len_in_bytes = 16;
    ret->src = job->p;
    ret->dst = job->p + before;
    ret->cipher_start_src_offset_in_bytes = before;
    ret->msg_len_to_cipher_in_bytes = job->n - before;
    ret->msg_len_to_hash_in_bytes = job->n;
    ret->hash_alg = auths[l->suite.auth].alg;
    ret->u.HMAC._hashed_auth_key_xor_ipad = l->inner;
    ret->u.HMAC._hashed_auth_key_xor_opad = l->outer;
    ret->auth_tag_output = icv;
    ret->auth_tag_output_len_in_bytes = l->icv_size;
    ret->user_data = job;
    ret->user_data2 = icv;
}

/* A packet that was not sealed would go out as it is: there is nothing to go on with. */
static void
finish(struct esp_lanes *l, const IMB_JOB *done)
{
    struct esp_job *job = done->user_data;

    if (l->way == ESP_OPEN)
        job->good = done->status == IMB_STATUS_COMPLETED &&
                    secret_equal(done->user_data2, job->p + job->n, l->icv_size);
    else if (done->status != IMB_STATUS_COMPLETED)
        abort();
}

static void
run_cbc(struct esp_lanes *l, struct esp_job *jobs, size_t n)
{
    const IMB_JOB *done;

    for (size_t i = 0; i < n; i++) {
        uint8_t *icv = l->way == ESP_SEAL ? jobs[i].p + jobs[i].n : l->icv[i % JOBS];

        describe(l, &jobs[i], icv, IMB_GET_NEXT_JOB(l->mgr));
        for (done = IMB_SUBMIT_JOB(l->mgr); done != NULL; done = IMB_GET_COMPLETED_JOB(l->mgr))
            finish(l, done);
    }
    while ((done = IMB_FLUSH_JOB(l->mgr)) != NULL)
        finish(l, done);
}

void
esp_lanes_run(struct esp_lanes *l, struct esp_job *jobs, size_t n)
{
    if (l->suite.cipher != ESP_AES_GCM_16) {
        run_cbc(l, jobs, n);
        return;
    }
    for (size_t i = 0; i < n; i++)
        run_gcm(l, &jobs[i]);
}
