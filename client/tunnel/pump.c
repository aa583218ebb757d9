/* pump.c - see pump.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump.h"

#include <errno.h>
#include <stdlib.h>

static void
write_merged(void *owner, const struct iovec *iov, size_t n)
{
    struct pump *p = owner;

    io_tun_write(&p->tun, iov, n);
}

bool
pump_init(struct pump *p)
{
    *p = (struct pump){.tun.fd = -1, .cut.ended = true};
    p->merge.write = write_merged;
    p->merge.owner = p;
    p->super = malloc(OFFLOAD_SUPER_MAX);
    return p->super != NULL;
}

void
pump_clear(struct pump *p)
{
    io_tun_close(&p->tun);
    free(p->super);
    p->super = NULL;
}

int
pump_open_tun(struct pump *p, int fd, uint8_t flags)
{
    const int error = io_tun_open(&p->tun, fd, flags);

    if (error < 0)
        return error;
    p->merge.tso = p->tun.vnet_hdr && (flags & TUN_FLAG_TSO) != 0;
    p->merge.uso = p->tun.vnet_hdr && (flags & TUN_FLAG_USO) != 0;
    p->framing = session_framing(p->session);
    p->open = true;
    return 0;
}

/* ---- down ---- */

void
pump_deliver(struct pump *p, const struct session_packets *packets)
{
    if (!p->open) {
        p->stats.dropped += packets->n;
        return;
    }
    for (size_t i = 0; i < packets->n; i++) {
        p->stats.packets_in++;
        p->stats.bytes_in += packets->v[i].len;
        offload_merge_add(&p->merge, packets->v[i].p, packets->v[i].len);
    }
}

void
pump_delivered(struct pump *p)
{
    offload_merge_flush(&p->merge);
}

/* ---- up ---- */

int
pump_read(struct pump *p)
{
    struct virtio_net_hdr hdr;
    size_t n;
    const int error = io_tun_read(&p->tun, &hdr, p->super, OFFLOAD_SUPER_MAX, &n);

    if (error == 0 && !offload_cut_begin(&p->cut, &hdr, p->super, n))
        p->stats.dropped++;
    return error;
}

bool
pump_has_packets(const struct pump *p)
{
    return offload_cut_left(&p->cut);
}

bool
pump_seal(struct pump *p, uint8_t *room, size_t cap, uint8_t **ret, size_t *ret_n)
{
    const size_t around = (size_t)p->framing.head + p->framing.tail;
    const size_t fits = cap > around ? cap - around : 0;
    uint8_t *at = room + p->framing.head;
    size_t n = offload_cut_next(&p->cut, at, fits < p->framing.mtu ? fits : p->framing.mtu);

    if (n == 0) { /* longer than the link takes */
        p->stats.dropped += offload_cut_left(&p->cut);
        p->cut.ended = true;
        return false;
    }
    const size_t inner = n;
    if (!session_seal(p->session, &at, &n)) {
        p->stats.dropped++;
        return false;
    }
    p->stats.packets_out++;
    p->stats.bytes_out += inner;
    *ret = at;
    *ret_n = n;
    return true;
}

enum pump_result
pump_tun_result(int error)
{
    return error == 0 || error == -EAGAIN ? PUMP_OK : PUMP_TUN_GONE;
}
