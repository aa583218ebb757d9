/* esp.c - see esp.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "esp.h"

#include <stdlib.h>

#include "cipher.h"
#include "esp-crypt.h"
#include "esp-replay.h"

enum {
    UDP_HEADER = 8,
    IV_POOL = 64 * CIPHER_BLOCK_MAX,
};

/* Where rekeying begins, and the last number there is. */
static const uint32_t near_end = UINT32_C(3) << 30, last_sequence = UINT32_MAX;

struct esp_out {
    struct esp_suite suite;
    uint32_t spi, sequence;
    struct esp_crypt *crypt;
    /* CBC's IVs must not be predictable (RFC 3602 section 3): they are the output of a cipher under
     * a key that nothing else uses, many at a time. */
    struct cipher *iv_cipher;
    size_t iv_left;
    uint8_t iv_chain[CIPHER_BLOCK_MAX], ivs[IV_POOL];
};

struct esp_in {
    struct esp_suite suite;
    uint32_t spi;
    struct esp_crypt *crypt;
    struct esp_replay replay;
    uint64_t counts[ESP_VERDICTS];
};

/* Octets around a payload of @n: padding is what makes it whole blocks with the two octets behind.
 */
static size_t
padding(const struct esp_suite *suite, size_t n)
{
    const size_t block = esp_block_size(suite), over = (n + 2) % block;

    return over == 0 ? 0 : block - over;
}

size_t
esp_sealed_size(const struct esp_suite *suite, size_t n)
{
    return ESP_HEADER + esp_iv_size(suite) + n + padding(suite, n) + 2 + esp_icv_size(suite);
}

size_t
esp_payload_max(const struct esp_suite *suite, size_t size)
{
    const size_t around = ESP_HEADER + esp_iv_size(suite) + esp_icv_size(suite);
    const size_t block = esp_block_size(suite);

    if (size < around + block)
        return 0;
    return (size - around) / block * block - 2;
}

uint32_t
esp_spi(struct rd packet)
{
    const uint32_t spi = rd_be32(&packet);

    return rd_ok(&packet) ? spi : 0;
}

/* ---- out ---- */

static bool
iv_init(struct esp_out *e, const struct rng *rng)
{
    uint8_t key[16];

    rng_fill(rng, key, sizeof key);
    rng_fill(rng, e->iv_chain, sizeof e->iv_chain);
    e->iv_cipher = cipher_new(CIPHER_AES_CBC, CIPHER_ENCRYPT, rd_over(key, sizeof key));
    explicit_bzero(key, sizeof key);
    return e->iv_cipher != NULL;
}

struct esp_out *
esp_out_new(const struct esp_keys *keys, const struct rng *rng)
{
    CLEANUP(esp_out_free) struct esp_out *e = calloc(1, sizeof *e);

    if (e == NULL)
        return NULL;
    e->suite = keys->suite;
    e->spi = keys->spi;
    e->crypt = esp_crypt_new(keys, ESP_SEAL, ESP_CRYPT_BEST);
    if (e->crypt == NULL || !iv_init(e, rng))
        return NULL;
    return TAKE(e);
}

void
esp_out_free(struct esp_out *e)
{
    if (e == NULL)
        return;
    esp_crypt_free(e->crypt);
    cipher_free(e->iv_cipher);
    explicit_bzero(e, sizeof *e);
    free(e);
}

/* Zeroes in CBC: each block is the cipher of the one before, and the first of the last round's
 * last. */
static void
refill_ivs(struct esp_out *e)
{
    memset(e->ivs, 0, sizeof e->ivs);
    cipher_cbc(e->iv_cipher, e->iv_chain, e->ivs, sizeof e->ivs);
    memcpy(e->iv_chain, e->ivs + sizeof e->ivs - sizeof e->iv_chain, sizeof e->iv_chain);
    e->iv_left = sizeof e->ivs - sizeof e->iv_chain; /* that block is the next key stream's seed */
}

static void
put_iv(struct esp_out *e, struct wr *w)
{
    if (e->suite.cipher == ESP_AES_GCM_16) { /* unique is enough (RFC 4106 section 3.1) */
        wr_be32(w, 0);
        wr_be32(w, e->sequence);
        return;
    }
    const size_t n = esp_iv_size(&e->suite);
    if (e->iv_left < n)
        refill_ivs(e);
    e->iv_left -= n;
    wr_bytes(w, e->ivs + e->iv_left, n);
}

/* Everything but the cryptography. */
static void
wrap(struct esp_out *e, struct esp_packet *packet, struct esp_job *ret)
{
    const size_t head = ESP_HEADER + esp_iv_size(&e->suite), pad = padding(&e->suite, packet->n);
    struct wr before = wr_over(packet->p - head, head);
    struct wr behind = wr_over(packet->p + packet->n, pad + 2);

    e->sequence++;
    wr_be32(&before, e->spi);
    wr_be32(&before, e->sequence);
    put_iv(e, &before);
    for (size_t i = 1; i <= pad; i++)
        wr_u8(&behind, (uint8_t)i);
    wr_u8(&behind, (uint8_t)pad);
    wr_u8(&behind, ESP_NEXT_UDP);
    packet->p = before.base;
    packet->n += head + pad + 2;
    *ret = (struct esp_job){.p = packet->p, .n = packet->n};
}

