/* ras-core.c - see ras-core.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras-core-private.h"

#include "ras-names.h"

#include <stdio.h>
#include <stdlib.h>

static const struct ras_carrier *const carriers[] = {
    [PLAN_SSTP] = &ras_carrier_sstp,
    [PLAN_PPTP] = &ras_carrier_pptp,
    [PLAN_L2TP_IPSEC] = &ras_carrier_l2tp,
};

void
ras_config_init(struct ras_config *c)
{
    *c = (struct ras_config){
        .n_auth = 2,
        .auth = {PPP_AUTH_EAP_MSCHAPV2, PPP_AUTH_MSCHAPV2},
        .address = 0x0a090001, /* 10.9.0.1 */
        .ipv6 = true,
        .name = "RAS",
        .mru = 1400,
        .hash_mask = SSTP_HASH_SHA1 | SSTP_HASH_SHA256,
        .hello = 60 * USEC_PER_SEC,
        .mppe = CCP_MPPE_128 | CCP_MPPE_56 | CCP_MPPE_40,
    };
}

struct ras_core_event *
ras_core_event(struct ras_core *c, enum ras_core_event_type type, uint32_t number, const char *text)
{
    /* The last place is kept for the end. */
    if (c->ended || (type != RAS_EVENT_ENDED && c->n_events >= RAS_EVENTS - 1))
        return NULL;
    struct ras_core_event *e = &c->events[(c->event_head + c->n_events++) % RAS_EVENTS];
    *e = (struct ras_core_event){.type = type, .number = number};
    if (text != NULL)
        ras_printable(e->text, sizeof e->text, text, strlen(text));
    c->ended = type == RAS_EVENT_ENDED;
    return e;
}

static void
env_event(void *owner, const struct ras_core_event *event)
{
    ras_core_event(owner, event->type, event->number, event->text);
}

static void
env_send(void *owner, uint16_t protocol, struct rd frame)
{
    struct ras_core *c = owner;

    ppp_link_auth_send(&c->link, protocol, frame);
}

void
ras_core_put_frame(struct ras_core *c, struct rd frame)
{
    if (!c->silent)
        c->carrier->put_frame(c, frame);
}

/* An IP packet of the server's own. */
static void
put_packet(struct ras_core *c, struct rd packet)
{
    uint8_t buf[PPP_CRYPT_HEAD + RAS_IP_MAX + 64];
    uint8_t *p = buf + PPP_CRYPT_HEAD;
    size_t n = packet.left;

    if (n > RAS_IP_MAX || (!c->carrier->stream && n > LCP_MRU_DEFAULT))
        return;
    memcpy(p, packet.p, n);
    if (ppp_link_seal(&c->link, &p, &n))
        ras_core_put_frame(c, rd_over(p, n));
}

/* What CCP may agree on: nothing, where TLS protects already. */
static void
choose_encryption(const struct ras_core *c, struct ppp_link_params *p)
{
    const struct ras_script_line *allowed = ras_env_fault(&c->env, RAS_FAULT_MPPE);
    const struct ras_script_line *only = ras_env_fault(&c->env, RAS_FAULT_MPPE_ONLY);

    if (!c->carrier->mppe && (c->carrier != &ras_carrier_l2tp || c->env.config->ipsec))
        return;
    p->mppe = allowed != NULL ? allowed->number : c->env.config->mppe;
    p->mppe_required = c->env.config->mppe_required;
    if (only != NULL)
        p->mppe = p->mppe_only = only->number;
}

