/*
 * test-offload.c - client/tunnel/offload: super-packets cut and packets merged. The checksums are
 * verified by a second implementation, straight from RFC 1071.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "offload.h"

#include <glib.h>
#include <netinet/in.h>

#include "offload-packet.h"

enum { MAX = 70000 };

/* ---- a checksum that shares nothing with the code under test ---- */

static uint32_t
add_words(uint32_t sum, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i += 2) {
        sum += (uint32_t)p[i] << 8 | (i + 1 < n ? p[i + 1] : 0);
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

static bool
transport_sum_good(const uint8_t *p, size_t n)
{
    const bool v4 = p[0] >> 4 == 4;
    const size_t t = v4 ? 20 : 40;
    const uint8_t tail[4] = {0, v4 ? p[9] : p[6], (uint8_t)((n - t) >> 8), (uint8_t)(n - t)};
    uint32_t sum = add_words(0, v4 ? p + 12 : p + 8, v4 ? 8 : 32);

    sum = add_words(sum, tail, 4);
    return add_words(sum, p + t, n - t) == 0xffff;
}

static bool
packet_good(const uint8_t *p, size_t n)
{
    if (p[0] >> 4 == 4)
        return get16(p + 2) == n && add_words(0, p, 20) == 0xffff && transport_sum_good(p, n);
    return get16(p + 4) + 40u == n && transport_sum_good(p, n);
}

/* ---- building packets ---- */

struct spec {
    bool v6, udp;
    uint32_t seq;
    uint16_t id;
    uint8_t flags;  /* TCP */
    size_t options; /* octets of TCP options */
    size_t payload;
    uint16_t port; /* source */
    uint8_t tos;
    bool fragmentable, more_fragments, reserved;
    uint16_t ack, window; /* added to the usual ones */
};

static size_t
headers_of(const struct spec *s)
{
    return (s->v6 ? 40u : 20u) + (s->udp ? 8 : 20 + s->options);
}

static void
put_ip(uint8_t *p, const struct spec *s, size_t n)
{
    if (s->v6) {
        p[0] = 0x60;
        p[1] = s->tos;
        set16(p + 4, n - 40);
        p[6] = s->udp ? 17 : 6;
        p[7] = 64;
        memset(p + 8, 0x20, 16);
        memset(p + 24, 0x30, 16);
        return;
    }
    p[0] = 0x45;
    p[1] = s->tos;
    set16(p + 2, n);
    set16(p + 4, s->id);
    p[6] = s->more_fragments ? 0x20 : s->fragmentable ? 0 : 0x40;
    p[8] = 64;
    p[9] = s->udp ? 17 : 6;
    memcpy(p + 12, "\x0a\x4d\x00\x01\x0a\x4d\x00\x02", 8);
    set16(p + 10, ~add_words(0, p, 20) & 0xffff);
}

/* A whole packet with right checksums. Returns its length. */
static size_t
build(uint8_t *p, const struct spec *s)
{
    const size_t header = headers_of(s), n = header + s->payload, t = s->v6 ? 40 : 20;
    const uint8_t tail[4] = {0, s->udp ? 17 : 6, (uint8_t)((n - t) >> 8), (uint8_t)(n - t)};

    memset(p, 0, header);
    put_ip(p, s, n);
    set16(p + t, s->port != 0 ? s->port : 4000);
    set16(p + t + 2, 5201);
    if (s->udp) {
        set16(p + t + 4, n - t);
    } else {
        set32(p + t + 4, s->seq);
        set32(p + t + 8, 77u + s->ack);
        p[t + 12] = (uint8_t)((20 + s->options) / 4 << 4);
        p[t + 13] = s->flags;
        p[t + 12] |= s->reserved;
        set16(p + t + 14, 512u + s->window);
        memset(p + t + 20, 1, s->options);
    }
    for (size_t i = 0; i < s->payload; i++)
        p[header + i] = (uint8_t)((s->seq + i) * 7 + ((s->seq + i) >> 8));

    uint32_t sum = add_words(0, s->v6 ? p + 8 : p + 12, s->v6 ? 32 : 8);
    sum = add_words(sum, tail, 4);
    sum = add_words(sum, p + t, n - t);
    set16(p + t + (s->udp ? 6 : 16), ~sum & 0xffff);
    return n;
}

/* The same, as the kernel hands it over: the pseudo-header's sum in the checksum field. */
static size_t
build_super(uint8_t *p, const struct spec *s, size_t gso, struct virtio_net_hdr *hdr)
{
    const size_t n = build(p, s), t = s->v6 ? 40 : 20, at = s->udp ? 6 : 16;
    const uint8_t tail[4] = {0, s->udp ? 17 : 6, (uint8_t)((n - t) >> 8), (uint8_t)(n - t)};
    uint32_t sum = add_words(0, s->v6 ? p + 8 : p + 12, s->v6 ? 32 : 8);

    set16(p + t + at, add_words(sum, tail, 4));
    *hdr = (struct virtio_net_hdr){
        .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
        .csum_start = (uint16_t)t,
        .csum_offset = (uint16_t)at,
    };
    if (gso > 0) {
        hdr->gso_type = s->udp  ? VIRTIO_NET_HDR_GSO_UDP_L4
                        : s->v6 ? VIRTIO_NET_HDR_GSO_TCPV6
                                : VIRTIO_NET_HDR_GSO_TCPV4;
        hdr->gso_size = (uint16_t)gso;
        hdr->hdr_len = (uint16_t)headers_of(s);
    }
    return n;
}

/* ---- cutting ---- */

static const struct cut_case {
    const char *name;
    struct spec spec;
    size_t gso;
} cut_cases[] = {
    {"tcp4-two-and-a-bit", {.flags = FLAG_ACK, .payload = 3000, .id = 65534}, 1348},
    {"tcp4-exact", {.flags = FLAG_ACK | FLAG_PSH, .payload = 2696}, 1348},
    {"tcp4-whole", {.flags = FLAG_ACK | FLAG_PSH, .payload = 1348}, 1348},
    {"tcp4-one", {.flags = FLAG_ACK, .payload = 1}, 1348},
    {"tcp4-flags", {.flags = FLAG_ACK | FLAG_PSH | FLAG_FIN | FLAG_CWR, .payload = 4000}, 1000},
    {"tcp4-options", {.flags = FLAG_ACK, .options = 12, .payload = 60001}, 1336},
    {"tcp4-odd", {.flags = FLAG_ACK, .payload = 9999, .seq = 0xfffff000}, 777},
    {"tcp4-full", {.flags = FLAG_ACK, .payload = 65535 - 40}, 1360},
    {"tcp4-tiny-segments", {.flags = FLAG_ACK, .payload = 5000}, 1},
    {"tcp6", {.v6 = true, .flags = FLAG_ACK | FLAG_PSH, .payload = 30000, .options = 12}, 1328},
    {"tcp6-odd", {.v6 = true, .flags = FLAG_ACK, .payload = 1001}, 333},
    {"udp4", {.udp = true, .payload = 6500}, 1300},
    {"udp4-short-last", {.udp = true, .payload = 6501}, 1300},
    {"udp6", {.v6 = true, .udp = true, .payload = 5000}, 1201},
    {"checksum-only-tcp4", {.flags = FLAG_ACK, .payload = 500}, 0},
    {"checksum-only-tcp6", {.v6 = true, .flags = 2, .payload = 0}, 0},
    {"checksum-only-udp4", {.udp = true, .payload = 51}, 0},
};

static void
check_flags(const struct cut_case *c, const uint8_t *tcp, bool first, bool last)
{
    uint8_t expect = c->spec.flags;

    if (!first)
        expect &= (uint8_t)~FLAG_CWR;
    if (!last)
        expect &= (uint8_t) ~(FLAG_PSH | FLAG_FIN);
    g_assert_cmphex(tcp[TCP_FLAGS], ==, expect);
}

static void
check_piece(const struct cut_case *c, const uint8_t *p, size_t n, size_t done, size_t index)
{
    const size_t header = headers_of(&c->spec), t = c->spec.v6 ? 40 : 20;
    const size_t payload = n - header;

    g_assert_true(packet_good(p, n));
    if (c->gso > 0)
        g_assert_cmpuint(payload, <=, c->gso);
    if (!c->spec.v6)
        g_assert_cmpuint(get16(p + 4), ==, (c->spec.id + index) & 0xffff);
    for (size_t i = 0; i < payload; i++) {
        const size_t at = c->spec.seq + done + i;
        g_assert_cmphex(p[header + i], ==, (uint8_t)((uint32_t)at * 7 + ((uint32_t)at >> 8)));
    }
    if (c->spec.udp) {
        g_assert_cmpuint(get16(p + t + UDP_LENGTH), ==, n - t);
    } else {
        g_assert_cmphex(get32(p + t + TCP_SEQUENCE), ==, (uint32_t)(c->spec.seq + done));
        check_flags(c, p + t, done == 0, done + payload == c->spec.payload);
    }
}

static void
cut_but(const struct cut_case *c, bool loses)
{
    g_autofree uint8_t *super = g_malloc(MAX), *out = g_malloc(MAX);
    struct virtio_net_hdr hdr;
    struct offload_cut state;
    size_t done = 0, index = 0, n;
    const size_t len = build_super(super, &c->spec, c->gso, &hdr);

    g_assert_true(offload_cut_begin(&state, &hdr, super, len));
    if (loses) {
        offload_cut_lose(&state);
        index = c->gso > 0 && c->spec.payload > c->gso;
        done = index * c->gso;
    }
    while (offload_cut_left(&state)) {
        n = offload_cut_next(&state, out, MAX);
        g_assert_cmpuint(n, >=, headers_of(&c->spec));
        check_piece(c, out, n, done, index++);
        done += n - headers_of(&c->spec);
    }
    g_assert_cmpuint(done, ==, c->spec.payload);
    g_assert_cmpuint(offload_cut_next(&state, out, MAX), ==, 0);
    offload_cut_lose(&state);
    g_assert_false(offload_cut_left(&state));
}

static void
cut(gconstpointer data)
{
    cut_but(data, false);
    cut_but(data, true);
}

/* Of the last one there would be nothing behind that told of the loss. */
static void
cut_never_loses_the_last(void)
{
    const struct spec s = {.flags = FLAG_ACK, .payload = 3000};
    struct virtio_net_hdr hdr;
    struct offload_cut state;
    uint8_t super[4000], out[2000];
    const size_t n = build_super(super, &s, 1000, &hdr);

    g_assert_true(offload_cut_begin(&state, &hdr, super, n));
    for (int i = 0; i < 5; i++)
        offload_cut_lose(&state);
    g_assert_cmpuint(offload_cut_next(&state, out, sizeof out), ==, headers_of(&s) + 1000);
    g_assert_cmphex(get32(out + 20 + TCP_SEQUENCE), ==, 2000);
    g_assert_true(packet_good(out, headers_of(&s) + 1000));
    g_assert_false(offload_cut_left(&state));
}

static void
cut_without_offload(void)
{
    const struct spec s = {.flags = FLAG_ACK, .payload = 900};
    const struct virtio_net_hdr hdr = {0};
    uint8_t packet[2000], out[2000];
    struct offload_cut state;
    const size_t n = build(packet, &s);

    g_assert_true(offload_cut_begin(&state, &hdr, packet, n));
    g_assert_cmpuint(offload_cut_next(&state, out, n - 1), ==, 0);
    g_assert_true(offload_cut_left(&state));
    g_assert_cmpuint(offload_cut_next(&state, out, n), ==, n);
    g_assert_cmpmem(packet, n, out, n);
    g_assert_false(offload_cut_left(&state));
}

/* IPv4 options are in each packet, and in its header's sum. */
static void
cut_ip_options(void)
{
    const struct spec s = {.flags = FLAG_ACK, .payload = 3000};
    struct virtio_net_hdr hdr;
    struct offload_cut state;
    uint8_t plain[4000], super[4000], out[2000];
    const size_t n = build_super(plain, &s, 1348, &hdr) + 4;
    size_t pieces = 0, len;

    memcpy(super, plain, 20);
    memcpy(super + 20, "\x01\x07\x55\xaa", 4);
    memcpy(super + 24, plain + 20, n - 24);
    super[0] = 0x46;
    hdr.csum_start = 24;
    g_assert_true(offload_cut_begin(&state, &hdr, super, n));
    for (; (len = offload_cut_next(&state, out, sizeof out)) > 0; pieces++) {
        const uint8_t tail[4] = {0, 6, (uint8_t)((len - 24) >> 8), (uint8_t)(len - 24)};
        const uint32_t pseudo = add_words(add_words(0, out + 12, 8), tail, 4);
        g_assert_cmphex(add_words(0, out, 24), ==, 0xffff);
        g_assert_cmphex(add_words(pseudo, out + 24, len - 24), ==, 0xffff);
        g_assert_cmpmem(out + 20, 4, super + 20, 4);
    }
    g_assert_cmpuint(pieces, ==, 3);
}

/* A UDP checksum that comes out as zero is sent as all ones: zero would say "none" (RFC 768). */
static void
cut_udp_zero_sum(void)
{
    const struct spec s = {.udp = true, .payload = 2};
    struct virtio_net_hdr hdr;
    struct offload_cut state;
    uint8_t packet[64], out[64];
    const size_t n = build_super(packet, &s, 0, &hdr);

    packet[28] = packet[29] = 0; /* the payload that makes up what is missing to ffff */
    set16(packet + 28, ~add_words(0, packet + 20, n - 20) & 0xffff);
    g_assert_true(offload_cut_begin(&state, &hdr, packet, n));
    g_assert_cmpuint(offload_cut_next(&state, out, sizeof out), ==, n);
    g_assert_cmphex(get16(out + 26), ==, 0xffff);
}

/* Headers that lie: each must be refused, and none may read outside the packet (ASan watches). */
static void
cut_refuses(void)
{
    const struct spec tcp = {.flags = FLAG_ACK, .payload = 3000};
    g_autofree uint8_t *good = g_malloc(MAX);
    struct virtio_net_hdr right, hdr;
    struct offload_cut state;
    const size_t n = build_super(good, &tcp, 1000, &right);

    g_assert_true(offload_cut_begin(&state, &right, good, n));
    g_assert_false(offload_cut_begin(&state, &right, good, 0));
    g_assert_false(offload_cut_begin(&state, &right, good, 19));
    g_assert_false(offload_cut_begin(&state, &right, good, 39));
    g_assert_false(offload_cut_begin(&state, &right, good, OFFLOAD_SUPER_MAX + 1));
#define REFUSES(field, value)                                                                      \
    hdr = right;                                                                                   \
    hdr.field = (value);                                                                           \
    g_assert_false(offload_cut_begin(&state, &hdr, good, n))
    REFUSES(gso_size, 0);
    REFUSES(flags, 0);
    REFUSES(csum_start, 0);
    REFUSES(csum_start, 19);
    REFUSES(csum_start, 65535);
    REFUSES(csum_offset, 6);
    REFUSES(csum_offset, 65535);
    REFUSES(gso_type, VIRTIO_NET_HDR_GSO_TCPV6);
    REFUSES(gso_type, VIRTIO_NET_HDR_GSO_UDP);
    REFUSES(gso_type, 77);
#undef REFUSES
    good[20 + TCP_OFFSET] = 0x40; /* a header of 16 octets */
    g_assert_false(offload_cut_begin(&state, &right, good, n));
    good[20 + TCP_OFFSET] = 0xf0; /* of 60, and the packet ends before */
    g_assert_false(offload_cut_begin(&state, &right, good, 79));
    good[0] = 0x55;
    g_assert_false(offload_cut_begin(&state, &right, good, n));
    good[0] = 0x43;
    g_assert_false(offload_cut_begin(&state, &right, good, n));
}

/* ---- merging ---- */

struct sink {
    struct offload_merge merge;
    size_t n;
    struct {
        struct virtio_net_hdr hdr;
        uint8_t *bytes;
        size_t len;
    } v[512];
};

static void
sink_write(void *owner, const struct iovec *iov, size_t n)
{
    struct sink *s = owner;
    size_t len = 0;

    g_assert_cmpuint(s->n, <, G_N_ELEMENTS(s->v));
    g_assert_cmpuint(n, >=, 2);
    g_assert_cmpuint(iov[0].iov_len, ==, sizeof s->v[0].hdr);
    memcpy(&s->v[s->n].hdr, iov[0].iov_base, sizeof s->v[0].hdr);
    s->v[s->n].bytes = g_malloc(MAX);
    for (size_t i = 1; i < n; i++) {
        memcpy(s->v[s->n].bytes + len, iov[i].iov_base, iov[i].iov_len);
        len += iov[i].iov_len;
    }
    s->v[s->n++].len = len;
}

static struct sink *
sink_new(void)
{
    struct sink *s = g_new0(struct sink, 1);

    s->merge.tso = s->merge.uso = true;
    s->merge.write = sink_write;
    s->merge.owner = s;
    return s;
}

static void
sink_free(struct sink *s)
{
    for (size_t i = 0; i < s->n; i++)
        g_free(s->v[i].bytes);
    g_free(s);
}

/* Builds a packet that lives as long as the test, and adds it. */
static uint8_t *
add(struct sink *s, const struct spec *spec)
{
    uint8_t *p = g_malloc(headers_of(spec) + spec->payload);

    offload_merge_add(&s->merge, p, build(p, spec));
    return p;
}

static void
check_merged(const struct sink *s, size_t i, size_t len, size_t segment)
{
    const uint8_t *p = s->v[i].bytes;
    const size_t t = p[0] >> 4 == 4 ? 20 : 40;
    const struct virtio_net_hdr *h = &s->v[i].hdr;
    g_autofree uint8_t *out = g_malloc(MAX);
    struct offload_cut cut_state;
    size_t n;

    g_assert_cmpuint(s->v[i].len, ==, len);
    if (segment == 0) {
        g_assert_cmpuint(h->gso_type, ==, VIRTIO_NET_HDR_GSO_NONE);
        g_assert_cmpuint(h->flags, ==, 0);
        return;
    }
    g_assert_cmpuint(h->flags, ==, VIRTIO_NET_HDR_F_NEEDS_CSUM);
    g_assert_cmpuint(h->gso_size, ==, segment);
    g_assert_cmpuint(h->csum_start, ==, t);
    /* The kernel would cut it into good packets again: so do we. */
    g_assert_true(offload_cut_begin(&cut_state, h, p, len));
    while ((n = offload_cut_next(&cut_state, out, MAX)) > 0)
        g_assert_true(packet_good(out, n));
    g_assert_false(offload_cut_left(&cut_state));
}

#define WITH_SINK(s)  struct sink *s = sink_new()
#define KEEP(list, p) g_ptr_array_add(list, p)

/* A run of equal segments becomes one packet; a short one ends it; the bytes are those sent. */
static void
merge_run(gconstpointer data)
{
    struct spec spec = *(const struct spec *)data;
    g_autoptr(GPtrArray) packets = g_ptr_array_new_with_free_func(g_free);
    const size_t payload = spec.payload, header = headers_of(&spec);
    WITH_SINK(s);

    spec.seq = 0xffffe000; /* wraps on the way */
    for (size_t i = 0; i < 20; i++, spec.seq += (uint32_t)payload, spec.id++)
        KEEP(packets, add(s, &spec));
    g_assert_cmpuint(s->n, ==, 0);
    spec.payload = payload / 2;
    KEEP(packets, add(s, &spec));
    g_assert_cmpuint(s->n, ==, 1);
    check_merged(s, 0, header + 20 * payload + payload / 2, payload);
    if (!spec.udp)
        for (size_t i = header; i < s->v[0].len; i++) {
            const uint32_t at = 0xffffe000 + (uint32_t)(i - header);
            g_assert_cmphex(s->v[0].bytes[i], ==, (uint8_t)(at * 7 + (at >> 8)));
        }
    sink_free(s);
}

/* Two packets that must not become one, and why. Order is kept. */
static const struct apart {
    const char *name;
    struct spec a, b;
} apart[] = {
    {"hole", {.flags = 16, .payload = 1000}, {.flags = 16, .payload = 1000, .seq = 2000}},
    {"again", {.flags = 16, .payload = 1000}, {.flags = 16, .payload = 1000}},
    {"longer", {.flags = 16, .payload = 1000}, {.flags = 16, .payload = 1001, .seq = 1000}},
    {"fin", {.flags = 16, .payload = 1000}, {.flags = 17, .payload = 1000, .seq = 1000}},
    {"cwr", {.flags = 16, .payload = 1000}, {.flags = 0x90, .payload = 1000, .seq = 1000}},
    {"ece", {.flags = 16, .payload = 1000}, {.flags = 0x50, .payload = 1000, .seq = 1000}},
    {"rst", {.flags = 16, .payload = 1000}, {.flags = 20, .payload = 1000, .seq = 1000}},
    {"urg", {.flags = 16, .payload = 1000}, {.flags = 48, .payload = 1000, .seq = 1000}},
    {"syn", {.flags = 16, .payload = 1000}, {.flags = 18, .payload = 1000, .seq = 1000}},
    {"pure-ack", {.flags = 16, .payload = 1000}, {.flags = 16, .seq = 1000}},
    {"options",
     {.flags = 16, .payload = 1000},
     {.flags = 16, .payload = 1000, .seq = 1000, .options = 12}},
    {"tos", {.flags = 16, .payload = 1000}, {.flags = 16, .payload = 1000, .seq = 1000, .tos = 3}},
    {"tos6",
     {.v6 = true, .flags = 16, .payload = 1000},
     {.v6 = true, .flags = 16, .payload = 1000, .seq = 1000, .tos = 3}},
    {"port",
     {.flags = 16, .payload = 1000},
     {.flags = 16, .payload = 1000, .seq = 1000, .port = 9}},
    {"protocol", {.udp = true, .payload = 1000}, {.flags = 16, .payload = 1000, .seq = 1000}},
    {"family",
     {.flags = 16, .payload = 1000},
     {.v6 = true, .flags = 16, .payload = 1000, .seq = 1000}},
    {"id",
     {.flags = 16, .payload = 1000, .fragmentable = true, .id = 5},
     {.flags = 16, .payload = 1000, .seq = 1000, .fragmentable = true, .id = 7}},
    {"df",
     {.flags = 16, .payload = 1000, .id = 5},
     {.flags = 16, .payload = 1000, .seq = 1000, .fragmentable = true, .id = 6}},
    {"ack", {.flags = 16, .payload = 1000}, {.flags = 16, .payload = 1000, .seq = 1000, .ack = 1}},
    {"window",
     {.flags = 16, .payload = 1000},
     {.flags = 16, .payload = 1000, .seq = 1000, .window = 1}},
    {"reserved",
     {.flags = 16, .payload = 1000, .reserved = true},
     {.flags = 16, .payload = 1000, .seq = 1000, .reserved = true}},
    {"fragments",
     {.flags = 16, .payload = 1000, .more_fragments = true, .id = 4},
     {.flags = 16, .payload = 1000, .seq = 1000, .more_fragments = true, .id = 5}},
    {"udp-longer", {.udp = true, .payload = 1000}, {.udp = true, .payload = 1001}},
};

static void
merge_apart(gconstpointer data)
{
    const struct apart *c = data;
    WITH_SINK(s);
    g_autofree uint8_t *a = add(s, &c->a), *b = add(s, &c->b);

    offload_merge_flush(&s->merge);
    g_assert_cmpuint(s->n, ==, 2);
    check_merged(s, 0, headers_of(&c->a) + c->a.payload, 0);
    check_merged(s, 1, headers_of(&c->b) + c->b.payload, 0);
    g_assert_cmpmem(s->v[0].bytes, s->v[0].len, a, s->v[0].len);
    g_assert_cmpmem(s->v[1].bytes, s->v[1].len, b, s->v[1].len);
    sink_free(s);
}

/* Each octet of the second packet broken in turn: never merged, passed on as it came. What the
 * checksums do not cover is the destination of nothing: there is no such octet. */
static void
merge_damaged(gconstpointer data)
{
    struct spec first = *(const struct spec *)data, second = first;
    const size_t n = headers_of(&first) + first.payload;

    second.seq += (uint32_t)first.payload;
    second.id++;
    for (size_t at = 0; at < n; at++) {
        WITH_SINK(s);
        g_autofree uint8_t *a = add(s, &first), *b = g_malloc(n), *broken = NULL;
        bool found = false;

        build(b, &second);
        b[at] ^= 0x15;
        broken = g_memdup2(b, n);
        offload_merge_add(&s->merge, b, n);
        offload_merge_flush(&s->merge);
        for (size_t i = 0; i < s->n; i++) {
            g_assert_cmpuint(s->v[i].hdr.gso_type, ==, 0);
            found |= s->v[i].len == n && memcmp(s->v[i].bytes, broken, n) == 0;
        }
        if (!first.v6 || at >= 8 || at == 0 || at == 4 || at == 5 || at == 6)
            g_assert_cmpuint(s->n, ==, 2);
        g_assert_true(found);
        sink_free(s);
    }
}

static void
merge_push_ends(void)
{
    const struct spec a = {.flags = FLAG_ACK, .payload = 1000};
    const struct spec b = {.flags = FLAG_ACK | FLAG_PSH, .payload = 1000, .seq = 1000};
    WITH_SINK(s);
    g_autofree uint8_t *p = add(s, &a), *q = add(s, &b);

    g_assert_cmpuint(s->n, ==, 1);
    check_merged(s, 0, 2040, 1000);
    g_assert_cmphex(s->v[0].bytes[20 + TCP_FLAGS], ==, FLAG_ACK | FLAG_PSH);
    sink_free(s);
}

/* Small packets in great number: no more than OFFLOAD_PARTS, no more than 64 kB. */
static void
merge_bounds(gconstpointer data)
{
    g_autoptr(GPtrArray) packets = g_ptr_array_new_with_free_func(g_free);
    struct spec spec = {.flags = FLAG_ACK, .payload = GPOINTER_TO_SIZE(data)};
    size_t total = 0;
    WITH_SINK(s);

    for (size_t i = 0; i < 3 * OFFLOAD_PARTS; i++, spec.seq += (uint32_t)spec.payload)
        KEEP(packets, add(s, &spec));
    offload_merge_flush(&s->merge);
    for (size_t i = 0; i < s->n; i++) {
        g_assert_cmpuint(s->v[i].len, <=, OFFLOAD_SUPER_MAX);
        g_assert_cmpuint(s->v[i].len, <=, 40 + OFFLOAD_PARTS * spec.payload);
        total += s->v[i].len - 40;
    }
    g_assert_cmpuint(total, ==, 3 * OFFLOAD_PARTS * spec.payload);
    sink_free(s);
}

/* More flows than buckets, interleaved: nothing is lost, and each flow stays in order. */
static void
merge_many_flows(void)
{
    enum { FLOWS = 11, EACH = 12 };
    g_autoptr(GPtrArray) packets = g_ptr_array_new_with_free_func(g_free);
    uint32_t next[FLOWS] = {0};
    WITH_SINK(s);

    for (uint32_t i = 0; i < EACH * FLOWS; i++) {
        const struct spec spec = {.flags = FLAG_ACK,
                                  .payload = 100,
                                  .seq = i / FLOWS * 100,
                                  .port = (uint16_t)(1 + i % FLOWS)};
        KEEP(packets, add(s, &spec));
    }
    offload_merge_flush(&s->merge);
    for (size_t i = 0; i < s->n; i++) {
        const size_t flow = get16(s->v[i].bytes + 20) - 1u;
        g_assert_cmpuint(get32(s->v[i].bytes + 24), ==, next[flow]);
        next[flow] += (uint32_t)(s->v[i].len - 40);
    }
    for (size_t i = 0; i < FLOWS; i++)
        g_assert_cmpuint(next[i], ==, EACH * 100);
    sink_free(s);
}

static void
merge_fragment_flushes(void)
{
    const struct spec spec = {.flags = FLAG_ACK, .payload = 1000};
    WITH_SINK(s);
    g_autofree uint8_t *a = add(s, &spec), *b = g_malloc(MAX);
    const size_t n = build(b, &spec);

    b[6] = 0x20; /* more fragments */
    offload_merge_add(&s->merge, b, n);
    g_assert_cmpuint(s->n, ==, 2);
    g_assert_cmphex(s->v[0].bytes[6], ==, 0x40);
    g_assert_cmphex(s->v[1].bytes[6], ==, 0x20);
    sink_free(s);
}

/* A TUN without offload gets each packet by itself, untouched. */
static void
merge_not_offered(void)
{
    const struct spec a = {.flags = FLAG_ACK, .payload = 1000};
    const struct spec b = {.flags = FLAG_ACK, .payload = 1000, .seq = 1000};
    const struct spec u = {.udp = true, .payload = 1000};
    WITH_SINK(s);

    s->merge.tso = s->merge.uso = false;
    g_autofree uint8_t *p = add(s, &a), *q = add(s, &b), *r = add(s, &u), *t = add(s, &u);
    g_assert_cmpuint(s->n, ==, 4);
    sink_free(s);
}

/* A UDP checksum of zero says "none": nothing can be verified, so nothing is merged. */
static void
merge_udp_without_checksum(void)
{
    const struct spec u = {.udp = true, .payload = 500};
    uint8_t a[600], b[600];
    const size_t n = build(a, &u);
    WITH_SINK(s);

    build(b, &u);
    set16(a + 26, 0);
    set16(b + 26, 0);
    offload_merge_add(&s->merge, a, n);
    offload_merge_add(&s->merge, b, n);
    g_assert_cmpuint(s->n, ==, 2);
    sink_free(s);
}

static void
sum_matches(void)
{
    uint8_t bytes[300];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 151 + 13);
    for (size_t from = 0; from < 40; from++)
        for (size_t n = 0; from + n <= sizeof bytes; n++) {
            const uint16_t got = offload_fold(offload_sum(0, bytes + from, n));
            g_assert_cmphex(ntohs(got), ==, ~add_words(0, bytes + from, n) & 0xffff);
        }
    const uint64_t odd = 0xfedcba9876543210; /* what came before may fill the word */
    const uint8_t words[8] = {0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10};
    g_assert_cmphex(ntohs(offload_fold(offload_sum(GUINT64_TO_BE(odd), bytes, 200))), ==,
                    ~add_words(add_words(0, words, 8), bytes, 200) & 0xffff);
    memset(bytes, 0xff, sizeof bytes);
    g_assert_cmphex(offload_fold(offload_sum(0, bytes, sizeof bytes)), ==, 0);
    g_assert_cmphex(offload_fold(0), ==, 0xffff);
}

