/* test-ipcp.c - addresses asked for, offered, given. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipcp.h"

#include "ppp-wire.h"

enum { NOW = 1000000 };

static struct ipcp ipcp;
static struct ppp_queue q;

static void
start(struct ipcp_params params)
{
    q = (struct ppp_queue){0};
    ipcp_init(&ipcp, &params, &q);
    ppp_fsm_open(&ipcp.fsm, NOW);
    ppp_fsm_lower_up(&ipcp.fsm, NOW);
}

static void
client(void)
{
    start((struct ipcp_params){.nbns = true});
}

static bool
input(struct rd frame)
{
    return ppp_fsm_input(&ipcp.fsm, NOW, frame);
}

static struct rd
v(const char *name)
{
    const struct rd r = vec("ppp-frames.txt", name);
    return keep(r.p + 2, r.left - 2);
}

static void
test_vectors(void)
{
    client();
    const struct rd first = next_frame(&q);
    assert_octets(first.p, first.left,
                  hex("8021 01010022 030600000000 810600000000 820600000000 830600000000 "
                      "840600000000"));
    assert_octets(first.p + 2, first.left - 2, v("ipcp-request"));
    g_assert_true(input(hex("04010010 820600000000 840600000000")));
    expect_frame(&q, "8021 01020016 030600000000 810600000000 830600000000");
    g_assert_true(input(hex("03020016 03060a000002 81060a000035 83060a000036")));
    g_assert_true(ipcp.offered);
    const struct rd last = next_frame(&q);
    assert_octets(last.p + 2, last.left - 2, v("ipcp-request-final"));
    g_assert_true(input(hex("0121000a 03060a000001")));
    expect_frame(&q, "8021 0221000a 03060a000001");
    g_assert_true(input(hex("02030016 03060a000002 81060a000035 83060a000036")));
    g_assert_cmpint(ipcp.fsm.state, ==, PPP_OPENED);
    g_assert_cmphex(ipcp.now.local, ==, 0x0a000002);
    g_assert_cmphex(ipcp.now.peer, ==, 0x0a000001);
    g_assert_cmphex(ipcp.now.dns[0], ==, 0x0a000035);
    g_assert_cmphex(ipcp.now.dns[1], ==, 0x0a000036);
    g_assert_cmphex(ipcp.now.nbns[0], ==, 0);
}

static void
test_wins_is_asked_for_if_wanted(void)
{
    start((struct ipcp_params){.nbns = false});
    expect_frame(&q, "8021 01010016 030600000000 810600000000 830600000000");
    client();
    drain(&q);
    g_assert_true(input(hex("03010016 03060a000002 82060a000037 84060a000038")));
    g_assert_cmphex(ipcp.now.nbns[0], ==, 0x0a000037);
    g_assert_cmphex(ipcp.now.nbns[1], ==, 0x0a000038);
}

#define GUESSES                                                                                    \
    expect_frame(&q, "8021 01020016 030600000000 810600000000 830600000000");                      \
    expect_frame(&q, "8021 01030010 030600000000 810600000000");                                   \
    expect_frame(&q, "8021 0104000a 030600000000");                                                \
    expect_frame(&q, "8021 01050016 030600000000 810600000000 820600000000")

/* What remains after the Reject was asked for with the first request: its Nak follows at once. */
static void
test_guesses(void)
{
    static const struct {
        const char *why, *reject;
        uint8_t answered; /* which guess is what is left; 0: none */
    } rows[] = {
        {"no WINS, two for DNS", "04010010 820600000000 840600000000", 2},
        {"no WINS, one for DNS", "04010016 820600000000 830600000000 840600000000", 3},
        {"no DNS", "0401001c 810600000000 820600000000 830600000000 840600000000", 4},
        {"one for WINS, one for DNS", "04010010 830600000000 840600000000", 5},
        {"one for WINS, two for DNS", "0401000a 840600000000", 0},
        {"only WINS", "04010010 810600000000 830600000000", 0},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint8_t nak[10] = {3, 0, 0, 10, 3, 6, 10, 0, 0, 2};

        g_test_message("%s", rows[i].why);
        start((struct ipcp_params){.nbns = true, .guess = true});
        next_frame(&q);
        GUESSES;
        expect_nothing(&q);
        g_assert_true(input(hex(rows[i].reject)));
        if (rows[i].answered == 0) {
            g_assert_cmpint(next_frame(&q).p[3], ==, 6); /* asked now */
            expect_nothing(&q);
            continue;
        }
        for (nak[1] = 2; nak[1] <= 5; nak[1]++) { /* those of the others are stale */
            expect_nothing(&q);
            g_assert_true(input(keep(nak, sizeof nak)));
            g_assert_true(ipcp.offered == (nak[1] >= rows[i].answered));
            if (nak[1] == rows[i].answered) {
                const struct rd last = next_frame(&q);
                g_assert_cmpint(last.p[3], ==, 6);
                assert_octets(last.p + 6, 6, hex("03060a000002"));
            }
        }
        expect_nothing(&q);
    }
}

