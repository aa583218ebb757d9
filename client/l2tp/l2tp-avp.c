/* l2tp-avp.c - see l2tp-avp.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "l2tp-avp.h"

#include "hash.h"

enum { /* of the header */
       FLAG_TYPE = 0x8000,
       FLAG_LENGTH = 0x4000,
       FLAG_SEQUENCE = 0x0800,
       FLAG_OFFSET = 0x0200,
       FLAG_PRIORITY = 0x0100,
       VERSION_MASK = 0x000f,
       VERSION_2 = 2,
};

enum { /* of an attribute */
       AVP_MANDATORY = 0x8000,
       AVP_HIDDEN = 0x4000,
       AVP_RESERVED = 0x3c00,
       AVP_LENGTH = 0x03ff,
       AVP_HEAD = 6,
};

bool
l2tp_header_get(struct rd datagram, struct l2tp_header *ret)
{
    const size_t whole = datagram.left;
    const unsigned flags = rd_be16(&datagram);
    struct l2tp_header h = {.control = (flags & FLAG_TYPE) != 0,
                            .numbered = (flags & FLAG_SEQUENCE) != 0};

    if ((flags & VERSION_MASK) != VERSION_2)
        return false;
    if ((flags & FLAG_LENGTH) != 0) {
        const size_t length = rd_be16(&datagram);

        /* what is behind it nobody has said: padding */
        if (datagram.bad || length < 4 || length > whole)
            return false;
        datagram.left = length - 4;
    }
    if (h.control && (flags & (FLAG_LENGTH | FLAG_SEQUENCE | FLAG_OFFSET | FLAG_PRIORITY)) !=
                         (FLAG_LENGTH | FLAG_SEQUENCE))
        return false;
    h.tunnel = rd_be16(&datagram);
    h.session = rd_be16(&datagram);
    if (h.numbered) {
        h.ns = rd_be16(&datagram);
        h.nr = rd_be16(&datagram);
    }
    if ((flags & FLAG_OFFSET) != 0)
        rd_take(&datagram, rd_be16(&datagram));
    if (!rd_ok(&datagram))
        return false;
    h.body = datagram;
    *ret = h;
    return true;
}

/* ---- attributes ---- */

#define AT(member) offsetof(struct l2tp_msg, member)

static const struct avp {
    enum { UNKNOWN, SKIPPED, TYPE, RESULT, U16, U32, TEXT, RESPONSE, ERRORS, EMPTY } kind;
    bool mandatory, may_hide; /* when we write it */
    size_t at;
} avps[] = {
    /* clang-format off */
    [L2TP_AVP_MESSAGE_TYPE] = {TYPE, true, false, 0},
    [L2TP_AVP_RESULT] = {RESULT, true, false, 0},
    [L2TP_AVP_VERSION] = {U16, true, false, AT(version)},
    [L2TP_AVP_FRAMING_CAP] = {U32, true, true, AT(framing_cap)},
    [L2TP_AVP_BEARER_CAP] = {U32, true, true, AT(bearer_cap)},
    [5] = {SKIPPED, false, false, 0}, /* Tie Breaker: two ends that both call; ours never is called */
    [6] = {SKIPPED, false, true, 0}, /* Firmware Revision */
    [L2TP_AVP_HOST_NAME] = {TEXT, true, false, AT(host_name)},
    [L2TP_AVP_VENDOR_NAME] = {TEXT, false, true, AT(vendor_name)},
    [L2TP_AVP_TUNNEL] = {U16, true, true, AT(tunnel)},
    [L2TP_AVP_WINDOW] = {U16, true, false, AT(window)},
    [L2TP_AVP_CHALLENGE] = {TEXT, true, true, AT(challenge)},
    [12] = {SKIPPED, true, false, 0}, /* Q.931 Cause Code */
    [L2TP_AVP_RESPONSE] = {RESPONSE, true, true, AT(response)},
    [L2TP_AVP_SESSION] = {U16, true, true, AT(session)},
    [L2TP_AVP_SERIAL] = {U32, true, true, AT(serial)},
    [16] = {SKIPPED, true, true, 0}, [17] = {SKIPPED, true, true, 0}, /* Minimum, Maximum BPS */
    [L2TP_AVP_BEARER] = {U32, true, true, AT(bearer)},
    [L2TP_AVP_FRAMING] = {U32, true, true, AT(framing)},
    /* Called Number, Calling Number, Sub-Address */
    [21] = {SKIPPED, true, true, 0}, [22] = {SKIPPED, true, true, 0}, [23] = {SKIPPED, true, true, 0},
    [L2TP_AVP_SPEED] = {U32, true, true, AT(speed)},
    [25] = {SKIPPED, false, true, 0}, /* Physical Channel ID */
    /* what a PAC that answers a telephone has agreed with the caller: LCP and authentication */
    [26] = {SKIPPED, false, true, 0}, [27] = {SKIPPED, false, true, 0}, [28] = {SKIPPED, false, true, 0},
    [29] = {SKIPPED, false, true, 0}, [30] = {SKIPPED, false, true, 0}, [31] = {SKIPPED, false, true, 0},
    [32] = {SKIPPED, false, true, 0}, [33] = {SKIPPED, false, true, 0},
    [L2TP_AVP_CALL_ERRORS] = {ERRORS, true, true, AT(errors)},
    [35] = {SKIPPED, true, true, 0}, /* ACCM: has no meaning without HDLC */
    [L2TP_AVP_RANDOM_VECTOR] = {SKIPPED, true, false, 0},
    [37] = {SKIPPED, false, true, 0}, [38] = {SKIPPED, false, true, 0}, /* Private Group ID, Rx Speed */
    [L2TP_AVP_SEQUENCING] = {EMPTY, true, false, 0},
    /* clang-format on */
};

