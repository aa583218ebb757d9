/*
 * esp-test.h - what the tests of ESP share: suites, keys from vectors, packets in memory that ASan
 * watches.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "esp-suite.h"
#include "ppp-test.h"

static const struct esp_suite test_suites[] = {
    {ESP_AES_CBC, ESP_HMAC_SHA1_96, 128},     {ESP_AES_CBC, ESP_HMAC_SHA1_96, 192},
    {ESP_AES_CBC, ESP_HMAC_SHA1_96, 256},     {ESP_AES_CBC, ESP_HMAC_SHA256_128, 128},
    {ESP_AES_CBC, ESP_HMAC_SHA256_128, 256},  {ESP_AES_CBC, ESP_HMAC_SHA384_192, 256},
    {ESP_AES_CBC, ESP_HMAC_SHA512_256, 256},  {ESP_3DES_CBC, ESP_HMAC_SHA1_96, 192},
    {ESP_3DES_CBC, ESP_HMAC_SHA256_128, 192}, {ESP_AES_GCM_16, ESP_AUTH_NONE, 128},
    {ESP_AES_GCM_16, ESP_AUTH_NONE, 192},     {ESP_AES_GCM_16, ESP_AUTH_NONE, 256},
};

static inline struct rd
esp_vec(const char *row, const char *what)
{
    g_autofree char *name = g_strdup_printf("%s-%s", row, what);

    return vec("esp.txt", name);
}

static inline struct esp_keys
esp_vec_keys(const char *row, struct esp_suite suite)
{
    struct esp_keys keys = {.suite = suite};
    const struct rd keymat = esp_vec(row, "keymat");
    struct rd spi = esp_vec(row, "spi");

    g_assert_cmpuint(keymat.left, ==, esp_keymat_size(&suite));
    keys.spi = rd_be32(&spi);
    memcpy(keys.keymat, keymat.p, keymat.left);
    return keys;
}

/* Some keys for @suite. */
static inline struct esp_keys
esp_some_keys(struct esp_suite suite)
{
    struct esp_keys keys = {.suite = suite, .spi = 0xc0ffee01};

    rng_fill(&test_rng, keys.keymat, sizeof keys.keymat);
    return keys;
}
