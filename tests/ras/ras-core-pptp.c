/*
 * ras-core-pptp.c - a call over PPTP: the control connection is the stream, PPP lies in enhanced
 * GRE, which the client's packets are matched to by our call id.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ras-core-private.h"

#include <stdlib.h>

enum { FRAME_MAX = 1600 };

static bool
has(const struct ras_core *c, enum ras_fault fault)
{
    return ras_env_fault(&c->env, fault) != NULL;
}

static void
init(struct ras_core *c)
{
    ras_pptp_init(&c->pptp.call, &c->env);
}

static void
begin_gre(struct ras_core *c)
{
    struct ras_core_pptp *l = &c->pptp;

    l->slots = calloc(GRE_WINDOW, sizeof *l->slots);
    if (l->slots == NULL)
        ras_pptp_close(&l->call, "no memory for GRE");
    else
        gre_init(&l->gre, l->call.local_call, l->call.peer_call, l->slots);
}

static size_t
receive(struct ras_core *c, usec_t now, uint8_t *bytes, size_t n, struct session_packets *ret)
{
    struct ras_pptp *call = &c->pptp.call;
    struct rd stream = rd_over(bytes, n);
    struct pptp_msg m;

    (void)ret;
    while (call->state != RAS_PPTP_CLOSED) {
        const enum pptp_cut cut = pptp_msg_cut(&stream, &m);

        if (cut == PPTP_CUT_MORE)
            break;
        if (cut == PPTP_CUT_BROKEN) {
            ras_pptp_close(call, "the stream cannot be cut into messages");
            break;
        }
        if (m.type == PPTP_SCCRQ)
            ras_act_reach(c, now, RAS_STAGE_HTTP);
        if (m.type == PPTP_OCRQ)
            ras_act_reach(c, now, RAS_STAGE_REQUEST);
        ras_pptp_input(call, now, &m, &c->out);
        if (call->state == RAS_PPTP_UP && c->pptp.slots == NULL)
            begin_gre(c);
        ras_core_settle(c, now);
    }
    return n - stream.left;
}

static void
datagram(struct ras_core *c, usec_t now, enum session_channel from, uint8_t *bytes, size_t n,
         struct session_packets *ret)
{
    struct ras_core_pptp *l = &c->pptp;
    struct rd payload;

    (void)from; /* GRE is all there is */
    if (l->slots == NULL || has(c, RAS_FAULT_GRE_SILENT))
        return;
    if (n > 0 && gre_receive(&l->gre, now, rd_over(bytes, n), &payload)) {
        ras_pptp_heard(&l->call, now);
        ras_core_take_frame(c, now, payload, l->spare, ret);
    }
    while (ret->n < SESSION_BATCH && gre_release(&l->gre, now, &payload))
        ras_core_take_frame(c, now, payload, (uint8_t *)payload.p, ret);
}

static enum ras_way
way(const struct ras_core *c)
{
    static const enum ras_way ways[RAS_PPTP_STATES] = {
        [RAS_PPTP_START] = RAS_WAY_OPENING, [RAS_PPTP_CALL] = RAS_WAY_OPENING,
        [RAS_PPTP_UP] = RAS_WAY_OPEN,       [RAS_PPTP_ENDING] = RAS_WAY_ENDING,
        [RAS_PPTP_CLOSED] = RAS_WAY_CLOSED,
    };

    return ways[c->pptp.call.state];
}

static const char *
why(const struct ras_core *c)
{
    return c->pptp.call.why;
}

static void
put_datagram(struct ras_core *c, const uint8_t *p, size_t n)
{
    uint8_t head[3];
    struct wr w = wr_over(head, sizeof head);

    if (n + sizeof head > ras_out_room(&c->grams) || has(c, RAS_FAULT_GRE_SILENT))
        return;
    wr_u8(&w, CHANNEL_DATA);
    wr_be16(&w, (uint16_t)n);
    ras_out_put(&c->grams, wr_done(&w));
    ras_out_put(&c->grams, rd_over(p, n));
}

static void
put_frame(struct ras_core *c, struct rd frame)
{
    uint8_t buf[GRE_HEAD_MAX + FRAME_MAX];
    uint8_t *const payload = buf + GRE_HEAD_MAX;

    if (c->pptp.slots == NULL || frame.left > FRAME_MAX)
        return;
    memcpy(payload, frame.p, frame.left);
    const uint8_t *p = gre_seal(&c->pptp.gre, payload, frame.left);
    put_datagram(c, p, (size_t)(payload + frame.left - p));
}

static void
put_echo(struct ras_core *c)
{
    ras_pptp_echo(&c->pptp.call, &c->out);
}

static void
hang_up(struct ras_core *c, usec_t now, uint32_t number, const char *text)
{
    ras_pptp_disconnect(&c->pptp.call, now, (uint8_t)number, text, &c->out);
}

static void
abort_call(struct ras_core *c, usec_t now, uint32_t number, const char *text)
{
    ras_pptp_stop(&c->pptp.call, now, (uint8_t)number, text, &c->out);
}

static void
close_call(struct ras_core *c, const char *text)
{
    ras_pptp_close(&c->pptp.call, text);
}

static void
expire(struct ras_core *c, usec_t now)
{
    uint8_t ack[12];

    ras_pptp_expire(&c->pptp.call, now, &c->out);
    if (c->pptp.slots != NULL && gre_ack(&c->pptp.gre, now, ack))
        put_datagram(c, ack, sizeof ack);
}

static usec_t
deadline(const struct ras_core *c)
{
    const usec_t gre = c->pptp.slots != NULL ? gre_deadline(&c->pptp.gre) : NEVER;

    return usec_min(ras_pptp_deadline(&c->pptp.call), gre);
}

/* FreeBSD's ng_pptpgre of mpd, and Cisco IOS: nothing waits for an acknowledgement, it is dropped.
 */
static bool
window_is_full(const struct ras_core *c)
{
    const struct ras_script_line *window = ras_env_fault(&c->env, RAS_FAULT_GRE_WINDOW);
    const struct gre *g = &c->pptp.gre;

    return window != NULL && g->next_send - g->acked > window->number;
}

static bool
seal(struct ras_core *c, uint8_t **p, size_t *len)
{
    if (has(c, RAS_FAULT_GRE_SILENT) || window_is_full(c) || !ppp_link_seal(&c->link, p, len))
        return false;
    uint8_t *const payload = *p;
    *p = gre_seal(&c->pptp.gre, payload, *len);
    *len += (size_t)(payload - *p);
    return true;
}

uint16_t
ras_core_gre_call(const struct ras_core *c)
{
    return c->pptp.call.local_call;
}

const struct ras_carrier ras_carrier_pptp = {
    .init = init,
    .receive = receive,
    .datagram = datagram,
    .way = way,
    .why = why,
    .put_frame = put_frame,
    .put_echo = put_echo,
    .disconnect = hang_up,
    .abort = abort_call,
    .close = close_call,
    .expire = expire,
    .deadline = deadline,
    .seal = seal,
    .head = GRE_HEAD_MAX + PPP_CRYPT_HEAD,
    .mtu_max = 1500,
    .mppe = true,
};
