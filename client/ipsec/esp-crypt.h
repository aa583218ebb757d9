/*
 * esp-crypt.h - the transforms of ESP over many packets at once: what is encrypted and what is
 * authenticated, where; nothing of sequence numbers or padding. Two implementations:
 *
 *     ESP_CRYPT_EVP    libcrypto, one packet after the other; always there
 *     ESP_CRYPT_LANES  libipsec-mb, where it was found and the processor has what it is for: CBC
 *                      cannot be done in parallel within a packet, but 8 or 16 packets can side by
 * side
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attr.h"
#include "esp-suite.h"

enum esp_way { ESP_SEAL, ESP_OPEN };
enum esp_crypt_kind { ESP_CRYPT_BEST, ESP_CRYPT_EVP, ESP_CRYPT_LANES };

enum { ESP_HEADER = 8, ESP_ICV_MAX = 32 };

/* One packet: SPI and sequence, IV, text in whole blocks, and the ICV's room behind them. */
struct esp_job {
    uint8_t *p;
    size_t n;  /* without the ICV */
    bool good; /* opening: it was authentic; else the text at @p is garbage */
};

struct esp_crypt;
/* NULL: not a suite, no memory, or ESP_CRYPT_LANES cannot be had for this suite. */
struct esp_crypt *esp_crypt_new(const struct esp_keys *keys, enum esp_way way,
                                enum esp_crypt_kind kind);
void esp_crypt_free(struct esp_crypt *c); /* NULL is fine; wipes */
DEFINE_CLEANUP(struct esp_crypt, esp_crypt_free)

/* At most ESP_BATCH_MAX jobs. */
void esp_crypt_run(struct esp_crypt *c, struct esp_job *jobs, size_t n);

size_t esp_iv_size(const struct esp_suite *suite);
size_t esp_icv_size(const struct esp_suite *suite);
size_t esp_block_size(const struct esp_suite *suite); /* what the text is padded to */
