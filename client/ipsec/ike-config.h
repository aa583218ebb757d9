/*
 * ike-config.h - what an IKE endpoint is told when it is made: its role, how both ends prove who
 * they are, what is offered. SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"
#include "rng.h"

struct ike_cert; /* ike-cert.h: our certificate and key, the authorities, revocation lists */

enum ike_port { IKE_500, IKE_4500 };
enum ike_role { IKE_INITIATOR, IKE_RESPONDER };
enum ike_auth { IKE_AUTH_PSK, IKE_AUTH_CERT };

struct ike_address {
    uint8_t family; /* 4 or 6; 0: unknown */
    uint8_t octets[16];
    uint16_t port; /* of the UDP 500 socket (or what stands for it), host order */
};

enum { IKE_ID_MAX = 2048 /* names of certificates have no bound of their own */ };

/* Identification (RFC 2407 section 4.6.2). */
struct ike_id {
    uint8_t type; /* enum ike_id_type of ike-msg.h: 1 IPv4, 2 FQDN, 3 USER_FQDN, 5 IPv6, 9 DN,
                     11 KEY_ID; 0: by the configuration */
    uint16_t len;
    uint8_t value[IKE_ID_MAX];
};

/* What a user may be told about, and may refuse. */
enum ike_weak {
    IKE_WEAK_3DES = 1,
    IKE_WEAK_SHA1 = 2,
    IKE_WEAK_MODP1024 = 4,
    IKE_WEAK_MODP1536 = 8,
    IKE_WEAK_PSK = 16, /* shorter than 20 characters: can be guessed by who plays the server */
};

struct ike_config { /* copied, with what it points to, except .cert and .rng */
    enum ike_role role;
    enum ike_auth auth;
    struct rd psk;
    const struct ike_cert *cert; /* borrowed for the life of the ike */
    struct ike_id local_id;      /* type 0: our address (PSK), our certificate's subject */
    struct ike_id remote_id;     /* type 0: what the key or the authority vouches for */
    const char *remote_name;     /* the server's name or address as the user gave it: a certificate
                                    must be for it when remote_id is 0; NULL, "": any (responder) */
    struct ike_address local, remote; /* for NAT-D and ID: of the sockets */
    uint16_t l2tp_port;               /* our UDP port inside ESP; 0 is 1701 */
    bool plain_esp;          /* no forced UDP encapsulation: raw ESP unless there is a NAT. Else our
                                NAT-D does not match, so that both ends float to UDP 4500 */
    bool no_initial_contact; /* that server may have associations with us that are to stay: of
                                another call (RFC 2407 section 4.6.3.3) */
    unsigned refuse;         /* enum ike_weak: never offered, never taken */
    const char *phase1;      /* "aes256-sha256-ecp384,3des-sha1-modp1024": instead of the list of */
    const char *phase2;      /* our own; "aes128gcm16,aes256-sha1"; NULL, "": the list */
    bool pfs;                /* a new Diffie-Hellman in quick mode */
    uint32_t phase1_seconds, phase2_seconds; /* lifetimes to ask for; 0: 8 hours, 1 hour */
    uint32_t dpd_seconds;                    /* of silence, then R-U-THERE; 0: 10 */
    uint32_t remembered;                     /* ike_remember() of the last call to this server; 0 */
    uint64_t unix_time;                      /* seconds, of ike_new(): certificates' validity */
    const struct rng *rng;
};
