/* ppp-link.c - see ppp-link.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ppp-link.h"
#include "ppp-link-data.h"

enum {
    RENEGOTIATIONS_MAX = 10, /* of LCP after it was up (threats P18) */
    NETWORK_CHANGES_MAX = 64,
    /* for the second network protocol, once the first is up: IPv6 or IPv4. Hardly anything works
     * without the latter, and that it comes later cannot be told to every owner. */
    GRACE6_MS = 500,
    GRACE4_MS = 10000,
    /* pppd, where it wants MPPE, refuses all but CCP until that is Opened. */
    OTHERS_MS = 50,
    PATIENCE_MS = 30000,
    BUCKET = 128,   /* control frames that may come at once, and the time each costs */
    BUCKET_MS = 10, /* (threats P6) */
};

static bool
wants_auth(const struct ppp_link *l)
{
    return !l->params.server;
}

static void
event(struct ppp_link *l, enum ppp_link_item_type type)
{
    ppp_queue_event(&l->out, (uint8_t)type, rd_over(NULL, 0));
}

static void
event_number(struct ppp_link *l, enum ppp_link_item_type type, unsigned number)
{
    uint8_t data[2];
    struct wr w = wr_over(data, sizeof data);

    wr_be16(&w, (uint16_t)number);
    ppp_queue_event(&l->out, (uint8_t)type, wr_done(&w));
}

static void
ended(struct ppp_link *l)
{
    if (l->phase == PPP_PHASE_ENDED)
        return;
    l->phase = PPP_PHASE_ENDED;
    event(l, PPP_LINK_ENDED);
}

/* The end is decided: say goodbye. The cause was recorded by the caller. */
static void
terminate(struct ppp_link *l, usec_t now)
{
    if (l->phase == PPP_PHASE_TERMINATE || l->phase == PPP_PHASE_ENDED)
        return;
    l->phase = PPP_PHASE_TERMINATE;
    l->grace_at = l->others_at = NEVER; /* no network protocol is waited for any more */
    ppp_fsm_close(&l->lcp.fsm, now);
    if (l->lcp.fsm.state != PPP_CLOSING) /* nobody to say it to */
        ended(l);
}

void
ppp_link_init(struct ppp_link *l, const struct ppp_link_params *params)
{
    struct lcp_params lcp = {
        .rng = params->rng,
        .mru = params->mru,
        .compress_fields = params->compress_fields,
        .auth_allowed = params->server ? 0 : params->auth & ~(unsigned)PPP_AUTH_NONE,
        .echo_interval = params->echo_interval,
    };
    const struct ipcp_params ipcp = {
        .server = params->server,
        .fixed = params->fixed_ip4,
        .nbns = params->nbns,
        .guess = params->nbns,
        .give = params->give,
    };

    *l = (struct ppp_link){
        .params = *params, .grace_at = NEVER, .others_at = NEVER, .bucket = BUCKET};
    if (params->server) {
        lcp.n_demand = params->n_demand;
        lcp.offers = params->offers;
        memcpy(lcp.demand, params->demand, sizeof lcp.demand);
    }
    lcp_init(&l->lcp, &lcp, &l->out);
    ppp_auth_init(&l->auth, params->rng, &l->out);
    ipcp_init(&l->ipcp, &ipcp, &l->out);
    ipv6cp_init(&l->ipv6cp, params->rng, &l->out);
    ccp_init(&l->ccp, params->mppe, &l->out);
    l->ccp.ahead = !params->server;
    if (params->server)
        ccp_insist(&l->ccp, params->mppe_only);
    l->auth.reliable = params->reliable;
    if (params->reliable) {
        ppp_fsm_set_reliable(&l->lcp.fsm);
        ppp_fsm_set_reliable(&l->ipcp.fsm);
        ppp_fsm_set_reliable(&l->ipv6cp.fsm);
        ppp_fsm_set_reliable(&l->ccp.fsm);
    }
}

void
ppp_link_wipe(struct ppp_link *l)
{
    explicit_bzero(l, sizeof *l);
}

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

static void
begin_layer(struct ppp_link *l, struct ppp_fsm *layer, usec_t now)
{
    if (l->lcp.fsm.rtt > 0)
        ppp_fsm_hint_rtt(layer, l->lcp.fsm.rtt);
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
    if (l->lcp.magic == 0)
        take_turns(l);
    if (l->params.mppe != 0)
        begin_layer(l, &l->ccp.fsm, now);
    if (l->params.mppe == 0 || (l->params.server && !l->params.ccp_first))
        begin_others(l, now);
    else
        l->others_at = now + (l->params.server ? PATIENCE_MS : OTHERS_MS) * USEC_PER_MSEC;
}

