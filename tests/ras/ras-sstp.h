/*
 * ras-sstp.h - the server's call of [MS-SSTP] section 3.3: one table of (state, message) cells and
 * timers as numbers; the counterpart of client/sstp/sstp-call.h.
 *
 * Pure. The owner answers the HTTP request, cuts packets, gives control packets to
 * ras_sstp_input(), and looks at .state; whatever is to be sent is in @out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ras-env.h"
#include "ras-out.h"
#include "sstp-msg.h"

enum ras_sstp_state {
    RAS_SSTP_REQUEST_PENDING,   /* HTTP is over, CALL_CONNECT_REQUEST is awaited */
    RAS_SSTP_CONNECTED_PENDING, /* acknowledged; PPP runs, CALL_CONNECTED is awaited */
    RAS_SSTP_CONNECTED,         /* bound: data passes */
    RAS_SSTP_ENDING,            /* we said or heard goodbye */
    RAS_SSTP_CLOSED,            /* close the stream */
    RAS_SSTP_STATES,
};

struct ras_sstp {
    const struct ras_env *env;
    enum ras_sstp_state state;
    usec_t deadline;    /* of the state; NEVER */
    usec_t hello_at;    /* next sign of life that is due */
    bool hello_pending; /* our ECHO_REQUEST is not answered */
    bool we_ended;      /* ENDING: an acknowledgement is awaited */
    bool keys_known;    /* PPP has authenticated: CALL_CONNECTED can be judged */
    uint8_t hlak[32], nonce[32];
    uint8_t hashes; /* offered */
    uint32_t naks;
    char why[96]; /* CLOSED or ENDING */
};

void ras_sstp_init(struct ras_sstp *s, const struct ras_env *env);
void ras_sstp_begin(struct ras_sstp *s, usec_t now); /* the HTTP exchange is over */
void ras_sstp_input(struct ras_sstp *s, usec_t now, const struct sstp_packet *p,
                    struct ras_out *out);
void ras_sstp_heard(struct ras_sstp *s, usec_t now); /* data came */
/* What PPP's authentication left, all zero if nothing. */
void ras_sstp_keys(struct ras_sstp *s, const uint8_t hlak[static 32]);
void ras_sstp_expire(struct ras_sstp *s, usec_t now, struct ras_out *out);
usec_t ras_sstp_deadline(const struct ras_sstp *s);
/* @why is a short text. Once ending, nothing more is said. */
void ras_sstp_disconnect(struct ras_sstp *s, usec_t now, enum sstp_status status, const char *why,
                         struct ras_out *out);
void ras_sstp_abort(struct ras_sstp *s, usec_t now, uint8_t about, enum sstp_status status,
                    const char *why, struct ras_out *out);
void ras_sstp_close(struct ras_sstp *s, const char *why); /* without a word */
