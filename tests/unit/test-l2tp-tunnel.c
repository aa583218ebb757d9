/*
 * test-l2tp-tunnel.c - a tunnel and its call: both ends against each other, every (state, message)
 * cell of both roles, tunnel authentication, and the ways out with their numbers.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "l2tp-tunnel.h"

#define SEC       USEC_PER_SEC
#define HAS(what) L2TP_HAS(L2TP_AVP_##what)

static guint32 seed;

static void
fill(void *ctx, void *out, size_t n)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++)
        ((guint8 *)out)[i] = (guint8)((seed = seed * 1664525 + 1013904223) >> 24);
}

static const struct rng rng = {.fill = fill};

struct bench {
    struct l2tp_tunnel lac, lns;
    guint16 said[2][32]; /* message types that each end sent; ZLB is 0xffff */
    guint n_said[2];
};

/* What @from says now, to @to. */
static guint
carry(struct bench *b, struct l2tp_tunnel *from, struct l2tp_tunnel *to, usec_t now)
{
    const guint who = from == &b->lns;
    struct rd r, frame;
    guint n = 0;

    while (l2tp_tunnel_poll(from, now, &r)) {
        struct l2tp_header h;
        g_autofree guint8 *exact = g_memdup2(r.p, r.left);
        g_assert_true(l2tp_header_get(r, &h));
        g_assert_true(h.control);
        struct rd body = h.body;
        rd_take(&body, 6);
        b->said[who][b->n_said[who]++ % 32] = h.body.left == 0 ? 0xffff : rd_be16(&body);
        g_assert_false(l2tp_tunnel_receive(to, now, rd_over(exact, r.left), &frame));
        n++;
    }
    return n;
}

static void
exchange(struct bench *b, usec_t now)
{
    for (guint i = 0; i < 20; i++)
        if (carry(b, &b->lac, &b->lns, now) + carry(b, &b->lns, &b->lac, now) == 0)
            return;
    g_error("they talk for ever");
}

static void
start(struct bench *b, const char *lac_secret, const char *lns_secret, bool hide)
{
    const struct l2tp_config lac = {.rng = &rng,
                                    .secret = rd_over(lac_secret, strlen(lac_secret)),
                                    .no_answer = RAS_VPN_TIMEOUT};
    const struct l2tp_config lns = {
        .rng = &rng, .secret = rd_over(lns_secret, strlen(lns_secret)), .lns = true, .hide = hide};

    memset(b, 0, sizeof *b);
    l2tp_tunnel_init(&b->lac, &lac);
    l2tp_tunnel_init(&b->lns, &lns);
}

static void
bring_up(struct bench *b, usec_t now)
{
    start(b, "", "", false);
    l2tp_tunnel_begin(&b->lac, now);
    exchange(b, now);
    g_assert_cmpint(b->lac.call, ==, L2TP_CALL_UP);
    g_assert_cmpint(b->lns.call, ==, L2TP_CALL_UP);
}

/* One and a half round trips for the tunnel, and the call asked for in the last half. */
static void
test_call(void)
{
    struct bench b;

    bring_up(&b, 5);
    static const guint16 lac[] = {L2TP_SCCRQ, L2TP_SCCCN, L2TP_ICRQ, L2TP_ICCN, 0};
    static const guint16 lns[] = {L2TP_SCCRP, L2TP_ICRP, 0xffff, 0};
    g_assert_cmpmem(b.said[0], sizeof lac, lac, sizeof lac);
    g_assert_cmpuint(b.said[1][0], ==, lns[0]);
    g_assert_cmpuint(b.said[1][1], ==, lns[1]);
    g_assert_cmpuint(b.lac.peer_session, ==, b.lns.local_session);
    g_assert_cmpuint(b.lns.peer_session, ==, b.lac.local_session);
    g_assert_cmpuint(b.lac.peer_tunnel, ==, b.lns.local_tunnel);
    g_assert_cmpuint(b.lac.channel.window, ==, L2TP_WINDOW);
    g_assert_cmpuint(b.lac.ignored + b.lns.ignored, ==, 0);

    l2tp_tunnel_close(&b.lac, 6, L2TP_CDN_ADMINISTRATIVE, L2TP_STOP_CLEAR);
    g_assert_cmpint(b.lac.state, ==, L2TP_STOPPING);
    exchange(&b, 6);
    g_assert_cmpint(b.lac.state, ==, L2TP_CLOSED);
    g_assert_cmpint(b.lns.state, ==, L2TP_CLOSED);
    g_assert_cmpint(b.lac.end.error, ==, RAS_USER_DISCONNECTION);
    g_assert_cmpint(b.lns.end.error, ==, RAS_REMOTE_DISCONNECTION);
    g_assert_cmpuint(b.said[0][4], ==, L2TP_CDN);
    g_assert_cmpuint(b.said[0][5], ==, L2TP_STOPCCN);
    g_assert_cmpuint(l2tp_tunnel_deadline(&b.lac), ==, NEVER);
}

