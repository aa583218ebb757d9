/*
 * probe-pptp.c - PPTP's control connection: up, and down again (RFC 2637 section 3.1). No call is
 * asked for, so whether GRE passes is not seen. See probe.h. SPDX-License-Identifier:
 * GPL-3.0-or-later
 */
#include "probe.h"

#include <poll.h>
#include <sys/socket.h>

#include "pptp-call.h"

#define ANSWER_WAIT (6 * USEC_PER_SEC)
#define STOP_WAIT   (1 * USEC_PER_SEC)

static bool
send_out(int fd, const struct wr *w)
{
    return send(fd, w->base, w->len, MSG_NOSIGNAL) == (ssize_t)w->len;
}

/* Reads until there is a message. PPTP_CUT_MORE: the time is over, or (*ret_closed) the stream. */
static enum pptp_cut
next_message(const struct probe *p, int fd, usec_t deadline, struct pptp_msg *ret, bool *ret_closed)
{
    uint8_t bytes[PPTP_MSG_MAX];
    size_t have = 0;

    *ret_closed = false;
    while (have < sizeof bytes && probe_wait(p, fd, POLLIN, deadline)) {
        const ssize_t n = recv(fd, bytes + have, sizeof bytes - have, 0);

        *ret_closed = n <= 0;
        if (n <= 0)
            break;
        have += (size_t)n;
        struct rd stream = rd_over(bytes, have);
        const enum pptp_cut cut = pptp_msg_cut(&stream, ret);
        if (cut != PPTP_CUT_MORE)
            return cut;
    }
    return PPTP_CUT_MORE;
}

/* Politely; the answer is waited for, so that the server does not see a stream that was cut. */
static void
stop(const struct probe *p, int fd)
{
    uint8_t bytes[PPTP_MSG_MAX];
    struct wr w = wr_over(bytes, sizeof bytes);
    struct pptp_msg m;
    bool closed;

    pptp_msg_put(&w, &(struct pptp_msg){.type = PPTP_STOPRQ, .reason = 1});
    if (send_out(fd, &w))
        next_message(p, fd, probe_now() + STOP_WAIT, &m, &closed);
}

static void
talk(struct probe *p, int fd)
{
    uint8_t bytes[PPTP_CALL_ROOM];
    struct wr w = wr_over(bytes, sizeof bytes);
    struct pptp_call call;
    struct pptp_msg m;
    bool closed;

    probe_begin(p, PROBE_PPTP);
    pptp_call_init(&call, 1);
    pptp_call_begin(&call, probe_now(), &w);
    if (!send_out(fd, &w))
        pptp_call_lost(&call, false);
    while (call.state == PPTP_CALL_START_SENT) {
        const enum pptp_cut cut = next_message(p, fd, p->step_began + ANSWER_WAIT, &m, &closed);
        w = wr_over(bytes, sizeof bytes);
        if (cut == PPTP_CUT_MESSAGE)
            pptp_call_input(&call, probe_now(), &m, &w); /* what it would say next is not said */
        else if (cut == PPTP_CUT_BROKEN || closed)
            pptp_call_lost(&call, cut == PPTP_CUT_BROKEN);
        else
            break;
    }
    if (call.state == PPTP_CALL_CALL_SENT) {
        probe_tell(p, PROBE_OK, RAS_OK, "control connection; GRE is only seen by a call");
        stop(p, fd);
    } else if (call.end.error != RAS_OK) {
        probe_fail(p, &call.end);
    } else {
        probe_tell(p, PROBE_FAIL, RAS_PPP_NO_RESPONSE,
                   "PPTP: no answer to Start-Control-Connection-Request");
    }
}

void
probe_pptp(struct probe *p)
{
    const uint16_t port = p->plan->servers[p->step.server].port;
    const int fd = probe_connect(p, PROBE_TCP, port != 0 ? port : plan_default_port(PLAN_PPTP));

    if (fd >= 0 && probe_close_sandbox(p))
        talk(p, fd);
}
