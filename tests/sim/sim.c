/* sim.c - see sim.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim.h"

#include <string.h>

#include "sstp-msg.h"

#define WINDOW (64 * 1024)
#define LIMIT  (20 * 60 * USEC_PER_SEC) /* longer than any timer of either side, many times */

struct sim_piece {
    usec_t at;
    GBytes *bytes; /* NULL: the end of the stream */
};

static void
fill(void *ctx, void *out, size_t n)
{
    struct sim *s = ctx;

    for (size_t i = 0; i < n; i++)
        ((guint8 *)out)[i] = (guint8)g_rand_int_range(s->rand, 0, 256);
}

/* --- the wire -------------------------------------------------------------------------------- */

static void
wire_put(struct sim *s, struct sim_wire *w, const void *bytes, size_t n)
{
    const usec_t jitter =
        s->params->jitter > 0 ? (usec_t)g_rand_int_range(s->rand, 0, (gint32)s->params->jitter) : 0;
    struct sim_piece *piece = g_new0(struct sim_piece, 1);

    piece->at = MAX(w->last, s->now + s->params->delay + jitter);
    piece->bytes = bytes != NULL ? g_bytes_new(bytes, n) : NULL;
    w->last = piece->at;
    if (w->closed || s->cut) {
        g_clear_pointer(&piece->bytes, g_bytes_unref);
        g_free(piece);
        return;
    }
    w->closed = bytes == NULL;
    w->octets += n;
    g_queue_push_tail(&w->pieces, piece);
}

/* As a socket gives it out: in reads of any size. */
static void
wire_write(struct sim *s, struct sim_wire *w, const guint8 *p, size_t n)
{
    while (n > 0) {
        size_t piece = s->params->piece;
        if (piece > 0)
            piece = (size_t)g_rand_int_range(s->rand, 1, (gint32)piece + 1);
        if (piece == 0 || piece > n)
            piece = n;
        wire_put(s, w, p, piece);
        p += piece;
        n -= piece;
    }
}

static usec_t
wire_next(const struct sim_wire *w)
{
    const struct sim_piece *p = g_queue_peek_head((GQueue *)&w->pieces);

    return p != NULL ? p->at : NEVER;
}

static void
piece_free(void *p)
{
    struct sim_piece *piece = p;

    g_clear_pointer(&piece->bytes, g_bytes_unref);
    g_free(piece);
}

/* --- invariants ------------------------------------------------------------------------------ */

/* What the client says is well formed, and nothing but control before CALL_CONNECTED. */
static void
check_sent(struct sim *s)
{
    struct sstp_packet p = {0};

    if (s->sent->len == 0)
        return;
    if (!s->http_checked) {
        const char *end = g_strstr_len((const char *)s->sent->data, s->sent->len, "\r\n\r\n");
        if (end == NULL)
            return;
        s->checked = (size_t)(end - (const char *)s->sent->data) + 4;
        s->http_checked = true;
    }
    while (s->checked < s->sent->len) {
        struct sstp_message m;
        guint8 about;

        g_assert_cmpint(sstp_cut(s->sent->data + s->checked, s->sent->len - s->checked, &p), ==,
                        SSTP_CUT_PACKET); /* whole packets only */
        s->checked += p.len;
        if (p.control) {
            g_assert_cmpint(sstp_message_parse(p.body, &m, &about), ==, SSTP_STATUS_NO_ERROR);
            s->said_connected |= m.type == SSTP_MSG_CALL_CONNECTED;
            continue;
        }
        g_assert_cmpuint(p.body.left, >, 4);
        g_assert_cmpmem(p.body.p, 2, "\xff\x03", 2);
        if (p.body.p[2] < 0x80) /* a packet of a network protocol, or of its control */
            g_assert_true(s->said_connected);
    }
    g_byte_array_set_size(s->sent, 0); /* whole packets are gone: start again */
    s->checked = 0;
}

/* Time never stands still for want of somebody who acts on a deadline. */
static void
check_progress(struct sim *s, usec_t next)
{
    s->steps_here = next == s->now ? s->steps_here + 1 : 0;
    g_assert_cmpuint(s->steps_here, <, 100000);
    g_assert_cmpuint(next, >=, s->now);
}

