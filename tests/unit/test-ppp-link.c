/* test-ppp-link.c - phases, and why a link ends. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ppp-link-acts.h"

static void
test_comes_up(void)
{
    struct net_config config;
    uint8_t ours[32], theirs[32];

    up(&usual, &server);
    assert_story(UP_STORY);
    ppp_link_config(&link_, &config);
    g_assert_true(net_config_valid(&config));
    g_assert_cmphex(config.local4, ==, 0x0a000002);
    g_assert_cmphex(config.peer4, ==, 0x0a000001);
    g_assert_cmpuint(config.n_dns, ==, 1);
    g_assert_cmphex(config.dns[0], ==, 0x0a000035);
    g_assert_cmpuint(config.mtu, ==, 1500);
    g_assert_cmpmem(config.local6 + 8, 8, peer.link.ipv6cp.peer, 8);
    ppp_link_hlak(&link_, ours);
    ppp_link_hlak(&peer.link, theirs);
    g_assert_cmpmem(ours, 32, theirs, 32);
    g_assert_cmpuint(ppp_link_dropped(&link_), ==, 0);
}

static void
test_every_method(void)
{
    static const enum ppp_auth_method methods[] = {PPP_AUTH_PAP, PPP_AUTH_CHAP_MD5,
                                                   PPP_AUTH_MSCHAPV2, PPP_AUTH_NONE};

    for (guint i = 0; i < G_N_ELEMENTS(methods); i++) {
        struct ppp_link_params client = usual, other = server;

        client.auth = methods[i];
        other.demand[0] = methods[i];
        up(&client, &other);
        assert_story(UP_STORY);
        g_assert_cmpuint(link_.method, ==, methods[i]);
    }
}

/* Both of LCP's requests in one flight, and all the network's; CALL_CONNECTED goes where
 * "authenticated" is, before any of them. */
static void
test_order_of_the_first_flights(void)
{
    struct ppp_link_item item;
    GString *order;
    struct rd packet;

    init(&usual, &server);
    ppp_link_up(&link_, now);
    g_assert_true(ppp_link_poll(&link_, &item)); /* our request does not wait for the peer's */
    g_assert_cmpint(item.type, ==, PPP_LINK_FRAME);
    ppp_link_up(&peer.link, now);
    ppp_link_receive(&peer.link, now, keep(item.frame.p, item.frame.left), &packet);
    order = g_string_new(NULL);
    for (int i = 0; i < 20; i++) {
        while (ppp_link_poll(&peer.link, &item)) {
            if (item.type == PPP_LINK_FRAME)
                inject(keep(item.frame.p, item.frame.left));
            else if (item.type == PPP_LINK_AUTH_START)
                ppp_peer_auth_start(&peer, now, item.method);
            else if (item.type == PPP_LINK_AUTH_FRAME)
                ppp_peer_auth_frame(&peer, now, keep(item.frame.p, item.frame.left));
        }
        while (ppp_link_poll(&link_, &item)) {
            if (item.type == PPP_LINK_FRAME) {
                g_string_append_printf(order, "%02x%02x:%u ", item.frame.p[2], item.frame.p[3],
                                       item.frame.p[4]);
                ppp_link_receive(&peer.link, now, keep(item.frame.p, item.frame.left), &packet);
            } else if (item.type == PPP_LINK_AUTHENTICATED) {
                g_string_append(order, "CONNECTED ");
            } else if (item.type == PPP_LINK_ADDRESS) {
                g_string_append(order, "ADDRESS ");
            }
        }
    }
    g_assert_cmpstr(order->str, ==,
                    "c021:2 c223:2 CONNECTED 8021:1 8057:1 8021:2 8057:2 "
                    "8021:1 8021:1 ADDRESS ");
    g_string_free(order, TRUE);
}

