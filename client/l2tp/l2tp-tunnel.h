/*
 * l2tp-tunnel.h - one L2TP tunnel with the one call in it (RFC 2661 sections 5 and 7): two tables
 * of (state, message) cells over the reliable channel, and the header of the data.
 *
 * Pure: no clock, no allocation, no callback. Both roles: as a client we are the LAC, whose call
 * "came in"; the LNS is for the practice server and for simulations.
 *
 *     l2tp_tunnel_init(&t, &config); l2tp_tunnel_begin(&t, now);
 *     on a datagram:  if (l2tp_tunnel_receive(&t, now, datagram, &frame)) PPP gets frame;
 *     on timeout:     l2tp_tunnel_expire(&t, now);
 *     after each:     while (l2tp_tunnel_poll(&t, now, &datagram)) send it;
 *                     compare .call with what it was; arm the timer for l2tp_tunnel_deadline(&t)
 *
 * When .state is L2TP_CLOSED, what l2tp_tunnel_poll() still has is to be sent, and that was it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "l2tp-channel.h"
#include "ras.h"
#include "rng.h"

enum { L2TP_DATA_HEAD = 10, L2TP_CHALLENGE = 16 };

enum l2tp_state {
    L2TP_IDLE,
    L2TP_WAIT_REPLY,   /* SCCRQ is out */
    L2TP_WAIT_CONNECT, /* LNS: SCCRP is out */
    L2TP_ESTABLISHED,
    L2TP_STOPPING, /* our goodbye is out and not acknowledged yet */
    L2TP_CLOSED,
    L2TP_STATES,
};

enum l2tp_call_state {
    L2TP_CALL_IDLE,
    L2TP_CALL_WAIT_REPLY,   /* ICRQ is out */
    L2TP_CALL_WAIT_CONNECT, /* LNS: ICRP is out */
    L2TP_CALL_UP,           /* PPP may flow */
    L2TP_CALL_OVER,
    L2TP_CALL_STATES,
};

enum l2tp_result { /* of StopCCN and of CDN: those that we send */
                   L2TP_STOP_CLEAR = 1,
                   L2TP_STOP_ERROR = 2,
                   L2TP_STOP_UNAUTHORIZED = 4,
                   L2TP_STOP_VERSION = 5,
                   L2TP_CDN_ERROR = 2,
                   L2TP_CDN_ADMINISTRATIVE = 3,
                   L2TP_CDN_NO_FACILITIES = 4,
};

struct l2tp_config {
    const struct rng *rng; /* borrowed for the tunnel's life */
    struct rd secret;      /* borrowed too; of tunnel authentication and hidden attributes; empty */
    usec_t hello;          /* of silence before a Hello; 0: 45 s */
    usec_t rtt;            /* of the way, when it is known; 0 */
    enum ras_error no_answer; /* what it is called when nobody answers at all */
    bool ordered; /* data has to keep its order (MPPE): all of it is numbered, and what is late is
                     dropped */

    bool lns;                            /* everything below is for this role */
    bool hide, sequence;                 /* hide what may be hidden; number the data */
    uint16_t refuse_tunnel, refuse_call; /* the result to refuse with; 0: accept */
};

struct l2tp_tunnel {
    struct l2tp_config config;
    enum l2tp_state state;
    enum l2tp_call_state call;
    struct ras_end end; /* why it ended, or is ending: the first cause */
    bool decided;       /* which was that the server wanted so, not that something was lost */
    struct l2tp_channel channel;
    uint16_t local_tunnel, peer_tunnel, local_session, peer_session;
    uint8_t challenge[L2TP_CHALLENGE]; /* ours */
    usec_t hello_at;                   /* NEVER, or when we ask whether anybody is there */
    usec_t answer_by;                  /* NEVER, or when the call is to be up: what we said may
                                          have been acknowledged by who then fell silent */
    bool sequence;                     /* our data is numbered: the LNS decides */
    bool numbered;                     /* the peer's has been */
    uint16_t data_ns, data_nr;         /* next of ours; one above the highest of theirs */
    uint64_t data_seen;                /* of those below .data_nr: bit 0 is .data_nr - 1 */
    uint32_t line_errors;              /* the sum of the last WAN-Error-Notify */
    uint16_t hello_ns;                 /* one above the number of our last Hello */
    uint64_t ignored;                  /* what meant nothing here */
};

void l2tp_tunnel_init(struct l2tp_tunnel *t, const struct l2tp_config *config);
void l2tp_tunnel_wipe(struct l2tp_tunnel *t);
void l2tp_tunnel_begin(struct l2tp_tunnel *t, usec_t now); /* the LAC's; an LNS is called */
/* True: *ret_frame is a PPP frame inside @datagram. */
bool l2tp_tunnel_receive(struct l2tp_tunnel *t, usec_t now, struct rd datagram,
                         struct rd *ret_frame);
void l2tp_tunnel_expire(struct l2tp_tunnel *t, usec_t now);
usec_t l2tp_tunnel_deadline(const struct l2tp_tunnel *t);
/* What to send now; valid until the next call on this tunnel. */
bool l2tp_tunnel_poll(struct l2tp_tunnel *t, usec_t now, struct rd *ret);
/* Says Hello now. False: not while there is no tunnel, or something else has no answer yet. */
bool l2tp_tunnel_hello(struct l2tp_tunnel *t, usec_t now);
bool l2tp_tunnel_hello_answered(const struct l2tp_tunnel *t); /* the last one */
/* End the call and the tunnel politely, with these results. Once ending, does nothing. */
void l2tp_tunnel_close(struct l2tp_tunnel *t, usec_t now, uint16_t cdn, uint16_t stop);
/* A PPP frame becomes a data message: L2TP_DATA_HEAD octets are free before it. Returns where it
 * begins. Only while the call is up. */
uint8_t *l2tp_tunnel_seal(struct l2tp_tunnel *t, uint8_t *frame);

static inline bool
l2tp_tunnel_ending(const struct l2tp_tunnel *t)
{
    return t->state >= L2TP_STOPPING;
}
