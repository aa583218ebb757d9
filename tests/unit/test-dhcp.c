/*
 * test-dhcp.c - DHCPINFORM and its answer, which comes from somebody who may mean harm.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dhcp-inform.h"

#include "vectors.h"

#define FILE_NAME "dhcp.txt"
#define SERVER4   0xc6336401 /* 198.51.100.1 */

static const struct dhcp_ack_filter filter = {
    .xid = 0x3903f326, .address = 0x0a000002, .vpn_server = SERVER4};

static void
put_checksums(uint8_t *p, size_t n)
{
    uint32_t sum = 0;

    memset(p + 10, 0, 2);
    memset(p + 26, 0, 2); /* UDP without a checksum is allowed */
    for (size_t i = 0; i < 20; i += 2)
        sum += (uint32_t)(p[i] << 8 | p[i + 1]);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    p[10] = (uint8_t)(~sum >> 8);
    p[11] = (uint8_t)~sum;
    (void)n;
}

/* An ACK to @filter's question with these options (and an END behind them). */
static GByteArray *
ack_with(const void *options, size_t n)
{
    GByteArray *a = g_byte_array_new();
    uint8_t head[20 + 8 + 240] = {0x45, 0, 0, 0, 0,  0, 0, 0, 64,   17,   0,    0,
                                  10,   0, 0, 1, 10, 0, 0, 2, 0,    67,   0,    68,
                                  0,    0, 0, 0, 2,  8, 6, 0, 0x39, 0x03, 0xf3, 0x26};

    memcpy(head + 28 + 12, "\x0a\0\0\2", 4);
    memcpy(head + 28 + 236, "\x63\x82\x53\x63", 4);
    g_byte_array_append(a, head, sizeof head);
    g_byte_array_append(a, (const guint8 *)"\x35\1\5", 3);
    g_byte_array_append(a, options, (guint)n);
    g_byte_array_append(a, (const guint8 *)"\xff", 1);
    a->data[2] = (uint8_t)(a->len >> 8);
    a->data[3] = (uint8_t)a->len;
    a->data[24] = (uint8_t)((a->len - 20) >> 8);
    a->data[25] = (uint8_t)(a->len - 20);
    put_checksums(a->data, a->len);
    return a;
}

static bool
read_with(const void *options, size_t n, struct net_config *ret)
{
    g_autoptr(GByteArray) a = ack_with(options, n);

    memset(ret, 0, sizeof *ret);
    g_assert_true(dhcp_ack_is(rd_over(a->data, a->len)));
    return dhcp_ack_read(rd_over(a->data, a->len), &filter, ret);
}

static void
test_inform(void)
{
    struct dhcp_inform d = {.deadline = NEVER};
    uint8_t bytes[DHCP_INFORM_MAX];
    struct wr w = wr_over(bytes, sizeof bytes);

    g_assert_false(dhcp_inform_next(&d, 5, &w));
    dhcp_inform_begin(&d, 5, 0x3903f326, 0x0a000002);
    g_assert_true(dhcp_inform_next(&d, 5, &w));
    g_assert_false(w.bad);
    g_assert_cmpmem(bytes, 4, "\x45\0\1\x2e", 4);
    g_assert_cmpuint(w.len, ==, 0x12e);
    g_assert_cmpmem(bytes + 12, 8, "\x0a\0\0\2\xff\xff\xff\xff", 8);
    g_assert_cmpmem(bytes + 20, 4, "\0\x44\0\x43", 4);

    /* Both checksums: the sum over all of it, with them, is all ones. */
    uint32_t ip = 0, udp = 17 + (uint32_t)(w.len - 20);
    for (size_t i = 0; i < 20; i += 2)
        ip += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
    for (size_t i = 12; i < w.len; i += 2)
        udp += (uint32_t)(bytes[i] << 8 | (i + 1 < w.len ? bytes[i + 1] : 0));
    g_assert_cmphex((ip & 0xffff) + (ip >> 16), ==, 0xffff);
    g_assert_cmphex((udp & 0xffff) + (udp >> 16), ==, 0xffff);

    /* The BOOTP part is what the vector's is, up to the options. */
    g_autoptr(GBytes) vector = vectors_get(FILE_NAME, "inform");
    const uint8_t *v = g_bytes_get_data(vector, NULL);
    g_assert_cmpmem(bytes + 28, 240 + 3 + 9, v + 28, 240 + 3 + 9);
}

