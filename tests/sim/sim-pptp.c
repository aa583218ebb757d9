/* sim-pptp.c - see sim-pptp.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim-pptp.h"

#include <string.h>

#include "dhcp-ack.h"
#include "session-priv.h"

#define LIMIT (20 * 60 * USEC_PER_SEC)

enum { MARK_AT = 20, SMALLEST = 32, ROOM = 128 };

struct sim_pptp_piece {
    usec_t at;
    GBytes *bytes; /* NULL: the end of the stream */
};

static void
fill(void *ctx, void *out, size_t n)
{
    struct sim_pptp *s = ctx;

    for (size_t i = 0; i < n; i++)
        ((guint8 *)out)[i] = (guint8)g_rand_int_range(s->rand, 0, 256);
}

/* --- the wires ------------------------------------------------------------------------------- */

static gint
earlier(gconstpointer a, gconstpointer b, gpointer unused)
{
    const struct sim_pptp_piece *x = a, *y = b;

    (void)unused;
    return x->at <= y->at ? -1 : 1; /* what is as early goes behind */
}

static void
piece_free(void *p)
{
    struct sim_pptp_piece *piece = p;

    g_clear_pointer(&piece->bytes, g_bytes_unref);
    g_free(piece);
}

static void
put_piece(GQueue *queue, usec_t at, const void *bytes, size_t n)
{
    struct sim_pptp_piece *piece = g_new0(struct sim_pptp_piece, 1);

    piece->at = at;
    piece->bytes = bytes != NULL ? g_bytes_new(bytes, n) : NULL;
    g_queue_insert_sorted(queue, piece, earlier, NULL);
}

static void
write_stream(struct sim_pptp *s, struct sim_pptp_way *w, const guint8 *p, size_t n)
{
    while (n > 0 && !w->closed && !s->cut) {
        size_t part = n;
        if (s->params->piece > 0)
            part = (size_t)g_rand_int_range(s->rand, 1, (gint32)s->params->piece + 1);
        part = MIN(part, n);
        w->last = MAX(w->last, s->now + s->params->delay);
        put_piece(&w->stream, w->last, p, part);
        p += part;
        n -= part;
    }
}

static void
close_stream(struct sim_pptp *s, struct sim_pptp_way *w)
{
    if (w->closed || s->cut)
        return;
    w->closed = true;
    put_piece(&w->stream, MAX(w->last, s->now + s->params->delay), NULL, 0);
}

static bool
dice(struct sim_pptp *s, guint permille)
{
    return permille > 0 && (guint)g_rand_int_range(s->rand, 0, 1000) < permille;
}

static void
write_gram(struct sim_pptp *s, struct sim_pptp_way *w, const guint8 *p, size_t n)
{
    const struct sim_pptp_params *a = s->params;

    if (a->blocked || (a->deaf && w == &s->up) || w->grams_put++ < a->lose_first ||
        dice(s, a->lose))
        return;
    for (int copies = dice(s, a->twice) ? 2 : 1; copies > 0; copies--) {
        const usec_t jitter =
            a->jitter > 0 ? (usec_t)g_rand_int_range(s->rand, 0, (gint32)a->jitter) : 0;
        put_piece(&w->grams, s->now + a->delay + jitter, p, n);
    }
}

static usec_t
next_of(const GQueue *q)
{
    const struct sim_pptp_piece *p = g_queue_peek_head((GQueue *)q);

    return p != NULL ? p->at : NEVER;
}

/* --- packets --------------------------------------------------------------------------------- */

static guint8
pattern(guint32 number, size_t i)
{
    return (guint8)(number * 7 + i / 5); /* compresses a little */
}

static size_t
make_packet(struct sim_pptp *s, struct sim_pptp_way *w, guint8 *p, size_t mtu)
{
    const size_t n = (size_t)g_rand_int_range(s->rand, SMALLEST, (gint32)mtu + 1);
    struct wr wr = wr_over(p + MARK_AT, 8);

    for (size_t i = 0; i < n; i++)
        p[i] = pattern(w->next, i);
    memset(p, 0, MARK_AT);
    p[0] = 0x45;
    p[2] = (guint8)(n >> 8);
    p[3] = (guint8)n;
    wr_be32(&wr, 0x53494d21);
    wr_be32(&wr, w->next++);
    return n;
}

