/*
 * ccp.h - the Compression Control Protocol (RFC 1962), for the one option that is still in use: 18,
 * which agrees on MPPE (RFC 3078) and MPPC (RFC 2118).
 *
 * We ask for the strongest encryption, stateless and uncompressed, and suggest that to a peer who
 * asks for something else. One who insists gets stateful keys, and compression if it is allowed:
 * neither makes it less secret.
 *
 * pppd ends the call ("MPPE disabled") when its CCP leaves Opened while MPPE is on, and any
 * Configure-Request takes it out of there. So when an answer to ours is overdue, and pppd may be
 * Opened because it was the answer that got lost, we ask with a Reset-Request: pppd answers that
 * with a Reset-Ack if it is Opened, and else not at all. Whoever never answers it (RFC 3078 section
 * 8 has no Reset-Ack) gets the request again a little later.
 *
 * accel-ppp asks first, and tells its kernel then that there is CCP. An Ack that is faster goes
 * past a kernel that never decrypts anything in this call. So on a path of less than 50 ms the
 * answer to the peer's first request waits for its next frame, which is the answer to ours; for 400
 * ms at most, which is no longer than it takes to ask again when one of them was lost. On a longer
 * path that wait would cost each call a round trip, and the peer has had its time.
 *
 * Whoever rejects the protocol of encrypted packets may not have had our Ack yet. A Reset-Request
 * tells: who answers it, or rejects CCP (accel-ppp, of a call that is up), and goes on rejecting
 * packets, decrypts nothing. Of who does not answer 5 s of that are taken as the answer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ppp-fsm.h"

enum { CCP_MPPE = 18, CCP_RESET_REQUEST = 14, CCP_RESET_ACK = 15 };

enum ccp_mppe { /* the option's four octets, as one number (RFC 3078 section 2.1) */
                CCP_MPPE_STATELESS = 0x01000000,
                CCP_MPPE_56 = 0x80,
                CCP_MPPE_128 = 0x40,
                CCP_MPPE_40 = 0x20,
                CCP_MPPC = 0x01,
};

struct ccp {
    struct ppp_fsm fsm;
    uint32_t allowed;  /* strengths that may be used, and CCP_MPPC */
    uint32_t only;     /* these bits as they stand, and nothing else; 0: as the peer likes */
    uint32_t ask;      /* what our request says: how we decrypt; 0: not asked, or rejected */
    uint32_t peer;     /* what was granted to the peer: how we encrypt; 0: nothing */
    bool suggested;    /* we have Nak'ed once: what the peer says now, it means */
    bool reset_wanted; /* the peer has asked for a reset; the owner clears it */
    bool ahead;        /* set by the owner, for a client: do not wait where it need not be */
    bool hasty;   /* set by the owner: the peer is not pppd, the request may go again at once */
    bool probed;  /* probe_id is that of a Reset-Request since our latest request */
    bool refused; /* set by the owner: the peer asks for MPPE, and CCP as a whole was rejected */
    uint8_t probe_id;

    bool heard;       /* set by the owner: a frame of CCP has come */
    bool patient;     /* set by the owner: the first answer is held back */
    uint8_t held_len; /* the peer's first request */
    uint8_t held[62];
    usec_t held_until;                /* 0: none has come; NEVER: it has been answered */
    usec_t unheard_since, unheard_at; /* encrypted packets are rejected; 0: none is. Owner: 0 */
    uint8_t unheard_id;               /* of the Reset-Request about it */
    bool unheard_opened;              /* and it was answered */
};

void ccp_init(struct ccp *ccp, uint32_t allowed, struct ppp_queue *out);
/* Before it is opened: a server that takes these bits as they stand, and nothing else. */
void ccp_insist(struct ccp *ccp, uint32_t bits);
/* Opened, with the same strength both ways: the bits of ->ask. 0: not. */
uint32_t ccp_agreed(const struct ccp *ccp);
/* A Configure-Request for MPPE, of any strength. */
bool ccp_asks_mppe(uint16_t protocol, struct rd packet);
/* True: @packet is the peer's first request, and is answered by what follows. @rtt: in
 * microseconds, 0: not known. */
bool ccp_hold(struct ccp *ccp, usec_t now, uint32_t rtt, struct rd packet);
/* Before each other frame; and ccp_expire() at ccp_deadline(), instead of the automaton's. */
void ccp_release(struct ccp *ccp, usec_t now);
void ccp_expire(struct ccp *ccp, usec_t now);
usec_t ccp_deadline(const struct ccp *ccp);
/* The peer has rejected an encrypted packet. True: it will go on doing so. */
bool ccp_unheard(struct ccp *ccp, usec_t now);
/* It has done so, and not long ago. */
bool ccp_unheard_lately(const struct ccp *ccp, usec_t now);
/* Something of the peer's was lost: ask it to begin afresh (RFC 1962 section 5.7). */
void ccp_request_reset(struct ccp *ccp);