_Static_assert(sizeof avps / sizeof *avps == L2TP_AVPS, "a row for each");

/* What must be in a message for it to be of use. */
static const uint64_t required[L2TP_TYPES] = {
    [L2TP_SCCRQ] =
        L2TP_HAS(L2TP_AVP_VERSION) | L2TP_HAS(L2TP_AVP_HOST_NAME) | L2TP_HAS(L2TP_AVP_TUNNEL),
    [L2TP_SCCRP] =
        L2TP_HAS(L2TP_AVP_VERSION) | L2TP_HAS(L2TP_AVP_HOST_NAME) | L2TP_HAS(L2TP_AVP_TUNNEL),
    [L2TP_ICRQ] = L2TP_HAS(L2TP_AVP_SESSION) | L2TP_HAS(L2TP_AVP_SERIAL),
    [L2TP_OCRQ] = L2TP_HAS(L2TP_AVP_SESSION) | L2TP_HAS(L2TP_AVP_SERIAL),
    [L2TP_ICRP] = L2TP_HAS(L2TP_AVP_SESSION),
    [L2TP_OCRP] = L2TP_HAS(L2TP_AVP_SESSION),
    [L2TP_ICCN] = L2TP_HAS(L2TP_AVP_SPEED) | L2TP_HAS(L2TP_AVP_FRAMING),
    [L2TP_WEN] = L2TP_HAS(L2TP_AVP_CALL_ERRORS),
};

void
l2tp_response(enum l2tp_type type, struct rd secret, struct rd challenge,
              uint8_t ret[static L2TP_RESPONSE])
{
    const uint8_t octet = (uint8_t)type;

    hash_of(HASH_MD5, ret, rd_over(&octet, 1), secret, challenge);
}

/* One block after the other: b1 = MD5(type, secret, vector), bi = MD5(secret, c(i-1)). */
static void
cover(uint16_t type, struct rd secret, struct rd vector, uint8_t *value, size_t n, bool hiding)
{
    const uint8_t type16[2] = {(uint8_t)(type >> 8), (uint8_t)type};
    uint8_t b[HASH_MD5_SIZE], last[HASH_MD5_SIZE];

    hash_of(HASH_MD5, b, rd_over(type16, 2), secret, vector);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && i % sizeof b == 0)
            hash_of(HASH_MD5, b, secret, rd_over(last, sizeof last));
        const uint8_t was = value[i];
        value[i] ^= b[i % sizeof b];
        last[i % sizeof b] = hiding ? value[i] : was;
    }
    explicit_bzero(b, sizeof b);
}

void
l2tp_hide(uint16_t type, struct rd secret, struct rd vector, uint8_t *value, size_t n)
{
    cover(type, secret, vector, value, n, true);
}

void
l2tp_unhide(uint16_t type, struct rd secret, struct rd vector, uint8_t *value, size_t n)
{
    cover(type, secret, vector, value, n, false);
}

/* The value of a hidden attribute; .bad: it can not be had. */
static struct rd
opened(struct l2tp_msg *m, uint16_t type, struct rd value, struct rd secret, struct rd vector)
{
    uint8_t *const to = m->clear + m->n_clear;

    if (secret.left == 0 || vector.left == 0 || value.left > sizeof m->clear - m->n_clear ||
        !avps[type].may_hide)
        return (struct rd){.bad = true};
    memcpy(to, value.p, value.left);
    l2tp_unhide(type, secret, vector, to, value.left);
    m->n_clear += value.left;

    struct rd clear = rd_over(to, value.left);
    return rd_take(&clear, rd_be16(&clear));
}

static void
get_result(struct rd *value, struct l2tp_msg *m)
{
    m->result = rd_be16(value);
    if (value->left > 0)
        m->error = rd_be16(value);
    m->text = rd_take(value, value->left);
}

