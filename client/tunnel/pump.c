/* pump.c - see pump.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "pump.h"

#include <errno.h>

enum { WRITES = 8 /* to a TUN, each of which may bring packets: a queue has room for 32 */ };

static void
write_merged(void *owner, const struct iovec *iov, size_t n)
{
    struct pump *p = owner;

    io_tun_write(&p->tun, iov, n);
    if (p->queue.ahead > 0 && ++p->written % WRITES == 0)
        tun_queue_fill(&p->queue, &p->tun); /* an error will be there the next time, too */
}

bool
pump_init(struct pump *p)
{
    *p = (struct pump){.tun.fd = -1, .cut.ended = true};
    p->merge.write = write_merged;
    p->merge.owner = p;
    return tun_queue_init(&p->queue, 0);
}

void
pump_clear(struct pump *p)
{
    io_tun_close(&p->tun);
    tun_queue_clear(&p->queue);
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
    if (p->fed)
        return -EAGAIN;
    if (p->drained && tun_queue_empty(&p->queue)) { /* not asked twice in a row */
        p->drained = false;
        return -EAGAIN;
    }
    const int error = tun_queue_fill(&p->queue, &p->tun);
    struct tun_queue_packet *next = tun_queue_take(&p->queue);

    p->drained = error == -EAGAIN && next != NULL;
    if (next == NULL)
        return error;
    if (!tun_queue_cut(next, &p->cut))
        p->stats.dropped++;
    return 0;
}

bool
pump_has_packets(const struct pump *p)
{
    return offload_cut_left(&p->cut);
}

bool
pump_waits(const struct pump *p)
{
    return pump_has_packets(p) || !tun_queue_empty(&p->queue);
}

/* The next packet of @cut into @slot. False: there was none, or it was dropped. */
static bool
cut_next(struct pump *p, struct offload_cut *cut, uint8_t *slot, size_t stride,
         struct session_packet *ret)
{
    const size_t around = (size_t)p->framing.head + p->framing.tail;
    const size_t fits = stride > around ? stride - around : 0;
    uint8_t *at = slot + p->framing.head;
    const size_t n = offload_cut_next(cut, at, fits < p->framing.mtu ? fits : p->framing.mtu);

    if (n == 0) { /* longer than the link takes */
        p->stats.dropped += offload_cut_left(cut);
        cut->ended = true;
        return false;
    }
    *ret = (struct session_packet){at, n};
    return true;
}

bool
pump_seal(struct pump *p, uint8_t *room, size_t cap, uint8_t **ret, size_t *ret_n)
{
    struct session_packet packet;

    if (!cut_next(p, &p->cut, room, cap, &packet))
        return false;
    const size_t inner = packet.len;
    if (!session_seal(p->session, &packet.p, &packet.len)) {
        p->stats.dropped++;
        return false;
    }
    p->stats.packets_out++;
    p->stats.bytes_out += inner;
    *ret = packet.p;
    *ret_n = packet.len;
    return true;
}

/* What is in a hurry goes between the packets of a super-packet. */
static bool
cut_between(struct pump *p, uint8_t *slot, size_t stride, struct session_packet *ret)
{
    struct offload_cut cut;

    if (p->queue.ahead == 0 || !pump_has_packets(p))
        return false;
    for (;;) {
        const struct tun_queue_packet *next = tun_queue_take_between(&p->queue);

        if (next == NULL)
            return false;
        if (!tun_queue_cut(next, &cut))
            p->stats.dropped++;
        else if (cut_next(p, &cut, slot, stride, ret))
            return true;
    }
}

size_t
pump_seal_batch(struct pump *p, uint8_t *room, size_t stride, struct session_packet *v, size_t max,
                int *ret_error)
{
    size_t n = 0, octets = 0;

    *ret_error = 0;
    if (p->queue.ahead > 0 && pump_has_packets(p))
        tun_queue_fill(&p->queue, &p->tun); /* an error will be there the next time, too */
    while (n < max) {
        if (cut_between(p, room + n * stride, stride, &v[n])) {
            octets += v[n++].len;
            continue;
        }
        if (!pump_has_packets(p))
            *ret_error = pump_read(p);
        if (*ret_error < 0)
            break;
        if (!pump_has_packets(p) || !cut_next(p, &p->cut, room + n * stride, stride, &v[n]))
            continue;
        octets += v[n++].len;
    }
    const size_t sealed = session_seal_batch(p->session, v, n);
    p->stats.dropped += n - sealed;
    p->stats.packets_out += sealed;
    p->stats.bytes_out += sealed == n ? octets : 0; /* else the call is at its end */
    return sealed;
}

enum pump_result
pump_tun_result(int error)
{
    return error == 0 || error == -EAGAIN ? PUMP_OK : PUMP_TUN_GONE;
}
