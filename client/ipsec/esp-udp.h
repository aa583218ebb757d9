/*
 * esp-udp.h - the UDP datagram (RFC 768) that ESP carries for L2TP: it goes through no UDP socket,
 * so its header is written and checked here.
 *
 * The checksum is 0, none, over IPv4: in transport mode behind a NAT it would be over addresses
 * that the other end does not see, and a receiver need not look at it, for ESP has proved more (RFC
 * 3948 section 3.1.2). IPv6 has no such thing as none (RFC 8200 section 8.1), and there it is
 * computed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"

enum { ESP_UDP_HEADER = 8 };

struct esp_udp {
    uint16_t local_port, remote_port;
    bool checksum;   /* IPv6 */
    uint32_t pseudo; /* of its addresses, our end first or last: the sum is the same */
};

/* @family: 4 or 6; the addresses count for 6 only, 16 octets each. */
void esp_udp_init(struct esp_udp *u, uint8_t family, const uint8_t *local, const uint8_t *remote);

/* Writes the header into the eight octets before the @n at @p. Not for @n > 65527. */
void esp_udp_put(const struct esp_udp *u, uint8_t *p, size_t n);

/* What the datagram carries. False: it is not from and to our ports, or its length is not what came
 * (E3). */
bool esp_udp_take(const struct esp_udp *u, struct rd datagram, struct rd *ret);
