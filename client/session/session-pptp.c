/*
 * session-pptp.c - a session over PPTP: the control connection is the stream, PPP frames travel in
 * enhanced GRE, and MPPE is the only secrecy there is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "session-priv.h"

/* The control connection is up, and GRE does not come: somebody between us drops it. */
#define GRE_PATIENCE (10 * USEC_PER_SEC)

/* 1500 less IP, GRE, PPP and MPPE would do on Ethernet; this is what Windows asks for, and it also
 * passes where the path takes something for itself. */
enum { MTU = 1400 };

static bool
gre_heard(const struct session_pptp *l)
{
    return l->gre.any_received || l->gre.any_acked;
}

static void
link_up(struct session *s, usec_t now)
{
    struct session_pptp *l = &s->pptp;
    struct ras_end why = {0};
    uint16_t call = s->info.local_call;

    l->slots = calloc(GRE_WINDOW, sizeof *l->slots);
    if (l->slots == NULL) {
        ras_end_set(&why, RAS_RASMAN_CANNOT_INITIALIZE, "no memory for GRE");
        session_end(s, now, &why);
        return;
    }
    if (call == 0)
        rng_fill(s->rng, &call, sizeof call);
    pptp_call_init(&l->call, call == 0 ? 1 : call);
    pptp_call_begin(&l->call, now, session_tx(s));
}

/* What is decompressed lies in the link's history, and the next one may overwrite it: it is moved
 * to @room. */
static void
take_frame(struct session *s, usec_t now, struct rd frame, uint8_t *room,
           struct session_packets *ret)
{
    struct rd packet;

    if (!ppp_link_receive(&s->ppp, now, frame, &packet)) {
        session_drive(s, now);
        return;
    }
    if (packet.p < frame.p || packet.p >= frame.p + frame.left) {
        memcpy(room, packet.p, packet.left);
        packet.p = room;
    }
    session_deliver(s, now, packet, ret);
}

/* The server's first LCP frame may overtake the Outgoing-Call-Reply, which goes another way. */
static void
keep_early(struct session_pptp *l, const uint8_t *bytes, size_t n)
{
    struct rd r = rd_over(bytes, n);

    rd_take(&r, 6);
    const bool ours = rd_be16(&r) == l->call.local_call && rd_ok(&r);
    if (!ours || l->call.state != PPTP_CALL_CALL_SENT || n > sizeof l->early || l->n_early > 0)
        return;
    memcpy(l->early, bytes, n);
    l->n_early = n;
}

/* GRE passes when the server was heard, and has heard us: it acknowledges, or answers our LCP. */
static void
note_passage(struct session *s)
{
    struct session_pptp *l = &s->pptp;
    const bool answered = s->ppp.phase > PPP_PHASE_ESTABLISH && s->ppp.phase < PPP_PHASE_TERMINATE;

    if (!gre_heard(l) || (!l->gre.any_acked && !answered))
        return;
    l->through = true;
    l->gre_patience = NEVER;
}

/* One GRE packet, or (when @n is 0) only the chance for those that wait. */
static void
datagram(struct session *s, usec_t now, enum session_channel from, uint8_t *bytes, size_t n,
         struct session_packets *ret)
{
    struct session_pptp *l = &s->pptp;
    struct rd payload;

    if (from != CHANNEL_DATA || s->over)
        return;
    if (l->gre.slots == NULL) {
        keep_early(l, bytes, n);
        return;
    }
    if (n > 0 && gre_receive(&l->gre, now, rd_over(bytes, n), &payload)) {
        pptp_call_heard(&l->call, now);
        take_frame(s, now, payload, l->spare, ret);
    }
    note_passage(s);
    while (!s->over && ret->n < SESSION_BATCH && gre_release(&l->gre, now, &payload))
        take_frame(s, now, payload, (uint8_t *)payload.p, ret);
}

static void
call_moved(struct session *s, usec_t now, enum pptp_call_state before)
{
    struct session_pptp *l = &s->pptp;
    struct session_packets none = {0}; /* LCP is not open: there can be none */

    if (before != PPTP_CALL_UP && l->call.state == PPTP_CALL_UP) {
        gre_init(&l->gre, l->call.local_call, l->call.peer_call, l->slots);
        l->gre_patience = now + GRE_PATIENCE;
        ppp_link_up(&s->ppp, now);
        session_drive(s, now);
        if (l->n_early > 0)
            datagram(s, now, CHANNEL_DATA, l->early, l->n_early, &none);
    }
    if (l->call.end.error == RAS_REMOTE_DISCONNECTION && !s->ending)
        session_hung_up(s, now, &l->call.end, false);
    else if (l->call.end.error != RAS_OK && !s->ending)
        session_end(s, now, &l->call.end);
    if (l->call.state == PPTP_CALL_CLOSED)
        session_finish(s);
}

static size_t
receive(struct session *s, usec_t now, uint8_t *bytes, size_t n, struct session_packets *ret)
{
    struct session_pptp *l = &s->pptp;
    struct rd stream = rd_over(bytes, n);
    struct pptp_msg m;

    (void)ret;
    while (!s->over) {
        const enum pptp_call_state before = l->call.state;
        const enum pptp_cut cut = pptp_msg_cut(&stream, &m);

        if (cut == PPTP_CUT_MORE)
            return n - stream.left;
        if (cut == PPTP_CUT_BROKEN)
            pptp_call_lost(&l->call, true);
        else
            pptp_call_input(&l->call, now, &m, session_tx(s));
        if (l->call.state != before)
            call_moved(s, now, before);
        if (cut == PPTP_CUT_BROKEN)
            break;
    }
    return n;
}

