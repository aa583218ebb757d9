/*
 * probe-server.c - one server: its name, then all of its addresses and protocols at once, each in a
 * process of its own. See probe.h. SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "probe.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "resolve.h"

enum { SPARE_SECONDS = 5 }; /* a process that is still there then is ended by the kernel */

struct child {
    pid_t pid;
    struct probe probe;
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

/* What it would have told is told for it. */
static void
tell_failed(const struct probe *of, const char *why)
{
    struct probe p = *of;

    probe_begin(&p, p.step.protocol == PLAN_L2TP_IPSEC ? PROBE_IKE : PROBE_TCP);
    probe_tell(&p, PROBE_FAIL, RAS_RASMAN_CANNOT_INITIALIZE, "the probe: %s", why);
}

/* A process for it. */
static struct child
start(const struct probe *of, enum plan_protocol protocol, size_t i,
      const struct control_address *a)
{
    struct child c = {.probe = begin(of->plan, of->control_fd, of->step.server)};
    char text[48];

    c.probe.address = *a;
    c.probe.step.protocol = protocol;
    c.probe.step.address = (uint8_t)i;
    snprintf(c.probe.step.subject, sizeof c.probe.step.subject, "%s",
             control_address_text(a, text));
    c.pid = probe_fork();
    if (c.pid == 0) {
        alarm(PROBE_SECONDS + SPARE_SECONDS);
        run(&c.probe);
        _exit(0); /* what libraries do at exit does not fit the sandbox */
    }
    if (c.pid < 0)
        tell_failed(&c.probe, strerror(errno));
    return c;
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
    struct child children[PLAN_MAX_PROTOCOLS * PROBE_ADDRESSES];
    struct probe p = begin(plan, control_fd, i);
    struct resolve_answer direct = {0}, proxy = {0};
    bool need_direct = false;
    size_t n = 0;

    for (unsigned k = 0; k < plan->n_protocols; k++)
        need_direct |= !plan_uses_proxy(plan, plan->protocols[k]);
    if (plan_uses_proxy(plan, PLAN_SSTP) && plan_dials(plan, PLAN_SSTP))
        resolve_name(&p, true, &proxy);
    if (need_direct)
        resolve_name(&p, false, &direct);

    for (unsigned k = 0; k < plan->n_protocols; k++) {
        const enum plan_protocol protocol = plan->protocols[k];
        const struct resolve_answer *to = plan_uses_proxy(plan, protocol) ? &proxy : &direct;

        for (size_t a = 0; a < to->n && a < PROBE_ADDRESSES; a++)
            if (fits(protocol, &to->v[a]))
                children[n++] = start(&p, protocol, a, &to->v[a]);
    }
    while (n > 0)
        finish(&children[--n]);
}
