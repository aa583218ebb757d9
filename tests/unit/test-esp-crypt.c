/* test-esp-crypt.c - ESP's transforms, one by one and many at once. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "esp-crypt.h"

#include "cipher.h"
#include "esp-test.h"
#include "esp.h"
#include "hash.h"

static const enum esp_crypt_kind kinds[] = {ESP_CRYPT_EVP, ESP_CRYPT_LANES};

/* What strongSwan sent, and the IP packets that were in it: 10 octets of padding, next header 4. */
static void
test_live_packets(void)
{
    static const struct esp_suite suites[] = {
        {ESP_AES_CBC, ESP_HMAC_SHA1_96, 256},
        {ESP_AES_CBC, ESP_HMAC_SHA256_128, 256},
    };
    unsigned opened = 0;

    for (unsigned i = 0; i < 8 * G_N_ELEMENTS(kinds); i++) {
        const struct esp_suite suite = suites[i / 4 % 2];
        g_autofree char *row = g_strdup_printf("t%u-%u", 6 + i / 4 % 2, i % 4);
        const struct esp_keys keys = esp_vec_keys(row, suite);
        const struct rd packet = esp_vec(row, "packet"), inner = esp_vec(row, "inner");
        g_autofree uint8_t *p = g_memdup2(packet.p, packet.left);
        struct esp_job job = {.p = p, .n = packet.left - esp_icv_size(&suite)};
        CLEANUP(esp_crypt_free)
        struct esp_crypt *c = esp_crypt_new(&keys, ESP_OPEN, kinds[i / 8]);

        if (c == NULL) /* no lanes on this machine */
            continue;
        esp_crypt_run(c, &job, 1);
        g_assert_true(job.good);
        assert_octets(p + 24, inner.left, inner);
        assert_octets(p + 24 + inner.left, 12, hex("0102030405060708090a 0a 04"));
        opened++;
    }
    g_assert_cmpuint(opened, >=, 8);
}

/* The transforms as RFC 3602, 2451, 4106 and 4868 say them, put together once more. */
static void
seal_by_hand(const struct esp_keys *keys, uint8_t *p, size_t n)
{
    static const enum hash_alg hashes[] = {[ESP_HMAC_SHA1_96] = HASH_SHA1,
                                           [ESP_HMAC_SHA256_128] = HASH_SHA256,
                                           [ESP_HMAC_SHA384_192] = HASH_SHA384,
                                           [ESP_HMAC_SHA512_256] = HASH_SHA512};
    const struct esp_suite *suite = &keys->suite;
    const size_t key_size = suite->key_bits / 8;
    const enum cipher_alg alg = suite->cipher == ESP_AES_CBC    ? CIPHER_AES_CBC
                                : suite->cipher == ESP_3DES_CBC ? CIPHER_3DES_CBC
                                                                : CIPHER_AES_GCM;
    const size_t iv = alg == CIPHER_AES_CBC ? 16 : 8;
    CLEANUP(cipher_free)
    struct cipher *c = cipher_new(alg, CIPHER_ENCRYPT, rd_over(keys->keymat, key_size));
    uint8_t nonce[12], mac[HASH_MAX_SIZE];

    if (alg == CIPHER_AES_GCM) {
        memcpy(nonce, keys->keymat + key_size, 4);
        memcpy(nonce + 4, p + 8, 8);
        cipher_gcm_seal(c, nonce, rd_over(p, 8), p + 16, n - 16, p + n);
        return;
    }
    g_assert_true(cipher_cbc(c, p + 8, p + 8 + iv, n - 8 - iv));
    hmac_of(hashes[suite->auth], rd_over(keys->keymat + key_size, hash_size(hashes[suite->auth])),
            mac, rd_over(p, n));
    memcpy(p + n, mac,
           hash_size(hashes[suite->auth]) * (suite->auth == ESP_HMAC_SHA1_96 ? 3 : 5) /
               (suite->auth == ESP_HMAC_SHA1_96 ? 5 : 10));
}

/* @n packets of different lengths, each in memory of its own that ends with its ICV. */
struct batch {
    size_t n;
    uint8_t *memory[ESP_BATCH_MAX], *want[ESP_BATCH_MAX];
    struct esp_job jobs[ESP_BATCH_MAX];
};