static void
test_retry(void)
{
    struct dhcp_inform d;
    uint8_t bytes[DHCP_INFORM_MAX];
    usec_t now = 1000;
    unsigned sent = 0;

    dhcp_inform_begin(&d, now, 1, 0x0a000002);
    while (d.deadline != NEVER) {
        struct wr w = wr_over(bytes, sizeof bytes);
        g_assert_cmpuint(d.deadline, >=, now);
        now = d.deadline;
        sent += dhcp_inform_next(&d, now, &w);
        g_assert_cmpuint(sent, <, 10);
    }
    g_assert_cmpuint(sent, ==, 4);
    g_assert_true(dhcp_inform_waits(&d)); /* a late answer is welcome */
    dhcp_inform_over(&d);
    g_assert_false(dhcp_inform_waits(&d));
}

static void
test_hurry(void)
{
    struct dhcp_inform d;
    uint8_t bytes[DHCP_INFORM_MAX];
    struct wr w = wr_over(bytes, sizeof bytes);

    dhcp_inform_begin(&d, 1000, 1, 0x0a000002);
    g_assert_true(dhcp_inform_next(&d, 1000, &w));
    dhcp_inform_hurry(&d, 2000);
    g_assert_cmpuint(d.deadline, ==, 2000 + 250 * USEC_PER_MSEC);
    dhcp_inform_over(&d);
    dhcp_inform_hurry(&d, 3000);
    g_assert_cmpuint(d.deadline, ==, NEVER);
}

static void
assert_route(const struct net_route *r, const char *text)
{
    char out[52];

    g_assert_cmpstr(net_route_text(r, out), ==, text);
}

static void
test_ack(void)
{
    g_autoptr(GBytes) vector = vectors_get(FILE_NAME, "ack");
    struct net_config c = {0};

    const struct rd packet = rd_over(g_bytes_get_data(vector, NULL), g_bytes_get_size(vector));
    g_assert_true(dhcp_ack_is(packet));
    g_assert_true(dhcp_ack_read(packet, &filter, &c));
    g_assert_cmpstr(c.domain, ==, "corp.example");
    g_assert_cmpuint(c.n_dns, ==, 1);
    g_assert_cmphex(c.dns[0], ==, 0x0a000035);
    g_assert_cmpuint(c.n_routes, ==, 2); /* the third is the default route: not by this way */
    assert_route(&c.routes[0], "10.1.2.0/24");
    assert_route(&c.routes[1], "172.16.0.0/16");
}

/* Somebody else's answer, and what is no answer. */
static void
test_not_ours(void)
{
    static const struct {
        const char *why;
        size_t at;
        uint8_t v;
        bool fix; /* the checksums */
    } rows[] = {
        {"IPv6", 0, 0x65, true},
        {"header of 4 words", 0, 0x44, true},
        {"total length 19", 3, 19, true},
        {"a fragment", 6, 0x20, true},
        {"an offset", 7, 1, true},
        {"TCP", 9, 6, true},
        {"for somebody else", 19, 3, true},
        {"from port 66", 21, 66, true},
        {"to port 69", 23, 69, true},
        {"UDP length 7", 25, 7, true},
        {"UDP length too long", 24, 9, true},
        {"a question", 28, 1, true},
        {"another xid", 35, 0, true},
        {"another's address", 43, 9, true},
        {"gives another one", 47, 9, true},
        {"no cookie", 267, 0, true},
        {"a NAK", 270, 6, true},
        {"no type", 268, 0, true},
        {"IP checksum", 10, 0xee, false},
    };
    struct net_config c = {0};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) a = ack_with("\x0f\4corp", 6);

        g_assert_true(dhcp_ack_read(rd_over(a->data, a->len), &filter, &c));
        g_test_message("%s", rows[i].why);
        a->data[rows[i].at] = rows[i].v;
        if (rows[i].fix)
            put_checksums(a->data, a->len);
        memset(&c, 0, sizeof c);
        g_assert_false(dhcp_ack_read(rd_over(a->data, a->len), &filter, &c));
        g_assert_cmpstr(c.domain, ==, ""); /* untouched */
    }
    g_autoptr(GBytes) vector = vectors_get(FILE_NAME, "ack");
    g_autofree uint8_t *p = g_memdup2(g_bytes_get_data(vector, NULL), g_bytes_get_size(vector));
    p[g_bytes_get_size(vector) - 2] ^= 1; /* UDP's checksum is there, and no longer right */
    g_assert_false(dhcp_ack_read(rd_over(p, g_bytes_get_size(vector)), &filter, &c));
}

