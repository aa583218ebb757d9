/* test-ppp-link-frames.c - headers, packets, and frames that nobody asked for.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ppp-link-acts.h"

static void
test_ccp_is_refused_without_mppe(void)
{
    struct ppp_link_item item;

    up(&usual, &server);
    inject(hex("ff0380fd 0101000a 1206010000e1"));
    g_assert_true(ppp_link_poll(&link_, &item));
    assert_octets(item.frame.p + 2, 3, hex("c021 08"));
    assert_octets(item.frame.p + 6, item.frame.left - 6, hex("0010 80fd 0101000a1206010000e1"));
    g_assert_false(ppp_link_poll(&link_, &item));
}

/* The client's next requests: of which protocols. */
static void
expect_requests(const char *want)
{
    g_autoptr(GString) have = g_string_new(NULL);
    struct ppp_link_item item;

    while (ppp_link_poll(&link_, &item)) {
        if (item.type == PPP_LINK_FRAME && item.frame.p[4] == PPP_CONF_REQ)
            g_string_append_printf(have, "%02x%02x ", item.frame.p[2], item.frame.p[3]);
        else if (item.type == PPP_LINK_FRAME)
            g_string_append_printf(have, "%u ", item.frame.p[4]);
    }
    g_assert_cmpstr(have->str, ==, want);
}

/* What needs an address waits for our Ack to CCP's request, but not for long, and not of who asks
 * for one itself or has no CCP. */
static void
test_ccp_goes_first(void)
{
    static const struct {
        const char *frame, *requests;
    } rows[] = {
        {"ff0380fd 0121000a 1206 01000040", "2 8021 8057 "},
        {"ff038021 0121000a 0306 0a000001", "80fd 8021 8057 2 "},
        {"ff03c021 0822000a 80fd 0101 0004", "8021 8057 "},
        {"ff0380fd 0121000a 1206 00000001", "4 "},
    };
    struct ppp_link_params client = usual;

    client.mppe = CCP_MPPE_128;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        until_answered(&client, &server);
        memset(link_.auth.mppe, 1, sizeof link_.auth.mppe);
        link_.phase = PPP_PHASE_AUTHENTICATED;
        link_.lcp.fsm.rtt = 50 * USEC_PER_MSEC; /* our Ack need not wait */
        ppp_link_start_network(&link_, now);
        expect_requests("80fd ");
        inject(hex(rows[i].frame));
        expect_requests(rows[i].requests);
        now += 50 * USEC_PER_MSEC;
        g_assert_cmpint(ppp_link_deadline(&link_) <= now, ==, i == 3);
        ppp_link_expire(&link_, now);
        expect_requests(i == 3 ? "8021 8057 " : "");
    }
}

/* The peer's challenge says that it has our Ack: that is not sent again. */
static void
test_a_challenge_pays(void)
{
    struct ppp_link_params client = usual;

    until_answered(&client, &server);
    link_.lcp.fsm.foresight.owed = 1;
    link_.lcp.fsm.foresight.owed_at = now + 1;
    inject(hex("ff03c223 0107001a 10 000102030405060708090a0b0c0d0e0f 73727621 21"));
    g_assert_cmpuint(link_.lcp.fsm.foresight.owed_at, ==, NEVER);
}

#define IP4 "45000014 00000000 4001 0000 0a000001 0a000002"
#define IP6 "60000000 00003b40 fe800000000000000000000000000001 fe800000000000000000000000000002"

static void
test_P15_headers(void)
{
    static const struct {
        const char *why, *frame;
        gssize packet; /* where it begins; -1: none */
    } rows[] = {
        {"the long form", "ff030021" IP4, 4},
        {"without address and control", "0021" IP4, 2},
        {"short protocol", "ff0321" IP4, 3},
        {"nothing but the short protocol", "21" IP4, 1},
        {"IPv6", "ff030057" IP6, 4},
        {"IPv6, short", "57" IP6, 1},
        {"nothing", "", -1},
        {"one octet", "ff", -1},
        {"the address only", "ff03", -1},
        {"half a protocol", "ff0300", -1},
        {"even", "ff03c020 01010004", -1},
        {"odd first", "ff03c121 01010004", -1},
        {"protocol 0", "ff030000 0000", -1},
        {"protocol ffff", "ff03ffff 0000", -1},
        {"I5: version 0", "ff030021 05000014", -1},
        {"I5: version 6 in IPv4's", "ff030021" IP6, -1},
        {"I5: version 4 in IPv6's", "ff030057" IP4, -1},
        {"I5: shorter than a header", "ff030021 45000014", -1},
        {"I5: empty", "ff030021", -1},
    };

    up(&usual, &server);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct rd frame = hex(rows[i].frame);
        const uint64_t dropped = ppp_link_dropped(&link_);
        struct rd packet = {0};
        const bool ok = ppp_link_receive(&link_, now, frame, &packet);

        g_test_message("%s", rows[i].why);
        g_assert_true(ok == (rows[i].packet >= 0));
        if (ok)
            g_assert_true(packet.p == frame.p + rows[i].packet &&
                          packet.left == frame.left - (size_t)rows[i].packet);
        else if (g_strcmp0(rows[i].why, "odd first") != 0 &&
                 g_strcmp0(rows[i].why, "protocol ffff") != 0)
            g_assert_cmpuint(ppp_link_dropped(&link_), ==, dropped + 1);
    }
}

