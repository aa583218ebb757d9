/*
 * proxy-run.h - a connection to a proxy becomes a connection to the server behind it: CONNECT (RFC
 * 9110, 9.3.6) or SOCKS5 (RFC 1928), by libcurl, which knows every way to sign in. The work is done
 * on sockets that the helper opened; a name is never resolved here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "proxy-msg.h"

struct proxy_run {
    const struct proxy_start *start;
    int socket; /* the next one to use, or -1 */
    /* Ask for a fresh one: a descriptor, or a negative errno. */
    int (*again)(void *owner);
    void *owner;
};

/* Takes ->socket. ret->error is 0 when the newest socket leads to the server. */
void proxy_run(struct proxy_run *p, struct proxy_done *ret);
