/*
 * helper-attempt.h - one attempt to dial: one tunnel process, from its start until nothing of it is
 * left. It has the first word and the last on why the attempt ended.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "helper-host.h"
#include "helper-link.h"
#include "helper-log.h"
#include "helper-socket.h"
#include "proxy-msg.h"

struct helper_attempt;

struct helper_attempt_ops {
    void (*stage)(void *ctx, enum dial_stage stage, const char *server_address);
    void (*question)(void *ctx, enum ras_error reason);
    void (*changed)(void *ctx); /* the link or the status: ask for them again */
    void (*up)(void *ctx);
    void (*stats)(void *ctx, const struct tunnel_stats *stats);
    /* The process of a call that had a link is gone; its network is about to be undone. */
    void (*leaving)(void *ctx, const struct ras_end *end);
    /* The process is gone, the network is as before. The attempt may be freed in it. */
    void (*over)(void *ctx, const struct ras_end *end);
};

struct helper_attempt_setup {
    struct helper_host *host;
    struct helper_log *log;
    const struct dial_plan *plan;          /* borrowed until it is freed, as all here */
    const struct credentials *credentials; /* only during helper_attempt_new() */
    uint8_t server;                        /* index into the plan */
    enum plan_protocol protocol;
    struct helper_out out; /* ->ifindex: of the call that this one goes through */
    uint8_t number;        /* of the attempt, from 0 */
    const char *known;     /* the server's address in an earlier attempt, or "" */
};

/* NULL: *ret_end says why. No operation is called from within. */
struct helper_attempt *helper_attempt_new(const struct helper_attempt_setup *setup,
                                          const struct helper_attempt_ops *ops, void *ctx,
                                          struct ras_end *ret_end);
/* What is left is ended and undone at once, in silence. */
void helper_attempt_free(struct helper_attempt *a);
DEFINE_CLEANUP(struct helper_attempt, helper_attempt_free)

/* End it politely, for this reason; over() follows within seconds. */
void helper_attempt_hang_up(struct helper_attempt *a, enum ras_error why, const char *detail);
/* To the question; NULL: nobody answers. False: there was none. */
bool helper_attempt_answer(struct helper_attempt *a, const struct credentials *credentials);

const struct helper_link *helper_attempt_link(const struct helper_attempt *a); /* NULL: not yet */
const struct tunnel_status *helper_attempt_status(const struct helper_attempt *a);
const char *helper_attempt_server_address(const struct helper_attempt *a); /* "": not known */
/* Once it is leaving: a later call of ours has its place at the server, and to dial again would
 * only take it back. */
bool helper_attempt_displaced(const struct helper_attempt *a);
/* Once it is over: what the proxy was that it failed at; PROXY_THROUGH: it did not. */
enum proxy_outcome helper_attempt_proxy(const struct helper_attempt *a);
bool helper_attempt_kernel_esp(const struct helper_attempt *a);
bool helper_attempt_dns_applied(const struct helper_attempt *a);
