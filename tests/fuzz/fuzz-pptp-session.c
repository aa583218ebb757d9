/*
 * fuzz-pptp-session.c - a session over PPTP and the practice server under a script: what the server
 * says is delivered, lost, doubled, altered or made up, in the stream and in GRE. Whatever comes:
 * no packet leaves or is taken in the clear where the profile forbids it, no deadline is left
 * behind, and it ends when it is told to.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "ras-core.h"
#include "session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct call {
    struct session *client;
    struct ras_core *server;
    usec_t now;
    uint32_t seed;
    size_t n_up, n_down, n_gram;
    uint8_t up[65536], down[65536], gram[2048]; /* the server's latest */
};

static void
fill(void *ctx, void *out, size_t n)
{
    struct call *c = ctx;
    uint8_t *p = out;

    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)((c->seed = c->seed * 1103515245 + 12345) >> 16);
}

static void
to_client(struct call *c, enum session_channel channel, const uint8_t *p, size_t n)
{
    static struct session_packets packets;
    uint8_t *exact = malloc(n + 1);

    if (n > 0)
        memcpy(exact, p, n);
    const size_t used = session_receive(c->client, c->now, channel, exact, n, &packets);
    for (size_t i = 0; i < packets.n; i++)
        if (packets.v[i].len < 20 || packets.v[i].len > 1500)
            abort();
    if (channel == CHANNEL_STREAM) {
        memmove(c->down, c->down + used, c->n_down - used);
        c->n_down -= used;
    }
    free(exact);
}

static void
to_server(struct call *c, struct session_output out)
{
    static struct session_packets packets;
    uint8_t copy[2048];

    if (out.channel == CHANNEL_STREAM) {
        if (out.bytes.left > sizeof c->up - c->n_up)
            return;
        memcpy(c->up + c->n_up, out.bytes.p, out.bytes.left);
        c->n_up += out.bytes.left;
        const size_t used = ras_core_receive(c->server, c->now, c->up, c->n_up, &packets);
        memmove(c->up, c->up + used, c->n_up - used);
        c->n_up -= used;
        return;
    }
    /* flags say whether there is a number, and whether there is an acknowledgement */
    const size_t head = 8u + (out.bytes.p[0] & 0x10 ? 4 : 0) + (out.bytes.p[1] & 0x80 ? 4 : 0);
    if (out.bytes.left > head + 4 && out.bytes.p[head + 2] == 0 &&
        (out.bytes.p[head + 3] == 0x21 || out.bytes.p[head + 3] == 0x57))
        abort(); /* in the clear */
    memcpy(copy, out.bytes.p, out.bytes.left);
    ras_core_datagram(c->server, c->now, CHANNEL_DATA, copy, out.bytes.left, &packets);
}

static void
pump(struct call *c)
{
    struct session_output out;
    struct session_event e;
    struct ras_core_event event;
    struct rd r;

    for (int i = 0; i < 64 && session_poll_output(c->client, &out); i++)
        to_server(c, out);
    while (session_poll_event(c->client, &e)) {
        if (e.type == SESSION_WANTS_CREDENTIALS)
            session_credentials(c->client, c->now, NULL);
        if (e.type == SESSION_CONFIG)
            session_registered(c->client, c->now);
    }
    while (ras_core_poll_event(c->server, &event))
        continue;
    while (ras_core_poll_output(c->server, &r)) {
        if (r.left <= sizeof c->down - c->n_down) {
            memcpy(c->down + c->n_down, r.p, r.left);
            c->n_down += r.left;
        }
    }
}

