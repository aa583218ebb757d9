/*
 * test-tunnel-pptp.c - the program dialtone-tunnel over PPTP, as far as a call goes without a PPP
 * server: this test is its helper and the other end of its two sockets. Pairs of Unix sockets stand
 * in for TCP and for the raw one, which hands out IP headers and is given none. No root, no
 * network.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake-helper.h"
#include "pptp-msg.h"

enum { SOON = 10000 /* ms */, THEIR_CALL = 0x4711 };
enum { LCP_REQUEST = 1, LCP_ACK, LCP_NAK, LCP_TERMINATE = 5, LCP_ECHO = 9, LCP_ECHO_REPLY };

struct call {
    struct fake_helper *h;
    int tcp, gre; /* our ends */
    size_t n;     /* of what came over TCP and is not looked at yet */
    uint8_t stream[1024];
};

/* What the tunnel is given when it asks next. Its sockets take as little unsent as may be: what
 * nobody reads soon has no room. */
static void
give_sockets(struct call *c, bool with_gre)
{
    const int little = 1;
    int tcp[2], gre[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, tcp), ==, 0);
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, gre), ==, 0);
    g_assert_cmpint(setsockopt(tcp[1], SOL_SOCKET, SO_SNDBUF, &little, sizeof little), ==, 0);
    g_assert_cmpint(setsockopt(gre[1], SOL_SOCKET, SO_SNDBUF, &little, sizeof little), ==, 0);
    c->h->give_socket = tcp[1];
    c->h->give_gre = with_gre ? gre[1] : -1;
    if (!with_gre)
        close(gre[1]);
    c->tcp = tcp[0];
    c->n = 0;
    c->gre = gre[0];
}

