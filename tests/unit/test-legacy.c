/* test-legacy.c - MD4, SHA-1, DES, RC4. SPDX-License-Identifier: GPL-3.0-or-later */
#include "legacy.h"
#include "rc4-pair.h"

#include "ppp-test.h"

#define FILE_ "mschapv2.txt"

static void
test_md4(void) /* RFC 1320 section A.5 */
{
    uint8_t digest[16];

    legacy_md4(rd_over(NULL, 0), digest);
    assert_octets(digest, 16, hex("31d6cfe0d16ae931b73c59d7e0c089c0"));
    legacy_md4(rd_over("message digest", 14), digest);
    assert_octets(digest, 16, hex("d9130a8164549fe818874806e1c7014b"));
}

static void
test_sha1(void) /* RFC 3174 section 7.3, tests 1 and 2 */
{
    const struct rd abc[] = {rd_over("a", 1), rd_over(NULL, 0), rd_over("bc", 2)};
    const char *text = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    const struct rd two[] = {rd_over(text, 40), rd_over(text + 40, 16)};
    uint8_t digest[20];

    legacy_sha1(abc, 3, digest);
    assert_octets(digest, 20, hex("a9993e364706816aba3e25717850c26c9cd0d89d"));
    legacy_sha1(two, 2, digest);
    assert_octets(digest, 20, hex("84983e441c3bd26ebaae4aa1f95129e5e54670f1"));
    legacy_sha1(NULL, 0, digest);
    assert_octets(digest, 20, hex("da39a3ee5e6b4b0d3255bfef95601890afd80709"));
}

static void
test_des_parity(void)
{
    static const char *const names[] = {"des-key1", "des-key2", "des-key3"};
    uint8_t key[8];

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *spread = g_strconcat(names[i], "-parity", NULL);

        legacy_des_expand_key(vec(FILE_, names[i]).p, key);
        assert_octets(key, 8, vec(FILE_, spread));
    }
    const struct rd mypw = vec(FILE_, "mypw-hash"); /* RFC 2759 section 9.3 */

    legacy_des_expand_key(mypw.p, key);
    assert_octets(key, 8, vec(FILE_, "mypw-key1"));
    legacy_des_expand_key(mypw.p + 7, key);
    assert_octets(key, 8, vec(FILE_, "mypw-key2"));
}

static void
test_des_block(void)
{
    const struct rd challenge = vec(FILE_, "challenge-hash");
    uint8_t block[8];

    for (int i = 1; i <= 3; i++) {
        g_autofree char *key = g_strdup_printf("des-key%d", i);
        g_autofree char *want = g_strdup_printf("des-block%d", i);

        legacy_des_block(vec(FILE_, key).p, challenge.p, block);
        assert_octets(block, 8, vec(FILE_, want));
    }
}

static void
test_rc4(void) /* RFC 6229, 40-bit key, offset 0; then on, in place */
{
    struct legacy_rc4 rc4;
    uint8_t stream[32] = {0};

    legacy_rc4_key(&rc4, hex("0102030405"));
    legacy_rc4_run(&rc4, stream, 16, stream);
    legacy_rc4_run(&rc4, stream + 16, 16, stream + 16);
    assert_octets(stream, 32,
                  hex("b2396305f03dc027ccc3524a0a1118a8 6982944f18fc82d589c403a47a0d0919"));
}

/* Both as libcrypto does one, however they are cut. */
static void
test_rc4_pair(void)
{
    static const guint8 keys[2][16] = {"0123456789abcde", "zyxwvutsrqponml"};

    for (gsize size = 8; size <= 16; size += 8) {
        struct rc4_one ours[2];
        guint8 got[2][600] = {{0}}, want[600];

        rc4_pair_keys(&ours[0], keys[0], &ours[1], keys[1], size);
        rc4_pair_streams(&ours[0], got[0], &ours[1], got[1], 3);
        rc4_pair_streams(&ours[0], got[0] + 3, &ours[1], got[1] + 3, 400);
        for (int i = 0; i < 2; i++) {
            struct legacy_rc4 rc4;

            rc4_one_stream(&ours[i], got[i] + 403, sizeof want - 403);
            memset(want, 0, sizeof want);
            legacy_rc4_key(&rc4, rd_over(keys[i], size));
            legacy_rc4_run(&rc4, want, sizeof want, want);
            g_assert_cmpmem(got[i], sizeof want, want, sizeof want);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/legacy/md4", test_md4);
    g_test_add_func("/legacy/sha1", test_sha1);
    g_test_add_func("/legacy/des-parity", test_des_parity);
    g_test_add_func("/legacy/des-block", test_des_block);
    g_test_add_func("/legacy/rc4", test_rc4);
    g_test_add_func("/legacy/rc4-pair", test_rc4_pair);
    return g_test_run();
}
