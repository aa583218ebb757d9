/* test-dh.c - Diffie-Hellman. SPDX-License-Identifier: GPL-3.0-or-later */
#include "dh.h"

#include "ppp-test.h"

static const enum dh_group all_groups[] = {DH_MODP_1024, DH_MODP_1536, DH_MODP_2048, DH_MODP_3072,
                                           DH_MODP_4096, DH_ECP_256,   DH_ECP_384,   DH_ECP_521};

static struct rd
group_vec(enum dh_group group, const char *what)
{
    g_autofree char *name = g_strdup_printf("%d-%s", (int)group, what);

    return vec("dh.txt", name);
}

static bool
is_modp(enum dh_group group)
{
    return dh_public_size(group) == dh_shared_size(group);
}

/* What the two of them agree on is what the vectors say. */
static void
test_known_exchanges(void)
{
    for (guint n = 0; n < G_N_ELEMENTS(all_groups); n++) {
        const enum dh_group group = all_groups[n];
        CLEANUP(dh_free) struct dh *i = dh_new_with_secret(group, group_vec(group, "i"));
        CLEANUP(dh_free) struct dh *r = dh_new_with_secret(group, group_vec(group, "r"));
        uint8_t shared[DH_MAX_SIZE];

        g_assert_true(i != NULL && r != NULL && dh_group(i) == group);
        assert_octets(dh_public(i).p, dh_public(i).left, group_vec(group, "gi"));
        assert_octets(dh_public(r).p, dh_public(r).left, group_vec(group, "gr"));
        g_assert_true(dh_compute(i, dh_public(r), shared));
        assert_octets(shared, dh_shared_size(group), group_vec(group, "shared"));
        memset(shared, 0, sizeof shared);
        g_assert_true(dh_compute(r, dh_public(i), shared));
        assert_octets(shared, dh_shared_size(group), group_vec(group, "shared"));
    }
}

static void
test_new_secrets_agree_and_differ(void)
{
    for (guint n = 0; n < G_N_ELEMENTS(all_groups); n++) {
        const enum dh_group group = all_groups[n];
        CLEANUP(dh_free) struct dh *a = dh_new(group, &test_rng);
        CLEANUP(dh_free) struct dh *b = dh_new(group, &test_rng);
        uint8_t ab[DH_MAX_SIZE], ba[DH_MAX_SIZE];

        g_assert_true(a != NULL && b != NULL && !rd_equal(dh_public(a), dh_public(b)));
        g_assert_true(dh_compute(a, dh_public(b), ab) && dh_compute(b, dh_public(a), ba));
        assert_octets(ab, dh_shared_size(group), rd_over(ba, dh_shared_size(group)));
    }
}

/* Values that begin with zeroes keep them: (RFC 2409 section 5) the length is the prime's. With the
 * secret 1 the public value is 2, and g^1 of a peer is the peer. */
static void
test_values_are_padded(void)
{
    const uint8_t one = 1;
    CLEANUP(dh_free) struct dh *d = dh_new_with_secret(DH_MODP_2048, rd_over(&one, 1));
    uint8_t small[256] = {[254] = 0x12, [255] = 0x34}, shared[256];

    g_assert_nonnull(d);
    g_assert_cmpuint(dh_public(d).left, ==, 256);
    g_assert_true(dh_public(d).p[0] == 0 && dh_public(d).p[255] == 2);
    g_assert_true(dh_compute(d, rd_over(small, sizeof small), shared));
    assert_octets(shared, sizeof shared, rd_over(small, sizeof small));
}

static void
refused(const struct dh *d, const uint8_t *peer, size_t n)
{
    uint8_t shared[DH_MAX_SIZE], before[DH_MAX_SIZE];

    memset(shared, 0xa5, sizeof shared);
    memset(before, 0xa5, sizeof before);
    g_assert_false(dh_compute(d, keep(peer, n), shared));
    assert_octets(shared, sizeof shared, rd_over(before, sizeof before));
}

/* @value + @add into @ret, big-endian. */
static void
add(uint8_t *ret, struct rd value, int add)
{
    int carry = add;

    for (size_t i = value.left; i-- > 0;) {
        const int sum = value.p[i] + carry;

        ret[i] = (uint8_t)(sum & 0xff);
        carry = sum >> 8;
    }
}

static void
test_K2_modp_values(void)
{
    for (guint n = 0; n < G_N_ELEMENTS(all_groups) && is_modp(all_groups[n]); n++) {
        const enum dh_group group = all_groups[n];
        CLEANUP(dh_free) struct dh *d = dh_new(group, &test_rng);
        const size_t size = dh_public_size(group);
        const struct rd p = group_vec(group, "prime");
        uint8_t value[DH_MAX_SIZE] = {0}, shared[DH_MAX_SIZE];

        refused(d, value, size); /* 0 */
        value[size - 1] = 1;
        refused(d, value, size);
        value[size - 1] = 2;
        g_assert_true(dh_compute(d, rd_over(value, size), shared));
        add(value, p, -1);
        refused(d, value, size);
        refused(d, p.p, size);
        add(value, p, 1);
        refused(d, value, size);
        memset(value, 0xff, size);
        refused(d, value, size);
        add(value, p, -2);
        g_assert_true(dh_compute(d, rd_over(value, size), shared));
    }
}