static void
call_make(struct call *c, bool with_gre)
{
    c->h = fake_helper_new("192.0.2.1", 1723);
    c->h->protocol = c->h->plan.protocols[0] = PLAN_PPTP;
    c->h->plan.auth = PLAN_AUTH_MSCHAPV2 | PLAN_AUTH_EAP_MSCHAPV2;
    give_sockets(c, with_gre);
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

static bool
has_four_sockets(const struct fake_helper *h)
{
    return h->n_sockets == 4;
}

/* Up to where GRE may flow. */
static void
establish(struct call *c)
{
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

static void
connect_call(struct call *c)
{
    call_begin(c, true);
    g_assert_true(fake_helper_run(c->h, has_two_sockets, SOON));
    establish(c);
}

/* LCP of this code, as number @seq, in GRE, in IP. */
static struct rd
lcp(const struct call *c, uint8_t seq, uint8_t code, uint8_t id, struct rd body)
{
    static uint8_t bytes[256];
    struct wr w = wr_over(bytes, sizeof bytes);
    const uint8_t length = (uint8_t)(20 + 12 + 8 + body.left);
    const uint8_t ip[20] = {0x45, 0, 0, length, 0, 0, 0x40, 0, 64, 47};

    wr_bytes(&w, ip, sizeof ip);
    wr_be32(&w, 0x3001880b);
    wr_be16(&w, (uint16_t)(8 + body.left));
    wr_be16(&w, c->h->gre_call);
    wr_be32(&w, seq);
    wr_be32(&w, 0xff03c021);
    wr_u8(&w, code);
    wr_u8(&w, id);
    wr_be16(&w, (uint16_t)(4 + body.left));
    wr_rd(&w, body);
    return wr_done(&w);
}

/* A Configure-Request without options. */
static struct rd
lcp_request(const struct call *c, uint8_t seq, uint8_t id)
{
    return lcp(c, seq, LCP_REQUEST, id, rd_over(NULL, 0));
}

static void
say_gre(const struct call *c, const uint8_t *p, size_t n)
{
    g_assert_cmpint(send(c->gre, p, n, 0), ==, (ssize_t)n);
}

static void
say_lcp(const struct call *c, uint8_t seq, uint8_t code, uint8_t id, struct rd body)
{
    struct pollfd p = {.fd = c->gre, .events = POLLOUT};
    const struct rd packet = lcp(c, seq, code, id, body);

    g_assert_cmpint(poll(&p, 1, SOON), ==, 1); /* the tunnel has some to read yet */
    say_gre(c, packet.p, packet.left);
}

/* What is sent is bare GRE to the peer's call; the code of the next that is LCP. */
static uint8_t
hear_code(const struct call *c, uint8_t *ret_id, struct rd *ret_body)
{
    for (;;) {
        static uint8_t bytes[2048];
        const size_t n = hear(c->gre, bytes, sizeof bytes);
        struct rd r = rd_over(bytes, n);
        const uint16_t flags = rd_be16(&r);

        g_assert_cmphex(flags & 0x2007, ==, 0x2001);
        g_assert_cmphex(rd_be16(&r), ==, 0x880b);
        rd_be16(&r);
        g_assert_cmphex(rd_be16(&r), ==, THEIR_CALL);
        rd_take(&r, (flags & 0x1000 ? 4 : 0) + (flags & 0x80 ? 4 : 0));
        if (rd_be32(&r) != 0xff03c021)
            continue;
        const uint8_t code = rd_u8(&r);
        *ret_id = rd_u8(&r);
        const uint16_t length = rd_be16(&r);
        *ret_body = rd_take(&r, (size_t)length - 4);
        g_assert_true(rd_ok(&r));
        return code;
    }
}

static uint8_t
hear_lcp_with(const struct call *c, uint8_t code, struct rd *ret_body)
{
    uint8_t id;

    while (hear_code(c, &id, ret_body) != code)
        ;
    return id;
}

static uint8_t
hear_lcp(const struct call *c, uint8_t code)
{
    struct rd body;

    return hear_lcp_with(c, code, &body);
}

/* From here on the tunnel waits for a Challenge, 30 s long: nothing wakes it before but what comes
 * over its sockets. */
static void
open_lcp(const struct call *c)
{
    static const uint8_t mschapv2[] = {3, 5, 0xc2, 0x23, 0x81};
    struct rd body;

    const uint8_t id = hear_lcp_with(c, LCP_REQUEST, &body);
    say_lcp(c, 0, LCP_ACK, id, body);
    say_lcp(c, 1, LCP_REQUEST, 0x31, rd_over(mschapv2, sizeof mschapv2));
    g_assert_cmphex(hear_lcp(c, LCP_ACK), ==, 0x31);
}

/* A descriptor for GRE that the tunnel did not ask for: it closes that, and goes on as before. This
 * is also how to know that it has been around its loop. */
static void
offer_another(const struct call *c)
{
    uint8_t bytes[16];
    struct wr w = wr_over(bytes, sizeof bytes);
    int pair[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
    tunnel_msg_begin(&w, TUNNEL_SOCKET);
    wr_be16(&w, 0xffff);
    wr_be32(&w, 0);
    wr_u8(&w, 0);
    wr_be16(&w, 0);
    g_assert_cmpint(wire_send(c->h->fd, wr_done(&w), pair[1]), ==, 0);
    close(pair[1]);
    struct pollfd p = {.fd = pair[0], .events = POLLIN};
    g_assert_cmpint(poll(&p, 1, SOON), ==, 1);
    g_assert_cmpint(read(pair[0], bytes, 1), ==, 0);
    close(pair[0]);
}

/* Each time the tunnel reads what there is to read of either socket, if it wants to. */
static void
go_around(const struct call *c)
{
    offer_another(c);
    offer_another(c); /* what was said before the first, was there before the second round */
}

static int
unread(int fd)
{
    int n = -1;

    g_assert_cmpint(ioctl(fd, SIOCOUTQ, &n), ==, 0);
    return n;
}

/* All that was said is read and dealt with. */
static void
go_around_until_read(const struct call *c)
{
    const gint64 deadline = g_get_monotonic_time() + SOON * 1000;

    while (unread(c->tcp) > 0 || unread(c->gre) > 0) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        go_around(c);
    }
    go_around(c);
}

static void
hang_up(struct call *c)
{
    fake_helper_send(c->h, TUNNEL_HANGUP);
    while (hear_message(c).type != PPTP_CLEAR) /* Set-Link-Info */
        ;
    close(c->tcp);
    c->tcp = -1;
    call_end(c, RAS_USER_DISCONNECTION);
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

    hang_up(&c);
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
    g_assert_cmpint(hear_message(&c).type, ==, PPTP_SLI); /* the last it has to say for now */
    close(c.tcp);
    c.tcp = -1;
    g_assert_true(fake_helper_run(c.h, NULL, SOON));
    g_assert_nonnull(strstr(c.h->detail, "the server closed the control connection"));
    call_end(&c, RAS_DISCONNECTION);
}

/* What was sent is never read: the end of the stream is an error to whoever reads it. */
static void
test_control_reset(void)
{
    struct call c;

    connect_call(&c);
    hear_lcp(&c, 1);
    struct pollfd p = {.fd = c.tcp, .events = POLLIN}; /* Set-Link-Info lies there */
    g_assert_cmpint(poll(&p, 1, SOON), ==, 1);
    close(c.tcp);
    c.tcp = -1;
    g_assert_true(fake_helper_run(c.h, NULL, SOON));
    g_assert_nonnull(strstr(c.h->detail, "the control connection: Connection reset by peer"));
    call_end(&c, RAS_DISCONNECTION);
}

/* The server takes nothing any more, but does not hang up either. */
static void
test_control_takes_nothing(void)
{
    struct call c;

    connect_call(&c);
    hear_lcp(&c, 1);
    g_assert_cmpint(hear_message(&c).type, ==, PPTP_SLI); /* nothing else before it is asked */
    g_assert_cmpint(shutdown(c.tcp, SHUT_RD), ==, 0);
    say_message(&c, &(struct pptp_msg){.type = PPTP_ECHORQ, .echo_id = 1});
    g_assert_true(fake_helper_run(c.h, NULL, SOON));
    g_assert_nonnull(strstr(c.h->detail, "the control connection: Broken pipe"));
    call_end(&c, RAS_DISCONNECTION);
}

/* The call goes on with the descriptor that it has. */
static void
test_another_descriptor(void)
{
    struct call c;

    connect_call(&c);
    offer_another(&c);
    open_lcp(&c);
    say_lcp(&c, 2, LCP_ECHO, 0x61, rd_over("\0\0\0", 4));
    g_assert_cmphex(hear_lcp(&c, LCP_ECHO_REPLY), ==, 0x61);
    hang_up(&c);
}

/* ---- what has no room ---- */

/* Echo-Requests 1 to @n. With what is longer between them and no answer: a read of any length ends
 * within some message. */
static struct rd
echo_requests(uint8_t *bytes, size_t cap, uint32_t n)
{
    struct wr w = wr_over(bytes, cap);

    for (uint32_t i = 1; i <= n; i++) {
        pptp_msg_put(&w, &(struct pptp_msg){.type = PPTP_ECHORQ, .echo_id = i});
        pptp_msg_put(&w, &(struct pptp_msg){.type = PPTP_SLI});
    }
    g_assert_false(w.bad);
    return wr_done(&w);
}

static void
say_some(const struct call *c, struct rd *stream)
{
    for (;;) {
        const ssize_t n = send(c->tcp, stream->p, MIN(stream->left, 500), MSG_NOSIGNAL);

        if (n < 0)
            g_assert_cmpint(errno, ==, EAGAIN);
        if (n <= 0)
            return;
        rd_take(stream, (size_t)n);
    }
}

/* A server that asks and asks, and reads no answer: it is not read any further, and what was
 * answered is sent once, whole, and in its order, when it does. */
static void
test_nobody_reads_the_answers(void)
{
    enum { N = 4000, ROOM = N * (16 + 24) };
    g_autofree uint8_t *bytes = g_malloc(ROOM);
    const int little = 1;
    struct call c;
    size_t before;

    connect_call(&c);
    open_lcp(&c);
    g_assert_cmpint(hear_message(&c).type, ==, PPTP_SLI);
    g_assert_cmpint(setsockopt(c.tcp, SOL_SOCKET, SO_SNDBUF, &little, sizeof little), ==, 0);
    struct rd stream = echo_requests(bytes, ROOM, N);
    do {
        before = stream.left;
        say_some(&c, &stream);
        go_around(&c);
    } while (stream.left < before);
    g_assert_cmpuint(stream.left, >, ROOM / 2);

    for (uint32_t i = 1; i <= N; i++) {
        const struct pptp_msg m = hear_message(&c);

        g_assert_cmpint(m.type, ==, PPTP_ECHORP);
        g_assert_cmpuint(m.echo_id, ==, i);
        g_assert_cmpuint(m.result, ==, PPTP_RESULT_OK);
        say_some(&c, &stream);
    }
    hang_up(&c);
}

/* There is room again, and nothing else happens: the rest of the answers is sent all the same. */
static void
test_answers_wait_for_room(void)
{
    /* More than the socket takes, and all of it no more than the 8 KB that may wait: else it would
     * not be read to its end when the pieces, of which the socket takes a few, happen to be small.
     */
    enum { N = 400 };
    g_autofree uint8_t *bytes = g_malloc(N * (16 + 24));
    struct call c;

    connect_call(&c);
    open_lcp(&c);
    g_assert_cmpint(hear_message(&c).type, ==, PPTP_SLI);
    struct rd stream = echo_requests(bytes, N * (16 + 24), N);
    say_some(&c, &stream);
    g_assert_cmpuint(stream.left, ==, 0);
    go_around_until_read(&c);
    for (uint32_t i = 1; i <= N; i++)
        g_assert_cmpuint(hear_message(&c).echo_id, ==, i);
    hang_up(&c);
}

/* GRE has no room for a while: none of what PPP says is lost, and it is said as soon as there is
 * room. */
static void
test_gre_has_no_room(void)
{
    enum { N = 100 };
    uint8_t body[100] = {0}; /* no magic number: none was agreed on for us */
    struct call c;

    connect_call(&c);
    open_lcp(&c);
    for (uint8_t i = 0; i < N; i++)
        say_lcp(&c, (uint8_t)(2 + i), LCP_ECHO, i, rd_over(body, sizeof body));
    go_around_until_read(&c);
    for (uint8_t i = 0; i < N; i++)
        g_assert_cmphex(hear_lcp(&c, LCP_ECHO_REPLY), ==, i);
    hang_up(&c);
}

/* The server takes one method only, and says so by hanging up over another: the call is made again,
 * to the same server or another of its addresses. Of the first attempt nothing is left: neither its
 * descriptors, nor half a message from it, nor what it has not read. */
static void
test_made_again(void)
{
    enum { UNKNOWN = 30 };
    static const uint8_t eap[] = {3, 4, 0xc2, 0x27};
    uint8_t bytes[300 * (16 + 24)], id;
    struct rd body;
    struct call c;

    connect_call(&c);
    say_lcp(&c, 0, LCP_REQUEST, 0x41, rd_over(eap, sizeof eap));
    g_assert_cmphex(hear_lcp(&c, LCP_NAK), ==, 0x41);
    struct rd stream = echo_requests(bytes, sizeof bytes, 300);
    stream.left -= 10;
    say_some(&c, &stream);
    g_assert_cmpuint(stream.left, ==, 0);
    go_around_until_read(&c);

    for (uint8_t i = 1; i <= UNKNOWN; i++) { /* more than there is room to reject */
        say_lcp(&c, i, 0x77, i, rd_over(bytes, 100));
        go_around_until_read(&c);
    }
    const int tcp = c.tcp, gre = c.gre;
    say_lcp(&c, UNKNOWN + 1, LCP_TERMINATE, 0x42, rd_over(NULL, 0));
    give_sockets(&c, true);
    g_assert_true(fake_helper_run(c.h, has_four_sockets, SOON));
    g_assert_cmpint(send(gre, "", 1, MSG_NOSIGNAL), ==, -1);
    g_assert_cmpint(errno, ==, ECONNREFUSED);
    close(gre);
    establish(&c);
    g_assert_cmpint(hear_code(&c, &id, &body), ==, LCP_REQUEST); /* of this call, not the first */
    say_lcp(&c, 0, LCP_REQUEST, 0x51, rd_over(eap, sizeof eap));
    g_assert_cmphex(hear_lcp(&c, LCP_ACK), ==, 0x51);
    close(tcp);
    hang_up(&c);
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
    g_test_add_func("/tunnel-pptp/G5-control-lost", test_control_lost);
    g_test_add_func("/tunnel-pptp/G5-control-reset", test_control_reset);
    g_test_add_func("/tunnel-pptp/control-takes-nothing", test_control_takes_nothing);
    g_test_add_func("/tunnel-pptp/another-descriptor", test_another_descriptor);
    g_test_add_func("/tunnel-pptp/answers-wait-for-room", test_answers_wait_for_room);
    g_test_add_func("/tunnel-pptp/nobody-reads-the-answers", test_nobody_reads_the_answers);
    g_test_add_func("/tunnel-pptp/GRE-has-no-room", test_gre_has_no_room);
    g_test_add_func("/tunnel-pptp/made-again", test_made_again);
    g_test_add_func("/tunnel-pptp/needs-IPv4", test_needs_ipv4);
    return g_test_run();
}
