/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sstp-call.h"

#include "sstp-binding.h"

/* Section 3.1.2 and 3.2.2. */
#define NEGOTIATION   (60 * USEC_PER_SEC)
#define ABORT_TIMER_1 (3 * USEC_PER_SEC)
#define ABORT_TIMER_2 (1 * USEC_PER_SEC)
#define DISCONNECT_1  (5 * USEC_PER_SEC)
#define DISCONNECT_2  (1 * USEC_PER_SEC)
#define HELLO         (60 * USEC_PER_SEC)
#define MAX_NAKS      3

enum column { OTHER, ACK, NAK, ABORT, DISCONNECT, DISC_ACK, ECHO_REQ, ECHO_RESP, COLUMNS };

enum action {
    DROP,     /* means nothing here */
    REFUSE,   /* never expected here: abort */
    ACCEPT,   /* check the ACK; PPP may begin */
    AGAIN,    /* ask once more, if it was not too often */
    ABORTED,  /* the other end aborts: so do we, and wait a second for it to close */
    FAREWELL, /* the other end says goodbye: acknowledge, and wait a second for it to close */
    SETTLED,  /* the other end aborts too: no need to wait for more than its closing */
    OVER,     /* our goodbye is acknowledged */
    ANSWER,   /* an echo to answer */
    ANSWERED, /* our echo came back */
};

/* clang-format off */
static const uint8_t table[SSTP_CALL_STATES][COLUMNS] = {
    /*                                        OTHER   ACK     NAK     ABORT    DISCONNECT DISC_ACK ECHO_REQ ECHO_RESP */
    [SSTP_CALL_IDLE]                       = {DROP,   DROP,   DROP,   DROP,    DROP,      DROP,    DROP,    DROP},
    [SSTP_CALL_REQUEST_SENT]               = {REFUSE, ACCEPT, AGAIN,  ABORTED, FAREWELL,  REFUSE,  REFUSE,  REFUSE},
    [SSTP_CALL_ACK_RECEIVED]               = {REFUSE, REFUSE, REFUSE, ABORTED, FAREWELL,  REFUSE,  REFUSE,  REFUSE},
    [SSTP_CALL_CONNECTED]                  = {REFUSE, REFUSE, REFUSE, ABORTED, FAREWELL,  REFUSE,  ANSWER,  ANSWERED},
    [SSTP_CALL_DISCONNECT_ACK_PENDING]     = {DROP,   DROP,   DROP,   ABORTED, FAREWELL,  OVER,    DROP,    DROP},
    [SSTP_CALL_DISCONNECT_TIMEOUT_PENDING] = {DROP,   DROP,   DROP,   DROP,    DROP,      DROP,    DROP,    DROP},
    [SSTP_CALL_ABORT_PENDING]              = {DROP,   DROP,   DROP,   SETTLED, DROP,      DROP,    DROP,    DROP},
    [SSTP_CALL_ABORT_TIMEOUT_PENDING]      = {DROP,   DROP,   DROP,   DROP,    DROP,      DROP,    DROP,    DROP},
    [SSTP_CALL_CLOSED]                     = {DROP,   DROP,   DROP,   DROP,    DROP,      DROP,    DROP,    DROP},
};

static const uint8_t columns[] = { /* of a message's type; 0, OTHER, for those not named */
    [SSTP_MSG_CALL_CONNECT_ACK] = ACK,
    [SSTP_MSG_CALL_CONNECT_NAK] = NAK,
    [SSTP_MSG_CALL_ABORT] = ABORT,
    [SSTP_MSG_CALL_DISCONNECT] = DISCONNECT,
    [SSTP_MSG_CALL_DISCONNECT_ACK] = DISC_ACK,
    [SSTP_MSG_ECHO_REQUEST] = ECHO_REQ,
    [SSTP_MSG_ECHO_RESPONSE] = ECHO_RESP,
};
/* clang-format on */

static enum column
column_of(uint16_t type)
{
    return type < sizeof columns ? (enum column)columns[type] : OTHER;
}

static void
move(struct sstp_call *c, enum sstp_call_state state, usec_t deadline)
{
    c->state = state;
    c->deadline = deadline;
}

/* What it means to a person that the call ends now, by the fault of the other end. */
static enum ras_error
fault(const struct sstp_call *c)
{
    return c->state == SSTP_CALL_CONNECTED ? RAS_LINK_FAILURE : RAS_INVALID_SERVER_RESPONSE;
}

static void
abort_about(struct sstp_call *c, usec_t now, uint8_t about, enum sstp_status status, struct wr *out)
{
    sstp_put_status(out, SSTP_MSG_CALL_ABORT, about, status);
    move(c, SSTP_CALL_ABORT_PENDING, now + ABORT_TIMER_1);
}

