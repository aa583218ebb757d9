/* lcp.c - see lcp.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "lcp.h"

#include "ppp-option.h"
#include "ras.h"

static struct lcp *
self(struct ppp_fsm *f)
{
    return (struct lcp *)((char *)f - offsetof(struct lcp, fsm));
}

enum { NAKS_LOST = 3 }; /* that may be, one after the other; or that a peer may not heed */

static void
fault(struct lcp *lcp, enum lcp_fault what)
{
    if (lcp->fault == LCP_OK)
        lcp->fault = what;
}

static uint32_t
new_magic(const struct lcp *lcp)
{
    uint32_t magic = 0;

    /* Bounded, for the sake of a fixed stream in a test. */
    for (int tries = 0; tries < 8 && (magic == 0 || magic == lcp->magic); tries++) {
        uint8_t octets[4];
        struct rd r = rd_over(octets, sizeof octets);

        rng_fill(lcp->params.rng, octets, sizeof octets);
        magic = rd_be32(&r);
    }
    return magic != 0 ? magic : lcp->magic + 1;
}

static uint16_t
mru_most(const struct lcp *lcp)
{
    return lcp->params.mru != 0 ? lcp->params.mru : LCP_MRU_DEFAULT;
}

static void
lcp_reset(struct ppp_fsm *f)
{
    struct lcp *lcp = self(f);

    lcp->mru = mru_most(lcp);
    lcp->ask_mru = lcp->mru != LCP_MRU_DEFAULT;
    lcp->ask_magic = true;
    lcp->ask_pfc = lcp->ask_acfc = lcp->params.compress_fields;
    lcp->ask_offers = lcp->params.offers;
    lcp->magic = new_magic(lcp);
    lcp->demand = 0;
    lcp->peer_mru = LCP_MRU_DEFAULT;
    lcp->peer_magic = 0;
    lcp->peer_pfc = lcp->peer_acfc = false;
    lcp->auth = 0;
    lcp->suggested = lcp->insisted = 0;
    lcp->demanded = 0;
    lcp->passed_over = 0;
}

enum ppp_auth_method
lcp_demanded(const struct lcp *lcp)
{
    return lcp->demand < lcp->params.n_demand ? lcp->params.demand[lcp->demand] : 0;
}

static void
put_number(struct wr *w, enum lcp_option type, uint32_t value, uint8_t octets)
{
    wr_u8(w, (uint8_t)type);
    wr_u8(w, (uint8_t)(octets + 2));
    if (octets == 2)
        wr_be16(w, (uint16_t)value);
    else if (octets == 4)
        wr_be32(w, value);
}

static void
put_auth(struct wr *w, enum ppp_auth_method method)
{
    uint8_t value[4];
    struct wr v = wr_over(value, sizeof value);

    ppp_auth_method_put(&v, method);
    ppp_option_put(w, LCP_AUTH, value, (uint8_t)v.len);
}

static void
lcp_request(struct ppp_fsm *f, struct wr *opts)
{
    const struct lcp *lcp = self(f);
    const enum ppp_auth_method demand = lcp_demanded(lcp);

    if (lcp->ask_mru)
        put_number(opts, LCP_MRU, lcp->mru, 2);
    if (demand != 0 && demand != PPP_AUTH_NONE)
        put_auth(opts, demand);
    if (lcp->ask_magic)
        put_number(opts, LCP_MAGIC, lcp->magic, 4);
    if (lcp->ask_pfc)
        put_number(opts, LCP_PFC, 0, 0);
    if (lcp->ask_acfc)
        put_number(opts, LCP_ACFC, 0, 0);
    if (lcp->ask_offers) {
        ppp_option_put(opts, LCP_CALLBACK, (uint8_t[]){6}, 1); /* CBCP */
        put_number(opts, LCP_MRRU, 1614, 2);
    }
}

