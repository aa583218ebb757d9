/*
 * ras-core-sstp.c - a call over SSTP: HTTP first, then packets cut from the stream.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "ras-core-private.h"

enum { FRAME_HEAD = 8 }; /* SSTP's header, ff 03, protocol */

static void
init(struct ras_core *c)
{
    ras_sstp_init(&c->sstp, &c->env);
}

static size_t
receive_http(struct ras_core *c, usec_t now, const uint8_t *bytes, size_t n)
{
    const bool late = ras_env_fault(&c->env, RAS_FAULT_HTTP_LATE) != NULL;
    size_t used = 0;
    uint16_t status;
    const enum ras_http_verdict v = ras_http_request(bytes, n, &used, &status);

    if (v == RAS_HTTP_MORE || (v == RAS_HTTP_OK && late && n == used))
        return 0;
    c->http_done = true;
    if (v == RAS_HTTP_BAD) {
        ras_http_refuse(&c->out, status, "/");
        ras_core_event(c, RAS_EVENT_HTTP, status, NULL);
        ras_sstp_close(&c->sstp, "not an SSTP request");
        return n;
    }
    if (ras_http_fault(&c->out, &c->env, &c->endless, &status)) {
        ras_core_event(c, RAS_EVENT_HTTP, status, NULL);
        if (!c->endless)
            ras_sstp_close(&c->sstp, "the script's answer to HTTP");
        return n;
    }
    if (n > used && ras_env_fault(&c->env, RAS_FAULT_HTTP_CLOSE_EARLY) != NULL) {
        ras_sstp_close(&c->sstp, "the script takes no early request");
        return n;
    }
    ras_http_accept(&c->out, ras_env_fault(&c->env, RAS_FAULT_HTTP_NO_LENGTH) == NULL,
                    ras_env_fault(&c->env, RAS_FAULT_HTTP_CONTINUE) != NULL);
    ras_core_event(c, RAS_EVENT_HTTP, 200, NULL);
    ras_sstp_begin(&c->sstp, now);
    ras_act_reach(c, now, RAS_STAGE_HTTP);
    return used;
}

static size_t
receive(struct ras_core *c, usec_t now, uint8_t *bytes, size_t n, struct session_packets *ret)
{
    size_t used = 0;

    if (!c->http_done)
        used = receive_http(c, now, bytes, n);
    while (c->http_done && !c->endless && ret->n < SESSION_BATCH &&
           c->sstp.state != RAS_SSTP_CLOSED) {
        struct sstp_packet p;
        const enum sstp_cut cut = sstp_cut(bytes + used, n - used, &p);

        if (cut == SSTP_CUT_MORE)
            break;
        if (cut == SSTP_CUT_BROKEN) {
            ras_sstp_close(&c->sstp, "the stream cannot be cut into packets");
            break;
        }
        if (p.control) {
            if (c->sstp.state == RAS_SSTP_REQUEST_PENDING)
                ras_act_reach(c, now, RAS_STAGE_REQUEST);
            ras_sstp_input(&c->sstp, now, &p, &c->out);
            ras_core_settle(c, now); /* PPP starts behind the Ack, in the same flight */
        } else {
            ras_sstp_heard(&c->sstp, now);
            ras_core_take_frame(c, now, p.body, NULL, ret);
        }
        used += p.len;
    }
    return used;
}

static enum ras_way
way(const struct ras_core *c)
{
    static const enum ras_way ways[RAS_SSTP_STATES] = {
        [RAS_SSTP_REQUEST_PENDING] = RAS_WAY_OPENING, [RAS_SSTP_CONNECTED_PENDING] = RAS_WAY_LINKED,
        [RAS_SSTP_CONNECTED] = RAS_WAY_OPEN,          [RAS_SSTP_ENDING] = RAS_WAY_ENDING,
        [RAS_SSTP_CLOSED] = RAS_WAY_CLOSED,
    };

    return ways[c->sstp.state];
}

static const char *
why(const struct ras_core *c)
{
    return c->sstp.why;
}

static void
put_frame(struct ras_core *c, struct rd frame)
{
    uint8_t head[SSTP_HEADER];

    if (frame.left > SSTP_MAX_PACKET - SSTP_HEADER ||
        frame.left + SSTP_HEADER > ras_out_room(&c->out))
        return;
    sstp_data_header(head, frame.left + SSTP_HEADER);
    ras_out_put(&c->out, rd_over(head, sizeof head));
    ras_out_put(&c->out, frame);
}

static void
put_echo(struct ras_core *c)
{
    uint8_t buf[SSTP_MAX_CONTROL];
    struct wr w = wr_over(buf, sizeof buf);

    sstp_put_bare(&w, SSTP_MSG_ECHO_REQUEST);
    ras_out_put(&c->out, wr_done(&w));
}

static void
keys(struct ras_core *c, const uint8_t *hlak)
{
    ras_sstp_keys(&c->sstp, hlak);
}

static void
hang_up(struct ras_core *c, usec_t now, uint32_t number, const char *text)
{
    ras_sstp_disconnect(&c->sstp, now, (enum sstp_status)number, text, &c->out);
}

static void
abort_call(struct ras_core *c, usec_t now, uint32_t number, const char *text)
{
    ras_sstp_abort(&c->sstp, now, SSTP_ATTRIB_NONE, (enum sstp_status)number, text, &c->out);
}

static void
close_call(struct ras_core *c, const char *text)
{
    ras_sstp_close(&c->sstp, text);
}

static void
expire(struct ras_core *c, usec_t now)
{
    ras_sstp_expire(&c->sstp, now, &c->out);
}

static usec_t
deadline(const struct ras_core *c)
{
    return ras_sstp_deadline(&c->sstp);
}

static bool
seal(struct ras_core *c, uint8_t **p, size_t *len)
{
    uint8_t head[4];

    if (*len > SSTP_MAX_PACKET - FRAME_HEAD)
        return false;
    const size_t n = ppp_link_header(&c->link, **p >> 4, head);
    if (n == 0)
        return false;
    memcpy(*p - n, head, n);
    *p -= n + SSTP_HEADER;
    *len += n + SSTP_HEADER;
    sstp_data_header(*p, *len);
    return true;
}

const struct ras_carrier ras_carrier_sstp = {
    .init = init,
    .receive = receive,
    .way = way,
    .why = why,
    .put_frame = put_frame,
    .put_echo = put_echo,
    .keys = keys,
    .disconnect = hang_up,
    .abort = abort_call,
    .close = close_call,
    .expire = expire,
    .deadline = deadline,
    .seal = seal,
    .head = FRAME_HEAD,
    .mtu_max = SSTP_MAX_PACKET - FRAME_HEAD,
    .stream = true,
};
