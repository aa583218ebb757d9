/* esp-udp.c - see esp-udp.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "esp-udp.h"

enum { PROTOCOL_UDP = 17 };

/* Ones' complement sum, not yet folded (RFC 1071). */
static uint32_t
sum(uint32_t so_far, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i + 1 < n; i += 2)
        so_far += (uint32_t)p[i] << 8 | p[i + 1];
    if (n % 2 != 0)
        so_far += (uint32_t)p[n - 1] << 8;
    return so_far;
}

void
esp_udp_init(struct esp_udp *u, uint8_t family, const uint8_t *local, const uint8_t *remote)
{
    *u = (struct esp_udp){.checksum = family == 6};
    if (u->checksum)
        u->pseudo = sum(sum(PROTOCOL_UDP, local, 16), remote, 16);
}

void
esp_udp_put(const struct esp_udp *u, uint8_t *p, size_t n)
{
    uint8_t *header = p - ESP_UDP_HEADER;
    struct wr w = wr_over(header, ESP_UDP_HEADER);
    const uint16_t length = (uint16_t)(n + ESP_UDP_HEADER);

    wr_be16(&w, u->local_port);
    wr_be16(&w, u->remote_port);
    wr_be16(&w, length);
    wr_be16(&w, 0);
    if (!u->checksum)
        return;
    uint32_t folded = sum(u->pseudo + length, header, length);
    while (folded >> 16 != 0)
        folded = (folded & 0xffff) + (folded >> 16);
    const uint16_t checksum = (uint16_t)~folded;
    wr_patch_be16(&w, 6, checksum == 0 ? 0xffff : checksum);
}

bool
esp_udp_take(const struct esp_udp *u, struct rd datagram, struct rd *ret)
{
    struct rd r = datagram;
    const uint16_t from = rd_be16(&r), to = rd_be16(&r), length = rd_be16(&r);

    rd_be16(&r); /* the checksum */
    if (!rd_ok(&r) || from != u->remote_port || to != u->local_port || length != datagram.left)
        return false;
    *ret = r;
    return true;
}
