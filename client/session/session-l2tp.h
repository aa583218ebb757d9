/*
 * session-l2tp.h - what session.c and session-ipsec.c know of session-l2tp.c.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "l2tp-tunnel.h"
#include "session-ipsec.h"

struct session_l2tp {
    struct l2tp_tunnel tunnel;
    struct secret secret; /* of tunnel authentication */
    bool ppp_up;
    usec_t silent_at; /* LCP is not open by then: again from another port; NEVER */
    struct session_ipsec ipsec;
};

/* session-l2tp.c, for session-ipsec.c: the way is free; a datagram came; something may have
 * changed. */
void session_l2tp_init(struct session *s, const struct credentials *c);
void session_l2tp_begin(struct session *s, usec_t now);
void session_l2tp_take(struct session *s, usec_t now, struct rd datagram,
                       struct session_packets *ret);
void session_l2tp_drive(struct session *s, usec_t now);
