/*
 * inner-udp.h - the few packets that a session itself sends through its tunnel: one whole UDP
 * datagram over IPv4, with both checksums (RFC 791, 768). Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"

enum { INNER_UDP_HEAD = 28 }; /* octets before the data */

struct inner_udp { /* addresses and ports in host byte order */
    uint32_t from, to;
    uint16_t from_port, to_port;
    struct rd data; /* a slice of the packet */
};

/* The headers of @u, whose data is to be written behind them, into the empty @w; and what depends
 * on that data. */
void inner_udp_begin(struct wr *w, const struct inner_udp *u);
void inner_udp_end(struct wr *w);
/* Exactly one, not a fragment, checksums right (UDP's may be absent). */
bool inner_udp_read(struct rd packet, struct inner_udp *ret);
