/* helper-requests.c - see helper-requests.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper-requests.h"

#include <arpa/inet.h>
#include <syslog.h>

enum {
    BURST = 400,     /* a whole dial with a debug log */
    PER_SECOND = 50, /* afterwards */
    MAX_LOG_TEXT = 400,
    PORT_EPHEMERAL = 49152, /* RFC 6335 section 6 */
};

#define USEC_PER_TOKEN (USEC_PER_SEC / PER_SECOND)

static bool
serve_stage(struct helper_requests *r, struct rd body)
{
    char address[64];
    const uint8_t stage = rd_u8(&body);

    wire_text_get(&body, address, sizeof address);
    if (!rd_done(&body) || stage < STAGE_CONNECTING || stage > STAGE_REGISTERING)
        return false;
    if (stage < r->stage) /* stages do not go back within an attempt */
        return false;
    r->stage = stage;
    if (r->phase != TUNNEL_CLOSING)
        r->ops->stage(r->ctx, r->stage, address);
    return true;
}

static bool
through_proxy(const struct helper_requests *r)
{
    return plan_uses_proxy(r->plan, r->protocol);
}

static uint16_t
expected_port(const struct helper_requests *r)
{
    const struct plan_server *server = &r->plan->servers[r->server];

    if (through_proxy(r))
        return r->plan->proxy_port;
    return server->port != 0 ? server->port : plan_default_port(r->protocol);
}

static bool
is_granted(const struct helper_requests *r, const struct helper_endpoint *to)
{
    for (unsigned i = 0; i < r->n_granted; i++) {
        if (r->granted[i].family == to->family &&
            memcmp(r->granted[i].address, to->address, sizeof to->address) == 0)
            return true;
    }
    return false;
}

static void
note_granted(struct helper_requests *r, const struct helper_endpoint *to)
{
    if (r->n_granted < HELPER_MAX_ENDPOINTS && !is_granted(r, to))
        r->granted[r->n_granted++] = *to;
}

/* L2TP without IPsec is one UDP socket, and never beside IPsec: the plan is what says that nothing
 * of it leaves in the clear (L7). With IPsec, IKE first, and the rest where IKE went. */
static bool
is_due_l2tp(const struct helper_requests *r, struct helper_endpoint *to)
{
    const bool ipsec = r->plan->ipsec != PLAN_IPSEC_NONE;

    if (to->kind == SOCKET_ESP)
        return ipsec && to->port == 0 && is_granted(r, to);
    if (to->kind != SOCKET_UDP)
        return false;
    to->wanted_port = ipsec || r->plan->l2tp_port_1701 ? to->port : 0;
    if (!ipsec)
        return to->port == L2TP_PORT;
    return to->port == IKE_PORT || (to->port == IKE_FLOAT_PORT && is_granted(r, to));
}

/* A tunnel has no business with another port or kind: that is no mistake of a server. */
static bool
is_due(const struct helper_requests *r, struct helper_endpoint *to)
{
    if (r->protocol == PLAN_L2TP_IPSEC)
        return is_due_l2tp(r, to);
    if (to->kind == SOCKET_GRE)
        return r->protocol == PLAN_PPTP && to->family == 4 && to->port != 0 && is_granted(r, to);
    return to->kind == (through_proxy(r) ? SOCKET_PROXY : SOCKET_TCP) &&
           to->port == expected_port(r) && (r->protocol != PLAN_PPTP || to->family == 4);
}

static bool
serve_open_socket(struct helper_requests *r, struct rd body)
{
    struct helper_endpoint to = {0};
    const uint16_t tag = rd_be16(&body);

    to.family = rd_u8(&body);
    const struct rd address = rd_take(&body, sizeof to.address);
    to.port = rd_be16(&body);
    to.kind = rd_u8(&body);
    if (!rd_done(&body) || (to.family != 4 && to.family != 6))
        return false;
    memcpy(to.address, address.p, to.family == 4 ? 4 : 16);
    if (!is_due(r, &to))
        return false;

    const char *host = through_proxy(r) ? r->plan->proxy_host : r->plan->servers[r->server].host;
    const bool allowed = r->phase == TUNNEL_DIALING && helper_endpoint_allowed(&to, host);
    if (allowed && (to.kind == SOCKET_TCP || to.kind == SOCKET_UDP))
        note_granted(r, &to);
    r->ops->open_socket(r->ctx, tag, &to, allowed);
    return true;
}

