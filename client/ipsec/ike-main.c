/*
 * ike-main.c - main mode (RFC 2409 sections 5.1 and 5.4), with NAT traversal (RFC 3947):
 *
 *     1  HDR, SA, VID..                     ->
 *                                           <-  2  HDR, SA, VID..
 *     3  HDR, KE, Ni, NAT-D, NAT-D          ->
 *                                           <-  4  HDR, KE, Nr, NAT-D, NAT-D [, CERTREQ]
 *        (from here on UDP 4500)
 *     5  HDR*, IDii, HASH_I | CERT.., SIG_I ->
 *                                           <-  6  HDR*, IDir, HASH_R | CERT.., SIG_R
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>

#include "ike-priv.h"

#ifndef IKE_LIFE_1 /* less in a build for tests/lab/l2tp-calls --both */
#define IKE_LIFE_1 28800u
#endif

#define NONCE_SIZE 32
#define REPEATS    5 /* of messages 3 and 5: 15 s in all */

static struct ike_header
header_of(const struct ike_sa *sa, uint8_t flags)
{
    struct ike_header h = {.exchange = IKE_MAIN, .flags = flags};

    memcpy(h.cky_i, sa->cky_i, sizeof h.cky_i);
    memcpy(h.cky_r, sa->cky_r, sizeof h.cky_r);
    return h;
}

static void
begin(struct ike *k, const struct ike_sa *sa, uint8_t flags, struct ike_wr *m)
{
    const struct ike_header h = header_of(sa, flags);

    ike_wr_begin(m, k->scratch, sizeof k->scratch, &h);
}

/* Our next message is out; as an initiator we repeat it until it is answered. */
static void
say(struct ike *k, struct ike_sa *sa, enum ike_sa_state state, struct rd bytes, unsigned times,
    const struct ike_in *answered)
{
    sa->state = state;
    ike_sent_keep(k, &sa->sent, sa->port, bytes, answered);
    if (sa->initiator)
        ike_sent_repeat(k, &sa->sent, times, sa->peer.fragments);
    else
        ike_transmit(k, sa->port, bytes, sa->peer.fragments);
}

static void
suites_of(const struct ike *k, unsigned tier, struct ike_suites *ret)
{
    if (k->phase1 == NULL || !ike_suites_parse(ret, k->phase1, k->cfg.refuse))
        ike_suites_tier(ret, tier, k->cfg.refuse);
}

static uint32_t
life_of(const struct ike *k)
{
    return k->cfg.phase1_seconds != 0 ? k->cfg.phase1_seconds : IKE_LIFE_1;
}

void
ike_main_begin(struct ike *k, bool rekey, unsigned tier, enum ike_port port, unsigned times)
{
    struct ike_sa *const sa = ike_sa_new(k, true);
    struct ike_wr m;
    struct ike_header h;
    struct ike_payloads p;

    if (sa == NULL)
        return;
    sa->rekey = rekey;
    sa->tier = tier;
    sa->port = port;
    sa->method = ike_auth_method(k);
    sa->seconds = life_of(k);
    suites_of(k, tier, &sa->offered);
    begin(k, sa, 0, &m);
    ike_suites_offer(&sa->offered, sa->method, sa->seconds, &m);
    ike_vendor_offer(&m);

    const struct rd bytes = ike_wr_done(&m);
    struct rd r = bytes;

    if (ike_header_get(&r, &h) && ike_payloads_get(r, h.next, false, &p)) {
        const struct rd body = ike_payload_find(&p, IKE_PL_SA, 0);

        if (body.left <= sizeof sa->sa_b) {
            memcpy(sa->sa_b, body.p, body.left);
            sa->sa_b_n = body.left;
        }
    }
    say(k, sa, IKE_SA_SENT_1, bytes, times, NULL);
}

static bool
value_set(struct ike_value *v, struct rd bytes, size_t min, size_t max)
{
    if (bytes.bad || bytes.left < min || bytes.left > max || bytes.left > sizeof v->p)
        return false;
    memcpy(v->p, bytes.p, bytes.left);
    v->n = bytes.left;
    return true;
}

static uint16_t
port_number(const struct ike_sa *sa, const struct ike_address *a)
{
    if (sa->port == IKE_4500)
        return 4500;
    return a->port != 0 ? a->port : 500;
}

