/*
 * ras-gre.h - the practice server's raw socket: GRE of all calls over PPTP in batches, each to its
 * own client, and lost, doubled or swapped on the way if a script wants that.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "ras-core.h"

enum { RAS_GRE_MAX = 2048, RAS_GRE_BATCH = 64 };

struct ras_gre_batch {
    uint8_t (*bytes)[RAS_GRE_MAX]; /* RAS_GRE_BATCH of them */
    struct mmsghdr messages[RAS_GRE_BATCH];
    struct iovec pieces[RAS_GRE_BATCH];
    struct sockaddr_in peers[RAS_GRE_BATCH];
};

struct ras_gre_port {
    int fd;         /* < 0: there is no PPTP */
    unsigned n_out; /* packets that wait in ->out */
    struct ras_gre_batch in, out;
};

struct ras_gre {               /* the way to one client */
    struct ras_gre_port *port; /* borrowed; NULL: this client has none */
    struct sockaddr_in to;
    const struct ras_config *config;
    const struct rng *rng;
    uint32_t call;
    size_t n_held; /* goes behind the next one */
    uint8_t held[RAS_GRE_MAX];
};

/* Needs CAP_NET_RAW. 0 or a negative errno; to be closed in either case. */
int ras_gre_open(struct ras_gre_port *port, const struct sockaddr_in *local);
void ras_gre_close(struct ras_gre_port *port);

/* RAS_GRE_MAX octets where the next packet may be made, until something is sent. */
uint8_t *ras_gre_room(struct ras_gre_port *port);
/* Copied, unless it lies in ras_gre_room(). It leaves with ras_gre_flush() at the latest. */
void ras_gre_send(struct ras_gre *g, const uint8_t *p, size_t n);
void ras_gre_flush(struct ras_gre_port *port);

struct ras_gre_packet { /* after its IP header; valid until the next ras_gre_receive() */
    const struct sockaddr_in *from;
    uint8_t *p;
    size_t n;
    uint16_t call; /* whose it is; 0: it is no enhanced GRE */
};

/* How many have come, at most RAS_GRE_BATCH. */
unsigned ras_gre_receive(struct ras_gre_port *port);
struct ras_gre_packet ras_gre_packet(const struct ras_gre_port *port, unsigned i);
