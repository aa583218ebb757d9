/* fuzz-ccp.c - CCP, first octet: what may be used. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ccp.h"

#include "fuzz-ppp.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ppp_queue q;
    struct rd in = rd_over(data, size);
    const uint32_t allowed = rd_u8(&in);
    struct ccp ccp;
    usec_t now = 1;

    q.head = q.tail = 0;
    ccp_init(&ccp, allowed, &q);
    while (in.left > 0 && rd_ok(&in)) {
        uint32_t agreed;

        fuzz_fsm_step(&ccp.fsm, &q, &now, &in);
        /* Threats A16: stateless, one strength, and an allowed one; or nothing. */
        agreed = ccp_agreed(&ccp);
        if (agreed != 0 && (!(agreed & CCP_MPPE_STATELESS) ||
                            (agreed & ~(uint32_t)CCP_MPPE_STATELESS & ~allowed) != 0))
            abort();
    }
    return 0;
}
