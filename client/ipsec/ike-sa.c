/* ike-sa.c - phase 1 as a whole: found, up, replaced, gone. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include <stdio.h>

#include "ike-priv.h"

#define RIVALS (20 * USEC_PER_SEC) /* what a first message may be late by, sent again */
#define GRACE  (10 * USEC_PER_SEC) /* until the one that was replaced is deleted */
#define ASK_AT 3u                  /* message 5 for this time: and is message 4 all there is? */
#define AGAIN  (10 * USEC_PER_SEC) /* until a rekey that failed is tried again */
#define ANEW   2u                  /* times that a main mode is begun anew */

struct ike_sa *
ike_sa_new(struct ike *k, bool initiator)
{
    for (unsigned i = 0; i < IKE_SAS; i++) {
        struct ike_sa *const sa = &k->sas[i];

        if (sa->state != IKE_SA_FREE)
            continue;
        *sa = (struct ike_sa){.initiator = initiator, .begun_at = k->now};
        sa->sent.due = sa->replied.due = NEVER;
        sa->rekey_at = sa->expires_at = sa->delete_at = NEVER;
        rng_fill(k->cfg.rng, initiator ? sa->cky_i : sa->cky_r, IKE_COOKIE_SIZE);
        rng_fill(k->cfg.rng, &sa->dpd_seq, sizeof sa->dpd_seq);
        sa->dpd_seq &= 0x7fffffff; /* RFC 3706 section 6.2: room to count upwards */
        return sa;
    }
    return NULL;
}

void
ike_sa_free(struct ike *k, struct ike_sa *sa)
{
    for (unsigned i = 0; i < IKE_QUICKS; i++)
        if (k->quicks[i].state != IKE_QUICK_FREE && k->quicks[i].sa == sa)
            ike_quick_free(&k->quicks[i]);
    dh_free(sa->dh);
    ike_keys_wipe(&sa->keys);
    ike_sent_clear(&sa->sent);
    ike_sent_clear(&sa->replied);
    ike_blob_clear(&sa->message_3);
    explicit_bzero(sa, sizeof *sa);
}

/* By its cookies; the first message does not know the responder's yet. */
struct ike_sa *
ike_sa_find(struct ike *k, const struct ike_header *h)
{
    static const uint8_t none[IKE_COOKIE_SIZE];
    const bool first = memcmp(h->cky_r, none, sizeof none) == 0;

    for (unsigned i = 0; i < IKE_SAS; i++) {
        struct ike_sa *const sa = &k->sas[i];

        if (sa->state == IKE_SA_FREE || memcmp(sa->cky_i, h->cky_i, sizeof sa->cky_i) != 0)
            continue;
        if (memcmp(sa->cky_r, h->cky_r, sizeof sa->cky_r) == 0 || (first && !sa->initiator) ||
            (sa->initiator && sa->state == IKE_SA_SENT_1))
            return sa;
    }
    return NULL;
}

struct ike_sa *
ike_sa_current(struct ike *k)
{
    struct ike_sa *best = NULL;

    for (unsigned i = 0; i < IKE_SAS; i++) {
        struct ike_sa *const sa = &k->sas[i];

        if (sa->state == IKE_SA_UP && (best == NULL || (best->retired && !sa->retired) ||
                                       (best->retired == sa->retired && sa->up_at > best->up_at)))
            best = sa;
    }
    return best;
}

/* Most of the lifetime, and less for who is the initiator, so that both do not begin at once. */
usec_t
ike_life(struct ike *k, uint32_t seconds, bool initiator)
{
    const usec_t whole = seconds * USEC_PER_SEC;
    uint16_t spread;

    rng_fill(k->cfg.rng, &spread, sizeof spread);
    return whole / 100 * (initiator ? 80 : 90) + whole / 100 * 5 / 65536 * spread;
}

static void
retire(struct ike *k, struct ike_sa *sa, bool ours_to_delete)
{
    sa->retired = true;
    sa->retired_at = k->now;
    sa->rekey_at = NEVER;
    if (ours_to_delete)
        sa->delete_at = k->now + GRACE;
}

