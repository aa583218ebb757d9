/* test-esp-sas.c - associations that come and go. SPDX-License-Identifier: GPL-3.0-or-later */
#include "esp-sas.h"

#include "esp-test.h"

/* One of each end, which hold the same pairs the other way round. */
struct ends {
    struct esp_sas a, b;
};

static struct esp_keys
keys_for(uint32_t spi)
{
    struct esp_keys keys = esp_some_keys(test_suites[spi % G_N_ELEMENTS(test_suites)]);

    keys.spi = spi;
    return keys;
}

/* A pair whose SPI is @spi at a and @spi + 1000 at b. */
static void
pair(struct ends *e, uint32_t spi)
{
    const struct esp_keys to_a = keys_for(spi), to_b = keys_for(spi + 1000);

    g_assert_true(esp_sas_add(&e->a, &to_a, &to_b, &test_rng));
    g_assert_true(esp_sas_add(&e->b, &to_b, &to_a, &test_rng));
}

static void
clear(struct ends *e)
{
    esp_sas_clear(&e->a);
    esp_sas_clear(&e->b);
}

struct one {
    uint8_t memory[ESP_HEAD + 64 + ESP_TAIL];
    struct esp_packet packet;
};

static bool
seal(struct esp_sas *from, struct one *ret)
{
    memset(ret->memory, 0x42, sizeof ret->memory);
    ret->packet = (struct esp_packet){ret->memory + ESP_HEAD, 64};
    return esp_sas_seal(from, &ret->packet, 1) == 1;
}

static bool
goes(struct esp_sas *from, struct esp_sas *to)
{
    struct one o;

    return seal(from, &o) && esp_sas_open(to, &o.packet, 1) == 1 && o.packet.n == 64;
}

static void
test_nothing_without_a_pair(void)
{
    struct ends e = {0};
    struct one o;

    g_assert_false(esp_sas_ready(&e.a) || esp_sas_near_end(&e.a));
    g_assert_false(seal(&e.a, &o));
    assert_octets(o.packet.p, 1, hex("42")); /* and it is as it was */
    g_assert_cmpuint(esp_sas_open(&e.a, &o.packet, 1), ==, 0);
    g_assert_cmpuint(o.packet.n, ==, 0);
    g_assert_cmpuint(e.a.dropped, ==, 1);
    clear(&e);
}

static void
test_E4_rekey_loses_nothing(void)
{
    struct ends e = {0};
    struct one old;

    pair(&e, 5);
    g_assert_true(goes(&e.a, &e.b) && goes(&e.b, &e.a));
    g_assert_true(seal(&e.a, &old));
    pair(&e, 6);
    g_assert_cmpuint(esp_out_spi(e.a.out), ==, 1006);
    g_assert_cmpuint(esp_sas_open(&e.b, &old.packet, 1), ==, 1); /* it was on its way */
    g_assert_true(goes(&e.a, &e.b) && goes(&e.b, &e.a));

    g_assert_true(seal(&e.a, &old)); /* of the new one */
    esp_sas_remove(&e.a, 5);
    esp_sas_remove(&e.b, 1005);
    g_assert_true(goes(&e.a, &e.b) && goes(&e.b, &e.a));
    clear(&e);
}

/* The other end began: it may send with the new pair before we may. */
static void
test_E4_half_a_pair(void)
{
    struct ends e = {0};
    struct one old;
    const struct esp_keys in = keys_for(6), out = keys_for(1006);

    pair(&e, 5);
    g_assert_true(esp_sas_accept(&e.a, &in));
    g_assert_true(esp_sas_add(&e.b, &out, &in, &test_rng));
    g_assert_cmpuint(esp_out_spi(e.a.out), ==, 1005); /* ours goes the old way, */
    g_assert_true(goes(&e.a, &e.b));
    g_assert_true(seal(&e.b, &old)); /* theirs comes the new one, */
    g_assert_cmpuint(esp_spi(rd_over(old.packet.p, old.packet.n)), ==, 6);
    struct one copy = old;
    copy.packet.p = copy.memory + (old.packet.p - old.memory);
    g_assert_cmpuint(esp_sas_open(&e.a, &old.packet, 1), ==, 1);
    g_assert_true(esp_sas_add(&e.a, &in, &out, &test_rng)); /* and now both do; */
    g_assert_cmpuint(esp_out_spi(e.a.out), ==, 1006);
    g_assert_cmpuint(esp_sas_open(&e.a, &copy.packet, 1), ==, 0); /* a replay is still one */
    g_assert_true(goes(&e.a, &e.b) && goes(&e.b, &e.a));
    clear(&e);
}

