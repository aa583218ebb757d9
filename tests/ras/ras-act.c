/*
 * ras-act.c - what a script makes a call do. Misbehaviour in PPP is done on the wire, beside the
 * link: frames are answered, eaten or made up, and the link itself stays an honest server.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ppp-option.h"
#include "ras-core-private.h"

static const struct ras_script *
script(const struct ras_core *c)
{
    return &c->env.config->script;
}

static bool
has(const struct ras_core *c, enum ras_fault fault)
{
    return ras_env_fault(&c->env, fault) != NULL;
}

void
ras_act_init(struct ras_core *c)
{
    for (size_t i = 0; i < RAS_SCRIPT_MAX; i++)
        c->due[i] = NEVER;
    c->rechallenge_at = NEVER;
    c->raw_id = 0x80;
}

/* code, identifier, length, data: a control packet made by hand. */
static void
put_packet(struct ras_core *c, uint16_t protocol, uint8_t code, uint8_t id, struct rd data)
{
    uint8_t buf[PPP_FRAME_MAX];
    struct wr w = wr_over(buf, sizeof buf);

    wr_be16(&w, 0xff03);
    wr_be16(&w, protocol);
    wr_u8(&w, code);
    wr_u8(&w, id);
    wr_be16(&w, (uint16_t)(data.left + 4));
    wr_rd(&w, data);
    ras_core_put_frame(c, wr_done(&w));
}

static void
put_lcp_request(struct ras_core *c)
{
    const enum ppp_auth_method method = lcp_demanded(&c->link.lcp);
    uint8_t opts[16], auth[4];
    struct wr w = wr_over(opts, sizeof opts), a = wr_over(auth, sizeof auth);

    wr_be16(&w, 0x0104);
    wr_be16(&w, 1400);
    if (method != 0 && method != PPP_AUTH_NONE) {
        ppp_auth_method_put(&a, method);
        ppp_option_put(&w, LCP_AUTH, auth, (uint8_t)a.len);
    }
    wr_be16(&w, 0x0506);
    wr_be32(&w, ras_env_random(&c->env) | 1);
    put_packet(c, PPP_PROTO_LCP, PPP_CONF_REQ, c->raw_id++, wr_done(&w));
}

static void
put_ipcp_request(struct ras_core *c)
{
    uint8_t opts[6];
    struct wr w = wr_over(opts, sizeof opts);

    wr_be16(&w, 0x0306);
    wr_be32(&w, c->env.config->address);
    put_packet(c, PPP_PROTO_IPCP, PPP_CONF_REQ, c->raw_id++, wr_done(&w));
}

static void
change_address(struct ras_core *c)
{
    ras_pool_give_back(c->env.config->pool, c->env.call);
    c->link.ipcp.params.give.peer = ras_pool_take(c->env.config->pool, c->env.call, 0);
    put_ipcp_request(c);
}

static void
put_hex(struct ras_core *c, const char *text, bool frame)
{
    uint8_t buf[RAS_SCRIPT_TEXT / 2];
    struct wr w = wr_over(buf, sizeof buf);

    ras_script_hex(text, &w);
    if (frame)
        ras_core_put_frame(c, wr_done(&w));
    else
        ras_out_put(&c->out, wr_done(&w));
}

/* A packet that nobody has encrypted, whatever was agreed. */
static void
put_plain(struct ras_core *c)
{
    uint8_t buf[64];
    struct wr w = wr_over(buf, sizeof buf);

    wr_be32(&w, 0xff030021);
    ras_ip_ping(c->env.config->address, c->client4, &w);
    ras_core_put_frame(c, wr_done(&w));
}