static void
authenticated(struct ppp_link *l, usec_t now)
{
    const bool again = l->proved;

    l->phase = PPP_PHASE_AUTHENTICATED;
    l->proved = true;
    if (!again)
        event_number(l, PPP_LINK_AUTHENTICATED, l->method);
    if (!l->params.hold_network || again)
        ppp_link_start_network(l, now);
}

static void
lcp_came_up(struct ppp_link *l, usec_t now)
{
    lcp_echo_start(&l->lcp, now);
    l->phase = PPP_PHASE_AUTHENTICATE;
    if (!l->proved)
        event(l, PPP_LINK_LCP_UP);
    if (!wants_auth(l)) {
        l->method = lcp_demanded(&l->lcp);
        if (l->method == 0 || l->method == PPP_AUTH_NONE)
            authenticated(l, now);
        else
            event_number(l, PPP_LINK_AUTH_START, l->method);
        return;
    }
    l->method = l->lcp.auth != 0 ? l->lcp.auth : PPP_AUTH_NONE;
    if (l->method == PPP_AUTH_NONE && !(l->params.auth & PPP_AUTH_NONE)) {
        ras_end_set(&l->end, RAS_PEER_REFUSED_AUTH,
                    "the server asks for no authentication, and the profile wants one");
        terminate(l, now);
        return;
    }
    ppp_auth_start(&l->auth, now, l->method);
}

static void
lcp_went_down(struct ppp_link *l, usec_t now)
{
    struct ppp_fsm *v[3];
    const size_t n = layers(l, v);

    for (size_t i = 0; i < n; i++)
        ppp_fsm_lower_down(v[i], now);
    if (l->phase == PPP_PHASE_TERMINATE || l->phase == PPP_PHASE_ENDED)
        return;
    l->phase = PPP_PHASE_ESTABLISH;
    l->grace_at = l->others_at = NEVER;
    if (++l->renegotiations > RENEGOTIATIONS_MAX) {
        ras_end_set(&l->end, RAS_PPP_LCP_TERMINATED, "LCP is negotiated again and again");
        terminate(l, now);
    }
}

/* The peer ends the link before it is up; it does not say why, but the moment does. */
static void
peer_terminated(struct ppp_link *l)
{
    const enum ppp_auth_state auth = l->auth.state;

    if (auth == PPP_AUTH_ASKING)
        ras_end_set(&l->end, l->auth.reason, "the server did not wait for another try");
    else if (auth == PPP_AUTH_RUNNING && l->auth.shown)
        ras_end_set(&l->end, RAS_AUTHENTICATION_FAILURE, "the server ended the link during %s",
                    ppp_auth_method_name(l->method));
    else if (wants_auth(l) && !l->proved && l->lcp.suggested != 0)
        ras_end_set(&l->end, RAS_PEER_REFUSED_AUTH,
                    "the server ended the link over the authentication method");
    else
        ras_end_set(&l->end, RAS_PPP_LCP_TERMINATED, "LCP Terminate-Request from the server");
    ended(l);
}

static void
lcp_fault(struct ppp_link *l)
{
    switch (l->lcp.fault) {
    case LCP_OK:
        break;
    case LCP_LOOPBACK:
        ras_end_set(&l->end, RAS_PPP_LOOPBACK_DETECTED, "our own magic numbers come back");
        break;
    case LCP_AUTH_WITHDRAWN:
        ras_end_set(&l->end, RAS_PEER_REFUSED_AUTH,
                    "the server does without authentication rather than with a better method");
        break;
    case LCP_AUTH_NOT_ALLOWED:
        ras_end_set(&l->end, RAS_PEER_REFUSED_AUTH,
                    "the server insists on a method that the profile forbids");
        break;
    case LCP_AUTH_NOT_ACCEPTED:
        ras_end_set(&l->end, RAS_PEER_REFUSED_AUTH, "the peer accepts no method demanded");
        break;
    case LCP_DEAD:
        ras_end_set(&l->end, l->network_up ? RAS_LINK_FAILURE : RAS_PPP_TIMEOUT,
                    "%d LCP echoes were not answered", LCP_ECHOES_LOST);
        break;
    }
}

static void
lcp_finished(struct ppp_link *l, unsigned notes)
{
    if (notes & PPP_NOTE_TIMEOUT && l->phase != PPP_PHASE_TERMINATE) {
        if (l->heard)
            ras_end_set(&l->end, RAS_PPP_TIMEOUT, "LCP came to no agreement in time");
        else
            ras_end_set(&l->end, RAS_PPP_NO_RESPONSE, "no LCP frame came");
    }
    ras_end_set(&l->end, RAS_PPP_LCP_TERMINATED, "LCP finished");
    ended(l);
}

