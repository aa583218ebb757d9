/* ike-proposal.c - see ike-proposal.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ike-proposal.h"

#define DOI_IPSEC         1
#define SIT_IDENTITY_ONLY 1
#define SHORT_FORM        0x8000 /* RFC 2408 section 3.3: the value is where the length would be */
#define MORE_PROPOSALS    IKE_PL_PROPOSAL
#define MORE_TRANSFORMS   IKE_PL_TRANSFORM

struct attribute {
    uint16_t type;
    uint32_t value;
    bool fits; /* into 32 bits */
};

static struct attribute
attribute_get(struct rd *r)
{
    const uint16_t word = rd_be16(r), second = rd_be16(r);
    struct attribute a = {.type = word & (SHORT_FORM - 1), .value = second, .fits = true};

    if ((word & SHORT_FORM) != 0)
        return a;

    struct rd value = rd_take(r, second);

    a.fits = second > 0;
    a.value = 0;
    while (value.left > 0) {
        a.fits &= a.value >> 24 == 0;
        a.value = a.value << 8 | rd_u8(&value);
    }
    return a;
}

/* Lifetimes come in pairs: what is counted, then how many (RFC 2407 section 4.5). */
static void
life_set(struct ike_transform *t, uint32_t type, uint32_t duration)
{
    uint32_t *const life = type == IKE_LIFE_SECONDS     ? &t->seconds
                           : type == IKE_LIFE_KILOBYTES ? &t->kilobytes
                                                        : NULL;

    if (life == NULL || *life != 0 || duration == 0)
        t->odd = true;
    else
        *life = duration;
}

static bool
attributes_get(struct rd r, enum ike_phase phase, struct ike_transform *t)
{
    const uint16_t type_of_life = phase == IKE_PHASE_1 ? IKE_A1_LIFE_TYPE : IKE_A2_LIFE_TYPE;
    const uint16_t duration_of = phase == IKE_PHASE_1 ? IKE_A1_LIFE_DURATION : IKE_A2_LIFE_DURATION;
    uint32_t life_type = 0;

    while (r.left > 0 && rd_ok(&r)) {
        const struct attribute a = attribute_get(&r);

        if (!a.fits || a.type >= IKE_ATTRS || a.type == 0) {
            t->odd = true;
        } else if (a.type == type_of_life) {
            t->odd |= life_type != 0;
            life_type = a.value;
        } else if (a.type == duration_of) {
            life_set(t, life_type, a.value);
            life_type = 0;
        } else {
            t->odd |= t->attr[a.type] != 0 || a.value == 0;
            t->attr[a.type] = a.value;
        }
    }
    t->odd |= life_type != 0;
    return rd_done(&r);
}

static bool
transforms_get(struct rd r, unsigned count, enum ike_phase phase, const struct ike_transform *like,
               struct ike_offer *ret)
{
    uint8_t next = MORE_TRANSFORMS;
    unsigned seen = 0;

    while (next == MORE_TRANSFORMS) {
        struct ike_transform t = *like;

        next = rd_u8(&r);
        const uint8_t reserved = rd_u8(&r);
        struct rd body = rd_take(&r, (size_t)rd_be16(&r) - 4);

        t.number = rd_u8(&body);
        t.id = rd_u8(&body);
        const uint16_t reserved2 = rd_be16(&body);

        t.attributes = body;
        if (!rd_ok(&r) || !rd_ok(&body) || reserved != 0 || reserved2 != 0 ||
            !attributes_get(body, phase, &t))
            return false;
        seen++;
        if (ret->n < IKE_TRANSFORMS_MAX)
            ret->v[ret->n++] = t;
    }
    return next == IKE_PL_NONE && rd_done(&r) && seen == count;
}

bool
ike_life_get(struct rd attributes, enum ike_phase phase, uint32_t *ret_seconds,
             uint32_t *ret_kilobytes)
{
    struct ike_transform t = {0};

    if (!attributes_get(attributes, phase, &t) || t.odd)
        return false;
    *ret_seconds = t.seconds;
    *ret_kilobytes = t.kilobytes;
    return true;
}

static void
mark_conjoined(struct ike_offer *offer, uint8_t number)
{
    for (unsigned i = 0; i < offer->n; i++)
        offer->v[i].conjoined |= offer->v[i].proposal == number;
}

