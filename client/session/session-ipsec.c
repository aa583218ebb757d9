/* session-ipsec.c - see session-ipsec.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "session-ipsec.h"

#include <stdio.h>

#include "ike-id.h"
#include "session-priv.h"

enum { MARKER = 4, KEEPALIVE = 0xff, EPHEMERAL = 49152 };

/* Until the server has given the pair to its kernel. charon does not hear what comes right behind
 * quick mode's last message, and xl2tpd answers it before pluto protects the answer: both cost the
 * second until L2TP asks again. */
#define INSTALLED (25 * USEC_PER_MSEC)

/* L2TP waits for another answer: then Hello after that. */
#define ASK_AGAIN (200 * USEC_PER_MSEC)

/* As esp_out_near_end(): sequence numbers are 32 bits, and the kernel counts them as well. */
#define KERNEL_PACKETS_MAX (UINT64_C(3) << 30)

static void drive(struct session *s, usec_t now);

/* ---- out ---- */

static void
put_ike(struct session *s, const struct ike_output *out)
{
    uint8_t buf[MARKER + SESSION_DATAGRAMS / 4] = {0};

    if (out->port == IKE_500 || out->keepalive) {
        session_put_datagram(s, out->port == IKE_500 ? CHANNEL_CONTROL : CHANNEL_DATA, out->bytes);
    } else if (out->bytes.left <= sizeof buf - MARKER) { /* RFC 3948 section 2.2 */
        memcpy(buf + MARKER, out->bytes.p, out->bytes.left);
        session_put_datagram(s, CHANNEL_DATA, rd_over(buf, MARKER + out->bytes.left));
    }
}

static void
drain(struct session *s)
{
    struct ike_output out;

    while (s->l2tp.ipsec.ike != NULL && ike_poll_output(s->l2tp.ipsec.ike, &out))
        put_ike(s, &out);
}

/* The keys do not last for ever: ask for new ones in time. Once for each pair. */
static void
renew(struct session *s)
{
    struct session_ipsec *i = &s->l2tp.ipsec;
    const bool much = i->limit != 0 && i->octets > i->limit - i->limit / 4;
    const bool near_end = i->kernel ? i->packets > KERNEL_PACKETS_MAX : esp_sas_near_end(&i->sas);

    if (i->rekeying && i->ike != NULL && i->limit != 0 && i->octets > i->limit - i->limit / 16)
        ike_take(i->ike, s->now);
    if (i->rekeying || i->ike == NULL || !(much || near_end))
        return;
    i->rekeying = true;
    ike_rekey(i->ike, s->now);
}

/* L2TP's datagrams stay as they are: what the kernel makes of them is only counted. */
static size_t
leave_to_kernel(struct session *s, const struct session_packet *v, size_t n)
{
    struct session_ipsec *i = &s->l2tp.ipsec;

    if (!i->begun || i->bereft)
        return 0;
    for (size_t k = 0; k < n; k++)
        i->octets += v[k].len + ESP_UDP_HEADER + ESP_HEAD + ESP_TAIL;
    i->packets += n;
    if (n > 0 && i->ike != NULL)
        ike_said(i->ike, s->now);
    renew(s);
    return n;
}

size_t
session_ipsec_seal(struct session *s, struct session_packet *v, size_t n)
{
    struct session_ipsec *i = &s->l2tp.ipsec;
    struct esp_packet packets[SESSION_BATCH];

    if (i->kernel)
        return leave_to_kernel(s, v, n);
    if (!esp_sas_ready(&i->sas) || n > SESSION_BATCH)
        return 0;
    for (size_t k = 0; k < n; k++) {
        esp_udp_put(&i->udp, v[k].p, v[k].len);
        packets[k] =
            (struct esp_packet){.p = v[k].p - ESP_UDP_HEADER, .n = v[k].len + ESP_UDP_HEADER};
    }
    const size_t sealed = esp_sas_seal(&i->sas, packets, n);
    for (size_t k = 0; k < sealed; k++) {
        v[k] = (struct session_packet){.p = packets[k].p, .len = packets[k].n};
        i->octets += packets[k].n;
    }
    if (sealed > 0 && i->ike != NULL)
        ike_said(i->ike, s->now);
    renew(s);
    return sealed;
}

