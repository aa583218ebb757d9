/*
 * sim.h - a session and the practice server's core in one process: a wire with delay and any
 * fragmentation, and a clock that only moves when there is nothing left to do at an instant.
 *
 * One seed gives one run, bit for bit. What must hold in every run is checked while it runs
 * (sim.c, "invariants"); what a test expects of its own run is in struct sim afterwards.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "ras-core.h"
#include "session.h"

struct sim_params {
    guint32 seed;
    const char *const *script; /* lines for the practice server, NULL at the end; or NULL */
    usec_t delay;              /* one way */
    usec_t jitter;             /* at most; order is kept */
    size_t piece;              /* a read returns this much at most, at random; 0: all of it */
    bool early, traffic;
    usec_t hang_up;              /* after this long; 0: when the call has been up for a second */
    usec_t cut;                  /* the wire is gone after this long; 0: never */
    usec_t registering;          /* how long the helper takes */
    const char *user, *password; /* NULL: those that are right */
    const char *domain;
    unsigned auth;                  /* the profile's; 0: all but "none" and PAP */
    bool mute;                      /* questions are heard, and never answered */
    const char *answers[4];         /* new passwords for questions, in turn; NULL: nobody answers */
    const struct eap_tls_side *eap; /* for methods by TLS */
    void (*tweak)(struct ras_config *config, struct dial_plan *plan);
};

struct sim_wire {
    GQueue pieces; /* struct sim_piece */
    usec_t last;   /* nothing overtakes */
    size_t octets; /* on the way: a full wire takes no more for now */
    bool closed;   /* after the pieces: the end */
};

struct sim {
    const struct sim_params *params;
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
    struct sim_wire up, down;
    GByteArray *client_in, *server_in, *sent; /* read but not used; all that the client said */
    size_t checked;                           /* of ->sent */
    bool http_checked, said_connected;
    usec_t register_at, next_traffic;
    unsigned answered;
    unsigned steps_here; /* without time going on */
    bool hung_up, cut, server_over;

    /* What happened. Times are since the link was up. */
    unsigned stages; /* bit n: stage n was shown */
    unsigned configs, questions, informed;
    struct net_config settings; /* the latest */
    enum net_dhcp dhcp;         /* likewise, since it came up */
    struct net_registration registration;
    GString *names; /* what DNS and WINS were asked, each with a line end */
    bool came_up, early_refused, ended, bound;
    usec_t config_after, up_after, ended_after;
    char auth_name[32];
    struct ras_end end;
    guint64 client_packets, server_packets, sealed;
    guint64 server_events; /* bit: enum ras_core_event_type */
};

void sim_run(struct sim *s, const struct sim_params *params); /* until the session has ended */
void sim_clear(struct sim *s);

/* The same in steps. False: it has ended. */
void sim_start(struct sim *s, const struct sim_params *params);
bool sim_step(struct sim *s);
/* As if the server had sent this behind what it has sent. */
void sim_feed(struct sim *s, const void *bytes, size_t n);
