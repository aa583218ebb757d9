/*
 * test-sim-session.c - the edges of a session's calls: what the owner may hand in and gets out.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "session-priv.h"
#include "sim.h"

#define MS USEC_PER_MSEC

/* A call that is up, with nothing on the wire. */
static void
up(struct sim *s, struct sim_params *p)
{
    p->delay = MS;
    p->hang_up = 3600 * USEC_PER_SEC;
    sim_start(s, p);
    while (!s->came_up)
        g_assert_true(sim_step(s));
    for (usec_t until = s->now + 100 * MS;
         usec_min(session_deadline(s->client), ras_core_deadline(s->server)) < until;)
        g_assert_true(sim_step(s));
}

static void
put_frame(GByteArray *a, const char *head, gsize n_head, const void *body, gsize n)
{
    const guint8 sstp[] = {0x10, 0, (guint8)((n_head + n + 4) >> 8), (guint8)(n_head + n + 4)};

    g_byte_array_append(a, sstp, 4);
    g_byte_array_append(a, (const guint8 *)head, (guint)n_head);
    g_byte_array_append(a, body, (guint)n);
}

static void
test_seal(void)
{
    struct sim_params p = {0};
    struct sim s;
    guint8 room[2 * 2048] = {0};

    up(&s, &p);
    const struct session_framing f = session_framing(s.client);
    g_assert_cmpuint(f.head, ==, 8);
    g_assert_cmpuint(f.tail, ==, 0);
    g_assert_true(f.stream);
    g_assert_cmpuint(f.mtu, ==, s.settings.mtu);

    /* Two packets with f.head octets between them become one piece. */
    guint8 *first = room + f.head, *second = first + 100 + f.head;
    size_t n1 = 100, n2 = f.mtu;
    first[0] = 0x45;
    second[0] = 0x60;
    g_assert_true(session_seal(s.client, &first, &n1));
    g_assert_true(session_seal(s.client, &second, &n2));
    g_assert_true(first == room);
    g_assert_true(second == first + n1);
    g_assert_cmpuint(n2, ==, f.mtu + 8u);
    g_assert_cmpmem(first, 8, "\x10\0\0\x6c\xff\x03\0\x21", 8);
    g_assert_cmpmem(second + 4, 4, "\xff\x03\0\x57", 4);
    g_assert_cmpuint((gsize)second[2] << 8 | second[3], ==, n2);

    static const struct {
        guint8 version;
        int n; /* over the MTU, or as it is */
    } bad[] = {{0x00, 100}, {0xf0, 100}, {0x50, 100}, {0x40, 19}, {0x40, 0}, {0x40, -1}};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        guint8 *at = room + f.head;
        size_t n = bad[i].n < 0 ? f.mtu + 1u : (size_t)bad[i].n;
        *at = bad[i].version;
        g_assert_false(session_seal(s.client, &at, &n));
        g_assert_true(at == room + f.head);
    }

    /* Many at once are the same as one after the other, less those that can not go. */
    guint8 *const in = room + f.head;
    struct session_packet v[] = {{in, 100}, {in + 200, 19}, {in + 400, f.mtu}, {in + 200, 50}};
    in[0] = in[400] = 0x45;
    in[200] = 0x60;
    g_assert_cmpuint(session_seal_batch(s.client, v, G_N_ELEMENTS(v)), ==, 3);
    g_assert_true(v[0].p == in - f.head && v[1].p == in + 400 - f.head &&
                  v[2].p == in + 200 - f.head);
    g_assert_cmpuint(v[0].len, ==, 108);
    g_assert_cmpuint(v[1].len, ==, f.mtu + 8u);
    g_assert_cmpmem(v[2].p + 4, 4, "\xff\x03\0\x57", 4);

    session_close(s.client, s.now);
    first = room + f.head;
    n1 = 100;
    *first = 0x45;
    g_assert_false(session_seal(s.client, &first, &n1));
    sim_clear(&s);
}