/* The receiver's address first. Our own does not match when UDP encapsulation is to be forced, or
 * when we do not know it: the peer then finds a NAT. */
static void
natd_put(struct ike *k, const struct ike_sa *sa, struct ike_wr *m)
{
    const uint8_t type = ike_natd_type(sa->peer.natt);
    const struct ike_header h = header_of(sa, 0);
    const enum hash_alg alg = ike_suite_hash(&sa->suite);
    uint8_t room[HASH_MAX_SIZE];
    const struct rd digest = rd_over(room, hash_size(alg));
    const bool forced = k->cfg.role == IKE_INITIATOR && !k->cfg.plain_esp;

    if (sa->peer.natt == IKE_NATT_NONE)
        return;
    ike_natd(alg, &h, &k->cfg.remote, port_number(sa, &k->cfg.remote), room);
    ike_wr_payload(m, type, digest);
    if (forced || k->cfg.local.family == 0)
        rng_fill(k->cfg.rng, room, digest.left);
    else
        ike_natd(alg, &h, &k->cfg.local, port_number(sa, &k->cfg.local), room);
    ike_wr_payload(m, type, digest);
}

/* RFC 3947 section 3.2: is there a NAT before us (the first payload is not our address), before the
 * peer (none of the others is its address)? */
static void
natd_look(struct ike *k, struct ike_sa *sa, const struct ike_payloads *p)
{
    const uint8_t type = ike_natd_type(sa->peer.natt);
    const struct ike_header h = header_of(sa, 0);
    const enum hash_alg alg = ike_suite_hash(&sa->suite);
    const unsigned count = ike_payload_count(p, type);
    uint8_t want[HASH_MAX_SIZE];
    const struct rd digest = rd_over(want, hash_size(alg));
    bool nat_there = true;

    if (sa->peer.natt == IKE_NATT_NONE)
        return;
    sa->floated = k->cfg.role == IKE_INITIATOR && !k->cfg.plain_esp;
    k->encapsulated = sa->floated;
    if (count < 2)
        return;
    ike_natd(alg, &h, &k->cfg.local, port_number(sa, &k->cfg.local), want);
    sa->nat_here = !rd_equal(ike_payload_find(p, type, 0), digest);
    ike_natd(alg, &h, &k->cfg.remote, port_number(sa, &k->cfg.remote), want);
    for (unsigned i = 1; i < count; i++)
        nat_there &= !rd_equal(ike_payload_find(p, type, i), digest);
    sa->floated |= sa->nat_here || nat_there;
    k->encapsulated = sa->floated;
}

/* Cisco's IOS names what it can do behind message 4 only. The dialect of NAT traversal stays what
 * the first two messages agreed on. */
static void
features_look(struct ike_sa *sa, const struct ike_payloads *p)
{
    const enum ike_natt natt = sa->peer.natt;

    ike_vendor_add(p, &sa->peer);
    sa->peer.natt = natt;
}

/* With both public values and nonces there, everything else follows. */
bool
ike_main_keys(struct ike *k, struct ike_sa *sa, struct rd gxy)
{
    const struct ike_secrets s = {
        .psk = k->cfg.auth == IKE_AUTH_PSK ? secret_rd(&k->psk) : (struct rd){0},
        .ni = ike_value_rd(&sa->ni),
        .nr = ike_value_rd(&sa->nr),
        .gxy = gxy,
        .cky_i = sa->cky_i,
        .cky_r = sa->cky_r,
    };

    ike_keys_derive(&sa->keys, &sa->suite, &s);
    ike_iv_phase1(&sa->keys, ike_value_rd(&sa->ke_i), ike_value_rd(&sa->ke_r), sa->iv);
    return sa->keys.encrypt != NULL && sa->keys.decrypt != NULL;
}

static bool
keys_from_dh(struct ike *k, struct ike_sa *sa)
{
    uint8_t gxy[DH_MAX_SIZE];
    const struct ike_value *const theirs = sa->initiator ? &sa->ke_r : &sa->ke_i;
    const bool good = dh_compute(sa->dh, ike_value_rd(theirs), gxy) &&
                      ike_main_keys(k, sa, rd_over(gxy, dh_shared_size(sa->suite.group)));

    explicit_bzero(gxy, sizeof gxy);
    return good;
}

