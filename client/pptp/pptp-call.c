/* pptp-call.c - see pptp-call.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "pptp-call.h"

/* RFC 2637 section 3.1.4 allows a minute for each answer; nobody who is there needs that long. */
#define ANSWER_WAIT (20 * USEC_PER_SEC)
#define CLEAR_WAIT  (2 * USEC_PER_SEC)
#define STOP_WAIT   (2 * USEC_PER_SEC)
#define ECHO_AFTER  (60 * USEC_PER_SEC) /* of silence */
#define ECHO_WAIT   (60 * USEC_PER_SEC) /* then, for an answer */

static void
enter(struct pptp_call *c, enum pptp_call_state state, usec_t deadline)
{
    c->state = state;
    c->deadline = deadline;
}

static void
send(struct wr *out, struct pptp_msg m)
{
    pptp_msg_put(out, &m);
}

static void
send_stop(struct pptp_call *c, usec_t now, uint8_t reason, struct wr *out)
{
    send(out, (struct pptp_msg){.type = PPTP_STOPRQ, .reason = reason});
    enter(c, PPTP_CALL_STOPPING, now + STOP_WAIT);
}

void
pptp_call_init(struct pptp_call *c, uint16_t local_call)
{
    *c = (struct pptp_call){.local_call = local_call, .deadline = NEVER};
}

void
pptp_call_begin(struct pptp_call *c, usec_t now, struct wr *out)
{
    if (c->state != PPTP_CALL_IDLE)
        return;
    send(out, (struct pptp_msg){
                  .type = PPTP_SCCRQ,
                  .version = PPTP_VERSION,
                  .framing = PPTP_FRAMING_ASYNC | PPTP_FRAMING_SYNC,
                  .bearer = PPTP_BEARER_ANALOG | PPTP_BEARER_DIGITAL,
                  .vendor = "Dialtone",
              });
    enter(c, PPTP_CALL_START_SENT, now + ANSWER_WAIT);
}

/* What the server says of itself and why it says no: RFC 2637 sections 2.2 and 2.16. */
static const char *
general_error(uint8_t error)
{
    static const char *const texts[] = {"none",        "not connected", "bad format", "bad value",
                                        "no resource", "bad call id",   "PAC error"};

    return error < sizeof texts / sizeof *texts ? texts[error] : "unknown";
}

static void
on_start_reply(struct pptp_call *c, usec_t now, const struct pptp_msg *m, struct wr *out)
{
    /* Some servers answer 0 for "no error": RFC 2637 numbers success 1 and defines no 0. */
    if (m->result > PPTP_RESULT_OK || m->version >> 8 != PPTP_VERSION >> 8) {
        ras_end_set(&c->end, RAS_VPN_REFUSED,
                    "PPTP Start-Control-Connection-Reply: result %u, error %u (%s), version %u.%u",
                    m->result, m->error, general_error(m->error), m->version >> 8,
                    m->version & 255u);
        enter(c, PPTP_CALL_CLOSED, NEVER);
        return;
    }
    send(out, (struct pptp_msg){
                  .type = PPTP_OCRQ,
                  .call_id = c->local_call,
                  .serial = c->local_call,
                  .min_bps = 300,
                  .max_bps = 100000000,
                  .bearer = PPTP_BEARER_ANALOG | PPTP_BEARER_DIGITAL,
                  .framing = PPTP_FRAMING_ASYNC | PPTP_FRAMING_SYNC,
                  .window = 64,
              });
    enter(c, PPTP_CALL_CALL_SENT, now + ANSWER_WAIT);
}

static void
on_call_reply(struct pptp_call *c, usec_t now, const struct pptp_msg *m, struct wr *out)
{
    static const enum ras_error errors[] = {
        [2] = RAS_VPN_REFUSED, [3] = RAS_NO_CARRIER, [4] = RAS_LINE_BUSY,
        [5] = RAS_NO_DIALTONE, [6] = RAS_NO_ANSWER,  [7] = RAS_VPN_REFUSED,
    };

    if (m->peer_call_id != c->local_call) {
        c->ignored++;
        return;
    }
    if (m->result != PPTP_RESULT_OK) { /* call id 0 is one: pptpd begins with it */
        const bool known = m->result >= 2 && m->result < sizeof errors / sizeof *errors;

        ras_end_set(&c->end, known ? errors[m->result] : RAS_VPN_REFUSED,
                    "PPTP Outgoing-Call-Reply: result %u, error %u (%s), cause %u, call id %u",
                    m->result, m->error, general_error(m->error), m->cause, m->call_id);
        send_stop(c, now, 1, out);
        return;
    }
    c->peer_call = m->call_id;
    send(out, (struct pptp_msg){.type = PPTP_SLI,
                                .peer_call_id = c->peer_call,
                                .send_accm = UINT32_MAX,
                                .receive_accm = UINT32_MAX});
    enter(c, PPTP_CALL_UP, now + ECHO_AFTER);
}

