/*
 * test-sim-ike-habits.c - what servers of other makers may do, as RFC 2409 allows it or as it does
 * no harm: one test each. The other end's messages are made here under its own keys.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ike-priv.h"
#include "sim-ike.h"

#define SEC USEC_PER_SEC
#define MS  USEC_PER_MSEC

static struct sim_ike sim;

static void
begin(guint32 seed, void (*tweak)(struct ike_config *client, struct ike_config *server))
{
    static struct sim_ike_params p;

    p = (struct sim_ike_params){.seed = seed, .delay = 10 * MS, .tweak = tweak};
    sim_ike_init(&sim, &p);
    sim_ike_start(&sim);
}

static void
until_state(enum ike_sa_state state)
{
    while (sim.client.k->sas[0].state != state)
        g_assert_true(sim_ike_step(&sim, sim.now + 10 * SEC));
}

static void
until_quick(void)
{
    while (sim.client.k->quicks[0].state != IKE_QUICK_SENT_1)
        g_assert_true(sim_ike_step(&sim, sim.now + 10 * SEC));
}

/* Payloads under the keys of the running quick mode's phase 1, from the server. */
static void
say(guint8 exchange, guint32 msgid, void (*put)(struct ike_wr *m))
{
    static guint8 buf[1024];
    struct ike_wr m;

    ike_wr_begin(&m, buf, sizeof buf, &(struct ike_header){0});
    put(&m);
    struct rd r = ike_wr_done(&m);
    const guint8 first = r.p[16];

    rd_take(&r, IKE_HEADER_SIZE);
    g_assert_true(sim_ike_craft(&sim, TRUE, exchange, msgid, first, r));
}

/* ---- vendor ids ---- */

/* @bytes with one more payload behind the others. */
static GByteArray *
with_payload(const guint8 *bytes, gsize n, guint8 type, const guint8 *body, gsize body_n)
{
    GByteArray *a = g_byte_array_append(g_byte_array_new(), bytes, (guint)n);
    gsize at = 16, next = IKE_HEADER_SIZE;
    const guint8 head[4] = {0, 0, (guint8)((body_n + 4) >> 8), (guint8)(body_n + 4)};

    while (a->data[at] != 0) {
        at = next;
        next += (gsize)a->data[at + 2] << 8 | a->data[at + 3];
    }
    a->data[at] = type;
    g_byte_array_append(a, head, sizeof head);
    g_byte_array_append(a, body, (guint)body_n);
    a->data[26] = (guint8)(a->len >> 8);
    a->data[27] = (guint8)a->len;
    return a;
}

/* Cisco's IOS and ASA say behind message 4 that they do dead peer detection. */
static void
test_dpd_in_message_4(void)
{
    static const guint8 dpd[] = {0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9,
                                 0x6b, 0x86, 0x96, 0xfc, 0x77, 0x57, 0x01, 0x00};
    struct ike_sa *const sa = (begin(31, NULL), &sim.client.k->sas[0]);

    until_state(IKE_SA_SENT_3);
    sa->peer.dpd = false; /* message 2 said nothing */
    while (sim.server.sent < 2)
        g_assert_true(sim_ike_step(&sim, 10 * SEC));
    g_autoptr(GByteArray) four =
        with_payload(sim.last_from_server->data, sim.last_from_server->len, IKE_PL_VENDOR, dpd, 16);
    sim_ike_inject(&sim, TRUE, IKE_500, rd_over(four->data, four->len));
    g_assert_cmpint(sa->state, ==, IKE_SA_SENT_5);
    g_assert_true(sa->peer.dpd);
    g_assert_cmpint(sa->peer.natt, ==, IKE_NATT_RFC);
    g_assert_true(sim_ike_settle(&sim, sim.now + 10 * SEC));
    sim.cut = TRUE; /* and so it is found dead */
    sim_ike_run(&sim, sim.now + 60 * SEC);
    g_assert_true(sim.client.ended);
    g_assert_cmpint(sim.client.end.error, ==, RAS_LINK_FAILURE);
    sim_ike_clear(&sim);
}

