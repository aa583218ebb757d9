/* offload-merge.c - packets to super-packets. See offload.h. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "offload-packet.h"
#include "offload.h"

/* What a packet is, as far as merging cares. */
struct look {
    bool v4, tcp;
    bool plain; /* whole headers, no options, the lengths agree: may be compared with a flow */
    bool data;  /* plain, and nothing but data: may be merged */
    bool ack;   /* plain, and nothing but an acknowledgement */
    uint16_t transport, header, payload;
};

static bool
look_ip(const uint8_t *p, size_t n, struct look *ret, uint8_t *ret_protocol)
{
    if (n >= IP4_HEADER && p[0] == 0x45) {
        ret->v4 = true;
        ret->transport = IP4_HEADER;
        *ret_protocol = p[IP4_PROTOCOL];
        return get16(p + IP4_TOTAL) == n && (get16(p + IP4_FRAGMENT) & 0x3fff) == 0;
    }
    if (n < IP6_HEADER || p[0] >> 4 != 6)
        return false;
    ret->transport = IP6_HEADER;
    *ret_protocol = p[IP6_NEXT];
    return (size_t)get16(p + IP6_LENGTH) + IP6_HEADER == n;
}

/* No option, or nothing but what every segment of a connection has (RFC 7323 appendix A). */
static bool
options_common(const uint8_t *t, size_t size)
{
    return size == TCP_HEADER ||
           (size == TCP_HEADER + TCP_TIMESTAMPS && get32(t + TCP_HEADER) == 0x0101080a);
}

static struct look
look_at(const uint8_t *p, size_t n)
{
    struct look l = {0};
    uint8_t protocol = 0, flags = 0;

    if (n > OFFLOAD_SUPER_MAX || !look_ip(p, n, &l, &protocol))
        return l;

    const uint8_t *t = p + l.transport;
    const size_t left = n - l.transport;
    size_t size = UDP_HEADER;
    if (protocol == PROTOCOL_TCP && left >= TCP_HEADER) {
        l.tcp = true;
        size = (size_t)(t[TCP_OFFSET] >> 4) * 4;
        flags = t[TCP_FLAGS] & (uint8_t) ~(FLAG_PSH | FLAG_ECE);
        l.plain = size >= TCP_HEADER && size <= left;
        l.data = l.plain && flags == FLAG_ACK && (t[TCP_OFFSET] & 15) == 0;
    } else if (protocol == PROTOCOL_UDP && left >= UDP_HEADER) {
        l.plain = true;
        l.data = get16(t + UDP_LENGTH) == left && get16(t + UDP_CHECKSUM) != 0;
    }
    if (!l.plain)
        return l;
    l.header = (uint16_t)(l.transport + size);
    l.payload = (uint16_t)(n - l.header);
    l.data &= l.payload > 0;
    l.ack = l.tcp && l.payload == 0 && t[TCP_FLAGS] == FLAG_ACK && (t[TCP_OFFSET] & 15) == 0 &&
            options_common(t, size);
    return l;
}

static uint64_t
pseudo_sum(const uint8_t *p, const struct look *l, size_t transport_len)
{
    const uint64_t sum =
        sum16(l->tcp ? PROTOCOL_TCP : PROTOCOL_UDP) + (uint64_t)sum16(transport_len);

    return l->v4 ? offload_sum(sum, p + IP4_SOURCE, 8) : offload_sum(sum, p + IP6_SOURCE, 32);
}

static bool
checksums_good(const uint8_t *p, size_t n, const struct look *l)
{
    const size_t len = n - l->transport;

    if (l->v4 && offload_fold(offload_sum(0, p, IP4_HEADER)) != 0)
        return false;
    return offload_fold(offload_sum(pseudo_sum(p, l, len), p + l->transport, len)) == 0;
}

static uint8_t *
flow_packet(const struct offload_flow *f)
{
    return f->iov[1].iov_base;
}

/* The same protocol between the same ends. */
static bool
same_flow(const struct offload_flow *f, const uint8_t *p, const struct look *l)
{
    const uint8_t *q = flow_packet(f);

    if (q[0] >> 4 != p[0] >> 4 || f->tcp != l->tcp)
        return false;
    if (memcmp(q + f->transport, p + l->transport, 4) != 0)
        return false;
    return l->v4 ? memcmp(q + IP4_SOURCE, p + IP4_SOURCE, 8) == 0
                 : memcmp(q + IP6_SOURCE, p + IP6_SOURCE, 32) == 0;
}

