/*
 * ike-msg.h - ISAKMP messages (RFC 2408 section 3): the header, the chain of payloads, the payloads
 * themselves, read with struct rd and written with struct ike_wr. Numbers are those of the RFCs.
 *
 * Readers borrow: what they return are slices of the message. False is always "malformed: drop it".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"

enum {
    IKE_HEADER_SIZE = 28,
    IKE_COOKIE_SIZE = 8,
    IKE_MESSAGE_MAX = 16384, /* that we write; longer than any chain of certificates should be */
    IKE_PAYLOADS_MAX = 64,
    IKE_NONCE_MIN = 8,
    IKE_NONCE_MAX = 256, /* RFC 2409 section 5 */
};

enum ike_exchange {
    IKE_MAIN = 2,
    IKE_INFORMATIONAL = 5,
    IKE_TRANSACTION = 6, /* of XAUTH and mode configuration, which this program does not do */
    IKE_QUICK = 32,
};

enum ike_flag { IKE_FLAG_ENCRYPTED = 1, IKE_FLAG_COMMIT = 2, IKE_FLAG_AUTH_ONLY = 4 };

enum ike_payload_type {
    IKE_PL_NONE = 0,
    IKE_PL_SA = 1,
    IKE_PL_PROPOSAL = 2,
    IKE_PL_TRANSFORM = 3,
    IKE_PL_KE = 4,
    IKE_PL_ID = 5,
    IKE_PL_CERT = 6,
    IKE_PL_CERTREQ = 7,
    IKE_PL_HASH = 8,
    IKE_PL_SIG = 9,
    IKE_PL_NONCE = 10,
    IKE_PL_NOTIFY = 11,
    IKE_PL_DELETE = 12,
    IKE_PL_VENDOR = 13,
    IKE_PL_NATD = 20, /* RFC 3947 */
    IKE_PL_NATOA = 21,
    IKE_PL_NATD_DRAFT = 130, /* draft-ietf-ipsec-nat-t-ike-02, -03 */
    IKE_PL_NATOA_DRAFT = 131,
    IKE_PL_FRAGMENT = 132, /* [MS-IKEE] 2.2.3.1 */
};

enum ike_protocol { IKE_PROTO_ISAKMP = 1, IKE_PROTO_AH = 2, IKE_PROTO_ESP = 3 };

enum ike_id_type {
    IKE_ID_IPV4 = 1,
    IKE_ID_FQDN = 2,
    IKE_ID_USER_FQDN = 3,
    IKE_ID_IPV4_SUBNET = 4,
    IKE_ID_IPV6 = 5,
    IKE_ID_DN = 9,
    IKE_ID_KEY_ID = 11,
};

enum ike_cert_encoding { IKE_CERT_PKCS7 = 1, IKE_CERT_X509_SIGNATURE = 4, IKE_CERT_CRL = 7 };

enum ike_notify_type {
    IKE_N_INVALID_COOKIE = 4,
    IKE_N_INVALID_SPI = 11,
    IKE_N_INVALID_TRANSFORM_ID = 12,
    IKE_N_ATTRIBUTES_NOT_SUPPORTED = 13,
    IKE_N_NO_PROPOSAL_CHOSEN = 14,
    IKE_N_BAD_PROPOSAL_SYNTAX = 15,
    IKE_N_INVALID_ID_INFORMATION = 18,
    IKE_N_AUTHENTICATION_FAILED = 24,
    IKE_N_ERROR_LAST = 16383,
    IKE_N_CONNECTED = 16384,
    IKE_N_RESPONDER_LIFETIME = 24576, /* RFC 2407 section 4.6.3 */
    IKE_N_INITIAL_CONTACT = 24578,
    IKE_N_R_U_THERE = 36136, /* RFC 3706 */
    IKE_N_R_U_THERE_ACK = 36137,
};

struct ike_header {
    uint8_t cky_i[IKE_COOKIE_SIZE], cky_r[IKE_COOKIE_SIZE];
    uint8_t next, exchange, flags;
    uint32_t msgid;
};

/* Takes the header off @r, which is a whole datagram. */
bool ike_header_get(struct rd *r, struct ike_header *ret);

struct ike_payloads {
    unsigned n;
    struct ike_payload {
        uint8_t type;
        struct rd body;
    } v[IKE_PAYLOADS_MAX];
    struct rd after_first; /* headers and all, up to the padding: what the HASH of phase 2 covers */
};

/* @padded: behind the last payload there may be the padding of a cipher; else at most 3 octets, as
 * Libreswan's ikepad adds. */
bool ike_payloads_get(struct rd body, uint8_t first, bool padded, struct ike_payloads *ret);
/* The body of the @nth payload of @type, counted from 0; .bad when there is none. */
struct rd ike_payload_find(const struct ike_payloads *p, uint8_t type, unsigned nth);
unsigned ike_payload_count(const struct ike_payloads *p, uint8_t type);

struct ike_notify {
    uint8_t protocol;
    uint16_t type;
    struct rd spi, data;
};
bool ike_notify_get(struct rd body, struct ike_notify *ret);

struct ike_delete {
    uint8_t protocol, spi_size;
    uint16_t n;
    struct rd spis;
};
bool ike_delete_get(struct rd body, struct ike_delete *ret);

struct ike_ident {
    uint8_t type, protocol;
    uint16_t port;
    struct rd value;
};
bool ike_ident_get(struct rd body, struct ike_ident *ret);

/* A message being written. Payloads are opened and closed one after the other; the chain of "next
 * payload" and the lengths are kept on the way. Failure is sticky, as that of wr. */
struct ike_wr {
    struct wr w;
    size_t next_at, open_at;
};

void ike_wr_begin(struct ike_wr *m, uint8_t *buf, size_t cap, const struct ike_header *h);
void ike_wr_open(struct ike_wr *m, uint8_t type);
void ike_wr_close(struct ike_wr *m);
void ike_wr_payload(struct ike_wr *m, uint8_t type, struct rd body);
void ike_wr_notify(struct ike_wr *m, uint8_t protocol, uint16_t type, struct rd spi,
                   struct rd data);
/* Puts the length into the header; .bad when something did not fit. */
struct rd ike_wr_done(struct ike_wr *m);
