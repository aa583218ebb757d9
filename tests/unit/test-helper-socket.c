/*
 * test-helper-socket.c - what a socket for datagrams lets through, and what its holder can not
 * undo. Needs root: each test has a network namespace of its own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "helper-socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper-net.h"

enum { CALL = 0xbeef };

static const struct helper_out marked = {.mark = HELPER_MARK};

static bool
own_network(void)
{
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};

    if (unshare(CLONE_NEWNET) < 0) {
        g_test_skip("no privilege to make a network namespace");
        return false;
    }
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    g_assert_cmpint(ioctl(fd, SIOCSIFFLAGS, &lo), ==, 0);
    close(fd);
    return true;
}

static int
option(int fd, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof value;

    g_assert_cmpint(getsockopt(fd, level, name, &value, &size), ==, 0);
    return value;
}

static int
open_for_call(void)
{
    const struct helper_endpoint to = {
        .family = 4, .address = {127, 0, 0, 1}, .port = CALL, .kind = SOCKET_GRE};
    const int fd = helper_socket_open(&to, &marked);

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(option(fd, IPPROTO_IP, IP_MTU_DISCOVER), ==, IP_PMTUDISC_DONT);
    return fd;
}

/* GRE from an address of this computer to 127.0.0.1, from where the socket under test hears it. */
static void
send_gre(const char *from, const uint8_t *p, size_t n)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    const int fd = socket(AF_INET, SOCK_RAW, IPPROTO_GRE);

    inet_pton(AF_INET, from, &a.sin_addr);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&a, sizeof a), ==, 0);
    inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
    g_assert_cmpint(sendto(fd, p, n, 0, (struct sockaddr *)&a, sizeof a), ==, (ssize_t)n);
    close(fd);
}

static void
test_filter(void)
{
    static const struct {
        const char *from;
        uint8_t gre[9];
        bool heard;
    } rows[] = {
        {"127.0.0.1", {0x30, 0x01, 0x88, 0x0b, 0, 1, 0xbe, 0xef, 'a'}, true},
        {"127.0.0.1", {0x20, 0x81, 0x88, 0x0b, 0, 1, 0xbe, 0xef, 'b'}, true},
        {"127.0.0.2", {0x30, 0x01, 0x88, 0x0b, 0, 1, 0xbe, 0xef, 'c'}, false}, /* somebody else */
        {"127.0.0.1", {0x30, 0x01, 0x88, 0x0b, 0, 1, 0xbe, 0xee, 'd'}, false}, /* another call */
        {"127.0.0.1", {0x30, 0x01, 0x88, 0x0b, 0, 1, 0xef, 0xbe, 'e'}, false},
        {"127.0.0.1", {0x30, 0x00, 0x88, 0x0b, 0, 1, 0xbe, 0xef, 'f'}, false}, /* version 0 */
        {"127.0.0.1", {0x10, 0x01, 0x88, 0x0b, 0, 1, 0xbe, 0xef, 'g'}, false}, /* no key */
        {"127.0.0.1", {0x30, 0x01, 0x08, 0x00, 0, 1, 0xbe, 0xef, 'h'}, false}, /* IP in GRE */
    };
    uint8_t got[64];

    if (!own_network())
        return;
    const int fd = open_for_call();
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
        send_gre(rows[i].from, rows[i].gre, sizeof rows[i].gre);
    send_gre("127.0.0.1", rows[0].gre, 7); /* too short to tell */
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (!rows[i].heard)
            continue;
        g_assert_cmpint(recv(fd, got, sizeof got, 0), ==, 20 + 9);
        g_assert_cmpmem(got + 20, 9, rows[i].gre, 9);
    }
    g_assert_cmpint(recv(fd, got, sizeof got, 0), ==, -1);
    g_assert_cmpint(errno, ==, EAGAIN); /* and it does not block */
    close(fd);
}

