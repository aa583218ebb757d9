/*
 * test-tun-queue.c - which packet of those that were read goes first, and which is dropped.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tun-queue.h"

#include <errno.h>
#include <glib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "offload-packet.h"

enum { AHEAD = 64 * 1024, ICMP = 1, ICMP6 = 58, LONG = 16000, SHORT = 84, NAME = 60 };

struct world {
    struct tun_queue q;
    struct io_tun tun;
    int kernel; /* the other end of what stands in for the TUN */
};

static void
world_make(struct world *w, size_t ahead)
{
    int fds[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), ==, 0);
    g_assert_true(tun_queue_init(&w->q, ahead));
    w->tun = (struct io_tun){.fd = fds[0], .vnet_hdr = true};
    w->kernel = fds[1];
}

static void
world_clear(struct world *w)
{
    tun_queue_clear(&w->q);
    close(w->tun.fd);
    if (w->kernel >= 0)
        close(w->kernel);
}

/* What a packet is to the queue. */
struct spec {
    char name; /* what it is known by again */
    uint8_t protocol;
    uint16_t port; /* source */
    size_t n;
    bool v6, fragment;
};

static void
from_kernel(struct world *w, const struct spec *s)
{
    uint8_t p[sizeof(struct virtio_net_hdr) + LONG] = {0};
    uint8_t *const ip = p + sizeof(struct virtio_net_hdr);
    const struct virtio_net_hdr hdr = {.gso_type = s->n > 1500 ? VIRTIO_NET_HDR_GSO_TCPV4
                                                               : VIRTIO_NET_HDR_GSO_NONE};

    memcpy(p, &hdr, sizeof hdr);
    ip[0] = s->v6 ? 0x60 : 0x45;
    ip[s->v6 ? IP6_NEXT : IP4_PROTOCOL] = s->protocol;
    if (s->fragment)
        set16(ip + IP4_FRAGMENT, 0x2000);
    ip[s->v6 ? IP6_SOURCE + 31 : IP4_SOURCE + 7] = 9; /* the other end */
    set16(ip + (s->v6 ? IP6_HEADER : IP4_HEADER), s->port);
    ip[NAME] = (uint8_t)s->name;
    const ssize_t all = (ssize_t)(sizeof hdr + s->n);
    g_assert_cmpint(send(w->kernel, p, (size_t)all, 0), ==, all);
}

static void
all_from_kernel(struct world *w, const struct spec *s, size_t n)
{
    for (size_t i = 0; i < n; i++) { /* a Unix socket holds ten */
        from_kernel(w, &s[i]);
        if (i % 8 == 7)
            g_assert_cmpint(tun_queue_fill(&w->q, &w->tun), ==, -EAGAIN);
    }
    g_assert_cmpint(tun_queue_fill(&w->q, &w->tun), ==, -EAGAIN);
}

static void
takes(struct world *w, const char *names)
{
    for (; *names != '\0'; names++) {
        const struct tun_queue_packet *packet = tun_queue_take(&w->q);

        g_assert_nonnull(packet);
        g_assert_cmpint(packet->p[NAME], ==, *names);
        g_assert_cmpint(packet->loses, ==, g_ascii_isupper(*names));
    }
    g_assert_true(tun_queue_empty(&w->q));
    g_assert_null(tun_queue_take(&w->q));
}

/* ---- */

