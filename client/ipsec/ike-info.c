/*
 * ike-info.c - INFORMATIONAL exchanges: notifies, deletes, dead peer detection (RFC 2408 section
 * 4.8, RFC 2409 section 5.7, RFC 3706). What is not protected by a HASH changes nothing (row K8).
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>

#include "ike-priv.h"

#define DPD_DEFAULT    10u
#define DPD_UNANSWERED (4 * USEC_PER_SEC) /* what was sent in ESP */
#define DELETED_OFTEN  3
#define HINT_WAIT      (2 * USEC_PER_SEC) /* for a better answer than one that nobody vouches for */
#define SOON           (300 * USEC_PER_MSEC)
#define ORPHANED       (30 * USEC_PER_SEC) /* children may outlive phase 1, if a new one comes soon */
#define TOO_SHORT      (30 * USEC_PER_SEC)

const char *
ike_notify_name(uint16_t type)
{
    /* clang-format off */
    static const char *const names[] = {
        [1] = "INVALID-PAYLOAD-TYPE", "DOI-NOT-SUPPORTED", "SITUATION-NOT-SUPPORTED",
        "INVALID-COOKIE", "INVALID-MAJOR-VERSION", "INVALID-MINOR-VERSION",
        "INVALID-EXCHANGE-TYPE", "INVALID-FLAGS", "INVALID-MESSAGE-ID", "INVALID-PROTOCOL-ID",
        "INVALID-SPI", "INVALID-TRANSFORM-ID", "ATTRIBUTES-NOT-SUPPORTED", "NO-PROPOSAL-CHOSEN",
        "BAD-PROPOSAL-SYNTAX", "PAYLOAD-MALFORMED", "INVALID-KEY-INFORMATION",
        "INVALID-ID-INFORMATION", "INVALID-CERT-ENCODING", "INVALID-CERTIFICATE",
        "CERT-TYPE-UNSUPPORTED", "INVALID-CERT-AUTHORITY", "INVALID-HASH-INFORMATION",
        "AUTHENTICATION-FAILED", "INVALID-SIGNATURE", "ADDRESS-NOTIFICATION",
        "NOTIFY-SA-LIFETIME", "CERTIFICATE-UNAVAILABLE", "UNSUPPORTED-EXCHANGE-TYPE",
        "UNEQUAL-PAYLOAD-LENGTHS",
    };
    /* clang-format on */

    return type > 0 && type < sizeof names / sizeof *names ? names[type] : "an unknown error";
}

static struct rd
cookies_of(const struct ike_sa *sa, uint8_t room[static 2 * IKE_COOKIE_SIZE])
{
    memcpy(room, sa->cky_i, IKE_COOKIE_SIZE);
    memcpy(room + IKE_COOKIE_SIZE, sa->cky_r, IKE_COOKIE_SIZE);
    return rd_over(room, 2 * IKE_COOKIE_SIZE);
}

/* An exchange of one message. */
static uint32_t
begin(struct ike *k, struct ike_sa *sa, struct ike_wr *m)
{
    const uint32_t msgid = ike_msgid_new(k, sa);

    ike_phase2_begin(k, sa, IKE_INFORMATIONAL, msgid, m);
    return msgid;
}

static struct rd
finish(struct ike *k, struct ike_sa *sa, uint32_t msgid, struct ike_wr *m)
{
    uint8_t iv[CIPHER_BLOCK_MAX];

    ike_iv_phase2(&sa->keys, sa->iv, msgid, iv);
    const struct rd bytes = ike_phase2_end(sa, msgid, NULL, iv, m);

    if (rd_ok(&bytes))
        ike_transmit(k, sa->port, bytes, false);
    return bytes;
}

void
ike_info_notify(struct ike *k, struct ike_sa *sa, uint8_t protocol, uint16_t type, struct rd spi)
{
    struct ike_wr m;
    uint32_t msgid;

    if (sa->keys.encrypt == NULL)
        return;
    msgid = begin(k, sa, &m);
    ike_wr_notify(&m, protocol, type, spi, (struct rd){0});
    finish(k, sa, msgid, &m);
}

static void
delete_send(struct ike *k, struct ike_sa *sa, uint8_t protocol, struct rd spi)
{
    struct ike_wr m;
    const uint32_t msgid = begin(k, sa, &m);

    ike_wr_open(&m, IKE_PL_DELETE);
    wr_be32(&m.w, 1);
    wr_u8(&m.w, protocol);
    wr_u8(&m.w, (uint8_t)spi.left);
    wr_be16(&m.w, 1);
    wr_rd(&m.w, spi);
    ike_wr_close(&m);
    finish(k, sa, msgid, &m);
}

