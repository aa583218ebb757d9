/*
 * l2tp-call.h - what l2tp-tunnel.c and l2tp-call.c share: the inside of a tunnel. Others see
 * l2tp-tunnel.h.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "l2tp-tunnel.h"

/* Queue @m for the peer's tunnel; @session: the peer's id of the call, 0: of the tunnel. */
void l2tp_say(struct l2tp_tunnel *t, uint16_t session, const struct l2tp_msg *m);
/* StopCCN with this result, and wait for it to be acknowledged. */
void l2tp_stop(struct l2tp_tunnel *t, uint16_t result, uint16_t error);
/* A number that is not 0 (nor @other). */
uint16_t l2tp_random_id(const struct l2tp_tunnel *t, uint16_t other);

/* The LAC's tunnel is up: ask for the call. */
void l2tp_call_begin(struct l2tp_tunnel *t);
/* A message that is about a call. */
void l2tp_call_input(struct l2tp_tunnel *t, const struct l2tp_header *h, const struct l2tp_msg *m);
/* CDN, when the call got that far. */
void l2tp_call_clear(struct l2tp_tunnel *t, uint16_t result, uint16_t error);
/* A data message. True: *ret_frame is PPP's. */
bool l2tp_call_data(struct l2tp_tunnel *t, const struct l2tp_header *h, struct rd *ret_frame);