/* SoftEther 4.38: EAP first; everything but the MRU rejected; WINS not known. */
static void
test_softether(void)
{
    struct ppp_link_params client = usual;
    struct ppp_link_item item;
    GString *out = g_string_new(NULL);
    static const char *const says[] = {"ff03c021 01000008 0304c227",
                                       "ff03c021 0401000a 0506XXXXXXXX",
                                       "ff03c021 01010009 0305c22381", "ff03c021 02020004"};

    client.nbns = true;
    init(&client, &server);
    ppp_link_up(&link_, now);
    for (guint i = 0; i < G_N_ELEMENTS(says); i++) {
        if (i == 1) { /* the magic number goes back as it came */
            uint8_t reject[14];

            memcpy(reject, hex("ff03c021 0401000a 0506").p, 10);
            for (guint n = 0; n < 4; n++)
                reject[10 + n] = (uint8_t)(link_.lcp.magic >> (24 - 8 * n));
            inject(keep(reject, sizeof reject));
        } else {
            inject(hex(says[i]));
        }
    }
    while (ppp_link_poll(&link_, &item)) {
        if (item.type == PPP_LINK_FRAME)
            g_string_append_printf(out, "%u ", item.frame.p[4]);
        else
            tell(&item);
    }
    g_assert_cmpstr(out->str, ==, "1 3 1 2 ");
    assert_story("lcp-up ");
    inject_and_tell(hex("ff03c223 01070018 10 00112233445566778899aabbccddeeff 73 7276"));
    link_.auth.state = PPP_AUTH_PROVED; /* the proof itself is tested elsewhere */
    inject(hex("ff03c021 0900000800000000"));
    while (ppp_link_poll(&link_, &item)) {
        if (item.type == PPP_LINK_FRAME && item.frame.p[2] == 0x80 && item.frame.p[3] == 0x21)
            g_assert_null(memchr(item.frame.p + 8, 130, item.frame.left - 8));
    }
    g_string_free(out, TRUE);
}

static void
test_A2_no_authentication_asked(void)
{
    struct ppp_link_params other = server;

    other.n_demand = 0;
    up(&usual, &other);
    assert_story("lcp-up ended 919 ");
}

static void
test_A1_server_insists(void)
{
    struct ppp_link_params client = usual, other = server;

    client.auth = PPP_AUTH_MSCHAPV2;
    other.demand[0] = PPP_AUTH_PAP;
    up(&client, &other);
    assert_story("ended 919 ");
}

static void
test_wrong_password_is_691(void)
{
    init(&usual, &server);
    peer.password = "other";
    ppp_link_up(&link_, now);
    ppp_link_up(&peer.link, now);
    run();
    assert_story("lcp-up ended 691 ");
    g_assert_nonnull(strstr(link_.end.detail, "MS-CHAPv2"));
}

/* PAP at SoftEther: no Nak, only a Terminate-Request. */
static void
test_terminated_amid_authentication_is_691(void)
{
    struct ppp_link_params client = usual, other = server;

    client.auth = other.demand[0] = PPP_AUTH_PAP;
    until_answered(&client, &other);
    inject_and_tell(hex("ff03c021 05990004"));
    g_assert_nonnull(strstr(story->str, "ended 691 "));
}

/* The same with CHAP: a refusal only if there was something to refuse. */
static void
test_terminated_before_and_after_the_response(void)
{
    until_answered(&usual, &server);
    inject_and_tell(hex("ff03c021 05990004"));
    assert_story("ended 691 ");

    init(&usual, &server);
    ppp_link_up(&link_, now);
    inject(hex("ff03c021 01010009 0305c22381"));
    uint8_t ack[14] = {0xff, 3, 0xc0, 0x21, 2, 1, 0, 10, 5, 6};
    for (guint i = 0; i < 4; i++)
        ack[10 + i] = (uint8_t)(link_.lcp.magic >> (24 - 8 * i));
    inject(keep(ack, sizeof ack));
    g_assert_cmpint(link_.phase, ==, PPP_PHASE_AUTHENTICATE);
    inject_and_tell(hex("ff03c223 02010004")); /* nothing that we would answer */
    inject_and_tell(hex("ff03c021 05990004"));
    assert_story("lcp-up ended 734 ");
}

