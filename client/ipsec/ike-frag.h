/*
 * ike-frag.h - IKE fragmentation as Windows and Cisco have it ([MS-IKEE] section 2.2.3.1): a whole
 * ISAKMP message cut into payloads of type 132, each in a datagram with an ISAKMP header of its
 * own.
 *
 *     id 16 | number 8, from 1 | flags 8, 1: the last | data
 *
 * One message is put together at a time; a fragment of another id begins anew. Bounded: 64 kB, and
 * as many fragments as numbers there are (row K10).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ike-msg.h"

enum {
    IKE_FRAG_DATA = 1200, /* of ours: with all headers a datagram of 1280 octets */
    IKE_FRAG_TOTAL_MAX = 65535,
    IKE_FRAG_COUNT_MAX = 255,
};

struct ike_frags {
    uint8_t *buf; /* pieces in the order of their arrival */
    size_t used;
    uint16_t id;
    unsigned last, have; /* number of the last one (0: unknown); how many are there */
    struct {
        uint16_t at, n;
        bool here;
    } v[IKE_FRAG_COUNT_MAX + 1];
};

void ike_frags_clear(struct ike_frags *f);
/* True: with this one the message is whole, and @ret is a copy for the caller to free. */
bool ike_frags_add(struct ike_frags *f, struct rd payloads, uint8_t first, uint8_t **ret,
                   size_t *ret_n);

/* The datagram with the fragment @number (from 1) of @message in @buf; .left 0: there is none. */
struct rd ike_frag_cut(struct rd message, uint16_t id, unsigned number, uint8_t *buf, size_t cap);
