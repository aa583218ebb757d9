/* helper-socket.c - see helper-socket.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
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
    /* Datagrams have nobody but us to slow a sender down, so a burst should find room.
     * Sending: enough to keep the line busy, little enough that a ping does not wait behind it. */
    DATAGRAMS_RECEIVE = 2 * 1024 * 1024,
    DATAGRAMS_SEND = 512 * 1024,
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

/* Who holds the socket cannot bind it anew without CAP_NET_RAW: the tunnel process has none. */
static int
set_out(int fd, const struct helper_out *out)
{
    const int ifindex = (int)out->ifindex;

    if (ifindex != 0 && setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &ifindex, sizeof ifindex) < 0)
        return -errno;
    return out->mark != 0 && setsockopt(fd, SOL_SOCKET, SO_MARK, &out->mark, sizeof out->mark) < 0
               ? -errno
               : 0;
}

int
helper_socket_equip(int fd, const struct helper_out *out)
{
    set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, DATAGRAMS_RECEIVE);
    set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, DATAGRAMS_SEND);
    return set_out(fd, out);
}

/* On its way out, with room, and to one address only. */
static int
connect_datagrams(int fd, const struct helper_endpoint *to, const struct helper_out *out)
{
    struct helper_endpoint server = *to;
    struct sockaddr_storage address;
    uint8_t octet;

    if (to->kind != SOCKET_UDP)
        server.port = 0;
    const socklen_t size = to_sockaddr(&server, &address);
    const int err = helper_socket_equip(fd, out);
    if (err < 0)
        return err;
    if (connect(fd, (const struct sockaddr *)&address, size) < 0)
        return -errno;
    /* What came in before all this was in force is nobody's business. */
    while (recv(fd, &octet, sizeof octet, MSG_DONTWAIT) >= 0 || errno == EINTR)
        ;
    return 0;
}

static int
lock_to_call(int fd, uint16_t call)
{
    static const int on = 1;

    return attach_gre_filter(fd, call) < 0 ||
                   setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof on) < 0
               ? -errno
               : 0;
}

/* A path that is narrower than it says must not swallow what is too long for it: routers may cut
 * it, as they may for Windows' L2TP and PPTP, rather than answer with ICMP that a firewall drops.
 */
static void
let_it_be_cut(int fd, uint8_t family)
{
    static const int cut4 = IP_PMTUDISC_DONT, cut6 = IPV6_PMTUDISC_DONT;

    if (family == 4)
        setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &cut4, sizeof cut4);
    else
        setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &cut6, sizeof cut6);
}

/* Servers that know no NAT traversal look at the port of IKE; where another program has it, or
 * another call of ours, any other will mostly do. */
static void
bind_wanted(int fd, const struct helper_endpoint *to)
{
    const struct helper_endpoint here = {.family = to->family, .port = to->wanted_port};
    struct sockaddr_storage address;
    const socklen_t size = to_sockaddr(&here, &address);

    if (to->wanted_port != 0 && bind(fd, (const struct sockaddr *)&address, size) < 0)
        return; /* connect() finds a free one */
}

