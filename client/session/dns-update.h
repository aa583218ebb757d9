/*
 * dns-update.h - tell the far end's name servers under which address this computer is reached
 * (dynamic update, RFC 2136), and take it back.
 *
 * One of these is one name with one record: A of the computer's name, or PTR of its address. Which
 * zone that is in, and which server is the zone's primary, is asked for first (SOA, as RFC 2136
 * section 4.3 has a requestor find it, and the primary's address); then the update goes there. When
 * that is not to be had, it goes to the server that was asked, which may be one of several or pass
 * it on. A server that does not answer, or cannot, makes way for the next; one that refuses has the
 * last word. What was registered is registered again a day later, before somebody thinks it stale.
 * Nothing is signed: see ARCHITECTURE.md.
 *
 * Pure: packets (inner IPv4) and time in; packets, an outcome and the next deadline out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "clock.h"
#include "net-config.h"
#include "rng.h"

enum {
    DNS_PORT = 53,
    DNS_MESSAGE_MAX = 512,                 /* over UDP (RFC 1035 section 2.3.4) */
    DNS_PACKET_MAX = 28 + DNS_MESSAGE_MAX, /* IPv4 and UDP before it */
    DNS_TTL = 1200,                        /* seconds: what others may keep of it */
    DNS_REVERSE_MAX = sizeof "255.255.255.255.in-addr.arpa",
};

enum dns_rcode {
    DNS_NOERROR = 0,
    DNS_FORMERR = 1,
    DNS_SERVFAIL = 2,
    DNS_NXDOMAIN = 3,
    DNS_NOTIMP = 4,
    DNS_REFUSED = 5,
    DNS_YXDOMAIN = 6,
    DNS_YXRRSET = 7,
    DNS_NXRRSET = 8,
    DNS_NOTAUTH = 9,
    DNS_NOTZONE = 10,
};

enum dns_update_kind { DNS_UPDATE_ADD, DNS_UPDATE_REMOVE };

/* What is to be known. All zero but for what is set, so that two can be compared whole. */
struct dns_record {
    char name[NET_MAX_NAME]; /* of the computer, whole */
    uint32_t address;        /* its, in the tunnel; host byte order */
    bool reverse;            /* PTR: @address leads to @name; else A */
    uint8_t n_servers;       /* to be told, in this order */
    uint32_t servers[NET_MAX_SERVERS];
};

enum dns_update_step {
    DNS_STEP_NONE,
    DNS_STEP_ZONE,
    DNS_STEP_PRIMARY, /* its address */
    DNS_STEP_UPDATE,
    DNS_STEP_DONE,
};

/* What an answer to an SOA query tells. */
struct dns_zone {
    char name[NET_MAX_NAME];    /* "": there is none */
    char primary[NET_MAX_NAME]; /* the server where it is written; "": none that could be asked for
                                 */
};

struct dns_update {
    struct dns_record record;
    enum dns_update_step step;
    uint8_t server, tries; /* of this step, with this server */
    uint16_t id, port;     /* of the question */
    struct dns_zone zone;
    uint32_t target; /* of the update: the zone's primary, or the server that was asked */
    bool known;      /* the server has it */
    usec_t deadline; /* NEVER, or when dns_update_next() has something to do */
    enum net_registered outcome;
};

void dns_update_init(struct dns_update *d); /* nothing to do */
void dns_update_begin(struct dns_update *d, usec_t now, const struct dns_record *record);
/* If a packet is due: write it, and settle when the next one is. */
bool dns_update_next(struct dns_update *d, usec_t now, const struct rng *rng, struct wr *w);
/* Is this packet the answer that is waited for? If it is, it is nobody else's. */
bool dns_update_takes(struct dns_update *d, usec_t now, struct rd packet);
/* What takes a registered record back, once; no answer is waited for. */
bool dns_update_release(struct dns_update *d, const struct rng *rng, struct wr *w);

/* The messages. False from put: too long for one. */
bool dns_update_put(struct wr *w, uint16_t id, const struct dns_record *record, const char *zone,
                    enum dns_update_kind kind);
bool dns_soa_query_put(struct wr *w, uint16_t id, const char *name);
/* @answer to the update @id of @zone: its rcode, or -1 when it is none. */
int dns_update_read(struct rd answer, uint16_t id, const char *zone);
/* The same of the question above; with DNS_NOERROR, @ret_zone is the zone of @name. */
int dns_soa_read(struct rd answer, uint16_t id, const char *name, struct dns_zone *ret_zone);
/* Which address has @name? @wanted, when it is one of several; *ret 0: none that is usable. */
bool dns_a_query_put(struct wr *w, uint16_t id, const char *name);
int dns_a_read(struct rd answer, uint16_t id, const char *name, uint32_t wanted, uint32_t *ret);
char *dns_reverse_name(uint32_t address, char out[static DNS_REVERSE_MAX]);