static void
test_E4_gone_is_gone(void)
{
    struct ends e = {0};
    struct one old;

    pair(&e, 5);
    g_assert_true(seal(&e.a, &old));
    pair(&e, 6);
    esp_sas_remove(&e.b, 1005);
    g_assert_cmpuint(esp_sas_open(&e.b, &old.packet, 1), ==, 0);
    g_assert_true(esp_sas_ready(&e.b));
    esp_sas_remove(&e.b, 4711); /* nobody */
    g_assert_true(goes(&e.a, &e.b));
    esp_sas_remove(&e.b, 1006);
    g_assert_false(esp_sas_ready(&e.b));
    g_assert_false(goes(&e.b, &e.a) || goes(&e.a, &e.b));
    clear(&e);
}

/* The newest pair is taken away: the one before serves again, and its numbers go on. */
static void
test_E4_an_old_one_again(void)
{
    struct ends e = {0};
    struct one first, second;
    const struct esp_keys in = keys_for(5), out = keys_for(1005);

    pair(&e, 5);
    g_assert_true(seal(&e.a, &first));
    pair(&e, 6);
    g_assert_true(esp_sas_add(&e.a, &in, &out, &test_rng));
    esp_sas_remove(&e.a, 6);
    g_assert_true(seal(&e.a, &second));
    g_assert_cmpuint(esp_spi(rd_over(second.packet.p, second.packet.n)), ==, 1005);
    g_assert_cmpint(memcmp(first.packet.p, second.packet.p, 8), !=, 0);
    g_assert_cmpuint(esp_sas_open(&e.b, &second.packet, 1), ==, 1);
    g_assert_cmpuint(esp_sas_open(&e.b, &first.packet, 1), ==, 1);
    clear(&e);
}

/* More than fit: the oldest goes. */
static void
test_bounded(void)
{
    struct ends e = {0};
    struct one o[ESP_SAS_IN + 1];

    for (uint32_t i = 0; i <= ESP_SAS_IN; i++) {
        pair(&e, 10 + i);
        g_assert_true(seal(&e.a, &o[i]));
    }
    for (uint32_t i = 0; i <= ESP_SAS_IN; i++)
        g_assert_cmpuint(esp_sas_open(&e.b, &o[i].packet, 1), ==, i > 0);
    clear(&e);
}

/* Old, new, unknown and too short in one batch: each finds its own. */
static void
test_mixed_batch(void)
{
    struct ends e = {0};
    struct one o[9];
    struct esp_packet batch[9];
    uint8_t stray[40] = {1, 2, 3, 4};

    pair(&e, 21);
    for (int i = 0; i < 4; i++)
        g_assert_true(seal(&e.a, &o[i]));
    pair(&e, 22);
    for (int i = 4; i < 7; i++)
        g_assert_true(seal(&e.a, &o[i]));
    static const int order[] = {0, 4, 5, 1, 2, 6, 3};
    for (int i = 0; i < 7; i++)
        batch[i] = o[order[i]].packet;
    batch[7] = (struct esp_packet){stray, sizeof stray};
    batch[8] = (struct esp_packet){stray, 3};
    g_assert_cmpuint(esp_sas_open(&e.b, batch, 9), ==, 7);
    for (int i = 0; i < 9; i++)
        g_assert_cmpuint(batch[i].n, ==, i < 7 ? 64 : 0);
    g_assert_cmpuint(e.b.dropped, ==, 2);
    clear(&e);
}

static void
test_bad_keys_change_nothing(void)
{
    struct ends e = {0};
    struct esp_keys good = keys_for(31), bad = keys_for(32);

    pair(&e, 30);
    bad.suite.key_bits = 1;
    g_assert_false(esp_sas_add(&e.a, &good, &bad, &test_rng));
    g_assert_false(esp_sas_add(&e.a, &bad, &good, &test_rng));
    g_assert_true(goes(&e.a, &e.b) && goes(&e.b, &e.a));
    clear(&e);
}

