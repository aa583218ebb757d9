/*
 * helper-net.h - the kernel's network: one netlink socket, and the few things that a call needs of
 * it. Each function is one question or one change, done when it returns. Returns 0 or a negative
 * errno. What to change, and in what order, is decided elsewhere (helper-route, helper-link).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <net/if.h>

#include "attr.h"
#include "net-config.h"

#define HELPER_TUN_PREFIX "vpn" /* of the names of our interfaces */

enum {
    HELPER_MARK = 0x6474,        /* of every socket of ours to a server */
    HELPER_TABLE = 0x6474,       /* routes into tunnels; looked up by what has no mark */
    HELPER_OUTER_TABLE = 0x6475, /* to servers that are reached through another call */
    HELPER_MAIN_TABLE = 254,     /* RT_TABLE_MAIN */
    HELPER_RULE_SERVER = 5460,   /* about the servers themselves, before those about all else */
    HELPER_RULE_FIRST = 5470,    /* before main (32766); one preference for each connection */
    HELPER_SLOTS = 10,           /* 5460..5469, 5470..5479 */
    HELPER_ROUTE_PROTOCOL = 114  /* whose routes these are, in `ip route`; not used by others */
};

enum helper_route_type { HELPER_ROUTE_UNICAST, HELPER_ROUTE_UNREACHABLE, HELPER_ROUTE_THROW };

struct helper_route {
    enum helper_route_type type;
    struct net_route to;
    uint32_t metric;
    uint32_t ifindex; /* unicast */
    uint32_t table;   /* 0: HELPER_TABLE */
};

struct helper_rule {
    uint8_t family; /* 4 or 6 */
    uint32_t preference;
    bool unmarked;                          /* packets without HELPER_MARK */
    struct net_route to;                    /* .family 0: to anywhere */
    uint8_t protocol;                       /* IPPROTO_*: only this; 0: any */
    uint16_t source_port, destination_port; /* of TCP or UDP; 0: any */
    uint32_t table;
};

struct helper_net;

/* Of the network namespace @net_ns (a descriptor, which stays the caller's; -1: our own). NULL:
 * *ret_error is a negative errno. */
struct helper_net *helper_net_new(int net_ns, int *ret_error);
void helper_net_free(struct helper_net *net);
DEFINE_CLEANUP(struct helper_net, helper_net_free)

struct helper_tun {
    int fd; /* non-blocking; each packet has a virtio_net_hdr before it */
    bool tso, uso;
    char name[IFNAMSIZ];
    uint32_t ifindex;
};

/* A TUN interface vpnN without owner or persistence: it goes when its last descriptor does. */
int helper_net_open_tun(struct helper_net *net, struct helper_tun *ret);
/* How the kernel hands packets to a TUN: so many may wait, of so many octets as one (0: 64 KB). */
struct helper_queue {
    uint32_t packets, octets;
};

/* No link-local address of the kernel's own making, the queue; up. */
int helper_net_link_up(struct helper_net *net, uint32_t ifindex, uint16_t mtu,
                       const struct helper_queue *queue);
int helper_net_set_mtu(struct helper_net *net, uint32_t ifindex, uint16_t mtu);
/* Only if it is still called @name, and is a TUN interface. */
int helper_net_delete_link(struct helper_net *net, uint32_t ifindex, const char *name);
/* @peer 0: none. */
int helper_net_add_address4(struct helper_net *net, uint32_t ifindex, uint32_t local,
                            uint32_t peer);
int helper_net_delete_address4(struct helper_net *net, uint32_t ifindex, uint32_t local);
/* A link-local address, with its /64. */
int helper_net_add_address6(struct helper_net *net, uint32_t ifindex,
                            const uint8_t local[static 16]);

int helper_net_add_route(struct helper_net *net, const struct helper_route *route);
int helper_net_delete_route(struct helper_net *net, const struct helper_route *route);
int helper_net_add_rule(struct helper_net *net, const struct helper_rule *rule);
int helper_net_delete_rule(struct helper_net *net, const struct helper_rule *rule);

/* The prefixes that this computer is connected to (main table, scope link), but for @except.
 * Returns how many there are in @out (at most @cap), or a negative errno. */
int helper_net_connected(struct helper_net *net, uint32_t except, struct net_route *out, int cap);
/* Does another interface than @except have this IPv4 address? 1, 0 or a negative errno. */
int helper_net_has_address4(struct helper_net *net, uint32_t except, uint32_t address);
/* Has any interface this address (@octets: 4 or 16)? 1, 0 or a negative errno. */
int helper_net_has_address(struct helper_net *net, uint8_t family, const uint8_t *octets);
/* Has the interface an IPv6 address that reaches further than its link? */
int helper_net_has_global6(struct helper_net *net, uint32_t ifindex);
/* Packets that this computer sent into the interface. */
int helper_net_sent(struct helper_net *net, uint32_t ifindex, uint64_t *ret);

/* The interface by which a packet of this computer without a mark goes to @to (an address). False:
 * there is no way. */
bool helper_net_way_to(struct helper_net *net, const struct net_route *to, uint32_t *ret_ifindex,
                       char ret_name[static IFNAMSIZ]);

/* A descriptor that is readable when some address, or rule of IPv4 or IPv6, changed;
 * helper_net_drain() empties it. */
int helper_net_watch(struct helper_net *net);
void helper_net_drain(struct helper_net *net);