static size_t
seal_with(struct session *s, uint32_t spi_in, struct session_packet *one)
{
    struct session_ipsec *i = &s->l2tp.ipsec;

    esp_udp_put(&i->udp, one->p, one->len);
    struct esp_packet packet = {.p = one->p - ESP_UDP_HEADER, .n = one->len + ESP_UDP_HEADER};
    const size_t sealed = esp_sas_seal_with(&i->sas, spi_in, &packet, 1);
    *one = (struct session_packet){.p = packet.p, .len = packet.n};
    return sealed;
}

/* Under the pair with that SPI; 0: what is sent with. */
static void
send_with(struct session *s, uint32_t spi_in, struct rd datagram)
{
    uint8_t buf[SESSION_IPSEC_HEAD + L2TP_DATA_HEAD + PPP_FRAME_MAX + 64 + SESSION_IPSEC_TAIL];
    struct session_packet one = {.p = buf + SESSION_IPSEC_HEAD, .len = datagram.left};

    if (datagram.left > sizeof buf - SESSION_IPSEC_HEAD - SESSION_IPSEC_TAIL)
        return;
    memcpy(one.p, datagram.p, datagram.left);
    if ((spi_in != 0 ? seal_with(s, spi_in, &one) : session_ipsec_seal(s, &one, 1)) == 1)
        session_put_datagram(s, s->data_channel, rd_over(one.p, one.len));
    explicit_bzero(buf, sizeof buf);
}

/* Does what is asked about go another way than the rest? */
static bool
apart(const struct session_ipsec *i)
{
    return i->ask != 0 && !i->kernel && !esp_sas_sends_with(&i->sas, i->ask);
}

/* L2TP's own messages, of which each comes to count once only, go both ways while a sign of a new
 * pair is wanted: the new one last, as SoftEther answers under that which it heard last. */
void
session_ipsec_send(struct session *s, struct rd datagram)
{
    struct session_ipsec *i = &s->l2tp.ipsec;
    const bool control = datagram.left >= L2TP_CONTROL_HEAD && (datagram.p[0] & 0x80) != 0;

    send_with(s, 0, datagram);
    if (!control || !apart(i))
        return;
    if (datagram.left > L2TP_CONTROL_HEAD)
        i->alone = false;
    send_with(s, i->ask, datagram);
}

/* Hello, under the new pair alone the first time: whoever answers that has it. */
static void
ask_now(struct session *s, usec_t now)
{
    struct session_ipsec *i = &s->l2tp.ipsec;
    struct l2tp_tunnel *const t = &s->l2tp.tunnel;
    struct rd datagram;

    i->ask_at = 0;
    if (i->ask == 0 || s->ending || t->state != L2TP_ESTABLISHED)
        return;
    if (i->asking || (i->kernel && i->ask != i->current) || !l2tp_tunnel_hello(t, now) ||
        !l2tp_tunnel_poll(t, now, &datagram)) {
        i->ask_at = now + ASK_AGAIN;
        return;
    }
    send_with(s, apart(i) ? i->ask : 0, datagram);
    i->alone = true;
}

void
session_ipsec_answered(struct session *s, usec_t now)
{
    struct session_ipsec *i = &s->l2tp.ipsec;
    const uint32_t spi = i->ask;

    if (spi == 0 || i->ike == NULL || !i->alone || !l2tp_tunnel_hello_answered(&s->l2tp.tunnel))
        return;
    i->ask = 0;
    i->alone = false;
    ike_sign(i->ike, now, spi);
}

/* ---- events ---- */

static const struct {
    unsigned bit;
    enum plan_weak weak;
    const char *name;
} names[] = {
    {IKE_WEAK_3DES, PLAN_WEAK_3DES, "3DES"},
    {IKE_WEAK_SHA1, PLAN_WEAK_SHA1, "SHA-1"},
    {IKE_WEAK_MODP1024, PLAN_WEAK_MODP1024, "MODP-1024"},
    {IKE_WEAK_MODP1536, PLAN_WEAK_MODP1536, "MODP-1536"},
    {IKE_WEAK_PSK, PLAN_WEAK_PSK, "short shared key"},
};

unsigned
session_ipsec_weak(const struct session_ipsec *i)
{
    unsigned weak = 0;

    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if ((i->weak & names[k].bit) != 0)
            weak |= names[k].weak;
    return weak;
}

