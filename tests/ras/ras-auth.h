/*
 * ras-auth.h - the authenticator of one call: PAP (RFC 1334), CHAP with MD5 (RFC 1994), MS-CHAPv2
 * (RFC 2759), and in EAP (RFC 3748) MSCHAPv2 (draft-kamath-pppext-eap-mschapv2), EAP-TLS (RFC 5216)
 * and PEAPv0 ([MS-PEAP]) with MSCHAPv2 inside.
 *
 * Pure; frames leave through env->send. The owner looks at .state after each call.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ras-mschap.h"

enum ras_auth_state {
    RAS_AUTH_IDLE,
    RAS_AUTH_WAITING,
    RAS_AUTH_ACCEPTED, /* .verdict has the keys */
    RAS_AUTH_REFUSED,  /* .verdict has the number; 718: no answer came */
};

enum { RAS_AUTH_FRAME = RAS_MSCHAP_TEXT + 16, RAS_AUTH_SENDS = 30 };

struct ras_auth {
    const struct ras_env *env;
    enum ppp_auth_method method;
    enum ras_auth_state state;
    usec_t deadline;
    uint8_t id, sends_left;
    bool answered; /* something came that proves a client is there: RAS_STAGE_RESPONSE */
    enum { EAP_STEP_IDENTITY, EAP_STEP_TLS, EAP_STEP_CHALLENGE, EAP_STEP_VERDICT } eap_step;
    struct ras_eap_tls *tls; /* of EAP-TLS and PEAP */
    struct ras_mschap mschap;
    struct ras_mschap_verdict verdict;
    /* What is repeated: the last request when nothing comes, the last verdict when the answer to
     * @reply_id comes again (RFC 1994 section 4.1). */
    size_t n_request, n_reply;
    uint8_t request[RAS_AUTH_FRAME], reply[RAS_AUTH_FRAME];
    uint8_t reply_id;
};

void ras_auth_init(struct ras_auth *a, const struct ras_env *env);
void ras_auth_begin(struct ras_auth *a, usec_t now, enum ppp_auth_method method);
/* A frame without its protocol field. False: malformed, or not for the method in use. */
bool ras_auth_input(struct ras_auth *a, usec_t now, uint16_t protocol, struct rd frame);
void ras_auth_expire(struct ras_auth *a, usec_t now);
void ras_auth_wipe(struct ras_auth *a);

/* "pap", "chap-md5", "mschapv2", "eap-mschapv2", "eap-tls", "peap": as on the command line. */
bool ras_auth_parse(const char *name, enum ppp_auth_method *ret);

/* EAP's half, in ras-eap.c. */
void ras_eap_begin(struct ras_auth *a, usec_t now);
bool ras_eap_input(struct ras_auth *a, usec_t now, struct rd frame);

void ras_eap_refuse(struct ras_auth *a, uint8_t id, uint32_t error);
void ras_eap_accept(struct ras_auth *a, uint8_t id);

/* What is by TLS, in ras-eap-peap.c. */
void ras_eap_peap_begin(struct ras_auth *a, usec_t now);
bool ras_eap_peap_input(struct ras_auth *a, usec_t now, uint8_t id, struct rd data);

/* For ras-eap.c: send and keep for repetition. */
void ras_auth_send_request(struct ras_auth *a, usec_t now, uint16_t protocol, struct rd frame);
void ras_auth_send_reply(struct ras_auth *a, uint16_t protocol, uint8_t to, struct rd frame);