/* Ids of everything that a gateway can do, XAUTH among them. */
static void
test_vendor_flood(void)
{
    static const guint8 xauth[] = {0x09, 0x00, 0x26, 0x89, 0xdf, 0xd6, 0xb7, 0x12};

    begin(32, NULL);
    while (sim.server.sent < 1)
        g_assert_true(sim_ike_step(&sim, 10 * SEC));
    GByteArray *two = with_payload(sim.last_from_server->data, sim.last_from_server->len,
                                   IKE_PL_VENDOR, xauth, sizeof xauth);
    for (guint i = 0; i < 80; i++) {
        GByteArray *more =
            with_payload(two->data, two->len, IKE_PL_VENDOR, xauth, 1 + i % sizeof xauth);

        g_byte_array_unref(two);
        two = more;
    }
    sim_ike_inject(&sim, TRUE, IKE_500, rd_over(two->data, two->len));
    g_byte_array_unref(two);
    g_assert_cmpint(sim.client.k->sas[0].state, ==, IKE_SA_SENT_3);
    g_assert_true(sim_ike_settle(&sim, sim.now + 10 * SEC));
    sim_ike_clear(&sim);
}

/* ---- phase 1 ---- */

static void
say_invalid_cookie(const struct ike_sa *sa)
{
    static guint8 room[128];
    struct ike_header h = {.exchange = IKE_INFORMATIONAL, .msgid = 7};
    struct ike_wr m;

    memcpy(h.cky_i, sa->cky_i, sizeof h.cky_i);
    memcpy(h.cky_r, sa->cky_r, sizeof h.cky_r);
    ike_wr_begin(&m, room, sizeof room, &h);
    ike_wr_notify(&m, IKE_PROTO_ISAKMP, IKE_N_INVALID_COOKIE, (struct rd){0}, (struct rd){0});
    sim_ike_inject(&sim, TRUE, IKE_500, ike_wr_done(&m));
}

/* SoftEther, which clears up after the call before, throws the beginning of this one away with it:
 * that is begun anew, but not for ever. */
static void
test_forgotten(void)
{
    for (guint times = 1; times <= 3; times++) {
        const struct ike_sa *const sa = (begin(36 + times, NULL), &sim.client.k->sas[0]);
        enum ike_sa_state before = sa->state;
        guint sent = 0;

        for (guint left = times; left > 0 && !sim.client.ended; before = sa->state) {
            g_assert_true(sim_ike_step(&sim, sim.now + 20 * SEC));
            left -= before == IKE_SA_SENT_3 && sa->state == IKE_SA_SENT_1;
            if (sa->state != IKE_SA_SENT_3 || sim.client.sent == sent)
                continue;
            sent = sim.client.sent;
            for (guint i = 0; i < IKE_SAS; i++)
                ike_sa_free(sim.server.k, &sim.server.k->sas[i]);
            say_invalid_cookie(sa);
        }
        if (times <= 2) {
            g_assert_true(sim_ike_settle(&sim, sim.now + 10 * SEC));
        } else {
            g_assert_cmpint(sim.client.end.error, ==, RAS_OAKLEY_GENERAL_PROCESSING);
            g_assert_nonnull(strstr(sim.client.end.detail, "forgotten"));
        }
        sim_ike_clear(&sim);
    }
}

static void
invalid_id(struct ike_wr *m)
{
    ike_wr_notify(m, IKE_PROTO_ISAKMP, IKE_N_INVALID_ID_INFORMATION, (struct rd){0},
                  (struct rd){0});
}

/* An answer to message 5 that is encrypted and has no HASH: the keys are the same, so it is not the
 * pre-shared key that is wrong. Nobody vouches for it: it counts when nothing better comes. */
static void
test_no_hash(void)
{
    for (guint phase2 = 0; phase2 < 2; phase2++) {
        static guint8 buf[256];
        struct ike_wr m;
        struct ike_sa *const sa = (begin(33, NULL), &sim.client.k->sas[0]);
        struct ike_header h = {.exchange = IKE_INFORMATIONAL,
                               .flags = IKE_FLAG_ENCRYPTED,
                               .msgid = phase2 ? 0x1234 : 0};
        guint8 iv[CIPHER_BLOCK_MAX];

        until_state(IKE_SA_SENT_5);
        sim.cut = TRUE;
        memcpy(h.cky_i, sa->cky_i, sizeof h.cky_i);
        memcpy(h.cky_r, sa->cky_r, sizeof h.cky_r);
        memcpy(iv, sa->iv, sizeof iv);
        if (phase2)
            ike_iv_phase2(&sa->keys, sa->iv, h.msgid, iv);
        ike_wr_begin(&m, buf, sizeof buf, &h);
        invalid_id(&m);
        const struct rd bytes = ike_seal(&sa->keys, iv, &m);
        g_assert_true(rd_ok(&bytes));
        sim_ike_inject(&sim, TRUE, sa->port, bytes);
        g_assert_false(sim.client.ended);
        while (!sim.client.ended)
            g_assert_true(sim_ike_step(&sim, sim.now + 30 * SEC));
        g_assert_cmpint(sim.client.end.error, ==, RAS_OAKLEY_GENERAL_PROCESSING);
        g_assert_nonnull(strstr(sim.client.end.detail, "INVALID-ID-INFORMATION"));
        g_assert_nonnull(strstr(sim.client.end.detail, "knows the pre-shared key"));
        sim_ike_clear(&sim);
    }
}

