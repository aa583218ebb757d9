/*
 * test-pump-dgram.c - datagrams between sockets and a session: none is lost, cut, joined or out of
 * order, with segmentation by the kernel and without. The session is one of this test: it frames a
 * packet by one octet before and one behind, and notes what it receives.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "pump-dgram.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <unistd.h>

enum { MTU = 1400, SOON = 10000 /* ms */ };

/* ---- a session ---- */

static struct {
    GQueue received; /* GBytes */
    enum session_channel from;
    guint calls;
} session;

size_t
session_receive_batch(struct session *s, usec_t now, enum session_channel from,
                      struct session_packet *v, size_t n, struct session_packets *ret)
{
    const size_t used = MIN(n, 10); /* as many as it likes */

    (void)s, (void)now;
    ret->n = 0;
    session.from = from;
    session.calls++;
    for (size_t i = 0; i < used; i++)
        g_queue_push_tail(&session.received, g_bytes_new(v[i].p, v[i].len));
    return used;
}

size_t
session_seal_batch(struct session *s, struct session_packet *v, size_t n)
{
    (void)s;
    for (size_t i = 0; i < n; i++) {
        v[i].p--;
        v[i].p[0] = '<';
        v[i].p[v[i].len + 1] = '>';
        v[i].len += 2;
    }
    return n;
}

bool
session_seal(struct session *s, uint8_t **p, size_t *len)
{
    (void)s, (void)p, (void)len;
    g_assert_not_reached();
}

struct session_framing
session_framing(const struct session *s)
{
    (void)s;
    return (struct session_framing){.head = 1, .tail = 1, .mtu = MTU, .channel = CHANNEL_DATA};
}

/* ---- the world ---- */

struct world {
    struct pump pump;
    struct pump_dgram d;
    int tun;          /* our end of the stand-in */
    int ours, theirs; /* the pump's socket, and the server's */
};

static void
pair_udp(int fds[2])
{
    struct sockaddr_in a[2];
    socklen_t size = sizeof a[0];
    const int room = 4 << 20;

    for (int i = 0; i < 2; i++) {
        a[i] =
            (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
        g_assert_cmpint(bind(fds[i], (struct sockaddr *)&a[i], size), ==, 0);
        g_assert_cmpint(getsockname(fds[i], (struct sockaddr *)&a[i], &size), ==, 0);
    }
    for (int i = 0; i < 2; i++)
        g_assert_cmpint(connect(fds[i], (struct sockaddr *)&a[1 - i], size), ==, 0);
}

static void
world_make(struct world *w, bool udp)
{
    int tun[2], fds[2];

    session.calls = 0;
    g_queue_init(&session.received);
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, tun), ==, 0);
    if (udp)
        pair_udp(fds);
    else
        g_assert_cmpint(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds), ==, 0);
    g_assert_true(pump_init(&w->pump) && pump_dgram_init(&w->d, &w->pump));
    w->pump.session = (struct session *)w; /* nobody looks at it */
    g_assert_cmpint(pump_open_tun(&w->pump, tun[1], 0), ==, 0);
    w->tun = tun[0];
    w->ours = fds[0];
    w->theirs = fds[1];
    pump_dgram_use_udp(&w->d, CHANNEL_DATA, w->ours);
}

static void
world_clear(struct world *w)
{
    g_queue_clear_full(&session.received, (GDestroyNotify)g_bytes_unref);
    pump_dgram_clear(&w->d);
    pump_clear(&w->pump);
    close(w->tun);
    close(w->ours);
    close(w->theirs);
}

/* IPv4 of @n octets, the @i-th. */
static void
packet(uint8_t *ret, size_t n, unsigned i)
{
    memset(ret, (int)(i * 7), n);
    ret[0] = 0x45;
    ret[2] = (uint8_t)(n >> 8);
    ret[3] = (uint8_t)n;
    ret[4] = (uint8_t)(i >> 8);
    ret[5] = (uint8_t)i;
}

static void
into_tun(struct world *w, size_t n, unsigned i)
{
    uint8_t p[MTU + 100];

    packet(p, n, i);
    g_assert_cmpint(send(w->tun, p, n, 0), ==, (ssize_t)n);
}

