/*
 * ike-quick.c - quick mode (RFC 2409 section 5.5) in transport mode for L2TP (RFC 3193), with
 * NAT-OA when UDP encapsulates (RFC 3947 section 5.2):
 *
 *     1  HDR*, HASH(1), SA, Ni [, KE], IDci, IDcr [, NAT-OAi, NAT-OAr]  ->
 *                                                     <-  2  HDR*, HASH(2), SA, Nr [, KE], IDci,
 * IDcr.. 3  HDR*, HASH(3)                                              ->
 *
 * The last message of each end is kept for a while: it answers repetitions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>

#include "ike-priv.h"

#ifndef IKE_LIFE_2 /* less in a build for tests/lab/l2tp-calls --both */
#define IKE_LIFE_2 3600u
#endif

#define NONCE_SIZE     32
#define REPEATS        5
#define TIER_SHORT     1u
#define ASK_BESIDE     3 /* times that message 1 was said in vain */
#define REPEATS_BESIDE 3
#define KEPT           (60 * USEC_PER_SEC)
#define UDP            17
#define PORT_L2TP      1701
#define DESERTED_OFTEN 4 /* phases 1 that the server deletes instead of an answer */

struct parts { /* of message 1 or 2 */
    struct rd sa, nonce, ke, id_i, id_r;
    bool has_ids;
};

void
ike_quick_free(struct ike_quick *q)
{
    ike_sent_clear(&q->sent);
    dh_free(q->dh);
    explicit_bzero(q, sizeof *q);
}

static struct ike_quick *
quick_new(struct ike *k, struct ike_sa *sa, bool initiator)
{
    struct ike_quick *q = NULL;

    for (unsigned i = 0; i < IKE_QUICKS; i++) {
        struct ike_quick *const other = &k->quicks[i];

        if (other->state == IKE_QUICK_FREE) {
            q = other;
            break;
        }
        if (other->state == IKE_QUICK_DONE && (q == NULL || other->free_at < q->free_at))
            q = other;
    }
    if (q == NULL)
        return NULL;
    ike_quick_free(q);
    *q = (struct ike_quick){.sa = sa, .initiator = initiator, .begun_at = k->now, .free_at = NEVER};
    q->sent.due = NEVER;
    do
        rng_fill(k->cfg.rng, &q->spi_in, sizeof q->spi_in);
    while (q->spi_in < 256);
    return q;
}

static void
suites_of(const struct ike *k, unsigned tier, struct ike_child_suites *ret)
{
    if (k->phase2 == NULL || !ike_child_suites_parse(ret, k->phase2, k->cfg.refuse))
        ike_child_suites_tier(ret, tier, k->cfg.refuse);
}

static uint32_t
encapsulation(const struct ike_sa *sa)
{
    if (!sa->floated)
        return IKE_ENCAP_TRANSPORT;
    return sa->peer.natt == IKE_NATT_DRAFT ? IKE_ENCAP_UDP_TRANSPORT_DRAFT
                                           : IKE_ENCAP_UDP_TRANSPORT;
}

/* The selectors: our address and UDP port, the server's and 1701. */
static void
selectors_init(struct ike *k)
{
    const uint16_t ours =
        k->cfg.role == IKE_INITIATOR && k->cfg.l2tp_port != 0 ? k->cfg.l2tp_port : PORT_L2TP;
    struct wr local = wr_over(k->ts_local.p, sizeof k->ts_local.p);
    struct wr remote = wr_over(k->ts_remote.p, sizeof k->ts_remote.p);
    struct ike_id id;

    if (k->ts_local.n != 0)
        return;
    ike_id_from_address(&k->cfg.local, &id);
    ike_id_put(&local, &id, UDP, ours);
    ike_id_from_address(&k->cfg.remote, &id);
    ike_id_put(&remote, &id, UDP, PORT_L2TP);
    k->ts_local.n = (uint8_t)local.len;
    k->ts_remote.n = (uint8_t)remote.len;
}

static struct rd
selector(const struct ike_ts *ts)
{
    return rd_over(ts->p, ts->n);
}

