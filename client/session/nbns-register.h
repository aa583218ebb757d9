/*
 * nbns-register.h - tell the far end's WINS servers the NetBIOS names of this computer, and take
 * them back (RFC 1001 section 15.2, RFC 1002 section 4.2: unicast, as a P or H node does).
 *
 * NAME<00> and NAME<20> are its own, WORKGROUP<00> one of many. Each is asked for three times, 1.5
 * s apart, then of the next server. What was registered is registered again at half its lifetime,
 * which a server takes as a refresh.
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
    NBNS_PORT = 137,
    NBNS_NAME = 16,    /* octets: fifteen, and what it is a name of */
    NBNS_ENCODED = 34, /* of a name without a scope */
    NBNS_NAMES = 3,
    NBNS_PACKET_MAX = 28 + 68,
};

enum nbns_rcode { /* RFC 1002 section 4.2.6 */
                  NBNS_OK = 0,
                  NBNS_FMT_ERR = 1,
                  NBNS_SRV_ERR = 2,
                  NBNS_IMP_ERR = 4,
                  NBNS_RFS_ERR = 5, /* not this computer, or not this name */
                  NBNS_ACT_ERR = 6, /* another has it */
                  NBNS_CFT_ERR = 7, /* more than one claim it */
};

enum nbns_kind { NBNS_REGISTER, NBNS_RELEASE };

/* What is to be known. All zero but for what is set, so that two can be compared whole. */
struct nbns_names {
    char computer[NBNS_NAME], workgroup[NBNS_NAME]; /* as nbns_name_from() makes them; "": none */
    uint32_t address;                               /* ours in the tunnel; host byte order */
    uint8_t n_servers;
    uint32_t servers[NET_MAX_SERVERS];
};

struct nbns_name {
    char text[NBNS_NAME];
    uint8_t suffix; /* 0x00, 0x20 */
    bool group;
};

struct nbns_one { /* a name on its way */
    struct nbns_name name;
    uint8_t server, tries;
    uint16_t id;
    bool waits; /* for an answer to @id */
    bool known; /* the server has it */
    usec_t deadline;
    enum net_registered outcome;
};

struct nbns_register {
    struct nbns_names names;
    size_t n;
    struct nbns_one v[NBNS_NAMES];
};

/* The NetBIOS name that a host's, or a domain's, makes: its first label, in capitals, fifteen of
 * its octets. False: it is none. */
bool nbns_name_from(const char *host, char ret[static NBNS_NAME]);

void nbns_register_init(struct nbns_register *r); /* nothing to do */
void nbns_register_begin(struct nbns_register *r, usec_t now, const struct nbns_names *names);
usec_t nbns_register_deadline(const struct nbns_register *r);
/* If a packet is due: write it, and settle when the next one is. There may be more. */
bool nbns_register_next(struct nbns_register *r, usec_t now, const struct rng *rng, struct wr *w);
/* Is this packet an answer that is waited for? If it is, it is nobody else's. */
bool nbns_register_takes(struct nbns_register *r, usec_t now, struct rd packet);
/* Of all names together; the computer's own count. */
enum net_registered nbns_register_outcome(const struct nbns_register *r);
/* The next of the packets that take back what was registered; no answer is waited for. */
bool nbns_register_release(struct nbns_register *r, const struct rng *rng, struct wr *w);

/* RFC 1001 section 14.1: each half of an octet a letter. */
void nbns_encode(struct wr *w, const struct nbns_name *name);
void nbns_put(struct wr *w, uint16_t id, const struct nbns_name *name, uint32_t address,
              enum nbns_kind kind);

struct nbns_answer {
    bool wait; /* WACK: the answer comes, within ->ttl */
    uint8_t rcode;
    uint32_t ttl; /* seconds; 0: for ever */
};

/* The answer to registration @id of @name; false: it is none. */
bool nbns_read(struct rd answer, uint16_t id, const struct nbns_name *name,
               struct nbns_answer *ret);