/* ---- quick mode ---- */

static const struct ike_child_suites one = {1, {{ESP_AES_CBC, ESP_HMAC_SHA1_96, 256}}};

/* Message 2 of the quick mode that runs, made by hand. @attributes: a transform's, AES. */
static void
answer(const guint8 *attributes, gsize n, guint8 flags)
{
    static const guint8 nonce[16];
    struct ike_quick *const q = &sim.client.k->quicks[0];
    guint8 iv[CIPHER_BLOCK_MAX];
    struct ike_sa_wr sa;
    struct ike_wr m;

    ike_phase2_begin(sim.client.k, q->sa, IKE_QUICK, q->msgid, &m);
    m.w.base[19] |= flags;
    ike_wr_payload(&m, IKE_PL_NONCE, rd_over(nonce, sizeof nonce)); /* before SA: any order */
    ike_sa_begin(&sa, &m);
    ike_sa_proposal(&sa, 1, IKE_PROTO_ESP, rd_over("\0\0\x12\x34", 4));
    ike_sa_transform(&sa, 1, 12);
    wr_bytes(&m.w, attributes, n);
    ike_sa_end(&sa);
    memcpy(iv, q->iv, sizeof iv);
    const struct rd bytes = ike_phase2_end(q->sa, q->msgid, &q->ni, iv, &m);
    g_assert_true(rd_ok(&bytes));
    g_autofree guint8 *copy = g_memdup2(bytes.p, bytes.left);
    sim_ike_inject(&sim, TRUE, q->sa->port, rd_over(copy, bytes.left));
}

static void
test_answers(void)
{
#define KEY    "\x80\x06\x01\x00"
#define SHA    "\x80\x05\x00\x02"
#define IN_UDP "\x80\x04\x00\x04"
#define S3600  "\x80\x01\x00\x01\x80\x02\x0e\x10"
#define ROW(text, attributes, bad)                                                                 \
    {                                                                                              \
        text, (const guint8 *)attributes, sizeof attributes - 1, bad                               \
    }
    static const struct {
        const char *why;
        const guint8 *attributes;
        gsize n;
        const char *bad; /* NULL: it is taken; else what is said */
    } cases[] = {
        ROW("in our order", KEY SHA IN_UDP S3600, NULL),
        ROW("life first, the key's length last (racoon, IOS)", S3600 IN_UDP SHA KEY, NULL),
        ROW("life in seconds, long, and in kilobytes (ASA)",
            IN_UDP "\x80\x01\x00\x01\x00\x02\x00\x04\x00\x00\x0e\x10"
                   "\x80\x01\x00\x02\x00\x02\x00\x04\x00\x46\x50\x00" SHA KEY,
            NULL),
        ROW("life in kilobytes only", KEY SHA IN_UDP "\x80\x01\x00\x02\x80\x02\x10\x00", NULL),
        ROW("no life at all", KEY SHA IN_UDP, NULL),
        ROW("tunnel mode", KEY SHA "\x80\x04\x00\x01" S3600, "tunnel mode"),
        ROW("tunnel mode in UDP", KEY SHA "\x80\x04\x00\x03" S3600, "tunnel mode"),
        ROW("tunnel mode in UDP, of the drafts", KEY SHA "\x80\x04\xf0\x03" S3600, "tunnel mode"),
        ROW("no authentication", KEY IN_UDP S3600, "without authentication"),
        ROW("MD5", KEY "\x80\x05\x00\x01" IN_UDP S3600, "not what was offered"),
        ROW("a group that we did not ask for", KEY SHA IN_UDP "\x80\x03\x00\x02" S3600,
            "not what was offered"),
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].why);
        begin(34, NULL);
        until_quick();
        answer(cases[i].attributes, cases[i].n, 0);
        g_assert_cmpint(sim.client.announced, ==, cases[i].bad == NULL);
        g_assert_cmpint(sim.client.ended, ==, cases[i].bad != NULL);
        if (cases[i].bad != NULL)
            g_assert_nonnull(strstr(sim.client.end.detail, cases[i].bad));
        sim_ike_clear(&sim);
    }
}