void
ike_info_delete_sa(struct ike *k, struct ike_sa *sa)
{
    uint8_t room[2 * IKE_COOKIE_SIZE];

    if (sa->state == IKE_SA_UP)
        delete_send(k, sa, IKE_PROTO_ISAKMP, cookies_of(sa, room));
}

void
ike_info_delete_child(struct ike *k, uint32_t spi_in)
{
    struct ike_sa *const sa = ike_sa_current(k);
    uint8_t room[4];
    struct wr w = wr_over(room, sizeof room);

    wr_be32(&w, spi_in);
    if (sa != NULL)
        delete_send(k, sa, IKE_PROTO_ESP, wr_done(&w));
}

void
ike_alive(struct ike *k)
{
    const uint32_t seconds = k->cfg.dpd_seconds != 0 ? k->cfg.dpd_seconds : DPD_DEFAULT;

    k->heard_at = k->now;
    k->unanswered = false;
    k->dpd_at = k->now + seconds * USEC_PER_SEC;
    for (unsigned i = 0; i < IKE_SAS; i++)
        k->sas[i].dpd_tries = 0;
}

/* ESP leaves. Silence means more now than while nobody says anything. */
void
ike_said(struct ike *k, usec_t now)
{
    if (k->unanswered || k->ended)
        return;
    k->unanswered = true;
    k->dpd_at = usec_min(k->dpd_at, now + DPD_UNANSWERED);
}

static void
dpd_put(struct ike_sa *sa, uint16_t type, uint32_t seq, struct ike_wr *m)
{
    uint8_t room[2 * IKE_COOKIE_SIZE], number[4];
    struct wr w = wr_over(number, sizeof number);

    wr_be32(&w, seq);
    ike_wr_notify(m, IKE_PROTO_ISAKMP, type, cookies_of(sa, room), wr_done(&w));
}

usec_t
ike_dpd_deadline(const struct ike *k)
{
    const struct ike_sa *const sa = ike_sa_current((struct ike *)k);

    return sa != NULL && sa->peer.dpd ? k->dpd_at : NEVER;
}

void
ike_dpd_expire(struct ike *k)
{
    /* for the answer: 11 s, and five of them and their answers have to be lost before a peer that
     * lives is taken for dead */
    static const uint8_t waits[] = {1, 2, 2, 3, 3};
    const unsigned tries = sizeof waits / sizeof *waits;
    struct ike_sa *const sa = ike_sa_current(k);
    struct ike_wr m;
    uint32_t msgid;

    if (k->dpd_at > k->now || sa == NULL || !sa->peer.dpd)
        return;
    if (sa->dpd_tries == tries) {
        ike_finish(k, RAS_LINK_FAILURE, "IKE: the peer is dead: no answer to %u R-U-THERE", tries);
        return;
    }
    const usec_t wait = waits[sa->dpd_tries] * USEC_PER_SEC;

    if (sa->dpd_tries++ == 0)
        sa->dpd_first = sa->dpd_seq + 1;
    msgid = begin(k, sa, &m);
    dpd_put(sa, IKE_N_R_U_THERE, ++sa->dpd_seq, &m);
    finish(k, sa, msgid, &m);
    k->dpd_at = k->now + wait;
}

/* Row K13: with the cookies of this SA, and never an older number than the last. */
static void
on_dpd(struct ike *k, struct ike_sa *sa, const struct ike_notify *n, const struct ike_in *in)
{
    uint8_t room[2 * IKE_COOKIE_SIZE];
    struct rd data = n->data;
    const uint32_t seq = rd_be32(&data);
    struct ike_wr m;

    if (!rd_done(&data) || !rd_equal(n->spi, cookies_of(sa, room))) {
        k->dropped++;
        return;
    }
    if (n->type == IKE_N_R_U_THERE_ACK) {
        if (sa->dpd_tries > 0 && seq - sa->dpd_first <= sa->dpd_seq - sa->dpd_first)
            ike_alive(k);
        return;
    }
    if (sa->dpd_peer_known && (int32_t)(seq - sa->dpd_peer_seq) < 0) {
        k->dropped++;
        return;
    }
    if (!sa->dpd_peer_known || seq != sa->dpd_peer_seq)
        ike_alive(k);
    sa->dpd_peer_known = true;
    sa->dpd_peer_seq = seq;
    const uint32_t msgid = begin(k, sa, &m);

    dpd_put(sa, IKE_N_R_U_THERE_ACK, seq, &m);
    ike_sent_keep(k, &sa->replied, sa->port, finish(k, sa, msgid, &m), in);
}

