/*
 * probe-server.c - one server: its name, then all of its addresses and protocols at once, each in a
 * process of its own, with a socket of its own to tell by: a server that has taken over the process
 * that talks to it can tell lies about that way, and about no other. See probe.h.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "probe.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "resolve.h"

enum {
    SPARE_SECONDS = 5, /* a process that is still there then is ended by the kernel */
    CHILDREN = PLAN_MAX_PROTOCOLS * PROBE_ADDRESSES,
};

struct child {
    pid_t pid;
    int fd;        /* what it tells; -1: no more */
    unsigned told; /* steps: at most one of each kind */
    struct probe probe;
};

struct children {
    size_t n;
    struct child v[CHILDREN];
};

static struct probe
begin(const struct dial_plan *plan, int control_fd, unsigned i)
{
    const usec_t now = probe_now();

    return (struct probe){.plan = plan,
                          .control_fd = control_fd,
                          .step = {.server = (uint8_t)i},
                          .began = now,
                          .deadline = now + PROBE_SECONDS * USEC_PER_SEC};
}

/* ---- the name ---- */

static void
tell_addresses(struct probe *p, const struct resolve_answer *answer)
{
    char text[48], all[PROBE_DETAIL] = "";
    int n = 0;

    for (size_t i = 0; i < answer->n && n >= 0 && (size_t)n < sizeof all; i++)
        n += snprintf(all + n, sizeof all - (size_t)n, "%s%s", i > 0 ? ", " : "",
                      control_address_text(&answer->v[i], text));
    probe_tell(p, PROBE_OK, RAS_OK, "%s", all);
}

static void
look_up(struct probe *p, const char *host, struct resolve_answer *ret)
{
    struct resolve r = {.fd = -1};
    char nothing = 0;
    const int error = resolve_start(&r, host, 0, &nothing, sizeof nothing);

    *ret = (struct resolve_answer){.gai_error = EAI_AGAIN};
    if (error < 0)
        *ret = (struct resolve_answer){.gai_error = EAI_SYSTEM, .sys_error = -error};
    else if (probe_wait(p, r.fd, POLLIN, NEVER))
        resolve_finish(&r, ret);
    resolve_stop(&r);
}

/* Of the server, or of the proxy when @proxy. */
static void
resolve_name(struct probe *p, bool proxy, struct resolve_answer *ret)
{
    const char *host = proxy ? p->plan->proxy_host : p->plan->servers[p->step.server].host;

    *ret = (struct resolve_answer){0};
    p->step.protocol = proxy ? PLAN_SSTP : 0;
    probe_begin(p, PROBE_NAME);
    if (resolve_literal(host, 0, &ret->v[0])) {
        ret->n = 1; /* there is nothing to tell */
        return;
    }
    look_up(p, host, ret);
    if (ret->gai_error == 0)
        tell_addresses(p, ret);
    else
        probe_tell(p, PROBE_FAIL, proxy ? RAS_CANNOT_CONNECT_PROXY : RAS_DNSNAME_NOT_RESOLVABLE,
                   "%.80s: %s", host,
                   ret->gai_error == EAI_SYSTEM ? strerror(ret->sys_error)
                                                : gai_strerror(ret->gai_error));
}

/* ---- addresses and protocols ---- */

static void
run(struct probe *p)
{
    switch (p->step.protocol) {
    case PLAN_SSTP:
        probe_sstp(p);
        break;
    case PLAN_PPTP:
        probe_pptp(p);
        break;
    case PLAN_L2TP_IPSEC:
        if (p->plan->ipsec == PLAN_IPSEC_NONE)
            probe_l2tp(p);
        else
            probe_ike(p);
        break;
    }
}

/* GRE is IPv4's alone here, as in a call. */
static bool
fits(enum plan_protocol protocol, const struct control_address *a)
{
    return protocol != PLAN_PPTP || a->family == 4;
}

/* As a call would say it. */
static void
tell_nothing_fits(struct probe *p, enum plan_protocol protocol)
{
    p->step.protocol = protocol;
    probe_begin(p, PROBE_TCP);
    probe_tell(p, PROBE_FAIL, RAS_DNSNAME_NOT_RESOLVABLE,
               "%.80s: no IPv4 address, and PPTP needs one", p->plan->servers[p->step.server].host);
}

/* What it would have told is told for it. */
static void
tell_failed(const struct probe *of, const char *why)
{
    struct probe p = *of;

    probe_begin(&p, p.step.protocol == PLAN_L2TP_IPSEC ? PROBE_IKE : PROBE_TCP);
    probe_tell(&p, PROBE_FAIL, RAS_RASMAN_CANNOT_INITIALIZE, "the probe: %s", why);
}