/* More packets than a batch holds: the rest waits for the next call; nothing is copied. */
static void
test_batch(void)
{
    struct sim_params p = {0};
    struct sim s;
    g_autoptr(GByteArray) a = g_byte_array_new();
    static struct session_packets packets;
    guint8 packet[40] = {0x45};
    gsize done = 0, found = 0, calls = 0;

    up(&s, &p);
    for (int i = 0; i < 300; i++) {
        packet[4] = (guint8)i;
        put_frame(a, "\xff\x03\0\x21", 4, packet, sizeof packet);
    }
    g_byte_array_append(a, (const guint8 *)"\x10\0\0", 3); /* and the start of another one */
    do {
        const size_t used = session_receive(s.client, s.now, CHANNEL_STREAM, a->data + done,
                                            a->len - done, &packets);
        for (gsize i = 0; i < packets.n; i++, found++) {
            g_assert_true(packets.v[i].p == a->data + 48 * found + 8);
            g_assert_cmpuint(packets.v[i].len, ==, 40);
            g_assert_cmpuint(packets.v[i].p[4], ==, (guint8)found);
        }
        done += used;
        calls++;
    } while (packets.n == SESSION_BATCH);
    g_assert_cmpuint(found, ==, 300);
    g_assert_cmpuint(calls, ==, 3);
    g_assert_cmpuint(a->len - done, ==, 3);
    sim_clear(&s);
}

/* Threats P15, I5: what is no packet is dropped and counted, and harms nobody. */
static void
test_bad_frames(void)
{
    static const struct {
        const char *why, *v;
        gsize n, pad;
    } rows[] = {
#define ROW(why, v, pad) {why, v, sizeof v - 1, pad}
        ROW("empty", "", 0),
        ROW("one octet", "\xff", 0),
        ROW("ff 03", "\xff\x03", 0),
        ROW("a protocol with an even end", "\xff\x03\xc0\x20\1\1\0\4", 0),
        ROW("protocol 0", "\xff\x03\0\0", 30),
        ROW("protocol ffff", "\xff\x03\xff\xff", 30),
        ROW("IPv4 of nothing", "\xff\x03\0\x21", 0),
        ROW("IPv4 of 19 octets", "\xff\x03\0\x21\x45", 18),
        ROW("version 0", "\xff\x03\0\x21\x05", 60),
        ROW("version 15", "\xff\x03\0\x21\xf5", 60),
        ROW("IPv6 as IPv4", "\xff\x03\0\x21\x60", 60),
        ROW("IPv4 as IPv6", "\xff\x03\0\x57\x45", 60),
        ROW("IPv6 of 39 octets", "\xff\x03\0\x57\x60", 38),
        ROW("longer than the MTU", "\xff\x03\0\x21\x45", 1500),
        ROW("as long as SSTP goes", "\xff\x03\0\x21\x45", 4095 - 4 - 5),
        ROW("LCP of no length", "\xff\x03\xc0\x21\1", 0),
        ROW("LCP echo with a length of 3", "\xff\x03\xc0\x21\x09\1\0\3", 4),
    };
    struct sim_params p = {0};
    struct sim s;

    up(&s, &p);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) a = g_byte_array_new();
        g_autofree guint8 *body = g_malloc0(rows[i].n + rows[i].pad + 1);
        const guint64 dropped = session_dropped(s.client), got = s.client_packets;

        g_test_message("%s", rows[i].why);
        memcpy(body, rows[i].v, rows[i].n);
        put_frame(a, "", 0, body, rows[i].n + rows[i].pad);
        sim_feed(&s, a->data, a->len);
        g_assert_cmpuint(s.client_packets, ==, got);
        if (!g_str_equal(rows[i].why, "protocol ffff")) /* that one is rejected, politely */
            g_assert_cmpuint(session_dropped(s.client), ==, dropped + 1);
        g_assert_false(s.ended);
    }
    /* The short forms of a header are understood whether or not they were agreed on. */
    g_autoptr(GByteArray) a = g_byte_array_new();
    guint8 packet[40] = {0x45};
    put_frame(a, "\xff\x03\x21", 3, packet, 40);
    put_frame(a, "\0\x21", 2, packet, 40);
    put_frame(a, "\x21", 1, packet, 40);
    const guint64 got = s.client_packets;
    sim_feed(&s, a->data, a->len);
    g_assert_cmpuint(s.client_packets, ==, got + 3);
    sim_clear(&s);
}

