/*
 * test-tunnel-l2tp.c - the program dialtone-tunnel over L2TP, as far as a call goes without a PPP
 * server: this test is its helper, and the server at the other end of its sockets, which are UDP
 * over the loopback. No root.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake-helper.h"
#include "l2tp-tunnel.h"

enum { SOON = 10000 /* ms */ };

struct call {
    struct fake_helper *h;
    int udp[2], esp; /* our ends: of 500 or 1701, and of 4500 */
};

/* Two UDP sockets that know each other. */
static void
pair_udp(int fds[2])
{
    struct sockaddr_in a[2];
    socklen_t size = sizeof a[0];

    for (int i = 0; i < 2; i++) {
        a[i] =
            (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        g_assert_cmpint(bind(fds[i], (struct sockaddr *)&a[i], size), ==, 0);
        g_assert_cmpint(getsockname(fds[i], (struct sockaddr *)&a[i], &size), ==, 0);
    }
    for (int i = 0; i < 2; i++)
        g_assert_cmpint(connect(fds[i], (struct sockaddr *)&a[1 - i], size), ==, 0);
}

static void
call_begin(struct call *c, enum plan_ipsec ipsec, bool with_esp)
{
    int pair[2];

    c->h = fake_helper_new("192.0.2.1", 0);
    c->h->protocol = c->h->plan.protocols[0] = PLAN_L2TP_IPSEC;
    c->h->plan.ipsec = ipsec;
    if (ipsec == PLAN_IPSEC_NONE)
        c->h->plan.encryption = PLAN_ENCRYPTION_OPTIONAL;
    secret_set_text(&c->h->credentials.psk, "a long enough pre-shared key");
    for (int i = 0; i < 2; i++) {
        pair_udp(pair);
        c->udp[i] = pair[0];
        c->h->give_udp[i] = pair[1];
    }
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), ==, 0);
    c->esp = pair[0];
    c->h->give_esp = with_esp ? pair[1] : -1;
    if (!with_esp)
        close(pair[1]);
    fake_helper_start(c->h);
}

static void
call_end(struct call *c, uint32_t error)
{
    g_assert_true(fake_helper_run(c->h, NULL, SOON));
    g_test_message("%u: %s", c->h->ended, c->h->detail);
    g_assert_true(WIFEXITED(c->h->exit_status) && WEXITSTATUS(c->h->exit_status) == 0);
    g_assert_cmpuint(c->h->ended, ==, error);
    close(c->udp[0]);
    close(c->udp[1]);
    close(c->esp);
    fake_helper_free(c->h);
}

static struct rd
hear(int fd, uint8_t *bytes, size_t cap)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    g_assert_cmpint(poll(&p, 1, SOON), ==, 1);
    const ssize_t n = recv(fd, bytes, cap, 0);
    g_assert_cmpint(n, >, 0);
    return rd_over(bytes, (size_t)n);
}

static bool
hears_nothing(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return poll(&p, 1, 0) == 0;
}

static bool
has_sockets(const struct fake_helper *h)
{
    return h->n_sockets == (h->plan.ipsec == PLAN_IPSEC_NONE ? 1u : 3u);
}

static void
fill(void *ctx, void *out, size_t n)
{
    (void)ctx;
    memset(out, 0x5a, n);
}

static void
answer(int fd, struct l2tp_tunnel *lns, usec_t now)
{
    struct rd out;

    while (l2tp_tunnel_poll(lns, now, &out))
        g_assert_cmpint(send(fd, out.p, out.left, 0), ==, (ssize_t)out.left);
}