/* Who has everything naks the first one, and what is said of the guesses is then nothing. They are
 * not repeated with it, and there are none where WINS is not asked for. */
static void
test_guesses_not_needed(void)
{
    start((struct ipcp_params){.nbns = true, .guess = true});
    next_frame(&q);
    GUESSES;
    ppp_fsm_expire(&ipcp.fsm, ppp_fsm_deadline(&ipcp.fsm));
    g_assert_cmpint(next_frame(&q).p[3], ==, 1);
    expect_nothing(&q);
    g_assert_true(input(hex("03010022 03060a000002 81060a000035 82060a000037 83060a000036 "
                            "84060a000038")));
    g_assert_cmpint(next_frame(&q).p[3], ==, 6);
    g_assert_true(input(hex("03020016 03060a000003 81060a000035 83060a000036")));
    g_assert_true(input(hex("03030010 03060a000003 81060a000035")));
    g_assert_true(input(hex("0304000a 03060a000003")));
    g_assert_true(input(hex("03050016 03060a000003 81060a000035 82060a000037")));
    expect_nothing(&q);
    g_assert_true(input(hex("02060022 03060a000002 81060a000035 82060a000037 83060a000036 "
                            "84060a000038")));
    g_assert_cmpint(ipcp.fsm.state, ==, PPP_ACK_RCVD);
    g_assert_cmphex(ipcp.now.local, ==, 0x0a000002);
    g_assert_cmphex(ipcp.now.nbns[1], ==, 0x0a000038);
    start((struct ipcp_params){.nbns = true});
    next_frame(&q);
    expect_nothing(&q);
    start((struct ipcp_params){.server = true, .guess = true});
    next_frame(&q);
    expect_nothing(&q);
}

static const char *const unusable[] = {"00000000", "7f000001", "e0000001",
                                       "ffffffff", "f0000001", "00000001"};

static void
test_I1_offered_address(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(unusable); i++) {
        g_autofree char *nak = g_strconcat("0301000a 0306", unusable[i], NULL);

        client();
        drain(&q);
        g_assert_true(input(hex(nak)));
        g_assert_true(ipcp.unusable);
        g_assert_false(ipcp.offered);
        g_assert_cmphex(ipcp.now.local, ==, 0);
    }
    client();
    g_assert_true(input(v("ipcp-loopback")));
    g_assert_true(ipcp.unusable);
    client();
    g_assert_true(input(v("ipcp-multicast")));
    g_assert_true(ipcp.unusable);
}

static void
test_I1_address_of_the_peer(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(unusable); i++) {
        g_autofree char *request = g_strconcat("0121000a 0306", unusable[i], NULL);
        uint8_t reject[12];
        struct rd answer;

        client();
        drain(&q);
        g_assert_true(input(hex(request)));
        answer = next_frame(&q);
        memcpy(reject, hex(request).p, 10);
        reject[0] = PPP_CONF_REJ;
        assert_octets(answer.p + 2, answer.left - 2, rd_over(reject, 10));
        g_assert_cmphex(ipcp.now.peer, ==, 0);
    }
}

static void
test_I2_name_servers(void)
{
    client();
    drain(&q);
    g_assert_true(input(hex("03010022 03060a000002 81067f000001 8206e0000001 83060a000035 "
                            "8406ffffffff")));
    expect_frame(&q, "8021 01020010 03060a000002 83060a000035"); /* not asked for again */
    g_assert_cmphex(ipcp.now.dns[0], ==, 0);
    g_assert_cmphex(ipcp.now.dns[1], ==, 0x0a000035);
    g_assert_cmphex(ipcp.now.nbns[0] | ipcp.now.nbns[1], ==, 0);
}

