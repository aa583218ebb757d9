/* proxy-msg.c - see proxy-msg.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "proxy-msg.h"

#include "tunnel-msg.h"

void
proxy_start_put(struct wr *w, const struct proxy_start *s)
{
    wr_u8(w, PROXY_START);
    wr_u8(w, (uint8_t)s->kind);
    wire_text_put(w, s->proxy_host);
    wr_be16(w, s->proxy_port);
    wire_text_put(w, s->host);
    wr_be16(w, s->port);
    wire_text_put(w, s->user);
    wr_be16(w, s->password.len);
    wr_rd(w, secret_rd(&s->password));
    wr_be16(w, s->timeout_s);
    wr_be32(w, s->uid);
    wr_be32(w, s->gid);
}

bool
proxy_start_get(struct rd *r, struct proxy_start *ret)
{
    struct proxy_start s = {0};
    const uint8_t kind = rd_u8(r);

    wire_text_get(r, s.proxy_host, sizeof s.proxy_host);
    s.proxy_port = rd_be16(r);
    wire_text_get(r, s.host, sizeof s.host);
    s.port = rd_be16(r);
    wire_text_get(r, s.user, sizeof s.user);
    const bool password = secret_set(&s.password, rd_take(r, rd_be16(r)));
    s.timeout_s = rd_be16(r);
    s.uid = rd_be32(r);
    s.gid = rd_be32(r);

    const bool known = kind == PLAN_PROXY_HTTP || kind == PLAN_PROXY_SOCKS5;
    const bool good =
        rd_done(r) && known && password && s.host[0] != '\0' && s.port != 0 && s.timeout_s != 0;
    if (good) {
        s.kind = (enum plan_proxy)kind;
        *ret = s;
    }
    secret_wipe(&s.password);
    return good;
}

void
proxy_done_put(struct wr *w, const struct proxy_done *d)
{
    wr_u8(w, PROXY_DONE);
    wr_u8(w, (uint8_t)d->outcome);
    wr_be32(w, d->error);
    wire_text_put(w, d->detail);
}

bool
proxy_done_get(struct rd *r, struct proxy_done *ret)
{
    struct proxy_done d = {0};

    d.outcome = rd_u8(r);
    d.error = rd_be32(r);
    wire_text_get(r, d.detail, sizeof d.detail);
    if (!rd_done(r) || (unsigned)d.outcome > PROXY_REFUSES_USER || d.outcome == PROXY_UNKNOWN ||
        (d.outcome == PROXY_THROUGH) != (d.error == 0))
        return false;
    *ret = d;
    return true;
}
