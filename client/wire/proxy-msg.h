/*
 * proxy-msg.h - what the helper and dialtone-proxy say to each other while one connection is taken
 * through an HTTP or SOCKS5 proxy: SOCK_SEQPACKET datagrams as in tunnel-msg.h, sent and received
 * with wire_send() and wire_recv(), on descriptor 3 of dialtone-proxy.
 *
 *     helper                                   dialtone-proxy
 *     PROXY_START  + socket to the proxy  -->  drops privilege, reads the rest
 *     PROXY_SOCKET + a fresh socket       <--> PROXY_AGAIN: the proxy closed the first one
 *                                         <--  PROXY_DONE; exits
 *
 * The sockets are non-blocking and may still be connecting. The helper keeps its own descriptor of
 * the newest one: after PROXY_DONE with errno 0 that is the connection to the server, with nothing
 * read from it beyond the proxy's answer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dial-plan.h"

enum {
    PROXY_MSG_MAX = 4096,
    PROXY_AGAIN_MAX = 3, /* authentication schemes that need it close once */
    PROXY_DETAIL = 160,
};

/* Helper -> proxy. */
enum proxy_msg {
    /* struct proxy_start; one descriptor. First message, once. */
    PROXY_START = 1,
    /* errno be32; 0: one descriptor comes along */
    PROXY_SOCKET = 2,
};

/* Proxy -> helper. */
enum proxy_reply {
    /* no body: open another socket to the same address */
    PROXY_AGAIN = 1,
    /* struct proxy_done; the last message */
    PROXY_DONE = 2,
};

struct proxy_start {
    enum plan_proxy kind;
    char proxy_host[PLAN_MAX_TEXT]; /* as in the plan: for Negotiate's service name, and logs */
    uint16_t proxy_port;
    char host[PLAN_MAX_TEXT]; /* the server, resolved by the proxy */
    uint16_t port;
    char user[PLAN_MAX_TEXT]; /* "": none */
    struct secret password;
    uint16_t timeout_s;
    uint32_t uid, gid; /* to run as; the last eight octets of the message */
};

/* How far it came, the furthest last: a person mends each in another place. */
enum proxy_outcome {
    PROXY_THROUGH,        /* connected to the server */
    PROXY_UNKNOWN,        /* the proxy's name is not known: of the tunnel, which looks it up */
    PROXY_UNREACHED,      /* it was not reached, or does not answer */
    PROXY_IS_NONE,        /* what answers is not a proxy of this kind */
    PROXY_REFUSES_SERVER, /* it would not, or could not, reach the server */
    PROXY_REFUSES_USER,   /* it wants another user name or password */
};

/* error: an errno; 0 with PROXY_THROUGH and no other. */
struct proxy_done {
    enum proxy_outcome outcome;
    uint32_t error;
    char detail[PROXY_DETAIL]; /* printable */
};

void proxy_start_put(struct wr *w, const struct proxy_start *s); /* the whole message */
bool proxy_start_get(struct rd *r, struct proxy_start *ret);     /* after the type */
void proxy_done_put(struct wr *w, const struct proxy_done *d);   /* the whole message */
bool proxy_done_get(struct rd *r, struct proxy_done *ret);       /* after the type */