uint32_t
session_ipsec_remembered(const struct session *s)
{
    return s->l2tp.ipsec.ike == NULL ? 0 : ike_remember(s->l2tp.ipsec.ike);
}

static void
describe(struct session_ipsec *i)
{
    int n = snprintf(i->text, sizeof i->text, "IPsec %s (IKE %s)", i->phase2, i->phase1);
    const char *before = "; weak: ";

    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        if ((i->weak & names[k].bit) == 0 || n < 0 || (size_t)n >= sizeof i->text)
            continue;
        n += snprintf(i->text + n, sizeof i->text - (size_t)n, "%s%s", before, names[k].name);
        before = ", ";
    }
}

static void
fail(struct session *s, usec_t now, enum ras_error error, const char *detail)
{
    struct ras_end why = {0};

    ras_end_set(&why, error, "%s", detail);
    session_end(s, now, &why);
}

/* There is a pair to send with. */
static void
in_use(struct session *s, usec_t now, uint32_t kilobytes)
{
    struct session_ipsec *i = &s->l2tp.ipsec;

    i->octets = i->packets = 0;
    i->limit = (uint64_t)kilobytes * 1024;
    i->rekeying = i->bereft = false;
    if (i->begun || s->ending)
        return;
    i->begun = true;
    i->l2tp_at = now + INSTALLED;
}

/* ESP is done here. */
static void
keep(struct session *s, usec_t now, const struct session_esp *e)
{
    struct session_ipsec *i = &s->l2tp.ipsec;
    const bool again = esp_sas_sends_with(&i->sas, e->in.spi);
    const bool send = e->op == SESSION_ESP_USE && !again;
    const bool good = e->op == SESSION_ESP_USE ? esp_sas_add(&i->sas, &e->in, &e->out, s->rng)
                      : i->ask == e->in.spi    ? esp_sas_prepare(&i->sas, &e->in, &e->out, s->rng)
                                               : esp_sas_accept(&i->sas, &e->in);

    if (!good) {
        fail(s, now, RAS_RASMAN_CANNOT_INITIALIZE, "no memory for a security association");
        session_finish(s);
        return;
    }
    s->data_channel = e->encapsulated ? CHANNEL_DATA : CHANNEL_ESP;
    if (send)
        in_use(s, now, e->kilobytes);
}

static void
ask(struct session *s)
{
    s->l2tp.ipsec.asking = true;
    s->pending |= PENDING_ESP;
}

/* Until the server has given the pair to its kernel, as with the first. */
static void
want_sign(struct session *s, usec_t now, const struct ike_event *e)
{
    struct session_ipsec *i = &s->l2tp.ipsec;

    if (e->child.ask) {
        i->ask = e->child.in.spi;
        i->ask_at = now + INSTALLED;
        i->alone = false;
    } else if (e->child.send) {
        i->ask = 0;
    }
}

static void
on_child(struct session *s, usec_t now, struct ike_event *e)
{
    struct session_ipsec *i = &s->l2tp.ipsec;

    want_sign(s, now, e);
    if (i->kernel && i->current != 0 && e->child.ask) {
        /* which sends with one pair only, and does not tell which it heard: so with the new one */
        ike_take(i->ike, now);
        if (!e->child.send || e->child.in.spi == i->current)
            return;
    }
    i->several |= i->current != 0;
    i->asked = (struct session_esp){
        .op = e->child.send ? SESSION_ESP_USE : SESSION_ESP_ACCEPT,
        .in = e->child.in,
        .out = e->child.out,
        .encapsulated = e->child.encapsulated,
        .local_port = i->udp.local_port,
        .kilobytes = e->child.kilobytes,
    };
    snprintf(i->phase2, sizeof i->phase2, "%s", e->child.proposal);
    i->weak |= e->child.weak;
    describe(i);
    if (i->kernel) {
        ask(s);
        return;
    }
    keep(s, now, &i->asked);
    session_esp_wipe(&i->asked);
}

/* L8: without an association there is no L2TP, at once. A call that is up waits for another, which
 * IKE has asked for already or else ends it: who deletes a pair and keeps phase 1 (an idle limit,
 * an administrator) gives a new one, and L2TP and TCP say again what was dropped meanwhile. */
