/*
 * nd-answer.h - who has our IPv6 address? Asked by a far end that joins us to an Ethernet.
 *
 * On a PPP link nobody needs Neighbor Discovery's address resolution (RFC 5072 section 5), and the
 * kernel does not do it on a TUN. A server that bridges its callers to a LAN (SoftEther) hands its
 * solicitations through all the same, and the router there sends nothing, no advertisement either,
 * before it is answered with a link-layer address. So we answer, for our own addresses only: the
 * one of IPV6CP, and those that packets of ours came from.
 *
 * Pure. RFC 4861 sections 4.3, 4.4, 7.1.1.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"

enum {
    ND_OWN_MAX = 8, /* addresses remembered; the oldest makes room */
    ND_ANSWER = 72, /* octets of an answer: IPv6, Neighbor Advertisement, one option */
};

struct nd_answer {
    uint8_t n, next;
    uint8_t own[ND_OWN_MAX][16];
};

/* A packet of ours, at least 40 octets of IPv6: its source is our address. */
void nd_answer_note(struct nd_answer *nd, const uint8_t *packet);
/* Is this a Neighbor Solicitation at all? It then is not for the kernel. */
bool nd_answer_is(struct rd packet);
/* The answer to it, if it is valid and for @local (our link-local address) or one that was noted.
 */
bool nd_answer_make(const struct nd_answer *nd, const uint8_t local[static 16], struct rd packet,
                    struct wr *out);

/* A Router Advertisement on a link that is not to be the default route: its router lifetime becomes
 * 0 ("not a default router", RFC 4861 section 4.2), in place, checksum and all. Its prefixes stay.
 * Everything else is left alone. */
void nd_answer_no_default(uint8_t *packet, size_t n);
