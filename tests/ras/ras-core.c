/* ras-core.c - see ras-core.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras-core-private.h"

#include <stdio.h>
#include <stdlib.h>

#define FRAME_HEAD 8 /* SSTP's header, ff 03, protocol */

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
    uint8_t head[SSTP_HEADER];

    if (frame.left > SSTP_MAX_PACKET - SSTP_HEADER || c->silent ||
        frame.left + SSTP_HEADER > ras_out_room(&c->out))
        return;
    sstp_data_header(head, frame.left + SSTP_HEADER);
    ras_out_put(&c->out, rd_over(head, sizeof head));
    ras_out_put(&c->out, frame);
}

struct ras_core *
ras_core_new(const struct ras_config *config, const struct rng *rng, uint32_t call, usec_t now)
{
    struct ras_core *c = calloc(1, sizeof *c);
    struct ppp_link_params params = {
        .rng = rng,
        .mru = config->mru,
        .mtu_max = SSTP_MAX_PACKET - FRAME_HEAD,
        .ipv4 = true,
        .ipv6 = config->ipv6,
        .server = true,
        .hold_network = true,
    };

    (void)now;
    if (c == NULL)
        return NULL;
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
    ppp_link_init(&c->link, &params);
    ras_sstp_init(&c->sstp, &c->env);
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
    ras_sstp_keys(&c->sstp, c->auth.verdict.keys);
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
    if (c->auth.state == RAS_AUTH_ACCEPTED && !c->authenticated) {
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
    if (c->sstp.state == RAS_SSTP_CONNECTED)
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
        c->authenticated = false;
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
        ras_sstp_disconnect(&c->sstp, now, SSTP_STATUS_NO_ERROR, why_ended(item->end), &c->out);
        break;
    case PPP_LINK_WANTS_CREDENTIALS: /* a client's */
    case PPP_LINK_ADDRESS:
        break;
    }
}

/* Everything that follows from what has just happened. */
static void
settle(struct ras_core *c, usec_t now)
{
    struct ppp_link_item item;

    if (!c->linked && c->sstp.state == RAS_SSTP_CONNECTED_PENDING) {
        c->linked = true;
        ppp_link_up(&c->link, now);
    }
    do {
        while (ppp_link_poll(&c->link, &item))
            handle_item(c, now, &item);
        settle_auth(c, now);
    } while (ppp_link_poll(&c->link, &item) && (handle_item(c, now, &item), true));

    if (c->sstp.state == RAS_SSTP_CONNECTED) {
        ras_act_reach(c, now, RAS_STAGE_BOUND);
        if (c->network)
            ras_act_reach(c, now, RAS_STAGE_UP);
    }
    if (c->sstp.state == RAS_SSTP_CLOSED) {
        c->close = true;
        ras_core_event(c, RAS_EVENT_ENDED, 0, c->sstp.why);
    }
    if (c->silent)
        c->out.len = c->out.at = 0;
    ras_act_refill(c);
}

/* ------------------------------------------------------------------ bytes in */

static size_t
receive_http(struct ras_core *c, usec_t now, const uint8_t *bytes, size_t n)
{
    const bool late = ras_env_fault(&c->env, RAS_FAULT_HTTP_LATE) != NULL;
    size_t used = 0;
    uint16_t status;
    const enum ras_http_verdict v = ras_http_request(bytes, n, &used, &status);

    if (v == RAS_HTTP_MORE || (v == RAS_HTTP_OK && late && n == used))
        return 0;
    c->http_done = true;
    if (v == RAS_HTTP_BAD) {
        ras_http_refuse(&c->out, status, "/");
        ras_core_event(c, RAS_EVENT_HTTP, status, NULL);
        ras_sstp_close(&c->sstp, "not an SSTP request");
        return n;
    }
    if (ras_http_fault(&c->out, &c->env, &c->endless, &status)) {
        ras_core_event(c, RAS_EVENT_HTTP, status, NULL);
        if (!c->endless)
            ras_sstp_close(&c->sstp, "the script's answer to HTTP");
        return n;
    }
    if (n > used && ras_env_fault(&c->env, RAS_FAULT_HTTP_CLOSE_EARLY) != NULL) {
        ras_sstp_close(&c->sstp, "the script takes no early request");
        return n;
    }
    ras_http_accept(&c->out, ras_env_fault(&c->env, RAS_FAULT_HTTP_NO_LENGTH) == NULL,
                    ras_env_fault(&c->env, RAS_FAULT_HTTP_CONTINUE) != NULL);
    ras_core_event(c, RAS_EVENT_HTTP, 200, NULL);
    ras_sstp_begin(&c->sstp, now);
    ras_act_reach(c, now, RAS_STAGE_HTTP);
    return used;
}

