/* test-esp-msg.c - what may be asked of the kernel's ESP. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "esp-msg.h"

#include <glib.h>

static const uint8_t octets[96] = {1, 2, 3, [95] = 96};

static struct esp_msg
a_message(enum esp_msg_op op)
{
    struct esp_msg m = {.op = op,
                        .spi_in = 0x12345678,
                        .encapsulated = true,
                        .local_port = 1701,
                        .cipher = ESP_MSG_AES_CBC,
                        .auth = ESP_MSG_SHA1_96,
                        .key_bits = 256};

    if (op == ESP_MSG_FORGET)
        return (struct esp_msg){.op = op, .spi_in = m.spi_in};
    g_assert_true(secret_set(&m.in, rd_over(octets, 52)));
    if (op == ESP_MSG_USE) {
        m.spi_out = 0x9abcdef0;
        g_assert_true(secret_set(&m.out, rd_over(octets + 10, 52)));
    }
    return m;
}

static bool
read_exactly(const uint8_t *p, size_t n, struct esp_msg *ret)
{
    g_autofree uint8_t *exact = g_memdup2(p, n); /* so that ASan sees its end */
    struct rd r = rd_over(exact, n);

    return esp_msg_get(&r, ret);
}

static void
test_there_and_back(void)
{
    for (enum esp_msg_op op = ESP_MSG_ACCEPT; op <= ESP_MSG_FORGET; op++) {
        uint8_t bytes[ESP_MSG_SIZE];
        struct wr w = wr_over(bytes, sizeof bytes);
        const struct esp_msg m = a_message(op);
        struct esp_msg got;

        esp_msg_put(&w, &m);
        g_assert_false(w.bad);
        g_assert_true(read_exactly(bytes, w.len, &got));
        g_assert_cmpmem(&got, sizeof got, &m, sizeof m);
    }
}

/* Shorter or longer it is refused, and no key is left of it. */
static void
test_other_lengths(void)
{
    static const struct esp_msg nothing;

    for (enum esp_msg_op op = ESP_MSG_ACCEPT; op <= ESP_MSG_FORGET; op++) {
        uint8_t bytes[ESP_MSG_SIZE + 1] = {0};
        struct wr w = wr_over(bytes, sizeof bytes);
        const struct esp_msg m = a_message(op);
        struct esp_msg got;

        esp_msg_put(&w, &m);
        for (size_t n = 0; n <= w.len + 1; n++) {
            g_assert_cmpint(read_exactly(bytes, n, &got), ==, n == w.len);
            if (n != w.len)
                g_assert_cmpmem(&got, sizeof got, &nothing, sizeof nothing);
        }
    }
}

/* Each cipher with each authenticator, and the sizes of keys. */
static const struct {
    uint8_t cipher, auth;
    uint16_t key_bits, size; /* size 0: refused */
} suites[] = {
    /* clang-format off */
    {ESP_MSG_AES_CBC, ESP_MSG_SHA1_96, 128, 36},      {ESP_MSG_AES_CBC, ESP_MSG_SHA256_128, 192, 56},
    {ESP_MSG_AES_CBC, ESP_MSG_SHA384_192, 256, 80},   {ESP_MSG_AES_CBC, ESP_MSG_SHA512_256, 256, 96},
    {ESP_MSG_3DES_CBC, ESP_MSG_SHA1_96, 192, 44},     {ESP_MSG_AES_GCM_16, ESP_MSG_AUTH_NONE, 128, 20},
    {ESP_MSG_AES_GCM_16, ESP_MSG_AUTH_NONE, 256, 36},
    {ESP_MSG_AES_CBC, ESP_MSG_AUTH_NONE, 128, 0},     {ESP_MSG_AES_GCM_16, ESP_MSG_SHA1_96, 128, 0},
    {ESP_MSG_3DES_CBC, ESP_MSG_AUTH_NONE, 192, 0},    {ESP_MSG_3DES_CBC, ESP_MSG_SHA1_96, 128, 0},
    {ESP_MSG_AES_CBC, ESP_MSG_SHA1_96, 0, 0},         {ESP_MSG_AES_CBC, ESP_MSG_SHA1_96, 129, 0},
    {ESP_MSG_AES_CBC, ESP_MSG_SHA1_96, 512, 0},       {0, ESP_MSG_SHA1_96, 128, 0},
    {4, ESP_MSG_SHA1_96, 128, 0},                     {255, ESP_MSG_SHA1_96, 128, 0},
    {ESP_MSG_AES_CBC, 5, 128, 0},                     {ESP_MSG_AES_CBC, 255, 128, 0},
    /* clang-format on */
};

static void
test_closed_list(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(suites); i++) {
        for (size_t size = 0; size <= sizeof octets; size++) {
            uint8_t bytes[ESP_MSG_SIZE];
            struct wr w = wr_over(bytes, sizeof bytes);
            struct esp_msg m = a_message(ESP_MSG_ACCEPT), got;

            m.cipher = suites[i].cipher;
            m.auth = suites[i].auth;
            m.key_bits = suites[i].key_bits;
            secret_set(&m.in, rd_over(octets, size));
            esp_msg_put(&w, &m);
            const bool right = suites[i].size != 0 && size == suites[i].size;
            g_assert_cmpint(read_exactly(bytes, w.len, &got), ==, right);
        }
    }
}

static void
test_bad_fields(void)
{
    static const struct {
        const char *why;
        size_t at;
        uint8_t value;
    } rows[] = {
        {"no such operation", 0, 0},
        {"no such operation", 0, 4},
        {"neither false nor true", 5, 2},
    };
    struct esp_msg m = a_message(ESP_MSG_USE), got;
    uint8_t bytes[ESP_MSG_SIZE];

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct wr w = wr_over(bytes, sizeof bytes);
        esp_msg_put(&w, &m);
        bytes[rows[i].at] = rows[i].value;
        g_test_message("%s", rows[i].why);
        g_assert_false(read_exactly(bytes, w.len, &got));
    }
    for (int i = 0; i < 4; i++) { /* reserved SPIs */
        struct wr w = wr_over(bytes, sizeof bytes);
        m.spi_in = i == 0 ? 255 : 256;
        m.spi_out = i == 1 ? 255 : i == 2 ? 0 : 256;
        esp_msg_put(&w, &m);
        g_assert_cmpint(read_exactly(bytes, w.len, &got), ==, i == 3);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/esp-msg/there-and-back", test_there_and_back);
    g_test_add_func("/esp-msg/D7-other-lengths", test_other_lengths);
    g_test_add_func("/esp-msg/D7-closed-list", test_closed_list);
    g_test_add_func("/esp-msg/D7-bad-fields", test_bad_fields);
    return g_test_run();
}
