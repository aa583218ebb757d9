/* l2tp-kernel-esp.c - see l2tp-kernel-esp.h. SPDX-License-Identifier: GPL-3.0-or-later */
#include "l2tp-kernel-esp.h"

#include "l2tp-esp-msg.h"

#include <errno.h>
#include <unistd.h>

static void
answer(struct tunnel *t, int error)
{
    if (error != 0)
        control_log(t->control_fd, 5, "no ESP by the kernel: %s", strerror(error));
    t->l2tp.asked_esp = 0;
    session_esp_done(t->session, t->loop.now, error == 0);
}

void
l2tp_kernel_esp_ask(struct tunnel *t, const struct session_esp *e)
{
    struct esp_msg m;
    const bool good = l2tp_esp_msg(e, &m);

    t->l2tp.asked_esp = e->in.spi;
    const int error = good ? control_esp(t->control_fd, &m) : -EOPNOTSUPP;
    esp_msg_wipe(&m);
    if (!good)
        answer(t, -error);
    else if (error < 0)
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "asking for ESP: %s", strerror(-error));
}

static void
on_kernel(void *owner, uint32_t events)
{
    struct tunnel *t = owner;

    if (t->session != NULL && events & (EPOLLIN | EPOLLERR | EPOLLHUP))
        pump_dgram_receive(&t->l2tp.pump, CHANNEL_L2TP, t->loop.now);
    if (t->session != NULL && events & EPOLLOUT)
        pump_dgram_writable(&t->l2tp.pump, CHANNEL_L2TP);
}

void
l2tp_kernel_esp_check(struct tunnel *t)
{
    bool *const refused = &t->l2tp.pump.sockets[CHANNEL_L2TP].refused;

    if (t->session != NULL && *refused)
        session_esp_lost(t->session, t->loop.now);
    *refused = false; /* what was on its way when the server took a pair away may have been */
}

/* What the raw socket hears now is the kernel's to open. */
static void
begin(struct tunnel *t, int fd)
{
    struct tunnel_over_udp *l = &t->l2tp;

    l->kernel = (struct loop_source){.fd = fd, .ready = on_kernel, .owner = t};
    pump_dgram_use(&l->pump, CHANNEL_L2TP, fd, false);
    pump_dgram_use(&l->pump, CHANNEL_ESP, -1, false);
    loop_remove(&t->loop, &l->esp);
    if (l->esp.fd >= 0)
        close(l->esp.fd);
    l->esp.fd = -1;
    const int error = loop_add(&t->loop, &l->kernel, EPOLLIN);
    if (error < 0) /* the helper has done it, so there is no way back */
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "the event loop: %s", strerror(-error));
}

void
l2tp_kernel_esp_answer(struct tunnel *t, const struct control_msg *m, int fd)
{
    const bool asked = t->session != NULL && t->l2tp.asked_esp != 0 && m->spi == t->l2tp.asked_esp;
    const bool takes = asked && m->error == 0 && t->l2tp.kernel.fd < 0;

    if (takes && fd >= 0)
        begin(t, fd);
    else if (fd >= 0)
        close(fd);
    if (asked)
        answer(t, (int)m->error);
}