/* Our half of the exchange: a public value and a nonce. */
static bool
half(struct ike *k, struct ike_sa *sa)
{
    struct ike_value *const nonce = sa->initiator ? &sa->ni : &sa->nr;

    sa->dh = dh_new(sa->suite.group, k->cfg.rng);
    if (sa->dh == NULL)
        return false;
    nonce->n = NONCE_SIZE;
    rng_fill(k->cfg.rng, nonce->p, nonce->n);
    return value_set(sa->initiator ? &sa->ke_i : &sa->ke_r, dh_public(sa->dh), 1, DH_MAX_SIZE);
}

static void
half_put(struct ike *k, const struct ike_sa *sa, struct ike_wr *m)
{
    ike_wr_payload(m, IKE_PL_KE, ike_value_rd(sa->initiator ? &sa->ke_i : &sa->ke_r));
    ike_wr_payload(m, IKE_PL_NONCE, ike_value_rd(sa->initiator ? &sa->ni : &sa->nr));
    if (!sa->initiator && k->cfg.auth == IKE_AUTH_CERT)
        ike_auth_request(k, m);
    natd_put(k, sa, m);
}

/* Message 1, from nobody that we know. */
static bool
on_first(struct ike *k, struct ike_in *in)
{
    struct ike_offer offer;
    struct ike_suites ours;
    struct ike_suite suite;
    struct ike_wr m;
    const struct rd sa_b = ike_payload_find(&in->p, IKE_PL_SA, 0);
    static const uint8_t none[IKE_COOKIE_SIZE];
    const bool may = k->cfg.role == IKE_RESPONDER || k->up;

    if (!may || memcmp(in->h.cky_i, none, sizeof none) == 0 || k->closing ||
        ike_payload_count(&in->p, IKE_PL_SA) != 1 || sa_b.left > IKE_SA_BODY_MAX ||
        !ike_offer_get(sa_b, IKE_PHASE_1, &offer))
        return false;
    suites_of(k, 0, &ours);

    const struct ike_transform *t =
        ike_suites_choose(&ours, 1u << ike_auth_method(k), &offer, &suite);

    if (t == NULL && k->phase1_tier != 0) { /* the server renews what it took of another list */
        suites_of(k, k->phase1_tier, &ours);
        t = ike_suites_choose(&ours, 1u << ike_auth_method(k), &offer, &suite);
    }
    struct ike_sa *const sa = t != NULL ? ike_sa_new(k, false) : NULL;

    if (sa == NULL) {
        struct ike_header h = {.exchange = IKE_INFORMATIONAL};

        memcpy(h.cky_i, in->h.cky_i, sizeof h.cky_i);
        ike_wr_begin(&m, k->scratch, sizeof k->scratch, &h);
        ike_wr_notify(&m, IKE_PROTO_ISAKMP, IKE_N_NO_PROPOSAL_CHOSEN, (struct rd){0},
                      (struct rd){0});
        ike_transmit(k, in->port, ike_wr_done(&m), false);
        return true;
    }
    memcpy(sa->cky_i, in->h.cky_i, sizeof sa->cky_i);
    sa->rekey = k->up;
    sa->port = in->port;
    sa->suite = suite;
    sa->method = t->attr[IKE_A1_AUTH];
    sa->seconds = t->seconds != 0 && t->seconds < life_of(k) ? t->seconds : life_of(k);
    memcpy(sa->sa_b, sa_b.p, sa_b.left);
    sa->sa_b_n = sa_b.left;
    ike_vendor_get(&in->p, &sa->peer);
    begin(k, sa, 0, &m);
    ike_phase1_answer(t, &m);
    ike_vendor_answer(&m, &sa->peer);
    say(k, sa, IKE_SA_SENT_2, ike_wr_done(&m), 0, in);
    sa->expires_at = k->now + 30 * USEC_PER_SEC; /* for what is not completed */
    return true;
}

