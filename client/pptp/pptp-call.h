/*
 * pptp-call.h - the client's side of PPTP's control connection (RFC 2637 section 3): one table of
 * (state, message) cells, timers as numbers, messages written to @out.
 *
 * Pure: no clock, no allocation, no callback. The owner cuts messages from the stream, gives them
 * to pptp_call_input(), sends what is in @out (PPTP_CALL_ROOM octets always suffice for one call),
 * compares .state with what it was, and closes the TCP connection when it is PPTP_CALL_CLOSED.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "clock.h"
#include "pptp-msg.h"
#include "ras.h"

enum { PPTP_CALL_ROOM = 2 * PPTP_MSG_MAX };

enum pptp_call_state {
    PPTP_CALL_IDLE,
    PPTP_CALL_START_SENT, /* Start-Control-Connection-Request is out */
    PPTP_CALL_CALL_SENT,  /* Outgoing-Call-Request is out */
    PPTP_CALL_UP,         /* GRE may flow */
    PPTP_CALL_CLEARING,   /* we hung up; waiting for Call-Disconnect-Notify */
    PPTP_CALL_STOPPING,   /* Stop-Control-Connection-Request is out */
    PPTP_CALL_CLOSED,     /* the TCP connection is to be closed */
    PPTP_CALL_STATES,
};

struct pptp_call {
    enum pptp_call_state state;
    usec_t deadline;    /* NEVER, or when pptp_call_expire() is due */
    struct ras_end end; /* why it ended, or is ending: the first cause */
    uint16_t local_call, peer_call;
    uint32_t echo_id;
    bool echo_pending;    /* nothing was heard since it was sent */
    usec_t echo_sent;     /* 0: none is to be answered */
    uint32_t rtt;         /* of the last echo, microseconds; 0: none */
    uint32_t line_errors; /* the sum of the last WAN-Error-Notify */
    uint64_t ignored;     /* messages that meant nothing here */
};

/* @local_call: not 0, random, so that a stale call of ours is not mixed up with this one. */
void pptp_call_init(struct pptp_call *c, uint16_t local_call);
void pptp_call_begin(struct pptp_call *c, usec_t now, struct wr *out);
void pptp_call_input(struct pptp_call *c, usec_t now, const struct pptp_msg *m, struct wr *out);
void pptp_call_expire(struct pptp_call *c, usec_t now, struct wr *out);
/* End politely. Once ending, does nothing. */
void pptp_call_clear(struct pptp_call *c, usec_t now, struct wr *out);
/* The stream is gone, or can not be cut (@broken). */
void pptp_call_lost(struct pptp_call *c, bool broken);
/* GRE of this call was heard: the line is alive, whether or not the server answers echoes. */
void pptp_call_heard(struct pptp_call *c, usec_t now);

static inline bool
pptp_call_ending(const struct pptp_call *c)
{
    return c->state >= PPTP_CALL_CLEARING;
}
