/* tunnel.c - see tunnel.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "tunnel.h"
#include "tunnel-connect.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "eap-trust.h"
#include "l2tp-kernel-esp.h"
#include "privilege.h"
#include "sandbox.h"

enum { CONNECT_TIMEOUT_S = 20 };

#if defined __SANITIZE_ADDRESS__
#define SANDBOX_MODE SANDBOX_DENY /* a report has to read /proc */
#else
#define SANDBOX_MODE SANDBOX_KILL
#endif

static const struct tunnel_link *const links[] = {
    [PLAN_SSTP] = &tunnel_sstp,
    [PLAN_L2TP_IPSEC] = &tunnel_l2tp,
    [PLAN_PPTP] = &tunnel_pptp,
};

const struct plan_server *
tunnel_server(const struct tunnel *t)
{
    return &t->start.plan.servers[t->start.server];
}

void
tunnel_end_with(struct tunnel *t, const struct ras_end *end)
{
    if (t->ended)
        return;
    t->end = *end;
    t->ended = true;
    t->loop.stop = true;
}

void
tunnel_end(struct tunnel *t, enum ras_error error, const char *format, ...)
{
    struct ras_end end = {.error = error};
    va_list args;

    va_start(args, format);
    vsnprintf(end.detail, sizeof end.detail, format, args);
    va_end(args);
    tunnel_end_with(t, &end);
}

/* ---- what the helper says ---- */

static void
on_hangup(struct tunnel *t)
{
    if (t->session != NULL)
        session_close(t->session, t->loop.now);
    else
        tunnel_end(t, RAS_USER_DISCONNECTION, "before the connection was up");
}

/* It comes before there is a session. */
static void
on_register(struct tunnel *t, const struct control_msg *m)
{
    t->start.plan.register_dns = (m->names & REGISTER_DNS) != 0;
    t->start.plan.register_suffix = (m->names & REGISTER_SUFFIX) != 0;
    t->start.plan.register_wins = (m->names & REGISTER_WINS) != 0;
    memcpy(t->start.computer, m->computer, sizeof t->start.computer);
}

static void
on_message(struct tunnel *t, const struct control_msg *m, int fd)
{
    switch (m->type) {
    case TUNNEL_SOCKET:
        tunnel_on_socket(t, m, fd);
        return;
    case TUNNEL_TUN:
        tunnel_on_tun(t, m, fd);
        return;
    case TUNNEL_ESP:
        l2tp_kernel_esp_answer(t, m, fd);
        return;
    case TUNNEL_CREDENTIALS:
        if (t->session != NULL)
            session_credentials(t->session, t->loop.now, m->answered ? &m->credentials : NULL);
        break;
    case TUNNEL_REGISTER:
        on_register(t, m);
        break;
    case TUNNEL_HANGUP:
        on_hangup(t);
        break;
    case TUNNEL_REGISTERED:
        if (t->session != NULL)
            session_registered(t->session, t->loop.now);
        break;
    case TUNNEL_START:
        break;
    }
    if (fd >= 0)
        close(fd);
}

static void
on_control(void *owner, uint32_t events)
{
    struct tunnel *t = owner;
    uint8_t bytes[CONTROL_MSG_MAX];
    struct control_msg m;
    size_t n = 0;
    int fd = -1;

    (void)events;
    const int error = wire_recv(t->control_fd, bytes, sizeof bytes, &n, &fd);
    if (error == -EAGAIN)
        return;
    if (error < 0) {
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "the helper: %s", strerror(-error));
        return;
    }
    if (control_msg_get(rd_over(bytes, n), &m)) {
        on_message(t, &m, fd);
        credentials_wipe(&m.credentials);
    } else {
        control_log(t->control_fd, 4, "event: bad-message, type: %u, length: %zu", bytes[0], n);
        if (fd >= 0)
            close(fd);
    }
    explicit_bzero(bytes, n);
}

/* ---- from the first message to the closed sandbox ---- */

static bool
read_start(struct tunnel *t, uint8_t *bytes)
{
    uint32_t uid, gid;
    size_t n = 0;
    int error = wire_recv(t->control_fd, bytes, TUNNEL_MSG_MAX, &n, NULL);

    if (error == 0 && !control_start_ids(rd_over(bytes, n), &uid, &gid))
        error = -EBADMSG;
    if (error == 0)
        error = privilege_drop(uid, gid);
    if (error < 0) {
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "giving up root: %s", strerror(-error));
        return false;
    }
    const bool good = control_start_get(rd_over(bytes, n), &t->start);
    explicit_bzero(bytes, n);
    if (!good)
        tunnel_end(t, RAS_BAD_PROFILE, "the helper's first message is malformed");
    t->start.plan.dhcp_silent &= t->start.server == 0; /* of another nothing is known */
    return good;
}

