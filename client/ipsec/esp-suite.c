/* esp-suite.c - see esp-suite.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "esp-suite.h"

#include <stdio.h>
#include <string.h>

static const struct {
    uint8_t key_size;
    const char *name;
} auths[] = {
    [ESP_AUTH_NONE] = {0, ""},
    [ESP_HMAC_SHA1_96] = {20, "SHA-1"},
    [ESP_HMAC_SHA256_128] = {32, "SHA-256"},
    [ESP_HMAC_SHA384_192] = {48, "SHA-384"},
    [ESP_HMAC_SHA512_256] = {64, "SHA-512"},
};

enum { GCM_SALT_SIZE = 4 };

bool
esp_suite_valid(const struct esp_suite *suite)
{
    const unsigned bits = suite->key_bits;
    const bool aes = bits == 128 || bits == 192 || bits == 256;

    if ((size_t)suite->auth >= sizeof auths / sizeof auths[0])
        return false;
    switch (suite->cipher) {
    case ESP_AES_CBC:
        return aes && suite->auth != ESP_AUTH_NONE;
    case ESP_3DES_CBC:
        return bits == 192 && suite->auth != ESP_AUTH_NONE;
    case ESP_AES_GCM_16:
        return aes && suite->auth == ESP_AUTH_NONE;
    }
    return false;
}

size_t
esp_keymat_size(const struct esp_suite *suite)
{
    return suite->key_bits / 8 + (suite->cipher == ESP_AES_GCM_16 ? GCM_SALT_SIZE : 0) +
           (size_t)auths[suite->auth].key_size;
}

void
esp_suite_text(const struct esp_suite *suite, char *ret, size_t size)
{
    switch (suite->cipher) {
    case ESP_AES_CBC:
        snprintf(ret, size, "AES-%u-CBC %s", suite->key_bits, auths[suite->auth].name);
        return;
    case ESP_3DES_CBC:
        snprintf(ret, size, "3DES-CBC %s", auths[suite->auth].name);
        return;
    case ESP_AES_GCM_16:
        snprintf(ret, size, "AES-%u-GCM", suite->key_bits);
        return;
    }
}

void
esp_keys_wipe(struct esp_keys *keys)
{
    explicit_bzero(keys, sizeof *keys);
}