static void
test_near_end(void)
{
    struct ends e = {0};

    pair(&e, 40);
    esp_out_skip(e.a.out, 0xc0000000);
    g_assert_true(esp_sas_near_end(&e.a));
    pair(&e, 41);
    g_assert_false(esp_sas_near_end(&e.a));
    clear(&e);
}

/* A pair that is not sent with yet: what is asked under it goes, the rest goes the old way; and the
 * first time that it is heard is noted, once. */
static void
test_prepared(void)
{
    struct ends e = {0};
    struct one o, copy;
    const struct esp_keys in = keys_for(6), out = keys_for(1006);

    pair(&e, 5);
    g_assert_true(goes(&e.a, &e.b) && goes(&e.b, &e.a));
    g_assert_cmphex(e.a.heard, ==, 5);
    e.a.heard = 0;
    g_assert_true(esp_sas_prepare(&e.a, &in, &out, &test_rng));
    g_assert_true(esp_sas_sends_with(&e.a, 5));
    g_assert_false(esp_sas_sends_with(&e.a, 6) || esp_sas_sends_with(&e.a, 7));
    g_assert_true(seal(&e.a, &o));
    g_assert_cmphex(esp_spi(rd_over(o.packet.p, o.packet.n)), ==, 1005);
    memset(o.memory, 0x42, sizeof o.memory);
    o.packet = (struct esp_packet){o.memory + ESP_HEAD, 64};
    g_assert_cmpuint(esp_sas_seal_with(&e.a, 7, &o.packet, 1), ==, 0);
    g_assert_cmpuint(esp_sas_seal_with(&e.a, 6, &o.packet, 1), ==, 1);
    copy = o;
    copy.packet.p = copy.memory + (o.packet.p - o.memory);
    g_assert_true(esp_sas_add(&e.b, &out, &in, &test_rng));
    g_assert_cmpuint(esp_sas_open(&e.b, &o.packet, 1), ==, 1);
    g_assert_true(goes(&e.b, &e.a));
    g_assert_cmphex(e.a.heard, ==, 6);
    e.a.heard = 0;
    g_assert_true(goes(&e.b, &e.a));
    g_assert_cmphex(e.a.heard, ==, 0);

    g_assert_true(esp_sas_prepare(&e.a, &in, &out, &test_rng)); /* again: its numbers go on */
    g_assert_true(esp_sas_add(&e.a, &in, &out, &test_rng));
    g_assert_true(esp_sas_sends_with(&e.a, 6));
    g_assert_true(goes(&e.a, &e.b));
    g_assert_cmpuint(esp_out_sequence(e.a.out), ==, 2);
    g_assert_cmpuint(esp_sas_open(&e.b, &copy.packet, 1), ==, 0);
    clear(&e);
}

/* What is sent with is never what gives way. */
static void
test_kept(void)
{
    struct ends e = {0};

    pair(&e, 5);
    for (uint32_t i = 0; i < 2 * ESP_SAS_IN; i++) {
        const struct esp_keys in = keys_for(50 + i), out = keys_for(1050 + i);

        g_assert_true(esp_sas_prepare(&e.a, &in, &out, &test_rng));
        g_assert_true(esp_sas_sends_with(&e.a, 5));
        g_assert_true(goes(&e.a, &e.b) && goes(&e.b, &e.a));
    }
    clear(&e);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/esp-sas/nothing-without-a-pair", test_nothing_without_a_pair);
    g_test_add_func("/esp-sas/E4-rekey-loses-nothing", test_E4_rekey_loses_nothing);
    g_test_add_func("/esp-sas/E4-half-a-pair", test_E4_half_a_pair);
    g_test_add_func("/esp-sas/E4-gone-is-gone", test_E4_gone_is_gone);
    g_test_add_func("/esp-sas/E4-an-old-one-again", test_E4_an_old_one_again);
    g_test_add_func("/esp-sas/bounded", test_bounded);
    g_test_add_func("/esp-sas/mixed-batch", test_mixed_batch);
    g_test_add_func("/esp-sas/bad-keys-change-nothing", test_bad_keys_change_nothing);
    g_test_add_func("/esp-sas/near-end", test_near_end);
    g_test_add_func("/esp-sas/prepared", test_prepared);
    g_test_add_func("/esp-sas/kept", test_kept);
    return g_test_run();
}