/* In the child. */
static _Noreturn void
run_alone(struct children *all, struct child *c, int fd)
{
    alarm(PROBE_SECONDS + SPARE_SECONDS);
    for (size_t i = 0; i < all->n; i++)
        if (all->v[i].fd >= 0)
            close(all->v[i].fd);
    close(c->probe.control_fd);
    c->probe.control_fd = fd;
    run(&c->probe);
    _exit(0); /* what libraries do at exit does not fit the sandbox */
}

/* A process for it. */
static void
start(const struct probe *of, struct children *all, enum plan_protocol protocol, size_t i,
      const struct control_address *a)
{
    struct child c = {.pid = -1, .fd = -1};
    int fds[2] = {-1, -1};
    char text[48];

    c.probe = begin(of->plan, of->control_fd, of->step.server);
    c.probe.address = *a;
    c.probe.step.protocol = protocol;
    c.probe.step.address = (uint8_t)i;
    snprintf(c.probe.step.subject, sizeof c.probe.step.subject, "%s",
             control_address_text(a, text));
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == 0)
        c.pid = probe_fork();
    if (c.pid == 0) {
        close(fds[0]);
        run_alone(all, &c, fds[1]);
    }
    if (c.pid < 0)
        tell_failed(&c.probe, strerror(errno));
    c.fd = fds[0];
    if (fds[1] >= 0)
        close(fds[1]);
    all->v[all->n++] = c;
}

/* A step of @c is told on; whatever it says, it is of this way. */
static void
tell_on(struct child *c)
{
    const struct probe_step *own = &c->probe.step;
    uint8_t bytes[PROBE_MSG_MAX];
    struct probe_step step;
    size_t n = 0;

    if (wire_recv(c->fd, bytes, sizeof bytes, &n, NULL) < 0 || c->told++ == PROBE_KINDS) {
        close(c->fd);
        c->fd = -1;
        return;
    }
    struct rd r = rd_over(bytes, n);
    if (!probe_step_get(&r, &step))
        return;
    step.server = own->server;
    step.protocol = own->protocol;
    step.address = own->address;
    memcpy(step.subject, own->subject, sizeof step.subject);
    struct wr w = wr_over(bytes, sizeof bytes);
    probe_step_put(&w, &step);
    wire_send(c->probe.control_fd, wr_done(&w), -1);
}

/* Until each has told all. */
static void
listen_to(struct children *all)
{
    for (;;) {
        struct pollfd f[CHILDREN];
        bool more = false;

        for (size_t i = 0; i < all->n; i++) {
            f[i] = (struct pollfd){.fd = all->v[i].fd, .events = POLLIN};
            more |= f[i].fd >= 0;
        }
        if (!more || (poll(f, all->n, -1) < 0 && errno != EINTR))
            return;
        for (size_t i = 0; i < all->n; i++)
            if (f[i].fd >= 0 && f[i].revents != 0)
                tell_on(&all->v[i]);
    }
}

static void
finish(const struct child *c)
{
    int status = 0;

    while (c->pid > 0 && waitpid(c->pid, &status, 0) < 0)
        if (errno != EINTR)
            return;
    if (status != 0)
        tell_failed(&c->probe, WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "it failed");
}

void
probe_server(const struct dial_plan *plan, int control_fd, unsigned i)
{
    struct children all = {0};
    struct probe p = begin(plan, control_fd, i);
    struct resolve_answer direct = {0}, proxy = {0};
    bool need_direct = false;

    for (unsigned k = 0; k < plan->n_protocols; k++)
        need_direct |= !plan_uses_proxy(plan, plan->protocols[k]);
    if (plan_uses_proxy(plan, PLAN_SSTP) && plan_dials(plan, PLAN_SSTP))
        resolve_name(&p, true, &proxy);
    if (need_direct)
        resolve_name(&p, false, &direct);

    for (unsigned k = 0; k < plan->n_protocols; k++) {
        const enum plan_protocol protocol = plan->protocols[k];
        const struct resolve_answer *to = plan_uses_proxy(plan, protocol) ? &proxy : &direct;
        size_t tried = 0;

        for (size_t a = 0; a < to->n && tried < PROBE_ADDRESSES; a++)
            if (fits(protocol, &to->v[a]))
                start(&p, &all, protocol, tried++, &to->v[a]);
        if (to->n > 0 && tried == 0)
            tell_nothing_fits(&p, protocol);
    }
    listen_to(&all);
    while (all.n > 0)
        finish(&all.v[--all.n]);
}