void
ike_info_lifetime(struct ike *k, struct ike_sa *sa, const struct ike_notify *n)
{
    const bool phase1 = n->protocol == IKE_PROTO_ISAKMP;
    struct rd spi = n->spi;
    uint32_t seconds, kilobytes;

    if (sa->state != IKE_SA_UP ||
        !ike_life_get(n->data, phase1 ? IKE_PHASE_1 : IKE_PHASE_2, &seconds, &kilobytes))
        return;
    if (phase1) {
        ike_sa_shorten(k, sa, seconds);
        return;
    }
    const uint32_t out = rd_be32(&spi);

    for (unsigned i = 0; i < IKE_CHILDREN && rd_done(&spi); i++)
        if (k->children[i].out.spi == out || k->children[i].in.spi == out)
            ike_child_shorten(k, &k->children[i], seconds);
}

static void
on_notify(struct ike *k, struct ike_sa *sa, struct rd body, const struct ike_in *in)
{
    struct ike_notify n;

    if (!ike_notify_get(body, &n))
        return;
    if (n.type == IKE_N_R_U_THERE || n.type == IKE_N_R_U_THERE_ACK) {
        on_dpd(k, sa, &n, in);
        return;
    }
    if (n.type == IKE_N_RESPONDER_LIFETIME)
        ike_info_lifetime(k, sa, &n);
    if (n.type > IKE_N_ERROR_LAST)
        return;
    if (sa->state == IKE_SA_SENT_5) {
        char why[140];

        snprintf(why, sizeof why, "the server answers %s%s", ike_notify_name(n.type),
                 k->cfg.auth == IKE_AUTH_CERT ? ": it does not accept this computer's certificate"
                                              : "");
        ike_sa_failed(k, sa, RAS_OAKLEY_GENERAL_PROCESSING, why);
        return;
    }
    ike_quick_refused(k, sa, 0, n.type);
}

/* The peer has thrown this phase 1 away. What hangs on it may be gone as well. */
static void
sa_deleted(struct ike *k, struct ike_sa *sa)
{
    const bool short_lived = sa->up_at + TOO_SHORT > k->now;
    const bool unserved = !k->served && k->cfg.role == IKE_INITIATOR && sa == ike_sa_current(k);
    const bool again = unserved && ike_quick_deserted(k, sa);

    ike_sa_free(k, sa);
    ike_sa_succeed(k);
    if (k->closing || ike_sa_current(k) != NULL)
        return;
    if (k->cfg.role == IKE_RESPONDER) {
        k->orphan_at = k->now + (ike_child_any(k) ? ORPHANED : 0);
        return;
    }
    k->child_fails = short_lived ? k->child_fails + 1 : k->child_fails;
    if (unserved && !again)
        ike_finish(
            k, RAS_OAKLEY_GENERAL_PROCESSING,
            "IKE: the server deletes phase 1 instead of an answer to quick mode: it wants other "
            "ciphers there, or has no place for the call");
    else if (unserved)
        ike_renew(k);
    else if (!ike_child_any(k)) /* first the pair, then this: a goodbye */
        ike_finish(k, RAS_REMOTE_DISCONNECTION, "IKE: the server ended the connection");
    else if (k->child_fails >= DELETED_OFTEN)
        ike_finish(k, RAS_REMOTE_DISCONNECTION, "IKE: the server deletes each phase 1");
    else
        ike_renew(k);
}

/* False: @sa is gone. */
static bool
on_delete(struct ike *k, struct ike_sa *sa, struct rd body)
{
    uint8_t room[2 * IKE_COOKIE_SIZE];
    struct ike_delete d;

    if (!ike_delete_get(body, &d))
        return true;
    for (unsigned i = 0; i < d.n && !k->ended; i++) {
        struct rd spi = rd_take(&d.spis, d.spi_size);

        if (d.protocol == IKE_PROTO_ESP && d.spi_size == 4) {
            ike_child_deleted(k, rd_be32(&spi));
        } else if (d.protocol == IKE_PROTO_ISAKMP && d.spi_size == 2 * IKE_COOKIE_SIZE) {
            struct ike_header h = {0};

            memcpy(h.cky_i, spi.p, IKE_COOKIE_SIZE);
            memcpy(h.cky_r, spi.p + IKE_COOKIE_SIZE, IKE_COOKIE_SIZE);
            struct ike_sa *const gone = ike_sa_find(k, &h);
            const bool this_one = rd_equal(spi, cookies_of(sa, room));

            if (gone != NULL && gone->state == IKE_SA_UP)
                sa_deleted(k, gone);
            if (this_one)
                return false;
        }
    }
    return true;
}