static void
on_echo_request(struct pptp_call *c, usec_t now, const struct pptp_msg *m, struct wr *out)
{
    (void)c, (void)now;
    send(out,
         (struct pptp_msg){.type = PPTP_ECHORP, .echo_id = m->echo_id, .result = PPTP_RESULT_OK});
}

static void
on_echo_reply(struct pptp_call *c, usec_t now, const struct pptp_msg *m, struct wr *out)
{
    (void)out;
    if (c->echo_sent == 0 || m->echo_id != c->echo_id) {
        c->ignored++;
        return;
    }
    c->rtt = (uint32_t)(now - c->echo_sent);
    c->echo_sent = 0;
}

static void
on_stop_request(struct pptp_call *c, usec_t now, const struct pptp_msg *m, struct wr *out)
{
    (void)now;
    ras_end_set(&c->end, c->state == PPTP_CALL_UP ? RAS_REMOTE_DISCONNECTION : RAS_VPN_REFUSED,
                "PPTP Stop-Control-Connection-Request: reason %u", m->reason);
    send(out, (struct pptp_msg){.type = PPTP_STOPRP, .result = PPTP_RESULT_OK});
    enter(c, PPTP_CALL_CLOSED, NEVER);
}

static void
on_stop_reply(struct pptp_call *c, usec_t now, const struct pptp_msg *m, struct wr *out)
{
    (void)now, (void)m, (void)out;
    enter(c, PPTP_CALL_CLOSED, NEVER);
}

/* The call is over on the server's side; its control connection then has nothing to carry. The id
 * is the server's own (RFC 2637 section 2.13); some name ours. */
static void
on_disconnect(struct pptp_call *c, usec_t now, const struct pptp_msg *m, struct wr *out)
{
    if (c->state != PPTP_CALL_CLEARING && c->peer_call != 0 && m->call_id != c->peer_call &&
        m->call_id != c->local_call) {
        c->ignored++;
        return;
    }
    ras_end_set(&c->end, c->state == PPTP_CALL_UP ? RAS_REMOTE_DISCONNECTION : RAS_VPN_REFUSED,
                "PPTP Call-Disconnect-Notify: result %u, error %u (%s), cause %u", m->result,
                m->error, general_error(m->error), m->cause);
    send_stop(c, now, 1, out);
}

/* A PAC does not send this; some servers do all the same, and mean the end of the call. */
static void
on_clear(struct pptp_call *c, usec_t now, const struct pptp_msg *m, struct wr *out)
{
    (void)m;
    ras_end_set(&c->end, RAS_REMOTE_DISCONNECTION, "PPTP Call-Clear-Request from the server");
    send(out, (struct pptp_msg){.type = PPTP_DISCONN, .call_id = c->local_call, .result = 4});
    send_stop(c, now, 1, out);
}

static void
on_incoming_call(struct pptp_call *c, usec_t now, const struct pptp_msg *m, struct wr *out)
{
    (void)now;
    c->ignored++;
    send(out, (struct pptp_msg){.type = PPTP_ICRP, .peer_call_id = m->call_id, .result = 3});
}

static void
on_outgoing_call(struct pptp_call *c, usec_t now, const struct pptp_msg *m, struct wr *out)
{
    (void)now;
    c->ignored++;
    send(out, (struct pptp_msg){.type = PPTP_OCRP, .peer_call_id = m->call_id, .result = 7});
}

static void
on_wan_error(struct pptp_call *c, usec_t now, const struct pptp_msg *m, struct wr *out)
{
    (void)now, (void)out;
    c->line_errors = 0;
    for (unsigned i = 0; i < 6; i++)
        c->line_errors += m->errors[i];
}

/* Nothing to do, and nothing wrong: Set-Link-Info, whose ACCMs have no meaning without HDLC. */
static void
on_nothing(struct pptp_call *c, usec_t now, const struct pptp_msg *m, struct wr *out)
{
    (void)c, (void)now, (void)m, (void)out;
}

typedef void handler(struct pptp_call *c, usec_t now, const struct pptp_msg *m, struct wr *out);

