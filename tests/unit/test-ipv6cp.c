/* test-ipv6cp.c - interface identifiers. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipv6cp.h"

#include "ppp-wire.h"

enum { NOW = 1000000 };

static struct ipv6cp v6;
static struct ppp_queue q;

static void
start(void)
{
    q = (struct ppp_queue){0};
    test_rng_next(hex("ff1122fffe334455")); /* 02, the universal bit, is not ours to set */
    ipv6cp_init(&v6, &test_rng, &q);
    ppp_fsm_open(&v6.fsm, NOW);
    ppp_fsm_lower_up(&v6.fsm, NOW);
    expect_frame(&q, "8057 0101000e 010a fd1122fffe334455");
}

static bool
input(struct rd frame)
{
    return ppp_fsm_input(&v6.fsm, NOW, frame);
}

static void
test_opens(void)
{
    uint8_t address[16];

    start();
    const struct rd peer = vec("ppp-frames.txt", "ipv6cp-request");
    g_assert_true(input(keep(peer.p + 2, peer.left - 2)));
    expect_frame(&q, "8057 0201000e 010a 021122fffe334455"); /* the peer's may be universal */
    g_assert_true(input(hex("0201000e 010a fd1122fffe334455")));
    g_assert_cmpint(v6.fsm.state, ==, PPP_OPENED);
    ipv6cp_address(v6.peer, address);
    assert_octets(address, 16, hex("fe80000000000000 021122fffe334455"));
}

static void
test_I4_identifiers_of_the_peer(void)
{
    start();
    test_rng_next(hex("0011223344556677"));
    g_assert_true(input(hex("0121000e 010a 0000000000000000")));
    expect_frame(&q, "8057 0321000e 010a 0011223344556677");
    test_rng_next(hex("0011223344556678"));
    g_assert_true(input(hex("0122000e 010a fd1122fffe334455"))); /* ours */
    expect_frame(&q, "8057 0322000e 010a 0011223344556678");
    test_rng_next(hex("fd1122fffe334455")); /* what is suggested is never our own */
    g_assert_true(input(hex("0123000e 010a 0000000000000000")));
    expect_frame(&q, "8057 0323000e 010a fd1122fffe33440f");
    g_assert_true(input(hex("01240008 01040011"))); /* another length */
    expect_frame(&q, "8057 04240008 01040011");
    g_assert_true(input(hex("01250008 02040061"))); /* compression */
    expect_frame(&q, "8057 04250008 02040061");
}

static void
test_naks(void)
{
    start();
    g_assert_true(input(hex("0301000e 010a 00000000000000aa"))); /* SoftEther chooses for us */
    expect_frame(&q, "8057 0102000e 010a 00000000000000aa");
    test_rng_next(hex("0011223344556677"));
    g_assert_true(input(hex("0302000e 010a 0000000000000000"))); /* but this is none */
    expect_frame(&q, "8057 0103000e 010a 0011223344556677");
    g_assert_true(input(hex("0121000e 010a 00000000000000bb")));
    drain(&q);
    test_rng_next(hex("0011223344556688"));
    g_assert_true(input(hex("0303000e 010a 00000000000000bb"))); /* its own */
    expect_frame(&q, "8057 0104000e 010a 0011223344556688");
    g_assert_true(input(hex("0404000e 010a 0011223344556688")));
    expect_frame(&q, "8057 01050004");
    g_assert_false(v6.asking);
}

static void
test_identifier_stays(void)
{
    start();
    ppp_fsm_lower_down(&v6.fsm, NOW);
    ppp_fsm_lower_up(&v6.fsm, NOW);
    expect_frame(&q, "8057 0102000e 010a fd1122fffe334455");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ipv6cp/opens", test_opens);
    g_test_add_func("/ipv6cp/I4-identifiers-of-the-peer", test_I4_identifiers_of_the_peer);
    g_test_add_func("/ipv6cp/naks", test_naks);
    g_test_add_func("/ipv6cp/identifier-stays", test_identifier_stays);
    return g_test_run();
}
