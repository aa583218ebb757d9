/*
 * fuzz-ike-msg.c - every reader of ISAKMP over one datagram: the header, the chain of payloads, and
 * each payload by what it says it is. What is read is written again and must read the same.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "ike-phase1.h"
#include "ike-phase2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_sa(struct rd body)
{
    const struct ike_terms terms = {.encapsulation = IKE_ENCAP_UDP_TRANSPORT, .seconds = 3600};
    struct ike_suites suites;
    struct ike_child_suites children;
    struct ike_suite suite;
    struct esp_suite esp;
    struct ike_terms got;
    struct ike_offer offer;
    uint32_t seconds, spi;

    ike_suites_tier(&suites, 0, 0);
    ike_child_suites_tier(&children, 0, 0);
    if (ike_suites_check(&suites, IKE_METHOD_PSK, 28800, body, &suite, &seconds) &&
        (seconds == 0 || seconds > 28800))
        abort();
    if (ike_child_check(&children, &terms, body, &esp, &got, &spi) &&
        (got.seconds == 0 || got.seconds > 3600 || spi < 256 || !esp_suite_valid(&esp)))
        abort();
    if (ike_offer_get(body, IKE_PHASE_1, &offer))
        ike_suites_choose(&suites, 1u << IKE_METHOD_PSK, &offer, &suite);
    if (ike_offer_get(body, IKE_PHASE_2, &offer))
        ike_child_choose(&children, &terms, &offer, &esp, &got, &spi);
}

static void
read_payload(const struct ike_payload *p)
{
    struct ike_notify notify;
    struct ike_delete gone;
    struct ike_ident id;

    switch (p->type) {
    case IKE_PL_SA:
        read_sa(p->body);
        break;
    case IKE_PL_NOTIFY:
        ike_notify_get(p->body, &notify);
        break;
    case IKE_PL_DELETE:
        if (ike_delete_get(p->body, &gone) && gone.spis.left != (size_t)gone.n * gone.spi_size)
            abort();
        break;
    case IKE_PL_ID:
        ike_ident_get(p->body, &id);
        break;
    }
}

static void
write_again(const struct ike_header *h, const struct ike_payloads *p)
{
    static uint8_t buf[65536];
    struct ike_header h2;
    struct ike_payloads p2;
    struct ike_wr m;

    ike_wr_begin(&m, buf, sizeof buf, h);
    for (unsigned i = 0; i < p->n; i++)
        ike_wr_payload(&m, p->v[i].type, p->v[i].body);

    struct rd r = ike_wr_done(&m);

    if (!rd_ok(&r))
        return;
    if (!ike_header_get(&r, &h2) || !ike_payloads_get(r, h2.next, false, &p2) || p2.n != p->n)
        abort();
    for (unsigned i = 0; i < p->n; i++)
        if (p2.v[i].type != p->v[i].type || !rd_equal(p2.v[i].body, p->v[i].body))
            abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd r = rd_over(data, size);
    struct ike_header h;
    struct ike_payloads p;

    if (!ike_header_get(&r, &h) ||
        !ike_payloads_get(r, h.next, (h.flags & IKE_FLAG_ENCRYPTED) != 0, &p))
        return 0;
    for (unsigned i = 0; i < p.n; i++)
        read_payload(&p.v[i]);
    write_again(&h, &p);
    return 0;
}
