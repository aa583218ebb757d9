/* ras-pptp.c - see ras-pptp.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "ras-pptp.h"

#include <stdio.h>

#define NEGOTIATION (60 * USEC_PER_SEC)
#define LINGER      (5 * USEC_PER_SEC) /* for the client's half of a goodbye */

static void
put(struct ras_out *out, struct pptp_msg m)
{
    uint8_t buf[PPTP_MSG_MAX];
    struct wr w = wr_over(buf, sizeof buf);

    pptp_msg_put(&w, &m);
    ras_out_put(out, wr_done(&w));
}

static const struct ras_script_line *
fault(const struct ras_pptp *p, enum ras_fault f)
{
    return ras_env_fault(p->env, f);
}

void
ras_pptp_init(struct ras_pptp *p, const struct ras_env *env)
{
    const uint16_t call = (uint16_t)env->call;

    *p = (struct ras_pptp){
        .env = env,
        .deadline = NEVER,
        .hello_at = NEVER,
        .local_call = call != 0 ? call : UINT16_MAX,
    };
}

static void
ending(struct ras_pptp *p, usec_t now, const char *why)
{
    snprintf(p->why, sizeof p->why, "%s", why);
    p->state = RAS_PPTP_ENDING;
    p->deadline = now + LINGER;
    p->hello_at = NEVER;
}

void
ras_pptp_close(struct ras_pptp *p, const char *why)
{
    if (p->why[0] == '\0')
        snprintf(p->why, sizeof p->why, "%s", why);
    p->state = RAS_PPTP_CLOSED;
    p->deadline = p->hello_at = NEVER;
}

void
ras_pptp_disconnect(struct ras_pptp *p, usec_t now, uint8_t result, const char *why,
                    struct ras_out *out)
{
    if (p->state == RAS_PPTP_START || p->state == RAS_PPTP_CALL)
        ras_pptp_stop(p, now, 0, why, out);
    if (p->state >= RAS_PPTP_ENDING)
        return;
    put(out, (struct pptp_msg){.type = PPTP_DISCONN,
                               .call_id = p->local_call,
                               .result = result != 0 ? result : 3});
    ending(p, now, why);
}

void
ras_pptp_stop(struct ras_pptp *p, usec_t now, uint8_t reason, const char *why, struct ras_out *out)
{
    if (p->state >= RAS_PPTP_ENDING)
        return;
    put(out, (struct pptp_msg){.type = PPTP_STOPRQ, .reason = reason != 0 ? reason : 3});
    ending(p, now, why);
}

static void
on_start(struct ras_pptp *p, usec_t now, const struct pptp_msg *m, struct ras_out *out)
{
    const struct ras_script_line *refuse = fault(p, RAS_FAULT_PPTP_START);
    uint8_t result = PPTP_RESULT_OK;

    if (fault(p, RAS_FAULT_PPTP_MUTE) != NULL)
        return;
    if (refuse != NULL)
        result = (uint8_t)refuse->number;
    else if (m->version != PPTP_VERSION)
        result = 5; /* RFC 2637 section 2.2: the version is not supported */
    put(out, (struct pptp_msg){
                 .type = PPTP_SCCRP,
                 .version = PPTP_VERSION,
                 .result = result,
                 .framing = PPTP_FRAMING_ASYNC | PPTP_FRAMING_SYNC,
                 .bearer = PPTP_BEARER_ANALOG | PPTP_BEARER_DIGITAL,
                 .max_channels = 1,
                 .vendor = "Dialtone practice server",
             });
    p->deadline = now + NEGOTIATION;
    if (result == PPTP_RESULT_OK)
        p->state = RAS_PPTP_CALL;
}

static void
on_call(struct ras_pptp *p, usec_t now, const struct pptp_msg *m, struct ras_out *out)
{
    const struct ras_script_line *refuse = fault(p, RAS_FAULT_PPTP_CALL);
    const uint8_t result = refuse != NULL ? (uint8_t)refuse->number : PPTP_RESULT_OK;
    const bool good = result == PPTP_RESULT_OK;

    p->env->event(p->env->owner, &(struct ras_core_event){.type = RAS_EVENT_REQUEST});
    put(out, (struct pptp_msg){
                 .type = PPTP_OCRP,
                 .call_id = good ? p->local_call : 0,
                 .peer_call_id = m->call_id,
                 .result = result,
                 .speed = 100000000,
                 .window = 64,
             });
    if (!good)
        return;
    p->peer_call = m->call_id;
    p->state = RAS_PPTP_UP;
    p->deadline = NEVER;
    p->hello_at = now + p->env->config->hello;
}

