/* tunnel-session.c - the session and its events. See tunnel.h. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "tunnel-connect.h"
#include "tunnel.h"

#include "eap-trust.h"
#include "l2tp-kernel-esp.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

enum {
    /* What may lie unsent in the kernel before the socket counts as full: enough for a burst,
     * little enough that a ping does not wait behind it. */
    NOTSENT_LOWAT = 128 * 1024,
    STATS_USEC = 1000 * 1000,
};

void
tunnel_random(void *out, size_t n)
{
    uint8_t *at = out;

    while (n > 0) {
        const ssize_t got = getrandom(at, n, 0);
        if (got < 0)
            continue; /* EINTR; nothing else can happen to a valid buffer */
        at += got;
        n -= (size_t)got;
    }
}

static void
fill_random(void *ctx, void *out, size_t n)
{
    (void)ctx;
    tunnel_random(out, n);
}

static void
drop_session(struct tunnel *t)
{
    t->pump.session = NULL;
    session_free(t->session);
    t->session = NULL;
    loop_timer_set(&t->loop, &t->session_timer, NEVER);
}

static void
drop_link(struct tunnel *t)
{
    if (t->link != NULL)
        t->link->drop(t);
    loop_remove(&t->loop, &t->server);
    if (t->server.fd >= 0)
        close(t->server.fd);
    t->server.fd = -1;
}

/* ---- events of the session ---- */

void
tunnel_send_status(struct tunnel *t, const char *auth)
{
    struct tunnel_status s = {.early_data_worked = t->early,
                              .password_changed = t->password_changed};

    snprintf(s.auth, sizeof s.auth, "%s", auth);
    t->link->describe(t, &s);
    if (t->eap != NULL)
        eap_trust_describe(t->eap, &s.eap);
    if (t->session != NULL) {
        s.dhcp = session_dhcp(t->session);
        session_registration(t->session, &s.registration);
    }
    control_status(t->control_fd, &s);
}

static void
on_config(struct tunnel *t, const struct net_config *config)
{
    const int error = control_configure(t->control_fd, config);

    if (!t->tun_asked && t->link->configured != NULL)
        t->link->configured(t);
    t->tun_asked = true;
    if (error < 0)
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "configuring: %s", strerror(-error));
}

/* Of the address that was tried nothing was heard, and there is another. */
static bool
may_try_another(const struct tunnel *t)
{
    return t->link->heard != NULL && !t->link->heard(t) && tunnel_has_other_address(t);
}

/* A server that is asked again is as far as it was: for the helper, stages do not go back. */
static void
tell_stage(struct tunnel *t, enum dial_stage stage)
{
    char text[48] = "";

    if (stage < t->stage)
        return;
    t->stage = stage;
    if (t->address != NULL)
        control_address_text(t->address, text);
    control_stage(t->control_fd, stage, text);
}

/* Whose certificate it was, if that ended it: a person may want to accept it. */
static void
end_session(struct tunnel *t, const struct ras_end *end)
{
    if (t->eap != NULL && t->eap->verify.end.error != RAS_OK)
        tunnel_send_status(t, "");
    tunnel_end_with(t, end);
}

static void
on_event(struct tunnel *t, const struct session_event *event)
{
    switch (event->type) {
    case SESSION_STAGE:
        tell_stage(t, (enum dial_stage)event->stage);
        break;
    case SESSION_WANTS_CREDENTIALS:
        control_want_credentials(t->control_fd, event->reason);
        break;
    case SESSION_CONFIG:
        on_config(t, event->config);
        break;
    case SESSION_UP:
        t->up = true;
        t->password_changed = event->password_changed;
        tunnel_send_status(t, event->auth_name);
        break;
    case SESSION_INFORMED:
        tunnel_send_status(t, event->auth_name);
        break;
    case SESSION_ESP:
        l2tp_kernel_esp_ask(t, event->esp);
        break;
    case SESSION_EARLY_REFUSED:
        t->early_refused = true;
        break;
    case SESSION_ENDED:
        if (event->end.error == RAS_VPN_TIMEOUT && may_try_another(t))
            t->give_up_address = true;
        else
            end_session(t, &event->end);
        break;
    }
}