/* The next datagram that the server gets is that packet in its frame. */
static void
server_gets(struct world *w, size_t n, unsigned i)
{
    struct pollfd ready = {.fd = w->theirs, .events = POLLIN};
    uint8_t want[MTU + 2], got[4096];

    packet(want + 1, n, i);
    want[0] = '<';
    want[n + 1] = '>';
    g_assert_cmpint(poll(&ready, 1, SOON), ==, 1);
    const ssize_t len = recv(w->theirs, got, sizeof got, 0);
    g_assert_cmpint(len, ==, (ssize_t)n + 2);
    g_assert_cmpmem(got, (size_t)len, want, n + 2);
}

static void
server_gets_nothing(struct world *w)
{
    uint8_t got[1];

    g_assert_cmpint(recv(w->theirs, got, 1, 0), ==, -1);
    g_assert_cmpint(errno, ==, EAGAIN);
}

/* Runs of one length, shorter ends, single ones in between: as the lengths of super-packets fall.
 */
static size_t
length_of(unsigned i)
{
    static const size_t lengths[] = {1400, 1400, 1400, 1400, 1400, 700, 40,   40,  40, 1400,
                                     900,  900,  900,  1000, 1000, 999, 1000, 300, 20, 1400};

    return lengths[i % G_N_ELEMENTS(lengths)];
}

static void
test_up(gconstpointer udp)
{
    struct world w;

    world_make(&w, udp != NULL);
    for (unsigned round = 0; round < 20; round++) {
        for (unsigned i = 0; i < 9; i++) /* no more than waits in a Unix socket */
            into_tun(&w, length_of(round * 9 + i), round * 9 + i);
        g_assert_cmpint(pump_dgram_send(&w.d), ==, PUMP_OK);
        g_assert_false(pump_dgram_blocked(&w.d));
        for (unsigned i = 0; i < 9; i++)
            server_gets(&w, length_of(round * 9 + i), round * 9 + i);
        server_gets_nothing(&w);
    }
    g_assert_cmpuint(w.pump.stats.packets_out, ==, 180);
    g_assert_cmpuint(w.pump.stats.dropped, ==, 0);
    g_assert_cmpint(w.d.sockets[CHANNEL_DATA].segments, ==, udp != NULL);
    world_clear(&w);
}

/* What the session says is one datagram, however long, whatever length frames had before. */
static void
test_put_is_never_cut(void)
{
    uint8_t longest[8000], got[9000];
    struct world w;

    world_make(&w, true);
    for (unsigned i = 0; i < 4; i++)
        into_tun(&w, 100, i);
    g_assert_cmpint(pump_dgram_send(&w.d), ==, PUMP_OK);
    for (unsigned i = 0; i < 4; i++)
        server_gets(&w, 100, i);
    g_assert_cmpuint(w.d.sockets[CHANNEL_DATA].segment, ==, 102); /* they went as one */
    memset(longest, 'k', sizeof longest);
    pump_dgram_put(&w.d, CHANNEL_DATA, rd_over(longest, sizeof longest));
    g_assert_cmpint(recv(w.theirs, got, sizeof got, 0), ==, sizeof longest);
    into_tun(&w, 1400, 9); /* nor a frame by itself that is longer than those before */
    g_assert_cmpint(pump_dgram_send(&w.d), ==, PUMP_OK);
    server_gets(&w, 1400, 9);
    server_gets_nothing(&w);
    pump_dgram_put(&w.d, CHANNEL_ESP, rd_over(longest, 10)); /* there is no such socket */
    g_assert_cmpuint(w.pump.stats.dropped, ==, 1);
    world_clear(&w);
}