/* L6: who proves what, and what is said when it is not so. Hidden or not, the same. */
static void
test_authentication(void)
{
    static const struct {
        const char *lac, *lns;
        enum ras_error error;
    } rows[] = {
        {"one", "one", RAS_OK},
        {"one", "two", RAS_OAKLEY_AUTH_FAIL},
        {"", "two", RAS_OAKLEY_AUTH_FAIL},
        {"one", "", RAS_OAKLEY_AUTH_FAIL}, /* it has nothing to answer with, and says so */
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct bench b;

        start(&b, rows[i].lac, rows[i].lns, false);
        l2tp_tunnel_begin(&b.lac, 0);
        exchange(&b, 0);
        g_test_message("%s", b.lac.end.detail);
        g_assert_cmpint(b.lac.end.error, ==, rows[i].error);
        g_assert_cmpint(b.lac.call == L2TP_CALL_UP, ==, rows[i].error == RAS_OK);
        if (rows[i].error == RAS_OK)
            continue;
        g_assert_cmpint(b.lac.state, ==, L2TP_CLOSED);
        g_assert_cmpint(b.lns.call, !=, L2TP_CALL_UP);
    }

    struct bench b;
    start(&b, "one", "one", true);
    l2tp_tunnel_begin(&b.lac, 0);
    exchange(&b, 0);
    g_assert_cmpint(b.lac.call, ==, L2TP_CALL_UP);
}

/* ---- one end, and messages that we make ---- */

static void
inject_to(struct l2tp_tunnel *t, usec_t now, guint16 tunnel, guint16 session, struct l2tp_msg m)
{
    guint8 bytes[1024];
    struct wr w = wr_over(bytes, sizeof bytes);
    struct rd frame;

    l2tp_msg_put(&w, tunnel, session, &m, (struct rd){0}, (struct rd){0});
    wr_patch_be16(&w, 8, t->channel.nr);
    /* A goodbye is over when it is acknowledged: not by this. */
    wr_patch_be16(&w, 10, t->state == L2TP_STOPPING ? t->channel.acked : t->channel.next);
    g_assert_false(w.bad);
    g_autofree guint8 *exact = g_memdup2(bytes, w.len);
    g_assert_false(l2tp_tunnel_receive(t, now, rd_over(exact, w.len), &frame));
}

static void
inject(struct l2tp_tunnel *t, usec_t now, guint16 session, struct l2tp_msg m)
{
    inject_to(t, now, t->local_tunnel, session, m);
}

static struct l2tp_msg
sample(guint type, guint16 session)
{
    return (struct l2tp_msg){
        .type = type,
        .has = HAS(VERSION) | HAS(HOST_NAME) | HAS(TUNNEL) | HAS(SESSION) | HAS(SERIAL) |
               HAS(SPEED) | HAS(FRAMING) | HAS(CALL_ERRORS) | HAS(RESULT),
        .version = L2TP_VERSION,
        .host_name = rd_over("x", 1),
        .tunnel = 0x4444,
        .session = session,
        .result = 2,
        .errors = {1, 2},
    };
}

/* What it has to say now, as types; 'z' for an acknowledgement of its own. */
static void
collect(struct l2tp_tunnel *t, char ret[16])
{
    static const char names[L2TP_TYPES] = {
        [L2TP_SCCRQ] = 'Q',   [L2TP_SCCRP] = 'P', [L2TP_SCCCN] = 'N',
        [L2TP_STOPCCN] = 'S', [L2TP_HELLO] = 'h', [L2TP_ICRQ] = 'q',
        [L2TP_ICRP] = 'p',    [L2TP_ICCN] = 'n',  [L2TP_CDN] = 'd'};
    struct rd r;
    guint n = 0;

    t->channel.window = t->channel.congestion = 8; /* all at once */
    while (l2tp_tunnel_poll(t, 0, &r)) {
        struct l2tp_header h;
        struct l2tp_msg m;
        g_assert_true(l2tp_header_get(r, &h));
        if (h.body.left == 0) {
            ret[n++] = 'z';
            continue;
        }
        g_assert_cmpint(l2tp_msg_get(h.body, t->config.secret, &m), ==, L2TP_GOOD);
        ret[n++] = names[m.type];
    }
    ret[n] = '\0';
}

