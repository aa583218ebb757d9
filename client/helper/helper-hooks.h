/*
 * helper-hooks.h - the administrator's programs in /etc/dialtone/hooks.d: started behind
 * "Connected" and behind the end of a call, and waited for by nobody. Those of one call run one
 * after the other, and "down" after "up"; of several calls, side by side. What runs them is
 * hook-run.h, a process of its own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib-object.h>

#include "attr.h"
#include "hook-run.h"

struct helper_hooks;

/* One result of an event of @call, or with NULL its end. Only while @call lives. */
typedef void (*helper_hooks_told)(GObject *call, const struct hook_result *result);

struct helper_hooks *helper_hooks_new(void);
void helper_hooks_free(struct helper_hooks *h); /* NULL is fine; kills what runs */
DEFINE_CLEANUP(struct helper_hooks, helper_hooks_free)

/* @environment: "KEY=value", as helper_hook_environment() makes it; more than HOOK_ENV are left
 * out. False: too many events wait already. */
bool helper_hooks_begin(struct helper_hooks *h, GObject *call, const char *action,
                        const char *const *environment, helper_hooks_told told);
bool helper_hooks_idle(const struct helper_hooks *h); /* also of NULL */
/* @idle is called, from the main loop, whenever the last one has ended. */
void helper_hooks_watch(struct helper_hooks *h, void (*idle)(void *ctx), void *ctx);
/* What went wrong, in words, without its output; NULL: nothing. g_free(). */
char *hook_trouble(const struct hook_result *r);
