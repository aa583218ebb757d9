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
    c->ended = false;
    return true;
}

bool
offload_cut_left(const struct offload_cut *c)
{
    return !c->ended;
}

/* The kernel left the pseudo-header's sum in the field, made with the length of the whole; @old and
 * @now are the transport's lengths. UDP sends a sum of zero as all ones (RFC 768). */
static void
fill_checksum(const struct offload_cut *c, uint8_t *out, size_t n, size_t old, size_t now)
{
    uint8_t *field = out + c->csum_start + c->csum_offset;
    uint64_t sum = offload_sum(0, out + c->csum_start, n - c->csum_start);

    sum += (uint16_t)~sum16(old);
    sum += sum16(now);

    uint16_t value = offload_fold(sum);
    if (value == 0 && c->csum_offset == UDP_CHECKSUM)
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

    const size_t ip = (size_t)(out[0] & 15) * 4;
    uint16_t sum;
    set16(out + IP4_TOTAL, n);
    set16(out + IP4_ID, c->id++);
    set16(out + IP4_CHECKSUM, 0);
    sum = offload_fold(offload_sum(0, out, ip));
    memcpy(out + IP4_CHECKSUM, &sum, 2);
}

/* FIN and PSH belong to the last packet, CWR to the first (RFC 3168, 6.1.2). */
static void
fill_tcp(const struct offload_cut *c, uint8_t *tcp, bool first, bool last)
{
    set32(tcp + TCP_SEQUENCE, get32(tcp + TCP_SEQUENCE) + (uint32_t)c->done);
    if (!last)
        tcp[TCP_FLAGS] &= (uint8_t) ~(FLAG_FIN | FLAG_PSH);
    if (!first)
        tcp[TCP_FLAGS] &= (uint8_t)~FLAG_CWR;
}

static size_t
copy_whole(struct offload_cut *c, uint8_t *out, size_t cap)
{
    if (c->len > cap)
        return 0;
    memcpy(out, c->packet, c->len);
    if (c->csum_start != 0)
        fill_checksum(c, out, c->len, 0, 0);
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
    if (n > cap)
        return 0;
    memcpy(out, c->packet, c->header);
    memcpy(out + c->header, c->packet + c->header + c->done, payload);
    fill_ip(c, out, n);
    if (c->udp)
        set16(out + c->transport + UDP_LENGTH, n - c->transport);
    else
        fill_tcp(c, out + c->transport, c->done == 0, payload == left);
    fill_checksum(c, out, n, c->len - c->transport, n - c->transport);
    c->done += payload;
    c->ended = payload == left;
    return n;
}