static void
reach(struct l2tp_tunnel *t, bool lns, enum l2tp_state state, enum l2tp_call_state call)
{
    const struct l2tp_config config = {.rng = &rng, .lns = lns, .no_answer = RAS_VPN_TIMEOUT};
    char said[16];

    l2tp_tunnel_init(t, &config);
    if (state > L2TP_IDLE)
        l2tp_tunnel_begin(t, 0);
    if (state >= (lns ? L2TP_WAIT_CONNECT : L2TP_ESTABLISHED))
        inject(t, 0, 0, sample(lns ? L2TP_SCCRQ : L2TP_SCCRP, 9));
    if (lns && state >= L2TP_ESTABLISHED)
        inject(t, 0, 0, sample(L2TP_SCCCN, 9));
    if (lns && call >= L2TP_CALL_WAIT_CONNECT)
        inject(t, 0, 0, sample(L2TP_ICRQ, 9));
    if (call >= L2TP_CALL_UP)
        inject(t, 0, t->local_session, sample(lns ? L2TP_ICCN : L2TP_ICRP, 9));
    if (state >= L2TP_STOPPING)
        l2tp_tunnel_close(t, 0, L2TP_CDN_ADMINISTRATIVE, L2TP_STOP_CLEAR);
    collect(t, said);
    if (state == L2TP_CLOSED)
        inject(t, 0, 0, sample(L2TP_STOPCCN, 9));
    collect(t, said);
    g_assert_cmpint(t->state, ==, state);
    if (state < L2TP_STOPPING)
        g_assert_cmpint(t->call, ==, call);
    t->ignored = 0;
}

