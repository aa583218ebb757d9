/* probe-msg.c - see probe-msg.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "probe-msg.h"

#include "tunnel-msg.h"

void
probe_step_put(struct wr *w, const struct probe_step *s)
{
    wr_u8(w, PROBE_STEP);
    wr_u8(w, s->server);
    wr_u8(w, (uint8_t)s->protocol);
    wr_u8(w, s->address);
    wr_u8(w, (uint8_t)s->kind);
    wr_u8(w, (uint8_t)s->state);
    wr_be32(w, s->error);
    wr_be32(w, s->ms);
    wire_text_put(w, s->subject);
    wire_text_put(w, s->detail);
}

bool
probe_step_get(struct rd *r, struct probe_step *ret)
{
    struct probe_step s = {0};
    const uint8_t type = rd_u8(r);

    s.server = rd_u8(r);
    const uint8_t protocol = rd_u8(r);
    s.address = rd_u8(r);
    const uint8_t kind = rd_u8(r), state = rd_u8(r);
    s.error = rd_be32(r);
    s.ms = rd_be32(r);
    wire_text_get(r, s.subject, sizeof s.subject);
    wire_text_get(r, s.detail, sizeof s.detail);

    if (!rd_done(r) || type != PROBE_STEP || s.server >= PLAN_MAX_SERVERS || protocol > PLAN_PPTP ||
        s.address >= PROBE_ADDRESSES || kind == 0 || kind >= PROBE_KINDS || state == 0 ||
        state >= PROBE_STATES || (s.error != RAS_OK && !ras_known(s.error)) ||
        (state == PROBE_FAIL) != (s.error != RAS_OK))
        return false;
    s.protocol = (enum plan_protocol)protocol;
    s.kind = (enum probe_kind)kind;
    s.state = (enum probe_state)state;
    *ret = s;
    return true;
}
