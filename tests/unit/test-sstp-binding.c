/*
 * test-sstp-binding.c - published and own vectors of the crypto binding.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "sstp-binding.h"

#include "vectors.h"

#define FILE_NAME "sstp-binding.txt"

/* @name's octets, zero-padded to 32. */
static void
padded(const char *name, uint8_t ret[static 32])
{
    g_autoptr(GBytes) v = vectors_get(FILE_NAME, name);
    gsize n;
    const void *p = g_bytes_get_data(v, &n);

    g_assert_cmpuint(n, <=, 32);
    memset(ret, 0, 32);
    memcpy(ret, p, n);
}

static void
seal(enum sstp_hash hash, const uint8_t hlak[static 32], const char *nonce, const char *cert,
     uint8_t ret[static SSTP_CONNECTED_LEN])
{
    uint8_t n[32], c[32];
    struct wr w = wr_over(ret, SSTP_CONNECTED_LEN);

    padded(nonce, n);
    padded(cert, c);
    sstp_put_connected(&w, hash, n, c);
    g_assert_false(w.bad);
    g_assert_cmpuint(w.len, ==, SSTP_CONNECTED_LEN);
    sstp_binding_seal(hash, hlak, ret);
}

static void
check_row(const char *row, enum sstp_hash hash)
{
    g_autofree char *hlak_name = g_strconcat(row, "-hlak", NULL);
    g_autofree char *nonce = g_strconcat(row, "-nonce", NULL);
    g_autofree char *cert = g_strconcat(row, "-cert", NULL);
    g_autofree char *mac_name = g_strconcat(row, "-mac", NULL);
    uint8_t hlak[32], mac[32], packet[SSTP_CONNECTED_LEN];

    padded(hlak_name, hlak);
    padded(mac_name, mac);
    seal(hash, hlak, nonce, cert, packet);
    g_assert_cmpmem(packet + 80, 32, mac, 32);
    g_assert_true(sstp_binding_verify(hash, hlak, packet));
    packet[80] ^= 1;
    g_assert_false(sstp_binding_verify(hash, hlak, packet));
}

static void
test_published(void)
{
    check_row("spec-sha256", SSTP_HASH_SHA256);
    check_row("spec-sha1", SSTP_HASH_SHA1);
    check_row("tls-sha256", SSTP_HASH_SHA256);
}

/* From a password to a whole packet. */
static void
test_chain(void)
{
    uint8_t hlak[32], packet[SSTP_CONNECTED_LEN];
    g_autoptr(GBytes) sha256 = vectors_get(FILE_NAME, "chain-connected-sha256");
    g_autoptr(GBytes) sha1 = vectors_get(FILE_NAME, "chain-connected-sha1");

    padded("chain-hlak", hlak);
    seal(SSTP_HASH_SHA256, hlak, "chain-nonce", "chain-cert-sha256", packet);
    g_assert_cmpmem(packet, sizeof packet, g_bytes_get_data(sha256, NULL),
                    g_bytes_get_size(sha256));
    seal(SSTP_HASH_SHA1, hlak, "chain-nonce", "chain-cert-sha1", packet);
    g_assert_cmpmem(packet, sizeof packet, g_bytes_get_data(sha1, NULL), g_bytes_get_size(sha1));
}

static void
check_mac(enum sstp_hash hash, const uint8_t hlak[static 32], const char *cert, const char *mac)
{
    uint8_t expected[32], packet[SSTP_CONNECTED_LEN];

    padded(mac, expected);
    seal(hash, hlak, "chain-nonce", cert, packet);
    g_assert_cmpmem(packet + 80, 32, expected, 32);
}

/* The halves in the wrong order give another MAC: the one that is known to be wrong. */
static void
test_swapped(void)
{
    uint8_t hlak[32], swapped[32], packet[SSTP_CONNECTED_LEN], right[32];

    padded("chain-hlak", hlak);
    memcpy(swapped, hlak + 16, 16);
    memcpy(swapped + 16, hlak, 16);
    check_mac(SSTP_HASH_SHA256, swapped, "chain-cert-sha256", "chain-mac-sha256-swapped");
    padded("chain-mac-sha256", right);
    seal(SSTP_HASH_SHA256, swapped, "chain-nonce", "chain-cert-sha256", packet);
    g_assert_cmpint(memcmp(packet + 80, right, 32), !=, 0);
    g_assert_false(sstp_binding_verify(SSTP_HASH_SHA256, hlak, packet));
}

static void
test_no_keys(void)
{
    uint8_t hlak[32];

    sstp_hlak(hlak, rd_over(NULL, 0));
    check_mac(SSTP_HASH_SHA256, hlak, "chain-cert-sha256", "chain-mac-sha256-zero");
    check_mac(SSTP_HASH_SHA1, hlak, "chain-cert-sha1", "chain-mac-sha1-zero");
}

static void
test_hlak(void)
{
    g_autoptr(GBytes) msk = vectors_get(FILE_NAME, "chain-msk");
    uint8_t expected[32], hlak[32];

    padded("chain-hlak", expected);
    sstp_hlak(hlak, rd_over(g_bytes_get_data(msk, NULL), g_bytes_get_size(msk)));
    g_assert_cmpmem(hlak, 32, expected, 32); /* EAP: the MSK's first half */
    sstp_hlak(hlak, rd_over(expected, 16));
    g_assert_cmpmem(hlak, 16, expected, 16);
    g_assert_cmpint(hlak[16], ==, 0); /* a short key is padded */
}

static void
test_choose(void)
{
    g_assert_cmpint(sstp_binding_choose(0), ==, 0);
    g_assert_cmpint(sstp_binding_choose(4), ==, 0);
    g_assert_cmpint(sstp_binding_choose(1), ==, SSTP_HASH_SHA1);
    g_assert_cmpint(sstp_binding_choose(2), ==, SSTP_HASH_SHA256);
    g_assert_cmpint(sstp_binding_choose(3), ==, SSTP_HASH_SHA256);
    g_assert_cmpint(sstp_binding_choose(0xff), ==, SSTP_HASH_SHA256);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sstp-binding/published", test_published);
    g_test_add_func("/sstp-binding/from-a-password", test_chain);
    g_test_add_func("/sstp-binding/swapped-halves", test_swapped);
    g_test_add_func("/sstp-binding/no-keys", test_no_keys);
    g_test_add_func("/sstp-binding/hlak", test_hlak);
    g_test_add_func("/sstp-binding/H4-choose", test_choose);
    return g_test_run();
}