/* --- the two ends ---------------------------------------------------------------------------- */

static void
answer_question(struct sim *s)
{
    const char *answer =
        s->answered < G_N_ELEMENTS(s->params->answers) ? s->params->answers[s->answered++] : NULL;
    struct credentials c = s->credentials;

    s->questions++;
    if (s->params->mute)
        return;
    if (answer == NULL) {
        session_credentials(s->client, s->now, NULL);
        return;
    }
    if (answer[0] == '+') { /* a new password, against an old one that has expired */
        c.has_new_password = true;
        g_assert_true(secret_set_text(&c.new_password, answer + 1));
    } else {
        g_assert_true(secret_set_text(&c.password, answer));
        secret_set_text(&s->credentials.password, answer);
    }
    session_credentials(s->client, s->now, &c);
}

static void
client_event(struct sim *s, const struct session_event *e)
{
    const usec_t since = s->now - s->begin;

    g_assert_false(s->ended); /* nothing comes after the end */
    switch (e->type) {
    case SESSION_STAGE:
        s->stages |= 1u << e->stage;
        break;
    case SESSION_WANTS_CREDENTIALS:
        answer_question(s);
        break;
    case SESSION_CONFIG:
        g_assert_true(net_config_valid(e->config));
        g_assert_true(s->said_connected);
        s->settings = *e->config;
        if (s->configs++ == 0) {
            s->config_after = since;
            s->next_traffic = s->now;
        }
        s->register_at = s->now + s->params->registering;
        break;
    case SESSION_UP:
        g_assert_cmpuint(s->configs, >, 0);
        g_assert_false(s->came_up);
        s->came_up = true;
        s->up_after = since;
        s->dhcp = session_dhcp(s->client);
        g_strlcpy(s->auth_name, e->auth_name, sizeof s->auth_name);
        break;
    case SESSION_INFORMED:
        g_assert_true(s->came_up);
        g_assert_cmpstr(e->auth_name, ==, s->auth_name);
        session_registration(s->client, &s->registration);
        s->dhcp = session_dhcp(s->client);
        s->informed++;
        break;
    case SESSION_ESP:
        g_assert_not_reached();
    case SESSION_EARLY_REFUSED:
        g_assert_true(s->params->early || session_auth_wanted(s->client) != 0);
        g_assert_cmpuint(s->configs, ==, 0);
        s->early_refused = true;
        break;
    case SESSION_ENDED:
        s->ended = true;
        s->ended_after = since;
        s->end = e->end;
        g_assert_true(ras_known(e->end.error));
        g_assert_true(g_utf8_validate(e->end.detail, -1, NULL));
        g_assert_cmpstr(e->end.detail, !=, "");
        break;
    }
}

static void
pump_client(struct sim *s)
{
    struct session_output out;
    struct session_event event;

    do {
        while (session_poll_output(s->client, &out)) {
            g_assert_cmpint(out.channel, ==, CHANNEL_STREAM);
            g_assert_cmpuint(out.bytes.left, >, 0);
            g_byte_array_append(s->sent, out.bytes.p, (guint)out.bytes.left);
            wire_write(s, &s->up, out.bytes.p, out.bytes.left);
        }
        check_sent(s);
        if (!session_poll_event(s->client, &event))
            break;
        client_event(s, &event);
    } while (true);
    if (s->ended && !s->up.closed)
        wire_put(s, &s->up, NULL, 0);
    g_assert_cmpuint(session_deadline(s->client), >, s->ended ? s->now : 0);
}

static void
pump_server(struct sim *s)
{
    struct rd out;
    struct ras_core_event event;

    while (s->down.octets < WINDOW && ras_core_poll_output(s->server, &out))
        wire_write(s, &s->down, out.p, out.left);
    while (ras_core_poll_event(s->server, &event)) {
        s->server_events |= G_GUINT64_CONSTANT(1) << event.type;
        if (event.type == RAS_EVENT_NAME)
            g_string_append_printf(s->names, "%s\n", event.text);
        s->bound |= event.type == RAS_EVENT_BOUND;
    }
    if (ras_core_wants_close(s->server) && !s->down.closed)
        wire_put(s, &s->down, NULL, 0);
}

