/* helper-route.c - see helper-route.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-route.h"

#include <netinet/in.h>

enum {
    METRIC = 100,      /* + slot */
    METRIC_INNER = 50, /* of a call that goes through another: its routes win */
    /* A server may push a route as broad as a private network has reason to be. What is broader is
     * half a default route: that is the user's to decide. */
    BROADEST4 = 8,
    BROADEST6 = 16,
};

static const struct net_route link_local6 = {.family = 6, .prefix = 10, .address = {0xfe, 0x80}};

bool
helper_route_within(const struct net_route *inner, const struct net_route *outer)
{
    if (inner->family != outer->family || inner->prefix < outer->prefix)
        return false;
    for (unsigned i = 0; i < 16 && i * 8 < outer->prefix; i++) {
        const unsigned bits = outer->prefix - i * 8;
        const uint8_t mask = bits >= 8 ? 0xff : (uint8_t)(0xff00u >> bits);
        if ((inner->address[i] ^ outer->address[i]) & mask)
            return false;
    }
    return true;
}

/* RFC 1918, RFC 3927, RFC 4193, RFC 4291: networks that a site has by itself. What a hotspot calls
 * its "local network" beyond these gets no way around the tunnel (CVE-2023-36672). */
static bool
private_network(const struct net_route *r)
{
    static const struct net_route private[] = {
        {4, 8, {10}},        {4, 12, {172, 16}}, {4, 16, {192, 168}},
        {4, 16, {169, 254}}, {6, 7, {0xfc}},     {6, 10, {0xfe, 0x80}},
    };

    for (size_t i = 0; i < sizeof private / sizeof *private; i++)
        if (helper_route_within(r, &private[i]))
            return true;
    return false;
}

static void
add_rule(struct helper_routes *to, const struct helper_route_facts *f, struct helper_rule rule)
{
    rule.preference += f->slot;
    to->rules[to->n_rules++] = rule;
}

static void
add_route(struct helper_routes *to, enum helper_route_type type, const struct net_route *net,
          uint32_t metric, uint32_t ifindex)
{
    for (int i = 0; i < to->n_routes; i++) {
        const struct helper_route *r = &to->routes[i];
        if (r->metric == metric && r->to.prefix == net->prefix && helper_route_within(&r->to, net))
            return;
    }
    to->routes[to->n_routes++] =
        (struct helper_route){.type = type, .to = *net, .metric = metric, .ifindex = ifindex};
}

static uint32_t
metric(const struct helper_route_facts *f)
{
    return (f->through != 0 ? METRIC_INNER : METRIC) + f->slot;
}

static void
add_unicast(struct helper_routes *to, const struct helper_route_facts *f,
            const struct net_route *net)
{
    add_route(to, HELPER_ROUTE_UNICAST, net, metric(f), f->ifindex);
}

static void
add_both_ways(struct helper_routes *to, const struct helper_route_facts *f, struct helper_rule rule,
              uint16_t ours, uint16_t theirs)
{
    rule.source_port = ours;
    rule.destination_port = theirs;
    add_rule(to, f, rule);
    if (ours == theirs)
        return;
    rule.source_port = theirs;
    rule.destination_port = ours;
    add_rule(to, f, rule);
}

/* With the strict reverse path filter (rp_filter 1) the kernel drops what comes from an address
 * that it would answer elsewhere, and it looks that up without a mark. This lets the packets of one
 * connection in, by its ports, and no other out. Newer kernels swap the ports for that look-up,
 * older ones do not: hence both ways round. GRE and ESP have no ports; where the call is in one of
 * them, all of it to that server goes past the tunnel. These rules come before the other calls'
 * rules as well, which would send the look-up into their tunnels. */
static void
let_server_in(struct helper_routes *to, const struct helper_route_facts *f)
{
    struct helper_rule rule = {
        .family = 4, .preference = HELPER_RULE_SERVER, .to = {.family = 4, .prefix = 32}};
    const struct helper_endpoint *server = f->server;

    if (server == NULL || server->family != 4 || server->local_port == 0)
        return;
    const bool udp = server->kind == SOCKET_UDP;
    memcpy(rule.to.address, server->address, 4);
    rule.table = f->through != 0 ? HELPER_OUTER_TABLE : HELPER_MAIN_TABLE;
    if (f->through != 0)
        to->routes[to->n_routes++] = (struct helper_route){.type = HELPER_ROUTE_UNICAST,
                                                           .to = rule.to,
                                                           .metric = metric(f),
                                                           .ifindex = f->through,
                                                           .table = HELPER_OUTER_TABLE};
    if (server->raw) {
        rule.protocol = udp ? IPPROTO_ESP : IPPROTO_GRE;
        add_rule(to, f, rule);
    }
    rule.protocol = udp ? IPPROTO_UDP : IPPROTO_TCP;
    add_both_ways(to, f, rule, server->local_port, server->port);
    if (server->float_port != 0)
        add_both_ways(to, f, rule, server->float_port, IKE_FLOAT_PORT);
}

