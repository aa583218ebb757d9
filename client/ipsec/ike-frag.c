/* ike-frag.c - see ike-frag.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ike-frag.h"

#include <stdlib.h>

#define LAST 1

void
ike_frags_clear(struct ike_frags *f)
{
    free(f->buf);
    *f = (struct ike_frags){0};
}

static bool
join(struct ike_frags *f, uint8_t **ret, size_t *ret_n)
{
    uint8_t *const whole = malloc(f->used);
    struct wr w = wr_over(whole, whole != NULL ? f->used : 0);

    for (unsigned i = 1; i <= f->last; i++)
        wr_bytes(&w, f->buf + f->v[i].at, f->v[i].n);
    ike_frags_clear(f);
    if (w.bad || w.len == 0) {
        free(whole);
        return false;
    }
    *ret = whole;
    *ret_n = w.len;
    return true;
}

/* A fragment that contradicts those before it takes all of them away: which is right is unknown. */
static bool
fits(struct ike_frags *f, unsigned number, bool last)
{
    if (last && f->last != 0 && f->last != number)
        return false;
    if (f->last != 0 && number > f->last)
        return false;
    for (unsigned i = number + 1; last && i <= IKE_FRAG_COUNT_MAX; i++)
        if (f->v[i].here)
            return false;
    return true;
}

bool
ike_frags_add(struct ike_frags *f, struct rd payloads, uint8_t first, uint8_t **ret, size_t *ret_n)
{
    struct ike_payloads p;

    if (!ike_payloads_get(payloads, first, false, &p) || p.n != 1 || p.v[0].type != IKE_PL_FRAGMENT)
        return false;

    struct rd r = p.v[0].body;
    const uint16_t id = rd_be16(&r);
    const unsigned number = rd_u8(&r);
    const bool last = (rd_u8(&r) & LAST) != 0;

    if (!rd_ok(&r) || number == 0 || r.left == 0)
        return false;
    if (f->buf != NULL && f->id != id)
        ike_frags_clear(f);
    if (f->v[number].here && !(last && f->last == 0))
        return false;
    if (!fits(f, number, last) || f->v[number].here || r.left > IKE_FRAG_TOTAL_MAX - f->used) {
        ike_frags_clear(f);
        return false;
    }

    uint8_t *const grown = realloc(f->buf, f->used + r.left);

    if (grown == NULL)
        return false;
    f->buf = grown;
    f->id = id;
    memcpy(f->buf + f->used, r.p, r.left);
    f->v[number].at = (uint16_t)f->used;
    f->v[number].n = (uint16_t)r.left;
    f->v[number].here = true;
    f->used += r.left;
    f->have++;
    f->last = last ? number : f->last;
    return f->last != 0 && f->have == f->last && join(f, ret, ret_n);
}

struct rd
ike_frag_cut(struct rd message, uint16_t id, unsigned number, uint8_t *buf, size_t cap)
{
    struct rd r = message;
    struct ike_header h;
    struct ike_wr m;

    if (!ike_header_get(&r, &h) || number == 0 || number > IKE_FRAG_COUNT_MAX)
        return (struct rd){0};
    r = message;
    rd_take(&r, (size_t)(number - 1) * IKE_FRAG_DATA);
    if (!rd_ok(&r) || r.left == 0)
        return (struct rd){0};

    const bool last = r.left <= IKE_FRAG_DATA;

    h.flags = 0; /* the fragment itself is not encrypted */
    ike_wr_begin(&m, buf, cap, &h);
    ike_wr_open(&m, IKE_PL_FRAGMENT);
    wr_be16(&m.w, id);
    wr_u8(&m.w, (uint8_t)number);
    wr_u8(&m.w, last ? LAST : 0);
    wr_rd(&m.w, rd_take(&r, last ? r.left : IKE_FRAG_DATA));
    ike_wr_close(&m);
    return ike_wr_done(&m);
}