static void
original_addresses_put(struct ike *k, const struct ike_quick *q, struct ike_wr *m)
{
    const struct ike_address *const i = q->initiator ? &k->cfg.local : &k->cfg.remote;
    const struct ike_address *const r = q->initiator ? &k->cfg.remote : &k->cfg.local;
    struct ike_id id;

    for (unsigned n = 0; n < 2 && q->sa->floated; n++) {
        ike_id_from_address(n == 0 ? i : r, &id);
        ike_wr_open(m, ike_natoa_type(q->sa->peer.natt));
        ike_id_put(&m->w, &id, 0, 0);
        ike_wr_close(m);
    }
}

/* @id_i, @id_r: an answer repeats those that it was asked with; .bad: there were none. */
static void
rest_put(struct ike *k, const struct ike_quick *q, struct rd id_i, struct rd id_r, struct ike_wr *m)
{
    ike_wr_payload(m, IKE_PL_NONCE, ike_value_rd(q->initiator ? &q->ni : &q->nr));
    if (q->dh != NULL)
        ike_wr_payload(m, IKE_PL_KE, dh_public(q->dh));
    if (rd_ok(&id_i) && rd_ok(&id_r)) {
        ike_wr_payload(m, IKE_PL_ID, id_i);
        ike_wr_payload(m, IKE_PL_ID, id_r);
    }
    original_addresses_put(k, q, m);
}

static bool
quick_running(const struct ike *k)
{
    for (unsigned i = 0; i < IKE_QUICKS; i++)
        if (k->quicks[i].state == IKE_QUICK_SENT_1)
            return true;
    return false;
}

/* Message 1, with the list of k->phase2_tier. */
static struct ike_quick *
begin(struct ike *k, struct ike_sa *sa, bool rekey, unsigned times)
{
    struct ike_quick *const q = quick_new(k, sa, true);
    struct ike_wr m;

    if (q == NULL)
        return NULL;
    selectors_init(k);
    q->rekey = rekey;
    q->tier = k->phase2_tier;
    k->phase2_tried |= 1u << q->tier;
    q->msgid = ike_msgid_new(k, sa);
    q->terms = (struct ike_terms){
        .encapsulation = encapsulation(sa),
        .group = ike_child_pfs(q->tier, sa->suite.group, k->cfg.pfs),
        .seconds = k->cfg.phase2_seconds != 0 ? k->cfg.phase2_seconds : IKE_LIFE_2,
    };
    q->dh = q->terms.group != 0 ? dh_new((enum dh_group)q->terms.group, k->cfg.rng) : NULL;
    q->ni.n = NONCE_SIZE;
    rng_fill(k->cfg.rng, q->ni.p, q->ni.n);
    suites_of(k, q->tier, &q->offered);
    ike_iv_phase2(&sa->keys, sa->iv, q->msgid, q->iv);
    ike_phase2_begin(k, sa, IKE_QUICK, q->msgid, &m);
    ike_child_offer(&q->offered, &q->terms, q->spi_in, &m);
    rest_put(k, q, selector(&k->ts_local), selector(&k->ts_remote), &m);
    q->state = IKE_QUICK_SENT_1;
    ike_sent_keep(k, &q->sent, sa->port, ike_phase2_end(sa, q->msgid, NULL, q->iv, &m), NULL);
    ike_sent_repeat(k, &q->sent, times, false);
    return q;
}

void
ike_quick_begin(struct ike *k, bool rekey)
{
    struct ike_sa *const sa = ike_sa_current(k);

    k->child_wanted = sa == NULL;
    if (!k->closing && sa != NULL && !quick_running(k))
        begin(k, sa, rekey, REPEATS);
}

/* As in phase 1, who says nothing may be one that a long list chokes, or one thing in it: the other
 * of the two usual lists is tried beside the first, which is repeated and listened to as before. It
 * ends before that does. */
static void
begin_beside(struct ike *k, struct ike_quick *silent)
{
    const unsigned tier = silent->tier == TIER_SHORT ? 0 : TIER_SHORT, before = k->phase2_tier;

    if (silent->rekey || silent->beside || k->served || k->phase2 != NULL ||
        (k->phase2_tried >> tier & 1) != 0)
        return;
    k->phase2_tier = tier;
    struct ike_quick *const q = begin(k, silent->sa, false, REPEATS_BESIDE);
    k->phase2_tier = before;
    if (q != NULL)
        q->beside = true;
}