static void
send_frame(struct session *s, struct rd frame)
{
    struct session_pptp *l = &s->pptp;
    uint8_t buf[GRE_HEAD_MAX + PPP_FRAME_MAX + 64];
    uint8_t *const payload = buf + GRE_HEAD_MAX;

    if (l->call.state != PPTP_CALL_UP || frame.left > sizeof buf - GRE_HEAD_MAX)
        return;
    memcpy(payload, frame.p, frame.left);
    const uint8_t *p = gre_seal(&l->gre, payload, frame.left);
    session_put_datagram(s, CHANNEL_DATA, rd_over(p, (size_t)(payload + frame.left - p)));
    explicit_bzero(buf, sizeof buf);
}

static void
authenticated(struct session *s, usec_t now)
{
    (void)s, (void)now; /* nobody but PPP needs to know */
}

static void
goodbye(struct session *s, usec_t now)
{
    pptp_call_clear(&s->pptp.call, now, session_tx(s));
    if (s->pptp.call.state == PPTP_CALL_CLOSED)
        session_finish(s);
}

static void
lost(struct session *s, usec_t now, const struct ras_end *why)
{
    (void)now, (void)why;
    pptp_call_lost(&s->pptp.call, false);
}

/* PPP waits in vain when GRE is dropped, one way or both; and that is then the cause. */
static void
explain(const struct session *s, struct ras_end *why)
{
    const bool silence = why->error == RAS_PPP_TIMEOUT || why->error == RAS_PPP_NO_RESPONSE;

    if (why->error == RAS_USER_DISCONNECTION || s->pptp.through)
        return;
    if (gre_heard(&s->pptp) && !silence)
        return; /* it said why */
    *why = (struct ras_end){.error = RAS_OK};
    ras_end_set(why, RAS_VPN_GRE_BLOCKED, "the control connection is up, but %s",
                gre_heard(&s->pptp) ? "the server acknowledges not one of our GRE packets"
                                    : "not one GRE packet came back");
}

static void
expire(struct session *s, usec_t now)
{
    struct session_pptp *l = &s->pptp;
    const enum pptp_call_state before = l->call.state;
    uint8_t ack[12];

    if (now >= l->gre_patience) {
        struct ras_end why = {.error = RAS_PPP_NO_RESPONSE};

        l->gre_patience = NEVER;
        explain(s, &why);
        session_end(s, now, &why);
    }
    pptp_call_expire(&l->call, now, session_tx(s));
    if (l->call.state != before)
        call_moved(s, now, before);
    if (l->call.state == PPTP_CALL_UP && gre_ack(&l->gre, now, ack))
        session_put_datagram(s, CHANNEL_DATA, rd_over(ack, sizeof ack));
}

static usec_t
deadline(const struct session *s)
{
    const struct session_pptp *l = &s->pptp;
    const usec_t gre = l->call.state == PPTP_CALL_UP ? gre_deadline(&l->gre) : NEVER;

    return usec_min(usec_min(l->call.deadline, l->gre_patience), gre);
}

static bool
seal(struct session *s, uint8_t **p, size_t *len)
{
    struct session_pptp *l = &s->pptp;

    if (l->call.state != PPTP_CALL_UP || !ppp_link_seal(&s->ppp, p, len))
        return false;
    uint8_t *const payload = *p;
    *p = gre_seal(&l->gre, payload, *len);
    *len += (size_t)(payload - *p);
    return true;
}

const char *
session_mppe_text(const struct session *s)
{
    static const struct {
        uint32_t bits;
        const char *text[2]; /* stateful, stateless */
    } rows[] = {
        {CCP_MPPE_128, {"MPPE-128", "MPPE-128 stateless"}},
        {CCP_MPPE_56, {"MPPE-56", "MPPE-56 stateless"}},
        {CCP_MPPE_40, {"MPPE-40", "MPPE-40 stateless"}},
    };
    const uint32_t agreed = ccp_agreed(&s->ppp.ccp);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (agreed & rows[i].bits)
            return rows[i].text[(agreed & CCP_MPPE_STATELESS) != 0];
    }
    return "none";
}

static uint32_t
rtt(const struct session *s)
{
    return s->pptp.call.rtt;
}

static uint64_t
dropped(const struct session *s)
{
    const struct session_pptp *l = &s->pptp;

    return l->call.ignored + l->gre.malformed + l->gre.foreign + l->gre.duplicate;
}

static uint16_t
fits(const struct session *s)
{
    enum { IP4 = 20 };

    return (uint16_t)(s->info.path.mtu - IP4 - GRE_HEAD_MAX - PPP_CRYPT_HEAD);
}

const struct session_kind session_pptp_kind = {
    .link_up = link_up,
    .receive = receive,
    .datagram = datagram,
    .send = send_frame,
    .authenticated = authenticated,
    .goodbye = goodbye,
    .lost = lost,
    .explain = explain,
    .expire = expire,
    .deadline = deadline,
    .seal = seal,
    .encryption = session_mppe_text,
    .rtt = rtt,
    .dropped = dropped,
    .head = GRE_HEAD_MAX + PPP_CRYPT_HEAD,
    .channel = CHANNEL_DATA,
    .mtu = MTU,
    .fits = fits,
    .mppe = true,
};
