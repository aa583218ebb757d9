/* test-esp.c - ESP packets. SPDX-License-Identifier: GPL-3.0-or-later */
#include "esp.h"

#include "esp-crypt.h"
#include "esp-test.h"

static const struct {
    const char *row;
    struct esp_suite suite;
} known[] = {
    {"t1", {ESP_AES_CBC, ESP_HMAC_SHA1_96, 128}},
    {"t2", {ESP_3DES_CBC, ESP_HMAC_SHA1_96, 192}},
    {"t3", {ESP_AES_CBC, ESP_HMAC_SHA1_96, 256}},
    {"t4", {ESP_AES_GCM_16, ESP_AUTH_NONE, 128}},
};

static void
test_known_packets(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
        const struct esp_keys keys = esp_vec_keys(known[i].row, known[i].suite);
        const struct rd packet = esp_vec(known[i].row, "packet");
        CLEANUP(esp_in_free) struct esp_in *in = esp_in_new(&keys);
        g_autofree uint8_t *p = g_memdup2(packet.p, packet.left);
        struct esp_packet one = {p, packet.left};

        g_assert_cmphex(esp_spi(packet), ==, keys.spi);
        g_assert_cmpuint(esp_open(in, &one, 1), ==, 1);
        assert_octets(one.p, one.n, esp_vec(known[i].row, "inner"));
        g_assert_cmpuint(esp_in_count(in, ESP_GOOD), ==, 1);
    }
}

/* Of a packet nothing can be changed, nothing cut off and nothing put behind. */
static void
test_E2_each_bit_and_length(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
        const struct esp_keys keys = esp_vec_keys(known[i].row, known[i].suite);
        const struct rd packet = esp_vec(known[i].row, "packet");
        CLEANUP(esp_in_free) struct esp_in *in = esp_in_new(&keys);
        struct esp_packet one;

        for (size_t bit = 0; bit < 8 * packet.left; bit++) {
            g_autofree uint8_t *p = g_memdup2(packet.p, packet.left);

            p[bit / 8] ^= (uint8_t)(1 << bit % 8);
            one = (struct esp_packet){p, packet.left};
            g_assert_cmpuint(esp_open(in, &one, 1), ==, 0);
            g_assert_cmpuint(one.n, ==, 0);
        }
        for (size_t n = 0; n <= packet.left + 32; n++) {
            g_autofree uint8_t *p = g_malloc0(n + 1);

            if (n == packet.left)
                continue;
            memcpy(p, packet.p, MIN(n, packet.left));
            one = (struct esp_packet){p, n};
            g_assert_cmpuint(esp_open(in, &one, 1), ==, 0);
        }
        g_assert_cmpuint(esp_in_count(in, ESP_GOOD), ==, 0);
        g_assert_cmpuint(esp_in_count(in, ESP_BAD_SPI), >=, 32);
        g_assert_cmpuint(esp_in_count(in, ESP_BAD_ICV), >, 0);
        g_assert_cmpuint(esp_in_count(in, ESP_BAD_LENGTH), >, 0);
        /* None of that moved the window. */
        g_autofree uint8_t *p = g_memdup2(packet.p, packet.left);
        one = (struct esp_packet){p, packet.left};
        g_assert_cmpuint(esp_open(in, &one, 1), ==, 1);
    }
}

/* A batch of datagrams of 8 and more octets in memory with no more room than is asked for. */
struct load {
    size_t n;
    uint8_t *memory[200], *plain[200];
    size_t sizes[200];
    struct esp_packet packets[200];
};

static void
load_make(struct load *l, size_t n)
{
    l->n = n;
    for (size_t i = 0; i < n; i++) {
        l->sizes[i] = 8 + i * 31 % 1450;
        l->memory[i] = g_malloc(ESP_HEAD + l->sizes[i] + ESP_TAIL);
        rng_fill(&test_rng, l->memory[i], ESP_HEAD + l->sizes[i] + ESP_TAIL);
        l->packets[i] = (struct esp_packet){l->memory[i] + ESP_HEAD, l->sizes[i]};
        l->plain[i] = g_memdup2(l->packets[i].p, l->sizes[i]);
    }
}

