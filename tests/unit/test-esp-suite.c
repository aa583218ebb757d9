/* test-esp-suite.c - what ESP may agree on. SPDX-License-Identifier: GPL-3.0-or-later */
#include "esp-suite.h"

#include <glib.h>

static void
test_rows(void)
{
    static const struct {
        struct esp_suite suite;
        size_t keymat;
        const char *text;
    } rows[] = {
        {{ESP_AES_CBC, ESP_HMAC_SHA1_96, 128}, 16 + 20, "AES-128-CBC SHA-1"},
        {{ESP_AES_CBC, ESP_HMAC_SHA1_96, 256}, 32 + 20, "AES-256-CBC SHA-1"},
        {{ESP_AES_CBC, ESP_HMAC_SHA256_128, 192}, 24 + 32, "AES-192-CBC SHA-256"},
        {{ESP_AES_CBC, ESP_HMAC_SHA384_192, 256}, 32 + 48, "AES-256-CBC SHA-384"},
        {{ESP_AES_CBC, ESP_HMAC_SHA512_256, 256}, ESP_KEYMAT_MAX, "AES-256-CBC SHA-512"},
        {{ESP_3DES_CBC, ESP_HMAC_SHA1_96, 192}, 24 + 20, "3DES-CBC SHA-1"},
        {{ESP_AES_GCM_16, ESP_AUTH_NONE, 128}, 16 + 4, "AES-128-GCM"},
        {{ESP_AES_GCM_16, ESP_AUTH_NONE, 256}, 32 + 4, "AES-256-GCM"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        char text[ESP_SUITE_TEXT];

        g_assert_true(esp_suite_valid(&rows[i].suite));
        g_assert_cmpuint(esp_keymat_size(&rows[i].suite), ==, rows[i].keymat);
        esp_suite_text(&rows[i].suite, text, sizeof text);
        g_assert_cmpstr(text, ==, rows[i].text);
    }
}

/* Nothing goes out that is not authenticated, and no key has another size. */
static void
test_what_is_not_a_suite(void)
{
    static const struct esp_suite rows[] = {
        {ESP_AES_CBC, ESP_AUTH_NONE, 128},           {ESP_3DES_CBC, ESP_AUTH_NONE, 192},
        {ESP_AES_GCM_16, ESP_HMAC_SHA1_96, 128},     {ESP_AES_CBC, ESP_HMAC_SHA1_96, 0},
        {ESP_AES_CBC, ESP_HMAC_SHA1_96, 64},         {ESP_AES_CBC, ESP_HMAC_SHA1_96, 129},
        {ESP_AES_CBC, ESP_HMAC_SHA1_96, 512},        {ESP_3DES_CBC, ESP_HMAC_SHA1_96, 168},
        {ESP_3DES_CBC, ESP_HMAC_SHA1_96, 128},       {ESP_AES_GCM_16, ESP_AUTH_NONE, 0},
        {(enum esp_cipher)3, ESP_HMAC_SHA1_96, 128}, {ESP_AES_CBC, (enum esp_auth)5, 128},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_false(esp_suite_valid(&rows[i]));
}

static void
test_keys_are_wiped(void)
{
    static const struct esp_keys none;
    struct esp_keys keys;

    memset(&keys, 0xa5, sizeof keys);
    esp_keys_wipe(&keys);
    g_assert_cmpmem(&keys, sizeof keys, &none, sizeof none);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/esp-suite/rows", test_rows);
    g_test_add_func("/esp-suite/what-is-not-a-suite", test_what_is_not_a_suite);
    g_test_add_func("/esp-suite/keys-are-wiped", test_keys_are_wiped);
    return g_test_run();
}
