/* helper-link.c - see helper-link.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-link.h"

#include "helper-guard.h"

#include <errno.h>
#include <unistd.h>

struct helper_link {
    struct helper_host *host;
    struct helper_journal *journal;
    struct helper_log *log;
    const struct dial_plan *plan;
    struct helper_endpoint server;
    bool has_server;
    uint32_t through;
    bool tried6; /* the address was set, or could not be */
    bool global6;
    struct net_config config;
    char name[IFNAMSIZ];
    uint32_t ifindex;
    struct helper_routes done; /* in the kernel, and in the journal */
};

static bool
has6(const struct net_config *c)
{
    static const uint8_t none[16];

    return memcmp(c->local6, none, sizeof none) != 0;
}

static bool
fail(struct ras_end *end, const char *what, int err)
{
    ras_end_set(end, RAS_RASMAN_CANNOT_INITIALIZE, "%s: %s", what, g_strerror(-err));
    return false;
}

static bool
is_server(const struct helper_link *l, uint32_t address)
{
    struct rd r = rd_over(l->server.address, 4);

    return l->has_server && l->server.family == 4 && rd_be32(&r) == address;
}

/* The tunnel passed on what a server said: is it an address that may be ours? (threats I1) */
static bool
acceptable(const struct helper_link *l, const struct net_config *c, struct ras_end *end)
{
    char text[16];

    if (c->local4 == 0)
        return true;
    if (is_server(l, c->local4) ||
        helper_net_has_address4(l->host->net, l->ifindex, c->local4) > 0) {
        ras_end_set(end, RAS_PPP_NO_PROTOCOLS_CONFIGURED,
                    "the server gave an address that is in use: %s", net_ip4_text(c->local4, text));
        return false;
    }
    return true;
}

/* A peer that is also a way to somewhere else gets no route of its own. */
static uint32_t
routable_peer(const struct helper_link *l, const struct net_config *c)
{
    if (c->peer4 == c->local4 || is_server(l, c->peer4) ||
        helper_net_has_address4(l->host->net, l->ifindex, c->peer4) > 0)
        return 0;
    return c->peer4;
}

static bool
open_interface(struct helper_link *l, struct helper_tun *ret, struct ras_end *end)
{
    struct undo u = {.kind = UNDO_LINK};
    int err = helper_net_open_tun(l->host->net, ret);

    if (err < 0)
        return fail(end, "/dev/net/tun", err);
    memcpy(l->name, ret->name, sizeof l->name);
    l->ifindex = ret->ifindex;
    /* Until the descriptor is handed on, the interface goes with us: no record is needed before. */
    u.link.ifindex = l->ifindex;
    memcpy(u.link.name, l->name, sizeof u.link.name);
    err = helper_journal_intend(l->journal, &u);
    if (err < 0) {
        close(ret->fd);
        return fail(end, "the undo journal cannot be written", err);
    }
    return true;
}

/* Without an IPv6 of this computer there is none for the link: forget what the far end gave. */
static int
set_address6(struct helper_link *l)
{
    int err = 0;

    if (!has6(&l->config))
        return 0;
    l->tried6 = true;
    err = helper_net_add_address6(l->host->net, l->ifindex, l->config.local6);
    if (err < 0) { /* it is switched off here: IPv4 is worth having */
        helper_log(l->log, LOG_WARNING, "IPv6 is not available: %s", g_strerror(-err));
        memset(l->config.local6, 0, sizeof l->config.local6);
    }
    return err;
}

/* What waits in the interface is what a ping waits for behind a transfer, so it is not much; but
 * the kernel drops what comes when it is full, short packets like long ones, and on a busy computer
 * the tunnel may be away for some milliseconds: a burst of acknowledgements or of what TCP sends
 * again has to find room. GRE is slower, and goes a packet at a time: 64 KB at once are a burst
 * that a router or a server with a small buffer drops the end of. */
