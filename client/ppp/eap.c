/* eap.c - see eap.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "eap.h"

enum { EAP_PROTOCOL = 0xc227 };

void
eap_start(struct eap *eap, const struct rng *rng, struct ppp_queue *out)
{
    *eap = (struct eap){.out = out};
    eap_mschapv2_init(&eap->method, rng);
}

static void
send_again(const struct eap *eap)
{
    if (eap->sent_len > 0)
        ppp_queue_frame(eap->out, EAP_PROTOCOL, rd_over(eap->sent, eap->sent_len));
}

/* Starts the response to the request of ->last_id; the caller adds type-data. */
static struct wr
begin(struct eap *eap, enum eap_type type)
{
    struct wr w = wr_over(eap->sent, sizeof eap->sent);

    wr_u8(&w, EAP_RESPONSE);
    wr_u8(&w, eap->last_id);
    wr_be16(&w, 0);
    wr_u8(&w, (uint8_t)type);
    return w;
}

static void
finish(struct eap *eap, struct wr *w)
{
    wr_patch_be16(w, 2, (uint16_t)w->len);
    eap->sent_len = (uint16_t)wr_done(w).left;
    send_again(eap);
}

static enum eap_result
refuse_type(struct eap *eap)
{
    struct wr w = begin(eap, EAP_NAK);

    wr_u8(&w, EAP_MSCHAPV2);
    finish(eap, &w);
    return ++eap->naks >= EAP_NAKS_MAX ? EAP_RESULT_NO_METHOD : EAP_RESULT_NOTHING;
}

static enum eap_result
method_result(struct eap *eap, enum eap_method_result what, struct wr *w)
{
    switch (what) {
    case EAP_METHOD_IGNORE:
        return EAP_RESULT_NOTHING;
    case EAP_METHOD_RESPOND:
    case EAP_METHOD_PROVED:
        finish(eap, w);
        return EAP_RESULT_NOTHING;
    case EAP_METHOD_REFUSED:
        return EAP_RESULT_REFUSED;
    case EAP_METHOD_UNPROVEN:
        return EAP_RESULT_UNPROVEN;
    case EAP_METHOD_UNUSABLE:
        return EAP_RESULT_UNUSABLE;
    }
    return EAP_RESULT_NOTHING;
}

static void
take_request(struct eap *eap, uint8_t id)
{
    eap->last_id = id;
    eap->has_last = true;
}

static enum eap_result
request_of_method(struct eap *eap, const struct ppp_credentials *c, uint8_t id, struct rd data)
{
    uint8_t buf[EAP_PACKET_MAX];
    struct wr w = wr_over(buf, sizeof buf);
    const enum eap_method_result what = eap_mschapv2_input(&eap->method, c, data, &w);

    if (what == EAP_METHOD_IGNORE)
        return EAP_RESULT_NOTHING;
    take_request(eap, id);
    eap->method_chosen = true;
    eap->sent_len = 0; /* nothing to repeat while a person is asked */

    struct wr response = begin(eap, EAP_MSCHAPV2);

    wr_rd(&response, wr_done(&w));
    return method_result(eap, what, &response);
}

static enum eap_result
receive_request(struct eap *eap, const struct ppp_credentials *c, uint8_t id, struct rd body)
{
    const uint8_t type = rd_u8(&body);
    struct wr w;

    if (!rd_ok(&body))
        return EAP_RESULT_MALFORMED;
    if (eap->has_last && id == eap->last_id) {
        send_again(eap); /* it is the request that was answered (RFC 3748 section 4.1) */
        return EAP_RESULT_NOTHING;
    }
    if (++eap->requests > EAP_REQUESTS_MAX)
        return EAP_RESULT_TOO_LONG;
    if (type == EAP_NOTIFICATION) {
        take_request(eap, id);
        ras_printable(eap->notification, sizeof eap->notification, body.p, body.left);
        w = begin(eap, EAP_NOTIFICATION);
        finish(eap, &w);
        return EAP_RESULT_NOTHING;
    }
    if (type == EAP_MSCHAPV2)
        return request_of_method(eap, c, id, body);
    /* A method that has begun is not left before its end (RFC 3748 section 2.1), and nobody may
     * request a Nak. */
    if (eap->method_chosen || type == EAP_NAK || type == 0)
        return EAP_RESULT_NOTHING;
    take_request(eap, id);
    if (type != EAP_IDENTITY)
        return refuse_type(eap);
    w = begin(eap, EAP_IDENTITY);
    wr_bytes(&w, c->name, strlen(c->name));
    finish(eap, &w);
    return EAP_RESULT_NOTHING;
}

/* Success and Failure carry the identifier of the response they answer; some servers count on. */
static bool
ends_this(const struct eap *eap, uint8_t id)
{
    return eap->has_last && (id == eap->last_id || id == (uint8_t)(eap->last_id + 1));
}

static enum eap_result
receive_end(struct eap *eap, enum eap_code code, uint8_t id)
{
    const bool method_done = eap->method.state == EAP_MSCHAPV2_DONE;

    if (eap->done || !ends_this(eap, id) || (code == EAP_SUCCESS && !method_done))
        return EAP_RESULT_NOTHING;
    eap->done = true;
    if (code == EAP_SUCCESS)
        return EAP_RESULT_PROVED;
    return eap->method_chosen || eap->naks == 0 ? EAP_RESULT_FAILED : EAP_RESULT_NO_METHOD;
}

enum eap_result
eap_input(struct eap *eap, const struct ppp_credentials *c, struct rd frame)
{
    const uint8_t code = rd_u8(&frame);
    const uint8_t id = rd_u8(&frame);
    const uint16_t len = rd_be16(&frame);
    const struct rd body = rd_take(&frame, (size_t)len - 4);

    if (!rd_ok(&frame))
        return EAP_RESULT_MALFORMED;
    if (code == EAP_REQUEST)
        return eap->done ? EAP_RESULT_NOTHING : receive_request(eap, c, id, body);
    if (code == EAP_SUCCESS || code == EAP_FAILURE)
        return receive_end(eap, (enum eap_code)code, id);
    return EAP_RESULT_NOTHING; /* a response is for authenticators */
}

enum eap_result
eap_retry(struct eap *eap, const struct ppp_credentials *c)
{
    struct wr w = begin(eap, EAP_MSCHAPV2);

    return method_result(eap, eap_mschapv2_retry(&eap->method, c, &w), &w);
}

enum eap_result
eap_change(struct eap *eap, const struct ppp_credentials *c)
{
    struct wr w = begin(eap, EAP_MSCHAPV2);

    return method_result(eap, eap_mschapv2_change(&eap->method, c, &w), &w);
}

void
eap_give_up(struct eap *eap)
{
    struct wr w = begin(eap, EAP_MSCHAPV2);

    eap_mschapv2_give_up(&eap->method, &w);
    finish(eap, &w);
}
