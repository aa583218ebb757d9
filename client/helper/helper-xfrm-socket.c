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
#include <sys/socket.h>
#include <unistd.h>

/* What has a policy of its own is not asked about the system's. The selector is any packet. */
static int
set_policy(int fd, int direction, uint8_t action, const struct xfrm_user_tmpl *t)
{
    struct {
        struct xfrm_userpolicy_info info;
        struct xfrm_user_tmpl tmpl;
    } p = {.info = {.sel = {.family = AF_INET}, .dir = (uint8_t)direction, .action = action}};

    if (t != NULL)
        p.tmpl = *t;
    const socklen_t size = t == NULL ? sizeof p.info : sizeof p;
    return setsockopt(fd, IPPROTO_IP, IP_XFRM_POLICY, &p, size) < 0 ? -errno : 0;
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
    const uint32_t local = htonl(ends->local), remote = htonl(ends->remote);
    const struct xfrm_user_tmpl any = {
        .id.proto = IPPROTO_ESP,
        .family = AF_INET,
        .reqid = ends->reqid,
        .mode = XFRM_MODE_TRANSPORT,
        .aalgos = UINT32_MAX,
        .ealgos = UINT32_MAX,
        .calgos = UINT32_MAX,
    };
    struct xfrm_user_tmpl in = any, out = any;

    in.saddr.a4 = out.id.daddr.a4 = remote;
    in.id.daddr.a4 = out.saddr.a4 = local;
    out.id.spi = htonl(spi_out);
    const int err = set_policy(fd, XFRM_POLICY_IN, XFRM_POLICY_ALLOW, &in);
    return err < 0 ? err : set_policy(fd, XFRM_POLICY_OUT, XFRM_POLICY_ALLOW, &out);
}

static int
prepare(int fd, const struct helper_xfrm_ends *ends, uint16_t port, bool encapsulated)
{
    static const int cut = IP_PMTUDISC_DONT, on = 1;
    const struct sockaddr_in here = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(ends->local)};
    int err = helper_xfrm_block(fd); /* before it can do anything */

    if (err == 0)
        err = helper_socket_equip(fd, HELPER_MARK);
    if (err < 0)
        return err;
    /* Behind a NAT the sum would be over addresses that the other end does not see (RFC 3948
     * section 3.1.2). */
    if (setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &cut, sizeof cut) < 0 ||
        (encapsulated && setsockopt(fd, SOL_SOCKET, SO_NO_CHECK, &on, sizeof on) < 0) ||
        bind(fd, (const struct sockaddr *)&here, sizeof here) < 0)
        return -errno;
    return 0;
}

int
helper_xfrm_open(const struct helper_xfrm_ends *ends, uint16_t port, bool encapsulated, int *ret_fd)
{
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
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
    const struct sockaddr_in there = {.sin_family = AF_INET,
                                      .sin_port = htons(L2TP_PORT),
                                      .sin_addr.s_addr = htonl(ends->remote)};

    return connect(fd, (const struct sockaddr *)&there, sizeof there) < 0 ? -errno : 0;
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