static void
accept_ack(struct sstp_call *c, usec_t now, const struct sstp_message *m, struct wr *out)
{
    const enum sstp_hash hash = sstp_binding_choose(m->hashes);

    if (hash == 0) {
        ras_end_set(&c->end, fault(c), "the server offers no known hash (0x%02x) for the binding",
                    m->hashes);
        abort_about(c, now, SSTP_ATTRIB_CRYPTO_BINDING_REQ, SSTP_STATUS_VALUE_NOT_SUPPORTED, out);
        return;
    }
    c->hash = hash;
    memcpy(c->nonce, m->nonce.p, sizeof c->nonce);
    move(c, SSTP_CALL_ACK_RECEIVED, now + NEGOTIATION);
}

static void
ask_again(struct sstp_call *c, usec_t now, const struct sstp_message *m, struct wr *out)
{
    if (c->naks++ < MAX_NAKS) {
        sstp_put_connect_request(out); /* the timer runs on: a server cannot keep us for ever */
        return;
    }
    ras_end_set(&c->end, RAS_DISCONNECTION, "the server refused the call %u times: %s", c->naks,
                sstp_status_text(m->status));
    abort_about(c, now, SSTP_ATTRIB_NONE, SSTP_STATUS_RETRY_COUNT_EXCEEDED, out);
}

/* What the other end's goodbye means, by the moment at which it comes. */
static enum ras_error
meaning(const struct sstp_call *c, const struct sstp_message *m, bool polite)
{
    if (c->state == SSTP_CALL_CONNECTED)
        return polite ? RAS_REMOTE_DISCONNECTION : RAS_LINK_FAILURE;
    if (m->status != SSTP_STATUS_NEGOTIATION_TIMEOUT)
        return RAS_DISCONNECTION;
    return c->state == SSTP_CALL_REQUEST_SENT ? RAS_PPP_NO_RESPONSE : RAS_PPP_TIMEOUT;
}

static void
note_peer_end(struct sstp_call *c, const struct sstp_message *m, bool polite)
{
    ras_end_set(&c->end, meaning(c, m, polite), "the server sent %s: %s (%u, about attribute %u)",
                sstp_type_name(m->type), sstp_status_text(m->status), m->status,
                m->status_attribute);
}

static void
refuse(struct sstp_call *c, usec_t now, const struct sstp_message *m, struct wr *out)
{
    ras_end_set(&c->end, fault(c), "the server sent %s (%u) at the wrong time",
                sstp_type_name(m->type), m->type);
    abort_about(c, now, SSTP_ATTRIB_NONE, SSTP_STATUS_UNACCEPTED_FRAME_RECEIVED, out);
}

static void
echo_came_back(struct sstp_call *c, usec_t now)
{
    if (!c->hello_pending) {
        c->ignored++;
        return;
    }
    const usec_t rtt = now - c->hello_sent;

    c->rtt = rtt == 0 ? 1 : rtt > UINT32_MAX ? UINT32_MAX : (uint32_t)rtt;
    c->hello_pending = false;
    c->deadline = now + HELLO;
}

static void
apply(struct sstp_call *c, usec_t now, const struct sstp_message *m, struct wr *out)
{
    switch ((enum action)table[c->state][column_of(m->type)]) {
    case DROP:
        c->ignored++;
        break;
    case REFUSE:
        refuse(c, now, m, out);
        break;
    case ACCEPT:
        accept_ack(c, now, m, out);
        break;
    case AGAIN:
        ask_again(c, now, m, out);
        break;
    case ABORTED:
        note_peer_end(c, m, false);
        sstp_put_status(out, SSTP_MSG_CALL_ABORT, SSTP_ATTRIB_NONE, SSTP_STATUS_NO_ERROR);
        move(c, SSTP_CALL_ABORT_TIMEOUT_PENDING, now + ABORT_TIMER_2);
        break;
    case FAREWELL:
        note_peer_end(c, m, true);
        sstp_put_bare(out, SSTP_MSG_CALL_DISCONNECT_ACK);
        move(c, SSTP_CALL_DISCONNECT_TIMEOUT_PENDING, now + DISCONNECT_2);
        break;
    case SETTLED:
        move(c, SSTP_CALL_ABORT_TIMEOUT_PENDING, now + ABORT_TIMER_2);
        break;
    case OVER:
        move(c, SSTP_CALL_CLOSED, NEVER);
        break;
    case ANSWER:
        if (out->cap - out->len >= SSTP_CALL_ROOM) /* a storm is not answered without bound */
            sstp_put_bare(out, SSTP_MSG_ECHO_RESPONSE);
        else
            c->ignored++;
        break;
    case ANSWERED:
        echo_came_back(c, now);
        break;
    }
}

void
sstp_call_init(struct sstp_call *c)
{
    *c = (struct sstp_call){.deadline = NEVER};
}

void
sstp_call_begin(struct sstp_call *c, usec_t now, struct wr *out)
{
    if (c->state != SSTP_CALL_IDLE)
        return;
    sstp_put_connect_request(out);
    move(c, SSTP_CALL_REQUEST_SENT, now + NEGOTIATION);
}

