/*
 * ike-test.h - what the tests of IKE share: vectors as cursors, messages made of payloads.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "cipher.h"
#include "hash.h"
#include "ike-keys.h"
#include "vectors.h"

static inline struct rd
rd_of(GBytes *bytes)
{
    gsize n;
    const void *p = g_bytes_get_data(bytes, &n);

    return rd_over(p, n);
}

/* "t1 msg5" of the captured exchanges; lives until the program ends. */
static inline struct rd
vector(const char *exchange, const char *name)
{
    static GHashTable *kept;
    g_autofree char *full = g_strdup_printf("%s %s", exchange, name);

    if (kept == NULL)
        kept =
            g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    GBytes *bytes = g_hash_table_lookup(kept, full);
    if (bytes == NULL) {
        bytes = vectors_get("ikev1.txt", full);
        g_hash_table_insert(kept, g_steal_pointer(&full), bytes);
    }
    return rd_of(bytes);
}

#define g_assert_rd(a, b)                                                                          \
    do {                                                                                           \
        const struct rd a_ = (a), b_ = (b);                                                        \
        g_assert_true(rd_ok(&a_));                                                                 \
        g_assert_true(rd_ok(&b_));                                                                 \
        g_assert_cmpmem(a_.p, a_.left, b_.p, b_.left);                                             \
    } while (0)

static const struct ike_suite captured_suites[] = {
    {IKE_ENC_AES, IKE_HASH_SHA1, DH_MODP_2048, 128},   /* t1 */
    {IKE_ENC_3DES, IKE_HASH_SHA1, DH_MODP_1024, 0},    /* t2 */
    {IKE_ENC_AES, IKE_HASH_SHA1, DH_ECP_384, 256},     /* t3 */
    {IKE_ENC_AES, IKE_HASH_SHA256, DH_MODP_2048, 256}, /* t4 */
    {IKE_ENC_AES, IKE_HASH_SHA1, DH_MODP_2048, 256},   /* t5 */
    {IKE_ENC_AES, IKE_HASH_SHA1, DH_MODP_2048, 256},   /* t6 */
    {IKE_ENC_AES, IKE_HASH_SHA256, DH_MODP_2048, 256}, /* t7 */
};
static const char *const captured[] = {"t1", "t2", "t3", "t4", "t5", "t6", "t7"};

/* The keys of a captured exchange, from its nonces, its shared value and its PSK. */
static inline void
captured_keys(guint i, struct ike_keys *ret)
{
    const char *t = captured[i];
    const struct ike_secrets s = {
        .psk = i == 4 ? (struct rd){0} : rd_over("vpn-test-psk", 12),
        .ni = vector(t, "Ni_b"),
        .nr = vector(t, "Nr_b"),
        .gxy = vector(t, "g^xy"),
        .cky_i = vector(t, "icookie").p,
        .cky_r = vector(t, "rcookie").p,
    };

    *ret = (struct ike_keys){0};
    ike_keys_derive(ret, &captured_suites[i], &s);
}