/* What the server itself answers, whether or not there is a TUN behind it. */
static bool
answered_here(struct ras_core *c, struct rd packet)
{
    uint8_t buf[RAS_IP_MAX + 4];
    struct wr w = wr_over(buf, sizeof buf);

    if (ras_ip_is_dhcp(packet)) {
        wr_be32(&w, 0xff030021);
        if (ras_ip_dhcp(&c->env, packet, &w)) {
            ras_core_put_frame(c, wr_done(&w));
            ras_core_event(c, RAS_EVENT_DHCP_INFORM, 0, NULL);
        }
        return true;
    }
    if (c->env.config->has_prefix6 && ras_ip_is_solicitation(packet)) {
        wr_be32(&w, 0xff030057);
        ras_ip_advertise(c->env.config, c->link.ipv6cp.local, packet, &w);
        ras_core_put_frame(c, wr_done(&w));
        return true;
    }
    return false;
}

static void
receive_data(struct ras_core *c, usec_t now, uint8_t *stream, const struct sstp_packet *p,
             struct session_packets *ret)
{
    struct rd packet;

    ras_sstp_heard(&c->sstp, now);
    if (!c->linked || c->sstp.state > RAS_SSTP_CONNECTED || ras_act_frame_in(c, p->body)) {
        c->dropped += !c->linked;
        return;
    }
    if (!ppp_link_receive(&c->link, now, p->body, &packet)) {
        settle(c, now); /* an Ack stands before the answer to a packet that came behind */
        return;
    }
    if (c->sstp.state != RAS_SSTP_CONNECTED) {
        c->dropped++;
        return;
    }
    if (!answered_here(c, packet))
        ret->v[ret->n++] = (struct session_packet){
            .p = stream + (packet.p - stream),
            .len = packet.left,
        };
}

size_t
ras_core_receive(struct ras_core *c, usec_t now, uint8_t *bytes, size_t n,
                 struct session_packets *ret)
{
    size_t used = 0;

    ret->n = 0;
    if (c->close)
        return n;
    if (!c->http_done)
        used = receive_http(c, now, bytes, n);
    while (c->http_done && !c->endless && ret->n < SESSION_BATCH &&
           c->sstp.state != RAS_SSTP_CLOSED) {
        struct sstp_packet p;
        const enum sstp_cut cut = sstp_cut(bytes + used, n - used, &p);

        if (cut == SSTP_CUT_MORE)
            break;
        if (cut == SSTP_CUT_BROKEN) {
            ras_sstp_close(&c->sstp, "the stream cannot be cut into packets");
            break;
        }
        if (p.control) {
            if (c->sstp.state == RAS_SSTP_REQUEST_PENDING)
                ras_act_reach(c, now, RAS_STAGE_REQUEST);
            ras_sstp_input(&c->sstp, now, &p, &c->out);
            settle(c, now); /* PPP starts behind the Ack, in the same flight */
        } else {
            receive_data(c, now, bytes + used, &p, ret);
        }
        used += p.len;
    }
    settle(c, now);
    return c->endless || c->close ? n : used;
}

/* ------------------------------------------------------------------ time, and the end */

usec_t
ras_core_deadline(const struct ras_core *c)
{
    if (c->close)
        return NEVER;
    usec_t t = usec_min(ras_sstp_deadline(&c->sstp), c->auth.deadline);
    if (c->linked)
        t = usec_min(t, ppp_link_deadline(&c->link));
    return usec_min(t, ras_act_deadline(c));
}

void
ras_core_expire(struct ras_core *c, usec_t now)
{
    if (c->close)
        return;
    ras_sstp_expire(&c->sstp, now, &c->out);
    ras_auth_expire(&c->auth, now);
    if (c->linked)
        ppp_link_expire(&c->link, now);
    ras_act_expire(c, now);
    settle(c, now);
}

void
ras_core_hang_up(struct ras_core *c, usec_t now)
{
    const struct ras_end why = {.error = RAS_USER_DISCONNECTION, .detail = "the server hangs up"};

    if (c->linked && c->sstp.state <= RAS_SSTP_CONNECTED)
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
        ras_sstp_disconnect(&c->sstp, now, SSTP_STATUS_NO_ERROR, "the server hangs up", &c->out);
    else
        ras_sstp_abort(&c->sstp, now, SSTP_ATTRIB_NONE, SSTP_STATUS_NO_ERROR, "the server hangs up",
                       &c->out);
    settle(c, now);
}

void
ras_core_lost(struct ras_core *c, usec_t now)
{
    (void)now;
    ras_sstp_close(&c->sstp, "the client closed the connection");
    c->close = true;
    ras_core_event(c, RAS_EVENT_ENDED, 0, c->sstp.why);
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
        .head = FRAME_HEAD,
        .mtu = peer != 0 && peer < LCP_MRU_DEFAULT ? peer : LCP_MRU_DEFAULT,
        .stream = true,
    };
}

bool
ras_core_seal(struct ras_core *c, uint8_t **p, size_t *len)
{
    uint8_t head[4];

    if (!c->network || c->sstp.state != RAS_SSTP_CONNECTED || c->silent || *len == 0 ||
        *len > SSTP_MAX_PACKET - FRAME_HEAD)
        return false;
    const size_t n = ppp_link_header(&c->link, **p >> 4, head);
    if (n == 0)
        return false;
    memcpy(*p - n, head, n);
    *p -= n + SSTP_HEADER;
    *len += n + SSTP_HEADER;
    sstp_data_header(*p, *len);
    return true;
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
