/*
 * fuzz-esp.c - ESP and the datagram in it. Packets as they come; and texts of the input's choice,
 * sealed with the right keys, so that what lies behind the ICV is reached. Many at once and one by
 * one agree, nothing comes out twice, and what comes out lay in the packet.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "esp-crypt.h"
#include "esp-udp.h"
#include "esp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PACKETS = 8 };

static const struct esp_suite suites[] = {
    {ESP_AES_CBC, ESP_HMAC_SHA1_96, 128},    {ESP_AES_CBC, ESP_HMAC_SHA256_128, 256},
    {ESP_AES_CBC, ESP_HMAC_SHA384_192, 192}, {ESP_AES_CBC, ESP_HMAC_SHA512_256, 256},
    {ESP_3DES_CBC, ESP_HMAC_SHA1_96, 192},   {ESP_AES_GCM_16, ESP_AUTH_NONE, 128},
};

struct world {
    struct esp_keys keys;
    struct esp_crypt *seal;
    struct esp_in *together, *alone;
};

/* A packet with text from the input, sealed as it is. */
static uint8_t *
sealed(const struct world *w, struct rd *in, size_t *ret_n)
{
    const struct esp_suite *suite = &w->keys.suite;
    const size_t head = ESP_HEADER + esp_iv_size(suite), block = esp_block_size(suite);
    const uint32_t sequence = rd_be16(in);
    const size_t asked = rd_u8(in), n = (asked < in->left ? asked : in->left) / block * block;
    const struct rd text = rd_take(in, n);
    uint8_t *p = calloc(1, head + n + esp_icv_size(suite));
    struct esp_job job = {.p = p, .n = head + n};
    struct wr before = wr_over(p, head);

    if (p == NULL)
        abort();
    wr_be32(&before, w->keys.spi);
    wr_be32(&before, sequence);
    if (n > 0)
        memcpy(p + head, text.p, n);
    esp_crypt_run(w->seal, &job, 1);
    *ret_n = head + n + esp_icv_size(suite);
    return p;
}

static uint8_t *
as_it_comes(struct rd *in, size_t *ret_n)
{
    const size_t asked = rd_u8(in);
    const struct rd bytes = rd_take(in, asked < in->left ? asked : in->left);
    uint8_t *p = malloc(bytes.left + 1);

    if (p == NULL)
        abort();
    if (bytes.left > 0)
        memcpy(p, bytes.p, bytes.left);
    *ret_n = bytes.left;
    return p;
}

static void
open_all(struct world *w, struct esp_packet *packets, size_t n)
{
    static const struct esp_udp udp = {.local_port = 1701, .remote_port = 1701};
    uint8_t *copies[PACKETS];
    struct esp_packet whole[PACKETS];

    for (size_t i = 0; i < n; i++) {
        whole[i] = packets[i];
        copies[i] = malloc(packets[i].n + 1);
        if (copies[i] == NULL)
            abort();
        memcpy(copies[i], packets[i].p, packets[i].n);
    }
    esp_open(w->together, packets, n);
    for (size_t i = 0; i < n; i++) {
        struct esp_packet one = {copies[i], whole[i].n};
        struct rd inner;

        esp_open(w->alone, &one, 1);
        if (one.n != packets[i].n || (one.n > 0 && memcmp(one.p, packets[i].p, one.n) != 0))
            abort();
        if (one.n > 0 &&
            (packets[i].p < whole[i].p || packets[i].p + packets[i].n > whole[i].p + whole[i].n))
            abort();
        if (one.n > 0 && esp_udp_take(&udp, rd_over(one.p, one.n), &inner) &&
            inner.left + ESP_UDP_HEADER != one.n)
            abort();
        free(copies[i]);
    }
}

static void
run(struct world *w, struct rd *in)
{
    while (in->left > 0 && rd_ok(in)) {
        struct esp_packet packets[PACKETS];
        uint8_t *memory[PACKETS];
        size_t n = 0;

        for (; n < PACKETS && in->left > 0; n++) {
            memory[n] =
                rd_u8(in) % 3 == 0 ? as_it_comes(in, &packets[n].n) : sealed(w, in, &packets[n].n);
            packets[n].p = memory[n];
        }
        open_all(w, packets, n);
        for (size_t i = 0; i < n; i++)
            free(memory[i]);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd in = rd_over(data, size);
    struct world w = {.keys = {.spi = 0x01020304}};

    w.keys.suite = suites[rd_u8(&in) % (sizeof suites / sizeof suites[0])];
    w.seal = esp_crypt_new(&w.keys, ESP_SEAL, ESP_CRYPT_EVP);
    w.together = esp_in_new(&w.keys);
    w.alone = esp_in_new(&w.keys);
    if (w.seal == NULL || w.together == NULL || w.alone == NULL)
        abort();
    run(&w, &in);
    esp_crypt_free(w.seal);
    esp_in_free(w.together);
    esp_in_free(w.alone);
    return 0;
}