/* Not altered, not twice, not behind one that was sent after it. */
static void
check_packet(struct sim_pptp *s, struct sim_pptp_way *w, const struct session_packet *packet)
{
    struct rd r = rd_over(packet->p, packet->len);

    if (w == &s->down && dhcp_ack_is(r)) /* a second answer, to a question that was repeated */
        return;
    rd_take(&r, MARK_AT);
    if (rd_be32(&r) != 0x53494d21) { /* the script's, in the clear */
        g_assert_true(w == &s->down && !s->secret);
        return;
    }
    const guint32 number = rd_be32(&r);
    g_assert_true(rd_ok(&r));
    g_assert_cmpuint(number, >=, w->seen);
    g_assert_cmpuint(number, <, w->next);
    g_assert_cmpuint((gsize)packet->p[2] << 8 | packet->p[3], ==, packet->len);
    for (size_t i = MARK_AT + 8; i < packet->len; i++)
        g_assert_cmpuint(packet->p[i], ==, pattern(number, i));
    w->seen = number + 1;
    w->delivered++;
}

static void
check_all(struct sim_pptp *s, struct sim_pptp_way *w, const struct session_packets *packets)
{
    for (size_t i = 0; i < packets->n; i++)
        check_packet(s, w, &packets->v[i]);
}

/* --- what the client says -------------------------------------------------------------------- */

static void
note_secret(struct sim_pptp *s)
{
    s->secret |= ppp_crypt_encrypts(s->client->ppp.crypt.tx_bits) ||
                 ppp_crypt_encrypts(s->client->ppp.crypt.rx_bits);
}

static void
check_gram(struct sim_pptp *s, struct rd gram)
{
    const guint16 flags = rd_be16(&gram);

    g_assert_cmphex(rd_be16(&gram), ==, 0x880b);
    g_assert_cmphex(flags & ~0x1080u, ==, 0x2001);
    const guint16 length = rd_be16(&gram);
    g_assert_cmpuint(rd_be16(&gram), ==, ras_core_gre_call(s->server));
    if (flags & 0x1000)
        rd_be32(&gram);
    if (flags & 0x80)
        rd_be32(&gram);
    g_assert_true(rd_ok(&gram));
    g_assert_cmpuint(gram.left, ==, length);
    if (length == 0) {
        g_assert_cmphex(flags, ==, 0x2081);
        return;
    }
    g_assert_cmphex(rd_be16(&gram), ==, 0xff03);
    const guint16 protocol = rd_be16(&gram);
    note_secret(s);
    if (protocol == 0x21 || protocol == 0x57) {
        g_assert_false(s->secret); /* never in the clear */
        s->informs++;
    }
    if (protocol == 0xfd && s->secret) /* and this is encrypted, not only compressed */
        g_assert_cmphex(rd_be16(&gram) & 0x1000, ==, 0x1000);
}

static void
check_stream(struct sim_pptp *s)
{
    struct rd r = rd_over(s->sent->data, s->sent->len);
    struct pptp_msg m;

    while (r.left > 0) {
        g_assert_cmpint(pptp_msg_cut(&r, &m), ==, PPTP_CUT_MESSAGE); /* whole ones only */
        s->said[m.type]++;
    }
    g_byte_array_set_size(s->sent, 0);
}

/* --- the two ends ---------------------------------------------------------------------------- */

static void
answer_question(struct sim_pptp *s)
{
    const char *answer =
        s->answered < G_N_ELEMENTS(s->params->answers) ? s->params->answers[s->answered++] : NULL;

    s->questions++;
    if (answer != NULL)
        g_assert_true(secret_set_text(&s->credentials.password, answer));
    session_credentials(s->client, s->now, answer != NULL ? &s->credentials : NULL);
}

static void
client_event(struct sim_pptp *s, const struct session_event *e)
{
    g_assert_false(s->ended);
    switch (e->type) {
    case SESSION_STAGE:
        s->stages |= 1u << e->stage;
        break;
    case SESSION_WANTS_CREDENTIALS:
        answer_question(s);
        break;
    case SESSION_CONFIG:
        g_assert_true(net_config_valid(e->config));
        s->moves += s->configs > 0 && e->config->local4 != s->settings.local4;
        s->settings = *e->config;
        if (s->configs++ == 0)
            s->next_traffic = s->now;
        session_registered(s->client, s->now);
        break;
    case SESSION_UP:
        g_assert_cmpuint(s->configs, >, 0);
        g_assert_false(s->came_up);
        s->came_up = true;
        s->up_after = s->now - s->begin;
        g_strlcpy(s->auth_name, e->auth_name, sizeof s->auth_name);
        break;
    case SESSION_INFORMED:
        g_assert_true(s->came_up);
        break;
    case SESSION_ESP:
        g_assert_not_reached();
    case SESSION_EARLY_REFUSED:
        g_assert_cmpuint(session_auth_wanted(s->client), !=, 0);
        g_assert_false(s->came_up);
        break;
    case SESSION_ENDED:
        s->ended = true;
        s->ended_after = s->now - s->begin;
        s->end = e->end;
        g_assert_true(ras_known(e->end.error));
        g_assert_cmpint(e->end.error, !=, RAS_OK);
        g_assert_true(g_utf8_validate(e->end.detail, -1, NULL));
        g_assert_cmpstr(e->end.detail, !=, "");
        break;
    }
}

