/* tunnel-connect.c - a name becomes a socket. See tunnel.h. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "tunnel-connect.h"
#include "tunnel.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    IKE_PORT = 500,
    L2TP_PORT = 1701,
    STAGGER_USEC = 250 * 1000, /* RFC 8305, 5 */
    /* Over UDP only an answer shows that somebody is there, and IKE's first question may be lost:
     * enough for two more. */
    HEARD_AFTER_USEC = 2500 * 1000,
    /* Where names cannot be looked up, that is mostly told at once; a resolver that waits in vain
     * for its servers says nothing for longer than a dial may take. */
    KNOWN_AFTER_USEC = 2 * 1000 * 1000,
};

static bool
through_proxy(const struct tunnel *t)
{
    return plan_uses_proxy(&t->start.plan, t->start.protocol);
}

static const char *
host_to_find(const struct tunnel *t)
{
    return through_proxy(t) ? t->start.plan.proxy_host : tunnel_server(t)->host;
}

static uint16_t
port_to_find(const struct tunnel *t)
{
    if (through_proxy(t))
        return t->start.plan.proxy_port;
    if (t->start.protocol == PLAN_L2TP_IPSEC)
        return t->start.plan.ipsec == PLAN_IPSEC_NONE ? L2TP_PORT : IKE_PORT;
    return tunnel_server(t)->port != 0 ? tunnel_server(t)->port
                                       : plan_default_port(t->start.protocol);
}

/* ---- the name ---- */

static void
set_addresses(struct tunnel *t, const struct control_address *v, size_t n)
{
    t->n_tries = 0;
    for (size_t i = 0; i < n; i++) {
        if (v[i].family == 4 || !t->link->ipv4_only)
            t->tries[t->n_tries++] =
                (struct tunnel_try){.tunnel = t, .address = v[i], .source.fd = -1};
    }
    if (t->n_tries == 0)
        tunnel_end(t, RAS_DNSNAME_NOT_RESOLVABLE, "%.80s: no IPv4 address, and this needs one",
                   host_to_find(t));
}

static void
set_not_found(struct tunnel *t, const struct resolve_answer *answer)
{
    const char *why = answer->gai_error == EAI_SYSTEM ? strerror(answer->sys_error)
                                                      : gai_strerror(answer->gai_error);

    if (through_proxy(t))
        tunnel_end(t, RAS_CANNOT_CONNECT_PROXY, "%.80s: %s", host_to_find(t), why);
    else
        tunnel_end(t, RAS_DNSNAME_NOT_RESOLVABLE, "%.80s: %s", host_to_find(t), why);
}

/* Where the server answered before. */
static bool
use_known(struct tunnel *t)
{
    struct control_address known = t->start.known;
    char text[48];

    if (known.family == 0)
        return false;
    known.port = port_to_find(t);
    control_log(t->control_fd, 5, "%.80s cannot be looked up; %s answered before", host_to_find(t),
                control_address_text(&known, text));
    set_addresses(t, &known, 1);
    return true;
}

static void
on_known_timer(void *owner, usec_t now)
{
    struct tunnel *t = owner;

    (void)now;
    t->loop.stop = use_known(t);
}

static void
on_resolved(void *owner, uint32_t events)
{
    struct tunnel *t = owner;
    struct resolve_answer answer;

    (void)events;
    loop_remove(&t->loop, &t->resolving);
    resolve_finish(&t->resolve, &answer);
    if (answer.gai_error == 0)
        set_addresses(t, answer.v, answer.n);
    else if (!use_known(t))
        set_not_found(t, &answer);
    t->loop.stop = true;
}