static void
on_gone(struct session *s, usec_t now, uint32_t spi_in)
{
    struct session_ipsec *i = &s->l2tp.ipsec;
    const bool newest = i->kernel && spi_in == i->current;

    esp_sas_remove(&i->sas, spi_in);
    if (spi_in == i->ask)
        i->ask = 0;
    if (i->closing)
        return; /* what is in the kernel goes with the process */
    if (i->kernel && (!newest || s->up)) {
        i->asked = (struct session_esp){.op = SESSION_ESP_FORGET, .in.spi = spi_in};
        ask(s);
    }
    if ((i->kernel ? !newest : esp_sas_ready(&i->sas)) || !i->begun)
        return;
    if (s->up && !s->ending) {
        i->bereft = true;
        return;
    }
    fail(s, now, RAS_DISCONNECTION, "the server ended the IPsec association");
    session_ipsec_close(s, now);
}

/* What TLS has a number of its own for is one number where Windows dials L2TP; the reason goes with
 * it. */
static struct ras_end
numbered(const struct ras_end *end)
{
    static const enum ras_error certificate[] = {
        RAS_CERT_E_EXPIRED, RAS_CERT_E_UNTRUSTEDROOT, RAS_CERT_E_CHAINING,
        RAS_CERT_E_REVOKED, RAS_CERT_E_CN_NO_MATCH,   RAS_CERT_E_WRONG_USAGE,
    };
    struct ras_end why = *end;

    for (size_t i = 0; i < sizeof certificate / sizeof *certificate; i++)
        if (end->error == certificate[i])
            why.error = RAS_INVALID_SERVER_CERT;
    return why;
}

static void
on_ended(struct session *s, usec_t now, const struct ras_end *end)
{
    struct session_ipsec *i = &s->l2tp.ipsec;
    const struct ras_end why = numbered(end);

    drain(s);
    esp_sas_clear(&i->sas);
    i->closing = true;
    session_end(s, now, &why);
    session_finish(s);
}

static void
act(struct session *s, usec_t now, struct ike_event *e)
{
    struct session_ipsec *i = &s->l2tp.ipsec;

    switch (e->type) {
    case IKE_EVENT_AUTHENTICATED:
        snprintf(i->phase1, sizeof i->phase1, "%s", e->authenticated.proposal);
        i->weak |= e->authenticated.weak;
        break;
    case IKE_EVENT_CHILD:
        on_child(s, now, e);
        break;
    case IKE_EVENT_CHILD_GONE:
        on_gone(s, now, e->spi_in);
        break;
    case IKE_EVENT_PEER_MOVED: /* our sockets are connected: they hear nobody else */
        break;
    case IKE_EVENT_ENDED:
        on_ended(s, now, &e->end);
        break;
    }
}

/* What is said stands before what it means. But the kernel must have a pair before the other end
 * can know of it, for that may use it at once. */
static void
drive(struct session *s, usec_t now)
{
    struct session_ipsec *i = &s->l2tp.ipsec;
    struct ike_event event;

    if (!i->kernel)
        drain(s);
    while (!s->over && !i->asking && i->ike != NULL && ike_poll_event(i->ike, &event)) {
        act(s, now, &event);
        explicit_bzero(&event, sizeof event);
        if (!i->asking)
            drain(s);
    }
    if (!i->asking)
        drain(s);
}

/* ---- the owner's calls ---- */

void
session_esp_done(struct session *s, usec_t now, bool good)
{
    struct session_ipsec *i = &s->l2tp.ipsec;
    struct session_esp *const e = &i->asked;

    if (s->over || !i->asking)
        return;
    s->now = now;
    i->asking = false;
    drain(s); /* what waited for it */
    if (e->op == SESSION_ESP_FORGET) {
        good = true; /* or it was not there: either way it is gone */
    } else if (!good && i->current == 0) {
        i->kernel = false; /* nothing of L2TP was said yet */
        keep(s, now, e);
    } else if (!good) {
        fail(s, now, RAS_RASMAN_CANNOT_INITIALIZE, "the kernel took no new IPsec association");
        session_ipsec_close(s, now);
    } else if (e->op == SESSION_ESP_USE) {
        i->current = e->in.spi;
        s->data_channel = CHANNEL_L2TP;
        in_use(s, now, e->kilobytes);
    }
    session_esp_wipe(e);
    drive(s, now);
}