/* The peer will not prove itself by the method demanded: the one it names, or the next. */
static void
demand_other(struct lcp *lcp, enum ppp_auth_method wish)
{
    for (uint8_t i = (uint8_t)(lcp->demand + 1); i < lcp->params.n_demand; i++) {
        if (wish == 0 || lcp->params.demand[i] == wish) {
            lcp->demand = i;
            return;
        }
    }
    if (lcp->demand + 1 < lcp->params.n_demand)
        lcp->demand++;
    else
        fault(lcp, LCP_AUTH_NOT_ACCEPTED);
}

static void
lcp_naked(struct ppp_fsm *f, struct rd opts)
{
    struct lcp *lcp = self(f);
    struct ppp_option o;

    while (ppp_option_next(&opts, &o)) {
        if (o.type == LCP_MRU && o.value.left == 2) {
            const uint16_t mru = rd_be16(&o.value);

            /* Never above what buffers were made for (threats P14), never absurdly small. */
            if (mru >= LCP_MRU_MIN)
                lcp->mru = mru < mru_most(lcp) ? mru : mru_most(lcp);
            lcp->ask_mru = true;
        } else if (o.type == LCP_MAGIC && lcp->ask_magic) {
            lcp->magic = new_magic(lcp);
        } else if (o.type == LCP_AUTH && lcp_demanded(lcp) != 0) {
            demand_other(lcp, ppp_auth_method_parse(o.value));
        }
    }
}

static void
lcp_rejected(struct ppp_fsm *f, struct rd opts)
{
    struct lcp *lcp = self(f);
    struct ppp_option o;

    while (ppp_option_next(&opts, &o)) {
        lcp->ask_mru &= o.type != LCP_MRU;
        lcp->ask_pfc &= o.type != LCP_PFC;
        lcp->ask_acfc &= o.type != LCP_ACFC;
        lcp->ask_offers &= o.type != LCP_CALLBACK && o.type != LCP_MRRU;
        if (o.type == LCP_MAGIC) {
            lcp->ask_magic = false;
            lcp->magic = 0; /* sent in echoes as "none" (RFC 1661 section 6.4) */
        }
        if (o.type == LCP_AUTH && lcp_demanded(lcp) != 0)
            demand_other(lcp, 0);
    }
    if (!lcp->ask_mru)
        lcp->mru = mru_most(lcp); /* we take what we can take, agreed or not */
}

/* The methods in the order of what they protect and prove. EAP-MSCHAPv2 proves what MS-CHAPv2
 * proves, and takes two round trips more; and servers whose EAP has other methods only (SoftEther
 * 4.38) offer it first, and hang when it is refused inside EAP. So MS-CHAPv2 is tried before,
 * unless EAP's other methods are allowed, which protect it. */
enum { METHODS = 4 };
static const enum ppp_auth_method preference[2][METHODS] = {
    {PPP_AUTH_MSCHAPV2, PPP_AUTH_EAP_MSCHAPV2, PPP_AUTH_CHAP_MD5, PPP_AUTH_PAP},
    {PPP_AUTH_EAP_MSCHAPV2, PPP_AUTH_MSCHAPV2, PPP_AUTH_CHAP_MD5, PPP_AUTH_PAP},
};

/* Is this another demand than the last one? */
static bool
demand_changed(struct lcp *lcp, struct rd value)
{
    const uint32_t before = lcp->demanded;

    lcp->demanded = 0;
    for (int i = 0; i < 4; i++)
        lcp->demanded = lcp->demanded << 8 | rd_u8(&value); /* 0 behind the end */
    return before != lcp->demanded;
}

/* Accept what is demanded of us only if nothing better that the policy allows is left to suggest;
 * what it forbids, never (threats A1). */