static void
settle_lcp(struct ppp_link *l, usec_t now)
{
    const unsigned notes = ppp_fsm_take_notes(&l->lcp.fsm);

    if (l->lcp.fault != LCP_OK && l->phase != PPP_PHASE_TERMINATE) {
        lcp_fault(l);
        terminate(l, now);
    }
    if (notes & PPP_NOTE_REJECTED) {
        ras_end_set(&l->end, RAS_PPP_NO_PROTOCOLS_CONFIGURED, "the server rejected LCP itself");
        terminate(l, now);
    }
    if (notes & PPP_NOTE_DOWN)
        lcp_went_down(l, now);
    if (notes & PPP_NOTE_PEER_TERMINATED && l->phase != PPP_PHASE_DEAD)
        peer_terminated(l);
    if (notes & PPP_NOTE_UP && l->phase == PPP_PHASE_ESTABLISH)
        lcp_came_up(l, now);
    if (notes & PPP_NOTE_FINISHED && l->phase != PPP_PHASE_DEAD)
        lcp_finished(l, notes);
}

static void
settle_auth(struct ppp_link *l, usec_t now)
{
    if (!wants_auth(l))
        return;
    if (l->auth.state == PPP_AUTH_PROVED && l->phase == PPP_PHASE_AUTHENTICATE)
        authenticated(l, now);
    if (l->auth.state == PPP_AUTH_ASKING && !l->asked) {
        l->asked = true;
        event_number(l, PPP_LINK_WANTS_CREDENTIALS, l->auth.reason);
    }
    if (l->auth.state == PPP_AUTH_FAILED) {
        if (l->end.error == RAS_OK)
            l->end = l->auth.end;
        terminate(l, now);
    }
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
    terminate(l, now);
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
        terminate(l, now);
        return;
    }
    event(l, l->network_up ? PPP_LINK_NETWORK_CHANGED : PPP_LINK_NETWORK_UP);
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

static void
settle_network(struct ppp_link *l, usec_t now)
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
    if (l->ipcp.fixed_refused || l->ipcp.unusable)
        ppp_fsm_close(&l->ipcp.fsm, now);
    if (l->ipcp.offered && (!l->in_turn || l->ipcp.fsm.state == PPP_OPENED)) {
        l->ipcp.offered = false;
        if (!l->network_up)
            event(l, PPP_LINK_ADDRESS);
    }
    const enum progress v4 = progress_of(&l->ipcp.fsm, l->params.ipv4, true);
    if (v4 == FAILED || (v4 == UP && l->network_up)) /* that is: negotiated again */
        begin_ipv6(l, now);
    ppp_link_data_settle(l);
    const bool secret = ppp_crypt_encrypts(ccp_agreed(&l->ccp));
    if (l->params.mppe_required && progress_of(&l->ccp.fsm, true, secret) == FAILED) {
        ras_end_set(&l->end, RAS_NO_REMOTE_ENCRYPTION, "CCP agreed on no encryption allowed");
        terminate(l, now);
        return;
    }
    settle_progress(l, now);
}

static void
peer_rejects(struct ppp_link *l, usec_t now, uint16_t protocol)
{
    struct ppp_fsm *v[3];
    const size_t n = layers(l, v);

    for (size_t i = 0; i < n; i++) {
        if (v[i]->ops->protocol == protocol)
            ppp_fsm_rejected(v[i], now);
    }
    if (l->phase == PPP_PHASE_AUTHENTICATE &&
        (protocol == PPP_PROTO_PAP || protocol == PPP_PROTO_CHAP || protocol == PPP_PROTO_EAP)) {
        ras_end_set(&l->end, RAS_PEER_REFUSED_AUTH,
                    "the server rejected the method that it had demanded");
        terminate(l, now);
    }
}

/* What the layers have noted becomes phases, events and the end. */
static void
settle(struct ppp_link *l, usec_t now)
{
    if (l->phase == PPP_PHASE_ENDED)
        return;
    settle_lcp(l, now);
    if (l->lcp.rejected_protocol != 0) {
        peer_rejects(l, now, l->lcp.rejected_protocol);
        l->lcp.rejected_protocol = 0;
    }
    if (l->phase == PPP_PHASE_AUTHENTICATE || l->phase == PPP_PHASE_NETWORK)
        settle_auth(l, now);
    settle_network(l, now);
}

