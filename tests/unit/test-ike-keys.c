/*
 * test-ike-keys.c - keys, hashes and IVs against seven captured exchanges.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ike-test.h"

static guint32
number(const char *t, const char *name)
{
    struct rd r = vector(t, name);

    return rd_be32(&r);
}

static void
test_skeyid(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(captured); i++) {
        const char *t = captured[i];
        struct ike_keys k;

        captured_keys(i, &k);
        g_assert_rd(rd_over(k.skeyid, k.size), vector(t, "SKEYID"));
        if (i < 5) {
            g_assert_rd(rd_over(k.a, k.size), vector(t, "SKEYID_a"));
            g_assert_rd(rd_over(k.e, k.size), vector(t, "SKEYID_e"));
        }
        g_assert_rd(rd_over(k.d, k.size), vector(t, "SKEYID_d"));
        ike_keys_wipe(&k);
        g_assert_null(k.encrypt);
        g_assert_cmpint(k.skeyid[0] | k.a[0] | k.d[0] | k.e[0], ==, 0);
    }
}

static void
test_phase1(void)
{
    for (guint i = 0; i < 5; i++) {
        const char *t = captured[i];
        guint8 iv[16], hash[HASH_MAX_SIZE];
        struct ike_keys k;

        captured_keys(i, &k);
        ike_iv_phase1(&k, vector(t, "g^xi"), vector(t, "g^xr"), iv);
        g_assert_rd(rd_over(iv, k.block), vector(t, "IV0"));

        struct ike_hash_parts p = {
            .g_first = vector(t, "g^xi"),
            .g_second = vector(t, "g^xr"),
            .cky_first = vector(t, "icookie").p,
            .cky_second = vector(t, "rcookie").p,
            .sa = vector(t, "SAi_b"),
            .id = vector(t, "IDii_b"),
        };
        ike_hash_phase1(&k, &p, hash);
        g_assert_rd(rd_over(hash, k.size), vector(t, "HASH_I"));
        p.g_first = vector(t, "g^xr"), p.g_second = vector(t, "g^xi");
        p.cky_first = vector(t, "rcookie").p, p.cky_second = vector(t, "icookie").p;
        p.id = vector(t, "IDir_b");
        ike_hash_phase1(&k, &p, hash);
        g_assert_rd(rd_over(hash, k.size), vector(t, "HASH_R"));
        ike_keys_wipe(&k);
    }
}

/* Messages 5 and 6 in one chain of IVs, there and back. */
static void
test_chain_of_ivs(void)
{
    for (guint i = 0; i < 5; i++) {
        const char *t = captured[i];
        guint8 iv[16], back[16];
        struct ike_keys k;

        captured_keys(i, &k);
        ike_iv_phase1(&k, vector(t, "g^xi"), vector(t, "g^xr"), iv);
        memcpy(back, iv, sizeof back);
        for (guint n = 5; n <= 6; n++) {
            g_autofree char *name = g_strdup_printf("msg%u", n);
            g_autofree char *plain = g_strdup_printf("msg%u_plain", n);
            struct rd r = vector(t, name);
            struct ike_header h;

            g_assert_true(ike_header_get(&r, &h));
            g_autofree guint8 *body = g_memdup2(r.p, r.left);
            g_assert_true(ike_decrypt(&k, iv, body, r.left));
            g_assert_rd(rd_over(body, r.left), vector(t, plain));
            g_assert_true(ike_encrypt(&k, back, body, r.left));
            g_assert_cmpmem(body, r.left, r.p, r.left);
            g_assert_cmpmem(iv, k.block, back, k.block);
        }
        g_assert_rd(rd_over(iv, k.block), vector(t, "last block"));
        ike_keys_wipe(&k);
    }
}

static void
test_not_whole_blocks(void)
{
    guint8 iv[16] = {1, 2, 3}, text[33] = {9, 8, 7}, iv_before[16], before[33];
    struct ike_keys k;

    memcpy(iv_before, iv, sizeof iv);
    memcpy(before, text, sizeof text);
    captured_keys(0, &k);
    for (gsize n = 0; n <= sizeof text; n++) {
        if (n == 16 || n == 32)
            continue;
        g_assert_false(ike_decrypt(&k, iv, text, n));
        g_assert_false(ike_encrypt(&k, iv, text, n));
    }
    g_assert_cmpmem(iv, sizeof iv, iv_before, sizeof iv);
    g_assert_cmpmem(text, sizeof text, before, sizeof before);
    ike_keys_wipe(&k);
}