static void
load_clear(struct load *l)
{
    for (size_t i = 0; i < l->n; i++) {
        g_free(l->memory[i]);
        g_free(l->plain[i]);
    }
}

static void
test_there_and_back(void)
{
    static const size_t sizes[] = {1, 2, 5, 64, 65, 200};

    for (guint i = 0; i < G_N_ELEMENTS(test_suites) * G_N_ELEMENTS(sizes); i++) {
        const struct esp_keys keys = esp_some_keys(test_suites[i / G_N_ELEMENTS(sizes)]);
        const size_t n = sizes[i % G_N_ELEMENTS(sizes)];
        CLEANUP(esp_out_free) struct esp_out *out = esp_out_new(&keys, &test_rng);
        CLEANUP(esp_in_free) struct esp_in *in = esp_in_new(&keys);
        struct load l;

        load_make(&l, n);
        g_assert_cmpuint(esp_seal(out, l.packets, n), ==, n);
        g_assert_cmpuint(esp_out_sequence(out), ==, n);
        for (size_t k = 0; k < n; k++) {
            struct rd r = rd_over(l.packets[k].p, l.packets[k].n);

            g_assert_cmpuint(r.left, ==, esp_sealed_size(&keys.suite, l.sizes[k]));
            g_assert_cmphex(rd_be32(&r), ==, esp_out_spi(out));
            g_assert_cmpuint(rd_be32(&r), ==, k + 1);
        }
        g_assert_cmpuint(esp_open(in, l.packets, n), ==, n);
        for (size_t k = 0; k < n; k++)
            assert_octets(l.packets[k].p, l.packets[k].n, rd_over(l.plain[k], l.sizes[k]));
        load_clear(&l);
    }
}

/* No IV comes twice, nor is one the end of the packet before; GCM's count. */
static void
test_ivs(void)
{
    for (guint s = 0; s < G_N_ELEMENTS(test_suites); s++) {
        const struct esp_keys keys = esp_some_keys(test_suites[s]);
        const size_t iv_size = esp_iv_size(&keys.suite);
        CLEANUP(esp_out_free) struct esp_out *out = esp_out_new(&keys, &test_rng);
        g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

        for (unsigned i = 1; i <= 1000; i++) {
            uint8_t memory[ESP_HEAD + 8 + ESP_TAIL] = {0};
            struct esp_packet one = {memory + ESP_HEAD, 8};

            g_assert_cmpuint(esp_seal(out, &one, 1), ==, 1);
            char *iv = to_hex(rd_over(one.p + 8, iv_size));
            if (keys.suite.cipher == ESP_AES_GCM_16) {
                g_autofree char *want = g_strdup_printf("%016x", i);
                g_assert_cmpstr(iv, ==, want);
            }
            g_assert_true(g_hash_table_add(seen, iv));
        }
    }
}

static void
test_E1_replays(void)
{
    const struct esp_keys keys = esp_some_keys(test_suites[0]);
    CLEANUP(esp_out_free) struct esp_out *out = esp_out_new(&keys, &test_rng);
    CLEANUP(esp_in_free) struct esp_in *in = esp_in_new(&keys);
    g_autoptr(GPtrArray) copies = g_ptr_array_new_with_free_func(g_free);
    struct load l;

    load_make(&l, 3);
    g_assert_cmpuint(esp_seal(out, l.packets, 3), ==, 3);
    struct esp_packet again[4];
    for (size_t i = 0; i < 4; i++) { /* 1 2 3 and 2 once more, in one batch */
        const struct esp_packet *from = &l.packets[i == 3 ? 1 : i];

        again[i] = (struct esp_packet){g_memdup2(from->p, from->n), from->n};
        g_ptr_array_add(copies, again[i].p);
    }
    g_assert_cmpuint(esp_open(in, again, 4), ==, 3);
    g_assert_cmpuint(again[3].n, ==, 0);
    g_assert_cmpuint(esp_in_count(in, ESP_REPLAYED), ==, 1);
    g_assert_cmpuint(esp_open(in, l.packets, 3), ==, 0); /* and later */
    g_assert_cmpuint(esp_in_count(in, ESP_REPLAYED), ==, 4);
    load_clear(&l);
}

