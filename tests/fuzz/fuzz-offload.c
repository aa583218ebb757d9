/*
 * fuzz-offload.c - cutting and merging. The first octet chooses; cutting takes a virtio header and
 * a super-packet, merging a list of packets, each behind a 16-bit length.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "offload.h"

enum { PACKETS = 200 };

static uint8_t out[OFFLOAD_SUPER_MAX];

static void
cut(struct rd in)
{
    struct virtio_net_hdr hdr = {0};
    struct offload_cut c;
    size_t n, total = 0, pieces = 0;
    const struct rd head = rd_take(&in, sizeof hdr);

    if (head.bad)
        return;
    memcpy(&hdr, head.p, sizeof hdr);
    if (!offload_cut_begin(&c, &hdr, in.p, in.left))
        return;
    while ((n = offload_cut_next(&c, out, sizeof out)) > 0) {
        if (n > in.left || ++pieces > in.left)
            abort(); /* no piece is larger than the whole, nor are there more than octets */
        total += n;
    }
    if (offload_cut_left(&c) || total < in.left)
        abort(); /* every octet comes out at least once */
}

struct account {
    size_t packets, octets;
};

static void
count(void *owner, const struct iovec *iov, size_t n)
{
    struct account *a = owner;
    struct virtio_net_hdr hdr;
    struct offload_cut c;
    size_t len = 0;

    for (size_t i = 1; i < n; i++)
        len += iov[i].iov_len;
    memcpy(&hdr, iov[0].iov_base, sizeof hdr);
    a->octets += len;
    a->packets += n - 1;
    if (len > OFFLOAD_SUPER_MAX)
        abort();
    if (hdr.gso_type == VIRTIO_NET_HDR_GSO_NONE)
        return;

    uint8_t *whole = malloc(len), *at = whole; /* what we make, we can cut again */
    if (whole == NULL)
        abort();
    for (size_t i = 1; i < n; at += iov[i++].iov_len)
        memcpy(at, iov[i].iov_base, iov[i].iov_len);
    if (!offload_cut_begin(&c, &hdr, whole, len))
        abort();
    size_t pieces = 0;
    while (offload_cut_next(&c, out, sizeof out) > 0)
        pieces++;
    if (pieces != n - 1)
        abort();
    free(whole);
}

static void
merge(struct rd in, uint8_t flags)
{
    static struct offload_merge m;
    struct account a = {0};
    uint8_t *kept[PACKETS];
    size_t n_kept = 0, octets = 0;

    m = (struct offload_merge){.tso = flags & 2, .uso = flags & 4, .write = count, .owner = &a};
    while (in.left > 2 && n_kept < PACKETS) {
        const size_t want = rd_be16(&in);
        const struct rd p = rd_take(&in, want < in.left ? want : in.left);
        if (p.left == 0)
            continue;
        kept[n_kept] = malloc(p.left);
        if (kept[n_kept] == NULL)
            abort();
        memcpy(kept[n_kept], p.p, p.left);
        octets += p.left;
        offload_merge_add(&m, kept[n_kept++], p.left);
    }
    offload_merge_flush(&m);
    if (a.packets + m.superseded != n_kept || a.octets > octets)
        abort(); /* none lost, none twice */
    while (n_kept > 0)
        free(kept[--n_kept]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd in = rd_over(data, size);
    const uint8_t what = rd_u8(&in);

    if (what & 1)
        merge(in, what);
    else
        cut(in);
    return 0;
}
