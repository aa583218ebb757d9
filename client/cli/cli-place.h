/*
 * cli-place.h - a place apart for one program: a user, a network and a mount namespace of its own.
 * In its network there are the loopback interface and, once there is a call, the tunnel; it finds
 * its names by an /etc/resolv.conf of its own, and not by the services of this computer.
 *
 * It is made by a process that then waits there, without any privilege and without a way to new
 * ones, to become the program. So what is secret must not be in memory yet (cli_place_make()).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "dt-helper-spawn.h"

struct cli_place {
    GPid child;  /* 0: none; the owner waits for it */
    int control; /* its end says what became of it */
    struct dt_helper_place ns;
};

/* @argv: the program. FALSE: @error says why, and what to do. */
gboolean cli_place_make(struct cli_place *ret, char *const *argv, GError **error);
/* The program begins. 0, or the errno of exec. */
int cli_place_start(struct cli_place *place);
/* What has not begun ends. */
void cli_place_clear(struct cli_place *place);