static void
batch_make(struct batch *b, const struct esp_keys *keys, size_t n)
{
    const size_t before = ESP_HEADER + esp_iv_size(&keys->suite), icv = esp_icv_size(&keys->suite);

    b->n = n;
    for (size_t i = 0; i < n; i++) {
        const size_t size = before + esp_block_size(&keys->suite) * (1 + i * 37 % 89);

        b->memory[i] = g_malloc(size + icv);
        rng_fill(&test_rng, b->memory[i], size + icv);
        b->want[i] = g_memdup2(b->memory[i], size + icv);
        seal_by_hand(keys, b->want[i], size);
        b->jobs[i] = (struct esp_job){.p = b->memory[i], .n = size};
    }
}

static void
batch_clear(struct batch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        g_free(b->memory[i]);
        g_free(b->want[i]);
    }
}

static void
check_kind(const struct esp_keys *keys, enum esp_crypt_kind kind, size_t n)
{
    const size_t icv = esp_icv_size(&keys->suite);
    CLEANUP(esp_crypt_free) struct esp_crypt *seal = esp_crypt_new(keys, ESP_SEAL, kind);
    CLEANUP(esp_crypt_free) struct esp_crypt *open = esp_crypt_new(keys, ESP_OPEN, kind);
    struct batch b;

    batch_make(&b, keys, n);
    g_autofree uint8_t *plain = g_memdup2(b.jobs[n - 1].p, b.jobs[n - 1].n);
    esp_crypt_run(seal, b.jobs, n);
    for (size_t i = 0; i < n; i++)
        assert_octets(b.jobs[i].p, b.jobs[i].n + icv, rd_over(b.want[i], b.jobs[i].n + icv));
    if (n > 1) /* one of many is false: it alone */
        b.jobs[0].p[b.jobs[0].n - 1] ^= 1;
    esp_crypt_run(open, b.jobs, n);
    for (size_t i = 0; i < n; i++)
        g_assert_cmpint(b.jobs[i].good, ==, n == 1 || i != 0);
    assert_octets(b.jobs[n - 1].p, b.jobs[n - 1].n, rd_over(plain, b.jobs[n - 1].n));
    batch_clear(&b);
}

static void
test_each_suite_in_each_batch(void)
{
    static const size_t sizes[] = {1, 2, 3, 8, 9, 17, ESP_BATCH_MAX};

    for (guint s = 0; s < G_N_ELEMENTS(test_suites); s++) {
        const struct esp_keys keys = esp_some_keys(test_suites[s]);

        for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
            CLEANUP(esp_crypt_free)
            struct esp_crypt *lanes = esp_crypt_new(&keys, ESP_SEAL, ESP_CRYPT_LANES);

            check_kind(&keys, ESP_CRYPT_EVP, sizes[i]);
            check_kind(&keys, ESP_CRYPT_BEST, sizes[i]);
            if (lanes != NULL)
                check_kind(&keys, ESP_CRYPT_LANES, sizes[i]);
        }
    }
}

/* That the test above has looked at what it is about. */
static void
test_lanes_where_they_can_be(void)
{
    const struct esp_keys cbc = esp_some_keys(test_suites[0]);
    CLEANUP(esp_crypt_free) struct esp_crypt *c = esp_crypt_new(&cbc, ESP_OPEN, ESP_CRYPT_LANES);
    bool want = false;

#if defined(HAVE_IPSEC_MB) && defined(__x86_64__)
    want = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul");
#endif
    g_assert_cmpint(c != NULL, ==, want);
}

static void
test_not_a_suite(void)
{
    struct esp_keys keys = esp_some_keys(test_suites[0]);

    keys.suite.auth = ESP_AUTH_NONE;
    g_assert_null(esp_crypt_new(&keys, ESP_SEAL, ESP_CRYPT_BEST));
    keys = esp_some_keys((struct esp_suite){ESP_3DES_CBC, ESP_HMAC_SHA1_96, 192});
    g_assert_null(esp_crypt_new(&keys, ESP_SEAL, ESP_CRYPT_LANES));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/esp-crypt/live-packets", test_live_packets);
    g_test_add_func("/esp-crypt/each-suite-in-each-batch", test_each_suite_in_each_batch);
    g_test_add_func("/esp-crypt/lanes-where-they-can-be", test_lanes_where_they_can_be);
    g_test_add_func("/esp-crypt/not-a-suite", test_not_a_suite);
    return g_test_run();
}