static int
open_datagrams(const struct helper_endpoint *to, const struct helper_out *out)
{
    const bool udp = to->kind == SOCKET_UDP;
    const int protocol = udp ? IPPROTO_UDP : to->kind == SOCKET_GRE ? IPPROTO_GRE : IPPROTO_ESP;
    const int fd = socket(to->family == 4 ? AF_INET : AF_INET6,
                          (udp ? SOCK_DGRAM : SOCK_RAW) | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    int err = 0;

    if (fd < 0)
        return -errno;
    if (to->kind == SOCKET_GRE)
        err = lock_to_call(fd, to->port);
    let_it_be_cut(fd, to->family);
    if (udp)
        bind_wanted(fd, to);
    if (err == 0)
        err = connect_datagrams(fd, to, out);
    if (err == 0)
        return fd;
    close(fd);
    return err;
}

int
helper_socket_open(const struct helper_endpoint *to, const struct helper_out *out)
{
    static const int on = 1;
    struct sockaddr_storage address;

    if (to->kind != SOCKET_TCP && to->kind != SOCKET_PROXY)
        return open_datagrams(to, out);

    const socklen_t size = to_sockaddr(to, &address);
    const int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -errno;
    /* Without the mark it could loop into its own tunnel: then rather no socket. */
    if (set_out(fd, out) < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0 ||
        (connect(fd, (const struct sockaddr *)&address, size) < 0 && errno != EINPROGRESS)) {
        const int err = -errno;
        close(fd);
        return err;
    }
    return fd;
}

union end_here {
    struct sockaddr_storage any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
};

/* All zeros, of no family: not known. */
static union end_here
end_here(int fd)
{
    union end_here a = {0};
    socklen_t size = sizeof a;

    return getsockname(fd, (struct sockaddr *)&a, &size) < 0 ? (union end_here){0} : a;
}

uint16_t
helper_socket_local_port(int fd)
{
    const union end_here a = end_here(fd);

    return ntohs(a.any.ss_family == AF_INET ? a.in.sin_port : a.in6.sin6_port);
}

void
helper_socket_local_address(int fd, uint8_t ret[static 16])
{
    const union end_here a = end_here(fd);

    memset(ret, 0, 16);
    if (a.any.ss_family == AF_INET)
        memcpy(ret, &a.in.sin_addr, 4);
    else if (a.any.ss_family == AF_INET6)
        memcpy(ret, &a.in6.sin6_addr, 16);
}

/* An address as /proc/net/udp has it: each word as this processor reads it. */
static void
hex_words(const struct helper_endpoint *to, char ret[static 33])
{
    static const char digits[] = "0123456789ABCDEF";
    const size_t words = to->family == 4 ? 1 : 4;

    for (size_t i = 0; i < words; i++) {
        uint32_t word;

        memcpy(&word, to->address + 4 * i, sizeof word);
        for (size_t k = 0; k < 8; k++)
            ret[8 * i + k] = digits[word >> (28 - 4 * k) & 15];
    }
    ret[8 * words] = '\0';
}

bool
helper_socket_has_rival(int fd, const struct helper_endpoint *to)
{
    const char *const path = to->family == 4 ? "/proc/self/net/udp" : "/proc/self/net/udp6";
    char line[256], wanted[33], peer[33];
    struct stat own = {0};
    unsigned long inode;
    unsigned port;
    bool found = false;
    FILE *const f = fopen(path, "re");

    if (f == NULL)
        return false;
    hex_words(to, wanted);
    fstat(fd, &own);
    while (!found && fgets(line, sizeof line, f) != NULL)
        found =
            sscanf(line, "%*u: %*[0-9A-F]:%*x %32[0-9A-F]:%x %*x %*x:%*x %*x:%*x %*x %*u %*u %lu",
                   peer, &port, &inode) == 3 &&
            port == to->port && inode != own.st_ino && strcmp(peer, wanted) == 0;
    fclose(f);
    return found;
}

uint16_t
helper_socket_mtu(int fd, uint8_t family)
{
    int mtu = 0;
    socklen_t size = sizeof mtu;
    const int failed = family == 4 ? getsockopt(fd, IPPROTO_IP, IP_MTU, &mtu, &size)
                                   : getsockopt(fd, IPPROTO_IPV6, IPV6_MTU, &mtu, &size);

    return failed < 0 || mtu < 0 ? 0 : mtu > UINT16_MAX ? UINT16_MAX : (uint16_t)mtu;
}

const char *
helper_endpoint_text(const struct helper_endpoint *to, char *out, size_t cap)
{
    return inet_ntop(to->family == 4 ? AF_INET : AF_INET6, to->address, out, (socklen_t)cap);
}