static void
test_fixed_address(void)
{
    start((struct ipcp_params){.fixed = 0x0a000009});
    expect_frame(&q, "8021 01010016 03060a000009 810600000000 830600000000");
    g_assert_true(input(hex("03010010 03060a000009 81060a000035")));
    g_assert_false(ipcp.fixed_refused);
    g_assert_true(input(hex("0302000a 03060a000002")));
    g_assert_true(ipcp.fixed_refused);
    g_assert_cmphex(ipcp.now.local, ==, 0x0a000009);
    start((struct ipcp_params){.fixed = 0x0a000009});
    g_assert_true(input(hex("0401000a 03060a000009")));
    g_assert_true(ipcp.fixed_refused);
}

static void
test_odd_answers(void)
{
    client();
    drain(&q);
    g_assert_true(input(hex("0301000e 0304 0a00 0306 0a00 0002"))); /* a wrong length: skipped */
    g_assert_cmphex(ipcp.now.local, ==, 0x0a000002);
    client();
    drain(&q);
    g_assert_true(input(hex("0301000a 0206 002d0f01"))); /* what we never asked for */
    g_assert_true(input(hex("0402000a 0206 002d0f01")));
    client();
    drain(&q);
    g_assert_true(input(hex("04010010 810600000000 830600000000")));
    drain(&q);
    g_assert_true(input(hex("0302000a 8106 0a000035"))); /* and what was given up */
    g_assert_cmphex(ipcp.now.dns[0], ==, 0);
}

static void
test_other_options_are_rejected(void)
{
    static const char *const options[] = {"0206002d0f01", "010a0a0000010a000002", "0304aabb",
                                          "810608080808", "8206 08080808",        "ff02"};

    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        const struct rd o = hex(options[i]);
        uint8_t request[32] = {1, 0x21, 0, (uint8_t)(4 + o.left)};
        struct rd answer;

        client();
        drain(&q);
        memcpy(request + 4, o.p, o.left);
        g_assert_true(input(rd_over(request, 4 + o.left)));
        request[0] = PPP_CONF_REJ;
        answer = next_frame(&q);
        assert_octets(answer.p + 2, answer.left - 2, rd_over(request, 4 + o.left));
    }
}

static void
test_server_gives(void)
{
    start((struct ipcp_params){
        .server = true, .give = {.local = 0x0a000001, .peer = 0x0a000002, .dns = {0x0a000035}}});
    expect_frame(&q, "8021 0101000a 03060a000001");
    g_assert_true(input(v("ipcp-request")));
    expect_frame(&q, "8021 04010016 820600000000 830600000000 840600000000");
    g_assert_true(input(hex("01020010 030600000000 810600000000")));
    expect_frame(&q, "8021 03020010 03060a000002 81060a000035");
    g_assert_true(input(hex("01030010 03060a000002 81060a000035")));
    expect_frame(&q, "8021 02030010 03060a000002 81060a000035");
    g_assert_cmphex(ipcp.now.peer, ==, 0x0a000002);
    g_assert_true(input(hex("0301000a 03060a000007"))); /* nobody tells the server who it is */
    g_assert_cmphex(ipcp.now.local, ==, 0x0a000001);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ipcp/vectors", test_vectors);
    g_test_add_func("/ipcp/guesses", test_guesses);
    g_test_add_func("/ipcp/guesses-not-needed", test_guesses_not_needed);
    g_test_add_func("/ipcp/wins-is-asked-for-if-wanted", test_wins_is_asked_for_if_wanted);
    g_test_add_func("/ipcp/I1-offered-address", test_I1_offered_address);
    g_test_add_func("/ipcp/I1-address-of-the-peer", test_I1_address_of_the_peer);
    g_test_add_func("/ipcp/I2-name-servers", test_I2_name_servers);
    g_test_add_func("/ipcp/fixed-address", test_fixed_address);
    g_test_add_func("/ipcp/odd-answers", test_odd_answers);
    g_test_add_func("/ipcp/other-options-are-rejected", test_other_options_are_rejected);
    g_test_add_func("/ipcp/server-gives", test_server_gives);
    return g_test_run();
}
