/*
 * ras-core.h - one call at the practice server as a value: SSTP or PPTP below, PPP above, the far
 * end of what client/session/session.h is. No I/O, thread, clock or global; used like a session:
 *
 *     used = ras_core_receive(c, now, bytes, n, &packets)    bytes of the stream inside TLS
 *     ras_core_expire(c, now)                                when ras_core_deadline() has come
 *     after each: while (ras_core_poll_output(c, &out)) send each piece as a write of its own;
 *                 while (ras_core_poll_event(c, &event)) ...;
 *                 if (ras_core_wants_close(c)) close the link, then ras_core_lost()
 *
 * A server for practice and for tests only: it keeps passwords in clear text and can be told to
 * misbehave (ras-script.h).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "clock.h"
#include "ppp-auth-method.h"
#include "ras-pool.h"
#include "ras-script.h"
#include "ras-users.h"
#include "rng.h"
#include "session.h"

enum { RAS_MAX_AUTH = 4, RAS_MAX_ROUTES = 64 };

struct ras_route { /* DHCP options 121 and 249 */
    struct net_route to;
    uint32_t gateway;
};

/* What all calls of a server share. Borrowed by each call for its life; @users and @pool change. */
struct ras_config {
    bool client_cert; /* of TLS: asked for, and who has none is cut off */
    uint8_t n_auth;   /* in the order they are demanded; none: no authentication */
    enum ppp_auth_method auth[RAS_MAX_AUTH];
    struct ras_users *users;
    struct ras_pool *pool;
    uint32_t address; /* the server's own inside the tunnel */
    uint32_t dns[2], nbns[2];
    bool ipv6;
    bool real_names;  /* .dns and .nbns are servers behind the TUN, and none of its own */
    bool has_prefix6; /* advertised to clients by router advertisement */
    uint8_t prefix6[8];
    char name[NET_MAX_NAME];   /* what it calls itself in CHAP */
    char domain[NET_MAX_NAME]; /* DHCP option 15; "": none */
    uint16_t n_routes;
    struct ras_route routes[RAS_MAX_ROUTES];
    uint16_t mru;
    uint8_t hash_mask;                      /* SSTP: 1 SHA-1, 2 SHA-256 */
    uint8_t cert_sha256[32], cert_sha1[20]; /* of the certificate that TLS shows */
    usec_t hello;                           /* echo interval of SSTP and PPTP, 60 s */
    uint32_t mppe;                          /* PPTP: CCP_MPPE_* bits that may be used */
    bool mppe_required;
    bool ipsec; /* L2TP: nothing past ESP; else in the clear */
    char psk[513], l2tp_secret[64];
    const struct ike_cert *cert; /* instead of the key; NULL */
    struct ssl_ctx_st *eap;      /* SSL_CTX of EAP-TLS and PEAP; NULL: they cannot be done */
    uint64_t unix_time;          /* seconds, when the time of calls was 0: clients' certificates */
    const char *phase1, *phase2; /* what it accepts; NULL: all that ike-proposal.h knows */
    uint32_t dpd_s;              /* of silence before it asks; 0: IKE's own */
    struct ras_script script;
};

void ras_config_init(struct ras_config *c); /* Windows Server's defaults, and no script */

struct ike_address;

enum ras_core_event_type {
    RAS_EVENT_HTTP,             /* the request was answered; .number is the status sent */
    RAS_EVENT_REQUEST,          /* SSTP_MSG_CALL_CONNECT_REQUEST was accepted */
    RAS_EVENT_LCP_UP,           /* .text is the authentication that was agreed */
    RAS_EVENT_AUTHENTICATED,    /* .text is the user */
    RAS_EVENT_REFUSED,          /* .text is the user, .number the RAS number */
    RAS_EVENT_PASSWORD_CHANGED, /* .text is the user */
    RAS_EVENT_BOUND,            /* CALL_CONNECTED came and its crypto binding is right */
    RAS_EVENT_BINDING_REFUSED,
    RAS_EVENT_IPCP_UP, /* .address is the client's */
    RAS_EVENT_IPCP_DOWN,
    RAS_EVENT_IPV6CP_UP,   /* .id is the client's interface identifier */
    RAS_EVENT_DHCP_INFORM, /* answered */
    RAS_EVENT_NAME,        /* DNS or WINS was asked; .text is what (ras-names.h) */
    RAS_EVENT_IPSEC,       /* a pair of associations; .text is what protects */
    RAS_EVENT_FAULT,       /* .text names what the script made it do */
    RAS_EVENT_ENDED,       /* the last one; .text says why */
};

struct ras_core_event {
    enum ras_core_event_type type;
    uint32_t number, address;
    uint8_t id[8];
    char text[128]; /* printable */
};

struct ras_core;

/* NULL: no memory. @call counts from 1 (a script can speak of "call 2"). */
struct ras_core *ras_core_new(const struct ras_config *config, enum plan_protocol protocol,
                              const struct rng *rng, uint32_t call, usec_t now);
void ras_core_free(struct ras_core *c); /* NULL is fine; gives the address back, wipes keys */

/* As session_receive(): octets used, packets found as slices of @bytes. Packets for the server's
 * own DHCP are answered inside and not returned. */
size_t ras_core_receive(struct ras_core *c, usec_t now, uint8_t *bytes, size_t n,
                        struct session_packets *ret);
/* PPTP: one GRE packet, without the IP header; and with @n 0, after ras_core_expire(), those that
 * waited for others. L2TP: one datagram of that channel. The packets lie in @bytes or in the call,
 * until the next call of this. */
void ras_core_datagram(struct ras_core *c, usec_t now, enum session_channel from, uint8_t *bytes,
                       size_t n, struct session_packets *ret);
/* L2TP: the same for @n of them, @n > 0. */
void ras_core_datagrams(struct ras_core *c, usec_t now, enum session_channel from,
                        struct session_packet *v, size_t n, struct session_packets *ret);
/* L2TP: between which addresses, and ports of IKE; before its first datagram. */
void ras_core_ends(struct ras_core *c, const struct ike_address *local,
                   const struct ike_address *remote);
void ras_core_expire(struct ras_core *c, usec_t now);
void ras_core_close(struct ras_core *c, usec_t now, bool politely); /* LCP, then SSTP; or ABORT */
void ras_core_lost(struct ras_core *c, usec_t now);                 /* the link is gone */

usec_t ras_core_deadline(const struct ras_core *c);
bool ras_core_poll_output(struct ras_core *c, struct rd *ret); /* valid until the next call */
bool ras_core_poll_datagram(struct ras_core *c, struct session_output *ret); /* the same */
bool ras_core_poll_event(struct ras_core *c, struct ras_core_event *ret);
bool ras_core_wants_close(const struct ras_core *c); /* once all output is written */
bool ras_core_wants_reset(const struct ras_core *c); /* ... with a TCP RST */

/* The way to the client, as session_framing() and session_seal(). False: not up yet. */
struct session_framing ras_core_framing(const struct ras_core *c);
bool ras_core_seal(struct ras_core *c, uint8_t **p, size_t *len);
/* L2TP: the same for @n of them (at most SESSION_BATCH). Returns how many stand first in @v. */
size_t ras_core_seal_batch(struct ras_core *c, struct session_packet *v, size_t n);

uint32_t ras_core_client4(const struct ras_core *c);  /* 0: none */
bool ras_core_secured(const struct ras_core *c);      /* IKE's phase 1 was up */
uint16_t ras_core_gre_call(const struct ras_core *c); /* PPTP: the call id in what comes here */
uint64_t ras_core_dropped(const struct ras_core *c);  /* malformed or untimely frames */