static void
connected(struct ike_wr *m)
{
    ike_wr_notify(m, IKE_PROTO_ESP, IKE_N_CONNECTED, rd_over("\0\0\x12\x34", 4), (struct rd){0});
}

/* Windows sets the commit bit, and says CONNECTED in a fourth message (RFC 2408 section 3.1). */
static void
test_commit(void)
{
    begin(35, NULL);
    until_quick();
    const guint32 msgid = sim.client.k->quicks[0].msgid;

    answer((const guint8 *)KEY SHA IN_UDP S3600, 20, IKE_FLAG_COMMIT);
    g_assert_cmpint(sim.client.announced, ==, 1);
    g_assert_cmphex(sim.client.sending, ==, 0x1234);
    while (sim.server.k->sas[0].state != IKE_SA_UP)
        g_assert_true(sim_ike_step(&sim, sim.now + 10 * SEC));
    const guint64 dropped = ike_dropped(sim.client.k);

    say(IKE_QUICK, msgid, connected);
    g_assert_cmpuint(ike_dropped(sim.client.k), ==, dropped + 1);
    say(IKE_INFORMATIONAL, 0x777, connected); /* and where others say it */
    g_assert_false(sim.client.ended);
    g_assert_cmphex(sim.client.sending, ==, 0x1234);
    sim_ike_clear(&sim);
}

static const char *own_i, *own_r; /* the server's own quick mode: it is the initiator */
static guint32 own_group;

static void
own_quick(struct ike_wr *m)
{
    static const guint8 nonce[20];
    const struct ike_terms terms = {.encapsulation = 4, .seconds = 600, .group = own_group};

    ike_child_offer(&one, &terms, 0x4321, m);
    ike_wr_payload(m, IKE_PL_NONCE, rd_over(nonce, sizeof nonce));
    if (own_i != NULL) {
        ike_wr_payload(m, IKE_PL_ID, rd_over(own_i, own_i[0] == 4 ? 12 : 8));
        ike_wr_payload(m, IKE_PL_ID, rd_over(own_r, own_r[0] == 4 ? 12 : 8));
    }
}

/* A server that renews the pair by itself names its selectors as it narrowed or widened ours. */
static void
test_own_quick_mode(void)
{
#define SERVER "\306\63d\2"
#define CLIENT "\306\63d\1"
    static const struct {
        const char *why, *i, *r;
        gboolean good;
    } cases[] = {
        {"as ours", "\1\21\6\245" SERVER, "\1\21\6\245" CLIENT, TRUE},
        {"any port", "\1\21\0\0" SERVER, "\1\21\0\0" CLIENT, TRUE},
        {"its port only", "\1\21\6\245" SERVER, "\1\21\0\0" CLIENT, TRUE},
        {"any protocol", "\1\0\0\0" SERVER, "\1\0\0\0" CLIENT, TRUE},
        {"networks of one", "\4\21\6\245" SERVER "\377\377\377\377", "\1\21\6\245" CLIENT, TRUE},
        {"none", NULL, NULL, TRUE},
        {"another port", "\1\21\0\65" SERVER, "\1\21\6\245" CLIENT, FALSE},
        {"a network", "\4\21\6\245\306\63d\0\377\377\377\0", "\1\21\6\245" CLIENT, FALSE},
        {"TCP", "\1\6\6\245" SERVER, "\1\6\6\245" CLIENT, FALSE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].why);
        own_i = cases[i].i;
        own_r = cases[i].r;
        begin(36, NULL);
        g_assert_true(sim_ike_settle(&sim, 10 * SEC));
        sim_ike_run(&sim, sim.now + SEC);
        say(IKE_QUICK, 0x5000 + i, own_quick);
        g_assert_cmpint(sim.client.announced, ==, 1 + cases[i].good);
        g_assert_false(sim.client.ended);
        sim_ike_run(&sim, sim.now + 30 * SEC); /* nobody says message 3: the first pair stays */
        g_assert_true(sim_ike_agree(&sim));
        ike_rekey(sim.client.k, sim.now); /* and what we ask for ourselves is as it ever was */
        sim_ike_flush(&sim);
        sim_ike_run(&sim, sim.now + 2 * SEC);
        g_assert_true(sim_ike_agree(&sim));
        g_assert_cmpint(sim.client.announced, ==, 2 + cases[i].good);
        sim_ike_clear(&sim);
    }
}

