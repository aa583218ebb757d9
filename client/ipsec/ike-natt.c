/* ike-natt.c - see ike-natt.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ike-natt.h"

/* clang-format off */
static const struct vendor {
    const uint8_t id[16];
    enum ike_natt natt;
    bool dpd, fragments;
    bool offered;
} vendors[] = {
    /* "RFC 3947" */
    {{0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45, 0x5c, 0x57, 0x28, 0xf2, 0x0e, 0x95, 0x45, 0x2f},
     .natt = IKE_NATT_RFC, .offered = true},
    /* "draft-ietf-ipsec-nat-t-ike-03" */
    {{0x7d, 0x94, 0x19, 0xa6, 0x53, 0x10, 0xca, 0x6f, 0x2c, 0x17, 0x9d, 0x92, 0x15, 0x52, 0x9d, 0x56},
     .natt = IKE_NATT_DRAFT, .offered = true},
    /* "draft-ietf-ipsec-nat-t-ike-02\n", as Windows has it */
    {{0x90, 0xcb, 0x80, 0x91, 0x3e, 0xbb, 0x69, 0x6e, 0x08, 0x63, 0x81, 0xb5, 0xec, 0x42, 0x7b, 0x1f},
     .natt = IKE_NATT_DRAFT, .offered = true},
    /* "draft-ietf-ipsec-nat-t-ike-02" */
    {{0xcd, 0x60, 0x46, 0x43, 0x35, 0xdf, 0x21, 0xf8, 0x7c, 0xfd, 0xb2, 0xfc, 0x68, 0xb6, 0xa4, 0x48},
     .natt = IKE_NATT_DRAFT, .offered = true},
    /* DPD 1.0 */
    {{0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86, 0x96, 0xfc, 0x77, 0x57, 0x01, 0x00},
     .dpd = true, .offered = true},
    /* "FRAGMENTATION"; others than Windows put flags behind it */
    {{0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85, 0x25, 0xe7, 0xde, 0x7f, 0x00, 0xd6, 0xc2, 0xd3},
     .fragments = true, .offered = true},
};
/* clang-format on */
#define VENDORS (sizeof vendors / sizeof *vendors)

static const uint8_t fragment_flags[] = {0x80, 0, 0, 0};

uint8_t
ike_natd_type(enum ike_natt natt)
{
    return natt == IKE_NATT_DRAFT ? IKE_PL_NATD_DRAFT : IKE_PL_NATD;
}

uint8_t
ike_natoa_type(enum ike_natt natt)
{
    return natt == IKE_NATT_DRAFT ? IKE_PL_NATOA_DRAFT : IKE_PL_NATOA;
}

static void
vendor_put(struct ike_wr *m, const struct vendor *v)
{
    ike_wr_open(m, IKE_PL_VENDOR);
    wr_bytes(&m->w, v->id, sizeof v->id);
    if (v->fragments)
        wr_bytes(&m->w, fragment_flags, sizeof fragment_flags);
    ike_wr_close(m);
}

void
ike_vendor_offer(struct ike_wr *m)
{
    for (size_t i = 0; i < VENDORS; i++)
        if (vendors[i].offered)
            vendor_put(m, &vendors[i]);
}

void
ike_vendor_answer(struct ike_wr *m, const struct ike_features *peer)
{
    bool natt_done = false;

    for (size_t i = 0; i < VENDORS; i++) {
        const struct vendor *const v = &vendors[i];
        const bool natt = v->natt != IKE_NATT_NONE && v->natt == peer->natt;

        if ((natt && (!natt_done || peer->natt == IKE_NATT_DRAFT)) || (v->dpd && peer->dpd) ||
            (v->fragments && peer->fragments))
            vendor_put(m, v);
        natt_done |= natt;
    }
}

void
ike_vendor_get(const struct ike_payloads *p, struct ike_features *ret)
{
    *ret = (struct ike_features){0};
    ike_vendor_add(p, ret);
}

void
ike_vendor_add(const struct ike_payloads *p, struct ike_features *ret)
{
    for (unsigned n = 0; n < p->n; n++) {
        const struct rd id = p->v[n].body;

        if (p->v[n].type != IKE_PL_VENDOR)
            continue;
        for (size_t i = 0; i < VENDORS; i++) {
            const struct vendor *const v = &vendors[i];
            const bool longer = v->fragments || v->dpd; /* flags or a minor version may follow */

            if (id.left < sizeof v->id || (id.left > sizeof v->id && !longer) ||
                memcmp(id.p, v->id, v->dpd ? 14 : sizeof v->id) != 0)
                continue;
            ret->natt = v->natt > ret->natt ? v->natt : ret->natt;
            ret->dpd |= v->dpd;
            ret->fragments |= v->fragments;
        }
    }
}

void
ike_natd(enum hash_alg alg, const struct ike_header *cookies, const struct ike_address *a,
         uint16_t port, uint8_t *ret)
{
    const uint8_t wire[] = {(uint8_t)(port >> 8), (uint8_t)port};

    hash_of(alg, ret, rd_over(cookies->cky_i, IKE_COOKIE_SIZE),
            rd_over(cookies->cky_r, IKE_COOKIE_SIZE), rd_over(a->octets, a->family == 6 ? 16 : 4),
            rd_over(wire, sizeof wire));
}
