/* test-helper-route.c - which routes and rules. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-route.h"

#include <glib.h>
#include <netinet/in.h>

struct fixture {
    struct dial_plan plan;
    struct net_config config;
    struct net_route connected[4];
    struct helper_endpoint server;
    struct helper_route_facts facts;
    struct helper_routes got;
};

static void
setup(struct fixture *f, gconstpointer data)
{
    (void)data;
    dial_plan_init(&f->plan);
    f->config = (struct net_config){.local4 = 0x0a141e02, .peer4 = 0x0a141e01, .mtu = 1400};
    f->server = (struct helper_endpoint){.family = 4,
                                         .address = {203, 0, 113, 5},
                                         .port = 443,
                                         .kind = SOCKET_TCP,
                                         .local_port = 40000};
    f->facts = (struct helper_route_facts){.plan = &f->plan,
                                           .config = &f->config,
                                           .server = &f->server,
                                           .ifindex = 9,
                                           .slot = 2,
                                           .connected = f->connected};
}

static void
teardown(struct fixture *f, gconstpointer data)
{
    (void)data;
    dial_plan_clear(&f->plan);
}

static const char *
protocol_text(const struct helper_rule *r)
{
    return r->protocol == IPPROTO_GRE   ? "gre "
           : r->protocol == IPPROTO_ESP ? "esp "
           : r->protocol == IPPROTO_UDP ? "udp "
           : r->protocol == IPPROTO_TCP ? "tcp "
                                        : "";
}

/* One line each, as `ip` might print them. */
static char *
decide(struct fixture *f)
{
    static const char *const types[] = {"", "unreachable ", "throw "};
    GString *s = g_string_new(NULL);
    char text[52];

    helper_routes_decide(&f->facts, &f->got);
    for (int i = 0; i < f->got.n_routes; i++) {
        const struct helper_route *r = &f->got.routes[i];
        g_string_append_printf(s, "%s%s dev %u metric %u%s\n", types[r->type],
                               net_route_text(&r->to, text), r->ifindex, r->metric,
                               r->table == HELPER_OUTER_TABLE ? " outer" : "");
    }
    for (int i = 0; i < f->got.n_rules; i++) {
        const struct helper_rule *r = &f->got.rules[i];
        g_string_append_printf(s, "rule%u %u %s%s%s sport %u dport %u lookup %u\n", r->family,
                               r->preference, protocol_text(r), r->unmarked ? "unmarked " : "",
                               r->to.family != 0 ? net_route_text(&r->to, text) : "all",
                               r->source_port, r->destination_port, r->table);
    }
    for (int i = 0; i < f->got.n_refused; i++)
        g_string_append_printf(s, "refused %s\n", net_route_text(&f->got.refused[i], text));
    return g_string_free(s, FALSE);
}

#define RULES4                                                                                     \
    "rule4 5462 tcp 203.0.113.5/32 sport 40000 dport 443 lookup 254\n"                             \
    "rule4 5462 tcp 203.0.113.5/32 sport 443 dport 40000 lookup 254\n"                             \
    "rule4 5472 unmarked all sport 0 dport 0 lookup 25716\n"
#define RULES6                                                                                     \
    "rule6 5472 fe80::/10 sport 0 dport 0 lookup 254\n"                                            \
    "rule6 5472 unmarked all sport 0 dport 0 lookup 25716\n"
#define FENCE                                                                                      \
    "unreachable 0.0.0.0/0 dev 0 metric 4294967293\n"                                              \
    "unreachable ::/0 dev 0 metric 4294967293\n"

static void
test_full(struct fixture *f, gconstpointer data)
{
    (void)data;
    f->facts.n_connected = 1;
    net_route_parse("192.168.1.0/24", &f->connected[0]);
    g_autofree char *got = decide(f);
    g_assert_cmpstr(got, ==, "0.0.0.0/0 dev 9 metric 102\n" FENCE RULES4 RULES6);

    f->facts.global6 = true;
    g_autofree char *six = decide(f);
    g_assert_cmpstr(six, ==,
                    "0.0.0.0/0 dev 9 metric 102\n::/0 dev 9 metric 102\n" FENCE RULES4 RULES6);
}

/* Double dial: before the one that it goes through in all, but for what is its server's. */
static void
test_through(struct fixture *f, gconstpointer data)
{
    (void)data;
    f->facts.through = 7;
    g_autofree char *got = decide(f);
    g_assert_cmpstr(got, ==,
                    "0.0.0.0/0 dev 9 metric 52\n" FENCE "203.0.113.5/32 dev 7 metric 52 outer\n"
                    "rule4 5462 tcp 203.0.113.5/32 sport 40000 dport 443 lookup 25717\n"
                    "rule4 5462 tcp 203.0.113.5/32 sport 443 dport 40000 lookup 25717\n"
                    "rule4 5472 unmarked all sport 0 dport 0 lookup 25716\n" RULES6);
}

