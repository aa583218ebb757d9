/*
 * sstp-msg.h - the packets of [MS-SSTP] section 2.2: cut from a byte stream, read, and built.
 *
 * Everything is big-endian. Reading is bounded and copies nothing; what a message says ends up in
 * one struct sstp_message. A packet that cannot be cut ends the stream (section 3.1.5.1); a control
 * packet that is cut but wrong yields the status code to abort with.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"

enum {
    SSTP_VERSION = 0x10,
    SSTP_CONTROL = 0x01, /* the one bit of the second octet that means something */
    SSTP_HEADER = 4,
    SSTP_MAX_PACKET = 4095, /* twelve bits of length */
    SSTP_CONNECTED_LEN = 112,
    SSTP_MAX_CONTROL = SSTP_CONNECTED_LEN, /* the longest control packet built here */
    SSTP_PROTOCOL_PPP = 1,
};

enum sstp_type { /* section 2.2.2 */
                 SSTP_MSG_CALL_CONNECT_REQUEST = 1,
                 SSTP_MSG_CALL_CONNECT_ACK,
                 SSTP_MSG_CALL_CONNECT_NAK,
                 SSTP_MSG_CALL_CONNECTED,
                 SSTP_MSG_CALL_ABORT,
                 SSTP_MSG_CALL_DISCONNECT,
                 SSTP_MSG_CALL_DISCONNECT_ACK,
                 SSTP_MSG_ECHO_REQUEST,
                 SSTP_MSG_ECHO_RESPONSE,
};

enum sstp_attribute { /* section 2.2.4 */
                      SSTP_ATTRIB_NONE = 0,
                      SSTP_ATTRIB_ENCAPSULATED_PROTOCOL_ID,
                      SSTP_ATTRIB_STATUS_INFO,
                      SSTP_ATTRIB_CRYPTO_BINDING,
                      SSTP_ATTRIB_CRYPTO_BINDING_REQ,
};

enum sstp_status { /* section 2.2.7 */
                   SSTP_STATUS_NO_ERROR,
                   SSTP_STATUS_DUPLICATE_ATTRIBUTE,
                   SSTP_STATUS_UNRECOGNIZED_ATTRIBUTE,
                   SSTP_STATUS_INVALID_ATTRIB_VALUE_LENGTH,
                   SSTP_STATUS_VALUE_NOT_SUPPORTED,
                   SSTP_STATUS_UNACCEPTED_FRAME_RECEIVED,
                   SSTP_STATUS_RETRY_COUNT_EXCEEDED,
                   SSTP_STATUS_INVALID_FRAME_RECEIVED,
                   SSTP_STATUS_NEGOTIATION_TIMEOUT,
                   SSTP_STATUS_ATTRIB_NOT_SUPPORTED_IN_MSG,
                   SSTP_STATUS_REQUIRED_ATTRIBUTE_MISSING,
                   SSTP_STATUS_STATUS_INFO_NOT_SUPPORTED_IN_MSG,
};

enum sstp_hash { SSTP_HASH_SHA1 = 1, SSTP_HASH_SHA256 = 2 }; /* a set, or the one chosen */

/* What is at the front of a stream. */
enum sstp_cut {
    SSTP_CUT_MORE,   /* not a whole packet yet */
    SSTP_CUT_PACKET, /* *ret is a packet: ret->len octets of the stream are used */
    SSTP_CUT_BROKEN, /* no packet can be found here any more: close, and send nothing */
};

struct sstp_packet {
    bool control;
    size_t len;     /* with the header */
    struct rd body; /* without it; a slice of the stream */
};

static inline enum sstp_cut
sstp_cut(const void *stream, size_t n, struct sstp_packet *ret)
{
    const uint8_t *p = stream;

    if (n > 0 && p[0] != SSTP_VERSION)
        return SSTP_CUT_BROKEN;
    if (n < SSTP_HEADER)
        return SSTP_CUT_MORE;

    size_t len = (size_t)(p[2] & 0x0f) << 8 | p[3]; /* the upper four bits are reserved: ignored */
    if (len < SSTP_HEADER)
        return SSTP_CUT_BROKEN;
    if (n < len)
        return SSTP_CUT_MORE;
    *ret = (struct sstp_packet){
        .control = (p[1] & SSTP_CONTROL) != 0,
        .len = len,
        .body = rd_over(p + SSTP_HEADER, len - SSTP_HEADER),
    };
    return SSTP_CUT_PACKET;
}

/* The header of a data packet of @len octets in all, <= SSTP_MAX_PACKET. */
static inline void
sstp_data_header(uint8_t out[static SSTP_HEADER], size_t len)
{
    out[0] = SSTP_VERSION;
    out[1] = 0;
    out[2] = (uint8_t)(len >> 8);
    out[3] = (uint8_t)len;
}

/* One control message. What was absent is zero. */
struct sstp_message {
    uint16_t type;            /* enum sstp_type, or a number that nobody knows */
    uint8_t attributes;       /* which are there: bit 1 << enum sstp_attribute */
    uint16_t protocol;        /* ENCAPSULATED_PROTOCOL_ID */
    uint8_t hashes;           /* CRYPTO_BINDING_REQ: a set; CRYPTO_BINDING: as sent */
    struct rd nonce;          /* 32 octets, of either */
    struct rd cert_hash;      /* 32 octets, of CRYPTO_BINDING */
    struct rd mac;            /* 32 octets */
    uint8_t status_attribute; /* STATUS_INFO: what it is about, */
    uint32_t status;          /* and why */
};

/* A control packet's body (after the four octets). Not SSTP_STATUS_NO_ERROR: the packet is wrong,
 * abort with that status about *ret_about (enum sstp_attribute); ret->type is still set if it could
 * be read. The slices are valid as long as the packet. */
enum sstp_status sstp_message_parse(struct rd body, struct sstp_message *ret, uint8_t *ret_about);

const char *sstp_status_text(uint32_t status); /* "negotiation timed out"; "status out of range" */
const char *sstp_type_name(uint16_t type);     /* "Call-Connect-Ack"; "unknown message" */

/* Whole packets, both directions (the practice server speaks them too). */
void sstp_put_connect_request(struct wr *w);
void sstp_put_connect_ack(struct wr *w, uint8_t hashes, const uint8_t nonce[static 32]);
/* CALL_CONNECTED with room for the MAC left zero: see sstp_binding_seal(). @cert_hash is padded. */
void sstp_put_connected(struct wr *w, enum sstp_hash hash, const uint8_t nonce[static 32],
                        const uint8_t cert_hash[static 32]);
/* CALL_CONNECT_NAK, CALL_ABORT, CALL_DISCONNECT: with one STATUS_INFO. */
void sstp_put_status(struct wr *w, enum sstp_type type, uint8_t about, enum sstp_status status);
/* CALL_DISCONNECT_ACK, ECHO_REQUEST, ECHO_RESPONSE. */
void sstp_put_bare(struct wr *w, enum sstp_type type);
