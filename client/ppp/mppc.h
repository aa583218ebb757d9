/*
 * mppc.h - Microsoft Point-to-Point Compression (RFC 2118): LZ77 over the last 8 kB of a
 * direction, in a bit stream of literals and (offset, length) pairs. Its patents have expired.
 *
 * Pure, bounded: a decompressor never writes past its output nor reads before its history.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"

enum {
    MPPC_HISTORY = 8192,
    MPPC_PACKET_MAX = 2048, /* of plain text: the protocol field and the packet */
};

/* The same bits as in MPPE's header (RFC 2118 section 3.1). */
enum mppc_bits { MPPC_FLUSHED = 0x8000, MPPC_AT_FRONT = 0x4000, MPPC_COMPRESSED = 0x2000 };

struct mppc_tx {
    uint16_t at;         /* where the next packet goes in the history */
    bool flushed;        /* the next packet begins with an empty history */
    uint16_t hash[4096]; /* last place + 1 of three octets; 0: none */
    uint8_t history[MPPC_HISTORY];
};

struct mppc_rx {
    uint16_t at;
    uint8_t history[MPPC_HISTORY];
};

void mppc_tx_init(struct mppc_tx *tx);
void mppc_rx_init(struct mppc_rx *rx);

/* Compress @plain into @out. Returns the header's bits; without MPPC_COMPRESSED the packet did not
 * shrink (or is too long) and must be sent as it is, with these bits. */
uint16_t mppc_compress(struct mppc_tx *tx, struct rd plain, struct wr *out);
void mppc_tx_reset(struct mppc_tx *tx); /* the peer has lost something */

/* @bits: of the header. On success *ret is the plain text, in the history, valid until the next
 * call. False: malformed; a reset is needed. */
bool mppc_decompress(struct mppc_rx *rx, uint16_t bits, struct rd data, struct rd *ret);
