/* test-helper-hold.c - what is held back while a call is dialed again. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "helper-hold.h"

#include <glib.h>

static void
add(struct helper_routes *r, enum helper_route_type type, const char *to)
{
    r->routes[r->n_routes].type = type;
    g_assert_true(net_route_parse(to, &r->routes[r->n_routes++].to));
}

static char *
lines_after_exceptions(const struct helper_routes *r)
{
    g_autofree char *all = helper_hold_ruleset("hold-3", r, false);
    char *from = strstr(all, "ff02::/16 } accept\n");
    char *to = strstr(all, "  }\n");

    g_assert_true(g_str_has_prefix(all, "table inet dialtone-hold-3 {\n"));
    g_assert_nonnull(strstr(all, "    meta mark 0x6474 accept\n"));
    g_assert_true(from != NULL && to > from);
    from += strlen("ff02::/16 } accept\n");
    return g_strndup(from, (gsize)(to - from));
}

static void
test_full(void)
{
    g_autofree struct helper_routes *r = g_new0(struct helper_routes, 1);

    add(r, HELPER_ROUTE_UNICAST, "0.0.0.0/0");
    add(r, HELPER_ROUTE_UNREACHABLE, "0.0.0.0/0");
    add(r, HELPER_ROUTE_UNREACHABLE, "::/0");
    g_autofree char *lines = lines_after_exceptions(r);
    g_assert_cmpstr(lines, ==,
                    "    meta nfproto ipv4 drop\n"
                    "    meta nfproto ipv4 drop\n"
                    "    meta nfproto ipv6 drop\n");
}

/* Of a call that goes through another one: that tunnel is no way out for it. */
static void
test_inner(void)
{
    g_autofree struct helper_routes *r = g_new0(struct helper_routes, 1);

    add(r, HELPER_ROUTE_UNICAST, "0.0.0.0/0");
    add(r, HELPER_ROUTE_UNICAST, "10.7.0.2/32");
    r->routes[1].table =
        HELPER_OUTER_TABLE; /* the way to its server is no way of what it carries */
    g_autofree char *outer = helper_hold_ruleset("hold-3", r, false);
    g_autofree char *inner = helper_hold_ruleset("hold-3", r, true);
    g_assert_nonnull(strstr(outer, "    oifname { \"lo\", \"vpn*\" } accept\n"));
    g_assert_nonnull(strstr(inner, "    oifname { \"lo\" } accept\n"));
    g_assert_null(strstr(inner, "vpn"));
    g_assert_null(strstr(inner, "10.7.0.2"));
    g_assert_nonnull(strstr(inner, "    meta nfproto ipv4 drop\n"));
}

/* As when routing: a network that is connected here passes, a host in it that was routed does not.
 */
static void
test_split(void)
{
    g_autofree struct helper_routes *r = g_new0(struct helper_routes, 1);

    add(r, HELPER_ROUTE_UNICAST, "10.0.0.0/8");
    add(r, HELPER_ROUTE_THROW, "10.1.0.0/16");
    add(r, HELPER_ROUTE_UNICAST, "10.1.2.3/32");
    add(r, HELPER_ROUTE_UNICAST, "2001:db8::/32");
    g_autofree char *lines = lines_after_exceptions(r);
    g_assert_nonnull(strstr(lines, "    ip6 daddr 2001:db8::/32 drop\n"));
    const char *host = strstr(lines, "    ip daddr 10.1.2.3/32 drop\n");
    const char *near = strstr(lines, "    ip daddr 10.1.0.0/16 accept\n");
    const char *rest = strstr(lines, "    ip daddr 10.0.0.0/8 drop\n");
    g_assert_true(host != NULL && near > host && rest > near);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/helper-hold/full", test_full);
    g_test_add_func("/helper-hold/split", test_split);
    g_test_add_func("/helper-hold/inner", test_inner);
    return g_test_run();
}
