/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session.h"

#include <limits.h>
#include <stdlib.h>

#include "session-network.h"

/* How long the far end may take to close after our goodbye: enough for a round trip, and a person
 * who waits for the reason of a failure does not wait for it. */
#define LINGER      (1 * USEC_PER_SEC)
#define LINGER_USER (5 * USEC_PER_SEC) /* the disconnect timer of [MS-SSTP] */

enum { SMALLEST_IP4 = 20, SMALLEST_IP6 = 40, PACKET_MAX = 1500 };

_Static_assert((int)PLAN_AUTH_PAP == (int)PPP_AUTH_PAP, "one set of bits");
_Static_assert((int)PLAN_AUTH_CHAP_MD5 == (int)PPP_AUTH_CHAP_MD5, "one set of bits");
_Static_assert((int)PLAN_AUTH_MSCHAPV2 == (int)PPP_AUTH_MSCHAPV2, "one set of bits");
_Static_assert((int)PLAN_AUTH_EAP_MSCHAPV2 == (int)PPP_AUTH_EAP_MSCHAPV2, "one set of bits");
_Static_assert((int)PLAN_AUTH_EAP_TLS == (int)PPP_AUTH_EAP_TLS, "one set of bits");
_Static_assert((int)PLAN_AUTH_PEAP == (int)PPP_AUTH_PEAP, "one set of bits");
_Static_assert((int)PLAN_AUTH_NONE == (int)PPP_AUTH_NONE, "one set of bits");

static const struct session_kind *const kinds[] = {
    [PLAN_SSTP] = &session_sstp_kind,
    [PLAN_PPTP] = &session_pptp_kind,
    [PLAN_L2TP_IPSEC] = &session_l2tp_kind,
};

struct wr *
session_tx(struct session *s)
{
    if (s->tx_lent) {
        explicit_bzero(s->tx_bytes, s->tx.len); /* PAP's password may have been in it */
        s->tx = wr_over(s->tx_bytes, sizeof s->tx_bytes);
    }
    s->tx_lent = false;
    return &s->tx;
}

size_t
session_tx_room(const struct session *s)
{
    return s->tx_lent ? sizeof s->tx_bytes : s->tx.cap - s->tx.len;
}

void
session_finish(struct session *s)
{
    if (s->over)
        return;
    s->over = true;
    s->pending &= ~(unsigned)(PENDING_CONFIG | PENDING_UP | PENDING_INFORMED | PENDING_CREDENTIALS |
                              PENDING_ESP);
    s->pending |= PENDING_ENDED;
    if (s->early && s->end.error != RAS_USER_DISCONNECTION)
        s->pending |= PENDING_EARLY_REFUSED;
    ppp_link_wipe(&s->ppp);
}

void
session_end(struct session *s, usec_t now, const struct ras_end *why)
{
    if (s->over)
        return;
    if (s->asking && why->error != RAS_USER_DISCONNECTION)
        ras_end_set(&s->end, s->reason, "nobody answered before the call ended: %.90s",
                    why->detail);
    if (s->end.error == RAS_OK) /* what PPP is already ending for is older than @why */
        s->end = s->ppp.end.error != RAS_OK ? s->ppp.end : *why;
    if (s->ending)
        return;
    s->ending = true;
    s->inform.deadline = s->hold = s->idle_deadline = NEVER;
    s->linger = now + (why->error == RAS_USER_DISCONNECTION ? LINGER_USER : LINGER);
    s->kind->goodbye(s, now);
    if (s->early)
        session_finish(s); /* the call is redone at once */
}

void
session_hung_up(struct session *s, usec_t now, const struct ras_end *why, bool decided)
{
    if (ppp_link_hung_up(&s->ppp, decided ? why->detail : NULL))
        session_drive(s, now);
    session_end(s, now, why);
}

void
session_fail(struct session *s, usec_t now, enum ras_error error, const char *detail)
{
    struct ras_end why = {0};

    ras_end_set(&why, error, "%s", detail);
    session_end(s, now, &why);
}

/* --- PPP ------------------------------------------------------------------------------------- */

/* The server demanded what is allowed, and ended the link over the suggestion of something better.
 * Fewer than before, so that it is not done again and again. */
static unsigned
auth_wanted(const struct ppp_link *ppp, const struct ras_end *end)
{
    const unsigned wanted =
        ppp->lcp.passed_over & (ppp->params.mppe_required ? PPP_AUTH_KEYED : UINT_MAX);

    if (end->error != RAS_PEER_REFUSED_AUTH || wanted == ppp->lcp.params.auth_allowed)
        return 0;
    if ((wanted & PPP_AUTH_EAP) == 0)
        return wanted;
    /* LCP knows only that it is EAP; which methods may be inside stays as it was. */
    return (wanted & ~(unsigned)PPP_AUTH_EAP) | (ppp->params.auth & PPP_AUTH_EAP);
}

