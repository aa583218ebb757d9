/*
 * ppp-link-params.h - what a link of ppp-link.h may do, and what it wants.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "clock.h"
#include "ipcp.h"
#include "ppp-auth-method.h"
#include "rng.h"

struct ppp_link_params {
    const struct rng *rng; /* borrowed for the link's life */
    uint16_t mru;          /* what we can receive and ask for; 0: 1500, not asked for */
    uint16_t mtu_max;      /* the most that the carrier takes; 0: 1500 */
    bool compress_fields;  /* ask for PFC and ACFC (they are granted in any case) */
    bool reliable;         /* the carrier is a stream that loses nothing */
    bool ipv4, ipv6;       /* the network protocols that are wanted */
    unsigned mppe;         /* CCP_MPPE_* bits that may be used; 0: CCP is refused */
    bool mppe_required;    /* no packet passes before CCP has opened */
    usec_t echo_interval;  /* 0: 30 s */
    uint32_t path_rtt;     /* what the carrier knows of it, microseconds; 0: nothing */

    unsigned auth;      /* client: enum ppp_auth_method, or'ed: what may be used */
    uint32_t fixed_ip4; /* client: the address to ask for; 0: the server's choice */
    bool nbns;          /* client: ask for WINS servers by IPCP too */

    bool server;                    /* everything below is for this role */
    uint8_t n_demand;               /* what to ask for, in this order, when the peer Naks */
    enum ppp_auth_method demand[5]; /* none, or PPP_AUTH_NONE: no authentication */
    bool offers;                    /* of LCP, that nobody takes: see lcp.h */
    bool ccp_first;                 /* as pppd: no other protocol before CCP is Opened */
    bool hold_network;              /* until ppp_link_start_network() */
    struct ipcp_config give;        /* local, peer, name servers */
    uint32_t mppe_only;             /* insist on these bits of CCP's as they stand; 0: do not */
};
