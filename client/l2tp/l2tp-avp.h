/*
 * l2tp-avp.h - L2TP's headers and control messages (RFC 2661 sections 3 and 4): one table of
 * attribute value pairs by which messages are read and written.
 *
 * What is malformed is told apart by what has to be done about it: a header that is not L2TP's is
 * dropped; an attribute that is not understood ends the tunnel or the call if its M bit is set and
 * is skipped if not. The whole attribute list of a message is judged before anything of it is used.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"

enum {
    L2TP_PORT = 1701,
    L2TP_VERSION = 0x0100,
    L2TP_CONTROL_HEAD = 12, /* of a control message; one of this length acknowledges only (ZLB) */
    L2TP_CLEAR_MAX = 512,   /* octets of hidden values that one message may have */
    L2TP_RESPONSE = 16,
};

enum l2tp_type {
    L2TP_SCCRQ = 1, /* Start-Control-Connection-Request */
    L2TP_SCCRP,     /* ...-Reply */
    L2TP_SCCCN,     /* ...-Connected */
    L2TP_STOPCCN,   /* Stop-Control-Connection-Notification */
    L2TP_HELLO = 6,
    L2TP_OCRQ,     /* Outgoing-Call-Request */
    L2TP_OCRP,     /* ...-Reply */
    L2TP_OCCN,     /* ...-Connected */
    L2TP_ICRQ,     /* Incoming-Call-Request */
    L2TP_ICRP,     /* ...-Reply */
    L2TP_ICCN,     /* ...-Connected */
    L2TP_CDN = 14, /* Call-Disconnect-Notify */
    L2TP_WEN,      /* WAN-Error-Notify */
    L2TP_SLI,      /* Set-Link-Info */
    L2TP_TYPES,
};

/* Attribute types, and bits of l2tp_msg.has: those that this program has a use for. */
enum l2tp_avp {
    L2TP_AVP_MESSAGE_TYPE = 0,
    L2TP_AVP_RESULT = 1,
    L2TP_AVP_VERSION = 2,
    L2TP_AVP_FRAMING_CAP = 3,
    L2TP_AVP_BEARER_CAP = 4,
    L2TP_AVP_HOST_NAME = 7,
    L2TP_AVP_VENDOR_NAME = 8,
    L2TP_AVP_TUNNEL = 9,
    L2TP_AVP_WINDOW = 10,
    L2TP_AVP_CHALLENGE = 11,
    L2TP_AVP_RESPONSE = 13,
    L2TP_AVP_SESSION = 14,
    L2TP_AVP_SERIAL = 15,
    L2TP_AVP_BEARER = 18,
    L2TP_AVP_FRAMING = 19,
    L2TP_AVP_SPEED = 24,
    L2TP_AVP_CALL_ERRORS = 34,
    L2TP_AVP_RANDOM_VECTOR = 36,
    L2TP_AVP_SEQUENCING = 39,
    L2TP_AVPS,
};

#define L2TP_HAS(avp) (UINT64_C(1) << (avp))

struct l2tp_msg {
    enum l2tp_type type;
    uint64_t has; /* L2TP_HAS() of what is there; of what is to be written */
    uint16_t result, error;
    struct rd
        text; /* of the peer: not to be shown unescaped; slices of the message, or of .clear */
    struct rd host_name, vendor_name, challenge;
    uint16_t version, tunnel, window, session;
    uint32_t framing_cap, bearer_cap, serial, bearer, framing, speed;
    uint8_t response[L2TP_RESPONSE];
    uint32_t errors[6]; /* WEN: CRC, framing, hardware, buffer, time-out, alignment */

    uint16_t fault_vendor, fault_type; /* which attribute l2tp_msg_get() did not like */
    size_t n_clear;
    uint8_t clear[L2TP_CLEAR_MAX]; /* what was hidden */
};

enum l2tp_fault { /* with the error codes of a Result Code (RFC 2661 section 4.4.2) */
                  L2TP_GOOD = 0,
                  L2TP_BAD_LENGTH = 2,
                  L2TP_BAD_VALUE = 3,
                  L2TP_BAD_HIDDEN = 6, /* "generic": hidden, and it can not be read */
                  L2TP_UNKNOWN_AVP = 8,
                  L2TP_SKIP = 100, /* no fault: a message that may be skipped as a whole */
};

struct l2tp_header {
    bool control, numbered; /* control messages are, data may be */
    uint16_t tunnel, session, ns, nr;
    struct rd body; /* attributes; of data the PPP frame */
};

/* False: drop it. */
bool l2tp_header_get(struct rd datagram, struct l2tp_header *ret);
/* What a control message says. @secret opens what is hidden; empty: there is none. */
enum l2tp_fault l2tp_msg_get(struct rd attributes, struct rd secret, struct l2tp_msg *ret);

/* A whole control message. Its number is patched in when it is sent. @secret and @vector: hide what
 * may be hidden; both empty: nothing. */
void l2tp_msg_put(struct wr *w, uint16_t tunnel, uint16_t session, const struct l2tp_msg *m,
                  struct rd secret, struct rd vector);

/* Answers a challenge in a message of @type (RFC 2661 section 5.1.1). */
void l2tp_response(enum l2tp_type type, struct rd secret, struct rd challenge,
                   uint8_t ret[static L2TP_RESPONSE]);
/* Hides or opens @n octets in place, those of attribute @type (RFC 2661 section 4.3). */
void l2tp_hide(uint16_t type, struct rd secret, struct rd vector, uint8_t *value, size_t n);
void l2tp_unhide(uint16_t type, struct rd secret, struct rd vector, uint8_t *value, size_t n);
