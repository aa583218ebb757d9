/*
 * ppp-link-network.h - the network phase of a PPP link: CCP, IPCP and IPV6CP, which of them begins
 * when, which are up, and when that is told. For ppp-link.c, which knows the other phases; its
 * users see ppp-link.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ppp-link.h"

void ppp_link_network_expire(struct ppp_link *l, usec_t now);
usec_t ppp_link_network_deadline(const struct ppp_link *l);
/* A frame that came in this phase. False: of none of the three; true: *@ret_good tells whether it
 * was well-formed. */
bool ppp_link_network_frame(struct ppp_link *l, usec_t now, uint16_t protocol, struct rd body,
                            bool *ret_good);
/* The peer's Protocol-Reject of one of them, or of what CCP agreed on. */
void ppp_link_network_rejected(struct ppp_link *l, usec_t now, uint16_t protocol);
/* What the three have noted becomes events, or the end. */
void ppp_link_network_settle(struct ppp_link *l, usec_t now);
void ppp_link_network_down(struct ppp_link *l, usec_t now); /* LCP is not Opened any more */

/* ppp-link.c's: an item without more; and the end, whose cause was recorded by the caller. */
void ppp_link_event(struct ppp_link *l, enum ppp_link_item_type type);
void ppp_link_terminate(struct ppp_link *l, usec_t now);