void
session_esp_lost(struct session *s, usec_t now)
{
    const struct session_ipsec *i = &s->l2tp.ipsec;

    if (s->over || i->closing || i->current == 0 || i->bereft)
        return;
    s->now = now;
    fail(s, now, RAS_LINK_FAILURE,
         "the kernel has no IPsec association for this call any more: some program removed it");
    session_ipsec_close(s, now);
}

static struct ike_address
address_of(const struct session_address *a, uint16_t port)
{
    struct ike_address to = {.family = a->family, .port = port};

    memcpy(to.octets, a->octets, sizeof to.octets);
    return to;
}

/* Two pairs for the same ports of the same two computers are one to the server's kernel: what it
 * sends goes by the newer. */
static uint16_t
inner_port(const struct session *s)
{
    uint16_t port;

    if (s->plan->l2tp_port_1701 && !s->info.path.second)
        return L2TP_PORT;
    rng_fill(s->rng, &port, sizeof port);
    return (uint16_t)(EPHEMERAL | port);
}

static bool
make_ike(struct session *s, usec_t now)
{
    struct session_ipsec *i = &s->l2tp.ipsec;
    const struct session_link_info *info = &s->info;
    struct ike_config config = {
        .role = IKE_INITIATOR,
        .auth = s->plan->ipsec == PLAN_IPSEC_CERTIFICATE ? IKE_AUTH_CERT : IKE_AUTH_PSK,
        .psk = secret_rd(&i->psk),
        .cert = info->cert,
        .remote_name = info->host,
        .local = address_of(&info->local, info->local_port[CHANNEL_CONTROL]),
        .remote = address_of(&info->remote, 500), /* whatever port the profile has */
        .l2tp_port = inner_port(s),
        .plain_esp = !s->plan->ipsec_encap,
        .no_initial_contact = info->path.shared,
        .pfs = s->plan->ipsec_pfs,
        .remembered = s->plan->ipsec_remembered,
        .unix_time = info->unix_time,
        .rng = s->rng,
    };

    if (!ike_id_from_text(s->plan->ipsec_local_id, &config.local_id) ||
        !ike_id_from_text(s->plan->ipsec_remote_id, &config.remote_id)) {
        fail(s, now, RAS_OAKLEY_GENERAL_PROCESSING,
             "the profile's IPsec identities are neither a name nor an address");
        return false;
    }
    esp_udp_init(&i->udp, info->remote.family, info->local.octets, info->remote.octets);
    i->udp.local_port = config.l2tp_port;
    i->kernel = info->kernel_esp;
    i->udp.remote_port = L2TP_PORT;
    i->ike = ike_new(&config, now);
    return i->ike != NULL;
}

void
session_ipsec_begin(struct session *s, usec_t now)
{
    struct session_ipsec *i = &s->l2tp.ipsec;
    const bool psk = s->plan->ipsec == PLAN_IPSEC_PSK;

    if (psk && i->psk.len == 0)
        fail(s, now, RAS_OAKLEY_GENERAL_PROCESSING, "the profile has no pre-shared key");
    else if (!psk && s->info.cert == NULL)
        fail(s, now, RAS_NO_CERTIFICATE, "the profile has no certificate");
    else if (!make_ike(s, now))
        fail(s, now, RAS_RASMAN_CANNOT_INITIALIZE, "no memory for the key exchange");
    if (i->ike == NULL) {
        session_finish(s);
        return;
    }
    secret_wipe(&i->psk);
    ike_start(i->ike, now);
    drive(s, now);
}

void
session_ipsec_clear(struct session_ipsec *i)
{
    ike_free(i->ike);
    i->ike = NULL;
    esp_sas_clear(&i->sas);
    session_esp_wipe(&i->asked);
    secret_wipe(&i->psk);
}

/* L2TP that the kernel has taken out of ESP. */
static void
opened_by_kernel(struct session *s, usec_t now, const struct session_packet *v, size_t n,
                 struct session_packets *ret)
{
    struct session_ipsec *i = &s->l2tp.ipsec;

