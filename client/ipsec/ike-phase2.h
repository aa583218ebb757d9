/*
 * ike-phase2.h - what a pair of ESP associations is agreed on in quick mode: suites, encapsulation,
 * group, lifetimes (RFC 2407 sections 4.4.4 and 4.5, RFC 3947 section 5.1, RFC 4106, RFC 4868).
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dh.h"
#include "esp-suite.h"
#include "ike-config.h"
#include "ike-proposal.h"

enum ike_encapsulation {
    IKE_ENCAP_TRANSPORT = 2,
    IKE_ENCAP_UDP_TRANSPORT = 4,
    IKE_ENCAP_UDP_TRANSPORT_DRAFT = 61444,
};

enum { IKE_CHILD_SUITES_MAX = 12, IKE_PHASE2_TIERS = 7, IKE_PHASE2_LISTS = 3 };

struct ike_child_suites { /* strong to weak */
    unsigned n;
    struct esp_suite v[IKE_CHILD_SUITES_MAX];
};

struct ike_terms { /* of one pair, besides the suite */
    uint32_t encapsulation;
    uint32_t group; /* of PFS; 0: none */
    uint32_t seconds, kilobytes;
};

unsigned ike_child_weak(const struct esp_suite *s); /* enum ike_weak */

/* What is offered, tier by tier, while the answer is NO-PROPOSAL-CHOSEN. Tier 0 is the usual list;
 * tier 1 what Windows' client offers; 2 what is rarely wanted. From IKE_PHASE2_LISTS on: the usual
 * list with a new Diffie-Hellman, for servers that insist on it. */
void ike_child_suites_tier(struct ike_child_suites *ret, unsigned tier, unsigned refuse);
/* The group of PFS in that tier, after a phase 1 in @group; 0: none. @wanted: by the profile. */
unsigned ike_child_pfs(unsigned tier, unsigned group, bool wanted);
/* Of the tiers not in @tried (1 << tier) the next that differs from those before it;
 * IKE_PHASE2_TIERS: none. @listed: the profile has a list of its own. */
unsigned ike_child_next_tier(unsigned tried, unsigned group, bool wanted, bool listed,
                             unsigned refuse);
bool ike_child_suites_parse(struct ike_child_suites *ret, const char *text, unsigned refuse);

void ike_child_offer(const struct ike_child_suites *s, const struct ike_terms *terms, uint32_t spi,
                     struct ike_wr *m);
/* The responder's answer: one transform, as offered on these @terms; life may be shorter. */
bool ike_child_check(const struct ike_child_suites *s, const struct ike_terms *terms, struct rd sa,
                     struct esp_suite *ret, struct ike_terms *ret_terms, uint32_t *ret_spi);

/* In words, what is wrong with an answer that ike_child_check() did not take. */
const char *ike_child_misfit(struct rd sa);

/* The responder's choice; NULL: nothing fits. Of @terms .encapsulation is what must be; what is to
 * be used is in @ret_terms. */
const struct ike_transform *ike_child_choose(const struct ike_child_suites *s,
                                             const struct ike_terms *terms,
                                             const struct ike_offer *offer, struct esp_suite *ret,
                                             struct ike_terms *ret_terms, uint32_t *ret_spi);
void ike_child_answer(const struct ike_transform *t, uint32_t spi, struct ike_wr *m);
