/*
 * fuzz-sstp-stream.c - a session, and a server that is honest until the script lies in its name.
 *
 * The first octet chooses the call; then each octet says what happens next, and the ones behind it
 * feed it. What the session says must be well formed whatever it was told, its deadlines must move,
 * and its packets must lie in what it was given.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "ras-core.h"
#include "session.h"
#include "sstp-msg.h"

enum { STREAM = 64 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct call {
    struct session *client;
    struct ras_core *server;
    usec_t now;
    size_t n_down, n_up; /* on the way, not yet used */
    uint8_t down[STREAM], up[STREAM];
    bool http_over, connected, ended;
    uint32_t random;
};

static void
fill(void *ctx, void *out, size_t n)
{
    struct call *c = ctx;

    for (size_t i = 0; i < n; i++) {
        c->random = c->random * 1103515245 + 12345;
        ((uint8_t *)out)[i] = (uint8_t)(c->random >> 16);
    }
}

static void
check_said(struct call *c, struct rd said)
{
    struct sstp_packet p;
    struct sstp_message m;
    uint8_t about;

    if (!c->http_over) { /* the request is in one piece, and first */
        const uint8_t *end = memmem(said.p, said.left, "\r\n\r\n", 4);
        if (end == NULL)
            abort();
        rd_take(&said, (size_t)(end - said.p) + 4);
        c->http_over = true;
    }
    while (said.left > 0) {
        if (sstp_cut(said.p, said.left, &p) != SSTP_CUT_PACKET)
            abort();
        rd_take(&said, p.len);
        if (p.control && sstp_message_parse(p.body, &m, &about) != SSTP_STATUS_NO_ERROR)
            abort();
        if (p.control)
            c->connected |= m.type == SSTP_MSG_CALL_CONNECTED;
        else if (p.body.left < 5 || (p.body.p[2] < 0x80 && !c->connected))
            abort();
    }
}

static void
append(uint8_t *to, size_t *n, struct rd bytes)
{
    if (bytes.left > STREAM - *n)
        bytes.left = STREAM - *n;
    if (bytes.left > 0)
        memcpy(to + *n, bytes.p, bytes.left);
    *n += bytes.left;
}

static void
pump(struct call *c)
{
    struct session_output out;
    struct session_event e;
    struct ras_core_event ignored;
    struct rd piece;

    while (session_poll_output(c->client, &out)) {
        check_said(c, out.bytes);
        append(c->up, &c->n_up, out.bytes);
    }
    while (session_poll_event(c->client, &e)) {
        if (c->ended || (e.type == SESSION_CONFIG && !net_config_valid(e.config)))
            abort();
        if (e.type == SESSION_ENDED && e.end.error == RAS_OK)
            abort();
        c->ended = e.type == SESSION_ENDED;
    }
    while (c->n_down < STREAM / 2 && ras_core_poll_output(c->server, &piece))
        append(c->down, &c->n_down, piece);
    while (ras_core_poll_event(c->server, &ignored))
        continue;
}

/* Both ends read, in pieces of @step, what the other has said. */
static void
carry(struct call *c, size_t step)
{
    struct session_packets packets;
    size_t used, n = step < c->n_down ? step : c->n_down;
    uint8_t *exact = malloc(n > 0 ? n : 1);

    if (exact == NULL)
        return;
    memcpy(exact, c->down, n);
    used = session_receive(c->client, c->now, CHANNEL_STREAM, exact, n, &packets);
    if (used > n)
        abort();
    for (size_t i = 0; i < packets.n; i++) {
        const struct session_packet *p = &packets.v[i];
        if (p->p < exact || p->len < 20 || p->p + p->len > exact + n || !c->connected)
            abort();
    }
    free(exact);
    memmove(c->down, c->down + used, c->n_down - used);
    c->n_down -= used;
    pump(c);
    used = ras_core_receive(c->server, c->now, c->up, c->n_up, &packets);
    memmove(c->up, c->up + used, c->n_up - used);
    c->n_up -= used;
    pump(c);
}

