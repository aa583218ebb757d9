/*
 * session-l2tp.c - a session over L2TP (RFC 2661): PPP frames in the data messages of one call in
 * one tunnel.
 *
 * What L2TP says has one way out, carry() and its like for packets, and it leads to a socket only
 * when the plan says that there is no IPsec. Else it leads into ESP, and where there is no
 * association to seal it with, it is dropped (threats L7, L8).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "session-priv.h"

/* What is left of 1500 after ESP, UDP, L2TP and PPP, and some for what the path takes for itself.
 */
enum { MTU = 1400 };

/* xl2tpd keeps the tunnel of a call that was cut off for minutes, and the kernel gives that what
 * comes from the same address and port, so that the new call's PPP is never heard. From another
 * port it is. */
#define SILENCE (6 * USEC_PER_SEC)

static void
carry(struct session *s, struct rd datagram)
{
    if (s->plan->ipsec == PLAN_IPSEC_NONE)
        session_put_datagram(s, CHANNEL_DATA, datagram);
    else
        session_ipsec_send(s, datagram);
}

/* All that L2TP has to say, and what it means for the call that it was changed. */
void
session_l2tp_drive(struct session *s, usec_t now)
{
    struct session_l2tp *l = &s->l2tp;
    struct rd datagram;

    if (!l->ppp_up && l->tunnel.call == L2TP_CALL_UP) {
        l->ppp_up = true;
        if (s->plan->ipsec != PLAN_IPSEC_NONE && l->ipsec.udp.local_port == L2TP_PORT)
            l->silent_at = now + SILENCE;
        while (l2tp_tunnel_poll(&l->tunnel, now, &datagram)) /* ICCN goes first */
            carry(s, datagram);
        /* pppd's servers lose what comes before they have set themselves up: ask again soon. */
        ppp_fsm_hint_rtt(&s->ppp.lcp.fsm, (uint32_t)l->tunnel.channel.rtt);
        ppp_link_up(&s->ppp, now);
        session_drive(s, now);
    }
    if (l->tunnel.end.error != RAS_OK && l->tunnel.state != L2TP_IDLE && !s->ending) {
        struct ras_end why = l->tunnel.end;

        if (!s->up && why.error == RAS_REMOTE_DISCONNECTION)
            why.error = RAS_DISCONNECTION;
        if (l->tunnel.end.error == RAS_REMOTE_DISCONNECTION)
            session_hung_up(s, now, &why, l->tunnel.decided);
        else
            session_end(s, now, &why);
    }
    while (l2tp_tunnel_poll(&l->tunnel, now, &datagram))
        carry(s, datagram);
    if (l->tunnel.state != L2TP_CLOSED)
        return;
    if (s->plan->ipsec != PLAN_IPSEC_NONE)
        session_ipsec_close(s, now); /* finishes when that is said */
    else
        session_finish(s);
}

void
session_l2tp_init(struct session *s, const struct credentials *c)
{
    l2tp_tunnel_init(&s->l2tp.tunnel, &(struct l2tp_config){.rng = s->rng});
    s->l2tp.silent_at = NEVER;
    secret_set(&s->l2tp.secret, secret_rd(&c->l2tp_secret));
    secret_set(&s->l2tp.ipsec.psk, secret_rd(&c->psk));
}

void
session_l2tp_begin(struct session *s, usec_t now)
{
    const struct l2tp_config config = {
        .rng = s->rng,
        .secret = secret_rd(&s->l2tp.secret),
        .ordered = s->ppp.params.mppe != 0,
        .no_answer = s->plan->ipsec == PLAN_IPSEC_NONE ? RAS_VPN_TIMEOUT : RAS_OAKLEY_TIMED_OUT,
    };

    l2tp_tunnel_init(&s->l2tp.tunnel, &config);
    l2tp_tunnel_begin(&s->l2tp.tunnel, now);
    session_l2tp_drive(s, now);
}

static void
link_up(struct session *s, usec_t now)
{
    if (s->plan->ipsec == PLAN_IPSEC_NONE)
        session_l2tp_begin(s, now);
    else
        session_ipsec_begin(s, now); /* session_l2tp_begin() when there is an association */
}

/* One L2TP datagram, out of ESP if the plan wants that. */
void
session_l2tp_take(struct session *s, usec_t now, struct rd datagram, struct session_packets *ret)
{
    struct rd frame, packet;

    if (!l2tp_tunnel_receive(&s->l2tp.tunnel, now, datagram, &frame)) {
        session_ipsec_answered(s, now);
        session_l2tp_drive(s, now);
    } else if (ppp_link_receive(&s->ppp, now, frame, &packet)) {
        session_deliver(s, now, packet, ret);
    } else {
        session_drive(s, now);
    }
}

static void
datagrams(struct session *s, usec_t now, enum session_channel from, struct session_packet *v,
          size_t n, struct session_packets *ret)
{
    if (s->plan->ipsec != PLAN_IPSEC_NONE) {
        session_ipsec_datagram(s, now, from, v, n, ret);
        return;
    }
    for (size_t i = 0; i < n && from == CHANNEL_DATA && !s->over; i++)
        session_l2tp_take(s, now, rd_over(v[i].p, v[i].len), ret);
}

static void
datagram(struct session *s, usec_t now, enum session_channel from, uint8_t *bytes, size_t n,
         struct session_packets *ret)
{
    struct session_packet one = {.p = bytes, .len = n};

