/*
 * test-ike-captured.c - an end that finds itself in the middle of a captured exchange: what it
 * takes, what it refuses, in every state. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ike-priv.h"
#include "ike-test.h"

#define SEC USEC_PER_SEC

static void
fill(void *ctx, void *out, size_t n)
{
    GRand *rand = ctx;

    for (size_t i = 0; i < n; i++)
        ((guint8 *)out)[i] = (guint8)g_rand_int(rand);
}

struct bench {
    GRand *rand;
    struct rng rng;
    struct ike *k;
    struct ike_sa *sa;
};

static void
value_from(struct ike_value *v, struct rd r)
{
    memcpy(v->p, r.p, r.left);
    v->n = r.left;
}

static void
last_block(struct bench *b, const char *t, const char *message)
{
    const struct rd m = vector(t, message);

    memcpy(b->sa->iv, m.p + m.left - b->sa->keys.block, b->sa->keys.block);
}

/* An end of the exchange @i in @state. */
static void
reach_as(struct bench *b, guint i, enum ike_sa_state state, const char *expected)
{
    const char *t = captured[i];
    const gboolean initiator =
        state == IKE_SA_SENT_1 || state == IKE_SA_SENT_3 || state == IKE_SA_SENT_5;
    struct ike_config cfg = {.role = initiator ? IKE_INITIATOR : IKE_RESPONDER,
                             .psk = rd_over("vpn-test-psk", 12),
                             .local = {4, {198, 51, 100, initiator ? 1 : 2}, 500},
                             .remote = {4, {198, 51, 100, initiator ? 2 : 1}, 500}};
    struct ike_sa *sa;

    b->rand = g_rand_new_with_seed(i);
    b->rng = (struct rng){.fill = fill, .ctx = b->rand};
    cfg.rng = &b->rng;
    if (expected != NULL)
        ike_id_from_text(expected, &cfg.remote_id);
    b->k = ike_new(&cfg, SEC);
    b->sa = sa = ike_sa_new(b->k, initiator);
    memcpy(sa->cky_i, vector(t, "icookie").p, 8);
    memset(sa->cky_r, 0, 8);
    sa->state = state;
    sa->method = 1;
    sa->seconds = 28800;
    sa->offered = (struct ike_suites){1, {captured_suites[i]}};
    sa->suite = captured_suites[i];
    sa->sa_b_n = vector(t, "SAi_b").left;
    memcpy(sa->sa_b, vector(t, "SAi_b").p, sa->sa_b_n);
    if (state == IKE_SA_SENT_1)
        return;
    memcpy(sa->cky_r, vector(t, "rcookie").p, 8);
    sa->peer.natt = IKE_NATT_RFC;
    if (state <= IKE_SA_SENT_3) {
        sa->dh = dh_new(sa->suite.group, &b->rng);
        value_from(initiator ? &sa->ke_i : &sa->ke_r, dh_public(sa->dh));
        value_from(&sa->ni, rd_over("12345678", 8));
        value_from(&sa->nr, rd_over("12345678", 8));
        return;
    }
    value_from(&sa->ke_i, vector(t, "g^xi"));
    value_from(&sa->ke_r, vector(t, "g^xr"));
    value_from(&sa->ni, vector(t, "Ni_b"));
    value_from(&sa->nr, vector(t, "Nr_b"));
    g_assert_true(ike_main_keys(b->k, sa, vector(t, "g^xy")));
    sa->floated = true;
    sa->port = IKE_4500;
    if (state == IKE_SA_SENT_5)
        last_block(b, t, "msg5");
    if (state == IKE_SA_UP) {
        last_block(b, t, "msg6");
        sa->up_at = SEC;
        b->k->up = true;
    }
}

static void
reach(struct bench *b, guint i, enum ike_sa_state state)
{
    reach_as(b, i, state, NULL);
}

static void
leave(struct bench *b)
{
    ike_free(b->k);
    g_rand_free(b->rand);
}

static gboolean
event_of(struct bench *b, enum ike_event_type type, struct ike_event *ret)
{
    while (ike_poll_event(b->k, ret))
        if (ret->type == type)
            return TRUE;
    return FALSE;
}

static void
receive(struct bench *b, struct rd bytes)
{
    ike_receive(b->k, 2 * SEC, IKE_4500, bytes);
}

