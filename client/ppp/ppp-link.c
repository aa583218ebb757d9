/* ppp-link.c - see ppp-link.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ppp-link.h"

#include "ppp-link-data.h"
#include "ppp-link-network.h"

enum {
    RENEGOTIATIONS_MAX = 10, /* of LCP after it was up (threats P18) */
    BUCKET = 128,            /* control frames that may come at once, and the time each costs */
    BUCKET_MS = 10,          /* (threats P6) */
};

static const char no_other_try[] = "the server did not wait for another try";
static const char over_method[] = "the server ended the link over the authentication method";

static bool
wants_auth(const struct ppp_link *l)
{
    return !l->params.server;
}

void
ppp_link_event(struct ppp_link *l, enum ppp_link_item_type type)
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
    ppp_link_event(l, PPP_LINK_ENDED);
}

/* The end is decided: say goodbye. */
void
ppp_link_terminate(struct ppp_link *l, usec_t now)
{
    if (l->phase == PPP_PHASE_TERMINATE || l->phase == PPP_PHASE_ENDED)
        return;
    l->phase = PPP_PHASE_TERMINATE;
    l->grace_at = l->others_at = NEVER; /* no network protocol is waited for any more */
    l->ccp.held_until = NEVER;
    ppp_fsm_close(&l->lcp.fsm, now);
    if (l->lcp.fsm.state != PPP_CLOSING) /* nobody to say it to */
        ended(l);
}

/* The policy in LCP's words: see ppp-auth-method.h. */
static unsigned
lcp_auth(unsigned policy)
{
    const unsigned others = policy & ~(unsigned)(PPP_AUTH_NONE | PPP_AUTH_EAP);

    return others | ((policy & PPP_AUTH_EAP) != 0 ? PPP_AUTH_EAP_MSCHAPV2 : 0);
}

void
ppp_link_init(struct ppp_link *l, const struct ppp_link_params *params)
{
    struct lcp_params lcp = {
        .rng = params->rng,
        .mru = params->mru,
        .compress_fields = params->compress_fields,
        .auth_allowed = params->server ? 0 : lcp_auth(params->auth),
        .eap_first = (params->auth & PPP_AUTH_BY_TLS) != 0,
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
    l->auth.eap_allowed = params->auth & PPP_AUTH_EAP;
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
    ppp_auth_wipe(&l->auth);
    explicit_bzero(l, sizeof *l);
}

static void
authenticated(struct ppp_link *l, usec_t now)
{
    const bool again = l->proved;

    l->phase = PPP_PHASE_AUTHENTICATED;
    l->proved = true;
    if (wants_auth(l) && l->method != PPP_AUTH_NONE)
        l->method = ppp_auth_used(&l->auth);
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
        ppp_link_event(l, PPP_LINK_LCP_UP);
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
        ppp_link_terminate(l, now);
        return;
    }
    ppp_auth_start(&l->auth, now, l->method);
}

static void
lcp_went_down(struct ppp_link *l, usec_t now)
{
    ppp_link_network_down(l, now);
    if (l->phase == PPP_PHASE_TERMINATE || l->phase == PPP_PHASE_ENDED)
        return;
    l->phase = PPP_PHASE_ESTABLISH;
    l->grace_at = l->others_at = NEVER;
    if (++l->renegotiations > RENEGOTIATIONS_MAX) {
        ras_end_set(&l->end, RAS_PPP_LCP_TERMINATED, "LCP is negotiated again and again");
        ppp_link_terminate(l, now);
    }
}

/* The peer ends the link before it is up; it does not say why, but the moment does. */
static void
peer_terminated(struct ppp_link *l)
{
    const enum ppp_auth_state auth = l->auth.state;
    const char *said = l->lcp.fsm.farewell;

    if (auth == PPP_AUTH_ASKING)
        ras_end_set(&l->end, l->auth.reason, "%s", no_other_try);
    else if (auth == PPP_AUTH_RUNNING && l->auth.shown)
        ras_end_set(&l->end, RAS_AUTHENTICATION_FAILURE, "the server ended the link during %s",
                    ppp_auth_method_name(l->method));
    else if (wants_auth(l) && !l->proved && l->lcp.suggested != 0)
        ras_end_set(&l->end, RAS_PEER_REFUSED_AUTH, "%s", over_method);
    else
        ras_end_set(&l->end, RAS_PPP_LCP_TERMINATED, "LCP Terminate-Request from the server%s%s",
                    *said != '\0' ? ": " : "", said);
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
        ppp_link_terminate(l, now);
    }
    if (notes & PPP_NOTE_REJECTED) {
        ras_end_set(&l->end, RAS_PPP_NO_PROTOCOLS_CONFIGURED, "the server rejected LCP itself");
        ppp_link_terminate(l, now);
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
        ppp_link_terminate(l, now);
    }
}

static void
peer_rejects(struct ppp_link *l, usec_t now, uint16_t protocol)
{
    ppp_link_network_rejected(l, now, protocol);
    if (l->phase == PPP_PHASE_AUTHENTICATE &&
        (protocol == PPP_PROTO_PAP || protocol == PPP_PROTO_CHAP || protocol == PPP_PROTO_EAP)) {
        ras_end_set(&l->end, RAS_PEER_REFUSED_AUTH,
                    "the server rejected the method that it had demanded");
        ppp_link_terminate(l, now);
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
    ppp_link_network_settle(l, now);
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

bool
ppp_link_hung_up(struct ppp_link *l, const char *verdict)
{
    if (!wants_auth(l) || l->proved)
        return false;
    if (l->auth.state == PPP_AUTH_ASKING)
        ras_end_set(&l->end, l->auth.reason, "%s", no_other_try);
    else if (l->auth.state == PPP_AUTH_RUNNING && l->auth.shown && verdict != NULL)
        ras_end_set(&l->end, RAS_AUTHENTICATION_FAILURE, "the server ended the call during %s: %s",
                    ppp_auth_method_name(l->method), verdict);
    else if (l->lcp.suggested != 0 && l->lcp.fsm.state != PPP_OPENED)
        ras_end_set(&l->end, RAS_PEER_REFUSED_AUTH, "%s", over_method);
    else
        return false;
    ended(l);
    return true;
}

void
ppp_link_close(struct ppp_link *l, usec_t now, const struct ras_end *why)
{
    if (l->end.error == RAS_OK)
        l->end = *why;
    ppp_link_terminate(l, now);
    settle(l, now);
}

void
ppp_link_expire(struct ppp_link *l, usec_t now)
{
    if (l->phase == PPP_PHASE_ENDED)
        return;
    ppp_fsm_expire(&l->lcp.fsm, now);
    lcp_echo_expire(&l->lcp, now);
    ppp_auth_expire(&l->auth, now);
    ppp_link_network_expire(l, now);
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
    return usec_min(next, ppp_link_network_deadline(l));
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
    bool good;

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
    if (ppp_link_network_frame(l, now, protocol, body, &good))
        return good;
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
        ppp_link_terminate(l, now);
        return;
    }
    if (hlak != NULL) {
        memcpy(l->auth.hlak, hlak, 32);
        memcpy(l->auth.mppe, hlak, 32); /* for when CCP opens */
    }
    if (!again)
        authenticated(l, now);
}