static void
perform(struct ras_core *c, usec_t now, const struct ras_script_line *l)
{
    ras_core_event(c, RAS_EVENT_FAULT, l->number, ras_script_action_name(l->action));
    switch (l->action) {
    case RAS_ACT_SILENCE:
        c->silent = true;
        break;
    case RAS_ACT_CLOSE:
    case RAS_ACT_RESET:
        c->reset = l->action == RAS_ACT_RESET;
        c->carrier->close(c, "the script closes");
        break;
    case RAS_ACT_ABORT:
        c->carrier->abort(c, now, l->number, "the script aborts");
        break;
    case RAS_ACT_DISCONNECT:
        c->carrier->disconnect(c, now, l->number, "the script disconnects");
        break;
    case RAS_ACT_LCP_TERMINATE:
        ras_core_hang_up(c, now);
        break;
    case RAS_ACT_IPCP_TERMINATE:
        put_packet(c, PPP_PROTO_IPCP, PPP_TERM_REQ, c->raw_id++, rd_over(NULL, 0));
        break;
    case RAS_ACT_LCP_FLOOD:
        c->flood = l->number;
        break;
    case RAS_ACT_LCP_AGAIN:
        c->renegotiate = l->number;
        put_lcp_request(c);
        break;
    case RAS_ACT_IPCP_AGAIN:
        change_address(c);
        break;
    case RAS_ACT_RAW:
        put_hex(c, l->text, false);
        break;
    case RAS_ACT_FRAME:
        put_hex(c, l->text, true);
        break;
    case RAS_ACT_CALL_CLEAR:
        if (c->carrier == &ras_carrier_pptp)
            ras_pptp_call_clear(&c->pptp.call, &c->out);
        break;
    case RAS_ACT_WAN_ERROR:
        if (c->carrier == &ras_carrier_pptp)
            ras_pptp_wan_error(&c->pptp.call, l->number, &c->out);
        break;
    case RAS_ACT_CCP_TERMINATE:
        put_packet(c, PPP_PROTO_CCP, PPP_TERM_REQ, c->raw_id++, rd_over(NULL, 0));
        break;
    case RAS_ACT_CCP_RESETS:
        c->resets = l->number;
        break;
    case RAS_ACT_PLAIN:
        put_plain(c);
        break;
    case RAS_ACT_IKE_REKEY:
    case RAS_ACT_IKE_DELETE:
    case RAS_ACT_ESP_DELETE:
    case RAS_ACT_L2TP_CDN:
    case RAS_ACT_L2TP_STOPCCN:
        if (c->carrier == &ras_carrier_l2tp)
            ras_core_l2tp_act(c, now, l->action, (uint16_t)l->number);
        break;
    case RAS_N_ACTIONS:
        break;
    }
}

/* Habits that begin at a stage. */
static void
begin_habits(struct ras_core *c, enum ras_stage stage)
{
    static const uint8_t every_ccp_bit[] = {18, 6, 0x01, 0, 0, 0xe1};
    const struct ras_script_line *storm = ras_env_fault(&c->env, RAS_FAULT_ECHO_STORM);
    uint8_t buf[64];
    struct wr w = wr_over(buf, sizeof buf);

    if (stage == RAS_STAGE_LCP && has(c, RAS_FAULT_DATA_EARLY)) {
        wr_be32(&w, 0xff030021);
        ras_ip_ping(c->env.config->address, 0x0a090063, &w);
        ras_core_put_frame(c, wr_done(&w));
    }
    if (stage == RAS_STAGE_AUTH && has(c, RAS_FAULT_CCP_OFFER))
        put_packet(c, PPP_PROTO_CCP, PPP_CONF_REQ, c->raw_id++,
                   rd_over(every_ccp_bit, sizeof every_ccp_bit));
    if (stage == RAS_STAGE_UP && storm != NULL)
        c->storm = storm->number;
}

void
ras_act_reach(struct ras_core *c, usec_t now, enum ras_stage stage)
{
    if ((c->reached & 1u << stage) != 0)
        return;
    c->reached |= 1u << stage;
    begin_habits(c, stage);
    for (size_t i = 0; i < script(c)->n; i++) {
        const struct ras_script_line *l = &script(c)->v[i];
        if (!l->is_act || l->stage != stage || (l->call != 0 && l->call != c->env.call))
            continue;
        if (l->delay_ms == 0)
            perform(c, now, l);
        else
            c->due[i] = now + l->delay_ms * USEC_PER_MSEC;
    }
}

void
ras_act_renegotiate(struct ras_core *c)
{
    if (c->renegotiate == 0)
        return;
    c->renegotiate--;
    c->link.renegotiations = 0; /* it is the client's patience that is tried */
    put_lcp_request(c);
}