/* The Success is lost, and the server's next frame, of IPCP, brings it again. */
static void
test_lost_outcome(void)
{
    struct ppp_link_params params = usual;
    struct ppp_link_item item;

    for (int reliable = 0; reliable < 2; reliable++) {
        unsigned responses = 0;

        params.reliable = reliable;
        init(&params, &server);
        ppp_link_up(&link_, now);
        inject(hex("ff03c021 01000009 0305c22381"));
        while (ppp_link_poll(&link_, &item)) {
            uint8_t ack[32] = {0};

            if (item.type == PPP_LINK_FRAME && item.frame.p[4] == 1) {
                memcpy(ack, item.frame.p, item.frame.left);
                ack[4] = 2;
                inject(keep(ack, item.frame.left));
            }
        }
        inject(hex("ff03c223 01070018 10 00112233445566778899aabbccddeeff 73 7276"));
        for (int i = 0; i < 3; i++)
            inject(hex("ff038021 01000004"));
        while (ppp_link_poll(&link_, &item))
            responses += item.type == PPP_LINK_FRAME && item.frame.p[2] == 0xc2;
        g_assert_cmpuint(responses, ==, reliable ? 1 : 2);
        g_assert_cmpuint(link_.phase, ==, PPP_PHASE_AUTHENTICATE);
    }
}

static void
test_try_again_and_nobody_there(void)
{
    struct ppp_credentials c;

    for (int answered = 0; answered < 2; answered++) {
        struct ppp_link_item item;

        until_answered(&usual, &server);
        inject_and_tell(hex("ff03c223 04010030 453d36393120523d3120433d3030303130323033303430"
                            "3530363037303830393041304230433044304530 46"));
        assert_story("wants 691 ");
        if (answered == 0) {
            ppp_link_credentials(&link_, now, NULL);
            while (ppp_link_poll(&link_, &item))
                if (item.type != PPP_LINK_FRAME)
                    tell(&item);
            wait_alone(10 * USEC_PER_SEC);
            assert_story("wants 691 ended 691 ");
        } else {
            creds(&c, "User", "third", NULL);
            ppp_link_credentials(&link_, now, &c);
            g_assert_true(ppp_link_poll(&link_, &item));
            g_assert_cmpint(item.type, ==, PPP_LINK_FRAME);
            assert_octets(item.frame.p, 6, hex("ff03c223 0202"));
        }
    }
}

static void
test_A5_unproven_server_is_778(void)
{
    until_answered(&usual, &server);
    inject_and_tell(hex("ff03c223 03010004"));
    wait_alone(10 * USEC_PER_SEC);
    assert_story("ended 778 ");
    g_assert_false(link_.network_up);
}

static void
test_silence(void)
{
    init(&usual, &server);
    cut = true;
    ppp_link_up(&link_, now);
    wait_alone(120 * USEC_PER_SEC);
    assert_story("ended 721 ");
    g_assert_cmpuint(now, <=, 31 * USEC_PER_SEC + 1000000);

    init(&usual, &server);
    ppp_link_up(&link_, now);
    inject(hex("ff03c021 01010009 0305c22381")); /* it spoke once */
    wait_alone(120 * USEC_PER_SEC);
    assert_story("ended 718 ");
}

static void
test_silence_of_the_network_is_718(void)
{
    up(&usual, &server); /* as far as authentication; then the network protocols alone */
    init(&usual, &server);
    peer.link.params.hold_network = true;
    ppp_link_up(&link_, now);
    ppp_link_up(&peer.link, now);
    run();
    assert_story("lcp-up authenticated ");
    cut = true;
    wait_alone(120 * USEC_PER_SEC);
    assert_story("lcp-up authenticated ended 718 ");
}