static void
let_time_pass(struct call *c)
{
    const usec_t next = usec_min(session_deadline(c->client), ras_core_deadline(c->server));

    if (next == NEVER)
        return;
    if (next > c->now)
        c->now = next;
    if (session_deadline(c->client) <= c->now) {
        session_expire(c->client, c->now);
        if (session_deadline(c->client) <= c->now)
            abort();
    }
    if (ras_core_deadline(c->server) <= c->now)
        ras_core_expire(c->server, c->now);
    pump(c);
}

/* A lie: an SSTP packet of any kind, whole. */
static void
inject(struct call *c, bool control, struct rd body)
{
    const uint8_t head[] = {SSTP_VERSION, control, (uint8_t)((body.left + 4) >> 8),
                            (uint8_t)(body.left + 4)};

    append(c->down, &c->n_down, rd_over(head, sizeof head));
    append(c->down, &c->n_down, body);
}

static void
seal_one(struct call *c, uint8_t version, size_t len)
{
    uint8_t room[64 + 2048] = {0};
    const struct session_framing f = session_framing(c->client);
    uint8_t *p = room + f.head;

    *p = (uint8_t)(version << 4);
    if (!session_seal(c->client, &p, &len))
        return;
    check_said(c, rd_over(p, len));
    append(c->up, &c->n_up, rd_over(p, len));
}

static struct rd
some(struct rd *in)
{
    const size_t n = rd_u8(in);

    return rd_take(in, n < in->left ? n : in->left);
}

static void
act(struct call *c, struct rd *in)
{
    const struct ras_end why = {.error = RAS_VPN_DISCONNECT, .detail = "lost"};
    const uint8_t what = rd_u8(in);

    switch (what % 12) {
    case 0:
    case 1:
    case 2:
        carry(c, STREAM);
        break;
    case 3:
        carry(c, rd_u8(in) + 1u);
        break;
    case 4:
        let_time_pass(c);
        break;
    case 5:
        append(c->down, &c->n_down, some(in));
        break;
    case 6:
        inject(c, true, some(in));
        break;
    case 7:
        inject(c, false, some(in));
        break;
    case 8:
        session_registered(c->client, c->now);
        break;
    case 9:
        seal_one(c, what >> 4, rd_u8(in) * 8u);
        break;
    case 10:
        if (what & 0x80)
            session_link_lost(c->client, c->now, &why);
        else
            session_close(c->client, c->now);
        break;
    case 11:
        session_credentials(c->client, c->now, NULL);
        break;
    }
    pump(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct call c;
    static struct dial_plan plan;
    static struct credentials credentials;
    static struct ras_users users;
    static struct ras_pool pool;
    static struct ras_config config;
    struct rd in = rd_over(data, size);
    const uint8_t first = rd_u8(&in);
    struct session_link_info info = {.host = "h", .server4 = 0xc6336401, .send_early = first & 1};
    const struct rng rng = {.fill = fill, .ctx = &c};
    const char *why;

    memset(&c, 0, sizeof c);
    memset(&users, 0, sizeof users);
    memset(&pool, 0, sizeof pool);
    c.now = USEC_PER_SEC;
    dial_plan_init(&plan);
    plan.auth = PLAN_AUTH_ALL;
    plan.ipv4 = plan.ipv6 = plan.dhcp_inform = true;
    plan.idle_timeout_s = first & 2 ? 60 : 0;
    strcpy(credentials.user, "u");
    secret_set_text(&credentials.password, first & 4 ? "wrong" : "p");
    ras_config_init(&config);
    ras_users_add_line(&users, "u p retry", &why);
    ras_pool_add(&pool, "10.9.0.10-10.9.0.20");
    config.users = &users;
    config.pool = &pool;
    config.n_auth = first & 8 ? 0 : config.n_auth;
    c.client = session_new(&plan, PLAN_SSTP, &credentials, &rng, c.now);
    c.server = ras_core_new(&config, PLAN_SSTP, &rng, 1, c.now);
    if (c.client != NULL && c.server != NULL) {
        session_link_up(c.client, c.now, &info);
        pump(&c);
        for (int i = 0; in.left > 0 && i < 2000; i++)
            act(&c, &in);
    }
    session_free(c.client);
    ras_core_free(c.server);
    dial_plan_clear(&plan);
    return 0;
}
