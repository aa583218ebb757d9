/*
 * lcp.h - the Link Control Protocol: RFC 1661 sections 5 and 6, Identification of RFC 1570. Either
 * role: the client answers the peer's demand for authentication by its policy, the server makes
 * the demand.
 *
 * A false step of the peer that ends the link is noted in ->fault; the owner acts on it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ppp-auth-method.h"
#include "ppp-fsm.h"
#include "rng.h"

enum lcp_protocol {
    PPP_PROTO_IP4 = 0x0021,
    PPP_PROTO_IP6 = 0x0057,
    PPP_PROTO_COMPRESSED = 0x00fd,
    PPP_PROTO_IPCP = 0x8021,
    PPP_PROTO_IPV6CP = 0x8057,
    PPP_PROTO_CCP = 0x80fd,
    PPP_PROTO_LCP = 0xc021,
    PPP_PROTO_PAP = 0xc023,
    PPP_PROTO_CHAP = 0xc223,
    PPP_PROTO_EAP = 0xc227,
};

enum lcp_code {
    LCP_PROTOCOL_REJECT = 8,
    LCP_ECHO_REQUEST,
    LCP_ECHO_REPLY,
    LCP_DISCARD,
    LCP_IDENTIFICATION,
    LCP_TIME_REMAINING,
};

enum lcp_option {
    LCP_MRU = 1,
    LCP_ACCM = 2,
    LCP_AUTH = 3,
    LCP_QUALITY = 4,
    LCP_MAGIC = 5,
    LCP_PFC = 7,
    LCP_ACFC = 8,
    LCP_CALLBACK = 13,
    LCP_MRRU = 17,
};

enum {
    LCP_MRU_DEFAULT = 1500,
    LCP_MRU_MIN = 576,   /* a peer that takes less is asked to take this (threats P13) */
    LCP_LOOPS_MAX = 4,   /* own magic numbers seen before the link is called a loop */
    LCP_ECHOES_LOST = 4, /* unanswered before the link is called dead */
    LCP_DEMANDS = 5,
};

enum lcp_fault {
    LCP_OK,
    LCP_LOOPBACK,
    LCP_AUTH_WITHDRAWN,    /* it demands nothing now that better than .passed_over was suggested */
    LCP_AUTH_NOT_ALLOWED,  /* the peer insists on what the policy forbids */
    LCP_AUTH_NOT_ACCEPTED, /* server: the peer refuses all that may be demanded */
    LCP_DEAD,              /* echoes are not answered */
};

struct lcp_params {
    const struct rng *rng;
    uint16_t mru;          /* to ask for; 0: 1500 without asking */
    bool compress_fields;  /* ask for PFC and ACFC */
    unsigned auth_allowed; /* client: enum ppp_auth_method, or'ed */
    bool eap_first;        /* client: EAP protects what is proved, so it goes before MS-CHAPv2 */
    uint8_t n_demand;      /* server: to demand of the peer, in order; 0: nothing */
    enum ppp_auth_method demand[LCP_DEMANDS];
    bool offers; /* server: ask for a callback and multilink too, as RRAS does */
    usec_t echo_interval;
};

struct lcp {
    struct ppp_fsm fsm;
    struct lcp_params params;
    enum lcp_fault fault;

    /* Ours: what we ask for. */
    bool ask_mru, ask_magic, ask_pfc, ask_acfc, ask_offers;
    uint16_t mru;
    uint32_t magic; /* 0: the peer has rejected it */
    uint8_t demand; /* index into params.demand */
    uint8_t loops;

    /* The peer's: what it asked for and was granted. */
    uint16_t peer_mru;
    uint32_t peer_magic;
    bool peer_pfc, peer_acfc;  /* we may compress what we send */
    enum ppp_auth_method auth; /* that we must prove ourselves with; 0: none was asked */
    unsigned suggested;        /* methods that were put into a Nak already */
    enum ppp_auth_method last_suggested;
    uint8_t suggested_id; /* of the request that it answered */
    uint8_t insisted;     /* how often the peer asked for what we refuse after all suggestions */
    unsigned passed_over; /* methods that are allowed, demanded, and were answered with a Nak */
    bool asks_auth;       /* the request that is judged has a demand */
    uint32_t demanded;    /* the first octets of what it asked for last */

    /* Echo. */
    usec_t echo_at, echo_sent;
    uint8_t echo_id, echoes_lost;
    uint32_t rtt;

    uint16_t rejected_protocol; /* by the peer's Protocol-Reject, until the owner takes it; or 0 */
    char peer_identification[64]; /* printable; "" : none */
};

void lcp_init(struct lcp *lcp, const struct lcp_params *params, struct ppp_queue *out);
enum ppp_auth_method lcp_demanded(const struct lcp *lcp); /* server: of the peer, once opened */

/* "I do not know this protocol": @packet without its protocol field; cut to the peer's MRU. */
void lcp_reject_protocol(struct lcp *lcp, uint16_t protocol, struct rd packet);
void lcp_identify(struct lcp *lcp, const char *text);

/* Echo-Requests, once opened. A frame of any kind is a sign of life. */
void lcp_echo_start(struct lcp *lcp, usec_t now);
usec_t lcp_echo_deadline(const struct lcp *lcp);
void lcp_echo_expire(struct lcp *lcp, usec_t now);
void lcp_heard(struct lcp *lcp);
