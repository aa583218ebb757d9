/*
 * io-tun.h - the TUN: one packet, or with IFF_VNET_HDR one super-packet, a system call.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "offload.h"

struct io_tun {
    int fd;           /* owned; -1: none */
    bool vnet_hdr;    /* each packet is preceded by a struct virtio_net_hdr */
    uint64_t dropped; /* the kernel did not take them */
};

/* Makes @fd non-blocking. 0 or a negative errno. @flags: enum tun_flags. */
int io_tun_open(struct io_tun *t, int fd, uint8_t flags);
void io_tun_close(struct io_tun *t);

/* 0 and *ret_n, -EAGAIN: the queue is empty, or another negative errno: the interface is gone. */
int io_tun_read(const struct io_tun *t, struct virtio_net_hdr *hdr, uint8_t *packet, size_t cap,
                size_t *ret_n);
/* @iov as offload_merge gives it, the virtio header first. Packets that the kernel refuses are
 * counted and forgotten. */
void io_tun_write(struct io_tun *t, const struct iovec *iov, size_t n);
