/*
 * session-kind.h - what differs between the kinds of link that a session can have: a table of
 * functions for each. They are called by session.c, and see session-priv.h.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "session.h"

struct session_kind {
    void (*link_up)(struct session *s, usec_t now);
    size_t (*receive)(struct session *s, usec_t now, uint8_t *bytes, size_t n,
                      struct session_packets *ret);
    void (*send)(struct session *s, struct rd frame); /* a PPP frame, from its address field on */
    void (*authenticated)(struct session *s, usec_t now);
    void (*goodbye)(struct session *s, usec_t now); /* the call ends: say so */
    /* The link is gone. May call ras_end_set() when it knows better than @why. */
    void (*lost)(struct session *s, usec_t now, const struct ras_end *why);
    void (*expire)(struct session *s, usec_t now);
    usec_t (*deadline)(const struct session *s);
    bool (*seal)(struct session *s, uint8_t **p, size_t *len);
    /* Many at once; NULL: seal() for each. */
    size_t (*seal_batch)(struct session *s, struct session_packet *v, size_t n);
    /* The rest only of kinds that are not a stream alone. */
    void (*datagram)(struct session *s, usec_t now, enum session_channel from, uint8_t *bytes,
                     size_t n, struct session_packets *ret);
    /* Many at once, at most SESSION_BATCH; NULL: datagram() for each. */
    void (*datagrams)(struct session *s, usec_t now, enum session_channel from,
                      struct session_packet *v, size_t n, struct session_packets *ret);
    /* PPP ended because of *why; a kind may know better what is behind it. */
    void (*explain)(const struct session *s, struct ras_end *why);
    const char *(*encryption)(const struct session *s);
    /* Of what lies below PPP: the last echo's microseconds, and what was dropped; either may be
     * NULL. */
    uint32_t (*rtt)(const struct session *s);
    uint64_t (*dropped)(const struct session *s);
    uint16_t head, tail;
    uint16_t mtu; /* of PPP over this kind, when the profile does not say; 0: PPP's own */
    /* The largest packet whose datagram is not cut by a route of ->info.path.mtu; NULL: a stream.
     */
    uint16_t (*fits)(const struct session *s);
    bool stream;
    enum session_channel channel; /* where sealed packets go */
    bool mppe;                    /* the plan's encryption is to be had from PPP */
};

extern const struct session_kind session_sstp_kind, session_pptp_kind, session_l2tp_kind;