static void
test_K2_lengths(void)
{
    static const uint8_t octets[4096] = {[0 ... 4095] = 2};

    for (guint n = 0; n < G_N_ELEMENTS(all_groups); n++) {
        CLEANUP(dh_free) struct dh *d = dh_new(all_groups[n], &test_rng);
        const size_t size = dh_public_size(all_groups[n]);
        const size_t wrong[] = {0, 1, size / 2, size - 1, size + 1, 4096};
        uint8_t shared[DH_MAX_SIZE];

        for (guint i = 0; i < G_N_ELEMENTS(wrong); i++)
            refused(d, octets, wrong[i]);
        g_assert_false(dh_compute(d, (struct rd){.bad = true}, shared));
    }
}

static void
test_K2_points(void)
{
    for (guint n = 0; n < G_N_ELEMENTS(all_groups); n++) {
        const enum dh_group group = all_groups[n];

        if (is_modp(group))
            continue;
        CLEANUP(dh_free) struct dh *d = dh_new(group, &test_rng);
        const struct rd good = group_vec(group, "gr");
        uint8_t point[DH_MAX_SIZE] = {0}, shared[DH_MAX_SIZE];

        refused(d, point, good.left); /* 0, 0: how some write infinity */
        memset(point, 0xff, good.left);
        refused(d, point, good.left); /* not below the prime */
        memcpy(point, good.p, good.left);
        g_assert_true(dh_compute(d, rd_over(point, good.left), shared));
        point[good.left - 1] ^= 1;
        refused(d, point, good.left); /* not on the curve */
        memcpy(point, good.p, good.left);
        point[good.left / 2 - 1] ^= 1;
        refused(d, point, good.left);
    }
}

/* 66 octets hold more than 521 bits: a coordinate plus the prime is the same point written
 * otherwise, and is refused all the same. */
static void
test_K2_coordinate_above_the_prime(void)
{
    const struct rd good = group_vec(DH_ECP_521, "gr");
    CLEANUP(dh_free) struct dh *d = dh_new(DH_ECP_521, &test_rng);
    uint8_t p[66], point[132], shared[66];

    memset(p, 0xff, sizeof p);
    p[0] = 0x01; /* 2^521 - 1 */
    for (size_t at = 0; at <= 66; at += 66) {
        int carry = 0;

        memcpy(point, good.p, sizeof point);
        g_assert_true(dh_compute(d, rd_over(point, sizeof point), shared));
        for (size_t i = 66; i-- > 0; carry >>= 8) {
            carry += point[at + i] + p[i];
            point[at + i] = (uint8_t)(carry & 0xff);
        }
        refused(d, point, sizeof point);
    }
}

static void
test_groups(void)
{
    const struct {
        enum dh_group group;
        size_t public, shared;
    } rows[] = {
        {DH_MODP_1024, 128, 128}, {DH_MODP_1536, 192, 192}, {DH_MODP_2048, 256, 256},
        {DH_MODP_3072, 384, 384}, {DH_MODP_4096, 512, 512}, {DH_ECP_256, 64, 32},
        {DH_ECP_384, 96, 48},     {DH_ECP_521, 132, 66},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_assert_true(dh_group_known(rows[i].group));
        g_assert_cmpuint(dh_public_size(rows[i].group), ==, rows[i].public);
        g_assert_cmpuint(dh_shared_size(rows[i].group), ==, rows[i].shared);
    }
    for (unsigned group = 0; group < 64; group++) {
        bool listed = false;

        for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
            listed = listed || rows[i].group == group;
        g_assert_cmpint(dh_group_known(group), ==, listed); /* MODP 768 is not */
        if (!listed)
            g_assert_null(dh_new((enum dh_group)group, &test_rng));
    }
}

static void
zeroes(void *ctx, void *out, size_t n)
{
    (void)ctx;
    memset(out, 0, n);
}

static void
test_bad_secrets(void)
{
    const struct rng broken = {zeroes, NULL};
    const struct rd order = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    uint8_t below[32];

    g_assert_null(dh_new(DH_ECP_256, &broken));
    g_assert_null(dh_new(DH_MODP_2048, &broken));
    g_assert_null(dh_new_with_secret(DH_MODP_1024, rd_over(NULL, 0)));
    g_assert_null(dh_new_with_secret(DH_MODP_1024, group_vec(DH_MODP_1024, "prime")));
    g_assert_null(dh_new_with_secret(DH_ECP_256, order));
    add(below, order, -1);
    CLEANUP(dh_free) struct dh *d = dh_new_with_secret(DH_ECP_256, rd_over(below, 32));
    g_assert_nonnull(d);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dh/known-exchanges", test_known_exchanges);
    g_test_add_func("/dh/new-secrets-agree-and-differ", test_new_secrets_agree_and_differ);
    g_test_add_func("/dh/values-are-padded", test_values_are_padded);
    g_test_add_func("/dh/K2-modp-values", test_K2_modp_values);
    g_test_add_func("/dh/K2-lengths", test_K2_lengths);
    g_test_add_func("/dh/K2-points", test_K2_points);
    g_test_add_func("/dh/K2-coordinate-above-the-prime", test_K2_coordinate_above_the_prime);
    g_test_add_func("/dh/groups", test_groups);
    g_test_add_func("/dh/bad-secrets", test_bad_secrets);
    return g_test_run();
}