/* ---- proposals ---- */

static const char *wants_1, *wants_2;
static gboolean wants_pfs;

static void
wanted(struct ike_config *client, struct ike_config *server)
{
    server->phase1 = wants_1;
    server->phase2 = wants_2;
    server->pfs = wants_pfs;
    client->remembered = 0;
}

/* Gateways that are set to one thing only, and not to what is offered first. */
static void
test_rare(void)
{
    static const struct {
        const char *ike, *esp, *proposal, *child;
        gboolean pfs;
    } cases[] = {
        {"aes128-sha1-modp1536", "aes128-sha1", "AES-128-CBC SHA-1 MODP-1536", "AES-128-CBC SHA-1",
         FALSE},
        {"aes256-sha512-ecp521", "aes256-sha512", "AES-256-CBC SHA-512 ECP-521",
         "AES-256-CBC SHA-512", FALSE},
        {"aes256-sha256-modp4096", "aes192-sha256", "AES-256-CBC SHA-256 MODP-4096",
         "AES-192-CBC SHA-256", FALSE},
        {"3des-sha1-modp1024", "3des-sha1", "3DES-CBC SHA-1 MODP-1024", "3DES-CBC SHA-1", TRUE},
        {"aes256-sha1-modp2048", "aes256-sha1", "AES-256-CBC SHA-1 MODP-2048", "AES-256-CBC SHA-1",
         TRUE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        wants_1 = cases[i].ike;
        wants_2 = cases[i].esp;
        wants_pfs = cases[i].pfs;
        begin(37 + i, wanted);
        g_assert_true(sim_ike_settle(&sim, 10 * SEC));
        g_assert_cmpstr(sim.client.proposal, ==, cases[i].proposal);
        g_assert_cmpstr(sim.client.child_proposal, ==, cases[i].child);
        const guint phase2 = ike_remember(sim.client.k) & 15;
        g_assert_cmpuint(phase2, ==, cases[i].pfs ? 3 : i == 0 ? 0 : 2);
        for (guint who = 0; who < 2; who++) { /* either end renews it: phase 1, and the pair */
            struct sim_ike_end *const e = who == 0 ? &sim.client : &sim.server;
            const guint before = e->announced;

            sim_ike_run(&sim, sim.now + 70 * SEC);
            ike_sa_current(e->k)->rekey_at = sim.now;
            ike_expire(e->k, sim.now);
            ike_rekey(e->k, sim.now);
            sim_ike_flush(&sim);
            sim_ike_run(&sim, sim.now + 20 * SEC);
            g_assert_true(sim_ike_agree(&sim));
            g_assert_cmpuint(e->announced, >, before);
        }
        g_assert_false(sim.client.ended || sim.server.ended);
        sim_ike_clear(&sim);
    }
}

/* Which group is next while the answer is no; and never one that the profile refuses. */
static void
test_groups(void)
{
    static const struct {
        guint group;
        bool wanted, listed;
        unsigned refuse;
        guint tiers[IKE_PHASE2_TIERS + 1];
    } rows[] = {
        {DH_ECP_384, false, false, 0, {0, 1, 2, 3, 4, 5, 6, 7}},
        {DH_MODP_1024, false, false, 0, {0, 1, 2, 3, 4, 6, 7}},
        {DH_MODP_2048, true, false, 0, {0, 1, 2, 5, 6, 7}},
        {DH_ECP_384, false, true, 0, {0, 3, 4, 5, 6, 7}},
        {DH_ECP_384, false, false, IKE_WEAK_MODP1024 | IKE_WEAK_MODP1536, {0, 1, 2, 3, 4, 7}},
    };
    static const guint8 of_tier[] = {0, 0, 0, 0, DH_MODP_2048, DH_MODP_1024, DH_MODP_1536};

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        unsigned tried = 0;

        for (guint n = 0; n == 0 || rows[i].tiers[n - 1] != IKE_PHASE2_TIERS; n++) {
            const unsigned tier = ike_child_next_tier(tried, rows[i].group, rows[i].wanted,
                                                      rows[i].listed, rows[i].refuse);

            g_assert_cmpuint(tier, ==, rows[i].tiers[n]);
            tried |= 1u << tier;
            if (tier > IKE_PHASE2_LISTS && tier < IKE_PHASE2_TIERS)
                g_assert_cmpuint(ike_child_pfs(tier, rows[i].group, rows[i].wanted), ==,
                                 of_tier[tier]);
        }
        g_assert_cmpuint(ike_child_pfs(0, rows[i].group, rows[i].wanted), ==,
                         rows[i].wanted ? rows[i].group : 0);
        g_assert_cmpuint(ike_child_pfs(IKE_PHASE2_LISTS, rows[i].group, false), ==, rows[i].group);
    }
}

