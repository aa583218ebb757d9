/*
 * test-sim-ppp.c - two links over a wire that loses, repeats and reorders, in virtual time, for
 * thousands of seeds. No trace is compared; what must hold whatever happens is.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ppp-peer.h"

enum { SEEDS = 4000, WIRE = 256, HOUR = 3600 };

struct wire {
    size_t n;
    struct {
        usec_t due;
        bool to_client;
        size_t len;
        uint8_t bytes[PPP_FRAME_MAX];
    } v[WIRE];
};

static struct world {
    GRand *rand;
    guint loss, repeat; /* percent */
    usec_t now, delay;
    usec_t least; /* that a frame takes, and up to .delay more */
    guint again;  /* the client's Configure-Requests of NCPs that are copies */
    guint8 last_id[256];
    struct wire wire;
    struct ppp_link client;
    struct ppp_peer peer;
    guint loss_seen; /* frames */
    guint ups, ends, wants, peer_ends;
    bool authenticated, proved;
} * w;

static void
sim_random(void *ctx, void *out, size_t n)
{
    guint8 *p = out;

    (void)ctx;
    while (n-- > 0)
        *p++ = (guint8)g_rand_int(w->rand);
}

static const struct rng sim_rng = {sim_random, NULL};

static bool
chance(guint percent)
{
    return (guint)g_rand_int_range(w->rand, 0, 100) < percent;
}

static void
put_on_wire(bool to_client, struct rd frame)
{
    const guint copies = chance(w->loss) ? 0 : chance(w->repeat) ? 2 : 1;

    /* RFC 1661 section 4.3: what is sent has a length, and it is right. */
    g_assert_cmpuint(frame.left, >=, 8);
    g_assert_cmpuint((guint)(frame.p[6] << 8 | frame.p[7]), ==, frame.left - 4);
    w->loss_seen += copies == 0;
    if (!to_client && frame.p[2] == 0x80 && frame.p[4] == PPP_CONF_REQ) {
        w->again += frame.p[5] == w->last_id[frame.p[3]];
        w->last_id[frame.p[3]] = frame.p[5];
    }
    for (guint i = 0; i < copies && w->wire.n < WIRE; i++) {
        const size_t at = w->wire.n++;

        w->wire.v[at].due =
            w->now + w->least + (usec_t)g_rand_int_range(w->rand, 1, (gint32)w->delay);
        w->wire.v[at].to_client = to_client;
        w->wire.v[at].len = frame.left;
        memcpy(w->wire.v[at].bytes, frame.p, frame.left);
    }
}

static void
drain_client(void)
{
    struct ppp_link_item item;

    while (ppp_link_poll(&w->client, &item)) {
        g_assert_cmpuint(w->ends, ==, 0); /* the end is the last item */
        if (item.type == PPP_LINK_FRAME) {
            const guint protocol = (guint)(item.frame.p[2] << 8 | item.frame.p[3]);

            /* No network protocol before the proof. */
            g_assert_true(w->authenticated || (protocol & 0xc000) == 0xc000);
            put_on_wire(false, item.frame);
        }
        w->authenticated |= item.type == PPP_LINK_AUTHENTICATED;
        w->ups += item.type == PPP_LINK_NETWORK_UP;
        w->wants += item.type == PPP_LINK_WANTS_CREDENTIALS;
        w->ends += item.type == PPP_LINK_ENDED;
    }
}

static void
drain_peer(void)
{
    struct ppp_link_item item;

    while (ppp_link_poll(&w->peer.link, &item)) {
        if (item.type == PPP_LINK_FRAME) {
            put_on_wire(true, item.frame);
        } else if (item.type == PPP_LINK_AUTH_START) {
            ppp_peer_auth_start(&w->peer, w->now, item.method);
        } else if (item.type == PPP_LINK_AUTH_FRAME) {
            g_autofree guint8 *copy = g_memdup2(item.frame.p, item.frame.left);
            ppp_peer_auth_frame(&w->peer, w->now, rd_over(copy, item.frame.left));
        } else if (item.type == PPP_LINK_AUTHENTICATED) {
            w->proved = true;
        } else if (item.type == PPP_LINK_ENDED) {
            w->peer_ends++;
        }
    }
}

static void
drain(void)
{
    drain_client();
    drain_peer();
}