/* A server that may not encrypt and must, ends LCP. */
static void
explain_mppe(const struct session *s, struct ras_end *why)
{
    if (why->error != RAS_PPP_LCP_TERMINATED || !s->ppp.ccp.refused)
        return;
    *why = (struct ras_end){.error = RAS_OK};
    ras_end_set(why, RAS_REMOTE_REQUIRES_ENCRYPTION,
                "the server ended the link when MPPE was refused to it");
}

static void
ppp_ended(struct session *s, usec_t now, const struct ras_end *end)
{
    struct ras_end why = *end;

    explain_mppe(s, &why);
    if (s->kind->explain != NULL)
        s->kind->explain(s, &why);
    s->auth_wanted = auth_wanted(&s->ppp, end);
    s->early |= s->auth_wanted != 0;
    s->ppp.end = why; /* which goes before what session_end() is given */
    session_end(s, now, &why);
}

static void
act(struct session *s, usec_t now, const struct ppp_link_item *item)
{
    switch (item->type) {
    case PPP_LINK_FRAME:
        s->kind->send(s, item->frame);
        break;
    case PPP_LINK_LCP_UP:
        s->pending |= PENDING_STAGE_2;
        break;
    case PPP_LINK_WANTS_CREDENTIALS:
        s->reason = item->reason;
        s->asking = true;
        s->pending |= PENDING_CREDENTIALS;
        break;
    case PPP_LINK_AUTHENTICATED:
        s->method = item->method;
        s->pending |= PENDING_STAGE_3;
        s->kind->authenticated(s, now);
        break;
    case PPP_LINK_ADDRESS:
        session_network_address(s, now);
        break;
    case PPP_LINK_NETWORK_UP:
    case PPP_LINK_NETWORK_CHANGED:
        session_network_up(s, now);
        break;
    case PPP_LINK_ENDED:
        ppp_ended(s, now, item->end);
        break;
    case PPP_LINK_AUTH_START: /* the server's */
    case PPP_LINK_AUTH_FRAME:
        break;
    }
}

void
session_drive(struct session *s, usec_t now)
{
    struct ppp_link_item item;

    while (!s->over && session_tx_room(s) >= SESSION_TX_ITEM && ppp_link_poll(&s->ppp, &item))
        act(s, now, &item);
}

/* --- the owner's calls ----------------------------------------------------------------------- */

static void
set_credentials(struct session *s, const struct credentials *c)
{
    struct ppp_credentials ppp = {0};

    if (!ppp_credentials_set(&ppp, c->user, c->domain, &c->password,
                             c->has_new_password ? &c->new_password : NULL))
        session_fail(s, s->now, RAS_AUTHENTICATION_FAILURE,
                     "the user name is too long for any server");
    else
        ppp_link_credentials(&s->ppp, s->now, &ppp);
    ppp_credentials_wipe(&ppp);
}

/* Is MPPE the only secrecy there can be? */
static bool
relies_on_mppe(const struct session *s)
{
    return s->kind != NULL &&
           (s->kind->mppe || (s->kind == &session_l2tp_kind && s->plan->ipsec == PLAN_IPSEC_NONE));
}

/* Windows' four settings, as what CCP may agree on. A link that protects by itself needs none: a
 * second layer under it is only slow. */
static uint32_t
mppe_bits(const struct session *s)
{
    static const uint32_t bits[] = {
        [PLAN_ENCRYPTION_NONE] = 0,
        [PLAN_ENCRYPTION_OPTIONAL] = CCP_MPPE_128 | CCP_MPPE_56 | CCP_MPPE_40 | CCP_MPPC,
        [PLAN_ENCRYPTION_REQUIRED] = CCP_MPPE_128 | CCP_MPPE_56 | CCP_MPPE_40 | CCP_MPPC,
        [PLAN_ENCRYPTION_MAXIMUM] = CCP_MPPE_128 | CCP_MPPC,
    };

    if (!relies_on_mppe(s))
        return 0;
    /* L2TP keeps no order that MPPC's history could rely on. */
    const bool compress = s->kind->mppe && s->plan->compression;
    return bits[s->plan->encryption] & (compress ? UINT32_MAX : ~(uint32_t)CCP_MPPC);
}

/* Where only MPPE protects, nothing does so yet while a user signs in: no PAP there, as long as the
 * plan knows anything better. (That it does is dial_plan_valid()'s rule.) */