/* Was @fresh begun before who began it can have known of @old? */
static bool
rivals(const struct ike_sa *old, const struct ike_sa *fresh)
{
    const usec_t known = old->up_at + (fresh->initiator ? 0 : RIVALS);

    return old->initiator != fresh->initiator && fresh->begun_at < known;
}

/* Of two that both ends began at once the client's stays. No RFC has a rule. strongSwan and
 * Libreswan go on with both; Windows gives one up (ERROR_IPSEC_IKE_SIMULTANEOUS_REKEY), nobody says
 * which. So a client never deletes one of two that collided, neither its own nor the server's:
 * whatever the server throws away, the other is left. */
static bool
of_client(const struct ike *k, const struct ike_sa *sa)
{
    return sa->initiator == (k->cfg.role == IKE_INITIATOR);
}

/* It was in use when @fresh was begun, and the rival of @fresh was up first. */
static bool
was_to_replace(const struct ike_sa *old, const struct ike_sa *fresh)
{
    return old->up_at < fresh->begun_at && old->retired_at >= fresh->begun_at;
}

static void
replace_others(struct ike *k, struct ike_sa *fresh)
{
    for (unsigned i = 0; i < IKE_SAS; i++) {
        struct ike_sa *const old = &k->sas[i];

        if (old == fresh || old->state != IKE_SA_UP)
            continue;
        if (old->retired) {
            if (of_client(k, fresh) && was_to_replace(old, fresh))
                retire(k, old, fresh->initiator);
        } else if (rivals(old, fresh) && of_client(k, old))
            retire(k, fresh, fresh->initiator);
        else if (rivals(old, fresh))
            retire(k, old, old->initiator);
        else
            retire(k, old, fresh->initiator);
    }
}

/* The one that was used is gone. Is there another that was put aside for it? */
void
ike_sa_succeed(struct ike *k)
{
    struct ike_sa *const sa = ike_sa_current(k);

    if (sa == NULL || !sa->retired)
        return;
    sa->retired = false;
    sa->delete_at = NEVER;
    sa->rekey_at = sa->up_at + ike_life(k, sa->seconds, sa->initiator);
    if (sa->rekey_at <= k->now)
        sa->rekey_at = k->now + AGAIN;
}

void
ike_sa_shorten(struct ike *k, struct ike_sa *sa, uint32_t seconds)
{
    if (seconds == 0 || seconds >= sa->seconds)
        return;
    sa->seconds = seconds;
    sa->expires_at = sa->up_at + seconds * USEC_PER_SEC;
    if (sa->rekey_at != NEVER)
        sa->rekey_at = usec_min(sa->rekey_at, sa->up_at + ike_life(k, seconds, sa->initiator));
}

/* What we are going to delete may take the pair in use along. And one that is only just made, of a
 * phase 1 that the server has replaced meanwhile, may be there on our side alone: strongSwan
 * ignores message 3 of quick mode when it has begun with that. */
static bool
pair_is_left_behind(const struct ike *k)
{
    const struct ike_child *const c = k->current;
    const bool young = c != NULL && c->initiator && c->born_at + GRACE > k->now;

    for (unsigned i = 0; i < IKE_SAS; i++) {
        const struct ike_sa *const sa = &k->sas[i];

        if (sa->state == IKE_SA_UP && sa->retired && ike_child_waits(k, sa))
            return true;
        if (sa->state != IKE_SA_UP || !ike_child_hangs_on(k, sa))
            continue;
        if (sa->delete_at != NEVER ||
            (young && sa->retired && memcmp(c->phase1, sa->cky_i, sizeof c->phase1) == 0))
            return true;
    }
    return false;
}