void
ike_hint(struct ike *k, struct ike_sa *sa, enum ike_hint what)
{
    struct ike_sent *const s = &sa->sent;
    const bool first = sa->state == IKE_SA_SENT_1;

    if (sa->hint == IKE_HINT_NONE || what != IKE_HINT_STILL_4) /* which says least */
        sa->hint = what;
    if (s->due == NEVER)
        return;
    s->wait = usec_min(s->wait, HINT_WAIT);
    if (first || s->said > 1) {
        s->left = 0;
        s->due = usec_min(s->due, k->now + (first ? SOON : HINT_WAIT));
    } else {
        s->left = s->left > 1 ? 1 : s->left;
    }
}

/* Some encrypt what they say of message 5, and put no HASH before it. */
static bool
notify_inside(struct ike *k, struct ike_sa *sa, struct ike_in *in, struct rd body)
{
    uint8_t iv[CIPHER_BLOCK_MAX];
    struct ike_notify n;

    memcpy(iv, sa->iv, sizeof iv);
    if (in->h.msgid != 0)
        ike_iv_phase2(&sa->keys, sa->iv, in->h.msgid, iv);
    if (!ike_open(k, &sa->keys, iv, body, in) ||
        !ike_notify_get(ike_payload_find(&in->p, IKE_PL_NOTIFY, 0), &n) ||
        n.type > IKE_N_ERROR_LAST)
        return false;
    sa->hint_type = n.type;
    return true;
}

/* Not protected, or not by keys that we know. */
static void
hint(struct ike *k, struct ike_sa *sa, struct ike_in *in, struct rd body)
{
    struct ike_payloads p;
    struct ike_notify n;
    const bool waiting =
        sa->state == IKE_SA_SENT_1 || sa->state == IKE_SA_SENT_3 || sa->state == IKE_SA_SENT_5;

    k->dropped++;
    if (!waiting)
        return;
    if ((in->h.flags & IKE_FLAG_ENCRYPTED) != 0) {
        if (sa->state != IKE_SA_SENT_5)
            return;
        ike_hint(k, sa, notify_inside(k, sa, in, body) ? IKE_HINT_INSIDE : IKE_HINT_GARBLED);
    } else {
        if (!ike_payloads_get(body, in->h.next, false, &p) ||
            !ike_notify_get(ike_payload_find(&p, IKE_PL_NOTIFY, 0), &n) ||
            n.type > IKE_N_ERROR_LAST)
            return;
        sa->hint_type = n.type;
        ike_hint(k, sa, IKE_HINT_NOTIFY);
    }
}

static bool
is_protected(struct ike *k, struct ike_sa *sa, struct ike_in *in, struct rd body)
{
    uint8_t iv[CIPHER_BLOCK_MAX], hash[HASH_MAX_SIZE];

    if ((in->h.flags & IKE_FLAG_ENCRYPTED) == 0 || sa->keys.decrypt == NULL || in->h.msgid == 0)
        return false;
    ike_iv_phase2(&sa->keys, sa->iv, in->h.msgid, iv);
    if (!ike_open(k, &sa->keys, iv, body, in) || in->p.v[0].type != IKE_PL_HASH ||
        in->p.v[0].body.left != sa->keys.size)
        return false;
    ike_hash_1(&sa->keys, in->h.msgid, in->p.after_first, hash);
    return secret_equal(in->p.v[0].body.p, hash, sa->keys.size);
}

void
ike_info_input(struct ike *k, struct ike_sa *sa, struct ike_in *in, struct rd body)
{
    if (ike_sent_answers(&sa->replied, in)) {
        ike_transmit(k, sa->replied.port, rd_over(sa->replied.bytes.p, sa->replied.bytes.n), false);
        return;
    }
    if (!is_protected(k, sa, in, body)) {
        hint(k, sa, in, body);
        return;
    }
    if (!ike_msgid_fresh(sa, in->h.msgid)) {
        k->dropped++;
        return;
    }
    const struct ike_payloads p = in->p; /* k->plain stays as it is until the next message */

    if (sa->state == IKE_SA_UP)
        ike_moved(k);
    for (unsigned i = 1; i < p.n && !k->ended && sa->state != IKE_SA_FREE; i++) {
        if (p.v[i].type == IKE_PL_NOTIFY)
            on_notify(k, sa, p.v[i].body, in);
        else if (p.v[i].type == IKE_PL_DELETE && sa->state == IKE_SA_UP &&
                 !on_delete(k, sa, p.v[i].body))
            return;
    }
}