/* Give @array's octets to an end as often as it takes some. */
static void
feed_client(struct sim *s)
{
    struct session_packets packets;

    for (;;) {
        g_autofree guint8 *exact = g_memdup2(s->client_in->data, s->client_in->len);
        const size_t used =
            session_receive(s->client, s->now, CHANNEL_STREAM, exact, s->client_in->len, &packets);
        g_assert_cmpuint(used, <=, s->client_in->len);
        for (size_t i = 0; i < packets.n; i++) {
            g_assert_cmpuint(packets.v[i].len, >=, 20);
            g_assert_true(packets.v[i].p >= exact &&
                          packets.v[i].p + packets.v[i].len <= exact + s->client_in->len);
        }
        g_assert_true(packets.n == 0 || s->said_connected);
        s->client_packets += packets.n;
        if (used > 0)
            g_byte_array_remove_range(s->client_in, 0, (guint)used);
        pump_client(s);
        if (used == 0 || s->client_in->len == 0 || s->ended)
            return;
    }
}

static void
echo_back(struct sim *s, const struct session_packet *packet)
{
    guint8 room[64 + 2048];
    guint8 *p = room + 64;
    size_t len = packet->len;

    g_assert_cmpuint(len, <=, 2048);
    memcpy(p, packet->p, len);
    if (ras_core_seal(s->server, &p, &len))
        wire_write(s, &s->down, p, len);
}

static void
feed_server(struct sim *s)
{
    struct session_packets packets;

    for (;;) {
        g_autofree guint8 *exact = g_memdup2(s->server_in->data, s->server_in->len);
        const size_t used = ras_core_receive(s->server, s->now, exact, s->server_in->len, &packets);
        for (size_t i = 0; i < packets.n; i++)
            echo_back(s, &packets.v[i]);
        s->server_packets += packets.n;
        if (used > 0)
            g_byte_array_remove_range(s->server_in, 0, (guint)used);
        pump_server(s);
        if (used == 0 || s->server_in->len == 0)
            return;
    }
}

static void
deliver(struct sim *s, struct sim_wire *w)
{
    while (wire_next(w) <= s->now) {
        struct sim_piece *piece = g_queue_pop_head(&w->pieces);
        struct ras_end why = {0};

        if (piece->bytes == NULL && w == &s->down) {
            ras_end_set(&why, RAS_VPN_DISCONNECT, "the stream ended");
            session_link_lost(s->client, s->now, &why);
            pump_client(s);
        } else if (piece->bytes == NULL) {
            ras_core_lost(s->server, s->now);
            s->server_over = true;
            pump_server(s);
        } else {
            gsize n;
            const void *p = g_bytes_get_data(piece->bytes, &n);
            w->octets -= n;
            g_byte_array_append(w == &s->down ? s->client_in : s->server_in, p, (guint)n);
            if (w == &s->down)
                feed_client(s);
            else
                feed_server(s);
        }
        piece_free(piece);
    }
}

/* A few packets lie back to back, as the pump seals them; together they are one piece. */
static void
send_traffic(struct sim *s)
{
    const struct session_framing f = session_framing(s->client);
    const size_t n = (size_t)g_rand_int_range(s->rand, 1, 4);
    guint8 room[4 * 1600];
    guint8 *begin = NULL, *at = room + f.head;

    for (size_t i = 0; i < n; i++) {
        size_t len = (size_t)g_rand_int_range(s->rand, 20, 1500);
        guint8 *p = at;

        memset(p, 0, len);
        p[0] = 0x45;
        p[2] = (guint8)(len >> 8);
        p[3] = (guint8)len;
        at += len + f.head;
        if (!session_seal(s->client, &p, &len)) {
            at = begin == NULL ? room + f.head : at;
            break;
        }
        begin = begin == NULL ? p : begin;
        g_assert_true(f.stream);
        s->sealed++;
        g_byte_array_append(s->sent, p, (guint)len);
        wire_write(s, &s->up, p, len);
    }
    check_sent(s);
}

