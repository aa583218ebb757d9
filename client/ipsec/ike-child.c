/*
 * ike-child.c - the pairs of ESP associations: which one to send with, when they are renewed, how
 * they end. A new pair is there before the old one goes.
 *
 * When both ends begin a quick mode at once there are two new pairs. Both ends then send with the
 * client's, and who began the other deletes it.
 *
 * Nobody answers quick mode's message 3, and the other end has the pair only when it came. So a
 * client goes on with the pair that it has until there is a sign of the new one: ESP under it, an
 * answer to what was said under it (ike_sign()), Windows' message 4, the delete of the older pair.
 * Who moves first differs. Linux sends under the newest that it has, so strongSwan, Libreswan and
 * racoon there give the sign by themselves when they have something to say; SoftEther answers under
 * the pair that it heard last, KAME's racoon under the oldest: for those, and where nobody says
 * anything, the owner is told to ask. Without a sign message 3 is said again, twice, then another
 * pair is made; after three in a row, one a minute. When the older pair has run out meanwhile, the
 * newest is sent with, sign or no sign.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ike-priv.h"

#define RIVALS (4 * USEC_PER_SEC)  /* what one message may be late by, sent again */
#define GRACE  (10 * USEC_PER_SEC) /* until the one that was replaced is deleted */
#define AGAIN  (10 * USEC_PER_SEC)
#define LASTED (30 * USEC_PER_SEC) /* one that was gone before that did not work */
#define FAILS  3

#define PATIENCE_LEAST (1 * USEC_PER_SEC) /* for a sign, or two round trips */
#define PATIENCE_MOST  (4 * USEC_PER_SEC)
#define SPARE          (12 * USEC_PER_SEC) /* for all of that, before the older pair runs out */

#define MUCH_LATER (60 * USEC_PER_SEC)

enum { ASKED_OFTEN = 2, SIGNLESS = 3 };

static void
announce(struct ike *k, const struct ike_child *c)
{
    struct ike_event e = {.type = IKE_EVENT_CHILD};

    e.child.in = c->in;
    e.child.out = c->out;
    e.child.send = c == k->current;
    e.child.ask = c->sign_at != NEVER && (c->waits || e.child.send);
    e.child.encapsulated = c->encapsulated;
    e.child.weak = ike_child_weak(&c->in.suite);
    e.child.kilobytes = c->kilobytes;
    esp_suite_text(&c->in.suite, e.child.proposal, sizeof e.child.proposal);
    ike_event_put(k, &e);
    explicit_bzero(&e, sizeof e);
}

static void
retire(struct ike *k, struct ike_child *c, bool ours_to_delete)
{
    c->retired = true;
    c->spared = false;
    c->rekey_at = NEVER;
    if (ours_to_delete)
        c->delete_at = k->now + GRACE;
}

/* Of two that both ends began at once the client's stays, which both can tell. The server's is the
 * server's to delete: Libreswan 4.10 lets go of all that it has with us when it is told to delete
 * its newest, and which that is only it knows. */
static bool
of_client(const struct ike *k, const struct ike_child *c)
{
    return c->initiator == (k->cfg.role == IKE_INITIATOR);
}

static void
settle(struct ike *k, struct ike_child *c)
{
    struct ike_child *const old = k->current;

    k->served = true;
    if (old == NULL) {
        k->current = c;
        return;
    }
    /* We began before we knew of its, or the other end before it knew of ours. What we begin later,
     * as for a phase 1 that is about to go, replaces what is there. */
    const usec_t known = old->born_at + (c->initiator ? 0 : RIVALS);
    const bool rivals = !old->alone && old->initiator != c->initiator && c->begun_at < known;

    if (rivals && of_client(k, old)) {
        retire(k, c, c->initiator);
        return;
    }
    retire(k, old, rivals ? old->initiator : c->initiator);
    k->current = c;
}