struct ras_core *
ras_core_new(const struct ras_config *config, enum plan_protocol protocol, const struct rng *rng,
             uint32_t call, usec_t now)
{
    struct ras_core *c = calloc(1, sizeof *c);
    struct ppp_link_params params = {
        .rng = rng,
        .mru = config->mru,
        .ipv4 = true,
        .ipv6 = config->ipv6,
        .server = true,
        .hold_network = true,
    };

    (void)now;
    if (c == NULL)
        return NULL;
    c->carrier = carriers[protocol];
    params.mtu_max = c->carrier->mtu_max;
    c->env = (struct ras_env){
        .config = config,
        .rng = rng,
        .call = call,
        .owner = c,
        .send = env_send,
        .event = env_event,
    };
    if (ras_env_fault(&c->env, RAS_FAULT_NO_AUTH) == NULL) {
        params.n_demand = config->n_auth;
        for (uint8_t i = 0; i < config->n_auth; i++)
            params.demand[i] = config->auth[i];
    }
    params.ccp_first = ras_env_fault(&c->env, RAS_FAULT_PPPD) != NULL;
    params.offers = ras_env_fault(&c->env, RAS_FAULT_LCP_OFFERS) != NULL;
    choose_encryption(c, &params);
    ppp_link_init(&c->link, &params);
    c->carrier->init(c);
    ras_auth_init(&c->auth, &c->env);
    ras_act_init(c);
    return c;
}

void
ras_core_free(struct ras_core *c)
{
    if (c == NULL)
        return;
    ras_pool_give_back(c->env.config->pool, c->env.call);
    ppp_link_wipe(&c->link);
    ras_auth_wipe(&c->auth);
    free(c->pptp.slots);
    ras_core_l2tp_clear(c);
    explicit_bzero(c, sizeof *c);
    free(c);
}

/* ------------------------------------------------------------------ authentication, addresses */

static void
choose_addresses(struct ras_core *c, struct ipcp_config *give)
{
    const struct ras_config *config = c->env.config;
    const struct ras_user *user = ras_users_find(config->users, c->auth.verdict.user);
    const struct ras_script_line *address = ras_env_fault(&c->env, RAS_FAULT_IPCP_ADDRESS);
    const struct ras_script_line *dns = ras_env_fault(&c->env, RAS_FAULT_IPCP_DNS);

    c->client4 = user != NULL && user->address != 0 ? user->address
                                                    : ras_pool_take(config->pool, c->env.call, 0);
    if (address != NULL)
        c->client4 = address->number;
    *give = (struct ipcp_config){
        .local = config->address,
        .peer = c->client4,
        .dns = {dns != NULL ? dns->number : config->dns[0], dns != NULL ? 0 : config->dns[1]},
        .nbns = {config->nbns[0], config->nbns[1]},
    };
}

static void
on_authenticated(struct ras_core *c, usec_t now)
{
    if (c->authenticated)
        return;
    c->authenticated = true;
    if (c->carrier->keys != NULL)
        c->carrier->keys(c, c->auth.verdict.hlak);
    ras_core_event(c, RAS_EVENT_AUTHENTICATED, 0, c->auth.verdict.user);
    ras_act_reach(c, now, RAS_STAGE_AUTH);
    if (c->client4 == 0)
        choose_addresses(c, &c->link.ipcp.params.give);
    ppp_link_start_network(&c->link, now);
    const struct ras_script_line *again = ras_env_fault(&c->env, RAS_FAULT_RECHALLENGE);
    if (again != NULL)
        c->rechallenge_at = now + again->number * USEC_PER_MSEC;
}

/* The authenticator has come to an end (or not); tell the link, once. */
static void
settle_auth(struct ras_core *c, usec_t now)
{
    if (c->auth.answered)
        ras_act_reach(c, now, RAS_STAGE_RESPONSE);
    if (c->auth.verdict.changed) {
        c->auth.verdict.changed = false;
        ras_core_event(c, RAS_EVENT_PASSWORD_CHANGED, 0, c->auth.verdict.user);
    }
    if (c->auth.state == RAS_AUTH_ACCEPTED && !c->keyed) {
        c->keyed = true;
        ppp_link_auth_done(&c->link, now, true, c->auth.verdict.keys);
        on_authenticated(c, now);
    } else if (c->auth.state == RAS_AUTH_REFUSED) {
        c->auth.state = RAS_AUTH_IDLE;
        ras_core_event(c, RAS_EVENT_REFUSED, c->auth.verdict.error, c->auth.verdict.user);
        ppp_link_auth_done(&c->link, now, false, NULL);
    } else if (c->auth.verdict.again && c->auth.verdict.error != 0) {
        ras_core_event(c, RAS_EVENT_REFUSED, c->auth.verdict.error, c->auth.verdict.user);
        c->auth.verdict.error = 0;
    }
}

