/* eap.c - see eap.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "eap.h"

enum { EAP_PROTOCOL = 0xc227 };

void
eap_start(struct eap *eap, const struct rng *rng, struct ppp_queue *out)
{
    *eap = (struct eap){.out = out, .rng = rng, .allowed = PPP_AUTH_EAP_MSCHAPV2};
    eap_mschapv2_init(&eap->method, rng);
}

void
eap_allow(struct eap *eap, unsigned methods, const struct eap_tls_side *side)
{
    eap->side = side;
    eap->allowed = methods & PPP_AUTH_EAP;
    if (side == NULL)
        eap->allowed &= ~(unsigned)PPP_AUTH_BY_TLS;
    else if (!side->has_cert)
        eap->allowed &= ~(unsigned)PPP_AUTH_EAP_TLS;
}

void
eap_clear(struct eap *eap)
{
    eap_tls_free(eap->tls);
    eap->tls = NULL;
    explicit_bzero(&eap->peap, sizeof eap->peap);
    explicit_bzero(&eap->method, sizeof eap->method);
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

/* The methods, those first that the Nak asks for first. */
static const struct {
    enum ppp_auth_method method;
    enum eap_type type;
} methods[] = {
    {PPP_AUTH_PEAP, EAP_PEAP},
    {PPP_AUTH_EAP_TLS, EAP_TLS},
    {PPP_AUTH_EAP_MSCHAPV2, EAP_MSCHAPV2},
};

enum { N_METHODS = sizeof methods / sizeof *methods };

static bool
may_use(const struct eap *eap, uint8_t type)
{
    for (size_t i = 0; i < N_METHODS; i++)
        if (methods[i].type == type)
            return (eap->allowed & methods[i].method) != 0;
    return false;
}

enum ppp_auth_method
eap_used(const struct eap *eap)
{
    for (size_t i = 0; i < N_METHODS; i++) {
        const bool chosen = methods[i].type == eap->type;
        const bool first = eap->type == 0 && (eap->allowed & methods[i].method) != 0;

        if (chosen || first)
            return methods[i].method;
    }
    return PPP_AUTH_EAP_MSCHAPV2;
}

