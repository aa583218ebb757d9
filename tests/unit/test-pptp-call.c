/*
 * test-pptp-call.c - PPTP's control connection: every (state, message) cell, and every way out.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "pptp-call.h"

#define US   0x1234
#define THEM 0x5678
#define SEC  USEC_PER_SEC

struct bench {
    struct pptp_call call;
    guint8 buf[PPTP_CALL_ROOM];
    struct wr out;
};

/* What was written, as types in order; 0 ends. */
static const guint16 *
written(struct bench *b)
{
    static guint16 types[8];
    struct rd r = wr_done(&b->out);
    struct pptp_msg m;
    guint n = 0;

    while (pptp_msg_cut(&r, &m) == PPTP_CUT_MESSAGE)
        types[n++] = (guint16)m.type;
    g_assert_true(rd_done(&r));
    types[n] = 0;
    b->out = wr_over(b->buf, sizeof b->buf);
    return types;
}

#define WRITTEN(b, first, second)                                                                  \
    do {                                                                                           \
        const guint16 *types_ = written(b);                                                        \
        g_assert_cmpint(types_[0], ==, first);                                                     \
        if ((first) != 0)                                                                          \
            g_assert_cmpint(types_[1], ==, second);                                                \
    } while (0)

static void
input(struct bench *b, usec_t now, struct pptp_msg m)
{
    pptp_call_input(&b->call, now, &m, &b->out);
}

/* A call in @state. */
static void
reach(struct bench *b, enum pptp_call_state state)
{
    b->out = wr_over(b->buf, sizeof b->buf);
    pptp_call_init(&b->call, US);
    if (state >= PPTP_CALL_START_SENT)
        pptp_call_begin(&b->call, 0, &b->out);
    if (state >= PPTP_CALL_CALL_SENT)
        input(b, 0, (struct pptp_msg){.type = PPTP_SCCRP, .version = 0x100, .result = 1});
    if (state >= PPTP_CALL_UP)
        input(
            b, 0,
            (struct pptp_msg){.type = PPTP_OCRP, .call_id = THEM, .peer_call_id = US, .result = 1});
    if (state >= PPTP_CALL_CLEARING)
        pptp_call_clear(&b->call, 0, &b->out);
    if (state >= PPTP_CALL_STOPPING)
        input(b, 0, (struct pptp_msg){.type = PPTP_DISCONN, .call_id = THEM});
    if (state >= PPTP_CALL_CLOSED)
        input(b, 0, (struct pptp_msg){.type = PPTP_STOPRP, .result = 1});
    g_assert_cmpint(b->call.state, ==, state);
    b->out = wr_over(b->buf, sizeof b->buf);
}

static void
test_call(void)
{
    struct bench b = {.out = wr_over(b.buf, sizeof b.buf)};

    pptp_call_init(&b.call, US);
    pptp_call_begin(&b.call, 5, &b.out);
    WRITTEN(&b, PPTP_SCCRQ, 0);
    input(&b, 6, (struct pptp_msg){.type = PPTP_SCCRP, .version = 0x100, .result = 1});
    WRITTEN(&b, PPTP_OCRQ, 0);
    input(&b, 7,
          (struct pptp_msg){.type = PPTP_OCRP, .call_id = THEM, .peer_call_id = US, .result = 1});
    struct rd out = wr_done(&b.out);
    struct pptp_msg m;
    g_assert_cmpint(pptp_msg_cut(&out, &m), ==, PPTP_CUT_MESSAGE);
    g_assert_cmphex(m.send_accm & m.receive_accm, ==, UINT32_MAX); /* npppd takes no other */
    WRITTEN(&b, PPTP_SLI, 0);
    g_assert_cmpint(b.call.state, ==, PPTP_CALL_UP);
    g_assert_cmpint(b.call.peer_call, ==, THEM);
    pptp_call_clear(&b.call, 8, &b.out);
    WRITTEN(&b, PPTP_CLEAR, 0);
    input(&b, 9, (struct pptp_msg){.type = PPTP_DISCONN, .call_id = THEM, .result = 4});
    WRITTEN(&b, PPTP_STOPRQ, 0);
    input(&b, 10, (struct pptp_msg){.type = PPTP_STOPRP, .result = 1});
    g_assert_cmpint(b.call.state, ==, PPTP_CALL_CLOSED);
    g_assert_cmpuint(b.call.end.error, ==, RAS_USER_DISCONNECTION);
    g_assert_cmpuint(b.call.deadline, ==, NEVER);
}

