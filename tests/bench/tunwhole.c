/*
 * tunwhole.c - the bound of tests/bench for what any tunnel over TLS can do here: super-packets go
 * from TUN to TLS to TUN whole, as no protocol allows, with the tunnel's own I/O and its buffers.
 * What the tunnel needs beyond this is what it does itself: PPP, cutting, checksums, merging.
 *
 *     tunwhole server CERT KEY ADDRESS PORT INTERFACE    one client, until it closes
 *     tunwhole client ADDRESS PORT INTERFACE             until it is ended
 *
 * Prints a line when the interface is there; its address is the caller's business.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "io-tls.h"
#include "io-tun.h"
#include "tunnel-msg.h"

enum {
    HEAD = 4 + sizeof(struct virtio_net_hdr), /* the length of what follows, its virtio header */
    MOST = HEAD + OFFLOAD_SUPER_MAX,
    BUDGET = 512 * 1024,
};

struct whole {
    struct io_tls tls;
    struct io_tun tun;
    size_t tx_len, rx_len;
    uint8_t tx[MOST + IO_TLS_RECORD], rx[MOST + IO_TLS_RECORD];
};

static _Noreturn void
fail(const char *what)
{
    perror(what);
    exit(1);
}

static void
open_tun(struct whole *w, const char *name)
{
    struct ifreq r = {.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR};
    const int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", name);
    if (fd < 0 || ioctl(fd, TUNSETIFF, &r) < 0 ||
        ioctl(fd, TUNSETOFFLOAD, (unsigned long)(TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6)) < 0 ||
        io_tun_open(&w->tun, fd, TUN_FLAG_VNET_HDR) < 0)
        fail("TUN");
    printf("%s\n", name);
    fflush(stdout);
}

static void
check(enum io_tls_result result)
{
    if (result == IO_TLS_CLOSED || result == IO_TLS_FAILED)
        exit(0); /* the other end has gone */
}

static void
push(struct whole *w, size_t n)
{
    size_t taken;

    check(io_tls_write(&w->tls, w->tx, n, &taken));
    memmove(w->tx, w->tx + taken, w->tx_len - taken);
    w->tx_len -= taken;
}

static void
up(struct whole *w)
{
    struct virtio_net_hdr hdr;
    size_t n, total = 0;

    while (total < BUDGET && !io_tls_blocked(&w->tls) && w->tx_len < IO_TLS_RECORD) {
        uint8_t *at = w->tx + w->tx_len;
        if (io_tun_read(&w->tun, &hdr, at + HEAD, OFFLOAD_SUPER_MAX, &n) < 0)
            break;
        struct wr head = wr_over(at, HEAD);
        wr_be32(&head, (uint32_t)(n + sizeof hdr));
        wr_bytes(&head, &hdr, sizeof hdr);
        w->tx_len += HEAD + n;
        total += n;
        push(w, w->tx_len - w->tx_len % IO_TLS_RECORD);
    }
    push(w, w->tx_len);
    check(io_tls_flush(&w->tls));
}

static void
deliver(struct whole *w)
{
    struct rd r = rd_over(w->rx, w->rx_len);
    size_t done = 0;

    for (;;) {
        const struct rd frame = rd_take(&r, rd_be32(&r));
        if (!rd_ok(&r) || frame.left < sizeof(struct virtio_net_hdr))
            break;
        const struct iovec iov[2] = {
            {.iov_base = (void *)frame.p, .iov_len = sizeof(struct virtio_net_hdr)},
            {.iov_base = (void *)(frame.p + sizeof(struct virtio_net_hdr)),
             .iov_len = frame.left - sizeof(struct virtio_net_hdr)},
        };
        io_tun_write(&w->tun, iov, 2);
        done = w->rx_len - r.left;
    }
    memmove(w->rx, w->rx + done, w->rx_len - done);
    w->rx_len -= done;
}

static bool
down(struct whole *w)
{
    enum io_tls_result result = IO_TLS_OK;
    size_t n, total = 0;

    while (result == IO_TLS_OK && total < BUDGET) {
        result = io_tls_read(&w->tls, w->rx + w->rx_len, sizeof w->rx - w->rx_len, &n);
        check(result);
        if (result != IO_TLS_OK)
            break;
        w->rx_len += n;
        total += n;
        deliver(w);
    }
    return result == IO_TLS_OK; /* there is more */
}

static void
run(struct whole *w, int fd)
{
    struct pollfd at[2] = {{.fd = fd, .events = POLLIN}, {.fd = w->tun.fd, .events = POLLIN}};
    bool more = false;

    for (;;) {
        const bool full = io_tls_blocked(&w->tls) || w->tx_len >= IO_TLS_RECORD;
        at[0].events = (short)(POLLIN | (full ? POLLOUT : 0));
        at[1].events = full ? 0 : POLLIN;
        poll(at, 2, more ? 0 : -1);
        if (more || at[0].revents != 0)
            more = down(w);
        up(w);
    }
}

static SSL *
stream(SSL_CTX *ctx, bool server)
{
    SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
    SSL_CTX_set_ciphersuites(ctx, "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set_read_ahead(ctx, 1);
    SSL_CTX_set_default_read_buffer_len(ctx, IO_TLS_READ_AHEAD);

    SSL *ssl = SSL_new(ctx);
    if (server)
        SSL_set_accept_state(ssl);
    else
        SSL_set_connect_state(ssl);
    return ssl;
}

static int
reach(const char *address, const char *port, bool server)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    const int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (inet_pton(AF_INET, address, &a.sin_addr) != 1)
        fail("address");
    if (!server && connect(fd, (const struct sockaddr *)&a, sizeof a) < 0)
        fail("connect");
    if (server && (bind(fd, (const struct sockaddr *)&a, sizeof a) < 0 || listen(fd, 1) < 0))
        fail("listen");

    const int stream_fd = server ? accept(fd, NULL, NULL) : fd;
    setsockopt(stream_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (stream_fd < 0 || fcntl(stream_fd, F_SETFL, O_NONBLOCK) < 0)
        fail("stream");
    return stream_fd;
}

int
main(int argc, char **argv)
{
    static struct whole w;
    const bool server = argc == 7 && strcmp(argv[1], "server") == 0;
    SSL_CTX *ctx = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());

    if (!server && !(argc == 5 && strcmp(argv[1], "client") == 0)) {
        fprintf(stderr, "usage: tunwhole server CERT KEY ADDRESS PORT INTERFACE |\n"
                        "       tunwhole client ADDRESS PORT INTERFACE\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    open_tun(&w, argv[argc - 1]);
    if (server && (SSL_CTX_use_certificate_chain_file(ctx, argv[2]) != 1 ||
                   SSL_CTX_use_PrivateKey_file(ctx, argv[3], SSL_FILETYPE_PEM) != 1))
        fail("certificate");

    const int fd = reach(argv[argc - 3], argv[argc - 2], server);
    if (!io_tls_adopt(&w.tls, stream(ctx, server), fd))
        fail("memory");
    while (io_tls_handshake(&w.tls) == IO_TLS_AGAIN)
        poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, -1);
    run(&w, fd);
}