/* Fills in what the table says. False: the length is wrong. */
static bool
get_value(struct l2tp_msg *m, const struct avp *avp, struct rd value)
{
    void *const at = (char *)m + avp->at;

    switch (avp->kind) {
    case UNKNOWN:
    case TYPE:
        return false;
    case SKIPPED:
        return true;
    case EMPTY:
        break;
    case RESULT:
        get_result(&value, m);
        break;
    case U16:
        *(uint16_t *)at = rd_be16(&value);
        break;
    case U32:
        *(uint32_t *)at = rd_be32(&value);
        break;
    case TEXT: /* a name that is empty is used no less than one that is not */
        value.bad |= value.left == 0 && at == &m->challenge;
        *(struct rd *)at = rd_take(&value, value.left);
        break;
    case RESPONSE: {
        const struct rd octets = rd_take(&value, L2TP_RESPONSE);
        if (!octets.bad)
            memcpy(at, octets.p, octets.left);
        break;
    }
    case ERRORS:
        rd_take(&value, 2);
        for (unsigned i = 0; i < 6; i++)
            ((uint32_t *)at)[i] = rd_be32(&value);
        break;
    }
    return rd_done(&value);
}

struct attribute {
    unsigned flags;
    uint16_t vendor, type;
    struct rd value;
};

static bool
next_attribute(struct rd *list, struct attribute *ret)
{
    ret->flags = rd_be16(list);
    ret->vendor = rd_be16(list);
    ret->type = rd_be16(list);
    const size_t n = ret->flags & AVP_LENGTH;
    ret->value = rd_take(list, n - AVP_HEAD); /* less wraps, and can not be taken */
    return rd_ok(list);
}

static enum l2tp_fault
get_type(struct rd *list, struct l2tp_msg *m)
{
    struct attribute a;

    if (!next_attribute(list, &a))
        return L2TP_BAD_LENGTH;
    if (a.type != L2TP_AVP_MESSAGE_TYPE || (a.flags & AVP_HIDDEN) != 0)
        return L2TP_BAD_VALUE;
    m->fault_vendor = a.vendor;
    if (a.vendor != 0) /* a message of its own: section 4.4.1 has M decide */
        return (a.flags & AVP_MANDATORY) != 0 ? L2TP_UNKNOWN_AVP : L2TP_SKIP;
    const uint16_t type = rd_be16(&a.value);
    if (!rd_done(&a.value))
        return L2TP_BAD_LENGTH;
    if (type == 0 || type == 5 || type == 13 || type >= L2TP_TYPES || (a.flags & AVP_RESERVED) != 0)
        return (a.flags & AVP_MANDATORY) != 0 ? L2TP_UNKNOWN_AVP : L2TP_SKIP;
    m->type = type;
    return L2TP_GOOD;
}

static enum l2tp_fault
get_attribute(struct l2tp_msg *m, struct attribute *a, struct rd secret, struct rd *vector)
{
    const bool known = a->vendor == 0 && a->type < L2TP_AVPS && avps[a->type].kind != UNKNOWN &&
                       (a->flags & AVP_RESERVED) == 0;
    const bool mandatory = (a->flags & AVP_MANDATORY) != 0;

    m->fault_vendor = a->vendor;
    m->fault_type = a->type;
    if (!known)
        return mandatory ? L2TP_UNKNOWN_AVP : L2TP_GOOD;
    if (a->type == L2TP_AVP_RANDOM_VECTOR) { /* of those that follow, up to the next */
        *vector = a->value;
        return (a->flags & AVP_HIDDEN) != 0 || a->value.left == 0 ? L2TP_BAD_VALUE : L2TP_GOOD;
    }
    if ((a->flags & AVP_HIDDEN) != 0) {
        a->value = opened(m, a->type, a->value, secret, *vector);
        if (a->value.bad)
            return mandatory || secret.left > 0 ? L2TP_BAD_HIDDEN : L2TP_GOOD;
    }
    if ((m->has & L2TP_HAS(a->type)) != 0) /* twice: the first counts */
        return mandatory ? L2TP_BAD_VALUE : L2TP_GOOD;

    struct l2tp_msg with = *m;
    if (!get_value(&with, &avps[a->type], a->value))
        return mandatory ? L2TP_BAD_LENGTH : L2TP_GOOD;
    *m = with;
    m->has |= L2TP_HAS(a->type);
    return L2TP_GOOD;
}

