/*
 * test-tunnel-pptp.c - the program dialtone-tunnel over PPTP, as far as a call goes without a PPP
 * server: this test is its helper and the other end of its two sockets. Pairs of Unix sockets stand
 * in for TCP and for the raw one, which hands out IP headers and is given none. No root, no
 * network.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake-helper.h"
#include "pptp-msg.h"

enum { SOON = 10000 /* ms */, THEIR_CALL = 0x4711 };

struct call {
    struct fake_helper *h;
    int tcp, gre; /* our ends */
    size_t n;     /* of what came over TCP and is not looked at yet */
    uint8_t stream[1024];
};

static void
call_make(struct call *c, bool with_gre)
{
    int tcp[2], gre[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, tcp), ==, 0);
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, gre), ==, 0);
    c->h = fake_helper_new("192.0.2.1", 1723);
    c->h->protocol = c->h->plan.protocols[0] = PLAN_PPTP;
    c->h->give_socket = tcp[1];
    c->h->give_gre = with_gre ? gre[1] : -1;
    if (!with_gre)
        close(gre[1]);
    c->tcp = tcp[0];
    c->n = 0;
    c->gre = gre[0];
}

static void
call_begin(struct call *c, bool with_gre)
{
    call_make(c, with_gre);
    fake_helper_start(c->h);
}

static void
call_end(struct call *c, uint32_t error)
{
    g_assert_true(fake_helper_run(c->h, NULL, SOON));
    g_test_message("%u: %s", c->h->ended, c->h->detail);
    g_assert_true(WIFEXITED(c->h->exit_status) && WEXITSTATUS(c->h->exit_status) == 0);
    g_assert_cmpuint(c->h->ended, ==, error);
    if (c->tcp >= 0)
        close(c->tcp);
    close(c->gre);
    fake_helper_free(c->h);
}

static size_t
hear(int fd, uint8_t *bytes, size_t cap)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    g_assert_cmpint(poll(&p, 1, SOON), ==, 1);
    const ssize_t n = recv(fd, bytes, cap, 0);
    g_assert_cmpint(n, >, 0);
    return (size_t)n;
}

static struct pptp_msg
hear_message(struct call *c)
{
    struct rd r = rd_over(c->stream, c->n);
    struct pptp_msg m;

    while (pptp_msg_cut(&r, &m) != PPTP_CUT_MESSAGE) {
        c->n += hear(c->tcp, c->stream + c->n, sizeof c->stream - c->n);
        r = rd_over(c->stream, c->n);
    }
    memmove(c->stream, r.p, r.left);
    c->n = r.left;
    return m;
}

static void
say_message(const struct call *c, const struct pptp_msg *m)
{
    uint8_t bytes[PPTP_MSG_MAX];
    struct wr w = wr_over(bytes, sizeof bytes);

    pptp_msg_put(&w, m);
    for (size_t i = 0; i < w.len; i++) /* octet by octet: a stream has no edges */
        g_assert_cmpint(write(c->tcp, bytes + i, 1), ==, 1);
}

static bool
has_two_sockets(const struct fake_helper *h)
{
    return h->n_sockets == 2;
}

/* Up to where GRE may flow. */
static void
connect_call(struct call *c)
{
    call_begin(c, true);
    g_assert_true(fake_helper_run(c->h, has_two_sockets, SOON));
    g_assert_cmpuint(c->h->gre_call, !=, 0);

    g_assert_cmpint(hear_message(c).type, ==, PPTP_SCCRQ);
    say_message(c, &(struct pptp_msg){.type = PPTP_SCCRP, .version = PPTP_VERSION, .result = 1});
    const struct pptp_msg call = hear_message(c);
    g_assert_cmpint(call.type, ==, PPTP_OCRQ);
    g_assert_cmpuint(call.call_id, ==, c->h->gre_call); /* what the filter lets through */
    say_message(c, &(struct pptp_msg){.type = PPTP_OCRP,
                                      .call_id = THEIR_CALL,
                                      .peer_call_id = call.call_id,
                                      .result = 1,
                                      .speed = 10000000,
                                      .window = 64});
}

/* An LCP Configure-Request without options, as number @seq, in GRE, in IP. */
static struct rd
lcp_request(const struct call *c, uint8_t seq, uint8_t id)
{
    static uint8_t bytes[64];
    struct wr w = wr_over(bytes, sizeof bytes);
    const uint8_t ip[20] = {0x45, 0, 0, 20 + 12 + 8, 0, 0, 0x40, 0, 64, 47};

    wr_bytes(&w, ip, sizeof ip);
    wr_be32(&w, 0x3001880b);
    wr_be16(&w, 8);
    wr_be16(&w, c->h->gre_call);
    wr_be32(&w, seq);
    wr_be32(&w, 0xff03c021);
    wr_u8(&w, 1);
    wr_u8(&w, id);
    wr_be16(&w, 4);
    return wr_done(&w);
}