/* A copy and nothing beside it, and the sum of it. */
static void
copy_matches(void)
{
    uint8_t from[300], to[302];

    for (size_t i = 0; i < sizeof from; i++)
        from[i] = (uint8_t)(i * 151 + 13);
    for (size_t at = 0; at < 17; at++)
        for (size_t n = 0; at + n <= sizeof from; n++) {
            memset(to, 0xaa, sizeof to);
            g_assert_cmphex(offload_fold(offload_copy(7, to + 1, from + at, n)), ==,
                            offload_fold(offload_sum(7, from + at, n)));
            g_assert_cmpmem(to + 1, n, from + at, n);
            g_assert_cmphex(to[0], ==, 0xaa);
            g_assert_cmphex(to[n + 1], ==, 0xaa);
        }
}

static const struct spec runs[] = {
    {.flags = FLAG_ACK, .payload = 1348, .options = 12},
    {.v6 = true, .flags = FLAG_ACK | FLAG_ECE, .payload = 1328},
    {.udp = true, .payload = 1200},
    {.v6 = true, .udp = true, .payload = 1200},
    {.flags = FLAG_ACK, .payload = 1001, .fragmentable = true, .id = 65530},
};

static const struct spec damaged[] = {
    {.flags = FLAG_ACK, .payload = 61, .options = 4},
    {.v6 = true, .flags = FLAG_ACK, .payload = 60},
    {.udp = true, .payload = 33},
};

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/offload/sum", sum_matches);
    g_test_add_func("/offload/copy", copy_matches);
    g_test_add_func("/offload/cut/ip-options", cut_ip_options);
    for (size_t i = 0; i < G_N_ELEMENTS(cut_cases); i++) {
        g_autofree char *name = g_strconcat("/offload/cut/", cut_cases[i].name, NULL);
        g_test_add_data_func(name, &cut_cases[i], cut);
    }
    g_test_add_func("/offload/cut/no-offload", cut_without_offload);
    g_test_add_func("/offload/cut/udp-zero-sum", cut_udp_zero_sum);
    g_test_add_func("/offload/cut/never-loses-the-last", cut_never_loses_the_last);
    g_test_add_func("/offload/cut/refuses", cut_refuses);
    for (size_t i = 0; i < G_N_ELEMENTS(runs); i++) {
        g_autofree char *name = g_strdup_printf("/offload/merge/run-%zu", i);
        g_test_add_data_func(name, &runs[i], merge_run);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(apart); i++) {
        g_autofree char *name = g_strconcat("/offload/merge/apart-", apart[i].name, NULL);
        g_test_add_data_func(name, &apart[i], merge_apart);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(damaged); i++) {
        g_autofree char *name = g_strdup_printf("/offload/merge/damaged-%zu", i);
        g_test_add_data_func(name, &damaged[i], merge_damaged);
    }
    g_test_add_func("/offload/merge/push-ends", merge_push_ends);
    g_test_add_data_func("/offload/merge/bounds-small", GSIZE_TO_POINTER(10), merge_bounds);
    g_test_add_data_func("/offload/merge/bounds-large", GSIZE_TO_POINTER(1400), merge_bounds);
    g_test_add_func("/offload/merge/many-flows", merge_many_flows);
    g_test_add_func("/offload/merge/fragment-flushes", merge_fragment_flushes);
    g_test_add_func("/offload/merge/not-offered", merge_not_offered);
    g_test_add_func("/offload/merge/udp-without-checksum", merge_udp_without_checksum);
    return g_test_run();
}