/* --- the run --------------------------------------------------------------------------------- */

static void
set_up(struct sim *s)
{
    const struct sim_params *p = s->params;
    const char *why;

    dial_plan_init(&s->plan);
    s->plan.ipv4 = s->plan.ipv6 = s->plan.dhcp_inform = true;
    s->plan.auth =
        p->auth != 0 ? p->auth : PLAN_AUTH_EAP_MSCHAPV2 | PLAN_AUTH_MSCHAPV2 | PLAN_AUTH_CHAP_MD5;
    g_strlcpy(s->credentials.user, p->user != NULL ? p->user : "anna", sizeof s->credentials.user);
    g_strlcpy(s->credentials.domain, p->domain != NULL ? p->domain : "",
              sizeof s->credentials.domain);
    g_assert_true(
        secret_set_text(&s->credentials.password, p->password ? p->password : "Gr\xc3\xbcn 7"));

    ras_config_init(&s->config);
    g_assert_true(ras_users_add_line(&s->users, "anna \"Gr\xc3\xbcn 7\"", &why));
    g_assert_true(ras_users_add_line(&s->users, "retry secret retry", &why));
    g_assert_true(ras_users_add_line(&s->users, "off secret disabled", &why));
    g_assert_true(ras_users_add_line(&s->users, "late secret hours", &why));
    g_assert_true(ras_users_add_line(&s->users, "home secret nodialin", &why));
    g_assert_true(ras_users_add_line(&s->users, "old secret expired minlength=8", &why));
    g_assert_true(ras_pool_add(&s->pool, "10.9.0.10-10.9.0.20"));
    s->config.users = &s->users;
    s->config.pool = &s->pool;
    s->config.dns[0] = 0x0a090035;
    s->config.dns[1] = 0x0a090036;
    s->config.nbns[0] = 0x0a090037;
    s->config.nbns[1] = 0x0a090038;
    g_strlcpy(s->config.domain, "corp.example", sizeof s->config.domain);
    s->config.routes[0].to = (struct net_route){.family = 4, .prefix = 16, .address = {172, 16}};
    s->config.n_routes = 1;
    memset(s->config.cert_sha256, 0x5a, sizeof s->config.cert_sha256);
    memset(s->config.cert_sha1, 0xa5, sizeof s->config.cert_sha1);
    for (const char *const *line = p->script; line != NULL && *line != NULL; line++) {
        if (!ras_script_add_line(&s->config.script, *line, &why))
            g_error("%s: %s", *line, why);
    }
    if (p->tweak != NULL)
        p->tweak(&s->config, &s->plan);
}

static void
link_up(struct sim *s)
{
    struct session_link_info info = {.host = "vpn.example.com",
                                     .port = 443,
                                     .server4 = 0xc6336401,
                                     .eap = s->params->eap,
                                     .computer = "pc-17",
                                     .workgroup = "CORP",
                                     .send_early = s->params->early};

    memcpy(info.leaf_sha256, s->config.cert_sha256, sizeof info.leaf_sha256);
    memcpy(info.leaf_sha1, s->config.cert_sha1, sizeof info.leaf_sha1);
    rng_fill(&s->rng, info.guid, sizeof info.guid);
    session_link_up(s->client, s->now, &info);
    pump_client(s);
}

/* What the world does on its own: the helper, the person, the cable. */
static usec_t
world_next(const struct sim *s)
{
    usec_t next = s->register_at;

    if (!s->hung_up && s->params->hang_up != 0)
        next = usec_min(next, s->begin + s->params->hang_up);
    else if (!s->hung_up && s->came_up)
        next = usec_min(next, s->begin + s->up_after + USEC_PER_SEC);
    if (!s->cut && s->params->cut != 0)
        next = usec_min(next, s->begin + s->params->cut);
    if (s->params->traffic && s->configs > 0)
        next = usec_min(next, s->next_traffic);
    return next;
}