/* @q was answered: of the first contact's others none is. */
static void
forget_others(struct ike *k, const struct ike_quick *q)
{
    for (unsigned i = 0; i < IKE_QUICKS; i++)
        if (&k->quicks[i] != q && k->quicks[i].state == IKE_QUICK_SENT_1)
            ike_quick_free(&k->quicks[i]);
}

/* The keys of both directions, from what both ends have said. */
static void
child_make(struct ike *k, struct ike_quick *q, struct rd gxy, bool confirmed)
{
    const struct rd ni = ike_value_rd(&q->ni), nr = ike_value_rd(&q->nr);
    struct esp_keys in = {.spi = q->spi_in, .suite = q->suite};
    struct esp_keys out = {.spi = q->spi_out, .suite = q->suite};
    const size_t n = esp_keymat_size(&q->suite);

    ike_keymat(&q->sa->keys, gxy, in.spi, ni, nr, in.keymat, n);
    ike_keymat(&q->sa->keys, gxy, out.spi, ni, nr, out.keymat, n);
    ike_child_add(k, q, &in, &out, confirmed);
    esp_keys_wipe(&in);
    esp_keys_wipe(&out);
}

static bool
child_from(struct ike *k, struct ike_quick *q, struct rd ke, bool confirmed)
{
    uint8_t gxy[DH_MAX_SIZE];
    bool good = true;

    if (q->dh != NULL)
        good = rd_ok(&ke) && dh_compute(q->dh, ke, gxy);
    if (good)
        child_make(k, q,
                   q->dh != NULL ? rd_over(gxy, dh_shared_size(q->terms.group)) : (struct rd){0},
                   confirmed);
    explicit_bzero(gxy, sizeof gxy);
    return good;
}

static bool
nonce_set(struct ike_value *v, struct rd nonce)
{
    if (nonce.bad || nonce.left < IKE_NONCE_MIN || nonce.left > IKE_NONCE_MAX)
        return false;
    memcpy(v->p, nonce.p, nonce.left);
    v->n = nonce.left;
    return true;
}

static bool
parts_get(const struct ike_payloads *p, struct parts *ret)
{
    const unsigned ids = ike_payload_count(p, IKE_PL_ID);

    ret->sa = ike_payload_find(p, IKE_PL_SA, 0);
    ret->nonce = ike_payload_find(p, IKE_PL_NONCE, 0);
    ret->ke = ike_payload_find(p, IKE_PL_KE, 0);
    ret->id_i = ike_payload_find(p, IKE_PL_ID, 0);
    ret->id_r = ike_payload_find(p, IKE_PL_ID, 1);
    ret->has_ids = ids == 2;
    return ike_payload_count(p, IKE_PL_SA) == 1 && ike_payload_count(p, IKE_PL_NONCE) == 1 &&
           ike_payload_count(p, IKE_PL_KE) <= 1 && (ids == 0 || ids == 2);
}

/* One host, UDP, and that port; @port 0: any (row K9). */
static bool
selector_good(struct rd body, uint16_t port)
{
    struct ike_ident id;

    return ike_ident_get(body, &id) && (id.type == IKE_ID_IPV4 || id.type == IKE_ID_IPV6) &&
           id.protocol == UDP && (port == 0 || id.port == port);
}

/* What is said back to our own: the same, or wider by what makes no difference to us, who put one
 * UDP port through it and take from it nothing else (esp_udp_take()): any port, any protocol, one
 * host as a network. */
static bool
selector_answered(struct rd body, uint16_t port)
{
    static const uint8_t host[] = {0xff, 0xff, 0xff, 0xff};
    struct ike_ident id;

    if (!ike_ident_get(body, &id))
        return false;
    if (id.type == IKE_ID_IPV4_SUBNET ? memcmp(id.value.p + 4, host, sizeof host) != 0
                                      : id.type != IKE_ID_IPV4 && id.type != IKE_ID_IPV6)
        return false;
    return (id.protocol == UDP && (id.port == port || id.port == 0)) ||
           (id.protocol == 0 && id.port == 0);
}