bool
ike_offer_get(struct rd body, enum ike_phase phase, struct ike_offer *ret)
{
    const uint32_t doi = rd_be32(&body), situation = rd_be32(&body);
    uint8_t next = MORE_PROPOSALS;
    int previous = -1;

    *ret = (struct ike_offer){0};
    if (doi != DOI_IPSEC || situation != SIT_IDENTITY_ONLY)
        return false;
    while (next == MORE_PROPOSALS) {
        struct ike_transform like = {0};

        next = rd_u8(&body);
        const uint8_t reserved = rd_u8(&body);
        struct rd proposal = rd_take(&body, (size_t)rd_be16(&body) - 4);

        like.proposal = rd_u8(&proposal);
        like.protocol = rd_u8(&proposal);
        const uint8_t spi_size = rd_u8(&proposal), count = rd_u8(&proposal);

        like.spi = rd_take(&proposal, spi_size);
        if (!rd_ok(&body) || !rd_ok(&proposal) || reserved != 0 ||
            !transforms_get(proposal, count, phase, &like, ret))
            return false;
        if (like.proposal == previous)
            mark_conjoined(ret, like.proposal);
        previous = like.proposal;
        ret->proposals++;
    }
    return next == IKE_PL_NONE && rd_done(&body);
}

void
ike_attr_put(struct wr *w, uint16_t type, uint32_t value)
{
    if (value <= UINT16_MAX) {
        wr_be16(w, type | SHORT_FORM);
        wr_be16(w, (uint16_t)value);
        return;
    }
    wr_be16(w, type);
    wr_be16(w, 4);
    wr_be32(w, value);
}

void
ike_sa_begin(struct ike_sa_wr *s, struct ike_wr *m)
{
    *s = (struct ike_sa_wr){.m = m};
    ike_wr_open(m, IKE_PL_SA);
    wr_be32(&m->w, DOI_IPSEC);
    wr_be32(&m->w, SIT_IDENTITY_ONLY);
}

static void
patch_u8(struct wr *w, size_t at, uint8_t v)
{
    if (!w->bad)
        w->base[at] = v;
}

/* Closes the transform that is open, and with @proposal the proposal too. */
static void
close_frames(struct ike_sa_wr *s, bool proposal)
{
    struct wr *const w = &s->m->w;

    if (s->transform_at > 0)
        wr_patch_be16(w, s->transform_at + 2, (uint16_t)(w->len - s->transform_at));
    s->transform_at = 0;
    if (proposal && s->proposal_at > 0) {
        wr_patch_be16(w, s->proposal_at + 2, (uint16_t)(w->len - s->proposal_at));
        patch_u8(w, s->count_at, s->transforms);
    }
}

void
ike_sa_proposal(struct ike_sa_wr *s, uint8_t number, uint8_t protocol, struct rd spi)
{
    struct wr *const w = &s->m->w;

    close_frames(s, true);
    if (s->proposal_at > 0)
        patch_u8(w, s->proposal_at, MORE_PROPOSALS);
    s->proposal_at = w->len;
    s->transforms = 0;
    wr_be32(w, 0); /* next, reserved, length */
    wr_u8(w, number);
    wr_u8(w, protocol);
    wr_u8(w, (uint8_t)spi.left);
    s->count_at = w->len;
    wr_u8(w, 0);
    wr_rd(w, spi);
}

void
ike_sa_transform(struct ike_sa_wr *s, uint8_t number, uint8_t id)
{
    struct wr *const w = &s->m->w;

    close_frames(s, false);
    if (s->transforms > 0)
        patch_u8(w, s->last_next_at, MORE_TRANSFORMS);
    s->transforms++;
    s->transform_at = s->last_next_at = w->len;
    wr_be32(w, 0);
    wr_u8(w, number);
    wr_u8(w, id);
    wr_be16(w, 0);
}

void
ike_sa_end(struct ike_sa_wr *s)
{
    close_frames(s, true);
    ike_wr_close(s->m);
}

struct rd
ike_word(struct rd *text, char *ret_separator)
{
    size_t n = 0;

    while (n < text->left && text->p[n] != '-' && text->p[n] != ',')
        n++;
    const struct rd word = rd_take(text, n);

    *ret_separator = text->left > 0 ? (char)rd_u8(text) : '\0';
    return word;
}
