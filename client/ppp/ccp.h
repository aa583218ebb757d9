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
};

void ccp_init(struct ccp *ccp, uint32_t allowed, struct ppp_queue *out);
/* Before it is opened: a server that takes these bits as they stand, and nothing else. */
void ccp_insist(struct ccp *ccp, uint32_t bits);
/* Opened, with the same strength both ways: the bits of ->ask. 0: not. */
uint32_t ccp_agreed(const struct ccp *ccp);
/* A Configure-Request for MPPE, of any strength. */
bool ccp_asks_mppe(uint16_t protocol, struct rd packet);
/* Something of the peer's was lost: ask it to begin afresh (RFC 1962 section 5.7). */
void ccp_request_reset(struct ccp *ccp);
