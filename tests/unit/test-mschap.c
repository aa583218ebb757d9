/* test-mschap.c - RFC 2759's arithmetic. SPDX-License-Identifier: GPL-3.0-or-later */
#include "mschap.h"

#include "hash.h"
#include "ppp-test.h"

static struct rd
v(const char *name)
{
    return vec("mschapv2.txt", name);
}

static void
test_rfc2759_example(void)
{
    const struct rd user = v("user"), auth = v("authenticator-challenge"),
                    peer = v("peer-challenge");
    uint8_t challenge[8], hash[16], hash_hash[16], response[24], proof[20], whole[20];

    mschap_challenge_hash(peer.p, auth.p, user, challenge);
    assert_octets(challenge, 8, v("challenge-hash"));
    hash_of(HASH_SHA1, whole, peer, auth, user);
    assert_octets(whole, 20, v("challenge-hash-whole"));
    g_assert_true(mschap_nt_hash(v("password"), hash));
    assert_octets(hash, 16, v("nt-hash"));
    mschap_hash_hash(hash, hash_hash);
    assert_octets(hash_hash, 16, v("nt-hash-hash"));
    mschap_nt_response(auth.p, peer.p, user, hash, response);
    assert_octets(response, 24, v("nt-response"));
    mschap_authenticator_response(hash, response, peer.p, auth.p, user, proof);
    assert_octets(proof, 20, v("authenticator-response"));
    g_assert_true(mschap_nt_hash(rd_over("MyPw", 4), hash));
    assert_octets(hash, 16, v("mypw-hash"));
}

static void
test_bare_user(void)
{
    static const struct {
        const char *name, *hashed;
    } rows[] = {
        {"User", "User"},       {"CORP\\User", "User"},
        {"a\\b\\User", "User"}, {"user@realm", "user@realm"},
        {"CORP\\", ""},         {"", ""},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct rd got = mschap_bare_user(rd_over(rows[i].name, strlen(rows[i].name)));

        assert_octets(got.p, got.left, rd_over(rows[i].hashed, strlen(rows[i].hashed)));
    }
}

static void
test_utf16(void)
{
    static const struct {
        const char *why, *utf8, *utf16; /* NULL: refused */
    } rows[] = {
        {"ASCII", "63", "6300"},
        {"two octets", "c3a9", "e900"},
        {"three octets", "e282ac", "ac20"},
        {"a surrogate pair", "f09f9880", "3dd800de"},
        {"the last code point", "f48fbfbf", "ffdbffdf"},
        {"U+FFFF", "efbfbf", "ffff"},
        {"nothing", "", ""},
        {"a lone continuation", "80", NULL},
        {"an overlong slash", "c0af", NULL},
        {"an overlong three", "e08080", NULL},
        {"an overlong four", "f0808080", NULL},
        {"a surrogate in UTF-8", "eda080", NULL},
        {"above U+10FFFF", "f4908080", NULL},
        {"five octets", "f888808080", NULL},
        {"cut short", "e282", NULL},
        {"a wrong continuation", "e28228", NULL},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint8_t out[8];
        struct wr w = wr_over(out, sizeof out);
        const bool ok = mschap_utf16(hex(rows[i].utf8), &w);

        g_test_message("%s", rows[i].why);
        g_assert_true(ok == (rows[i].utf16 != NULL));
        if (ok)
            assert_octets(out, w.len, hex(rows[i].utf16));
    }
}

static void
test_password_limit(void)
{
    g_autofree char *longest = g_strnfill(MSCHAP_PASSWORD_MAX, 'x');
    g_autofree char *longer = g_strnfill(MSCHAP_PASSWORD_MAX + 1, 'x');
    uint8_t hash[16];

    g_assert_true(mschap_nt_hash(rd_over(longest, strlen(longest)), hash));
    g_assert_false(mschap_nt_hash(rd_over(longer, strlen(longer)), hash));
}

static void
test_change_of_password(void)
{
    uint8_t filler[512], encrypted[516], digest[HASH_SHA256_SIZE], hash[16];

    for (guint i = 0; i < sizeof filler; i++)
        filler[i] = (uint8_t)i;
    g_assert_true(mschap_encrypted_password(v("new-password"), v("password"), filler, encrypted));
    assert_octets(encrypted, 16, v("change-first16"));
    assert_octets(encrypted + 496, 20, v("change-last20"));
    hash_of(HASH_SHA256, digest, rd_over(encrypted, sizeof encrypted));
    assert_octets(digest, sizeof digest, v("change-sha256"));
    g_assert_true(mschap_encrypted_hash(v("new-password"), v("password"), hash));
    assert_octets(hash, 16, v("change-hash"));
    g_assert_false(mschap_encrypted_password(hex("ff"), v("password"), filler, encrypted));
    g_assert_false(mschap_encrypted_hash(v("new-password"), hex("ff"), hash));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mschap/rfc2759-example", test_rfc2759_example);
    g_test_add_func("/mschap/bare-user", test_bare_user);
    g_test_add_func("/mschap/utf16", test_utf16);
    g_test_add_func("/mschap/password-limit", test_password_limit);
    g_test_add_func("/mschap/change-of-password", test_change_of_password);
    return g_test_run();
}