/* PPTP: what comes back in GRE must pass a strict reverse path filter as well. */
static void
test_gre(struct fixture *f, gconstpointer data)
{
    (void)data;
    f->server.raw = true;
    g_autofree char *got = decide(f);
    g_assert_cmpstr(got, ==,
                    "0.0.0.0/0 dev 9 metric 102\n" FENCE
                    "rule4 5462 gre 203.0.113.5/32 sport 0 dport 0 lookup 254\n" RULES4 RULES6);
}

/* L2TP: IKE on both ports, and ESP with and without UDP. */
static void
test_ipsec(struct fixture *f, gconstpointer data)
{
    (void)data;
    f->server.kind = SOCKET_UDP;
    f->server.port = f->server.local_port = 500;
    f->server.float_port = 40001;
    f->server.raw = true;
    g_autofree char *got = decide(f);
    g_assert_cmpstr(got, ==,
                    "0.0.0.0/0 dev 9 metric 102\n" FENCE
                    "rule4 5462 esp 203.0.113.5/32 sport 0 dport 0 lookup 254\n"
                    "rule4 5462 udp 203.0.113.5/32 sport 500 dport 500 lookup 254\n"
                    "rule4 5462 udp 203.0.113.5/32 sport 40001 dport 4500 lookup 254\n"
                    "rule4 5462 udp 203.0.113.5/32 sport 4500 dport 40001 lookup 254\n"
                    "rule4 5472 unmarked all sport 0 dport 0 lookup 25716\n" RULES6);
}

/* N5: only one family has come up; the other is fenced all the same. */
static void
test_full_six_only(struct fixture *f, gconstpointer data)
{
    (void)data;
    f->config.local4 = 0;
    f->config.local6[0] = 0xfe, f->config.local6[1] = 0x80, f->config.local6[15] = 2;
    f->server.family = 6;
    g_autofree char *got = decide(f);
    g_assert_cmpstr(got, ==, FENCE "rule4 5472 unmarked all sport 0 dport 0 lookup 25716\n" RULES6);
}

static void
test_split(struct fixture *f, gconstpointer data)
{
    (void)data;
    f->plan.default_gateway = false;
    f->plan.n_routes = 2;
    net_route_parse("198.51.100.0/24", &f->plan.routes[0]);
    net_route_parse("2001:db8::/32", &f->plan.routes[1]); /* there is no IPv6 */
    f->config.n_routes = 3;
    net_route_parse("172.16.0.0/12", &f->config.routes[0]);
    net_route_parse("128.0.0.0/1", &f->config.routes[1]);
    net_route_parse("198.51.100.0/24", &f->config.routes[2]); /* known already */
    g_autofree char *got = decide(f);
    g_assert_cmpstr(got, ==,
                    "198.51.100.0/24 dev 9 metric 102\n172.16.0.0/12 dev 9 metric 102\n"
                    "10.0.0.0/8 dev 9 metric 102\n" RULES4 "refused 128.0.0.0/1\n");
}

/* I6: a default route that the server pushes is not "use default gateway". */
static void
test_pushed_default(struct fixture *f, gconstpointer data)
{
    (void)data;
    f->plan.default_gateway = f->plan.class_route = false;
    f->config.n_routes = 1;
    net_route_parse("0.0.0.0/0", &f->config.routes[0]);
    g_autofree char *got = decide(f);
    g_assert_cmpstr(got, ==, "refused 0.0.0.0/0\n");
}

static void
test_nothing(struct fixture *f, gconstpointer data)
{
    (void)data;
    f->plan.default_gateway = f->plan.class_route = false;
    g_autofree char *got = decide(f);
    g_assert_cmpstr(got, ==, "");
}

/* N2: a network that is connected here stays reachable if it is one that a site has by itself. */
static void
test_connected(struct fixture *f, gconstpointer data)
{
    (void)data;
    f->plan.default_gateway = f->plan.class_route = false;
    f->plan.n_routes = 3;
    net_route_parse("10.0.0.0/8", &f->plan.routes[0]);
    net_route_parse("8.0.0.0/6", &f->plan.routes[1]);
    net_route_parse("192.168.1.0/24", &f->plan.routes[2]);
    f->facts.n_connected = 4;
    net_route_parse("10.9.0.0/24", &f->connected[0]);
    net_route_parse("8.8.0.0/16", &f->connected[1]);     /* a hotspot that calls itself local */
    net_route_parse("192.168.1.0/24", &f->connected[2]); /* the same network twice: the tunnel's */
    net_route_parse("192.168.0.0/16", &f->connected[3]); /* broader: the profile knows better */
    g_autofree char *got = decide(f);
    g_assert_cmpstr(got, ==,
                    "10.0.0.0/8 dev 9 metric 102\n8.0.0.0/6 dev 9 metric 102\n"
                    "192.168.1.0/24 dev 9 metric 102\nthrow 10.9.0.0/24 dev 0 metric 102\n" RULES4);
}

