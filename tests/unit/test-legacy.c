/* test-legacy.c - MD4, SHA-1, DES, RC4. SPDX-License-Identifier: GPL-3.0-or-later */
#include "legacy.h"
#include "rc4-four.h"

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

/* What libcrypto makes of @key. */
static void
assert_stream(const guint8 *got, gsize n, const guint8 *key, gsize size)
{
    struct legacy_rc4 rc4;
    g_autofree guint8 *want = g_malloc0(n);

    legacy_rc4_key(&rc4, rd_over(key, size));
    legacy_rc4_run(&rc4, want, n, want);
    g_assert_cmpmem(got, n, want, n);
}

/* Each as libcrypto does one, however they are cut; the fifth, too. */
static void
test_rc4_four(void)
{
    static const guint8 keys[RC4_FOUR + 1][RC4_KEY] = {
        "0123456789abcde", "zyxwvutsrqponml",  "RFC 3078, 3079..",
        "\x00\xff\x80",    "a fifth beside..",
    };
    static struct rc4_four r;
    static guint8 got[RC4_FOUR][RC4_STREAM_MOST], fifth[500];

    rc4_four_keys(&r, keys);
    rc4_one_key(&r, RC4_FOUR, keys[0]);
    rc4_four_streams_and_key(&r, got, 0, keys[RC4_FOUR]);
    rc4_one_stream(&r, RC4_FOUR, fifth, 16);
    assert_stream(fifth, 16, keys[RC4_FOUR], RC4_KEY);
    rc4_four_streams_and_key(&r, got, 256, keys[1]);
    rc4_one_stream(&r, RC4_FOUR, fifth, sizeof fifth);
    assert_stream(fifth, sizeof fifth, keys[1], RC4_KEY);
    rc4_four_streams(&r, got, 512, 3);
    rc4_four_streams(&r, got, 515, 600);
    for (guint i = 0; i < RC4_FOUR; i++) {
        rc4_one_stream(&r, i, got[i] + 1115, RC4_STREAM_MOST - 1115);
        assert_stream(got[i], RC4_STREAM_MOST, keys[i], RC4_KEY);
    }
}

/* Eight octets twice are the key of eight octets. */
static void
test_rc4_short_key(void)
{
    static struct rc4_four r;
    guint8 got[600];

    rc4_one_key(&r, 2,
                (const guint8 *)"12345678"
                                "12345678");
    rc4_one_stream(&r, 2, got, sizeof got);
    assert_stream(got, sizeof got, (const guint8 *)"12345678", 8);
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
    g_test_add_func("/legacy/rc4-four", test_rc4_four);
    g_test_add_func("/legacy/rc4-short-key", test_rc4_short_key);
    return g_test_run();
}