static void
world_acts(struct sim *s)
{
    if (s->now >= s->register_at) {
        s->register_at = NEVER;
        session_registered(s->client, s->now);
    }
    const usec_t patience = s->params->hang_up != 0 ? s->params->hang_up
                            : s->came_up            ? s->up_after + USEC_PER_SEC
                                                    : NEVER - s->begin;
    if (!s->hung_up && s->now >= s->begin + patience) {
        s->hung_up = true;
        session_close(s->client, s->now);
    }
    if (!s->cut && s->params->cut != 0 && s->now >= s->begin + s->params->cut) {
        struct ras_end why = {0};
        s->cut = true;
        ras_end_set(&why, RAS_VPN_DISCONNECT, "reset");
        session_link_lost(s->client, s->now, &why);
        ras_core_lost(s->server, s->now);
    }
    if (s->params->traffic && s->configs > 0 && s->now >= s->next_traffic) {
        s->next_traffic = s->now + (usec_t)g_rand_int_range(s->rand, 1000, 50000);
        send_traffic(s);
    }
    pump_client(s);
}

void
sim_start(struct sim *s, const struct sim_params *params)
{
    memset(s, 0, sizeof *s);
    s->params = params;
    s->rand = g_rand_new_with_seed(params->seed);
    s->rng = (struct rng){.fill = fill, .ctx = s};
    s->begin = s->now = 1000 * USEC_PER_SEC + params->seed;
    s->register_at = NEVER;
    s->client_in = g_byte_array_new();
    s->server_in = g_byte_array_new();
    s->names = g_string_new(NULL);
    s->sent = g_byte_array_new();
    set_up(s);
    s->client = session_new(&s->plan, PLAN_SSTP, &s->credentials, &s->rng, s->now);
    s->server = ras_core_new(&s->config, PLAN_SSTP, &s->rng, 1, s->now);
    link_up(s);
}

bool
sim_step(struct sim *s)
{
    usec_t next = usec_min(session_deadline(s->client), ras_core_deadline(s->server));

    if (s->ended)
        return false;
    next = usec_min(next, usec_min(wire_next(&s->up), wire_next(&s->down)));
    next = usec_min(next, world_next(s));
    g_assert_cmpuint(next, !=, NEVER); /* somebody always means to go on, until the end */
    check_progress(s, next);
    s->now = MAX(s->now, next);
    g_assert_cmpuint(s->now, <, s->begin + LIMIT);
    world_acts(s);
    deliver(s, &s->up);
    deliver(s, &s->down);
    if (session_deadline(s->client) <= s->now) {
        session_expire(s->client, s->now);
        g_assert_cmpuint(session_deadline(s->client), >, s->now);
        pump_client(s);
    }
    if (ras_core_deadline(s->server) <= s->now)
        ras_core_expire(s->server, s->now);
    pump_server(s);
    return !s->ended;
}

void
sim_feed(struct sim *s, const void *bytes, size_t n)
{
    g_byte_array_append(s->client_in, bytes, (guint)n);
    feed_client(s);
}

/* After the end every call is a no-op. */
static void
check_over(struct sim *s)
{
    struct session_output out;
    struct session_event event;

    session_expire(s->client, s->now + LIMIT);
    session_close(s->client, s->now);
    session_registered(s->client, s->now);
    session_credentials(s->client, s->now, &s->credentials);
    g_assert_false(session_poll_output(s->client, &out));
    g_assert_false(session_poll_event(s->client, &event));
    g_assert_cmpuint(session_deadline(s->client), ==, NEVER);
}

void
sim_run(struct sim *s, const struct sim_params *params)
{
    sim_start(s, params);
    while (sim_step(s))
        continue;
    check_over(s);
}

void
sim_clear(struct sim *s)
{
    session_free(s->client);
    ras_core_free(s->server);
    dial_plan_clear(&s->plan);
    credentials_wipe(&s->credentials);
    g_queue_clear_full(&s->up.pieces, piece_free);
    g_queue_clear_full(&s->down.pieces, piece_free);
    g_byte_array_unref(s->client_in);
    g_byte_array_unref(s->server_in);
    g_byte_array_unref(s->sent);
    g_string_free(s->names, TRUE);
    g_rand_free(s->rand);
}
