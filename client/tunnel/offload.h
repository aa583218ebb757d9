/*
 * offload.h - the work that a network card with segmentation offload would do, in user space: cut
 * the super-packets that the kernel writes to a TUN with IFF_VNET_HDR, and merge received packets
 * into such. This is what makes a TUN fast: one system call for up to 64 kB (virtio 1.2, 5.1.6).
 *
 * Pure: bytes in, bytes out. No packet is trusted, neither the kernel's nor the network's.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <linux/virtio_net.h>
#include <sys/uio.h>

#include "bytes.h"

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5 /* newer than the oldest headers that we build with */
#endif

enum {
    OFFLOAD_SUPER_MAX = 65535,
    OFFLOAD_FLOWS = 8,
    OFFLOAD_PARTS = 64, /* packets merged into one at most */
};

/* What is left of one super-packet. Its bytes are borrowed until offload_cut_next() returns 0. */
struct offload_cut {
    const uint8_t *packet;
    size_t len;
    size_t header, segment; /* octets of headers; of payload a packet. segment 0: pass it whole */
    size_t done;            /* payload octets cut so far */
    uint16_t transport;     /* offset of the TCP or UDP header */
    uint16_t csum_start, csum_offset; /* csum_start 0: the checksum is there already */
    uint16_t id;                      /* IPv4 identification of the next packet */
    bool udp, ended;
    uint64_t ip_sum, transport_sum; /* of the headers, but for what differs from packet to packet */
};

/* False: not a packet that we can cut (then drop it). */
bool offload_cut_begin(struct offload_cut *c, const struct virtio_net_hdr *hdr,
                       const uint8_t *packet, size_t n);
/* Write the next packet to @out: its length, or 0 when there is none or it is longer than @cap
 * (offload_cut_left() tells which; such a packet is dropped by beginning another). */
size_t offload_cut_next(struct offload_cut *c, uint8_t *out, size_t cap);
bool offload_cut_left(const struct offload_cut *c);
/* The next packet is left out, as if it had been lost on its way; unless it is the last. */
void offload_cut_lose(struct offload_cut *c);

/* Merging: packets that follow each other in one TCP (or UDP) flow become one write. */
struct offload_flow {
    size_t n_parts;                      /* 0: free */
    bool tcp, ack;                       /* ->ack: one acknowledgement without data */
    struct iovec iov[1 + OFFLOAD_PARTS]; /* [0] virtio header, [1] first packet, payloads behind */
    struct virtio_net_hdr hdr;
    size_t len;         /* of the merged packet */
    uint16_t header;    /* octets of headers in the first packet */
    uint16_t transport; /* offset of the TCP or UDP header */
    uint16_t segment;   /* payload of the first packet */
    uint32_t next_seq;  /* TCP */
    uint16_t next_id;   /* IPv4 without DF */
    uint32_t age;
};

struct offload_merge {
    bool tso, uso; /* what the TUN takes */
    uint32_t clock;
    uint64_t superseded; /* acknowledgements that were not written: another said more */
    struct offload_flow flows[OFFLOAD_FLOWS];
    /* @iov: virtio header, then the packet in one or more pieces; valid during the call */
    void (*write)(void *owner, const struct iovec *iov, size_t n);
    void *owner;
};

/* @packet is borrowed, and its headers may be changed, until the next offload_merge_flush(). A
 * packet whose checksum is wrong is never merged: it is passed on as it is, for the kernel to drop.
 * Order within a flow is kept. Of acknowledgements without data that follow each other, and of
 * which each says more than the one before, the last is written: each costs a system call, and lets
 * the sender go on by a piece. */
void offload_merge_add(struct offload_merge *m, uint8_t *packet, size_t n);
void offload_merge_flush(struct offload_merge *m);

/* The internet checksum's sum of @n bytes (RFC 1071) added to @sum, neither folded nor inverted. */
uint64_t offload_sum(uint64_t sum, const void *p, size_t n);
/* The same of what it copies: memory is read once. They do not overlap. */
uint64_t offload_copy(uint64_t sum, void *to, const void *from, size_t n);
uint16_t offload_fold(uint64_t sum); /* folded and inverted, host order of the 16-bit words read */
