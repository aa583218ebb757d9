/* l2tp-esp-msg.c - see l2tp-esp-msg.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "l2tp-esp-msg.h"

static const enum esp_msg_cipher ciphers[] = {
    [ESP_AES_CBC] = ESP_MSG_AES_CBC,
    [ESP_3DES_CBC] = ESP_MSG_3DES_CBC,
    [ESP_AES_GCM_16] = ESP_MSG_AES_GCM_16,
};

static const enum esp_msg_auth auths[] = {
    [ESP_AUTH_NONE] = ESP_MSG_AUTH_NONE,        [ESP_HMAC_SHA1_96] = ESP_MSG_SHA1_96,
    [ESP_HMAC_SHA256_128] = ESP_MSG_SHA256_128, [ESP_HMAC_SHA384_192] = ESP_MSG_SHA384_192,
    [ESP_HMAC_SHA512_256] = ESP_MSG_SHA512_256,
};

static bool
put_keys(const struct esp_keys *keys, struct secret *ret)
{
    return esp_suite_valid(&keys->suite) &&
           secret_set(ret, rd_over(keys->keymat, esp_keymat_size(&keys->suite)));
}

bool
l2tp_esp_msg(const struct session_esp *e, struct esp_msg *ret)
{
    const struct esp_suite *suite = &e->in.suite;

    *ret = (struct esp_msg){.op = ESP_MSG_FORGET, .spi_in = e->in.spi};
    if (e->op == SESSION_ESP_FORGET)
        return true;
    if (!put_keys(&e->in, &ret->in))
        return false;
    ret->op = ESP_MSG_ACCEPT;
    ret->encapsulated = e->encapsulated;
    ret->local_port = e->local_port;
    ret->cipher = ciphers[suite->cipher];
    ret->auth = auths[suite->auth];
    ret->key_bits = suite->key_bits;
    if (e->op == SESSION_ESP_ACCEPT)
        return true;
    ret->op = ESP_MSG_USE;
    ret->spi_out = e->out.spi;
    return put_keys(&e->out, &ret->out);
}
