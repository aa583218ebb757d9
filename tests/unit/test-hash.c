/* test-hash.c - digests and HMAC. SPDX-License-Identifier: GPL-3.0-or-later */
#include "hash.h"

#include "ppp-test.h"

static struct rd
text(const char *s)
{
    return rd_over(s, strlen(s));
}

/* RFC 1321 section A.5; FIPS 180-2 appendices A.1, B.1, C.1 and D.1. */
static void
test_known_digests(void)
{
    static const struct {
        enum hash_alg alg;
        const char *input, *want;
    } rows[] = {
        {HASH_MD5, "", "d41d8cd98f00b204e9800998ecf8427e"},
        {HASH_MD5, "abc", "900150983cd24fb0d6963f7d28e17f72"},
        {HASH_SHA1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {HASH_SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {HASH_SHA384, "abc",
         "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
         "8086072ba1e7cc2358baeca134c825a7"},
        {HASH_SHA512, "abc",
         "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
         "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    };

    g_assert_true(hash_init());
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint8_t digest[HASH_MAX_SIZE];

        hash_of(rows[i].alg, digest, text(rows[i].input));
        assert_octets(digest, hash_size(rows[i].alg), hex(rows[i].want));
    }
}

static void
test_parts_are_one_message(void)
{
    uint8_t whole[HASH_SHA1_SIZE], parts[HASH_SHA1_SIZE];

    hash_of(HASH_SHA1, whole, text("one message in parts"));
    hash_of(HASH_SHA1, parts, text("one "), rd_over(NULL, 0), text("message in"), text(" parts"));
    assert_octets(parts, sizeof parts, rd_over(whole, sizeof whole));
}

/* RFC 2202 (cases 1, 2, 6) and RFC 4231 (cases 2, 6): short keys and one longer than a block. */
static void
test_known_hmacs(void)
{
    g_autofree char *aa80 = g_strnfill(160, 'a'), *aa131 = g_strnfill(262, 'a');
    const struct {
        enum hash_alg alg;
        const char *key, *data, *want;
    } rows[] = {
        {HASH_MD5, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "Hi There",
         "9294727a3638bb1c13f48ef8158bfc9d"},
        {HASH_SHA1, "4a656665", "what do ya want for nothing?",
         "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
        {HASH_SHA1, aa80, "Test Using Larger Than Block-Size Key - Hash Key First",
         "aa4ae5e15272d00e95705637ce8a3b55ed402112"},
        {HASH_SHA256, "4a656665", "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {HASH_SHA256, aa131, "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {HASH_SHA384, "4a656665", "what do ya want for nothing?",
         "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
         "8e2240ca5e69e2c78b3239ecfab21649"},
        {HASH_SHA384, aa131, "Test Using Larger Than Block-Size Key - Hash Key First",
         "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6"
         "0c2ef6ab4030fe8296248df163f44952"},
        {HASH_SHA512, "4a656665", "what do ya want for nothing?",
         "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
         "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
        {HASH_SHA512, aa131, "Test Using Larger Than Block-Size Key - Hash Key First",
         "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
         "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint8_t mac[HASH_MAX_SIZE];

        hmac_of(rows[i].alg, hex(rows[i].key), mac, text(rows[i].data));
        assert_octets(mac, hash_size(rows[i].alg), hex(rows[i].want));
    }
}

static void
test_contexts_are_reusable(void)
{
    CLEANUP(hash_ctx_free) struct hash_ctx *plain = hash_ctx_new(HASH_MD5);
    CLEANUP(hash_ctx_free) struct hash_ctx *keyed = hash_ctx_new_hmac(HASH_SHA1, text("Jefe"));
    const struct rd abc = text("abc"), question = text("what do ya want for nothing?");

    for (int i = 0; i < 3; i++) {
        uint8_t digest[HASH_MAX_SIZE];

        hash_ctx_run(plain, &abc, 1, digest);
        assert_octets(digest, 16, hex("900150983cd24fb0d6963f7d28e17f72"));
        hash_ctx_run(keyed, &question, 1, digest);
        assert_octets(digest, 20, hex("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hash/known-digests", test_known_digests);
    g_test_add_func("/hash/parts-are-one-message", test_parts_are_one_message);
    g_test_add_func("/hash/known-hmacs", test_known_hmacs);
    g_test_add_func("/hash/contexts-are-reusable", test_contexts_are_reusable);
    return g_test_run();
}
