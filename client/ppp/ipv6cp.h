/*
 * ipv6cp.h - interface identifiers for IPv6 over PPP: RFC 5072. Addresses beyond the link-local
 * ones come by router advertisement, which is the kernel's business.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ppp-fsm.h"
#include "rng.h"

enum { IPV6CP_INTERFACE_ID = 1 };

struct ipv6cp {
    struct ppp_fsm fsm;
    const struct rng *rng;
    bool asking;               /* a Reject clears it */
    uint8_t local[8], peer[8]; /* interface identifiers; zero: none */
};

void ipv6cp_init(struct ipv6cp *v6, const struct rng *rng, struct ppp_queue *out);
/* fe80::/64 with an identifier. */
void ipv6cp_address(const uint8_t id[static 8], uint8_t ret[static 16]);
