/* ccp.c - see ccp.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ccp.h"

#include "ppp-option.h"

#define SHORT    (50 * USEC_PER_MSEC)  /* round trip: what is shorter can be waited for */
#define PATIENCE (400 * USEC_PER_MSEC) /* enough for a busy server */
#define UNHEARD  (5 * USEC_PER_SEC)    /* longer than a lost Ack takes to be sent again */

enum { STRENGTHS = CCP_MPPE_128 | CCP_MPPE_56 | CCP_MPPE_40, PROTOCOL = 0x80fd };

static struct ccp *
self(struct ppp_fsm *f)
{
    return (struct ccp *)((char *)f - offsetof(struct ccp, fsm));
}

/* The strongest of what both can; 0: nothing in common. What is @firm is taken as the peer says it;
 * else it is what we would rather have. */
static uint32_t
choose(const struct ccp *ccp, uint32_t bits, bool firm)
{
    static const uint32_t strongest_first[] = {CCP_MPPE_128, CCP_MPPE_56, CCP_MPPE_40};
    const uint32_t common = bits & ccp->allowed;
    const uint32_t mppc = common & CCP_MPPC;

    if (ccp->only != 0)
        return ccp->only;
    for (unsigned i = 0; i < 3; i++) {
        if (!(common & strongest_first[i]))
            continue;
        if (!firm)
            return CCP_MPPE_STATELESS | strongest_first[i];
        return (bits & CCP_MPPE_STATELESS) | strongest_first[i] | mppc;
    }
    return (ccp->allowed & STRENGTHS) == 0 || firm ? mppc : 0;
}

/* These bits, with one strength only. */
static uint32_t
strongest(uint32_t bits)
{
    const uint32_t rest = bits & ~(uint32_t)STRENGTHS;

    return rest | (bits & CCP_MPPE_128  ? CCP_MPPE_128
                   : bits & CCP_MPPE_56 ? CCP_MPPE_56
                                        : bits & CCP_MPPE_40);
}

static void
ccp_reset(struct ppp_fsm *f)
{
    struct ccp *ccp = self(f);

    /* All that would do at once, as Windows asks: whoever has only a weaker one can say so in a
     * Nak, and pppd hangs up on a request that leaves it no choice. */
    ccp->ask = choose(ccp, STRENGTHS, false);
    if (ccp->only == 0 && ccp->ask != 0)
        ccp->ask |= ccp->allowed & STRENGTHS;
    ccp->peer = 0;
    ccp->suggested = false;
}

static void
put_bits(struct wr *w, uint32_t bits)
{
    wr_u8(w, CCP_MPPE);
    wr_u8(w, 6);
    wr_be32(w, bits);
}

static void
ccp_request(struct ppp_fsm *f, struct wr *opts)
{
    struct ccp *ccp = self(f);

    ccp->probed = false; /* what answers that, knows nothing of this request */
    if (ccp->ask != 0)
        put_bits(opts, ccp->ask);
}

static void
ccp_naked(struct ppp_fsm *f, struct rd opts)
{
    struct ccp *ccp = self(f);
    struct ppp_option o;

    while (ppp_option_next(&opts, &o)) {
        const uint32_t bits = rd_be32(&o.value);

        if (o.type == CCP_MPPE && rd_done(&o.value))
            ccp->ask = choose(ccp, bits, true);
    }
}

/* Whoever has not this strength may have a weaker one, if that is allowed. */
static uint32_t
weaker(const struct ccp *ccp)
{
    if (ccp->only != 0)
        return 0;
    if (ccp->ask & CCP_MPPE_128)
        return choose(ccp, CCP_MPPE_56 | CCP_MPPE_40, false);
    return ccp->ask & CCP_MPPE_56 ? choose(ccp, CCP_MPPE_40, false) : 0;
}

/* Who rejects several at once, where it should have named one in a Nak (RFC 3078 section 2.1), may
 * have the strongest all the same. */
