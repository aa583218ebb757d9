/*
 * session-priv.h - the inside of a session, for session.c and for the kinds of link below it.
 *
 * session.c owns PPP, the events and the end of the call; a kind carries frames. A kind tells what
 * it saw by session_end() or session_finish(), and never looks at events.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dhcp-inform.h"
#include "gre.h"
#include "nd-answer.h"
#include "ppp-link.h"
#include "pptp-call.h"
#include "session-kind.h"
#include "session-l2tp.h"
#include "session-register.h"
#include "sstp-call.h"
#include "sstp-http.h"

enum {
    SESSION_TX = 32 * 1024,
    SESSION_DATAGRAMS = 16 * 1024,
    /* Whatever one item of PPP's queue makes us write. */
    SESSION_TX_ITEM = PPP_FRAME_MAX + 64 + SSTP_CALL_ROOM + DHCP_INFORM_MAX,
};

struct session_sstp {
    struct sstp_http_reply reply;
    struct sstp_call call;
    usec_t http_deadline, early_deadline; /* NEVER when not waited for */
    usec_t asked;                         /* when the POST left */
    usec_t bound_at;                      /* when CALL_CONNECTED left; 0: not yet */
    bool ncp_answered;                    /* ... and the server went on with it */
};

struct session_pptp {
    struct pptp_call call;
    struct gre gre;
    usec_t gre_patience; /* NEVER, or when not to wait for GRE to pass any longer */
    bool through;        /* it passes both ways */
    uint8_t (*slots)[GRE_SLOT];
    size_t n_early;
    uint8_t early[256];      /* a GRE packet that came before the call was up */
    uint8_t spare[GRE_SLOT]; /* for a packet that grew when it was decompressed */
};

/* Datagrams that wait to be fetched: channel, 16-bit length, octets. */
struct session_datagrams {
    size_t at, len;
    uint8_t bytes[SESSION_DATAGRAMS];
};

/* In the order in which they are handed out. */
enum session_pending {
    PENDING_ESP = 1 << 0,
    PENDING_STAGE_1 = 1 << 1,
    PENDING_STAGE_2 = 1 << 2,
    PENDING_CREDENTIALS = 1 << 3,
    PENDING_STAGE_3 = 1 << 4,
    PENDING_CONFIG = 1 << 5,
    PENDING_UP = 1 << 6,
    PENDING_INFORMED = 1 << 7,
    PENDING_EARLY_REFUSED = 1 << 8,
    PENDING_ENDED = 1 << 9,
};

struct session {
    const struct session_kind *kind;
    const struct dial_plan *plan;
    const struct rng *rng;
    struct session_link_info info;
    usec_t now; /* the latest that we were told */

    unsigned pending;     /* enum session_pending */
    unsigned auth_wanted; /* see session_auth_wanted() */
    struct ras_end end;
    bool ending, over;
    usec_t linger; /* how long the other end may take to close */
    bool early; /* should it end now, it is to be redone: the early flight is not answered yet, or
                   UDP port 1701 leads nowhere */

    struct ppp_link ppp;
    enum ras_error reason; /* of the question */
    bool asking;           /* nobody has answered it yet */
    enum ppp_auth_method method;

    struct net_config config;  /* as told, or to be told */
    struct net_config learned; /* by DHCP */
    struct dhcp_inform inform;
    struct session_register reg;
    struct nd_answer nd;
    bool configured, network_up, registered, registered_once, up;
    usec_t hold; /* until when SESSION_UP waits for DHCP; NEVER: it does not */
    bool held;

    bool traffic; /* since the idle timer was looked at */
    usec_t idle_since, idle_deadline;
    uint64_t dropped;

    struct session_sstp sstp;
    struct session_pptp pptp;
    struct session_l2tp l2tp;
    enum session_channel data_channel; /* where sealed packets go */
    struct session_datagrams datagrams;

    bool tx_lent; /* poll_output() has handed it out */
    struct wr tx;
    uint8_t tx_bytes[SESSION_TX];
};

/* Where output is written. Check the room before: what does not fit poisons it. */
struct wr *session_tx(struct session *s);
size_t session_tx_room(const struct session *s);

/* One to be sent; dropped when too many wait. */
void session_put_datagram(struct session *s, enum session_channel to, struct rd bytes);

/* Act on what PPP has queued. After each frame that was not a packet, and after each timer. */
void session_drive(struct session *s, usec_t now);
/* A packet out of PPP: @packet lies inside of @frame. */
void session_deliver(struct session *s, usec_t now, struct rd packet, struct session_packets *ret);
/* The call is to end because of @why, unless another cause was first: say goodbye, linger. */
void session_end(struct session *s, usec_t now, const struct ras_end *why);
void session_fail(struct session *s, usec_t now, enum ras_error error, const char *detail);
/* The server has closed the call, in words: what PPP was at may tell why. @decided: they can be the
 * refusal of who did not like the password (l2tpns 2.4 sends no CHAP Failure). */
void session_hung_up(struct session *s, usec_t now, const struct ras_end *why, bool decided);
/* The link is about to come up: no packet shall be too long for its route. */
void session_fit_path(struct session *s);
/* There is nothing more to wait for. */
void session_finish(struct session *s);
/* What MPPE agreed on, for a person; "none". */
const char *session_mppe_text(const struct session *s);