/* Each cell: '.' is acknowledged, counted and changes nothing; else it is acted on. */
static void
test_cells(void)
{
    static const struct {
        bool lns;
        enum l2tp_state state;
        enum l2tp_call_state call;
        const char
            *cells; /* SCCRQ SCCRP SCCCN StopCCN (5) HELLO OCRQ OCRP OCCN ICRQ ICRP ICCN (13)
                       CDN WEN SLI. c: to ESTABLISHED, w: to WAIT_CONNECT, x: CLOSED,
                       s: STOPPING, r: refused by CDN, i: call waits to be connected,
                       u: call up, n: nothing, not counted; ' ' no such message; '-': not heard */
    } rows[] = {
        {false, L2TP_IDLE, L2TP_CALL_IDLE, "---- ------- ---"},
        {false, L2TP_WAIT_REPLY, L2TP_CALL_IDLE, ".c.x ....... ..."},
        {false, L2TP_ESTABLISHED, L2TP_CALL_WAIT_REPLY, "...x nr..ru. s.."},
        {false, L2TP_ESTABLISHED, L2TP_CALL_UP, "...x nr..r.. snn"},
        {false, L2TP_STOPPING, L2TP_CALL_OVER, "...x n...... ..."},
        {false, L2TP_CLOSED, L2TP_CALL_OVER, "---- ------- ---"},
        {true, L2TP_IDLE, L2TP_CALL_IDLE, "w... ....... ..."},
        {true, L2TP_WAIT_CONNECT, L2TP_CALL_IDLE, "..cx n...... ..."},
        {true, L2TP_ESTABLISHED, L2TP_CALL_IDLE, "...x nr..i.. ..."},
        {true, L2TP_ESTABLISHED, L2TP_CALL_WAIT_CONNECT, "...x nr..r.u s.."},
        {true, L2TP_ESTABLISHED, L2TP_CALL_UP, "...x nr..r.. snn"},
        {true, L2TP_STOPPING, L2TP_CALL_OVER, "...x n...... ..."},
        {true, L2TP_CLOSED, L2TP_CALL_OVER, "---- ------- ---"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (guint type = 1; type < L2TP_TYPES; type++) {
            const char cell = rows[i].cells[type - 1];
            struct l2tp_tunnel t;
            char said[16];

            if (cell == ' ')
                continue;
            reach(&t, rows[i].lns, rows[i].state, rows[i].call);
            const enum l2tp_state before = t.state;
            const enum l2tp_call_state call = t.call;
            inject(&t, 0, t.local_session, sample(type, 8));
            collect(&t, said);
            g_test_message("row %zu, message %u '%c': state %d, call %d, said %s", i, type, cell,
                           t.state, t.call, said);
            g_assert_cmpuint(t.ignored, ==, strchr(".-r", cell) != NULL);
            switch (cell) {
            case '-':
                g_assert_cmpstr(said, ==, "");
                break;
            case '.':
            case 'n':
                g_assert_cmpstr(said, ==, t.peer_tunnel == 0 ? "" : "z"); /* to whom? */
                break;
            case 'r':
                g_assert_cmpstr(said, ==, "d");
                break;
            case 'x':
                g_assert_cmpstr(said, ==, "z");
                g_assert_cmpint(t.state, ==, L2TP_CLOSED);
                g_assert_cmpint(t.end.error, !=, RAS_OK);
                break;
            case 's':
                g_assert_cmpstr(said, ==, "S");
                g_assert_cmpint(t.state, ==, L2TP_STOPPING);
                g_assert_cmpint(t.end.error, ==,
                                call == L2TP_CALL_UP ? RAS_REMOTE_DISCONNECTION
                                                     : RAS_DISCONNECTION);
                break;
            case 'w':
                g_assert_cmpstr(said, ==, "P");
                g_assert_cmpint(t.state, ==, L2TP_WAIT_CONNECT);
                break;
            case 'c':
                g_assert_cmpstr(said, ==, rows[i].lns ? "z" : "Nq");
                g_assert_cmpint(t.state, ==, L2TP_ESTABLISHED);
                break;
            case 'i':
                g_assert_cmpstr(said, ==, "p");
                g_assert_cmpint(t.call, ==, L2TP_CALL_WAIT_CONNECT);
                break;
            case 'u':
                g_assert_cmpstr(said, ==, rows[i].lns ? "z" : "n");
                g_assert_cmpint(t.call, ==, L2TP_CALL_UP);
                break;
            }
            if (strchr(".-nr", cell) != NULL) {
                g_assert_cmpint(t.state, ==, before);
                g_assert_cmpint(t.call, ==, call);
            }
        }
    }
}

/* What a server says no with, before the call is up and after. */
static void
test_results(void)
{
    static const struct {
        guint type;
        guint16 result;
        enum ras_error early, late;
    } rows[] = {
        {L2TP_STOPCCN, 1, RAS_DISCONNECTION, RAS_REMOTE_DISCONNECTION},
        {L2TP_STOPCCN, 4, RAS_DISCONNECTION, RAS_REMOTE_DISCONNECTION},
        {L2TP_STOPCCN, 6, RAS_DISCONNECTION, RAS_REMOTE_DISCONNECTION},
        {L2TP_STOPCCN, 999, RAS_DISCONNECTION, RAS_REMOTE_DISCONNECTION},
        {L2TP_CDN, 1, RAS_NO_CARRIER, RAS_REMOTE_DISCONNECTION},
        {L2TP_CDN, 2, RAS_DISCONNECTION, RAS_REMOTE_DISCONNECTION},
        {L2TP_CDN, 3, RAS_DISCONNECTION, RAS_REMOTE_DISCONNECTION},
        {L2TP_CDN, 4, RAS_DISCONNECTION, RAS_REMOTE_DISCONNECTION},
        {L2TP_CDN, 7, RAS_NO_CARRIER, RAS_REMOTE_DISCONNECTION},
        {L2TP_CDN, 8, RAS_LINE_BUSY, RAS_REMOTE_DISCONNECTION},
        {L2TP_CDN, 9, RAS_NO_DIALTONE, RAS_REMOTE_DISCONNECTION},
        {L2TP_CDN, 10, RAS_NO_ANSWER, RAS_REMOTE_DISCONNECTION},
        {L2TP_CDN, 11, RAS_DISCONNECTION, RAS_REMOTE_DISCONNECTION},
        {L2TP_CDN, 65535, RAS_DISCONNECTION, RAS_REMOTE_DISCONNECTION},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (int late = 0; late < 2; late++) {
            struct l2tp_tunnel t;
            struct l2tp_msg m = sample(rows[i].type, 9);

            m.result = rows[i].result;
            m.text = rd_over("no\033[2J", 6);
            reach(&t, false, L2TP_ESTABLISHED, late ? L2TP_CALL_UP : L2TP_CALL_WAIT_REPLY);
            inject(&t, 0, t.local_session, m);
            g_assert_cmpint(t.end.error, ==, late ? rows[i].late : rows[i].early);
            g_assert_null(strchr(t.end.detail, '\033'));
            g_assert_nonnull(strstr(t.end.detail, "no?[2J"));
            g_assert_true(l2tp_tunnel_ending(&t));
        }
    }
}

/* L5: ids that are not ours, and calls to us without end: no answer grows. */
static void
test_ids(void)
{
    struct l2tp_tunnel t;
    char said[16];
    struct rd frame;

    reach(&t, false, L2TP_ESTABLISHED, L2TP_CALL_WAIT_REPLY);
    inject(&t, 0, (guint16)(t.local_session + 1), sample(L2TP_ICRP, 9));
    g_assert_cmpint(t.call, ==, L2TP_CALL_WAIT_REPLY);
    inject(&t, 0, (guint16)(t.local_session + 1), sample(L2TP_CDN, 9));
    g_assert_cmpint(t.call, ==, L2TP_CALL_WAIT_REPLY);
    inject(&t, 0, 0, sample(L2TP_CDN, 0)); /* of no call at all */
    g_assert_cmpint(t.call, ==, L2TP_CALL_WAIT_REPLY);
    g_assert_cmpuint(t.ignored, ==, 3);
    inject_to(&t, 0, (guint16)(t.local_tunnel + 1), 0, sample(L2TP_STOPCCN, 9));
    inject_to(&t, 0, 0, 0, sample(L2TP_STOPCCN, 9));
    g_assert_cmpint(t.state, ==, L2TP_ESTABLISHED);
    collect(&t, said);

    reach(&t, false, L2TP_ESTABLISHED, L2TP_CALL_UP);
    for (guint i = 1; i < 65536; i++)
        inject(&t, 0, 0, sample(L2TP_ICRQ, (guint16)i));
    g_assert_cmpuint(t.ignored, ==, 65535);
    g_assert_cmpint(t.call, ==, L2TP_CALL_UP);
    g_assert_true(l2tp_channel_has_room(&t.channel, 2)); /* for our own goodbye */
    l2tp_tunnel_close(&t, 0, L2TP_CDN_ADMINISTRATIVE, L2TP_STOP_CLEAR);
    collect(&t, said);
    g_assert_true(g_str_has_suffix(said, "dS"));
    g_assert_false(l2tp_tunnel_receive(&t, 0, rd_over("", 0), &frame));

    reach(&t, false, L2TP_ESTABLISHED, L2TP_CALL_UP); /* a CDN that names the call its own way */
    inject(&t, 0, 0, sample(L2TP_CDN, 9));
    g_assert_cmpint(t.call, ==, L2TP_CALL_OVER);
}

/* L2: what is not understood ends the call and the tunnel, and says which attribute it was. */
static void
test_fault(void)
{
    static const guint8 unknown[] = "\x80\x08\0\0\0\0\0\x0f" /* WEN */
                                    "\x80\x08\0\x09\0\x2a\0\1";
    guint8 bytes[12 + 16] = {0xc8, 0x02, 0, 28};
    struct l2tp_tunnel t;
    struct rd frame;
    char said[16];

    reach(&t, false, L2TP_ESTABLISHED, L2TP_CALL_UP);
    bytes[4] = (guint8)(t.local_tunnel >> 8), bytes[5] = (guint8)t.local_tunnel;
    bytes[9] = (guint8)t.channel.nr, bytes[11] = (guint8)t.channel.next;
    memcpy(bytes + 12, unknown, 16);
    g_assert_false(l2tp_tunnel_receive(&t, 0, rd_over(bytes, sizeof bytes), &frame));
    collect(&t, said);
    g_assert_cmpstr(said, ==, "dS");
    g_assert_cmpint(t.end.error, ==, RAS_LINK_FAILURE);
    g_assert_nonnull(strstr(t.end.detail, "attribute 42 of vendor 9, error 8"));

    reach(&t, true, L2TP_IDLE, L2TP_CALL_IDLE); /* nobody yet: no answer */
    memset(bytes + 4, 0, 8);
    g_assert_false(l2tp_tunnel_receive(&t, 0, rd_over(bytes, sizeof bytes), &frame));
    collect(&t, said);
    g_assert_cmpstr(said, ==, "");
}

/* L3: the words are those of a secret that is missing, or of another one, for which a window asks.
 */
static void
test_hidden(void)
{
    static const guint8 hidden[] = "\x80\x08\0\0\0\0\0\x02" /* SCCRP */
                                   "\x80\x0a\0\0\0\x24"
                                   "1234" /* Random Vector */
                                   "\xc0\x0a\0\0\0\x09"
                                   "abcd"; /* Tunnel, hidden */
    static const char *const words[] = {"no secret was given", "attribute 9"};

    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        guint8 bytes[12 + sizeof hidden - 1] = {0xc8, 0x02, 0, sizeof bytes, [11] = 1};
        struct l2tp_tunnel t;
        struct rd frame;
        char said[16];

        reach(&t, false, L2TP_WAIT_REPLY, L2TP_CALL_IDLE);
        t.config.secret = rd_over("another", i == 0 ? 0 : 7);
        bytes[4] = (guint8)(t.local_tunnel >> 8), bytes[5] = (guint8)t.local_tunnel;
        memcpy(bytes + 12, hidden, sizeof hidden - 1);
        g_assert_false(l2tp_tunnel_receive(&t, 0, rd_over(bytes, sizeof bytes), &frame));
        collect(&t, said);
        g_assert_cmpstr(said, ==, "S");
        g_assert_cmpint(t.end.error, ==, RAS_OAKLEY_AUTH_FAIL);
        g_assert_nonnull(strstr(t.end.detail, words[i]));
    }
}

