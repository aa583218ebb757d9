/*
 * eap-tls.h - TLS carried in EAP, the peer's half: fragments, acknowledgements and keys of EAP-TLS
 * (RFC 5216; with TLS 1.3 RFC 9190) and of the outside of PEAPv0 ([MS-PEAP]; RFC 9427). OpenSSL
 * between two memory BIOs: bytes in, bytes out.
 *
 * What is not a certificate's business is refused here (threats A12): more than 64 KiB in one
 * message, lengths that do not fit, fragments without end. Sessions are not resumed: a link is
 * authenticated once, and a resumed one would need what the other end has proved before.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "bytes.h"
#include "eap-tls-side.h"
#include "ras.h"

enum {
    EAP_TLS_MESSAGE_MAX = 64 * 1024, /* of one flight, its fragments put together */
    EAP_TLS_REQUESTS_MAX = 200,      /* in one authentication */
    EAP_TLS_FRAGMENT = 1024,         /* of ours: octets of TLS in one packet */
    EAP_TLS_PLAIN_MAX = 4096,        /* of what one message may carry inside */
    EAP_TLS_KEYS = 128,              /* MSK and EMSK */
};

enum eap_tls_flag { EAP_TLS_LENGTH = 0x80, EAP_TLS_MORE = 0x40, EAP_TLS_START = 0x20 };

enum eap_tls_result {
    EAP_TLS_IGNORE,
    EAP_TLS_PART,   /* more is to come either way; the response is written */
    EAP_TLS_WHOLE,  /* look at eap_tls_plain(), eap_tls_say(), then eap_tls_respond() */
    EAP_TLS_FAILED, /* eap_tls_end(); eap_tls_respond() has an alert for the server */
};

struct eap_tls;

/* @type: 13 or 25, of which the keys are. NULL: no memory. */
struct eap_tls *eap_tls_new(const struct eap_tls_side *side, uint8_t type);
void eap_tls_free(struct eap_tls *t); /* NULL is fine; wipes */

/* A Request's type-data. @response: for the type-data of its Response. */
enum eap_tls_result eap_tls_input(struct eap_tls *t, struct rd type_data, struct wr *response);
/* What the last whole message had inside; valid until the next call. */
struct rd eap_tls_plain(const struct eap_tls *t);
bool eap_tls_say(struct eap_tls *t, struct rd plain); /* once it is open */
void eap_tls_respond(struct eap_tls *t, struct wr *response);

bool eap_tls_open(const struct eap_tls *t); /* the handshake is over */
/* Open, and of EAP-TLS: the server has said that it is content, too (RFC 9190 section 2.5). */
bool eap_tls_settled(const struct eap_tls *t);
const struct ras_end *eap_tls_end(const struct eap_tls *t);
bool eap_tls_keys(const struct eap_tls *t, uint8_t ret[static EAP_TLS_KEYS]);
