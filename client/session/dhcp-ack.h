/*
 * dhcp-ack.h - what the DHCPACK to our DHCPINFORM says (RFC 2131, 2132, 3397, 3442; [MS-DHCPE]).
 *
 * The far end of the tunnel is as hostile here as anywhere: every length is bounded, a wrong option
 * is dropped whole, and only routes, names and servers that a far end may hand out are taken.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "net-config.h"

enum { DHCP_SERVER_PORT = 67, DHCP_CLIENT_PORT = 68 };

enum dhcp_option {
    DHCP_PAD = 0,
    DHCP_SUBNET_MASK = 1,
    DHCP_ROUTER = 3,
    DHCP_DNS = 6,
    DHCP_DOMAIN = 15,
    DHCP_NBNS = 44,
    DHCP_NODE_TYPE = 46,
    DHCP_OVERLOAD = 52,
    DHCP_TYPE = 53,
    DHCP_LIST = 55,
    DHCP_CLASS = 60,
    DHCP_CLIENT_ID = 61,
    DHCP_SEARCH = 119,
    DHCP_ROUTES = 121,
    DHCP_ROUTES_MS = 249,
    DHCP_END = 255,
};

enum dhcp_type { DHCP_ACK = 5, DHCP_INFORM = 8 };

struct dhcp_ack_filter { /* addresses in host byte order */
    uint32_t xid;
    uint32_t address;    /* ours in the tunnel */
    uint32_t vpn_server; /* the outer one: no route may name it; 0: unknown */
};

/* Is this IPv4 packet UDP from a DHCP server to its client? Cheap; says nothing about sense. */
bool dhcp_ack_is(struct rd packet);

/* Merge into *ret what a DHCPACK gives: its domain, search list and routes replace those of *ret,
 * its name servers stand behind them. False: not the answer to @filter's question, or malformed;
 * *ret is untouched. */
bool dhcp_ack_read(struct rd packet, const struct dhcp_ack_filter *filter, struct net_config *ret);

/* The body of option 121 or 249: widths, significant octets, routers (RFC 3442). The router means
 * nothing on a link between two. Bad routes are left out, a malformed option has none. Returns how
 * many were put into @ret. */
size_t dhcp_routes_read(struct rd body, uint32_t vpn_server,
                        struct net_route ret[static NET_MAX_ROUTES]);