static void
test_terminate(void)
{
    up(&usual, &server);
    const struct ras_end why = {.error = RAS_USER_DISCONNECTION, .detail = "by hand"};

    ppp_link_close(&link_, now, &why);
    run();
    assert_story(UP_STORY "ended 631 ");
    g_assert_cmpuint(peer.link.end.error, ==, RAS_PPP_LCP_TERMINATED);

    up(&usual, &server);
    ppp_link_close(&peer.link, now, &why);
    run();
    assert_story(UP_STORY "ended 734 ");

    up(&usual, &server); /* a peer that does not say goodbye is not waited for long */
    cut = true;
    ppp_link_close(&link_, now, &why);
    run();
    wait_alone(10 * USEC_PER_SEC);
    assert_story(UP_STORY "ended 631 ");
    g_assert_cmpuint(now, <=, 8 * USEC_PER_SEC);
}

/* P12: the owner hears of the end once, whatever comes after it. */
static void
test_P12_terminate_in_every_phase(void)
{
    const struct ras_end lost = {.error = RAS_VPN_DISCONNECT};

    for (int phase = 0; phase < 3; phase++) {
        if (phase == 2)
            up(&usual, &server);
        else
            init(&usual, &server);
        if (phase == 1)
            ppp_link_up(&link_, now);
        g_string_truncate(story, 0);
        for (int i = 0; i < 3; i++)
            inject_and_tell(hex("ff03c021 05990004"));
        ppp_link_lost(&link_, now, &lost);
        inject_and_tell(hex("ff03c021 05990004"));
        wait_alone(60 * USEC_PER_SEC);
        assert_story(phase == 0 ? "ended 807 " : "ended 734 ");
        g_assert_cmpint(link_.phase, ==, PPP_PHASE_ENDED);
    }
}

static void
test_carrier_lost(void)
{
    const struct ras_end lost = {.error = RAS_VPN_DISCONNECT, .detail = "reset"};

    up(&usual, &server);
    ppp_link_lost(&link_, now, &lost);
    run();
    assert_story(UP_STORY "ended 807 ");
    g_assert_cmpuint(ppp_link_deadline(&link_), ==, NEVER);
}

static void
test_P8_loop(void)
{
    struct ppp_link_item item;

    init(&usual, &server);
    ppp_link_up(&link_, now);
    for (int i = 0; i < 200 && link_.phase != PPP_PHASE_ENDED; i++) {
        GPtrArray *frames = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);

        while (ppp_link_poll(&link_, &item)) {
            if (item.type == PPP_LINK_FRAME)
                g_ptr_array_add(frames, g_bytes_new(item.frame.p, item.frame.left));
            else
                tell(&item);
        }
        for (guint n = 0; n < frames->len; n++) {
            gsize size;
            const guint8 *p = g_bytes_get_data(frames->pdata[n], &size);
            inject(rd_over(p, size));
        }
        g_ptr_array_free(frames, TRUE);
    }
    wait_alone(10 * USEC_PER_SEC);
    assert_story("ended 736 ");
}

static void
test_P10_protocol_rejects(void)
{
    up(&usual, &server);
    inject_and_tell(hex("ff03c021 08010006 8057")); /* IPv6 goes, IPv4 stays */
    assert_story(UP_STORY "changed ");
    g_assert_cmpint(link_.ipv6cp.fsm.state, ==, PPP_STOPPING);
    inject_and_tell(hex("ff03c021 08020006 c025")); /* what we never sent */
    assert_story(UP_STORY "changed ");
    inject_and_tell(hex("ff03c021 08030006 8021")); /* nothing is left */
    wait_alone(10 * USEC_PER_SEC);
    assert_story(UP_STORY "changed ended 720 ");

    up(&usual, &server);
    inject_and_tell(hex("ff03c021 08010006 c021"));
    wait_alone(10 * USEC_PER_SEC);
    g_assert_cmpstr(story->str, ==, UP_STORY "ended 720 ");
}

static void
test_ipv6_refused_is_no_failure(void)
{
    struct ppp_link_params other = server;

    other.ipv6 = false;
    up(&usual, &other);
    assert_story(UP_STORY);
}

static void
test_no_protocol_left_is_720(void)
{
    struct ppp_link_params client = usual, other = server;

    other.ipv6 = other.ipv4 = false;
    client.ipv6 = false;
    init(&client, &other);
    peer.link.params.ipv6 = true; /* so that the peer itself does not end */
    ppp_link_up(&link_, now);
    ppp_link_up(&peer.link, now);
    run();
    wait_alone(10 * USEC_PER_SEC);
    assert_story("lcp-up authenticated ended 720 ");
}

