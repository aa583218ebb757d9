/*
 * ike-probe.h - does somebody answer IKE there, and what would he take? The first two messages of
 * ours in main mode and what comes back (RFC 2409 section 5), for `dialtone diagnose`. Nothing in
 * them is of the user: names and proofs come with the third, which is never sent. Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ike-natt.h"
#include "ike-phase1.h"

struct ike_probe {
    struct ike_suites offered;
    unsigned method; /* enum ike_auth_method */
    uint8_t cookie[IKE_COOKIE_SIZE];
};

enum ike_probe_answer {
    IKE_PROBE_NOTHING, /* it is no answer to this */
    IKE_PROBE_TAKES,   /* .suite */
    IKE_PROBE_REFUSES, /* by .notify */
    IKE_PROBE_ODD,     /* an answer that says nothing of use: one is there */
};

struct ike_probe_reply {
    enum ike_probe_answer answer;
    struct ike_suite suite;
    uint16_t notify;
    enum ike_natt natt;
    uint8_t cookie[IKE_COOKIE_SIZE]; /* the server's */
};

/* Message 1, in @buf. @tier: how long the list is (ike_suites_tier()). */
struct rd ike_probe_begin(struct ike_probe *p, unsigned method, unsigned tier,
                          const struct rng *rng, uint8_t *buf, size_t cap);
/* Message 3, in @buf, to the one who took something: sent to UDP 4500 as in RFC 3947 section 4, it
 * is answered from there. Its key is used for nothing. */
struct rd ike_probe_next(const struct ike_probe *p, const struct ike_probe_reply *taken,
                         const struct rng *rng, uint8_t *buf, size_t cap);
/* @datagram: without the non-ESP marker. */
struct ike_probe_reply ike_probe_read(const struct ike_probe *p, struct rd datagram);
