/*
 * fuzz-helper-requests.c - a tunnel process in strange hands: any messages in any order, and a
 * helper that goes on from phase to phase meanwhile (threats D7).
 *
 * The input is a script. Each step is one octet: 0-239 takes that many octets as a message; 240 and
 * above are things that the helper does: 240 gives the interface, 241 goes up, 242 hangs up, 243
 * answers a question, 244 lets time pass, 245 and 246 begin anew with PPTP, and with L2TP. What is
 * granted is checked again here, in other words.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "helper-requests.h"

#include <stdlib.h>

enum { STEP_CONFIGURE = 240, STEP_UP, STEP_HANG_UP, STEP_ANSWER, STEP_TIME, STEP_PPTP, STEP_L2TP };

struct state {
    struct helper_requests requests;
    bool ended;
    unsigned sockets, questions;
};

static void
must(bool condition)
{
    if (!condition)
        abort();
}

static void
must_be_printable(const char *text, size_t max)
{
    char safe[1024];

    must(strlen(text) <= max);
    ras_printable(safe, sizeof safe, text, strlen(text));
    must(strcmp(safe, text) == 0);
}

static void
on_stage(void *ctx, enum dial_stage stage, const char *address)
{
    const struct state *s = ctx;

    must(stage >= STAGE_CONNECTING && stage <= STAGE_REGISTERING);
    must(s->requests.phase & (TUNNEL_DIALING | TUNNEL_REGISTERING));
    must_be_printable(address, 63);
}

static bool
may_be_asked(enum plan_protocol protocol, const struct helper_endpoint *to)
{
    switch (to->kind) {
    case SOCKET_TCP:
        return (protocol == PLAN_SSTP && to->port == 443) ||
               (protocol == PLAN_PPTP && to->port == 1723);
    case SOCKET_GRE:
        return protocol == PLAN_PPTP && to->port != 0;
    case SOCKET_UDP:
        return protocol == PLAN_L2TP_IPSEC && (to->port == 500 || to->port == 4500);
    case SOCKET_ESP:
        return protocol == PLAN_L2TP_IPSEC && to->port == 0;
    case SOCKET_PROXY:
        break;
    }
    return false;
}

static void
on_open_socket(void *ctx, uint16_t tag, const struct helper_endpoint *to, bool allowed)
{
    struct state *s = ctx;

    (void)tag;
    must(++s->sockets <= 32);
    must(may_be_asked(s->requests.protocol, to));
    if (!allowed)
        return;
    must(s->requests.phase == TUNNEL_DIALING);
    if (to->family == 4)
        must(to->address[0] != 0 && to->address[0] != 127 && to->address[0] < 224);
    else
        must(to->family == 6 && to->address[0] != 0xff);
}

static void
on_want_credentials(void *ctx, enum ras_error reason)
{
    struct state *s = ctx;

    must(reason == 691 || reason == 648 || reason == 709);
    must(s->requests.phase == TUNNEL_DIALING && ++s->questions <= 16);
}

static void
on_configure(void *ctx, const struct net_config *config, bool first)
{
    const struct state *s = ctx;

    must(net_config_valid(config));
    must(first == (s->requests.phase == TUNNEL_DIALING));
    must(s->requests.phase <= TUNNEL_UP);
}

static void
on_status(void *ctx, const struct tunnel_status *status)
{
    (void)ctx;
    must_be_printable(status->auth, STATUS_TEXT - 1);
    must_be_printable(status->encryption, STATUS_TEXT - 1);
    must_be_printable(status->server_name, STATUS_TEXT - 1);
}

static void
on_stats(void *ctx, const struct tunnel_stats *stats)
{
    const struct state *s = ctx;

    (void)stats;
    must(s->requests.phase != TUNNEL_DIALING);
}

static void
on_log(void *ctx, int level, const char *text)
{
    (void)ctx;
    must(level >= 3 && level <= 7);
    must_be_printable(text, 400);
}

static void
on_ended(void *ctx, const struct ras_end *end)
{
    struct state *s = ctx;

    must(!s->ended && ras_known(end->error));
    must_be_printable(end->detail, sizeof end->detail - 1);
    s->ended = true;
}

static void
on_esp(void *ctx, const struct esp_msg *m, bool allowed)
{
    const struct state *s = ctx;

    must(s->requests.kernel_esp && s->requests.protocol == PLAN_L2TP_IPSEC);
    must(!allowed || s->requests.phase <= TUNNEL_UP);
    must(m->spi_in > 255 && m->in.len <= 96 && m->out.len <= 96);
    if (m->op == ESP_MSG_FORGET)
        return;
    must(m->op == ESP_MSG_ACCEPT || (m->spi_out > 255 && m->out.len == m->in.len));
    must(m->in.len == esp_msg_cipher_key(m->cipher, m->key_bits) + esp_msg_auth_key(m->auth));
    must(m->in.len >= 20 && (m->local_port >= 49152 || m->local_port == 1701));
}

static const struct helper_request_ops ops = {on_stage,     on_open_socket, on_want_credentials,
                                              on_configure, on_status,      on_stats,
                                              on_log,       on_ended,       on_esp};
static struct dial_plan plan;

static void
begin(struct state *s, usec_t now, enum plan_protocol protocol)
{
    *s = (struct state){0};
    helper_requests_init(&s->requests, now, &ops, s, &plan, 0, protocol);
    s->requests.kernel_esp = protocol == PLAN_L2TP_IPSEC;
}

static void
step(struct state *s, uint8_t what, usec_t *now)
{
    enum tunnel_phase *phase = &s->requests.phase;

    if (what == STEP_CONFIGURE && *phase == TUNNEL_DIALING)
        *phase = TUNNEL_REGISTERING;
    else if (what == STEP_UP && *phase == TUNNEL_REGISTERING)
        *phase = TUNNEL_UP;
    else if (what == STEP_HANG_UP && *phase < TUNNEL_CLOSING)
        *phase = TUNNEL_CLOSING;
    else if (what == STEP_ANSWER)
        s->requests.question = false;
    else if (what == STEP_TIME)
        *now += USEC_PER_SEC;
    else if (what == STEP_PPTP || what == STEP_L2TP)
        begin(s, *now, what == STEP_PPTP ? PLAN_PPTP : PLAN_L2TP_IPSEC);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd script = rd_over(data, size);
    struct state s;
    usec_t now = 0;

    dial_plan_init(&plan);
    plan.n_servers = 1;
    strcpy(plan.servers[0].host, "vpn.example");
    plan.ipsec = PLAN_IPSEC_PSK;
    plan.l2tp_port_1701 = false;
    begin(&s, now, PLAN_SSTP);
    while (script.left > 0) {
        const uint8_t what = rd_u8(&script);
        const char *why = NULL;
        if (what >= STEP_CONFIGURE) {
            step(&s, what, &now);
            continue;
        }
        const struct rd message = rd_take(&script, what < script.left ? what : script.left);
        const bool was_over = s.ended;
        if (!helper_requests_serve(&s.requests, now, message, &why)) {
            must(why != NULL);
            break; /* the process is killed */
        }
        must(why == NULL && !was_over);
    }
    return 0;
}
