/*
 * test-offload-acks.c - which acknowledgements without data are left out, and which never (RFC 3449
 * section 5.2.1): pairs of packets that came together, and what is written of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "offload-packet.h"
#include "offload.h"

enum { MAX = 200, SACK = 5, TIMES = 8, FIRST = 0x0101 /* with the padding before it */ };
enum { SYN = 2, RST = 4, URG = 32 };

struct ack {
    uint32_t seq, ack;
    uint8_t flags;  /* and ACK */
    uint32_t time;  /* 0: no option */
    uint8_t option; /* instead of the timestamps' number */
    uint16_t window, port;
    uint8_t tos;
    size_t payload;
    bool v6, reserved, damaged;
};

static size_t
build(uint8_t *p, const struct ack *a)
{
    const size_t ip = a->v6 ? IP6_HEADER : IP4_HEADER;
    const size_t tcp = TCP_HEADER + (a->time != 0 ? TCP_TIMESTAMPS : 0), n = ip + tcp + a->payload;
    const uint16_t pseudo = (uint16_t)(PROTOCOL_TCP + tcp + a->payload);
    uint8_t *const t = p + ip, length[2];
    uint16_t sum;

    memset(p, 0, n);
    p[0] = a->v6 ? 0x60 : 0x45;
    p[1] = a->tos;
    set16(p + (a->v6 ? IP6_LENGTH : IP4_TOTAL), a->v6 ? n - ip : n);
    p[a->v6 ? IP6_NEXT : IP4_PROTOCOL] = PROTOCOL_TCP;
    if (!a->v6) {
        p[IP4_FRAGMENT] = IP4_DONT_FRAGMENT;
        p[IP4_TTL] = 64;
        sum = offload_fold(offload_sum(0, p, ip));
        memcpy(p + IP4_CHECKSUM, &sum, 2);
    }
    set16(t, 5201u + a->port);
    set32(t + TCP_SEQUENCE, a->seq);
    set32(t + TCP_ACK, a->ack);
    t[TCP_OFFSET] = (uint8_t)(tcp / 4 << 4 | a->reserved);
    t[TCP_FLAGS] = FLAG_ACK | a->flags;
    set16(t + TCP_WINDOW, 500u + a->window);
    if (a->time != 0) {
        set16(t + TCP_HEADER, FIRST);
        t[TCP_HEADER + 2] = a->option != 0 ? a->option : TIMES;
        t[TCP_HEADER + 3] = 10;
        set32(t + TCP_TIME, a->time);
    }
    set16(length, pseudo);
    sum =
        offload_fold(offload_sum(offload_sum(offload_sum(0, length, 2),
                                             p + (a->v6 ? IP6_SOURCE : IP4_SOURCE), a->v6 ? 32 : 8),
                                 t, tcp + a->payload));
    memcpy(t + TCP_CHECKSUM, &sum, 2);
    t[TCP_CHECKSUM] ^= a->damaged;
    return n;
}

struct sink {
    struct offload_merge merge;
    size_t n, packets;
    uint8_t kept[64][MAX], written[64][MAX];
};

static void
sink_write(void *owner, const struct iovec *iov, size_t n)
{
    struct sink *s = owner;
    const struct virtio_net_hdr plain = {0};

    g_assert_cmpuint(n, ==, 2); /* nothing here is joined */
    g_assert_cmpmem(iov[0].iov_base, iov[0].iov_len, &plain, sizeof plain);
    memcpy(s->written[s->n++], iov[1].iov_base, iov[1].iov_len);
}

static struct sink *
sink_new(void)
{
    struct sink *s = g_new0(struct sink, 1);

    s->merge = (struct offload_merge){.tso = true, .uso = true, .write = sink_write, .owner = s};
    return s;
}

static void
add(struct sink *s, const struct ack *a)
{
    uint8_t *const p = s->kept[s->packets++];

    offload_merge_add(&s->merge, p, build(p, a));
}

/* The next that was written. */
static void
check(struct sink *s, size_t i, const struct ack *a)
{
    uint8_t want[MAX];
    const size_t n = build(want, a);

    g_assert_cmpuint(i, <, s->n);
    g_assert_cmpmem(s->written[i], n, want, n);
}

