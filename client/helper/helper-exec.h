/*
 * helper-exec.h - the few programs of the system that the helper runs as root: at a fixed path,
 * with arguments of its own making, text on stdin, a closed environment, no shell, and a deadline.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

/* Runs argv[0] to its end, at most some seconds. @input NULL: nothing. Returns the exit status, or
 * a negative errno (-ETIMEDOUT: it was killed). */
int helper_exec(const char *const *argv, const char *input);

/* The path of resolvconf (Debian's, openresolv's, systemd's), or NULL when there is none.
 * DIALTONE_RESOLVCONF names another when root started us by hand. */
const char *helper_resolvconf(void);