static uint16_t
port_of(const struct ike_ts *ts)
{
    struct ike_ident id = {0};

    ike_ident_get(selector(ts), &id);
    return id.port;
}

static void
failed(struct ike *k, struct ike_quick *q, const char *why)
{
    const bool rekey = q->rekey;

    ike_quick_free(q);
    if (k->served && k->current == NULL) /* it was taken away */
        ike_finish(k, RAS_REMOTE_DISCONNECTION,
                   "IKE: the server ended the IPsec association and makes no other: %s", why);
    else if (!rekey || k->current == NULL)
        ike_finish(k, RAS_OAKLEY_GENERAL_PROCESSING, "IKE quick mode: %s", why);
    else if (k->current->rekey_at != NEVER)
        k->current->rekey_at = k->now + 10 * USEC_PER_SEC;
}

/* The responder may say in a notify that it will not keep the keys for as long (RFC 2407 section
 * 4.6.3.1). */
static void
responder_lifetime(struct ike_quick *q, const struct ike_in *in)
{
    for (unsigned i = 0; i < ike_payload_count(&in->p, IKE_PL_NOTIFY); i++) {
        struct ike_notify n;
        uint32_t seconds, kilobytes;

        if (!ike_notify_get(ike_payload_find(&in->p, IKE_PL_NOTIFY, i), &n) ||
            n.type != IKE_N_RESPONDER_LIFETIME ||
            !ike_life_get(n.data, IKE_PHASE_2, &seconds, &kilobytes))
            continue;
        if (seconds != 0 && seconds < q->terms.seconds)
            q->terms.seconds = seconds;
        if (kilobytes != 0 && (q->terms.kilobytes == 0 || kilobytes < q->terms.kilobytes))
            q->terms.kilobytes = kilobytes;
    }
}

static bool
on_2(struct ike *k, struct ike_quick *q, struct ike_in *in)
{
    struct ike_sa *const sa = q->sa;
    uint8_t hash[HASH_MAX_SIZE];
    struct parts parts;
    struct ike_wr m;

    ike_hash_2(&sa->keys, q->msgid, ike_value_rd(&q->ni), in->p.after_first, hash);
    if (!secret_equal(in->p.v[0].body.p, hash, sa->keys.size))
        return false;
    ike_moved(k);
    ike_alive(k);
    if (!parts_get(&in->p, &parts) || !nonce_set(&q->nr, parts.nonce) ||
        !ike_child_check(&q->offered, &q->terms, parts.sa, &q->suite, &q->terms, &q->spi_out)) {
        failed(k, q, ike_child_misfit(parts.sa));
        return true;
    }
    if (parts.has_ids && (!selector_answered(parts.id_i, port_of(&k->ts_local)) ||
                          !selector_answered(parts.id_r, port_of(&k->ts_remote)))) {
        failed(k, q, "the answer is for other traffic");
        return true;
    }
    responder_lifetime(q, in);
    ike_phase2_begin(k, sa, IKE_QUICK, q->msgid, &m);
    ike_hash_3(&sa->keys, q->msgid, ike_value_rd(&q->ni), ike_value_rd(&q->nr),
               m.w.base + IKE_HEADER_SIZE + 4);
    if (!child_from(k, q, parts.ke, true)) {
        failed(k, q, "the server's Diffie-Hellman value is none");
        return true;
    }
    ike_sent_keep(k, &q->sent, sa->port, ike_seal(&sa->keys, q->iv, &m), in);
    ike_transmit(k, sa->port, rd_over(q->sent.bytes.p, q->sent.bytes.n), false);
    q->state = IKE_QUICK_DONE;
    q->free_at = k->now + KEPT;
    forget_others(k, q);
    k->phase2_tier = q->tier;
    k->phase2_tried = 0;
    if (sa->retired) /* with which strongSwan throws it away: one that lasts, at once */
        ike_quick_begin(k, true);
    return true;
}

static bool
on_3(struct ike *k, struct ike_quick *q, struct ike_in *in)
{
    uint8_t hash[HASH_MAX_SIZE];

    ike_hash_3(&q->sa->keys, q->msgid, ike_value_rd(&q->ni), ike_value_rd(&q->nr), hash);
    if (!secret_equal(in->p.v[0].body.p, hash, q->sa->keys.size))
        return false;
    ike_moved(k);
    ike_alive(k);
    ike_sent_clear(&q->sent);
    q->state = IKE_QUICK_DONE;
    q->free_at = k->now + KEPT;
    ike_child_confirm(k, q->spi_in);
    return true;
}