static void
test_I3_no_address_is_720(void)
{
    struct ppp_link_params client = usual, other = server;

    client.ipv6 = other.ipv6 = false;
    other.give.peer = 0;
    up(&client, &other);
    wait_alone(10 * USEC_PER_SEC);
    assert_story("lcp-up authenticated ended 720 ");
}

static void
test_I1_unusable_address_is_720(void)
{
    struct ppp_link_params client = usual, other = server;

    client.ipv6 = other.ipv6 = false;
    other.give.peer = 0x7f000001;
    up(&client, &other);
    wait_alone(10 * USEC_PER_SEC);
    assert_story("lcp-up authenticated ended 720 ");
    g_assert_nonnull(strstr(link_.end.detail, "nobody can have"));
}

static void
test_fixed_address_refused_is_735(void)
{
    struct ppp_link_params client = usual, other = server;

    client.fixed_ip4 = 0x0a000063;
    up(&client, &other); /* though there would be IPv6 */
    wait_alone(10 * USEC_PER_SEC);
    assert_story("lcp-up authenticated ended 735 ");
    client.ipv6 = other.ipv6 = false;
    up(&client, &other);
    wait_alone(10 * USEC_PER_SEC);
    assert_story("lcp-up authenticated ended 735 ");
    other.give.peer = 0x0a000063;
    up(&client, &other);
    assert_story("lcp-up authenticated up ");
}

/* As run(), but nothing of this protocol reaches the peer. */
static void
run_without(uint8_t protocol)
{
    struct ppp_link_item item;
    struct rd packet;

    for (int i = 0; i < 20; i++) {
        while (ppp_link_poll(&link_, &item)) {
            if (item.type != PPP_LINK_FRAME)
                tell(&item);
            else if (item.frame.p[2] != 0x80 || item.frame.p[3] != protocol)
                ppp_link_receive(&peer.link, now, keep(item.frame.p, item.frame.left), &packet);
        }
        while (ppp_link_poll(&peer.link, &item)) {
            if (item.type == PPP_LINK_AUTH_START)
                ppp_peer_auth_start(&peer, now, item.method);
            else if (item.type == PPP_LINK_AUTH_FRAME)
                ppp_peer_auth_frame(&peer, now, keep(item.frame.p, item.frame.left));
            else if (item.type == PPP_LINK_FRAME)
                inject(keep(item.frame.p, item.frame.left));
        }
    }
}

/* Without a router SoftEther's IPV6CP takes four seconds: IPv4 does not wait that long. */
static void
test_late_protocol(void)
{
    struct ppp_link_params other = server;

    other.ipv6 = false;
    init(&usual, &other);
    ppp_link_up(&link_, now);
    ppp_link_up(&peer.link, now);
    run_without(0x57); /* and so its Protocol-Reject does not come */
    assert_story("lcp-up authenticated address ");
    wait_alone(USEC_PER_SEC);
    assert_story(UP_STORY);
    inject(hex("ff038057 0121000e 010a 00000000000000bb"));
    uint8_t ack[18] = {0xff, 3, 0x80, 0x57, 2, link_.ipv6cp.fsm.request_id, 0, 14, 1, 10};
    memcpy(ack + 10, link_.ipv6cp.local, 8);
    inject_and_tell(keep(ack, sizeof ack));
    assert_story(UP_STORY "changed ");
}

/* An end within that grace leaves no timer behind. */
static void
test_no_timer_after_the_end(void)
{
    const struct ras_end why = {.error = RAS_USER_DISCONNECTION};

    up(&usual, &server);
    memset(link_.shown.id, 0, sizeof link_.shown.id);
    ppp_fsm_lower_down(&link_.ipv6cp.fsm, now);
    ppp_fsm_lower_up(&link_.ipv6cp.fsm, now); /* IPv6, as if for the first time: a change */
    ppp_link_expire(&link_, now);
    const usec_t grace = link_.grace_at;

    g_assert_cmpuint(grace, !=, NEVER);
    ppp_link_close(&link_, now, &why);
    now = grace;
    ppp_link_expire(&link_, now);
    g_assert_cmpint(link_.phase, ==, PPP_PHASE_TERMINATE);
    g_assert_cmpuint(ppp_link_deadline(&link_), >, now);
}