static void
ccp_rejected(struct ppp_fsm *f, struct rd opts)
{
    struct ccp *ccp = self(f);
    struct ppp_option o;

    while (ppp_option_next(&opts, &o)) {
        const uint32_t bits = rd_be32(&o.value) & STRENGTHS;

        if (o.type == CCP_MPPE && ccp->only == 0 && (bits & (bits - 1)) != 0)
            ccp->ask = choose(ccp, bits, false);
        else if (o.type == CCP_MPPE)
            ccp->ask = weaker(ccp);
    }
}

static void
judge_mppe(struct ccp *ccp, const struct ppp_option *o, struct ppp_judgement *j)
{
    struct rd value = o->value;
    const uint32_t bits = rd_be32(&value);
    uint32_t choice = choose(ccp, bits, ccp->suggested);
    uint8_t answer[4];
    struct wr w = wr_over(answer, sizeof answer);

    if (choice == 0 && choose(ccp, bits, true) != 0) /* only compression: would it not rather ... */
        choice = choose(ccp, STRENGTHS, false);
    wr_be32(&w, choice);
    if (choice == 0) {
        ppp_judge_reject(j, o);
    } else if (bits != choice) {
        ccp->suggested = true;
        ppp_judge_nak(j, o, answer, sizeof answer);
    } else {
        ccp->peer = bits;
    }
}

static enum ppp_verdict
ccp_judge(struct ppp_fsm *f, struct rd opts, bool stubborn, struct wr *reply)
{
    struct ccp *ccp = self(f);
    struct ppp_judgement j;
    struct ppp_option o;

    ccp->peer = 0;
    ppp_judge_begin(&j, stubborn, reply);
    while (ppp_option_next(&opts, &o)) {
        if (o.type == CCP_MPPE && o.value.left == 4)
            judge_mppe(ccp, &o, &j);
        else
            ppp_judge_reject(&j, &o);
    }
    return ppp_judge_end(&j);
}

/* MPPE answers a Reset-Request with a flushed packet, not with a Reset-Ack (RFC 3078 section 8). */
static enum ppp_extension
ccp_extension(struct ppp_fsm *f, usec_t now, uint8_t code, uint8_t id, struct rd body,
              struct ppp_reply *reply)
{
    struct ccp *ccp = self(f);

    (void)now, (void)body, (void)reply;
    if (code == CCP_RESET_REQUEST && f->state == PPP_OPENED)
        ccp->reset_wanted = true;
    if (code == CCP_RESET_ACK && ccp->unheard_at != 0 && id == ccp->unheard_id)
        ccp->unheard_opened = true;
    if (code == CCP_RESET_ACK && ccp->probed && id == ccp->probe_id)
        return PPP_EXT_CONFIRMED;
    return code == CCP_RESET_REQUEST || code == CCP_RESET_ACK ? PPP_EXT_RECEIVED : PPP_EXT_UNKNOWN;
}

static uint8_t
send_reset_request(struct ppp_fsm *f)
{
    const uint8_t id = f->next_id++;
    uint8_t frame[4];
    struct wr w = wr_over(frame, sizeof frame);

    wr_u8(&w, CCP_RESET_REQUEST);
    wr_u8(&w, id);
    wr_be16(&w, sizeof frame);
    ppp_queue_frame(f->out, f->ops->protocol, wr_done(&w));
    return id;
}

static bool
ccp_probe(struct ppp_fsm *f)
{
    struct ccp *ccp = self(f);

    if (ccp->hasty || !(ccp->ask & STRENGTHS) ||
        f->rejected_codes & UINT32_C(1) << CCP_RESET_REQUEST)
        return false;
    ccp->probed = true;
    ccp->probe_id = send_reset_request(f);
    return true;
}

/* We ask for all strengths that would do, and are told to name one. The peer's own request, when it
 * is here first, tells which: it asks for no strength that it has not. */
static bool
ccp_hint(struct ppp_fsm *f, struct rd opts, struct wr *guess)
{
    const struct ccp *ccp = self(f);
    struct ppp_option o;
    uint32_t bits = 0;

    while (ppp_option_next(&opts, &o)) {
        if (o.type == CCP_MPPE && o.value.left == 4)
            bits = rd_be32(&o.value);
    }
    const uint32_t choice = choose(ccp, bits & STRENGTHS, false);
    if (!ccp->ahead || !(bits & CCP_MPPE_STATELESS) || choice == 0 || choice == ccp->ask)
        return false;
    put_bits(guess, choice);
    return true;
}

