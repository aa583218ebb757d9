/* tun-queue.c - see tun-queue.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "tun-queue.h"

#include <errno.h>
#include <stdlib.h>

#include "offload-packet.h"

enum { FRAGMENT = 0x3fff /* more fragments, offset: what is behind may be no port */ };

static void
line_init(struct tun_queue_line *l)
{
    *l = (struct tun_queue_line){.tail = &l->head};
}

static void
line_put(struct tun_queue_line *l, struct tun_queue_packet *packet)
{
    packet->next = NULL;
    *l->tail = packet;
    l->tail = &packet->next;
    l->octets += packet->n;
}

static struct tun_queue_packet *
line_take(struct tun_queue_line *l)
{
    struct tun_queue_packet *packet = l->head;

    if (packet == NULL)
        return NULL;
    l->head = packet->next;
    if (l->head == NULL)
        l->tail = &l->head;
    l->octets -= packet->n;
    return packet;
}

/* The first that is not of @flow. */
static struct tun_queue_packet *
line_take_other(struct tun_queue_line *l, uint32_t flow)
{
    struct tun_queue_packet **at = &l->head, *packet;

    while (*at != NULL && (*at)->flow == flow)
        at = &(*at)->next;
    packet = *at;
    if (packet == NULL)
        return NULL;
    *at = packet->next;
    if (l->tail == &packet->next)
        l->tail = at;
    l->octets -= packet->n;
    return packet;
}

static void
give_back(struct tun_queue *q, struct tun_queue_packet *packet)
{
    packet->next = q->spare;
    q->spare = packet;
}

bool
tun_queue_init(struct tun_queue *q, size_t ahead)
{
    *q = (struct tun_queue){.ahead = ahead};
    line_init(&q->first);
    line_init(&q->bulk);
    q->memory = malloc((size_t)TUN_QUEUE_SLOTS * TUN_QUEUE_SLOT); /* none of it is touched yet */
    if (q->memory == NULL)
        return false;
    for (size_t i = TUN_QUEUE_SLOTS; i-- > 0;) {
        q->slots[i].p = q->memory + i * TUN_QUEUE_SLOT;
        give_back(q, &q->slots[i]);
    }
    return true;
}

void
tun_queue_clear(struct tun_queue *q)
{
    free(q->memory);
    *q = (struct tun_queue){0};
}

/* ---- in ---- */

static uint32_t
mix(uint32_t h, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i + 4 <= n; i += 4) {
        h = (h ^ get32(p + i)) * 0x9e3779b1u;
        h ^= h >> 15;
    }
    return h;
}

/* A number for the ends and the protocol. That two flows have the same costs one of them its place.
 */
static uint32_t
flow_of(const uint8_t *p, size_t n)
{
    const bool v4 = n >= IP4_HEADER && p[0] >> 4 == 4, v6 = n >= IP6_HEADER && p[0] >> 4 == 6;
    const uint8_t protocol = v4 ? p[IP4_PROTOCOL] : v6 ? p[IP6_NEXT] : 0;
    const size_t header = v4 ? (size_t)(p[0] & 15) * 4 : IP6_HEADER;
    uint32_t h = protocol;

    if (!v4 && !v6)
        return 0;
    h = v4 ? mix(h, p + IP4_SOURCE, 8) : mix(h, p + IP6_SOURCE, 32);
    if ((protocol != PROTOCOL_TCP && protocol != PROTOCOL_UDP) || n < header + 4 ||
        (v4 && (get16(p + IP4_FRAGMENT) & FRAGMENT) != 0))
        return h;
    return mix(h, p + header, 4);
}

static bool
waits_in(const struct tun_queue_line *l, uint32_t flow)
{
    const struct tun_queue_packet *i = l->head;

    while (i != NULL && i->flow != flow)
        i = i->next;
    return i != NULL;
}

/* Is there room for it among the transfers? */
static bool
takes(struct tun_queue *q, struct tun_queue_packet *packet)
{
    const size_t all = q->bulk.octets + packet->n;

    q->spared -= q->spared < packet->n ? q->spared : packet->n;
    if (q->bulk.head == NULL || all <= q->ahead)
        return true;
    if (packet->hdr.gso_type == VIRTIO_NET_HDR_GSO_NONE || all > 2 * q->ahead)
        return false;
    packet->loses = q->spared == 0;
    q->lost += packet->loses;
    if (packet->loses)
        q->spared = q->ahead;
    return true;
}

static void
put(struct tun_queue *q, struct tun_queue_packet *packet)
{
    packet->loses = false;
    packet->flow = flow_of(packet->p, packet->n);
    if (packet->hdr.gso_type == VIRTIO_NET_HDR_GSO_NONE &&
        q->first.octets + packet->n <= TUN_QUEUE_FIRST && !waits_in(&q->bulk, packet->flow)) {
        line_put(&q->first, packet);
    } else if (takes(q, packet)) {
        line_put(&q->bulk, packet);
    } else {
        give_back(q, packet);
        q->dropped++;
    }
}

int
tun_queue_fill(struct tun_queue *q, const struct io_tun *tun)
{
    int error = 0;

    while (error == 0 && q->spare != NULL && (q->ahead > 0 || tun_queue_empty(q))) {
        struct tun_queue_packet *packet = q->spare;

        error = io_tun_read(tun, &packet->hdr, packet->p, OFFLOAD_SUPER_MAX, &packet->n);
        if (error < 0)
            break;
        q->spare = packet->next;
        put(q, packet);
    }
    return error;
}

/* ---- out ---- */

bool
tun_queue_empty(const struct tun_queue *q)
{
    return q->first.head == NULL && q->bulk.head == NULL;
}

struct tun_queue_packet *
tun_queue_take(struct tun_queue *q)
{
    if (q->taken != NULL)
        give_back(q, q->taken);
    q->taken = line_take(&q->first);
    if (q->taken == NULL)
        q->taken = line_take(&q->bulk);
    return q->taken;
}

struct tun_queue_packet *
tun_queue_take_between(struct tun_queue *q)
{
    if (q->between != NULL)
        give_back(q, q->between);
    q->between =
        q->taken != NULL ? line_take_other(&q->first, q->taken->flow) : line_take(&q->first);
    return q->between;
}

bool
tun_queue_cut(const struct tun_queue_packet *packet, struct offload_cut *ret)
{
    if (!offload_cut_begin(ret, &packet->hdr, packet->p, packet->n))
        return false;
    if (packet->loses)
        offload_cut_lose(ret);
    return true;
}
