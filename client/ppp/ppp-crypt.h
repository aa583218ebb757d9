/*
 * ppp-crypt.h - what CCP agreed on, applied to packets: MPPE, MPPC, or one inside the other
 * (RFC 3078 section 3: compressed first, then encrypted, under one header and one count).
 *
 * Works in place. The frame's protocol number is 00fd; what is inside begins with the protocol
 * number of the packet.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ccp.h"
#include "mppc.h"
#include "mppe.h"

enum { PPP_CRYPT_HEAD = 4 + MPPE_HEADER + 2 }; /* ff 03 00 fd, header, inner protocol number */

struct ppp_crypt {
    uint32_t rx_bits, tx_bits; /* as CCP has them; 0: this direction is plain */
    bool needs_reset;          /* send a CCP Reset-Request; the owner clears it */
    uint16_t count;            /* MPPC without MPPE: of the next packet */
    uint16_t heard;            /* and of the last one received */
    struct mppe rx, tx;
    struct mppc_rx unpack;
    struct mppc_tx pack;
};

/* Do these bits of CCP's mean secrecy, or only compression? */
bool ppp_crypt_encrypts(uint32_t bits);

/* CCP opened, or its outcome changed. @hlak: both start keys of 128 bits as this end sees them:
 * what it sends with, then what it receives with (their first octets are the keys of the weaker
 * strengths, RFC 3079 section 3). */
void ppp_crypt_begin(struct ppp_crypt *c, uint32_t rx_bits, uint32_t tx_bits,
                     const uint8_t hlak[static 32]);
void ppp_crypt_end(struct ppp_crypt *c); /* wipes */
/* The peer has asked for a reset. */
void ppp_crypt_reset(struct ppp_crypt *c);

/* Data after the protocol number 00fd. True: *ret is the inner frame, from its protocol number on,
 * valid until the next call. */
bool ppp_crypt_open(struct ppp_crypt *c, uint8_t *data, size_t n, struct rd *ret);
/* @p is an IP packet with PPP_CRYPT_HEAD octets free before it; on return the whole frame from
 * ff 03 on. */
void ppp_crypt_seal(struct ppp_crypt *c, uint16_t protocol, uint8_t **p, size_t *len);