static const struct pair {
    const char *name;
    bool both; /* are written */
    struct ack a, b;
} pairs[] = {
    /* clang-format off */
    {"more", false, {.ack = 1000}, {.ack = 2000}},
    {"more-ipv6", false, {.ack = 1000, .v6 = true}, {.ack = 2000, .v6 = true}},
    {"round-zero", false, {.ack = 0xffffff00}, {.ack = 0x100}},
    {"window", false, {.ack = 1000}, {.ack = 2000, .window = 9}},
    {"timestamps", false, {.ack = 1000, .time = 7}, {.ack = 2000, .time = 7}},
    {"timestamps-round-zero", false, {.ack = 1000, .time = 0xfffffff0}, {.ack = 2000, .time = 5}},
    {"again", true, {.ack = 1000}, {.ack = 1000}}, /* tells of a loss */
    {"less", true, {.ack = 1000}, {.ack = 999}},
    {"window-alone", true, {.ack = 1000}, {.ack = 1000, .window = 9}},
    {"another-place", true, {.ack = 1000}, {.ack = 2000, .seq = 1}}, /* a probe, or data between */
    {"data", true, {.ack = 1000}, {.ack = 2000, .payload = 10}},
    {"after-data", true, {.ack = 1000, .payload = 10}, {.ack = 2000}},
    {"syn", true, {.ack = 1000, .flags = SYN}, {.ack = 2000}},
    {"fin", true, {.ack = 1000, .flags = FLAG_FIN}, {.ack = 2000}},
    {"then-fin", true, {.ack = 1000}, {.ack = 2000, .flags = FLAG_FIN}},
    {"then-rst", true, {.ack = 1000}, {.ack = 2000, .flags = RST}},
    {"push", true, {.ack = 1000, .flags = FLAG_PSH}, {.ack = 2000}},
    {"urgent", true, {.ack = 1000, .flags = URG}, {.ack = 2000}},
    {"congestion", true, {.ack = 1000, .flags = FLAG_ECE}, {.ack = 2000}},
    {"congestion-again", true, {.ack = 1000, .flags = FLAG_ECE}, {.ack = 2000, .flags = FLAG_ECE}},
    {"reduced", true, {.ack = 1000, .flags = FLAG_CWR}, {.ack = 2000}},
    {"accurate-ecn", true, {.ack = 1000, .reserved = true}, {.ack = 2000, .reserved = true}},
    {"sack", true, {.ack = 1000, .time = 7, .option = SACK}, {.ack = 2000, .time = 7}},
    {"then-sack", true, {.ack = 1000, .time = 7}, {.ack = 2000, .time = 7, .option = SACK}},
    {"sack-twice", true, {.ack = 1000, .time = 7, .option = SACK},
                         {.ack = 2000, .time = 7, .option = SACK}},
    {"no-timestamps", true, {.ack = 1000, .time = 7}, {.ack = 2000}},
    {"older", true, {.ack = 1000, .time = 7}, {.ack = 2000, .time = 6}}, /* PAWS drops it */
    {"ecn", true, {.ack = 1000}, {.ack = 2000, .tos = 3}},
    {"ecn-ipv6", true, {.ack = 1000, .v6 = true}, {.ack = 2000, .v6 = true, .tos = 3}},
    {"port", true, {.ack = 1000}, {.ack = 2000, .port = 1}},
    {"damaged", true, {.ack = 1000}, {.ack = 2000, .damaged = true}},
    {"after-damage", true, {.ack = 1000, .damaged = true}, {.ack = 2000}},
    /* clang-format on */
};

static void
test_pair(gconstpointer data)
{
    const struct pair *c = data;
    g_autofree struct sink *s = sink_new();

    add(s, &c->a);
    add(s, &c->b);
    offload_merge_flush(&s->merge);
    g_assert_cmpuint(s->n, ==, c->both ? 2 : 1);
    g_assert_cmpuint(s->merge.superseded, ==, !c->both);
    if (c->both)
        check(s, 0, &c->a);
    check(s, s->n - 1, &c->b);
}

/* Of many flows each one's last; and none of it waits for the next time. */
static void
test_many(void)
{
    g_autofree struct sink *s = sink_new();
    struct ack a = {0};

    for (int i = 0; i < 30; i++) {
        a = (struct ack){.ack = 1000u * (unsigned)i, .port = (uint16_t)(i % 3)};
        add(s, &a);
    }
    g_assert_cmpuint(s->n, ==, 0);
    offload_merge_flush(&s->merge);
    g_assert_cmpuint(s->n, ==, 3);
    for (uint16_t i = 0; i < 3; i++)
        check(s, i, &(struct ack){.ack = 27000 + 1000u * i, .port = i});
    g_assert_cmpuint(s->merge.superseded, ==, 27);
    a.ack += 1000;
    add(s, &a);
    offload_merge_flush(&s->merge);
    check(s, 3, &a);
    g_assert_cmpuint(s->n, ==, 4);
}

/* What was sent between two is written between them. */
static void
test_order(void)
{
    const struct ack run[] = {{.ack = 1000},
                              {.ack = 2000},
                              {.ack = 2000, .payload = 10},
                              {.ack = 3000, .seq = 10},
                              {.ack = 4000, .seq = 10}};
    g_autofree struct sink *s = sink_new();

    for (size_t i = 0; i < G_N_ELEMENTS(run); i++)
        add(s, &run[i]);
    offload_merge_flush(&s->merge);
    g_assert_cmpuint(s->n, ==, 3);
    for (size_t i = 0; i < 3; i++)
        check(s, i, &run[1 + i + i / 2]);
}

static void
test_not_offered(void)
{
    g_autofree struct sink *s = sink_new();

    s->merge.tso = false;
    add(s, &(struct ack){.ack = 1000});
    add(s, &(struct ack){.ack = 2000});
    g_assert_cmpuint(s->n, ==, 2);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autofree char *name = g_strdup_printf("/offload-acks/%s", pairs[i].name);
        g_test_add_data_func(name, &pairs[i], test_pair);
    }
    g_test_add_func("/offload-acks/many", test_many);
    g_test_add_func("/offload-acks/order", test_order);
    g_test_add_func("/offload-acks/not-offered", test_not_offered);
    return g_test_run();
}
