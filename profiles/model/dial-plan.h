/*
 * dial-plan.h - everything the helper and the tunnel need to know to dial once: a value.
 *
 * A front end makes one from a profile (profiles/profile-plan.c); it crosses D-Bus as an a{sv}
 * (client/api/dt-plan.c), is validated by the helper, and crosses to the tunnel with
 * dial_plan_put()/dial_plan_get(). It names no file: certificates travel as bytes. It holds no
 * secret: those are a struct credentials. Libc and base only.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "credentials.h"
#include "plan-auth.h"
#include "plan-eap.h"
#include "plan-names.h"

enum {
    PLAN_MAX_SERVERS = 8,
    PLAN_MAX_PROTOCOLS = 3,
    PLAN_MAX_ROUTES = 128,
    PLAN_MAX_CA = 64 * 1024, /* PEM, as the next */
    PLAN_MAX_CERT = 16 * 1024,
};

enum plan_protocol { PLAN_SSTP = 1, PLAN_L2TP_IPSEC = 2, PLAN_PPTP = 3 };

enum plan_encryption { /* MPPE: Windows' four settings; SSTP and IPsec protect by themselves */
                       PLAN_ENCRYPTION_NONE,
                       PLAN_ENCRYPTION_OPTIONAL,
                       PLAN_ENCRYPTION_REQUIRED,
                       PLAN_ENCRYPTION_MAXIMUM,
};

/* How the two computers prove themselves to each other before L2TP begins. */
/* What IPsec agreed to that a person should hear of. */
enum plan_weak {
    PLAN_WEAK_3DES = 1,
    PLAN_WEAK_SHA1 = 2,
    PLAN_WEAK_MODP1024 = 4,
    PLAN_WEAK_MODP1536 = 8,
    PLAN_WEAK_PSK = 16, /* short enough to be guessed */
};

enum plan_ipsec {
    PLAN_IPSEC_NONE, /* they do not, and there is no IPsec: L2TP travels in the clear */
    PLAN_IPSEC_PSK,  /* credentials.psk */
    PLAN_IPSEC_CERTIFICATE,
};

enum plan_proxy { PLAN_PROXY_NONE, PLAN_PROXY_HTTP, PLAN_PROXY_SOCKS5 };

struct plan_server {
    char host[PLAN_MAX_TEXT]; /* name or literal address, no brackets */
    uint16_t port;            /* 0: the protocol's own */
};

struct dial_plan {
    char name[PLAN_MAX_TEXT]; /* of the connection, as shown */

    uint8_t n_protocols; /* in the order to try */
    enum plan_protocol protocols[PLAN_MAX_PROTOCOLS];
    uint8_t n_servers; /* in the order to try */
    struct plan_server servers[PLAN_MAX_SERVERS];

    unsigned auth; /* enum plan_auth, or'ed */
    enum plan_encryption encryption;
    bool compression; /* of what MPPE encrypts (MPPC), where the server knows it */
    struct plan_eap eap;

    /* TLS, and IPsec with certificates. With neither @ca nor @pin: the system's authorities. */
    char tls_name[PLAN_MAX_TEXT]; /* "" : the server's host, for SNI and the certificate */
    bool pin_set;
    uint8_t pin[32]; /* SHA-256 of the leaf's DER that the user accepted: replaces the chain and
                        name checks, and nothing else is accepted */
    uint32_t ca_len; /* PEM of the only authorities that are trusted, and of lists of what they
                        have revoked */
    uint8_t *ca;     /* owned; dial_plan_clear() */

