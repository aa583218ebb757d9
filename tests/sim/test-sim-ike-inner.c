/*
 * test-sim-ike-inner.c - what an end that has the keys may say, and what comes of it: quick modes
 * that should not be, notifies, deletes, R-U-THERE; and calls by certificate.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ike-priv.h"
#include "sim-ike.h"

#define SEC USEC_PER_SEC
#define MS  USEC_PER_MSEC

static struct sim_ike sim;
static guint32 msgid = 0x1000;

static void
dial(void)
{
    static const struct sim_ike_params p = {.seed = 21, .delay = 10 * MS};

    sim_ike_init(&sim, &p);
    sim_ike_start(&sim);
    g_assert_true(sim_ike_settle(&sim, 10 * SEC));
    sim_ike_run(&sim, sim.now + SEC);
}

struct chain {
    guint8 buf[2048];
    struct ike_wr m;
};

static void
chain_begin(struct chain *c)
{
    ike_wr_begin(&c->m, c->buf, sizeof c->buf, &(struct ike_header){0});
}

static void
chain_say(struct chain *c, gboolean to_client, guint8 exchange)
{
    struct rd r = ike_wr_done(&c->m);
    const guint8 first = r.p[16];

    rd_take(&r, IKE_HEADER_SIZE);
    g_assert_true(sim_ike_craft(&sim, to_client, exchange, ++msgid, first, r));
}

static struct rd
cookies(guint8 room[16])
{
    const struct ike_sa *sa = ike_sa_current(sim.client.k);

    memcpy(room, sa->cky_i, 8);
    memcpy(room + 8, sa->cky_r, 8);
    return rd_over(room, 16);
}

/* Row K9: quick modes that the server is asked for. */
static void
test_K9(void)
{
    static const struct {
        const char *why, *id_i, *id_r; /* ID payloads; NULL: none */
        guint32 encapsulation, spi;
        gsize nonce;
        gboolean good;
    } cases[] = {
#define ID_I "\1\21\6\245\306\63d\1"
#define ID_R "\1\21\6\245\306\63d\2"
        {"as it should be", ID_I, ID_R, 4, 0x1234, 32, TRUE},
        {"another address inside a NAT", "\1\21\6\245\12\0\0\1", ID_R, 4, 0x1235, 32, TRUE},
        {"a name", "\2\21\6\245abcd", ID_R, 4, 0x1236, 32, FALSE},
        {"a name for us", ID_I, "\2\21\6\245abcd", 4, 0x1236, 32, FALSE},
        {"another port of ours", ID_I, "\1\21\6\246\306\63d\2", 4, 0x1236, 32, FALSE},
        {"another port of theirs", "\1\21\6\246\306\63d\1", ID_R, 4, 0x1236, 32, FALSE},
        {"TCP", "\1\6\6\245\306\63d\1", "\1\6\6\245\306\63d\2", 4, 0x1236, 32, FALSE},
        {"all ports", "\1\21\0\0\306\63d\1", "\1\21\0\0\306\63d\2", 4, 0x1236, 32, FALSE},
        {"a whole net", "\4\21\6\245\306\63d\0\377\377\377\0", ID_R, 4, 0x1236, 32, FALSE},
        {"no selectors", NULL, NULL, 4, 0x1236, 32, FALSE},
        {"one selector", ID_I, NULL, 4, 0x1236, 32, FALSE},
        {"tunnel mode", ID_I, ID_R, 1, 0x1236, 32, FALSE},
        {"tunnel mode in UDP", ID_I, ID_R, 3, 0x1236, 32, FALSE},
        {"transport mode, not in UDP", ID_I, ID_R, 2, 0x1236, 32, FALSE},
        {"SPI 0", ID_I, ID_R, 4, 0, 32, FALSE},
        {"no nonce", ID_I, ID_R, 4, 0x1236, 0, FALSE},
        {"a nonce of 7", ID_I, ID_R, 4, 0x1236, 7, FALSE},
        {"a nonce of 257", ID_I, ID_R, 4, 0x1236, 257, FALSE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        static const guint8 nonce[300];
        struct ike_child_suites suites;
        const struct ike_terms terms = {.encapsulation = cases[i].encapsulation, .seconds = 600};
        struct chain c;

        g_test_message("%s", cases[i].why);
        dial();
        const guint before = sim.server.announced;
        ike_child_suites_tier(&suites, 1, 0);
        chain_begin(&c);
        ike_child_offer(&suites, &terms, cases[i].spi, &c.m);
        if (cases[i].nonce > 0)
            ike_wr_payload(&c.m, IKE_PL_NONCE, rd_over(nonce, cases[i].nonce));
        if (cases[i].id_i != NULL)
            ike_wr_payload(&c.m, IKE_PL_ID, rd_over(cases[i].id_i, cases[i].id_i[0] == 4 ? 12 : 8));
        if (cases[i].id_r != NULL)
            ike_wr_payload(&c.m, IKE_PL_ID, rd_over(cases[i].id_r, 8));
        chain_say(&c, FALSE, IKE_QUICK);
        g_assert_cmpint(sim.server.announced, ==, before + (cases[i].good ? 1 : 0));
        g_assert_false(sim.server.ended);
        /* what is going on is not harmed */
        g_assert_true(sim_ike_agree(&sim));
        sim_ike_run(&sim, sim.now + 40 * SEC);
        g_assert_true(sim_ike_agree(&sim));
        g_assert_cmpint(sim.server.gone, ==, cases[i].good ? 1 : 0); /* message 3 never came */
        sim_ike_clear(&sim);
    }
}

/* Row K9 for what we asked for ourselves: how much wider than our selectors may an answer be? */
static void
test_K9_answers(void)
{
    static const struct {
        const char *why, *id_i, *id_r;
        gboolean good;
    } cases[] = {
        {"as they were", ID_I, ID_R, TRUE},
        {"no selectors", NULL, NULL, TRUE},
        {"any port of the server's", ID_I, "\1\21\0\0\306\63d\2", TRUE},
        {"any port of both", "\1\21\0\0\306\63d\1", "\1\21\0\0\306\63d\2", TRUE},
        {"any protocol", "\1\0\0\0\306\63d\1", "\1\0\0\0\306\63d\2", TRUE},
        {"a network of one", ID_I, "\4\21\6\245\306\63d\2\377\377\377\377", TRUE},
        {"a network of more", ID_I, "\4\21\6\245\306\63d\0\377\377\377\0", FALSE},
        {"another port", ID_I, "\1\21\6\246\306\63d\2", FALSE},
        {"another port of ours", "\1\21\6\246\306\63d\1", ID_R, FALSE},
        {"TCP", "\1\6\6\245\306\63d\1", "\1\6\6\245\306\63d\2", FALSE},
        {"a name", ID_I, "\2\21\6\245abcd", FALSE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        static const guint8 nonce[32];
        static const struct sim_ike_params p = {.seed = 21, .delay = 10 * MS};
        struct ike_child_suites suites;
        guint8 iv[CIPHER_BLOCK_MAX];
        struct ike_quick *q;
        struct ike_wr m;

        g_test_message("%s", cases[i].why);
        sim_ike_init(&sim, &p);
        sim_ike_start(&sim);
        q = &sim.client.k->quicks[0];
        while (q->state != IKE_QUICK_SENT_1)
            g_assert_true(sim_ike_step(&sim, sim.now + 10 * SEC));
        ike_child_suites_parse(&suites, "aes256-sha1", 0);
        ike_phase2_begin(sim.client.k, q->sa, IKE_QUICK, q->msgid, &m);
        ike_child_offer(&suites, &q->terms, 0x1234, &m);
        ike_wr_payload(&m, IKE_PL_NONCE, rd_over(nonce, sizeof nonce));
        if (cases[i].id_i != NULL) {
            ike_wr_payload(&m, IKE_PL_ID, rd_over(cases[i].id_i, 8));
            ike_wr_payload(&m, IKE_PL_ID, rd_over(cases[i].id_r, cases[i].id_r[0] == 4 ? 12 : 8));
        }
        memcpy(iv, q->iv, sizeof iv);
        const struct rd answer = ike_phase2_end(q->sa, q->msgid, &q->ni, iv, &m);
        g_assert_true(rd_ok(&answer));
        g_autofree guint8 *copy = g_memdup2(answer.p, answer.left);
        sim_ike_inject(&sim, TRUE, q->sa->port, rd_over(copy, answer.left));
        g_assert_cmpint(sim.client.announced, ==, cases[i].good);
        g_assert_cmpint(sim.client.ended, ==, !cases[i].good);
        sim_ike_clear(&sim);
    }
}

static guint
phases_1(const struct ike *k)
{
    guint n = 0;

    for (guint i = 0; i < IKE_SAS; i++)
        n += k->sas[i].state != IKE_SA_FREE;
    return n;
}

/* To strongSwan the pairs hang on a phase 1, which hands them on to one that comes later, and takes
 * them along when it is deleted. When both ends begin one at once it may hand them to the one that
 * we delete: there is another pair before. */
static void
test_phases_1_collide(void)
{
    for (guint32 seed = 1; seed <= 16; seed++) { /* either end first, either cookie lower */
        const struct sim_ike_params p = {.seed = seed, .delay = 10 * MS};
        struct sim_ike_end *const one = seed % 2 == 0 ? &sim.client : &sim.server,
                                  *const two = seed % 2 == 0 ? &sim.server : &sim.client;

        sim_ike_init(&sim, &p);
        sim_ike_start(&sim);
        g_assert_true(sim_ike_settle(&sim, 10 * SEC));
        const guint before = sim.client.announced;
        static struct ike_sa later; /* may have been handed it */

        later.up_at = sim.client.k->current->born_at;
        g_assert_true(ike_child_hangs_on(sim.client.k, &later));
        later.up_at--;
        g_assert_false(ike_child_hangs_on(sim.client.k, &later));
        sim_ike_run(&sim, sim.now + 20 * SEC);
        ike_sa_current(one->k)->rekey_at = sim.now;
        ike_expire(one->k, sim.now);
        ike_sa_current(two->k)->rekey_at = sim.now;
        ike_expire(two->k, sim.now);
        sim_ike_flush(&sim);
        sim_ike_run(&sim, sim.now + 5 * SEC);
        g_assert_cmpuint(phases_1(sim.client.k), ==, 3);
        sim_ike_run(&sim, sim.now + 6 * SEC);
        g_assert_cmpuint(sim.client.announced, >, before);
        const struct ike_sa *const lasts = ike_sa_current(sim.client.k);
        g_assert_cmpmem(sim.client.k->current->phase1, IKE_COOKIE_SIZE, lasts->cky_i,
                        IKE_COOKIE_SIZE);
        sim_ike_run(&sim, sim.now + 45 * SEC);
        /* the first may be left to either end: then it expires */
        g_assert_cmpuint(phases_1(sim.client.k), <=, 2);
        g_assert_cmpuint(phases_1(sim.client.k), ==, phases_1(sim.server.k));
        g_assert_true(sim_ike_agree(&sim));
        g_assert_cmpuint(sim.client.bare + sim.server.bare, ==, 0);
        sim_ike_clear(&sim);
    }
}

/* The server says that it will not keep phase 1, or the pair, for as long: they are renewed, phase
 * 1 with a pair of its own. */
static void
test_responder_lifetime(void)
{
    for (guint phase = 1; phase <= 2; phase++) {
        static guint8 room[64];
        guint8 spi[16];
        struct wr w = wr_over(room, sizeof room), s = wr_over(spi, sizeof spi);
        struct chain c;

        dial();
        const guint before = sim.client.announced;
        const struct ike_sa *const sa = ike_sa_current(sim.client.k);
        ike_attr_put(&w, phase == 1 ? IKE_A1_LIFE_TYPE : IKE_A2_LIFE_TYPE, IKE_LIFE_SECONDS);
        ike_attr_put(&w, phase == 1 ? IKE_A1_LIFE_DURATION : IKE_A2_LIFE_DURATION, 100);
        wr_be32(&s, sim.client.sending);
        const struct rd whose = phase == 1 ? (memcpy(spi, sa->cky_i, 8),
                                              memcpy(spi + 8, sa->cky_r, 8), rd_over(spi, 16))
                                           : wr_done(&s);
        chain_begin(&c);
        ike_wr_notify(&c.m, phase == 1 ? IKE_PROTO_ISAKMP : IKE_PROTO_ESP, IKE_N_RESPONDER_LIFETIME,
                      whose, wr_done(&w));
        chain_say(&c, TRUE, IKE_INFORMATIONAL);
        sim_ike_run(&sim, sim.now + 60 * SEC);
        g_assert_true(sa == ike_sa_current(sim.client.k));
        g_assert_cmpint(sim.client.announced, ==, before);
        sim_ike_run(&sim, sim.now + 35 * SEC);
        g_assert_cmpint(sa != ike_sa_current(sim.client.k), ==, phase == 1);
        sim_ike_run(&sim, sim.now + 30 * SEC);
        g_assert_cmpint(sim.client.announced, ==, before + 1);
        g_assert_true(sim_ike_agree(&sim));
        g_assert_cmpuint(phases_1(sim.client.k), ==, 1);
        g_assert_cmpuint(phases_1(sim.server.k), ==, 1);
        sim_ike_clear(&sim);
    }
}

static void
say_dpd(gboolean to_client, guint16 type, struct rd spi, guint32 seq)
{
    guint8 number[4];
    struct wr w = wr_over(number, 4);
    struct chain c;

    wr_be32(&w, seq);
    chain_begin(&c);
    ike_wr_notify(&c.m, IKE_PROTO_ISAKMP, type, spi, wr_done(&w));
    chain_say(&c, to_client, IKE_INFORMATIONAL);
}

static void
test_K13(void)
{
    guint8 room[16];
    guint before;

    dial();
    before = sim.client.sent;
    say_dpd(TRUE, IKE_N_R_U_THERE, cookies(room), 100);
    g_assert_cmpint(sim.client.sent, ==, before + 1);
    say_dpd(TRUE, IKE_N_R_U_THERE, cookies(room), 101);
    say_dpd(TRUE, IKE_N_R_U_THERE, cookies(room), 101); /* sent again in a new message */
    g_assert_cmpint(sim.client.sent, ==, before + 3);
    say_dpd(TRUE, IKE_N_R_U_THERE, cookies(room), 100); /* an old one */
    g_assert_cmpint(sim.client.sent, ==, before + 3);
    cookies(room);
    room[3] ^= 1;
    say_dpd(TRUE, IKE_N_R_U_THERE, rd_over(room, 16), 102);
    say_dpd(TRUE, IKE_N_R_U_THERE, rd_over(room, 0), 102);
    say_dpd(TRUE, IKE_N_R_U_THERE, rd_over(room, 8), 102);
    g_assert_cmpint(sim.client.sent, ==, before + 3);
    sim_ike_clear(&sim);
}

/* An answer keeps alive only when it is to what was asked. */
static void
test_K13_answers(void)
{
    for (guint right = 0; right < 2; right++) {
        guint8 room[16];

        dial();
        sim.cut = TRUE;
        const usec_t since = sim.now;
        const struct ike_sa *sa = ike_sa_current(sim.client.k);

        ike_heard(sim.server.k, sim.now + 100 * SEC); /* it does not ask, it only answers */
        while (sa->dpd_tries < 2)
            g_assert_true(sim_ike_step(&sim, since + 60 * SEC));
        say_dpd(TRUE, IKE_N_R_U_THERE_ACK, cookies(room), sa->dpd_seq + (right ? 0 : 1));
        sim_ike_run(&sim, since + 25 * SEC);
        g_assert_cmpint(sim.client.ended, ==, !right);
        sim_ike_clear(&sim);
    }
}

/* Message 4 once more, and a notify that nobody vouches for, at each moment in which message 6 is
 * still on its way: it has the time that our own message 5 needs to be lost and sent again. */
static void
test_K8_forged(void)
{
    const struct sim_ike_params p = {.seed = 71, .delay = 900 * USEC_PER_MSEC};
    struct ike_sa *sa;
    guint forged = 0;

    sim_ike_init(&sim, &p);
    sim_ike_start(&sim);
    sa = &sim.client.k->sas[0];
    while (sa->state != IKE_SA_UP && sim_ike_step(&sim, sim.now + 20 * SEC)) {
        static guint8 room[128];
        struct ike_wr m;

        if (sa->state != IKE_SA_SENT_5 || forged >= 50)
            continue;
        forged++;
        if (sim.server.sent == 2) /* the last is message 4 */
            sim_ike_inject(&sim, TRUE, IKE_500,
                           rd_over(sim.last_from_server->data, sim.last_from_server->len));
        struct ike_header h = {.exchange = IKE_INFORMATIONAL, .msgid = 5};
        memcpy(h.cky_i, sa->cky_i, sizeof h.cky_i);
        memcpy(h.cky_r, sa->cky_r, sizeof h.cky_r);
        ike_wr_begin(&m, room, sizeof room, &h);
        ike_wr_notify(&m, IKE_PROTO_ISAKMP, IKE_N_AUTHENTICATION_FAILED, (struct rd){0},
                      (struct rd){0});
        sim_ike_inject(&sim, TRUE, IKE_500, ike_wr_done(&m));
    }
    g_assert_cmpuint(forged, >, 1);
    g_assert_cmpint(sa->state, ==, IKE_SA_UP);
    g_assert_true(sim_ike_settle(&sim, sim.now + 20 * SEC));
    sim_ike_clear(&sim);
}

static void
delete_put(struct chain *c, guint8 protocol, struct rd spi)
{
    ike_wr_open(&c->m, IKE_PL_DELETE);
    wr_be32(&c->m.w, 1);
    wr_u8(&c->m.w, protocol);
    wr_u8(&c->m.w, (guint8)spi.left);
    wr_be16(&c->m.w, 1);
    wr_rd(&c->m.w, spi);
    ike_wr_close(&c->m);
}

static struct rd
spi_of(guint8 room[4], guint32 spi)
{
    struct wr w = wr_over(room, 4);

    wr_be32(&w, spi);
    return wr_done(&w);
}

/* strongSwan, when its kernel does not take the pair, names the SPI that is ours. */
static void
test_deleted_by_our_spi(void)
{
    guint8 spi[4];
    struct chain c;

    dial();
    chain_begin(&c);
    delete_put(&c, IKE_PROTO_ESP, spi_of(spi, sim.client.sending_in));
    chain_say(&c, TRUE, IKE_INFORMATIONAL);
    g_assert_cmpint(sim.client.gone, ==, 1);
    g_assert_true(sim_ike_settle(&sim, sim.now + 5 * SEC));
    g_assert_false(sim.client.ended);
    sim_ike_clear(&sim);
}

/* The server takes a pair, or phase 1, away: the client makes a new one. */
static void
test_deleted(void)
{
    guint8 room[16], spi[4];
    struct chain c;

    dial();
    chain_begin(&c);
    delete_put(&c, IKE_PROTO_ESP, spi_of(spi, 0xdeadbeef)); /* not one of ours */
    chain_say(&c, TRUE, IKE_INFORMATIONAL);
    g_assert_true(sim_ike_agree(&sim));
    chain_begin(&c);
    delete_put(&c, IKE_PROTO_ESP, spi_of(spi, sim.client.sending));
    chain_say(&c, TRUE, IKE_INFORMATIONAL);
    g_assert_cmpint(sim.client.gone, ==, 1);
    g_assert_true(sim_ike_settle(&sim, sim.now + 5 * SEC));
    g_assert_false(sim.client.ended);

    const struct ike_sa *before = ike_sa_current(sim.client.k);
    guint8 old[16];
    cookies(old);
    chain_begin(&c); /* CVE-2023-38712: something behind the delete */
    delete_put(&c, IKE_PROTO_ISAKMP, cookies(room));
    ike_wr_notify(&c.m, IKE_PROTO_ISAKMP, IKE_N_INVALID_SPI, (struct rd){0}, (struct rd){0});
    chain_say(&c, TRUE, IKE_INFORMATIONAL);
    (void)before;
    sim_ike_run(&sim, sim.now + 20 * SEC);
    g_assert_false(sim.client.ended);
    g_assert_true(sim_ike_agree(&sim));
    g_assert_cmpint(memcmp(cookies(room).p, old, 16), !=, 0);
    g_assert_cmpint(sim.client.authenticated, ==, 1);
    sim_ike_clear(&sim);
}

/* The newest pair is taken away: the one before serves again, at once. */
static void
test_deleted_newest(void)
{
    guint8 spi[4];
    struct chain c;

    dial();
    sim_ike_run(&sim, sim.now + 30 * SEC);
    const guint32 first = sim.client.sending;

    ike_rekey(sim.client.k, sim.now);
    sim_ike_flush(&sim);
    sim_ike_run(&sim, sim.now + SEC);
    g_assert_cmpuint(sim.client.sending, !=, first);
    chain_begin(&c);
    delete_put(&c, IKE_PROTO_ESP, spi_of(spi, sim.client.sending));
    chain_say(&c, TRUE, IKE_INFORMATIONAL);
    g_assert_cmpuint(sim.client.sending, ==, first);
    g_assert_cmpuint(sim.client.bare, ==, 0);
    g_assert_false(sim.client.ended);
    sim_ike_clear(&sim);
}

/* The pair, then phase 1: the server says goodbye, and the client does not come back. */
static void
test_goodbye(void)
{
    guint8 room[16], spi[4];
    struct chain c;

    dial();
    chain_begin(&c);
    delete_put(&c, IKE_PROTO_ESP, spi_of(spi, sim.client.sending));
    chain_say(&c, TRUE, IKE_INFORMATIONAL);
    chain_begin(&c);
    delete_put(&c, IKE_PROTO_ISAKMP, cookies(room));
    chain_say(&c, TRUE, IKE_INFORMATIONAL);
    g_assert_true(sim.client.ended);
    g_assert_cmpint(sim.client.end.error, ==, RAS_REMOTE_DISCONNECTION);
    sim_ike_clear(&sim);
}

/* A server that deletes whatever it is asked for: the client does not go on for ever. */
static void
test_deleted_always(void)
{
    guint n = 0;

    dial();
    while (!sim.client.ended && n++ < 20) {
        guint8 spi[4];
        struct chain c;

        g_assert_true(sim_ike_settle(&sim, sim.now + 5 * SEC));
        chain_begin(&c);
        delete_put(&c, IKE_PROTO_ESP, spi_of(spi, sim.client.sending));
        chain_say(&c, TRUE, IKE_INFORMATIONAL);
    }
    g_assert_true(sim.client.ended);
    g_assert_cmpint(sim.client.end.error, ==, RAS_REMOTE_DISCONNECTION);
    g_assert_cmpuint(n, <=, 4);
    sim_ike_clear(&sim);
}

/* It takes the pair away and makes no other: it does not answer any more, or refuses. */
static void
test_deleted_for_good(void)
{
    for (guint refuses = 0; refuses < 2; refuses++) {
        guint8 spi[4];
        struct chain c;

        dial();
        sim.cut = TRUE; /* what it says is made up here */
        chain_begin(&c);
        delete_put(&c, IKE_PROTO_ESP, spi_of(spi, sim.client.sending));
        chain_say(&c, TRUE, IKE_INFORMATIONAL);
        g_assert_false(sim.client.ended);
        for (guint i = 0; refuses && !sim.client.ended; i++) {
            g_assert_cmpuint(i, <, IKE_PHASE2_TIERS);
            chain_begin(&c);
            ike_wr_notify(&c.m, IKE_PROTO_ESP, IKE_N_NO_PROPOSAL_CHOSEN, (struct rd){0},
                          (struct rd){0});
            chain_say(&c, TRUE, IKE_INFORMATIONAL);
        }
        if (!refuses)
            sim_ike_run(&sim, sim.now + 30 * SEC);
        g_assert_true(sim.client.ended);
        g_assert_cmpint(sim.client.end.error, ==,
                        refuses ? RAS_REMOTE_DISCONNECTION : RAS_LINK_FAILURE);
        g_assert_nonnull(
            strstr(sim.client.end.detail, refuses ? "NO-PROPOSAL-CHOSEN" : "no answer"));
        sim_ike_clear(&sim);
    }
}

/* Errors in notifies, protected: while nothing is asked for they mean nothing. */
static void
test_notifies(void)
{
    dial();
    for (guint type = 0; type < 65536; type += type < 40 ? 1 : 997) {
        struct chain c;

        chain_begin(&c);
        ike_wr_notify(&c.m, IKE_PROTO_ESP, (guint16)type, (struct rd){0}, rd_over("data", 4));
        chain_say(&c, TRUE, IKE_INFORMATIONAL);
        chain_begin(&c);
        ike_wr_notify(&c.m, IKE_PROTO_ISAKMP, (guint16)type, (struct rd){0}, (struct rd){0});
        chain_say(&c, FALSE, IKE_INFORMATIONAL);
    }
    g_assert_true(sim_ike_agree(&sim));
    g_assert_false(sim.client.ended);
    g_assert_false(sim.server.ended);
    sim_ike_clear(&sim);
}

static guint quick_modes, silent_modes;

/* The server says nothing to so many quick modes, whatever is in them. */
static gboolean
not_heard(struct sim_ike *s, gboolean from_client, struct rd message)
{
    static guint32 ids[4];
    struct ike_header h;
    guint i = 0;

    (void)s;
    g_assert_true(ike_header_get(&message, &h));
    if (!from_client || h.exchange != IKE_QUICK)
        return FALSE;
    while (i < quick_modes && ids[i] != h.msgid)
        i++;
    g_assert_cmpuint(i, <, G_N_ELEMENTS(ids));
    if (i == quick_modes)
        ids[quick_modes++] = h.msgid;
    return i < silent_modes;
}

/* Silence may be the answer to a list that is too long: a shorter one is tried beside it, and both
 * together do not take longer than the one would. */
static void
test_long_list_is_ignored(void)
{
    for (silent_modes = 0; silent_modes <= 2; silent_modes++) {
        const struct sim_ike_params p = {.seed = 80, .delay = 20 * MS, .loses = not_heard};

        quick_modes = 0;
        sim_ike_init(&sim, &p);
        sim_ike_start(&sim);
        if (silent_modes == 2) {
            while (!sim.client.ended)
                g_assert_true(sim_ike_step(&sim, 24 * SEC));
            g_assert_cmpint(sim.client.end.error, ==, RAS_OAKLEY_GENERAL_PROCESSING);
            g_assert_nonnull(strstr(sim.client.end.detail, "no answer"));
            g_assert_cmpuint(quick_modes, ==, 2);
        } else {
            g_assert_true(sim_ike_settle(&sim, 8 * SEC));
            sim_ike_run(&sim, 30 * SEC);
            g_assert_true(sim_ike_agree(&sim));
            g_assert_cmpuint(quick_modes, ==, 1 + silent_modes);
            g_assert_cmpint(sim.client.announced, ==, 1);
            g_assert_cmphex(ike_remember(sim.client.k), ==, 0x49000000 + silent_modes);
            g_assert_cmpstr(sim.client.child_proposal, ==,
                            silent_modes == 0 ? "AES-256-GCM" : "AES-256-CBC SHA-1");
        }
        sim_ike_clear(&sim);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim-ike-inner/K9-quick-modes", test_K9);
    g_test_add_func("/sim-ike-inner/K9-answers", test_K9_answers);
    g_test_add_func("/sim-ike-inner/responder-lifetime", test_responder_lifetime);
    g_test_add_func("/sim-ike-inner/phases-1-collide", test_phases_1_collide);
    g_test_add_func("/sim-ike-inner/K13-R-U-THERE", test_K13);
    g_test_add_func("/sim-ike-inner/K13-answers", test_K13_answers);
    g_test_add_func("/sim-ike-inner/K8-forged-while-waiting", test_K8_forged);
    g_test_add_func("/sim-ike-inner/deleted", test_deleted);
    g_test_add_func("/sim-ike-inner/deleted-newest", test_deleted_newest);
    g_test_add_func("/sim-ike-inner/deleted-by-our-spi", test_deleted_by_our_spi);
    g_test_add_func("/sim-ike-inner/goodbye", test_goodbye);
    g_test_add_func("/sim-ike-inner/deleted-always", test_deleted_always);
    g_test_add_func("/sim-ike-inner/deleted-for-good", test_deleted_for_good);
    g_test_add_func("/sim-ike-inner/notifies", test_notifies);
    g_test_add_func("/sim-ike-inner/long-list-is-ignored", test_long_list_is_ignored);
    return g_test_run();
}
