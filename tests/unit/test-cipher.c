/* test-cipher.c - AES and 3DES, CBC and GCM. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cipher.h"

#include "ppp-test.h"

static struct rd
cvec(const char *row, const char *what)
{
    g_autofree char *name = g_strdup_printf("%s-%s", row, what);

    return vec("cipher.txt", name);
}

/* Twice with one context: only the IV is new. */
static void
test_known_cbc(void)
{
    static const struct {
        const char *row;
        enum cipher_alg alg;
    } rows[] = {
        {"aes-1", CIPHER_AES_CBC},   {"aes-2", CIPHER_AES_CBC}, {"aes-3", CIPHER_AES_CBC},
        {"aes-4", CIPHER_AES_CBC},   {"aes-5", CIPHER_AES_CBC}, {"aes-192", CIPHER_AES_CBC},
        {"aes-256", CIPHER_AES_CBC}, {"3des", CIPHER_3DES_CBC},
    };

    g_assert_true(cipher_init());
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct rd key = cvec(rows[i].row, "key"), iv = cvec(rows[i].row, "iv");
        const struct rd plain = cvec(rows[i].row, "plain"), sealed = cvec(rows[i].row, "cipher");
        CLEANUP(cipher_free)
        struct cipher *enc = cipher_new(rows[i].alg, CIPHER_ENCRYPT, key);
        CLEANUP(cipher_free)
        struct cipher *dec = cipher_new(rows[i].alg, CIPHER_DECRYPT, key);
        uint8_t text[128];

        g_assert_cmpuint(iv.left, ==, cipher_block_size(rows[i].alg));
        for (int twice = 0; twice < 2; twice++) {
            memcpy(text, plain.p, plain.left);
            g_assert_true(cipher_cbc(enc, iv.p, text, plain.left));
            assert_octets(text, plain.left, sealed);
            g_assert_true(cipher_cbc(dec, iv.p, text, plain.left));
            assert_octets(text, plain.left, plain);
        }
    }
}

static void
test_known_gcm(void)
{
    static const char *const rows[] = {"gcm-4", "gcm-16"};

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct rd key = cvec(rows[i], "key"), nonce = cvec(rows[i], "nonce");
        const struct rd plain = cvec(rows[i], "plain"), aad = cvec(rows[i], "aad");
        CLEANUP(cipher_free)
        struct cipher *enc = cipher_new(CIPHER_AES_GCM, CIPHER_ENCRYPT, key);
        CLEANUP(cipher_free)
        struct cipher *dec = cipher_new(CIPHER_AES_GCM, CIPHER_DECRYPT, key);
        uint8_t text[128], tag[CIPHER_GCM_TAG_SIZE];

        for (int twice = 0; twice < 2; twice++) {
            memcpy(text, plain.p, plain.left);
            cipher_gcm_seal(enc, nonce.p, aad, text, plain.left, tag);
            assert_octets(text, plain.left, cvec(rows[i], "cipher"));
            assert_octets(tag, sizeof tag, cvec(rows[i], "tag"));
            g_assert_true(cipher_gcm_open(dec, nonce.p, aad, text, plain.left, tag));
            assert_octets(text, plain.left, plain);
        }
    }
}

/* Each bit of the tag, of what is not encrypted and of what is counts; and after a refusal the
 * context still works. */
static void
test_gcm_refuses_a_change(void)
{
    const struct rd key = cvec("gcm-4", "key"), nonce = cvec("gcm-4", "nonce");
    const struct rd sealed = cvec("gcm-4", "cipher"), aad = cvec("gcm-4", "aad");
    const struct rd tag = cvec("gcm-4", "tag");
    CLEANUP(cipher_free) struct cipher *dec = cipher_new(CIPHER_AES_GCM, CIPHER_DECRYPT, key);
    uint8_t all[256];
    const size_t n = sealed.left + aad.left + tag.left;

    for (size_t bit = 0; bit <= 8 * n; bit++) {
        memcpy(all, sealed.p, sealed.left);
        memcpy(all + sealed.left, aad.p, aad.left);
        memcpy(all + sealed.left + aad.left, tag.p, tag.left);
        all[bit / 8] ^= bit < 8 * n ? (uint8_t)(1 << bit % 8) : 0;
        g_assert_cmpint(cipher_gcm_open(dec, nonce.p, rd_over(all + sealed.left, aad.left), all,
                                        sealed.left, all + sealed.left + aad.left),
                        ==, bit == 8 * n);
    }
}

static void
test_sizes(void)
{
    static const uint8_t key[64];

    for (enum cipher_alg alg = CIPHER_AES_CBC; alg <= CIPHER_AES_GCM; alg++) {
        for (size_t n = 0; n <= sizeof key; n++) {
            const bool aes = n == 16 || n == 24 || n == 32;
            const bool want = alg == CIPHER_3DES_CBC ? n == 24 : aes;
            CLEANUP(cipher_free)
            struct cipher *c = cipher_new(alg, CIPHER_ENCRYPT, rd_over(key, n));

            g_assert_cmpint(cipher_key_size_valid(alg, n), ==, want);
            g_assert_cmpint(c != NULL, ==, want);
        }
    }
}

static void
test_cbc_wants_whole_blocks(void)
{
    static const uint8_t key[32], iv[16];
    CLEANUP(cipher_free)
    struct cipher *aes = cipher_new(CIPHER_AES_CBC, CIPHER_DECRYPT, rd_over(key, 16));
    CLEANUP(cipher_free)
    struct cipher *des = cipher_new(CIPHER_3DES_CBC, CIPHER_ENCRYPT, rd_over(key, 24));

    for (size_t n = 0; n <= 33; n++) {
        g_autofree uint8_t *p = g_malloc0(n + 1);

        g_assert_cmpint(cipher_cbc(aes, iv, p, n), ==, n % 16 == 0);
        if (n % 16 != 0)
            g_assert_true(p[0] == 0);
        g_assert_cmpint(cipher_cbc(des, iv, p, n), ==, n % 8 == 0);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cipher/known-cbc", test_known_cbc);
    g_test_add_func("/cipher/known-gcm", test_known_gcm);
    g_test_add_func("/cipher/gcm-refuses-a-change", test_gcm_refuses_a_change);
    g_test_add_func("/cipher/sizes", test_sizes);
    g_test_add_func("/cipher/cbc-wants-whole-blocks", test_cbc_wants_whole_blocks);
    return g_test_run();
}