static const struct helper_queue *
queue_of(const struct helper_link *l)
{
    static const struct helper_queue stream = {.packets = 32}, gre = {32, 32000};

    return l->has_server && l->server.raw && l->server.kind == SOCKET_TCP ? &gre : &stream;
}

static bool
configure_interface(struct helper_link *l, struct ras_end *end)
{
    struct helper_net *net = l->host->net;
    const struct net_config *c = &l->config;
    int err = helper_net_link_up(net, l->ifindex, c->mtu, queue_of(l));

    if (err < 0)
        return fail(end, "the interface cannot be set up", err);
    if (c->local4 != 0) {
        err = helper_net_add_address4(net, l->ifindex, c->local4, routable_peer(l, c));
        if (err < 0)
            return fail(end, "the IPv4 address cannot be set", err);
    }
    err = set_address6(l);
    if (err < 0 && c->local4 == 0)
        return fail(end, "the IPv6 address cannot be set", err);
    return true;
}

struct helper_link *
helper_link_new(struct helper_host *host, struct helper_journal *journal, struct helper_log *log,
                const struct dial_plan *plan, const struct net_config *config,
                const struct helper_endpoint *server, uint32_t through, struct helper_tun *ret_tun,
                struct ras_end *ret_end)
{
    CLEANUP(helper_link_free) struct helper_link *l = g_new0(struct helper_link, 1);

    l->host = host;
    l->journal = journal;
    l->log = log;
    l->plan = plan;
    l->config = *config;
    l->has_server = server != NULL;
    l->through = through;
    if (server != NULL)
        l->server = *server;
    if (!acceptable(l, config, ret_end))
        return NULL;
    if (!open_interface(l, ret_tun, ret_end))
        return NULL;
    if (!configure_interface(l, ret_end)) {
        close(ret_tun->fd);
        return NULL;
    }
    return TAKE(l);
}

void
helper_link_free(struct helper_link *link)
{
    g_free(link);
}

static bool
same_route(const struct helper_route *a, const struct helper_route *b)
{
    return a->type == b->type && a->metric == b->metric && a->table == b->table &&
           a->to.prefix == b->to.prefix && helper_route_within(&a->to, &b->to);
}

static bool
has_route(const struct helper_routes *routes, const struct helper_route *r)
{
    for (int i = 0; i < routes->n_routes; i++)
        if (same_route(&routes->routes[i], r))
            return true;
    return false;
}

static int
add_route(struct helper_link *l, const struct helper_route *r)
{
    const struct undo u = {.kind = UNDO_ROUTE, .route = *r};
    const int err = helper_journal_intend(l->journal, &u);

    return err < 0 ? err : helper_net_add_route(l->host->net, r);
}

/* A host without IPv6 has nothing that could leak by it. */
static bool
harmless(uint8_t family, int err)
{
    return family == 6 && (err == -EAFNOSUPPORT || err == -EOPNOTSUPP);
}

static bool
add_routes(struct helper_link *l, const struct helper_routes *wanted, struct ras_end *end)
{
    char text[52];

    for (int i = 0; i < wanted->n_routes; i++) {
        const struct helper_route *r = &wanted->routes[i];
        if (has_route(&l->done, r))
            continue;
        if (l->done.n_routes == HELPER_MAX_ROUTES)
            return fail(end, "routes", -ENOSPC);
        const int err = add_route(l, r);
        if (err < 0 && !harmless(r->to.family, err)) {
            ras_end_set(end, RAS_RASMAN_CANNOT_INITIALIZE, "the route %s cannot be set: %s",
                        net_route_text(&r->to, text), g_strerror(-err));
            return false;
        }
        l->done.routes[l->done.n_routes++] = *r;
    }
    return true;
}

static bool
same_rule(const struct helper_rule *a, const struct helper_rule *b)
{
    return a->family == b->family && a->preference == b->preference && a->unmarked == b->unmarked &&
           a->protocol == b->protocol && a->source_port == b->source_port &&
           a->destination_port == b->destination_port && a->table == b->table &&
           memcmp(&a->to, &b->to, sizeof a->to) == 0; /* octets only: no padding */
}