static void
pump_client(struct sim_pptp *s)
{
    struct session_output out;
    struct session_event event;

    note_secret(s);
    do {
        while (session_poll_output(s->client, &out)) {
            g_assert_cmpuint(out.bytes.left, >, 0);
            if (out.channel == CHANNEL_DATA) {
                check_gram(s, out.bytes);
                write_gram(s, &s->up, out.bytes.p, out.bytes.left);
                continue;
            }
            g_assert_cmpint(out.channel, ==, CHANNEL_STREAM);
            g_byte_array_append(s->sent, out.bytes.p, (guint)out.bytes.left);
            write_stream(s, &s->up, out.bytes.p, out.bytes.left);
        }
        check_stream(s);
        if (!session_poll_event(s->client, &event))
            break;
        client_event(s, &event);
    } while (true);
    if (s->ended)
        close_stream(s, &s->up);
}

static void
pump_server(struct sim_pptp *s)
{
    struct rd out;
    struct session_output gram;
    struct ras_core_event event;

    while (ras_core_poll_output(s->server, &out))
        write_stream(s, &s->down, out.p, out.left);
    while (ras_core_poll_datagram(s->server, &gram))
        write_gram(s, &s->down, gram.bytes.p, gram.bytes.left);
    while (ras_core_poll_event(s->server, &event))
        continue;
    if (ras_core_wants_close(s->server))
        close_stream(s, &s->down);
}

static void
feed_client(struct sim_pptp *s, const guint8 *p, size_t n, bool gram)
{
    static struct session_packets packets;
    g_autofree guint8 *exact = NULL;

    if (!gram)
        g_byte_array_append(s->down.in, p, (guint)n);
    exact = gram ? g_memdup2(p, n) : g_memdup2(s->down.in->data, s->down.in->len);
    const size_t used =
        gram ? session_receive_batch(s->client, s->now, CHANNEL_DATA,
                                     &(struct session_packet){exact, n}, 1, &packets)
             : session_receive(s->client, s->now, CHANNEL_STREAM, exact, s->down.in->len, &packets);
    g_assert_true(!gram || used == 1);
    check_all(s, &s->down, &packets);
    if (!gram) {
        g_assert_cmpuint(used, <=, s->down.in->len);
        g_byte_array_remove_range(s->down.in, 0, (guint)used);
    }
    pump_client(s);
}

static void
feed_server(struct sim_pptp *s, const guint8 *p, size_t n, bool gram)
{
    static struct session_packets packets;
    g_autofree guint8 *exact = NULL;

    if (!gram)
        g_byte_array_append(s->up.in, p, (guint)n);
    exact = gram ? g_memdup2(p, n) : g_memdup2(s->up.in->data, s->up.in->len);
    if (gram) {
        ras_core_datagram(s->server, s->now, CHANNEL_DATA, exact, n, &packets);
    } else {
        const size_t used = ras_core_receive(s->server, s->now, exact, s->up.in->len, &packets);
        g_byte_array_remove_range(s->up.in, 0, (guint)used);
    }
    check_all(s, &s->up, &packets);
    pump_server(s);
}

static void
deliver_end(struct sim_pptp *s, struct sim_pptp_way *w)
{
    struct ras_end why = {0};

    if (w == &s->down) {
        ras_end_set(&why, RAS_VPN_DISCONNECT, "the stream ended");
        session_link_lost(s->client, s->now, &why);
        pump_client(s);
    } else {
        ras_core_lost(s->server, s->now);
        pump_server(s);
    }
}

static void
deliver(struct sim_pptp *s, struct sim_pptp_way *w, GQueue *q)
{
    while (next_of(q) <= s->now) {
        struct sim_pptp_piece *piece = g_queue_pop_head(q);

        if (piece->bytes == NULL) {
            deliver_end(s, w);
        } else {
            gsize n;
            const guint8 *p = g_bytes_get_data(piece->bytes, &n);
            (w == &s->down ? feed_client : feed_server)(s, p, n, q == &w->grams);
        }
        piece_free(piece);
    }
}