/* Threats H6: a packet that comes before CALL_CONNECTED has left is nobody's. */
static void
test_data_too_early(void)
{
    struct sim_params p = {.delay = MS, .hang_up = 3600 * USEC_PER_SEC};
    struct sim s;
    g_autoptr(GByteArray) a = g_byte_array_new();
    guint8 packet[40] = {0x45}, *at = packet;
    size_t n = sizeof packet;

    put_frame(a, "\xff\x03\0\x21", 4, packet, 40);
    sim_start(&s, &p);
    while (!s.said_connected) {
        if (s.client->sstp.reply.state == SSTP_HTTP_ACCEPTED) {
            const guint64 dropped = session_dropped(s.client);
            sim_feed(&s, a->data, a->len);
            if (!s.said_connected)
                g_assert_cmpuint(session_dropped(s.client), >, dropped);
        }
        g_assert_false(session_seal(s.client, &at, &n));
        g_assert_true(sim_step(&s));
    }
    g_assert_cmpuint(s.client_packets, ==, 0);
    sim_clear(&s);
}

static void
idle(struct ras_config *config, struct dial_plan *plan)
{
    (void)config;
    plan->idle_timeout_s = 120;
}

static void
test_idle(void)
{
    struct sim_params p = {.tweak = idle, .delay = MS, .hang_up = 3600 * USEC_PER_SEC};
    struct sim s;

    sim_run(&s, &p);
    g_assert_cmpint(s.end.error, ==, RAS_IDLE_TIMEOUT);
    g_assert_cmpuint(s.ended_after - s.up_after, >=, 119 * USEC_PER_SEC);
    g_assert_cmpuint(s.ended_after - s.up_after, <, 140 * USEC_PER_SEC);
    sim_clear(&s);

    p.traffic = true; /* whoever works is not thrown out */
    p.hang_up = 300 * USEC_PER_SEC;
    sim_run(&s, &p);
    g_assert_cmpint(s.end.error, ==, RAS_USER_DISCONNECTION);
    sim_clear(&s);
}

/* What follows from a cause is not reported over it. */
static void
test_first_cause(void)
{
    static const guint8 terminate[] = {0x10, 0, 0, 12, 0xff, 3, 0xc0, 0x21, 5, 1, 0, 4};
    static const guint8 abort_now[] = {0x10, 1, 0, 8, 0, 5, 0, 0};
    const struct ras_end lost = {.error = RAS_VPN_DISCONNECT, .detail = "reset"};
    struct sim_params p = {0};
    struct sim s;

    up(&s, &p);
    sim_feed(&s, terminate, sizeof terminate);
    sim_feed(&s, abort_now, sizeof abort_now);
    session_link_lost(s.client, s.now, &lost);
    while (sim_step(&s) && s.now < s.begin + 60 * USEC_PER_SEC)
        continue;
    g_assert_cmpint(s.end.error, ==, RAS_PPP_LCP_TERMINATED);
    sim_clear(&s);

    up(&s, &p);
    session_close(s.client, s.now); /* whoever hangs up does not read that the link was lost */
    session_link_lost(s.client, s.now, &lost);
    sim_step(&s);
    g_assert_cmpint(s.end.error, ==, RAS_USER_DISCONNECTION);
    sim_clear(&s);
}