static void
judge_auth(struct lcp *lcp, const struct ppp_option *o, struct ppp_judgement *j)
{
    const enum ppp_auth_method wanted = ppp_auth_method_parse(o->value);
    uint8_t value[4];
    struct wr v = wr_over(value, sizeof value);

    lcp->asks_auth = true;
    if (lcp->params.auth_allowed == 0) {
        ppp_judge_reject(j, o);
        return;
    }
    if (lcp->suggested != 0 && lcp->fsm.peer_id == lcp->suggested_id) {
        ppp_auth_method_put(&v, lcp->last_suggested); /* the same request again */
        ppp_judge_nak(j, o, value, (uint8_t)v.len);
        return;
    }
    const bool changed = demand_changed(lcp, o->value);

    lcp->passed_over |= lcp->params.auth_allowed & wanted; /* or granted, and then it is over */
    for (size_t i = 0; i < METHODS; i++) {
        const enum ppp_auth_method method = preference[lcp->params.eap_first][i];

        if (!(lcp->params.auth_allowed & method))
            continue;
        if (method == wanted) {
            lcp->auth = method;
            return;
        }
        if (!(lcp->suggested & method)) {
            lcp->suggested |= method;
            lcp->last_suggested = method;
            lcp->suggested_id = lcp->fsm.peer_id;
            ppp_auth_method_put(&v, method);
            ppp_judge_nak(j, o, value, (uint8_t)v.len);
            return;
        }
    }
    /* A new request may only mean that our Nak was lost on the way; and some servers (accel-ppp) go
     * through a list of their own, whatever is suggested to them. */
    if ((changed || !lcp->fsm.reliable) && lcp->suggested != 0 && lcp->insisted++ < NAKS_LOST) {
        ppp_auth_method_put(&v, lcp->last_suggested);
        ppp_judge_nak(j, o, value, (uint8_t)v.len);
        return;
    }
    fault(lcp, LCP_AUTH_NOT_ALLOWED);
    ppp_judge_reject(j, o);
}

static void
judge_magic(struct lcp *lcp, const struct ppp_option *o, struct ppp_judgement *j)
{
    struct rd value = o->value;
    const uint32_t magic = rd_be32(&value);
    const bool ours = lcp->magic != 0 && magic == lcp->magic;
    uint8_t other[4];
    struct wr w = wr_over(other, sizeof other);

    if (ours && ++lcp->loops >= LCP_LOOPS_MAX)
        fault(lcp, LCP_LOOPBACK);
    if (magic != 0 && !ours) {
        lcp->loops = 0;
        lcp->peer_magic = magic;
        return;
    }
    wr_be32(&w, new_magic(lcp));
    ppp_judge_nak(j, o, other, sizeof other);
}

static void
judge_mru(struct lcp *lcp, const struct ppp_option *o, struct ppp_judgement *j)
{
    struct rd value = o->value;
    const uint16_t mru = rd_be16(&value);

    if (mru >= LCP_MRU_MIN)
        lcp->peer_mru = mru;
    else
        ppp_judge_nak(j, o, (uint8_t[]){LCP_MRU_MIN >> 8, LCP_MRU_MIN & 0xff}, 2);
}

static void
judge_option(struct lcp *lcp, const struct ppp_option *o, struct ppp_judgement *j)
{
    const size_t n = o->value.left;

    if (o->type == LCP_MRU && n == 2)
        judge_mru(lcp, o, j);
    else if (o->type == LCP_AUTH && n >= 2)
        judge_auth(lcp, o, j);
    else if (o->type == LCP_MAGIC && n == 4)
        judge_magic(lcp, o, j);
    else if (o->type == LCP_PFC && n == 0)
        lcp->peer_pfc = true;
    else if (o->type == LCP_ACFC && n == 0)
        lcp->peer_acfc = true;
    else if (o->type != LCP_ACCM || n != 4) /* for asynchronous lines; it harms nobody */
        ppp_judge_reject(j, o);
}

static enum ppp_verdict
lcp_judge(struct ppp_fsm *f, struct rd opts, bool stubborn, struct wr *reply)
{
    struct lcp *lcp = self(f);
    const unsigned suggested = lcp->suggested;
    struct ppp_judgement j;
    struct ppp_option o;

    lcp->peer_mru = LCP_MRU_DEFAULT;
    lcp->peer_magic = 0;
    lcp->peer_pfc = lcp->peer_acfc = false;
    lcp->auth = 0;
    lcp->asks_auth = false;

    ppp_judge_begin(&j, stubborn, reply);
    while (ppp_option_next(&opts, &o))
        judge_option(lcp, &o, &j);
    if (!lcp->asks_auth && lcp->suggested != 0 && lcp->passed_over != 0)
        fault(lcp, LCP_AUTH_WITHDRAWN);
    const enum ppp_verdict verdict = ppp_judge_end(&j);
    if (verdict == PPP_REJ)
        lcp->suggested =
            suggested; /* a Reject goes first: what we would rather have was not said */
    return verdict;
}

