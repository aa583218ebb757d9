/*
 * ike.h - IKEv1 for L2TP/IPsec as a value: main mode, quick mode in transport mode for UDP 1701,
 * NAT traversal, dead peer detection, rekeying; either role.
 *
 * No I/O, clock or global. The owner carries datagrams and time in, and fetches datagrams and
 * events out:
 *
 *     ike_start(k, now)                                 (a responder waits for ike_receive())
 *     on a datagram:  ike_receive(k, now, port, bytes)  (of UDP 4500: without the non-ESP marker)
 *     on timeout:     ike_expire(k, now)
 *     after each:     while (ike_poll_output(k, &out)) send on out.port;
 *                     while (ike_poll_event(k, &event)) ...;
 *                     arm the timer for ike_deadline(k)
 *
 * Nothing is freed, and no owner's code runs, inside any of these calls. After IKE_EVENT_ENDED each
 * call is a no-op; send what ike_poll_output() still has: the deletes are in it.
 *
 * Sources: RFC 2407, 2408, 2409, 3706 (DPD), 3947 (NAT traversal), 3948, 4754 (ECDSA), 4868,
 * 5903 (ECP groups), [MS-IKEE] (vendor ids, fragments).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"
#include "clock.h"
#include "esp-suite.h"
#include "ike-config.h"
#include "ras.h"

struct ike;

enum ike_event_type {
    IKE_EVENT_AUTHENTICATED, /* phase 1 is up (the first time) */
    IKE_EVENT_CHILD,         /* a pair of SAs. Accept .in at once and keep what was there; send with
                                .out once .send is true. Comes more than once: first without .send
                                where the peer began the exchange, or may not have the pair yet */
    IKE_EVENT_CHILD_GONE,    /* .spi_in: no longer valid, in or out */
    IKE_EVENT_PEER_MOVED,    /* an authenticated message came from .address: answer there */
    IKE_EVENT_ENDED,         /* the last event there will be; .end says why */
};

struct ike_event {
    enum ike_event_type type;
    union {
        struct {
            char proposal[48]; /* "AES-256-CBC SHA-1 ECP-384" */
            unsigned weak;     /* enum ike_weak */
            bool encapsulated; /* ESP goes over UDP 4500; else it is IP protocol 50 */
        } authenticated;
        struct {
            struct esp_keys in, out;
            bool send;
            bool ask; /* say something with .out that is answered: see ike_sign() */
            bool encapsulated;
            char proposal[48]; /* "AES-256-CBC SHA-1" */
            unsigned weak;
            uint32_t kilobytes; /* ike_rekey() before so many have passed; 0: no such limit */
        } child;
        uint32_t spi_in;
        struct ike_address address;
        struct ras_end end;
    };
};

struct ike_output {
    enum ike_port port;
    struct rd bytes; /* without a marker; valid until the next call on this ike */
    bool keepalive;  /* the one octet FF: no marker before it */
};

/* NULL: no memory, or a proposal list that cannot be read. */
struct ike *ike_new(const struct ike_config *cfg, usec_t now);
void ike_free(struct ike *k); /* NULL is fine; wipes keys */

void ike_start(struct ike *k, usec_t now);
void ike_receive(struct ike *k, usec_t now, enum ike_port port, struct rd datagram);
/* The same over a socket that is not connected: @from is believed once the message is authentic. */
void ike_receive_from(struct ike *k, usec_t now, enum ike_port port, const struct ike_address *from,
                      struct rd datagram);
void ike_expire(struct ike *k, usec_t now);
usec_t ike_deadline(const struct ike *k); /* NEVER, or when ike_expire() is due */
bool ike_poll_output(struct ike *k, struct ike_output *ret);
bool ike_poll_event(struct ike *k, struct ike_event *ret);

void ike_rekey(struct ike *k, usec_t now); /* a new pair: ESP's sequence or volume runs out */
void ike_heard(struct ike *k, usec_t now); /* authenticated ESP came: the peer lives */
void ike_said(struct ike *k, usec_t now);  /* ESP leaves: an answer is to be expected */
/* The peer has that pair: ESP came under @spi_in, or it answered what it can have had in no other
 * way than under that pair's .out. */
void ike_sign(struct ike *k, usec_t now, uint32_t spi_in);
/* What is sent with now will not do any longer: the newest, sign or no sign. */
void ike_take(struct ike *k, usec_t now);
void ike_close(struct ike *k, usec_t now); /* deletes are sent; IKE_EVENT_ENDED (631) follows */

uint32_t ike_remember(const struct ike *k); /* what the server took; 0: nothing yet */
bool ike_encapsulated(const struct ike *k); /* decided once phase 1's nonces were exchanged */
uint64_t ike_dropped(const struct ike *k);  /* messages that meant nothing here */