/* "Binding refused" only if nothing of PPP was answered after it. */
static void
test_binding(void)
{
    static const struct {
        const char *script[2];
        enum ras_error error;
    } rows[] = {
        {{"at auth +5 abort 4"}, RAS_CONNECTION_ABORTED}, /* on its way while ours arrives */
        {{"refuse-binding"}, RAS_CONNECTION_ABORTED},
        {{"at auth lcp-terminate"}, RAS_PPP_LCP_TERMINATED},
        {{"at up abort 4"}, RAS_LINK_FAILURE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct sim_params p = {.delay = 20 * MS, .script = rows[i].script};
        struct sim s;

        sim_run(&s, &p);
        g_test_message("%s: %s", rows[i].script[0], s.end.detail);
        g_assert_cmpint(s.end.error, ==, rows[i].error);
        sim_clear(&s);
    }
}

/* A person thinks for longer than the server waits: what was asked about is the cause. */
static void
test_slow_answer(void)
{
    const struct sim_params p = {.delay = MS,
                                 .user = "retry",
                                 .password = "wrong",
                                 .mute = true,
                                 .hang_up = 3600 * USEC_PER_SEC};
    struct sim s;

    sim_run(&s, &p);
    g_test_message("%s", s.end.detail);
    g_assert_cmpuint(s.questions, ==, 1);
    g_assert_cmpint(s.end.error, ==, RAS_AUTHENTICATION_FAILURE);
    sim_clear(&s);
}

static void
bad_tenant(struct ras_config *config, struct dial_plan *plan)
{
    (void)config;
    g_strlcpy(plan->sstp_path_query, "?tenantid=a\r\nX: y", sizeof plan->sstp_path_query);
}

static void
no_dice(void *ctx, void *out, size_t n)
{
    (void)ctx;
    memset(out, 4, n);
}

static void
test_cannot_begin(void)
{
    struct sim_params p = {.tweak = bad_tenant};
    struct dial_plan plan;
    struct credentials c = {.user = "u"};
    const struct rng rng = {.fill = no_dice};
    struct session_event e;
    struct sim s;

    sim_run(&s, &p); /* threats H9 */
    g_assert_cmpint(s.end.error, ==, RAS_BAD_PROFILE);
    g_assert_cmpuint(s.sent->len, ==, 0);
    sim_clear(&s);

    dial_plan_init(&plan);
    struct session *session = session_new(&plan, (enum plan_protocol)99, &c, &rng, 1);
    g_assert_true(session_poll_event(session, &e));
    g_assert_cmpint(e.type, ==, SESSION_ENDED);
    g_assert_cmpint(e.end.error, ==, RAS_BAD_PROFILE);
    g_assert_false(session_poll_event(session, &e));
    session_free(session);
    session_free(NULL);
    dial_plan_clear(&plan);
}

static void
only_pap(struct ras_config *config, struct dial_plan *plan)
{
    plan->auth = PLAN_AUTH_PAP;
    config->n_auth = 1;
    config->auth[0] = PPP_AUTH_PAP;
}

/* Threats Y4: once it is over, nothing of the password is left in the session. */
static void
test_wiped(void)
{
    for (int pap = 0; pap < 2; pap++) {
        struct sim_params p = {.delay = MS, .tweak = pap ? only_pap : NULL};
        struct sim s;

        sim_start(&s, &p);
        do { /* what was sent is not kept either */
            g_assert(s.client != NULL);
            g_assert_null(memmem(s.client->tx_bytes, SESSION_TX, "Gr\xc3\xbcn 7", 7));
        } while (sim_step(&s));
        g_assert_true(s.came_up);
        g_assert(s.client != NULL);
        g_assert_null(memmem(s.client, sizeof *s.client, "Gr\xc3\xbcn 7", 7));
        g_assert_null(memmem(s.client, sizeof *s.client, "G\0r\0\xfc\0n\0", 8));
        sim_clear(&s);
    }
}

static void
test_round_trip(void)
{
    struct sim_params p = {.delay = 25 * MS, .hang_up = 100 * USEC_PER_SEC};
    struct sim s;

    sim_run(&s, &p);
    g_assert_cmpuint(session_rtt(s.client), ==, 0); /* over */
    sim_clear(&s);
    sim_start(&s, &p);
    while (session_rtt(s.client) == 0)
        g_assert_true(sim_step(&s));
    g_assert_cmpuint(session_rtt(s.client), >=, 50 * MS);
    g_assert_cmpuint(session_rtt(s.client), <, 60 * MS);
    sim_clear(&s);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/seal", test_seal);
    g_test_add_func("/session/batch", test_batch);
    g_test_add_func("/session/P15-I5-bad-frames", test_bad_frames);
    g_test_add_func("/session/H6-data-too-early", test_data_too_early);
    g_test_add_func("/session/idle", test_idle);
    g_test_add_func("/session/first-cause", test_first_cause);
    g_test_add_func("/session/H5-binding", test_binding);
    g_test_add_func("/session/slow-answer", test_slow_answer);
    g_test_add_func("/session/H9-cannot-begin", test_cannot_begin);
    g_test_add_func("/session/Y4-wiped", test_wiped);
    g_test_add_func("/session/round-trip", test_round_trip);
    return g_test_run();
}
