/*
 * no-sa.c - preloaded to charon on a kernel without ESP: each "add SA" is answered by
 * EPROTONOSUPPORT there, and charon would give up the exchange. That answer becomes "done", so that
 * IKE goes on; no ESP packet is ever made. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <dlfcn.h>
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

typedef ssize_t (*recv_fn)(int fd, void *buf, size_t size, int flags);

ssize_t
recv(int fd, void *buf, size_t size, int flags)
{
    static recv_fn real;
    struct sockaddr_nl name;
    socklen_t len = sizeof name;
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
    } answer;

    if (real == NULL) {
        void *const found = dlsym(RTLD_NEXT, "recv");
        memcpy(&real, &found, sizeof real);
    }
    const ssize_t n = real(fd, buf, size, flags);

    if (n < (ssize_t)sizeof answer)
        return n;
    memcpy(&answer, buf, sizeof answer);
    if (answer.header.nlmsg_type == NLMSG_ERROR && answer.error.error == -EPROTONOSUPPORT &&
        getsockname(fd, (struct sockaddr *)&name, &len) == 0 && name.nl_family == AF_NETLINK) {
        answer.error.error = 0;
        memcpy(buf, &answer, sizeof answer);
    }
    return n;
}
