/* ppp-link-network.c - see ppp-link-network.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ppp-link-network.h"

#include "ppp-link-data.h"

enum {
    NETWORK_CHANGES_MAX = 64,
    /* for the second network protocol, once the first is up: IPv6 or IPv4. Hardly anything works
     * without the latter, and that it comes later cannot be told to every owner. */
    GRACE6_MS = 500,
    GRACE4_MS = 10000,
    /* pppd, where it wants MPPE, refuses all but CCP until that is Opened. */
    OTHERS_MS = 50,
    PATIENCE_MS = 30000,
};

/* The network protocols that take part, as one list. */
static size_t
layers(struct ppp_link *l, struct ppp_fsm *ret[3])
{
    size_t n = 0;

    if (l->params.mppe != 0)
        ret[n++] = &l->ccp.fsm;
    if (l->params.ipv4)
        ret[n++] = &l->ipcp.fsm;
    if (l->params.ipv6)
        ret[n++] = &l->ipv6cp.fsm;
    return n;
}

void
ppp_link_network_down(struct ppp_link *l, usec_t now)
{
    struct ppp_fsm *v[3];
    const size_t n = layers(l, v);

    for (size_t i = 0; i < n; i++)
        ppp_fsm_lower_down(v[i], now);
    l->ccp.held_until = 0;
}

static void
begin_layer(struct ppp_link *l, struct ppp_fsm *layer, usec_t now)
{
    if (l->lcp.fsm.rtt > 0)
        ppp_fsm_hint_rtt(layer, l->lcp.fsm.rtt);
    else if (l->lcp.fsm.first_period > layer->first_period)
        layer->first_period = l->lcp.fsm.first_period;
    ppp_fsm_open(layer, now);
    ppp_fsm_lower_up(layer, now);
}

/* Who rejects the magic number is SoftEther. It rejects all that it can do without, WINS too: spare
 * the round trip. A request of ours that comes before our Ack to its own it puts back into its
 * queue, of which it takes one frame each time that it is woken, by another frame or a timer of up
 * to 3 s; packets it drops until IPCP is open; with IPV6CP's request it stops for as long as it
 * looks for a router. So whatever is sent too early holds up what matters, in the end for longer
 * than anybody waits: IPCP goes first and alone, Ack before request, and IPV6CP when the owner has
 * had its answer over IPv4, or has waited long enough for it. */
static void
take_turns(struct ppp_link *l)
{
    l->ipcp.params.nbns = l->ipcp.params.guess = false;
    l->in_turn = true;
    l->ipcp.fsm.yields = l->ipv6cp.fsm.yields = true;
}

static void
begin_ipv6(struct ppp_link *l, usec_t now)
{
    if (l->in_turn && l->params.ipv6 && l->ipv6cp.fsm.state < PPP_CLOSED)
        begin_layer(l, &l->ipv6cp.fsm, now);
}

static void
begin_others(struct ppp_link *l, usec_t now)
{
    l->others_at = NEVER;
    if (l->params.ipv4)
        begin_layer(l, &l->ipcp.fsm, now);
    if (l->params.ipv6 && (!l->in_turn || !l->params.ipv4))
        begin_layer(l, &l->ipv6cp.fsm, now);
}

/* What comes behind our Ack to its CCP's request, pppd can take; and whoever asks for an address
 * can, too. */
static void
settle_others(struct ppp_link *l, usec_t now)
{
    const enum ppp_state ccp = l->ccp.fsm.state;
    const bool waits = l->params.ccp_first ? ccp >= PPP_REQ_SENT && ccp < PPP_OPENED
                                           : ccp == PPP_REQ_SENT || ccp == PPP_ACK_RCVD;

    if (l->others_at != NEVER && (now >= l->others_at || !waits))
        begin_others(l, now);
}

void
ppp_link_start_network(struct ppp_link *l, usec_t now)
{
    if (l->phase == PPP_PHASE_NETWORK)
        begin_ipv6(l, now);
    if (l->phase != PPP_PHASE_AUTHENTICATED)
        return;
    l->phase = PPP_PHASE_NETWORK;
    if (!ppp_link_data_keys(l)) /* PAP and CHAP leave none for MPPE */
        l->ccp.allowed &= CCP_MPPC;
    l->ccp.hasty = l->params.server;
    l->ccp.patient = !l->params.server;
    l->ccp.heard = false;
    if (l->lcp.magic == 0)
        take_turns(l);
    if (l->params.mppe != 0)
        begin_layer(l, &l->ccp.fsm, now);
    if (l->params.mppe == 0 || (l->params.server && !l->params.ccp_first))
        begin_others(l, now);
    else
        l->others_at = now + (l->params.server ? PATIENCE_MS : OTHERS_MS) * USEC_PER_MSEC;
}

enum progress { NOT_WANTED, PENDING, UP, FAILED };

