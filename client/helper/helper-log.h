/*
 * helper-log.h - what happened, for the person who asks (GetLog) and for the system's log (stderr,
 * which is the journal under systemd). One line a fact; nothing of it can break out of its line,
 * and no secret has a way in.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <syslog.h>

struct helper_log;

/* The last lines of one connection called @name. */
struct helper_log *helper_log_new(const char *name);
void helper_log_free(struct helper_log *log); /* NULL is fine */

/* @log NULL: of the helper itself, to stderr only. @level: LOG_ERR to LOG_DEBUG. */
void helper_log(struct helper_log *log, int level, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Oldest first, each "<Unix time> <level> <text>"; g_strfreev(). */
char **helper_log_lines(const struct helper_log *log);
