/*
 * ccp.h - the Compression Control Protocol (RFC 1962), for the one thing that is still done with
 * it: agreeing on MPPE (RFC 3078, option 18). Compression itself, MPPC included, is always
 * refused.
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
    uint32_t allowed;  /* strengths that may be used */
    uint32_t ask;      /* what our request says: how we decrypt; 0: not asked, or rejected */
    uint32_t peer;     /* what was granted to the peer: how we encrypt; 0: nothing */
    bool reset_wanted; /* the peer has asked for a reset; the owner clears it */
};

void ccp_init(struct ccp *ccp, uint32_t allowed, struct ppp_queue *out);
/* Opened with the same strength, stateless, both ways: what may be relied on. 0: not. */
uint32_t ccp_agreed(const struct ccp *ccp);