static void
test_E1_window(void)
{
    static const struct {
        uint32_t sequence;
        bool good;
    } rows[] = {{2000, true}, {2000 - 1023, true}, {2000 - 1024, false}, {1, false},
                {4000, true}, {2000, false},       {2977, true},         {2976, false},
                {4001, true}, {4000, false},       {2978, true}};
    const struct esp_keys keys = esp_some_keys(test_suites[2]);
    CLEANUP(esp_in_free) struct esp_in *in = esp_in_new(&keys);

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        CLEANUP(esp_out_free) struct esp_out *out = esp_out_new(&keys, &test_rng);
        uint8_t memory[ESP_HEAD + 40 + ESP_TAIL] = {0};
        struct esp_packet one = {memory + ESP_HEAD, 40};

        esp_out_skip(out, rows[i].sequence - 1);
        g_assert_cmpuint(esp_seal(out, &one, 1), ==, 1);
        g_assert_cmpuint(esp_open(in, &one, 1), ==, rows[i].good);
    }
}

static void
test_E1_the_last_number(void)
{
    const struct esp_keys keys = esp_some_keys(test_suites[0]);
    CLEANUP(esp_out_free) struct esp_out *out = esp_out_new(&keys, &test_rng);
    CLEANUP(esp_in_free) struct esp_in *in = esp_in_new(&keys);
    struct load l;

    g_assert_false(esp_out_near_end(out));
    esp_out_skip(out, 0xbfffffff);
    g_assert_false(esp_out_near_end(out));
    esp_out_skip(out, 0xc0000000);
    g_assert_true(esp_out_near_end(out));
    esp_out_skip(out, 0xffffffff - 70);
    load_make(&l, 100);
    g_assert_cmpuint(esp_seal(out, l.packets, 100), ==, 70);
    g_assert_cmphex(esp_out_sequence(out), ==, 0xffffffff);
    assert_octets(l.packets[70].p, l.packets[70].n, rd_over(l.plain[70], l.sizes[70]));
    g_assert_cmpuint(esp_seal(out, l.packets + 70, 30), ==, 0); /* never again */
    g_assert_cmpuint(esp_open(in, l.packets, 70), ==, 70);
    load_clear(&l);
}

/* Sealed by who has the keys, and wrong all the same. */
static void
test_E3_inside(void)
{
    static const struct {
        const char *text; /* hex; as long as the blocks of AES */
        enum esp_verdict want;
        size_t inner;
    } rows[] = {
        {"06a506a500080000 010203040506 0611", ESP_GOOD, 8},
        {"06a506a50008000000000000 0102 0211", ESP_GOOD, 12},
        {"06a506a500080000000000000000 0011", ESP_GOOD, 14},
        {"06a506a500080000 010203040507 0611", ESP_BAD_PADDING, 0},
        {"06a506a500080000 000000000000 0611", ESP_BAD_PADDING, 0},
        {"06a506a500080000 020304050607 0611", ESP_BAD_PADDING, 0},
        {"0102030405060708090a0b0c0d0e 0e11", ESP_BAD_LENGTH, 0},
        {"06a506a501020304050607080900 0f11", ESP_BAD_PADDING, 0},
        {"06a506a501020304050607080900 ff11", ESP_BAD_PADDING, 0},
        /* Its first octet of padding would be the IV's last, which is 1. */
        {"02030405060708090a0b0c0d0e0f 0f11", ESP_BAD_PADDING, 0},
        {"06a506a50008 0102030405060708 0811", ESP_BAD_LENGTH, 0},
        {"06a506a500080000 010203040506 0604", ESP_BAD_NEXT_HEADER, 0},
        {"06a506a500080000 010203040506 063b", ESP_BAD_NEXT_HEADER, 0},
        {"06a506a500080000 010203040506 0600", ESP_BAD_NEXT_HEADER, 0},
    };
    const struct esp_keys keys = esp_some_keys(test_suites[2]);
    CLEANUP(esp_crypt_free)
    struct esp_crypt *seal = esp_crypt_new(&keys, ESP_SEAL, ESP_CRYPT_EVP);

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        CLEANUP(esp_in_free) struct esp_in *in = esp_in_new(&keys);
        const struct rd text = hex(rows[i].text);
        g_autofree uint8_t *memory = g_malloc0(24 + text.left + 12);
        struct wr w = wr_over(memory, 24);
        struct esp_job job = {.p = memory, .n = 24 + text.left};
        struct esp_packet one = {memory, 24 + text.left + 12};

        g_test_message("%s", rows[i].text);
        wr_be32(&w, keys.spi);
        wr_be32(&w, 1);
        memory[23] = 1;
        memcpy(memory + 24, text.p, text.left);
        esp_crypt_run(seal, &job, 1);
        g_assert_cmpuint(esp_open(in, &one, 1), ==, rows[i].want == ESP_GOOD);
        g_assert_cmpuint(one.n, ==, rows[i].inner);
        g_assert_cmpuint(esp_in_count(in, rows[i].want), ==, 1);
    }
}

