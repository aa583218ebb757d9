/*
 * probe-l2tp.c - L2TP without IPsec, as few profiles want it: the tunnel is set up and ended (RFC
 * 2661 section 5). See probe.h. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "probe.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "l2tp-tunnel.h"

enum { DATAGRAM_MAX = 2048 };

#define ANSWER_WAIT (6 * USEC_PER_SEC)

static int
drain(struct l2tp_tunnel *t, int fd)
{
    struct rd datagram;
    int error = 0;

    while (l2tp_tunnel_poll(t, probe_now(), &datagram))
        if (send(fd, datagram.p, datagram.left, MSG_NOSIGNAL) < 0)
            error = errno;
    return error;
}

void
probe_l2tp(struct probe *p)
{
    const struct l2tp_config config = {.rng = &probe_rng, .no_answer = RAS_VPN_TIMEOUT};
    struct l2tp_tunnel t;
    uint8_t bytes[DATAGRAM_MAX];
    struct rd frame;

    probe_begin(p, PROBE_L2TP);
    const int fd = probe_udp(p, L2TP_PORT);
    int error = fd < 0 ? errno : 0;
    if (error == 0 && !probe_close_sandbox(p))
        return;
    l2tp_tunnel_init(&t, &config);
    if (error == 0)
        l2tp_tunnel_begin(&t, probe_now());
    while (error == 0 && t.state == L2TP_WAIT_REPLY) {
        const usec_t until = usec_min(p->step_began + ANSWER_WAIT, l2tp_tunnel_deadline(&t));

        error = drain(&t, fd);
        if (error != 0 || probe_now() >= p->step_began + ANSWER_WAIT)
            break;
        if (!probe_wait(p, fd, POLLIN, until)) {
            l2tp_tunnel_expire(&t, probe_now());
            continue;
        }
        const ssize_t n = recv(fd, bytes, sizeof bytes, 0);
        if (n >= 0)
            l2tp_tunnel_receive(&t, probe_now(), rd_over(bytes, (size_t)n), &frame);
        else
            error = errno == EAGAIN ? 0 : errno;
    }
    if (t.state == L2TP_ESTABLISHED)
        probe_tell(p, PROBE_OK, RAS_OK, "an L2TP server, without IPsec");
    else if (t.end.error == RAS_OAKLEY_AUTH_FAIL) /* a call has what a probe is not given */
        probe_tell(p, PROBE_WARN, RAS_OK,
                   "an L2TP server, without IPsec; it wants a tunnel secret");
    else if (t.end.error != RAS_OK)
        probe_fail(p, &t.end);
    else
        probe_tell(p, PROBE_FAIL, RAS_VPN_TIMEOUT, "L2TP: no answer on UDP %u%s%s", L2TP_PORT,
                   error != 0 ? ": " : "", error != 0 ? strerror(error) : "");
    if (fd < 0)
        return;
    l2tp_tunnel_close(&t, probe_now(), L2TP_CDN_ADMINISTRATIVE, L2TP_STOP_CLEAR);
    drain(&t, fd);
    l2tp_tunnel_wipe(&t);
}