/* Numbers that RFC 2661 forbids. */
static enum l2tp_fault
judge(struct l2tp_msg *m)
{
    const uint64_t missing = required[m->type] & ~m->has;
    const bool may_be_zero = m->type == L2TP_STOPCCN || m->type == L2TP_CDN;
    const struct {
        enum l2tp_avp avp;
        bool zero;
    } rows[] = {
        {L2TP_AVP_TUNNEL, m->tunnel == 0 && !may_be_zero},
        {L2TP_AVP_SESSION, m->session == 0 && !may_be_zero},
        {L2TP_AVP_WINDOW, m->window == 0},
    };

    m->fault_vendor = 0;
    for (unsigned i = 0; i < L2TP_AVPS; i++) {
        m->fault_type = (uint16_t)i;
        if ((missing & L2TP_HAS(i)) != 0)
            return L2TP_BAD_VALUE;
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        m->fault_type = (uint16_t)rows[i].avp;
        if ((m->has & L2TP_HAS(rows[i].avp)) != 0 && rows[i].zero)
            return L2TP_BAD_VALUE;
    }
    return L2TP_GOOD;
}

enum l2tp_fault
l2tp_msg_get(struct rd attributes, struct rd secret, struct l2tp_msg *ret)
{
    struct rd vector = {0};
    struct attribute a;

    memset(ret, 0, sizeof *ret);
    enum l2tp_fault fault = get_type(&attributes, ret);
    while (fault == L2TP_GOOD && attributes.left > 0) {
        if (!next_attribute(&attributes, &a))
            return L2TP_BAD_LENGTH;
        fault = get_attribute(ret, &a, secret, &vector);
    }
    return fault == L2TP_GOOD ? judge(ret) : fault;
}

/* ---- writing ---- */

static void
put_value(struct wr *w, const struct l2tp_msg *m, const struct avp *avp)
{
    const void *const at = (const char *)m + avp->at;

    switch (avp->kind) {
    case UNKNOWN:
    case SKIPPED:
    case EMPTY:
        break;
    case TYPE:
        wr_be16(w, (uint16_t)m->type);
        break;
    case RESULT:
        wr_be16(w, m->result);
        if (m->error != 0 || m->text.left > 0)
            wr_be16(w, m->error);
        wr_rd(w, m->text);
        break;
    case U16:
        wr_be16(w, *(const uint16_t *)at);
        break;
    case U32:
        wr_be32(w, *(const uint32_t *)at);
        break;
    case TEXT:
        wr_rd(w, *(const struct rd *)at);
        break;
    case RESPONSE:
        wr_bytes(w, at, L2TP_RESPONSE);
        break;
    case ERRORS:
        wr_be16(w, 0);
        for (unsigned i = 0; i < 6; i++)
            wr_be32(w, ((const uint32_t *)at)[i]);
        break;
    }
}

static void
put_attribute(struct wr *w, const struct l2tp_msg *m, uint16_t type, struct rd secret,
              struct rd vector)
{
    const struct avp *const avp = &avps[type];
    const size_t start = w->len;
    const bool hide = avp->may_hide && secret.left > 0 && vector.left > 0;

    wr_be16(w, 0);
    wr_be16(w, 0);
    wr_be16(w, type);
    if (hide)
        wr_be16(w, 0); /* the original length */
    put_value(w, m, avp);
    const size_t n = w->len - start;
    const unsigned flags = (avp->mandatory ? AVP_MANDATORY : 0u) | (hide ? AVP_HIDDEN : 0u);
    wr_patch_be16(w, start, (uint16_t)(flags | n));
    if (hide && !w->bad) {
        wr_patch_be16(w, start + AVP_HEAD, (uint16_t)(n - AVP_HEAD - 2));
        l2tp_hide(type, secret, vector, w->base + start + AVP_HEAD, n - AVP_HEAD);
    }
}

void
l2tp_msg_put(struct wr *w, uint16_t tunnel, uint16_t session, const struct l2tp_msg *m,
             struct rd secret, struct rd vector)
{
    const size_t start = w->len;

    wr_be16(w, FLAG_TYPE | FLAG_LENGTH | FLAG_SEQUENCE | VERSION_2);
    wr_be16(w, 0);
    wr_be16(w, tunnel);
    wr_be16(w, session);
    wr_be32(w, 0);
    put_attribute(w, m, L2TP_AVP_MESSAGE_TYPE, secret, vector);
    if (secret.left > 0 && vector.left > 0) {
        wr_be16(w, (uint16_t)(AVP_MANDATORY | (AVP_HEAD + vector.left)));
        wr_be16(w, 0);
        wr_be16(w, L2TP_AVP_RANDOM_VECTOR);
        wr_rd(w, vector);
    }
    for (unsigned i = 1; i < L2TP_AVPS; i++) {
        if ((m->has & L2TP_HAS(i)) != 0)
            put_attribute(w, m, (uint16_t)i, secret, vector);
    }
    wr_patch_be16(w, start + 2, (uint16_t)(w->len - start));
}
