/* cli-inside.c - see cli-inside.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli-inside.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* The first echo is asked for more often: pppd's interface takes nothing until it has its address,
 * which on a slow server is seconds after the call is up. */
enum { DNS_PORT = 53, TRIES = 3, FIRST_TRIES = 6, WAIT_MS = 1000, PACKET_MAX = 2048 };

/* A socket that is connected to @port of the address @to, or -1. */
static int
open_to(const char *to, const char *port, int type, int protocol)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_DGRAM,
                                   .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *a = NULL;

    if (getaddrinfo(to, port, &hints, &a) != 0)
        return -1;
    int fd = socket(a->ai_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
    if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) < 0) {
        close(fd);
        fd = -1;
    }
    freeaddrinfo(a);
    return fd;
}

gboolean
cli_inside_leads(const char *to, const char *local)
{
    const int fd = open_to(to, "53", SOCK_DGRAM, 0);
    struct sockaddr_storage from;
    socklen_t len = sizeof from;
    char text[NI_MAXHOST] = "";

    if (fd < 0)
        return FALSE;
    if (getsockname(fd, (struct sockaddr *)&from, &len) == 0)
        getnameinfo((struct sockaddr *)&from, len, text, sizeof text, NULL, 0, NI_NUMERICHOST);
    close(fd);
    return g_str_equal(text, local);
}

/* The next datagram until @end, or -1. */
static gssize
receive(int fd, guint8 *bytes, gsize cap, gint64 end)
{
    for (;;) {
        struct pollfd f = {.fd = fd, .events = POLLIN};
        const gint64 left = (end - g_get_monotonic_time()) / G_TIME_SPAN_MILLISECOND;

        if (left <= 0)
            return -1;
        const int n = poll(&f, 1, (int)left);
        if (n < 0 && errno != EINTR)
            return -1;
        if (n <= 0)
            continue;
        const gssize got = recv(fd, bytes, cap, 0);
        if (got >= 0 || errno != EAGAIN)
            return got; /* an ICMP error says that nobody is there */
    }
}

enum inside_answer
cli_inside_ask(const char *server, const char *name)
{
    const int fd = open_to(server, G_STRINGIFY(53), SOCK_DGRAM, 0);
    enum inside_answer answer = INSIDE_NOTHING;
    guint8 bytes[PACKET_MAX];

    for (guint i = 0; fd >= 0 && i < TRIES && answer == INSIDE_NOTHING; i++) {
        const guint16 id = (guint16)g_random_int();
        const gint64 end = g_get_monotonic_time() + WAIT_MS * G_TIME_SPAN_MILLISECOND;
        struct wr w = wr_over(bytes, sizeof bytes);
        gssize n = 0;

        if (!inside_dns_put(&w, id, name) || send(fd, bytes, w.len, MSG_NOSIGNAL) < 0)
            continue;
        while (answer == INSIDE_NOTHING && (n = receive(fd, bytes, sizeof bytes, end)) >= 0)
            answer = inside_dns_read(rd_over(bytes, (gsize)n), id);
    }
    if (fd >= 0)
        close(fd);
    return answer;
}

/* Where users may ping (net.ipv4.ping_group_range), or as root. */
static int
open_ping(const char *to, gboolean *ret_raw)
{
    const int never_cut = IP_PMTUDISC_DO;
    int fd = open_to(to, "0", SOCK_DGRAM, IPPROTO_ICMP);

    *ret_raw = fd < 0;
    if (fd < 0)
        fd = open_to(to, "0", SOCK_RAW, IPPROTO_ICMP);
    if (fd >= 0)
        setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &never_cut, sizeof never_cut);
    return fd;
}

enum cli_ping
cli_inside_ping(const char *to, gsize size, gint64 *ret_ms)
{
    const gsize headers = INSIDE_IP_HEADER + INSIDE_ICMP_HEADER;
    const guint16 id = (guint16)g_random_int(), tries = size == 0 ? FIRST_TRIES : TRIES;
    gboolean raw;
    const int fd = open_ping(to, &raw);
    enum cli_ping result = fd < 0 ? CLI_PING_NOT_ALLOWED : CLI_PING_SILENT;
    guint8 bytes[PACKET_MAX];

    for (guint16 i = 0; fd >= 0 && i < tries && result == CLI_PING_SILENT; i++) {
        const gint64 begun = g_get_monotonic_time(),
                     end = begun + WAIT_MS * G_TIME_SPAN_MILLISECOND;
        struct wr w = wr_over(bytes, sizeof bytes);
        gssize n = 0;

        inside_echo_put(&w, id, i, size > headers ? size - headers : 0);
        if (w.bad || send(fd, bytes, w.len, MSG_NOSIGNAL) < 0)
            continue;
        while (result == CLI_PING_SILENT && (n = receive(fd, bytes, sizeof bytes, end)) >= 0)
            if (inside_echo_read(rd_over(bytes, (gsize)n), raw, id, i))
                result = CLI_PING_ANSWERED;
        *ret_ms = (g_get_monotonic_time() - begun) / G_TIME_SPAN_MILLISECOND;
    }
    if (fd >= 0)
        close(fd);
    return result;
}
