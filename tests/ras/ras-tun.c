/* ras-tun.c - see ras-tun.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras-tun.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tunnel-msg.h"

#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

struct in6_ifreq { /* linux/ipv6.h, which cannot be included beside netinet/in.h */
    struct in6_addr address;
    uint32_t prefix;
    int index;
};

static struct sockaddr
ip4(uint32_t address)
{
    const struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
    struct sockaddr out;

    memcpy(&out, &in, sizeof out);
    return out;
}

static void
add_host_route(int fd, char *name, uint32_t address)
{
    struct rtentry route = {
        .rt_dst = ip4(address),
        .rt_genmask = ip4(UINT32_MAX),
        .rt_flags = RTF_UP | RTF_HOST,
        .rt_dev = name,
    };

    if (ioctl(fd, SIOCADDRT, &route) < 0 && errno != EEXIST)
        fprintf(stderr, "route to a pool's address: %s\n", strerror(errno));
}

static int
configure6(const struct ras_config *config, int index)
{
    struct in6_ifreq r6 = {.prefix = 64, .index = index};
    const int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int r = 0;

    if (fd < 0)
        return -errno;
    memcpy(r6.address.s6_addr, config->prefix6, sizeof config->prefix6);
    r6.address.s6_addr[15] = 1;
    if (ioctl(fd, SIOCSIFADDR, &r6) < 0)
        r = -errno;
    close(fd);
    return r;
}

static int
configure(struct ras_tun *t, const struct ras_config *config)
{
    struct ifreq r = {0};
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool ok;

    if (fd < 0)
        return -errno;
    memcpy(r.ifr_name, t->name, sizeof t->name);
    r.ifr_addr = ip4(config->address);
    ok = ioctl(fd, SIOCSIFADDR, &r) == 0;
    r.ifr_netmask = ip4(UINT32_MAX);
    ok = ok && ioctl(fd, SIOCSIFNETMASK, &r) == 0;
    r.ifr_mtu = config->mru;
    ok = ok && ioctl(fd, SIOCSIFMTU, &r) == 0;
    r.ifr_qlen = 500;
    ok = ok && ioctl(fd, SIOCSIFTXQLEN, &r) == 0;
    ok = ok && ioctl(fd, SIOCGIFFLAGS, &r) == 0;
    r.ifr_flags |= IFF_UP;
    ok = ok && ioctl(fd, SIOCSIFFLAGS, &r) == 0;
    int result = ok ? 0 : -errno;
    for (size_t i = 0; ok && i < config->pool->n; i++)
        add_host_route(fd, t->name, config->pool->v[i].address);
    for (size_t i = 0; ok && i < config->users->n; i++)
        if (config->users->v[i].address != 0)
            add_host_route(fd, t->name, config->users->v[i].address);
    if (ok && config->has_prefix6)
        result = configure6(config, (int)if_nametoindex(t->name));
    close(fd);
    return result;
}

static void
write_merged(void *owner, const struct iovec *iov, size_t n)
{
    struct ras_tun *t = owner;

    io_tun_write(&t->io, iov, n);
}

int
ras_tun_open(struct ras_tun *t, const char *name, const struct ras_config *config)
{
    struct ifreq r = {.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR};
    const int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    const unsigned tso = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6, uso = TUN_F_USO4 | TUN_F_USO6;

    *t = (struct ras_tun){.io.fd = -1};
    if (fd < 0)
        return -errno;
    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
    if (ioctl(fd, TUNSETIFF, &r) < 0) {
        const int error = -errno;
        close(fd);
        return error;
    }
    memcpy(t->name, r.ifr_name, sizeof t->name);
    t->uso = ioctl(fd, TUNSETOFFLOAD, tso | uso) == 0;
    t->tso = t->uso || ioctl(fd, TUNSETOFFLOAD, tso) == 0;
    t->merge = (struct offload_merge){
        .tso = t->tso,
        .uso = t->uso,
        .write = write_merged,
        .owner = t,
    };
    const int opened = io_tun_open(&t->io, fd, TUN_FLAG_VNET_HDR);
    return opened < 0 ? opened : configure(t, config);
}

void
ras_tun_close(struct ras_tun *t)
{
    io_tun_close(&t->io);
}
