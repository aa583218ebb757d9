/*
 * ras-eap.c - ras-auth.h's half for EAP: Identity, then MSCHAPv2 (type 26), or what is by TLS (of
 * ras-eap-peap.c), then Success or Failure. The client's every step is a Response to a Request of
 * ours with the same Identifier. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "lcp.h"
#include "ras-auth.h"

enum eap_code { EAP_REQUEST = 1, EAP_RESPONSE, EAP_SUCCESS, EAP_FAILURE };
enum eap_type {
    EAP_IDENTITY = 1,
    EAP_NOTIFICATION,
    EAP_NAK,
    EAP_TLS = 13,
    EAP_PEAP = 25,
    EAP_MSCHAPV2,
};
enum eap_op { OP_CHALLENGE = 1, OP_RESPONSE, OP_SUCCESS, OP_FAILURE, OP_CHANGE = 7 };

static void
send_bare(struct ras_auth *a, uint8_t code, uint8_t id)
{
    uint8_t buf[4];
    struct wr w = wr_over(buf, sizeof buf);

    wr_u8(&w, code);
    wr_u8(&w, id);
    wr_be16(&w, sizeof buf);
    ras_auth_send_reply(a, PPP_PROTO_EAP, id, wr_done(&w));
}

/* A Request of type 26; @value begins behind opcode, MS-CHAPv2-ID and MS-Length. */
static void
send_mschapv2(struct ras_auth *a, usec_t now, enum eap_op op, uint8_t ms_id, struct rd value)
{
    uint8_t buf[RAS_AUTH_FRAME];
    struct wr w = wr_over(buf, sizeof buf);

    wr_u8(&w, EAP_REQUEST);
    wr_u8(&w, ++a->id);
    wr_be16(&w, (uint16_t)(value.left + 9));
    wr_u8(&w, EAP_MSCHAPV2);
    wr_u8(&w, (uint8_t)op);
    wr_u8(&w, ms_id);
    wr_be16(&w, (uint16_t)(value.left + 4));
    wr_rd(&w, value);
    ras_auth_send_request(a, now, PPP_PROTO_EAP, wr_done(&w));
}

void
ras_eap_begin(struct ras_auth *a, usec_t now)
{
    uint8_t buf[5];
    struct wr w = wr_over(buf, sizeof buf);

    wr_u8(&w, EAP_REQUEST);
    wr_u8(&w, ++a->id);
    wr_be16(&w, sizeof buf);
    wr_u8(&w, EAP_IDENTITY);
    a->eap_step = EAP_STEP_IDENTITY;
    ras_auth_send_request(a, now, PPP_PROTO_EAP, wr_done(&w));
}

static void
send_challenge(struct ras_auth *a, usec_t now)
{
    uint8_t body[17 + NET_MAX_NAME];
    struct wr w = wr_over(body, sizeof body);

    wr_u8(&w, sizeof a->mschap.challenge);
    wr_bytes(&w, a->mschap.challenge, sizeof a->mschap.challenge);
    wr_bytes(&w, a->env->config->name, strlen(a->env->config->name));
    a->eap_step = EAP_STEP_CHALLENGE;
    if (ras_env_fault(a->env, RAS_FAULT_EAP_EARLY_SUCCESS) != NULL) {
        send_bare(a, EAP_SUCCESS, a->id);
        a->state = RAS_AUTH_ACCEPTED; /* as a false server would */
        a->deadline = NEVER;
        return;
    }
    send_mschapv2(a, now, OP_CHALLENGE, (uint8_t)(a->id + 1), wr_done(&w));
}

void
ras_eap_refuse(struct ras_auth *a, uint8_t id, uint32_t error)
{
    a->verdict.error = error;
    send_bare(a, EAP_FAILURE, id);
    a->state = RAS_AUTH_REFUSED;
    a->deadline = NEVER;
}

void
ras_eap_accept(struct ras_auth *a, uint8_t id)
{
    send_bare(a, EAP_SUCCESS, id);
    a->state = RAS_AUTH_ACCEPTED;
    a->deadline = NEVER;
}

/* The verdict is a Request of its own; EAP-Success or -Failure follows its acknowledgement. */
static void
tell(struct ras_auth *a, usec_t now, uint8_t ms_id)
{
    const struct ras_mschap_verdict *v = &a->verdict;

    a->eap_step = EAP_STEP_VERDICT;
    a->sends_left = v->again ? 0 : RAS_AUTH_SENDS;
    send_mschapv2(a, now, v->success ? OP_SUCCESS : OP_FAILURE, ms_id, rd_over(v->text, v->n_text));
    if (v->again)
        a->deadline = now + 120 * USEC_PER_SEC;
}

static bool
mschapv2_input(struct ras_auth *a, usec_t now, uint8_t id, struct rd data)
{
    const uint8_t op = rd_u8(&data);
    const bool again = a->eap_step == EAP_STEP_VERDICT && a->verdict.again;

    if (a->eap_step == EAP_STEP_VERDICT && op == OP_SUCCESS && a->verdict.success) {
        ras_eap_accept(a, id);
        return true;
    }
    if (a->eap_step == EAP_STEP_VERDICT && op == OP_FAILURE && !a->verdict.success) {
        ras_eap_refuse(a, id, a->verdict.error);
        return true;
    }

    const uint8_t ms_id = rd_u8(&data);
    rd_be16(&data);
    if (op == OP_CHANGE && again) {
        char user[RAS_NAME];
        memcpy(user, a->verdict.user, sizeof user);
        if (!ras_mschap_change(&a->mschap, a->env, data, user, &a->verdict))
            return false;
        tell(a, now, ms_id);
        return true;
    }
    const struct rd value = rd_take(&data, rd_u8(&data));
    if (op != OP_RESPONSE || !rd_ok(&data) || (a->eap_step != EAP_STEP_CHALLENGE && !again))
        return false;
    a->answered = true;
    if (!ras_mschap_response(&a->mschap, a->env, value, data, &a->verdict))
        return false;
    tell(a, now, ms_id);
    return true;
}

bool
ras_eap_input(struct ras_auth *a, usec_t now, struct rd frame)
{
    const uint8_t code = rd_u8(&frame), id = rd_u8(&frame);
    rd_be16(&frame);
    const uint8_t type = rd_u8(&frame);

    if (code != EAP_RESPONSE || !rd_ok(&frame))
        return false;
    if (a->n_reply > 0 && id == a->reply_id) {
        a->env->send(a->env->owner, PPP_PROTO_EAP, rd_over(a->reply, a->n_reply));
        return true;
    }
    if (a->state != RAS_AUTH_WAITING || id != a->id)
        return true;
    switch (type) {
    case EAP_IDENTITY:
        if (a->eap_step != EAP_STEP_IDENTITY)
            return false;
        if (a->method != PPP_AUTH_EAP_MSCHAPV2)
            ras_eap_peap_begin(a, now);
        else
            send_challenge(a, now);
        return true;
    case EAP_TLS:
    case EAP_PEAP:
        return a->eap_step != EAP_STEP_IDENTITY && a->tls != NULL &&
               ras_eap_peap_input(a, now, id, frame);
    case EAP_NAK: /* there is no other method to go over to */
        ras_eap_refuse(a, id, 919);
        return true;
    case EAP_MSCHAPV2:
        return a->eap_step != EAP_STEP_IDENTITY && a->tls == NULL &&
               mschapv2_input(a, now, id, frame);
    default:
        return false;
    }
}
