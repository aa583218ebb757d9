/* fuzz-lcp.c - LCP, first two octets: role and policy. SPDX-License-Identifier: GPL-3.0-or-later */
#include "lcp.h"

#include "fuzz-ppp.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ppp_queue q;
    struct rd in = rd_over(data, size);
    const uint8_t role = rd_u8(&in);
    const uint8_t auth = rd_u8(&in);
    struct lcp_params params = {
        .rng = &fuzz_rng,
        .mru = role & 2 ? 1400 : 0,
        .compress_fields = role & 4,
    };
    struct lcp lcp;
    usec_t now = 1;

    if (role & 1) {
        params.n_demand = 2;
        params.demand[0] = PPP_AUTH_MSCHAPV2;
        params.demand[1] = PPP_AUTH_PAP;
    } else {
        params.auth_allowed = auth & 15;
    }
    q.head = q.tail = 0;
    fuzz_random = 7;
    lcp_init(&lcp, &params, &q);
    while (in.left > 0 && rd_ok(&in)) {
        if (in.p[0] == 0xee) { /* the owner's own doings */
            const struct rd packet = (rd_u8(&in), fuzz_frame(&in));

            lcp_reject_protocol(&lcp, 0x80fd, packet);
            lcp_echo_start(&lcp, now);
            now += 60 * USEC_PER_SEC;
            lcp_echo_expire(&lcp, now);
            free((void *)packet.p);
        }
        fuzz_fsm_step(&lcp.fsm, &q, &now, &in);
        /* Threats A1: what is not allowed is never agreed on. */
        if (((unsigned)lcp.auth & ~params.auth_allowed) != 0)
            abort();
        if (lcp.peer_mru < LCP_MRU_MIN || lcp.mru < LCP_MRU_MIN || lcp.mru > LCP_MRU_DEFAULT)
            abort();
    }
    return 0;
}
