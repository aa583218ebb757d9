/* l2tp-tunnel.c - see l2tp-tunnel.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "l2tp-tunnel.h"

#include "l2tp-call.h"
#include "secret.h"

#define HELLO_AFTER (45 * USEC_PER_SEC)
#define ANSWER_WAIT (45 * USEC_PER_SEC) /* longer than a message is repeated */

enum { FRAMING_BOTH = 3 };

/* What a server may be told that it talks to. No name of this computer: that is nobody's business.
 */
static const char host_name[] = "dialtone", vendor_name[] = "Dialtone";

void
l2tp_tunnel_init(struct l2tp_tunnel *t, const struct l2tp_config *config)
{
    memset(t, 0, sizeof *t);
    t->config = *config;
    t->hello_at = t->answer_by = NEVER;
    if (t->config.hello == 0)
        t->config.hello = HELLO_AFTER;
    l2tp_channel_init(&t->channel, config->rtt);
}

void
l2tp_tunnel_wipe(struct l2tp_tunnel *t)
{
    l2tp_channel_wipe(&t->channel);
    t->config.secret = (struct rd){0};
}

uint16_t
l2tp_random_id(const struct l2tp_tunnel *t, uint16_t other)
{
    uint16_t id = 0;

    rng_fill(t->config.rng, &id, sizeof id);
    while (id == 0 || id == other)
        id++;
    return id;
}

void
l2tp_say(struct l2tp_tunnel *t, uint16_t session, const struct l2tp_msg *m)
{
    const struct rd nothing = {0};
    uint8_t bytes[L2TP_SEND_MAX], vector[16];
    struct wr w = wr_over(bytes, sizeof bytes);
    const bool hide = t->config.hide && t->config.secret.left > 0;

    if (hide)
        rng_fill(t->config.rng, vector, sizeof vector);
    l2tp_msg_put(&w, t->peer_tunnel, session, m, hide ? t->config.secret : nothing,
                 hide ? rd_over(vector, sizeof vector) : nothing);
    if (!l2tp_channel_send(&t->channel, wr_done(&w)))
        t->ignored++; /* bounded: what we must say has its room, see refuse() */
    explicit_bzero(bytes, sizeof bytes);
}

void
l2tp_stop(struct l2tp_tunnel *t, uint16_t result, uint16_t error)
{
    l2tp_say(t, 0,
             &(struct l2tp_msg){
                 .type = L2TP_STOPCCN,
                 .has = L2TP_HAS(L2TP_AVP_TUNNEL) | L2TP_HAS(L2TP_AVP_RESULT),
                 .tunnel = t->local_tunnel,
                 .result = result,
                 .error = error,
             });
    t->state = L2TP_STOPPING;
    t->hello_at = t->answer_by = NEVER;
}

static void
close_now(struct l2tp_tunnel *t)
{
    l2tp_channel_cut(&t->channel);
    t->state = L2TP_CLOSED;
    t->call = L2TP_CALL_OVER;
    t->hello_at = t->answer_by = NEVER;
}

/* Both requests and replies say who we are. */
static void
introduce(struct l2tp_tunnel *t, struct l2tp_msg *m)
{
    m->has |= L2TP_HAS(L2TP_AVP_VERSION) | L2TP_HAS(L2TP_AVP_FRAMING_CAP) |
              L2TP_HAS(L2TP_AVP_BEARER_CAP) | L2TP_HAS(L2TP_AVP_HOST_NAME) |
              L2TP_HAS(L2TP_AVP_VENDOR_NAME) | L2TP_HAS(L2TP_AVP_TUNNEL) |
              L2TP_HAS(L2TP_AVP_WINDOW);
    m->version = L2TP_VERSION;
    m->framing_cap = FRAMING_BOTH;
    m->host_name = rd_over(host_name, sizeof host_name - 1);
    m->vendor_name = rd_over(vendor_name, sizeof vendor_name - 1);
    m->tunnel = t->local_tunnel;
    m->window = L2TP_WINDOW;
    if (t->config.secret.left > 0) {
        rng_fill(t->config.rng, t->challenge, sizeof t->challenge);
        m->has |= L2TP_HAS(L2TP_AVP_CHALLENGE);
        m->challenge = rd_over(t->challenge, sizeof t->challenge);
    }
}

