/*
 * ras-pptp.h - the server's side of PPTP's control connection (RFC 2637 section 3): the counterpart
 * of client/pptp/pptp-call.h.
 *
 * Pure. The owner cuts messages and gives them to ras_pptp_input(), and looks at .state; whatever
 * is to be sent is in @out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "pptp-msg.h"
#include "ras-env.h"
#include "ras-out.h"

enum ras_pptp_state {
    RAS_PPTP_START, /* Start-Control-Connection-Request is awaited */
    RAS_PPTP_CALL,  /* Outgoing-Call-Request is awaited */
    RAS_PPTP_UP,    /* GRE may flow */
    RAS_PPTP_ENDING,
    RAS_PPTP_CLOSED, /* close the stream */
    RAS_PPTP_STATES,
};

struct ras_pptp {
    const struct ras_env *env;
    enum ras_pptp_state state;
    usec_t deadline; /* of the state */
    usec_t hello_at; /* next sign of life that is due; NEVER */
    bool hello_pending;
    uint32_t echo_id;
    uint16_t local_call, peer_call;
    char why[96]; /* CLOSED or ENDING */
};

void ras_pptp_init(struct ras_pptp *p, const struct ras_env *env);
void ras_pptp_input(struct ras_pptp *p, usec_t now, const struct pptp_msg *m, struct ras_out *out);
void ras_pptp_heard(struct ras_pptp *p, usec_t now); /* GRE came */
void ras_pptp_expire(struct ras_pptp *p, usec_t now, struct ras_out *out);
usec_t ras_pptp_deadline(const struct ras_pptp *p);
/* Call-Disconnect-Notify; @result 0: the administrator's. Once ending, nothing more is said. */
void ras_pptp_disconnect(struct ras_pptp *p, usec_t now, uint8_t result, const char *why,
                         struct ras_out *out);
/* Stop-Control-Connection-Request; @reason 0: local shutdown. */
void ras_pptp_stop(struct ras_pptp *p, usec_t now, uint8_t reason, const char *why,
                   struct ras_out *out);
void ras_pptp_close(struct ras_pptp *p, const char *why); /* without a word */
/* What only a script makes it say. */
void ras_pptp_echo(struct ras_pptp *p, struct ras_out *out);
void ras_pptp_call_clear(const struct ras_pptp *p, struct ras_out *out);
void ras_pptp_wan_error(const struct ras_pptp *p, uint32_t errors, struct ras_out *out);