/* The captured message 6 authenticates the responder of t1 to t4. */
static void
test_initiator(void)
{
    for (guint i = 0; i < 4; i++) {
        struct bench b;
        struct ike_event e;
        char text[48];

        reach(&b, i, IKE_SA_SENT_5);
        receive(&b, vector(captured[i], "msg6"));
        g_assert_cmpint(b.sa->state, ==, IKE_SA_UP);
        g_assert_rd(rd_over(b.sa->iv, b.sa->keys.block), vector(captured[i], "last block"));
        g_assert_true(event_of(&b, IKE_EVENT_AUTHENTICATED, &e));
        ike_suite_text(&captured_suites[i], text, sizeof text);
        g_assert_cmpstr(e.authenticated.proposal, ==, text);
        g_assert_true(e.authenticated.weak & IKE_WEAK_PSK); /* 12 characters */
        g_assert_cmpint(b.k->quicks[0].state, ==, IKE_QUICK_SENT_1);
        leave(&b);
    }
}

/* The captured message 5 authenticates the initiator; our answer is theirs, octet for octet. */
static void
test_responder(void)
{
    for (guint i = 0; i < 4; i++) {
        struct bench b;
        struct ike_output out;

        reach(&b, i, IKE_SA_SENT_4);
        receive(&b, vector(captured[i], "msg5"));
        g_assert_cmpint(b.sa->state, ==, IKE_SA_UP);
        g_assert_true(ike_poll_output(b.k, &out));
        g_assert_cmpint(out.port, ==, IKE_4500);
        if (i < 3) {
            g_assert_rd(out.bytes, vector(captured[i], "msg6"));
        } else { /* theirs has a whole block of padding more */
            g_assert_cmpmem(out.bytes.p + 28 + 16, 32, vector(captured[i], "msg6").p + 28 + 16, 32);
        }
        leave(&b);
    }
}

/* And quick mode message 1 gets an answer with the HASH and the selectors that it should have. */
static void
test_quick(void)
{
    for (guint i = 0; i < 4; i++) {
        struct bench b;
        struct ike_event e;
        struct ike_output out;

        reach(&b, i, IKE_SA_UP);
        receive(&b, vector(captured[i], "msg7"));
        g_assert_true(event_of(&b, IKE_EVENT_CHILD, &e));
        g_assert_false(e.child.send);
        g_assert_true(e.child.encapsulated);
        struct rd spi = vector(captured[i], "SPI_i");
        g_assert_cmphex(e.child.out.spi, ==, rd_be32(&spi));
        g_assert_true(ike_poll_output(b.k, &out));
        const gsize theirs = vector(captured[i], "msg8").left; /* perhaps a block of padding more */
        g_assert_true(out.bytes.left == theirs || out.bytes.left + b.sa->keys.block == theirs);
        leave(&b);
    }
}

/* Message 6 of the exchange @i with other payloads in it, encrypted as it should be. */
static void
message6(struct bench *b, guint i, struct rd first, struct rd second, struct rd third)
{
    guint8 buf[512], iv[16];
    struct ike_header h = {.exchange = IKE_MAIN, .flags = IKE_FLAG_ENCRYPTED};
    const struct rd parts[] = {first, second, third};
    static const guint8 types[] = {IKE_PL_ID, IKE_PL_HASH, IKE_PL_HASH};
    struct ike_wr m;

    memcpy(h.cky_i, b->sa->cky_i, 8);
    memcpy(h.cky_r, b->sa->cky_r, 8);
    memcpy(iv, b->sa->iv, sizeof iv);
    ike_wr_begin(&m, buf, sizeof buf, &h);
    for (guint n = 0; n < 3; n++)
        if (parts[n].left > 0)
            ike_wr_payload(&m, types[n], parts[n]);
    receive(b, ike_seal(&b->sa->keys, iv, &m));
    (void)i;
}

/* What leaks when somebody plays the server: who has answered messages 1 and 3 can try out each key
 * on message 5, at home and as fast as a computer goes. Before that message nothing depends on the
 * key; and with a wrong one nothing at all can be read. */
static void
test_K14(void)
{
    static const char *const guesses[] = {"password", "vpn-test-psj", "", "vpn-test-psk"};

    for (guint i = 0; i < 4; i++) {
        for (guint g = 0; g < G_N_ELEMENTS(guesses); g++) {
            const gboolean right = g == G_N_ELEMENTS(guesses) - 1;
            struct bench b;
            struct ike_output out;

            reach(&b, i, IKE_SA_SENT_4);
            ike_keys_wipe(&b.sa->keys);
            secret_set_text(&b.k->psk, guesses[g]);
            g_assert_true(ike_main_keys(b.k, b.sa, vector(captured[i], "g^xy")));
            receive(&b, vector(captured[i], "msg5"));
            g_assert_cmpint(b.sa->state, ==, right ? IKE_SA_UP : IKE_SA_SENT_4);
            g_assert_cmpint(ike_poll_output(b.k, &out), ==, right);
            leave(&b);
        }
    }
}

