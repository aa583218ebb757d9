/*
 * fuzz-pptp-control.c - a PPTP control connection under a script: a byte says what happens, the
 * rest feeds it. What we write must be cut again, and time must never stand still.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "pptp-call.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_output(struct wr *out)
{
    struct rd r = wr_done(out);
    struct pptp_msg m;

    while (pptp_msg_cut(&r, &m) == PPTP_CUT_MESSAGE)
        ;
    if (!rd_done(&r))
        abort();
    out->len = 0;
}

static void
feed(struct pptp_call *call, usec_t now, struct rd stream, struct wr *out)
{
    struct pptp_msg m;
    enum pptp_cut cut;

    while ((cut = pptp_msg_cut(&stream, &m)) == PPTP_CUT_MESSAGE) {
        pptp_call_input(call, now, &m, out);
        check_output(out);
    }
    if (cut == PPTP_CUT_BROKEN)
        pptp_call_lost(call, true);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t buf[PPTP_CALL_ROOM];
    struct wr out = wr_over(buf, sizeof buf);
    struct rd in = rd_over(data, size);
    struct pptp_call call;
    usec_t now = 0;

    pptp_call_init(&call, 0x1234);
    while (in.left > 0 && rd_ok(&in)) {
        switch (rd_u8(&in) % 5) {
        case 0:
            pptp_call_begin(&call, now, &out);
            break;
        case 1:
            pptp_call_clear(&call, now, &out);
            break;
        case 2:
            if (call.deadline != NEVER)
                now = call.deadline;
            pptp_call_expire(&call, now, &out);
            if (call.deadline != NEVER && call.deadline <= now)
                abort();
            break;
        case 3: { /* a message that is well formed, with a body from the script */
            struct pptp_msg m = {.type = 1 + rd_u8(&in) % (PPTP_TYPES - 1),
                                 .version = 0x100,
                                 .result = rd_u8(&in) % 8,
                                 .call_id = rd_u8(&in),
                                 .peer_call_id = rd_u8(&in) & 1 ? 0x1234 : 7,
                                 .echo_id = rd_u8(&in) % 4};
            pptp_call_input(&call, now, &m, &out);
            break;
        }
        case 4: {
            const size_t n = rd_u8(&in);
            feed(&call, now, rd_take(&in, n < in.left ? n : in.left), &out);
            break;
        }
        }
        check_output(&out);
        if (call.state == PPTP_CALL_CLOSED && call.end.error == RAS_OK)
            abort(); /* nothing ends without a cause */
    }
    return 0;
}