static const struct row {
    const char *name, *order;
    size_t n;
    struct spec packets[12];
} rows[] = {
    /* clang-format off */
    {"a-ping-before-transfers", "pab", 3, {
        {'a', PROTOCOL_TCP, 1, LONG}, {'b', PROTOCOL_TCP, 1, LONG}, {'p', ICMP, 0, SHORT}}},
    {"ipv6-as-well", "pab", 3, {
        {'a', PROTOCOL_TCP, 1, LONG, true}, {'b', PROTOCOL_TCP, 1, LONG, true},
        {'p', ICMP6, 0, SHORT, true}}},
    {"an-order-of-their-own", "pqrab", 5, {
        {'a', PROTOCOL_TCP, 1, LONG}, {'p', ICMP, 0, SHORT}, {'b', PROTOCOL_TCP, 2, LONG},
        {'q', PROTOCOL_UDP, 53, SHORT}, {'r', PROTOCOL_TCP, 3, SHORT}}},
    {"never-before-its-own-flow", "abp", 3, { /* its last octets, its FIN */
        {'a', PROTOCOL_TCP, 1, LONG}, {'b', PROTOCOL_TCP, 1, LONG}, {'p', PROTOCOL_TCP, 1, SHORT}}},
    {"never-before-its-own-flow-ipv6", "abp", 3, {
        {'a', PROTOCOL_TCP, 1, LONG, true}, {'b', PROTOCOL_TCP, 1, LONG, true},
        {'p', PROTOCOL_TCP, 1, SHORT, true}}},
    {"a-flow-has-ports", "pab", 3, {
        {'a', PROTOCOL_TCP, 1, LONG}, {'b', PROTOCOL_TCP, 1, LONG}, {'p', PROTOCOL_TCP, 2, SHORT}}},
    {"fragments-have-none", "po", 2, { /* what stands there is data */
        {'p', PROTOCOL_UDP, 1, LONG, false, true}, {'o', PROTOCOL_UDP, 2, SHORT, false, true}}},
    {"what-comes-after-is-after", "pqa", 3, {
        {'p', PROTOCOL_TCP, 1, SHORT}, {'q', PROTOCOL_TCP, 1, SHORT}, {'a', PROTOCOL_TCP, 1, LONG}}},
    {"many-short-ones-are-a-transfer", "12345axyz6", 10, { /* 6 of 1400 are over TUN_QUEUE_FIRST */
        {'a', PROTOCOL_TCP, 1, LONG}, {'1', PROTOCOL_UDP, 1, 1400}, {'2', PROTOCOL_UDP, 1, 1400},
        {'3', PROTOCOL_UDP, 1, 1400}, {'4', PROTOCOL_UDP, 1, 1400}, {'5', PROTOCOL_UDP, 1, 1400},
        {'x', PROTOCOL_TCP, 1, LONG}, {'y', PROTOCOL_TCP, 1, SHORT}, {'z', PROTOCOL_TCP, 1, SHORT},
        {'6', PROTOCOL_UDP, 1, 1400}}},
    {"no-room-for-a-transfer", "pqabcdEfgh", 12, { /* 'E' loses one packet, 'i' and 'j' are lost */
        {'a', PROTOCOL_TCP, 1, LONG}, {'b', PROTOCOL_TCP, 1, LONG}, {'c', PROTOCOL_TCP, 1, LONG},
        {'d', PROTOCOL_TCP, 1, LONG}, {'E', PROTOCOL_TCP, 1, LONG}, {'p', ICMP, 0, SHORT},
        {'f', PROTOCOL_TCP, 1, LONG}, {'g', PROTOCOL_TCP, 1, LONG}, {'h', PROTOCOL_TCP, 2, LONG},
        {'i', PROTOCOL_TCP, 1, LONG}, {'q', PROTOCOL_UDP, 53, SHORT}, {'j', PROTOCOL_TCP, 2, LONG}}},
    {"no-room-for-datagrams", "abcde1", 7, { /* of one packet there is no part to lose */
        {'a', PROTOCOL_UDP, 1, LONG}, {'b', PROTOCOL_UDP, 1, LONG}, {'c', PROTOCOL_UDP, 1, LONG},
        {'d', PROTOCOL_UDP, 1, LONG}, {'e', PROTOCOL_UDP, 1, 1400}, {'1', PROTOCOL_UDP, 1, 100},
        {'f', PROTOCOL_UDP, 1, 1400}}},
    /* clang-format on */
};

static void
test_order(gconstpointer data)
{
    const struct row *row = data;
    struct world w;

    world_make(&w, AHEAD);
    for (int twice = 0; twice < 2; twice++) { /* the slots come back */
        all_from_kernel(&w, row->packets, row->n);
        takes(&w, row->order);
    }
    g_assert_cmpuint(w.q.dropped, ==, 2 * (row->n - strlen(row->order)));
    world_clear(&w);
}

/* Between the packets of the one that is being cut: what is ahead of the transfers, but nothing of
 * that one's own flow. */
