/* pap.c - see pap.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "pap.h"

#include "ras.h"

enum { PAP_PROTOCOL = 0xc023, TRIES = 10, PERIOD_S = 1, PERIOD_MOST_S = 3 };

static void
send_request(struct pap *pap, const struct ppp_credentials *c)
{
    const size_t name_len = strlen(c->name);
    uint8_t buf[4 + 2 + PPP_NAME_MAX + 255];
    struct wr w = wr_over(buf, sizeof buf);

    wr_u8(&w, PAP_REQUEST);
    wr_u8(&w, pap->id);
    wr_be16(&w, (uint16_t)(4 + 2 + name_len + c->password.len));
    wr_u8(&w, (uint8_t)name_len);
    wr_bytes(&w, c->name, name_len);
    wr_u8(&w, (uint8_t)c->password.len);
    wr_rd(&w, secret_rd(&c->password));
    ppp_queue_frame(pap->out, PAP_PROTOCOL, wr_done(&w));
    explicit_bzero(buf, sizeof buf);
}

enum pap_result
pap_start(struct pap *pap, usec_t now, struct ppp_queue *out, const struct ppp_credentials *c)
{
    *pap = (struct pap){.out = out, .id = 1, .left = TRIES - 1, .period = PERIOD_S * USEC_PER_SEC};
    pap->deadline = NEVER;
    if (c->password.len > 255) /* the length is one octet */
        return PAP_UNUSABLE;
    pap->waiting = true;
    pap->deadline = now + pap->period;
    send_request(pap, c);
    return PAP_NOTHING;
}

enum pap_result
pap_input(struct pap *pap, struct rd frame)
{
    const uint8_t code = rd_u8(&frame);
    const uint8_t id = rd_u8(&frame);
    const uint16_t len = rd_be16(&frame);
    struct rd body = rd_take(&frame, (size_t)len - 4);

    if (!rd_ok(&frame))
        return PAP_MALFORMED;
    if ((code != PAP_ACK && code != PAP_NAK) || !pap->waiting || id != pap->id)
        return PAP_NOTHING;

    if (body.left > 0) { /* some servers leave even the message's length out */
        const uint8_t n = rd_u8(&body);
        const struct rd text = rd_take(&body, n < body.left ? n : body.left);

        ras_printable(pap->text, sizeof pap->text, text.p, text.left);
    }
    pap->waiting = false;
    pap->deadline = NEVER;
    return code == PAP_ACK ? PAP_PROVED : PAP_REFUSED;
}

enum pap_result
pap_expire(struct pap *pap, usec_t now, const struct ppp_credentials *c)
{
    if (!pap->waiting || now < pap->deadline)
        return PAP_NOTHING;
    if (pap->left == 0) {
        pap->waiting = false;
        pap->deadline = NEVER;
        return PAP_TIMEOUT;
    }
    pap->left--;
    pap->period = usec_min(2 * pap->period, PERIOD_MOST_S * USEC_PER_SEC);
    pap->deadline = now + pap->period;
    send_request(pap, c); /* the same identifier: an answer to any copy will do */
    return PAP_NOTHING;
}
