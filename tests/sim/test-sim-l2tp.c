/*
 * test-sim-l2tp.c - calls over L2TP, in IPsec and without, against the practice server: what works,
 * which number a failure has, and seeds (SIM_SEEDS=n, SIM_SEED=n) of a wire that loses, doubles and
 * reorders, in virtual time.
 *
 * What must hold in every run is checked with each datagram: with IPsec nothing of L2TP, of PPP or
 * of the user leaves but inside of ESP for an association that the server has (threats L7); no
 * deadline lies behind; there is an end, with a number and a reason.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <stdlib.h>

#include "sim-l2tp.h"

#define MS  USEC_PER_MSEC
#define SEC USEC_PER_SEC

static const guint8 canary[] = "CANARY in a packet";

static void
fill(void *ctx, void *out, size_t n)
{
    struct sim *s = ctx;

    for (size_t i = 0; i < n; i++)
        ((guint8 *)out)[i] = (guint8)g_rand_int(s->rand);
}

static gint
by_time(gconstpointer a, gconstpointer b, gpointer user)
{
    const struct gram *x = a, *y = b;

    (void)user;
    return x->at <= y->at ? -1 : 1; /* in their order */
}

static void
put(struct sim *s, bool up, enum session_channel channel, struct rd bytes)
{
    const guint copies = g_rand_int_range(s->rand, 0, 1000) < (gint)s->p->twice ? 2 : 1;

    g_assert_cmpuint(++s->sent, <, 20000);
    for (guint i = 0; i < copies; i++) {
        if (g_rand_int_range(s->rand, 0, 1000) < (gint)s->p->lose)
            continue;
        struct gram *g = g_new(struct gram, 1);
        const usec_t jitter = s->p->lose > 0 ? (usec_t)g_rand_int_range(s->rand, 0, 20) * MS : 0;
        *g = (struct gram){.at = s->now + 10 * MS + jitter,
                           .up = up,
                           .channel = channel,
                           .bytes = g_bytes_new(bytes.p, bytes.left)};
        g_queue_insert_sorted(&s->wire, g, by_time, NULL);
    }
}

static void
on_esp(struct sim *s, const struct session_esp *e)
{
    static const uint8_t local[16] = {198, 51, 100, 7}, remote[16] = {203, 0, 113, 1};
    const guint nth = ++s->kernel_asked;
    const bool good = s->p->kernel == KERNEL_DOES || s->p->kernel == KERNEL_LOSES ||
                      (s->p->kernel == KERNEL_REFUSES_SECOND && nth == 1);

    if (good && e->op == SESSION_ESP_USE) {
        esp_udp_init(&s->kernel_udp, 4, local, remote);
        s->kernel_udp.local_port = e->local_port;
        s->kernel_udp.remote_port = 1701;
        s->kernel_encapsulates = e->encapsulated;
        g_assert_true(esp_sas_add(&s->kernel_sas, &e->in, &e->out, &s->rng));
    } else if (good && e->op == SESSION_ESP_ACCEPT) {
        g_assert_true(esp_sas_accept(&s->kernel_sas, &e->in));
    } else if (e->op == SESSION_ESP_FORGET) {
        s->kernel_forgot++;
        esp_sas_remove(&s->kernel_sas, e->in.spi);
    }
    const bool bereft = e->op == SESSION_ESP_FORGET && s->kernel_sas.out == NULL;
    session_esp_done(s->client, s->now, good);
    if (bereft) /* what was on its way to it */
        session_esp_lost(s->client, s->now);
}

/* L2TP that the session leaves to the kernel. */
static void
put_by_kernel(struct sim *s, struct rd datagram)
{
    enum { HEAD = ESP_HEAD + ESP_UDP_HEADER };
    guint8 buf[4096];
    struct esp_packet packet = {buf + ESP_HEAD, datagram.left + ESP_UDP_HEADER};

    if (s->p->kernel == KERNEL_LOSES && s->kernel_sas.out == NULL) {
        session_esp_lost(s->client, s->now);
        return;
    }
    g_assert_cmpuint(datagram.left, <=, sizeof buf - HEAD - ESP_TAIL);
    memcpy(buf + HEAD, datagram.p, datagram.left);
    esp_udp_put(&s->kernel_udp, buf + HEAD, datagram.left);
    g_assert_cmpuint(esp_sas_seal(&s->kernel_sas, &packet, 1), ==, 1);
    put(s, true, s->kernel_encapsulates ? CHANNEL_DATA : CHANNEL_ESP, rd_over(packet.p, packet.n));
}

/* ESP that comes to the client, in a call whose kernel does that: the session hears what is in it.
 */