void
l2tp_tunnel_begin(struct l2tp_tunnel *t, usec_t now)
{
    struct l2tp_msg m = {.type = L2TP_SCCRQ};

    if (t->state != L2TP_IDLE || t->config.lns)
        return;
    t->local_tunnel = l2tp_random_id(t, 0);
    introduce(t, &m);
    l2tp_say(t, 0, &m);
    t->state = L2TP_WAIT_REPLY;
    t->answer_by = now + ANSWER_WAIT;
}

/* ---- tunnel authentication (RFC 2661 section 5.1.1) ---- */

/* Ours to theirs. False: they ask for what we do not have, or send our own question back. */
static bool
answer(struct l2tp_tunnel *t, const struct l2tp_msg *m, struct l2tp_msg *reply)
{
    if ((m->has & L2TP_HAS(L2TP_AVP_CHALLENGE)) == 0)
        return true;
    if (t->config.secret.left == 0) {
        ras_end_set(&t->end, RAS_OAKLEY_AUTH_FAIL,
                    "L2TP: the server asks for tunnel authentication, and no secret was given");
        return false;
    }
    if (rd_equal(m->challenge, rd_over(t->challenge, sizeof t->challenge))) {
        ras_end_set(&t->end, RAS_OAKLEY_AUTH_FAIL, "L2TP: the server sent our challenge back");
        return false;
    }
    reply->has |= L2TP_HAS(L2TP_AVP_RESPONSE);
    l2tp_response(reply->type, t->config.secret, m->challenge, reply->response);
    return true;
}

/* Theirs to ours. */
static bool
proves(struct l2tp_tunnel *t, const struct l2tp_msg *m)
{
    uint8_t expected[L2TP_RESPONSE];

    if (t->config.secret.left == 0)
        return true;
    l2tp_response(m->type, t->config.secret, rd_over(t->challenge, sizeof t->challenge), expected);
    const bool given = (m->has & L2TP_HAS(L2TP_AVP_RESPONSE)) != 0;
    const bool good = given && secret_equal(expected, m->response, sizeof expected);
    explicit_bzero(expected, sizeof expected);
    if (!good)
        ras_end_set(&t->end, RAS_OAKLEY_AUTH_FAIL, "L2TP tunnel authentication: %s",
                    given ? "the response is wrong" : "there is no response");
    return good;
}

/* ---- messages about the tunnel ---- */

static void
learn_peer(struct l2tp_tunnel *t, const struct l2tp_msg *m)
{
    t->peer_tunnel = m->tunnel;
    if ((m->has & L2TP_HAS(L2TP_AVP_WINDOW)) != 0)
        t->channel.window = m->window;
}

static bool
speaks_our_version(struct l2tp_tunnel *t, const struct l2tp_msg *m)
{
    if (m->version >> 8 == L2TP_VERSION >> 8)
        return true;
    ras_end_set(&t->end, RAS_DISCONNECTION, "L2TP: the other end speaks version %u.%u",
                m->version >> 8, m->version & 255u);
    return false;
}

static void
on_sccrp(struct l2tp_tunnel *t, const struct l2tp_header *h, const struct l2tp_msg *m)
{
    struct l2tp_msg reply = {.type = L2TP_SCCCN};

    (void)h;
    learn_peer(t, m);
    if (!speaks_our_version(t, m)) {
        l2tp_stop(t, L2TP_STOP_VERSION, L2TP_VERSION);
    } else if (!proves(t, m) || !answer(t, m, &reply)) {
        l2tp_stop(t, L2TP_STOP_UNAUTHORIZED, 0);
    } else {
        l2tp_say(t, 0, &reply);
        t->state = L2TP_ESTABLISHED;
        l2tp_call_begin(t); /* rides along */
    }
}