static bool
on_2(struct ike *k, struct ike_sa *sa, struct ike_in *in)
{
    static const uint8_t none[IKE_COOKIE_SIZE];
    const struct rd body = ike_payload_find(&in->p, IKE_PL_SA, 0);
    struct ike_suite suite;
    struct ike_wr m;
    uint32_t seconds;

    if (memcmp(in->h.cky_r, none, sizeof none) == 0 || ike_payload_count(&in->p, IKE_PL_SA) != 1 ||
        !ike_suites_check(&sa->offered, sa->method, sa->seconds, body, &suite, &seconds))
        return false;
    memcpy(sa->cky_r, in->h.cky_r, sizeof sa->cky_r);
    sa->suite = suite;
    sa->seconds = seconds;
    ike_vendor_get(&in->p, &sa->peer);
    if (!sa->rekey)
        ike_start_answered(k, sa);
    if (!half(k, sa)) {
        ike_sa_failed(k, sa, RAS_OAKLEY_GENERAL_PROCESSING, "no memory for the key exchange");
        return true;
    }
    begin(k, sa, 0, &m);
    half_put(k, sa, &m);
    say(k, sa, IKE_SA_SENT_3, ike_wr_done(&m), REPEATS, NULL);
    return true;
}

static bool
half_get(struct ike_sa *sa, const struct ike_payloads *p)
{
    const size_t size = dh_public_size(sa->suite.group);

    return ike_payload_count(p, IKE_PL_KE) == 1 && ike_payload_count(p, IKE_PL_NONCE) == 1 &&
           value_set(sa->initiator ? &sa->ke_r : &sa->ke_i, ike_payload_find(p, IKE_PL_KE, 0), size,
                     size) &&
           value_set(sa->initiator ? &sa->nr : &sa->ni, ike_payload_find(p, IKE_PL_NONCE, 0),
                     IKE_NONCE_MIN, IKE_NONCE_MAX);
}

static bool
on_3(struct ike *k, struct ike_sa *sa, struct ike_in *in)
{
    struct ike_wr m;

    if (!half_get(sa, &in->p) || (sa->dh == NULL && !half(k, sa)) || !keys_from_dh(k, sa))
        return false;
    sa->port = in->port; /* who floats with message 3 is answered there */
    features_look(sa, &in->p);
    natd_look(k, sa, &in->p);
    begin(k, sa, 0, &m);
    half_put(k, sa, &m);
    say(k, sa, IKE_SA_SENT_4, ike_wr_done(&m), 0, in);
    return true;
}

static bool
on_4(struct ike *k, struct ike_sa *sa, struct ike_in *in)
{
    struct ike_wr m;

    if (!half_get(sa, &in->p) || !keys_from_dh(k, sa))
        return false;
    features_look(sa, &in->p);
    natd_look(k, sa, &in->p);
    memcpy(sa->message_4, in->digest, sizeof sa->message_4);
    if (k->cfg.auth == IKE_AUTH_PSK) /* who looks at certificates may have to fetch some first */
        ike_blob_set(&sa->message_3, rd_over(sa->sent.bytes.p, sa->sent.bytes.n));
    sa->port_3 = sa->sent.port;
    if (sa->floated)
        sa->port = IKE_4500;
    begin(k, sa, IKE_FLAG_ENCRYPTED, &m);
    ike_auth_put(k, sa, &m);
    if (k->cfg.auth == IKE_AUTH_CERT)
        ike_auth_request(k, &m);
    if (!sa->rekey && !k->up && !k->cfg.no_initial_contact) {
        uint8_t cookies[2 * IKE_COOKIE_SIZE];

        memcpy(cookies, sa->cky_i, IKE_COOKIE_SIZE);
        memcpy(cookies + IKE_COOKIE_SIZE, sa->cky_r, IKE_COOKIE_SIZE);
        ike_wr_notify(&m, IKE_PROTO_ISAKMP, IKE_N_INITIAL_CONTACT, rd_over(cookies, sizeof cookies),
                      (struct rd){0});
    }
    say(k, sa, IKE_SA_SENT_5, ike_seal(&sa->keys, sa->iv, &m), REPEATS, NULL);
    return true;
}