static void
test_I5_packets_before_and_beyond(void)
{
    uint8_t big[4 + 1501] = {0xff, 0x03, 0x00, 0x21, 0x45};
    struct rd packet;

    init(&usual, &server);
    ppp_link_up(&link_, now);
    g_assert_false(ppp_link_receive(&link_, now, hex("ff030021" IP4), &packet));
    up(&usual, &server);
    g_assert_true(ppp_link_receive(&link_, now, rd_over(big, sizeof big - 1), &packet));
    g_assert_false(ppp_link_receive(&link_, now, rd_over(big, sizeof big), &packet));
}

static void
test_headers_as_agreed(void)
{
    struct ppp_link_params other = server;
    uint8_t head[4];

    init(&usual, &server);
    g_assert_cmpuint(ppp_link_header(&link_, 4, head), ==, 0);
    up(&usual, &server);
    g_assert_cmpuint(ppp_link_header(&link_, 4, head), ==, 4);
    assert_octets(head, 4, hex("ff030021"));
    g_assert_cmpuint(ppp_link_header(&link_, 6, head), ==, 4);
    assert_octets(head, 4, hex("ff030057"));
    other.compress_fields = true; /* the peer can read short forms, so it gets them */
    up(&usual, &other);
    g_assert_cmpuint(ppp_link_header(&link_, 4, head), ==, 1);
    assert_octets(head, 1, hex("21"));
    assert_story(UP_STORY);
}

static void
test_mtu(void)
{
    static const struct {
        guint ours, theirs, carrier, mtu;
    } rows[] = {
        {0, 0, 0, 1500},    {1400, 0, 0, 1400},       {0, 1400, 0, 1400},
        {0, 0, 1300, 1300}, {1400, 1350, 1380, 1350},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct ppp_link_params client = usual, other = server;
        struct net_config config;

        client.mru = (uint16_t)rows[i].ours;
        client.mtu_max = (uint16_t)rows[i].carrier;
        other.mru = (uint16_t)rows[i].theirs;
        up(&client, &other);
        ppp_link_config(&link_, &config);
        g_assert_cmpuint(config.mtu, ==, rows[i].mtu);
        g_assert_true(net_config_valid(&config));
    }
}

/* P6: a hundred thousand requests at once: few answers, no growth. */
static void
test_P6_flood(void)
{
    struct ppp_link_item item;
    guint answers = 0;

    up(&usual, &server);
    for (guint i = 0; i < 100000; i++) {
        uint8_t request[] = {0xff, 3, 0xc0, 0x21, 9, (uint8_t)i, 0, 8, 0, 0, 0, 0};

        inject(rd_over(request, sizeof request));
        if (i % 100 == 0)
            now += 10 * USEC_PER_MSEC;
        while (ppp_link_poll(&link_, &item))
            answers += item.type == PPP_LINK_FRAME;
    }
    g_assert_cmpuint(answers, >=, 1000);
    g_assert_cmpuint(answers, <=, 1200); /* ten seconds at a hundred, and what was saved up */
    for (guint i = 0; i < 1000; i++)     /* and nobody fetches the answers */
        inject(hex("ff03c021 0901000800000000"));
    g_assert_cmpuint(link_.out.tail, <=, PPP_QUEUE_SIZE);
}

static void
test_echo_measures_the_round_trip(void)
{
    struct ppp_link_item item;

    up(&usual, &server);
    now = ppp_link_deadline(&link_);
    ppp_link_expire(&link_, now);
    while (ppp_link_poll(&link_, &item)) {
        struct rd packet;

        now += 25000;
        ppp_link_receive(&peer.link, now, keep(item.frame.p, item.frame.left), &packet);
    }
    run();
    g_assert_cmpuint(ppp_link_rtt(&link_), ==, 25000);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ppp-link-frames/ccp-is-refused-without-mppe",
                    test_ccp_is_refused_without_mppe);
    g_test_add_func("/ppp-link-frames/a-challenge-pays", test_a_challenge_pays);
    g_test_add_func("/ppp-link-frames/ccp-goes-first", test_ccp_goes_first);
    g_test_add_func("/ppp-link-frames/P15-I5-headers", test_P15_headers);
    g_test_add_func("/ppp-link-frames/I5-packets-before-and-beyond",
                    test_I5_packets_before_and_beyond);
    g_test_add_func("/ppp-link-frames/headers-as-agreed", test_headers_as_agreed);
    g_test_add_func("/ppp-link-frames/mtu", test_mtu);
    g_test_add_func("/ppp-link-frames/P6-flood", test_P6_flood);
    g_test_add_func("/ppp-link-frames/echo-measures-the-round-trip",
                    test_echo_measures_the_round_trip);
    return g_test_run();
}