static unsigned
auth_bits(const struct session *s)
{
    const unsigned better = s->plan->auth & ~(unsigned)PLAN_AUTH_PAP;

    return relies_on_mppe(s) && better != 0 ? better : s->plan->auth;
}

static void
begin_ppp(struct session *s)
{
    const struct dial_plan *plan = s->plan;
    const uint16_t mtu = s->kind == NULL ? 0 : s->kind->mtu;
    const uint32_t mppe = mppe_bits(s);
    const struct ppp_link_params params = {
        .rng = s->rng,
        .mru = plan->mru != 0 ? plan->mru : mtu,
        .mtu_max = mtu,
        .reliable = s->kind != NULL && s->kind->stream,
        .ipv4 = plan->ipv4,
        .ipv6 = plan->ipv6,
        .mppe = mppe,
        .mppe_required = mppe != 0 && plan->encryption != PLAN_ENCRYPTION_OPTIONAL,
        .auth = auth_bits(s),
        .fixed_ip4 = plan->fixed_ip4,
        .nbns = true,
    };

    ppp_link_init(&s->ppp, &params);
}

struct session *
session_new(const struct dial_plan *plan, enum plan_protocol protocol,
            const struct credentials *credentials, const struct rng *rng, usec_t now)
{
    struct session *s = calloc(1, sizeof *s);

    if (s == NULL)
        return NULL;
    s->plan = plan;
    s->rng = rng;
    s->now = now;
    s->tx = wr_over(s->tx_bytes, sizeof s->tx_bytes);
    s->linger = s->hold = s->idle_deadline = s->inform.deadline = NEVER;
    s->sstp.http_deadline = s->sstp.early_deadline = NEVER;
    sstp_call_init(&s->sstp.call);
    pptp_call_init(&s->pptp.call, 0);
    s->pptp.gre_patience = NEVER;
    session_register_init(s);
    session_l2tp_init(s, credentials);
    if ((size_t)protocol < sizeof kinds / sizeof kinds[0])
        s->kind = kinds[protocol];
    begin_ppp(s);
    if (s->kind != NULL)
        s->data_channel = s->kind->channel;
    if (s->kind == NULL) {
        ras_end_set(&s->end, RAS_BAD_PROFILE, "this program cannot do that kind of tunnel");
        session_finish(s);
        return s;
    }
    set_credentials(s, credentials);
    return s;
}

void
session_free(struct session *s)
{
    if (s == NULL)
        return;
    ppp_link_wipe(&s->ppp);
    free(s->pptp.slots);
    session_ipsec_clear(&s->l2tp.ipsec);
    explicit_bzero(s, sizeof *s); /* output may hold a password, of PAP */
    free(s);
}

unsigned
session_auth_wanted(const struct session *s)
{
    return s->auth_wanted;
}

void
session_link_up(struct session *s, usec_t now, const struct session_link_info *info)
{
    if (s->over)
        return;
    s->now = now;
    s->info = *info;
    s->ppp.params.path_rtt = info->rtt;
    s->ppp.auth.eap_side = info->eap;
    s->pending |= PENDING_STAGE_1;
    session_fit_path(s);
    s->kind->link_up(s, now);
}

void
session_link_lost(struct session *s, usec_t now, const struct ras_end *why)
{
    if (s->over)
        return;
    s->now = now;
    s->kind->lost(s, now, why);
    if (!s->ending && s->asking)
        ras_end_set(&s->end, s->reason, "nobody answered before the link was closed");
    if (!s->up && (why->error == RAS_VPN_DISCONNECT || why->error == RAS_LINK_FAILURE))
        ras_end_set(&s->end, RAS_DISCONNECTION, "%s", why->detail);
    if (s->end.error == RAS_OK)
        s->end = *why;
    session_finish(s);
}

void
session_deliver(struct session *s, usec_t now, struct rd packet, struct session_packets *ret)
{
    const uint8_t version = packet.left > 0 ? packet.p[0] >> 4 : 0;
    const size_t smallest = version == 4 ? SMALLEST_IP4 : SMALLEST_IP6;
    const size_t largest = s->plan->mru > PACKET_MAX ? s->plan->mru : PACKET_MAX;

    if ((version != 4 && version != 6) || packet.left < smallest || packet.left > largest ||
        !s->configured || s->ending) {
        s->dropped++;
        return;
    }
    if (session_network_takes(s, now, packet))
        return;
    if (version == 6 && !s->plan->default_gateway)
        nd_answer_no_default((uint8_t *)packet.p, packet.left);
    s->traffic = true;
    ret->v[ret->n++] = (struct session_packet){.p = (uint8_t *)packet.p, .len = packet.left};
}

