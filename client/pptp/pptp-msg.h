/*
 * pptp-msg.h - the messages of PPTP's control connection (RFC 2637 section 2), read and written
 * from one table of fields, so that the two can not disagree.
 *
 * Every message has one length, and a message of another is not PPTP: the stream can not be cut
 * any further, and the connection is closed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"

enum {
    PPTP_PORT = 1723,
    PPTP_MSG_MAX = 220, /* Incoming-Call-Request */
    PPTP_VERSION = 0x0100,
    PPTP_FRAMING_ASYNC = 1,
    PPTP_FRAMING_SYNC = 2,
    PPTP_BEARER_ANALOG = 1,
    PPTP_BEARER_DIGITAL = 2,
};

enum pptp_type {
    PPTP_SCCRQ = 1, /* Start-Control-Connection-Request */
    PPTP_SCCRP,     /* ...-Reply */
    PPTP_STOPRQ,    /* Stop-Control-Connection-Request */
    PPTP_STOPRP,    /* ...-Reply */
    PPTP_ECHORQ,    /* Echo-Request */
    PPTP_ECHORP,    /* Echo-Reply */
    PPTP_OCRQ,      /* Outgoing-Call-Request */
    PPTP_OCRP,      /* ...-Reply */
    PPTP_ICRQ,      /* Incoming-Call-Request */
    PPTP_ICRP,      /* ...-Reply */
    PPTP_ICCN,      /* Incoming-Call-Connected */
    PPTP_CLEAR,     /* Call-Clear-Request */
    PPTP_DISCONN,   /* Call-Disconnect-Notify */
    PPTP_WANERR,    /* WAN-Error-Notify */
    PPTP_SLI,       /* Set-Link-Info */
    PPTP_TYPES,
};

enum pptp_result { /* of SCCRP and OCRP: 1 is success; of the others 1 is "OK" too */
                   PPTP_RESULT_OK = 1,
};

/* Every field of every message; those that a type does not have are zero. */
struct pptp_msg {
    enum pptp_type type;
    uint16_t version;               /* SCCRQ, SCCRP */
    uint8_t result, error;          /* of the replies and of Call-Disconnect-Notify */
    uint8_t reason;                 /* STOPRQ: 1 none, 2 protocol version, 3 local shutdown */
    uint16_t call_id, peer_call_id; /* the sender's own, the receiver's */
    uint16_t serial, cause, window, delay, phone_length;
    uint16_t max_channels, firmware;
    uint32_t echo_id;
    uint32_t framing, bearer, min_bps, max_bps, speed, channel;
    uint32_t send_accm, receive_accm;
    uint32_t errors[6]; /* WANERR: CRC, framing, hardware, buffer, time-out, alignment */
    uint8_t host[64], vendor[64], subaddress[64]; /* NUL-padded; not to be shown unescaped */
};

enum pptp_cut { PPTP_CUT_MORE, PPTP_CUT_MESSAGE, PPTP_CUT_BROKEN };

/* The next message of a stream; leaves *stream where it was unless PPTP_CUT_MESSAGE. */
enum pptp_cut pptp_msg_cut(struct rd *stream, struct pptp_msg *ret);
void pptp_msg_put(struct wr *w, const struct pptp_msg *m);