static void
test_between(void)
{
    static const struct spec s[] = {{'a', PROTOCOL_TCP, 1, LONG},  {'b', PROTOCOL_TCP, 2, LONG},
                                    {'p', ICMP, 0, SHORT},         {'q', PROTOCOL_TCP, 1, SHORT},
                                    {'r', PROTOCOL_TCP, 1, SHORT}, {'s', ICMP, 0, SHORT},
                                    {'t', PROTOCOL_TCP, 1, SHORT}, {'u', PROTOCOL_UDP, 9, SHORT}};
    struct world w;

    world_make(&w, AHEAD);
    for (int twice = 0; twice < 2; twice++) {
        all_from_kernel(&w, s, 2);
        const struct tun_queue_packet *const cut = tun_queue_take(&w.q);
        g_assert_cmpint(cut->p[NAME], ==, 'a');
        g_assert_null(tun_queue_take_between(&w.q)); /* no transfer does */
        all_from_kernel(&w, s + 2, 6);
        for (const char *name = "psu"; *name != '\0'; name++)
            g_assert_cmpint(tun_queue_take_between(&w.q)->p[NAME], ==, *name);
        g_assert_null(tun_queue_take_between(&w.q));
        g_assert_cmpint(cut->p[NAME], ==, 'a'); /* still there */
        all_from_kernel(&w, s + 7, 1);          /* behind the line's new end */
        takes(&w, "qrtub");
    }
    world_clear(&w);
}

/* A super-packet longer than what may wait is a transfer like any other. */
static void
test_one_always_has_room(void)
{
    const struct spec s[] = {{'a', PROTOCOL_TCP, 1, LONG}, {'b', PROTOCOL_TCP, 1, LONG}};
    struct world w;

    world_make(&w, 1);
    all_from_kernel(&w, s, 2);
    takes(&w, "a");
    all_from_kernel(&w, s + 1, 1);
    takes(&w, "b");
    world_clear(&w);
}

/* A line that stays too long: one loses, and all that come in the time until TCP can have answered
 * lose nothing. A slot that is used again has forgotten. */
static void
test_one_loses_at_a_time(void)
{
    char lost[] = "....................";
    struct world w;

    world_make(&w, AHEAD);
    for (size_t i = 0; i < strlen(lost); i++) {
        const struct spec s = {(char)i, PROTOCOL_TCP, 1, LONG};

        from_kernel(&w, &s);
        g_assert_cmpint(tun_queue_fill(&w.q, &w.tun), ==, -EAGAIN);
        if (i < 4)
            continue;
        const struct tun_queue_packet *packet = tun_queue_take(&w.q);
        g_assert_cmpint(packet->p[NAME], ==, i - 4);
        lost[i - 4] = packet->loses ? 'x' : '-';
    }
    g_assert_cmpstr(lost, ==, "----x----x----x-....");
    g_assert_cmpuint(w.q.lost, ==, 4); /* one of them waits */
    g_assert_cmpuint(w.q.dropped, ==, 0);
    world_clear(&w);
}

static void
test_cut(void)
{
    uint8_t bytes[3040] = {0x45, [9] = PROTOCOL_TCP, [32] = 0x50}, out[1100];
    struct tun_queue_packet packet = {.p = bytes, .n = sizeof bytes};
    struct offload_cut cut;

    packet.hdr = (struct virtio_net_hdr){.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
                                         .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
                                         .gso_size = 1000,
                                         .csum_start = 20,
                                         .csum_offset = 16};
    for (int loses = 0; loses < 2; loses++) {
        size_t n = 0;

        packet.loses = loses;
        g_assert_true(tun_queue_cut(&packet, &cut));
        while (offload_cut_next(&cut, out, sizeof out) > 0)
            n++;
        g_assert_cmpuint(n, ==, 3 - loses);
    }
    packet.n = 0;
    g_assert_false(tun_queue_cut(&packet, &cut));
}