static void
test_K5(void)
{
    enum { GOOD, DROPPED, REFUSED };
    const struct rd none = {0};

    for (guint i = 0; i < 4; i++) {
        const struct rd id = vector(captured[i], "IDir_b"), hash = vector(captured[i], "HASH_R");
        g_autofree guint8 *wrong = g_memdup2(hash.p, hash.left);
        g_autofree guint8 *longer = g_malloc0(hash.left + 1);
        const struct rd hash_i = vector(captured[i], "HASH_I");

        wrong[hash.left - 1] ^= 1;
        memcpy(longer, hash.p, hash.left);
        const struct {
            const char *why, *expected;
            struct rd id, hash, more;
            guint result;
        } cases[] = {
            {"as it is", NULL, id, hash, none, GOOD},
            {"as it should be", "198.51.100.2", id, hash, none, GOOD},
            {"wrong in the last bit", NULL, id, rd_over(wrong, hash.left), none, REFUSED},
            {"cut short", NULL, id, rd_over(hash.p, hash.left - 1), none, REFUSED},
            {"too long", NULL, id, rd_over(longer, hash.left + 1), none, REFUSED},
            {"our own, reflected", NULL, id, hash_i, none, REFUSED},
            {"missing", NULL, id, none, none, DROPPED},
            {"twice", NULL, id, hash, hash, DROPPED},
            {"without an identity", NULL, none, hash, none, DROPPED},
            {"another identity under the same hash", NULL, rd_over("\1\0\0\0\306\63d\3", 8), hash,
             none, REFUSED},
            {"a good hash, but not who it should be", "198.51.100.3", id, hash, none, REFUSED},
            {"a name where an address is", "vpn.example", id, hash, none, REFUSED},
        };
        for (guint n = 0; n < G_N_ELEMENTS(cases); n++) {
            struct bench b;
            struct ike_event e;

            g_test_message("%s: %s", captured[i], cases[n].why);
            reach_as(&b, i, IKE_SA_SENT_5, cases[n].expected);
            message6(&b, i, cases[n].id, cases[n].hash, cases[n].more);
            if (cases[n].result == GOOD) {
                g_assert_true(event_of(&b, IKE_EVENT_AUTHENTICATED, &e));
            } else if (cases[n].result == REFUSED) {
                struct ike_output out;

                g_assert_true(event_of(&b, IKE_EVENT_ENDED, &e));
                g_assert_cmpint(e.end.error, ==, RAS_OAKLEY_GENERAL_PROCESSING);
                g_assert_true(ike_poll_output(b.k, &out)); /* AUTHENTICATION-FAILED */
                g_assert_cmpint(out.bytes.p[18], ==, IKE_INFORMATIONAL);
            } else { /* the right one may still come */
                g_assert_false(ike_poll_event(b.k, &e));
                receive(&b, vector(captured[i], "msg6"));
                g_assert_true(event_of(&b, IKE_EVENT_AUTHENTICATED, &e));
            }
            leave(&b);
        }
    }
}

/* Every octet of message 6 changed: never authentic, and the right one is taken afterwards. */
static void
test_K5_flips(void)
{
    for (guint i = 1; i < 3; i++) { /* t4 ends with a block that is nothing but padding */
        const struct rd good = vector(captured[i], "msg6");

        for (gsize at = 0; at < good.left; at++) {
            g_autofree guint8 *copy = g_memdup2(good.p, good.left);
            struct bench b;
            struct ike_event e;

            copy[at] ^= 0x40;
            reach(&b, i, IKE_SA_SENT_5);
            receive(&b, rd_over(copy, good.left));
            g_assert_cmpint(b.sa->state, !=, IKE_SA_UP);
            if (b.sa->state == IKE_SA_SENT_5) {
                receive(&b, good);
                g_assert_true(event_of(&b, IKE_EVENT_AUTHENTICATED, &e));
            }
            leave(&b);
        }
    }
}

