/* ras-sstp.c - see ras-sstp.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras-sstp.h"
#include "sstp-binding.h"

#include <stdio.h>

#define NEGOTIATION (60 * USEC_PER_SEC)
#define ABORT_ACK   (3 * USEC_PER_SEC)
#define CLOSE_ACK   (5 * USEC_PER_SEC)
#define LINGER      USEC_PER_SEC /* for the peer to close first */

static void
put(struct ras_out *out, const struct wr *w)
{
    ras_out_put(out, wr_done(w));
}

static void
put_bare(struct ras_out *out, enum sstp_type type)
{
    uint8_t buf[SSTP_MAX_CONTROL];
    struct wr w = wr_over(buf, sizeof buf);

    sstp_put_bare(&w, type);
    put(out, &w);
}

static void
put_status(struct ras_out *out, enum sstp_type type, uint8_t about, enum sstp_status status)
{
    uint8_t buf[SSTP_MAX_CONTROL];
    struct wr w = wr_over(buf, sizeof buf);

    sstp_put_status(&w, type, about, status);
    put(out, &w);
}

static void
say_why(struct ras_sstp *s, const char *why)
{
    if (s->why[0] == '\0')
        snprintf(s->why, sizeof s->why, "%s", why);
}

static void
tell(struct ras_sstp *s, enum ras_core_event_type type)
{
    s->env->event(s->env->owner, &(struct ras_core_event){.type = type});
}

void
ras_sstp_init(struct ras_sstp *s, const struct ras_env *env)
{
    *s = (struct ras_sstp){.env = env, .deadline = NEVER, .hello_at = NEVER};
    rng_fill(env->rng, s->nonce, sizeof s->nonce);
    const struct ras_script_line *hash = ras_env_fault(env, RAS_FAULT_SSTP_HASH);
    const struct ras_script_line *naks = ras_env_fault(env, RAS_FAULT_SSTP_NAK);
    s->hashes = hash != NULL ? (uint8_t)hash->number : env->config->hash_mask;
    s->naks = naks != NULL ? naks->number : 0;
}

void
ras_sstp_begin(struct ras_sstp *s, usec_t now)
{
    s->state = RAS_SSTP_REQUEST_PENDING;
    s->deadline = now + NEGOTIATION;
}

void
ras_sstp_heard(struct ras_sstp *s, usec_t now)
{
    s->hello_pending = false;
    if (s->hello_at != NEVER)
        s->hello_at = now + s->env->config->hello;
}

void
ras_sstp_keys(struct ras_sstp *s, const uint8_t hlak[static 32])
{
    memcpy(s->hlak, hlak, sizeof s->hlak);
    s->keys_known = true;
}

void
ras_sstp_close(struct ras_sstp *s, const char *why)
{
    say_why(s, why);
    s->state = RAS_SSTP_CLOSED;
    s->deadline = s->hello_at = NEVER;
}

static void
ending(struct ras_sstp *s, usec_t deadline, bool we, const char *why)
{
    say_why(s, why);
    s->state = RAS_SSTP_ENDING;
    s->we_ended = we;
    s->deadline = deadline;
    s->hello_at = NEVER;
}

void
ras_sstp_disconnect(struct ras_sstp *s, usec_t now, enum sstp_status status, const char *why,
                    struct ras_out *out)
{
    if (s->state >= RAS_SSTP_ENDING)
        return;
    put_status(out, SSTP_MSG_CALL_DISCONNECT, SSTP_ATTRIB_NONE, status);
    ending(s, now + CLOSE_ACK, true, why);
}

void
ras_sstp_abort(struct ras_sstp *s, usec_t now, uint8_t about, enum sstp_status status,
               const char *why, struct ras_out *out)
{
    if (s->state >= RAS_SSTP_ENDING)
        return;
    put_status(out, SSTP_MSG_CALL_ABORT, about, status);
    ending(s, now + ABORT_ACK, true, why);
}

static void
handle_request(struct ras_sstp *s, usec_t now, const struct sstp_message *m, struct ras_out *out)
{
    uint8_t buf[SSTP_MAX_CONTROL];
    struct wr w = wr_over(buf, sizeof buf);

    if (m->protocol != SSTP_PROTOCOL_PPP || s->naks > 0) {
        s->naks -= s->naks > 0;
        s->deadline = now + NEGOTIATION;
        put_status(out, SSTP_MSG_CALL_CONNECT_NAK, SSTP_ATTRIB_ENCAPSULATED_PROTOCOL_ID,
                   SSTP_STATUS_VALUE_NOT_SUPPORTED);
        return;
    }
    tell(s, RAS_EVENT_REQUEST);
    if (ras_env_fault(s->env, RAS_FAULT_SSTP_NO_ACK) != NULL)
        return;
    sstp_put_connect_ack(&w, s->hashes, s->nonce);
    put(out, &w);
    s->state = RAS_SSTP_CONNECTED_PENDING;
    s->deadline = now + NEGOTIATION;
}

/* Is the CALL_CONNECTED by someone who sees our certificate and knows what PPP left? */
static bool
binding_right(const struct ras_sstp *s, const struct sstp_packet *p, const struct sstp_message *m)
{
    const struct ras_config *c = s->env->config;
    const enum sstp_hash want = sstp_binding_choose(s->hashes);
    uint8_t cert[32] = {0};

    if (p->len != SSTP_CONNECTED_LEN || m->hashes != want)
        return false;
    if (want == SSTP_HASH_SHA256)
        memcpy(cert, c->cert_sha256, sizeof c->cert_sha256);
    else
        memcpy(cert, c->cert_sha1, sizeof c->cert_sha1);
    return rd_equal(m->nonce, rd_over(s->nonce, sizeof s->nonce)) &&
           rd_equal(m->cert_hash, rd_over(cert, sizeof cert)) &&
           sstp_binding_verify(want, s->hlak, p->body.p - SSTP_HEADER);
}

