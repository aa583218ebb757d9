/* nbns-register.c - see nbns-register.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "nbns-register.h"

#include "inner-udp.h"

enum {
    TYPE_NULL = 0x0a,
    TYPE_NB = 0x20,
    CLASS_IN = 1,
    POINTER_TO_QUESTION = 0xc00c,
    FLAGS_REGISTER = 0x2900, /* opcode 5, recursion desired */
    FLAGS_RELEASE = 0x3000,  /* opcode 6 */
    FLAG_ANSWER = 0x8000,
    FLAG_RA = 0x0080, /* without it: "ask the owner yourself" (section 4.2.7) */
    OPCODE = 0x7800,
    OPCODE_REGISTER = 0x2800,
    OPCODE_WACK = 0x3800,
    RCODE = 0x000f,
    NB_GROUP = 0x8000,
    NB_H_NODE = 0x6000,
    LIFETIME = 300000, /* seconds: what is asked for; the server says what it is */
    TRIES = 3,
    WACK_MAX_S = 60,
    AGAIN_MIN_S = 900,
    AGAIN_MAX_S = 3 * 24 * 3600,
};

#define PAUSE (1500 * USEC_PER_MSEC)

bool
nbns_name_from(const char *host, char ret[static NBNS_NAME])
{
    size_t n = 0;

    memset(ret, 0, NBNS_NAME);
    for (; *host != '\0' && *host != '.'; host++) {
        const bool small = *host >= 'a' && *host <= 'z';
        const bool plain = small || (*host >= 'A' && *host <= 'Z') ||
                           (*host >= '0' && *host <= '9') || (*host == '-' && n > 0);
        if (!plain) {
            memset(ret, 0, NBNS_NAME);
            return false;
        }
        if (n < NBNS_NAME - 1)
            ret[n++] = (char)(small ? *host - 'a' + 'A' : *host);
    }
    return n > 0;
}

/* --- messages -------------------------------------------------------------------------------- */

void
nbns_encode(struct wr *w, const struct nbns_name *name)
{
    const size_t n = strnlen(name->text, NBNS_NAME - 1);

    wr_u8(w, 2 * NBNS_NAME);
    for (size_t i = 0; i < NBNS_NAME; i++) {
        const uint8_t c = i == NBNS_NAME - 1 ? name->suffix : i < n ? (uint8_t)name->text[i] : ' ';
        wr_u8(w, (uint8_t)('A' + (c >> 4)));
        wr_u8(w, (uint8_t)('A' + (c & 15)));
    }
    wr_u8(w, 0);
}

void
nbns_put(struct wr *w, uint16_t id, const struct nbns_name *name, uint32_t address,
         enum nbns_kind kind)
{
    wr_be16(w, id);
    wr_be16(w, kind == NBNS_REGISTER ? FLAGS_REGISTER : FLAGS_RELEASE);
    wr_be16(w, 1); /* question */
    wr_be32(w, 0);
    wr_be16(w, 1); /* additional */
    nbns_encode(w, name);
    wr_be16(w, TYPE_NB);
    wr_be16(w, CLASS_IN);
    wr_be16(w, POINTER_TO_QUESTION);
    wr_be16(w, TYPE_NB);
    wr_be16(w, CLASS_IN);
    wr_be32(w, kind == NBNS_REGISTER ? LIFETIME : 0);
    wr_be16(w, 6);
    wr_be16(w, (uint16_t)((name->group ? NB_GROUP : 0) | NB_H_NODE));
    wr_be32(w, address);
}

/* RDATA is the name's flags and address, or of a WACK the flags of what is waited for: who asked
 * knows both. */
bool
nbns_read(struct rd r, uint16_t id, const struct nbns_name *name, struct nbns_answer *ret)
{
    uint8_t expected[NBNS_ENCODED];
    struct wr w = wr_over(expected, sizeof expected);
    const uint16_t is = rd_be16(&r);
    const uint16_t flags = rd_be16(&r);
    const uint32_t questions_answers = rd_be32(&r);

    rd_be32(&r);
    nbns_encode(&w, name);
    const struct rd owner = rd_take(&r, NBNS_ENCODED);
    const uint16_t type = rd_be16(&r);
    const uint16_t class = rd_be16(&r);
    const uint32_t ttl = rd_be32(&r);
    rd_take(&r, rd_be16(&r));

    const bool wack = (flags & OPCODE) == OPCODE_WACK;
    if (!rd_ok(&r) || is != id || !(flags & FLAG_ANSWER) || questions_answers != 1 ||
        !rd_equal(owner, wr_done(&w)) || class != CLASS_IN)
        return false;
    if ((!wack && (flags & OPCODE) != OPCODE_REGISTER) ||
        (type != TYPE_NB && !(wack && type == TYPE_NULL)))
        return false;
    *ret = (struct nbns_answer){.wait = wack, .rcode = flags & RCODE, .ttl = ttl};
    if (!wack && ret->rcode == NBNS_OK && !(flags & FLAG_RA))
        ret->rcode = NBNS_ACT_ERR;
    return true;
}

/* --- one computer's names -------------------------------------------------------------------- */

void
nbns_register_init(struct nbns_register *r)
{
    *r = (struct nbns_register){0};
}

static void
add_name(struct nbns_register *r, usec_t now, const char *text, uint8_t suffix, bool group)
{
    struct nbns_one *one = &r->v[r->n];

    if (*text == '\0')
        return;
    *one = (struct nbns_one){.name = {.suffix = suffix, .group = group}, .deadline = now};
    memcpy(one->name.text, text, NBNS_NAME);
    r->n++;
}

