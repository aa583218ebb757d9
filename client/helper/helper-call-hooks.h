/*
 * helper-call-hooks.h - the hooks of one connection: what they are told at its beginning and at its
 * end, and what became of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "helper-hooks.h"
#include "helper-log.h"
#include "hook-env.h"

struct helper_call_hooks {
    struct helper_hooks *runner; /* NULL: there are none */
    struct helper_log *log;
    GObject *call;
    void (*changed)(void *call); /* ->troubles */
    char **env;                  /* of the call that is up; or NULL */
    GPtrArray *troubles;         /* char *: of the last event */
};

/* All is borrowed; @call keeps @h until helper_call_hooks_clear(). */
void helper_call_hooks_init(struct helper_call_hooks *h, struct helper_hooks *runner,
                            struct helper_log *log, GObject *call, void (*changed)(void *call));
void helper_call_hooks_clear(struct helper_call_hooks *h);
/* @attempt is up; @path is that of the connection on the bus, or NULL. */
void helper_call_hooks_up(struct helper_call_hooks *h, const struct helper_attempt *attempt,
                          const struct dial_plan *plan, enum plan_protocol protocol,
                          const char *path, uid_t owner);
/* Only of a call that was up. */
void helper_call_hooks_down(struct helper_call_hooks *h, unsigned error);
