/* ipv6cp.c - see ipv6cp.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipv6cp.h"

#include "ppp-option.h"

static const uint8_t none[8];

static struct ipv6cp *
self(struct ppp_fsm *f)
{
    return (struct ipv6cp *)((char *)f - offsetof(struct ipv6cp, fsm));
}

/* Random, with the "universal" bit clear (RFC 5072 section 4.1), and not the other end's. */
static void
new_id(const struct ipv6cp *v6, const uint8_t *other, uint8_t ret[static 8])
{
    rng_fill(v6->rng, ret, 8);
    ret[0] &= 0xfd;
    if (memcmp(ret, none, 8) == 0 || memcmp(ret, other, 8) == 0)
        ret[7] ^= 0x5a;
}

static void
ipv6cp_reset(struct ppp_fsm *f)
{
    struct ipv6cp *v6 = self(f);

    memset(v6->peer, 0, sizeof v6->peer);
    /* The same identifier, and so the same addresses, when it is negotiated anew. */
    if (memcmp(v6->local, none, sizeof none) == 0)
        new_id(v6, none, v6->local);
    v6->asking = true;
}

static void
ipv6cp_request(struct ppp_fsm *f, struct wr *opts)
{
    const struct ipv6cp *v6 = self(f);

    if (v6->asking)
        ppp_option_put(opts, IPV6CP_INTERFACE_ID, v6->local, sizeof v6->local);
}

static void
ipv6cp_naked(struct ppp_fsm *f, struct rd opts)
{
    struct ipv6cp *v6 = self(f);
    struct ppp_option o;

    while (ppp_option_next(&opts, &o)) {
        if (o.type != IPV6CP_INTERFACE_ID || o.value.left != 8)
            continue;
        if (memcmp(o.value.p, none, 8) == 0 || memcmp(o.value.p, v6->peer, 8) == 0)
            new_id(v6, v6->peer, v6->local);
        else
            memcpy(v6->local, o.value.p, 8);
    }
}

static void
ipv6cp_rejected(struct ppp_fsm *f, struct rd opts)
{
    struct ipv6cp *v6 = self(f);
    struct ppp_option o;

    while (ppp_option_next(&opts, &o))
        v6->asking &= o.type != IPV6CP_INTERFACE_ID;
}

static enum ppp_verdict
ipv6cp_judge(struct ppp_fsm *f, struct rd opts, bool stubborn, struct wr *reply)
{
    struct ipv6cp *v6 = self(f);
    struct ppp_judgement j;
    struct ppp_option o;

    memset(v6->peer, 0, sizeof v6->peer);
    ppp_judge_begin(&j, stubborn, reply);
    while (ppp_option_next(&opts, &o)) {
        uint8_t other[8];

        if (o.type != IPV6CP_INTERFACE_ID || o.value.left != 8) {
            ppp_judge_reject(&j, &o);
        } else if (memcmp(o.value.p, none, 8) == 0 || memcmp(o.value.p, v6->local, 8) == 0) {
            new_id(v6, v6->local, other);
            ppp_judge_nak(&j, &o, other, sizeof other);
        } else {
            memcpy(v6->peer, o.value.p, 8);
        }
    }
    return ppp_judge_end(&j);
}

static const struct ppp_fsm_ops ipv6cp_ops = {
    .protocol = 0x8057,
    .reset = ipv6cp_reset,
    .request = ipv6cp_request,
    .naked = ipv6cp_naked,
    .rejected = ipv6cp_rejected,
    .judge = ipv6cp_judge,
};

void
ipv6cp_init(struct ipv6cp *v6, const struct rng *rng, struct ppp_queue *out)
{
    *v6 = (struct ipv6cp){.rng = rng};
    ppp_fsm_init(&v6->fsm, &ipv6cp_ops, out);
    ipv6cp_reset(&v6->fsm);
}

void
ipv6cp_address(const uint8_t id[static 8], uint8_t ret[static 16])
{
    memset(ret, 0, 8);
    ret[0] = 0xfe;
    ret[1] = 0x80;
    memcpy(ret + 8, id, 8);
}