/* Those that came before @c and never had a sign go, too. */
static void
settle_older(struct ike *k, const struct ike_child *c)
{
    for (unsigned i = 0; i < IKE_CHILDREN; i++) {
        struct ike_child *const old = &k->children[i];

        if (!old->used || !old->waits || old->born_at > c->born_at)
            continue;
        old->waits = false;
        old->sign_at = NEVER;
        retire(k, old, true);
    }
}

/* @c waited, and is what to send with now, unless another of ours, made since, has come before. */
static void
stop_waiting(struct ike *k, struct ike_child *c)
{
    const struct ike_child *const now = k->current;

    c->waits = false;
    settle_older(k, c);
    if (now != NULL && now->initiator == c->initiator && now->born_at > c->born_at) {
        retire(k, c, true);
        return;
    }
    settle(k, c);
    if (c == k->current)
        announce(k, c);
}

void
ike_child_sign(struct ike *k, uint32_t spi_in)
{
    for (unsigned i = 0; i < IKE_CHILDREN; i++) {
        struct ike_child *const c = &k->children[i];

        if (!c->used || c->in.spi != spi_in || (!c->waits && c->sign_at == NEVER))
            continue;
        c->sign_at = NEVER;
        k->signless = 0;
        if (c->waits)
            stop_waiting(k, c);
        for (unsigned n = 0; n < IKE_CHILDREN && c == k->current; n++)
            if (k->children[n].used && k->children[n].spared)
                retire(k, &k->children[n], true);
        return;
    }
}

bool
ike_child_lives(const struct ike *k, uint32_t spi_in)
{
    for (unsigned i = 0; i < IKE_CHILDREN; i++)
        if (k->children[i].used && k->children[i].in.spi == spi_in)
            return !k->children[i].retired;
    return false;
}

static struct ike_child *
newest_that_waits(struct ike *k)
{
    struct ike_child *best = NULL;

    for (unsigned i = 0; i < IKE_CHILDREN; i++) {
        struct ike_child *const c = &k->children[i];

        if (c->used && c->waits && (best == NULL || c->born_at > best->born_at))
            best = c;
    }
    return best;
}

/* What it replaces stays until there is a sign, or its lifetime is over: it may be all that the
 * server has. */
void
ike_child_take(struct ike *k)
{
    struct ike_child *const c = newest_that_waits(k), *const old = k->current;

    if (c == NULL)
        return;
    stop_waiting(k, c);
    if (old == NULL || old == k->current || old->delete_at == NEVER)
        return;
    old->delete_at = NEVER;
    old->spared = true;
}

bool
ike_child_waits(const struct ike *k, const struct ike_sa *sa)
{
    for (unsigned i = 0; i < IKE_CHILDREN; i++) {
        const struct ike_child *const c = &k->children[i];

        if (c->used && c->waits && c->sign_at != NEVER &&
            memcmp(c->phase1, sa->cky_i, sizeof c->phase1) == 0)
            return true;
    }
    return false;
}

static struct ike_child *
child_new(struct ike *k)
{
    struct ike_child *oldest =
        &k->children[k->current == &k->children[0]]; /* any but the current */

    for (unsigned i = 0; i < IKE_CHILDREN; i++) {
        struct ike_child *const c = &k->children[i];

        if (!c->used)
            return c;
        if (c != k->current && c->born_at < oldest->born_at)
            oldest = c;
    }
    ike_child_gone(k, oldest);
    return oldest;
}

/* A sign is waited for: two round trips, as far as message 2 tells how long one is. */
static void
wait_for_sign(struct ike *k, struct ike_child *c, const struct ike_quick *q)
{
    const usec_t rtt = k->now - q->begun_at; /* or more, when it was lost at first */

    for (unsigned i = 0; i < IKE_CHILDREN; i++)
        k->children[i].sign_at = NEVER; /* nobody waits for those before it */
    c->patience = rtt > PATIENCE_LEAST / 2 ? usec_min(2 * rtt, PATIENCE_MOST) : PATIENCE_LEAST;
    c->sign_at = k->now + c->patience;
    c->waits = k->current != NULL;
}