/* Every (state, message) cell of main mode: one message moves a state on, the others do nothing. */
static void
test_cells(void)
{
    static const struct {
        enum ike_sa_state state, next;
        guint message; /* that moves it on */
    } cells[] = {
        {IKE_SA_SENT_1, IKE_SA_SENT_3, 2}, {IKE_SA_SENT_2, IKE_SA_SENT_4, 3},
        {IKE_SA_SENT_3, IKE_SA_SENT_5, 4}, {IKE_SA_SENT_4, IKE_SA_UP, 5},
        {IKE_SA_SENT_5, IKE_SA_UP, 6},     {IKE_SA_UP, IKE_SA_UP, 0},
    };
    G_STATIC_ASSERT(G_N_ELEMENTS(cells) == IKE_SA_STATES - 1);

    for (guint c = 0; c < G_N_ELEMENTS(cells); c++)
        for (guint n = 1; n <= 8; n++) {
            g_autofree char *name = g_strdup_printf("msg%u", n);
            struct bench b;
            struct ike_event e;

            reach(&b, 2, cells[c].state);
            const guint8 iv_at = b.sa->iv[0];
            receive(&b, vector("t3", name));
            g_test_message("state %u, message %u: %u", cells[c].state, n, b.sa->state);
            /* 3 and 4 look the same: a KE and a nonce */
            if (n == cells[c].message || (n == 4 && cells[c].message == 3) ||
                (n == 3 && cells[c].message == 4)) {
                g_assert_cmpint(b.sa->state, ==, cells[c].next);
            } else {
                g_assert_cmpint(b.sa->state, ==, cells[c].state);
                g_assert_cmpint(b.sa->iv[0], ==, iv_at);
                g_assert_false(b.k->ended);
                if (cells[c].state != IKE_SA_UP || n < 7)
                    g_assert_false(ike_poll_event(b.k, &e));
            }
            leave(&b);
        }
}

/* Row K2 and K3: a public value or a nonce that is none. */
static void
test_K2(void)
{
    static const struct {
        const char *why;
        gsize ke, nonce;
        guint8 fill;
    } bad[] = {
        {"no octets", 0, 32, 0},         {"one octet", 1, 32, 1},
        {"too short by one", 95, 32, 5}, {"too long by one", 97, 32, 5},
        {"4096", 4096, 32, 5},           {"zero", 96, 32, 0},
        {"not on the curve", 96, 32, 5}, {"all ones", 96, 32, 0xff},
        {"nonce of 7", 0xffff, 7, 0},    {"nonce of 257", 0xffff, 257, 0},
        {"no nonce", 0xffff, 0, 0},
    };
    const struct rd good = vector("t3", "g^xr");

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        static guint8 buf[8192], octets[4096];
        struct ike_header h = {.exchange = IKE_MAIN};
        struct bench b;
        struct ike_wr m;

        g_test_message("%s", bad[i].why);
        reach(&b, 2, IKE_SA_SENT_3);
        memcpy(h.cky_i, b.sa->cky_i, 8);
        memcpy(h.cky_r, b.sa->cky_r, 8);
        memset(octets, bad[i].fill, sizeof octets);
        ike_wr_begin(&m, buf, sizeof buf, &h);
        ike_wr_payload(&m, IKE_PL_KE, bad[i].ke == 0xffff ? good : rd_over(octets, bad[i].ke));
        if (bad[i].nonce > 0)
            ike_wr_payload(&m, IKE_PL_NONCE, rd_over(octets, bad[i].nonce));
        receive(&b, ike_wr_done(&m));
        g_assert_cmpint(b.sa->state, ==, IKE_SA_SENT_3);
        receive(&b, vector("t3", "msg4"));
        g_assert_cmpint(b.sa->state, ==, IKE_SA_SENT_5);
        leave(&b);
    }
}