static void
add_rules4(struct helper_routes *to, const struct helper_route_facts *f)
{
    let_server_in(to, f);
    add_rule(
        to, f,
        (struct helper_rule){
            .family = 4, .preference = HELPER_RULE_FIRST, .unmarked = true, .table = HELPER_TABLE});
}

static void
add_rules6(struct helper_routes *to, const struct helper_route_facts *f)
{
    /* Neighbours cannot be reached but on the link, so nothing leaks there. */
    add_rule(to, f,
             (struct helper_rule){.family = 6,
                                  .preference = HELPER_RULE_FIRST,
                                  .to = link_local6,
                                  .table = HELPER_MAIN_TABLE});
    add_rule(
        to, f,
        (struct helper_rule){
            .family = 6, .preference = HELPER_RULE_FIRST, .unmarked = true, .table = HELPER_TABLE});
}

static void
decide_full(struct helper_routes *to, const struct helper_route_facts *f)
{
    const struct net_route all4 = {.family = 4}, all6 = {.family = 6};
    const uint32_t last = UINT32_MAX - f->slot;

    if (f->config->local4 != 0)
        add_unicast(to, f, &all4);
    /* Without an address of its own to send from, IPv6 would use another interface's. */
    if (f->global6)
        add_unicast(to, f, &all6);
    add_route(to, HELPER_ROUTE_UNREACHABLE, &all4, last, 0);
    add_route(to, HELPER_ROUTE_UNREACHABLE, &all6, last, 0);
    add_rules4(to, f);
    add_rules6(to, f);
}

static bool
has_family(const struct net_config *c, uint8_t family)
{
    static const uint8_t none[16];

    return family == 4 ? c->local4 != 0 : memcmp(c->local6, none, 16) != 0;
}

static void
add_pushed(struct helper_routes *to, const struct helper_route_facts *f)
{
    for (unsigned i = 0; i < f->config->n_routes; i++) {
        const struct net_route *r = &f->config->routes[i];
        if (r->prefix < (r->family == 4 ? BROADEST4 : BROADEST6))
            to->refused[to->n_refused++] = *r;
        else if (has_family(f->config, r->family))
            add_unicast(to, f, r);
    }
}

static void
add_class_route(struct helper_routes *to, const struct helper_route_facts *f)
{
    const uint32_t local = f->config->local4;
    struct net_route r = {.family = 4, .prefix = net_class_prefix(local)};
    const uint32_t net = local & ~(uint32_t)0 << (32 - r.prefix);

    for (unsigned i = 0; i < 4; i++)
        r.address[i] = (uint8_t)(net >> (24 - 8 * i));
    /* The class is a guess; that a network is connected here is a fact. */
    for (int i = 0; i < f->n_connected; i++) {
        if (helper_route_within(&r, &f->connected[i])) {
            to->refused[to->n_refused++] = r;
            return;
        }
    }
    add_unicast(to, f, &r);
}

static void
keep_connected(struct helper_routes *to, const struct helper_route_facts *f)
{
    const int n = to->n_routes;

    for (int c = 0; c < f->n_connected && c < HELPER_MAX_CONNECTED; c++) {
        const struct net_route *net = &f->connected[c];
        for (int i = 0; i < n; i++) {
            const struct net_route *r = &to->routes[i].to;
            if (net->prefix > r->prefix && helper_route_within(net, r) && private_network(net)) {
                add_route(to, HELPER_ROUTE_THROW, net, metric(f), 0);
                break;
            }
        }
    }
}

static void
decide_split(struct helper_routes *to, const struct helper_route_facts *f)
{
    bool four = false, six = false;

    for (unsigned i = 0; i < f->plan->n_routes; i++)
        if (has_family(f->config, f->plan->routes[i].family))
            add_unicast(to, f, &f->plan->routes[i]);
    add_pushed(to, f);
    if (f->plan->class_route && f->config->local4 != 0)
        add_class_route(to, f);
    keep_connected(to, f);

    for (int i = 0; i < to->n_routes; i++) {
        four |= to->routes[i].to.family == 4;
        six |= to->routes[i].to.family == 6;
    }
    if (four)
        add_rules4(to, f);
    if (six)
        add_rules6(to, f);
}

void
helper_routes_decide(const struct helper_route_facts *facts, struct helper_routes *ret)
{
    ret->n_rules = ret->n_routes = ret->n_refused = 0;
    if (facts->plan->default_gateway)
        decide_full(ret, facts);
    else
        decide_split(ret, facts);
}

bool
helper_plan_takes_over(const struct dial_plan *plan)
{
    for (unsigned i = 0; i < plan->n_routes; i++)
        if (plan->routes[i].prefix < (plan->routes[i].family == 4 ? BROADEST4 : BROADEST6))
            return true;
    return plan->default_gateway || plan->set_dns;
}