static void
on_network(struct ras_core *c, usec_t now)
{
    struct ras_core_event *e;

    c->network = true;
    if (c->link.ipcp.fsm.state == PPP_OPENED) {
        c->client4 = c->link.ipcp.now.peer;
        e = ras_core_event(c, RAS_EVENT_IPCP_UP, 0, NULL);
        if (e != NULL)
            e->address = c->client4;
    }
    if (c->link.ipv6cp.fsm.state == PPP_OPENED && !c->client6_up) {
        c->client6_up = true;
        e = ras_core_event(c, RAS_EVENT_IPV6CP_UP, 0, NULL);
        if (e != NULL)
            memcpy(e->id, c->link.ipv6cp.peer, sizeof e->id);
    }
    if (c->carrier->way(c) == RAS_WAY_OPEN)
        ras_act_reach(c, now, RAS_STAGE_UP);
}

static void
on_auth_frame(struct ras_core *c, usec_t now, const struct ppp_link_item *item)
{
    uint8_t copy[PPP_FRAME_MAX];

    if (item->frame.left > sizeof copy)
        return;
    memcpy(copy, item->frame.p, item->frame.left); /* the queue it lies in is written to */
    if (!ras_auth_input(&c->auth, now, item->protocol, rd_over(copy, item->frame.left)))
        c->dropped++;
}

/* The link's own words are those of a client. */
static const char *
why_ended(const struct ras_end *end)
{
    return end->error == RAS_PPP_LCP_TERMINATED ? "the client ended the link" : end->detail;
}

static void
handle_item(struct ras_core *c, usec_t now, const struct ppp_link_item *item)
{
    switch (item->type) {
    case PPP_LINK_FRAME:
        if (!ras_act_frame_out(c, item->frame))
            ras_core_put_frame(c, item->frame);
        break;
    case PPP_LINK_LCP_UP:
        ras_core_event(c, RAS_EVENT_LCP_UP, 0, ppp_auth_method_name(lcp_demanded(&c->link.lcp)));
        ras_act_reach(c, now, RAS_STAGE_LCP);
        break;
    case PPP_LINK_AUTH_START: /* the first time, or all anew */
        c->authenticated = c->keyed = false;
        ras_auth_begin(&c->auth, now, item->method);
        ras_act_renegotiate(c);
        break;
    case PPP_LINK_AUTH_FRAME:
        on_auth_frame(c, now, item);
        break;
    case PPP_LINK_AUTHENTICATED:
        on_authenticated(c, now);
        break;
    case PPP_LINK_NETWORK_UP:
    case PPP_LINK_NETWORK_CHANGED:
        on_network(c, now);
        break;
    case PPP_LINK_ENDED:
        c->network = false;
        c->carrier->disconnect(c, now, 0, why_ended(item->end));
        break;
    case PPP_LINK_WANTS_CREDENTIALS: /* a client's */
    case PPP_LINK_ADDRESS:
        break;
    }
}

/* Everything that follows from what has just happened. */
void
ras_core_settle(struct ras_core *c, usec_t now)
{
    struct ppp_link_item item;
    const enum ras_way before = c->carrier->way(c);

    if (!c->linked && ras_env_fault(&c->env, RAS_FAULT_LCP_MUTE) == NULL &&
        (before == RAS_WAY_LINKED || before == RAS_WAY_OPEN)) {
        c->linked = true;
        ppp_link_up(&c->link, now);
    }
    do {
        while (ppp_link_poll(&c->link, &item))
            handle_item(c, now, &item);
        settle_auth(c, now);
    } while (ppp_link_poll(&c->link, &item) && (handle_item(c, now, &item), true));

    const enum ras_way way = c->carrier->way(c);
    if (way == RAS_WAY_OPEN) {
        ras_act_reach(c, now, RAS_STAGE_BOUND);
        if (c->network)
            ras_act_reach(c, now, RAS_STAGE_UP);
    }
    if (c->carrier->way(c) == RAS_WAY_CLOSED) {
        c->close = true;
        ras_core_event(c, RAS_EVENT_ENDED, 0, c->carrier->why(c));
    }
    if (c->silent)
        c->out.len = c->out.at = c->grams.len = c->grams.at = 0;
    ras_act_refill(c);
}