bool
tunnel_resolve(struct tunnel *t)
{
    struct control_address literal;
    const char *host = host_to_find(t);

    if (resolve_literal(host, port_to_find(t), &literal)) {
        set_addresses(t, &literal, 1);
        return !t->ended;
    }

    int error = resolve_start(&t->resolve, host, port_to_find(t), &t->start.credentials,
                              sizeof t->start.credentials);
    if (error == 0) {
        t->resolving = (struct loop_source){.fd = t->resolve.fd, .ready = on_resolved, .owner = t};
        error = loop_add(&t->loop, &t->resolving, EPOLLIN);
        t->known_timer = (struct loop_timer){.expired = on_known_timer, .owner = t};
        if (t->start.known.family != 0)
            loop_timer_set(&t->loop, &t->known_timer, loop_clock() + KNOWN_AFTER_USEC);
    }
    if (error == 0)
        error = loop_run(&t->loop, NULL, NULL);
    loop_timer_set(&t->loop, &t->known_timer, NEVER);
    loop_remove(&t->loop, &t->resolving);
    resolve_stop(&t->resolve);
    t->loop.stop = false;
    if (error < 0)
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "resolving: %s", strerror(-error));
    return !t->ended;
}

/* ---- the socket ---- */

static void try_next(struct tunnel *t);

static void
close_try(struct tunnel *t, struct tunnel_try *try)
{
    loop_remove(&t->loop, &try->source);
    if (try->source.fd >= 0)
        close(try->source.fd);
    try->source.fd = -1;
    try->state = TRY_FAILED;
}

static void
try_failed(struct tunnel *t, struct tunnel_try *try, int error, const char *said)
{
    char text[48];
    const char *why = said[0] != '\0' ? said : strerror(error);

    close_try(t, try);
    control_address_text(&try->address, text);
    control_log(t->control_fd, 5, "%s port %u: %s", text, try->address.port, why);
    t->try_end = (struct ras_end){0};
    ras_end_set(&t->try_end, through_proxy(t) ? RAS_CANNOT_CONNECT_PROXY : RAS_VPN_TIMEOUT,
                "%s port %u: %s", text, try->address.port, why);
    try_next(t);
}

static void
wait_until_heard(struct tunnel *t, struct tunnel_try *try)
{
    try->state = TRY_FAILED; /* until it is heard of */
    if (tunnel_has_other_address(t))
        loop_timer_set(&t->loop, &t->stagger_timer, t->loop.now + HEARD_AFTER_USEC);
}