static void
take_by_kernel(struct sim *s, guint8 *p, gsize n, struct session_packets *ret)
{
    struct esp_packet packet = {p, n};
    struct rd datagram;

    ret->n = 0;
    if (esp_sas_open(&s->kernel_sas, &packet, 1) == 1 &&
        esp_udp_take(&s->kernel_udp, rd_over(packet.p, packet.n), &datagram))
        session_receive(s->client, s->now, CHANNEL_L2TP, (guint8 *)datagram.p, datagram.left, ret);
}

static bool
is_the_kernels(const struct sim *s, enum session_channel channel, const guint8 *p, gsize n)
{
    return s->kernel_sas.out != NULL && n > 4 && channel != CHANNEL_CONTROL &&
           (channel == CHANNEL_ESP || memcmp(p, "\0\0\0\0", 4) != 0);
}

/* L7. */
static void
check_sealed(struct sim *s, enum session_channel channel, struct rd r)
{
    /* of LCP four octets: three come by chance among so many of ciphertext */
    static const char *const secrets[] = {"CANARY", "dialtone", "Dialtone", "alice",
                                          "\xff\x03\xc0\x21"};

    if (s->p->ipsec == PLAN_IPSEC_NONE) {
        g_assert_cmpint(channel, ==, CHANNEL_DATA);
        return;
    }
    if (channel == CHANNEL_L2TP) { /* the kernel will seal it, and with what it has */
        g_assert_true(s->kernel_sas.out != NULL || s->p->kernel == KERNEL_LOSES);
        g_assert_null(s->client->l2tp.ipsec.sas.out);
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(secrets); i++)
        g_assert_null(memmem(r.p, r.left, secrets[i], strlen(secrets[i])));
    g_assert_cmpint(channel, !=, CHANNEL_STREAM);
    const bool marked = channel == CHANNEL_DATA && r.left > 4 && memcmp(r.p, "\0\0\0\0", 4) == 0;
    if (channel == CHANNEL_CONTROL || marked) { /* an ISAKMP header that knows its length */
        const guint8 *const h = r.p + (marked ? 4 : 0);
        const gsize n = r.left - (marked ? 4 : 0);
        g_assert_cmpuint(n, >=, 28);
        g_assert_cmphex(h[17], ==, 0x10);
        g_assert_cmpuint((guint)h[26] << 8 | h[27], ==, n);
        if (s->esp_at == 0)
            s->ike_at = s->now;
        return;
    }
    if (channel == CHANNEL_DATA && r.left == 1) {
        g_assert_cmphex(r.p[0], ==, 0xff); /* a keep-alive */
        return;
    }
    if (s->esp_at == 0)
        s->esp_at = s->now;
    /* strongSwan and Libreswan do not have the pair at once: what comes sooner is lost */
    if (s->p->lose == 0 && s->p->twice == 0)
        g_assert_cmpuint(s->esp_at, >=, s->ike_at + 20 * MS);
    g_assert_cmpint(channel, ==, s->p->raw_esp ? CHANNEL_ESP : CHANNEL_DATA);
    g_assert_true(s->client->l2tp.ipsec.sas.out != NULL || s->client->over);
    if (s->client->l2tp.ipsec.sas.out != NULL && s->client->l2tp.ipsec.ask == 0)
        g_assert_cmphex(esp_spi(r), ==, esp_out_spi(s->client->l2tp.ipsec.sas.out));
}

static void
measure(struct sim *s)
{
    const struct session_framing f = session_framing(s->client);
    guint8 buf[2048] = {0};
    guint8 *p = buf + f.head;
    size_t n = f.mtu;

    s->mtu = f.mtu;
    s->peer_mru = s->server->link.lcp.peer_mru;
    p[0] = 0x45;
    if (session_seal(s->client, &p, &n))
        s->outer = (guint)n;
}

static void
on_event(struct sim *s, const struct session_event *e)
{
    switch (e->type) {
    case SESSION_STAGE:
        s->stages |= 1u << e->stage;
        break;
    case SESSION_WANTS_CREDENTIALS:
        session_credentials(s->client, s->now, NULL);
        break;
    case SESSION_INFORMED: /* all that came with it is in place */
    case SESSION_CONFIG:
        session_registered(s->client, s->now);
        break;
    case SESSION_UP:
        s->came_up = true;
        measure(s);
        s->up_after = s->now - s->begin;
        g_strlcpy(s->encryption, session_encryption(s->client), sizeof s->encryption);
        break;
    case SESSION_ESP:
        on_esp(s, e->esp);
        break;
    case SESSION_EARLY_REFUSED: /* nobody hears what comes from port 1701 */
        g_assert_cmpint(s->p->ipsec, !=, PLAN_IPSEC_NONE);
        g_assert_true(s->plan.l2tp_port_1701 && !s->came_up);
        s->redo = true;
        break;
    case SESSION_ENDED:
        s->ended = true;
        s->end = e->end;
        s->ended_after = s->now - s->begin;
        g_assert_true(ras_known(e->end.error) && e->end.detail[0] != '\0');
        break;
    }
}