/* Short lives are renewed earlier than at four fifths, as all that takes its time. */
static usec_t
renew_after(struct ike *k, uint32_t seconds, bool initiator)
{
    const usec_t life = ike_life(k, seconds, initiator), whole = seconds * USEC_PER_SEC;
    const usec_t least = whole / 5 * 3;

    if (!initiator || k->cfg.role != IKE_INITIATOR || life + SPARE <= whole)
        return life;
    return whole > least + SPARE ? whole - SPARE : least;
}

void
ike_child_add(struct ike *k, const struct ike_quick *q, const struct esp_keys *in,
              const struct esp_keys *out, bool confirmed)
{
    const bool alone = !ike_child_any(k);
    struct ike_child *const c = child_new(k);

    *c = (struct ike_child){
        .used = true,
        .initiator = q->initiator,
        .confirmed = confirmed,
        .encapsulated = q->terms.encapsulation != IKE_ENCAP_TRANSPORT,
        .in = *in,
        .out = *out,
        .seconds = q->terms.seconds,
        .kilobytes = q->terms.kilobytes,
        .alone = alone,
        .begun_at = q->begun_at,
        .born_at = k->now,
        .rekey_at = k->now + renew_after(k, q->terms.seconds, q->initiator),
        .expires_at = k->now + q->terms.seconds * USEC_PER_SEC,
        .delete_at = NEVER,
        .sign_at = NEVER,
    };
    memcpy(c->phase1, q->sa->cky_i, sizeof c->phase1);
    if (confirmed && k->cfg.role == IKE_INITIATOR)
        wait_for_sign(k, c, q);
    if (confirmed && !c->waits)
        settle(k, c);
    announce(k, c);
}

/* strongSwan throws the pairs away together with the phase 1 that they hang on: the one they came
 * of or, as it hands them on, one that came later. */
bool
ike_child_hangs_on(const struct ike *k, const struct ike_sa *sa)
{
    const struct ike_child *const c = k->current;

    return c != NULL && k->cfg.role == IKE_INITIATOR &&
           (c->born_at <= sa->up_at || memcmp(c->phase1, sa->cky_i, sizeof c->phase1) == 0);
}

void
ike_child_confirm(struct ike *k, uint32_t spi_in)
{
    for (unsigned i = 0; i < IKE_CHILDREN; i++) {
        struct ike_child *const c = &k->children[i];

        if (!c->used || c->in.spi != spi_in || c->confirmed)
            continue;
        c->confirmed = true;
        settle(k, c);
        if (c == k->current)
            announce(k, c);
    }
}

bool
ike_child_any(const struct ike *k)
{
    for (unsigned i = 0; i < IKE_CHILDREN; i++)
        if (k->children[i].used)
            return true;
    return false;
}

/* The newest of those that are left takes over. */
static void
succeed(struct ike *k)
{
    struct ike_child *best = NULL;

    for (unsigned i = 0; i < IKE_CHILDREN; i++) {
        struct ike_child *const c = &k->children[i];

        if (c->used && c->confirmed && (best == NULL || c->born_at > best->born_at))
            best = c;
    }
    k->current = best;
    if (best == NULL)
        return;
    if (best->waits) { /* it was to be the next one anyhow */
        best->waits = false;
    } else {
        best->retired = false;
        best->delete_at = NEVER;
        best->rekey_at = k->now;
    }
    announce(k, best);
}

