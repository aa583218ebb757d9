/*
 * test-sstp-call.c - the client's call: every cell of (state, message), and every timer.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "sstp-call.h"

#define SECOND USEC_PER_SEC

static const uint8_t zero[32];

struct fixture {
    struct sstp_call call;
    usec_t now;
    struct wr out;
    uint8_t bytes[4096];
};

static void
begin(struct fixture *f)
{
    *f = (struct fixture){.now = 1000 * SECOND};
    f->out = wr_over(f->bytes, sizeof f->bytes);
    sstp_call_init(&f->call);
}

/* The type of the only packet that was written, or 0; and forget it. */
static uint16_t
said(struct fixture *f)
{
    struct sstp_packet p = {0};
    struct sstp_message m = {0};
    uint8_t about;

    g_assert_false(f->out.bad);
    if (f->out.len > 0) {
        g_assert_cmpint(sstp_cut(f->bytes, f->out.len, &p), ==, SSTP_CUT_PACKET);
        g_assert_cmpuint(p.len, ==, f->out.len);
        g_assert_cmpint(sstp_message_parse(p.body, &m, &about), ==, SSTP_STATUS_NO_ERROR);
    }
    f->out = wr_over(f->bytes, sizeof f->bytes);
    return m.type;
}

static void
hear_bytes(struct fixture *f, const uint8_t *p, size_t n)
{
    struct sstp_packet packet = {0};

    g_assert_cmpint(sstp_cut(p, n, &packet), ==, SSTP_CUT_PACKET);
    sstp_call_input(&f->call, f->now, &packet, &f->out);
}

static void
put_message(struct wr *w, uint16_t type)
{
    switch (type) {
    case SSTP_MSG_CALL_CONNECT_REQUEST:
        sstp_put_connect_request(w);
        break;
    case SSTP_MSG_CALL_CONNECT_ACK:
        sstp_put_connect_ack(w, 3, (const uint8_t[32]){7, 7, 7});
        break;
    case SSTP_MSG_CALL_CONNECTED:
        sstp_put_connected(w, SSTP_HASH_SHA256, zero, zero);
        break;
    case SSTP_MSG_CALL_CONNECT_NAK:
    case SSTP_MSG_CALL_ABORT:
    case SSTP_MSG_CALL_DISCONNECT:
        sstp_put_status(w, (enum sstp_type)type, 0, SSTP_STATUS_VALUE_NOT_SUPPORTED);
        break;
    default:
        sstp_put_bare(w, (enum sstp_type)type);
        break;
    }
}

static void
hear(struct fixture *f, uint16_t type)
{
    uint8_t bytes[128];
    struct wr w = wr_over(bytes, sizeof bytes);

    put_message(&w, type);
    hear_bytes(f, bytes, w.len);
}

/* Into @state, the way it is reached in life. */
static void
go(struct fixture *f, enum sstp_call_state state)
{
    begin(f);
    if (state == SSTP_CALL_IDLE)
        return;
    sstp_call_begin(&f->call, f->now, &f->out);
    g_assert_cmpint(said(f), ==, SSTP_MSG_CALL_CONNECT_REQUEST);
    if (state == SSTP_CALL_REQUEST_SENT)
        return;
    hear(f, SSTP_MSG_CALL_CONNECT_ACK);
    g_assert_cmpint(f->call.state, ==, SSTP_CALL_ACK_RECEIVED);
    if (state == SSTP_CALL_ACK_RECEIVED)
        return;
    g_assert_true(sstp_call_connected(&f->call, f->now, zero, zero, &f->out));
    g_assert_cmpint(said(f), ==, SSTP_MSG_CALL_CONNECTED);
    switch (state) {
    case SSTP_CALL_DISCONNECT_ACK_PENDING:
        sstp_call_disconnect(&f->call, f->now, &f->out);
        break;
    case SSTP_CALL_DISCONNECT_TIMEOUT_PENDING:
        hear(f, SSTP_MSG_CALL_DISCONNECT);
        break;
    case SSTP_CALL_ABORT_PENDING:
        sstp_call_abort(&f->call, f->now, SSTP_STATUS_NO_ERROR, &f->out);
        break;
    case SSTP_CALL_ABORT_TIMEOUT_PENDING:
        hear(f, SSTP_MSG_CALL_ABORT);
        break;
    case SSTP_CALL_CLOSED:
        sstp_call_lost(&f->call);
        break;
    default:
        break;
    }
    said(f);
    g_assert_cmpint(f->call.state, ==, state);
}