/* Without IPsec: one socket, to port 1701, and L2TP goes over it as it is. */
static void
test_clear(void)
{
    const struct rng rng = {fill, NULL};
    const struct l2tp_config config = {.rng = &rng, .lns = true};
    struct l2tp_tunnel lns;
    struct call c;
    uint8_t bytes[2048];
    struct rd frame = {0};
    bool lcp = false;

    call_begin(&c, PLAN_IPSEC_NONE, true);
    g_assert_true(fake_helper_run(c.h, has_sockets, SOON));
    g_assert_cmpuint(c.h->asked_ports[0], ==, 1701);
    l2tp_tunnel_init(&lns, &config);
    while (!lcp) {
        if (l2tp_tunnel_receive(&lns, 1, hear(c.udp[0], bytes, sizeof bytes), &frame))
            lcp = rd_be32(&frame) == 0xff03c021 && rd_u8(&frame) == 1;
        answer(c.udp[0], &lns, 1);
    }
    fake_helper_send(c.h, TUNNEL_HANGUP);
    while (lns.state != L2TP_CLOSED) {
        l2tp_tunnel_receive(&lns, 1, hear(c.udp[0], bytes, sizeof bytes), &frame);
        answer(c.udp[0], &lns, 1);
    }
    g_assert_true(hears_nothing(c.udp[1]) && hears_nothing(c.esp));
    l2tp_tunnel_wipe(&lns);
    call_end(&c, RAS_USER_DISCONNECTION);
    g_assert_cmpuint(lns.state, ==, L2TP_CLOSED);
}

static bool
has_complained(const struct fake_helper *h)
{
    return strstr(h->log->str, "no raw socket for ESP") != NULL;
}

/* With it: IKE's main mode on port 500, and nothing else anywhere (L7). */
static void
test_ipsec_begins_with_ike(gconstpointer with_esp)
{
    struct call c;
    uint8_t bytes[4096];

    call_begin(&c, PLAN_IPSEC_PSK, with_esp != NULL);
    g_assert_true(fake_helper_run(c.h, has_sockets, SOON));
    g_assert_cmpuint(c.h->asked_ports[0], ==, 500);
    g_assert_cmpuint(c.h->asked_ports[1], ==, 4500);
    g_assert_cmpuint(c.h->asked_ports[2], ==, 0);

    const struct rd message = hear(c.udp[0], bytes, sizeof bytes);
    g_assert_cmpuint(message.left, >, 28);
    g_assert_cmphex(message.p[17], ==, 0x10); /* version 1.0 */
    g_assert_cmpuint(message.p[18], ==, 2);   /* main mode */
    g_assert_cmpuint(message.p[27], ==, message.left & 0xff);
    g_assert_true(hears_nothing(c.udp[1]) && hears_nothing(c.esp));
    if (with_esp == NULL)
        g_assert_true(fake_helper_run(c.h, has_complained, SOON));

    fake_helper_send(c.h, TUNNEL_HANGUP);
    call_end(&c, RAS_USER_DISCONNECTION);
}

/* ICMP is not believed: that nobody listens costs a packet, and the next question is asked. */
static void
test_refused_is_asked_again(void)
{
    struct call c;
    uint8_t bytes[4096];
    struct sockaddr_in a;
    socklen_t size = sizeof a;

    call_begin(&c, PLAN_IPSEC_PSK, true);
    g_assert_cmpint(getsockname(c.udp[0], (struct sockaddr *)&a, &size), ==, 0);
    close(c.udp[0]);
    g_assert_true(fake_helper_run(c.h, has_sockets, SOON));
    c.udp[0] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(c.udp[0], (struct sockaddr *)&a, size), ==, 0);
    const struct rd message = hear(c.udp[0], bytes, sizeof bytes);
    g_assert_cmpuint(message.p[18], ==, 2);
    fake_helper_send(c.h, TUNNEL_HANGUP);
    call_end(&c, RAS_USER_DISCONNECTION);
}

static void
test_no_socket_for_4500(void)
{
    struct call c;

    call_begin(&c, PLAN_IPSEC_PSK, true);
    close(c.h->give_udp[1]);
    c.h->give_udp[1] = -1;
    call_end(&c, RAS_RASMAN_CANNOT_INITIALIZE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tunnel-l2tp/clear", test_clear);
    g_test_add_data_func("/tunnel-l2tp/L7-ipsec-begins-with-ike", "esp",
                         test_ipsec_begins_with_ike);
    g_test_add_data_func("/tunnel-l2tp/no-raw-socket", NULL, test_ipsec_begins_with_ike);
    g_test_add_func("/tunnel-l2tp/refused-is-asked-again", test_refused_is_asked_again);
    g_test_add_func("/tunnel-l2tp/no-socket-for-4500", test_no_socket_for_4500);
    return g_test_run();
}
