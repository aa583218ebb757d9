/*
 * fake-helper.h - the helper's end of a tunnel process, for tests and benches: it does what it is
 * asked, keeps what it is told, and may be told to misbehave. A SOCK_SEQPACKET pair stands in for
 * the TUN: one packet a read, as there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#include "dial-plan.h"
#include "tunnel-msg.h"

struct fake_helper {
    pid_t pid;   /* of the tunnel; 0: not running */
    int fd, tun; /* tun: our end of the stand-in; -1: none yet */
    struct dial_plan plan;
    uint8_t known[16]; /* IPv4 of an earlier attempt; zero: none */
    struct credentials credentials;
    /* How it behaves. */
    const char *connect_to; /* "127.0.0.1:PORT" whatever is asked for; NULL: what is asked for */
    int socket_errno;       /* answer sockets with this */
    uint16_t path_mtu;      /* tell this of them; 0: not known */
    guint8 path_flags;      /* and enum socket_flags */
    enum plan_protocol protocol;
    int give_socket;   /* hand this descriptor over (once) instead of connecting; -1: none */
    int give_gre;      /* and this one as the raw socket; -1: EACCES */
    int give_udp[2];   /* of L2TP: to port 500 or 1701, to port 4500; -1: EACCES */
    int give_esp;      /* the same */
    bool mute_sockets; /* never answer */
    bool answer_credentials;
    bool kernel_esp; /* tell the tunnel that it may ask for that */
    uint8_t tun_flags;
    /* What it was told. */
    uint16_t gre_call;       /* that the raw socket was asked for */
    uint16_t asked_ports[8]; /* of the sockets, in their order */
    unsigned n_sockets, n_questions, n_stats, n_configs;
    int last_stage;
    struct net_config config;
    struct tunnel_status status;
    bool has_status, has_ended;
    struct tunnel_stats stats;
    uint32_t ended, question;
    char detail[200];
    GString *log;
    int exit_status; /* of waitpid(), once it is gone */
};

struct fake_helper *fake_helper_new(const char *host, uint16_t port); /* a plan that is complete */
void fake_helper_free(struct fake_helper *h); /* kills the tunnel if it still runs */

void fake_helper_spawn(struct fake_helper *h);
void fake_helper_send_start(struct fake_helper *h);
void fake_helper_start(struct fake_helper *h);              /* both */
void fake_helper_send(struct fake_helper *h, uint8_t type); /* a message without a body */
void fake_helper_send_bytes(struct fake_helper *h, const void *p, size_t n);

/* Serves the tunnel until @done (NULL: until it has ended and gone) or @ms have passed. False: time
 * is up. */
bool fake_helper_run(struct fake_helper *h, bool (*done)(const struct fake_helper *), unsigned ms);
bool fake_helper_is_up(const struct fake_helper *h);