/* The other end has said who it is. False: that was not it; it may still come. */
static bool
authentic(struct ike *k, struct ike_sa *sa, struct ike_in *in)
{
    struct ras_end why = {0};

    switch (ike_auth_check(k, sa, in, &why)) {
    case IKE_AUTH_GOOD:
        ike_moved(k);
        return true;
    case IKE_AUTH_MALFORMED:
        break;
    case IKE_AUTH_BAD:
        ike_info_notify(k, sa, IKE_PROTO_ISAKMP, IKE_N_AUTHENTICATION_FAILED, (struct rd){0});
        ike_sa_failed(k, sa, why.error, why.detail);
        break;
    }
    return false;
}

static bool
on_5(struct ike *k, struct ike_sa *sa, struct ike_in *in)
{
    struct ike_wr m;

    sa->port = in->port; /* with this message the peer floats, or does not */
    if (!authentic(k, sa, in))
        return false;
    k->initial_contact = false;
    for (unsigned i = 0; i < ike_payload_count(&in->p, IKE_PL_NOTIFY); i++) {
        struct ike_notify n;

        k->initial_contact |= ike_notify_get(ike_payload_find(&in->p, IKE_PL_NOTIFY, i), &n) &&
                              n.type == IKE_N_INITIAL_CONTACT;
    }
    begin(k, sa, IKE_FLAG_ENCRYPTED, &m);
    ike_auth_put(k, sa, &m);
    say(k, sa, IKE_SA_SENT_4, ike_seal(&sa->keys, sa->iv, &m), 0, in);
    sa->floated |= in->port == IKE_4500;
    k->encapsulated = sa->floated;
    ike_sa_up(k, sa);
    return true;
}

static bool
on_6(struct ike *k, struct ike_sa *sa, struct ike_in *in)
{
    if (!authentic(k, sa, in))
        return false;
    ike_sent_clear(&sa->sent);
    ike_sa_up(k, sa);
    for (unsigned i = 0; i < ike_payload_count(&in->p, IKE_PL_NOTIFY); i++) {
        struct ike_notify n;

        if (ike_notify_get(ike_payload_find(&in->p, IKE_PL_NOTIFY, i), &n) &&
            n.type == IKE_N_RESPONDER_LIFETIME)
            ike_info_lifetime(k, sa, &n);
    }
    return true;
}

static const struct {
    bool encrypted;
    bool (*handle)(struct ike *k, struct ike_sa *sa, struct ike_in *in);
} cells[IKE_SA_STATES] = {
    [IKE_SA_SENT_1] = {false, on_2}, [IKE_SA_SENT_2] = {false, on_3},
    [IKE_SA_SENT_3] = {false, on_4}, [IKE_SA_SENT_4] = {true, on_5},
    [IKE_SA_SENT_5] = {true, on_6},
};

void
ike_main_input(struct ike *k, struct ike_in *in, struct rd body)
{
    static const uint8_t none[IKE_COOKIE_SIZE];
    struct ike_sa *const sa = ike_sa_find(k, &in->h);
    const bool encrypted = (in->h.flags & IKE_FLAG_ENCRYPTED) != 0;
    const bool first = memcmp(in->h.cky_r, none, sizeof none) == 0;

    if (in->h.msgid != 0) {
        k->dropped++;
        return;
    }
    if (sa != NULL && ike_sent_answers(&sa->sent, in)) {
        ike_transmit(k, sa->sent.port, rd_over(sa->sent.bytes.p, sa->sent.bytes.n),
                     sa->peer.fragments);
        return;
    }
    if (sa == NULL) {
        k->dropped += !(first && !encrypted && ike_payloads_get(body, in->h.next, false, &in->p) &&
                        on_first(k, in));
        return;
    }
    if (sa->state == IKE_SA_SENT_5 && sa->sent.said > 1 &&
        memcmp(in->digest, sa->message_4, sizeof in->digest) == 0)
        ike_hint(k, sa, IKE_HINT_STILL_4);

    uint8_t iv[CIPHER_BLOCK_MAX];

    memcpy(iv, sa->iv, sizeof iv);
    if (cells[sa->state].handle == NULL || cells[sa->state].encrypted != encrypted ||
        (encrypted ? !ike_open(k, &sa->keys, sa->iv, body, in)
                   : !ike_payloads_get(body, in->h.next, false, &in->p)) ||
        !cells[sa->state].handle(k, sa, in)) {
        if (sa->state != IKE_SA_FREE)
            memcpy(sa->iv, iv, sizeof iv); /* as if it had not come */
        k->dropped++;
    }
}