/* LNS. */
static void
on_sccrq(struct l2tp_tunnel *t, const struct l2tp_header *h, const struct l2tp_msg *m)
{
    struct l2tp_msg reply = {.type = L2TP_SCCRP};

    (void)h;
    t->local_tunnel = l2tp_random_id(t, 0);
    learn_peer(t, m);
    introduce(t, &reply);
    if (t->config.refuse_tunnel != 0) {
        ras_end_set(&t->end, RAS_DISCONNECTION, "refused");
        l2tp_stop(t, t->config.refuse_tunnel, 0);
    } else if (!speaks_our_version(t, m)) {
        l2tp_stop(t, L2TP_STOP_VERSION, L2TP_VERSION);
    } else if (!answer(t, m, &reply)) {
        l2tp_stop(t, L2TP_STOP_UNAUTHORIZED, 0);
    } else {
        l2tp_say(t, 0, &reply);
        t->state = L2TP_WAIT_CONNECT;
    }
}

static void
on_scccn(struct l2tp_tunnel *t, const struct l2tp_header *h, const struct l2tp_msg *m)
{
    (void)h;
    if (proves(t, m))
        t->state = L2TP_ESTABLISHED;
    else
        l2tp_stop(t, L2TP_STOP_UNAUTHORIZED, 0);
}

static const char *
stop_text(uint16_t result)
{
    static const char *const texts[] = {
        "no reason",      "cleared",          "general error", "there is such a tunnel already",
        "not authorized", "protocol version", "shutting down", "state machine error",
    };

    return result < sizeof texts / sizeof *texts ? texts[result] : "unknown";
}

/* "Not authorized", said to who has just answered its challenge, means the answer. */
static enum ras_error
stop_error(const struct l2tp_tunnel *t, uint16_t result)
{
    if (t->call == L2TP_CALL_UP)
        return RAS_REMOTE_DISCONNECTION;
    return result == L2TP_STOP_UNAUTHORIZED && t->config.secret.left > 0 ? RAS_OAKLEY_AUTH_FAIL
                                                                         : RAS_DISCONNECTION;
}

static void
on_stop(struct l2tp_tunnel *t, const struct l2tp_header *h, const struct l2tp_msg *m)
{
    char text[64];

    (void)h;
    ras_printable(text, sizeof text, m->text.p, m->text.left);
    ras_end_set(&t->end, stop_error(t, m->result),
                "L2TP Stop-Control-Connection-Notification: result %u (%s), error %u%s%s",
                m->result, stop_text(m->result), m->error, *text != '\0' ? ": " : "", text);
    if (t->peer_tunnel == 0)
        t->peer_tunnel = m->tunnel; /* for the acknowledgement */
    close_now(t);
}

static void
on_nothing(struct l2tp_tunnel *t, const struct l2tp_header *h, const struct l2tp_msg *m)
{
    (void)t, (void)h, (void)m;
}

typedef void handler(struct l2tp_tunnel *t, const struct l2tp_header *h, const struct l2tp_msg *m);

#define OF_A_CALL                                                                                  \
    [L2TP_OCRQ] = l2tp_call_input, [L2TP_OCRP] = l2tp_call_input, [L2TP_OCCN] = l2tp_call_input,   \
    [L2TP_ICRQ] = l2tp_call_input, [L2TP_ICRP] = l2tp_call_input, [L2TP_ICCN] = l2tp_call_input,   \
    [L2TP_CDN] = l2tp_call_input, [L2TP_WEN] = l2tp_call_input, [L2TP_SLI] = l2tp_call_input