static enum progress
progress_of(const struct ppp_fsm *f, bool wanted, bool usable)
{
    if (!wanted)
        return NOT_WANTED;
    if (f->state == PPP_OPENED)
        return usable ? UP : FAILED;
    return f->state == PPP_CLOSED || f->state == PPP_STOPPED || f->state == PPP_CLOSING ||
                   f->state == PPP_STOPPING
               ? FAILED
               : PENDING;
}

static bool
identified(const struct ipv6cp *v6)
{
    static const uint8_t none[8];

    return memcmp(v6->local, none, 8) != 0 && v6->asking;
}

static void
network_failed(struct ppp_link *l, usec_t now)
{
    if (l->ipcp.fixed_refused)
        ras_end_set(&l->end, RAS_PPP_REQUIRED_ADDRESS_REJECTED,
                    "the server does not take the fixed address");
    else if (l->ipcp.unusable)
        ras_end_set(&l->end, RAS_PPP_NO_PROTOCOLS_CONFIGURED,
                    "the server gives an address that nobody can have");
    else if (l->ncp_timeout)
        ras_end_set(&l->end, RAS_PPP_TIMEOUT, "no network protocol came to an agreement in time");
    else
        ras_end_set(&l->end, RAS_PPP_NO_PROTOCOLS_CONFIGURED, "no network protocol is left");
    ppp_link_terminate(l, now);
}

static struct ppp_link_shown
addresses_now(const struct ppp_link *l)
{
    struct ppp_link_shown now = {0};

    if (l->ipcp.fsm.state == PPP_OPENED)
        now.ipcp = l->ipcp.now;
    if (l->ipv6cp.fsm.state == PPP_OPENED) {
        memcpy(now.id, l->ipv6cp.local, 8);
        memcpy(now.peer_id, l->ipv6cp.peer, 8);
    }
    return now;
}

static void
tell_network(struct ppp_link *l, usec_t now)
{
    if (l->network_up && ++l->changes > NETWORK_CHANGES_MAX) {
        ras_end_set(&l->end, RAS_PPP_NO_PROTOCOLS_CONFIGURED, "the addresses change without end");
        ppp_link_terminate(l, now);
        return;
    }
    ppp_link_event(l, l->network_up ? PPP_LINK_NETWORK_CHANGED : PPP_LINK_NETWORK_UP);
    l->network_up = true;
}

/* What is told and is negotiated again: it goes when that has failed, not before. */
static bool
returns(const struct ppp_link *l, enum progress v4, enum progress v6)
{
    static const uint8_t none[8];

    return l->network_up && ((v4 == PENDING && l->shown.ipcp.local != 0) ||
                             (v6 == PENDING && memcmp(l->shown.id, none, sizeof none) != 0));
}

/* Who is up, who may still come, who never will. */
static void
settle_progress(struct ppp_link *l, usec_t now)
{
    const enum progress v4 =
        progress_of(&l->ipcp.fsm, l->params.ipv4, net_ip4_usable(l->ipcp.now.local));
    const enum progress v6 = progress_of(&l->ipv6cp.fsm, l->params.ipv6, identified(&l->ipv6cp));
    const bool pending = v4 == PENDING || v6 == PENDING || ppp_link_data_waits(l);
    const struct ppp_link_shown shown = addresses_now(l);

    if (v4 != UP && v6 != UP) {
        l->grace_at = NEVER;
        if (v4 != PENDING && v6 != PENDING)
            network_failed(l, now);
        return;
    }
    if (l->params.mppe_required && !ppp_crypt_encrypts(ccp_agreed(&l->ccp))) {
        l->grace_at = NEVER;
        return; /* not one packet in the clear */
    }
    /* Another address is one change, not a loss and a gain (threats I3). */
    if ((l->network_up && memcmp(&shown, &l->shown, sizeof shown) == 0) || returns(l, v4, v6)) {
        l->grace_at = NEVER;
        return;
    }
    if (pending) {
        const usec_t grace = (v4 == PENDING ? GRACE4_MS : GRACE6_MS) * USEC_PER_MSEC;

        l->grace_at = usec_min(l->grace_at, now + grace + l->lcp.fsm.rtt);
    }
    if (pending && now < l->grace_at)
        return;
    l->grace_at = NEVER;
    l->shown = shown;
    tell_network(l, now);
    begin_ipv6(l, now);
}