/* ------------------------------------------------------------------ bytes in */

static void
answer_name(struct ras_core *c, struct rd packet, struct wr *w)
{
    const struct ras_script_line *lose = ras_env_fault(&c->env, RAS_FAULT_NAMES_LOSE);
    char text[128] = "";

    if (lose != NULL && c->names++ < lose->number)
        return;
    if (ras_names_answer(&c->env, packet, w, text))
        put_packet(c, wr_done(w));
    if (text[0] != '\0')
        ras_core_event(c, RAS_EVENT_NAME, 0, text);
}

/* What the server itself answers, whether or not there is a TUN behind it. */
static bool
answered_here(struct ras_core *c, struct rd packet)
{
    uint8_t buf[RAS_IP_MAX];
    struct wr w = wr_over(buf, sizeof buf);

    if (ras_ip_is_dhcp(packet)) {
        const struct ras_script_line *lose = ras_env_fault(&c->env, RAS_FAULT_DHCP_LOSE);

        if (lose != NULL && c->informs++ < lose->number)
            return true;
        if (ras_ip_dhcp(&c->env, packet, &w)) {
            put_packet(c, wr_done(&w));
            ras_core_event(c, RAS_EVENT_DHCP_INFORM, 0, NULL);
        }
        return true;
    }
    if (ras_names_is(c->env.config, packet)) {
        answer_name(c, packet, &w);
        return true;
    }
    if (c->env.config->has_prefix6 && ras_ip_is_solicitation(packet)) {
        ras_ip_advertise(c->env.config, c->link.ipv6cp.local, packet, &w);
        put_packet(c, wr_done(&w));
        return true;
    }
    return false;
}

/* What is decompressed lies in the link until the next one comes: it is moved to @room. */
void
ras_core_take_frame(struct ras_core *c, usec_t now, struct rd frame, uint8_t *room,
                    struct session_packets *ret)
{
    struct rd packet;

    if (!c->linked || c->carrier->way(c) > RAS_WAY_OPEN || ras_act_frame_in(c, now, frame)) {
        c->dropped += !c->linked;
        return;
    }
    if (!ppp_link_receive(&c->link, now, frame, &packet)) {
        ras_core_settle(c, now); /* an Ack stands before the answer to a packet behind it */
        return;
    }
    if (c->carrier->way(c) != RAS_WAY_OPEN) {
        c->dropped++;
        return;
    }
    if (packet.p < frame.p || packet.p >= frame.p + frame.left) {
        memcpy(room, packet.p, packet.left);
        packet.p = room;
    }
    if (!answered_here(c, packet))
        ret->v[ret->n++] = (struct session_packet){.p = (uint8_t *)packet.p, .len = packet.left};
}

size_t
ras_core_receive(struct ras_core *c, usec_t now, uint8_t *bytes, size_t n,
                 struct session_packets *ret)
{
    ret->n = 0;
    if (c->close)
        return n;
    const size_t used = c->carrier->receive(c, now, bytes, n, ret);
    ras_core_settle(c, now);
    return c->endless || c->close ? n : used;
}

void
ras_core_datagram(struct ras_core *c, usec_t now, enum session_channel from, uint8_t *bytes,
                  size_t n, struct session_packets *ret)
{
    ret->n = 0;
    if (c->close || c->carrier->datagram == NULL)
        return;
    c->carrier->datagram(c, now, from, bytes, n, ret);
    ras_core_settle(c, now);
}

void
ras_core_datagrams(struct ras_core *c, usec_t now, enum session_channel from,
                   struct session_packet *v, size_t n, struct session_packets *ret)
{
    ret->n = 0;
    if (c->close)
        return;
    ras_core_l2tp_datagrams(c, now, from, v, n, ret);
    ras_core_settle(c, now);
}

/* ------------------------------------------------------------------ time, and the end */

usec_t
ras_core_deadline(const struct ras_core *c)
{
    if (c->close)
        return NEVER;
    usec_t t = usec_min(c->carrier->deadline(c), c->auth.deadline);
    if (c->linked)
        t = usec_min(t, ppp_link_deadline(&c->link));
    return usec_min(t, ras_act_deadline(c));
}

