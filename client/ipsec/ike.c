/* ike.c - see ike.h: the outside of it, dispatch, time. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ike.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "ike-cert.h"
#include "ike-priv.h"

#define REMEMBERED_VERSION 0x49u /* of what ike_remember() packs */

/* A copy of a text in the configuration; "" counts as none. */
static bool
text_copy(char **ret, const char *text)
{
    *ret = text != NULL && *text != '\0' ? strdup(text) : NULL;
    return text == NULL || *text == '\0' || *ret != NULL;
}

static bool
config_copy(struct ike *k, const struct ike_config *cfg)
{
    struct ike_suites suites;
    struct ike_child_suites children;

    k->cfg = *cfg;
    k->cfg.psk = (struct rd){0};
    if (!secret_set(&k->psk, cfg->psk) || !text_copy(&k->phase1, cfg->phase1) ||
        !text_copy(&k->phase2, cfg->phase2) || !text_copy(&k->remote_name, cfg->remote_name))
        return false;
    k->cfg.phase1 = k->cfg.phase2 = k->cfg.remote_name = NULL;
    if (cfg->auth == IKE_AUTH_CERT ? cfg->cert == NULL : cfg->psk.left == 0)
        return false;
    return (k->phase1 == NULL || ike_suites_parse(&suites, k->phase1, cfg->refuse)) &&
           (k->phase2 == NULL || ike_child_suites_parse(&children, k->phase2, cfg->refuse));
}

struct ike *
ike_new(const struct ike_config *cfg, usec_t now)
{
    struct ike *const k = calloc(1, sizeof *k);

    if (k == NULL)
        return NULL;
    k->made_at = k->now = now;
    k->dpd_at = k->keepalive_at = k->orphan_at = NEVER;
    if (!config_copy(k, cfg)) {
        ike_free(k);
        return NULL;
    }
    if (cfg->remembered >> 24 == REMEMBERED_VERSION) {
        k->phase1_tier = (cfg->remembered >> 4 & 15) % IKE_PHASE1_OLDEST;
        k->phase2_tier = (cfg->remembered & 15) % IKE_PHASE2_TIERS;
    }
    return k;
}

static void
forget(struct ike *k)
{
    for (unsigned i = 0; i < IKE_QUICKS; i++)
        ike_quick_free(&k->quicks[i]);
    for (unsigned i = 0; i < IKE_SAS; i++)
        ike_sa_free(k, &k->sas[i]);
    explicit_bzero(k->children, sizeof k->children);
    k->current = NULL;
    ike_frags_clear(&k->frags);
}

void
ike_free(struct ike *k)
{
    if (k == NULL)
        return;
    forget(k);
    for (unsigned i = 0; i < IKE_QUEUE; i++)
        ike_blob_clear(&k->grams[i].bytes);
    ike_blob_clear(&k->sending.bytes);
    free(k->phase1);
    free(k->phase2);
    free(k->remote_name);
    explicit_bzero(k, sizeof *k);
    free(k);
}

void
ike_event_put(struct ike *k, const struct ike_event *e)
{
    if (k->event_n < IKE_QUEUE)
        k->events[(k->event_first + k->event_n++) % IKE_QUEUE] = *e;
}

/* The end, with its cause. Deletes go out; the last event follows all others. */
void
ike_finish(struct ike *k, enum ras_error error, const char *format, ...)
{
    char detail[sizeof k->end.detail];
    va_list args;

    if (k->ended)
        return;
    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    ras_end_set(&k->end, error, "%s", detail);
    k->closing = k->ended = true;
    for (unsigned i = 0; i < IKE_CHILDREN; i++)
        if (k->children[i].used)
            ike_info_delete_child(k, k->children[i].in.spi);
    for (unsigned i = 0; i < IKE_SAS; i++)
        if (k->sas[i].state == IKE_SA_UP)
            ike_info_delete_sa(k, &k->sas[i]);
}

/* The message at hand was authentic: its sender is the peer, wherever it is now. */
void
ike_moved(struct ike *k)
{
    struct ike_event e = {.type = IKE_EVENT_PEER_MOVED, .address = k->from};
    const struct ike_address *const old = &k->cfg.remote;

    if (k->from.family == 0 || (k->from.family == old->family && k->from.port == old->port &&
                                memcmp(k->from.octets, old->octets, sizeof old->octets) == 0))
        return;
    k->cfg.remote = k->from;
    ike_event_put(k, &e);
}

static void
settle(struct ike *k)
{
    if (k->ended)
        forget(k);
}

void
ike_start(struct ike *k, usec_t now)
{
    k->now = now;
    if (k->started || k->ended || k->cfg.role != IKE_INITIATOR)
        return;
    k->started = true;
    if (k->cfg.refuse != 0 && k->phase1 == NULL) {
        struct ike_suites s;

        ike_suites_tier(&s, 0, k->cfg.refuse);
        if (s.n == 0)
            ike_finish(k, RAS_OAKLEY_GENERAL_PROCESSING,
                       "IKE: the profile refuses every proposal that there is");
    }
    if (!k->ended)
        ike_start_step(k);
    settle(k);
}