/* Row K8: what nobody vouches for changes no state, whenever it comes. */
static void
test_K8(void)
{
    static const guint8 delete_sa[] = {0, 0, 0, 1, 1, 16, 0, 1};

    for (enum ike_sa_state state = IKE_SA_SENT_1; state < IKE_SA_STATES; state++)
        for (guint n = 0; n < 4; n++) {
            guint8 buf[256], body[24];
            struct ike_header h = {.exchange = IKE_INFORMATIONAL, .msgid = n == 3 ? 7 : 0};
            struct bench b;
            struct ike_event e;
            struct ike_wr m;

            reach(&b, 2, state);
            memcpy(h.cky_i, b.sa->cky_i, 8);
            memcpy(h.cky_r, vector("t3", "rcookie").p, 8);
            memcpy(body, delete_sa, sizeof delete_sa);
            memcpy(body + 8, h.cky_i, 8);
            memcpy(body + 16, h.cky_r, 8);
            if (n == 3)
                h.flags = IKE_FLAG_ENCRYPTED;
            ike_wr_begin(&m, buf, sizeof buf, &h);
            if (n == 3)
                ike_wr_payload(&m, IKE_PL_HASH, rd_over("01234567890123456789", 20));
            if (n != 1)
                ike_wr_payload(&m, IKE_PL_DELETE, rd_over(body, sizeof body));
            if (n != 0)
                ike_wr_notify(&m, IKE_PROTO_ISAKMP, IKE_N_AUTHENTICATION_FAILED, (struct rd){0},
                              (struct rd){0});
            receive(&b, n == 3 && b.sa->keys.encrypt != NULL
                            ? ike_seal(&b.sa->keys, (guint8[16]){0}, &m)
                            : ike_wr_done(&m));
            g_assert_cmpint(b.sa->state, ==, state);
            g_assert_false(ike_poll_event(b.k, &e));
            leave(&b);
        }
}

/* Row K12: a message that comes again gets the same answer again, and moves nothing. */
static void
test_K12(void)
{
    struct bench b;
    struct ike_output out;
    g_autoptr(GBytes) first = NULL;

    reach(&b, 2, IKE_SA_SENT_4);
    for (guint i = 0; i < 5; i++) {
        receive(&b, vector("t3", "msg5"));
        g_assert_true(ike_poll_output(b.k, &out));
        if (first == NULL)
            first = g_bytes_new(out.bytes.p, out.bytes.left);
        g_assert_rd(out.bytes, rd_of(first));
        g_assert_false(ike_poll_output(b.k, &out));
        g_assert_rd(rd_over(b.sa->iv, 16), vector("t3", "last block"));
    }
    g_clear_pointer(&first, g_bytes_unref);
    for (guint i = 0; i < 5; i++) { /* quick mode as well: one child */
        receive(&b, vector("t3", "msg7"));
        g_assert_true(ike_poll_output(b.k, &out));
        if (first == NULL)
            first = g_bytes_new(out.bytes.p, out.bytes.left);
        g_assert_rd(out.bytes, rd_of(first));
        g_assert_false(ike_poll_output(b.k, &out));
    }
    guint children = 0;
    for (guint i = 0; i < IKE_CHILDREN; i++)
        children += b.k->children[i].used;
    g_assert_cmpint(children, ==, 1);
    /* the exchange is long over and forgotten; its message is not taken for a new one */
    ike_quick_free(&b.k->quicks[0]);
    receive(&b, vector("t3", "msg7"));
    g_assert_false(ike_poll_output(b.k, &out));
    leave(&b);
}

/* Row K1: other exchanges, and what is no message. */
static void
test_K1(void)
{
    static const guint8 exchanges[] = {0, 1, 3, 4, 6, 33, 34, 255};

    for (guint i = 0; i < G_N_ELEMENTS(exchanges); i++) {
        const struct rd good = vector("t3", "msg6");
        g_autofree guint8 *copy = g_memdup2(good.p, good.left);
        struct bench b;
        struct ike_output out;

        copy[18] = exchanges[i];
        reach(&b, 2, IKE_SA_SENT_5);
        receive(&b, rd_over(copy, good.left));
        receive(&b, rd_over("", 0));
        receive(&b, rd_over("\xff", 1));
        g_assert_cmpint(b.sa->state, ==, IKE_SA_SENT_5);
        g_assert_false(ike_poll_output(b.k, &out)); /* no reply storm */
        g_assert_cmpuint(ike_dropped(b.k), ==, 1);
        leave(&b);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_true(hash_init() && cipher_init());
    g_test_add_func("/ike-captured/initiator", test_initiator);
    g_test_add_func("/ike-captured/responder", test_responder);
    g_test_add_func("/ike-captured/quick-mode", test_quick);
    g_test_add_func("/ike-captured/K1-other-exchanges", test_K1);
    g_test_add_func("/ike-captured/K2-K3-public-values-and-nonces", test_K2);
    g_test_add_func("/ike-captured/K5-hash-and-identity", test_K5);
    g_test_add_func("/ike-captured/K14-key-can-be-guessed-at-home", test_K14);
    g_test_add_func("/ike-captured/K5-any-octet", test_K5_flips);
    g_test_add_func("/ike-captured/K8-unprotected", test_K8);
    g_test_add_func("/ike-captured/K12-again", test_K12);
    g_test_add_func("/ike-captured/every-cell", test_cells);
    return g_test_run();
}
