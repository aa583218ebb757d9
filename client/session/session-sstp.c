/*
 * session-sstp.c - a session over SSTP: HTTP, then the call's control packets, then PPP frames, all
 * in one stream.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "session-priv.h"

#include "sstp-binding.h"

#define HTTP_PATIENCE      (30 * USEC_PER_SEC) /* the specification's 60 s is more than a person's */
/* From the 200 to the ACK that should be in the same flight, if it was to be there at all. */
#define EARLY_PATIENCE_MIN (500 * USEC_PER_MSEC)
#define EARLY_PATIENCE_MAX (5 * USEC_PER_SEC)
/* A server that ends the call so soon after CALL_CONNECTED, and without a word of PPP, did not like
 * the crypto binding. */
#define BINDING_SUSPICION  (10 * USEC_PER_SEC)

enum { HEAD = SSTP_HEADER + 4 };

static bool
binding_refused(const struct session *s, usec_t now)
{
    const struct session_sstp *l = &s->sstp;

    return l->bound_at != 0 && !l->ncp_answered && now - l->bound_at < BINDING_SUSPICION;
}

static void
note_binding_refused(struct ras_end *end, const char *how)
{
    ras_end_set(end, RAS_CONNECTION_ABORTED,
                "right after the crypto binding, and before any answer of PPP: %.90s", how);
}

static void
link_up(struct session *s, usec_t now)
{
    struct session_sstp *l = &s->sstp;
    const struct sstp_http_target target = {
        .host = s->info.host,
        .port = s->info.port,
        .path_query = s->plan->sstp_path_query,
        .guid = s->info.guid,
    };

    if (!sstp_http_request(session_tx(s), &target)) {
        struct ras_end why = {0};
        ras_end_set(&why, RAS_BAD_PROFILE, "the server's name or the tenant's cannot be in a URL");
        session_end(s, now, &why);
        return;
    }
    l->asked = now;
    l->http_deadline = now + HTTP_PATIENCE;
    s->early = s->info.send_early;
    if (s->early)
        sstp_call_begin(&l->call, now, session_tx(s));
}

static void
http_over(struct session *s, usec_t now)
{
    struct session_sstp *l = &s->sstp;

    l->http_deadline = NEVER;
    if (l->reply.state == SSTP_HTTP_REFUSED) {
        session_end(s, now, &l->reply.end);
        session_finish(s); /* there is nobody to say goodbye to */
        return;
    }
    sstp_call_begin(&l->call, now, session_tx(s)); /* nothing, if it was early */
    if (s->early) {
        usec_t patience = usec_min(2 * (now - l->asked), EARLY_PATIENCE_MAX);
        patience = patience < EARLY_PATIENCE_MIN ? EARLY_PATIENCE_MIN : patience;
        l->early_deadline = now + patience;
    }
}

/* The call changed its state from @before. */
static void
call_moved(struct session *s, usec_t now, enum sstp_call_state before)
{
    struct session_sstp *l = &s->sstp;

    if (before == SSTP_CALL_REQUEST_SENT && l->call.state == SSTP_CALL_ACK_RECEIVED) {
        s->early = false;
        l->early_deadline = NEVER;
        ppp_link_up(&s->ppp, now);
        session_drive(s, now);
    }

    const bool by_peer = l->call.state == SSTP_CALL_DISCONNECT_TIMEOUT_PENDING ||
                         l->call.state == SSTP_CALL_ABORT_TIMEOUT_PENDING;

    if (sstp_call_ending(&l->call) && !s->ending) {
        struct ras_end why = {0};

        if (by_peer && binding_refused(s, now))
            note_binding_refused(&why, l->call.end.detail);
        else
            why = l->call.end;
        if (by_peer)
            session_hung_up(s, now, &why, false);
        else
            session_end(s, now, &why);
    } else if (by_peer) {
        session_finish(s); /* both have said goodbye: no need to see who closes first */
    }
    if (l->call.state == SSTP_CALL_CLOSED)
        session_finish(s);
}

static void
stream_broken(struct session *s, usec_t now)
{
    struct ras_end why = {0};

    ras_end_set(&why, s->up ? RAS_LINK_FAILURE : RAS_INVALID_SERVER_RESPONSE,
                "what the server sent is not SSTP");
    sstp_call_lost(&s->sstp.call); /* no goodbye: it would not be understood */
    session_end(s, now, &why);
    session_finish(s);
}

/* Did the server go on after CALL_CONNECTED? It may have sent its own requests before it saw that,
 * so only what answers ours counts. */
static void
look_for_answer(struct session_sstp *l, struct rd frame)
{
    uint16_t protocol = rd_be16(&frame);

    if (protocol == 0xff03)
        protocol = rd_be16(&frame);
    const uint8_t code = rd_u8(&frame);

    if (!rd_ok(&frame))
        return;
    if (protocol == PPP_PROTO_IP4 || protocol == PPP_PROTO_IP6 ||
        (protocol == PPP_PROTO_LCP && code == LCP_PROTOCOL_REJECT))
        l->ncp_answered = true;
    if (protocol == PPP_PROTO_IPCP || protocol == PPP_PROTO_IPV6CP || protocol == PPP_PROTO_CCP)
        l->ncp_answered |= code >= PPP_CONF_ACK && code <= PPP_CONF_REJ;
}