static void
say_gre(const struct call *c, const uint8_t *p, size_t n)
{
    g_assert_cmpint(send(c->gre, p, n, 0), ==, (ssize_t)n);
}

/* What is sent is bare GRE to the peer's call; the next that is LCP of this code. */
static uint8_t
hear_lcp(const struct call *c, uint8_t code)
{
    for (;;) {
        uint8_t bytes[2048];
        const size_t n = hear(c->gre, bytes, sizeof bytes);
        struct rd r = rd_over(bytes, n);
        const uint16_t flags = rd_be16(&r);

        g_assert_cmphex(flags & 0x2007, ==, 0x2001);
        g_assert_cmphex(rd_be16(&r), ==, 0x880b);
        rd_be16(&r);
        g_assert_cmphex(rd_be16(&r), ==, THEIR_CALL);
        rd_take(&r, (flags & 0x1000 ? 4 : 0) + (flags & 0x80 ? 4 : 0));
        if (rd_be32(&r) == 0xff03c021 && rd_u8(&r) == code)
            return rd_u8(&r);
    }
}

static void
test_frames(void)
{
    struct call c;
    uint8_t bad[64];

    connect_call(&c);
    hear_lcp(&c, 1); /* ours */

    struct rd r = lcp_request(&c, 0, 0x51);
    memcpy(bad, r.p, r.left);
    say_gre(&c, bad + 20, r.left - 20); /* no IP header */
    say_gre(&c, bad, 19);
    bad[3]++; /* longer than it is */
    say_gre(&c, bad, r.left);
    bad[3]--, bad[6] = 0x20; /* a piece */
    say_gre(&c, bad, r.left);

    r = lcp_request(&c, 1, 0x53); /* overtakes the first one: both are taken as they come */
    say_gre(&c, r.p, r.left);
    r = lcp_request(&c, 0, 0x52);
    say_gre(&c, r.p, r.left);
    g_assert_cmphex(hear_lcp(&c, 2), ==, 0x53);
    g_assert_cmphex(hear_lcp(&c, 2), ==, 0x52);
    say_gre(&c, lcp_request(&c, 3, 0x55).p, 40);
    say_gre(&c, lcp_request(&c, 2, 0x54).p, 40);
    g_assert_cmphex(hear_lcp(&c, 2), ==, 0x54);
    g_assert_cmphex(hear_lcp(&c, 2), ==, 0x55);
    say_gre(&c, lcp_request(&c, 6, 0x56).p, 40); /* 4 and 5 are lost: handed on after the wait */
    g_assert_cmphex(hear_lcp(&c, 2), ==, 0x56);

    fake_helper_send(c.h, TUNNEL_HANGUP);
    while (hear_message(&c).type != PPTP_CLEAR) /* Set-Link-Info */
        ;
    close(c.tcp);
    c.tcp = -1;
    call_end(&c, RAS_USER_DISCONNECTION);
}

static void
test_no_raw_socket(void)
{
    struct call c;

    call_begin(&c, false);
    call_end(&c, RAS_RASMAN_CANNOT_INITIALIZE);
}

static bool
has_one_socket(const struct fake_helper *h)
{
    return h->n_sockets == 1;
}

/* The helper never says a word about the second one: it is not TLS that takes too long. */
static void
test_no_answer_about_gre(void)
{
    struct call c;

    call_make(&c, true);
    c.h->plan.connect_timeout_s = 1;
    fake_helper_start(c.h);
    g_assert_true(fake_helper_run(c.h, has_one_socket, SOON));
    c.h->mute_sockets = true;
    g_assert_true(fake_helper_run(c.h, NULL, SOON));
    g_assert_nonnull(strstr(c.h->detail, "waiting for a socket for GRE"));
    call_end(&c, RAS_VPN_TIMEOUT);
}

static void
test_control_lost(void)
{
    struct call c;

    connect_call(&c);
    hear_lcp(&c, 1);
    close(c.tcp);
    c.tcp = -1;
    call_end(&c, RAS_DISCONNECTION);
}

static void
test_needs_ipv4(void)
{
    struct fake_helper *h = fake_helper_new("2001:db8::1", 1723);

    h->protocol = h->plan.protocols[0] = PLAN_PPTP;
    fake_helper_start(h);
    g_assert_true(fake_helper_run(h, NULL, SOON));
    g_assert_cmpuint(h->ended, ==, RAS_DNSNAME_NOT_RESOLVABLE);
    g_assert_nonnull(strstr(h->detail, "no IPv4 address"));
    g_assert_cmpuint(h->n_sockets, ==, 0);
    fake_helper_free(h);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tunnel-pptp/frames", test_frames);
    g_test_add_func("/tunnel-pptp/no-raw-socket", test_no_raw_socket);
    g_test_add_func("/tunnel-pptp/no-answer-about-GRE", test_no_answer_about_gre);
    g_test_add_func("/tunnel-pptp/control-lost", test_control_lost);
    g_test_add_func("/tunnel-pptp/needs-IPv4", test_needs_ipv4);
    return g_test_run();
}