static void
test_none_read_ahead(void)
{
    const struct spec s[] = {{'a', PROTOCOL_TCP, 1, LONG}, {'p', ICMP, 0, SHORT}};
    struct world w;

    world_make(&w, 0);
    from_kernel(&w, &s[0]);
    from_kernel(&w, &s[1]);
    for (int again = 0; again < 2; again++)
        g_assert_cmpint(tun_queue_fill(&w.q, &w.tun), ==, 0);
    takes(&w, "a");
    g_assert_cmpint(tun_queue_fill(&w.q, &w.tun), ==, 0);
    takes(&w, "p");
    g_assert_cmpint(tun_queue_fill(&w.q, &w.tun), ==, -EAGAIN);
    world_clear(&w);
}

/* However many: those without a slot wait in the TUN. */
static void
test_slots(void)
{
    char names[2 * TUN_QUEUE_SLOTS + 1] = {0}, taken[2 * TUN_QUEUE_SLOTS + 1] = {0};
    const struct tun_queue_packet *packet;
    struct world w;
    size_t n = 0;

    world_make(&w, AHEAD);
    for (size_t i = 0; i < 2 * TUN_QUEUE_SLOTS; i++) {
        names[i] = (char)(' ' + i % 90);
        from_kernel(&w, &(struct spec){names[i], PROTOCOL_UDP, 1, SHORT});
        if (i % 4 == 3)
            tun_queue_fill(&w.q, &w.tun);
        if (i >= TUN_QUEUE_SLOTS)
            taken[n++] = (char)tun_queue_take(&w.q)->p[NAME];
        if (i == TUN_QUEUE_SLOTS)
            g_assert_null(w.q.spare);
    }
    while (tun_queue_fill(&w.q, &w.tun), (packet = tun_queue_take(&w.q)) != NULL)
        taken[n++] = (char)packet->p[NAME];
    g_assert_cmpuint(n, ==, 2 * TUN_QUEUE_SLOTS);
    g_assert_cmpstr(taken, ==, names);
    g_assert_cmpuint(w.q.dropped, ==, 0);
    world_clear(&w);
}

/* Neither IP nor whole: whose it is cannot be told, and nothing is read behind it. */
static void
test_no_packet(void)
{
    static const uint8_t odd[][24] = {{0x45}, {0x60}, {0}, {0x4f, [9] = PROTOCOL_TCP}};
    static const size_t lengths[] = {1, 19, 24};
    struct world w;

    world_make(&w, AHEAD);
    for (size_t i = 0; i < G_N_ELEMENTS(odd); i++) {
        for (size_t k = 0; k < G_N_ELEMENTS(lengths); k++) {
            uint8_t p[sizeof(struct virtio_net_hdr) + 24] = {0};

            memcpy(p + sizeof(struct virtio_net_hdr), odd[i], 24);
            g_assert_cmpint(send(w.kernel, p, sizeof(struct virtio_net_hdr) + lengths[k], 0), >, 0);
            g_assert_cmpint(tun_queue_fill(&w.q, &w.tun), ==, -EAGAIN);
            g_assert_cmpuint(tun_queue_take(&w.q)->n, ==, lengths[k]);
        }
    }
    world_clear(&w);
}

static void
test_gone(void)
{
    const struct spec s = {'a', PROTOCOL_TCP, 1, LONG};
    struct world w;

    world_make(&w, AHEAD);
    from_kernel(&w, &s);
    close(w.kernel);
    w.kernel = -1;
    g_assert_cmpint(tun_queue_fill(&w.q, &w.tun), ==, -EIO);
    takes(&w, "a");
    world_clear(&w);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strdup_printf("/tun-queue/order/%s", rows[i].name);
        g_test_add_data_func(path, &rows[i], test_order);
    }
    g_test_add_func("/tun-queue/between", test_between);
    g_test_add_func("/tun-queue/one-always-has-room", test_one_always_has_room);
    g_test_add_func("/tun-queue/one-loses-at-a-time", test_one_loses_at_a_time);
    g_test_add_func("/tun-queue/cut", test_cut);
    g_test_add_func("/tun-queue/none-read-ahead", test_none_read_ahead);
    g_test_add_func("/tun-queue/slots", test_slots);
    g_test_add_func("/tun-queue/no-packet", test_no_packet);
    g_test_add_func("/tun-queue/gone", test_gone);
    return g_test_run();
}