    /* L2TP. */
    enum plan_ipsec ipsec;
    char ipsec_remote_id[PLAN_MAX_TEXT]; /* what the server must call itself; "": its address, or
                                            any with a PSK; of a certificate: the server's host */
    char ipsec_local_id[PLAN_MAX_TEXT];  /* what we are called; "": our address, or the
                                            certificate's subject */
    bool ipsec_pfs;                      /* a Diffie-Hellman exchange for each pair of keys */
    bool ipsec_encap;    /* ESP in UDP 4500 even without a NAT on the way; else only with one */
    bool l2tp_port_1701; /* our UDP port inside of IPsec, or without it; else a free one */
    uint32_t ipsec_remembered; /* what this server took the last time (ike.h); 0: nothing */
    uint32_t cert_len;         /* PEM: our certificate, for IPsec and EAP-TLS, and those between
                                  it and its authority */
    uint8_t *cert;             /* owned, as ->ca */

    enum plan_proxy proxy;
    char proxy_host[PLAN_MAX_TEXT];
    uint16_t proxy_port;
    char sstp_path_query[PLAN_MAX_TEXT]; /* e.g. "?tenantid=x"; usually "" */

    bool ipv4, ipv6;      /* IPCP, IPV6CP wanted */
    bool default_gateway; /* "use default gateway on remote network" */
    bool class_route;     /* split tunnel: add the class-based route of our address */
    bool dhcp_inform;     /* ask for routes and domain */
    bool dhcp_silent;     /* the first of the servers did not answer that the last time: it is
                             asked all the same, and not waited for */
    bool register_dns;    /* this computer's name, in the far end's DNS, under its own domain, */
    bool register_suffix, register_wins; /* or rather the connection's; its NetBIOS names */
    bool set_dns;                        /* let the server's (or these) name servers be used */
    uint16_t mru;                        /* what we ask for; 0: the protocol's default */
    uint32_t fixed_ip4;                  /* 0: the server's choice */
    uint8_t n_dns, n_wins;               /* instead of the server's */
    uint32_t dns[NET_MAX_SERVERS], wins[NET_MAX_SERVERS];
    char domain[NET_MAX_NAME]; /* suffix; "" : the server's */
    uint16_t n_routes;         /* split tunnel: of the profile */
    struct net_route routes[PLAN_MAX_ROUTES];
    struct plan_names names; /* split DNS: of the profile */

    uint16_t redial_count, redial_delay_s;
    uint16_t drop_redials;       /* of a call that was up and was cut off; 0: it stays down */
    uint32_t idle_timeout_s;     /* 0: never */
    uint16_t connect_timeout_s;  /* per server; 0: 20 */
    bool end_with_caller;        /* hang up when the D-Bus caller goes away */
    bool for_everybody;          /* all users of the computer see it, and have it */
    char through[PLAN_MAX_TEXT]; /* name of a connection that is up, and that this one goes through;
                                    "": of none */
    bool end_through;            /* hang that one up after this, unless others go through it */
    bool accept_early_data;      /* POST and Call-Connect in one flight worked with this server */
};

void dial_plan_init(struct dial_plan *p);  /* the defaults of a Connection Manager VPN entry */
void dial_plan_clear(struct dial_plan *p); /* frees what it owns; NULL is fine */
bool dial_plan_copy(struct dial_plan *to, const struct dial_plan *from); /* false: no memory */

/* Is it complete and safe? If not, *ret_why (a static, translatable sentence) says what is wrong,
 * in words for the person who wrote the profile. */
bool dial_plan_valid(const struct dial_plan *p, const char **ret_why);

/* The wire form between helper and tunnel, without ->names, ->through, ->for_everybody and what
 * register_ asks for. get: false when malformed or not valid; allocates ->ca and ->cert. */
void dial_plan_put(struct wr *w, const struct dial_plan *p);
bool dial_plan_get(struct rd *r, struct dial_plan *ret);

uint16_t plan_default_port(enum plan_protocol protocol); /* 443, 500, 1723 */
bool plan_dials(const struct dial_plan *p, enum plan_protocol protocol);
/* Only what is a TCP connection and nothing else passes a proxy. */
bool plan_uses_proxy(const struct dial_plan *p, enum plan_protocol protocol);