/* The server's next datagram: as it is, lost, twice, or with an octet altered. */
static bool
next_gram(struct call *c, uint8_t how, uint8_t where, uint8_t what)
{
    struct session_output out;

    if (!ras_core_poll_datagram(c->server, &out) || out.bytes.left > sizeof c->gram)
        return false;
    memcpy(c->gram, out.bytes.p, out.bytes.left);
    c->n_gram = out.bytes.left;
    if (how % 4 == 3)
        c->gram[where % c->n_gram] ^= what;
    for (int n = how % 4 == 1 ? 0 : how % 4 == 2 ? 2 : 1; n > 0; n--)
        to_client(c, CHANNEL_DATA, c->gram, c->n_gram);
    return true;
}

static void
step(struct call *c, struct rd *in)
{
    const uint8_t op = rd_u8(in);
    const uint8_t n = op < 3 ? rd_u8(in) : 0;

    switch (op % 6) {
    case 0:   /* into the stream, as it comes */
    case 1: { /* or as GRE */
        const struct rd raw = rd_take(in, n < in->left ? n : in->left);
        if (op % 6 == 1) {
            to_client(c, CHANNEL_DATA, raw.p, raw.left);
        } else if (raw.left <= sizeof c->down - c->n_down && raw.left > 0) {
            memcpy(c->down + c->n_down, raw.p, raw.left);
            c->n_down += raw.left;
        }
        break;
    }
    case 2:
        next_gram(c, n, rd_u8(in), rd_u8(in));
        break;
    case 3: /* all that waits, in good order */
        to_client(c, CHANNEL_STREAM, c->down, c->n_down);
        while (next_gram(c, 0, 0, 0))
            pump(c);
        break;
    case 4: { /* time */
        const usec_t next = usec_min(session_deadline(c->client), ras_core_deadline(c->server));
        c->now = next == NEVER ? c->now : usec_min(next, c->now + 100 * USEC_PER_SEC);
        session_expire(c->client, c->now);
        to_client(c, CHANNEL_DATA, c->gram, 0);
        ras_core_expire(c->server, c->now);
        if (session_deadline(c->client) <= c->now)
            abort();
        break;
    }
    case 5:
        to_client(c, CHANNEL_STREAM, c->down, c->n_down);
        break;
    }
    pump(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ras_users users;
    static struct call c;
    struct ras_pool pool = {0};
    struct ras_config config;
    struct credentials credentials = {.user = "u"};
    const struct session_link_info info = {.host = "h", .port = 1723};
    const struct rng rng = {.fill = fill, .ctx = &c};
    struct rd in = rd_over(data, size);
    struct dial_plan plan;
    const char *why;

    if (users.n == 0)
        ras_users_add_line(&users, "u p", &why);
    memset(&c, 0, sizeof c);
    c.now = USEC_PER_SEC;
    ras_config_init(&config);
    config.users = &users;
    config.pool = &pool;
    config.n_auth = 1;
    config.auth[0] = PPP_AUTH_MSCHAPV2;
    ras_pool_add(&pool, "10.9.0.10-10.9.0.20");
    dial_plan_init(&plan);
    plan.ipv4 = plan.ipv6 = plan.dhcp_inform = true;
    plan.auth = PLAN_AUTH_MSCHAPV2;
    plan.encryption = PLAN_ENCRYPTION_MAXIMUM;
    secret_set_text(&credentials.password, "p");
    c.client = session_new(&plan, PLAN_PPTP, &credentials, &rng, c.now);
    c.server = ras_core_new(&config, PLAN_PPTP, &rng, 1, c.now);
    session_link_up(c.client, c.now, &info);
    pump(&c);
    for (int i = 0; i < 400 && in.left > 0 && rd_ok(&in); i++)
        step(&c, &in);
    session_close(c.client, c.now);
    for (int i = 0; i < 10 && session_deadline(c.client) != NEVER; i++) {
        c.now = session_deadline(c.client);
        session_expire(c.client, c.now);
    }
    if (session_deadline(c.client) != NEVER)
        abort(); /* it must have ended */
    session_free(c.client);
    ras_core_free(c.server);
    credentials_wipe(&credentials);
    dial_plan_clear(&plan);
    return 0;
}