void
ppp_link_credentials(struct ppp_link *l, usec_t now, const struct ppp_credentials *c)
{
    if (l->phase == PPP_PHASE_ENDED)
        return;
    l->asked = false;
    ppp_auth_credentials(&l->auth, now, c);
    settle(l, now);
}

void
ppp_link_up(struct ppp_link *l, usec_t now)
{
    if (l->phase != PPP_PHASE_DEAD)
        return;
    l->phase = PPP_PHASE_ESTABLISH;
    l->bucket_at = now;
    ppp_fsm_open(&l->lcp.fsm, now);
    ppp_fsm_lower_up(&l->lcp.fsm, now);
    settle(l, now);
}

void
ppp_link_lost(struct ppp_link *l, usec_t now, const struct ras_end *why)
{
    (void)now;
    if (l->end.error == RAS_OK)
        l->end = *why;
    ended(l);
}

void
ppp_link_close(struct ppp_link *l, usec_t now, const struct ras_end *why)
{
    if (l->end.error == RAS_OK)
        l->end = *why;
    terminate(l, now);
    settle(l, now);
}

void
ppp_link_expire(struct ppp_link *l, usec_t now)
{
    struct ppp_fsm *v[3];
    const size_t n = layers(l, v);

    if (l->phase == PPP_PHASE_ENDED)
        return;
    ppp_fsm_expire(&l->lcp.fsm, now);
    lcp_echo_expire(&l->lcp, now);
    ppp_auth_expire(&l->auth, now);
    for (size_t i = 0; i < n; i++)
        ppp_fsm_expire(v[i], now);
    settle(l, now);
}

usec_t
ppp_link_deadline(const struct ppp_link *l)
{
    usec_t next = NEVER;

    if (l->phase == PPP_PHASE_ENDED)
        return NEVER;
    next = usec_min(next, ppp_fsm_deadline(&l->lcp.fsm));
    next = usec_min(next, lcp_echo_deadline(&l->lcp));
    next = usec_min(next, ppp_auth_deadline(&l->auth));
    if (l->params.ipv4)
        next = usec_min(next, ppp_fsm_deadline(&l->ipcp.fsm));
    if (l->params.ipv6)
        next = usec_min(next, ppp_fsm_deadline(&l->ipv6cp.fsm));
    if (l->params.mppe != 0)
        next = usec_min(next, ppp_fsm_deadline(&l->ccp.fsm));
    return usec_min(next, usec_min(l->grace_at, l->others_at));
}

/* A peer may talk as fast as it likes; it is listened to a hundred times a second. */
static bool
may_be_heard(struct ppp_link *l, usec_t now)
{
    const usec_t step = BUCKET_MS * USEC_PER_MSEC;
    const usec_t earned = now > l->bucket_at ? (now - l->bucket_at) / step : 0;

    if (earned > 0) {
        l->bucket = earned >= (usec_t)(BUCKET - l->bucket) ? BUCKET : l->bucket + (int)earned;
        l->bucket_at += earned * step;
    }
    if (l->bucket == 0)
        return false;
    l->bucket--;
    return true;
}

static struct ppp_fsm *
ncp_of(struct ppp_link *l, uint16_t protocol)
{
    struct ppp_fsm *v[3];
    const size_t n = layers(l, v);

    for (size_t i = 0; i < n; i++) {
        if (v[i]->ops->protocol == protocol)
            return v[i];
    }
    return NULL;
}

static bool
auth_frame(struct ppp_link *l, usec_t now, uint16_t protocol, struct rd body)
{
    uint8_t data[2 + PPP_FRAME_MAX];
    struct wr w = wr_over(data, sizeof data);

    if (wants_auth(l))
        return ppp_auth_input(&l->auth, now, protocol, body);
    wr_be16(&w, protocol);
    wr_rd(&w, body);
    if (w.bad || l->out.tail - l->out.head > PPP_QUEUE_SIZE / 2)
        return false;
    ppp_queue_event(&l->out, PPP_LINK_AUTH_FRAME, wr_done(&w));
    return true;
}