/* Who sends no magic number is SoftEther, of which nothing is to be expected: it reads one frame at
 * a time, and some only seconds later. And accel-ppp, which has no EAP, may insist on its
 * method, or take the next of a list of its own: it knows an answer by its Identifier alone, is
 * Opened by an early Ack of something else, and listens to no other then. */
static uint8_t
lcp_foresee(struct ppp_fsm *f, uint8_t id, struct rd opts, struct wr *reply)
{
    struct lcp *lcp = self(f);
    const struct lcp before = *lcp;

    f->peer_id = id;
    const enum ppp_verdict verdict = lcp_judge(f, opts, false, reply);
    const bool known = before.peer_magic != 0 && lcp->params.n_demand == 0;
    const bool good = lcp->fault == LCP_OK;
    *lcp = before;
    const bool heeds = lcp->suggested == 0 || lcp->demanded >> 16 == PPP_PROTO_EAP;
    return known && good && heeds ? (uint8_t)verdict : 0;
}

static enum ppp_extension
echo_request(struct lcp *lcp, struct rd body, struct ppp_reply *reply)
{
    const uint32_t magic = rd_be32(&body);

    if (!rd_ok(&body) || (magic != 0 && magic == lcp->magic))
        return PPP_EXT_RECEIVED; /* short, or our own voice (threats P9) */
    reply->code = LCP_ECHO_REPLY;
    wr_be32(&reply->body, lcp->magic);
    ppp_option_reply(&reply->body, body);
    return PPP_EXT_RECEIVED;
}

static void
echo_reply(struct lcp *lcp, usec_t now, uint8_t id, struct rd body)
{
    const uint32_t magic = rd_be32(&body);

    if (!rd_ok(&body) || (magic != 0 && magic == lcp->magic))
        return;
    if (lcp->echo_sent == 0 || id != lcp->echo_id)
        return;
    lcp->rtt = (uint32_t)usec_min(now - lcp->echo_sent, UINT32_MAX);
    lcp->echo_sent = 0;
    lcp->echoes_lost = 0;
}

static enum ppp_extension
protocol_reject(struct lcp *lcp, struct rd body)
{
    const uint16_t protocol = rd_be16(&body);

    if (!rd_ok(&body))
        return PPP_EXT_RECEIVED;
    if (protocol == PPP_PROTO_LCP)
        return PPP_EXT_REJECT_FATAL;
    if (lcp->fsm.state == PPP_OPENED)
        lcp->rejected_protocol = protocol;
    return PPP_EXT_REJECT_OK;
}

static enum ppp_extension
lcp_extension(struct ppp_fsm *f, usec_t now, uint8_t code, uint8_t id, struct rd body,
              struct ppp_reply *reply)
{
    struct lcp *lcp = self(f);

    switch (code) {
    case LCP_PROTOCOL_REJECT:
        return protocol_reject(lcp, body);
    case LCP_ECHO_REQUEST:
        return echo_request(lcp, body, reply);
    case LCP_ECHO_REPLY:
        echo_reply(lcp, now, id, body);
        return PPP_EXT_RECEIVED;
    case LCP_IDENTIFICATION:
        rd_be32(&body);
        if (rd_ok(&body))
            ras_printable(lcp->peer_identification, sizeof lcp->peer_identification, body.p,
                          body.left);
        return PPP_EXT_RECEIVED;
    case LCP_DISCARD:
    case LCP_TIME_REMAINING:
        return PPP_EXT_RECEIVED;
    default:
        return PPP_EXT_UNKNOWN;
    }
}

