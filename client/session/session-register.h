/*
 * session-register.h - registering this computer on the far end's network by name: behind
 * "Connected", of which it never is a condition (RFC 2136, RFC 1002). For session.c; its users see
 * session_registration().
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dns-update.h"
#include "nbns-register.h"

struct session;

struct session_register {
    struct dns_update forward, reverse;
    struct nbns_register wins;
    struct net_registration told;
    uint8_t times; /* that it was told */
};

void session_register_init(struct session *s);
/* The call is up, or what the far end gave it has changed. */
void session_register_begin(struct session *s, usec_t now);
bool session_register_takes(struct session *s, usec_t now, struct rd packet);
void session_register_expire(struct session *s, usec_t now);
usec_t session_register_deadline(const struct session *s);
/* The call is about to end, and PPP still works: take it all back. No answer is waited for. */
void session_register_release(struct session *s);