static bool
has_rule(const struct helper_routes *routes, const struct helper_rule *r)
{
    for (int i = 0; i < routes->n_rules; i++)
        if (same_rule(&routes->rules[i], r))
            return true;
    return false;
}

static bool
add_rules(struct helper_link *l, const struct helper_routes *wanted, struct ras_end *end)
{
    for (int i = 0; i < wanted->n_rules; i++) {
        const struct helper_rule *r = &wanted->rules[i];
        if (has_rule(&l->done, r))
            continue;
        const struct undo u = {.kind = UNDO_RULE, .rule = *r};
        int err = helper_journal_intend(l->journal, &u);
        if (err == 0)
            err = helper_net_add_rule(l->host->net, r);
        if (err < 0 && !harmless(r->family, err))
            return fail(end, "a routing rule cannot be set", err);
        l->done.rules[l->done.n_rules++] = *r;
    }
    return true;
}

static bool
route_now(struct helper_link *l, struct ras_end *end)
{
    struct net_route connected[HELPER_MAX_CONNECTED];
    struct helper_route_facts facts = {
        .plan = l->plan,
        .config = &l->config,
        .server = l->has_server ? &l->server : NULL,
        .through = l->through,
        .ifindex = l->ifindex,
        .slot = helper_journal_slot(l->journal),
        .global6 = l->global6,
        .connected = connected,
    };
    g_autofree struct helper_routes *wanted = g_new0(struct helper_routes, 1);
    char text[52];

    facts.n_connected =
        helper_net_connected(l->host->net, l->ifindex, connected, HELPER_MAX_CONNECTED);
    if (facts.n_connected < 0)
        return fail(end, "the routes of this computer cannot be read", facts.n_connected);
    helper_routes_decide(&facts, wanted);
    for (int i = 0; i < wanted->n_refused; i++)
        helper_log(l->log, LOG_WARNING, "The route %s is not set: too broad, or the local network.",
                   net_route_text(&wanted->refused[i], text));
    return add_routes(l, wanted, end) && add_rules(l, wanted, end);
}

bool
helper_link_bypassed(const struct helper_link *link, char ret[static IFNAMSIZ])
{
    /* Of networks for benchmarks and documentation (RFC 2544, RFC 3849): somewhere on the internet,
     * where nobody has a route of its own to. */
    static const struct net_route anywhere[] = {{4, 32, {198, 18, 0, 1}},
                                                {6, 128, {0x20, 1, 0x0d, 0xb8, [15] = 1}}};
    uint32_t ifindex;

    if (!link->plan->default_gateway || link->done.n_rules == 0)
        return false;
    for (size_t i = 0; i < sizeof anywhere / sizeof *anywhere; i++)
        if (helper_net_way_to(link->host->net, &anywhere[i], &ifindex, ret) &&
            ifindex != link->ifindex)
            return true;
    return false;
}

bool
helper_link_route(struct helper_link *link, struct ras_end *ret_end)
{
    const bool routed = route_now(link, ret_end);
    char other[IFNAMSIZ];

    if (routed && helper_link_bypassed(link, other))
        helper_log(link->log, LOG_WARNING,
                   "Another routing rule comes first: what should go through this connection goes "
                   "out by %s.",
                   other);
    return routed;
}

/* What lets nothing out stays. */
static void
unroute(struct helper_link *l, uint8_t family)
{
    for (int i = 0; i < l->done.n_routes; i++) {
        const struct helper_route *r = &l->done.routes[i];
        if (r->type == HELPER_ROUTE_UNICAST && r->to.family == family) {
            helper_net_delete_route(l->host->net, r);
            l->done.routes[i--] = l->done.routes[--l->done.n_routes];
        }
    }
}

/* IPv6 was here, or was tried, and is not: it does not come back in this call. */
static bool
without6(const struct helper_link *l)
{
    return l->tried6 && !has6(&l->config);
}

