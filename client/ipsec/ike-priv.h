/*
 * ike-priv.h - the inside of struct ike, and what ike-*.c call of each other.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ike-state.h"
#include "ike.h"
#include "secret.h"

struct ike_gram {
    struct ike_blob bytes;
    enum ike_port port;
    bool keepalive;
};

struct ike {
    struct ike_config cfg;
    struct secret psk;
    char *phase1, *phase2, *remote_name;
    bool started, up, closing, ended, end_told, child_wanted;
    bool served;       /* there was a pair to send with */
    bool encapsulated; /* as the last phase 1 found */
    usec_t now;        /* of the call that is going on */
    usec_t made_at;
    struct ras_end end;
    unsigned step; /* of the first contact: ike-start.c's table */
    unsigned phase2_tier, phase1_tier;
    unsigned phase2_tried; /* tiers, since one was taken: 1 << tier */
    struct ike_sa sas[IKE_SAS];
    struct ike_quick quicks[IKE_QUICKS];
    struct ike_child children[IKE_CHILDREN];
    struct ike_child *current;
    struct ike_ts { /* selectors as ID payloads' bodies: our end, the peer's */
        uint8_t n, p[24];
    } ts_local, ts_remote;
    struct ike_id peer_id; /* as first authenticated; .type 0: not yet */
    usec_t heard_at, dpd_at, keepalive_at;
    bool unanswered;         /* ESP left since something came */
    usec_t orphan_at;        /* a responder without phase 1 ends then, unless there is a new one */
    enum ike_port last_port; /* of the last phase 1 that was up */
    unsigned child_fails;
    unsigned signless;    /* pairs in a row that the peer gave no sign of */
    bool refused;         /* by a notify: what comes with it, as phase 1's delete, says no more */
    unsigned deserted;    /* phases 1 that went before there was any pair */
    unsigned forgotten;   /* main modes that the server knew nothing of when message 3 came */
    bool initial_contact; /* the peer says that it knows of no other association with us */
    bool transaction;     /* the server begins an exchange of XAUTH or mode configuration */
    struct ike_address from; /* of the message at hand; .family 0: the peer's usual one */
    struct ike_frags frags;
    struct ike_gram grams[IKE_QUEUE], sending;
    unsigned gram_first, gram_n;
    struct ike_event events[IKE_QUEUE];
    unsigned event_first, event_n;
    uint64_t dropped;
    uint8_t scratch[IKE_MESSAGE_MAX]; /* the message that is written */
    uint8_t plain[IKE_DATAGRAM_MAX];  /* the message that is read, decrypted */
};

struct ike_in { /* a message at hand */
    struct ike_header h;
    struct ike_payloads p;
    enum ike_port port;
    uint8_t digest[HASH_SHA1_SIZE];
};

#include "ike-calls.h"
