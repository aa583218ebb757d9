/*
 * ras-core-private.h - the inside of a call, shared by ras-core.c (how a call goes right) and
 * ras-act.c (how a script makes it go wrong).
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "esp-sas.h"
#include "esp-udp.h"
#include "gre.h"
#include "ike.h"
#include "l2tp-tunnel.h"
#include "ppp-link.h"
#include "ras-auth.h"
#include "ras-http.h"
#include "ras-ip.h"
#include "ras-pptp.h"
#include "ras-sstp.h"

enum {
    RAS_EVENTS = 32,
    RAS_IPSEC_HEAD = ESP_HEAD + ESP_UDP_HEADER,
    RAS_IPSEC_TAIL = ESP_TAIL,
};

/* How far the carrier of a call is, whichever it is. */
enum ras_way {
    RAS_WAY_OPENING, /* no PPP yet */
    RAS_WAY_LINKED,  /* PPP, but no packets */
    RAS_WAY_OPEN,
    RAS_WAY_ENDING,
    RAS_WAY_CLOSED,
};

/* What lies below PPP: the counterpart of struct session_kind. */
struct ras_carrier {
    void (*init)(struct ras_core *c);
    size_t (*receive)(struct ras_core *c, usec_t now, uint8_t *bytes, size_t n,
                      struct session_packets *ret);
    enum ras_way (*way)(const struct ras_core *c);
    const char *(*why)(const struct ras_core *c); /* it ends, or has ended */
    void (*put_frame)(struct ras_core *c, struct rd frame);
    void (*put_echo)(struct ras_core *c); /* asks for a sign of life */
    /* @number: as its protocol numbers reasons; 0: none in particular. */
    void (*disconnect)(struct ras_core *c, usec_t now, uint32_t number, const char *why);
    void (*abort)(struct ras_core *c, usec_t now, uint32_t number, const char *why);
    void (*close)(struct ras_core *c, const char *why); /* without a word */
    void (*expire)(struct ras_core *c, usec_t now);
    usec_t (*deadline)(const struct ras_core *c);
    bool (*seal)(struct ras_core *c, uint8_t **p, size_t *len);
    /* The rest may be NULL. */
    void (*keys)(struct ras_core *c, const uint8_t *hlak);
    void (*datagram)(struct ras_core *c, usec_t now, enum session_channel from, uint8_t *bytes,
                     size_t n, struct session_packets *ret);
    uint16_t head, tail, mtu_max;
    bool stream, mppe;
};

struct ras_core_pptp {
    struct ras_pptp call;
    struct gre gre;
    uint8_t (*slots)[GRE_SLOT]; /* NULL: no call yet */
    uint8_t spare[GRE_SLOT];
};

struct ras_core_l2tp {
    struct l2tp_tunnel tunnel;
    struct ike *ike; /* NULL: no IPsec, or nobody has called yet */
    struct esp_sas sas;
    struct esp_udp udp;
    enum session_channel channel; /* where L2TP goes, sealed or not */
    bool over;
    char why[96];
    uint8_t spare[1600];
};

struct ras_core {
    struct ras_env env;
    const struct ras_carrier *carrier;
    struct ras_sstp sstp;
    struct ras_core_pptp pptp;
    struct ras_core_l2tp l2tp;
    struct ppp_link link;
    struct ras_auth auth;
    struct ras_out out;
    struct ras_out grams; /* datagrams, each after its channel and its length in two octets */

    bool http_done, linked, authenticated, network, was_network;
    unsigned wavered;  /* IPCP's requests that were Nak'ed, of RAS_FAULT_IPCP_NAK */
    unsigned informs;  /* DHCPINFORM that were not heard, of RAS_FAULT_DHCP_LOSE */
    unsigned names;    /* questions to DNS and WINS, likewise, of RAS_FAULT_NAMES_LOSE */
    bool keyed;        /* the link has the keys of the latest proof */
    bool terminating;  /* PPP says goodbye; SSTP's goes out when it is done */
    bool close, reset; /* the stream, once all is written */
    bool ended;        /* RAS_EVENT_ENDED is queued */
    uint32_t client4;  /* what the pool gave */
    bool client6_up;
    uint64_t dropped;

    /* What the script has under way. */
    bool endless, silent;
    uint32_t reached;           /* stages: 1 << enum ras_stage */
    usec_t due[RAS_SCRIPT_MAX]; /* NEVER: not (or no longer) waiting */
    bool done[RAS_SCRIPT_MAX];
    uint32_t flood, renegotiate, storm, resets;
    uint8_t raw_id;
    usec_t rechallenge_at;

    size_t event_head, n_events;
    struct ras_core_event events[RAS_EVENTS];
};

/* ras-core.c */
/* The event as queued, or NULL: no room. */
struct ras_core_event *ras_core_event(struct ras_core *c, enum ras_core_event_type type,
                                      uint32_t number, const char *text);
void ras_core_put_frame(struct ras_core *c, struct rd frame); /* with its ff 03 and protocol */
void ras_core_settle(struct ras_core *c, usec_t now);         /* all that follows from it */
/* A PPP frame of the client's; @room: where a packet goes that grew. */
void ras_core_take_frame(struct ras_core *c, usec_t now, struct rd frame, uint8_t *room,
                         struct session_packets *ret);
void ras_core_hang_up(struct ras_core *c, usec_t now); /* LCP's goodbye first */

extern const struct ras_carrier ras_carrier_sstp, ras_carrier_pptp, ras_carrier_l2tp;

/* ras-core-l2tp.c */
void ras_core_l2tp_datagrams(struct ras_core *c, usec_t now, enum session_channel from,
                             struct session_packet *v, size_t n, struct session_packets *ret);
size_t ras_core_l2tp_seal(struct ras_core *c, struct session_packet *v, size_t n);
void ras_core_l2tp_clear(struct ras_core *c);
/* One of those from RAS_ACT_IKE_REKEY on. */
void ras_core_l2tp_act(struct ras_core *c, usec_t now, enum ras_action action, uint16_t result);

/* ras-act.c */
void ras_act_init(struct ras_core *c);
void ras_act_reach(struct ras_core *c, usec_t now, enum ras_stage stage);
void ras_act_renegotiate(struct ras_core *c); /* LCP is open: once more, if a script wants so */
usec_t ras_act_deadline(const struct ras_core *c);
void ras_act_expire(struct ras_core *c, usec_t now);
void ras_act_refill(struct ras_core *c); /* floods: as much as there is room for */
/* A frame of the client's, or one of ours, passes by: true if the script has eaten it. */
bool ras_act_frame_in(struct ras_core *c, usec_t now, struct rd frame);
bool ras_act_frame_out(struct ras_core *c, struct rd frame);
