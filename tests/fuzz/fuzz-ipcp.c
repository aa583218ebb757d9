/* fuzz-ipcp.c - IPCP, first octet: the role. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipcp.h"

#include "fuzz-ppp.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ppp_queue q;
    struct rd in = rd_over(data, size);
    const uint8_t role = rd_u8(&in);
    const struct ipcp_params params = {
        .server = role & 1,
        .nbns = role & 2,
        .fixed = role & 4 ? 0x0a000009 : 0,
        .give = {.local = 0x0a000001, .peer = 0x0a000002, .dns = {0x0a000035, 0x0a000036}},
    };
    struct ipcp ipcp;
    usec_t now = 1;

    q.head = q.tail = 0;
    ipcp_init(&ipcp, &params, &q);
    while (in.left > 0 && rd_ok(&in)) {
        fuzz_fsm_step(&ipcp.fsm, &q, &now, &in);
        /* Threats I1, I2: what nobody can have is never taken. */
        if (ipcp.now.local != 0 && !net_ip4_usable(ipcp.now.local))
            abort();
        if (ipcp.now.peer != 0 && !net_ip4_usable(ipcp.now.peer))
            abort();
        for (int i = 0; i < 2; i++) {
            if (ipcp.now.dns[i] != 0 && !net_ip4_usable(ipcp.now.dns[i]))
                abort();
        }
    }
    return 0;
}
