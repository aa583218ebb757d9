/* l2tp-call.c - the call in a tunnel, and its data. See l2tp-tunnel.h. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "l2tp-call.h"

enum {
    BEARER_ANALOG = 2,
    FRAMING_SYNC = 1,
    SPEED = 100000000,
    DATA_NUMBERED = 0x0802, /* S bit, version 2 */
    DATA_PLAIN = 0x0002,
    REORDER = 64,
};

void
l2tp_call_begin(struct l2tp_tunnel *t)
{
    t->local_session = l2tp_random_id(t, 0);
    t->call = L2TP_CALL_WAIT_REPLY;
    l2tp_say(t, 0,
             &(struct l2tp_msg){
                 .type = L2TP_ICRQ,
                 .has = L2TP_HAS(L2TP_AVP_SESSION) | L2TP_HAS(L2TP_AVP_SERIAL) |
                        L2TP_HAS(L2TP_AVP_BEARER),
                 .session = t->local_session,
                 .serial = t->local_session,
                 .bearer = BEARER_ANALOG,
             });
}

static void
send_cdn(struct l2tp_tunnel *t, uint16_t local, uint16_t peer, uint16_t result, uint16_t error)
{
    l2tp_say(t, peer,
             &(struct l2tp_msg){
                 .type = L2TP_CDN,
                 .has = L2TP_HAS(L2TP_AVP_RESULT) | L2TP_HAS(L2TP_AVP_SESSION),
                 .session = local,
                 .result = result,
                 .error = error,
             });
}

void
l2tp_call_clear(struct l2tp_tunnel *t, uint16_t result, uint16_t error)
{
    if (t->call == L2TP_CALL_WAIT_REPLY || t->call == L2TP_CALL_WAIT_CONNECT ||
        t->call == L2TP_CALL_UP)
        send_cdn(t, t->local_session, t->peer_session, result, error);
    t->call = L2TP_CALL_OVER;
}

static void
on_icrp(struct l2tp_tunnel *t, const struct l2tp_header *h, const struct l2tp_msg *m)
{
    if (h->session != t->local_session) {
        t->ignored++;
        return;
    }
    t->peer_session = m->session;
    l2tp_say(t, t->peer_session,
             &(struct l2tp_msg){
                 .type = L2TP_ICCN,
                 .has = L2TP_HAS(L2TP_AVP_SPEED) | L2TP_HAS(L2TP_AVP_FRAMING) |
                        (t->config.ordered ? L2TP_HAS(L2TP_AVP_SEQUENCING) : 0),
                 .speed = SPEED,
                 .framing = FRAMING_SYNC,
             });
    /* Sequencing Required is no attribute of ICRP; who puts it there means what it says. */
    t->sequence = t->config.ordered || (m->has & L2TP_HAS(L2TP_AVP_SEQUENCING)) != 0;
    t->call = L2TP_CALL_UP;
}

/* LNS: a call comes in. */
static void
on_icrq(struct l2tp_tunnel *t, const struct l2tp_header *h, const struct l2tp_msg *m)
{
    (void)h;
    t->local_session = l2tp_random_id(t, 0);
    t->peer_session = m->session;
    if (t->config.refuse_call != 0) {
        send_cdn(t, t->local_session, m->session, t->config.refuse_call, 0);
        t->call = L2TP_CALL_OVER;
        return;
    }
    l2tp_say(t, m->session,
             &(struct l2tp_msg){
                 .type = L2TP_ICRP,
                 .has = L2TP_HAS(L2TP_AVP_SESSION),
                 .session = t->local_session,
             });
    t->call = L2TP_CALL_WAIT_CONNECT;
}

static void
on_iccn(struct l2tp_tunnel *t, const struct l2tp_header *h, const struct l2tp_msg *m)
{
    if (h->session != t->local_session) {
        t->ignored++;
        return;
    }
    t->config.ordered |= (m->has & L2TP_HAS(L2TP_AVP_SEQUENCING)) != 0;
    t->sequence = t->config.sequence || t->config.ordered;
    t->call = L2TP_CALL_UP;
}

/* A second call, or one to us: nobody is here to take it. */
static void
refuse(struct l2tp_tunnel *t, const struct l2tp_header *h, const struct l2tp_msg *m)
{
    (void)h;
    t->ignored++;
    if (l2tp_channel_has_room(&t->channel, 3)) /* what we have to say ourselves comes first */
        send_cdn(t, 0, m->session, L2TP_CDN_NO_FACILITIES, 0);
}

static const char *
cdn_text(uint16_t result)
{
    static const char *const texts[] = {
        "no reason",     "carrier lost",        "general error",       "administrative",
        "no facilities", "no facilities, ever", "invalid destination", "no carrier",
        "busy",          "no dial tone",        "timed out",           "no framing",
    };

    return result < sizeof texts / sizeof *texts ? texts[result] : "unknown";
}

/* What the server says to a call that is not up yet, in the numbers of a telephone call. */
static enum ras_error
cdn_error(uint16_t result)
{
    static const enum ras_error errors[] = {
        [1] = RAS_NO_CARRIER,  [7] = RAS_NO_CARRIER, [8] = RAS_LINE_BUSY,
        [9] = RAS_NO_DIALTONE, [10] = RAS_NO_ANSWER,
    };

    return result < sizeof errors / sizeof *errors && errors[result] != RAS_OK ? errors[result]
                                                                               : RAS_DISCONNECTION;
}