void
ras_core_expire(struct ras_core *c, usec_t now)
{
    if (c->close)
        return;
    c->carrier->expire(c, now);
    ras_auth_expire(&c->auth, now);
    if (c->linked)
        ppp_link_expire(&c->link, now);
    ras_act_expire(c, now);
    ras_core_settle(c, now);
}

void
ras_core_hang_up(struct ras_core *c, usec_t now)
{
    const struct ras_end why = {.error = RAS_USER_DISCONNECTION, .detail = "the server hangs up"};

    if (c->linked && c->carrier->way(c) <= RAS_WAY_OPEN)
        ppp_link_close(&c->link, now, &why);
}

void
ras_core_close(struct ras_core *c, usec_t now, bool politely)
{
    if (c->close)
        return;
    if (politely && c->linked)
        ras_core_hang_up(c, now);
    else if (politely)
        c->carrier->disconnect(c, now, 0, "the server hangs up");
    else
        c->carrier->abort(c, now, 0, "the server hangs up");
    ras_core_settle(c, now);
}

void
ras_core_lost(struct ras_core *c, usec_t now)
{
    (void)now;
    c->carrier->close(c, "the client closed the connection");
    c->close = true;
    ras_core_event(c, RAS_EVENT_ENDED, 0, c->carrier->why(c));
}

bool
ras_core_poll_output(struct ras_core *c, struct rd *ret)
{
    const struct ras_script_line *fragment = ras_env_fault(&c->env, RAS_FAULT_FRAGMENT);

    c->out.piece = fragment != NULL ? fragment->number : 0;
    if (c->out.at == c->out.len)
        ras_act_refill(c);
    return ras_out_next(&c->out, ret);
}

bool
ras_core_poll_datagram(struct ras_core *c, struct session_output *ret)
{
    struct rd r = rd_over(c->grams.bytes + c->grams.at, c->grams.len - c->grams.at);

    if (r.left == 0)
        return false;
    ret->channel = (enum session_channel)rd_u8(&r);
    ret->bytes = rd_take(&r, rd_be16(&r));
    c->grams.at = c->grams.len - r.left;
    return true;
}

bool
ras_core_poll_event(struct ras_core *c, struct ras_core_event *ret)
{
    if (c->n_events == 0)
        return false;
    *ret = c->events[c->event_head];
    c->event_head = (c->event_head + 1) % RAS_EVENTS;
    c->n_events--;
    return true;
}

bool
ras_core_wants_close(const struct ras_core *c)
{
    return c->close && !c->silent;
}

bool
ras_core_wants_reset(const struct ras_core *c)
{
    return c->close && c->reset;
}

/* ------------------------------------------------------------------ the fast path */

struct session_framing
ras_core_framing(const struct ras_core *c)
{
    const uint16_t peer = c->link.lcp.peer_mru;

    return (struct session_framing){
        .head = c->carrier->head,
        .tail = c->carrier->tail,
        .channel = c->carrier == &ras_carrier_l2tp ? c->l2tp.channel : CHANNEL_DATA,
        .mtu = peer != 0 && peer < LCP_MRU_DEFAULT ? peer : LCP_MRU_DEFAULT,
        .stream = c->carrier->stream,
    };
}

bool
ras_core_seal(struct ras_core *c, uint8_t **p, size_t *len)
{
    return c->network && c->carrier->way(c) == RAS_WAY_OPEN && !c->silent && *len > 0 &&
           c->carrier->seal(c, p, len);
}

size_t
ras_core_seal_batch(struct ras_core *c, struct session_packet *v, size_t n)
{
    if (!c->network || c->carrier->way(c) != RAS_WAY_OPEN || c->silent)
        return 0;
    return ras_core_l2tp_seal(c, v, n);
}

uint32_t
ras_core_client4(const struct ras_core *c)
{
    return c->client4;
}

uint64_t
ras_core_dropped(const struct ras_core *c)
{
    return c->dropped + ppp_link_dropped(&c->link) + c->out.lost;
}