static enum eap_result
refuse_type(struct eap *eap)
{
    struct wr w = begin(eap, EAP_NAK);

    for (size_t i = 0; i < N_METHODS; i++)
        if ((eap->allowed & methods[i].method) != 0)
            wr_u8(&w, (uint8_t)methods[i].type);
    if (eap->allowed == 0)
        wr_u8(&w, 0); /* none at all (RFC 3748 section 5.3.1) */
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
request_of_mschapv2(struct eap *eap, const struct ppp_credentials *c, uint8_t id, struct rd data)
{
    uint8_t buf[EAP_PACKET_MAX];
    struct wr w = wr_over(buf, sizeof buf);
    const enum eap_method_result what = eap_mschapv2_input(&eap->method, c, data, &w);

    if (what == EAP_METHOD_IGNORE)
        return EAP_RESULT_NOTHING;
    take_request(eap, id);
    eap->type = EAP_MSCHAPV2;
    eap->method_chosen = true;
    eap->sent_len = 0; /* nothing to repeat while a person is asked */

    struct wr response = begin(eap, EAP_MSCHAPV2);

    wr_rd(&response, wr_done(&w));
    return method_result(eap, what, &response);
}

/* ---- methods by TLS ---- */

static enum eap_result
ended(struct eap *eap, const struct ras_end *why)
{
    if (eap->end.error == RAS_OK)
        eap->end = *why;
    return EAP_RESULT_ENDED;
}

/* Whatever TLS has to say now: a flight, its first fragment, or nothing, which acknowledges. */
static void
respond_by_tls(struct eap *eap)
{
    struct wr w = begin(eap, eap->type);

    eap_tls_respond(eap->tls, &w);
    finish(eap, &w);
}

static enum eap_result
say_inside(struct eap *eap, const struct wr *plain)
{
    static const struct ras_end broken = {RAS_ILLEGAL_MESSAGE,
                                          "TLS does not take what is to be said"};

    if (!eap_tls_say(eap->tls, wr_done(plain)))
        return ended(eap, &broken);
    respond_by_tls(eap);
    return EAP_RESULT_NOTHING;
}

static enum eap_result
inside_peap(struct eap *eap, const struct ppp_credentials *c)
{
    uint8_t keys[EAP_TLS_KEYS], buf[EAP_PEAP_PLAIN];
    struct wr answer = wr_over(buf, sizeof buf);
    const struct rd plain = eap_tls_plain(eap->tls);
    enum eap_peap_result what = EAP_PEAP_NOTHING;
    enum eap_result result = EAP_RESULT_NOTHING;

    if (plain.left > 0 && eap_tls_keys(eap->tls, keys))
        what = eap_peap_input(&eap->peap, &eap->method, c, keys, plain, &answer);
    explicit_bzero(keys, sizeof keys);
    switch (what) {
    case EAP_PEAP_NOTHING:
        respond_by_tls(eap);
        break;
    case EAP_PEAP_ANSWER:
        result = say_inside(eap, &answer);
        break;
    case EAP_PEAP_REFUSED:
        result = EAP_RESULT_REFUSED;
        break;
    case EAP_PEAP_UNUSABLE:
        result = EAP_RESULT_UNUSABLE;
        break;
    case EAP_PEAP_FAILED:
        result = ended(eap, &eap->peap.end);
        break;
    }
    explicit_bzero(buf, sizeof buf);
    return result;
}

static bool
begin_tls(struct eap *eap, enum eap_type type)
{
    if (eap->tls == NULL) {
        eap->tls = eap_tls_new(eap->side, (uint8_t)type);
        eap_peap_init(&eap->peap, eap->rng, eap->side->unbound);
        eap->type = type;
    }
    return eap->tls != NULL && eap->type == type;
}

static enum eap_result
request_by_tls(struct eap *eap, const struct ppp_credentials *c, uint8_t id, enum eap_type type,
               struct rd data)
{
    uint8_t buf[EAP_PACKET_MAX];
    struct wr part = wr_over(buf, sizeof buf);

    if ((eap->method_chosen && eap->type != type) || !begin_tls(eap, type))
        return EAP_RESULT_NOTHING;

    const enum eap_tls_result what = eap_tls_input(eap->tls, data, &part);

    if (what == EAP_TLS_IGNORE)
        return EAP_RESULT_NOTHING;
    take_request(eap, id);
    eap->method_chosen = true;
    eap->sent_len = 0;
    if (what == EAP_TLS_PART) {
        struct wr w = begin(eap, type);

        wr_rd(&w, wr_done(&part));
        finish(eap, &w);
        return EAP_RESULT_NOTHING;
    }
    if (what == EAP_TLS_WHOLE && type == EAP_PEAP)
        return inside_peap(eap, c);
    respond_by_tls(eap); /* an alert, when it has failed */
    return what == EAP_TLS_FAILED ? ended(eap, eap_tls_end(eap->tls)) : EAP_RESULT_NOTHING;
}

/* ---- requests ---- */

static enum eap_result
answer_identity(struct eap *eap, const struct ppp_credentials *c)
{
    const bool hidden = (eap->allowed & PPP_AUTH_BY_TLS) != 0 && eap->side->identity[0] != '\0';
    const char *name = hidden ? eap->side->identity : c->name;
    struct wr w = begin(eap, EAP_IDENTITY);

    wr_bytes(&w, name, strlen(name));
    finish(eap, &w);
    return EAP_RESULT_NOTHING;
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
    if (++eap->requests > (eap->tls != NULL ? EAP_TLS_REQUESTS_MAX : EAP_REQUESTS_MAX))
        return EAP_RESULT_TOO_LONG;
    if (type == EAP_NOTIFICATION) {
        take_request(eap, id);
        ras_printable(eap->notification, sizeof eap->notification, body.p, body.left);
        w = begin(eap, EAP_NOTIFICATION);
        finish(eap, &w);
        return EAP_RESULT_NOTHING;
    }
    if (may_use(eap, type))
        return type == EAP_MSCHAPV2
                   ? (eap->tls != NULL ? EAP_RESULT_NOTHING : request_of_mschapv2(eap, c, id, body))
                   : request_by_tls(eap, c, id, (enum eap_type)type, body);
    /* A method that has begun is not left before its end (RFC 3748 section 2.1), and nobody may
     * request a Nak. */
    if (eap->method_chosen || type == EAP_NAK || type == 0)
        return EAP_RESULT_NOTHING;
    take_request(eap, id);
    return type == EAP_IDENTITY ? answer_identity(eap, c) : refuse_type(eap);
}

/* Success and Failure carry the identifier of the response they answer; some servers count on. */
static bool
ends_this(const struct eap *eap, uint8_t id)
{
    return eap->has_last && (id == eap->last_id || id == (uint8_t)(eap->last_id + 1));
}

static bool
method_done(const struct eap *eap)
{
    if (eap->tls == NULL)
        return eap->method.state == EAP_MSCHAPV2_DONE;
    return eap->type == EAP_PEAP ? eap->peap.state == EAP_PEAP_DONE : eap_tls_settled(eap->tls);
}

static enum eap_result
receive_end(struct eap *eap, enum eap_code code, uint8_t id)
{
    if (eap->done || !ends_this(eap, id) || (code == EAP_SUCCESS && !method_done(eap)))
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

/* ---- the answer to a refusal ---- */

typedef enum eap_method_result method_answer(struct eap_mschapv2 *m,
                                             const struct ppp_credentials *c, struct wr *reply);

/* By itself, or inside of PEAP, behind the type alone. */
static enum eap_result
answer_refusal(struct eap *eap, const struct ppp_credentials *c, method_answer *answer)
{
    uint8_t buf[EAP_PEAP_PLAIN];
    struct wr plain = wr_over(buf, sizeof buf);
    struct wr w = begin(eap, EAP_MSCHAPV2);

    if (eap->tls == NULL)
        return method_result(eap, answer(&eap->method, c, &w), &w);
    wr_u8(&plain, EAP_MSCHAPV2);

    const enum eap_method_result what = answer(&eap->method, c, &plain);
    const enum eap_result result =
        what == EAP_METHOD_RESPOND ? say_inside(eap, &plain) : method_result(eap, what, &w);

    explicit_bzero(buf, sizeof buf);
    return result;
}

enum eap_result
eap_retry(struct eap *eap, const struct ppp_credentials *c)
{
    return answer_refusal(eap, c, eap_mschapv2_retry);
}

enum eap_result
eap_change(struct eap *eap, const struct ppp_credentials *c)
{
    return answer_refusal(eap, c, eap_mschapv2_change);
}

static enum eap_method_result
acknowledge(struct eap_mschapv2 *m, const struct ppp_credentials *c, struct wr *reply)
{
    (void)c;
    eap_mschapv2_give_up(m, reply);
    return EAP_METHOD_RESPOND;
}

void
eap_give_up(struct eap *eap)
{
    answer_refusal(eap, NULL, acknowledge);
}

bool
eap_msk(const struct eap *eap, uint8_t ret[static 64])
{
    uint8_t keys[EAP_TLS_KEYS];

    if (eap->tls == NULL)
        return false;
    if (eap->type == EAP_PEAP) {
        memcpy(ret, eap->peap.msk, sizeof eap->peap.msk);
        return true;
    }
    const bool good = eap_tls_keys(eap->tls, keys);

    if (good)
        memcpy(ret, keys, 64);
    explicit_bzero(keys, sizeof keys);
    return good;
}