static void
test_version(void)
{
    struct l2tp_tunnel t;
    struct l2tp_msg m = sample(L2TP_SCCRP, 9);
    char said[16];

    m.version = 0x0200;
    reach(&t, false, L2TP_WAIT_REPLY, L2TP_CALL_IDLE);
    inject(&t, 0, 0, m);
    collect(&t, said);
    g_assert_cmpstr(said, ==, "S");
    g_assert_nonnull(strstr(t.end.detail, "version 2.0"));
}

/* L6: a server that gives our own question back would have us answer it. */
static void
test_reflection(void)
{
    const struct l2tp_config config = {.rng = &rng, .secret = rd_over("s", 1)};
    struct l2tp_tunnel t;
    struct l2tp_msg m = sample(L2TP_SCCRP, 9);
    char said[16];

    l2tp_tunnel_init(&t, &config);
    l2tp_tunnel_begin(&t, 0);
    collect(&t, said);
    m.has |= HAS(CHALLENGE) | HAS(RESPONSE);
    m.challenge = rd_over(t.challenge, sizeof t.challenge);
    l2tp_response(L2TP_SCCRP, config.secret, m.challenge, m.response); /* even if it is right */
    inject(&t, 0, 0, m);
    collect(&t, said);
    g_assert_cmpstr(said, ==, "S");
    g_assert_nonnull(strstr(t.end.detail, "back"));
}