void
sstp_call_input(struct sstp_call *c, usec_t now, const struct sstp_packet *p, struct wr *out)
{
    struct sstp_message m;
    uint8_t about;
    const enum sstp_status status = sstp_message_parse(p->body, &m, &about);
    const enum column column = column_of(m.type);

    c->heard = now;
    /* An end is an end, however badly it is said. */
    if (status == SSTP_STATUS_NO_ERROR || column == ABORT || column == DISCONNECT) {
        apply(c, now, &m, out);
        return;
    }
    if (table[c->state][OTHER] == DROP) {
        c->ignored++;
        return;
    }
    ras_end_set(&c->end, fault(c), "the server sent a malformed %s: %s (attribute %u)",
                sstp_type_name(m.type), sstp_status_text(status), about);
    abort_about(c, now, about, status, out);
}

void
sstp_call_heard(struct sstp_call *c, usec_t now)
{
    c->heard = now;
}

/* The hello timer is lazy: traffic only notes when it was seen, so no timer is re-armed for it. */
static void
hello(struct sstp_call *c, usec_t now, struct wr *out)
{
    if (now - c->heard < HELLO) {
        c->hello_pending = false;
        c->deadline = c->heard + HELLO;
        return;
    }
    if (c->hello_pending) { /* no ABORT: nobody listens (section 3.1.5.2) */
        ras_end_set(&c->end, RAS_LINK_FAILURE, "the server did not answer an SSTP echo");
        move(c, SSTP_CALL_CLOSED, NEVER);
        return;
    }
    sstp_put_bare(out, SSTP_MSG_ECHO_REQUEST);
    c->hello_pending = true;
    c->hello_sent = now;
    c->deadline = now + HELLO;
}

static void
negotiation_over(struct sstp_call *c, usec_t now, struct wr *out)
{
    if (c->state == SSTP_CALL_REQUEST_SENT)
        ras_end_set(&c->end, RAS_PPP_NO_RESPONSE, "no answer to Call-Connect-Request");
    else
        ras_end_set(&c->end, RAS_PPP_TIMEOUT, "PPP was not authenticated in time");
    abort_about(c, now, SSTP_ATTRIB_NONE, SSTP_STATUS_NEGOTIATION_TIMEOUT, out);
}

void
sstp_call_expire(struct sstp_call *c, usec_t now, struct wr *out)
{
    if (now < c->deadline)
        return;
    switch (c->state) {
    case SSTP_CALL_IDLE:
    case SSTP_CALL_CLOSED:
    case SSTP_CALL_STATES:
        break;
    case SSTP_CALL_REQUEST_SENT:
    case SSTP_CALL_ACK_RECEIVED:
        negotiation_over(c, now, out);
        break;
    case SSTP_CALL_CONNECTED:
        hello(c, now, out);
        break;
    case SSTP_CALL_DISCONNECT_ACK_PENDING:
    case SSTP_CALL_DISCONNECT_TIMEOUT_PENDING:
    case SSTP_CALL_ABORT_PENDING:
    case SSTP_CALL_ABORT_TIMEOUT_PENDING:
        move(c, SSTP_CALL_CLOSED, NEVER);
        break;
    }
}

bool
sstp_call_connected(struct sstp_call *c, usec_t now, const uint8_t hlak[static 32],
                    const uint8_t leaf[static 32], struct wr *out)
{
    uint8_t packet[SSTP_CONNECTED_LEN];
    struct wr w = wr_over(packet, sizeof packet);

    if (c->state != SSTP_CALL_ACK_RECEIVED)
        return false;
    sstp_put_connected(&w, c->hash, c->nonce, leaf);
    sstp_binding_seal(c->hash, hlak, packet);
    wr_rd(out, wr_done(&w));
    c->heard = now;
    move(c, SSTP_CALL_CONNECTED, now + HELLO);
    return true;
}

void
sstp_call_disconnect(struct sstp_call *c, usec_t now, struct wr *out)
{
    if (c->state == SSTP_CALL_IDLE) {
        move(c, SSTP_CALL_CLOSED, NEVER);
        return;
    }
    if (sstp_call_ending(c))
        return;
    sstp_put_status(out, SSTP_MSG_CALL_DISCONNECT, SSTP_ATTRIB_NONE, SSTP_STATUS_NO_ERROR);
    move(c, SSTP_CALL_DISCONNECT_ACK_PENDING, now + DISCONNECT_1);
}

void
sstp_call_abort(struct sstp_call *c, usec_t now, enum sstp_status status, struct wr *out)
{
    if (c->state == SSTP_CALL_IDLE)
        move(c, SSTP_CALL_CLOSED, NEVER);
    else if (!sstp_call_ending(c))
        abort_about(c, now, SSTP_ATTRIB_NONE, status, out);
}

void
sstp_call_lost(struct sstp_call *c)
{
    move(c, SSTP_CALL_CLOSED, NEVER);
}