static void
test_I3_address_changes(void)
{
    up(&usual, &server);
    peer.link.ipcp.params.give.peer = 0x0a000003;
    ppp_fsm_lower_down(&peer.link.ipcp.fsm, now);
    ppp_fsm_lower_up(&peer.link.ipcp.fsm, now);
    run();
    assert_story(UP_STORY "changed ");
    g_assert_cmphex(link_.ipcp.now.local, ==, 0x0a000003);
}

/* pppd takes its IPCP down for a copy of our request. What is told in the meantime, however long it
 * takes and whatever asks, is the address that was agreed on. */
static void
test_I3_negotiated_again(void)
{
    struct net_config config;

    up(&usual, &server);
    cut = true;
    ppp_fsm_lower_down(&link_.ipcp.fsm, now);
    ppp_fsm_lower_up(&link_.ipcp.fsm, now);
    wait_alone(15 * USEC_PER_SEC);
    assert_story(UP_STORY);
    ppp_link_config(&link_, &config);
    g_assert_cmphex(config.local4, ==, 0x0a000002);
    g_assert_cmphex(config.dns[0], ==, 0x0a000035);
    wait_alone(17 * USEC_PER_SEC); /* it has failed: that is told */
    assert_story(UP_STORY "changed ");
    ppp_link_config(&link_, &config);
    g_assert_cmphex(config.local4, ==, 0);
}

/* IPv6 is there at once, and IPv4 late: it is waited for, ten seconds. */
static void
test_late_ipv4(void)
{
    for (int i = 0; i < 2; i++) {
        init(&usual, &server);
        ppp_link_up(&link_, now);
        ppp_link_up(&peer.link, now);
        run_without(0x21);
        wait_alone(5 * USEC_PER_SEC);
        assert_story("lcp-up authenticated ");
        if (i == 0) {
            wait_alone(4 * USEC_PER_SEC);
            assert_story("lcp-up authenticated ");
            wait_alone(2 * USEC_PER_SEC);
            assert_story("lcp-up authenticated up ");
            continue;
        }
        now = ppp_link_deadline(&link_); /* of IPCP's request */
        ppp_link_expire(&link_, now);
        run();
        assert_story(UP_STORY);
    }
}

/* While CCP may still agree on encryption, nobody is told of a network and nothing leaves in the
 * clear; for half a second. */
static void
test_A16_optional_encryption_is_waited_for(void)
{
    struct ppp_link_params client = usual, other = server;
    uint8_t header[4];

    client.mppe = other.mppe = CCP_MPPE_128;
    init(&client, &other);
    ppp_link_up(&link_, now);
    ppp_link_up(&peer.link, now);
    run_without(0xfd);
    g_assert_cmpint(link_.ipcp.fsm.state, ==, PPP_OPENED);
    assert_story("lcp-up authenticated address ");
    g_assert_false(ppp_link_may_seal(&link_, 4));
    g_assert_cmpuint(ppp_link_header(&link_, 4, header), ==, 0);
    wait_alone(USEC_PER_SEC);
    assert_story(UP_STORY);
    g_assert_true(ppp_link_may_seal(&link_, 4));
}