/* The next thing that happens; false: nothing ever will before @until. */
static bool
step(usec_t until)
{
    usec_t next = usec_min(ppp_link_deadline(&w->client), ppp_peer_deadline(&w->peer));
    size_t first = WIRE;
    struct rd packet;

    for (size_t i = 0; i < w->wire.n; i++) {
        if (w->wire.v[i].due <= next) {
            next = w->wire.v[i].due;
            first = i;
        }
    }
    if (next > until) {
        w->now = until;
        return false;
    }
    w->now = MAX(w->now, next);
    if (first == WIRE) {
        ppp_link_expire(&w->client, w->now);
        ppp_peer_expire(&w->peer, w->now);
    } else {
        const bool to_client = w->wire.v[first].to_client;
        const size_t n = w->wire.v[first].len;
        g_autofree guint8 *frame = g_memdup2(w->wire.v[first].bytes, n);

        w->wire.v[first] = w->wire.v[--w->wire.n];
        ppp_link_receive(to_client ? &w->client : &w->peer.link, w->now, rd_over(frame, n),
                         &packet);
    }
    drain();
    return true;
}

static void
run(usec_t duration)
{
    const usec_t until = w->now + duration;
    guint steps = 0;

    while (step(until))
        g_assert_cmpuint(++steps, <, 100000); /* nothing runs wild */
}

static void
begin(guint seed, guint loss)
{
    static const enum ppp_auth_method methods[] = {PPP_AUTH_PAP, PPP_AUTH_CHAP_MD5,
                                                   PPP_AUTH_MSCHAPV2};
    struct ppp_credentials c;

    w = g_new0(struct world, 1);
    w->rand = g_rand_new_with_seed(seed);
    w->loss = loss;
    w->repeat = loss;
    w->now = 1000000;
    w->delay = (usec_t)g_rand_int_range(w->rand, 1000, 400000);

    const struct ppp_link_params client = {
        .rng = &sim_rng,
        .mru = chance(50) ? 1400 : 0,
        .compress_fields = chance(50),
        .ipv4 = true,
        .ipv6 = chance(70),
        .auth = PPP_AUTH_PAP | PPP_AUTH_CHAP_MD5 | PPP_AUTH_MSCHAPV2,
        .nbns = chance(50),
    };
    struct ppp_link_params server = {
        .rng = &sim_rng,
        .mru = chance(50) ? 1300 : 0,
        .compress_fields = chance(50),
        .ipv4 = true,
        .ipv6 = chance(70),
        .server = true,
        .n_demand = 3,
        .give = {.local = 0x0a000001, .peer = 0x0a000002, .dns = {0x0a000035, 0}},
    };
    for (guint i = 0; i < 3; i++)
        server.demand[i] = methods[(seed + i) % 3];

    ppp_link_init(&w->client, &client);
    ppp_link_init(&w->peer.link, &server);
    w->peer.repeat_at = NEVER;
    w->peer.password = "clientPass";
    creds(&c, "User", "clientPass", NULL);
    ppp_link_credentials(&w->client, w->now, &c);
    ppp_link_up(&w->client, w->now);
    ppp_link_up(&w->peer.link, w->now);
    drain();
}

static void
finish(void)
{
    g_rand_free(w->rand);
    g_clear_pointer(&w, g_free);
}

/* Up means that both ends mean the same by it. */
static void
assert_agreed(void)
{
    const enum ppp_state theirs_ip = w->peer.link.ipcp.fsm.state;

    uint8_t ours[32], theirs[32];
    struct net_config config;

    g_assert_true(w->proved);
    g_assert_cmpint(w->client.lcp.fsm.state, ==, PPP_OPENED);
    g_assert_cmpint(w->peer.link.lcp.fsm.state, ==, PPP_OPENED);
    /* One end alone may have given up on IPv4, when the last Ack was lost too often; and after
     * five Naks, copies included, an address is rejected (Max-Failure). */
    if (w->client.ipcp.fsm.state == PPP_OPENED && theirs_ip == PPP_OPENED &&
        w->client.ipcp.now.local != 0) {
        g_assert_cmphex(w->client.ipcp.now.local, ==, 0x0a000002);
        g_assert_cmphex(w->client.ipcp.now.local, ==, w->peer.link.ipcp.now.peer);
        g_assert_cmphex(w->client.ipcp.now.peer, ==, w->peer.link.ipcp.now.local);
        g_assert_cmphex(w->client.ipcp.now.dns[0], ==, 0x0a000035);
    } else {
        g_assert_true(w->client.ipcp.fsm.state == PPP_STOPPED || theirs_ip == PPP_STOPPED ||
                      !(w->client.ipcp.asking & 1));
        g_assert_cmpuint(w->loss_seen, >, 0);
    }
    g_assert_cmpuint(w->client.method, ==, w->peer.link.method);
    ppp_link_hlak(&w->client, ours);
    ppp_link_hlak(&w->peer.link, theirs);
    g_assert_cmpmem(ours, 32, theirs, 32);
    if (w->client.ipv6cp.fsm.state == PPP_OPENED && w->peer.link.ipv6cp.fsm.state == PPP_OPENED) {
        g_assert_cmpmem(w->client.ipv6cp.local, 8, w->peer.link.ipv6cp.peer, 8);
        g_assert_cmpmem(w->client.ipv6cp.peer, 8, w->peer.link.ipv6cp.local, 8);
    }
    ppp_link_config(&w->client, &config);
    g_assert_true(net_config_valid(&config));
}