size_t
esp_seal(struct esp_out *e, struct esp_packet *packets, size_t n)
{
    const size_t icv_size = esp_icv_size(&e->suite);
    struct esp_job jobs[ESP_BATCH_MAX];
    size_t sealed = 0;

    while (sealed < n && e->sequence != last_sequence) {
        size_t batch = 0;

        for (; batch < ESP_BATCH_MAX && sealed + batch < n && e->sequence != last_sequence; batch++)
            wrap(e, &packets[sealed + batch], &jobs[batch]);
        esp_crypt_run(e->crypt, jobs, batch);
        for (size_t i = 0; i < batch; i++)
            packets[sealed + i].n += icv_size;
        sealed += batch;
    }
    return sealed;
}

bool
esp_out_near_end(const struct esp_out *e)
{
    return e->sequence >= near_end;
}

uint32_t
esp_out_sequence(const struct esp_out *e)
{
    return e->sequence;
}

uint32_t
esp_out_spi(const struct esp_out *e)
{
    return e->spi;
}

void
esp_out_skip(struct esp_out *e, uint32_t sequence)
{
    if (sequence > e->sequence)
        e->sequence = sequence;
}

/* ---- in ---- */

struct esp_in *
esp_in_new(const struct esp_keys *keys)
{
    CLEANUP(esp_in_free) struct esp_in *e = calloc(1, sizeof *e);

    if (e == NULL)
        return NULL;
    e->suite = keys->suite;
    e->spi = keys->spi;
    e->crypt = esp_crypt_new(keys, ESP_OPEN, ESP_CRYPT_BEST);
    if (e->crypt == NULL)
        return NULL;
    return TAKE(e);
}

void
esp_in_free(struct esp_in *e)
{
    if (e == NULL)
        return;
    esp_crypt_free(e->crypt);
    explicit_bzero(e, sizeof *e);
    free(e);
}

uint64_t
esp_in_count(const struct esp_in *e, enum esp_verdict verdict)
{
    return e->counts[verdict];
}

uint32_t
esp_in_spi(const struct esp_in *e)
{
    return e->spi;
}

/* What can be said before any cryptography. */
static enum esp_verdict
first_look(const struct esp_in *e, const struct esp_packet *packet, uint32_t *ret_sequence)
{
    const size_t around = ESP_HEADER + esp_iv_size(&e->suite) + esp_icv_size(&e->suite);
    const size_t block = esp_block_size(&e->suite);
    struct rd r = rd_over(packet->p, packet->n);
    const uint32_t spi = rd_be32(&r);

    *ret_sequence = rd_be32(&r);
    if (packet->n < around + block || (packet->n - around) % block != 0)
        return ESP_BAD_LENGTH;
    if (spi != e->spi)
        return ESP_BAD_SPI;
    return esp_replay_fresh(&e->replay, *ret_sequence) ? ESP_GOOD : ESP_REPLAYED;
}

/* The text of an authentic packet: @packet becomes what is in it. */
static enum esp_verdict
unwrap(const struct esp_in *e, const struct esp_job *job, struct esp_packet *packet)
{
    const size_t head = ESP_HEADER + esp_iv_size(&e->suite);
    const size_t text = job->n - head;
    const uint8_t *last = job->p + job->n - 2;
    const size_t pad = last[0];
    unsigned wrong = 0;

    if (pad + 2 > text)
        return ESP_BAD_PADDING;
    for (size_t i = 0; i < pad; i++)
        wrong |= (unsigned)(last[-1 - (ptrdiff_t)i] ^ (uint8_t)(pad - i));
    if (wrong != 0)
        return ESP_BAD_PADDING;
    if (last[1] != ESP_NEXT_UDP)
        return ESP_BAD_NEXT_HEADER;
    if (text - pad - 2 < UDP_HEADER)
        return ESP_BAD_LENGTH;
    *packet = (struct esp_packet){.p = job->p + head, .n = text - pad - 2};
    return ESP_GOOD;
}

static size_t
open_batch(struct esp_in *e, struct esp_packet *packets, size_t n)
{
    struct esp_job jobs[ESP_BATCH_MAX];
    uint32_t sequences[ESP_BATCH_MAX];
    size_t at[ESP_BATCH_MAX], n_jobs = 0, good = 0;

    for (size_t i = 0; i < n; i++) {
        const enum esp_verdict verdict = first_look(e, &packets[i], &sequences[n_jobs]);

        if (verdict == ESP_GOOD) {
            jobs[n_jobs] =
                (struct esp_job){.p = packets[i].p, .n = packets[i].n - esp_icv_size(&e->suite)};
            at[n_jobs++] = i;
        } else {
            e->counts[verdict]++;
        }
        packets[i].n = 0; /* until it is good */
    }
    esp_crypt_run(e->crypt, jobs, n_jobs);
    for (size_t i = 0; i < n_jobs; i++) {
        enum esp_verdict verdict = ESP_BAD_ICV;

        if (jobs[i].good) /* one batch may hold the same number twice */
            verdict = esp_replay_accept(&e->replay, sequences[i])
                          ? unwrap(e, &jobs[i], &packets[at[i]])
                          : ESP_REPLAYED;
        e->counts[verdict]++;
        good += verdict == ESP_GOOD;
    }
    return good;
}

size_t
esp_open(struct esp_in *e, struct esp_packet *packets, size_t n)
{
    size_t good = 0;

    for (size_t from = 0; from < n; from += ESP_BATCH_MAX) {
        const size_t left = n - from;

        good += open_batch(e, packets + from, left < ESP_BATCH_MAX ? left : ESP_BATCH_MAX);
    }
    return good;
}
