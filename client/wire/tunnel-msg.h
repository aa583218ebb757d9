/*
 * tunnel-msg.h - what helper and tunnel say to each other: one SOCK_SEQPACKET datagram a message,
 * one octet of type, then the body; descriptors travel by SCM_RIGHTS beside the message that
 * announces them. The helper takes every tunnel message as hostile (threats D7).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "net-config.h"
#include "ras.h"

#define TUNNEL_MSG_MAX (128 * 1024)

/* Helper -> tunnel. (linux/if_link.h has a struct of this name: include only one of them.) */
enum tunnel_msg {
    /* dial_plan_put() and credentials_put(), then server index u8, protocol u8, uid be32, gid be32,
     * attempt u8, and the address where the server (or the proxy) answered before, for when its
     * name cannot be looked up: family u8 (4, 6, 0: none), 16 octets; flags u8 (enum start_flags).
     * First message, once. */
    TUNNEL_START = 1,
    /* tag be16, errno be32 (0: one descriptor comes along, connecting), flags u8 (enum
     * socket_flags), MTU be16 of the route there (0: not known; only of datagrams), then printable
     * text to the end: what the proxy said, else empty (<= 160) */
    TUNNEL_SOCKET = 2,
    /* flags u8 (enum tun_flags); one descriptor */
    TUNNEL_TUN = 3,
    /* credentials_put(): the answer to HELPER_WANT_CREDENTIALS; no body: nobody answers */
    TUNNEL_CREDENTIALS = 4,
    /* no body: end politely */
    TUNNEL_HANGUP = 5,
    /* no body: addresses, routes and DNS are in place; after each CONFIGURE */
    TUNNEL_REGISTERED = 6,
    /* spi_in be32, errno be32: the answer to HELPER_ESP. With the first ESP_MSG_USE that went well
     * one descriptor comes along: UDP to port 1701, of which the kernel lets nothing in or out that
     * is not in ESP. */
    TUNNEL_ESP = 7,
    /* flags u8 (enum register_flags), the computer's name (16-bit length): the message after the
     * first, or not at all. A tunnel that is not to tell the name does not learn it. */
    TUNNEL_REGISTER = 8,
};

/* As in struct dial_plan. */
enum register_flags { REGISTER_DNS = 1 << 0, REGISTER_SUFFIX = 1 << 1, REGISTER_WINS = 1 << 2 };

enum start_flags { START_KERNEL_ESP = 1 << 0 /* L2TP/IPsec: ask with HELPER_ESP */ };

/* SOCKET_SHARED: IPsec from this computer to that server there may be already, of another call or
 * another program. SOCKET_SECOND: of another call of ours it is. */
enum socket_flags { SOCKET_SHARED = 1 << 0, SOCKET_SECOND = 1 << 1 };

/* Tunnel -> helper. */
enum helper_msg {
    /* enum dial_stage u8, address text of the server (16-bit length) */
    HELPER_STAGE = 1,
    /* tag be16, family u8 (4, 6), address 16 octets (IPv4 in the first four), port be16 (with
     * SOCKET_GRE: our call id, not 0), kind u8 */
    HELPER_OPEN_SOCKET = 2,
    /* RAS number be32: 691 again, 648 password change, 709 another new password */
    HELPER_WANT_CREDENTIALS = 3,
    /* net_config_put(); the first: open the TUN; later: what changed */
    HELPER_CONFIGURE = 4,
    /* struct tunnel_status */
    HELPER_STATUS = 5,
    /* struct tunnel_stats; at most one a second */
    HELPER_STATS = 6,
    /* level u8 (syslog's 3-7), printable text to the end (<= 400) */
    HELPER_LOG = 7,
    /* RAS number be32, detail text to the end; the last message */
    HELPER_ENDED = 8,
    /* esp_msg_put() (esp-msg.h), only with START_KERNEL_ESP; each is answered with TUNNEL_ESP */
    HELPER_ESP = 9,
};