static bool
same_ip(const struct offload_flow *f, const uint8_t *p, const struct look *l)
{
    const uint8_t *q = flow_packet(f);

    if (!l->v4)
        return memcmp(q, p, 4) == 0 && q[IP6_HOPS] == p[IP6_HOPS];
    if (q[1] != p[1] || q[IP4_TTL] != p[IP4_TTL] || q[IP4_FRAGMENT] != p[IP4_FRAGMENT])
        return false;
    /* With DF the identification means nothing (RFC 6864, 4.1). */
    return (p[IP4_FRAGMENT] & IP4_DONT_FRAGMENT) != 0 || get16(p + IP4_ID) == f->next_id;
}

/* Equal in everything that the merged header will say for both. */
static bool
same_tcp(const struct offload_flow *f, const uint8_t *p, const struct look *l)
{
    const uint8_t *q = flow_packet(f) + f->transport, *t = p + l->transport;

    if (f->header != l->header || get32(t + TCP_SEQUENCE) != f->next_seq)
        return false;
    if (memcmp(q + TCP_ACK, t + TCP_ACK, 5) != 0) /* and the header's length */
        return false;
    if (((q[TCP_FLAGS] ^ t[TCP_FLAGS]) & ~FLAG_PSH) != 0)
        return false;
    if (memcmp(q + TCP_WINDOW, t + TCP_WINDOW, 2) != 0)
        return false;
    return memcmp(q + TCP_URGENT, t + TCP_URGENT,
                  (size_t)(l->header - l->transport) - TCP_URGENT) == 0;
}

/* How far @a is ahead of @b in the sequence space (RFC 9293 section 3.4). */
static int32_t
ahead(const uint8_t *a, const uint8_t *b)
{
    return (int32_t)(get32(a) - get32(b));
}

/* Both came at the same time, and whoever reads @p needs no more to know what the one before said:
 * it acknowledges more, and neither tells of a loss, a window alone, or congestion. What a router
 * may leave out in such a place: RFC 3449 section 5.2.1. */
static bool
supersedes(const struct offload_flow *f, const uint8_t *p, const struct look *l)
{
    const uint8_t *q = flow_packet(f), *u = q + f->transport, *t = p + l->transport;

    if (!f->ack || !l->ack || f->header != l->header || ahead(t + TCP_ACK, u + TCP_ACK) <= 0 ||
        ahead(t + TCP_SEQUENCE, u + TCP_SEQUENCE) != 0)
        return false;
    if (l->v4 ? q[1] != p[1] : memcmp(q, p, 4) != 0) /* ECN among them */
        return false;
    return l->header == l->transport + TCP_HEADER ||
           ahead(t + TCP_TIME, u + TCP_TIME) >= 0; /* else only the older one is believed */
}

static bool
continues(const struct offload_flow *f, const uint8_t *p, const struct look *l)
{
    if (f->n_parts == OFFLOAD_PARTS || f->len + l->payload > OFFLOAD_SUPER_MAX)
        return false;
    return l->payload <= f->segment && same_ip(f, p, l) && (!l->tcp || same_tcp(f, p, l));
}

static void
fill_merged(struct offload_flow *f)
{
    uint8_t *p = flow_packet(f), *t = p + f->transport;
    const struct look l = {.v4 = p[0] >> 4 == 4, .tcp = f->tcp};
    const size_t len = f->len - f->transport;
    uint16_t sum;

    if (l.v4) {
        set16(p + IP4_TOTAL, f->len);
        set16(p + IP4_CHECKSUM, 0);
        sum = offload_fold(offload_sum(0, p, IP4_HEADER));
        memcpy(p + IP4_CHECKSUM, &sum, 2);
    } else {
        set16(p + IP6_LENGTH, f->len - IP6_HEADER);
    }
    if (!f->tcp)
        set16(t + UDP_LENGTH, len);
    sum = (uint16_t)~offload_fold(pseudo_sum(p, &l, len));
    memcpy(t + (f->tcp ? TCP_CHECKSUM : UDP_CHECKSUM), &sum, 2);
    f->hdr = (struct virtio_net_hdr){
        .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
        .gso_type = !f->tcp ? VIRTIO_NET_HDR_GSO_UDP_L4
                    : l.v4  ? VIRTIO_NET_HDR_GSO_TCPV4
                            : VIRTIO_NET_HDR_GSO_TCPV6,
        .hdr_len = f->header,
        .gso_size = f->segment,
        .csum_start = f->transport,
        .csum_offset = f->tcp ? TCP_CHECKSUM : UDP_CHECKSUM,
    };
}

