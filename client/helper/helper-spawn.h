/*
 * helper-spawn.h - the unprivileged programs that the helper starts: dialtone-tunnel and
 * dialtone-proxy; and what runs hooks.
 *
 * A child gets one descriptor beside stdin (/dev/null), stdout and stderr: fd 3, its end of a
 * SOCK_SEQPACKET pair. It gets a closed environment, and no arguments. It is held by a pidfd, so a
 * signal can never reach another process.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "attr.h"

struct helper_child;

/* Called once, when the process is gone and reaped; @how is "exit status 1", "signal 9". The child
 * may be freed in it. */
typedef void (*helper_child_gone)(void *ctx, const char *how);

/* @program is a name, looked for in the directory of our own programs only. *ret_socket is our end,
 * non-blocking; the caller owns it. */
struct helper_child *helper_child_spawn(const char *program, helper_child_gone gone, void *ctx,
                                        int *ret_socket, GError **error);
/* Ourselves once more, with one option: a runner that keeps our privileges (hook-run.h). */
struct helper_child *helper_child_spawn_self(const char *option, helper_child_gone gone, void *ctx,
                                             int *ret_socket, GError **error);
void helper_child_kill(struct helper_child *child); /* at once; gone() follows */
void helper_child_free(struct helper_child *child); /* kills and reaps what still runs, silently */
/* Of one that ends by itself now that its socket is closed: it is neither killed nor waited for. */
void helper_child_leave(struct helper_child *child);
DEFINE_CLEANUP(struct helper_child, helper_child_free)

/* Where the programs are: LIBEXECDIR, or DIALTONE_LIBEXEC when we were started by hand. */
const char *helper_libexec(void);
