/* sim-ike.c - see sim-ike.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim-ike.h"

#include "ike-priv.h"

#define TRAFFIC (20 * USEC_PER_MSEC)

struct sim_ike_gram {
    usec_t at;
    guint64 number; /* what comes at the same time comes in order */
    gboolean to_client, esp;
    guint32 asks; /* about the pair with this SPI of the client's */
    enum ike_port port;
    struct ike_address from;
    struct esp_keys keys; /* of ESP: what it was sealed with */
    GByteArray *bytes;
};

static void
fill(void *ctx, void *out, size_t n)
{
    guint8 *p = out;

    for (size_t i = 0; i < n; i++)
        p[i] = (guint8)g_rand_int(ctx);
}

static void
gram_free(struct sim_ike_gram *g)
{
    g_byte_array_unref(g->bytes);
    g_free(g);
}

static gint
by_time(gconstpointer a, gconstpointer b, gpointer data)
{
    const struct sim_ike_gram *x = a, *y = b;

    (void)data;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static void
put(struct sim_ike *s, const struct sim_ike_gram *like, struct rd bytes)
{
    const struct sim_ike_params *p = s->params;
    const guint copies = g_rand_int_range(s->rand, 0, 1000) < (gint)p->lose    ? 0
                         : g_rand_int_range(s->rand, 0, 1000) < (gint)p->twice ? 2
                                                                               : 1;

    for (guint i = 0; i < copies && !s->cut; i++) {
        struct sim_ike_gram *g = g_memdup2(like, sizeof *like);

        g->at = s->now + p->delay;
        if (p->jitter > 0)
            g->at += (usec_t)g_rand_int_range(s->rand, 0, (gint)p->jitter);
        g->number = ++s->number;
        g->bytes = g_byte_array_append(g_byte_array_new(), bytes.p, (guint)bytes.left);
        g_queue_insert_sorted(&s->wire, g, by_time, NULL);
    }
}

static gboolean
listed(const guint *list, guint n)
{
    for (guint i = 0; i < 16 && list[i] != 0; i++)
        if (list[i] == n)
            return TRUE;
    return FALSE;
}

static void
check_form(struct rd r)
{
    struct ike_header h;

    g_assert_true(ike_header_get(&r, &h));
    g_assert_true(h.exchange == IKE_MAIN || h.exchange == IKE_QUICK ||
                  h.exchange == IKE_INFORMATIONAL);
}

static void
outputs(struct sim_ike *s, struct sim_ike_end *e)
{
    const gboolean is_client = e == &s->client;
    struct ike_output out;

    while (ike_poll_output(e->k, &out)) {
        struct sim_ike_gram like = {.to_client = !is_client, .port = out.port, .from = e->address};

        if (is_client && s->params->nat)
            like.from.port = out.port == IKE_4500 ? s->nat_port : (guint16)(s->nat_port + 1);
        if (out.keepalive) {
            e->keepalives++;
            g_assert_cmpint(out.port, ==, IKE_4500);
        } else {
            check_form(out.bytes);
            e->sent++;
        }
        if (!is_client) {
            g_byte_array_set_size(s->last_from_server, 0);
            g_byte_array_append(s->last_from_server, out.bytes.p, (guint)out.bytes.left);
        }
        if (!out.keepalive &&
            listed(is_client ? s->params->drop_client : s->params->drop_server, e->sent))
            continue;
        if (out.keepalive || s->params->loses == NULL || !s->params->loses(s, is_client, out.bytes))
            put(s, &like, out.bytes);
    }
}

static struct sim_ike_kid *
kid_of(const struct sim_ike_end *e, guint32 spi_in)
{
    for (guint i = 0; i < e->kids->len; i++) {
        struct sim_ike_kid *kid = &g_array_index(e->kids, struct sim_ike_kid, i);

        if (kid->in.spi == spi_in && !kid->gone)
            return kid;
    }
    return NULL;
}

/* Which pair the server sends with is its habit, once it has them. */
static void
choose(struct sim_ike *s, struct sim_ike_end *e)
{
    if (e != &s->server || s->params->habit == SIM_IKE_NEWEST)
        return;
    if (s->params->habit == SIM_IKE_FOLLOWS && e->sending_in != 0 &&
        kid_of(e, e->sending_in) != NULL)
        return;
    e->sending = e->sending_in = 0;
    for (guint i = 0; i < e->kids->len && e->sending == 0; i++) {
        const struct sim_ike_kid *kid = &g_array_index(e->kids, struct sim_ike_kid, i);

        if (kid->gone || !kid->whole)
            continue;
        e->sending = kid->out.spi;
        e->sending_in = kid->in.spi;
    }
}

/* One packet under a pair that is perhaps not sent with otherwise. */
static void
ask(struct sim_ike *s, struct sim_ike_end *e, const struct ike_event *event)
{
    struct sim_ike_gram like = {.to_client = e == &s->server,
                                .esp = TRUE,
                                .from = e->address,
                                .keys = event->child.out,
                                .asks = event->child.in.spi};

    e->asked++;
    put(s, &like, rd_over("?", 1));
}

static void
on_child(struct sim_ike *s, struct sim_ike_end *e, const struct ike_event *event)
{
    struct sim_ike_kid *kid = kid_of(e, event->child.in.spi);

    g_assert_true(esp_suite_valid(&event->child.in.suite));
    g_assert_cmpint(event->child.in.spi, >=, 256);
    g_assert_cmpint(event->child.out.spi, >=, 256);
    if (kid == NULL) {
        const struct sim_ike_kid fresh = {.in = event->child.in, .out = event->child.out};

        g_array_append_val(e->kids, fresh);
        e->announced++;
    } else {
        g_assert_cmpmem(&kid->in, sizeof kid->in, &event->child.in, sizeof kid->in);
        g_assert_cmpmem(&kid->out, sizeof kid->out, &event->child.out, sizeof kid->out);
    }
    g_strlcpy(e->child_proposal, event->child.proposal, sizeof e->child_proposal);
    e->encapsulated = event->child.encapsulated;
    if (event->child.send) {
        kid_of(e, event->child.in.spi)->whole = TRUE;
        if (e == &s->client || s->params->habit == SIM_IKE_NEWEST) {
            e->sending = event->child.out.spi;
            e->sending_in = event->child.in.spi;
        }
    }
    choose(s, e);
    if (event->child.ask)
        ask(s, e, event);
}

static void
events(struct sim_ike *s, struct sim_ike_end *e)
{
    struct ike_event event;

    while (ike_poll_event(e->k, &event)) {
        g_assert_false(e->ended); /* nothing comes behind the end */
        switch (event.type) {
        case IKE_EVENT_AUTHENTICATED:
            e->authenticated++;
            g_strlcpy(e->proposal, event.authenticated.proposal, sizeof e->proposal);
            e->weak = event.authenticated.weak;
            break;
        case IKE_EVENT_CHILD:
            on_child(s, e, &event);
            break;
        case IKE_EVENT_CHILD_GONE: {
            struct sim_ike_kid *kid = kid_of(e, event.spi_in);

            g_assert_nonnull(kid);
            kid->gone = TRUE;
            e->gone++;
            if (e->sending_in == event.spi_in) {
                e->sending = e->sending_in = 0;
                choose(s, e);
                e->bare += e->sending == 0;
            }
            break;
        }
        case IKE_EVENT_PEER_MOVED:
            e->moved++;
            break;
        case IKE_EVENT_ENDED:
            e->ended = TRUE;
            e->end = event.end;
            e->sending = 0;
            g_assert_cmpint(event.end.error, !=, RAS_OK);
            g_assert_cmpstr(event.end.detail, !=, "");
            g_assert_cmpuint(ike_deadline(e->k), ==, NEVER);
            break;
        }
    }
}

void
sim_ike_flush(struct sim_ike *s)
{
    outputs(s, &s->client);
    outputs(s, &s->server);
    events(s, &s->client);
    events(s, &s->server);
}

static void
esp_send(struct sim_ike *s, struct sim_ike_end *e, guint32 answers)
{
    const struct sim_ike_kid *kid = e->sending != 0 ? kid_of(e, e->sending_in) : NULL;
    struct sim_ike_gram like = {
        .to_client = e == &s->server, .esp = TRUE, .from = e->address, .asks = answers};

    if (kid == NULL)
        return;
    like.keys = kid->out;
    e->esp_sent++;
    put(s, &like, rd_over("x", 1));
}

/* Has message 3 of its exchange come, or was that its own? */
static gboolean
confirmed(const struct sim_ike_end *e, const struct sim_ike_kid *kid)
{
    for (guint i = 0; i < IKE_CHILDREN; i++)
        if (e->k->children[i].used && e->k->children[i].in.spi == kid->in.spi)
            return e->k->children[i].confirmed;
    return FALSE;
}

static void
esp_receive(struct sim_ike *s, struct sim_ike_end *e, const struct sim_ike_gram *g)
{
    const struct sim_ike_kid *kid = kid_of(e, g->keys.spi);
    const struct sim_ike_params *p = s->params;

    if (kid == NULL || (e == &s->server && p->late && !confirmed(e, kid))) {
        e->unknown += g->asks == 0;
        return;
    }
    g_assert_cmpmem(&kid->in, sizeof kid->in, &g->keys, sizeof g->keys); /* the same keys */
    e->longest_gap = MAX(e->longest_gap, e->heard_esp > 0 ? s->now - e->heard_esp : 0);
    e->heard_esp = s->now;
    e->esp_got++;
    ike_heard(e->k, s->now);
    ike_sign(e->k, s->now, g->keys.spi);
    if (e == &s->server && p->habit == SIM_IKE_FOLLOWS) {
        e->sending = kid->out.spi;
        e->sending_in = kid->in.spi;
    }
    if (e == &s->server && g->asks != 0 && !p->mute)
        esp_send(s, e, g->asks);
    else if (g->asks != 0)
        ike_sign(e->k, s->now, g->asks);
}

static void
deliver(struct sim_ike *s, struct sim_ike_gram *g)
{
    struct sim_ike_end *e = g->to_client ? &s->client : &s->server;

    if (g->esp)
        esp_receive(s, e, g);
    else if (g->to_client)
        ike_receive(e->k, s->now, g->port, rd_over(g->bytes->data, g->bytes->len));
    else
        ike_receive_from(e->k, s->now, g->port, &g->from, rd_over(g->bytes->data, g->bytes->len));
}

gboolean
sim_ike_step(struct sim_ike *s, usec_t until)
{
    const usec_t c = ike_deadline(s->client.k), v = ike_deadline(s->server.k);
    struct sim_ike_gram *first = g_queue_peek_head(&s->wire);
    const usec_t traffic = s->params->traffic ? s->next_traffic : NEVER;
    const usec_t gram = first != NULL ? first->at : NEVER;
    const usec_t next = usec_min(usec_min(c, v), usec_min(traffic, gram));

    if (next == NEVER || next > until)
        return FALSE;
    s->now = MAX(s->now, next);
    if (next == gram) {
        g_queue_pop_head(&s->wire);
        deliver(s, first);
        gram_free(first);
    } else if (next == c || next == v) {
        struct ike *k = next == c ? s->client.k : s->server.k;

        ike_expire(k, s->now);
        g_assert_cmpuint(ike_deadline(k), >, s->now);
    } else {
        s->next_traffic = s->now + TRAFFIC;
        esp_send(s, &s->client, 0);
        esp_send(s, &s->server, 0);
    }
    sim_ike_flush(s);
    return TRUE;
}

void
sim_ike_run(struct sim_ike *s, usec_t until)
{
    for (guint steps = 0; sim_ike_step(s, until); steps++)
        g_assert_cmpuint(steps, <, 2000000);
    if (!s->client.ended || !s->server.ended)
        s->now = MAX(s->now, until);
}

/* Each end sends with a pair that the other has, under the same keys. */
gboolean
sim_ike_agree(const struct sim_ike *s)
{
    const struct sim_ike_kid *c, *v;

    if (s->client.sending == 0 || s->server.sending == 0)
        return FALSE;
    c = kid_of(&s->client, s->client.sending_in);
    v = kid_of(&s->server, s->server.sending_in);
    return c != NULL && v != NULL && kid_of(&s->server, s->client.sending) != NULL &&
           kid_of(&s->client, s->server.sending) != NULL;
}

gboolean
sim_ike_settle(struct sim_ike *s, usec_t until)
{
    while (!sim_ike_agree(s))
        if (!sim_ike_step(s, until))
            return FALSE;
    return TRUE;
}

void
sim_ike_inject(struct sim_ike *s, gboolean to_client, enum ike_port port, struct rd bytes)
{
    struct sim_ike_gram g = {.to_client = to_client,
                             .port = port,
                             .from = to_client ? s->server.address : s->client.address};

    g.bytes = g_byte_array_append(g_byte_array_new(), bytes.p, (guint)bytes.left);
    deliver(s, &g);
    g_byte_array_unref(g.bytes);
    sim_ike_flush(s);
}

gboolean
sim_ike_craft(struct sim_ike *s, gboolean to_client, guint8 exchange, guint32 msgid, guint8 first,
              struct rd rest)
{
    struct ike *k = to_client ? s->server.k : s->client.k;
    struct ike_sa *sa = ike_sa_current(k);
    guint8 iv[CIPHER_BLOCK_MAX];
    struct ike_wr m;

    if (sa == NULL || rest.bad || rest.left > 8192)
        return FALSE;
    ike_phase2_begin(k, sa, exchange, msgid, &m);
    m.w.base[IKE_HEADER_SIZE] = first;
    wr_rd(&m.w, rest);
    ike_iv_phase2(&sa->keys, sa->iv, msgid, iv);
    const struct rd bytes = ike_phase2_end(sa, msgid, NULL, iv, &m);
    g_assert_true(rd_ok(&bytes));
    g_autofree guint8 *copy = g_memdup2(bytes.p, bytes.left);
    sim_ike_inject(s, to_client, sa->port, rd_over(copy, bytes.left));
    return TRUE;
}

static void
end_init(struct sim_ike_end *e, guint32 seed, guint8 host, guint16 port)
{
    e->rand = g_rand_new_with_seed(seed);
    e->rng = (struct rng){.fill = fill, .ctx = e->rand};
    e->address = (struct ike_address){.family = 4, .octets = {198, 51, 100, host}, .port = port};
    e->kids = g_array_new(FALSE, FALSE, sizeof(struct sim_ike_kid));
}

void
sim_ike_init(struct sim_ike *s, const struct sim_ike_params *params)
{
    static const char psk[] = "a pre-shared key of the lab";
    struct ike_config client = {.role = IKE_INITIATOR,
                                .psk = {.p = (const guint8 *)psk, .left = 27}};
    struct ike_config server = {.role = IKE_RESPONDER,
                                .psk = {.p = (const guint8 *)psk, .left = 27}};

    g_assert_true(hash_init() && cipher_init());
    *s = (struct sim_ike){.params = params, .now = USEC_PER_SEC, .nat_port = 40000};
    s->rand = g_rand_new_with_seed(params->seed);
    s->last_from_server = g_byte_array_new();
    end_init(&s->client, params->seed * 2 + 1, 1, 500);
    end_init(&s->server, params->seed * 2 + 2, 2, 500);
    client.rng = &s->client.rng;
    client.local = s->client.address;
    client.remote = s->server.address;
    if (params->nat) {
        client.local.octets[0] = 10;
        s->client.address.octets[3] = 77;
        s->client.address.port = s->nat_port;
    }
    server.rng = &s->server.rng;
    server.local = s->server.address;
    server.remote = s->client.address;
    if (params->tweak != NULL)
        params->tweak(&client, &server);
    s->client.k = ike_new(&client, s->now);
    s->server.k = ike_new(&server, s->now);
    g_assert_nonnull(s->client.k);
    g_assert_nonnull(s->server.k);
    s->next_traffic = s->now;
}

void
sim_ike_start(struct sim_ike *s)
{
    ike_start(s->client.k, s->now);
    sim_ike_flush(s);
}

static void
end_clear(struct sim_ike_end *e)
{
    ike_free(e->k);
    g_rand_free(e->rand);
    g_array_unref(e->kids);
}

void
sim_ike_clear(struct sim_ike *s)
{
    struct sim_ike_gram *g;

    while ((g = g_queue_pop_head(&s->wire)) != NULL)
        gram_free(g);
    end_clear(&s->client);
    end_clear(&s->server);
    g_rand_free(s->rand);
    g_byte_array_unref(s->last_from_server);
}
