/* ipcp.c - see ipcp.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipcp.h"

#include "ppp-option.h"

/* The options that carry an address, in the order of our request. */
static const struct {
    uint8_t type;
    size_t at; /* in a struct ipcp_config: of the one who asks */
} fields[] = {
    {IPCP_ADDRESS, offsetof(struct ipcp_config, local)},
    {IPCP_DNS1, offsetof(struct ipcp_config, dns[0])},
    {IPCP_NBNS1, offsetof(struct ipcp_config, nbns[0])},
    {IPCP_DNS2, offsetof(struct ipcp_config, dns[1])},
    {IPCP_NBNS2, offsetof(struct ipcp_config, nbns[1])},
};

enum { FIELD_ADDRESS, FIELD_DNS1, FIELD_NBNS1, FIELD_DNS2, FIELD_NBNS2, N_FIELDS };

_Static_assert(N_FIELDS == sizeof fields / sizeof *fields, "one name for each");

static struct ipcp *
self(struct ppp_fsm *f)
{
    return (struct ipcp *)((char *)f - offsetof(struct ipcp, fsm));
}

static uint32_t *
field(struct ipcp_config *c, size_t i)
{
    return (uint32_t *)(void *)((char *)c + fields[i].at);
}

static size_t
field_of(uint8_t type)
{
    size_t i = 0;

    while (i < N_FIELDS && fields[i].type != type)
        i++;
    return i;
}

static void
ipcp_reset(struct ppp_fsm *f)
{
    struct ipcp *ipcp = self(f);

    ipcp->now = (struct ipcp_config){0};
    ipcp->offered = ipcp->unusable = false;
    if (ipcp->params.server) {
        ipcp->now.local = ipcp->params.give.local;
        ipcp->asking = 1u << FIELD_ADDRESS;
        return;
    }
    ipcp->now.local = ipcp->params.fixed;
    ipcp->asking = (1u << N_FIELDS) - 1;
    for (size_t i = 0; i < N_FIELDS; i++) {
        if (!ipcp->params.nbns && (fields[i].type == IPCP_NBNS1 || fields[i].type == IPCP_NBNS2))
            ipcp->asking &= ~(1u << i);
    }
}

static void
put_fields(struct ipcp *ipcp, unsigned asking, struct wr *opts)
{
    for (size_t i = 0; i < N_FIELDS; i++) {
        if (!(asking & 1u << i))
            continue;
        wr_u8(opts, fields[i].type);
        wr_u8(opts, 6);
        wr_be32(opts, *field(&ipcp->now, i));
    }
}

static void
ipcp_request(struct ppp_fsm *f, struct wr *opts)
{
    put_fields(self(f), self(f)->asking, opts);
}

/* What servers have, besides all that was asked for: bit n is the n-th of fields[]. Each guess that
 * is right saves a round trip. There are no more than these, because a server that has everything
 * naks each of them, and a sixth Nak it would turn into a Reject (RFC 1661 section 4.6:
 * Max-Failure).
 */
/* clang-format off */
static const uint8_t guesses[PPP_GUESSES] = {
    1 << FIELD_ADDRESS | 1 << FIELD_DNS1 | 1 << FIELD_DNS2,
    1 << FIELD_ADDRESS | 1 << FIELD_DNS1,
    1 << FIELD_ADDRESS,
    1 << FIELD_ADDRESS | 1 << FIELD_DNS1 | 1 << FIELD_NBNS1,
};
/* clang-format on */

static bool
ipcp_guess(struct ppp_fsm *f, unsigned nth, struct wr *opts)
{
    struct ipcp *ipcp = self(f);

    if (!ipcp->params.guess || ipcp->params.server || (ipcp->asking & ~guesses[nth]) == 0)
        return false;
    put_fields(ipcp, ipcp->asking & guesses[nth], opts);
    return true;
}

/* An address that nobody can have ends the talk (threats I1); a server of that kind is only not
 * asked for again (I2). */