static bool
server_is_gone(const struct sim *s)
{
    return s->p->server_gone != 0 && s->now >= s->begin + s->p->server_gone;
}

static void
send_up(struct sim *s, enum session_channel channel, struct rd bytes)
{
    if (channel == CHANNEL_L2TP)
        put_by_kernel(s, bytes);
    else
        put(s, true, channel, bytes);
}

static void
pump(struct sim *s)
{
    struct session_output out;
    struct session_event event;
    struct ras_core_event server_event;

    do {
        while (session_poll_output(s->client, &out)) {
            check_sealed(s, out.channel, out.bytes);
            send_up(s, out.channel, out.bytes);
        }
        if (!session_poll_event(s->client, &event))
            break;
        on_event(s, &event);
    } while (true);
    while (ras_core_poll_datagram(s->server, &out))
        if (!server_is_gone(s))
            put(s, false, out.channel, out.bytes);
    while (ras_core_poll_event(s->server, &server_event))
        s->pairs += server_event.type == RAS_EVENT_IPSEC;
}

static void
deliver(struct sim *s)
{
    struct gram *g = g_queue_pop_head(&s->wire);
    gsize n;
    const void *p = g_bytes_get_data(g->bytes, &n);
    g_autofree guint8 *exact = g_memdup2(p, n);
    static struct session_packets packets;

    if (g->up && !server_is_gone(s))
        ras_core_datagram(s->server, s->now, g->channel, exact, n, &packets);
    else if (!g->up && is_the_kernels(s, g->channel, exact, n))
        take_by_kernel(s, exact, n, &packets);
    else if (!g->up)
        session_receive(s->client, s->now, g->channel, exact, n, &packets);
    else
        packets.n = 0;
    for (gsize i = 0; i < packets.n; i++)
        s->delivered[g->up] += memmem(packets.v[i].p, packets.v[i].len, "CANARY", 6) != NULL;
    g_bytes_unref(g->bytes);
    g_free(g);
}

/* A packet each way, in the clear as far as the ends see it. */
static void
traffic(struct sim *s)
{
    for (int up = server_is_gone(s); up < 2; up++) {
        const struct session_framing f =
            up ? session_framing(s->client) : ras_core_framing(s->server);
        guint8 buf[512] = {0}, *p = buf + f.head;
        size_t n = 20 + sizeof canary;

        g_assert_cmpuint(f.head + n + f.tail, <=, sizeof buf);
        p[0] = 0x45;
        memcpy(p + 20, canary, sizeof canary);
        if (up ? !session_seal(s->client, &p, &n) : !ras_core_seal(s->server, &p, &n))
            continue;
        g_assert_true(p >= buf && p + n <= buf + sizeof buf);
        if (up) {
            check_sealed(s, f.channel, rd_over(p, n));
            send_up(s, f.channel, rd_over(p, n));
        } else {
            put(s, false, f.channel, rd_over(p, n));
        }
    }
    s->next_traffic = s->now + 100 * MS;
    client_renews(s);
}

/* Counted from when packets pass both ways: the server may have lost what opens it. */
static usec_t
hang_up_at(struct sim *s)
{
    const usec_t after = s->p->hang_up != 0 ? s->p->hang_up : 1 * SEC;

    if (s->both_up == 0 && s->delivered[0] > 0 && s->delivered[1] > 0)
        s->both_up = s->now;
    return after + (s->both_up != 0 ? s->both_up : s->begin + s->up_after + 10 * SEC);
}

static usec_t
next_time(struct sim *s)
{
    const struct gram *first = g_queue_peek_head(&s->wire);
    usec_t t = usec_min(session_deadline(s->client),
                        server_is_gone(s) ? NEVER : ras_core_deadline(s->server));

    if (first != NULL)
        t = usec_min(t, first->at);
    if (s->came_up && !s->hung_up)
        t = usec_min(t, usec_min(s->next_traffic, hang_up_at(s)));
    return t;
}

static void
lose_or_close(struct sim *s)
{
    if (s->p->kernel != KERNEL_LOSES) {
        session_close(s->client, s->now);
        return;
    }
    esp_sas_clear(&s->kernel_sas); /* somebody has */
    traffic(s);
}

