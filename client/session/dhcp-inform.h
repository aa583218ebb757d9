/*
 * dhcp-inform.h - ask the far end for what PPP has no words for: routes, domain, search list
 * (RFC 2131 section 4.4.3). Nothing of a connection depends on the answer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "clock.h"
#include "dhcp-ack.h"

enum { DHCP_INFORM_MAX = 320 }; /* octets of an IPv4 packet with a DHCPINFORM */

struct dhcp_inform {
    uint32_t xid;
    uint32_t address; /* ours, host byte order; 0: not begun */
    uint8_t sent;
    bool answered;
    usec_t deadline; /* NEVER, or when another one is due */
};

void dhcp_inform_begin(struct dhcp_inform *d, usec_t now, uint32_t xid, uint32_t address);
/* The way is surely open now: one more soon, if the first one came too early. */
void dhcp_inform_hurry(struct dhcp_inform *d, usec_t now);
void dhcp_inform_over(struct dhcp_inform *d); /* answered, or no longer wanted */
/* Is an answer still of use? */
bool dhcp_inform_waits(const struct dhcp_inform *d);
/* If one is due: write it (IPv4, to 255.255.255.255), and settle when the next one is. */
bool dhcp_inform_next(struct dhcp_inform *d, usec_t now, struct wr *w);
