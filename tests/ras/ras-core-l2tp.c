/*
 * ras-core-l2tp.c - a call over L2TP: the LNS, and in front of it IKE's responder and ESP when the
 * server wants IPsec. L2TP that comes or goes past ESP is then nobody's. SPDX-License-Identifier:
 * GPL-3.0-or-later
 */
#include "ike-priv.h"
#include "l2tp-call.h"
#include "ras-core-private.h"

#include <stdio.h>

enum { FRAME_MAX = 1600, MARKER = 4, KEEPALIVE = 0xff };

static bool
has(const struct ras_core *c, enum ras_fault fault)
{
    return ras_env_fault(&c->env, fault) != NULL;
}

static uint16_t
number(const struct ras_core *c, enum ras_fault fault)
{
    const struct ras_script_line *l = ras_env_fault(&c->env, fault);

    return l == NULL ? 0 : (uint16_t)l->number;
}

static void
init(struct ras_core *c)
{
    struct ras_core_l2tp *l = &c->l2tp;
    const struct ras_config *config = c->env.config;
    const struct l2tp_config lns = {
        .rng = c->env.rng,
        .secret = rd_over(config->l2tp_secret, strlen(config->l2tp_secret)),
        .hello = config->hello,
        .no_answer = RAS_VPN_TIMEOUT,
        .lns = true,
        .hide = has(c, RAS_FAULT_L2TP_HIDE),
        .sequence = has(c, RAS_FAULT_L2TP_NUMBERED),
        .refuse_tunnel = number(c, RAS_FAULT_L2TP_STOP),
        .refuse_call = number(c, RAS_FAULT_L2TP_CALL),
    };

    l2tp_tunnel_init(&l->tunnel, &lns);
    l->channel = CHANNEL_DATA;
}

/* ---- out ---- */

static void
put_datagram(struct ras_core *c, enum session_channel to, struct rd bytes, bool marker)
{
    uint8_t head[3 + MARKER] = {0};
    struct wr w = wr_over(head, sizeof head);
    const size_t n = bytes.left + (marker ? MARKER : 0);

    if (n + 3 > ras_out_room(&c->grams) || c->silent)
        return;
    wr_u8(&w, (uint8_t)to);
    wr_be16(&w, (uint16_t)n);
    ras_out_put(&c->grams, rd_over(head, marker ? sizeof head : 3));
    ras_out_put(&c->grams, bytes);
}

/* Datagrams of L2TP's, with room around them. Returns how many are good. */
static size_t
protect_all(struct ras_core *c, struct session_packet *v, size_t n)
{
    struct ras_core_l2tp *l = &c->l2tp;
    struct esp_packet packets[SESSION_BATCH];

    if (!c->env.config->ipsec)
        return n;
    for (size_t i = 0; i < n; i++) {
        esp_udp_put(&l->udp, v[i].p, v[i].len);
        packets[i] =
            (struct esp_packet){.p = v[i].p - ESP_UDP_HEADER, .n = v[i].len + ESP_UDP_HEADER};
    }
    n = esp_sas_seal(&l->sas, packets, n);
    for (size_t i = 0; i < n; i++)
        v[i] = (struct session_packet){.p = packets[i].p, .len = packets[i].n};
    return n;
}

static bool
protect(struct ras_core *c, struct session_packet *one)
{
    return protect_all(c, one, 1) == 1;
}

static void
say(struct ras_core *c, struct rd datagram)
{
    uint8_t buf[RAS_IPSEC_HEAD + L2TP_DATA_HEAD + FRAME_MAX + RAS_IPSEC_TAIL];
    struct session_packet one = {.p = buf + RAS_IPSEC_HEAD, .len = datagram.left};

    if (datagram.left > L2TP_DATA_HEAD + FRAME_MAX)
        return;
    memcpy(one.p, datagram.p, datagram.left);
    if (protect(c, &one))
        put_datagram(c, c->l2tp.channel, rd_over(one.p, one.len), false);
}

static void
drain_l2tp(struct ras_core *c, usec_t now)
{
    struct rd datagram;

    while (l2tp_tunnel_poll(&c->l2tp.tunnel, now, &datagram))
        say(c, datagram);
}

