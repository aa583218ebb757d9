/* ike-probe.c - see ike-probe.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ike-probe.h"

#include "dh.h"

#define LIFE 28800u
enum { NONCE = 32 };

struct rd
ike_probe_begin(struct ike_probe *p, unsigned method, unsigned tier, const struct rng *rng,
                uint8_t *buf, size_t cap)
{
    struct ike_header h = {.exchange = IKE_MAIN};
    struct ike_wr m;

    *p = (struct ike_probe){.method = method};
    ike_suites_tier(&p->offered, tier, 0);
    do
        rng_fill(rng, p->cookie, sizeof p->cookie);
    while (memcmp(p->cookie, (uint8_t[IKE_COOKIE_SIZE]){0}, sizeof p->cookie) == 0);
    memcpy(h.cky_i, p->cookie, sizeof h.cky_i);
    ike_wr_begin(&m, buf, cap, &h);
    ike_suites_offer(&p->offered, method, LIFE, &m);
    ike_vendor_offer(&m);
    return ike_wr_done(&m);
}

/* A digest of no address: the server finds a NAT, as it does with most clients. */
static void
natd_put(enum ike_natt natt, enum hash_alg alg, const struct rng *rng, struct ike_wr *m)
{
    uint8_t digest[HASH_MAX_SIZE];

    for (unsigned end = 0; natt != IKE_NATT_NONE && end < 2; end++) {
        rng_fill(rng, digest, sizeof digest);
        ike_wr_payload(m, ike_natd_type(natt), rd_over(digest, hash_size(alg)));
    }
}

struct rd
ike_probe_next(const struct ike_probe *p, const struct ike_probe_reply *taken,
               const struct rng *rng, uint8_t *buf, size_t cap)
{
    CLEANUP(dh_free) struct dh *dh = dh_new((enum dh_group)taken->suite.group, rng);
    struct ike_header h = {.exchange = IKE_MAIN};
    uint8_t nonce[NONCE];
    struct ike_wr m;

    if (dh == NULL)
        return (struct rd){.bad = true};
    memcpy(h.cky_i, p->cookie, sizeof h.cky_i);
    memcpy(h.cky_r, taken->cookie, sizeof h.cky_r);
    rng_fill(rng, nonce, sizeof nonce);
    ike_wr_begin(&m, buf, cap, &h);
    ike_wr_payload(&m, IKE_PL_KE, dh_public(dh));
    ike_wr_payload(&m, IKE_PL_NONCE, rd_over(nonce, sizeof nonce));
    natd_put(taken->natt, ike_suite_hash(&taken->suite), rng, &m);
    return ike_wr_done(&m);
}

struct ike_probe_reply
ike_probe_read(const struct ike_probe *p, struct rd datagram)
{
    struct ike_probe_reply reply = {.answer = IKE_PROBE_NOTHING};
    struct ike_features features = {0};
    struct ike_header h;
    struct ike_payloads payloads;
    struct ike_notify notify;
    uint32_t seconds;

    if (!ike_header_get(&datagram, &h) || memcmp(h.cky_i, p->cookie, sizeof h.cky_i) != 0)
        return reply;
    reply.answer = IKE_PROBE_ODD;
    if ((h.flags & IKE_FLAG_ENCRYPTED) != 0 ||
        !ike_payloads_get(datagram, h.next, false, &payloads))
        return reply;
    ike_vendor_get(&payloads, &features);
    reply.natt = features.natt;
    memcpy(reply.cookie, h.cky_r, sizeof reply.cookie);
    if (h.exchange == IKE_MAIN &&
        ike_suites_check(&p->offered, p->method, LIFE, ike_payload_find(&payloads, IKE_PL_SA, 0),
                         &reply.suite, &seconds)) {
        reply.answer = IKE_PROBE_TAKES;
    } else if (ike_notify_get(ike_payload_find(&payloads, IKE_PL_NOTIFY, 0), &notify) &&
               notify.type <= IKE_N_ERROR_LAST) {
        reply.answer = IKE_PROBE_REFUSES;
        reply.notify = notify.type;
    }
    return reply;
}
