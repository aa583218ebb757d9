/* eap-mschapv2.c - see eap-mschapv2.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "eap-mschapv2.h"

enum { HEADER = 4 }; /* opcode, identifier, length */

void
eap_mschapv2_init(struct eap_mschapv2 *m, const struct rng *rng)
{
    *m = (struct eap_mschapv2){.state = EAP_MSCHAPV2_IDLE};
    mschapv2_init(&m->core, rng);
}

static size_t
begin(struct wr *reply, enum eap_mschapv2_op op, uint8_t id)
{
    const size_t at = reply->len;

    wr_u8(reply, (uint8_t)op);
    wr_u8(reply, id);
    wr_be16(reply, 0);
    return at;
}

static void
finish(struct wr *reply, size_t at)
{
    wr_patch_be16(reply, at + 2, (uint16_t)(reply->len - at));
}

static enum eap_method_result
respond(struct eap_mschapv2 *m, const struct ppp_credentials *c, uint8_t id,
        const uint8_t challenge[static 16], struct wr *reply)
{
    const size_t at = begin(reply, EAP_MSCHAPV2_RESPONSE, id);

    wr_u8(reply, MSCHAPV2_RESPONSE_SIZE);
    if (!mschapv2_respond(&m->core, c, challenge, reply))
        return EAP_METHOD_UNUSABLE;
    wr_bytes(reply, c->name, strlen(c->name));
    finish(reply, at);
    m->state = EAP_MSCHAPV2_ANSWERED;
    return EAP_METHOD_RESPOND;
}

static enum eap_method_result
receive_challenge(struct eap_mschapv2 *m, const struct ppp_credentials *c, uint8_t id,
                  struct rd body, struct wr *reply)
{
    const uint8_t n = rd_u8(&body);
    const struct rd challenge = rd_take(&body, n);

    if (!rd_ok(&body) || n != MSCHAP_CHALLENGE_SIZE)
        return EAP_METHOD_IGNORE;
    return respond(m, c, id, challenge.p, reply);
}

static enum eap_method_result
receive_success(struct eap_mschapv2 *m, const struct ppp_credentials *c, struct rd body,
                struct wr *reply)
{
    if (!mschapv2_verify(&m->core, c, body))
        return EAP_METHOD_UNPROVEN;
    wr_u8(reply, EAP_MSCHAPV2_SUCCESS);
    m->state = EAP_MSCHAPV2_DONE;
    return EAP_METHOD_PROVED;
}

static enum eap_method_result
receive_failure(struct eap_mschapv2 *m, uint8_t id, struct rd body)
{
    m->id = id;
    m->state = EAP_MSCHAPV2_PERSON;
    if (!mschapv2_failure_parse(body, &m->failure))
        m->failure = (struct mschapv2_failure){.error = RAS_AUTHENTICATION_FAILURE};
    return EAP_METHOD_REFUSED;
}

enum eap_method_result
eap_mschapv2_input(struct eap_mschapv2 *m, const struct ppp_credentials *c, struct rd type_data,
                   struct wr *reply)
{
    const uint8_t op = rd_u8(&type_data);
    const uint8_t id = rd_u8(&type_data);
    const uint16_t len = rd_be16(&type_data);
    const struct rd body = rd_take(&type_data, (size_t)len - HEADER);

    if (!rd_ok(&type_data))
        return EAP_METHOD_IGNORE;
    if (op == EAP_MSCHAPV2_CHALLENGE && m->state <= EAP_MSCHAPV2_ANSWERED)
        return receive_challenge(m, c, id, body, reply);
    if (op == EAP_MSCHAPV2_SUCCESS && m->state == EAP_MSCHAPV2_ANSWERED)
        return receive_success(m, c, body, reply);
    if (op == EAP_MSCHAPV2_FAILURE && m->state == EAP_MSCHAPV2_ANSWERED)
        return receive_failure(m, id, body);
    return EAP_METHOD_IGNORE;
}

enum eap_method_result
eap_mschapv2_retry(struct eap_mschapv2 *m, const struct ppp_credentials *c, struct wr *reply)
{
    return respond(m, c, (uint8_t)(m->id + 1), m->failure.challenge, reply);
}

enum eap_method_result
eap_mschapv2_change(struct eap_mschapv2 *m, const struct ppp_credentials *c, struct wr *reply)
{
    const size_t at = begin(reply, EAP_MSCHAPV2_CHANGE, (uint8_t)(m->id + 1));

    if (!mschapv2_change(&m->core, c, m->failure.challenge, reply))
        return EAP_METHOD_UNUSABLE;
    finish(reply, at);
    m->state = EAP_MSCHAPV2_ANSWERED;
    return EAP_METHOD_RESPOND;
}

void
eap_mschapv2_give_up(struct eap_mschapv2 *m, struct wr *reply)
{
    m->state = EAP_MSCHAPV2_GAVE_UP;
    wr_u8(reply, EAP_MSCHAPV2_FAILURE);
}