static void
test_silence(void)
{
    struct bench b;
    usec_t now = 1;

    start(&b, "", "", false); /* nobody there at all */
    l2tp_tunnel_begin(&b.lac, now);
    struct rd r;
    while (b.lac.state != L2TP_CLOSED) {
        while (l2tp_tunnel_poll(&b.lac, now, &r))
            continue;
        g_assert_cmpuint(l2tp_tunnel_deadline(&b.lac), >, now);
        now = l2tp_tunnel_deadline(&b.lac);
        l2tp_tunnel_expire(&b.lac, now);
    }
    g_assert_cmpint(b.lac.end.error, ==, RAS_VPN_TIMEOUT);
    g_assert_cmpuint(now, >, 20 * SEC);
    g_assert_cmpuint(now, <, 40 * SEC);

    bring_up(&b, now); /* an answer to each Hello keeps it up for ever */
    for (guint i = 0; i < 100; i++) {
        const usec_t next = l2tp_tunnel_deadline(&b.lac);
        g_assert_cmpuint(next, >=, now + 40 * SEC);
        g_assert_cmpuint(next, <=, now + 60 * SEC);
        now = next;
        l2tp_tunnel_expire(&b.lac, now);
        exchange(&b, now);
        g_assert_cmpuint(b.said[0][(b.n_said[0] - 1) % 32], ==, L2TP_HELLO);
    }
    g_assert_true(l2tp_tunnel_hello(&b.lac, now)); /* when it is wanted, and one at a time */
    g_assert_false(l2tp_tunnel_hello(&b.lac, now) || l2tp_tunnel_hello_answered(&b.lac));
    exchange(&b, now);
    g_assert_cmpuint(b.said[0][(b.n_said[0] - 1) % 32], ==, L2TP_HELLO);
    g_assert_true(l2tp_tunnel_hello_answered(&b.lac));
    const usec_t before = l2tp_tunnel_deadline(&b.lac); /* data is as good as a word */
    guint8 buf[32] = {0};
    struct rd frame;
    guint8 *const p = l2tp_tunnel_seal(&b.lns, buf + 16);
    g_assert_true(l2tp_tunnel_receive(&b.lac, now + 7, rd_over(p, (size_t)(buf + 20 - p)), &frame));
    g_assert_cmpuint(l2tp_tunnel_deadline(&b.lac), ==, before + 7);
    while (b.lac.state != L2TP_CLOSED) { /* and then there is none */
        now = l2tp_tunnel_deadline(&b.lac);
        l2tp_tunnel_expire(&b.lac, now);
        while (l2tp_tunnel_poll(&b.lac, now, &r))
            continue;
    }
    g_assert_cmpint(b.lac.end.error, ==, RAS_LINK_FAILURE);
    g_assert_cmpint(b.lac.call, ==, L2TP_CALL_OVER);
}

