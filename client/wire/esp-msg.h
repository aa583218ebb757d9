/*
 * esp-msg.h - HELPER_ESP: what the tunnel asks the helper to have the kernel do with ESP (XFRM). It
 * names no address: those are the ones of the sockets that the helper opened. Algorithms are of a
 * closed list, and a key has exactly the size that its algorithm wants.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "secret.h"

enum esp_msg_op {
    ESP_MSG_ACCEPT = 1, /* the half of a pair that comes in */
    ESP_MSG_USE = 2,    /* a whole pair (what of it was accepted is kept), and send with it */
    ESP_MSG_FORGET = 3, /* the pair with this .spi_in; only that is set */
};

enum esp_msg_cipher { ESP_MSG_AES_CBC = 1, ESP_MSG_3DES_CBC = 2, ESP_MSG_AES_GCM_16 = 3 };

enum esp_msg_auth {
    ESP_MSG_AUTH_NONE = 0, /* with GCM, and only with it */
    ESP_MSG_SHA1_96 = 1,
    ESP_MSG_SHA256_128 = 2,
    ESP_MSG_SHA384_192 = 3,
    ESP_MSG_SHA512_256 = 4,
};

enum { ESP_MSG_SIZE = 2 * (32 + 64) + 16 /* of the longest, without its type */ };

struct esp_msg {
    enum esp_msg_op op;
    uint32_t spi_in, spi_out; /* 256 and above (RFC 4303 section 2.1) */
    bool encapsulated;        /* over UDP 4500; else IP protocol 50 */
    uint16_t local_port;      /* of the L2TP inside; the server's is 1701 */
    enum esp_msg_cipher cipher;
    enum esp_msg_auth auth;
    uint16_t key_bits;     /* of the cipher, without GCM's salt; 3DES: 192 */
    struct secret in, out; /* the cipher's key, GCM's four octets of salt, the HMAC's key */
};

/* Octets of the cipher's key, with GCM's salt; 0: there is no such cipher. */
size_t esp_msg_cipher_key(enum esp_msg_cipher cipher, uint16_t key_bits);
/* Octets of the HMAC's key, which are those of its hash; 0: there is none. */
size_t esp_msg_auth_key(enum esp_msg_auth auth);

void esp_msg_put(struct wr *w, const struct esp_msg *m);
/* All of @r; false: not one that may be, and *ret holds no key. Later esp_msg_wipe(). */
bool esp_msg_get(struct rd *r, struct esp_msg *ret);
void esp_msg_wipe(struct esp_msg *m);