/* A second proof before CCP opens: both ends encrypt with its keys. */
static void
test_proved_twice(void)
{
    struct ppp_link_params client = usual, other = server;
    uint8_t first[32], ours[32], theirs[32];
    uint8_t room[64] = {[PPP_CRYPT_HEAD] = 0x45};
    uint8_t *p = room + PPP_CRYPT_HEAD;
    size_t n = 20;
    struct rd packet;

    client.mppe = other.mppe = CCP_MPPE_128;
    init(&client, &other);
    ppp_link_up(&link_, now);
    ppp_link_up(&peer.link, now);
    run_without(0xfd);
    ppp_link_hlak(&link_, first);
    now += 10 * USEC_PER_SEC;
    ppp_peer_auth_start(&peer, now, PPP_AUTH_MSCHAPV2);
    run_without(0xfd);
    ppp_link_hlak(&link_, ours);
    ppp_link_hlak(&peer.link, theirs);
    g_assert_cmpmem(ours, 32, theirs, 32);
    g_assert_cmpint(memcmp(first, ours, 32), !=, 0);
    ppp_link_expire(&link_, now);
    ppp_link_expire(&peer.link, now);
    run();
    g_assert_cmphex(ccp_agreed(&link_.ccp), ==, CCP_MPPE_STATELESS | CCP_MPPE_128);
    g_assert_true(ppp_link_seal(&peer.link, &p, &n));
    g_assert_true(ppp_link_receive(&link_, now, rd_over(p, n), &packet));
}

/* Who asks for an address before CCP is open is no pppd that wants MPPE: see ccp.h. */
static void
test_hasty_peer(void)
{
    static const char *const frames[] = {"ff038021 06010004", "ff038021 0121000a 0306 0a000001",
                                         "ff038057 0121000e 010a 00000000000000bb"};
    struct ppp_link_params client = usual;

    client.mppe = CCP_MPPE_128;
    for (guint i = 0; i < 2 * G_N_ELEMENTS(frames); i++) {
        until_answered(&client, &server);
        memset(link_.auth.mppe, 1, sizeof link_.auth.mppe);
        link_.phase = PPP_PHASE_AUTHENTICATED;
        ppp_link_start_network(&link_, now);
        if (i >= G_N_ELEMENTS(frames)) /* ours is acknowledged, and so may it be Opened */
            inject(hex("ff0380fd 0121000a 1206 01000040"));
        inject(hex(frames[i % G_N_ELEMENTS(frames)]));
        g_assert_cmpint(link_.ccp.hasty, ==, i == 1 || i == 2);
    }
}

static void
test_A16_required_encryption(void)
{
    struct ppp_link_params client = usual, other = server;
    uint8_t head[4];

    client.mppe = CCP_MPPE_128;
    client.mppe_required = true;
    other.mppe = CCP_MPPE_40;
    up(&client, &other);
    wait_alone(10 * USEC_PER_SEC);
    g_assert_nonnull(strstr(story->str, "ended 742 "));
    g_assert_null(strstr(story->str, "up ended"));
    other.mppe = 0;
    up(&client, &other);
    wait_alone(10 * USEC_PER_SEC);
    g_assert_nonnull(strstr(story->str, "ended 742 "));
    other.mppe = CCP_MPPE_128;
    up(&client, &other);
    assert_story(UP_STORY);
    g_assert_cmphex(ccp_agreed(&link_.ccp), ==, CCP_MPPE_STATELESS | CCP_MPPE_128);
    g_assert_cmpuint(ppp_link_header(&link_, 4, head), ==, 0); /* nothing in the clear */
}

/* P18: down and up for ever. */
static void
test_P18_renegotiations(void)
{
    guint rounds = 0;

    up(&usual, &server);
    for (; rounds < 1000 && link_.phase != PPP_PHASE_ENDED; rounds++) {
        now += USEC_PER_SEC;
        peer.verdict_len = 0;
        ppp_fsm_lower_down(&peer.link.lcp.fsm, now);
        peer.link.phase = PPP_PHASE_ESTABLISH;
        ppp_fsm_take_notes(&peer.link.lcp.fsm);
        ppp_fsm_lower_up(&peer.link.lcp.fsm, now);
        run();
        if (rounds < 5)
            g_assert_true(link_.network_up);
    }
    g_assert_cmpuint(rounds, <=, 12);
    g_assert_nonnull(strstr(story->str, "ended 734 "));
}

