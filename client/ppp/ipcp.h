/*
 * ipcp.h - IPv4 addresses over PPP: RFC 1332, and RFC 1877 for the name servers. Either role: a
 * client takes what it is given, a server gives.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "net-config.h"
#include "ppp-fsm.h"

enum ipcp_option {
    IPCP_ADDRESSES = 1, /* obsolete */
    IPCP_COMPRESSION = 2,
    IPCP_ADDRESS = 3,
    IPCP_DNS1 = 129,
    IPCP_NBNS1 = 130,
    IPCP_DNS2 = 131,
    IPCP_NBNS2 = 132,
};

struct ipcp_config {
    uint32_t local, peer, dns[2], nbns[2]; /* host byte order; 0: not given */
};

struct ipcp_params {
    bool server;
    uint32_t fixed;          /* client: the only address that will do; 0: any */
    bool nbns;               /* client: ask for WINS servers */
    bool guess;              /* client: ask at once for what remains of the request when the peer
                                has fewer servers than four. Without this, the Reject costs a
                                round trip. Not of a peer that takes another address from DHCP for
                                each request (SoftEther) */
    struct ipcp_config give; /* server: .local is ours, .peer and the servers are for the peer */
};

struct ipcp {
    struct ppp_fsm fsm;
    struct ipcp_params params;
    struct ipcp_config now; /* agreed so far; settled once opened */
    unsigned asking;        /* bit n: the n-th option of the request; a Reject clears it */
    bool offered;           /* the last Nak gave an address; the owner clears it */
    bool fixed_refused;     /* the peer does not take params.fixed */
    bool unusable;          /* the peer gives what nobody can have: 127.0.0.1, 224.0.0.1 */
};

/* Drive it with the ppp_fsm_*() of ->fsm. */
void ipcp_init(struct ipcp *ipcp, const struct ipcp_params *params, struct ppp_queue *out);