/* clang-format off */
/* What the specification's state machine does: "state after, what is said". One row a state, one
 * column a message: 1 Request, 2 Ack, 3 Nak, 4 Connected, 5 Abort, 6 Disconnect, 7 Disconnect-Ack,
 * 8 Echo-Request, 9 Echo-Response, 10 nobody knows. Written from its text, not from the code. */
#define IDL SSTP_CALL_IDLE
#define REQ SSTP_CALL_REQUEST_SENT
#define ACK SSTP_CALL_ACK_RECEIVED
#define CON SSTP_CALL_CONNECTED
#define DAP SSTP_CALL_DISCONNECT_ACK_PENDING
#define DTP SSTP_CALL_DISCONNECT_TIMEOUT_PENDING
#define ABP SSTP_CALL_ABORT_PENDING
#define ATP SSTP_CALL_ABORT_TIMEOUT_PENDING
#define CLO SSTP_CALL_CLOSED
static const struct { uint8_t state, said; } cells[SSTP_CALL_STATES][10] = {
    [SSTP_CALL_IDLE] = {{IDL, 0}, {IDL, 0}, {IDL, 0}, {IDL, 0}, {IDL, 0}, {IDL, 0}, {IDL, 0}, {IDL, 0}, {IDL, 0}, {IDL, 0}},
    [SSTP_CALL_REQUEST_SENT] = {{ABP, 5}, {ACK, 0}, {REQ, 1}, {ABP, 5}, {ATP, 5}, {DTP, 7}, {ABP, 5}, {ABP, 5}, {ABP, 5}, {ABP, 5}},
    [SSTP_CALL_ACK_RECEIVED] = {{ABP, 5}, {ABP, 5}, {ABP, 5}, {ABP, 5}, {ATP, 5}, {DTP, 7}, {ABP, 5}, {ABP, 5}, {ABP, 5}, {ABP, 5}},
    [SSTP_CALL_CONNECTED] = {{ABP, 5}, {ABP, 5}, {ABP, 5}, {ABP, 5}, {ATP, 5}, {DTP, 7}, {ABP, 5}, {CON, 9}, {CON, 0}, {ABP, 5}},
    [SSTP_CALL_DISCONNECT_ACK_PENDING] = {{DAP, 0}, {DAP, 0}, {DAP, 0}, {DAP, 0}, {ATP, 5}, {DTP, 7}, {CLO, 0}, {DAP, 0}, {DAP, 0}, {DAP, 0}},
    [SSTP_CALL_DISCONNECT_TIMEOUT_PENDING] = {{DTP, 0}, {DTP, 0}, {DTP, 0}, {DTP, 0}, {DTP, 0}, {DTP, 0}, {DTP, 0}, {DTP, 0}, {DTP, 0}, {DTP, 0}},
    [SSTP_CALL_ABORT_PENDING] = {{ABP, 0}, {ABP, 0}, {ABP, 0}, {ABP, 0}, {ATP, 0}, {ABP, 0}, {ABP, 0}, {ABP, 0}, {ABP, 0}, {ABP, 0}},
    [SSTP_CALL_ABORT_TIMEOUT_PENDING] = {{ATP, 0}, {ATP, 0}, {ATP, 0}, {ATP, 0}, {ATP, 0}, {ATP, 0}, {ATP, 0}, {ATP, 0}, {ATP, 0}, {ATP, 0}},
    [SSTP_CALL_CLOSED] = {{CLO, 0}, {CLO, 0}, {CLO, 0}, {CLO, 0}, {CLO, 0}, {CLO, 0}, {CLO, 0}, {CLO, 0}, {CLO, 0}, {CLO, 0}},
};
/* clang-format on */

static void
test_every_cell(void)
{
    for (int state = 0; state < SSTP_CALL_STATES; state++) {
        for (uint16_t type = 1; type <= 10; type++) {
            struct fixture f;

            g_test_message("state %d, %s", state, sstp_type_name(type));
            go(&f, (enum sstp_call_state)state);
            const bool ended_before = f.call.end.error != RAS_OK;
            hear(&f, type);
            g_assert_cmpint(f.call.state, ==, cells[state][type - 1].state);
            g_assert_cmpint(said(&f), ==, cells[state][type - 1].said);
            if (f.call.state == SSTP_CALL_CLOSED || f.call.state == SSTP_CALL_IDLE)
                g_assert_cmpuint(f.call.deadline, ==, NEVER);
            else
                g_assert_cmpuint(f.call.deadline, >, f.now);
            /* Whoever begins to end has said why. */
            if (state <= SSTP_CALL_CONNECTED && sstp_call_ending(&f.call))
                g_assert_cmpint(f.call.end.error, !=, RAS_OK);
            else if (state != SSTP_CALL_DISCONNECT_ACK_PENDING)
                g_assert_cmpint(f.call.end.error != RAS_OK, ==, ended_before);
        }
    }
}