usec_t
ras_act_deadline(const struct ras_core *c)
{
    usec_t t = c->rechallenge_at;

    for (size_t i = 0; i < script(c)->n; i++)
        t = usec_min(t, c->due[i]);
    return t;
}

/* With CCP under way each end would take the keys of another proof. */
static bool
settled(const struct ras_core *c)
{
    const enum ppp_state ccp = c->link.ccp.fsm.state;

    return c->network && !(ccp >= PPP_REQ_SENT && ccp < PPP_OPENED);
}

void
ras_act_expire(struct ras_core *c, usec_t now)
{
    for (size_t i = 0; i < script(c)->n; i++) {
        if (now >= c->due[i]) {
            c->due[i] = NEVER;
            perform(c, now, &script(c)->v[i]);
        }
    }
    if (now >= c->rechallenge_at) {
        const struct ras_script_line *l = ras_env_fault(&c->env, RAS_FAULT_RECHALLENGE);
        c->rechallenge_at = now + l->number * USEC_PER_MSEC;
        if (c->auth.state == RAS_AUTH_ACCEPTED && settled(c)) {
            c->keyed = false;
            ras_auth_begin(&c->auth, now, c->auth.method);
        }
    }
}

static void
put_echoes(struct ras_core *c)
{
    c->carrier->put_echo(c);
    put_packet(c, PPP_PROTO_LCP, LCP_ECHO_REQUEST, c->raw_id++, rd_over("\0\0\0", 4));
}

void
ras_act_refill(struct ras_core *c)
{
    if (c->silent || c->carrier->way(c) == RAS_WAY_CLOSED)
        return;
    if (c->endless && ras_out_room(&c->out) > RAS_OUT_SIZE / 2)
        ras_http_endless(&c->out);
    for (; c->flood > 0 && ras_out_room(&c->out) > 4096 && ras_out_room(&c->grams) > 4096;
         c->flood--)
        put_lcp_request(c);
    for (; c->storm > 0 && ras_out_room(&c->out) > 4096 && ras_out_room(&c->grams) > 4096;
         c->storm--)
        put_echoes(c);
    for (; c->resets > 0 && ras_out_room(&c->out) > 4096 && ras_out_room(&c->grams) > 4096;
         c->resets--)
        put_packet(c, PPP_PROTO_CCP, CCP_RESET_REQUEST, c->raw_id++, rd_over(NULL, 0));
}

/* Protocol and the packet behind it. */
static bool
open_frame(struct rd frame, uint16_t *ret_protocol, uint8_t *ret_code, uint8_t *ret_id,
           struct rd *ret)
{
    if (rd_be16(&frame) != 0xff03)
        return false;
    *ret_protocol = rd_be16(&frame);
    *ret = frame;
    *ret_code = rd_u8(&frame);
    *ret_id = rd_u8(&frame);
    return rd_ok(&frame);
}

static void
nak(struct ras_core *c, uint16_t protocol, uint8_t id)
{
    const uint32_t random = ras_env_random(&c->env);
    uint8_t opts[8];
    struct wr w = wr_over(opts, sizeof opts);

    if (protocol == PPP_PROTO_LCP) {
        wr_be16(&w, 0x0104);
        wr_be16(&w, (uint16_t)(600 + random % 800));
    } else {
        wr_be16(&w, 0x0306);
        wr_be32(&w, 0x0a090000 | (random & 0x7fff) | 2);
    }
    put_packet(c, protocol, PPP_CONF_NAK, id, wr_done(&w));
}

static bool
wavers(struct ras_core *c)
{
    const struct ras_script_line *line = ras_env_fault(&c->env, RAS_FAULT_IPCP_NAK);

    return line != NULL && (line->number == 0 || c->wavered++ < line->number);
}

static void
reject_protocol(struct ras_core *c, uint16_t protocol, struct rd packet)
{
    uint8_t buf[512];
    struct wr w = wr_over(buf, sizeof buf);

    wr_be16(&w, protocol);
    wr_rd(&w, rd_over(packet.p, packet.left < 500 ? packet.left : 500));
    put_packet(c, PPP_PROTO_LCP, LCP_PROTOCOL_REJECT, c->raw_id++, wr_done(&w));
}

