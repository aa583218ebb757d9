/*
 * test-sim-softether.c - a link to a server that reads as SoftEther 5.01 does: one frame each time
 * that it is woken, and what it cannot use yet goes back into the queue, or away. Sent to it too
 * early, nothing is lost but time, of which there is none to lose when several dial at once.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ppp-link-world.h"

enum { CLOSED, CONFIG, CONFIG_WAIT, OPENED, QUEUE = 64 };

struct frame {
    guint ticks;
    gsize len;
    guint8 bytes[64];
};

static struct server {
    struct frame in[QUEUE], shelf[QUEUE], out[QUEUE];
    gsize n_in, n_shelf, n_out;
    int ip4, ip6;
    guint shelved4, dropped; /* its IPCP requests put back, packets of IPv4 thrown away */
    bool answered;           /* the owner's question */
    GString *heard;
} s;

static void
append(struct frame *list, gsize *n, struct rd bytes, guint ticks)
{
    g_assert_cmpuint(*n, <, QUEUE);
    list[*n] = (struct frame){.ticks = ticks, .len = bytes.left};
    g_assert_cmpuint(bytes.left, <=, sizeof list[*n].bytes);
    memcpy(list[(*n)++].bytes, bytes.p, bytes.left);
}

static struct frame
take(struct frame *list, gsize *n, gsize at)
{
    const struct frame f = list[at];

    memmove(list + at, list + at + 1, (--*n - at) * sizeof *list);
    return f;
}

static void
says(struct rd bytes)
{
    append(s.out, &s.n_out, bytes, 0);
}

static void
says_code(const struct frame *f, guint8 code)
{
    guint8 bytes[sizeof f->bytes];

    memcpy(bytes, f->bytes, f->len);
    bytes[4] = code;
    says(rd_over(bytes, f->len));
}

/* A request of the client's whose options are good. */
static void
good_request(const struct frame *f, int *state, const char *own)
{
    if (*state == CLOSED) {
        says(hex(own));
        *state = CONFIG;
    }
    if (*state == CONFIG) {
        s.shelved4 += state == &s.ip4;
        append(s.shelf, &s.n_shelf, rd_over(f->bytes, f->len), 1);
        return;
    }
    says_code(f, PPP_CONF_ACK);
    *state = OPENED;
}

static void
handle(const struct frame *f)
{
    static const char own4[] = "ff038021 0103000a 03060a000001";
    static const char own6[] = "ff038057 0104000e 010a0000000000000099";
    const guint protocol = (guint)(f->bytes[2] << 8 | f->bytes[3]);
    const bool first = f->len > 11 && f->bytes[10] == 0;
    int *state = protocol == 0x8057 ? &s.ip6 : &s.ip4;

    g_string_append_printf(s.heard, "%x:%x ", protocol, f->bytes[4]);
    if (protocol == 0x0021) {
        s.dropped += s.ip4 != OPENED;
        s.answered |= s.ip4 == OPENED;
    } else if (f->bytes[4] == PPP_CONF_ACK && *state == CONFIG) {
        *state = CONFIG_WAIT;
    } else if (f->bytes[4] == PPP_CONF_REQ && protocol == 0x8021 && first) {
        guint8 nak[28];

        memcpy(nak, hex("ff038021 03010016 03060a000002 81060a000035 83060a000036").p, 26);
        nak[5] = f->bytes[5];
        says(rd_over(nak, 26));
        if (s.ip4 == CLOSED)
            says(hex(own4));
        s.ip4 = s.ip4 == CLOSED ? CONFIG : s.ip4;
    } else if (f->bytes[4] == PPP_CONF_REQ) {
        good_request(f, state, state == &s.ip6 ? own6 : own4);
    }
}

/* What was put back goes first, when it is its turn; else one frame is read. */
static void
wake(void)
{
    struct frame f;

    for (gsize i = 0; i < s.n_shelf; i++) {
        if (s.shelf[i].ticks > 0) {
            s.shelf[i].ticks--;
            continue;
        }
        f = take(s.shelf, &s.n_shelf, i);
        handle(&f);
        return;
    }
    if (s.n_in > 0) {
        f = take(s.in, &s.n_in, 0);
        handle(&f);
    }
}

/* Each frame wakes the server once. The owner has a question for who gave the address, at once. */
static void
client_speaks(void)
{
    static const char question[] = "ff030021 4500001c 00000000 40000000 0a000002 ffffffff 0044";
    struct ppp_link_item item;

    while (ppp_link_poll(&link_, &item)) {
        struct rd frame = item.frame;

        if (item.type == PPP_LINK_ADDRESS)
            frame = hex(question);
        else if (item.type != PPP_LINK_FRAME)
            tell(&item);
        if (item.type != PPP_LINK_ADDRESS && item.type != PPP_LINK_FRAME)
            continue;
        append(s.in, &s.n_in, frame, 0);
        wake();
    }
}

/* Until nobody speaks; the client sees one frame at a time. */
static void
talk(void)
{
    struct rd packet;

    client_speaks();
    while (s.n_out > 0) {
        const struct frame f = take(s.out, &s.n_out, 0);

        ppp_link_receive(&link_, now, keep(f.bytes, f.len), &packet);
        client_speaks();
    }
}

