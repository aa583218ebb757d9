/*
 * helper-requests.h - everything the tunnel process may ask of the privileged helper, and when.
 *
 * The tunnel parses what strangers send, so it is taken to be in their hands: a request that is
 * unknown, untimely, malformed, repeated or too frequent ends it (threats D7). Pure: bytes and time
 * in, calls of the operations out; nothing here touches the system.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "clock.h"
#include "dial-plan.h"
#include "esp-msg.h"
#include "tunnel-msg.h"

/* How far a tunnel is. The owner moves it on; HELPER_ENDED moves it to the last by itself. */
enum tunnel_phase {
    TUNNEL_DIALING = 1 << 0,     /* nothing configured */
    TUNNEL_REGISTERING = 1 << 1, /* it has its interface; routes and DNS are on the way */
    TUNNEL_UP = 1 << 2,          /* HELPER_STATUS after TUNNEL_REGISTERED: both ends are there */
    TUNNEL_CLOSING = 1 << 3,     /* it was told TUNNEL_HANGUP; what it asks is heard, not granted */
    TUNNEL_OVER = 1 << 4,        /* it said its last word */
};

struct helper_endpoint {
    uint8_t family; /* 4 or 6 */
    uint8_t address[16];
    uint16_t port; /* SOCKET_GRE: the call id; SOCKET_ESP: 0 */
    enum socket_kind kind;
    uint16_t wanted_port; /* of ours, if it is free; 0: any */
    uint16_t local_port;  /* of the socket, once there is one; else 0 */
    uint8_t local[16];    /* its address; 0: not known */
    uint16_t float_port;  /* of a SOCKET_UDP to port 500: ours of the one to port 4500, or 0 */
    bool raw; /* a SOCKET_GRE (of a SOCKET_TCP), a SOCKET_ESP (of a SOCKET_UDP) to the same address
                 is out, too */
};

enum { L2TP_PORT = 1701, IKE_PORT = 500, IKE_FLOAT_PORT = 4500 /* RFC 3947 section 4 */ };
enum { HELPER_MAX_ENDPOINTS = 16 /* that one tunnel is given sockets to */ };

/* In TUNNEL_CLOSING only log, status, stats and ended are called, and open_socket and esp with
 * @allowed false. */
struct helper_request_ops {
    void (*stage)(void *ctx, enum dial_stage stage, const char *server_address);
    /* Not @allowed: answer with EACCES. */
    void (*open_socket)(void *ctx, uint16_t tag, const struct helper_endpoint *to, bool allowed);
    void (*want_credentials)(void *ctx, enum ras_error reason);
    void (*configure)(void *ctx, const struct net_config *config, bool first);
    void (*status)(void *ctx, const struct tunnel_status *status);
    void (*stats)(void *ctx, const struct tunnel_stats *stats);
    void (*log)(void *ctx, int level, const char *text);
    void (*ended)(void *ctx, const struct ras_end *end);
    /* Answer it; not @allowed: with EACCES. @m is wiped afterwards. */
    void (*esp)(void *ctx, const struct esp_msg *m, bool allowed);
};

struct helper_requests {
    const struct helper_request_ops *ops;
    void *ctx;
    const struct dial_plan *plan; /* borrowed */
    uint8_t server;               /* index into it */
    enum plan_protocol protocol;

    enum tunnel_phase phase;
    enum dial_stage stage;
    unsigned n_granted; /* addresses that the first of several sockets was granted to */
    struct helper_endpoint granted[HELPER_MAX_ENDPOINTS];
    bool kernel_esp;     /* it was told START_KERNEL_ESP */
    bool question;       /* WANT_CREDENTIALS is not answered yet; the owner clears it */
    uint16_t served[10]; /* by message type */
    usec_t tokens_at;    /* rate limit */
    uint32_t tokens;
};

void helper_requests_init(struct helper_requests *r, usec_t now,
                          const struct helper_request_ops *ops, void *ctx,
                          const struct dial_plan *plan, uint8_t server,
                          enum plan_protocol protocol);
/* False: end the process; *ret_why (static, English) says what it did. No operation was called. */
bool helper_requests_serve(struct helper_requests *r, usec_t now, struct rd message,
                           const char **ret_why);

/* May a tunnel that dials @host have a socket to this address? Never multicast, broadcast or "any";
 * this computer itself only when @host says so as a literal; and when @host is a literal, only it.
 */
bool helper_endpoint_allowed(const struct helper_endpoint *to, const char *host);