/* CONNECTED, of who set the commit bit (RFC 2408 section 3.1). Behind a HASH as of any message that
 * begins an exchange. */
static bool
on_4(struct ike *k, struct ike_quick *q, struct ike_in *in)
{
    uint8_t hash[HASH_MAX_SIZE];
    struct ike_notify n;

    ike_hash_1(&q->sa->keys, q->msgid, in->p.after_first, hash);
    if (!q->initiator || !secret_equal(in->p.v[0].body.p, hash, q->sa->keys.size) ||
        !ike_notify_get(ike_payload_find(&in->p, IKE_PL_NOTIFY, 0), &n) ||
        n.type != IKE_N_CONNECTED)
        return false;
    ike_moved(k);
    ike_alive(k);
    ike_child_sign(k, q->spi_in);
    return true;
}

/* A server that renews the pair by itself says what it answered before: ours, or wider. */
static bool
selectors_good(const struct ike *k, const struct parts *parts)
{
    return !parts->has_ids || (selector_answered(parts->id_r, port_of(&k->ts_local)) &&
                               selector_answered(parts->id_i, port_of(&k->ts_remote)));
}

/* What a client wants protected: kept as our selectors the first time. */
static bool
selectors_take(struct ike *k, const struct parts *parts)
{
    const uint16_t ours = k->ts_local.n != 0 ? port_of(&k->ts_local) : PORT_L2TP;
    const uint16_t theirs = k->ts_remote.n != 0 ? port_of(&k->ts_remote) : 0;

    if (!parts->has_ids || !selector_good(parts->id_r, ours) ||
        !selector_good(parts->id_i, theirs) || parts->id_i.left > sizeof k->ts_local.p ||
        parts->id_r.left > sizeof k->ts_remote.p)
        return false;
    memcpy(k->ts_local.p, parts->id_r.p, parts->id_r.left);
    k->ts_local.n = (uint8_t)parts->id_r.left;
    memcpy(k->ts_remote.p, parts->id_i.p, parts->id_i.left);
    k->ts_remote.n = (uint8_t)parts->id_i.left;
    return true;
}

/* Message 1 of the peer's; @q is made of it. False: malformed; else an answer was sent. */
static bool
on_1(struct ike *k, struct ike_sa *sa, struct ike_in *in, const uint8_t *iv)
{
    struct ike_child_suites ours;
    struct ike_offer offer;
    struct parts parts;
    struct ike_wr m;

    if (!parts_get(&in->p, &parts) || !ike_offer_get(parts.sa, IKE_PHASE_2, &offer))
        return false;
    struct ike_quick *const q = quick_new(k, sa, false);

    if (q == NULL || !nonce_set(&q->ni, parts.nonce))
        return false;
    suites_of(k, 0, &ours);
    q->terms.encapsulation = encapsulation(sa);

    const struct ike_transform *t =
        ike_child_choose(&ours, &q->terms, &offer, &q->suite, &q->terms, &q->spi_out);

    if (t == NULL && k->phase2_tier != 0) { /* the server renews what it took of another list */
        suites_of(k, k->phase2_tier, &ours);
        t = ike_child_choose(&ours, &q->terms, &offer, &q->suite, &q->terms, &q->spi_out);
    }
    const bool server = k->cfg.role == IKE_RESPONDER;
    const bool pfs_good = t != NULL && (q->terms.group != 0) == rd_ok(&parts.ke) &&
                          (!k->cfg.pfs || q->terms.group != 0);

    if (!server)
        selectors_init(k);
    if (!pfs_good || !(server ? selectors_take(k, &parts) : selectors_good(k, &parts))) {
        ike_quick_free(q);
        ike_info_notify(k, sa, IKE_PROTO_ESP,
                        pfs_good ? IKE_N_INVALID_ID_INFORMATION : IKE_N_NO_PROPOSAL_CHOSEN,
                        (struct rd){0});
        return true;
    }
    q->msgid = in->h.msgid;
    memcpy(q->iv, iv, sizeof q->iv);
    q->nr.n = NONCE_SIZE;
    rng_fill(k->cfg.rng, q->nr.p, q->nr.n);
    q->dh = q->terms.group != 0 ? dh_new(q->terms.group, k->cfg.rng) : NULL;
    if ((q->terms.group != 0 && q->dh == NULL) || !child_from(k, q, parts.ke, false)) {
        ike_quick_free(q);
        return false;
    }
    ike_phase2_begin(k, sa, IKE_QUICK, q->msgid, &m);
    ike_child_answer(t, q->spi_in, &m);
    rest_put(k, q, parts.id_i, parts.id_r, &m);
    q->state = IKE_QUICK_SENT_2;
    ike_sent_keep(k, &q->sent, in->port, ike_phase2_end(sa, q->msgid, &q->ni, q->iv, &m), in);
    ike_sent_repeat(k, &q->sent, REPEATS, false);
    return true;
}

