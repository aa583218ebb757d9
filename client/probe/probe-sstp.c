/*
 * probe-sstp.c - HTTPS: connection, certificate, and whether an SSTP server answers the request
 * that comes before SSTP ([MS-SSTP] section 3.2.4.1). See probe.h.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "probe.h"

#include <poll.h>

#include "io-tls.h"
#include "sstp-http.h"

static const struct plan_server *
server_of(const struct probe *p)
{
    return &p->plan->servers[p->step.server];
}

static uint16_t
port_of(const struct probe *p)
{
    const uint16_t port = server_of(p)->port;

    return port != 0 ? port : plan_default_port(PLAN_SSTP);
}

/* False: not before the deadline. */
static bool
wait_tls(const struct probe *p, const struct io_tls *t)
{
    return probe_wait(p, t->fd, (short)(POLLIN | (io_tls_blocked(t) ? POLLOUT : 0)), NEVER);
}

static bool
shake(struct probe *p, struct io_tls *t, int fd)
{
    enum io_tls_result result = IO_TLS_AGAIN;

    probe_begin(p, PROBE_TLS);
    if (!io_tls_start(t, fd)) {
        probe_tell(p, PROBE_FAIL, RAS_RASMAN_CANNOT_INITIALIZE, "TLS cannot be started");
        return false;
    }
    do
        result = io_tls_handshake(t);
    while (result == IO_TLS_AGAIN && wait_tls(p, t));

    if (result == IO_TLS_AGAIN)
        probe_tell(p, PROBE_FAIL, RAS_VPN_TIMEOUT, "no answer in the TLS handshake");
    else if (result != IO_TLS_OK)
        probe_fail(p, &t->end);
    else
        probe_tell(p, PROBE_OK, RAS_OK, "%s %s; certificate: \"%s\"", io_tls_version(t),
                   io_tls_cipher(t), t->verify.subject);
    return result == IO_TLS_OK;
}

static bool
send_request(struct probe *p, struct io_tls *t)
{
    uint8_t bytes[SSTP_HTTP_MAX_REQUEST], guid[16];
    struct wr w = wr_over(bytes, sizeof bytes);
    size_t taken;
    const struct sstp_http_target target = {
        .host = server_of(p)->host,
        .port = port_of(p),
        .path_query = p->plan->sstp_path_query,
        .guid = guid,
    };

    rng_fill(&probe_rng, guid, sizeof guid);
    if (!sstp_http_request(&w, &target)) {
        probe_tell(p, PROBE_FAIL, RAS_BAD_PROFILE,
                   "the server's name or the tenant's cannot be in a URL");
        return false;
    }
    if (io_tls_write(t, bytes, w.len, &taken) == IO_TLS_OK && io_tls_flush(t) != IO_TLS_FAILED)
        return true;
    probe_fail(p, &t->end);
    return false;
}

static void
ask(struct probe *p, struct io_tls *t)
{
    struct sstp_http_reply reply = {0};
    enum io_tls_result result = IO_TLS_AGAIN;
    uint8_t bytes[2048];
    size_t n;

    probe_begin(p, PROBE_HTTP);
    if (!send_request(p, t))
        return;
    do {
        result = io_tls_read(t, bytes, sizeof bytes, &n);
        if (result == IO_TLS_OK)
            sstp_http_reply_input(&reply, bytes, n);
    } while (reply.state == SSTP_HTTP_MORE &&
             (result == IO_TLS_OK || (result == IO_TLS_AGAIN && wait_tls(p, t))));

    if (reply.state == SSTP_HTTP_ACCEPTED)
        probe_tell(p, PROBE_OK, RAS_OK, "an SSTP server%s%s", reply.server[0] == '\0' ? "" : ": ",
                   reply.server);
    else if (reply.state == SSTP_HTTP_REFUSED)
        probe_fail(p, &reply.end);
    else if (result == IO_TLS_AGAIN)
        probe_tell(p, PROBE_FAIL, RAS_PPP_NO_RESPONSE, "no answer to the HTTP request");
    else
        probe_tell(p, PROBE_FAIL, RAS_INVALID_SERVER_RESPONSE,
                   "the server closed the stream before it answered");
}

void
probe_sstp(struct probe *p)
{
    struct io_tls tls;

    if (plan_uses_proxy(p->plan, PLAN_SSTP)) {
        probe_connect(p, PROBE_PROXY, p->plan->proxy_port);
        return;
    }
    const int fd = probe_connect(p, PROBE_TCP, port_of(p));
    if (fd < 0)
        return;
    probe_begin(p, PROBE_TLS);
    if (!io_tls_prepare(&tls, p->plan, server_of(p)->host)) {
        probe_fail(p, &tls.end);
        return;
    }
    if (!probe_close_sandbox(p) || !shake(p, &tls, fd))
        return;
    ask(p, &tls);
    io_tls_close(&tls);
}
