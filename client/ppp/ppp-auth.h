/*
 * ppp-auth.h - the client proves who it is, by the method that LCP agreed on: PAP (RFC 1334), CHAP
 * with MD5 (RFC 1994) or MS-CHAPv2 (RFC 2759), or EAP (RFC 3748). One place that asks for other
 * credentials, counts tries, and says how it ended.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chap.h"
#include "eap.h"
#include "pap.h"
#include "ppp-auth-method.h"
#include "ras.h"

enum ppp_auth_state {
    PPP_AUTH_IDLE,
    PPP_AUTH_RUNNING,
    PPP_AUTH_ASKING, /* ->reason says for what; ppp_auth_credentials() goes on */
    PPP_AUTH_PROVED,
    PPP_AUTH_FAILED, /* ->end says why */
};

struct ppp_auth {
    struct ppp_queue *out;
    const struct rng *rng;
    enum ppp_auth_state state;
    enum ppp_auth_method method; /* as LCP calls it */
    unsigned eap_allowed;        /* the owner's to set: which methods EAP may use, 0: MS-CHAPv2; */
    const struct eap_tls_side *eap_side; /* and with what, for those by TLS; borrowed */
    enum ras_error reason;
    struct ras_end end;
    uint8_t tries; /* after refusals */
    bool shown;    /* something of ours has left: the server has had a chance to judge us */
    bool reliable; /* the carrier loses nothing: the owner's to set */
    bool changing; /* a change of password is awaiting its outcome */
    bool changed;  /* one was made: the password is not the one that was given */
    struct ppp_credentials credentials;
    usec_t deadline; /* for the whole of it; NEVER while a person is asked */
    union {
        struct pap pap;
        struct chap chap;
        struct eap eap;
    };
    uint8_t hlak[32]; /* for SSTP's crypto binding */
    uint8_t mppe[32]; /* both start keys of 128 bits, the client's for sending first */
};

void ppp_auth_init(struct ppp_auth *a, const struct rng *rng, struct ppp_queue *out);
void ppp_auth_wipe(struct ppp_auth *a);
void ppp_auth_start(struct ppp_auth *a, usec_t now, enum ppp_auth_method method);
/* False: not for the method in use, or malformed. */
bool ppp_auth_input(struct ppp_auth *a, usec_t now, uint16_t protocol, struct rd frame);
/* A frame of the network phase has come. */
void ppp_auth_overtaken(struct ppp_auth *a, usec_t now);
void ppp_auth_expire(struct ppp_auth *a, usec_t now);
usec_t ppp_auth_deadline(const struct ppp_auth *a);
enum ppp_auth_method ppp_auth_used(const struct ppp_auth *a); /* of EAP: the method inside */
/* Before the start, or as the answer to PPP_AUTH_ASKING. NULL: nobody answers, and the reason that
 * was asked about is the end. For a change of password, an empty ->password keeps the old one. */
void ppp_auth_credentials(struct ppp_auth *a, usec_t now, const struct ppp_credentials *c);