static void
on_cdn(struct l2tp_tunnel *t, const struct l2tp_header *h, const struct l2tp_msg *m)
{
    char text[64];
    /* By our number; or by the server's, which it may tell us only now that it refuses the call. */
    const bool ours = h->session == t->local_session ||
                      (h->session == 0 && m->session != 0 &&
                       (m->session == t->peer_session || t->call == L2TP_CALL_WAIT_REPLY));

    if (!ours) {
        t->ignored++;
        return;
    }
    t->decided = m->result == L2TP_CDN_ERROR || m->result == L2TP_CDN_ADMINISTRATIVE;
    ras_printable(text, sizeof text, m->text.p, m->text.left);
    ras_end_set(&t->end, t->call == L2TP_CALL_UP ? RAS_REMOTE_DISCONNECTION : cdn_error(m->result),
                "L2TP Call-Disconnect-Notify: result %u (%s), error %u%s%s", m->result,
                cdn_text(m->result), m->error, *text != '\0' ? ": " : "", text);
    t->call = L2TP_CALL_OVER;
    l2tp_stop(t, L2TP_STOP_CLEAR, 0);
}

static void
on_wen(struct l2tp_tunnel *t, const struct l2tp_header *h, const struct l2tp_msg *m)
{
    (void)h;
    t->line_errors = 0;
    for (unsigned i = 0; i < 6; i++)
        t->line_errors += m->errors[i];
}

/* Set-Link-Info has an ACCM, which has no meaning without HDLC. */
static void
on_nothing(struct l2tp_tunnel *t, const struct l2tp_header *h, const struct l2tp_msg *m)
{
    (void)t, (void)h, (void)m;
}

typedef void handler(struct l2tp_tunnel *t, const struct l2tp_header *h, const struct l2tp_msg *m);

/* What is not here means nothing in that state: acknowledged, counted, and otherwise ignored. */
/* clang-format off */
static handler *const lac[L2TP_CALL_STATES][L2TP_TYPES] = {
    [L2TP_CALL_IDLE] = {[L2TP_ICRQ] = refuse, [L2TP_OCRQ] = refuse},
    [L2TP_CALL_WAIT_REPLY] = {
        [L2TP_ICRP] = on_icrp, [L2TP_CDN] = on_cdn, [L2TP_ICRQ] = refuse, [L2TP_OCRQ] = refuse,
    },
    [L2TP_CALL_UP] = {
        [L2TP_CDN] = on_cdn, [L2TP_WEN] = on_wen, [L2TP_SLI] = on_nothing,
        [L2TP_ICRQ] = refuse, [L2TP_OCRQ] = refuse,
    },
};
static handler *const lns[L2TP_CALL_STATES][L2TP_TYPES] = {
    [L2TP_CALL_IDLE] = {[L2TP_ICRQ] = on_icrq, [L2TP_OCRQ] = refuse},
    [L2TP_CALL_WAIT_CONNECT] = {
        [L2TP_ICCN] = on_iccn, [L2TP_CDN] = on_cdn, [L2TP_ICRQ] = refuse, [L2TP_OCRQ] = refuse,
    },
    [L2TP_CALL_UP] = {
        [L2TP_CDN] = on_cdn, [L2TP_WEN] = on_wen, [L2TP_SLI] = on_nothing,
        [L2TP_ICRQ] = refuse, [L2TP_OCRQ] = refuse,
    },
    [L2TP_CALL_OVER] = {[L2TP_ICRQ] = refuse, [L2TP_OCRQ] = refuse},
};
/* clang-format on */

void
l2tp_call_input(struct l2tp_tunnel *t, const struct l2tp_header *h, const struct l2tp_msg *m)
{
    handler *const handle = (t->config.lns ? lns : lac)[t->call][m->type];

    if (handle != NULL)
        handle(t, h, m);
    else
        t->ignored++;
}

/* ---- data ---- */

uint8_t *
l2tp_tunnel_seal(struct l2tp_tunnel *t, uint8_t *frame)
{
    const size_t n = t->sequence ? L2TP_DATA_HEAD : L2TP_DATA_HEAD - 4;
    struct wr w = wr_over(frame - n, n);

    wr_be16(&w, t->sequence ? DATA_NUMBERED : DATA_PLAIN);
    wr_be16(&w, t->peer_tunnel);
    wr_be16(&w, t->peer_session);
    if (t->sequence) {
        wr_be16(&w, t->data_ns++);
        wr_be16(&w, 0); /* reserved, RFC 2661 section 3.1 */
    }
    return frame - n;
}

/* Each number passes once; what is late by less than REORDER still does, as IP would have it. */
static bool
is_news(struct l2tp_tunnel *t, uint16_t ns)
{
    const uint16_t ahead = (uint16_t)(ns - t->data_nr), behind = (uint16_t)(t->data_nr - 1 - ns);

    if (!t->numbered || ahead < 0x8000) { /* the next, or the next after some that were lost */
        const unsigned by = t->numbered ? ahead + 1u : REORDER;
        t->data_seen = by < REORDER ? t->data_seen << by | 1 : 1;
        t->data_nr = (uint16_t)(ns + 1);
        t->numbered = true;
        return true;
    }
    if (t->config.ordered || behind >= REORDER || (t->data_seen >> behind & 1) != 0)
        return false;
    t->data_seen |= UINT64_C(1) << behind;
    return true;
}

bool
l2tp_call_data(struct l2tp_tunnel *t, const struct l2tp_header *h, struct rd *ret_frame)
{
    if (t->call != L2TP_CALL_UP || h->session != t->local_session ||
        (h->numbered && !is_news(t, h->ns))) {
        t->ignored++;
        return false;
    }
    if (!t->config.lns && !t->config.ordered)
        t->sequence = h->numbered; /* RFC 2661 section 5.4: the LNS decides, at any time */
    *ret_frame = h->body;
    return h->body.left > 0;
}