/* Each cell: the state it leads to, and what is answered. '.' stays, unanswered and counted. */
static void
test_cells(void)
{
    /*                          SCCRQ SCCRP STOPRQ STOPRP ECHORQ ECHORP OCRQ OCRP
                                ICRQ ICRP ICCN CLEAR DISCONN WANERR SLI
       c: to CALL_SENT, u: UP, s: STOPPING, x: CLOSED, e: echo answered, r: refused by a reply,
       n: nothing, and not counted */
    static const struct {
        enum pptp_call_state state;
        const char *cells;
    } rows[] = {
        {PPTP_CALL_IDLE, "..............."},      {PPTP_CALL_START_SENT, ".cx.e.........."},
        {PPTP_CALL_CALL_SENT, "..x.e.rur...s.n"}, {PPTP_CALL_UP, "..x.e.r.r..ssnn"},
        {PPTP_CALL_CLEARING, "..x.e.......s.n"},  {PPTP_CALL_STOPPING, "..xx........n.n"},
        {PPTP_CALL_CLOSED, "..............."},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (guint type = 1; type < PPTP_TYPES; type++) {
            struct bench b;
            struct pptp_msg m = {.type = type, .version = 0x100, .result = 1, .call_id = THEM};
            enum pptp_call_state want = rows[i].state;

            m.peer_call_id = US;
            reach(&b, rows[i].state);
            input(&b, SEC, m);
            const guint16 answer = written(&b)[0];
            g_test_message("state %d, message %u", rows[i].state, type);
            switch (rows[i].cells[type - 1]) {
            case 'c':
                want = PPTP_CALL_CALL_SENT;
                g_assert_cmpint(answer, ==, PPTP_OCRQ);
                break;
            case 'u':
                want = PPTP_CALL_UP;
                break;
            case 's':
                want = PPTP_CALL_STOPPING;
                g_assert_cmpint(answer, ==, type == PPTP_CLEAR ? PPTP_DISCONN : PPTP_STOPRQ);
                break;
            case 'x':
                want = PPTP_CALL_CLOSED;
                g_assert_cmpint(answer, ==, type == PPTP_STOPRQ ? PPTP_STOPRP : 0);
                break;
            case 'e':
                g_assert_cmpint(answer, ==, PPTP_ECHORP);
                break;
            case 'r':
                g_assert_cmpint(answer, ==, type == PPTP_ICRQ ? PPTP_ICRP : PPTP_OCRP);
                break;
            default:
                g_assert_cmpint(answer, ==, 0);
            }
            g_assert_cmpint(b.call.state, ==, want);
            g_assert_true((b.call.ignored > 0) == (strchr(".r", rows[i].cells[type - 1]) != NULL));
        }
    }
}

static void
test_refused(void)
{
    static const struct {
        struct pptp_msg m;
        guint32 error;
        enum pptp_call_state state;
    } rows[] = {
        {{.type = PPTP_SCCRP, .version = 0x100, .result = 2, .error = 4}, 808, PPTP_CALL_CLOSED},
        {{.type = PPTP_SCCRP, .version = 0x100, .result = 4}, 808, PPTP_CALL_CLOSED},
        {{.type = PPTP_SCCRP, .version = 0x200, .result = 1}, 808, PPTP_CALL_CLOSED},
        {{.type = PPTP_OCRP, .peer_call_id = US, .result = 2}, 808, PPTP_CALL_STOPPING},
        {{.type = PPTP_OCRP, .peer_call_id = US, .result = 3}, 679, PPTP_CALL_STOPPING},
        {{.type = PPTP_OCRP, .peer_call_id = US, .result = 4}, 676, PPTP_CALL_STOPPING},
        {{.type = PPTP_OCRP, .peer_call_id = US, .result = 5}, 680, PPTP_CALL_STOPPING},
        {{.type = PPTP_OCRP, .peer_call_id = US, .result = 6}, 678, PPTP_CALL_STOPPING},
        {{.type = PPTP_OCRP, .peer_call_id = US, .result = 7}, 808, PPTP_CALL_STOPPING},
        {{.type = PPTP_OCRP, .peer_call_id = US, .result = 0}, 808, PPTP_CALL_STOPPING},
        {{.type = PPTP_OCRP, .peer_call_id = US, .result = 200}, 808, PPTP_CALL_STOPPING},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct bench b;

        reach(&b, rows[i].m.type == PPTP_SCCRP ? PPTP_CALL_START_SENT : PPTP_CALL_CALL_SENT);
        input(&b, 1, rows[i].m);
        g_assert_cmpint(b.call.state, ==, rows[i].state);
        g_assert_cmpuint(b.call.end.error, ==, rows[i].error);
    }
}