size_t
session_receive(struct session *s, usec_t now, enum session_channel from, uint8_t *bytes, size_t n,
                struct session_packets *ret)
{
    ret->n = 0;
    if (s->over || (from != CHANNEL_STREAM && s->kind->datagram == NULL))
        return n;
    s->now = now;
    size_t used = n;
    if (from == CHANNEL_STREAM)
        used = s->kind->receive(s, now, bytes, n, ret);
    else
        s->kind->datagram(s, now, from, bytes, n, ret);
    if (!s->over)
        session_network_settle(s, now);
    return used;
}

size_t
session_receive_batch(struct session *s, usec_t now, enum session_channel from,
                      struct session_packet *v, size_t n, struct session_packets *ret)
{
    if (s->over || n == 0 || from == CHANNEL_STREAM || s->kind->datagrams == NULL) {
        session_receive(s, now, from, n == 0 ? NULL : v->p, n == 0 ? 0 : v->len, ret);
        return n == 0 ? 0 : 1;
    }
    ret->n = 0;
    s->now = now;
    const size_t used = n < SESSION_BATCH ? n : SESSION_BATCH;
    s->kind->datagrams(s, now, from, v, used, ret);
    if (!s->over)
        session_network_settle(s, now);
    return used;
}

static void
expire_idle(struct session *s, usec_t now)
{
    const usec_t limit = s->plan->idle_timeout_s * USEC_PER_SEC;

    if (now < s->idle_deadline)
        return;
    if (s->traffic)
        s->idle_since = now;
    s->traffic = false;
    if (now - s->idle_since >= limit) {
        session_register_release(s);
        session_fail(s, now, RAS_IDLE_TIMEOUT,
                     "no packet passed for as long as the profile allows");
    }
    if (!s->ending)
        s->idle_deadline = now + limit / 8 + 1;
}

void
session_expire(struct session *s, usec_t now)
{
    if (s->over)
        return;
    s->now = now;
    s->kind->expire(s, now);
    if (!s->over && now >= ppp_link_deadline(&s->ppp))
        ppp_link_expire(&s->ppp, now);
    session_drive(s, now);
    session_network_expire(s, now);
    if (!s->over)
        expire_idle(s, now);
    if (!s->over && now >= s->linger)
        session_finish(s);
    if (!s->over)
        session_network_settle(s, now);
}

void
session_credentials(struct session *s, usec_t now, const struct credentials *c)
{
    if (s->over || !s->asking)
        return;
    s->now = now;
    s->asking = false;
    s->pending &= ~(unsigned)PENDING_CREDENTIALS;
    if (c != NULL)
        set_credentials(s, c);
    else
        ppp_link_credentials(&s->ppp, now, NULL);
    session_drive(s, now);
}

void
session_registered(struct session *s, usec_t now)
{
    if (s->over || !s->configured)
        return;
    s->now = now;
    s->registered = (s->pending & PENDING_CONFIG) == 0; /* else it was an older one */
    s->registered_once = true;
    session_network_settle(s, now);
}

void
session_close(struct session *s, usec_t now)
{
    struct ras_end why = {0};

    if (s->over)
        return;
    s->now = now;
    ras_end_set(&why, RAS_USER_DISCONNECTION, "hung up");
    if (!s->ending) {
        ras_end_set(&s->end, why.error, "%s", why.detail);
        session_register_release(s);
        ppp_link_close(&s->ppp, now, &why);
        session_drive(s, now);
    }
    session_end(s, now, &why);
}

usec_t
session_deadline(const struct session *s)
{
    usec_t next;

    if (s->over)
        return NEVER;
    next = usec_min(s->kind->deadline(s), ppp_link_deadline(&s->ppp));
    next = usec_min(next, usec_min(s->inform.deadline, s->hold));
    next = usec_min(next, session_register_deadline(s));
    return usec_min(next, usec_min(s->idle_deadline, s->linger));
}

void
session_put_datagram(struct session *s, enum session_channel to, struct rd bytes)
{
    struct session_datagrams *d = &s->datagrams;
    struct wr w = wr_over(d->bytes + d->len, sizeof d->bytes - d->len);

    wr_u8(&w, (uint8_t)to);
    wr_be16(&w, (uint16_t)bytes.left);
    wr_rd(&w, bytes);
    if (w.bad)
        s->dropped++;
    else
        d->len += w.len;
}