static bool
serve_want_credentials(struct helper_requests *r, struct rd body)
{
    const uint32_t reason = rd_be32(&body);

    if (!rd_done(&body) || r->question)
        return false;
    if (reason != RAS_AUTHENTICATION_FAILURE && reason != RAS_PASSWD_EXPIRED &&
        reason != RAS_CHANGING_PASSWORD)
        return false;
    if (r->phase == TUNNEL_CLOSING)
        return true;
    r->question = true;
    r->ops->want_credentials(r->ctx, reason);
    return true;
}

static bool
serve_configure(struct helper_requests *r, struct rd body)
{
    struct net_config config;

    if (!net_config_get(&body, &config) || !rd_done(&body))
        return false;
    if (r->phase != TUNNEL_CLOSING)
        r->ops->configure(r->ctx, &config, r->phase == TUNNEL_DIALING);
    return true;
}

static bool
serve_status(struct helper_requests *r, struct rd body)
{
    struct tunnel_status status;

    if (!tunnel_status_get(&body, &status) || !rd_done(&body))
        return false;
    r->ops->status(r->ctx, &status);
    return true;
}

static bool
serve_stats(struct helper_requests *r, struct rd body)
{
    struct tunnel_stats stats;

    if (!tunnel_stats_get(&body, &stats) || !rd_done(&body))
        return false;
    r->ops->stats(r->ctx, &stats);
    return true;
}

/* The rest of @body as text; false when it is too long or not printable. */
static bool
last_text(struct rd body, char *out, size_t cap)
{
    if (body.bad || body.left >= cap)
        return false;
    ras_printable(out, cap, body.p, body.left);
    return body.left == 0 || memcmp(out, body.p, body.left) == 0;
}

static bool
serve_log(struct helper_requests *r, struct rd body)
{
    char text[MAX_LOG_TEXT + 1];
    const uint8_t level = rd_u8(&body);

    if (level < LOG_ERR || level > LOG_DEBUG || !last_text(body, text, sizeof text))
        return false;
    r->ops->log(r->ctx, level, text);
    return true;
}

static bool
serve_ended(struct helper_requests *r, struct rd body)
{
    struct ras_end end = {.error = rd_be32(&body)};

    if (!last_text(body, end.detail, sizeof end.detail) || !ras_known(end.error))
        return false;
    r->phase = TUNNEL_OVER;
    r->ops->ended(r->ctx, &end);
    return true;
}

/* L2TP's port is its own, or one of those that nobody has for himself. */
static bool
is_due_esp(const struct helper_requests *r, const struct esp_msg *m)
{
    if (!r->kernel_esp || r->protocol != PLAN_L2TP_IPSEC || r->plan->ipsec == PLAN_IPSEC_NONE)
        return false;
    return m->op == ESP_MSG_FORGET || m->local_port == L2TP_PORT || m->local_port >= PORT_EPHEMERAL;
}

static bool
serve_esp(struct helper_requests *r, struct rd body)
{
    struct esp_msg m;
    const bool good = esp_msg_get(&body, &m) && is_due_esp(r, &m);

    if (good)
        r->ops->esp(r->ctx, &m, r->phase != TUNNEL_CLOSING);
    esp_msg_wipe(&m);
    return good;
}

#define ANY_TIME (TUNNEL_DIALING | TUNNEL_REGISTERING | TUNNEL_UP | TUNNEL_CLOSING)