static bool
step(struct sim *s)
{
    const usec_t t = next_time(s);
    const struct gram *first = g_queue_peek_head(&s->wire);

    if (s->ended || t == NEVER)
        return false;
    g_assert_cmpuint(t, >=, s->now);
    g_assert_cmpuint(t, <, s->begin + 7200 * SEC);
    s->now = t;
    if (first != NULL && first->at <= s->now)
        deliver(s);
    if (s->now >= session_deadline(s->client))
        session_expire(s->client, s->now);
    if (s->now >= ras_core_deadline(s->server) && !server_is_gone(s))
        ras_core_expire(s->server, s->now);
    pump(s);
    if (s->came_up && !s->hung_up && s->now >= s->next_traffic)
        traffic(s);
    if (s->came_up && !s->hung_up && s->now >= hang_up_at(s)) {
        s->hung_up = true;
        lose_or_close(s);
    }
    pump(s);
    return !s->ended;
}

static void
make_ends(struct sim *s)
{
    const struct params *p = s->p;
    const char *why;

    dial_plan_init(&s->plan);
    g_strlcpy(s->plan.name, "t", sizeof s->plan.name);
    s->plan.n_servers = 1;
    g_strlcpy(s->plan.servers[0].host, "ras.example", PLAN_MAX_TEXT);
    s->plan.protocols[0] = PLAN_L2TP_IPSEC;
    s->plan.ipsec = p->ipsec;
    s->plan.ipsec_encap = !p->raw_esp;
    s->plan.l2tp_port_1701 = !p->any_port;
    s->plan.encryption = p->encryption;
    s->plan.ipv6 = false;
    if (p->auth != 0)
        s->plan.auth = p->auth;
    g_assert_true(dial_plan_valid(&s->plan, &why));
    g_strlcpy(s->credentials.user, p->user != NULL ? p->user : "alice", PLAN_MAX_TEXT);
    secret_set_text(&s->credentials.password, p->password != NULL ? p->password : "secret");
    secret_set_text(&s->credentials.psk, p->psk != NULL ? p->psk : "the key of both ends");
    secret_set_text(&s->credentials.l2tp_secret, p->secret != NULL ? p->secret : "");

    ras_config_init(&s->config);
    s->config.users = &s->users;
    s->config.pool = &s->pool;
    s->config.ipsec = p->ipsec != PLAN_IPSEC_NONE;
    s->config.phase1 = p->phase1;
    s->config.phase2 = p->phase2;
    g_strlcpy(s->config.psk, "the key of both ends", sizeof s->config.psk);
    g_strlcpy(s->config.l2tp_secret,
              p->server_secret != NULL ? p->server_secret
              : p->secret != NULL      ? p->secret
                                       : "",
              sizeof s->config.l2tp_secret);
    s->config.dns[0] = p->dns ? 0x0a090001 : 0;
    s->config.n_auth = p->auth != 0 ? 1 : s->config.n_auth;
    if (p->auth != 0)
        s->config.auth[0] = p->auth == PLAN_AUTH_PAP ? PPP_AUTH_PAP : PPP_AUTH_MSCHAPV2;
    for (gsize i = 0; i < G_N_ELEMENTS(p->script) && p->script[i] != NULL; i++)
        g_assert_true(ras_script_add_line(&s->config.script, p->script[i], &why));
}

static void
run(struct sim *s, const struct params *p)
{
    static const struct ike_address server = {4, {203, 0, 113, 1}, 500};
    static const struct ike_address client = {4, {198, 51, 100, 7}, 500};
    struct session_link_info info = {
        .host = "ras.example", .local = {4, {198, 51, 100, 7}}, .remote = {4, {203, 0, 113, 1}}};
    const char *why;

    *s = (struct sim){.p = p, .rand = g_rand_new_with_seed(p->seed), .begin = 100 * SEC};
    s->now = s->begin;
    s->rng = (struct rng){.fill = fill, .ctx = s};
    make_ends(s);
    g_assert_true(ras_users_add_line(&s->users, "alice secret", &why));
    g_assert_true(ras_users_add_line(&s->users, "off secret disabled", &why));
    g_assert_true(ras_pool_add(&s->pool, "10.9.0.10-10.9.0.20"));
    s->server = ras_core_new(&s->config, PLAN_L2TP_IPSEC, &s->rng, 1, s->now);
    ras_core_ends(s->server, &server, &client);
    info.local_port[CHANNEL_CONTROL] = 500;
    info.local_port[CHANNEL_DATA] = 4500;
    info.kernel_esp = p->kernel != KERNEL_NONE;
    info.path = (struct session_path){p->path_mtu, p->shared, p->second};
    s->client = session_new(&s->plan, PLAN_L2TP_IPSEC, &s->credentials, &s->rng, s->now);
    session_link_up(s->client, s->now, &info);
    pump(s);
    while (step(s))
        continue;
    g_test_message("seed %u %s%s: %u, %s; up after %" G_GUINT64_FORMAT
                   " ms, ended after %" G_GUINT64_FORMAT " ms; %s; %u packets up, %u down",
                   p->seed, p->script[0] != NULL ? p->script[0] : "", s->came_up ? "" : " (not up)",
                   s->end.error, s->end.detail, s->up_after / MS, s->ended_after / MS,
                   s->encryption, s->delivered[1], s->delivered[0]);
}