/* What is not here means nothing in that state: acknowledged, counted, and otherwise ignored. */
/* clang-format off */
static handler *const lac[L2TP_STATES][L2TP_TYPES] = {
    [L2TP_WAIT_REPLY] = {[L2TP_SCCRP] = on_sccrp, [L2TP_STOPCCN] = on_stop},
    [L2TP_ESTABLISHED] = {[L2TP_STOPCCN] = on_stop, [L2TP_HELLO] = on_nothing, OF_A_CALL},
    [L2TP_STOPPING] = {[L2TP_STOPCCN] = on_stop, [L2TP_HELLO] = on_nothing},
};
static handler *const lns[L2TP_STATES][L2TP_TYPES] = {
    [L2TP_IDLE] = {[L2TP_SCCRQ] = on_sccrq},
    [L2TP_WAIT_CONNECT] = {
        [L2TP_SCCCN] = on_scccn, [L2TP_STOPCCN] = on_stop, [L2TP_HELLO] = on_nothing,
    },
    [L2TP_ESTABLISHED] = {[L2TP_STOPCCN] = on_stop, [L2TP_HELLO] = on_nothing, OF_A_CALL},
    [L2TP_STOPPING] = {[L2TP_STOPCCN] = on_stop, [L2TP_HELLO] = on_nothing},
};
/* clang-format on */

/* What is hidden is hidden by the secret of tunnel authentication. */
static void
not_opened(struct l2tp_tunnel *t, const struct l2tp_msg *m)
{
    if (t->config.secret.left == 0)
        ras_end_set(
            &t->end, RAS_OAKLEY_AUTH_FAIL,
            "L2TP: the server hides attributes by a tunnel secret, and no secret was given");
    else
        ras_end_set(&t->end, RAS_OAKLEY_AUTH_FAIL,
                    "L2TP: attribute %u of the server is not hidden by the tunnel secret given",
                    m->fault_type);
}

/* RFC 2661 section 4.1: what can not be understood ends what it belongs to. */
static void
on_fault(struct l2tp_tunnel *t, const struct l2tp_msg *m, enum l2tp_fault fault)
{
    if (t->state == L2TP_IDLE || t->state >= L2TP_STOPPING) {
        t->ignored++; /* there is nothing to end */
        return;
    }
    if (fault == L2TP_BAD_HIDDEN && t->call != L2TP_CALL_UP)
        not_opened(t, m);
    ras_end_set(&t->end, t->call == L2TP_CALL_UP ? RAS_LINK_FAILURE : RAS_DISCONNECTION,
                "L2TP: message %u of the server has attribute %u of vendor %u, error %u",
                (unsigned)m->type, m->fault_type, m->fault_vendor, (unsigned)fault);
    l2tp_call_clear(t, L2TP_CDN_ERROR, (uint16_t)fault);
    l2tp_stop(t, L2TP_STOP_ERROR, (uint16_t)fault);
}

static void
act(struct l2tp_tunnel *t, const struct l2tp_header *h)
{
    struct l2tp_msg m;
    const enum l2tp_fault fault = l2tp_msg_get(h->body, t->config.secret, &m);

    if (fault == L2TP_SKIP) {
        t->ignored++;
    } else if (fault != L2TP_GOOD) {
        on_fault(t, &m, fault);
    } else {
        handler *const handle = (t->config.lns ? lns : lac)[t->state][m.type];
        if (handle != NULL)
            handle(t, h, &m);
        else
            t->ignored++;
    }
    explicit_bzero(m.clear, sizeof m.clear);
}

/* Which timers run; and when nothing more is to be said or heard, a goodbye is over. */
static void
settle(struct l2tp_tunnel *t, usec_t now)
{
    if (t->state == L2TP_ESTABLISHED)
        t->hello_at = now + t->config.hello;
    if (t->call == L2TP_CALL_UP || t->state >= L2TP_STOPPING)
        t->answer_by = NEVER;
    else if (t->state != L2TP_IDLE && t->answer_by == NEVER)
        t->answer_by = now + ANSWER_WAIT;
    if (t->state == L2TP_STOPPING && l2tp_channel_idle(&t->channel))
        close_now(t);
}