static void
on_connecting(void *owner, uint32_t events)
{
    struct tunnel_try *try = owner;
    struct tunnel *t = try->tunnel;
    int error = 0;
    socklen_t len = sizeof error;

    (void)events;
    if (getsockopt(try->source.fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
        error = errno;
    if (error == 0) {
        loop_remove(&t->loop, &try->source);
        loop_timer_set(&t->loop, &t->stagger_timer, NEVER);
        tunnel_connected(t, try);
        try->source.fd = -1;
        if (t->link->heard == NULL)
            tunnel_connect_stop(t);
        else
            wait_until_heard(t, try);
    } else {
        try_failed(t, try, error, "");
    }
}

void
tunnel_on_socket(struct tunnel *t, const struct control_msg *m, int fd)
{
    if (m->tag > TUNNEL_TAG_LINK - TUNNEL_TAGS_LINK && t->link->socket != NULL) {
        const uint16_t before = t->path.mtu;

        t->path.mtu = m->error == 0 ? m->mtu : before; /* of GRE: its first socket is TCP */
        if (!t->link->socket(t, TUNNEL_TAG_LINK - m->tag, fd,
                             fd < 0 && m->error == 0 ? EBADMSG : (int)m->error))
            t->path.mtu = before;
        return;
    }

    struct tunnel_try *try = m->tag < t->n_tries ? &t->tries[m->tag] : NULL;

    if (try == NULL || try->state != TRY_ASKED || (m->error == 0 && fd < 0)) {
        if (fd >= 0)
            close(fd); /* a race that another address has won */
        return;
    }
    if (m->error != 0) {
        if (fd >= 0)
            close(fd);
        try_failed(t, try, (int)m->error, m->text);
        return;
    }
    try->state = TRY_CONNECTING;
    t->path = (struct session_path){m->mtu, m->shared, m->second};
    try->source = (struct loop_source){.fd = fd, .ready = on_connecting, .owner = try};
    const int error = loop_add(&t->loop, &try->source, EPOLLOUT);
    if (error < 0)
        try_failed(t, try, -error, "");
}

static void
ask(struct tunnel *t, struct tunnel_try *try)
{
    const uint16_t tag = (uint16_t)(try - t->tries);
    const enum socket_kind kind = through_proxy(t)         ? SOCKET_PROXY
                                  : t->link->heard != NULL ? SOCKET_UDP
                                                           : SOCKET_TCP;
    const int error = control_open_socket(t->control_fd, tag, &try->address, kind);

    try->state = TRY_ASKED;
    if (error < 0)
        tunnel_end(t, RAS_RASMAN_CANNOT_INITIALIZE, "asking for a socket: %s", strerror(-error));
}

/* The next address; when there is none, and none is on trial any more, the end. */
static void
try_next(struct tunnel *t)
{
    size_t on_trial = 0;

    for (size_t i = 0; i < t->n_tries; i++) {
        if (t->tries[i].state == TRY_WAITING) {
            ask(t, &t->tries[i]);
            /* A proxy is asked once at a time: each time it is given the password. So is a server
             * over UDP: there is one session. */
            if (!through_proxy(t) && t->link->heard == NULL)
                loop_timer_set(&t->loop, &t->stagger_timer, t->loop.now + STAGGER_USEC);
            return;
        }
        on_trial += t->tries[i].state != TRY_FAILED;
    }
    loop_timer_set(&t->loop, &t->stagger_timer, NEVER);
    if (on_trial == 0)
        tunnel_end_with(t, &t->try_end);
}

static void
on_stagger(void *owner, usec_t now)
{
    struct tunnel *t = owner;

    (void)now;
    if (t->link->heard == NULL)
        try_next(t);
    else
        t->give_up_address = !t->link->heard(t);
}

void
tunnel_connect_timed_out(struct tunnel *t)
{
    const bool proxy = through_proxy(t);

    if (t->resolve.child > 0)
        tunnel_end(t, proxy ? RAS_CANNOT_CONNECT_PROXY : RAS_DNSNAME_NOT_RESOLVABLE,
                   "%.80s: no answer in time", host_to_find(t));
    else if (t->address == NULL && t->try_end.error != RAS_OK)
        tunnel_end_with(t, &t->try_end);
    else if (t->address == NULL && proxy)
        tunnel_end(t, RAS_CANNOT_CONNECT_PROXY, "%.80s: the proxy does not answer",
                   host_to_find(t));
    else
        tunnel_end(t, RAS_VPN_TIMEOUT, "%.80s: timed out %s", tunnel_server(t)->host,
                   t->address == NULL ? "connecting" : t->link->second);
}

bool
tunnel_has_other_address(const struct tunnel *t)
{
    for (size_t i = 0; i < t->n_tries; i++) {
        if (t->tries[i].state == TRY_WAITING)
            return true;
    }
    return false;
}

void
tunnel_connect_next(struct tunnel *t)
{
    char text[48];

    control_log(t->control_fd, 5, "%s does not answer", control_address_text(t->address, text));
    t->address = NULL;
    try_next(t);
}

void
tunnel_connect(struct tunnel *t)
{
    t->stagger_timer.expired = on_stagger;
    t->stagger_timer.owner = t;
    for (size_t i = 0; i < t->n_tries; i++)
        t->tries[i].state = TRY_WAITING;
    t->address = NULL;
    try_next(t);
}

void
tunnel_connect_stop(struct tunnel *t)
{
    loop_timer_set(&t->loop, &t->stagger_timer, NEVER);
    for (size_t i = 0; i < t->n_tries; i++)
        close_try(t, &t->tries[i]);
}