/* The call goes on with IPv4. (pppd on a host without IPv6 ends IPV6CP as soon as it is open.) */
static void
end_ipv6(struct helper_link *l)
{
    helper_log(l->log, LOG_INFO, "The server has ended IPv6.");
    l->global6 = false;
    unroute(l, 6); /* it has no address any more that IPv6 could use beyond the link */
}

/* The address that was set is what the server's Nak said, and it may think of another before its
 * Ack (RFC 1332 section 3.3). Routes can follow from the address, so they are set anew. */
static bool
readdress(struct helper_link *l, const struct net_config *config, struct ras_end *end)
{
    struct helper_net *net = l->host->net;

    if (!acceptable(l, config, end))
        return false;
    unroute(l, 4);
    /* First: of two addresses with one peer the kernel takes the second with the first. */
    int err =
        l->config.local4 == 0 ? 0 : helper_net_delete_address4(net, l->ifindex, l->config.local4);
    if (err < 0)
        return fail(end, "the earlier IPv4 address cannot be removed", err);
    err = config->local4 == 0
              ? 0
              : helper_net_add_address4(net, l->ifindex, config->local4, routable_peer(l, config));
    return err == 0 || fail(end, "the IPv4 address cannot be set", err);
}

static bool
change(struct helper_link *link, const struct net_config *config, bool up, struct ras_end *ret_end)
{
    const bool keeps6 = has6(&link->config) && has6(config);
    const bool moves4 = config->local4 != link->config.local4;

    if ((moves4 && up) || (keeps6 && memcmp(config->local6, link->config.local6, 16) != 0)) {
        /* Connections of programs are bound to the address: a new call is the honest way. */
        ras_end_set(ret_end, RAS_LINK_FAILURE, "the server changed this computer's address");
        return false;
    }
    if (moves4 && !readdress(link, config, ret_end))
        return false;
    if (config->mtu != link->config.mtu) {
        const int err = helper_net_set_mtu(link->host->net, link->ifindex, config->mtu);
        if (err < 0)
            return fail(ret_end, "the MTU cannot be set", err);
    }
    if (has6(&link->config) && !keeps6)
        end_ipv6(link);
    const bool never6 = without6(link);

    link->config = *config;
    if (never6)
        memset(link->config.local6, 0, sizeof link->config.local6);
    else if (!link->tried6)
        set_address6(link); /* IPV6CP may open after IPCP */
    return route_now(link, ret_end);
}

bool
helper_link_change(struct helper_link *link, const struct net_config *config, bool up,
                   struct ras_end *ret_end)
{
    uint64_t sent;

    /* The interface goes with its tunnel, which tells itself why it has ended. */
    return change(link, config, up, ret_end) ||
           helper_net_sent(link->host->net, link->ifindex, &sent) == -ENODEV;
}

void
helper_link_guard(struct helper_link *link)
{
    struct undo u = {.kind = UNDO_GUARD, .link.ifindex = link->ifindex};

    if (link->config.local4 == 0 || helper_host_apart(link->host))
        return; /* no neighbours */
    memcpy(u.link.name, link->name, sizeof u.link.name);
    int err = helper_journal_intend(link->journal, &u);
    if (err == 0)
        err = helper_guard_add(link->name, link->config.local4);
    if (err < 0)
        helper_log(link->log, LOG_INFO, "Neighbours can reach the tunnel's address (nftables: %s).",
                   g_strerror(-err));
}

void
helper_link_addresses_changed(struct helper_link *link)
{
    struct ras_end end = {0};
    const bool global6 = helper_net_has_global6(link->host->net, link->ifindex) > 0;

    if (global6 == link->global6 || !link->plan->default_gateway || without6(link))
        return;
    link->global6 = global6;
    helper_log(link->log, LOG_INFO, "IPv6 beyond the link is %s.",
               global6 ? "available" : "not available any more");
    if (!global6)
        unroute(link, 6);
    else if (!route_now(link, &end))
        helper_log(link->log, LOG_WARNING, "%s", end.detail);
}