/* ---- no, in other words ---- */

static guint16 no;

static void
says_no(struct ike_wr *m)
{
    ike_wr_notify(m, IKE_PROTO_ESP, no, (struct rd){0}, (struct rd){0});
}

static void
goodbye(struct ike_wr *m)
{
    const struct ike_sa *const sa = ike_sa_current(sim.client.k);

    ike_wr_open(m, IKE_PL_DELETE);
    wr_be32(&m->w, 1);
    wr_u8(&m->w, IKE_PROTO_ISAKMP);
    wr_u8(&m->w, 16);
    wr_be16(&m->w, 1);
    wr_bytes(&m->w, sa->cky_i, 8);
    wr_bytes(&m->w, sa->cky_r, 8);
    ike_wr_close(m);
}

static struct ike_quick *
asking(void)
{
    for (guint i = 0; i < IKE_QUICKS; i++)
        if (sim.client.k->quicks[i].state == IKE_QUICK_SENT_1)
            return &sim.client.k->quicks[i];
    return NULL;
}

static void
until_both_up(void)
{
    while (ike_sa_current(sim.server.k) == NULL || asking() == NULL)
        g_assert_true(sim_ike_step(&sim, sim.now + 10 * SEC));
}

/* What servers say that stumble over one transform means: offer another list. What they say of an
 * SPI that they do not know is not about this exchange. */
