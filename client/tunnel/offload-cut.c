/* offload-cut.c - super-packets to packets. See offload.h. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "offload-packet.h"
#include "offload.h"

/* The kernel says where the checksum goes; for a packet to be cut that is also where its transport
 * header begins, behind any IPv6 extension headers. */
static bool
find_headers(struct offload_cut *c, const struct virtio_net_hdr *hdr)
{
    const bool v4 = c->packet[0] >> 4 == 4;
    const size_t ip = v4 ? (size_t)(c->packet[0] & 15) * 4 : IP6_HEADER;
    size_t least = TCP_HEADER;

    switch (hdr->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
    case VIRTIO_NET_HDR_GSO_TCPV4:
    case VIRTIO_NET_HDR_GSO_TCPV6:
        if (v4 != ((hdr->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) == VIRTIO_NET_HDR_GSO_TCPV4))
            return false;
        break;
    case VIRTIO_NET_HDR_GSO_UDP_L4:
        c->udp = true;
        least = UDP_HEADER;
        break;
    default:
        return false;
    }
    c->transport = hdr->csum_start;
    if (ip < IP4_HEADER || c->transport < ip || c->len < c->transport + least)
        return false;
    if (hdr->csum_offset != (c->udp ? UDP_CHECKSUM : TCP_CHECKSUM))
        return false;
    if (!c->udp)
        least = (size_t)(c->packet[c->transport + TCP_OFFSET] >> 4) * 4;
    c->header = c->transport + least;
    return (c->udp || least >= TCP_HEADER) && c->header <= c->len;
}

/* What all packets' headers have in common is summed once. The kernel left the pseudo-header's sum
 * in the checksum field, made with the length of the whole. */
static void
sum_headers(struct offload_cut *c)
{
    const uint8_t *p = c->packet, *t = p + c->transport;

    if (p[0] >> 4 == 4) {
        const size_t ip = (size_t)(p[0] & 15) * 4;
        c->ip_sum = offload_sum(offload_sum(0, p, IP4_TOTAL), p + IP4_FRAGMENT, 4);
        c->ip_sum = offload_sum(c->ip_sum, p + IP4_SOURCE, ip - IP4_SOURCE);
    }
    c->transport_sum = (uint16_t)~sum16(c->len - c->transport);
    if (c->udp) {
        c->transport_sum = offload_sum(c->transport_sum, t, UDP_LENGTH);
        c->transport_sum = offload_sum(c->transport_sum, t + UDP_CHECKSUM, 2);
    } else {
        const size_t size = c->header - c->transport;
        c->transport_sum = offload_sum(c->transport_sum, t, TCP_SEQUENCE);
        c->transport_sum = offload_sum(c->transport_sum, t + TCP_ACK, 4);
        c->transport_sum = offload_sum(c->transport_sum, t + TCP_WINDOW, size - TCP_WINDOW);
    }
}

bool
offload_cut_begin(struct offload_cut *c, const struct virtio_net_hdr *hdr, const uint8_t *packet,
                  size_t n)
{
    *c = (struct offload_cut){.packet = packet, .len = n, .ended = true};
    if (n == 0 || n > OFFLOAD_SUPER_MAX)
        return false;

    const unsigned version = packet[0] >> 4;
    if (!(version == 4 && n >= IP4_HEADER) && !(version == 6 && n >= IP6_HEADER))
        return false;
    if (hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
        c->csum_start = hdr->csum_start;
        c->csum_offset = hdr->csum_offset;
        if (c->csum_start == 0 || (size_t)c->csum_start + c->csum_offset + 2 > n)
            return false;
    }
    if (hdr->gso_type != VIRTIO_NET_HDR_GSO_NONE) {
        if (c->csum_start == 0 || hdr->gso_size == 0 || !find_headers(c, hdr))
            return false;
        if (c->len - c->header > hdr->gso_size)
            c->segment = hdr->gso_size;
    }
    if (version == 4)
        c->id = get16(packet + IP4_ID);
    if (c->segment != 0)
        sum_headers(c);
    c->ended = false;
    return true;
}

bool
offload_cut_left(const struct offload_cut *c)
{
    return !c->ended;
}

void
offload_cut_lose(struct offload_cut *c)
{
    if (c->segment == 0 || c->len - c->header - c->done <= c->segment)
        return;
    c->done += c->segment;
    c->id++;
}

/* UDP sends a sum of zero as all ones (RFC 768). */
static void
put_checksum(uint8_t *field, uint64_t sum, bool udp)
{
    uint16_t value = offload_fold(sum);

    if (value == 0 && udp)
        value = 0xffff;
    memcpy(field, &value, 2);
}

static void
fill_ip(struct offload_cut *c, uint8_t *out, size_t n)
{
    if (out[0] >> 4 == 6) {
        set16(out + IP6_LENGTH, n - IP6_HEADER);
        return;
    }
    set16(out + IP4_TOTAL, n);
    set16(out + IP4_ID, c->id);
    put_checksum(out + IP4_CHECKSUM, c->ip_sum + sum16(n) + sum16(c->id), false);
    c->id++;
}

/* FIN and PSH belong to the last packet, CWR to the first (RFC 3168, 6.1.2). @sum: the payload's.
 */
static void
fill_tcp(const struct offload_cut *c, uint8_t *tcp, size_t n, bool last, uint64_t sum)
{
    set32(tcp + TCP_SEQUENCE, get32(tcp + TCP_SEQUENCE) + (uint32_t)c->done);
    if (!last)
        tcp[TCP_FLAGS] &= (uint8_t) ~(FLAG_FIN | FLAG_PSH);
    if (c->done > 0)
        tcp[TCP_FLAGS] &= (uint8_t)~FLAG_CWR;
    sum = offload_sum(sum + c->transport_sum + sum16(n), tcp + TCP_SEQUENCE, 4);
    put_checksum(tcp + TCP_CHECKSUM, offload_sum(sum, tcp + TCP_OFFSET, 2), false);
}

static void
fill_udp(const struct offload_cut *c, uint8_t *udp, size_t n, uint64_t sum)
{
    set16(udp + UDP_LENGTH, n);
    put_checksum(udp + UDP_CHECKSUM, sum + c->transport_sum + 2 * (uint64_t)sum16(n), true);
}

static size_t
copy_whole(struct offload_cut *c, uint8_t *out, size_t cap)
{
    if (c->len > cap)
        return 0;
    memcpy(out, c->packet, c->len);
    if (c->csum_start != 0)
        put_checksum(out + c->csum_start + c->csum_offset,
                     offload_sum(0, out + c->csum_start, c->len - c->csum_start),
                     c->csum_offset == UDP_CHECKSUM);
    c->ended = true;
    return c->len;
}

size_t
offload_cut_next(struct offload_cut *c, uint8_t *out, size_t cap)
{
    if (c->ended)
        return 0;
    if (c->segment == 0)
        return copy_whole(c, out, cap);

    const size_t left = c->len - c->header - c->done;
    const size_t payload = left < c->segment ? left : c->segment;
    const size_t n = c->header + payload;
    const bool last = payload == left;
    if (n > cap)
        return 0;
    memcpy(out, c->packet, c->header);
    const uint64_t sum = offload_copy(0, out + c->header, c->packet + c->header + c->done, payload);
    fill_ip(c, out, n);
    if (c->udp)
        fill_udp(c, out + c->transport, n - c->transport, sum);
    else
        fill_tcp(c, out + c->transport, n - c->transport, last, sum);
    c->done += payload;
    c->ended = last;
    return n;
}