static void
take_offer(struct ipcp *ipcp, size_t i, uint32_t address)
{
    const bool usable = net_ip4_usable(address);

    if (i != FIELD_ADDRESS) {
        *field(&ipcp->now, i) = usable ? address : 0;
        if (!usable)
            ipcp->asking &= ~(1u << i);
    } else if (ipcp->params.fixed != 0 && address != ipcp->params.fixed) {
        ipcp->fixed_refused = true;
    } else if (!usable) {
        ipcp->unusable = true;
    } else {
        ipcp->now.local = address;
        ipcp->offered = true;
    }
}

static void
ipcp_naked(struct ppp_fsm *f, struct rd opts)
{
    struct ipcp *ipcp = self(f);
    struct ppp_option o;

    while (ppp_option_next(&opts, &o)) {
        const size_t i = field_of(o.type);
        const uint32_t address = rd_be32(&o.value);

        if (i < N_FIELDS && rd_done(&o.value) && !ipcp->params.server && ipcp->asking & 1u << i)
            take_offer(ipcp, i, address);
    }
}

static void
ipcp_rejected(struct ppp_fsm *f, struct rd opts)
{
    struct ipcp *ipcp = self(f);
    struct ppp_option o;

    while (ppp_option_next(&opts, &o)) {
        const size_t i = field_of(o.type);

        if (i >= N_FIELDS)
            continue;
        ipcp->asking &= ~(1u << i);
        if (i != FIELD_ADDRESS)
            *field(&ipcp->now, i) = 0;
        else if (ipcp->params.fixed != 0)
            ipcp->fixed_refused = true;
    }
}

/* A client takes whatever address the peer says it has, and wants to hear of nothing else. */
static void
judge_as_client(struct ipcp *ipcp, const struct ppp_option *o, uint32_t address,
                struct ppp_judgement *j)
{
    if (o->type == IPCP_ADDRESS && net_ip4_usable(address))
        ipcp->now.peer = address;
    else
        ppp_judge_reject(j, o);
}

/* A server has one answer to each question. */
static void
judge_as_server(struct ipcp *ipcp, const struct ppp_option *o, uint32_t address,
                struct ppp_judgement *j)
{
    const size_t i = field_of(o->type);
    const uint32_t give = i == FIELD_ADDRESS ? ipcp->params.give.peer
                          : i < N_FIELDS     ? *field(&ipcp->params.give, i)
                                             : 0;
    uint8_t value[4];
    struct wr w = wr_over(value, sizeof value);

    wr_be32(&w, give);
    if (give == 0)
        ppp_judge_reject(j, o);
    else if (address != give)
        ppp_judge_nak(j, o, value, sizeof value);
    else if (i == FIELD_ADDRESS)
        ipcp->now.peer = address;
}

static enum ppp_verdict
ipcp_judge(struct ppp_fsm *f, struct rd opts, bool stubborn, struct wr *reply)
{
    struct ipcp *ipcp = self(f);
    struct ppp_judgement j;
    struct ppp_option o;

    ipcp->now.peer = 0;
    ppp_judge_begin(&j, stubborn, reply);
    while (ppp_option_next(&opts, &o)) {
        struct rd value = o.value;
        const uint32_t address = rd_be32(&value);

        if (!rd_done(&value))
            ppp_judge_reject(&j, &o);
        else if (ipcp->params.server)
            judge_as_server(ipcp, &o, address, &j);
        else
            judge_as_client(ipcp, &o, address, &j);
    }
    return ppp_judge_end(&j);
}

static const struct ppp_fsm_ops ipcp_ops = {
    .protocol = 0x8021,
    .reset = ipcp_reset,
    .request = ipcp_request,
    .naked = ipcp_naked,
    .rejected = ipcp_rejected,
    .judge = ipcp_judge,
    .guess = ipcp_guess,
};

void
ipcp_init(struct ipcp *ipcp, const struct ipcp_params *params, struct ppp_queue *out)
{
    *ipcp = (struct ipcp){.params = *params};
    ppp_fsm_init(&ipcp->fsm, &ipcp_ops, out);
    ipcp_reset(&ipcp->fsm);
}