static void
put_frame(struct ras_core *c, struct rd frame)
{
    uint8_t buf[L2TP_DATA_HEAD + FRAME_MAX];
    uint8_t *const payload = buf + L2TP_DATA_HEAD;

    if (c->l2tp.tunnel.call != L2TP_CALL_UP || frame.left > FRAME_MAX)
        return;
    memcpy(payload, frame.p, frame.left);
    const uint8_t *p = l2tp_tunnel_seal(&c->l2tp.tunnel, payload);
    say(c, rd_over(p, (size_t)(payload + frame.left - p)));
}

size_t
ras_core_l2tp_seal(struct ras_core *c, struct session_packet *v, size_t n)
{
    size_t good = 0;

    for (size_t i = 0; i < n; i++) {
        struct session_packet one = v[i];

        if (c->l2tp.tunnel.call != L2TP_CALL_UP || !ppp_link_seal(&c->link, &one.p, &one.len))
            continue;
        uint8_t *const payload = one.p;
        one.p = l2tp_tunnel_seal(&c->l2tp.tunnel, payload);
        one.len += (size_t)(payload - one.p);
        v[good++] = one;
    }
    return protect_all(c, v, good);
}

static bool
seal(struct ras_core *c, uint8_t **p, size_t *len)
{
    struct session_packet one = {.p = *p, .len = *len};

    if (ras_core_l2tp_seal(c, &one, 1) != 1)
        return false;
    *p = one.p;
    *len = one.len;
    return true;
}

/* ---- IKE ---- */

static void
end(struct ras_core *c, const char *why)
{
    if (c->l2tp.why[0] == '\0')
        ras_printable(c->l2tp.why, sizeof c->l2tp.why, why, strlen(why));
    c->l2tp.over = true;
}

void
ras_core_ends(struct ras_core *c, const struct ike_address *local, const struct ike_address *remote)
{
    struct ras_core_l2tp *l = &c->l2tp;
    const struct ras_config *config = c->env.config;
    const char *const psk = has(c, RAS_FAULT_IKE_PSK) ? "not the one" : config->psk;
    const struct ike_config ike = {
        .role = IKE_RESPONDER,
        .auth = config->cert != NULL ? IKE_AUTH_CERT : IKE_AUTH_PSK,
        .psk = rd_over(psk, strlen(psk)),
        .cert = config->cert,
        .local = *local,
        .remote = *remote,
        .phase1 = has(c, RAS_FAULT_IKE_PROPOSAL) ? "aes192-sha512-modp4096" : config->phase1,
        .phase2 = has(c, RAS_FAULT_ESP_PROPOSAL) ? "aes192gcm16" : config->phase2,
        .dpd_seconds = config->dpd_s,
        .unix_time = config->unix_time,
        .rng = c->env.rng,
    };

    esp_udp_init(&l->udp, local->family, local->octets, remote->octets);
    l->udp.local_port = L2TP_PORT;
    if (config->ipsec && l->ike == NULL)
        l->ike = ike_new(&ike, 0);
    if (config->ipsec && l->ike == NULL)
        end(c, "no memory for IKE");
}

static void
on_child(struct ras_core *c, struct ike_event *e)
{
    struct ras_core_l2tp *l = &c->l2tp;

    if (e->child.send)
        esp_sas_add(&l->sas, &e->child.in, &e->child.out, c->env.rng);
    else
        esp_sas_accept(&l->sas, &e->child.in);
    l->channel = e->child.encapsulated ? CHANNEL_DATA : CHANNEL_ESP;
    ras_core_event(c, RAS_EVENT_IPSEC, 0, e->child.proposal);
}

static void
drive_ike(struct ras_core *c)
{
    struct ras_core_l2tp *l = &c->l2tp;
    struct ike_output out;
    struct ike_event e;

    while (l->ike != NULL && ike_poll_output(l->ike, &out))
        put_datagram(c, out.port == IKE_500 ? CHANNEL_CONTROL : CHANNEL_DATA, out.bytes,
                     out.port == IKE_4500 && !out.keepalive);
    while (l->ike != NULL && ike_poll_event(l->ike, &e)) {
        if (e.type == IKE_EVENT_CHILD)
            on_child(c, &e);
        else if (e.type == IKE_EVENT_CHILD_GONE)
            esp_sas_remove(&l->sas, e.spi_in);
        else if (e.type == IKE_EVENT_ENDED)
            end(c, e.end.detail);
        explicit_bzero(&e, sizeof e);
    }
}

/* ---- in ---- */

