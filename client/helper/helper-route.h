/*
 * helper-route.h - which routes and rules a call needs: a pure decision, and the only place where
 * it is made.
 *
 * All routes into a tunnel lie in one table of their own that is looked up before main, by packets
 * without our mark only. So the tunnel's own packets can never loop, whatever is routed; a route
 * that the local network hands out (DHCP option 121) can never win over ours; and main is not
 * touched. "Use default gateway on remote network" adds a default route and, behind it, an
 * unreachable one, for both families: what has no way into the tunnel goes nowhere (threats 4.4).
 * Otherwise the table has only the routes of the profile, of the server and of our address's class;
 * private networks that this computer is connected to stay reachable within those.
 *
 * A call that goes through another one comes before it: of routes to the same network, its own
 * wins. Its server is in a table that only the packets of that one connection are looked up in.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dial-plan.h"
#include "helper-net.h"
#include "helper-requests.h"

enum {
    HELPER_MAX_CONNECTED = 32,
    HELPER_MAX_RULES = 8,
    HELPER_MAX_ROUTES = PLAN_MAX_ROUTES + NET_MAX_ROUTES + HELPER_MAX_CONNECTED + 8,
};

struct helper_route_facts {
    const struct dial_plan *plan;
    const struct net_config *config;
    const struct helper_endpoint *server; /* whom the call goes to; NULL: not known */
    uint32_t
        through; /* interface of the call that this one goes through; 0: it goes through none */
    uint32_t ifindex;
    unsigned slot; /* < HELPER_SLOTS, one for each connection that is up */
    bool global6;  /* the interface has an IPv6 address that reaches beyond the link */
    int n_connected;
    const struct net_route *connected; /* networks of the other interfaces */
};

struct helper_routes {
    int n_rules, n_routes, n_refused;
    struct helper_rule rules[HELPER_MAX_RULES];    /* to be added in this order */
    struct helper_route routes[HELPER_MAX_ROUTES]; /* before the rules */
    struct net_route refused[NET_MAX_ROUTES + 1];
};

void helper_routes_decide(const struct helper_route_facts *facts, struct helper_routes *ret);

/* Does the plan replace the default route or the name servers? (polkit: full-tunnel) */
bool helper_plan_takes_over(const struct dial_plan *plan);
/* Is @inner the same as @outer, or a part of it? */
bool helper_route_within(const struct net_route *inner, const struct net_route *outer);