static void
test_locked(void)
{
    struct sock_filter all[] = {BPF_STMT(BPF_RET | BPF_K, UINT32_MAX)};
    const struct sock_fprog program = {.len = 1, .filter = all};
    int value = 0;
    socklen_t size = sizeof value;

    if (!own_network())
        return;
    const int fd = open_for_call();
    g_assert_cmpint(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program), ==, -1);
    g_assert_cmpint(errno, ==, EPERM);
    g_assert_cmpint(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &value, sizeof value), ==, -1);
    g_assert_cmpint(errno, ==, EPERM);
    g_assert_cmpint(getsockopt(fd, SOL_SOCKET, SO_MARK, &value, &size), ==, 0);
    g_assert_cmphex((unsigned)value, ==, HELPER_MARK);
    g_assert_cmpint(getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, &size), ==, 0);
    g_assert_cmpint(value, >=, 2 * 1024 * 1024);
    close(fd);
}

static int
open_udp(uint8_t family, const char *server, uint16_t port, uint16_t wanted)
{
    struct helper_endpoint to = {
        .family = family, .port = port, .kind = SOCKET_UDP, .wanted_port = wanted};

    inet_pton(family == 4 ? AF_INET : AF_INET6, server, to.address);
    const int fd = helper_socket_open(&to, &marked);
    g_assert_cmpint(fd, >=, 0);
    return fd;
}

/* From an address and a port of this computer to a port of it. */
static void
send_udp(const char *from, uint16_t from_port, const char *to, uint16_t to_port, const char *text)
{
    const int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(from_port)};

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    inet_pton(AF_INET, from, &a.sin_addr);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&a, sizeof a), ==, 0);
    a.sin_port = htons(to_port);
    inet_pton(AF_INET, to, &a.sin_addr);
    g_assert_cmpint(sendto(fd, text, 1, 0, (struct sockaddr *)&a, sizeof a), ==, 1);
    close(fd);
}

/* Two calls that know nothing of each other go to one server: the sockets tell. */
static void
rivals(int first, int second, int any)
{
    struct helper_endpoint to = {
        .family = 4, .address = {127, 0, 0, 9}, .port = 500, .kind = SOCKET_UDP};

    g_assert_true(helper_socket_has_rival(first, &to));
    g_assert_true(helper_socket_has_rival(second, &to));
    to.port = 1701;
    g_assert_false(helper_socket_has_rival(any, &to));
    g_assert_true(helper_socket_has_rival(first, &to));
    to.port = 4500;
    g_assert_false(helper_socket_has_rival(first, &to));
    to.port = 500;
    to.address[3] = 8;
    g_assert_false(helper_socket_has_rival(first, &to));
}

/* IKE's own port where it is free, any other where it is not; and only the server is heard. */
static void
test_udp(void)
{
    char got[8];

    if (!own_network())
        return;
    const int first = open_udp(4, "127.0.0.9", 500, 500);
    const int second = open_udp(4, "127.0.0.9", 500, 500);
    const int any = open_udp(4, "127.0.0.9", 1701, 0);
    g_assert_cmpuint(helper_socket_local_port(first), ==, 500);
    g_assert_cmpuint(helper_socket_local_port(second), >=, 1024);
    g_assert_cmpuint(helper_socket_local_port(any), >=, 1024);
    rivals(first, second, any);

    send_udp("127.0.0.8", 500, "127.0.0.1", 500, "a");  /* somebody else */
    send_udp("127.0.0.9", 4500, "127.0.0.1", 500, "b"); /* another port of it */
    send_udp("127.0.0.9", 500, "127.0.0.1", 500, "c");
    g_assert_cmpint(recv(first, got, sizeof got, 0), ==, 1);
    g_assert_cmpint(got[0], ==, 'c');
    g_assert_cmpint(recv(first, got, sizeof got, 0), ==, -1);
    g_assert_cmpint(errno, ==, EAGAIN);

    g_assert_cmphex((unsigned)option(first, SOL_SOCKET, SO_MARK), ==, HELPER_MARK);
    g_assert_cmpint(option(first, SOL_SOCKET, SO_RCVBUF), >=, 2 * 1024 * 1024);
    g_assert_cmpint(option(first, IPPROTO_IP, IP_MTU_DISCOVER), ==, IP_PMTUDISC_DONT);
    g_assert_cmpuint(helper_socket_mtu(first, 4), ==, UINT16_MAX); /* of the loopback: 65536 */
    close(first);
    close(second);
    close(any);

    const int six = open_udp(6, "::1", 500, 500);
    g_assert_cmpuint(helper_socket_local_port(six), ==, 500);
    g_assert_cmpint(option(six, IPPROTO_IPV6, IPV6_MTU_DISCOVER), ==, IPV6_PMTUDISC_DONT);
    g_assert_cmpuint(helper_socket_mtu(six, 6), ==, UINT16_MAX);
    g_assert_cmpuint(helper_socket_mtu(-1, 6), ==, 0);
    const struct helper_endpoint to = {
        .family = 6, .address = {[15] = 1}, .port = 500, .kind = SOCKET_UDP};
    g_assert_false(helper_socket_has_rival(six, &to));
    g_assert_true(helper_socket_has_rival(-1, &to));
    close(six);
}