static void
take_l2tp(struct ras_core *c, usec_t now, struct rd datagram, struct session_packets *ret)
{
    struct ras_core_l2tp *l = &c->l2tp;
    const enum l2tp_state before = l->tunnel.state;
    struct rd frame;

    if (has(c, RAS_FAULT_L2TP_MUTE))
        return;
    if (l2tp_tunnel_receive(&l->tunnel, now, datagram, &frame)) {
        ras_core_take_frame(c, now, frame, l->spare, ret);
        return;
    }
    if (before == L2TP_IDLE && l->tunnel.state != L2TP_IDLE)
        ras_act_reach(c, now, RAS_STAGE_HTTP);
    if (l->tunnel.call >= L2TP_CALL_WAIT_CONNECT)
        ras_act_reach(c, now, RAS_STAGE_REQUEST);
    drain_l2tp(c, now);
    ras_core_settle(c, now);
}

static void
take_esp(struct ras_core *c, usec_t now, struct esp_packet *packets, size_t n,
         struct session_packets *ret)
{
    struct ras_core_l2tp *l = &c->l2tp;
    struct rd datagram;

    if (n == 0 || esp_sas_open(&l->sas, packets, n) == 0)
        return;
    ike_heard(l->ike, now);
    for (size_t i = 0; i < n; i++) {
        const struct esp_packet *one = &packets[i];

        if (one->n == 0)
            continue;
        if (l->udp.remote_port == 0) /* whichever it has: it is sealed */
            l->udp.remote_port = (uint16_t)(one->p[0] << 8 | one->p[1]);
        if (esp_udp_take(&l->udp, rd_over(one->p, one->n), &datagram))
            take_l2tp(c, now, datagram, ret);
    }
}

/* ESP is gathered, and opened before whatever else comes between. */
static void
take_sealed(struct ras_core *c, usec_t now, enum session_channel from, struct session_packet *v,
            size_t n, struct session_packets *ret)
{
    static const uint8_t marker[MARKER];
    struct ras_core_l2tp *l = &c->l2tp;
    struct esp_packet packets[SESSION_BATCH];
    size_t waiting = 0;

    for (size_t i = 0; i < n; i++) {
        const bool marked = v[i].len > MARKER && memcmp(v[i].p, marker, MARKER) == 0;

        if (from != CHANNEL_CONTROL && !marked) {
            if (v[i].len > MARKER)
                packets[waiting++] = (struct esp_packet){.p = v[i].p, .n = v[i].len};
            continue;
        }
        take_esp(c, now, packets, waiting, ret);
        waiting = 0;
        if (from == CHANNEL_CONTROL)
            ike_receive(l->ike, now, IKE_500, rd_over(v[i].p, v[i].len));
        else
            ike_receive(l->ike, now, IKE_4500, rd_over(v[i].p + MARKER, v[i].len - MARKER));
        drive_ike(c);
    }
    take_esp(c, now, packets, waiting, ret);
    drive_ike(c);
}

void
ras_core_l2tp_datagrams(struct ras_core *c, usec_t now, enum session_channel from,
                        struct session_packet *v, size_t n, struct session_packets *ret)
{
    if (c->env.config->ipsec) {
        if (c->l2tp.ike != NULL && n <= SESSION_BATCH && !has(c, RAS_FAULT_IKE_MUTE))
            take_sealed(c, now, from, v, n, ret);
        return;
    }
    for (size_t i = 0; i < n && from == CHANNEL_DATA; i++)
        take_l2tp(c, now, rd_over(v[i].p, v[i].len), ret);
}

static void
datagram(struct ras_core *c, usec_t now, enum session_channel from, uint8_t *bytes, size_t n,
         struct session_packets *ret)
{
    struct session_packet one = {.p = bytes, .len = n};

    if (n > 0)
        ras_core_l2tp_datagrams(c, now, from, &one, 1, ret);
}

static size_t
receive(struct ras_core *c, usec_t now, uint8_t *bytes, size_t n, struct session_packets *ret)
{
    (void)c, (void)now, (void)bytes, (void)ret;
    return n; /* there is no stream */
}

/* ---- the rest ---- */

static enum ras_way
way(const struct ras_core *c)
{
    const struct ras_core_l2tp *l = &c->l2tp;

    if (l->over || l->tunnel.state == L2TP_CLOSED)
        return RAS_WAY_CLOSED;
    if (l->tunnel.state == L2TP_STOPPING)
        return RAS_WAY_ENDING;
    return l->tunnel.call == L2TP_CALL_UP ? RAS_WAY_OPEN : RAS_WAY_OPENING;
}