void
ike_child_gone(struct ike *k, struct ike_child *c)
{
    struct ike_event e = {.type = IKE_EVENT_CHILD_GONE, .spi_in = c->in.spi};
    const bool confirmed = c->confirmed, brief = c->born_at + LASTED > k->now;
    const bool was_current = c == k->current, waited = c->waits;

    explicit_bzero(c, sizeof *c);
    if (waited && k->current != NULL && k->current->rekey_at != NEVER)
        k->current->rekey_at = usec_min(k->current->rekey_at, k->now + AGAIN);
    if (was_current) {
        k->current = NULL;
        if (confirmed && !k->closing)
            succeed(k);
    }
    k->child_fails = brief && was_current && k->current == NULL ? k->child_fails + 1 : 0;
    ike_event_put(k, &e); /* the owner knows by now what to send with */
    if (k->closing || !was_current || !confirmed || k->current != NULL)
        return;
    if (k->cfg.role == IKE_RESPONDER) {
        if (ike_sa_current(k) == NULL)
            k->orphan_at = k->now;
        return;
    }
    if (k->child_fails >= FAILS) {
        ike_finish(k, RAS_REMOTE_DISCONNECTION, "IKE: the peer deletes the ESP associations");
        return;
    }
    ike_renew(k);
}

/* A pair and, when there is none, a phase 1 for it. */
void
ike_renew(struct ike *k)
{
    struct ike_sa *const sa = ike_sa_current(k);

    if (sa != NULL) {
        ike_quick_begin(k, ike_child_any(k));
        return;
    }
    k->child_wanted = true;
    for (unsigned i = 0; i < IKE_SAS; i++)
        if (k->sas[i].state != IKE_SA_FREE)
            return; /* one is on its way */
    ike_main_begin(k, true, k->phase1_tier, k->last_port, 4);
}

/* A delete names the SPI that its sender receives with (RFC 2408 section 3.15). strongSwan names
 * the initiator's instead when its kernel did not take the pair. */
void
ike_child_deleted(struct ike *k, uint32_t spi)
{
    struct ike_child *gone = NULL;

    for (unsigned i = 0; i < IKE_CHILDREN; i++) {
        struct ike_child *const c = &k->children[i];

        if (c->used && (c->out.spi == spi || (c->in.spi == spi && gone == NULL)))
            gone = c;
    }
    if (gone != NULL)
        ike_child_gone(k, gone);
}

void
ike_child_shorten(struct ike *k, struct ike_child *c, uint32_t seconds)
{
    if (!c->used || seconds == 0 || seconds >= c->seconds)
        return;
    c->seconds = seconds;
    c->expires_at = c->born_at + seconds * USEC_PER_SEC;
    if (c->rekey_at != NEVER)
        c->rekey_at = usec_min(c->rekey_at, c->born_at + renew_after(k, seconds, c->initiator));
}

/* Message 3 once more; or another pair, unless the server has made one meanwhile. */
static void
no_sign(struct ike *k, struct ike_child *c)
{
    const bool surpassed = k->current != NULL && k->current->born_at > c->born_at;

    if (surpassed || k->closing) {
        c->sign_at = NEVER;
        return;
    }
    if (c->asked++ < ASKED_OFTEN) {
        c->sign_at = k->now + c->patience;
        ike_quick_repeat(k, c->in.spi);
        announce(k, c);
        return;
    }
    c->sign_at = k->now + MUCH_LATER; /* should that one not come */
    if (c->asked > ASKED_OFTEN + 1 || ++k->signless < SIGNLESS)
        ike_renew(k);
}

void
ike_child_expire(struct ike *k, struct ike_child *c)
{
    if (!c->used)
        return;
    if (c->sign_at <= k->now)
        no_sign(k, c);
    if (c->delete_at <= k->now || c->expires_at <= k->now) {
        ike_info_delete_child(k, c->in.spi);
        ike_child_gone(k, c);
        return;
    }
    if (c->rekey_at <= k->now) {
        c->rekey_at = k->now + AGAIN;
        if (c == k->current && !k->closing && newest_that_waits(k) == NULL)
            ike_renew(k);
    }
}

usec_t
ike_child_deadline(const struct ike_child *c)
{
    if (!c->used)
        return NEVER;
    return usec_min(usec_min(c->rekey_at, c->delete_at), usec_min(c->expires_at, c->sign_at));
}
