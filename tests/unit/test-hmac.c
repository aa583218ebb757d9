/* test-hmac.c - HMAC for packets. SPDX-License-Identifier: GPL-3.0-or-later */
#include "hmac.h"

#include "ppp-test.h"

/* RFC 2202 case 2, RFC 4231 case 2; each twice, for the states are kept. */
static void
test_known(void)
{
    static const struct {
        enum hash_alg alg;
        const char *want;
    } rows[] = {
        {HASH_SHA1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
        {HASH_SHA256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {HASH_SHA384, "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47"
                      "e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649"},
        {HASH_SHA512, "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                      "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
    };
    static const char data[] = "what do ya want for nothing?";

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint8_t mac[HASH_MAX_SIZE];
        struct hmac h;

        hmac_init(&h, rows[i].alg, rd_over("Jefe", 4));
        for (int twice = 0; twice < 2; twice++) {
            hmac_run(&h, (const uint8_t *)data, sizeof data - 1, mac);
            assert_octets(mac, hash_size(rows[i].alg), hex(rows[i].want));
        }
        hmac_wipe(&h);
    }
}

/* As the other implementation has it, for keys about and above a block, and any length of data. */
static void
test_like_hash(void)
{
    uint8_t key[200], data[300], want[HASH_MAX_SIZE], got[HASH_MAX_SIZE];

    rng_fill(&test_rng, key, sizeof key);
    rng_fill(&test_rng, data, sizeof data);
    for (enum hash_alg alg = HASH_SHA1; alg <= HASH_SHA512; alg++) {
        for (size_t n = 0; n <= sizeof key; n++) {
            struct hmac h;

            hmac_init(&h, alg, keep(key, n));
            hmac_run(&h, data, n * 3 / 2, got);
            hmac_of(alg, rd_over(key, n), want, rd_over(data, n * 3 / 2));
            assert_octets(got, hash_size(alg), rd_over(want, hash_size(alg)));
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hmac/known", test_known);
    g_test_add_func("/hmac/like-hash", test_like_hash);
    return g_test_run();
}