static void
send_esp(const char *from, const char *text)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    const int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ESP);

    inet_pton(AF_INET, from, &a.sin_addr);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&a, sizeof a), ==, 0);
    inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
    g_assert_cmpint(sendto(fd, text, 9, 0, (struct sockaddr *)&a, sizeof a), ==, 9);
    close(fd);
}

static void
test_esp(void)
{
    struct helper_endpoint to = {.family = 4, .address = {127, 0, 0, 9}, .kind = SOCKET_ESP};
    uint8_t got[64];

    if (!own_network())
        return;
    const int fd = helper_socket_open(&to, &marked);
    g_assert_cmpint(fd, >=, 0);
    send_esp("127.0.0.8", "somewhere");
    send_esp("127.0.0.9", "theserver");
    g_assert_cmpint(recv(fd, got, sizeof got, 0), ==, 20 + 9);
    g_assert_cmpmem(got + 20, 9, "theserver", 9);
    g_assert_cmpint(recv(fd, got, sizeof got, 0), ==, -1);
    g_assert_cmpint(errno, ==, EAGAIN);
    g_assert_cmphex((unsigned)option(fd, SOL_SOCKET, SO_MARK), ==, HELPER_MARK);
    close(fd);

    const struct helper_endpoint to6 = {.family = 6, .address = {[15] = 1}, .kind = SOCKET_ESP};
    const int six = helper_socket_open(&to6, &marked);
    g_assert_cmpint(six, >=, 0);
    g_assert_cmphex((unsigned)option(six, SOL_SOCKET, SO_MARK), ==, HELPER_MARK);
    close(six);
}

/* To one interface, whatever the routes say; who holds it cannot change that. */
static void
test_bound(void)
{
    static const enum socket_kind kinds[] = {SOCKET_TCP, SOCKET_UDP, SOCKET_GRE, SOCKET_ESP};

    if (!own_network())
        return;
    const struct helper_out out = {HELPER_MARK, if_nametoindex("lo")};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const struct helper_endpoint to = {
            .family = 4, .address = {127, 0, 0, 1}, .port = 9, .kind = kinds[i]};
        const int fd = helper_socket_open(&to, &out);
        g_assert_cmpint(fd, >=, 0);
        g_assert_cmpint(option(fd, SOL_SOCKET, SO_BINDTOIFINDEX), ==, (int)out.ifindex);
        g_assert_cmphex((unsigned)option(fd, SOL_SOCKET, SO_MARK), ==, HELPER_MARK);
        close(fd);
    }
    const struct helper_endpoint to = {.family = 4, .address = {127, 0, 0, 1}, .kind = SOCKET_UDP};
    const struct helper_out gone = {HELPER_MARK, 4711};
    g_assert_cmpint(helper_socket_open(&to, &gone), <, 0); /* never another way instead */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/helper-socket/gre-filter", test_filter);
    g_test_add_func("/helper-socket/gre-locked", test_locked);
    g_test_add_func("/helper-socket/udp", test_udp);
    g_test_add_func("/helper-socket/esp", test_esp);
    g_test_add_func("/helper-socket/bound", test_bound);
    return g_test_run();
}
