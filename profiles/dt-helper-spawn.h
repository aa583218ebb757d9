/*
 * dt-helper-spawn.h - starts a helper of our own for "dialtone dial --foreground": dialtoned with
 * one end of a socket pair, on which it speaks the D-Bus contract without a bus.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

/* *ret_stream: our end. The helper ends when it is closed. @verbose: its log comes to our standard
 * error. */
GSubprocess *dt_helper_spawn(gboolean verbose, GIOStream **ret_stream, GError **error);
/* Where dialtoned is: DIALTONE_LIBEXEC, the build tree this program runs from, the place it is
 * installed in, or PATH. Free it; NULL: nowhere. */
char *dt_helper_path(void);