static void
receive_frame(struct session *s, usec_t now, struct rd frame, struct session_packets *ret)
{
    struct session_sstp *l = &s->sstp;
    struct rd packet;

    if (!sstp_call_passes_control(&l->call)) {
        s->dropped++;
        return;
    }
    if (l->bound_at != 0 && !l->ncp_answered)
        look_for_answer(l, frame);
    if (!ppp_link_receive(&s->ppp, now, frame, &packet))
        session_drive(s, now);
    else if (l->call.state == SSTP_CALL_CONNECTED)
        session_deliver(s, now, packet, ret);
    else
        s->dropped++;
}

static size_t
receive(struct session *s, usec_t now, uint8_t *bytes, size_t n, struct session_packets *ret)
{
    struct session_sstp *l = &s->sstp;
    struct sstp_packet p;
    size_t used = 0;

    if (l->reply.state == SSTP_HTTP_MORE) {
        used = sstp_http_reply_input(&l->reply, bytes, n);
        if (l->reply.state != SSTP_HTTP_MORE)
            http_over(s, now);
    }
    if (used < n)
        sstp_call_heard(&l->call, now);
    while (used < n && !s->over && ret->n < SESSION_BATCH) {
        switch (sstp_cut(bytes + used, n - used, &p)) {
        case SSTP_CUT_MORE:
            return used;
        case SSTP_CUT_BROKEN:
            stream_broken(s, now);
            return n;
        case SSTP_CUT_PACKET:
            used += p.len;
            break;
        }
        if (!p.control) {
            receive_frame(s, now, p.body, ret);
            continue;
        }
        const enum sstp_call_state before = l->call.state;
        sstp_call_input(&l->call, now, &p, session_tx(s));
        if (l->call.state != before)
            call_moved(s, now, before);
    }
    return s->over ? n : used;
}

/* A PPP frame goes out; one that is not allowed now is PPP's to send again, or never. */
static void
send_frame(struct session *s, struct rd frame)
{
    struct wr *tx = session_tx(s);
    uint8_t head[SSTP_HEADER];

    if (!sstp_call_passes_control(&s->sstp.call))
        return;
    sstp_data_header(head, SSTP_HEADER + frame.left);
    wr_bytes(tx, head, sizeof head);
    wr_rd(tx, frame);
}

static void
authenticated(struct session *s, usec_t now)
{
    struct session_sstp *l = &s->sstp;
    uint8_t hlak[32], leaf[32] = {0};

    ppp_link_hlak(&s->ppp, hlak);
    if (l->call.hash == SSTP_HASH_SHA256)
        memcpy(leaf, s->info.leaf_sha256, sizeof s->info.leaf_sha256);
    else
        memcpy(leaf, s->info.leaf_sha1, sizeof s->info.leaf_sha1);
    if (sstp_call_connected(&l->call, now, hlak, leaf, session_tx(s)))
        l->bound_at = now;
    explicit_bzero(hlak, sizeof hlak);
}

static void
goodbye(struct session *s, usec_t now)
{
    sstp_call_disconnect(&s->sstp.call, now, session_tx(s));
    if (s->sstp.call.state == SSTP_CALL_CLOSED)
        session_finish(s);
}

static void
lost(struct session *s, usec_t now, const struct ras_end *why)
{
    if (!s->ending && binding_refused(s, now))
        note_binding_refused(&s->end, why->detail);
    sstp_call_lost(&s->sstp.call);
}

static void
expire(struct session *s, usec_t now)
{
    struct session_sstp *l = &s->sstp;
    struct ras_end why = {0};

    if (now >= l->http_deadline)
        ras_end_set(&why, RAS_PPP_NO_RESPONSE, "no answer to the HTTP request");
    else if (now >= l->early_deadline)
        ras_end_set(&why, RAS_PPP_NO_RESPONSE, "no answer to the early Call-Connect-Request");
    if (why.error != RAS_OK) {
        l->http_deadline = l->early_deadline = NEVER;
        session_end(s, now, &why);
        return;
    }

    const enum sstp_call_state before = l->call.state;
    sstp_call_expire(&l->call, now, session_tx(s));
    if (l->call.state != before)
        call_moved(s, now, before);
}

static usec_t
deadline(const struct session *s)
{
    const struct session_sstp *l = &s->sstp;

    return usec_min(l->call.deadline, usec_min(l->http_deadline, l->early_deadline));
}

/* Always with the whole PPP header: a header of one length makes sealed packets that lie back to
 * back one piece, whatever the far end would let us leave out. */
static bool
seal(struct session *s, uint8_t **p, size_t *len)
{
    const uint8_t version = **p >> 4;

    if (s->sstp.call.state != SSTP_CALL_CONNECTED || (version != 4 && version != 6) ||
        !ppp_link_may_seal_plain(&s->ppp, version))
        return false;
    *p -= HEAD;
    *len += HEAD;
    sstp_data_header(*p, *len);
    (*p)[4] = 0xff;
    (*p)[5] = 0x03;
    (*p)[6] = 0x00;
    (*p)[7] = version == 4 ? PPP_PROTO_IP4 : PPP_PROTO_IP6;
    return true;
}

static uint32_t
rtt(const struct session *s)
{
    return s->sstp.call.rtt;
}

static uint64_t
dropped(const struct session *s)
{
    return s->sstp.call.ignored;
}

const struct session_kind session_sstp_kind = {
    .link_up = link_up,
    .receive = receive,
    .send = send_frame,
    .authenticated = authenticated,
    .goodbye = goodbye,
    .lost = lost,
    .expire = expire,
    .deadline = deadline,
    .seal = seal,
    .rtt = rtt,
    .dropped = dropped,
    .head = HEAD,
    .tail = 0,
    .stream = true,
};