static void
on_echo_request(struct ras_pptp *p, usec_t now, const struct pptp_msg *m, struct ras_out *out)
{
    (void)now;
    if (fault(p, RAS_FAULT_MUTE_ECHO) == NULL)
        put(out, (struct pptp_msg){
                     .type = PPTP_ECHORP, .echo_id = m->echo_id, .result = PPTP_RESULT_OK});
}

static void
on_clear(struct ras_pptp *p, usec_t now, const struct pptp_msg *m, struct ras_out *out)
{
    if (m->call_id == p->peer_call)
        ras_pptp_disconnect(p, now, 4, "the client cleared the call", out);
}

static void
on_stop(struct ras_pptp *p, usec_t now, const struct pptp_msg *m, struct ras_out *out)
{
    (void)now, (void)m;
    put(out, (struct pptp_msg){.type = PPTP_STOPRP, .result = PPTP_RESULT_OK});
    ras_pptp_close(p, "the client stopped the control connection");
}

static void
on_stop_reply(struct ras_pptp *p, usec_t now, const struct pptp_msg *m, struct ras_out *out)
{
    (void)now, (void)m, (void)out;
    ras_pptp_close(p, "stopped");
}

static void
on_nothing(struct ras_pptp *p, usec_t now, const struct pptp_msg *m, struct ras_out *out)
{
    (void)p, (void)now, (void)m, (void)out;
}

typedef void handler(struct ras_pptp *p, usec_t now, const struct pptp_msg *m, struct ras_out *out);

/* What is not here means nothing in that state. */
/* clang-format off */
static handler *const cells[RAS_PPTP_STATES][PPTP_TYPES] = {
    [RAS_PPTP_START] = {
        [PPTP_SCCRQ] = on_start, [PPTP_ECHORQ] = on_echo_request, [PPTP_STOPRQ] = on_stop,
    },
    [RAS_PPTP_CALL] = {
        [PPTP_OCRQ] = on_call, [PPTP_ECHORQ] = on_echo_request, [PPTP_STOPRQ] = on_stop,
    },
    [RAS_PPTP_UP] = {
        [PPTP_ECHORQ] = on_echo_request, [PPTP_ECHORP] = on_nothing, [PPTP_SLI] = on_nothing,
        [PPTP_CLEAR] = on_clear, [PPTP_STOPRQ] = on_stop,
    },
    [RAS_PPTP_ENDING] = {
        [PPTP_ECHORQ] = on_echo_request, [PPTP_STOPRQ] = on_stop, [PPTP_STOPRP] = on_stop_reply,
    },
};
/* clang-format on */

void
ras_pptp_input(struct ras_pptp *p, usec_t now, const struct pptp_msg *m, struct ras_out *out)
{
    handler *const handle = cells[p->state][m->type];

    ras_pptp_heard(p, now);
    if (handle != NULL)
        handle(p, now, m, out);
}

void
ras_pptp_heard(struct ras_pptp *p, usec_t now)
{
    p->hello_pending = false;
    if (p->hello_at != NEVER)
        p->hello_at = now + p->env->config->hello;
}

void
ras_pptp_echo(struct ras_pptp *p, struct ras_out *out)
{
    put(out, (struct pptp_msg){.type = PPTP_ECHORQ, .echo_id = ++p->echo_id});
}

void
ras_pptp_expire(struct ras_pptp *p, usec_t now, struct ras_out *out)
{
    if (now >= p->deadline) {
        ras_pptp_close(p, "the client does not go on");
    } else if (now >= p->hello_at && p->hello_pending) {
        ras_pptp_close(p, "the client is silent");
    } else if (now >= p->hello_at) {
        p->hello_pending = true;
        p->hello_at = now + p->env->config->hello;
        if (fault(p, RAS_FAULT_MUTE_ECHO) == NULL)
            ras_pptp_echo(p, out);
    }
}

usec_t
ras_pptp_deadline(const struct ras_pptp *p)
{
    return usec_min(p->deadline, p->hello_at);
}

void
ras_pptp_call_clear(const struct ras_pptp *p, struct ras_out *out)
{
    put(out, (struct pptp_msg){.type = PPTP_CLEAR, .call_id = p->local_call});
}

void
ras_pptp_wan_error(const struct ras_pptp *p, uint32_t errors, struct ras_out *out)
{
    struct pptp_msg m = {.type = PPTP_WANERR, .peer_call_id = p->peer_call};

    for (size_t i = 0; i < sizeof m.errors / sizeof *m.errors; i++)
        m.errors[i] = errors;
    put(out, m);
}
