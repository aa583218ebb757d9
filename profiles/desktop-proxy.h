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
/* Instead of what an earlier call set. FALSE: nothing is changed. */
gboolean desktop_proxy_set(const struct web_proxy *w, GError **error);
/* Nothing to put back is fine. */
void desktop_proxy_restore(void);
/* Waits until the desktop has it: before the program ends. */
void desktop_proxy_flush(void);