/* The peer's first message of a new exchange. */
static void
fresh(struct ike *k, struct ike_sa *sa, struct ike_in *in, struct rd body)
{
    uint8_t iv[CIPHER_BLOCK_MAX], hash[HASH_MAX_SIZE];

    ike_iv_phase2(&sa->keys, sa->iv, in->h.msgid, iv);
    if (!ike_open(k, &sa->keys, iv, body, in) || in->p.v[0].type != IKE_PL_HASH ||
        in->p.v[0].body.left != sa->keys.size) {
        k->dropped++;
        return;
    }
    ike_hash_1(&sa->keys, in->h.msgid, in->p.after_first, hash);
    if (!secret_equal(in->p.v[0].body.p, hash, sa->keys.size) || k->closing ||
        !ike_msgid_fresh(sa, in->h.msgid)) {
        k->dropped++;
        return;
    }
    ike_moved(k);
    ike_alive(k);
    k->dropped += !on_1(k, sa, in, iv);
}

static bool
on_next(struct ike *k, struct ike_quick *q, struct ike_in *in)
{
    switch (q->state) {
    case IKE_QUICK_SENT_1:
        return on_2(k, q, in);
    case IKE_QUICK_SENT_2:
        return on_3(k, q, in);
    case IKE_QUICK_DONE:
        return on_4(k, q, in);
    case IKE_QUICK_FREE:
        break;
    }
    return false;
}

void
ike_quick_input(struct ike *k, struct ike_sa *sa, struct ike_in *in, struct rd body)
{
    struct ike_quick *q = NULL;
    uint8_t iv[CIPHER_BLOCK_MAX];

    for (unsigned i = 0; i < IKE_QUICKS; i++)
        if (k->quicks[i].state != IKE_QUICK_FREE && k->quicks[i].sa == sa &&
            k->quicks[i].msgid == in->h.msgid)
            q = &k->quicks[i];
    if (q == NULL) {
        fresh(k, sa, in, body);
        return;
    }
    if (ike_sent_answers(&q->sent, in)) {
        if (ike_child_lives(k, q->spi_in)) /* else it would become the newest over there */
            ike_transmit(k, q->sent.port, rd_over(q->sent.bytes.p, q->sent.bytes.n), false);
        return;
    }
    memcpy(iv, q->iv, sizeof iv);
    if (!ike_open(k, &sa->keys, q->iv, body, in) || in->p.v[0].type != IKE_PL_HASH ||
        in->p.v[0].body.left != sa->keys.size || !on_next(k, q, in)) {
        memcpy(q->iv, iv, sizeof iv);
        k->dropped++;
    }
}

/* Is there something else to offer? Then it is next. */
static bool
next_tier(struct ike *k, const struct ike_sa *sa)
{
    const unsigned next = ike_child_next_tier(k->phase2_tried, sa->suite.group, k->cfg.pfs,
                                              k->phase2 != NULL, k->cfg.refuse);

    if (next == IKE_PHASE2_TIERS)
        return false;
    k->phase2_tier = next;
    return true;
}