/* What is not here means nothing in that state: counted, and otherwise ignored. */
/* clang-format off */
static handler *const cells[PPTP_CALL_STATES][PPTP_TYPES] = {
    [PPTP_CALL_START_SENT] = {
        [PPTP_SCCRP] = on_start_reply, [PPTP_STOPRQ] = on_stop_request,
        [PPTP_ECHORQ] = on_echo_request,
    },
    [PPTP_CALL_CALL_SENT] = {
        [PPTP_OCRP] = on_call_reply, [PPTP_STOPRQ] = on_stop_request,
        [PPTP_ECHORQ] = on_echo_request, [PPTP_DISCONN] = on_disconnect,
        [PPTP_ICRQ] = on_incoming_call, [PPTP_OCRQ] = on_outgoing_call, [PPTP_SLI] = on_nothing,
    },
    [PPTP_CALL_UP] = {
        [PPTP_STOPRQ] = on_stop_request, [PPTP_ECHORQ] = on_echo_request,
        [PPTP_ECHORP] = on_echo_reply, [PPTP_DISCONN] = on_disconnect, [PPTP_CLEAR] = on_clear,
        [PPTP_ICRQ] = on_incoming_call, [PPTP_OCRQ] = on_outgoing_call,
        [PPTP_WANERR] = on_wan_error, [PPTP_SLI] = on_nothing,
    },
    [PPTP_CALL_CLEARING] = {
        [PPTP_DISCONN] = on_disconnect, [PPTP_STOPRQ] = on_stop_request,
        [PPTP_ECHORQ] = on_echo_request, [PPTP_SLI] = on_nothing,
    },
    [PPTP_CALL_STOPPING] = {
        [PPTP_STOPRP] = on_stop_reply, [PPTP_STOPRQ] = on_stop_request,
        [PPTP_DISCONN] = on_nothing, [PPTP_SLI] = on_nothing,
    },
};
/* clang-format on */

void
pptp_call_input(struct pptp_call *c, usec_t now, const struct pptp_msg *m, struct wr *out)
{
    handler *const handle = cells[c->state][m->type];

    pptp_call_heard(c, now);
    if (handle != NULL)
        handle(c, now, m, out);
    else
        c->ignored++;
}

void
pptp_call_heard(struct pptp_call *c, usec_t now)
{
    if (c->state != PPTP_CALL_UP)
        return;
    c->echo_pending = false;
    c->deadline = now + ECHO_AFTER;
}

static void
keep_alive(struct pptp_call *c, usec_t now, struct wr *out)
{
    if (c->echo_pending) {
        ras_end_set(&c->end, RAS_LINK_FAILURE, "PPTP Echo-Request was not answered for %u s",
                    (unsigned)(ECHO_WAIT / USEC_PER_SEC));
        enter(c, PPTP_CALL_CLOSED, NEVER);
        return;
    }
    c->echo_pending = true;
    c->echo_sent = now;
    send(out, (struct pptp_msg){.type = PPTP_ECHORQ, .echo_id = ++c->echo_id});
    c->deadline = now + ECHO_WAIT;
}

void
pptp_call_expire(struct pptp_call *c, usec_t now, struct wr *out)
{
    if (now < c->deadline)
        return;
    switch (c->state) {
    case PPTP_CALL_START_SENT:
        ras_end_set(&c->end, RAS_PPP_NO_RESPONSE, "no PPTP Start-Control-Connection-Reply");
        enter(c, PPTP_CALL_CLOSED, NEVER);
        return;
    case PPTP_CALL_CALL_SENT:
        ras_end_set(&c->end, RAS_PPP_NO_RESPONSE, "no PPTP Outgoing-Call-Reply");
        send_stop(c, now, 1, out);
        return;
    case PPTP_CALL_UP:
        keep_alive(c, now, out);
        return;
    case PPTP_CALL_CLEARING:
        send_stop(c, now, 3, out);
        return;
    case PPTP_CALL_STOPPING:
        enter(c, PPTP_CALL_CLOSED, NEVER);
        return;
    case PPTP_CALL_IDLE:
    case PPTP_CALL_CLOSED:
    case PPTP_CALL_STATES:
        c->deadline = NEVER;
        return;
    }
}

void
pptp_call_clear(struct pptp_call *c, usec_t now, struct wr *out)
{
    if (pptp_call_ending(c))
        return;
    ras_end_set(&c->end, RAS_USER_DISCONNECTION, "hung up");
    if (c->state == PPTP_CALL_IDLE) {
        enter(c, PPTP_CALL_CLOSED, NEVER);
    } else if (c->state == PPTP_CALL_START_SENT) {
        send_stop(c, now, 3, out);
    } else {
        send(out, (struct pptp_msg){.type = PPTP_CLEAR, .call_id = c->local_call});
        enter(c, PPTP_CALL_CLEARING, now + CLEAR_WAIT);
    }
}

void
pptp_call_lost(struct pptp_call *c, bool broken)
{
    if (broken)
        ras_end_set(&c->end, RAS_VPN_REFUSED, "what the server sends is not PPTP");
    else
        ras_end_set(&c->end, c->state == PPTP_CALL_UP ? RAS_LINK_FAILURE : RAS_VPN_REFUSED,
                    "the PPTP control connection was closed");
    enter(c, PPTP_CALL_CLOSED, NEVER);
}