static const struct ppp_fsm_ops ccp_ops = {
    .protocol = PROTOCOL,
    .reset = ccp_reset,
    .request = ccp_request,
    .naked = ccp_naked,
    .rejected = ccp_rejected,
    .judge = ccp_judge,
    .extension = ccp_extension,
    .probe = ccp_probe,
    .hint = ccp_hint,
};

void
ccp_init(struct ccp *ccp, uint32_t allowed, struct ppp_queue *out)
{
    *ccp = (struct ccp){.allowed = allowed & (STRENGTHS | CCP_MPPC)};
    ppp_fsm_init(&ccp->fsm, &ccp_ops, out);
    ccp_reset(&ccp->fsm);
}

void
ccp_insist(struct ccp *ccp, uint32_t bits)
{
    ccp->only = bits;
    ccp_reset(&ccp->fsm);
}

uint32_t
ccp_agreed(const struct ccp *ccp)
{
    /* Of several that were acknowledged together the strongest counts (RFC 3078 section 2.1 wants a
     * Nak for them). */
    const uint32_t ask = strongest(ccp->ask);
    const bool same = ((ask ^ ccp->peer) & STRENGTHS) == 0;

    return ccp->fsm.state == PPP_OPENED && same ? ask : 0;
}

void
ccp_request_reset(struct ccp *ccp)
{
    if (ccp->fsm.state == PPP_OPENED)
        send_reset_request(&ccp->fsm);
}

bool
ccp_asks_mppe(uint16_t protocol, struct rd packet)
{
    const uint8_t code = rd_u8(&packet);
    struct ppp_option o;

    rd_u8(&packet);
    const uint16_t length = rd_be16(&packet);
    if (protocol != PROTOCOL || code != PPP_CONF_REQ || length < 4)
        return false;
    struct rd opts = rd_take(&packet, (size_t)length - 4);
    while (ppp_option_next(&opts, &o)) {
        const uint32_t bits = rd_be32(&o.value);

        if (o.type == CCP_MPPE && rd_done(&o.value) && (bits & STRENGTHS) != 0)
            return true;
    }
    return false;
}

bool
ccp_hold(struct ccp *ccp, usec_t now, uint32_t rtt, struct rd packet)
{
    if (!ccp->patient || ccp->held_until != 0 || rtt >= SHORT || ccp->fsm.state < PPP_REQ_SENT ||
        packet.left == 0 || packet.left > sizeof ccp->held || packet.p[0] != PPP_CONF_REQ)
        return false;
    memcpy(ccp->held, packet.p, packet.left);
    ccp->held_len = (uint8_t)packet.left;
    ccp->held_until = now + PATIENCE;
    return true;
}

void
ccp_release(struct ccp *ccp, usec_t now)
{
    if (ccp->held_until == 0 || ccp->held_until == NEVER)
        return;
    ccp->held_until = NEVER;
    ppp_fsm_input(&ccp->fsm, now, rd_over(ccp->held, ccp->held_len));
}

void
ccp_expire(struct ccp *ccp, usec_t now)
{
    if (now >= ccp->held_until)
        ccp_release(ccp, now);
    ppp_fsm_expire(&ccp->fsm, now);
}

usec_t
ccp_deadline(const struct ccp *ccp)
{
    const usec_t held = ccp->held_until == 0 ? NEVER : ccp->held_until;

    return usec_min(held, ppp_fsm_deadline(&ccp->fsm));
}

bool
ccp_unheard_lately(const struct ccp *ccp, usec_t now)
{
    return ccp->unheard_at != 0 && now - ccp->unheard_at <= UNHEARD;
}

bool
ccp_unheard(struct ccp *ccp, usec_t now)
{
    if (!ccp_unheard_lately(ccp, now)) {
        ccp->unheard_since = now;
        ccp->unheard_opened = false;
        ccp->unheard_id = send_reset_request(&ccp->fsm);
    }
    ccp->unheard_at = now;
    return ccp->unheard_opened || now - ccp->unheard_since >= UNHEARD;
}