/* No room: what is sealed waits, nothing more is taken from the TUN, and order is kept. */
static void
test_blocked(void)
{
    const int small = 1;
    struct world w;
    unsigned sent = 0, got = 0;

    world_make(&w, false);
    setsockopt(w.ours, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    while (!pump_dgram_blocked(&w.d) && sent < 1000) {
        for (unsigned i = 0; i < 9; i++)
            into_tun(&w, 600, sent++);
        g_assert_cmpint(pump_dgram_send(&w.d), ==, PUMP_OK);
    }
    g_assert_true(pump_dgram_blocked_on(&w.d, CHANNEL_DATA));
    g_assert_false(pump_dgram_blocked_on(&w.d, CHANNEL_ESP));
    g_assert_false(pump_dgram_wants_tun(&w.d));
    into_tun(&w, 600, sent++);
    g_assert_cmpint(pump_dgram_send(&w.d), ==, PUMP_OK);
    while (got < sent) {
        server_gets(&w, 600, got++);
        pump_dgram_flush(&w.d);
        if (!pump_dgram_blocked(&w.d))
            g_assert_cmpint(pump_dgram_send(&w.d), ==, PUMP_OK);
    }
    server_gets_nothing(&w);
    g_assert_cmpuint(w.pump.stats.packets_out, ==, sent);
    g_assert_cmpuint(w.pump.stats.dropped, ==, 0);
    world_clear(&w);
}

/* A super-packet of TCP that is cut into @n packets. */
static void
super_into_tun(struct world *w, unsigned n, uint8_t flow)
{
    enum { SEGMENT = 500, HEADERS = 40 };
    const struct virtio_net_hdr hdr = {
        .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
        .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
        .hdr_len = HEADERS,
        .gso_size = SEGMENT,
        .csum_start = 20,
        .csum_offset = 16,
    };
    uint8_t p[sizeof hdr + HEADERS + 32 * SEGMENT] = {0}, *const ip = p + sizeof hdr;
    const size_t len = HEADERS + n * SEGMENT;

    memcpy(p, &hdr, sizeof hdr);
    packet(ip, HEADERS, 0);
    ip[2] = (uint8_t)(len >> 8);
    ip[3] = (uint8_t)len;
    ip[9] = IPPROTO_TCP;
    ip[15] = flow;
    ip[32] = 5 << 4;
    g_assert_cmpint(send(w->tun, p, sizeof hdr + len, 0), ==, (ssize_t)(sizeof hdr + len));
}

/* What was read ahead is not forgotten when the budget is used up, for the TUN tells no more of it.
 */
static void
test_read_ahead(void)
{
    struct world w;
    uint8_t got[1000];
    unsigned n = 0;

    world_make(&w, true);
    w.pump.tun.vnet_hdr = true;
    w.pump.queue.ahead = 128 * 1024;
    w.d.budget = 1;
    for (uint8_t i = 0; i < 4; i++)
        super_into_tun(&w, PUMP_DGRAM_FEW / 2, i);
    for (int turn = 0; turn < 2; turn++) {
        g_assert_cmpint(pump_waits(&w.pump), ==, turn > 0);
        g_assert_cmpint(pump_dgram_send(&w.d), ==, PUMP_OK);
        g_assert_false(pump_has_packets(&w.pump));
    }
    g_assert_false(pump_waits(&w.pump));
    while (recv(w.theirs, got, sizeof got, 0) > 0)
        n++;
    g_assert_cmpuint(n, ==, 2 * PUMP_DGRAM_FEW);
    g_assert_cmpuint(w.pump.stats.packets_out, ==, n);
    world_clear(&w);
}

/* One packet that is no super-packet, of the flow that super_into_tun() calls 0 when @protocol is
 * TCP. */
static void
short_into_tun(struct world *w, uint8_t protocol, unsigned i)
{
    uint8_t p[sizeof(struct virtio_net_hdr) + 40] = {0};
    uint8_t *const ip = p + sizeof(struct virtio_net_hdr);

    packet(ip, 40, i);
    memset(ip + 6, 0, 34);
    ip[9] = protocol;
    g_assert_cmpint(send(w->tun, p, sizeof p, 0), ==, (ssize_t)sizeof p);
}

/* How many packets the server gets until one that is not of a super-packet, and which that is. */
static unsigned
server_gets_short(struct world *w, uint8_t *ret_name)
{
    uint8_t got[1000];
    unsigned before = 0;
    ssize_t n;

    while ((n = recv(w->theirs, got, sizeof got, 0)) > 42) /* framed by two */
        before++;
    g_assert_cmpint(n, ==, 42);
    *ret_name = got[1 + 5];
    return before;
}

/* A ping that comes in the middle of a super-packet is the next that is sent; what is of the
 * super-packet's own flow stays behind it. */
static void
test_ping_in_between(void)
{
    enum { PING = 100, ANOTHER, TAIL, SUPER = 4 * PUMP_DGRAM_FEW };
    struct world w;
    uint8_t name;

    world_make(&w, true);
    w.pump.tun.vnet_hdr = true;
    w.pump.queue.ahead = 128 * 1024;
    w.d.budget = 1;
    super_into_tun(&w, SUPER, 0);
    g_assert_cmpint(pump_dgram_send(&w.d), ==, PUMP_OK);
    short_into_tun(&w, IPPROTO_TCP, TAIL);
    short_into_tun(&w, IPPROTO_ICMP, PING);
    g_assert_cmpint(pump_dgram_send(&w.d), ==, PUMP_OK);
    short_into_tun(&w, IPPROTO_ICMP, ANOTHER);
    while (pump_waits(&w.pump))
        g_assert_cmpint(pump_dgram_send(&w.d), ==, PUMP_OK);
    g_assert_cmpuint(server_gets_short(&w, &name), ==, PUMP_DGRAM_FEW);
    g_assert_cmpuint(name, ==, PING);
    g_assert_cmpuint(server_gets_short(&w, &name), ==, PUMP_DGRAM_FEW - 1);
    g_assert_cmpuint(name, ==, ANOTHER);
    g_assert_cmpuint(server_gets_short(&w, &name), ==, SUPER - 2 * PUMP_DGRAM_FEW + 1);
    g_assert_cmpuint(name, ==, TAIL);
    g_assert_cmpuint(w.pump.stats.packets_out, ==, SUPER + 3);
    g_assert_cmpuint(w.pump.stats.dropped, ==, 0);
    world_clear(&w);
}

/* Each packet that the kernel is given may let a sender go on, and the kernel has room for 32 of
 * what that brings: they are taken away meanwhile, and sent when it is their turn. */
static void
test_read_between_writes(void)
{
    enum { OFTEN = 8, N = 3 };
    struct world w;
    uint8_t p[20], got[MTU];

    for (size_t ahead = 0; ahead <= 128 * 1024; ahead += 128 * 1024) {
        world_make(&w, true);
        w.pump.queue.ahead = ahead;
        for (unsigned i = 0; i < N; i++)
            into_tun(&w, 100, i);
        for (unsigned i = 0; i < OFTEN; i++) {
            g_assert_true(tun_queue_empty(&w.pump.queue));
            packet(p, sizeof p, i);
            pump_deliver(&w.pump,
                         &(struct session_packets){.n = 1, .v[0] = {.p = p, .len = sizeof p}});
            g_assert_cmpint(recv(w.tun, got, sizeof got, 0), ==, sizeof p);
        }
        g_assert_cmpint(tun_queue_empty(&w.pump.queue), ==, ahead == 0);
        server_gets_nothing(&w);
        g_assert_cmpint(pump_dgram_send(&w.d), ==, PUMP_OK);
        for (unsigned i = 0; i < N; i++)
            server_gets(&w, 100, i);
        world_clear(&w);
    }
}

/* That the TUN has no more is asked once; and what comes then is seen the next time. */
static void
test_asked_once(void)
{
    struct world w;

    world_make(&w, true);
    w.pump.queue.ahead = 128 * 1024;
    into_tun(&w, 100, 0);
    g_assert_cmpint(pump_read(&w.pump), ==, 0);
    into_tun(&w, 100, 1);
    g_assert_cmpint(pump_read(&w.pump), ==, -EAGAIN);
    g_assert_cmpint(pump_read(&w.pump), ==, 0);
    g_assert_cmpint(pump_read(&w.pump), ==, -EAGAIN);
    g_assert_cmpint(pump_read(&w.pump), ==, -EAGAIN);
    for (unsigned i = 1; i <= 2; i++) {
        g_assert_cmpint(pump_dgram_send(&w.d), ==, PUMP_OK);
        server_gets(&w, 100, i);
        into_tun(&w, 100, i + 1);
    }
    world_clear(&w);
}

/* Short packets cost as much time as long ones: not as many as have so many octets are taken
 * before it is the other direction's turn. */
static void
test_short_ones_count(void)
{
    enum { N = 24, READS = PUMP_DGRAM_RX / PUMP_DGRAM_GRO };
    struct world w;

    world_make(&w, true);
    w.d.budget = 4000;
    for (unsigned i = 0; i < N; i++)
        g_assert_cmpint(send(w.theirs, "short", 5, 0), ==, 5);
    for (unsigned i = 1; i <= N / READS; i++) {
        pump_dgram_receive(&w.d, CHANNEL_DATA, 1);
        g_assert_cmpuint(session.received.length, ==, i * READS);
    }
    world_clear(&w);
}

static void
test_put_waits_its_turn(void)
{
    const int small = 1;
    struct world w;
    unsigned sent = 0;
    uint8_t octets[600], got[1000];

    world_make(&w, false);
    setsockopt(w.ours, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    for (; !pump_dgram_blocked(&w.d) && sent < 1000; sent++) {
        memset(octets, (int)sent, sizeof octets);
        pump_dgram_put(&w.d, CHANNEL_DATA, rd_over(octets, sizeof octets));
    }
    for (unsigned i = 0; i < sent; i++) {
        struct pollfd ready = {.fd = w.theirs, .events = POLLIN};

        g_assert_cmpint(poll(&ready, 1, SOON), ==, 1);
        g_assert_cmpint(recv(w.theirs, got, sizeof got, 0), ==, sizeof octets);
        g_assert_cmpuint(got[0], ==, (uint8_t)i);
        pump_dgram_flush(&w.d);
    }
    g_assert_false(pump_dgram_blocked(&w.d));
    world_clear(&w);
}

static void
received(const void *p, size_t n)
{
    g_autoptr(GBytes) bytes = g_queue_pop_head(&session.received);

    g_assert_nonnull(bytes);
    g_assert_cmpmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), p, n);
}