/* The server's clock. IPv6 needs it: the Ack that wakes it only leads to the request put back. */
static void
ticks(void)
{
    for (int i = 0; i < 8; i++) {
        wake();
        talk();
    }
}

/* LCP without authentication, answered by hand; @magic: the client's magic number is refused. Its
 * requests have the identifiers @id and the next. */
static void
agree_on_lcp(bool magic, guint8 id)
{
    guint8 answer[14], ack[8], request[8];
    struct ppp_link_item item;
    struct rd packet;

    memcpy(answer, hex("ff03c021 0200000a 0506").p, 10);
    answer[4] = magic ? PPP_CONF_REJ : PPP_CONF_ACK;
    answer[5] = id;
    for (guint i = 0; i < 4; i++)
        answer[10 + i] = (guint8)(link_.lcp.magic >> (24 - 8 * i));
    ppp_link_receive(&link_, now, keep(answer, sizeof answer), &packet);
    while (ppp_link_poll(&link_, &item)) /* LCP is not what this is about */
        ;
    memcpy(ack, hex("ff03c021 02000004").p, sizeof ack);
    ack[5] = (guint8)(id + 1);
    if (magic)
        ppp_link_receive(&link_, now, keep(ack, sizeof ack), &packet);
    if (link_.lcp.fsm.state == PPP_OPENED)
        return;
    memcpy(request, hex("ff03c021 01000004").p, sizeof request);
    ppp_link_receive(&link_, now, keep(request, sizeof request), &packet);
    while (ppp_link_poll(&link_, &item) && item.type == PPP_LINK_FRAME && item.frame.p[2] == 0xc0)
        ;
    g_assert_cmpint(item.type, ==, PPP_LINK_LCP_UP);
}

static void
start(bool magic)
{
    struct ppp_link_params client = usual;

    if (s.heard != NULL)
        g_string_free(s.heard, TRUE);
    s = (struct server){.heard = g_string_new(NULL)};
    client.auth |= PPP_AUTH_NONE;
    client.reliable = client.nbns = true;
    init(&client, &server);
    ppp_link_up(&link_, now);
    agree_on_lcp(magic, 1);
}

/* IPCP alone and Ack before request; the question when it can be answered; IPv6 when it was. The
 * server is never woken by its clock, and puts back no request of IPCP. */
static void
test_one_thing_at_a_time(void)
{
    start(true);
    talk();
    g_assert_cmpstr(s.heard->str, ==, "8021:1 8021:2 8021:1 21:45 ");
    g_assert_cmpint(s.ip4, ==, OPENED);
    g_assert_cmpuint(s.shelved4 + s.dropped, ==, 0);
    g_assert_true(s.answered);
    ppp_link_start_network(&link_, now);
    talk();
    g_assert_cmpstr(s.heard->str, ==, "8021:1 8021:2 8021:1 21:45 8057:1 8057:2 ");
    ticks();
    g_assert_cmpint(s.ip6, ==, OPENED);
    g_assert_cmpstr(story->str, ==, "authenticated up ");
}

/* LCP anew, of a link that is up: both protocols return. */
static void
test_negotiated_again(void)
{
    start(true);
    talk();
    ppp_link_start_network(&link_, now);
    talk();
    ticks();
    s.ip4 = s.ip6 = CLOSED;
    ppp_link_receive(&link_, now, hex("ff03c021 01090004"), &(struct rd){0});
    g_assert_cmpint(link_.lcp.fsm.state, ==, PPP_ACK_SENT);
    agree_on_lcp(true, link_.lcp.fsm.request_id);
    talk();
    ticks();
    g_assert_cmpint(s.ip4, ==, OPENED);
    g_assert_cmpint(s.ip6, ==, OPENED);
}

/* IPv4 is not held up by an answer that never comes; then IPv6 has its turn all the same. */
static void
test_no_answer(void)
{
    start(true);
    talk();
    g_assert_cmpstr(story->str, ==, "authenticated ");
    now += 600 * USEC_PER_MSEC;
    ppp_link_expire(&link_, now);
    talk();
    g_assert_cmpstr(story->str, ==, "authenticated up ");
    g_assert_cmpstr(s.heard->str, ==, "8021:1 8021:2 8021:1 21:45 8057:1 8057:2 ");
    ticks();
    g_assert_cmpstr(story->str, ==, "authenticated up changed ");
}

/* Without IPv4 there is nothing to wait for. */
static void
test_no_ipv4(void)
{
    start(true);
    ppp_link_receive(&link_, now, hex("ff03c021 0801000a 8021 0101 0004"), &(struct rd){0});
    talk();
    g_assert_nonnull(strstr(s.heard->str, "8057:1 "));
}

/* This is not how everybody is talked to: it costs round trips. And what came of it here. */
static void
test_all_at_once(void)
{
    start(false);
    talk();
    g_assert_cmpint(s.ip4, !=, OPENED); /* it waits for its clock */
    g_assert_cmpuint(s.shelved4 + s.dropped, >, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim-softether/one-thing-at-a-time", test_one_thing_at_a_time);
    g_test_add_func("/sim-softether/negotiated-again", test_negotiated_again);
    g_test_add_func("/sim-softether/no-answer", test_no_answer);
    g_test_add_func("/sim-softether/no-ipv4", test_no_ipv4);
    g_test_add_func("/sim-softether/all-at-once", test_all_at_once);
    return g_test_run();
}
