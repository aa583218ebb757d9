/*
 * session-network.h - what the far end gives a call: addresses from PPP, the rest from DHCPINFORM,
 * put together for the owner; and when the call may be called connected. For session.c; its users
 * see session.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "session-priv.h"

/* A packet of our own, with PPP_CRYPT_HEAD octets free before it: it is as secret as any other. */
void session_network_send(struct session *s, uint8_t *p, size_t n);
/* PPP has been offered an address; and has all it will have at first, or something else now. */
void session_network_address(struct session *s, usec_t now);
void session_network_up(struct session *s, usec_t now);
/* Is this packet for the session itself? */
bool session_network_takes(struct session *s, usec_t now, struct rd packet);
void session_network_expire(struct session *s, usec_t now);
/* May the call be called connected? */
void session_network_settle(struct session *s, usec_t now);
