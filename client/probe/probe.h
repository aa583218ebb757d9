/*
 * probe.h - dialtone-probe: how far a call would come, without making one. It runs as whoever asks
 * (or as nobody, for root), with no privilege, and gives no name, password or key to anybody.
 *
 *     main.c          start, a process for each server
 *     probe-server.c  the server's name; a process for each address and protocol, whose steps pass
 *                     through here
 *     probe-io.c      sockets with deadlines, steps that are told, the sandbox
 *     probe-sstp.c    what each protocol begins with; each is linear, bounded in time, and reads
 *     probe-pptp.c    what the server says in the tunnel's sandbox, by the tunnel's own cores
 *     probe-ike.c
 *     probe-l2tp.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <sys/types.h>

#include "clock.h"
#include "control.h"
#include "probe-msg.h"
#include "rng.h"

/* One protocol at one address of one server: a process. */
struct probe {
    const struct dial_plan *plan;
    int control_fd;
    struct control_address address; /* .port: 0 */
    struct probe_step step;         /* server, protocol, address and subject are set */
    usec_t began, deadline;         /* of the whole; of the step that is going on */
    usec_t step_began, step_ended;  /* 0: when it is told */
};

extern const struct rng probe_rng;

/* probe-server.c: tells about server @i, and returns when there is no more. */
void probe_server(const struct dial_plan *plan, int control_fd, unsigned i);

/* Each returns when there is no more to tell. */
void probe_sstp(struct probe *p);
void probe_pptp(struct probe *p);
void probe_ike(struct probe *p);
void probe_l2tp(struct probe *p);

/* probe-io.c */
/* fork(); the child ends with its parent, whatever it is doing then. */
pid_t probe_fork(void);
/* Ends with whoever started us. */
void probe_end_with(pid_t parent);
usec_t probe_now(void);
/* A step begins, and ends: FAIL has an error, the others RAS_OK. */
void probe_begin(struct probe *p, enum probe_kind kind);
void probe_tell(struct probe *p, enum probe_state state, enum ras_error error, const char *format,
                ...) __attribute__((format(printf, 4, 5)));
void probe_fail(struct probe *p, const struct ras_end *end);
/* A socket that is connected to @port of the address: PROBE_TCP (or PROBE_PROXY) is told. -1: it
 * failed. */
int probe_connect(struct probe *p, enum probe_kind kind, uint16_t port);
int probe_udp(struct probe *p, uint16_t port); /* -1, and errno */
/* Waits for @events; false: not before @deadline (at most the probe's own). */
bool probe_wait(const struct probe *p, int fd, short events, usec_t deadline);
/* From here on nothing can be opened, and there is nobody to write to but the peer and who reads
 * the steps. False: it was told. */
bool probe_close_sandbox(struct probe *p);