/* clang-format off */
static const struct {
    bool (*serve)(struct helper_requests *r, struct rd body);
    unsigned when;
    uint16_t times; /* in the life of one tunnel; 0: the rate limit alone bounds it */
} requests[] = {
    [HELPER_STAGE] =            {serve_stage, TUNNEL_DIALING | TUNNEL_REGISTERING | TUNNEL_CLOSING, 64},
    [HELPER_OPEN_SOCKET] =      {serve_open_socket, TUNNEL_DIALING | TUNNEL_CLOSING, 32},
    [HELPER_WANT_CREDENTIALS] = {serve_want_credentials, TUNNEL_DIALING | TUNNEL_CLOSING, 16},
    [HELPER_CONFIGURE] =        {serve_configure, ANY_TIME, 64},
    [HELPER_STATUS] =           {serve_status, ANY_TIME, 64},
    [HELPER_STATS] =            {serve_stats, TUNNEL_REGISTERING | TUNNEL_UP | TUNNEL_CLOSING, 0},
    [HELPER_LOG] =              {serve_log, ANY_TIME, 0},
    [HELPER_ENDED] =            {serve_ended, ANY_TIME, 1},
    [HELPER_ESP] =              {serve_esp, ANY_TIME, 0},
};
/* clang-format on */

_Static_assert(sizeof requests / sizeof *requests ==
                   sizeof((struct helper_requests *)NULL)->served / sizeof(uint16_t),
               "a counter for each request");

/* A token bucket: BURST at once, PER_SECOND after that. */
static bool
take_token(struct helper_requests *r, usec_t now)
{
    const uint64_t earned = now > r->tokens_at ? (now - r->tokens_at) / USEC_PER_TOKEN : 0;

    if (earned > 0) {
        r->tokens = (uint32_t)(earned > BURST - r->tokens ? BURST : r->tokens + earned);
        r->tokens_at += earned * USEC_PER_TOKEN;
    }
    if (r->tokens == 0)
        return false;
    r->tokens--;
    return true;
}

void
helper_requests_init(struct helper_requests *r, usec_t now, const struct helper_request_ops *ops,
                     void *ctx, const struct dial_plan *plan, uint8_t server,
                     enum plan_protocol protocol)
{
    *r = (struct helper_requests){
        .ops = ops,
        .ctx = ctx,
        .plan = plan,
        .server = server,
        .protocol = protocol,
        .phase = TUNNEL_DIALING,
        .tokens = BURST,
        .tokens_at = now,
    };
}

static bool
refuse(const char **ret_why, const char *why)
{
    *ret_why = why;
    return false;
}

bool
helper_requests_serve(struct helper_requests *r, usec_t now, struct rd message,
                      const char **ret_why)
{
    const uint8_t type = rd_u8(&message);

    if (!rd_ok(&message) || type >= sizeof requests / sizeof *requests ||
        requests[type].serve == NULL)
        return refuse(ret_why, "an unknown request");
    if (!take_token(r, now))
        return refuse(ret_why, "too many requests");
    if (!(requests[type].when & r->phase))
        return refuse(ret_why, "a request at the wrong time");
    if (requests[type].times != 0 && r->served[type] == requests[type].times)
        return refuse(ret_why, "a request too often");
    r->served[type] += requests[type].times != 0;
    if (!requests[type].serve(r, message))
        return refuse(ret_why, "a malformed request");
    return true;
}

static bool
allowed4(uint32_t a, bool literal)
{
    if (a >> 24 == 127)
        return literal;
    return net_ip4_usable(a);
}

static bool
allowed6(const uint8_t a[static 16], bool literal)
{
    static const uint8_t zero[16];
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    static const uint8_t loopback[16] = {[15] = 1};

    if (memcmp(a, zero, 12) == 0) /* ::, ::1, and the old IPv4-compatible ones */
        return literal && memcmp(a, loopback, 16) == 0;
    /* Another way to write an IPv4 address must not be a way around allowed4(). */
    return a[0] != 0xff && memcmp(a, mapped, 12) != 0;
}

bool
helper_endpoint_allowed(const struct helper_endpoint *to, const char *host)
{
    uint8_t wanted[16] = {0};
    const int family = to->family == 4 ? AF_INET : AF_INET6;
    const size_t size = to->family == 4 ? 4 : 16;
    const bool other_literal = inet_pton(family == AF_INET ? AF_INET6 : AF_INET, host, wanted) == 1;
    const bool literal = inet_pton(family, host, wanted) == 1;

    if (other_literal || (literal && memcmp(wanted, to->address, size) != 0))
        return false;
    if (to->family == 6)
        return allowed6(to->address, literal);
    struct rd r = rd_over(to->address, 4);
    return allowed4(rd_be32(&r), literal);
}
