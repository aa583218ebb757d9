/*
 * ppp-link.h - one PPP link from its first LCP request to its last Terminate-Ack: the phases of
 * RFC 1661 section 3, over any carrier that delivers whole frames. A value; no I/O, no callbacks.
 *
 *     ppp_link_init(&l, &params); ppp_link_credentials(&l, now, &c); ppp_link_up(&l, now);
 *     on a frame:     if (ppp_link_receive(&l, now, frame, &packet)) deliver(packet);
 *     on timeout:     ppp_link_expire(&l, now);
 *     after each:     while (ppp_link_poll(&l, &item)) ...; arm the timer for ppp_link_deadline(&l)
 *
 * Frames to send and events come out of one queue, in the order in which they happened: what
 * follows PPP_LINK_AUTHENTICATED in the queue was not sent before it. A frame begins with ff 03 and
 * two octets of protocol; a received one may have either left out (RFC 1661 sections 6.5, 6.6) if
 * that was agreed, or even if not: nobody is helped by dropping it.
 *
 * The server's role is for the practice server and the simulations: it demands authentication and
 * gives addresses, but who proves what is decided by its owner, who is handed the frames.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ccp.h"
#include "ipcp.h"
#include "ipv6cp.h"
#include "lcp.h"
#include "net-config.h"
#include "ppp-auth.h"
#include "ppp-crypt.h"
#include "ppp-link-params.h"
#include "ppp-queue.h"
#include "ras.h"
#include "rng.h"

enum ppp_link_item_type {
    PPP_LINK_FRAME,             /* .frame: send it */
    PPP_LINK_LCP_UP,            /* stage 2 begins: authentication */
    PPP_LINK_WANTS_CREDENTIALS, /* .reason: 691 (try again), 648 (new password), 709; answer with
                                   ppp_link_credentials() */
    PPP_LINK_AUTHENTICATED,     /* .method; ppp_link_hlak() has the keys. Network follows */
    PPP_LINK_ADDRESS,           /* the peer has offered an IPv4 address, and what accepts it stands
                                   before this: packets from it may follow; ppp_link_config() */
    PPP_LINK_NETWORK_UP,        /* packets may pass; ppp_link_config() is settled */
    PPP_LINK_NETWORK_CHANGED,   /* another address, or a second protocol came up late */
    PPP_LINK_ENDED,             /* .end; the last item */
    PPP_LINK_AUTH_START,        /* server: .method was agreed; prove the peer now */
    PPP_LINK_AUTH_FRAME,        /* server: .protocol, .frame (after the protocol) of the peer */
};

struct ppp_link_item {
    enum ppp_link_item_type type;
    struct rd frame; /* valid until the next call on this link */
    uint16_t protocol;
    enum ppp_auth_method method;
    enum ras_error reason;
    const struct ras_end *end;
};

struct ppp_link;

void ppp_link_init(struct ppp_link *l, const struct ppp_link_params *params);
void ppp_link_wipe(struct ppp_link *l); /* keys and passwords; then it must be initialised anew */

/* Before ppp_link_up(), or as the answer to PPP_LINK_WANTS_CREDENTIALS. NULL: nobody answers. */
void ppp_link_credentials(struct ppp_link *l, usec_t now, const struct ppp_credentials *c);
void ppp_link_up(struct ppp_link *l, usec_t now); /* the carrier carries */
void ppp_link_lost(struct ppp_link *l, usec_t now, const struct ras_end *why); /* it does not */
/* The peer has closed it. True: what PPP was at tells why, and so it has ended. @verdict: its
 * words, when they can be those of somebody who did not like what we proved; NULL.
 */
bool ppp_link_hung_up(struct ppp_link *l, const char *verdict);
void ppp_link_close(struct ppp_link *l, usec_t now, const struct ras_end *why); /* politely */
void ppp_link_expire(struct ppp_link *l, usec_t now);
usec_t ppp_link_deadline(const struct ppp_link *l);

/* True: *ret_packet is an IPv4 or IPv6 packet, its version octet checked: inside @frame (which is
 * decrypted in place), or in the link until the next call. */
bool ppp_link_receive(struct ppp_link *l, usec_t now, struct rd frame, struct rd *ret_packet);
bool ppp_link_poll(struct ppp_link *l, struct ppp_link_item *ret);

/* What to put before an IP packet (@version 4 or 6): writes 1 to 4 octets, returns how many; 0:
 * that protocol is not up. */
size_t ppp_link_header(const struct ppp_link *l, uint8_t version, uint8_t ret[static 4]);
/* May a packet of this version go now? In any form; as it is, behind ppp_link_header(). */
bool ppp_link_may_seal(const struct ppp_link *l, uint8_t version);
bool ppp_link_may_seal_plain(const struct ppp_link *l, uint8_t version);
/* An IP packet becomes a frame in place, encrypted if that was agreed. PPP_CRYPT_HEAD octets must
 * be free before it. False: drop it. */
bool ppp_link_seal(struct ppp_link *l, uint8_t **p, size_t *len);
/* Fills in addresses, servers and MTU; the rest is zero. */
void ppp_link_config(const struct ppp_link *l, struct net_config *ret);
/* The key of SSTP's crypto binding, as the client sees it; zero: the method leaves none. */
void ppp_link_hlak(const struct ppp_link *l, uint8_t ret[static 32]);
uint32_t ppp_link_rtt(const struct ppp_link *l); /* microseconds; 0: not measured */
uint64_t ppp_link_dropped(const struct ppp_link *l);

/* Server: an authentication frame of ours; a verdict, and its keys or NULL, for when CCP opens. */
void ppp_link_auth_send(struct ppp_link *l, uint16_t protocol, struct rd frame);
void ppp_link_auth_done(struct ppp_link *l, usec_t now, bool proved, const uint8_t *hlak);
/* Server: what was held. Client: IPv6, that had to wait until the owner waits for no packet. */
void ppp_link_start_network(struct ppp_link *l, usec_t now);

struct ppp_link {
    struct ppp_link_params params;
    struct ppp_queue out;
    struct ras_end end;
    struct lcp lcp;
    struct ppp_auth auth;
    struct ipcp ipcp;
    struct ipv6cp ipv6cp;
    struct ccp ccp;
    struct ppp_crypt crypt;
    enum ppp_phase {
        PPP_PHASE_DEAD,
        PPP_PHASE_ESTABLISH,
        PPP_PHASE_AUTHENTICATE,
        PPP_PHASE_AUTHENTICATED, /* the network is held */
        PPP_PHASE_NETWORK,
        PPP_PHASE_TERMINATE,
        PPP_PHASE_ENDED,
    } phase;
    enum ppp_auth_method method;
    bool heard, proved, asked, network_up, ncp_timeout, in_turn;
    uint8_t renegotiations, changes;
    usec_t others_at; /* the other network protocols wait for CCP's until then */
    usec_t grace_at;  /* the second network protocol is waited for until then */
    struct ppp_link_shown {
        struct ipcp_config ipcp;
        uint8_t id[8], peer_id[8];
    } shown;    /* what the last NETWORK_UP or NETWORK_CHANGED was about */
    int bucket; /* control frames that may be heard now */
    usec_t bucket_at;
    uint64_t dropped;
};