/* Whoever acknowledges and then says nothing is not waited for without end. */
static void
test_half_an_answer(void)
{
    for (int asked = 0; asked < 2; asked++) {
        struct l2tp_tunnel t;
        char said[16];

        reach(&t, false, asked ? L2TP_ESTABLISHED : L2TP_WAIT_REPLY,
              asked ? L2TP_CALL_WAIT_REPLY : L2TP_CALL_IDLE);
        t.channel.acked = t.channel.next; /* a ZLB came */
        t.channel.deadline = NEVER;
        const usec_t now = t.answer_by;
        g_assert_cmpuint(now, <, 60 * SEC);
        g_assert_cmpuint(l2tp_tunnel_deadline(&t), <=, now);
        l2tp_tunnel_expire(&t, now);
        g_assert_true(l2tp_tunnel_ending(&t));
        g_assert_cmpint(t.end.error, ==, asked ? RAS_PPP_NO_RESPONSE : RAS_VPN_TIMEOUT);
        collect(&t, said);
        g_assert_true(asked ? g_str_has_suffix(said, "dS") : *said == '\0');
    }
}

/* ---- data ---- */

static bool
data(struct bench *b, struct l2tp_tunnel *from, struct l2tp_tunnel *to, const char *text,
     guint8 *ret, gsize *ret_n)
{
    guint8 buf[64];
    struct rd frame;
    const gsize n = strlen(text);

    (void)b;
    memcpy(buf + 16, text, n);
    guint8 *const p = l2tp_tunnel_seal(from, buf + 16);
    *ret_n = (gsize)(buf + 16 + n - p);
    memcpy(ret, p, *ret_n);
    return l2tp_tunnel_receive(to, 0, rd_over(ret, *ret_n), &frame) &&
           rd_equal(frame, rd_over(text, n));
}