static void
clear(struct sim *s)
{
    struct gram *g;

    g_assert_true(s->ended);
    while ((g = g_queue_pop_head(&s->wire)) != NULL) {
        g_bytes_unref(g->bytes);
        g_free(g);
    }
    session_free(s->client);
    esp_sas_clear(&s->kernel_sas);
    ras_core_free(s->server);
    g_rand_free(s->rand);
}

static void
test_works(void)
{
    static const struct {
        struct params p;
        const char *encryption;
    } rows[] = {
        {{.ipsec = PLAN_IPSEC_NONE}, "MPPE-128 stateless"},
        {{.ipsec = PLAN_IPSEC_NONE, .encryption = PLAN_ENCRYPTION_NONE}, "none"},
        {{.ipsec = PLAN_IPSEC_NONE, .secret = "tunnel", .script = {"l2tp-hide"}}, NULL},
        {{.ipsec = PLAN_IPSEC_NONE, .script = {"l2tp-numbered"}}, NULL},
        {{.ipsec = PLAN_IPSEC_PSK}, "IPsec AES-"},
        {{.ipsec = PLAN_IPSEC_PSK, .raw_esp = true}, "IPsec AES-"},
        {{.ipsec = PLAN_IPSEC_PSK, .auth = PLAN_AUTH_PAP}, "IPsec AES-"},
        {{.ipsec = PLAN_IPSEC_PSK, .secret = "tunnel"}, NULL},
        {{.ipsec = PLAN_IPSEC_PSK, .phase1 = "3des-sha1-modp1024", .phase2 = "3des-sha1"},
         "weak: 3DES"},
        {{.ipsec = PLAN_IPSEC_PSK, .phase2 = "aes128gcm16"}, "AES-128-GCM"},
        {{.ipsec = PLAN_IPSEC_PSK, .script = {"at up +300 ike-rekey"}, .hang_up = 3 * SEC}, NULL},
        {{.ipsec = PLAN_IPSEC_PSK, .renews = true, .hang_up = 3 * SEC}, NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct params p = rows[i].p;
        struct sim s;

        p.seed = (guint32)i + 1;
        if (p.encryption == 0 && i != 1)
            p.encryption = PLAN_ENCRYPTION_OPTIONAL;
        run(&s, &p);
        g_assert_true(s.came_up);
        g_assert_cmpint(s.end.error, ==, RAS_USER_DISCONNECTION);
        g_assert_cmpuint(s.stages, ==, 1u << 1 | 1u << 2 | 1u << 3);
        g_assert_cmpuint(s.delivered[0], >=, 8);
        g_assert_cmpuint(s.delivered[1], >=, 8);
        g_assert_cmpuint(s.up_after, <, 400 * MS); /* a round trip is 20 */
        g_assert_cmpuint(s.ended_after - s.up_after, <, 4 * SEC);
        if (rows[i].encryption != NULL)
            g_assert_nonnull(strstr(s.encryption, rows[i].encryption));
        if (p.hang_up != 0) { /* made before broken: nothing was lost */
            g_assert_cmpuint(s.pairs, >=, 2);
            g_assert_cmpuint(s.delivered[0], >=, 29);
            g_assert_cmpuint(s.delivered[1], >=, 29);
        }
        clear(&s);
    }
}

/* Each message leaves with the one that allows it: ICRQ with SCCCN, LCP with ICCN, DHCPINFORM with
 * the last Configure-Request; SCCRQ a moment after quick mode's third. */
static void
test_round_trips(void)
{
    static const struct {
        struct params p;
        guint most; /* halves of a round trip */
    } rows[] = {
        {{.ipsec = PLAN_IPSEC_NONE, .auth = PLAN_AUTH_MSCHAPV2}, 2 * 7},
        {{.ipsec = PLAN_IPSEC_PSK, .script = {"lcp-offers"}}, 2 * 11}, /* EAP first, too */
        {{.ipsec = PLAN_IPSEC_PSK, .auth = PLAN_AUTH_MSCHAPV2}, 2 * 11},
        {{.ipsec = PLAN_IPSEC_PSK, .auth = PLAN_AUTH_PAP}, 2 * 10},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct params p = rows[i].p;
        struct sim s;

        p.seed = (guint32)i + 1;
        p.encryption = PLAN_ENCRYPTION_OPTIONAL;
        p.dns = true;
        run(&s, &p);
        g_test_message("%u half round trips", (guint)(s.up_after / (10 * MS)));
        g_assert_true(s.came_up);
        const usec_t moment = p.ipsec == PLAN_IPSEC_NONE ? 0 : 25 * MS;
        g_assert_cmpuint(s.up_after, <=, rows[i].most * 10 * MS + moment);
        clear(&s);
    }
}

/* ESP is left to the kernel; or that refuses, and it is done here after all. */
static void
test_kernel(void)
{
    static const struct {
        struct params p;
        guint asked;
        enum ras_error end;
    } rows[] = {
        {{.kernel = KERNEL_DOES}, 1, RAS_USER_DISCONNECTION},
        {{.kernel = KERNEL_DOES, .raw_esp = true}, 1, RAS_USER_DISCONNECTION},
        {{.kernel = KERNEL_DOES, .phase2 = "3des-sha1"}, 1, RAS_USER_DISCONNECTION},
        {{.kernel = KERNEL_REFUSES}, 1, RAS_USER_DISCONNECTION},
        /* From the server: its half, the whole, and the old one is forgotten. */
        {{.kernel = KERNEL_DOES, .script = {"at up +21000 ike-rekey"}, .hang_up = 35 * SEC},
         4,
         RAS_USER_DISCONNECTION},
        {{.kernel = KERNEL_DOES, .renews = true, .hang_up = 35 * SEC}, 3, RAS_USER_DISCONNECTION},
        {{.kernel = KERNEL_REFUSES_SECOND, .script = {"at up +300 ike-rekey"}, .hang_up = 3 * SEC},
         2,
         RAS_RASMAN_CANNOT_INITIALIZE},
        {{.kernel = KERNEL_LOSES}, 1, RAS_LINK_FAILURE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct params p = rows[i].p;
        struct sim s;

        p.seed = (guint32)i + 1;
        p.ipsec = PLAN_IPSEC_PSK;
        p.encryption = PLAN_ENCRYPTION_OPTIONAL;
        run(&s, &p);
        g_assert_true(s.came_up);
        g_assert_cmpint(s.end.error, ==, rows[i].end);
        g_assert_cmpuint(s.kernel_asked, ==, rows[i].asked);
        g_assert_cmpint(s.client->l2tp.ipsec.kernel, ==, p.kernel != KERNEL_REFUSES);
        g_assert_nonnull(strstr(s.encryption, "IPsec "));
        if (rows[i].end != RAS_USER_DISCONNECTION) {
            g_assert_nonnull(strstr(s.end.detail, "the kernel"));
            g_assert_cmpuint(s.ended_after - s.up_after, <, 4 * SEC);
        } else if (p.hang_up != 0) {
            g_assert_cmpuint(s.kernel_forgot, ==, 1);
            g_assert_cmpuint(s.delivered[0], >=, 349);
            g_assert_cmpuint(s.delivered[1], >=, 349);
        } else {
            g_assert_cmpuint(s.delivered[0], >=, 8);
            g_assert_cmpuint(s.delivered[1], >=, 8);
        }
        clear(&s);
    }
}

/* L8: the server deletes the pair, and phase 1 stays: L2TP waits for the next pair, and the call
 * goes on. A server that does so again and again ends it. */
static void
test_taken_away(void)
{
    static const char once[] = "at up +850 esp-delete", again[] = "at up +1850 esp-delete",
                      third[] = "at up +2850 esp-delete";
    static const struct {
        struct params p;
        guint pairs;  /* that the server tells of: each twice, and one that serves again */
        guint forgot; /* by the kernel */
        enum ras_error end;
    } rows[] = {
        {{.script = {once}}, 4, 0, RAS_USER_DISCONNECTION},
        {{.script = {once, again}, .raw_esp = true}, 6, 0, RAS_USER_DISCONNECTION},
        {{.script = {once, again, third}}, 6, 0, RAS_REMOTE_DISCONNECTION},
        {{.script = {once}}, 4, 1, RAS_USER_DISCONNECTION},
        {{.script = {once, again}, .raw_esp = true}, 6, 2, RAS_USER_DISCONNECTION},
        {{.script = {"at up +500 ike-rekey", once, again}}, 11, 2, RAS_USER_DISCONNECTION},
        {{.script = {once, again, third}}, 6, 3, RAS_REMOTE_DISCONNECTION},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct params p = rows[i].p;
        struct sim s;

        p.seed = (guint32)i + 1, p.ipsec = PLAN_IPSEC_PSK, p.encryption = PLAN_ENCRYPTION_NONE;
        p.hang_up = 4 * SEC;
        p.kernel = rows[i].forgot > 0 ? KERNEL_DOES : KERNEL_NONE;
        run(&s, &p);
        g_assert_true(s.came_up);
        g_assert_cmpint(s.end.error, ==, rows[i].end);
        g_assert_cmpuint(s.pairs, ==, rows[i].pairs);
        g_assert_cmpuint(s.kernel_forgot, ==, rows[i].forgot);
        if (rows[i].end == RAS_USER_DISCONNECTION) { /* at most a packet each time */
            g_assert_cmpuint(s.delivered[0], >=, 38);
            g_assert_cmpuint(s.delivered[1], >=, 38);
        } else {
            g_assert_cmpuint(s.ended_after - s.up_after, <, 3 * SEC);
        }
        clear(&s);
    }
}

/* What the route takes is what is used, both ways, and no datagram has to be cut; but IPv6, where
 * it is wanted, has its room. Only who is alone says so (RFC 2407 section 4.6.3.3). */
static void
test_path(void)
{
    static const struct {
        struct params p;
        guint mtu;
    } rows[] = {
        {{.path_mtu = 65535}, 1400},
        {{.path_mtu = 1500, .phase2 = "aes256-sha256"}, 1400},
        {{.path_mtu = 1499, .phase2 = "aes256-sha256"}, 1384},
        {{.path_mtu = 1492, .phase2 = "aes128-sha1", .shared = true}, 1384},
        {{.path_mtu = 1400, .phase2 = "3des-sha1", .shared = true, .second = true}, 1288},
        {{.path_mtu = 1400, .raw_esp = true}, 1288},
        {{.path_mtu = 1300}, 1192},
        {{.path_mtu = 100}, 576},
        {{.path_mtu = 1400, .ipsec = PLAN_IPSEC_NONE}, 1358},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct params p = rows[i].p;
        const bool clear_text = p.path_mtu == 1400 && i == G_N_ELEMENTS(rows) - 1;
        struct sim s;

        p.seed = (guint32)i + 1;
        p.ipsec = clear_text ? PLAN_IPSEC_NONE : PLAN_IPSEC_PSK;
        p.encryption = PLAN_ENCRYPTION_NONE;
        run(&s, &p);
        g_assert_true(s.came_up);
        g_assert_cmpuint(s.mtu, ==, rows[i].mtu);
        g_assert_cmpuint(s.peer_mru, ==, rows[i].mtu);
        g_assert_cmpuint(s.outer, >, s.mtu);
        if (p.path_mtu >= 1000)
            g_assert_cmpuint(s.outer + 20 + (p.raw_esp ? 0 : 8), <=, p.path_mtu);
        g_assert_true(clear_text || s.server->l2tp.ike->initial_contact == !p.shared);
        /* who comes second leaves port 1701 to the first */
        g_assert_true(clear_text || (s.server->l2tp.udp.remote_port != 1701) == p.second);
        clear(&s);
    }
}

static void
test_failures(void)
{
    static const struct {
        struct params p;
        enum ras_error error;
        unsigned within; /* seconds */
    } rows[] = {
        {{.script = {"ike-mute"}}, RAS_VPN_TIMEOUT, 60},
        {{.script = {"ike-psk"}}, RAS_OAKLEY_GENERAL_PROCESSING, 60},
        {{.script = {"ike-proposal"}}, RAS_OAKLEY_GENERAL_PROCESSING, 60},
        {{.script = {"esp-proposal"}}, RAS_OAKLEY_GENERAL_PROCESSING, 60},
        {{.script = {"l2tp-mute"}}, RAS_OAKLEY_TIMED_OUT, 60},
        {{.script = {"l2tp-stop 4"}}, RAS_DISCONNECTION, 5},
        {{.script = {"l2tp-call 4"}}, RAS_DISCONNECTION, 5},
        {{.script = {"l2tp-call 8"}}, RAS_LINE_BUSY, 5},
        {{.script = {"lcp-mute"}}, RAS_PPP_NO_RESPONSE, 12},
        {{.script = {"lcp-mute"}, .any_port = true}, RAS_PPP_NO_RESPONSE, 60},
        {{.password = "wrong"}, RAS_AUTHENTICATION_FAILURE, 5},
        {{.user = "off"}, RAS_ACCT_DISABLED, 5},
        {{.secret = "one", .server_secret = "two"}, RAS_OAKLEY_AUTH_FAIL, 5},
        {{.server_secret = "two", .script = {"l2tp-hide"}}, RAS_OAKLEY_AUTH_FAIL, 5},
        {{.script = {"at up +800 disconnect 3"}, .hang_up = 60 * SEC}, RAS_REMOTE_DISCONNECTION, 5},
        {{.script = {"at up +800 abort"}, .hang_up = 60 * SEC}, RAS_REMOTE_DISCONNECTION, 5},
        {{.script = {"at lcp disconnect 3"}}, RAS_DISCONNECTION, 5},
        {{.script = {"at up +800 lcp-terminate"}, .hang_up = 60 * SEC}, RAS_PPP_LCP_TERMINATED, 5},
        {{.script = {"at up +800 silence"}, .hang_up = 600 * SEC}, RAS_LINK_FAILURE, 200},
        {{.server_gone = 5 * SEC, .hang_up = 600 * SEC}, RAS_LINK_FAILURE, 200},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct params p = rows[i].p;
        struct sim s;

        p.seed = (guint32)i + 1;
        p.ipsec = PLAN_IPSEC_PSK;
        p.encryption = PLAN_ENCRYPTION_OPTIONAL;
        run(&s, &p);
        g_assert_cmpint(s.end.error, ==, rows[i].error);
        g_assert_cmpuint(s.ended_after, <, rows[i].within * SEC);
        g_assert_cmpint(s.redo, ==, rows[i].within == 12);
        clear(&s);
    }
}

/* No key, no certificate: an answer at once, and not an octet on the wire. */
static void
test_nothing_to_prove_with(void)
{
    for (int certificate = 0; certificate < 2; certificate++) {
        const struct params p = {.ipsec = certificate ? PLAN_IPSEC_CERTIFICATE : PLAN_IPSEC_PSK,
                                 .psk = "",
                                 .seed = 1,
                                 .encryption = PLAN_ENCRYPTION_OPTIONAL};
        struct sim s;

        run(&s, &p);
        g_assert_cmpint(s.end.error, ==,
                        certificate ? RAS_NO_CERTIFICATE : RAS_OAKLEY_GENERAL_PROCESSING);
        g_assert_cmpuint(s.sent, ==, 0);
        clear(&s);
    }
}

static void
test_seeds(void)
{
    const char *const one = g_getenv("SIM_SEED"), *const many = g_getenv("SIM_SEEDS");
    const guint first = one != NULL ? (guint)g_ascii_strtoull(one, NULL, 10) : 1;
    const guint n = one != NULL ? 1 : many != NULL ? (guint)g_ascii_strtoull(many, NULL, 10) : 120;
    guint ups = 0;

    for (guint i = 0; i < n; i++) {
        GRand *rand = g_rand_new_with_seed(first + i);
        struct params p = {
            .seed = first + i,
            .ipsec = g_rand_int_range(rand, 0, 4) == 0 ? PLAN_IPSEC_NONE : PLAN_IPSEC_PSK,
            .raw_esp = g_rand_boolean(rand),
            .lose = (guint)g_rand_int_range(rand, 0, 150),
            .twice = (guint)g_rand_int_range(rand, 0, 100),
            .hang_up = 5 * SEC,
            .encryption = PLAN_ENCRYPTION_NONE, /* MPPE comes up when it can, and drops till then */
            .script = {g_rand_boolean(rand) ? "at up +500 ike-rekey" : NULL},
        };
        struct sim s;

        p.kernel = g_rand_int_range(rand, 0, 3) == 0 ? KERNEL_DOES : KERNEL_NONE;
        run(&s, &p);
        ups += s.came_up;
        if (s.came_up) {
            g_assert_cmpuint(s.delivered[0], >=, 20);
            g_assert_cmpuint(s.delivered[1], >=, 20);
        }
        clear(&s);
        g_rand_free(rand);
    }
    g_test_message("%u of %u came up", ups, n);
    if (one == NULL)
        g_assert_cmpuint(ups, >=, n * 9 / 10);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sim-l2tp/L7-kernel-esp", test_kernel);
    g_test_add_func("/sim-l2tp/L7-works", test_works);
    g_test_add_func("/sim-l2tp/L8-taken-away", test_taken_away);
    g_test_add_func("/sim-l2tp/round-trips", test_round_trips);
    g_test_add_func("/sim-l2tp/path", test_path);
    g_test_add_func("/sim-l2tp/L7-L8-failures", test_failures);
    g_test_add_func("/sim-l2tp/nothing-to-prove-with", test_nothing_to_prove_with);
    g_test_add_func("/sim-l2tp/L7-seeds", test_seeds);
    return g_test_run();
}
