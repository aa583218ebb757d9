/*
 * ppp-link-data.h - the data path of a PPP link: packets in and out of frames, in the clear or as
 * CCP agreed. For ppp-link.c, which knows the phases; its users see ppp-link.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ppp-link.h"

/* Address, control and protocol, each in its long form or in none (or short). 0: not a frame. */
uint16_t ppp_link_data_header(struct rd *frame);
/* A frame with protocol 0021 or 0057, or 00fd: true with a packet. */
bool ppp_link_data_take(struct ppp_link *l, uint16_t protocol, struct rd body,
                        struct rd *ret_packet);
/* After whatever may have changed what CCP says. */
void ppp_link_data_settle(struct ppp_link *l);
/* Nothing passes in the clear: CCP is required, or in force. */
bool ppp_link_data_encrypted_only(const struct ppp_link *l);
/* Nor does anything leave while CCP may still agree on encryption, and nobody was told of a
 * network.
 */
bool ppp_link_data_waits(const struct ppp_link *l);
/* Did authentication leave keys for encryption? */
bool ppp_link_data_keys(const struct ppp_link *l);