/* The same server again, and politely this time. */
static void
redo_without_early(struct tunnel *t)
{
    const unsigned auth = session_auth_wanted(t->session);

    if (auth != 0) {
        control_log(t->control_fd, 5, "the server takes only one method to authenticate: again");
        t->start.plan.auth = auth; /* some of the plan's */
        t->link->flush(t);         /* the last word: a server may take one call of a person */
    } else if (t->start.protocol == PLAN_L2TP_IPSEC) {
        control_log(t->control_fd, 5, "LCP is not answered: again, and not from UDP port 1701");
        t->start.plan.l2tp_port_1701 = false;
    } else {
        control_log(t->control_fd, 5,
                    "the server does not take an early Call-Connect: again without");
    }
    drop_session(t);
    drop_link(t);
    t->early = t->early_refused = false;
    tunnel_connect(t);
}

static void
go_to_next_address(struct tunnel *t)
{
    drop_session(t);
    drop_link(t);
    t->give_up_address = false;
    tunnel_connect_next(t);
}

/* ---- the link ---- */

static void
link_lost(struct tunnel *t, enum pump_result result, const struct ras_end *known, const char *what)
{
    struct ras_end why = *known;

    if (result == PUMP_CLOSED)
        ras_end_set(&why, t->up ? RAS_REMOTE_DISCONNECTION : RAS_DISCONNECTION,
                    "the server closed the %s", what);
    else if (result == PUMP_TUN_GONE)
        ras_end_set(&why, RAS_LINK_FAILURE, "the network interface is gone");
    session_link_lost(t->session, t->loop.now, &why);
    loop_watch(&t->loop, &t->server, 0);
    if (result != PUMP_TUN_GONE)
        loop_remove(&t->loop, &t->server);
}

void
tunnel_check(struct tunnel *t, enum pump_result result, const struct ras_end *why, const char *what)
{
    if (result != PUMP_OK && t->session != NULL)
        link_lost(t, result, why, what);
}

static void
on_session_timer(void *owner, usec_t now)
{
    struct tunnel *t = owner;

    if (t->session == NULL)
        return;
    session_expire(t->session, now);
    if (t->link->expired != NULL)
        t->link->expired(t);
}

static void
on_stats_timer(void *owner, usec_t now)
{
    (void)now;
    tunnel_report_stats(owner);
}

/* What the kernel saw of it before anybody had to wake up. Through a proxy it tells nothing. */
static uint32_t
path_rtt(const struct tunnel *t)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;

    if (t->link->heard != NULL || plan_uses_proxy(&t->start.plan, t->start.protocol) ||
        getsockopt(t->server.fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
        return 0;
    return info.tcpi_rtt;
}

void
tunnel_start_session(struct tunnel *t, struct session_link_info *info)
{
    loop_timer_set(&t->loop, &t->connect_timer, NEVER);
    info->send_early = t->early;
    info->path = t->path;
    info->rtt = path_rtt(t);
    info->eap = t->eap == NULL ? NULL : &t->eap->side;
    t->rng = (struct rng){.fill = fill_random};
    t->session =
        session_new(&t->start.plan, t->start.protocol, &t->start.credentials, &t->rng, t->loop.now);
    if (t->session == NULL) {
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "no memory for the session");
        return;
    }
    t->pump.session = t->session;
    t->session_timer.expired = on_session_timer;
    t->session_timer.owner = t;
    t->stats_timer.expired = on_stats_timer;
    t->stats_timer.owner = t;
    snprintf(info->host, sizeof info->host, "%s", tunnel_server(t)->host);
    info->port = tunnel_server(t)->port;
    snprintf(info->computer, sizeof info->computer, "%s", t->start.computer);
    snprintf(info->workgroup, sizeof info->workgroup, "%s", t->start.credentials.domain);
    if (!plan_uses_proxy(&t->start.plan, t->start.protocol) && t->address->family == 4) {
        struct rd octets = rd_over(t->address->octets, 4);
        info->server4 = rd_be32(&octets);
    }
    session_link_up(t->session, t->loop.now, info);
}

