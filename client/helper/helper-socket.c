/* helper-socket.c - see helper-socket.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-socket.h"

#include "helper-net.h"

#include <arpa/inet.h>
#include <errno.h>
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

int
helper_socket_open(const struct helper_endpoint *to)
{
    static const unsigned mark = HELPER_MARK;
    static const int on = 1;
    struct sockaddr_storage address;
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