static bool
poll_datagram(struct session *s, struct session_output *ret)
{
    struct session_datagrams *d = &s->datagrams;
    struct rd r = rd_over(d->bytes + d->at, d->len - d->at);

    if (r.left == 0) {
        explicit_bzero(d->bytes, d->len); /* a password, of PAP, may have been in it */
        d->at = d->len = 0;
        return false;
    }
    ret->channel = (enum session_channel)rd_u8(&r);
    ret->bytes = rd_take(&r, rd_be16(&r));
    d->at = d->len - r.left;
    return true;
}

bool
session_poll_output(struct session *s, struct session_output *ret)
{
    session_tx(s);
    session_drive(s, s->now); /* what there was no room for before */
    if (s->tx.len == 0)
        return poll_datagram(s, ret);
    *ret = (struct session_output){.channel = CHANNEL_STREAM, .bytes = wr_done(&s->tx)};
    s->tx_lent = true;
    return true;
}

static void
hand_out(struct session *s, enum session_pending what, struct session_event *ret)
{
    switch (what) {
    case PENDING_ESP:
        ret->type = SESSION_ESP;
        ret->esp = &s->l2tp.ipsec.asked;
        break;
    case PENDING_STAGE_1:
    case PENDING_STAGE_2:
    case PENDING_STAGE_3:
        ret->type = SESSION_STAGE;
        ret->stage = what == PENDING_STAGE_1 ? 1 : what == PENDING_STAGE_2 ? 2 : 3;
        break;
    case PENDING_CREDENTIALS:
        ret->type = SESSION_WANTS_CREDENTIALS;
        ret->reason = s->reason;
        break;
    case PENDING_CONFIG:
        ret->type = SESSION_CONFIG;
        ret->config = &s->config;
        break;
    case PENDING_UP:
    case PENDING_INFORMED:
        ret->type = what == PENDING_UP ? SESSION_UP : SESSION_INFORMED;
        ret->auth_name = ppp_auth_method_name(s->method);
        ret->password_changed = s->ppp.auth.changed;
        break;
    case PENDING_EARLY_REFUSED:
        ret->type = SESSION_EARLY_REFUSED;
        break;
    case PENDING_ENDED:
        ret->type = SESSION_ENDED;
        ret->end = s->end;
        break;
    }
}

bool
session_poll_event(struct session *s, struct session_event *ret)
{
    const unsigned lowest = s->pending & -s->pending;

    if (lowest == 0)
        return false;
    s->pending &= ~lowest;
    hand_out(s, (enum session_pending)lowest, ret);
    return true;
}

uint32_t
session_rtt(const struct session *s)
{
    const uint32_t ppp = s->over ? 0 : ppp_link_rtt(&s->ppp);

    return ppp != 0 || s->kind == NULL || s->kind->rtt == NULL ? ppp : s->kind->rtt(s);
}

uint64_t
session_dropped(const struct session *s)
{
    const bool below = s->kind != NULL && s->kind->dropped != NULL;

    return s->dropped + ppp_link_dropped(&s->ppp) + (below ? s->kind->dropped(s) : 0);
}

unsigned
session_weak(const struct session *s)
{
    return session_ipsec_weak(&s->l2tp.ipsec);
}

const char *
session_encryption(const struct session *s)
{
    return s->kind != NULL && s->kind->encryption != NULL ? s->kind->encryption(s) : "";
}

struct session_framing
session_framing(const struct session *s)
{
    return (struct session_framing){
        .head = s->kind->head,
        .tail = s->kind->tail,
        .mtu = s->config.mtu,
        .stream = s->kind->stream,
        .channel = s->data_channel,
    };
}

static bool
may_seal(struct session *s, const uint8_t *p, size_t len)
{
    if (s->over || s->ending || !s->configured || len < SMALLEST_IP4 || len > s->config.mtu)
        return false;
    s->traffic = true;
    if (*p >> 4 == 6 && len >= SMALLEST_IP6)
        nd_answer_note(&s->nd, p);
    return true;
}

bool
session_seal(struct session *s, uint8_t **p, size_t *len)
{
    return may_seal(s, *p, *len) && s->kind->seal(s, p, len);
}

size_t
session_seal_batch(struct session *s, struct session_packet *v, size_t n)
{
    size_t good = 0;

    for (size_t i = 0; i < n; i++) {
        struct session_packet packet = v[i];
        if (!may_seal(s, packet.p, packet.len))
            continue;
        if (s->kind->seal_batch == NULL && !s->kind->seal(s, &packet.p, &packet.len))
            continue;
        v[good++] = packet;
    }
    return s->kind->seal_batch == NULL ? good : s->kind->seal_batch(s, v, good);
}