/* pptpd numbers its calls from 0, and RFC 2637 does not forbid that. */
static void
test_call_id_0(void)
{
    struct bench b;

    reach(&b, PPTP_CALL_CALL_SENT);
    input(&b, 1, (struct pptp_msg){.type = PPTP_OCRP, .peer_call_id = US, .result = 1});
    g_assert_cmpint(b.call.state, ==, PPTP_CALL_UP);
    g_assert_cmpuint(b.call.peer_call, ==, 0);
}

/* RFC 2637 numbers success 1, and some servers 0, for "no error". */
static void
test_started_with_0(void)
{
    struct bench b;

    reach(&b, PPTP_CALL_START_SENT);
    input(&b, 1, (struct pptp_msg){.type = PPTP_SCCRP, .version = 0x100});
    g_assert_cmpint(b.call.state, ==, PPTP_CALL_CALL_SENT);
}

/* Replies and notices that speak of another call change nothing. */
static void
test_another_call(void)
{
    struct bench b;

    reach(&b, PPTP_CALL_CALL_SENT);
    input(
        &b, 1,
        (struct pptp_msg){.type = PPTP_OCRP, .call_id = THEM, .peer_call_id = US + 1, .result = 1});
    g_assert_cmpint(b.call.state, ==, PPTP_CALL_CALL_SENT);
    reach(&b, PPTP_CALL_UP);
    input(&b, 1, (struct pptp_msg){.type = PPTP_DISCONN, .call_id = THEM + 1});
    g_assert_cmpint(b.call.state, ==, PPTP_CALL_UP);
    input(&b, 1, (struct pptp_msg){.type = PPTP_DISCONN, .call_id = US}); /* as some name it */
    g_assert_cmpint(b.call.state, ==, PPTP_CALL_STOPPING);
    g_assert_cmpuint(b.call.end.error, ==, RAS_REMOTE_DISCONNECTION);
}

static void
test_timers(void)
{
    static const struct {
        enum pptp_call_state state, next;
        guint16 sends;
        guint32 error;
    } rows[] = {
        {PPTP_CALL_START_SENT, PPTP_CALL_CLOSED, 0, 721},
        {PPTP_CALL_CALL_SENT, PPTP_CALL_STOPPING, PPTP_STOPRQ, 721},
        {PPTP_CALL_CLEARING, PPTP_CALL_STOPPING, PPTP_STOPRQ, 631},
        {PPTP_CALL_STOPPING, PPTP_CALL_CLOSED, 0, 631},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct bench b;

        reach(&b, rows[i].state);
        g_assert_cmpuint(b.call.deadline, !=, NEVER);
        pptp_call_expire(&b.call, b.call.deadline - 1, &b.out);
        g_assert_cmpint(b.call.state, ==, rows[i].state);
        pptp_call_expire(&b.call, b.call.deadline, &b.out);
        g_assert_cmpint(b.call.state, ==, rows[i].next);
        g_assert_cmpint(written(&b)[0], ==, rows[i].sends);
        g_assert_cmpuint(b.call.end.error, ==, rows[i].error);
    }
}