static bool
control_frame(struct ppp_link *l, usec_t now, uint16_t protocol, struct rd body)
{
    struct ppp_fsm *ncp;

    if (!may_be_heard(l, now))
        return false;
    l->heard = true;
    lcp_heard(&l->lcp);
    if (protocol == PPP_PROTO_LCP)
        return ppp_fsm_input(&l->lcp.fsm, now, body);
    if (l->lcp.fsm.state != PPP_OPENED || l->phase == PPP_PHASE_TERMINATE)
        return false;                          /* RFC 1661 section 3.4: silently */
    ppp_foresight_paid(&l->lcp.fsm.foresight); /* who goes on has our Ack */
    if (protocol == PPP_PROTO_PAP || protocol == PPP_PROTO_CHAP || protocol == PPP_PROTO_EAP)
        return auth_frame(l, now, protocol, body);
    if (l->phase != PPP_PHASE_NETWORK) {
        ppp_auth_overtaken(&l->auth, now);
        return false; /* section 3.5 */
    }
    ncp = ncp_of(l, protocol);
    /* pppd, where it wants MPPE, asks for no address before CCP is Opened. */
    if (ncp != NULL && ncp != &l->ccp.fsm && l->ccp.fsm.state < PPP_ACK_SENT && body.left > 0 &&
        body.p[0] == PPP_CONF_REQ)
        l->ccp.hasty = true;
    if (ncp != NULL && ncp != &l->ccp.fsm && l->others_at != NEVER && !l->params.server)
        begin_others(l, now);
    if (ncp != NULL)
        return ppp_fsm_input(ncp, now, body);
    if (protocol == PPP_PROTO_IP4 || protocol == PPP_PROTO_IP6)
        return false;
    l->ccp.refused |= ccp_asks_mppe(protocol, body);
    lcp_reject_protocol(&l->lcp, protocol, body);
    return true;
}

bool
ppp_link_receive(struct ppp_link *l, usec_t now, struct rd frame, struct rd *ret_packet)
{
    const uint16_t protocol = ppp_link_data_header(&frame);
    bool ok;

    if (l->phase == PPP_PHASE_DEAD || l->phase == PPP_PHASE_ENDED)
        return false;
    if (protocol == PPP_PROTO_IP4 || protocol == PPP_PROTO_IP6 ||
        (protocol == PPP_PROTO_COMPRESSED && l->params.mppe != 0)) { /* maybe before CCP opened */
        if (ppp_link_data_take(l, protocol, frame, ret_packet))
            return true;
        l->dropped++;
        ppp_link_data_settle(l);
        return false;
    }
    ok = protocol != 0 && control_frame(l, now, protocol, frame);
    l->dropped += !ok;
    settle(l, now);
    return false;
}

bool
ppp_link_poll(struct ppp_link *l, struct ppp_link_item *ret)
{
    struct ppp_link_item item = {0};
    uint8_t type;
    struct rd data;

    if (!ppp_queue_next(&l->out, &type, &data))
        return false;
    item.type = (enum ppp_link_item_type)type;
    switch (item.type) {
    case PPP_LINK_FRAME:
        item.frame = data;
        break;
    case PPP_LINK_AUTHENTICATED:
    case PPP_LINK_AUTH_START:
        item.method = (enum ppp_auth_method)rd_be16(&data);
        break;
    case PPP_LINK_WANTS_CREDENTIALS:
        item.reason = (enum ras_error)rd_be16(&data);
        break;
    case PPP_LINK_AUTH_FRAME:
        item.protocol = rd_be16(&data);
        item.frame = data;
        break;
    case PPP_LINK_LCP_UP:
    case PPP_LINK_ADDRESS:
    case PPP_LINK_NETWORK_UP:
    case PPP_LINK_NETWORK_CHANGED:
        break;
    case PPP_LINK_ENDED:
        item.end = &l->end;
        break;
    }
    *ret = item;
    return true;
}

void
ppp_link_hlak(const struct ppp_link *l, uint8_t ret[static 32])
{
    memcpy(ret, l->auth.hlak, 32);
}

uint32_t
ppp_link_rtt(const struct ppp_link *l)
{
    return l->lcp.rtt;
}

uint64_t
ppp_link_dropped(const struct ppp_link *l)
{
    return l->dropped + l->out.lost;
}

void
ppp_link_auth_send(struct ppp_link *l, uint16_t protocol, struct rd frame)
{
    if (l->lcp.fsm.state == PPP_OPENED && l->phase != PPP_PHASE_TERMINATE)
        ppp_queue_frame(&l->out, protocol, frame);
}

void
ppp_link_auth_done(struct ppp_link *l, usec_t now, bool ok, const uint8_t *hlak)
{
    const bool again = l->phase == PPP_PHASE_AUTHENTICATED || l->phase == PPP_PHASE_NETWORK;

    if (wants_auth(l) || (l->phase != PPP_PHASE_AUTHENTICATE && !(again && ok)))
        return;
    if (!ok) {
        ras_end_set(&l->end, RAS_AUTHENTICATION_FAILURE, "the peer was refused");
        terminate(l, now);
        return;
    }
    if (hlak != NULL)
        memcpy(l->auth.hlak, hlak, 32); /* for when CCP opens */
    if (!again)
        authenticated(l, now);
}