static size_t
read_routes(const char *name, struct net_route ret[static NET_MAX_ROUTES])
{
    g_autoptr(GBytes) v = vectors_get(FILE_NAME, name);

    return dhcp_routes_read(rd_over(g_bytes_get_data(v, NULL), g_bytes_get_size(v)), SERVER4, ret);
}

/* Threats I6. */
static void
test_routes(void)
{
    static struct net_route r[NET_MAX_ROUTES];

    g_assert_cmpuint(read_routes("routes", r), ==, 2);
    g_assert_cmpuint(read_routes("routes-width-33", r), ==, 0);
    g_assert_cmpuint(read_routes("routes-truncated", r), ==, 0);
    g_assert_cmpuint(read_routes("routes-empty", r), ==, 0);
    g_assert_cmpuint(read_routes("routes-no-router", r), ==, 0);
    g_assert_cmpuint(read_routes("routes-host-bits", r), ==, 1);
    assert_route(&r[0], "10.0.0.0/8");
}

static void
test_routes_filtered(void)
{
#define VIA "\x0a\0\0\1"
    static const struct {
        const char *body;
        size_t n;
        const char *route; /* NULL: left out */
    } rows[] = {
#define ROW(body, route) {body, sizeof body - 1, route}
        ROW("\x09\x0a\xff" VIA, "10.128.0.0/9"), /* host bits are masked */
        ROW("\0" VIA, NULL),
        ROW("\1\0" VIA, NULL), /* the default route by halves */
        ROW("\1\x80" VIA, NULL),
        ROW("\7\x0a" VIA, NULL),
        ROW("\x08\x7f" VIA, NULL),
        ROW("\x08\0" VIA, NULL),
        ROW("\x20\xa9\xfe\xa9\xfe" VIA, NULL), /* link-local, where clouds keep their secrets */
        ROW("\x08\xe0" VIA, NULL),
        ROW("\x20\xff\xff\xff\xff" VIA, NULL),
        ROW("\x20\xc6\x33\x64\x01" VIA, NULL), /* the server itself */
        ROW("\x20\xc6\x33\x64\x02" VIA, "198.51.100.2/32"),
        ROW("\x08\x0a" VIA "\x21", NULL), /* a bad one behind a good one: dropped whole */
    };
    static struct net_route r[NET_MAX_ROUTES];

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const size_t n = dhcp_routes_read(rd_over(rows[i].body, rows[i].n), SERVER4, r);
        g_assert_cmpuint(n, ==, rows[i].route != NULL);
        if (n > 0)
            assert_route(&r[0], rows[i].route);
    }
}

/* Ten thousand routes in parts of 255 octets (RFC 3396), as far as a packet holds them. */
static void
test_many_routes(void)
{
    g_autoptr(GByteArray) options = g_byte_array_new();
    static struct net_config c;
    GByteArray *body = g_byte_array_new();

    for (unsigned i = 0; i < 180; i++)
        g_byte_array_append(body, (uint8_t[]){24, 10, (uint8_t)i, 0, 10, 0, 0, 1}, 8);
    for (guint at = 0; at < body->len; at += 250) { /* routes are cut in two between parts */
        const guint n = MIN(250u, body->len - at);
        g_byte_array_append(options, (uint8_t[]){121, (uint8_t)n}, 2);
        g_byte_array_append(options, body->data + at, n);
    }
    g_assert_true(read_with(options->data, options->len, &c));
    g_assert_cmpuint(c.n_routes, ==, 180);
    assert_route(&c.routes[179], "10.179.0.0/24");

    g_byte_array_set_size(body, 0); /* and more than there may be */
    static struct net_route r[NET_MAX_ROUTES];
    for (unsigned i = 0; i < 10000; i++)
        g_byte_array_append(body, (uint8_t[]){8, 10, 0, 0, 0, 0}, 6);
    g_assert_cmpuint(dhcp_routes_read(rd_over(body->data, body->len), 0, r), ==, NET_MAX_ROUTES);
    g_byte_array_unref(body);
}

