/*
 * sstp-call.h - the client's call of [MS-SSTP] section 3.2: one table of (state, message) cells,
 * timers as numbers, packets written to @out.
 *
 * Pure: no clock, no allocation, no callback. The owner cuts packets from the stream, gives control
 * packets to sstp_call_input(), sends what is in @out (SSTP_CALL_ROOM octets always suffice for one
 * call), compares .state with what it was, and closes the TCP connection when it is
 * SSTP_CALL_CLOSED. Time never runs backwards.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "clock.h"
#include "ras.h"
#include "sstp-msg.h"

enum { SSTP_CALL_ROOM = 2 * SSTP_MAX_CONTROL };

enum sstp_call_state {
    SSTP_CALL_IDLE, /* the HTTP exchange is not over */
    SSTP_CALL_REQUEST_SENT,
    SSTP_CALL_ACK_RECEIVED,               /* PPP control frames pass */
    SSTP_CALL_CONNECTED,                  /* PPP data passes */
    SSTP_CALL_DISCONNECT_ACK_PENDING,     /* we said goodbye */
    SSTP_CALL_DISCONNECT_TIMEOUT_PENDING, /* the server did: its goodbye is acknowledged */
    SSTP_CALL_ABORT_PENDING,              /* we aborted */
    SSTP_CALL_ABORT_TIMEOUT_PENDING,      /* both did */
    SSTP_CALL_CLOSED,                     /* the stream is to be closed */
    SSTP_CALL_STATES,
};

struct sstp_call {
    enum sstp_call_state state;
    usec_t deadline;    /* NEVER, or when sstp_call_expire() is due */
    struct ras_end end; /* why it ended, or is ending: the first cause */
    uint8_t naks;
    enum sstp_hash hash;      /* chosen from the ACK */
    uint8_t nonce[32];        /* of the ACK */
    bool hello_pending;       /* our ECHO_REQUEST is not answered */
    usec_t hello_sent, heard; /* the latter: when anything came last */
    uint32_t rtt;             /* of the last hello, microseconds; 0: none */
    uint64_t ignored;         /* control packets that meant nothing here */
};

void sstp_call_init(struct sstp_call *c);
/* Write CALL_CONNECT_REQUEST, start the negotiation timer. */
void sstp_call_begin(struct sstp_call *c, usec_t now, struct wr *out);
/* One control packet as cut. */
void sstp_call_input(struct sstp_call *c, usec_t now, const struct sstp_packet *p, struct wr *out);
/* A data packet came: the line is alive. */
void sstp_call_heard(struct sstp_call *c, usec_t now);
void sstp_call_expire(struct sstp_call *c, usec_t now, struct wr *out);
/* PPP authentication is complete: CALL_CONNECTED with the binding. False: not in ACK_RECEIVED, or
 * crypto failed (then the call aborts). @leaf: the certificate's hash, of the chosen kind, padded.
 */
bool sstp_call_connected(struct sstp_call *c, usec_t now, const uint8_t hlak[static 32],
                         const uint8_t leaf[static 32], struct wr *out);
/* End politely (CALL_DISCONNECT) or not (CALL_ABORT). Once ending, does nothing. */
void sstp_call_disconnect(struct sstp_call *c, usec_t now, struct wr *out);
void sstp_call_abort(struct sstp_call *c, usec_t now, enum sstp_status status, struct wr *out);
/* The stream is gone, or broken beyond cutting. */
void sstp_call_lost(struct sstp_call *c);

/* May PPP frames pass? Control ones from the ACK on, data only when connected. */
static inline bool
sstp_call_passes_control(const struct sstp_call *c)
{
    return c->state == SSTP_CALL_ACK_RECEIVED || c->state == SSTP_CALL_CONNECTED;
}
static inline bool
sstp_call_ending(const struct sstp_call *c)
{
    return c->state >= SSTP_CALL_DISCONNECT_ACK_PENDING;
}