    if (!i->kernel || !i->begun)
        return;
    ike_heard(i->ike, now);
    if (i->ask != 0 && !i->several) { /* it can have come under no other */
        ike_sign(i->ike, now, i->ask);
        i->ask = 0;
    }
    for (size_t k = 0; k < n && !s->over; k++)
        session_l2tp_take(s, now, rd_over(v[k].p, v[k].len), ret);
    if (!s->over)
        drive(s, now);
}

/* Whose datagram is it (RFC 3948 section 2)? IKE's are eaten here; ESP's are left in @esp. */
static size_t
sort(struct session *s, usec_t now, enum session_channel from, const struct session_packet *v,
     size_t n, struct esp_packet *esp)
{
    static const uint8_t marker[MARKER];
    struct session_ipsec *i = &s->l2tp.ipsec;
    size_t n_esp = 0;

    for (size_t k = 0; k < n; k++) {
        const bool encapsulated = from == CHANNEL_DATA;

        if (from == CHANNEL_CONTROL)
            ike_receive(i->ike, now, IKE_500, rd_over(v[k].p, v[k].len));
        else if (encapsulated && v[k].len > MARKER && memcmp(v[k].p, marker, MARKER) == 0)
            ike_receive(i->ike, now, IKE_4500, rd_over(v[k].p + MARKER, v[k].len - MARKER));
        else if (v[k].len > MARKER) /* the rest are only to keep a NAT awake */
            esp[n_esp++] = (struct esp_packet){.p = v[k].p, .n = v[k].len};
    }
    return n_esp;
}

void
session_ipsec_datagram(struct session *s, usec_t now, enum session_channel from,
                       struct session_packet *v, size_t n, struct session_packets *ret)
{
    struct session_ipsec *i = &s->l2tp.ipsec;
    struct esp_packet esp[SESSION_BATCH];
    struct rd datagram;

    if (i->ike == NULL || n > SESSION_BATCH)
        return;
    if (from == CHANNEL_L2TP) {
        opened_by_kernel(s, now, v, n, ret);
        return;
    }
    const size_t n_esp = sort(s, now, from, v, n, esp);
    drive(s, now); /* what came may be for an association that came before it */
    if (s->over || n_esp == 0)
        return;
    if (esp_sas_open(&i->sas, esp, n_esp) > 0)
        ike_heard(i->ike, now);
    if (i->sas.heard != 0)
        ike_sign(i->ike, now, i->sas.heard);
    i->sas.heard = 0;
    for (size_t k = 0; k < n_esp && !s->over; k++) {
        if (esp[k].n > 0 && esp_udp_take(&i->udp, rd_over(esp[k].p, esp[k].n), &datagram))
            session_l2tp_take(s, now, datagram, ret);
    }
    if (!s->over)
        drive(s, now);
}

void
session_ipsec_expire(struct session *s, usec_t now)
{
    struct session_ipsec *i = &s->l2tp.ipsec;

    if (i->ike != NULL && now >= ike_deadline(i->ike))
        ike_expire(i->ike, now);
    if (i->l2tp_at != 0 && now >= i->l2tp_at) {
        i->l2tp_at = 0;
        if (!s->ending && !i->closing)
            session_l2tp_begin(s, now);
    }
    if (i->ask_at != 0 && now >= i->ask_at)
        ask_now(s, now);
    if (now >= s->linger)
        session_ipsec_close(s, now); /* L2TP's goodbye was not answered */
    drive(s, now);
}

usec_t
session_ipsec_deadline(const struct session *s)
{
    const struct session_ipsec *i = &s->l2tp.ipsec;

    if (i->ike == NULL)
        return NEVER;
    return usec_min(ike_deadline(i->ike), usec_min(i->l2tp_at != 0 ? i->l2tp_at : NEVER,
                                                   i->ask_at != 0 ? i->ask_at : NEVER));
}

void
session_ipsec_close(struct session *s, usec_t now)
{
    struct session_ipsec *i = &s->l2tp.ipsec;

    if (i->closing)
        return;
    i->closing = true;
    if (i->ike == NULL) {
        session_finish(s);
        return;
    }
    ike_close(i->ike, now);
    drive(s, now);
}

const char *
session_ipsec_text(const struct session *s)
{
    return s->l2tp.ipsec.text;
}

uint64_t
session_ipsec_dropped(const struct session_ipsec *i)
{
    return i->sas.dropped + (i->ike == NULL ? 0 : ike_dropped(i->ike));
}
