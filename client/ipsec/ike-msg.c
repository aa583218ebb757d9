/* ike-msg.c - see ike-msg.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ike-msg.h"

#define VERSION_1_0 0x10

/* Certificate requests and vendor ids that are kept of a message. The rest is passed over: Windows
 * sends a request for each authority that it trusts, some gateways the ids of all their features.
 */
enum { CERTREQS_MAX = 8, VENDORS_MAX = 40 };

bool
ike_header_get(struct rd *r, struct ike_header *ret)
{
    const size_t size = r->left;
    const struct rd cky_i = rd_take(r, IKE_COOKIE_SIZE), cky_r = rd_take(r, IKE_COOKIE_SIZE);
    struct ike_header h = {.next = rd_u8(r)};
    const uint8_t version = rd_u8(r);

    h.exchange = rd_u8(r);
    h.flags = rd_u8(r);
    h.msgid = rd_be32(r);
    const uint32_t length = rd_be32(r);

    if (!rd_ok(r) || version != VERSION_1_0 || length != size ||
        (h.flags & ~(IKE_FLAG_ENCRYPTED | IKE_FLAG_COMMIT | IKE_FLAG_AUTH_ONLY)) != 0)
        return false;
    memcpy(h.cky_i, cky_i.p, sizeof h.cky_i);
    memcpy(h.cky_r, cky_r.p, sizeof h.cky_r);
    *ret = h;
    return true;
}

/* One generic header and its body (RFC 2408 section 3.2). A length below 4 cannot be taken. */
static struct rd
payload_body(struct rd *r, uint8_t *next)
{
    *next = rd_u8(r);
    const uint8_t reserved = rd_u8(r);
    const uint16_t length = rd_be16(r);

    if (reserved != 0)
        r->bad = true;
    return rd_take(r, (size_t)length - 4);
}

bool
ike_payloads_get(struct rd body, uint8_t first, bool padded, struct ike_payloads *ret)
{
    struct rd r = body;
    uint8_t type = first;
    unsigned certreqs = 0, vendors = 0;

    *ret = (struct ike_payloads){0};
    while (type != IKE_PL_NONE) {
        struct ike_payload p = {.type = type};

        p.body = payload_body(&r, &type);
        if (!rd_ok(&r))
            return false;
        if ((p.type == IKE_PL_CERTREQ && ++certreqs > CERTREQS_MAX) ||
            (p.type == IKE_PL_VENDOR && ++vendors > VENDORS_MAX))
            continue;
        if (ret->n == IKE_PAYLOADS_MAX)
            return false;
        ret->v[ret->n++] = p;
        if (ret->n == 1)
            ret->after_first = r;
    }
    if (!rd_ok(&r) || (!padded && r.left > 3))
        return false;
    ret->after_first.left -= ret->n > 0 ? r.left : 0;
    return ret->n > 0;
}

struct rd
ike_payload_find(const struct ike_payloads *p, uint8_t type, unsigned nth)
{
    for (unsigned i = 0; i < p->n; i++)
        if (p->v[i].type == type && nth-- == 0)
            return p->v[i].body;
    return (struct rd){.bad = true};
}

unsigned
ike_payload_count(const struct ike_payloads *p, uint8_t type)
{
    unsigned count = 0;

    for (unsigned i = 0; i < p->n; i++)
        count += p->v[i].type == type;
    return count;
}

bool
ike_notify_get(struct rd body, struct ike_notify *ret)
{
    struct ike_notify n = {0};
    const uint32_t doi = rd_be32(&body);

    n.protocol = rd_u8(&body);
    const uint8_t spi_size = rd_u8(&body);

    n.type = rd_be16(&body);
    n.spi = rd_take(&body, spi_size);
    n.data = rd_take(&body, body.left);
    if (!rd_done(&body) || doi > 1) /* 0 is ISAKMP's own, 1 IPsec's */
        return false;
    *ret = n;
    return true;
}

bool
ike_delete_get(struct rd body, struct ike_delete *ret)
{
    struct ike_delete d = {0};
    const uint32_t doi = rd_be32(&body);

    d.protocol = rd_u8(&body);
    d.spi_size = rd_u8(&body);
    d.n = rd_be16(&body);
    d.spis = rd_take(&body, (size_t)d.n * d.spi_size);
    if (!rd_done(&body) || doi > 1 || d.n == 0 || d.spi_size == 0)
        return false;
    *ret = d;
    return true;
}

bool
ike_ident_get(struct rd body, struct ike_ident *ret)
{
    struct ike_ident id = {.type = rd_u8(&body)};

    id.protocol = rd_u8(&body);
    id.port = rd_be16(&body);
    id.value = rd_take(&body, body.left);
    if (!rd_done(&body) || id.value.left == 0)
        return false;
    if ((id.type == IKE_ID_IPV4 && id.value.left != 4) ||
        (id.type == IKE_ID_IPV4_SUBNET && id.value.left != 8) ||
        (id.type == IKE_ID_IPV6 && id.value.left != 16))
        return false;
    *ret = id;
    return true;
}

void
ike_wr_begin(struct ike_wr *m, uint8_t *buf, size_t cap, const struct ike_header *h)
{
    *m = (struct ike_wr){.w = wr_over(buf, cap)};
    wr_bytes(&m->w, h->cky_i, sizeof h->cky_i);
    wr_bytes(&m->w, h->cky_r, sizeof h->cky_r);
    m->next_at = m->w.len;
    wr_u8(&m->w, h->next);
    wr_u8(&m->w, VERSION_1_0);
    wr_u8(&m->w, h->exchange);
    wr_u8(&m->w, h->flags);
    wr_be32(&m->w, h->msgid);
    wr_be32(&m->w, 0);
}

void
ike_wr_open(struct ike_wr *m, uint8_t type)
{
    if (!m->w.bad)
        m->w.base[m->next_at] = type;
    m->open_at = m->next_at = m->w.len;
    wr_be16(&m->w, 0);
    wr_be16(&m->w, 0);
}

void
ike_wr_close(struct ike_wr *m)
{
    const size_t length = m->w.len - m->open_at;

    if (length > UINT16_MAX)
        m->w.bad = true;
    wr_patch_be16(&m->w, m->open_at + 2, (uint16_t)length);
}

void
ike_wr_payload(struct ike_wr *m, uint8_t type, struct rd body)
{
    ike_wr_open(m, type);
    wr_rd(&m->w, body);
    ike_wr_close(m);
}

void
ike_wr_notify(struct ike_wr *m, uint8_t protocol, uint16_t type, struct rd spi, struct rd data)
{
    ike_wr_open(m, IKE_PL_NOTIFY);
    wr_be32(&m->w, 1);
    wr_u8(&m->w, protocol);
    wr_u8(&m->w, (uint8_t)spi.left);
    wr_be16(&m->w, type);
    wr_rd(&m->w, spi);
    wr_rd(&m->w, data);
    ike_wr_close(m);
}

struct rd
ike_wr_done(struct ike_wr *m)
{
    const size_t length = m->w.len;

    wr_patch_be16(&m->w, IKE_HEADER_SIZE - 4, (uint16_t)(length >> 16));
    wr_patch_be16(&m->w, IKE_HEADER_SIZE - 2, (uint16_t)length);
    return wr_done(&m->w);
}