static void
test_data(void)
{
    struct bench b;
    guint8 first[64], sent[64];
    gsize n_first, n;
    struct rd frame;

    bring_up(&b, 0);
    g_assert_true(data(&b, &b.lac, &b.lns, "frame", sent, &n));
    g_assert_cmpuint(n, ==, 6 + 5);
    g_assert_true(data(&b, &b.lns, &b.lac, "back", sent, &n));
    sent[5] ^= 1; /* of another session */
    g_assert_false(l2tp_tunnel_receive(&b.lac, 0, rd_over(sent, n), &frame));
    g_assert_false(data(&b, &b.lns, &b.lac, "", sent, &n)); /* nothing in it */

    /* The server numbers its data: so do we, from then on; and not when it stops. */
    b.lns.sequence = true;
    g_assert_true(data(&b, &b.lns, &b.lac, "one", first, &n_first));
    g_assert_cmpuint(n_first, ==, 10 + 3);
    g_assert_false(l2tp_tunnel_receive(&b.lac, 0, rd_over(first, n_first), &frame)); /* twice */
    g_assert_true(data(&b, &b.lac, &b.lns, "two", sent, &n));
    g_assert_cmpuint(n, ==, 10 + 3);
    b.lns.data_ns = 10; /* some were lost; they come late, each once */
    g_assert_true(data(&b, &b.lns, &b.lac, "ten", sent, &n));
    b.lns.data_ns = 5;
    g_assert_true(data(&b, &b.lns, &b.lac, "five", sent, &n));
    g_assert_false(l2tp_tunnel_receive(&b.lac, 0, rd_over(sent, n), &frame));
    b.lns.data_ns = 65535; /* before the first: too late for anybody */
    g_assert_true(data(&b, &b.lns, &b.lac, "old", sent, &n));
    b.lns.data_ns = 65400;
    g_assert_false(data(&b, &b.lns, &b.lac, "older", sent, &n));
    b.lns.data_ns = 0x4000; /* far ahead, and across the end of the numbers */
    g_assert_true(data(&b, &b.lns, &b.lac, "far", sent, &n));
    for (guint i = 0; i < 70000; i++)
        g_assert_true(data(&b, &b.lns, &b.lac, "x", sent, &n));
    b.lns.sequence = false;
    g_assert_true(data(&b, &b.lns, &b.lac, "plain", sent, &n));
    g_assert_true(data(&b, &b.lac, &b.lns, "plain", sent, &n));
    g_assert_cmpuint(n, ==, 6 + 5);

    /* Where order counts: numbered from the first on, whatever the server does, and never late. */
    start(&b, "", "", false);
    b.lac.config.ordered = true;
    l2tp_tunnel_begin(&b.lac, 0);
    exchange(&b, 0);
    g_assert_true(b.lac.sequence && b.lns.sequence && b.lns.config.ordered);
    b.lns.data_ns = 9;
    g_assert_true(data(&b, &b.lns, &b.lac, "nine", sent, &n));
    b.lns.data_ns = 8;
    g_assert_false(data(&b, &b.lns, &b.lac, "eight", sent, &n));
    b.lns.sequence = false;
    g_assert_true(data(&b, &b.lns, &b.lac, "plain", sent, &n));
    g_assert_true(b.lac.sequence);

    /* Before the call is up, and after, there is no data. */
    struct l2tp_tunnel t;
    reach(&t, false, L2TP_ESTABLISHED, L2TP_CALL_WAIT_REPLY);
    guint8 early[] = {0,
                      2,
                      (guint8)(t.local_tunnel >> 8),
                      (guint8)t.local_tunnel,
                      (guint8)(t.local_session >> 8),
                      (guint8)t.local_session,
                      'x'};
    g_assert_false(l2tp_tunnel_receive(&t, 0, rd_over(early, sizeof early), &frame));
    l2tp_tunnel_close(&b.lac, 0, L2TP_CDN_ADMINISTRATIVE, L2TP_STOP_CLEAR);
    g_assert_false(data(&b, &b.lns, &b.lac, "late", sent, &n));
}

static void
test_refusals(void)
{
    struct bench b;

    start(&b, "", "", false);
    b.lns.config.refuse_tunnel = 4;
    l2tp_tunnel_begin(&b.lac, 0);
    exchange(&b, 0);
    g_assert_cmpint(b.lac.end.error, ==, RAS_DISCONNECTION);
    g_assert_nonnull(strstr(b.lac.end.detail, "not authorized"));
    g_assert_cmpint(b.lns.state, ==, L2TP_CLOSED);
    start(&b, "", "", false);
    b.lns.config.refuse_call = 8;
    l2tp_tunnel_begin(&b.lac, 0);
    exchange(&b, 0);
    g_assert_cmpint(b.lac.end.error, ==, RAS_LINE_BUSY);
    g_assert_cmpint(b.lac.state, ==, L2TP_CLOSED);
    g_assert_cmpint(b.lns.state, ==, L2TP_CLOSED);
    start(&b, "", "", false);
    l2tp_tunnel_begin(&b.lac, 0); /* hung up before anybody answered */
    l2tp_tunnel_close(&b.lac, 0, L2TP_CDN_ADMINISTRATIVE, L2TP_STOP_CLEAR);
    g_assert_cmpint(b.lac.state, ==, L2TP_CLOSED);
    g_assert_cmpuint(carry(&b, &b.lac, &b.lns, 0), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/l2tp-tunnel/call", test_call);
    g_test_add_func("/l2tp-tunnel/L6-authentication", test_authentication);
    g_test_add_func("/l2tp-tunnel/cells", test_cells);
    g_test_add_func("/l2tp-tunnel/results", test_results);
    g_test_add_func("/l2tp-tunnel/L5-ids", test_ids);
    g_test_add_func("/l2tp-tunnel/L2-fault", test_fault);
    g_test_add_func("/l2tp-tunnel/L3-hidden", test_hidden);
    g_test_add_func("/l2tp-tunnel/version", test_version);
    g_test_add_func("/l2tp-tunnel/L6-reflection", test_reflection);
    g_test_add_func("/l2tp-tunnel/silence", test_silence);
    g_test_add_func("/l2tp-tunnel/half-an-answer", test_half_an_answer);
    g_test_add_func("/l2tp-tunnel/data", test_data);
    g_test_add_func("/l2tp-tunnel/refusals", test_refusals);
    return g_test_run();
}
