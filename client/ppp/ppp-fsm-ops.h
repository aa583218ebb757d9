/*
 * ppp-fsm-ops.h - what makes an automaton of ppp-fsm.h LCP, CCP, IPCP or IPV6CP.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"
#include "clock.h"

enum ppp_code {
    PPP_CONF_REQ = 1,
    PPP_CONF_ACK,
    PPP_CONF_NAK,
    PPP_CONF_REJ,
    PPP_TERM_REQ,
    PPP_TERM_ACK,
    PPP_CODE_REJ,
};

enum ppp_verdict { PPP_ACK = PPP_CONF_ACK, PPP_NAK = PPP_CONF_NAK, PPP_REJ = PPP_CONF_REJ };

/* What a code above 7 was to the protocol. */
enum ppp_extension {
    PPP_EXT_UNKNOWN,  /* answer with a Code-Reject */
    PPP_EXT_RECEIVED, /* RXR: in Opened, *reply is sent if its code is not 0 */
    PPP_EXT_REJECT_OK,
    PPP_EXT_REJECT_FATAL, /* RXJ+, RXJ- */
    PPP_EXT_CONFIRMED,    /* only who is Opened says this: our request was accepted */
};

enum { PPP_OPTIONS_MAX = 1496, PPP_GUESSES = 4 };

struct ppp_reply {
    uint8_t code;
    struct wr body;
};

struct ppp_fsm;

struct ppp_fsm_ops {
    uint16_t protocol; /* 0x8021 and friends */

    void (*reset)(struct ppp_fsm *f);                    /* a negotiation starts from scratch */
    void (*request)(struct ppp_fsm *f, struct wr *opts); /* write what we ask for */
    void (*naked)(struct ppp_fsm *f, struct rd opts);
    void (*rejected)(struct ppp_fsm *f, struct rd opts);

    /* Judge the peer's request; for Nak and Rej write the options to return. With @stubborn set
     * (Max-Failure reached) the answer must not be PPP_NAK. */
    enum ppp_verdict (*judge)(struct ppp_fsm *f, struct rd opts, bool stubborn, struct wr *reply);

    /* May be NULL: there is no code above 7. */
    enum ppp_extension (*extension)(struct ppp_fsm *f, usec_t now, uint8_t code, uint8_t id,
                                    struct rd body, struct ppp_reply *reply);

    /* May be NULL. Instead of the same request again, in Ack-Sent: ask for what PPP_EXT_CONFIRMED
     * will tell. False: there is nothing to ask. */
    bool (*probe)(struct ppp_fsm *f);

    /* May be NULL. The @nth guess at what is left when the peer has rejected what it has not: sent
     * behind the first request, so that its answer follows the Reject. False: no more. */
    bool (*guess)(struct ppp_fsm *f, unsigned nth, struct wr *opts);

    /* May be NULL. The peer's request, which came before any answer to ours, tells what that will
     * be: what to ask for then, to be sent at once. False: nothing else than was asked for. */
    bool (*hint)(struct ppp_fsm *f, struct rd opts, struct wr *guess);

    /* May be NULL. As judge(), of a request that has not come yet, and leaving no trace. 0: what
     * this peer will ask for is not to be foreseen. */
    uint8_t (*foresee)(struct ppp_fsm *f, uint8_t id, struct rd opts, struct wr *reply);
};