/* Sent as one and cut by the kernel, or not: the session sees each as it was. */
static void
test_down(gconstpointer udp)
{
    enum { EACH = 1000, TAIL = 333, N = 40 };
    g_autofree uint8_t *all = g_malloc(N * EACH + TAIL);
    const int segment = EACH;
    struct world w;

    world_make(&w, udp != NULL);
    for (size_t i = 0; i < N * EACH + TAIL; i++)
        all[i] = (uint8_t)(i * 31 >> 3);
    for (unsigned round = 0; round < 4; round++) {
        if (udp != NULL) {
            g_assert_cmpint(
                setsockopt(w.theirs, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment), ==, 0);
            g_assert_cmpint(send(w.theirs, all, N * EACH + TAIL, 0), ==, N * EACH + TAIL);
        }
        for (unsigned i = 0; i <= N; i++) {
            const size_t n = i < N ? EACH : TAIL;

            if (udp == NULL) {
                g_assert_cmpint(send(w.theirs, all + i * EACH, n, 0), ==, (ssize_t)n);
                pump_dgram_receive(&w.d, CHANNEL_DATA, 1);
            }
        }
        pump_dgram_receive(&w.d, CHANNEL_DATA, 1);
        for (unsigned i = 0; i <= N; i++)
            received(all + i * EACH, i < N ? EACH : TAIL);
        g_assert_cmpuint(session.received.length, ==, 0);
    }
    g_assert_cmpuint(w.d.heard, ==, 4 * (N + 1));
    g_assert_cmpint(session.from, ==, CHANNEL_DATA);
    world_clear(&w);
}

