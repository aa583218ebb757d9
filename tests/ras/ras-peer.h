/*
 * ras-peer.h - one client of the practice server: its socket, its TLS (or over PPTP its GRE), its
 * call, and the packets between them and the TUN. The same data path as the client's
 * (client/tunnel): packets are sealed in place in one buffer, records filled, merged on the way to
 * the TUN. SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "io-tls.h"
#include "ras-core.h"
#include "ras-gre.h"
#include "ras-tun.h"

enum {
    RAS_PEER_SEND_AT = IO_TLS_RECORD,
    RAS_PEER_TX = RAS_PEER_SEND_AT + 32 * 1024,
    RAS_PEER_RX = 136 * 1024,
    RAS_PEER_BUDGET = 512 * 1024, /* octets in one turn */
};

struct ras_peer {
    uint32_t call;
    int fd;
    enum { PEER_HANDSHAKE, PEER_OPEN, PEER_DRAINING, PEER_DEAD } state;
    usec_t deadline; /* of the handshake, or of draining */
    struct io_tls tls;
    struct ras_gre gre; /* .port NULL: SSTP */
    struct ras_core *core;
    struct ras_tun *tun; /* borrowed; NULL: packets are answered here */
    const struct ras_config *config;
    uint8_t *tx, *rx;
    size_t tx_len, rx_len;
    bool more;          /* bytes are left inside TLS */
    bool heard;         /* something came by GRE since the last flush */
    uint8_t local6[16]; /* the client's global address, as learned from what it sends; or zero */
    uint32_t events;    /* the owner's: what epoll watches */
    uint64_t spoofed;   /* packets from an address that is not the client's */
};

/* Takes @fd. NULL: no memory. @ctx is shared. */
struct ras_peer *ras_peer_new(int fd, uint32_t call, SSL_CTX *ctx, const struct ras_config *config,
                              struct ras_tun *tun, const struct rng *rng, usec_t now);
/* The same over PPTP: @port is shared, @from is where the client's GRE comes from. */
struct ras_peer *ras_peer_new_pptp(int fd, uint32_t call, struct ras_gre_port *port,
                                   const struct sockaddr_in *from, const struct ras_config *config,
                                   struct ras_tun *tun, const struct rng *rng, usec_t now);
void ras_peer_free(struct ras_peer *p); /* NULL is fine */

void ras_peer_ready(struct ras_peer *p, usec_t now); /* the socket is readable or writable */
/* GRE of this client's call, without the IP header. When a batch of them is over, the owner flushes
 * the TUN's merge, and this peer; until then @bytes must stay. */
void ras_peer_datagram(struct ras_peer *p, usec_t now, uint8_t *bytes, size_t n);
void ras_peer_expire(struct ras_peer *p, usec_t now);
usec_t ras_peer_deadline(const struct ras_peer *p);
/* Room for at least one more packet from the TUN. */
bool ras_peer_has_room(const struct ras_peer *p);
/* A (super-)packet from the TUN: cut into @p's buffer as far as there is room. */
void ras_peer_take(struct ras_peer *p, struct offload_cut *cut);
/* More follows at once: what fills records goes to TLS. @p may be dead afterwards. */
void ras_peer_push(struct ras_peer *p, usec_t now);
/* Everything that waits goes to the socket; the same. */
void ras_peer_flush(struct ras_peer *p, usec_t now);
bool ras_peer_waits(const struct ras_peer *p); /* ... and there is something */
bool ras_peer_wants_write(const struct ras_peer *p);