/* How long each state lasts when nobody says anything. */
static void
test_timers(void)
{
    static const struct {
        enum sstp_call_state from, to;
        unsigned seconds;
        uint16_t said;
        enum ras_error error;
    } rows[] = {
        {REQ, ABP, 60, SSTP_MSG_CALL_ABORT, RAS_PPP_NO_RESPONSE},
        {ACK, ABP, 60, SSTP_MSG_CALL_ABORT, RAS_PPP_TIMEOUT},
        {CON, CON, 60, SSTP_MSG_ECHO_REQUEST, RAS_OK},
        {DAP, CLO, 5, 0, RAS_OK},
        {DTP, CLO, 1, 0, RAS_REMOTE_DISCONNECTION},
        {ABP, CLO, 3, 0, RAS_OK},
        {ATP, CLO, 1, 0, RAS_LINK_FAILURE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct fixture f;

        go(&f, rows[i].from);
        g_assert_cmpuint(f.call.deadline, ==, f.now + rows[i].seconds * SECOND);
        f.now = f.call.deadline - 1;
        sstp_call_expire(&f.call, f.now, &f.out); /* too early: nothing happens */
        g_assert_cmpint(f.call.state, ==, rows[i].from);
        g_assert_cmpint(said(&f), ==, 0);
        f.now++;
        sstp_call_expire(&f.call, f.now, &f.out);
        g_assert_cmpint(f.call.state, ==, rows[i].to);
        g_assert_cmpint(said(&f), ==, rows[i].said);
        g_assert_cmpint(f.call.end.error, ==, rows[i].error);
    }
}

static void
test_abort_timer_2(void)
{
    struct fixture f;

    go(&f, SSTP_CALL_ABORT_PENDING);
    f.now += SECOND;
    hear(&f, SSTP_MSG_CALL_ABORT);
    g_assert_cmpuint(f.call.deadline, ==, f.now + SECOND); /* no longer three */
}

/* Threats H6: an echo that is never answered ends the call after two intervals, without a word. */
static void
test_echo_unanswered(void)
{
    struct fixture f;

    go(&f, SSTP_CALL_CONNECTED);
    f.now = f.call.deadline;
    sstp_call_expire(&f.call, f.now, &f.out);
    g_assert_cmpint(said(&f), ==, SSTP_MSG_ECHO_REQUEST);
    f.now = f.call.deadline;
    sstp_call_expire(&f.call, f.now, &f.out);
    g_assert_cmpint(f.call.state, ==, SSTP_CALL_CLOSED);
    g_assert_cmpint(said(&f), ==, 0);
    g_assert_cmpint(f.call.end.error, ==, RAS_LINK_FAILURE);
}

static void
test_echo_round_trip(void)
{
    struct fixture f;

    go(&f, SSTP_CALL_CONNECTED);
    f.now = f.call.deadline;
    sstp_call_expire(&f.call, f.now, &f.out);
    said(&f);
    f.now += 30 * USEC_PER_MSEC;
    hear(&f, SSTP_MSG_ECHO_RESPONSE);
    g_assert_cmpuint(f.call.rtt, ==, 30 * USEC_PER_MSEC);
    g_assert_cmpuint(f.call.deadline, ==, f.now + 60 * SECOND);
    hear(&f, SSTP_MSG_ECHO_RESPONSE); /* one too many */
    g_assert_cmpuint(f.call.rtt, ==, 30 * USEC_PER_MSEC);
    g_assert_cmpuint(f.call.ignored, ==, 1);
}

/* Traffic is a sign of life: no echo while there is some, and no end while an echo waits. */
static void
test_traffic_is_life(void)
{
    struct fixture f;

    go(&f, SSTP_CALL_CONNECTED);
    const usec_t start = f.now;
    f.now += 50 * SECOND;
    sstp_call_heard(&f.call, f.now);
    f.now = start + 60 * SECOND;
    sstp_call_expire(&f.call, f.now, &f.out);
    g_assert_cmpint(said(&f), ==, 0);
    g_assert_cmpuint(f.call.deadline, ==, start + 110 * SECOND);
    f.now = f.call.deadline;
    sstp_call_expire(&f.call, f.now, &f.out);
    g_assert_cmpint(said(&f), ==, SSTP_MSG_ECHO_REQUEST);
    f.now += 59 * SECOND;
    sstp_call_heard(&f.call, f.now);
    f.now += SECOND;
    sstp_call_expire(&f.call, f.now, &f.out);
    g_assert_cmpint(f.call.state, ==, SSTP_CALL_CONNECTED);
    g_assert_cmpuint(f.call.deadline, >, f.now);
}

/* Threats H6: a storm is answered only as far as there is room, and the goodbye still fits. */
static void
test_echo_storm(void)
{
    struct fixture f;

    go(&f, SSTP_CALL_CONNECTED);
    for (int i = 0; i < 100000; i++)
        hear(&f, SSTP_MSG_ECHO_REQUEST);
    g_assert_false(f.out.bad);
    g_assert_cmpuint(f.out.cap - f.out.len, >=, SSTP_CALL_ROOM - 8);
    g_assert_cmpuint(f.call.ignored, >, 99000);
    hear(&f, SSTP_MSG_CALL_ABORT);
    g_assert_false(f.out.bad);
}

static void
test_naks(void)
{
    struct fixture f;

    go(&f, SSTP_CALL_REQUEST_SENT);
    const usec_t deadline = f.call.deadline;
    for (int i = 0; i < 3; i++) {
        f.now += SECOND;
        hear(&f, SSTP_MSG_CALL_CONNECT_NAK);
        g_assert_cmpint(said(&f), ==, SSTP_MSG_CALL_CONNECT_REQUEST);
        g_assert_cmpuint(f.call.deadline, ==, deadline); /* Naks do not prolong it */
    }
    hear(&f, SSTP_MSG_CALL_CONNECT_NAK);
    g_assert_cmpint(said(&f), ==, SSTP_MSG_CALL_ABORT);
    g_assert_cmpint(f.call.end.error, ==, RAS_DISCONNECTION);
    g_assert_nonnull(strstr(f.call.end.detail, "a value is not supported"));
}

/* Threats H4. */
static void
test_hashes(void)
{
    static const struct {
        uint8_t mask;
        enum sstp_hash hash;
    } rows[] = {{0, 0},
                {1, SSTP_HASH_SHA1},
                {2, SSTP_HASH_SHA256},
                {3, SSTP_HASH_SHA256},
                {4, 0},
                {6, SSTP_HASH_SHA256},
                {0xfc, 0}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct fixture f;
        uint8_t bytes[64];
        struct wr w = wr_over(bytes, sizeof bytes);

        go(&f, SSTP_CALL_REQUEST_SENT);
        sstp_put_connect_ack(&w, rows[i].mask, (const uint8_t[32]){9});
        hear_bytes(&f, bytes, w.len);
        g_assert_cmpint(f.call.hash, ==, rows[i].hash);
        g_assert_cmpint(f.call.state, ==, rows[i].hash ? ACK : ABP);
        g_assert_cmpint(said(&f), ==, rows[i].hash ? 0 : SSTP_MSG_CALL_ABORT);
    }
}

/* A malformed message ends the call while it lives, and means nothing once it is ending. */
static void
test_malformed(void)
{
    static const uint8_t ack_without[] = {0x10, 1, 0, 8, 0, 2, 0, 0};
    static const uint8_t abort_bad[] = {0x10, 1, 0, 9, 0, 5, 0, 9, 1};

    for (int state = SSTP_CALL_REQUEST_SENT; state < SSTP_CALL_STATES; state++) {
        struct fixture f;
        struct sstp_message m;
        uint8_t about;

        go(&f, (enum sstp_call_state)state);
        hear_bytes(&f, ack_without, sizeof ack_without);
        if (state > SSTP_CALL_CONNECTED) {
            g_assert_cmpint(said(&f), ==, 0);
            g_assert_cmpint(f.call.state, ==, state);
            continue;
        }
        g_assert_cmpint(f.call.state, ==, SSTP_CALL_ABORT_PENDING);
        g_assert_cmpint(sstp_message_parse(rd_over(f.bytes + 4, f.out.len - 4), &m, &about), ==, 0);
        g_assert_cmpint(m.status, ==, SSTP_STATUS_REQUIRED_ATTRIBUTE_MISSING);
        g_assert_cmpint(m.status_attribute, ==, SSTP_ATTRIB_CRYPTO_BINDING_REQ);

        go(&f, (enum sstp_call_state)state); /* an Abort is one, however badly it is written */
        hear_bytes(&f, abort_bad, sizeof abort_bad);
        g_assert_cmpint(f.call.state, ==, SSTP_CALL_ABORT_TIMEOUT_PENDING);
    }
}

/* What the server's end means depends on when it comes. */
static void
test_ends(void)
{
    struct fixture f;

    go(&f, SSTP_CALL_ACK_RECEIVED);
    hear(&f, SSTP_MSG_CALL_ABORT);
    g_assert_cmpint(f.call.end.error, ==, RAS_DISCONNECTION);
    for (int state = SSTP_CALL_REQUEST_SENT; state <= SSTP_CALL_ACK_RECEIVED; state++) {
        uint8_t bytes[32];
        struct wr w = wr_over(bytes, sizeof bytes);

        go(&f, (enum sstp_call_state)state); /* the server's patience ends before ours */
        sstp_put_status(&w, SSTP_MSG_CALL_ABORT, 0, SSTP_STATUS_NEGOTIATION_TIMEOUT);
        hear_bytes(&f, bytes, w.len);
        g_assert_cmpint(f.call.end.error, ==,
                        state == SSTP_CALL_REQUEST_SENT ? RAS_PPP_NO_RESPONSE : RAS_PPP_TIMEOUT);
    }
    go(&f, SSTP_CALL_CONNECTED);
    hear(&f, SSTP_MSG_CALL_ABORT);
    g_assert_cmpint(f.call.end.error, ==, RAS_LINK_FAILURE);
    go(&f, SSTP_CALL_CONNECTED);
    hear(&f, SSTP_MSG_CALL_DISCONNECT);
    g_assert_cmpint(f.call.end.error, ==, RAS_REMOTE_DISCONNECTION);
    hear(&f, SSTP_MSG_CALL_ABORT); /* the first cause stays */
    g_assert_cmpint(f.call.end.error, ==, RAS_REMOTE_DISCONNECTION);
}

/* Calls that make no sense in a state do nothing. */
static void
test_out_of_turn(void)
{
    struct fixture f;

    for (int state = 0; state < SSTP_CALL_STATES; state++) {
        go(&f, (enum sstp_call_state)state);
        if (state != SSTP_CALL_ACK_RECEIVED) {
            g_assert_false(sstp_call_connected(&f.call, f.now, zero, zero, &f.out));
            g_assert_cmpint(said(&f), ==, 0);
        }
        if (state != SSTP_CALL_IDLE) {
            sstp_call_begin(&f.call, f.now, &f.out);
            g_assert_cmpint(said(&f), ==, 0);
        }
        if (state > SSTP_CALL_CONNECTED) {
            sstp_call_disconnect(&f.call, f.now, &f.out);
            sstp_call_abort(&f.call, f.now, SSTP_STATUS_NO_ERROR, &f.out);
            g_assert_cmpint(said(&f), ==, 0);
            g_assert_cmpint(f.call.state, ==, state);
        }
        g_assert_cmpint(sstp_call_passes_control(&f.call), ==,
                        f.call.state == ACK || f.call.state == CON);
    }
    go(&f, SSTP_CALL_IDLE);
    sstp_call_disconnect(&f.call, f.now, &f.out);
    g_assert_cmpint(f.call.state, ==, SSTP_CALL_CLOSED);
    g_assert_cmpint(said(&f), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sstp-call/H3-every-cell", test_every_cell);
    g_test_add_func("/sstp-call/timers", test_timers);
    g_test_add_func("/sstp-call/abort-timer-2", test_abort_timer_2);
    g_test_add_func("/sstp-call/H6-echo-unanswered", test_echo_unanswered);
    g_test_add_func("/sstp-call/echo-round-trip", test_echo_round_trip);
    g_test_add_func("/sstp-call/traffic-is-life", test_traffic_is_life);
    g_test_add_func("/sstp-call/H6-echo-storm", test_echo_storm);
    g_test_add_func("/sstp-call/naks", test_naks);
    g_test_add_func("/sstp-call/H4-hashes", test_hashes);
    g_test_add_func("/sstp-call/H1-malformed", test_malformed);
    g_test_add_func("/sstp-call/ends", test_ends);
    g_test_add_func("/sstp-call/out-of-turn", test_out_of_turn);
    return g_test_run();
}