static void
test_quick(void)
{
    for (guint i = 0; i < 7; i++) {
        const char *t = captured[i];
        guint8 iv[16], hash[HASH_MAX_SIZE], plain[512];
        struct ike_payloads p;
        struct ike_keys k;
        const guint32 id = number(t, "QM msgid");
        const struct rd ni = vector(t, "QM Ni_b"), nr = vector(t, "QM Nr_b");

        captured_keys(i, &k);
        ike_iv_phase2(&k, vector(t, "last block").p, id, iv);
        for (guint n = 7; n <= (i < 5 ? 8 : 9); n++) {
            g_autofree char *name = g_strdup_printf("msg%u", n);
            struct rd r = vector(t, name);
            struct ike_header h;

            g_assert_true(ike_header_get(&r, &h));
            g_assert_cmpint(h.msgid, ==, id);
            memcpy(plain, r.p, r.left);
            g_assert_true(ike_decrypt(&k, iv, plain, r.left));
            g_assert_true(ike_payloads_get(rd_over(plain, r.left), h.next, true, &p));
            if (n == 7)
                ike_hash_1(&k, id, p.after_first, hash);
            else if (n == 8)
                ike_hash_2(&k, id, ni, p.after_first, hash);
            else
                ike_hash_3(&k, id, ni, nr, hash);
            g_assert_rd(ike_payload_find(&p, IKE_PL_HASH, 0), rd_over(hash, k.size));
        }
        ike_hash_3(&k, id, ni, nr, hash);
        g_assert_rd(rd_over(hash, k.size), vector(t, "HASH(3)"));
        ike_keys_wipe(&k);
    }
}

static void
test_keymat(void)
{
    for (guint i = 0; i < 6; i++) { /* t7's has a secret that was not captured */
        const char *t = captured[i];
        const struct rd want_r = vector(t, "KEYMAT SPI_r"), want_i = vector(t, "KEYMAT SPI_i");
        const struct rd ni = vector(t, "QM Ni_b"), nr = vector(t, "QM Nr_b");
        guint8 got[128];
        struct ike_keys k;

        captured_keys(i, &k);
        ike_keymat(&k, (struct rd){0}, number(t, "SPI_r"), ni, nr, got, want_r.left);
        g_assert_rd(rd_over(got, want_r.left), want_r);
        ike_keymat(&k, (struct rd){0}, number(t, "SPI_i"), ni, nr, got, want_i.left);
        g_assert_rd(rd_over(got, want_i.left), want_i);
        ike_keymat(&k, rd_over("g^xy", 4), number(t, "SPI_i"), ni, nr, got, want_i.left);
        g_assert_cmpint(memcmp(got, want_i.p, want_i.left), !=, 0);
        ike_keys_wipe(&k);
    }
}

/* With PFS the formula of RFC 2409 section 5.5, written out once more: g(qm)^xy | protocol | SPI |
 * Ni_b | Nr_b. */
static void
test_keymat_pfs(void)
{
    guint8 got[50], one[20], two[20], three[20];
    struct ike_keys k;

    captured_keys(0, &k);
    const struct rd d = rd_over(k.d, k.size), seed = rd_over("SECRET\3\1\2\3\4nonceNONCE", 21);
    hmac_of(HASH_SHA1, d, one, seed);
    hmac_of(HASH_SHA1, d, two, rd_over(one, 20), seed);
    hmac_of(HASH_SHA1, d, three, rd_over(two, 20), seed);
    ike_keymat(&k, rd_over("SECRET", 6), 0x01020304, rd_over("nonce", 5), rd_over("NONCE", 5), got,
               sizeof got);
    g_assert_cmpmem(got, 20, one, 20);
    g_assert_cmpmem(got + 20, 20, two, 20);
    g_assert_cmpmem(got + 40, 10, three, 10);
    ike_keys_wipe(&k);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_true(hash_init() && cipher_init());
    g_test_add_func("/ike-keys/SKEYID", test_skeyid);
    g_test_add_func("/ike-keys/phase-1-hashes-and-iv", test_phase1);
    g_test_add_func("/ike-keys/chain-of-ivs", test_chain_of_ivs);
    g_test_add_func("/ike-keys/not-whole-blocks", test_not_whole_blocks);
    g_test_add_func("/ike-keys/quick-mode-hashes", test_quick);
    g_test_add_func("/ike-keys/KEYMAT", test_keymat);
    g_test_add_func("/ike-keys/KEYMAT-with-PFS", test_keymat_pfs);
    return g_test_run();
}