void
ike_sa_up(struct ike *k, struct ike_sa *sa)
{
    struct ike_event e = {.type = IKE_EVENT_AUTHENTICATED};

    sa->state = IKE_SA_UP;
    sa->up_at = k->now;
    k->last_port = sa->port;
    k->orphan_at = NEVER;
    sa->rekey_at = k->now + ike_life(k, sa->seconds, sa->initiator);
    sa->expires_at = k->now + sa->seconds * USEC_PER_SEC;
    dh_free(sa->dh);
    sa->dh = NULL;
    replace_others(k, sa);
    ike_alive(k);
    if (sa->floated && (sa->nat_here || k->cfg.role == IKE_INITIATOR))
        k->keepalive_at = k->now + 20 * USEC_PER_SEC;
    if (!k->up) {
        ike_suite_text(&sa->suite, e.authenticated.proposal, sizeof e.authenticated.proposal);
        e.authenticated.weak = ike_suite_weak(&sa->suite);
        if (k->cfg.auth == IKE_AUTH_PSK && k->psk.len < 20)
            e.authenticated.weak |= IKE_WEAK_PSK;
        e.authenticated.encapsulated = sa->floated;
        ike_event_put(k, &e);
        k->phase1_tier = sa->tier;
    }
    if ((!k->up && k->cfg.role == IKE_INITIATOR) || k->child_wanted || pair_is_left_behind(k))
        ike_quick_begin(k, k->up);
    k->up = true;
}

/* Anything else that is up, or on its way? */
static bool
others(const struct ike *k, const struct ike_sa *but)
{
    for (unsigned i = 0; i < IKE_SAS; i++)
        if (&k->sas[i] != but && k->sas[i].state != IKE_SA_FREE)
            return true;
    return false;
}

void
ike_sa_failed(struct ike *k, struct ike_sa *sa, enum ras_error error, const char *why)
{
    struct ike_sa *const current = ike_sa_current(k);
    const bool alone = !others(k, sa);

    ike_sa_free(k, sa);
    if (k->up && current != NULL && current != sa)
        return; /* a rekey is tried again until that one expires */
    if (k->cfg.role == IKE_RESPONDER && !k->up)
        return; /* whoever that was: the next one may do better */
    if (k->up && alone)
        ike_finish(k, RAS_LINK_FAILURE, "IKE: phase 1 could not be renewed: %s", why);
    else if (alone)
        ike_finish(k, error, "IKE: %s", why);
}

static bool
rekey_running(const struct ike *k)
{
    for (unsigned i = 0; i < IKE_SAS; i++)
        if (k->sas[i].state != IKE_SA_FREE && k->sas[i].state < IKE_SA_UP)
            return true;
    return false;
}

/* SoftEther, while it clears up after a call that has just ended, may throw away what another one
 * has begun. */
static bool
is_forgotten(const struct ike_sa *sa)
{
    return sa->state == IKE_SA_SENT_3 && sa->hint == IKE_HINT_NOTIFY &&
           sa->hint_type == IKE_N_INVALID_COOKIE;
}

/* Nobody answers any more. What an unprotected message said is told now, as what it is: a guess. */
static void
unanswered(struct ike *k, struct ike_sa *sa)
{
    char why[140];

    if (sa->state == IKE_SA_SENT_1) {
        ike_start_next(k, sa);
        return;
    }
    if (is_forgotten(sa) && !k->up && k->cfg.role == IKE_INITIATOR && ++k->forgotten <= ANEW) {
        ike_sa_free(k, sa);
        ike_start_step(k);
        return;
    }
    if (is_forgotten(sa))
        snprintf(why, sizeof why,
                 "message 3 was answered by INVALID-COOKIE (not authenticated): the server has "
                 "forgotten message 1 each time");
    else if (sa->hint == IKE_HINT_NOTIFY)
        snprintf(why, sizeof why, "message %u was answered by %s (not authenticated)%s",
                 sa->state == IKE_SA_SENT_3 ? 3 : 5, ike_notify_name(sa->hint_type),
                 k->cfg.auth == IKE_AUTH_PSK ? ": the pre-shared key is probably another one" : "");
    else if (sa->hint == IKE_HINT_INSIDE)
        snprintf(
            why, sizeof why, "message 5 was answered by %s%s", ike_notify_name(sa->hint_type),
            k->cfg.auth == IKE_AUTH_CERT
                ? ": the server does not accept this computer's certificate"
                : ": the server knows the pre-shared key, but not for this computer's identity");
    else if (sa->hint == IKE_HINT_GARBLED)
        snprintf(why, sizeof why, "message 5 was answered under other keys: %s",
                 k->cfg.auth == IKE_AUTH_PSK ? "the pre-shared key is not the server's"
                                             : "no common secret");
    else if (sa->hint == IKE_HINT_STILL_4)
        snprintf(why, sizeof why,
                 "message 5 is not taken, message 4 comes again: the pre-shared key is not the "
                 "server's%s",
                 sa->port == IKE_4500 ? ", or UDP 4500 is blocked" : "");
    else if (sa->state == IKE_SA_SENT_5)
        snprintf(why, sizeof why, "no answer to message 5 on UDP %s: %s%s",
                 sa->port == IKE_4500 ? "4500" : "500",
                 k->cfg.auth == IKE_AUTH_PSK ? "the pre-shared key is not the server's"
                                             : "the server does not accept the certificate",
                 sa->port == IKE_4500 ? ", or UDP 4500 is blocked" : "");
    else
        snprintf(why, sizeof why, "the server fell silent after message %u",
                 sa->state == IKE_SA_SENT_3 ? 2 : 3);
    ike_sa_failed(k, sa, RAS_OAKLEY_GENERAL_PROCESSING, why);
}