bool
l2tp_tunnel_receive(struct l2tp_tunnel *t, usec_t now, struct rd datagram, struct rd *ret_frame)
{
    struct l2tp_header h;

    if (!l2tp_header_get(datagram, &h) || t->state == L2TP_CLOSED ||
        (t->state == L2TP_IDLE && !t->config.lns)) {
        t->ignored++;
        return false;
    }
    /* The first message of a tunnel can not know our number; nor can it when it comes again. */
    if (h.tunnel != t->local_tunnel &&
        !(t->config.lns && h.tunnel == 0 && h.control && h.ns == 0)) {
        t->ignored++;
        return false;
    }
    if (t->state == L2TP_ESTABLISHED)
        t->hello_at = now + t->config.hello;
    if (!h.control)
        return t->state == L2TP_ESTABLISHED && l2tp_call_data(t, &h, ret_frame);
    if (l2tp_channel_receive(&t->channel, now, &h))
        act(t, &h);
    settle(t, now);
    return false;
}

bool
l2tp_tunnel_poll(struct l2tp_tunnel *t, usec_t now, struct rd *ret)
{
    return l2tp_channel_poll(&t->channel, now, t->peer_tunnel, ret);
}

static enum ras_error
silence(const struct l2tp_tunnel *t)
{
    if (t->call == L2TP_CALL_UP)
        return RAS_LINK_FAILURE;
    return t->state == L2TP_WAIT_REPLY ? t->config.no_answer : RAS_PPP_NO_RESPONSE;
}

void
l2tp_tunnel_expire(struct l2tp_tunnel *t, usec_t now)
{
    l2tp_channel_expire(&t->channel, now);
    if (t->channel.dead && t->state != L2TP_CLOSED) {
        ras_end_set(&t->end, silence(t), "L2TP: no acknowledgement after %u attempts",
                    t->channel.tries);
        close_now(t);
    }
    if (now >= t->answer_by) {
        t->answer_by = NEVER;
        ras_end_set(&t->end, silence(t), "L2TP: the other end acknowledges, and does not answer");
        l2tp_tunnel_close(t, now, L2TP_CDN_ADMINISTRATIVE, L2TP_STOP_CLEAR);
    }
    if (now < t->hello_at)
        return;
    t->hello_at = now + t->config.hello;
    if (l2tp_channel_idle(&t->channel)) /* else somebody is asked already */
        l2tp_say(t, 0, &(struct l2tp_msg){.type = L2TP_HELLO});
}

bool
l2tp_tunnel_hello(struct l2tp_tunnel *t, usec_t now)
{
    if (t->state != L2TP_ESTABLISHED || !l2tp_channel_idle(&t->channel))
        return false;
    t->hello_at = now + t->config.hello;
    l2tp_say(t, 0, &(struct l2tp_msg){.type = L2TP_HELLO});
    t->hello_ns = t->channel.ns;
    return true;
}

bool
l2tp_tunnel_hello_answered(const struct l2tp_tunnel *t)
{
    return (uint16_t)(t->channel.acked - t->hello_ns) < 0x8000;
}

usec_t
l2tp_tunnel_deadline(const struct l2tp_tunnel *t)
{
    if (t->state == L2TP_CLOSED)
        return NEVER;
    return usec_min(usec_min(t->hello_at, t->answer_by), l2tp_channel_deadline(&t->channel));
}

void
l2tp_tunnel_close(struct l2tp_tunnel *t, usec_t now, uint16_t cdn, uint16_t stop)
{
    (void)now;
    if (t->state >= L2TP_STOPPING)
        return;
    ras_end_set(&t->end, RAS_USER_DISCONNECTION, "hung up");
    if (t->peer_tunnel == 0) { /* nobody to say it to */
        close_now(t);
        return;
    }
    l2tp_call_clear(t, cdn, 0);
    l2tp_stop(t, stop, 0);
}