enum tun_flags { TUN_FLAG_VNET_HDR = 1 << 0, TUN_FLAG_TSO = 1 << 1, TUN_FLAG_USO = 1 << 2 };

/* The three lines a person reads. */
enum dial_stage { STAGE_CONNECTING = 1, STAGE_AUTHENTICATING = 2, STAGE_REGISTERING = 3 };

/* SOCKET_PROXY: the address is the plan's proxy; the descriptor comes when dialtone-proxy has taken
 * it through to the server of this attempt. SOCKET_GRE: PPTP only, to an address that a SOCKET_TCP
 * was asked for before; raw, connected, and locked to the packets of one call. SOCKET_UDP: L2TP;
 * with IPsec to port 500, then to 4500 at the same address, from the same port here where it is
 * free; without, to 1701. SOCKET_ESP: raw, port 0, to an address that a SOCKET_UDP to port 500 was
 * asked for before. */
enum socket_kind {
    SOCKET_TCP = 1,
    SOCKET_UDP = 2,
    SOCKET_GRE = 3,
    SOCKET_PROXY = 4,
    SOCKET_ESP = 5,
};

enum {
    STATUS_TEXT = 160, /* cut to this with their NUL */
};

/* For a person, who may want to accept it. */
struct tunnel_certificate {
    uint8_t sha256[32];        /* zero: none was shown */
    char subject[STATUS_TEXT]; /* for whom, and by whom; printable; may be "" */
    char issuer[STATUS_TEXT];
    int64_t until; /* Unix time; 0: not known */
};

struct tunnel_status {
    char auth[STATUS_TEXT];        /* "MS-CHAPv2" */
    char encryption[STATUS_TEXT];  /* "TLS 1.3 AES-256-GCM" */
    char server_name[STATUS_TEXT]; /* what the server calls itself, printable; may be "" */
    uint8_t leaf_sha256[32];       /* of the server's certificate; zero: none */
    uint8_t weak;                  /* enum plan_weak: what IPsec agreed to */
    uint32_t ipsec_remembered;     /* for the next plan to this server; 0: nothing */
    enum net_dhcp dhcp;
    struct net_registration registration;
    struct tunnel_certificate eap; /* of the authentication server */
    bool early_data_worked;
    bool password_changed; /* an expired one, in this call: the new one is the right one now */
};

struct tunnel_stats {
    uint64_t bytes_in, bytes_out, packets_in, packets_out; /* inner, since up */
    uint32_t rtt_usec;                                     /* last echo; 0: none yet */
    uint64_t dropped;                                      /* malformed or not allowed */
};

/* A message under construction in @w: type, then the caller's body. */
void tunnel_msg_begin(struct wr *w, uint8_t type);

void tunnel_status_put(struct wr *w, const struct tunnel_status *s);
bool tunnel_status_get(struct rd *r, struct tunnel_status *ret);
void tunnel_stats_put(struct wr *w, const struct tunnel_stats *s);
bool tunnel_stats_get(struct rd *r, struct tunnel_stats *ret);

/* A text with a 16-bit length, at most 1023 octets; get refuses (and poisons @r) what is not
 * printable as ras_printable() means it, or >= cap. */
void wire_text_put(struct wr *w, const char *text);
bool wire_text_get(struct rd *r, char *out, size_t cap);

/* One message over the socket, with at most one descriptor. Returns 0, or a negative errno
 * (-EPIPE: the other end is gone, -EMSGSIZE, -EBADMSG: truncated, or more than one descriptor,
 * which are closed; -EAGAIN). Without a descriptor wire_send() is a plain send(2), wire_recv() a
 * recvmsg(2): what the sandbox allows. @pass_fd -1: none. @ret_fd NULL: none expected, any that
 * comes is closed. */
int wire_send(int fd, struct rd message, int pass_fd);
int wire_recv(int fd, void *buf, size_t cap, size_t *ret_len, int *ret_fd); /* *ret_fd -1: none */
