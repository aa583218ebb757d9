/* esp-crypt.c - see esp-crypt.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "esp-crypt.h"

#include <stdlib.h>
#include <string.h>

#include "cipher.h"
#include "esp-lanes.h"
#include "hmac.h"
#include "secret.h"

enum { SALT_SIZE = 4, GCM_IV_SIZE = 8 };

struct esp_crypt {
    struct esp_suite suite;
    enum esp_way way;
    struct cipher *cipher;
    struct hmac hmac;
    uint8_t salt[SALT_SIZE];
    struct esp_lanes *lanes; /* NULL: none */
    size_t lanes_from;       /* jobs in a batch */
};

static const struct {
    enum hash_alg hash;
    uint8_t key_size, icv_size;
} auths[] = {
    [ESP_AUTH_NONE] = {0, 0, CIPHER_GCM_TAG_SIZE}, [ESP_HMAC_SHA1_96] = {HASH_SHA1, 20, 12},
    [ESP_HMAC_SHA256_128] = {HASH_SHA256, 32, 16}, [ESP_HMAC_SHA384_192] = {HASH_SHA384, 48, 24},
    [ESP_HMAC_SHA512_256] = {HASH_SHA512, 64, 32},
};

static enum cipher_alg
cipher_of(const struct esp_suite *suite)
{
    return suite->cipher == ESP_AES_GCM_16 ? CIPHER_AES_GCM
           : suite->cipher == ESP_3DES_CBC ? CIPHER_3DES_CBC
                                           : CIPHER_AES_CBC;
}

size_t
esp_iv_size(const struct esp_suite *suite)
{
    return suite->cipher == ESP_AES_CBC ? 16 : 8;
}

size_t
esp_icv_size(const struct esp_suite *suite)
{
    return auths[suite->auth].icv_size;
}

/* RFC 4303 section 2.4: GCM's text ends on a multiple of four octets all the same. */
size_t
esp_block_size(const struct esp_suite *suite)
{
    return suite->cipher == ESP_AES_CBC ? 16 : suite->cipher == ESP_3DES_CBC ? 8 : 4;
}

struct esp_crypt *
esp_crypt_new(const struct esp_keys *keys, enum esp_way way, enum esp_crypt_kind kind)
{
    if (!esp_suite_valid(&keys->suite))
        return NULL;
    CLEANUP(esp_crypt_free) struct esp_crypt *c = calloc(1, sizeof *c);
    struct rd keymat = rd_over(keys->keymat, esp_keymat_size(&keys->suite));

    if (c == NULL)
        return NULL;
    c->suite = keys->suite;
    c->way = way;
    const struct rd key = rd_take(&keymat, keys->suite.key_bits / 8);
    c->cipher =
        cipher_new(cipher_of(&c->suite), way == ESP_SEAL ? CIPHER_ENCRYPT : CIPHER_DECRYPT, key);
    if (c->suite.cipher == ESP_AES_GCM_16)
        memcpy(c->salt, keymat.p, SALT_SIZE);
    else
        hmac_init(&c->hmac, auths[c->suite.auth].hash, keymat);
    if (kind != ESP_CRYPT_EVP)
        c->lanes = esp_lanes_new(keys, way);
    if (c->lanes != NULL)
        c->lanes_from = kind == ESP_CRYPT_LANES ? 1 : esp_lanes_worth(c->lanes);
    if (c->cipher == NULL || (kind == ESP_CRYPT_LANES && c->lanes == NULL))
        return NULL;
    return TAKE(c);
}

void
esp_crypt_free(struct esp_crypt *c)
{
    if (c == NULL)
        return;
    cipher_free(c->cipher);
    esp_lanes_free(c->lanes);
    hmac_wipe(&c->hmac);
    explicit_bzero(c, sizeof *c);
    free(c);
}

/* RFC 4106: the nonce is salt and IV, SPI and sequence are authenticated beside the text. */
static void
run_gcm(struct esp_crypt *c, struct esp_job *job)
{
    const struct rd header = rd_over(job->p, ESP_HEADER);
    uint8_t nonce[CIPHER_GCM_NONCE_SIZE];
    uint8_t *text = job->p + ESP_HEADER + GCM_IV_SIZE, *icv = job->p + job->n;
    const size_t n = job->n - ESP_HEADER - GCM_IV_SIZE;

    memcpy(nonce, c->salt, SALT_SIZE);
    memcpy(nonce + SALT_SIZE, job->p + ESP_HEADER, GCM_IV_SIZE);
    if (c->way == ESP_SEAL)
        cipher_gcm_seal(c->cipher, nonce, header, text, n, icv);
    else
        job->good = cipher_gcm_open(c->cipher, nonce, header, text, n, icv);
}

static void
run_cbc(struct esp_crypt *c, struct esp_job *job)
{
    const size_t before = ESP_HEADER + esp_iv_size(&c->suite);
    const size_t icv_size = auths[c->suite.auth].icv_size;
    uint8_t icv[HASH_MAX_SIZE];

    if (c->way == ESP_SEAL)
        cipher_cbc(c->cipher, job->p + ESP_HEADER, job->p + before, job->n - before);
    hmac_run(&c->hmac, job->p, job->n, icv);
    if (c->way == ESP_SEAL) {
        memcpy(job->p + job->n, icv, icv_size);
        return;
    }
    job->good = secret_equal(icv, job->p + job->n, icv_size) &&
                cipher_cbc(c->cipher, job->p + ESP_HEADER, job->p + before, job->n - before);
}

void
esp_crypt_run(struct esp_crypt *c, struct esp_job *jobs, size_t n)
{
    if (c->lanes != NULL && n >= c->lanes_from) {
        esp_lanes_run(c->lanes, jobs, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (c->suite.cipher == ESP_AES_GCM_16)
            run_gcm(c, &jobs[i]);
        else
            run_cbc(c, &jobs[i]);
    }
}