static void
send_traffic(struct sim_pptp *s)
{
    guint8 room[ROOM + 1600];
    const size_t up_head = session_framing(s->client).head;
    const size_t down_head = ras_core_framing(s->server).head;
    const bool one_way = s->params->download;

    for (gint32 n = one_way ? 0 : g_rand_int_range(s->rand, 0, 5); n > 0; n--) {
        guint8 *p = room + up_head;
        size_t len = make_packet(s, &s->up, p, s->settings.mtu);
        if (!session_seal(s->client, &p, &len))
            continue;
        g_assert_true(p >= room);
        check_gram(s, rd_over(p, len));
        write_gram(s, &s->up, p, len);
    }
    for (gint32 n = one_way ? 1 : g_rand_int_range(s->rand, 0, 5); n > 0; n--) {
        guint8 *p = room + down_head;
        size_t len = make_packet(s, &s->down, p, ras_core_framing(s->server).mtu);
        if (ras_core_seal(s->server, &p, &len))
            write_gram(s, &s->down, p, len);
    }
}

/* --- the run --------------------------------------------------------------------------------- */

static void
set_up_server(struct sim_pptp *s)
{
    const char *why;

    ras_config_init(&s->config);
    s->config.n_auth = 1;
    s->config.auth[0] = PPP_AUTH_MSCHAPV2;
    g_assert_true(ras_users_add_line(&s->users, "anna \"Gr\xc3\xbcn 7\"", &why));
    g_assert_true(ras_users_add_line(&s->users, "retry secret retry", &why));
    g_assert_true(ras_users_add_line(&s->users, "off secret disabled", &why));
    g_assert_true(ras_pool_add(&s->pool, "10.9.0.10-10.9.0.20"));
    s->config.users = &s->users;
    s->config.pool = &s->pool;
    s->config.dns[0] = 0x0a090035;
    s->config.dns[1] = 0x0a090036;
    s->config.nbns[0] = 0x0a090037;
    s->config.nbns[1] = 0x0a090038;
    g_strlcpy(s->config.domain, "corp.example", sizeof s->config.domain);
    for (const char *const *line = s->params->script; line != NULL && *line != NULL; line++) {
        if (!ras_script_add_line(&s->config.script, *line, &why))
            g_error("%s: %s", *line, why);
    }
}

static void
set_up(struct sim_pptp *s)
{
    const struct sim_pptp_params *p = s->params;

    dial_plan_init(&s->plan);
    s->plan.ipv4 = s->plan.ipv6 = s->plan.dhcp_inform = true;
    s->plan.encryption = p->encryption;
    s->plan.auth = p->auth != 0 ? p->auth : PLAN_AUTH_EAP_MSCHAPV2 | PLAN_AUTH_MSCHAPV2;
    g_strlcpy(s->credentials.user, p->user != NULL ? p->user : "anna", sizeof s->credentials.user);
    g_assert_true(
        secret_set_text(&s->credentials.password, p->password ? p->password : "Gr\xc3\xbcn 7"));
    set_up_server(s);
    if (p->tweak != NULL)
        p->tweak(&s->config, &s->plan);
    s->secret = s->plan.encryption == PLAN_ENCRYPTION_REQUIRED ||
                s->plan.encryption == PLAN_ENCRYPTION_MAXIMUM;
}

void
sim_pptp_start(struct sim_pptp *s, const struct sim_pptp_params *params)
{
    struct session_link_info info = {
        .host = "vpn.example.com", .port = 1723, .server4 = 0xc6336401, .eap = params->eap};

    memset(s, 0, sizeof *s);
    s->params = params;
    s->rand = g_rand_new_with_seed(params->seed);
    s->rng = (struct rng){.fill = fill, .ctx = s};
    s->begin = s->now = 1000 * USEC_PER_SEC + params->seed;
    s->up.in = g_byte_array_new();
    s->down.in = g_byte_array_new();
    s->sent = g_byte_array_new();
    set_up(s);
    s->client = session_new(&s->plan, PLAN_PPTP, &s->credentials, &s->rng, s->now);
    s->server = ras_core_new(&s->config, PLAN_PPTP, &s->rng, 1 + params->seed % 65535, s->now);
    session_link_up(s->client, s->now, &info);
    pump_client(s);
}

