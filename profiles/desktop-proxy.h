/*
 * desktop-proxy.h - the proxy settings of the user's desktop (GSettings, org.gnome.system.proxy):
 * set while a connection is up, and put back as they were.
 *
 * What was there is written to a file in $XDG_STATE_HOME/dialtone before anything is changed, so
 * that it is put back after a crash too; not by another program while the one that set it lives.
 * What somebody else changed meanwhile stays. Another server's password is never offered to the
 * profile's proxy: signing in is off meanwhile.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "web-proxy.h"

/* Why it cannot be set, a translated sentence: this desktop has no such settings, or they are
 * locked. NULL: it can. */
const char *desktop_proxy_problem(void);
/* Instead of what an earlier call set. @call is the name of the connection that it is for, and kept
 * in the record. FALSE: nothing is changed. */
gboolean desktop_proxy_set(const struct web_proxy *w, const char *call, GError **error);
/* Nothing to put back is fine. The record stays when the desktop does not take it. */
void desktop_proxy_restore(void);
/* For who looks after what others set. The connection that a program set one for, and has not put
 * back, and lives no more; "" when that is not known. NULL: nothing of the kind. Free it. */
char *desktop_proxy_left_by(void);
/* Tells when the record comes, goes or is replaced; NULL: there is no way to know. Unref it. */
GFileMonitor *desktop_proxy_monitor(void);
/* Waits until the desktop has it: before the program ends. */
void desktop_proxy_flush(void);