static void
test_echo(void)
{
    struct bench b;

    reach(&b, PPTP_CALL_UP);
    pptp_call_heard(&b.call, 30 * SEC);
    g_assert_cmpuint(b.call.deadline, ==, 90 * SEC); /* silence is counted from the last sign */
    pptp_call_expire(&b.call, 90 * SEC, &b.out);
    WRITTEN(&b, PPTP_ECHORQ, 0);
    input(&b, 91 * SEC, (struct pptp_msg){.type = PPTP_ECHORP, .echo_id = 77}); /* not ours */
    g_assert_cmpuint(b.call.rtt, ==, 0);
    g_assert_cmpuint(b.call.ignored, ==, 1);
    input(&b, 92 * SEC, (struct pptp_msg){.type = PPTP_ECHORP, .echo_id = b.call.echo_id});
    g_assert_cmpuint(b.call.rtt, ==, 2 * SEC);
    g_assert_cmpuint(b.call.deadline, ==, 152 * SEC);
    input(&b, 93 * SEC, (struct pptp_msg){.type = PPTP_ECHORP, .echo_id = b.call.echo_id});
    g_assert_cmpuint(b.call.rtt, ==, 2 * SEC); /* answered already */
    pptp_call_expire(&b.call, 153 * SEC, &b.out);
    WRITTEN(&b, PPTP_ECHORQ, 0);
    pptp_call_expire(&b.call, 213 * SEC, &b.out);
    g_assert_cmpint(b.call.state, ==, PPTP_CALL_CLOSED);
    g_assert_cmpuint(b.call.end.error, ==, RAS_LINK_FAILURE);
}

/* A server that answers no Echo-Request, or with a number of its own, but from which something
 * comes: it is not taken to be gone, and is asked again. */
static void
test_echo_unanswered(void)
{
    struct bench b;

    reach(&b, PPTP_CALL_UP);
    for (guint i = 1; i < 5; i++) {
        pptp_call_expire(&b.call, i * 100 * SEC, &b.out);
        WRITTEN(&b, PPTP_ECHORQ, 0);
        if (i % 2 == 0)
            pptp_call_heard(&b.call, i * 100 * SEC + 30 * SEC);
        else
            input(&b, i * 100 * SEC + 30 * SEC, (struct pptp_msg){.type = PPTP_ECHORP});
        pptp_call_expire(&b.call, i * 100 * SEC + 60 * SEC, &b.out);
        WRITTEN(&b, 0, 0);
        g_assert_cmpint(b.call.state, ==, PPTP_CALL_UP);
    }
    g_assert_cmpuint(b.call.rtt, ==, 0);
}

static void
test_lost(void)
{
    struct bench b;

    reach(&b, PPTP_CALL_UP);
    pptp_call_lost(&b.call, false);
    g_assert_cmpuint(b.call.end.error, ==, RAS_LINK_FAILURE);
    reach(&b, PPTP_CALL_START_SENT);
    pptp_call_lost(&b.call, true);
    g_assert_cmpuint(b.call.end.error, ==, RAS_VPN_REFUSED);
    reach(&b, PPTP_CALL_STOPPING); /* the end of the stream after a goodbye is no new cause */
    pptp_call_lost(&b.call, false);
    g_assert_cmpuint(b.call.end.error, ==, RAS_USER_DISCONNECTION);
    reach(&b, PPTP_CALL_IDLE);
    pptp_call_clear(&b.call, 0, &b.out);
    g_assert_cmpint(b.call.state, ==, PPTP_CALL_CLOSED);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pptp-call/a-call", test_call);
    g_test_add_func("/pptp-call/G4-every-cell", test_cells);
    g_test_add_func("/pptp-call/G4-refused", test_refused);
    g_test_add_func("/pptp-call/call-id-0", test_call_id_0);
    g_test_add_func("/pptp-call/started-with-0", test_started_with_0);
    g_test_add_func("/pptp-call/G4-another-call", test_another_call);
    g_test_add_func("/pptp-call/timers", test_timers);
    g_test_add_func("/pptp-call/echo", test_echo);
    g_test_add_func("/pptp-call/echo-unanswered", test_echo_unanswered);
    g_test_add_func("/pptp-call/lost", test_lost);
    return g_test_run();
}
