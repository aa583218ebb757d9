/* io-tun.c - see io-tun.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "io-tun.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "tunnel-msg.h"

int
io_tun_open(struct io_tun *t, int fd, uint8_t flags)
{
    const int mode = fcntl(fd, F_GETFL);

    if (mode < 0 || fcntl(fd, F_SETFL, mode | O_NONBLOCK) < 0)
        return -errno;
    *t = (struct io_tun){.fd = fd, .vnet_hdr = (flags & TUN_FLAG_VNET_HDR) != 0};
    return 0;
}

void
io_tun_close(struct io_tun *t)
{
    if (t->fd >= 0)
        close(t->fd);
    t->fd = -1;
}

int
io_tun_read(const struct io_tun *t, struct virtio_net_hdr *hdr, uint8_t *packet, size_t cap,
            size_t *ret_n)
{
    const struct iovec iov[2] = {
        {.iov_base = hdr, .iov_len = sizeof *hdr},
        {.iov_base = packet, .iov_len = cap},
    };
    const size_t before = t->vnet_hdr ? sizeof *hdr : 0;
    ssize_t n;

    *hdr = (struct virtio_net_hdr){0};
    do
        n = t->vnet_hdr ? readv(t->fd, iov, 2) : read(t->fd, packet, cap);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return -errno;
    if ((size_t)n <= before) /* an end of file: no packet is empty */
        return -EIO;
    *ret_n = (size_t)n - before;
    return 0;
}

void
io_tun_write(struct io_tun *t, const struct iovec *iov, size_t n)
{
    const size_t skip = t->vnet_hdr ? 0 : 1;
    ssize_t done;

    do
        done = writev(t->fd, iov + skip, (int)(n - skip));
    while (done < 0 && errno == EINTR);
    t->dropped += done < 0;
}
