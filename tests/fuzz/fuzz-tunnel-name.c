/*
 * fuzz-tunnel-name.c - what a connection's name servers answer to the question for an address; the
 * first octet says of which kind. What is taken is no more than may be, and an address.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tunnel-name.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    guint8 buf[TUNNEL_NAME_QUESTION];
    struct wr w = wr_over(buf, sizeof buf);
    struct rd in = rd_over(data, size);
    const enum tunnel_name_type type = rd_u8(&in) & 1 ? TUNNEL_NAME_AAAA : TUNNEL_NAME_A;

    if (!tunnel_name_put(&w, 0x1234, "a.test", type))
        abort();
    if (tunnel_name_read(in, wr_done(&w), found) != 0 && found->len > 0)
        abort();
    for (guint i = 0; i < found->len; i++)
        if (!g_hostname_is_ip_address(found->pdata[i]))
            abort();
    if (found->len > TUNNEL_NAME_ADDRESSES)
        abort();
    return 0;
}
