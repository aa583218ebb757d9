/*
 * ike-proposal.h - the Security Association payload (RFC 2408 sections 3.4 to 3.6): proposals,
 * transforms and their attributes, as both phases use them (RFC 2409 appendix A, RFC 2407 section
 * 4.5).
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ike-msg.h"

enum { IKE_TRANSFORMS_MAX = 64 }; /* of one SA payload; what comes behind is not looked at */

/* Phase 1 attributes. */
enum ike_attr1 {
    IKE_A1_ENCRYPTION = 1,
    IKE_A1_HASH = 2,
    IKE_A1_AUTH = 3,
    IKE_A1_GROUP = 4,
    IKE_A1_LIFE_TYPE = 11,
    IKE_A1_LIFE_DURATION = 12,
    IKE_A1_KEY_LENGTH = 14,
};

/* Phase 2 attributes. */
enum ike_attr2 {
    IKE_A2_LIFE_TYPE = 1,
    IKE_A2_LIFE_DURATION = 2,
    IKE_A2_GROUP = 3,
    IKE_A2_ENCAPSULATION = 4,
    IKE_A2_AUTH = 5,
    IKE_A2_KEY_LENGTH = 6,
};

enum ike_life_type { IKE_LIFE_SECONDS = 1, IKE_LIFE_KILOBYTES = 2 };

enum { IKE_ATTRS = 17 };

struct ike_transform {
    uint8_t proposal, protocol, number, id;
    struct rd spi;
    struct rd attributes;     /* as they came */
    uint32_t attr[IKE_ATTRS]; /* by type, without the lifetimes; 0: not there */
    uint32_t seconds, kilobytes;
    bool odd;       /* an attribute that is unknown, repeated, 0 or too large: never chosen */
    bool conjoined; /* its proposal number is that of another too (AH and ESP, IPComp and ESP) */
};

struct ike_offer {
    unsigned proposals, n;
    struct ike_transform v[IKE_TRANSFORMS_MAX];
};

enum ike_phase { IKE_PHASE_1 = 1, IKE_PHASE_2 = 2 };

/* Of an SA payload's body. False: malformed, or not the IPsec DOI with identity only. */
bool ike_offer_get(struct rd body, enum ike_phase phase, struct ike_offer *ret);

/* The lifetimes in a list of attributes, as RESPONDER-LIFETIME has one; 0: not named. */
bool ike_life_get(struct rd attributes, enum ike_phase phase, uint32_t *ret_seconds,
                  uint32_t *ret_kilobytes);

/* Writing: an attribute of 16 bits, one of 32, and the frames around them. */
void ike_attr_put(struct wr *w, uint16_t type, uint32_t value);
struct ike_sa_wr {
    struct ike_wr *m;
    size_t proposal_at, count_at, transform_at, last_next_at;
    uint8_t transforms;
};
void ike_sa_begin(struct ike_sa_wr *s, struct ike_wr *m);
void ike_sa_proposal(struct ike_sa_wr *s, uint8_t number, uint8_t protocol, struct rd spi);
void ike_sa_transform(struct ike_sa_wr *s, uint8_t number, uint8_t id); /* attributes follow */
void ike_sa_end(struct ike_sa_wr *s);

/* Reading texts such as "aes256-sha256-ecp384": the next part up to '-' or ',', as a slice. */
struct rd ike_word(struct rd *text, char *ret_separator);
