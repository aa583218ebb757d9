/*
 * session-link.h - what a session is carried by: the channels that its octets go to and come from,
 * and what is known of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "dial-plan.h"

struct eap_tls_side;
struct ike_cert;

enum session_channel {
    CHANNEL_STREAM,  /* the byte stream inside TLS (SSTP), or PPTP's control connection */
    CHANNEL_DATA,    /* datagrams: GRE; all of UDP 4500 (ESP, and IKE behind its marker); L2TP on
                        UDP 1701 when the plan says no IPsec */
    CHANNEL_CONTROL, /* datagrams: IKE on UDP 500 */
    CHANNEL_ESP,     /* datagrams: ESP, IP protocol 50, when the server does no UDP encapsulation */
    CHANNEL_L2TP,    /* datagrams: L2TP on UDP 1701, that the kernel seals and opens */
    CHANNELS,
};

struct session_address {
    uint8_t family; /* 4, 6; 0: not known */
    uint8_t octets[16];
};

struct session_path {
    uint16_t mtu; /* of the route to the server; 0: not known */
    bool shared;  /* there may be IPsec to that server already: of another call or program */
    bool second;  /* it is of another call of ours, which may have UDP port 1701 */
};

/* What the owner knows of the link when it is up. */
struct session_link_info {
    char host[PLAN_MAX_TEXT];               /* for the HTTP Host header */
    uint16_t port;                          /* for the same; 0: the protocol's own */
    uint32_t server4;                       /* where the link goes, host byte order: no route and
                                               no address of ours may be this; 0: unknown, IPv6 */
    uint8_t leaf_sha256[32], leaf_sha1[20]; /* of the server's certificate (SSTP) */
    uint8_t guid[16];                       /* SSTPCORRELATIONID */
    uint32_t rtt;                           /* of TCP's handshake with the server, microseconds;
                                               0: not known */
    uint16_t local_call;                    /* of PPTP: what the socket was opened for; 0: any */
    struct session_address local, remote;   /* of L2TP: the ends of its sockets, */
    uint16_t local_port[CHANNELS];          /* and the ports at our end; 0: no such socket */
    uint64_t unix_time;                     /* seconds: for the validity of certificates */
    const struct ike_cert *cert;            /* of IPsec with certificates: ours, and whom we trust
                                               (ike-cert.h); borrowed for the session's life */
    const struct eap_tls_side *eap;         /* of EAP-TLS and PEAP (eap-tls.h); likewise */
    bool kernel_esp;                        /* SESSION_ESP may be asked for */
    struct session_path path;               /* of datagrams */
    char computer[NET_MAX_NAME];            /* what this one calls itself, for who is to know it; */
    char workgroup[PLAN_MAX_TEXT];          /* and a domain that it may be in; "" */
    bool send_early;                        /* POST and Call-Connect-Request in one flight */
};
