/*
 * helper-proxy.h - one connection taken through an HTTP or SOCKS5 proxy, by a dialtone-proxy
 * process of its own. The helper opens the sockets and keeps the one that came through; it reads
 * nothing from them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "helper-host.h"
#include "helper-socket.h"
#include "proxy-msg.h"

struct helper_proxy;

/* @fd: the connection to the server (the callee's), or a negative errno with how far it came and
 * @text, what the proxy said, printable, perhaps "". Called once, never from within
 * helper_proxy_new(). The proxy may be freed in it. */
typedef void (*helper_proxy_done)(void *ctx, int fd, enum proxy_outcome outcome, const char *text);

/* What there is to be done through the proxy of a plan for this one of its servers; NULL: this
 * protocol takes none. With the password: wipe it, and g_free() it. */
struct proxy_start *helper_proxy_plan(const struct dial_plan *plan, const struct credentials *c,
                                      unsigned server, enum plan_protocol protocol);
/* @out: how to get to the proxy. @start: whom to reach and how; copied; its uid and gid are the
 * helper's to fill in. NULL: *ret_error is a negative errno. */
struct helper_proxy *helper_proxy_new(const struct helper_host *host,
                                      const struct helper_endpoint *proxy,
                                      const struct helper_out *out, const struct proxy_start *start,
                                      helper_proxy_done done, void *ctx, int *ret_error);
void helper_proxy_free(struct helper_proxy *p); /* NULL is fine; ends the process */
