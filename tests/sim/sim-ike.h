/*
 * sim-ike.h - two ends of IKE in one process: a wire that loses, doubles and reorders as the seed
 * says, perhaps a NAT, a virtual clock, and traffic under whatever keys the ends think they share.
 *
 * What must hold in every run is checked while it runs: everything sent is a well-formed ISAKMP
 * message; no packet under a pair of ESP associations ever meets other keys at the other end; no
 * deadline lies behind; there is an end, once, with a number and a reason.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "ike.h"

/* Under which of several pairs a server sends. */
enum sim_ike_habit {
    SIM_IKE_NEWEST,  /* as soon as it has it, by message 3: strongSwan, Libreswan */
    SIM_IKE_FOLLOWS, /* the one that the client was heard under last: SoftEther */
    SIM_IKE_OLDEST,  /* as long as there is that one: KAME */
};

struct sim_ike;

struct sim_ike_params {
    guint32 seed;
    usec_t delay, jitter; /* one way */
    guint lose, twice;    /* of a thousand datagrams */
    gboolean nat;         /* the initiator is behind one */
    guint
        drop_client[16]; /* these datagrams of the initiator's, counted from 1, are lost; 0 ends */
    guint drop_server[16];
    gboolean traffic; /* a packet under ESP each 20 ms, both ways */
    enum sim_ike_habit habit;
    gboolean late; /* the server opens nothing under a pair before message 3 has come */
    gboolean mute; /* nor does it answer to what the client asks under a new one */
    gboolean (*loses)(struct sim_ike *s, gboolean from_client, struct rd message);
    void (*tweak)(struct ike_config *client, struct ike_config *server);
};

struct sim_ike_kid {
    struct esp_keys in, out;
    gboolean gone, whole; /* may be sent with */
};

struct sim_ike_end {
    struct ike *k;
    struct rng rng;
    GRand *rand;
    struct ike_address address; /* as the other end sees it */
    GArray *kids;               /* struct sim_ike_kid */
    guint32 sending;            /* SPI of the pair that is sent with; 0: none */
    guint32 sending_in;         /* and the SPI that it receives with */
    guint sent, keepalives, authenticated, announced, gone, moved;
    guint bare; /* times that what was sent with was gone before there was another */
    char proposal[48], child_proposal[48];
    unsigned weak;
    gboolean encapsulated, ended;
    struct ras_end end;
    usec_t heard_esp;                   /* the last packet that could be opened */
    guint64 esp_sent, esp_got, unknown; /* unknown: a packet for an SPI that is not there */
    guint asked;                        /* for a sign */
    usec_t longest_gap;
};

struct sim_ike {
    const struct sim_ike_params *params;
    GRand *rand;
    usec_t now, next_traffic;
    struct sim_ike_end client, server;
    GQueue wire;  /* struct sim_ike_gram, by time */
    gboolean cut; /* nothing passes */
    guint16 nat_port;
    guint64 number;               /* of datagrams */
    GByteArray *last_from_server; /* for who wants to repeat it */
};

void sim_ike_init(struct sim_ike *s, const struct sim_ike_params *params);
void sim_ike_clear(struct sim_ike *s);
void sim_ike_start(struct sim_ike *s);
/* One thing that happens. False: nothing ever will, or it would be after @until. */
gboolean sim_ike_step(struct sim_ike *s, usec_t until);
void sim_ike_run(struct sim_ike *s, usec_t until);
/* Runs until both ends send under a pair that the other has; false: not by @until. */
gboolean sim_ike_settle(struct sim_ike *s, usec_t until);
gboolean sim_ike_agree(const struct sim_ike *s);
/* Something comes from the initiator's side that the initiator has not sent. */
void sim_ike_inject(struct sim_ike *s, gboolean to_client, enum ike_port port, struct rd bytes);
/* The other end says something under the keys that both share: @rest is a chain of payloads, the
 * first of type @first, behind a HASH that is right. False: nothing is up, or it does not fit. */
gboolean sim_ike_craft(struct sim_ike *s, gboolean to_client, guint8 exchange, guint32 msgid,
                       guint8 first, struct rd rest);
/* After something was called on an end: fetch what it says. */
void sim_ike_flush(struct sim_ike *s);
