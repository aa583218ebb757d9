/*
 * sim-pptp.h - a session over PPTP and the practice server's core in one process: two streams, two
 * ways for GRE that lose, double and reorder as the seed says, and a virtual clock.
 *
 * What must hold in every run is checked while it runs: everything sent is well formed; no packet
 * is delivered twice, late or altered; none leaves or is taken in the clear once encryption is
 * wanted or was up; no deadline lies behind; there is an end, with a number and a reason.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "ras-core.h"
#include "session.h"

struct sim_pptp_params {
    guint32 seed;
    const char *const *script; /* lines for the practice server, NULL at the end; or NULL */
    usec_t delay;              /* one way */
    usec_t jitter;             /* of GRE: at most; order is not kept */
    guint lose, twice;         /* of a thousand GRE packets, each way */
    guint lose_first;          /* so many, each way, before any passes */
    size_t piece;              /* a read of the stream returns this much at most; 0: all */
    bool blocked;              /* no GRE passes */
    bool deaf;                 /* none of the client's does */
    bool traffic;
    bool download; /* ... of one packet a millisecond, and none the other way */
    enum plan_encryption encryption;
    usec_t hang_up; /* after this long; 0: when the call has been up for a second */
    usec_t cut;     /* the control connection is gone after this long; 0: never */
    unsigned auth;  /* the profile's; 0: MS-CHAPv2 and EAP-MSCHAPv2 */
    const char *user, *password;
    const char *answers[2];
    const struct eap_tls_side *eap; /* for methods by TLS */
    void (*tweak)(struct ras_config *config, struct dial_plan *plan);
};

struct sim_pptp_way {     /* from one end to the other */
    GQueue stream, grams; /* struct sim_pptp_piece, by time */
    usec_t last;          /* nothing overtakes in the stream */
    bool closed;
    guint grams_put;
    GByteArray *in;     /* read, but not used */
    guint32 next, seen; /* numbers in packets: of the next sent, above the last delivered */
    guint64 delivered;
};

struct sim_pptp {
    const struct sim_pptp_params *params;
    GRand *rand;
    usec_t begin, now;
    struct rng rng;
    struct dial_plan plan;
    struct credentials credentials;
    struct session *client;
    struct ras_config config;
    struct ras_users users;
    struct ras_pool pool;
    struct ras_core *server;
    struct sim_pptp_way up, down;
    GByteArray *sent; /* the client's side of the control connection, as far as it is not whole */
    usec_t next_traffic;
    unsigned answered, steps_here;
    bool hung_up, cut, secret; /* encryption was up, or is demanded */

    /* What happened. Times are since the link was up. */
    unsigned configs, questions, stages;
    unsigned moves; /* of the addresses, once they were told: ends the call in the helper */
    struct net_config settings;
    bool came_up, ended;
    usec_t up_after, ended_after;
    char auth_name[32];
    struct ras_end end;
    guint said[16]; /* messages of each type that the client sent */
    guint informs;  /* plaintext DHCP questions */
};

void sim_pptp_run(struct sim_pptp *s, const struct sim_pptp_params *params);
void sim_pptp_clear(struct sim_pptp *s);
/* The same in steps. False: it has ended. */
void sim_pptp_start(struct sim_pptp *s, const struct sim_pptp_params *params);
bool sim_pptp_step(struct sim_pptp *s);