static const struct ppp_fsm_ops lcp_ops = {
    .protocol = PPP_PROTO_LCP,
    .reset = lcp_reset,
    .request = lcp_request,
    .naked = lcp_naked,
    .rejected = lcp_rejected,
    .judge = lcp_judge,
    .extension = lcp_extension,
    .foresee = lcp_foresee,
};

void
lcp_init(struct lcp *lcp, const struct lcp_params *params, struct ppp_queue *out)
{
    *lcp = (struct lcp){.params = *params, .echo_at = NEVER};
    if (lcp->params.echo_interval == 0)
        lcp->params.echo_interval = 30 * USEC_PER_SEC;
    ppp_fsm_init(&lcp->fsm, &lcp_ops, out);
    lcp_reset(&lcp->fsm);
}

static void
send_code(struct lcp *lcp, enum lcp_code code, uint8_t id, struct rd head, struct rd body)
{
    uint8_t buf[4 + PPP_OPTIONS_MAX];
    struct wr w = wr_over(buf, sizeof buf);
    const size_t most = PPP_OPTIONS_MAX - head.left;

    if (body.left > most)
        body.left = most;
    wr_u8(&w, (uint8_t)code);
    wr_u8(&w, id);
    wr_be16(&w, (uint16_t)(4 + head.left + body.left));
    wr_rd(&w, head);
    wr_rd(&w, body);
    ppp_queue_frame(lcp->fsm.out, PPP_PROTO_LCP, wr_done(&w));
}

void
lcp_reject_protocol(struct lcp *lcp, uint16_t protocol, struct rd packet)
{
    const uint8_t head[2] = {(uint8_t)(protocol >> 8), (uint8_t)protocol};
    const size_t most = lcp->peer_mru - 6u; /* header and protocol; peer_mru >= LCP_MRU_MIN */

    if (lcp->fsm.state != PPP_OPENED)
        return;
    if (packet.left > most)
        packet.left = most;
    send_code(lcp, LCP_PROTOCOL_REJECT, lcp->fsm.next_id++, rd_over(head, sizeof head), packet);
}

static void
send_with_magic(struct lcp *lcp, enum lcp_code code, uint8_t id, struct rd body)
{
    uint8_t head[4];
    struct wr w = wr_over(head, sizeof head);

    wr_be32(&w, lcp->magic);
    send_code(lcp, code, id, rd_over(head, sizeof head), body);
}

void
lcp_identify(struct lcp *lcp, const char *text)
{
    send_with_magic(lcp, LCP_IDENTIFICATION, lcp->fsm.next_id++, rd_over(text, strlen(text)));
}

void
lcp_echo_start(struct lcp *lcp, usec_t now)
{
    lcp->echo_at = now + lcp->params.echo_interval / 6; /* soon, for a first round trip time */
    lcp->echo_sent = 0;
    lcp->echoes_lost = 0;
}

usec_t
lcp_echo_deadline(const struct lcp *lcp)
{
    return lcp->fsm.state == PPP_OPENED ? lcp->echo_at : NEVER;
}

void
lcp_echo_expire(struct lcp *lcp, usec_t now)
{
    if (now < lcp_echo_deadline(lcp))
        return;
    if (lcp->fsm.rejected_codes & UINT32_C(1) << LCP_ECHO_REQUEST) {
        lcp->echo_at = NEVER;
        return;
    }
    if (lcp->echo_sent != 0 && ++lcp->echoes_lost >= LCP_ECHOES_LOST) {
        fault(lcp, LCP_DEAD);
        lcp->echo_at = NEVER;
        return;
    }
    lcp->echo_at = now + lcp->params.echo_interval / (lcp->echoes_lost > 0 ? 3 : 1);
    lcp->echo_sent = now;
    lcp->echo_id = lcp->fsm.next_id++;
    send_with_magic(lcp, LCP_ECHO_REQUEST, lcp->echo_id, rd_over(NULL, 0));
}

void
lcp_heard(struct lcp *lcp)
{
    lcp->echoes_lost = 0;
}