/* Longer than a packet can be, as IKE is with a chain of certificates. */
static void
test_down_long(void)
{
    static uint8_t message[9000];
    struct world w;

    world_make(&w, true);
    memset(message, 'c', sizeof message);
    g_assert_cmpint(send(w.theirs, message, sizeof message, 0), ==, sizeof message);
    pump_dgram_receive(&w.d, CHANNEL_DATA, 1);
    received(message, sizeof message);
    world_clear(&w);
}

/* A raw IPv4 socket: its headers go; what is not whole is dropped. */
static void
test_down_raw(void)
{
    uint8_t p[3000] = {0x45, 0, 0, 24, [20] = 'e', 's', 'p', '!'};
    struct world w;

    world_make(&w, false);
    pump_dgram_use(&w.d, CHANNEL_ESP, w.ours, true);
    g_assert_cmpint(send(w.theirs, p, 24, 0), ==, 24);
    g_assert_cmpint(send(w.theirs, p, 23, 0), ==, 23);
    g_assert_cmpint(send(w.theirs, p, sizeof p, 0), ==, sizeof p); /* cut off by the buffer */
    g_assert_cmpint(send(w.theirs, p, 24, 0), ==, 24);
    pump_dgram_receive(&w.d, CHANNEL_ESP, 1);
    received("esp!", 4);
    received("esp!", 4);
    g_assert_cmpuint(session.received.length, ==, 0);
    g_assert_cmpint(session.from, ==, CHANNEL_ESP);
    g_assert_cmpuint(w.pump.stats.dropped, ==, 2);
    world_clear(&w);
}

