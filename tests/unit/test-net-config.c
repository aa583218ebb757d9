/*
 * test-net-config.c - what a far end may give us, and what it may not.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "net-config.h"

static struct net_config
good(void)
{
    struct net_config c = {.local4 = 0x0a4d0064, .peer4 = 0x0a4d0001, .mtu = 1400};

    c.n_dns = 1;
    c.dns[0] = 0x0a4d0005;
    g_strlcpy(c.domain, "corp.example.test", sizeof c.domain);
    c.n_search = 1;
    g_strlcpy(c.search[0], "lab.example.test", sizeof c.search[0]);
    c.n_routes = 1;
    g_assert_true(net_route_parse("10.78.0.0/16", &c.routes[0]));
    return c;
}

static void
test_addresses(void)
{
    static const struct {
        const char *text;
        bool usable;
    } rows[] = {
        {"10.0.0.2", true},     {"0.0.0.0", false},         {"0.1.2.3", false},
        {"127.0.0.1", false},   {"224.0.0.1", false},       {"239.255.255.255", false},
        {"240.0.0.1", false},   {"255.255.255.255", false}, {"223.255.255.254", true},
        {"198.51.100.7", true},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint32_t a = 0;
        char text[16];

        g_assert_true(net_ip4_parse(rows[i].text, &a));
        g_assert_cmpstr(net_ip4_text(a, text), ==, rows[i].text);
        g_assert_true(net_ip4_usable(a) == rows[i].usable);
    }
}

static void
test_routes(void)
{
    static const struct {
        const char *text, *want; /* NULL: refused */
    } rows[] = {
        {"10.0.0.0/8", "10.0.0.0/8"},
        {"10.1.2.3/8", "10.0.0.0/8"},
        {"192.0.2.1", "192.0.2.1/32"},
        {"0.0.0.0/0", "0.0.0.0/0"},
        {"192.0.2.255/25", "192.0.2.128/25"},
        {"2001:db8::1/33", "2001:db8::/33"},
        {"2001:db8::1", "2001:db8::1/128"},
        {"10.0.0.0/33", NULL},
        {"10.0.0.0/", NULL},
        {"10.0.0.0/-1", NULL},
        {"10.0.0.0/8x", NULL},
        {"10.0.0/8", NULL},
        {"::/129", NULL},
        {"", NULL},
        {"10.0.0.0/0008", NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct net_route r;
        char text[52];

        g_assert_true(net_route_parse(rows[i].text, &r) == (rows[i].want != NULL));
        if (rows[i].want != NULL)
            g_assert_cmpstr(net_route_text(&r, text), ==, rows[i].want);
    }
}

static void
test_names(void)
{
    g_autofree char *label = g_strnfill(64, 'a');
    g_autofree char *longest = g_strnfill(254, 'a');

    for (int i = 60; i < 254; i += 60)
        longest[i] = '.';
    g_assert_true(net_name_valid("corp.example.test"));
    g_assert_true(net_name_valid("_ldap._tcp.x-1"));
    for (const char **bad = (const char *[]){"", ".", "a.", ".a", "a..b", "-a", "a-", "a-.b", "a b",
                                             "a\nb", "a;b", "a\"b", "a/b", "\xc3\xa4", NULL};
         *bad != NULL; bad++)
        g_assert_false(net_name_valid(*bad));
    g_assert_false(net_name_valid(label));
    label[63] = '\0';
    g_assert_true(net_name_valid(label));
    g_assert_false(net_name_valid(longest));
    longest[253] = '\0';
    g_assert_true(net_name_valid(longest));
}

static void
test_class_prefix(void)
{
    g_assert_cmpint(net_class_prefix(0x0a000001), ==, 8);
    g_assert_cmpint(net_class_prefix(0x7fffffff), ==, 8);
    g_assert_cmpint(net_class_prefix(0x80000000), ==, 16);
    g_assert_cmpint(net_class_prefix(0xac100001), ==, 16);
    g_assert_cmpint(net_class_prefix(0xc0a80001), ==, 24);
}

/* Every rule of net_config_valid(), by breaking it once. */
static void
test_valid(void)
{
    struct net_config c = good();

    g_assert_true(net_config_valid(&c));
#define BROKEN(change)                                                                             \
    do {                                                                                           \
        c = good();                                                                                \
        change;                                                                                    \
        g_assert_false(net_config_valid(&c));                                                      \
    } while (0)
    BROKEN(c.local4 = 0);
    BROKEN(c.local4 = 0x7f000001);
    BROKEN(c.peer4 = 0xe0000001);
    BROKEN(c.mtu = 575);
    BROKEN(c.mtu = 1501);
    BROKEN(c.n_dns = NET_MAX_SERVERS + 1);
    BROKEN(c.dns[0] = 0x7f000001);
    BROKEN((c.n_wins = 1, c.wins[0] = 0xffffffff));
    BROKEN(c.domain[3] = ';');
    BROKEN(c.search[0][0] = '\n');
    BROKEN(c.n_routes = NET_MAX_ROUTES + 1);
    BROKEN(c.routes[0].family = 5);
    BROKEN(c.routes[0].prefix = 33);
    BROKEN(c.routes[0].address[3] = 1);
    BROKEN(c.local6[0] = 0x20);
    BROKEN((memcpy(c.local6, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16), c.mtu = 1279));
#undef BROKEN
}

static void
test_wire(void)
{
    const struct net_config c = good();
    uint8_t buf[sizeof(struct net_config) * 2];
    struct wr w = wr_over(buf, sizeof buf);
    struct net_config back;

    net_config_put(&w, &c);
    const struct rd bytes = wr_done(&w);
    struct rd r = bytes;
    g_assert_true(net_config_get(&r, &back));
    g_assert_true(rd_done(&r));
    g_assert_cmpmem(&back, sizeof back, &c, sizeof c);

    for (size_t n = 0; n < bytes.left; n++) { /* each truncation is refused */
        g_autofree uint8_t *exact = g_memdup2(bytes.p, n);
        struct rd cut = rd_over(exact, n);

        back = (struct net_config){.mtu = 7};
        g_assert_false(net_config_get(&cut, &back));
        g_assert_cmpint(back.mtu, ==, 7);
    }
    for (size_t i = 0; i < bytes.left * 8; i++) { /* each flipped bit is refused or still valid */
        g_autofree uint8_t *exact = g_memdup2(bytes.p, bytes.left);
        struct rd flipped = rd_over(exact, bytes.left);

        exact[i / 8] ^= (uint8_t)(1u << i % 8);
        if (net_config_get(&flipped, &back))
            g_assert_true(net_config_valid(&back));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net-config/I1-usable-addresses", test_addresses);
    g_test_add_func("/net-config/routes", test_routes);
    g_test_add_func("/net-config/I7-names", test_names);
    g_test_add_func("/net-config/class-prefix", test_class_prefix);
    g_test_add_func("/net-config/valid", test_valid);
    g_test_add_func("/net-config/wire", test_wire);
    return g_test_run();
}