static const char *
why(const struct ras_core *c)
{
    return c->l2tp.why[0] != '\0' ? c->l2tp.why : c->l2tp.tunnel.end.detail;
}

static void
put_echo(struct ras_core *c)
{
    (void)c; /* a Hello is asked by the tunnel itself */
}

static void
hang_up(struct ras_core *c, usec_t now, uint32_t result, const char *text)
{
    if (c->l2tp.why[0] == '\0')
        ras_printable(c->l2tp.why, sizeof c->l2tp.why, text, strlen(text));
    l2tp_tunnel_close(&c->l2tp.tunnel, now,
                      result != 0 ? (uint16_t)result : (uint16_t)L2TP_CDN_ADMINISTRATIVE,
                      L2TP_STOP_CLEAR);
    drain_l2tp(c, now);
}

/* The associations are deleted, and L2TP hears of it by that alone. */
static void
abort_call(struct ras_core *c, usec_t now, uint32_t result, const char *text)
{
    struct ras_core_l2tp *l = &c->l2tp;

    if (l->ike == NULL) {
        hang_up(c, now, result, text);
        return;
    }
    ike_close(l->ike, now);
    drive_ike(c);
    end(c, text);
}

static void
close_call(struct ras_core *c, const char *text)
{
    end(c, text);
}

static void
expire(struct ras_core *c, usec_t now)
{
    struct ras_core_l2tp *l = &c->l2tp;

    if (now >= l2tp_tunnel_deadline(&l->tunnel))
        l2tp_tunnel_expire(&l->tunnel, now);
    if (l->ike != NULL && now >= ike_deadline(l->ike))
        ike_expire(l->ike, now);
    drive_ike(c);
    drain_l2tp(c, now);
}

static usec_t
deadline(const struct ras_core *c)
{
    const struct ras_core_l2tp *l = &c->l2tp;
    const usec_t ike = l->ike == NULL ? NEVER : ike_deadline(l->ike);

    return usec_min(l2tp_tunnel_deadline(&l->tunnel), ike);
}

/* Of the parts of a call one after the other; nothing of this is what a server should do. */
static void
delete_esp(struct ike *k)
{
    if (k->current == NULL)
        return;
    ike_info_delete_child(k, k->current->in.spi);
    ike_child_gone(k, k->current);
}

static void
delete_ike(struct ike *k)
{
    struct ike_sa *const sa = ike_sa_current(k);

    if (sa == NULL)
        return;
    ike_info_delete_sa(k, sa);
    ike_sa_free(k, sa);
}

void
ras_core_l2tp_act(struct ras_core *c, usec_t now, enum ras_action action, uint16_t result)
{
    struct ras_core_l2tp *l = &c->l2tp;

    if (l->ike != NULL)
        l->ike->now = now;
    if (action == RAS_ACT_L2TP_CDN)
        l2tp_call_clear(&l->tunnel, result != 0 ? result : (uint16_t)L2TP_CDN_ADMINISTRATIVE, 0);
    else if (action == RAS_ACT_L2TP_STOPCCN)
        l2tp_stop(&l->tunnel, result != 0 ? result : (uint16_t)L2TP_STOP_CLEAR, 0);
    else if (l->ike == NULL)
        return;
    else if (action == RAS_ACT_IKE_DELETE)
        delete_ike(l->ike);
    else if (action == RAS_ACT_ESP_DELETE)
        delete_esp(l->ike);
    else
        ike_rekey(l->ike, now);
    drain_l2tp(c, now);
    drive_ike(c);
}

bool
ras_core_secured(const struct ras_core *c)
{
    return c->l2tp.ike != NULL && c->l2tp.ike->up;
}

void
ras_core_l2tp_clear(struct ras_core *c)
{
    l2tp_tunnel_wipe(&c->l2tp.tunnel);
    ike_free(c->l2tp.ike);
    esp_sas_clear(&c->l2tp.sas);
}

const struct ras_carrier ras_carrier_l2tp = {
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
    .head = RAS_IPSEC_HEAD + L2TP_DATA_HEAD + PPP_CRYPT_HEAD,
    .tail = RAS_IPSEC_TAIL,
    .mtu_max = 1400,
};
