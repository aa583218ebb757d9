/* fuzz-ipv6cp.c - IPV6CP. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipv6cp.h"

#include "fuzz-ppp.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t none[8];
    static struct ppp_queue q;
    struct rd in = rd_over(data, size);
    struct ipv6cp v6;
    usec_t now = 1;

    q.head = q.tail = 0;
    fuzz_random = 1;
    ipv6cp_init(&v6, &fuzz_rng, &q);
    while (in.left > 0 && rd_ok(&in)) {
        fuzz_fsm_step(&v6.fsm, &q, &now, &in);
        if (memcmp(v6.local, none, 8) == 0)
            abort();
        if (v6.fsm.state == PPP_OPENED && memcmp(v6.local, v6.peer, 8) == 0)
            abort(); /* threats I4 */
    }
    return 0;
}