static void
handle_connected(struct ras_sstp *s, usec_t now, const struct sstp_packet *p,
                 const struct sstp_message *m, struct ras_out *out)
{
    if (ras_env_fault(s->env, RAS_FAULT_REFUSE_BINDING) != NULL) {
        tell(s, RAS_EVENT_BINDING_REFUSED);
        ras_sstp_close(s, "binding refused by the script");
        return;
    }
    if (!s->keys_known || !binding_right(s, p, m)) {
        tell(s, RAS_EVENT_BINDING_REFUSED);
        ras_sstp_abort(s, now, SSTP_ATTRIB_CRYPTO_BINDING, SSTP_STATUS_VALUE_NOT_SUPPORTED,
                       s->keys_known ? "crypto binding is wrong" : "CALL_CONNECTED came too early",
                       out);
        return;
    }
    s->state = RAS_SSTP_CONNECTED;
    s->deadline = NEVER;
    s->hello_at = now + s->env->config->hello;
    tell(s, RAS_EVENT_BOUND);
}

static void
handle_goodbye(struct ras_sstp *s, usec_t now, const struct sstp_message *m, struct ras_out *out)
{
    const bool abort_ = m->type == SSTP_MSG_CALL_ABORT;

    if (s->state == RAS_SSTP_ENDING && !s->we_ended)
        return;
    if (abort_) {
        if (s->state < RAS_SSTP_ENDING)
            put_status(out, SSTP_MSG_CALL_ABORT, SSTP_ATTRIB_NONE, SSTP_STATUS_NO_ERROR);
        char why[96];
        snprintf(why, sizeof why, "aborted by the client: %s", sstp_status_text(m->status));
        ending(s, now + LINGER, false, why);
        return;
    }
    put_bare(out, SSTP_MSG_CALL_DISCONNECT_ACK);
    ending(s, now + LINGER, false, "disconnected by the client");
}

static void
unexpected(struct ras_sstp *s, usec_t now, const struct sstp_message *m, struct ras_out *out)
{
    char why[96];

    snprintf(why, sizeof why, "untimely %s", sstp_type_name(m->type));
    ras_sstp_abort(s, now, SSTP_ATTRIB_NONE, SSTP_STATUS_UNACCEPTED_FRAME_RECEIVED, why, out);
}

static void
handle_echo(struct ras_sstp *s, usec_t now, const struct sstp_message *m, struct ras_out *out)
{
    if (s->state != RAS_SSTP_CONNECTED) {
        unexpected(s, now, m, out);
        return;
    }
    ras_sstp_heard(s, now);
    if (m->type == SSTP_MSG_ECHO_REQUEST && ras_env_fault(s->env, RAS_FAULT_MUTE_ECHO) == NULL)
        put_bare(out, SSTP_MSG_ECHO_RESPONSE);
}

void
ras_sstp_input(struct ras_sstp *s, usec_t now, const struct sstp_packet *p, struct ras_out *out)
{
    struct sstp_message m = {0};
    uint8_t about = 0;
    const enum sstp_status status = sstp_message_parse(p->body, &m, &about);

    if (s->state == RAS_SSTP_CLOSED)
        return;
    if (status != SSTP_STATUS_NO_ERROR) {
        ras_sstp_abort(s, now, about, status, sstp_status_text(status), out);
        return;
    }
    switch (m.type) {
    case SSTP_MSG_CALL_CONNECT_REQUEST:
        if (s->state == RAS_SSTP_REQUEST_PENDING)
            handle_request(s, now, &m, out);
        else
            unexpected(s, now, &m, out);
        return;
    case SSTP_MSG_CALL_CONNECTED:
        if (s->state == RAS_SSTP_CONNECTED_PENDING)
            handle_connected(s, now, p, &m, out);
        else
            unexpected(s, now, &m, out);
        return;
    case SSTP_MSG_CALL_ABORT:
    case SSTP_MSG_CALL_DISCONNECT:
        handle_goodbye(s, now, &m, out);
        return;
    case SSTP_MSG_CALL_DISCONNECT_ACK:
        if (s->state == RAS_SSTP_ENDING && s->we_ended)
            ras_sstp_close(s, "disconnected");
        else
            unexpected(s, now, &m, out);
        return;
    case SSTP_MSG_ECHO_REQUEST:
    case SSTP_MSG_ECHO_RESPONSE:
        handle_echo(s, now, &m, out);
        return;
    default: /* what only a server sends, and numbers that nobody knows */
        unexpected(s, now, &m, out);
        return;
    }
}

usec_t
ras_sstp_deadline(const struct ras_sstp *s)
{
    return usec_min(s->deadline, s->hello_at);
}

void
ras_sstp_expire(struct ras_sstp *s, usec_t now, struct ras_out *out)
{
    if (now >= s->deadline) {
        if (s->state >= RAS_SSTP_ENDING)
            ras_sstp_close(s, "the client did not close");
        else
            ras_sstp_abort(s, now, SSTP_ATTRIB_NONE, SSTP_STATUS_NEGOTIATION_TIMEOUT,
                           "negotiation timed out", out);
    }
    if (now < s->hello_at)
        return;
    if (s->hello_pending) { /* [MS-SSTP] 3.3.2: dropped without a word */
        ras_sstp_close(s, "the client does not answer");
        return;
    }
    s->hello_pending = true;
    s->hello_at = now + s->env->config->hello;
    if (ras_env_fault(s->env, RAS_FAULT_MUTE_ECHO) == NULL)
        put_bare(out, SSTP_MSG_ECHO_REQUEST);
}
