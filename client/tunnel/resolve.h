/*
 * resolve.h - the server's name to addresses, in a child process: getaddrinfo() blocks, loads
 * libraries and reads files, and none of that is wanted in the process that will be the tunnel. The
 * child runs as the tunnel's user. It must be finished or stopped before the sandbox closes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "control.h"

enum { RESOLVE_MAX = 8 };

struct resolve {
    pid_t child;
    int fd; /* readable when there is an answer */
};

struct resolve_answer {
    int gai_error; /* 0, or EAI_... */
    int sys_error; /* errno with EAI_SYSTEM */
    size_t n;
    struct control_address v[RESOLVE_MAX]; /* families take turns (RFC 8305, 4) */
};

/* A literal address needs no child. */
bool resolve_literal(const char *host, uint16_t port, struct control_address *ret);

/* @secret: memory that the child wipes first. 0 or a negative errno. */
int resolve_start(struct resolve *r, const char *host, uint16_t port, void *secret, size_t n);
/* Call when ->fd is readable. A child that died is EAI_FAIL. Ends the child either way. */
void resolve_finish(struct resolve *r, struct resolve_answer *ret);
void resolve_stop(struct resolve *r); /* fine when none runs */

/* Order addresses so that the families take turns; cut to RESOLVE_MAX. */
size_t resolve_interleave(const struct control_address *in, size_t n,
                          struct control_address out[static RESOLVE_MAX]);
