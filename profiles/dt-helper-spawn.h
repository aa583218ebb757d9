/*
 * dt-helper-spawn.h - starts a helper of our own for "dialtone dial --foreground" and "dialtone
 * run": dialtoned with one end of a socket pair, on which it speaks the D-Bus contract without a
 * bus.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

/* Namespaces of this user's, in which the helper needs no other privilege: descriptors, borrowed.
 */
struct dt_helper_place {
    int user_ns, net_ns;
    int resolv_conf; /* to write name servers to; -1: nowhere */
};

/* *ret_stream: our end. The helper ends when it is closed. @verbose: its log comes to our standard
 * error. @place NULL: in the network of this computer, as root. */
GSubprocess *dt_helper_spawn(gboolean verbose, const struct dt_helper_place *place,
                             GIOStream **ret_stream, GError **error);
/* Where a program of ours is: DIALTONE_LIBEXEC, client/@folder of the build tree that this program
 * runs from, the place it is installed in, or PATH. Free it; NULL: nowhere. */
char *dt_program_path(const char *name, const char *folder);
char *dt_helper_path(void); /* dialtoned */