/* ICMP costs a packet: what comes after is sent and received. */
static void
test_refused(void)
{
    struct world w;
    struct sockaddr_in a;
    socklen_t size = sizeof a;
    uint8_t got[10];

    world_make(&w, true);
    g_assert_cmpint(getsockname(w.theirs, (struct sockaddr *)&a, &size), ==, 0);
    close(w.theirs);
    pump_dgram_put(&w.d, CHANNEL_DATA, rd_over("a", 1));
    pump_dgram_receive(&w.d, CHANNEL_DATA, 1);
    g_assert_cmpint(w.d.error, ==, ECONNREFUSED);
    g_assert_cmpuint(w.d.heard, ==, 0);
    w.theirs = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    g_assert_cmpint(bind(w.theirs, (struct sockaddr *)&a, size), ==, 0);
    pump_dgram_put(&w.d, CHANNEL_DATA, rd_over("b", 1));
    g_assert_cmpint(recv(w.theirs, got, sizeof got, 0), ==, 1);
    g_assert_cmpint(got[0], ==, 'b');
    world_clear(&w);
}

/* There is room and it does not go all the same: that is not waited for. */
static void
test_refuses_with_room(void)
{
    struct world w;
    unsigned n = 0;

    world_make(&w, false);
    for (; !pump_dgram_blocked(&w.d); n++)
        pump_dgram_put(&w.d, CHANNEL_DATA, rd_over("a", 1));
    pump_dgram_writable(&w.d, CHANNEL_ESP); /* another's */
    g_assert_true(pump_dgram_blocked_on(&w.d, CHANNEL_DATA));
    pump_dgram_writable(&w.d, CHANNEL_DATA);
    g_assert_false(pump_dgram_blocked(&w.d));
    g_assert_true(w.d.sockets[CHANNEL_DATA].refused);
    g_assert_cmpuint(w.pump.stats.dropped, ==, 1);

    w.d.sockets[CHANNEL_DATA].refused = false;
    into_tun(&w, 100, 1);
    into_tun(&w, 100, 2);
    g_assert_cmpint(pump_dgram_send(&w.d), ==, PUMP_OK);
    g_assert_true(pump_dgram_blocked_on(&w.d, CHANNEL_DATA));
    pump_dgram_writable(&w.d, CHANNEL_DATA);
    g_assert_false(pump_dgram_blocked(&w.d));
    g_assert_true(w.d.sockets[CHANNEL_DATA].refused);
    g_assert_cmpuint(w.pump.stats.dropped, ==, 3);

    w.d.sockets[CHANNEL_DATA].refused = false;
    pump_dgram_put(&w.d, CHANNEL_DATA, rd_over("b", 1));
    g_assert_true(pump_dgram_blocked(&w.d));
    for (unsigned i = 1; i < n; i++)
        g_assert_cmpint(recv(w.theirs, (uint8_t[1]){0}, 1, 0), ==, 1);
    pump_dgram_writable(&w.d, CHANNEL_DATA);
    g_assert_false(w.d.sockets[CHANNEL_DATA].refused);
    g_assert_cmpuint(w.pump.stats.dropped, ==, 3);
    into_tun(&w, 100, 4);
    g_assert_cmpint(pump_dgram_send(&w.d), ==, PUMP_OK);
    g_assert_cmpint(recv(w.theirs, (uint8_t[1]){0}, 1, 0), ==, 1);
    server_gets(&w, 100, 4);
    server_gets_nothing(&w);
    world_clear(&w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/pump-dgram/up-udp", "udp", test_up);
    g_test_add_data_func("/pump-dgram/up-without-segmentation", NULL, test_up);
    g_test_add_func("/pump-dgram/put-is-never-cut", test_put_is_never_cut);
    g_test_add_func("/pump-dgram/blocked", test_blocked);
    g_test_add_func("/pump-dgram/read-ahead", test_read_ahead);
    g_test_add_func("/pump-dgram/ping-in-between", test_ping_in_between);
    g_test_add_func("/pump-dgram/read-between-writes", test_read_between_writes);
    g_test_add_func("/pump-dgram/asked-once", test_asked_once);
    g_test_add_func("/pump-dgram/short-ones-count", test_short_ones_count);
    g_test_add_func("/pump-dgram/put-waits-its-turn", test_put_waits_its_turn);
    g_test_add_data_func("/pump-dgram/down-udp", "udp", test_down);
    g_test_add_data_func("/pump-dgram/down-one-by-one", NULL, test_down);
    g_test_add_func("/pump-dgram/down-long", test_down_long);
    g_test_add_func("/pump-dgram/down-raw", test_down_raw);
    g_test_add_func("/pump-dgram/refused", test_refused);
    g_test_add_func("/pump-dgram/refuses-with-room", test_refuses_with_room);
    return g_test_run();
}