    if (n > 0)
        datagrams(s, now, from, &one, 1, ret);
}

static void
send_frame(struct session *s, struct rd frame)
{
    uint8_t buf[L2TP_DATA_HEAD + PPP_FRAME_MAX + 64];
    uint8_t *const payload = buf + L2TP_DATA_HEAD;

    if (s->l2tp.tunnel.call != L2TP_CALL_UP || frame.left > sizeof buf - L2TP_DATA_HEAD)
        return;
    memcpy(payload, frame.p, frame.left);
    const uint8_t *p = l2tp_tunnel_seal(&s->l2tp.tunnel, payload);
    carry(s, rd_over(p, (size_t)(payload + frame.left - p)));
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
    l2tp_tunnel_close(&s->l2tp.tunnel, now, L2TP_CDN_ADMINISTRATIVE, L2TP_STOP_CLEAR);
    session_l2tp_drive(s, now);
}

static void
lost(struct session *s, usec_t now, const struct ras_end *why)
{
    (void)s, (void)now, (void)why; /* datagrams have no connection to lose */
}

static void
give_up_port(struct session *s, usec_t now)
{
    struct ras_end why = {0};

    s->l2tp.silent_at = NEVER;
    if (s->ppp.lcp.fsm.state == PPP_OPENED || s->ending)
        return;
    s->early = true;
    ras_end_set(&why, RAS_PPP_NO_RESPONSE, "LCP is not answered");
    session_end(s, now, &why);
}

static void
expire(struct session *s, usec_t now)
{
    if (now >= s->l2tp.silent_at)
        give_up_port(s, now);
    if (now >= l2tp_tunnel_deadline(&s->l2tp.tunnel)) {
        l2tp_tunnel_expire(&s->l2tp.tunnel, now);
        session_l2tp_drive(s, now);
    }
    if (s->plan->ipsec != PLAN_IPSEC_NONE)
        session_ipsec_expire(s, now);
}

static usec_t
deadline(const struct session *s)
{
    const usec_t tunnel = usec_min(l2tp_tunnel_deadline(&s->l2tp.tunnel), s->l2tp.silent_at);

    return s->plan->ipsec == PLAN_IPSEC_NONE ? tunnel : usec_min(tunnel, session_ipsec_deadline(s));
}

/* A packet becomes an L2TP datagram. */
static bool
frame_packet(struct session *s, uint8_t **p, size_t *len)
{
    if (s->l2tp.tunnel.call != L2TP_CALL_UP || !ppp_link_seal(&s->ppp, p, len))
        return false;
    uint8_t *const payload = *p;
    *p = l2tp_tunnel_seal(&s->l2tp.tunnel, payload);
    *len += (size_t)(payload - *p);
    return true;
}

static size_t
seal_batch(struct session *s, struct session_packet *v, size_t n)
{
    size_t good = 0;

    for (size_t i = 0; i < n; i++) {
        struct session_packet packet = v[i];
        if (frame_packet(s, &packet.p, &packet.len))
            v[good++] = packet;
    }
    return s->plan->ipsec == PLAN_IPSEC_NONE ? good : session_ipsec_seal(s, v, good);
}

static bool
seal(struct session *s, uint8_t **p, size_t *len)
{
    struct session_packet one = {.p = *p, .len = *len};

    if (seal_batch(s, &one, 1) == 0)
        return false;
    *p = one.p;
    *len = one.len;
    return true;
}

static const char *
encryption(const struct session *s)
{
    return s->plan->ipsec == PLAN_IPSEC_NONE ? session_mppe_text(s) : session_ipsec_text(s);
}

static uint32_t
rtt(const struct session *s)
{
    return (uint32_t)s->l2tp.tunnel.channel.rtt;
}

static uint64_t
dropped(const struct session *s)
{
    return s->l2tp.tunnel.ignored + session_ipsec_dropped(&s->l2tp.ipsec);
}

/* What ESP needs at most, with the lists of ike-phase2.c: 1400 of an IPv4 route's 1500. */
static uint16_t
fits(const struct session *s)
{
    enum { UDP = 8, SPI_AND_NUMBER = 8, IV = 16, ICV = 24, TRAILER = 2, BLOCK = 16, PPP = 4 };
    const int datagram = s->info.path.mtu - (s->info.remote.family == 6 ? 40 : 20) - UDP;
    const int sealed = (datagram - SPI_AND_NUMBER - IV - ICV) / BLOCK * BLOCK;
    const int inside = s->plan->ipsec == PLAN_IPSEC_NONE ? datagram : sealed - TRAILER - UDP;

    return (uint16_t)(inside - L2TP_DATA_HEAD - PPP);
}

const struct session_kind session_l2tp_kind = {
    .link_up = link_up,
    .datagram = datagram,
    .datagrams = datagrams,
    .send = send_frame,
    .authenticated = authenticated,
    .goodbye = goodbye,
    .lost = lost,
    .expire = expire,
    .deadline = deadline,
    .seal = seal,
    .seal_batch = seal_batch,
    .encryption = encryption,
    .head = SESSION_IPSEC_HEAD + L2TP_DATA_HEAD + PPP_CRYPT_HEAD,
    .tail = SESSION_IPSEC_TAIL,
    .channel = CHANNEL_DATA,
    .mtu = MTU,
    .fits = fits,
    .rtt = rtt,
    .dropped = dropped,
};
