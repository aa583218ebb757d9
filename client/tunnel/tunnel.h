/*
 * tunnel.h - one dial attempt as a process: from the helper's first message to HELPER_ENDED.
 *
 *     tunnel.c          life: start, privilege, sandbox, what the helper says, the end
 *     tunnel-connect.c  a name becomes a connected socket (happy eyeballs, RFC 8305)
 *     tunnel-session.c  TLS and the session over it, until something ends them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "control.h"
#include "loop.h"
#include "pump.h"
#include "resolve.h"

struct tunnel;

/* One address on trial. */
struct tunnel_try {
    struct tunnel *tunnel;
    struct control_address address;
    enum { TRY_WAITING, TRY_ASKED, TRY_CONNECTING, TRY_FAILED } state;
    struct loop_source source;
};

struct tunnel {
    int control_fd;
    struct loop loop;
    struct control_start start;
    struct ras_end end; /* the first cause; nothing happens after it */
    bool ended;

    struct loop_source control, resolving, server, tun;
    struct loop_timer connect_timer; /* until TLS is up */
    struct loop_timer stagger_timer; /* to try the next address */
    struct loop_timer session_timer;
    struct loop_timer stats_timer; /* armed when there is something new to tell */

    struct resolve resolve;
    size_t n_tries;
    struct tunnel_try tries[RESOLVE_MAX];
    struct ras_end try_end;                /* why the last try failed */
    const struct control_address *address; /* the one that answered */

    struct io_tls tls;
    bool shaken; /* the handshake is done */
    struct session *session;
    struct rng rng;
    struct pump pump;
    bool early, early_refused;
    bool tun_asked, up;
    struct tunnel_stats told;
};

/* Runs the whole attempt over @control_fd. Returns the exit status. */
int tunnel_run(int control_fd);

/* Ends the attempt; the first call counts. */
void tunnel_end(struct tunnel *t, enum ras_error error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void tunnel_end_with(struct tunnel *t, const struct ras_end *end);

const struct plan_server *tunnel_server(const struct tunnel *t);

/* tunnel-connect.c */
bool tunnel_resolve(struct tunnel *t); /* blocks until there are addresses, or the end is set */
void tunnel_connect(struct tunnel *t); /* later: tunnel_connected() */
void tunnel_on_socket(struct tunnel *t, const struct control_msg *m, int fd); /* takes @fd */
void tunnel_connect_stop(struct tunnel *t);

/* tunnel-session.c */
void tunnel_connected(struct tunnel *t, const struct tunnel_try *winner); /* takes its descriptor */
void tunnel_on_tun(struct tunnel *t, const struct control_msg *m, int fd); /* takes @fd */
void tunnel_session_round(struct tunnel *t); /* after each round of the loop */
void tunnel_session_stop(struct tunnel *t);
void tunnel_report_stats(struct tunnel *t);
