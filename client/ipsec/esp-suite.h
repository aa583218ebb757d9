/*
 * esp-suite.h - what a pair of security associations of ESP has agreed on: the transforms, and the
 * keys that the exchange made for one direction. IKE fills it in, esp.h uses it.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attr.h"
#include "bytes.h"

enum esp_cipher { ESP_AES_CBC, ESP_3DES_CBC, ESP_AES_GCM_16 }; /* RFC 3602, 2451, 4106 */

enum esp_auth {
    ESP_AUTH_NONE,       /* with GCM, and only with it */
    ESP_HMAC_SHA1_96,    /* RFC 2404 */
    ESP_HMAC_SHA256_128, /* RFC 4868, as the others */
    ESP_HMAC_SHA384_192,
    ESP_HMAC_SHA512_256,
};

struct esp_suite {
    enum esp_cipher cipher;
    enum esp_auth auth;
    uint16_t key_bits; /* AES: 128, 192, 256; 3DES: 192 */
};

enum { ESP_KEYMAT_MAX = 32 + 64, ESP_SUITE_TEXT = 48 };

/* Does the cipher have keys of that size, and is what it sends authenticated in one way and only
 * one? */
bool esp_suite_valid(const struct esp_suite *suite);

/* Octets of KEYMAT for one direction: the cipher's key (with GCM's four octets of salt behind it),
 * then the authenticator's (RFC 2409 section 5.5). */
size_t esp_keymat_size(const struct esp_suite *suite);

/* "AES-256-CBC SHA-1", "AES-128-GCM", for status; at most ESP_SUITE_TEXT octets with the end. */
void esp_suite_text(const struct esp_suite *suite, char *ret, size_t size);

struct esp_keys {
    uint32_t spi; /* of the packets that these keys are for: the receiver's */
    struct esp_suite suite;
    uint8_t keymat[ESP_KEYMAT_MAX];
};

void esp_keys_wipe(struct esp_keys *keys);