static void
test_both_kinds(void)
{
    static struct net_config c;
#define M249 "\xf9\6\x08\x0b\0\0\0\0"

    g_assert_true(read_with("\x79\6\x08\x0a\0\0\0\0" M249, 16, &c));
    g_assert_cmpuint(c.n_routes, ==, 1);
    assert_route(&c.routes[0], "10.0.0.0/8");
    g_assert_true(read_with("\x79\1\x21" M249, 11, &c)); /* a bad 121 does not hide a good 249 */
    assert_route(&c.routes[0], "11.0.0.0/8");
    g_assert_true(read_with("\xf9\1\x21", 3, &c)); /* a bad 249 is dropped whole, silently */
    g_assert_cmpuint(c.n_routes, ==, 0);
}

/* Threats I7. */
static void
test_domain(void)
{
    static const struct {
        const char *body;
        size_t n;
        const char *domain;
    } rows[] = {
        ROW("\x0f\x0c"
            "corp.example",
            "corp.example"),
        ROW("\x0f\x0d"
            "corp.example\0",
            "corp.example"),
        ROW("\x0f\x0d"
            "corp.example.",
            "corp.example"),
        ROW("\x0f\x05"
            "a\nb.c",
            ""),
        ROW("\x0f\x04"
            "a..b",
            ""),
        ROW("\x0f\x04"
            "a;b ",
            ""),
        ROW("\x0f\x04"
            "\"ab\"",
            ""),
        ROW("\x0f\x04"
            "$(x)",
            ""),
        ROW("\x0f\x03"
            "a\0b",
            ""),
        ROW("\x0f\x02"
            "\xc3\xa4",
            ""),
        ROW("\x0f\x01"
            ".",
            ""),
        ROW("\x0f\x00", ""),
        ROW("\x0f\x03"
            "-ab",
            ""),
        ROW("\x0f\x03"
            "ab-",
            ""),
    };
    static struct net_config c;

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_assert_true(read_with(rows[i].body, rows[i].n, &c));
        g_assert_cmpstr(c.domain, ==, rows[i].domain);
    }
    g_autoptr(GByteArray) labels = g_byte_array_new();
    g_byte_array_append(labels, (const guint8 *)"\x0f\xfe", 2); /* 127 labels */
    for (int i = 0; i < 127; i++)
        g_byte_array_append(labels, (const guint8 *)"a.", 2);
    g_byte_array_append(labels, (const guint8 *)"\x0f\xfe", 2); /* and as many again */
    for (int i = 0; i < 127; i++)
        g_byte_array_append(labels, (const guint8 *)"a.", 2);
    g_assert_true(read_with(labels->data, labels->len, &c));
    g_assert_cmpstr(c.domain, ==, "");
}

static void
test_search(void)
{
    static struct net_config c;
    static const struct {
        const char *body;
        size_t n;
        uint8_t found;
    } rows[] = {
        ROW("\x77\x0e\4corp\7example\0", 1),
        ROW("\x77\x14\4corp\7example\0\3lab\xc0\5", 2), /* RFC 3397: compressed */
        ROW("\x77\x02\xc0\0", 0),                       /* points at itself */
        ROW("\x77\x04\xc0\2\xc0\0", 0),                 /* a ring */
        ROW("\x77\x04\1a\xc0\0", 0),
        ROW("\x77\x08\xc0\2\4corp\0", 0), /* points ahead */
        ROW("\x77\x02\xc0\x50", 0),       /* outside */
        ROW("\x77\x01\xc0", 0),
        ROW("\x77\x03\4co", 0),
        ROW("\x77\x02\x40\0", 0), /* a label type that does not exist */
        ROW("\x77\x01\0", 0),
        ROW("\x77\x05\3a\nb\0", 0),
        ROW("\x77\x05\3a\0b\0", 0),
        ROW("\x77\x0a\4corp\0\3a;b", 0), /* a bad one: dropped whole */
        ROW("\x77\x00", 0),
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("search %" G_GSIZE_FORMAT, i);
        g_assert_true(read_with(rows[i].body, rows[i].n, &c));
        g_assert_cmpuint(c.n_search, ==, rows[i].found);
    }
    g_assert_true(read_with(rows[1].body, rows[1].n, &c));
    g_assert_cmpstr(c.search[0], ==, "corp.example");
    g_assert_cmpstr(c.search[1], ==, "lab.example");
}

