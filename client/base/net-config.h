/*
 * net-config.h - what the far end gives this computer for the life of a connection: the result of
 * IPCP, IPV6CP and DHCPINFORM, already checked and bounded. Travels tunnel -> helper.
 *
 * Addresses are in host byte order (IPv4) or as 16 octets (IPv6); 0 / all zero means "not given".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"

enum {
    NET_MAX_SERVERS = 4,
    NET_MAX_SEARCH = 8,
    NET_MAX_ROUTES = 256,
    NET_MAX_NAME = 254, /* a domain name without its last dot, and a NUL */
};

struct net_route {
    uint8_t family;      /* 4 or 6 */
    uint8_t prefix;      /* 0..32 or 0..128 */
    uint8_t address[16]; /* network byte order, host bits zero; IPv4 in the first four */
};

/* What became of DHCPINFORM. */
enum net_dhcp {
    NET_DHCP_UNKNOWN, /* not asked, or not for long enough to tell */
    NET_DHCP_ANSWERED,
    NET_DHCP_SILENT, /* not within the time that the call waited for it */
};

/* What became of a name that this computer asked the far end's servers to know it by. */
enum net_registered {
    NET_REGISTER_NONE, /* not asked for, or no word yet */
    NET_REGISTERED,
    NET_REGISTER_NO_NAME,   /* the computer, or its domain, has no name that can be told */
    NET_REGISTER_NO_SERVER, /* the far end named none */
    NET_REGISTER_NO_ZONE,   /* no zone of DNS that the name could be in */
    NET_REGISTER_SILENT,    /* no server answered */
    NET_REGISTER_REFUSED,   /* this computer, or this name, may not */
    NET_REGISTER_TAKEN,     /* it is another's */
    NET_REGISTER_FAILED,    /* the server could not */
};

struct net_registration {
    enum net_registered dns, ptr, wins;
    char name[NET_MAX_NAME]; /* as DNS was asked to know it; "": not asked */
};

struct net_config {
    uint32_t local4, peer4;
    uint8_t local6[16], peer6[16]; /* link-local from the interface identifiers */
    uint16_t mtu;                  /* of the interface, 576..1500 (1280.. with IPv6) */
    uint8_t n_dns, n_wins, n_search;
    uint16_t n_routes;
    uint32_t dns[NET_MAX_SERVERS], wins[NET_MAX_SERVERS];
    char domain[NET_MAX_NAME];
    char search[NET_MAX_SEARCH][NET_MAX_NAME];
    struct net_route routes[NET_MAX_ROUTES]; /* options 121/249: through the tunnel's interface */
};

/* "192.0.2.1" for a host-order address. @out holds at least 16 bytes. Returns @out. */
char *net_ip4_text(uint32_t address, char out[static 16]);
bool net_ip4_parse(const char *text, uint32_t *ret);
bool net_route_parse(const char *text, struct net_route *ret); /* "10.0.0.0/8", "2001:db8::/32" */
bool net_route_valid(const struct net_route *r);               /* family, prefix, no host bits */
char *net_route_text(const struct net_route *r, char out[static 52]);

/* May this address be given to us (or be the peer's)? Not 0/8, 127/8, multicast, class E. */
bool net_ip4_usable(uint32_t address);
/* Letters, digits, hyphens and underscores in labels of 1-63, at most 253 in all; what DHCP and
 * servers may call a domain (threats I7). */
bool net_name_valid(const char *name);
/* The class-based network of an address: 8, 16 or 24 (Windows' "class-based route"). */
uint8_t net_class_prefix(uint32_t address);
/* All the rules at once: counts in range, usable addresses, valid names, MTU. */
bool net_config_valid(const struct net_config *c);

void net_config_put(struct wr *w, const struct net_config *c);
bool net_config_get(struct rd *r, struct net_config *ret); /* false: malformed or not valid */