/* The class of our address is the network that we sit in: a guess gives way to a fact. */
static void
test_class_route_gives_way(struct fixture *f, gconstpointer data)
{
    (void)data;
    f->plan.default_gateway = false;
    f->config.local4 = 0xc0a80163; /* 192.168.1.99 */
    f->facts.n_connected = 1;
    net_route_parse("192.168.1.0/24", &f->connected[0]);
    g_autofree char *got = decide(f);
    g_assert_cmpstr(got, ==, "refused 192.168.1.0/24\n");
}

static void
test_most(struct fixture *f, gconstpointer data)
{
    (void)data;
    f->plan.default_gateway = false;
    f->plan.n_routes = PLAN_MAX_ROUTES;
    f->config.n_routes = NET_MAX_ROUTES;
    for (unsigned i = 0; i < PLAN_MAX_ROUTES; i++)
        f->plan.routes[i] = (struct net_route){4, 24, {11, (uint8_t)(i >> 8), (uint8_t)i}};
    for (unsigned i = 0; i < NET_MAX_ROUTES; i++)
        f->config.routes[i] = (struct net_route){4, 24, {12, (uint8_t)(i >> 8), (uint8_t)i}};
    f->facts.n_connected = 0;
    g_autofree char *got = decide(f);
    g_assert_cmpint(f->got.n_routes, ==, PLAN_MAX_ROUTES + NET_MAX_ROUTES + 1);
}

static void
test_within(void)
{
    static const struct {
        const char *inner, *outer;
        bool within;
    } rows[] = {
        {"10.1.2.0/24", "10.0.0.0/8", true},
        {"10.0.0.0/8", "10.1.2.0/24", false},
        {"10.0.0.0/8", "10.0.0.0/8", true},
        {"11.0.0.0/8", "10.0.0.0/8", false},
        {"172.31.0.0/16", "172.16.0.0/12", true},
        {"172.32.0.0/16", "172.16.0.0/12", false},
        {"1.2.3.4/32", "0.0.0.0/0", true},
        {"::/0", "0.0.0.0/0", false},
        {"2001:db8::/48", "2001:db8::/32", true},
        {"fe80::/10", "fe80::/9", true},
        {"2001:db8::2/128", "2001:db8::3/128", false},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct net_route inner, outer;
        g_assert_true(net_route_parse(rows[i].inner, &inner));
        g_assert_true(net_route_parse(rows[i].outer, &outer));
        g_assert_cmpint(helper_route_within(&inner, &outer), ==, rows[i].within);
    }
}

static void
test_takes_over(struct fixture *f, gconstpointer data)
{
    (void)data;
    g_assert_true(helper_plan_takes_over(&f->plan));
    f->plan.default_gateway = false;
    g_assert_true(helper_plan_takes_over(&f->plan)); /* name servers */
    f->plan.set_dns = false;
    g_assert_false(helper_plan_takes_over(&f->plan));
    f->plan.n_routes = 1;
    net_route_parse("10.0.0.0/8", &f->plan.routes[0]);
    g_assert_false(helper_plan_takes_over(&f->plan));
    net_route_parse("128.0.0.0/1", &f->plan.routes[0]);
    g_assert_true(helper_plan_takes_over(&f->plan));
    net_route_parse("2000::/3", &f->plan.routes[0]);
    g_assert_true(helper_plan_takes_over(&f->plan));
}

#define ADD(path, fn) g_test_add("/helper-route/" path, struct fixture, NULL, setup, fn, teardown)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("full", test_full);
    ADD("full-gre", test_gre);
    ADD("through-another", test_through);
    ADD("full-ipsec", test_ipsec);
    ADD("N5-full-six-only", test_full_six_only);
    ADD("split", test_split);
    ADD("I6-pushed-default", test_pushed_default);
    ADD("nothing", test_nothing);
    ADD("N2-connected", test_connected);
    ADD("class-route-gives-way", test_class_route_gives_way);
    ADD("most", test_most);
    ADD("takes-over", test_takes_over);
    g_test_add_func("/helper-route/within", test_within);
    return g_test_run();
}
