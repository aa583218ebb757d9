/*
 * eap-peap.h - what PEAPv0 carries inside of TLS, the peer's half ([MS-PEAP] sections 2.2 and 3.2):
 * EAP packets without their header, but for the Extensions method, and in the end the Result and
 * Crypto-Binding TLVs. The method inside is MS-CHAPv2.
 *
 * A Result of success counts only when the method inside has succeeded, and with a Crypto-Binding
 * TLV that was made with both keys (threats A13, A14): else whoever holds some accepted certificate
 * could be handed on to a server that the user did not mean.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "eap-mschapv2.h"
#include "peap-key.h"

enum eap_peap_tlv {
    EAP_PEAP_RESULT = 3,
    EAP_PEAP_BINDING = 12,
    EAP_PEAP_MANDATORY = 0x8000,
};

enum { EAP_PEAP_PLAIN = 1200 }; /* of ours; a change of password is the longest */

enum eap_peap_result {
    EAP_PEAP_NOTHING,  /* to say */
    EAP_PEAP_ANSWER,   /* is written, and is to be said */
    EAP_PEAP_REFUSED,  /* inner->failure; retry, change or give up, behind the type octet */
    EAP_PEAP_UNUSABLE, /* the password cannot be one */
    EAP_PEAP_FAILED,   /* ->end */
};

struct eap_peap {
    const struct rng *rng;
    bool unbound; /* no Crypto-Binding TLV is accepted, too */
    enum eap_peap_state {
        EAP_PEAP_INSIDE, /* the inner method runs, or is still to begin */
        EAP_PEAP_DONE,   /* both ends have said success */
        EAP_PEAP_LOST,   /* the server has said failure */
    } state;
    struct ras_end end;
    uint8_t naks;
    uint8_t msk[64]; /* when done */
};

void eap_peap_init(struct eap_peap *p, const struct rng *rng, bool unbound);
/* @plain: what came; @msk: of the TLS around it; @answer: of EAP_PEAP_PLAIN octets. */
enum eap_peap_result eap_peap_input(struct eap_peap *p, struct eap_mschapv2 *inner,
                                    const struct ppp_credentials *c, const uint8_t msk[static 64],
                                    struct rd plain, struct wr *answer);
