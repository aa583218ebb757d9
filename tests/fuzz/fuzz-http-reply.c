/*
 * fuzz-http-reply.c - the first octet says how the rest is cut into pieces; however it is cut, the
 * verdict and the octets used are the same.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "sstp-http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
feed(struct sstp_http_reply *r, struct rd in, size_t step)
{
    size_t used = 0;

    *r = (struct sstp_http_reply){0};
    while (in.left > 0 && r->state == SSTP_HTTP_MORE) {
        const struct rd piece = rd_take(&in, step < in.left ? step : in.left);
        const size_t took = sstp_http_reply_input(r, piece.p, piece.left);
        if (took > piece.left || (took < piece.left && r->state == SSTP_HTTP_MORE))
            abort();
        used += took;
    }
    return used;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd in = rd_over(data, size);
    struct sstp_http_reply whole, cut;
    const size_t step = rd_u8(&in) % 64 + 1u;
    const size_t used = feed(&whole, in, SIZE_MAX);

    if (feed(&cut, in, step) != used || cut.state != whole.state ||
        cut.end.error != whole.end.error || strcmp(cut.end.detail, whole.end.detail) != 0)
        abort();
    if (used > SSTP_HTTP_MAX_REPLY + 1 ||
        (whole.state == SSTP_HTTP_REFUSED) != (whole.end.error != RAS_OK))
        abort();
    return 0;
}