void
nbns_register_begin(struct nbns_register *r, usec_t now, const struct nbns_names *names)
{
    nbns_register_init(r);
    r->names = *names;
    if (names->n_servers == 0)
        return;
    add_name(r, now, names->computer, 0x00, false);
    add_name(r, now, names->computer, 0x20, false);
    add_name(r, now, names->workgroup, 0x00, true);
}

usec_t
nbns_register_deadline(const struct nbns_register *r)
{
    usec_t next = NEVER;

    for (size_t i = 0; i < r->n; i++)
        next = usec_min(next, r->v[i].deadline);
    return next;
}

static void
settle(struct nbns_one *one, enum net_registered outcome)
{
    one->waits = false;
    one->outcome = outcome;
    one->deadline = NEVER;
}

static void
next_server(struct nbns_register *r, struct nbns_one *one, usec_t now, enum net_registered outcome)
{
    one->tries = 0;
    one->waits = false;
    one->deadline = now;
    if (++one->server < r->names.n_servers)
        return;
    one->server = 0;
    settle(one, outcome);
}

static void
put_packet(const struct nbns_register *r, const struct nbns_one *one, enum nbns_kind kind,
           struct wr *w)
{
    const struct inner_udp u = {.from = r->names.address,
                                .to = r->names.servers[one->server],
                                .from_port = NBNS_PORT,
                                .to_port = NBNS_PORT};

    inner_udp_begin(w, &u);
    nbns_put(w, one->id, &one->name, r->names.address, kind);
    inner_udp_end(w);
}

/* The same number for all tries: what answers the first one late is an answer. */
static bool
send_one(struct nbns_register *r, struct nbns_one *one, usec_t now, const struct rng *rng,
         struct wr *w)
{
    if (one->tries == TRIES)
        next_server(r, one, now, NET_REGISTER_SILENT);
    if (one->deadline == NEVER)
        return false;
    if (one->tries == 0)
        rng_fill(rng, &one->id, sizeof one->id);
    one->waits = true;
    one->tries++;
    one->deadline = now + PAUSE;
    put_packet(r, one, NBNS_REGISTER, w);
    return !w->bad;
}

bool
nbns_register_next(struct nbns_register *r, usec_t now, const struct rng *rng, struct wr *w)
{
    for (size_t i = 0; i < r->n; i++)
        if (now >= r->v[i].deadline && send_one(r, &r->v[i], now, rng, w))
            return true;
    return false;
}

static usec_t
seconds(uint32_t n, uint32_t least, uint32_t most)
{
    return (n < least ? least : n > most ? most : n) * USEC_PER_SEC;
}

static void
registered(struct nbns_one *one, usec_t now, uint32_t ttl)
{
    settle(one, NET_REGISTERED);
    one->known = true;
    one->tries = 0;
    if (ttl != 0)
        one->deadline = now + seconds(ttl / 2, AGAIN_MIN_S, AGAIN_MAX_S);
}

static void
told(struct nbns_register *r, struct nbns_one *one, usec_t now, const struct nbns_answer *a)
{
    if (a->wait) {
        one->deadline = now + seconds(a->ttl, 1, WACK_MAX_S);
        return;
    }
    switch (a->rcode) {
    case NBNS_OK:
        registered(one, now, a->ttl);
        break;
    case NBNS_RFS_ERR:
        settle(one, NET_REGISTER_REFUSED);
        break;
    case NBNS_ACT_ERR:
    case NBNS_CFT_ERR:
        settle(one, NET_REGISTER_TAKEN);
        break;
    default: /* a number from the wire: this server cannot, another may */
        next_server(r, one, now, NET_REGISTER_FAILED);
    }
}

/* Cheap: each packet of the call is asked about. */
static bool
waits(const struct nbns_register *r)
{
    bool any = false;

    for (size_t i = 0; i < r->n; i++)
        any |= r->v[i].waits;
    return any;
}

bool
nbns_register_takes(struct nbns_register *r, usec_t now, struct rd packet)
{
    struct inner_udp u;
    struct nbns_answer a;

    if (!waits(r) || !inner_udp_read(packet, &u) || u.to != r->names.address ||
        u.from_port != NBNS_PORT || u.to_port != NBNS_PORT)
        return false;
    for (size_t i = 0; i < r->n; i++) {
        struct nbns_one *one = &r->v[i];
        if (!one->waits || u.from != r->names.servers[one->server] ||
            !nbns_read(u.data, one->id, &one->name, &a))
            continue;
        told(r, one, now, &a);
        return true;
    }
    return false;
}

/* That a group has no room for us is no fault of our name's. */
enum net_registered
nbns_register_outcome(const struct nbns_register *r)
{
    enum net_registered all = NET_REGISTERED;

    if (r->names.address != 0 && r->names.n_servers == 0)
        return NET_REGISTER_NO_SERVER;
    if (r->names.address != 0 && r->names.computer[0] == '\0')
        return NET_REGISTER_NO_NAME;
    for (size_t i = 0; i < r->n; i++) {
        if (r->v[i].outcome == NET_REGISTER_NONE)
            return NET_REGISTER_NONE;
        if (!r->v[i].name.group && all == NET_REGISTERED)
            all = r->v[i].outcome;
    }
    return r->n == 0 ? NET_REGISTER_NONE : all;
}

bool
nbns_register_release(struct nbns_register *r, const struct rng *rng, struct wr *w)
{
    for (size_t i = 0; i < r->n; i++) {
        struct nbns_one *one = &r->v[i];
        const bool wanted = one->known || one->waits; /* its answer may be on the way */
        one->known = one->waits = false;
        one->deadline = NEVER;
        if (!wanted)
            continue;
        rng_fill(rng, &one->id, sizeof one->id);
        put_packet(r, one, NBNS_RELEASE, w);
        return !w->bad;
    }
    return false;
}