void
ppp_link_network_settle(struct ppp_link *l, usec_t now)
{
    struct ppp_fsm *v[3];
    const size_t n = layers(l, v);

    for (size_t i = 0; i < n; i++) {
        const unsigned notes = ppp_fsm_take_notes(v[i]);

        l->ncp_timeout |= notes & PPP_NOTE_TIMEOUT;
        if (notes & PPP_NOTE_PEER_TERMINATED && v[i]->state == PPP_STOPPING)
            ppp_fsm_close(v[i], now); /* it has been acknowledged; that is enough */
    }
    if (l->phase != PPP_PHASE_NETWORK)
        return;
    settle_others(l, now);
    if (l->ipcp.fixed_refused) { /* IPv6 is not what was asked for */
        network_failed(l, now);
        return;
    }
    if (l->ipcp.unusable)
        ppp_fsm_close(&l->ipcp.fsm, now);
    if (l->ipcp.offered && (!l->in_turn || l->ipcp.fsm.state == PPP_OPENED)) {
        l->ipcp.offered = false;
        if (!l->network_up)
            ppp_link_event(l, PPP_LINK_ADDRESS);
    }
    const enum progress v4 = progress_of(&l->ipcp.fsm, l->params.ipv4, true);
    if (v4 == FAILED || (v4 == UP && l->network_up)) /* that is: negotiated again */
        begin_ipv6(l, now);
    ppp_link_data_settle(l);
    const bool secret = ppp_crypt_encrypts(ccp_agreed(&l->ccp));
    if (l->params.mppe_required && progress_of(&l->ccp.fsm, true, secret) == FAILED) {
        ras_end_set(&l->end, RAS_NO_REMOTE_ENCRYPTION, "CCP agreed on no encryption allowed");
        ppp_link_terminate(l, now);
        return;
    }
    settle_progress(l, now);
}

/* The less of what the carrier and LCP know of the path: of the latter a busy machine at either end
 * makes more than there is. 0: neither knows. */
static uint32_t
shortest_rtt(const struct ppp_link *l)
{
    const uint32_t path = l->params.path_rtt, lcp = l->lcp.fsm.rtt;

    return path == 0 || (lcp != 0 && lcp < path) ? lcp : path;
}

static struct ppp_fsm *
layer_of(struct ppp_link *l, uint16_t protocol)
{
    struct ppp_fsm *v[3];
    const size_t n = layers(l, v);

    for (size_t i = 0; i < n; i++) {
        if (v[i]->ops->protocol == protocol)
            return v[i];
    }
    return NULL;
}

/* The peer asks for an address, and has said nothing of CCP: so that is not Opened there, and
 * another copy of our request takes nothing down. accel-ppp may have dropped the first, which came
 * on the heels of its "authenticated"; and once it has given an address it takes none. */
static void
others_are_ahead(struct ppp_link *l)
{
    l->ccp.hasty = true;
    if (!l->params.server && !l->ccp.heard)
        ppp_fsm_repeat(&l->ccp.fsm);
}

bool
ppp_link_network_frame(struct ppp_link *l, usec_t now, uint16_t protocol, struct rd body,
                       bool *ret_good)
{
    struct ppp_fsm *const layer = layer_of(l, protocol);

    ccp_release(&l->ccp, now);
    if (layer == NULL)
        return false;
    if (layer == &l->ccp.fsm) {
        l->ccp.heard = true;
        *ret_good = true;
        if (!ccp_hold(&l->ccp, now, shortest_rtt(l), body))
            *ret_good = ppp_fsm_input(layer, now, body);
        else if (l->others_at != NEVER) /* behind that answer */
            l->others_at = l->ccp.held_until;
        return true;
    }
    if (l->ccp.fsm.state < PPP_ACK_SENT && body.left > 0 && body.p[0] == PPP_CONF_REQ)
        others_are_ahead(l);
    if (l->others_at != NEVER && !l->params.server)
        begin_others(l, now);
    *ret_good = ppp_fsm_input(layer, now, body);
    return true;
}

void
ppp_link_network_rejected(struct ppp_link *l, usec_t now, uint16_t protocol)
{
    struct ppp_fsm *const layer = layer_of(l, protocol);
    const bool of_ccp = layer == &l->ccp.fsm && ccp_unheard_lately(&l->ccp, now);

    if (of_ccp ||
        (protocol == PPP_PROTO_COMPRESSED && l->crypt.tx_bits != 0 && ccp_unheard(&l->ccp, now))) {
        ras_end_set(&l->end, RAS_FAILED_TO_ENCRYPT,
                    "the server agreed on MPPE, and rejects each encrypted packet");
        ppp_link_terminate(l, now);
    }
    if (layer != NULL)
        ppp_fsm_rejected(layer, now);
}

void
ppp_link_network_expire(struct ppp_link *l, usec_t now)
{
    struct ppp_fsm *v[3];
    const size_t n = layers(l, v);

    ccp_expire(&l->ccp, now);
    for (size_t i = 0; i < n; i++)
        ppp_fsm_expire(v[i], now);
}

usec_t
ppp_link_network_deadline(const struct ppp_link *l)
{
    usec_t next = usec_min(l->grace_at, l->others_at);

    if (l->params.ipv4)
        next = usec_min(next, ppp_fsm_deadline(&l->ipcp.fsm));
    if (l->params.ipv6)
        next = usec_min(next, ppp_fsm_deadline(&l->ipv6cp.fsm));
    return l->params.mppe == 0 ? next : usec_min(next, ccp_deadline(&l->ccp));
}
