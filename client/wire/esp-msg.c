/* esp-msg.c - see esp-msg.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "esp-msg.h"

enum { SPI_FIRST = 256, GCM_SALT = 4 };

size_t
esp_msg_cipher_key(enum esp_msg_cipher cipher, uint16_t key_bits)
{
    const bool aes = key_bits == 128 || key_bits == 192 || key_bits == 256;

    switch (cipher) {
    case ESP_MSG_AES_CBC:
        return aes ? key_bits / 8u : 0;
    case ESP_MSG_AES_GCM_16:
        return aes ? key_bits / 8u + GCM_SALT : 0;
    case ESP_MSG_3DES_CBC:
        return key_bits == 192 ? 24 : 0;
    }
    return 0;
}

size_t
esp_msg_auth_key(enum esp_msg_auth auth)
{
    switch (auth) {
    case ESP_MSG_AUTH_NONE:
        return 0;
    case ESP_MSG_SHA1_96:
        return 20;
    case ESP_MSG_SHA256_128:
        return 32;
    case ESP_MSG_SHA384_192:
        return 48;
    case ESP_MSG_SHA512_256:
        return 64;
    }
    return 0;
}

/* What is encrypted is authenticated, in one way and only one. 0: no such suite. */
static size_t
key_size(const struct esp_msg *m)
{
    const size_t cipher = esp_msg_cipher_key(m->cipher, m->key_bits);
    const size_t auth = esp_msg_auth_key(m->auth);
    const bool gcm = m->cipher == ESP_MSG_AES_GCM_16;

    if (cipher == 0 || (gcm ? m->auth != ESP_MSG_AUTH_NONE : auth == 0))
        return 0;
    return cipher + auth;
}

void
esp_msg_put(struct wr *w, const struct esp_msg *m)
{
    wr_u8(w, (uint8_t)m->op);
    wr_be32(w, m->spi_in);
    if (m->op == ESP_MSG_FORGET)
        return;
    wr_u8(w, m->encapsulated);
    wr_be16(w, m->local_port);
    wr_u8(w, (uint8_t)m->cipher);
    wr_u8(w, (uint8_t)m->auth);
    wr_be16(w, m->key_bits);
    wr_rd(w, secret_rd(&m->in));
    if (m->op != ESP_MSG_USE)
        return;
    wr_be32(w, m->spi_out);
    wr_rd(w, secret_rd(&m->out));
}

static bool
get_key(struct rd *r, size_t n, struct secret *ret)
{
    const struct rd key = rd_take(r, n);

    return !key.bad && secret_set(ret, key);
}

static bool
get_suite(struct rd *r, struct esp_msg *m)
{
    const uint8_t encapsulated = rd_u8(r);

    m->encapsulated = encapsulated == 1;
    m->local_port = rd_be16(r);
    m->cipher = (enum esp_msg_cipher)rd_u8(r);
    m->auth = (enum esp_msg_auth)rd_u8(r);
    m->key_bits = rd_be16(r);
    return rd_ok(r) && encapsulated <= 1 && key_size(m) != 0;
}

static bool
get(struct rd *r, struct esp_msg *m)
{
    m->op = (enum esp_msg_op)rd_u8(r);
    m->spi_in = rd_be32(r);
    if (!rd_ok(r) || m->spi_in < SPI_FIRST)
        return false;
    if (m->op == ESP_MSG_FORGET)
        return rd_done(r);
    if (m->op != ESP_MSG_ACCEPT && m->op != ESP_MSG_USE)
        return false;
    if (!get_suite(r, m) || !get_key(r, key_size(m), &m->in))
        return false;
    if (m->op == ESP_MSG_ACCEPT)
        return rd_done(r);
    m->spi_out = rd_be32(r);
    return get_key(r, key_size(m), &m->out) && m->spi_out >= SPI_FIRST && rd_done(r);
}

bool
esp_msg_get(struct rd *r, struct esp_msg *ret)
{
    *ret = (struct esp_msg){0};
    if (get(r, ret))
        return true;
    esp_msg_wipe(ret);
    return false;
}

void
esp_msg_wipe(struct esp_msg *m)
{
    explicit_bzero(m, sizeof *m);
}
