/*
 * dt-proxy-guard.h - a second process of this program that gives the desktop its own web proxy back
 * when the window cannot: killed, while the call goes on in the helper, and ended later.
 *
 * The window starts it before it sets a proxy, and holds the only other end of its standard input.
 * When that is closed and the record of what was set is still there (desktop-proxy.h), the guard
 * follows the call on the system bus, and puts back what was there when the call is over, the
 * helper or a bus is gone, or it is told to end. It ends at once when there is nothing to put back
 * (any more), or another window has taken over, which has a guard of its own. It holds no lock
 * while it waits, so it is in nobody's way.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define DT_PROXY_GUARD_OPTION "guard-proxy"

typedef struct _DtProxyGuard DtProxyGuard;

/* The window's part. NULL: it could not be started, which is logged. */
DtProxyGuard *dt_proxy_guard_start(void);
gboolean dt_proxy_guard_is_there(DtProxyGuard *guard);
void dt_proxy_guard_end(DtProxyGuard *guard); /* when nothing is set any more; frees it */

/* The process: until it has nothing to do any more. Gives its exit code. */
int dt_proxy_guard_run(void);

G_END_DECLS