static void
sent_expire(struct ike *k, struct ike_sa *sa)
{
    struct ike_sent *const s = &sa->sent;

    if (s->left == 0) {
        ike_sent_stop(s);
        unanswered(k, sa);
        return;
    }
    const unsigned left = s->left - 1;
    const usec_t wait = s->wait;

    ike_sent_repeat(k, s, left, sa->peer.fragments);
    if (sa->state == IKE_SA_SENT_5 && s->said == ASK_AT)
        ike_transmit(k, sa->port_3, rd_over(sa->message_3.p, sa->message_3.n), sa->peer.fragments);
    s->due = k->now + wait;
    s->wait = usec_min(2 * wait, 5 * USEC_PER_SEC);
}

void
ike_sa_expire(struct ike *k, struct ike_sa *sa)
{
    if (sa->state == IKE_SA_FREE)
        return;
    if (sa->sent.due <= k->now) {
        sent_expire(k, sa);
        return;
    }
    if (sa->delete_at <= k->now && ike_child_hangs_on(k, sa) && !k->closing) {
        /* the pair in use might go with it: another first */
        sa->delete_at = k->now + GRACE;
        ike_renew(k);
        return;
    }
    if (sa->delete_at <= k->now) {
        ike_info_delete_sa(k, sa);
        ike_sa_free(k, sa);
        return;
    }
    if (sa->expires_at <= k->now && sa->state == IKE_SA_UP && ike_sa_current(k) != sa) {
        ike_sa_free(k, sa);
        return;
    }
    if (sa->expires_at <= k->now) {
        ike_sa_failed(k, sa, RAS_LINK_FAILURE, "the lifetime of phase 1 ran out");
        return;
    }
    if (sa->rekey_at <= k->now) {
        sa->rekey_at = k->now + AGAIN;
        if (!rekey_running(k) && !k->closing)
            ike_main_begin(k, true, k->phase1_tier, sa->port, 4);
    }
}

usec_t
ike_sa_deadline(const struct ike_sa *sa)
{
    if (sa->state == IKE_SA_FREE)
        return NEVER;
    return usec_min(usec_min(sa->sent.due, sa->delete_at), usec_min(sa->expires_at, sa->rekey_at));
}

bool
ike_msgid_fresh(struct ike_sa *sa, uint32_t msgid)
{
    if (msgid == 0)
        return false;
    for (unsigned i = 0; i < IKE_SEEN; i++)
        if (sa->seen[i] == msgid)
            return false;
    sa->seen[sa->seen_at++ % IKE_SEEN] = msgid;
    return true;
}

uint32_t
ike_msgid_new(struct ike *k, struct ike_sa *sa)
{
    uint32_t id;

    do
        rng_fill(k->cfg.rng, &id, sizeof id);
    while (!ike_msgid_fresh(sa, id));
    return id;
}
