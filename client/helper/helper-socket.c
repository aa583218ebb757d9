/* helper-socket.c - see helper-socket.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-socket.h"

#include "helper-net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

static socklen_t
to_sockaddr(const struct helper_endpoint *to, struct sockaddr_storage *ret)
{
    *ret = (struct sockaddr_storage){0};
    if (to->family == 4) {
        struct sockaddr_in *in = (struct sockaddr_in *)ret;
        in->sin_family = AF_INET;
        in->sin_port = htons(to->port);
        memcpy(&in->sin_addr, to->address, 4);
        return sizeof *in;
    }
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(to->port);
    memcpy(&in6->sin6_addr, to->address, 16);
    return sizeof *in6;
}

enum {
    /* Of raw sockets: they have nobody but us to slow a sender down, so a burst should find room.
     * Sending: enough to keep the line busy, little enough that a ping does not wait behind it. */
    RAW_RECEIVE = 2 * 1024 * 1024,
    RAW_SEND = 512 * 1024,
};

/* Only enhanced GRE with a key (RFC 2637 section 4.1), and of this call. A raw socket is given the
 * IP header as well, and packets that are whole. */
static int
attach_gre_filter(int fd, uint16_t call)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), /* X: length of the IP header */
        BPF_STMT(BPF_LD | BPF_H | BPF_IND, 0),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x2007), /* key present, version */
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x2001, 0, 5),
        BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x880b, 0, 3),
        BPF_STMT(BPF_LD | BPF_H | BPF_IND, 6),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    const struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};

    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

static void
set_buffer(int fd, int force, int polite, int size)
{
    if (setsockopt(fd, SOL_SOCKET, force, &size, sizeof size) < 0)
        setsockopt(fd, SOL_SOCKET, polite, &size, sizeof size); /* then what the system allows */
}

static int
narrow_to_call(int fd, const struct sockaddr *server, socklen_t size, uint16_t call)
{
    static const unsigned mark = HELPER_MARK;
    static const int on = 1;
    uint8_t octet;

    set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, RAW_RECEIVE);
    set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, RAW_SEND);
    if (setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof mark) < 0 ||
        attach_gre_filter(fd, call) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof on) < 0 ||
        connect(fd, server, size) < 0)
        return -errno;
    /* What came in before all this was in force is nobody's business. */
    while (recv(fd, &octet, sizeof octet, MSG_DONTWAIT) >= 0 || errno == EINTR)
        ;
    return 0;
}

static int
open_gre(const struct helper_endpoint *to)
{
    struct sockaddr_storage address;
    struct helper_endpoint server = *to;

    server.port = 0;
    const socklen_t size = to_sockaddr(&server, &address);
    const int fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_GRE);
    if (fd < 0)
        return -errno;
    const int err = narrow_to_call(fd, (const struct sockaddr *)&address, size, to->port);
    if (err == 0)
        return fd;
    close(fd);
    return err;
}

int
helper_socket_open(const struct helper_endpoint *to)
{
    static const unsigned mark = HELPER_MARK;
    static const int on = 1;
    struct sockaddr_storage address;

    if (to->kind == SOCKET_GRE)
        return open_gre(to);

    const socklen_t size = to_sockaddr(to, &address);
    const int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -errno;
    /* Without the mark it could loop into its own tunnel: then rather no socket. */
    if (setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof mark) < 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0 ||
        (connect(fd, (const struct sockaddr *)&address, size) < 0 && errno != EINPROGRESS)) {
        const int err = -errno;
        close(fd);
        return err;
    }
    return fd;
}

uint16_t
helper_socket_local_port(int fd)
{
    union {
        struct sockaddr_storage any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    } a = {0};
    socklen_t size = sizeof a;

    if (getsockname(fd, (struct sockaddr *)&a, &size) < 0)
        return 0;
    return ntohs(a.any.ss_family == AF_INET ? a.in.sin_port : a.in6.sin6_port);
}

const char *
helper_endpoint_text(const struct helper_endpoint *to, char *out, size_t cap)
{
    return inet_ntop(to->family == 4 ? AF_INET : AF_INET6, to->address, out, (socklen_t)cap);
}
