/*
 * test-helper-socket.c - what a raw socket for GRE lets through, and what its holder can not undo.
 * Needs root: each test has a network namespace of its own.
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
open_for_call(void)
{
    const struct helper_endpoint to = {
        .family = 4, .address = {127, 0, 0, 1}, .port = CALL, .kind = SOCKET_GRE};
    const int fd = helper_socket_open(&to);

    g_assert_cmpint(fd, >=, 0);
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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/helper-socket/gre-filter", test_filter);
    g_test_add_func("/helper-socket/gre-locked", test_locked);
    return g_test_run();
}
