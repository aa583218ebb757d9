/*
 * session.h - one dial attempt over one kind of logical link: the whole protocol stack as a value.
 *
 * No I/O, thread, clock or global. Its owner (client/tunnel, a simulation, a fuzzer) carries bytes
 * and time in, and fetches bytes and events out:
 *
 *     link ready:  session_link_up(s, now, &info)
 *     on input:    used = session_receive(s, now, channel, bytes, n, &packets)
 *     on timeout:  session_expire(s, now); and, over datagrams, session_receive() of nothing on
 *                  CHANNEL_DATA: packets that waited for others come out
 *     after each:  while (session_poll_output(s, &out)) send(out.channel, out.bytes);
 *                  while (session_poll_event(s, &event)) ...;
 *                  arm the timer for session_deadline(s)
 *
 * Nothing is freed, and no owner's code runs, inside any of these calls. After SESSION_ENDED every
 * call is a no-op. Output is to be sent before events are looked at: the last goodbye is in it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"
#include "clock.h"
#include "net-config.h"
#include "ras.h"
#include "rng.h"
#include "session-link.h"

struct session;
struct session_esp;

enum session_event_type {
    SESSION_STAGE,             /* .stage: 1 connecting, 2 authenticating, 3 registering */
    SESSION_WANTS_CREDENTIALS, /* .reason: 691, 648, 709; answer with session_credentials() */
    SESSION_CONFIG,            /* .config: the first one: bring the interface up and pump packets;
                                  later ones: what DHCPINFORM added or the server changed. Answer
                                  each with session_registered() */
    SESSION_UP,                /* all that is known is registered, and packets pass: .auth_name is
                                  what was used. A DHCP server that does not answer holds this up
                                  for 0.6 s at most, or not at all when the plan knows it */
    SESSION_INFORMED,          /* as that, again: session_dhcp() or session_registration() is
                                  another than before */
    SESSION_ESP,               /* .esp (session-esp.h): have the kernel do that, and answer with
                                  session_esp_done() */
    SESSION_EARLY_REFUSED,     /* the server did not take the early flight, or what came from UDP
                                  port 1701, or ended the link, or its demand, when a better method
                                  of authentication was suggested: redo without that; SESSION_ENDED
                                  follows, and     its cause is not to be shown */
    SESSION_ENDED,             /* the last event there will be; .end says why */
};

struct session_event {
    enum session_event_type type;
    union {
        uint8_t stage;
        enum ras_error reason;
        const struct net_config *config; /* valid until the next call on this session */
        struct {
            const char *auth_name;
            bool password_changed; /* an expired one: the new one is the right one now */
        };
        const struct session_esp *esp; /* valid until that answer */
        struct ras_end end;
    };
};

struct session_output {
    enum session_channel channel;
    struct rd bytes; /* valid until the next call on this session */
};

/* Packets found in the bytes given to session_receive(): slices of that buffer, or, over datagrams,
 * of the session's memory until its next call. */
#define SESSION_BATCH 128
struct session_packets {
    size_t n;
    struct session_packet {
        uint8_t *p;
        size_t len; /* an IPv4 or IPv6 packet, version nibble checked, <= the MTU's bound */
    } v[SESSION_BATCH];
};

/* Room the link needs around each IP packet, so that sealing happens in place. */
struct session_framing {
    uint16_t head, tail;
    uint16_t mtu; /* largest IP packet that may be sealed */
    bool stream;  /* sealed packets that lie back to back may be sent as one piece */
    enum session_channel channel; /* where sealed packets go */
};

/* @plan and @rng are borrowed for the session's life; @credentials is copied. NULL: no memory. */
struct session *session_new(const struct dial_plan *plan, enum plan_protocol protocol,
                            const struct credentials *credentials, const struct rng *rng,
                            usec_t now);
void session_free(struct session *s); /* NULL is fine; wipes keys */
/* When SESSION_EARLY_REFUSED: the methods (enum plan_auth, or'ed) to which the redo is to be
 * limited, or 0. A pppd that has one demands none once another is suggested, and hangs up, as
 * others do at once; what it demanded is allowed, and gives the keys that the plan requires. */
unsigned session_auth_wanted(const struct session *s);
void session_link_up(struct session *s, usec_t now, const struct session_link_info *info);
/* The link is gone: @why is recorded unless a cause is known already. */
void session_link_lost(struct session *s, usec_t now, const struct ras_end *why);
/* Returns how many octets were used; a stream's rest must come again with more behind it. Stops
 * early when @ret is full: call again. @ret->n is reset first. */
size_t session_receive(struct session *s, usec_t now, enum session_channel from, uint8_t *bytes,
                       size_t n, struct session_packets *ret);
/* The same for @n datagrams, which some kinds do faster together. Returns how many were used, at
 * least one; @v is theirs to change. */
size_t session_receive_batch(struct session *s, usec_t now, enum session_channel from,
                             struct session_packet *v, size_t n, struct session_packets *ret);
void session_expire(struct session *s, usec_t now);
/* @c NULL: nobody answers. */
void session_credentials(struct session *s, usec_t now, const struct credentials *c);
/* Routes and DNS of the latest SESSION_CONFIG are in place. */
void session_registered(struct session *s, usec_t now);
/* What the last SESSION_ESP asked for is done, or (not @good) nothing of it is. */
void session_esp_done(struct session *s, usec_t now, bool good);
/* What the kernel had for this call is gone, and not by us: that ends it. */
void session_esp_lost(struct session *s, usec_t now);
void session_close(struct session *s, usec_t now); /* politely; SESSION_ENDED (631) follows */
usec_t session_deadline(const struct session *s);
bool session_poll_output(struct session *s, struct session_output *ret);
bool session_poll_event(struct session *s, struct session_event *ret);

/* Round trip of the last echo in microseconds (0: none), and frames dropped so far. */
uint32_t session_rtt(const struct session *s);
uint64_t session_dropped(const struct session *s);
/* What the session itself encrypts with, for a person: "MPPE-128 stateless", "none"; "" when that
 * is the business of the link below. */
const char *session_encryption(const struct session *s);
/* What IPsec agreed to that is weak (enum plan_weak), and what this server took, for the next
 * call's plan.ipsec_remembered; 0: nothing. */
unsigned session_weak(const struct session *s);
uint32_t session_ipsec_remembered(const struct session *s);
enum net_dhcp session_dhcp(const struct session *s); /* for its .dhcp_silent; since SESSION_UP */
/* What became of the names that the plan wants registered; the far end's servers may take a while,
 * and nothing waits for them. */
void session_registration(const struct session *s, struct net_registration *ret);
/* The fast path, once SESSION_CONFIG was seen. Each packet lies in memory with framing.head octets
 * free before it and framing.tail behind it; on return *p and *len describe the sealed frame.
 * False: drop the packet (not up, too long, not IP). */
struct session_framing session_framing(const struct session *s);
bool session_seal(struct session *s, uint8_t **p, size_t *len);
/* As session_seal() for @n packets (at most SESSION_BATCH), which some kinds do faster together.
 * Returns how many frames there are: they stand first in @v, in the order of their packets. */
size_t session_seal_batch(struct session *s, struct session_packet *v, size_t n);