static void
test_notifies(void)
{
    static const struct {
        guint16 type;
        gboolean next, same;
    } cases[] = {
        {IKE_N_NO_PROPOSAL_CHOSEN, TRUE, FALSE},
        {IKE_N_INVALID_TRANSFORM_ID, TRUE, FALSE},
        {IKE_N_ATTRIBUTES_NOT_SUPPORTED, TRUE, FALSE},
        {IKE_N_BAD_PROPOSAL_SYNTAX, TRUE, FALSE},
        {IKE_N_INVALID_SPI, FALSE, TRUE},
        {IKE_N_CONNECTED, FALSE, TRUE},
        {IKE_N_INVALID_ID_INFORMATION, FALSE, FALSE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        begin(50, NULL);
        until_both_up();
        const struct ike_quick before = *asking();

        no = cases[i].type;
        say(IKE_INFORMATIONAL, 0x100, says_no);
        g_assert_cmpint(sim.client.ended, ==, !cases[i].next && !cases[i].same);
        if (sim.client.ended)
            g_assert_nonnull(strstr(sim.client.end.detail, "INVALID-ID-INFORMATION"));
        else
            g_assert_cmpint(asking()->msgid == before.msgid, ==, cases[i].same);
        sim_ike_clear(&sim);
    }
}

/* Instead of a word about quick mode the server takes phase 1 away. Something else is offered in
 * another one; and that has an end, which says what it was. */
static void
test_deserted(void)
{
    for (guint with_no = 0; with_no < 2; with_no++) {
        guint phases = 0;

        begin(51, NULL);
        while (!sim.client.ended) {
            until_both_up();
            const guint tier = asking()->tier;

            g_assert_cmpuint(tier, ==, phases);
            phases++;
            if (with_no) {
                no = IKE_N_NO_PROPOSAL_CHOSEN;
                say(IKE_INFORMATIONAL, 0x200 + phases, says_no);
                g_assert_cmpuint(asking()->tier, ==, tier + 1);
            }
            say(IKE_INFORMATIONAL, 0x300 + phases, goodbye);
            ike_free(sim.server.k); /* it has forgotten it */
            static const char psk[] = "a pre-shared key of the lab";
            const struct ike_config again = {.role = IKE_RESPONDER,
                                             .psk = rd_over(psk, sizeof psk - 1),
                                             .rng = &sim.server.rng,
                                             .local = sim.server.address,
                                             .remote = sim.client.address};
            sim.server.k = ike_new(&again, sim.now);
            g_assert_nonnull(sim.server.k);
            sim_ike_flush(&sim);
        }
        g_assert_cmpuint(phases, ==, 4);
        g_assert_cmpint(sim.client.end.error, ==, RAS_OAKLEY_GENERAL_PROCESSING);
        g_assert_nonnull(strstr(sim.client.end.detail, "deletes phase 1"));
        g_assert_cmpint(sim.client.announced, ==, 0);
        sim_ike_clear(&sim);
    }
}

/* A phase 1 of an earlier call, and pairs of it, that a server tidies away at the first chance. */
static void
stale(struct ike_wr *m)
{
    ike_wr_open(m, IKE_PL_DELETE);
    wr_be32(&m->w, 1);
    wr_u8(&m->w, IKE_PROTO_ESP);
    wr_u8(&m->w, 4);
    wr_be16(&m->w, 2);
    wr_be32(&m->w, 0xdead0001);
    wr_be32(&m->w, 0xdead0002);
    ike_wr_close(m);
    ike_wr_open(m, IKE_PL_DELETE);
    wr_be32(&m->w, 1);
    wr_u8(&m->w, IKE_PROTO_ISAKMP);
    wr_u8(&m->w, 16);
    wr_be16(&m->w, 1);
    wr_bytes(&m->w, "an older phase 1", 16);
    ike_wr_close(m);
}

static void
test_stale(void)
{
    begin(52, NULL);
    until_both_up();
    say(IKE_INFORMATIONAL, 0x400, stale);
    g_assert_nonnull(asking());
    g_assert_true(sim_ike_settle(&sim, sim.now + 10 * SEC));
    g_assert_false(sim.client.ended);
    sim_ike_clear(&sim);
}

/* ---- ports ---- */

/* Who goes to UDP 4500 with message 3 is answered there. */
static void
test_floats_early(void)
{
    struct ike_output out;
    guint at_4500 = 0;

    begin(53, NULL);
    until_state(IKE_SA_SENT_3);
    const struct ike_blob three = sim.client.k->sas[0].sent.bytes;

    ike_receive_from(sim.server.k, sim.now, IKE_4500, &sim.client.address,
                     rd_over(three.p, three.n));
    while (ike_poll_output(sim.server.k, &out))
        at_4500 += out.port == IKE_4500;
    g_assert_cmpuint(at_4500, ==, 1);
    sim_ike_clear(&sim);
}

/* ---- renewed by both ---- */

/* Libreswan deletes all of a client's when that deletes its newest pair: what we begin while the
 * server's is there already takes its place, however soon, and whichever SPI is lower. */
static void
test_newest_is_kept(void)
{
    for (guint32 seed = 80; seed < 96; seed++) {
        begin(seed, NULL);
        g_assert_true(sim_ike_settle(&sim, 10 * SEC));
        ike_rekey(sim.server.k, sim.now);
        sim_ike_flush(&sim);
        sim_ike_run(&sim, sim.now + SEC);
        const guint32 of_server = sim.client.sending;

        ike_rekey(sim.client.k, sim.now);
        sim_ike_flush(&sim);
        sim_ike_run(&sim, sim.now + SEC);
        const guint32 newest = sim.client.sending;
        g_assert_cmpuint(newest, !=, of_server);
        sim_ike_run(&sim, sim.now + 12 * SEC);
        bool there = false;
        for (guint i = 0; i < IKE_CHILDREN; i++)
            there |= sim.client.k->children[i].used && sim.client.k->children[i].out.spi == newest;
        g_assert_true(there);
        g_assert_true(sim_ike_agree(&sim));
        sim_ike_clear(&sim);
    }
}

/* The same for phase 1 that lives for less than a minute: the server's, and ours soon after it. */
static void
test_phase_1_soon(void)
{
    for (guint32 seed = 120; seed < 136; seed++) {
        begin(seed, NULL);
        g_assert_true(sim_ike_settle(&sim, 10 * SEC));
        sim_ike_run(&sim, sim.now + 30 * SEC);
        ike_sa_current(sim.server.k)->rekey_at = sim.now;
        ike_expire(sim.server.k, sim.now);
        sim_ike_flush(&sim);
        sim_ike_run(&sim, sim.now + 25 * SEC);
        struct ike_sa *const sa = ike_sa_current(sim.client.k);
        g_assert_false(sa->initiator);
        sa->rekey_at = sim.now;
        ike_expire(sim.client.k, sim.now);
        sim_ike_flush(&sim);
        for (guint i = 0; i < 25; i++) {
            sim_ike_run(&sim, sim.now + SEC);
            g_assert_true(ike_sa_current(sim.client.k)->initiator);
            g_assert_false(ike_sa_current(sim.server.k)->initiator);
        }
        sim_ike_clear(&sim);
    }
}

/* At the very same moment: the client's is used, and stays until it is renewed. */
static void
test_both_at_once(void)
{
    for (guint32 seed = 100; seed < 116; seed++) {
        begin(seed, NULL);
        g_assert_true(sim_ike_settle(&sim, 10 * SEC));
        sim_ike_run(&sim, sim.now + 30 * SEC);
        ike_rekey(sim.client.k, sim.now);
        ike_rekey(sim.server.k, sim.now);
        sim_ike_flush(&sim);
        for (guint i = 0; i < 30; i++) {
            sim_ike_run(&sim, sim.now + SEC);
            g_assert_true(sim.client.k->current->initiator);
            g_assert_false(sim.server.k->current->initiator);
        }
        g_assert_true(sim_ike_agree(&sim));
        sim_ike_clear(&sim);
    }
}

/* ---- no word at all ---- */

/* Quick mode is ignored: one list, five times, and an end that says what it may mean. */
static void
test_silent(void)
{
    static const struct {
        bool dpd, asks;
        const char *words;
    } rows[] = {
        {false, false, "no answer: perhaps the server wants other"},
        {false, true, "XAUTH or mode configuration"},
        {true, false, "none to the question whether it is there"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        begin(60 + (guint32)i, NULL);
        until_both_up();
        const guint32 msgid = asking()->msgid;
        const usec_t from = sim.now;
        sim.cut = TRUE;
        sim.client.k->sas[0].peer.dpd = rows[i].dpd;
        if (rows[i].asks)
            say(IKE_TRANSACTION, 0x4321, says_no);
        while (!sim.client.ended) {
            g_assert_true(sim_ike_step(&sim, from + 60 * SEC));
            g_assert_true(asking() == NULL || asking()->msgid == msgid);
        }
        g_test_message("after %" G_GUINT64_FORMAT " ms: %s", (sim.now - from) / MS,
                       sim.client.end.detail);
        g_assert_cmpint(sim.client.end.error, ==, RAS_OAKLEY_GENERAL_PROCESSING);
        g_assert_nonnull(strstr(sim.client.end.detail, rows[i].words));
        g_assert_cmpuint(sim.now - from, <, 30 * SEC);
        sim_ike_clear(&sim);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim-ike-habits/DPD-in-message-4", test_dpd_in_message_4);
    g_test_add_func("/sim-ike-habits/many-vendor-ids", test_vendor_flood);
    g_test_add_func("/sim-ike-habits/notify-without-a-hash", test_no_hash);
    g_test_add_func("/sim-ike-habits/K9-answers", test_answers);
    g_test_add_func("/sim-ike-habits/commit-bit", test_commit);
    g_test_add_func("/sim-ike-habits/K9-quick-modes-of-the-server", test_own_quick_mode);
    g_test_add_func("/sim-ike-habits/rare-proposals", test_rare);
    g_test_add_func("/sim-ike-habits/groups-of-PFS", test_groups);
    g_test_add_func("/sim-ike-habits/no-in-other-words", test_notifies);
    g_test_add_func("/sim-ike-habits/phase-1-deleted-instead", test_deserted);
    g_test_add_func("/sim-ike-habits/stale-ones-deleted", test_stale);
    g_test_add_func("/sim-ike-habits/message-3-to-4500", test_floats_early);
    g_test_add_func("/sim-ike-habits/forgotten-message-1", test_forgotten);
    g_test_add_func("/sim-ike-habits/newest-is-kept", test_newest_is_kept);
    g_test_add_func("/sim-ike-habits/both-at-once", test_both_at_once);
    g_test_add_func("/sim-ike-habits/phase-1-soon", test_phase_1_soon);
    g_test_add_func("/sim-ike-habits/quick-mode-is-ignored", test_silent);
    return g_test_run();
}