static void
dispatch(struct ike *k, enum ike_port port, struct rd datagram, bool whole)
{
    struct ike_in in = {.port = port};
    struct rd body = datagram;
    struct ike_sa *sa;
    uint8_t *joined = NULL;
    size_t n = 0;

    if (!ike_header_get(&body, &in.h)) {
        k->dropped++;
        return;
    }
    hash_of(HASH_SHA1, in.digest, datagram);
    if (in.h.next == IKE_PL_FRAGMENT && whole) {
        if (ike_sa_find(k, &in.h) != NULL &&
            ike_frags_add(&k->frags, body, in.h.next, &joined, &n)) {
            dispatch(k, port, rd_over(joined, n), false);
            explicit_bzero(joined, n);
            free(joined);
        }
        return;
    }
    sa = ike_sa_find(k, &in.h);
    if (in.h.exchange == IKE_MAIN)
        ike_main_input(k, &in, body);
    else if (in.h.exchange == IKE_QUICK && sa != NULL && sa->state == IKE_SA_UP &&
             (in.h.flags & IKE_FLAG_ENCRYPTED) != 0)
        ike_quick_input(k, sa, &in, body);
    else if (in.h.exchange == IKE_INFORMATIONAL && sa != NULL)
        ike_info_input(k, sa, &in, body);
    else {
        k->transaction |= in.h.exchange == IKE_TRANSACTION && sa != NULL;
        k->dropped++;
    }
}

void
ike_receive_from(struct ike *k, usec_t now, enum ike_port port, const struct ike_address *from,
                 struct rd datagram)
{
    k->now = now;
    if (k->ended || datagram.bad || datagram.left > IKE_DATAGRAM_MAX)
        return;
    k->from = from != NULL ? *from : (struct ike_address){0};
    if (datagram.left > 1) /* else a keep-alive */
        dispatch(k, port, datagram, true);
    settle(k);
}

void
ike_receive(struct ike *k, usec_t now, enum ike_port port, struct rd datagram)
{
    ike_receive_from(k, now, port, NULL, datagram);
}

static void
keepalive(struct ike *k)
{
    static const uint8_t octet = 0xff;

    if (k->keepalive_at > k->now)
        return;
    ike_transmit(k, IKE_4500, rd_over(&octet, 1), false);
}

void
ike_expire(struct ike *k, usec_t now)
{
    k->now = now;
    if (k->ended)
        return;
    k->from = (struct ike_address){0};
    for (unsigned i = 0; i < IKE_SAS && !k->ended; i++)
        ike_sa_expire(k, &k->sas[i]);
    for (unsigned i = 0; i < IKE_QUICKS && !k->ended; i++)
        ike_quick_expire(k, &k->quicks[i]);
    for (unsigned i = 0; i < IKE_CHILDREN && !k->ended; i++)
        ike_child_expire(k, &k->children[i]);
    if (!k->ended)
        ike_dpd_expire(k);
    if (!k->ended)
        keepalive(k);
    if (k->orphan_at <= k->now)
        ike_finish(k, RAS_REMOTE_DISCONNECTION, "IKE: the peer deleted phase 1");
    settle(k);
}

usec_t
ike_deadline(const struct ike *k)
{
    usec_t due = usec_min(k->keepalive_at, k->orphan_at);

    if (k->ended)
        return NEVER;
    for (unsigned i = 0; i < IKE_SAS; i++)
        due = usec_min(due, ike_sa_deadline(&k->sas[i]));
    for (unsigned i = 0; i < IKE_QUICKS; i++)
        due = usec_min(due, ike_quick_deadline(&k->quicks[i]));
    for (unsigned i = 0; i < IKE_CHILDREN; i++)
        due = usec_min(due, ike_child_deadline(&k->children[i]));
    return usec_min(due, ike_dpd_deadline(k));
}

bool
ike_poll_output(struct ike *k, struct ike_output *ret)
{
    ike_blob_clear(&k->sending.bytes);
    if (k->gram_n == 0)
        return false;
    k->sending = k->grams[k->gram_first];
    k->grams[k->gram_first] = (struct ike_gram){0};
    k->gram_first = (k->gram_first + 1) % IKE_QUEUE;
    k->gram_n--;
    *ret = (struct ike_output){
        .port = k->sending.port,
        .bytes = rd_over(k->sending.bytes.p, k->sending.bytes.n),
        .keepalive = k->sending.keepalive,
    };
    return true;
}

bool
ike_poll_event(struct ike *k, struct ike_event *ret)
{
    if (k->event_n > 0) {
        struct ike_event *const e = &k->events[k->event_first];

        *ret = *e;
        explicit_bzero(e, sizeof *e);
        k->event_first = (k->event_first + 1) % IKE_QUEUE;
        k->event_n--;
        return true;
    }
    if (!k->ended || k->end_told)
        return false;
    k->end_told = true;
    *ret = (struct ike_event){.type = IKE_EVENT_ENDED, .end = k->end};
    return true;
}

void
ike_rekey(struct ike *k, usec_t now)
{
    k->now = now;
    if (k->up && !k->ended)
        ike_renew(k);
    settle(k);
}

void
ike_heard(struct ike *k, usec_t now)
{
    k->now = now;
    if (!k->ended)
        ike_alive(k);
}

void
ike_sign(struct ike *k, usec_t now, uint32_t spi_in)
{
    k->now = now;
    if (!k->ended)
        ike_child_sign(k, spi_in);
    settle(k);
}

void
ike_take(struct ike *k, usec_t now)
{
    k->now = now;
    if (!k->ended)
        ike_child_take(k);
    settle(k);
}

void
ike_close(struct ike *k, usec_t now)
{
    k->now = now;
    ike_finish(k, RAS_USER_DISCONNECTION, "IKE: closed");
    settle(k);
}

uint32_t
ike_remember(const struct ike *k)
{
    /* The oldest alone are never what comes first: who keeps answers back once would have them for
     * ever after. */
    const unsigned tier = k->phase1_tier < IKE_PHASE1_OLDEST ? k->phase1_tier : 0;

    return k->up ? REMEMBERED_VERSION << 24 | tier << 4 | k->phase2_tier : 0;
}

bool
ike_encapsulated(const struct ike *k)
{
    return k->encapsulated;
}

uint64_t
ike_dropped(const struct ike *k)
{
    return k->dropped;
}