const struct helper_routes *
helper_link_done(const struct helper_link *link)
{
    return &link->done;
}

const char *
helper_link_name(const struct helper_link *link)
{
    return link->name;
}

uint32_t
helper_link_index(const struct helper_link *link)
{
    return link->ifindex;
}

const struct net_config *
helper_link_config(const struct helper_link *link)
{
    return &link->config;
}

char **
helper_link_routes(const struct helper_link *link)
{
    GStrvBuilder *b = g_strv_builder_new();
    char text[52];

    for (int i = 0; i < link->done.n_routes; i++)
        if (link->done.routes[i].type == HELPER_ROUTE_UNICAST && link->done.routes[i].table == 0)
            g_strv_builder_add(b, net_route_text(&link->done.routes[i].to, text));
    char **routes = g_strv_builder_end(b);
    g_strv_builder_unref(b);
    return routes;
}

const char *
helper_link_domain(const struct helper_link *link)
{
    return link->plan->domain[0] != '\0' ? link->plan->domain : link->config.domain;
}

static void
add_server(struct helper_dns_settings *s, const struct plan_address *server)
{
    for (unsigned i = 0; i < s->n_servers; i++)
        if (memcmp(&s->servers[i], server, sizeof *server) == 0)
            return;
    if (s->n_servers < G_N_ELEMENTS(s->servers))
        s->servers[s->n_servers++] = *server;
}

/* One of IPv6 cannot be asked through a tunnel that has only IPv4. */
static void
add_servers(struct helper_dns_settings *s, const struct helper_link *link,
            const struct plan_address *servers, unsigned n)
{
    static const uint8_t none[16];
    const bool six = memcmp(link->config.local6, none, sizeof none) != 0;

    for (unsigned i = 0; i < n; i++)
        if (six || servers[i].family == 4)
            add_server(s, &servers[i]);
}

/* Those of the profile, or else of the server. */
static void
add_general_servers(struct helper_dns_settings *s, const struct helper_link *link)
{
    const struct dial_plan *plan = link->plan;
    const bool own = plan->n_dns > 0;
    const uint32_t *servers = own ? plan->dns : link->config.dns;
    const unsigned n = own ? plan->n_dns : link->config.n_dns;

    for (unsigned i = 0; i < n; i++) {
        const struct plan_address a = plan_address_of_ip4(servers[i]);
        add_server(s, &a);
    }
    add_servers(s, link, plan->names.dns6, plan->names.n_dns6);
}

static void
add_domain(struct helper_dns_settings *s, const char *name, bool search)
{
    if (g_str_equal(name, ".")) {
        s->everything = true;
        return;
    }
    for (unsigned i = 0; i < s->n_domains; i++)
        if (g_ascii_strcasecmp(s->domains[i].name, name) == 0) {
            s->domains[i].search |= search;
            return;
        }
    s->domains[s->n_domains++] = (struct helper_dns_domain){name, search};
}

bool
helper_link_dns(const struct helper_link *link, struct helper_dns_settings *ret)
{
    struct helper_dns_settings s = {.ifindex = link->ifindex, .ifname = link->name};
    const struct dial_plan *plan = link->plan;
    const char *domain = helper_link_domain(link);

    /* For some names only, those that the profile names for them are asked first. */
    if (plan->default_gateway)
        add_general_servers(&s, link);
    add_servers(&s, link, plan->names.servers, plan->names.n_servers);
    add_general_servers(&s, link);
    if (*domain != '\0')
        add_domain(&s, domain, true);
    for (unsigned i = 0; i < plan->names.n; i++)
        add_domain(&s, plan->names.name[i].suffix, plan->names.name[i].search);
    for (unsigned i = 0; i < link->config.n_search; i++)
        add_domain(&s, link->config.search[i], true);
    /* Without a domain to tell its names by, its servers must hear of all or of none. */
    s.everything |= plan->default_gateway || s.n_domains == 0;
    *ret = s;
    return plan->set_dns && s.n_servers > 0;
}
