/*
 * mppe.h - Microsoft Point-to-Point Encryption (RFC 3078): RC4 with a key that changes, no
 * integrity. Both modes, all strengths; works in place, allocates nothing.
 *
 * Without integrity a forged or damaged packet can not be told from a good one by its keys. What
 * can be done is done here: a packet whose plaintext is not that of an IP packet moves no state, so
 * that it costs itself and nothing else; and how many key changes a packet may demand is rationed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"
#include "legacy.h"
#include "mppe-ahead.h"

enum {
    MPPE_HEADER = 2,
    MPPE_COUNTS = 4096,
    MPPE_CREDIT_MAX = 2 * MPPE_COUNTS, /* key changes that may be owed at once */
    MPPE_CREDIT = 64,                  /* more of them for each good packet */
};

enum mppe_bits { /* of the header: RFC 3078 section 3.1, RFC 2118 section 3.1 */
                 MPPE_FLUSHED = 0x8000,
                 MPPE_AT_FRONT = 0x4000,
                 MPPE_COMPRESSED = 0x2000,
                 MPPE_ENCRYPTED = 0x1000,
                 MPPE_COUNT = 0x0fff,
};

struct mppe {
    enum mppe_strength strength;
    bool stateless;
    uint16_t count; /* of the next packet to send, of the last one received */
    bool flush;     /* stateful sending: the next packet begins afresh */
    bool started;   /* receiving: a packet has been taken */
    bool lost;      /* stateful receiving: waiting for a flushed packet */
    uint32_t credit;
    size_t key_size;
    uint8_t start[16], session[16];
    struct legacy_rc4 rc4;
    struct mppe_ahead ahead; /* stateless: what follows on ->session */
};

void mppe_init(struct mppe *m, const uint8_t start[static 16], enum mppe_strength strength,
               bool stateless);
void mppe_wipe(struct mppe *m);

/* Encrypt @n octets of protocol field and packet in place, and write the header to the MPPE_HEADER
 * octets before them. @bits: MPPE_COMPRESSED and MPPE_AT_FRONT as MPPC says, else 0. */
void mppe_seal(struct mppe *m, uint8_t *plain, size_t n, uint16_t bits);
/* The next packet will say that it begins afresh. It says so of its compression, too. */
bool mppe_flushes(const struct mppe *m);
/* Stateful sending: the peer has asked for a reset. */
void mppe_reset(struct mppe *m);

enum mppe_opened {
    MPPE_OPENED,
    MPPE_DROPPED,     /* malformed, not encrypted, old, or not a packet */
    MPPE_NEEDS_RESET, /* stateful: something was lost; send a CCP Reset-Request */
};
/* Decrypt in place what follows the protocol number 00fd: header and data. On MPPE_OPENED *ret is
 * the plaintext, *ret_bits the header's. Compressed data is not looked into. */
enum mppe_opened mppe_open(struct mppe *m, uint8_t *data, size_t n, struct rd *ret,
                           uint16_t *ret_bits);