/* The 256 padding octets that a peer may add to hide a length (RFC 4303 section 2.4). */
static void
test_E3_more_padding_than_needed(void)
{
    const struct esp_keys keys = esp_some_keys(test_suites[2]);
    CLEANUP(esp_crypt_free)
    struct esp_crypt *seal = esp_crypt_new(&keys, ESP_SEAL, ESP_CRYPT_EVP);
    CLEANUP(esp_in_free) struct esp_in *in = esp_in_new(&keys);
    enum { TEXT = 15 + 255 + 2 };
    uint8_t memory[24 + TEXT + 12] = {0};
    struct wr w = wr_over(memory, sizeof memory);
    struct esp_job job = {.p = memory, .n = 24 + TEXT};
    struct esp_packet one = {memory, sizeof memory};

    wr_be32(&w, keys.spi);
    wr_be32(&w, 7);
    for (unsigned i = 1; i <= 255; i++)
        memory[24 + 15 + i - 1] = (uint8_t)i;
    memory[24 + TEXT - 2] = 255;
    memory[24 + TEXT - 1] = ESP_NEXT_UDP;
    esp_crypt_run(seal, &job, 1);
    g_assert_cmpuint(esp_open(in, &one, 1), ==, 1);
    g_assert_cmpuint(one.n, ==, 15);
}

static void
test_sizes(void)
{
    for (guint s = 0; s < G_N_ELEMENTS(test_suites); s++) {
        const struct esp_suite *suite = &test_suites[s];

        for (size_t size = 0; size < 1600; size++) {
            const size_t most = esp_payload_max(suite, size);

            if (most == 0 && size < 24 + 16 + 32)
                continue;
            g_assert_cmpuint(esp_sealed_size(suite, most), <=, size);
            g_assert_cmpuint(esp_sealed_size(suite, most + 1), >, size);
            g_assert_cmpuint(esp_sealed_size(suite, most), <=, most + ESP_HEAD + ESP_TAIL);
        }
    }
}

static void
test_not_a_suite(void)
{
    struct esp_keys keys = esp_some_keys(test_suites[0]);

    keys.suite.key_bits = 129;
    g_assert_null(esp_out_new(&keys, &test_rng));
    g_assert_null(esp_in_new(&keys));
    g_assert_cmphex(esp_spi(hex("010203")), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/esp/known-packets", test_known_packets);
    g_test_add_func("/esp/there-and-back", test_there_and_back);
    g_test_add_func("/esp/ivs", test_ivs);
    g_test_add_func("/esp/E1-replays", test_E1_replays);
    g_test_add_func("/esp/E1-window", test_E1_window);
    g_test_add_func("/esp/E1-the-last-number", test_E1_the_last_number);
    g_test_add_func("/esp/E2-each-bit-and-length", test_E2_each_bit_and_length);
    g_test_add_func("/esp/E3-inside", test_E3_inside);
    g_test_add_func("/esp/E3-more-padding-than-needed", test_E3_more_padding_than_needed);
    g_test_add_func("/esp/sizes", test_sizes);
    g_test_add_func("/esp/not-a-suite", test_not_a_suite);
    return g_test_run();
}