static usec_t
hang_up_at(const struct sim_pptp *s)
{
    if (s->hung_up)
        return NEVER;
    if (s->params->hang_up != 0)
        return s->begin + s->params->hang_up;
    return s->came_up ? s->begin + s->up_after + USEC_PER_SEC : NEVER;
}

static usec_t
cut_at(const struct sim_pptp *s)
{
    return s->cut || s->params->cut == 0 ? NEVER : s->begin + s->params->cut;
}

static usec_t
traffic_at(const struct sim_pptp *s)
{
    return s->params->traffic && s->configs > 0 ? s->next_traffic : NEVER;
}

static void
world_acts(struct sim_pptp *s)
{
    if (s->now >= hang_up_at(s)) {
        s->hung_up = true;
        session_close(s->client, s->now);
        pump_client(s);
    }
    if (s->now >= cut_at(s)) {
        struct ras_end why = {0};
        s->cut = true;
        ras_end_set(&why, RAS_VPN_DISCONNECT, "reset");
        session_link_lost(s->client, s->now, &why);
        ras_core_lost(s->server, s->now);
        pump_client(s);
    }
    if (s->now >= traffic_at(s)) {
        s->next_traffic =
            s->now +
            (s->params->download ? USEC_PER_MSEC : (usec_t)g_rand_int_range(s->rand, 1000, 50000));
        send_traffic(s);
    }
}

static void
expire_both(struct sim_pptp *s)
{
    if (session_deadline(s->client) <= s->now) {
        session_expire(s->client, s->now);
        pump_client(s);
        feed_client(s, (const guint8 *)"", 0, true);
        g_assert_cmpuint(session_deadline(s->client), >, s->now);
    }
    if (ras_core_deadline(s->server) <= s->now) {
        ras_core_expire(s->server, s->now);
        pump_server(s);
        feed_server(s, (const guint8 *)"", 0, true);
        g_assert_cmpuint(ras_core_deadline(s->server), >, s->now);
    }
}

bool
sim_pptp_step(struct sim_pptp *s)
{
    usec_t next = usec_min(session_deadline(s->client), ras_core_deadline(s->server));

    if (s->ended)
        return false;
    next = usec_min(next, usec_min(next_of(&s->up.stream), next_of(&s->up.grams)));
    next = usec_min(next, usec_min(next_of(&s->down.stream), next_of(&s->down.grams)));
    next = usec_min(next, usec_min(hang_up_at(s), usec_min(cut_at(s), traffic_at(s))));
    g_assert_cmpuint(next, !=, NEVER); /* somebody always means to go on, until the end */
    g_assert_cmpuint(next, >=, s->now);
    s->steps_here = next == s->now ? s->steps_here + 1 : 0;
    g_assert_cmpuint(s->steps_here, <, 100000);
    s->now = next;
    g_assert_cmpuint(s->now, <, s->begin + LIMIT);
    world_acts(s);
    deliver(s, &s->up, &s->up.stream);
    deliver(s, &s->up, &s->up.grams);
    deliver(s, &s->down, &s->down.grams); /* GRE may overtake the stream */
    deliver(s, &s->down, &s->down.stream);
    expire_both(s);
    return !s->ended;
}

/* After the end every call is a no-op. */
static void
check_over(struct sim_pptp *s)
{
    static struct session_packets packets;
    struct session_output out;
    struct session_event event;
    guint8 gram[64] = {0x30, 0x01, 0x88, 0x0b};

    session_expire(s->client, s->now + LIMIT);
    session_close(s->client, s->now);
    session_receive(s->client, s->now, CHANNEL_DATA, gram, sizeof gram, &packets);
    g_assert_cmpuint(packets.n, ==, 0);
    g_assert_false(session_poll_output(s->client, &out));
    g_assert_false(session_poll_event(s->client, &event));
    g_assert_cmpuint(session_deadline(s->client), ==, NEVER);
}

void
sim_pptp_run(struct sim_pptp *s, const struct sim_pptp_params *params)
{
    sim_pptp_start(s, params);
    while (sim_pptp_step(s))
        continue;
    check_over(s);
}

static void
way_clear(struct sim_pptp_way *w)
{
    g_queue_clear_full(&w->stream, piece_free);
    g_queue_clear_full(&w->grams, piece_free);
    g_byte_array_unref(w->in);
}

void
sim_pptp_clear(struct sim_pptp *s)
{
    session_free(s->client);
    ras_core_free(s->server);
    dial_plan_clear(&s->plan);
    credentials_wipe(&s->credentials);
    way_clear(&s->up);
    way_clear(&s->down);
    g_byte_array_unref(s->sent);
    g_rand_free(s->rand);
}