static bool
receive_start(struct tunnel *t)
{
    uint8_t *bytes = malloc(TUNNEL_MSG_MAX);

    if (bytes == NULL) {
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "no memory");
        return false;
    }
    const bool good = read_start(t, bytes);
    free(bytes);
    if (good && (size_t)t->start.protocol < sizeof links / sizeof *links)
        t->link = links[t->start.protocol];
    if (good && t->link == NULL)
        tunnel_end(t, RAS_BAD_PROFILE, "this program cannot do that kind of tunnel");
    return t->link != NULL;
}

static void
on_connect_timer(void *owner, usec_t now)
{
    struct tunnel *t = owner;

    (void)now;
    tunnel_connect_timed_out(t);
}

static bool
start_loop(struct tunnel *t)
{
    const uint16_t seconds = t->start.plan.connect_timeout_s;
    int error = loop_init(&t->loop);

    t->control = (struct loop_source){.fd = t->control_fd, .ready = on_control, .owner = t};
    t->connect_timer = (struct loop_timer){.expired = on_connect_timer, .owner = t};
    t->stagger_timer.deadline = t->session_timer.deadline = t->stats_timer.deadline = NEVER;
    if (error == 0)
        error = loop_add(&t->loop, &t->control, EPOLLIN);
    if (error < 0) {
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "the event loop: %s", strerror(-error));
        return false;
    }
    loop_timer_set(&t->loop, &t->connect_timer,
                   t->loop.now + (seconds != 0 ? seconds : CONNECT_TIMEOUT_S) * USEC_PER_SEC);
    return true;
}

static bool
prepare_eap(struct tunnel *t)
{
    struct ras_end why = {0};

    if ((t->start.plan.auth & PLAN_AUTH_BY_TLS) == 0)
        return true;
    t->eap = eap_trust_new(&t->start.plan, &t->start.credentials, tunnel_server(t)->host, &why);
    if (t->eap == NULL)
        tunnel_end_with(t, &why);
    return t->eap != NULL;
}

static bool
prepare(struct tunnel *t)
{
    if (pump_init(&t->pump))
        return prepare_eap(t) && t->link->prepare(t);
    tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "no memory for the buffers");
    return false;
}

static bool
close_sandbox(struct tunnel *t)
{
    const int error = sandbox_enter(SANDBOX_MODE);

    if (error < 0)
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "the sandbox: %s", strerror(-error));
    return error == 0;
}

static void
after_round(void *owner)
{
    tunnel_session_round(owner);
}

static void
attempt(struct tunnel *t)
{
    int error;

    if (!receive_start(t) || !start_loop(t))
        return;
    control_stage(t->control_fd, STAGE_CONNECTING, "");
    if (!prepare(t) || !tunnel_resolve(t) || !close_sandbox(t))
        return;
    t->early = t->start.plan.accept_early_data;
    tunnel_connect(t);
    error = t->ended ? 0 : loop_run(&t->loop, after_round, t);
    if (error < 0)
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "the event loop: %s", strerror(-error));
}

static void
clean(struct tunnel *t)
{
    if (t->link != NULL)
        t->link->clear(t);
    eap_trust_free(t->eap);
    pump_clear(&t->pump);
    loop_close(&t->loop);
    credentials_wipe(&t->start.credentials);
    dial_plan_clear(&t->start.plan);
}

int
tunnel_run(int control_fd)
{
    struct tunnel *t = calloc(1, sizeof *t);
    const int hard = privilege_harden();

    if (t == NULL)
        return 1;
    signal(SIGPIPE, SIG_IGN);
    t->control_fd = control_fd;
    t->server.fd = t->sstp.tls.fd = t->pptp.gre.fd = t->l2tp.udp4500.fd = t->l2tp.esp.fd =
        t->l2tp.kernel.fd = t->pump.tun.fd = -1;
    t->loop.epoll_fd = t->loop.timer_fd = -1;
    if (hard < 0)
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "hardening: %s", strerror(-hard));
    else
        attempt(t);
    tunnel_connect_stop(t);
    tunnel_session_stop(t);
    const int told = control_ended(control_fd, &t->end);
    clean(t);
    free(t);
    return told == 0 ? 0 : 1;
}