/* Threats I2. */
static void
test_servers(void)
{
    static struct net_config c;

    g_assert_true(
        read_with("\6\x18\x7f\0\0\1\xe0\0\0\1\x0a\0\0\2\x0a\0\0\x35\x0a\0\0\x35\0\0\0\0", 26, &c));
    g_assert_cmpuint(c.n_dns, ==, 1); /* not ourselves, not twice, not nobody */
    g_assert_cmphex(c.dns[0], ==, 0x0a000035);
    g_assert_true(read_with("\6\3\x0a\0\0", 5, &c)); /* not a multiple of four */
    g_assert_cmpuint(c.n_dns, ==, 0);
    g_assert_true(read_with("\x2c\4\x0a\0\0\x09", 6, &c));
    g_assert_cmpuint(c.n_wins, ==, 1);
}

static void
test_options_broken(void)
{
    static struct net_config c;
    g_autoptr(GByteArray) a = ack_with("\x0f\4corp", 6);

    a->data[a->len - 1] = 6; /* no END, but an option that has no length */
    put_checksums(a->data, a->len);
    memset(&c, 0, sizeof c);
    g_assert_false(dhcp_ack_read(rd_over(a->data, a->len), &filter, &c));

    /* Options in the field for the server's name (52). */
    g_byte_array_unref(g_steal_pointer(&a));
    a = ack_with("\x34\1\2", 3);
    memcpy(a->data + 28 + 44, "\x0f\4corp\xff", 7);
    put_checksums(a->data, a->len);
    g_assert_true(dhcp_ack_read(rd_over(a->data, a->len), &filter, &c));
    g_assert_cmpstr(c.domain, ==, "corp");
}

/* Every octet changed, and every length: nothing is read outside, and what comes out is valid. */
static void
test_flips_and_cuts(void)
{
    static const char options[] = "\x0f\4corp\x77\x0e\4corp\7example\0\6\4\x0a\0\0\x35"
                                  "\x79\6\x08\x0a\0\0\0\0";
    static struct net_config c;
    g_autoptr(GByteArray) good = ack_with(options, sizeof options - 1);

    for (size_t n = 0; n < good->len; n++) {
        g_autofree uint8_t *exact = g_memdup2(good->data, MAX(n, 1));
        dhcp_ack_is(rd_over(exact, n));
        g_assert_false(dhcp_ack_read(rd_over(exact, n), &filter, &c));
    }
    for (size_t at = 0; at < good->len; at++) {
        for (unsigned v = 0; v < 256; v += at < 268 ? 51 : 1) {
            g_autofree uint8_t *exact = g_memdup2(good->data, good->len);

            exact[at] = (uint8_t)v;
            put_checksums(exact, good->len);
            memset(&c, 0, sizeof c);
            if (!dhcp_ack_read(rd_over(exact, good->len), &filter, &c))
                continue;
            c.local4 = filter.address;
            c.mtu = 1400;
            g_assert_true(net_config_valid(&c));
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dhcp/inform", test_inform);
    g_test_add_func("/dhcp/retry", test_retry);
    g_test_add_func("/dhcp/hurry", test_hurry);
    g_test_add_func("/dhcp/ack", test_ack);
    g_test_add_func("/dhcp/not-ours", test_not_ours);
    g_test_add_func("/dhcp/I6-routes", test_routes);
    g_test_add_func("/dhcp/I6-routes-filtered", test_routes_filtered);
    g_test_add_func("/dhcp/I6-many-routes", test_many_routes);
    g_test_add_func("/dhcp/both-kinds-of-routes", test_both_kinds);
    g_test_add_func("/dhcp/I7-domain", test_domain);
    g_test_add_func("/dhcp/I7-search", test_search);
    g_test_add_func("/dhcp/I2-servers", test_servers);
    g_test_add_func("/dhcp/options-broken", test_options_broken);
    g_test_add_func("/dhcp/flips-and-cuts", test_flips_and_cuts);
    return g_test_run();
}
