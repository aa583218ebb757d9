/* ppp-foresight.c - see ppp-foresight.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ppp-foresight.h"

#include "ppp-option.h"

void
ppp_foresight_reset(struct ppp_foresight *s)
{
    s->spent = false;
    s->n = 0;
    ppp_foresight_paid(s);
}

/* The option of this type among @list. */
static bool
find(struct rd list, uint8_t type, struct ppp_option *ret)
{
    while (ppp_option_next(&list, ret)) {
        if (ret->type == type)
            return true;
    }
    return false;
}

void
ppp_foresight_heed(uint8_t code, struct rd opts, struct rd answer, struct wr *ret)
{
    struct ppp_option o, other;

    while (ppp_option_next(&opts, &o)) {
        const bool named = find(answer, o.type, &other);

        if (!named)
            wr_rd(ret, o.raw);
        else if (code == PPP_CONF_NAK)
            wr_rd(ret, other.raw);
    }
}

struct rd
ppp_foresight_body(const struct ppp_foreseen *v)
{
    return v->code == PPP_CONF_ACK ? rd_over(v->opts, v->opts_len)
                                   : rd_over(v->reply, v->reply_len);
}

bool
ppp_foresight_met(struct ppp_foresight *s, usec_t now, uint8_t id, struct rd opts, uint8_t code,
                  struct rd reply)
{
    for (uint8_t i = 0; i < s->n; i++) {
        const struct ppp_foreseen *v = &s->v[i];
        const struct rd body = code == PPP_CONF_ACK ? opts : reply;

        if (v->id != id || v->code != code || !rd_equal(opts, rd_over(v->opts, v->opts_len)) ||
            !rd_equal(body, ppp_foresight_body(v)))
            continue;
        s->owed = (uint8_t)(i + 1);
        s->owed_at = now + PPP_FORESIGHT_WAIT;
        return true;
    }
    s->n = 0; /* it goes its own way */
    return false;
}

void
ppp_foresight_paid(struct ppp_foresight *s)
{
    s->owed = 0;
    s->owed_at = NEVER;
}