static void
write_flow(struct offload_merge *m, struct offload_flow *f)
{
    if (f->n_parts == 0)
        return;
    f->hdr = (struct virtio_net_hdr){0};
    if (f->n_parts > 1)
        fill_merged(f);
    f->iov[0] = (struct iovec){.iov_base = &f->hdr, .iov_len = sizeof f->hdr};
    m->write(m->owner, f->iov, 1 + f->n_parts);
    f->n_parts = 0;
}

static void
write_one(struct offload_merge *m, uint8_t *packet, size_t n)
{
    struct virtio_net_hdr hdr = {0};
    const struct iovec iov[2] = {
        {.iov_base = &hdr, .iov_len = sizeof hdr},
        {.iov_base = packet, .iov_len = n},
    };

    m->write(m->owner, iov, 2);
}

static struct offload_flow *
find_flow(struct offload_merge *m, const uint8_t *p, const struct look *l)
{
    for (size_t i = 0; i < OFFLOAD_FLOWS; i++)
        if (m->flows[i].n_parts > 0 && same_flow(&m->flows[i], p, l))
            return &m->flows[i];
    return NULL;
}

/* A free flow, or the oldest one, written out. */
static struct offload_flow *
take_flow(struct offload_merge *m)
{
    struct offload_flow *oldest = &m->flows[0];

    for (size_t i = 0; i < OFFLOAD_FLOWS; i++) {
        if (m->flows[i].n_parts == 0)
            return &m->flows[i];
        if ((int32_t)(m->flows[i].age - oldest->age) < 0)
            oldest = &m->flows[i];
    }
    write_flow(m, oldest);
    return oldest;
}

static struct offload_flow *
begin_flow(struct offload_merge *m, uint8_t *packet, size_t n, const struct look *l)
{
    struct offload_flow *f = take_flow(m);

    f->tcp = l->tcp;
    f->ack = l->ack;
    f->n_parts = 1;
    f->iov[1] = (struct iovec){.iov_base = packet, .iov_len = n};
    f->len = n;
    f->header = l->header;
    f->transport = l->transport;
    f->segment = l->payload;
    f->next_seq = l->tcp ? get32(packet + l->transport + TCP_SEQUENCE) + l->payload : 0;
    f->next_id = l->v4 ? (uint16_t)(get16(packet + IP4_ID) + 1) : 0;
    f->age = m->clock++;
    return f;
}

static void
join_flow(struct offload_flow *f, uint8_t *packet, const struct look *l)
{
    f->iov[1 + f->n_parts++] =
        (struct iovec){.iov_base = packet + l->header, .iov_len = l->payload};
    f->len += l->payload;
    f->next_seq += l->payload;
    f->next_id++;
    if (l->tcp)
        flow_packet(f)[f->transport + TCP_FLAGS] |= packet[l->transport + TCP_FLAGS] & FLAG_PSH;
}

void
offload_merge_add(struct offload_merge *m, uint8_t *packet, size_t n)
{
    const struct look l = look_at(packet, n);

    if (!l.plain) { /* a fragment may belong to any flow */
        offload_merge_flush(m);
        write_one(m, packet, n);
        return;
    }

    struct offload_flow *f = find_flow(m, packet, &l);
    const bool merges =
        (l.data || l.ack) && (l.tcp ? m->tso : m->uso) && checksums_good(packet, n, &l);
    if (merges && f != NULL && supersedes(f, packet, &l)) {
        f->iov[1].iov_base = packet;
        m->superseded++;
    } else if (merges && l.data && f != NULL && continues(f, packet, &l)) {
        join_flow(f, packet, &l);
    } else {
        if (f != NULL)
            write_flow(m, f);
        if (!merges) {
            write_one(m, packet, n);
            return;
        }
        f = begin_flow(m, packet, n, &l);
    }
    /* A short packet or a push ends what the sender had to say: do not hold it. */
    if (l.payload < f->segment || (l.tcp && packet[l.transport + TCP_FLAGS] & FLAG_PSH))
        write_flow(m, f);
}

void
offload_merge_flush(struct offload_merge *m)
{
    for (size_t n = 0; n < OFFLOAD_FLOWS; n++) {
        struct offload_flow *first = NULL;

        for (size_t i = 0; i < OFFLOAD_FLOWS; i++) {
            struct offload_flow *f = &m->flows[i];
            if (f->n_parts > 0 && (first == NULL || (int32_t)(f->age - first->age) < 0))
                first = f;
        }
        if (first == NULL)
            return;
        write_flow(m, first);
    }
}
