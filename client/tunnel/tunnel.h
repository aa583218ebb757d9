/*
 * tunnel.h - one dial attempt as a process: from the helper's first message to HELPER_ENDED.
 *
 *     tunnel.c          life: start, privilege, sandbox, what the helper says, the end
 *     tunnel-connect.c  a name becomes a connected socket (happy eyeballs, RFC 8305)
 *     tunnel-session.c  the session, its events and the TUN, until something ends them
 *     tunnel-sstp.c     what carries it: TLS,
 *     tunnel-pptp.c     TCP and GRE,
 *     tunnel-l2tp.c     or UDP and ESP; each a struct tunnel_link
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "control.h"
#include "io-tls.h"
#include "loop.h"
#include "pump-dgram.h"
#include "pump-stream.h"
#include "resolve.h"
#include "tcp-path.h"

struct tunnel;

/* One address on trial. */
struct tunnel_try {
    struct tunnel *tunnel;
    struct control_address address;
    enum { TRY_WAITING, TRY_ASKED, TRY_CONNECTING, TRY_FAILED } state;
    struct loop_source source;
};

/* What carries a session to its server. */
struct tunnel_link {
    /* What needs files or libraries, before the sandbox closes. False: the end is set. */
    bool (*prepare)(struct tunnel *t);
    void (*connected)(struct tunnel *t); /* ->server is; later: tunnel_start_session() */
    void (*readable)(struct tunnel *t);  /* ->server is, or has an error to tell */
    void (*writable)(struct tunnel *t);  /* ->server is, and a round ago was not; may be NULL */
    /* The socket that control_open_socket() was asked for with TUNNEL_TAG_LINK - @which; takes @fd
     * (-1: @error). False: nobody asked for it. NULL: none is asked for. */
    bool (*socket)(struct tunnel *t, unsigned which, int fd, int error);
    void (*packets)(struct tunnel *t); /* the TUN is readable */
    void (*expired)(struct tunnel *t); /* after session_expire(); may be NULL */
    void (*flush)(struct tunnel *t);   /* after each round: what waits to be sent */
    void (*watch)(struct tunnel *t);   /* then: which events to wait for next */
    void (*describe)(const struct tunnel *t, struct tunnel_status *ret);
    void (*configured)(struct tunnel *t); /* the first SESSION_CONFIG; may be NULL */
    void (*drop)(struct tunnel *t);       /* forget what was on its way; ->server is closed next */
    void (*clear)(struct tunnel *t);      /* the memory */
    const char *second; /* what else it takes than a connection, as in "timed out ..." */
    /* Has it said anything? Over UDP, addresses are tried until one has. NULL: connected is. */
    bool (*heard)(const struct tunnel *t);
    bool ipv4_only;
};

extern const struct tunnel_link tunnel_sstp, tunnel_pptp, tunnel_l2tp;

enum { TUNNEL_TAG_LINK = 0xffff, TUNNEL_TAGS_LINK = 2 };

struct tunnel_over_tls {
    struct io_tls tls;
    bool shaken; /* the handshake is done */
    struct pump_stream pump;
    struct tcp_path path;
};

struct tunnel_over_gre {
    struct loop_source gre;
    uint16_t call; /* ours */
    struct pump_dgram pump;
    struct ras_end end; /* of the control connection */
    size_t tx_len, rx_len;
    uint8_t tx[PUMP_OUTPUT + 8 * 1024], rx[1024]; /* of the control connection */
};

struct tunnel_over_udp {
    struct loop_source udp4500, esp; /* beside ->server */
    struct loop_source kernel;       /* L2TP, when the kernel does ESP */
    uint32_t asked_esp;              /* SPI of what the helper has not answered yet; 0: nothing */
    unsigned waiting;                /* answers to control_open_socket() */
    struct ike_cert *cert;           /* NULL with a shared key */
    struct pump_dgram pump;
};

struct tunnel {
    int control_fd;
    struct loop loop;
    struct control_start start;
    struct ras_end end; /* the first cause; nothing happens after it */
    bool ended;

    struct loop_source control, resolving, server, tun;
    struct loop_timer connect_timer; /* until there is a session */
    struct loop_timer known_timer;   /* to look no name up any longer */
    struct loop_timer stagger_timer; /* to try the next address */
    bool give_up_address;            /* nothing was heard of this one */
    struct loop_timer session_timer;
    struct loop_timer stats_timer; /* armed when there is something new to tell */

    struct resolve resolve;
    size_t n_tries;
    struct tunnel_try tries[RESOLVE_MAX];
    struct ras_end try_end;                /* why the last try failed */
    const struct control_address *address; /* the one that answered */
    struct session_path path;              /* there */
    enum dial_stage stage;                 /* told last; told in order, also when asked again */
    const struct tunnel_link *link;
    struct tunnel_over_tls sstp;
    struct tunnel_over_gre pptp;
    struct tunnel_over_udp l2tp;
    struct eap_trust *eap; /* NULL: the plan has no method by TLS */
    struct session *session;
    struct rng rng;
    struct pump pump;
    bool early, early_refused, tun_asked, up, password_changed;
    struct tunnel_stats told;
};

/* Runs the whole attempt over @control_fd. Returns the exit status. */
int tunnel_run(int control_fd);

/* Ends the attempt; the first call counts. */
void tunnel_end(struct tunnel *t, enum ras_error error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void tunnel_end_with(struct tunnel *t, const struct ras_end *end);

const struct plan_server *tunnel_server(const struct tunnel *t);

/* tunnel-session.c */
void tunnel_start_session(struct tunnel *t, struct session_link_info *info); /* fills the rest */
/* Something was read or written; unless it is PUMP_OK, the link is lost, because of @why if that is
 * known, else because the server closed @what. */
void tunnel_check(struct tunnel *t, enum pump_result result, const struct ras_end *why,
                  const char *what);
void tunnel_send_status(struct tunnel *t, const char *auth);
void tunnel_random(void *out, size_t n);
void tunnel_connected(struct tunnel *t, const struct tunnel_try *winner); /* takes its descriptor */
void tunnel_on_tun(struct tunnel *t, const struct control_msg *m, int fd); /* takes @fd */
void tunnel_session_round(struct tunnel *t); /* after each round of the loop */
void tunnel_session_stop(struct tunnel *t);
void tunnel_report_stats(struct tunnel *t);