/* Message 3, as nothing tells that it has come. */
void
ike_quick_repeat(struct ike *k, uint32_t spi_in)
{
    for (unsigned i = 0; i < IKE_QUICKS; i++) {
        const struct ike_quick *const q = &k->quicks[i];

        if (q->state == IKE_QUICK_DONE && q->initiator && q->spi_in == spi_in)
            ike_transmit(k, q->sent.port, rd_over(q->sent.bytes.p, q->sent.bytes.n), false);
    }
}

/* What servers say that stumble over a transform or an attribute which they do not know. */
static bool
about_the_offer(uint16_t type)
{
    return type == IKE_N_NO_PROPOSAL_CHOSEN || type == IKE_N_INVALID_TRANSFORM_ID ||
           type == IKE_N_ATTRIBUTES_NOT_SUPPORTED || type == IKE_N_BAD_PROPOSAL_SYNTAX;
}

bool
ike_quick_deserted(struct ike *k, const struct ike_sa *sa)
{
    const bool refused = k->refused; /* then something else is on offer already */

    k->refused = false;
    return !k->served && ++k->deserted < DESERTED_OFTEN && (refused || next_tier(k, sa));
}

/* The peer says no, and it is the peer. Another list comes next, where there is one. What it says
 * of an SPI is about what was sent under it, and that is not this exchange. */
void
ike_quick_refused(struct ike *k, struct ike_sa *sa, uint32_t msgid, uint16_t type)
{
    char why[120];

    for (unsigned i = 0; i < IKE_QUICKS && type != IKE_N_INVALID_SPI; i++) {
        struct ike_quick *const q = &k->quicks[i];

        if (q->state != IKE_QUICK_SENT_1 || q->sa != sa || (msgid != 0 && q->msgid != msgid))
            continue;
        if (about_the_offer(type) && next_tier(k, sa)) {
            const bool rekey = q->rekey;

            k->refused = true;
            ike_quick_free(q);
            ike_quick_begin(k, rekey);
            return;
        }
        snprintf(why, sizeof why, "the server answers %s%s", ike_notify_name(type),
                 !about_the_offer(type) ? ""
                 : k->cfg.pfs           ? ": perhaps it wants no PFS"
                                        : ": it wants other ciphers, or another group for PFS");
        failed(k, q, why);
        return;
    }
}

/* Servers that are known say no. One that does not is not told from one that is lost or slow. */
static const char *
unanswered(const struct ike *k, const struct ike_quick *q)
{
    if (k->transaction)
        return "no answer: the server asks for XAUTH or mode configuration instead, so it is not "
               "set up for L2TP";
    return q->sa->dpd_tries > 1
               ? "no answer, and none to the question whether it is there"
               : "no answer: perhaps the server wants other ciphers, or PFS, and does not say so";
}

void
ike_quick_expire(struct ike *k, struct ike_quick *q)
{
    struct ike_sent *const s = &q->sent;

    if (q->state == IKE_QUICK_FREE)
        return;
    if (q->free_at <= k->now) {
        ike_quick_free(q);
        return;
    }
    if (s->due > k->now)
        return;
    if (q->state == IKE_QUICK_SENT_1 && s->said == ASK_BESIDE)
        begin_beside(k, q);
    if (s->left > 0) {
        const usec_t wait = s->wait;
        const unsigned left = s->left - 1;

        ike_sent_repeat(k, s, left, false);
        s->due = k->now + wait;
        s->wait = usec_min(2 * wait, 5 * USEC_PER_SEC);
        return;
    }
    ike_sent_stop(s);
    if (q->state == IKE_QUICK_SENT_1 && q->beside) {
        ike_quick_free(q);
        return;
    }
    if (q->state == IKE_QUICK_SENT_1) {
        failed(k, q, unanswered(k, q));
        return;
    }
    const uint32_t spi = q->spi_in; /* message 3 never came */

    ike_quick_free(q);
    for (unsigned i = 0; i < IKE_CHILDREN; i++)
        if (k->children[i].used && k->children[i].in.spi == spi && !k->children[i].confirmed)
            ike_child_gone(k, &k->children[i]);
}

usec_t
ike_quick_deadline(const struct ike_quick *q)
{
    return q->state == IKE_QUICK_FREE ? NEVER : usec_min(q->sent.due, q->free_at);
}