/* See RAS_FAULT_PPPD. Its words when it ends the call are pppd's. */
static bool
pppd_frame_in(struct ras_core *c, usec_t now, uint16_t protocol, uint8_t code, uint8_t id)
{
    const bool opened = c->link.ccp.fsm.state == PPP_OPENED;
    struct ppp_fsm *const layers[] = {&c->link.lcp.fsm, &c->link.ipcp.fsm, &c->link.ipv6cp.fsm};
    struct ras_end why = {.error = RAS_OK};

    for (size_t i = 0; i < 3; i++)
        layers[i]->acked_again = UINT8_MAX; /* a copy of a request begins a negotiation */
    if (protocol == PPP_PROTO_CCP && opened && code == CCP_RESET_REQUEST) {
        put_packet(c, protocol, CCP_RESET_ACK, id, rd_over(NULL, 0));
    } else if (protocol == PPP_PROTO_CCP && opened && code <= PPP_TERM_REQ &&
               code != PPP_CONF_ACK && ppp_crypt_encrypts(ccp_agreed(&c->link.ccp))) {
        ras_end_set(&why, RAS_NO_REMOTE_ENCRYPTION, "MPPE disabled");
        ppp_link_close(&c->link, now, &why);
        return true;
    } else if ((protocol == PPP_PROTO_IPCP || protocol == PPP_PROTO_IPV6CP) && !opened) {
        if (code == PPP_CONF_REQ)
            put_packet(c, protocol, PPP_TERM_ACK, id, rd_over(NULL, 0));
        return true;
    }
    return false;
}

bool
ras_act_frame_in(struct ras_core *c, usec_t now, struct rd frame)
{
    uint16_t protocol;
    uint8_t code, id;
    struct rd packet;

    if (script(c)->n == 0 || !open_frame(frame, &protocol, &code, &id, &packet))
        return false;
    if (protocol == PPP_PROTO_CCP && has(c, RAS_FAULT_CCP_REJECT)) {
        reject_protocol(c, protocol, packet);
        return true;
    }
    if (has(c, RAS_FAULT_PPPD) && pppd_frame_in(c, now, protocol, code, id))
        return true;
    if (protocol == PPP_PROTO_LCP && has(c, RAS_FAULT_LCP_LOOP)) {
        ras_core_put_frame(c, frame);
        return true;
    }
    if (protocol == PPP_PROTO_LCP && code == PPP_CONF_REQ && has(c, RAS_FAULT_LCP_NAK)) {
        nak(c, protocol, id);
        return true;
    }
    if (protocol == PPP_PROTO_LCP && code == LCP_ECHO_REQUEST && has(c, RAS_FAULT_MUTE_ECHO))
        return true;
    if (protocol == PPP_PROTO_IPCP && code == PPP_CONF_REQ && wavers(c)) {
        nak(c, protocol, id);
        return true;
    }
    if (protocol == PPP_PROTO_IPCP && has(c, RAS_FAULT_IPCP_REJECT)) {
        reject_protocol(c, protocol, packet);
        return true;
    }
    return false;
}

bool
ras_act_frame_out(struct ras_core *c, struct rd frame)
{
    uint16_t protocol;
    uint8_t code, id;
    struct rd packet;

    if (script(c)->n == 0 || !open_frame(frame, &protocol, &code, &id, &packet))
        return false;
    if ((protocol == PPP_PROTO_IPCP || protocol == PPP_PROTO_IPV6CP) && has(c, RAS_FAULT_PPPD) &&
        c->link.ccp.fsm.state != PPP_OPENED)
        return true;
    if (protocol == PPP_PROTO_IPCP)
        return has(c, RAS_FAULT_IPCP_REJECT);
    if (protocol == PPP_PROTO_CCP)
        return has(c, RAS_FAULT_CCP_REJECT);
    if (protocol != PPP_PROTO_LCP)
        return false;
    return has(c, RAS_FAULT_LCP_LOOP) ||
           ((code == LCP_ECHO_REQUEST || code == LCP_ECHO_REPLY) && has(c, RAS_FAULT_MUTE_ECHO));
}