static void
test_N7_dead_peer(void)
{
    up(&usual, &server);
    cut = true;
    wait_alone(600 * USEC_PER_SEC);
    assert_story(UP_STORY "ended 829 ");
    g_assert_cmpuint(now, <=, 120 * USEC_PER_SEC);
}

static void
test_Y4_wiped(void)
{
    const struct ras_end why = {.error = RAS_USER_DISCONNECTION};

    up(&usual, &server);
    ppp_link_close(&link_, now, &why);
    run();
    ppp_link_wipe(&link_);
    for (size_t i = 0; i + 10 <= sizeof link_; i++)
        g_assert_true(memcmp((uint8_t *)&link_ + i, "clientPass", 10) != 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ppp-link/comes-up", test_comes_up);
    g_test_add_func("/ppp-link/every-method", test_every_method);
    g_test_add_func("/ppp-link/order-of-the-first-flights", test_order_of_the_first_flights);
    g_test_add_func("/ppp-link/softether", test_softether);
    g_test_add_func("/ppp-link/A2-no-authentication-asked", test_A2_no_authentication_asked);
    g_test_add_func("/ppp-link/A1-server-insists-919", test_A1_server_insists);
    g_test_add_func("/ppp-link/wrong-password-691", test_wrong_password_is_691);
    g_test_add_func("/ppp-link/terminated-amid-authentication-691",
                    test_terminated_amid_authentication_is_691);
    g_test_add_func("/ppp-link/terminated-before-and-after-the-response",
                    test_terminated_before_and_after_the_response);
    g_test_add_func("/ppp-link/lost-outcome", test_lost_outcome);
    g_test_add_func("/ppp-link/try-again-and-nobody-there", test_try_again_and_nobody_there);
    g_test_add_func("/ppp-link/A5-unproven-server-778", test_A5_unproven_server_is_778);
    g_test_add_func("/ppp-link/silence-721-718", test_silence);
    g_test_add_func("/ppp-link/silence-of-the-network-718", test_silence_of_the_network_is_718);
    g_test_add_func("/ppp-link/terminate", test_terminate);
    g_test_add_func("/ppp-link/P12-terminate-in-every-phase", test_P12_terminate_in_every_phase);
    g_test_add_func("/ppp-link/carrier-lost", test_carrier_lost);
    g_test_add_func("/ppp-link/P8-loop-736", test_P8_loop);
    g_test_add_func("/ppp-link/P10-protocol-rejects", test_P10_protocol_rejects);
    g_test_add_func("/ppp-link/ipv6-refused-is-no-failure", test_ipv6_refused_is_no_failure);
    g_test_add_func("/ppp-link/no-protocol-left-720", test_no_protocol_left_is_720);
    g_test_add_func("/ppp-link/I3-no-address-720", test_I3_no_address_is_720);
    g_test_add_func("/ppp-link/I1-unusable-address-720", test_I1_unusable_address_is_720);
    g_test_add_func("/ppp-link/fixed-address-refused-735", test_fixed_address_refused_is_735);
    g_test_add_func("/ppp-link/late-protocol", test_late_protocol);
    g_test_add_func("/ppp-link/no-timer-after-the-end", test_no_timer_after_the_end);
    g_test_add_func("/ppp-link/I3-address-changes", test_I3_address_changes);
    g_test_add_func("/ppp-link/I3-negotiated-again", test_I3_negotiated_again);
    g_test_add_func("/ppp-link/late-ipv4", test_late_ipv4);
    g_test_add_func("/ppp-link/A16-optional-encryption-is-waited-for",
                    test_A16_optional_encryption_is_waited_for);
    g_test_add_func("/ppp-link/proved-twice", test_proved_twice);
    g_test_add_func("/ppp-link/hasty-peer", test_hasty_peer);
    g_test_add_func("/ppp-link/A16-required-encryption-742", test_A16_required_encryption);
    g_test_add_func("/ppp-link/P18-renegotiations", test_P18_renegotiations);
    g_test_add_func("/ppp-link/N7-dead-peer-829", test_N7_dead_peer);
    g_test_add_func("/ppp-link/Y4-wiped", test_Y4_wiped);
    return g_test_run();
}
