/* helper-xfrm-socket.c - the sockets and their policies; see helper-xfrm.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-net.h"
#include "helper-socket.h"
#include "helper-xfrm.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool
is_ipv4(int fd)
{
    int domain = AF_INET;
    socklen_t size = sizeof domain;

    getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size);
    return domain == AF_INET;
}

/* What has a policy of its own is not asked about the system's. The selector is any packet. */
static int
set_policy(int fd, int direction, uint8_t action, const struct xfrm_user_tmpl *t)
{
    const bool v4 = is_ipv4(fd);
    struct {
        struct xfrm_userpolicy_info info;
        struct xfrm_user_tmpl tmpl;
    } p = {.info = {.sel = {.family = v4 ? AF_INET : AF_INET6},
                    .dir = (uint8_t)direction,
                    .action = action}};

    if (t != NULL)
        p.tmpl = *t;
    const socklen_t size = t == NULL ? sizeof p.info : sizeof p;
    const int done = v4 ? setsockopt(fd, IPPROTO_IP, IP_XFRM_POLICY, &p, size)
                        : setsockopt(fd, IPPROTO_IPV6, IPV6_XFRM_POLICY, &p, size);
    return done < 0 ? -errno : 0;
}

int
helper_xfrm_block(int fd)
{
    const int err = set_policy(fd, XFRM_POLICY_OUT, XFRM_POLICY_BLOCK, NULL);

    return err < 0 ? err : set_policy(fd, XFRM_POLICY_IN, XFRM_POLICY_BLOCK, NULL);
}

int
helper_xfrm_require(int fd, const struct helper_xfrm_ends *ends, uint32_t spi_out)
{
    const struct xfrm_user_tmpl any = {
        .id.proto = IPPROTO_ESP,
        .family = (uint16_t)ends->family,
        .reqid = ends->reqid,
        .mode = XFRM_MODE_TRANSPORT,
        .aalgos = UINT32_MAX,
        .ealgos = UINT32_MAX,
        .calgos = UINT32_MAX,
    };
    struct xfrm_user_tmpl in = any, out = any;

    memcpy(&in.saddr, ends->remote, sizeof ends->remote);
    memcpy(&in.id.daddr, ends->local, sizeof ends->local);
    memcpy(&out.saddr, ends->local, sizeof ends->local);
    memcpy(&out.id.daddr, ends->remote, sizeof ends->remote);
    out.id.spi = htonl(spi_out);
    const int err = set_policy(fd, XFRM_POLICY_IN, XFRM_POLICY_ALLOW, &in);
    return err < 0 ? err : set_policy(fd, XFRM_POLICY_OUT, XFRM_POLICY_ALLOW, &out);
}

union end {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
};

static socklen_t
to_end(int family, const uint8_t octets[static 16], uint16_t port, union end *ret)
{
    *ret = (union end){.any.sa_family = (sa_family_t)family};
    if (family == AF_INET) {
        ret->in.sin_port = htons(port);
        memcpy(&ret->in.sin_addr, octets, sizeof ret->in.sin_addr);
        return sizeof ret->in;
    }
    ret->in6.sin6_port = htons(port);
    memcpy(&ret->in6.sin6_addr, octets, sizeof ret->in6.sin6_addr);
    return sizeof ret->in6;
}

/* Routers may cut what is too long. Behind a NAT the sum would be over addresses that the other end
 * does not see (RFC 3948 section 3.1.2); IPv6 has no UDP without one. A policy is of one family:
 * the socket must have no other. */
static int
set_options(int fd, bool encapsulated)
{
    static const int cut4 = IP_PMTUDISC_DONT, cut6 = IPV6_PMTUDISC_DONT, on = 1;

    if (!is_ipv4(fd))
        return setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0
                   ? -1
                   : setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &cut6, sizeof cut6);
    if (setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &cut4, sizeof cut4) < 0)
        return -1;
    return encapsulated ? setsockopt(fd, SOL_SOCKET, SO_NO_CHECK, &on, sizeof on) : 0;
}

static int
prepare(int fd, const struct helper_xfrm_ends *ends, uint16_t port, bool encapsulated)
{
    union end here;
    const socklen_t size = to_end(ends->family, ends->local, port, &here);
    const struct helper_out out = {.mark = HELPER_MARK};
    int err = helper_xfrm_block(fd); /* before it can do anything */

    if (err == 0)
        err = helper_socket_equip(fd, &out);
    if (err < 0)
        return err;
    return set_options(fd, encapsulated) < 0 || bind(fd, &here.any, size) < 0 ? -errno : 0;
}

int
helper_xfrm_open(const struct helper_xfrm_ends *ends, uint16_t port, bool encapsulated, int *ret_fd)
{
    const int fd = socket(ends->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int err = fd < 0 ? -errno : prepare(fd, ends, port, encapsulated);

    if (err == 0)
        *ret_fd = fd;
    else if (fd >= 0)
        close(fd);
    return err;
}

int
helper_xfrm_connect(int fd, const struct helper_xfrm_ends *ends)
{
    union end there;
    const socklen_t size = to_end(ends->family, ends->remote, L2TP_PORT, &there);

    return connect(fd, &there.any, size) < 0 ? -errno : 0;
}

int
helper_xfrm_encapsulate(int float_fd, bool on)
{
    static const int no = 0;
    const int type = on ? UDP_ENCAP_ESPINUDP : 0;

    /* Joined datagrams would be one ESP packet to the kernel. */
    if (on && setsockopt(float_fd, IPPROTO_UDP, UDP_GRO, &no, sizeof no) < 0)
        return -errno;
    return setsockopt(float_fd, IPPROTO_UDP, UDP_ENCAP, &type, sizeof type) < 0 ? -errno : 0;
}