static void
on_server(void *owner, uint32_t events)
{
    struct tunnel *t = owner;

    if (events & (EPOLLIN | EPOLLERR | EPOLLHUP))
        t->link->readable(t);
    if (events & EPOLLOUT && t->link->writable != NULL)
        t->link->writable(t);
}

void
tunnel_connected(struct tunnel *t, const struct tunnel_try *winner)
{
    const int fd = winner->source.fd, on = 1, lowat = NOTSENT_LOWAT;

    if (t->link->heard == NULL) { /* TCP */
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &lowat, sizeof lowat);
    }
    t->address = &winner->address;
    t->server = (struct loop_source){.fd = fd, .ready = on_server, .owner = t};
    tell_stage(t, STAGE_CONNECTING);

    const int error = loop_add(&t->loop, &t->server, EPOLLIN);
    if (error < 0)
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "the event loop: %s", strerror(-error));
    else
        t->link->connected(t);
}

/* ---- the TUN ---- */

static void
on_tun_ready(void *owner, uint32_t events)
{
    struct tunnel *t = owner;

    (void)events;
    if (t->session != NULL)
        t->link->packets(t);
}

void
tunnel_on_tun(struct tunnel *t, const struct control_msg *m, int fd)
{
    int error;

    if (fd < 0 || t->session == NULL || !t->tun_asked || t->pump.open) {
        if (fd >= 0)
            close(fd);
        return;
    }
    error = pump_open_tun(&t->pump, fd, m->tun_flags);
    if (error == 0) {
        t->tun = (struct loop_source){.fd = fd, .ready = on_tun_ready, .owner = t};
        error = loop_add(&t->loop, &t->tun, EPOLLIN);
    } else {
        close(fd);
    }
    if (error < 0)
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "the interface: %s", strerror(-error));
}

void
tunnel_report_stats(struct tunnel *t)
{
    struct tunnel_stats now = t->pump.stats;

    now.dropped += t->pump.tun.dropped;
    if (t->session != NULL) {
        now.rtt_usec = session_rtt(t->session);
        now.dropped += session_dropped(t->session);
    }
    t->told = t->pump.stats;
    control_stats(t->control_fd, &now);
}

/* ---- after each round ---- */

static void
arm_stats(struct tunnel *t)
{
    const bool news = t->pump.stats.packets_in != t->told.packets_in ||
                      t->pump.stats.packets_out != t->told.packets_out;

    if (news && t->stats_timer.deadline == NEVER)
        loop_timer_set(&t->loop, &t->stats_timer, t->loop.now + STATS_USEC);
}

static void
watch(struct tunnel *t)
{
    t->link->watch(t);
    arm_stats(t);
    loop_timer_set(&t->loop, &t->session_timer, session_deadline(t->session));
}

void
tunnel_session_round(struct tunnel *t)
{
    struct session_event event;

    if (t->session == NULL)
        return;
    t->link->flush(t);
    while (!t->ended && !t->early_refused && session_poll_event(t->session, &event))
        on_event(t, &event);
    if (t->ended)
        return;
    if (t->early_refused) {
        redo_without_early(t);
        return;
    }
    if (t->give_up_address) {
        go_to_next_address(t);
        return;
    }
    watch(t);
}

void
tunnel_session_stop(struct tunnel *t)
{
    if (t->session != NULL) {
        t->link->flush(t); /* the last word of the session */
        if (t->tun_asked)  /* before that there is nothing to count, and the helper wants none */
            tunnel_report_stats(t);
    }
    drop_session(t);
    drop_link(t);
}