static void
test_perfect_wire(void)
{
    for (guint seed = 0; seed < SEEDS / 4; seed++) {
        begin(seed, 0);
        w->delay = 50000; /* reordering only: below any timer */
        run(20 * USEC_PER_SEC);
        if (w->ups != 1)
            g_error("seed %u: %s", seed, w->client.end.detail);
        assert_agreed();
        finish();
    }
}

/* A round trip that is longer than the Restart timer is, to begin with. pppd takes down what is
 * Opened when a copy of a Configure-Request comes, so that there must be none once that is known.
 */
static void
test_slow_wire(void)
{
    for (guint seed = 0; seed < SEEDS / 4; seed++) {
        begin(seed, 0);
        w->delay = 20000;
        w->least = 400000 + seed % 10 * 60000;
        run(30 * USEC_PER_SEC);
        g_assert_cmpuint(w->ends, ==, 0);
        assert_agreed();
        g_assert_cmpuint(w->again, ==, 0);
        finish();
    }
}

/* Within a minute a call is up at both ends, or over at both; never half. */
static void
test_lossy_wire_settles(void)
{
    guint up = 0;

    for (guint seed = 0; seed < SEEDS; seed++) {
        begin(seed, 5 + seed % 30);
        run(100 * USEC_PER_SEC);
        w->loss = w->repeat = 0; /* let the last words arrive */
        run(100 * USEC_PER_SEC);
        g_assert_cmpuint(w->ends, <=, 1);
        g_assert_cmpuint(w->wants, ==, 0); /* the password was right: nobody is asked */
        if (w->ends == 1) {
            const enum ras_error error = w->client.end.error;

            const enum ras_error theirs = w->peer.link.end.error;

            /* The password was right, and the server proved it. (A server that goes when its
             * verdict was lost too often looks as if it refused; and a verdict on a response
             * to an earlier challenge proves nothing about a later one.) */
            if (error == RAS_OK || theirs == RAS_AUTHENTICATION_FAILURE ||
                (error == RAS_UNABLE_TO_AUTHENTICATE_SERVER && w->peer.id == 1))
                g_error("seed %u: %u, %s; peer %u, %s", seed, error, w->client.end.detail,
                        w->peer.link.end.error, w->peer.link.end.detail);
            g_assert_cmpuint(ppp_link_deadline(&w->client), ==, NEVER);
        } else {
            if (w->ups != 1)
                g_error("seed %u: neither up nor over", seed);
            if (w->peer_ends == 0)
                assert_agreed();
            up++;
        }
        finish();
    }
    g_test_message("%u of %u came up", up, SEEDS);
    g_assert_cmpuint(up, >, SEEDS * 9 / 10);
}

/* Hanging up, at any moment, from either side: both ends hear of it. */
static void
test_hang_up_at_any_time(void)
{
    const struct ras_end why = {.error = RAS_USER_DISCONNECTION};

    for (guint seed = 0; seed < SEEDS / 2; seed++) {
        begin(seed, seed % 20);
        run((usec_t)g_rand_int_range(w->rand, 0, 3000000));
        if (chance(50))
            ppp_link_close(&w->client, w->now, &why);
        else
            ppp_link_close(&w->peer.link, w->now, &why);
        drain();
        run(600 * USEC_PER_SEC); /* at the latest by echoes that are not answered */
        g_assert_cmpuint(w->ends, ==, 1);
        g_assert_cmpuint(w->peer_ends, ==, 1);
        finish();
    }
}

/* An hour connected over a bad wire: up once, and still up or ended by echoes; few events. */
static void
test_hours_of_loss(void)
{
    for (guint seed = 0; seed < 50; seed++) {
        begin(seed, 0);
        run(20 * USEC_PER_SEC);
        g_assert_cmpuint(w->ups, ==, 1);
        w->loss = 10;
        run(HOUR * USEC_PER_SEC);
        if (w->ends == 0 && w->peer_ends == 0)
            assert_agreed();
        g_assert_cmpuint(w->ups, ==, 1);
        finish();
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim-ppp/perfect-wire", test_perfect_wire);
    g_test_add_func("/sim-ppp/slow-wire", test_slow_wire);
    g_test_add_func("/sim-ppp/lossy-wire-settles", test_lossy_wire_settles);
    g_test_add_func("/sim-ppp/hang-up-at-any-time", test_hang_up_at_any_time);
    g_test_add_func("/sim-ppp/hours-of-loss", test_hours_of_loss);
    return g_test_run();
}
